"""A case as a model: the dispute it names, the parameters its assumptions set, the reports of its record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from jaxtyping import Int

from openparley.errors import CaseError, Complaint
from openparley.game.check import NOTE, check_dispute
from openparley.game.dispute import WORLD, Dispute, PublicState
from openparley.game.families import FAMILIES
from openparley.game.parameters import Motives, Parameters, even_drift
from openparley.game.positions import Position, Positions, enumerate_positions, moves_by_actor
from openparley.infer.check import actor_types, check_model, fits, once_a_file
from openparley.infer.leave_out import Variant, numbered, variants_of
from openparley.infer.observe import Observed, observe
from openparley.infer.posterior import Round
from openparley.infer.reporting import Reporting
from openparley.record.case import Case
from openparley.record.casefile import Assumption, CaseFile, Lever, Outcome
from openparley.record.casetoml import Complain

DEFAULTS = MappingProxyType({"detection": 0.5, "error": 0.05, "none": 0.1, "precision": 1.0, "discount": 1.0, "drift": 0.0})


@dataclass(frozen=True)
class Layout:
    """Moves of the game as the filter counts them.

    Attributes
    ----------
    moves
        Every move label of each actor, and of the draws of ``"world"``.
    label
        Number of each option's label among the moves of whoever takes it.
    endings
        (actor, move) that may end the dispute.
    """

    moves: Mapping[str, tuple[str, ...]]
    label: Int[np.ndarray, " option"]
    endings: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Model:
    """Everything that inference needs of a case; nothing here depends on a draw.

    Attributes
    ----------
    today
        Round in which the cut-off falls.
    levers
        Lever id → positions of the game with the lever pulled.
    variants
        The record less an outlet, an origin or an entry, each in turn.
    nodes
        Actor → nodes of the belief grid, a split, where the case asks for other than the usual number.
    """

    case: str
    family: str
    types: Mapping[str, tuple[str, ...]]
    start: PublicState
    positions: Positions
    rounds: int
    today: int
    calendar: tuple[Round, ...]
    assumptions: tuple[Assumption, ...]
    outcomes: tuple[Outcome, ...]
    levers: Mapping[str, Lever]
    lever_positions: Mapping[str, Positions] = field(repr=False)
    observed: Observed = field(repr=False)
    margin: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)
    variants: tuple[Variant, ...] = field(default=(), repr=False)
    nodes: Mapping[str, int] = field(default_factory=dict)

    @property
    def horizon(self) -> int:
        """First round that is no longer forecast: the last ``margin`` rounds are solved only."""
        return self.rounds - self.margin

    @property
    def actors(self) -> tuple[str, ...]:
        """Actors that move, in order of their steps."""
        return self.positions.dispute.actors

    @property
    def uncertain(self) -> tuple[str, ...]:
        """Actors with rival accounts."""
        return tuple(actor for actor in self.actors if len(self.types[actor]) > 1)

    @cached_property
    def layout(self) -> Layout:
        """Numbers of the moves, the same for all draws."""
        places = self.positions
        moves = moves_by_actor(places)
        number = {actor: {move: i for i, move in enumerate(labels)} for actor, labels in moves.items()}
        taken = [(places.mover(v), o) for v in range(len(places)) for o in places.options(v)]
        label = np.array([number[actor][places.labels[o]] for actor, o in taken], np.int64)
        return Layout(moves, label, frozenset((actor, places.labels[o]) for actor, o in taken if places.ends[o]))

    def without(self, variant: Variant) -> Model:
        """The model with a variant of the record in the place of the record, and no variants of its own."""
        return replace(self, observed=variant.observed, variants=())

    def also_without(self, variant: Variant) -> Model:
        """The model with one more variant registered."""
        return replace(self, variants=numbered([*self.variants, variant]))

    def values_of(self, draw: Mapping[str, float]) -> dict[str, float]:
        """Address → value at one draw of the assumptions."""
        return {assumption.sets: draw[assumption.id] for assumption in self.assumptions}

    def parameters(self, draw: Mapping[str, float]) -> Parameters:
        """The game's parameters at one draw of the assumptions (id → value)."""
        values = self.values_of(draw)
        chance = {name: values[f"chance.{name}"] for name in self.positions.dispute.chance}
        return Parameters({actor: self._motives(actor, values) for actor in self.actors}, chance)

    def reporting(self, draw: Mapping[str, float]) -> Reporting:
        """The observation model at one draw of the assumptions."""
        values = self.values_of(draw)
        moves = self.layout.moves
        usual = {actor: values.get("detection.default", DEFAULTS["detection"]) for actor in self.actors}
        if self._set(f"detection.{WORLD}"):
            usual[WORLD] = 0.0  # a draw that no assumption speaks of is not reported
        detection = {a: {m: _told(values, "detection", a, m, missing) for m in moves[a]} for a, missing in usual.items()}
        wrong = values.get("error.event", DEFAULTS["error"])
        errors = {a: {m: _told(values, "error", a, m, wrong) for m in moves[a]} for a in moves if self._set(f"error.{a}")}
        confusion: dict[str, dict[str, dict[str, float]]] = {}
        for address, share in values.items():
            if address.startswith("confusion."):
                _, actor, move, other = address.split(".")
                confusion.setdefault(actor, {}).setdefault(move, {})[other] = share
        none = {a: values.get(f"none.{a}", DEFAULTS["none"]) for a in self.uncertain}
        return Reporting(detection, wrong, none, errors, confusion)

    def _set(self, start: str) -> bool:
        """Whether an assumption sets this address or one below it."""
        return any(row.sets == start or row.sets.startswith(f"{start}.") for row in self.assumptions)

    def dispute(self, parameters: Parameters, options: Mapping[str, Any] | None = None) -> Dispute:
        """The dispute at a draw's chance assumptions, with a lever's arguments if any."""
        return FAMILIES[self.family](parameters.chance, **{**self.options, **(options or {})})

    def _motives(self, actor: str, values: Mapping[str, float]) -> Motives:
        kinds = self.types[actor]
        interests = self.positions.interests
        weights = {
            kind: {i: values.get(f"weight.{actor}.{kind}.{i}", values.get(f"weight.{actor}.*.{i}", 0.0)) for i in interests}
            for kind in kinds
        }
        shares = np.array([values.get(f"prior.{actor}.{kind}", 1.0) for kind in kinds])
        drift = even_drift(len(kinds), values.get(f"drift.{actor}", DEFAULTS["drift"]))
        for i, leave in enumerate(kinds):
            if (prob := values.get(f"drift.{actor}.{leave}")) is not None:
                drift[i] = even_drift(len(kinds), prob)[i]
            for j, enter in enumerate(kinds):
                if i != j and (prob := values.get(f"drift.{actor}.{leave}.{enter}")) is not None:
                    drift[i, i] += drift[i, j] - prob
                    drift[i, j] = prob
        propensity = {move: values[key] for move in self.layout.moves[actor] if (key := f"propensity.{actor}.{move}") in values}
        return Motives(
            kinds, weights, shares / shares.sum(), drift, values.get(f"precision.{actor}", DEFAULTS["precision"]),
            values.get(f"discount.{actor}", DEFAULTS["discount"]), propensity,
        )  # fmt: skip


def _told(values: Mapping[str, float], head: str, actor: str, move: str, usual: float) -> float:
    """A number of the observation model for a move: its own, else its actor's, else the usual one."""
    return values.get(f"{head}.{actor}.{move}", values.get(f"{head}.{actor}", usual))


def build_model(case: Case) -> Model:
    """The model of a case.

    Raises
    ------
    CaseError
        If the case names no model, or its model section does not fit the dispute it names: every complaint at once.
    """
    settings = case.file.model
    if settings is None:
        raise CaseError("the case has no [model] section, so there is nothing to solve.", hint="Copy one from a bundled case.")
    if complaints := [*check_model(case.file, _without_line), *check_numbers(case.file, _without_line)]:
        raise CaseError(complaints)
    observed = observe(case)
    return replace(_model(case.file), observed=observed, variants=variants_of(case, observed))


def check_numbers(file: CaseFile, complain: Complain) -> Iterator[Complaint]:
    """What the dispute's own conditions say against the likely values of the assumptions.

    An `openparley.record.casetoml.ExtraCheck`; silent where `openparley.infer.check.check_model` has complaints, because
    there is then no dispute to check.
    """
    if file.model is None or not fits(file):
        return
    model = _model(file)
    likely = model.parameters({assumption.id: assumption.likely for assumption in file.assumptions})
    for message in check_dispute(model.positions.dispute, likely, model.start, positions=model.positions):
        if not message.startswith(NOTE):
            yield complain(("model",), message)


@once_a_file
def _model(file: CaseFile) -> Model:
    """The model of a case file that has passed its checks, without a record."""
    settings = file.model
    assert settings is not None
    kind = FAMILIES[settings.family]
    middling = {a.sets: a.likely for a in file.assumptions}
    chance = {name: middling[f"chance.{name}"] for name in kind.chance}
    dispute = kind(chance, **settings.options)
    start = kind.State.from_values(settings.initial)  # type: ignore[arg-type]
    positions = enumerate_positions(dispute, start)
    days = timedelta(days=settings.round_days)
    calendar = tuple(
        Round(t, settings.start + t * days, settings.start + (t + 1) * days - timedelta(days=1)) for t in range(settings.rounds)
    )
    today = file.round_of(file.cutoff)
    assert today is not None
    types = actor_types(file, dispute)
    levers = {lever.id: lever for lever in file.levers}
    changed = _LeverPositions({key: kind(chance, **{**settings.options, **lever.game}) for key, lever in levers.items()}, positions)
    return Model(
        file.name, settings.family, types, start, positions, settings.rounds, today, calendar,
        file.assumptions, file.outcomes, levers, changed, Observed((), {}, {}), settings.margin, dict(settings.options),
        nodes=dict(settings.nodes),
    )  # fmt: skip


def _without_line(path: tuple[Any, ...], message: str, *, value: Any = None, allowed: Any = None, hint: str | None = None) -> Complaint:
    """A complaint about a case that was opened without these checks, and whose lines are no longer known."""
    return Complaint("case.toml", None, ".".join(map(str, path)), value, allowed, hint, message)


@dataclass(frozen=True)
class _LeverPositions(Mapping[str, Positions]):
    """Positions of the game with each lever pulled, whatever position it is pulled in; found when they are first asked for.

    Levers are pulled at the end of a run, if at all, and their games together are several times as large as the game itself.
    """

    disputes: Mapping[str, Dispute]
    usual: Positions
    found: dict[str, Positions] = field(default_factory=dict, compare=False)

    def __getitem__(self, key: str) -> Positions:
        if key not in self.found:
            dispute = self.disputes[key]
            entered = [Position(place.step, dispute.enter(place.state)) for place in self.usual.places]
            self.found[key] = enumerate_positions(dispute, dispute.enter(self.usual.places[0].state), also=entered)
        return self.found[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.disputes)

    def __len__(self) -> int:
        return len(self.disputes)
