"""Backward induction against closed forms, enumeration of all plans, and the logit solver's limit."""

from fractions import Fraction
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openparley.errors import GameError, ParameterError
from openparley.game.dispute_game import DisputeGame
from openparley.game.parameters import Motives, Parameters
from openparley.game.positions import ENDED, chance_probs, enumerate_positions
from openparley.game.stationary import known_rewards
from openparley.game.tree import Chance, Choice, Infoset, Node, Outcome, Terminal, Tree
from openparley.solve.backward_induction import BackwardInduction, backward_induction, backward_induction_dispute
from openparley.solve.solution import NOT_UNIQUE
from tests.solve.random_dispute import RandomDispute, random_parameters
from tests.solve.small_dispute import small_dispute, small_parameters


def end(*payoffs: float | Fraction) -> Terminal:
    return Terminal(Outcome(1, "", payoffs))


def choice(player: int, number: int, children: dict[str, Node], outcome: Outcome | None = None) -> Choice:
    return Choice(Infoset(player, number), tuple(children), tuple(children.values()), outcome=outcome)


def centipede(length: int) -> Tree:
    """Taking at step k gives k + 2 to the mover and k to the other; if nobody does, both get the length."""
    node: Node = end(float(length), float(length))
    for k in reversed(range(length)):
        mover = k % 2
        taken = (k + 2.0, float(k)) if mover == 0 else (float(k), k + 2.0)
        node = choice(mover, k // 2 + 1, {"take": end(*taken), "pass": node})
    return Tree("centipede", ("one", "two"), node)


def test_centipede_of_any_length_is_taken_at_once() -> None:
    found = backward_induction(centipede(3_000))
    assert found.solved
    assert found.behaviour.expected == (2.0, 0.0)
    assert set(found.behaviour.choices.values()) == {"take"}
    assert found.certificate == {"deviation_gain": 0.0}


def test_entry_game_with_chance_and_payment_on_the_way() -> None:
    """The incumbent would not fight, so the entrant enters if its fee of 1 is worth it; all in exact fractions."""
    fight = choice(
        1,
        1,
        {"fight": end(Fraction(-2), Fraction(-1)), "share": end(Fraction(3), Fraction(2))},
        Outcome(9, "fee", (Fraction(-1), Fraction(0))),
    )
    luck = Chance(1, "luck", ("in", "out"), (Fraction(2, 3), Fraction(1, 3)), (fight, end(Fraction(0), Fraction(4))))
    tree = Tree("entry", ("entrant", "incumbent"), choice(0, 1, {"stay": end(Fraction(1), Fraction(5)), "enter": luck}))
    found = backward_induction(tree)
    assert found.solved
    assert found.behaviour.choices == {Infoset(0, 1): "enter", Infoset(1, 1): "share"}
    assert found.behaviour.expected == (Fraction(4, 3), Fraction(8, 3))
    assert found.behaviour.values[Infoset(1, 1)] == (3, 2)


def test_ties_are_named_and_the_first_is_taken() -> None:
    reply = choice(1, 1, {"yes": end(5.0, 1.0), "no": end(0.0, 1.0)})
    found = backward_induction(Tree("tie", ("ann", "bob"), choice(0, 1, {"ask": reply, "leave": end(2.0, 0.0)})))
    assert found.status.startswith(f"{NOT_UNIQUE}: 1 tie at bob infoset 1 (yes = no)")
    assert found.behaviour.choices[Infoset(0, 1)] == "ask"
    assert found.behaviour.ties == {Infoset(1, 1): ("yes", "no")}


def test_fractions_that_differ_by_less_than_any_tolerance_do_not_tie() -> None:
    tiny = Fraction(1, 10**30)
    tree = Tree("tiny", ("ann",), choice(0, 1, {"less": end(Fraction(1)), "more": end(1 + tiny)}))
    assert backward_induction(tree).behaviour.choices == {Infoset(0, 1): "more"}
    rounded = Tree("round", ("ann",), choice(0, 1, {"less": end(0.1 + 0.2), "more": end(0.3)}))
    assert backward_induction(rounded).status.startswith(NOT_UNIQUE)


def test_imperfect_information_is_refused_by_the_name_of_the_infoset() -> None:
    blind = Infoset(1, 1, "in the dark")
    nodes = tuple(Choice(blind, ("left", "right"), (end(0, 1), end(1, 0))) for _ in range(2))
    tree = Tree("pennies", ("ann", "bob"), Choice(Infoset(0, 1), ("up", "down"), nodes))
    with pytest.raises(GameError, match=r"“bob” cannot tell 2 nodes apart at infoset 1 “in the dark” \(left, right\)"):
        backward_induction(tree)


def random_tree(seed: int) -> Tree:
    rng = np.random.default_rng(seed)
    used = [0, 0]

    def node(depth: int) -> Node:
        paid = Outcome(1, "", tuple(rng.integers(-3, 4, 2).astype(float).tolist())) if rng.random() < 0.4 else None
        if depth == 3 or rng.random() < 0.15:
            return Terminal(Outcome(1, "", tuple(rng.normal(size=2).tolist())))
        children = tuple(node(depth + 1) for _ in range(2))
        if rng.random() < 0.25:
            return Chance(1, "", ("a", "b"), (0.3, 0.7), children, outcome=paid)
        player = int(rng.integers(2))
        used[player] += 1
        return Choice(Infoset(player, used[player]), ("a", "b"), children, outcome=paid)

    return Tree("random", ("ann", "bob"), node(0))


def worth(node: Node, plan: dict[Infoset, str]) -> np.ndarray:
    paid = np.zeros(2) if node.outcome is None else np.array(node.outcome.payoffs, float)
    if isinstance(node, Choice):
        return paid + worth(node.children[node.actions.index(plan[node.infoset])], plan)
    if isinstance(node, Chance):
        return paid + sum(float(p) * worth(child, plan) for p, child in zip(node.probs, node.children, strict=True))
    return paid


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 100_000))
def test_no_other_plan_is_better_anywhere(seed: int) -> None:
    """By enumeration of every plan of each player, from every node."""
    tree = random_tree(seed)
    found = backward_induction(tree)
    plan = dict(found.behaviour.choices)
    assert found.certificate == {"deviation_gain": 0.0}
    assert worth(tree.root, plan) == pytest.approx([float(x) for x in found.behaviour.expected], abs=1e-12)
    for player in range(2):
        own = [infoset for infoset in plan if infoset.player == player]
        for actions in product("ab", repeat=len(own)):
            other = plan | dict(zip(own, actions, strict=True))
            for node in tree.nodes():
                assert worth(node, other)[player] <= worth(node, plan)[player] + 1e-12


def certain(seed: int, discount: float) -> Parameters:
    return random_parameters(seed, 1.0, types=(1, 1), discount=discount, drifting=False)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1.0, 0.8]))
def test_dispute_same_as_plain_recursion(seed: int, discount: float) -> None:
    dispute, parameters, rounds = RandomDispute(seed), certain(seed, discount), 4
    positions = enumerate_positions(dispute, dispute.State())
    reward, horizon = known_rewards(positions, parameters)
    chance = chance_probs(positions, parameters.chance, dispute)
    found = backward_induction_dispute(DisputeGame(positions, parameters, rounds))

    @cache
    def play(round_: int, v: int) -> tuple[np.ndarray, int]:
        q = []
        for o in positions.options(v):
            to = int(positions.successor[o])
            last = positions.places[v].step + 1 == len(positions.steps)
            if to == ENDED:
                onward = np.zeros(2)
            elif last:
                onward = discount * play(round_ + 1, to)[0] if round_ + 1 < rounds else horizon[to]
            else:
                onward = play(round_, to)[0]
            q.append(reward[o] + onward)
        if positions.mover(v) == "world":
            return chance[list(positions.options(v))] @ np.array(q), ENDED
        best = int(np.argmax([x[dispute.actors.index(positions.mover(v))] for x in q]))
        return q[best], positions.options(v)[best]

    if found.solved:
        for v in range(len(positions)):
            value, option = play(1, v)
            assert found.behaviour.values[1, v] == pytest.approx(value, abs=1e-12)
            assert found.behaviour.chosen[1, v] == option
        opening = positions.opening(dispute.State())
        assert found.behaviour.values[0, opening] == pytest.approx(play(0, opening)[0], abs=1e-12)


def test_ties_of_a_dispute_are_named_by_round_and_position() -> None:
    dispute = small_dispute()
    positions = enumerate_positions(dispute, dispute.State())
    motives = {
        "mediator": Motives(("calm",), {"calm": {"lapse": -1.0}}, np.ones(1), np.ones((1, 1)), 1.0),
        "party_a": Motives(("calm",), {"calm": {"war_week": -1.0}}, np.ones(1), np.ones((1, 1)), 1.0),
    }
    found = backward_induction_dispute(DisputeGame(positions, Parameters(motives, small_parameters().chance), 2))
    assert found.status.startswith(NOT_UNIQUE)
    assert "mediator in round 1, step 0, threat=none, lapses=0, front=0 (threaten = hold)" in found.status
    opening = positions.opening(dispute.State())
    assert found.behaviour.ties[(0, opening)] == ("threaten", "hold")
    assert found.behaviour.choice(0, opening) == "threaten"
    settle = next(v for v in range(len(positions)) if positions.mover(v) == "party_a")
    assert found.behaviour.choice(0, settle) == "settle"


def test_disputes_that_are_refused() -> None:
    dispute = small_dispute()
    positions = enumerate_positions(dispute, dispute.State())
    with pytest.raises(GameError, match="“mediator” has 3: peace, image or exit"):
        backward_induction_dispute(DisputeGame(positions, small_parameters(), 2))
    with pytest.raises(ParameterError, match="tie_tolerance must be from 0 up to 1; found -1"):
        BackwardInduction(tie_tolerance=-1.0)
