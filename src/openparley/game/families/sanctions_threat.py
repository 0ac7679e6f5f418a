"""A sender that may be bluffing threatens a target with sanctions; the target gives way or resists.

The tree is the crisis-bargaining game of Lewis and Schultz, which Crisman-Cox and Gibilisco estimate on threats of sanctions:
threaten or not, give way or resist, impose or back down. Played over rounds, and with a target that may give way under
sanctions too, it has the stages of Lacy and Niou. Sources, and what differs: `docs/theory/sanctions-threat.md`.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Literal

from openparley.game.dispute import Dispute, End, Move, PublicState

ROUNDS_TO_COME = 10.0  # sanctions without end weigh as much as 1 / (1 − 0.9) rounds of them, at a discount of 0.9 a round


class SanctionsState(PublicState):
    """How far the matter has gone."""

    stage: Literal["quiet", "threatened", "defied", "imposed"] = "quiet"


class SanctionsThreat(Dispute):
    """A sender that may be bluffing threatens a target with sanctions; the target gives way or resists.

    Parameters
    ----------
    chance
        None: nothing here is left to chance.
    threat_binds
        Lever: a threat that was defied is carried out; the sender cannot back down from it.
    sanctions_stay
        Lever: sanctions once imposed stay for good, and imposing them ends the dispute.
    """

    steps = ("sender", "target")
    State = SanctionsState
    interests = types.MappingProxyType(
        {
            "concession": "the target does what the sender demands",
            "backed_down": "the sender lets a defied threat go, or lifts sanctions for nothing",
            "sanctions": "a round of sanctions in force",
        }
    )
    numeraire = types.MappingProxyType({"sender": "backed_down", "target": "sanctions"})

    def __init__(
        self, chance: Mapping[str, float] = types.MappingProxyType({}), *, threat_binds: bool = False, sanctions_stay: bool = False
    ) -> None:
        super().__init__(chance)
        self.threat_binds = threat_binds
        self.sanctions_stay = sanctions_stay

    def sender(self, s: SanctionsState) -> Iterator[Move]:
        """Hold or threaten; once defied, impose or back down; once imposed, keep or lift."""
        if s.stage == "defied":
            for_good = End("sanctions_for_good", sanctions=ROUNDS_TO_COME)
            yield Move("impose", for_good if self.sanctions_stay else s.but(stage="imposed"))
            if not self.threat_binds:
                yield Move("back_down", s.but(stage="quiet"), backed_down=1)
        elif s.stage == "imposed":
            yield Move("keep", s)
            if not self.sanctions_stay:
                yield Move("lift", s.but(stage="quiet"), backed_down=1)
        else:
            yield Move("hold", s)
            yield Move("threaten", s.but(stage="threatened"))

    def target(self, s: SanctionsState) -> Iterator[Move]:
        """Give way to a threat or resist it; give way to sanctions or endure them; otherwise nothing is asked of it."""
        if s.stage == "threatened":
            yield Move("resist", s.but(stage="defied"))
            yield Move("concede", End("conceded_to_threat", concession=1))
        elif s.stage == "imposed":
            yield Move("endure", s, sanctions=1)
            yield Move("concede", End("conceded_to_sanctions", concession=1))
        else:
            yield Move("wait", s)

    def horizon(self, state: PublicState) -> End:
        """After the last round sanctions in force go on, and a threat that is still open comes to nothing."""
        assert isinstance(state, SanctionsState)
        return End("horizon", sanctions=ROUNDS_TO_COME * (state.stage == "imposed"), backed_down=float(state.stage == "defied"))
