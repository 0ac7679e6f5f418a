"""Two coders who read without seeing each other: where they differ, how far they agree, what is left to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openparley.errors import ParleyError
from openparley.record.agreement import FIELDS, agreement, alpha, nominal
from openparley.record.entry import Entry
from openparley.review.acts import MissingError, of_coder
from openparley.review.desk import View, label

__all__ = ["SealedError", "agreed", "coders", "difference"]

USED = ("accepted", "edited")


class SealedError(ParleyError):
    """A blind coder asked for what another one has said."""


def coders(view: View) -> list[str]:
    """Who has read blind, in the order in which they began."""
    return list(dict.fromkeys(review.by for review in view.case.reviews if review.blind))


def difference(view: View, first: str, second: str) -> dict[str, Any]:
    """Two blind readings side by side.

    Returns
    -------
    ``figures``: decisions that both took, how many agree and Krippendorff's α; F1 and α by kind and field. ``rows``: entries on which
    they differ, each with both readings. ``agreed``: how many entries they decided alike.

    Raises
    ------
    MissingError
        If one of them has not read blind.
    """
    a, b = _readings(view, first, second)
    both = [key for key in a if key in b and _decided(a[key]) and _decided(b[key])]
    decisions = [(_used(a[key]), _used(b[key])) for key in both]
    rows = [_row(view, key, a.get(key), b.get(key)) for key in dict.fromkeys([*a, *b]) if _differs(a.get(key), b.get(key))]
    found = agreement({key: one for key, one in a.items() if _used(one)}, {key: one for key, one in b.items() if _used(one)})
    kinds = [
        {
            "kind": kind.kind, "first": kind.n_a, "second": kind.n_b, "matched": kind.matched, "f1": kind.f1,
            "fields": [
                {"field": row.field, "pairs": row.pairs, "agree": row.agree, "alpha": row.alpha} for row in kind.fields if row.pairs
            ],
        }
        for kind in found.kinds
        if kind.n_a or kind.n_b
    ]  # fmt: skip
    figures = {"both": len(both), "alike": sum(one == two for one, two in decisions), "alpha": alpha(decisions), "kinds": kinds}
    return {"first": first, "second": second, "figures": figures, "rows": rows, "agreed": len(agreed(view, first, second))}


def agreed(view: View, first: str, second: str) -> list[str]:
    """Entries that both decided alike and that nobody has decided openly yet."""
    a, b = _readings(view, first, second)
    alike = [key for key in a if key in b and _decided(a[key]) and _decided(b[key]) and not _differs(a[key], b[key])]
    return [key for key in alike if view.case.entries[key].review.state == "proposed"]


def _readings(view: View, first: str, second: str) -> tuple[dict[str, Entry], dict[str, Entry]]:
    known = coders(view)
    for name in (first, second):
        if name not in known:
            raise MissingError(f"nobody of the name “{name}” has read blind.")
    return of_coder(view.loaded, first), of_coder(view.loaded, second)


def _decided(entry: Entry) -> bool:
    return entry.review.state != "proposed"


def _used(entry: Entry) -> bool:
    return entry.review.state in USED


def _differs(one: Entry | None, two: Entry | None) -> bool:
    """Whether two readings are not the same; what one of them has not come to yet is no difference."""
    if one is None or two is None:
        made = one or two
        return made is not None and _used(made)
    if not (_decided(one) and _decided(two)):
        return False
    return _used(one) != _used(two) or (_used(one) and bool(_fields(one, two)))


def _fields(one: Entry, two: Entry) -> list[str]:
    return [name for name in FIELDS[one.kind] if nominal(one, name) != nominal(two, name)]


def _row(view: View, key: str, one: Entry | None, two: Entry | None) -> dict[str, Any]:
    entry = one or two or view.case.entries[key]
    now = view.case.entries[key]
    fields = _fields(one, two) if one and two and _used(one) and _used(two) else []
    return {
        "id": key, "kind": entry.kind, "label": label(entry), "paraphrase": entry.paraphrase, "source": entry.source,
        "first": _said(one, fields), "second": _said(two, fields), "fields": fields, "state": now.review.state,
        "by": now.review.by, "seen": view.versions.get(key, ""),
    }  # fmt: skip


def _said(entry: Entry | None, fields: Sequence[str]) -> dict[str, Any]:
    """One reading: what was decided, and the values where they differ."""
    if entry is None:
        return {"state": "not there", "values": {}}
    values: Mapping[str, Any] = entry.model_dump(mode="json")
    return {"state": entry.review.state, "values": {name: values[name] for name in fields}}
