"""What the caller says about a file that is in the case already: it fills what is missing and changes nothing that is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from openparley.record.intake.metadata import GIVEN_BASIS, Given
from openparley.record.intake.result import Cell
from openparley.record.sources import OUTLET_UNKNOWN, Source

__all__ = ["amended"]

COLUMNS = ("outlet", "author", "published", "kind", "origin", "title", "language")


def amended(sources: Mapping[str, Source], names: Iterable[str], says: Given) -> tuple[dict[str, Source], list[Cell]]:
    """The rows that change, by id, and every cell in which the caller says something else than stands there."""
    rows: dict[str, Source] = {}
    cells: list[Cell] = []
    for name in dict.fromkeys(names):
        source = sources.get(name)
        if source is None:
            continue
        found = [cell for column in COLUMNS if (cell := _cell(source, column, says))]
        cells += found
        fill: dict[str, Any] = {cell.column: getattr(says, cell.column) for cell in found if cell.filled}
        if "published" in fill:
            fill["published_basis"] = GIVEN_BASIS
        if fill:
            rows[name] = source.model_copy(update=fill)
    return rows, cells


def _cell(source: Source, column: str, says: Given) -> Cell | None:
    """The cell, if the caller says something about it that does not stand there; the usual kind says nothing."""
    there, given = getattr(source, column), getattr(says, column)
    if not given or given == there or (column == "kind" and given == Given.kind):
        return None
    missing = not there or (column == "outlet" and there == OUTLET_UNKNOWN)
    return Cell(source.id, column, str(there or ""), str(given), missing)
