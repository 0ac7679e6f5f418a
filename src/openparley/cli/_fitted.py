"""A finished run in words and tables, for a screen; the files of the run hold the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from math import isfinite, isnan
from typing import TYPE_CHECKING, Any

from openparley.brief.words import counted, decimal, estimate_words, percent, points

if TYPE_CHECKING:
    from openparley.forecast.fitting import Fitted
    from openparley.infer.posterior import Diagnostics, Estimate, Posterior, SolverError, WithoutIt

__all__ = ["account_rows", "check_rows", "detail", "left_out_rows", "outcome_rows", "unchanged", "without_notes"]

NAMED = 4  # assumptions that the record moved most, named on the screen
Rows = list[tuple[str, ...]]


def account_rows(fitted: Fitted) -> tuple[tuple[str, ...], Rows]:
    """Headers and rows of the shares; with what they are without something, if that was asked for."""
    posterior, without = fitted.posterior, fitted.without
    headers: tuple[str, ...] = ("actor", "account", "share now", "90 % range over assumptions")
    rows = []
    for actor, path in posterior.accounts.items():
        for label, now in path.now.items():
            row = (actor, label, *_share(now, as_range=posterior.diagnostics.odds_as_range))
            rows.append((*row, *_beside(without, actor, label)) if without else row)
    return ((*headers, "without", "90 % range", "change") if without else headers), rows


def _share(now: Estimate, *, as_range: bool) -> tuple[str, str]:
    value, ends = estimate_words(now)
    return ("–" if as_range else value), ends


def _beside(without: WithoutIt, actor: str, label: str) -> tuple[str, str, str]:
    """A share without what was left out, its range and the change."""
    if without.impossible or actor not in without.accounts:
        return "impossible", "–", "–"
    then = without.accounts[actor][label]
    return (*_share(then, as_range=without.odds_as_range), _change(without, actor, label))


def _change(without: WithoutIt, actor: str, label: str) -> str:
    return points(without.change[actor][label], without.accounts[actor][label].mcse) if without.variant.changes else "none"


def without_notes(without: WithoutIt) -> list[str]:
    """What has to be said of the variant that was asked for, in sentences."""
    variant = without.variant
    said = [f"Without {variant.label} ({counted(len(variant.entries), 'entry', 'entries')}):"]
    if not variant.changes:
        return [f"{said[0]} no reported move changes, so nothing else does."]
    if without.impossible:
        return [f"{said[0]} what remains of the record is impossible under every draw of the assumptions."]
    moves = len({(report.round, report.actor) for report in (*variant.lost, *variant.gained)})
    said[0] += (
        f" {counted(moves, 'report')} changed; {without.effective_draws:.0f} effective draws, k-hat {_k_hat(without.k_hat)}"
        f"{'; to be read as ranges' if without.odds_as_range else ''}."
    )
    return [*said, *(f"{found.why[:1].upper()}{found.why[1:]}." for found in without.doubtful)]


def outcome_rows(fitted: Fitted) -> Rows:
    """Name, probability and range of every outcome."""
    return [(outcome.name, *estimate_words(outcome.at_horizon)) for outcome in fitted.forecast.outcomes.values()]


def left_out_rows(posterior: Posterior) -> tuple[tuple[str, ...], Rows]:
    """Headers and a row for all that changes the same reports: the share that moves most, the largest movers first."""
    headers = ("left out in turn", "entries", "moves most", "share then, 90 % range", "change", "effective draws", "k-hat", "note")
    from openparley.infer.left_out import grouped

    return headers, [_left_out_row(group) for group in grouped(posterior.left_out)]


def _left_out_row(group: Sequence[WithoutIt]) -> tuple[str, ...]:
    from openparley.infer.left_out import mover, names_of

    first = group[0]
    start = (names_of(group), str(max(len(result.variant.entries) for result in group)))
    if first.impossible:
        return (*start, "", "", "", "", "", "what remains is impossible")
    actor, label = mover(first)
    fewer = f"{counted(len(first.doubtful), 'report')} no longer fits" if first.doubtful else ""
    note = "; ".join(filter(None, (fewer, "ranges only" if first.odds_as_range else "")))
    change = _change(first, actor, label)
    ends = estimate_words(first.accounts[actor][label])[1]
    return (*start, f"{label} ({actor})", ends, change, f"{first.effective_draws:.0f}", _k_hat(first.k_hat), note)


def unchanged(posterior: Posterior) -> str:
    """What could be left out without any effect, as a sentence; empty if there is nothing."""
    from openparley.infer.left_out import names_of

    idle = [result for result in posterior.left_out if not result.variant.changes]
    return f"Changes no move: {names_of(idle)}." if idle else ""


def _k_hat(value: float) -> str:
    return "not known" if isnan(value) else f"{value:.2f}"


def check_rows(posterior: Posterior) -> list[tuple[str, str]]:
    """How far to trust it: solution, weights, solver's error, filter, fit, assumptions."""
    found, certificate, fit = posterior.diagnostics, posterior.certificate, posterior.fit
    rows = [
        ("solved", f"{certificate['positions']} positions, {certificate['rounds']} rounds, {certificate['grid']}"),
        ("draws", _draws(posterior)),
        ("weights", _weights(found)),
    ]
    if posterior.solver_error is not None:
        rows += _error_rows(posterior.solver_error)
    rows += [
        ("filter", f"histories merged at most {_most(found.coarse_share)}, dropped at most {_most(found.lost_share)}"),
        ("several equilibria", _several(found.multiple_equilibria_share)),
    ]
    if fit.moves:
        baselines = f"uniform {fit.uniform_log_score:.2f}, frequency {fit.frequency_log_score:.2f}, Markov {fit.markov_log_score:.2f}"
        rows.append(("log score a move", f"{fit.log_score:.2f}; {baselines} ({counted(fit.moves, 'move')})"))
        rows.append(("surprises", f"{fit.surprises_seen} seen, {fit.surprises_expected:.1f} expected"))
    return [*rows, ("assumptions", _assumptions(posterior))]


def _draws(posterior: Posterior) -> str:
    settings = posterior.settings
    batches, adapted = int(settings.get("batches", 1)), int(settings.get("batches_adapted", 0))
    said = f"{posterior.diagnostics.draws} in {counted(batches, 'batch', 'batches')}, {adapted or 'none'} of them adapted"
    fallen = [why for why in str(settings.get("proposals", "")).split("; ")[1:] if why.startswith("the prior")]
    skill = posterior.diagnostics.emulator_r2
    said += f"; emulator R² {decimal(skill)}" if isfinite(skill) else ""
    return said + (f"; from {fallen[-1]}" if fallen else "")


def _weights(found: Diagnostics) -> str:
    tail = "smoothed" if found.smoothed else "not smoothed"
    return (
        f"{found.effective_draws:.0f} effective draws (100 for odds); k-hat {_k_hat(found.k_hat)} "
        f"(at most {found.k_hat_limit:.2f}), tail {tail}"
    )


def _error_rows(error: SolverError) -> list[tuple[str, str]]:
    shifts = [abs(found.shift) for by_label in error.posterior.values() for found in by_label.values()]
    worst = error.worst
    spread = f" ± {100 * worst.error:.1f}" if isfinite(worst.error) else ""
    return [
        ("finer grid", f"{counted(error.draws, 'draw')} on {error.grid}"),
        (
            "… changes",
            f"account shares by {100 * sum(shifts) / len(shifts):.1f} points (mean), {100 * worst.shift:+.1f}{spread} at most; "
            f"log evidence by {error.log_evidence:.2g} (r.m.s.), {error.log_evidence_largest:.2g} at most; "
            f"choices by {error.choices:.2g} (mean), {error.choices_largest:.2g} at most",
        ),
    ]


def _most(share: float) -> str:
    return "not known" if isnan(share) else "nothing" if share == 0 else f"{100 * share:.2g} %"


def _several(share: float) -> str:
    if isnan(share):
        return "not checked"
    return f"in {percent(share)} of the checked draws, by weight" if share else "in none of the checked draws"


def _assumptions(posterior: Posterior) -> str:
    """How many have no effect that can be told, and which the record moved."""
    idle = f"{len(posterior.idle)} of {len(posterior.draws)} without an effect that can be told"
    moved = [row for row in posterior.assumptions.values() if row.identified]
    moved.sort(key=lambda row: -abs(row.posterior.value - row.prior.value) / max(row.prior.high - row.prior.low, 1e-300))
    named = [f"{row.id} {decimal(row.prior.value)} → {decimal(row.posterior.value, row.posterior.mcse)}" for row in moved[:NAMED]]
    rest = f" and {len(moved) - NAMED} more" if len(moved) > NAMED else ""
    return f"{idle}; moved by the record: {', '.join(named) or 'none'}{rest}; all in assumptions.csv"


def detail(fitted: Fitted) -> dict[str, Any]:
    """Everything as data, for ``--json``: estimates with their errors, nothing rounded."""
    posterior, forecast = fitted.posterior, fitted.forecast
    return _plain(
        {
            "accounts": {actor: {"prior": path.prior, "now": path.now} for actor, path in posterior.accounts.items()},
            "outcomes": {id: {"prior": row.prior, "by_week": row.by_week} for id, row in forecast.outcomes.items()},
            "diagnostics": posterior.diagnostics,
            "certificate": posterior.certificate,
            "solver_error": posterior.solver_error,
            "settings": posterior.settings,
            "fit": posterior.fit,
            "assumptions": posterior.assumptions,
            "idle": posterior.idle,
            "moved": [key for key, row in posterior.assumptions.items() if row.identified],
            "left_out": [_left_out(result) for result in posterior.left_out],
            "without": _left_out(fitted.without) if fitted.without else None,
        }
    )


def _left_out(result: WithoutIt) -> dict[str, Any]:
    """One variant without what the record remains."""
    variant = result.variant
    reports = {name: [(r.round, r.actor, r.move) for r in found] for name, found in (("lost", variant.lost), ("gained", variant.gained))}
    return {
        "id": variant.id,
        "label": variant.label,
        "entries": variant.entries,
        "changes": variant.changes,
        "reports": reports,
        "accounts": result.accounts,
        "change": result.change,
        "effective_draws": result.effective_draws,
        "k_hat": result.k_hat,
        "odds_as_range": result.odds_as_range,
        "impossible": result.impossible,
        "doubtful": [found.why for found in result.doubtful],
    }


def _plain(value: Any) -> Any:
    """Data that JSON can hold: dataclasses as tables, and no number where there is none."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return None if isinstance(value, float) and not isfinite(value) else value
