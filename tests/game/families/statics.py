"""What published theory predicts of a mediated ceasefire, each as margins that are above zero where it holds.

Margins are differences of log odds, of utils or of beliefs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tests.game.families.play import NONE, Belief, Bench, Play

Margins = dict[str, float]

REPORTS, TALKS = "ukraine-2025", "strait-talks"
BOTH, ALLIED = (TALKS, REPORTS), (REPORTS,)

ACCEPTED = {"offer": "accepted"}
RUNNING = {"offer": "accepted", "deadline": "running"}
DUE = {"offer": "accepted", "deadline": "due"}
STRAINED = {"rapport": "strained"}
RAPPORTS = ({"rapport": "warm"}, STRAINED)
MEDIATOR, PARTY_A = ("H1", "H2", "H3"), ("H4", "H5")
LAPSE, WAR = "weight.mediator.*.lapse", "weight.party_a.*.war_week"


def _between(bench: Bench, address: str, low: float, high: float) -> tuple[Play, Play]:
    return bench.play({address: low}), bench.play({address: high})


def _leaning(to: int, share: float) -> dict[str, np.ndarray]:
    """A public belief that leans to one account of the mediator."""
    belief = np.full(3, (1 - share) / 2)
    belief[to] = share
    return {"mediator": belief}


def audience_cost_commits(bench: Bench) -> Margins:
    cheap, dear = _between(bench, LAPSE, -0.5, -2.0)
    return {
        f"{kind} enforces, {s['rapport']}": dear.odds("mediator", {**DUE, **s}, "enforce", kind)
        - cheap.odds("mediator", {**DUE, **s}, "enforce", kind)
        for kind in MEDIATOR
        for s in RAPPORTS
    }


def audience_cost_informs(bench: Bench) -> Margins:
    found = {}
    for s in RAPPORTS:
        says, bluff = [], []
        for play in _between(bench, LAPSE, -0.5, -2.0):
            state = {**ACCEPTED, **s}
            before, after = play.beliefs()["mediator"], play.after("mediator", state, "threaten")["mediator"]
            says.append(float(before @ np.log(before / after)))
            threats = {kind: of["threaten"] for kind, of in play.choices("mediator", state).items()}
            bluff.append(float(np.log(threats["H3"] / threats["H2"])))
        found |= {f"a threat says more, {s['rapport']}": says[1] - says[0], f"less bluff, {s['rapport']}": bluff[0] - bluff[1]}
    return found


def _threat_and_lapse(play: Play, lapses: int, s: dict[str, str], known: Belief) -> tuple[float, float, Belief, Belief]:
    """Acceptance while a threat runs, chance that it is enforced when due, and beliefs before and after it lapses."""
    before = {**s, "lapses": lapses}
    known = play.next_round(play.after("mediator", {**ACCEPTED, **before}, "threaten", known))
    known = play.after("mediator", {**RUNNING, **before}, "hold", known)
    accepts = play.odds("party_a", {**RUNNING, **before}, "accept", "H4", known)
    due = play.next_round(known)
    return (
        accepts,
        play.odds("mediator", {**DUE, **before}, "enforce", known=due),
        due,
        play.after("mediator", {**DUE, **before}, "let_lapse", due),
    )


def lapse_costs_credibility(bench: Bench) -> Margins:
    found, play = {}, bench.play()
    for s in RAPPORTS:
        accepts, enforces, due, after = _threat_and_lapse(play, 0, s, NONE)
        accepts_again, enforces_again, _, _ = _threat_and_lapse(play, 1, s, play.next_round(after))
        found |= {
            f"the second is enforced less, {s['rapport']}": enforces - enforces_again,
            f"party A heeds the second less, {s['rapport']}": accepts - accepts_again,
            f"H2 loses by the lapse, {s['rapport']}": float(due["mediator"][1] - after["mediator"][1]),
        }
    return found


def biased_mediator_is_believed(bench: Bench) -> Margins:
    lean, state = _leaning(0, 0.6), {**ACCEPTED, "rapport": "warm"}
    found = {}
    for name, low, high in (("affront", -0.2, -1.6), ("pressure", -0.1, -1.5)):
        little, much = _between(bench, f"weight.mediator.H1.{name}", low, high)
        threat = [play.after("mediator", state, "threaten", lean)["mediator"][0] for play in (little, much)]
        if name == "affront":  # a threat presses nobody yet
            found["a threat, affront"] = float(threat[0] - threat[1])
        deed = [play.after("mediator", {**DUE, "rapport": "warm"}, "enforce", lean)["mediator"][0] for play in (little, much)]
        found[f"enforcement, {name}"] = float(deed[0] - deed[1])
    return found


def _says(play: Play, state: dict[str, str], move: str) -> float:
    """How much a move speaks for H2 against H1, in log odds."""
    chances = play.choices("mediator", state)
    return float(np.log(chances["H2"][move] / chances["H1"][move]))


def friend_who_enforces(bench: Bench) -> Margins:
    play = bench.play()
    return {"enforcement while warm": _says(play, {**DUE, "rapport": "warm"}, "enforce") - _says(play, {**DUE, **STRAINED}, "enforce")}


def friend_who_threatens(bench: Bench) -> Margins:
    alike = bench.play({"weight.mediator.H2.swallowed": bench.play().parameters.motives["mediator"].weights["H1"]["swallowed"]})
    lean = _leaning(0, 0.6)
    warm, strained = (alike.after("mediator", {**ACCEPTED, **s}, "threaten", lean)["mediator"][0] for s in RAPPORTS)
    return {"a threat while warm": float(strained - warm)}


def war_cost_moves_settlement(bench: Bench) -> Margins:
    cheap, dear = _between(bench, WAR, -0.5, -2.0)
    return {kind: dear.odds("party_a", ACCEPTED, "accept", kind) - cheap.odds("party_a", ACCEPTED, "accept", kind) for kind in PARTY_A}


def stalemate_is_ripe(bench: Bench) -> Margins:
    def gap(play: Play, kind: str) -> float:
        still, ahead = (play.odds("party_a", {**ACCEPTED, "front": front}, "accept", kind) for front in ("stalemate", "advance"))
        return still - ahead

    found = {f"{kind} accepts sooner": gap(bench.play(), kind) for kind in PARTY_A}
    for kind, low, high in (("H4", 0.1, 1.0), ("H5", 3.2, 5.5)):
        little, much = _between(bench, f"weight.party_a.{kind}.ground", low, high)
        found[f"{kind}, the more ground is worth"] = gap(much, kind) - gap(little, kind)
    return found


def threat_is_heeded(bench: Bench) -> Margins:
    def effect(kind: str, known: Belief) -> float:
        under, without = (bench.play().odds("party_a", state, "accept", kind, known, to="stall") for state in (RUNNING, ACCEPTED))
        return under - without

    found = {f"{kind} concedes": effect(kind, NONE) for kind in PARTY_A}
    for kind in PARTY_A:
        gives_way = [bench.play().odds("party_a", RUNNING, "comply", kind, _leaning(1, share), to="stall") for share in (0.05, 0.9)]
        found[f"{kind} gives way, the surer of H2"] = gives_way[1] - gives_way[0]
        found[f"{kind} concedes, the surer of H2"] = effect(kind, _leaning(1, 0.9)) - effect(kind, _leaning(1, 0.05))
    return found


def dear_sanctions_are_rare(bench: Bench) -> Margins:
    found = {}
    for kind, low, high in (("H2", -1.2, -0.2), ("H3", -4.0, -1.2)):
        dear, cheap = _between(bench, f"weight.mediator.{kind}.sanction_price", low, high)
        found[f"{kind}, price of sanctions"] = cheap.odds("mediator", DUE, "enforce", kind) - dear.odds("mediator", DUE, "enforce", kind)
    dear, cheap = _between(bench, "weight.mediator.*.energy_price", -1.8, -0.3)
    second = {**DUE, "coercion": "sanctions", "cohesion": "joint"}
    for kind in MEDIATOR:
        found[f"{kind}, price of energy"] = cheap.odds("mediator", second, "enforce", kind) - dear.odds("mediator", second, "enforce", kind)
    return found


def sanctions_fall_on_the_stubborn(bench: Bench) -> Margins:
    play = bench.play()
    known = play.after("party_a", {**ACCEPTED, "deadline": "set"}, "stall")
    known = play.next_round(play.after("party_a", RUNNING, "stall", play.next_round(known)))
    return {"H5 when the deadline falls due": float(known["party_a"][1] - play.beliefs()["party_a"][1])}


def answers_reveal(bench: Bench) -> Margins:
    play = bench.play()
    after = {
        move: float(play.after("party_a", ACCEPTED, move)["party_a"][1] - play.beliefs()["party_a"][1])
        for move in ("stall", "escalate", "counter", "accept")
    }
    return {f"H5 by {move}": (-1 if move == "accept" else 1) * rise for move, rise in after.items()}


def information_accumulates(bench: Bench) -> Margins:
    path, types = bench.play().beliefs_over_time("party_a", plays=400, rounds=6)
    entropy = -(path * np.log(path)).sum(-1).mean(1)
    right = np.take_along_axis(path, types[:, :, None], 2).mean((1, 2))
    return {f"entropy, rounds {t}–{t + 2}": float(entropy[t] - entropy[t + 2]) for t in (0, 2, 4)} | {
        "belief in the truth": float(right[6] - right[0])
    }


def talks_cover_a_lapse(bench: Bench) -> Margins:
    play = bench.play()
    return {
        f"{kind}, {offer}": play.odds("mediator", {**DUE, "offer": offer}, "enforce", kind)
        - play.odds("mediator", {**DUE, "offer": "talks"}, "enforce", kind)
        for kind in MEDIATOR
        for offer in ("none", "accepted")
    }


def support_moves_both(bench: Bench) -> Margins:
    play, cut = bench.play(), {"support": "cut"}
    found = {
        f"{kind} accepts": play.odds("party_a", ACCEPTED, "accept", kind) - play.odds("party_a", {**ACCEPTED, **cut}, "accept", kind)
        for kind in PARTY_A
    }
    return found | {
        "party B declines while supported": play.odds("party_b", {"offer": "tabled"}, "decline")
        - play.odds("party_b", {"offer": "tabled", **cut}, "decline"),
        "party B concedes when cut": play.odds("party_b", {"offer": "talks", **cut}, "concede")
        - play.odds("party_b", {"offer": "talks"}, "concede"),
    }


def friendship_shields(bench: Bench) -> Margins:
    play = bench.play()

    def warmth(state: dict[str, str], kind: str) -> float:
        warm, strained = (play.worth("world", {**state, **s}, ("party_a", kind)) for s in RAPPORTS)
        return warm - strained

    found = {
        "H1 threatens less while warm": play.odds("mediator", {**ACCEPTED, **STRAINED}, "threaten", "H1")
        - play.odds("mediator", ACCEPTED, "threaten", "H1")
    }
    for kind in PARTY_A:
        found[f"warmth is worth more under a deadline, {kind}"] = warmth(RUNNING, kind) - warmth(ACCEPTED, kind)
        near, far = (play.odds("party_a", {**state, **STRAINED}, "court", kind, to="stall") for state in (RUNNING, ACCEPTED))
        found[f"{kind} courts sooner than it stalls"] = near - far
    return found


def bound_deadline_is_heeded(bench: Bench) -> Margins:
    free, bound = bench.play(), bench.play(deadline_binds=True)
    found = {
        f"{kind} accepts before it is due": bound.odds("party_a", RUNNING, "accept", kind) - free.odds("party_a", RUNNING, "accept", kind)
        for kind in PARTY_A
    }
    for kind in ("H1", "H3"):
        found[f"{kind} threatens less"] = free.odds("mediator", ACCEPTED, "threaten", kind) - bound.odds(
            "mediator", ACCEPTED, "threaten", kind
        )
    return found


def allies_of_their_word(bench: Bench) -> Margins:
    play = bench.play()
    lapsed, cut = {**ACCEPTED, "deadline": "lapsed", "lapses": 1}, {**ACCEPTED, "support": "cut"}
    return {
        move: play.odds("allies", state, move, "H6") - play.odds("allies", state, move, "H7")
        for move, state in (("sanction", lapsed), ("backfill", cut))
    } | {
        "party B conciliates less when filled in": play.odds("party_b", cut, "conciliate")
        - play.odds("party_b", {**ACCEPTED, "support": "filled"}, "conciliate")
    }


def wedge_is_worth_waiting_for(bench: Bench) -> Margins:
    little, much = _between(bench, "weight.party_a.H5.wedge", 0.0, 0.6)

    def drop(cohesion: str) -> float:
        state = {**ACCEPTED, "coercion": "sanctions", "cohesion": cohesion}
        return little.odds("party_a", state, "accept", "H5") - much.odds("party_a", state, "accept", "H5")

    split = {**ACCEPTED, "cohesion": "split"}
    found = {"H5 accepts less while they are joint": drop("joint")}
    for move in ("stall", "escalate"):
        before, after = (play.odds("party_a", split, move, "H5", to="accept") for play in (little, much))
        found[f"H5: {move} sooner than accept while they are split"] = after - before
    return found


def bound_pledge_shortens_waiting(bench: Bench) -> Margins:
    free, bound = bench.play(), bench.play(pledge_binds=True)
    found = {
        f"{kind}: worth of waiting": free.worth("world", RUNNING, ("party_a", kind)) - bound.worth("world", RUNNING, ("party_a", kind))
        for kind in PARTY_A
    }
    return found | {
        f"{kind} accepts": bound.odds("party_a", RUNNING, "accept", kind) - free.odds("party_a", RUNNING, "accept", kind)
        for kind in PARTY_A
    }


def legislature_overrides_the_timid(bench: Bench) -> Margins:
    bill = {**ACCEPTED, "coercion": "bill"}
    bears, minds = _between(bench, "weight.legislature.*.swallowed", 0.0, -0.6)
    warm, strained = (bench.play().odds("legislature", {**bill, **s}, "pass_bill") for s in RAPPORTS)
    found = {"passes once party A has defied the mediator": strained - warm}
    for move, state in (("pass_bill", {**bill, **STRAINED}), ("advance_bill", {**ACCEPTED, **STRAINED})):
        found[f"{move}, the more it minds"] = minds.odds("legislature", state, move) - bears.odds("legislature", state, move)
    return found


class Static(NamedTuple):
    """A prediction: whose it is, where the model has the parts for it, solves it takes, draws of 16 in which it is known to fail."""

    margins: Callable[[Bench], Margins]
    source: str
    cases: tuple[str, ...]
    solves: int
    fails: int = 0


STATICS = (
    Static(audience_cost_commits, "Fearon 1994", BOTH, 2),
    Static(audience_cost_informs, "Fearon 1994", BOTH, 2, 1),
    Static(lapse_costs_credibility, "Sartori 2002", BOTH, 1),
    Static(biased_mediator_is_believed, "Kydd 2003", BOTH, 4),
    Static(friend_who_enforces, "Kydd 2003", BOTH, 1, 7),
    Static(friend_who_threatens, "Kydd 2003", BOTH, 2, 1),
    Static(war_cost_moves_settlement, "Fearon 1995, Powell 2004", BOTH, 2),
    Static(stalemate_is_ripe, "Zartman 2001", BOTH, 5),
    Static(threat_is_heeded, "Drezner 2003, Morgan and others 2014", BOTH, 1, 6),
    Static(dear_sanctions_are_rare, "Drezner 2003, Morgan and others 2014", BOTH, 6),
    Static(sanctions_fall_on_the_stubborn, "Drezner 2003", BOTH, 1),
    Static(answers_reveal, "Slantchev 2003", BOTH, 1),
    Static(information_accumulates, "Slantchev 2003", BOTH, 1, 2),
    Static(talks_cover_a_lapse, "Slantchev 2003", BOTH, 1, 6),
    Static(support_moves_both, "Snyder 1984", BOTH, 1),
    Static(friendship_shields, "ours", BOTH, 1, 1),
    Static(bound_deadline_is_heeded, "Schelling 1960, Fearon 1994", BOTH, 2, 1),
    Static(allies_of_their_word, "Snyder 1984", ALLIED, 1),
    Static(wedge_is_worth_waiting_for, "Snyder 1984", ALLIED, 2),
    Static(bound_pledge_shortens_waiting, "Snyder 1984", ALLIED, 2),
    Static(legislature_overrides_the_timid, "Putnam 1988", ALLIED, 3),
)
