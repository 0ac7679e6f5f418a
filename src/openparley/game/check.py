"""The conditions under which a game's equilibrium means what it says, checked before anything is solved; trees in `tree_check`.

What the language itself makes impossible – two movers in a step, a hidden move, a prior that does not sum to one – is
refused where it is built, in `openparley.game.dispute`, `parameters` and `positions`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from openparley.errors import GameError, did_you_mean, one_of
from openparley.game.dispute import WORLD, Dispute, Draw, PublicState
from openparley.game.parameters import Motives, Parameters
from openparley.game.positions import PROB_TOLERANCE, Positions, enumerate_positions
from openparley.game.tree_check import NOTE, check_tree, perfect_recall

__all__ = ["NOTE", "check_dispute", "check_tree", "perfect_recall"]


def check_dispute(
    dispute: Dispute, parameters: Parameters, start: PublicState | None = None, *, positions: Positions | None = None
) -> list[str]:
    """Everything about a dispute and its numbers that is wrong, then, marked `NOTE`, what is only odd.

    Parameters
    ----------
    start
        State that play opens in; the state of defaults unless given.
    positions
        What play of this dispute can reach from there, where that is known already; found anew unless given.

    Returns
    -------
    Messages that name the thing, the value found, what is allowed and the next step; empty when all is well.
    """
    wrong = [*_cast(dispute, parameters), *_chance(dispute, parameters)]
    for actor in dispute.actors:
        if actor in parameters.motives:
            wrong += _weights(dispute, actor, parameters.motives[actor])
            wrong += _given(dispute, actor, parameters)
    wrong += _numeraires(dispute, parameters)
    try:
        positions = positions or enumerate_positions(dispute, dispute.State() if start is None else start)
    except GameError as error:
        return [*wrong, str(error)]
    wrong += [*_draws(positions), *_unreached_steps(positions)]
    at_stake = _at_stake(positions)
    for actor in dispute.actors:
        if actor in parameters.motives:
            wrong += _twins(actor, parameters, at_stake)
            wrong += _propensities(positions, actor, parameters.motives[actor])
    return wrong + [NOTE + text for text in (*_unweighed(positions, parameters, at_stake), *_unreached(positions))]


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
        if not any(weights.values()) and not _gains(motives):
            yield f"type “{kind}” of “{actor}” weighs no interest, so it would choose at random; give it at least one weight other than 0."
        for name, weight in weights.items():
            if name not in dispute.interests:
                guess = did_you_mean(name, dispute.interests) or f"Interests are {one_of(tuple(dispute.interests))}."
                yield f"type “{kind}” of “{actor}” weighs “{name}”, which is no interest of {type(dispute).__name__}. {guess}"
            if not np.isfinite(weight):
                yield f"type “{kind}” of “{actor}” gives “{name}” the weight {weight}; a finite number of utils is allowed. Correct it."


def _gains(motives: Motives) -> set[str]:
    """Interests that weigh something while some other actor is of some type."""
    return {name for by_type in motives.given.values() for row in by_type.values() for name, weight in row.items() if weight}


def _given(dispute: Dispute, actor: str, parameters: Parameters) -> Iterator[str]:
    """Weights that depend on another actor's type."""
    for other, by_type in parameters.motives[actor].given.items():
        where = f"what “{actor}” weighs given “{other}”"
        if other == actor:
            yield f"{where} depends on its own type; put it into the weights of each type."
            continue
        if other not in parameters.motives:
            others = [name for name in parameters.motives if name != actor]
            known = f"Others are {one_of(others)}." if others else "There is no other actor."
            yield f"{where} depends on the type of an actor without motives. {did_you_mean(other, others) or known}"
            continue
        kinds = parameters.motives[other].types
        for kind, weights in by_type.items():
            if kind not in kinds:
                yield f"{where} names its type “{kind}”, which it has not. {did_you_mean(kind, kinds) or f'Its types are {one_of(kinds)}.'}"
            for name, weight in weights.items():
                if name not in dispute.interests:
                    guess = did_you_mean(name, dispute.interests) or f"Interests are {one_of(tuple(dispute.interests))}."
                    yield f"{where} of type “{kind}” includes “{name}”, which is no interest of {type(dispute).__name__}. {guess}"
                if not np.isfinite(weight):
                    yield f"{where} of type “{kind}” is {weight} for “{name}”; a finite number of utils is allowed. Correct it."


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
        if interest in _gains(parameters.motives[actor]):
            yield (
                f"“{interest}” is the numeraire of “{actor}”, so what it weighs must not depend on another actor's type; "
                "take it out of what is given, or name another numeraire."
            )


def _draws(positions: Positions) -> Iterator[str]:
    """World steps whose probabilities are none."""
    for v, place in enumerate(positions.places):
        if positions.mover(v) != WORLD:
            continue
        draws = [option for option in positions.dispute.options(WORLD, place.state) if isinstance(option, Draw)]
        probs = np.array([draw.prob for draw in draws])
        if not (probs.min() >= 0 and abs(probs.sum() - 1) <= PROB_TOLERANCE):
            listed = ", ".join(f"“{draw.label}” {draw.prob:g}" for draw in draws)
            yield (
                f"{type(positions.dispute).__name__}, {place} (“{WORLD}”): the draws’ probabilities are {listed}, {probs.sum():g} in all; "
                "they must be ≥ 0 and sum to one. Let the last be what the others leave."
            )


def _unreached_steps(positions: Positions) -> Iterator[str]:
    """Steps that no play comes to, with the moves before them that all end the dispute."""
    counts = np.diff(positions.step_start)
    for step in np.flatnonzero(counts == 0):
        before = next(v for v in reversed(range(len(positions))) if positions.places[v].step < step)
        listed = one_of([f"“{label}”" for label in positions.menu(before)])
        yield (
            f"step {step} (“{positions.steps[step]}”) of {type(positions.dispute).__name__} is never reached: every option before it ends "
            f"the dispute, as {listed} at {positions.places[before]}. Remove the step, or add an option that goes on to it."
        )


def _at_stake(positions: Positions) -> tuple[str, ...]:
    touched = np.abs(positions.touched).max(0) + np.abs(positions.horizon).max(0)
    return tuple(name for name, most in zip(positions.interests, touched, strict=True) if most > 0)


def _twins(actor: str, parameters: Parameters, at_stake: tuple[str, ...]) -> Iterator[str]:
    """Types that behave alike: also where others gain by the difference, as no move will ever show it."""
    motives = parameters.motives[actor]
    for one, two in combinations(motives.types, 2):
        here, there = motives.weights[one], motives.weights[two]
        if all(here.get(name, 0.0) == there.get(name, 0.0) for name in at_stake):
            elsewhere = sorted(name for name in set(here) | set(there) if here.get(name, 0.0) != there.get(name, 0.0))
            why = f"; they differ only on {one_of(elsewhere)}, which nothing in play touches" if elsewhere else ""
            keen = [other for other, m in parameters.motives.items() if _row(m, actor, one) != _row(m, actor, two)]
            if keen:
                why += f"; that {one_of([f'“{other}”' for other in keen])} would gain by knowing shows in no move of theirs"
            yield (
                f"types “{one}” and “{two}” of “{actor}” weigh everything at stake alike{why}, so no behaviour can tell them apart. "
                f"Merge them, or let them differ on one of {one_of(at_stake)}."
            )


def _row(motives: Motives, other: str, kind: str) -> dict[str, float]:
    """What is weighed, beyond one's own, given the type of another."""
    return {name: weight for name, weight in motives.given.get(other, {}).get(kind, {}).items() if weight}


def _propensities(positions: Positions, actor: str, motives: Motives) -> Iterator[str]:
    labels = {label for v in range(len(positions)) if positions.mover(v) == actor for label in positions.menu(v)}
    for move in motives.propensity:
        if move not in labels:
            guess = did_you_mean(move, labels) or f"Its moves are {one_of(sorted(labels))}."
            yield f"“{actor}” has a base propensity for “{move}”, which it can never do. {guess}"


def _unweighed(positions: Positions, parameters: Parameters, at_stake: tuple[str, ...]) -> Iterator[str]:
    weighed = {
        name
        for motives in parameters.motives.values()
        for weights in motives.weights.values()
        for name, weight in weights.items()
        if weight
    }.union(*map(_gains, parameters.motives.values()))
    for name, meaning in positions.dispute.interests.items():
        if name not in at_stake:
            yield f"nothing in play touches the interest “{name}” ({meaning}); remove it, or let a move touch it."
        elif name not in weighed:
            yield (
                f"nobody weighs the interest “{name}” ({meaning}), so {_toucher(positions, name)} changes nothing by it; "
                "give somebody a weight for it."
            )


def _toucher(positions: Positions, interest: str) -> str:
    """The first option that touches an interest, or the horizon."""
    column = positions.interests.index(interest)
    for option in np.flatnonzero(positions.touched[:, column]):
        at = int(np.searchsorted(positions.option_start, option, side="right")) - 1
        return f"“{positions.labels[option]}” at {positions.places[at]}"
    return "the horizon"


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
