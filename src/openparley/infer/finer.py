"""The solver's error as part of the result: some draws solved again on a finer grid, and what that does to the shares.

A coarse grid changes the weight of a draw as well as its shares. Draws are picked half by their posterior weight and half
evenly, so that one which the coarse grid wrongly makes light can still be found; each then counts by its weight over the
chance of being picked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from openparley.infer.draw import Table, played, solve_draw
from openparley.infer.filter import HABIT
from openparley.infer.model import Model
from openparley.infer.posterior import NONE_OF_THESE, ShareError, SolverError
from openparley.solve.belief_grid import BeliefGrid

FINER = (2, 1)  # further nodes a split, the dearest first
BUDGET = 0.1  # share of a run's time that the finer solves may take


@dataclass(frozen=True)
class Finer:
    """The job: solve and filter one draw on a finer grid."""

    grid: BeliefGrid

    def __call__(self, model: Model, index: int, values: Mapping[str, float]) -> Table:
        """What is compared with the draw's own table."""
        solved = solve_draw(model, values, self.grid)
        return {
            "log_evidence": solved.filtered.log_evidence,
            "world_share": solved.filtered.world_share,
            **played(model, solved.solution.behaviour, solved.filtered),
        }


def finer_grid(model: Model, grid: BeliefGrid, *, share: float) -> BeliefGrid:
    """Two more nodes a split where that many draws of it cost under a tenth of the run, one more otherwise.

    A solve costs about as many times more as there are more points of the grid.
    """
    tried = [replace(grid, nodes={a: grid.nodes_for(a) + more for a in model.uncertain}, roots_checked=0) for more in FINER]
    return next((finer for finer in tried if share * _dearer(model, grid, finer) <= BUDGET), tried[-1])


def _dearer(model: Model, grid: BeliefGrid, finer: BeliefGrid) -> float:
    """How many times more points the finer grid has."""
    splits = {actor: len(model.types[actor]) - 1 for actor in model.uncertain}
    return float(np.prod([(finer.nodes_for(actor) / grid.nodes_for(actor)) ** count for actor, count in splits.items()]))


def chosen_draws(weights: Float[np.ndarray, " draw"], count: int, *, seed: int) -> dict[int, float]:
    """A systematic sample of the draws, spread over the batches: draw → how many times it was expected."""
    expected = count * (0.5 * weights + 0.5 / len(weights))
    marks = np.arange(count) + np.random.default_rng([seed, 5]).random()
    picked = np.minimum(np.searchsorted(np.cumsum(expected), marks), len(weights) - 1)
    # a draw that is expected more than once is solved once and counts for all of its marks
    return {int(k): float(expected[k] / np.count_nonzero(picked == k)) for k in np.unique(picked)}


def solver_error(
    model: Model,
    tables: tuple[Table, ...],
    finer: Mapping[int, Table],
    inclusion: Mapping[int, float],
    weights: Float[np.ndarray, " draw"],
    grid: str,
) -> SolverError:
    """What the finer grid changes in the draws solved again, and by how much that moves the posterior shares.

    With δ the change of a draw's log evidence less its weighted mean, P the posterior share and s, s' a draw's own, the
    posterior moves by about the weighted mean of e^δ (s' − P) − (s − P): the coarse shares stand in as control.
    """
    draws = sorted(finer)
    worth = np.array([weights[k] / inclusion[k] for k in draws])
    worth = worth / worth.sum()
    change = np.array([finer[k]["log_evidence"][-1] - tables[k]["log_evidence"][-1] for k in draws])
    delta = change - worth @ change
    by_share = [np.abs(finer[k]["world_share"] - tables[k]["world_share"]).max() for k in draws]
    choices = np.array(
        [max(np.abs(finer[k][key] - tables[k][key]).max(initial=0.0) for key in ("play_start", "play_today")) for k in draws]
    )
    shares = {
        actor: {
            label: _share_error(model.uncertain.index(actor), kind, tables, finer, draws, worth, delta, weights)
            for kind, label in [*enumerate(model.types[actor]), (HABIT, NONE_OF_THESE)]
        }
        for actor in model.uncertain
    }
    return SolverError(
        draws=len(draws),
        grid=grid,
        log_evidence=float(np.sqrt(worth @ delta**2)),
        log_evidence_largest=float(np.abs(change - change.mean()).max()),
        shares_largest=float(max(by_share)),
        choices=float(worth @ choices),
        choices_largest=float(choices.max()),
        posterior=shares,
    )


def _share_error(
    actor: int,
    kind: int,
    tables: tuple[Table, ...],
    finer: Mapping[int, Table],
    draws: list[int],
    worth: np.ndarray,
    delta: np.ndarray,
    weights: np.ndarray,
) -> ShareError:
    """Shift of one account's posterior share, with its standard error from the spread between draws."""
    own = tables[0]["world_types"][:, actor] == kind
    coarse = np.array([table["world_share"][-1][own].sum() for table in tables])
    fine = np.array([finer[k]["world_share"][-1][own].sum() for k in draws])
    mean = float(weights @ coarse)
    moved = np.exp(delta) * (fine - mean) - (coarse[draws] - mean)
    shift = float(worth @ moved)
    count = len(draws)
    error = float(np.sqrt(np.square(worth) @ np.square(moved - shift) * count / (count - 1))) if count > 1 else float("nan")
    return ShareError(shift, error)
