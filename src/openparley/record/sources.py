"""``sources.csv``: one row a document, with who wrote it, who it goes back to and the hash of its text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from openparley.errors import Complaint, did_you_mean, one_of, quoted
from openparley.record.fields import Day, Ident, Model, Text, Whole
from openparley.record.wording import complaints_from

__all__ = ["COLUMNS", "OUTLET_UNKNOWN", "Source", "read_sources", "write_sources"]

# Stands in the column that may not be empty; sources with it have no outlet in common.
OUTLET_UNKNOWN = "not stated"


class Source(Model):
    """One document.

    ``reliability`` is the source's grade A–F or nothing; a missing grade is missing and never enters arithmetic.
    """

    id: Ident
    outlet: Text
    author: str = ""
    title: str = ""
    url: str = ""
    published: Day | None = None
    published_basis: str = ""
    retrieved: Day | None = None
    kind: Literal["news", "analysis", "opinion", "official", "transcript", "wire"]
    origin: str = ""
    reliability: Literal["A", "B", "C", "D", "E", "F"] | None = None
    language: str = ""
    text_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    chars: Annotated[Whole, Field(ge=1)]


COLUMNS: tuple[str, ...] = tuple(Source.model_fields)
NEEDED = tuple(name for name, field in Source.model_fields.items() if field.is_required())


def read_sources(text: str, file: str = "sources.csv") -> tuple[dict[str, Source], dict[str, int], list[Complaint]]:
    """Sources by id, their rows, and every complaint. A byte-order mark and semicolons, as spreadsheets write them, are fine."""
    text = text.removeprefix("\ufeff")
    complaints: list[Complaint] = []
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        hint = "A quotation mark inside a cell is written twice, and every opening one needs its closing one."
        return {}, {}, [Complaint(file, None, None, None, None, hint, f"the table cannot be read: {error}.", rank=0)]
    names = [name.strip() for name in table[0]] if table else []
    complaints += _header_complaints(names, file)
    if any(complaint.rank == 0 for complaint in complaints):
        return {}, {}, complaints
    sources: dict[str, Source] = {}
    rows: dict[str, int] = {}
    for row, cells in enumerate(table[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            message = f"{len(cells)} cells, but the header has {len(names)} columns."
            hint = "A cell that holds a comma needs quotation marks."
            complaints.append(Complaint(file, row, cells[0] or None, len(cells), len(names), hint, message, noun="source", rank=2))
            continue
        source, found = _source(dict(zip(names, cells, strict=True)), row, file)
        complaints += found
        item = cells[names.index("id")].strip()
        if item in rows:
            message = f"the id {quoted(item)} is already used in row {rows[item]}."
            complaints.append(Complaint(file, row, item, item, None, "Give every source an id of its own.", message, noun="source", rank=3))
        elif item:
            # A row with a mistake still names a source, or every entry from it would be reported as well.
            rows[item] = row
            if source is not None:
                sources[item] = source
    return sources, rows, complaints


def write_sources(sources: Iterable[Source]) -> bytes:
    """The table as UTF-8 with commas, in the order of `COLUMNS`."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for source in sources:
        values: Mapping[str, Any] = source.model_dump(mode="json")
        writer.writerow(["" if values[name] is None else values[name] for name in COLUMNS])
    return out.getvalue().encode("utf-8")


def _header_complaints(names: list[str], file: str) -> list[Complaint]:
    """Missing, unknown and repeated columns."""
    complaints: list[Complaint] = []
    missing = [name for name in NEEDED if name not in names]
    for name in missing:
        allowed = list(COLUMNS)
        message = f"the column “{name}” is missing; columns are: {one_of(allowed)}."
        complaints.append(Complaint(file, 1, None, None, allowed, did_you_mean(name, names), message, rank=0))
    for name in names:
        if name not in COLUMNS and did_you_mean(name, missing) is None:
            hint = did_you_mean(name, COLUMNS) or f"Columns are: {one_of(list(COLUMNS))}."
            complaints.append(Complaint(file, 1, None, name, list(COLUMNS), hint, f"{quoted(name)} is not a column here.", rank=2))
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        complaints.append(Complaint(file, 1, None, twice, None, None, f"the column “{twice}” stands twice.", rank=0))
    return complaints


def _source(cells: dict[str, str], row: int, file: str) -> tuple[Source | None, list[Complaint]]:
    """One row as a source; empty cells are missing values."""
    filled: dict[str, Any] = {name: cell.strip() for name, cell in cells.items() if name in COLUMNS and cell.strip()}
    if filled.get("chars", "").isascii() and filled.get("chars", "").isdigit():
        filled["chars"] = int(filled["chars"])
    if "text_sha256" in filled:
        filled["text_sha256"] = filled["text_sha256"].lower()
    try:
        return Source.model_validate(filled), []
    except ValidationError as error:
        item = filled.get("id")
        return None, list(complaints_from(error, Source, lambda path: (file, row, "source", item)))
