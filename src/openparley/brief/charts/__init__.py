"""Charts of the brief: one file each, found by scanning.

Every chart module has ``data(context) -> list[Row]``, rows with a key ``panel``, and ``chart(rows) -> alt.TopLevelMixin``,
which draws the rows of one panel, or all panels below one another. ``TITLE`` names the figure;
``QUESTION`` and ``READ`` say in the gallery what it answers and what its marks mean.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

__all__ = ["discover"]


def discover() -> dict[str, ModuleType]:
    """Chart modules by name.

    Examples
    --------
    >>> sorted(discover())
    ['before_after', 'futures', 'indicators', 'levers', 'outcomes', 'rivals', 'timeline', 'tornado']
    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}
