"""The role of a coder: a text goes in, proposals come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from openparley.errors import ParleyError
from openparley.record.casefile import Actor
from openparley.record.coders.draft import Draft
from openparley.record.sources import Source

__all__ = ["Coded", "Coder", "Document", "UnfinishedError"]


class UnfinishedError(ParleyError):
    """The coder cannot go on – a budget is spent, an endpoint is gone –; documents before this one are coded."""


@dataclass(frozen=True)
class Document:
    """A source with its text, and what the record held before it.

    Attributes
    ----------
    earlier
        Rows of the commitments that other sources made known, reviewed or proposed: a report may say what came of them.
    """

    source: Source
    text: str
    earlier: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Coded:
    """What a coder made of one document.

    Attributes
    ----------
    drafts
        Proposals in the order of their place.
    actors
        Actors that the drafts name and the case does not know, by the id that the drafts use.
    abstained
        Number of candidates that were not sure enough to be proposed.
    notes
        What a person should know about this reading, such as a paragraph that could not be coded.
    unread
        Why nothing of the document could be read, as a sentence; such a document is not marked as read. Empty otherwise.
    """

    drafts: tuple[Draft, ...]
    actors: Mapping[str, Actor] = field(default_factory=dict)
    abstained: int = 0
    notes: tuple[str, ...] = ()
    unread: str = ""


@runtime_checkable
class Coder(Protocol):
    """Anything that codes documents; deterministic where it can be.

    Attributes
    ----------
    name
        Stands in ``coder.name`` of the entries.
    version
        Changes when the coder would propose something else for the same text.
    """

    name: str
    version: str

    def digest(self) -> str:
        """Hash of the settings and word lists that decide what is proposed."""
        ...

    def code(self, document: Document) -> Coded:
        """Read one document."""
        ...
