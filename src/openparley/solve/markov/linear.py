"""The linear algebra of the stationary Markov logit solver: one system in the values of every state and player.

The reduced system is A dV = right + direction · ds with A[(s, k), (i, s')] = 1[s = s', k = i] − Σ_profile
coefficient[profile, k, i] · P[profile, s'], the profiles being those of state s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.linalg import get_lapack_funcs
from scipy.sparse import block_array, csr_array, eye_array
from scipy.sparse.linalg import splu

from openparley.errors import SolveError
from openparley.game.markov_game import MarkovGame, SparseRows
from openparley.solve.markov import kernels

MOST_DENSE = 20_000  # unknowns; their matrix would take 3 GB


@dataclass(frozen=True)
class Factored:
    """A matrix factored once: the sign of its determinant (0 if singular), and what solves A x = right."""

    sign: float
    solve: Callable[[Float[np.ndarray, "state player"]], Float[np.ndarray, "state player"]]


class DenseSystem:
    """Full transition rows: matrix products and LAPACK."""

    def __init__(self, game: MarkovGame) -> None:
        assert isinstance(game.transitions, np.ndarray)
        self.transitions, self.starts = game.transitions, game.profile_start
        self.many, self.players = len(game.states), len(game.players)
        size = self.many * self.players
        if size > MOST_DENSE:
            raise SolveError(
                f"{self.many} states × {self.players} players are {size:,} values, more than the {MOST_DENSE:,} that fit a full matrix; "
                "merge states, or give the transitions as sparse rows."
            )
        widths = np.diff(self.starts)
        self.width = int(widths[0]) if (widths == widths[0]).all() else 0

    def carry(self, values: Float[np.ndarray, "state player"]) -> Float[np.ndarray, "profile player"]:
        """Expected value of the next state at every profile."""
        out = np.empty((len(self.transitions), self.players))
        kernels.carry(self.transitions, np.ascontiguousarray(values.T), out)
        return out

    def factor(self, coefficient: Float[np.ndarray, "profile player player"]) -> Factored:
        """Build the matrix and factor it."""
        many, pairs = self.many, self.players**2
        by_pair = coefficient.reshape(-1, pairs)
        if self.width:
            left = by_pair.reshape(many, self.width, pairs).transpose(0, 2, 1)
            matrix = np.matmul(left, self.transitions.reshape(many, self.width, many))
        else:
            matrix = np.empty((many, pairs, many))
            for s in range(many):
                here = slice(self.starts[s], self.starts[s + 1])
                np.matmul(by_pair[here].T, self.transitions[here], out=matrix[s])
        # Half the digits take half the time and are enough: the factors only serve steps whose residual is computed in full.
        matrix = (-matrix).astype(np.float32).reshape(many, self.players, self.players, many)
        s, k = np.divmod(np.arange(many * self.players), self.players)
        matrix[s, k, k, s] += 1.0
        return _lapack(matrix.reshape(many * self.players, -1), many, self.players)


def _lapack(matrix: np.ndarray, many: int, players: int) -> Factored:
    getrf, getrs = get_lapack_funcs(("getrf", "getrs"), (matrix,))
    # The transpose of a C array is what LAPACK works on without a copy.
    lu, pivots, failed = getrf(matrix.T, overwrite_a=True)
    swaps = np.count_nonzero(pivots != np.arange(len(pivots)))
    negative = np.count_nonzero(np.diagonal(lu) < 0)
    sign = 0.0 if failed or not np.isfinite(lu[-1, -1]) else (-1.0) ** (swaps + negative)

    def solve(right: np.ndarray) -> np.ndarray:
        x, _ = getrs(lu, pivots, right.reshape(-1).astype(lu.dtype), trans=1)
        return x.reshape(players, many).T.astype(float)

    return Factored(sign, solve)


class SparseSystem:
    """Few next states a profile: sparse products and SuperLU."""

    def __init__(self, game: MarkovGame) -> None:
        assert isinstance(game.transitions, SparseRows)
        self.rows, self.starts = game.transitions, game.profile_start
        self.many, self.players = len(game.states), len(game.players)
        shape = (len(self.rows.start) - 1, self.many)
        self.transitions = csr_array((self.rows.prob, self.rows.state, self.rows.start), shape=shape)

    def carry(self, values: Float[np.ndarray, "state player"]) -> Float[np.ndarray, "profile player"]:
        """Expected value of the next state at every profile."""
        out = np.empty((len(self.rows.start) - 1, self.players))
        kernels.carry_sparse(self.rows.start, self.rows.state, self.rows.prob, np.ascontiguousarray(values.T), out)
        return out

    def factor(self, coefficient: Float[np.ndarray, "profile player player"]) -> Factored:
        """Build the matrix and factor it."""
        many, n = self.many, self.players
        profiles = np.arange(len(coefficient))

        def block(k: int, i: int) -> Any:
            by_state = csr_array((coefficient[:, k, i], profiles, self.starts), shape=(many, len(profiles)))
            return (eye_array(many) if k == i else csr_array((many, many))) - by_state @ self.transitions

        matrix = block_array([[block(k, i) for i in range(n)] for k in range(n)], format="csc")
        try:
            lu = splu(matrix)
        except RuntimeError:  # SuperLU's word for a singular matrix
            return Factored(0.0, lambda right: np.full(right.shape, np.nan))
        negative = np.count_nonzero(lu.U.diagonal() < 0)
        sign = _parity(lu.perm_r) * _parity(lu.perm_c) * (-1.0) ** negative
        return Factored(sign, lambda right: lu.solve(right.T.reshape(-1)).reshape(n, many).T)


def _parity(order: np.ndarray) -> float:
    """Sign of a permutation, from the lengths of its cycles."""
    seen, sign = np.zeros(len(order), bool), 1.0
    for first in range(len(order)):
        here, length = first, 0
        while not seen[here]:
            seen[here] = True
            here = int(order[here])
            length += 1
        if length and length % 2 == 0:
            sign = -sign
    return sign


def system_of(game: MarkovGame) -> DenseSystem | SparseSystem:
    """The linear algebra that suits the game's transitions."""
    return DenseSystem(game) if isinstance(game.transitions, np.ndarray) else SparseSystem(game)
