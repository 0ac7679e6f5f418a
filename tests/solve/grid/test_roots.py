"""Stages with several answers, and tables too coarse to read, are named in the status."""

from typing import Any

import pytest

from benchmarks.games.bargaining import TalksState, bargaining
from openparley.game.dispute_game import DisputeGame
from openparley.game.positions import enumerate_positions
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid
from openparley.solve.grid.behaviour import GridBehaviour
from openparley.solve.solution import NOT_SETTLED, NOT_UNIQUE, Solution
from tests.solve.small_dispute import small_dispute, small_parameters

SAMPLE = 400


def talks(precision: float, **settings: Any) -> Solution[GridBehaviour]:
    dispute, parameters = bargaining("base", precision)
    game = DisputeGame(enumerate_positions(dispute, TalksState()), parameters, 3)
    return solve_belief_grid(
        game, BeliefGrid(**{"nodes": 51, "spacing": "log_odds", "tolerance": 1e-9, "roots_checked": SAMPLE, **settings})
    )


def small(precision: float, nodes: int, rounds: int) -> Solution[GridBehaviour]:
    dispute = small_dispute()
    game = DisputeGame(enumerate_positions(dispute, dispute.State()), small_parameters(precision), rounds)
    return solve_belief_grid(game, BeliefGrid(nodes=nodes, tolerance=1e-9))


@pytest.mark.parametrize("precision", [0.5, 1.0, 2.0, 3.0])
def test_one_answer_is_not_doubted(precision: float) -> None:
    found = talks(precision)
    assert found.solved
    assert found.stats["stages_with_several_roots"] == found.stats["stages_with_folds"] == 0
    assert found.stats["roots_checked"] >= SAMPLE


@pytest.mark.parametrize("settings", [{}, {"nodes": 16, "spacing": "chebyshev"}], ids=str)
@pytest.mark.parametrize("precision", [5.0, 8.0])
def test_where_the_branch_folds_it_says_so(precision: float, settings: dict[str, Any]) -> None:
    """Gambit finds 3 and 11 equilibria on the branch of three rounds; the first fold lies at λ = 4.56."""
    found = talks(precision, **settings)
    assert found.status.startswith(NOT_UNIQUE)
    assert "“party_a” in round 0, step 1" in found.status
    assert "beliefs sincere" in found.status
    assert found.stats["roots_apart"] > 0.3
    assert found.stats["smallest_fold"] < 0.9


def test_looking_for_roots_changes_no_number() -> None:
    one, two = talks(1.0), talks(1.0, roots_checked=0)
    assert two.stats["roots_checked"] == 0
    for looked, left in zip(one.behaviour.reads[0], two.behaviour.reads[0], strict=True):
        assert (looked == left).all()


@pytest.mark.parametrize("rounds", [2, 3, 4])
@pytest.mark.parametrize("nodes", [4, 5, 7])
def test_high_precision_on_a_coarse_grid_is_not_called_solved(nodes: int, rounds: int) -> None:
    """At λ = 10 choices were found off by up to 0.16 (7 nodes, three rounds, against all histories written out)."""
    found = small(10.0, nodes, rounds)
    assert found.status.startswith((NOT_SETTLED, NOT_UNIQUE))


@pytest.mark.parametrize("precision", [1.0, 2.0])
def test_moderate_precision_on_a_usual_grid_is(precision: float) -> None:
    assert small(precision, 7, 4).solved
