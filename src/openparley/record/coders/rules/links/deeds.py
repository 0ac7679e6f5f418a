"""Deeds: which event fulfils a commitment, and which tells that it was broken."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from openparley.record.coders.rules.commitments.contents import LEAVING, OUTCOMES
from openparley.record.coders.rules.links.linkitems import Item

__all__ = ["ASIDE", "announced", "deeds"]

# Days after which a deed is no longer the one that was announced, where no due date ties them.
DEED_DAYS = 30
LATE_DAYS = 14
LOOKED_AT = 24
# What a threat in these modes, or a request, announces.
ANNOUNCED: dict[str, tuple[str, ...]] = {
    "restrict": ("SANCTION", "COERCE"),
    "ban": ("SANCTION", "COERCE"),
    "arrest": ("COERCE",),
    "relations": ("SANCTION", "RETREAT"),
    "expel": ("SANCTION",),
    "territory": ("COERCE", "ASSAULT"),
    "violence": ("ASSAULT", "MOBILIZE"),
    "meet": ("CONSULT",),
}
_NAMED = {words: event for event, words in OUTCOMES.items() if event not in ("REQUEST", "ACCUSE", "THREATEN")} | {LEAVING: "RETREAT"}
# Acts that reporters take for each other.
_KIN = {"SANCTION": ("COERCE",), "COERCE": ("SANCTION",), "MOBILIZE": ("ASSAULT",), "AGREE": ("CONSULT",)}
# Of a threat that names no act, and only by its due date.
UNNAMED = ("SANCTION", "COERCE")
# Talks over the telephone or a visit of one side are not the meeting that was proposed.
ASIDE = frozenset(("phone", "visit"))


def announced(fields: Mapping[str, Any], modes: Collection[str]) -> frozenset[str]:
    """Types of event by which a commitment would be carried out.

    Parameters
    ----------
    fields
        Of the commitment; its own event and its consequence in our words tell the type.
    modes
        Of the threats and requests that make it; they tell it otherwise.
    """
    event, kind = fields.get("event"), fields["type"]
    if event and event not in ("THREATEN", "REQUEST", "REJECT"):
        # A promise to agree is kept by an agreement; one that both sides make is of talks.
        return frozenset((event, "CONSULT") if event == "AGREE" and ("meet" in modes or len(fields["actor"]) > 1) else (event,))
    named = _NAMED.get(fields.get("consequence") or "")
    if kind in ("demand", "proposal"):
        if "meet" in modes or named == "CONSULT":
            return frozenset(("CONSULT",))
        return frozenset((named,)) if kind == "demand" and named in ("RETREAT", "CONCEDE", "AID") else frozenset()
    if named is not None:
        return frozenset((named, *_KIN.get(named, ())))
    return frozenset(what for mode in sorted(modes) for what in ANNOUNCED.get(mode, ()))


def deeds(items: Sequence[Item], made: dict[str, list[Item]]) -> Iterator[tuple[Item, str, Item]]:
    """Pairs of a deed and the commitment of the same actor that it fulfils, or breaks when it did not come by the due date."""
    shelf: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in items:
        if item.kind == "commitment" and item.start is not None:
            events = [one for one in made.get(item.id, ()) if one.what in ("THREATEN", "REQUEST")]
            types = announced(item.row, {mode for one in events for mode in one.mode})
            for what in types or (UNNAMED if item.row.get("due") and item.row.get("event") == "THREATEN" else ()):
                for who in item.kin | item.kin_whom if item.what in ("demand", "proposal") else item.kin:
                    shelf[what, who].append(item)
    for filed in shelf.values():
        filed.sort(key=lambda one: (one.start or 0, one.order))
    for item in items:
        if item.kind != "event" or item.start is None or item.realis not in ("actual", "negated"):
            continue
        if item.what == "REJECT" and "meet" in item.mode and item.realis == "actual":
            yield from _stayed_away(item, shelf)
        options = {other.id: other for who in item.kin for other in _before(item, shelf.get((item.what, who), []))}
        found = [other for other in options.values() if _carries_out(item, other)]
        if item.realis == "negated":
            found = [other for other in found if _missed(item, other)]
        if found:
            best = min(found, key=lambda other: (_days_off(item, other), other.who != item.who, -(other.start or 0), other.order))
            yield item, "fulfils" if item.realis == "actual" else "breaks", best


def _stayed_away(item: Item, shelf: dict[tuple[str, str], list[Item]]) -> Iterator[tuple[Item, str, Item]]:
    """Who will not come to the meeting that he proposed himself breaks his word."""
    options = {other.id: other for who in item.kin for other in _before(item, shelf.get(("CONSULT", who), []))}
    own = [other for other in options.values() if other.kin & item.kin and other.what != "demand" and _in_time(item, _due(other), other)]
    own = [other for other in own if other.order < item.order and other.kin_whom & item.kin_whom]
    if own:
        yield item, "breaks", min(own, key=lambda other: (_days_off(item, other), -(other.start or 0), other.order))


def _before(item: Item, filed: Sequence[Item]) -> list[Item]:
    stop = bisect_right(filed, item.end or 0, key=lambda one: one.start or 0)
    return list(filed[max(0, stop - LOOKED_AT) : stop])


def _carries_out(item: Item, other: Item) -> bool:
    """Whether an event, if it is one, is what was announced: later, not too late, by those bound and to those meant."""
    due = _due(other)
    if (item.end or 0) <= (other.end or 0) or (item.source == other.source and item.order < other.order):
        return False
    if bool(item.row.get("historical")) != bool(other.row.get("historical")):
        return False
    if other.what in ("demand", "proposal"):
        both = item.kin | item.kin_whom
        return bool(both & other.kin) and bool(both & other.kin_whom) and not item.mode & ASIDE and _in_time(item, due, other)
    # Without a word on whom it hit, only its day can tell that it is the act that was announced.
    named = bool(other.kin_whom & item.kin_whom) if item.whom else due is not None and abs((item.start or 0) - due[1]) <= 1
    return named and _in_time(item, due, other)


def _in_time(item: Item, due: tuple[int, int] | None, other: Item) -> bool:
    if due is None:
        began = (item.start or 0) >= (other.start or 0)
        return began and item.width <= DEED_DAYS and (item.start or 0) - (other.end or 0) <= DEED_DAYS
    return (
        item.width <= DEED_DAYS
        and (item.start or 0) <= due[1] + LATE_DAYS
        and (item.end or 0) >= (due[0] - LATE_DAYS if other.what == "proposal" else 0)
    )


def _missed(item: Item, other: Item) -> bool:
    """Whether a report from after the due date tells that nothing came on it."""
    due = _due(other)
    return due is not None and item.order[0] > due[1] and (item.start or 0) <= due[1] + 1 and (item.end or 0) >= due[0]


def _days_off(item: Item, other: Item) -> int:
    due = _due(other)
    return abs((item.start or 0) - due[1]) if due else DEED_DAYS


def _due(item: Item) -> tuple[int, int] | None:
    due = item.row.get("due")
    return (date.fromisoformat(str(due["start"])).toordinal(), date.fromisoformat(str(due["end"])).toordinal()) if due else None
