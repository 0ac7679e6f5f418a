"""Backtest of every bundled case about the world: ``python -m benchmarks.backtest [--draws N] [--runs DIR]``.

Writes FIGURES.md, the table of moves and the calibration picture beside this file. Finished draws are reused from ``--runs``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from openparley.cli._backtest import NAMES, best_baseline, files_of, score_rows, verdicts
from openparley.cli._progress import staged_progress
from openparley.forecast.backtest import GRID, HINDSIGHT, CaseScores, Pool, backtest, losses, pool
from openparley.infer.engine import AdaptiveImportance
from openparley.record.case import Case, bundled_cases, open_case

HERE = Path(__file__).resolve().parent
SEED = 20250529
KEPT = ("moves.csv", "calibration.csv", "calibration.svg")
WORST = 12


def main() -> None:
    """Compute and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=32)
    parser.add_argument("--processes", type=int, default=None)
    parser.add_argument("--runs", type=Path, default=Path("parley-out") / "backtest" / "runs")
    options = parser.parse_args()
    opened = [case for case in map(open_case, bundled_cases()) if not case.file.fictional]
    engine = AdaptiveImportance(draws=options.draws, seed=SEED, grid=GRID, processes=options.processes)
    with staged_progress() as show:
        done = [backtest(case, options.runs, engine=engine, progress=show) for case in opened]
    write(opened, done)


def write(opened: Sequence[Case], done: Sequence[CaseScores]) -> None:
    """FIGURES.md and its data."""
    pooled = pool(done)
    rows = score_rows(done, pooled, SEED)
    files = files_of(done, pooled, rows)
    for name in KEPT:
        (HERE / name).write_text(files[name], encoding="utf-8")
    parts = [_head(done), _scores(rows), _calibration(pooled), _losses(done, pooled), _worst(pooled), _same_round(opened, done)]
    (HERE / "FIGURES.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def table(head: Sequence[str], body: Sequence[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _head(done: Sequence[CaseScores]) -> str:
    effective = table(
        ("case", "moves", "draws", "effective draws: median", "at the last move"),
        [
            (case.case, len(case.moves), case.draws, f"{sorted(values)[len(values) // 2]:.1f}", f"{values[-1]:.1f}")
            for case in done
            for values in ([move.effective_draws for move in case.moves],)
        ],
    )
    return (
        "# Backtest\n\nWritten by `python -m benchmarks.backtest`. What the numbers mean: docs/theory/backtest.md. "
        f"Every case: {HINDSIGHT}. Solver: {GRID.nodes} nodes a split, tolerance {GRID.tolerance:g}; seed {SEED}.\n\n{effective}"
    )


def _scores(rows: Sequence[dict[str, object]]) -> str:
    body = []
    for row in rows:
        best = best_baseline(row)
        low, high = row[f"skill_{best}_low"], row[f"skill_{best}_high"]
        ends = f" [{low:+.2f}, {high:+.2f}]" if low is not None else ""
        scores = [f"{row['model']:.3f} ± {row['model_error']:.3f}", *(f"{row[name]:.3f}" for name in NAMES)]
        body.append((row["case"], row["moves"], row["score"], *scores, f"{row[f'skill_{best}']:+.2f}{ends} ({best})"))
    head = (
        "case",
        "moves",
        "mean",
        "model ± Monte Carlo error",
        "uniform",
        "frequency",
        "Markov",
        "skill against the best baseline [90 %]",
    )
    said = "\n".join(f"- {line}" for line in verdicts(rows))
    note = "Each case counts once in the pool. No interval under 30 moves of a case, or 30 cases of the pool."
    return f"## Scores\n\n{table(head, body)}\n\n{note}\n\n{said}"


def _calibration(pooled: Pool) -> str:
    body = [
        (f"{found.low:.0%} to {found.high:.0%}", found.count, f"{found.mean_prob:.1%}", f"{found.share_happened:.1%}")
        for found in pooled.calibration()
        if found.count
    ]
    head = ("probability given", "moves of a menu", "mean given", "share reported")
    return f"## Calibration\n\n![Calibration of the backtest](calibration.svg)\n\n{table(head, body)}"


def _losses(done: Sequence[CaseScores], pooled: Pool) -> str:
    groups = [(case.case, case.moves) for case in done] + [("pooled", pooled.moves)]
    head = ("case", "actor", "move", "moves", "model", "uniform", "frequency", "Markov", "lost to", "sum lost")
    body = []
    for name, moves in groups:
        for row in (*losses(moves), *losses(moves, by_move=True)):
            scores = [f"{row[key]:.2f}" for key in ("model", *NAMES)]
            body.append((name, row["actor"], row["move"] or "all", row["moves"], *scores, row["against"], f"{row['lost']:+.1f}"))
    text = "Mean log scores; the sum lost is that of the group's best baseline in the case less the model's, above 0 where the model loses."
    return f"## Where it is lost and won\n\n{text}\n\n{table(head, body)}"


def _worst(pooled: Pool) -> str:
    moves = sorted(pooled.moves, key=lambda move: move.log_score["model"])[:WORST]
    body = [
        (move.case, move.start, move.actor, move.move, " ".join(move.rows), *(f"{move.prob(name):.3f}" for name in ("model", *NAMES)))
        for move in moves
    ]
    head = ("case", "round of", "actor", "move", "row", "model", "uniform", "frequency", "Markov")
    return f"## The {WORST} moves least foreseen\n\n{table(head, body)}"


def _same_round(opened: Sequence[Case], done: Sequence[CaseScores]) -> str:
    """How often the order of steps, and not of days, let a prediction see a row."""
    count = total = 0
    for case, scores in zip(opened, done, strict=True):
        for i, move in enumerate(scores.moves):
            total += 1
            earlier = [other for other in scores.moves[:i] if other.round == move.round]
            days = [case.course[key].date for other in earlier for key in other.rows if key in case.course]
            mine = [case.course[key].date for key in move.rows if key in case.course]
            count += bool(mine) and any(day > min(mine) for day in days)
    return (
        "## Order within a round\n\n"
        f"{count} of {total} moves were predicted with a move of the same round in sight whose day is later: within a round the game's "
        "order of steps counts, not the day."
    )


if __name__ == "__main__":
    main()
