"""Behaviour tabulated over public beliefs: choices and values at any position and belief."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from openparley._display import Shown
from openparley.errors import SolveError
from openparley.game.dispute import WORLD, Dispute
from openparley.game.parameters import Parameters
from openparley.game.positions import ENDED, Positions
from openparley.solve.grid import kernels, newton
from openparley.solve.grid.splits import SplitGrid

Beliefs = Mapping[str, Float[np.ndarray, "item _"]]
"""Actor → one belief over its types per item; an actor with one type may be left out."""


@dataclass(frozen=True)
class GridBehaviour(Shown):
    """Agent logit quantal response behaviour of a dispute, tabulated over public beliefs.

    Attributes
    ----------
    reads
        ``reads[t - first_round][s]``: values that step s of round t reads, by position of the step after and slot, in the
        `Layout` of the actor who moves at s; `tables` has them in one order. Slots are (actor, type) pairs in order. What options and the
        horizon add for an actor while others are of given types is not in them but in ``given`` and ``given_last``.
    given, given_last
        Utils that an option adds for an actor while another is of a type (slot of the other); in the last round with
        what the horizon adds, which the last step leads to.
    tolerance, most_passes
        How exactly a stage is solved when choices are asked for.
    first_round
        First round that was solved; above 0 where the solver was stopped.
    dispute
        The dispute whose chances apply; None for the one the positions were built from.
    """

    positions: Positions
    parameters: Parameters
    rounds: int
    reads: tuple[tuple[Float[np.ndarray, "_ slot _ _"], ...], ...] = field(repr=False)
    grids: Mapping[str, SplitGrid] = field(repr=False)
    reward: Float[np.ndarray, "option slot"] = field(repr=False)
    given: Float[np.ndarray, "option actor slot"] = field(repr=False)
    given_last: Float[np.ndarray, "option actor slot"] = field(repr=False)
    chance: Float[np.ndarray, " option"] = field(repr=False)
    log_base: Float[np.ndarray, " option"] = field(repr=False)
    tolerance: float
    most_passes: int
    first_round: int = 0
    dispute: Dispute | None = field(default=None, repr=False)

    def slot(self, actor: str) -> int:
        """First slot of an actor in the tables."""
        before = 0
        for name in self.positions.dispute.actors:
            if name == actor:
                return before
            before += len(self.parameters.motives[name].types)
        raise SolveError(f"no actor “{actor}” in {type(self.positions.dispute).__name__}.")

    def tables(self, round_: int, step: int) -> Float[np.ndarray, "_ slot lane own"]:
        """Values that a step of a round reads, by position of the step after; a view.

        Raises
        ------
        SolveError
            If the round or step lies outside what was solved.
        """
        stored = self._stored(round_, step)
        return stored if self.grids[self._reader(step)].reach else np.swapaxes(stored, 2, 3)

    def _stored(self, round_: int, step: int) -> Float[np.ndarray, "_ slot _ _"]:
        if not (self.first_round <= round_ < self.rounds and 0 <= step < len(self.positions.steps)):
            raise SolveError(
                f"round {round_}, step {step} is outside the solution: rounds {self.first_round}–{self.rounds - 1}, "
                f"steps 0–{len(self.positions.steps) - 1}."
            )
        return self.reads[round_ - self.first_round][step]

    def lane_weights(self, actor: str, beliefs: Beliefs, items: int) -> Float[np.ndarray, "item lane"]:
        """Weights that read a table of ``actor``'s layout at the other actors' beliefs."""
        weights = np.ones((items, 1))
        for other in self.positions.dispute.actors:
            if other != actor and self.grids[other].points > 1:
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
        table = self._stored(round_, step)
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
        extra = self.mover_extras(round_, step, where, beliefs)
        common = (
            table, self._first_after(step), where, start, self.positions.successor, self.reward, extra, self.log_base,
            motives.precision, self.slot(actor), len(motives.types), np.ascontiguousarray(own), np.array(grid.sizes, np.int64),
            grid.nodes, grid.coefficients,
        )  # fmt: skip
        lanes = self.lane_weights(actor, beliefs, len(where))
        if grid.reach:
            newton.respond_log_odds(*common, grid.reach, lanes, sigma, self.tolerance, self.most_passes)
        else:
            kernels.respond_many(*common, lanes, sigma, self.tolerance, self.most_passes)
        return sigma

    def values(self, round_: int, step: int, where: Int[np.ndarray, " item"], beliefs: Beliefs) -> Float[np.ndarray, "item slot"]:
        """Expected utils from here on of every (actor, type) slot, at positions reached *after* a step of a round.

        ``where`` holds positions of the step after ``step``; −1 (ended) is worth 0. After the last step of the last
        round this is what the horizon is worth, less what it adds while others are of given types.
        """
        actor = self._reader(step)
        own = self._read_weights(actor, beliefs[actor]) if self.grids[actor].points > 1 else np.ones((len(where), 1))
        table = self.tables(round_, step)[np.maximum(where - self._first_after(step), 0)]
        read = np.einsum("ivlg,ig,il->iv", table, own, self.lane_weights(actor, beliefs, len(where)))
        return np.where((where == ENDED)[:, None], 0.0, read)

    def expected(self, round_: int, step: int, where: Int[np.ndarray, " item"], beliefs: Beliefs) -> Float[np.ndarray, "item slot"]:
        """Expected utils from a step on, before it is taken, of every (actor, type) slot."""
        actor = self.positions.steps[step]
        sigma = self.choices(round_, step, where, beliefs)
        types = sigma.shape[2]
        own = beliefs[actor] if actor != WORLD and types > 1 else np.ones((len(where), 1))
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
            worth = worth + self._extras_by_slot(round_, option, after)
            prob = np.repeat(chance[:, None], worth.shape[1], axis=1)
            if actor != WORLD:
                prob[:, slot : slot + types] = sigma[:, a, :]
            total += np.where((start + a < stop)[:, None], prob * worth, 0.0)
        return total

    def stage_tables(
        self, round_: int, step: int, where: Int[np.ndarray, " item"], beliefs: Beliefs
    ) -> Float[np.ndarray, "item option type own"]:
        """What the mover of a step reads for its own types, at the others' beliefs; 0 where the dispute ends."""
        mover = self.positions.steps[step]
        slot, types = self.slot(mover), len(self.parameters.motives[mover].types)
        to = self.positions.successor[self._menus(where)]
        own = self.tables(round_, step)[np.maximum(to - self._first_after(step), 0), slot : slot + types]
        read = np.einsum("iaklg,il->iakg", own, self.lane_weights(mover, beliefs, len(where)), dtype=float)
        return np.where((to == ENDED)[:, :, None, None], 0.0, read)

    def mover_extras(self, round_: int, step: int, where: Int[np.ndarray, " item"], beliefs: Beliefs) -> Float[np.ndarray, "item option"]:
        """What options add for the mover of a step, expected over the others' types."""
        return self._expected_extra(round_, self._menus(where), self.positions.steps[step], beliefs)

    def _menus(self, where: Int[np.ndarray, " item"]) -> Int[np.ndarray, "item option"]:
        """Options of positions in rows as long as the longest; a shorter menu repeats its last option."""
        start, stop = self.positions.option_start[where], self.positions.option_start[where + 1]
        return np.minimum(start[:, None] + np.arange(int((stop - start).max(initial=1)))[None, :], stop[:, None] - 1)

    def _extras_by_slot(self, round_: int, option: Int[np.ndarray, " item"], beliefs: Beliefs) -> Float[np.ndarray, "item slot"]:
        """What options add for every slot at the beliefs after them."""
        columns = []
        for actor in self.positions.dispute.actors:
            extra = self._expected_extra(round_, option[:, None], actor, beliefs)
            columns.append(np.repeat(extra, len(self.parameters.motives[actor].types), axis=1))
        return np.concatenate(columns, axis=1)

    def _expected_extra(
        self, round_: int, options: Int[np.ndarray, "item option"], actor: str, beliefs: Beliefs
    ) -> Float[np.ndarray, "item option"]:
        """What options add for one actor, expected over the others' types."""
        given = self.given_last if round_ == self.rounds - 1 else self.given
        extra = np.zeros(options.shape)
        if not self._any_given[round_ == self.rounds - 1]:
            return extra
        actors = self.positions.dispute.actors
        rows = given[options, actors.index(actor)]
        for other in actors:
            if other == actor:
                continue
            types = len(self.parameters.motives[other].types)
            at = self.slot(other)
            belief = beliefs[other] if types > 1 else np.ones((len(options), 1))
            extra += np.einsum("iak,ik->ia", rows[:, :, at : at + types], belief)
        return extra

    @cached_property
    def _any_given(self) -> tuple[bool, bool]:
        """Whether anything depends on others' types: before the last round, and in it."""
        return bool(self.given.any()), bool(self.given_last.any())

    def _read_weights(self, actor: str, beliefs: Float[np.ndarray, "item type"]) -> Float[np.ndarray, "item node"]:
        grid = self.grids[actor]
        sizes, beliefs = np.array(grid.sizes, np.int64), np.ascontiguousarray(beliefs)
        if grid.reach:
            return newton.weights_at(beliefs, sizes, grid.reach, grid.points)
        return kernels.weights_at(beliefs, sizes, grid.nodes, grid.coefficients, grid.points)

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
