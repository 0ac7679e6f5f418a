"""What a page may send: one model an act. Unknown keys are mistakes; ids are looked up, never used as paths."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Short = Annotated[str, Field(max_length=2000)]
Key = Annotated[str, Field(max_length=60)]
Offset = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
Reason = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]
KindName = Literal["event", "statement", "commitment", "status", "claim", "relation"]


class Body(BaseModel):
    """Base of all."""

    model_config = ConfigDict(extra="forbid")


class AcceptBody(Body):
    """Accept an entry. ``seen`` is the last act about it that the page knew of, empty if none."""

    entry: Key
    seen: Key = ""
    reason: Short | None = None


class RejectBody(Body):
    """Reject an entry, with a reason."""

    entry: Key
    seen: Key = ""
    reason: Reason


class EditBody(Body):
    """Give an entry new values, which also accepts it."""

    entry: Key
    seen: Key = ""
    changes: dict[Key, Any] = Field(max_length=40)
    reason: Short | None = None


class CreateBody(Body):
    """A new entry on a stretch of a text, in code points."""

    source: Key
    start: Offset
    end: Offset
    kind: KindName
    values: dict[Key, Any] = Field(max_length=40)
    reason: Short | None = None


class Part(Body):
    """One part of an entry that is split."""

    start: Offset
    end: Offset
    values: dict[Key, Any] = Field(default_factory=dict, max_length=40)


class SplitBody(Body):
    """Make several entries out of one, which is then rejected in their favour."""

    entry: Key
    seen: Key = ""
    parts: Annotated[list[Part], Field(min_length=2, max_length=12)]
    reason: Short | None = None


class MergeBody(Body):
    """Make one entry out of several of one kind and source; the values are those of the first."""

    entries: Annotated[list[Key], Field(min_length=2, max_length=12)]
    seen: dict[Key, Key] = Field(default_factory=dict, max_length=12)
    values: dict[Key, Any] = Field(default_factory=dict, max_length=40)
    reason: Short | None = None


class UndoBody(Body):
    """Undo an act, or one's own last act that is in force; an undoing can be undone."""

    act: Key | None = None
    reason: Short | None = None


class GradeSourceBody(Body):
    """How reliable a source is; null takes the grade away."""

    source: Key
    seen: Key = ""
    reliability: Literal["A", "B", "C", "D", "E", "F"] | None
    reason: Short | None = None


class GradeEntryBody(Body):
    """How credible it is what an entry says, whoever says it; null takes the grade away."""

    entry: Key
    seen: Key = ""
    credibility: Literal["1", "2", "3", "4", "5", "6"] | None
    reason: Short | None = None


class AdjudicateBody(Body):
    """Take one blind coder's reading of an entry, or of all entries on which two coders agree."""

    coder: Key
    entry: Key
    seen: Key = ""
    reason: Short | None = None


class AdoptBody(Body):
    """Take what two blind coders agree on."""

    first: Key
    second: Key


class RunBody(Body):
    """Fit the case as it stands."""

    draws: Annotated[int, Field(strict=True, ge=8, le=4096)] = 40


class Nothing(Body):
    """No further data."""
