"""Is the posterior calibrated? Simulated cases, read as a user's would be. What counts as passing: docs/theory/calibration.md."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import stats

from openparley.game.dispute_game import DisputeGame
from openparley.infer.engine import AdaptiveImportance
from openparley.infer.filter import Filter, account_share
from openparley.infer.model import build_model
from openparley.infer.observe import Observed
from openparley.infer.weights import normalised
from openparley.record.case import open_case
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid
from tests.infer.calibrating import Pool, Simulator, sanctions_model, told_case
from tests.infer.judging import FEW_REPORTS, Judged, engine_cases, judged_cases, labels_of, least_world_share
from tests.infer.uniformity import Share, bias, bins, brier, envelope, holm, kolmogorov, rank_among, rank_within, sureness

LEVEL = 0.05  # of a family of tests, after Holm's adjustment
SURE = 0.001  # of the small family of the default suite, which must not alarm falsely on a change of seed
MOST_SIGMAS, SIGMAS_AT_LENGTH = 3.5, 3.0
CASES, DRAWS = 16, 16
MANY_CASES, MANY_DRAWS = 200, 192


@cache
def pool(draws: int) -> Pool:
    return Pool.solve(sanctions_model(), draws, seed=3)


@cache
def cases(count: int, draws: int) -> list[Judged]:
    return judged_cases(pool(draws), count, seed=7, forecast=count == MANY_CASES)


def column(rows: list[Mapping[str, float]], name: str) -> np.ndarray:
    return np.array([row[name] for row in rows])


def smallest_adjusted(rows: list[Mapping[str, float]]) -> float:
    """Smallest p-value of both tests over all statistics, adjusted for their number."""
    return min(min(holm({name: test(column(rows, name)) for name in rows[0]}).values()) for test in (kolmogorov, envelope))


# the tests themselves


def test_p_values_of_the_band_are_uniform_under_uniform_ranks() -> None:
    rng = np.random.default_rng(5)
    found = [envelope(rng.random(40)) for _ in range(300)]
    assert stats.kstest(found, "uniform").pvalue > 0.01


@pytest.mark.parametrize(("a", "b"), [(2.0, 2.0), (0.5, 0.5), (1.0, 1.6)], ids=["too wide", "too narrow", "biased"])
def test_ranks_that_are_not_uniform_are_noticed(a: float, b: float) -> None:
    ranks = np.random.default_rng(6).beta(a, b, 200)
    assert envelope(ranks) < 0.01


def test_p_values_are_adjusted_as_holm_does() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "c": 0.06, "b": 0.06})


def test_rank_of_one_more_draw_is_uniform() -> None:
    rng = np.random.default_rng(8)
    ranks = [rank_among(rng.random(9), np.full(9, 1 / 9), float(rng.random()), rng) for _ in range(2000)]
    assert stats.kstest(ranks, "uniform").pvalue > 0.01


def test_rank_within_weighted_draws_is_uniform_when_the_truth_is_drawn_by_weight() -> None:
    rng = np.random.default_rng(9)
    weights = np.array([0.5, 0.3, 0.15, 0.05])
    values = np.array([3.0, 1.0, 2.0, 2.0])
    ranks = [rank_within(values, weights, int(rng.choice(4, p=weights)), rng) for _ in range(2000)]
    assert stats.kstest(ranks, "uniform").pvalue > 0.01


def test_brier_score_falls_into_its_parts() -> None:
    stated, happened = np.array([0.1, 0.1, 0.1, 0.1, 0.8, 0.8]), np.array([0.0, 0, 0, 1, 1, 1])
    parts = brier(stated, happened)
    assert parts.score == pytest.approx(parts.reliability - parts.resolution + parts.uncertainty)
    assert [(b.mean, b.happened.value) for b in bins(stated, happened)] == [(pytest.approx(0.1), 0.25), (pytest.approx(0.8), 1.0)]


def test_probabilities_that_are_too_extreme_are_noticed() -> None:
    rng = np.random.default_rng(10)
    true = rng.beta(2, 2, 500)
    happened = (rng.random(500) < true).astype(float)
    extreme = true**3 / (true**3 + (1 - true) ** 3)
    assert abs(sureness(true, happened)) < MOST_SIGMAS < sureness(extreme, happened)
    assert abs(bias(true, happened)) < MOST_SIGMAS < bias(0.7 * true, happened)


# the posterior


def test_truth_ranks_uniformly_among_the_draws() -> None:
    """With the truth among the draws the rank is uniform however few they are: a test of likelihood and filter alone."""
    assert smallest_adjusted([case.exact for case in cases(CASES, DRAWS)]) > SURE


def test_truth_ranks_uniformly_in_the_posterior_of_a_user() -> None:
    assert smallest_adjusted([case.ranks for case in cases(CASES, DRAWS)]) > SURE


def test_ranges_of_the_assumptions_cover() -> None:
    held = Share.count([case.covered[name][0] for case in cases(CASES, DRAWS) for name in case.covered])
    assert 0.85 <= held.value <= 0.97  # so few effective draws widen the range by its Monte Carlo error


def test_accounts_are_true_as_often_as_stated() -> None:
    for name in cases(CASES, DRAWS)[0].accounts:
        stated, true = np.array([case.accounts[name] for case in cases(CASES, DRAWS)], float).T
        assert abs(bias(stated, true)) < MOST_SIGMAS
        assert sureness(stated, true) < MOST_SIGMAS


def test_a_wrong_observation_model_shows_in_the_ranks() -> None:
    """Moves are reported four times less often than any draw says: the posterior sinks to the lowest detection, and truths rank above."""
    few, ranks = Pool.solve(sanctions_model(), 8, seed=4), []
    for case in range(12):
        rng = np.random.default_rng([11, case])
        draw, told = int(rng.integers(len(few))), None
        muted = few.reportings[draw]
        muted = replace(muted, detection={a: {m: p / 4 for m, p in moves.items()} for a, moves in muted.detection.items()})
        while told is None:
            told = Simulator(few.model, few.behaviours[draw], muted).record(rng)
        weights = normalised(np.array([each.log_evidence[-1] for each in few.read(told.reports)]))
        ranks.append(rank_within(few.values["detection-default"], weights, draw, rng))
    assert kolmogorov(np.array(ranks)) < 0.01


def test_share_of_an_account_stays_within_what_the_reports_allow() -> None:
    """No account is ruled out by few reports: whatever it expects, an error of the report is possible."""
    few, small = 0, pool(DRAWS)
    for case in range(12):
        rng = np.random.default_rng([13, case])
        draw, told = told_case(small, rng)
        found = Filter(small.model, small.behaviours[draw], small.reportings[draw], observed=Observed(told.reports, {}, {})).run()
        stay = np.diag(small.simulator(draw).drift)
        bound = least_world_share(small.model, found, small.reportings[draw], told.reports, stay)
        assert (found.world_share >= bound).all()
        for t, share in enumerate(found.world_share):
            if sum(r.round <= t for r in told.reports) < FEW_REPORTS:
                few += 1
                assert 0 < share.min() <= share.max() < 1
    assert few > 60


def test_shares_of_accounts_never_reach_the_ends_on_few_reports() -> None:
    for case in cases(CASES, DRAWS):
        assert 0 < case.few[0] < case.few[1] < 1


# the same at length


@pytest.mark.long
def test_calibration_over_200_cases() -> None:
    found = cases(MANY_CASES, MANY_DRAWS)
    assert smallest_adjusted([case.exact for case in found]) >= LEVEL
    assert smallest_adjusted([case.ranks for case in found]) >= LEVEL
    everything = Share.count([case.covered[name][0] for case in found for name in case.covered])
    assert 0.85 <= everything.value <= 0.95
    for name in found[0].covered:
        low, high = Share.count([case.covered[name][0] for case in found]).interval
        assert low <= 0.95, name
        assert high >= 0.85, name
    for kind in ("accounts", "exact_accounts", "forecasts"):
        for name in getattr(found[0], kind):
            stated, true = np.array([getattr(case, kind)[name] for case in found], float).T
            assert max(abs(bias(stated, true)), abs(sureness(stated, true))) < SIGMAS_AT_LENGTH, name


@pytest.mark.long
def test_calibration_of_whole_engine_runs() -> None:
    found = engine_cases(sanctions_model(), 40, 9, AdaptiveImportance(draws=64, batch=32, seed=7))
    assert smallest_adjusted([case.ranks for case in found]) >= LEVEL
    everything = Share.count([case.covered[name][0] for case in found for name in case.covered])
    assert 0.85 <= everything.value <= 0.95


@pytest.mark.long
@pytest.mark.parametrize("name", ["strait-talks", "ukraine-2025"])
def test_no_account_of_a_bundled_case_is_ruled_out_by_few_reports(name: str) -> None:
    model = build_model(open_case(name))
    values = {row.id: row.likely for row in model.assumptions}
    parameters, reporting = model.parameters(values), model.reporting(values)
    game = DisputeGame(model.positions, parameters, model.rounds, model.dispute(parameters))
    behaviour = solve_belief_grid(game, BeliefGrid(nodes=3, tolerance=1e-3, roots_checked=0)).behaviour
    found = Filter(model, behaviour, reporting).run()
    reports, few = model.observed.reports, 0
    for t, share in enumerate(found.world_share):
        if sum(r.round <= t for r in reports) < FEW_REPORTS:
            few += 1
            for actor in model.uncertain:
                accounts = account_share(found.worlds, share, actor, labels_of(model, actor))
                assert 0 < accounts.min() <= accounts.max() < 1
    assert few > 0
