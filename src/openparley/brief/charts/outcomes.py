"""What is likely: probability of each outcome by week, with the 50 and 90 % bands; one panel an outcome."""

from __future__ import annotations

from datetime import date

import altair as alt

from openparley.brief import words
from openparley.brief.charts._look import (
    COLOURS,
    INK,
    SIZE,
    WIDTH,
    Framed,
    Row,
    Sheet,
    compact,
    drawn,
    framed,
    instant,
    linked,
    share_axis,
    time_axis,
)
from openparley.brief.context import Context

TITLE = "Outcomes by week"
QUESTION = "How likely is each outcome, by which week?"
READ = (
    "The line is the probability that it has happened by then; the dark band holds half of the draws of the assumptions, "
    "the light one nine in ten. Lines can only rise."
)
LEFT, RIGHT, HEIGHT = 36, 92, 130


def data(context: Context) -> list[Row]:
    """Cumulative probability at the end of every week, from nothing at the cut-off."""
    rows: list[Row] = []
    for id in context.outcomes:
        outcome = context.forecast.outcomes[id]
        panel = context.outcome_name(id)
        start = {"panel": panel, "part": "line", "day": instant(context.forecast.weeks[0].start)}
        rows.append({**start, "value": 0.0, "low": 0.0, "high": 0.0, "low50": 0.0, "high50": 0.0})
        for week, estimate in zip(context.forecast.weeks, outcome.by_week, strict=True):
            numbers = {key: round(float(getattr(estimate, key)), 4) for key in ("value", "low", "high", "low50", "high50")}
            rows.append({"panel": panel, "part": "line", "day": instant(week.end), **numbers})
        last = outcome.at_horizon
        text = [compact(words.percent(last.value, last.mcse)), compact(words.percent_range(last.low, last.high, last.mcse))]
        at = round(max(0.12, min(0.92, float(last.value))), 4)
        rows.append({"panel": panel, "part": "label", "at": at, "text": text, "href": f"#n-p-{id}", "says": panel})
    return rows


def chart(rows: list[Row]) -> alt.TopLevelMixin:
    """A fan an outcome."""
    return drawn(rows, _panel)


def _panel(rows: list[Row], sheet: Sheet) -> Framed:
    lines, labels = ([row for row in rows if row["part"] == part] for part in ("line", "label"))
    days = [date.fromisoformat(row["day"][:10]) for row in lines]
    width = WIDTH - LEFT - RIGHT
    x = alt.X("day:T", axis=time_axis(days[0], days[-1], width, grid=False), scale=alt.Scale(nice=False))
    scale, axis = alt.Scale(domain=[0, 1], nice=False), share_axis([0, 0.5, 1])

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=scale, axis=axis)

    base = sheet.of(lines)
    text = sheet.of(labels).mark_text(aria=False, align="left", baseline="middle", lineHeight=14, fontSize=SIZE, color=INK, dy=-7)
    layers = [
        base.mark_area(color=COLOURS[0], opacity=0.16).encode(x=x, y=y("low"), y2=alt.Y2("high")),
        base.mark_area(color=COLOURS[0], opacity=0.28).encode(x=x, y=y("low50"), y2=alt.Y2("high50")),
        base.mark_line(color=COLOURS[0], strokeWidth=2.2).encode(x=x, y=y("value")),
        text.encode(x=alt.value(width + 6), y=y("at"), text=alt.Text("text:N"), **linked(text=True)),
    ]
    return framed(layers, height=HEIGHT, left=LEFT, right=RIGHT, top=8, bottom=24)
