"""Stationary Markov logit equilibria of random games: ours beside sgamesolver's, at λ = 5 and a discount of 0.95.

The peer runs in an environment of its own; see `benchmarks.peers`.
"""

import os
import resource
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.peers import absent, interpreter
from openparley.game.markov_game import MarkovGame
from openparley.solve.markov_logit import MarkovBehaviour, MarkovLogit, solve_markov_logit
from openparley.solve.solution import Solution

ROOT = Path(__file__).resolve().parent.parent
HERE = "benchmarks/peers/sgamesolver"
SIZES = ((20, 2, 2), (20, 4, 3), (100, 2, 2), (100, 2, 3), (300, 2, 2), (300, 4, 3), (1000, 2, 3))
PEER_SIZES = SIZES[:5]
PRECISION, DISCOUNT, SEED = 5.0, 0.95, 42
PEER_SECONDS = 60  # of CPU, on one thread: a second gains it a tenth and would count double
MOST_WAITING = 4 * PEER_SECONDS
TIGHT = 1e-12  # of the peer, where its answer is compared; its usual 1e-7 is what is timed
REPEATS = 3
AIMED_SECONDS, AIMED_DIFFERENCE = 1.0, 1e-8


def random_tables(states: int, players: int, actions: int) -> tuple[np.ndarray, np.ndarray]:
    """The distributions of sgamesolver's own random games: uniform payoffs, exponential shares of the next state."""
    rng = np.random.default_rng(SEED)
    axes = (actions,) * players
    payoffs = rng.random((states, players, *axes))
    transitions = rng.exponential(1.0, (states, *axes, states))
    return payoffs, transitions / transitions.sum(-1, keepdims=True)


def ours(payoffs: np.ndarray, transitions: np.ndarray) -> tuple[Solution[MarkovBehaviour], float, float, float]:
    """The solution; the least CPU and wall seconds of the solver; CPU seconds of the certificate."""
    game = MarkovGame.from_arrays(payoffs, transitions, DISCOUNT)
    bare, certified = [], []
    for _ in range(REPEATS):
        bare.append(timed(lambda: solve_markov_logit(game, MarkovLogit(PRECISION, certified=False)))[1:])
        found, *spent = timed(lambda: solve_markov_logit(game, MarkovLogit(PRECISION)))
        certified.append(spent)
    cpu, wall = np.min(bare, axis=0)
    return found, cpu, wall, max(0.0, float(np.min(certified, axis=0)[0] - cpu))


def timed(work):
    cpu, wall = time.process_time(), time.perf_counter()
    answer = work()
    return answer, time.process_time() - cpu, time.perf_counter() - wall


def theirs(payoffs: np.ndarray, transitions: np.ndarray, tolerance: float) -> tuple[np.ndarray, float] | None:
    """The peer's choice probabilities and CPU seconds; None if it does not finish."""
    with tempfile.TemporaryDirectory() as folder:
        np.savez(
            f"{folder}/games.npz", payoffs_0=payoffs, transitions_0=transitions, discount_0=DISCOUNT, precisions_0=np.array([PRECISION]),
            tolerance_0=tolerance,
        )  # fmt: skip
        command = [interpreter("sgamesolver"), ROOT / HERE / "run.py", f"{folder}/games.npz", f"{folder}/answers.npz"]
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
        done = subprocess.run(
            command, check=False, timeout=MOST_WAITING, stdout=subprocess.DEVNULL, env=environment, preexec_fn=_limit_cpu
        )  # fmt: skip
        if done.returncode == -signal.SIGXCPU:
            return None
        done.check_returncode()
        answers = np.load(f"{folder}/answers.npz")
        return answers["policies_0"][0], float(answers["seconds_0"][0])


def _limit_cpu() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (PEER_SECONDS, PEER_SECONDS + 5))


def row(size: tuple[int, int, int], *, peer: bool) -> str:
    tables = random_tables(*size)
    found, cpu, wall, certificate = ours(*tables)
    cells = [f"{cpu:.3f}", f"{wall:.3f}", f"{certificate:.3f}", found.status]
    if not peer or size not in PEER_SIZES:
        cells += ["–", "–", "–"]
    elif (usual := theirs(*tables, 0.0)) is None:
        cells += [f"> {PEER_SECONDS}", f"> {PEER_SECONDS / cpu:.0f} ×", "–"]
    else:
        tight = theirs(*tables, TIGHT) or usual
        difference = np.abs(found.behaviour.policies - tight[0]).max()
        cells += [f"{usual[1]:.2f}", f"{usual[1] / cpu:.0f} ×", f"{difference:.1g}"]
        if size == (100, 2, 2):
            cells[-1] += f" / {AIMED_DIFFERENCE:g}"
    if size == (300, 4, 3):
        cells[1] += f" / {AIMED_SECONDS:g}"
    return f"| {' × '.join(map(str, size))} | " + " | ".join(cells) + " |"


def main() -> None:
    solve_markov_logit(MarkovGame.from_arrays(*random_tables(2, 2, 2), DISCOUNT))  # compiles
    missing = absent("sgamesolver")
    peer = not missing
    print(f"\n## Stationary Markov logit equilibrium, λ = {PRECISION:g}, discount {DISCOUNT:g}, random games\n")
    print("CPU seconds; “measured / aim” where there is an aim.\n")
    if not peer:
        print(f"{missing}\n")
    print("| states × players × actions | ours | ours, wall | certificate | status | sgamesolver | ratio | largest difference |")
    print("|---|---|---|---|---|---|---|---|")
    for size in SIZES:
        print(row(size, peer=peer), flush=True)


if __name__ == "__main__":
    main()
