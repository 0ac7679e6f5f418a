"""Forced moves: a move is put in the place of what an actor would have chosen, at its first legal chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from openparley.forecast.futures import NEVER, Moment, Play, Start, match_outcomes, numeraire_unit
from openparley.game.positions import ENDED
from openparley.infer.filter import HABIT
from openparley.record.casefile import Outcome


class Forcing(Play):
    """Simulates one game in which moves may be forced."""

    def forced(
        self,
        start: Start,
        uniforms: Float[np.ndarray, "future round step"],
        outcomes: tuple[Outcome, ...],
        force: Sequence[tuple[str, str]],
        *,
        believed: bool = False,
    ) -> tuple[Int[np.ndarray, "future outcome"], Float[np.ndarray, " actor"]]:
        """Round in which each outcome first happens, and what forcing gains each actor, in units of its numeraire.

        The gain is the worth of the forced move less that of the actor's own play at the moment of the move, discounted to
        the start and averaged over all futures in which the motive is one of the accounts. Up to that moment the futures with
        and without the lever are the same.
        """
        if not force:
            return self.run(start, uniforms, outcomes), np.zeros(len(self.behaviour.positions.dispute.actors))
        first = np.full((len(start.position), len(outcomes)), NEVER, np.int64)
        gained = np.zeros((len(start.position), len(self.behaviour.positions.dispute.actors)))
        matching = match_outcomes(self.behaviour.positions, outcomes)
        pending = np.ones((len(start.position), len(force)), bool)
        for moment in self.moments(start, uniforms):
            for j, (actor, move) in enumerate(force):
                if self.behaviour.positions.steps[moment.step] == actor:
                    taken = self._force(moment, move, pending[moment.alive, j], believed=believed)
                    pending[moment.alive[taken], j] = False
                    discount = moment.round - start.round
                    gained[moment.alive[taken]] += self._gains(moment, taken, discount)
            happened = matching[moment.option] & (first[moment.alive] == NEVER)
            first[moment.alive] = np.where(happened, moment.round, first[moment.alive])
        own = np.stack([self.worlds.of(a)[start.world] != HABIT for a in self.behaviour.positions.dispute.actors], 1)
        alive = own & (start.position != ENDED)[:, None]
        return first, np.divide((gained * alive).sum(0), alive.sum(0), out=np.zeros(alive.shape[1]), where=alive.any(0))

    def _force(self, moment: Moment, move: str, pending: np.ndarray, *, believed: bool) -> Int[np.ndarray, " forced"]:
        """Put the move in the place of the option chosen where it is open; which of the living futures that are."""
        places = self.behaviour.positions
        wanted = np.full(len(places), ENDED, np.int64)
        for v in np.unique(moment.where).tolist():
            if move in (menu := places.menu(v)):
                wanted[v] = places.option_start[v] + menu.index(move)
        forced = np.flatnonzero(pending & (wanted[moment.where] != ENDED) & ~moment.fixed)
        moment.fixed[forced] = True
        moment.option[forced] = wanted[moment.where[forced]]
        actor = places.steps[moment.step]
        if actor in moment.after and len(forced):
            before = moment.before[actor][forced]
            if believed:
                sigma = self.behaviour.choices(
                    moment.round - self.shift, moment.step, moment.where[forced], {a: b[forced] for a, b in moment.before.items()}
                )
                likely = before * sigma[np.arange(len(forced)), moment.option[forced] - places.option_start[moment.where[forced]]]
                total = likely.sum(1, keepdims=True)
                before = np.divide(likely, total, out=before.copy(), where=total > 0)
            moment.after[actor][forced] = before
        return forced

    def _gains(self, moment: Moment, taken: Int[np.ndarray, " forced"], rounds: int) -> Float[np.ndarray, "forced actor"]:
        """What the forced option is worth to each actor's type of that moment, less what its mover's own play was."""
        behaviour, places = self.behaviour, self.behaviour.positions
        actors = places.dispute.actors
        if not len(taken):
            return np.zeros((0, len(actors)))
        t, where, option = moment.round - self.shift, moment.where[taken], moment.option[taken]
        before, after = ({a: b[taken] for a, b in seen.items()} for seen in (moment.before, moment.after))
        ahead = behaviour.reward[option] + behaviour.values(t, moment.step, places.successor[option], after)
        change = ahead - behaviour.expected(t, moment.step, where, before)
        columns = []
        for actor in actors:
            motives = behaviour.parameters.motives[actor]
            kinds = np.maximum(self.worlds.of(actor)[moment.world[taken]], 0)
            gain = change[np.arange(len(taken)), behaviour.slot(actor) + kinds] / numeraire_unit(behaviour, actor)
            columns.append(motives.discount**rounds * gain)
        return np.stack(columns, 1)
