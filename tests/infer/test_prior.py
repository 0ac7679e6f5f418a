"""Draws of the assumptions: the stated distribution, and independence of everything else in the case."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from openparley.errors import ParameterError
from openparley.infer.prior import at_normals, draw_assumptions, free, normals, quantile
from openparley.record.casefile import Assumption

CLOSED_FORM = 1e-9
COUNT = 64
SHARES = np.array([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
BOUNDED = ("pert", "beta", "uniform", "triangular")
DISTRIBUTIONS = (*BOUNDED, "normal", "lognormal", "fixed")


def assumption(distribution: str, low: float = 0.1, likely: float = 0.3, high: float = 0.9, *, id: str = "A01") -> Assumption:
    if distribution == "fixed":
        low = high = likely
    return Assumption(
        id=id, sets="precision.mediator", statement="Stated.", low=low, likely=likely, high=high, distribution=distribution,
        basis=("default",), status="caveated",
    )  # fmt: skip


def test_quantiles_of_closed_forms() -> None:
    assert quantile(assumption("fixed"), SHARES) == pytest.approx(0.3, abs=CLOSED_FORM)
    assert quantile(assumption("uniform"), SHARES) == pytest.approx(0.1 + 0.8 * SHARES, abs=CLOSED_FORM)
    # triangular: F(x) = (x − low)² / (width · (likely − low)) below the likeliest value, mirrored above it
    below, above = 0.1 + np.sqrt(SHARES * 0.8 * 0.2), 0.9 - np.sqrt((1 - SHARES) * 0.8 * 0.6)
    assert quantile(assumption("triangular"), SHARES) == pytest.approx(np.where(SHARES < 0.25, below, above), abs=CLOSED_FORM)


@pytest.mark.parametrize("distribution", ["normal", "lognormal"])
def test_low_and_high_of_a_normal_are_its_5th_and_95th_percentile(distribution: str) -> None:
    found = quantile(assumption(distribution), np.array([0.05, 0.5, 0.95]))
    assert found == pytest.approx([0.1, 0.3, 0.9], abs=CLOSED_FORM)
    lower = quantile(assumption(distribution), np.array([0.25]))[0]
    share = stats.norm.ppf(0.25) / stats.norm.ppf(0.05)
    by_hand = 0.3 - share * 0.2 if distribution == "normal" else 0.3 * (0.1 / 0.3) ** share
    assert lower == pytest.approx(by_hand, abs=CLOSED_FORM)


@pytest.mark.parametrize("distribution", ["pert", "beta"])
def test_pert_has_its_mean_and_its_ends(distribution: str) -> None:
    row = assumption(distribution)
    assert quantile(row, np.array([0.0, 1.0])) == pytest.approx([0.1, 0.9], abs=CLOSED_FORM)
    mean = integrate.quad(lambda u: quantile(row, np.array([u]))[0], 0, 1, epsabs=CLOSED_FORM)[0]
    assert mean == pytest.approx((0.1 + 4 * 0.3 + 0.9) / 6, abs=1e-7)


@given(st.sampled_from(DISTRIBUTIONS), st.lists(st.floats(0.01, 0.99), min_size=3, max_size=3), st.integers(0, 99))
def test_draws_rise_with_their_quantile_and_keep_to_the_range(distribution: str, numbers: list[float], seed: int) -> None:
    row = assumption(distribution, *sorted(numbers))
    found = quantile(row, np.linspace(0.001, 0.999, 50))
    assert (np.diff(found) >= -CLOSED_FORM).all()
    drawn = draw_assumptions([row], count=COUNT, seed=seed).values["A01"]
    assert np.isfinite(drawn).all()
    if distribution in BOUNDED or distribution == "fixed":
        assert row.low - CLOSED_FORM <= drawn.min()
        assert drawn.max() <= row.high + CLOSED_FORM


@pytest.mark.parametrize("distribution", [name for name in DISTRIBUTIONS if name != "fixed"])
def test_one_draw_in_every_stratum(distribution: str) -> None:
    row = assumption(distribution)
    drawn = np.sort(draw_assumptions([row], count=COUNT, seed=3).values["A01"])
    edges = quantile(row, np.clip(np.arange(COUNT + 1) / COUNT, 1e-12, 1 - 1e-12))
    assert (edges[:-1] - CLOSED_FORM <= drawn).all()
    assert (drawn <= edges[1:] + CLOSED_FORM).all()


def test_changing_one_assumption_leaves_the_others_bit_for_bit() -> None:
    rows = [assumption(name, id=f"A{i:02d}") for i, name in enumerate(DISTRIBUTIONS)]
    before = draw_assumptions(rows, count=COUNT, seed=5).values
    for i, row in enumerate(rows):
        changed = row.model_copy(update={"low": 0.05, "likely": 0.5, "high": 1.0, "distribution": "uniform"})
        for edited in ([*rows[:i], changed, *rows[i + 1 :]], [*rows[:i], *rows[i + 1 :]], [changed, *rows[:i], *rows[i + 1 :]]):
            after = draw_assumptions(edited, count=COUNT, seed=5).values
            assert all((after[other.id] == before[other.id]).all() for other in rows if other.id != row.id)
        assert (draw_assumptions([changed], count=COUNT, seed=5).values[row.id] != before[row.id]).any()


def test_assumptions_are_drawn_independently() -> None:
    rows = [assumption("uniform", id=f"A{i:02d}") for i in range(20)]
    drawn = np.array(list(draw_assumptions(rows, count=400, seed=1).values.values()))
    between = np.corrcoef(drawn)[np.triu_indices(20, 1)]
    assert np.abs(between).max() < 4 / np.sqrt(400)


def test_draws_depend_on_the_seed_and_nothing_else() -> None:
    rows = [assumption("pert")]
    one, two, other = (draw_assumptions(rows, count=COUNT, seed=seed).values["A01"] for seed in (1, 1, 2))
    assert (one == two).all()
    assert (one != other).any()
    draws = draw_assumptions(rows, count=COUNT, seed=1)
    assert draws.at(7) == {"A01": one[7]}


def test_coordinates_and_values_are_two_names_of_the_same_draws() -> None:
    rows = [assumption(name, id=f"A{i:02d}") for i, name in enumerate(DISTRIBUTIONS)]
    z = normals(rows, count=COUNT, seed=2)
    assert [row.id for row in free(rows)] == [row.id for row in rows if row.distribution != "fixed"]
    assert z.shape == (COUNT, len(rows) - 1)
    values, direct = at_normals(rows, z), draw_assumptions(rows, count=COUNT, seed=2).values
    assert list(values) == list(direct)
    assert all(values[key] == pytest.approx(direct[key], rel=1e-9) for key in values)
    later = normals(rows, count=COUNT, seed=2, batch=1)
    assert (np.sort(stats.norm.cdf(later), axis=0) * COUNT).astype(int).T.tolist() == [list(range(COUNT))] * (len(rows) - 1)
    assert (later != z).all(1).any()


def test_no_draw_is_refused() -> None:
    with pytest.raises(ParameterError, match="at least one draw is needed; found 0"):
        draw_assumptions([], count=0, seed=1)


def test_unknown_distribution_is_named() -> None:
    row = replace_distribution(assumption("pert"), "cauchy")
    with pytest.raises(ParameterError, match="A01: no distribution “cauchy”"):
        quantile(row, SHARES)


def replace_distribution(row: Assumption, distribution: str) -> Assumption:
    """A row past the checks of the case file."""
    return row.model_copy(update={"distribution": distribution})
