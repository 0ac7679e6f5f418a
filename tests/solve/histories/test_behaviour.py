"""Behaviour at public histories: beliefs, and the certificate against another one and against perturbed choices."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from benchmarks.games.bargaining import bargaining
from openparley.game.dispute_game import DisputeGame
from openparley.game.positions import enumerate_positions
from openparley.solve.histories.behaviour import PublicBehaviour, beliefs_of, certify_public
from openparley.solve.histories.public_tree import CHANCE, recognise
from openparley.solve.histories.sweep import Sweep
from openparley.solve.logit_qre import LogitQRE, solve_histories, solve_tree
from tests.solve.random_dispute import RandomDispute, random_parameters, seeds
from tests.solve.random_tree import random_public_tree

EXACT = 1e-12


def solved(seed: int, *, rounds: int = 2, discount: float = 0.9) -> PublicBehaviour:
    dispute = RandomDispute(seed)
    game = DisputeGame(enumerate_positions(dispute, dispute.State()), random_parameters(seed, 0.5, discount=discount), rounds)
    return solve_histories(game, LogitQRE(trace=1.0)).behaviour


def chances(behaviour: PublicBehaviour, belief: np.ndarray, node: int) -> np.ndarray:
    """Probability of each edge of a node at the belief there."""
    public, mover = behaviour.public, behaviour.public.mover[node]
    if mover == CHANCE:
        return public.chance[public.option[public.edge_start[node] : public.edge_start[node + 1]]]
    return behaviour.probs(node) @ belief[node, mover, : public.kinds[mover]]


@given(seed=seeds)
@settings(max_examples=15)
def test_beliefs_are_a_martingale_within_a_round_and_drift_across(seed: int) -> None:
    behaviour = solved(seed)
    public, belief = behaviour.public, beliefs_of(behaviour)
    np.testing.assert_allclose(belief.sum(2), 1.0, atol=EXACT)
    checked = 0
    for v in range(public.nodes):
        edges = slice(public.edge_start[v], public.edge_start[v + 1])
        if (public.child[edges] < 0).any() or not (public.learns[edges].all() or public.mover[v] == CHANCE):
            continue
        expected = np.einsum("e,eik->ik", chances(behaviour, belief, v), belief[public.child[edges]])
        drift = public.drift if public.ends_round[edges].all() else np.broadcast_to(np.eye(belief.shape[2]), public.drift.shape)
        np.testing.assert_allclose(expected, np.einsum("ik,ikm->im", belief[v], drift), atol=EXACT)
        checked += 1
    assert checked


@given(seed=seeds)
@settings(max_examples=15)
def test_a_perturbed_choice_fails_the_certificate(seed: int) -> None:
    behaviour = solved(seed)
    good = certify_public(behaviour)
    assert good["logit_residual"] < 1e-10
    assert good["sum_error"] < EXACT
    rng = np.random.default_rng(seed)
    node = int(rng.choice(np.flatnonzero(behaviour.public.mover != CHANCE)))
    kind = int(rng.integers(behaviour.public.kinds[behaviour.public.mover[node]]))
    choices, first = behaviour.choices.copy(), behaviour.public.edge_start[node]
    choices[first : first + 2, kind] += [1e-6, -1e-6]
    bad = certify_public(replace(behaviour, choices=choices))
    assert bad["logit_residual"] > 5e-7
    choices[first, kind] += 1e-6
    assert certify_public(replace(behaviour, choices=choices))["sum_error"] == pytest.approx(1e-6, rel=1e-3)


@pytest.mark.parametrize("which", ["one", "all"])
def test_a_choice_that_is_no_number_fails_the_certificate(which: str) -> None:
    behaviour = solved(1)
    choices = behaviour.choices.copy()
    acts = np.flatnonzero(np.repeat(behaviour.public.mover, np.diff(behaviour.public.edge_start)) >= 0)
    choices[acts[:1] if which == "one" else acts] = np.nan
    assert not certify_public(replace(behaviour, choices=choices))["logit_residual"] < 1e-6


@given(seed=seeds)
@settings(max_examples=15)
def test_both_certificates_say_the_same_of_a_tree(seed: int) -> None:
    tree = random_public_tree(seed)
    found = recognise(tree)
    assert found is not None
    solution = solve_tree(tree, LogitQRE(1.5))
    assert solution.certificate is not None
    public, choices = found.public, np.zeros((len(found.public.child), int(found.public.kinds.max())))
    for (v, kind), infoset in found.infosets.items():
        choices[public.edge_start[v] : public.edge_start[v + 1], kind] = solution.behaviour.probs[infoset]
    again = certify_public(PublicBehaviour(public, 1.5, choices))
    assert again["logit_residual"] < 1e-10
    assert again["best_response_gap"] == pytest.approx(solution.certificate["best_response_gap"], abs=1e-9)


def test_nodes_are_found_by_moves() -> None:
    dispute, parameters = bargaining("base", 1.0)
    game = DisputeGame(enumerate_positions(dispute, dispute.State()), parameters, 2)
    behaviour = solve_histories(game, LogitQRE()).behaviour
    assert behaviour.node() == 0
    assert behaviour.node(0, 0) == behaviour.node(0, 0, 1) == -1
    assert behaviour.probs(behaviour.node()).shape == (2, 1)
    assert behaviour.probs(behaviour.node(1, 2, 0)).shape == (3, 2)
    pressed = behaviour.public
    labels = game.positions.labels
    for moves, expected in (((), ["press", "concede"]), ((0,), ["accept", "stall", "escalate"])):
        v = behaviour.node(*moves)
        assert [labels[o] for o in pressed.option[pressed.edge_start[v] : pressed.edge_start[v + 1]]] == expected


def test_at_precision_zero_no_belief_moves() -> None:
    dispute = RandomDispute(3)
    game = DisputeGame(enumerate_positions(dispute, dispute.State()), random_parameters(3, 1.0, drifting=False), 2)
    solution = solve_histories(game, LogitQRE(0.0))
    public = solution.behaviour.public
    gap = np.abs(np.diff(solution.behaviour.choices.reshape(len(public.child), -1)[public.edge_mover == 0], axis=1)).max()
    assert gap < EXACT
    np.testing.assert_allclose(Sweep(public).start(), Sweep(public).start() + Sweep(public).newton(Sweep(public).start(), 0.0).step)
