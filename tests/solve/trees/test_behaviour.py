"""What follows from choice probabilities on a tree, against sums over whole paths, pure strategies and Gambit."""

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pygambit
import pytest
from hypothesis import given, settings

from openparley.game.tree import Chance, Choice, Infoset, Node, Terminal, Tree
from openparley.solve.logit_qre import LogitQRE, solve_tree
from openparley.solve.trees import behaviour as tree_behaviour
from openparley.solve.trees.behaviour import certify_tree, describe, regret
from tests.solve.gambit import gambit_game
from tests.solve.random_tree import random_tree, seeds
from tests.solve.small_trees import Probs, coordination, signals

history_of: Any = pygambit.H.path  # pyright: ignore[reportAttributeAccessIssue]
EXACT = 1e-12
MOST_STRATEGIES = 2000


def random_play(tree: Tree, seed: int) -> dict[Infoset, np.ndarray]:
    rng = np.random.default_rng([seed, 7])
    return {h: rng.dirichlet(np.ones(len(actions))) for h, actions in tree.infosets().items()}


def paths(tree: Tree, probs: Probs) -> list[tuple[float, np.ndarray, tuple[tuple[Infoset, int], ...]]]:
    """Every complete path with its probability, what it pays, and the choices on it."""
    found: list[tuple[float, np.ndarray, tuple[tuple[Infoset, int], ...]]] = []
    todo: list[tuple[Node, float, np.ndarray, tuple[tuple[Infoset, int], ...]]] = [(tree.root, 1.0, np.zeros(len(tree.players)), ())]
    while todo:
        node, prob, paid, done = todo.pop()
        if node.outcome is not None:
            paid = paid + np.array([float(x) for x in node.outcome.payoffs])
        if isinstance(node, Terminal):
            found.append((prob, paid, done))
            continue
        shares = probs[node.infoset] if isinstance(node, Choice) else [float(p) for p in node.probs]
        for k, child in enumerate(node.children):
            then = (*done, (node.infoset, k)) if isinstance(node, Choice) else done
            todo.append((child, prob * shares[k], paid, then))
    return found


def expected(tree: Tree, probs: Probs) -> np.ndarray:
    return sum((prob * paid for prob, paid, _ in paths(tree, probs)), np.zeros(len(tree.players)))


@given(seed=seeds)
@settings(max_examples=25)
def test_payoffs_and_reach_are_sums_over_paths(seed: int) -> None:
    tree = random_tree(seed)
    probs = random_play(tree, seed)
    behaviour, whole = describe(tree, probs, 1.0), paths(tree, probs)
    np.testing.assert_allclose(behaviour.payoffs, expected(tree, probs), atol=EXACT)
    for infoset, menu in tree.infosets().items():
        reached = sum(prob for prob, _, done in whole if infoset in dict(done))
        assert behaviour.reach[infoset] == pytest.approx(reached, abs=EXACT)
        assert behaviour.beliefs[infoset].sum() == pytest.approx(1.0, abs=EXACT)
        assert len(behaviour.beliefs[infoset]) == len(tree.members()[infoset])
        assert len(behaviour.values[infoset]) == len(menu)


@given(seed=seeds)
@settings(max_examples=15)
def test_gambit_computes_the_same_payoffs_and_values(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    tree = random_tree(seed)
    if any(node.outcome for node in tree.nodes() if not isinstance(node, Terminal)):
        # Gambit counts what was paid before an information set in its value; only differences of values are defined.
        tree = Tree(tree.title, tree.players, tree.rebuilt(lambda old, new: replace(old, children=new, outcome=None) if new else old))
    game, where = gambit_game(tree, str(tmp_path_factory.mktemp("efg") / "game.efg"))
    probs = random_play(tree, seed)
    profile, behaviour = game.mixed_behavior_profile(), describe(tree, probs, 1.0)
    ours: dict[tuple[str, tuple[str, ...]], Infoset] = {key: infoset for key, (infoset, _) in where.items()}
    for player in game.players:
        for history, _ in list(profile[player]):
            infoset = ours[player.label if hasattr(player, "label") else player, tuple(t.action for t in history)]
            names = [f"a{k}" for k in range(len(probs[infoset]))]
            profile.set_mixed_action(history_of(*(t.action for t in history)), dict(zip(names, probs[infoset].tolist(), strict=True)))
    for i, player in enumerate(game.players):
        assert float(profile.payoffs[player]) == pytest.approx(behaviour.payoffs[i], abs=1e-10)
    for player in game.players:
        for history, _ in list(profile[player]):
            infoset = ours[player.label if hasattr(player, "label") else player, tuple(t.action for t in history)]
            values = profile.action_values[history_of(*(t.action for t in history))]
            gambit = np.array([float(values[f"a{k}"]) for k in range(len(probs[infoset]))])
            np.testing.assert_allclose(behaviour.values[infoset], gambit, atol=1e-10)


@given(seed=seeds)
@settings(max_examples=20)
def test_beliefs_are_a_martingale_over_what_a_player_learns(seed: int) -> None:
    """Nodes of all information sets of one depth, weighed by how often each is met, are the nodes as they are reached."""
    tree = random_tree(seed)
    behaviour = describe(tree, random_play(tree, seed), 1.0)
    whole: dict[int, float] = {}
    todo: list[tuple[object, float]] = [(tree.root, 1.0)]
    while todo:
        node, prob = todo.pop()
        whole[id(node)] = prob
        if isinstance(node, Chance | Choice):
            shares = behaviour.probs[node.infoset] if isinstance(node, Choice) else [float(p) for p in node.probs]
            todo.extend((child, prob * share) for child, share in zip(node.children, shares, strict=True))
    for infoset, members in tree.members().items():
        met = np.array([whole[id(node)] for node in members])
        np.testing.assert_allclose(behaviour.reach[infoset] * behaviour.beliefs[infoset], met, atol=EXACT)


@given(seed=seeds)
@settings(max_examples=40)
def test_regret_is_the_gain_from_the_best_pure_strategy(seed: int) -> None:
    tree = random_tree(seed, depth=4)
    probs = random_play(tree, seed)
    now, best = expected(tree, probs), -np.inf
    for i in range(len(tree.players)):
        own = {h: len(menu) for h, menu in tree.infosets().items() if h.player == i}
        if np.prod([float(size) for size in own.values()]) > MOST_STRATEGIES:
            return
        whole = paths(tree, {h: np.ones(len(p)) if h.player == i else p for h, p in probs.items()})
        for pure in product(*(range(size) for size in own.values())):
            chosen = dict(zip(own, pure, strict=True))
            worth = sum(prob * paid[i] for prob, paid, done in whole if all(chosen.get(h, k) == k for h, k in done))
            best = max(best, worth - now[i])
    assert regret(describe(tree, probs, 1.0)) == pytest.approx(best, abs=1e-10)


@given(seed=seeds)
@settings(max_examples=20)
def test_a_perturbed_choice_fails_the_certificate(seed: int) -> None:
    tree = random_tree(seed)
    behaviour = solve_tree(tree, LogitQRE(1.0, trace=1.0)).behaviour
    assert certify_tree(behaviour)["logit_residual"] < 1e-10
    assert certify_tree(behaviour)["sum_error"] < EXACT
    infoset = list(behaviour.probs)[seed % len(behaviour.probs)]
    shifted = behaviour.probs[infoset].copy()
    shifted[:2] += [1e-6, -1e-6]
    assert certify_tree(replace(behaviour, probs={**behaviour.probs, infoset: shifted}))["logit_residual"] > 5e-7
    shifted[0] += 1e-6
    assert certify_tree(replace(behaviour, probs={**behaviour.probs, infoset: shifted}))["sum_error"] == pytest.approx(1e-6, rel=1e-3)


def test_another_precision_fails_the_certificate() -> None:
    behaviour = solve_tree(signals((0.3, 0.7)), LogitQRE(3.0)).behaviour
    assert certify_tree(replace(behaviour, precision=3.0001))["logit_residual"] > 1e-6


def test_choices_that_are_no_numbers_fail_the_certificate() -> None:
    tree = coordination(2)
    nothing = {h: np.full(2, np.nan) for h in tree.infosets()}
    found = certify_tree(describe(tree, nothing, 2.0))
    assert not found["logit_residual"] < 1e-6
    assert not found["sum_error"] < 1e-6


def test_propensities_belong_to_the_certificate() -> None:
    tree = signals((0.3, 0.7), base=((1.0, 3.0), (1.0, 3.0)))
    behaviour = solve_tree(tree, LogitQRE(0.0)).behaviour
    assert certify_tree(behaviour)["logit_residual"] < EXACT
    even = {h: np.full(2, 0.5) for h in tree.infosets()}
    assert certify_tree(describe(tree, even, 0.0))["logit_residual"] == pytest.approx(0.25)


def test_a_set_that_is_never_reached_has_even_beliefs() -> None:
    tree = coordination(2)
    rows, columns = tree.infosets()
    behaviour = describe(tree, {rows: np.array([1.0, 0.0]), columns: np.array([0.5, 0.5])}, 1.0)
    np.testing.assert_allclose(behaviour.beliefs[columns], [1.0, 0.0])
    np.testing.assert_allclose(behaviour.values[rows], [0.5, 0.5])
    np.testing.assert_allclose(behaviour.payoffs, [0.5, 0.5])


def test_regret_of_a_large_tree_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_behaviour, "MOST_REGRET_NODES", 5)
    behaviour = solve_tree(coordination(2), LogitQRE(1.0)).behaviour
    assert regret(behaviour) is None
    assert "regret" not in certify_tree(behaviour)
