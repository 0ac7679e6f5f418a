"""Rows of the record as linking needs them: who, to whom, when, in days and in families of actors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from openparley.record.sources import Source

__all__ = ["CORRECTION", "RETRACTION", "Item", "items_of", "overlap"]

# What a row's note starts with when it stands in a correction or tells that something was taken back.
CORRECTION = "correction"
RETRACTION = "retraction"
ACTORS = {
    "event": ("actor", "recipient"),
    "commitment": ("actor", "target"),
    "statement": ("speaker", "addressee"),
    "claim": ("explains", "attributed_to"),
    "relation": ("subject", "object"),
    "status": ("attributed_to", ""),
}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


class Item(NamedTuple):
    """One row.

    Attributes
    ----------
    order
        Place in the order of telling: publication of the source, source, place in it, id.
    what
        Type of an event or commitment, value of a status, relation of a relation; else the kind.
    who, whom
        Actor ids; ``kin`` and ``kin_whom`` the families they belong to: a state's leader, army and envoys are of the state's.
    start, end
        First and last day as ordinals; None when not dated.
    day_named
        Whether the text named a day, as far as the width of the range tells.
    free
        Whether nobody has reviewed it, so that a link may be drawn from it.
    """

    id: str
    kind: str
    source: str
    order: tuple[int, str, int, str]
    what: str
    who: frozenset[str]
    whom: frozenset[str]
    kin: frozenset[str]
    kin_whom: frozenset[str]
    start: int | None
    end: int | None
    realis: str
    mode: frozenset[str]
    context: frozenset[str]
    voices: frozenset[str]
    place: tuple[int, int]
    sha: str
    head: str
    paraphrase: str
    numbers: frozenset[str]
    origin: str
    free: bool
    row: Mapping[str, Any]

    @property
    def width(self) -> int:
        """Days in the range; 0 without a date."""
        return 0 if self.start is None or self.end is None else self.end - self.start + 1

    @property
    def note(self) -> str:
        """The row's note."""
        return str(self.row.get("note") or "")


def items_of(rows: Mapping[str, Mapping[str, Any]], sources: Mapping[str, Source]) -> list[Item]:
    """The rows in the order in which they were told; rejected ones are left out."""
    families = _Families(_names(rows.values()))
    found = [_item(name, row, sources, families) for name, row in rows.items() if _state(row) != "rejected"]
    return sorted(found, key=lambda item: item.order)


def overlap(a: Item, b: Item) -> int | None:
    """Days that two ranges share: 0 or less when they do not meet; None when one is not dated."""
    if a.start is None or a.end is None or b.start is None or b.end is None:
        return None
    return min(a.end, b.end) - max(a.start, b.start) + 1


class _Families:
    """Which actor an id belongs to: ``party_a_leader`` to ``party_a`` where the record knows both, or a sibling."""

    def __init__(self, names: Iterable[str]) -> None:
        self.of: dict[str, str] = {}
        known = set(names)
        for name in known:
            parts = name.split("_")
            heads = ["_".join(parts[:count]) for count in range(1, len(parts))]
            self.of[name] = next((head for head in heads if head in known and head != "author"), name)

    def __call__(self, names: Sequence[str]) -> frozenset[str]:
        return frozenset(self.of[name] for name in names)


def _names(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    fields = {field for pair in ACTORS.values() for field in pair if field}
    return {name for row in rows for field in fields for name in row.get(field) or ()}


def _item(name: str, row: Mapping[str, Any], sources: Mapping[str, Source], families: _Families) -> Item:
    kind = row["kind"]
    who, whom = (tuple(row.get(field) or ()) if field else () for field in ACTORS[kind])
    period = (row.get("made") if kind == "commitment" else None) or row.get("date")
    start, end = (_ordinal(period["start"]), _ordinal(period["end"])) if period else (None, None)
    source = sources.get(row["source"])
    published = source.published.toordinal() if source and source.published else 10**7
    span = row["span"]
    what = {"event": "event", "commitment": "type", "status": "value", "relation": "relation"}.get(kind)
    paraphrase = row.get("paraphrase") or ""
    return Item(
        id=name,
        kind=kind,
        source=row["source"],
        order=(published, row["source"], span["start"], name),
        what=row[what] if what else kind,
        who=frozenset(who),
        whom=frozenset(whom),
        kin=families(who),
        kin_whom=families(whom),
        start=start,
        end=end,
        realis=row.get("realis") or "",
        mode=frozenset(row.get("mode") or ()),
        context=frozenset(row.get("context") or ()),
        voices=frozenset(row.get("attributed_to") or ()),
        place=(span["start"], span["end"]),
        sha=span["sha256"],
        head=(span.get("head") or "").casefold(),
        paraphrase=paraphrase,
        numbers=frozenset(_NUMBER.findall(paraphrase)),
        origin=source.origin if source else "",
        free=_state(row) == "proposed",
        row=row,
    )


def _state(row: Mapping[str, Any]) -> str:
    return (row.get("review") or {}).get("state") or "proposed"


def _ordinal(day: str | date) -> int:
    return (date.fromisoformat(day) if isinstance(day, str) else day).toordinal()
