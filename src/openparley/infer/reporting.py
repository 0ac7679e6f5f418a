"""The observation model: how likely a report, or none, is after each true move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from openparley.infer.observe import Report


@dataclass(frozen=True)
class Reporting:
    """How well the record shows what was done, at one draw of the assumptions.

    Attributes
    ----------
    detection
        Actor (or ``"world"``) → move → probability that a report of the move reaches the record; nobody reports the
        moves of an actor who is not in it.
    error
        Probability that a report names the wrong move, where ``errors`` says nothing else.
    none
        Actor → prior share of "none of these".
    errors
        Actor → move → probability that a report of this move names another.
    confusion
        Actor → move → other → share of the wrong reports of ``move`` that name ``other``. The shares that are not given
        are alike and fill up to one; shares above one in sum are scaled down to it.
    """

    detection: Mapping[str, Mapping[str, float]]
    error: float
    none: Mapping[str, float]
    errors: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    confusion: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)

    def detected(self, actor: str, moves: Sequence[str]) -> Float[np.ndarray, " move"]:
        """Probability that a report of each move reaches the record."""
        known = self.detection.get(actor, {})
        return np.array([known.get(move, 0.0) for move in moves], float)

    def named(self, actor: str, moves: Sequence[str]) -> Float[np.ndarray, "move named"]:
        """Probability that a report of each move (row) names each move (column); rows sum to one."""
        return np.array([self._row(actor, move, moves) for move in moves])

    def as_read(self, actor: str, moves: Sequence[str], report: Report) -> Float[np.ndarray, " move"]:
        """Probability that a report of each move is what the record holds: Σ over readings of share times `named`."""
        share = np.zeros(len(moves))
        for move, value in report.shares.items():
            share[moves.index(move)] = value
        return self.named(actor, moves) @ share

    def likelihood(self, actor: str, moves: Sequence[str], report: Report | None) -> Float[np.ndarray, " move"]:
        """Probability of the report, or of none, after each true move.

        A report that may show no move at all counts by that share as none.
        """
        seen = self.detected(actor, moves)
        if report is None:
            return 1.0 - seen
        idle = max(0.0, 1.0 - sum(report.shares.values()))
        return seen * self.as_read(actor, moves, report) + idle * (1.0 - seen)

    def after_the_end(self, actor: str, moves: Sequence[str], report: Report | None) -> float:
        """Probability of the report, or of none, once nobody moves any more: what is reported then is an error."""
        if report is None:
            return 1.0
        total = sum(report.shares.values())
        known = self.errors.get(actor, {})
        wrong = float(np.mean([known.get(move, self.error) for move in moves]))
        return total * wrong / max(len(moves) - 1, 1) + max(0.0, 1.0 - total)

    def _row(self, actor: str, move: str, moves: Sequence[str]) -> list[float]:
        others = [other for other in moves if other != move]
        if not others:
            return [1.0]  # there is nothing else that a report could name
        wrong = self.errors.get(actor, {}).get(move, self.error)
        given = dict(self.confusion.get(actor, {}).get(move, {}))
        rest = [other for other in others if other not in given]
        total = sum(given.values())
        if total > 1.0 or (total > 0.0 and not rest):
            given, total = {other: share / total for other, share in given.items()}, 1.0
        elif not rest:  # every other move is said to get none of the errors, so all get them alike
            given, rest = {}, others
        even = (1.0 - total) / len(rest) if rest else 0.0
        return [1.0 - wrong if name == move else wrong * given.get(name, even) for name in moves]
