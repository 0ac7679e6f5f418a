"""Who accepted, edited or rejected what, when and why: an append-only list from which the state of every entry follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from openparley.errors import CaseError, Complaint, did_you_mean, one_of, quoted
from openparley.record.entry import KINDS, Entry, ReviewNote
from openparley.record.fields import Flag, Ident, Model, Text
from openparley.record.wording import complaints_from

__all__ = ["Act", "Derived", "Review", "derive", "edited", "in_force", "next_review_id", "now"]

# A person's own entry is created; one that is split or merged stays in the record, rejected in favour of those made from it.
# A grade is of a source's reliability or an entry's credibility. An act of any kind can be undone, an undoing too.
Act = Literal["accept", "reject", "edit", "remove", "create", "split", "merge", "grade", "undo"]
REJECTS = ("reject", "remove", "split", "merge")
GRADES = ("reliability", "credibility")
# What an edit may not touch: these make the entry the entry it is, or are derived.
FIXED = ("id", "kind", "source", "span", "content", "coder", "review")


class Review(Model):
    """One act of a person on one entry. For an edit, ``before`` and ``after`` hold the keys that changed.

    A grade of reliability is about a source, whose id stands in ``entry``. ``undoes`` names the act that an undoing takes back.
    A ``blind`` act is one coder's reading for comparison with another's; by itself it decides nothing.
    """

    id: Annotated[str, Field(pattern=r"^V\d{4,}$")]
    entry: Ident
    act: Act
    by: Text
    at: Text
    reason: str | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    undoes: Ident | None = None
    blind: Flag = False


@dataclass(frozen=True)
class Derived:
    """Entries as the reviews leave them.

    Attributes
    ----------
    entries
        Every entry with its edits applied and its ``review`` filled in.
    complaints
        Edits that no longer fit.
    warnings
        Reviews of entries that are not there, and entries changed by hand after an edit.
    reliability, credibility
        Grades that people gave: source id → letter, empty where one was taken away; entry id → digit.
    """

    entries: dict[str, Entry]
    complaints: tuple[Complaint, ...]
    warnings: tuple[str, ...]
    reliability: dict[str, str] = field(default_factory=dict)
    credibility: dict[str, str] = field(default_factory=dict)


def in_force(reviews: Iterable[Review]) -> list[Review]:
    """The acts that have not been undone, oldest first, without the undoings; an undoing that was undone itself undoes nothing."""
    kept: list[Review] = []
    undone: set[str] = set()
    for review in reversed(list(reviews)):
        if review.id in undone:
            continue
        if review.act == "undo":
            undone |= {review.undoes} if review.undoes else set()
        else:
            kept.append(review)
    return kept[::-1]


def derive(
    entries: Mapping[str, Entry],
    reviews: Iterable[tuple[int, Review]],
    *,
    unreadable: Iterable[str] = (),
    coder: str | None = None,
) -> Derived:
    """Apply reviews, with their lines in ``reviews.jsonl``, to the entries as coded.

    Parameters
    ----------
    entries
        The entries as they stand in ``record/``.
    reviews
        Line number and review, in the order of the file.
    unreadable
        Ids of entries that are there but could not be read; reviews of them are no surprise.
    coder
        Apply the blind acts of this coder and nothing else; none of anybody's when None.
    """
    listed = [(line, review) for line, review in reviews if (review.blind and review.by == coder if coder else not review.blind)]
    lines = {review.id: line for line, review in listed}
    acts = in_force(review for _, review in listed)
    current = {key: entry.model_copy(update={"review": ReviewNote()}) for key, entry in entries.items()}
    edits: set[str] = set()
    complaints: list[Complaint] = []
    warnings: list[str] = []
    known = set(unreadable)
    grades: dict[str, dict[str, str]] = {name: {} for name in GRADES}
    # An entry that somebody made and took back is not a proposal.
    for key in {review.entry for _, review in listed if review.act == "create"} - {act.entry for act in acts if act.act == "create"}:
        if key in current:
            current[key] = current[key].model_copy(update={"review": ReviewNote(state="rejected")})
    for review in acts:
        if review.act == "grade":
            for name, value in (review.after or {}).items():
                grades.get(name, {})[review.entry] = str(value or "")
            continue
        line, entry = lines[review.id], current.get(review.entry)
        if entry is None:
            if review.entry not in known:
                guess = did_you_mean(review.entry, current)
                warnings.append(f"review {review.id} is about {review.entry}, which is not in the record.{' ' + guess if guess else ''}")
            continue
        if review.act == "edit":
            changed, found = _apply(entry, review, line)
            complaints += found
            if changed is None:
                continue
            stale = [key for key, value in (review.before or {}).items() if entry.model_dump(mode="json").get(key) != value]
            if stale:
                warnings.append(
                    f"{review.entry}: {one_of(stale)} was changed by hand after it was edited in review {review.id}; the review holds."
                )
            entry = changed
            edits.add(review.entry)
        current[review.entry] = entry.model_copy(update={"review": _note(review, review.entry in edits)})
    credibility = {key: grade for key, grade in grades["credibility"].items() if grade}
    return Derived(current, tuple(complaints), tuple(warnings), grades["reliability"], credibility)


def edited(entry: Entry, changes: Mapping[str, Any]) -> tuple[Entry, dict[str, Any], dict[str, Any]]:
    """The entry with new values, and the changed keys before and after.

    Raises
    ------
    CaseError
        If a key is unknown or fixed, or a value is not allowed; with every complaint.
    """
    model = KINDS[entry.kind].model
    known = [name for name in model.model_fields if name not in FIXED]
    complaints: list[Complaint] = []
    for key in changes:
        if key in FIXED:
            message = f"“{key}” cannot be edited."
            complaints.append(Complaint(None, None, entry.id, key, known, f"These can: {one_of(known)}.", message))
        elif key not in known:
            hint = did_you_mean(key, known) or f"Keys of a {entry.kind}: {one_of(known)}."
            complaints.append(Complaint(None, None, entry.id, key, known, hint, f"{quoted(key)} is not a key of a {entry.kind}."))
    if complaints:
        raise CaseError(complaints)
    old = entry.model_dump(mode="json")
    try:
        new = model.model_validate({**old, **changes})
    except ValidationError as error:
        raise CaseError(complaints_from(error, model, lambda path: (None, None, "", entry.id))) from None
    fresh = new.model_dump(mode="json")
    keys = [key for key in changes if old[key] != fresh[key]]
    return new, {key: old[key] for key in keys}, {key: fresh[key] for key in keys}


def next_review_id(reviews: Sequence[Review]) -> int:
    """The number after the highest used."""
    return max((int(review.id[1:]) for review in reviews), default=0) + 1


def now() -> str:
    """The present moment, to the second, in UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _apply(entry: Entry, review: Review, line: int) -> tuple[Entry | None, list[Complaint]]:
    """The entry after an edit, or why the edit does not fit."""
    try:
        return edited(entry, review.after or {})[0], []
    except CaseError as error:
        return None, [
            Complaint(
                "reviews.jsonl", line, review.id, found.value, found.allowed, found.hint, f"edit of {entry.id}: {found.message}", "review"
            )
            for found in error.complaints
        ]


def _note(review: Review, was_edited: bool) -> ReviewNote:
    """An accepted entry that a person has changed stays marked as edited."""
    rejected = review.act in REJECTS
    state = "rejected" if rejected else "edited" if was_edited else "accepted"
    return ReviewNote(state=state, by=review.by, at=review.at)
