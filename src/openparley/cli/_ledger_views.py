"""The views of ``parley ledger`` as tables for a terminal, a table for CSV and data for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from openparley.cli._frame import rows_as_json

if TYPE_CHECKING:
    from openparley.record.case import Case
    from openparley.record.ledger import LedgerRow, SayDo
    from openparley.record.views import Explanation

__all__ = ["Chosen", "Table", "View", "work_out"]

COLUMNS = ("id", "type", "actor", "target", "what", "made", "due", "days overdue", "outcome", "as of", "source")
CSV_COLUMNS = (*COLUMNS, "same as", "evidence", "review")
SAY_DO = (
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
EXPLAINED = ("side", "held by", "stance", "behaviour: explanation", "claims", "sources", "in conflict with", "review")


class Table(NamedTuple):
    """One table of a view: a heading, its columns and its rows."""

    heading: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


class Chosen(NamedTuple):
    """What the options ask for; ``week`` is a Monday."""

    case: Case
    proposed: bool
    actor: str | None
    due_before: date | None
    overdue: bool
    week: date | None


class View(NamedTuple):
    """A view worked out: tables for the terminal, one table for CSV, data for JSON."""

    tables: Sequence[Table]
    csv: Table
    data: dict[str, Any]


def work_out(chosen: Chosen, view: str | None) -> View:
    """The tables and data of a view; without one the commitments, then what each actor said and did."""
    match view:
        case None | "commitments":
            return _commitments(chosen, view is None)
        case "say-do":
            return _say_do(chosen)
        case "responses":
            return _responses(chosen)
        case "who-to-whom":
            return _who_to_whom(chosen)
        case _:
            return _explanations(chosen)


def _commitments(chosen: Chosen, and_say_do: bool) -> View:
    from openparley.record.ledger import ledger

    rows = [
        row
        for row in ledger(chosen.case, proposed=chosen.proposed)
        if (chosen.actor is None or chosen.actor in row.actor)
        and (chosen.due_before is None or (row.due is not None and row.due < chosen.due_before))
        and (not chosen.overdue or row.days_overdue is not None)
    ]
    mark = ("review",) if chosen.proposed else ()
    table = Table("", (*COLUMNS, *mark), [(*_cells(row, _outcome(row)), *((row.review,) if mark else ())) for row in rows])
    csv = Table("", CSV_COLUMNS, [(*_cells(row, row.outcome), row.same_as, " ".join(row.evidence), row.review) for row in rows])
    if not and_say_do:
        return View([table], csv, {"ledger": rows_as_json(rows)})
    below = _say_do(chosen)
    tables = [table] if chosen.overdue or chosen.due_before else [table, below.tables[0]._replace(heading="Say and do")]
    return View(tables, csv, {"ledger": rows_as_json(rows), **below.data})


def _say_do(chosen: Chosen) -> View:
    from openparley.record.ledger import say_do

    rows = [row for row in say_do(chosen.case, proposed=chosen.proposed) if chosen.actor in (None, row.actor)]
    names = _names(chosen.case)
    mark = ("review",) if chosen.proposed else ()
    table = Table("", (*SAY_DO, *mark), [(names[row.actor], *_counts(row), *((row.review,) if mark else ())) for row in rows])
    csv = Table("", ("id", *SAY_DO, "review"), [(row.actor, names[row.actor], *_counts(row), row.review) for row in rows])
    return View([table], csv, {"say_do": rows_as_json(rows)})


def _responses(chosen: Chosen) -> View:
    from openparley.record.views import entries_for, response_times, responses

    found = responses(entries_for(chosen.case, proposed=chosen.proposed))
    rows = [row for row in found if chosen.actor is None or chosen.actor in (*row.actor, *row.other)]
    times = [row for row in response_times(rows) if chosen.actor is None or chosen.actor in (row.actor, row.other)]
    columns = ("id", "who", "answers", "how", "what", "on", "days", "at least", "at most", "source", "review")
    table = [
        (
            *(row.id, ", ".join(row.actor), f"{row.to} of {', '.join(row.other)}", row.answer, row.paraphrase),
            *(row.made, row.days, row.days_low, row.days_high, row.source, row.review),
        )
        for row in rows
    ]
    pairs = [(row.actor, row.other, row.answers, row.dated, row.median_days, row.fewest_days, row.most_days, row.review) for row in times]
    pair_columns = ("who", "whom", "answers", "n dated", "median days", "fewest", "most", "review")
    tables = [Table("Answers", columns, table), Table("Days to an answer, by pair (n = answers with both days known)", pair_columns, pairs)]
    return View(tables, tables[0], {"responses": rows_as_json(rows), "times": rows_as_json(times)})


def _who_to_whom(chosen: Chosen) -> View:
    from openparley.record.ledger import who_to_whom
    from openparley.record.views import matrices

    rows = [
        row
        for row in who_to_whom(chosen.case, proposed=chosen.proposed)
        if chosen.week in (None, row.week) and (chosen.actor is None or chosen.actor in (row.actor, row.recipient))
    ]
    columns = ("week", "actor", "recipient", "events", "total score", "mean score", "review")
    csv = Table(
        "", columns, [(row.week, row.actor, row.recipient, row.events, row.total_score, row.mean_score, row.review) for row in rows]
    )
    star = {(row.week, row.actor, row.recipient): "*" if row.review == "proposed" else "" for row in rows}
    tables = []
    for found in matrices(rows):
        lines = []
        for actor in found.actors:
            cells = [
                f"{found.cells[actor, other][0]:+.1f} ({found.cells[actor, other][1]}){star[found.week, actor, other]}"
                if (actor, other) in found.cells
                else ""
                for other in found.recipients
            ]
            lines.append((actor, *cells))
        sunday = found.week + timedelta(days=6)
        heading = f"Week of {found.week} to {sunday}: mean PLOVER score, −10 conflict to +10 cooperation (events)"
        note = "; * nobody has reviewed one of them" if any(star[found.week, *pair] for pair in found.cells) else ""
        tables.append(Table(heading + note, ("who ↓ to whom →", *found.recipients), lines))
    return View(tables, csv, {"who_to_whom": rows_as_json(rows)})


def _explanations(chosen: Chosen) -> View:
    from openparley.record.views import entries_for, explanations

    entries = entries_for(chosen.case, proposed=chosen.proposed)
    rows = [row for row in explanations(chosen.case, entries) if chosen.actor in (None, row.explains)]
    columns = ("explains", "account", "account name", "side", "contested", "held by", "stance", "behaviour", "explanation")
    columns = (*columns, "on", "sources", "claims", "in conflict with", "review")
    csv = Table("", columns, [_explanation(row) for row in rows])
    names = _names(chosen.case)
    groups: dict[tuple[str, str], list[Explanation]] = {}
    for row in rows:
        groups.setdefault((row.explains, row.account), []).append(row)
    tables = []
    for (actor, account), group in groups.items():
        lines = [
            (
                *(row.side, ", ".join(row.holders), row.stance, f"{row.behaviour}: {row.explanation}", " ".join(row.reports)),
                *(", ".join(row.sources), ", ".join(row.conflicts), row.review),
            )
            for row in group
        ]
        title = f"{account} {group[0].account_name}" if account else "tied to no account"
        count = f": {sum(row.side == 'for' for row in group)} for, {sum(row.side == 'against' for row in group)} against" if account else ""
        heading = f"{names.get(actor, actor)} – {title}{count}{', contested' if account and group[0].contested else ''}"
        tables.append(
            Table(
                heading, ("side", "held by", "stance", "behaviour: explanation", "claims", "sources", "in conflict with", "review"), lines
            )
        )
    return View(tables, csv, {"explanations": rows_as_json(rows)})


def _explanation(row: Explanation) -> tuple[Any, ...]:
    return (
        *(row.explains, row.account, row.account_name, row.side, "yes" if row.contested else "", ", ".join(row.holders), row.stance),
        *(row.behaviour, row.explanation, row.made, " ".join(row.sources), " ".join(row.reports), " ".join(row.conflicts), row.review),
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


def _counts(row: SayDo) -> tuple[object, ...]:
    return (
        *(row.made, row.kept, row.lapsed, row.superseded, row.pending, row.no_report, row.demands_made, row.demands_met),
        *(row.median_slip_days, row.median_response_days),
    )


def _outcome(row: LedgerRow) -> str:
    return f"{row.outcome}, same as {row.same_as}" if row.same_as else row.outcome


def _days(start: date | None, end: date | None) -> str:
    """A day, or a range of days as ``2018-01-01…2021-01-20``; empty when not known."""
    return "…".join(str(day) for day in dict.fromkeys((start, end)) if day)


def _names(case: Case) -> dict[str, str]:
    return {key: actor.name for key, actor in case.file.actors.items()}
