"""The belief grid: where beliefs are tabulated and how values are read between the nodes.

A belief over K types is K − 1 *splits*: the share of type k among the types k, …, K − 1. Each split has
Chebyshev–Lobatto nodes, so every vertex and every face of the simplex is on the grid, and values are read with the
polynomial through all nodes. No belief lies outside the grid, so nothing is clamped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from openparley.errors import ParameterError


@dataclass(frozen=True)
class SplitGrid:
    """Nodes of the splits of one actor's belief.

    Attributes
    ----------
    nodes
        One row a split, padded with zeros behind its ``sizes`` entries; shares in [0, 1].
    coefficients
        Reciprocals of the Lagrange denominators, padded alike.
    beliefs
        Belief over the types at every node of the product grid, last split fastest.
    """

    sizes: tuple[int, ...]
    nodes: Float[np.ndarray, "split node"]
    coefficients: Float[np.ndarray, "split node"]
    beliefs: Float[np.ndarray, "point type"]

    @property
    def points(self) -> int:
        """Number of nodes of the product grid."""
        return len(self.beliefs)


def split_grid(types: int, nodes_per_split: int) -> SplitGrid:
    """The grid for an actor with ``types`` types; one point where there is only one type.

    Raises
    ------
    ParameterError
        If there are fewer than two nodes for a split.

    Examples
    --------
    >>> split_grid(2, 3).beliefs
    array([[0. , 1. ],
           [0.5, 0.5],
           [1. , 0. ]])
    """
    if types > 1 and nodes_per_split < 2:
        raise ParameterError(f"a belief grid needs at least 2 nodes for a split; found {nodes_per_split}.")
    splits = types - 1
    line = np.sin(0.5 * np.pi * np.arange(nodes_per_split) / max(nodes_per_split - 1, 1)) ** 2
    gaps = line[:, None] - line[None, :]
    np.fill_diagonal(gaps, 1.0)
    coefficient = 1.0 / gaps.prod(1)
    shares = np.stack(np.meshgrid(*[line] * splits, indexing="ij"), -1).reshape(-1, splits) if splits else np.zeros((1, 0))
    beliefs = beliefs_from_splits(shares)
    return SplitGrid((nodes_per_split,) * splits, np.tile(line, (splits, 1)), np.tile(coefficient, (splits, 1)), beliefs)


def beliefs_from_splits(shares: Float[np.ndarray, "point split"]) -> Float[np.ndarray, "point type"]:
    """Beliefs over the types from the splits; the inverse of `splits_from_beliefs` where no tail is empty."""
    left = np.concatenate([np.ones((len(shares), 1)), np.cumprod(1.0 - shares, axis=1)], axis=1)
    return left * np.concatenate([shares, np.ones((len(shares), 1))], axis=1)


def splits_from_beliefs(beliefs: Float[np.ndarray, "point type"]) -> Float[np.ndarray, "point split"]:
    """Share of type k among the types from k on; 0 where these have no weight."""
    tails = np.cumsum(beliefs[:, ::-1], axis=1)[:, ::-1]
    return np.divide(beliefs[:, :-1], tails[:, :-1], out=np.zeros((len(beliefs), beliefs.shape[1] - 1)), where=tails[:, :-1] > 0)


def interpolation_weights(grid: SplitGrid, beliefs: Float[np.ndarray, "point type"]) -> Float[np.ndarray, "point node"]:
    """Weights that read a tabulated value at the given beliefs; each row sums to one."""
    weights = np.ones((len(beliefs), 1))
    for split, share in enumerate(splits_from_beliefs(beliefs).T):
        gaps = share[:, None] - grid.nodes[split][None, :]
        n = gaps.shape[1]
        others = np.stack([np.delete(gaps, j, axis=1).prod(1) for j in range(n)], 1)
        weights = (weights[:, :, None] * (others * grid.coefficients[split])[:, None, :]).reshape(len(beliefs), -1)
    return weights
