"""Word lists as data: tables that came with the program, and those of the same name in the case's folder ``lexicon/``.

A row of the case stands before the program's rows, so that it wins where the first match counts.
"""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from openparley.errors import CaseError, Complaint, did_you_mean, one_of, quoted

__all__ = ["Lexicon", "Row", "bad_value"]

DATA = Path(__file__).resolve().parent / "data"
FOLDER = "lexicon"
COMMENT = "#"
# Read by `openparley.record.boilerplate`, from the same folder of the case.
BOILERPLATE = "boilerplate.toml"
_Built = TypeVar("_Built")


class Row(NamedTuple):
    """One row of a table: its cells by column, stripped, and where it stands."""

    cells: Mapping[str, str]
    file: str
    line: int

    def words(self, column: str, separator: str = "|") -> tuple[str, ...]:
        """A cell that holds several words."""
        return tuple(word.strip() for word in self.cells[column].split(separator) if word.strip())


class Lexicon:
    """The tables for one case.

    Parameters
    ----------
    extra
        The case's folder ``lexicon/``; None or a folder that does not exist for the program's tables alone.
    """

    def __init__(self, extra: Path | None = None) -> None:
        self.extra = extra if extra is not None and extra.is_dir() else None
        self._built: dict[Any, Any] = {}

    def rows(self, name: str, columns: Sequence[str]) -> list[Row]:
        """The rows of the table ``name``, the case's first.

        Raises
        ------
        CaseError
            If a table cannot be read or lacks a column, with file and line.
        """
        own = _table(self.extra / name, f"{FOLDER}/{name}", tuple(columns)) if self.extra and (self.extra / name).is_file() else []
        return [*own, *_shipped(name, tuple(columns))]

    def build(self, make: Callable[[Lexicon], _Built]) -> _Built:
        """What ``make`` builds from the tables, built once a lexicon."""
        if make not in self._built:
            self._built[make] = make(self)
        return self._built[make]

    def digest(self) -> str:
        """SHA-256 over the case's tables; with the program's version it says by which words a text was read."""
        total = hashlib.sha256()
        for path in sorted(self.extra.iterdir()) if self.extra else ():
            if path.is_file():
                total.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
        return total.hexdigest()

    def unknown_files(self) -> list[Complaint]:
        """Files of the case's folder that are no table: a misspelt name would silently do nothing."""
        names = [*sorted(path.name for path in DATA.glob("*.csv")), BOILERPLATE]
        found = []
        for path in sorted(self.extra.iterdir()) if self.extra else ():
            if path.is_file() and not path.name.startswith(".") and path.name not in names:
                hint = did_you_mean(path.name, names) or f"Tables are: {one_of(list(names))}."
                message = "there is no table of this name, so nothing reads it."
                found.append(Complaint(f"{FOLDER}/{path.name}", None, None, path.name, list(names), hint, message))
        return found


def bad_value(row: Row, column: str, value: str, allowed: Sequence[str]) -> CaseError:
    """The error about a cell whose value is not among those allowed."""
    hint = did_you_mean(value, allowed) or f"Allowed: {one_of(list(allowed))}."
    return CaseError(Complaint(row.file, row.line, None, value, list(allowed), hint, f"{column}: {quoted(value)} is not allowed here."))


def share_in(row: Row, column: str) -> float:
    """The share that a cell holds.

    Raises
    ------
    CaseError
        If it is no number from 0 to 1.
    """
    cell = row.cells[column]
    try:
        share = float(cell)
    except ValueError:
        share = math.nan
    if not 0 <= share <= 1:
        raise CaseError(Complaint(row.file, row.line, None, cell, "0 to 1", None, f"{column}: a share from 0 to 1 is wanted."))
    return share


@cache
def _shipped(name: str, columns: tuple[str, ...]) -> tuple[Row, ...]:
    return tuple(_table(DATA / name, f"data/{name}", columns))


def _table(path: Path, shown: str, columns: tuple[str, ...]) -> list[Row]:
    """Rows of a CSV table with a header; lines that start with “#” are comments."""
    try:
        lines = path.read_bytes().decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise CaseError(Complaint(shown, None, None, None, "UTF-8", "Save the table as UTF-8.", f"not UTF-8: {error.reason}.")) from None
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if line.strip() and not line.lstrip().startswith(COMMENT)]
    if not numbered:
        return []
    header = [cell.strip() for cell in next(csv.reader([numbered[0][1]]))]
    missing = [column for column in columns if column not in header]
    if missing:
        message = f"the column {quoted(missing[0])} is missing; columns are: {one_of(list(columns))}."
        raise CaseError(Complaint(shown, numbered[0][0], None, None, list(columns), did_you_mean(missing[0], header), message))
    found: list[Row] = []
    for number, line in numbered[1:]:
        cells = next(csv.reader([line]))
        if len(cells) != len(header):
            message = f"{len(cells)} cells, but the header has {len(header)} columns."
            raise CaseError(Complaint(shown, number, None, line, header, "A cell that holds a comma needs quotation marks.", message))
        found.append(Row(dict(zip(header, (cell.strip() for cell in cells), strict=True)), shown, number))
    return found
