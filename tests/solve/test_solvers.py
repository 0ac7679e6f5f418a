"""The one entrance to all solvers."""

from itertools import pairwise

import numpy as np
import pytest

from benchmarks.games.bargaining import bargaining
from openparley.errors import SolveError
from openparley.game import DisputeGame, Motives, Parameters, enumerate_positions, stationary, unroll
from openparley.solve import BackwardInduction, BeliefGrid, LogitQRE, MarkovLogit, SequentialEquilibrium, solve
from openparley.solve.solvers import SOLVERS
from tests.solve.small_dispute import small_dispute, small_parameters


def study(rounds: int) -> DisputeGame:
    dispute, parameters = bargaining("alt", 1.0)
    return DisputeGame(enumerate_positions(dispute, dispute.State()), parameters, rounds)


def known_types() -> DisputeGame:
    dispute = small_dispute()
    motives = {
        actor: Motives(m.types[:1], {m.types[0]: m.weights[m.types[0]]}, np.ones(1), np.ones((1, 1)), 1.0, discount=0.9)
        for actor, m in small_parameters().motives.items()
    }
    return DisputeGame(enumerate_positions(dispute, dispute.State()), Parameters(motives, small_parameters().chance), 2)


def test_every_pair_of_game_and_method_is_solved() -> None:
    dispute, parameters = bargaining("alt", 1.0)
    games = {
        "Tree": unroll(dispute, parameters, dispute.State(), 1),
        "DisputeGame": study(2),
        "MarkovGame": stationary(known_types().positions, known_types().parameters),
    }
    methods = (LogitQRE(0.5), SequentialEquilibrium(gap=1e-3), BeliefGrid(nodes=5), MarkovLogit(0.5), BackwardInduction())
    solved = set()
    for game in games.values():
        for method in methods:
            if (type(game), type(method)) not in SOLVERS or isinstance(method, BackwardInduction):
                continue
            solution = solve(game, method)
            assert solution.solved, solution.status
            solved.add((type(game), type(method)))
    assert solve(known_types(), BackwardInduction()).solved
    left = {pair for pair in SOLVERS if pair[1] is not BackwardInduction} - solved
    assert not left


def test_grid_and_histories_agree_at_the_opening() -> None:
    exact, grid = solve(study(3), LogitQRE()), solve(study(3), BeliefGrid(nodes=10, tolerance=1e-11))
    opening = grid.behaviour.choices(
        0, 0, np.array([study(3).positions.opening(study(3).played.State())]), {"party_a": np.array([[0.3, 0.7]])}
    )
    np.testing.assert_allclose(opening[0], exact.behaviour.probs(0), atol=1e-5)


def test_a_method_that_does_not_fit_is_refused_with_those_that_do() -> None:
    with pytest.raises(
        SolveError, match="MarkovLogit does not solve a DisputeGame; it is solved by LogitQRE, BeliefGrid, BackwardInduction"
    ):
        solve(study(1), MarkovLogit())


def test_progress_is_reported_up_to_the_end() -> None:
    for method in (LogitQRE(), BeliefGrid(nodes=4)):
        seen: list[tuple[float, float]] = []
        solve(study(2), method, lambda done, total, seen=seen: seen.append((done, total)))
        assert seen[-1][0] == seen[-1][1]
        assert all(one[0] <= two[0] for one, two in pairwise(seen))
