"""Rows under named columns, read back from a run's CSV or made anew, and as a data frame with a type for every column."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from openparley.errors import ParleyError

if TYPE_CHECKING:
    import pandas as pd

WHOLE = re.compile(r"-?\d+")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
# Names, ids and lists of them stay words whatever they look like.
WORDS = frozenset(
    (
        "about",
        "account",
        "actor",
        "assumption",
        "at",
        "between",
        "column",
        "id",
        "kind",
        "lever",
        "move",
        "note",
        "of",
        "outcome",
        "without",
    )
)


@dataclass(frozen=True)
class Grid:
    """Rows of a table.

    Attributes
    ----------
    rows
        Python values in the order of the columns; None, or an empty text among other things than texts, is missing.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


def from_csv(text: str) -> Grid:
    r"""A table that a run writes, its cells read as what all of their column are: whole numbers, numbers, days, yes or no, or words.

    Examples
    --------
    >>> from_csv("actor,week,share\nmediator,2026-01-05,0.5\n").rows
    [('mediator', datetime.date(2026, 1, 5), 0.5)]
    """
    header, *lines = csv.reader(io.StringIO(text))
    columns = [_read(name, [line[i] for line in lines]) for i, name in enumerate(header)]
    return Grid(header, list(zip(*columns, strict=True)) if lines else [])


def of_rows(rows: Iterable[Mapping[str, Any]]) -> Grid:
    """A table of rows that name their columns; what a row lacks is missing."""
    listed = list(rows)
    columns = list(dict.fromkeys(name for row in listed for name in row))
    return Grid(columns, [tuple(row.get(name) for name in columns) for row in listed])


def of_things(kind: type, things: Iterable[Any]) -> Grid:
    """One row a dataclass of this kind; its fields are the columns also where there is none."""
    rows = [flat(thing) for thing in things]
    return of_rows(rows) if rows else Grid([field.name for field in fields(kind)], [])


def flat(thing: Any, prefix: str = "") -> dict[str, Any]:
    """The fields of a dataclass as one row, those of a dataclass within it under its name; lists and tables as JSON."""
    row: dict[str, Any] = {}
    for field in fields(thing):
        value, name = getattr(thing, field.name), f"{prefix}{field.name}"
        if is_dataclass(value):
            row |= flat(value, f"{name}_")
        else:
            row[name] = _one(value)
    return row


def as_frame(grid: Grid) -> pd.DataFrame:
    """The table as a data frame: days as ``datetime64``, whole numbers, numbers, truth values and texts each with their type.

    Raises
    ------
    ParleyError
        If pandas is not installed.
    """
    pandas = _pandas()
    columns = zip(*grid.rows, strict=True) if grid.rows else [()] * len(grid.columns)
    return pandas.DataFrame({name: _series(pandas, values) for name, values in zip(grid.columns, columns, strict=True)})


def _pandas() -> Any:
    try:
        import pandas
    except ImportError:
        raise ParleyError("a data frame needs pandas.", hint='Install it: pip install "openparley[frames]".') from None
    return pandas


def _read(name: str, cells: Sequence[str]) -> list[Any]:
    there = [cell for cell in cells if cell]
    if name in WORDS or not there:
        return list(cells)
    kinds: Sequence[tuple[Callable[[str], bool], Callable[[str], Any]]] = (
        (lambda cell: bool(WHOLE.fullmatch(cell)), int),
        (_is_number, float),
        (lambda cell: bool(DAY.fullmatch(cell)), date.fromisoformat),
        (lambda cell: cell in ("True", "False"), lambda cell: cell == "True"),
    )
    read = next((read for fits, read in kinds if all(map(fits, there))), None)
    return list(cells) if read is None else [read(cell) if cell else None for cell in cells]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _series(pandas: Any, values: Sequence[Any]) -> Any:
    plain = [_one(value) for value in values]
    there = [value for value in plain if value is not None and value != ""]
    kinds = {type(value) for value in there}
    full = len(there) == len(plain)
    known = [value if value != "" else None for value in plain]
    if kinds and kinds <= {date, datetime}:
        return pandas.to_datetime(pandas.Series(known), utc=True if datetime in kinds else None)
    if kinds == {bool}:
        return pandas.Series(known, dtype="bool" if full else "boolean")
    if kinds == {int}:
        return pandas.Series(known, dtype="int64" if full else "Int64")
    if kinds and kinds <= {int, float}:
        return pandas.Series([math.nan if value is None else float(value) for value in known], dtype="float64")
    return pandas.Series([None if value is None else str(value) for value in plain], dtype="str")


def _one(value: Any) -> Any:
    """A value as one cell: NumPy's numbers as Python's, lists of words as words, what has parts as JSON."""
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, str | int | float | date):
        return value
    if isinstance(value, tuple | list) and all(isinstance(item, str) for item in value):
        return " ".join(value)
    if isinstance(value, tuple | list) and all(isinstance(item, date) for item in value):
        return " ".join(item.isoformat() for item in value)
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    return flat(value) if is_dataclass(value) else dict(value) if isinstance(value, Mapping) else str(value)
