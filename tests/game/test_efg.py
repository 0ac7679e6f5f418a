"""Gambit's file format, read and written, against Gambit itself."""

import io
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import cycle
from pathlib import Path

import pygambit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openparley.errors import GameError
from openparley.game.efg import read_efg, read_efg_file, write_efg
from openparley.game.parameters import Parameters
from openparley.game.tree import Chance, Choice, Infoset, Node, Outcome, Terminal, Tree
from openparley.game.unrolling import unroll
from tests.game.reading import assert_gambit_reads, assert_same, renumbered
from tests.solve.random_tree import random_public_tree, random_tree, seeds
from tests.solve.small_dispute import small_dispute, small_parameters

GAMES = sorted((Path(__file__).parent / "games").glob("*.efg"))
each_game = pytest.mark.parametrize("path", GAMES, ids=lambda path: path.stem)
numbers = st.one_of(st.floats(-1e9, 1e9), st.fractions(max_denominator=10**6), st.integers(-(10**9), 10**9).map(Fraction))


def tiny() -> Tree:
    ends = tuple(Terminal(Outcome(k + 1, name, (float(k), -0.5))) for k, name in enumerate(("war", 'a "deal"')))
    choice = Choice(Infoset(0, 1, "hawk"), ("fight", "yield"), ends)
    peace = Terminal(Outcome(3, "peace", (1e-7, Fraction(2, 3))), "leaf")
    return Tree("tiny", ("one", "two"), Chance(1, "types", ("hawk", "dove"), (0.1, 0.9), (choice, peace)))


def drawn(*probs: float | Fraction) -> Tree:
    return Tree("drawn", ("one",), Chance(1, "weather", tuple("abcdef"[: len(probs)]), probs, (Terminal(),) * len(probs)))


def test_text_of_a_tiny_tree() -> None:
    assert write_efg(tiny()).splitlines() == [
        'EFG 2 R "tiny" { "one" "two" }',
        '""',
        'c "" 1 "types" { "hawk" 0.1 "dove" 0.9 } 0',
        'p "" 1 1 "hawk" { "fight" "yield" } 0',
        't "" 1 "war" { 0, -0.5 }',
        't "" 2 "a \\"deal\\"" { 1, -0.5 }',
        't "leaf" 3 "peace" { 0.0000001, 2/3 }',
    ]


# Published games


def test_every_game_is_described_in_the_readme() -> None:
    readme = (GAMES[0].parent / "README.md").read_text(encoding="utf-8")
    assert len(GAMES) >= 8
    assert [path.name for path in GAMES if f"`{path.name}`" not in readme] == []


@each_game
def test_gambit_reads_the_same_game(path: Path) -> None:
    text = path.read_bytes().decode()
    tree = read_efg_file(path)
    game = assert_gambit_reads(text, tree)
    # Gambit's own text of it carries node labels and names of information sets too.
    assert_same(read_efg(game.to_efg()), renumbered(tree))


@each_game
def test_writing_keeps_everything(path: Path) -> None:
    tree = read_efg_file(path)
    text = write_efg(tree)
    assert_same(read_efg(text), tree)
    assert write_efg(read_efg(text)) == text
    assert_gambit_reads(text, tree)


def test_numbers_are_exact() -> None:
    tree = read_efg_file(GAMES[0].parent / "quoted_stages.efg")
    draw = tree.root.children[0]
    assert isinstance(draw, Chance)
    assert draw.probs == (Fraction(1, 4), Fraction(3, 4))
    assert tree.root.outcome == Outcome(30, "entry fee", (Fraction(-1, 3), Fraction(1, 7)))
    assert draw.outcome == Outcome(20, 'first "payment"', (Fraction(1, 5), Fraction(-5, 2)))


def test_labels_keep_quotation_marks_backslashes_and_lines() -> None:
    tree = read_efg_file(GAMES[0].parent / "quoted_stages.efg")
    assert tree.title == 'Two stages, "quoted"\nover two lines'
    assert tree.comment == "Payments fall due\n\tat both stages, in thirds \\ sevenths."
    assert tree.players == ('The "hawk"', "C:\\dove")
    assert tree.root.actions == ('say "yes"', "say \\no")


# Legal oddities

HEADER = 'EFG 2 R "T" { "A" "B" } '
MENU = 'p "" 1 1 "" { "a" "b" } 0 '


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("2", 2), ("-3", -3), ("+1", 1), ("0.1", Fraction(1, 10)), (".5", Fraction(1, 2)), ("-.5", Fraction(-1, 2)),
        ("5.", 5), ("1/3", Fraction(1, 3)), ("-6/4", Fraction(-3, 2)), ("1e3", 1000),
        ("2.5E-3", Fraction(1, 400)), ("1E+2", 100), ("00.50", Fraction(1, 2)),
    ],
)  # fmt: skip
def test_numbers(number: str, value: Fraction) -> None:
    root = read_efg(f'{HEADER} t "" 1 "" {{ {number}, 0 }}').root
    assert root.outcome == Outcome(1, "", (value, 0))


@pytest.mark.parametrize("payoffs", ["{1 2}", "{1,2}", "{ 1 , 2 , }", "{\n1\t2\r\n}"])
def test_commas_and_spaces_are_optional(payoffs: str) -> None:
    assert read_efg(f'EFG\n2 D"T"{{"A""B"}}"note"\tt""1"o"{payoffs}').root.outcome == Outcome(1, "o", (1, 2))


def test_players_and_labels_may_be_empty_or_repeat() -> None:
    tree = read_efg('EFG 2 R "" { "" "" } p "" 2 7 "" { "x" "x" "" } 0 t "" 0 t "" 0 t "" 0')
    assert tree.players == ("", "")
    assert tree.root.actions == ("x", "x", "")
    assert read_efg(write_efg(tree)).root.actions == ("x", "x", "")
    assert read_efg('EFG 2 R "nobody" { } t "" 0').players == ()


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read_efg("\ufeff" + HEADER + 't "" 0').title == "T"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (r"a\"b", 'a"b'),
        (r"a\b", r"a\b"),
        (r"a\\b", r"a\b"),
        (r"a\\\"b", r"a\"b"),
        (r"end\\", "end\\"),
        (r"\\\\\"", r'\\"'),
        ("a\r\nb", "a\r\nb"),
    ],
)
def test_backslashes_matter_before_a_mark(raw: str, text: str) -> None:
    assert read_efg(f'EFG 2 R "{raw}" {{ }} t "" 0').title == text


# Errors


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "line 1: column 1: found the end of the file; allowed here: EFG", id="empty"),
        pytest.param('NFG 1 R "x" { "A" }', "found “NFG”; allowed here: EFG. This is a game in strategic form", id="nfg"),
        pytest.param("<?xml?>", "found “<?xml?>”; allowed here: EFG. This may be a workbook", id="workbook"),
        pytest.param(
            'EFG 1 R "T" { "A" }', "line 1: column 5: found “1”; allowed here: 2, the version of the format. Version 1", id="version 1"
        ),
        pytest.param('EFG 2 X "T" { "A" }', "found “X”; allowed here: R or D", id="type letter"),
        pytest.param('EFG 2 R { "A" }', "found “{”; allowed here: the title, in quotation marks", id="no title"),
        pytest.param(
            'EFG 2 R "T" { "A", "B" } t "" 0', "column 18: found “,”; allowed here: the players’ names", id="comma between players"
        ),
        pytest.param('EFG 2 R "T" { "A" ', "found the end of the file; allowed here: the players’ names", id="ends in the players"),
        pytest.param(
            HEADER + '\nx "" 0', "line 2: column 1: found “x”; allowed here: a node: c (chance), p (player) or t (end).", id="type"
        ),
        pytest.param(HEADER + "t 0", "found “0”; allowed here: the node’s label, in quotation marks", id="no label"),
        pytest.param(HEADER + 't "', "column 27: a quotation mark opens a text that no other closes.", id="open text"),
        pytest.param(HEADER, "found the end of the file; allowed here: a node", id="no node"),
        pytest.param(
            HEADER + MENU + 't "" 0\n',
            "line 2: column 1: the file ends inside the tree, at least 1 node too early: what follows action “b”",
            id="truncated",
        ),
        pytest.param(
            HEADER + MENU + 'p "inner" 2 1 "" { "c" "d" } 0',
            "at least 3 nodes too early: what follows action “c” of node “inner”",
            id="truncated deep",
        ),
        pytest.param(HEADER + MENU + 'p "" 2 1 "" { "c"', "found the end of the file; allowed here: the actions", id="ends in a menu"),
        pytest.param(
            HEADER + 't "" 0\nt "" 0',
            "line 2: column 1: found “t”; allowed here: the end of the file, for the tree is complete",
            id="goes on",
        ),
        pytest.param(HEADER + 'p "" 3 1 "" { "a" } 0 t "" 0', "column 30: found player 3; players are 1 to 2.", id="player 3"),
        pytest.param(
            HEADER + 'p "" 0 1 "" { "a" } 0 t "" 0',
            "found “0”; allowed here: the number of the player, a whole number from 1",
            id="player 0",
        ),
        pytest.param('EFG 2 R "T" { } p "" 1 1 "" { "a" } 0 t "" 0', "found player 1; the file names no players", id="no players"),
        pytest.param(
            HEADER + 'p "" 1 1.5 "" { "a" } 0 t "" 0', "found “1.5”; allowed here: the number of the information set", id="infoset 1.5"
        ),
        pytest.param(HEADER + 'p "" 1 1 "" { } 0', "information set 1 of player “A” has no action", id="no action"),
        pytest.param(
            HEADER + 'p "" 1 1 0',
            "information set 1 of player “A” has not been described; where it first appears, its name and",
            id="unknown infoset",
        ),
        pytest.param(
            HEADER + MENU + 'p "" 2 1 0',
            "{ actions } must follow its number. Player “A” has one of that number",
            id="other player's infoset",
        ),
        pytest.param(
            HEADER + MENU + '\np "" 1 1 "" { "a" "c" } 0',
            "line 2: column 8: information set 1 of player “A” is described otherwise than on line 1: actions “a, b” there, “a, c”",
            id="other actions",
        ),
        pytest.param(
            HEADER + MENU + 'p "" 1 1 "x" { "a" "b" } 0', "described otherwise than on line 1: name “” there, “x” here", id="other name"
        ),
        pytest.param(HEADER + 'c "" 1 0', "draw 1 has not been described", id="unknown draw"),
        pytest.param(
            HEADER + 'c "" 1 "" { "a" 1/2 "b" 1/3 } 0',
            "draw 1 has the probabilities a 0.5, b 1/3, which sum to 5/6; shares of 0 or more that sum to one exactly",
            id="sum",
        ),
        pytest.param(
            HEADER + 'c "" 1 "" { "a" .3333 "b" .6666 } 0',
            "which sum to 0.9999; shares of 0 or more that sum to one exactly are allowed. Write thirds",
            id="rounded thirds",
        ),
        pytest.param(HEADER + 'c "" 1 "" { "a" -1 "b" 2 } 0', "draw 1 has the probabilities a -1, b 2", id="negative"),
        pytest.param(HEADER + 'c "" 1 "" { } 0', "draw 1 has the probabilities none; shares", id="empty draw"),
        pytest.param(
            HEADER + 'c "" 1 "" { "a" "b" } 0', "found “b”; allowed here: the probability of “a”, a number such as", id="no probability"
        ),
        pytest.param(
            HEADER + 'c "" 1 "" { "a" 1 } 0 c "" 1 "" { "a" 1/2 "b" 1/2 } 0',
            "actions “a” there, “a, b” here; probabilities “1” there, “0.5, 0.5” here",
            id="other draw",
        ),
        pytest.param(
            HEADER + 't "" 1', "outcome 1 has not been described; where it first appears, its name and { payoffs }", id="unknown outcome"
        ),
        pytest.param(
            HEADER + 't "" 1 "o" { 1 }', "outcome 1 has 1 payoff, and the game has 2 players; give one each", id="too few payoffs"
        ),
        pytest.param(HEADER + 't "" 1 "o" { 1 2 3 }', "outcome 1 has 3 payoffs, and the game has 2 players", id="too many payoffs"),
        pytest.param(HEADER + 't "" 1 "o" { 1; 2 }', "found “1;”; allowed here: a payoff, a number such as", id="semicolon"),
        pytest.param(HEADER + 't "" 1 "o" { 1/0 2 }', "found “1/0”; a fraction with a denominator other than 0", id="n/0"),
        pytest.param(HEADER + 't "" 1 "o" { 1e999999999 2 }', "a power of ten from -400 to 400 is allowed", id="huge power"),
        pytest.param(HEADER + 't "" 1 "o" { ' + "9" * 5000 + " 2 }", "at most 1000 digits are allowed", id="endless number"),
        pytest.param(HEADER + 't "" 0 "o" { 1 2 }', "outcome 0 means none and has neither a name nor payoffs", id="outcome 0"),
        pytest.param(
            HEADER + 't "" -1 "o" { 1 2 }',
            "found “-1”; allowed here: the number of the outcome (0 for none), a whole number from 0",
            id="outcome -1",
        ),
        pytest.param(
            HEADER + MENU + 't "" 1 "o" { 1 2 }\nt "" 1 "o" { 1 3 }',
            "line 2: column 6: outcome 1 is described otherwise than on line 1: payoffs “1, 2” there, “1, 3” here",
            id="other payoffs",
        ),
    ],
)
def test_what_is_no_game_is_refused(text: str, message: str) -> None:
    with pytest.raises(GameError) as error:
        read_efg(text)
    assert message in str(error.value)


def test_every_truncation_is_refused() -> None:
    text = (GAMES[0].parent / "horse.efg").read_text(encoding="utf-8").rstrip()
    assert read_efg(text)
    for end in range(len(text)):
        with pytest.raises(GameError, match=r"line \d+: column \d+: "):
            read_efg(text[:end])


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(GameError, match=r"none\.efg cannot be read: No such file"):
        read_efg_file(tmp_path / "none.efg")
    (tmp_path / "latin.efg").write_bytes('EFG 2 R "T"\n{ "Jos\u00e9" } t "" 0'.encode("latin-1"))
    with pytest.raises(GameError, match=r"latin\.efg, line 2: byte 0xe9 is not UTF-8 text"):
        read_efg_file(tmp_path / "latin.efg")
    (tmp_path / "wrong.efg").write_text("EFG 3", encoding="utf-8")
    with pytest.raises(GameError, match=r"wrong\.efg, line 1: column 5: found “3”"):
        read_efg_file(tmp_path / "wrong.efg")


# Round trips


@pytest.mark.parametrize("make", [random_tree, random_public_tree])
@given(seeds)
@settings(max_examples=12)
def test_random_trees_are_read_by_gambit(make: Callable[[int], Tree], seed: int) -> None:
    tree = make(seed)
    text = write_efg(tree)
    game = assert_gambit_reads(text, tree)
    assert_same(read_efg(text), tree)
    assert_same(read_efg(game.to_efg()), renumbered(tree))
    assert all(game.has_perfect_recall(player) for player in game.players)


@given(
    seeds, st.lists(st.text(max_size=8) | st.text('"\\ \n', max_size=6), min_size=1, max_size=12), st.lists(numbers, min_size=1, max_size=8)
)
@settings(max_examples=40)
def test_any_labels_and_numbers_come_back(seed: int, texts: list[str], payoffs: list[float | Fraction]) -> None:
    tree = random_tree(seed, depth=3)
    text, payoff = cycle(texts), cycle(payoffs)
    actions: dict[object, tuple[str, ...]] = {}
    outcomes: dict[int, Outcome] = {}

    def other(node: Node, children: tuple[Node, ...]) -> Node:
        outcome = node.outcome
        if outcome is not None:
            paid = tuple(next(payoff) for _ in tree.players)
            outcome = outcomes.setdefault(outcome.number, Outcome(outcome.number, next(text), paid))
        if isinstance(node, Terminal):
            return Terminal(outcome, next(text))
        group = node.number if isinstance(node, Chance) else node.infoset
        menu = actions.setdefault(group, tuple(next(text) for _ in node.actions))
        if isinstance(node, Chance):
            return Chance(node.number, next(text), menu, node.probs, children, next(text), outcome)
        return Choice(node.infoset, menu, children, (), next(text), outcome)

    cast = tuple(next(text) for _ in tree.players)
    strange = Tree(next(text), cast, tree.rebuilt(other), next(text))
    assert_same(read_efg(write_efg(strange)), strange)


@given(st.text('\\"a\n '))
def test_labels_of_marks_and_backslashes_come_back(label: str) -> None:
    assert read_efg(write_efg(Tree(label, (label, "x"), Terminal(None, label), label))).players == (label, "x")


def test_a_long_game_needs_no_recursion() -> None:
    rounds = 3_000  # three times what the interpreter takes calls in calls
    node: Node = Terminal(Outcome(rounds + 1, "end", (0.0, 0.0)))
    for k in reversed(range(rounds)):
        node = Choice(Infoset(k % 2, k // 2 + 1), ("take", "pass"), (Terminal(Outcome(k + 1, "", (float(k), 0.0))), node))
    text = write_efg(Tree("long", ("odd", "even"), node))
    assert text.count("\n") == 2 + 2 * rounds + 1
    assert write_efg(read_efg(text)) == text


# Draws and refusals in writing


def test_draws_of_floats_sum_to_one_exactly() -> None:
    dispute = small_dispute()
    for line in write_efg(unroll(dispute, small_parameters(), dispute.State(), 2)).splitlines():
        if line.startswith("c "):
            inside = line[line.index("{") + 1 : line.rindex("}")]
            assert sum(Fraction(word) for word in inside.split('"')[2::2]) == 1


@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=5), st.booleans())
def test_float_shares_are_taken_by_gambit(weights: list[float], impossible: bool) -> None:
    shares = [w / sum(weights) for w in weights] + [0.0] * impossible
    text = write_efg(drawn(*shares))
    found = read_efg(text).root
    assert isinstance(found, Chance)
    assert sum(found.probs) == 1
    assert tuple(map(float, found.probs)) == pytest.approx(shares, abs=1e-15)
    assert pygambit.read_efg(io.StringIO(text)).title == "drawn"


@pytest.mark.parametrize("probs", [(0.8, 0.4, 0.0), (Fraction(1, 2), Fraction(1, 3)), (1.5, -0.5), (0.5, 0.4)])
def test_draws_that_are_none_are_refused(probs: tuple[float | Fraction, ...]) -> None:
    with pytest.raises(GameError, match=r"the draw “weather” has the probabilities .*; they must be 0 or more and sum to one"):
        write_efg(drawn(*probs))


def test_base_propensities_are_refused() -> None:
    dispute, parameters = small_dispute(), small_parameters()
    rare = Parameters(
        dict(parameters.motives) | {"mediator": replace(parameters.motives["mediator"], propensity={"threaten": 0.2})}, parameters.chance
    )
    with pytest.raises(GameError, match=r"no base propensities, and those of “mediator” are \{'threaten': 0.2\}"):
        write_efg(unroll(dispute, rare, dispute.State(), 1))


@pytest.mark.parametrize(
    ("outcomes", "message"),
    [
        ([Outcome(1, "a", (1.0,)), Outcome(1, "a", (2.0,))], 'outcome number 1 stands for two things: "a" { 1 } and "a" { 2 }'),
        ([Outcome(0, "a", (1.0,))] * 2, "outcome number 0: numbers start at 1"),
        ([Outcome(1, "a", (1.0, 2.0))] * 2, "outcome 1 “a” has 2 payoffs; the tree has 1 players"),
        ([Outcome(1, "a", (float("inf"),))] * 2, "outcome 1 “a” has the payoffs .inf.; finite numbers"),
    ],
)
def test_outcomes_that_could_not_be_read_back_are_refused(outcomes: list[Outcome], message: str) -> None:
    tree = Tree("wrong", ("one",), Choice(Infoset(0, 1), ("a", "b"), tuple(Terminal(outcome) for outcome in outcomes)))
    with pytest.raises(GameError, match=message):
        write_efg(tree)
