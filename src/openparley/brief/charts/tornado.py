"""What the headline hinges on: its probability with one assumption at the ends of its range, the others as drawn; one panel."""

from __future__ import annotations

from math import isfinite

import altair as alt

from openparley.brief import words
from openparley.brief.charts._look import COLOURS, PAPER, SOFT, Framed, Row, Sheet, compact, drawn
from openparley.brief.charts._pairs import FIRST, SECOND, Bar, bars, share, top_of, up
from openparley.brief.context import Context
from openparley.forecast.at_value import AtValue
from openparley.forecast.tornado import Tornado, TornadoRow

TITLE = "What the headline hinges on"
QUESTION = "Which assumption does the headline hinge on?"
READ = (
    "A row an assumption, widest first: the headline with the assumption at the low end of its range (hollow) and at the "
    "high end (filled), the others as drawn. “Emulated” ends are estimates, “solved” ones were computed."
)
SHOWN, ROW, RIGHT, LETTERS = 5, 58, 78, 38
ALONE = 0.78  # height of a name with one bar
LEAST_SKILL = 0.25  # share of the variance between draws; below it the order of emulated widths is mostly chance


def told(found: Tornado) -> list[TornadoRow]:
    """Assumptions of which anything can be said, the widest first: those solved for, and all others if the emulator is worth it."""
    return [row for row in found.rows if _finite(ends(row)) and (row.solved or found.r2_forecast > LEAST_SKILL)]


def ends(row: TornadoRow) -> tuple[AtValue, AtValue]:
    """The forecast at the low and at the high end, by solves where there are some; NaN where the record excludes the value."""
    low, high = row.solved if row.solved else (row.emulated[0], row.emulated[-1])
    return low, high


def error(context: Context, row: TornadoRow) -> float:
    """Monte Carlo error by which the ends are rounded: that of the solves, and never under that of the headline as it stands."""
    hinges = context.forecast.hinges
    assert hinges is not None
    errors = (context.forecast.outcomes[hinges.outcome].at_horizon.mcse, *(at.error for at in row.solved))
    return max(one for one in errors if isfinite(one))


def data(context: Context) -> list[Row]:
    """Every assumption of which anything can be said: both ends as emulated and – where that was done – as solved."""
    hinges = context.forecast.hinges
    if hinges is None:
        return []
    base = round(hinges.tornado.base, 4)
    statements = {row.id: row.statement for row in context.facts.case.file.assumptions}
    panel = f"{context.outcome_name(hinges.outcome)}, by {context.horizon}"
    rows: list[Row] = []
    y = 0.0
    for rank, row in enumerate(told(hinges.tornado)):
        name = f"{row.assumption}: {context.facts.unquoted(statements.get(row.assumption, ''))}"
        common = {"panel": panel, "rank": rank, "says": name, "href": f"#n-hinge-{row.assumption}"}
        values = _finite(ends(row))
        verdict = compact(words.percent_range(min(values), max(values), error(context, row)))
        rows.append({**common, "part": "name", "y": round(y, 2), "text": words.cut(name, LETTERS), "verdict": verdict, "base": base})
        emulated = (row.emulated[0], row.emulated[-1])
        rows.append({**common, "part": "emulated", "y": round(y, 2) + FIRST, **_bar(emulated), "text": "emulated"})
        if row.solved:
            said = "solved" if len(values) == 2 else "solved, one"
            rows.append({**common, "part": "solved", "y": round(y, 2) + SECOND, **_bar(row.solved), "text": said})
        y += 1.0 if row.solved else ALONE
    return rows


def _finite(ats: tuple[AtValue, ...]) -> list[float]:
    return [float(at.forecast) for at in ats if isfinite(at.forecast)]


def _bar(ats: tuple[AtValue, ...]) -> Row:
    """Both ends; none where the record excludes the value."""
    values = [round(value, 4) for value in _finite(ats)]
    low, high = (round(float(at.forecast), 4) if isfinite(at.forecast) else None for at in ats)
    return {"low": min(values, default=None), "high": max(values, default=None), "low_end": low, "high_end": high}


def chart(rows: list[Row]) -> alt.TopLevelMixin:
    """The widest few: hollow at the low end of the assumption, filled at its high end, about a rule at the forecast as it stands."""
    return drawn([row for row in rows if row["rank"] < SHOWN], _panel)


def _panel(rows: list[Row], sheet: Sheet) -> Framed:
    names = [row for row in rows if row["part"] == "name"]
    size = 1 + max(row["y"] for row in names)
    base = sheet.of([{"base": row["base"], "y": row["y"] + 0.22, "end": row["y"] + 0.72} for row in names])
    top = top_of([rows[0]["base"], *(row["high"] for row in rows if row.get("high") is not None)])
    rule = base.mark_rule(color=SOFT, strokeWidth=1, strokeDash=[3, 3]).encode(x=share("base", top), y=up(size), y2=alt.Y2("end"))
    kinds = (
        Bar("emulated", SOFT, {"low_end": PAPER, "high_end": SOFT}),
        Bar("solved", COLOURS[1], {"low_end": PAPER, "high_end": COLOURS[1]}, width=3),
    )
    return bars(rows, sheet, kinds, row=ROW, right=RIGHT, top=top, under=[rule])
