"""The picture of a branch: its lines run through the answers and turn at the folds."""

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from benchmarks.games.bargaining import bargaining
from openparley.brief.branch import MOST_PANELS, branch_chart, branch_data, branch_svg
from openparley.errors import SolveError
from openparley.game.efg import read_efg, read_efg_file
from openparley.game.unrolling import unroll
from openparley.solve.logit_qre import LogitQRE, solve_tree, solve_tree_path
from openparley.solve.solution import Solution
from openparley.solve.trees.behaviour import TreeBehaviour

GAMES = Path(__file__).resolve().parent.parent / "game" / "games"
DRAWN = 1e-5  # places to which the points of a line are rounded
# Both want to do alike; at λ = 2 the even mixture becomes one of three equilibria.
ALIKE = """EFG 2 R "alike" { "Ann" "" } ""
p "" 1 1 "" { "left" "right" } 0
p "" 2 1 "" { "left" "left" } 0
t "" 1 "" { 1 1 } t "" 2 "" { 0 0 }
p "" 2 1 0
t "" 3 "" { 0 0 } t "" 4 "" { 1 1 }
"""


@pytest.fixture(scope="module")
def folded() -> Solution[TreeBehaviour]:
    """Nine equilibria at one precision."""
    dispute, parameters = bargaining("base", 1.0)
    return solve_tree(unroll(dispute, parameters, dispute.State(), 3), LogitQRE(precision=4.5, picture=True))


def test_lines_run_through_every_answer_and_turn_at_every_fold(folded: Solution[TreeBehaviour]) -> None:
    rows = branch_data((folded,))[1:]
    assert folded.branch is not None
    menus = folded.behaviour.tree.infosets()
    panels = list(dict.fromkeys(row["infoset"] for row in rows))
    assert len(panels) == MOST_PANELS
    named = {f"{h.player + 1}.{h.number}": h for h in menus}
    assert sorted(folded.behaviour.reach[named[panel]] for panel in panels)[0] > 0.01
    for panel in panels:
        for action in range(len(menus[named[panel]])):
            own = [row for row in rows if (row["infoset"], row["action"]) == (panel, action)]
            line = np.array([(row["precision"], row["prob"]) for row in own if row["part"] == "line"])
            answers = [(row["precision"], row["prob"]) for row in own if row["part"] == "equilibrium"]
            assert answers == [(4.5, float(found.probs[named[panel]][action])) for found in folded.equilibria]
            folds = [(row["precision"], row["prob"]) for row in own if row["part"] == "fold"]
            assert [precision for precision, _ in folds] == [fold.precision for fold in folded.branch.folds]
            for point in [*answers, *folds]:
                assert np.abs(line - point).max(axis=1).min() <= DRAWN
            assert line.min() >= 0
            assert line[:, 1].max() <= 1
            assert line[:, 0].max() <= 9
            turns = np.flatnonzero(np.diff(np.sign(np.diff(line[:, 0])[np.diff(line[:, 0]) != 0])))
            assert len(turns) == len(folds)


def test_probabilities_of_a_panel_sum_to_one_along_the_line(folded: Solution[TreeBehaviour]) -> None:
    lines: dict[tuple[str, int], float] = {}
    for row in branch_data((folded,))[1:]:
        if row["part"] == "line":
            key = row["infoset"], row["order"]
            lines[key] = lines.get(key, 0.0) + row["prob"]
    # Each line is interpolated on its own, so the sum is exact at the points of the branch only.
    assert max(abs(total - 1) for total in lines.values()) < 0.02


def test_another_branch_that_crosses_is_marked_and_empty_labels_are_numbered() -> None:
    tree = read_efg(ALIKE)
    solution = solve_tree(tree, LogitQRE(precision=3.0, picture=True))
    rows = branch_data((solution,))
    assert solution.branch is not None
    crossing = [row for row in rows[1:] if row["part"] == "crossing"]
    assert len(crossing) == 4
    assert {(row["precision"], row["prob"]) for row in crossing} == {(solution.branch.folds[0].precision, 0.5)}
    assert {row["panel"] for row in rows[1:]} == {"Ann: information set 1", "player 2: information set 1"}
    assert "cross: another branch crosses" in rows[0]["notes"][1]


def test_the_chart_keeps_the_schema_and_the_svg_is_whole(folded: Solution[TreeBehaviour]) -> None:
    assert branch_chart(branch_data((folded,))).to_dict()["$schema"].endswith(".json")
    root = ET.fromstring(branch_svg((folded,)))
    namespace = "{http://www.w3.org/2000/svg}"
    assert root.findtext(f"{namespace}desc") == folded.status
    words = ["".join(text.itertext()) for text in root.iter(f"{namespace}text")]
    assert any(f"wanted: λ = 4.5; {MOST_PANELS} of 105 information sets" in text for text in words)
    assert "party_a: sincere | press" in words


def test_a_path_marks_every_precision() -> None:
    tree = read_efg_file(GAMES / "horse.efg")
    solutions = solve_tree_path(tree, LogitQRE(picture=True), (1.0, 2.0, 3.0))
    rows = branch_data(solutions)
    first = [row for row in rows[1:] if (row["infoset"], row["action"]) == ("1.1", 0)]
    assert [row["precision"] for row in first if row["part"] == "equilibrium"] == [1.0, 2.0, 3.0]
    assert max(row["precision"] for row in first if row["part"] == "line") == pytest.approx(6.0, abs=0.2)
    assert branch_svg(solutions).startswith("<svg ")


def test_without_a_kept_branch_there_is_nothing_to_draw() -> None:
    with pytest.raises(SolveError, match="picture=True"):
        branch_data((solve_tree(read_efg_file(GAMES / "trust.efg"), LogitQRE()),))
