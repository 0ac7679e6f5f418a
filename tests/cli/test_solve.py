"""`parley solve` as a user and a program meet it: what is printed, with which numbers, how it ends, how it is interrupted."""

import json
import math
import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pygambit
import pytest

from benchmarks.games.bargaining import bargaining
from openparley.cli import main
from openparley.game.efg import read_efg_file, write_efg
from openparley.game.tree import Choice, Infoset, Node, Terminal, Tree
from openparley.game.unrolling import unroll
from tests.solve.gambit import gambit_game

GAMES = Path(__file__).resolve().parent.parent / "game" / "games"
GAMBIT = 1e-8
# Ctrl-C is heard also where the tests were started with it ignored, as in the background of a script.
LISTENING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
RUN = "from openparley.cli import main; main()"
LONGEST = 120.0

KEYS = ["status", "precision", "actions", "equilibria", "folds", "traced_to", "certificate"]
ACTION_KEYS = [
    "player", "player_number", "infoset", "infoset_number", "action", "action_number", "prob", "value", "reach", "belief",
]  # fmt: skip

# One decision; empty labels, and two actions that share one. At λ = 1 the odds are those of e⁰ : e¹ : e².
BARE = """EFG 2 R "" { "" } ""
p "" 1 1 "" { "x" "x" "" } 0
t "" 1 "" { 0 }
t "" 2 "" { 1 }
t "" 3 "" { 2 }
"""

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Run a command line: exit code, standard output, standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


@pytest.fixture(scope="module")
def bargained(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """The bargaining game of so many rounds as a file."""
    folder = tmp_path_factory.mktemp("bargaining")

    def written(rounds: int) -> Path:
        path = folder / f"{rounds}.efg"
        if not path.exists():
            dispute, parameters = bargaining("base", 1.0)
            path.write_text(write_efg(unroll(dispute, parameters, dispute.State(), rounds)), encoding="utf-8")
        return path

    return written


def solved(said: Said, *arguments: object, code: int = 0) -> dict[str, Any]:
    done, out, err = said("solve", *arguments, "--json")
    assert done == code, err
    return json.loads(out)


# the numbers


@pytest.mark.parametrize("name", ["beer_quiche", "horse", "one_card_poker", "outside_option"])
def test_every_number_is_gambits(name: str, said: Said, tmp_path: Path) -> None:
    precision = 1.7
    data = solved(said, GAMES / f"{name}.efg", "--precision", precision)
    tree = read_efg_file(GAMES / f"{name}.efg")
    game, where = gambit_game(tree, str(tmp_path / "plain.efg"))
    profile = pygambit.qre.logit_solve_lambda(game, lam=[precision])[0].profile
    first = {history: infoset for (_, history), (infoset, _) in where.items()}
    values = {first[moves(history)]: found for history, found in profile.action_values}
    reach = {first[moves(history)]: found for history, found in profile.infoset_probs}
    belief = {moves(history): float(found) for history, found in profile.beliefs if found is not None}
    probs = {first[moves(history)]: found for player in game.players for history, found in profile[player]}
    members = histories(tree)
    assert len(data["actions"]) == sum(map(len, tree.infosets().values()))
    for row in data["actions"]:
        (infoset,) = (h for h in members if (h.player + 1, h.number) == (row["player_number"], row["infoset_number"]))
        action = f"a{row['action_number'] - 1}"
        assert (row["player"], row["infoset"]) == (tree.players[infoset.player], infoset.label)
        assert row["action"] == tree.infosets()[infoset][row["action_number"] - 1]
        assert row["prob"] == pytest.approx(float(probs[infoset][action]), abs=GAMBIT)
        assert row["value"] == pytest.approx(float(values[infoset][action]), abs=GAMBIT)
        assert row["reach"] == pytest.approx(float(reach[infoset]), abs=GAMBIT)
        assert row["belief"] == pytest.approx([belief[history] for history in members[infoset]], abs=GAMBIT)


def moves(history: Any) -> tuple[str, ...]:
    return tuple(transition.action for transition in history)


def histories(tree: Tree) -> dict[Infoset, list[tuple[str, ...]]]:
    """Every information set with the actions, by number, that lead to its nodes."""
    found: dict[Infoset, list[tuple[str, ...]]] = {}
    todo: list[tuple[Node, tuple[str, ...]]] = [(tree.root, ())]
    while todo:
        node, history = todo.pop()
        if isinstance(node, Choice):
            found.setdefault(node.infoset, []).append(history)
        if not isinstance(node, Terminal):
            todo.extend((child, (*history, f"a{k}")) for k, child in reversed(list(enumerate(node.children))))
    return found


def test_one_decision_is_the_logit_formula_and_labels_may_be_empty_or_repeat(said: Said, tmp_path: Path) -> None:
    (tmp_path / "bare.efg").write_text(BARE, encoding="utf-8")
    data = solved(said, tmp_path / "bare.efg")
    total = sum(math.exp(k) for k in range(3))
    assert list(data) == KEYS
    assert data["precision"] == 1.0
    for k, row in enumerate(data["actions"]):
        assert list(row) == ACTION_KEYS
        assert row["prob"] == pytest.approx(math.exp(k) / total, abs=1e-12)
        assert (row["value"], row["reach"], row["belief"]) == (k, 1.0, [1.0])
        assert (row["player"], row["infoset"], row["action"], row["action_number"]) == ("", "", ["x", "x", ""][k], k + 1)
    (last,) = (line for line in said("solve", tmp_path / "bare.efg")[1].splitlines() if line.lstrip().startswith("3 "))
    assert last.split() == ["3", "0.665241", "2.000000"]


def test_every_equilibrium_at_a_precision_is_found_and_told(said: Said, bargained: Callable[[int], Path]) -> None:
    data = solved(said, bargained(3), "--precision", 4.5)
    assert list(data) == KEYS
    assert data["status"].startswith("not unique")
    assert data["equilibria"] == 9
    assert len(data["folds"]) == 8
    assert {fold["kind"] for fold in data["folds"]} == {"fold"}
    assert data["folds"][0]["precision"] == pytest.approx(4.5631, abs=1e-4)
    assert data["traced_to"] >= 9
    assert data["certificate"]["logit_residual"] < 1e-12
    everything = solved(said, bargained(3), "--precision", 4.5, "--all")
    assert everything["actions"] == data["actions"]
    shown = {tuple(round(row["prob"], 6) for row in one["actions"]) for one in [everything, *everything["others"]]}
    assert len(everything["others"]) == 8
    assert len(shown) == 9
    code, out, _ = said("solve", bargained(3), "--precision", 4.5)
    assert code == 0
    assert out.startswith("Not unique: ")
    assert "The first 20 of 105 information sets; --all or --json gives all." in out
    listed = out.partition("The 9 equilibria")[2].splitlines()[2:11]
    firsts = [one["actions"][0]["prob"] for one in [everything, *everything["others"]]]
    assert [float(line.split()[1]) for line in listed] == pytest.approx(firsts, abs=1e-6)
    assert "The branch turns back at λ = 4.56311, " in out
    assert "of 105 information sets" not in said("solve", bargained(3), "--precision", 4.5, "--all")[1]


def test_a_path_is_its_precisions_one_by_one(said: Said) -> None:
    file = GAMES / "one_card_poker.efg"
    path = solved(said, file, "--precision-path", "0:3:4")["path"]
    assert [one["precision"] for one in path] == [0, 1, 2, 3]
    for one in path:
        alone = solved(said, file, "--precision", one["precision"])
        assert list(one) == KEYS
        assert [row["prob"] for row in one["actions"]] == pytest.approx([row["prob"] for row in alone["actions"]], abs=1e-10)
    assert {row["prob"] for row in path[0]["actions"]} == {0.5}
    assert len(solved(said, file, "--precision-path", "0.5:0.7")["path"]) == 21
    code, out, _ = said("solve", file, "--precision-path", "0:3:4")
    assert code == 0
    assert out.startswith("4 solved, of 4 precisions from λ = 0 to 3.")
    assert [line.split()[0] for line in out.splitlines()[-4:]] == ["0", "1", "2", "3"]


def test_numbers_come_with_their_status_first(said: Said) -> None:
    code, out, _ = said("solve", GAMES / "one_card_poker.efg", "--precision", 2)
    assert code == 0
    assert out.startswith("Solved: the branch meets λ = 2 once")
    assert "1 Dealer's guest  1 holds red     1 raise  0.802959  1.702447   0.500000" in out


# what is not reached


def test_stopped_early_is_marked_and_returns_1(said: Said, bargained: Callable[[int], Path]) -> None:
    code, out, err = said("solve", bargained(4), "--precision", 8, "--max-seconds", 0.01, "--json")
    data = json.loads(out)
    assert code == 1
    assert list(data) == KEYS
    assert data["status"].startswith("stopped: λ = 8 was not reached, because the time limit of 0.01 s was reached.")
    assert data["equilibria"] == 0
    assert 0 <= data["precision"] < 8
    # What is printed belongs to the λ that is printed with it.
    assert data["certificate"]["logit_residual"] < 1e-4
    (complaint,) = json.loads(err)["errors"]
    assert complaint["value"] == 8
    assert complaint["message"] == data["status"]
    code, out, _ = said("solve", bargained(4), "--precision", 8, "--max-seconds", 0.01)
    assert code == 1
    assert out.startswith("Stopped: ")
    assert ", short of the wanted 8\n" in out
    code, out, _ = said("solve", bargained(4), "--precision-path", "0:8:3", "--max-seconds", 0.01)
    assert code == 1
    assert re.match(r"[12] solved, [12] stopped, of 3 precisions", out)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("this is no game", 1, "EFG"),
        (BARE.replace("{ 1 }", "{ 1 2 }"), 4, "2 payoffs"),
        (BARE.replace('t "" 3 "" { 2 }\n', ""), None, "the file ends inside the tree"),
    ],
)
def test_a_bad_file_is_named_with_its_line(text: str, line: int | None, says: str, said: Said, tmp_path: Path) -> None:
    file = tmp_path / "bad.efg"
    file.write_text(text, encoding="utf-8")
    code, out, err = said("solve", file, "--json")
    assert (code, out) == (1, "")
    (complaint,) = json.loads(err)["errors"]
    assert set(complaint) >= {"file", "line", "id", "value", "allowed", "hint"}
    assert complaint["file"] == str(file)
    assert complaint["line"] == line or line is None
    assert says in complaint["message"]
    code, out, err = said("solve", file)
    assert (code, out) == (1, "")
    assert err.startswith(f"{file}, line ")


def test_a_missing_file_is_named_and_guessed(said: Said, tmp_path: Path) -> None:
    (tmp_path / "poker.efg").write_text(BARE, encoding="utf-8")
    code, out, err = said("solve", tmp_path / "pokr.efg", "--json")
    assert (code, out) == (1, "")
    (complaint,) = json.loads(err)["errors"]
    assert complaint["file"] == str(tmp_path / "pokr.efg")
    assert complaint["hint"] == "Did you mean “poker.efg”?"
    assert said("solve", tmp_path)[0] == 1


def test_an_absent_minded_game_is_refused(said: Said, tmp_path: Path) -> None:
    text = BARE.replace('t "" 3 "" { 2 }', 'p "" 1 1 0 t "" 4 "" { 1 } t "" 5 "" { 2 } t "" 6 "" { 3 }')
    (tmp_path / "driver.efg").write_text(text, encoding="utf-8")
    code, _, err = said("solve", tmp_path / "driver.efg")
    assert code == 1
    assert err.startswith(f"{tmp_path / 'driver.efg'}: ")
    assert "absent-mindedness" in err


def test_what_is_odd_about_a_game_is_noted(said: Said, tmp_path: Path) -> None:
    (tmp_path / "bare.efg").write_text(BARE, encoding="utf-8")
    assert "Note: actions of information set 1" in said("solve", tmp_path / "bare.efg")[1]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--precision", "-1"], "a finite number 0 or more is allowed"),
        (["--precision", "inf"], "a finite number 0 or more is allowed"),
        (["--precision", "nan"], "a finite number 0 or more is allowed"),
        (["--precision", "high"], "not a valid float"),
        (["--max-seconds", "0"], "a finite number above 0 is allowed"),
        (["--precision-path", "5"], "A:B or A:B:N is allowed"),
        (["--precision-path", "5:1"], "0 ≤ A ≤ B"),
        (["--precision-path", "-1:1"], "0 ≤ A ≤ B"),
        (["--precision-path", "0:inf"], "0 ≤ A ≤ B"),
        (["--precision-path", "0:1:1"], "2 to 10,001 are allowed"),
        (["--precision-path", "0:1", "--precision", "1"], "exclude each other"),
        (["--chart", "game.efg"], "ends in .svg"),
        (["--chart", "nowhere/x.svg"], "there is no folder"),
        (["--precision", "0", "--chart", "x.svg"], "above 0"),
    ],
)
def test_options_that_mean_nothing_are_usage_errors(options: list[str], says: str, said: Said) -> None:
    code, out, err = said("solve", GAMES / "horse.efg", *options, "--json")
    assert (code, out) == (2, "")
    assert says in json.loads(err)["errors"][0]["message"]


# the picture


def test_the_chart_is_written_as_svg(said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = said("solve", GAMES / "one_card_poker.efg", "--precision", 2, "--chart")
    assert code == 0
    assert out.splitlines()[-1] == "Wrote one_card_poker.svg."
    root = ET.parse("one_card_poker.svg").getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    words = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"Dealer's guest: holds red", "Host: sees a raise", "raise", "pass", "meet", "fold", "λ, per unit of payoff"} <= words
    assert solved(said, GAMES / "one_card_poker.efg", "--precision-path", "1:2:3", "--chart", "other.svg")["path"]
    assert ET.parse("other.svg").getroot().tag.endswith("svg")


# progress and Ctrl-C


def started(*arguments: object, before: str = "", **environment: str) -> subprocess.Popen[str]:
    """A process in a group of its own, as a terminal would start it."""
    code = "\n".join([LISTENING, before, RUN])
    return subprocess.Popen(
        [sys.executable, "-c", code, "solve", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, env={**os.environ, **environment},
    )  # fmt: skip


def until(process: subprocess.Popen[str], words: str) -> None:
    """Read standard error as far as a line with these words."""
    assert process.stderr is not None
    deadline = time.monotonic() + LONGEST
    for line in process.stderr:
        if words in line:
            return
        assert time.monotonic() < deadline
    pytest.fail(f"the command ended without saying “{words}”: {process.communicate()}")


def interrupted(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Send Ctrl-C; the command must go instead of finishing its work, without a traceback."""
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=LONGEST)
    assert process.returncode == 130
    assert "Traceback" not in out + err
    assert "KeyboardInterrupt" not in out + err
    return out, err


def test_interrupting_a_long_solve_ends_it_at_once(bargained: Callable[[int], Path]) -> None:
    process = started(bargained(5), "--precision", 8, before=OFTEN)
    until(process, "following the branch: λ = ")
    out, err = interrupted(process)
    if not out:  # a game of this size is seldom described in the time that is left
        assert "interrupted while following the branch: λ = " in err
        assert err.splitlines()[-1].endswith("there is no result yet.")


OFTEN = """
from openparley.cli import _interrupt
_interrupt.LINE_SECONDS = _interrupt.SILENT_SECONDS = 0.05
"""
SLOWLY = (
    OFTEN
    + """
import time
from openparley.solve import branch
_interrupt.LAST_WORD_SECONDS = 30.0  # however busy the machine is
advance = branch._Walk.advance
branch._Walk.advance = lambda walk: (time.sleep(0.1), advance(walk))[1]
"""
)


def test_interrupting_keeps_what_was_found() -> None:
    process = started(GAMES / "one_card_poker.efg", "--precision", 1e6, before=SLOWLY)
    until(process, "following the branch: λ = ")
    out, err = interrupted(process)
    assert out.startswith("Stopped: λ = 1e+06 was not reached, because it was interrupted. Shown is λ = ")
    assert ", short of the wanted 1e+06\n" in out
    assert "1 Dealer's guest  1 holds red     1 raise  " in out
    assert "no result" not in err


def test_interrupting_the_compiler_ends_it_at_once(bargained: Callable[[int], Path], tmp_path: Path) -> None:
    process = started(bargained(3), "--precision", 2, NUMBA_CACHE_DIR=str(tmp_path))
    until(process, "compiling, once")
    out, err = interrupted(process)
    assert out == ""
    assert "there is no result yet" in err
