"""Tokens that may be spent: counted as the endpoint counts them, else estimated, and never knowingly overdrawn."""

from __future__ import annotations

import threading
from math import ceil

__all__ = ["Budget", "SpentError", "estimate"]

# English prose has about four characters a token, JSON and names fewer; the lower figure stops early rather than late.
CHARACTERS_A_TOKEN = 3.5


def estimate(text: str) -> int:
    """Tokens that a text is likely to have at most.

    Examples
    --------
    >>> estimate("The talks failed.")
    5
    """
    return ceil(len(text) / CHARACTERS_A_TOKEN)


class SpentError(Exception):
    """The budget does not allow another question."""


class Budget:
    """What may be spent and what has been; safe to use from several threads.

    Parameters
    ----------
    limit
        Tokens in all, prompts and answers; None for no limit.
    """

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self.spent = 0
        self.calls = 0
        self.estimated = 0
        self._reserved = 0
        self._lock = threading.Lock()

    def reserve(self, tokens: int) -> bool:
        """Set tokens aside for a call; False when they are not there."""
        with self._lock:
            if self.limit is not None and self.spent + self._reserved + tokens > self.limit:
                return False
            self._reserved += tokens
            return True

    def settle(self, reserved: int, used: int, *, counted: bool) -> None:
        """Replace what was set aside by what the call took; ``counted`` if the endpoint said so."""
        with self._lock:
            self._reserved -= reserved
            self.spent += used
            self.calls += used > 0
            self.estimated += used > 0 and not counted
