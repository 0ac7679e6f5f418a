"""Compare two runs: what changed in evidence, assumptions, structure or software, and which numbers moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openparley.cli._frame import finish, shown, verb

if TYPE_CHECKING:
    from openparley.forecast.compare import Changed, Comparison, Moved
    from openparley.forecast.runs import FinishedRun

LISTED = 12


@verb(
    "parley compare strait-talks",
    "parley compare 1f2972baf641 8d7a8b2159a6 --runs ./my-case/runs",
    "parley compare ./my-case/runs/1f2972baf641 ./my-case/runs/8d7a8b2159a6 --json",
)
@click.argument("names", nargs=-1, required=True, metavar="CASE | RUN RUN")
@click.option("--runs", type=click.Path(path_type=Path), metavar="DIR", help="Where run ids are looked for, and the runs of CASE.")
def command(names: tuple[str, ...], runs: Path | None, as_json: bool) -> None:
    """The older run first; of a CASE the last two. A run is a folder, an id, or the beginning of an id."""
    from openparley.forecast.compare import compare

    found = compare(*_two_runs(names, runs))
    if not as_json:
        for line in _lines(found):
            click.echo(line)
    finish(as_json, found.as_json())


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
    for word, run in (("Old", found.old), ("New", found.new)):
        yield f"{word}: run {run.id} of {run.case}, {run.created}; {run.record.get('status', 'status unknown')}."
    yield ""
    yield from _evidence(found.changed)
    yield from _section("Assumptions", _assumptions(found.changed))
    yield from _section("Structure", _pairs(found.changed.structure))
    yield from _section("Settings", _pairs(found.changed.settings))
    yield from _section("Software", _pairs(found.changed.software))
    yield ""
    yield found.verdict()
    yield ""
    for title, kind in (("Accounts now", "account"), ("Outcomes", "outcome")):
        yield f"{title}:"
        numbers = [number for number in found.numbers if number.kind == kind]
        yield from (f"  {_moved(number)}" for number in numbers)
        if not numbers:
            yield "  none in either run."


def _section(title: str, lines: list[str]) -> Iterator[str]:
    yield f"{title}: {'unchanged.' if not lines else ''}".rstrip()
    yield from (f"  {line}" for line in lines)


def _evidence(changed: Changed) -> Iterator[str]:
    lines = [] if changed.cutoff is None else [f"cut-off: {changed.cutoff[0]} → {changed.cutoff[1]}"]
    for (week, actor), (old, new) in changed.reports.items():
        lines.append(f"week of {week}, {actor}: {old or 'nothing reported'} → {new or 'nothing reported'}")
    for word, ids in changed.entries.items():
        if ids:
            lines.append(f"entries {word}: {', '.join(ids[:LISTED])}" + (f" and {len(ids) - LISTED} more" if len(ids) > LISTED else ""))
    if any(changed.entries.values()) and not changed.reports and changed.cutoff is None:
        lines.append("No reported move changed by that, so no number did.")
    yield from _section("Evidence", lines)


def _assumptions(changed: Changed) -> list[str]:
    lines = []
    for id, fields in changed.assumptions.items():
        whole = fields.get("assumption")
        if whole is not None:
            lines.append(f"{id}: added, {whole[1]}" if whole[0] is None else f"{id}: removed, {whole[0]}")
        else:
            lines += [f"{id}, {line}" for line in _pairs(fields)]
    return lines


def _pairs(pairs: Mapping[str, tuple[Any, Any]]) -> list[str]:
    return [f"{key}: {_short(old)} → {_short(new)}" for key, (old, new) in pairs.items()]


def _short(value: Any) -> str:
    from openparley.brief.words import cut

    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else cut(str(value), 60)


def _moved(number: Moved) -> str:
    """Old → new with ranges, and whether that is more than dice."""
    from openparley.brief.words import coarsest, percent, percent_range, points

    name = number.name if number.by is None else f"{number.name} by {number.by}"
    if number.old is None or number.new is None:
        missing = "both runs" if number.old is number.new else "the old run" if number.old is None else "the new run"
        return f"{name}: not in {missing}, so not compared."
    error = coarsest((number.old.mcse, number.new.mcse))
    old, new = (percent(found.value, error) for found in (number.old, number.new))
    ranges = [percent_range(found.low, found.high, error) for found in (number.old, number.new)]
    change = number.new.value - number.old.value
    if change == 0:
        return f"{name}: {old} ({ranges[0]}), the same in both."
    verdict = {
        True: "more than the Monte Carlo error of both",
        False: "within the Monte Carlo error of both",
        None: "the Monte Carlo error is not known",
    }[number.beyond_error]
    size = points(change, error) if old != new else "the same at this precision"
    return f"{name}: {old} ({ranges[0]}) → {new} ({ranges[1]}); {size}, {verdict}."
