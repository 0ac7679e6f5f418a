"""The work that is timed: all charts of a brief, and the whole brief as written to a folder."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.brief.prepared import prepared
from openparley.brief import write_brief
from openparley.brief.blocks import Table
from openparley.brief.charts import discover
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.figures import draw
from openparley.brief.lexicon import lexicon
from openparley.record.case import open_case


def charts(name: str, folder: str | None) -> dict[str, float]:
    """Draws every chart of a case; how many pictures, and the bytes of their markup."""
    return charts_of(context(name, folder))


def context(name: str, folder: str | None) -> Context:
    case = open_case(name)
    posterior, forecast, run = prepared(case, folder and Path(folder))
    return Context(Facts.of(case), posterior, forecast, run, lexicon(case.file.lexicon))


def charts_of(made: Context) -> dict[str, float]:
    nothing = Table("", (), ())
    drawn = [one for chart in discover() if (one := draw(made, chart, nothing)) is not None]
    panels = [panel for one in drawn for panel in one.figure.panels]
    return {"charts": len(drawn), "panels": len(panels), "bytes": sum(len(panel.svg.encode()) for panel in panels)}


def page(name: str, folder: str | None) -> dict[str, float]:
    """Writes the brief of a case; bytes of the page."""
    case = open_case(name)
    return page_of(case, *prepared(case, folder and Path(folder)))


def page_of(case, posterior, forecast, run) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as out:
        paths = write_brief(case, posterior, forecast, run, Path(out))
        return {"bytes": paths.html.stat().st_size, "files": 2 + len(paths.charts)}
