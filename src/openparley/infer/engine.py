"""Runs the draws: in local processes, with progress, a checkpoint after each, and a clean stop."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from pathlib import Path

import numpy as np

from openparley.errors import InferenceError
from openparley.infer.draw import Table, Task, work
from openparley.infer.model import Model
from openparley.infer.prior import draw_assumptions
from openparley.record.store import atomic_write
from openparley.solve.belief_grid import BeliefGrid

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class PriorSampling:
    """Importance sampling with the prior as proposal: every draw is weighted by how well it predicted the record.

    Attributes
    ----------
    draws
        Draws of the assumptions; each is solved once, and once more per lever.
    grid
        Settings of the solver.
    processes
        Local processes; None for one a core. The result does not depend on it.
    """

    draws: int = 64
    seed: int = 20250529
    grid: BeliefGrid = field(default_factory=lambda: BeliefGrid(nodes=4, tolerance=3e-4, roots_checked=8))
    processes: int | None = None


@dataclass(frozen=True)
class Run:
    """All draws of one engine on one model."""

    values: Mapping[str, np.ndarray]
    tables: tuple[Table, ...]


def run_draws(
    model: Model, engine: PriorSampling, tasks: Mapping[str, Task], *, checkpoint: Path | None = None, progress: Progress | None = None
) -> Run:
    """Solve and filter every draw, reusing those that a checkpoint holds.

    Parameters
    ----------
    checkpoint
        Folder for one file a draw, written when the draw is done. It must belong to this model, engine and tasks.
    progress
        Called with (done, all) after each draw.

    Raises
    ------
    InferenceError
        If a worker process was lost; finished draws stay in the checkpoint.
    """
    draws = draw_assumptions(model.assumptions, count=engine.draws, seed=engine.seed)
    tables: dict[int, Table] = {k: table for k in range(engine.draws) if (table := _load(checkpoint, k)) is not None}
    if progress and tables:
        progress(len(tables), engine.draws)
    todo = [k for k in range(engine.draws) if k not in tables]
    if todo:
        # the first draw is done here, so that compiled code is on disk before several processes ask for it
        for k in todo[:1]:
            tables[k] = _keep(checkpoint, k, work(model, draws.at(k), k, engine.seed, engine.grid, tasks))
            if progress:
                progress(len(tables), engine.draws)
        todo = todo[1:]
    if todo:
        _in_processes(model, engine, tasks, [(k, draws.at(k)) for k in todo], tables, checkpoint, progress)
    return Run(draws.values, tuple(tables[k] for k in range(engine.draws)))


def _in_processes(
    model: Model,
    engine: PriorSampling,
    tasks: Mapping[str, Task],
    todo: Sequence[tuple[int, Mapping[str, float]]],
    tables: dict[int, Table],
    checkpoint: Path | None,
    progress: Progress | None,
) -> None:
    workers = min(engine.processes or os.cpu_count() or 1, len(todo))
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_start_worker, initargs=(model, engine, tasks))
    try:
        with _interrupts_held():
            pending: dict[Future[Table], int] = {pool.submit(_work_here, k, values): k for k, values in todo}
        while pending:
            done, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                k = pending.pop(future)
                tables[k] = _keep(checkpoint, k, future.result())
                if progress:
                    progress(len(tables), engine.draws)
    except BaseException as problem:
        # on Ctrl-C or a lost worker nothing that is done is lost: drop what has not begun and let the rest go
        for process in list((pool._processes or {}).values()):
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
        if isinstance(problem, BrokenProcessPool):
            message = f"a worker process was lost after {len(tables)} of {engine.draws} draws (out of memory?)."
            raise InferenceError(message, hint="Run the command again: finished draws are kept.") from problem
        raise
    pool.shutdown()


_HERE: dict[str, object] = {}


def _start_worker(model: Model, engine: PriorSampling, tasks: Mapping[str, Task]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _HERE.update(model=model, engine=engine, tasks=tasks)


def _leave_with_parent() -> None:
    """End with the parent: one that was killed says nothing, and its workers would wait for work for ever."""
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back while workers start; they inherit that, and so do not die of it with a traceback each."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work_here(index: int, values: Mapping[str, float]) -> Table:
    model, engine, tasks = _HERE["model"], _HERE["engine"], _HERE["tasks"]
    assert isinstance(model, Model)
    assert isinstance(engine, PriorSampling)
    assert isinstance(tasks, Mapping)
    return work(model, values, index, engine.seed, engine.grid, tasks)


def _path(checkpoint: Path, index: int) -> Path:
    return checkpoint / f"draw-{index:05d}.npz"


def _keep(checkpoint: Path | None, index: int, table: Table) -> Table:
    if checkpoint is not None:
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **table)
        atomic_write(_path(checkpoint, index), buffer.getvalue())
    return table


def _load(checkpoint: Path | None, index: int) -> Table | None:
    """A finished draw; None when there is none or its file is not whole."""
    if checkpoint is None or not _path(checkpoint, index).exists():
        return None
    try:
        with np.load(io.BytesIO(_path(checkpoint, index).read_bytes()), allow_pickle=False) as file:
            return dict(file)
    except Exception:  # a torn file raises a dozen different things, and all of them mean that the draw is to be done again
        return None
