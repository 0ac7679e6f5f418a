"""What belief grids cost as disputes grow: two and three uncertain actors, and time against rounds, positions and points.

There is no peer for this; the machine's memory bandwidth and arithmetic, measured in the same run, stand beside it. An
*update* is one position at one grid point in one round. Errors are the largest difference of a choice probability from
a grid that is about twice as fine, over stages that simulated play from the priors meets.
"""

import json
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks._calibration import Machine, calibrate
from benchmarks._measure import against, fresh, repeated, table
from benchmarks._plots import growth, roofline
from benchmarks.belief_grid import CHANCE, gap, parameters
from benchmarks.games.core_ceasefire import CoreCeasefire
from benchmarks.games.wide_ceasefire import wide_ceasefire
from openparley.game import DisputeGame, enumerate_positions
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid
from openparley.solve.grid.behaviour import GridBehaviour
from openparley.solve.grid.certificate import _play

ROUNDS = 52
COMPARED_ROUNDS = 10  # of the wide dispute, whose finer grid would otherwise not fit
SAMPLES = 600
REPEATS = 3
THREADS = 2
TOLERANCE = 1e-4  # a hundredth of the error that is aimed at
SLOT_BYTES = 4  # of a value kept in single precision
GIGABYTE = 1e9


def narrow_game(rounds: int = ROUNDS) -> DisputeGame:
    dispute = CoreCeasefire(CHANCE)
    return DisputeGame(enumerate_positions(dispute, dispute.State()), parameters(), rounds)


def wide_game(rounds: int = ROUNDS) -> DisputeGame:
    dispute, numbers = wide_ceasefire(parameters().motives)
    return DisputeGame(enumerate_positions(dispute, dispute.State()), numbers, rounds)


GAMES: dict[str, Callable[[int], DisputeGame]] = {"narrow": narrow_game, "wide": wide_game}


def method(nodes: int) -> BeliefGrid:
    return BeliefGrid(nodes=nodes, tolerance=TOLERANCE, threads=THREADS, roots_checked=8)


def solved(which: str, nodes: int, rounds: int, repeats: int) -> dict[str, Any]:
    """For a process of its own: seconds of a solve that is warm, and its size."""
    game = GAMES[which](rounds)
    solve_belief_grid(GAMES[which](1), method(2))  # compiles, or loads what was compiled
    taken = repeated(lambda: solve_belief_grid(game, method(nodes)), repeats)
    found = taken.answer
    points = found.stats["grid_points"]
    return {
        "wall": taken.wall.median, "widest": taken.wall.high, "cpu": taken.cpu.median, "points": points, "positions": len(game.positions),
        "updates": points * len(game.positions) * rounds, "passes": found.stats["passes"], "status": found.status,
    }  # fmt: skip


def difference(which: str, nodes: int, finer: int, rounds: int) -> float:
    """Largest difference between two grids where play goes."""
    game = GAMES[which](rounds)
    one, two = (solve_belief_grid(game, method(n)).behaviour for n in (nodes, finer))
    return met_difference(one, two)


def met_difference(one: GridBehaviour, two: GridBehaviour) -> float:
    uncertain = {s for s, name in enumerate(two.positions.steps) if two.grids.get(name) is not None and two.grids[name].points > 1}
    groups = [group for group in _play(two, None, SAMPLES, np.random.default_rng(0)) if group.step in uncertain]
    return max(gap(one, two, group) for group in groups)


def measured(which: str, nodes: int, rounds: int, repeats: int = REPEATS) -> tuple[dict[str, Any], int] | None:
    run = fresh("benchmarks.scale", "solved", which, nodes, rounds, repeats)
    return None if run is None else (run.answer, run.peak_bytes)


def narrow_rows(machine: Machine) -> list[list[str]]:
    rows = []
    for nodes, finer, seconds, error in ((4, 7, 2.0, 1e-2), (5, 9, 10.0, 1e-3)):
        found = measured("narrow", nodes, ROUNDS)
        assert found is not None
        one, peak = found
        rate = one["updates"] / one["wall"]
        rows.append(
            [
                f"2 uncertain actors (3, 2 types), {_size(one)}, {nodes} nodes",
                against(one["wall"], seconds, "s"), against(difference("narrow", nodes, finer, ROUNDS), error, ""),
                f"{rate / 1e6:.2f} / 5" + ("" if rate >= 5e6 else " **missed**"), f"{peak / GIGABYTE:.2f}", _bytes(one, machine),
            ]
        )  # fmt: skip
    return rows


def wide_rows(machine: Machine) -> list[list[str]]:
    rows = []
    for nodes, finer in ((4, 6), (5, 7)):
        found = measured("wide", nodes, ROUNDS, 1)
        if found is None:
            continue
        one, peak = found
        rate = one["updates"] / one["wall"]
        error = difference("wide", nodes, finer, COMPARED_ROUNDS)
        rows.append(
            [
                f"3 uncertain actors (3, 2, 2 types), {_size(one)}, {nodes} nodes", against(one["wall"], 60, "s"),
                against(error, 1e-2, "") + f" ({COMPARED_ROUNDS} rounds)",
                f"{rate / 1e6:.2f} / 5" + ("" if rate >= 5e6 else " **missed**"), against(peak / GIGABYTE, 8, ""), _bytes(one, machine),
            ]
        )  # fmt: skip
    return rows


def _size(one: dict[str, Any]) -> str:
    return f"{one['positions']} positions, {ROUNDS} rounds, {one['points']:.0f} points"


def _bytes(one: dict[str, Any], machine: Machine) -> str:
    """Least memory that an update moves, its tables read once and written once, against the measured bandwidth."""
    slots = 6 if one["positions"] < 1000 else 7
    moved = 2 * slots * SLOT_BYTES * one["updates"] / one["wall"]
    return f"{moved / GIGABYTE:.2f} of {machine.bandwidth[THREADS].median / GIGABYTE:.1f}"


def growth_rows() -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {"rounds": [], "points": [], "positions": [], "roofline": []}
    for rounds in (13, 26, 52, 104):
        if found := measured("narrow", 4, rounds):
            rows["rounds"].append({"x": rounds, "y": found[0]["wall"], "line": "660 positions, 64 points"})
    for nodes in (3, 4, 5, 6, 7):
        if found := measured("narrow", nodes, 13):
            one = found[0]
            rate = one["updates"] / one["wall"]
            rows["points"].append({"x": one["points"], "y": one["wall"], "line": "660 positions, 13 rounds"})
            rows["roofline"].append({"name": f"{nodes} nodes", "bytes_an_update": 2 * 6 * SLOT_BYTES, "updates_a_second": rate})
    for which in GAMES:
        if found := measured(which, 3, 13, 1):
            one = found[0]
            rows["positions"].append({"x": one["positions"], "y": one["wall"] / one["points"], "line": "13 rounds, a grid point"})
    return rows


def pictures(rows: dict[str, list[dict[str, Any]]], machine: Machine) -> None:
    titles = {"rounds": "rounds", "points": "grid points", "positions": "positions"}
    for name, label in titles.items():
        growth(
            rows[name], x="x", y="y", line="line", title=f"Belief grid: time against {label}", x_title=label, y_title="seconds"
        ).save(f"scale-{name}")  # fmt: skip
    ceiling = machine.bandwidth[THREADS].median
    roofline(rows["roofline"], bandwidth=ceiling, title="Belief grid under the memory's ceiling").save("scale-roofline")


def main() -> None:
    machine = calibrate()
    print(f"\n## Belief grids at scale\n\n{machine.text()}\n")
    head = [
        "work", "seconds, measured / aim", "error against a finer grid / aim", "million updates a second / aim", "peak GB",
        "GB/s moved at least, of the triad's",
    ]  # fmt: skip
    print(table(head, [*narrow_rows(machine), *wide_rows(machine)]))
    rows = growth_rows()
    print(f"\n{json.dumps({name: [[r['x'], round(r['y'], 4)] for r in found if 'x' in r] for name, found in rows.items()})}")
    pictures(rows, machine)


if __name__ == "__main__":
    main()
