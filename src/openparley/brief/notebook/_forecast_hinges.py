"""What is shown of what a forecast hinges on, and of what would change it: tornado, flip test, variance, indicators."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from openparley.brief.notebook.grids import Grid
from openparley.brief.notebook.view import View
from openparley.brief.words import counted, day, decimal, percent
from openparley.forecast.flip import FLIP_COLUMNS, Flip, FlipTest, flip_rows
from openparley.forecast.following import INDICATOR_COLUMNS, indicator_rows
from openparley.forecast.sensitivity import RATIO_COLUMNS, SHARE_COLUMNS, PosteriorRatios, VarianceShares, ratio_rows, share_rows
from openparley.forecast.tornado import TORNADO_COLUMNS, Tornado, tornado_rows

if TYPE_CHECKING:
    from openparley.forecast.following import Followed, Watched
    from openparley.forecast.hinges import Hinges
    from openparley.forecast.indicators import Indicator

WATCH_FOR = ("report", "of", "tells apart", "by", "probability", "seen in")
NO_SKILL = 0.1


def indicator_grid(rows: Sequence[Indicator]) -> Grid:
    """One row an indicator and account, as in ``indicators.csv``."""
    return Grid(INDICATOR_COLUMNS, indicator_rows(rows))


def tornado_grid(found: Tornado) -> Grid:
    """As in ``tornado.csv``."""
    return Grid(TORNADO_COLUMNS, tornado_rows(found))


def flip_grid(found: FlipTest) -> Grid:
    """As in ``flips.csv``."""
    return Grid(FLIP_COLUMNS, flip_rows(found))


def share_grid(found: Sequence[VarianceShares]) -> Grid:
    """As in ``variance_shares.csv``."""
    return Grid(SHARE_COLUMNS, share_rows(found))


def ratio_grid(found: Sequence[PosteriorRatios]) -> Grid:
    """As in ``correlation_ratios.csv``."""
    return Grid(RATIO_COLUMNS, ratio_rows(found))


def hinge_grids(found: Hinges) -> dict[str, Callable[[], Grid]]:
    """The tables that a run writes of its hinges, by name."""
    flips = found.flips
    return {
        "tornado": lambda: tornado_grid(found.tornado),
        **({"flips": lambda: flip_grid(flips)} if flips else {}),
        "variance_shares": lambda: share_grid(found.shares),
        "correlation_ratios": lambda: ratio_grid(found.ratios),
    }


def tornado_view(found: Tornado) -> View:
    """The headline at the ends of each assumption's range."""
    rows = []
    for row in found.rows:
        ends = row.solved or (row.emulated[0], row.emulated[-1])
        rows.append((row.assumption, *(percent(at.forecast) for at in (ends[0], ends[-1])), "solves" if row.solved else "emulator"))
    skill = f" The emulator's R² is {decimal(found.r2_forecast)}." if found.r2_forecast == found.r2_forecast else ""
    none = " It has too little skill to tell anything." if found.r2_forecast < NO_SKILL else ""
    said = f"{found.outcome} as it stands: {percent(found.base)}; {counted(found.solves, 'real solve')}.{skill}{none}"
    columns = ("assumption", "at its 5 % quantile", "at its 95 % quantile", "by")
    return View("One assumption at a time", (said,), Grid(columns, rows), {"tornado": lambda: tornado_grid(found)})


def flip_view(found: FlipTest) -> View:
    """How far each assumption must move until the headline changes its word."""
    rows = [(row.assumption, _distance(row), percent(row.at.forecast) if row.at else "", row.status) for row in found.rows]
    nearest = found.smallest
    said = f"{found.outcome} as it stands: {percent(found.base)}. " + (
        f"The nearest confirmed flip is {nearest.assumption}." if nearest else "No single change within its range is confirmed to flip it."
    )
    columns = ("assumption", "distance in widths of its range", "forecast there", "state")
    return View("Flip test", (said,), Grid(columns, rows), {"flips": lambda: flip_grid(found)})


def _distance(row: Flip) -> str:
    return "none in its range" if row.distance is None else decimal(row.distance)


def shares_view(found: VarianceShares) -> View:
    """Which assumptions the spread of a number comes from."""
    rows = [(share.assumption, percent(share.total), percent(share.total_low), percent(share.total_high)) for share in found.shares]
    said = f"{found.family} emulator, R² {decimal(found.r2)}; {counted(len(found.idle), 'assumption')} cannot be told from none."
    columns = ("assumption", "share of the variance", "from", "to")
    return View(f"Variance of {found.name}", (said,), Grid(columns, rows), {"variance_shares": lambda: share_grid((found,))})


def ratios_view(found: PosteriorRatios) -> View:
    """What single assumptions foretell of a number under the posterior."""
    rows = [(row.assumption, decimal(row.ratio), decimal(row.above)) for row in found.ratios]
    said = f"Chance alone gives {decimal(found.null)}; {found.effective_draws:.0f} effective draws. The ratios do not add up."
    columns = ("assumption", "correlation ratio", "above chance")
    return View(f"Foretelling {found.name}", (said,), Grid(columns, rows), {"correlation_ratios": lambda: ratio_grid((found,))})


def hinges_view(found: Hinges) -> View:
    """The tornado in front, the flip test in a sentence."""
    front = tornado_view(found.tornado)
    said = (*front.said, *(flip_view(found.flips).said if found.flips else ("The list of words has no bands, so nothing can flip.",)))
    return View(f"What {found.outcome} hinges on", said, front.summary, hinge_grids(found))


def indicator_row(row: Indicator) -> tuple[str, ...]:
    """One indicator for readers."""
    apart = " from ".join(row.between) or "all accounts"
    probs = "; ".join(f"{account} {percent(prob.value, prob.mcse)}" for account, prob in row.probs.items())
    return (row.move, row.actor, f"{apart} of {row.about}", day(row.by), probs, row.read_from)


def indicator_view(row: Indicator) -> View:
    """One report to watch for."""
    return View(f"{row.actor}: {row.move}", (), Grid(WATCH_FOR, [indicator_row(row)]), {"indicators": lambda: indicator_grid((row,))})


def followed_row(row: Followed) -> tuple[str, ...]:
    """An indicator of an earlier run and what became of it."""
    return (row.run, row.indicator.actor, row.indicator.move, day(row.indicator.by), row.state, day(row.on) if row.on else "")


FOLLOWED = ("run", "actor", "move", "by", "state", "on")


def followed_grid(rows: Sequence[Followed]) -> Grid:
    """One row an indicator."""
    return Grid(FOLLOWED, [(row.run, row.indicator.actor, row.indicator.move, row.indicator.by, row.state, row.on) for row in rows])


def followed_view(row: Followed) -> View:
    """One indicator of an earlier run."""
    return View(f"{row.indicator.move}: {row.state}", (), Grid(FOLLOWED, [followed_row(row)]), {"followed": lambda: followed_grid((row,))})


def watched_view(found: Watched) -> View:
    """What to watch for, and what became of what was watched for before."""
    said = (
        f"Futures from {day(found.since)}, in {found.draws[0]} of {counted(found.draws[1], 'draw')}, {found.futures} in each.",
        *(f"{row.indicator.actor}, {row.indicator.move}, by {day(row.indicator.by)}: {row.state}." for row in found.followed),
    )
    tables = {"indicators": lambda: indicator_grid(found.indicators), "followed": lambda: followed_grid(found.followed)}
    return View("What to watch for", said, Grid(WATCH_FOR, [indicator_row(row) for row in found.indicators]), tables)


VIEWS: Mapping[str, Callable[[Any], View]] = {
    "FlipTest": flip_view,
    "Followed": followed_view,
    "Hinges": hinges_view,
    "Indicator": indicator_view,
    "PosteriorRatios": ratios_view,
    "Tornado": tornado_view,
    "VarianceShares": shares_view,
    "Watched": watched_view,
}
