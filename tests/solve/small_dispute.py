"""A dispute small enough for Gambit: two moves an actor, three and two types, drift, a world that matters."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Annotated, Literal

import numpy as np

from openparley.game.dispute import Dispute, Draw, End, Move, PublicState, Upto
from openparley.game.parameters import Motives, Parameters, even_drift


class TalksState(PublicState):
    threat: Literal["none", "pending"] = "none"
    lapses: Annotated[int, Upto(1)] = 0
    front: Annotated[int, Upto(1)] = 0


class SmallCeasefire(Dispute):
    """The mediator threatens and then enforces or lets lapse; party A stalls or settles; the front may move."""

    steps = ("mediator", "party_a", "world")
    State = TalksState
    interests = MappingProxyType(
        {
            "deal": "a ceasefire",
            "lapse": "a threat is not carried out",
            "sanctions": "sanctions are imposed",
            "threat": "a threat is made",
            "war_week": "a week of war",
            "ground": "party A gains ground",
            "held": "party A holds the ground at the horizon",
        }
    )
    chance = MappingProxyType(
        {"front_moves": "party A gains ground in a week", "front_moves_after_lapse": "the same once a threat has lapsed"}
    )
    numeraire = MappingProxyType({"mediator": "lapse", "party_a": "war_week"})

    def mediator(self, s: TalksState) -> Iterator[Move]:
        if s.threat == "pending":
            yield Move("enforce", s.but(threat="none"), sanctions=1)
            yield Move("let_lapse", s.but(threat="none", lapses=1), lapse=1)
        else:
            yield Move("threaten", s.but(threat="pending"), threat=1)
            yield Move("hold", s)

    def party_a(self, s: TalksState) -> Iterator[Move]:
        yield Move("stall", s)
        yield Move("settle", End("ceasefire", deal=1 - 0.3 * s.front), lapse=0.2 * s.lapses)

    def world(self, s: TalksState) -> Iterator[Draw]:
        p = self.assume.front_moves_after_lapse if s.lapses else self.assume.front_moves
        yield Draw("front_moves", p, s.but(front=1), war_week=1, ground=1)
        yield Draw("front_holds", 1 - p, s, war_week=1)

    def horizon(self, state: TalksState) -> End:
        return End("horizon", held=float(state.front), lapse=0.5 * (state.threat == "pending"))


CHANCE = {"front_moves": 0.25, "front_moves_after_lapse": 0.6}
WEIGHTS = {
    "mediator": {
        "peace": {"deal": 2.0, "lapse": -1.0, "sanctions": -0.6, "threat": -0.1, "war_week": -0.5},
        "image": {"deal": 0.6, "lapse": -1.0, "sanctions": 0.4, "threat": 0.3, "held": -0.4},
        "exit": {"deal": 1.2, "lapse": -1.0, "sanctions": -2.0, "threat": 0.1, "war_week": -0.2, "ground": 0.3},
    },
    "party_a": {
        "terms": {"deal": 1.5, "war_week": -1.0, "sanctions": -1.4, "ground": 0.6, "lapse": 0.4, "threat": -0.2},
        "gain": {"deal": -1.0, "war_week": -1.0, "sanctions": -1.0, "ground": 1.8, "held": 0.7},
    },
}
PRIORS = {"mediator": [0.5, 0.3, 0.2], "party_a": [0.6, 0.4]}
LEAVE = {"mediator": 0.1, "party_a": 0.05}


def small_parameters(precision: float = 1.0) -> Parameters:
    motives = {
        actor: Motives(tuple(weights), weights, np.array(PRIORS[actor]), even_drift(len(weights), LEAVE[actor]), precision)
        for actor, weights in WEIGHTS.items()
    }
    return Parameters(motives, CHANCE)


def small_dispute() -> SmallCeasefire:
    return SmallCeasefire(CHANCE)
