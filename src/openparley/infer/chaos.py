"""A richer stand-in for a quantity of a draw: a sparse sum of polynomials in single assumptions and in pairs of them.

Every assumption enters as its quantile, in which orthonormal Legendre polynomials are uncorrelated under the prior, whatever
its distribution. So the variance of the sum is the sum of squared coefficients, split by assumption and pair in closed form
(polynomial chaos; B. Sudret, “Global sensitivity analysis using polynomial chaos expansions”, 2008, *not checked*).
Terms are chosen one by one, each time the one that explains most of what is left (orthogonal least squares); how many, by
cross-validation that repeats the choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float
from scipy import special

from openparley.infer.emulator import FOLDS, cross_validate, refuse_unusable, skill

PER_DRAW = 4  # candidate terms a draw: with many more, some fit by chance better than true ones
# (highest degree in one assumption, highest total degree in two), poorest first
LEVELS = ((1, 0), (2, 0), (2, 2), (3, 2), (3, 3), (4, 4), (6, 6), (8, 8), (10, 10))
DRAWS_PER_TERM = 3  # a term for fewer draws is not determined
MOST_TERMS = 60
ALIKE = 1e-6  # a candidate with less than this share of its length left is a sum of chosen ones

Term = tuple[tuple[int, int], ...]
"""(assumption, degree) of one or two factors."""


@dataclass(frozen=True)
class Chaos:
    """A sparse polynomial in the quantiles of the assumptions.

    Attributes
    ----------
    names
        Assumption ids, in the order of the coordinates.
    terms
        Factors of each term: (assumption, degree).
    coefficients, errors
        Of the terms; standard errors, the choice of terms taken as given.
    mean
        Mean under the prior.
    r2, residual, left_out
        As in `openparley.infer.emulator.Emulator`.
    """

    names: tuple[str, ...]
    terms: tuple[Term, ...]
    coefficients: Float[np.ndarray, " term"]
    errors: Float[np.ndarray, " term"]
    mean: float
    r2: float = 0.0
    residual: float = 0.0
    left_out: Float[np.ndarray, " draw"] = field(default_factory=lambda: np.zeros(0), repr=False)

    def predict(self, z: Float[np.ndarray, "draw assumption"]) -> Float[np.ndarray, " draw"]:
        """Emulated value at coordinates."""
        return self.mean + _columns(_basis(z, self.terms), self.terms) @ self.coefficients

    def effects(self) -> Float[np.ndarray, "assumption assumption"]:
        """Variance under the prior by source: of each assumption alone on the diagonal, of each pair beside it off it.

        The square of an estimated coefficient is too large by its squared error, which is taken off.
        """
        table = np.zeros((len(self.names), len(self.names)))
        for term, variance in zip(self.terms, np.maximum(np.square(self.coefficients) - np.square(self.errors), 0.0), strict=True):
            first, last = term[0][0], term[-1][0]
            table[first, last] += variance
            if first != last:
                table[last, first] += variance
        return table


def fit_chaos(
    z: Float[np.ndarray, "draw assumption"],
    values: Float[np.ndarray, " draw"],
    names: tuple[str, ...],
    *,
    seed: int,
    weights: Float[np.ndarray, " draw"] | None = None,
    judged: bool = True,
) -> Chaos:
    """Fit, and judge by cross-validation.

    Parameters
    ----------
    z
        Standard normal coordinates of the assumptions; draws of any proposal will do.
    seed
        Of the folds.
    weights
        How many times each draw counts; once each if not given.
    judged
        Whether to cross-validate; without it the skill reads 0.

    Raises
    ------
    InferenceError
        If there are fewer than 16 draws, or a value is not finite.
    """
    refuse_unusable(values, weights)
    counts = np.ones(len(values)) if weights is None else weights
    found = _fit(z, values, counts, names, seed)
    if not judged:
        return found
    left_out = cross_validate(lambda z, v, w: _fit(z, v, w, names, seed + 1).predict, z, values, counts, seed=seed)
    r2, residual = skill(left_out, values, counts)
    return Chaos(names, found.terms, found.coefficients, found.errors, found.mean, r2, residual, left_out)


def _fit(z: np.ndarray, values: np.ndarray, weights: np.ndarray, names: tuple[str, ...], seed: int) -> Chaos:
    most = min(len(values) // DRAWS_PER_TERM, MOST_TERMS)
    error = np.zeros(most + 1)
    fold = np.random.default_rng([seed, 2]).permutation(len(values)) % FOLDS
    for k in range(FOLDS):
        out = fold == k
        predicted = _path(z, values, weights, ~out, most)[1]
        error += weights[out] @ np.square(values[out][:, None] - predicted[out])
    count = int(np.argmin(error))
    terms = _path(z, values, weights, np.ones(len(values), bool), count)[0]
    return _regressed(z, values, weights, names, terms)


def _regressed(z: np.ndarray, values: np.ndarray, weights: np.ndarray, names: tuple[str, ...], terms: Sequence[Term]) -> Chaos:
    """Least squares with these terms."""
    root = np.sqrt(weights)
    columns = np.column_stack([np.ones(len(values)), _columns(_basis(z, terms), terms)]) * root[:, None]
    inverse = np.linalg.pinv(columns)
    solution = inverse @ (values * root)
    rest = values * root - columns @ solution
    # a resampled draw is one draw: degrees of freedom are those of the distinct ones
    spread = float(rest @ rest / weights.sum()) * len(values) / max(len(values) - len(solution), 1)
    # variance of a coefficient, with the copies of a draw moving together
    errors = np.sqrt(spread * np.square(inverse * root).sum(1))
    return Chaos(names, tuple(terms), solution[1:], errors[1:], float(solution[0]))


def _path(
    z: np.ndarray, values: np.ndarray, weights: np.ndarray, inside: np.ndarray, most: int
) -> tuple[list[Term], Float[np.ndarray, "draw size"]]:
    """Terms in the order in which they are chosen from the draws ``inside``, and what sums of 0, 1, … of them predict for all draws."""
    terms = _candidates(z[inside], values[inside], weights[inside])
    share = np.where(inside, weights, 0.0) / weights[inside].sum()
    columns = _columns(_basis(z, terms), terms)
    columns -= share @ columns
    length = np.maximum(np.sqrt(share @ np.square(columns)), 1e-300)
    columns /= length
    rest = values - share @ values
    predicted = np.tile(share @ values, (len(values), 1))
    chosen: list[Term] = []
    size = np.ones(len(terms))  # share of each candidate's variance that the chosen ones do not explain
    for _ in range(min(most, len(terms))):
        weighted = share * rest
        gain = np.where(size > ALIKE, np.square(weighted @ columns) / np.maximum(size, ALIKE), -1.0)
        best = int(np.argmax(gain))
        if gain[best] <= 0:
            break
        unit = columns[:, best] / np.sqrt(size[best])
        step = float(weighted @ unit)
        rest = rest - step * unit
        predicted = np.column_stack([predicted, predicted[:, -1] + step * unit])
        columns -= np.outer(unit, (share * unit) @ columns)
        size = share @ np.square(columns)
        size[best] = 0.0
        chosen.append(terms[best])
    missing = most + 1 - predicted.shape[1]
    return chosen, np.column_stack([predicted, np.repeat(predicted[:, -1:], missing, axis=1)]) if missing > 0 else predicted


def _candidates(z: np.ndarray, values: np.ndarray, weights: np.ndarray) -> list[Term]:
    """Terms to choose from: as rich as the number of draws allows; pairs among the assumptions that lead on their own.

    With few assumptions all of them are among the leading, so that one which acts only together with another is found too.
    """
    count, allowed = z.shape[1], PER_DRAW * len(values)
    degree = max((single for single, _ in LEVELS if count * single <= allowed), default=1)
    terms: list[Term] = [((j, n),) for j in range(count) for n in range(1, degree + 1)]
    full = [total for single, total in LEVELS if single <= degree and count * single + count * (count - 1) // 2 * _pairs(total) <= allowed]
    total = max(full, default=0) or 2
    room = allowed - len(terms)
    leading = min(count, int((1 + np.sqrt(1 + 8 * max(room, 0) / _pairs(total))) // 2))
    if leading < 2:
        return terms
    share = weights / weights.sum()
    columns = _columns(_basis(z, terms), terms)
    columns -= share @ columns
    strength = np.square((share * (values - share @ values)) @ columns) / np.maximum(share @ np.square(columns), 1e-300)
    order = np.sort(np.argsort(-strength.reshape(count, degree).sum(1), kind="stable")[:leading])
    orders = [(n, m) for n in range(1, total) for m in range(1, total - n + 1)]
    terms += [((int(j), n), (int(k), m)) for i, j in enumerate(order) for k in order[i + 1 :] for n, m in orders]
    return terms


def _pairs(total: int) -> int:
    """Number of products of two polynomials, each of degree 1 at least, of this total degree at most."""
    return total * (total - 1) // 2


def _basis(z: np.ndarray, terms: Sequence[Term]) -> Float[np.ndarray, "degree draw assumption"]:
    """Orthonormal Legendre polynomials of the quantiles, up to the highest degree in use."""
    x = 2 * special.ndtr(z) - 1
    rows = [np.ones_like(x), x]
    for n in range(1, max((degree for term in terms for _, degree in term), default=0)):
        rows.append(((2 * n + 1) * x * rows[n] - n * rows[n - 1]) / (n + 1))
    return np.array([np.sqrt(2 * n + 1) * row for n, row in enumerate(rows)])


def _columns(basis: Float[np.ndarray, "degree draw assumption"], terms: Sequence[Term]) -> Float[np.ndarray, "draw term"]:
    if not terms:
        return np.zeros((basis.shape[1], 0))
    (j, n), (k, m) = (np.array([term[i] for term in terms]).T for i in (0, -1))
    single = np.array([len(term) == 1 for term in terms])
    return basis[n, :, j].T * np.where(single, 1.0, basis[m, :, k].T)
