"""The disputes that a case can name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from openparley.errors import GameError, did_you_mean
from openparley.game.dispute import Dispute
from openparley.game.mediated_ceasefire import MediatedCeasefire

FAMILIES: Mapping[str, type[Dispute]] = MappingProxyType({"mediated_ceasefire": MediatedCeasefire})


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
