"""What inference returns: the accounts by round, the fit, and how far to trust both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from jaxtyping import Float

NONE_OF_THESE = "none"


@dataclass(frozen=True)
class Estimate:
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
class ObservedMove:
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
        Account → log of ``prob_by_account``; rows of the evidence × accounts matrix add up over moves.
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


@dataclass(frozen=True)
class AccountPath:
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
class AbsoluteFit:
    """How well the model does at all, beside predictors that know nothing of motives.

    Attributes
    ----------
    log_score, uniform_log_score, frequency_log_score
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


@dataclass(frozen=True)
class AssumptionVerdict:
    """What one assumption was before the record and what the record made of it."""

    id: str
    prior: Estimate
    posterior: Estimate
    identified: bool


@dataclass(frozen=True)
class Diagnostics:
    """How far the importance weights can be trusted.

    Attributes
    ----------
    effective_draws
        Kish effective sample size of the weights.
    k_hat
        Pareto shape of the largest weights; above 0.7 the average is not to be trusted.
    odds_as_range
        True when account odds must be read as a range, not as a value.
    coarse_share
        Largest share of histories, over draws and steps, that the filter merged without regard to their beliefs.
    multiple_equilibria_share
        Share of the checked draws in which a stage that play meets has more than one root.
    """

    draws: int
    effective_draws: float
    k_hat: float
    odds_as_range: bool
    coarse_share: float
    multiple_equilibria_share: float


@dataclass(frozen=True)
class Posterior:
    """What the record says about the motives, averaged over the assumptions.

    Attributes
    ----------
    draws
        Assumption id → its value in every draw.
    weights
        Normalised weight of every draw after the last round.
    certificate
        Worst values over the draws of what `openparley.solve.certify` recomputed, with the grid and positions.
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
