"""Views of a record beside the ledger: who answered whom and when, who did what to whom by week, who explains what how.

Each takes what a person has accepted, or with ``proposed`` also what a coder proposes and nobody has reviewed; every row says which.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import median
from typing import TYPE_CHECKING

from openparley._display import Shown
from openparley.record.case import REVIEWED, Case
from openparley.record.entry import Claim, Entry, Event, FuzzyDate

if TYPE_CHECKING:
    from openparley.record.ledger import WeekRow

__all__ = [
    "Explanation",
    "Matrix",
    "Response",
    "ResponseTime",
    "distinct_events",
    "entries_for",
    "explanations",
    "first_day",
    "matrices",
    "response_times",
    "responses",
    "review_word",
    "same_groups",
]

SIDES = ("for", "against", "")


@dataclass(frozen=True)
class Response(Shown):
    """One answer: which entry answers which, whose they are, and how many days lie between.

    Attributes
    ----------
    id, to
        The answer and what it answers.
    actor, other
        Who answers, who is answered.
    answer
        “accepts” or “rejects” where the record says so, else “responds”.
    days
        From the first day of the one to the first day of the other; None when one of them has no date.
    days_low, days_high
        The fewest and the most days that the dates of both allow.
    review
        “proposed” when nobody has reviewed the answer or what it answers, else the state of the answer.
    """

    id: str
    to: str
    actor: tuple[str, ...]
    other: tuple[str, ...]
    answer: str
    made: date | None
    days: int | None
    days_low: int | None
    days_high: int | None
    source: str
    paraphrase: str
    review: str


@dataclass(frozen=True)
class ResponseTime(Shown):
    """How long one actor takes to answer another.

    Attributes
    ----------
    answers
        Number of answers; one that is told twice counts once.
    dated
        Those of them where both days are known; the median is over these.
    """

    actor: str
    other: str
    answers: int
    dated: int
    median_days: float | None
    fewest_days: int | None
    most_days: int | None
    review: str


@dataclass(frozen=True)
class Matrix(Shown):
    """Who did what to whom in one week (from its Monday): mean score and number of events by actor and recipient."""

    week: date
    actors: tuple[str, ...]
    recipients: tuple[str, ...]
    cells: Mapping[tuple[str, str], tuple[float, int]]


@dataclass(frozen=True)
class Explanation(Shown):
    """One explanation of somebody's behaviour beside its rivals.

    Attributes
    ----------
    explains
        The actor whose behaviour it is.
    account
        The account that it speaks for or against; empty when it was tied to none.
    side
        “for”, “against” or empty.
    contested
        Whether another holder stands on the other side of the same account, or another claim is recorded as in conflict with this one.
    holders
        Who explains it so.
    reports
        Ids of the claims; several when sources report the same claim.
    conflicts
        Ids of claims that are recorded as in conflict with it.
    """

    explains: str
    account: str
    account_name: str
    side: str
    contested: bool
    holders: tuple[str, ...]
    stance: str
    behaviour: str
    explanation: str
    made: date | None
    sources: tuple[str, ...]
    reports: tuple[str, ...]
    conflicts: tuple[str, ...]
    review: str


def entries_for(case: Case, *, proposed: bool = False) -> dict[str, Entry]:
    """The entries that a view rests on: accepted ones, and with ``proposed`` those that nobody has reviewed.

    A proposal that a reviewed entry corrects or retracts is left out, and so is a status of a commitment that is not there.
    """
    accepted = case.accepted()
    if not proposed:
        return accepted
    gone = {link.to for entry in accepted.values() for link in entry.links if link.rel in ("corrects", "retracts")}
    found = {key: entry for key, entry in case.entries.items() if key in accepted or (entry.review.state == "proposed" and key not in gone)}
    return {key: entry for key, entry in found.items() if entry.kind != "status" or entry.of in found}


def review_word(*entries: Entry) -> str:
    """“proposed” if one of the entries has not been reviewed, else the state of the first."""
    unreviewed = any(entry.review.state not in REVIEWED for entry in entries)
    return "proposed" if unreviewed else entries[0].review.state


def responses(entries: Mapping[str, Entry]) -> list[Response]:
    """Every answer to somebody else with the days it took, in order of the days on which they were given.

    An answer counts once for each thing it answers: reports of the same event are one, and so are an event, the commitment that it
    makes and the statement that expresses it. Who comes back to his own words answers nobody.
    """
    root = _one_thing(entries.values())
    seen: set[tuple[str, str]] = set()
    found: list[Response] = []
    for entry in sorted(entries.values(), key=lambda one: (one.source, one.span.start, one.id)):
        for link in entry.links:
            other = entries.get(link.to)
            if link.rel != "responds_to" or other is None or (root[entry.id], root[other.id]) in seen:
                continue
            if set(_who(entry)) == set(_who(other)):
                continue
            seen.add((root[entry.id], root[other.id]))
            found.append(_response(entry, other, entries))
    return sorted(found, key=lambda row: (row.made or date.max, row.id, row.to))


def response_times(rows: Iterable[Response]) -> list[ResponseTime]:
    """Median days by pair of actors, the quickest pair first; pairs without a date last."""
    pairs: dict[tuple[str, str], list[Response]] = defaultdict(list)
    for row in rows:
        for actor in row.actor:
            for other in row.other:
                pairs[actor, other].append(row)
    times = []
    for (actor, other), group in pairs.items():
        days = [row.days for row in group if row.days is not None]
        state = "proposed" if any(row.review == "proposed" for row in group) else "accepted"
        middle = float(median(days)) if days else None
        times.append(ResponseTime(actor, other, len(group), len(days), middle, min(days, default=None), max(days, default=None), state))
    return sorted(times, key=lambda row: (row.median_days is None, row.median_days or 0.0, row.actor, row.other))


def matrices(rows: Sequence[WeekRow]) -> list[Matrix]:
    """The rows of `who_to_whom` as one matrix a week."""
    weeks: dict[date, list[WeekRow]] = defaultdict(list)
    for row in rows:
        weeks[row.week].append(row)
    return [
        Matrix(
            week,
            tuple(sorted({row.actor for row in group})),
            tuple(sorted({row.recipient for row in group})),
            {(row.actor, row.recipient): (row.mean_score, row.events) for row in group},
        )
        for week, group in sorted(weeks.items())
    ]


def explanations(case: Case, entries: Mapping[str, Entry]) -> list[Explanation]:
    """Rival explanations by the actor whose behaviour they explain, then by account, those for it before those against it.

    A claim that speaks for two accounts stands under both. Explanations tied to no account come last, by behaviour.
    """
    claims = [entry for entry in entries.values() if entry.kind == "claim"]
    root = same_groups(claims)
    groups: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[root[claim.id]].append(claim)
    conflicts = _conflicts(claims)
    names = {account.id: account.name for account in case.file.accounts}
    rows: list[Explanation] = []
    for group in groups.values():
        first = group[0]
        sides = [(name, "for") for name in first.supports] + [(name, "against") for name in first.denies]
        for actor in first.explains:
            rows += [_explanation(group, actor, name, side, names, conflicts) for name, side in sides or [("", "")]]
    both = _contested(rows)
    order = {key: place for place, key in enumerate([*case.file.actors, *names])}
    return sorted(
        (replace(row, contested=bool(row.conflicts) or (row.explains, row.account) in both) for row in rows),
        key=lambda row: (
            order.get(row.explains, len(order)),
            row.account == "",
            order.get(row.account, len(order)),
            SIDES.index(row.side),
            row.behaviour if not row.account else "",
            row.made or date.max,
            row.reports,
        ),
    )


def same_groups(
    entries: Collection[Entry], relations: Sequence[str] = ("same_event",), pairs: Iterable[tuple[str, str]] = ()
) -> dict[str, str]:
    """For each entry the id that stands for its group of reports of the same thing, by its links and further ``pairs`` of ids."""
    group = {entry.id: entry.id for entry in entries}

    def root(key: str) -> str:
        while group[key] != key:
            group[key] = group[group[key]]
            key = group[key]
        return key

    for entry in entries:
        for link in entry.links:
            if link.rel in relations and link.to in group:
                group[root(link.to)] = root(entry.id)
    for one, other in pairs:
        group[root(one)] = root(other)
    return {key: root(key) for key in group}


def distinct_events(events: Sequence[Event]) -> list[Event]:
    """One event for each group of reports of the same event, a reviewed one where there is any."""
    root = same_groups(events)
    first: dict[str, Event] = {}
    for event in sorted(events, key=lambda one: one.review.state not in REVIEWED):
        first.setdefault(root[event.id], event)
    return list(first.values())


def first_day(entry: Entry) -> date | None:
    """The first day on which it may have happened; of a commitment, on which it may have been made."""
    period = _period(entry)
    return period.start if period else None


def _period(entry: Entry) -> FuzzyDate | None:
    return (entry.made if entry.kind == "commitment" else None) or entry.date


def _one_thing(entries: Collection[Entry]) -> dict[str, str]:
    """Groups of entries that tell of one act: reports of the same event, events and commitments with the statement that expresses
    them, and a commitment with the event of the same actor at the same place.
    """
    events: dict[tuple[str, tuple[str, ...]], list[Event]] = defaultdict(list)
    for entry in entries:
        if entry.kind == "event":
            events[entry.source, entry.actor].append(entry)
    pairs = [
        (entry.id, event.id)
        for entry in entries
        if entry.kind == "commitment"
        for event in events.get((entry.source, entry.actor), ())
        if min(entry.span.end, event.span.end) > max(entry.span.start, event.span.start)
    ]
    return same_groups(entries, ("same_event", "expressed_by"), pairs)


def _response(entry: Entry, other: Entry, entries: Mapping[str, Entry]) -> Response:
    here, there = _period(entry), _period(other)
    days = low = high = None
    if here is not None and there is not None:
        days, low, high = (here.start - there.start).days, max(0, (here.start - there.end).days), (here.end - there.start).days
    return Response(
        id=entry.id,
        to=other.id,
        actor=_who(entry),
        other=_who(other),
        answer=_answer(entry, other, entries),
        made=here.start if here else None,
        days=days,
        days_low=low,
        days_high=high,
        source=entry.source,
        paraphrase=entry.paraphrase,
        review=review_word(entry, other),
    )


def _answer(entry: Entry, other: Entry, entries: Mapping[str, Entry]) -> str:
    """The plainest word for an answer: an acceptance or refusal of something by the same actors, else a response."""
    for link in entry.links:
        target = entries.get(link.to)
        if link.rel in ("accepts", "rejects") and target is not None and set(_who(target)) & set(_who(other)):
            return link.rel
    return "responds"


def _who(entry: Entry) -> tuple[str, ...]:
    match entry.kind:
        case "event" | "commitment":
            return entry.actor
        case "statement":
            return entry.speaker
        case "claim" | "status" | "relation":
            return entry.attributed_to


def _conflicts(claims: Sequence[Claim]) -> dict[str, tuple[str, ...]]:
    """For each claim those in conflict with it, whichever of the two holds the link."""
    known = {claim.id for claim in claims}
    pairs: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        for link in claim.links:
            if link.rel == "conflicts" and link.to in known:
                pairs[claim.id].add(link.to)
                pairs[link.to].add(claim.id)
    return {key: tuple(sorted(others)) for key, others in pairs.items()}


def _explanation(
    group: Sequence[Claim], actor: str, account: str, side: str, names: Mapping[str, str], conflicts: Mapping[str, tuple[str, ...]]
) -> Explanation:
    first = group[0]
    days = [day for day in map(first_day, group) if day]
    return Explanation(
        explains=actor,
        account=account,
        account_name=names.get(account, ""),
        side=side,
        contested=False,
        holders=tuple(dict.fromkeys(who for claim in group for who in claim.attributed_to)),
        stance=first.stance,
        behaviour=first.behaviour,
        explanation=first.explanation,
        made=min(days, default=None),
        sources=tuple(dict.fromkeys(claim.source for claim in group)),
        reports=tuple(claim.id for claim in group),
        conflicts=tuple(sorted({other for claim in group for other in conflicts.get(claim.id, ())})),
        review=review_word(*group),
    )


def _contested(rows: Iterable[Explanation]) -> set[tuple[str, str]]:
    """Pairs of actor and account with claims on both sides."""
    sides: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        if row.account:
            sides[row.explains, row.account].add(row.side)
    return {key for key, found in sides.items() if len(found) == 2}
