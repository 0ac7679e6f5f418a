"""Score how well each next move was foreseen from what was known before it, beside predictors that know no motives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openparley.cli._fitting import SEED, scheduler_option
from openparley.cli._frame import case_checks, finish, print_table, rows_as_json, shown, verb
from openparley.cli._interrupt import INTERRUPTED
from openparley.cli._progress import staged_progress

if TYPE_CHECKING:
    from openparley.forecast.backtest import CaseScores

DRAWS, QUICK_DRAWS = 64, 16
OUT = Path("parley-out") / "backtest"


@verb("parley backtest strait-talks --quick", "parley backtest iran-2013 falklands-1982 --draws 128", "parley backtest --all --json")
@click.argument("cases", nargs=-1, metavar="[CASE]...")
@click.option("--all", "everything", is_flag=True, help="Every bundled case.")
@scheduler_option
@click.option("--processes", type=click.IntRange(1), help="Local processes; one a core by default. The result is the same.")
@click.option("--quick", is_flag=True, help=f"{QUICK_DRAWS} draws instead of {DRAWS}: a look, not a result.")
@click.option("--seed", type=int, default=SEED, show_default=True, help="Seed of every random number.")
@click.option("--draws", type=click.IntRange(8), default=DRAWS, show_default=True, help="Draws of the assumptions; each solves the game.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=OUT, show_default=True, metavar="DIR", help="Where the tables go."
)
@click.option("--runs", type=click.Path(path_type=Path), metavar="DIR", help="Where draws are kept; the case's own folder by default.")
def command(
    cases: tuple[str, ...], everything: bool, out: Path, runs: Path | None, draws: int, seed: int, quick: bool, processes: int | None,
    scheduler: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Print log score and Brier of the model and of three baselines, by case and pooled.

    Invented cases are scored and stay outside the pool. Finished draws of an interrupted run are reused.
    """
    from openparley.cli._backtest import few_draws, files_of, lost_by_actor, printed, score_rows, verdicts
    from openparley.forecast.backtest import HINDSIGHT, pool
    from openparley.record.case import bundled_cases
    from openparley.record.store import atomic_write

    names = list(dict.fromkeys([*cases, *(bundled_cases() if everything else ())]))
    if not names:
        raise click.UsageError("name a case, or all bundled ones with --all.")
    done = [_one(name, runs, QUICK_DRAWS if quick else draws, seed, processes, scheduler, as_json) for name in names]
    pooled = pool(done)
    rows = score_rows(done, pooled, seed)
    remarks = [*verdicts([row for row in rows if row["moves"]]), f"Every case: {HINDSIGHT}."]
    remarks += few_draws(done)
    remarks += [f"Pooled: {len(pooled.cases)} cases, each counts once; no interval under 30 cases."] if len(pooled.cases) > 1 else []
    if not as_json:
        print_table(("case", "moves", "mean", "model ± Monte Carlo", "uniform", "frequency", "Markov", "skill [90 %]"), printed(rows))
        click.echo("")
        print_table(("case", "actor", "moves", "log score lost by the model"), lost_by_actor(done))
        click.echo("")
        for remark in remarks:
            click.echo(remark)
    out.mkdir(parents=True, exist_ok=True)
    wrote = []
    for file, text in files_of(done, pooled, rows).items():
        atomic_write(out / file, text.encode())
        wrote.append(out / file)
    finish(as_json, _data(done, rows, remarks, seed), wrote=wrote, then=f"parley brief {shown(names[0])}")


def _data(done: list[CaseScores], rows: list[dict[str, Any]], remarks: list[str], seed: int) -> dict[str, Any]:
    return {
        "scores": rows,
        "remarks": remarks,
        "seed": seed,
        "cases": {case.case: {"draws": case.draws, "in_pool": case.pooled, "moves": rows_as_json(case.moves)} for case in done},
    }


def _one(name: str, runs: Path | None, draws: int, seed: int, processes: int | None, scheduler: str | None, quiet: bool) -> CaseScores:
    """Open a case and backtest it, with progress on standard error; Ctrl-C keeps the finished draws."""
    from openparley.forecast.backtest import GRID, backtest
    from openparley.infer.engine import AdaptiveImportance
    from openparley.record.case import open_case, runs_dir

    case = open_case(name, extra_checks=case_checks())
    engine = AdaptiveImportance(draws=draws, seed=seed, processes=processes, grid=GRID)
    try:
        with staged_progress(quiet=quiet) as show:
            stages = None if show is None else lambda stage, count, total: show(f"{case.name}: {stage}", count, total)
            return backtest(case, runs or runs_dir(case), engine=engine, scheduler=scheduler, progress=stages)
    except KeyboardInterrupt:
        click.echo("Stopped: finished draws are kept; run the same command again to go on.", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
