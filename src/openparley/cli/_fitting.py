"""What the verbs that compute share: settings of the engine, where runs go, progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from openparley.cli._frame import case_checks
from openparley.cli._interrupt import INTERRUPTED
from openparley.cli._progress import staged_progress

if TYPE_CHECKING:
    from openparley.forecast.fitting import Fitted
    from openparley.record.case import Case

FIT_DRAWS, QUICK_FIT_DRAWS = 256, 32
BRIEF_DRAWS, QUICK_BRIEF_DRAWS = 40, 16
SEED = 20250529

_Function = TypeVar("_Function", bound=Callable[..., Any])


SCHEDULER = "Compute on a Dask cluster instead, such as tcp://10.0.0.5:8786. The result is the same."


def scheduler_option(function: _Function) -> _Function:
    """``--scheduler``: a Dask cluster computes in the place of local processes."""
    return click.option("--scheduler", metavar="ADDRESS", help=SCHEDULER)(function)


def runs_option(function: _Function) -> _Function:
    """``--runs``: where runs are kept."""
    kept = "Where runs are kept; the case's own folder by default."
    return click.option("--runs", type=click.Path(path_type=Path), metavar="DIR", help=kept)(function)


def engine_options(draws: int, quick: int) -> Callable[[_Function], _Function]:
    """``--draws``, ``--seed``, ``--quick``, ``--processes``, ``--scheduler``, with the numbers of draws of a verb."""
    each = "Draws of the assumptions; each solves the game."
    each += f" {draws} are still a quick look; {FIT_DRAWS} for a result." if draws < FIT_DRAWS else ""

    def wrap(function: _Function) -> _Function:
        for option in (
            scheduler_option,
            click.option("--processes", type=click.IntRange(1), help="Local processes; one a core by default. The result is the same."),
            click.option("--quick", is_flag=True, help=f"{quick} draws instead of {draws}: a look, not a result."),
            click.option("--seed", type=int, default=SEED, show_default=True, help="Seed of every random number."),
            click.option("--draws", type=click.IntRange(8), default=draws, show_default=True, help=each),
        ):
            function = option(function)
        return function

    return wrap


def run_fit(
    name: str,
    runs: Path | None,
    *,
    draws: int,
    seed: int,
    processes: int | None,
    scheduler: str | None,
    quiet: bool,
    whole: bool,
    without: Sequence[str] = (),
) -> tuple[Case, Fitted]:
    """Open a case and fit it, with progress on standard error; Ctrl-C keeps the finished draws.

    Parameters
    ----------
    whole
        With all that a brief shows: levers, and what the headline hinges on.
    """
    from openparley.brief.lint import case_faults
    from openparley.cli._hinge_tables import edges_of
    from openparley.errors import CaseError
    from openparley.forecast.fitting import LEVER_DRAWS, fit
    from openparley.infer.engine import AdaptiveImportance
    from openparley.record.case import open_case, runs_dir

    case = open_case(name, extra_checks=case_checks())
    if whole and (faults := case_faults(case)):
        raise CaseError(faults)  # before anything is computed: the page would be refused
    engine = AdaptiveImportance(draws=draws, seed=seed, processes=processes)
    try:
        with staged_progress(quiet=quiet) as show:
            fitted = fit(
                case, runs or runs_dir(case), engine=engine, lever_draws=LEVER_DRAWS if whole else 0, without=without,
                edges=edges_of(case) if whole else None, scheduler=scheduler, progress=show,
            )  # fmt: skip
    except KeyboardInterrupt:
        click.echo("Stopped: finished draws are kept; run the same command again to go on.", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    return case, fitted
