"""Whether the model section of a case fits the dispute that it names."""

from __future__ import annotations

import inspect
import math
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any, NamedTuple, TypeVar

from openparley.errors import Complaint, GameError, ParleyError, did_you_mean
from openparley.game.dispute import WORLD, Dispute
from openparley.game.families import FAMILIES
from openparley.game.positions import enumerate_positions, moves_by_actor
from openparley.record.casefile import SHARES_TOLERANCE, CaseFile, Lever, account_types
from openparley.record.casetoml import Complain

KNOWN = "known"  # the one type of an actor about whose motive the case has no rival accounts

TINY = 1e-9  # what must be above zero
BOUNDS = {
    "chance": (0.0, 1.0),
    "detection": (0.0, 1.0),
    "error": (0.0, 1.0),
    "confusion": (0.0, 1.0),
    "drift": (0.0, 1.0),
    "none": (0.0, 1.0),
    "precision": (0.0, math.inf),
    "prior": (0.0, math.inf),
    "propensity": (TINY, math.inf),
    "discount": (TINY, 1.0),
}

TOLD = ("detection", "error", "confusion")  # addresses of the observation model, which has rows for the world as well

Found = Iterator[Complaint]


class _Found(NamedTuple):
    """A complaint before it knows its line."""

    path: tuple[Any, ...]
    message: str
    value: Any
    allowed: Any
    hint: str | None


def actor_types(file: CaseFile, dispute: Dispute) -> dict[str, tuple[str, ...]]:
    """Account ids of every actor that moves; one nameless type where the case has no rival accounts."""
    accounts = account_types(file)
    return {actor: accounts.get(actor, (KNOWN,)) for actor in dispute.actors}


_Result = TypeVar("_Result")


def once_a_file(function: Callable[[CaseFile], _Result]) -> Callable[[CaseFile], _Result]:
    """Remember the answer for the last case file: the checks on opening and the model that follows ask for the same."""
    last: list[tuple[CaseFile, object, _Result]] = []

    @wraps(function)
    def remembering(file: CaseFile) -> _Result:
        family = FAMILIES.get(file.model.family) if file.model else None
        if not last or last[0][0] is not file or last[0][1] is not family:
            last[:] = [(file, family, function(file))]
        return last[0][2]

    return remembering


@once_a_file
def _complaints_of(file: CaseFile) -> tuple[_Found, ...]:
    found: list[_Found] = []

    def keep(path: tuple[Any, ...], message: str, *, value: Any = None, allowed: Any = None, hint: str | None = None) -> Complaint:
        found.append(_Found(path, message, value, allowed, hint))
        return Complaint(None, None, None, value, allowed, hint, message)

    for _ in _check(file, keep):
        pass
    return tuple(found)


def check_model(file: CaseFile, complain: Complain) -> Found:
    """What in ``case.toml`` does not fit the dispute; nothing when the case has no model section.

    An `openparley.record.casetoml.ExtraCheck`.
    """
    for found in _complaints_of(file):
        yield complain(found.path, found.message, value=found.value, allowed=found.allowed, hint=found.hint)


def fits(file: CaseFile) -> bool:
    """Whether the model section has no complaints against it."""
    return not _complaints_of(file)


def _check(file: CaseFile, complain: Complain) -> Found:
    settings = file.model
    if settings is None:
        return
    if settings.family not in FAMILIES:
        yield _not_among(complain, ("model", "family"), settings.family, f"“{settings.family}” is not a dispute", FAMILIES)
        return
    yield from _check_initial(file, complain)
    for actor in settings.nodes:
        if actor not in FAMILIES[settings.family].steps:
            yield _not_among(complain, ("model", "nodes", actor), actor, f"“{actor}” does not move", FAMILIES[settings.family].steps)
    kind = FAMILIES[settings.family]
    try:
        dispute = kind(dict.fromkeys(kind.chance, 0.5), **settings.options)
        positions = enumerate_positions(dispute, kind.State())
    except (ParleyError, TypeError) as problem:
        yield complain(("model", "options"), f"the dispute cannot be built with these options: {problem}", value=dict(settings.options))
        return
    except Exception as problem:
        if kind.__module__.startswith("openparley."):
            raise
        yield complain(("model", "family"), _slip(kind, problem), value=settings.family)
        return
    for actor in dispute.actors:
        if (times := dispute.steps.count(actor)) > 1:
            message = f"“{actor}” moves {times} times a round, and a report could not say at which; merge the steps or shorten the round."
            yield complain(("model", "family"), message, value=settings.family)
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
        yield from _check_lever(file, lever, ("levers", number), dispute, moves, complain)
    yield from _check_observations(file, moves, complain)
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


def _slip(kind: type[Dispute], problem: Exception) -> str:
    """A mistake in a family that somebody else wrote, with its place."""
    last = traceback.extract_tb(problem.__traceback__)[-1]
    where = f"{last.filename}, line {last.lineno}, in {last.name}"
    return f"{kind.__module__}.{kind.__name__} fails: {type(problem).__name__}: {problem} ({where})."


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
    if rest[0] == ("event" if head == "error" else "default"):
        return
    actor = rest[0]
    if head in TOLD:
        yield from _check_told(complain, path, head, rest, moves)
        return
    if actor not in dispute.actors:
        yield _not_among(complain, path, actor, f"“{actor}” does not move in this dispute", dispute.actors)
        return
    if head in ("weight", "prior") and rest[1] not in (*types[actor], "*"):
        yield _not_among(complain, path, rest[1], f"{actor} has no account “{rest[1]}”", (*types[actor], "*"))
    if head == "weight" and rest[2] not in dispute.interests:
        yield _not_among(complain, path, rest[2], f"there is no interest “{rest[2]}”", dispute.interests)
    if head == "propensity" and rest[1] not in moves[actor]:
        yield _not_among(complain, path, rest[1], f"{actor} has no move “{rest[1]}”", moves[actor])
    if head == "drift":
        for name in rest[1:]:
            if name not in types[actor]:
                yield _not_among(complain, path, name, f"{actor} has no account “{name}”", types[actor])


def _check_lever(
    file: CaseFile, lever: Lever, path: tuple[Any, ...], dispute: Dispute, moves: Mapping[str, tuple[str, ...]], complain: Complain
) -> Found:
    """Arguments of the game, addresses with their values, and moves of a lever."""
    yield from _check_lever_game(file, lever, path, dispute, complain)
    types = actor_types(file, dispute)
    for address, value in lever.sets.items():
        place = (*path, "sets", address)
        yield from _check_address(complain, place, address, dispute, types, moves)
        low, high = BOUNDS.get(address.split(".")[0], (-math.inf, math.inf))
        if not low <= value <= high:
            words = f"from {low:g} to {high:g}" if high < math.inf else f"{low:g} or more"
            yield complain(place, f"{value:g} is not what {address} can be: {words}.", value=value, allowed=words)
    for number, move in enumerate(lever.force):
        actor, _, label = move.partition(".")
        yield from _check_move(complain, (*path, "force", number), actor, label, moves)


def _check_lever_game(file: CaseFile, lever: Lever, path: tuple[Any, ...], dispute: Dispute, complain: Complain) -> Found:
    """Arguments that the family does not know, of another kind, or that make it another game for those of today."""
    assert file.model is not None
    kind, settings = type(dispute), file.model
    known = {name: row for name, row in inspect.signature(kind.__init__).parameters.items() if name not in ("self", "chance")}
    for name, value in lever.game.items():
        if name not in known:
            yield _not_among(complain, (*path, "game"), name, f"{settings.family} has no such lever", known)
            return
        if isinstance(known[name].default, bool) and not isinstance(value, bool):
            yield complain((*path, "game", name), f"“{name}” is true or false; found {value!r}.", value=value, allowed=["true", "false"])
            return
    try:
        changed = kind(dict.fromkeys(kind.chance, 0.5), **{**settings.options, **lever.game})
    except (ParleyError, TypeError) as problem:
        yield complain((*path, "game"), f"the dispute cannot be built with this lever: {problem}", value=dict(lever.game))
        return
    if changed.steps != dispute.steps:
        message = f"the lever changes who moves ({', '.join(changed.steps)}): nobody's state and beliefs of today would fit."
        yield complain((*path, "game"), message, value=dict(lever.game), allowed=list(dispute.steps))


def _check_told(complain: Complain, path: tuple[Any, ...], head: str, rest: list[str], moves: Mapping[str, tuple[str, ...]]) -> Found:
    """Addresses of the observation model: the moves of an actor or the draws of the world."""
    actor, *named = rest
    if actor not in moves:
        whole = {"error": ("event",), "detection": ("default",)}.get(head, ())
        yield _not_among(complain, path, actor, f"“{actor}” does not move in this dispute", (*moves, *whole))
        return
    for move in named:
        if move not in moves[actor]:
            yield _not_among(complain, path, move, f"{actor} has no move “{move}”", moves[actor])
    if head == "confusion" and len(set(named)) == 1:
        message = f"“{head}.{'.'.join(rest)}” is about a report of {named[0]} that names {named[0]}, which is no error."
        yield complain(path, message, value=named[0], allowed=[move for move in moves[actor] if move != named[0]])


def _check_observations(file: CaseFile, moves: Mapping[str, tuple[str, ...]], complain: Complain) -> Found:
    """Moves that rules and their readings name; a draw of the world that is reported needs a chance of being reported."""
    found = {assumption.sets for assumption in file.assumptions}
    for number, rule in enumerate(file.observations):
        actor, move = rule.move.split(".")
        yield from _check_move(complain, ("observations", number, "move"), actor, move, moves)
        for name in rule.readings:
            yield from _check_move(complain, ("observations", number, "readings", name), actor, name.split(".")[1], moves)
        wanted = (f"detection.{WORLD}.{move}", f"detection.{WORLD}")
        if actor == WORLD and move in moves.get(WORLD, ()) and not found.intersection(wanted):
            message = f"no assumption sets “{wanted[0]}”, so a report of that draw is impossible."
            hint = f"Add an [[assumptions]] entry for {wanted[0]}, or for {wanted[1]} if all draws are reported alike."
            yield complain(("observations", number, "move"), message, value=rule.move, allowed=list(wanted), hint=hint)
    yield from _check_confusion(file, complain)


def _check_confusion(file: CaseFile, complain: Complain) -> Found:
    """Shares of the wrong reports of one move, which cannot be more than all of them."""
    totals: dict[str, list[tuple[int, float]]] = {}
    for number, assumption in enumerate(file.assumptions):
        if assumption.sets.startswith("confusion."):
            totals.setdefault(assumption.sets.rpartition(".")[0], []).append((number, assumption.likely))
    for row, shares in totals.items():
        total = sum(share for _, share in shares)
        if total > 1.0 + SHARES_TOLERANCE:
            message = f"the likely shares of {row}.… sum to {total:g}; of the wrong reports of one move all together are at most 1."
            yield complain(("assumptions", shares[-1][0], "likely"), message, value=total, allowed="a sum of 1 or less")


def _check_move(complain: Complain, path: tuple[Any, ...], actor: str, move: str, moves: Mapping[str, tuple[str, ...]]) -> Found:
    """A move of an actor or a draw of the world."""
    if actor not in moves:
        yield _not_among(complain, path, actor, f"“{actor}” does not move in this dispute", moves)
    elif move not in moves[actor]:
        yield _not_among(complain, path, move, f"{actor} has no move “{move}”", moves[actor])


def _not_among(complain: Complain, path: tuple[Any, ...], value: str, message: str, allowed: Any) -> Complaint:
    words = list(allowed)
    return complain(path, f"{message}; there is: {', '.join(words)}.", value=value, allowed=words, hint=did_you_mean(value, words))
