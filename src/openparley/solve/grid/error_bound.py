"""How far a whole solve on a belief grid may be off: the same dispute on a coarser grid, compared where it matters.

The error of one stage says little of the error of the whole, which is made anew at every stage and carried back. The
difference between two whole solves says it: on the coarser grid the error is several times as large, so the difference
is nearly all the coarser one's, and a share of it bounds the finer one's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from openparley.game.dispute import WORLD
from openparley.game.dispute_game import DisputeGame
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid
from openparley.solve.grid.behaviour import Beliefs, GridBehaviour
from openparley.solve.grid.reach import balanced_reach
from openparley.solve.grid.splits import FEWEST, SplitGrid

# Half the nodes in log odds were found to leave 5 to 10 times the error, so that a fourth of the difference would do, and a
# half is safe. Two Chebyshev nodes less leave 9 times as much where values are smooth and as little as twice where not.
SHARES = {"log_odds": 0.5, "chebyshev": 1.0}
PLACES = 32  # compared in every step of every round


@dataclass(frozen=True)
class ErrorBound:
    """Bounds on the error of choice probabilities, from ``first_round`` on; 0 at world steps.

    Attributes
    ----------
    anywhere
        By round and step: the largest over positions and beliefs drawn evenly.
    """

    first_round: int
    anywhere: Float[np.ndarray, "round step"]

    @property
    def largest(self) -> float:
        """Over all rounds and steps."""
        return float(self.anywhere.max(initial=0.0))

    def at(self, round_: int, step: int) -> float:
        """In one step of one round."""
        return float(self.anywhere[round_ - self.first_round, step])


def coarser(behaviour: GridBehaviour) -> GridBehaviour:
    """The same dispute solved on the grid that errors are judged by."""
    grids = {actor: grid for actor, grid in behaviour.grids.items() if grid.sizes}
    if not grids:
        return behaviour
    spacing = "log_odds" if any(grid.reach for grid in grids.values()) else "chebyshev"
    nodes = {actor: _fewer(grid) for actor, grid in grids.items()}
    method = BeliefGrid(
        nodes, behaviour.tolerance, behaviour.most_passes, spacing=spacing, roots_checked=0,
        reach={actor: _nearer(grid, nodes[actor]) for actor, grid in grids.items()},
    )  # fmt: skip
    game = DisputeGame(behaviour.positions, behaviour.parameters, behaviour.rounds - behaviour.first_round, behaviour.dispute)
    return solve_belief_grid(game, method).behaviour


def bound_errors(
    behaviour: GridBehaviour, rng: np.random.Generator, *, places: int = PLACES, coarse: GridBehaviour | None = None
) -> ErrorBound:
    """Bound the error of every step of every round; costs a coarser solve, a third to a half of the solve itself."""
    coarse, steps = coarse or coarser(behaviour), behaviour.positions.steps
    count = behaviour.rounds - behaviour.first_round
    found = np.zeros((count, len(steps)))
    for t in range(count):
        for s in (s for s, name in enumerate(steps) if name != WORLD):
            where = rng.integers(behaviour.positions.step_start[s], behaviour.positions.step_start[s + 1], places)
            found[t, s] = differ(behaviour, coarse, t, s, where, _drawn(behaviour, places, rng))
    # neighbouring rounds are alike: together they make a sample that misses less
    wide = np.pad(found, ((1, 1), (0, 0)))
    return ErrorBound(behaviour.first_round, np.maximum(np.maximum(wide[:-2], wide[1:-1]), wide[2:]))


def differ(one: GridBehaviour, coarse: GridBehaviour, ahead: int, step: int, where: np.ndarray, beliefs: Beliefs) -> float:
    """Bound from the largest difference of a choice probability, ``ahead`` rounds from the first that was solved."""
    ours = one.choices(one.first_round + ahead, step, where, beliefs)
    theirs = coarse.choices(coarse.first_round + ahead, step, where, beliefs)
    spacing = "log_odds" if any(grid.reach for grid in one.grids.values()) else "chebyshev"
    return SHARES[spacing] * float(np.abs(ours - theirs).max(initial=0.0)) + 2 * one.tolerance


def _fewer(grid: SplitGrid) -> int:
    nodes = grid.sizes[0]
    return max((nodes - 3) // 2 + 3, FEWEST["log_odds"]) if grid.reach else max(nodes - 2, FEWEST["chebyshev"])


def _nearer(grid: SplitGrid, nodes: int) -> float:
    """Reach of the coarser grid: as near as is usual for it, so that the straight lines too are judged; else the same."""
    return min(grid.reach, balanced_reach(nodes)) if 0 < grid.reach <= balanced_reach(grid.sizes[0]) + 1e-9 else grid.reach


def _drawn(behaviour: GridBehaviour, items: int, rng: np.random.Generator) -> dict[str, Float[np.ndarray, "item _"]]:
    """Half anywhere, half at certain beliefs' doorstep, where cubics and polynomials are worst."""
    beliefs = {}
    for actor, motives in behaviour.parameters.motives.items():
        types = len(motives.types)
        spread = np.concatenate([rng.dirichlet(np.ones(types), items - items // 2), rng.dirichlet(np.full(types, 0.3), items // 2)])
        beliefs[actor] = spread / spread.sum(1, keepdims=True)
    return beliefs
