"""The results of a run as CSV: what its folder holds beside ``run.json`` and the draws."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from openparley.forecast.forecast import Forecast
from openparley.infer.left_out import notes
from openparley.infer.posterior import Estimate, Posterior, WithoutIt

ESTIMATE = tuple(Estimate.__dataclass_fields__)


def tables(posterior: Posterior, forecast: Forecast) -> dict[str, str]:
    """The results as CSV, by file name."""
    accounts = [
        (path.actor, label, row.start, path.share[t, i], path.low[t, i], path.high[t, i])
        for path in posterior.accounts.values()
        for t, row in enumerate(posterior.rounds)
        for i, label in enumerate(path.labels)
    ]
    outcomes = [
        (outcome.id, week.start, *asdict(number).values())
        for outcome in forecast.outcomes.values()
        for week, number in zip(forecast.weeks, outcome.by_week, strict=True)
    ]
    levers = [
        (lever.id, effect.outcome, column, *asdict(number).values())
        for lever in forecast.levers.values()
        for effect in lever.effects.values()
        for column, number in (("without", effect.without), ("with", effect.with_lever), ("difference", effect.difference))
    ]
    moves = [
        (
            move.round, move.actor, move.move, " ".join(move.entries), move.predictive_prob, move.uniform_prob, move.frequency_prob,
            move.markov_prob,
        )
        for move in posterior.moves
    ]  # fmt: skip
    evidence = [
        (matrix.actor, row.round, row.actor, row.move, " ".join(row.entries), label, value, row.diagnostic)
        for matrix in posterior.evidence.values()
        for row in matrix.rows
        for label, value in row.log_evidence.items()
    ]
    assumptions = [
        (key, *asdict(row.prior).values(), *asdict(row.posterior).values(), row.identified, key in posterior.idle)
        for key, row in posterior.assumptions.items()
    ]
    draws = [(i, weight, *(values[i] for values in posterior.draws.values())) for i, weight in enumerate(posterior.weights)]
    return {
        "accounts.csv": _csv(["actor", "account", "round_start", "share", "low", "high"], accounts),
        "outcomes.csv": _csv(["outcome", "week_start", *ESTIMATE], outcomes),
        # without levers a table of an earlier run stays: it is of the same draws
        **({"levers.csv": _csv(["lever", "outcome", "column", *ESTIMATE], levers)} if levers else {}),
        "moves.csv": _csv(["round", "actor", "move", "entries", "model_prob", "uniform_prob", "frequency_prob", "markov_prob"], moves),
        "evidence.csv": _csv(["about", "round", "actor", "move", "entries", "account", "log_evidence", "diagnostic"], evidence),
        "assumptions.csv": _csv(
            ["assumption", *(f"prior_{name}" for name in ESTIMATE), *(f"posterior_{name}" for name in ESTIMATE), "moved", "idle"],
            assumptions,
        ),
        "left_out.csv": _csv(LEFT_OUT, [row for result in posterior.left_out for row in _left_out(result)]),
        "draws.csv": _csv(["draw", "weight", *posterior.draws], draws),
    }


LEFT_OUT = (
    "without", "kind", "entries", "moves_changed", "actor", "account", *ESTIMATE, "change", "effective_draws", "k_hat", "as_range",
    "impossible", "note",
)  # fmt: skip


def _left_out(result: WithoutIt) -> list[tuple[Any, ...]]:
    """One row an account, or one without any where there is nothing to compare."""
    variant = result.variant
    start = (variant.id, variant.kind, len(variant.entries), len({(r.round, r.actor) for r in (*variant.lost, *variant.gained)}))
    end = (result.effective_draws, result.k_hat, result.odds_as_range, result.impossible, "; ".join(notes(result)))
    rows = [
        (*start, actor, label, *asdict(now).values(), result.change[actor][label], *end)
        for actor, shares in result.accounts.items()
        for label, now in shares.items()
        if variant.changes
    ]
    return rows or [(*start, *[""] * (len(ESTIMATE) + 3), *end)]


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
