"""Whether the model section of a case fits the dispute that it names."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from openparley.errors import Complaint, GameError, ParleyError, did_you_mean
from openparley.game.dispute import WORLD, Dispute
from openparley.game.families import FAMILIES
from openparley.game.positions import enumerate_positions, moves_by_actor
from openparley.record.casefile import CaseFile, account_types
from openparley.record.casetoml import Complain

KNOWN = "known"  # the one type of an actor about whose motive the case has no rival accounts

TINY = 1e-9  # what must be above zero
BOUNDS = {
    "chance": (0.0, 1.0),
    "detection": (0.0, 1.0),
    "error": (0.0, 1.0),
    "drift": (0.0, 1.0),
    "none": (0.0, 1.0),
    "precision": (0.0, math.inf),
    "prior": (0.0, math.inf),
    "propensity": (TINY, math.inf),
    "discount": (TINY, 1.0),
}

Found = Iterator[Complaint]


def actor_types(file: CaseFile, dispute: Dispute) -> dict[str, tuple[str, ...]]:
    """Account ids of every actor that moves; one nameless type where the case has no rival accounts."""
    accounts = account_types(file)
    return {actor: accounts.get(actor, (KNOWN,)) for actor in dispute.actors}


def check_model(file: CaseFile, complain: Complain) -> Found:
    """What in ``case.toml`` does not fit the dispute; nothing when the case has no model section.

    An `openparley.record.casetoml.ExtraCheck`.
    """
    settings = file.model
    if settings is None:
        return
    if settings.family not in FAMILIES:
        yield _not_among(complain, ("model", "family"), settings.family, f"“{settings.family}” is not a dispute", FAMILIES)
        return
    yield from _check_initial(file, complain)
    kind = FAMILIES[settings.family]
    try:
        dispute = kind(dict.fromkeys(kind.chance, 0.5), **settings.options)
        positions = enumerate_positions(dispute, kind.State())
    except (ParleyError, TypeError) as problem:
        yield complain(("model", "options"), f"the dispute cannot be built with these options: {problem}", value=dict(settings.options))
        return
    moves = moves_by_actor(positions)
    yield from _check_assumptions(file, dispute, moves, complain)
    ends = sorted({end for end in positions.ends if end})
    for number, outcome in enumerate(file.outcomes):
        path = ("outcomes", number, "when")
        if outcome.when.end is not None and outcome.when.end not in ends:
            yield _not_among(complain, path, outcome.when.end, f"“{outcome.when.end}” is not an ending of {settings.family}", ends)
        if outcome.when.actor is not None and outcome.when.move is not None:
            yield from _check_move(complain, path, outcome.when.actor, outcome.when.move, moves)
    for number, lever in enumerate(file.levers):
        try:
            kind(dict.fromkeys(kind.chance, 0.5), **{**settings.options, **lever.game})
        except TypeError:
            yield complain(("levers", number, "game"), f"{settings.family} has no such lever.", value=dict(lever.game))
    for number, rule in enumerate(file.observations):
        actor, move = rule.move.split(".")
        yield from _check_move(complain, ("observations", number, "move"), actor, move, moves)
    if sum(outcome.headline for outcome in file.outcomes) != 1:
        yield complain(("outcomes",), "exactly one outcome must be the headline.", allowed="headline = true once")
    last = file.round_of(file.cutoff)
    if last is None or last >= settings.rounds - settings.margin - 1:
        limit = f"a round from 0 to {settings.rounds - settings.margin - 2} (rounds less margin)"
        yield complain(
            ("model", "rounds"),
            f"the cut-off {file.cutoff} falls in round {last}; it must be {limit}.",
            value=settings.rounds,
            allowed=limit,
        )


def _check_initial(file: CaseFile, complain: Complain) -> Found:
    assert file.model is not None
    for name, value in file.model.initial.items():
        try:
            FAMILIES[file.model.family].State().but(**{name: value})  # type: ignore[arg-type]
        except GameError as problem:
            yield complain(("model", "initial", name), str(problem), value=value)


def _check_assumptions(file: CaseFile, dispute: Dispute, moves: Mapping[str, tuple[str, ...]], complain: Complain) -> Found:
    types, accounts = actor_types(file, dispute), account_types(file)
    for number, account in enumerate(file.accounts):
        if account.actor not in dispute.actors:
            message = f"accounts are about “{account.actor}”, who does not move in this dispute"
            yield _not_among(complain, ("accounts", number, "actor"), account.actor, message, dispute.actors)
    for actor, ids in accounts.items():
        if len(ids) not in (2, 3, 4):
            yield complain(("accounts",), f"{actor} has {len(ids)} account; rival accounts are 2 to 4.", value=len(ids), allowed="2 to 4")
    counts = Counter(assumption.sets for assumption in file.assumptions)
    for number, assumption in enumerate(file.assumptions):
        path = ("assumptions", number, "sets")
        yield from _check_address(complain, path, assumption.sets, dispute, types, moves)
        if (bounds := BOUNDS.get(assumption.sets.split(".")[0])) and not bounds[0] <= assumption.low <= assumption.high <= bounds[1]:
            words = f"from {bounds[0]:g} to {bounds[1]:g}" if bounds[1] < math.inf else f"{bounds[0]:g} or more"
            message = f"low = {assumption.low:g} to high = {assumption.high:g} leaves what {assumption.sets} can be: {words}."
            yield complain(path, message, value=[assumption.low, assumption.high], allowed=words)
        if counts[assumption.sets] > 1:
            yield complain(path, f"“{assumption.sets}” is set by {counts[assumption.sets]} assumptions; keep one.", value=assumption.sets)
    for name, meaning in dispute.chance.items():
        if f"chance.{name}" not in counts:
            message = f"no assumption sets “chance.{name}” ({meaning})."
            yield complain(("assumptions",), message, value=f"chance.{name}", hint="Add an [[assumptions]] entry for it.")


def _check_address(
    complain: Complain,
    path: tuple[Any, ...],
    sets: str,
    dispute: Dispute,
    types: Mapping[str, tuple[str, ...]],
    moves: Mapping[str, tuple[str, ...]],
) -> Found:
    head, *rest = sets.split(".")
    if head == "chance":
        if rest[0] not in dispute.chance:
            yield _not_among(complain, path, rest[0], f"there is no chance assumption “{rest[0]}”", dispute.chance)
        return
    if head == "error" or rest[0] == "default":
        return
    actor = rest[0]
    if actor not in dispute.actors:
        yield _not_among(complain, path, actor, f"“{actor}” does not move in this dispute", dispute.actors)
        return
    if head in ("weight", "prior") and rest[1] not in (*types[actor], "*"):
        yield _not_among(complain, path, rest[1], f"{actor} has no account “{rest[1]}”", (*types[actor], "*"))
    if head == "weight" and rest[2] not in dispute.interests:
        yield _not_among(complain, path, rest[2], f"there is no interest “{rest[2]}”", dispute.interests)
    if head in ("propensity", "detection") and len(rest) > 1 and rest[1] not in moves[actor]:
        yield _not_among(complain, path, rest[1], f"{actor} has no move “{rest[1]}”", moves[actor])
    if head == "drift":
        for name in rest[1:]:
            if name not in types[actor]:
                yield _not_among(complain, path, name, f"{actor} has no account “{name}”", types[actor])


def _check_move(complain: Complain, path: tuple[Any, ...], actor: str, move: str, moves: Mapping[str, tuple[str, ...]]) -> Found:
    movers = [name for name in moves if name != WORLD]
    if actor not in movers:
        yield _not_among(complain, path, actor, f"“{actor}” does not move in this dispute", movers)
    elif move not in moves[actor]:
        yield _not_among(complain, path, move, f"{actor} has no move “{move}”", moves[actor])


def _not_among(complain: Complain, path: tuple[Any, ...], value: str, message: str, allowed: Any) -> Complaint:
    words = list(allowed)
    return complain(path, f"{message}; there is: {', '.join(words)}.", value=value, allowed=words, hint=did_you_mean(value, words))
