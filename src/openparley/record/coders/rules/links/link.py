"""Layer 8, link: rows of all documents that belong together.

Links are drawn from proposals that nobody has reviewed, never from what a person has decided. What a later report corrects is linked to,
so that it is set aside once the correction is accepted.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rapidfuzz import fuzz

from openparley.record.coders.rules.links.answers import answers, expressed
from openparley.record.coders.rules.links.deeds import deeds
from openparley.record.coders.rules.links.linkitems import CORRECTION, RETRACTION, Item, items_of, overlap
from openparley.record.coders.rules.links.sameevent import Groups, conflicts, same_events
from openparley.record.sources import Source

__all__ = ["link"]

Found = tuple[str, str, str]
# Titles so alike, by one outlet, are versions of one article.
SAME_TITLE = 90
# How far back a correction reaches: newspapers correct what they printed lately.
CORRECTED_DAYS = 90
_NUMBERS = re.compile(r"\d+")


def link(rows: Mapping[str, Mapping[str, Any]], sources: Mapping[str, Source]) -> Iterator[Found]:
    """Links between the rows of a record, as (from, relation, to).

    Parameters
    ----------
    rows
        Rows of the record by id, as they stand in the files of ``record/``.
    sources
        Documents by id; a common ``origin`` makes two of them echoes.

    Notes
    -----
    Deterministic, and independent of the order of ``rows``. Time grows with the number of rows: each is compared with those of its own
    pair of actors, type and weeks, at most forty.
    """
    items = items_of(rows, sources)
    by_id = {item.id: item for item in items}
    groups, same = same_events(items)
    made = expressed(items)
    corrected = _corrected(items, sources, groups)
    given = list(answers(items, made))
    same += _same_answer(given, groups)
    known = {(start, to) for start, _, to in corrected}
    seen: set[Found] = set()
    for start, relation, to in [
        *corrected,
        *_turned([(later, "same_event", earlier) for later, earlier in same if (later.id, earlier.id) not in known]),
        *_turned([(one, "conflicts", other) for one, other in conflicts(items, groups)]),
        *[(a.id, relation, b.id) for a, relation, b in given if a.free],
        *[(a.id, relation, b.id) for a, relation, b in deeds(items, made) if a.free],
    ]:
        # A report of an answer or deed that was told before adds nothing but that it is the same.
        if relation in ("responds_to", "fulfils") and groups.first(start) != start:
            continue
        target = by_id[to]
        # An answer to something told twice is an answer to its first report.
        if relation not in ("same_event", "conflicts", "corrects", "retracts") and groups.first(to) != start:
            first = by_id[groups.first(to)]
            target = first if first.kind == target.kind else target
        found = (start, relation, target.id)
        if start != target.id and found not in seen:
            seen.add(found)
            yield found


def _same_answer(given: Sequence[tuple[Item, str, Item]], groups: Groups) -> list[tuple[Item, Item]]:
    """Answers of one side to one demand or proposal, of the same tenor and on days that meet: one answer told again."""
    first: dict[tuple[str, str, str], list[Item]] = defaultdict(list)
    pairs: list[tuple[Item, Item]] = []
    for item, relation, to in given:
        if relation not in ("accepts", "rejects"):
            continue
        for who in sorted(item.kin):
            told = first[relation, who, groups.first(to.id)]
            other = next((one for one in told if one.id != item.id and _one_answer(item, one)), None)
            if other is None:
                told.append(item)
            elif groups.merge(item, other):
                pairs.append((item, other))
    return pairs


def _one_answer(a: Item, b: Item) -> bool:
    """Whether the days meet and are about as wide, and the manner is the same; a yes that did not come has none."""
    alike = a.mode == b.mode or a.what != b.what
    return alike and (overlap(a, b) or 0) > 0 and max(a.width, b.width) <= 3 * min(a.width, b.width) + 7


def _turned(pairs: Sequence[tuple[Item, str, Item]]) -> list[Found]:
    """Links that go both ways, drawn from the proposal: the later one, or the earlier when a person has reviewed the later."""
    found = []
    for later, relation, earlier in pairs:
        if later.free:
            found.append((later.id, relation, earlier.id))
        elif earlier.free:
            found.append((earlier.id, relation, later.id))
    return found


def _corrected(items: Sequence[Item], sources: Mapping[str, Source], groups: Groups) -> list[Found]:
    """What corrections and later versions of an article put right."""
    found = _by_notes(items, groups)
    by_source: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_source[item.source].append(item)
    for old, new in _versions(sources):
        found += _by_version(by_source[old], by_source[new])
    return found


def _by_notes(items: Sequence[Item], groups: Groups) -> list[Found]:
    """Rows that stand in a correction, tied to those of the same kind, type and actors that were told before with other values."""
    notes = [item for item in items if item.free and item.note.startswith((CORRECTION, RETRACTION))]
    if not notes:
        return []
    cells: dict[tuple[str, str, str], list[Item]] = defaultdict(list)
    for item in items:
        if not item.note.startswith((CORRECTION, RETRACTION)):
            for who in item.kin:
                cells[item.kind, item.what, who].append(item)
    found: list[Found] = []
    for item in notes:
        relation = "retracts" if item.note.startswith(RETRACTION) else "corrects"
        near = {other.id: other for who in item.kin for other in cells[item.kind, item.what, who]}
        told = sorted(near.values(), key=lambda other: other.order)
        wrong = [other for other in told if other.order < item.order and _is_corrected(item, other)]
        things = {groups.first(other.id) for other in wrong}
        if len(things) > 1 and relation == "corrects":
            # Several things that it could be: the one nearest by date.
            nearest = min(wrong, key=lambda other: (_days_apart(item, other), other.order))
            wrong = [other for other in wrong if groups.first(other.id) == groups.first(nearest.id)]
        if len(things) == 1 or relation == "corrects":
            found += [(item.id, relation, other.id) for other in wrong]
    return found


def _days_apart(a: Item, b: Item) -> int:
    return abs((a.start or 0) - (b.start or 0))


def _is_corrected(item: Item, other: Item) -> bool:
    # What is said is no event: a statement that was taken back cannot be told from others of its speaker without its words.
    if (
        item.kind not in ("event", "commitment")
        or not item.kin & other.kin
        or not (item.kin_whom & other.kin_whom or not item.whom or not other.whom)
    ):
        return False
    if item.order[0] - other.order[0] > CORRECTED_DAYS:
        return False
    near = item.start is None or other.start is None or abs(item.start - other.start) <= CORRECTED_DAYS
    return near and (item.note.startswith(RETRACTION) or _differs(item, other))


def _differs(a: Item, b: Item) -> bool:
    """Whether two rows of one event give other days, actors, numbers, or one denies it."""
    shared = overlap(a, b)
    numbers = bool(a.numbers) and bool(b.numbers) and a.numbers != b.numbers
    return (shared is not None and shared < 1) or a.realis != b.realis or a.who != b.who or a.whom != b.whom or numbers


def _versions(sources: Mapping[str, Source]) -> list[tuple[str, str]]:
    """Pairs (earlier, later) of versions of one article: one address, or one outlet and title within two days."""
    by_key: dict[tuple[str, str], list[Source]] = defaultdict(list)
    for source in sources.values():
        if source.url:
            by_key["url", source.url.rstrip("/")].append(source)
        if source.title and source.published:
            by_key["outlet", source.outlet.casefold()].append(source)
    pairs: dict[tuple[str, str], None] = {}
    for (how, _), group in sorted(by_key.items()):
        group.sort(key=lambda source: (str(source.published or ""), str(source.retrieved or ""), source.id))
        for number, later in enumerate(group):
            # Only neighbours in time: an outlet may have thousands of articles.
            for earlier in group[max(0, number - 20) : number]:
                if how == "url" or _one_article(earlier, later):
                    pairs[earlier.id, later.id] = None
    return list(pairs)


def _one_article(a: Source, b: Source) -> bool:
    if a.published is None or b.published is None or abs((b.published - a.published).days) > 2:
        return False
    # “Day three” and “Day four” are two articles.
    if _NUMBERS.findall(a.title) != _NUMBERS.findall(b.title):
        return False
    return len(a.title) > 15 and fuzz.ratio(a.title.casefold(), b.title.casefold()) >= SAME_TITLE


def _by_version(old: Sequence[Item], new: Sequence[Item]) -> list[Found]:
    """Rows of a later version against those of the earlier one: the same first words, other values."""
    before: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in old:
        before[item.kind, item.head].append(item)
    kept = {(item.kind, item.sha) for item in new}
    found: list[Found] = []
    for item in new:
        if not item.free or len(item.head.split()) < 3 or item.kind not in ("event", "commitment"):
            continue
        for other in before[item.kind, item.head]:
            if (other.kind, other.sha) not in kept and other.what == item.what and other.sha != item.sha and _differs(item, other):
                found.append((item.id, "corrects", other.id))
                break
    return found
