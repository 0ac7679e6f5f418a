"""A model on the small dispute of the solver's tests: few enough histories and accounts to write all of them out."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

import numpy as np
import pytest

from openparley.game.dispute import WORLD, Dispute, Draw, End, Move, PublicState
from openparley.game.dispute_game import DisputeGame
from openparley.game.parameters import Motives, Parameters, even_drift
from openparley.game.positions import enumerate_positions, moves_by_actor
from openparley.infer import model as model_module
from openparley.infer.model import Model, Reporting
from openparley.infer.observe import Observed, Report
from openparley.infer.posterior import Round
from openparley.record.casefile import Lever, Outcome, When
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid
from openparley.solve.grid.behaviour import GridBehaviour
from tests.solve.small_dispute import CHANCE, SmallCeasefire, TalksState

FAMILY = "small_ceasefire"
GRID = BeliefGrid(nodes=8, tolerance=1e-11)
MONDAY = date(2026, 2, 2)


class LeverCeasefire(SmallCeasefire):
    """The small dispute with a lever: a threat that falls due is enforced; or a lever that changes nothing."""

    def __init__(self, chance: Mapping[str, float] = MappingProxyType({}), *, binds: bool = False, idle: bool = False) -> None:
        super().__init__(chance)
        self.binds = binds

    def mediator(self, s: TalksState) -> Iterator[Move]:
        yield from (move for move in super().mediator(s) if not (self.binds and move.label == "let_lapse"))


LEVERS = {
    "binds": Lever(id="binds", name="Binds", statement="It binds.", actor="mediator", pulls="commitment", game={"binds": True}),
    "idle": Lever(id="idle", name="Idle", statement="Nothing changes.", actor="mediator", pulls="commitment", game={"idle": True}),
}
OUTCOMES = (
    Outcome(id="ceasefire", name="Ceasefire", what="It ends.", when=When(end="ceasefire"), headline=True),
    Outcome(id="sanctions", name="Sanctions", what="They come.", when=When(actor="mediator", move="enforce")),
    Outcome(id="lapse", name="Lapse", what="The threat is let go.", when=When(actor="mediator", move="let_lapse")),
)


def known_family(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a model name the small dispute as its family."""
    monkeypatch.setattr(model_module, "FAMILIES", {FAMILY: LeverCeasefire})


class TripartiteState(PublicState):
    aid: Literal["on", "off"] = "on"


class Tripartite(Dispute):
    """Three actors whose motives are all uncertain, and a front that depends on what one of them does."""

    steps = ("mediator", "party_a", "ally", "world")
    State = TripartiteState
    interests = MappingProxyType({"peace": "it ends", "aid": "a week of aid", "war_week": "a week of war", "ground": "the front moves"})
    chance = MappingProxyType({"front_moves": "the front moves in a week"})
    numeraire = MappingProxyType({"mediator": "peace", "party_a": "war_week", "ally": "aid"})

    def mediator(self, s: TripartiteState) -> Iterator[Move]:
        yield Move("press", s, war_week=-0.2)
        yield Move("wait", s)

    def party_a(self, s: TripartiteState) -> Iterator[Move]:
        yield Move("stall", s)
        yield Move("settle", End("ceasefire", peace=1))

    def ally(self, s: TripartiteState) -> Iterator[Move]:
        yield Move("give", s.but(aid="on"), aid=1)
        yield Move("refuse", s.but(aid="off"))

    def world(self, s: TripartiteState) -> Iterator[Draw]:
        p = self.assume.front_moves * (1 if s.aid == "on" else 2)
        yield Draw("front_moves", p, s, war_week=1, ground=1)
        yield Draw("front_holds", 1 - p, s, war_week=1)

    def horizon(self, state: TripartiteState) -> End:
        return End("horizon")


TRIPARTITE_WEIGHTS = {
    "mediator": {"peace": {"peace": 2.0, "war_week": -1.0}, "image": {"peace": 0.3, "war_week": 1.5}},
    "party_a": {"terms": {"peace": 1.0, "war_week": -1.0}, "gain": {"peace": -1.0, "war_week": -0.5, "ground": 2.0}},
    "ally": {"loyal": {"aid": 1.0, "ground": -1.0}, "tired": {"aid": -1.0, "peace": 1.0}},
}
TRIPARTITE_PRIORS = {"mediator": [0.6, 0.4], "party_a": [0.7, 0.3], "ally": [0.5, 0.5]}


def tripartite_parameters() -> Parameters:
    """The mediator's motive drifts, the others' do not; party A settles seldom unless something speaks for it."""
    motives = {
        actor: Motives(
            tuple(weights), weights, np.array(TRIPARTITE_PRIORS[actor]), even_drift(2, 0.1 if actor == "mediator" else 0.0), 1.2,
            1.0, {"settle": 0.2} if actor == "party_a" else {},
        )
        for actor, weights in TRIPARTITE_WEIGHTS.items()
    }  # fmt: skip
    return Parameters(motives, {"front_moves": 0.3})


def small_model(
    parameters: Parameters,
    reports: tuple[Report, ...] = (),
    *,
    rounds: int,
    today: int,
    levers: tuple[str, ...] = (),
    dispute: Dispute | None = None,
) -> Model:
    dispute = dispute or LeverCeasefire(CHANCE)
    start = dispute.State()
    days = [MONDAY + timedelta(days=7 * t) for t in range(rounds)]
    return Model(
        case="small",
        family=FAMILY,
        types={actor: motives.types for actor, motives in parameters.motives.items()},
        start=start,
        positions=enumerate_positions(dispute, start),
        rounds=rounds,
        today=today,
        calendar=tuple(Round(t, day, day + timedelta(days=6)) for t, day in enumerate(days)),
        assumptions=(),
        outcomes=OUTCOMES,
        levers={key: LEVERS[key] for key in levers},
        lever_positions={key: enumerate_positions(LeverCeasefire(CHANCE, **LEVERS[key].game), TalksState()) for key in levers},
        observed=Observed(reports, {}, {}),
    )


def solved(model: Model, parameters: Parameters) -> GridBehaviour:
    return solve_belief_grid(DisputeGame(model.positions, parameters, model.rounds), GRID).behaviour


def reporting(model: Model, *, detection: float | None = None, error: float = 0.1, none: float = 0.1) -> Reporting:
    """Detection that differs from move to move (or is the same for all), so that a mix-up shows."""
    moves = moves_by_actor(model.positions)
    seen = {a: {move: 0.35 + 0.11 * i if detection is None else detection for i, move in enumerate(moves[a])} for a in model.actors}
    return Reporting(seen, error, {actor: none / (i + 1) for i, actor in enumerate(model.uncertain)})


def detailed_reporting(model: Model) -> Reporting:
    """Detection of the world's draws as well, and an error rate and a confusion row of its own for some moves."""
    moves = moves_by_actor(model.positions)
    told = reporting(model)
    world = {WORLD: {draw: 0.6 - 0.4 * i for i, draw in enumerate(moves[WORLD])}}
    errors = {WORLD: dict.fromkeys(moves[WORLD], 0.25), "mediator": {move: 0.05 + 0.07 * i for i, move in enumerate(moves["mediator"])}}
    first, second = moves["mediator"][:2]
    confusion = {"mediator": {first: {second: 1.0 if len(moves["mediator"]) == 2 else 0.7}}}
    return replace(told, detection={**told.detection, **world}, errors=errors, confusion=confusion)


def report(round_: int, actor: str, move: str, **readings: float) -> Report:
    return Report(round_, actor, move, (f"E{round_}{actor[0]}",), tuple(sorted(readings.items())))


def with_propensity(parameters: Parameters, actor: str, **propensity: float) -> Parameters:
    return Parameters({**parameters.motives, actor: replace(parameters.motives[actor], propensity=propensity)}, parameters.chance)
