"""The work of one draw of the assumptions: solve, filter, run every registered task, drop the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from openparley.game.parameters import Parameters
from openparley.infer.filter import Filter, Filtered
from openparley.infer.model import Model, Reporting
from openparley.solve.belief_grid import BeliefGrid, solve
from openparley.solve.certificate import certify
from openparley.solve.solution import Solution

CERTIFIED_EVERY = 8  # a certificate costs about as much as a solve; every eighth draw is a fair sample of them
CERTIFICATE_SAMPLES = 48

Table = dict[str, np.ndarray]


@dataclass(frozen=True)
class Drawn:
    """One draw, solved and filtered, while its tables exist."""

    model: Model
    index: int
    seed: int
    parameters: Parameters
    reporting: Reporting
    solution: Solution
    filtered: Filtered
    method: BeliefGrid


@runtime_checkable
class Task(Protocol):
    """Something to compute from a solved draw before its tables go."""

    def __call__(self, drawn: Drawn) -> Table:
        """Arrays to keep, by name."""
        ...


def work(model: Model, values: Mapping[str, float], index: int, seed: int, method: BeliefGrid, tasks: Mapping[str, Task]) -> Table:
    """Solve one draw and keep what the posterior and the tasks need of it.

    Raises
    ------
    SolveError, InferenceError
        If the draw cannot be solved, or the record is impossible under it.
    """
    parameters, reporting = model.parameters(values), model.reporting(values)
    dispute = model.dispute(parameters)
    solution = solve(model.positions, parameters, rounds=model.rounds, method=method, dispute=dispute)
    filtered = Filter(model, solution, reporting).run()
    table: Table = {
        "log_evidence": filtered.log_evidence,
        "world_share": filtered.world_share,
        "world_types": filtered.worlds.types,
        "world_prior": filtered.worlds.prior,
        "sighting_prob": np.array([s.world_prob for s in filtered.sightings]),
        "sighting_weight": np.array([s.world_weight for s in filtered.sightings]),
        "sighting_base": np.array([(s.uniform_prob, s.frequency_prob, s.surprise_prob) for s in filtered.sightings]).reshape(-1, 3),
        "coarse_share": np.array(filtered.coarse_share),
        "unsettled": np.array(solution.stats["unsettled"]),
        "residual": np.array(solution.stats["worst_residual"]),
    }
    if index % CERTIFIED_EVERY == 0:
        proof = certify(solution, samples=CERTIFICATE_SAMPLES, rng=np.random.default_rng([seed, index]))
        gap = max(proof.best_response_gap.values())
        table["certificate"] = np.array(
            [proof.logit_residual, proof.interpolation_error, proof.value_error, gap, proof.other_roots, proof.sampled]
        )  # fmt: skip
    drawn = Drawn(model, index, seed, parameters, reporting, solution, filtered, method)
    for name, task in tasks.items():
        table |= {f"{name}.{key}": value for key, value in task(drawn).items()}
    return table
