"""Evidence is offset and hash: where the words are and proof that they are the same words, without the words."""

from __future__ import annotations

import hashlib

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

__all__ = ["ContentSpan", "Span", "make_span", "read_text", "sha256", "verify"]

HEAD_WORDS = 4


def sha256(data: bytes | str) -> str:
    """Hexadecimal SHA-256; of text, over its UTF-8 bytes."""
    return hashlib.sha256(data.encode("utf-8") if isinstance(data, str) else data).hexdigest()


class ContentSpan(BaseModel):
    """A stretch of a source: Unicode code points from ``start`` up to but not including ``end``, and their SHA-256."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: int = Field(ge=0, strict=True)
    end: int = Field(ge=1, strict=True)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")

    @model_validator(mode="after")
    def _has_length(self) -> ContentSpan:
        if self.end <= self.start:
            raise PydanticCustomError(
                "span_order", "the span ends at {end}, not after its start at {start}", {"start": self.start, "end": self.end}
            )
        return self


class Span(ContentSpan):
    """A stretch of a source with its first words, four at most, so that a person finds the place."""

    head: str = ""

    @model_validator(mode="after")
    def _short_head(self) -> Span:
        words = len(self.head.split())
        if words > HEAD_WORDS:
            raise PydanticCustomError(
                "span_head", "“head” holds {words} words; at most four words of a source are stored", {"words": words}
            )
        return self


def read_text(data: bytes) -> str:
    """Decode a source's raw bytes as UTF-8 and change nothing: no BOM, newline or composition change.

    Raises
    ------
    UnicodeDecodeError
        If the bytes are not UTF-8.
    """
    return data.decode("utf-8")


def make_span(text: str, start: int, end: int) -> Span:
    """The span of ``text[start:end]`` with its hash and head.

    Raises
    ------
    ValueError
        If the stretch is empty or lies outside the text.

    Examples
    --------
    >>> span = make_span("The mediator set a deadline.", 4, 12)
    >>> span.head, verify(span, "The mediator set a deadline."), verify(span, "The Mediator set a deadline.")
    ('mediator', True, False)
    """
    if not 0 <= start < end <= len(text):
        raise ValueError(f"no text at {start}–{end}: the text has {len(text)} code points")
    words = text[start:end]
    return Span(start=start, end=end, sha256=sha256(words), head=" ".join(words.split()[:HEAD_WORDS]))


def verify(span: ContentSpan, text: str) -> bool:
    """Whether the words at the span's offsets are, byte for byte, the words it was made from."""
    if span.end > len(text):
        return False
    try:
        return sha256(text[span.start : span.end]) == span.sha256
    except UnicodeEncodeError:
        return False
