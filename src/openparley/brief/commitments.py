"""The commitment ledger as the brief shows it: by actor, each with its outcome in words."""

from __future__ import annotations

from datetime import date

from openparley.brief.context import Context
from openparley.brief.words import counted, days
from openparley.record.ledger import NO_REPORT, LedgerRow, ledger


def rows_by_actor(context: Context) -> dict[str, list[LedgerRow]]:
    """Ledger rows by display name of the first actor, in the order of the ledger."""
    found: dict[str, list[LedgerRow]] = {}
    for row in ledger(context.facts.case):
        name = context.facts.actor(row.actor[0]) if row.actor else "unnamed"
        found.setdefault(name, []).append(row)
    return found


def made_range(context: Context, row: LedgerRow) -> tuple[date, date] | None:
    """First and last day on which it may have been made, as the entry has them."""
    entry = context.facts.commitments.get(row.id)
    found = (entry.made or entry.date) if entry else None
    if found is not None:
        return found.start, found.end
    return (row.made, row.made) if row.made else None


def made_words(context: Context, row: LedgerRow) -> str:
    """When it was made, as a range where the day is not known."""
    found = made_range(context, row)
    return days(*found) if found else "not dated"


def due_words(context: Context, row: LedgerRow) -> str:
    """When it falls due, as a range where the day is not known."""
    entry = context.facts.commitments.get(row.id)
    if entry is not None and entry.due is not None:
        return days(entry.due.start, entry.due.end)
    return days(row.due, row.due) if row.due else "open"


def outcome_words(row: LedgerRow) -> str:
    """What came of a commitment, with the days overdue."""
    if not row.days_overdue:
        return row.outcome
    said = "no report" if row.outcome == NO_REPORT else row.outcome
    return f"{said}, {counted(row.days_overdue, 'day')} overdue"
