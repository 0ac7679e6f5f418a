"""Charts of the benchmark page, written to ``docs/img/bench-<name>.svg``.

Rows are plain dictionaries. A line is a solver, or whatever the column ``line`` names. Costs have a logarithmic axis. On a
logarithmic axis of sizes a cost that grows linearly has the slope of the dotted line; on a linear one a cost that grows
exponentially is a straight line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "img"
WIDTH, HEIGHT = 460, 300
INK, SOFT, GRID = "#1c2430", "#5b6470", "#ece9e2"
# Dark to light, so that lines differ in grey as well; the shape of the points is the second mark.
COLOURS = ["#0b4f6c", "#b5451b", "#5a7d2a", "#7a5195", "#8a8f98", "#c08a1e"]

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Picture:
    chart: alt.TopLevelMixin

    def save(self, name: str) -> Path:
        """Write ``docs/img/bench-<name>.svg``."""
        path = IMAGES / f"bench-{name}.svg"
        path.write_text(vl_convert.vegalite_to_svg(self.chart.to_dict()), encoding="utf-8")
        return path


def growth(rows: Sequence[Row], *, x: str, y: str, line: str, title: str, x_title: str, y_title: str, exponential: bool = False) -> Picture:
    """A measured cost over a size, one line a solver.

    Parameters
    ----------
    exponential
        Draw sizes on a linear axis; otherwise on a logarithmic one, with a dotted line of linear growth.
    """
    if not rows:
        raise ValueError(f"nothing was measured for the chart “{title}”")
    data = [{"x": row[x], "y": row[y], "line": row[line]} for row in rows]
    names = list(dict.fromkeys(row["line"] for row in data))
    scale = alt.Scale(zero=False, nice=False) if exponential else alt.Scale(type="log", nice=False)
    base = alt.Chart(alt.InlineData(values=data)).encode(
        x=alt.X("x:Q", title=x_title, scale=scale, axis=_axis([row["x"] for row in data])),
        y=alt.Y("y:Q", title=y_title, scale=alt.Scale(type="log"), axis=alt.Axis(tickCount=6, format="~g")),
        color=alt.Color("line:N", sort=names, title=None, scale=alt.Scale(domain=names, range=COLOURS[: len(names)])),
        shape=alt.Shape("line:N", sort=names, title=None, scale=alt.Scale(domain=names)),
    )
    layers = [base.mark_line(strokeWidth=1.5), base.mark_point(size=45, filled=True, opacity=1)]
    if not exponential:
        layers.append(_linear(data))
    return _finished(layers, title)


def roofline(rows: Sequence[Row], *, bandwidth: float, title: str) -> Picture:
    """Updates a second that were reached against bytes moved an update, under the ceiling of the memory's bandwidth.

    Parameters
    ----------
    rows
        ``name``, ``bytes_an_update`` and ``updates_a_second``.
    bandwidth
        Bytes a second of the triad, with as many threads as the rows were measured with.
    """
    if not rows:
        raise ValueError(f"nothing was measured for the chart “{title}”")
    sizes = [row["bytes_an_update"] for row in rows]
    ends = [min(sizes) / 4, max(sizes) * 4]
    ceiling = alt.Chart(alt.InlineData(values=[{"x": size, "y": bandwidth / size} for size in ends]))
    axes = {
        "x": alt.X("x:Q", title="bytes moved an update", scale=alt.Scale(type="log"), axis=alt.Axis(tickCount=6, format="~s")),
        "y": alt.Y("y:Q", title="updates a second", scale=alt.Scale(type="log"), axis=alt.Axis(tickCount=6, format="~s")),
    }
    data = _roofs(rows)
    points = alt.Chart(alt.InlineData(values=data)).encode(**axes)
    label = {"x": ends[0], "y": bandwidth / ends[0], "name": f"measured bandwidth, {bandwidth / 1e9:.1f} GB/s"}
    note = alt.Chart(alt.InlineData(values=[label])).encode(**axes, text="name:N")
    return _finished(
        [
            ceiling.mark_line(color=SOFT, strokeDash=[6, 3]).encode(**axes),
            points.mark_point(size=60, filled=True, opacity=1, color=COLOURS[0]),
            points.mark_text(align="left", dx=8, color=INK).encode(text="name:N"),
            note.mark_text(align="left", dx=14, dy=-4, color=SOFT),
        ],
        title,
    )


def _roofs(rows: Sequence[Row]) -> list[Row]:
    """Points of the roofline; of those with as many bytes an update only the slowest and the fastest have names, which would overlap."""
    data = []
    for row in rows:
        pace = [other["updates_a_second"] for other in rows if other["bytes_an_update"] == row["bytes_an_update"]]
        named = row["updates_a_second"] in (min(pace), max(pace))
        data.append({"x": row["bytes_an_update"], "y": row["updates_a_second"], "name": row["name"] if named else ""})
    return data


def _axis(values: Sequence[float]) -> alt.Axis:
    """A tick at every measured size, as these are few and chosen."""
    return alt.Axis(values=sorted(set(values)), format="d", grid=False)


def _linear(data: Sequence[Row]) -> alt.Chart:
    """Growth in proportion from the lowest of the costs at the smallest size."""
    low, high = min(row["x"] for row in data), max(row["x"] for row in data)
    height = min(row["y"] for row in data if row["x"] == low)
    ends = [{"x": low, "y": height}, {"x": high, "y": height * high / low}]
    return alt.Chart(alt.InlineData(values=ends)).mark_line(color=SOFT, strokeDash=[1, 3]).encode(x="x:Q", y="y:Q")


def _finished(layers: Sequence[alt.Chart], title: str) -> Picture:
    chart = alt.layer(*layers).properties(
        width=WIDTH, height=HEIGHT, title=alt.Title(title, anchor="start", fontWeight="normal", color=INK)
    )
    axis = {"labelColor": SOFT, "titleColor": SOFT, "gridColor": GRID, "titleFontWeight": "normal", "domainColor": SOFT, "tickColor": SOFT}
    legend = {"orient": "bottom", "columns": 2, "labelLimit": 320, "labelColor": INK}
    return Picture(chart.configure(background="#ffffff", font="sans-serif", axis=axis, legend=legend, view={"stroke": None}))
