"""Which rows tell of the same thing, and which of those contradict each other.

Events are the same when actors, recipients, type and days agree; each is compared with the first report of every thing in its own
cells (type, pair of actors, week), never with all others, so that time grows with the number of rows. A group grows only while all of it
can have happened on the same days.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from openparley.record.coders.rules.links.linkitems import CORRECTION, Item, overlap

__all__ = ["Groups", "conflicts", "same_events"]

# Weights of the evidence in `_score`, set by hand on the two bundled cases; a pair from THRESHOLD on is the same.
THRESHOLD = 3.5
# A range of more weeks is filed under its first weeks and under “wide”; a cell keeps so many things, the latest.
WEEKS = 6
KEPT = 40
_LETTERS = re.compile(r"\W+")
Cell = tuple[str, str, str, str, int]


@dataclass
class _Thing:
    """What one or more rows tell of: the first report and the days on which all of them can hold."""

    first: Item
    start: int | None
    end: int | None
    members: list[Item] = field(default_factory=list)


class Groups:
    """Rows by the thing that they tell of."""

    def __init__(self) -> None:
        self.thing: dict[str, _Thing] = {}

    def first(self, name: str) -> str:
        """Id of the first report of the thing that a row tells of; the row itself when it is alone."""
        thing = self.thing.get(name)
        return thing.first.id if thing else name

    def add(self, item: Item, thing: _Thing | None) -> _Thing:
        """Put a row into a group, a new one when ``thing`` is None."""
        if thing is None:
            thing = _Thing(item, item.start, item.end)
        elif item.start is not None:
            thing.start = item.start if thing.start is None else max(thing.start, item.start)
            thing.end = item.end if thing.end is None or item.end is None else min(thing.end, item.end)
        thing.members.append(item)
        self.thing[item.id] = thing
        return thing

    def merge(self, item: Item, other: Item) -> bool:
        """Put two rows that stood apart into one group, if their days leave room; False when they did not stand apart or do not."""
        one, two = self.thing[item.id], self.thing[other.id]
        if one is two or (one.start is not None and not _fits(other, one)) or not _fits(item, two):
            return False
        early, late = (one, two) if one.first.order < two.first.order else (two, one)
        for member in late.members:
            self.add(member, early)
        return True


def same_events(items: Sequence[Item]) -> tuple[Groups, list[tuple[Item, Item]]]:
    """Groups of rows that tell of the same thing, and the pairs (later, earlier) that tie them."""
    groups = Groups()
    cells: dict[Cell, list[_Thing]] = defaultdict(list)
    words: dict[tuple[object, ...], _Thing] = {}
    pairs: list[tuple[Item, Item]] = []
    for item in items:
        thing = _echoed(item, words)
        if thing is None and item.kind in ("event", "commitment"):
            thing = _best(item, cells)
        if thing is not None:
            pairs.append((item, _nearest(item, thing)))
        new = thing is None
        thing = groups.add(item, thing)
        for key in _word_keys(item):
            words.setdefault(key, thing)
        if new and item.kind in ("event", "commitment"):
            for cell in _cells(item):
                filed = cells[cell]
                filed.append(thing)
                if len(filed) > KEPT:
                    del filed[0]
    return groups, pairs


def conflicts(items: Sequence[Item], groups: Groups) -> Iterator[tuple[Item, Item]]:
    """Pairs that say of one event what cannot both be: it happened or not, so many or so many, the one did it or the other."""
    cells: dict[tuple[str, str, int], list[Item]] = defaultdict(list)
    for item in items:
        if item.kind != "event" or item.start is None or item.realis not in ("actual", "negated") or item.width > 31:
            continue
        seen: set[str] = set()
        keys = {(item.what, side, week) for side in item.kin_whom or item.kin for week in _weeks(item)}
        for key in sorted(keys):
            filed = cells[key]
            for other in filed:
                if other.id not in seen:
                    seen.add(other.id)
                    if _contradicts(item, other):
                        yield item, other
            filed.append(item)
            if len(filed) > KEPT:
                del filed[0]
    yield from _other_numbers(groups)


def _contradicts(a: Item, b: Item) -> bool:
    if a.realis == b.realis and a.who & b.who:
        return False
    shared = overlap(a, b)
    if shared is None or shared < 1 or a.note.startswith(CORRECTION) or b.note.startswith(CORRECTION):
        return False
    if not a.kin_whom & b.kin_whom and (a.kin_whom or b.kin_whom):
        return False
    same_actor = bool(a.who & b.who)
    if same_actor and {a.realis, b.realis} == {"actual", "negated"}:
        # Somebody else says so, and of days close enough that one is not what came after the other.
        return not a.voices & b.voices and max(a.width, b.width) <= 14 and (not a.mode or not b.mode or bool(a.mode & b.mode))
    # Each says that the other did it.
    blame = bool(a.who & b.voices) and bool(b.who & a.voices)
    return not same_actor and a.realis == b.realis == "actual" and blame and max(a.width, b.width) <= 7


def _other_numbers(groups: Groups) -> Iterator[tuple[Item, Item]]:
    """Reports of one event that put different numbers to it."""
    for name, thing in groups.thing.items():
        if name != thing.first.id:
            continue
        numbered = [item for item in thing.members if item.numbers and item.kind == "event"][:KEPT]
        for number, item in enumerate(numbered):
            other = next((other for other in numbered[:number] if not other.numbers & item.numbers), None)
            if other is not None and other.source != item.source:
                yield item, other


def _echoed(item: Item, words: dict[tuple[object, ...], _Thing]) -> _Thing | None:
    """The thing that the same words of another source tell of: a wire report printed twice."""
    for key in _word_keys(item):
        thing = words.get(key)
        if thing is not None and all(member.source != item.source for member in thing.members):
            return thing
    return None


def _word_keys(item: Item) -> tuple[tuple[object, ...], ...]:
    """The same span of words of one kind and type; of one origin also the same first words by the same people."""
    if item.place[1] - item.place[0] < 12:
        return ()
    keys: list[tuple[object, ...]] = [(item.kind, item.what, item.sha)]
    if item.origin and len(item.head.split()) >= 3:
        # Printed twice, marks and a word more or less differ.
        keys.append((item.kind, item.what, item.origin, _LETTERS.sub("", item.head), item.who))
    return tuple(keys)


def _best(item: Item, cells: dict[Cell, list[_Thing]]) -> _Thing | None:
    best: tuple[float, tuple[int, str, int, str], _Thing] | None = None
    seen: set[int] = set()
    for cell in _cells(item):
        for thing in cells.get(cell, ()):
            if id(thing) in seen:
                continue
            seen.add(id(thing))
            if not _fits(item, thing):
                continue
            score = _score(item, thing.first)
            if score >= THRESHOLD and (best is None or (score, thing.first.order) > best[:2]):
                best = score, thing.first.order, thing
    return best[2] if best else None


def _fits(item: Item, thing: _Thing) -> bool:
    """Whether the days of all reports of the thing leave room for this one."""
    if item.start is None or item.end is None or thing.start is None or thing.end is None:
        return True
    return item.start <= thing.end and thing.start <= item.end


def _nearest(item: Item, thing: _Thing) -> Item:
    """The report to tie a row to: the first one."""
    return thing.first if thing.first.id != item.id else thing.members[-1]


def _cells(item: Item) -> list[Cell]:
    whom = item.kin_whom or {""}
    return [(item.kind, item.what, who, other, week) for who in sorted(item.kin or {""}) for other in sorted(whom) for week in _weeks(item)]


def _weeks(item: Item) -> Iterable[int]:
    """Weeks of the range, the first ones of a wide one; −1 for every range that is wide or not dated, so that those meet too."""
    if item.start is None or item.end is None:
        return (-1,)
    weeks = range(item.start // 7, item.end // 7 + 1)
    return [*weeks] if len(weeks) <= WEEKS else [*weeks[:WEEKS], -1]


def _score(a: Item, b: Item) -> float:
    """Evidence that two rows of one type tell of the same thing."""
    if a.realis != b.realis or bool(a.row.get("historical")) != bool(b.row.get("historical")):
        return 0.0
    score = _actors(a.who, b.who, a.kin, b.kin) + _actors(a.whom, b.whom, a.kin_whom, b.kin_whom)
    if a.mode and b.mode:
        score += 0.5 if a.mode & b.mode else -2.0
    elif a.mode or b.mode:
        score -= 0.3
    if a.context and b.context:
        score += 0.3 if a.context & b.context else -0.5
    score += _days(a, b)
    score += _dues(a, b)
    if a.paraphrase and b.paraphrase:
        alike = fuzz.token_set_ratio(a.paraphrase, b.paraphrase)
        score += (alike - 60) / 40 if a.source != b.source else 0.0
    if len(a.head.split()) >= 3 and a.head == b.head:
        score += 0.5
    if a.kind == "commitment" and a.row.get("event") and a.row.get("event") == b.row.get("event"):
        score += 0.5
    return score + _within(a, b) if a.source == b.source else score


def _within(a: Item, b: Item) -> float:
    """One report tells of two things more often than twice of one, unless it goes on about it or is as vague both times."""
    vague = a.width > 8 and (a.start, a.end) == (b.start, b.end)
    return (0.9 if vague else 0.0) - (0.5 if abs(a.place[0] - b.place[0]) < 150 else 1.2)


def _actors(a: frozenset[str], b: frozenset[str], kin_a: frozenset[str], kin_b: frozenset[str]) -> float:
    if not a or not b:
        return 0.2 if a == b else 0.0
    if a == b:
        return 1.5
    if a & b:
        return 1.2
    return 0.8 if kin_a & kin_b else -5.0


def _days(a: Item, b: Item) -> float:
    """Days that two ranges share count the more, the narrower the ranges are; two far apart rule it out."""
    shared = overlap(a, b)
    if shared is None:
        return -0.5 if a.start is None and b.start is None else -1.0
    if shared < 1:
        return -9.0
    wide = max(a.width, b.width)
    return 2.0 if wide <= 2 else 1.5 if wide <= 8 else 0.8 if wide <= 31 else 0.0


def _dues(a: Item, b: Item) -> float:
    """Two commitments for the same day are one; for different days two."""
    one, other = a.row.get("due"), b.row.get("due")
    if not one or not other:
        return 0.0
    return 1.5 if str(one["start"]) <= str(other["end"]) and str(other["start"]) <= str(one["end"]) else -3.0
