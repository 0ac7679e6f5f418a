"""What the record says about the parameters: reports of moves, a filter over histories, weighted draws, a posterior.

Names are imported when they are first asked for: `parley check` needs no more of this layer than `openparley.infer.check`,
and the engine behind the others brings SciPy and Numba with it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openparley.infer.check import check_model
    from openparley.infer.engine import AdaptiveImportance, Run, run_draws
    from openparley.infer.filter import Filter, Filtered
    from openparley.infer.model import Model, Reporting, build_model
    from openparley.infer.observe import Observed, Report
    from openparley.infer.posterior import (
        AbsoluteFit,
        AccountPath,
        AssumptionVerdict,
        Diagnostics,
        Estimate,
        ObservedMove,
        Posterior,
        Round,
    )
    from openparley.infer.prior import Draws, draw_assumptions
    from openparley.infer.summary import summarise

__all__ = [
    "AbsoluteFit",
    "AccountPath",
    "AdaptiveImportance",
    "AssumptionVerdict",
    "Diagnostics",
    "Draws",
    "Estimate",
    "Filter",
    "Filtered",
    "Model",
    "Observed",
    "ObservedMove",
    "Posterior",
    "Report",
    "Reporting",
    "Round",
    "Run",
    "build_model",
    "check_model",
    "draw_assumptions",
    "run_draws",
    "summarise",
]

_HOMES = {
    "check": ("check_model",),
    "engine": ("AdaptiveImportance", "Run", "run_draws"),
    "filter": ("Filter", "Filtered"),
    "model": ("Model", "Reporting", "build_model"),
    "observe": ("Observed", "Report"),
    "posterior": (
        "AbsoluteFit",
        "AccountPath",
        "AssumptionVerdict",
        "Diagnostics",
        "Estimate",
        "ObservedMove",
        "Posterior",
        "Round",
    ),
    "prior": ("Draws", "draw_assumptions"),
    "summary": ("summarise",),
}


def __getattr__(name: str) -> Any:
    """Import a public name from the module that it lives in."""
    for module, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module “{__name__}” has no attribute “{name}”")
