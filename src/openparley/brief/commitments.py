"""The commitment ledger as the brief shows it: by actor, each with its outcome in words."""

from __future__ import annotations

from datetime import date

from openparley.brief.context import Context
from openparley.brief.words import counted, days
from openparley.record.ledger import NO_REPORT, LedgerRow, ledger

OPEN = ("pending", "unknown", NO_REPORT)  # nothing known closes the matter


def rows_by_actor(context: Context) -> dict[str, list[LedgerRow]]:
    """Ledger rows by the display names of all who made them, in the order of the ledger; made jointly, under a heading of its own."""
    found: dict[str, list[LedgerRow]] = {}
    for row in ledger(context.facts.case):
        found.setdefault(makers(context, row), []).append(row)
    return found


def makers(context: Context, row: LedgerRow) -> str:
    """Display names of all who made a commitment."""
    return context.facts.actors(row.actor) or "unnamed"


def who_to_whom(context: Context, row: LedgerRow) -> str:
    """Everybody who made it and to whom; makers who bind one another are said to."""
    who = makers(context, row)
    if len(row.actor) > 1 and set(row.target) == set(row.actor):
        return f"{who} to each other"
    return f"{who} to {context.facts.actors(row.target)}" if row.target else who


def next_due_first(rows: list[LedgerRow], cutoff: date) -> list[LedgerRow]:
    """What is still to fall due, the nearest first; what else is open, own acts first; then the rest, the latest first."""

    def order(row: LedgerRow) -> tuple[bool, bool, int, bool, int, str]:
        ahead = row.due is not None and row.due >= cutoff
        open_ = row.outcome in OPEN
        due = (row.due - cutoff).days if row.due is not None and ahead else 0
        return not (open_ and ahead), not open_, due if open_ else 0, open_ and not row.own_act, -(row.made or date.min).toordinal(), row.id

    return sorted(rows, key=order)


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
