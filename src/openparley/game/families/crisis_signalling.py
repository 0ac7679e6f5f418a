"""Two states in a public crisis escalate, back down or attack; whoever backs down later pays more at home.

The game is Fearon's political war of attrition with audience costs, in rounds: state A moves, then state B, then events.
Sources, and what differs: `docs/theory/crisis-signalling.md`.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Annotated

from openparley.game.dispute import Dispute, Draw, End, Move, PublicState, Upto


class CrisisState(PublicState):
    """How long the confrontation has been public, in rounds; audiences do not count beyond the eighth."""

    tension: Annotated[int, Upto(8)] = 0


class CrisisSignalling(Dispute):
    """Two states in a public crisis escalate, back down or attack; whoever backs down later pays more at home.

    Parameters
    ----------
    chance
        See `chance` below; with both at 0 only the two states decide.
    private_talks
        Lever: the crisis moves behind closed doors; what was said in public stays, but tension no longer rises.
    hotline
        Lever: incidents are talked over, so none of them starts a war.
    """

    steps = ("state_a", "state_b", "world")
    State = CrisisState
    interests = types.MappingProxyType(
        {
            "prize_a": "state B backs down, and state A has what is in dispute",
            "prize_b": "state A backs down, and state B has what is in dispute",
            "audience_a": "state A backs down: one for every round that the crisis was public",
            "audience_b": "state B backs down: one for every round that the crisis was public",
            "war": "war begins",
        }
    )
    chance = types.MappingProxyType(
        {
            "incident": "an incident starts a war in a round",
            "defused": "outside events take the crisis off the table in a round, with no winner and no incident before",
        }
    )
    numeraire = types.MappingProxyType({"state_a": "prize_a", "state_b": "prize_b"})

    def __init__(
        self, chance: Mapping[str, float] = types.MappingProxyType({}), *, private_talks: bool = False, hotline: bool = False
    ) -> None:
        super().__init__(chance)
        self.private_talks = private_talks
        self.hotline = hotline

    def state_a(self, s: CrisisState) -> Iterator[Move]:
        """Escalate, back down before its own audience, or attack."""
        yield Move("escalate", s)
        yield Move("back_down", End("a_backs_down", prize_b=1, audience_a=float(s.tension)))
        yield Move("attack", End("war", war=1))

    def state_b(self, s: CrisisState) -> Iterator[Move]:
        """The same, on the other side."""
        yield Move("escalate", s)
        yield Move("back_down", End("b_backs_down", prize_a=1, audience_b=float(s.tension)))
        yield Move("attack", End("war", war=1))

    def world(self, s: CrisisState) -> Iterator[Draw]:
        """An incident, an end from outside, or another round."""
        incident = 0.0 if self.hotline else self.assume.incident
        defused = (1 - incident) * self.assume.defused
        yield Draw("goes_on", 1 - incident - defused, s)
        yield Draw("incident", incident, End("war", war=1))
        yield Draw("defused", defused, End("defused"))

    def horizon(self, state: PublicState) -> End:
        """A crisis that outlasts the last round has gone too far for either side to leave: war."""
        return End("horizon", war=1)

    def next_round(self, state: PublicState) -> PublicState:
        """Another round in public view."""
        assert isinstance(state, CrisisState)
        return state if self.private_talks else state.but(tension=state.tension + 1)
