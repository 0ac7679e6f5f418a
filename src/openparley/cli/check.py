"""Verify a case: its files, its references, and with the texts every span that it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openparley.cli._frame import case_checks, finish, shown, verb, warn

if TYPE_CHECKING:
    from openparley.errors import Complaint
    from openparley.record.case import Case
    from openparley.record.check import TextReport

PROBE = "The minister threatened Norland on Monday to close the port by 3 May, “because the talks have failed”. Norland refused; he did."


@verb("parley check strait-talks", "parley check ukraine-2025 --texts ./reports", "parley check ./my-case --json")
@click.argument("case")
@click.option(
    "--texts", type=click.Path(path_type=Path), metavar="DIR", help="Texts of the sources, matched by hash whatever they are called."
)
def command(case: str, texts: Path | None, as_json: bool) -> int:
    """Print what is in the case and what is wrong with it."""
    from openparley.brief.lint import case_faults
    from openparley.forecast.questions import check_questions
    from openparley.record.case import open_case
    from openparley.record.check import check_texts

    opened = open_case(case, extra_checks=case_checks())
    report = check_texts(opened, texts)
    unread = report.complaints(opened)
    complaints = [*unread, *_lexicon(opened), *check_questions(opened), *case_faults(opened)]
    data = _data(opened, report)
    if not as_json:
        _print(opened, report, data)
    if complaints:
        warn(complaints, as_json)
    finish(as_json, data, then=_next(case, opened, "restore the texts" if unread else "mend that" if complaints else ""))
    return 1 if complaints else 0


def _lexicon(case: Case) -> Sequence[Complaint]:
    """What is wrong with the case's own word lists, which nothing but a reading would tell."""
    from openparley.errors import CaseError
    from openparley.record.coders.coder import Document
    from openparley.record.coders.rules.coder import RulesCoder
    from openparley.record.coders.rules.lexicon import FOLDER
    from openparley.record.sources import Source

    if not (case.root / FOLDER).is_dir():
        return ()
    try:
        made = RulesCoder.of(case)
        # A table is looked at when it is needed first; reading a line needs nearly all of them.
        made.code(Document(Source(id="S0", outlet="none", kind="news", text_sha256="0" * 64, chars=len(PROBE), language="en"), PROBE))
    except CaseError as error:
        return error.complaints
    return ()


def _data(case: Case, report: TextReport) -> dict[str, Any]:
    kinds = Counter(entry.kind for entry in case.entries.values())
    return {
        "case": case.name,
        "root": str(case.root),
        "bundled": case.bundled,
        "sources": len(case.sources),
        "entries": len(case.entries),
        "kinds": dict(kinds),
        "review": case.states(),
        "usable": len(case.accepted()),
        "chronology": _course(case),
        "set_aside": case.set_aside(),
        "texts": {name: str(path) for name, path in report.matched.items()},
        "texts_absent": list(report.absent),
        "spans_verified": report.verified,
        "unknown_texts": [
            {
                "file": str(found.path),
                "sha256": found.sha256,
                "nearest": found.nearest.source if found.nearest else None,
                "how": found.nearest.how if found.nearest else None,
                "orphaned": list(found.orphaned),
            }
            for found in report.unknown
        ],
        "warnings": [*case.warnings, *case.dangling()],
        "notes": list(case.notes),
    }


def _course(case: Case) -> dict[str, int]:
    """How much of the chronology was checked; empty without one."""
    if not case.course:
        return {}
    found = Counter(row.status for row in case.course.values())
    unused = sum(row.use == "no" for row in case.course.values())
    return {"rows": len(case.course), "checked": found["checked"], "recalled": found["recalled"], "for_the_reader": unused}


def _print(case: Case, report: TextReport, data: dict[str, Any]) -> None:
    """The same in words."""
    click.echo(f"{case.name}: {case.file.title}{' (bundled, read-only)' if case.bundled else ''}")
    kinds = ", ".join(f"{number} {_plural(kind, number)}" for kind, number in data["kinds"].items())
    if course := data["chronology"]:
        unused = f", {course['for_the_reader']} of them for the reader alone" if course["for_the_reader"] else ""
        click.echo(
            f"Chronology: {course['rows']} {_plural('row', course['rows'])}{unused}; "
            f"{course['checked']} checked ({course['checked'] / course['rows']:.0%}), {course['recalled']} recalled."
        )
        if not case.entries:
            return _print_rest(report, data)
    click.echo(
        f"Entries: {len(case.entries)}{f' ({kinds})' if kinds else ''} from {len(case.sources)} {_plural('source', len(case.sources))}."
    )
    states = ", ".join(f"{number} {state}" for state, number in data["review"].items())
    click.echo(f"Review: {states}; {data['usable']} go on to models.")
    texts = f"in {len(report.texts)} of {len(case.sources)} texts"
    absent = f"; no text at hand for {', '.join(report.absent)}" if report.absent else ""
    click.echo(f"Spans: {report.verified} verified {texts}{absent}.")
    _print_rest(report, data)


def _print_rest(report: TextReport, data: dict[str, Any]) -> None:
    if data["set_aside"]:
        click.echo("Set aside:")
        for key, reason in data["set_aside"].items():
            click.echo(f"  {key}: {reason}.")
    strangers = [f"{found.path.name} is like no source and was left alone." for found in report.unknown if found.nearest is None]
    if data["warnings"]:
        click.echo("Warnings:")
        for warning in data["warnings"]:
            click.echo(f"  {warning}")
    for note in [*data["notes"], *strangers]:
        click.echo(f"Note: {note}")


def _plural(noun: str, number: int) -> str:
    return noun if number == 1 else "statuses" if noun == "status" else f"{noun}s"


def _next(name: str, case: Case, first: str) -> str:
    """The next command; ``first`` is what has to be done before it."""
    if first:
        return f"{first}, then parley check {shown(name)}"
    if case.states()["proposed"] and not case.bundled:
        entry = next(key for key, entry in case.entries.items() if entry.review.state == "proposed")
        return f'parley accept {shown(name)} {entry} --reason "…"'
    if case.course:
        return f"parley backtest {shown(name)} --quick"
    return f"parley ledger {shown(name)}" if case.file.model is None else f"parley brief {shown(name)}"
