"""Gambit's file format."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pygambit
import pytest

from openparley.errors import GameError
from openparley.game.efg import write_efg
from openparley.game.parameters import Parameters
from openparley.game.tree import Chance, Infoset, Terminal, Tree, unroll
from openparley.game.tree import Choice as ChoiceNode
from tests.solve.small_dispute import small_dispute, small_parameters


def tiny() -> Tree:
    ends = tuple(Terminal(name, (float(k), -0.5)) for k, name in enumerate(("war", 'a "deal"')))
    choice = ChoiceNode(Infoset("one", ("hawk",), ()), ("fight", "yield"), (1.0, 1.0), ends)
    return Tree("tiny", ("one", "two"), Chance("types", ("hawk", "dove"), (0.1, 0.9), (choice, Terminal("peace", (1e-7, 2.0)))))


def test_text_of_a_tiny_tree() -> None:
    assert write_efg(tiny()).splitlines() == [
        'EFG 2 R "tiny" { "one" "two" }',
        '""',
        'c "" 1 "types 1" { "hawk" 0.1 "dove" 0.9 } 0',
        'p "" 1 1 "hawk" { "fight" "yield" } 0',
        't "" 1 "war" { 0.0, -0.5 }',
        't "" 2 "a \\"deal\\"" { 1.0, -0.5 }',
        't "" 3 "peace" { 0.0000001, 2.0 }',
    ]


def test_draws_sum_to_one_exactly() -> None:
    dispute = small_dispute()
    for line in write_efg(unroll(dispute, small_parameters(), dispute.State(), 2)).splitlines():
        if line.startswith("c "):
            inside = line[line.index("{") + 1 : line.rindex("}")]
            assert sum(Fraction(word) for word in inside.split('"')[2::2]) == 1


def test_gambit_reads_the_same_game(tmp_path: Path) -> None:
    dispute = small_dispute()
    tree = unroll(dispute, small_parameters(), dispute.State(), 2)
    (tmp_path / "small.efg").write_text(write_efg(tree), encoding="utf-8")
    game = pygambit.read_efg(tmp_path / "small.efg")
    assert list(game.players) == list(tree.players)
    assert game.is_perfect_recall
    payoffs = [node.payoffs for node in tree.nodes() if isinstance(node, Terminal)]
    assert float(game.max_payoff) == pytest.approx(max(map(max, payoffs)))
    assert float(game.min_payoff) == pytest.approx(min(map(min, payoffs)))


def test_base_propensities_are_refused() -> None:
    dispute, parameters = small_dispute(), small_parameters()
    rare = Parameters(
        dict(parameters.motives) | {"mediator": replace(parameters.motives["mediator"], propensity={"threaten": 0.2})}, parameters.chance
    )
    with pytest.raises(GameError, match=r"no base propensities, and those of “mediator” are \{'threaten': 0.2\}"):
        write_efg(unroll(dispute, rare, dispute.State(), 1))


def test_draws_that_exceed_one_are_refused() -> None:
    end = Terminal("end", (0.0,))
    with pytest.raises(GameError, match=r"“weather” has probabilities \[0.8, 0.4, 0.0\]; they must sum to one"):
        write_efg(Tree("wrong", ("one",), Chance("weather", ("a", "b", "c"), (0.8, 0.4, 0.0), (end, end, end))))
