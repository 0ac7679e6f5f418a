"""Rows of boxes as an SVG: one round of a game, or the levels of its state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

from openparley.brief.card.card import Box, Lane, Picture
from openparley.brief.charts._look import ADVANCE, COLOURS, INK, LINE, PAPER, SIZE, SOFT, Sheet, look
from openparley.brief.svg import svg

WIDTH, NAMES = 700.0, 132.0  # of the picture, and of the column of names in it
BOX, GAP, PAD, LANE_GAP, END_BAR = 24.0, 7.0, 10.0, 14.0, 5.0
RAIL = 14.0  # where the line runs that leads from step to step
TINT = "#dfeaf0"


@dataclass(frozen=True)
class Placed:
    """A box with its place, from the top left."""

    box: Box
    x: float
    y: float
    width: float

    @property
    def middle(self) -> float:
        """Where its word is centred."""
        return self.x + (self.width - (END_BAR if self.box.ends else 0)) / 2


def place(lanes: Sequence[Lane]) -> tuple[list[list[Placed]], list[float], float]:
    """Boxes of each lane from left to right, in as many lines as they need; the top of each lane; the height of all."""
    placed, tops, top = list[list[Placed]](), list[float](), LANE_GAP / 2
    for lane in lanes:
        x, y, row = NAMES, top, list[Placed]()
        for box in lane.boxes:
            width = len(box.text) * SIZE * ADVANCE + 2 * PAD + (END_BAR if box.ends else 0)
            if x + width > WIDTH and x > NAMES:
                x, y = NAMES, y + BOX + GAP
            row.append(Placed(box, x, y, width))
            x += width + GAP
        placed.append(row)
        tops.append(top)
        top = y + BOX + LANE_GAP
    return placed, tops, top - LANE_GAP / 2


def draw(picture: Picture) -> str:
    """The picture as an element of a page, without any address."""
    with debug_mode(False):  # see `openparley.brief.svg.specification`
        return svg(chart(picture), f"fig-{picture.id}", picture.title, _says(picture))


def alone(picture: Picture) -> str:
    """The picture as a file of its own."""
    return draw(picture).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) + "\n"


def _says(picture: Picture) -> str:
    """The picture in words, for those who do not see it."""
    lanes = ". ".join(
        f"{f'Step {lane.step}, ' if lane.step else ''}{lane.name}: {', '.join(box.text for box in lane.boxes)}" for lane in picture.lanes
    )
    return f"{picture.note} {lanes}.{f' Then: {picture.again}.' if picture.again else ''}"


def chart(picture: Picture) -> alt.LayerChart:
    """The boxes, the names of their rows and, where steps follow each other, the line that leads from one to the next."""
    placed, tops, height = place(picture.lanes)
    numbered = any(lane.step for lane in picture.lanes)
    foot = BOX + LANE_GAP if picture.again else 0.0
    sheet, frame = Sheet(), _Frame(height + foot)
    layers = [*_rules(sheet, frame, tops[1:])]
    if numbered:
        layers += _rail(sheet, frame, picture, tops, height)
    for looks in ("never", "sometimes", "plain", "always"):
        rows = [_box_row(one) for row in placed for one in row if one.box.look == looks]
        layers += [_boxes(sheet.of(rows), frame, looks)] if rows else []
    ending = [_bar_row(one) for row in placed for one in row if one.box.ends]
    layers += [sheet.of(ending).mark_rect(fill=COLOURS[1]).encode(**frame.corners())] if ending else []
    words = [{"x": one.middle, "y": one.y + BOX / 2, "text": one.box.text} for row in placed for one in row]
    layers.append(_text(sheet.of(words), frame, INK, align="center"))
    names = [
        {"x": 2 * RAIL + 6 if numbered else 2.0, "y": top + BOX / 2, "text": lane.name}
        for lane, top in zip(picture.lanes, tops, strict=True)
    ]
    layers.append(_text(sheet.of(names), frame, INK, fontWeight="bold"))
    whole = alt.LayerChart(layer=layers).properties(width=WIDTH, height=frame.height)
    whole.config, whole.datasets = look(), sheet.rows
    whole.usermeta = {"margins": [2, 2, 2, 2]}
    return whole


@dataclass(frozen=True)
class _Frame:
    """Places in pixels, from the top left."""

    height: float

    def at(self, name: str = "x", field: str = "x") -> Any:
        """One coordinate of a mark."""
        if name == "x":
            return alt.X(f"{field}:Q", scale=alt.Scale(domain=[0, WIDTH], nice=False), axis=None)
        return alt.Y(f"{field}:Q", scale=alt.Scale(domain=[self.height, 0], nice=False), axis=None)

    def corners(self) -> dict[str, Any]:
        """The four sides of a rectangle, or the two ends of a line."""
        return {"x": self.at(), "x2": alt.X2("x2"), "y": self.at("y", "y"), "y2": alt.Y2("y2")}


def _box_row(one: Placed) -> dict[str, Any]:
    return {"x": one.x, "x2": one.x + one.width, "y": one.y, "y2": one.y + BOX}


def _bar_row(one: Placed) -> dict[str, Any]:
    return {"x": one.x + one.width - END_BAR, "x2": one.x + one.width, "y": one.y, "y2": one.y + BOX}


def _boxes(base: alt.Chart, frame: _Frame, looks: str) -> alt.Chart:
    style: dict[str, Any] = {"fill": TINT if looks == "always" else PAPER, "stroke": COLOURS[0], "strokeWidth": 1.0}
    if looks in ("sometimes", "never"):
        style |= {"strokeDash": [4, 3], "stroke": COLOURS[0] if looks == "sometimes" else "#8b929b"}
    return base.mark_rect(**style).encode(**frame.corners())


def _text(base: alt.Chart, frame: _Frame, colour: str, **style: Any) -> alt.Chart:
    marks = base.mark_text(baseline="middle", color=colour, **{"fontSize": SIZE, "align": "left", **style})
    return marks.encode(x=frame.at(), y=frame.at("y", "y"), text=alt.Text("text:N"))


def _rules(sheet: Sheet, frame: _Frame, tops: Sequence[float]) -> list[alt.Chart]:
    """Thin lines between the rows."""
    rows = [{"x": 0, "x2": WIDTH, "y": top - LANE_GAP / 2, "y2": top - LANE_GAP / 2} for top in tops]
    return [sheet.of(rows).mark_rule(color=LINE).encode(**frame.corners())] if rows else []


def _rail(sheet: Sheet, frame: _Frame, picture: Picture, tops: Sequence[float], height: float) -> list[alt.Chart]:
    """Numbered stations with arrows from each to the next; the last one leads to the next round."""
    centres = [top + BOX / 2 for top in tops]
    last = height + BOX / 2 + LANE_GAP / 2 if picture.again else centres[-1]
    stops = [*centres, last] if picture.again else centres
    lines = [{"x": RAIL, "x2": RAIL, "y": one + 11, "y2": two - 15} for one, two in pairwise(stops)]
    heads = [{"x": RAIL, "y": two - 14} for two in stops[1:]]
    numbers = [{"x": RAIL, "y": y, "text": str(lane.step)} for lane, y in zip(picture.lanes, centres, strict=True)]
    base = sheet.of(numbers)
    found = [
        sheet.of(lines).mark_rule(color=SOFT, strokeWidth=1.2).encode(**frame.corners()),
        sheet.of(heads)
        .mark_point(shape="triangle-down", size=34, fill=SOFT, stroke=SOFT, opacity=1)
        .encode(x=frame.at(), y=frame.at("y", "y")),
        base.mark_point(shape="circle", size=300, fill=PAPER, stroke=COLOURS[0], opacity=1).encode(x=frame.at(), y=frame.at("y", "y")),
        base.mark_text(align="center", baseline="middle", fontSize=11, color=INK).encode(
            x=frame.at(), y=frame.at("y", "y"), text=alt.Text("text:N")
        ),
    ]
    if picture.again:
        found.append(_text(sheet.of([{"x": 2 * RAIL + 6, "y": last, "text": f"↺ {picture.again}"}]), frame, SOFT))
    return found
