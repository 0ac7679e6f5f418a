"""The certificate says what is so, and notices what is not."""

import time
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings

from openparley.game.dispute import Dispute, Move, PublicState
from openparley.game.dispute_game import DisputeGame
from openparley.game.parameters import Motives, Parameters
from openparley.game.positions import enumerate_positions
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid
from openparley.solve.grid.behaviour import GridBehaviour
from openparley.solve.grid.certificate import certify
from openparley.solve.solution import Solution
from tests.solve.random_dispute import RandomDispute, precisions, random_parameters, seeds
from tests.solve.reference import exact_behaviour, largest_gap, tabulated_behaviour
from tests.solve.small_dispute import small_dispute, small_parameters

TOLERANCE = 1e-10
RESIDUAL = 1e-8  # the solver's tolerance and its polynomial exponential
MOST_SECONDS = 2.0  # 0.05 s on an idle machine; tests share theirs and check every call's shapes
BUMP = 0.01


def solved(precision: float = 1.0, *, nodes: int = 5, rounds: int = 4) -> Solution[GridBehaviour]:
    dispute = small_dispute()
    positions = enumerate_positions(dispute, dispute.State())
    return solve_belief_grid(DisputeGame(positions, small_parameters(precision), rounds), BeliefGrid(nodes=nodes, tolerance=TOLERANCE))


def bumped(solution: Solution[GridBehaviour], round_: int, step: int, by: np.ndarray) -> Solution[GridBehaviour]:
    """The solution with one of its tables changed."""
    reads = [list(row) for row in solution.behaviour.reads]
    reads[round_][step] = reads[round_][step] + by
    return replace(solution, behaviour=replace(solution.behaviour, reads=tuple(tuple(row) for row in reads)))


def test_a_good_solution_passes() -> None:
    found = certify(solved(nodes=10), samples=96, rng=np.random.default_rng(0))
    assert found.logit_residual < RESIDUAL
    assert found.interpolation_error < 1e-5
    assert found.other_roots == found.other_roots_on_path == 0
    assert 72 <= found.sampled <= 96  # play that ends early meets fewer places than were asked for
    assert set(found.best_response_gap) == {"mediator", "party_a"}
    assert all(gap > 0 for gap in found.best_response_gap.values())


def test_on_path_errors_are_among_all() -> None:
    found = certify(solved(2.0), rng=np.random.default_rng(1))
    assert found.interpolation_error_on_path <= found.interpolation_error
    assert found.value_error_on_path <= found.value_error
    assert found.other_roots_on_path <= found.other_roots


def test_errors_fall_with_the_nodes() -> None:
    found = [certify(solved(nodes=n), rng=np.random.default_rng(2)) for n in (4, 8, 12)]
    errors = [one.interpolation_error for one in found]
    assert errors[0] > 5 * errors[1] > 25 * errors[2]
    values = [one.value_error for one in found]
    assert values[0] > 5 * values[1] > 25 * values[2]


@pytest.mark.parametrize("precision", [0.5, 1.0, 2.0])
def test_it_is_of_the_size_of_the_true_error(precision: float) -> None:
    """Against the exact answer at the histories of two rounds, where one stage's error is nearly all there is."""
    dispute = small_dispute()
    solution = solved(precision, nodes=5, rounds=2)
    exact = exact_behaviour(dispute, solution.behaviour.parameters, dispute.State(), 2)
    true = largest_gap(exact, tabulated_behaviour(solution.behaviour, dispute, dispute.State())[0])
    claimed = certify(solution, samples=256, rng=np.random.default_rng(4)).interpolation_error
    assert true < 3 * claimed


@pytest.mark.parametrize("step", [0, 1, 2])
def test_a_bump_in_a_table_shows(step: int) -> None:
    solution = solved(nodes=10)
    honest = certify(solution, samples=192, rng=np.random.default_rng(5))
    found = certify(bumped(solution, 1, step, np.array(BUMP)), samples=192, rng=np.random.default_rng(5))
    assert honest.value_error < BUMP / 100
    assert found.value_error == pytest.approx(BUMP, rel=0.3)


def test_behaviour_that_is_not_the_logit_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    solution = solved()
    honest = GridBehaviour.choices

    def shaken(self, *place):
        sigma = honest(self, *place)
        return 0.95 * sigma + 0.05 * (sigma > 0) / np.maximum((sigma > 0).sum(1, keepdims=True), 1)

    monkeypatch.setattr(GridBehaviour, "choices", shaken)
    assert certify(solution, rng=np.random.default_rng(6)).logit_residual > 1e-3


class Talk(PublicState):
    guess: Literal["none", "left", "right"] = "none"


class CheapTalk(Dispute):
    """The sender wants the receiver to guess what it will do, and no message means anything: two ways to be understood."""

    steps = ("sender", "receiver", "sender")
    State = Talk
    interests = MappingProxyType(dict.fromkeys(("do_left", "do_right", "guess_left", "guess_right", "hit"), ""))

    def sender(self, s: Talk):
        if s.guess == "none":
            yield Move("say_this", s)
            yield Move("say_that", s)
            return
        yield Move("do_left", s.but(guess="none"), do_left=1, hit=s.guess == "left")
        yield Move("do_right", s.but(guess="none"), do_right=1, hit=s.guess == "right")

    def receiver(self, s: Talk):
        yield Move("guess_left", s.but(guess="left"), guess_left=1)
        yield Move("guess_right", s.but(guess="right"), guess_right=1)


def cheap_talk(precision: float) -> Solution[GridBehaviour]:
    wants = {side: {f"do_{side}": 1.0, f"guess_{side}": 1.0} for side in ("left", "right")}
    motives = {
        "sender": Motives(("left", "right"), wants, np.array([0.5, 0.5]), np.eye(2), precision),
        "receiver": Motives(("hearer",), {"hearer": {"hit": 1.0}}, np.ones(1), np.ones((1, 1)), precision),
    }
    dispute = CheapTalk()
    positions = enumerate_positions(dispute, dispute.State())
    return solve_belief_grid(DisputeGame(positions, Parameters(motives), 1), BeliefGrid(nodes=9, tolerance=TOLERANCE))


@pytest.mark.parametrize(("precision", "several"), [(0.5, False), (4.0, True)])
def test_stages_with_several_answers_are_counted(precision: float, several: bool) -> None:
    found = certify(cheap_talk(precision), rng=np.random.default_rng(7))
    assert (found.other_roots > 0) == (found.other_roots_on_path > 0) == several


def test_same_seed_same_certificate() -> None:
    solution = solved()
    assert certify(solution, rng=np.random.default_rng(8)) == certify(solution, rng=np.random.default_rng(8))


def test_it_is_cheap() -> None:
    solution = solved(nodes=7, rounds=26)
    certify(solution, rng=np.random.default_rng(9))
    started = time.process_time()
    certify(solution, rng=np.random.default_rng(9))
    assert time.process_time() - started < MOST_SECONDS


@given(seeds, precisions)
@settings(max_examples=8)
def test_random_disputes_pass(seed: int, precision: float) -> None:
    """With propensities, discounting and drift."""
    dispute, parameters = RandomDispute(seed), random_parameters(seed, precision, discount=0.9)
    game = DisputeGame(enumerate_positions(dispute, dispute.State()), parameters, 3)
    solution = solve_belief_grid(game, BeliefGrid(nodes=8, tolerance=TOLERANCE))
    found = certify(solution, rng=np.random.default_rng(seed))
    assert found.logit_residual < RESIDUAL
    assert found.interpolation_error < 1e-3


def test_play_may_open_elsewhere() -> None:
    solution = solved()
    start = next(place.state for place in solution.behaviour.positions.places if place.step == 0 and place.state.lapses == 1)
    assert certify(solution, samples=8, rng=np.random.default_rng(10), start=start).sampled > 4
