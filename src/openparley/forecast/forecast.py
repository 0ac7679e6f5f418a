"""What forecasting returns: outcomes by week and what a lever would change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from openparley._display import Shown
from openparley.infer.posterior import Estimate, Round

if TYPE_CHECKING:
    from openparley.forecast.following import Followed
    from openparley.forecast.hinges import Hinges
    from openparley.forecast.indicators import Indicator


@dataclass(frozen=True)
class OutcomeForecast(Shown):
    """Probability that an outcome happens at least once by the end of each round after the cut-off.

    Attributes
    ----------
    by_week
        One estimate a round, cumulative.
    by_account
        Actor → account → probability by the last week under that account, "none" included.
    prior_by_week
        The same weeks as the model has them without any record: over futures from the first round in which the
        dispute is still open today (prior predictive).
    """

    id: str
    name: str
    by_week: tuple[Estimate, ...]
    by_account: Mapping[str, Mapping[str, Estimate]]
    prior_by_week: tuple[Estimate, ...]

    @property
    def prior(self) -> Estimate:
        """Prior predictive probability by the last week."""
        return self.prior_by_week[-1]

    @property
    def at_horizon(self) -> Estimate:
        """Probability by the last week."""
        return self.by_week[-1]


@dataclass(frozen=True)
class LeverEffect(Shown):
    """One outcome by the last week without and with a lever, on the same random numbers."""

    outcome: str
    without: Estimate
    with_lever: Estimate
    difference: Estimate


@dataclass(frozen=True)
class LeverForecast(Shown):
    """What a lever changes and who gains.

    Attributes
    ----------
    gains
        Actor → gain in units of its own numeraire; never summed over actors.
    units
        Actor → its numeraire interest.
    """

    id: str
    name: str
    pulls: str
    actor: str
    effects: Mapping[str, LeverEffect]
    gains: Mapping[str, Estimate]
    units: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Forecast(Shown):
    """Futures from the posterior, with and without each lever."""

    weeks: tuple[Round, ...]
    outcomes: Mapping[str, OutcomeForecast]
    levers: Mapping[str, LeverForecast]
    futures: int
    futures_sample: Mapping[str, tuple[int, ...]]
    """Outcome id → for fifty futures drawn by weight the week index of its first occurrence, -1 for never."""
    indicators: tuple[Indicator, ...] = ()
    """Reports to watch for, best first; none where they were not looked for or where chance would match all of them."""
    followed: tuple[Followed, ...] = ()
    """What became of the indicators of earlier runs."""
    hinges: Hinges | None = None
    """What the headline hinges on; None where that was not computed."""
