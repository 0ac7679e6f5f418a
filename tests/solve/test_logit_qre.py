"""The study's game and published games against Gambit, what a status says, and properties that hold in every game."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from benchmarks.games.bargaining import bargaining
from openparley.errors import ParameterError
from openparley.game.dispute_game import DisputeGame
from openparley.game.efg import read_efg
from openparley.game.positions import enumerate_positions
from openparley.game.tree import Chance, Choice, Infoset, Tree
from openparley.game.unrolling import unroll
from openparley.solve import branch as branch_module
from openparley.solve.histories.behaviour import PublicBehaviour
from openparley.solve.logit_qre import LogitQRE, solve_histories, solve_tree, solve_tree_path
from openparley.solve.solution import NOT_SETTLED, NOT_UNIQUE, SOLVED, STOPPED
from tests.solve.gambit import gambit_behaviour
from tests.solve.make_bargaining_oracle import A_MOVES, B_MOVES, TYPES, Choices, read_bargaining_oracle
from tests.solve.small_trees import (
    Probs,
    certified,
    coordination,
    end,
    gap,
    general,
    general_probs,
    signals,
    simultaneous,
    simultaneous_node,
)

SAME = 1e-9
SHORT = 0.2  # in log odds: a step after which nothing can be overlooked
GAMBIT_TOLERANCE = 1e-8
ORACLE = read_bargaining_oracle()
GAMES = sorted((Path(__file__).parent.parent / "game" / "games").glob("*.efg"))
BEGIN = (SOLVED, NOT_UNIQUE, NOT_SETTLED, STOPPED)


def study_tree(variant: str, rounds: int) -> Tree:
    dispute, parameters = bargaining(variant, 1.0)
    return unroll(dispute, parameters, dispute.State(), rounds)


def study_game(variant: str, rounds: int) -> DisputeGame:
    dispute, parameters = bargaining(variant, 1.0)
    return DisputeGame(enumerate_positions(dispute, dispute.State()), parameters, rounds)


def from_tree(tree: Tree, probs: Probs) -> Choices:
    found: Choices = {}
    for h, actions in tree.infosets().items():
        kind = h.known[-1] if tree.players[h.player] == "party_a" else ""
        found[tree.players[h.player], kind, h.history] = dict(zip(actions, probs[h].tolist(), strict=True))
    return found


def from_histories(behaviour: PublicBehaviour, like: Choices) -> Choices:
    found: Choices = {}
    for player, kind, history in like:
        menu = A_MOVES if player == "party_a" else B_MOVES
        moves = [B_MOVES.index(label) if label in B_MOVES else A_MOVES.index(label) for label in history]
        column = TYPES.index(kind) if kind else 0
        found[player, kind, history] = dict(zip(menu, behaviour.probs(behaviour.node(*moves))[:, column].tolist(), strict=True))
    return found


def largest(one: Choices, two: Choices) -> float:
    assert one.keys() == two.keys()
    return max(abs(one[key][action] - two[key][action]) for key in one for action in two[key])


@pytest.mark.parametrize(("variant", "rounds"), sorted({case[:2] for case in ORACLE.cases}))
def test_the_study_s_game_is_gambit_s_by_all_routes(variant: str, rounds: int) -> None:
    asked = [case[2] for case in ORACLE.cases if case[:2] == (variant, rounds)]
    tree, game = study_tree(variant, rounds), study_game(variant, rounds)
    for solution, precision in zip(solve_tree_path(tree, LogitQRE(trace=1.0), asked), asked, strict=True):
        known = ORACLE.cases[variant, rounds, precision].choices
        assert solution.settings["solver"] == "public histories"
        assert largest(from_tree(tree, solution.behaviour.probs), known) < SAME
        assert certified(solution)["logit_residual"] < SAME
        assert largest(from_histories(solve_histories(game, LogitQRE(precision, trace=1.0)).behaviour, known), known) < SAME
    if rounds > 3:
        return  # too many choice probabilities for a test of seconds
    system, traced = general(tree, *asked)
    for precision in asked:
        probs = general_probs(system, traced.crossings[precision][0].unknowns)
        assert largest(from_tree(tree, probs), ORACLE.cases[variant, rounds, precision].choices) < SAME


@pytest.mark.parametrize("rounds", sorted(ORACLE.branches))
def test_every_crossing_and_fold_of_the_study_s_branch_is_found(rounds: int) -> None:
    branch, tree = ORACLE.branches[rounds], study_tree("base", rounds)
    asked = sorted(branch.press)
    solutions = solve_tree_path(tree, LogitQRE(trace=1.3), asked)
    for solution, precision in zip(solutions, asked, strict=True):
        opening = [from_tree(tree, one.probs)["party_b", "", ()]["press"] for one in solution.equilibria]
        assert len(opening) == len(branch.press[precision])
        np.testing.assert_allclose(opening, branch.press[precision], atol=SAME)
        assert solution.status.startswith(SOLVED if len(opening) == 1 else NOT_UNIQUE)
        for one, known in zip(solution.equilibria, branch.equilibria.get(precision, ()), strict=False):
            assert largest(from_tree(tree, one.probs), known) < SAME
    assert solutions[0].branch is not None
    folds = [fold.precision for fold in solutions[0].branch.folds]
    assert {fold.kind for fold in solutions[0].branch.folds} == {"fold"}
    np.testing.assert_allclose(folds[: len(branch.folds)], branch.folds, atol=1e-7)


def test_the_oracle_has_the_crossings_that_were_counted_by_hand() -> None:
    assert {at: len(press) for at, press in ORACLE.branches[3].press.items() if at <= 10} == {4.0: 1, 4.5: 9, 5.0: 3, 8.0: 11, 10.0: 13}


LONG_BRANCHES = [("base", 1), ("base", 2), ("alt", 1), ("alt", 2), ("alt", 3), pytest.param("base", 3, marks=pytest.mark.long)]
LONG_BRANCHES += [pytest.param("alt", 4, marks=pytest.mark.long), pytest.param("base", 4, marks=pytest.mark.long)]


@pytest.mark.parametrize(("variant", "rounds"), LONG_BRANCHES)
def test_a_branch_is_followed_to_fifty_without_a_jump(variant: str, rounds: int) -> None:
    grid, tree = np.linspace(0, 50, 101).tolist(), study_tree(variant, rounds)
    solutions = solve_tree_path(tree, LogitQRE(trace=1.0), grid)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(branch_module, "LONGEST", SHORT)
        careful = solve_tree_path(tree, LogitQRE(trace=1.0, picture=True), grid)
    branch = careful[0].branch
    assert branch is not None
    assert branch.complete
    if careful[0].stats["unknowns"]:  # without beliefs that matter a step has any length in λ
        assert np.abs(np.diff(branch.shown, axis=0)).max() < SHORT
    for one, two in zip(solutions, careful, strict=True):
        assert len(one.equilibria) == len(two.equilibria)
        assert max(gap(first.probs, second.probs) for first, second in zip(one.equilibria, two.equilibria, strict=True)) < SAME
    turns = [0.0, *(fold.precision for fold in branch.folds if fold.kind == "fold"), np.inf]
    for solution, precision in zip(solutions, grid, strict=True):
        assert solution.status.startswith(BEGIN[:2]), solution.status
        assert certified(solution)["logit_residual"] < SAME
        pieces = sum(min(pair) < precision <= max(pair) for pair in pairwise(turns)) if precision else 1
        assert len(solution.equilibria) == pieces


@pytest.mark.parametrize("path", GAMES, ids=lambda path: path.stem)
@pytest.mark.parametrize("precision", [0.5, 2.0])
def test_published_games_are_solved_as_gambit_solves_them(path: Path, precision: float, tmp_path: Path) -> None:
    tree = read_efg(path.read_text(encoding="utf-8"), file=path.name)
    solution = solve_tree(tree, LogitQRE(precision, trace=1.0))
    assert certified(solution)["logit_residual"] < SAME
    assert gap(solution.behaviour.probs, gambit_behaviour(tree, precision, str(tmp_path / "game.efg"))) < GAMBIT_TOLERANCE


# Games with a symmetry, and games that nearly have one


@pytest.mark.parametrize(("worth", "precision"), [(1.0, 2.1), (1.0, 5.0), (0.5, 4.2)])
def test_the_pitchfork_of_a_coordination_game_is_named_where_it_is(worth: float, precision: float) -> None:
    """Uniform play is crossed at λ = 2 / worth, where the slope of logit choice is one."""
    solution = solve_tree(coordination(2, worth), LogitQRE(precision))
    assert solution.status.startswith(f"{NOT_UNIQUE}: another branch crosses at λ = {2 / worth:g}"), solution.status
    assert solution.branch is not None
    assert [(fold.kind, round(fold.precision, 4)) for fold in solution.branch.folds] == [("crossing", round(2 / worth, 4))]


def test_before_the_pitchfork_the_answer_is_the_only_one() -> None:
    assert solve_tree(coordination(2), LogitQRE(1.9)).solved


@pytest.mark.parametrize("size", [2, 3])
def test_at_the_pitchfork_itself_the_answer_is_a_number_or_is_not_settled(size: int) -> None:
    """The Jacobian is singular to the last digit there."""
    solution = solve_tree(coordination(size), LogitQRE(float(size)))
    settled = certified(solution)["logit_residual"] < SAME
    assert settled or solution.status.startswith(NOT_SETTLED), solution.status


@pytest.mark.parametrize("more", [1e-4, 1e-3, 1e-2, 0.1])
def test_a_game_that_is_nearly_symmetric_keeps_to_its_principal_branch(more: float, tmp_path: Path) -> None:
    tree = simultaneous([[(1 + more, 1 + more), (0.0, 0.0)], [(0.0, 0.0), (1.0, 1.0)]])
    solution = solve_tree(tree, LogitQRE(6.0))
    assert gap(solution.behaviour.probs, gambit_behaviour(tree, 6.0, str(tmp_path / "game.efg"))) < GAMBIT_TOLERANCE
    assert solution.solved, solution.status


def test_two_branches_that_cross_at_once_are_named() -> None:
    """Two coordination games side by side: the determinant has a double zero, its sign stays."""
    cells = [[(1.0, 1.0), (0.0, 0.0)], [(0.0, 0.0), (1.0, 1.0)]]
    games = tuple(simultaneous_node(cells, Infoset(0, k), Infoset(1, k)) for k in (1, 2))
    tree = Tree("two", ("Row", "Column"), Chance(1, "which", ("a", "b"), (0.5, 0.5), games))
    assert solve_tree(tree, LogitQRE(5.0)).status.startswith(NOT_UNIQUE)


def test_three_ways_to_coordinate_are_named() -> None:
    """The pitchfork at λ = 3 has two directions, so the sign of the determinant stays."""
    assert solve_tree(coordination(3), LogitQRE(5.0)).status.startswith(NOT_UNIQUE)


# What is refused, and what a status says


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_a_precision_must_be_finite_and_not_negative(bad: float) -> None:
    with pytest.raises(ParameterError, match=f"precision must be a finite number, 0 or more; found {bad}"):
        LogitQRE(bad)
    with pytest.raises(ParameterError, match="0 or more"):
        solve_tree_path(coordination(2), LogitQRE(), [1.0, bad])


@pytest.mark.parametrize("bad", [{"trace": 0.5}, {"trace": np.nan}, {"trace": np.inf}, {"max_seconds": -1.0}, {"threads": 0}])
def test_other_settings_out_of_range_are_refused(bad: Mapping[str, float]) -> None:
    with pytest.raises(ParameterError):
        LogitQRE(**bad)  # pyright: ignore[reportArgumentType]


def test_no_precision_is_refused() -> None:
    with pytest.raises(ParameterError):
        solve_tree_path(coordination(2), LogitQRE(), [])


def test_a_time_limit_shows_how_far_it_came() -> None:
    solution = solve_tree(study_tree("base", 3), LogitQRE(40.0, max_seconds=0.0))
    assert solution.status.startswith(STOPPED)
    assert not solution.solved
    assert solution.equilibria == ()
    assert 0 < solution.behaviour.precision < 40
    assert f"Shown is λ = {solution.behaviour.precision:.6g}" in solution.status
    assert "time limit" in solution.status
    assert certified(solution)["logit_residual"] < 1e-4


def test_cancelling_is_not_solved() -> None:
    solution = solve_tree(study_tree("base", 2), LogitQRE(40.0), cancel=lambda: True)
    assert solution.status.startswith(STOPPED)


def test_a_time_limit_after_the_answer_keeps_the_answer_and_says_so() -> None:
    asked = []
    solution = solve_tree(study_tree("base", 2), LogitQRE(0.01, trace=1e4), cancel=lambda: asked.append(1) is None and len(asked) > 3)
    assert solution.solved
    assert "interrupted" in solution.status
    assert solution.branch is not None
    assert not solution.branch.complete


def test_settings_and_labels_tell_what_was_done() -> None:
    solution = solve_tree(signals((0.3, 0.7)), LogitQRE(2.0, picture=True))
    assert solution.settings["precision"] == 2.0
    assert solution.branch is not None
    assert solution.branch.labels[:2] == ("Sender, type 0: x", "Sender, type 0: y")
    assert solution.branch.shown.shape == (len(solution.branch.precisions), 8)
    np.testing.assert_allclose(solution.branch.shown[:, 0] + solution.branch.shown[:, 1], 1.0, atol=1e-12)


@pytest.mark.parametrize("scale", [1e-6, 1e4])
def test_payoffs_of_any_size_are_solved(scale: float) -> None:
    tree = simultaneous([[(scale, 2 * scale), (0.0, 0.0)], [(0.0, scale), (0.5 * scale, 1.5 * scale)]])
    for precision in (1.0, 50.0):
        solution = solve_tree(tree, LogitQRE(precision))
        assert solution.solved, solution.status
        assert certified(solution)["logit_residual"] < SAME


def test_a_chance_of_zero_leads_nowhere() -> None:
    answer = Infoset(1, 1)
    cells = [[(1.0, 2.0), (0.0, 1.0)], [(0.3, 1.0), (0.4, -1.0)]]

    def game(prob: float) -> Tree:
        never = Choice(Infoset(0, 2, "never"), ("q", "r"), (end(1.0, 0.0), end(0.0, 3.0)))
        draw = Chance(1, "", ("m", "n"), (prob, 1 - prob), (never, end(0.5, 0.5)))
        root = simultaneous_node(cells, Infoset(0, 1), answer)
        low = root.children[1]
        assert isinstance(low, Choice)
        return Tree("zero", ("A", "B"), replace(root, children=(root.children[0], replace(low, children=(low.children[0], draw)))))

    zero, tiny = (solve_tree(game(prob), LogitQRE(3.0)) for prob in (0.0, 1e-13))
    assert certified(zero)["logit_residual"] < SAME, zero.status
    assert gap(zero.behaviour.probs, tiny.behaviour.probs) < SAME
