"""What a lever may be called: a lever of the case, an option of its game, an address with a value, or a move."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from math import inf, isfinite
from typing import Any

from openparley.errors import CaseError, Complaint, did_you_mean, one_of, quoted
from openparley.forecast.levers import Pull, of_all_accounts, of_case
from openparley.game.dispute import WORLD
from openparley.infer.check import BOUNDS
from openparley.infer.model import Model
from openparley.record.casefile import CIRCUMSTANCE, PLAYED

BELIEVED = "believed"
NOT_PLAYED = {
    "prior": "it is the belief before the record; today's shares of the accounts stay as they are",
    "detection": "it says how moves are reported, and a lever changes what is done",
    "error": "it says how moves are reported, and a lever changes what is done",
    "confusion": "it says how moves are reported, and a lever changes what is done",
    "none": "it is the analyst's prior, and no part of the game",
}
TRUTH = {"true": True, "yes": True, "false": False, "no": False}


def parse_lever(text: str, model: Model) -> Pull:
    """A lever as typed.

    Parameters
    ----------
    text
        ``LEVER`` (of the case), ``OPTION[=VALUE]`` (of the game), ``ADDRESS=VALUE`` or ``ASSUMPTION=VALUE``, or
        ``ACTOR.MOVE[=believed]``.

    Raises
    ------
    CaseError
        If it is none of them, or the value does not fit, with what is allowed.
    """
    name, given, value = (part.strip() for part in text.partition("="))
    if name in model.levers:
        if given:
            raise _wrong(name, value, None, f"the lever {quoted(name)} of the case takes no value.", f"Write --lever {name}.")
        return of_case(model.levers[name], model)
    if (move := _move(name, model)) is not None:
        return _forced(name, move, given, value)
    address = {row.id: row.sets for row in model.assumptions}.get(name, name)
    if (head := address.split(".")[0]) in NOT_PLAYED:
        message = f"no lever: {quoted(name)} cannot be set from today on; {NOT_PLAYED[head]}."
        raise _wrong(name, value, list(PLAYED), message)
    if address in addresses(model):
        return _set(text, address, given, value, model)
    if name in (options := game_options(model)):
        return _option(name, given, value, options)
    raise _unknown(name, model)


def addresses(model: Model) -> dict[str, None]:
    """Every address that may be set from today on."""
    found: dict[str, None] = {}
    for actor in model.actors:
        kinds = model.types[actor]
        found |= dict.fromkeys(f"weight.{actor}.{kind}.{interest}" for kind in (*kinds, "*") for interest in model.positions.interests)
        found |= dict.fromkeys((f"precision.{actor}", f"discount.{actor}"))
        found |= dict.fromkeys(f"propensity.{actor}.{move}" for move in model.layout.moves[actor])
        if len(kinds) > 1:
            found |= dict.fromkeys((f"drift.{actor}", *(f"drift.{actor}.{kind}" for kind in kinds)))
            found |= dict.fromkeys(f"drift.{actor}.{a}.{b}" for a in kinds for b in kinds if a != b)
    return found | dict.fromkeys(f"chance.{name}" for name in model.positions.dispute.chance)


def game_options(model: Model) -> dict[str, Any]:
    """Options of the game's constructor that leave its steps as they are, each with what it is now."""
    family = type(model.positions.dispute)
    parameters = list(inspect.signature(family.__init__).parameters.values())
    now = {row.name: model.options.get(row.name, row.default) for row in parameters if row.kind is row.KEYWORD_ONLY}
    chance = dict.fromkeys(family.chance, 0.5)
    # who is an actor at all is no lever: nobody's state or belief of today would fit the other game
    return {
        name: value
        for name, value in now.items()
        if not isinstance(value, bool) or family(chance, **{**now, name: not value}).steps == model.positions.steps
    }


def _move(name: str, model: Model) -> tuple[str, str] | None:
    """The actor and the move that a name says, if it does."""
    actor, _, move = name.partition(".")
    return (actor, move) if move in model.layout.moves.get(actor, ()) else None


def _forced(name: str, move: tuple[str, str], given: str, value: str) -> Pull:
    if given and value != BELIEVED:
        message = f"a move is forced or not: {quoted(name)} takes no value {quoted(value)}."
        raise _wrong(name, value, [BELIEVED], message, f"Write {name}, or {name}={BELIEVED} if the others take it for chosen.")
    what = f"{name} once" + (f", {BELIEVED}" if given else "")
    kind, actor = ("circumstance", "") if move[0] == WORLD else ("forced_move", move[0])
    return Pull(f"{name}={BELIEVED}" if given else name, what, kind, actor, force=(move,), believed=bool(given))


def _set(text: str, address: str, given: str, value: str, model: Model) -> Pull:
    head, *rest = address.split(".")
    low, high = BOUNDS.get(head, (-inf, inf))
    allowed = f"a number from {low:g} to {high:g}" if isfinite(high) else f"a number of at least {low:g}" if isfinite(low) else "a number"
    try:
        number = float(value)
    except ValueError:
        message = f"{quoted(address)} needs {allowed}" + (f"; found {quoted(value)}." if given else ".")
        raise _wrong(address, value or None, allowed, message, f"Write --lever {address}=NUMBER.") from None
    if not (low <= number <= high and isfinite(number)):
        raise _wrong(address, number, allowed, f"{quoted(address)} cannot be {number:g}; allowed: {allowed}.")
    sets = dict.fromkeys(of_all_accounts(address, model), number)
    kind, actor = ("circumstance", "") if head == CIRCUMSTANCE else ("motive", rest[0])
    return Pull("".join(text.split()), f"{address} = {number:g}", kind, actor, sets=sets)


def _option(name: str, given: str, value: str, options: Mapping[str, Any]) -> Pull:
    now = options[name]
    if isinstance(now, bool):
        if given and value.lower() not in TRUTH:
            raise _wrong(name, value, ["true", "false"], f"the option {quoted(name)} is true or false; found {quoted(value)}.")
        wanted: Any = TRUTH[value.lower()] if given else True
    else:
        kind = type(now)
        try:
            wanted = kind(value)
        except (TypeError, ValueError):
            message = f"the option {quoted(name)} needs a value like {now!r}; found {quoted(value)}."
            raise _wrong(name, value, kind.__name__, message) from None
    return Pull(f"{name}={value}" if given else name, f"{name} = {str(wanted).lower()}", "commitment", game={name: wanted})


def _unknown(name: str, model: Model) -> CaseError:
    """What there is of each kind, and what was probably meant."""
    moves = [f"{actor}.{move}" for actor, labels in model.layout.moves.items() for move in labels]
    known = list(addresses(model))
    parts = {
        "levers of the case": list(model.levers),
        "options of its game": [option for option in game_options(model) if option not in model.levers],
        "moves to force": moves,
    }
    said = [f"{kind}: {one_of(names)}" for kind, names in parts.items() if names]
    said.append(f"or ADDRESS=VALUE, where an address begins with {one_of(PLAYED)}")
    every = [*parts["levers of the case"], *parts["options of its game"], *moves, *known, *(row.id for row in model.assumptions)]
    hint = " ".join(filter(None, (did_you_mean(name, every), f"Allowed are {'; '.join(said)}.")))
    return CaseError(Complaint(None, None, None, name, every, hint, f"no lever {quoted(name)}.", "lever"))


def _wrong(name: str, value: Any, allowed: Any, message: str, hint: str | None = None) -> CaseError:
    return CaseError(Complaint(None, None, None, value if value is not None else name, allowed, hint, message, "lever"))
