"""The disputes that a case can name: one file each in this folder, and those that installed packages bring along.

Another package names its own in its ``pyproject.toml``, under ``[project.entry-points."openparley.families"]``. Only what is
installed counts: a case is data, so no code is ever taken from a case's folder, and a family's code runs only when it is named.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from typing import Any, TypeAlias

from openparley.errors import GameError, did_you_mean
from openparley.game.dispute import Dispute

__all__ = ["FAMILIES", "GROUP", "Families", "family"]

GROUP = "openparley.families"

Point: TypeAlias = Any
"""An entry point; where the package importlib_metadata is installed it is one of its class, else of the standard library's."""


class Families(Mapping[str, type[Dispute]]):
    """Name → dispute; found at once, loaded when asked for.

    Raises
    ------
    GameError
        On asking for one that is no dispute, cannot be loaded, or is named by two packages.
    """

    def __init__(self) -> None:
        self._own = sorted(found.name for found in pkgutil.iter_modules(__path__))
        self._brought: dict[str, list[Point]] = {}
        for point in entry_points(group=GROUP):
            self._brought.setdefault(point.name, []).append(point)

    def __iter__(self) -> Iterator[str]:
        return iter([*self._own, *sorted(set(self._brought) - set(self._own))])

    def __len__(self) -> int:
        return len(set(self._own) | set(self._brought))

    def __contains__(self, name: object) -> bool:
        return name in self._own or name in self._brought

    def __getitem__(self, name: str) -> type[Dispute]:
        brought = self._brought.get(name, [])
        if len(brought) + (name in self._own) > 1:
            owners = [*(["openparley"] if name in self._own else []), *map(_owner, brought)]
            raise GameError(
                f"several packages bring a dispute “{name}”: {', '.join(owners)}. Rename the entry point of one, or uninstall it."
            )
        if brought:
            return _brought(brought[0])
        if name not in self._own:
            raise KeyError(name)
        return _own(name)


def _own(name: str) -> type[Dispute]:
    """The one dispute that a file of this folder defines."""
    module = importlib.import_module(f"{__name__}.{name}")
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, Dispute)]
    own = [kind for kind in kinds if kind.__module__ == module.__name__]
    if len(own) != 1:
        raise GameError(f"{module.__name__} must define one dispute; found {', '.join(k.__name__ for k in own) or 'none'}.")
    return own[0]


def _brought(point: Point) -> type[Dispute]:
    """The dispute that an installed package names."""
    where = f"the dispute “{point.name}” of the package “{_owner(point)}”, {point.value},"
    try:
        kind = point.load()
    except (ImportError, AttributeError) as problem:
        raise GameError(
            f"{where} cannot be loaded: {problem}. Correct the entry point in its pyproject.toml and install it again."
        ) from problem
    if not (isinstance(kind, type) and issubclass(kind, Dispute) and kind is not Dispute):
        raise GameError(f"{where} is {kind!r}; a subclass of openparley.game.Dispute is wanted.")
    return kind


def _owner(point: Point) -> str:
    return point.dist.name if point.dist is not None else "unknown"


FAMILIES: Mapping[str, type[Dispute]] = Families()


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
