"""Solve the game, weigh the accounts on the record and simulate futures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openparley.cli._fitting import FIT_DRAWS, QUICK_FIT_DRAWS, engine_options, run_fit
from openparley.cli._frame import finish, print_table, shown, verb

if TYPE_CHECKING:
    from openparley.infer.posterior import Posterior, ShareError


@verb("parley fit strait-talks", "parley fit ./my-case --draws 256 --seed 7", "parley fit ukraine-2025 --quick --json")
@click.argument("case")
@engine_options(FIT_DRAWS, QUICK_FIT_DRAWS)
@click.option("--runs", type=click.Path(path_type=Path), metavar="DIR", help="Where runs are kept; the case's own folder by default.")
def command(case: str, runs: Path | None, draws: int, seed: int, quick: bool, processes: int | None, as_json: bool) -> None:
    """Print the accounts, the outcomes and how far to trust them; finished draws of an interrupted run are reused.

    Levers are left to `parley brief`.
    """
    from openparley.brief.words import estimate_words

    count = QUICK_FIT_DRAWS if quick else draws
    fitted = run_fit(case, runs, draws=count, seed=seed, processes=processes, quiet=as_json, levers=False)[1]
    posterior, forecast = fitted.posterior, fitted.forecast
    only_range = posterior.diagnostics.odds_as_range
    accounts = [
        (actor, label, "–" if only_range else value, ends)
        for actor, path in posterior.accounts.items()
        for label, number in path.now.items()
        for value, ends in (estimate_words(number),)
    ]
    outcomes = [(outcome.name, *estimate_words(outcome.at_horizon)) for outcome in forecast.outcomes.values()]
    checks = _checks(posterior)
    if not as_json:
        print_table(("actor", "account", "share now", "90 % range over assumptions"), accounts)
        click.echo("")
        print_table((f"by {forecast.weeks[-1].end}", "probability", "90 % range over assumptions"), outcomes)
        click.echo("")
        print_table(("how far to trust it", ""), checks)
        click.echo(f"\nStatus: {posterior.status}.")
    data = {
        "run": fitted.run,
        "accounts": accounts,
        "outcomes": outcomes,
        "checks": dict(checks),
        "idle": list(posterior.idle),
        "reused_draws": fitted.reused,
    }
    finish(as_json, data, wrote=[fitted.folder / "run.json"], then=f"parley brief {shown(case)}")


def _checks(posterior: Posterior) -> Sequence[tuple[str, str]]:
    """Draws, weights, the solver and the fit, in words."""
    found, certificate, fit = posterior.diagnostics, posterior.certificate, posterior.fit
    tail = "smoothed" if found.smoothed else "not smoothed"
    rows = [
        ("draws", f"{found.draws} in {posterior.settings['batches']} batches, {posterior.settings['batches_adapted']} of them adapted"),
        ("effective draws", f"{found.effective_draws:.0f} (100 for odds; as draws from the prior {found.prior_effective_draws:.0f})"),
        ("k-hat", f"{found.k_hat:.2f} (at most {found.k_hat_limit:.2f}); tail {tail}"),
        ("emulator", f"R² {found.emulator_r2:.2f}, cross-validated"),
        ("game", f"{certificate['positions']} positions, {certificate['rounds']} rounds, {certificate['grid']}"),
    ]
    if (error := posterior.solver_error) is not None:
        rows += [
            ("finer grid", f"{error.grid}, {error.draws} draws"),
            ("… log weight of a draw", f"{error.log_evidence:.3f} (root mean square), at most {error.log_evidence_largest:.3f}"),
            ("… choices", f"{error.choices:.4f} (mean), at most {error.choices_largest:.4f}"),
            ("… posterior shares", f"largest shift {_shift(error.worst)}"),
        ]
    rows.append(
        (
            "log score a move",
            f"{fit.log_score:.2f}; uniform {fit.uniform_log_score:.2f}, frequency {fit.frequency_log_score:.2f}, "
            f"Markov {fit.markov_log_score:.2f} ({fit.moves} moves)",
        )
    )
    rows.append(("surprises", f"{fit.surprises_seen} seen, {fit.surprises_expected:.1f} expected"))
    if posterior.idle:
        rows.append(("no effect on the record told", f"{len(posterior.idle)} of {len(posterior.draws)} assumptions"))
    return rows


def _shift(found: ShareError) -> str:
    return f"{100 * found.shift:+.1f} points (standard error {100 * found.error:.1f})"
