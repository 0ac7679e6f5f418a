"""Which trees have public moves only, and what is kept of them and of disputes."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings

from benchmarks.games.bargaining import bargaining
from openparley.errors import SolveError
from openparley.game.dispute_game import DisputeGame
from openparley.game.positions import enumerate_positions
from openparley.game.tree import Chance, Choice, Infoset, Node, Terminal, Tree
from openparley.game.unrolling import unroll
from openparley.solve.histories import public_tree
from openparley.solve.histories.public_tree import CHANCE, recognise, unfold
from openparley.solve.logit_qre import LogitQRE, solve_tree
from tests.solve.random_dispute import RandomDispute, random_parameters, seeds
from tests.solve.random_tree import random_public_tree
from tests.solve.small_trees import coordination, end, gap, general, general_probs, signals, simultaneous_node


@given(seed=seeds)
@settings(max_examples=25)
def test_every_information_set_is_one_type_at_one_history(seed: int) -> None:
    tree = random_public_tree(seed)
    found = recognise(tree)
    assert found is not None
    assert Counter(found.infosets.values()) == Counter(tree.infosets().keys())
    public, types = found.public, {}
    for (v, kind), infoset in found.infosets.items():
        assert public.mover[v] == infoset.player
        assert types.setdefault((infoset.player, kind), infoset.known) == infoset.known
        assert np.diff(public.edge_start)[v] == len(tree.infosets()[infoset])


@given(seed=seeds)
@settings(max_examples=25)
def test_priors_and_excess_are_the_draw_of_types(seed: int) -> None:
    tree = random_public_tree(seed)
    found, root = recognise(tree), tree.root
    assert found is not None
    assert isinstance(root, Chance)
    public = found.public
    joint = public.excess * np.prod([p[kind] for p, kind in zip(public.prior, public.type_of, strict=True)], axis=0)
    np.testing.assert_allclose(joint, np.array(root.probs) / sum(root.probs), rtol=1e-12)
    for i, prior in enumerate(public.prior):
        np.testing.assert_allclose(prior, np.bincount(public.type_of[i], joint), rtol=1e-12)


@given(seed=seeds)
@settings(max_examples=25)
def test_children_come_after_their_node_and_every_node_but_the_root_once(seed: int) -> None:
    found = recognise(random_public_tree(seed))
    assert found is not None
    public = found.public
    child = public.child[public.child >= 0]
    assert sorted(child) == list(range(1, public.nodes))
    parent = np.repeat(np.arange(public.nodes), np.diff(public.edge_start))[public.child >= 0]
    assert (child > parent).all()


def test_an_unseen_move_is_not_public() -> None:
    assert recognise(coordination(2)) is None


def test_a_draw_that_only_some_see_later_is_not_public() -> None:
    """The second player is told nature's draw, the first is not, and they choose at once."""
    games = tuple(
        simultaneous_node([[(k, 0.0), (0.0, k)], [(1.0, k), (k, 1.0)]], Infoset(0, 1), Infoset(1, 1 + k)) for k in range(2)
    )  # fmt: skip
    assert recognise(Tree("told", ("A", "B"), Chance(1, "draw", ("x", "y"), (0.4, 0.6), games))) is None


def test_forgetting_ones_own_type_is_not_public() -> None:
    """After the first move the types share an information set."""
    forgot = Infoset(0, 3)
    first = tuple(
        Choice(Infoset(0, 1 + k), ("a", "b"), (end(1.0 + k), Choice(forgot, ("c", "d"), (end(2.0 - k), end(float(k)))))) for k in range(2)
    )  # fmt: skip
    tree = Tree("forgets", ("A",), Chance(1, "type", ("x", "y"), (0.5, 0.5), first))
    assert recognise(tree) is None


def test_two_histories_in_one_information_set_are_not_public() -> None:
    same = Infoset(1, 1)
    after = tuple(Choice(same, ("c", "d"), (end(1.0, k), end(0.0, 1 - k))) for k in (0.0, 1.0))
    assert recognise(Tree("blind", ("A", "B"), Choice(Infoset(0, 1), ("a", "b"), after))) is None


def test_chances_that_depend_on_a_type_are_not_public() -> None:
    def draw(prob: float) -> Node:
        return Chance(2, "war", ("won", "lost"), (prob, 1 - prob), (end(1.0), end(-1.0)))

    first = tuple(Choice(Infoset(0, 1 + k), ("fight", "stop"), (draw(0.3 + 0.4 * k), end(0.0))) for k in range(2))
    assert recognise(Tree("strength", ("A",), Chance(1, "type", ("weak", "strong"), (0.5, 0.5), first))) is None


def test_propensities_that_differ_between_types_are_played() -> None:
    tree = signals((0.3, 0.7), base=((1.0, 3.0), (2.0, 0.5)))
    solution = solve_tree(tree, LogitQRE(3.0))
    system, traced = general(tree, 3.0)
    assert gap(solution.behaviour.probs, general_probs(system, traced.crossings[3.0][0].unknowns)) < 1e-9
    assert solution.solved, solution.status


def test_a_type_without_a_chance_changes_nothing() -> None:
    two, one = signals((1.0, 0.0)), signals((1.0, 1e-13))
    first, second = (solve_tree(tree, LogitQRE(3.0)).behaviour.probs for tree in (two, one))
    common = [h for h in first if h in second and h.label != "type 1"]
    assert len(common) == 3
    assert max(float(np.abs(first[h] - second[h]).max()) for h in common) < 1e-9


@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_a_dispute_has_the_histories_of_its_tree(rounds: int) -> None:
    """Types drawn once and a last mover who only sees itself: histories of all but the last step, and its positions."""
    dispute, parameters = bargaining("base", 1.0)
    public = unfold(DisputeGame(enumerate_positions(dispute, dispute.State()), parameters, rounds), dispute.State())
    tree = unroll(dispute, parameters, dispute.State(), rounds)
    histories = {(h.player, h.history) for h in tree.infosets()}
    last = {h for h in histories if len(h[1]) == 2 * rounds - 1}
    assert public.nodes == len(histories) - len(last) + 2
    assert (np.diff(public.levels) > 0).all()


@given(seed=seeds)
@settings(max_examples=10)
def test_a_move_ends_play_in_the_unfolded_dispute_where_it_ends_in_the_dispute(seed: int) -> None:
    dispute = RandomDispute(seed)
    game = DisputeGame(enumerate_positions(dispute, dispute.State()), random_parameters(seed, 1.0), 2)
    public = unfold(game, dispute.State())
    ended = (public.child < 0) & (public.terminal < 0)
    assert (game.positions.successor[public.option[ended]] < 0).all()
    assert (game.positions.successor[public.option[~ended]] >= 0).all()
    world = public.mover == CHANCE
    total = np.add.reduceat(public.chance[public.option], public.edge_start[:-1])
    np.testing.assert_allclose(total[world], 1.0)


def test_too_many_histories_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_tree, "MOST_HISTORIES", 100)
    dispute, parameters = bargaining("base", 1.0)
    game = DisputeGame(enumerate_positions(dispute, dispute.State()), parameters, 5)
    with pytest.raises(SolveError, match="Bargaining has more than 100 public histories; take fewer rounds"):
        unfold(game, dispute.State())


@pytest.mark.parametrize("root", [Terminal(), Chance(1, "", ("a", "b"), (0.5, 0.5), (end(1.0), end(2.0)))])
def test_a_tree_without_choices_is_solved(root: Node) -> None:
    solution = solve_tree(Tree("nothing to choose", ("A",), root), LogitQRE(2.0))
    assert solution.solved
    assert solution.behaviour.probs == {}
