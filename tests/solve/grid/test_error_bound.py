"""The stated bound covers the error of the whole solve, and is not absurdly far above it."""

from typing import Any

import numpy as np
import pytest

from benchmarks.games.bargaining import TalksState, bargaining
from openparley.game.dispute_game import DisputeGame
from openparley.game.positions import enumerate_positions
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid
from openparley.solve.grid.certificate import certify
from openparley.solve.grid.error_bound import bound_errors
from tests.solve.make_bargaining_oracle import read_bargaining_oracle
from tests.solve.random_dispute import RandomDispute, random_parameters
from tests.solve.reference import exact_behaviour, tabulated_behaviour
from tests.solve.test_grid_bargaining import gap

COVERED = 0.99
LOOSEST = 50.0  # times the true error; 2 to 20 were found
SEEDS = range(8)


@pytest.mark.parametrize("settings", [{"nodes": 5}, {"nodes": 8}, {"nodes": 13, "spacing": "log_odds"}], ids=str)
@pytest.mark.parametrize("precision", [0.6, 1.2])
def test_it_covers_the_error_at_all_histories_of_random_disputes(precision: float, settings: dict[str, Any]) -> None:
    covered = []
    for seed in SEEDS:
        dispute, parameters = RandomDispute(seed), random_parameters(seed, precision, discount=0.9)
        exact = exact_behaviour(dispute, parameters, dispute.State(), 2)
        game = DisputeGame(enumerate_positions(dispute, dispute.State()), parameters, 2)
        behaviour = solve_belief_grid(game, BeliefGrid(tolerance=1e-11, **settings)).behaviour
        bound = bound_errors(behaviour, np.random.default_rng(seed))
        found, _ = tabulated_behaviour(behaviour, dispute, dispute.State())
        covered += [np.abs(found[h] - exact[h]).max() <= bound.at(*divmod(len(h), 3)) for h in found]
    assert np.mean(covered) >= COVERED


@pytest.mark.parametrize("settings", [{"nodes": 9}, {"nodes": 21, "spacing": "log_odds"}, {"nodes": 101, "spacing": "log_odds"}], ids=str)
@pytest.mark.parametrize("case", [("base", 4, 1.0), ("alt", 4, 1.0), ("base", 3, 2.0), ("alt", 3, 2.0)])
def test_it_is_above_the_error_where_play_goes_and_near_it(case: tuple[str, int, float], settings: dict[str, Any]) -> None:
    variant, rounds, precision = case
    dispute, parameters = bargaining(variant, precision)
    game = DisputeGame(enumerate_positions(dispute, TalksState()), parameters, rounds)
    solution = solve_belief_grid(game, BeliefGrid(tolerance=1e-12, **settings))
    true = gap(solution.behaviour, read_bargaining_oracle().cases[case].choices)
    found = certify(solution, samples=512, rng=np.random.default_rng(0), bound=True)
    assert found.error_bound is not None
    assert found.error_bound_on_path is not None
    assert true < found.error_bound_on_path < LOOSEST * true
    assert found.error_bound_on_path <= 2 * found.error_bound


@pytest.mark.parametrize("precision", [1.0, 2.0])
def test_fifty_rounds_are_promised_to_a_millionth(precision: float) -> None:
    dispute, parameters = bargaining("base", precision)
    game = DisputeGame(enumerate_positions(dispute, TalksState()), parameters, 50)
    solution = solve_belief_grid(game, BeliefGrid(201, tolerance=1e-10, spacing="log_odds"))
    found = certify(solution, samples=256, rng=np.random.default_rng(0), bound=True)
    assert solution.solved
    assert found.error_bound_on_path is not None
    assert found.error_bound_on_path < 1e-6
