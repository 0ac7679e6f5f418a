"""The belief grid on the bargaining game, whose payoffs depend on whom one deals with, against Gambit."""

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from benchmarks.games.bargaining import TalksState, bargaining
from openparley.game.dispute_game import DisputeGame
from openparley.game.positions import Position, enumerate_positions
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid
from openparley.solve.grid.behaviour import GridBehaviour
from openparley.solve.grid.certificate import certify
from openparley.solve.solution import Solution
from tests.solve.make_bargaining_oracle import BargainingOracle, Choices, read_bargaining_oracle

TOLERANCE = 1e-12
GAMBIT = 1e-10  # to which the stored answers are equilibria
KINDS = {"sincere": 0, "maximalist": 1}
# “base” with three rounds folds at λ = 4.56, beyond which pointwise selection promises nothing.
CASES = [case for case in read_bargaining_oracle().cases if case != ("base", 3, 5.0)]
# λ → what 12 Chebyshev nodes, and 201 nodes in log odds, may be off by: about three times what was found
CEILINGS = {0.5: (1e-11, 2e-8), 1.0: (3e-8, 5e-8), 2.0: (2e-5, 3e-7), 5.0: (2e-2, 5e-7)}


@cache
def oracle() -> BargainingOracle:
    return read_bargaining_oracle()


def solved(variant: str, rounds: int, precision: float, **settings: Any) -> Solution[GridBehaviour]:
    dispute, parameters = bargaining(variant, precision)
    game = DisputeGame(enumerate_positions(dispute, TalksState()), parameters, rounds)
    return solve_belief_grid(game, BeliefGrid(**{"tolerance": TOLERANCE, **settings}))


def gap(behaviour: GridBehaviour, choices: Choices) -> float:
    """Largest difference at any information set, at the beliefs that Gambit's own choices lead to."""
    worst = 0.0
    for (_, kind, done), probs in choices.items():
        round_, step = divmod(len(done), 2)
        state = TalksState.from_values({"move": done[-1]}) if step else TalksState()
        where = np.array([behaviour.positions.index[Position(step, state)]])
        found = behaviour.choices(round_, step, where, {"party_a": belief(behaviour, choices, done)[None, :]})
        worst = max(worst, float(np.abs(found[0, :, KINDS.get(kind, 0)] - list(probs.values())).max()))
    return worst


def belief(behaviour: GridBehaviour, choices: Choices, done: tuple[str, ...]) -> np.ndarray:
    share = behaviour.parameters.motives["party_a"].prior
    for i in range(1, len(done), 2):
        share = share * [choices["party_a", kind, done[:i]][done[i]] for kind in KINDS]
        share = share / share.sum()
    return share


@pytest.mark.parametrize(("variant", "rounds", "precision"), CASES)
def test_grid_is_gambits_answer(variant: str, rounds: int, precision: float) -> None:
    choices = oracle().cases[variant, rounds, precision].choices
    polynomial, cubic = CEILINGS[precision]
    assert gap(solved(variant, rounds, precision, nodes=12).behaviour, choices) < polynomial
    assert gap(solved(variant, rounds, precision, nodes=201, spacing="log_odds").behaviour, choices) < cubic


@pytest.mark.parametrize("precision", [0.5, 2.0, 5.0])
def test_one_round_needs_no_more_than_two_nodes(precision: float) -> None:
    """What is read is linear in the belief, and so is what the polynomial through two nodes says."""
    for variant in ("base", "alt"):
        assert gap(solved(variant, 1, precision, nodes=2).behaviour, oracle().cases[variant, 1, precision].choices) < GAMBIT


@pytest.mark.parametrize("variant", ["base", "alt"])
def test_cubic_is_of_fourth_order(variant: str) -> None:
    """At a reach that leaves next to nothing to the straight lines, half the spacing leaves a sixteenth of the error."""
    choices = oracle().cases[variant, 4, 1.0].choices
    gaps = [gap(solved(variant, 4, 1.0, nodes=n, spacing="log_odds", reach=9.0).behaviour, choices) for n in (53, 103, 203)]
    order = np.log2(gaps[0] / gaps[2]) / 2
    assert 3.5 < order < 5, f"found {order:.2f} from {gaps}"


def test_usual_reach_converges() -> None:
    """Doubling the nodes also lengthens the reach, so that the error falls by less: 7 to 10 times were found."""
    choices = oracle().cases["base", 4, 1.0].choices
    gaps = [gap(solved("base", 4, 1.0, nodes=n, spacing="log_odds").behaviour, choices) for n in (25, 51, 101, 201)]
    assert all(one > 5 * two for one, two in pairwise(gaps)), gaps


@pytest.mark.parametrize("settings", [{"nodes": 12}, {"nodes": 51, "spacing": "log_odds"}], ids=str)
def test_certificate_knows_others_types(settings: dict[str, Any]) -> None:
    found = certify(solved("alt", 4, 1.0, **settings), samples=128, rng=np.random.default_rng(0))
    assert found.logit_residual < 1e-10
    assert found.value_error < 1e-4


@pytest.mark.parametrize("settings", [{"nodes": 2}, {"nodes": 6, "spacing": "log_odds"}], ids=str)
def test_what_depends_on_the_movers_type_is_exact_on_any_grid(settings: dict[str, Any]) -> None:
    """After a settlement nothing comes; after the last stall the breakdown, weighed by the belief at that time."""
    behaviour = solved("base", 1, 1.0, **settings).behaviour
    where = np.array([behaviour.positions.index[Position(1, TalksState(move="press"))]])
    for share in (0.0, 0.3, 1.0):
        at = {"party_a": np.array([[share, 1 - share]])}
        sigma = behaviour.choices(0, 1, where, at)[0]
        likely = sigma @ at["party_a"][0]
        after = sigma * at["party_a"] / likely[:, None]
        worth = after @ np.array([[2.0, -0.15 - 0.5, -0.45 - 0.5], [1.5, -0.15 - 1.0, -0.45 - 1.0]])
        expected = likely @ np.array([worth[i, i] for i in range(3)])
        assert behaviour.expected(0, 1, where, at)[0, behaviour.slot("party_b")] == pytest.approx(expected, abs=1e-12)
