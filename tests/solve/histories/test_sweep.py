"""The system of beliefs at public histories: its derivatives, and its answers against plain sweeps and against Gambit."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openparley.game.dispute_game import DisputeGame
from openparley.game.parameters import Parameters
from openparley.game.positions import enumerate_positions
from openparley.game.tree import Choice, Infoset, Tree
from openparley.solve import crew
from openparley.solve.branch import follow
from openparley.solve.histories import sweep
from openparley.solve.histories.behaviour import PublicBehaviour
from openparley.solve.histories.public_tree import CHANCE, PublicTree, recognise, unfold
from openparley.solve.histories.sweep import Sweep
from openparley.solve.logit_qre import LogitQRE, solve_histories, solve_tree
from tests.solve.gambit import gambit_behaviour
from tests.solve.random_dispute import RandomDispute, random_motives, random_parameters, seeds
from tests.solve.random_tree import random_public_tree
from tests.solve.reference import Behaviour, exact_behaviour, largest_gap
from tests.solve.small_dispute import small_dispute, small_parameters
from tests.solve.small_trees import certified, dense, end, gap, general, general_probs

GAMBIT_TOLERANCE = 1e-8
PLAIN = 1e-9  # against sweeps iterated until they change by 1e-13
AGREE = 1e-6  # derivatives against differences


def game_of(seed: int, precision: float, rounds: int, **options: object) -> DisputeGame:
    dispute = RandomDispute(seed)
    return DisputeGame(enumerate_positions(dispute, dispute.State()), random_parameters(seed, precision, **options), rounds)  # pyright: ignore[reportArgumentType]


def residual(public: PublicTree, unknowns: np.ndarray, precision: float) -> np.ndarray:
    """Unknown log odds less those that Bayes' rule gives with the choices that all unknowns lead to."""
    choices = Sweep(public).behaviour(unknowns, precision)
    odds, found = np.zeros((public.nodes, public.odds)), unknowns.copy()
    odds[0] = public.opening
    for v in range(public.nodes):
        for e in range(public.edge_start[v], public.edge_start[v + 1]):
            after, i, at = odds[v].copy(), public.mover[v], public.unknown_at[e]
            if i != CHANCE and at >= 0:
                last, first = public.kinds[i] - 1, public.offset[i]
                found[at : at + last] -= odds[v, first : first + last] + np.log(choices[e, :last] / choices[e, last])
                after[first : first + last] = unknowns[at : at + last]
            if public.child[e] >= 0:
                odds[public.child[e]] = drifted(public, after) if public.ends_round[e] else after
    return found


def drifted(public: PublicTree, odds: np.ndarray) -> np.ndarray:
    found = odds.copy()
    for i, kinds in enumerate(public.kinds):
        at = slice(public.offset[i], public.offset[i] + kinds - 1)
        share = np.exp(np.append(odds[at], 0.0))
        belief = share / share.sum() @ public.drift[i, :kinds, :kinds]
        found[at] = np.log(belief[:-1] / belief[-1])
    return found


def check_newton(public: PublicTree, precision: float, seed: int) -> None:
    z = Sweep(public).start() + np.random.default_rng(seed).normal(0, 0.3, public.unknowns)
    newton = Sweep(public).newton(z, precision)
    jacobian = dense(lambda x: residual(public, x, precision), z)
    by_precision = (residual(public, z, precision + 1e-6) - residual(public, z, precision - 1e-6)) / 2e-6
    scale = 1 + np.abs(newton.step).max(initial=0) + np.abs(newton.slope).max(initial=0)
    np.testing.assert_allclose(jacobian @ newton.step, -residual(public, z, precision), atol=AGREE * scale)
    np.testing.assert_allclose(jacobian @ newton.slope, -by_precision, atol=AGREE * scale)
    assert newton.sign == np.linalg.slogdet(jacobian)[0]


@given(seed=seeds, precision=st.floats(0.1, 5.0))
@settings(max_examples=25)
def test_step_slope_and_sign_on_trees_with_correlated_types(seed: int, precision: float) -> None:
    found = recognise(random_public_tree(seed))
    assert found is not None
    check_newton(found.public, precision, seed)


@given(seed=seeds, precision=st.floats(0.1, 5.0), discount=st.sampled_from([1.0, 0.9]))
@settings(max_examples=15)
def test_step_slope_and_sign_on_disputes_with_drift(seed: int, precision: float, discount: float) -> None:
    game = game_of(seed, 1.0, 2, discount=discount)
    public = unfold(game, game.played.State())
    if public.unknowns < 250:
        check_newton(public, precision, seed)
    else:
        check_newton(unfold(game_of(seed, 1.0, 1, discount=discount), game.played.State()), precision, seed)


@given(seed=seeds)
@settings(max_examples=15)
def test_newton_steps_converge_quadratically(seed: int) -> None:
    game = game_of(seed, 1.0, 2)
    system = Sweep(unfold(game, game.played.State()))
    answer = follow(system, to=0.5, wanted=(0.5,)).crossings[0.5][0].unknowns
    z, errors = answer + 1e-2 * np.random.default_rng(seed).normal(size=len(answer)), []
    for _ in range(4):
        z = z + system.newton(z, 0.5).step
        errors.append(float(np.abs(z - answer).max(initial=0.0)))
    assert errors[1] < max(100 * errors[0] ** 2, 1e-13)
    assert errors[-1] < 1e-12


def compare_with_gambit(seed: int, precision: float, folder: Path) -> None:
    tree = random_public_tree(seed)
    ours = solve_tree(tree, LogitQRE(precision, trace=1.0))
    assert ours.settings["solver"] == "public histories"
    system, traced = general(tree, precision)
    gambit = gambit_behaviour(tree, precision, str(folder / "game.efg"))
    assert gap(ours.behaviour.probs, gambit) < GAMBIT_TOLERANCE
    assert gap(general_probs(system, traced.crossings[precision][0].unknowns), ours.behaviour.probs) < PLAIN


@given(seed=seeds, precision=st.sampled_from([0.3, 1.0, 3.0]))
@settings(max_examples=25)
def test_random_public_games_are_solved_as_gambit_solves_them(
    tmp_path_factory: pytest.TempPathFactory, seed: int, precision: float
) -> None:
    compare_with_gambit(seed, precision, tmp_path_factory.mktemp("efg"))


@pytest.mark.long
@given(seed=seeds, precision=st.sampled_from([0.3, 1.0, 3.0]))
@settings(max_examples=250)
def test_many_random_public_games_are_solved_as_gambit_solves_them(
    tmp_path_factory: pytest.TempPathFactory, seed: int, precision: float
) -> None:
    compare_with_gambit(seed, precision, tmp_path_factory.mktemp("efg"))


def by_history(game: DisputeGame, behaviour: PublicBehaviour, like: Behaviour) -> Behaviour:
    """The choices at the histories of a reference, found by the labels of the options on the way."""
    public, labels = behaviour.public, game.positions.labels
    found: Behaviour = {}
    todo: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    while todo:
        v, history = todo.pop()
        if history in like:
            found[history] = behaviour.probs(v)
        for e in range(public.edge_start[v], public.edge_start[v + 1]):
            if public.child[e] >= 0:
                todo.append((int(public.child[e]), (*history, labels[public.option[e]])))
    return found


@given(seed=seeds, precision=st.floats(0.1, 0.6), rounds=st.integers(1, 3), discount=st.sampled_from([1.0, 0.85]))
@settings(max_examples=12)
def test_disputes_are_solved_as_plain_sweeps_solve_them(seed: int, precision: float, rounds: int, discount: float) -> None:
    """Three and two types, drift, propensities; at precisions at which plain sweeps settle."""
    game = game_of(seed, precision, rounds, discount=discount)
    exact = exact_behaviour(game.played, game.parameters, game.played.State(), rounds)
    solution = solve_histories(game, LogitQRE(trace=1.0))
    assert largest_gap(by_history(game, solution.behaviour, exact), exact) < PLAIN
    assert certified(solution)["logit_residual"] < PLAIN


@pytest.mark.parametrize("precision", [0.5, 1.0])
@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_the_small_ceasefire_is_solved_as_plain_sweeps_solve_it(rounds: int, precision: float) -> None:
    dispute, parameters = small_dispute(), small_parameters(precision)
    game = DisputeGame(enumerate_positions(dispute, dispute.State()), parameters, rounds)
    exact = exact_behaviour(dispute, parameters, dispute.State(), rounds)
    solution = solve_histories(game, LogitQRE())
    assert solution.solved, solution.status
    assert largest_gap(by_history(game, solution.behaviour, exact), exact) < PLAIN


@pytest.mark.parametrize("seed", range(4))
def test_a_prior_at_a_vertex_is_the_game_of_the_known_type(seed: int) -> None:
    dispute = RandomDispute(seed)
    positions = enumerate_positions(dispute, dispute.State())
    rng = np.random.default_rng(seed)
    two, other = (random_motives(rng, kinds, 1.0, drifting=False) for kinds in (2, 3))
    sure = type(two)(two.types, two.weights, np.array([1.0, 0.0]), two.drift, 1.0, propensity=two.propensity)
    known = type(two)(
        two.types[:1], {two.types[0]: two.weights[two.types[0]]}, np.ones(1), np.ones((1, 1)), 1.0, propensity=two.propensity
    )  # fmt: skip
    games = (DisputeGame(positions, Parameters({"alpha": alpha, "beta": other}), 2) for alpha in (sure, known))
    one, alone = (solve_histories(game, LogitQRE()).behaviour for game in games)
    for v in range(one.public.nodes):
        if one.public.mover[v] != CHANCE:
            np.testing.assert_allclose(one.probs(v)[:, : alone.public.kinds[one.public.mover[v]]], alone.probs(v), atol=PLAIN)


@given(seed=seeds)
@settings(max_examples=10)
def test_level_by_level_and_threads_change_nothing(seed: int) -> None:
    game = game_of(seed, 1.0, 3)
    public = unfold(game, game.played.State())
    z = Sweep(public).start() + np.random.default_rng(seed).normal(0, 0.3, public.unknowns)
    whole = Sweep(public).newton(z, 2.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "ONE_CALL", 0)
        patch.setattr(crew, "SMALL", 7)
        for threads in (1, 2):
            pieces = Sweep(public, threads=threads).newton(z, 2.0)
            np.testing.assert_allclose(pieces.step, whole.step, rtol=1e-9, atol=1e-11)
            np.testing.assert_allclose(pieces.slope, whole.slope, rtol=1e-9, atol=1e-11)
            assert pieces.sign == whole.sign


def test_a_player_who_moves_three_times_running_decides_backwards() -> None:
    """The nodes of all three moves look alike, and each leads to the next."""
    worth = np.array([[[1.0, -0.5], [0.2, 0.4]], [[0.8, 0.1], [-1.0, 2.0]]])
    numbers = iter(range(1, 8))

    def move(at: tuple[int, ...]) -> Choice:
        infoset = Infoset(0, next(numbers), "".join(map(str, at)))
        return Choice(infoset, ("a", "b"), tuple(end(worth[(*at, k)]) if len(at) == 2 else move((*at, k)) for k in range(2)))

    tree = Tree("thrice", ("A",), move(()))
    probs = {h.label: p for h, p in solve_tree(tree, LogitQRE(1.0)).behaviour.probs.items()}
    last = np.exp(worth) / np.exp(worth).sum(2, keepdims=True)
    middle = (last * worth).sum(2)
    chosen = np.exp(middle) / np.exp(middle).sum(1, keepdims=True)
    np.testing.assert_allclose(np.log(probs[""][1] / probs[""][0]), np.diff((chosen * middle).sum(1))[0], atol=1e-12)
    for k in range(2):
        np.testing.assert_allclose(probs[str(k)], chosen[k], atol=1e-12)


@given(seed=seeds)
@settings(max_examples=15)
def test_precision_zero_leaves_drifting_priors(seed: int) -> None:
    game = game_of(seed, 1.0, 2)
    public = unfold(game, game.played.State())
    np.testing.assert_allclose(residual(public, Sweep(public).start(), 0.0), 0.0, atol=1e-11)
