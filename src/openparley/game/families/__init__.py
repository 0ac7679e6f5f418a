"""The disputes that a case can name: one file each in this folder, found by scanning."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from openparley.errors import GameError, did_you_mean
from openparley.game.dispute import Dispute


def _found() -> dict[str, type[Dispute]]:
    """File name → the one dispute that the file defines."""
    families = {}
    for name in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        module = importlib.import_module(f"{__name__}.{name}")
        kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, Dispute)]
        own = [kind for kind in kinds if kind.__module__ == module.__name__]
        if len(own) != 1:
            raise GameError(f"{module.__name__} must define one dispute; found {', '.join(k.__name__ for k in own) or 'none'}.")
        families[name] = own[0]
    return families


FAMILIES: Mapping[str, type[Dispute]] = MappingProxyType(_found())


def family(name: str) -> type[Dispute]:
    """The dispute of that name.

    Raises
    ------
    GameError
        If there is none, with those there are.
    """
    if name not in FAMILIES:
        hint = did_you_mean(name, FAMILIES) or ""
        raise GameError(f"no dispute “{name}”; there is: {', '.join(FAMILIES)}. {hint}".strip())
    return FAMILIES[name]
