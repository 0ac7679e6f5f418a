"""The conditions under which a dispute's equilibrium means what it says, checked before anything is solved.

What the language itself makes impossible – two movers in a step, a hidden move, a prior that does not sum to one – is
refused where it is built, in `openparley.game.dispute`, `parameters` and `positions`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from openparley.errors import GameError, did_you_mean, one_of
from openparley.game.dispute import WORLD, Dispute, PublicState
from openparley.game.parameters import Motives, Parameters
from openparley.game.positions import Positions, chance_probs, enumerate_positions

NOTE = "note: "
"""How a message begins that is worth knowing but no reason to refuse the dispute."""


def check_dispute(dispute: Dispute, parameters: Parameters, start: PublicState | None = None) -> list[str]:
    """Everything about a dispute and its numbers that is wrong, then, marked `NOTE`, what is only odd.

    Parameters
    ----------
    start
        State that play opens in; the state of defaults unless given.

    Returns
    -------
    Messages that name the thing, the value found, what is allowed and the next step; empty when all is well.
    """
    wrong = [*_cast(dispute, parameters), *_chance(dispute, parameters)]
    for actor in dispute.actors:
        if actor in parameters.motives:
            wrong += _weights(dispute, actor, parameters.motives[actor])
    wrong += _numeraires(dispute, parameters)
    try:
        positions = enumerate_positions(dispute, dispute.State() if start is None else start)
        chance_probs(positions, parameters.chance, dispute)
    except GameError as error:
        return [*wrong, str(error)]
    at_stake = _at_stake(positions)
    for actor in dispute.actors:
        if actor in parameters.motives:
            wrong += _twins(actor, parameters.motives[actor], at_stake)
            wrong += _propensities(positions, actor, parameters.motives[actor])
    return wrong + [NOTE + text for text in (*_unweighed(dispute, parameters, at_stake), *_unreached(positions))]


def _cast(dispute: Dispute, parameters: Parameters) -> Iterator[str]:
    for actor in dispute.actors:
        if actor not in parameters.motives:
            given = one_of(tuple(parameters.motives)) if parameters.motives else "none"
            yield f"actor “{actor}” moves in {type(dispute).__name__} but has no motives; given: {given}. Add its types and weights."
    for actor in parameters.motives:
        if actor not in dispute.actors:
            guess = did_you_mean(actor, dispute.actors) or "Remove it, or give it a step."
            yield f"“{actor}” has motives but no step in {type(dispute).__name__}; those who move are {one_of(dispute.actors)}. {guess}"


def _chance(dispute: Dispute, parameters: Parameters) -> Iterator[str]:
    declared = tuple(dispute.chance)
    for name in declared:
        if name not in parameters.chance:
            yield f"the chance assumption “{name}” ({dispute.chance[name]}) has no value; give a probability from 0 to 1."
    for name, prob in parameters.chance.items():
        if name not in declared:
            allowed = one_of(declared) if declared else "none"
            guess = did_you_mean(name, declared) or "Remove it, or declare it."
            yield f"{type(dispute).__name__} has no chance assumption “{name}”; it has: {allowed}. {guess}"
        if not 0 <= prob <= 1:
            yield f"the chance assumption “{name}” is {prob}; a probability from 0 to 1 is allowed. Correct it."


def _weights(dispute: Dispute, actor: str, motives: Motives) -> Iterator[str]:
    for kind in motives.types:
        weights = motives.weights[kind]
        if not any(weights.values()):
            yield f"type “{kind}” of “{actor}” weighs no interest, so it would choose at random; give it at least one weight other than 0."
        for name, weight in weights.items():
            if name not in dispute.interests:
                guess = did_you_mean(name, dispute.interests) or f"Interests are {one_of(tuple(dispute.interests))}."
                yield f"type “{kind}” of “{actor}” weighs “{name}”, which is no interest of {type(dispute).__name__}. {guess}"
            if not np.isfinite(weight):
                yield f"type “{kind}” of “{actor}” gives “{name}” the weight {weight}; a finite number of utils is allowed. Correct it."


def _numeraires(dispute: Dispute, parameters: Parameters) -> Iterator[str]:
    for actor, interest in dispute.numeraire.items():
        if actor not in dispute.actors:
            yield f"“{actor}” has a numeraire but no step in {type(dispute).__name__}; those who move are {one_of(dispute.actors)}."
            continue
        if interest not in dispute.interests:
            allowed = one_of(tuple(dispute.interests))
            yield f"the numeraire “{interest}” of “{actor}” is no interest of {type(dispute).__name__}; choose one of {allowed}."
            continue
        if actor not in parameters.motives:
            continue
        found = {kind: parameters.motives[actor].weights[kind].get(interest, 0.0) for kind in parameters.motives[actor].types}
        if len(set(found.values())) > 1 or abs(next(iter(found.values()))) != 1:
            listed = ", ".join(f"{kind} {weight:g}" for kind, weight in found.items())
            yield (
                f"“{interest}” is the numeraire of “{actor}” and must weigh 1, or −1, alike for all its types; found {listed}. "
                "Divide the weights of each type by its own and put the size into the precision, or name another numeraire."
            )


def _at_stake(positions: Positions) -> tuple[str, ...]:
    touched = np.abs(positions.touched).max(0) + np.abs(positions.horizon).max(0)
    return tuple(name for name, most in zip(positions.interests, touched, strict=True) if most > 0)


def _twins(actor: str, motives: Motives, at_stake: tuple[str, ...]) -> Iterator[str]:
    for one, two in combinations(motives.types, 2):
        here, there = motives.weights[one], motives.weights[two]
        if all(here.get(name, 0.0) == there.get(name, 0.0) for name in at_stake):
            elsewhere = sorted(name for name in set(here) | set(there) if here.get(name, 0.0) != there.get(name, 0.0))
            why = f"; they differ only on {one_of(elsewhere)}, which nothing in play touches" if elsewhere else ""
            yield (
                f"types “{one}” and “{two}” of “{actor}” weigh everything at stake alike{why}, so no behaviour can tell them apart. "
                f"Merge them, or let them differ on one of {one_of(at_stake)}."
            )


def _propensities(positions: Positions, actor: str, motives: Motives) -> Iterator[str]:
    labels = {label for v in range(len(positions)) if positions.mover(v) == actor for label in positions.menu(v)}
    for move in motives.propensity:
        if move not in labels:
            guess = did_you_mean(move, labels) or f"Its moves are {one_of(sorted(labels))}."
            yield f"“{actor}” has a base propensity for “{move}”, which it can never do. {guess}"


def _unweighed(dispute: Dispute, parameters: Parameters, at_stake: tuple[str, ...]) -> Iterator[str]:
    weighed = {
        name
        for motives in parameters.motives.values()
        for weights in motives.weights.values()
        for name, weight in weights.items()
        if weight
    }
    for name, meaning in dispute.interests.items():
        if name not in at_stake:
            yield f"nothing in play touches the interest “{name}” ({meaning}); remove it, or let a move touch it."
        elif name not in weighed:
            yield f"nobody weighs the interest “{name}” ({meaning}), so it changes nothing; give somebody a weight for it."


def _unreached(positions: Positions) -> Iterator[str]:
    """Values of public variables that play never reaches; whether there is anything to choose at all."""
    state_class = positions.dispute.State
    seen: dict[str, set[str | int]] = {name: set() for name in state_class.domains}
    for place in positions.places:
        for name, value in place.state.as_dict().items():
            seen[name].add(value)
    for name, domain in state_class.domains.items():
        values: tuple[str | int, ...] = tuple(range(domain + 1)) if isinstance(domain, int) else domain
        missing = [str(value) for value in values if value not in seen[name]]
        if missing:
            yield f"no play reaches {name} = {one_of(missing)}; remove what cannot happen, or add the move that leads there."
    if all(len(positions.menu(v)) == 1 for v in range(len(positions)) if positions.mover(v) != WORLD):
        yield f"no actor of {type(positions.dispute).__name__} ever has a choice; every menu has one move."
