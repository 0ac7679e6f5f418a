"""The language of disputes: public state, steps, moves and the interests they touch.

A *dispute* is a finite dynamic game with public moves and private, possibly drifting, motives. Its structure
(who can do what, where it leads, which interests it touches) is a subclass of `Dispute`; its numbers (who weighs
an interest how much, how likely chance is) are `openparley.game.parameters.Parameters`.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, TypeVar, dataclass_transform, get_args, get_origin

from openparley.errors import GameError

WORLD = "world"
# `typing.Self` would say the same, but the run-time checks of the tests cannot read it in a method.
SameState = TypeVar("SameState", bound="PublicState")


@dataclass(frozen=True)
class Upto:
    """Marks an integer field of a public state that counts from 0 to ``most`` and stays there."""

    most: int


@dataclass_transform(frozen_default=True)
class PublicState:
    """What every actor sees: a small product of named variables.

    A field is a ``Literal[...]`` of strings or ``Annotated[int, Upto(n)]``; each has a default.

    Raises
    ------
    GameError
        If a field has another type, or a value outside its domain is set.
    """

    domains: ClassVar[Mapping[str, tuple[str, ...] | int]] = {}
    # every state that `but` has made, by its values: equal states are then one object, which makes looking them up cheap
    _made: ClassVar[dict[tuple[str | int, ...], Any]] = {}

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        dataclass(frozen=True)(cls)
        hints = typing.get_type_hints(cls, include_extras=True)
        cls.domains = types.MappingProxyType({f.name: _domain(cls, f.name, hints[f.name]) for f in dataclasses.fields(cls)})  # type: ignore[arg-type]
        cls._made = {}

    def but(self: SameState, **changes: str | int) -> SameState:
        """The same state with some variables changed; counters stop at 0 and at their ceiling."""
        values = self.as_dict()
        for name, value in changes.items():
            values[name] = self._checked(name, value)
        key = tuple(values.values())
        if (made := self._made.get(key)) is None:
            made = self._made.setdefault(key, type(self)(**values))
        return made

    def as_dict(self) -> dict[str, str | int]:
        """Field name to value, in declared order."""
        own = vars(self)
        return {name: own[name] for name in self.domains}

    def _checked(self, name: str, value: str | int) -> str | int:
        if name not in self.domains:
            raise GameError(f"{type(self).__name__} has no variable “{name}”; it has: {', '.join(self.domains)}.")
        domain = self.domains[name]
        if isinstance(domain, int):
            if not isinstance(value, int):
                raise GameError(f"{type(self).__name__}.{name} counts from 0 to {domain}; “{value}” is not a whole number.")
            return min(max(value, 0), domain)
        if value not in domain:
            raise GameError(f"{type(self).__name__}.{name} cannot be “{value}”; allowed: {', '.join(domain)}.")
        return value

    @classmethod
    def from_values(cls: type[SameState], values: Mapping[str, str | int]) -> SameState:
        """Build a state from plain values, as a case file gives them."""
        return cls().but(**values)


def _domain(cls: type, name: str, hint: Any) -> tuple[str, ...] | int:
    if get_origin(hint) is Literal:
        return tuple(get_args(hint))
    if get_origin(hint) is Annotated:
        ceilings = [extra.most for extra in get_args(hint)[1:] if isinstance(extra, Upto)]
        if get_args(hint)[0] is int and len(ceilings) == 1:
            return ceilings[0]
    raise GameError(f"{cls.__name__}.{name}: a public variable is a Literal of strings or Annotated[int, Upto(n)], not {hint}.")


@dataclass(frozen=True, init=False)
class End:
    """The dispute is over; the interests are what that is worth, once."""

    label: str
    interests: Mapping[str, float]

    def __init__(self, label: str, **interests: float) -> None:
        object.__setattr__(self, "label", label)
        object.__setattr__(self, "interests", types.MappingProxyType(interests))


@dataclass(frozen=True, init=False)
class Move:
    """Something an actor may do here: where it leads and which interests it touches by how much."""

    label: str
    to: PublicState | End
    interests: Mapping[str, float]

    def __init__(self, label: str, to: PublicState | End, **interests: float) -> None:
        object.__setattr__(self, "label", label)
        object.__setattr__(self, "to", to)
        object.__setattr__(self, "interests", types.MappingProxyType(interests))


@dataclass(frozen=True, init=False)
class Draw:
    """Something that may happen by chance, with its probability."""

    label: str
    prob: float
    to: PublicState | End
    interests: Mapping[str, float]

    def __init__(self, label: str, prob: float, to: PublicState | End, **interests: float) -> None:
        object.__setattr__(self, "label", label)
        object.__setattr__(self, "prob", prob)
        object.__setattr__(self, "to", to)
        object.__setattr__(self, "interests", types.MappingProxyType(interests))


class Assumed:
    """Chance assumptions by name, as attributes; a missing one is named in the error."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self._values = dict(values)

    def __getattr__(self, name: str) -> float:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self._values[name]
        except KeyError:
            known = ", ".join(sorted(self._values)) or "none"
            raise GameError(f"no value for the chance assumption “chance.{name}”; given: {known}.") from None


class Dispute:
    """A finite dynamic game with public moves, one mover a step, over rounds of the same steps.

    Subclasses set `steps`, `State`, `interests` and `chance`, and write one method a step that yields the
    `Move` or `Draw` objects open in a state. A step named ``"world"`` is chance; any other is the actor of that name.

    Parameters
    ----------
    chance
        Value of every chance assumption.
    """

    steps: tuple[str, ...]
    """Who moves when; the same for every round. A family may leave some out of one dispute, by an option."""
    State: ClassVar[type[PublicState]]
    interests: ClassVar[Mapping[str, str]]
    """Interest → what one unit of it means."""
    chance: ClassVar[Mapping[str, str]] = {}
    """Chance assumption → what it is the probability of."""
    numeraire: Mapping[str, str] = types.MappingProxyType({})
    """Actor → the interest in whose units its gains and losses are reported."""

    def __init__(self, chance: Mapping[str, float] = types.MappingProxyType({})) -> None:
        self.assume = Assumed(chance)

    def options(self, step: str, state: PublicState) -> tuple[Move | Draw, ...]:
        """Everything that may be done, or happen, at one step in one state."""
        method: Any = getattr(self, step, None)
        if method is None:
            raise GameError(f"{type(self).__name__} lists the step “{step}” but has no method of that name.")
        return tuple(method(state))

    def horizon(self, state: PublicState) -> End:
        """What the state is worth when the last round has passed; nothing unless a subclass says otherwise."""
        return End("horizon")

    def next_round(self, state: PublicState) -> PublicState:
        """What changes by itself between rounds, say a deadline that falls due."""
        return state

    @property
    def actors(self) -> tuple[str, ...]:
        """The actors in the order of their steps."""
        return tuple(step for step in dict.fromkeys(self.steps) if step != WORLD)

    def enter(self, state: PublicState) -> PublicState:
        """The state of this game that stands for ``state`` when play changes over to it (a lever)."""
        return state


def menu(options: Iterable[Move | Draw]) -> Iterator[str]:
    """Labels of the options, in order."""
    return (option.label for option in options)
