"""Named things on an axis of probabilities, one bar under another below each name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from openparley.brief.charts._look import INK, SIZE, WIDTH, Framed, Row, Sheet, framed, linked, share_axis

LEFT = 12
# Bars of one name, in rows of the picture below it.
FIRST, SECOND = 0.36, 0.62
# Where an axis of probabilities may end, and how many steps it then has.
TICKS = {0.2: 4, 0.3: 3, 0.5: 5, 1.0: 4}


@dataclass(frozen=True)
class Bar:
    """How the rows of one ``part`` are drawn: a line from ``low`` to ``high`` and points on it.

    Attributes
    ----------
    points
        Field → filling, one point for each.
    thick
        Also a thick line from ``low50`` to ``high50``.
    """

    part: str
    colour: str
    points: Mapping[str, str]
    width: float = 1.5
    thick: bool = False


def bars(
    rows: list[Row], sheet: Sheet, kinds: Sequence[Bar], *, row: int, right: int, top: float = 1.0, under: Sequence[alt.Chart] = ()
) -> Framed:
    """A panel: the names, what is said at the right of each (``verdict``, if any), and the bars.

    Parameters
    ----------
    rows
        Rows with ``part`` "name" carry ``y``, ``text`` and perhaps ``verdict``, with an ``href``; others are drawn as their kind says.
    row, right
        Height of one name with its bars, and the margin at the right, in pixels.
    top
        Where the axis ends.
    under
        Layers to be drawn before the bars.
    """
    names = [one for one in rows if one["part"] == "name"]
    size = 1 + max(one["y"] for one in names)
    y, beside = up(size), alt.value(WIDTH - LEFT - right + 12)
    named = sheet.of(names)
    name = named.mark_text(align="left", baseline="middle", fontSize=SIZE, color=INK, dy=4)
    layers = [*under, name.encode(x=alt.value(0), y=y, text=alt.Text("text:N"))]
    if "verdict" in names[0]:
        verdict = named.mark_text(aria=False, align="left", baseline="middle", fontSize=SIZE, fontWeight="bold", color=INK, dy=4)
        layers.append(verdict.encode(x=beside, y=y, text=alt.Text("verdict:N"), **linked(text=True)))
    for kind in kinds:
        if mine := [one for one in rows if one["part"] == kind.part]:
            layers += _bar(sheet.of(mine), kind, top, y, beside)
    return framed(layers, height=row * size, left=LEFT, right=right, top=2, bottom=22)


def _bar(base: alt.Chart, kind: Bar, top: float, y: alt.Y, beside: Any) -> list[alt.Chart]:
    layers = [base.mark_rule(color=kind.colour, strokeWidth=kind.width).encode(x=share("low", top), x2=alt.X2("high"), y=y)]
    if kind.thick:
        thick = base.mark_rule(color=kind.colour, strokeWidth=5, opacity=0.45)
        layers.append(thick.encode(x=share("low50", top), x2=alt.X2("high50"), y=y))
    for field, fill in kind.points.items():
        point = base.mark_point(aria=True, shape="circle", size=52, stroke=kind.colour, strokeWidth=1.8, fill=fill, opacity=1)
        layers.append(point.encode(x=share(field, top), y=y, **linked()))
    label = base.mark_text(align="left", baseline="middle", fontSize=11, color=kind.colour)
    return [*layers, label.encode(x=beside, y=y, text=alt.Text("text:N"))]


def up(size: float, field: str = "y") -> alt.Y:
    """Rows from the top down."""
    return alt.Y(f"{field}:Q", scale=alt.Scale(domain=[size, -0.1], nice=False), axis=None)


def share(field: str, top: float = 1.0) -> alt.X:
    """A field on the axis of probabilities, which starts at 0 and ends at ``top``."""
    axis = share_axis([round(top * k / TICKS[top], 2) for k in range(TICKS[top] + 1)], flush=True)
    return alt.X(f"{field}:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=axis)


def top_of(values: Iterable[float]) -> float:
    """Where an axis ends that holds all values.

    Examples
    --------
    >>> top_of([0.1, 0.19]), top_of([0.3, 0.49]), top_of([])
    (0.2, 1.0, 0.2)
    """
    most = max(values, default=0.0)
    return next((top for top in TICKS if 0.96 * top >= most), 1.0)
