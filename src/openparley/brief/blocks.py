"""What a section is made of: sentences, tables, figures. The template knows these and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openparley.brief.cite import Part, Sentence

Cell = Sequence[Part]


@dataclass(frozen=True)
class Prose:
    """Sentences, each shown with its type."""

    sentences: tuple[Sentence, ...]
    style: str = ""
    kind: str = "prose"


@dataclass(frozen=True)
class Table:
    """A table with a caption; the first cell of a row is its heading.

    Attributes
    ----------
    anchors
        Ids of the rows, or empty.
    numeric
        Columns set flush right.
    style
        ``matrix`` for glyph cells, ``plain`` otherwise.
    """

    caption: str
    columns: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    anchors: tuple[str, ...] = ()
    numeric: tuple[int, ...] = ()
    style: str = "plain"
    kind: str = "table"


@dataclass(frozen=True)
class Panel:
    """One picture of a figure."""

    title: str
    svg: str


@dataclass(frozen=True)
class Figure:
    """Small multiples with the data behind them, folded unless ``open``."""

    id: str
    title: str
    panels: tuple[Panel, ...]
    table: Table
    note: str = ""
    open: bool = False
    kind: str = "figure"


@dataclass(frozen=True)
class Fold:
    """Blocks behind a summary line: closed on the screen, open on paper."""

    summary: str
    blocks: tuple[Block, ...]
    kind: str = "fold"


@dataclass(frozen=True)
class Evidence:
    """One cited entry, as the second click finds it."""

    id: str
    label: str
    paraphrase: str
    quote: str
    quote_state: str
    facts: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True)
class EvidenceList:
    """The cited entries."""

    items: tuple[Evidence, ...]
    kind: str = "evidence"


Block = Prose | Table | Figure | Fold | EvidenceList


@dataclass(frozen=True)
class Section:
    """A part of the page under one heading."""

    id: str
    title: str
    blocks: tuple[Block, ...]


def text_cells(*values: str) -> tuple[Cell, ...]:
    """Cells of bare text."""
    return tuple((value,) for value in values)
