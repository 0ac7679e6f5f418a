"""What move of the game each entry was read as, for the second click."""

from __future__ import annotations

from openparley.brief.context import Context
from openparley.brief.moves import plays


def readings(context: Context) -> dict[str, tuple[str, ...]]:
    """Entry → the moves that it was taken as a report of, such as “Party A counters”; nothing for an entry that reports none."""
    found: dict[str, dict[str, None]] = {}
    for move in context.posterior.moves:
        for id in move.entries:
            found.setdefault(id, {})[plays(context.facts, move.actor, move.move)] = None
    return {id: tuple(said) for id, said in found.items()}
