"""Whether confidences mean what they say: of the entries proposed with 0.8, are eight in ten right?

Right is an entry that has a partner in the coding by hand, by the matching rule of the codebook: same kind, half of the shorter span,
for events the same type. Wrong actors or dates do not count against it here; `figures.py` has them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import altair as alt
import vl_convert

from openparley.record.agreement import match
from openparley.record.entry import Entry

__all__ = ["Bin", "bins", "draw", "judged"]

EDGES = (0.35, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
_Z = 1.96


@dataclass(frozen=True)
class Bin:
    """Entries whose confidence lies from ``low`` up to ``high``: their number, how many are right, their mean confidence."""

    low: float
    high: float
    number: int
    right: int
    mean: float

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the share that is right (Wilson)."""
        n, share = self.number, self.right / self.number
        middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
        return middle - half, middle + half


def judged(reference: Sequence[Entry], found: Sequence[Entry]) -> list[tuple[str, float, bool]]:
    """Kind, confidence and whether right, for each entry found."""
    judged: list[tuple[str, float, bool]] = []
    for kind in sorted({entry.kind for entry in found}):
        ours = [entry for entry in found if entry.kind == kind]
        right = {b.id for _, b in match([entry for entry in reference if entry.kind == kind], ours)}
        judged += [(kind, (entry.coder.confidence if entry.coder else None) or 0.0, entry.id in right) for entry in ours]
    return judged


def bins(items: Iterable[tuple[str, float, bool]]) -> list[Bin]:
    """The items by confidence; empty bins are left out."""
    held = list(items)
    made = []
    for low, high in pairwise(EDGES):
        inside = [(confidence, right) for _, confidence, right in held if low <= confidence < high]
        if inside:
            mean = sum(confidence for confidence, _ in inside) / len(inside)
            made.append(Bin(low, min(high, 1.0), len(inside), sum(right for _, right in inside), mean))
    return made


def draw(sets: dict[str, list[Bin]], path: Path) -> None:
    """The reliability diagram as SVG: share right over mean confidence, with 95 % intervals; the numbers of entries are in the table."""
    rows = [
        {
            "texts": name,
            "confidence": item.mean,
            "right": item.right / item.number,
            "low": item.interval[0],
            "high": item.interval[1],
        }
        for name, made in sets.items()
        for item in made
    ]
    x = alt.X(
        "confidence:Q", title="confidence of the proposal (mean of the bin)", scale=alt.Scale(domain=[0.3, 1]), axis=alt.Axis(tickCount=7)
    )
    y = alt.Y("right:Q", title="share with a partner in the coding by hand", scale=alt.Scale(domain=[0, 1]))
    # The sets differ in shape as well as in shade, so that they stay apart in greyscale print.
    names = list(sets)
    look = {
        "color": alt.Color("texts:N", title=None, scale=alt.Scale(domain=names, range=["#1b4965", "#c1666b", "#6a994e"])),
        "shape": alt.Shape("texts:N", title=None, scale=alt.Scale(domain=names)),
    }
    base = alt.Chart(alt.Data(values=rows))
    diagonal = alt.Chart(alt.Data(values=[{"a": 0.3}, {"a": 1.0}])).mark_line(strokeDash=[4, 4], color="#777").encode(x="a:Q", y="a:Q")
    ranges = base.mark_rule().encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=look["color"])
    points = base.mark_point(filled=True, size=70).encode(x=x, y=y, **look)
    chart = (diagonal + ranges + points).properties(width=420, height=320, title="Are proposals as sure as they say?")
    path.write_text(vl_convert.vegalite_to_svg(chart.to_json()), encoding="utf-8")
