"""Importance weights: closed forms, tails of known shape, and ranges that leave the dice out."""

import numpy as np
import pytest
from scipy import stats

from openparley.infer.weights import (
    effective_draws,
    estimate,
    generalised_pareto,
    k_hat_limit,
    normalised,
    pareto_k,
    pareto_smoothed,
    weighted_quantile,
)

EXACT = 1e-12
DRAWS = 4000
SEEDS = range(12)
SHAPE_ERROR = 0.1  # standard error of the mean of twelve fits to 190 tail weights each is about 0.03


def test_normalised_survives_any_scale() -> None:
    logs = np.log([1.0, 2.0, 5.0])
    for shift in (-1000.0, 0.0, 1000.0):
        assert normalised(logs + shift) == pytest.approx([0.125, 0.25, 0.625], abs=EXACT)
    assert normalised(np.array([0.0, -np.inf])) == pytest.approx([1.0, 0.0], abs=EXACT)


def test_effective_draws_of_closed_forms() -> None:
    assert effective_draws(np.full(50, 0.02)) == pytest.approx(50, rel=EXACT)
    assert effective_draws(np.eye(50)[3]) == pytest.approx(1, rel=EXACT)
    assert effective_draws(np.array([0.5, 0.25, 0.25])) == pytest.approx(8 / 3, rel=EXACT)


@pytest.mark.parametrize("shape", [0.2, 0.5, 0.8, 1.1])
def test_pareto_k_finds_a_known_tail(shape: float) -> None:
    found = []
    for seed in SEEDS:
        weights = stats.genpareto.rvs(shape, size=DRAWS, random_state=np.random.default_rng([seed, 1]))
        found.append(pareto_k(weights / weights.sum()))
    assert np.mean(found) == pytest.approx(shape, abs=SHAPE_ERROR)


def test_pareto_k_of_bounded_weights_is_below_zero() -> None:
    weights = np.random.default_rng(0).random(DRAWS)
    assert pareto_k(weights / weights.sum()) < 0


def test_pareto_k_of_the_textbook_proposal() -> None:
    """Weights of a normal target of sd σ under a standard normal proposal have shape 1 − 1/σ²."""
    found = []
    for seed in SEEDS:
        x = np.random.default_rng([seed, 2]).normal(size=DRAWS)
        found.append(pareto_k(normalised(0.5 * x**2 - 0.5 * (x / 2) ** 2)))
    assert np.mean(found) == pytest.approx(0.75, abs=0.25)  # a normal tail reaches its limit slowly


def test_pareto_k_without_a_tail() -> None:
    assert np.isnan(pareto_k(np.full(20, 0.05)))
    assert pareto_k(np.full(200, 0.005)) == -np.inf


def test_quantiles_of_even_weights_are_hazens() -> None:
    values = np.random.default_rng(1).normal(size=37)
    for share in (0.05, 0.25, 0.5, 0.8, 0.95):
        found = weighted_quantile(values, np.full(37, 1 / 37), share)
        assert found == pytest.approx(np.quantile(values, share, method="hazen"), abs=1e-9)


def test_quantiles_by_hand_in_any_order() -> None:
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([0.2, 0.5, 0.3])
    # mid-points of the steps are 0.25, 0.65 and 0.9 for the values 1, 2 and 3
    assert weighted_quantile(values, weights, 0.25) == pytest.approx(1.0, abs=EXACT)
    assert weighted_quantile(values, weights, 0.45) == pytest.approx(1.5, abs=EXACT)
    assert weighted_quantile(values, weights, 0.9) == pytest.approx(3.0, abs=EXACT)
    assert weighted_quantile(values, weights, 0.99) == 3.0
    order = np.array([2, 0, 1])
    assert weighted_quantile(values[order], weights[order], 0.45) == pytest.approx(1.5, abs=EXACT)


def test_a_draw_without_weight_does_not_count() -> None:
    values, weights = np.array([1.0, 2.0, 1e6]), np.array([0.5, 0.5, 0.0])
    found = estimate(values, weights)
    assert found.value == pytest.approx(1.5, abs=EXACT)
    assert found.mcse == pytest.approx(np.sqrt(0.125), abs=EXACT)


def test_monte_carlo_error_of_even_weights_is_the_textbooks() -> None:
    values = np.random.default_rng(2).normal(size=500)
    found = estimate(values, np.full(500, 1 / 500))
    assert found.mcse == pytest.approx(values.std() / np.sqrt(500), rel=1e-9)


def test_range_is_over_assumptions_and_not_dice() -> None:
    """Draws whose true values spread by 0.05, each seen through dice of 0.1: the range is that of the true values."""
    rng = np.random.default_rng(3)
    spread, dice, count = 0.05, 0.1, 20_000
    truth = rng.normal(0.5, spread, count)
    seen = truth + rng.normal(0, dice, count)
    even = np.full(count, 1 / count)
    calm, noisy = estimate(seen, even, noise=dice**2), estimate(seen, even)
    half = {0.95: stats.norm.ppf(0.95), 0.75: stats.norm.ppf(0.75)}
    for high, low, share in ((calm.high, calm.low, 0.95), (calm.high50, calm.low50, 0.75)):
        assert high - low == pytest.approx(2 * half[share] * spread, rel=0.05)
    assert noisy.high - noisy.low == pytest.approx(2 * half[0.95] * np.hypot(spread, dice), rel=0.05)
    assert calm.value == noisy.value
    assert calm.mcse == noisy.mcse  # the dice are in the error of the mean, not in the range


def test_range_of_nothing_but_dice_is_the_error_of_the_mean() -> None:
    rng = np.random.default_rng(4)
    found = estimate(rng.normal(0.5, 0.1, 200), np.full(200, 1 / 200), noise=0.02)
    assert found.mcse == pytest.approx(0.1 / np.sqrt(200), rel=0.2)
    assert found.high - found.low == pytest.approx(2 * stats.norm.ppf(0.95) * found.mcse, rel=1e-3)
    assert found.high50 - found.low50 == pytest.approx(2 * stats.norm.ppf(0.75) * found.mcse, rel=1e-3)


def test_no_range_leaves_the_scale() -> None:
    found = estimate(np.array([0.0, 0.0, 0.02]), np.full(3, 1 / 3), noise=1e-3, bounds=(0.0, 1.0))
    assert found.low == 0
    assert estimate(np.array([0.0, 0.0, 0.02]), np.full(3, 1 / 3), noise=1e-3).low < 0


def test_range_holds_the_mean_and_the_inner_range() -> None:
    rng = np.random.default_rng(5)
    for _ in range(50):
        values, weights = rng.gamma(0.3, size=9), rng.dirichlet(np.full(9, 0.3))
        found = estimate(values, weights, noise=float(rng.random()) * 0.05)
        assert found.low <= found.low50 <= found.value <= found.high50 <= found.high
        assert found.level == 0.9


def test_generalised_pareto_is_about_as_good_as_maximum_likelihood() -> None:
    for shape in (-0.2, 0.3, 0.7):
        found = []
        for seed in SEEDS:
            excess = np.sort(stats.genpareto.rvs(shape, scale=2.0, size=400, random_state=np.random.default_rng([seed, 3])))
            found.append((*generalised_pareto(excess), *stats.genpareto.fit(excess, floc=0)[::2]))
        ours, scale, fitted, _ = np.mean(found, axis=0)
        assert ours == pytest.approx(fitted * 400 / 410 + 5 / 410, abs=0.02)  # the weak prior: ten observations of shape ½
        assert scale == pytest.approx(2.0, rel=0.1)


def test_smoothing_keeps_order_total_and_all_but_the_tail() -> None:
    raw = stats.genpareto.rvs(0.8, size=400, random_state=np.random.default_rng(6))
    raw = raw / raw.sum()
    smooth, shape = pareto_smoothed(raw)
    assert shape == pareto_k(raw)
    assert smooth.sum() == pytest.approx(1, abs=EXACT)
    order = np.argsort(raw)
    assert (np.diff(smooth[order]) >= -EXACT).all()
    body = order[:-60]  # 3·√400 weights are the tail
    assert smooth[body] / raw[body] == pytest.approx(smooth[body[0]] / raw[body[0]], rel=1e-9)
    assert smooth.max() * raw[body[0]] / smooth[body[0]] <= raw.max() + EXACT


def test_smoothing_lessens_the_error_of_a_heavy_tail() -> None:
    """Mean of a normal of sd 1.7 about 1 from standard normal draws: raw and smoothed estimates over repeated samples."""
    errors = []
    for seed in range(150):
        x = np.random.default_rng([seed, 7]).normal(size=200)
        raw = normalised(0.5 * x**2 - 0.5 * ((x - 1) / 1.7) ** 2)
        errors.append([weights @ x - 1 for weights in (raw, pareto_smoothed(raw)[0])])
    raw_error, smooth_error = np.sqrt(np.square(errors).mean(0))
    assert smooth_error < raw_error * 1.02
    assert np.std(errors, axis=0)[1] < np.std(errors, axis=0)[0]


def test_light_tails_are_left_alone() -> None:
    raw = normalised(0.1 * np.random.default_rng(8).normal(size=300))
    smooth, shape = pareto_smoothed(raw)
    assert shape < 1 / 3
    assert np.array_equal(smooth, raw)


def test_limit_of_k_hat_grows_with_the_draws() -> None:
    assert [k_hat_limit(count) for count in (100, 2200, 100_000)] == pytest.approx([0.5, 0.7, 0.7], abs=2e-3)
    assert k_hat_limit(1) == -np.inf
