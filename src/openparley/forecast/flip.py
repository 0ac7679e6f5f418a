"""The flip test: the smallest change of one assumption that moves the headline into another band of the words for likelihood.

The change is counted from the assumption's likely value, in widths of its range, in steps of one twentieth. The search runs on
the emulator. Where that comes nearest to a flip, the ends of the range are solved for; the difference between solves and emulator,
interpolated, corrects the emulated curve, which says where to solve next, until the nearest flip and its inner neighbour are both
solved. A forecast that leaves the band and returns between two places that stay in it would be missed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from openparley._display import Shown
from openparley.errors import ParameterError
from openparley.forecast.at_value import AtValue, Solver, Standing, emulated
from openparley.forecast.tornado import AT_COLUMNS, at_row

STEPS = 20  # to the width of the range
CONFIRMED = 3
MOST_VALUES = 6  # values of one assumption that are solved for

Status = Literal["confirmed", "not settled", "emulated", "none"]


@dataclass(frozen=True)
class Flip:
    """One assumption.

    Attributes
    ----------
    distance
        From the likely value to the nearest one that flips, in widths of the range; None if none within the range does.
        0 when the likely value itself flips what the assumption as drawn gives.
    at
        The forecast there; None with ``distance``.
    emulated_distance
        The same as the emulator alone has it.
    values
        Values that were solved for.
    past_edge
        How far the forecast there lies beyond the edge that it has crossed; less than ``at.error`` is a near thing.
    status
        "confirmed": both ends were solved, and the flip with its inner neighbour or, where none flips, the value nearest to one.
        "not settled": the solves allowed were used up before that. "emulated" and "none": nothing was solved.
    """

    assumption: str
    distance: float | None
    at: AtValue | None
    emulated_distance: float | None
    values: int
    status: Status
    past_edge: float | None = None


@dataclass(frozen=True)
class FlipTest(Shown):
    """All free assumptions: those that flip first, the nearest first.

    Attributes
    ----------
    edges
        Ends between the bands, ascending; ``band`` is the number of those not above the forecast.
    solves
        Real solves that it took beyond those of the tornado.
    """

    outcome: str
    base: float
    edges: tuple[float, ...]
    band: int
    r2_forecast: float
    r2_evidence: float
    rows: tuple[Flip, ...]
    solves: int

    @property
    def smallest(self) -> Flip | None:
        """The nearest flip that real solves confirm; None if there is none."""
        flips = [row for row in self.rows if row.distance is not None and row.status == "confirmed"]
        return min(flips, key=lambda row: row.distance or 0.0, default=None)


def band_of(share: float, edges: Sequence[float]) -> int:
    """Number of the band that a probability lies in."""
    return int(np.searchsorted(edges, share, side="right"))


def flip_test(
    found: Standing,
    edges: Sequence[float],
    solver: Solver | None = None,
    *,
    confirm: int = CONFIRMED,
    most_values: int = MOST_VALUES,
) -> FlipTest:
    """Search every free assumption, and confirm those that come nearest to a flip.

    Parameters
    ----------
    edges
        Ends between the bands of the case's list of words; the middle of a gap where the list has one.
    solver
        Without it nothing is confirmed.
    confirm
        Assumptions to confirm; each takes up to ``most_values`` values, each as many solves as the solver has draws.

    Raises
    ------
    ParameterError
        If there are no bands, or their ends do not ascend within 0 and 1.
    """
    ends = np.asarray(edges, float)
    if not len(ends):
        raise ParameterError("a list of words without bands has nothing to flip between.", hint="Choose a lexicon with words.")
    if not ((np.diff(ends) > 0).all() and ends[0] > 0 and ends[-1] < 1):
        raise ParameterError(f"band edges must ascend between 0 and 1; found {list(edges)}.")
    band = band_of(found.base, edges)
    before = solver.solves if solver is not None else 0
    searches = [_Search(found, name, ends, band) for name in found.run.free]
    searches.sort(key=lambda search: search.nearness)
    rows = [search.run(solver.at if solver is not None and i < confirm else None, most_values) for i, search in enumerate(searches)]
    rows.sort(key=lambda row: (row.distance is None, row.distance or 0.0, row.status != "confirmed"))
    solves = (solver.solves if solver is not None else 0) - before
    return FlipTest(found.outcome, found.base, tuple(map(float, ends)), band, *found.r2, tuple(rows), solves)


def positions_of(low: float, likely: float, high: float) -> Float[np.ndarray, " position"]:
    """Changes from the likely value, in widths of the range: 0, every twentieth, and both ends."""
    width = high - low
    below, above = (likely - low) / width, (high - likely) / width
    inner = np.arange(-STEPS, STEPS + 1) / STEPS
    inside = inner[(inner > -below + 1e-9) & (inner < above - 1e-9)]
    return np.unique(np.r_[-below, inside, 0.0, above])


class _Search:
    """One assumption: the emulated curve over its range, corrected by what has been solved."""

    def __init__(self, found: Standing, name: str, edges: np.ndarray, band: int) -> None:
        self.row, self.edges, self.band = found.assumption(name), edges, band
        self.places = positions_of(self.row.low, self.row.likely, self.row.high)
        self.ats = [emulated(found, name, self._value(place)) for place in self.places]
        self.curve = np.array([at.forecast for at in self.ats])
        self.solved: dict[int, AtValue] = {}
        start = self._nearest(self.curve)
        self.emulated_distance = None if start is None else float(abs(self.places[start]))
        # flips by distance, then the others by how far they stay from an edge
        self.nearness = (start is None, float(self._gaps(self.curve).min() if start is None else abs(self.places[start])))
        if found.of_rate is None:  # the curve says nothing of play
            self.nearness = (True, -float(found.lead[found.run.free.index(name)]))

    def run(self, solve: Callable[[str, float], AtValue] | None, most: int) -> Flip:
        if solve is None:
            place = self._nearest(self.curve)
            return self._flip(place, "none" if place is None else "emulated")
        while (ask := self._ask()) is not None:
            if len(self.solved) >= most:
                return self._flip(self._nearest_solved(), "not settled")
            self.solved[ask] = solve(self.row.id, self._value(self.places[ask]))
        return self._flip(self._nearest(self._corrected()), "confirmed")

    def _value(self, place: float) -> float:
        return float(np.clip(self.row.likely + place * (self.row.high - self.row.low), self.row.low, self.row.high))

    def _gaps(self, curve: np.ndarray) -> np.ndarray:
        """How far each forecast is from leaving the band; the record excludes a value without one."""
        return np.nan_to_num(np.abs(curve[:, None] - self._inner()).min(1), nan=np.inf)

    def _inner(self) -> np.ndarray:
        """The edges of the band that the forecast lies in."""
        return self.edges[max(self.band - 1, 0) : self.band + 1]

    def _nearest(self, curve: np.ndarray) -> int | None:
        """The nearest place in another band."""
        out = np.isfinite(curve) & (np.searchsorted(self.edges, curve, side="right") != self.band)
        return int(np.argmin(np.where(out, np.abs(self.places), np.inf))) if out.any() else None

    def _nearest_solved(self) -> int | None:
        only = np.full(len(self.places), np.nan)
        only[list(self.solved)] = [at.forecast for at in self.solved.values()]
        return self._nearest(only)

    def _corrected(self) -> np.ndarray:
        """The emulated curve with the interpolated difference to the solves; itself where nothing was solved."""
        known = sorted(k for k, at in self.solved.items() if np.isfinite(at.forecast))
        if not known:
            return self.curve
        off = [self.solved[k].forecast - self.curve[k] for k in known]
        curve = np.clip(self.curve + np.interp(self.places, self.places[known], off), 0.0, 1.0)
        curve[list(self.solved)] = [at.forecast for at in self.solved.values()]
        return curve

    def _ask(self) -> int | None:
        """The place to solve next; None when the answer stands.

        Both ends come first: an emulator without skill must not hide what they do.
        """
        if missing := [end for end in (0, len(self.places) - 1) if end not in self.solved]:
            return missing[0]
        curve = self._corrected()
        place = self._nearest(curve)
        if place is None:
            nearest = int(np.argmin(self._gaps(curve)))
            return None if nearest in self.solved else nearest
        if place not in self.solved:
            return place
        inner = place - int(np.sign(self.places[place]))
        return None if inner in self.solved else inner

    def _flip(self, place: int | None, status: Status) -> Flip:
        at = None if place is None else self.solved.get(place, self.ats[place])
        distance = None if place is None else float(abs(self.places[place]))
        past = None if at is None else float(np.abs(self._inner() - at.forecast).min())
        return Flip(self.row.id, distance, at, self.emulated_distance, len(self.solved), status, past)


FLIP_COLUMNS = ("outcome", "base", "assumption", "status", "distance", "emulated_distance", "values_solved", "past_edge", *AT_COLUMNS)


def flip_rows(found: FlipTest) -> list[tuple[object, ...]]:
    """Rows under `FLIP_COLUMNS`; distances are empty where nothing in the range flips."""
    rows: list[tuple[object, ...]] = []
    for row in found.rows:
        distances = ("" if d is None else d for d in (row.distance, row.emulated_distance))
        past = "" if row.past_edge is None else row.past_edge
        end = at_row(row.at) if row.at is not None else ("",) * len(AT_COLUMNS)
        rows.append((found.outcome, found.base, row.assumption, row.status, *distances, row.values, past, *end))
    return rows
