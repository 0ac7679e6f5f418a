"""What the headline of a finished run hinges on: its draws are read back, and only games with an assumption set are solved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from openparley.errors import InferenceError
from openparley.forecast.hinges import CONFIRMED, SOLVED_DRAWS, Hinges, find_hinges
from openparley.forecast.whatif import Resumption, check_software
from openparley.infer.checkpoint import Progress
from openparley.infer.emulator import FEWEST_DRAWS
from openparley.infer.workers import Workers
from openparley.record.store import lock

MORE_DRAWS = 256  # of a hundred assumptions; the linear emulator then has skill where there is anything to find


def headline_of(resumed: Resumption) -> str:
    """Id of the headline outcome."""
    return next(row.id for row in resumed.model.outcomes if row.headline)


def run_hinges(
    resumed: Resumption,
    *,
    outcome: str | None = None,
    edges: Sequence[float] = (),
    solved_draws: int = SOLVED_DRAWS,
    confirm: int = CONFIRMED,
    processes: int | None = None,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> tuple[Hinges, tuple[str, ...]]:
    """What one outcome of a finished run hinges on, with notes; finished solves of an earlier or interrupted call are reused.

    Parameters
    ----------
    outcome
        By id; the headline if not given.
    edges, solved_draws, confirm
        As in `openparley.forecast.hinges.find_hinges`.
    scheduler
        Address of a Dask scheduler whose workers solve, instead of local processes; the result does not depend on it.

    Raises
    ------
    InferenceError
        If the run has too few draws for an emulator, a worker process was lost, or the cluster cannot be used.
    ParameterError
        If the model has no such outcome.
    CaseError
        If today's software does not reproduce the run.
    LockedError
        If another process computes with the same run.
    """
    usable = int(np.isfinite(resumed.run.log_evidence[:, -1]).sum())
    if usable < FEWEST_DRAWS:
        message = f"the run {resumed.finished.id} has {usable} draws that the record does not exclude; an emulator needs {FEWEST_DRAWS}."
        raise InferenceError(message, hint=f"Fit with more: parley fit {resumed.case.name} --draws {MORE_DRAWS}")
    plain = replace(resumed.model, levers={}, lever_positions={})
    with lock(resumed.finished.folder), Workers(plain, processes, scheduler) as workers:
        notes = check_software(resumed, solved_draws) if confirm else []
        found = find_hinges(
            resumed.model, resumed.run, resumed.engine, resumed.weights, workers, outcome=outcome or headline_of(resumed),
            edges=edges, solved_draws=solved_draws, confirm=confirm, checkpoint=resumed.draws_folder, progress=progress,
        )  # fmt: skip
    return found, (*resumed.notes, *notes)
