"""The look that all charts share: size of a panel, ink, labels placed by us so that none is clipped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt

Row = dict[str, Any]

# A panel fits a telephone at full size, and two of them stand side by side in the text column.
WIDTH = 345
# A list of faces is looked up for every letter measured; the page has its own.
FONT = "sans-serif"
SIZE = 12
INK, SOFT, LINE, PAPER = "#1c2430", "#5b6470", "#d9d5cc", "#ffffff"
# Dark to light, so that lines differ in grey as well; the dash pattern is the second mark.
COLOURS = ("#0b4f6c", "#b5451b", "#5a7d2a", "#7a5195", "#6b7079")
DASHES = ([1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [2, 6])
# Mean advance of a letter of the sans-serif faces as a share of the size, on the wide side.
ADVANCE = 0.56
# Breadths of letters as in Helvetica and its metric copies, in multiples of the size.
BREADTHS = (("ijl’", 0.22), (" .,:;()/-tfrI", 0.3), ("mMWw%…", 0.9), ("cksvxyzJL", 0.5), ("0123456789–", 0.56))
MEAN, WIDE = 0.56, 0.72


def instant(day: date) -> str:
    """A day as Vega reads it in local time, whatever the clock of the machine."""
    return f"{day.isoformat()}T00:00:00"


class Sheet:
    """The data of one picture by name, so that a layer refers to its rows instead of carrying them."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {}

    def of(self, rows: Sequence[Row]) -> alt.Chart:
        """An empty chart of these rows; a chart never fetches."""
        name = hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()[:8]
        self.rows[name] = list(rows)
        return alt.Chart(alt.NamedData(name=name))


def panels(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows by panel, in order of appearance."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["panel"], []).append(row)
    return found


@dataclass(frozen=True)
class Framed:
    """A panel and the margins (left, right, top, bottom) that hold the labels we place ourselves."""

    chart: alt.LayerChart
    margins: tuple[int, int, int, int]


def drawn(rows: Sequence[Row], draw: Callable[[list[Row], Sheet], Framed]) -> alt.TopLevelMixin:
    """One panel with its margins, or all of them below one another."""
    sheet = Sheet()
    parts = [draw(group, sheet) for group in panels(rows).values()]
    whole = alt.vconcat(*(part.chart for part in parts)) if len(parts) > 1 else parts[0].chart
    # Set, not passed on: `properties` would copy every row once more.
    whole.config, whole.datasets = look(), sheet.rows
    if len(parts) == 1:
        whole.usermeta = {"margins": list(parts[0].margins)}
    return whole


def framed(layers: Sequence[alt.Chart], *, height: float, left: int = 12, right: int = 12, top: int = 10, bottom: int = 26) -> Framed:
    """A panel of the shared width with room for the labels in its margins."""
    # The size is passed on, not set by `properties`, which would copy every layer.
    return Framed(alt.LayerChart(layer=list(layers), width=WIDTH - left - right, height=height), (left, right, top, bottom))


def look() -> alt.Config:
    """Ink, grid and letters; only marks that lead somewhere say so to a screen reader."""
    axis = {"labelColor": SOFT, "titleColor": SOFT, "domainColor": LINE, "tickColor": LINE, "gridColor": "#ece9e2", "labelFontSize": 11}
    axis |= {"labelFont": FONT, "titleFont": FONT, "titleFontSize": 11, "titleFontWeight": "normal", "tickSize": 4}
    silent: dict[str, Any] = {name: {"aria": False} for name in ("mark", "rule", "line", "area", "bar")}
    text = {"font": FONT, "fontSize": SIZE, "color": INK}
    return alt.Config(font=FONT, background="transparent", view={"stroke": None}, axis=axis, text=text, **silent)


def breadth(text: str) -> float:
    """About how wide a text is in the sans-serif faces, as a multiple of the size; letters of other scripts count as wide.

    Examples
    --------
    >>> breadth("ill") < breadth("man") < breadth("MAN")
    True
    """
    return sum(next((width for letters, width in BREADTHS if letter in letters), MEAN if letter.islower() else WIDE) for letter in text)


def wrap(text: str, width: float) -> list[str]:
    """Lines as broad as ``width`` letters of mean breadth, broken at spaces; two at most, and what is too long ends in “…”."""
    lines = [""]
    for word in text.split():
        if lines[-1] and breadth(f"{lines[-1]} {word}") > width * MEAN:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    kept = lines[:2] if len(lines) <= 2 else [lines[0], f"{lines[1]}…"]
    return [_shortened(line, width * MEAN) for line in kept]


def _shortened(line: str, most: float) -> str:
    short = line
    while breadth(short) > most and len(short) > 2:
        short = short.rstrip("…")[:-1].rstrip() + "…"
    return short


def apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions nearest to the wanted ones that keep ``gap`` between neighbours, in the order given.

    Examples
    --------
    >>> apart([0.5, 0.52, 0.9], 0.1, 0.0, 1.0)
    [0.5, 0.6, 0.9]
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed: list[float] = []
    for i in order:
        placed.append(max(wanted[i], placed[-1] + gap) if placed else max(wanted[i], low))
    over = placed[-1] - high if placed else 0.0
    for i in range(len(placed) - 1, -1, -1):
        if over > 0:
            placed[i] = min(placed[i], high - gap * (len(placed) - 1 - i))
    result = [0.0] * len(wanted)
    for rank, i in enumerate(order):
        result[i] = round(placed[rank], 6)
    return result


def levels(at: Sequence[float], widths: Sequence[float]) -> list[int]:
    """The lowest row on which each label touches no label before it; ``at`` are centres in ascending order.

    Examples
    --------
    >>> levels([0, 5, 30], [20, 20, 20])
    [0, 1, 0]
    """
    ends: list[float] = []
    result = []
    for centre, width in zip(at, widths, strict=True):
        start = centre - width / 2
        row = next((i for i, end in enumerate(ends) if end <= start), len(ends))
        if row == len(ends):
            ends.append(0.0)
        ends[row] = centre + width / 2
        result.append(row)
    return result


def time_axis(first: date, last: date, pixels: float, **options: Any) -> alt.Axis:
    """A time axis with as many labels as fit: months with the year where it changes, or days."""
    room = max(2, int(pixels // 52))
    months = (last.year - first.year) * 12 + last.month - first.month
    label = "timeFormat(datum.value, datum.index == 0 || month(datum.value) == 0 ? '%b %Y' : '%b')"
    if months >= 2:
        every = next(step for step in (1, 2, 3, 6, 12, 24, 60, 120, 1200) if months / step <= room)
        starts = [date(first.year + (first.month - 1 + k) // 12, (first.month - 1 + k) % 12 + 1, 1) for k in range(months + 1)]
        days = [day for day in starts if first <= day <= last and (day.year * 12 + day.month - 1) % every == 0]
    else:
        label, span = "timeFormat(datum.value, '%-d %b')", max(1, (last - first).days)
        days = [date.fromordinal(first.toordinal() + round(span * k / min(room, span))) for k in range(min(room, span) + 1)]
    return alt.Axis(values=[instant(day) for day in days], labelExpr=label, title=None, labelOverlap=True, **options)


def share_axis(values: Sequence[float], *, flush: bool = False) -> alt.Axis:
    """An axis of probabilities."""
    return alt.Axis(values=list(values), labelExpr="datum.value * 100 + ' %'", title=None, domain=False, ticks=False, labelFlush=flush)


def linked(*, text: bool = False) -> dict[str, Any]:
    """Encodings of a mark that leads to its trace; a text is its own label."""
    return {"href": alt.Href("href:N")} | ({} if text else {"description": alt.Description("says:N")})


def compact(interval: str) -> str:
    """An interval as it fits beside a line.

    Examples
    --------
    >>> compact("less than 1 % to 25 %"), compact("18–47 %")
    ('<1–25 %', '18–47 %')
    """
    return interval.replace("less than ", "<").replace("more than ", ">").replace(" % to ", "–")
