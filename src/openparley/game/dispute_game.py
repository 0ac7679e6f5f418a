"""A dispute with its numbers: what a solver is handed."""

from __future__ import annotations

from dataclasses import dataclass

from openparley.errors import GameError
from openparley.game.dispute import Dispute
from openparley.game.parameters import Parameters
from openparley.game.positions import Positions


@dataclass(frozen=True)
class DisputeGame:
    """A dispute, its numbers, the positions that play can reach and the rounds there are.

    Attributes
    ----------
    rounds
        Rounds until the horizon, at least 1.
    dispute
        The dispute built with the chance assumptions of ``parameters``; None for the one the positions were built from.

    Raises
    ------
    GameError
        If there is no round, or an actor has no motives.
    """

    positions: Positions
    parameters: Parameters
    rounds: int
    dispute: Dispute | None = None

    def __post_init__(self) -> None:
        name = type(self.played).__name__
        if self.rounds < 1:
            raise GameError(f"{name} needs at least 1 round; found {self.rounds}.")
        for actor in self.played.actors:
            if actor not in self.parameters.motives:
                given = ", ".join(self.parameters.motives) or "none"
                raise GameError(f"actor “{actor}” of {name} has no motives; given: {given}. Add them to the parameters.")

    @property
    def played(self) -> Dispute:
        """The dispute whose chances apply."""
        return self.dispute or self.positions.dispute
