"""Public names of a package that are imported when they are first asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def lazily(package: str, homes: Mapping[str, tuple[str, ...]]) -> Callable[[str], Any]:
    """A module's ``__getattr__``.

    Parameters
    ----------
    homes
        Module of the package → the public names that live in it.
    """
    home = {name: module for module, names in homes.items() for name in names}

    def attribute(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module “{package}” has no attribute “{name}”")
        return getattr(importlib.import_module(f"{package}.{home[name]}"), name)

    return attribute
