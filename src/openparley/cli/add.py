"""Add reports to a case: files, folders, patterns, or addresses to fetch."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from openparley.cli._frame import finish, print_table, rows_as_json, shown, verb, warn
from openparley.cli._progress import progress
from openparley.errors import Complaint

if TYPE_CHECKING:
    from openparley.record.intake.result import Cell, Intake

KINDS = ("news", "analysis", "opinion", "official", "transcript", "wire")
INTERRUPTED = 130
COLUMNS = ("id", "published", "where the day stands", "outlet", "language", "characters", "missing", "file")
SHOWN = 40
LISTED = 10


@verb(
    "parley add ./my-case report.txt --published 2025-03-03",
    'parley add ./my-case reports/ "more/*.pdf" --outlet "The Courier"',
    "parley add ./my-case --url https://example.org/report.html",
)
@click.argument("case")
@click.argument("files", nargs=-1, metavar="FILE…")
@click.option("--outlet", default="", metavar="NAME", help="Who published them; else what the file says.")
@click.option("--author", default="", metavar="NAME", help="Who wrote them; else what the file says.")
@click.option("--published", default="", metavar="YYYY-MM-DD", help="Day of publication; else what the file says, never a guess.")
@click.option("--kind", type=click.Choice(KINDS), default="news", show_default=True, help="What sort of reports they are.")
@click.option("--origin", default="", metavar="NAME", help="Who the story goes back to; else what wording and credits show.")
@click.option("--title", default="", metavar="TEXT", help="Headline; else what the file says.")
@click.option("--language", default="", metavar="CODE", help="ISO 639 code such as en; else what the words show.")
@click.option("--url", "urls", multiple=True, metavar="URL", help="Fetch this address; may be repeated. Nothing else uses the network.")
def command(
    case: str,
    files: tuple[str, ...],
    urls: tuple[str, ...],
    outlet: str,
    author: str,
    published: str,
    kind: str,
    origin: str,
    title: str,
    language: str,
    as_json: bool,
) -> int:
    """Put documents into the case and say what became of each."""
    from openparley.record.case import find_case
    from openparley.record.intake import add

    if not files and not urls:
        raise click.UsageError("Give at least one FILE or --url.", click.get_current_context())
    root = find_case(case)
    with _stopping() as stop, progress("adding", quiet=as_json) as show:
        result = add(
            root,
            files,
            urls=urls,
            outlet=outlet,
            author=author,
            published=published,
            kind=kind,
            origin=origin,
            title=title,
            language=language,
            progress=show,
            stop=stop.is_set,
        )
    if not as_json:
        _print(result)
    if result.refused:
        warn(result.refused, as_json)
    if kept := [_kept(cell) for cell in result.cells if not cell.filled]:
        warn(kept, as_json)
    wrote = [root / "sources.csv", root / "texts", root / "intake.jsonl"] if result.added else []
    if not wrote and any(cell.filled for cell in result.cells):
        wrote = [root / "sources.csv"]
    finish(as_json, _data(result), wrote=wrote, then=_next(case, result))
    if result.interrupted:
        return INTERRUPTED
    return 1 if result.refused else 0


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Ctrl-C ends the work when the document under way is done; a second one at once."""
    asked = threading.Event()

    def hear(number: int, frame: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        click.echo("Stopping after this document; Ctrl-C again stops at once.", err=True)

    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = signal.signal(signal.SIGINT, hear)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def _print(result: Intake) -> None:
    if result.added:
        rows = [
            (new.id, new.published, new.published_basis, new.outlet, new.language, new.chars, ", ".join(new.missing), new.file)
            for new in result.added[:SHOWN]
        ]
        print_table(COLUMNS, rows)
        if len(result.added) > SHOWN:
            click.echo(f"… and {len(result.added) - SHOWN} more, up to {result.added[-1].id}.")
    notes: dict[str, list[str]] = {}
    for new in result.added:
        for note in new.notes:
            notes.setdefault(note, []).append(new.id)
    for note, names in notes.items():
        click.echo(f"{_some(names)}: {note}")
    for echo in result.echoes:
        click.echo(f"{echo.id}: origin {echo.origin}. {echo.reason}")
    for twin in result.duplicates:
        if not twin.again:
            click.echo(f"{twin.file}: not added, the same {twin.same} as {twin.of}.")
    again = sum(twin.again for twin in result.duplicates)
    if again:
        click.echo(f"{again} {'files were' if again > 1 else 'file was'} added before and {'are' if again > 1 else 'is'} in the case.")
    for cell in result.cells:
        if cell.filled:
            again = f"; `parley read` with {cell.id} --again reads it anew" if cell.column == "published" else ""
            click.echo(f"{cell.id}: {cell.column} was missing and is now “{cell.given}”, as given{again}.")
    if result.left:
        kinds = Counter(path.suffix.lower() or "no ending" for path in result.left)
        click.echo(f"Left in the folders, no format is for them: {', '.join(f'{kind} ({count})' for kind, count in kinds.items())}.")
    without = [new.id for new in result.added if "published" in new.missing]
    if without:
        click.echo(f"No day of publication: {_some(without)}. Dates in them cannot be resolved; fill in “published” in sources.csv.")
    click.echo(f"Added {len(result.added)}, duplicates {len(result.duplicates)}, refused {len(result.refused)}.")
    if result.interrupted:
        click.echo(f"Stopped; {result.remaining} not looked at. The same command goes on from here.")


def _kept(cell: Cell) -> Complaint:
    message = f"{cell.column} is “{cell.there}” there, and “{cell.given}” as given now; nothing was changed."
    hint = f"To change it, edit the row {cell.id} of sources.csv."
    return Complaint("sources.csv", None, cell.id, cell.given, None, hint, message, noun="source")


def _some(names: list[str]) -> str:
    return ", ".join(names[:LISTED]) + (f" and {len(names) - LISTED} more" if len(names) > LISTED else "")


def _data(result: Intake) -> dict[str, Any]:
    return {
        "case": str(result.root),
        "added": rows_as_json(result.added),
        "duplicates": rows_as_json(result.duplicates),
        "echoes": rows_as_json(result.echoes),
        "refused": [found.as_json() for found in result.refused],
        "cells": rows_as_json(result.cells),
        "left": [str(path) for path in result.left],
        "remaining": result.remaining,
    }


def _next(case: str, result: Intake) -> str:
    return "the same command again" if result.interrupted else f"parley read {shown(case)}"
