"""Games with public moves, exactly: the beliefs at all public histories are the only unknowns.

Given beliefs, values and choices follow by one pass from the leaves; given choices, beliefs follow by one pass from the
root. Newton's method on the beliefs costs no more than such a pair of passes, because what lies below a history depends
on the rest of the game through the belief there alone (`from_leaves`).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from jaxtyping import Float

from openparley.errors import SolveError
from openparley.solve.branch import Newton
from openparley.solve.crew import Crew
from openparley.solve.histories import from_leaves, from_root
from openparley.solve.histories.public_tree import PublicTree

ONE_CALL = 20_000  # edges up to which one compiled call takes all levels; beyond, one a level, so that Ctrl-C is heard
MOST_AT_ZERO, EXACT = 50, 1e-12


class Sweep:
    """The system of beliefs at all public histories; ``precision`` scales every player's λ."""

    def __init__(self, public: PublicTree, *, threads: int = 1) -> None:
        self.public = public
        n, m = public.nodes, public.odds
        players, profiles = len(public.players), len(public.excess)
        self.odds = np.empty((n, m))
        self.block = np.empty((n, players * profiles, m + from_leaves.FIXED))
        self.react, self.even = np.empty((public.unknowns, m)), np.empty((public.unknowns, from_root.COLUMNS))
        self.slope = np.zeros((n, m, from_root.COLUMNS))
        self.nothing = np.empty((0, 0))
        self.levels = [(0, n)] if len(public.child) <= ONE_CALL else list(pairwise(public.levels.tolist()))
        self.crew = Crew(threads if len(self.levels) > 1 else 1)

    def start(self) -> Float[np.ndarray, " unknown"]:
        """Beliefs at λ = 0, where every type plays alike: the priors, drifting."""
        unknown = _opening_everywhere(self.public)
        if not self.public.ends_round.any():
            return unknown
        step = np.zeros(0)
        for _ in range(MOST_AT_ZERO):
            step = self.newton(unknown, 0.0).step
            unknown = unknown + step
            if np.abs(step).max(initial=0.0) < EXACT:
                return unknown
        raise SolveError(f"the beliefs at λ = 0 did not settle: they still change by {np.abs(step).max():.1e} in log odds.")

    def newton(self, unknowns: Float[np.ndarray, " unknown"], precision: float) -> Newton:
        """Linearise at beliefs."""
        self._beliefs(unknowns)
        sign = self._backward(unknowns, precision, record=False, sigma=self.nothing)
        if sign == 0:
            nothing = np.full(len(unknowns), np.nan)
            return Newton(nothing, nothing, 0)
        step = np.empty((from_root.COLUMNS, len(unknowns)))
        self.slope[0] = 0.0
        public = self.public
        self._run(
            from_root.forward, public.mover, public.edge_start, public.child, public.ends_round, public.kinds, public.offset, public.drift,
            public.unknown_at, unknowns, self.odds, self.react, self.even, self.slope, step,
        )  # fmt: skip
        return Newton(step[0], step[1], sign)

    def behaviour(self, unknowns: Float[np.ndarray, " unknown"], precision: float) -> Float[np.ndarray, "edge type"]:
        """Choice probabilities of each type of the mover along every edge; zero behind the mover's types, and at chance."""
        self._beliefs(unknowns)
        sigma = np.zeros((len(self.public.child), int(self.public.kinds.max())))
        self._backward(unknowns, precision, record=True, sigma=sigma)
        return sigma

    def _beliefs(self, unknowns: np.ndarray) -> None:
        public = self.public
        self.odds[0] = public.opening
        self._run(
            from_root.beliefs, public.mover, public.edge_start, public.child, public.ends_round, public.kinds, public.offset, public.drift,
            public.unknown_at, unknowns, self.odds,
        )  # fmt: skip

    def _backward(self, unknowns: np.ndarray, precision: float, *, record: bool, sigma: np.ndarray) -> int:
        public = self.public
        rows = self.block.shape[1]
        signs = self._run(
            from_leaves.backward, public.mover, public.edge_start, public.option, public.child, public.ends_round, public.terminal,
            public.reward.reshape(-1, rows), public.horizon.reshape(-1, rows),
            public.chance, public.log_base, public.precision, float(precision), public.kinds, public.offset,
            public.type_of, public.excess, public.drift, public.mix, public.discount, self.odds, public.unknown_at, unknowns, self.block,
            self.react, self.even, record, sigma, leaves_first=True,
        )  # fmt: skip
        return int(np.prod(signs))

    def _run(self, kernel, *arguments, leaves_first: bool = False) -> list[Any]:  # noqa: ANN001, ANN002  # pyright: ignore[reportMissingParameterType]
        """A kernel over all levels; those of a large game in pieces, so that threads share them and Ctrl-C is heard."""
        if len(self.levels) == 1:
            return [kernel(*self.levels[0], *arguments)]
        found: list[Any] = []
        for low, high in reversed(self.levels) if leaves_first else self.levels:
            found += self.crew.share_out(lambda first, last: kernel(first, last, *arguments), low, high, 1)
        return found


def _opening_everywhere(public: PublicTree) -> Float[np.ndarray, " unknown"]:
    """The prior log odds of whoever moves along an edge, for every unknown: what λ = 0 leaves without drift."""
    unknown = np.zeros(public.unknowns)
    at = np.flatnonzero(public.unknown_at >= 0)
    mover = public.edge_mover[at]
    for k in range(int(public.kinds.max()) - 1):
        there = k < public.kinds[mover] - 1
        unknown[public.unknown_at[at[there]] + k] = public.opening[public.offset[mover[there]] + k]
    return unknown
