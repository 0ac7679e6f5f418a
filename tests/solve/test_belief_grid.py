"""Properties that the belief grid must have whatever the dispute."""

import os
import signal
import threading
from dataclasses import replace
from itertools import chain, repeat
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openparley.errors import GameError, SolveError
from openparley.game.dispute import Dispute
from openparley.game.dispute_game import DisputeGame
from openparley.game.parameters import Motives, Parameters
from openparley.game.positions import enumerate_positions
from openparley.solve import belief_grid, crew
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid
from openparley.solve.grid.behaviour import GridBehaviour
from openparley.solve.grid.workspace import Workspace
from openparley.solve.solution import STOPPED, Solution
from tests.solve.random_dispute import RandomDispute, precisions, random_parameters, seeds
from tests.solve.reference import Behaviour, exact_behaviour, largest_gap, tabulated_behaviour
from tests.solve.small_dispute import small_dispute, small_parameters

STAGE_TOLERANCE = 1e-11
EXACT = 1e-8  # a thousand times the stages' tolerance: equal but for rounding, the polynomial exponential and settling
INTERPOLATED = 1e-4  # between answers that read other polynomials, at 8 nodes and λ ≤ 1.2
NODES = 6
ROUNDS = 2
EXAMPLES = 12


def solved(dispute: Dispute, parameters: Parameters, *, nodes: int = NODES, rounds: int = ROUNDS) -> Solution[GridBehaviour]:
    positions = enumerate_positions(dispute, dispute.State())
    return solve_belief_grid(DisputeGame(positions, parameters, rounds), BeliefGrid(nodes=nodes, tolerance=STAGE_TOLERANCE))


def behaviour(dispute: Dispute, parameters: Parameters, *, nodes: int = NODES) -> Behaviour:
    return tabulated_behaviour(solved(dispute, parameters, nodes=nodes).behaviour, dispute, dispute.State())[0]


@given(seeds)
@settings(max_examples=EXAMPLES)
def test_no_precision_is_base_propensities(seed: int) -> None:
    dispute, parameters = RandomDispute(seed), random_parameters(seed, 0.0)
    found = solved(dispute, parameters).behaviour
    for v, place in enumerate(found.positions.places):
        actor = found.positions.mover(v)
        if actor == "world":
            continue
        beliefs = {name: motives.prior[None, :] for name, motives in parameters.motives.items()}
        sigma = found.choices(0, place.step, np.array([v]), beliefs)[0]
        base = np.array([parameters.motives[actor].propensity.get(label, 1.0) for label in found.positions.menu(v)])
        assert sigma[: len(base)] == pytest.approx(np.repeat((base / base.sum())[:, None], sigma.shape[1], 1), abs=EXACT)


@given(seeds, precisions, st.integers(0, 2), st.integers(0, 1))
@settings(max_examples=EXAMPLES)
def test_certain_priors_are_the_game_of_known_types(seed: int, precision: float, alpha: int, beta: int) -> None:
    dispute, parameters = RandomDispute(seed), random_parameters(seed, precision, drifting=False)
    kinds = {"alpha": alpha, "beta": beta}
    certain = Parameters({actor: replace(m, prior=np.eye(len(m.types))[kinds[actor]]) for actor, m in parameters.motives.items()})
    known = Parameters({actor: only(m, kinds[actor]) for actor, m in parameters.motives.items()})
    exact, found = behaviour(dispute, known), behaviour(dispute, certain)
    for history, sigma in found.items():
        kind = alpha if sigma.shape[1] == 3 else beta  # alpha has three types, beta two
        assert np.abs(sigma[:, kind] - exact[history][:, 0]).max() < EXACT


def only(motives: Motives, kind: int) -> Motives:
    label = motives.types[kind]
    return replace(motives, types=(label,), weights={label: motives.weights[label]}, prior=np.ones(1), drift=np.ones((1, 1)))


@given(seeds, precisions, st.permutations(range(2)))
@settings(max_examples=EXAMPLES)
def test_two_types_may_change_names(seed: int, precision: float, order: list[int]) -> None:
    dispute, parameters = RandomDispute(seed), random_parameters(seed, precision, types=(2, 2))
    assert permuted_gap(dispute, parameters, order, NODES) < EXACT


@given(seeds, precisions, st.permutations(range(3)))
@settings(max_examples=EXAMPLES)
def test_three_types_may_change_names(seed: int, precision: float, order: list[int]) -> None:
    """The splits of three types are not symmetric, so here only the interpolated answers agree."""
    dispute, parameters = RandomDispute(seed), random_parameters(seed, precision, types=(3, 2))
    assert permuted_gap(dispute, parameters, order, 8) < INTERPOLATED


def permuted_gap(dispute: Dispute, parameters: Parameters, order: list[int], nodes: int) -> float:
    old = parameters.motives["alpha"]
    new = replace(old, types=tuple(old.types[k] for k in order), prior=old.prior[order], drift=old.drift[np.ix_(order, order)])
    one = behaviour(dispute, parameters, nodes=nodes)
    two = behaviour(dispute, Parameters(dict(parameters.motives) | {"alpha": new}), nodes=nodes)
    movers = {h: len(h) % 3 == 0 for h in one}  # alpha opens each round of three steps
    return max(float(np.abs((one[h][:, order] if movers[h] else one[h]) - two[h]).max()) for h in one)


@given(seeds, precisions, st.floats(0.2, 5))
@settings(max_examples=EXAMPLES)
def test_the_unit_of_payoffs_is_free(seed: int, precision: float, factor: float) -> None:
    dispute, parameters = RandomDispute(seed), random_parameters(seed, precision, discount=0.9)
    scaled = Parameters(
        {
            actor: replace(
                m,
                precision=m.precision / factor,
                weights={k: {name: factor * w for name, w in row.items()} for k, row in m.weights.items()},
            )
            for actor, m in parameters.motives.items()
        }
    )
    assert largest_gap(behaviour(dispute, parameters), behaviour(dispute, scaled)) < EXACT


@given(seeds, precisions)
@settings(max_examples=EXAMPLES)
def test_splitting_a_draw_changes_nothing(seed: int, precision: float) -> None:
    parameters = random_parameters(seed, precision, discount=0.9)
    one, two = behaviour(RandomDispute(seed), parameters), behaviour(RandomDispute(seed, split_draw=True), parameters)
    assert largest_gap(one, {history: two[history] for history in one}) < EXACT


@given(seeds, precisions)
@settings(max_examples=EXAMPLES)
def test_splitting_a_move_and_its_propensity_changes_nothing(seed: int, precision: float) -> None:
    parameters = random_parameters(seed, precision, discount=0.9)
    halved = Parameters(
        {
            actor: replace(m, propensity=dict(m.propensity) | {"u": 0.3 * m.propensity["u"], "u_again": 0.7 * m.propensity["u"]})
            for actor, m in parameters.motives.items()
        }
    )
    one, two = behaviour(RandomDispute(seed), parameters), behaviour(RandomDispute(seed, split_move=True), halved)
    for history, sigma in one.items():
        merged = np.vstack([two[history][:2].sum(0), two[history][2:]])  # the two halves stand side by side
        assert np.abs(merged - sigma).max() < EXACT


@given(seeds, precisions, st.floats(-20, 20))
@settings(max_examples=EXAMPLES)
def test_a_bonus_on_every_complete_path_changes_nothing(seed: int, precision: float, bonus: float) -> None:
    parameters = random_parameters(seed, precision)
    one, two = behaviour(RandomDispute(seed), parameters), behaviour(RandomDispute(seed, bonus=bonus), parameters)
    assert largest_gap(one, two) < EXACT


@given(seeds, precisions)
@settings(max_examples=EXAMPLES)
def test_each_actor_may_have_its_own_precision(seed: int, precision: float) -> None:
    dispute, parameters = RandomDispute(seed), random_parameters(seed, precision)
    parameters = Parameters(dict(parameters.motives) | {"beta": replace(parameters.motives["beta"], precision=0.3)})
    found = behaviour(dispute, parameters, nodes=12)
    assert largest_gap(found, exact_behaviour(dispute, parameters, dispute.State(), ROUNDS)) < INTERPOLATED


def test_a_swinging_stage_is_reported() -> None:
    dispute = small_dispute()
    found = solved(dispute, small_parameters(40.0), nodes=4)
    assert not found.solved
    assert "kept a residual above" in found.status
    assert found.stats["unsettled"] > 0


def test_steps_outside_the_solution_are_refused() -> None:
    found = solved(small_dispute(), small_parameters())
    with pytest.raises(SolveError, match="outside the solution: rounds 0–1"):
        found.behaviour.choices(ROUNDS, 0, np.array([0]), {})


def test_actor_without_motives_is_named() -> None:
    parameters = small_parameters()
    lacking = Parameters({"mediator": parameters.motives["mediator"]}, parameters.chance)
    with pytest.raises(GameError, match="“party_a” of SmallCeasefire has no motives"):
        solved(small_dispute(), lacking)


def game_of(rounds: int, seed: int = 3) -> DisputeGame:
    dispute = RandomDispute(seed)
    return DisputeGame(enumerate_positions(dispute, dispute.State()), random_parameters(seed, 1.0), rounds)


@pytest.mark.parametrize("settings", [{"nodes": 5}, {"nodes": 8, "spacing": "log_odds"}], ids=str)
def test_threads_change_no_bit(settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "SMALL", 10)  # so that even a small dispute is shared out
    found = [solve_belief_grid(game_of(3), BeliefGrid(threads=n, **settings)) for n in (1, 2, 5)]
    for other in found[1:]:
        assert other.stats == found[0].stats
        for one, two in zip(found[0].behaviour.reads, other.behaviour.reads, strict=True):
            assert all((a == b).all() for a, b in zip(one, two, strict=True))


def test_single_precision_is_kept_to_where_it_does_not_show() -> None:
    wide, narrow = (solve_belief_grid(game_of(3), BeliefGrid(nodes=5, tolerance=t)).behaviour for t in (0.9e-6, 1e-6))
    assert {table.dtype for row in wide.reads for table in row} == {np.dtype(np.float64)}
    assert {table.dtype for row in narrow.reads for table in row} == {np.dtype(np.float32)}
    beliefs = {actor: motives.prior[None, :] for actor, motives in wide.parameters.motives.items()}
    for step, v in ((0, 0), (1, int(wide.positions.step_start[1]))):
        one, two = (found.choices(0, step, np.array([v]), beliefs) for found in (wide, narrow))
        assert np.abs(one - two).max() < 2e-6


def test_what_was_solved_when_time_ended_is_the_end_of_the_dispute(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = chain([0.0, 0.1, 0.2], repeat(9.0))
    monkeypatch.setattr(belief_grid, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    found = solve_belief_grid(game_of(6), BeliefGrid(nodes=5, max_seconds=1.0))
    assert found.status.startswith(STOPPED)
    assert "last 2 of 6 rounds" in found.status
    short = solve_belief_grid(game_of(2), BeliefGrid(nodes=5)).behaviour
    beliefs = {actor: motives.prior[None, :] for actor, motives in short.parameters.motives.items()}
    assert (found.behaviour.choices(4, 0, np.array([0]), beliefs) == short.choices(0, 0, np.array([0]), beliefs)).all()
    with pytest.raises(SolveError, match="outside the solution: rounds 4–5"):
        found.behaviour.choices(3, 0, np.array([0]), beliefs)


def test_interrupts_are_heard_while_threads_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernels are told to stop, and the interrupt reaches the caller."""
    monkeypatch.setattr(crew, "SMALL", 1)
    # a shell starts what runs in the background with interrupts ignored
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with crew.Crew(2) as hands:
        seen = threading.Event()

        def work(first: int, last: int) -> None:
            if first == 0:
                os.kill(os.getpid(), signal.SIGINT)
            while not hands.cancel[0]:
                seen.wait(0.01)

        try:
            with pytest.raises(KeyboardInterrupt):
                hands.share_out(work, 0, 2, 10)
        finally:
            signal.signal(signal.SIGINT, before)
        assert hands.cancel[0] == 1


def test_known_movers_need_one_pass() -> None:
    parameters = random_parameters(3, 1.0, types=(1, 1))
    game = DisputeGame(game_of(3).positions, parameters, 4)
    found = solve_belief_grid(game, BeliefGrid())
    movers = int(game.positions.step_start[2])  # the world comes last
    assert found.stats["passes"] == 4 * movers


def test_time_budget_is_kept() -> None:
    dispute = small_dispute()
    positions = enumerate_positions(dispute, dispute.State())
    with pytest.raises(SolveError, match="time budget of 0 s ended with 0 of 3 rounds"):
        solve_belief_grid(DisputeGame(positions, small_parameters(), 3), BeliefGrid(max_seconds=0))


def test_memory_is_taken_over_from_solutions_that_nobody_holds() -> None:
    room = Workspace()
    method = BeliefGrid(nodes=5)
    first = solve_belief_grid(game_of(3), method, workspace=room)
    held = [[table.copy() for table in row] for row in first.behaviour.reads]
    second = solve_belief_grid(game_of(3, seed=4), method, workspace=room)
    assert not any(np.shares_memory(a, b) for a in chain(*first.behaviour.reads) for b in chain(*second.behaviour.reads))
    assert all((a == b).all() for a, b in zip(chain(*held), chain(*first.behaviour.reads), strict=True))
    del first
    third = solve_belief_grid(game_of(3), method, workspace=room)
    assert all((a == b).all() for a, b in zip(chain(*held), chain(*third.behaviour.reads), strict=True))
