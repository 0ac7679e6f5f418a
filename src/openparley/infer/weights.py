"""Importance weights: how many draws they are worth, how heavy their tail is, and intervals under them."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy import stats

from openparley.infer.posterior import Estimate

LEVEL = 0.9
OVER_DRAWS = "90 % range over the assumptions"
OUTER_Z, INNER_Z = 1.645, 0.674  # normal quantiles of a 90 % and a 50 % interval
K_HAT_LIMIT = 0.7
FEWEST_EFFECTIVE = 100.0


def normalised(log_weight: Float[np.ndarray, " draw"]) -> Float[np.ndarray, " draw"]:
    """Weights that sum to one, from logs."""
    weight = np.exp(log_weight - log_weight.max())
    return weight / weight.sum()


def effective_draws(weights: Float[np.ndarray, " draw"]) -> float:
    """Kish effective sample size, 1 / Σ w²."""
    return float(1.0 / np.square(weights).sum())


def pareto_k(weights: Float[np.ndarray, " draw"]) -> float:
    """Shape of the generalised Pareto fitted to the largest weights (Vehtari et al., Pareto smoothed importance sampling; not checked).

    The tail is the largest min(draws/5, 3·√draws) weights; NaN when there are fewer than five of them.
    """
    tail = int(min(len(weights) / 5, 3 * np.sqrt(len(weights))))
    if tail < 5:
        return float("nan")
    ordered = np.sort(weights)
    above = ordered[-tail:] - ordered[-tail - 1]
    if above.max() <= 1e-12:
        return -np.inf  # all alike: no tail at all
    shape, _, _ = stats.genpareto.fit(above / above.max(), floc=0)
    return float(shape)


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
