"""What a solver returns: behaviour at any position and belief, its status, and how it was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from openparley.errors import SolveError
from openparley.game.dispute import WORLD
from openparley.game.parameters import Parameters
from openparley.game.positions import ENDED, Positions
from openparley.solve import kernels
from openparley.solve.grid import SplitGrid

SOLVED = "solved: every stage met its tolerance"

Beliefs = Mapping[str, Float[np.ndarray, "item _"]]
"""Actor → one belief over its types per item; an actor with one type may be left out."""


@dataclass(frozen=True)
class Certificate:
    """What code other than the solver recomputed; maxima over the sample, made by `openparley.solve.certificate.certify`.

    Attributes
    ----------
    logit_residual
        max |σ − logit(Q(σ))|, with Q recomputed from the definition, at sampled grid points and in between.
    interpolation_error
        max change in a choice probability when the values after each move, read from a table by the solution, are
        recomputed by one step of the exact recursion. One stage's error; it is made anew at every stage.
    value_error
        max difference in utils between these values.
    best_response_gap
        Actor → largest gain in utils from its best option over its logit choice (noise, not error).
    other_roots
        Sampled stages at which iteration from opposite starts ended elsewhere, or did not end.
    interpolation_error_on_path, value_error_on_path, other_roots_on_path
        The same over the part of the sample that simulated play from the priors meets.
    """

    logit_residual: float
    interpolation_error: float
    value_error: float
    best_response_gap: Mapping[str, float]
    other_roots: int
    sampled: int
    interpolation_error_on_path: float
    value_error_on_path: float
    other_roots_on_path: int


@dataclass(frozen=True)
class Solution:
    """Agent logit quantal response behaviour of a dispute, tabulated over public beliefs.

    Attributes
    ----------
    reads
        ``reads[t][s]``: values that step s of round t reads, shape (position of the step after, slot, lane, own) in the
        layout of the actor who moves at s; slots are (actor, type) pairs in order.
    status
        A sentence: solved, or what was missed and where.
    stats
        Counts and the largest residual.
    """

    positions: Positions
    parameters: Parameters
    rounds: int
    reads: tuple[tuple[Float[np.ndarray, "_ slot _ _"], ...], ...] = field(repr=False)
    grids: Mapping[str, SplitGrid] = field(repr=False)
    reward: Float[np.ndarray, "option slot"] = field(repr=False)
    chance: Float[np.ndarray, " option"] = field(repr=False)
    log_base: Float[np.ndarray, " option"] = field(repr=False)
    status: str
    settings: Mapping[str, Any]
    stats: Mapping[str, float]

    def slot(self, actor: str) -> int:
        """First slot of an actor in the tables."""
        before = 0
        for name in self.positions.dispute.actors:
            if name == actor:
                return before
            before += len(self.parameters.motives[name].types)
        raise SolveError(f"no actor “{actor}” in {type(self.positions.dispute).__name__}.")

    def lane_weights(self, actor: str, beliefs: Beliefs, items: int) -> Float[np.ndarray, "item lane"]:
        """Weights that read a table of ``actor``'s layout at the other actors' beliefs."""
        weights = np.ones((items, 1))
        for other in self.positions.dispute.actors:
            grid = self.grids[other]
            if other != actor and grid.points > 1:
                weights = kernels.tensor_weights(weights, self._read_weights(other, beliefs[other]))
        return weights

    def choices(self, round_: int, step: int, where: Int[np.ndarray, " item"], beliefs: Beliefs) -> Float[np.ndarray, "item option _"]:
        """Choice probabilities of each type of the mover, at any positions of one step and any public beliefs.

        The stage is solved at the belief itself; only the values after the move are read from the table. Options
        beyond a position's menu have probability 0. At a world step there is one type: chance.

        Raises
        ------
        SolveError
            If the round or step lies outside the solution.
        """
        if not (0 <= round_ < self.rounds and 0 <= step < len(self.positions.steps)):
            raise SolveError(
                f"round {round_}, step {step} is outside the solution: rounds 0–{self.rounds - 1}, steps 0–{len(self.positions.steps) - 1}."
            )
        start = self.positions.option_start
        widest = int((start[where + 1] - start[where]).max(initial=1))
        actor = self.positions.steps[step]
        if actor == WORLD:
            offsets = np.arange(widest)[None, :] + start[where][:, None]
            inside = offsets < start[where + 1][:, None]
            return np.where(inside, self.chance[np.minimum(offsets, len(self.chance) - 1)], 0.0)[:, :, None]
        motives, grid = self.parameters.motives[actor], self.grids[actor]
        own = beliefs[actor] if len(motives.types) > 1 else np.ones((len(where), 1))
        sigma = np.zeros((len(where), widest, len(motives.types)))
        kernels.respond_many(
            self.reads[round_][step], self._first_after(step), where, start, self.positions.successor, self.reward, self.log_base,
            motives.precision, self.slot(actor), len(motives.types), np.ascontiguousarray(own), np.array(grid.sizes, np.int64),
            grid.nodes, grid.coefficients, self.lane_weights(actor, beliefs, len(where)), sigma,
            self.settings["tolerance"], self.settings["most_passes"],
        )  # fmt: skip
        return sigma

    def values(self, round_: int, step: int, where: Int[np.ndarray, " item"], beliefs: Beliefs) -> Float[np.ndarray, "item slot"]:
        """Expected utils from here on of every (actor, type) slot, at positions reached *after* a step of a round.

        ``where`` holds positions of the step after ``step``; −1 (ended) is worth 0.
        """
        actor = self._reader(step)
        own = self._read_weights(actor, beliefs[actor]) if self.grids[actor].points > 1 else np.ones((len(where), 1))
        table = self.reads[round_][step][np.maximum(where - self._first_after(step), 0)]
        read = np.einsum("ivlg,ig,il->iv", table, own, self.lane_weights(actor, beliefs, len(where)))
        return np.where((where == ENDED)[:, None], 0.0, read)

    def expected(self, round_: int, step: int, where: Int[np.ndarray, " item"], beliefs: Beliefs) -> Float[np.ndarray, "item slot"]:
        """Expected utils from a step on, before it is taken, of every (actor, type) slot."""
        actor = self.positions.steps[step]
        sigma = self.choices(round_, step, where, beliefs)
        types = sigma.shape[2]
        own = beliefs[actor] if types > 1 else np.ones((len(where), 1))
        slot = self.slot(actor) if actor != WORLD else -types
        total = np.zeros((len(where), self.reward.shape[1]))
        start, stop = self.positions.option_start[where], self.positions.option_start[where + 1]
        for a in range(sigma.shape[1]):
            option = np.minimum(start + a, stop - 1)
            joint = own * sigma[:, a, :]
            chance = joint.sum(1)
            after = dict(beliefs)
            if types > 1:
                after[actor] = np.where(chance[:, None] > 0, joint / np.maximum(chance, 1e-300)[:, None], own)
            worth = self.reward[option] + self.values(round_, step, self.positions.successor[option], after)
            prob = np.repeat(chance[:, None], worth.shape[1], axis=1)
            if actor != WORLD:
                prob[:, slot : slot + types] = sigma[:, a, :]
            total += np.where((start + a < stop)[:, None], prob * worth, 0.0)
        return total

    def _read_weights(self, actor: str, beliefs: Float[np.ndarray, "item type"]) -> Float[np.ndarray, "item node"]:
        grid = self.grids[actor]
        return kernels.weights_at(np.ascontiguousarray(beliefs), np.array(grid.sizes, np.int64), grid.nodes, grid.coefficients, grid.points)

    def _reader(self, step: int) -> str:
        """Actor in whose layout the table read at a step is stored; the first actor's at a world step."""
        actor = self.positions.steps[step]
        return self.positions.dispute.actors[0] if actor == WORLD else actor

    def _first_after(self, step: int) -> int:
        following = (step + 1) % len(self.positions.steps)
        return int(self.positions.step_start[following])


def drift_beliefs(parameters: Parameters, beliefs: Beliefs) -> dict[str, Float[np.ndarray, "item _"]]:
    """Public beliefs after a round has ended: every belief times the drift of its actor."""
    return {actor: belief @ parameters.motives[actor].drift for actor, belief in beliefs.items()}
