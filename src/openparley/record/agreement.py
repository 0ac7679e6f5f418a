"""How far two passes over the same texts agree: what both found, and what they called it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from openparley._display import Shown
from openparley.errors import CaseError, Complaint
from openparley.record.case import Case
from openparley.record.entry import KINDS, Due, Entry, FuzzyDate
from openparley.record.load import decode, read_entries

__all__ = [
    "FIELDS",
    "UNMEASURED",
    "Agreement",
    "Disagreement",
    "FieldAgreement",
    "KindAgreement",
    "agreement",
    "alpha",
    "load_pass",
    "match",
    "nominal",
]

FIELDS: dict[str, tuple[str, ...]] = {
    "event": ("event", "actor", "recipient", "realis", "date"),
    "statement": ("speaker", "addressee", "form", "attribution"),
    "commitment": ("type", "actor", "target", "due"),
    "status": ("value",),
    "claim": ("explains", "stance", "supports", "denies"),
    "relation": ("subject", "object", "relation", "trend"),
}
# Ranges of days agree by overlap, for which α is not defined.
UNMEASURED = ("date", "due")


@dataclass(frozen=True)
class FieldAgreement:
    """Agreement on one field over matched pairs; ``alpha`` is Krippendorff's for nominal values, None when undefined."""

    field: str
    pairs: int
    agree: int
    alpha: float | None


@dataclass(frozen=True)
class KindAgreement:
    """Agreement on one kind of entry; the second pass is held against the first."""

    kind: str
    n_a: int
    n_b: int
    matched: int
    precision: float | None
    recall: float | None
    f1: float | None
    fields: tuple[FieldAgreement, ...]


@dataclass(frozen=True)
class Disagreement(Shown):
    """One thing that the passes do not agree on, and where: ``field`` is None when only one of them has the entry."""

    kind: str
    source: str
    start: int
    end: int
    a: str | None
    b: str | None
    field: str | None = None
    value_a: Any = None
    value_b: Any = None


@dataclass(frozen=True)
class Agreement(Shown):
    """Table and list of disagreements."""

    kinds: tuple[KindAgreement, ...]
    disagreements: tuple[Disagreement, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain data for ``agreement.json``."""
        return {"kinds": [asdict(kind) for kind in self.kinds], "disagreements": [asdict(found) for found in self.disagreements]}


def match(a: Iterable[Entry], b: Iterable[Entry], *, same_type: bool = True) -> list[tuple[Entry, Entry]]:
    """Pair entries of two codings by the codebook's rule, as many as can be paired one to one.

    Two entries can be paired when they are of one kind and source, overlap by at least half of the shorter span and,
    being events, are of the same type.

    Parameters
    ----------
    same_type
        False pairs events of different types too, to measure agreement on the type.
    """
    left, right = list(a), list(b)
    options = {index: _partners(entry, right, same_type) for index, entry in enumerate(left)}
    taken: dict[int, int] = {}
    for index in sorted(options, key=lambda number: (left[number].source, left[number].span.start, left[number].id)):
        _augment(index, options, taken, set())
    return [(left[index], right[partner]) for partner, index in sorted(taken.items(), key=lambda pair: pair[1])]


def alpha(pairs: Sequence[tuple[Any, Any]]) -> float | None:
    """Krippendorff's α of two coders for nominal values without gaps.

    Returns
    -------
    1 for perfect agreement, 0 for chance; None when there are no pairs or only one value was ever used.

    Notes
    -----
    α = 1 − D_o / D_e with D_o the share of pairs that differ and D_e = 1 − Σ_c n_c (n_c − 1) / (n (n − 1)), where n_c counts
    value c over both coders and n = 2 · pairs (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", binary and nominal case).

    Examples
    --------
    >>> round(alpha(list(zip([0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]))), 3)
    0.095
    """
    if not pairs:
        return None
    counts = Counter(value for pair in pairs for value in pair)
    total = 2 * len(pairs)
    expected = 1 - sum(count * (count - 1) for count in counts.values()) / (total * (total - 1))
    observed = sum(first != second for first, second in pairs) / len(pairs)
    return None if expected == 0 else 1 - observed / expected


def agreement(a: Mapping[str, Entry], b: Mapping[str, Entry]) -> Agreement:
    """Agreement of two passes, the first being the reference."""
    kinds: list[KindAgreement] = []
    found: list[Disagreement] = []
    for kind in KINDS:
        left = [entry for entry in a.values() if entry.kind == kind]
        right = [entry for entry in b.values() if entry.kind == kind]
        pairs = match(left, right)
        loose = match(left, right, same_type=False) if kind == "event" else pairs
        kinds.append(_kind(kind, left, right, pairs, loose))
        found += _disagreements(left, right, loose)
    return Agreement(tuple(kinds), tuple(sorted(found, key=lambda item: (item.source, item.start, item.end, item.kind, item.field or ""))))


def load_pass(case: Case, name: str) -> dict[str, Entry]:
    """A kept coding pass, from ``coding/<name>/`` of the case.

    Raises
    ------
    CaseError
        If it is not there or not sound, with every complaint.
    """
    folder = case.root / "coding" / name
    if not folder.is_dir():
        kept = sorted(path.name for path in (case.root / "coding").glob("*") if path.is_dir())
        message = f"the case keeps no coding pass “{name}”."
        hint = f"Kept passes: {', '.join(kept) or 'none'}; a pass is a folder coding/{name}/ with files as in record/."
        if not kept:
            hint = (
                "It keeps none; --coders rules,person compares a coder with what people accepted and edited. "
                f"A pass is a folder coding/{name}/ with files as in record/."
            )
        raise CaseError(Complaint(f"coding/{name}", None, None, name, kept, hint, message))
    entries: dict[str, Entry] = {}
    complaints: list[Complaint] = []
    for kind, (_, file, _) in KINDS.items():
        path = folder / file
        if not path.is_file():
            continue
        shown = f"coding/{name}/{file}"
        text, found = decode(path.read_bytes(), shown)
        complaints += found
        sound, _, found = read_entries(text or "", kind, shown)
        complaints += found
        for number, entry in sound:
            if entry.id in entries:
                complaints.append(
                    Complaint(shown, number, entry.id, entry.id, None, None, f"the id “{entry.id}” stands twice in this pass.")
                )
            entries[entry.id] = entry
    if complaints:
        raise CaseError(complaints)
    return entries


def _partners(entry: Entry, others: Sequence[Entry], same_type: bool) -> list[int]:
    """Entries that may be paired with this one, the best overlap first."""
    found: list[tuple[float, int]] = []
    for index, other in enumerate(others):
        if other.kind != entry.kind or other.source != entry.source:
            continue
        if same_type and entry.kind == "event" and other.kind == "event" and entry.event != other.event:
            continue
        overlap = min(entry.span.end, other.span.end) - max(entry.span.start, other.span.start)
        shorter = min(entry.span.end - entry.span.start, other.span.end - other.span.start)
        if 2 * overlap >= shorter:
            union = max(entry.span.end, other.span.end) - min(entry.span.start, other.span.start)
            # Among equals, prefer the one called the same: several entries may share a span.
            alike = sum(nominal(entry, field) == nominal(other, field) for field in FIELDS[entry.kind]) / 1000
            found.append((-(overlap / union + alike), index))
    return [index for _, index in sorted(found)]


def _augment(index: int, options: Mapping[int, list[int]], taken: dict[int, int], seen: set[int]) -> bool:
    """Find a partner, moving earlier pairs along when that helps (augmenting paths)."""
    for partner in options[index]:
        if partner in seen:
            continue
        seen.add(partner)
        if partner not in taken or _augment(taken[partner], options, taken, seen):
            taken[partner] = index
            return True
    return False


def _kind(kind: str, left: Sequence[Entry], right: Sequence[Entry], pairs: Sequence[Any], loose: Sequence[Any]) -> KindAgreement:
    precision = len(pairs) / len(right) if right else None
    recall = len(pairs) / len(left) if left else None
    f1 = 2 * len(pairs) / (len(left) + len(right)) if left or right else None
    fields: list[FieldAgreement] = []
    for field in FIELDS[kind]:
        used = loose if field == "event" else pairs
        values = [(nominal(first, field), nominal(second, field)) for first, second in used]
        agree = sum(_same(first, second, field) for first, second in used)
        fields.append(FieldAgreement(field, len(values), agree, None if field in UNMEASURED else alpha(values)))
    return KindAgreement(kind, len(left), len(right), len(pairs), precision, recall, f1, tuple(fields))


def _disagreements(left: Sequence[Entry], right: Sequence[Entry], pairs: Sequence[tuple[Entry, Entry]]) -> list[Disagreement]:
    found: list[Disagreement] = []
    in_a, in_b = {first.id for first, _ in pairs}, {second.id for _, second in pairs}
    found += [
        Disagreement(entry.kind, entry.source, entry.span.start, entry.span.end, entry.id, None) for entry in left if entry.id not in in_a
    ]
    found += [
        Disagreement(entry.kind, entry.source, entry.span.start, entry.span.end, None, entry.id) for entry in right if entry.id not in in_b
    ]
    for first, second in pairs:
        for field in FIELDS[first.kind]:
            if not _same(first, second, field):
                values = _shown(first, field), _shown(second, field)
                found.append(Disagreement(first.kind, first.source, first.span.start, first.span.end, first.id, second.id, field, *values))
    return found


def _same(first: Entry, second: Entry, field: str) -> bool:
    """Whether a field agrees; dates do when the ranges overlap and the second is no wider than twice the first."""
    a, b = getattr(first, field), getattr(second, field)
    if field in UNMEASURED and a is not None and b is not None:
        return a.start <= b.end and b.start <= a.end and _days(b) <= 2 * _days(a)
    return nominal(first, field) == nominal(second, field)


def _days(period: FuzzyDate | Due) -> int:
    return (period.end - period.start).days + 1


def nominal(entry: Entry, field: str) -> Any:
    """A field as one nominal value; the order of a list does not matter."""
    value = getattr(entry, field)
    return frozenset(value) if isinstance(value, tuple) else value


def _shown(entry: Entry, field: str) -> Any:
    return entry.model_dump(mode="json")[field]
