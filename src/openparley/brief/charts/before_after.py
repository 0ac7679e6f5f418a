"""What the record did: each outcome before the record and after it."""

from __future__ import annotations

import altair as alt

from openparley.brief import words
from openparley.brief.charts._look import COLOURS, PAPER, SOFT, Framed, Row, Sheet, drawn
from openparley.brief.charts._pairs import FIRST, SECOND, Bar, bars
from openparley.brief.context import Context
from openparley.infer.posterior import Estimate

TITLE = "Before the record and after it"
QUESTION = "What did the record change?"
READ = (
    "Two marks an outcome, hollow for the model without the record and filled for it with the record; thick lines hold half "
    "of the draws, thin lines nine in ten. Marks that lie on one another say that the record told nothing about this "
    "outcome."
)
PER_PANEL = 3
ROW, RIGHT = 58, 66


def data(context: Context) -> list[Row]:
    """Prior predictive, given a dispute still open at the cut-off, and forecast by the last week, with 50 and 90 % intervals."""
    rows: list[Row] = []
    for index, id in enumerate(context.outcomes):
        outcome = context.forecast.outcomes[id]
        group = index // PER_PANEL
        # Panels go by their name, so each needs one of its own.
        more = f", continued ({group})" if group > 1 else ", continued" if group else ""
        common = {"panel": f"By {context.horizon}{more}", "says": context.outcome_name(id)}
        y = float(index % PER_PANEL)
        rows.append({**common, "part": "name", "y": y, "text": words.cut(context.outcome_name(id), 44)})
        rows.append({**common, "part": "before", "y": y + FIRST, **_numbers(outcome.prior), "href": f"#n-before-{id}", "text": "before"})
        rows.append({**common, "part": "after", "y": y + SECOND, **_numbers(outcome.at_horizon), "href": f"#n-p-{id}", "text": "after"})
    return rows


def _numbers(estimate: Estimate) -> Row:
    return {key: round(float(getattr(estimate, key)), 4) for key in ("value", "low", "high", "low50", "high50")}


def chart(rows: list[Row]) -> alt.TopLevelMixin:
    """Two bars an outcome: hollow before, filled after."""
    return drawn(rows, _panel)


def _panel(rows: list[Row], sheet: Sheet) -> Framed:
    kinds = (
        Bar("before", SOFT, {"value": PAPER}, thick=True),
        Bar("after", COLOURS[0], {"value": COLOURS[0]}, thick=True),
    )
    return bars(rows, sheet, kinds, row=ROW, right=RIGHT)
