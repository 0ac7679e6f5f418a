"""What inference returns: the accounts by round, the fit, and how far to trust both."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from jaxtyping import Float

from openparley._display import Shown
from openparley.infer.leave_out import Variant
from openparley.infer.observe import Report

NONE_OF_THESE = "none"
UNDIAGNOSTIC = 0.1  # of a log probability: odds between two accounts change by less than a tenth


@dataclass(frozen=True)
class Estimate(Shown):
    """One number with its interval, what the interval is of, and its Monte Carlo error.

    Attributes
    ----------
    value
        Weighted mean over the draws of the assumptions.
    low, high
        Ends of the equal-tailed interval at ``level``.
    low50, high50
        Ends of the equal-tailed 50 % interval.
    level
        Coverage of ``low``–``high``, a share.
    of
        What the interval is a range over, in words.
    mcse
        Monte Carlo standard error of ``value``.
    """

    value: float
    low: float
    high: float
    low50: float
    high50: float
    level: float
    of: str
    mcse: float


@dataclass(frozen=True)
class Round:
    """One round of the game on the calendar; both days are included."""

    index: int
    start: date
    end: date


@dataclass(frozen=True)
class ObservedMove(Shown):
    """A move that the record shows, and what each account had expected of it.

    Attributes
    ----------
    predictive_prob
        Probability of what was reported, given all earlier rounds, averaged over draws and accounts.
    prob_by_account
        The same under each account of the mover, weighted by what earlier rounds left of each draw.
    uniform_prob, frequency_prob
        The same under uniform play and under the moves seen earlier (KT ½).
    log_evidence
        Account → log of ``prob_by_account``. Of all actors, and with what was not reported: `Posterior.evidence`.
    markov_prob
        The same under the moves that followed the actor's previous one earlier (KT ½ shrunk to ``frequency_prob``).
    """

    round: int
    actor: str
    move: str
    entries: tuple[str, ...]
    predictive_prob: float
    prob_by_account: Mapping[str, float]
    uniform_prob: float
    frequency_prob: float
    log_evidence: Mapping[str, float]
    markov_prob: float = math.nan


@dataclass(frozen=True)
class AccountPath(Shown):
    """Shares of the rival accounts of one actor, now and at the end of every round of the record.

    Attributes
    ----------
    labels
        Account ids; the last is ``"none"``, the habit predictor of "none of these".
    prior
        Share of each before the record.
    share, low, high
        Posterior mean and 90 % interval over the draws, one row a round.
    now
        The last row as estimates, by label.
    """

    actor: str
    labels: tuple[str, ...]
    prior: Mapping[str, float]
    share: Float[np.ndarray, "round account"]
    low: Float[np.ndarray, "round account"]
    high: Float[np.ndarray, "round account"]
    now: Mapping[str, Estimate]


@dataclass(frozen=True)
class AbsoluteFit(Shown):
    """How well the model does at all, beside predictors that know nothing of motives.

    Attributes
    ----------
    log_score, uniform_log_score, frequency_log_score, markov_log_score
        Mean natural-log score per observed move; nearer to zero is better.
    surprises_seen, surprises_expected
        Number of observed moves to which the model gave under 5 %, and how many it expected to see.
    """

    moves: int
    log_score: float
    uniform_log_score: float
    frequency_log_score: float
    surprises_seen: int
    surprises_expected: float
    markov_log_score: float = math.nan


@dataclass(frozen=True)
class AssumptionVerdict(Shown):
    """What one assumption was before the record and what the record made of it."""

    id: str
    prior: Estimate
    posterior: Estimate
    identified: bool


@dataclass(frozen=True)
class Diagnostics(Shown):
    """How far the importance weights can be trusted.

    Attributes
    ----------
    effective_draws
        Kish effective sample size of the weights.
    k_hat
        Pareto shape of the largest weights before smoothing; above ``k_hat_limit`` the average is not to be trusted.
    odds_as_range
        True when account odds must be read as a range, not as a value.
    coarse_share
        Largest share of histories, over draws and steps, that the filter merged without regard to their beliefs.
    multiple_equilibria_share
        Share of the checked draws, by posterior weight, in which a stage that play meets has more than one root.
    k_hat_limit
        Depends on the number of draws.
    smoothed
        Whether the largest weights were replaced by those of the fitted tail.
    prior_effective_draws
        What the draws are worth as draws from the prior.
    emulator_r2
        Cross-validated skill of the emulator of the log evidence, fitted to all draws; NaN with too few.
    lost_share
        Largest share of histories, over the draws, that the filter dropped, the sum over its steps.
    """

    draws: int
    effective_draws: float
    k_hat: float
    odds_as_range: bool
    coarse_share: float
    multiple_equilibria_share: float
    k_hat_limit: float = 0.7
    smoothed: bool = False
    prior_effective_draws: float = math.nan
    emulator_r2: float = math.nan
    lost_share: float = math.nan


@dataclass(frozen=True)
class EvidenceRow:
    """One line of the evidence × accounts matrix: a report, or all else in a round.

    Attributes
    ----------
    actor, move, entries
        Of the report; empty for the line of a round that holds what was and was not told at all, and the drift of motives.
    log_evidence
        Account → log of its probability given that account and all earlier rounds.
    diagnostic
        False when no two accounts differ by as much as `UNDIAGNOSTIC`.
    """

    round: int
    actor: str
    move: str
    entries: tuple[str, ...]
    log_evidence: Mapping[str, float]
    diagnostic: bool


@dataclass(frozen=True)
class EvidenceMatrix(Shown):
    """What each report does to the accounts of one actor; over the rows it adds up to ``total``.

    Attributes
    ----------
    total
        Account → log probability of the record given that the account is true now, averaged over the assumptions.
    """

    actor: str
    labels: tuple[str, ...]
    rows: tuple[EvidenceRow, ...]
    total: Mapping[str, float]


@dataclass(frozen=True)
class ShareError:
    """How far a posterior share moves on a finer grid, with the standard error of that estimate; NaN if one draw was tried."""

    shift: float
    error: float


@dataclass(frozen=True)
class SolverError(Shown):
    """What a finer belief grid changes, over the draws that were solved again on it.

    Attributes
    ----------
    log_evidence, log_evidence_largest
        Root mean square and largest change of a draw's log evidence, less the mean change: only differences between draws
        touch their weights.
    shares_largest
        Largest change of the share of a combination of accounts within a draw, in any round.
    choices, choices_largest
        Mean over the draws of the largest change of a choice probability today or at the start, and the largest.
    posterior
        Actor → account → shift of its posterior share.
    """

    draws: int
    grid: str
    log_evidence: float
    log_evidence_largest: float
    shares_largest: float
    choices: float
    choices_largest: float
    posterior: Mapping[str, Mapping[str, ShareError]]

    @property
    def worst(self) -> ShareError:
        """The shift of a posterior share that is largest in size."""
        return max((found for by_label in self.posterior.values() for found in by_label.values()), key=lambda found: abs(found.shift))


@dataclass(frozen=True)
class Doubtful:
    """A report that does not fit the record that remains.

    Attributes
    ----------
    error_prob
        Probability that the report is an error: in what remains, and with the full record (NaN if it has no such report).
    open_prob
        Probability, just before, that the move was open at all.
    why
        The reason, as a sentence.
    """

    report: Report
    error_prob: float
    full_error_prob: float
    open_prob: float
    why: str


@dataclass(frozen=True)
class WithoutIt(Shown):
    """The posterior without some entries.

    Attributes
    ----------
    accounts
        Actor → account or "none" → share now; empty if what remains is impossible in every draw or was not run.
    change
        The same less the share with the full record.
    effective_draws, k_hat
        How far to trust the shares; NaN where nothing was computed.
    odds_as_range
        Whether the shares are to be read as ranges.
    impossible
        Whether what remains has probability 0 in every draw.
    doubtful
        Reports that are more probably errors than not in what remains, and are not with the full record.
    """

    variant: Variant
    accounts: Mapping[str, Mapping[str, Estimate]]
    change: Mapping[str, Mapping[str, float]]
    effective_draws: float
    k_hat: float
    odds_as_range: bool
    impossible: bool
    doubtful: tuple[Doubtful, ...]

    @property
    def largest_change(self) -> float:
        """Largest change of a share, 0 where nothing changes."""
        return max((abs(value) for shares in self.change.values() for value in shares.values()), default=0.0)


@dataclass(frozen=True)
class Posterior(Shown):
    """What the record says about the motives, averaged over the assumptions.

    Attributes
    ----------
    draws
        Assumption id → its value in every draw.
    weights
        Normalised weight of every draw after the last round, smoothed where their tail asks for it.
    certificate
        Worst values over the draws of what `openparley.solve.certify` recomputed, with the grid and positions.
    evidence
        Actor with rival accounts → evidence × accounts matrix.
    solver_error
        None when no draw was solved again on a finer grid.
    idle
        Assumptions whose effect on the probability of the record cannot be told from none with these draws.
    left_out
        What the accounts are without an outlet, an origin or what else was named, where that was asked of the draws.
    """

    rounds: tuple[Round, ...]
    accounts: Mapping[str, AccountPath]
    moves: tuple[ObservedMove, ...]
    fit: AbsoluteFit
    assumptions: Mapping[str, AssumptionVerdict]
    diagnostics: Diagnostics
    certificate: Mapping[str, float | int | str]
    draws: Mapping[str, Float[np.ndarray, " draw"]]
    weights: Float[np.ndarray, " draw"]
    status: str
    settings: Mapping[str, float | int | str] = field(default_factory=dict)
    evidence: Mapping[str, EvidenceMatrix] = field(default_factory=dict)
    solver_error: SolverError | None = None
    idle: tuple[str, ...] = ()
    left_out: tuple[WithoutIt, ...] = ()
