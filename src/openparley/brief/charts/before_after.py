"""What the record did: each outcome before the record and after it."""

from __future__ import annotations

import altair as alt

from openparley.brief import words
from openparley.brief.charts._look import COLOURS, INK, PAPER, SIZE, SOFT, WIDTH, Framed, Row, Sheet, drawn, framed, linked, share_axis
from openparley.brief.context import Context
from openparley.infer.posterior import Estimate

TITLE = "Before the record and after it"
PER_PANEL = 3
ROW, LEFT, RIGHT = 58, 12, 66


def data(context: Context) -> list[Row]:
    """Prior predictive, given a dispute still open at the cut-off, and forecast by the last week, with 50 and 90 % intervals."""
    rows: list[Row] = []
    for index, id in enumerate(context.outcomes):
        outcome = context.forecast.outcomes[id]
        group = index // PER_PANEL
        common = {"panel": f"By {context.horizon}" + (", continued" if group else ""), "says": context.outcome_name(id)}
        y = float(index % PER_PANEL)
        rows.append({**common, "part": "name", "y": y, "text": words.cut(context.outcome_name(id), 44)})
        rows.append({**common, "part": "before", "y": y + 0.36, **_numbers(outcome.prior), "href": f"#n-before-{id}", "text": "before"})
        rows.append({**common, "part": "after", "y": y + 0.62, **_numbers(outcome.at_horizon), "href": f"#n-p-{id}", "text": "after"})
    return rows


def _numbers(estimate: Estimate) -> Row:
    return {key: round(float(getattr(estimate, key)), 4) for key in ("value", "low", "high", "low50", "high50")}


def chart(rows: list[Row]) -> alt.TopLevelMixin:
    """Two bars an outcome: hollow before, filled after."""
    return drawn(rows, _panel)


def _panel(rows: list[Row], sheet: Sheet) -> Framed:
    names = [row for row in rows if row["part"] == "name"]
    size = 1 + max(row["y"] for row in names)
    scale, axis = alt.Scale(domain=[0, 1], nice=False), share_axis([0, 0.25, 0.5, 0.75, 1], flush=True)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[size, -0.1], nice=False), axis=None)
    text = alt.Text("text:N")

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=scale, axis=axis)

    named = sheet.of(names).mark_text(align="left", baseline="middle", fontSize=SIZE, color=INK, dy=4)
    layers = [named.encode(x=alt.value(0), y=y, text=text)]
    for part, colour, fill in (("before", SOFT, PAPER), ("after", COLOURS[0], COLOURS[0])):
        base = sheet.of([row for row in rows if row["part"] == part])
        layers.append(base.mark_rule(color=colour, strokeWidth=1.4).encode(x=x("low"), x2=alt.X2("high"), y=y))
        layers.append(base.mark_rule(color=colour, strokeWidth=5, opacity=0.45).encode(x=x("low50"), x2=alt.X2("high50"), y=y))
        point = base.mark_point(aria=True, shape="circle", size=52, stroke=colour, strokeWidth=1.8, fill=fill, opacity=1)
        layers.append(point.encode(x=x("value"), y=y, **linked()))
        label = base.mark_text(align="left", baseline="middle", fontSize=11, color=colour)
        layers.append(label.encode(x=alt.value(WIDTH - LEFT - RIGHT + 12), y=y, text=text))
    return framed(layers, height=ROW * size, left=LEFT, right=RIGHT, top=2, bottom=22)
