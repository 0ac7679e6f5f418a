"""A mediator with an uncertain motive presses two belligerents; its threats may lapse, its allies may not follow.

Each round (a week, say) the mediator moves, then its legislature, its allies, party B, party A and the world. Legislature and
allies can be left out. What is a variable here, what is merged, and which published idea each part comes from is in
`docs/theory/mediated-ceasefire.md`.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from openparley.game.dispute import Dispute, Draw, End, Move, PublicState, Upto

LAPSE_LEFT = 0.5  # what a lapse still costs after an earlier one: standing that is lost cannot be lost again
EXTENSION_SHARE = 0.6  # a new date embarrasses less than none
TALKS_COVER = 0.5  # share of the embarrassment of a lapse that remains while talks serve as a reason
THREAT_SHARE = 0.3  # a threat offends a friend this much as the sanction itself
IN_FORCE = 0.1  # a week of sanctions in force, as a share of the shock of imposing them
BITE = {"none": 0.0, "bill": 0.0, "sanctions": 1.0, "secondary": 2.0}  # pressure of each rung of the ladder
ALLIED_BITE = 0.5  # the allies' own sanctions, as a share of the mediator's
WEEKS_TO_COME = 10.0  # a war without end, at a discount of 0.9 a week, weighs as much as 1 / (1 − 0.9) weeks of it
# Share of those weeks in which party A advances. Interests must not depend on a chance assumption, so it is one for all draws.
ADVANCE_TO_COME = {"full": 0.25, "filled": 0.35, "cut": 0.5}


class CeasefireState(PublicState):
    """What all sides see at a moment of the talks."""

    offer: Literal["none", "tabled", "accepted", "talks"] = "none"
    deadline: Literal["none", "set", "running", "due", "lapsed"] = "none"
    lapses: Annotated[int, Upto(1)] = 0
    coercion: Literal["none", "bill", "sanctions", "secondary"] = "none"
    support: Literal["full", "cut", "filled"] = "full"
    cohesion: Literal["joint", "split"] = "joint"
    front: Literal["stalemate", "advance"] = "stalemate"
    wave: Annotated[int, Upto(1)] = 0
    rapport: Literal["warm", "strained"] = "warm"

    @property
    def next_rung(self) -> str:
        """Where the ladder of sanctions leads when the mediator enforces."""
        return "secondary" if self.coercion in ("sanctions", "secondary") else "sanctions"


class MediatedCeasefire(Dispute):
    """Ceasefire bargaining under a mediator who threatens, supports and may leave.

    Parameters
    ----------
    chance
        See `chance` below.
    legislature, allies
        Whether the mediator's legislature and its allies are actors.
    deadline_binds
        Lever: a deadline that falls due is enforced; it can neither lapse nor be extended.
    secondary_automatic
        Lever: what is enforced includes secondary sanctions.
    support_guaranteed
        Lever: the mediator's support for party B cannot be cut.
    pledge_binds
        Lever: the allies follow a threat that lapses with sanctions of their own, and fill in for support that is cut.
    """

    steps = ("mediator", "legislature", "allies", "party_b", "party_a", "world")
    State = CeasefireState
    interests = types.MappingProxyType(
        {
            "deal": "a ceasefire, on whatever terms",
            "terms": "the ceasefire is on party A's demands instead of the terms that were tabled",
            "threat": "the mediator threatens with a deadline",
            "lapse": "a deadline passes without enforcement; half when talks are the reason, half after an earlier lapse",
            "sanction_price": "what sanctions cost those who impose them: 1 when imposed, a tenth a week after",
            "energy_price": "what secondary sanctions cost at the pump: 1 when imposed, a tenth a week after, 1 in a price shock",
            "pressure": "pressure on party A: 1 for sanctions, 1 more for secondary ones, 0.5 for the allies' own; a tenth a week after",
            "affront": "pressing party A while relations are warm: 1 for sanctions, 0.3 for a threat",
            "swallowed": "the mediator lets a week pass without a threat or a sanction while relations are strained and a rung is left",
            "heeded": "party A gives way to a threat without settling",
            "defied": "party A lets a week pass without accepting what party B has accepted",
            "violence": "a wave of strikes",
            "support_week": "a week in which the mediator supports party B",
            "support_cut": "a week in which party B goes without support",
            "backfill_week": "a week in which the allies bear the support alone",
            "wedge": "a week in which mediator and allies are split",
            "allied_sanctions": "the allies impose sanctions of their own",
            "broken_pledge": "the allies let a joint threat lapse as the mediator does",
            "override": "the legislature passes secondary sanctions over the mediator's head",
            "walk_away": "the mediator gives up; the weeks of war to come are counted apart",
            "war_week": "a week of war",
            "ground": "a week in which the front moves in party A's favour",
            "refusal": "party B declines the offer",
            "conciliation": "party B pays a political price to have support restored",
            "strike": "party B strikes deep into party A's territory",
            "talks": "party A answers with talks and demands of its own",
            "courtship": "party A courts the mediator",
        }
    )
    chance = types.MappingProxyType(
        {
            "advance": "party A begins to advance in a week of stalemate, with support for party B",
            "advance_cut": "the same without support",
            "wave_advance": "a wave of strikes brings an advance that would not have come",
            "halt": "an advance comes to a halt in a week, with support for party B",
            "anger_fades": "strained relations between mediator and party A mend by themselves in a week",
            "price_shock": "energy prices jump in a week of secondary sanctions",
        }
    )
    numeraire = types.MappingProxyType(
        {
            "mediator": "lapse",
            "legislature": "override",
            "allies": "broken_pledge",
            "party_b": "war_week",
            "party_a": "war_week",
        }
    )

    def __init__(
        self,
        chance: Mapping[str, float] = types.MappingProxyType({}),
        *,
        legislature: bool = True,
        allies: bool = True,
        deadline_binds: bool = False,
        secondary_automatic: bool = False,
        support_guaranteed: bool = False,
        pledge_binds: bool = False,
    ) -> None:
        super().__init__(chance)
        absent = {name for name, present in (("legislature", legislature), ("allies", allies)) if not present}
        self.steps = tuple(step for step in type(self).steps if step not in absent)
        self.numeraire = types.MappingProxyType({who: what for who, what in type(self).numeraire.items() if who not in absent})
        self.allied = allies
        self.deadline_binds, self.secondary_automatic = deadline_binds, secondary_automatic
        self.support_guaranteed, self.pledge_binds = support_guaranteed, pledge_binds

    def mediator(self, s: CeasefireState) -> Iterator[Move]:
        """Hold, table, threaten, enforce, let lapse, extend, cut or restore support, walk away.

        A bound deadline (the lever) is enforced when due; until then the threat can be neither dropped nor left behind.
        """
        unanswered = {"swallowed": float(s.rapport == "strained" and s.coercion != "secondary")}
        walk = Move("walk_away", End("walk_away", walk_away=1, **self._war_to_come(s)), **unanswered)
        drop = Move("let_lapse", self._apart(self._let_go(s, "lapsed")), lapse=self._shame(s), **unanswered)
        if s.deadline == "due":
            yield self._enforce(s)
            if not self.deadline_binds:
                yield drop
                yield Move("extend", self._let_go(s, "set"), lapse=EXTENSION_SHARE * self._shame(s), **unanswered)
                yield walk
            return
        yield Move("hold", s, **unanswered)
        if s.deadline == "running":
            yield self._enforce(s)
            if not self.deadline_binds:
                yield drop
        elif s.coercion != "secondary":
            yield Move("threaten", s.but(deadline="set"), threat=1, affront=THREAT_SHARE * (s.rapport == "warm"))
        if s.offer in ("none", "talks"):
            yield Move("table_offer", s.but(offer="tabled"), **unanswered)
        if s.support != "full":
            yield Move("restore_support", s.but(support="full", cohesion="joint"), **unanswered)
        elif not self.support_guaranteed:
            yield Move("cut_support", self._apart(s.but(support="cut")), **unanswered)
        if not (self.deadline_binds and s.deadline == "running"):
            yield walk

    def _enforce(self, s: CeasefireState) -> Move:
        """One rung up the ladder of sanctions, together with the allies."""
        rung = "secondary" if self.secondary_automatic else s.next_rung
        cost = {"sanction_price": 1.0, "energy_price": float(rung == "secondary"), "pressure": BITE[rung]}
        after = s.but(deadline="none", coercion=rung, cohesion="joint" if s.support == "full" else s.cohesion)
        return Move("enforce", after, affront=float(s.rapport == "warm"), **cost)

    def _let_go(self, s: CeasefireState, deadline: str) -> CeasefireState:
        """The state once the threat was let go: one lapse more. Without allies nobody else has to answer for it."""
        return s.but(deadline=deadline if self.allied or deadline == "set" else "none", lapses=s.lapses + 1)

    def _apart(self, s: CeasefireState) -> CeasefireState:
        return s.but(cohesion="split") if self.allied else s

    @staticmethod
    def _shame(s: CeasefireState) -> float:
        """How embarrassing it is to let the threat go: less after an earlier lapse, and less while talks are the reason."""
        return (LAPSE_LEFT if s.lapses else 1) * (TALKS_COVER if s.offer == "talks" else 1)

    def legislature(self, s: CeasefireState) -> Iterator[Move]:
        """Gather a veto-proof majority for secondary sanctions, then pass them over the mediator's head."""
        yield Move("hold", s)
        if s.coercion == "none":
            yield Move("advance_bill", s.but(coercion="bill"))
        elif s.coercion == "bill":
            passed = s.but(coercion="secondary", deadline="none" if s.deadline != "lapsed" else "lapsed")
            yield Move("pass_bill", passed, override=1, energy_price=1, pressure=BITE["secondary"])

    def allies(self, s: CeasefireState) -> Iterator[Move]:
        """Keep or break the pledge behind a joint threat; fill in for support that is cut, or stop filling in."""
        settled = s.but(deadline="none") if s.deadline == "lapsed" else s
        pledged = s.deadline == "lapsed"
        yield Move("sanction", settled, allied_sanctions=1, pressure=ALLIED_BITE)
        if pledged and not self.pledge_binds:
            yield Move("let_pass", settled, broken_pledge=1)
        if not pledged and not (self.pledge_binds and s.support == "cut"):
            yield Move("hold", settled)
        if s.support == "cut":
            yield Move("backfill", settled.but(support="filled"), broken_pledge=float(pledged))
        elif s.support == "filled" and not pledged and not self.pledge_binds:
            yield Move("withdraw", settled.but(support="cut"))

    def party_b(self, s: CeasefireState) -> Iterator[Move]:
        """Accept or decline an offer; otherwise hold, strike, conciliate while support is cut, or concede party A's demands."""
        if s.offer == "tabled":
            yield Move("accept", s.but(offer="accepted"))
            yield Move("decline", s.but(offer="none"), refusal=1)
            return
        yield Move("hold", s)
        yield Move("strike", s, strike=1)
        if s.support != "full":
            yield Move("conciliate", s.but(support="full", cohesion="joint"), conciliation=1)
        if s.offer == "talks":
            yield Move("concede", End("ceasefire", deal=1, terms=1))

    def party_a(self, s: CeasefireState) -> Iterator[Move]:
        """Accept what is on the table, stall, counter with talks and demands, escalate, heed a threat, or court the mediator."""
        defied = float(s.offer == "accepted")
        yield Move("stall", s, defied=defied)
        yield Move("escalate", s.but(wave=1, rapport="strained"), defied=1.5 * defied, violence=1)
        if s.deadline in ("set", "running"):
            yield Move("comply", s.but(deadline="none", front="stalemate"), heeded=1, defied=0.5 * defied)
        if s.rapport == "strained":
            yield Move("court", s.but(rapport="warm"), defied=defied, courtship=1)
        if s.offer != "none":
            yield Move("counter", s.but(offer="talks"), defied=0.5 * defied, talks=1)
            yield Move("accept", End("ceasefire", deal=1))

    def world(self, s: CeasefireState) -> Iterator[Draw]:
        """One thing at most changes by itself: the front, the anger between leaders, the price of energy."""
        week, after = self._week(s), s.but(wave=0)
        a = self.assume
        if s.front == "advance":
            week["ground"] = 1.0
            turn, label, to = (0.5 * a.halt if s.support == "cut" else a.halt), "front_halts", "stalemate"
            turn *= 1 - a.wave_advance * s.wave
        else:
            calm = 1 - (a.advance_cut if s.support == "cut" else a.advance)
            turn, label, to = 1 - calm * (1 - a.wave_advance * s.wave), "front_moves", "advance"
        yield Draw(label, turn, after.but(front=to), **week)
        left = 1 - turn
        if s.rapport == "strained" and not s.wave:
            yield Draw("anger_fades", left * a.anger_fades, after.but(rapport="warm"), **week)
            left *= 1 - a.anger_fades
        if s.coercion == "secondary":
            yield Draw("price_shock", left * a.price_shock, after, **{**week, "energy_price": week["energy_price"] + 1})
            left *= 1 - a.price_shock
        yield Draw("quiet", left, after, **week)

    @staticmethod
    def _week(s: CeasefireState) -> dict[str, float]:
        """Interests touched by a week of war, whatever happens in it."""
        return {
            "war_week": 1.0,
            "sanction_price": IN_FORCE * (s.coercion in ("sanctions", "secondary")),
            "energy_price": IN_FORCE * (s.coercion == "secondary"),
            "pressure": IN_FORCE * BITE[s.coercion],
            "support_week": float(s.support == "full"),
            "support_cut": float(s.support == "cut"),
            "backfill_week": float(s.support == "filled"),
            "wedge": float(s.cohesion == "split"),
        }

    def _war_to_come(self, s: CeasefireState) -> dict[str, float]:
        """Interests touched by a war that goes on unchanged after the mediation or the horizon."""
        week = {**self._week(s), "ground": ADVANCE_TO_COME[s.support]}
        return {interest: WEEKS_TO_COME * amount for interest, amount in week.items()}

    def horizon(self, state: PublicState) -> End:
        """After the last round the war goes on as it stands."""
        assert isinstance(state, CeasefireState)
        return End("horizon", **self._war_to_come(state))

    def next_round(self, state: PublicState) -> PublicState:
        """A threat is made with two rounds to run: set, then running, then due."""
        assert isinstance(state, CeasefireState)
        return state.but(deadline={"set": "running", "running": "due"}.get(state.deadline, state.deadline))

    def enter(self, state: PublicState) -> PublicState:
        """Guaranteed support begins by being there."""
        assert isinstance(state, CeasefireState)
        return state.but(support="full", cohesion="joint") if self.support_guaranteed else state
