"""A cheap stand-in for a quantity of a draw: quadratic in a few directions of the assumptions, with its skill stated.

Assumptions enter as standard normal coordinates z (see `openparley.infer.prior.normals`). One direction carries every
linear effect: its loadings come from a ridge regression, fitted twice, the second time with penalties that are smaller for
assumptions which mattered in the first. Further directions are single assumptions whose squared coordinate explains what
that leaves. Within these few directions a quadratic is fitted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int

from openparley.errors import InferenceError

FEWEST_DRAWS = 16  # below it five folds leave too few draws to judge by
FOLDS = 5
PENALTIES = np.geomspace(0.1, 1e4, 31)  # of standardised coordinates: from hardly any to no effect at all
MOST_BENDS = 3  # directions beside the linear one: a quadratic in four directions has fifteen terms
PERMUTATIONS = 200
TRUSTED = 0.95  # quantile of the permutation null that an effect must exceed
SKILL = 0.1  # cross-validated R² below which an emulator says nothing
OUTLYING = 6.0  # a log probability this many robust standard deviations under the median says no more than “too low”


@dataclass(frozen=True)
class Emulator:
    """A quadratic in a few directions.

    Attributes
    ----------
    names
        Assumption ids, in the order of the coordinates.
    directions
        Orthonormal columns in the space of coordinates; none when nothing was found.
    intercept, slope, curvature
        Value ``intercept + slope·s + s·curvature·s`` at s = directionsᵀ z.
    r2
        Cross-validated share of the variance that is explained; at most 0 without skill.
    residual
        Cross-validated standard deviation of what is left.
    idle
        Assumptions whose effect does not exceed that of shuffled residuals.
    left_out
        Residual of each draw, predicted from the folds without it.
    """

    names: tuple[str, ...]
    directions: Float[np.ndarray, "assumption direction"]
    intercept: float
    slope: Float[np.ndarray, " direction"]
    curvature: Float[np.ndarray, "direction direction"]
    r2: float
    residual: float
    idle: tuple[str, ...]
    left_out: Float[np.ndarray, " draw"] = field(default_factory=lambda: np.zeros(0), repr=False)

    def predict(self, z: Float[np.ndarray, "draw assumption"]) -> Float[np.ndarray, " draw"]:
        """Emulated value at coordinates."""
        s = z @ self.directions
        return self.intercept + s @ self.slope + np.einsum("ki,ij,kj->k", s, self.curvature, s)

    def effects(self) -> Float[np.ndarray, "assumption assumption"]:
        """Variance under the prior by source: of each assumption alone on the diagonal, of each pair beside it off it.

        A product of two independent standard normals has variance 1, a square has 2.
        """
        linear, bent = self.directions @ self.slope, self.directions @ self.curvature @ self.directions.T
        return 4 * np.square(bent) + np.diag(np.square(linear) - 2 * np.square(np.diag(bent)))


@dataclass(frozen=True)
class _Ridge:
    """A ridge regression: coefficients, leave-one-out residuals and the matrix that takes responses to coefficients."""

    coefficients: Float[np.ndarray, " column"]
    left_out: Float[np.ndarray, " draw"]
    smoother: Float[np.ndarray, "column draw"]
    intercept: float


def fit_emulator(
    z: Float[np.ndarray, "draw assumption"],
    values: Float[np.ndarray, " draw"],
    names: tuple[str, ...],
    *,
    seed: int,
    weights: Float[np.ndarray, " draw"] | None = None,
    judged: bool = True,
) -> Emulator:
    """Fit, judge by cross-validation and screen.

    Parameters
    ----------
    z
        Coordinates of the assumptions; standard normal under the prior, but draws of any proposal will do.
    seed
        Of the folds and permutations.
    weights
        How many times each draw counts, as in a bootstrap sample; once each if not given. A draw is left out with all its
        copies, so that none is predicted from another.
    judged
        Whether to cross-validate; without it the skill reads 0.

    Raises
    ------
    InferenceError
        If there are fewer than 16 draws, or a value is not finite.
    """
    refuse_unusable(values, weights)
    counts = np.ones(len(values)) if weights is None else weights
    directions, intercept, slope, curvature, idle = _fit(z, values, counts, np.random.default_rng([seed, 0]))

    if not judged:
        return Emulator(names, directions, intercept, slope, curvature, 0.0, 0.0, tuple(names[j] for j in idle))

    def without_fold(z: np.ndarray, values: np.ndarray, counts: np.ndarray) -> Predict:
        parts = _fit(z, values, counts, np.random.default_rng([seed, 0]))
        return Emulator(names, *parts[:4], 0.0, 0.0, ()).predict

    left_out = cross_validate(without_fold, z, values, counts, seed=seed)
    r2, residual = skill(left_out, values, counts)
    return Emulator(names, directions, intercept, slope, curvature, r2, residual, tuple(names[j] for j in idle), left_out)


Predict = Callable[[np.ndarray], np.ndarray]


def refuse_unusable(values: Float[np.ndarray, " draw"], weights: Float[np.ndarray, " draw"] | None = None) -> None:
    """Raise InferenceError if there are fewer than 16 values, copies counted, or one is not finite."""
    count = len(values) if weights is None else round(float(weights.sum()))
    if count < FEWEST_DRAWS:
        raise InferenceError(f"an emulator needs at least {FEWEST_DRAWS} draws; found {count}.", hint="Raise the number of draws.")
    if not np.isfinite(values).all():
        found = int((~np.isfinite(values)).sum())
        raise InferenceError(f"an emulator needs finite values; {found} of {len(values)} are not.", hint="Leave these draws out.")


def cross_validate(
    fit: Callable[[np.ndarray, np.ndarray, np.ndarray], Predict],
    z: Float[np.ndarray, "draw assumption"],
    values: Float[np.ndarray, " draw"],
    weights: Float[np.ndarray, " draw"],
    *,
    seed: int,
) -> Float[np.ndarray, " draw"]:
    """Residual of each draw, predicted by a fit (of coordinates, values, weights) to the other four of five folds."""
    fold = np.random.default_rng([seed, 1]).permutation(len(values)) % FOLDS
    residual = np.zeros(len(values))
    for k in range(FOLDS):
        out = fold == k
        residual[out] = values[out] - fit(z[~out], values[~out], weights[~out])(z[out])
    return residual


def skill(
    left_out: Float[np.ndarray, " draw"], values: Float[np.ndarray, " draw"], weights: Float[np.ndarray, " draw"]
) -> tuple[float, float]:
    """Share of the variance that was predicted, and the standard deviation of what was not."""
    share = weights / weights.sum()
    spread = float(share @ np.square(values - share @ values))
    r2 = 1.0 - float(share @ np.square(left_out)) / spread if spread > 0 else 0.0
    return r2, float(np.sqrt(share @ np.square(left_out - share @ left_out)))


def without_outliers(values: Float[np.ndarray, " draw"]) -> Float[np.ndarray, " draw"]:
    """Very low values raised: a draw that all but excludes the record must not bend the fit where the others lie."""
    middle = np.median(values)
    spread = 1.4826 * np.median(np.abs(values - middle))  # the standard deviation of a normal with this median deviation
    return np.maximum(values, middle - OUTLYING * spread) if spread > 0 else values


_Fitted = tuple[np.ndarray, float, np.ndarray, np.ndarray, Int[np.ndarray, " idle"]]


def _fit(z: np.ndarray, values: np.ndarray, weights: np.ndarray, rng: np.random.Generator) -> _Fitted:
    """Directions, intercept, slope, curvature, and the assumptions without a visible effect."""
    linear = _adaptive_ridge(z, values, weights)
    mean = float(np.average(values, weights=weights))
    noise = linear.left_out
    shuffled = np.array([rng.permutation(len(values)) for _ in range(PERMUTATIONS)])
    null = np.quantile(np.abs(linear.smoother @ noise[shuffled].T), TRUSTED, axis=1)
    straight = np.abs(linear.coefficients) > null
    bend, bend_null = _bends(z, noise, weights, shuffled)
    bent = bend > np.quantile(bend_null, TRUSTED, axis=0)
    idle = np.flatnonzero(~straight & ~bent)
    columns = []
    if straight.any() and weights @ np.square(noise) < weights @ np.square(values - mean):
        columns.append(linear.coefficients)
    # among many assumptions some seem to bend by chance: the largest of all null effects is the bar for a direction
    strong = np.flatnonzero(bend > np.quantile(bend_null.max(1), TRUSTED))
    columns += [np.eye(z.shape[1])[j] for j in strong[np.argsort(-bend[strong], kind="stable")][:MOST_BENDS]]
    if not columns:
        none = np.zeros(0)
        return np.zeros((z.shape[1], 0)), mean, none, np.zeros((0, 0)), idle
    directions = _orthonormal(np.array(columns).T)
    return (directions, *_quadratic(z @ directions, values, weights), idle)


def _adaptive_ridge(z: np.ndarray, values: np.ndarray, weights: np.ndarray) -> _Ridge:
    first = _ridge(z, values, weights)
    size = np.sqrt(np.abs(first.coefficients))
    if not size.any():
        return first
    scale = size / np.sqrt(np.square(size).mean())
    second = _ridge(z * scale, values, weights)
    intercept = second.intercept  # unchanged: the same columns in another unit
    return _Ridge(second.coefficients * scale, second.left_out, second.smoother * scale[:, None], intercept)


def _ridge(columns: np.ndarray, values: np.ndarray, weights: np.ndarray) -> _Ridge:
    """Ridge regression with the penalty that leaves the smallest leave-one-out error."""
    share, root = weights / weights.sum(), np.sqrt(weights)
    centre, mean = share @ columns, share @ values
    u, d, v = np.linalg.svd(root[:, None] * (columns - centre), full_matrices=False)
    keep = d > d.max(initial=0.0) * 1e-10
    u, d, v = u[:, keep], d[keep], v[keep]
    centred = root * (values - mean)
    found = u.T @ centred
    shrink = d**2 / (d**2 + PENALTIES[:, None])
    lever = np.minimum(shrink @ np.square(u).T + share, 1 - 1e-9)
    left_out = (centred - (shrink * found) @ u.T) / (1 - lever)
    best = int(np.argmin(np.square(left_out).sum(1)))
    smoother = v.T @ ((shrink[best] / d)[:, None] * u.T)
    coefficients = smoother @ centred
    return _Ridge(coefficients, left_out[best] / root, smoother * root, float(mean - centre @ coefficients))


def _bends(z: np.ndarray, noise: np.ndarray, weights: np.ndarray, shuffled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """|Correlation| of each squared coordinate with the residuals, and the same for shuffled residuals."""
    share, root = weights / weights.sum(), np.sqrt(weights)
    squares = root[:, None] * (np.square(z) - share @ np.square(z))
    squares /= np.maximum(np.linalg.norm(squares, axis=0), 1e-300)
    unit = root * (noise - share @ noise)
    unit /= max(float(np.linalg.norm(unit)), 1e-300)
    return np.abs(unit @ squares), np.abs(unit[shuffled] @ squares)


def _orthonormal(columns: np.ndarray) -> Float[np.ndarray, "assumption direction"]:
    """The same span, the first column kept in direction; columns that add nothing are dropped."""
    kept: list[np.ndarray] = []
    for column in columns.T:
        rest = column / np.linalg.norm(column)
        for other in kept:
            rest = rest - (other @ rest) * other
        if (size := float(np.linalg.norm(rest))) > 0.1:  # less is all but the same direction
            kept.append(rest / size)
    return np.array(kept).T


def _quadratic(s: np.ndarray, values: np.ndarray, weights: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Intercept, slope and curvature of a quadratic; squares and products are shrunk, slopes hardly."""
    count = s.shape[1]
    first, second = np.triu_indices(count)
    straight = _ridge_or_mean(s, values, weights)
    products = s[:, first] * s[:, second]
    # the draws of a proposal are not centred: what of a square is linear there must not hide its curvature
    lines, root = np.column_stack([np.ones(len(s)), s]), np.sqrt(weights)[:, None]
    products_alone = products - lines @ np.linalg.lstsq(root * lines, root * products, rcond=None)[0]
    bent = _ridge_or_mean(products_alone, straight.left_out, weights)
    curvature = np.zeros((count, count))
    curvature[first, second] = bent.coefficients
    curvature = (curvature + curvature.T) / 2
    # slopes again, beside the curvature
    rest = _ridge_or_mean(s, values - np.einsum("ki,ij,kj->k", s, curvature, s), weights)
    return rest.intercept, rest.coefficients, curvature


def _ridge_or_mean(columns: np.ndarray, values: np.ndarray, weights: np.ndarray) -> _Ridge:
    """A ridge regression, or the mean alone where that predicts a draw left out better."""
    found = _ridge(columns, values, weights)
    mean = float(np.average(values, weights=weights))
    if weights @ np.square(found.left_out) < weights @ np.square(values - mean):
        return found
    return _Ridge(np.zeros(columns.shape[1]), values - mean, np.zeros(columns.shape[::-1]), mean)
