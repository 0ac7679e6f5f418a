"""A few threads that take tasks in order and hand results back in order; Ctrl-C is heard at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

__all__ = ["in_order"]

WAKE_SECONDS = 0.05
# After a failure, how long what is under way may take to end; its answers are kept.
GRACE_SECONDS = 2.0
_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


def in_order(
    tasks: Sequence[_Task],
    work: Callable[[_Task], _Result],
    workers: int,
    stop: threading.Event,
    done: Callable[[int], None] | None = None,
) -> list[_Result]:
    """Results of all tasks, in the order of the tasks.

    Parameters
    ----------
    stop
        Set by the first failure or by Ctrl-C; tasks that have not begun are left.
    done
        Called in this thread with the number of tasks done, whenever it has grown.

    Raises
    ------
    Exception
        Of the tasks that failed, what the first in order raised.
    """
    results: dict[int, _Result] = {}
    errors: dict[int, BaseException] = {}
    waiting = iter(range(len(tasks)))
    lock = threading.Lock()

    def run() -> None:
        while not stop.is_set():
            with lock:
                index = next(waiting, None)
            if index is None:
                return
            try:
                results[index] = work(tasks[index])
            except BaseException as error:
                errors[index] = error
                stop.set()

    # Not an executor: its threads are waited for when the program ends, and one may hang in a request.
    threads = [threading.Thread(target=run, name="parley llm", daemon=True) for _ in range(min(workers, len(tasks)))]
    for thread in threads:
        thread.start()
    try:
        _wait(threads, results, stop, done)
    except BaseException:
        stop.set()
        raise
    if errors:
        raise errors[min(errors)]
    return [results[index] for index in range(len(tasks))]


def _wait(
    threads: Sequence[threading.Thread], results: dict[int, _Result], stop: threading.Event, done: Callable[[int], None] | None
) -> None:
    told, left = 0, GRACE_SECONDS
    while any(thread.is_alive() for thread in threads) and left > 0:
        next(thread for thread in threads if thread.is_alive() or thread is threads[-1]).join(WAKE_SECONDS)
        if stop.is_set():
            left -= WAKE_SECONDS
        if done is not None and len(results) > told:
            told = len(results)
            done(told)
    if done is not None and len(results) > told:
        done(len(results))
