"""What the record alone answers: who threatened, promised or demanded what by when and what came of it, and further views."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from openparley.cli._frame import csv_text, finish, print_table, shown, verb
from openparley.cli._ledger_views import Chosen, View, work_out

if TYPE_CHECKING:
    from openparley.record.case import Case

# View → the kind of entry that it is made of.
VIEWS = {
    "commitments": "commitment",
    "say-do": "commitment",
    "responses": "entry with a link to what it answers",
    "who-to-whom": "event",
    "explanations": "claim",
}


@verb(
    "parley ledger ukraine-2025",
    "parley ledger ./my-case --proposed --overdue",
    "parley ledger ./my-case --actor mediator --due-before 2025-06-30 --csv > ledger.csv",
    "parley ledger ukraine-2025 --view who-to-whom --week 2025-05-12",
    "parley ledger strait-talks --view responses",
    "parley ledger ukraine-2025 --view explanations --actor mediator --json",
)
@click.argument("case")
@click.option("--view", type=click.Choice(list(VIEWS)), help="One view alone; without it commitments, then what each actor said and did.")
@click.option("--proposed", is_flag=True, help="Also what nobody has reviewed yet; each row says so.")
@click.option("--actor", metavar="ID", help="Only rows of this actor: id or name.")
@click.option("--due-before", metavar="DATE", help="Only commitments due before this day (YYYY-MM-DD).")
@click.option("--overdue", is_flag=True, help="Only commitments whose due date has passed with the matter open.")
@click.option("--week", metavar="DATE", help="With --view who-to-whom: only the week of this day (YYYY-MM-DD).")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
def command(
    case: str,
    view: str | None,
    proposed: bool,
    actor: str | None,
    due_before: str | None,
    overdue: bool,
    week: str | None,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Print the accepted commitments as of the cut-off, then what each actor said and did; or another view of the record."""
    from openparley.record.case import open_case

    context = click.get_current_context()
    if as_csv and as_json:
        raise click.UsageError("--csv and --json exclude each other.", context)
    if (due_before or overdue) and view not in (None, "commitments"):
        raise click.UsageError(f"--due-before and --overdue go with commitments, not with --view {view}.", context)
    if week and view != "who-to-whom":
        raise click.UsageError("--week goes with --view who-to-whom.", context)
    opened = open_case(case)
    monday = _day(week, "--week")
    chosen = Chosen(
        opened,
        proposed,
        _actor(opened, actor),
        _day(due_before, "--due-before"),
        overdue,
        monday - timedelta(days=monday.weekday()) if monday else None,
    )
    made = work_out(chosen, view)
    if as_csv:
        click.echo(csv_text(made.csv.columns, made.csv.rows), nl=False)
        return
    if not as_json:
        _print(made, chosen, view, case)
    more = {"view": view} if view else {}
    counts = {"proposed": proposed, "unreviewed": opened.states()["proposed"]}
    data = {"case": opened.name, "cutoff": str(opened.file.cutoff), **more, **counts, **made.data}
    finish(
        as_json,
        data,
        then=f"parley {'ledger' if opened.file.model is None else 'brief'} {shown(case)}{' --csv' if opened.file.model is None else ''}",
    )


def _print(made: View, chosen: Chosen, view: str | None, case: str) -> None:
    file = chosen.case.file
    click.echo(
        f"{file.title}: {view or 'commitments'} as of {file.cutoff}{', with proposals nobody has reviewed' if chosen.proposed else ''}"
    )
    if made.csv.rows:
        for table in made.tables:
            if table.heading:
                click.echo(table.heading)
            print_table(table.columns, table.rows)
        return
    noun = VIEWS[view or "commitments"]
    filtered = chosen.actor or chosen.due_before or chosen.overdue or chosen.week
    plural = f"{noun}s" if " " not in noun else "entries with a link to what they answer"
    click.echo(f"No {'' if chosen.proposed else 'accepted '}{plural}{' that fit' if filtered else ''}.")
    waiting = _waiting(chosen.case, view or "commitments")
    if waiting and not chosen.proposed and not filtered:
        name, option = shown(case), f" --view {view}" if view else ""
        click.echo(
            f"{len(waiting)} {'is' if len(waiting) == 1 else 'are'} proposed and not reviewed: "
            f"`parley ledger {name}{option} --proposed` shows them, `parley accept {name} {waiting[0]} …` accepts them by id, "
            f"`parley accept {name} --all` everything that is proposed."
        )


def _waiting(case: Case, view: str) -> list[str]:
    """Ids of proposals that the view would be made of."""
    found = [entry for entry in case.entries.values() if entry.review.state == "proposed"]
    if view == "responses":
        return [entry.id for entry in found if any(link.rel == "responds_to" for link in entry.links)]
    return [entry.id for entry in found if entry.kind == VIEWS[view]]


def _actor(case: Case, wanted: str | None) -> str | None:
    """The id of the actor that is meant, by id, name or alias."""
    from openparley.errors import CaseError, Complaint, did_you_mean, one_of, quoted

    if wanted is None or wanted in case.file.actors:
        return wanted
    named = {word.casefold(): key for key, one in reversed(case.file.actors.items()) for word in (*one.aliases, one.name)}
    if wanted.casefold() in named:
        return named[wanted.casefold()]
    known = list(case.file.actors)
    hint = did_you_mean(wanted, [*known, *named]) or f"Actors: {one_of(known)}."
    raise CaseError(Complaint("case.toml", None, None, wanted, known, hint, f"there is no actor {quoted(wanted)}."))


def _day(text: str | None, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise click.BadParameter(f"“{text}” is no day; write YYYY-MM-DD.", click.get_current_context(), param_hint=option) from None
