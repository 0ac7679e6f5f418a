"""What the record alone answers: who said they would do what by when, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from openparley._display import Shown
from openparley.record.case import Case
from openparley.record.entry import Commitment, Due, Entry, Event, Status
from openparley.record.plover import score
from openparley.record.views import distinct_events, entries_for, first_day, review_word, same_groups

__all__ = ["NO_REPORT", "LedgerRow", "SayDo", "WeekRow", "ledger", "say_do", "who_to_whom"]

NO_REPORT = "due passed, no report"
# Values that leave the matter open: when the due date passes after such a report, nothing is known again.
OPEN = ("pending", "unknown")


@dataclass(frozen=True)
class LedgerRow(Shown):
    """One commitment and what came of it as of the cut-off.

    Attributes
    ----------
    made, made_end
        First and last day on which it may have been made.
    due_start, due
        First and last day on which it may fall due; it is overdue after the last.
    days_overdue
        Days from the due date to the cut-off, when that has passed and nothing closed the matter; None otherwise.
    slip_days
        When reported kept: days from the due date to the event that fulfils it, negative when early. None when no such
        event is linked, or it is not dated to the day.
    outcome
        A status value from a source, "pending", or "due passed, no report"; never guessed from silence. Reports of the
        same commitment share their statuses, and so the outcome.
    evidence
        Ids of the commitment and of the statuses behind the outcome.
    same_as
        The commitment that this one is another report of; leave such rows out of counts. None for all others.
    own_act
        Whether the actor says what it will do itself: a threat, a promise, or a deadline unless its event is REQUEST.
    review
        “proposed” when nobody has reviewed the commitment or a status behind the outcome, else the state of the commitment.
    """

    id: str
    type: str
    actor: tuple[str, ...]
    target: tuple[str, ...]
    condition: str | None
    consequence: str | None
    paraphrase: str
    made: date | None
    made_end: date | None
    due_start: date | None
    due: date | None
    due_basis: str
    days_overdue: int | None
    slip_days: int | None
    outcome: str
    as_of: date | None
    source: str
    evidence: tuple[str, ...]
    same_as: str | None
    own_act: bool
    review: str = "accepted"


@dataclass(frozen=True)
class SayDo(Shown):
    """What one actor said it would do itself and what came of it, in numbers of commitments; reports of the same one count once.

    Attributes
    ----------
    made, kept, lapsed, superseded, pending, no_report
        Threats, promises and deadlines for the actor's own acts; ``lapsed`` includes violated.
    demands_made, demands_met
        What the actor demanded of others, and how much of that was reported kept. Proposals are in neither count.
    median_slip_days
        Median days late when kept: see ``slip_days`` of the ledger's rows. None without such a commitment.
    median_response_days
        Median days between this actor's entries and what they respond to, over every such link; None without any.
    review
        “proposed” when one of the counts rests on something that nobody has reviewed, else “accepted”.
    """

    actor: str
    made: int
    kept: int
    lapsed: int
    superseded: int
    pending: int
    no_report: int
    demands_made: int
    demands_met: int
    median_slip_days: float | None
    median_response_days: float | None
    review: str = "accepted"


@dataclass(frozen=True)
class WeekRow(Shown):
    """Events of one actor towards another in one week (from its Monday), with PLOVER scores.

    ``review`` is “proposed” when nobody has reviewed one of the events, else “accepted”.
    """

    week: date
    actor: str
    recipient: str
    events: int
    total_score: float
    mean_score: float
    review: str = "accepted"


def ledger(case: Case, *, proposed: bool = False) -> list[LedgerRow]:
    """Every accepted threat, promise, demand, proposal and deadline, in the order in which they were made.

    Parameters
    ----------
    proposed
        Also those that nobody has reviewed, and the statuses that nobody has reviewed; ``review`` of a row says so.
    """
    entries = entries_for(case, proposed=proposed)
    statuses: dict[str, list[Status]] = defaultdict(list)
    for entry in entries.values():
        if entry.kind == "status" and (entry.as_of is None or entry.as_of <= case.file.cutoff):
            statuses[entry.of].append(entry)
    groups: dict[str, list[Commitment]] = defaultdict(list)
    commitments = [entry for entry in entries.values() if entry.kind == "commitment"]
    root = same_groups(commitments)
    for entry in sorted(commitments, key=_order):
        groups[root[entry.id]].append(entry)
    acts = _fulfilled(entries.values(), case.file.cutoff)
    rows: list[LedgerRow] = []
    for group in groups.values():
        first = _first(group)
        known = [status for entry in group for status in statuses[entry.id]]
        done = min((acts[entry.id] for entry in group if entry.id in acts), default=None)
        # What the group knows goes for each report of it: the day that the first names, else the one that another does.
        due = next((entry.due for entry in (first, *group) if entry.due), None)
        rows += [_row(entry, first, due, known, done, case.file.cutoff) for entry in group]
    return sorted(rows, key=lambda row: (row.made or date.max, row.id))


def say_do(case: Case, *, proposed: bool = False) -> list[SayDo]:
    """For each actor that committed to something: carried out, lapsed, open; and how late. ``proposed`` as in `ledger`."""
    own: dict[str, list[LedgerRow]] = defaultdict(list)
    demands: dict[str, list[LedgerRow]] = defaultdict(list)
    for row in ledger(case, proposed=proposed):
        if row.same_as is not None or row.type == "proposal":
            continue
        for actor in row.actor:
            (own if row.own_act else demands)[actor].append(row)
    responses = _responses(entries_for(case, proposed=proposed))
    return [
        _say_do(actor, own[actor], demands[actor], responses.get(actor, []))
        for actor in case.file.actors
        if actor in own or actor in demands
    ]


def who_to_whom(case: Case, *, proposed: bool = False) -> list[WeekRow]:
    """Actual, dated events by week and pair; reports of the same event count once. ``proposed`` as in `ledger`."""
    cells: dict[tuple[date, str, str], list[Event]] = defaultdict(list)
    entries = entries_for(case, proposed=proposed)
    for event in distinct_events([entry for entry in entries.values() if entry.kind == "event"]):
        if event.realis != "actual" or event.historical or event.date is None:
            continue
        week = event.date.start - timedelta(days=event.date.start.weekday())
        for actor in event.actor:
            for recipient in event.recipient:
                cells[week, actor, recipient].append(event)
    return [_week_row(*key, events) for key, events in sorted(cells.items())]


def _week_row(week: date, actor: str, recipient: str, events: list[Event]) -> WeekRow:
    total = sum(score(event.event) for event in events)
    state = "proposed" if review_word(*events) == "proposed" else "accepted"
    return WeekRow(week, actor, recipient, len(events), round(total, 6), round(total / len(events), 6), state)


def _order(entry: Commitment) -> tuple[date, str]:
    return first_day(entry) or date.max, entry.id


def _first(group: list[Commitment]) -> Commitment:
    """The report that the others of its group point to; the earliest when all point to one another."""
    ids = {entry.id for entry in group}
    return next(
        (entry for entry in group if not any(link.rel == "same_event" and link.to in ids - {entry.id} for link in entry.links)), group[0]
    )


def _fulfilled(entries: Iterable[Entry], cutoff: date) -> dict[str, date]:
    """Days on which commitments were fulfilled, as far as an event says so to the day."""
    days: dict[str, date] = {}
    for entry in entries:
        if entry.kind != "event" or entry.realis != "actual" or entry.date is None:
            continue
        day = entry.date.start
        if day != entry.date.end or day > cutoff:
            continue
        for link in entry.links:
            if link.rel == "fulfils":
                days[link.to] = min(day, days.get(link.to, day))
    return days


def _row(
    entry: Commitment, first: Commitment, group_due: Due | None, statuses: Iterable[Status], done: date | None, cutoff: date
) -> LedgerRow:
    known = sorted(statuses, key=lambda status: (status.as_of or date.min, status.id))
    latest = known[-1] if known else None
    shown = entry.due or group_due
    due = group_due.end if group_due else None
    passed = due is not None and due < cutoff
    outcome = latest.value if latest else "pending"
    stale = latest is None or (latest.value in OPEN and (latest.as_of is None or due is None or latest.as_of <= due))
    if passed and stale:
        outcome = NO_REPORT
    overdue = (cutoff - due).days if due is not None and passed and outcome in (*OPEN, NO_REPORT) else None
    slip = (done - due).days if due is not None and done is not None and outcome == "kept" else None
    made = entry.made or entry.date
    return LedgerRow(
        id=entry.id,
        type=entry.type,
        actor=entry.actor,
        target=entry.target,
        condition=entry.condition,
        consequence=entry.consequence,
        paraphrase=entry.paraphrase,
        made=made.start if made else None,
        made_end=made.end if made else None,
        due_start=shown.start if shown else None,
        due=shown.end if shown else None,
        due_basis=shown.basis if shown else "",
        days_overdue=overdue,
        slip_days=slip,
        outcome=outcome,
        as_of=latest.as_of if latest else None,
        source=entry.source,
        evidence=(entry.id, *(status.id for status in known)),
        same_as=None if entry is first else first.id,
        own_act=entry.type in ("threat", "promise") or (entry.type == "deadline" and entry.event != "REQUEST"),
        review=review_word(entry, *known),
    )


def _say_do(actor: str, rows: list[LedgerRow], demands: list[LedgerRow], responses: list[int]) -> SayDo:
    outcomes = [row.outcome for row in rows]
    slips = [row.slip_days for row in rows if row.slip_days is not None]
    return SayDo(
        actor=actor,
        made=len(rows),
        kept=outcomes.count("kept"),
        lapsed=outcomes.count("lapsed") + outcomes.count("violated"),
        superseded=outcomes.count("superseded"),
        pending=outcomes.count("pending") + outcomes.count("unknown"),
        no_report=outcomes.count(NO_REPORT),
        demands_made=len(demands),
        demands_met=sum(row.outcome == "kept" for row in demands),
        median_slip_days=median(slips) if slips else None,
        median_response_days=median(responses) if responses else None,
        review="proposed" if any(row.review == "proposed" for row in (*rows, *demands)) else "accepted",
    )


def _responses(entries: dict[str, Entry]) -> dict[str, list[int]]:
    """Days from what was responded to until the response, by the responding actor."""
    days: dict[str, list[int]] = defaultdict(list)
    for entry in entries.values():
        for link in entry.links:
            other = entries.get(link.to)
            if link.rel != "responds_to" or other is None:
                continue
            here, there = first_day(entry), first_day(other)
            if here is None or there is None:
                continue
            for actor in getattr(entry, "actor", None) or getattr(entry, "speaker", ()):
                days[actor].append((here - there).days)
    return days
