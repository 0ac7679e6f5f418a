"""The work of one draw of the assumptions: solve, filter, run every registered task, drop the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from openparley.game.dispute_game import DisputeGame
from openparley.game.parameters import Parameters
from openparley.game.positions import ENDED
from openparley.infer.filter import Filter, Filtered, world_drift
from openparley.infer.model import Model, Reporting
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid
from openparley.solve.grid.behaviour import GridBehaviour
from openparley.solve.grid.certificate import certify
from openparley.solve.grid.workspace import Workspace
from openparley.solve.solution import Solution

CERTIFIED_EVERY = 16  # a certificate costs about half as much as a solve; every sixteenth draw is a fair sample
CERTIFICATE_SAMPLES = 512  # errors have a long tail, which a smaller sample misses
CERTIFIED = (
    "logit_residual", "interpolation_error", "value_error", "other_roots", "sampled",
    "interpolation_error_on_path", "value_error_on_path", "other_roots_on_path",
)  # fmt: skip

WORKSPACE = Workspace()  # of this process, which solves one draw after another

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


@dataclass(frozen=True)
class Solved:
    """One draw, solved and filtered."""

    parameters: Parameters
    reporting: Reporting
    solution: Solution[GridBehaviour]
    filtered: Filtered


def solve_draw(model: Model, values: Mapping[str, float], method: BeliefGrid) -> Solved:
    """Solve the game at one draw of the assumptions and filter the record under it.

    Raises
    ------
    SolveError, InferenceError
        If the draw cannot be solved, or the record is impossible under it.
    """
    parameters, reporting = model.parameters(values), model.reporting(values)
    game = DisputeGame(model.positions, parameters, model.rounds, model.dispute(parameters))
    solution = solve_belief_grid(game, method, workspace=WORKSPACE)
    return Solved(parameters, reporting, solution, Filter(model, solution.behaviour, reporting).run())


def work(model: Model, values: Mapping[str, float], index: int, seed: int, method: BeliefGrid, tasks: Mapping[str, Task]) -> Table:
    """Solve one draw and keep what the posterior and the tasks need of it.

    Raises
    ------
    SolveError, InferenceError
        If the draw cannot be solved, or the record is impossible under it.
    """
    solved = solve_draw(model, values, method)
    solution, filtered = solved.solution, solved.filtered
    table: Table = {
        "log_evidence": filtered.log_evidence,
        "world_share": filtered.world_share,
        "world_types": filtered.worlds.types,
        "world_prior": filtered.worlds.prior,
        "world_prior_path": _prior_path(model, solution.behaviour, filtered),
        "sighting_prob": np.array([s.world_prob for s in filtered.sightings]),
        "sighting_reported": np.array([s.world_reported for s in filtered.sightings]),
        "sighting_base": np.array([(s.uniform_prob, s.frequency_prob) for s in filtered.sightings]).reshape(-1, 2),
        "sighting_labels": _padded([s.label_prob for s in filtered.sightings]),
        "coarse_share": np.array(filtered.coarse_share),
        "lost_share": np.array(filtered.lost_share),
        "unsettled": np.array(solution.stats["unsettled"]),
        "residual": np.array(solution.stats["worst_residual"]),
        **played(model, solution.behaviour, filtered),
    }
    if index % CERTIFIED_EVERY == 0:
        proof = certify(solution, samples=CERTIFICATE_SAMPLES, rng=np.random.default_rng([seed, index]))
        table |= {f"certificate.{name}": np.array(getattr(proof, name)) for name in CERTIFIED}
        table["certificate.best_response_gap"] = np.array(max(proof.best_response_gap.values()))
    drawn = Drawn(model, index, seed, solved.parameters, solved.reporting, solution.behaviour, filtered, method)
    for name, task in tasks.items():
        table |= {f"{name}.{key}": value for key, value in task(drawn).items()}
    return table


def _padded(rows: Sequence[np.ndarray]) -> Float[np.ndarray, "sighting move"]:
    """Rows of unequal length as one table, filled up with zeros."""
    table = np.zeros((len(rows), max((len(row) for row in rows), default=0)))
    for row, values in zip(table, rows, strict=True):
        row[: len(values)] = values
    return table


def played(model: Model, behaviour: GridBehaviour, filtered: Filtered) -> Table:
    """Probability of each move by type, at the opening and – over the branches that the record leaves – in the step to be played next."""
    opening = np.array([model.positions.opening(model.start)])
    prior = {actor: behaviour.parameters.motives[actor].prior[None, :] for actor in model.uncertain}
    branches = filtered.branches
    alive = branches.position != ENDED
    share = branches.weight[alive].sum(1)
    table: Table = {"play_start": behaviour.choices(0, 0, opening, prior)[0]}
    if not share.sum() > 0:
        return table | {"play_today": np.zeros((0, 0))}
    position = branches.position[alive]
    chosen = behaviour.choices(filtered.today, filtered.step, position, {a: b[alive] for a, b in branches.beliefs.items()})
    labels = sorted({label for v in np.unique(position) for label in model.positions.menu(int(v))})
    today = np.zeros((len(labels), chosen.shape[2]))
    for row, v, weight in zip(chosen, position, share / share.sum(), strict=True):
        for option, label in enumerate(model.positions.menu(int(v))):
            today[labels.index(label)] += weight * row[option]
    return table | {"play_today": today}


def _prior_path(model: Model, behaviour: GridBehaviour, filtered: Filtered) -> Float[np.ndarray, "round world"]:
    """Share of each world at the end of each round had nothing been reported: the prior, drifting."""
    drift = world_drift(filtered.worlds, behaviour)
    share, rows = filtered.worlds.prior, []
    for t in range(model.today + 1):
        # a round that the filter has not finished has not drifted yet
        share = share @ drift if t < filtered.today else share
        rows.append(share)
    return np.array(rows)
