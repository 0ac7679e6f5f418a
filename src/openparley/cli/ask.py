"""Freeze a question: what is asked, what resolves it, and everybody’s answer before anybody knows."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openparley.cli._fitting import runs_option
from openparley.cli._frame import by_option, case_checks, finish, print_table, rows_as_json, shown, verb

if TYPE_CHECKING:
    from openparley.forecast.questions import Question
    from openparley.forecast.runs import FinishedRun
    from openparley.record.case import Case

DAY = click.DateTime(["%Y-%m-%d"])


@verb(
    'parley ask strait-talks "Will party A accept the stand-still by 28 June?" --outcome ceasefire --deadline 2026-06-28',
    'parley ask ./my-case "Will the mediator enforce?" --outcome sanctions --mine 0.2 --not "A sanction announced but not in force"',
)
@click.argument("case")
@click.argument("wording")
@click.option("--outcome", required=True, metavar="ID", help="The outcome of the case that the question is about.")
@click.option("--deadline", type=DAY, metavar="DATE", help="Last day on which it can come true; by default the last of the forecast.")
@click.option("--mine", type=float, metavar="P", help="Your own probability; asked for on a terminal, before the model’s is shown.")
@click.option("--resolves", metavar="TEXT", help="When it counts as come true; by default as the case defines the outcome.")
@click.option("--source", metavar="TEXT", help="What it is resolved by; by default public reports in the case's record.")
@click.option("--not", "does_not_count", multiple=True, metavar="TEXT", help="What does not count; may be given several times.")
@click.option("--run", "run_name", metavar="RUN", help="The run that answers: folder or id; by default the one finished last.")
@runs_option
@by_option
def command(
    case: str,
    wording: str,
    outcome: str,
    deadline: datetime | None,
    mine: float | None,
    resolves: str | None,
    source: str | None,
    does_not_count: tuple[str, ...],
    run_name: str | None,
    runs: Path | None,
    by: str,
    as_json: bool,
) -> None:
    """Append one frozen line to questions.jsonl of the case, or of parley-out/CASE for a bundled one; no line is ever edited."""
    from dataclasses import replace

    from openparley.forecast.questions import Asked, check_asked, freeze, questions_path, read_questions, same_before
    from openparley.forecast.runs import find_run, latest_run
    from openparley.record.case import open_case, runs_dir

    opened = open_case(case, extra_checks=case_checks())
    day = deadline.date() if deadline else None
    asked = Asked(wording, outcome, day, resolves or "", source or "", does_not_count, mine, by)
    check_asked(opened, asked)
    earlier = read_questions(questions_path(opened))
    folder = runs or runs_dir(opened)
    run = find_run(run_name, [folder]) if run_name else latest_run(folder, shown(case))
    if mine is None and not as_json and on_terminal():
        asked = replace(asked, analyst=_own_number())
        check_asked(opened, asked)
    question = freeze(opened, asked, run)
    notes = [
        *_notes(opened, question, run),
        *(f"{old.id} asked the same of run {old.run['id']}." for old in same_before(earlier, question)),
    ]
    if not as_json:
        _print(question, notes)
    data: dict[str, Any] = {"question": rows_as_json([question])[0], "notes": notes}
    finish(as_json, data, wrote=[questions_path(opened)], then=f"parley score {shown(case)}")


def on_terminal() -> bool:
    """Whether a person is there to be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _own_number() -> float | None:
    """The analyst's own probability, before the model's is shown; None for an empty answer."""
    while True:
        text = click.prompt("Your own probability, 0 to 1 (empty for none)", default="", show_default=False).strip()
        if not text:
            return None
        try:
            number = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            number = 0.0
        if 0 < number < 1:
            return number
        click.echo("A number above 0 and below 1, such as 0.2 or 20%.", err=True)


def _notes(case: Case, question: Question, run: FinishedRun) -> list[str]:
    """What does not fit perfectly between question, run and case."""
    said = []
    if question.deadline != question.week[1]:
        said.append(
            f"The model’s number is for {question.week[1]}, the last week’s end by the deadline of {question.deadline}; "
            f"with --deadline {question.week[1]} the two would be the same day."
        )
    inputs = run.record.get("inputs", {})
    stale = sorted(name for name in inputs.keys() | case.hashes.keys() if inputs.get(name) != case.hashes.get(name))
    if stale:
        said.append(f"The case has changed since the run was made ({', '.join(stale)}); `parley fit` would answer from it as it is now.")
    if question.run["status"] != "computed":
        said.append(f"The run says of itself: {question.run['status']}.")
    if question.hindsight:
        said.append("The deadline has passed already: the question will be left out of every mean.")
    if question.base_rate is None:
        said.append("The run does not say the probability before the record by that week, so there is no base rate.")
    return said


def _print(question: Question, notes: list[str]) -> None:
    from openparley.brief.words import UNKNOWN, estimate_words, percent

    rows = [] if question.analyst is None else [(f"you ({question.analyst_by})", f"{100 * question.analyst:g} %", "")]
    rows += [
        (f"model, run {question.run['id']}", *estimate_words(question.model)),
        ("uniform", percent(question.uniform), ""),
        (
            "base rate, before the record",
            UNKNOWN if question.base_rate is None else percent(question.base_rate, question.model.mcse),
            "",
        ),
    ]
    click.echo(f"{question.id}, frozen {question.at}: {question.wording}")
    click.echo(f"Comes true if, by {question.deadline}: {question.resolves}")
    click.echo(f"Resolved by: {question.source}.")
    for text in question.does_not_count:
        click.echo(f"Does not count: {text}")
    click.echo("")
    print_table((f"by {question.week[1]}", "probability", "90 % range over assumptions"), rows)
    click.echo("")
    for note in notes:
        click.echo(f"Note: {note}")
    click.echo(f"Hash {question.hash[:16]}…: noted elsewhere, it proves that no line up to this one was rewritten.")
