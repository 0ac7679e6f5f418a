"""The compiled loops against their meaning in plain NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openparley.solve.grid import kernels, vector
from openparley.solve.grid.splits import interpolation_weights, split_grid

ROUNDING = 1e-12
EXP_ERROR = 2e-11  # what the polynomial promises


def random_stage(seed: int, types: int, options: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(types)), rng.dirichlet(np.ones(options), types).T


@given(st.integers(0, 9999), st.integers(2, 4), st.integers(2, 5))
def test_beliefs_are_expected_to_stay(seed: int, types: int, options: int) -> None:
    """The read-off weights carry the posterior, and the posterior's mean over moves is the prior: E[bᵃ] = b."""
    grid = split_grid(types, 4)
    belief, sigma = random_stage(seed, types, options)
    expected = np.zeros(types)
    weights, axis = np.empty(grid.points), np.empty(grid.points + 1)
    for likelihood in sigma:
        kernels.point_weights(belief, likelihood, np.array(grid.sizes), grid.nodes, grid.coefficients, weights, axis)
        posterior = belief * likelihood / (belief @ likelihood)
        assert weights @ grid.beliefs == pytest.approx(posterior, abs=ROUNDING)
        expected += (belief @ likelihood) * (weights @ grid.beliefs)
    assert expected == pytest.approx(belief, abs=ROUNDING)


@given(st.integers(0, 9999), st.integers(2, 4), st.integers(2, 5))
def test_rows_of_weights_equal_single_ones(seed: int, types: int, nodes: int) -> None:
    grid = split_grid(types, nodes)
    rng = np.random.default_rng(seed)
    spread, likely = rng.dirichlet(np.ones(types), 5), rng.random((5, types))
    sizes = np.array(grid.sizes)
    weights = np.empty((2, grid.points, 5))
    room = (np.empty((types, 5)), np.empty(5), np.empty((types, nodes, 5)))
    policy = np.stack([np.zeros((types, 5)), likely.T])
    kernels._posterior_weights(policy, 1, spread.T.copy(), sizes, grid.nodes, grid.coefficients, *room, weights, 1)
    rows = weights[1]
    posterior = spread * likely / (spread * likely).sum(1, keepdims=True)
    single = interpolation_weights(grid, posterior)
    assert rows.T.copy() == pytest.approx(single, abs=ROUNDING)
    assert kernels.weights_at(posterior, sizes, grid.nodes, grid.coefficients, grid.points) == pytest.approx(rows.T, abs=ROUNDING)


def test_exponential_is_as_exact_as_promised() -> None:
    x = np.linspace(kernels.EXP_FLOOR, 0, 4001)
    out = np.array([kernels._exp(one) for one in x])
    assert np.abs(out / np.exp(x) - 1).max() < EXP_ERROR


def test_outer_products() -> None:
    rng = np.random.default_rng(0)
    left, right = rng.random((3, 2)), rng.random((3, 4))
    assert kernels.tensor_weights(left, right) == pytest.approx(np.einsum("ij,ik->ijk", left, right).reshape(3, 8), abs=ROUNDING)


@given(st.integers(0, 9999), st.integers(1, 10), st.one_of(st.integers(1, 9), st.just(27)), st.sampled_from([np.float32, np.float64]))
@settings(max_examples=25)
def test_rows_are_read_as_written_out(seed: int, own: int, lanes: int, kind: type[np.floating]) -> None:
    """Rows of any length: shorter than a vector, longer, and one entry for all."""
    rng = np.random.default_rng(seed)
    options, slots, points = 3, 2, own * lanes
    table = rng.random((5, slots, own, lanes)).astype(kind)
    weights, base, out = rng.random((options, own, own, lanes)), rng.random(points), np.full(3 * points, -1.0)
    to = rng.integers(0, 5, options)
    starts, per_option, places = to * slots * points, own * points, vector.row_places(own, lanes)
    vector.read_nodes(
        out, points, base, 0, weights.reshape(-1), per_option, table.reshape(-1), starts, points, 1, 2, own, lanes, places
    )  # fmt: skip
    expected = base.reshape(own, lanes) + np.einsum("ihgl,ihl->gl", weights[1:], table[to[1:], 1].astype(float))
    assert out[points : 2 * points].reshape(own, lanes) == pytest.approx(expected, abs=ROUNDING)
    assert (out[:points] == -1.0).all()
    assert (out[2 * points :] == -1.0).all()
