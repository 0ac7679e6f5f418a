"""The sanctions-threat game: its closed-form equilibrium, Gambit's answer, and what its sources predict."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from openparley.game.check import check_dispute
from openparley.game.dispute_game import DisputeGame
from openparley.game.families.sanctions_threat import ROUNDS_TO_COME, SanctionsThreat
from openparley.game.parameters import Motives, Parameters, even_drift
from openparley.game.positions import enumerate_positions
from openparley.game.unrolling import unroll
from openparley.solve import LogitQRE, solve
from openparley.solve.histories.behaviour import PublicBehaviour, beliefs_of
from tests.solve.gambit import gambit_behaviour

GAMBIT_TOLERANCE = 1e-8
NEAR_LIMIT = 300.0
# The distance from the limit falls as 1/λ; the largest constant found below is 1.1.
LIMIT_TOLERANCE = 2.5 / NEAR_LIMIT
THREATEN, RESIST, IMPOSE = 1, 0, 0  # places in the menus


def parameters(
    resolute: float = 0.3, prize: float = 2.0, giving_way: float = 4.0, *,
    standing: float = 0.0, stubborn: float = 0.0, precision: float = 1.0, audience: float = 1.0,
) -> Parameters:  # fmt: skip
    """A sender that is resolute or bluffs; a target that would give way, or with prior ``stubborn`` sit sanctions out.

    ``audience`` is the sender's cost of backing down. As that is its numeraire, everything else is divided by it and its
    precision multiplied: the same behaviour in other units.
    """
    sender = {
        kind: {"concession": prize / audience, "backed_down": -1.0, "sanctions": -price / audience}
        for kind, price in {"resolute": 0.02, "bluffer": 0.8}.items()
    }
    target = {
        kind: {"concession": -cost, "sanctions": -1.0, "backed_down": standing}
        for kind, cost in {"weak": giving_way, "strong": 14.0}.items()
    }
    kinds = tuple(target) if stubborn else ("weak",)
    return Parameters(
        {
            "sender": Motives(tuple(sender), sender, np.array([resolute, 1 - resolute]), even_drift(2, 0.0), precision * audience),
            "target": Motives(
                kinds, {kind: target[kind] for kind in kinds}, np.array([1 - stubborn, stubborn][: len(kinds)]),
                even_drift(len(kinds), 0.0), precision,
            ),
        }
    )  # fmt: skip


def published(given: Parameters, precision: float) -> dict[str, np.ndarray]:
    """Choice probabilities, by information set, in the published tree: two rounds, and sanctions end the dispute."""
    dispute = SanctionsThreat(sanctions_stay=True)
    tree = unroll(dispute, given, dispute.State(), 2)
    solution = solve(tree, LogitQRE(precision=precision))
    assert solution.solved, solution.status
    return {infoset.label: probs for infoset, probs in solution.behaviour.probs.items()}


def played(given: Parameters, rounds: int = 4, **levers: Any) -> PublicBehaviour:
    """Behaviour of the whole game, exact, at every public history."""
    dispute = SanctionsThreat(**levers)
    positions = enumerate_positions(dispute, dispute.State())
    solution = solve(DisputeGame(positions, given, rounds), LogitQRE())
    assert solution.solved, solution.status
    return solution.behaviour


def test_nothing_is_wrong_with_it() -> None:
    assert check_dispute(SanctionsThreat(), parameters(stubborn=0.4)) == []


@pytest.mark.parametrize("prize", [1.0, 3.0])
@pytest.mark.parametrize("resolute", [0.1, 0.3])
@pytest.mark.parametrize(("giving_way", "standing"), [(4.0, 0.0), (5.0, 0.5)])
def test_bluffs_as_often_as_the_closed_form_says(prize: float, resolute: float, giving_way: float, standing: float) -> None:
    """Lewis and Schultz's conditions, as Crisman-Cox and Gibilisco compute them, with two types in place of normal shocks.

    Target: P(F)·W + (1 − P(F))·V = C. Challenger: (S − (1 − P(R))·V) / P(R) = a, the payoff from backing down.
    """
    found = published(parameters(resolute, prize, giving_way, standing=standing), NEAR_LIMIT)
    stands_firm = (giving_way + standing) / (ROUNDS_TO_COME + standing)
    resists = prize / (prize + 1)
    bluffs = resolute * (1 - stands_firm) / ((1 - resolute) * stands_firm)
    assert resolute < stands_firm
    assert found["bluffer"] == pytest.approx([1 - bluffs, bluffs], abs=LIMIT_TOLERANCE)
    assert found["weak | threaten"] == pytest.approx([resists, 1 - resists], abs=LIMIT_TOLERANCE)
    assert found["resolute"] == pytest.approx([0, 1], abs=LIMIT_TOLERANCE)
    assert found["bluffer>bluffer | threaten, resist"] == pytest.approx([0, 1], abs=LIMIT_TOLERANCE)


def test_the_distance_from_the_closed_form_falls_as_one_over_precision() -> None:
    bluffs = 0.3 * 0.6 / (0.7 * 0.4)
    gaps = [abs(published(parameters(), precision)["bluffer"][1] - bluffs) for precision in (100.0, 300.0)]
    assert gaps[0] / gaps[1] == pytest.approx(3, rel=0.1)


def test_where_most_senders_are_resolute_all_threaten_and_the_target_gives_way() -> None:
    found = published(parameters(resolute=0.6), NEAR_LIMIT)
    assert found["bluffer"][1] == pytest.approx(1, abs=LIMIT_TOLERANCE)
    assert found["weak | threaten"][1] == pytest.approx(1, abs=LIMIT_TOLERANCE)


@pytest.mark.parametrize("precision", [0.5, 2.0])
def test_two_rounds_of_the_whole_game_are_gambits_answer(precision: float, tmp_path: Path) -> None:
    given = parameters(stubborn=0.4, standing=0.5)
    dispute = SanctionsThreat()
    tree = unroll(dispute, given, dispute.State(), 2)
    solution = solve(tree, LogitQRE(precision=precision))
    assert solution.solved, solution.status
    theirs = gambit_behaviour(tree, precision, str(tmp_path / "sanctions.efg"))
    assert set(theirs) == set(solution.behaviour.probs)
    for infoset, probs in theirs.items():
        np.testing.assert_allclose(solution.behaviour.probs[infoset], list(probs.values()), atol=GAMBIT_TOLERANCE)


def test_a_threat_says_more_where_backing_down_costs_more() -> None:
    """Lewis and Schultz: what backing down costs decides who bluffs."""
    beliefs = []
    for audience in (0.5, 1.0, 2.0, 4.0):
        behaviour = played(parameters(stubborn=0.4, audience=audience, precision=0.8), sanctions_stay=True)
        beliefs.append(beliefs_of(behaviour)[behaviour.node(THREATEN), 0, 0])
    assert beliefs[0] > 0.3
    assert np.diff(beliefs).min() > 0


def test_sanctions_hit_the_targets_that_they_are_least_likely_to_move() -> None:
    """Lacy and Niou: those that would give way do so at the threat, the more so the surer the threat."""
    shares = []
    for binds in (False, True):
        behaviour = played(parameters(stubborn=0.4), threat_binds=binds)
        belief = beliefs_of(behaviour)[:, 1, 1]
        resisted, imposed = behaviour.node(THREATEN, RESIST), behaviour.node(THREATEN, RESIST, IMPOSE)
        assert belief[imposed] == pytest.approx(belief[resisted])
        shares.append(belief[imposed])
    assert 0.4 + 0.02 < shares[0] < shares[1] - 0.02


def test_a_threat_that_must_be_carried_out_succeeds_more_often_than_the_sanctions() -> None:
    """Lacy and Niou's ranking of threat and sanctions holds where the target does not doubt the threat."""
    behaviour = played(parameters(stubborn=0.4, resolute=0.9, precision=1.5), threat_binds=True, sanctions_stay=False)
    belief = beliefs_of(behaviour)[:, 1, :2]

    def gives_way(*moves: int) -> float:
        node = behaviour.node(*moves)
        return float(belief[node] @ behaviour.probs(node)[1])

    assert gives_way(THREATEN) > gives_way(THREATEN, RESIST, IMPOSE)
