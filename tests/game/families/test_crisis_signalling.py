"""The crisis-signalling game: its closed-form equilibrium in two rounds, Gambit's answer, and what its source predicts."""

from pathlib import Path

import numpy as np
import pytest

from openparley.game.check import check_dispute
from openparley.game.dispute import Draw
from openparley.game.dispute_game import DisputeGame
from openparley.game.families.crisis_signalling import CrisisSignalling
from openparley.game.parameters import Motives, Parameters, even_drift
from openparley.game.positions import enumerate_positions
from openparley.game.unrolling import unroll
from openparley.solve import LogitQRE, solve
from openparley.solve.histories.behaviour import PublicBehaviour, beliefs_of
from tests.solve.gambit import gambit_behaviour

GAMBIT_TOLERANCE = 1e-8
NEAR_LIMIT = 300.0
# The distance from the limit falls as 1/λ; the largest constant found below is 2.3.
LIMIT_TOLERANCE = 4 / NEAR_LIMIT
ESCALATE, BACK_DOWN, ATTACK = 0, 1, 2  # places in the menus
GOES_ON = 0


def parameters(
    audience: tuple[float, float] = (0.4, 0.3), resolute: tuple[float, float] = (0.3, 0.3), war: tuple[float, float] = (3.0, 3.0),
    *, precision: float = 1.0, incident: float = 0.0, defused: float = 0.0,
) -> Parameters:  # fmt: skip
    """Two states, each resolute with a prior share, and else to lose ``war`` by fighting; with no events it is the source's game."""

    def side(number: int) -> Motives:
        letter = "ab"[number]
        weights = {
            kind: {f"prize_{letter}": 1.0, f"audience_{letter}": -audience[number], "war": -cost}
            for kind, cost in {"resolute": 0.1, "irresolute": war[number]}.items()
        }
        share = resolute[number]
        return Motives(tuple(weights), weights, np.array([share, 1 - share]), even_drift(2, 0.0), precision)

    return Parameters({"state_a": side(0), "state_b": side(1)}, {"incident": incident, "defused": defused})


def closed_form(audience: tuple[float, float], resolute: tuple[float, float], war: tuple[float, float]) -> tuple[float, ...]:
    """Probability that an irresolute state escalates at its first two turns and one: A, B, A, in the limit of two rounds.

    Derived backwards. Last, irresolute B backs down. Before it, irresolute A (which would pay ``a``) escalates when it believes
    B resolute with less than Q = (1 + a) / (1 + w). Irresolute B, at no cost yet, is indifferent when A then backs down with
    probability b / (1 + b); irresolute A, when B backs down with probability a / (1 + a): each depends on the other's audience
    alone. Where q < 1 / (1 + w), B bluffs so often that A does, too, from the start, and mixes at its second turn; else A mixes at the
    start and then backs down.
    """
    (a, b), (p, q), (w, _) = audience, resolute, war
    threshold = (1 + a) / (1 + w)
    if q < 1 / (1 + w):
        return 1.0, q * (1 - threshold) / ((1 - q) * threshold), 1 - b / (1 + b) / (1 - p)
    return p * b / (1 - p), 1 - a / (1 + a) / (1 - q), 0.0


def two_rounds(given: Parameters, precision: float) -> tuple[float, ...]:
    """The same probabilities from the exact solver."""
    dispute = CrisisSignalling(given.chance)
    tree = unroll(dispute, given, dispute.State(), 2)
    solution = solve(tree, LogitQRE(precision=precision))
    assert solution.solved, solution.status
    probs = {infoset.label: found for infoset, found in solution.behaviour.probs.items()}
    turns = ("irresolute", "irresolute | escalate", "irresolute>irresolute | escalate, escalate, goes_on")
    return tuple(float(probs[turn][ESCALATE]) for turn in turns)


def played(given: Parameters, rounds: int = 4, **levers: bool) -> PublicBehaviour:
    """Behaviour at every public history."""
    dispute = CrisisSignalling(given.chance, **levers)
    solution = solve(DisputeGame(enumerate_positions(dispute, dispute.State()), given, rounds), LogitQRE())
    assert solution.solved, solution.status
    return solution.behaviour


def backs_down(behaviour: PublicBehaviour) -> np.ndarray:
    """Probability that each state ends the crisis by backing down."""
    public, belief = behaviour.public, beliefs_of(behaviour)
    reached, found = np.zeros(public.nodes), np.zeros(2)
    reached[0] = 1.0
    for node in range(public.nodes):
        edges = range(int(public.edge_start[node]), int(public.edge_start[node + 1]))
        mover = int(public.mover[node])
        for place, edge in enumerate(edges):
            prob = float(belief[node, mover] @ behaviour.choices[edge]) if mover >= 0 else float(place == GOES_ON)
            if mover >= 0 and place == BACK_DOWN:
                found[mover] += reached[node] * prob
            if public.child[edge] >= 0:
                reached[public.child[edge]] += reached[node] * prob
    return found


def test_nothing_is_wrong_with_it() -> None:
    given = parameters(incident=0.02, defused=0.05)
    assert check_dispute(CrisisSignalling(given.chance), given) == []


@pytest.mark.parametrize(
    ("audience", "resolute", "war"),
    [
        ((0.4, 0.3), (0.3, 0.3), (3.0, 3.0)),
        ((0.2, 0.6), (0.3, 0.3), (3.0, 3.0)),
        ((0.4, 0.3), (0.3, 0.4), (4.0, 2.0)),
        ((0.4, 0.3), (0.2, 0.15), (3.0, 3.0)),
        ((0.3, 0.5), (0.3, 0.1), (3.0, 5.0)),
    ],
    ids=["mixes first", "stronger audience in B", "other wars", "bluffs first", "bluffs first, stronger audience in B"],
)
def test_two_rounds_are_the_closed_form(audience: tuple[float, float], resolute: tuple[float, float], war: tuple[float, float]) -> None:
    found = two_rounds(parameters(audience, resolute, war), NEAR_LIMIT)
    assert found == pytest.approx(closed_form(audience, resolute, war), abs=LIMIT_TOLERANCE)


def test_the_distance_from_the_closed_form_falls_as_one_over_precision() -> None:
    limit = closed_form((0.4, 0.3), (0.3, 0.3), (3.0, 3.0))[0]
    gaps = [abs(two_rounds(parameters(), precision)[0] - limit) for precision in (300.0, 900.0)]
    assert gaps[0] / gaps[1] == pytest.approx(3, rel=0.1)


@pytest.mark.parametrize("precision", [0.5, 2.0])
def test_two_rounds_are_gambits_answer(precision: float, tmp_path: Path) -> None:
    given = parameters(incident=0.1, defused=0.2)
    dispute = CrisisSignalling(given.chance)
    tree = unroll(dispute, given, dispute.State(), 2)
    solution = solve(tree, LogitQRE(precision=precision))
    assert solution.solved, solution.status
    theirs = gambit_behaviour(tree, precision, str(tmp_path / "crisis.efg"))
    assert set(theirs) == set(solution.behaviour.probs)
    for infoset, probs in theirs.items():
        np.testing.assert_allclose(solution.behaviour.probs[infoset], list(probs.values()), atol=GAMBIT_TOLERANCE)


@pytest.mark.parametrize("precision", [2.0, 6.0])
def test_the_side_with_the_stronger_audience_backs_down_less(precision: float) -> None:
    """Fearon: relative audience costs decide who backs down. Sides are swapped, as A moves first."""
    a_strong = backs_down(played(parameters((0.5, 0.1), precision=precision)))
    b_strong = backs_down(played(parameters((0.1, 0.5), precision=precision)))
    assert a_strong[0] < b_strong[0]
    assert b_strong[1] < a_strong[1]


def test_once_a_crisis_runs_the_cost_of_war_has_no_direct_effect() -> None:
    """Fearon: capabilities and interests have none; here exactly so while both sides' irresolute types mix."""
    few, many = (two_rounds(parameters(war=war), NEAR_LIMIT) for war in ((3.0, 3.0), (6.0, 4.0)))
    assert few == pytest.approx(many, abs=LIMIT_TOLERANCE)


def test_escalation_tells_of_resolve_where_audiences_watch() -> None:
    """Fearon: audience costs let each side learn whether the other would fight; without them steps are cheap."""
    beliefs = {}
    for audience in (0.0, 0.3):
        behaviour = played(parameters((audience, audience), precision=4.0))
        beliefs[audience] = beliefs_of(behaviour)[behaviour.node(*3 * (ESCALATE, ESCALATE, GOES_ON)), :, 0]
    assert beliefs[0.3].min() > 0.45
    assert beliefs[0.0].max() < 0.35


def test_an_audience_commits_whoever_has_it() -> None:
    """Fearon: a state whose own audience is stronger is believed the less likely to back down at its next turn."""
    behaviours = [played(parameters((audience, 0.3), precision=2.0)) for audience in (0.1, 0.3, 0.9)]
    nodes = [behaviour.node(ESCALATE, ESCALATE, GOES_ON) for behaviour in behaviours]
    backing = [float(beliefs_of(b)[n, 0] @ b.probs(n)[BACK_DOWN]) for b, n in zip(behaviours, nodes, strict=True)]
    assert np.diff(backing).max() < -0.05


def test_a_hotline_stops_incidents_and_closed_doors_stop_the_tension() -> None:
    given = parameters(incident=0.2, defused=0.1)
    world = CrisisSignalling(given.chance, hotline=True).options("world", CrisisSignalling.State())
    draws = {option.label: option.prob for option in world if isinstance(option, Draw)}
    assert draws == {"goes_on": pytest.approx(0.9), "incident": 0, "defused": pytest.approx(0.1)}
    state = CrisisSignalling.State().but(tension=3)
    assert CrisisSignalling(given.chance, private_talks=True).next_round(state) == state
    assert CrisisSignalling(given.chance).next_round(state) == state.but(tension=4)
