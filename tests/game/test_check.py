"""What is refused, and what is only noted."""

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from openparley.game.check import NOTE, check_dispute
from openparley.game.dispute import Draw, End, Move
from openparley.game.parameters import Motives, Parameters
from tests.solve.small_dispute import CHANCE, WEIGHTS, SmallCeasefire, TalksState, small_dispute, small_parameters


def messages(dispute: SmallCeasefire | None = None, *, chance: dict[str, float] | None = None, **changes: Motives | None) -> list[str]:
    motives = {actor: m for actor, m in (dict(small_parameters().motives) | changes).items() if m is not None}
    return check_dispute(dispute or small_dispute(), Parameters(motives, CHANCE if chance is None else chance))


def weighing(actor: str, kind: str, **weights: float) -> Motives:
    motives = small_parameters().motives[actor]
    return replace(motives, weights=dict(motives.weights) | {kind: dict(motives.weights[kind]) | weights})


def only(found: list[str]) -> str:
    assert len(found) == 1, found
    return found[0]


def test_a_sound_dispute_has_nothing_to_say() -> None:
    assert messages() == []


def test_actor_without_motives() -> None:
    assert "actor “party_a” moves in SmallCeasefire but has no motives; given: mediator" in messages(party_a=None)[0]


def test_motives_without_a_step_get_a_guess() -> None:
    assert "“party_aa” has motives but no step" in only(messages(party_aa=small_parameters().motives["party_a"]))


def test_type_without_a_weight() -> None:
    motives = replace(small_parameters().motives["mediator"], weights=WEIGHTS["mediator"] | {"exit": {}})
    assert "type “exit” of “mediator” weighs no interest" in messages(mediator=motives)[0]


def test_unknown_interest_gets_a_guess() -> None:
    found = only(messages(mediator=weighing("mediator", "exit", sanction=1.0)))
    assert "weighs “sanction”, which is no interest of SmallCeasefire. Did you mean “sanctions”?" in found


def test_weight_that_is_no_number() -> None:
    assert "gives “deal” the weight nan" in only(messages(mediator=weighing("mediator", "exit", deal=float("nan"))))


@pytest.mark.parametrize("weight", [-2.0, 0.0])
def test_numeraire_must_weigh_one_alike(weight: float) -> None:
    found = only(messages(mediator=weighing("mediator", "exit", lapse=weight)))
    assert "“lapse” is the numeraire of “mediator” and must weigh 1, or −1, alike for all its types" in found
    assert f"found peace -1, image -1, exit {weight:g}. Divide the weights" in found


def test_numeraire_nobody_can_have() -> None:
    class Odd(SmallCeasefire):
        numeraire = MappingProxyType({"mediator": "glory", "umpire": "deal"})

    found = messages(Odd(CHANCE))
    assert "the numeraire “glory” of “mediator” is no interest of Odd" in found[0]
    assert "“umpire” has a numeraire but no step in Odd" in found[1]


def test_types_that_nothing_tells_apart() -> None:
    motives = replace(
        small_parameters().motives["party_a"], weights={"terms": WEIGHTS["party_a"]["terms"], "gain": WEIGHTS["party_a"]["terms"]}
    )
    assert "types “terms” and “gain” of “party_a” weigh everything at stake alike, so no behaviour can tell them apart" in only(
        messages(party_a=motives)
    )


def test_types_that_differ_only_on_what_is_not_in_play() -> None:
    class WithGlory(SmallCeasefire):
        interests = MappingProxyType(dict(SmallCeasefire.interests) | {"glory": "fame"})

    alike = WEIGHTS["party_a"]["terms"]
    found = messages(
        WithGlory(CHANCE), party_a=replace(small_parameters().motives["party_a"], weights={"terms": alike, "gain": alike | {"glory": 1.0}})
    )
    assert "they differ only on glory, which nothing in play touches" in found[0]
    assert found[1].startswith(NOTE + "nothing in play touches the interest “glory” (fame)")


def test_interest_that_nobody_weighs_is_noted() -> None:
    without = {kind: {name: w for name, w in row.items() if name != "ground"} for kind, row in WEIGHTS["party_a"].items()}
    motives = replace(small_parameters().motives["party_a"], weights=without)
    mediator = weighing("mediator", "exit", ground=0.0)
    assert only(messages(party_a=motives, mediator=mediator)).startswith(
        NOTE + "nobody weighs the interest “ground” (party A gains ground)"
    )


def test_an_untouched_weight_names_the_first_move_that_touches_it() -> None:
    motives = {
        actor: replace(m, weights={kind: {name: w for name, w in row.items() if name != "threat"} for kind, row in m.weights.items()})
        for actor, m in small_parameters().motives.items()
    }
    assert only(messages(**motives)) == (
        NOTE + "nobody weighs the interest “threat” (a threat is made), so “threaten” at step 0, threat=none, lapses=0, front=0 changes "
        "nothing by it; give somebody a weight for it."
    )


# Weights that depend on another actor's type


def given(actor: str, **others: dict[str, dict[str, float]]) -> dict[str, Motives]:
    return {actor: replace(small_parameters().motives[actor], given=others)}


def test_weights_given_anothers_type_are_sound() -> None:
    assert messages(**given("mediator", party_a={"gain": {"deal": -0.5}})) == []


@pytest.mark.parametrize(
    ("others", "message"),
    [
        ({"party_b": {"gain": {"deal": 1.0}}}, "given “party_b” depends on the type of an actor without motives. Did you mean “party_a”?"),
        ({"senate": {"gain": {"deal": 1.0}}}, "given “senate” depends on the type of an actor without motives. Others are party_a."),
        ({"mediator": {"exit": {"deal": 1.0}}}, "given “mediator” depends on its own type; put it into the weights of each type."),
        ({"party_a": {"gains": {"deal": 1.0}}}, "given “party_a” names its type “gains”, which it has not. Did you mean “gain”?"),
        ({"party_a": {"peace": {"deal": 1.0}}}, "names its type “peace”, which it has not. Its types are terms or gain."),
        ({"party_a": {"gain": {"deals": 1.0}}}, "“gain” includes “deals”, which is no interest of SmallCeasefire. Did you mean “deal”?"),
        ({"party_a": {"gain": {"deal": float("inf")}}}, "of type “gain” is inf for “deal”; a finite number of utils is allowed."),
        ({"party_a": {"gain": {"lapse": 0.5}}}, "“lapse” is the numeraire of “mediator”, so what it weighs must not depend on another"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_weights_given_anothers_type(others: dict[str, dict[str, dict[str, float]]], message: str) -> None:
    assert message in only(messages(**given("mediator", **others)))


def test_an_actor_may_want_only_what_depends_on_others() -> None:
    class Plain(SmallCeasefire):
        numeraire = MappingProxyType({"party_a": "war_week"})

    alone = replace(small_parameters().motives["mediator"], types=("any",), weights={"any": {}}, prior=np.ones(1), drift=np.ones((1, 1)))
    assert "type “any” of “mediator” weighs no interest" in messages(Plain(CHANCE), mediator=alone)[0]
    for weight, sound in ((0.5, True), (0.0, False)):
        wanting = replace(alone, given={"party_a": {"gain": {"sanctions": weight}}})
        found = messages(Plain(CHANCE), mediator=wanting)
        assert any("weighs no interest" in text for text in found) is not sound


def test_interest_weighed_only_through_others_is_weighed() -> None:
    motives = {
        actor: replace(m, weights={kind: {name: w for name, w in row.items() if name != "held"} for kind, row in m.weights.items()})
        for actor, m in small_parameters().motives.items()
    }
    assert "nobody weighs the interest “held” (party A holds the ground at the horizon), so the horizon changes" in only(
        messages(**motives)
    )
    motives["mediator"] = replace(motives["mediator"], given={"party_a": {"gain": {"held": -0.4}}})
    assert messages(**motives) == []


def test_types_that_matter_only_to_others_are_still_refused() -> None:
    alike = replace(
        small_parameters().motives["party_a"], weights={"terms": WEIGHTS["party_a"]["terms"], "gain": WEIGHTS["party_a"]["terms"]}
    )
    found = only(messages(party_a=alike, **given("mediator", party_a={"gain": {"deal": -0.5}})))
    assert (
        "types “terms” and “gain” of “party_a” weigh everything at stake alike; that “mediator” would gain by knowing shows in no move"
        in found
    )


# Structure


def test_move_without_a_successor() -> None:
    class Lost(SmallCeasefire):
        def party_a(self, s: TalksState) -> Iterator[Move]:
            yield Move("stall", s)
            wander = Move("wander", s)
            object.__setattr__(wander, "to", None)  # only the tests check types when a move is made
            yield wander

    found = messages(Lost(CHANCE))[-1]
    assert "Lost, step 1, threat=" in found
    assert "(“party_a”): “wander” leads to None, not to a TalksState or an End." in found


def test_step_that_no_play_reaches() -> None:
    class Short(SmallCeasefire):
        def party_a(self, s: TalksState) -> Iterator[Move]:
            yield Move("settle", End("ceasefire", deal=1.0), war_week=1, ground=1, held=1)
            yield Move("refuse", End("war"))

    found = [text for text in messages(Short(CHANCE)) if not text.startswith(NOTE)]
    assert "step 2 (“world”) of Short is never reached: every option before it ends the dispute, as “settle” or “refuse” at step 1" in only(
        found
    )


def test_propensity_for_a_move_that_does_not_exist() -> None:
    found = only(messages(mediator=replace(small_parameters().motives["mediator"], propensity={"threat": 0.3})))
    assert "“mediator” has a base propensity for “threat”, which it can never do. Did you mean “threaten”?" in found


def test_chance_assumptions() -> None:
    found = messages(chance={"front_moves": 0.25, "front_move": 1.5})
    assert "“front_moves_after_lapse” (the same once a threat has lapsed) has no value" in found[0]
    assert "no chance assumption “front_move”" in found[1]
    assert "Did you mean “front_moves”?" in found[1]
    assert "“front_move” is 1.5; a probability from 0 to 1" in found[2]


def test_draws_that_do_not_sum_to_one() -> None:
    class Leaky(SmallCeasefire):
        def world(self, s: TalksState) -> Iterator[Draw]:
            yield Draw("front_holds", 0.9, s, war_week=1)

    found = [text for text in messages(Leaky(CHANCE)) if not text.startswith(NOTE)]
    assert "Leaky, step 2, threat=" in found[0]
    assert "(“world”): the draws’ probabilities are “front_holds” 0.9, 0.9 in all; they must be ≥ 0 and sum to one." in found[0]


def test_empty_menu() -> None:
    class Stuck(SmallCeasefire):
        def party_a(self, s: TalksState) -> Iterator[Move]:
            yield from ()

    assert any("no option; every step needs at least one" in text for text in messages(Stuck(CHANCE)))


def test_values_out_of_reach_and_menus_of_one_are_noted() -> None:
    class Dull(SmallCeasefire):
        def mediator(self, s: TalksState) -> Iterator[Move]:
            yield Move("hold", s, lapse=1, threat=1, sanctions=1)

        def party_a(self, s: TalksState) -> Iterator[Move]:
            yield Move("stall", s, deal=1)

    found = messages(Dull(CHANCE))
    assert found == [
        NOTE + "no play reaches threat = pending; remove what cannot happen, or add the move that leads there.",
        NOTE + "no play reaches lapses = 1; remove what cannot happen, or add the move that leads there.",
        NOTE + "no actor of Dull ever has a choice; every menu has one move.",
    ]


def test_play_may_open_elsewhere() -> None:
    class Seldom(SmallCeasefire):
        def mediator(self, s: TalksState) -> Iterator[Move]:
            yield from (move for move in super().mediator(s) if move.label != "threaten")

    parameters = small_parameters()
    assert any("reaches threat = pending" in text for text in check_dispute(Seldom(CHANCE), parameters))
    assert not any("reaches threat" in text for text in check_dispute(Seldom(CHANCE), parameters, TalksState(threat="pending")))
