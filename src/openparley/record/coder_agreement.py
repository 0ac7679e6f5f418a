"""How far the coders of one record agree – rules, language model, person – pair by pair and all at once.

`PERSON` is the record as people have left it: entries that a person accepted or edited, with the edits, and entries that no program coded
and nobody rejected. Any other name stands for what the coder of that name proposed, before any edit, whatever became of it.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from openparley._display import Shown
from openparley.errors import CaseError, Complaint, did_you_mean, quoted
from openparley.record.agreement import FIELDS, UNMEASURED, Disagreement, KindAgreement, agreement, alpha, match, nominal
from openparley.record.case import REVIEWED, Case
from openparley.record.entry import KINDS, Entry
from openparley.record.intervals import Clusters, Range
from openparley.record.load import load
from openparley.record.store import read_jsonl

__all__ = ["PERSON", "CoderAgreement", "FieldFigures", "KindFigures", "Pair", "Reviewed", "Together", "agreement_of_coders", "coders_of"]

PERSON = "person"
PROGRAMS = ("rules", "llm")


@dataclass(frozen=True)
class FieldFigures:
    """Agreement on one field over matched pairs.

    Attributes
    ----------
    alpha, alpha_range
        Krippendorff's α and where it lies in 95 of 100 resamples; None when undefined or too few to judge.
    others, alpha_others
        The same over pairs of two entries: without those that are one entry, proposed by the one and accepted by the other.
    """

    field: str
    pairs: int
    agree: int
    alpha: float | None
    alpha_range: Range | None
    others: int
    alpha_others: float | None


@dataclass(frozen=True)
class KindFigures:
    """Agreement on one kind of entry; ``b`` is held against ``a``.

    Attributes
    ----------
    same_entry
        Pairs that are one entry of the record.
    """

    kind: str
    n_a: int
    n_b: int
    matched: int
    same_entry: int
    precision: float | None
    precision_range: Range | None
    recall: float | None
    recall_range: Range | None
    f1: float | None
    f1_range: Range | None
    fields: tuple[FieldFigures, ...]


@dataclass(frozen=True)
class Pair:
    """Two coders.

    Attributes
    ----------
    a, b
        Names; ``a`` is the reference.
    sources
        Ids of the sources that both have read.
    left_out
        Proposals that nobody has reviewed yet, in sources where other proposals of the same coder have been; they say nothing.
    over
        What was resampled for the ranges, and None when there is too little of either.
    """

    a: str
    b: str
    sources: tuple[str, ...]
    left_out: int
    over: str | None
    kinds: tuple[KindFigures, ...]
    disagreements: tuple[Disagreement, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Together:
    """Krippendorff's α of all coders on one field, gaps allowed.

    Attributes
    ----------
    units
        Places that at least two coders have coded.
    values
        Number of values there.
    """

    kind: str
    field: str
    units: int
    values: int
    alpha: float | None


@dataclass(frozen=True)
class Reviewed:
    """What became of one coder's proposals."""

    coder: str
    accepted: int
    edited: int
    rejected: int
    proposed: int


@dataclass(frozen=True)
class CoderAgreement(Shown):
    """All of it."""

    coders: tuple[str, ...]
    reference: str
    pairs: tuple[Pair, ...]
    together: tuple[Together, ...]
    reviewed: tuple[Reviewed, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


@dataclass(frozen=True)
class _Column:
    """One coder's entries and the sources it has read."""

    name: str
    entries: Mapping[str, Entry]
    sources: frozenset[str]


def coders_of(case: Case) -> dict[str, int]:
    """The coders that a record knows, with the number of their entries; `PERSON` last."""
    columns = _columns(case)
    return {name: len(column.entries) for name, column in columns.items()}


def agreement_of_coders(case: Case, coders: Sequence[str], reference: str | None = None) -> CoderAgreement:
    """Hold coders of one record against each other.

    Parameters
    ----------
    coders
        Two names or more, as in ``coder.name`` of the entries, or `PERSON`.
    reference
        The one that the others are held against; the first when None.

    Raises
    ------
    CaseError
        If the record has no such coder, or fewer than two are named.
    """
    columns = _columns(case)
    names = list(dict.fromkeys(coders))
    _known(columns, [*names, *([reference] if reference else [])])
    if reference is not None or names:
        reference = reference or names[0]
        names = [reference, *(name for name in names if name != reference)]
    if reference is None or len(names) < 2:
        message = "one coder cannot agree with itself."
        raise CaseError(Complaint(None, None, None, names, list(columns), "Name two, such as --coders rules,person.", message))
    pairs = tuple(_pair(case, columns[a], columns[b]) for a, b in itertools.combinations(names, 2))
    together = tuple(_together([columns[name] for name in names])) if len(names) > 2 else ()
    reviewed = tuple(_reviewed(case, columns[name]) for name in names if name != PERSON)
    return CoderAgreement(tuple(names), reference, pairs, together, reviewed)


def _columns(case: Case) -> dict[str, _Column]:
    """Entries by coder, as coded, and those of the person as they stand."""
    readings = _readings(case)
    programs = {*PROGRAMS, *(row["coder"] for row in readings)}
    raw = load(case.root).entries
    by_name: dict[str, dict[str, Entry]] = {}
    for key, entry in raw.items():
        if entry.coder is not None:
            by_name.setdefault(entry.coder.name, {})[key] = entry
    columns: dict[str, _Column] = {}
    for name in sorted({*by_name, *(row["coder"] for row in readings)}):
        entries = by_name.get(name, {})
        read = {row["source"] for row in readings if row["coder"] == name}
        columns[name] = _Column(name, entries, frozenset(read | {entry.source for entry in entries.values()}))
    final = {key: entry for key, entry in case.entries.items() if _persons(entry, programs)}
    seen = {case.entries[review.entry].source for review in case.reviews if review.entry in case.entries}
    if final or seen:
        columns[PERSON] = _Column(PERSON, final, frozenset(seen | {entry.source for entry in final.values()}))
    return columns


def _readings(case: Case) -> list[dict[str, Any]]:
    # Brings the rules along, which the verb's other half does not need.
    from openparley.record.coders.read import READINGS

    path = case.root / READINGS
    return [row for _, row in read_jsonl(path, READINGS).rows] if path.is_file() else []


def _persons(entry: Entry, programs: Iterable[str]) -> bool:
    by_hand = entry.coder is None or entry.coder.name not in programs
    return entry.review.state in REVIEWED or (by_hand and entry.review.state != "rejected")


def _known(columns: Mapping[str, _Column], names: Sequence[str]) -> None:
    complaints = [
        Complaint(
            None,
            None,
            None,
            name,
            list(columns),
            did_you_mean(name, columns) or f"Coders of this record: {', '.join(columns) or 'none'}.",
            f"the record has no coder {quoted(name)}.",
        )
        for name in names
        if name not in columns
    ]
    if complaints:
        raise CaseError(complaints)


def _pair(case: Case, a: _Column, b: _Column) -> Pair:
    sources = a.sources & b.sources
    left, dropped_a = _compared(case, a, b, sources)
    right, dropped_b = _compared(case, b, a, sources)
    found = agreement(left, right)
    clusters = Clusters.of(case, {entry.source for entry in (*left.values(), *right.values())})
    kinds = tuple(_kind(kind, left, right, clusters) for kind in found.kinds)
    same = sum(kind.same_entry for kind in kinds)
    ordered = tuple(source for source in case.sources if source in sources)
    warnings = _warnings(a.name, b.name, same, sum(kind.matched for kind in kinds), ordered)
    return Pair(a.name, b.name, ordered, dropped_a + dropped_b, clusters.over, kinds, found.disagreements, warnings)


def _compared(case: Case, own: _Column, other: _Column, sources: Iterable[str]) -> tuple[dict[str, Entry], int]:
    """Entries that can be held against the other's, and the number of those that nobody has looked at yet."""
    entries = {key: entry for key, entry in own.entries.items() if entry.source in sources}
    if other.name != PERSON:
        return entries, 0
    reviewed = {key for key in entries if case.entries[key].review.state != "proposed"}
    begun = {entries[key].source for key in reviewed}
    kept = {key: entry for key, entry in entries.items() if key in reviewed or key in other.entries or entry.source not in begun}
    return kept, len(entries) - len(kept)


def _warnings(a: str, b: str, same: int, matched: int, sources: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    if not sources:
        found.append(f"{a} and {b} have read no source in common.")
    if same:
        coder = b if a == PERSON else a
        found.append(
            f"{same} of {matched} pairs are {coder}'s own proposals that a person accepted or edited. Who accepts a proposal agrees "
            "with it, so these figures are higher than two independent readings would give; “α of others” leaves such pairs out."
        )
    return tuple(found)


def _kind(plain: KindAgreement, a: Mapping[str, Entry], b: Mapping[str, Entry], clusters: Clusters) -> KindFigures:
    left = [entry for entry in a.values() if entry.kind == plain.kind]
    right = [entry for entry in b.values() if entry.kind == plain.kind]
    pairs = match(left, right)
    # Types can only differ where entries are paired whatever their type.
    loose = match(left, right, same_type=False) if plain.kind == "event" else pairs
    found = clusters.shares(left, right, pairs)
    fields: list[FieldFigures] = []
    for field in plain.fields:
        used = loose if field.field == "event" else pairs
        values = [(nominal(first, field.field), nominal(second, field.field)) for first, second in used]
        others = [value for value, (first, second) in zip(values, used, strict=True) if first.id != second.id]
        measured = field.field not in UNMEASURED
        fields.append(
            FieldFigures(
                field.field,
                field.pairs,
                field.agree,
                field.alpha,
                clusters.alpha([first for first, _ in used], values) if measured else None,
                len(others),
                alpha(others) if measured else None,
            )
        )
    return KindFigures(
        kind=plain.kind,
        n_a=plain.n_a,
        n_b=plain.n_b,
        matched=plain.matched,
        same_entry=sum(first.id == second.id for first, second in pairs),
        precision=plain.precision,
        precision_range=found["precision"],
        recall=plain.recall,
        recall_range=found["recall"],
        f1=plain.f1,
        f1_range=found["f1"],
        fields=tuple(fields),
    )


def _together(columns: Sequence[_Column]) -> Iterable[Together]:
    """α of all coders at once, by kind and field; one coder alone at a place is no agreement and no disagreement."""
    person = next((index for index, column in enumerate(columns) if column.name == PERSON), None)
    for kind in KINDS:
        lists = [[entry for entry in column.entries.values() if entry.kind == kind] for column in columns]
        for field in FIELDS[kind]:
            if field in UNMEASURED:
                continue
            places = _units(lists, same_type=not (kind == "event" and field == "event"))
            units = [unit for unit in (_once(place, person) for place in places) if sum(entry is not None for entry in unit) > 1]
            data = [[None if entry is None else nominal(entry, field) for entry in unit] for unit in units]
            filled = [[value is not None for value in row] for row in units]
            if units:
                values = sum(map(sum, filled))
                yield Together(kind, field, len(units), values, _alpha_of_many(data, filled))


def _units(lists: Sequence[Sequence[Entry]], *, same_type: bool) -> list[list[Entry | None]]:
    """Places with the entry of each coder or None; each place is opened by the first coder that has it."""
    units: list[list[Entry | None]] = []
    for column, entries in enumerate(lists):
        heads = {id(head): unit for unit in units for head in [next(entry for entry in unit if entry is not None)]}
        first = [next(entry for entry in unit if entry is not None) for unit in units]
        taken: set[int] = set()
        for head, entry in match(first, entries, same_type=same_type):
            heads[id(head)][column] = entry
            taken.add(id(entry))
        for entry in entries:
            if id(entry) not in taken:
                unit: list[Entry | None] = [None] * len(lists)
                unit[column] = entry
                units.append(unit)
    return units


def _once(unit: Sequence[Entry | None], person: int | None) -> list[Entry | None]:
    """The unit with a proposal that a person accepted standing once, as its coder's: it is not two readings that agree."""
    found = list(unit)
    if person is not None:
        own = found[person]
        if own is not None and sum(entry is not None and entry.id == own.id for entry in found) > 1:
            found[person] = None
    return found


def _alpha_of_many(data: Sequence[Sequence[Any]], filled: Sequence[Sequence[bool]]) -> float | None:
    """Krippendorff's α for nominal values with gaps; None when only one value was ever used."""
    import krippendorff
    import numpy as np

    present = [value for row, flags in zip(data, filled, strict=True) for value, there in zip(row, flags, strict=True) if there]
    codes = {value: number for number, value in enumerate(dict.fromkeys(present))}
    if len(codes) < 2:
        return None
    matrix = np.full((len(data), len(data[0])), np.nan)
    for unit, (row, flags) in enumerate(zip(data, filled, strict=True)):
        for coder, (value, there) in enumerate(zip(row, flags, strict=True)):
            if there:
                matrix[unit, coder] = codes[value]
    return float(krippendorff.alpha(reliability_data=matrix.T, level_of_measurement="nominal"))


def _reviewed(case: Case, column: _Column) -> Reviewed:
    states = Counter(case.entries[key].review.state for key in column.entries)
    return Reviewed(column.name, states["accepted"], states["edited"], states["rejected"], states["proposed"])
