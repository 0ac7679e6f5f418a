"""Figures from charts: each panel as SVG, the data as a table, the specification and the CSV for the folder beside the page."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from altair.utils.schemapi import debug_mode

from openparley.brief.blocks import Figure, Panel, Table
from openparley.brief.charts import discover
from openparley.brief.charts._look import panels
from openparley.brief.context import Context, slug
from openparley.brief.svg import pictured, specification, stacked


@dataclass(frozen=True)
class Drawn:
    """A chart as drawn for the page and as published beside it."""

    figure: Figure
    specification: str
    table: str


def draw(context: Context, name: str, table: Table, note: str = "", *, open: bool = False) -> Drawn | None:
    """The chart of this name, or None when the case has no data for it.

    Parameters
    ----------
    name
        File name of the chart.
    table
        The data behind the chart, for readers.
    note
        What the marks mean.
    open
        Whether the table is shown unfolded, because it says more than the picture.
    """
    module = discover()[name]
    rows = module.data(context)
    if not rows:
        return None
    with debug_mode(False):  # see `openparley.brief.svg.specification`
        return _drawn(module, name, rows, table, note, open)


def _drawn(module: ModuleType, name: str, rows: list[dict[str, Any]], table: Table, note: str, open: bool) -> Drawn:
    pictures, specifications = [], []
    for index, (panel, group) in enumerate(panels(rows).items()):
        # what the marks mean is said once a figure
        means = "" if index else f"{note.split('.')[0]}. The table below holds the data."
        specifications.append(specification(module.chart(group)))
        picture = pictured(specifications[-1], f"fig-{slug(name)}-{index}", f"{module.TITLE}: {panel}", means)
        pictures.append(Panel(panel, picture))
    figure = Figure(f"figure-{slug(name)}", module.TITLE, tuple(pictures), table, note, open)
    published = json.dumps(stacked(specifications), ensure_ascii=False, indent=1)
    return Drawn(figure, published, _csv(rows))


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    columns = list(dict.fromkeys(key for row in rows for key in row if key != "href"))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: " ".join(value) if isinstance(value, list) else value for key, value in row.items()})
    return out.getvalue()
