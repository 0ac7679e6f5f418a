"""Cited records of negotiations, games between actors with uncertain motives, and forecasts that say why.

The names that a notebook begins with are imported when they are first asked for: `load` opens a case, `fit` goes from its record
to a forecast. Every layer imports this module for the version, so nothing here names a layer but as text; what the names are
to a type checker is in ``__init__.pyi``.
"""

# pyright: reportUnsupportedDunderAll=false
from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0.dev0"
__all__ = ["AdaptiveImportance", "fit", "load", "write_brief"]

HOMES = {
    "AdaptiveImportance": ("infer.engine", "AdaptiveImportance"),
    "fit": ("forecast.fitting", "fit"),
    "load": ("record.case", "open_case"),
    "write_brief": ("brief.brief", "write_brief"),
}


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module “{__name__}” has no attribute “{name}”")
    module, thing = HOMES[name]
    return getattr(importlib.import_module(f"{__name__}.{module}"), thing)
