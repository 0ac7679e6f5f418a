"""Numbers with their trace and sentences built from them: text and table read the same object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from openparley.brief import words
from openparley.infer.posterior import Estimate

Kind = Literal["share", "points", "count", "days", "decimal", "tenths", "small"]
# A note tells how to read the page and claims nothing, so it has neither a number nor a likelihood.
SentenceType = Literal["reported", "assumed", "computed", "judged", "note"]
SENTENCE_TYPES: tuple[str, ...] = get_args(SentenceType)


@dataclass(frozen=True)
class Number:
    """A printed number and all that stands behind it.

    Attributes
    ----------
    id
        Unique in the document; the trace is at ``#id``.
    name
        What the number is, as the heading of its trace.
    value, low, high, level, of, mcse
        As in `openparley.infer.posterior.Estimate`; an exact count has no interval and no error.
    evidence, assumptions
        Ids of the entries that moved it most, or that it counts, and of the assumptions that it rests on.
    why
        Why it has no evidence, where that is not plain from ``of``.
    moved
        What each of ``evidence`` did to the value, in its own unit; empty where they are counted or only known to bear on it.
    kind
        How it is printed.
    range_only
        True when the value itself must not be read off.
    breakdown
        Lines of the trace: label and text, such as the forecast under each account.
    like
        Id of a number with the same assumptions, and the same evidence unless it has its own; the trace refers to it.
    """

    id: str
    name: str
    value: float
    low: float | None = None
    high: float | None = None
    level: float | None = None
    of: str = "an exact count"
    mcse: float | None = None
    evidence: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    kind: Kind = "count"
    range_only: bool = False
    breakdown: tuple[tuple[str, str], ...] = ()
    like: str = ""
    moved: tuple[float, ...] = ()
    why: str = ""

    @property
    def text(self) -> str:
        """The value as printed; the range when the value must not be read off."""
        if self.range_only and self.low is not None:
            return self.range
        error = self.mcse or 0.0
        match self.kind:
            case "share":
                return words.percent(self.value, error)
            case "points":
                return words.points(self.value, error)
            case "decimal":
                return words.decimal(self.value, error)
            case "tenths":
                return words.tenths(self.value)
            case "small":
                return words.small(self.value)
            case _:
                return f"{round(self.value):,}"

    @property
    def range(self) -> str:
        """The interval as printed; empty for an exact number."""
        if self.low is None or self.high is None:
            return ""
        error = self.mcse or 0.0
        match self.kind:
            case "share":
                return words.percent_range(self.low, self.high, error)
            case "points":
                return words.points_range(self.low, self.high, error)
            case "tenths":
                return f"{words.tenths(self.low)} to {words.tenths(self.high)}"
            case _:
                return f"{words.decimal(self.low, error)} to {words.decimal(self.high, error)}"

    @property
    def error(self) -> str:
        """The Monte Carlo error as printed; empty for an exact number."""
        if self.mcse is None:
            return ""
        if self.kind in ("share", "points"):
            whole = round(100 * self.mcse)
            return "under 1 point" if whole < 1 else f"±{words.counted(whole, 'point')}"
        return f"±{words.small(self.mcse)}"

    def as_json(self) -> dict[str, Any]:
        """The keys promised by the codebook."""
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "level": self.level,
            "of": self.of,
            "mcse": self.mcse,
            "evidence": list(self.evidence),
            "assumptions": list(self.assumptions),
            "name": self.name,
            "printed": self.text,
            "range": self.range,
            "moved": list(self.moved),
            "like": self.like,
            "why": self.why,
            "breakdown": [list(line) for line in self.breakdown],
        }


@dataclass(frozen=True)
class Ref:
    """A number in the text, as a link to its trace."""

    number: Number
    form: str = ""

    @property
    def text(self) -> str:
        """What is printed."""
        return self.form or self.number.text


@dataclass(frozen=True)
class Link:
    """A link inside the page, to an entry, an assumption or a source."""

    target: str
    text: str


@dataclass(frozen=True)
class Given:
    """Words that the case or its coder wrote; rules about our own prose do not apply to them."""

    text: str
    name: bool = False


Part = str | Ref | Link | Given


@dataclass(frozen=True)
class Sentence:
    """One sentence of the document, of one type."""

    id: str
    section: str
    type: SentenceType
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The sentence as printed."""
        return plain(self.parts)

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The numbers in it, in order."""
        return tuple(part.number for part in self.parts if isinstance(part, Ref))

    def as_json(self) -> dict[str, Any]:
        """The keys promised by the codebook."""
        return {
            "id": self.id,
            "section": self.section,
            "type": self.type,
            "text": self.text,
            "numbers": [number.id for number in self.numbers],
            "links": [[start, end, part.number.id] for start, end, part in self.spans() if isinstance(part, Ref)],
            "given": [[start, end] for start, end, part in self.spans() if isinstance(part, Given | Link)],
        }

    def spans(self) -> Iterator[tuple[int, int, Part]]:
        """Where each part stands in the text: first code point, the one after the last, part."""
        at = 0
        for part in self.parts:
            end = at + len(part if isinstance(part, str) else part.text)
            yield at, end, part
            at = end


def plain(parts: Iterable[Part]) -> str:
    """Parts as text."""
    return "".join(part if isinstance(part, str) else part.text for part in parts)


@dataclass
class Book:
    """All numbers and sentences of one document, by id."""

    numbers: dict[str, Number] = field(default_factory=dict)
    sentences: list[Sentence] = field(default_factory=list)

    def number(self, number: Number) -> Number:
        """Registers a number; the same id must mean the same number."""
        known = self.numbers.setdefault(number.id, number)
        if known != number:
            raise ValueError(f"two numbers share the id {number.id}")
        return known

    def estimate(self, id: str, name: str, estimate: Estimate, kind: Kind = "share", **trace: Any) -> Number:
        """Registers an estimate."""
        values = {key: float(getattr(estimate, key)) for key in ("value", "low", "high", "level", "mcse")}
        return self.number(Number(id, name, of=estimate.of, kind=kind, **values, **trace))

    def count(self, id: str, name: str, value: float, of: str, kind: Kind = "count", **trace: Any) -> Ref:
        """Registers an exact number and refers to it."""
        return Ref(self.number(Number(id, name, value, of=of, kind=kind, **trace)))

    def say(self, section: str, type: SentenceType, *parts: Part | Sequence[Part]) -> Sentence:
        """Adds a sentence to a section."""
        flat: list[Part] = []
        for part in parts:
            flat += [part] if isinstance(part, (str, Ref, Link, Given)) else part
        index = sum(sentence.section == section for sentence in self.sentences) + 1
        sentence = Sentence(f"{section}.{index}", section, type, tuple(flat))
        self.sentences.append(sentence)
        return sentence
