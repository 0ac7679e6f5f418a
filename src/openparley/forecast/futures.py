"""Futures: play simulated forward from what the record leaves open.

Every future of a draw has its own stream of uniform numbers by round and step, used by the game as it is and by the
game with a lever pulled (`openparley.forecast.levers`) alike, so that a difference between the two is the lever's and not the
dice's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from openparley.game.dispute import WORLD, Dispute
from openparley.game.positions import ENDED, Position, Positions
from openparley.infer.draw import Drawn, Table
from openparley.infer.filter import HABIT, Worlds, habit_probs, world_drift
from openparley.infer.model import Model
from openparley.record.casefile import Outcome
from openparley.solve.grid.behaviour import GridBehaviour, drift_beliefs

NEVER = -1


@dataclass(frozen=True)
class Futures:
    """Task of a draw: futures from today, and from before the record.

    Attributes
    ----------
    count
        Futures a draw and variant.
    """

    count: int = 128

    def __call__(self, drawn: Drawn) -> Table:
        """Arrays by name.

        ``first`` (future, outcome) holds the round of the first occurrence, −1 for never, ``world`` where each began;
        ``start.…``, ``habit.…`` and ``worth`` are what `openparley.forecast.levers` needs to pull a lever on the same futures.
        """
        model, found = drawn.model, drawn.filtered
        start, uniforms, rng = beginning(drawn, self.count)
        usual = Play(drawn.behaviour, found.worlds, found.habit, 0)
        table: Table = {"first": usual.run(start, uniforms, model.outcomes), "world": start.world}
        before = _before_the_record(drawn, rng.random(), self.count)
        unread = Play(drawn.behaviour, found.worlds, {}, 0)  # nobody's habits are known before the record
        table["first_prior"], table["open_prior"] = unread.run_from(before, uniforms, model.outcomes, since=model.today)
        table["worth"] = expected_worth(model, drawn.behaviour, found.worlds, start, 0)
        return table | start.table() | {f"habit.{actor}": np.array(list(counts.values())) for actor, counts in found.habit.items()}


def beginning(drawn: Drawn, count: int) -> tuple[Start, Float[np.ndarray, "future round step"], np.random.Generator]:
    """Where the futures of a draw begin, their random numbers by round and step, and the stream after these."""
    model, found = drawn.model, drawn.filtered
    rng = random_stream(drawn.seed, drawn.index)
    uniforms = rng.random((count, model.rounds + 1, len(model.positions.steps) + len(model.uncertain)))
    branch, world = _sample(found.branches.weight, rng.random(), count)
    beliefs = {actor: belief[branch] for actor, belief in found.branches.beliefs.items()}
    return Start(found.branches.position[branch], beliefs, world, found.today, found.step), uniforms, rng


def random_stream(seed: int, index: int) -> np.random.Generator:
    """The random numbers of one draw's futures; the first of them are those by round and step."""
    return np.random.default_rng([seed, index, 1])


@dataclass(frozen=True)
class Start:
    """Where futures begin: position and public beliefs of each, its world, the round and step to be played next."""

    position: Int[np.ndarray, " future"]
    beliefs: Mapping[str, Float[np.ndarray, "future type"]]
    world: Int[np.ndarray, " future"]
    round: int
    step: int

    def entering(self, usual: Positions, changed: Positions, dispute: Dispute) -> Start:
        """The same starts in the game with a lever pulled."""
        to = {ENDED: ENDED}
        for v in set(self.position.tolist()) - {ENDED}:
            place = usual.places[v]
            to[v] = changed.index[Position(place.step, dispute.enter(place.state))]
        return Start(np.array([to[v] for v in self.position.tolist()], np.int64), self.beliefs, self.world, self.round, self.step)

    def table(self) -> Table:
        """As arrays to keep; the worlds are kept as ``world`` already."""
        when = {"start.when": np.array([self.round, self.step]), "start.position": self.position}
        return when | {f"start.belief.{actor}": belief for actor, belief in self.beliefs.items()}

    @classmethod
    def from_table(cls, table: Table) -> Start:
        """What `table` kept, with ``world`` beside it."""
        named = "start.belief."
        beliefs = {key.removeprefix(named): belief for key, belief in table.items() if key.startswith(named)}
        round_, step = map(int, table["start.when"])
        return cls(table["start.position"], beliefs, table["world"], round_, step)


def _sample(weight: Float[np.ndarray, "branch world"], offset: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Systematic sample of (branch, world) pairs: as even as the count allows."""
    steps = (np.arange(count) + offset) / count
    flat = np.minimum(np.searchsorted(np.cumsum(weight.ravel()) / weight.sum(), steps), weight.size - 1)
    return np.divmod(flat, weight.shape[1])


def _before_the_record(drawn: Drawn, offset: float, count: int) -> Start:
    _, world = _sample(drawn.filtered.worlds.prior[None, :], offset, count)
    opening = drawn.model.positions.opening(drawn.model.start)
    beliefs = {a: np.tile(drawn.parameters.motives[a].prior, (count, 1)) for a in drawn.model.uncertain}
    return Start(np.full(count, opening), beliefs, world, 0, 0)


@dataclass
class Moment:
    """One step of the living futures: what was chosen, before it is carried out; ``option`` and ``after`` may be changed.

    Attributes
    ----------
    alive
        Which futures.
    where, before, world
        Position, public beliefs and world of each.
    option, after
        What is chosen and the beliefs after it.
    fixed
        Where the option has been put in by force.
    """

    round: int
    step: int
    alive: Int[np.ndarray, " future"]
    where: Int[np.ndarray, " future"]
    before: Mapping[str, Float[np.ndarray, "future _"]]
    world: Int[np.ndarray, " future"]
    option: Int[np.ndarray, " future"]
    after: dict[str, Float[np.ndarray, "future _"]]
    fixed: Bool[np.ndarray, " future"]


class Play:
    """Simulates one game; ``shift`` is the round at which its solution begins."""

    def __init__(self, behaviour: GridBehaviour, worlds: Worlds, habit: Mapping[str, Mapping[str, float]], shift: int) -> None:
        self.behaviour, self.worlds, self.shift = behaviour, worlds, shift
        self.drift = np.cumsum(world_drift(worlds, behaviour), axis=1)
        takers = zip(_movers(behaviour.positions), behaviour.positions.labels, strict=True)
        self.counts = np.array([habit[mover].get(label, 0.0) if mover in habit else 0.0 for mover, label in takers])

    def run(self, start: Start, uniforms: np.ndarray, outcomes: tuple[Outcome, ...]) -> Int[np.ndarray, "future outcome"]:
        """Round in which each outcome first happens."""
        return self.run_from(start, uniforms, outcomes, since=start.round)[0]

    def run_from(
        self, start: Start, uniforms: np.ndarray, outcomes: tuple[Outcome, ...], *, since: int
    ) -> tuple[Int[np.ndarray, "future outcome"], Bool[np.ndarray, " future"]]:
        """Round from ``since`` on in which each outcome first happens, and which futures are still open then."""
        matching = match_outcomes(self.behaviour.positions, outcomes)
        first = np.full((len(start.position), len(outcomes)), NEVER, np.int64)
        open_then = np.zeros(len(start.position), bool)
        for moment in self.moments(start, uniforms):
            if moment.round >= since:
                if moment.round == since:
                    open_then[moment.alive] = True
                happened = matching[moment.option] & (first[moment.alive] == NEVER)
                first[moment.alive] = np.where(happened, moment.round, first[moment.alive])
        return first, open_then

    def moments(self, start: Start, uniforms: Float[np.ndarray, "future round step"], *, until: int | None = None) -> Iterator[Moment]:
        """Every step in turn, of the futures that are not over; what is in the moment afterwards is carried out.

        Parameters
        ----------
        until
            First round that is not played; None for all that are solved.
        """
        places, steps = self.behaviour.positions, self.behaviour.positions.steps
        position, beliefs, world = start.position.copy(), {a: b.copy() for a, b in start.beliefs.items()}, start.world.copy()
        last = self.shift + self.behaviour.rounds
        for t in range(start.round, last if until is None else min(until, last)):
            for step in range(start.step if t == start.round else 0, len(steps)):
                alive = np.flatnonzero(position != ENDED)
                if not len(alive):
                    return
                before = {a: b[alive] for a, b in beliefs.items()}
                option, after = self._choose(t, step, position[alive], before, world[alive], uniforms[alive, t, step])
                moment = Moment(t, step, alive, position[alive], before, world[alive], option, dict(after), np.zeros(len(alive), bool))
                yield moment
                for actor, belief in moment.after.items():
                    beliefs[actor][alive] = belief
                position[alive] = places.successor[moment.option]
            beliefs = drift_beliefs(self.behaviour.parameters, beliefs)
            world = (uniforms[:, t, len(steps)][:, None] > self.drift[world]).sum(1).clip(max=len(self.worlds.types) - 1)

    def _choose(
        self, t: int, step: int, where: np.ndarray, seen: dict[str, np.ndarray], world: np.ndarray, uniform: np.ndarray
    ) -> tuple[Int[np.ndarray, " future"], dict[str, np.ndarray]]:
        """An option for every living future, and the public beliefs after it."""
        places, actor = self.behaviour.positions, self.behaviour.positions.steps[step]
        sigma = self.behaviour.choices(t - self.shift, step, where, seen)
        start, stop = places.option_start[where], places.option_start[where + 1]
        options = np.minimum(start[:, None] + np.arange(sigma.shape[1])[None, :], stop[:, None] - 1)
        kinds = self.worlds.of(actor)[world] if actor != WORLD else np.zeros(len(where), np.int64)
        probs = np.take_along_axis(sigma, np.maximum(kinds, 0)[:, None, None], 2)[:, :, 0]
        if (kinds == HABIT).any():
            legal = np.arange(sigma.shape[1])[None, :] < (stop - start)[:, None]
            habit = habit_probs(np.exp(self.behaviour.log_base[options]), self.counts[options], legal)
            probs = np.where((kinds == HABIT)[:, None], habit, probs)
        picked = (uniform[:, None] * probs.sum(1, keepdims=True) > np.cumsum(probs, axis=1)).sum(1)
        picked = np.minimum(picked, stop - start - 1)
        if actor in seen:
            updated = seen[actor] * sigma[np.arange(len(where)), picked]
            seen = seen | {actor: updated / updated.sum(1, keepdims=True)}
        return start + picked, seen


def match_outcomes(places: Positions, outcomes: tuple[Outcome, ...]) -> np.ndarray:
    """(option, outcome): whether taking the option makes the outcome happen."""
    movers, labels = np.array(_movers(places)), np.array(places.labels)
    ends = np.array([end or "" for end in places.ends])
    whens = [outcome.when for outcome in outcomes]
    columns = [ends == when.end if when.end is not None else (movers == when.actor) & (labels == when.move) for when in whens]
    return np.stack(columns, 1) if columns else np.zeros((len(labels), 0), bool)


def _movers(places: Positions) -> list[str]:
    """Who takes each option."""
    counts = np.diff(places.option_start[places.step_start])
    return [name for name, count in zip(places.steps, counts, strict=True) for _ in range(count)]


def expected_worth(model: Model, behaviour: GridBehaviour, worlds: Worlds, start: Start, shift: int) -> Float[np.ndarray, " actor"]:
    """Mean expected utils of each actor from today, over futures in which its motive is one of the accounts."""
    alive = start.position != ENDED
    if not alive.any():
        return np.zeros(len(model.actors))
    slots = behaviour.expected(start.round - shift, start.step, start.position[alive], {a: b[alive] for a, b in start.beliefs.items()})
    means = []
    for actor in model.actors:
        kinds = worlds.of(actor)[start.world[alive]]
        named = kinds != HABIT
        own = slots[np.arange(len(kinds)), behaviour.slot(actor) + np.maximum(kinds, 0)]
        means.append(own[named].mean() / numeraire_unit(behaviour, actor) if named.any() else 0.0)
    return np.array(means)


def numeraire_unit(behaviour: GridBehaviour, actor: str) -> float:
    """Utils of one unit of the actor's numeraire interest, the same for all its types; 1 for an actor without one."""
    motives = behaviour.parameters.motives[actor]
    interest = behaviour.positions.dispute.numeraire.get(actor, "")
    return abs(motives.weights[motives.types[0]].get(interest, 1.0)) or 1.0
