"""The bargaining game of `benchmarks.games.bargaining`: the package beside Gambit and OpenSpiel.

Four tables. Exactly, at few rounds, against Gambit: how far apart the answers are and how many times faster. Exactly, at
more rounds than Gambit can do: seconds and memory. On a grid of beliefs, over many rounds: seconds, the error that the
solution states and the error that a recursion without the package's code finds. OpenSpiel's CFR+ on the same file, which
answers another question: average play near a Nash equilibrium, with no precision and no promise in games that are not
zero-sum. Times are CPU seconds, smallest / median / largest of the repeats.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import _plots
from benchmarks._bargaining_ours import MENUS, Gridded, Key, game, game_file, ours_exact, ours_exact_timed, ours_grid
from benchmarks._bargaining_reference import LongGame
from benchmarks._calibration import calibrate
from benchmarks._measure import Spread, Taken, against, fresh, repeated, table
from benchmarks.peers import absent, ask

VARIANTS = ("base", "alt")
PRECISIONS = (0.5, 1.0, 2.0, 5.0)
COMPARED_ROUNDS = 3
FOLDED = ((4.5, 9), (5.0, 3))
"""λ at which the principal branch of “base” over three rounds meets several equilibria, and how many Gambit's branch has."""
GAMBIT_ROUNDS = (1, 2, 3, 4)
EXACT_ROUNDS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
EXACT_AIMS = {8: (0.2, 100), 10: (3.0, 400)}
"""Rounds → largest wanted seconds and MB."""
GRID_ROUNDS = (12, 25, 50, 100, 200)
GRID_AIMS = {50: 0.1, 200: 0.3}
GRID_PRECISIONS = (1.0, 2.0)
GRID_NODES = (81, 161, 201)
SHOWN_NODES = 201
ERROR_AIM = 1e-6
SPEED_AIM = 20
AGREEMENT_AIM = 1e-9
NASH_ROUNDS = (1, 2, 3, 4, 5)
NASH_TARGETS = (1e-2, 1e-3)
REPEATS = 5
PEER_SECONDS = 120
MB = 1e6

Row = list[str]


# (a) Exactly, against Gambit


def gambit_rows(folder: Path) -> list[Row]:
    rows = []
    for variant in VARIANTS:
        request = {"task": "lambda", "game": game_file(variant, COMPARED_ROUNDS, folder / f"{variant}.efg")}
        answer = ask("gambit", request | {"precisions": PRECISIONS, "repeats": REPEATS}, seconds=PEER_SECONDS)
        for found in answer["rows"] if answer else []:
            rows.append(_gambit_row(variant, found))
    return rows


def _gambit_row(variant: str, found: dict[str, Any]) -> Row:
    precision = found["precision"]
    first, traced = (ours_exact_timed(variant, COMPARED_ROUNDS, precision, trace, REPEATS) for trace in (1.0, 2.0))
    gap = largest_gap(ours_exact(game(variant, COMPARED_ROUNDS, precision), 1.0).choices, found["choices"])
    theirs = Spread.of([taken["cpu_seconds"] for taken in found["times"]])
    ratio = theirs.median / first.cpu.median
    faster = f"{ratio:.0f}" + ("" if ratio >= SPEED_AIM else " **missed**")
    return [
        variant, f"{precision:g}", first.cpu.text(), traced.cpu.text(), theirs.text(), faster,
        against(gap, AGREEMENT_AIM, ""), f"{abs(found['met'] - precision):.0e}",
    ]  # fmt: skip


GAMBIT_HEAD = (
    "variant",
    "λ",
    "ours, to the first crossing",
    "ours, to 2 λ",
    "Gambit",
    "Gambit / ours",
    "largest difference / aim",
    "λ that Gambit misses by",
)


def largest_gap(ours: dict[Key, np.ndarray], theirs: list[Any]) -> float:
    """Over every information set of the tree; Gambit names one by nature's draw and the moves to one of its nodes."""
    worst = 0.0
    for player, (drawn, *moves), probs in theirs:
        kind = drawn.split()[-1]  # a draw names every actor's type, and party A comes last
        mine = ours[player, kind if player == "party_a" else "", tuple(moves)]
        worst = max(worst, max(abs(probs[move] - mine[i]) for i, move in enumerate(MENUS[player])))
    if len(theirs) != len(ours):
        raise ArithmeticError(f"{len(theirs)} information sets in the peer's answer, {len(ours)} in ours")
    return worst


def folded_rows() -> list[Row]:
    rows = []
    for precision, expected in FOLDED:
        found = ours_exact(game("base", COMPARED_ROUNDS, precision), 2.0)
        taken = ours_exact_timed("base", COMPARED_ROUNDS, precision, 2.0, REPEATS)
        mark = "" if found.equilibria == expected else " **missed**"
        rows.append([f"{precision:g}", f"{found.equilibria} / {expected}{mark}", taken.cpu.text(), found.status])
    return rows


def gambit_growth(folder: Path) -> list[dict[str, float]]:
    """Seconds and bytes at λ = 1 over the rounds that Gambit can do."""
    points = []
    for rounds in GAMBIT_ROUNDS:
        path = game_file("base", rounds, folder / f"growth{rounds}.efg")
        answer = ask("gambit", {"task": "lambda", "game": path, "precisions": [1.0], "repeats": 1}, seconds=PEER_SECONDS)
        if answer is None:
            print(f"Gambit was cut at {PEER_SECONDS} s with {rounds} rounds.")
            break
        points.append({"rounds": rounds, "seconds": answer["rows"][0]["times"][0]["cpu_seconds"], "bytes": answer["peak_bytes"]})
    return points


# (b) Exactly, over more rounds


def exact_rows(precision: float = 1.0) -> tuple[list[Row], list[dict[str, float]]]:
    rows, points = [], []
    for rounds in EXACT_ROUNDS:
        found = fresh("benchmarks._bargaining_ours", "ours_exact_size", "base", rounds, precision, seconds=PEER_SECONDS)
        if found is None:
            rows.append([str(rounds), "", f"cut at {PEER_SECONDS} s", "", "", ""])
            break
        answer, peak, imported = found.answer, found.peak_bytes / MB, found.import_bytes / MB
        seconds, size = f"{answer['wall_seconds']:.3g}", f"{peak:.0f}"
        if rounds in EXACT_AIMS:
            seconds, size = against(answer["wall_seconds"], EXACT_AIMS[rounds][0], "s"), against(round(peak), EXACT_AIMS[rounds][1], "MB")
        rows.append([str(rounds), f"{answer['choice_probs']:,}", seconds, size, f"{imported:.0f}", f"{answer['residual']:.0e}"])
        points.append({"rounds": rounds, "seconds": answer["wall_seconds"], "bytes": found.peak_bytes})
    return rows, points


EXACT_HEAD = ("rounds", "choice probabilities", "wall s / aim", "peak MB / aim", "of which Python and libraries", "logit residual")


# (c) On a grid of beliefs


def grid_rows() -> tuple[list[Row], list[dict[str, float]]]:
    rows, points = [], []
    ours_grid(game("base", 2, 1.0), GRID_NODES[0])  # compiles
    for precision in GRID_PRECISIONS:
        for rounds in GRID_ROUNDS:
            reference = LongGame("base", rounds, precision) if rounds in GRID_AIMS else None
            for nodes in GRID_NODES if rounds in GRID_AIMS else (SHOWN_NODES,):
                taken = repeated(partial(ours_grid, game("base", rounds, precision), nodes), REPEATS)
                points.append({"rounds": rounds, "points": nodes, "precision": precision, "seconds": taken.cpu.median})
                if reference:
                    rows.append(_grid_row(reference, nodes, taken))
    return rows, points


def _grid_row(reference: LongGame, nodes: int, taken: Taken[Gridded]) -> Row:
    stated, true = taken.answer.stated_error, true_error(reference, taken.answer)
    honest = "" if true <= stated else " **understated**"
    return [
        f"{reference.precision:g}", str(reference.rounds), str(nodes), taken.cpu.text(),
        against(taken.wall.median, GRID_AIMS[reference.rounds], "s"), f"{stated:.1e}{honest}", against(true, ERROR_AIM, ""),
    ]  # fmt: skip


GRID_HEAD = ("λ", "rounds", "nodes", "CPU s", "wall s / aim", "stated error", "true error / aim")


def true_error(reference: LongGame, found: Gridded) -> float:
    """Largest difference in a choice probability, at beliefs that random moves lead to and at evenly spaced log odds."""
    rounds, worst = reference.rounds, 0.0
    reached = reference.reached(np.random.default_rng(0), 40)
    for t in sorted({*range(0, rounds, max(1, rounds // 12)), *range(max(0, rounds - 4), rounds)}):
        odds = np.concatenate([reached[t], np.linspace(-8.0, 8.0, 41)])
        stage = reference.stage(t, odds)
        worst = max(worst, float(np.abs(found.party_b(t, odds) - stage.press).max()))
        for move in range(2):
            worst = max(worst, float(np.abs(found.party_a(t, move, odds) - stage.answers[:, move]).max()))
    return worst


# (d) OpenSpiel, which answers another question


def nash_rows(folder: Path, ours: list[dict[str, float]]) -> tuple[list[Row], list[dict[str, float]]]:
    rows, points = [], []
    for rounds in NASH_ROUNDS:
        request = {"game": game_file("base", rounds, folder / f"nash{rounds}.efg"), "targets": NASH_TARGETS, "max_seconds": 60}
        answers = [ask("openspiel", request, seconds=PEER_SECONDS) for _ in range(3)]
        done = [answer for answer in answers if answer]
        beside = next((f"{point['seconds']:.3g}" for point in ours if point["rounds"] == rounds), "")
        times = [_reached(done, target) for target in NASH_TARGETS]
        size = f"{max(answer['peak_bytes'] for answer in done) / MB:.0f}" if done else ""
        rows.append([str(rounds), *(taken.text() if taken else "not reached" for taken in times), size, beside])
        if times[-1]:
            points.append({"rounds": rounds, "seconds": times[-1].median, "bytes": max(answer["peak_bytes"] for answer in done)})
    return rows, points


def _reached(answers: list[dict[str, Any]], target: float) -> Spread | None:
    times = [met["cpu_seconds"] for answer in answers for met in answer["reached"] if met["target"] == target]
    return Spread.of(times) if times else None


NASH_HEAD = ("rounds", *(f"CFR+ to {target:g}, CPU s" for target in NASH_TARGETS), "peak MB", "ours, the logit equilibrium at λ = 1, CPU s")


# The page


@contextmanager
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def main() -> None:
    machine = calibrate()
    print(f"## Bargaining game\n\n{machine.text()}")
    ours_exact(game("base", 1, 1.0), 1.0)  # compiles
    with scratch() as folder:
        theirs = _against_gambit(folder)
        print("\n### Exactly, over more rounds (base, λ = 1, the branch followed to the first crossing)\n")
        rows, ours = exact_rows()
        print(table(EXACT_HEAD, rows))
        print("\n### On a grid of beliefs (base)\n")
        rows, gridded = grid_rows()
        print(table(GRID_HEAD, rows))
        nash = _against_openspiel(folder, ours)
    draw({"openparley, exact": ours, "Gambit": theirs, f"OpenSpiel CFR+, Nash to {NASH_TARGETS[-1]:g}": nash}, gridded)


def _against_gambit(folder: Path) -> list[dict[str, float]]:
    print(f"\n### Exactly, {COMPARED_ROUNDS} rounds, against Gambit\n")
    missing = absent("gambit")
    print(missing or table(GAMBIT_HEAD, gambit_rows(folder)))
    print("\n### Several equilibria on the branch (base, three rounds)\n")
    print(table(("λ", "found / on Gambit's branch", "CPU s", "status"), folded_rows()))
    return [] if missing else gambit_growth(folder)


def _against_openspiel(folder: Path, ours: list[dict[str, float]]) -> list[dict[str, float]]:
    print("\n### OpenSpiel's CFR+ on the same file (base): half of NashConv down to a target; another question than ours\n")
    if missing := absent("openspiel"):
        print(missing)
        return []
    rows, points = nash_rows(folder, ours)
    print(table(NASH_HEAD, rows))
    return points


def draw(growth: dict[str, list[dict[str, float]]], gridded: list[dict[str, float]]) -> None:
    """Time and memory over rounds and grid points, beside the pages of the docs."""
    by_rounds = [{"solver": name, **point, "megabytes": point["bytes"] / MB} for name, points in growth.items() for point in points]
    titles = {"seconds": "seconds (ours by the clock, theirs of CPU)", "megabytes": "peak MB, Python and libraries included"}
    for name, y in (("seconds", "seconds"), ("memory", "megabytes")):
        title = "Bargaining game, all histories, λ = 1"
        picture = _plots.growth(
            by_rounds, x="rounds", y=y, line="solver", title=title, x_title="rounds", y_title=titles[y], exponential=True
        )
        picture.save(f"bargaining-{name}")
    lines = [{**point, "line": f"λ = {point['precision']:g}"} for point in gridded]
    over_rounds = [point for point in lines if point["points"] == SHOWN_NODES]
    over_points = [point for point in lines if point["rounds"] == max(GRID_AIMS)]
    _grid_chart(over_rounds, "rounds", "rounds", f"{SHOWN_NODES} nodes").save("bargaining-grid-rounds")
    _grid_chart(over_points, "points", "nodes of the belief", f"{max(GRID_AIMS)} rounds").save("bargaining-grid-nodes")


def _grid_chart(rows: list[dict[str, Any]], x: str, x_title: str, fixed: str) -> _plots.Picture:
    title = f"Bargaining game on a grid of beliefs, {fixed}"
    return _plots.growth(rows, x=x, y="seconds", line="line", title=title, x_title=x_title, y_title="CPU seconds (dotted: linear growth)")


if __name__ == "__main__":
    main()
