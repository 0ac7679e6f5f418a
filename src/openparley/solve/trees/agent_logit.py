"""Trees of any information structure: the logarithms of all choice probabilities are the unknowns.

At information set h of player i every action a has a value given that h is reached,

    V(a|h) = Σ over payoffs behind a of P(payoff's node | h) · payoff / p(a|h),

and p(a|h) ∝ m(a) exp(λ V(a|h)). McKelvey and Palfrey 1998 (not checked); coordinates as in Gambit. Every derivative is a
sum over pairs of actions on one path, so the Jacobian has an entry only where two information sets share a path.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
import scipy.sparse
import scipy.sparse.linalg
from jaxtyping import Float, Int

from openparley.errors import SolveError
from openparley.game.tree import LEAST_PRIOR, Chance, Choice, Infoset, Node, Terminal, Tree
from openparley.solve.branch import Newton

DENSE = 250  # unknowns up to which a dense factorisation is the faster one
REAL = 1e-8  # imaginary part of an eigenvalue, as a share of it, that is rounding
MOST_PAIRS = 30_000_000


@dataclass(frozen=True)
class _Paths:
    """Places on the tree with the actions that lead there: columns of row r are ``column[start[r]:start[r + 1]]``."""

    start: Int[np.ndarray, " row_plus_one"]
    column: Int[np.ndarray, " entry"]
    log_chance: Float[np.ndarray, " row"]

    @property
    def row(self) -> Int[np.ndarray, " entry"]:
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))

    def log_reach(self, log_prob: np.ndarray) -> Float[np.ndarray, " row"]:
        return self.log_chance + np.bincount(self.row, log_prob[self.column], len(self.log_chance))


class AgentLogit:
    """The system of all choice probabilities of a tree.

    Raises
    ------
    SolveError
        If an information set is met twice on one path, or the tree is too large for this method.
    """

    def __init__(self, tree: Tree) -> None:
        self.infosets = tuple(tree.infosets())
        sizes = [len(actions) for actions in tree.infosets().values()]
        self.first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self.unknowns = int(self.first[-1])
        self.of = np.repeat(np.arange(len(sizes)), sizes)
        self.player = np.array([infoset.player for infoset in self.infosets], np.int64)
        self.log_base = np.zeros(self.unknowns)
        self._walk(tree)
        self._pair_up()

    def start(self) -> Float[np.ndarray, " unknown"]:
        """Choice by base propensity alone."""
        total = np.log(np.add.reduceat(np.exp(self.log_base), self.first[:-1]))
        return self.log_base - total[self.of]

    def newton(self, unknowns: Float[np.ndarray, " unknown"], precision: float) -> Newton:
        """Linearise at logarithms of choice probabilities."""
        value, value_slope = self._values(unknowns)
        n, reference = self.unknowns, self.first[:-1]
        prob = np.exp(unknowns)
        gap = value - value[reference][self.of]
        residual = unknowns - unknowns[reference][self.of] - (self.log_base - self.log_base[reference][self.of]) - precision * gap
        residual[reference] = np.bincount(self.of, prob) - 1.0
        by_precision = -gap
        by_precision[reference] = 0.0
        right = -np.stack([residual, by_precision], 1)
        if n <= DENSE:
            jacobian = self._dense(value_slope, prob, precision)
            factorise, solve = scipy.linalg.get_lapack_funcs(("getrf", "getrs"), (jacobian,))
            factors, pivots, singular = factorise(jacobian, overwrite_a=True)
            answer = solve(factors, pivots, right)[0] if not singular else np.full_like(right, np.nan)
            sign = _sign(np.diag(factors)) * (-1) ** int((pivots != np.arange(n)).sum())
        else:
            try:
                lu = scipy.sparse.linalg.splu(self._sparse(value_slope, prob, precision).tocsc())
            except RuntimeError:  # SuperLU's word for a matrix that is exactly singular
                return Newton(np.full(n, np.nan), np.full(n, np.nan), 0)
            answer = lu.solve(right)
            sign = _sign(lu.U.diagonal()) * _parity(lu.perm_r) * _parity(lu.perm_c)
        return Newton(np.ascontiguousarray(answer[:, 0]), np.ascontiguousarray(answer[:, 1]), self.at_zero * int(sign))

    def passed_zero(self, unknowns: Float[np.ndarray, " unknown"], precision: float) -> int:
        """How many real eigenvalues of the system have passed zero since λ = 0, where all of them are 1.

        The sign of the determinant tells whether that is an odd number; two branches that cross at one place, as in a
        symmetric game with three equal conventions, make it an even one.
        """
        now = self._dense(self._values(unknowns)[1], np.exp(unknowns), precision)
        before = self._dense(self._values(self.start())[1], np.exp(self.start()), 0.0)
        eigenvalues = np.linalg.eigvals(np.linalg.solve(before, now))
        return int(((eigenvalues.real < 0) & (np.abs(eigenvalues.imag) < REAL * np.abs(eigenvalues))).sum())

    def _walk(self, tree: Tree) -> None:
        """Every payoff and every member of an information set with the path that leads there."""
        index = {infoset: k for k, infoset in enumerate(self.infosets)}
        paid, met = _Rows(), _Rows()
        payoffs, member_of = [], []
        todo: list[tuple[Node, tuple[int, ...], float]] = [(tree.root, (), 0.0)]
        while todo:
            node, path, log_chance = todo.pop()
            if node.outcome is not None and any(node.outcome.payoffs):
                paid.add(path, log_chance)
                payoffs.append([float(x) for x in node.outcome.payoffs])
            if isinstance(node, Terminal):
                continue
            if isinstance(node, Chance):
                draws = zip(node.children, node.probs, strict=True)
                todo += [(child, path, log_chance + float(np.log(max(float(p), LEAST_PRIOR)))) for child, p in draws]
                continue
            k = index[node.infoset]
            self._check_path(node, path, k)
            met.add(path, log_chance)
            member_of.append(k)
            for a, child in enumerate(node.children):
                column = int(self.first[k]) + a
                if node.propensities:
                    self.log_base[column] = np.log(node.propensities[a])
                todo.append((child, (*path, column), log_chance))
        self.paid, self.met = paid.paths(), met.paths()
        self.payoffs = np.array(payoffs).reshape(len(payoffs), len(tree.players))
        self.member_of = np.array(member_of, np.int64)

    def _check_path(self, node: Choice, path: tuple[int, ...], k: int) -> None:
        if any(self.of[column] == k for column in path):
            raise SolveError(
                f"{_called(node.infoset)} is met twice on one path; behaviour there has no agreed meaning. "
                "Give the two places information sets of their own."
            )

    def _pair_up(self) -> None:
        """For every payoff behind an action, and every member: all pairs with another action on its path."""
        lengths = np.diff(self.paid.start)
        if (pairs := int((lengths * lengths).sum())) > MOST_PAIRS:
            raise SolveError(
                f"the tree's paths hold {pairs:,} pairs of actions, and this method takes {MOST_PAIRS:,}; "
                "if all moves are public, state it as a dispute and solve its public histories."
            )
        many = np.repeat(lengths, lengths)
        self.pair_entry = np.repeat(np.arange(len(self.paid.column)), many)
        within = np.arange(len(self.pair_entry)) - np.repeat(np.cumsum(many) - many, many)
        self.pair_other = self.paid.column[np.repeat(self.paid.start[:-1], lengths * lengths) + within]
        self.pair_action = self.paid.column[self.pair_entry]
        self.entry_row = self.paid.row
        self.entry_payoff = self.payoffs[self.entry_row, self.player[self.of[self.paid.column]]]
        self.met_row = self.met.row
        # the rows of the Jacobian: V of each action by what lies on its paths, then by what leads to its information set
        met_of = self.member_of[self.met_row]
        sizes = np.diff(self.first)[met_of]
        self.lead_entry = np.repeat(np.arange(len(met_of)), sizes)
        self.lead_action = (
            self.first[met_of][self.lead_entry] + np.arange(len(self.lead_entry)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        )
        self.lead_other = self.met.column[self.lead_entry]
        everyone = np.arange(self.unknowns)
        self.slope_at = (
            np.concatenate([self.pair_action, everyone, self.lead_action]), np.concatenate([self.pair_other, everyone, self.lead_other])
        )  # fmt: skip
        self.at_zero = 1
        self.at_zero = self.newton(self.start(), 0.0).sign

    def _values(self, log_prob: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """V(a|h) of every action, and its derivatives in the logarithms of all choice probabilities at `slope_at`."""
        reach = self.met.log_reach(log_prob)
        top = np.full(len(self.infosets), -np.inf)
        np.maximum.at(top, self.member_of, reach)
        total = top + np.log(np.bincount(self.member_of, np.exp(reach - top[self.member_of]), len(self.infosets)))
        share = np.exp(reach - total[self.member_of])
        log_paid = self.paid.log_reach(log_prob)
        column = self.paid.column
        worth = np.exp(log_paid[self.entry_row] - total[self.of[column]] - log_prob[column]) * self.entry_payoff
        value = np.bincount(column, worth, self.unknowns)
        lead = -value[self.lead_action] * share[self.met_row][self.lead_entry]
        return value, np.concatenate([worth[self.pair_entry], -value, lead])

    def _dense(self, value_slope: np.ndarray, prob: np.ndarray, precision: float) -> Float[np.ndarray, "unknown unknown"]:
        n, reference = self.unknowns, self.first[:-1]
        slope = np.bincount(self.slope_at[0] * n + self.slope_at[1], value_slope, n * n).reshape(n, n)
        jacobian = -precision * (slope - slope[reference][self.of])
        everyone = np.arange(n)
        jacobian[everyone, everyone] += 1.0
        np.add.at(jacobian, (everyone, reference[self.of]), -1.0)
        jacobian[reference] = 0.0
        jacobian[reference[self.of], everyone] = prob
        return np.asfortranarray(jacobian)

    def _sparse(self, value_slope: np.ndarray, prob: np.ndarray, precision: float) -> scipy.sparse.csr_array:
        n, reference = self.unknowns, self.first[:-1]
        others = np.ones(n)
        others[reference] = 0.0
        everyone = np.arange(n)
        columns = np.concatenate([everyone, reference[self.of]])
        take = scipy.sparse.csr_array((np.concatenate([others, -others]), (np.tile(everyone, 2), columns)), (n, n))
        slope = scipy.sparse.csr_array((value_slope, self.slope_at), (n, n))
        sums = scipy.sparse.csr_array((prob, (reference[self.of], everyone)), (n, n))
        return take - precision * (take @ slope) + sums


class _Rows:
    """Collects paths."""

    def __init__(self) -> None:
        self.lengths, self.columns, self.chances = [0], [], []

    def add(self, path: tuple[int, ...], log_chance: float) -> None:
        self.lengths.append(len(path))
        self.columns.extend(path)
        self.chances.append(log_chance)

    def paths(self) -> _Paths:
        return _Paths(np.cumsum(self.lengths), np.array(self.columns, np.int64), np.array(self.chances))


def _called(infoset: Infoset) -> str:
    return f"information set {infoset.number} of player {infoset.player + 1}" + (f" (“{infoset.label}”)" if infoset.label else "")


def _sign(diagonal: np.ndarray) -> int:
    return 0 if (diagonal == 0).any() else (-1) ** int((diagonal < 0).sum())


def _parity(order: np.ndarray) -> int:
    """1 for an even permutation, −1 for an odd one."""
    seen = np.zeros(len(order), bool)
    sign = 1
    for first in range(len(order)):
        at, length = first, 0
        while not seen[at]:
            seen[at] = True
            at, length = int(order[at]), length + 1
        if length and length % 2 == 0:
            sign = -sign
    return sign
