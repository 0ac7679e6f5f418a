"""Variance shares beside SALib and a closed form; what chance may claim; correlation ratios under weights."""

import numpy as np
import pytest
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import sobol as sobol_sample
from SALib.test_functions import Ishigami

from openparley.errors import InferenceError
from openparley.forecast.sensitivity import (
    RATIO_COLUMNS,
    SHARE_COLUMNS,
    Quantity,
    VarianceShares,
    posterior_ratios,
    ratio_rows,
    share_rows,
    variance_shares,
)
from openparley.infer.chaos import fit_chaos
from openparley.infer.emulator import fit_emulator
from openparley.infer.prior import at_normals, normals
from openparley.infer.surrogate import fit_surrogate, refit
from openparley.record.casefile import Assumption

SEED = 3
SALIB_ERROR = 0.01  # of 4096 base samples on this function
A, B = 7.0, 0.1


def uniform(id: str) -> Assumption:
    return Assumption(
        id=id, sets=f"weight.mediator.*.{id}", statement="Stated.", low=-np.pi, likely=0.0, high=np.pi, distribution="uniform",
        basis=("default",), status="caveated",
    )  # fmt: skip


def drawn(count: int, *ids: str) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates and values of uniform assumptions, drawn as the engine draws its first batch."""
    rows = tuple(uniform(id) for id in ids)
    z = normals(rows, count=count, seed=SEED)
    return z, np.array(list(at_normals(rows, z).values())).T


def quantity(values: np.ndarray, noise: float = 0.0) -> Quantity:
    return Quantity("q", "a quantity", values, np.full(len(values), noise))


def even(z: np.ndarray) -> np.ndarray:
    return np.full(len(z), 1 / len(z))


def shares(z: np.ndarray, values: np.ndarray, names: tuple[str, ...], *, noise: float = 0.0, bootstraps: int = 6) -> VarianceShares:
    return variance_shares(quantity(values, noise), z, names, even(z), seed=SEED, bootstraps=bootstraps, shuffles=12)


def closed_form() -> tuple[np.ndarray, np.ndarray]:
    """First-order and total shares of sin x₁ + a sin² x₂ + b x₃⁴ sin x₁ on (−π, π)³, by integrating."""
    first = 0.5 * (1 + B * np.pi**4 / 5) ** 2
    second = A**2 / 8
    both = B**2 * np.pi**8 * (1 / 18 - 1 / 50)
    whole = first + second + both
    return np.array([first, second, 0.0]) / whole, np.array([first + both, second, both]) / whole


@pytest.fixture(scope="module")
def ishigami() -> VarianceShares:
    z, x = drawn(128, "x1", "x2", "x3")
    return shares(z, Ishigami.evaluate(x, A, B), ("x1", "x2", "x3"))


def by_name(found: VarianceShares, names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    rows = {row.assumption: (row.first, row.total) for row in found.shares}
    first, total = np.array([rows.get(name, (0.0, 0.0)) for name in names]).T
    return first, total


def test_shares_of_ishigami_are_the_closed_form(ishigami: VarianceShares) -> None:
    assert ishigami.family == "polynomial"
    assert ishigami.r2 > 0.999
    for found, exact in zip(by_name(ishigami, ("x1", "x2", "x3")), closed_form(), strict=True):
        assert found == pytest.approx(exact, abs=2e-3)


def test_shares_of_ishigami_are_those_of_salib(ishigami: VarianceShares) -> None:
    problem = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[-np.pi, np.pi]] * 3}
    sample = sobol_sample.sample(problem, 4096, calc_second_order=False, seed=SEED)
    result = sobol_analysis.analyze(problem, Ishigami.evaluate(sample, A, B), calc_second_order=False, seed=SEED)
    for found, theirs in zip(by_name(ishigami, ("x1", "x2", "x3")), (result["S1"], result["ST"]), strict=True):
        assert found == pytest.approx(theirs, abs=SALIB_ERROR)


def test_intervals_hold_the_share_and_rows_have_every_column(ishigami: VarianceShares) -> None:
    for row in ishigami.shares:
        assert row.first_low <= row.first <= row.first_high
        assert row.total_low <= row.total <= row.total_high
        assert row.first <= row.total + 1e-12
    rows = share_rows([ishigami])
    assert {len(row) for row in rows} == {len(SHARE_COLUMNS)}
    assert rows[-1][1] == f"idle ({len(ishigami.idle)})"


@pytest.mark.parametrize("family", ["linear", "polynomial"])
def test_effects_of_an_emulator_are_what_sampling_it_gives(family: str) -> None:
    """The closed form beside first-order shares from conditional means over a grid of the other assumption."""
    rng = np.random.default_rng(SEED)
    z = rng.normal(size=(120, 2))
    values = z[:, 0] + 0.5 * np.square(z[:, 0]) + z[:, 0] * z[:, 1] + 0.3 * z[:, 1]
    found = refit(family, z, values, ("a", "b"), seed=SEED)  # type: ignore[arg-type]
    nodes, mass = np.polynomial.hermite_e.hermegauss(61)
    mass = mass / mass.sum()
    table = found.predict(np.array([(a, b) for a in nodes for b in nodes])).reshape(61, 61)
    mean = mass @ table @ mass
    first = np.array([mass @ np.square(table @ mass - mean), mass @ np.square(mass @ table - mean)])
    whole = mass @ np.square(table - mean) @ mass
    effects = found.effects()
    # squared errors of coefficients are taken off in one family; with no noise they are next to nothing
    assert np.diag(effects) == pytest.approx(first, rel=0.02, abs=0.01)
    assert np.triu(effects).sum() == pytest.approx(whole, rel=0.02)


def test_idle_assumptions_get_no_share_but_by_rare_chance() -> None:
    """At a level of one in twenty for the luckiest of all, more than one of four has a chance of 1 in 70."""
    claimed, missed = 0, 0
    for seed in range(4):
        rng = np.random.default_rng([seed, 4])
        z = rng.normal(size=(80, 24))
        values = np.exp(0.5 * z[:, 0]) + np.square(z[:, 1]) + 0.8 * z[:, 2] + 0.4 * rng.normal(size=80)
        found = variance_shares(
            quantity(values), z, tuple(f"A{i}" for i in range(24)), even(z), seed=seed, bootstraps=2, shuffles=20
        )  # fmt: skip
        named = {row.assumption for row in found.shares}
        claimed += bool(named - {"A0", "A1", "A2"})
        missed += len({"A0", "A1", "A2"} - named)
        assert not named & set(found.idle)
        assert len(named) + len(found.idle) == 24
    assert claimed <= 1
    assert missed <= 2


def test_noise_alone_has_no_shares() -> None:
    z = np.random.default_rng(SEED).normal(size=(60, 10))
    found = shares(z, np.random.default_rng(8).normal(size=60), tuple(f"A{i}" for i in range(10)))
    assert found.shares == ()
    assert found.unexplained == 1.0
    assert len(found.idle) == 10


def test_dice_are_not_counted_as_variance() -> None:
    """Rates of 64 futures: without their noise the shares are those of the probability itself."""
    rng = np.random.default_rng(SEED)
    z = rng.normal(size=(200, 4))
    prob = 0.5 + 0.1 * z[:, 0].clip(-3, 3)
    rate = rng.binomial(64, prob) / 64
    noise = Quantity("q", "q", rate, rate * (1 - rate) / 63)
    found = variance_shares(noise, z, ("a", "b", "c", "d"), even(z), seed=SEED, bootstraps=2, shuffles=10)
    raw = variance_shares(quantity(rate), z, ("a", "b", "c", "d"), even(z), seed=SEED, bootstraps=2, shuffles=10)
    assert found.shares[0].first > 0.9 > raw.shares[0].first
    assert found.spread == pytest.approx(float(prob.std()), rel=0.15)


def test_draws_of_a_proposal_give_the_shares_of_the_prior() -> None:
    rng = np.random.default_rng(SEED)
    z = rng.normal(size=(240, 3)) * (1.4, 1.0, 1.0) + (0.8, 0.0, 0.0)
    ratio = np.exp(-0.5 * np.square(z[:, 0]) + 0.5 * np.square((z[:, 0] - 0.8) / 1.4))
    values = np.square(z[:, 0]) + z[:, 1]
    found = variance_shares(quantity(values), z, ("a", "b", "c"), ratio / ratio.sum(), seed=SEED, bootstraps=2, shuffles=10)
    assert by_name(found, ("a", "b", "c"))[0] == pytest.approx([2 / 3, 1 / 3, 0.0], abs=0.03)


def test_a_draw_counted_twice_is_a_draw_weighted_twice() -> None:
    rng = np.random.default_rng(SEED)
    z, values = rng.normal(size=(60, 5)), rng.normal(size=60)
    values += 2 * z[:, 0]
    times = rng.integers(1, 3, 60)
    weighted = fit_emulator(z, values, tuple("abcde"), seed=SEED, weights=times.astype(float), judged=False)
    even_ = fit_emulator(z, values, tuple("abcde"), seed=SEED, weights=np.full(60, 1.0), judged=False)
    plain = fit_emulator(z, values, tuple("abcde"), seed=SEED, judged=False)
    assert np.array_equal(even_.predict(z), plain.predict(z))
    chaos = fit_chaos(z, values, tuple("abcde"), seed=SEED, weights=times.astype(float), judged=False)
    terms = np.column_stack([np.ones(60), *(chaos.predict(z)[:, None] - chaos.mean).T])
    normal = terms.T @ (times * (values - chaos.predict(z)))
    assert normal == pytest.approx(np.zeros(len(normal)), abs=1e-8)  # least squares over the copies
    assert weighted.predict(z) != pytest.approx(plain.predict(z), abs=1e-6)


def test_the_better_family_is_taken() -> None:
    rng = np.random.default_rng(SEED)
    z = rng.normal(size=(64, 80))
    many, few = z @ rng.normal(size=80), np.sin(2 * z[:, 0]) * 3
    names = tuple(f"A{i}" for i in range(80))
    assert fit_surrogate(z, many, names, seed=SEED)[0] == "linear"
    assert fit_surrogate(z, few, names, seed=SEED)[0] == "polynomial"


def test_correlation_ratios_find_what_foretells_and_print_nothing_of_noise() -> None:
    rng = np.random.default_rng(SEED)
    z = rng.normal(size=(200, 12))
    weights = np.exp(0.7 * z[:, 2])
    values = np.square(z[:, 0]) + 0.3 * rng.normal(size=200)
    names = tuple(f"A{i}" for i in range(12))
    found = posterior_ratios(quantity(values), z, names, weights / weights.sum(), seed=SEED)
    assert [row.assumption for row in found.ratios] == ["A0"]
    assert found.ratios[0].ratio > 0.7
    assert found.ratios[0].above == pytest.approx(found.ratios[0].ratio - found.null)
    assert {len(row) for row in ratio_rows([found])} == {len(RATIO_COLUMNS)}
    noise = posterior_ratios(quantity(rng.normal(size=200)), z, names, weights / weights.sum(), seed=SEED)
    assert noise.ratios == ()


def test_too_few_draws_are_refused() -> None:
    with pytest.raises(InferenceError, match="at least 16 draws; found 10"):
        shares(np.zeros((10, 2)), np.zeros(10), ("a", "b"))
