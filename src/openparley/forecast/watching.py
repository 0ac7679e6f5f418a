"""Indicators of a finished run over any number of rounds: the rest of the game is solved again in some of its draws."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from openparley.errors import InferenceError
from openparley.forecast.following import Watched, finish, watched
from openparley.forecast.indicators import LOOKOUT, Watch, find_indicators
from openparley.forecast.levers import sampled, start_of
from openparley.forecast.predicting import PREFIX
from openparley.forecast.whatif import Resumption, check_software
from openparley.infer.checkpoint import Progress, run_jobs
from openparley.infer.software import software
from openparley.infer.workers import Workers
from openparley.record.store import lock

STAGE = "looking for indicators"
NAME_LENGTH = 12


def watch_run(
    resumed: Resumption,
    rounds: int,
    *,
    most: int,
    processes: int | None = None,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> Watched:
    """Indicators of a finished run; finished draws of an earlier or interrupted call are reused.

    Over as many rounds as the run itself looked ahead nothing is solved: every draw kept what is needed.

    Parameters
    ----------
    rounds
        Rounds of the window.
    most
        Draws in which the game is solved again and played on, a sample by weight if the run has more.
    scheduler
        Address of a Dask scheduler whose workers compute, instead of local processes.

    Raises
    ------
    InferenceError
        If no round is left, a worker process was lost, or the cluster cannot be used.
    CaseError
        If today's software does not reproduce the run.
    """
    model, run, engine = resumed.model, resumed.run, resumed.engine
    first = int(run.tables[0][f"{PREFIX}.start.when"][0])
    if first >= model.horizon:
        raise InferenceError("no round that is forecast is left after the cut-off, so there is nothing to watch for.")
    rounds = min(rounds, model.horizon - first)
    kept = run.tables[0].get(f"{LOOKOUT}.by_round")
    if kept is not None and len(kept) == rounds:
        return watched(resumed.case, model, run, resumed.weights, resumed.finished.folder, seed=engine.seed)
    draws, share = sampled(resumed.weights, most, seed=engine.seed)
    items = {k: (run.at(k), start_of(run.tables[k], PREFIX)) for k in draws}
    name = f"watch-{hashlib.sha256(json.dumps([rounds, software()], sort_keys=True).encode()).hexdigest()[:NAME_LENGTH]}"

    def show(done: int) -> None:
        if progress is not None:
            progress(STAGE, done, len(items))

    with lock(resumed.finished.folder), Workers(replace(model, levers={}, lever_positions={}), processes, scheduler) as workers:
        check_software(resumed, most)
        job = Watch(rounds, engine.seed, engine.grid)
        tables = run_jobs(workers, job, items, name=name, checkpoint=resumed.draws_folder, done=show)
    worlds = [run.tables[k][f"{PREFIX}.world"] for k in draws]
    types = run.tables[0]["world_types"]
    found = find_indicators(model, list(tables.values()), worlds, share, types, first=first, seed=engine.seed)
    return finish(resumed.case, model, run, found, resumed.finished.folder, draws=len(draws))
