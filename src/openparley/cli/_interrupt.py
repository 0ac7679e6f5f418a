"""Long work that Ctrl-C ends at once, even inside compiled code or while it is being compiled.

The work runs in a thread beside the main one, which only waits, in short intervals, and so hears the signal. What the
work had found by then may still be handed over; what takes longer than that is left behind.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

import click

__all__ = ["Ended", "Work", "attend", "compilation"]

INTERRUPTED = 130
WAKE_SECONDS = 0.05  # the system may give the signal to the working thread, and then only waking tells the main one
LAST_WORD_SECONDS = 0.1
SILENT_SECONDS = 1.0
LINE_SECONDS = 5.0
COMPILING = "compiling, once"

Result = TypeVar("Result")


@dataclass
class Work:
    """What the working thread tells the waiting one, and the other way round.

    Attributes
    ----------
    stage
        What is being done, in words.
    done, total
        Progress of this stage; ``total`` is 0 where there is no telling.
    unit
        What stands before the two numbers.
    cancelled
        Set by Ctrl-C; the work should end.
    compiling
        When the compilation began that still goes on; None otherwise.
    compiled
        Seconds that earlier compilations took.
    """

    stage: str
    unit: str = ""
    done: float = 0.0
    total: float = 0.0
    cancelled: bool = False
    compiling: float | None = None
    compiled: float = 0.0

    def progress(self, done: float, total: float) -> None:
        """To be given to a solver."""
        self.done, self.total = done, total

    def begin(self, stage: str) -> None:
        """Another stage."""
        self.stage, self.done, self.total = stage, 0.0, 0.0

    def words(self) -> str:
        """Where the work is, in a line."""
        since = self.compiling  # read once; the other thread may clear it
        if since is not None and self.compiled + time.monotonic() - since > SILENT_SECONDS:
            return COMPILING
        return f"{self.stage}: {self.unit}{self.done:.4g} of {self.total:.4g}" if self.total else self.stage


@dataclass(frozen=True)
class Ended(Generic[Result]):
    """How the work ended: with a result, interrupted, or interrupted with what it had found by then."""

    result: Result | None
    interrupted: bool


class _Outcome(Generic[Result]):
    result: Result | None = None
    error: BaseException | None = None


def attend(work: Work, task: Callable[[], Result], *, quiet: bool) -> Ended[Result]:
    """Run a task in a thread and wait for it, with progress on standard error once it takes over a second.

    Raises whatever the task raises, unless it was interrupted.
    """
    outcome: _Outcome[Result] = _Outcome()
    # Not `Thread.join`: Python 3.11 takes a thread for ended when Ctrl-C interrupts the waiting for it.
    over = threading.Event()

    def run() -> None:
        try:
            outcome.result = task()
        except BaseException as error:
            outcome.error = error
        over.set()

    thread = threading.Thread(target=run, name="parley work", daemon=True)
    try:
        thread.start()
        with _display(work, quiet=quiet) as show:
            while not over.wait(WAKE_SECONDS):
                show()
    except KeyboardInterrupt:
        work.cancelled = True
        atexit.register(_leave, over)
        over.wait(LAST_WORD_SECONDS)
        return Ended(outcome.result, True)
    if outcome.error is not None:
        raise outcome.error
    return Ended(outcome.result, False)


@contextmanager
def compilation(work: Work) -> Iterator[None]:
    """Notes in ``work`` when Numba compiles; to be entered by the task, because importing Numba takes a while."""
    from numba.core import event

    class Heard(event.Listener):
        depth = 0

        def on_start(self, event: object) -> None:
            self.depth += 1
            work.compiling = work.compiling or time.monotonic()

        def on_end(self, event: object) -> None:
            self.depth -= 1
            if not self.depth and work.compiling is not None:
                work.compiled += time.monotonic() - work.compiling
                work.compiling = None

    with event.install_listener("numba:compile", Heard()):
        yield


@contextmanager
def _display(work: Work, *, quiet: bool) -> Iterator[Callable[[], None]]:
    """A function that shows where the work is: a bar on a terminal, a line now and then elsewhere."""
    if quiet:
        yield lambda: None
    elif sys.stderr.isatty():
        with _bar(work) as show:
            yield show
    else:
        yield _lines(work)


@contextmanager
def _bar(work: Work) -> Iterator[Callable[[], None]]:
    began, bars = time.monotonic(), []

    def show() -> None:
        if not bars:
            if time.monotonic() - began < SILENT_SECONDS:
                return
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn

            columns = TextColumn("{task.description}"), BarColumn()
            bar = Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
            bar.start()
            bars.append((bar, bar.add_task(work.words(), total=None)))
        bar, task = bars[0]
        bar.update(task, description=work.words(), completed=work.done, total=work.total or None, refresh=True)

    try:
        yield show
    finally:
        for bar, _ in bars:
            bar.stop()


def _lines(work: Work) -> Callable[[], None]:
    last, said = time.monotonic() + SILENT_SECONDS - LINE_SECONDS, ""

    def show() -> None:
        nonlocal last, said
        words = work.words()
        due = time.monotonic() - last >= LINE_SECONDS or (words == COMPILING and said != COMPILING)
        if due and words != said:
            last, said = time.monotonic(), words
            click.echo(words, err=True)

    return show


def _leave(over: threading.Event) -> None:
    """End the process where the thread may still be in compiled code, under which Python's own way out may crash."""
    if over.is_set():
        return
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            continue
    os._exit(INTERRUPTED)
