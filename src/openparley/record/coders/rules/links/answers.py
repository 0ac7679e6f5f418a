"""Answers: what responds to what, and which demands and proposals are accepted or rejected.

The answering side is the one addressed and the dates fit. Of several things that it could answer, the one told last before it in the same
report goes first, then the latest by date.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from openparley.record.coders.rules.links.linkitems import Item

__all__ = ["answers", "expressed"]

ASKED = ("demand", "proposal", "deadline")
# A day is as good as known when the range is no wider.
NARROW = 8
# Candidates that are looked at, the latest by date, for each pair of actors.
LOOKED_AT = 24


class Rule(NamedTuple):
    """An answer of a type and what it can answer.

    Attributes
    ----------
    days
        At most so many days later.
    near
        Told in the same report within so many characters; 0 for anywhere.
    narrow
        Whether both need a range of days that is narrow.
    counter
        Whether it answers by something else than what was asked, to whomever: a counter-proposal.
    """

    answer: str
    to: str
    days: int
    near: int = 0
    narrow: bool = False
    counter: bool = False


RULES = (
    Rule("AGREE", "REQUEST", 120),
    Rule("REJECT", "REQUEST", 120),
    Rule("CONCEDE", "REQUEST", 60),
    Rule("CONCEDE", "THREATEN", 30),
    Rule("REQUEST", "REQUEST", 30, near=700, counter=True),
    Rule("REJECT", "ACCUSE", 4, narrow=True),
    Rule("ACCUSE", "ACCUSE", 4, near=700, narrow=True),
    Rule("ACCUSE", "ASSAULT", 5, near=500, narrow=True),
    Rule("THREATEN", "ASSAULT", 5, near=500, narrow=True),
)


def expressed(items: Sequence[Item]) -> dict[str, list[Item]]:
    """Events at the place of each commitment, by the same actors: the event that makes it."""
    events: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if item.kind == "event":
            events[item.source].append(item)
    starts = {source: [item.place[0] for item in found] for source, found in events.items()}
    made: dict[str, list[Item]] = {}
    for item in items:
        if item.kind == "commitment" and item.source in events:
            found = events[item.source]
            stop = bisect_right(starts[item.source], item.place[1] - 1)
            near = found[max(0, stop - 8) : stop]
            made[item.id] = [event for event in near if event.place[1] > item.place[0] and event.kin & item.kin]
    return made


class _Shelf:
    """Items by type, the side that they are from and the side that they address, in the order of their days."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.filed: dict[tuple[str, str, str], list[Item]] = defaultdict(list)
        for item in sorted(items, key=lambda item: (item.start, item.order)):
            for whom in item.kin_whom:
                for who in item.kin:
                    self.filed[item.what, who, whom].append(item)
                self.filed[item.what, "", whom].append(item)

    def before(self, what: str, who: str, whom: str, day: int) -> list[Item]:
        """The latest items that began by a day."""
        filed = self.filed.get((what, who, whom), [])
        stop = bisect_right(filed, day, key=lambda item: item.start or 0)
        return filed[max(0, stop - LOOKED_AT) : stop]


def answers(items: Sequence[Item], made: dict[str, list[Item]]) -> Iterator[tuple[Item, str, Item]]:
    """Pairs of an answer and what it answers: ``responds_to`` events, ``accepts`` and ``rejects`` commitments."""
    asking = {rule.to for rule in RULES}
    events = _Shelf([item for item in items if item.kind == "event" and item.realis == "actual" and item.what in asking and item.start])
    asked = _Shelf([item for item in items if item.start and _is_asked(item)])
    modes = {name: frozenset(mode for event in found for mode in event.mode) for name, found in made.items()}
    rules: dict[str, list[Rule]] = defaultdict(list)
    for rule in RULES:
        rules[rule.answer].append(rule)
    for item in items:
        if item.kind != "event" or item.what not in rules or item.start is None or item.row.get("historical"):
            continue
        if item.realis == "actual" or (item.realis == "negated" and item.what == "AGREE"):
            yield from _to_event(item, events, rules[item.what])
            if item.what in ("AGREE", "REJECT"):
                yield from _to_commitments(item, asked, modes)


def _is_asked(item: Item) -> bool:
    asks = item.what in ("demand", "proposal") or (item.what == "deadline" and item.row.get("event") == "REQUEST")
    return item.kind == "commitment" and asks


def _to_event(item: Item, events: _Shelf, rules: Sequence[Rule]) -> Iterator[tuple[Item, str, Item]]:
    found: list[Item] = []
    for rule in rules:
        sides = ("",) if rule.counter else sorted(item.kin_whom)
        options = {other.id: other for whom in sides for who in item.kin for other in events.before(rule.to, whom, who, item.end or 0)}
        found += [other for other in options.values() if _answers(item, other, rule)]
    if found:
        yield item, "responds_to", max(found, key=lambda other: _closeness(item, other))


def _answers(item: Item, other: Item, rule: Rule) -> bool:
    if other.kin & item.kin or not _told_before(item, other) or (item.start or 0) - (other.end or 0) > rule.days:
        return False
    if rule.narrow and max(item.width, other.width) > NARROW:
        return False
    if rule.near and (item.source != other.source or item.place[0] - other.place[0] > rule.near):
        return False
    if rule.counter:
        return not item.mode & other.mode and max(item.width, other.width) <= NARROW
    return rule.to != "REQUEST" or _modes_fit(item, other.mode)


def _to_commitments(item: Item, asked: _Shelf, modes: dict[str, frozenset[str]]) -> Iterator[tuple[Item, str, Item]]:
    """One commitment for each side that is answered."""
    relation = "accepts" if item.what == "AGREE" and item.realis == "actual" else "rejects"
    for whom in sorted(item.kin_whom):
        options = {other.id: other for what in ASKED for who in item.kin for other in asked.before(what, whom, who, item.end or 0)}
        found = [
            other
            for other in options.values()
            if not other.kin & item.kin
            and _told_before(item, other)
            and (item.start or 0) - (other.end or 0) <= 120
            and _fits(item, other, modes.get(other.id, frozenset()))
        ]
        # Not yet yes is a no only where the report has it so long after, or sets it against the offer that it has just told of.
        if relation == "rejects" and item.what == "AGREE":
            found = [other for other in found if item.source == other.source and item.width > 31]
        if found:
            yield item, relation, max(found, key=lambda other: _closeness(item, other))


def _told_before(item: Item, other: Item) -> bool:
    """Whether a report tells of the other before it tells of the answer, or another report does for earlier days."""
    if item.source == other.source:
        # What is answered may stand inside the answer: “accepted the proposal to meet”.
        return other.order < item.order or other.place[1] <= item.place[1]
    return (other.start or 0) < (item.start or 0) or (other.start == item.start and (other.end or 0) < (item.end or 0))


def _closeness(item: Item, other: Item) -> tuple[bool, int, int, tuple[int, str, int, str]]:
    """In the same report, then by the days between, then by place."""
    same = item.source == other.source and item.place[0] - other.place[0] < 1500
    return same, (other.order[2] if same else 0), other.start or 0, other.order


def _fits(item: Item, other: Item, modes: frozenset[str]) -> bool:
    """Whether an answer can be one to a commitment; across reports it takes the same manner, or days that are close."""
    if not _modes_fit(item, modes):
        return False
    near = (item.start or 0) - (other.end or 0) <= 14 and item.width <= NARROW
    return item.source == other.source or bool(item.mode & modes) or near


def _modes_fit(item: Item, other: frozenset[str]) -> bool:
    """A refusal to meet is none of a demand to yield, nor of one of unknown kind."""
    return not item.mode or bool(item.mode & other) or (not other and "meet" not in item.mode)
