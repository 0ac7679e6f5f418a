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
