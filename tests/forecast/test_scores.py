"""Scores against closed forms and scikit-learn, predictors against counting by hand, intervals against what they must cover."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, log_loss

from openparley.errors import ParameterError
from openparley.forecast.scores import (
    FEWEST_FOR_INTERVAL,
    brier,
    brier_of_options,
    calibration,
    frequency_probs,
    log_score,
    log_score_of_options,
    markov_probs,
    mean_interval,
    skill,
    skill_interval,
    uniform_probs,
)

forecasts = st.lists(st.tuples(st.floats(0.001, 0.999), st.booleans()), min_size=1, max_size=30)


def arrays(rows: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([row[0] for row in rows]), np.array([row[1] for row in rows])


def test_scores_in_closed_form() -> None:
    prob, happened = np.array([0.5, 0.2, 0.2, 1.0]), np.array([True, True, False, True])
    np.testing.assert_allclose(brier(prob, happened), [0.25, 0.64, 0.04, 0.0])
    np.testing.assert_allclose(log_score(prob, happened), [-math.log(2), math.log(0.2), math.log(0.8), 0.0])
    assert log_score(np.array([0.0]), np.array([True]))[0] == -math.inf


@settings(max_examples=30)
@given(forecasts)
def test_means_are_those_of_scikit_learn(rows: list[tuple[float, bool]]) -> None:
    prob, happened = arrays(rows)
    assert brier(prob, happened).mean() == pytest.approx(brier_score_loss(happened, prob, labels=[False, True]))
    assert -log_score(prob, happened).mean() == pytest.approx(log_loss(happened, prob, labels=[False, True]))


def test_scores_over_options_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    probs, seen = rng.dirichlet(np.ones(4), 40), rng.integers(4, size=40)
    assert -log_score_of_options(probs, seen).mean() == pytest.approx(log_loss(seen, probs, labels=range(4)))
    assert brier_of_options(probs, seen).mean() == pytest.approx(brier_score_loss(seen, probs, labels=range(4), scale_by_half=False))


@given(forecasts)
def test_two_options_score_twice_the_brier_of_the_one(rows: list[tuple[float, bool]]) -> None:
    prob, happened = arrays(rows)
    both = np.column_stack([1 - prob, prob])
    np.testing.assert_allclose(brier_of_options(both, happened.astype(int)), 2 * brier(prob, happened))
    np.testing.assert_allclose(log_score_of_options(both, happened.astype(int)), log_score(prob, happened))


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_nobody_gains_by_saying_what_they_do_not_believe(truth: float, said: float) -> None:
    outcomes = np.array([True, False])
    for rule, sign in ((brier, 1), (log_score, -1)):
        honest, other = (sign * (rule(np.full(2, prob), outcomes) @ [truth, 1 - truth]) for prob in (truth, said))
        assert honest <= other + 1e-12


@given(forecasts)
def test_skill_is_zero_against_oneself_and_one_when_perfect(rows: list[tuple[float, bool]]) -> None:
    prob, happened = arrays(rows)
    mine = brier(prob, happened)
    assert skill(mine, mine) == pytest.approx(0.0)
    assert skill(brier(happened.astype(float), happened), mine) == 1.0
    worse = brier(1 - happened.astype(float), happened)
    assert skill(worse, np.full(len(rows), 0.25)) == pytest.approx(-3.0)


def test_skill_of_nothing_is_not_a_number() -> None:
    nothing = np.array([], float)
    assert math.isnan(skill(nothing, nothing))
    assert math.isnan(skill(np.array([0.1]), np.array([0.0])))
    assert math.isnan(skill(np.array([-1.0]), np.array([-math.inf])))


def test_no_interval_under_the_fewest_units() -> None:
    values = np.linspace(0.0, 1.0, FEWEST_FOR_INTERVAL)
    assert mean_interval(values, 1) is not None
    assert mean_interval(values[1:], 1) is None
    twins = np.repeat(values, 2)
    assert mean_interval(twins, 1) is not None
    assert mean_interval(twins, 1, units=np.repeat(np.arange(FEWEST_FOR_INTERVAL), 2)) is not None
    assert mean_interval(twins, 1, units=np.arange(len(twins)) % 29) is None, "sixty rows of twenty-nine units are not sixty"
    assert mean_interval(np.append(values, -np.inf), 1) is None
    assert skill_interval(values, np.zeros(len(values)), 1) is None


def test_interval_of_a_mean_is_that_of_the_normal_approximation() -> None:
    values = np.random.default_rng(5).normal(2.0, 1.0, 400)
    found = mean_interval(values, 7)
    assert found is not None
    half = 1.645 * values.std() / 20
    np.testing.assert_allclose(found, [values.mean() - half, values.mean() + half], atol=0.015)
    assert found == mean_interval(values, 7), "same seed, same interval"


def test_rows_of_one_unit_widen_the_interval_as_copies_should() -> None:
    values = np.random.default_rng(5).normal(0.0, 1.0, 100)
    copies, of = np.repeat(values, 4), np.repeat(np.arange(100), 4)
    alone, together, naive = mean_interval(values, 7), mean_interval(copies, 7, units=of), mean_interval(copies, 7)
    assert alone is not None
    assert together is not None
    assert naive is not None
    np.testing.assert_allclose(together, alone)
    assert naive[1] - naive[0] == pytest.approx((alone[1] - alone[0]) / 2, rel=0.1)


def test_calibration_counts_every_forecast_once() -> None:
    prob = np.array([0.0, 0.19, 0.2, 0.5, 0.99, 1.0])
    bins = calibration(prob, np.array([False, True, True, False, True, True]))
    assert [found.count for found in bins] == [2, 1, 1, 0, 2]
    assert bins[0].mean_prob == pytest.approx(0.095)
    assert bins[0].share_happened == 0.5
    assert bins[4].share_happened == 1.0
    assert math.isnan(bins[3].mean_prob)


def test_predictors_against_counting_by_hand() -> None:
    rng = np.random.default_rng(11)
    seen, legal = rng.integers(3, size=25), rng.random((25, 3)) < 0.7
    legal[np.arange(25), seen] = True
    frequency, markov, uniform = frequency_probs(seen, legal), markov_probs(seen, legal), uniform_probs(legal)
    for t in range(25):
        options = [a for a in range(3) if legal[t, a]]
        past = list(seen[:t])
        weight = {a: past.count(a) + 0.5 for a in options}
        after = [past[s] for s in range(1, t) if past[s - 1] == past[-1]] if t else []
        for a in range(3):
            expected = weight.get(a, 0.0) / sum(weight.values())
            assert frequency[t, a] == pytest.approx(expected)
            assert uniform[t, a] == (1 / len(options) if a in options else 0.0)
            kept = [b for b in after if legal[t, b]]
            assert markov[t, a] == pytest.approx(((after.count(a) if legal[t, a] else 0) + 1.5 * expected) / (len(kept) + 1.5))


def test_predictors_never_look_ahead() -> None:
    rng = np.random.default_rng(2)
    seen, legal = rng.integers(4, size=12), np.ones((12, 4), bool)
    other = seen.copy()
    other[6:] = (other[6:] + 1) % 4
    for predict in (frequency_probs, markov_probs):
        np.testing.assert_array_equal(predict(seen, legal)[:7], predict(other, legal)[:7])


def test_markov_learns_an_alternation_that_frequencies_cannot() -> None:
    seen, legal = np.arange(60) % 2, np.ones((60, 2), bool)
    markov, frequency = (log_score_of_options(predict(seen, legal), seen) for predict in (markov_probs, frequency_probs))
    assert markov[-20:].mean() > -0.05
    assert frequency[-20:].mean() == pytest.approx(-math.log(2), abs=0.02)


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(ParameterError, match="outside 0 to 1"):
        brier(np.array([1.2]), np.array([True]))
    with pytest.raises(ParameterError, match="not a number"):
        log_score(np.array([np.nan]), np.array([True]))
    with pytest.raises(ParameterError, match="sum to 1"):
        log_score_of_options(np.array([[0.5, 0.4]]), np.array([0]))
    with pytest.raises(ParameterError, match="no legal option"):
        uniform_probs(np.zeros((1, 2), bool))
