"""Writes what Gambit says about the small dispute to ``oracle.json``: ``python -m tests.solve.make_oracle``."""

import json
import tempfile
from pathlib import Path

import pygambit

from openparley.game.unrolling import unroll
from tests.solve.gambit import GambitBehaviour, gambit_behaviour
from tests.solve.small_dispute import small_dispute, small_parameters

ORACLE = Path(__file__).with_name("oracle.json")
CASES = [(1, 0.5), (1, 2.0), (1, 5.0), (2, 0.5), (2, 1.0), (2, 2.0), (2, 3.0)]
DIGITS = 13


def read_oracle() -> dict[tuple[int, float], GambitBehaviour]:
    """Rounds and λ → Gambit's answer, by the information sets of the unrolled dispute."""
    dispute = small_dispute()
    answers: dict[tuple[int, float], GambitBehaviour] = {}
    for case in json.loads(ORACLE.read_text(encoding="utf-8"))["cases"]:
        tree = unroll(dispute, small_parameters(), dispute.State(), case["rounds"])
        infosets = {(dispute.actors[infoset.player], infoset.known, infoset.history): infoset for infoset in tree.infosets()}
        answers[case["rounds"], case["precision"]] = {
            infosets[player, tuple(known), tuple(history)]: probs for player, known, history, probs in case["choices"]
        }
    return answers


def main() -> None:
    dispute = small_dispute()
    lines = []
    for rounds, precision in CASES:
        tree = unroll(dispute, small_parameters(precision), dispute.State(), rounds)
        with tempfile.TemporaryDirectory() as folder:
            answer = gambit_behaviour(tree, precision, f"{folder}/small.efg")
        rows = [
            [dispute.actors[i.player], i.known, i.history, {label: round(p, DIGITS) for label, p in probs.items()}]
            for i, probs in answer.items()
        ]
        choices = ",\n".join(json.dumps(row) for row in rows)
        lines.append(f'{{"rounds": {rounds}, "precision": {precision}, "choices": [\n{choices}]}}')
    ORACLE.write_text(f'{{"solver": "pygambit {pygambit.__version__}", "cases": [\n' + ",\n".join(lines) + "]}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
