"""What became of the files that were given to a case."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from openparley.errors import Complaint

__all__ = ["Added", "Cell", "Duplicate", "Echo", "Intake"]


@dataclass(frozen=True)
class Added:
    """A document that is now in the case.

    Attributes
    ----------
    id
        Of its row in ``sources.csv``.
    file
        The file or address as it was given.
    published, published_basis
        The day of publication, ISO, and where it was read; both empty when it is not known.
    chars
        Length of the text in code points.
    encoding
        How its bytes were read.
    missing
        Columns that neither the file nor the caller filled.
    notes
        What somebody should know who relies on it, as sentences.
    """

    id: str
    file: str
    outlet: str
    title: str
    published: str
    published_basis: str
    language: str
    chars: int
    encoding: str
    missing: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Duplicate:
    """A file whose content is in the case.

    Attributes
    ----------
    of
        Id of the source that it repeats.
    same
        ``bytes`` or ``text``: what is the same.
    again
        Whether this very file was added before; then it is no news.
    """

    file: str
    of: str
    same: str
    again: bool


@dataclass(frozen=True)
class Cell:
    """A cell of ``sources.csv`` about which the caller says something for a file that was in the case before.

    Attributes
    ----------
    id
        Of the row.
    column
        ``published``, ``outlet``, …
    there, given
        What stands in it, and what the caller says.
    filled
        Whether nothing was there, so that it was filled in; what is there is never changed.
    """

    id: str
    column: str
    there: str
    given: str
    filled: bool


@dataclass(frozen=True)
class Echo:
    """A source that goes back to the same origin as another, and why that is thought.

    Attributes
    ----------
    of
        The source that it has its wording in common with; empty when its own words credit an agency.
    origin
        What stands in ``origin`` now, the same for the whole group.
    share
        Part of the runs of five words of the shorter text that the longer has too, 0 to 1; None without another text.
    """

    id: str
    of: str
    origin: str
    share: float | None
    reason: str


@dataclass(frozen=True)
class Intake:
    """What became of every file: added, a duplicate, refused, or left.

    Attributes
    ----------
    refused
        One complaint for each file that could not be added.
    left
        Files in folders that no format is for.
    remaining
        Files that were not looked at because somebody stopped the work.
    cells
        What the caller says about files that were in the case before: filled in where nothing stood, else left alone.
    """

    root: Path
    added: tuple[Added, ...]
    duplicates: tuple[Duplicate, ...]
    echoes: tuple[Echo, ...]
    refused: tuple[Complaint, ...]
    left: tuple[Path, ...]
    remaining: int = 0
    cells: tuple[Cell, ...] = ()

    @property
    def interrupted(self) -> bool:
        """Whether somebody stopped the work."""
        return self.remaining > 0
