"""Progress of long work: a bar with the time left on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

EVERY_SECONDS = 5.0


@contextmanager
def progress(stage: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], None] | None]:
    """Yield a function to be called with (done, all); None when nothing is to be shown."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar(stage) as show:
            yield show
    else:
        yield _lines(stage)


@contextmanager
def staged_progress(*, quiet: bool = False) -> Iterator[Callable[[str, int, int], None] | None]:
    """Yield a function to be called with (stage, done, all): once when a stage begins, then after each piece of work.

    What is done when a stage begins was there before, and does not count for the time left.
    """
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _stages_bar() as show:
            yield show
    else:
        yield _StagesLines()


class _Pace:
    """Seconds that are left, from those that each piece has taken since the stage began."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock, self.began, self.first = clock, 0.0, 0

    def begin(self, done: int) -> None:
        self.began, self.first = self.clock(), done

    def left(self, done: int, total: int) -> float | None:
        if done <= self.first or done >= total:
            return None
        return (total - done) * (self.clock() - self.began) / (done - self.first)


class _StagesLines:
    """A line when a stage begins or ends, and now and then between."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock, self.pace, self.stage, self.last = clock, _Pace(clock), "", 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        began = stage != self.stage
        if began:
            self.stage = stage
            self.pace.begin(done)
        if not began and done < total and self.clock() - self.last < EVERY_SECONDS:
            return
        self.last = self.clock()
        click.echo(f"{stage}: {done} of {total}{_left(self.pace.left(done, total))}", err=True)


def _left(seconds: float | None) -> str:
    """The time left in words; nothing when it is not known."""
    if seconds is None:
        return ""
    return f", about {seconds:.0f} s left" if seconds < 120 else f", about {seconds / 60:.0f} min left"


@contextmanager
def _stages_bar() -> Iterator[Callable[[str, int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, left="")
        pace, now = _Pace(), ""

        def show(stage: str, done: int, total: int) -> None:
            nonlocal now
            if stage != now:
                now = stage
                pace.begin(done)
            bar.update(task, description=stage, completed=done, total=total, left=_left(pace.left(done, total)).removeprefix(", "))

        yield show


@contextmanager
def _bar(stage: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("about"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(stage, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _lines(stage: str) -> Callable[[int, int], None]:
    began = last = time.monotonic()
    first = 0

    def show(done: int, total: int) -> None:
        nonlocal last, first
        now = time.monotonic()
        first = first or done
        if done < total and now - last < EVERY_SECONDS:
            return
        last = now
        rate = (done - first) / (now - began) if now > began else 0
        left = f", about {(total - done) / rate:.0f} s left" if rate > 0 and done < total else ""
        click.echo(f"{stage}: {done} of {total}{left}", err=True)

    return show
