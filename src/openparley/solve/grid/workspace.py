"""Memory of value tables that one solve after another takes over."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

UNUSED = 2  # references to a block that nobody else holds: the list's and the one that is being counted


class Workspace:
    """Blocks of memory for the tables of solves that follow one another in a process.

    Fresh memory costs about as much as a quarter of a small solve, because the system clears every page of it first. A
    block is handed out again only when nothing refers to any table in it any more, so that a solution that is still
    held is never written over; to profit, drop it before the next solve. Memory is kept until the workspace is dropped.
    For one thread at a time.
    """

    def __init__(self) -> None:
        self._blocks: list[np.ndarray[Any, np.dtype[Any]]] = []

    def block(self, entries: int, kind: type[np.floating[Any]]) -> np.ndarray[Any, np.dtype[Any]]:
        """A flat array of this many entries, with whatever it held before."""
        free = [i for i in range(len(self._blocks)) if sys.getrefcount(self._blocks[i]) <= UNUSED]
        for i in free:
            if self._blocks[i].size == entries and self._blocks[i].dtype == kind:
                return self._blocks[i]
        # blocks of another size are from another game or grid
        self._blocks = [block for i, block in enumerate(self._blocks) if i not in free]
        self._blocks.append(np.empty(entries, kind))
        return self._blocks[-1]
