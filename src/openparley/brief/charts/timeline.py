"""The commitment ledger as a timeline: one panel an actor, a line from the day made to the day due."""

from __future__ import annotations

from datetime import date, timedelta

import altair as alt

from openparley.brief.charts._look import (
    COLOURS,
    INK,
    PAPER,
    SIZE,
    SOFT,
    WIDTH,
    Framed,
    Row,
    Sheet,
    breadth,
    drawn,
    framed,
    instant,
    linked,
    time_axis,
)
from openparley.brief.commitments import made_range, outcome_words, rows_by_actor
from openparley.brief.context import Context
from openparley.brief.words import cut

TITLE = "Commitments from the day made to the day due"
QUESTION = "Who said they would do what by when, and what came of it?"
READ = (
    "A dot where it was made, a mark where it falls due, with its outcome in words and by shape; a dot alone has no due date. "
    "A thin line about a dot: the day is known no better. The upright line is the cut-off."
)
ROW, LEFT, RIGHT = 42, 12, 14
# A label stands so far above its row, in rows; the line of the cut-off keeps so many pixels away from it.
ABOVE, BELOW, ROOM = 0.52, 0.12, 4
LOOK_BACK = timedelta(days=120)
# Shape and fill tell the outcome apart without colour; its word stands beside the id.
OTHER = "other"
SHAPES = {"kept": "circle", "violated": "cross", "lapsed": "triangle-down", "superseded": "square", "pending": "diamond"}


def data(context: Context) -> list[Row]:
    """One row a commitment with a date, and the frame of days that all panels share."""
    file = context.facts.case.file
    earliest = (file.model.start if file.model else file.cutoff) - LOOK_BACK
    dated = {
        actor: [(row, *made) for row in rows if (made := made_range(context, row)) and _middle(*made) >= earliest]
        for actor, rows in rows_by_actor(context).items()
    }
    every = [row for rows in dated.values() for row in rows]
    if not every:
        return []
    first = min(max(start, earliest) for _, start, _ in every) - timedelta(days=3)
    last = max([file.cutoff, *(row.due for row, *_ in every if row.due), *(end for *_, end in every)]) + timedelta(days=7)
    frame = {"first": instant(first), "last": instant(last), "cutoff": instant(file.cutoff)}
    rows: list[Row] = []
    for actor, listed in dated.items():
        for index, (row, start, end) in enumerate(sorted(listed, key=lambda found: (_middle(*found[1:]), found[0].id))):
            outcome = outcome_words(row)
            text = cut(f"{row.id} {row.type}: {outcome}", 52)
            made, due = _middle(start, end), row.due
            common = {"panel": actor, "y": float(index), "href": f"#{row.id}", "says": f"{row.id} {row.type}, {outcome}", **frame}
            rows.append(
                {
                    **common,
                    "day": instant(made),
                    "due": instant(due) if due else None,
                    "from": instant(max(start, first)) if start < end else None,
                    "until": instant(end) if start < end else None,
                    "outcome": row.outcome if row.outcome in SHAPES else OTHER,
                    "text": text,
                }
            )
    return rows


def _middle(start: date, end: date) -> date:
    return start + (end - start) // 2


def chart(rows: list[Row]) -> alt.TopLevelMixin:
    """A dot where it was made, a mark where it fell due, the cut-off as an upright line."""
    return drawn(rows, _panel)


def _panel(rows: list[Row], sheet: Sheet) -> Framed:
    size = 1 + max(row["y"] for row in rows)
    width = WIDTH - LEFT - RIGHT
    first, last, cutoff = (date.fromisoformat(rows[0][key][:10]) for key in ("first", "last", "cutoff"))
    axis = time_axis(first, last, width, gridOpacity=0.6)
    scale = alt.Scale(domain=[rows[0]["first"], rows[0]["last"]], nice=False)
    top, foot = -0.95, size - 0.45
    y = alt.Y("y:Q", scale=alt.Scale(domain=[foot, top], nice=False), axis=None)
    x, due = alt.X("day:T", axis=axis, scale=scale), alt.X("due:T", axis=axis, scale=scale)
    base, ended = sheet.of(rows), sheet.of([row for row in rows if row["due"]])
    vague = [row for row in rows if row["from"]]
    shape = alt.Shape("outcome:N", scale=alt.Scale(domain=[*SHAPES, OTHER], range=[*SHAPES.values(), "diamond"]), legend=None)
    late = (cutoff - first).days > 0.5 * (last - first).days
    now = sheet.of([{"day": rows[0]["cutoff"], "text": "cut-off"}])
    at = width * (cutoff - first).days / (last - first).days
    line = sheet.of([{"day": rows[0]["cutoff"], "y": start, "end": end} for start, end in _around(rows, at, top, foot)])
    dot = base.mark_point(aria=True, shape="circle", size=34, fill=COLOURS[0], stroke=COLOURS[0], opacity=1)
    end = ended.mark_point(aria=True, size=70, fill=PAPER, stroke=COLOURS[0], strokeWidth=1.8, opacity=1)
    says = now.mark_text(baseline="top", align="right" if late else "left", dx=-4 if late else 4, fontSize=11, color=SOFT)
    name = base.mark_text(aria=False, align="left", baseline="bottom", fontSize=SIZE, color=INK, dy=-7)
    layers = [
        line.mark_rule(color=SOFT, strokeWidth=1, strokeDash=[3, 3]).encode(x=x, y=y, y2=alt.Y2("end")),
        says.encode(x=x, y=alt.value(0), text=alt.Text("text:N")),
        name.encode(x=alt.value(0), y=y, text=alt.Text("text:N"), **linked(text=True)),
        *([_span(sheet.of(vague), axis, scale, y)] if vague else []),
        ended.mark_rule(color=COLOURS[0], strokeWidth=2).encode(x=x, x2=alt.X2("due"), y=y),
        dot.encode(x=x, y=y, **linked()),
        end.encode(x=due, y=y, shape=shape, **linked()),
    ]
    return framed(layers, height=ROW * (size + 0.5), left=LEFT, right=RIGHT, top=4, bottom=24)


def _around(rows: list[Row], at: float, top: float, foot: float) -> list[tuple[float, float]]:
    """Pieces of an upright line ``at`` pixels from the left, which leaves room for the labels that it would run through."""
    crossed = sorted(row["y"] for row in rows if breadth(row["text"]) * SIZE + ROOM > at)
    starts = [top, *(y - BELOW for y in crossed)]
    return list(zip(starts, [*(y - ABOVE for y in crossed), foot], strict=True))


def _span(vague: alt.Chart, axis: alt.Axis, scale: alt.Scale, y: alt.Y) -> alt.Chart:
    """A thin line over the days on which it may have been made."""
    return vague.mark_rule(color=COLOURS[0], strokeWidth=0.8).encode(x=alt.X("from:T", axis=axis, scale=scale), x2=alt.X2("until"), y=y)
