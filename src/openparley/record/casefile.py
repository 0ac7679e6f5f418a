"""``case.toml`` as data: the question, the actors, the rival accounts, the model's settings and every assumption."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from openparley.record.fields import Day, Flag, Ident, Model, Number, Text, Whole

__all__ = [
    "ADDRESSES",
    "SCHEMA",
    "Account",
    "Actor",
    "Assumption",
    "CaseFile",
    "Lever",
    "ModelSettings",
    "Observation",
    "Outcome",
    "When",
    "account_types",
    "out_of_order",
]

SCHEMA = 1
NAME_WORDS = 5
SHARES_TOLERANCE = 1e-9  # 0.7 + 0.2 + 0.1 is not quite 1 in binary
MOVE_PATTERN = r"^[A-Za-z][\w-]*\.[A-Za-z][\w-]*$"
# First segment of an address → the segments that follow; a "?" marks one that may be left out.
ADDRESSES: dict[str, tuple[str, ...]] = {
    "weight": ("ACTOR", "TYPE|*", "INTEREST"),
    "precision": ("ACTOR",),
    "propensity": ("ACTOR", "MOVE"),
    "prior": ("ACTOR", "TYPE"),
    "drift": ("ACTOR", "FROM?", "TO?"),
    "discount": ("ACTOR",),
    "chance": ("NAME",),
    "detection": ("ACTOR|world|default", "MOVE?"),
    "error": ("event|ACTOR|world", "MOVE?"),
    "confusion": ("ACTOR|world", "MOVE", "OTHER"),
    "none": ("ACTOR",),
}

MOTIVE = ("weight", "precision", "propensity", "discount", "drift")  # addresses of what an actor wants and how it chooses
CIRCUMSTANCE = "chance"
PLAYED = (*MOTIVE, CIRCUMSTANCE)  # the others are about reports, or about what was believed before the record

Scalar = str | int | float | bool


def _check_address(value: str, heads: Iterable[str] = ADDRESSES) -> None:
    """Raise what pydantic reports if a text has not the form of an address that begins with one of ``heads``."""
    head, *rest = value.split(".")
    if head not in heads:
        raise PydanticCustomError(
            "not_among", "not the start of an address", {"what": "the start of an address", "allowed": list(heads), "value": head}
        )
    pattern = ADDRESSES[head]
    needed = sum(not part.endswith("?") for part in pattern)
    if not needed <= len(rest) <= len(pattern) or not all(rest):
        raise PydanticCustomError("bad_address", "not an address", {"allowed": ".".join((head, *pattern))})
    # The whole record's error rate has no moves: a longer spelling would be silently unused.
    if head == "error" and rest[0] == "event" and len(rest) > 1:
        raise PydanticCustomError("bad_address", "not an address", {"allowed": ["error.event", "error.ACTOR", "error.ACTOR.MOVE"]})


class Actor(Model):
    """Somebody who acts, speaks or is acted upon; addressed by the key in ``[actors.…]``.

    ``proposed`` marks one that a coder met in a report and nobody has checked.
    """

    name: Text
    aliases: tuple[Text, ...] = ()
    country: str = ""
    role: Literal["mediator", "party", "ally", "institution", "official", "spokesperson", "adviser", "press", "group", "observer"]
    proposed: Flag = False

    @field_validator("country")
    @classmethod
    def _alpha3(cls, value: str) -> str:
        if value and not re.fullmatch(r"[A-Z]{3}", value):
            raise PydanticCustomError(
                "bad_country", "not a country code", {"allowed": "three capital letters (ISO 3166 alpha-3, or XAA to XZZ)"}
            )
        return value


class Account(Model):
    """A rival hypothesis about an actor's motive; in the game, a type of that actor."""

    id: Ident
    actor: Ident
    name: Text
    statement: Text
    basis: tuple[Text, ...] = ()

    @field_validator("name")
    @classmethod
    def _short(cls, value: str) -> str:
        if len(value.split()) > NAME_WORDS:
            raise PydanticCustomError("too_many_words", "longer than {n} words; charts need a short name", {"n": NAME_WORDS})
        return value


class ModelSettings(Model):
    """Which dispute is played, when it starts, how long a round lasts, where the public state begins.

    The last ``margin`` of the ``rounds`` are solved but not forecast, because play near the end of a game looks to it.
    ``nodes`` are those of the belief grid, a split, for actors in whom the usual number is too dear or too coarse.
    """

    family: Text
    start: Day
    round_days: Annotated[Whole, Field(ge=1, le=366)] = 7
    rounds: Annotated[Whole, Field(ge=1, le=1000)] = 26
    margin: Annotated[Whole, Field(ge=0, le=1000)] = 4
    initial: dict[str, Scalar] = Field(default_factory=dict)
    options: dict[str, Scalar] = Field(default_factory=dict)
    nodes: dict[Ident, Annotated[Whole, Field(ge=2, le=40)]] = Field(default_factory=dict)


class Assumption(Model):
    """One parameter of the model: where it sits, how far it may reasonably lie, and on what that rests.

    ``low`` and ``high`` are the 5th and 95th percentile of a normal or log-normal, the ends of the others.
    """

    id: Ident
    sets: Text
    statement: Text
    unit: str = ""
    low: Number
    likely: Number
    high: Number
    distribution: Literal["pert", "uniform", "triangular", "normal", "lognormal", "beta", "fixed"]
    basis: Annotated[tuple[Text, ...], Field(min_length=1)]
    status: Literal["supported", "caveated", "unsupported"]
    if_wrong: str = ""

    @property
    def fixed(self) -> bool:
        """Whether the assumption is a point and not a range."""
        return self.distribution == "fixed" or self.low == self.high

    @field_validator("sets")
    @classmethod
    def _addressable(cls, value: str) -> str:
        _check_address(value)
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Assumption:
        wrong = out_of_order(self.low, self.likely, self.high)
        if wrong:
            raise PydanticCustomError("range_order", "{wrong}", {"wrong": wrong, "allowed": "low ≤ likely ≤ high"})
        if self.distribution == "fixed" and self.low != self.high:
            raise PydanticCustomError("range_fixed", "“fixed” but low and high differ", {"allowed": "low = likely = high"})
        if self.distribution == "lognormal" and self.low <= 0:
            raise PydanticCustomError("range_sign", "a log-normal needs low above 0", {"allowed": "low > 0"})
        if self.distribution == "beta" and not (self.low >= 0 and self.high <= 1):
            raise PydanticCustomError("range_share", "a beta distribution lies between 0 and 1", {"allowed": "0 ≤ low ≤ high ≤ 1"})
        return self


class When(Model):
    """What resolves an outcome: an ending of the game, or a move of an actor."""

    end: Text | None = None
    actor: Ident | None = None
    move: Text | None = None

    @model_validator(mode="after")
    def _one_way(self) -> When:
        if (self.end is None) == (self.actor is None and self.move is None) or (self.actor is None) != (self.move is None):
            raise PydanticCustomError(
                "bad_when", "an outcome needs an ending or a move", {"allowed": "{ end = … } or { actor = …, move = … }"}
            )
        return self


class Outcome(Model):
    """Something that may come to pass, with the sentence that resolves it."""

    id: Ident
    name: Text
    what: Text
    when: When
    headline: Flag = False


class Lever(Model):
    """Something that could be different from today on: arguments of the game family, numbers set to a value, moves made once.

    ``sets`` holds addresses of assumptions, ``force`` moves as ``ACTOR.MOVE``, each made at the actor's first chance;
    ``believed`` says whether the others take these for chosen. ``actor`` may be left out where chance changes.
    """

    id: Ident
    name: Text
    statement: Text
    actor: Ident = ""
    pulls: Literal["commitment", "motive", "forced_move", "circumstance"]
    game: dict[str, Any] = Field(default_factory=dict)
    sets: dict[str, Number] = Field(default_factory=dict)
    force: tuple[Annotated[str, Field(pattern=MOVE_PATTERN)], ...] = ()
    believed: Flag = False

    @field_validator("sets", mode="before")
    @classmethod
    def _in_quotes(cls, value: Any) -> Any:
        """Without quotes TOML reads the dots of an address as tables in tables."""
        if isinstance(value, dict) and any(isinstance(part, dict) for part in value.values()):
            raise PydanticCustomError("bare_address", "an address needs quotation marks", {"allowed": '{ "chance.NAME" = 0.5 }'})
        return value

    @field_validator("sets")
    @classmethod
    def _addressable(cls, value: dict[str, float]) -> dict[str, float]:
        for address in value:
            head = address.split(".")[0]
            if head in ADDRESSES and head not in PLAYED:
                problem = f"“{address}” cannot be set from today on: it is no part of the play"
                raise PydanticCustomError("not_played", "{problem}", {"problem": problem, "allowed": list(PLAYED), "value": address})
            _check_address(address, PLAYED)
        return value

    @model_validator(mode="after")
    def _changes_what_it_says(self) -> Lever:
        if not (self.game or self.sets or self.force):
            raise PydanticCustomError("no_change", "a lever that changes nothing", {"allowed": "game, sets or force"})
        if self.believed and not self.force:
            raise PydanticCustomError("not_forced", "“believed” is about forced moves", {"allowed": "believed together with force"})
        if (kind := self._kind()) and self.pulls != kind:
            problem = f"pulls = “{self.pulls}”, but what it changes is “{kind}”"
            raise PydanticCustomError("other_kind", "{problem}", {"problem": problem, "allowed": kind})
        if not self.actor and self.pulls != "circumstance":
            raise PydanticCustomError("no_actor", "“actor” is missing", {"allowed": "an actor of the case"})
        return self

    def _kind(self) -> str:
        """What kind of change its numbers and moves are, the one that nobody can pull first; empty with neither."""
        heads = {address.split(".")[0] for address in self.sets}
        if heads.intersection(MOTIVE):
            return "motive"
        if CIRCUMSTANCE in heads or any(move.startswith("world.") for move in self.force):
            return "circumstance"
        return "forced_move" if self.force else ""


class Observation(Model):
    """Which accepted entries show which move; of several that fit in one round the higher precedence wins.

    ``move`` may also be a draw of the world (``world.LABEL``). ``on`` is the day on which a person reads the move of the
    named ``entries`` to have happened, where their own date is too wide to say. ``readings`` is for entries that may be
    read as one move or another: the share of each reading. What is left to one is the share of the reading that they
    show no move at all; ``move`` is then the likeliest reading and may be left out.
    """

    move: Annotated[str, Field(pattern=MOVE_PATTERN)]
    readings: dict[Annotated[str, Field(pattern=MOVE_PATTERN)], Number] = Field(default_factory=dict)
    kind: Literal["event", "commitment", "status"]
    actor: tuple[Ident, ...] = ()
    recipient: tuple[Ident, ...] = ()
    type: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    realis: tuple[Literal["actual", "future", "hypothetical", "negated"], ...] = ("actual",)
    entries: tuple[Ident, ...] = ()
    on: Day | None = None
    precedence: Whole = 0

    @model_validator(mode="before")
    @classmethod
    def _likeliest_reading(cls, data: Any) -> Any:
        """A rule with readings and no move is about the likeliest."""
        readings = data.get("readings") if isinstance(data, dict) else None
        if not isinstance(readings, dict) or not readings or "move" in data:
            return data
        shares = {name: share for name, share in readings.items() if isinstance(share, int | float)}
        return {**data, "move": max(shares, key=lambda name: shares[name])} if shares else data

    @model_validator(mode="after")
    def _readings_are_shares(self) -> Observation:
        if self.readings and (problem := self._wrong_readings()):
            found, allowed = problem
            raise PydanticCustomError("bad_readings", "readings that do not fit: {found}", {"found": found, "allowed": allowed})
        return self

    def _wrong_readings(self) -> tuple[str, str] | None:
        """What is wrong with the readings, and what is allowed."""
        actors = sorted({name.split(".")[0] for name in self.readings})
        total = sum(self.readings.values())
        if len(actors) > 1:
            return f"they are about {' and '.join(actors)}", "moves of one actor"
        if min(self.readings.values()) <= 0 or total > 1 + SHARES_TOLERANCE:
            return f"the shares are {', '.join(f'{share:g}' for share in self.readings.values())}", "shares above 0 that sum to 1 or less"
        if self.readings.get(self.move, 0.0) < max(self.readings.values()):
            return f"“{self.move}” is not the likeliest of them", "as move the likeliest reading, or no move"
        return None

    @model_validator(mode="after")
    def _day_of_named_entries(self) -> Observation:
        if self.on is not None and not self.entries:
            raise PydanticCustomError(
                "on_without_entries", "“on” dates named entries, and none is named", {"allowed": "on together with entries"}
            )
        return self


class CaseFile(Model):
    """All of ``case.toml``."""

    schema_version: Whole = Field(alias="schema")
    name: Ident
    title: Text
    fictional: Flag
    question: Text
    cutoff: Day
    lexicon: Literal["icd203", "phia", "ipcc", "numeric"] = "icd203"
    notes: str = ""
    actors: Annotated[dict[Ident, Actor], Field(min_length=1)]
    accounts: tuple[Account, ...] = ()
    model: ModelSettings | None = None
    assumptions: tuple[Assumption, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    levers: tuple[Lever, ...] = ()
    observations: tuple[Observation, ...] = ()

    def round_of(self, day: date) -> int | None:
        """The round that ``day`` falls in, counted from 0; None before the start or without a model."""
        if self.model is None or day < self.model.start:
            return None
        return (day - self.model.start).days // self.model.round_days


def out_of_order(low: float, likely: float, high: float) -> str | None:
    """What is wrong with the order of an assumption's numbers, or None.

    Examples
    --------
    >>> out_of_order(2.5, 0.5, 1.0)
    'low is above high (low = 2.5, likely = 0.5, high = 1)'
    """
    if low <= likely <= high:
        return None
    first, second = ("low", "high") if low > high else ("low", "likely") if low > likely else ("likely", "high")
    return f"{first} is above {second} (low = {low:g}, likely = {likely:g}, high = {high:g})"


def account_types(file: CaseFile) -> dict[str, tuple[str, ...]]:
    """Ids of the accounts by the actor they are about, in the order of the file."""
    types: dict[str, tuple[str, ...]] = {}
    for account in file.accounts:
        types[account.actor] = (*types.get(account.actor, ()), account.id)
    return types
