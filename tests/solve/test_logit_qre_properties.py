"""What holds in every game: names, scales, certain payoffs and the way nature draws mean nothing."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from openparley.game.tree import Chance, Choice, Infoset, Node, Outcome, Terminal, Tree
from openparley.solve.logit_qre import LogitQRE, solve_tree, solve_tree_path
from tests.solve.random_tree import random_tree, seeds
from tests.solve.small_trees import Probs, certified, gap

SAME = 1e-9


def rebuilt(tree: Tree, node: object) -> Tree:
    return Tree(tree.title, tree.players, tree.rebuilt(node))  # pyright: ignore[reportArgumentType]


def paying(tree: Tree, change: object, *, ends_only: bool = False) -> Tree:
    """The tree with every payoff vector p replaced by ``change``(p)."""

    def node(old: Node, children: tuple[Node, ...]) -> Node:
        outcome = old.outcome
        if outcome is not None and not (ends_only and children):
            outcome = Outcome(outcome.number, outcome.label, tuple(change(np.array([float(x) for x in outcome.payoffs])).tolist()))  # pyright: ignore[reportCallIssue]
        return Terminal(outcome) if isinstance(old, Terminal) else replace(old, children=children, outcome=outcome)

    return rebuilt(tree, node)


def probs_of(tree: Tree, precision: float) -> Probs:
    solution = solve_tree(tree, LogitQRE(precision, trace=1.0))
    assert certified(solution)["logit_residual"] < SAME, solution.status
    return solution.behaviour.probs


lambdas = st.sampled_from([0.4, 1.5])


@given(seed=seeds, precision=lambdas)
@settings(max_examples=10)
def test_names_and_numbers_of_players_actions_and_information_sets_mean_nothing(seed: int, precision: float) -> None:
    tree = random_tree(seed)
    count = len(tree.players)

    def other(infoset: Infoset) -> Infoset:
        return Infoset(count - 1 - infoset.player, 100 - infoset.number, f"not {infoset.label}")

    def node(old: Node, children: tuple[Node, ...]) -> Node:
        outcome = old.outcome and Outcome(old.outcome.number, "", old.outcome.payoffs[::-1])
        if isinstance(old, Terminal):
            return Terminal(outcome)
        turned = replace(old, actions=tuple(f"{label}'" for label in old.actions[::-1]), children=children[::-1], outcome=outcome)
        return replace(turned, infoset=other(turned.infoset)) if isinstance(turned, Choice) else replace(turned, probs=turned.probs[::-1])

    there = probs_of(Tree("", tree.players[::-1], tree.rebuilt(node)), precision)
    assert gap({other(h): p[::-1] for h, p in probs_of(tree, precision).items()}, there) < SAME


@given(seed=seeds, precision=lambdas)
@settings(max_examples=10)
def test_a_constant_on_every_complete_path_changes_nothing(seed: int, precision: float) -> None:
    tree = random_tree(seed)
    more = paying(tree, lambda p: p + np.arange(1, len(p) + 1) * 3.7, ends_only=True)
    assert gap(probs_of(tree, precision), probs_of(more, precision)) < SAME


@given(seed=seeds, precision=lambdas, scale=st.sampled_from([1e-3, 0.1, 7.0, 1e3]))
@settings(max_examples=10)
def test_payoffs_times_c_and_precision_over_c_is_the_same_game(seed: int, precision: float, scale: float) -> None:
    tree = random_tree(seed)
    assert gap(probs_of(tree, precision), probs_of(paying(tree, lambda p: p * scale), precision / scale)) < SAME


@given(seed=seeds, precision=lambdas)
@settings(max_examples=10)
def test_splitting_a_draw_in_two_changes_nothing(seed: int, precision: float) -> None:
    """The last outcome of every draw comes from a second draw, and one draw is put before the whole game."""
    tree = random_tree(seed)

    def node(old: Node, children: tuple[Node, ...]) -> Node:
        if isinstance(old, Terminal):
            return old
        if not isinstance(old, Chance):
            return replace(old, children=children)
        first, rest = old.probs[0], sum(old.probs[1:])
        later = Chance(1000 + old.number, "", old.actions[1:], tuple(p / rest for p in old.probs[1:]), children[1:])
        return replace(old, actions=old.actions[:2], probs=(first, rest), children=(children[0], later))

    split = Tree("", tree.players, Chance(2000, "", ("only",), (1.0,), (tree.rebuilt(node),)))
    assert gap(probs_of(tree, precision), probs_of(split, precision)) < SAME


@given(seed=seeds, precision=lambdas)
@settings(max_examples=10)
def test_a_propensity_of_two_is_the_move_twice(seed: int, precision: float) -> None:
    tree = random_tree(seed, depth=3)
    weighted = rebuilt(tree, lambda old, new: _with(old, new, lambda c: replace(c, propensities=(2.0,) + (1.0,) * (len(new) - 1))))
    twice = rebuilt(
        tree, lambda old, new: _with(old, new, lambda c: replace(c, actions=(*c.actions, "again"), children=(*c.children, c.children[0])))
    )  # fmt: skip
    doubled = {h: np.append(p[0] + p[-1], p[1:-1]) for h, p in probs_of(twice, precision).items()}
    assert gap(probs_of(weighted, precision), doubled) < SAME


def _with(old: Node, children: tuple[Node, ...], change: object) -> Node:
    if isinstance(old, Terminal):
        return old
    new = replace(old, children=children)
    return change(new) if isinstance(new, Choice) else new  # pyright: ignore[reportCallIssue]


@given(seed=seeds)
@settings(max_examples=10)
def test_precision_zero_is_uniform_play(seed: int) -> None:
    for probs in probs_of(random_tree(seed), 0.0).values():
        np.testing.assert_allclose(probs, 1 / len(probs), atol=1e-14)


@given(seed=seeds)
@settings(max_examples=8)
def test_at_high_precision_nothing_is_left_to_gain(seed: int) -> None:
    """What a logit choice loses against the best of n actions is at most (n − 1) / (e λ)."""
    precisions = (1.0, 10.0, 100.0)
    for solution, precision in zip(solve_tree_path(random_tree(seed, depth=4), LogitQRE(trace=1.0), precisions), precisions, strict=True):
        assert certified(solution)["logit_residual"] < SAME, solution.status
        assert certified(solution)["best_response_gap"] <= 2 / (np.e * precision)
