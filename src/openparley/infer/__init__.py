"""What the record says about the parameters: reports of moves, a filter over histories, weighted draws, a posterior.

Names are imported when they are first asked for: `parley check` needs no more of this layer than `openparley.infer.check`,
and the engine behind the others brings SciPy and Numba with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openparley._lazy import lazily

if TYPE_CHECKING:
    from openparley.infer.check import check_model
    from openparley.infer.emulator import Emulator, fit_emulator
    from openparley.infer.engine import AdaptiveImportance, Run, run_draws
    from openparley.infer.filter import Filter, Filtered
    from openparley.infer.leave_out import Variant
    from openparley.infer.left_out import LeaveOut, summarise_left_out
    from openparley.infer.model import Model, build_model
    from openparley.infer.observe import Observed, Report
    from openparley.infer.posterior import (
        AbsoluteFit,
        AccountPath,
        AssumptionVerdict,
        Diagnostics,
        Doubtful,
        Estimate,
        EvidenceMatrix,
        EvidenceRow,
        ObservedMove,
        Posterior,
        Round,
        ShareError,
        SolverError,
        WithoutIt,
    )
    from openparley.infer.prior import Draws, draw_assumptions
    from openparley.infer.proposal import Proposal
    from openparley.infer.reporting import Reporting
    from openparley.infer.summary import evidence_emulator, summarise

__all__ = [
    "AbsoluteFit",
    "AccountPath",
    "AdaptiveImportance",
    "AssumptionVerdict",
    "Diagnostics",
    "Doubtful",
    "Draws",
    "Emulator",
    "Estimate",
    "EvidenceMatrix",
    "EvidenceRow",
    "Filter",
    "Filtered",
    "LeaveOut",
    "Model",
    "Observed",
    "ObservedMove",
    "Posterior",
    "Proposal",
    "Report",
    "Reporting",
    "Round",
    "Run",
    "ShareError",
    "SolverError",
    "Variant",
    "WithoutIt",
    "build_model",
    "check_model",
    "draw_assumptions",
    "evidence_emulator",
    "fit_emulator",
    "run_draws",
    "summarise",
    "summarise_left_out",
]

__getattr__ = lazily(
    __name__,
    {
        "check": ("check_model",),
        "emulator": ("Emulator", "fit_emulator"),
        "engine": ("AdaptiveImportance", "Run", "run_draws"),
        "filter": ("Filter", "Filtered"),
        "leave_out": ("Variant",),
        "left_out": ("LeaveOut", "summarise_left_out"),
        "model": ("Model", "build_model"),
        "observe": ("Observed", "Report"),
        "posterior": (
            "AbsoluteFit",
            "AccountPath",
            "AssumptionVerdict",
            "Diagnostics",
            "Doubtful",
            "Estimate",
            "EvidenceMatrix",
            "EvidenceRow",
            "ObservedMove",
            "Posterior",
            "Round",
            "ShareError",
            "SolverError",
            "WithoutIt",
        ),
        "prior": ("Draws", "draw_assumptions"),
        "proposal": ("Proposal",),
        "reporting": ("Reporting",),
        "summary": ("evidence_emulator", "summarise"),
    },
)
