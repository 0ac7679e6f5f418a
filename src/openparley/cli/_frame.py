"""What every verb shares: its options, its examples, how it prints and how it ends."""

from __future__ import annotations

import csv
import getpass
import io
import json
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from openparley.errors import Complaint

if TYPE_CHECKING:
    from openparley.record.casetoml import ExtraCheck

__all__ = ["by_option", "case_checks", "csv_text", "finish", "print_table", "reason_option", "rows_as_json", "shown", "verb", "warn"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def verb(*examples: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function the command of its file: named after the file, helped by its docstring, with ``--json`` and examples.

    The function gets ``as_json`` beside its own arguments, and may return an exit code.
    """

    def wrap(function: Callable[..., Any]) -> click.Command:
        name = function.__module__.rsplit(".", 1)[-1]
        option = click.option("--json", "as_json", is_flag=True, help="Print JSON to standard output, errors as JSON to standard error.")
        epilog = "\b\nExamples:\n" + "\n".join(f"  {example}" for example in examples)
        settings = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
        text = sys.modules[function.__module__].__doc__
        return click.command(name, help=text, epilog=epilog, context_settings=settings)(option(function))

    return wrap


def by_option(function: _Function) -> _Function:
    """``--by``: who reviews; PARLEY_REVIEWER or the login name unless given."""
    option = click.option("--by", default=_reviewer, metavar="NAME", help="Who decides; PARLEY_REVIEWER, else your login name.")
    return option(function)


def reason_option(function: _Function) -> _Function:
    """``--reason``: kept with the act."""
    return click.option("--reason", metavar="TEXT", help="Why; kept with the act in reviews.jsonl.")(function)


def case_checks() -> tuple[ExtraCheck, ...]:
    """Checks of ``case.toml`` that the record layer cannot make, because they need the game."""
    from openparley.infer.check import check_model
    from openparley.infer.model import check_numbers

    return check_model, check_numbers


def finish(as_json: bool, data: Mapping[str, Any], *, wrote: Iterable[Path | str] = (), then: str | None = None) -> None:
    """End a verb: with ``--json`` print the data, else one line with the files written and the next command."""
    files = [str(path) for path in wrote]
    if as_json:
        click.echo(json.dumps({**data, "wrote": files, "next": then}, ensure_ascii=False, indent=2, default=str))
        return
    parts = [f"Wrote {', '.join(files)}."] if files else []
    parts += [f"Next: {then}"] if then else []
    if parts:
        click.echo(" ".join(parts))


def warn(complaints: Sequence[Complaint], as_json: bool) -> None:
    """Print complaints to standard error without leaving the verb."""
    if as_json:
        click.echo(json.dumps({"errors": [found.as_json() for found in complaints]}, ensure_ascii=False), err=True)
        return
    for found in complaints:
        click.echo(str(found), err=True)


def print_table(headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table: on a terminal ruled, wrapped to its width and without empty columns; plain aligned columns elsewhere."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        from openparley.cli._terminal import terminal_lines

        head, lines = terminal_lines(headers, cells, shutil.get_terminal_size().columns)
        for line in head:
            click.echo(click.style(line, bold=True))
        for line in lines:
            click.echo(line)
        click.echo()
        return
    widths = [max(len(row[column]) for row in [list(headers), *cells]) for column in range(len(headers))]
    for row in [list(headers), *cells]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def csv_text(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(headers)
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    return out.getvalue()


def rows_as_json(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Frozen dataclasses as plain data, dates as ISO text."""
    from dataclasses import asdict

    return json.loads(json.dumps([asdict(row) for row in rows], default=str))


def shown(case: str | Path) -> str:
    """A case as it is typed in the next command."""
    return shlex.quote(str(case))


def _reviewer() -> str:
    name = os.environ.get("PARLEY_REVIEWER", "").strip()
    if name:
        return name
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
