"""The record as flat tables that all formats share, and the same tables taken apart for formats that know no lists."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

__all__ = ["JOIN", "Column", "Export", "Row", "Table", "cell", "relational", "text_rows"]

# Between the values of a list in one readable cell.
JOIN = "; "
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds.

    Attributes
    ----------
    type
        ``span`` is a stretch of a source, ``list`` several texts; the others are what they say.
    allowed
        The words that may stand there; empty when anything may.
    references
        The table whose ``id`` stands there, or in each value of a list.
    child, each
        Of a list: the table that holds its values one a row, and what that table calls them.
    unit
        Of a number.
    """

    name: str
    type: Literal["string", "integer", "number", "boolean", "date", "datetime", "json", "list", "span"]
    description: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    references: str = ""
    child: str = ""
    each: str = ""
    unit: str = ""

    @property
    def meaning(self) -> str:
        """The description with the unit."""
        return f"{self.description} Unit: {self.unit}." if self.unit else self.description


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one kind of thing.

    Attributes
    ----------
    key
        The columns that tell the rows apart.
    facets
        Columns worth counting by.
    label
        The column that names a row to a reader; empty when none does.
    one
        What a single row is called by tables that refer to it.
    """

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    key: tuple[str, ...] = ("id",)
    facets: tuple[str, ...] = ()
    label: str = ""
    one: str = ""

    def values(self) -> Iterator[tuple[Any, ...]]:
        """The rows as tuples, in the order of the columns."""
        for row in self.rows:
            yield tuple(row[column.name] for column in self.columns)


@dataclass(frozen=True, slots=True)
class Export:
    """A case, flattened.

    Attributes
    ----------
    tables
        By name, in an order in which every table follows those it refers to; except that statuses, links and reviews may
        name what is not in the export, which then stands in a column without a reference.
    texts
        Texts of the sources by id; empty unless asked for.
    sha256
        Hash of everything the case was read from, for telling two exports apart.
    license
        Name, title and address of the licence; empty when the case states none.
    accepted
        Whether only accepted entries are in it.
    """

    name: str
    title: str
    description: str
    tables: Mapping[str, Table]
    texts: Mapping[str, str]
    sha256: str
    license: tuple[str, ...]
    accepted: bool

    def counts(self) -> dict[str, int]:
        """Rows by table."""
        return {name: len(table.rows) for name, table in self.tables.items()}


# How values of a type are written; texts and numbers are written as they are.
_WRITTEN: dict[str, Callable[[Any], str]] = {
    "boolean": ("false", "true").__getitem__,
    "date": date.isoformat,
    "datetime": lambda value: value.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "json": lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True),
    "list": JOIN.join,
}


def cell(value: Any, kind: str) -> str:
    """A value of a column's type as the text of one cell; a missing one is empty.

    Examples
    --------
    >>> cell(("party_a", "party_b"), "list"), cell(True, "boolean"), cell(None, "date"), cell(date(2025, 3, 4), "date")
    ('party_a; party_b', 'true', '', '2025-03-04')
    """
    return "" if value is None else _WRITTEN.get(kind, str)(value)


def text_rows(table: Table, other: Mapping[str, Callable[[Any], Any]] | None = None) -> Iterator[list[Any]]:
    """The rows in the order of the columns, with texts and numbers as they are, missing values None, and the rest as text.

    ``other`` says how to write a type otherwise.
    """
    how = {**_WRITTEN, **(other or {})}
    columns = [(column.name, how.get(column.type)) for column in table.columns]
    for row in table.rows:
        cells = ((row[name], write) for name, write in columns)
        yield [value if write is None or value is None else write(value) for value, write in cells]


def relational(export: Export) -> list[Table]:
    """The tables with one value a cell.

    A list becomes a readable cell and a table of its own that names the row, the position (from 0) and the value; a span becomes
    its offsets, its hash and its head.
    """
    flat: list[Table] = []
    for table in export.tables.values():
        children = [_child(table, column) for column in table.columns if column.type == "list"]
        spans = [column.name for column in table.columns if column.type == "span"]
        columns = tuple(flattened for column in table.columns for flattened in _flattened(column))
        lists = [column.name for column in table.columns if column.type == "list"]
        rows = tuple(_flat_row(row, spans, lists) for row in table.rows)
        flat += [replace(table, columns=columns, rows=rows), *children]
    return flat


def _flattened(column: Column) -> Sequence[Column]:
    if column.type == "list":
        text = f"{column.description} In a readable cell; one a row in {column.child}."
        return (Column(column.name, "string", text, column.required),)
    if column.type == "span":
        return span_columns()
    return (column,)


def span_columns() -> tuple[Column, ...]:
    """Offsets, hash and head of a span."""
    return (
        Column("span_start", "integer", "Where the words begin in the source, counted from 0.", True, unit="Unicode code points"),
        Column("span_end", "integer", "Where they end; this code point is not part of them.", True, unit="Unicode code points"),
        Column("span_sha256", "string", "SHA-256 of the words as UTF-8.", True),
        Column("span_head", "string", "The first words, four at most, so that a person finds the place."),
    )


def _flat_row(row: Row, spans: Sequence[str], lists: Sequence[str]) -> Row:
    flat = dict(row)
    for name in lists:
        flat[name] = JOIN.join(row[name]) or None
    for name in spans:
        span = flat.pop(name)
        flat |= {"span_start": span["start"], "span_end": span["end"], "span_sha256": span["sha256"], "span_head": span["head"]}
    return flat


def _child(table: Table, column: Column) -> Table:
    """The values of a list, one a row."""
    columns = (
        Column(table.one, "string", f"The row of {table.name} that the value belongs to.", True, references=table.name),
        Column("position", "integer", "Place in the list, from 0.", True),
        Column(column.each, "string", column.description, True, column.allowed, column.references),
    )
    rows = tuple(
        {table.one: row["id"], "position": position, column.each: value}
        for row in table.rows
        for position, value in enumerate(row[column.name])
    )
    title = f"{table.title}: {column.name.replace('_', ' ')}"
    facets = (column.each,) if column.allowed or column.references else ()
    return Table(column.child, title, f"{column.description} One a row.", columns, rows, (table.one, "position"), facets)
