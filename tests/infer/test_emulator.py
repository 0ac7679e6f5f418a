"""The emulator: what it finds in responses of known form, how it judges itself, and which assumptions it calls idle."""

import numpy as np
import pytest

from openparley.errors import InferenceError
from openparley.infer.emulator import Emulator, fit_emulator

WIDE = 120
NAMES = tuple(f"A{i:03d}" for i in range(WIDE))
SEED = 1


def drawn(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng([seed, 9]).normal(size=(count, WIDE))


def skill(found: Emulator, z: np.ndarray, truth: np.ndarray) -> float:
    return float(1 - np.square(truth - found.predict(z)).mean() / truth.var())


def test_a_linear_response_is_found_with_fewer_draws_than_assumptions() -> None:
    weights = np.zeros(WIDE)
    weights[:4] = (1.0, -0.8, 0.6, 0.4)
    z, fresh = drawn(96), drawn(2000, seed=1)
    found = fit_emulator(z, z @ weights + 0.2 * np.random.default_rng(2).normal(size=96), NAMES, seed=SEED)
    assert skill(found, fresh, fresh @ weights) > 0.8
    assert abs(found.directions[:, 0] @ weights) > 0.9 * np.linalg.norm(weights)
    assert not set(NAMES[:3]) & set(found.idle)


def test_curvature_of_one_assumption_is_found_where_nothing_is_linear() -> None:
    z, fresh = drawn(200), drawn(2000, seed=1)
    found = fit_emulator(z, -0.9 * np.square(z[:, 7]), NAMES, seed=SEED)
    assert skill(found, fresh, -0.9 * np.square(fresh[:, 7])) > 0.8
    assert NAMES[7] not in found.idle


def test_cross_validated_skill_is_the_skill_on_fresh_draws() -> None:
    weights = np.r_[np.linspace(1, 0.1, 12), np.zeros(WIDE - 12)]
    told, true = [], []
    for seed in range(4):
        z, fresh = drawn(128, seed), drawn(1000, seed=50 + seed)
        rng = np.random.default_rng(seed)
        found = fit_emulator(z, z @ weights + 0.5 * rng.normal(size=128), NAMES, seed=SEED)
        told.append(found.r2)
        true.append(skill(found, fresh, fresh @ weights + 0.5 * rng.normal(size=1000)))
    assert np.mean(told) == pytest.approx(np.mean(true), abs=0.1)
    assert np.mean(told) < np.mean(true) + 0.03  # folds see fewer draws, so it errs on the low side


def test_noise_gives_no_skill() -> None:
    found = [fit_emulator(drawn(96, seed), np.random.default_rng(seed).normal(size=96), NAMES, seed=SEED) for seed in range(4)]
    assert max(one.r2 for one in found) < 0.1


def test_idle_assumptions_are_those_without_effect_but_for_one_in_ten() -> None:
    """Two tests at 5 % each, of slope and of curvature."""
    weights = np.r_[np.ones(5), np.zeros(WIDE - 5)]
    falsely = []
    for seed in range(3):
        z = drawn(200, seed)
        found = fit_emulator(z, z @ weights + np.random.default_rng(seed).normal(size=200), NAMES, seed=SEED)
        assert not set(NAMES[:5]) & set(found.idle)
        falsely.append(1 - len(found.idle) / (WIDE - 5))
    assert np.mean(falsely) < 0.2


def test_a_constant_is_predicted_without_directions() -> None:
    found = fit_emulator(drawn(40), np.full(40, 2.5), NAMES, seed=SEED)
    assert found.directions.shape == (WIDE, 0)
    assert found.predict(drawn(3)) == pytest.approx(2.5)
    assert found.r2 == 0


def test_same_draws_same_emulator_and_any_order_of_names() -> None:
    z = drawn(80)
    values = z[:, 3] + 0.1 * np.square(z[:, 5])
    one, two = (fit_emulator(z, values, NAMES, seed=SEED) for _ in range(2))
    assert np.array_equal(one.predict(z), two.predict(z))
    order = np.random.default_rng(3).permutation(WIDE)
    other = fit_emulator(z[:, order], values, tuple(NAMES[j] for j in order), seed=SEED)
    assert other.predict(z[:, order]) == pytest.approx(one.predict(z), abs=1e-8)
    assert set(other.idle) == set(one.idle)


def test_too_few_draws_and_impossible_records_are_refused() -> None:
    with pytest.raises(InferenceError, match="at least 16 draws; found 5"):
        fit_emulator(drawn(5), np.zeros(5), NAMES, seed=SEED)
    with pytest.raises(InferenceError, match="2 of 20 are not"):
        fit_emulator(drawn(20), np.r_[np.zeros(18), -np.inf, np.nan], NAMES, seed=SEED)
