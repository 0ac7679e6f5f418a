"""Who computes the draws: local processes, or a Dask cluster; Ctrl-C and lost processes are handled here and in `cluster`."""

from __future__ import annotations

import contextlib
import copyreg
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import current_process, get_context, parent_process
from types import MappingProxyType, TracebackType
from typing import Any, Protocol

from openparley.errors import InferenceError
from openparley.infer.cluster import Cluster
from openparley.infer.draw import Table
from openparley.infer.model import Model

Job = Callable[..., Table]
"""Picklable work on one draw, called with the model, the draw's number and the item's own arguments."""


def _view(content: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(content)


def _read_only(mapping: MappingProxyType[Any, Any]) -> tuple[Callable[..., Any], tuple[dict[Any, Any]]]:
    return _view, (dict(mapping),)


# a dispute may keep tables as read-only views, which Python by itself does not send to another process
copyreg.pickle(MappingProxyType, _read_only)


Items = Iterable[tuple[int, tuple[Any, ...]]]
"""Number of each draw with the arguments of its job."""


def refuse_script_again() -> None:
    """Stop where a worker process is still reading the script that started it, and so would start workers of its own.

    Raises
    ------
    InferenceError
        If so; the script's own process then says that a worker was lost.
    """
    if getattr(current_process(), "_inheriting", False):
        message = "the script computes as soon as it is read, and a worker process has to read it, too."
        raise InferenceError(message, hint='Put what computes under `if __name__ == "__main__":`, or pass processes=1.')


class Place(Protocol):
    """Where jobs on draws of one model run."""

    def each(self, job: Job, items: Items) -> Iterator[tuple[int, Table]]:
        """Index and result of every item, in the order in which they are done."""
        ...

    def stop(self, *, at_once: bool = False) -> None:
        """Let go of the processes; ``at_once`` without waiting for what they are at."""
        ...


class Workers:
    """Runs jobs on draws of one model, in local processes or on a cluster; a context manager. The results are the same.

    Parameters
    ----------
    processes
        Local processes; None for one a core. With one, everything is done in this process.
    scheduler
        Address of a Dask scheduler, whose workers compute instead; None for local processes.
    """

    def __init__(self, model: Model, processes: int | None = None, scheduler: str | None = None) -> None:
        self.model = model
        self._place: Place = LocalProcesses(model, processes or os.cpu_count() or 1) if scheduler is None else Cluster(model, scheduler)

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self.stop(at_once=kind is not None)

    def each(self, job: Job, items: Items) -> Iterator[tuple[int, Table]]:
        """Index and result of every item, in the order in which they are done.

        Raises
        ------
        InferenceError
            If a local process was lost, or the cluster cannot be used.
        """
        return self._place.each(job, items)

    def stop(self, *, at_once: bool = False) -> None:
        """Let go of the processes; ``at_once`` without waiting for what they are at."""
        self._place.stop(at_once=at_once)


class LocalProcesses:
    """One pool for all batches.

    Parameters
    ----------
    processes
        With one, everything is done in this process.
    """

    def __init__(self, model: Model, processes: int) -> None:
        self.model, self.processes = model, processes
        self._pool: ProcessPoolExecutor | None = None
        self._warm = False

    def each(self, job: Job, items: Items) -> Iterator[tuple[int, Table]]:
        """Index and result of every item, in the order in which they are done.

        Raises
        ------
        InferenceError
            If a worker process was lost.
        """
        todo = list(items)
        # the first draw is done here, so that compiled code is on disk before several processes ask for it
        here = todo if self.processes == 1 else todo[: 0 if self._warm else 1]
        for index, arguments in here:
            yield index, job(self.model, index, *arguments)
            self._warm = True
        if rest := todo[len(here) :]:
            yield from self._shared(job, rest)

    def _shared(self, job: Job, items: list[tuple[int, tuple[Any, ...]]]) -> Iterator[tuple[int, Table]]:
        try:
            pool = self._started()
            with _interrupts_held():
                pending: dict[Future[Table], int] = {pool.submit(_call, job, index, arguments): index for index, arguments in items}
            while pending:
                done, _ = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    yield pending.pop(future), future.result()
        except BrokenProcessPool as problem:
            self.stop(at_once=True)
            raise InferenceError(
                'a worker process was lost (out of memory, or a script that computes outside `if __name__ == "__main__":`?).',
                hint="Run the command again: finished draws are kept.",
            ) from problem

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self.processes, mp_context=get_context("spawn"), initializer=_start_worker, initargs=(self.model,)
            )
        return self._pool

    def stop(self, *, at_once: bool = False) -> None:
        """End the processes; ``at_once`` without waiting for what they are at."""
        if (pool := self._pool) is None:
            return
        self._pool = None
        if at_once:
            for process in list((pool._processes or {}).values()):
                process.terminate()
            pool.shutdown(wait=False, cancel_futures=True)
        else:
            pool.shutdown()


_HERE: dict[str, Model] = {}


def _start_worker(model: Model) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _HERE["model"] = model


def _call(job: Job, index: int, arguments: tuple[Any, ...]) -> Table:
    return job(_HERE["model"], index, *arguments)


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
