"""What the verbs that compute share: settings of the engine, where runs go, progress."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from openparley.cli._frame import case_checks
from openparley.cli._progress import progress

if TYPE_CHECKING:
    from openparley.forecast.fit import Fitted
    from openparley.record.case import Case

DRAWS, QUICK_DRAWS, SEED = 64, 16, 20250529

_Function = TypeVar("_Function", bound=Callable[..., Any])


def engine_options(function: _Function) -> _Function:
    """``--draws``, ``--seed``, ``--quick``, ``--processes``."""
    for option in (
        click.option("--processes", type=click.IntRange(1), help="Local processes; one a core by default. The result is the same."),
        click.option("--quick", is_flag=True, help=f"{QUICK_DRAWS} draws instead of {DRAWS}: a look, not a result."),
        click.option("--seed", type=int, default=SEED, show_default=True, help="Seed of every random number."),
        click.option(
            "--draws", type=click.IntRange(8), default=DRAWS, show_default=True, help="Draws of the assumptions; each solves the game."
        ),
    ):
        function = option(function)
    return function


def run_fit(name: str, runs: Path | None, *, draws: int, seed: int, quick: bool, processes: int | None, quiet: bool) -> tuple[Case, Fitted]:
    """Open a case and fit it, with progress on standard error."""
    from openparley.forecast.fit import fit
    from openparley.infer.engine import PriorSampling
    from openparley.record.case import open_case, runs_dir

    case = open_case(name, extra_checks=case_checks())
    engine = PriorSampling(draws=QUICK_DRAWS if quick else draws, seed=seed, processes=processes)
    with progress("solving the game under each draw", quiet=quiet) as show:
        fitted = fit(case, runs or runs_dir(case), engine=engine, progress=show)
    return case, fitted
