"""A fit to write a brief of: read from a file, or made as a quick look."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from openparley.brief.lexicon import lexicon
from openparley.forecast.fitting import fit
from openparley.forecast.forecast import Forecast
from openparley.infer.engine import AdaptiveImportance
from openparley.infer.posterior import Posterior
from openparley.record.case import Case

DRAWS, SEED = 40, 20250529
ROOT = Path(__file__).resolve().parents[2]
# Finished draws of the same code are found here again.
RUNS = ROOT / "build" / "bench" / "runs"

Prepared = tuple[Posterior, Forecast, Mapping[str, Any]]


def prepared(case: Case, folder: Path | None = None) -> Prepared:
    """Posterior, forecast and run of a case.

    Parameters
    ----------
    folder
        Holds ``<case>.pkl``, a pickle of the three that this code can read; if none is named, the case is fitted on 40 draws.
    """
    if folder is not None:
        with (folder / f"{case.file.name}.pkl").open("rb") as file:
            return pickle.load(file)
    bands = lexicon(case.file.lexicon).terms
    edges = [(below.high + above.low) / 2 for below, above in pairwise(bands)]
    made = fit(case, RUNS / case.file.name, engine=AdaptiveImportance(draws=DRAWS, seed=SEED), edges=edges)
    return made.posterior, made.forecast, made.run
