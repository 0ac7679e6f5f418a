"""How well each next move of a record was foreseen from what was known before it, beside predictors that know no motives."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
from jaxtyping import Float

from openparley._display import Shown
from openparley.errors import InferenceError
from openparley.forecast.fitting import software
from openparley.forecast.prequential import Plan, Prequential, plan_of
from openparley.forecast.scores import KT, Bin, brier_of_options, calibration, log_score_of_options, skill, skill_interval
from openparley.infer.checkpoint import Progress
from openparley.infer.engine import AdaptiveImportance, Run, run_draws
from openparley.infer.model import Model, build_model
from openparley.infer.observe import Report
from openparley.infer.weights import effective_draws, normalised
from openparley.infer.workers import Workers
from openparley.record.case import Case
from openparley.record.store import lock
from openparley.solve.belief_grid import BeliefGrid

PREDICTORS = ("model", "uniform", "frequency", "markov")
BASELINES = PREDICTORS[1:]
PREFIX = "backtest"
HINDSIGHT = "structure chosen with hindsight"
KEY_LENGTH = 12
BINS = 10
GROUPS = 10  # of the jackknife
# One node fewer a split than a fit has: a draw costs a third, and the few draws that the record leaves cost more than the grid.
GRID = BeliefGrid(nodes=3, tolerance=3e-4, roots_checked=8)


@dataclass(frozen=True)
class ScoredMove(Shown):
    """One reported move and what was foreseen of it.

    Attributes
    ----------
    rows
        Ids of the entries or rows that report it.
    probs
        Predictor → move → probability that it is the one reported next, given that one is.
    log_score, brier
        Predictor → score; over the readings where the report may be read in several ways.
    effective_draws
        How many draws the model's prediction rests on.
    """

    case: str
    round: int
    start: date
    actor: str
    move: str
    rows: tuple[str, ...]
    probs: Mapping[str, Mapping[str, float]]
    log_score: Mapping[str, float]
    brier: Mapping[str, float]
    effective_draws: float

    def prob(self, predictor: str) -> float:
        """Probability that a predictor gave to the move."""
        return self.probs[predictor][self.move]


@dataclass(frozen=True)
class CaseScores(Shown):
    """All moves of one case.

    Attributes
    ----------
    pooled
        Whether the case counts in the pool: it is about the world, not invented.
    monte_carlo_error
        Kind of score → standard error of the model's mean from a finite number of draws.
    """

    case: str
    title: str
    pooled: bool
    draws: int
    moves: tuple[ScoredMove, ...]
    monte_carlo_error: Mapping[str, float] = field(default_factory=dict)

    def column(self, kind: str, predictor: str) -> Float[np.ndarray, " move"]:
        """A score of every move; ``kind`` is ``"log_score"`` or ``"brier"``."""
        return np.array([getattr(move, kind)[predictor] for move in self.moves], float)

    def mean(self, kind: str, predictor: str) -> float:
        """Mean score; NaN without moves."""
        return float(self.column(kind, predictor).mean()) if self.moves else math.nan

    def error(self, kind: str) -> float:
        """Monte Carlo standard error of the model's mean; NaN where it is not known."""
        return self.monte_carlo_error.get(kind, math.nan)

    def skill(self, kind: str, baseline: str) -> float:
        """Skill of the model against a baseline."""
        return skill(self.column(kind, "model"), self.column(kind, baseline))

    def interval(self, kind: str, baseline: str, seed: int) -> tuple[float, float] | None:
        """Bootstrap interval of the skill over the moves, as if they were independent; None under 30 of them."""
        return skill_interval(self.column(kind, "model"), self.column(kind, baseline), seed)


@dataclass(frozen=True)
class Pool(Shown):
    """All cases about the world together; the case is the unit, so each counts once."""

    cases: tuple[CaseScores, ...]

    @property
    def moves(self) -> tuple[ScoredMove, ...]:
        """Every move of every case."""
        return tuple(move for case in self.cases for move in case.moves)

    def means(self, kind: str, predictor: str) -> Float[np.ndarray, " case"]:
        """Mean score of each case."""
        return np.array([case.mean(kind, predictor) for case in self.cases], float)

    def mean(self, kind: str, predictor: str) -> float:
        """Mean over cases of their means."""
        return float(self.means(kind, predictor).mean()) if self.cases else math.nan

    def error(self, kind: str) -> float:
        """Monte Carlo standard error of the model's mean; the cases have draws of their own."""
        return float(np.sqrt(sum(case.error(kind) ** 2 for case in self.cases))) / len(self.cases) if self.cases else math.nan

    def skill(self, kind: str, baseline: str) -> float:
        """Skill of the model against a baseline, from the means of the cases."""
        return skill(self.means(kind, "model"), self.means(kind, baseline))

    def interval(self, kind: str, baseline: str, seed: int) -> tuple[float, float] | None:
        """Bootstrap interval of the skill over cases; None under 30 cases."""
        return skill_interval(self.means(kind, "model"), self.means(kind, baseline), seed)

    def calibration(self) -> tuple[Bin, ...]:
        """How often a move that the model gave a probability was the one reported, over every move of every menu."""
        pairs = [(prob, name == move.move) for move in self.moves for name, prob in move.probs["model"].items()]
        return calibration(np.array([p for p, _ in pairs], float), np.array([hit for _, hit in pairs], bool), BINS)


def pool(cases: Sequence[CaseScores]) -> Pool:
    """The cases that count: none that is invented, none without a move."""
    return Pool(tuple(case for case in cases if case.pooled and case.moves))


def losses(moves: Sequence[ScoredMove], *, by_move: bool = False) -> list[dict[str, str | int | float]]:
    """Summed log scores by actor, or by actor and move, where the model loses most to its best baseline first.

    ``lost`` is the best baseline's sum over all moves given, less the model's: above 0 where the model loses.
    """
    if not moves:
        return []
    best = max(BASELINES, key=lambda name: sum(move.log_score[name] for move in moves))
    groups: dict[tuple[str, str], list[ScoredMove]] = {}
    for move in moves:
        groups.setdefault((move.actor, move.move if by_move else ""), []).append(move)
    rows: list[dict[str, str | int | float]] = []
    for (actor, label), group in groups.items():
        means = {name: float(np.mean([move.log_score[name] for move in group])) for name in PREDICTORS}
        lost = sum(move.log_score[best] - move.log_score["model"] for move in group)
        rows.append({"actor": actor, "move": label, "moves": len(group), **means, "against": best, "lost": lost})
    return sorted(rows, key=lambda row: -float(row["lost"]))


def backtest(
    case: Case, runs: Path, *, engine: AdaptiveImportance, scheduler: str | None = None, progress: Progress | None = None
) -> CaseScores:
    """Score every reported move of a case by what was known before it.

    Draws come from the prior alone: a proposal that is fitted to the record would have seen its end. They are weighted anew
    before every move by what they gave to all that was known by then.

    Parameters
    ----------
    runs
        Folder for runs; finished draws in it are reused when nothing that they depend on has changed.
    engine
        Draws, seed, solver and processes; its batches and finer solves are not used.
    scheduler
        Address of a Dask scheduler whose workers compute, instead of local processes; the result does not depend on it.

    Raises
    ------
    CaseError
        If the case has no model or it does not fit.
    InferenceError
        If every draw excludes what was known at some move, a worker process was lost, or the cluster cannot be used.
    LockedError
        If another process computes the same.
    """
    model = build_model(case)
    plan = plan_of(case, model.observed, steps=model.positions.steps, today=model.today)
    from_prior = AdaptiveImportance(engine.draws, engine.draws, engine.seed, engine.grid, 0, engine.processes)
    folder = runs / f"{PREFIX}-{_key(case, model, plan, from_prior)}"
    folder.mkdir(parents=True, exist_ok=True)
    with lock(folder), Workers(model, engine.processes, scheduler) as workers:
        run = run_draws(model, from_prior, {PREFIX: Prequential(plan)}, checkpoint=folder, progress=progress, workers=workers)
    return case_scores(case, model, plan, run)


def case_scores(case: Case, model: Model, plan: Plan, run: Run) -> CaseScores:
    """Scores of all moves, with the Monte Carlo error of their means: a jackknife that leaves out a tenth of the draws in turn."""
    whole = CaseScores(case.name, case.file.title, not case.file.fictional, len(run.tables), scored(model, plan, run))
    groups = min(GROUPS, len(run.tables))
    if groups < 2 or not whole.moves:
        return whole
    less = [replace(whole, moves=scored(model, plan, _without_group(run, g, groups))) for g in range(groups)]
    error = {
        kind: float(np.sqrt((groups - 1) * np.var([part.mean(kind, "model") for part in less]))) for kind in ("log_score", "brier")
    }  # fmt: skip
    return replace(whole, monte_carlo_error=error)


def _without_group(run: Run, group: int, groups: int) -> Run:
    """The run less every draw of one group."""
    kept = [k for k in range(len(run.tables)) if k % groups != group]
    return Run({}, tuple(run.tables[k] for k in kept), run.log_ratio[kept])


def _key(case: Case, model: Model, plan: Plan, engine: AdaptiveImportance) -> str:
    """Hash of everything that the numbers depend on."""
    file = case.file
    parts = {
        "model": file.model.model_dump(mode="json") if file.model else None,
        "accounts": [(account.id, account.actor) for account in file.accounts],
        "assumptions": [
            row.model_dump(mode="json", include={"id", "sets", "low", "likely", "high", "distribution"}) for row in file.assumptions
        ],
        "targets": [_said(report) for report in plan.targets],
        "known": [[_said(report) for report in reports] for reports in plan.known],
        "today": model.today,
        "settings": (engine.draws, engine.seed, engine.grid.tolerance, engine.grid.most_passes),
        "nodes": [engine.grid.nodes_for(actor) for actor in model.uncertain],
        "software": software(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:KEY_LENGTH]


def _said(report: Report) -> tuple[int, str, str, tuple[tuple[str, float], ...]]:
    return report.round, report.actor, report.move, report.readings


def scored(model: Model, plan: Plan, run: Run) -> tuple[ScoredMove, ...]:
    """Average the draws, each move with the weights of what was known before it, and score.

    Raises
    ------
    InferenceError
        If every draw excludes what was known.
    """
    return tuple(_score(model, plan, run, number) for number in range(len(plan.targets)))


def _score(model: Model, plan: Plan, run: Run, number: int) -> ScoredMove:
    target = plan.targets[number]
    moves = model.layout.moves[target.actor]
    log_weight = np.array([table[f"{PREFIX}.log_weight"][number] for table in run.tables])
    if not np.isfinite(log_weight).any():
        place = f"the {target.move} of {target.actor} in round {target.round}"
        message = f"what was known before {place} is impossible under each of the {len(log_weight)} draws of the assumptions."
        raise InferenceError(message, hint="Look for a reported move that no position allows, or raise error.event.")
    weights = normalised(log_weight + run.log_ratio)
    reported = np.array([table[f"{PREFIX}.reported"][number] for table in run.tables])
    # rows of their own, so that sums do not depend on how many moves follow
    columns = {
        name: np.array([table[f"{PREFIX}.{name}"][number, : len(moves)] for table in run.tables])
        for name in ("model", "uniform", "frequency")
    }
    probs = {
        "model": _average(weights * reported, columns["model"]),
        "uniform": _average(weights, columns["uniform"]),
        "frequency": _average(weights, columns["frequency"]),
    }
    probs["markov"] = markov(plan.before(number, model.positions.steps), target.actor, moves, probs["frequency"])
    log, brier = _scores(target, moves, probs)
    return ScoredMove(
        model.case, target.round, model.calendar[target.round].start, target.actor, target.move, target.entries,
        {name: dict(zip(moves, map(float, row), strict=True)) for name, row in probs.items()}, log, brier, effective_draws(weights),
    )  # fmt: skip


def _average(weights: Float[np.ndarray, " draw"], rows: Float[np.ndarray, "draw move"]) -> Float[np.ndarray, " move"]:
    """Weighted mean of rows of probabilities; every move alike where no draw has any."""
    total = (weights[:, None] * rows).sum(0)
    return total / total.sum() if total.sum() > 0 else np.full(rows.shape[1], 1.0 / rows.shape[1])


def markov(before: Sequence[Report], actor: str, moves: Sequence[str], frequency: Float[np.ndarray, " move"]) -> Float[np.ndarray, " move"]:
    """Probability of each move under a first-order Markov chain of the actor's reported moves.

    Earlier successors of its last move count one each; half a report for each of its moves is spread by the observed frequencies.
    """
    said = [report.move for report in before if report.actor == actor]
    counts = np.zeros(len(moves))
    for first, then in zip(["", *said], said, strict=False):
        if said and first == said[-1]:
            counts[moves.index(then)] += 1
    spread = KT * len(moves)
    return (counts + spread * frequency) / (counts.sum() + spread)


def _scores(target: Report, moves: Sequence[str], probs: Mapping[str, np.ndarray]) -> tuple[dict[str, float], dict[str, float]]:
    """Log score and Brier of each predictor, expected over the readings of the report."""
    total = sum(target.shares.values())
    log, brier = dict.fromkeys(probs, 0.0), dict.fromkeys(probs, 0.0)
    for move, share in target.shares.items():
        seen = np.array([moves.index(move)])
        for name, row in probs.items():
            log[name] += share / total * float(log_score_of_options(row[None, :], seen)[0])
            brier[name] += share / total * float(brier_of_options(row[None, :], seen)[0])
    return log, brier
