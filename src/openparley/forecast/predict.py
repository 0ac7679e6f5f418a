"""The forecast: futures of all draws, averaged by what the record says of each draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float, Int

from openparley.forecast.forecast import Forecast, LeverEffect, LeverForecast, OutcomeForecast
from openparley.forecast.futures import NEVER
from openparley.infer.draw import Table
from openparley.infer.engine import Run
from openparley.infer.filter import HABIT
from openparley.infer.model import Model
from openparley.infer.posterior import NONE_OF_THESE, Estimate, Posterior
from openparley.infer.weights import estimate

PREFIX = "futures"  # name under which the task runs
COUNTABLE = 50


def predict(model: Model, run: Run, posterior: Posterior) -> Forecast:
    """Average the futures of all draws.

    Intervals are over the assumptions; the noise of a finite number of futures is taken out of them and stands apart
    as Monte Carlo error.
    """
    first = _within(model, [table[f"{PREFIX}.first"] for table in run.tables])
    first_prior = _within(model, [table[f"{PREFIX}.first_prior"] for table in run.tables])
    open_prior = np.array([table[f"{PREFIX}.open_prior"] for table in run.tables])
    weeks = range(model.today, model.horizon)
    outcomes = {}
    for i, outcome in enumerate(model.outcomes):
        by_week = tuple(_share((first[:, :, i] != NEVER) & (first[:, :, i] <= t), posterior.weights) for t in weeks)
        mass = open_prior.sum(1) / max(open_prior.sum(), 1)
        before = _rate(((first_prior[:, :, i] != NEVER) & open_prior).sum(1), open_prior.sum(1), mass)
        by_account = _by_account(model, run.tables, first[:, :, i] != NEVER, posterior.weights)
        outcomes[outcome.id] = OutcomeForecast(outcome.id, outcome.name, by_week, by_account, before)
    levers = {key: _lever(model, key, run.tables, first, posterior.weights) for key in model.levers}
    sample = _countable(model, first, posterior.weights, int(posterior.settings["seed"]))
    return Forecast(model.calendar[model.today : model.horizon], outcomes, levers, first.shape[0] * first.shape[1], sample)


def _within(model: Model, first: Sequence[np.ndarray]) -> Int[np.ndarray, "draw future outcome"]:
    """First occurrences by draw; those beyond the forecast's last week count as never."""
    rounds = np.array(first)
    return np.where(rounds < model.horizon, rounds, NEVER)


def _share(happened: Bool[np.ndarray, "draw future"], weights: Float[np.ndarray, " draw"]) -> Estimate:
    """Probability over futures and draws."""
    return _rate(happened.sum(1), np.full(len(happened), happened.shape[1]), weights)


def _rate(happened: Int[np.ndarray, " draw"], count: Int[np.ndarray, " draw"], weights: Float[np.ndarray, " draw"]) -> Estimate:
    """Probability from ``happened`` of ``count`` futures a draw; its noise within a draw is estimated without bias."""
    use = (count > 0) & (weights > 0)
    rate = happened[use] / count[use]
    noise = rate * (1 - rate) / np.maximum(count[use] - 1, 1)
    return estimate(rate, weights[use] / weights[use].sum(), noise=noise, bounds=(0.0, 1.0))


def _by_account(
    model: Model, tables: Sequence[Table], happened: Bool[np.ndarray, "draw future"], weights: Float[np.ndarray, " draw"]
) -> dict[str, dict[str, Estimate]]:
    """Probability under each account of each uncertain actor, from the futures that began in it."""
    result: dict[str, dict[str, Estimate]] = {}
    types = tables[0]["world_types"]
    worlds = np.array([table[f"{PREFIX}.world"] for table in tables])
    for index, actor in enumerate(model.uncertain):
        kinds = types[worlds, index]
        found: dict[str, Estimate] = {}
        for k, label in [*enumerate(model.types[actor]), (HABIT, NONE_OF_THESE)]:
            inside = kinds == k
            count = inside.sum(1)
            mass = weights * count
            if mass.sum() > 0:
                found[label] = _rate((happened & inside).sum(1), count, mass / mass.sum())
        result[actor] = found
    return result


def _lever(model: Model, key: str, tables: Sequence[Table], first: np.ndarray, weights: Float[np.ndarray, " draw"]) -> LeverForecast:
    pulled = _within(model, [table[f"{PREFIX}.first.{key}"] for table in tables])
    effects = {}
    for i, outcome in enumerate(model.outcomes):
        without, with_lever = first[:, :, i] != NEVER, pulled[:, :, i] != NEVER
        paired = with_lever.astype(float) - without.astype(float)
        noise = paired.var(1, ddof=1) / paired.shape[1]
        effects[outcome.id] = LeverEffect(
            outcome.id,
            _share(without, weights),
            _share(with_lever, weights),
            estimate(paired.mean(1), weights, noise=noise, bounds=(-1.0, 1.0)),
        )
    gains = np.array([table[f"{PREFIX}.gain.{key}"] for table in tables])
    lever = model.levers[key]
    by_actor = {actor: estimate(gains[:, j], weights) for j, actor in enumerate(model.actors)}
    units = {actor: model.positions.dispute.numeraire.get(actor, "util") for actor in model.actors}
    return LeverForecast(key, lever.name, lever.pulls, lever.actor, effects, by_actor, units)


def _countable(model: Model, first: np.ndarray, weights: Float[np.ndarray, " draw"], seed: int) -> Mapping[str, tuple[int, ...]]:
    """Fifty futures drawn by weight: the week in which each outcome first happens, counted from today."""
    rng = np.random.default_rng([seed, 2])
    draws = rng.choice(len(weights), COUNTABLE, p=weights)
    futures = rng.integers(first.shape[1], size=COUNTABLE)
    weeks = np.where(first[draws, futures] == NEVER, NEVER, first[draws, futures] - model.today)
    return {outcome.id: tuple(int(week) for week in weeks[:, i]) for i, outcome in enumerate(model.outcomes)}
