"""Charts of the study, written to ``docs/img/calibration-<name>.svg``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import vl_convert
from scipy import stats

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "img"
BINS = 10
INK, BAND, GUIDE = "#1b4965", "#e3e0d8", "#777"
HOLDS, TRUE, RECORDS = "share of the cases in which the interval holds the truth", "share that is true", "share of records"
COLOURS, SHAPES = ["#1b4965", "#c1666b", "#6a994e"], ["circle", "square", "triangle-up"]


def draw(known: Mapping[str, Any]) -> None:
    """Every chart whose part is there."""
    if "pooled" in known:
        _save("ranks", ranks(known["pooled"]["ranks"]["values"]))
        _save("coverage", coverage(known["pooled"]["coverage"]))
        _save("stated", stated({"accounts": known["pooled"]["accounts"]["bins"], "forecasts": known["pooled"]["forecasts"]["bins"]}))
    if "recovery" in known:
        _save("none", none_of_these(known["recovery"]))


def ranks(values: Mapping[str, Sequence[float]]) -> alt.TopLevelMixin:
    """A rank histogram for each statistic; the band holds a bin's count in 95 of 100 uniform samples."""
    count = len(next(iter(values.values())))
    low, high = (float(stats.binom.ppf(q, count, 1 / BINS)) for q in (0.025, 0.975))
    rows = [
        {"name": name.replace("-", " "), "from": k / BINS, "to": (k + 1) / BINS, "cases": int(number), "low": low, "high": high}
        for name, column in values.items()
        for k, number in enumerate(np.histogram(column, BINS, (0, 1))[0])
    ]
    axis = alt.Axis(tickCount=3, grid=False)
    x = alt.X("from:Q", title=None, axis=axis, scale=alt.Scale(domain=[0, 1]))
    base = alt.Chart().encode(x=x, x2="to:Q")
    band = base.mark_rect(color=BAND).encode(y=alt.Y("low:Q", title=None, axis=axis), y2="high:Q")
    bars = base.mark_bar(color=INK, opacity=0.8).encode(y=alt.Y("cases:Q", title=None, axis=axis))
    plot = alt.layer(band, bars, data=alt.Data(values=rows)).properties(width=120, height=60)
    facet = alt.Facet("name:N", title=None, sort=list(dict.fromkeys(row["name"] for row in rows)), header=alt.Header(labelFontSize=9))
    return plot.facet(facet, columns=4).properties(title="Ranks of the truth in the posterior, number of cases in each tenth")


def coverage(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> alt.TopLevelMixin:
    """How often the 90 and the 50 % interval of each assumption holds the truth, with 95 % intervals."""
    rows = [
        {
            "name": name.replace("-", " "), "interval": level, "share": share["value"],
            "low": share["interval"][0], "high": share["interval"][1],
        }
        for name, pair in found.items() for level, share in zip(("90 %", "50 %"), pair, strict=True)
    ]  # fmt: skip
    look = _look("interval", ["90 %", "50 %"])
    y = alt.Y("name:N", title=None, sort=[row["name"] for row in rows])
    x = alt.X("share:Q", title=HOLDS, scale=alt.Scale(domain=[0.3, 1]))
    base = alt.Chart(alt.Data(values=rows))
    aims = alt.Chart(alt.Data(values=[{"share": 0.9}, {"share": 0.5}])).mark_rule(strokeDash=[4, 4], color=GUIDE).encode(x="share:Q")
    lines = base.mark_rule().encode(x=alt.X("low:Q", title=HOLDS), x2="high:Q", y=y, color=look["color"])
    points = base.mark_point(filled=True, size=50).encode(x=x, y=y, **look)
    return (aims + lines + points).properties(width=380, height=300, title="Coverage of the ranges of the assumptions")


def stated(sets: Mapping[str, Sequence[Mapping[str, Any]]]) -> alt.TopLevelMixin:
    """How often events are true over the probability stated, with 95 % intervals."""
    rows = [
        {
            "of": name, "stated": each["stated"], "true": each["true"]["value"],
            "low": each["true"]["interval"][0], "high": each["true"]["interval"][1],
        }
        for name, made in sets.items() for each in made
    ]  # fmt: skip
    look = _look("of", list(sets))
    x = alt.X("stated:Q", title="stated probability (mean of the bin)", scale=alt.Scale(domain=[0, 1]))
    y = alt.Y("true:Q", title=TRUE, scale=alt.Scale(domain=[0, 1]))
    base = alt.Chart(alt.Data(values=rows))
    diagonal = alt.Chart(alt.Data(values=[{"a": 0}, {"a": 1}])).mark_line(strokeDash=[4, 4], color=GUIDE).encode(x="a:Q", y="a:Q")
    lines = base.mark_rule().encode(x=x, y=alt.Y("low:Q", title=TRUE), y2="high:Q", color=look["color"])
    points = base.mark_point(filled=True, size=60).encode(x=x, y=y, **look)
    return (diagonal + lines + points).properties(width=360, height=300, title="Are accounts and forecasts as likely as stated?")


def none_of_these(found: Mapping[str, Any]) -> alt.TopLevelMixin:
    """Share of records in which “none of these” is the largest account, over the number of moves reported."""
    names = {"habit": "play from habit", "not listed": "an account not listed", "listed": "an account listed"}
    rows = [
        {
            "of": name, "reported": row["reported"], "share": row["none_largest"]["value"],
            "low": row["none_largest"]["interval"][0], "high": row["none_largest"]["interval"][1],
        }
        for key, name in names.items() for row in found[key] if row["none_largest"]["of"]
    ]  # fmt: skip
    look = _look("of", list(names.values()))
    x = alt.X("reported:O", title="moves of the sender reported", axis=alt.Axis(labelAngle=0))
    y = alt.Y("share:Q", title=RECORDS, scale=alt.Scale(domain=[0, 1]))
    aside = alt.XOffset("of:N", sort=list(names.values()))
    base = alt.Chart(alt.Data(values=rows))
    lines = base.mark_rule().encode(x=x, xOffset=aside, y=alt.Y("low:Q", title=RECORDS), y2="high:Q", color=look["color"])
    points = base.mark_point(filled=True, size=60).encode(x=x, xOffset=aside, y=y, **look)
    return (lines + points).properties(width=360, height=240, title="How often “none of these” is the likeliest account")


def _look(field: str, names: list[str]) -> dict[str, Any]:
    """Sets differ in shape as well as in shade, so that they stay apart in greyscale print."""
    colour = alt.Color(f"{field}:N", title=None, scale=alt.Scale(domain=names, range=COLOURS[: len(names)]))
    return {"color": colour, "shape": alt.Shape(f"{field}:N", title=None, scale=alt.Scale(domain=names, range=SHAPES[: len(names)]))}


def _save(name: str, chart: alt.TopLevelMixin) -> None:
    (IMAGES / f"calibration-{name}.svg").write_text(vl_convert.vegalite_to_svg(chart.to_dict()), encoding="utf-8")
