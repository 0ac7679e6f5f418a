"""What is shown of inference: the accounts by round, the evidence, how far to trust both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from openparley.brief.influence import NEVER_EXPECTED
from openparley.brief.notebook.fields import spaced
from openparley.brief.notebook.grids import Grid, flat, from_csv, of_rows
from openparley.brief.notebook.pictures import no_forecast, no_posterior, pictures
from openparley.brief.notebook.view import View
from openparley.brief.words import capital, counted, decimal, estimate_words, percent, points
from openparley.forecast.tables import tables
from openparley.infer.left_out import notes
from openparley.infer.posterior import (
    AccountPath,
    AssumptionVerdict,
    Estimate,
    EvidenceMatrix,
    EvidenceRow,
    ObservedMove,
    Posterior,
    WithoutIt,
)

REPORTS_SHOWN = 6
POSTERIOR_TABLES = ("accounts", "moves", "evidence", "assumptions", "left_out", "draws")


def written(name: str, **parts: Any) -> Callable[[], Grid]:
    """A table as a run writes it, of a posterior that has only these parts."""
    return lambda: from_csv(tables(no_posterior(**parts), no_forecast())[f"{name}.csv"])


def posterior_tables(posterior: Posterior) -> dict[str, Callable[[], Grid]]:
    """The tables that a run writes of a posterior, by name."""

    def read(name: str) -> Callable[[], Grid]:
        return lambda: from_csv(tables(posterior, no_forecast())[f"{name}.csv"])

    return {name: read(name) for name in POSTERIOR_TABLES}


def shares(path: AccountPath, *, as_range: bool = False) -> list[tuple[str, ...]]:
    """Actor, account, share before the record, share now and its range; the value is left out where only the range may be read."""
    rows = []
    for label, now in path.now.items():
        value, ends = estimate_words(now)
        rows.append((path.actor, label, percent(path.prior[label]), "–" if as_range else value, ends))
    return rows


SHARES = ("actor", "account", "before the record", "share now", "90 % range over assumptions")


def trust(posterior: Posterior) -> tuple[str, ...]:
    """What a reader must know before the shares."""
    found, fit = posterior.diagnostics, posterior.fit
    draws = f"{counted(found.draws, 'draw')} of the assumptions, worth {found.effective_draws:.0f}; status: {posterior.status}."
    said = [draws]
    if fit.moves:
        others = [fit.uniform_log_score, fit.frequency_log_score, fit.markov_log_score]
        scores = ", ".join(
            f"{name} {decimal(score)}" for name, score in zip(("uniform", "frequency", "Markov"), others, strict=True) if score == score
        )
        said.append(f"Mean log score of {counted(fit.moves, 'observed move')}: {decimal(fit.log_score)}; without motives: {scores}.")
    if found.odds_as_range:
        said.append("Read the shares as ranges: the draws are too few for a value.")
    return tuple(said)


def posterior_view(posterior: Posterior) -> View:
    """The shares of the accounts, with the picture of how they came about."""
    as_range = posterior.diagnostics.odds_as_range
    rows = [row for path in posterior.accounts.values() for row in shares(path, as_range=as_range)]
    return View(
        "What the record says about the motives", trust(posterior), Grid(SHARES, rows), posterior_tables(posterior),
        lambda: pictures(["rivals"], posterior),
    )  # fmt: skip


def path_view(path: AccountPath) -> View:
    """One actor's accounts; which day a round is, only the posterior knows."""

    def by_round() -> Grid:
        rows = [
            (path.actor, label, t, path.share[t, i], path.low[t, i], path.high[t, i])
            for t in range(len(path.share))
            for i, label in enumerate(path.labels)
        ]
        return Grid(("actor", "account", "round", "share", "low", "high"), rows)

    said = "How well the model does at all is in the posterior's `fit`."
    return View(f"Rival accounts of {path.actor}", (said,), Grid(SHARES, shares(path)), {"accounts": by_round})


def evidence_view(matrix: EvidenceMatrix) -> View:
    """Accounts in rows and reports in columns, as in the brief: the first that tell accounts apart. The data frame is long."""
    telling = [row for row in matrix.rows if row.diagnostic]
    shown = sorted(telling, key=lambda row: -_spread(row))[:REPORTS_SHOWN]
    columns = ("account", *(f"{row.move or 'not reported'}, round {row.round} {' '.join(row.entries)}".strip() for row in shown))
    rows = [(label, *(row.log_evidence[label] for row in shown)) for label in matrix.labels]
    said = f"{len(telling)} of {counted(len(matrix.rows), 'line')} tell the accounts apart; log probability under each account."
    title = f"Evidence × accounts of {matrix.actor}"
    return View(title, (said,), Grid(columns, rows), {"evidence": written("evidence", evidence={matrix.actor: matrix})})


def _spread(row: EvidenceRow) -> float:
    values = [max(value, NEVER_EXPECTED) for value in row.log_evidence.values()]
    return max(values) - min(values)


def without_view(result: WithoutIt) -> View:
    """Shares without what was left out, beside the change."""
    rows = [
        (actor, label, *estimate_words(now), points(result.change[actor][label], now.mcse))
        for actor, accounts in result.accounts.items()
        for label, now in accounts.items()
    ]
    said = (f"{counted(len(result.variant.entries), 'entry', 'entries')} left out.", *(f"{capital(note)}." for note in notes(result)))
    columns = ("actor", "account", "share then", "90 % range", "change")
    title = f"Without {result.variant.label}"
    return View(title, said, Grid(columns, rows), {"left_out": written("left_out", left_out=(result,))})


def move_view(move: ObservedMove) -> View:
    """A move and what each account had expected of it."""
    rows = [(label, prob, move.log_evidence[label]) for label, prob in move.prob_by_account.items()]
    said = f"Round {move.round}; entries {', '.join(move.entries)}; the model gave it {percent(move.predictive_prob)}."
    shown = Grid(("account", "probability", "log evidence"), [(label, percent(prob), log) for label, prob, log in rows])
    return View(f"{move.actor}: {move.move}", (said,), shown, {"moves": written("moves", moves=(move,))})


def verdict_view(verdict: AssumptionVerdict) -> View:
    """An assumption before the record and after it."""
    before, after = verdict.prior, verdict.posterior
    rows = [
        (name, decimal(one.value, one.mcse), decimal(one.low), decimal(one.high)) for name, one in (("before", before), ("after", after))
    ]
    said = "The record moved it." if verdict.identified else "The record did not move it."
    shown = Grid(("", "mean", "low", "high"), rows)
    return View(f"Assumption {verdict.id}", (said,), shown, {"assumptions": written("assumptions", assumptions={verdict.id: verdict})})


def estimate_view(estimate: Estimate) -> View:
    """One number with its range; whether it is a probability, it does not say."""
    row = flat(estimate)
    said = f"{decimal(estimate.value, estimate.mcse)}, {decimal(estimate.low)} to {decimal(estimate.high)}: {estimate.of}."
    return View(spaced("Estimate"), (said,), Grid((), ()), {"estimate": lambda: of_rows([row])})


VIEWS: Mapping[str, Callable[[Any], View]] = {
    "AccountPath": path_view,
    "AssumptionVerdict": verdict_view,
    "Estimate": estimate_view,
    "EvidenceMatrix": evidence_view,
    "ObservedMove": move_view,
    "Posterior": posterior_view,
    "WithoutIt": without_view,
}
