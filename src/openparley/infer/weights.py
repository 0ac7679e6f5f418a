"""Importance weights: how many draws they are worth, how heavy their tail is, and intervals under them."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from openparley.infer.posterior import Estimate

LEVEL = 0.9
OVER_DRAWS = "90 % range over the assumptions"
OUTER_Z, INNER_Z = 1.645, 0.674  # normal quantiles of a 90 % and a 50 % interval
K_HAT_LIMIT = 0.7
FEWEST_EFFECTIVE = 100.0
FEWEST_IN_TAIL = 5
SMOOTHED_FROM = 1 / 3
PRIOR_COUNT, PRIOR_SHAPE = 10.0, 0.5


def normalised(log_weight: Float[np.ndarray, " draw"]) -> Float[np.ndarray, " draw"]:
    """Weights that sum to one, from logs."""
    weight = np.exp(log_weight - log_weight.max())
    return weight / weight.sum()


def effective_draws(weights: Float[np.ndarray, " draw"]) -> float:
    """Kish effective sample size, 1 / Σ w²."""
    return float(1.0 / np.square(weights).sum())


def k_hat_limit(draws: int) -> float:
    """Largest k-hat at which an average over so many draws is trusted: min(1 − 1/log₁₀ draws, 0.7).

    Read in the release notes of the R package “loo” 2.7.0, which take it from the revision of 2022 of Vehtari and others,
    “Pareto smoothed importance sampling”; the paper itself was not read.
    """
    return min(1.0 - 1.0 / np.log10(draws), K_HAT_LIMIT) if draws > 1 else -np.inf


def pareto_k(weights: Float[np.ndarray, " draw"]) -> float:
    """Shape of the generalised Pareto that is fitted to the largest weights.

    The tail is the largest min(draws/5, 3·√draws) weights; NaN when there are fewer than five of them.
    """
    return _fitted_tail(weights)[0]


def pareto_smoothed(weights: Float[np.ndarray, " draw"]) -> tuple[Float[np.ndarray, " draw"], float]:
    """Weights whose tail is replaced by the order statistics of the fitted generalised Pareto, and k-hat of the raw ones.

    Tails with k-hat under 1/3 stay as they are: their weights have three moments and need no smoothing. No smoothed weight
    exceeds the largest raw one. Vehtari and others, “Pareto smoothed importance sampling” (read through the
    code and documentation of ArviZ and “loo”).
    """
    shape, scale, threshold, tail = _fitted_tail(weights)
    if not (np.isfinite(shape) and shape >= SMOOTHED_FROM):
        return weights, shape
    order = np.argsort(weights, kind="stable")[-tail:]
    middle = (np.arange(tail) + 0.5) / tail
    smooth = weights.copy()
    smooth[order] = np.minimum(threshold + scale * np.expm1(-shape * np.log1p(-middle)) / shape, weights.max())
    return smooth / smooth.sum(), shape


def _fitted_tail(weights: Float[np.ndarray, " draw"]) -> tuple[float, float, float, int]:
    """Shape, scale and threshold of the tail, and how many weights it has."""
    tail = int(min(len(weights) / 5, 3 * np.sqrt(len(weights))))
    if tail < FEWEST_IN_TAIL:
        return float("nan"), 0.0, 0.0, 0
    ordered = np.sort(weights)
    threshold = float(ordered[-tail - 1])
    above = ordered[-tail:] - threshold
    if above.max() <= 1e-12:
        return -np.inf, 0.0, threshold, tail  # all alike: no tail at all
    shape, scale = generalised_pareto(np.maximum(above, above.max() * 1e-12))
    return shape, scale, threshold, tail


def generalised_pareto(excess: Float[np.ndarray, " tail"]) -> tuple[float, float]:
    """Shape and scale of a generalised Pareto from ascending excesses over a threshold.

    The quick estimator of Zhang and Stephens 2009, with a weak prior that is worth ten observations of shape ½ (both read in
    the code of ArviZ, not in the papers): profile likelihoods over a grid of b = −shape/scale are averaged.
    """
    count = len(excess)
    grid = np.arange(1, 31 + int(np.sqrt(count)))
    quartile = excess[int(count / 4 + 0.5) - 1]
    b = 1.0 / excess[-1] + (1.0 - np.sqrt(len(grid) / (grid - 0.5))) / (3.0 * quartile)
    shapes = np.log1p(-b[:, None] * excess).mean(1)
    profile = count * (np.log(-b / shapes) - shapes - 1.0)
    likelihood = normalised(profile)
    mean = float(likelihood @ b)
    shape = float(np.log1p(-mean * excess).mean())
    return (count * shape + PRIOR_COUNT * PRIOR_SHAPE) / (count + PRIOR_COUNT), -shape / mean


def weighted_quantile(values: Float[np.ndarray, " draw"], weights: Float[np.ndarray, " draw"], share: float) -> float:
    """Quantile of a weighted sample, linear between the mid-points of the steps."""
    order = np.argsort(values, kind="stable")
    middle = np.cumsum(weights[order]) - 0.5 * weights[order]
    return float(np.interp(share, middle, values[order]))


def estimate(
    values: Float[np.ndarray, " draw"],
    weights: Float[np.ndarray, " draw"],
    *,
    noise: Float[np.ndarray, " draw"] | float = 0.0,
    of: str = OVER_DRAWS,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Estimate:
    """Weighted mean with its 50 and 90 % range over the draws and its Monte Carlo error.

    Parameters
    ----------
    noise
        Monte Carlo variance of each draw's own value (from a finite number of futures). The draws are pulled toward
        their mean until their spread is what remains without it, so that the range is over assumptions and not dice.
        No range is narrower than the Monte Carlo error, so that noise removed never reads as certainty.
    bounds
        Ends of the scale, beyond which no range reaches.
    """
    mean = float(weights @ values)
    deviation = values - mean
    spread, dice = float(weights @ deviation**2), float(weights @ np.broadcast_to(noise, values.shape))
    kept = np.sqrt(max(0.0, 1.0 - dice / spread)) if spread > 0 else 1.0
    calm = mean + kept * deviation
    low, low50, high50, high = (weighted_quantile(calm, weights, share) for share in (0.05, 0.25, 0.75, 0.95))
    mcse = float(np.sqrt(np.square(weights) @ deviation**2))
    wide, half = OUTER_Z * mcse, INNER_Z * mcse
    outer, inner = (min(low, mean - wide), max(high, mean + wide)), (min(low50, mean - half), max(high50, mean + half))
    (low, high), (low50, high50) = (np.clip(ends, *bounds) for ends in (outer, inner))
    return Estimate(mean, float(low), float(high), float(low50), float(high50), LEVEL, of, mcse)
