"""Threads that share out the positions of a step; compiled loops run side by side as they let go of the interpreter."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import pairwise
from multiprocessing import parent_process
from types import TracebackType
from typing import TypeVar

import numpy as np

SMALL = 4_000  # position-points that a single call takes on: a millisecond or two, enough to be worth handing over
CHUNKS = 6  # a thread; positions differ in passes, so that equal shares would not end together
HEARD_EVERY = 0.05  # seconds between looks at the keyboard while threads work

Found = TypeVar("Found")


def usual_threads() -> int:
    """One a core; one in a worker process, whose neighbours use the other cores."""
    return 1 if parent_process() is not None else os.cpu_count() or 1


class Crew:
    """Calls a function on ranges of positions, in threads where that pays; a context manager.

    What is computed does not depend on the number of threads. ``cancel`` (1) turns 1 when the user interrupts; compiled
    loops look at it between positions.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.cancel = np.zeros(1, np.int64)
        self._pool: ThreadPoolExecutor | None = None

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.cancel[0] = 1
        if self._pool is not None:
            self._pool.shutdown()

    def share_out(self, work: Callable[[int, int], Found], start: int, stop: int, points: int) -> list[Found]:
        """``work(first, last)`` on ranges that make up start to stop, each position as large as ``points``."""
        positions = stop - start
        parts = max(-(-positions * points // SMALL), 1)
        if parts > 1 and self.threads > 1:
            parts = max(self.threads, min(parts, CHUNKS * self.threads))
        edges = np.unique(np.linspace(start, stop, min(parts, max(positions, 1)) + 1).astype(int)).tolist()
        ranges = list(pairwise(edges))
        if self.threads == 1 or len(ranges) == 1:
            return [work(first, last) for first, last in ranges]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.threads)
        futures: list[Future[Found]] = []
        try:
            futures += [self._pool.submit(work, first, last) for first, last in ranges]
            # a wait without a limit would keep Ctrl-C from being heard
            while wait(futures, timeout=HEARD_EVERY).not_done:
                pass
        except BaseException:
            self.cancel[0] = 1
            for future in futures:
                future.cancel()
            raise
        return [future.result() for future in futures]
