"""The headline forecast with one assumption at the low end, the middle and the high end of its range, one at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openparley._display import Shown
from openparley.forecast.at_value import AtValue, Solver, Standing, emulated
from openparley.infer.prior import quantile

QUANTILES = (0.05, 0.5, 0.95)
CONFIRMED = 3
TORNADO_ENDS = 2  # values of one assumption that are solved for


@dataclass(frozen=True)
class TornadoRow:
    """One assumption.

    Attributes
    ----------
    emulated
        At the 5, 50 and 95 % quantile.
    solved
        At the 5 and 95 % quantile by real solves; empty where that was not done.
    """

    assumption: str
    emulated: tuple[AtValue, AtValue, AtValue]
    solved: tuple[AtValue, ...] = ()

    @property
    def width(self) -> float:
        """From the lowest forecast to the highest, as solved where that was done."""
        values = [at.forecast for at in self.solved or self.emulated if np.isfinite(at.forecast)] or [0.0]
        return max(values) - min(values)


@dataclass(frozen=True)
class Tornado(Shown):
    """All free assumptions, the widest first.

    Attributes
    ----------
    base
        The forecast as it stands.
    r2_forecast, r2_evidence
        Cross-validated skill of the emulators; one below 0.1 was taken to say that nothing changes.
    solves
        Real solves that it took.
    """

    outcome: str
    base: float
    r2_forecast: float
    r2_evidence: float
    rows: tuple[TornadoRow, ...]
    solves: int


def tornado(found: Standing, solver: Solver | None = None, *, confirm: int = CONFIRMED) -> Tornado:
    """Emulate all assumptions and confirm the widest few by real solves.

    Parameters
    ----------
    solver
        Without it nothing is confirmed.
    confirm
        Assumptions to confirm; each takes two values, each as many solves as the solver has draws.
    """
    rows = []
    for name in found.run.free:
        row = found.assumption(name)
        low, middle, high = (emulated(found, name, float(x)) for x in quantile(row, np.array(QUANTILES)))
        rows.append(TornadoRow(name, (low, middle, high)))
    # without skill the widths say nothing of play: what to confirm is then chosen by correlation, and sorted by width after
    lead = dict(zip(found.run.free, found.lead, strict=True))
    rows.sort(key=lambda row: -row.width if found.of_rate is not None else -lead[row.assumption])
    if solver is not None:
        rows[:confirm] = [
            TornadoRow(row.assumption, row.emulated, tuple(solver.at(row.assumption, row.emulated[end].x) for end in (0, -1)))
            for row in rows[:confirm]
        ]
    rows.sort(key=lambda row: -row.width)
    solves = sum(at.draws for row in rows for at in row.solved)
    return Tornado(found.outcome, found.base, *found.r2, tuple(rows), solves)


AT_COLUMNS = ("x", "forecast", "direct", "via_weights", "record_log_ratio", "error", "draws")
TORNADO_COLUMNS = ("outcome", "base", "assumption", "at", "by", *AT_COLUMNS)


def at_row(at: AtValue) -> tuple[object, ...]:
    """One value under `AT_COLUMNS`."""
    return (at.x, at.forecast, at.direct, at.via_weights, at.verdict, at.error if at.draws else "", at.draws)


def tornado_rows(found: Tornado) -> list[tuple[object, ...]]:
    """Rows under `TORNADO_COLUMNS`: three emulated ones an assumption, and two solved ones where it was confirmed."""
    rows: list[tuple[object, ...]] = []
    for row in found.rows:
        start = (found.outcome, found.base, row.assumption)
        rows += [(*start, place, "emulator", *at_row(at)) for place, at in zip(("5 %", "50 %", "95 %"), row.emulated, strict=True)]
        rows += [(*start, place, "solves", *at_row(at)) for place, at in zip(("5 %", "95 %"), row.solved, strict=False)]
    return rows
