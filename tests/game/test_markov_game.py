"""Stochastic games: how they are laid out, what is refused, and what a dispute becomes."""

from dataclasses import replace

import numpy as np
import pytest

from openparley.errors import GameError
from openparley.game.markov_game import MarkovGame, SparseRows, row_sums
from openparley.game.parameters import Motives, Parameters
from openparley.game.positions import enumerate_positions
from openparley.game.stationary import precisions, stationary
from tests.solve.small_dispute import CHANCE, WEIGHTS, small_dispute, small_parameters


def tables() -> tuple[np.ndarray, np.ndarray]:
    """Two states, two players with two and three actions; every number tells its place."""
    payoffs = np.arange(24.0).reshape(2, 2, 2, 3)
    return payoffs, np.full((2, 2, 3, 2), 0.5)


def test_profiles_run_with_the_last_player_fastest() -> None:
    payoffs, transitions = tables()
    game = MarkovGame.from_arrays(payoffs, transitions, 0.9, players=("ann", "bob"), states=("calm", "storm"))
    assert game.profile_start.tolist() == [0, 6, 12]
    assert game.place(10) == "state “storm”, ann “2”, bob “2”"
    assert game.payoffs[10].tolist() == payoffs[1, :, 1, 1].tolist()
    assert game.discounts.tolist() == [[0.9, 0.9], [0.9, 0.9]]


def test_shorter_menus_leave_out_what_lies_beyond() -> None:
    payoffs, transitions = tables()
    game = MarkovGame.from_arrays(payoffs, transitions, np.array([0.9, 0.8]), actions=np.array([[1, 3], [2, 2]]))
    assert game.profile_start.tolist() == [0, 3, 7]
    assert game.payoffs[:, 0].tolist() == [*payoffs[0, 0, 0], *payoffs[1, 0, :, :2].ravel()]
    assert game.counts.tolist() == [[1, 3], [2, 2]]
    assert game.propensities.sum(2).tolist() == [[1, 3], [2, 2]]


def spoilt(what: str) -> dict:
    payoffs, transitions = tables()
    if what == "payoff":
        payoffs[1, 0, 1, 2] = np.inf
    if what == "negative":
        transitions[0, 1, 1] = [1.2, -0.2]
    if what == "sum":
        transitions[1, 0, 2] = [0.7, 0.4]
    return {"payoffs": payoffs, "transitions": transitions, "discounts": 0.9}


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("payoff", "state “2”, player 1 “2”, player 2 “3”: the payoff of “player 1” is inf; it must be finite."),
        ("negative", "state “1”, player 1 “2”, player 2 “2”: a probability of the next state is negative or not a number."),
        ("sum", "state “2”, player 1 “1”, player 2 “3”: the probabilities of the next states sum to 1.1; at most 1 is allowed"),
    ],
)
def test_wrong_numbers_are_named_by_state_and_profile(what: str, said: str) -> None:
    with pytest.raises(GameError) as refused:
        MarkovGame.from_arrays(**spoilt(what))
    assert said in str(refused.value)


@pytest.mark.parametrize("discount", [0.0, -0.5, 1.5, np.nan])
def test_discount_out_of_bounds(discount: float) -> None:
    with pytest.raises(GameError, match="state “1”, “player 2”: a discount must be in"):
        MarkovGame.from_arrays(*tables(), np.array([0.9, discount]))


def test_payoffs_without_discount_need_an_end() -> None:
    payoffs, transitions = tables()
    with pytest.raises(GameError, match="from state “1” the game never ends, and “player 2” does not discount"):
        MarkovGame.from_arrays(payoffs, transitions, np.array([0.9, 1.0]))
    transitions[1, 1, 2] = [0.5, 0.4]
    assert MarkovGame.from_arrays(payoffs, transitions, np.array([0.9, 1.0])).discounts.max() == 1
    transitions[0] = [1.0, 0.0]
    with pytest.raises(GameError, match="from state “1” the game never ends"):
        MarkovGame.from_arrays(payoffs, transitions, np.array([0.9, 1.0]))


def test_tables_that_do_not_fit_together() -> None:
    payoffs, transitions = tables()
    with pytest.raises(GameError, match=r"found \(2, 2, 2, 3\) and \(2, 2, 2, 2\)"):
        MarkovGame.from_arrays(payoffs, transitions[:, :, :2], 0.9)
    with pytest.raises(GameError, match="every player needs from 1 to"):
        MarkovGame.from_arrays(payoffs, transitions, 0.9, actions=np.array([[1, 4], [2, 2]]))
    with pytest.raises(GameError, match="two players are called “ann”"):
        MarkovGame.from_arrays(payoffs, transitions, 0.9, players=("ann", "ann"))
    game = MarkovGame.from_arrays(payoffs, transitions, 0.9)
    with pytest.raises(GameError, match=r"propensities must have the shape \(2, 2, 3\); found \(2, 2, 2\)"):
        replace(game, propensities=np.ones((2, 2, 2)))
    with pytest.raises(GameError, match=r"“player 1”, action 3: the base propensity must be 0 beyond the end of the menu; found 1\.0"):
        replace(game, propensities=np.ones((2, 2, 3)))
    with pytest.raises(GameError, match="lead to the states 0 to 2; there are 2"):
        replace(game, transitions=SparseRows(np.arange(13), np.arange(12) % 3, np.ones(12)))


def test_sparse_rows_sum_as_full_ones_do() -> None:
    rows = SparseRows(np.array([0, 2, 2, 3]), np.array([0, 1, 1]), np.array([0.25, 0.5, 0.125]))
    assert row_sums(rows).tolist() == [0.75, 0.0, 0.125]


def known(discounts: tuple[float, float] = (0.9, 0.8)) -> Parameters:
    kinds = {"mediator": "peace", "party_a": "gain"}
    return Parameters(
        {
            actor: Motives((kind,), {kind: WEIGHTS[actor][kind]}, np.ones(1), np.ones((1, 1)), 1.5 + i, discounts[i])
            for i, (actor, kind) in enumerate(kinds.items())
        },
        CHANCE,
    )


def test_dispute_becomes_states_of_its_actors_with_the_world_averaged() -> None:
    positions = enumerate_positions(small_dispute(), small_dispute().State())
    game = stationary(positions, known())
    assert game.players == ("mediator", "party_a")
    assert len(game.states) == sum(positions.mover(v) != "world" for v in range(len(positions)))
    s = game.states.index("step 1, threat=none, lapses=0, front=0")
    assert game.menus[s] == (("wait",), ("stall", "settle"))
    stall = int(game.profile_start[s])
    # Stalling leads to a week of war in which the front moves with 0.25; the week ends within the round.
    weights = WEIGHTS["party_a"]["gain"]
    assert game.payoffs[stall, 1] == pytest.approx(weights["war_week"] + 0.25 * weights["ground"])
    assert game.payoffs[stall + 1].tolist() == pytest.approx([WEIGHTS["mediator"]["peace"]["deal"], weights["deal"]])
    assert isinstance(game.transitions, SparseRows)
    begin, end = game.transitions.start[stall : stall + 2]
    onward = {game.states[to]: p for to, p in zip(game.transitions.state[begin:end], game.transitions.prob[begin:end], strict=True)}
    assert onward == pytest.approx({"step 0, threat=none, lapses=0, front=0": 0.75, "step 0, threat=none, lapses=0, front=1": 0.25})
    assert row_sums(game.transitions)[stall + 1] == 0
    assert game.discounts[s].tolist() == [0.9, 0.8]
    assert game.discounts[game.states.index("step 0, threat=none, lapses=0, front=0")].tolist() == [1.0, 1.0]


def test_precisions_follow_the_players() -> None:
    positions = enumerate_positions(small_dispute(), small_dispute().State())
    assert precisions(positions, known()) == (1.5, 2.5)


def test_uncertain_types_are_refused() -> None:
    positions = enumerate_positions(small_dispute(), small_dispute().State())
    with pytest.raises(GameError, match="one type an actor; “mediator” has 3: peace, image or exit"):
        stationary(positions, small_parameters())
    with pytest.raises(GameError, match="actor “party_a” of SmallCeasefire has no motives"):
        stationary(positions, Parameters({"mediator": known().motives["mediator"]}, CHANCE))


def test_dispute_without_discount_that_always_may_end_is_allowed() -> None:
    positions = enumerate_positions(small_dispute(), small_dispute().State())
    assert stationary(positions, known((1.0, 1.0))).discounts.min() == 1
