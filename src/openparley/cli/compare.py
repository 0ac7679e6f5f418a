"""Compare two runs: what changed in evidence, assumptions, structure or software, and which numbers moved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openparley.cli._frame import finish, shown, verb

if TYPE_CHECKING:
    from openparley.forecast.compare import Comparison
    from openparley.forecast.runs import FinishedRun


@verb(
    "parley compare strait-talks",
    "parley compare strait-talks --out what-changed.html",
    "parley compare 1f2972baf641 8d7a8b2159a6 --runs ./my-case/runs",
    "parley compare ./my-case/runs/1f2972baf641 ./my-case/runs/8d7a8b2159a6 --json",
)
@click.argument("names", nargs=-1, required=True, metavar="CASE | RUN RUN")
@click.option("--runs", type=click.Path(path_type=Path), metavar="DIR", help="Where run ids are looked for, and the runs of CASE.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Also write it as a page (HTML), with pictures."
)
def command(names: tuple[str, ...], runs: Path | None, out: Path | None, as_json: bool) -> None:
    """The older run first; of a CASE the last two. A run is a folder, an id, or the beginning of an id."""
    from openparley.forecast.compare import compare

    found = compare(*_two_runs(names, runs))
    if not as_json:
        for line in _lines(found):
            click.echo(line)
    if out is None:
        finish(as_json, found.as_json())
        return
    _write(found, out)
    finish(as_json, found.as_json(), wrote=[out], then=f"open {shown(out)}")


def _write(found: Comparison, out: Path) -> None:
    from openparley.brief.compared import comparison_page
    from openparley.errors import Complaint, ParleyError
    from openparley.record.store import atomic_write

    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(out, comparison_page(found).encode())
    except OSError as problem:
        message = f"nothing can be written there: {problem.strerror or problem}."
        raise ParleyError(Complaint(str(out), None, None, str(out), None, "Choose another file with --out.", message)) from problem


def _two_runs(names: tuple[str, ...], runs: Path | None) -> tuple[FinishedRun, FinishedRun]:
    from openparley.errors import CaseError, Complaint
    from openparley.forecast.runs import find_run, finished_runs
    from openparley.record.case import open_case, runs_dir

    if not 1 <= len(names) <= 2:
        raise click.UsageError(f"two runs or one case are compared; found {len(names)} names.", click.get_current_context())
    if len(names) == 2:
        # an id alone is looked for where runs are usually kept
        places = [runs] if runs else [Path("runs"), *sorted(Path("parley-out").glob("*/runs")), *sorted(Path.cwd().glob("*/runs"))]
        first, second = (find_run(name, places) for name in names)
        return first, second
    case = names[-1]
    folder = runs or runs_dir(open_case(case))
    there = finished_runs(folder)
    if len(there) < 2:
        hint = f"Change something and make another: parley fit {shown(case)}"
        raise CaseError(
            Complaint(str(folder), None, None, len(there), "2 or more", hint, f"finished runs here: {len(there)}; two are compared.")
        )
    return there[-2], there[-1]


def _lines(found: Comparison) -> Iterator[str]:
    """The comparison in plain sentences."""
    from openparley.brief.compared.said import moved_line, run_line, said

    yield from (run_line(found, which) for which in ("old", "new"))
    yield ""
    for part in said(found):
        yield f"{part.title}: {'unchanged.' if not part.lines else ''}".rstrip()
        yield from (f"  {line}" for line in part.lines)
    yield ""
    yield found.verdict()
    yield ""
    for title, kind in (("Accounts now", "account"), ("Outcomes", "outcome")):
        yield f"{title}:"
        numbers = [number for number in found.numbers if number.kind == kind]
        yield from (f"  {moved_line(number)}" for number in numbers)
        if not numbers:
            yield "  none in either run."
