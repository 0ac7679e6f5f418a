"""Scores of forecasts that came true or did not, what they are compared with, and when they are too few to judge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from openparley.errors import ParameterError

FEWEST_JUDGED = 20  # under so many a mean score says more of luck than of skill
FEWEST_FOR_INTERVAL = 30
LEVEL = 0.9
REPEATS = 2000
KT = 0.5
"""What the Krichevsky–Trofimov predictor adds to every count."""


def brier(prob: Float[np.ndarray, "*row"], happened: Bool[np.ndarray, "*row"]) -> Float[np.ndarray, "*row"]:
    """Squared distance of a probability from what happened: 0 is best, 1 worst; always 50 % scores 0.25.

    Examples
    --------
    >>> brier(np.array([0.5, 0.9]), np.array([True, False]))
    array([0.25, 0.81])
    """
    return np.square(_probs(prob) - happened)


def log_score(prob: Float[np.ndarray, "*row"], happened: Bool[np.ndarray, "*row"]) -> Float[np.ndarray, "*row"]:
    """Natural log of the probability given to what happened: 0 is best, −∞ worst; always 50 % scores −0.69."""
    _probs(prob)
    with np.errstate(divide="ignore"):
        return np.log(np.where(happened, prob, 1.0 - prob))


def brier_of_options(probs: Float[np.ndarray, "row option"], seen: Int[np.ndarray, " row"]) -> Float[np.ndarray, " row"]:
    """Squared distances summed over all options, of which one happened: 0 is best, 2 worst.

    With two options it is twice `brier`.
    """
    hit = np.arange(probs.shape[1]) == seen[:, None]
    return np.square(_rows(probs) - hit).sum(1)


def log_score_of_options(probs: Float[np.ndarray, "row option"], seen: Int[np.ndarray, " row"]) -> Float[np.ndarray, " row"]:
    """Natural log of the probability given to the option that happened."""
    with np.errstate(divide="ignore"):
        return np.log(_rows(probs)[np.arange(len(seen)), seen])


def skill(score: Float[np.ndarray, " row"], baseline: Float[np.ndarray, " row"]) -> float:
    """1 − mean score over mean baseline: 1 is perfect, 0 as good as the baseline, below 0 worse than it.

    Holds for every score whose best value is 0, Brier and log alike. NaN without rows, or where the baseline was perfect.
    """
    if not len(score) or not np.isfinite(below := float(baseline.mean())) or below == 0:
        return float("nan")
    return 1.0 - float(score.mean()) / below


def mean_interval(
    score: Float[np.ndarray, " row"], seed: int, *, units: Int[np.ndarray, " row"] | None = None, level: float = LEVEL
) -> tuple[float, float] | None:
    """Bootstrap interval of a mean score; see `skill_interval`."""
    return _bootstrap(score, np.ones_like(score), units, seed, level, lambda top, count: top / count)


def skill_interval(
    score: Float[np.ndarray, " row"],
    baseline: Float[np.ndarray, " row"],
    seed: int,
    *,
    units: Int[np.ndarray, " row"] | None = None,
    level: float = LEVEL,
) -> tuple[float, float] | None:
    """Bootstrap interval of the skill, score and baseline resampled together.

    Parameters
    ----------
    units
        What each row belongs to; rows of one unit are not independent and are drawn together. Each its own unit by default.

    Returns
    -------
    Ends of the equal-tailed interval; None under `FEWEST_FOR_INTERVAL` units, or where a score has no limit.
    """
    return _bootstrap(score, baseline, units, seed, level, lambda top, below: 1.0 - top / below)


def _bootstrap(
    top: np.ndarray,
    below: np.ndarray,
    units: np.ndarray | None,
    seed: int,
    level: float,
    value: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> tuple[float, float] | None:
    of = np.arange(len(top)) if units is None else np.unique(units, return_inverse=True)[1]
    count = int(of.max()) + 1 if len(of) else 0
    if count < FEWEST_FOR_INTERVAL or not (np.isfinite(top).all() and np.isfinite(below).all()):
        return None
    sums = np.stack([np.bincount(of, column, count) for column in (top, below)])
    times = np.random.default_rng(seed).multinomial(count, np.full(count, 1.0 / count), size=REPEATS)
    tops, belows = sums @ times.T
    if not belows.all():
        return None
    low, high = np.quantile(value(tops, belows), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


@dataclass(frozen=True)
class Bin:
    """Forecasts of like probability.

    Attributes
    ----------
    low, high
        Ends of the bin; ``high`` belongs to the next bin, but for the last.
    mean_prob
        Mean of the probabilities in it; NaN when it is empty.
    share_happened
        Share of them that came true; NaN when it is empty.
    """

    low: float
    high: float
    count: int
    mean_prob: float
    share_happened: float


def calibration(prob: Float[np.ndarray, " row"], happened: Bool[np.ndarray, " row"], bins: int = 5) -> tuple[Bin, ...]:
    """How often what was given a probability came true, in bins of equal width."""
    edges = np.linspace(0.0, 1.0, bins + 1)
    inside = np.clip(np.searchsorted(edges, _probs(prob), side="right") - 1, 0, bins - 1)
    found = []
    for number in range(bins):
        chosen = inside == number
        count = int(chosen.sum())
        means = (float(prob[chosen].mean()), float(happened[chosen].mean())) if count else (float("nan"), float("nan"))
        found.append(Bin(float(edges[number]), float(edges[number + 1]), count, *means))
    return tuple(found)


def uniform_probs(legal: Bool[np.ndarray, "row option"]) -> Float[np.ndarray, "row option"]:
    """Every legal option alike."""
    _legal(legal)
    return legal / legal.sum(1, keepdims=True)


def frequency_probs(seen: Int[np.ndarray, " row"], legal: Bool[np.ndarray, "row option"]) -> Float[np.ndarray, "row option"]:
    """Each row predicted from the rows before it by observed frequency, half a count added to every option.

    Krichevsky and Trofimov's predictor (*not checked* in the original), over the legal options of the row.

    Examples
    --------
    >>> frequency_probs(np.array([0, 0, 1]), np.ones((3, 2), bool))
    array([[0.5       , 0.5       ],
           [0.75      , 0.25      ],
           [0.83333333, 0.16666667]])
    """
    _legal(legal)
    weight = (_counts(seen, legal.shape[1]) + KT) * legal
    return weight / weight.sum(1, keepdims=True)


def markov_probs(seen: Int[np.ndarray, " row"], legal: Bool[np.ndarray, "row option"]) -> Float[np.ndarray, "row option"]:
    """Each row predicted from what followed the same previous option in the rows before it.

    Half a count for every option is spread by `frequency_probs`, to which the prediction so shrinks while a transition has
    been seen rarely; the first row is predicted by it alone.
    """
    options = legal.shape[1]
    frequency = frequency_probs(seen, legal)
    before = np.concatenate([[-1], seen[:-1]]) if len(seen) else seen
    successors = np.zeros_like(frequency)
    for state in np.unique(before):
        rows = before == state
        successors[rows] = _counts(seen[rows], options)
    weight = successors * legal + KT * options * frequency
    return weight / weight.sum(1, keepdims=True)


def _counts(seen: Int[np.ndarray, " row"], options: int) -> Float[np.ndarray, "row option"]:
    """How often each option had been seen before each row."""
    hits = (np.arange(options) == seen[:, None]).astype(float)
    return np.cumsum(hits, axis=0) - hits


def _probs(prob: np.ndarray) -> np.ndarray:
    if not ((prob >= 0) & (prob <= 1)).all():
        raise ParameterError("a probability to be scored lies outside 0 to 1, or is not a number.")
    return prob


def _rows(probs: np.ndarray) -> np.ndarray:
    if not np.allclose(_probs(probs).sum(1), 1.0, atol=1e-6):
        raise ParameterError("the probabilities of the options of a row do not sum to 1.")
    return probs


def _legal(legal: np.ndarray) -> None:
    if not legal.any(1).all():
        raise ParameterError("a row has no legal option.")
