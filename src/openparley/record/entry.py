"""The six kinds of entry of a record, one JSON object a line; meanings and examples are in the codebook."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple, TypeVar

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from openparley.record.fields import Day, Flag, Ident, Model, Number, Text
from openparley.record.plover import CONTEXTS, TYPES
from openparley.record.span import ContentSpan, Span

__all__ = [
    "KINDS",
    "Claim",
    "Coder",
    "Commitment",
    "Due",
    "Entry",
    "Event",
    "FuzzyDate",
    "Kind",
    "Link",
    "Relation",
    "Statement",
    "Status",
    "actor_fields",
    "spans_of",
]

Granularity = Literal["day", "week", "month", "season", "quarter", "year", "range"]
Attribution = Literal["named", "anonymous", "collective", "institution", "author"]
ReviewState = Literal["proposed", "accepted", "edited", "rejected"]
LinkRel = Literal[
    "same_event", "conflicts", "responds_to", "expressed_by", "accepts", "rejects", "fulfils", "breaks", "corrects", "retracts"
]
Realis = Literal["actual", "future", "hypothetical", "negated"]
CommitmentType = Literal["threat", "promise", "demand", "proposal", "deadline"]
StatusValue = Literal["kept", "violated", "lapsed", "pending", "superseded", "unknown"]
PARAPHRASE_LIMIT = 300
_Period = TypeVar("_Period", "FuzzyDate", "Due")


class FuzzyDate(Model):
    """A range of days, how wide the words made it, and from which day they were read."""

    start: Day
    end: Day
    granularity: Granularity = "day"
    anchor: Literal["publication", "utterance", "event"] | None = None
    phrase: str | None = None

    @model_validator(mode="after")
    def _in_order(self) -> FuzzyDate:
        return _ordered(self)


class Due(Model):
    """When a commitment falls due, and what that is read from."""

    start: Day
    end: Day
    basis: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Due:
        return _ordered(self)


def _ordered(period: _Period) -> _Period:
    if period.end < period.start:
        raise PydanticCustomError("date_order", "the range ends on {end}, before its start", {"end": period.end.isoformat()})
    return period


class Coder(Model):
    """Who or what proposed the entry, by which rule, how sure."""

    name: Text
    version: str | None = None
    rule: str | None = None
    confidence: Annotated[Number, Field(ge=0, le=1)] | None = None


class ReviewNote(Model):
    """Where the entry stands with the people who review it; derived from ``reviews.jsonl``."""

    state: ReviewState = "proposed"
    by: str | None = None
    at: str | None = None


class Link(Model):
    """A relation to another entry."""

    rel: LinkRel
    to: Ident


class _Entry(Model):
    """What every kind shares: the evidence, who is behind it, who coded it."""

    id: Ident
    source: Ident
    span: Span
    paraphrase: Annotated[Text, Field(max_length=PARAPHRASE_LIMIT)]
    attributed_to: Annotated[tuple[Text, ...], Field(min_length=1)]
    attribution: Attribution
    via: str | None = None
    hearsay: Flag = False
    historical: Flag = False
    language: str | None = None
    date: FuzzyDate | None = None
    coder: Coder | None = None
    review: ReviewNote = ReviewNote()
    links: tuple[Link, ...] = ()
    note: str | None = None


class Event(_Entry):
    """Somebody did something to somebody; a PLOVER event."""

    kind: Literal["event"] = "event"
    actor: tuple[Ident, ...]
    event: str
    mode: tuple[str, ...] = ()
    recipient: tuple[Ident, ...] = ()
    context: tuple[str, ...] = ()
    realis: Realis = "actual"

    @field_validator("event")
    @classmethod
    def _known_type(cls, value: str) -> str:
        return _among(value, tuple(TYPES), "a PLOVER type")

    @field_validator("context")
    @classmethod
    def _known_context(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for word in value:
            _among(word, CONTEXTS, "a PLOVER context")
        return value

    @model_validator(mode="after")
    def _known_mode(self) -> Event:
        modes = TYPES[self.event].modes
        for word in self.mode:
            _among(word, modes, f"a mode of {self.event}")
        return self


class Statement(_Entry):
    """Somebody said something, in quotation marks or reported."""

    kind: Literal["statement"] = "statement"
    content: tuple[ContentSpan, ...] = ()
    speaker: tuple[Ident, ...]
    addressee: tuple[Ident, ...] = ()
    form: Literal["direct", "mixed", "paraphrase"]
    medium: str | None = None


class Commitment(_Entry):
    """A threat, promise, demand, proposal or deadline that can later be held against what happened."""

    kind: Literal["commitment"] = "commitment"
    type: CommitmentType
    actor: tuple[Ident, ...]
    target: tuple[Ident, ...] = ()
    condition: str | None = None
    consequence: str | None = None
    made: FuzzyDate | None = None
    due: Due | None = None
    event: str | None = None

    @field_validator("event")
    @classmethod
    def _known_type(cls, value: str | None) -> str | None:
        return value if value is None else _among(value, tuple(TYPES), "a PLOVER type")


class Status(_Entry):
    """What a source says came of a commitment, as of a day."""

    kind: Literal["status"] = "status"
    of: Ident
    value: StatusValue
    as_of: Day | None = None


class Claim(_Entry):
    """An explanation of somebody's behaviour, and the accounts that it supports or denies."""

    kind: Literal["claim"] = "claim"
    explains: tuple[Ident, ...]
    behaviour: Text
    explanation: Text
    mechanism: str | None = None
    stance: Literal["asserted", "hedged", "rejected", "prediction"]
    supports: tuple[Ident, ...] = ()
    denies: tuple[Ident, ...] = ()


class Relation(_Entry):
    """How one actor stands to another."""

    kind: Literal["relation"] = "relation"
    subject: tuple[Ident, ...]
    object: tuple[Ident, ...]
    relation: Literal[
        "friendly", "hostile", "strained", "aligned", "allied", "opposed", "lenient", "subordinate", "mediator", "trade", "family"
    ]
    trend: Literal["rising", "stable", "falling"] | None = None


Entry = Event | Statement | Commitment | Status | Claim | Relation


class Kind(NamedTuple):
    """Where a kind of entry lives: its model, the file in ``record/``, the first letter of its ids."""

    model: type[Event] | type[Statement] | type[Commitment] | type[Status] | type[Claim] | type[Relation]
    file: str
    prefix: str


KINDS: dict[str, Kind] = {
    "event": Kind(Event, "events.jsonl", "E"),
    "statement": Kind(Statement, "statements.jsonl", "T"),
    "commitment": Kind(Commitment, "commitments.jsonl", "C"),
    "status": Kind(Status, "statuses.jsonl", "L"),
    "claim": Kind(Claim, "claims.jsonl", "K"),
    "relation": Kind(Relation, "relations.jsonl", "R"),
}


def actor_fields(kind: str) -> tuple[str, ...]:
    """The fields of a kind that hold actor ids.

    Examples
    --------
    >>> actor_fields("commitment")
    ('actor', 'target')
    """
    names = ("actor", "recipient", "target", "speaker", "addressee", "explains", "subject", "object")
    return tuple(name for name in names if name in KINDS[kind].model.model_fields)


def spans_of(entry: Entry) -> tuple[ContentSpan, ...]:
    """All spans of an entry: its own, and those inside the quotation marks of a statement."""
    return (entry.span, *entry.content) if entry.kind == "statement" else (entry.span,)


def _among(value: str, allowed: tuple[str, ...], what: str) -> str:
    if value not in allowed:
        raise PydanticCustomError("not_among", "not {what}", {"what": what, "allowed": list(allowed), "value": value})
    return value
