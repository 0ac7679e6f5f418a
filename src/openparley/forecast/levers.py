"""Levers: the rest of the game solved anew with something changed from today on, for some of the draws.

A solve a lever and draw is dear, so levers are pulled in a systematic sample of the draws by posterior weight: nearly equal
weights, and no solve for draws that count for nothing. Only the game with the lever is solved; where its futures begin, and
what the game without it gave, was kept with the draw. Random numbers are those of the futures without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from openparley.forecast.futures import Play, Start, expected_worth, random_stream
from openparley.game.dispute_game import DisputeGame
from openparley.infer.checkpoint import Progress, run_jobs
from openparley.infer.draw import WORKSPACE, Table
from openparley.infer.engine import AdaptiveImportance, Run
from openparley.infer.filter import Worlds
from openparley.infer.model import Model
from openparley.infer.workers import Workers
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid

STAGE = "pulling levers"


@dataclass(frozen=True)
class Pulled:
    """Draws in which every lever was pulled.

    Attributes
    ----------
    draws
        Their numbers, ascending.
    weights
        What each stands for; they sum to one.
    whole
        Whether they are all the draws, so that nothing was sampled.
    tables
        ``first.LEVER`` (future, outcome) and ``gain.LEVER`` (actor) of each.
    """

    draws: tuple[int, ...]
    weights: Float[np.ndarray, " pulled"]
    whole: bool
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class PullLevers:
    """The job: every lever in one draw, on the futures that its table holds."""

    seed: int
    grid: BeliefGrid

    def __call__(self, model: Model, index: int, values: Mapping[str, float], futures: Table) -> Table:
        """First occurrences and gains by lever."""
        parameters = model.parameters(values)
        start = Start.from_table(futures)
        worlds = Worlds(model.uncertain, futures["types"], futures["prior"])
        habit = {
            a: dict(zip(moves, futures[f"habit.{a}"], strict=True)) for a, moves in model.layout.moves.items() if f"habit.{a}" in futures
        }
        shape = (len(start.position), model.rounds + 1, len(model.positions.steps) + len(model.uncertain))
        uniforms = random_stream(self.seed, index).random(shape)
        table: Table = {}
        for key, positions in model.lever_positions.items():
            dispute = model.dispute(parameters, model.levers[key].game)
            game = DisputeGame(positions, parameters, model.rounds - start.round, dispute)
            pulled = solve_belief_grid(game, self.grid, workspace=WORKSPACE).behaviour
            entered = start.entering(model.positions, positions, dispute)
            table[f"first.{key}"] = Play(pulled, worlds, habit, start.round).run(entered, uniforms, model.outcomes)
            table[f"gain.{key}"] = expected_worth(model, pulled, worlds, entered, start.round) - futures["worth"]
        return table


def pull_levers(
    model: Model,
    run: Run,
    engine: AdaptiveImportance,
    weights: Float[np.ndarray, " draw"],
    *,
    most: int,
    prefix: str,
    checkpoint: Path | None = None,
    progress: Progress | None = None,
    workers: Workers,
) -> Pulled:
    """Pull every lever in at most ``most`` draws.

    Parameters
    ----------
    weights
        Posterior weights of the draws.
    prefix
        Name under which the task `openparley.forecast.futures.Futures` ran.
    """
    draws, share = sampled(weights, most, seed=engine.seed)
    items = {k: (run.at(k), start_of(run.tables[k], prefix)) for k in draws}

    def show(done: int) -> None:
        if progress is not None:
            progress(STAGE, done, len(items))

    tables = run_jobs(workers, PullLevers(engine.seed, engine.grid), items, name="levers", checkpoint=checkpoint, done=show)
    return Pulled(draws, share, len(draws) == len(weights), tuple(tables.values()))


def sampled(weights: Float[np.ndarray, " draw"], most: int, *, seed: int) -> tuple[tuple[int, ...], Float[np.ndarray, " pulled"]]:
    """All draws with their weights if there are no more than ``most``, else a systematic sample by weight."""
    if len(weights) <= most:
        return tuple(range(len(weights))), weights
    marks = (np.arange(most) + np.random.default_rng([seed, 4]).random()) / most
    picked = np.minimum(np.searchsorted(np.cumsum(weights), marks), len(weights) - 1)
    draws, times = np.unique(picked, return_counts=True)
    return tuple(int(k) for k in draws), times / most


def start_of(table: Table, prefix: str) -> Table:
    """What of a draw's table the job needs, without the name of the task."""
    named = f"{prefix}."
    wanted = ("start.", "habit.", "world", "worth")
    found = {key.removeprefix(named): value for key, value in table.items() if key.startswith(named)}
    kept = {key: value for key, value in found.items() if key.startswith(wanted)}
    return kept | {"types": table["world_types"], "prior": table["world_prior"]}
