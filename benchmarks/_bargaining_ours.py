"""What the benchmark of the bargaining game needs of the package, and all of it that it touches.

A module of its own, with as few imports as can be, so that the memory of a process that runs it is the solver's.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._measure import Taken, repeated
from benchmarks.games.bargaining import bargaining
from openparley.game.dispute_game import DisputeGame
from openparley.game.efg import write_efg
from openparley.game.positions import enumerate_positions
from openparley.game.unrolling import unroll
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid
from openparley.solve.grid.certificate import certify
from openparley.solve.logit_qre import LogitQRE, solve_histories

Key = tuple[str, str, tuple[str, ...]]
"""Player, its type (empty for party B), public moves so far."""
MENUS = {"party_b": ("press", "concede"), "party_a": ("accept", "stall", "escalate")}
TYPES = ("sincere", "maximalist")


def game(variant: str, rounds: int, precision: float) -> DisputeGame:
    dispute, parameters = bargaining(variant, precision)
    return DisputeGame(enumerate_positions(dispute, dispute.State()), parameters, rounds)


def game_file(variant: str, rounds: int, path: Path) -> str:
    """The unrolled game written for the peers; the precision does not enter."""
    dispute, parameters = bargaining(variant, 1.0)
    path.write_text(write_efg(unroll(dispute, parameters, dispute.State(), rounds)), encoding="utf-8")
    return str(path)


@dataclass(frozen=True)
class Exact:
    """``choices`` of the first equilibrium; ``equilibria`` is how many the branch met at this precision."""

    choices: dict[Key, np.ndarray]
    equilibria: int
    status: str


def ours_exact(played: DisputeGame, trace: float) -> Exact:
    """Over all public histories; ``trace`` is how far past λ the branch is followed, as a multiple of it."""
    found = solve_histories(played, LogitQRE(trace=trace))
    public = found.behaviour.public
    choices, todo = {}, [(0, ())]
    while todo:
        node, done = todo.pop()
        player = public.players[public.mover[node]]
        probs = found.behaviour.probs(node)
        for k in range(probs.shape[1]):
            choices[player, TYPES[k] if player == "party_a" else "", done] = probs[:, k]
        edges = range(public.edge_start[node], public.edge_start[node + 1])
        todo += [(int(public.child[e]), (*done, move)) for e, move in zip(edges, MENUS[player], strict=True) if public.child[e] >= 0]
    return Exact(choices, len(found.equilibria), found.status)


def ours_exact_timed(variant: str, rounds: int, precision: float, trace: float, repeats: int) -> Taken[Any]:
    played = game(variant, rounds, precision)
    return repeated(lambda: solve_histories(played, LogitQRE(trace=trace)), repeats)


def ours_exact_size(variant: str, rounds: int, precision: float) -> dict[str, Any]:
    """For a process of its own; the kernels are loaded by a game of one round, which is not counted."""
    solve_histories(game(variant, 1, precision), LogitQRE())
    taken = ours_exact_timed(variant, rounds, precision, 1.0, 1)
    certificate = taken.answer.certificate or {}
    return {
        "cpu_seconds": taken.cpu.median,
        "wall_seconds": taken.wall.median,
        "status": taken.answer.status,
        "residual": float(certificate.get("logit_residual", math.nan)),
        "choice_probs": 14 * (4**rounds - 1) // 3,
    }


@dataclass(frozen=True)
class Gridded:
    """A solution on a grid, and what it says its error is."""

    solution: Any

    @property
    def stated_error(self) -> float:
        """Bound on the error of the whole solve, anywhere."""
        return certify(self.solution, samples=512, rng=np.random.default_rng(0), bound=True).error_bound or math.nan

    def party_a(self, round_: int, move: int, odds: np.ndarray) -> np.ndarray:
        """A's choices after B's move at log odds of the sincere type: (item, answer, type)."""
        return self._choices(round_, 1, move, odds)

    def party_b(self, round_: int, odds: np.ndarray) -> np.ndarray:
        return self._choices(round_, 0, 0, odds)[:, :, 0]

    def _choices(self, round_: int, step: int, nth: int, odds: np.ndarray) -> np.ndarray:
        behaviour = self.solution.behaviour
        positions, many = behaviour.positions, len(odds)
        where = positions.step_start[step]
        if step:  # B's moves lead to the two positions of the next step
            where = positions.successor[positions.option_start[positions.step_start[0]] + nth]
        beliefs = {"party_a": np.stack([1 / (1 + np.exp(-odds)), 1 / (1 + np.exp(odds))], 1), "party_b": np.ones((many, 1))}
        return behaviour.choices(round_, step, np.full(many, where), beliefs)


def ours_grid(played: DisputeGame, nodes: int) -> Gridded:
    return Gridded(solve_belief_grid(played, BeliefGrid(nodes=nodes, spacing="log_odds", tolerance=1e-10)))
