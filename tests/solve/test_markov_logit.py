"""The stationary Markov logit solver against another solver's answers, closed forms, brute recursion and properties."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import expit, softmax

from openparley.errors import ParameterError, SolveError
from openparley.game.markov_game import MarkovGame
from openparley.game.parameters import Motives, Parameters
from openparley.game.positions import ENDED, Positions, chance_probs, enumerate_positions
from openparley.game.stationary import known_rewards, precisions, stationary
from openparley.solve.markov.certificate import certify_markov
from openparley.solve.markov_logit import MarkovLogit, solve_markov_logit
from openparley.solve.solution import NOT_SETTLED, NOT_UNIQUE, STOPPED
from tests.solve.make_markov_oracle import ORACLE, random_game, random_tables
from tests.solve.small_dispute import CHANCE, WEIGHTS, small_dispute

CLOSE = 1e-11
CASES = json.loads(ORACLE.read_text(encoding="utf-8"))["cases"]


def once(*payoffs: list) -> MarkovGame:
    """A game of one state that ends at once; one payoff table a player."""
    table = np.array(payoffs, float)[None]
    return MarkovGame.from_arrays(table, np.zeros((1, *table.shape[2:], 1)), 1.0)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['size']} seed {case['seed']} λ {case['precision']}")
def test_same_as_sgamesolver(case: dict) -> None:
    game = random_game(*case["size"], case["seed"], case["discount"])
    found = solve_markov_logit(game, MarkovLogit(case["precision"]))
    assert np.abs(found.behaviour.policies - np.array(case["policies"])).max() < CLOSE
    assert np.abs(found.behaviour.values - np.array(case["values"])).max() < CLOSE


def test_one_player_and_one_state_is_a_softmax_and_a_geometric_sum() -> None:
    game = MarkovGame.from_arrays(np.array([[[1.0, 0.0, 0.4]]]), np.ones((1, 3, 1)), 0.9)
    found = solve_markov_logit(game, MarkovLogit(3.0)).behaviour
    shares = softmax(3.0 * np.array([1.0, 0.0, 0.4]))
    assert found.policies[0, 0] == pytest.approx(shares, abs=CLOSE)
    assert found.values[0, 0] == pytest.approx(shares @ [1.0, 0.0, 0.4] / 0.1, abs=CLOSE)


@pytest.mark.parametrize("precision", [0.3, 1.0, 4.0])
def test_symmetric_game_of_chicken(precision: float) -> None:
    """Swerve against dare: p = logistic(λ · (gain of swerving)), which falls in p, so the root is the only symmetric one."""
    game = once([[3.0, 1.0], [4.0, 0.0]], [[3.0, 4.0], [1.0, 0.0]])
    swerve = brentq(lambda p: expit(precision * (-p + (1 - p))) - p, 0, 1, xtol=1e-15)
    found = solve_markov_logit(game, MarkovLogit(precision)).behaviour
    assert found.policies[0] == pytest.approx(np.array([[swerve, 1 - swerve]] * 2), abs=CLOSE)


@pytest.mark.parametrize("precision", [0.1, 0.5, 2.0, 20.0])
def test_asymmetric_matching_pennies(precision: float) -> None:
    """The row player gets 9 or 1 for a match, the column player 1 for a mismatch; the equilibrium is unique."""
    game = once([[9.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]])

    def left(up: float) -> float:
        return expit(precision * (1 - 2 * up))

    up = brentq(lambda p: expit(precision * (10 * left(p) - 1)) - p, 0, 1, xtol=1e-16)
    found = solve_markov_logit(game, MarkovLogit(precision))
    assert found.solved, found.status
    assert found.behaviour.policy("1", "player 1") == pytest.approx({"1": up, "2": 1 - up}, abs=CLOSE)
    assert found.behaviour.policy("1", "player 2") == pytest.approx({"1": left(up), "2": 1 - left(up)}, abs=CLOSE)


def test_without_precision_play_follows_base_propensities() -> None:
    tables = random_tables(4, 2, 3, 5)
    even = solve_markov_logit(MarkovGame.from_arrays(*tables, 0.9), MarkovLogit(0.0))
    assert even.solved
    assert even.behaviour.policies == pytest.approx(np.full((4, 2, 3), 1 / 3), abs=1e-15)
    nearly = solve_markov_logit(MarkovGame.from_arrays(*tables, 0.9), MarkovLogit(1e-9))
    assert nearly.behaviour.policies == pytest.approx(np.full((4, 2, 3), 1 / 3), abs=1e-8)
    dispute_game = ceasefire(0.0)[1]
    stated = solve_markov_logit(dispute_game, MarkovLogit(0.0)).behaviour.policy(dispute_game.states[0], "mediator")
    assert sorted(stated.values()) == pytest.approx([0.2, 0.8])


def test_states_without_a_future_are_games_of_their_own() -> None:
    payoffs, _ = random_tables(3, 2, 3, 9)
    ends = np.zeros((3, 3, 3, 3))
    together = solve_markov_logit(MarkovGame.from_arrays(payoffs, ends, 0.9), MarkovLogit(4.0)).behaviour
    for s in range(3):
        alone = solve_markov_logit(once(*payoffs[s]), MarkovLogit(4.0)).behaviour
        assert together.policies[s] == pytest.approx(alone.policies[0], abs=CLOSE)


def test_coordination_follows_the_principal_branch_to_what_is_less_risky() -> None:
    """Three equilibria at λ = 10, two of them off the branch; the branch rises from 1/2 without a turn."""
    game = once([[2.0, 0.0], [0.0, 1.0]], [[2.0, 0.0], [0.0, 1.0]])
    found = solve_markov_logit(game, MarkovLogit(10.0))
    roots = [p for p in (brentq(lambda p: expit(10.0 * (3 * p - 1)) - p, *ends) for ends in ((0, 0.1), (0.1, 0.6), (0.6, 1)))]
    assert found.solved
    assert found.behaviour.policies[0, 0, 0] == pytest.approx(roots[-1], abs=CLOSE)
    assert found.branch is not None
    assert (np.diff(found.branch.precisions) > 0).all()
    assert (np.diff(found.branch.shown[:, 0]) > 0).all()
    assert np.abs(np.diff(found.branch.shown[:, 0])).max() < 0.3


def test_pure_coordination_is_crossed_where_theory_says() -> None:
    """Matching pays 1: p = 1/2 is an equilibrium at any λ, and two more leave it at λ = 2, where λ · 2 · p(1 − p) = 1."""
    game = once([[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]])
    before, after = (solve_markov_logit(game, MarkovLogit(x)) for x in (1.9, 5.0))
    assert before.solved
    assert after.status.startswith(NOT_UNIQUE)
    assert after.behaviour.policies == pytest.approx(np.full((1, 2, 2), 0.5), abs=CLOSE)
    assert after.branch is not None
    assert [fold.kind for fold in after.branch.folds] == ["crossing"]
    assert after.branch.folds[0].precision == pytest.approx(2.0, abs=0.1)


def test_branch_that_turns_back_is_followed_and_every_equilibrium_on_it_is_given() -> None:
    game = random_game(4, 3, 2, 6)
    short = solve_markov_logit(game, MarkovLogit(11.0))
    assert short.solved
    assert len(short.equilibria) == 1
    long = solve_markov_logit(game, MarkovLogit(11.0, trace_past=1.5))
    assert long.status.startswith(f"{NOT_UNIQUE}: the principal branch turns back at λ = 9.1")
    assert len(long.equilibria) == 3
    assert long.equilibria[0].policies == pytest.approx(short.behaviour.policies, abs=CLOSE)
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert np.abs(long.equilibria[one].policies - long.equilibria[other].policies).max() > 0.01
    for behaviour in long.equilibria:
        assert certify_markov(game, behaviour.policies, np.full(3, 11.0))["logit_residual"] < CLOSE
    assert long.branch is not None
    assert [fold.kind for fold in long.branch.folds] == ["fold", "fold"]
    turned, back = (fold.precision for fold in long.branch.folds)
    assert back < 11 < turned
    assert long.branch.precisions.max() >= 16.5


sizes = st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(1, 3))
seeds = st.integers(0, 10_000)


@settings(max_examples=30, deadline=None)
@given(sizes, seeds, st.floats(0.1, 6.0))
def test_random_games_are_solved_and_certified(size: tuple[int, int, int], seed: int, precision: float) -> None:
    game = random_game(*size, seed, 0.9)
    found = solve_markov_logit(game, MarkovLogit(precision))
    assert found.solved or found.status.startswith(NOT_UNIQUE), found.status
    assert found.certificate is not None
    assert found.certificate["logit_residual"] < 1e-12
    # A logit player loses to the best reply at most log(actions)/λ at a state, and so that over 1 − δ in all.
    gaps = [gap for name, gap in found.certificate.items() if name.startswith("best_response_gap")]
    assert min(gaps) > -1e-9
    assert max(gaps) <= np.log(size[2]) / precision / 0.1 + 1e-9


@settings(max_examples=20, deadline=None)
@given(seeds, st.floats(0.2, 5.0), st.randoms(use_true_random=False))
def test_relabelling_states_players_and_actions_relabels_the_answer(seed: int, precision: float, rng) -> None:
    payoffs, transitions = random_tables(4, 2, 3, seed)
    states, actions = (np.array(rng.sample(range(n), n)) for n in (4, 3))
    turned = payoffs[states][:, ::-1].swapaxes(2, 3)[:, :, actions]
    moved = transitions[states][..., states].swapaxes(1, 2)[:, actions]
    one = solve_markov_logit(MarkovGame.from_arrays(payoffs, transitions, np.array([0.9, 0.8])), MarkovLogit((precision, 1.0)))
    two = solve_markov_logit(MarkovGame.from_arrays(turned, moved, np.array([0.8, 0.9])), MarkovLogit((1.0, precision)))
    if one.solved:
        assert two.behaviour.policies[:, 1] == pytest.approx(one.behaviour.policies[states, 0], abs=CLOSE)
        assert two.behaviour.policies[:, 0] == pytest.approx(one.behaviour.policies[states, 1][:, actions], abs=CLOSE)


@settings(max_examples=20, deadline=None)
@given(seeds, st.floats(0.05, 20.0), st.floats(-5.0, 5.0))
def test_scale_and_origin_of_payoffs(seed: int, scale: float, shift: float) -> None:
    payoffs, transitions = random_tables(4, 2, 2, seed)
    one = solve_markov_logit(MarkovGame.from_arrays(payoffs, transitions, 0.9), MarkovLogit(3.0)).behaviour
    two = solve_markov_logit(MarkovGame.from_arrays(scale * payoffs + shift, transitions, 0.9), MarkovLogit(3.0 / scale)).behaviour
    assert two.policies == pytest.approx(one.policies, abs=1e-10)
    assert two.values == pytest.approx(scale * one.values + shift / 0.1, abs=1e-9)


def ceasefire(precision: float) -> tuple[Positions, MarkovGame, Parameters]:
    """The small dispute, everybody of one known type."""
    kinds = {"mediator": "image", "party_a": "terms"}
    rare = {"mediator": {"threaten": 0.25}, "party_a": {}}
    motives = {
        actor: Motives((kind,), {kind: WEIGHTS[actor][kind]}, np.ones(1), np.ones((1, 1)), precision, discount, rare[actor])
        for (actor, kind), discount in zip(kinds.items(), (0.9, 0.85), strict=True)
    }
    parameters = Parameters(motives, CHANCE)
    dispute = small_dispute()
    positions = enumerate_positions(dispute, dispute.State())
    return positions, stationary(positions, parameters), parameters


def recursion(positions: Positions, parameters: Parameters, rounds: int) -> dict[str, tuple[list[float], np.ndarray]]:
    """Logit choices and values in the first of many rounds, by plain backward recursion."""
    reward, _ = known_rewards(positions, parameters)
    chance = chance_probs(positions, parameters.chance, positions.dispute)
    actors = positions.dispute.actors
    discount = np.array([parameters.motives[actor].discount for actor in actors])
    ahead, found = np.zeros((len(positions), len(actors))), {}
    for _ in range(rounds):
        values = np.zeros_like(ahead)
        for v in reversed(range(len(positions))):
            last = positions.places[v].step + 1 == len(positions.steps)
            after = ahead * discount if last else values
            q = np.array(
                [reward[o] + (0 if positions.successor[o] == ENDED else after[positions.successor[o]]) for o in positions.options(v)]
            )
            shares = chance[list(positions.options(v))]
            if positions.mover(v) in actors:
                motives = parameters.motives[positions.mover(v)]
                base = np.log([motives.propensity.get(move, 1.0) for move in positions.menu(v)])
                shares = softmax(base + motives.precision * q[:, actors.index(positions.mover(v))])
            values[v] = shares @ q
            found[str(positions.places[v])] = (shares.tolist(), values[v])
        ahead = values
    return found


@pytest.mark.parametrize("precision", [0.5, 2.0, 6.0])
def test_dispute_for_ever_is_the_limit_of_many_rounds(precision: float) -> None:
    positions, game, parameters = ceasefire(precision)
    found = solve_markov_logit(game, MarkovLogit(precisions(positions, parameters)))
    assert found.solved, found.status
    far = recursion(positions, parameters, 350)  # 0.9 to the 350th is 1e-16
    for s, state in enumerate(game.states):
        mover = positions.steps[int(state.split()[1].rstrip(","))]
        assert list(found.behaviour.policy(state, mover).values()) == pytest.approx(far[state][0], abs=CLOSE)
        assert found.behaviour.values[s] == pytest.approx(far[state][1], abs=CLOSE)


def test_sparse_and_full_transitions_give_one_answer() -> None:
    _, game, _ = ceasefire(3.0)
    t = game.transitions
    assert not isinstance(t, np.ndarray)
    full = np.zeros((len(game.payoffs), len(game.states)))
    full[np.repeat(np.arange(len(full)), np.diff(t.start)), t.state] = t.prob
    same = MarkovGame(
        game.states, game.players, game.menus, game.profile_start, game.payoffs, full, game.discounts, game.propensities
    )  # fmt: skip
    one, two = (solve_markov_logit(x, MarkovLogit(3.0)) for x in (game, same))
    assert one.behaviour.policies == pytest.approx(two.behaviour.policies, abs=CLOSE)
    assert one.certificate is not None
    assert two.certificate is not None
    assert one.certificate["best_response_gap.mediator"] == pytest.approx(two.certificate["best_response_gap.mediator"], abs=1e-10)


def test_menus_of_different_lengths_ignore_what_lies_beyond() -> None:
    payoffs, transitions = random_tables(3, 2, 3, 4)
    actions = np.array([[3, 2], [1, 3], [2, 2]])
    one = solve_markov_logit(MarkovGame.from_arrays(payoffs, transitions, 0.9, actions=actions), MarkovLogit(4.0))
    spoilt = np.where((np.indices((3, 3))[None] < actions.reshape(3, 2, 1, 1)).all(1)[:, None], payoffs, np.nan)
    two = solve_markov_logit(MarkovGame.from_arrays(spoilt, transitions, 0.9, actions=actions), MarkovLogit(4.0))
    assert one.solved
    assert (one.behaviour.policies == two.behaviour.policies).all()
    assert ((one.behaviour.policies > 0).sum(2) == actions).all()


def test_certificate_sees_a_wrong_profile() -> None:
    game = random_game(5, 2, 2, 1)
    right = solve_markov_logit(game, MarkovLogit(2.0)).behaviour.policies
    wrong = right.copy()
    wrong[3, 1] += [1e-6, -1e-6]
    precision = np.full(2, 2.0)
    assert certify_markov(game, right, precision)["logit_residual"] < 1e-13
    assert certify_markov(game, wrong, precision)["logit_residual"] == pytest.approx(1e-6, rel=0.1)


def test_best_response_gap_of_a_known_profile() -> None:
    """Both play evenly; the better action pays 1 a round for ever, evenly mixed 1/2."""
    game = MarkovGame.from_arrays(np.array([[[1.0, 0.0]]]), np.ones((1, 2, 1)), 0.75)
    assert certify_markov(game, np.array([[[0.5, 0.5]]]), np.zeros(1))["best_response_gap.player 1"] == pytest.approx(2.0)


def test_budget_that_runs_out_is_said() -> None:
    found = solve_markov_logit(random_game(20, 2, 2, 42), MarkovLogit(5.0, max_seconds=1e-9))
    assert found.status.startswith(f"{STOPPED}: the time budget of 1e-09 s ended; the behaviour is the equilibrium at λ = 0")
    assert not found.equilibria


def test_tolerance_that_cannot_be_met_is_said() -> None:
    found = solve_markov_logit(random_game(20, 2, 2, 42), MarkovLogit(5.0, tolerance=1e-30))
    assert found.status.startswith(NOT_SETTLED)


def test_progress_is_told_and_may_end_the_work() -> None:
    told: list[tuple[float, float]] = []
    solve_markov_logit(random_game(20, 2, 2, 42), MarkovLogit(5.0), progress=lambda done, all_: told.append((done, all_)))
    assert told[-1] == (1.0, 1.0)

    def interrupt(done: float, wanted: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve_markov_logit(random_game(20, 2, 2, 42), MarkovLogit(5.0), progress=interrupt)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"precision": -1.0}, "precision must be 0 or more and finite; found -1.0"),
        ({"tolerance": 0.0}, "tolerance must be above 0; found 0.0"),
        ({"max_seconds": 0.0}, "max_seconds must be above 0"),
        ({"trace_past": 0.5}, "trace_past must be 1 or more"),
    ],
    ids=lambda x: next(iter(x)) if isinstance(x, dict) else "",
)
def test_settings_out_of_bounds(wrong: dict, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        MarkovLogit(**wrong)


def test_wrong_number_of_precisions_and_unknown_labels() -> None:
    game = random_game(2, 2, 2, 1)
    with pytest.raises(ParameterError, match="one for each of player 1 or player 2; found 3 numbers"):
        solve_markov_logit(game, MarkovLogit((1.0, 2.0, 3.0)))
    with pytest.raises(SolveError, match="no player “player 3”"):
        solve_markov_logit(game).behaviour.policy("1", "player 3")
