"""The reachable positions of a dispute, laid out as arrays for the solvers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

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
    found = _Found(tuple({} for _ in dispute.steps))
    next_round = cache(dispute.next_round)
    last = len(dispute.steps) - 1
    todo = [(0, start), *((place.step, place.state) for place in also)]
    while todo:
        step, state = todo.pop()
        if state in found.visit[step]:
            continue
        options = dispute.options(dispute.steps[step], state)
        _check_options(dispute, step, state, options)
        after = [None if isinstance(option.to, End) else option.to if step < last else next_round(option.to) for option in options]
        found.add(step, state, options, after)
        to = step + 1 if step < last else 0
        todo += [(to, follows) for follows in after if follows is not None and follows not in found.visit[to]]
    return _lay_out(dispute, found)


@dataclass(frozen=True)
class _Found:
    """What was found, in the order of finding: flat lists of numbers and labels, as objects by the ten thousand are slow to keep.

    Attributes
    ----------
    visit
        State → number of the visit, for each step.
    first
        First option of each visit.
    after
        State of the next step that an option leads to; None where the dispute ends.
    touching
        How many interests each option touches; ``names`` and ``amounts`` have one element for each of these.
    """

    visit: tuple[dict[PublicState, int], ...]
    first: list[int] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    ends: list[str | None] = field(default_factory=list)
    after: list[PublicState | None] = field(default_factory=list)
    touching: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    amounts: list[float] = field(default_factory=list)

    def add(self, step: int, state: PublicState, options: tuple[Move | Draw, ...], after: list[PublicState | None]) -> None:
        self.visit[step][state] = len(self.first)
        self.first.append(len(self.labels))
        self.after.extend(after)
        for option in options:
            self.labels.append(option.label)
            known = len(self.names)
            _extend(self.names, self.amounts, option.interests)
            if isinstance(option.to, End):
                _extend(self.names, self.amounts, option.to.interests)
            self.ends.append(option.to.label if isinstance(option.to, End) else None)
            self.touching.append(len(self.names) - known)


def _extend(names: list[str], amounts: list[float], interests: Mapping[str, float]) -> None:
    names.extend(interests)
    amounts.extend(interests.values())


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


def _check_options(dispute: Dispute, step: int, state: PublicState, options: tuple[Move | Draw, ...]) -> None:
    if wrong := _wrong_options(dispute, step, options):
        raise GameError(f"{type(dispute).__name__}, {Position(step, state)} (“{dispute.steps[step]}”): {wrong}")


def _wrong_options(dispute: Dispute, step: int, options: tuple[Move | Draw, ...]) -> str | None:
    """The first thing wrong with the options at a step."""
    if not options:
        return "no option; every step needs at least one."
    wanted = Draw if dispute.steps[step] == WORLD else Move
    known = dispute.interests.keys()
    for option in options:
        if not isinstance(option, wanted):
            return f"“{option.label}” is a {type(option).__name__}; this step yields {wanted.__name__} objects."
        to = option.to
        if not isinstance(to, (dispute.State, End)):
            return f"“{option.label}” leads to {to!r}, not to a {dispute.State.__name__} or an End."
        touched = [option.interests, to.interests] if isinstance(to, End) else [option.interests]
        if unknown := {name for interests in touched for name in interests if name not in known}:
            return f"“{option.label}” touches {', '.join(sorted(unknown))}; interests are {', '.join(dispute.interests)}."
    labels = [option.label for option in options]
    if len(set(labels)) < len(labels):
        return f"two options share a label: {', '.join(labels)}."
    return None


def _lay_out(dispute: Dispute, found: _Found) -> Positions:
    column = {name: i for i, name in enumerate(dispute.interests)}
    ordered = [sorted(states, key=lambda state: str(state.as_dict())) for states in found.visit]
    step_start = np.cumsum([0, *map(len, ordered)])
    number = [{state: first + i for i, state in enumerate(states)} for first, states in zip(step_start.tolist(), ordered, strict=False)]
    visits = [visit[state] for visit, states in zip(found.visit, ordered, strict=True) for state in states]
    counts = np.diff([*found.first, len(found.labels)])[visits]
    option_start = np.cumsum([0, *counts])
    order = np.repeat(np.array(found.first)[visits] - option_start[:-1], counts) + np.arange(option_start[-1])
    step = np.repeat(np.searchsorted(step_start, np.arange(len(visits)), side="right") - 1, counts)
    after = [found.after[o] for o in order.tolist()]
    to = [number[(s + 1) % len(ordered)] for s in range(len(ordered))]
    successor = [ENDED if state is None else to[s][state] for s, state in zip(step.tolist(), after, strict=True)]
    touched = _filled(found.touching, found.names, found.amounts, column)[order]
    places = tuple(Position(s, state) for s, states in enumerate(ordered) for state in states)
    return Positions(
        dispute, dispute.steps, tuple(column), places, {place: v for v, place in enumerate(places)}, step_start.astype(np.int64),
        option_start.astype(np.int64), tuple(found.labels[o] for o in order.tolist()), tuple(found.ends[o] for o in order.tolist()),
        np.array(successor, np.int64), touched, _horizon(dispute, ordered[0], column),
    )  # fmt: skip


def _filled(counts: list[int], names: list[str], amounts: list[float], column: Mapping[str, int]) -> Float[np.ndarray, "row interest"]:
    """A row for each count, with so many of the amounts added in the columns of their names."""
    table = np.zeros((len(counts), len(column)))
    cells = np.repeat(np.arange(len(counts)), counts), np.array([column[name] for name in names], np.int64)
    np.add.at(table, cells, np.array(amounts, float))
    return table


def _horizon(dispute: Dispute, openings: list[PublicState], column: Mapping[str, int]) -> Float[np.ndarray, "opening interest"]:
    counts, names, amounts = list[int](), list[str](), list[float]()
    for state in openings:
        interests = dispute.horizon(state).interests
        if unknown := interests.keys() - column.keys():
            touched = ", ".join(f"“{name}”" for name in sorted(unknown))
            raise GameError(f"{type(dispute).__name__}.horizon touches {touched}; interests are {', '.join(column)}.")
        counts.append(len(interests))
        _extend(names, amounts, interests)
    return _filled(counts, names, amounts, column)
