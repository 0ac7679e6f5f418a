"""Worlds: one account for every uncertain actor, with "none of these" in the place of one actor's account at a time."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from openparley.infer.model import Model
from openparley.infer.posterior import NONE_OF_THESE
from openparley.infer.reporting import Reporting
from openparley.solve.grid.behaviour import GridBehaviour

HABIT = -1  # index of "none of these" among an actor's types


@dataclass(frozen=True)
class Worlds:
    """Every combination of accounts that the analyst weighs.

    Attributes
    ----------
    types
        Type index of each uncertain actor in each world; −1 stands for "none of these".
    """

    actors: tuple[str, ...]
    types: Int[np.ndarray, "world actor"]
    prior: Float[np.ndarray, " world"]

    def of(self, actor: str) -> Int[np.ndarray, " world"]:
        """Type index of one actor in every world; 0 for an actor whose motive is known."""
        return self.types[:, self.actors.index(actor)] if actor in self.actors else np.zeros(len(self.types), np.int64)


def weigh_worlds(model: Model, behaviour: GridBehaviour, reporting: Reporting) -> Worlds:
    """Worlds with the analyst's prior: the actors' common prior, less what is kept for "none of these"."""
    actors = model.uncertain
    shares = [behaviour.parameters.motives[actor].prior for actor in actors]
    named = list(itertools.product(*[range(len(share)) for share in shares]))
    kept = 1.0 - sum(reporting.none[actor] for actor in actors)
    rows = [(types, kept * np.prod([share[k] for share, k in zip(shares, types, strict=True)])) for types in named]
    for i, actor in enumerate(actors):
        others = [range(len(share)) if j != i else (HABIT,) for j, share in enumerate(shares)]
        for types in itertools.product(*others):
            share = np.prod([shares[j][k] for j, k in enumerate(types) if j != i])
            rows.append((types, reporting.none[actor] * share))
    return Worlds(actors, np.array([types for types, _ in rows], np.int64).reshape(len(rows), len(actors)), np.array([p for _, p in rows]))


def world_drift(worlds: Worlds, behaviour: GridBehaviour) -> Float[np.ndarray, "world world"]:
    """Probability that each world is each other in the next round; habit stays habit."""
    drift = np.ones((len(worlds.types), len(worlds.types)))
    for i, actor in enumerate(worlds.actors):
        matrix = behaviour.parameters.motives[actor].drift
        leave, enter = worlds.types[:, i][:, None], worlds.types[:, i][None, :]
        stays = np.where(leave == HABIT, 1.0, matrix[np.maximum(leave, 0), np.maximum(enter, 0)])
        drift *= np.where((leave == HABIT) == (enter == HABIT), stays, 0.0)
    return drift


def account_share(
    worlds: Worlds, share: Float[np.ndarray, "*round world"], actor: str, labels: tuple[str, ...]
) -> Float[np.ndarray, "*round account"]:
    """Shares of one actor's accounts; ``labels`` ends with "none"."""
    kinds = worlds.of(actor)
    assert labels[-1] == NONE_OF_THESE
    return np.stack([share[..., kinds == (k if k < len(labels) - 1 else HABIT)].sum(-1) for k in range(len(labels))], -1)
