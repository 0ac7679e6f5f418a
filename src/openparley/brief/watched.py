"""What ``brief.json`` holds of indicators, hinges and frozen questions, under the ids of their traces on the page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from openparley.brief.charts.indicators import anchor
from openparley.brief.context import Context
from openparley.brief.sections.questions import board
from openparley.forecast.hinges import Hinges
from openparley.forecast.indicators import Indicator


def watched(context: Context) -> dict[str, Any]:
    """Plain data: every indicator and question, whether the page shows it or not; days as text."""
    forecast = context.forecast
    found = {
        "indicators": _indicators(forecast.indicators),
        "followed": [
            {"id": anchor(one.indicator), "run": one.run, "state": one.state, "on": one.on, "by": one.indicator.by, "charged": one.charged}
            for one in forecast.followed
        ],
        "hinges": _hinges(forecast.hinges) if forecast.hinges is not None else None,
        "questions": {asked.id: asdict(asked) for asked in context.questions},
        "scoreboard": board(context).as_json() if context.questions else None,
    }
    return json.loads(json.dumps(found, default=str))


def _indicators(rows: Sequence[Indicator]) -> dict[str, Any]:
    return {anchor(row): asdict(row) for row in rows}


def _hinges(found: Hinges) -> dict[str, Any]:
    """The tornado by id of its numbers, the flip test by assumption, shares and ratios as they are."""
    wide = {f"n-hinge-{row.assumption}": asdict(row) | {"width": row.width} for row in found.tornado.rows}
    flips = None
    if found.flips is not None:
        smallest = found.flips.smallest
        flips = asdict(found.flips) | {
            "rows": {row.assumption: asdict(row) for row in found.flips.rows},
            "smallest": smallest.assumption if smallest is not None else None,
        }
    return {
        "outcome": found.outcome,
        "tornado": asdict(found.tornado) | {"rows": wide},
        "flips": flips,
        "shares": [asdict(one) for one in found.shares],
        "ratios": [asdict(one) for one in found.ratios],
        "solves": found.solves,
    }
