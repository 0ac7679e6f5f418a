"""Tests of uniformity for ranks, and what else tells whether stated probabilities hold: coverage, reliability, Brier score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import stats

NULL_SAMPLES = 4000
NULL_SEED = 1
EDGES = (0.0, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 1.0)


def kolmogorov(ranks: np.ndarray) -> float:
    """p-value of the Kolmogorov–Smirnov test against the uniform distribution."""
    return float(stats.kstest(ranks, "uniform").pvalue)


def envelope(ranks: np.ndarray) -> float:
    """p-value of the simultaneous band about the empirical distribution function.

    At each of n points the number of ranks below is binomial; the statistic is the smallest two-sided tail probability over
    the points, and the p-value its place among simulated uniform samples. The band of Säilynoja, Bürkner and Vehtari at level
    1 − α holds the whole curve exactly when this is above α. (Their method was read in the code of BayesFlow and the
    documentation of bayesplot; the paper was not.)
    """
    return float((1 + np.searchsorted(_null(len(ranks)), _smallest_tail(ranks[None])[0], side="right")) / (NULL_SAMPLES + 1))


def _smallest_tail(ranks: np.ndarray) -> np.ndarray:
    count = ranks.shape[1]
    points = np.arange(1, count) / count
    below = np.array([np.searchsorted(np.sort(row), points, side="right") for row in ranks])
    binomial = stats.binom(count, points)
    return 2 * np.minimum(binomial.cdf(below), binomial.sf(below - 1)).min(1)


@cache
def _null(count: int) -> np.ndarray:
    return np.sort(_smallest_tail(np.random.default_rng(NULL_SEED).random((NULL_SAMPLES, count))))


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """p-values adjusted so that the chance of any false alarm among them stays below the level (Holm)."""
    adjusted, worst = {}, 0.0
    for i, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        worst = max(worst, min(1.0, p * (len(p_values) - i)))
        adjusted[name] = worst
    return adjusted


def rank_among(values: np.ndarray, weights: np.ndarray, truth: float, rng: np.random.Generator) -> float:
    """Rank of a truth that is not among the weighted draws: uniform over the gap that it falls into.

    With weights alike this is (draws below + U) / (draws + 1), which is uniform when the truth is one more draw. Weighted, the
    truth counts as one draw of the effective number.
    """
    gap = np.square(weights).sum()
    return float((weights[values < truth].sum() + gap * rng.random()) / (1 + gap))


def rank_within(values: np.ndarray, weights: np.ndarray, truth: int, rng: np.random.Generator) -> float:
    """Rank of a truth that is one of the draws, uniform over its own weight and that of its ties."""
    same = values == values[truth]
    return float(weights[values < values[truth]].sum() + weights[same].sum() * rng.random())


@dataclass(frozen=True)
class Share:
    """So many of so many, with the exact 95 % interval of the binomial (Clopper–Pearson)."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        return self.hits / self.of if self.of else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        if not self.of:
            return 0.0, 1.0
        found = stats.binomtest(self.hits, self.of).proportion_ci(0.95)
        return float(found.low), float(found.high)

    @classmethod
    def count(cls, hits: np.ndarray | Sequence[bool]) -> "Share":
        return cls(int(np.sum(hits)), len(hits))


@dataclass(frozen=True)
class Brier:
    """Brier score of stated probabilities and its parts by bin (Murphy): score ≈ reliability − resolution + uncertainty."""

    score: float
    reliability: float
    resolution: float
    uncertainty: float


@dataclass(frozen=True)
class Bin:
    """Events whose stated probability lies in one bin."""

    mean: float
    happened: Share


def bins(stated: np.ndarray, happened: np.ndarray) -> list[Bin]:
    """Events by stated probability; empty bins are left out."""
    which = np.clip(np.searchsorted(EDGES, stated, side="right") - 1, 0, len(EDGES) - 2)
    inside = [which == k for k in range(len(EDGES) - 1)]
    return [Bin(float(stated[here].mean()), Share.count(happened[here])) for here in inside if here.any()]


def brier(stated: np.ndarray, happened: np.ndarray) -> Brier:
    rate, found = float(happened.mean()), bins(stated, happened)
    reliability = sum(b.happened.of * (b.happened.value - b.mean) ** 2 for b in found) / len(stated)
    resolution = sum(b.happened.of * (b.happened.value - rate) ** 2 for b in found) / len(stated)
    return Brier(float(np.square(stated - happened).mean()), reliability, resolution, rate * (1 - rate))


def sureness(stated: np.ndarray, happened: np.ndarray) -> float:
    """Standard normal if events happen independently as often as stated; positive when probabilities are too extreme.

    The difference of the Brier score from its expectation, over its standard deviation (known as Spiegelhalter's; his paper was not read).
    """
    slope = 1 - 2 * stated
    spread = np.sqrt((slope**2 * stated * (1 - stated)).sum())
    return float(((happened - stated) * slope).sum() / spread)


def bias(stated: np.ndarray, happened: np.ndarray) -> float:
    """Standard normal if events happen independently as often as stated; positive when they happen more often."""
    return float((happened - stated).sum() / np.sqrt((stated * (1 - stated)).sum()))
