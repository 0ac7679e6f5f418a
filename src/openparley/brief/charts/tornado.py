"""What the headline hinges on: its probability with one assumption at the ends of its range; one panel."""

from __future__ import annotations

from collections.abc import Callable

import altair as alt

from openparley.brief import words
from openparley.brief.charts._look import COLOURS, INK, PAPER, SIZE, SOFT, WIDTH, Framed, Row, Sheet, drawn, framed, linked, share_axis
from openparley.forecast.tornado import Tornado, TornadoRow

TITLE = "What the headline hinges on"
SHOWN, ROW, LEFT, RIGHT = 8, 46, 12, 60


def rows_of(found: Tornado, panel: str, named: Callable[[str], str], href: Callable[[str], str]) -> list[Row]:
    """The widest assumptions: name, and the ends as emulated and – where that was done – as solved.

    Parameters
    ----------
    named, href
        Assumption id → its words; → the anchor of its trace.
    """
    rows: list[Row] = []
    for index, row in enumerate(found.rows[:SHOWN]):
        common = {"panel": panel, "says": f"{row.assumption}: {named(row.assumption)}", "href": href(row.assumption)}
        rows.append({**common, "part": "name", "y": float(index), "text": words.cut(named(row.assumption), 44), "verdict": _ends(row)})
        spans = [("emulated", (row.emulated[0], row.emulated[-1]), 0.4), ("solved", row.solved, 0.62)]
        for part, ats, dy in spans:
            values = [round(float(at.forecast), 4) for at in ats]
            if values:
                rows.append(
                    {**common, "part": part, "y": index + dy, "low": min(values), "high": max(values), "base": round(found.base, 4)}
                )
    return rows


def _ends(row: TornadoRow) -> str:
    """Both ends in words, by solves where there are some."""
    values = [at.forecast for at in row.solved or (row.emulated[0], row.emulated[-1])]
    return words.percent_range(min(values), max(values))


def chart(rows: list[Row]) -> alt.TopLevelMixin:
    """A thin line from the emulator, a thick one from solves, about a rule at the forecast as it stands."""
    return drawn(rows, _panel)


def _panel(rows: list[Row], sheet: Sheet) -> Framed:
    names = [row for row in rows if row["part"] == "name"]
    size = 1 + max(row["y"] for row in names)
    scale, axis = alt.Scale(domain=[0, 1], nice=False), share_axis([0, 0.25, 0.5, 0.75, 1], flush=True)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[size, -0.1], nice=False), axis=None)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=scale, axis=axis)

    text = sheet.of(names)
    left = text.mark_text(align="left", baseline="middle", fontSize=SIZE, color=INK, dy=4)
    right = text.mark_text(aria=False, align="left", baseline="middle", fontSize=SIZE, fontWeight="bold", color=INK, dy=4)
    layers = [
        left.encode(x=alt.value(0), y=y, text=alt.Text("text:N"), **linked(text=True)),
        right.encode(x=alt.value(WIDTH - LEFT - RIGHT + 8), y=y, text=alt.Text("verdict:N")),
    ]
    for part, colour, width, fill in (("emulated", SOFT, 1.6, PAPER), ("solved", COLOURS[1], 4, COLOURS[1])):
        if not (mine := [row for row in rows if row["part"] == part]):
            continue
        base = sheet.of(mine)
        layers.append(base.mark_rule(color=colour, strokeWidth=width).encode(x=x("low"), x2=alt.X2("high"), y=y))
        point = base.mark_point(aria=True, shape="diamond", size=40, stroke=colour, fill=fill, opacity=1)
        layers.append(point.encode(x=x("base"), y=y, **linked()))
    return framed(layers, height=ROW * size, left=LEFT, right=RIGHT, top=2, bottom=22)
