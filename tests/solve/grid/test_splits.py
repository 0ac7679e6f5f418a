"""The nodes of a belief and how values are read between them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openparley.errors import ParameterError
from openparley.solve.grid.splits import beliefs_from_splits, interpolation_weights, split_grid, splits_from_beliefs

ROUNDING = 1e-12
types = st.integers(2, 4)


@given(types, st.integers(0, 9999))
def test_splits_and_beliefs_say_the_same(count: int, seed: int) -> None:
    beliefs = np.random.default_rng(seed).dirichlet(np.ones(count), 20)
    assert beliefs_from_splits(splits_from_beliefs(beliefs)) == pytest.approx(beliefs, abs=ROUNDING)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_every_vertex_is_a_node(count: int) -> None:
    grid = split_grid(count, 3)
    for vertex in np.eye(count):
        assert (np.abs(grid.beliefs - vertex).max(1) < ROUNDING).any()
    assert interpolation_weights(grid, np.eye(count)) @ grid.beliefs == pytest.approx(np.eye(count), abs=ROUNDING)


@given(types, st.integers(2, 6), st.integers(0, 9999))
def test_polynomials_of_the_splits_are_read_exactly(count: int, nodes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    grid = split_grid(count, nodes)
    powers = rng.integers(0, nodes, (4, count - 1))

    def polynomial(beliefs: np.ndarray) -> np.ndarray:
        return np.prod(splits_from_beliefs(beliefs)[:, None, :] ** powers, axis=2).sum(1)

    # A vertex leaves the splits behind it open, so the polynomial is tabulated by node, not by belief.
    line = np.sin(0.5 * np.pi * np.arange(nodes) / (nodes - 1)) ** 2
    shares = np.stack(np.meshgrid(*[line] * (count - 1), indexing="ij"), -1).reshape(-1, count - 1)
    table = np.prod(shares[:, None, :] ** powers, axis=2).sum(1)
    beliefs = rng.dirichlet(np.ones(count), 10)
    assert interpolation_weights(grid, beliefs) @ table == pytest.approx(polynomial(beliefs), abs=1e-9)


def test_a_grid_needs_two_nodes() -> None:
    with pytest.raises(ParameterError, match="at least 2 nodes for a split; found 1"):
        split_grid(3, 1)


def test_one_type_is_one_point() -> None:
    grid = split_grid(1, 7)
    assert grid.points == 1
    assert interpolation_weights(grid, np.ones((3, 1))) == pytest.approx(np.ones((3, 1)))
