"""What would change it: each outcome without and with a lever; one panel a lever."""

from __future__ import annotations

from math import ceil

import altair as alt

from openparley.brief import words
from openparley.brief.charts._look import COLOURS, PAPER, SOFT, Framed, Row, Sheet, drawn
from openparley.brief.charts._pairs import FIRST, SECOND, Bar, bars
from openparley.brief.context import Context
from openparley.forecast.forecast import LeverForecast
from openparley.forecast.telling import STANDARD_ERRORS, tells
from openparley.infer.posterior import Estimate

TITLE = "Without a lever and with it"
QUESTION = "What would it change if somebody pulled this lever?"
READ = (
    "Two marks an outcome, hollow without the lever and filled with it, each with its 90 % interval; the words at the right "
    "are the difference on the same random numbers. A statement about the model, not advice."
)
ROW, RIGHT = 60, 74
HALF_TENTH = 0.05
PULLED = ("commitment", "forced_move")


def shows(difference: Estimate) -> bool:
    """Whether the page prints a difference: one that the model can tell, whose range leaves out 0 as it is printed, too."""
    unit = words.step(difference.mcse) / 100
    return tells(difference) and not round(difference.low / unit) <= 0 <= round(difference.high / unit)


def printed_gain(gain: Estimate) -> tuple[float, float, float, float]:
    """Value, both ends and error of a gain as the page prints them: in tenths, the error rounded up, 0 where it is under half a tenth."""
    value, low, high = (round(end, 1) + 0.0 for end in (gain.value, gain.low, gain.high))
    return value, low, high, ceil(gain.mcse * 10 - 1e-9) / 10 if gain.mcse >= HALF_TENTH else 0.0


def gains(gain: Estimate) -> bool:
    """Whether a gain or a loss can be told, from what is printed of it alone, so that equal figures have equal verdicts.

    The rule is that of `openparley.forecast.telling.tells`; an error too small to be printed counts as half a tenth.
    Whatever the printed figures tell, those behind them tell, too.
    """
    value, low, high, error = printed_gain(gain)
    error = error or HALF_TENTH
    return max(low, -high) > error + 1e-9 and abs(value) > STANDARD_ERRORS * error + 1e-9


def told(context: Context, lever: LeverForecast) -> list[str]:
    """Outcomes worth showing for a lever: the headline, and those on which the model can tell a difference."""
    return [id for id in context.outcomes if id in lever.effects and (id == context.headline or shows(lever.effects[id].difference))]


def data(context: Context) -> list[Row]:
    """Probabilities by the last week without and with each lever, and the difference in words."""
    rows: list[Row] = []
    for id, lever in context.forecast.levers.items():
        # a lever that somebody can pull is marked apart from one that nobody can
        panel = lever.name if lever.pulls in PULLED else f"{lever.name} (nobody can pull it)"
        for index, outcome in enumerate(told(context, lever)):
            effect = lever.effects[outcome]
            common = {"panel": panel, "says": context.outcome_name(outcome)}
            verdict = (
                words.points(effect.difference.value, effect.difference.mcse).replace(" points", " pts").replace(" point", " pt")
                if shows(effect.difference)
                else "can’t tell"
            )
            text = words.cut(context.outcome_name(outcome), 44)
            rows.append(
                {
                    **common,
                    "part": "name",
                    "y": float(index),
                    "text": text,
                    "verdict": verdict,
                    "href": f"#{context.lever(id, outcome, 'difference').id}",
                }
            )
            for part, estimate, dy in (("without", effect.without, FIRST), ("with", effect.with_lever, SECOND)):
                numbers = {key: round(float(getattr(estimate, key)), 4) for key in ("value", "low", "high")}
                rows.append(
                    {**common, "part": part, "y": index + dy, **numbers, "href": f"#{context.lever(id, outcome, part).id}", "text": part}
                )
    return rows


def chart(rows: list[Row]) -> alt.TopLevelMixin:
    """Hollow without, filled with, the 90 % interval as a line."""
    return drawn(rows, _panel)


def _panel(rows: list[Row], sheet: Sheet) -> Framed:
    kinds = (Bar("without", SOFT, {"value": PAPER}), Bar("with", COLOURS[1], {"value": COLOURS[1]}))
    return bars(rows, sheet, kinds, row=ROW, right=RIGHT)
