"""Fifty countable futures of the headline: in how many does it happen, and when."""

from __future__ import annotations

import altair as alt

from openparley.brief.charts._look import COLOURS, INK, PAPER, SIZE, SOFT, WIDTH, Framed, Row, Sheet, drawn, framed, linked
from openparley.brief.context import Context
from openparley.brief.words import day

TITLE = "Fifty futures"
QUESTION = "In how many of fifty futures does the headline happen, and when?"
READ = "Each dot is one future of equal weight; a filled one happens, in the week that its number says. Count them."
ACROSS = 10
CELL = 27


def data(context: Context) -> list[Row]:
    """One row a future, those in which it happens first, soonest first."""
    id = context.headline
    sample = context.forecast.futures_sample.get(id, ())
    order = sorted(sample, key=lambda week: (week < 0, week))
    panel = (
        f"Each dot is one future of equal weight: does it come about that "
        f"{context.facts.mid(context.outcome_name(id))} by {context.horizon}?"
    )
    rows: list[Row] = []
    for index, week in enumerate(order):
        by = day(context.forecast.weeks[week].end) if week >= 0 else ""
        common = {"panel": panel, "part": "dot", "x": index % ACROSS, "y": index // ACROSS, "href": f"#n-p-{id}"}
        rows.append(
            {
                **common,
                "happens": week >= 0,
                "week": week + 1 if week >= 0 else None,
                "says": f"happens by {by}" if by else "does not happen",
            }
        )
    return rows


def chart(rows: list[Row]) -> alt.TopLevelMixin:
    """Filled dots happen, hollow ones do not; the number inside is the week."""
    return drawn(rows, _panel)


def _panel(rows: list[Row], sheet: Sheet) -> Framed:
    down = 1 + max(row["y"] for row in rows)
    x = alt.X("x:Q", scale=alt.Scale(domain=[-0.5, ACROSS - 0.5], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[down - 0.5, -0.5], nice=False), axis=None)
    yes, no = [row for row in rows if row["happens"]], [row for row in rows if not row["happens"]]
    layers = []
    for part, fill, stroke in ((no, PAPER, SOFT), (yes, COLOURS[0], COLOURS[0])):
        if part:
            dots = sheet.of(part).mark_point(aria=True, shape="circle", size=400, fill=fill, stroke=stroke, strokeWidth=1.2, opacity=1)
            layers.append(dots.encode(x=x, y=y, **linked()))
    if yes:
        layers.append(sheet.of(yes).mark_text(color=PAPER, fontSize=11, baseline="middle", dy=1).encode(x=x, y=y, text=alt.Text("week:Q")))
    count = sheet.of([{"count": [f"{len(yes)}", "of", f"{len(rows)}"]}])
    said = count.mark_text(align="left", fontSize=SIZE + 3, lineHeight=18, color=INK, baseline="top")
    layers.append(said.encode(x=alt.value(CELL * ACROSS + 10), y=alt.value(4), text=alt.Text("count:N")))
    return framed(layers, height=CELL * down, left=4, right=WIDTH - 4 - CELL * ACROSS, top=4, bottom=6)
