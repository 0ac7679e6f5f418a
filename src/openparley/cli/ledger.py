"""Who threatened, promised or demanded what, by when, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from openparley.cli._frame import csv_text, finish, print_table, rows_as_json, shown, verb

if TYPE_CHECKING:
    from datetime import date

    from openparley.record.ledger import LedgerRow

COLUMNS = ("id", "type", "actor", "target", "what", "made", "due", "days overdue", "outcome", "as of", "source")
CSV_COLUMNS = (*COLUMNS, "same as", "evidence")


@verb("parley ledger ukraine-2025", "parley ledger ./my-case --csv > ledger.csv", "parley ledger ./my-case --json")
@click.argument("case")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
def command(case: str, as_csv: bool, as_json: bool) -> None:
    """Print the accepted commitments as of the cut-off, then what each actor said and did."""
    from openparley.record.case import open_case
    from openparley.record.ledger import ledger, say_do

    if as_csv and as_json:
        raise click.UsageError("--csv and --json exclude each other.", click.get_current_context())
    opened = open_case(case)
    rows = ledger(opened)
    actors = say_do(opened)
    names = {key: actor.name for key, actor in opened.file.actors.items()}
    if as_csv:
        click.echo(csv_text(CSV_COLUMNS, ((*_cells(row, row.outcome), row.same_as, " ".join(row.evidence)) for row in rows)), nl=False)
        return
    if not as_json:
        click.echo(f"{opened.file.title}: commitments as of {opened.file.cutoff}")
        if rows:
            print_table(COLUMNS, [_cells(row, _outcome(row)) for row in rows])
            click.echo("Say and do")
            headers = (
                "actor",
                "made",
                "kept",
                "lapsed",
                "superseded",
                "pending",
                "no report",
                "demands made",
                "demands met",
                "median days late when kept",
                "median response, days",
            )
            table = [
                (
                    names[row.actor],
                    row.made,
                    row.kept,
                    row.lapsed,
                    row.superseded,
                    row.pending,
                    row.no_report,
                    row.demands_made,
                    row.demands_met,
                    row.median_slip_days,
                    row.median_response_days,
                )
                for row in actors
            ]
            print_table(headers, table)
        else:
            click.echo("No accepted commitments.")
    data = {"case": opened.name, "cutoff": str(opened.file.cutoff), "ledger": rows_as_json(rows), "say_do": rows_as_json(actors)}
    finish(
        as_json,
        data,
        then=f"parley {'ledger' if opened.file.model is None else 'brief'} {shown(case)}{' --csv' if opened.file.model is None else ''}",
    )


def _cells(row: LedgerRow, outcome: str) -> tuple[object, ...]:
    return (
        row.id,
        row.type,
        ", ".join(row.actor),
        ", ".join(row.target),
        row.paraphrase,
        _days(row.made, row.made_end),
        _days(row.due_start, row.due),
        row.days_overdue,
        outcome,
        row.as_of,
        row.source,
    )


def _outcome(row: LedgerRow) -> str:
    return f"{row.outcome}, same as {row.same_as}" if row.same_as else row.outcome


def _days(start: date | None, end: date | None) -> str:
    """A day, or a range of days as ``2018-01-01…2021-01-20``; empty when not known."""
    return "…".join(str(day) for day in dict.fromkeys((start, end)) if day)
