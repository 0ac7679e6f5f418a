"""What if: levers pulled on a finished run, from the draws that it kept; nothing but the games with a lever is solved.

The run's folder says everything: ``run.json`` the settings and what the numbers depended on, ``draws.csv`` the assumptions and
weights, ``draws/`` where the futures of each draw began. The case is read for its record and its game, and must be the same.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from openparley._display import Shown
from openparley.errors import CaseError, Complaint, InferenceError, one_of
from openparley.forecast.fitting import LEVER_DRAWS, registered, software
from openparley.forecast.forecast import LeverForecast
from openparley.forecast.futures import NEVER
from openparley.forecast.lever_names import parse_lever
from openparley.forecast.levers import Pull, Pulled, PullLevers, pull_levers, sampled, start_of, together, with_pulls
from openparley.forecast.predicting import PREFIX, lever_forecast, share_of_futures, within_horizon
from openparley.forecast.runs import FinishedRun
from openparley.forecast.telling import tells
from openparley.infer.checkpoint import Progress
from openparley.infer.draw import Table
from openparley.infer.engine import AdaptiveImportance, Run, finished_run
from openparley.infer.model import Model, build_model
from openparley.infer.posterior import Estimate
from openparley.infer.weights import normalised, pareto_smoothed
from openparley.infer.workers import Workers
from openparley.record.case import Case
from openparley.record.store import atomic_write, lock
from openparley.solve.belief_grid import BeliefGrid

NAME_LENGTH = 12
NUMBERS = ("sets", "low", "likely", "high", "distribution")
UNCHANGED = Pull("unchanged", "nothing", "commitment")


@dataclass(frozen=True)
class Resumption:
    """A finished run read back so that it can be gone on with.

    Attributes
    ----------
    weights
        Posterior weight of every draw.
    notes
        What has changed since, in nothing that its numbers depend on.
    """

    finished: FinishedRun
    case: Case
    model: Model
    run: Run
    engine: AdaptiveImportance
    weights: Float[np.ndarray, " draw"]
    notes: tuple[str, ...]

    @property
    def draws_folder(self) -> Path:
        """Where what a draw gave is kept."""
        return self.finished.folder / "draws"


@dataclass(frozen=True)
class WhatIf(Shown):
    """Levers on one run.

    Attributes
    ----------
    levers
        Id → the three columns of every outcome and the gains; an actor whose own payoffs the lever changes has no gain.
    pulls
        Id → what was changed.
    draws
        In how many draws of the run each was pulled, of how many.
    """

    run: FinishedRun
    levers: Mapping[str, LeverForecast]
    pulls: Mapping[str, Pull]
    draws: tuple[int, int]
    futures: int
    names: Mapping[str, str]
    notes: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """One row for every lever and outcome, then for every lever and actor."""
        found = []
        for id, lever in self.levers.items():
            for effect in lever.effects.values():
                for column in ("without", "with_lever", "difference"):
                    number: Estimate = getattr(effect, column)
                    told = tells(number) if column == "difference" else ""
                    found.append(
                        {"lever": id, "pulls": lever.pulls, "of": effect.outcome, "column": column, **asdict(number), "told": told}
                    )
            for actor, gain in lever.gains.items():
                row = {"lever": id, "pulls": lever.pulls, "of": actor, "column": f"gain in {lever.units[actor]}"}
                found.append({**row, **asdict(gain), "told": tells(gain)})
        return found

    def as_json(self) -> dict[str, Any]:
        """Plain data: what was done, what came of it, how to have it again."""
        return {
            "run": self.run.id,
            "case": self.run.case,
            "seed": self.run.record["seed"],
            "levers": {
                id: {
                    **asdict(self.pulls[id]),
                    "effects": {key: {**asdict(effect), "told": tells(effect.difference)} for key, effect in lever.effects.items()},
                    "gains": {
                        actor: {**asdict(gain), "unit": lever.units[actor], "told": tells(gain)} for actor, gain in lever.gains.items()
                    },
                }
                for id, lever in self.levers.items()
            },
            "draws": self.draws[0],
            "of_draws": self.draws[1],
            "futures": self.futures,
            "software": software(),
            "notes": list(self.notes),
        }


def resume(case: Case, finished: FinishedRun) -> Resumption:
    """Read a finished run back.

    Raises
    ------
    CaseError
        If the run is not of this case, the case has changed in something that the run's numbers depend on, or the draws are
        gone.
    """
    if finished.case != case.name:
        message = f"the run {finished.id} is of the case “{finished.case}”, not of “{case.name}”."
        raise CaseError(Complaint(str(finished.folder), None, None, finished.case, case.name, None, message))
    model = registered(case, build_model(case), ())[0]
    notes = _check_unchanged(case, model, finished)
    settings = finished.need("settings", "its settings")
    engine = AdaptiveImportance(int(settings["draws"]), int(settings["batch"]), int(finished.record["seed"]), _grid(settings, model))
    try:
        run = finished_run(model, engine, finished.folder / "draws")
    except InferenceError as problem:
        hint = f"Run `parley fit {case.name}` again; finished draws are reused."
        raise CaseError(Complaint(str(finished.folder / "draws"), None, None, None, None, hint, str(problem))) from None
    weights, _ = pareto_smoothed(normalised(run.log_evidence[:, -1] + run.log_ratio))
    return Resumption(finished, case, model, run, engine, weights, tuple(notes))


def what_if(
    resumed: Resumption,
    levers: Sequence[str],
    *,
    as_one: bool = False,
    most: int = LEVER_DRAWS,
    processes: int | None = None,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> WhatIf:
    """Pull levers on a finished run; finished draws of an earlier or interrupted call are reused.

    Parameters
    ----------
    levers
        As in `openparley.forecast.lever_names.parse_lever`.
    as_one
        Pull all of them together, instead of each alone.
    most
        Draws in which each is pulled, a sample by weight if the run has more.
    scheduler
        Address of a Dask scheduler whose workers solve, instead of local processes; the result does not depend on it.

    Raises
    ------
    CaseError
        If a lever is not known, or today's software does not reproduce the run.
    InferenceError
        If nothing of the dispute is left to be played, a worker process was lost, or the cluster cannot be used.
    """
    model = resumed.model
    pulls = list({pull.id: pull for pull in (parse_lever(text, model) for text in levers)}.values())
    pulls = [together(pulls)] if as_one else pulls
    if int(resumed.run.tables[0][f"{PREFIX}.start.when"][0]) >= model.rounds:
        raise InferenceError("no round is left after the cut-off, so no lever can change anything.")
    changed = with_pulls(model, pulls)
    first = within_horizon(model, [table[f"{PREFIX}.first"] for table in resumed.run.tables])
    today = {row.id: share_of_futures(first[:, :, i] != NEVER, resumed.weights) for i, row in enumerate(model.outcomes)}
    found, notes = {}, list(resumed.notes)
    with lock(resumed.finished.folder), Workers(changed, processes, scheduler) as workers:
        notes += check_software(resumed, most)
        pulled = None
        for pull in pulls:
            pulled = _pull(resumed, changed, pull, most, workers, progress)
            found[pull.id] = lever_forecast(changed, pull.id, pulled, first, resumed.weights, today)
    counts = (len(pulled.draws) if pulled else 0, len(resumed.weights))
    names = {row.id: row.name for row in model.outcomes}
    return WhatIf(resumed.finished, found, {pull.id: pull for pull in pulls}, counts, first.shape[1], names, tuple(notes))


def _pull(resumed: Resumption, model: Model, pull: Pull, most: int, workers: Workers, progress: Progress | None) -> Pulled:
    said = json.dumps([asdict(replace(pull, name="")), software()], sort_keys=True, default=str)
    name = f"whatif-{hashlib.sha256(said.encode()).hexdigest()[:NAME_LENGTH]}"

    def show(stage: str, done: int, total: int) -> None:
        if progress is not None:
            progress(f"pulling {pull.id}", done, total)

    return pull_levers(
        model, resumed.run, resumed.engine, resumed.weights, most=most, prefix=PREFIX, checkpoint=resumed.draws_folder, progress=show,
        workers=workers, pulls=(pull,), name=name,
    )  # fmt: skip


def write_whatif(found: WhatIf) -> tuple[Path, Path]:
    """``whatif.csv`` and ``whatif.json`` in the run's folder."""
    text, rows = io.StringIO(), found.rows()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    paths = found.run.folder / "whatif.csv", found.run.folder / "whatif.json"
    atomic_write(paths[0], text.getvalue().encode())
    atomic_write(paths[1], (json.dumps(found.as_json(), ensure_ascii=False, indent=1, default=str) + "\n").encode())
    return paths


def _check_unchanged(case: Case, model: Model, finished: FinishedRun) -> list[str]:
    """Notes on files that changed in nothing that matters.

    Raises
    ------
    CaseError
        If something changed that the run's numbers depend on.
    """
    file, was = case.file, {key: finished.need(key, "what its numbers depend on") for key in ("cutoff", "model", "accounts", "inputs")}
    now = case.digest()
    files = sorted(name for name in was["inputs"].keys() | now.keys() if was["inputs"].get(name) != now.get(name))
    differ = [
        what
        for what, same in (
            ("the cut-off", was["cutoff"] == file.cutoff.isoformat()),
            ("the model section", file.model is not None and was["model"] == file.model.model_dump(mode="json")),
            ("the accounts", was["accounts"] == [{"id": row.id, "actor": row.actor} for row in file.accounts]),
            ("what resolves an outcome", _whens(finished) == [(row.id, row.when.model_dump(mode="json")) for row in file.outcomes]),
            ("the reported moves", _reports(finished) == [(r.round, r.actor, r.move, dict(r.readings)) for r in model.observed.reports]),
        )
        if not same
    ]
    old = finished.need("assumptions", "its assumptions")
    ranges = {row.id: row.model_dump(mode="json", include=set(NUMBERS)) for row in file.assumptions}
    ids = [id for id in sorted(old.keys() | ranges.keys()) if {key: old.get(id, {}).get(key) for key in NUMBERS} != ranges.get(id)]
    differ += [f"the assumption{'s' if len(ids) > 1 else ''} {one_of(ids).replace(' or ', ' and ')}"] if ids else []
    if differ:
        where = f" ({', '.join(files)})" if files else ""
        message = f"the case has changed since the run {finished.id}{where}: {'; '.join(differ)}."
        hint = f"Fit it as it is now: parley fit {case.name}"
        raise CaseError(Complaint(str(finished.folder / "run.json"), None, None, files, None, hint, message))
    return [f"Changed since the run, in nothing that its numbers depend on: {', '.join(files)}."] if files else []


def _whens(finished: FinishedRun) -> list[tuple[str, Any]]:
    return [(id, row["when"]) for id, row in finished.need("outcomes", "how its outcomes were defined").items()]


def _reports(finished: FinishedRun) -> list[tuple[int, str, str, dict[str, float]]]:
    return [(r["round"], r["actor"], r["move"], r["readings"]) for r in finished.need("reports", "which moves were reported")]


def check_software(resumed: Resumption, most: int) -> list[str]:
    """A note where the software is another, and gives the same futures.

    Raises
    ------
    CaseError
        If it does not.
    """
    was = resumed.finished.need("software", "its software")
    if was == software():
        return []
    k = sampled(resumed.weights, most, seed=resumed.engine.seed)[0][0]
    job = PullLevers(resumed.engine.seed, resumed.engine.grid, (UNCHANGED,))
    again: Table = job(resumed.model, k, resumed.run.at(k), start_of(resumed.run.tables[k], PREFIX))
    same = bool(np.array_equal(again["first.unchanged"], resumed.run.tables[k][f"{PREFIX}.first"]))
    names = ", ".join(sorted(key for key in was.keys() | software().keys() if was.get(key) != software().get(key)))
    if not same:
        message = f"the run {resumed.finished.id} was made with other software ({names}), which plays the same futures differently."
        hint = f"Make the run again: parley fit {resumed.case.name}"
        raise CaseError(Complaint(str(resumed.finished.folder / "run.json"), None, None, names, None, hint, message))
    return [f"The software is another since the run ({names}); draw {k} was played again without a lever and came out the same."]


def _grid(settings: Mapping[str, Any], model: Model) -> BeliefGrid:
    """The solver's settings of the run."""
    names = [name for name in BeliefGrid.__dataclass_fields__ if name in settings and name != "nodes"]
    nodes = {actor: int(settings[f"nodes.{actor}"]) for actor in model.uncertain}
    return BeliefGrid(nodes=nodes, **{name: settings[name] for name in names})
