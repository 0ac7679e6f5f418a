"""A bundled case solved, and read by moves and states instead of arrays."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np

from openparley.game.dispute import WORLD
from openparley.game.dispute_game import DisputeGame
from openparley.game.positions import ENDED, Position, enumerate_positions
from openparley.infer.model import Model, build_model
from openparley.infer.prior import draw_assumptions
from openparley.record.case import open_case
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid
from openparley.solve.grid.behaviour import drift_beliefs

GRID = BeliefGrid(nodes=3, tolerance=1e-4, roots_checked=0, threads=1)
EARLY = 2  # the round that is asked about: early, so that ten are to come
SEED = 5
KEPT = 3  # changed solves kept at once; those of the larger case take 100 MB each

State = Mapping[str, Any]
Belief = Mapping[str, np.ndarray]
NONE: Mapping[str, Any] = MappingProxyType({})


@cache
def model_of(case: str) -> Model:
    """The model of a bundled case."""
    return build_model(open_case(case))


@cache
def _drawn(case: str, draws: int) -> list[dict[str, float]]:
    found = draw_assumptions(model_of(case).assumptions, count=draws, seed=SEED)
    return [found.at(k) for k in range(draws)]


class Play:
    """A bundled case solved for a few rounds, some assumptions changed by address.

    States are named by what differs from the state the case starts in. Beliefs left out are the prior.
    """

    def __init__(self, case: str, values: Mapping[str, float], options: Mapping[str, Any], rounds: int) -> None:
        model = model_of(case)
        self.model, self.parameters = model, model.parameters(values)
        dispute = model.dispute(self.parameters, options)
        also = [Position(place.step, dispute.enter(place.state)) for place in model.positions.places] if options else ()
        self.positions = enumerate_positions(dispute, dispute.enter(model.start), also=also) if options else model.positions
        self.behaviour = solve_belief_grid(DisputeGame(self.positions, self.parameters, rounds, dispute), GRID).behaviour
        self.rounds = rounds

    def kinds(self, actor: str) -> tuple[str, ...]:
        """Types of an actor."""
        return self.parameters.motives[actor].types

    def beliefs(self, known: Belief = NONE) -> dict[str, np.ndarray]:
        """Public beliefs, the prior where nothing is given."""
        return {a: known.get(a, self.parameters.motives[a].prior) for a in self.model.uncertain}

    def place(self, actor: str, state: State) -> int:
        """Number of the position in which an actor moves in a state."""
        return self.positions.index[Position(self.positions.steps.index(actor), self.model.start.but(**state))]

    def choices(self, actor: str, state: State, known: Belief = NONE) -> dict[str, dict[str, float]]:
        """Type → move → probability."""
        place = self.place(actor, state)
        beliefs = {a: b[None, :] for a, b in self.beliefs(known).items()}
        sigma = self.behaviour.choices(EARLY, self.positions.steps.index(actor), np.array([place]), beliefs)[0]
        menu = self.positions.menu(place)
        return {kind: dict(zip(menu, sigma[: len(menu), k].tolist(), strict=True)) for k, kind in enumerate(self.kinds(actor))}

    def odds(self, actor: str, state: State, move: str, kind: str = "", known: Belief = NONE, *, to: str = "") -> float:
        """Log odds of a move against all others, or against one: of a type, or as the public expects them."""
        chances = self.choices(actor, state, known)
        shares = self.beliefs(known).get(actor, np.ones(1))
        if kind:
            here = chances[kind]
        else:
            here = {
                name: sum(share * of[name] for share, of in zip(shares, chances.values(), strict=True))
                for name in chances[self.kinds(actor)[0]]
            }
        return float(np.log(here[move] / (here[to] if to else 1 - here[move])))

    def after(self, actor: str, state: State, move: str, known: Belief = NONE) -> dict[str, np.ndarray]:
        """Public beliefs once an actor has made a move."""
        beliefs = self.beliefs(known)
        joint = beliefs[actor] * np.array([of[move] for of in self.choices(actor, state, known).values()])
        return {**beliefs, actor: joint / joint.sum()}

    def next_round(self, known: Belief) -> dict[str, np.ndarray]:
        """Public beliefs once a round has ended."""
        drifted = drift_beliefs(self.parameters, {a: b[None, :] for a, b in self.beliefs(known).items()})
        return {a: b[0] for a, b in drifted.items()}

    def worth(self, step: str, state: State, slot: tuple[str, str], known: Belief = NONE) -> float:
        """Expected utils of an actor of a type before a step."""
        beliefs = {a: b[None, :] for a, b in self.beliefs(known).items()}
        found = self.behaviour.expected(EARLY, self.positions.steps.index(step), np.array([self.place(step, state)]), beliefs)[0]
        return float(found[self.behaviour.slot(slot[0]) + self.kinds(slot[0]).index(slot[1])])

    def beliefs_over_time(self, actor: str, plays: int, rounds: int) -> tuple[np.ndarray, np.ndarray]:
        """Public belief about an actor before each round, and its type then, in simulated plays; a belief stays when play is over."""
        rng = np.random.default_rng(SEED)
        position = np.full(plays, self.positions.opening(self.model.start))
        beliefs = {a: np.tile(b, (plays, 1)) for a, b in self.beliefs().items()}
        types = {a: rng.choice(len(b), plays, p=b) for a, b in self.beliefs().items()}
        path, true = [beliefs[actor]], [types[actor]]
        for t in range(rounds):
            for step, mover in enumerate(self.positions.steps):
                live = np.flatnonzero(position != ENDED)
                here = {a: b[live] for a, b in beliefs.items()}
                sigma = self.behaviour.choices(t, step, position[live], here)
                kind = types[mover][live] if mover in types else np.zeros(len(live), int)
                at = np.arange(len(live))
                picked = (rng.random(len(live))[:, None] > np.cumsum(sigma[at, :, kind], axis=1)).sum(1)
                picked = np.minimum(picked, np.diff(self.positions.option_start)[position[live]] - 1)
                if mover in beliefs and mover != WORLD:
                    joint = here[mover] * sigma[at, picked]
                    beliefs[mover][live] = joint / joint.sum(1, keepdims=True)
                position[live] = self.positions.successor[self.positions.option_start[position[live]] + picked]
            live = position != ENDED
            for a, belief in drift_beliefs(self.parameters, {a: b[live] for a, b in beliefs.items()}).items():
                beliefs[a] = beliefs[a].copy()
                beliefs[a][live] = belief
                drift = self.parameters.motives[a].drift[types[a][live]]
                types[a] = types[a].copy()
                types[a][live] = (rng.random(int(live.sum()))[:, None] > np.cumsum(drift, axis=1)).sum(1)
            path.append(beliefs[actor])
            true.append(types[actor])
        return np.array(path), np.array(true)


class Bench:
    """A case at one joint value of its assumptions, solved anew for every change that is asked for."""

    def __init__(self, case: str, values: Mapping[str, float], rounds: int) -> None:
        self.case, self.values, self.rounds = case, dict(values), rounds
        self._solved: dict[tuple[Any, ...], Play] = {}

    def play(self, changed: Mapping[str, float] = NONE, **options: bool) -> Play:
        """Solved with some assumptions changed (address → value) or a lever pulled."""
        key = (tuple(sorted(changed.items())), tuple(sorted(options.items())))
        if key not in self._solved:
            for old in [kept for kept in self._solved if any(kept)][: 1 - KEPT]:
                del self._solved[old]
            ids = {row.sets: row.id for row in model_of(self.case).assumptions}
            values = self.values | {ids[address]: value for address, value in changed.items()}
            self._solved[key] = Play(self.case, values, options, self.rounds)
        return self._solved[key]


@cache
def likely(case: str) -> Bench:
    """A case at the likely values; fewer rounds of the one that has allies and a legislature, whose solves take longest."""
    model = model_of(case)
    return Bench(case, {row.id: row.likely for row in model.assumptions}, 8 if "allies" in model.actors else 12)


def drawn(case: str, draws: int, draw: int, rounds: int = 8) -> Bench:
    """A case at one draw from the ranges."""
    return Bench(case, _drawn(case, draws)[draw], rounds)
