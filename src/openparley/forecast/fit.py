"""One run of a case: the posterior and the forecast, kept in a folder that a stop or a crash leaves usable."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import openparley
from openparley.forecast.forecast import Forecast
from openparley.forecast.futures import Futures
from openparley.forecast.levers import pull_levers
from openparley.forecast.predict import PREFIX, predict
from openparley.infer.checkpoint import Progress
from openparley.infer.engine import AdaptiveImportance, run_draws
from openparley.infer.model import Model, build_model
from openparley.infer.posterior import Estimate, Posterior
from openparley.infer.summary import summarise
from openparley.infer.workers import Workers
from openparley.record.case import Case
from openparley.record.store import atomic_write, lock

COMPUTING = ("record", "game", "solve", "infer", "forecast")  # layers whose code decides the numbers
TOOLS = ("numpy", "numba", "scipy")
KEY_LENGTH = 12
LEVER_DRAWS = 64  # draws in which levers are pulled: each costs a solve a lever


@dataclass(frozen=True)
class Fitted:
    """A finished run.

    Attributes
    ----------
    run
        What ``run.json`` holds: inputs with hashes, settings, seed, version, in the terms of W3C PROV.
    folder
        Where it is kept.
    reused
        Draws taken from an earlier run of the same inputs.
    """

    model: Model
    posterior: Posterior
    forecast: Forecast
    run: Mapping[str, Any]
    folder: Path
    reused: int


def fit(
    case: Case,
    runs: Path,
    *,
    engine: AdaptiveImportance | None = None,
    futures: int = 256,
    lever_draws: int = LEVER_DRAWS,
    progress: Progress | None = None,
) -> Fitted:
    """Solve, infer and forecast a case.

    The run's folder is named after everything that its numbers depend on – model, assumptions, reported moves, settings,
    code –, so that finished draws of an interrupted or earlier run are reused exactly when nothing of that has changed.

    Parameters
    ----------
    runs
        Folder for runs; made if missing.
    futures
        Simulated futures a draw.
    lever_draws
        Draws in which the levers are pulled, a sample by weight if there are more; 0 leaves the levers out. The rest of the
        result does not depend on it, and neither does the run's folder.
    progress
        Called with (stage, done, all): when a stage begins, and after each draw.

    Raises
    ------
    CaseError
        If the case has no model or it does not fit.
    LockedError
        If another process computes the same run.
    """
    model = build_model(case)
    engine = (engine or AdaptiveImportance()).on(model)
    settings = {
        "draws": engine.draws,
        "batch": engine.batches[0],
        "fine": engine.finely,
        "futures_per_draw": futures,
        "tolerance": engine.grid.tolerance,
        "most_passes": engine.grid.most_passes,
    }
    settings |= {f"nodes.{actor}": engine.grid.nodes_for(actor) for actor in model.uncertain}
    key = _key(case, model, settings, engine.seed)
    folder = runs / key
    draws = folder / "draws"
    draws.mkdir(parents=True, exist_ok=True)
    with lock(folder):
        reused = len(list(draws.glob("draw-*.npz")))
        began = _now()
        with Workers(model, engine.processes) as workers:
            run = run_draws(model, engine, {PREFIX: Futures(futures)}, checkpoint=draws, progress=progress, workers=workers)
            posterior = summarise(model, run, engine)
            pulled = None
            if lever_draws:
                pulled = pull_levers(
                    model, run, engine, posterior.weights, most=lever_draws, prefix=PREFIX, checkpoint=draws, progress=progress,
                    workers=workers,
                )  # fmt: skip
        forecast = predict(model, run, posterior, pulled)
        record = _record(case, key, {**settings, "lever_draws": len(pulled.draws) if pulled else 0}, engine.seed, began, posterior)
        for name, table in _tables(posterior, forecast).items():
            atomic_write(folder / name, table.encode())
        atomic_write(folder / "run.json", (json.dumps(record, ensure_ascii=False, indent=1, default=str) + "\n").encode())
    return Fitted(model, posterior, forecast, record, folder, reused)


def _key(case: Case, model: Model, settings: Mapping[str, Any], seed: int) -> str:
    """Hash of everything that the numbers of a run depend on."""
    file = case.file
    parts = {
        "model": file.model.model_dump(mode="json") if file.model else None,
        "cutoff": str(file.cutoff),
        "accounts": [(account.id, account.actor) for account in file.accounts],
        "assumptions": [
            row.model_dump(mode="json", include={"id", "sets", "low", "likely", "high", "distribution"}) for row in file.assumptions
        ],
        "outcomes": [row.model_dump(mode="json", include={"id", "when"}) for row in file.outcomes],
        "levers": [row.model_dump(mode="json", include={"id", "game"}) for row in file.levers],
        # which moves, not which entries: an entry that changes no move changes no number
        "reports": [(report.round, report.actor, report.move) for report in model.observed.reports],
        "settings": settings,
        "seed": seed,
        "software": software(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:KEY_LENGTH]


def software() -> dict[str, str]:
    """Versions of what computes, and a hash of our own computing code."""
    package = Path(openparley.__file__).parent
    code = hashlib.sha256()
    for layer in COMPUTING:
        for path in sorted((package / layer).rglob("*.py")):
            code.update(path.read_bytes())
    return {"openparley": openparley.__version__, "code": code.hexdigest()[:KEY_LENGTH], **{name: metadata.version(name) for name in TOOLS}}


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


def _tables(posterior: Posterior, forecast: Forecast) -> dict[str, str]:
    """The results as CSV, by file name."""
    estimates = list(Estimate.__dataclass_fields__)
    accounts = [
        (path.actor, label, row.start, path.share[t, i], path.low[t, i], path.high[t, i])
        for path in posterior.accounts.values()
        for t, row in enumerate(posterior.rounds)
        for i, label in enumerate(path.labels)
    ]
    outcomes = [
        (outcome.id, week.start, *asdict(number).values())
        for outcome in forecast.outcomes.values()
        for week, number in zip(forecast.weeks, outcome.by_week, strict=True)
    ]
    levers = [
        (lever.id, effect.outcome, column, *asdict(number).values())
        for lever in forecast.levers.values()
        for effect in lever.effects.values()
        for column, number in (("without", effect.without), ("with", effect.with_lever), ("difference", effect.difference))
    ]
    moves = [
        (
            move.round, move.actor, move.move, " ".join(move.entries), move.predictive_prob, move.uniform_prob, move.frequency_prob,
            move.markov_prob,
        )
        for move in posterior.moves
    ]  # fmt: skip
    evidence = [
        (matrix.actor, row.round, row.actor, row.move, " ".join(row.entries), label, value, row.diagnostic)
        for matrix in posterior.evidence.values()
        for row in matrix.rows
        for label, value in row.log_evidence.items()
    ]
    draws = [(i, weight, *(values[i] for values in posterior.draws.values())) for i, weight in enumerate(posterior.weights)]
    return {
        "accounts.csv": _csv(["actor", "account", "round_start", "share", "low", "high"], accounts),
        "outcomes.csv": _csv(["outcome", "week_start", *estimates], outcomes),
        # without levers a table of an earlier run stays: it is of the same draws
        **({"levers.csv": _csv(["lever", "outcome", "column", *estimates], levers)} if levers else {}),
        "moves.csv": _csv(["round", "actor", "move", "entries", "model_prob", "uniform_prob", "frequency_prob", "markov_prob"], moves),
        "evidence.csv": _csv(["about", "round", "actor", "move", "entries", "account", "log_evidence", "diagnostic"], evidence),
        "draws.csv": _csv(["draw", "weight", *posterior.draws], draws),
    }


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
