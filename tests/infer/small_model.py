"""A model on the small dispute of the solver's tests: few enough histories and accounts to write all of them out."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

import pytest

from openparley.game.dispute import Move
from openparley.game.dispute_game import DisputeGame
from openparley.game.parameters import Parameters
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


def small_model(
    parameters: Parameters, reports: tuple[Report, ...] = (), *, rounds: int, today: int, levers: tuple[str, ...] = ()
) -> Model:
    dispute = LeverCeasefire(CHANCE)
    days = [MONDAY + timedelta(days=7 * t) for t in range(rounds)]
    return Model(
        case="small",
        family=FAMILY,
        types={actor: motives.types for actor, motives in parameters.motives.items()},
        start=TalksState(),
        positions=enumerate_positions(dispute, TalksState()),
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
    return Reporting(seen, error, {"mediator": none, "party_a": 0.5 * none})


def report(round_: int, actor: str, move: str) -> Report:
    return Report(round_, actor, move, (f"E{round_}{actor[0]}",))


def with_propensity(parameters: Parameters, actor: str, **propensity: float) -> Parameters:
    return Parameters({**parameters.motives, actor: replace(parameters.motives[actor], propensity=propensity)}, parameters.chance)
