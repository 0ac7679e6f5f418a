"""What would change it: each outcome without and with a lever; one panel a lever."""

from __future__ import annotations

import altair as alt

from openparley.brief import words
from openparley.brief.charts._look import COLOURS, INK, PAPER, SIZE, SOFT, WIDTH, Framed, Row, Sheet, drawn, framed, linked, share_axis
from openparley.brief.context import Context
from openparley.forecast.forecast import LeverEffect, LeverForecast

TITLE = "Without a lever and with it"
ROW, LEFT, RIGHT = 60, 12, 74


def tells(effect: LeverEffect) -> bool:
    """Whether the model can tell a difference: its interval, as printed, leaves out 0 and its size exceeds the Monte Carlo error."""
    difference = effect.difference
    unit = words.step(difference.mcse) / 100
    low, high = round(difference.low / unit), round(difference.high / unit)
    return not low <= 0 <= high and abs(difference.value) > difference.mcse


def told(context: Context, lever: LeverForecast) -> list[str]:
    """Outcomes worth showing for a lever: the headline, and those on which the model can tell a difference."""
    return [id for id in context.outcomes if id in lever.effects and (id == context.headline or tells(lever.effects[id]))]


def data(context: Context) -> list[Row]:
    """Probabilities by the last week without and with each lever, and the difference in words."""
    rows: list[Row] = []
    for id, lever in context.forecast.levers.items():
        for index, outcome in enumerate(told(context, lever)):
            effect = lever.effects[outcome]
            common = {"panel": lever.name, "says": context.outcome_name(outcome)}
            verdict = (
                words.points(effect.difference.value, effect.difference.mcse).replace(" points", " pts").replace(" point", " pt")
                if tells(effect)
                else "can’t tell"
            )
            text = words.cut(context.outcome_name(outcome), 44)
            rows.append(
                {
                    **common,
                    "part": "name",
                    "y": float(index),
                    "text": text,
                    "verdict": verdict,
                    "href": f"#{context.lever(id, outcome, 'difference').id}",
                }
            )
            for part, estimate, dy in (("without", effect.without, 0.36), ("with", effect.with_lever, 0.62)):
                numbers = {key: round(float(getattr(estimate, key)), 4) for key in ("value", "low", "high")}
                rows.append(
                    {**common, "part": part, "y": index + dy, **numbers, "href": f"#{context.lever(id, outcome, part).id}", "text": part}
                )
    return rows


def chart(rows: list[Row]) -> alt.TopLevelMixin:
    """Hollow without, filled with, the 90 % interval as a line."""
    return drawn(rows, _panel)


def _panel(rows: list[Row], sheet: Sheet) -> Framed:
    names = [row for row in rows if row["part"] == "name"]
    size = 1 + max(row["y"] for row in names)
    beside = alt.value(WIDTH - LEFT - RIGHT + 12)
    scale, axis = alt.Scale(domain=[0, 1], nice=False), share_axis([0, 0.25, 0.5, 0.75, 1], flush=True)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[size, -0.1], nice=False), axis=None)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=scale, axis=axis)

    named = sheet.of(names)
    verdict = named.mark_text(aria=False, align="left", baseline="middle", fontSize=SIZE, fontWeight="bold", color=INK, dy=4)
    layers = [
        named.mark_text(align="left", baseline="middle", fontSize=SIZE, color=INK, dy=4).encode(
            x=alt.value(0), y=y, text=alt.Text("text:N")
        ),
        verdict.encode(x=beside, y=y, text=alt.Text("verdict:N"), **linked(text=True)),
    ]
    for part, colour, fill in (("without", SOFT, PAPER), ("with", COLOURS[1], COLOURS[1])):
        base = sheet.of([row for row in rows if row["part"] == part])
        layers.append(base.mark_rule(color=colour, strokeWidth=1.6).encode(x=x("low"), x2=alt.X2("high"), y=y))
        point = base.mark_point(aria=True, shape="circle", size=52, stroke=colour, strokeWidth=1.8, fill=fill, opacity=1)
        layers.append(point.encode(x=x("value"), y=y, **linked()))
        layers.append(
            base.mark_text(align="left", baseline="middle", fontSize=11, color=colour).encode(x=beside, y=y, text=alt.Text("text:N"))
        )
    return framed(layers, height=ROW * size, left=LEFT, right=RIGHT, top=2, bottom=22)
