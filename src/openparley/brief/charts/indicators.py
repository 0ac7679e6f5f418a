"""Reports to watch for: how likely each is under each account; one panel an actor whose accounts they tell apart."""

from __future__ import annotations

from math import log

import altair as alt

from openparley.brief import words
from openparley.brief.charts._look import COLOURS, INK, PAPER, SIZE, SOFT, Framed, Row, Sheet, apart, drawn, framed, linked
from openparley.brief.charts._pairs import LEFT, share, top_of, up
from openparley.brief.context import Context, slug
from openparley.forecast.indicators import Indicator
from openparley.infer.posterior import NONE_OF_THESE

TITLE = "Reports to watch for"
QUESTION = "Which report, if it came, would tell the accounts apart?"
READ = (
    "Each row is a report; each dot stands at the probability that it comes under the account named below the dot. Dots far apart: "
    "the report would tell much, and so would its absence."
)
SHOWN, ROWS, ROW, RIGHT, LETTERS = 3, 6, 62, 12, 44
LEAST = 0.1  # of the gain of the best
WORTH = 0.01  # of what is not known about the accounts
LABEL = 0.1  # room of a label on the axis
# Where things stand in a row, from its top: dots, the end of a line to a label, labels.
DOT, LED, UNDER = 0.38, 0.6, 0.7
NEAR = 0.01  # of the axis: a label no farther from its dot needs no line


def anchor(row: Indicator) -> str:
    """Id of the trace of an indicator, the same on the page and in ``brief.json``."""
    return "-".join(["n-watch", slug(row.about), *map(slug, row.between), slug(row.actor), slug(row.move)])


def report(context: Context, row: Indicator) -> str:
    """What would be reported: position and move."""
    return f"{words.capital(context.facts.position(row.actor))}: {row.move.replace('_', ' ')}"


def best(context: Context) -> dict[str, list[Indicator]]:
    """The few best for each actor, those that tell all of its accounts apart first; none that says far less than the best.

    Nor one that would settle less than a hundredth of what is not known; where none would settle more, the best of all.
    """
    found: dict[str, list[Indicator]] = {}
    known_accounts = [row for row in context.forecast.indicators if row.about in context.posterior.accounts]
    every = sorted(known_accounts, key=lambda row: (bool(row.between), -row.gain))
    telling = [row for row in every if row.gain >= WORTH * unknown(context, row)] or every[:1]
    most = max(1, min(SHOWN, ROWS // max(1, len({row.about for row in telling}))))
    for row in telling:
        listed = found.setdefault(row.about, [])
        known = any((one.actor, one.move) == (row.actor, row.move) for one in listed)
        worth = row.gain >= LEAST * max(one.gain for one in listed or [row])
        if len(listed) < most and worth and not known:
            listed.append(row)
    return {actor: found[actor] for actor in context.posterior.accounts if actor in found}


def unknown(context: Context, row: Indicator) -> float:
    """Entropy in nats of the accounts that an indicator tells apart, as they stand; 1 where nothing is open."""
    now = context.posterior.accounts[row.about].now
    shares = [now[account].value for account in row.probs if account in now]
    return -sum(share / sum(shares) * log(share / sum(shares)) for share in shares if share > 0) or 1.0


def data(context: Context) -> list[Row]:
    """Every indicator of the run, those of the page first in each panel."""
    rows: list[Row] = []
    shown = best(context)
    for about in shown:
        listed = [*shown[about], *(row for row in context.forecast.indicators if row.about == about and row not in shown[about])]
        panel = f"Between the accounts of {context.facts.position(about)}, by {words.day(listed[0].by)}"
        for index, row in enumerate(listed):
            drawn_here = index < len(shown[about])
            common = {"panel": panel, "y": float(index), "href": f"#{anchor(row)}", "drawn": drawn_here}
            name = report(context, row) + (f" ({' or '.join(row.between)})" if row.between else "")
            rows.append({**common, "part": "name", "text": words.cut(name, LETTERS), "says": name, "gain": round(row.gain, 5)})
            rows += [{**common, "part": "dot", **dot} for dot in _dots(context, row)]
    return rows


def _dots(context: Context, row: Indicator) -> list[Row]:
    order = sorted(row.probs, key=lambda account: row.probs[account].value)
    return [
        {
            "account": account,
            "none": account == NONE_OF_THESE,
            "prob": round(row.probs[account].value, 4),
            "mcse": round(row.probs[account].mcse, 4),
            "says": f"{context.facts.account_name(account)}: {words.percent(row.probs[account].value, row.probs[account].mcse)}",
        }
        for account in order
    ]


def chart(rows: list[Row]) -> alt.TopLevelMixin:
    """Each dot is an account, its id below it, led to by a thin line where dots are close; dots far apart: the report would tell much."""
    return drawn([row for row in rows if row["drawn"]], _panel)


def _panel(rows: list[Row], sheet: Sheet) -> Framed:
    names = [row for row in rows if row["part"] == "name"]
    dots = [{**row, "y": row["y"] + DOT, "led": row["y"] + LED, "under": row["y"] + UNDER} for row in rows if row["part"] == "dot"]
    top = top_of(row["prob"] for row in dots)
    for name in names:
        mine = [row for row in dots if row["href"] == name["href"]]
        for row, at in zip(mine, _beside([row["prob"] for row in mine], top), strict=True):
            row["at"] = at
    size = 1 + max(row["y"] for row in names)
    y = up(size)
    spans = [
        {"y": name["y"] + DOT, "low": min(mine), "high": max(mine)}
        for name in names
        if (mine := [row["prob"] for row in dots if row["href"] == name["href"]])
    ]
    name = sheet.of(names).mark_text(align="left", baseline="middle", fontSize=SIZE, color=INK, dy=4)
    base = sheet.of(dots)
    fill = alt.Fill("none:N", scale=alt.Scale(domain=[False, True], range=[COLOURS[0], PAPER]), legend=None)
    point = base.mark_point(aria=True, shape="circle", size=52, stroke=COLOURS[0], strokeWidth=1.6, opacity=1)
    label = base.mark_text(baseline="middle", fontSize=11, color=SOFT)
    led = sheet.of([row for row in dots if abs(row["at"] - row["prob"]) > NEAR * top]).mark_rule(color=SOFT, strokeWidth=0.8)
    layers = [
        name.encode(x=alt.value(0), y=y, text=alt.Text("text:N")),
        sheet.of(spans).mark_rule(color=SOFT, strokeWidth=1.5).encode(x=share("low", top), x2=alt.X2("high"), y=y),
        led.encode(x=share("prob", top), x2=alt.X2("at"), y=y, y2=alt.Y2("led")),
        point.encode(x=share("prob", top), y=y, fill=fill, **linked()),
        label.encode(x=share("at", top), y=up(size, "under"), text=alt.Text("account:N")),
    ]
    return framed(layers, height=ROW * size, left=LEFT, right=RIGHT, top=2, bottom=22)


def _beside(probs: list[float], top: float) -> list[float]:
    """Where labels of dots stand that come in ascending order: off one another, as near to the dots as on average can be."""
    gap, low, high = LABEL * top, LABEL * top / 2, top * (1 - LABEL / 2)
    right = apart(probs, gap, low, high)
    left = [top - at for at in apart([top - prob for prob in probs], gap, low, high)]
    return [round((one + two) / 2, 4) for one, two in zip(right, left, strict=True)]
