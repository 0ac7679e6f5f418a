"""Who accepted, edited or rejected what, when and why: an append-only list from which the state of every entry follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from openparley.errors import CaseError, Complaint, did_you_mean, one_of, quoted
from openparley.record.entry import KINDS, Entry, ReviewNote
from openparley.record.fields import Ident, Model, Text
from openparley.record.wording import complaints_from

__all__ = ["Act", "Derived", "Review", "derive", "edited", "next_review_id", "now"]

Act = Literal["accept", "reject", "edit", "remove"]
# What an edit may not touch: these make the entry the entry it is, or are derived.
FIXED = ("id", "kind", "source", "span", "content", "coder", "review")


class Review(Model):
    """One act of a person on one entry. For an edit, ``before`` and ``after`` hold the keys that changed."""

    id: Annotated[str, Field(pattern=r"^V\d{4,}$")]
    entry: Ident
    act: Act
    by: Text
    at: Text
    reason: str | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


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
    """

    entries: dict[str, Entry]
    complaints: tuple[Complaint, ...]
    warnings: tuple[str, ...]


def derive(entries: Mapping[str, Entry], reviews: Iterable[tuple[int, Review]], *, unreadable: Iterable[str] = ()) -> Derived:
    """Apply reviews, with their lines in ``reviews.jsonl``, to the entries as coded.

    Parameters
    ----------
    entries
        The entries as they stand in ``record/``.
    reviews
        Line number and review, in the order of the file.
    unreadable
        Ids of entries that are there but could not be read; reviews of them are no surprise.
    """
    current = {key: entry.model_copy(update={"review": ReviewNote()}) for key, entry in entries.items()}
    edits: set[str] = set()
    complaints: list[Complaint] = []
    warnings: list[str] = []
    known = set(unreadable)
    for line, review in reviews:
        entry = current.get(review.entry)
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
    return Derived(current, tuple(complaints), tuple(warnings))


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
    rejected = review.act in ("reject", "remove")
    state = "rejected" if rejected else "edited" if was_edited else "accepted"
    return ReviewNote(state=state, by=review.by, at=review.at)
