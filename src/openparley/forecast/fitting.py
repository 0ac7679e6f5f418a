"""One run of a case: the posterior and the forecast, kept in a folder that a stop or a crash leaves usable."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

import openparley
from openparley._display import Shown
from openparley.forecast.following import watched, write_indicators
from openparley.forecast.forecast import Forecast
from openparley.forecast.futures import Futures
from openparley.forecast.hinges import Hinges, find_hinges, kept_hinges, write_hinges
from openparley.forecast.indicators import LOOKOUT, Lookout
from openparley.forecast.levers import pull_levers
from openparley.forecast.predicting import PREFIX, predict
from openparley.forecast.runs import LEVER_FIELDS, described
from openparley.forecast.tables import tables
from openparley.game.families import FAMILIES
from openparley.infer.checkpoint import Progress
from openparley.infer.draw import Task
from openparley.infer.emulator import FEWEST_DRAWS
from openparley.infer.engine import AdaptiveImportance, Run, run_draws
from openparley.infer.leave_out import Variant, leave_out, numbered
from openparley.infer.left_out import TASK, LeaveOut
from openparley.infer.model import Model, build_model
from openparley.infer.observe import Observed
from openparley.infer.posterior import Posterior, WithoutIt
from openparley.infer.software import software
from openparley.infer.summary import summarise
from openparley.infer.workers import Workers, refuse_script_again
from openparley.record.case import Case, runs_dir
from openparley.record.store import atomic_write, lock

KEY_LENGTH = 12
LEVER_DRAWS = 16  # draws in which levers are pulled: each costs a solve a lever
ALWAYS = ("outlet", "origin")  # left out in turn in every run; entries are many, and cost as much again
ENTRIES = "entries"  # asks for all of them


@dataclass(frozen=True)
class Fitted(Shown):
    """A finished run.

    Attributes
    ----------
    run
        What ``run.json`` holds: inputs with hashes, settings, seed, version, in the terms of W3C PROV.
    folder
        Where it is kept.
    reused
        Draws taken from an earlier run of the same inputs.
    without
        The accounts without what was asked to be left out; None if nothing was. All that was left out in turn is in
        ``posterior.left_out``.
    case
        What was fitted; a picture takes the names of accounts and outcomes from it.
    """

    model: Model
    posterior: Posterior
    forecast: Forecast
    run: Mapping[str, Any]
    folder: Path
    reused: int
    without: WithoutIt | None = None
    case: Case | None = field(default=None, repr=False)


def fit(
    case: Case,
    runs: Path | None = None,
    *,
    engine: AdaptiveImportance | None = None,
    futures: int = 256,
    lever_draws: int = LEVER_DRAWS,
    edges: Sequence[float] | None = None,
    without: Sequence[str] = (),
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> Fitted:
    """Solve, infer and forecast a case.

    The run's folder is named after everything that its numbers depend on – model, assumptions, reported moves, settings,
    code –, so that finished draws of an interrupted or earlier run are reused exactly when nothing of that has changed.

    Parameters
    ----------
    runs
        Folder for runs; made if missing. The case's own if not given, as `openparley.record.runs_dir` has it.
    futures
        Simulated futures a draw.
    lever_draws
        Draws in which the levers are pulled, a sample by weight if there are more; 0 leaves the levers out. The rest of the
        result does not depend on it, and neither does the run's folder.
    edges
        Ends between the bands of a list of words, for a flip test; with them, or with none in an empty list, the run says what
        its headline hinges on, by the emulator, unless an earlier call has it by real solves. None leaves it out.
    without
        What to leave out together, as in `openparley.infer.leave_out`, beside every outlet and every origin in turn;
        ``"entries"`` stands for every entry behind a report, in turn. Anything that changes other reports than outlets and
        origins do is another run: it is weighed while a draw's solution exists.
    scheduler
        Address of a Dask scheduler whose workers compute, instead of local processes; the result does not depend on it.
    progress
        Called with (stage, done, all): when a stage begins, and after each draw.

    Raises
    ------
    CaseError
        If the case has no model or it does not fit, or the record has nothing of a name in ``without``.
    LockedError
        If another process computes the same run.
    InferenceError
        If a worker process was lost, or the cluster cannot be used; finished draws are kept.
    """
    refuse_script_again()
    model, asked = registered(case, build_model(case), without)
    engine = (engine or AdaptiveImportance()).on(model)
    settings = _settings(model, engine, futures)
    key = _key(case, model, settings, engine.seed)
    folder = (runs or runs_dir(case)) / key
    draws = folder / "draws"
    draws.mkdir(parents=True, exist_ok=True)
    with lock(folder):
        reused = len(list(draws.glob("draw-*.npz")))
        began = _now()
        tasks: dict[str, Task] = {PREFIX: Futures(futures), LOOKOUT: Lookout(futures), TASK: LeaveOut()}
        with Workers(model, engine.processes, scheduler) as workers:
            run = run_draws(model, engine, tasks, checkpoint=draws, progress=progress, workers=workers)
            posterior = summarise(model, run, engine)
            pulled = None
            if lever_draws:
                pulled = pull_levers(
                    model, run, engine, posterior.weights, most=lever_draws, prefix=PREFIX, checkpoint=draws, progress=progress,
                    workers=workers,
                )  # fmt: skip
            hinges = None if edges is None else _hinges(model, run, engine, posterior, workers, folder, edges, progress)
        ahead = watched(case, model, run, posterior.weights, folder, seed=engine.seed)
        forecast = replace(predict(model, run, posterior, pulled), indicators=ahead.indicators, followed=ahead.followed, hinges=hinges)
        settings["lever_draws"] = len(pulled.draws) if pulled else 0
        record = {**_record(case, key, settings, engine.seed, began, posterior), **described(case, model, posterior, forecast)}
        for name, table in tables(posterior, forecast).items():
            atomic_write(folder / name, table.encode())
        write_indicators(ahead)
        atomic_write(folder / "run.json", (json.dumps(record, ensure_ascii=False, indent=1, default=str) + "\n").encode())
    found = next((result for result in posterior.left_out if asked and result.variant.id == asked.id), None)
    return Fitted(model, posterior, forecast, record, folder, reused, found, case)


def _hinges(
    model: Model,
    run: Run,
    engine: AdaptiveImportance,
    posterior: Posterior,
    workers: Workers,
    folder: Path,
    edges: Sequence[float],
    progress: Progress | None,
) -> Hinges | None:
    """What the headline hinges on, kept or by the emulator alone; None with too few draws for one."""
    headline = next((row.id for row in model.outcomes if row.headline), None)
    if headline is None or np.isfinite(run.log_evidence[:, -1]).sum() < FEWEST_DRAWS:
        return None
    if (kept := kept_hinges(folder, headline, edges)) is not None:
        return kept
    found = find_hinges(model, run, engine, posterior.weights, workers, outcome=headline, edges=edges, confirm=0, progress=progress)
    write_hinges(found, folder)
    return found


def registered(case: Case, model: Model, without: Sequence[str]) -> tuple[Model, Variant | None]:
    """The model with the variants of the record that a run weighs, and the one that is asked for.

    Raises
    ------
    CaseError
        If the record has nothing of a name in ``without``.
    """
    names = [name for name in without if name.strip().lower() != ENTRIES]
    kinds = (*ALWAYS, "entry") if len(names) < len(without) else ALWAYS
    asked = leave_out(case, names) if names else None
    kept = [variant for variant in model.variants if variant.kind in kinds]
    kept += [asked] if asked and asked.id not in {variant.id for variant in kept} else []
    return replace(model, variants=numbered(kept)), asked


def _settings(model: Model, engine: AdaptiveImportance, futures: int) -> dict[str, Any]:
    """Settings that the numbers depend on."""
    grid = {"tolerance", "most_passes", "max_seconds", "spacing", "reach", "roots_checked"}
    return {
        "draws": engine.draws,
        "batch": engine.batches[0],
        "fine": engine.finely,
        "futures_per_draw": futures,
        **{name: value for name, value in asdict(engine.grid).items() if name in grid and value is not None},
        **{f"nodes.{actor}": engine.grid.nodes_for(actor) for actor in model.uncertain},
    }


def _key(case: Case, model: Model, settings: Mapping[str, Any], seed: int) -> str:
    """Hash of everything that the numbers of a run depend on."""
    file = case.file
    family = Path(inspect.getfile(FAMILIES[model.family]))  # may come from a package other than ours
    parts = {
        "model": file.model.model_dump(mode="json") if file.model else None,
        "family": hashlib.sha256(family.read_bytes()).hexdigest(),
        "cutoff": str(file.cutoff),
        "accounts": [(account.id, account.actor) for account in file.accounts],
        "assumptions": [
            row.model_dump(mode="json", include={"id", "sets", "low", "likely", "high", "distribution"}) for row in file.assumptions
        ],
        "outcomes": [row.model_dump(mode="json", include={"id", "when"}) for row in file.outcomes],
        "levers": [row.model_dump(mode="json", include={"id", *LEVER_FIELDS}) for row in file.levers],
        # which moves, not which entries: an entry that changes no move changes no number
        "reports": _told(model.observed),
        "without": {variant.index: _told(variant.observed) for variant in model.variants if variant.changes},
        "settings": settings,
        "seed": seed,
        "software": software(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:KEY_LENGTH]


def _told(observed: Observed) -> list[tuple[Any, ...]]:
    """All of a record that the filter sees; of whom a report comes, it does not."""
    return [(report.round, report.actor, report.move, report.readings) for report in observed.reports]


def _record(case: Case, key: str, settings: Mapping[str, Any], seed: int, began: str, posterior: Posterior) -> dict[str, Any]:
    digest = case.digest()
    return {
        "id": key,
        "case": case.name,
        "seed": seed,
        "version": openparley.__version__,
        "created": _now(),
        "status": posterior.status,
        "inputs": digest,
        "settings": dict(settings),
        "software": software(),
        "prov": {
            "entity": {f"file:{name}": {"sha256": value} for name, value in digest.items()},
            "activity": {f"run:{key}": {"startedAtTime": began, "endedAtTime": _now(), "seed": seed, **settings}},
            "agent": {"software:openparley": software()},
            "used": [{"activity": f"run:{key}", "entity": f"file:{name}"} for name in digest],
            "wasAssociatedWith": [{"activity": f"run:{key}", "agent": "software:openparley"}],
        },
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
