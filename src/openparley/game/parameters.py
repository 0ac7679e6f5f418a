"""The numbers of a dispute: who wants what how much, how precisely it chooses, how motives drift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from openparley.errors import ParameterError

SUM_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Motives:
    """What one actor may want, and how it chooses.

    Attributes
    ----------
    types
        Type labels; one for an actor whose motive is common knowledge.
    weights
        Type → interest → utils per unit of the interest. An interest left out weighs nothing.
    prior
        Public belief over the types at the start; sums to one.
    drift
        ``drift[k, m]``: probability that type k is type m in the next round; rows sum to one.
    precision
        λ ≥ 0, per util. 0 is play by base propensities alone; large is best response.
    discount
        Value now of one util in the next round, in (0, 1].
    propensity
        Move → base propensity m(a) > 0 relative to 1, the chance of a move that nothing speaks for or against.
    given
        Other actor → its type → interest → utils per unit that are added to the weight while that actor is of that type:
        what an outcome is worth may depend on whom it is reached with. Nothing is seen of it before the dispute is over.
    """

    types: tuple[str, ...]
    weights: Mapping[str, Mapping[str, float]]
    prior: Float[np.ndarray, " type"]
    drift: Float[np.ndarray, "type type"]
    precision: float
    discount: float = 1.0
    propensity: Mapping[str, float] = field(default_factory=dict)
    given: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        k = len(self.types)
        if not 1 <= k <= 4:
            raise ParameterError(f"an actor has 1 to 4 types; found {k}: {', '.join(self.types)}.")
        if set(self.weights) != set(self.types):
            raise ParameterError(f"every type needs weights: types are {', '.join(self.types)}, weights for {', '.join(self.weights)}.")
        if self.prior.shape != (k,) or self.prior.min() < 0 or abs(self.prior.sum() - 1) > SUM_TOLERANCE:
            raise ParameterError(f"the prior over {', '.join(self.types)} must be {k} shares that sum to one; found {self.prior}.")
        if self.drift.shape != (k, k) or self.drift.min() < 0 or np.abs(self.drift.sum(1) - 1).max() > SUM_TOLERANCE:
            raise ParameterError(f"every row of the drift matrix must be {k} probabilities that sum to one; found {self.drift.tolist()}.")
        if self.precision < 0:
            raise ParameterError(f"precision must be 0 or more; found {self.precision}.")
        if not 0 < self.discount <= 1:
            raise ParameterError(f"discount must be in (0, 1]; found {self.discount}.")
        bad = {move: m for move, m in self.propensity.items() if not m > 0}
        if bad:
            raise ParameterError(f"base propensities must be above 0; found {bad}.")

    def weights_given(self, kind: str, types: Mapping[str, str]) -> Mapping[str, float]:
        """Interest → utils per unit for one type of this actor when the others' types are those given."""
        total = dict(self.weights[kind])
        for other, by_type in self.given.items():
            for name, weight in by_type.get(types[other], {}).items():
                total[name] = total.get(name, 0.0) + weight
        return total


@dataclass(frozen=True)
class Parameters:
    """All numbers that a dispute needs to be solved.

    Attributes
    ----------
    motives
        Actor → its motives.
    chance
        Chance assumption → probability.
    """

    motives: Mapping[str, Motives]
    chance: Mapping[str, float] = field(default_factory=dict)


def even_drift(types: int, leave_prob: float) -> Float[np.ndarray, "type type"]:
    """Drift in which a type is left with ``leave_prob`` per round, for any other alike.

    Examples
    --------
    >>> even_drift(2, 0.1)
    array([[0.9, 0.1],
           [0.1, 0.9]])
    """
    if types == 1:
        return np.ones((1, 1))
    matrix = np.full((types, types), leave_prob / (types - 1))
    np.fill_diagonal(matrix, 1 - leave_prob)
    return matrix
