"""A bargaining game with one uncertain motive, small enough for every peer at a few rounds.

Each round party B presses or concedes, then party A, who is sincere or maximalist, accepts, stalls or escalates. An
acceptance ends the game; after the last round without one the talks break down. What a settlement, or the breakdown,
is worth to party B depends on whom it deals with. Fictional; the numbers are for testing.
"""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Literal

import numpy as np

from openparley.game import Dispute, End, Motives, Move, Parameters, PublicState


class TalksState(PublicState):
    move: Literal["none", "press", "concede"] = "none"


class Bargaining(Dispute):
    """Undiscounted; payoffs are the sums of what every move and the end are worth."""

    steps = ("party_b", "party_a")
    State = TalksState
    interests = MappingProxyType(
        {
            "press": "party B presses",
            "concede": "party B concedes",
            "stall": "party A stalls",
            "escalate": "party A escalates",
            "settled_under_pressure": "a settlement after party B pressed",
            "settled_by_concession": "a settlement after party B conceded",
            "breakdown": "no settlement in the last round",
        }
    )

    def party_b(self, s: TalksState) -> Iterator[Move]:
        yield Move("press", s.but(move="press"), press=1)
        yield Move("concede", s.but(move="concede"), concede=1)

    def party_a(self, s: TalksState) -> Iterator[Move]:
        how = "settled_under_pressure" if s.move == "press" else "settled_by_concession"
        yield Move("accept", End("settlement", **{how: 1}))
        yield Move("stall", s.but(move="none"), stall=1)
        yield Move("escalate", s.but(move="none"), escalate=1)

    def horizon(self, state: TalksState) -> End:
        return End("breakdown", breakdown=1)


INTERESTS = tuple(Bargaining.interests)
SINCERE_PROB = {"base": 0.5, "alt": 0.3}
PARTY_A = {
    "base": {"sincere": (-0.20, 0, -0.10, -0.40, 1.00, 1.50, -0.80), "maximalist": (-0.20, 0, -0.10, -0.05, 0.25, 1.20, 0.20)},
    "alt": {"sincere": (-0.35, 0.05, -0.20, -0.60, 0.80, 1.30, -1.20), "maximalist": (-0.15, 0.10, 0.05, -0.10, -0.20, 1.60, 0.50)},
}
PARTY_B = {
    "base": {"sincere": (-0.10, 0, -0.15, -0.45, 2.00, 1.20, -0.50), "maximalist": (-0.10, 0, -0.15, -0.45, 1.50, 0.70, -1.00)},
    "alt": {"sincere": (-0.25, -0.05, -0.05, -0.70, 1.80, 1.00, -0.30), "maximalist": (-0.25, -0.10, -0.30, -0.55, 2.10, 0.20, -1.40)},
}


def bargaining(variant: str, precision: float) -> tuple[Bargaining, Parameters]:
    """The game with the payoffs of a variant, “base” or “alt”; one precision for both actors."""
    own = {kind: dict(zip(INTERESTS, row, strict=True)) for kind, row in PARTY_A[variant].items()}
    with_whom = {kind: dict(zip(INTERESTS, row, strict=True)) for kind, row in PARTY_B[variant].items()}
    share = SINCERE_PROB[variant]
    party_a = Motives(("sincere", "maximalist"), own, np.array([share, 1 - share]), np.eye(2), precision)
    party_b = Motives(("known",), {"known": {}}, np.ones(1), np.ones((1, 1)), precision, given={"party_a": with_whom})
    return Bargaining(), Parameters({"party_b": party_b, "party_a": party_a})
