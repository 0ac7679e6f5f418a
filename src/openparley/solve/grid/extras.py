"""What an option adds for an actor while others are of given types, laid out for the compiled loops of the belief grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from openparley.game.dispute import WORLD
from openparley.game.positions import ENDED, Positions
from openparley.solve.grid.splits import SplitGrid


@dataclass(frozen=True)
class StepExtras:
    """Extras of the options of one step.

    Attributes
    ----------
    row
        Row of the tables for every option; −1 for options that add nothing.
    by_lane
        Expected over the types of all actors but the mover, by lane; at a world step over all, by point.
    by_type
        By the mover's own type.
    """

    row: Int[np.ndarray, " option"]
    by_lane: Float[np.ndarray, "row actor lane"]
    by_type: Float[np.ndarray, "row actor type"]


def with_horizon(
    positions: Positions, given: Float[np.ndarray, "option actor slot"], at_horizon: Float[np.ndarray, "opening actor slot"]
) -> Float[np.ndarray, "option actor slot"]:
    """Extras of the last round: its last step adds what the horizon that it leads to does.

    Counted with the move, what is linear in beliefs needs no reading from a table and so keeps exact.
    """
    if not at_horizon.any():
        return given
    last = given.copy()
    options = slice(int(positions.option_start[positions.step_start[-2]]), len(given))
    to = positions.successor[options]
    last[options] += np.where((to == ENDED)[:, None, None], 0.0, at_horizon[np.maximum(to, 0)])
    return last


def step_extras(
    positions: Positions, step: int, given: Float[np.ndarray, "option actor slot"], grids: Mapping[str, SplitGrid], slots: Mapping[str, int]
) -> StepExtras:
    """Lay out the extras of one step for its mover."""
    actors, mover = positions.dispute.actors, positions.steps[step]
    options = slice(
        int(positions.option_start[positions.step_start[step]]), int(positions.option_start[positions.step_start[step + 1]])
    )  # fmt: skip
    here = np.zeros(len(given), bool)
    here[options] = given[options].any((1, 2))
    row = np.full(len(given), -1, np.int64)
    row[here] = np.arange(here.sum())
    # at a world step tables have the layout of the first actor
    reader = actors[0] if mover == WORLD else mover
    order, own = [actor for actor in actors if actor != reader], [reader] if mover == WORLD else []
    order = order + own if grids[reader].reach else own + order
    by_lane = np.zeros((int(here.sum()), len(actors), int(np.prod([grids[actor].points for actor in order]))))
    for actor, beliefs in _spread(order, grids).items():
        types = beliefs.shape[1]
        by_lane += given[here][:, :, slots[actor] : slots[actor] + types] @ beliefs.T
    types = 1 if mover == WORLD else grids[mover].beliefs.shape[1]
    by_type = given[here][:, :, slots[mover] : slots[mover] + types] if mover != WORLD else np.zeros((int(here.sum()), len(actors), 1))
    return StepExtras(row, by_lane, np.ascontiguousarray(by_type))


def _spread(order: Sequence[str], grids: Mapping[str, SplitGrid]) -> dict[str, Float[np.ndarray, "lane _"]]:
    """Belief about each actor in every combination of their nodes, the last actor's fastest."""
    points = [grids[actor].points for actor in order]
    places = np.indices(points).reshape(len(points), -1) if points else np.zeros((0, 1), int)
    return {actor: grids[actor].beliefs[places[i]] for i, actor in enumerate(order)}
