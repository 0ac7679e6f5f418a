"""The stored answers of Gambit to the bargaining game: the same game, read as it was written, and exact.

Three routes share no code here: Gambit, the recursion that polished its answers, and the recursion over beliefs of the
benchmarks.
"""

from itertools import pairwise

import numpy as np
import pytest

from benchmarks._bargaining_reference import LongGame
from benchmarks.games.bargaining import SINCERE_PROB, bargaining
from openparley.game.efg import read_efg, write_efg
from openparley.game.tree import Chance, Node, Terminal
from openparley.game.unrolling import unroll
from tests.solve.make_bargaining_oracle import (
    A_MOVES,
    B_MOVES,
    CASES,
    TYPES,
    WHOLE_AT,
    Choices,
    read_bargaining_oracle,
    solve_case,
    write_game,
)

ROUNDING = 1e-13
GAMBIT_MISSES = 1e-10  # Gambit meets the wanted λ to about as much
RESIDUAL = 1e-13
SPLINE_ERROR = 1e-10


@pytest.fixture(scope="module")
def oracle():
    return read_bargaining_oracle()


def shape(node: Node, kind: str = "", done: tuple[str, ...] = ()):
    """Every node on the way from the root: what is known there, the menu, and what is paid in the end."""
    if isinstance(node, Terminal):
        assert node.outcome is not None
        yield kind, done, tuple(round(float(payoff), 12) for payoff in node.outcome.payoffs)
    elif isinstance(node, Chance):
        yield "draw", tuple(map(float, node.probs)), tuple(action.split()[-1] for action in node.actions)
        for action, child in zip(node.actions, node.children, strict=True):
            yield from shape(child, action.split()[-1], done)
    else:
        yield kind, done, node.infoset.player, node.actions
        for action, child in zip(node.actions, node.children, strict=True):
            yield from shape(child, kind, (*done, action))


@pytest.mark.parametrize("rounds", [1, 2, 3])
@pytest.mark.parametrize("variant", ["base", "alt"])
def test_unrolled_game_is_the_one_that_gambit_was_given(variant: str, rounds: int) -> None:
    dispute, parameters = bargaining(variant, 1.0)
    written = read_efg(write_efg(unroll(dispute, parameters, dispute.State(), rounds)))
    given = read_efg(write_game(variant, rounds))
    assert written.players == given.players == ("party_b", "party_a")
    assert list(shape(written.root)) == list(shape(given.root))


@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_information_sets_hold_the_same_nodes(rounds: int) -> None:
    dispute, parameters = bargaining("base", 1.0)

    def partition(text: str) -> set[frozenset[int]]:
        tree = read_efg(text)
        place = {id(node): i for i, node in enumerate(tree.nodes())}
        return {frozenset(place[id(node)] for node in nodes) for nodes in tree.members().values()}

    found = partition(write_efg(unroll(dispute, parameters, dispute.State(), rounds)))
    assert found == partition(write_game("base", rounds))
    assert len(found) == 5 * (4**rounds - 1) // 3


def test_every_case_is_stored_and_exact(oracle) -> None:
    assert set(oracle.cases) == set(CASES)
    for case in oracle.cases.values():
        assert case.moved < GAMBIT_MISSES
        assert case.residual < RESIDUAL
        assert all(abs(sum(probs.values()) - 1) < 3 * ROUNDING for probs in case.choices.values())


@pytest.mark.parametrize("case", [("base", 1, 5.0), ("base", 2, 5.0), ("alt", 2, 2.0)])
def test_gambit_still_says_what_is_stored(oracle, case: tuple[str, int, float]) -> None:
    again = solve_case(*case)
    stored = [p for probs in oracle.cases[case].choices.values() for p in probs.values()]
    np.testing.assert_allclose(again["probs"], stored, rtol=0, atol=2 * ROUNDING)
    assert again["residual"] < RESIDUAL


@pytest.mark.parametrize(("rounds", "counts"), [(2, {4.0: 1, 8.0: 3, 10.0: 3, 14.0: 1}), (3, {4.0: 1, 4.5: 9, 5.0: 3, 8.0: 11, 10.0: 13})])
def test_folds_say_how_often_the_branch_meets_a_precision(oracle, rounds: int, counts: dict[float, int]) -> None:
    branch = oracle.branches[rounds]
    assert branch.residual < RESIDUAL
    for precision, press in branch.press.items():
        pieces = [(min(pair), max(pair)) for pair in pairwise([0.0, *branch.folds, np.inf])]
        assert len(press) == len(set(press)) == sum(low < precision < high for low, high in pieces)
    assert {precision: len(branch.press[precision]) for precision in counts} == counts


def test_first_crossing_is_the_case_at_that_precision(oracle) -> None:
    branch = oracle.branches[3]
    assert set(branch.equilibria) == set(WHOLE_AT)
    assert largest_gap(branch.equilibria[5.0][0], oracle.cases["base", 3, 5.0].choices) < 2 * ROUNDING
    for precision, found in branch.equilibria.items():
        assert [choices["party_b", "", ()]["press"] for choices in found] == list(branch.press[precision])


@pytest.mark.parametrize("case", [case for case in CASES if case[2] <= 2 and case[1] >= 3])
def test_recursion_over_beliefs_agrees(oracle, case: tuple[str, int, float]) -> None:
    assert largest_gap(played(LongGame(*case)), oracle.cases[case].choices) < SPLINE_ERROR


def played(game: LongGame) -> Choices:
    """The choices of the belief recursion at every public history."""
    share = SINCERE_PROB[game.variant]
    found, odds = {}, {(): np.array([np.log(share / (1 - share))])}
    for t in range(game.rounds):
        later = {}
        for done, at in odds.items():
            stage = game.stage(t, at)
            found["party_b", "", done] = dict(zip(B_MOVES, stage.press[0], strict=True))
            for m, move in enumerate(B_MOVES):
                for k, kind in enumerate(TYPES):
                    found["party_a", kind, (*done, move)] = dict(zip(A_MOVES, stage.answers[0, m, :, k], strict=True))
                later |= {(*done, move, answer): at + stage.shift[:, m, a] for a, answer in enumerate(A_MOVES) if a}
        odds = later
    return found


def largest_gap(one: Choices, two: Choices) -> float:
    assert one.keys() == two.keys()
    return max(abs(one[key][action] - two[key][action]) for key in one for action in one[key])
