"""Rival accounts over time: one panel an actor, lines with labels at their ends, the entries that moved them pinned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import altair as alt

from openparley.brief.charts._look import (
    ADVANCE,
    COLOURS,
    DASHES,
    LINE,
    SIZE,
    SOFT,
    WIDTH,
    Framed,
    Row,
    Sheet,
    apart,
    compact,
    drawn,
    framed,
    instant,
    levels,
    linked,
    share_axis,
    time_axis,
    wrap,
)
from openparley.brief.context import Context
from openparley.brief.words import capital
from openparley.infer.posterior import NONE_OF_THESE

TITLE = "Rival accounts over time"
QUESTION = "Which account of an actor’s motives does the record speak for, and which entries turned it?"
READ = (
    "A line an account, the share of belief it has at the end of each week, with its 90 % band; pins name the entries "
    "behind the moves that separate the accounts most. “None of these” is a predictor without motives: where it leads, no "
    "account is good."
)
LEFT, RIGHT, HEIGHT = 36, 122, 200
PINS = 7
LABEL_LINE, LABEL_GAP = 14, 0.225
LABEL_LETTERS = (RIGHT - 20) / (SIZE - 1) / ADVANCE  # beside the end of a line
# Several lines of text are centred on their point.
MIDDLE = f"-{LABEL_LINE / 2} * (length(datum.text) - 1)"
PIN_ROW = 15


def data(context: Context) -> list[Row]:
    """Shares with their 90 % bands by round, labels at the end of the lines, pins of the moves that separate most."""
    rows: list[Row] = []
    rounds = context.posterior.rounds
    for actor, path in context.posterior.accounts.items():
        panel = capital(context.facts.position(actor))
        seen = rounds[: len(path.share)]
        days = [seen[0].start, *(context.last_day(index) for index in range(len(seen)))]
        ends = apart([float(path.share[-1][k]) for k in range(len(path.labels))], LABEL_GAP, 0.0, 1.0 - LABEL_GAP * 0.3)
        for k, label in enumerate(path.labels):
            values = [(path.prior[label],) * 3, *zip(path.share[:, k], path.low[:, k], path.high[:, k], strict=True)]
            common = {"panel": panel, "account": label, "says": context.facts.account_name(label), "href": f"#n-share-{actor}-{label}"}
            for day, (share, low, high) in zip(days, values, strict=True):
                rows.append({**common, "part": "line", "day": instant(day), "share": _r(share), "low": _r(low), "high": _r(high)})
            number = context.share(actor, label)
            short = "" if label == NONE_OF_THESE else f"{label} "
            text = [*wrap(short + context.facts.account_name(label), LABEL_LETTERS), compact(number.range)]
            rows.append({**common, "part": "label", "day": instant(days[-1]), "share": _r(path.share[-1][k]), "at": ends[k], "text": text})
        rows += _pins(context, actor, panel, days)
    return rows


def _r(share: float) -> float:
    return round(float(share), 4)


def _pins(context: Context, actor: str, panel: str, days: list[date]) -> list[Row]:
    moves = sorted(context.separating(actor)[:PINS], key=lambda move: move.round)
    first, span = days[0], max(1, (days[-1] - days[0]).days)
    plot = WIDTH - LEFT - RIGHT
    texts = [move.entries[0] if len(move.entries) == 1 else f"{move.entries[0]}+{len(move.entries) - 1}" for move in moves if move.entries]
    moves = [move for move in moves if move.entries]
    at = [context.last_day(move.round) for move in moves]
    rows = levels([(day - first).days / span * plot for day in at], [len(text) * SIZE * 0.62 + 6 for text in texts])
    return [
        {
            "panel": panel,
            "part": "pin",
            "day": instant(day),
            "text": text,
            "row": row,
            "href": f"#{move.entries[0]}",
            "says": f"{move.move} ({', '.join(move.entries)})",
        }
        for move, day, text, row in zip(moves, at, texts, rows, strict=True)
    ]


def chart(rows: list[Row]) -> alt.TopLevelMixin:
    """Lines with bands, labels and pins."""
    return drawn(rows, _panel)


def _panel(rows: list[Row], sheet: Sheet) -> Framed:
    lines, labels, pins = ([row for row in rows if row["part"] == part] for part in ("line", "label", "pin"))
    width = WIDTH - LEFT - RIGHT
    days = sorted({date.fromisoformat(row["day"][:10]) for row in lines})
    x = alt.X("day:T", axis=time_axis(days[0], days[-1], width, grid=False), scale=alt.Scale(nice=False))
    scale, axis = alt.Scale(domain=[0, 1], nice=False), share_axis([0, 0.25, 0.5, 0.75, 1])
    accounts = list(dict.fromkeys(row["account"] for row in lines))
    colour = alt.Color("account:N", scale=alt.Scale(domain=accounts, range=_cycle(COLOURS, accounts)), legend=None)
    dash = alt.StrokeDash("account:N", scale=alt.Scale(domain=accounts, range=_cycle(DASHES, accounts)), legend=None)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=scale, axis=axis)

    base, names = sheet.of(lines), sheet.of(labels)
    layers = [
        base.mark_area(opacity=0.13).encode(x=x, y=y("low"), y2=alt.Y2("high"), color=colour),
        base.mark_line(strokeWidth=2.2, interpolate="linear").encode(x=x, y=y("share"), color=colour, strokeDash=dash),
        names.mark_rule(strokeWidth=0.8).encode(
            x=alt.value(width + 1), x2=alt.value(width + 15), y=y("share"), y2=alt.Y2("at"), color=colour
        ),
        names.mark_text(aria=False, align="left", baseline="middle", lineHeight=LABEL_LINE, fontSize=SIZE - 1, dy=alt.expr(MIDDLE)).encode(
            x=alt.value(width + 18), y=y("at"), text=alt.Text("text:N"), color=colour, **linked(text=True)
        ),
    ]
    if pins:
        pinned = sheet.of(pins)
        layers.insert(0, pinned.mark_rule(color=LINE, strokeWidth=1).encode(x=x))
        text = pinned.mark_text(aria=False, baseline="bottom", fontSize=11, color=SOFT, dy=alt.expr(f"-6 - {PIN_ROW} * datum.row"))
        layers.append(text.encode(x=x, y=alt.value(0), text=alt.Text("text:N"), **linked(text=True)))
    top = 12 + PIN_ROW * (1 + max((row["row"] for row in pins), default=-1))
    return framed(layers, height=HEIGHT, left=LEFT, right=RIGHT, top=top, bottom=26)


def _cycle(values: Sequence[Any], accounts: list[str]) -> list[Any]:
    """One value an account; the last is kept for “none of these”."""
    return [values[-1] if account == NONE_OF_THESE else values[k % (len(values) - 1)] for k, account in enumerate(accounts)]
