"""The forecast: futures of all draws, averaged by what the record says of each draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float, Int

from openparley.forecast.forecast import Forecast, LeverEffect, LeverForecast, OutcomeForecast
from openparley.forecast.futures import NEVER
from openparley.forecast.levers import Pulled
from openparley.infer.draw import Table
from openparley.infer.engine import Run
from openparley.infer.filter import HABIT
from openparley.infer.model import Model
from openparley.infer.posterior import NONE_OF_THESE, Estimate, Posterior
from openparley.infer.weights import INNER_Z, OUTER_Z, estimate

PREFIX = "futures"  # name under which the task runs
COUNTABLE = 50


def predict(model: Model, run: Run, posterior: Posterior, pulled: Pulled | None = None) -> Forecast:
    """Average the futures of all draws.

    Intervals are over the assumptions; the noise of a finite number of futures is taken out of them and stands apart
    as Monte Carlo error.

    Parameters
    ----------
    pulled
        Draws in which the levers were pulled; without them the forecast has no levers.
    """
    first = within_horizon(model, [table[f"{PREFIX}.first"] for table in run.tables])
    first_prior = within_horizon(model, [table[f"{PREFIX}.first_prior"] for table in run.tables])
    open_prior = np.array([table[f"{PREFIX}.open_prior"] for table in run.tables])
    weeks = range(model.today, model.horizon)
    # every draw by how many futures it has that are still open, and by prior over proposal
    mass = run.prior_weights * open_prior.sum(1)
    mass = mass / mass.sum() if mass.sum() > 0 else mass
    outcomes = {}
    for i, outcome in enumerate(model.outcomes):
        by_week = tuple(share_of_futures((first[:, :, i] != NEVER) & (first[:, :, i] <= t), posterior.weights) for t in weeks)
        prior = [(first_prior[:, :, i] != NEVER) & (first_prior[:, :, i] <= t) & open_prior for t in weeks]
        before = tuple(_rate(happened.sum(1), open_prior.sum(1), mass) for happened in prior)
        by_account = _by_account(model, run.tables, first[:, :, i] != NEVER, posterior.weights)
        outcomes[outcome.id] = OutcomeForecast(outcome.id, outcome.name, by_week, by_account, before)
    levers = {}
    if pulled is not None:
        today = {id: outcome.at_horizon for id, outcome in outcomes.items()}
        levers = {key: lever_forecast(model, key, pulled, first, posterior.weights, today) for key in model.levers}
    sample = _countable(model, first, posterior.weights, int(posterior.settings["seed"]))
    return Forecast(model.calendar[model.today : model.horizon], outcomes, levers, first.shape[0] * first.shape[1], sample)


def within_horizon(model: Model, first: Sequence[np.ndarray]) -> Int[np.ndarray, "draw future outcome"]:
    """First occurrences by draw; those beyond the forecast's last week count as never."""
    rounds = np.array(first)
    return np.where(rounds < model.horizon, rounds, NEVER)


def share_of_futures(happened: Bool[np.ndarray, "draw future"], weights: Float[np.ndarray, " draw"]) -> Estimate:
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


def lever_forecast(
    model: Model, key: str, pulled: Pulled, first: np.ndarray, weights: Float[np.ndarray, " draw"], today: Mapping[str, Estimate]
) -> LeverForecast:
    """Every outcome with the lever, and what it gains whom where that can be told."""
    with_lever = within_horizon(model, [table[f"first.{key}"] for table in pulled.tables]) != NEVER
    without = first[list(pulled.draws)] != NEVER
    effects = {
        outcome.id: _effect(outcome.id, without[:, :, i], with_lever[:, :, i], pulled, weights, today[outcome.id])
        for i, outcome in enumerate(model.outcomes)
    }
    gains = np.array([table[f"gain.{key}"] for table in pulled.tables])
    lever = model.levers[key]
    # before and after are not in one currency for an actor whose own payoffs the lever changes
    by_actor = {
        actor: _of_sample(estimate(gains[:, j], pulled.weights), gains[:, j], pulled, weights)
        for j, actor in enumerate(model.actors)
        if not np.isnan(gains[:, j]).any()
    }
    units = {actor: model.positions.dispute.numeraire.get(actor, "util") for actor in model.actors}
    return LeverForecast(key, lever.name, lever.pulls, lever.actor, effects, by_actor, units)


def _effect(
    outcome: str,
    without: Bool[np.ndarray, "pulled future"],
    with_lever: Bool[np.ndarray, "pulled future"],
    pulled: Pulled,
    weights: Float[np.ndarray, " draw"],
    today: Estimate,
) -> LeverEffect:
    """One outcome without and with a lever, and the paired difference.

    Where the lever was pulled in a sample of the draws, its probability is corrected by regression on that without it, which
    is known from all draws: with + c (without of all − without of the sample). So the three columns add up, a lever that
    changes nothing changes nothing, and one that rules an outcome out leaves it at 0.
    """
    paired = with_lever.astype(float) - without.astype(float)
    noise = paired.var(1, ddof=1) / paired.shape[1]
    difference = _of_sample(estimate(paired.mean(1), pulled.weights, noise=noise, bounds=(-1.0, 1.0)), paired.mean(1), pulled, weights)
    lever = share_of_futures(with_lever, pulled.weights)
    if pulled.whole:
        return LeverEffect(outcome, today, lever, difference)
    base, changed = without.mean(1), with_lever.mean(1)
    mean = float(pulled.weights @ base)
    spread = float(pulled.weights @ np.square(base - mean))
    slope = float(np.clip(pulled.weights @ ((base - mean) * (changed - lever.value)) / spread, 0.0, 1.0)) if spread > 0 else 0.0
    rest = changed - slope * base
    value = float(np.clip(lever.value + slope * (today.value - mean), 0.0, 1.0))
    scatter = _sample_error(rest, pulled, weights)
    lever = _moved(lever, value, float(np.hypot(scatter, slope * today.mcse)), (0.0, 1.0))
    difference = _moved(difference, value - today.value, float(np.hypot(scatter, (1 - slope) * today.mcse)), (-1.0, 1.0))
    return LeverEffect(outcome, today, lever, difference)


def _sample_error(values: Float[np.ndarray, " pulled"], pulled: Pulled, weights: Float[np.ndarray, " draw"]) -> float:
    """Standard error of a mean over sampled draws: of the sample, and of the draws that it was taken from."""
    spread = float(pulled.weights @ np.square(values - pulled.weights @ values))
    return float(np.sqrt(spread * (np.square(pulled.weights).sum() + (0.0 if pulled.whole else np.square(weights).sum()))))


def _of_sample(found: Estimate, values: np.ndarray, pulled: Pulled, weights: Float[np.ndarray, " draw"]) -> Estimate:
    """An estimate from sampled draws with the error of both samples; as it is where all draws were used."""
    return found if pulled.whole else _moved(found, found.value, _sample_error(values, pulled, weights), (-np.inf, np.inf))


def _moved(found: Estimate, value: float, mcse: float, bounds: tuple[float, float]) -> Estimate:
    """The same ranges about another mean, no narrower than its Monte Carlo error."""
    shift, wide, half = value - found.value, OUTER_Z * mcse, INNER_Z * mcse
    low, high = np.clip([min(found.low + shift, value - wide), max(found.high + shift, value + wide)], *bounds)
    low50, high50 = np.clip([min(found.low50 + shift, value - half), max(found.high50 + shift, value + half)], *bounds)
    return Estimate(value, float(low), float(high), float(low50), float(high50), found.level, found.of, mcse)


def _countable(model: Model, first: np.ndarray, weights: Float[np.ndarray, " draw"], seed: int) -> Mapping[str, tuple[int, ...]]:
    """Fifty futures of equal weight: the week in which each outcome first happens, counted from today.

    A systematic sample of all futures by weight, in the order of the week in which the headline first happens. So the headline
    has by every week as many of the fifty as its probability is of one, to the nearest whole; the other outcomes are those of
    the futures picked and have an error of sampling.
    """
    rng = np.random.default_rng([seed, 2])
    futures = first.reshape(-1, first.shape[2])
    headline = next((i for i, outcome in enumerate(model.outcomes) if outcome.headline), 0)
    week = np.where(futures[:, headline] == NEVER, model.horizon, futures[:, headline])
    order = np.lexsort((rng.random(len(futures)), week))  # by week, at random within one
    mass = np.repeat(weights, first.shape[1])[order].cumsum()
    middles = (np.arange(COUNTABLE) + 0.5) / COUNTABLE
    picked = order[np.minimum(np.searchsorted(mass / mass[-1], middles), len(futures) - 1)]
    weeks = np.where(futures[picked] == NEVER, NEVER, futures[picked] - model.today)
    return {outcome.id: tuple(int(week) for week in weeks[:, i]) for i, outcome in enumerate(model.outcomes)}
