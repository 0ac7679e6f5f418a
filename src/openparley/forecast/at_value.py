"""A forecast with one assumption set to a value in all draws, the others as drawn: emulated for nothing, or solved anew.

The likelihood of the record is recomputed with the play, so the draws' weights change too. What is emulated is the change in a
draw, from its own value of the assumption to the new one, and added to what the draw was solved to give: where the
assumption matters to nothing, nothing changes, however poor the emulator.

Weights are prior over proposal at the draw as it was, times the new likelihood. That is right whatever the draw's own value
of the assumption was: averaged over it, the ratio leaves the prior of the others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from jaxtyping import Float
from scipy import special

from openparley.errors import ParameterError, did_you_mean, one_of
from openparley.forecast.futures import NEVER, Futures
from openparley.infer.checkpoint import Progress, run_jobs
from openparley.infer.draw import Drawn, Table, solve_draw
from openparley.infer.emulator import SKILL, without_outliers
from openparley.infer.engine import AdaptiveImportance, Run
from openparley.infer.model import Model
from openparley.infer.prior import Ranged, free, quantile
from openparley.infer.software import software
from openparley.infer.surrogate import Surrogate, fit_surrogate
from openparley.infer.weights import normalised, pareto_smoothed
from openparley.infer.workers import Workers
from openparley.solve.belief_grid import BeliefGrid

REACH = 2.5  # standard deviations up to which draws lie thickly enough for an emulator
COORDINATES = np.linspace(-REACH, REACH, 2001)
STAGE = "solving with an assumption set, at most"


@dataclass(frozen=True)
class AtValue:
    """The headline forecast with an assumption set to ``x`` in all draws.

    Attributes
    ----------
    forecast
        Probability; ``direct`` + ``via_weights`` is its difference to the forecast as it stands.
    direct
        Of the difference, what play alone does, draws weighing what they did.
    via_weights
        What comes from the record's now favouring other draws.
    verdict
        Log of the probability of the record with the assumption set, over that with the assumption as drawn.
    error
        Standard error of the difference from a finite number of draws; NaN if emulated.
    draws
        Draws that were solved anew; 0 if emulated.
    """

    assumption: str
    x: float
    forecast: float
    direct: float
    via_weights: float
    verdict: float
    error: float = float("nan")
    draws: int = 0


@dataclass(frozen=True)
class Standing:
    """What a finished run says of one outcome, and how its draws answer to the assumptions.

    Attributes
    ----------
    rates
        Probability of the outcome by the horizon in every draw.
    weights
        Posterior weights; ``base`` is the forecast under them.
    of_rate, of_evidence
        Emulators of the rates and of the log probability of the record, None where they have no skill.
    r2
        Skill of the two, whether used or not.
    """

    model: Model = field(repr=False)
    run: Run = field(repr=False)
    outcome: str
    rates: Float[np.ndarray, " draw"] = field(repr=False)
    weights: Float[np.ndarray, " draw"] = field(repr=False)
    base: float
    of_rate: Surrogate | None = field(repr=False)
    of_evidence: Surrogate | None = field(repr=False)
    r2: tuple[float, float]

    @property
    def evidence(self) -> Float[np.ndarray, " draw"]:
        """Log probability of the record in every draw."""
        return self.run.log_evidence[:, -1]

    @property
    def lead(self) -> Float[np.ndarray, " assumption"]:
        """|Correlation| of each assumption with the rates: which to try first where no emulator has skill."""
        z, rates = self.run.z - self.run.z.mean(0), self.rates - self.rates.mean()
        size = np.linalg.norm(z, axis=0) * np.linalg.norm(rates)
        return np.abs(rates @ z) / np.maximum(size, 1e-300)

    @property
    def futures(self) -> int:
        """Futures a draw."""
        return self.run.tables[0]["futures.first"].shape[0]

    def assumption(self, id: str) -> Ranged:
        """A free assumption by its id.

        Raises
        ------
        ParameterError
            If there is none.
        """
        rows = {row.id: row for row in free(self.model.assumptions)}
        if id not in rows:
            raise ParameterError(f"no assumption “{id}” with a range in this model.", hint=did_you_mean(id, rows))
        return rows[id]


def standing(model: Model, run: Run, weights: Float[np.ndarray, " draw"], outcome: str, *, seed: int) -> Standing:
    """Prepare a run for setting assumptions; costs two fits of an emulator and no solve.

    Raises
    ------
    InferenceError
        If there are fewer than 16 draws that the record does not exclude.
    ParameterError
        If the model has no such outcome.
    """
    ids = [row.id for row in model.outcomes]
    if outcome not in ids:
        raise ParameterError(f"no outcome “{outcome}” in this model; there are: {one_of(ids)}.", hint=did_you_mean(outcome, ids))
    rates = _rates(model, np.array([table["futures.first"] for table in run.tables]), ids.index(outcome))
    evidence = run.log_evidence[:, -1]
    usable = np.isfinite(evidence)
    of_rate = fit_surrogate(run.z[usable], rates[usable], run.free, seed=seed)[1]
    of_evidence = fit_surrogate(run.z[usable], without_outliers(evidence[usable]), run.free, seed=seed)[1]
    kept = [found if found.r2 >= SKILL else None for found in (of_rate, of_evidence)]
    return Standing(model, run, outcome, rates, weights, float(weights @ rates), kept[0], kept[1], (of_rate.r2, of_evidence.r2))


def _rates(model: Model, first: np.ndarray, index: int) -> np.ndarray:
    happened = first[..., index]
    return ((happened != NEVER) & (happened < model.horizon)).mean(-1)


def coordinate(row: Ranged, x: float) -> float:
    """Standard normal coordinate of a value, no farther out than draws lie thickly."""
    return float(np.interp(x, _quantiles(row), COORDINATES))


@lru_cache(maxsize=1024)
def _quantiles(row: Ranged) -> Float[np.ndarray, " place"]:
    """Values at `COORDINATES`; inverting a beta distribution as often as a flip test asks takes longer than all else of it."""
    return quantile(row, special.ndtr(COORDINATES))


def emulated(found: Standing, assumption: str, x: float) -> AtValue:
    """The forecast at a value as the emulators have it."""
    z = found.run.z.copy()
    j = found.run.free.index(found.assumption(assumption).id)
    z[:, j] = coordinate(found.assumption(assumption), x)
    rates = np.clip(found.rates + _change(found.of_rate, found.run.z, z), 0.0, 1.0)
    evidence = found.evidence + _change(found.of_evidence, found.run.z, z)
    return _weighed(found, assumption, x, rates, evidence)


def _change(surrogate: Surrogate | None, old: np.ndarray, new: np.ndarray) -> np.ndarray:
    return surrogate.predict(new) - surrogate.predict(old) if surrogate is not None else np.zeros(len(old))


def _weighed(found: Standing, assumption: str, x: float, rates: np.ndarray, evidence: np.ndarray) -> AtValue:
    """From new rates and likelihoods of all draws to the forecast."""
    weights = pareto_smoothed(normalised(evidence + found.run.log_ratio))[0]
    value, direct = float(weights @ rates), float(found.weights @ rates) - found.base
    old, new = (np.logaddexp.reduce(e + found.run.log_ratio) for e in (found.evidence, evidence))
    return AtValue(assumption, float(x), value, direct, value - found.base - direct, float(new - old))


@dataclass(frozen=True)
class SolveAt:
    """The job: solve, filter and play one draw, on the random numbers of its own futures."""

    seed: int
    grid: BeliefGrid
    futures: int

    def __call__(self, model: Model, index: int, values: Mapping[str, float]) -> Table:
        """Log probability of the record and first occurrences."""
        one = solve_draw(model, values, self.grid)
        drawn = Drawn(model, index, self.seed, one.parameters, one.reporting, one.solution.behaviour, one.filtered, self.grid)
        return {"log_evidence": one.filtered.log_evidence[-1:], "first": Futures(self.futures)(drawn)["first"]}


@dataclass(frozen=True)
class Solver:
    """Solves a run's draws with an assumption set; finished solves are kept in the checkpoint and in memory.

    Attributes
    ----------
    most
        Draws that are solved for each value: all, or a sample by weight, half by today's and half by the emulated new one.
    values
        Values that will be asked for at most, so that progress can say how much is left.
    """

    found: Standing
    engine: AdaptiveImportance
    workers: Workers
    most: int
    checkpoint: Path | None = None
    progress: Progress | None = None
    values: int = 0
    done: dict[tuple[str, float], AtValue] = field(default_factory=dict, repr=False)

    @property
    def solves(self) -> int:
        """Solves so far, those of the checkpoint included."""
        return sum(at.draws for at in self.done.values())

    def at(self, assumption: str, x: float) -> AtValue:
        """The forecast at a value by real solves.

        Raises
        ------
        InferenceError
            If a worker process was lost; finished solves stay in the checkpoint.
        """
        if (assumption, x) not in self.done:
            self.done[assumption, x] = self._solved(assumption, x)
        return self.done[assumption, x]

    def _solved(self, assumption: str, x: float) -> AtValue:
        found = self.found
        picked, factor = self._sample(assumption, x)
        items = {int(k): ({**found.run.at(int(k)), assumption: float(x)},) for k in picked}
        job = SolveAt(self.engine.seed, self.engine.grid, found.futures)
        said = f"{assumption}={float(x)!r} {json.dumps(software(), sort_keys=True)}"
        name = "at-" + hashlib.sha256(said.encode()).hexdigest()[:12]
        before, after = self.solves, max(self.values - len(self.done) - 1, 0) * min(self.most, len(found.weights))

        def show(done: int) -> None:
            if self.progress is not None:
                self.progress(STAGE, before + done, before + len(items) + after)

        tables = run_jobs(self.workers, job, items, name=name, checkpoint=self.checkpoint, done=show).values()
        index = [row.id for row in found.model.outcomes].index(found.outcome)
        rates = _rates(found.model, np.array([table["first"] for table in tables]), index)
        evidence = np.array([float(table["log_evidence"][0]) for table in tables])
        return _compared(found, assumption, x, picked, factor, rates, evidence)

    def _sample(self, assumption: str, x: float) -> tuple[np.ndarray, np.ndarray]:
        """Draws, and how many each stands for."""
        found = self.found
        if len(found.weights) <= self.most:
            return np.arange(len(found.weights)), np.ones(len(found.weights))
        j, z = found.run.free.index(assumption), found.run.z.copy()
        z[:, j] = coordinate(found.assumption(assumption), x)
        new = normalised(found.evidence + _change(found.of_evidence, found.run.z, z) + found.run.log_ratio)
        mass = (new + found.weights) / 2
        # the same marks for every value, so that the same draws are solved wherever weights hardly change
        marks = (np.arange(self.most) + np.random.default_rng([self.engine.seed, 8]).random()) / self.most
        hits = np.minimum(np.searchsorted(np.cumsum(mass), marks), len(mass) - 1)
        picked, times = np.unique(hits, return_counts=True)
        return picked, times / (self.most * mass[picked])


def _compared(
    found: Standing, assumption: str, x: float, picked: np.ndarray, factor: np.ndarray, rates: np.ndarray, evidence: np.ndarray
) -> AtValue:
    """The forecast at a value: that of all draws as it stands, plus the difference on the draws that were solved anew."""
    if not np.isfinite(evidence).any():
        # the record excludes the value: there is no forecast under it
        return AtValue(assumption, float(x), float("nan"), float("nan"), float("nan"), -np.inf, float("nan"), len(picked))
    new = normalised(evidence + found.run.log_ratio[picked] + np.log(factor))
    if len(picked) == len(found.weights):
        new = pareto_smoothed(new)[0]
    old = factor * found.weights[picked]
    old = old / old.sum()
    before, after = float(old @ found.rates[picked]), float(new @ rates)
    direct = float(old @ rates) - before
    value = float(np.clip(found.base + after - before, 0.0, 1.0))
    had = np.isfinite(found.evidence[picked])
    verdict = float(np.logaddexp.reduce(np.log(np.maximum(old[had], 1e-300)) + evidence[had] - found.evidence[picked][had]))
    error = float(np.linalg.norm(new * (rates - after) - old * (found.rates[picked] - before)))
    return AtValue(assumption, float(x), value, direct, value - found.base - direct, verdict, error, len(picked))
