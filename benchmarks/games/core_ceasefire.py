"""The core of a mediated ceasefire – mediator, two belligerents, the world – in 660 positions: the game that the aims name.

A fixed yardstick for the solvers; the family that cases use (`openparley.game.families.mediated_ceasefire`) is larger and may change.
Fictional; nothing here is about the world.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from openparley.game.dispute import Dispute, Draw, End, Move, PublicState, Upto

SANCTION_WEEK = 0.1  # a week of sanctions in force, as a share of the shock of imposing them
WEEKS_TO_COME = 10.0  # a war without end, at a discount of 0.9 a week, weighs as much as 1 / (1 − 0.9) weeks of it
# Weekly chance of ground gained in that war. Interests must not depend on a chance assumption, so it is one for all draws.
GROUND_TO_COME = {"full": 0.25, "cut": 0.45}
LAPSE_GROWTH = 0.5  # every earlier lapse makes the next one this much more embarrassing
EXTENSION_SHARE = 0.6  # a new date embarrasses less than none
TALKS_COVER = 0.5  # share of the embarrassment of a lapse that remains while talks serve as a reason


class CoreState(PublicState):
    """What all sides see at a moment of the talks."""

    offer: Literal["none", "tabled", "accepted_by_b", "talks"] = "none"
    deadline: Literal["none", "set", "running", "due"] = "none"
    lapses: Annotated[int, Upto(2)] = 0
    sanctions: Annotated[int, Upto(1)] = 0
    support: Literal["full", "cut"] = "full"
    violence: Literal["low", "high"] = "low"

    def threat_gone(self) -> CoreState:
        """The state once the threat was let go: one lapse more."""
        return self.but(deadline="none", lapses=self.lapses + 1)


class CoreCeasefire(Dispute):
    """Mediator, party B, party A and the world.

    Parameters
    ----------
    chance
        See `chance` below.
    deadline_binds
        Lever: a deadline that falls due is enforced; it can neither lapse nor be extended.
    support_guaranteed
        Lever: outside support for party B cannot be cut.
    """

    steps = ("mediator", "party_b", "party_a", "world")
    State = CoreState
    interests = types.MappingProxyType(
        {
            "deal": "a ceasefire on the tabled terms",
            "sanction_price": "what sanctions cost those who impose them: 1 when imposed, a tenth a week after",
            "pressure": "pressure on party A: 1 for sanctions imposed, a tenth a week in force, 0.3 for a threat",
            "threat": "a threat with a deadline is made",
            "lapse": "a deadline passes without enforcement; half when talks are the reason, more after earlier lapses",
            "defied": "party A lets a week pass without accepting what party B has accepted",
            "violence": "a wave of strikes",
            "unanswered": "the mediator lets a wave of strikes pass without a threat or a sanction",
            "support_week": "a week of outside support for party B",
            "support_cut": "a week without outside support for party B",
            "walk_away": "the mediator gives up; the weeks of war to come are counted apart",
            "war_week": "a week of war",
            "ground": "the front moves in party A's favour",
            "refusal": "party B declines the offer",
            "conciliation": "party B pays a political price to have support restored",
            "strike": "party B strikes deep into party A's territory",
            "talks": "talks replace the offer",
        }
    )
    chance = types.MappingProxyType(
        {
            "front_moves": "party A gains ground in a week while support is full",
            "front_moves_cut": "party A gains ground in a week while support is cut",
            "backfill": "other states make up in a week for support that was cut",
        }
    )
    numeraire = types.MappingProxyType({"mediator": "lapse", "party_b": "war_week", "party_a": "war_week"})

    def __init__(
        self, chance: Mapping[str, float] = types.MappingProxyType({}), *, deadline_binds: bool = False, support_guaranteed: bool = False
    ) -> None:
        super().__init__(chance)
        self.deadline_binds = deadline_binds
        self.support_guaranteed = support_guaranteed

    def mediator(self, s: CoreState) -> Iterator[Move]:
        """Hold, table, threaten, enforce, let lapse, extend, cut or restore support, walk away.

        A bound deadline (the lever) is enforced when due; until then the threat can be neither dropped nor left behind.
        """
        answered = {"support_week": float(s.support == "full")}
        week = {**answered, "unanswered": float(s.violence == "high")}
        s = s.but(violence="low")
        walk = Move("walk_away", End("walk_away", walk_away=1, **self._war_to_come(s)), **week)
        enforce = Move("enforce", s.but(deadline="none", sanctions=1), sanction_price=1, pressure=1, **answered)
        if s.deadline == "due":
            yield enforce
            if not self.deadline_binds:
                yield Move("let_lapse", s.threat_gone(), lapse=self._shame(s), **week)
                yield Move("extend", s.threat_gone().but(deadline="set"), lapse=EXTENSION_SHARE * self._shame(s), **week)
                yield walk
            return
        yield Move("hold", s, **week)
        if s.deadline == "running":
            yield enforce
            if not self.deadline_binds:
                yield Move("let_lapse", s.threat_gone(), lapse=self._shame(s), **week)
        else:
            yield Move("threaten", s.but(deadline="set"), threat=1, pressure=0.3, **answered)
            if s.offer in ("none", "talks"):
                yield Move("table_offer", s.but(offer="tabled"), **week)
        if s.support == "cut":
            yield Move("restore_support", s.but(support="full"), **week)
        elif not self.support_guaranteed:
            yield Move("cut_support", s.but(support="cut"), **week)
        if not (self.deadline_binds and s.deadline == "running"):
            yield walk

    @staticmethod
    def _shame(s: CoreState) -> float:
        """How embarrassing it is to let the threat go: more after earlier lapses, less while talks are the reason."""
        return (1 + LAPSE_GROWTH * s.lapses) * (TALKS_COVER if s.offer == "talks" else 1)

    def party_b(self, s: CoreState) -> Iterator[Move]:
        """Accept or decline an offer; otherwise hold, conciliate while support is cut, or strike."""
        if s.offer == "tabled":
            yield Move("accept", s.but(offer="accepted_by_b"))
            yield Move("decline", s.but(offer="none"), refusal=1)
            return
        yield Move("hold", s)
        if s.support == "cut":
            yield Move("conciliate", s.but(support="full"), conciliation=1)
        else:
            yield Move("strike", s, strike=1)

    def party_a(self, s: CoreState) -> Iterator[Move]:
        """Accept what is on the table, stall, counter with talks, or escalate."""
        defied = float(s.offer == "accepted_by_b")
        yield Move("stall", s, defied=defied)
        yield Move("escalate", s.but(violence="high"), defied=1.5 * defied, violence=1)
        if s.offer != "none":
            yield Move("counter", s.but(offer="talks"), defied=0.5 * defied, talks=1)
            yield Move("accept", End("ceasefire", deal=1))

    def world(self, s: CoreState) -> Iterator[Draw]:
        """The front moves or holds; others may make up for lost support."""
        week = {"war_week": 1.0, "sanction_price": SANCTION_WEEK * s.sanctions, "pressure": SANCTION_WEEK * s.sanctions}
        if s.support == "full":
            yield Draw("front_moves", self.assume.front_moves, s, ground=1, **week)
            yield Draw("front_holds", 1 - self.assume.front_moves, s, **week)
            return
        week["support_cut"] = 1.0
        kept = 1 - self.assume.backfill
        yield Draw("front_moves", kept * self.assume.front_moves_cut, s, ground=1, **week)
        yield Draw("front_holds", kept * (1 - self.assume.front_moves_cut), s, **week)
        yield Draw("backfill", self.assume.backfill, s.but(support="full"), **week)

    def horizon(self, state: PublicState) -> End:
        """After the last round the war goes on as it stands."""
        assert isinstance(state, CoreState)
        return End("horizon", **self._war_to_come(state))

    def _war_to_come(self, s: CoreState) -> dict[str, float]:
        """Interests touched by a war that goes on unchanged after the mediation or the horizon."""
        week = {
            "war_week": 1.0,
            "ground": GROUND_TO_COME[s.support],
            "support_week": float(s.support == "full"),
            "support_cut": float(s.support == "cut"),
            "sanction_price": SANCTION_WEEK * s.sanctions,
            "pressure": SANCTION_WEEK * s.sanctions,
        }
        return {interest: WEEKS_TO_COME * amount for interest, amount in week.items()}

    def next_round(self, state: PublicState) -> PublicState:
        """A threat is made with two rounds to run: set, then running, then due."""
        assert isinstance(state, CoreState)
        return state.but(deadline={"set": "running", "running": "due"}.get(state.deadline, state.deadline))

    def enter(self, state: PublicState) -> PublicState:
        """Guaranteed support begins by being there."""
        return state.but(support="full") if self.support_guaranteed else state
