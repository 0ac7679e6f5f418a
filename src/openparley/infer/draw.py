"""The work of one draw of the assumptions: solve, filter, run every registered task, drop the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from openparley.game.dispute_game import DisputeGame
from openparley.game.parameters import Parameters
from openparley.game.positions import ENDED
from openparley.infer.filter import Filter, Filtered
from openparley.infer.model import Model, Reporting
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid
from openparley.solve.grid.behaviour import GridBehaviour
from openparley.solve.grid.certificate import certify

CERTIFIED_EVERY = 16  # a certificate costs about half as much as a solve; every sixteenth draw is a fair sample
CERTIFICATE_SAMPLES = 512  # errors have a long tail, which a smaller sample misses
CERTIFIED = (
    "logit_residual", "interpolation_error", "value_error", "other_roots", "sampled",
    "interpolation_error_on_path", "value_error_on_path", "other_roots_on_path",
)  # fmt: skip
FINER = 2  # further nodes a split of the grid that the first draw is compared with

Table = dict[str, np.ndarray]


@dataclass(frozen=True)
class Drawn:
    """One draw, solved and filtered, while its tables exist."""

    model: Model
    index: int
    seed: int
    parameters: Parameters
    reporting: Reporting
    behaviour: GridBehaviour
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
    solution = solve_belief_grid(DisputeGame(model.positions, parameters, model.rounds, model.dispute(parameters)), method)
    filtered = Filter(model, solution.behaviour, reporting).run()
    table: Table = {
        "log_evidence": filtered.log_evidence,
        "world_share": filtered.world_share,
        "world_types": filtered.worlds.types,
        "world_prior": filtered.worlds.prior,
        "sighting_prob": np.array([s.world_prob for s in filtered.sightings]),
        "sighting_reported": np.array([s.world_reported for s in filtered.sightings]),
        "sighting_base": np.array([(s.uniform_prob, s.frequency_prob) for s in filtered.sightings]).reshape(-1, 2),
        "sighting_labels": _padded([s.label_prob for s in filtered.sightings]),
        "coarse_share": np.array(filtered.coarse_share),
        "unsettled": np.array(solution.stats["unsettled"]),
        "residual": np.array(solution.stats["worst_residual"]),
    }
    if index % CERTIFIED_EVERY == 0:
        proof = certify(solution, samples=CERTIFICATE_SAMPLES, rng=np.random.default_rng([seed, index]))
        table |= {f"certificate.{name}": np.array(getattr(proof, name)) for name in CERTIFIED}
        table["certificate.best_response_gap"] = np.array(max(proof.best_response_gap.values()))
    if index == 0:
        table["finer"] = np.array(_on_a_finer_grid(model, parameters, reporting, solution.behaviour, filtered, method))
    drawn = Drawn(model, index, seed, parameters, reporting, solution.behaviour, filtered, method)
    for name, task in tasks.items():
        table |= {f"{name}.{key}": value for key, value in task(drawn).items()}
    return table


def _padded(rows: Sequence[np.ndarray]) -> Float[np.ndarray, "sighting move"]:
    """Rows of unequal length as one table, filled up with zeros."""
    table = np.zeros((len(rows), max((len(row) for row in rows), default=0)))
    for row, values in zip(table, rows, strict=True):
        row[: len(values)] = values
    return table


def _on_a_finer_grid(
    model: Model, parameters: Parameters, reporting: Reporting, behaviour: GridBehaviour, filtered: Filtered, method: BeliefGrid
) -> tuple[float, float, float]:
    """How much a finer grid would change: choices today and at the start, shares of worlds, log evidence; the largest each."""
    nodes = {actor: method.nodes_for(actor) + FINER for actor in model.uncertain}
    game = DisputeGame(model.positions, parameters, model.rounds, model.dispute(parameters))
    finer = solve_belief_grid(game, replace(method, nodes=nodes)).behaviour
    again = Filter(model, finer, reporting).run()
    here = filtered.branches.position != ENDED
    now = {a: b[here] for a, b in filtered.branches.beliefs.items()}
    prior = {actor: parameters.motives[actor].prior[None, :] for actor in model.uncertain}
    stages = (
        (filtered.today, filtered.step, filtered.branches.position[here], now),
        (0, 0, np.array([model.positions.opening(model.start)]), prior),
    )
    changes = [np.abs(behaviour.choices(*stage) - finer.choices(*stage)).max(initial=0.0) for stage in stages]
    return (
        float(max(changes)),
        float(np.abs(filtered.world_share - again.world_share).max()),
        float(np.abs(filtered.log_evidence - again.log_evidence).max()),
    )
