"""The belief grid: where beliefs are tabulated and how values are read between the nodes.

A belief over K types is K − 1 *splits*: the share of type k among the types k, …, K − 1. Every vertex and every face of
the simplex is on the grid, so that certain beliefs are solved as the games that they are, and nothing is clamped.

``chebyshev``
    Chebyshev–Lobatto nodes in each split; values are read with the polynomial through all nodes. The more exact one up
    to about 7 nodes a split.
``log_odds``
    Nodes evenly spaced in the log odds of a split, from −reach to reach, and the two ends; values are read with the
    cubic through the four nearest inner nodes, so the error falls with the fourth power of the spacing. Beyond the
    outermost inner node a straight line in the share leads to the end. The faster one from about 10 nodes a split on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float

from openparley.errors import ParameterError, one_of, quoted

Spacing = Literal["chebyshev", "log_odds"]
FEWEST = {"chebyshev": 2, "log_odds": 6}  # a cubic needs four inner nodes
CERTAIN = 600.0  # log odds that stand for a certain belief: e to minus this is above the smallest double


@dataclass(frozen=True)
class SplitGrid:
    """Nodes of the splits of one actor's belief.

    Attributes
    ----------
    nodes
        One row a split, padded with zeros behind its ``sizes`` entries; shares in [0, 1], rising.
    coefficients
        Reciprocals of the Lagrange denominators, padded alike; of no use with log odds.
    beliefs
        Belief over the types at every node of the product grid, last split fastest.
    reach
        Log odds of the outermost inner node; 0 for Chebyshev nodes.
    """

    sizes: tuple[int, ...]
    nodes: Float[np.ndarray, "split node"]
    coefficients: Float[np.ndarray, "split node"]
    beliefs: Float[np.ndarray, "point type"]
    reach: float = 0.0

    @property
    def points(self) -> int:
        """Number of nodes of the product grid."""
        return len(self.beliefs)


def split_grid(types: int, nodes_per_split: int, spacing: Spacing = "chebyshev", reach: float = 0.0) -> SplitGrid:
    """The grid for an actor with ``types`` types; one point where there is only one type.

    Parameters
    ----------
    reach
        Log odds of the outermost inner node, above 0, where nodes are spaced in log odds.

    Raises
    ------
    ParameterError
        If there are too few nodes for a split, or the spacing is unknown.

    Examples
    --------
    >>> split_grid(2, 3).beliefs
    array([[0. , 1. ],
           [0.5, 0.5],
           [1. , 0. ]])
    """
    if spacing not in get_args(Spacing):
        raise ParameterError(f"{quoted(spacing)} is no spacing of a belief grid; write {one_of(get_args(Spacing))}.")
    if types > 1 and nodes_per_split < FEWEST[spacing]:
        raise ParameterError(f"a belief grid needs at least {FEWEST[spacing]} nodes for a split; found {nodes_per_split} with {spacing}.")
    splits = types - 1
    if spacing == "log_odds" and splits:
        if not 0 < reach < CERTAIN:
            raise ParameterError(f"a grid in log odds needs a reach between 0 and {CERTAIN:g}; found {reach:g}.")
        line = np.concatenate([[0.0], 1.0 / (1.0 + np.exp(-np.linspace(-reach, reach, nodes_per_split - 2))), [1.0]])
        coefficient = np.zeros(nodes_per_split)
    else:
        reach = 0.0
        line = np.sin(0.5 * np.pi * np.arange(nodes_per_split) / max(nodes_per_split - 1, 1)) ** 2
        gaps = line[:, None] - line[None, :]
        np.fill_diagonal(gaps, 1.0)
        coefficient = 1.0 / gaps.prod(1)
    shares = np.stack(np.meshgrid(*[line] * splits, indexing="ij"), -1).reshape(-1, splits) if splits else np.zeros((1, 0))
    beliefs = beliefs_from_splits(shares)
    return SplitGrid((nodes_per_split,) * splits, np.tile(line, (splits, 1)), np.tile(coefficient, (splits, 1)), beliefs, reach)


def beliefs_from_splits(shares: Float[np.ndarray, "point split"]) -> Float[np.ndarray, "point type"]:
    """Beliefs over the types from the splits; the inverse of `splits_from_beliefs` where no tail is empty."""
    left = np.concatenate([np.ones((len(shares), 1)), np.cumprod(1.0 - shares, axis=1)], axis=1)
    return left * np.concatenate([shares, np.ones((len(shares), 1))], axis=1)


def splits_from_beliefs(beliefs: Float[np.ndarray, "point type"]) -> Float[np.ndarray, "point split"]:
    """Share of type k among the types from k on; 0 where these have no weight."""
    tails = np.cumsum(beliefs[:, ::-1], axis=1)[:, ::-1]
    return np.divide(beliefs[:, :-1], tails[:, :-1], out=np.zeros((len(beliefs), beliefs.shape[1] - 1)), where=tails[:, :-1] > 0)


def log_odds_from_beliefs(beliefs: Float[np.ndarray, "point type"]) -> Float[np.ndarray, "point split"]:
    """Log odds of type k against the types after it; ±`CERTAIN` where one side has no weight."""
    tails = np.cumsum(beliefs[:, ::-1], axis=1)[:, ::-1]
    least = np.exp(-CERTAIN)
    odds = np.log(np.maximum(beliefs[:, :-1], least)) - np.log(np.maximum(tails[:, 1:], least))
    return np.clip(odds, -CERTAIN, CERTAIN)


def interpolation_weights(grid: SplitGrid, beliefs: Float[np.ndarray, "point type"]) -> Float[np.ndarray, "point node"]:
    """Weights that read a tabulated value at the given beliefs; each row sums to one."""
    weights = np.ones((len(beliefs), 1))
    places = log_odds_from_beliefs(beliefs) if grid.reach else splits_from_beliefs(beliefs)
    for split, place in enumerate(places.T):
        along = _cubic(grid, place, grid.sizes[split]) if grid.reach else _polynomial(grid, place, split)
        weights = (weights[:, :, None] * along[:, None, :]).reshape(len(beliefs), -1)
    return weights


def _polynomial(grid: SplitGrid, share: Float[np.ndarray, " point"], split: int) -> Float[np.ndarray, "point node"]:
    gaps = share[:, None] - grid.nodes[split][None, :]
    others = np.stack([np.delete(gaps, j, axis=1).prod(1) for j in range(gaps.shape[1])], 1)
    return others * grid.coefficients[split]


def _cubic(grid: SplitGrid, odds: Float[np.ndarray, " point"], size: int) -> Float[np.ndarray, "point node"]:
    """The cubic through four inner nodes; beyond them the straight line in the share to the end."""
    inner = size - 2
    place = (np.clip(odds, -grid.reach, grid.reach) + grid.reach) * (inner - 1) / (2 * grid.reach)
    first = np.clip(place.astype(int) - 1, 0, inner - 4)
    t = place - first
    weights = np.zeros((len(odds), size))
    rows = np.arange(len(odds))
    for i in range(4):
        others = [j for j in range(4) if j != i]
        weights[rows, first + 1 + i] = np.prod([(t - j) / (i - j) for j in others], axis=0)
    beyond = np.abs(odds) > grid.reach
    near = np.exp(-np.abs(odds[beyond]))
    ratio = near / (1 + near) * (1 + np.exp(-grid.reach)) / np.exp(-grid.reach)
    low = odds[beyond] < 0
    weights[beyond] = 0.0
    weights[np.flatnonzero(beyond), np.where(low, 1, size - 2)] = ratio
    weights[np.flatnonzero(beyond), np.where(low, 0, size - 1)] = 1 - ratio
    return weights
