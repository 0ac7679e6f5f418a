"""From weighted draws to the posterior: accounts by round, moves, fit, assumptions, diagnostics."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import MappingProxyType

import numpy as np
from jaxtyping import Float

from openparley.errors import InferenceError
from openparley.infer.draw import Table
from openparley.infer.emulator import FEWEST_DRAWS, Emulator, fit_emulator
from openparley.infer.engine import AdaptiveImportance, Run
from openparley.infer.evidence import account_worlds, evidence_matrix, markov_probs, report_probs, sighted
from openparley.infer.finer import solver_error
from openparley.infer.left_out import REGISTERED, summarise_left_out
from openparley.infer.model import Model
from openparley.infer.posterior import (
    AbsoluteFit,
    AccountPath,
    AssumptionVerdict,
    Diagnostics,
    ObservedMove,
    Posterior,
    SolverError,
)
from openparley.infer.weights import (
    FEWEST_EFFECTIVE,
    SMOOTHED_FROM,
    effective_draws,
    estimate,
    k_hat_limit,
    normalised,
    pareto_smoothed,
    weighted_quantile,
)
from openparley.solve.belief_grid import BeliefGrid

IDENTIFIED = 2.0  # a shift of the mean by this many of its own Monte Carlo errors is the record's, not the draws' …
NOTICED = 0.3  # … and worth naming from this many prior standard deviations on
SURPRISE = 0.05
MET = "certificate.other_roots_on_path"
CHECKED = ("other_roots", "sampled")


def summarise(model: Model, run: Run, engine: AdaptiveImportance) -> Posterior:
    """Average the draws by weight.

    The weight of a draw after round t is the probability that it gave to all reports and silences up to then, times the ratio
    of prior and proposal; the largest weights are smoothed where their tail asks for it.

    Raises
    ------
    InferenceError
        If the record is impossible under every draw.
    """
    evidence = run.log_evidence
    if not np.isfinite(evidence[:, -1]).any():
        message = f"the record is impossible under each of the {len(evidence)} draws of the assumptions."
        raise InferenceError(message, hint="Look for a reported move that no position allows, or raise error.event.")
    smoothed = [pareto_smoothed(normalised(evidence[:, t] + run.log_ratio)) for t in range(evidence.shape[1])]
    by_round = np.array([weights for weights, _ in smoothed])
    weights, shape = smoothed[-1]
    before = np.vstack([run.prior_weights, by_round])
    moves = _moves(model, run, before)
    emulator = _emulator(run, engine.seed)
    diagnostics = _diagnostics(run, weights, shape, emulator)
    error = None
    if run.finer and run.finer_grid is not None:
        error = solver_error(model, run.tables, run.finer, run.finer_inclusion, weights, _nodes(model, run.finer_grid))
    return Posterior(
        rounds=model.calendar[: model.today + 1],
        accounts={actor: _account_path(model, actor, run, by_round) for actor in model.uncertain},
        moves=moves,
        fit=_fit(moves, run.tables, before),
        assumptions=_verdicts(run, weights),
        diagnostics=diagnostics,
        certificate=_certificate(model, run.tables, engine, error),
        draws=MappingProxyType(dict(run.values)),
        weights=weights,
        status=_status(diagnostics, run.tables),
        settings={
            "draws": engine.draws,
            "seed": engine.seed,
            "engine": "adaptive multiple importance sampling" if len(run.proposals) > 1 else "importance sampling from the prior",
            "batches": len(run.proposals) or 1,
            "batches_adapted": sum(proposal.adapted for proposal in run.proposals),
            "proposals": "; ".join(proposal.why for proposal in run.proposals),
            "tolerance": engine.grid.tolerance,
        },
        evidence={actor: evidence_matrix(model, run, sighted(model), actor) for actor in model.uncertain},
        solver_error=error,
        idle=emulator.idle if emulator else (),
        left_out=summarise_left_out(model, run.tables, run.log_ratio) if REGISTERED in run.tables[0] else (),
    )


def evidence_emulator(run: Run, seed: int) -> Emulator:
    """The emulator of the log probability of the record, fitted to all draws that the record does not exclude.

    Raises
    ------
    InferenceError
        If there are too few of them.
    """
    evidence = run.log_evidence[:, -1]
    usable = np.isfinite(evidence)
    return fit_emulator(run.z[usable], evidence[usable], run.free, seed=seed)


def _emulator(run: Run, seed: int) -> Emulator | None:
    """The same, or None where there are too few draws for one."""
    enough = np.isfinite(run.log_evidence[:, -1]).sum() >= FEWEST_DRAWS and len(run.z) == len(run.tables) and run.free
    return evidence_emulator(run, seed) if enough else None


def _account_path(model: Model, actor: str, run: Run, by_round: np.ndarray) -> AccountPath:
    worlds = account_worlds(model, run.tables[0]["world_types"], actor)
    rows = {label: np.array([table["world_share"][:, inside].sum(1) for table in run.tables]) for label, inside in worlds.items()}
    prior = {label: np.array([table["world_prior"][inside].sum() for table in run.tables]) for label, inside in worlds.items()}
    rounds = range(by_round.shape[0])
    share = np.array([[by_round[t] @ row[:, t] for row in rows.values()] for t in rounds])
    low, high = (np.array([[weighted_quantile(row[:, t], by_round[t], q) for row in rows.values()] for t in rounds]) for q in (0.05, 0.95))
    now = {label: estimate(row[:, -1], by_round[-1], bounds=(0.0, 1.0)) for label, row in rows.items()}
    return AccountPath(actor, tuple(rows), {label: float(run.prior_weights @ p) for label, p in prior.items()}, share, low, high, now)


def _moves(model: Model, run: Run, before: np.ndarray) -> tuple[ObservedMove, ...]:
    reports = sighted(model)
    base = np.array([table["sighting_base"] for table in run.tables]).reshape(len(run.tables), len(reports), 2)
    averaged = np.array([before[report.round] @ base[:, i] for i, report in enumerate(reports)]).reshape(-1, 2)
    sizes = {actor: len(moves) for actor, moves in model.layout.moves.items()}
    markov = markov_probs(reports, averaged[:, 1], sizes)
    types = run.tables[0]["world_types"]
    everyone = {"": np.ones(len(types), bool)}
    moves = []
    for i, report in enumerate(reports):
        weights = before[report.round]
        worlds = account_worlds(model, types, report.actor) if report.actor in model.uncertain else {}
        by_account = report_probs(run, i, weights, worlds)
        moves.append(
            ObservedMove(
                report.round,
                report.actor,
                report.move,
                report.entries,
                report_probs(run, i, weights, everyone)[""],
                by_account,
                float(averaged[i, 0]),
                float(averaged[i, 1]),
                {label: float(np.log(prob)) if prob > 0 else -math.inf for label, prob in by_account.items()},
                float(markov[i]),
            )
        )
    return tuple(moves)


def _fit(moves: Sequence[ObservedMove], tables: Sequence[Table], before: np.ndarray) -> AbsoluteFit:
    if not moves:
        return AbsoluteFit(0, math.nan, math.nan, math.nan, 0, 0.0)
    table = [[move.predictive_prob, move.uniform_prob, move.frequency_prob, move.markov_prob] for move in moves]
    expected = 0.0
    for i, move in enumerate(moves):
        named = before[move.round] @ np.array([table["sighting_labels"][i] for table in tables])
        expected += float(named[named < SURPRISE].sum())
    model, uniform, frequency, markov = (float(score) for score in np.log(table).mean(0))
    seen = sum(move.predictive_prob < SURPRISE for move in moves)
    return AbsoluteFit(len(moves), model, uniform, frequency, seen, expected, markov)


def _verdicts(run: Run, weights: Float[np.ndarray, " draw"]) -> dict[str, AssumptionVerdict]:
    verdicts = {}
    for key, values in run.values.items():
        prior, posterior = (estimate(values, w, of="90 % range of the assumption") for w in (run.prior_weights, weights))
        spread = float(np.sqrt(run.prior_weights @ np.square(values - prior.value)))
        error = spread / np.sqrt(effective_draws(weights))
        # rounding gives a point a spread, too
        moved = np.ptp(values) > 0 and abs(posterior.value - prior.value) > max(IDENTIFIED * error, NOTICED * spread)
        verdicts[key] = AssumptionVerdict(key, prior, posterior, bool(moved))
    return verdicts


def _diagnostics(run: Run, weights: Float[np.ndarray, " draw"], shape: float, emulator: Emulator | None) -> Diagnostics:
    tables, worth, limit = run.tables, effective_draws(weights), k_hat_limit(len(weights))
    checked = np.array([MET in table for table in tables])
    met = np.array([table[MET] > 0 for table in tables if MET in table])
    # the few draws that were checked may have no weight at all; then each counts alike
    heavy = weights[checked] if weights[checked].sum() > 0 else np.ones(len(met))
    several = float(heavy @ met / heavy.sum()) if len(met) else math.nan
    return Diagnostics(
        draws=len(weights),
        effective_draws=worth,
        k_hat=shape,
        odds_as_range=bool(worth < FEWEST_EFFECTIVE or not shape <= limit),
        coarse_share=float(max(table["coarse_share"] for table in tables)),
        multiple_equilibria_share=several,
        k_hat_limit=limit,
        smoothed=bool(shape >= SMOOTHED_FROM),
        prior_effective_draws=effective_draws(run.prior_weights),
        emulator_r2=emulator.r2 if emulator else math.nan,
        lost_share=float(max((table["lost_share"] for table in tables if "lost_share" in table), default=math.nan)),
    )


def _nodes(model: Model, grid: BeliefGrid) -> str:
    return " × ".join(f"{grid.nodes_for(actor)} nodes a split ({actor})" for actor in model.uncertain)


def _certificate(
    model: Model, tables: Sequence[Table], engine: AdaptiveImportance, error: SolverError | None
) -> dict[str, float | int | str]:
    proven = {key: np.array([table[key] for table in tables if key in table]) for key in tables[0] if key.startswith("certificate.")}

    def worst(name: str) -> float:
        return float(proven[f"certificate.{name}"].max())

    return {
        "concept": "agent logit quantal response equilibrium, public beliefs",
        "positions": len(model.positions),
        "rounds": model.rounds,
        "grid": _nodes(model, engine.grid),
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
        **(_finer(error) if error else {}),
        "unsettled_stages": int(sum(int(table["unsettled"]) for table in tables)),
    }


def _finer(error: SolverError) -> dict[str, float | int | str]:
    """What the draws that were solved again on a finer grid say, for the certificate."""
    return {
        "finer_grid": error.grid,
        "finer_grid_draws": error.draws,
        "finer_grid_changes_choices_by": error.choices_largest,
        "finer_grid_changes_shares_by": error.shares_largest,
        "finer_grid_changes_log_evidence_by": error.log_evidence_largest,
        "finer_grid_moves_posterior_shares_by": error.worst.shift,
        "finer_grid_moves_posterior_shares_error": error.worst.error,
    }


def _status(diagnostics: Diagnostics, tables: Sequence[Table]) -> str:
    problems = []
    if any(int(table["unsettled"]) for table in tables):
        problems.append("some stages missed the solver's tolerance")
    roots, sampled = (sum(int(table[f"certificate.{key}"]) for table in tables if f"certificate.{key}" in table) for key in CHECKED)
    if roots:
        problems.append(f"not unique: another equilibrium play was found at {roots} of {sampled} sampled stages")
    if diagnostics.odds_as_range:
        problems.append(_why_ranges(diagnostics))
    return "computed; " + "; ".join(problems) if problems else "computed"


def _why_ranges(found: Diagnostics) -> str:
    """Which of the two rules it was."""
    if found.effective_draws < FEWEST_EFFECTIVE:
        why = f"the record is carried by {found.effective_draws:.0f} effective draws"
    elif math.isnan(found.k_hat):
        why = "k-hat is not known with so few draws"
    else:
        why = f"a few draws dominate (k-hat {found.k_hat:.2f}, above {found.k_hat_limit:.2f})"
    return f"{why}: read account odds as ranges"
