"""How the values of one position and slot are laid out for the actor who reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from openparley.solve.grid.splits import SplitGrid


@dataclass(frozen=True)
class Layout:
    """Order of the points of the grid in a table.

    Its reader's own nodes come first and the *lanes*, the combinations of all other actors' nodes, run fastest: the
    compiled loops over polynomials run along lanes. On a grid in log odds, where four neighbouring nodes are read at a
    time, the own nodes run fastest.

    Attributes
    ----------
    shape
        (own, lanes), or (lanes, own) on a grid in log odds.
    point
        Point of the grid (the actors' nodes in order, the last actor's fastest) that every entry stands for.
    """

    shape: tuple[int, int]
    own_first: bool
    point: Int[np.ndarray, " entry"]

    def entries_for(self, reader: Layout) -> Int[np.ndarray, " entry"]:
        """Entry of this layout that every entry of another one is filled from."""
        entry = np.empty(len(self.point), np.int64)
        entry[self.point] = np.arange(len(entry))
        return entry[reader.point]


def lay_out(grids: Sequence[SplitGrid], axis: int, *, own_first: bool | None = None) -> Layout:
    """Layout for the actor at an axis of the grid; own nodes come first unless its grid is one in log odds."""
    first = not grids[axis].reach if own_first is None else own_first
    points = np.arange(int(np.prod([grid.points for grid in grids]))).reshape([grid.points for grid in grids])
    own, lanes = grids[axis].points, points.size // grids[axis].points
    point = np.moveaxis(points, axis, 0 if first else -1).reshape(-1)
    return Layout((own, lanes) if first else (lanes, own), first, point)
