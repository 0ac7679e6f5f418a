"""The commitment ledger as the brief shows it: by actor, each with its outcome in words."""

from __future__ import annotations

from openparley.brief.context import Context
from openparley.brief.words import counted
from openparley.record.ledger import NO_REPORT, LedgerRow, ledger


def rows_by_actor(context: Context) -> dict[str, list[LedgerRow]]:
    """Ledger rows by display name of the first actor, in the order of the ledger."""
    found: dict[str, list[LedgerRow]] = {}
    for row in ledger(context.facts.case):
        name = context.facts.actor(row.actor[0]) if row.actor else "unnamed"
        found.setdefault(name, []).append(row)
    return found


def outcome_words(row: LedgerRow) -> str:
    """What came of a commitment, with the days overdue."""
    if not row.days_overdue:
        return row.outcome
    said = "no report" if row.outcome == NO_REPORT else row.outcome
    return f"{said}, {counted(row.days_overdue, 'day')} overdue"
