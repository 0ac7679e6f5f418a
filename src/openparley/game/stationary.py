"""Disputes in which everybody knows what everybody wants: their payoffs, and the game that is played for ever."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from openparley.errors import GameError, one_of, quoted
from openparley.game.dispute import WORLD, Dispute
from openparley.game.markov_game import MarkovGame, SparseRows
from openparley.game.parameters import Parameters
from openparley.game.positions import ENDED, Positions, chance_probs, rewards, rewards_given

Onward = dict[int, float]
"""Position of an actor → probability that it is the next one."""


def known_rewards(
    positions: Positions, parameters: Parameters
) -> tuple[Float[np.ndarray, "option actor"], Float[np.ndarray, "opening actor"]]:
    """Utils of every option, and of every opening at the horizon, when every actor has one type.

    Raises
    ------
    GameError
        If an actor has no motives, or more than one type.
    """
    name = type(positions.dispute).__name__
    for actor in positions.dispute.actors:
        if actor not in parameters.motives:
            raise GameError(f"actor “{actor}” of {name} has no motives; given: {', '.join(parameters.motives) or 'none'}.")
        types = parameters.motives[actor].types
        if len(types) > 1:
            raise GameError(
                f"complete information means one type an actor; {quoted(actor)} has {len(types)}: {one_of(types)}. "
                "Keep one of them, or solve the dispute with uncertain types."
            )
    own, given = rewards(positions, parameters), rewards_given(positions, parameters)
    return own[0] + given[0].sum(-1), own[1] + given[1].sum(-1)


def precisions(positions: Positions, parameters: Parameters) -> tuple[float, ...]:
    """λ of every actor, in the order of the players of `stationary`."""
    return tuple(parameters.motives[actor].precision for actor in positions.dispute.actors)


def stationary(positions: Positions, parameters: Parameters, *, dispute: Dispute | None = None) -> MarkovGame:
    """The stochastic game of a dispute that is played for ever, each actor having one type.

    States are the positions at which an actor moves, labelled by step and public state; everybody else has the one
    action “wait” there. What the world draws on the way to the next one is averaged over. Payoffs are discounted where
    a round ends and nowhere else; the horizon plays no part.

    Parameters
    ----------
    dispute
        The dispute with the chance assumptions of ``parameters``; by default the one the positions were built from.

    Raises
    ------
    GameError
        If an actor has more than one type, or play may go on for ever undiscounted.
    """
    reward, _ = known_rewards(positions, parameters)
    actors = positions.dispute.actors
    discount = np.array([parameters.motives[actor].discount for actor in actors])
    chance = chance_probs(positions, parameters.chance, dispute or positions.dispute)
    folded, flow = _fold_world(positions, reward, chance, discount)
    movers = [v for v in range(len(positions)) if positions.mover(v) != WORLD]
    number = {v: s for s, v in enumerate(movers)}
    options = [o for v in movers for o in positions.options(v)]
    payoffs = np.array([reward[o] + _after(positions, o, flow, discount) for o in options])
    onward = [{number[v]: p for v, p in _next(positions, o, folded).items()} for o in options]
    return MarkovGame(
        tuple(str(positions.places[v]) for v in movers),
        actors,
        tuple(tuple(positions.menu(v) if actor == positions.mover(v) else ("wait",) for actor in actors) for v in movers),
        np.concatenate([[0], np.cumsum([len(positions.menu(v)) for v in movers])]).astype(np.int64),
        payoffs,
        _sparse(onward),
        np.array([_crossed(positions, positions.places[v].step, discount) for v in movers]),
        _propensities(positions, parameters, movers),
    )


def _next(positions: Positions, option: int, folded: Mapping[int, Onward]) -> Onward:
    """Where an option leads, the world's draws folded."""
    to = int(positions.successor[option])
    return {} if to == ENDED else folded.get(to, {to: 1.0})


def _wraps(positions: Positions, step: int) -> bool:
    return step + 1 == len(positions.steps)


def _after(positions: Positions, option: int, flow: Mapping[int, np.ndarray], discount: np.ndarray) -> np.ndarray:
    """Utils that the world's draws pay after an option, as valued when it is chosen."""
    to = int(positions.successor[option])
    if to not in flow:
        return np.zeros(len(discount))
    # An opening is reached only across the end of a round.
    return flow[to] * (discount if positions.places[to].step == 0 else 1.0)


def _crossed(positions: Positions, step: int, discount: np.ndarray) -> np.ndarray:
    """Discount between a step and the next at which an actor moves."""
    total = np.ones(len(discount))
    while True:
        total = total * (discount if _wraps(positions, step) else 1.0)
        step = (step + 1) % len(positions.steps)
        if positions.steps[step] != WORLD:
            return total


def _fold_world(
    positions: Positions, reward: np.ndarray, chance: np.ndarray, discount: np.ndarray
) -> tuple[dict[int, Onward], dict[int, np.ndarray]]:
    """For every position of the world: the actors' positions that follow, and what the draws pay until then."""
    many = len(positions.steps)
    folded: dict[int, Onward] = {}
    flow: dict[int, np.ndarray] = {}
    moved = next(s for s, name in enumerate(positions.steps) if name != WORLD)
    # Backward from an actor's step, so that what follows a draw is always folded before it.
    for step in ((moved - 1 - k) % many for k in range(many)):
        if positions.steps[step] != WORLD:
            continue
        for v in range(positions.step_start[step], positions.step_start[step + 1]):
            onward: Onward = {}
            paid = np.zeros(len(discount))
            for o in positions.options(v):
                paid += chance[o] * (reward[o] + _after(positions, o, flow, discount))
                for to, prob in _next(positions, o, folded).items():
                    onward[to] = onward.get(to, 0.0) + chance[o] * prob
            folded[v], flow[v] = onward, paid
    return folded, flow


def _sparse(rows: list[Onward]) -> SparseRows:
    listed = [sorted((to, prob) for to, prob in row.items() if prob > 0) for row in rows]
    start = np.concatenate([[0], np.cumsum([len(row) for row in listed])]).astype(np.int64)
    flat = [entry for row in listed for entry in row]
    return SparseRows(start, np.array([to for to, _ in flat], np.int64), np.array([prob for _, prob in flat], float))


def _propensities(positions: Positions, parameters: Parameters, movers: list[int]) -> Float[np.ndarray, "state player action"]:
    actors = positions.dispute.actors
    base = np.zeros((len(movers), len(actors), max(len(positions.menu(v)) for v in movers)))
    base[:, :, 0] = 1.0
    for s, v in enumerate(movers):
        stated = parameters.motives[positions.mover(v)].propensity
        menu = positions.menu(v)
        base[s, actors.index(positions.mover(v)), : len(menu)] = [stated.get(move, 1.0) for move in menu]
    return base
