"""Solve the game, weigh the accounts on the record and simulate futures."""

from __future__ import annotations

from pathlib import Path

import click

from openparley.cli._fitting import engine_options, run_fit
from openparley.cli._frame import finish, print_table, shown, verb


@verb("parley fit strait-talks", "parley fit ./my-case --draws 256 --seed 7", "parley fit ukraine-2025 --quick --json")
@click.argument("case")
@engine_options
@click.option("--runs", type=click.Path(path_type=Path), metavar="DIR", help="Where runs are kept; the case's own folder by default.")
def command(case: str, runs: Path | None, draws: int, seed: int, quick: bool, processes: int | None, as_json: bool) -> None:
    """Print the accounts and the outcomes; finished draws of an interrupted run are reused."""
    from openparley.brief.words import estimate_words

    fitted = run_fit(case, runs, draws=draws, seed=seed, quick=quick, processes=processes, quiet=as_json)[1]
    posterior, forecast = fitted.posterior, fitted.forecast
    only_range = posterior.diagnostics.odds_as_range
    accounts = [
        (actor, label, "–" if only_range else value, ends)
        for actor, path in posterior.accounts.items()
        for label, number in path.now.items()
        for value, ends in (estimate_words(number),)
    ]
    outcomes = [(outcome.name, *estimate_words(outcome.at_horizon)) for outcome in forecast.outcomes.values()]
    if not as_json:
        print_table(("actor", "account", "share now", "90 % range over assumptions"), accounts)
        click.echo("")
        print_table((f"by {forecast.weeks[-1].end}", "probability", "90 % range over assumptions"), outcomes)
        click.echo(f"\nStatus: {posterior.status}.")
    data = {"run": fitted.run, "accounts": accounts, "outcomes": outcomes}
    finish(as_json, data, wrote=[fitted.folder / "run.json"], then=f"parley brief {shown(case)}")
