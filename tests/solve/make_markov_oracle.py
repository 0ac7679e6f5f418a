"""Writes what sgamesolver says about random games to ``markov_oracle.json``: ``python -m tests.solve.make_markov_oracle``.

Needs the peer's environment; `benchmarks/markov_logit.py` says how it is built. The games are not stored but drawn anew.
"""

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from openparley.game.markov_game import MarkovGame

ROOT = Path(__file__).resolve().parents[2]
PEER = ROOT / "build/peers/sgamesolver/bin/python"
RUNNER = ROOT / "benchmarks/peers/sgamesolver/run.py"
ORACLE = Path(__file__).with_name("markov_oracle.json")
DIGITS = 13
TIGHT = 1e-13
CASES = [
    # states, players, actions, seed, discount, precisions
    (5, 2, 2, 1, 0.95, (0.5, 2.0, 5.0)),
    (8, 2, 3, 2, 0.9, (1.0, 5.0)),
    (6, 3, 2, 3, 0.95, (2.0, 5.0)),
    (20, 2, 2, 42, 0.95, (5.0,)),
    # The principal branch turns back on the way.
    (4, 3, 2, 6, 0.95, (20.0,)),
    (4, 3, 2, 8, 0.95, (20.0,)),
]


def random_tables(states: int, players: int, actions: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Payoffs uniform on [0, 1], rows of transitions uniform on the simplex."""
    rng = np.random.default_rng(seed)
    axes = (actions,) * players
    payoffs = rng.random((states, players, *axes))
    transitions = rng.exponential(1.0, (states, *axes, states))
    return payoffs, transitions / transitions.sum(-1, keepdims=True)


def random_game(states: int, players: int, actions: int, seed: int, discount: float = 0.95) -> MarkovGame:
    return MarkovGame.from_arrays(*random_tables(states, players, actions, seed), discount)


def main() -> None:
    tables: dict[str, np.ndarray] = {}
    for k, (*size, seed, discount, precisions) in enumerate(CASES):
        payoffs, transitions = random_tables(*size, seed)
        tables |= {f"payoffs_{k}": payoffs, f"transitions_{k}": transitions, f"discount_{k}": np.array(discount)}
        tables |= {f"precisions_{k}": np.array(precisions), f"tolerance_{k}": np.array(TIGHT)}
    with tempfile.TemporaryDirectory() as folder:
        np.savez(f"{folder}/games.npz", **tables)
        subprocess.run([PEER, RUNNER, f"{folder}/games.npz", f"{folder}/answers.npz"], check=True)
        answers = dict(np.load(f"{folder}/answers.npz"))
    lines = []
    for k, (*size, seed, discount, precisions) in enumerate(CASES):
        for j, precision in enumerate(precisions):
            policies = np.round(answers[f"policies_{k}"][j], DIGITS).tolist()
            values = np.round(answers[f"values_{k}"][j], DIGITS).tolist()
            head = {"size": size, "seed": seed, "discount": discount, "precision": precision}
            lines.append(json.dumps(head)[:-1] + f', "policies":\n{json.dumps(policies)}, "values":\n{json.dumps(values)}}}')
    ORACLE.write_text('{"solver": "sgamesolver 1.0.2", "cases": [\n' + ",\n".join(lines) + "]}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
