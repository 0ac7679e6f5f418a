"""The system of all choice probabilities against Gambit, and its derivatives against differences of a residual written here."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openparley.errors import SolveError
from openparley.game.tree import Choice, Infoset, Tree
from openparley.solve.trees import agent_logit
from openparley.solve.trees.agent_logit import AgentLogit
from openparley.solve.trees.behaviour import describe
from tests.solve.gambit import gambit_behaviour
from tests.solve.random_tree import random_tree, seeds
from tests.solve.small_trees import dense, end, gap, general, general_probs, signals

GAMBIT_TOLERANCE = 1e-8
AGREE = 1e-6  # derivatives against differences


def residual(system: AgentLogit, tree: Tree, log_probs: np.ndarray, precision: float) -> np.ndarray:
    """Log odds against each menu's first action less what logit choice asks for, and sums of menus less one."""
    behaviour = describe(tree, general_probs(system, log_probs), precision)
    base = {node.infoset: node.propensities for node in tree.nodes() if isinstance(node, Choice)}
    rows = []
    for k, infoset in enumerate(system.infosets):
        z = log_probs[system.first[k] : system.first[k + 1]]
        wanted = precision * behaviour.values[infoset] + (np.log(base[infoset]) if base[infoset] else 0.0)
        rows += [np.exp(z).sum(keepdims=True) - 1, (z - wanted)[1:] - (z - wanted)[0]]
    return np.concatenate(rows)


def off_the_branch(system: AgentLogit, seed: int) -> np.ndarray:
    return system.start() + np.random.default_rng(seed).normal(0, 0.3, system.unknowns)


def small(seed: int) -> Tree:
    return random_tree(seed, depth=4, infosets=12, actions=30)


def compare_with_gambit(seed: int, precision: float, folder: Path) -> None:
    tree = random_tree(seed)
    system, traced = general(tree, precision)
    first = traced.crossings[precision][0]
    assert gap(general_probs(system, first.unknowns), gambit_behaviour(tree, precision, str(folder / "game.efg"))) < GAMBIT_TOLERANCE


precisions = st.sampled_from([0.3, 1.0, 3.0])


@given(seed=seeds, precision=precisions)
@settings(max_examples=25)
def test_random_games_are_solved_as_gambit_solves_them(tmp_path_factory: pytest.TempPathFactory, seed: int, precision: float) -> None:
    compare_with_gambit(seed, precision, tmp_path_factory.mktemp("efg"))


@pytest.mark.long
@given(seed=seeds, precision=precisions)
@settings(max_examples=250)
def test_many_random_games_are_solved_as_gambit_solves_them(tmp_path_factory: pytest.TempPathFactory, seed: int, precision: float) -> None:
    compare_with_gambit(seed, precision, tmp_path_factory.mktemp("efg"))


@given(seed=seeds, precision=st.floats(0.0, 3.0))
@settings(max_examples=25)
def test_step_slope_and_sign_are_those_of_the_differentiated_residual(seed: int, precision: float) -> None:
    tree = small(seed)
    system = AgentLogit(tree)
    z = off_the_branch(system, seed)
    newton = system.newton(z, precision)
    jacobian = dense(lambda x: residual(system, tree, x, precision), z)
    scale = 1 + np.abs(newton.step).max() + np.abs(newton.slope).max()
    by_precision = residual(system, tree, z, precision + 0.5) - residual(system, tree, z, precision - 0.5)
    np.testing.assert_allclose(jacobian @ newton.step, -residual(system, tree, z, precision), atol=AGREE * scale)
    np.testing.assert_allclose(jacobian @ newton.slope, -by_precision, atol=AGREE * scale)
    at_zero = np.linalg.slogdet(dense(lambda x: residual(system, tree, x, 0.0), system.start()))[0]
    assert newton.sign == np.linalg.slogdet(jacobian)[0] * at_zero


@given(seed=seeds)
@settings(max_examples=25)
def test_newton_steps_converge_quadratically(seed: int) -> None:
    tree = small(seed)
    system, traced = general(tree, 1.0)
    answer = traced.crossings[1.0][0].unknowns
    z, errors = answer + 1e-2 * np.random.default_rng(seed).normal(size=len(answer)), []
    for _ in range(4):
        z = z + system.newton(z, 1.0).step
        errors.append(float(np.abs(z - answer).max()))
    assert errors[0] < 0.05
    assert errors[1] < max(100 * errors[0] ** 2, 1e-13)
    assert errors[-1] < 1e-12


@given(seed=seeds, precision=st.floats(0.0, 3.0))
@settings(max_examples=10)
def test_sparse_and_dense_factors_say_the_same(seed: int, precision: float) -> None:
    system = AgentLogit(random_tree(seed))
    z = off_the_branch(system, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(agent_logit, "DENSE", 10_000)
        full = AgentLogit(random_tree(seed)).newton(z, precision)
        patch.setattr(agent_logit, "DENSE", 0)
        sparse = AgentLogit(random_tree(seed)).newton(z, precision)
    np.testing.assert_allclose(sparse.step, full.step, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(sparse.slope, full.slope, rtol=1e-8, atol=1e-8)
    assert sparse.sign == full.sign


@given(seed=seeds)
@settings(max_examples=10)
def test_precision_zero_is_solved_by_the_start(seed: int) -> None:
    tree = random_tree(seed)
    system = AgentLogit(tree)
    np.testing.assert_allclose(system.newton(system.start(), 0.0).step, 0.0, atol=1e-14)
    for infoset, probs in general_probs(system, system.start()).items():
        np.testing.assert_allclose(probs, 1 / len(tree.infosets()[infoset]))


def test_precision_zero_follows_the_propensities() -> None:
    system = AgentLogit(signals((0.3, 0.7), base=((1.0, 3.0), (2.0, 0.5))))
    probs = {h.label: p for h, p in general_probs(system, system.start()).items()}
    np.testing.assert_allclose(probs["type 0"], [0.25, 0.75])
    np.testing.assert_allclose(probs["type 1"], [0.8, 0.2])


def test_a_choice_alone_is_logit_choice() -> None:
    tree = Tree("one", ("A",), Choice(Infoset(0, 1), ("a", "b", "c"), (end(1.0), end(0.5), end(-2.0)), (1.0, 2.0, 0.1)))
    _, traced = general(tree, 3.0)
    weight = np.array([1.0, 2.0, 0.1]) * np.exp(3.0 * np.array([1.0, 0.5, -2.0]))
    np.testing.assert_allclose(np.exp(traced.crossings[3.0][0].unknowns), weight / weight.sum(), rtol=1e-12)


def test_an_absent_minded_player_is_refused_by_name() -> None:
    again = Infoset(0, 1, "crossroads")
    tree = Tree("driver", ("A",), Choice(again, ("exit", "go"), (end(0.0), Choice(again, ("exit", "go"), (end(4.0), end(1.0))))))
    with pytest.raises(SolveError, match=r"information set 1 of player 1 .“crossroads”. is met twice on one path"):
        AgentLogit(tree)


def test_a_tree_with_too_many_pairs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent_logit, "MOST_PAIRS", 10)
    with pytest.raises(SolveError, match="pairs of actions, and this method takes 10"):
        AgentLogit(small(1))
