"""From futures to the forecast: cumulative, averaged by weight, split by account, paired by lever."""

from dataclasses import replace

import numpy as np
import pytest

from openparley.forecast.forecast import Forecast
from openparley.forecast.futures import NEVER, Futures
from openparley.forecast.levers import Pulled, pull_levers
from openparley.forecast.predicting import PREFIX, predict
from openparley.infer.engine import AdaptiveImportance, Run, run_draws
from openparley.infer.model import Model, build_model
from openparley.infer.posterior import Posterior
from openparley.infer.summary import summarise
from openparley.infer.workers import Workers
from openparley.record.case import open_case
from openparley.solve.belief_grid import BeliefGrid

EXACT = 1e-12
DRAWS, FUTURES = 3, 64
ENGINE = AdaptiveImportance(draws=DRAWS, grid=BeliefGrid(nodes=2, tolerance=1e-3), fine=0, processes=1)

Done = tuple[Model, Run, Posterior, Forecast]


@pytest.fixture(scope="module")
def done() -> Done:
    whole = build_model(open_case("strait-talks"))
    model = replace(whole, rounds=17, margin=2, calendar=whole.calendar[:17], variants=())
    run = run_draws(model, ENGINE, {PREFIX: Futures(FUTURES)})
    posterior = summarise(model, run, ENGINE)
    return model, run, posterior, predict(model, run, posterior, pulled(model, run, posterior))


def pulled(model: Model, run: Run, posterior: Posterior, most: int = DRAWS) -> Pulled:
    with Workers(model, 1) as workers:
        return pull_levers(model, run, ENGINE, posterior.weights, most=most, prefix=PREFIX, workers=workers)


def happened(model: Model, first: np.ndarray) -> np.ndarray:
    """Whether something first happens before the rounds that are solved and not forecast."""
    return (first != NEVER) & (first < model.horizon)


def test_weeks_begin_today_and_end_before_the_margin(done: Done) -> None:
    model, run, _, forecast = done
    assert forecast.weeks == model.calendar[model.today : -2]
    assert max(table[f"{PREFIX}.first"].max() for table in run.tables) >= model.horizon  # there is something to leave out
    assert forecast.futures == DRAWS * FUTURES
    assert list(forecast.outcomes) == [outcome.id for outcome in model.outcomes]


def test_cumulative_by_week(done: Done) -> None:
    for outcome in done[3].outcomes.values():
        values = [week.value for week in outcome.by_week]
        assert len(values) == len(done[3].weeks)
        assert (np.diff(values) >= -EXACT).all()
        assert outcome.at_horizon is outcome.by_week[-1]
        assert all(0 <= week.low <= week.value <= week.high <= 1 for week in outcome.by_week)


def test_probability_is_the_weighted_frequency(done: Done) -> None:
    model, run, posterior, forecast = done
    for i, outcome in enumerate(model.outcomes):
        per_draw = [happened(model, table[f"{PREFIX}.first"][:, i]).mean() for table in run.tables]
        assert forecast.outcomes[outcome.id].at_horizon.value == pytest.approx(posterior.weights @ per_draw, abs=EXACT)


def test_prior_is_the_frequency_among_futures_still_open_today(done: Done) -> None:
    model, run, _, forecast = done
    still = np.concatenate([table[f"{PREFIX}.open_prior"] for table in run.tables])
    assert still.any()
    for i, outcome in enumerate(model.outcomes):
        first = np.concatenate([table[f"{PREFIX}.first_prior"][:, i] for table in run.tables])
        assert (first[first != NEVER] >= model.today).all()
        assert forecast.outcomes[outcome.id].prior.value == pytest.approx(happened(model, first)[still].mean(), abs=EXACT)


def test_nothing_happens_before_today(done: Done) -> None:
    model, run, _, _ = done
    for table in run.tables:
        first = table[f"{PREFIX}.first"]
        assert first[first != NEVER].min() >= model.today
        assert first.max() < model.rounds


def test_accounts_average_back_to_the_total(done: Done) -> None:
    model, run, posterior, forecast = done
    worlds = np.array([table[f"{PREFIX}.world"] for table in run.tables])
    for outcome in forecast.outcomes.values():
        for index, actor in enumerate(model.uncertain):
            kinds = run.tables[0]["world_types"][worlds, index]
            labels = dict([*enumerate(model.types[actor]), (-1, "none")])
            found = outcome.by_account[actor]
            total = 0.0
            for k, label in labels.items():
                mass = float(posterior.weights @ (kinds == k).mean(1))
                assert (label in found) == (mass > 0)
                total += mass * found[label].value if mass else 0.0
            assert total == pytest.approx(outcome.at_horizon.value, abs=EXACT)


def test_accounts_of_the_futures_are_those_of_the_posterior(done: Done) -> None:
    """Futures are spread evenly over branches and accounts: no draw is off by more than one future a world."""
    model, run, _, _ = done
    for table in run.tables:
        share = np.bincount(table[f"{PREFIX}.world"], minlength=len(table["world_types"])) / FUTURES
        assert np.abs(share - table["world_share"][-1]).max() < 0.15
    mean = np.mean(
        [np.bincount(t[f"{PREFIX}.world"], minlength=len(t["world_types"])) / FUTURES - t["world_share"][-1] for t in run.tables], axis=0
    )
    assert np.abs(mean).max() < 0.1
    assert model.uncertain


def test_levers_are_paired(done: Done) -> None:
    model, run, posterior, forecast = done
    tables = pulled(model, run, posterior).tables
    assert list(forecast.levers) == list(model.levers)
    for key, lever in forecast.levers.items():
        assert (lever.name, lever.pulls, lever.actor) == (model.levers[key].name, model.levers[key].pulls, model.levers[key].actor)
        for i, outcome in enumerate(model.outcomes):
            effect = lever.effects[outcome.id]
            with_it = [happened(model, table[f"first.{key}"][:, i]).mean() for table in tables]
            assert effect.with_lever.value == pytest.approx(posterior.weights @ with_it, abs=EXACT)
            assert effect.without == forecast.outcomes[outcome.id].at_horizon
            assert effect.difference.value == pytest.approx(effect.with_lever.value - effect.without.value, abs=EXACT)
        assert list(lever.gains) == list(model.actors)


def test_what_a_lever_rules_out_does_not_happen(done: Done) -> None:
    forecast = done[3]
    assert forecast.levers["deadline_binds"].effects["lapse"].with_lever.value == 0
    assert forecast.levers["support_guaranteed"].effects["support_cut"].with_lever.value == 0


def test_fifty_futures_to_count(done: Done) -> None:
    model, _, _, forecast = done
    assert set(forecast.futures_sample) == set(forecast.outcomes)
    for outcome in forecast.outcomes.values():
        weeks = np.array(forecast.futures_sample[outcome.id])
        assert len(weeks) == 50
        assert set(weeks) <= {NEVER, *range(model.horizon - model.today)}
        share = (weeks != NEVER).mean()
        assert share == pytest.approx(outcome.at_horizon.value, abs=4 * np.sqrt(0.25 / 50))


@pytest.mark.parametrize("seed", range(5))
def test_the_countable_futures_show_the_headline_as_probable_as_it_is(done: Done, seed: int) -> None:
    """By every week, whatever the seed and however uneven the weights; an outcome beside it is counted in the same futures."""
    model, run, posterior, _ = done
    weights = np.random.default_rng(seed).dirichlet(np.full(DRAWS, 0.3))
    uneven = replace(posterior, weights=weights, settings={**posterior.settings, "seed": seed})
    forecast = predict(model, run, uneven)
    [headline] = [outcome.id for outcome in model.outcomes if outcome.headline]
    sample = np.array(forecast.futures_sample[headline])
    assert 0 < forecast.outcomes[headline].at_horizon.value < 1
    for week, estimate in enumerate(forecast.outcomes[headline].by_week):
        assert abs(((sample != NEVER) & (sample <= week)).sum() - 50 * estimate.value) <= 0.5 + EXACT
    found = {tuple(row) for row in np.transpose(list(forecast.futures_sample.values())).tolist()}
    rounds = np.concatenate([table[f"{PREFIX}.first"] for table in run.tables])
    known = {tuple(row) for row in np.where(happened(model, rounds), rounds - model.today, NEVER).tolist()}
    assert found <= known


def test_same_run_same_forecast(done: Done) -> None:
    model, run, posterior, forecast = done
    assert predict(model, run, posterior, pulled(model, run, posterior)) == forecast


def test_without_levers_the_rest_is_the_same(done: Done) -> None:
    model, run, posterior, forecast = done
    bare = predict(model, run, posterior)
    assert not bare.levers
    assert bare.outcomes == forecast.outcomes


def test_levers_pulled_in_a_sample_add_up_with_the_forecast_of_all_draws(done: Done) -> None:
    model, run, posterior, forecast = done
    some = pulled(model, run, posterior, most=2)
    assert len(some.draws) <= 2
    assert some.weights.sum() == pytest.approx(1, abs=EXACT)
    found = predict(model, run, posterior, some).levers
    for key, lever in found.items():
        for id, effect in lever.effects.items():
            assert effect.without == forecast.outcomes[id].at_horizon
            assert effect.difference.value == pytest.approx(effect.with_lever.value - effect.without.value, abs=EXACT)
            assert effect.difference.low <= effect.difference.low50 <= effect.difference.value <= effect.difference.high50
            assert effect.difference.mcse >= 0
        assert list(lever.gains) == list(forecast.levers[key].gains)
    assert found["deadline_binds"].effects["lapse"].with_lever.value == 0


def test_a_prior_that_was_not_proposed_evenly_is_weighted(done: Done) -> None:
    """Twice the ratio for one draw is the same as having that draw twice."""
    model, run, posterior, _ = done
    uneven = predict(model, replace(run, log_ratio=np.log([2.0, *[1.0] * (DRAWS - 1)])), posterior)
    twice = Run({}, (run.tables[0], *run.tables), np.zeros(DRAWS + 1))
    even = predict(model, twice, replace(posterior, weights=np.r_[0.0, posterior.weights], draws={}))
    for id in uneven.outcomes:
        assert uneven.outcomes[id].prior.value == pytest.approx(even.outcomes[id].prior.value, abs=EXACT)
