"""From weighted draws to the posterior: accounts by round, moves, fit, assumptions, diagnostics."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import MappingProxyType

import numpy as np
from jaxtyping import Float

from openparley.infer.draw import Table
from openparley.infer.engine import PriorSampling, Run
from openparley.infer.filter import HABIT
from openparley.infer.model import Model
from openparley.infer.observe import Report
from openparley.infer.posterior import (
    NONE_OF_THESE,
    AbsoluteFit,
    AccountPath,
    AssumptionVerdict,
    Diagnostics,
    ObservedMove,
    Posterior,
)
from openparley.infer.weights import FEWEST_EFFECTIVE, K_HAT_LIMIT, effective_draws, estimate, normalised, pareto_k, weighted_quantile

IDENTIFIED = 2.0  # a shift of the mean by this many of its own Monte Carlo errors is the record's, not the draws' …
NOTICED = 0.3  # … and worth naming from this many prior standard deviations on
SURPRISE = 0.05
MET = "certificate.other_roots_on_path"
CHECKED = ("other_roots", "sampled")


def summarise(model: Model, run: Run, engine: PriorSampling) -> Posterior:
    """Average the draws by weight.

    The weight of a draw after round t is the probability that it gave to all reports and silences up to then.
    """
    evidence = np.array([table["log_evidence"] for table in run.tables])
    by_round = np.array([normalised(evidence[:, t]) for t in range(evidence.shape[1])])
    weights = by_round[-1]
    before = np.vstack([np.full(len(weights), 1 / len(weights)), by_round])
    moves = _moves(model, run.tables, before)
    diagnostics = _diagnostics(run.tables, weights, moves)
    return Posterior(
        rounds=model.calendar[: model.today + 1],
        accounts={actor: _account_path(model, actor, run.tables, by_round) for actor in model.uncertain},
        moves=moves,
        fit=_fit(moves, run.tables, before),
        assumptions=_verdicts(run, weights),
        diagnostics=diagnostics,
        certificate=_certificate(model, run.tables, engine),
        draws=MappingProxyType(dict(run.values)),
        weights=weights,
        status=_status(diagnostics, run.tables),
        settings={
            "draws": engine.draws,
            "seed": engine.seed,
            "engine": "importance sampling from the prior",
            "tolerance": engine.grid.tolerance,
        },
    )


def _shares(tables: Sequence[Table], actor_index: int, label: int, key: str) -> Float[np.ndarray, "draw ..."]:
    """Share of one account of one actor in every draw."""
    kinds = tables[0]["world_types"][:, actor_index]
    return np.array([table[key][..., kinds == label].sum(-1) for table in tables])


def _account_path(model: Model, actor: str, tables: Sequence[Table], by_round: np.ndarray) -> AccountPath:
    labels = (*model.types[actor], NONE_OF_THESE)
    index = model.uncertain.index(actor)
    rows = [_shares(tables, index, k if k < len(labels) - 1 else HABIT, "world_share") for k in range(len(labels))]
    prior_shares = [_shares(tables, index, k if k < len(labels) - 1 else HABIT, "world_prior") for k in range(len(labels))]
    rounds = range(by_round.shape[0])
    share = np.array([[by_round[t] @ row[:, t] for row in rows] for t in rounds])
    low, high = (np.array([[weighted_quantile(row[:, t], by_round[t], q) for row in rows] for t in rounds]) for q in (0.05, 0.95))
    now = {label: estimate(row[:, -1], by_round[-1]) for label, row in zip(labels, rows, strict=True)}
    return AccountPath(
        actor, labels, {label: float(p.mean()) for label, p in zip(labels, prior_shares, strict=True)}, share, low, high, now
    )


def _moves(model: Model, tables: Sequence[Table], before: np.ndarray) -> tuple[ObservedMove, ...]:
    moves = []
    types = tables[0]["world_types"]
    for i, report in enumerate(_sighted(model)):
        weights = before[report.round]
        prob = np.array([table["sighting_prob"][i] for table in tables])
        share = np.array([table["sighting_reported"][i] for table in tables])
        base = np.array([table["sighting_base"][i] for table in tables])
        by_account: dict[str, float] = {}
        if report.actor in model.uncertain:
            kinds = types[:, model.uncertain.index(report.actor)]
            for k, label in [*enumerate(model.types[report.actor]), (HABIT, NONE_OF_THESE)]:
                mass = (weights @ share[:, kinds == k]).sum()
                if mass > 0:
                    by_account[label] = float((weights @ (share * prob)[:, kinds == k]).sum() / mass)
        overall = float((weights @ (share * prob)).sum() / (weights @ share).sum())
        evidence = {label: float(np.log(p)) for label, p in by_account.items()}
        moves.append(
            ObservedMove(
                report.round,
                report.actor,
                report.move,
                report.entries,
                overall,
                by_account,
                float(weights @ base[:, 0]),
                float(weights @ base[:, 1]),
                evidence,
            )
        )
    return tuple(moves)


def _sighted(model: Model) -> list[Report]:
    """Reports in the order in which the filter met them."""
    steps = model.positions.steps
    upto = [report for report in model.observed.reports if report.round <= model.today]
    return sorted(upto, key=lambda report: (report.round, steps.index(report.actor)))


def _fit(moves: Sequence[ObservedMove], tables: Sequence[Table], before: np.ndarray) -> AbsoluteFit:
    if not moves:
        return AbsoluteFit(0, math.nan, math.nan, math.nan, 0, 0.0)
    scores = np.log([[move.predictive_prob, move.uniform_prob, move.frequency_prob] for move in moves]).mean(0)
    expected = 0.0
    for i, move in enumerate(moves):
        named = before[move.round] @ np.array([table["sighting_labels"][i] for table in tables])
        expected += float(named[named < SURPRISE].sum())
    model, uniform, frequency = (float(score) for score in scores)
    return AbsoluteFit(len(moves), model, uniform, frequency, sum(move.predictive_prob < SURPRISE for move in moves), expected)


def _verdicts(run: Run, weights: np.ndarray) -> dict[str, AssumptionVerdict]:
    even = np.full(len(weights), 1 / len(weights))
    verdicts = {}
    for key, values in run.values.items():
        prior, posterior = (estimate(values, w, of="90 % range of the assumption") for w in (even, weights))
        spread = float(np.std(values))
        error = spread / np.sqrt(effective_draws(weights))
        moved = spread > 0 and abs(posterior.value - prior.value) > max(IDENTIFIED * error, NOTICED * spread)
        verdicts[key] = AssumptionVerdict(key, prior, posterior, bool(moved))
    return verdicts


def _diagnostics(tables: Sequence[Table], weights: np.ndarray, moves: Sequence[ObservedMove]) -> Diagnostics:
    worth, shape = effective_draws(weights), pareto_k(weights)
    several = float(np.mean([table[MET] > 0 for table in tables if MET in table]))
    as_range = bool(worth < FEWEST_EFFECTIVE or not shape <= K_HAT_LIMIT)
    return Diagnostics(len(weights), worth, shape, as_range, float(max(table["coarse_share"] for table in tables)), several)


def _certificate(model: Model, tables: Sequence[Table], engine: PriorSampling) -> dict[str, float | int | str]:
    proven = {key: np.array([table[key] for table in tables if key in table]) for key in tables[0] if key.startswith("certificate.")}

    def worst(name: str) -> float:
        return float(proven[f"certificate.{name}"].max())

    choices, shares, evidence = (float(change) for change in tables[0]["finer"])
    return {
        "concept": "agent logit quantal response equilibrium, public beliefs",
        "positions": len(model.positions),
        "rounds": model.rounds,
        "grid": " × ".join(f"{engine.grid.nodes_for(actor)} nodes a split ({actor})" for actor in model.uncertain),
        "draws_certified": len(proven["certificate.sampled"]),
        "stages_sampled": int(proven["certificate.sampled"].sum()),
        "solver_residual": float(max(table["residual"] for table in tables)),
        "logit_residual": worst("logit_residual"),
        "interpolation_error": worst("interpolation_error"),
        "interpolation_error_on_path": worst("interpolation_error_on_path"),
        "value_error": worst("value_error"),
        "value_error_on_path": worst("value_error_on_path"),
        "best_response_gap": worst("best_response_gap"),
        "stages_with_other_roots": int(proven["certificate.other_roots"].sum()),
        "stages_with_other_roots_on_path": int(proven["certificate.other_roots_on_path"].sum()),
        "finer_grid_changes_choices_by": choices,
        "finer_grid_changes_shares_by": shares,
        "finer_grid_changes_log_evidence_by": evidence,
        "unsettled_stages": int(sum(int(table["unsettled"]) for table in tables)),
    }


def _status(diagnostics: Diagnostics, tables: Sequence[Table]) -> str:
    problems = []
    if any(int(table["unsettled"]) for table in tables):
        problems.append("some stages missed the solver's tolerance")
    roots, sampled = (sum(int(table[f"certificate.{key}"]) for table in tables if f"certificate.{key}" in table) for key in CHECKED)
    if roots:
        problems.append(f"not unique: another equilibrium play was found at {roots} of {sampled} sampled stages")
    if diagnostics.odds_as_range:
        problems.append(f"the record is carried by {diagnostics.effective_draws:.0f} effective draws: read account odds as ranges")
    return "computed; " + "; ".join(problems) if problems else "computed"
