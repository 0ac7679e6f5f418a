"""The machinery judged by records whose truth we know: play simulated from the model or from habit, told with gaps and errors."""

from dataclasses import replace

import numpy as np
import pytest

from openparley.game.dispute_game import DisputeGame
from openparley.infer.model import build_model
from openparley.infer.posterior import NONE_OF_THESE
from openparley.record.case import open_case
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid
from tests.infer.calibrating import LONG, Pool, Simulator, sanctions_model
from tests.infer.judging import traced_case
from tests.infer.small_model import reporting, small_model, solved, with_propensity
from tests.solve.small_dispute import small_parameters

RECORDS = 48
RECORDS_OF_A_CASE = 20
MOST_SIGMAS = 4.0
ROUNDS = 6


def simulated(simulator: Simulator, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Posterior over worlds of each simulated record, and the true world of each."""
    rng = np.random.default_rng(seed)
    shares, truth = [], []
    while len(truth) < count:
        if (told := simulator.record(rng)) is not None:
            shares.append(simulator.filtered(told).world_share[-1])
            truth.append(told.world)
    return np.array(shares), np.array(truth)


def small(*, drifting: bool, detection: float | None, error: float) -> Simulator:
    parameters = with_propensity(small_parameters(2.0), "party_a", settle=0.05)  # so that there is play to learn from
    if not drifting:
        still = {actor: replace(motives, drift=np.eye(len(motives.types))) for actor, motives in parameters.motives.items()}
        parameters = replace(parameters, motives=still)
    model = small_model(parameters, rounds=ROUNDS + 1, today=ROUNDS)
    told = reporting(model, detection=detection, error=error)
    told = replace(told, detection={**told.detection, "party_a": {"stall": 0.3, "settle": 0.97}})
    return Simulator(model, solved(model, parameters), told)


@pytest.fixture(scope="module")
def small_records() -> tuple[np.ndarray, np.ndarray]:
    return simulated(small(drifting=True, detection=None, error=0.05), RECORDS, seed=11)


def test_posterior_moves_toward_the_truth() -> None:
    simulator = small(drifting=False, detection=0.9, error=0.02)
    shares, truth = simulated(simulator, RECORDS // 2, seed=13)
    gain = np.log(shares[np.arange(len(truth)), truth] / simulator.worlds.prior[truth])
    assert gain.mean() > 2 * gain.std() / np.sqrt(len(gain))


def test_odds_are_calibrated(small_records: tuple[np.ndarray, np.ndarray]) -> None:
    """Over records of the prior, each world is true as often as the posterior says, whatever function of it we look at."""
    shares, truth = small_records
    hit = np.eye(shares.shape[1])[truth] - shares
    for weight in (shares, shares > 0.2):
        excess = (weight * hit).sum(1)
        assert abs(excess.mean()) < MOST_SIGMAS * excess.std() / np.sqrt(len(excess))
    for world in range(shares.shape[1]):
        column = hit[:, world]
        spread = np.sqrt((shares[:, world] * (1 - shares[:, world])).mean())
        assert abs(column.mean()) < MOST_SIGMAS * spread / np.sqrt(len(column))


def test_rank_of_the_truth_is_uniform(small_records: tuple[np.ndarray, np.ndarray]) -> None:
    """Simulation-based calibration: the randomised rank of the true world in its posterior is uniform."""
    shares, truth = small_records
    rng = np.random.default_rng(3)
    below = np.cumsum(shares, axis=1)[np.arange(len(truth)), truth]
    own = shares[np.arange(len(truth)), truth]
    ranks = np.sort(below - own * rng.random(len(truth)))
    distance = np.abs(ranks - (np.arange(len(ranks)) + 0.5) / len(ranks)).max()
    assert distance < 1.63 / np.sqrt(len(ranks))  # Kolmogorov–Smirnov at 1 %


@pytest.mark.long
def test_truth_is_favoured_in_the_bundled_game() -> None:
    """The same on the mediated ceasefire at the likeliest values of strait-talks."""
    whole = build_model(open_case("strait-talks"))
    model = replace(whole, rounds=whole.today + 1)
    draw = {row.id: row.likely for row in model.assumptions}
    parameters, told = model.parameters(draw), model.reporting(draw)
    told = replace(told, detection={a: {move: max(p, 0.6) for move, p in moves.items()} for a, moves in told.detection.items()})
    game = DisputeGame(model.positions, parameters, model.rounds, model.dispute(parameters))
    simulator = Simulator(model, solve_belief_grid(game, BeliefGrid(nodes=4, tolerance=1e-4)).behaviour, told)
    shares, truth = simulated(simulator, RECORDS_OF_A_CASE, seed=12)
    gain = np.log(shares[np.arange(len(truth)), truth] / simulator.worlds.prior[truth])
    assert gain.mean() > 2 * gain.std() / np.sqrt(len(gain))
    assert np.exp(gain.mean()) > 1.2


def none_shares(pool: Pool, label: str, records: int) -> np.ndarray:
    """Share of “none of these” about the sender once ten of its moves are reported, in records of play by one account or from habit."""
    traced = [traced_case(pool, pool, label, (10,), np.random.default_rng([17, case])) for case in range(records)]
    return np.array([each.shares[0, each.labels.index(NONE_OF_THESE)] for each in traced])


def test_none_of_these_gains_on_play_from_habit_and_loses_on_play_by_an_account() -> None:
    pool = Pool.solve(sanctions_model(LONG, rounds=16, today=14), 5, seed=3)
    habit, listed = none_shares(pool, NONE_OF_THESE, 4), none_shares(pool, "H1", 4)
    assert np.nanmean(habit) > 0.1 > np.nanmean(listed)  # 0.1 before the record
