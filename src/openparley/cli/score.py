"""Score the frozen questions of a case, and say how one came out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openparley.cli._frame import by_option, case_checks, csv_text, finish, print_table, rows_as_json, shown, verb

if TYPE_CHECKING:
    from openparley.forecast.questions import Resolution
    from openparley.forecast.scoreboard import Mean, Row, Scoreboard, Skill

DAY = click.DateTime(["%Y-%m-%d"])
CSV_HEAD = ("id", "wording", "outcome", "deadline", "asked", "run", "state", "happened")


@verb(
    "parley score strait-talks",
    'parley score strait-talks --resolve Q001=yes --on 2026-06-12 --source "Skarnhead Wire, 12 June"',
    'parley score ./my-case --resolve Q001=no --correct --reason "the report was retracted" --source "Lantern, 14 June"',
)
@click.argument("case")
@click.option("--resolve", "resolved", metavar="ID=ANSWER", help="How a question came out: yes, no, or void if it cannot be said.")
@click.option("--source", metavar="TEXT", help="Where that can be read; needed with --resolve.")
@click.option("--on", type=DAY, metavar="DATE", help="Day of the event; needed for yes, the deadline by default for no.")
@click.option("--correct", is_flag=True, help="Replace an earlier resolution, which stays in the file; needs --reason.")
@click.option("--reason", metavar="TEXT", help="Why: for a correction, for void, and for a no before the deadline.")
@click.option("--noted", metavar="HASH", help="A hash noted earlier, whole or its beginning: fails unless a frozen line still has it.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the questions as CSV.")
@by_option
def command(
    case: str,
    resolved: str | None,
    source: str | None,
    on: datetime | None,
    correct: bool,
    reason: str | None,
    noted: str | None,
    as_csv: bool,
    by: str,
    as_json: bool,
) -> None:
    """Verify every frozen line, then print probabilities, scores, means and skill; too few resolved questions are not judged."""
    from openparley.forecast.questions import questions_path, read_questions, resolve
    from openparley.forecast.scoreboard import scoreboard
    from openparley.record.case import open_case

    answer = _answer(resolved, bool(source or on or correct or reason))
    opened = open_case(case, extra_checks=case_checks())
    path = questions_path(opened)
    if noted:
        _find(noted, path)
    act = None
    if answer:
        day = on.date() if on else None
        act = resolve(opened, *answer, source=source or "", on=day, by=by, correct=correct, reason=reason or "")
    questions = read_questions(path)
    board = scoreboard(questions, _today())
    wrote = [path] if act else []
    if as_csv and not as_json:
        click.echo(_csv(board), nl=False)
        return
    if not as_json:
        _print(board, act)
    ask = f'parley ask {shown(case)} "…" --outcome ID'
    first = board.overdue[0].id if board.overdue else None
    then = ask if not questions else f'parley score {shown(case)} --resolve {first}=yes|no --source "…"' if first else None
    data = {"case": opened.name, "resolution": rows_as_json([act])[0] if act else None, **board.as_json()}
    finish(as_json, data, wrote=wrote, then=then)


def _today() -> date:
    """The day by the clock."""
    return datetime.now(UTC).date()


def _answer(resolved: str | None, more: bool) -> tuple[str, str] | None:
    context = click.get_current_context()
    if resolved is None:
        if more:
            raise click.UsageError("--source, --on, --correct and --reason go with --resolve ID=ANSWER.", context)
        return None
    question, equals, answer = (part.strip() for part in resolved.partition("="))
    if not (question and equals and answer):
        raise click.UsageError(f"--resolve takes ID=ANSWER, such as Q001=yes; found “{resolved}”.", context)
    return question, answer.lower()


def _find(noted: str, path: Path) -> None:
    """Refuse when no frozen line has the hash."""
    from openparley.errors import CaseError, Complaint
    from openparley.forecast.frozen import read_chain

    wanted = noted.rstrip("…").lower()
    if len(wanted) < 8 or not any(str(row["hash"]).startswith(wanted) for row in read_chain(path).sound()):
        hint = "The file was rewritten, or the hash is of another case." if len(wanted) >= 8 else "Give at least 8 characters of it."
        raise CaseError(Complaint(path.name, None, None, noted, None, hint, f"no frozen line has the hash “{noted}”."))


def _print(board: Scoreboard, act: Resolution | None) -> None:
    from openparley.forecast.scoreboard import FORECASTERS

    if act:
        replaced = f", in place of {act.corrects}" if act.corrects else ""
        click.echo(f"{act.question} resolved {act.answer} on {act.on}{replaced}.\n")
    if not board.rows:
        click.echo("No question has been asked yet.")
        return
    print_table(
        ("question", "deadline", "state", "came true", *FORECASTERS, "Brier, model", "log, model", "wording"),
        [_line(row, FORECASTERS) for row in board.rows],
    )
    click.echo("")
    if board.resolved:
        print_table(("mean", "questions", "Brier", "log"), [_mean(found) for found in board.means if found.count])
        click.echo("")
        print_table(("skill of", "against", "questions", "Brier", "log"), [_skill(found) for found in board.skills if found.count])
        click.echo("")
    if board.calibration:
        bins = [
            (f"{100 * found.low:.0f}–{100 * found.high:.0f} %", found.count, *_shares(found.mean_prob, found.share_happened))
            for found in board.calibration
        ]
        print_table(("model said", "questions", "on average", "came true"), bins)
        click.echo("")
    for note in board.notes():
        click.echo(note)
    for row in board.overdue:
        click.echo(f"Overdue: {row.id}, due {row.deadline}: {row.wording}")


def _line(row: Row, forecasters: Sequence[str]) -> tuple[str, ...]:
    from openparley.brief.words import decimal, percent
    from openparley.forecast.scoreboard import MODEL

    probs = [percent(row.probs[name]) if name in row.probs else "–" for name in forecasters]
    scores = [decimal(table[MODEL]) if MODEL in table else "" for table in (row.brier, row.log)]
    happened = "" if row.happened is None else "yes" if row.happened else "no"
    return row.id, str(row.deadline), row.state, happened, *probs, *scores, row.wording


def _mean(found: Mean) -> tuple[str, ...]:
    cells = (_with_interval(value, ends) for value, ends in ((found.brier, found.brier_interval), (found.log, found.log_interval)))
    return found.forecaster, str(found.count), *cells


def _skill(found: Skill) -> tuple[str, ...]:
    cells = (_with_interval(value, ends) for value, ends in ((found.brier, found.brier_interval), (found.log, found.log_interval)))
    return found.forecaster, found.against, str(found.count), *cells


def _with_interval(value: float, ends: tuple[float, float] | None) -> str:
    from openparley.brief.words import decimal

    return decimal(value) if ends is None else f"{decimal(value)} ({decimal(ends[0])} to {decimal(ends[1])})"


def _shares(mean: float, happened: float) -> tuple[str, str]:
    from math import isnan

    return ("–", "–") if isnan(mean) else (f"{100 * mean:.0f} %", f"{100 * happened:.0f} %")


def _csv(board: Scoreboard) -> str:
    from openparley.forecast.scoreboard import FORECASTERS

    tables = ("probs", "brier", "log")
    head = [*CSV_HEAD, *(f"{table.removesuffix('s')}, {name}" for table in tables for name in FORECASTERS)]
    lines = [
        [*(getattr(row, key) for key in CSV_HEAD), *(getattr(row, table).get(name) for table in tables for name in FORECASTERS)]
        for row in board.rows
    ]
    return csv_text(head, lines)
