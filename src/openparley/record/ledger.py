"""What the record alone answers: who said they would do what by when, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from openparley.record.case import Case
from openparley.record.entry import Commitment, Entry, Event, FuzzyDate, Status
from openparley.record.plover import score

__all__ = ["NO_REPORT", "LedgerRow", "SayDo", "WeekRow", "ledger", "say_do", "who_to_whom"]

NO_REPORT = "due passed, no report"
# Values that leave the matter open: when the due date passes after such a report, nothing is known again.
OPEN = ("pending", "unknown")


@dataclass(frozen=True)
class LedgerRow:
    """One commitment and what came of it as of the cut-off.

    Attributes
    ----------
    days_overdue
        Days from the due date to the cut-off, when that has passed and nothing closed the matter; None otherwise.
    slip_days
        Days from the due date to the day as of which it was reported kept; negative when early; None when not known.
    outcome
        A status value from a source, "pending", or "due passed, no report"; never guessed from silence.
    evidence
        Ids of the commitment and of its statuses.
    """

    id: str
    type: str
    actor: tuple[str, ...]
    target: tuple[str, ...]
    condition: str | None
    consequence: str | None
    paraphrase: str
    made: date | None
    due: date | None
    due_basis: str
    days_overdue: int | None
    slip_days: int | None
    outcome: str
    as_of: date | None
    source: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class SayDo:
    """What one actor announced and what came of it, in numbers of commitments.

    Attributes
    ----------
    median_slip_days
        Median over commitments whose due date has passed: days to the report that they were kept, else to the cut-off.
        A lower bound where the matter is still open; None without such commitments.
    median_response_days
        Median days between this actor's entries and what they respond to; None without such links.
    """

    actor: str
    made: int
    kept: int
    lapsed: int
    superseded: int
    pending: int
    no_report: int
    median_slip_days: float | None
    median_response_days: float | None


@dataclass(frozen=True)
class WeekRow:
    """Events of one actor towards another in one week (from its Monday), with PLOVER scores."""

    week: date
    actor: str
    recipient: str
    events: int
    total_score: float
    mean_score: float


def ledger(case: Case) -> list[LedgerRow]:
    """Every accepted threat, promise, demand, proposal and deadline, in the order in which they were made."""
    entries = case.accepted()
    statuses: dict[str, list[Status]] = defaultdict(list)
    for entry in entries.values():
        if entry.kind == "status" and (entry.as_of is None or entry.as_of <= case.file.cutoff):
            statuses[entry.of].append(entry)
    rows = [_row(entry, statuses[entry.id], case.file.cutoff) for entry in entries.values() if entry.kind == "commitment"]
    return sorted(rows, key=lambda row: (row.made or date.max, row.id))


def say_do(case: Case) -> list[SayDo]:
    """For each actor that committed to something: carried out, lapsed, open; and how late."""
    by_actor: dict[str, list[LedgerRow]] = defaultdict(list)
    for row in ledger(case):
        for actor in row.actor:
            by_actor[actor].append(row)
    responses = _responses(case.accepted())
    return [_say_do(actor, by_actor[actor], responses.get(actor, []), case.file.cutoff) for actor in case.file.actors if actor in by_actor]


def who_to_whom(case: Case) -> list[WeekRow]:
    """Actual, dated events by week and pair; reports of the same event count once."""
    cells: dict[tuple[date, str, str], list[float]] = defaultdict(list)
    for event in _distinct([entry for entry in case.accepted().values() if entry.kind == "event"]):
        if event.realis != "actual" or event.historical or event.date is None:
            continue
        week = event.date.start - timedelta(days=event.date.start.weekday())
        for actor in event.actor:
            for recipient in event.recipient:
                cells[week, actor, recipient].append(score(event.event))
    return [
        WeekRow(week, actor, recipient, len(scores), round(sum(scores), 6), round(sum(scores) / len(scores), 6))
        for (week, actor, recipient), scores in sorted(cells.items())
    ]


def _row(entry: Commitment, statuses: Iterable[Status], cutoff: date) -> LedgerRow:
    known = sorted(statuses, key=lambda status: (status.as_of or date.min, status.id))
    latest = known[-1] if known else None
    due = entry.due.end if entry.due else None
    passed = due is not None and due < cutoff
    outcome = latest.value if latest else "pending"
    stale = latest is None or (latest.value in OPEN and (latest.as_of is None or due is None or latest.as_of <= due))
    if passed and stale:
        outcome = NO_REPORT
    overdue = (cutoff - due).days if due is not None and passed and outcome in (*OPEN, NO_REPORT) else None
    as_of = latest.as_of if latest else None
    slip = (as_of - due).days if due is not None and as_of is not None and outcome == "kept" else None
    return LedgerRow(
        id=entry.id,
        type=entry.type,
        actor=entry.actor,
        target=entry.target,
        condition=entry.condition,
        consequence=entry.consequence,
        paraphrase=entry.paraphrase,
        made=_day(entry.made) or _day(entry.date),
        due=due,
        due_basis=entry.due.basis if entry.due else "",
        days_overdue=overdue,
        slip_days=slip,
        outcome=outcome,
        as_of=as_of,
        source=entry.source,
        evidence=(entry.id, *(status.id for status in known)),
    )


def _say_do(actor: str, rows: list[LedgerRow], responses: list[int], cutoff: date) -> SayDo:
    outcomes = [row.outcome for row in rows]
    slips = [
        row.slip_days if row.slip_days is not None else (cutoff - row.due).days for row in rows if row.due is not None and row.due < cutoff
    ]
    return SayDo(
        actor=actor,
        made=len(rows),
        kept=outcomes.count("kept"),
        lapsed=outcomes.count("lapsed") + outcomes.count("violated"),
        superseded=outcomes.count("superseded"),
        pending=outcomes.count("pending") + outcomes.count("unknown"),
        no_report=outcomes.count(NO_REPORT),
        median_slip_days=median(slips) if slips else None,
        median_response_days=median(responses) if responses else None,
    )


def _responses(entries: dict[str, Entry]) -> dict[str, list[int]]:
    """Days from what was responded to until the response, by the responding actor."""
    days: dict[str, list[int]] = defaultdict(list)
    for entry in entries.values():
        for link in entry.links:
            other = entries.get(link.to)
            if link.rel != "responds_to" or other is None:
                continue
            here, there = _when(entry), _when(other)
            if here is None or there is None:
                continue
            for actor in getattr(entry, "actor", None) or getattr(entry, "speaker", ()):
                days[actor].append((here - there).days)
    return days


def _distinct(events: list[Event]) -> list[Event]:
    """One event for each group of reports of the same event."""
    group = {event.id: event.id for event in events}

    def root(key: str) -> str:
        while group[key] != key:
            key = group[key]
        return key

    for event in events:
        for link in event.links:
            if link.rel == "same_event" and link.to in group:
                group[root(link.to)] = root(event.id)
    first: dict[str, Event] = {}
    for event in events:
        first.setdefault(root(event.id), event)
    return list(first.values())


def _when(entry: Entry) -> date | None:
    made = entry.made if entry.kind == "commitment" else None
    return _day(made) or _day(entry.date)


def _day(period: FuzzyDate | None) -> date | None:
    return period.start if period else None
