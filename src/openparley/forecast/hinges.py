"""What the headline hinges on, as an optional stage of a run: variance shares, correlation ratios, tornado, flip test."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float
from pydantic import ConfigDict, RootModel, ValidationError

from openparley._display import Shown
from openparley.errors import CaseError, Complaint
from openparley.forecast.at_value import Solver, standing
from openparley.forecast.flip import FLIP_COLUMNS, MOST_VALUES, FlipTest, flip_rows, flip_test
from openparley.forecast.sensitivity import (
    LOG_EVIDENCE,
    RATIO_COLUMNS,
    SHARE_COLUMNS,
    PosteriorRatios,
    VarianceShares,
    posterior_ratios,
    quantities,
    ratio_rows,
    share_rows,
    variance_shares,
)
from openparley.forecast.tornado import TORNADO_COLUMNS, TORNADO_ENDS, Tornado, tornado, tornado_rows
from openparley.infer.checkpoint import Progress
from openparley.infer.engine import AdaptiveImportance, Run
from openparley.infer.model import Model
from openparley.infer.workers import Workers
from openparley.record.store import atomic_write

SOLVED_DRAWS = 16  # for each value of an assumption that is solved for
CONFIRMED = 3
STAGE = "splitting the variance"
FILE = "hinges.json"


@dataclass(frozen=True)
class Hinges(Shown):
    """What the headline hinges on.

    Attributes
    ----------
    flips
        None for a list of words without bands.
    solves
        Real solves beyond those of the run; most are the tornado's 2 values of 3 assumptions and the flip test's up to 6 values
        of 3, in 16 draws each.
    """

    outcome: str
    shares: tuple[VarianceShares, ...]
    ratios: tuple[PosteriorRatios, ...]
    tornado: Tornado
    flips: FlipTest | None
    solves: int


class _HingesFile(RootModel[Hinges]):
    """The file that holds it; a number that JSON has not, such as NaN, is its name."""

    model_config = ConfigDict(ser_json_inf_nan="strings")


def hinges_json(found: Hinges) -> str:
    """All of it as JSON."""
    return _HingesFile(found).model_dump_json(indent=1)


def find_hinges(
    model: Model,
    run: Run,
    engine: AdaptiveImportance,
    weights: Float[np.ndarray, " draw"],
    workers: Workers,
    *,
    outcome: str,
    edges: Sequence[float] = (),
    shares_of: Sequence[str] | None = None,
    solved_draws: int = SOLVED_DRAWS,
    confirm: int = CONFIRMED,
    checkpoint: Path | None = None,
    progress: Progress | None = None,
) -> Hinges:
    """Find out what one outcome's probability hinges on.

    Parameters
    ----------
    weights
        Posterior weights of the draws.
    outcome
        The headline's id.
    edges
        Ends between the bands of the case's list of words; without any there is no flip test.
    shares_of
        Quantities whose variance is split, by id: outcomes, ``share.ACTOR.ACCOUNT``, ``log_evidence``; the headline and the log
        evidence if not given.
    solved_draws
        Draws solved for each value; as many as the run has for no sampling.
    confirm
        Assumptions confirmed by real solves in the tornado and in the flip test; 0 for the emulator alone.

    Raises
    ------
    InferenceError
        If there are too few draws for an emulator, or a worker process was lost.
    ParameterError
        If the model has no such outcome, or the edges do not ascend within 0 and 1.
    """
    found = standing(model, run, weights, outcome, seed=engine.seed)
    wanted = (outcome, LOG_EVIDENCE) if shares_of is None else tuple(shares_of)
    picked = [quantity for quantity in quantities(model, run) if quantity.id in wanted]
    shares, ratios = list[VarianceShares](), list[PosteriorRatios]()
    for i, quantity in enumerate(picked):
        if progress is not None:
            progress(STAGE, i, len(picked))
        shares.append(variance_shares(quantity, run.z, run.free, run.prior_weights, seed=engine.seed))
        ratios.append(posterior_ratios(quantity, run.z, run.free, weights, seed=engine.seed))
    if progress is not None:
        progress(STAGE, len(picked), len(picked))
    values = confirm * (TORNADO_ENDS + (MOST_VALUES if len(edges) else 0))
    solver = Solver(found, engine, workers, solved_draws, checkpoint, progress, values)
    wide = tornado(found, solver if confirm else None, confirm=confirm)
    flips = flip_test(found, edges, solver if confirm else None, confirm=confirm) if len(edges) else None
    return Hinges(outcome, tuple(shares), tuple(ratios), wide, flips, solver.solves)


def hinge_tables(found: Hinges) -> dict[str, str]:
    """The results as CSV, by file name."""
    parts = {
        "variance_shares.csv": (SHARE_COLUMNS, share_rows(found.shares)),
        "correlation_ratios.csv": (RATIO_COLUMNS, ratio_rows(found.ratios)),
        "tornado.csv": (TORNADO_COLUMNS, tornado_rows(found.tornado)),
        "flips.csv": (FLIP_COLUMNS, flip_rows(found.flips) if found.flips is not None else []),
    }
    return {name: _csv([columns, *rows]) for name, (columns, rows) in parts.items()}


def write_hinges(found: Hinges, folder: Path, *, suffix: str = "") -> tuple[Path, ...]:
    """The tables as CSV, and ``hinges.json`` from which `read_hinges` has all of it again.

    Parameters
    ----------
    folder
        The run's; files of an earlier call are replaced.
    suffix
        Put behind the files' names, for an outcome that is not the headline.
    """
    texts = {**hinge_tables(found), FILE: hinges_json(found) + "\n"}
    paths = {folder / f"{name.partition('.')[0]}{suffix}.{name.partition('.')[2]}": text for name, text in texts.items()}
    for path, text in paths.items():
        atomic_write(path, text.encode())
    return tuple(paths)


def read_hinges(path: Path) -> Hinges:
    """What `write_hinges` wrote to its JSON file.

    Raises
    ------
    CaseError
        If the file is missing or is not one of these.
    """
    try:
        return _HingesFile.model_validate_json(path.read_bytes()).root
    except OSError as problem:
        raise CaseError(Complaint(str(path), None, None, None, None, None, f"cannot be read: {problem.strerror}.")) from None
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        message = f"not what `parley whatif --sensitivity` writes: {place}: {first['msg']}."
        raise CaseError(Complaint(str(path), None, None, None, None, "Delete it, or make it again.", message)) from None


def kept_hinges(folder: Path, outcome: str, edges: Sequence[float] = ()) -> Hinges | None:
    """What an earlier call on the same run found, confirmed by real solves or not.

    None where there is no such file, or where it is of another outcome or of other bands.
    """
    try:
        found = read_hinges(folder / FILE)
    except CaseError:
        return None
    bands = found.flips.edges if found.flips is not None else ()
    return found if found.outcome == outcome and bands == tuple(map(float, edges)) else None


def _csv(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
