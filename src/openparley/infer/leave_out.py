"""What the record is without an entry, an outlet or an origin: variants of it, registered before a run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from openparley.errors import CaseError, Complaint, did_you_mean, one_of
from openparley.infer.observe import Observed, Report, observe, origin_of
from openparley.record.case import Case
from openparley.record.sources import OUTLET_UNKNOWN

KINDS = ("outlet", "origin", "entry")
Key = tuple[int, str, str, tuple[tuple[str, float], ...]]
Told = tuple[Key, ...]
FORMS = ("an entry’s id", "outlet:NAME", "origin:NAME")


@dataclass(frozen=True)
class Variant:
    """The record less some of its entries.

    A move whose only report is left out becomes unobserved, which is not the same as holding still.

    Attributes
    ----------
    id
        What is left out: ``entry:E017``, ``outlet:NAME`` or ``origin:NAME``; several joined by ``" + "``.
    label
        The same in words.
    entries
        Ids of the accepted entries left out.
    observed
        What the rest of the record reports.
    lost, gained
        Reports of the full record that are not in the rest as they were, and the other way round.
    index
        Number of the run that serves this variant, the same for variants with the same reports; −1 where the reports
        are those of the full record.
    """

    id: str
    label: str
    entries: tuple[str, ...]
    observed: Observed
    lost: tuple[Report, ...]
    gained: tuple[Report, ...]
    index: int

    @property
    def kind(self) -> str:
        """What is left out: "outlet", "origin" or "entry"; "several" for a combination."""
        return "several" if " + " in self.id else self.id.partition(":")[0]

    @property
    def changes(self) -> bool:
        """Whether any report is another one without these entries."""
        return self.index >= 0


def variants_of(case: Case, observed: Observed) -> tuple[Variant, ...]:
    """Every outlet, every origin and every entry behind a report, left out in turn.

    Outlets and origins are those of accepted entries; ``observed`` is what the full record reports.
    """
    found: list[Variant] = []
    for kind, names in (("outlet", _by_outlet(case)), ("origin", _by_origin(case))):
        found += [_variant(case, observed, f"{kind}:{name}", f"{kind} {name}", keys) for name, keys in names.items()]
    behind = [key for report in observed.reports for key in report.entries]
    found += [_variant(case, observed, f"entry:{key}", f"entry {key}", (key,)) for key in behind]
    return numbered(found)


def numbered(variants: Iterable[Variant]) -> tuple[Variant, ...]:
    """The variants with one index for all that have the same reports."""
    seen: dict[Told, int] = {}
    out = []
    for variant in variants:
        index = seen.setdefault(_told(variant.observed), len(seen)) if variant.lost or variant.gained else -1
        out.append(_with_index(variant, index))
    return tuple(out)


def leave_out(case: Case, what: Sequence[str]) -> Variant:
    """The variant without all that is named, for ``--without``.

    Parameters
    ----------
    what
        Ids of entries, ``entry:ID``, ``outlet:NAME`` or ``origin:NAME``; case and spaces around names do not matter.

    Raises
    ------
    CaseError
        If a name is not in the record, with a guess; every complaint at once.
    """
    complaints: list[Complaint] = []
    names: list[str] = []
    left: dict[str, None] = {}
    for word in what:
        try:
            name, keys = _named(case, word)
        except CaseError as problem:
            complaints += problem.complaints
            continue
        if name not in names:
            names.append(name)
        left.update(dict.fromkeys(keys))
    if not what:
        complaints.append(_complaint("", FORMS, None, f"nothing is named that could be left out; name {one_of(FORMS)}."))
    if complaints:
        raise CaseError(complaints)
    label = one_of([name.replace(":", " ", 1) for name in names]).replace(" or ", " and ")
    return numbered([_variant(case, observe(case), " + ".join(names), label, tuple(left))])[0]


def same_until(one: Sequence[Report], two: Sequence[Report], rounds: int) -> int:
    """First round in which two lists of reports differ; ``rounds`` if none does."""
    different = {_key(report) for report in one} ^ {_key(report) for report in two}
    return min((key[0] for key in different), default=rounds)


def _variant(case: Case, full: Observed, id_: str, label: str, entries: Collection[str]) -> Variant:
    rest = observe(case, without=frozenset(entries))
    ours, theirs = {_key(report) for report in full.reports}, {_key(report) for report in rest.reports}
    return Variant(
        id_, label, tuple(entries), rest,
        tuple(report for report in full.reports if _key(report) not in theirs),
        tuple(report for report in rest.reports if _key(report) not in ours), -1,
    )  # fmt: skip


def _with_index(variant: Variant, index: int) -> Variant:
    return Variant(variant.id, variant.label, variant.entries, variant.observed, variant.lost, variant.gained, index)


def _key(report: Report) -> Key:
    """What a report says, whoever says it."""
    return report.round, report.actor, report.move, report.readings


def _told(observed: Observed) -> Told:
    return tuple(sorted(_key(report) for report in observed.reports))


def _by_outlet(case: Case) -> dict[str, list[str]]:
    """Accepted entries by outlet; a source that states none stands under its own id."""
    found: dict[str, list[str]] = {}
    for key, entry in case.accepted().items():
        source = case.sources.get(entry.source)
        known = source is not None and source.outlet != OUTLET_UNKNOWN
        found.setdefault(source.outlet if source is not None and known else entry.source, []).append(key)
    return found


def _by_origin(case: Case) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, entry in case.accepted().items():
        found.setdefault(origin_of(case, entry), []).append(key)
    return found


def _named(case: Case, word: str) -> tuple[str, tuple[str, ...]]:
    """Full name of what is left out, and its entries."""
    kind, colon, name = (part.strip() for part in word.partition(":"))
    if not colon:
        kind, name = "entry", kind
    if kind.lower() not in KINDS:
        raise CaseError(
            _complaint(word, FORMS, did_you_mean(kind, KINDS), f"“{kind}:” is nothing that can be left out; name {one_of(FORMS)}.")
        )
    if kind.lower() == "entry":
        return _entry(case, name)
    groups = _by_outlet(case) if kind.lower() == "outlet" else _by_origin(case)
    known = {group.lower(): group for group in groups}
    if name.lower() not in known:
        message = f"no accepted entry has the {kind.lower()} “{name}”; there are: {one_of(list(groups))}."
        raise CaseError(_complaint(word, list(groups), did_you_mean(name, groups), message))
    group = known[name.lower()]
    return f"{kind.lower()}:{group}", tuple(groups[group])


def _entry(case: Case, name: str) -> tuple[str, tuple[str, ...]]:
    known = {key.lower(): key for key in case.entries}
    accepted = case.accepted()
    key = known.get(name.lower())
    if key is None:
        raise CaseError(_complaint(name, None, did_you_mean(name, known.values()), f"there is no entry “{name}” in the record."))
    if key not in accepted:
        why = case.set_aside().get(key, f"it is {case.entries[key].review.state}")
        hint = "Leave out an entry that counts, or an outlet or origin."
        raise CaseError(_complaint(name, None, hint, f"entry {key} does not count as it is: {why}."))
    return f"entry:{key}", (key,)


def _complaint(value: str, allowed: Sequence[str] | None, hint: str | None, message: str) -> Complaint:
    return Complaint(None, None, "--without", value, None if allowed is None else list(allowed), hint, message, noun="option")
