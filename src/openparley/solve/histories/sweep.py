"""Games with public moves, exactly: the beliefs at all public histories are the only unknowns.

Given beliefs, values and choices follow by one pass from the leaves; given choices, beliefs follow by one pass from the
root. Newton's method on the beliefs costs no more than such a pair of passes, because what lies below a history depends
on the rest of the game through the belief there alone (`sweep_kernels`).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from itertools import pairwise
from typing import Any

import numpy as np
from jaxtyping import Float

from openparley.errors import SolveError
from openparley.solve.branch import Newton
from openparley.solve.histories import kernels
from openparley.solve.histories.public_tree import PublicTree

ONE_CALL = 20_000  # edges up to which one compiled call takes all levels; beyond, one a level, so that Ctrl-C is heard
PIECE = 30_000  # nodes a call, about a hundredth of a second
MOST_AT_ZERO, EXACT = 50, 1e-12
WAKE = 0.1  # seconds between looks for Ctrl-C


class Sweep:
    """The system of beliefs at all public histories; ``precision`` scales every player's λ."""

    def __init__(self, public: PublicTree, *, threads: int = 1) -> None:
        self.public, self.threads = public, threads
        n, m = public.nodes, public.odds
        players, profiles = len(public.players), len(public.excess)
        self.odds = np.empty((n, m))
        self.block = np.empty((n, players * profiles, m + kernels.FIXED))
        self.react, self.even = np.empty((public.unknowns, m)), np.empty((public.unknowns, kernels.COLUMNS))
        self.slope = np.zeros((n, m, kernels.COLUMNS))
        self.nothing = np.empty((0, 0))
        edges = len(public.child)
        whole = [(0, n)]
        pieces = [
            (int(low), int(min(low + PIECE, high)))
            for first, high in zip(public.levels[:-1], public.levels[1:], strict=True)
            for low in range(int(first), int(high), PIECE)
        ]
        self.levels = [whole] if edges <= ONE_CALL else _by_level(pieces, public.levels)
        self.pool = ThreadPoolExecutor(threads) if threads > 1 and edges > ONE_CALL else None

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
        step = np.empty((kernels.COLUMNS, len(unknowns)))
        self.slope[0] = 0.0
        public = self.public
        self._run(
            kernels.forward, public.mover, public.edge_start, public.child, public.ends_round, public.kinds, public.offset, public.drift,
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
            kernels.beliefs, public.mover, public.edge_start, public.child, public.ends_round, public.kinds, public.offset, public.drift,
            public.unknown_at, unknowns, self.odds,
        )  # fmt: skip

    def _backward(self, unknowns: np.ndarray, precision: float, *, record: bool, sigma: np.ndarray) -> int:
        public = self.public
        rows = self.block.shape[1]
        signs = self._run(
            kernels.backward, public.mover, public.edge_start, public.option, public.child, public.ends_round, public.terminal,
            public.reward.reshape(-1, rows), public.horizon.reshape(-1, rows),
            public.chance, public.log_base, public.precision, float(precision), public.kinds, public.offset,
            public.type_of, public.excess, public.drift, public.mix, public.discount, self.odds, public.unknown_at, unknowns, self.block,
            self.react, self.even, record, sigma, leaves_first=True,
        )  # fmt: skip
        return int(np.prod(signs))

    def _run(self, kernel, *arguments, leaves_first: bool = False) -> list[Any]:  # noqa: ANN001, ANN002  # pyright: ignore[reportMissingParameterType]
        """A kernel over all levels; within one, pieces go to the threads."""
        found: list[Any] = []
        for level in reversed(self.levels) if leaves_first else self.levels:
            if self.pool is None or len(level) == 1:
                found += [kernel(low, high, *arguments) for low, high in level]
                continue
            futures = [self.pool.submit(kernel, low, high, *arguments) for low, high in level]
            while wait(futures, WAKE).not_done:  # the main thread wakes to hear Ctrl-C
                pass
            found += [future.result() for future in futures]
        return found


def _by_level(pieces: list[tuple[int, int]], levels: np.ndarray) -> list[list[tuple[int, int]]]:
    return [[piece for piece in pieces if low <= piece[0] < high] for low, high in pairwise(levels.tolist())]


def _opening_everywhere(public: PublicTree) -> Float[np.ndarray, " unknown"]:
    """The prior log odds of whoever moves along an edge, for every unknown: what λ = 0 leaves without drift."""
    unknown = np.zeros(public.unknowns)
    at = np.flatnonzero(public.unknown_at >= 0)
    mover = public.edge_mover[at]
    for k in range(int(public.kinds.max()) - 1):
        there = k < public.kinds[mover] - 1
        unknown[public.unknown_at[at[there]] + k] = public.opening[public.offset[mover[there]] + k]
    return unknown
