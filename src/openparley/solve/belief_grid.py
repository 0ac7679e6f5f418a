"""Agent logit quantal response equilibrium with public beliefs, by backward induction on a grid of beliefs.

At position v and public belief b the mover i of type θ chooses a with probability

    σ(a | v, b, θ) ∝ m(a) · exp(λ Q(v, b, θ, a)),   Q = r(v, a; θ) + W(v', bᵃ, θ),   bᵃ(θ) ∝ b(θ) σ(a | v, b, θ):

a small fixed point at every (v, b), solved by iteration from the behaviour one round later. McKelvey and Palfrey 1998
(not checked); the conventions for λ and for payoffs given an information set are Gambit's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from openparley.errors import SolveError
from openparley.game.dispute import WORLD, Dispute
from openparley.game.parameters import Parameters
from openparley.game.positions import Positions, chance_probs, rewards
from openparley.solve import kernels
from openparley.solve.grid import SplitGrid, interpolation_weights, split_grid
from openparley.solve.solution import SOLVED, Solution

USUAL_NODES = 7  # of an actor that a mapping of nodes does not name

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class BeliefGrid:
    """Settings of the belief-grid solver.

    Attributes
    ----------
    nodes
        Nodes for each split of a belief, the two ends included: one number, or one an actor.
    tolerance
        Largest change in a choice probability at which a stage counts as solved.
    most_passes
        Passes after which a stage is given up and named in the status.
    max_seconds
        Wall-clock budget; None for no limit.
    """

    nodes: int | Mapping[str, int] = USUAL_NODES
    tolerance: float = 1e-7
    most_passes: int = 3000
    max_seconds: float | None = None

    def nodes_for(self, actor: str) -> int:
        """Nodes for each split of an actor's belief."""
        return self.nodes if isinstance(self.nodes, int) else self.nodes.get(actor, USUAL_NODES)


def solve(
    positions: Positions,
    parameters: Parameters,
    *,
    rounds: int,
    method: BeliefGrid = BeliefGrid(),
    dispute: Dispute | None = None,
    progress: Progress | None = None,
) -> Solution:
    """Solve a dispute for a number of rounds.

    Parameters
    ----------
    dispute
        The dispute with the chance assumptions of ``parameters``; by default the one the positions were built from.
    progress
        Called with (rounds solved, rounds) after each.

    Returns
    -------
    The solution; its ``status`` says so when a stage missed its tolerance.

    Raises
    ------
    SolveError
        If an actor has no motives, or the time budget ends before the first round is reached.
    """
    dispute = dispute or positions.dispute
    for actor in dispute.actors:
        if actor not in parameters.motives:
            raise SolveError(f"actor “{actor}” of {type(dispute).__name__} has no motives; given: {', '.join(parameters.motives)}.")
    work = _Work(positions, parameters, dispute, method)
    started = time.monotonic()
    reads: list[tuple[np.ndarray, ...]] = []
    ahead = work.at_horizon()
    for done in range(rounds):
        if method.max_seconds is not None and time.monotonic() - started > method.max_seconds:
            raise SolveError(
                f"the time budget of {method.max_seconds} s ended with {done} of {rounds} rounds solved; raise it or lower nodes."
            )
        ahead, read = work.one_round(ahead)
        reads.append(read)
        if progress:
            progress(done + 1, rounds)
    status = SOLVED
    if work.unsettled:
        missed = f"{work.unsettled} stages kept a residual above {method.tolerance:g} (largest {work.worst:.2g})"
        status = f"not settled: {missed}; lower the precision or raise most_passes"
    stats = {
        "positions": float(len(positions)),
        "grid_points": float(np.prod([grid.points for grid in work.grids.values()])),
        "rounds": float(rounds),
        "passes": float(work.passes),
        "worst_residual": work.worst,
        "unsettled": float(work.unsettled),
    }
    settings = {"concept": "agent logit QRE", "solver": "belief grid", "tolerance": method.tolerance, "most_passes": method.most_passes}
    settings |= {f"nodes.{actor}": method.nodes_for(actor) for actor in dispute.actors if len(parameters.motives[actor].types) > 1}
    return Solution(
        positions, parameters, rounds, tuple(reversed(reads)), work.grids, work.reward, work.chance, work.log_base, status, settings, stats
    )  # fmt: skip


class _Work:
    """Arrays shared by the rounds of one solve."""

    def __init__(self, positions: Positions, parameters: Parameters, dispute: Dispute, method: BeliefGrid) -> None:
        self.positions, self.parameters, self.method = positions, parameters, method
        self.actors = dispute.actors
        self.grids: dict[str, SplitGrid] = {
            a: split_grid(len(parameters.motives[a].types), method.nodes_for(a))
            for a in self.actors
            if len(parameters.motives[a].types) > 1
        }
        self.grids |= {a: split_grid(1, 2) for a in self.actors if a not in self.grids}
        self.shape = tuple(self.grids[a].points for a in self.actors)
        self.slots: dict[str, int] = {}
        total = 0
        for actor in self.actors:
            self.slots[actor] = total
            total += len(parameters.motives[actor].types)
        self.slot_count = total
        self.reward, self.horizon = rewards(positions, parameters)
        self.chance = chance_probs(positions, parameters.chance, dispute)
        self.log_base = np.zeros(len(positions.labels))
        for v in range(len(positions)):
            if (mover := positions.mover(v)) != WORLD:
                base = parameters.motives[mover].propensity
                for o in positions.options(v):
                    self.log_base[o] = np.log(base.get(positions.labels[o], 1.0))
        self.policy = {s: self._even_policy(s) for s, name in enumerate(positions.steps) if name != WORLD}
        self.passes, self.worst, self.unsettled = 0, 0.0, 0

    def at_horizon(self) -> Float[np.ndarray, "opening slot *grid"]:
        """Values of the openings when no round is left."""
        grid = (1,) * len(self.shape)
        return np.broadcast_to(self.horizon.reshape(*self.horizon.shape, *grid), (*self.horizon.shape, *self.shape)).copy()

    def one_round(self, ahead: np.ndarray) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """Values of the openings one round earlier, and what each step read."""
        read: list[np.ndarray] = []
        for s in range(len(self.positions.steps) - 1, -1, -1):
            actor = self.positions.steps[s]
            axis = self.actors.index(actor) if actor != WORLD else 0
            later = np.ascontiguousarray(np.moveaxis(ahead, 2 + axis, -1)).reshape(*ahead.shape[:2], -1, self.shape[axis])
            read.append(later)
            values = self._step(s, actor, later)
            mover_last = (*self.shape[:axis], *self.shape[axis + 1 :], self.shape[axis])
            ahead = np.moveaxis(values.reshape(*values.shape[:2], *mover_last), -1, 2 + axis)
        return self._carry_over(ahead), tuple(reversed(read))

    def _step(self, s: int, actor: str, later: np.ndarray) -> np.ndarray:
        places = self.positions
        start, stop = int(places.step_start[s]), int(places.step_start[s + 1])
        first_later = int(places.step_start[(s + 1) % len(places.steps)])
        values = np.empty((stop - start, *later.shape[1:]))
        if actor == WORLD:
            flat = (*values.shape[:2], -1)
            kernels.chance_step(
                later.reshape(*later.shape[:2], -1), first_later, values.reshape(flat), start, stop, places.option_start, places.successor,
                self.reward, self.chance,
            )  # fmt: skip
            return values
        motives, grid = self.parameters.motives[actor], self.grids[actor]
        passes, worst, unsettled = kernels.mover_step(
            later, first_later, values, start, stop, places.option_start, places.successor, self.reward, self.log_base, motives.precision,
            self.slots[actor], len(motives.types), grid.beliefs, np.array(grid.sizes, np.int64), grid.nodes, grid.coefficients,
            self.policy[s], self.method.tolerance, self.method.most_passes,
        )  # fmt: skip
        self.passes += passes
        self.worst = max(self.worst, worst)
        self.unsettled += unsettled
        return values

    def _even_policy(self, s: int) -> np.ndarray:
        """Starting behaviour of a step: uniform; indexed by option, so that a position finds its own rows."""
        places = self.positions
        types, points = len(self.parameters.motives[places.steps[s]].types), int(np.prod(self.shape))
        policy = np.zeros((int(places.option_start[places.step_start[s + 1]]), types, points))
        for v in range(places.step_start[s], places.step_start[s + 1]):
            policy[places.option_start[v] : places.option_start[v + 1]] = 1.0 / (places.option_start[v + 1] - places.option_start[v])
        return policy

    def _carry_over(self, opening: np.ndarray) -> np.ndarray:
        """Round end: values read at the drifted beliefs, then averaged over what each type turns into, discounted."""
        for axis, actor in enumerate(self.actors):
            motives, grid = self.parameters.motives[actor], self.grids[actor]
            if motives.discount == 1 and np.array_equal(motives.drift, np.eye(len(motives.types))):
                continue
            drifted = interpolation_weights(grid, grid.beliefs @ motives.drift) if grid.points > 1 else np.ones((1, 1))
            last = np.ascontiguousarray(np.moveaxis(opening, 2 + axis, -1))
            flat = last.reshape(*last.shape[:2], -1, grid.points)
            out = np.empty_like(flat)
            kernels.carry_over(flat, np.ascontiguousarray(drifted.T), motives.discount * motives.drift, self.slots[actor], out)
            opening = np.moveaxis(out.reshape(last.shape), -1, 2 + axis)
        return np.ascontiguousarray(opening)
