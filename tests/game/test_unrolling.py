"""Unrolling a dispute into a tree."""

from dataclasses import replace

import numpy as np
import pytest

from openparley.errors import GameError
from openparley.game.check import check_tree
from openparley.game.parameters import Parameters
from openparley.game.tree import Chance, Choice, Node, Outcome, Terminal, Tree
from openparley.game.unrolling import unroll
from tests.solve.small_dispute import PRIORS, WEIGHTS, SmallCeasefire, small_dispute, small_parameters

ROUNDING = 1e-12


def unrolled(rounds: int = 2) -> Tree:
    dispute = small_dispute()
    return unroll(dispute, small_parameters(), dispute.State(), rounds)


def follow(tree: Tree, *actions: str) -> Node:
    node = tree.root
    for action in actions:
        assert not isinstance(node, Terminal)
        node = node.children[node.actions.index(action)]
    return node


def outcome_of(node: Node) -> Outcome:
    assert isinstance(node, Terminal)
    assert node.outcome is not None
    return node.outcome


def test_nature_draws_independent_types_first() -> None:
    root = unrolled().root
    assert isinstance(root, Chance)
    expected = {
        f"{m} {a}": PRIORS["mediator"][i] * PRIORS["party_a"][j]
        for i, m in enumerate(WEIGHTS["mediator"])
        for j, a in enumerate(WEIGHTS["party_a"])
    }
    assert dict(zip(root.actions, root.probs, strict=True)) == pytest.approx(expected)


def test_every_draw_sums_to_one() -> None:
    draws = [node for node in unrolled().nodes() if isinstance(node, Chance)]
    assert np.array([sum(node.probs) for node in draws]) == pytest.approx(1, abs=ROUNDING)


def test_actors_know_their_own_types_and_what_is_public() -> None:
    tree = unrolled()
    after = ("threaten", "stall", "front_moves")
    one = follow(tree, "peace terms", *after, "image terms")
    two = follow(tree, "peace gain", *after, "image terms")
    other = follow(tree, "image terms", *after, "image terms")
    assert isinstance(one, Choice)
    assert isinstance(two, Choice)
    assert isinstance(other, Choice)
    assert one.infoset.known == ("peace", "image")
    assert one.infoset.history == after
    assert one.infoset == two.infoset != other.infoset


def test_no_infoset_repeats_on_a_path() -> None:
    def visit(node: Node, seen: frozenset[object]) -> None:
        if isinstance(node, Terminal):
            return
        if isinstance(node, Choice):
            assert node.infoset not in seen
            seen |= {node.infoset}
        for child in node.children:
            visit(child, seen)

    visit(unrolled().root, frozenset())


def test_payoffs_add_up_with_the_type_of_the_time() -> None:
    end = follow(unrolled(), "peace gain", "threaten", "stall", "front_moves", "exit terms", "let_lapse", "settle")
    outcome = outcome_of(end)
    assert outcome.label == "ceasefire"
    peace, away = WEIGHTS["mediator"]["peace"], WEIGHTS["mediator"]["exit"]
    gain, terms = WEIGHTS["party_a"]["gain"], WEIGHTS["party_a"]["terms"]
    mediator = peace["threat"] + peace["war_week"] + away["lapse"] * 1.2 + away["deal"] * 0.7
    party_a = gain["war_week"] + gain["ground"] + terms["lapse"] * 1.2 + terms["deal"] * 0.7
    assert outcome.payoffs == pytest.approx((mediator, party_a), abs=ROUNDING)


def test_the_horizon_is_weighed_by_the_last_type() -> None:
    end = follow(unrolled(1), "image gain", "threaten", "stall", "front_moves")
    outcome = outcome_of(end)
    assert outcome.label == "horizon"
    image, gain = WEIGHTS["mediator"]["image"], WEIGHTS["party_a"]["gain"]
    assert outcome.payoffs == pytest.approx(
        (image["threat"] + image["held"] + 0.5 * image["lapse"], gain["war_week"] + gain["ground"] + gain["held"])
    )


def test_types_without_a_chance_are_left_out() -> None:
    parameters = small_parameters()
    certain = {actor: replace(m, prior=np.eye(len(m.types))[0], drift=np.eye(len(m.types))) for actor, m in parameters.motives.items()}
    dispute = small_dispute()
    tree = unroll(dispute, Parameters(certain, parameters.chance), dispute.State(), 2)
    assert isinstance(tree.root, Choice)
    assert {infoset.known for infoset in tree.infosets()} == {("peace",), ("terms",), ("peace", "peace"), ("terms", "terms")}


def test_what_cannot_be_unrolled_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    dispute, parameters = small_dispute(), small_parameters()
    with pytest.raises(GameError, match="at least 1 round; found 0"):
        unroll(dispute, parameters, dispute.State(), 0)
    discounting = Parameters({actor: replace(m, discount=0.9) for actor, m in parameters.motives.items()}, parameters.chance)
    with pytest.raises(GameError, match=r"“mediator” discounts by 0\.9"):
        unroll(dispute, discounting, dispute.State(), 2)
    lacking = Parameters({"mediator": parameters.motives["mediator"]}, parameters.chance)
    with pytest.raises(GameError, match="“party_a” of SmallCeasefire has no motives"):
        unroll(dispute, lacking, dispute.State(), 2)
    monkeypatch.setattr("openparley.game.unrolling.MOST_NODES", 1000)
    with pytest.raises(GameError, match="more than 1,000 nodes; take fewer rounds"):
        unroll(dispute, parameters, dispute.State(), 3)


def test_what_an_outcome_is_worth_may_depend_on_the_others_type() -> None:
    dispute, parameters = small_dispute(), small_parameters()
    given = {"party_a": {"gain": {"deal": -0.4, "war_week": 0.25}}}
    motives = dict(parameters.motives) | {"mediator": replace(parameters.motives["mediator"], given=given)}
    tree, without = unroll(dispute, Parameters(motives, parameters.chance), dispute.State(), 2), unrolled()
    moves = ("threaten", "stall", "front_moves")
    for first, second in ((("gain", "terms"), ("terms", "gain")), (("gain", "gain"), ("terms", "terms"))):
        for before, now in (first, second):
            path = (f"peace {before}", *moves, f"image {now}", "enforce", "settle")
            plain, changed = outcome_of(follow(without, *path)).payoffs, outcome_of(follow(tree, *path)).payoffs
            # The week of war falls in the first round, the deal (0.7 once the front has moved) in the second.
            assert changed[0] - plain[0] == pytest.approx(0.25 * (before == "gain") - 0.4 * 0.7 * (now == "gain"), abs=ROUNDING)
            assert changed[1] == plain[1]


def test_numbers_rise_in_the_order_of_the_nodes() -> None:
    tree = unrolled()
    draws = [node.number for node in tree.nodes() if isinstance(node, Chance)]
    ends = [outcome_of(node).number for node in tree.nodes() if isinstance(node, Terminal)]
    assert draws == list(range(1, len(draws) + 1))
    assert ends == list(range(1, len(ends) + 1))
    for player in range(len(tree.players)):
        numbers = [infoset.number for infoset in tree.infosets() if infoset.player == player]
        assert numbers == list(range(1, len(numbers) + 1))


def test_draws_without_a_chance_are_left_out() -> None:
    parameters = small_parameters()
    never = {"front_moves": 0.0, "front_moves_after_lapse": 1.0}
    tree = unroll(SmallCeasefire(never), Parameters(parameters.motives, never), SmallCeasefire.State(), 1)
    labels = {node.actions for node in tree.nodes() if isinstance(node, Chance) and node.name.startswith("world")}
    assert labels == {("front_holds",)}


def test_unrolled_disputes_pass_the_check() -> None:
    assert check_tree(unrolled()) == []
