"""Draws of the assumptions from their stated ranges, the same for an assumption whatever else is in the case."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float
from scipy import special  # not scipy.stats, which takes longer to import than a small case takes to fit

from openparley.errors import ParameterError

PERT_SHAPE = 4.0  # weight of the likeliest value in a PERT distribution
OUTERMOST = 8.0  # standard deviations; beyond it a quantile is 0 or 1 to the last bit
OUTER_QUANTILE = 0.95  # low and high of a normal or log-normal are its 5th and 95th percentile


@runtime_checkable
class Ranged(Protocol):
    """What is needed of an assumption to draw it."""

    @property
    def id(self) -> str:
        """Its name."""
        ...

    @property
    def low(self) -> float:
        """The low end, or the 5th percentile."""
        ...

    @property
    def likely(self) -> float:
        """The likeliest value."""
        ...

    @property
    def high(self) -> float:
        """The high end, or the 95th percentile."""
        ...

    @property
    def distribution(self) -> str:
        """Name of the distribution."""
        ...


@dataclass(frozen=True)
class Draws:
    """Values of all assumptions in every draw.

    Attributes
    ----------
    values
        Assumption id → one value a draw, in the assumption's unit.
    """

    values: Mapping[str, Float[np.ndarray, " draw"]]
    seed: int
    count: int

    def at(self, draw: int) -> dict[str, float]:
        """The assumptions of one draw."""
        return {name: float(column[draw]) for name, column in self.values.items()}


def draw_assumptions(assumptions: Sequence[Ranged], *, count: int, seed: int) -> Draws:
    """Draw every assumption from its own distribution, independently, stratified over the draws.

    The stratification of an assumption depends on ``seed`` and its id only, so that changing or removing another
    one leaves its draws as they were.

    Raises
    ------
    ParameterError
        If ``count`` is not positive.
    """
    if count < 1:
        raise ParameterError(f"at least one draw is needed; found {count}.")
    values = {assumption.id: quantile(assumption, strata(assumption.id, count=count, seed=seed)) for assumption in assumptions}
    return Draws(values, seed, count)


def strata(id: str, *, count: int, seed: int, batch: int = 0) -> Float[np.ndarray, " draw"]:
    """Quantiles of one assumption, one in each of ``count`` equal strata, in random order.

    They depend on the seed, the batch and the id only.
    """
    key = [seed, int.from_bytes(hashlib.sha256(id.encode()).digest()[:8], "little")]
    rng = np.random.default_rng([*key, batch] if batch else key)
    return (rng.permutation(count) + rng.random(count)) / count


def free(assumptions: Sequence[Ranged]) -> tuple[Ranged, ...]:
    """Assumptions that are not points: each has one standard normal coordinate, in this order."""
    return tuple(row for row in assumptions if not (row.distribution == "fixed" or row.low == row.high))


def normals(assumptions: Sequence[Ranged], *, count: int, seed: int, batch: int = 0) -> Float[np.ndarray, "draw assumption"]:
    """Standard normal coordinates of the free assumptions; under them lie the draws of `draw_assumptions` when ``batch`` is 0."""
    columns = [special.ndtri(strata(row.id, count=count, seed=seed, batch=batch)) for row in free(assumptions)]
    return np.clip(np.array(columns).reshape(len(columns), count).T, -OUTERMOST, OUTERMOST)


def at_normals(assumptions: Sequence[Ranged], z: Float[np.ndarray, "draw assumption"]) -> dict[str, Float[np.ndarray, " draw"]]:
    """Values of all assumptions, points included, at coordinates of the free ones."""
    share = iter(special.ndtr(z).T)
    coordinates = {row.id for row in free(assumptions)}
    return {row.id: quantile(row, next(share) if row.id in coordinates else np.zeros(len(z))) for row in assumptions}


def quantile(assumption: Ranged, share: Float[np.ndarray, " draw"]) -> Float[np.ndarray, " draw"]:
    """Quantiles of an assumption's distribution."""
    low, likely, high = assumption.low, assumption.likely, assumption.high
    if assumption.distribution == "fixed" or low == high:
        return np.full(len(share), likely)
    width = high - low
    match assumption.distribution:
        case "uniform":
            return low + width * share
        case "triangular":
            lean = (likely - low) / width
            return low + width * np.where(share < lean, np.sqrt(lean * share), 1 - np.sqrt((1 - lean) * (1 - share)))
        case "pert" | "beta":
            lean = (likely - low) / width
            return low + width * special.betaincinv(1 + PERT_SHAPE * lean, 1 + PERT_SHAPE * (1 - lean), share)
        case "normal" | "lognormal":
            return _split_normal(assumption, share)
    raise ParameterError(f"assumption {assumption.id}: no distribution “{assumption.distribution}”.")


def _split_normal(assumption: Ranged, share: Float[np.ndarray, " draw"]) -> Float[np.ndarray, " draw"]:
    """Normal about the likeliest value as median, each half scaled to its own outer percentile."""
    log = assumption.distribution == "lognormal"
    low, likely, high = (np.log(x) if log else x for x in (assumption.low, assumption.likely, assumption.high))
    z, outer = special.ndtri(share), special.ndtri(OUTER_QUANTILE)
    value = likely + z / outer * np.where(z < 0, likely - low, high - likely)
    return np.exp(value) if log else value
