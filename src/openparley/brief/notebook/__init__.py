"""Results in a notebook: static HTML with the brief's charts, Markdown, data frames.

`openparley._display.Shown` gives every result the three methods and comes here when one is called. The modules ``_LAYER…`` of
this package say what is shown of the results of one layer, by the name of their type; a result that none of them knows shows its
fields.
"""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from openparley.brief.notebook.fields import fields_view
from openparley.brief.notebook.grids import Grid, as_frame
from openparley.brief.notebook.view import View
from openparley.brief.words import UNKNOWN
from openparley.errors import ParameterError, did_you_mean, one_of, quoted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["frame", "html", "markdown", "tables_of", "view"]

SHOWN_ROWS = 12


@cache
def views(layer: str) -> dict[str, Callable[[Any], View]]:
    """How each type of result of a layer is shown, by its name; nothing of other layers is imported for it."""
    found: dict[str, Callable[[Any], View]] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name.startswith(f"_{layer}"):
            found |= importlib.import_module(f"{__name__}.{module.name}").VIEWS
    return found


def view(result: Any) -> View:
    """What is shown of a result."""
    kind = type(result)
    _, layer, *_ = kind.__module__.split(".")
    return views(layer).get(kind.__name__, fields_view)(result)


def html(result: Any) -> str:
    """A heading, what there is to say, a short table, the pictures; nothing that runs or fetches."""
    seen = view(result)
    parts = [f"<h4>{escape(seen.title)}</h4>", *(f"<p>{escape(sentence)}</p>" for sentence in seen.said)]
    table, more = _short(seen)
    if table.rows:
        head = "".join(f"<th>{escape(name)}</th>" for name in table.columns)
        rows = "".join(f"<tr>{''.join(f'<td>{escape(_text(cell))}</td>' for cell in row)}</tr>" for row in table.rows)
        parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
    parts += [f"<p>{escape(more)}</p>"] if more else []
    parts += [f"<figure><figcaption>{escape(title)}</figcaption>{drawn}</figure>" for title, drawn in seen.pictures()]
    return f"<section>{''.join(parts)}</section>"


def markdown(result: Any) -> str:
    """The same without the pictures."""
    seen = view(result)
    parts = [f"**{_cell(seen.title)}**", *map(_cell, seen.said)]
    table, more = _short(seen)
    if table.rows:
        lines = [table.columns, ["---"] * len(table.columns), *table.rows]
        parts.append("\n".join(f"| {' | '.join(_cell(_text(cell)) for cell in line)} |" for line in lines))
    return "\n\n".join([*parts, more] if more else parts) + "\n"


def frame(result: Any, table: str = "") -> pd.DataFrame:
    """A tidy table of a result, or of a list of results of one kind, as a data frame; see `openparley._display.Shown.to_frame`."""
    if isinstance(result, Sequence):
        grids = [_grid(one, table) for one in result]
        columns = grids[0].columns if grids else ()
        return as_frame(Grid(columns, [row for grid in grids for row in grid.rows]))
    return as_frame(_grid(result, table))


def tables_of(result: Any) -> tuple[str, ...]:
    """Names of the tables of a result, the first first."""
    return tuple(view(result).tables)


def _grid(result: Any, table: str) -> Grid:
    tables = view(result).tables
    name = table or next(iter(tables))
    if name not in tables:
        message = f"{type(result).__name__} has no table {quoted(name)}; there is {one_of(tuple(tables))}."
        raise ParameterError(message, hint=did_you_mean(name, tables))
    return tables[name]()


def _short(seen: View) -> tuple[Grid, str]:
    """As many rows as a cell has room for, and how many there are beyond."""
    table = seen.summary
    beyond = len(table.rows) - SHOWN_ROWS
    more = f"{beyond} more; `.to_frame()` has all rows." if beyond > 0 else ""
    return Grid(table.columns, table.rows[:SHOWN_ROWS]), more


def _text(cell: Any) -> str:
    if isinstance(cell, float | np.floating):
        return UNKNOWN if math.isnan(cell) else f"{cell:.4g}"
    return "" if cell is None else str(cell)


def _cell(text: str) -> str:
    """Words of a case or a report are words, whatever a notebook makes of tags in Markdown."""
    return " ".join(escape(text, quote=False).replace("|", r"\|").split())
