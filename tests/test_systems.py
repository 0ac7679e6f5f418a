"""Systems 1 to 6 of the product: raise one assumption of each within its range, and a named forecast moves as stated.

Everything else stays at its likeliest value and the random numbers are common, so the difference is the assumption's.
"""

from dataclasses import replace
from functools import cache
from typing import NamedTuple

import pytest

from openparley.forecast.futures import NEVER, Futures
from openparley.infer.draw import work
from openparley.infer.model import Model, build_model
from openparley.record.case import open_case
from openparley.solve.belief_grid import BeliefGrid

CASES = ("strait-talks", "ukraine-2025")
GRID = BeliefGrid(nodes=3, tolerance=1e-3)
FUTURES = 500
SEED = 7
LEAST = 0.02  # a move of the forecast that 500 common futures cannot feign; what is stated is several times that

BEFORE, TODAY = "futures.first_prior", "futures.first"  # from before the record, and from what the record leaves open


class Effect(NamedTuple):
    """What a rise of one assumption does to one forecast."""

    system: str
    assumption: str
    forecast: str
    since: str
    direction: int
    reason: str


UP, DOWN = 1, -1
EFFECTS = [
    Effect("1 bargaining", "weight.party_a.H5.deal", "ceasefire", TODAY, UP, "the deal costs the stalling side less"),
    Effect("1 bargaining", "propensity.party_a.accept", "ceasefire", TODAY, UP, "accepting takes less"),
    Effect("1 bargaining", "propensity.mediator.table_offer", "ceasefire", BEFORE, UP, "without an offer nothing can be accepted"),
    Effect("2 sanctions", "weight.mediator.H2.sanction_price", "sanctions", TODAY, UP, "−0.2 is a lower price than −1.2"),
    Effect("2 sanctions", "propensity.mediator.enforce", "sanctions", TODAY, UP, "enforcing is better prepared"),
    Effect("2 sanctions", "propensity.mediator.enforce", "lapse", TODAY, DOWN, "a deadline enforced does not lapse"),
    Effect("2 sanctions", "weight.party_a.*.pressure", "ceasefire", TODAY, DOWN, "−0.6 is less to fear than −3"),
    Effect("3 mediator's motive", "prior.mediator.H2", "ceasefire", BEFORE, UP, "a mediator who wants the deal presses for it"),
    Effect("3 mediator's motive", "prior.mediator.H2", "sanctions", BEFORE, UP, "and is the one who enforces"),
    Effect("3 mediator's motive", "propensity.mediator.walk_away", "walk_away", TODAY, UP, "leaving takes less"),
    Effect("3 mediator's motive", "weight.mediator.H3.walk_away", "walk_away", BEFORE, UP, "leaving is a relief"),
    Effect("4 stalling side's motive", "prior.party_a.H5", "ceasefire", BEFORE, DOWN, "who plays for time does not accept"),
    Effect("4 stalling side's motive", "weight.party_a.H5.talks", "ceasefire", TODAY, DOWN, "talks in place of the offer pay"),
    Effect("5 war", "chance.front_moves", "ceasefire", TODAY, DOWN, "waiting gains ground"),
    Effect("5 war", "weight.party_a.H5.violence", "escalation", TODAY, UP, "violence pays"),
    Effect("5 war", "propensity.party_a.escalate", "escalation", TODAY, UP, "violence takes less"),
    Effect("6 support", "propensity.mediator.cut_support", "support_cut", TODAY, UP, "cutting takes less"),
    Effect("6 support", "propensity.mediator.cut_support", "ceasefire", TODAY, DOWN, "the stalling side waits for the cut"),
    Effect("6 support", "weight.mediator.H1.support_cut", "support_cut", BEFORE, UP, "a mediator on party A's side likes the cut"),
    Effect("6 support", "weight.party_a.*.support_cut", "ceasefire", TODAY, DOWN, "a cut is worth waiting for"),
]


@cache
def model_of(case: str) -> Model:
    return replace(build_model(open_case(case)), levers={}, lever_positions={})


@cache
def forecast(case: str, address: str, end: str) -> dict[str, dict[str, float]]:
    """Start → outcome → probability by the last week, with one assumption at an end of its range."""
    model = model_of(case)
    values = {row.id: getattr(row, end) if row.sets == address else row.likely for row in model.assumptions}
    table = work(model, values, 1, SEED, GRID, {"futures": Futures(FUTURES)})
    return {
        since: {outcome.id: float((table[since][:, i] != NEVER).mean()) for i, outcome in enumerate(model.outcomes)} for since in (BEFORE, TODAY)
    }


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("effect", EFFECTS, ids=lambda e: f"{e.system}-{e.assumption}-{e.forecast}")
def test_forecast_moves_as_stated(effect: Effect, case: str) -> None:
    low, high = (forecast(case, effect.assumption, end)[effect.since][effect.forecast] for end in ("low", "high"))
    assert effect.direction * (high - low) > LEAST, f"{low:.3f} → {high:.3f}; {effect.reason}"


def test_every_system_of_the_first_version_is_here() -> None:
    assert {effect.system[0] for effect in EFFECTS} == set("123456")


@pytest.mark.parametrize("case", CASES)
def test_assumptions_of_the_table_are_ranges_of_the_case(case: str) -> None:
    ranges = {row.sets: row for row in model_of(case).assumptions}
    assert all(ranges[effect.assumption].low < ranges[effect.assumption].high for effect in EFFECTS)
