"""Trees, and what is checked of them."""

import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import pygambit
import pytest
from hypothesis import given, settings

from openparley.game.check import NOTE, check_tree, perfect_recall
from openparley.game.efg import read_efg, read_efg_file, write_efg
from openparley.game.tree import Chance, Choice, Infoset, Node, Outcome, Terminal, Tree
from tests.game.reading import assert_same
from tests.solve.gambit import gambit_behaviour, gambit_branch, plain
from tests.solve.random_tree import MOST_ACTIONS, MOST_INFOSETS, random_public_tree, random_tree, seeds

T = TypeVar("T")
GAMES = Path(__file__).parent / "games"
HORSE = read_efg_file(GAMES / "horse.efg")


def only(found: list[T]) -> T:
    assert len(found) == 1, found
    return found[0]


def choice(number: int, *children: Node, player: int = 0, actions: tuple[str, ...] = ("l", "r")) -> Choice:
    return Choice(Infoset(player, number), actions, children)


def tree(root: Node) -> Tree:
    return Tree("T", ("Ann", "Bob"), root)


END = Terminal(Outcome(1, "end", (0.0, 1.0)))


def test_nodes_come_in_the_order_of_the_file() -> None:
    assert [node.label or (node.outcome and node.outcome.label) for node in HORSE.nodes()] == [
        None, None, "low left", "low right", None, None, "high left", "high right", "all across",
    ]  # fmt: skip


def test_infosets_and_their_nodes() -> None:
    found = {(infoset.player, infoset.number): actions for infoset, actions in HORSE.infosets().items()}
    assert found == {(0, 1): ("down", "across"), (2, 1): ("left", "right"), (1, 1): ("down", "across")}
    assert [len(nodes) for nodes in HORSE.members().values()] == [1, 2, 1]


@given(seeds)
@settings(max_examples=20)
def test_rebuilding_with_the_same_nodes_changes_nothing(seed: int) -> None:
    given = random_tree(seed)
    again = given.rebuilt(lambda node, children: node if isinstance(node, Terminal) else replace(node, children=children))
    assert_same(Tree(given.title, given.players, again), given)


@pytest.mark.parametrize("path", sorted(GAMES.glob("*.efg")), ids=lambda path: path.stem)
def test_published_games_pass(path: Path) -> None:
    assert check_tree(read_efg_file(path)) == []


@pytest.mark.parametrize("make", [random_tree, random_public_tree])
@given(seeds)
@settings(max_examples=20)
def test_random_games_pass_and_keep_their_size(make, seed: int) -> None:
    made = make(seed)
    assert check_tree(made) == []
    assert perfect_recall(made)
    assert 0 < len(made.infosets()) <= MOST_INFOSETS
    assert sum(map(len, made.infosets().values())) <= MOST_ACTIONS
    assert make(seed) is not made
    assert write_efg(make(seed)) == write_efg(made)


@pytest.mark.parametrize(
    ("root", "message"),
    [
        (choice(1, END, END, player=2), "the node at the root belongs to player 2 (counted from 0); players are 0 to 1."),
        (choice(0, END, END), "information set 0 of player “Ann” at the root is numbered below 1"),
        (choice(1, END), "information set 1 of player “Ann” at the root has 2 actions and 1 nodes behind them; one each"),
        (choice(1, actions=()), "at the root has no action; at least one is needed"),
        (replace(choice(1, END, END), propensities=(1.0,)), "has the base propensities (1.0,); a number above 0 for each action"),
        (replace(choice(1, END, END), propensities=(1.0, -1.0)), "has the base propensities (1.0, -1.0); a number above 0"),
        (Terminal(Outcome(1, "o", (1.0,))), "outcome 1 “o” at the root has 1 payoffs; one for each of the 2 players is needed"),
        (Terminal(Outcome(0, "o", (1.0, 0.0))), "outcome 0 “o” at the root is numbered below 1"),
        (Terminal(Outcome(1, "o", (1.0, float("nan")))), "has the payoffs 1.0, nan; finite numbers are allowed"),
        (choice(1, END, Terminal(Outcome(1, "end", (5.0, 1.0)))), "outcome 1 “end” after “r” differs from another outcome of that number"),
        (Chance(0, "w", ("a",), (1.0,), (END,)), "draw 0 “w” at the root is numbered below 1"),
        (Chance(1, "w", ("a", "b"), (1.0,), (END, END)), "draw 1 “w” at the root has 1 probabilities for 2 actions"),
        (Chance(1, "w", ("a", "b"), (0.5, 0.4), (END, END)), "has the probabilities “a” 0.5, “b” 0.4; they must be 0 or more and sum"),
        (Chance(1, "w", ("a", "b"), (1.5, -0.5), (END, END)), "has the probabilities “a” 1.5, “b” -0.5"),
        (Chance(1, "w", ("a", "b"), (float("nan"), 1.0), (END, END)), "has the probabilities “a” nan, “b” 1.0"),
        (Chance(1, "w", ("a", "b"), (Fraction(1, 3), Fraction(666666, 1000000)), (END, END)), "“b” 333333/500000; they must be"),
        (
            Chance(1, "w", ("a", "b"), (0.5, 0.5), (END, Chance(1, "w", ("a", "b"), (0.1, 0.9), (END, END)))),
            "draw 1 “w” after “b” differs from another draw of that number",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(root: Node, message: str) -> None:
    found = [text for text in check_tree(tree(root)) if not text.startswith(NOTE)]
    assert message in only(found)


def test_nodes_of_one_infoset_must_be_alike() -> None:
    other = choice(1, END, END, actions=("l", "m"))
    draw = Chance(1, "w", ("a", "b"), (0.5, 0.5), (choice(1, END, END), other))
    assert "information set 1 of player “Ann” after “b” offers l or m, at another of its nodes l or r; a player would" in only(
        check_tree(tree(draw))
    )
    named = replace(choice(1, END, END), infoset=Infoset(0, 1, "x"))
    draw = replace(draw, children=(choice(1, END, END), named))
    assert "information set 1 “x” of player “Ann” after “b” shares its number with another" in only(check_tree(tree(draw)))
    draw = replace(draw, children=(choice(1, END, END), replace(choice(1, END, END), propensities=(1.0, 2.0))))
    assert "has other base propensities than at another of its nodes" in only(check_tree(tree(draw)))


def test_absent_mindedness_is_an_error() -> None:
    """The absent-minded driver: one exit after the other, and no memory of the first."""
    driver = tree(choice(1, END, choice(1, END, END)))
    found = only(check_tree(driver))
    assert found.startswith("information set 1 of player “Ann” is met twice on one path")
    assert "(absent-mindedness)" in found
    assert not perfect_recall(driver)


def test_forgetting_ones_own_move_is_noted() -> None:
    forgetful = tree(choice(1, choice(2, END, END), choice(2, END, END)))
    assert only(check_tree(forgetful)) == (
        NOTE + "information set 2 of player “Ann” has imperfect recall: it is reached after own “l” and also after own “r”, "
        "so the player has forgotten what was known or done."
    )
    assert not perfect_recall(forgetful)


def test_forgetting_what_one_knew_is_imperfect_recall() -> None:
    draw = Chance(1, "w", ("a", "b"), (0.5, 0.5), (choice(1, choice(3, END, END), END), choice(2, choice(3, END, END), END)))
    assert not perfect_recall(tree(draw))
    assert perfect_recall(tree(choice(1, choice(2, END, END, player=1), choice(2, END, END, player=1))))


@given(seeds)
@settings(max_examples=30)
def test_recall_is_what_gambit_says(seed: int) -> None:
    """Also where two information sets of a random game are made one."""
    made = random_tree(seed, depth=4)
    menus = made.infosets()
    pairs = [(a, b) for a in menus for b in menus if a.player == b.player and a.number < b.number and menus[a] == menus[b]]
    if pairs:
        kept, lost = pairs[seed % len(pairs)]

        def merged(node: Node, children: tuple[Node, ...]) -> Node:
            if isinstance(node, Terminal):
                return node
            if isinstance(node, Choice) and node.infoset == lost:
                return replace(node, infoset=kept, children=children)
            return replace(node, children=children)

        made = Tree(made.title, made.players, made.rebuilt(merged))
    game = pygambit.read_efg(io.StringIO(write_efg(plain(made))))
    assert perfect_recall(made) == all(game.has_perfect_recall(player) for player in game.players)


def test_labels_that_repeat_and_games_without_a_choice_are_noted() -> None:
    assert only(check_tree(tree(choice(1, END, END, actions=("l", "l"))))) == (
        NOTE + "actions of information set 1 of player “Ann” share the label “l”; only their numbers tell them apart."
    )
    assert only(check_tree(tree(choice(1, END, actions=("go",))))) == NOTE + "no player of this game ever has a choice."


# Gambit's answers by our information sets


def test_gambits_behaviour_is_named_as_in_the_file(tmp_path: Path) -> None:
    """One-card poker is as good as solved at large λ: the guest bluffs with 1/3, the host meets with 2/3."""
    poker = read_efg_file(GAMES / "one_card_poker.efg")
    found = {infoset.label: probs for infoset, probs in gambit_behaviour(poker, 200.0, str(tmp_path / "poker.efg")).items()}
    assert found["holds red"]["raise"] == pytest.approx(1, abs=0.01)
    assert found["holds black"]["raise"] == pytest.approx(1 / 3, abs=0.02)
    assert found["sees a raise"]["meet"] == pytest.approx(2 / 3, abs=0.02)


def test_labels_that_gambit_would_change_are_ours_again(tmp_path: Path) -> None:
    odd = read_efg('EFG 2 R "" { "" "" } p "" 2 7 "" { "x" "x" "" "y" } 0 t "" 1 "" { 0 1 } t "" 0 t "" 0 t "" 0')
    (infoset, probs) = only(list(gambit_behaviour(odd, 1.0, str(tmp_path / "odd.efg")).items()))
    assert infoset == Infoset(1, 7)
    e = 2.718281828459045
    assert probs == pytest.approx({"x#0": e / (e + 3), "x#1": 1 / (e + 3), "#2": 1 / (e + 3), "y": 1 / (e + 3)}, abs=1e-9)


def test_gambits_branch_runs_from_even_odds_to_the_wanted_precision(tmp_path: Path) -> None:
    beer = read_efg_file(GAMES / "beer_quiche.efg")
    path = str(tmp_path / "beer.efg")
    branch = gambit_branch(beer, path, 1.5)
    assert branch[0][0] == 0
    assert all(p == pytest.approx(0.5) for probs in branch[0][1].values() for p in probs.values())
    assert branch[-1][0] == pytest.approx(1.5, abs=1e-8)
    assert max(precision for precision, _ in branch) == branch[-1][0]
    assert branch[-1][1] == gambit_behaviour(beer, 1.5, path)
