"""What comes out of a file, whatever its format: its text, what its markup says about it, or why there is none."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Document", "NotReadable"]


@dataclass(frozen=True)
class Document:
    """A text and what the file says about it; what it does not say is empty.

    Attributes
    ----------
    text
        As it will be kept and coded; offsets count its code points.
    published
        Day of publication as ``YYYY-MM-DD``.
    published_basis
        Where in the file the day stands.
    encoding
        How the bytes were read.
    notes
        What somebody should know who relies on the text, as sentences.
    """

    text: str
    title: str = ""
    author: str = ""
    outlet: str = ""
    url: str = ""
    published: str = ""
    published_basis: str = ""
    language: str = ""
    encoding: str = "utf-8"
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For the way from the process that parses to the one that asked."""
        return asdict(self)

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Document:
        """The other way round."""
        return cls(**{**row, "notes": tuple(row["notes"])})


class NotReadable(Exception):
    """A file cannot become a document.

    Attributes
    ----------
    reason
        Why, as a sentence.
    hint
        What to do, as a sentence.
    """

    def __init__(self, reason: str, hint: str) -> None:
        self.reason, self.hint = reason, hint
        super().__init__(f"{reason} {hint}")
