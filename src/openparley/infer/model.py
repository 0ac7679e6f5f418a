"""A case as a model: the dispute it names, the parameters its assumptions set, the reports of its record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import numpy as np

from openparley.errors import CaseError, Complaint
from openparley.game.check import NOTE, check_dispute
from openparley.game.dispute import Dispute, PublicState
from openparley.game.families import FAMILIES
from openparley.game.parameters import Motives, Parameters, even_drift
from openparley.game.positions import Position, Positions, enumerate_positions, moves_by_actor
from openparley.infer.check import actor_types, check_model
from openparley.infer.observe import Observed, observe
from openparley.infer.posterior import Round
from openparley.record.case import Case
from openparley.record.casefile import Assumption, CaseFile, Lever, Outcome
from openparley.record.casetoml import Complain

DEFAULTS = MappingProxyType({"detection": 0.5, "error": 0.05, "none": 0.1, "precision": 1.0, "discount": 1.0, "drift": 0.0})


@dataclass(frozen=True)
class Reporting:
    """How well the record shows what was done, at one draw of the assumptions.

    Attributes
    ----------
    detection
        Actor → move → probability that a report of the move reaches the record.
    error
        Probability that a report names the wrong move, whatever the kind of its entries.
    none
        Actor → prior share of "none of these".
    """

    detection: Mapping[str, Mapping[str, float]]
    error: float
    none: Mapping[str, float]


@dataclass(frozen=True)
class Model:
    """Everything that inference needs of a case; nothing here depends on a draw.

    Attributes
    ----------
    today
        Round in which the cut-off falls.
    levers
        Lever id → positions of the game with the lever pulled.
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
        usual = values.get("detection.default", DEFAULTS["detection"])
        moves = moves_by_actor(self.positions)
        detection = {
            a: {move: values.get(f"detection.{a}.{move}", values.get(f"detection.{a}", usual)) for move in moves[a]} for a in self.actors
        }
        none = {a: values.get(f"none.{a}", DEFAULTS["none"]) for a in self.uncertain}
        return Reporting(detection, values.get("error.event", DEFAULTS["error"]), none)

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
        propensity = {
            move: values[key] for move in moves_by_actor(self.positions)[actor] if (key := f"propensity.{actor}.{move}") in values
        }
        return Motives(
            kinds, weights, shares / shares.sum(), drift, values.get(f"precision.{actor}", DEFAULTS["precision"]),
            values.get(f"discount.{actor}", DEFAULTS["discount"]), propensity,
        )  # fmt: skip


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
    return _model(case.file, observe(case))


def check_numbers(file: CaseFile, complain: Complain) -> Iterator[Complaint]:
    """What the dispute's own conditions say against the likely values of the assumptions.

    An `openparley.record.casetoml.ExtraCheck`; silent where `openparley.infer.check.check_model` has complaints, because
    there is then no dispute to check.
    """
    if file.model is None or next(check_model(file, complain), None) is not None:
        return
    model = _model(file, Observed((), {}, {}))
    likely = model.parameters({assumption.id: assumption.likely for assumption in file.assumptions})
    for message in check_dispute(model.positions.dispute, likely, model.start):
        if not message.startswith(NOTE):
            yield complain(("model",), message)


def _model(file: CaseFile, observed: Observed) -> Model:
    """The model of a case file that has passed its checks."""
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
    changed = {key: _with_lever(kind(chance, **{**settings.options, **lever.game}), positions) for key, lever in levers.items()}
    return Model(
        file.name, settings.family, types, start, positions, settings.rounds, today, calendar,
        file.assumptions, file.outcomes, levers, changed, observed, settings.margin, dict(settings.options),
    )  # fmt: skip


def _without_line(path: tuple[Any, ...], message: str, *, value: Any = None, allowed: Any = None, hint: str | None = None) -> Complaint:
    """A complaint about a case that was opened without these checks, and whose lines are no longer known."""
    return Complaint("case.toml", None, ".".join(map(str, path)), value, allowed, hint, message)


def _with_lever(dispute: Dispute, usual: Positions) -> Positions:
    """Positions of the game with a lever pulled, whatever position it is pulled in."""
    entered = [Position(place.step, dispute.enter(place.state)) for place in usual.places]
    return enumerate_positions(dispute, dispute.enter(usual.places[0].state), also=entered)
