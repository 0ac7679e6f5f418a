"""How values should be read between tabulated beliefs, and what a solve costs.

The first table lets two interpolations read the same values: those of a reference solved on a finer grid, tabulated at
the nodes of each. Every sampled stage is then solved with either, by the same loop, and its choice probabilities are
compared with those that the reference itself gives. The second table solves the whole dispute at each number of nodes.

(a) is what the solver does: Chebyshev–Lobatto nodes in each split of the belief and the polynomial through them.
(b) is uniform nodes in the log odds of each split, four-point cubic between them and linear in the belief from the
outermost one to the vertex, which is a node too. Its reach is the best of several, found for each number of nodes.
"""

import math
import time
from types import MappingProxyType

import numpy as np
from numba import njit

from benchmarks.games.core_ceasefire import CoreCeasefire
from openparley.game import Motives, Parameters, enumerate_positions, even_drift
from openparley.game.dispute_game import DisputeGame
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid
from openparley.solve.grid import kernels
from openparley.solve.grid.behaviour import GridBehaviour
from openparley.solve.grid.certificate import _anywhere, _Group, _play, _Recomputed, _Stage, _uniform
from openparley.solve.grid.splits import beliefs_from_splits, split_grid
from openparley.solve.solution import Solution

ROUNDS = 16
LAST = 8  # the horizon makes behaviour sharp in the rounds before it, so these are reported apart
REFERENCE_NODES = 13
NODES = (4, 5, 6, 7, 8, 10, 12)
SOLVED_NODES = (4, 5, 6, 7, 8, 10)
REACHES = (2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
SAMPLES = 1500
SETTLED = 1e-9
MOST_PASSES = 200
REPEATS = 3

CHANCE = {"front_moves": 0.2, "front_moves_cut": 0.4, "backfill": 0.1}
MEDIATOR = {
    "H1": dict(deal=2, pressure=-1.5, sanction_price=-0.5, lapse=-1, violence=-0.1, support_week=-0.25, support_cut=0.1, defied=-0.1),
    "H2": dict(deal=5, sanction_price=-0.7, lapse=-1, violence=-0.4, support_week=-0.05, walk_away=-1.5, defied=-0.5),
    "H3": dict(deal=2, sanction_price=-2.2, lapse=-1, violence=-0.1, support_week=-0.1, walk_away=0.3, threat=0.4, defied=-0.1),
}
PARTY_B = {
    "b": dict(deal=2, war_week=-1, ground=-1, walk_away=-6, conciliation=-1, support_cut=-0.5, strike=0.2, pressure=0.4),
}
PARTY_A = {
    "H4": dict(deal=4, war_week=-1, ground=0.7, pressure=-1.5, walk_away=-2, violence=0.1, strike=-0.5, support_cut=0.4, lapse=0.3),
    "H5": dict(deal=-4, war_week=-1, ground=2.0, pressure=-1.5, walk_away=-4, violence=0.3, strike=-0.5, support_cut=0.6, lapse=0.5),
}


def parameters() -> Parameters:
    rare = MappingProxyType({"walk_away": 0.15, "cut_support": 0.3, "enforce": 0.7})
    mediator = Motives(tuple(MEDIATOR), MEDIATOR, np.array([0.35, 0.35, 0.3]), even_drift(3, 0.02), 1.0, 0.97, rare)
    party_b = Motives(tuple(PARTY_B), PARTY_B, np.ones(1), np.ones((1, 1)), 1.0, 0.97)
    party_a = Motives(tuple(PARTY_A), PARTY_A, np.array([0.5, 0.5]), even_drift(2, 0.02), 1.0, 0.97)
    return Parameters({"mediator": mediator, "party_b": party_b, "party_a": party_a}, CHANCE)


def solution(nodes: int) -> tuple[Solution[GridBehaviour], float]:
    """The dispute solved, and the CPU seconds that took."""
    dispute = CoreCeasefire(CHANCE)
    positions = enumerate_positions(dispute, dispute.State())
    started = time.process_time()
    found = solve_belief_grid(DisputeGame(positions, parameters(), ROUNDS), BeliefGrid(nodes=nodes, threads=1))
    return found, time.process_time() - started


@njit(cache=True, error_model="numpy")
def log_odds_axis(share, reach, n, index, weight):
    """Nodes and weights that read a split: index and weight hold up to four entries; returns how many."""
    inner = n - 2
    gap = 2 * reach / (inner - 1)
    if share <= 0.0 or share >= 1.0:
        index[0] = 0 if share <= 0.0 else n - 1
        weight[0] = 1.0
        return 1
    odds = math.log(share / (1.0 - share))
    if abs(odds) >= reach:
        edge = 1.0 / (1.0 + math.exp(reach))
        low = odds < 0
        at = share / edge if low else (1.0 - share) / edge
        index[0], weight[0] = (0 if low else n - 1), 1.0 - at
        index[1], weight[1] = (1 if low else n - 2), at
        return 2
    many = min(4, inner)
    place = (odds + reach) / gap
    first = min(max(int(place) - (many // 2 - 1), 0), inner - many)
    for i in range(many):
        w = 1.0
        for j in range(many):
            if j != i:
                w *= (place - first - j) / (i - j)
        index[i], weight[i] = first + i + 1, w
    return many


@njit(cache=True, error_model="numpy")
def solve_stage(table, reward, log_base, precision, belief, sizes, nodes, coef, reach, sigma):
    """Choice at one stage; table (option, type, node). ``reach`` above 0 reads in log odds, else the polynomial."""
    many, types, own = table.shape
    n = sizes[0]
    weights, axis = np.empty(own), np.empty(own + 1)
    index, weight = np.empty((2, 4), np.int64), np.empty((2, 4))
    count = np.ones(2, np.int64)
    index[1, 0], weight[1, 0] = 0, 1.0
    q = np.empty((many, types))
    sigma[:] = 1.0 / many
    for done in range(MOST_PASSES):
        for a in range(many):
            if reach <= 0.0:
                kernels.point_weights(belief, sigma[a], sizes, nodes, coef, weights, axis)
            else:
                tail = belief[types - 1] * sigma[a, types - 1]
                for k in range(types - 2, -1, -1):
                    u = belief[k] * sigma[a, k]
                    tail += u
                    count[k] = log_odds_axis(u / tail, reach, n, index[k], weight[k])
            for k in range(types):
                q[a, k] = reward[a, k]
                if reach <= 0.0:
                    for h in range(own):
                        q[a, k] += weights[h] * table[a, k, h]
                else:
                    for i in range(count[0]):
                        for j in range(count[1] if types == 3 else 1):
                            h = index[0, i] * n + index[1, j] if types == 3 else index[0, i]
                            w = weight[0, i] * weight[1, j] if types == 3 else weight[0, i]
                            q[a, k] += w * table[a, k, h]
        residual = 0.0
        for k in range(types):
            top, total = -1e300, 0.0
            for a in range(many):
                q[a, k] = log_base[a] + precision * q[a, k]
                top = max(top, q[a, k])
            for a in range(many):
                q[a, k] = math.exp(q[a, k] - top)
                total += q[a, k]
            for a in range(many):
                change = q[a, k] / total - sigma[a, k]
                residual = max(residual, abs(change))
                sigma[a, k] += (1.0 if done < 30 else 0.5) * change
        if residual < SETTLED:
            break


@njit(cache=True, error_model="numpy")
def solve_stages(tables, reward, log_base, many, precision, beliefs, sizes, nodes, coef, reach, sigma):
    for i in range(len(tables)):
        m = many[i]
        solve_stage(tables[i, :m], reward[i, :m], log_base[i, :m], precision, beliefs[i], sizes, nodes, coef, reach, sigma[i, :m])


def log_odds_beliefs(types: int, nodes: int, reach: float) -> np.ndarray:
    inner = 1 / (1 + np.exp(-np.linspace(-reach, reach, nodes - 2)))
    line = np.concatenate([[0.0], inner, [1.0]])
    return beliefs_from_splits(np.stack(np.meshgrid(*[line] * (types - 1), indexing="ij"), -1).reshape(-1, types - 1))


class Sampled:
    """Stages of one step with what the reference says there."""

    def __init__(self, reference: _Recomputed, group: _Group) -> None:
        self.reference = reference
        self.stage: _Stage = reference.stage(group)
        self.answer = reference.settle(self.stage, _uniform(self.stage))
        self.types = self.stage.belief.shape[1]

    def read(self, nodes: int, reach: float) -> tuple[float, float]:
        """Largest error in a choice probability, and CPU seconds; ``reach`` 0 is the polynomial."""
        stage, grid = self.stage, split_grid(self.types, nodes)
        beliefs = grid.beliefs if reach <= 0 else log_odds_beliefs(self.types, nodes, reach)
        at_nodes = self.reference.reading(stage.mover, beliefs)
        tables = np.ascontiguousarray(np.einsum("iakg,ng->iakn", stage.tables[:, :, stage.own], at_nodes))
        sigma = np.zeros_like(self.answer)
        many, reward = stage.inside.sum(1), np.ascontiguousarray(stage.reward[:, :, stage.own])
        best = math.inf
        for _ in range(REPEATS):
            started = time.process_time()
            solve_stages(
                tables, reward, stage.log_base, many, stage.precision, stage.belief, np.array(grid.sizes), grid.nodes, grid.coefficients,
                reach, sigma,
            )  # fmt: skip
            best = min(best, time.process_time() - started)
        return float(np.abs(sigma - self.answer).max()), best


def sample(reference: GridBehaviour, seed: int, *, late: bool) -> dict[str, list[_Group]]:
    """Stages of actors with several types, in the first rounds or the last."""
    rng = np.random.default_rng(seed)
    found = {"on path": _play(reference, None, SAMPLES, rng), "uniform": _anywhere(reference, SAMPLES, rng)}
    uncertain = {s for s, name in enumerate(reference.positions.steps) if name in ("mediator", "party_a")}
    chosen = {
        where: [g.take((g.rounds >= ROUNDS - LAST) == late) for g in groups if g.step in uncertain] for where, groups in found.items()
    }
    return {where: [group for group in groups if len(group.where)] for where, groups in chosen.items()}


def interpolation_table(reference: GridBehaviour, places: dict[str, list[_Group]]) -> list[str]:
    recomputed = _Recomputed(reference)
    sampled = {where: [Sampled(recomputed, group) for group in groups] for where, groups in places.items()}
    for group in sampled["uniform"]:
        group.read(4, 0.0), group.read(6, 4.0)  # compile

    def measure(nodes: int, reach: float) -> dict[str, tuple[float, float]]:
        found = {where: [group.read(nodes, reach) for group in groups] for where, groups in sampled.items()}
        return {where: (max(e for e, _ in rows), sum(t for _, t in rows)) for where, rows in found.items()}

    lines = [
        "| nodes a split | (a) on path | (b) on path | (a) uniform | (b) uniform | (a) CPU s | (b) CPU s | reach of (b), path / uniform |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for nodes in NODES:
        ours = measure(nodes, 0.0)
        theirs = {reach: measure(nodes, reach) for reach in REACHES}
        path, uniform = (min(REACHES, key=lambda r: theirs[r][where][0]) for where in ("on path", "uniform"))
        seconds = [sum(t for _, t in found.values()) for found in (ours, theirs[path])]
        lines.append(
            f"| {nodes} | {ours['on path'][0]:.1e} | {theirs[path]['on path'][0]:.1e} | {ours['uniform'][0]:.1e} "
            f"| {theirs[uniform]['uniform'][0]:.1e} | {seconds[0]:.3f} | {seconds[1]:.3f} | {path:g} / {uniform:g} |"
        )
    return lines


def solve_table(
    reference: GridBehaviour, places: dict[str, list[_Group]], solved: list[tuple[int, Solution[GridBehaviour], float]]
) -> list[str]:
    lines = ["| nodes a split | grid points | CPU s | error on path | error uniform |", "|---|---|---|---|---|"]
    for nodes, found, seconds in solved:
        errors = {where: max(gap(found.behaviour, reference, group) for group in groups) for where, groups in places.items()}
        lines.append(f"| {nodes} | {found.stats['grid_points']:.0f} | {seconds:.2f} | {errors['on path']:.1e} | {errors['uniform']:.1e} |")
    return lines


def gap(found: GridBehaviour, reference: GridBehaviour, group: _Group) -> float:
    worst = 0.0
    for t in np.unique(group.rounds):
        here = group.take(group.rounds == t)
        one, two = (each.choices(int(t), group.step, here.where, here.beliefs) for each in (found, reference))
        worst = max(worst, float(np.abs(one - two).max()))
    return worst


def main() -> None:
    solution(3)  # compile
    finest, seconds = solution(REFERENCE_NODES)
    reference = finest.behaviour
    print(f"CoreCeasefire, {len(reference.positions)} positions, {ROUNDS} rounds, λ = 1; reference with {REFERENCE_NODES} nodes a split")
    print(f"({finest.stats['grid_points']:.0f} points, {seconds:.1f} CPU s, {finest.status}).")
    spans = {f"the first {ROUNDS - LAST} rounds": False, f"the last {LAST} rounds": True}
    sampled = {span: sample(reference, 0, late=late) for span, late in spans.items()}
    for span, places in sampled.items():
        counted = ", ".join(f"{sum(len(g.where) for g in groups)} {where}" for where, groups in places.items())
        print(f"\n### Same reference values, read in two ways, {span} (stages: {counted})\n")
        print("\n".join(interpolation_table(reference, places)))
    solved = [(nodes, *solution(nodes)) for nodes in SOLVED_NODES]
    for span, places in sampled.items():
        print(f"\n### The whole solve against the reference, {span}\n")
        print("\n".join(solve_table(reference, places, solved)))


if __name__ == "__main__":
    main()
