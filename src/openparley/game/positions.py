"""The reachable positions of a dispute, laid out as arrays for the solvers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from openparley.errors import GameError
from openparley.game.dispute import WORLD, Dispute, Draw, End, Move, PublicState
from openparley.game.parameters import Parameters

ENDED = -1
PROB_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Position:
    """One place in a round: the step that comes next and the public state."""

    step: int
    state: PublicState

    def __str__(self) -> str:
        return f"step {self.step}, " + ", ".join(f"{k}={v}" for k, v in self.state.as_dict().items())


@dataclass(frozen=True)
class Positions:
    """Every reachable position with its options, in compressed rows.

    Positions are sorted by step, so those of step s are ``step_start[s]:step_start[s + 1]``; the options of position v
    are ``option_start[v]:option_start[v + 1]``.

    Attributes
    ----------
    successor
        Position that an option leads to (of the next step, or of step 0 in the next round); −1 where the dispute ends.
    touched
        Interests that an option touches, those of an `End` that it leads to included.
    horizon
        Interests of each step-0 position when no round is left.
    """

    dispute: Dispute
    steps: tuple[str, ...]
    interests: tuple[str, ...]
    places: tuple[Position, ...]
    index: Mapping[Position, int]
    step_start: Int[np.ndarray, " steps_plus_one"]
    option_start: Int[np.ndarray, " positions_plus_one"]
    labels: tuple[str, ...]
    ends: tuple[str | None, ...]
    successor: Int[np.ndarray, " option"]
    touched: Float[np.ndarray, "option interest"]
    horizon: Float[np.ndarray, "opening interest"]

    def __len__(self) -> int:
        return len(self.places)

    def options(self, position: int) -> range:
        """Indices of the options at a position."""
        return range(self.option_start[position], self.option_start[position + 1])

    def menu(self, position: int) -> tuple[str, ...]:
        """Labels of the options at a position."""
        return self.labels[self.option_start[position] : self.option_start[position + 1]]

    def mover(self, position: int) -> str:
        """Who moves at a position; ``"world"`` for chance."""
        return self.steps[self.places[position].step]

    def opening(self, state: PublicState) -> int:
        """Position at the start of a round in ``state``.

        Raises
        ------
        GameError
            If the state cannot be reached from the one the positions were built from.
        """
        try:
            return self.index[Position(0, state)]
        except KeyError:
            raise GameError(f"no round of {type(self.dispute).__name__} can open in {state.as_dict()}.") from None


def enumerate_positions(dispute: Dispute, start: PublicState, *, also: Iterable[Position] = ()) -> Positions:
    """Find every position that play can reach from an opening state, and from any further positions given.

    Raises
    ------
    GameError
        If a step has no option, repeats a label, touches an unknown interest, or mixes moves and draws.
    """
    found: list[dict[PublicState, tuple[Move | Draw, ...]]] = [{} for _ in dispute.steps]
    todo = [(0, start), *((place.step, place.state) for place in also)]
    while todo:
        step, state = todo.pop()
        if state in found[step]:
            continue
        options = dispute.options(dispute.steps[step], state)
        _check_options(dispute, step, state, options)
        found[step][state] = options
        todo.extend(_after(dispute, step, option) for option in options if not isinstance(option.to, End))
    return _lay_out(dispute, found)


def chance_probs(positions: Positions, chance: Mapping[str, float], dispute: Dispute) -> Float[np.ndarray, " option"]:
    """Probability of every option at a world step under other chance assumptions; 0 at actors' options.

    Parameters
    ----------
    dispute
        The same dispute built with ``chance``.

    Raises
    ------
    GameError
        If the probabilities at a position do not sum to one or are negative.
    """
    probs = np.zeros(len(positions.labels))
    for v, place in enumerate(positions.places):
        if positions.steps[place.step] != WORLD:
            continue
        here = np.array([option.prob for option in dispute.options(WORLD, place.state) if isinstance(option, Draw)])
        if here.min() < 0 or abs(here.sum() - 1) > PROB_TOLERANCE:
            raise GameError(f"{type(dispute).__name__}, {place}: the draws’ probabilities {here.tolist()} must be ≥ 0 and sum to one.")
        probs[positions.option_start[v] : positions.option_start[v + 1]] = here
    return probs


def rewards(positions: Positions, parameters: Parameters) -> tuple[Float[np.ndarray, "option slot"], Float[np.ndarray, "opening slot"]]:
    """Utils of every option, and of every opening at the horizon, for each (actor, type) slot in order."""
    columns = [
        [motives.weights[kind].get(interest, 0.0) for interest in positions.interests]
        for motives in (parameters.motives[actor] for actor in positions.dispute.actors)
        for kind in motives.types
    ]
    weights = np.array(columns).T
    return positions.touched @ weights, positions.horizon @ weights


def rewards_given(
    positions: Positions, parameters: Parameters
) -> tuple[Float[np.ndarray, "option actor slot"], Float[np.ndarray, "opening actor slot"]]:
    """Utils that every option, and every opening at the horizon, adds for an actor while another is of a type.

    The last axis runs over the (actor, type) slots of the *other*; zero throughout where no motives have ``given``.
    """
    actors = positions.dispute.actors
    slots = [(actor, kind) for actor in actors for kind in parameters.motives[actor].types]
    weights = np.zeros((len(positions.interests), len(actors), len(slots)))
    column = {name: i for i, name in enumerate(positions.interests)}
    for j, actor in enumerate(actors):
        for s, (other, kind) in enumerate(slots):
            for name, weight in parameters.motives[actor].given.get(other, {}).get(kind, {}).items():
                weights[column[name], j, s] = weight
    return np.tensordot(positions.touched, weights, 1), np.tensordot(positions.horizon, weights, 1)


def log_propensities(positions: Positions, parameters: Parameters) -> Float[np.ndarray, " option"]:
    """Logarithm of every option's base propensity; 0 at chance."""
    found = np.zeros(len(positions.labels))
    for v in range(len(positions)):
        if (mover := positions.mover(v)) != WORLD:
            base = parameters.motives[mover].propensity
            for o in positions.options(v):
                found[o] = np.log(base.get(positions.labels[o], 1.0))
    return found


def moves_by_actor(positions: Positions) -> dict[str, tuple[str, ...]]:
    """Every move label of each actor, in order of first appearance; chance under ``"world"``."""
    moves: dict[str, dict[str, None]] = {name: {} for name in positions.steps}
    for v in range(len(positions)):
        moves[positions.mover(v)].update(dict.fromkeys(positions.menu(v)))
    return {name: tuple(labels) for name, labels in moves.items()}


def _after(dispute: Dispute, step: int, option: Move | Draw) -> tuple[int, PublicState]:
    assert isinstance(option.to, PublicState)
    if step + 1 < len(dispute.steps):
        return step + 1, option.to
    return 0, dispute.next_round(option.to)


def _check_options(dispute: Dispute, step: int, state: PublicState, options: tuple[Move | Draw, ...]) -> None:
    where = f"{type(dispute).__name__}, {Position(step, state)} (“{dispute.steps[step]}”)"
    if not options:
        raise GameError(f"{where}: no option; every step needs at least one.")
    wanted = Draw if dispute.steps[step] == WORLD else Move
    for option in options:
        if not isinstance(option, wanted):
            raise GameError(f"{where}: “{option.label}” is a {type(option).__name__}; this step yields {wanted.__name__} objects.")
        if not isinstance(option.to, dispute.State | End):
            raise GameError(f"{where}: “{option.label}” leads to {option.to!r}, not to a {dispute.State.__name__} or an End.")
        unknown = set(option.interests) | (set(option.to.interests) if isinstance(option.to, End) else set())
        if unknown := unknown - set(dispute.interests):
            raise GameError(
                f"{where}: “{option.label}” touches {', '.join(sorted(unknown))}; interests are {', '.join(dispute.interests)}."
            )
    labels = [option.label for option in options]
    if len(set(labels)) < len(labels):
        raise GameError(f"{where}: two options share a label: {', '.join(labels)}.")


def _lay_out(dispute: Dispute, found: list[dict[PublicState, tuple[Move | Draw, ...]]]) -> Positions:
    places = tuple(Position(s, state) for s, states in enumerate(found) for state in sorted(states, key=lambda x: str(x.as_dict())))
    index = {place: v for v, place in enumerate(places)}
    interests = tuple(dispute.interests)
    column = {name: i for i, name in enumerate(interests)}
    starts, labels, ends, successor, touched = [0], [], [], [], []
    for place in places:
        for option in found[place.step][place.state]:
            row = np.zeros(len(interests))
            over = option.to if isinstance(option.to, End) else None
            for name, amount in (*option.interests.items(), *(over.interests.items() if over else ())):
                row[column[name]] += amount
            labels.append(option.label)
            ends.append(over.label if over else None)
            successor.append(ENDED if over else index[Position(*_after(dispute, place.step, option))])
            touched.append(row)
        starts.append(len(labels))
    openings = [place for place in places if place.step == 0]
    horizon = np.zeros((len(openings), len(interests)))
    for v, place in enumerate(openings):
        for name, amount in dispute.horizon(place.state).interests.items():
            if name not in column:
                raise GameError(f"{type(dispute).__name__}.horizon touches “{name}”; interests are {', '.join(interests)}.")
            horizon[v, column[name]] += amount
    step_start = np.searchsorted([place.step for place in places], np.arange(len(dispute.steps) + 1))
    return Positions(
        dispute, dispute.steps, interests, places, index, step_start.astype(np.int64), np.array(starts, np.int64), tuple(labels),
        tuple(ends), np.array(successor, np.int64), np.array(touched), horizon,
    )  # fmt: skip
