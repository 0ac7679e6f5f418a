"""What a model card is made of, before anybody decides how it is printed: text, tables and pictures as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

SCHEMA = 1
# What the model must not be used for, whatever the case.
NOT_FOR = ("tactical timing", "private intent", "the psychology of individuals")
ABOUT_THE_MODEL = "Everything here is a statement about the model, not about the world."

Look = Literal["always", "sometimes", "never", "plain"]


@dataclass(frozen=True)
class Table:
    """A table of plain text.

    Attributes
    ----------
    id
        Names the table in the JSON form.
    folded
        Whether a page shows its caption only, until it is asked for.
    """

    id: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    folded: bool = False


@dataclass(frozen=True)
class Box:
    """One word of a picture; ``ends`` marks what may end the dispute."""

    text: str
    look: Look = "plain"
    ends: bool = False


@dataclass(frozen=True)
class Lane:
    """A row of boxes with its name; ``step`` numbers what comes one after another."""

    name: str
    boxes: tuple[Box, ...]
    step: int | None = None


@dataclass(frozen=True)
class Picture:
    """Rows of boxes; with ``again`` the last row leads back to the first."""

    id: str
    title: str
    note: str
    lanes: tuple[Lane, ...]
    again: str = ""


@dataclass(frozen=True)
class Element:
    """One of the seven elements.

    Attributes
    ----------
    origin
        What the element is worked out from.
    """

    id: str
    title: str
    origin: str
    text: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Card:
    """The model card of a case.

    Attributes
    ----------
    family
        None for a case without a model.
    numbers
        Name → count, for a summary.
    """

    case: str
    title: str
    fictional: bool
    question: str
    cutoff: str
    family: str | None
    version: str
    numbers: dict[str, int]
    elements: tuple[Element, ...]

    def tables(self) -> Iterator[Table]:
        """All tables, in order."""
        for element in self.elements:
            yield from element.tables

    def table(self, id: str) -> Table:
        """The table of this id.

        Raises
        ------
        KeyError
            If there is none.
        """
        return {table.id: table for table in self.tables()}[id]

    def as_json(self) -> dict[str, Any]:
        """The card as data; a row of a table is a list."""
        return {"schema": SCHEMA, **asdict(self)}
