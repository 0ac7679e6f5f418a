"""The mediated ceasefire: its structure by enumeration, and what theory predicts of its equilibria (`statics.py`)."""

from collections.abc import Iterator

import numpy as np
import pytest
from _pytest.mark import ParameterSet

from openparley.game.families.mediated_ceasefire import CeasefireState, MediatedCeasefire
from openparley.game.positions import Positions, chance_probs, enumerate_positions
from tests.game.families.play import drawn, likely
from tests.game.families.statics import STATICS, TALKS, Static

CHANCE = dict.fromkeys(MediatedCeasefire.chance, 0.5)
DRAWS = 16


def _positions(**options: bool) -> Positions:
    dispute = MediatedCeasefire(CHANCE, **options)
    return enumerate_positions(dispute, dispute.enter(CeasefireState()))


def _menus(positions: Positions, mover: str) -> Iterator[tuple[CeasefireState, tuple[str, ...]]]:
    for number, place in enumerate(positions.places):
        if positions.mover(number) == mover:
            assert isinstance(place.state, CeasefireState)
            yield place.state, positions.menu(number)


def cells() -> Iterator[ParameterSet]:
    """Every static on the running example; on the bundled reports those for which the others have no parts, or one solve does."""
    for static in STATICS:
        for case in static.cases:
            marks = [pytest.mark.long] if case != static.cases[0] and static.solves > 1 else []
            yield pytest.param(static, case, marks=marks, id=f"{static.margins.__name__}-{case}")


@pytest.mark.parametrize(("static", "case"), list(cells()))
def test_static_holds_at_the_likely_values(static: Static, case: str) -> None:
    margins = static.margins(likely(case))
    assert {what: round(margin, 5) for what, margin in margins.items() if not margin > 0} == {}, static.source


@pytest.mark.long
def test_statics_fail_in_no_more_draws_than_stated() -> None:
    """On the running example, as far as it has the parts."""
    here = [static for static in STATICS if static.cases[0] == TALKS]
    fails = dict.fromkeys(here, 0)
    for draw in range(DRAWS):
        bench = drawn(TALKS, DRAWS, draw)
        for static in here:
            fails[static] += not all(margin > 0 for margin in static.margins(bench).values())
    assert {static.margins.__name__: found for static, found in fails.items() if found > static.fails} == {}


def test_all_that_is_touched_is_declared_and_all_that_is_declared_is_touched() -> None:
    positions = _positions()
    assert (np.abs(positions.touched).sum(0) > 0).all()


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_draws_are_a_distribution_whatever_the_chances(share: float) -> None:
    chance = dict.fromkeys(MediatedCeasefire.chance, share)
    chance_probs(_positions(), chance, MediatedCeasefire(chance))  # refuses what is none


def test_threat_falls_due_two_rounds_after_it_is_made() -> None:
    dispute, state, seen = MediatedCeasefire(CHANCE), CeasefireState(deadline="set"), []
    for _ in range(2):
        state = dispute.next_round(state)
        assert isinstance(state, CeasefireState)
        seen.append(state.deadline)
    assert seen == ["running", "due"]


def test_without_legislature_and_allies_nobody_moves_for_them() -> None:
    positions = _positions(legislature=False, allies=False)
    assert positions.steps == ("mediator", "party_b", "party_a", "world")
    states = [place.state.as_dict() for place in positions.places]
    assert {s["cohesion"] for s in states} == {"joint"}
    assert "bill" not in {s["coercion"] for s in states}
    assert "filled" not in {s["support"] for s in states}
    assert "lapsed" not in {s["deadline"] for s in states}


def test_legislature_passes_what_it_has_gathered_a_majority_for() -> None:
    menus = dict.fromkeys((s.coercion, moves) for s, moves in _menus(_positions(), "legislature"))
    assert set(menus) == {
        ("none", ("hold", "advance_bill")), ("bill", ("hold", "pass_bill")), ("sanctions", ("hold",)), ("secondary", ("hold",)),
    }  # fmt: skip


def test_bound_deadline_leads_to_enforcement_and_nowhere_else() -> None:
    menus = list(_menus(_positions(deadline_binds=True), "mediator"))
    assert {moves for state, moves in menus if state.deadline == "due"} == {("enforce",)}
    assert not {"let_lapse", "extend", "walk_away"} & {move for state, moves in menus if state.deadline == "running" for move in moves}
    assert any("walk_away" in moves for state, moves in menus if state.deadline == "none")
    assert not any(state.lapses for state, _ in menus)


def test_automatic_secondary_sanctions_leave_out_a_rung() -> None:
    usual, automatic = ({s.coercion for s, _ in _menus(_positions(secondary_automatic=on), "mediator")} for on in (False, True))
    assert usual - automatic == {"sanctions"}


def test_complying_clears_a_threat_without_a_lapse_and_halts_the_front() -> None:
    positions = _positions()
    for number, place in enumerate(positions.places):
        if positions.mover(number) == "party_a":
            to = {positions.labels[o]: positions.successor[o] for o in positions.options(number)}
            before = place.state.as_dict()
            assert ("comply" in to) == (before["deadline"] in ("set", "running"))
            if "comply" in to:
                after = positions.places[to["comply"]].state.as_dict()
                assert after == before | {"deadline": "none", "front": "stalemate"}


def test_guaranteed_support_is_there_throughout() -> None:
    menus = list(_menus(_positions(support_guaranteed=True), "mediator"))
    assert {state.support for state, _ in menus} == {"full"}
    assert not any("cut_support" in moves for _, moves in menus)


def test_bound_pledge_leaves_the_allies_no_way_round() -> None:
    menus = list(_menus(_positions(pledge_binds=True), "allies"))
    assert not any({"let_pass", "withdraw"} & set(moves) for _, moves in menus)
    assert not any("hold" in moves for state, moves in menus if state.deadline == "lapsed" or state.support == "cut")


def test_wave_strains_and_courtship_warms() -> None:
    positions = _positions()
    for number, place in enumerate(positions.places):
        if positions.mover(number) == "party_a":
            to = {positions.labels[o]: positions.successor[o] for o in positions.options(number)}
            assert positions.places[to["escalate"]].state.as_dict()["rapport"] == "strained"
            assert ("court" in to) == (place.state.as_dict()["rapport"] == "strained")


def test_nobody_swallows_defiance_when_the_ladder_of_sanctions_is_climbed() -> None:
    positions = _positions()
    column = positions.interests.index("swallowed")
    for number, place in enumerate(positions.places):
        if positions.mover(number) == "mediator":
            state = place.state.as_dict()
            swallows = [o for o in positions.options(number) if positions.touched[o, column]]
            assert bool(swallows) == (state["rapport"] == "strained" and state["coercion"] != "secondary")
            assert not {"threaten", "enforce"} & {positions.labels[o] for o in swallows}
