"""Solve the game, weigh the accounts on the record and simulate futures."""

from __future__ import annotations

from pathlib import Path

import click

from openparley.cli._fitting import FIT_DRAWS, QUICK_FIT_DRAWS, engine_options, run_fit, runs_option
from openparley.cli._frame import finish, print_table, shown, verb

WITHOUT = (
    "Print the accounts without this beside the full ones: an entry, outlet:NAME or origin:NAME; several are left out together. "
    "“entries” leaves out every entry behind a move in turn."
)


@verb(
    "parley fit strait-talks",
    "parley fit ./my-case --draws 256 --seed 7",
    "parley fit strait-talks --without 'outlet:The Skerry Review'",
    "parley fit strait-talks --without C003 --without E036 --quick",
    "parley fit ukraine-2025 --quick --json",
)
@click.argument("case")
@click.option("--without", multiple=True, metavar="E017|outlet:NAME|origin:NAME", help=WITHOUT)
@engine_options(FIT_DRAWS, QUICK_FIT_DRAWS)
@runs_option
def command(
    case: str,
    without: tuple[str, ...],
    runs: Path | None,
    draws: int,
    seed: int,
    quick: bool,
    processes: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Print the accounts, the outcomes, what each outlet and origin carries, and how far to trust it all.

    Every outlet and every origin is left out in turn in the same run. Entries and combinations are weighed while a draw is
    solved, so asking for another one solves anew. Finished draws of an interrupted run are reused. Levers are left to `parley
    brief`. Files in the run's folder hold the rest: left_out.csv, assumptions.csv, evidence.csv, moves.csv, draws.csv and others.
    """
    from openparley.cli import _fitted as tables

    count = QUICK_FIT_DRAWS if quick else draws
    fitted = run_fit(
        case, runs, draws=count, seed=seed, processes=processes, scheduler=scheduler, quiet=as_json, whole=False, without=without
    )[1]
    posterior = fitted.posterior
    headers, accounts = tables.account_rows(fitted)
    outcomes, checks = tables.outcome_rows(fitted), tables.check_rows(posterior)
    if not as_json:
        print_table(headers, accounts)
        for sentence in tables.without_notes(fitted.without) if fitted.without else ():
            click.echo(sentence)
        click.echo("")
        print_table((f"by {fitted.forecast.weeks[-1].end}", "probability", "90 % range over assumptions"), outcomes)
        click.echo("")
        names, rows = tables.left_out_rows(posterior)
        if rows:
            print_table(names, rows)
        if said := tables.unchanged(posterior):
            click.echo(said)
        click.echo("")
        print_table(("how far to trust it", ""), checks)
        click.echo(f"\nStatus: {posterior.status}{'; quick: a look, not a result' if quick else ''}.")
    data = {
        "run": fitted.run,
        "accounts": accounts,
        "outcomes": outcomes,
        "checks": dict(checks),
        "idle": list(posterior.idle),
        "reused_draws": fitted.reused,
        "status": posterior.status,
        "quick": quick,
        "detail": tables.detail(fitted),
    }
    finish(as_json, data, wrote=[fitted.folder / "run.json"], then=f"parley brief {shown(case)}")
