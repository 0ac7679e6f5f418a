"""The limit of the logit branch, against equilibria that are known."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from openparley.game import Choice, Infoset, Outcome, Terminal, Tree, read_efg_file
from openparley.solve import NOT_UNIQUE, STOPPED, BackwardInduction, SequentialEquilibrium, solve

GAMES = Path(__file__).parent.parent / "game" / "games"


def test_one_card_poker_bluffs_and_calls_as_often_as_the_closed_form_says() -> None:
    """Myerson's card game: the black card raises with 1/3, a raise is met with 2/3."""
    solution = solve(read_efg_file(GAMES / "one_card_poker.efg"), SequentialEquilibrium(gap=1e-6))
    assert solution.solved, solution.status
    red, meet, black = (
        solution.behaviour.probs[h] for h in sorted(solution.behaviour.probs, key=lambda h: (h.label != "holds red", h.player != 1))
    )
    np.testing.assert_allclose((red[0], meet[0], black[0]), (1, 2 / 3, 1 / 3), atol=1e-3)
    assert solution.certificate is not None
    assert solution.certificate["regret"] < 1e-4


@pytest.mark.parametrize("name", ["centipede", "trust", "outside_option"])
def test_where_information_is_perfect_it_is_backward_induction(name: str) -> None:
    tree = read_efg_file(GAMES / f"{name}.efg")
    plan = solve(tree, BackwardInduction())
    assert plan.solved, plan.status
    limit = solve(tree, SequentialEquilibrium(gap=1e-6))
    assert limit.solved, limit.status
    for infoset, action in plan.behaviour.choices.items():
        actions = tree.infosets()[infoset]
        assert actions[int(np.argmax(limit.behaviour.probs[infoset]))] == action
    np.testing.assert_allclose(limit.behaviour.payoffs, [float(x) for x in plan.behaviour.expected], atol=1e-3)


def test_the_gap_is_met_and_stated() -> None:
    tree = read_efg_file(GAMES / "horse.efg")
    paid = [float(x) for node in tree.nodes() if node.outcome for x in node.outcome.payoffs]
    for gap in (1e-3, 1e-5):
        solution = solve(tree, SequentialEquilibrium(gap=gap))
        assert solution.certificate is not None
        assert solution.certificate["best_response_gap"] <= gap * (max(paid) - min(paid))


def meeting() -> Tree:
    """Two places at which it is equally good to meet, and a third that is bad for whoever goes there."""
    paid = [[(1, 1), (0, 0), (0, -1)], [(0, 0), (1, 1), (0, -1)], [(-1, 0), (-1, 0), (-1, -1)]]
    numbers = iter(range(1, 10))
    ends = [tuple(Terminal(Outcome(next(numbers), "", tuple(map(Fraction, pair)))) for pair in row) for row in paid]
    places = ("left", "right", "home")
    return Tree("meeting", ("a", "b"), Choice(Infoset(0, 1), places, tuple(Choice(Infoset(1, 1), places, row) for row in ends)))


def test_a_crossing_on_the_way_is_named() -> None:
    solution = solve(meeting(), SequentialEquilibrium())
    assert solution.status.startswith(NOT_UNIQUE)
    assert "another branch crosses" in solution.status


def test_a_limit_of_time_says_what_was_reached() -> None:
    solution = solve(read_efg_file(GAMES / "horse.efg"), SequentialEquilibrium(gap=1e-9, max_seconds=0.0))
    assert solution.status.startswith(STOPPED)
    assert "at λ = " in solution.status
