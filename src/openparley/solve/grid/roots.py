"""Whether stages have one answer or several: the branch of a stage from λ = 0, and starts from opposite corners.

Backward induction picks an answer stage by stage, which has a meaning only where there is one. A sample of stages is
looked at with the values of what comes later held fixed: the stage's own branch is followed from λ = 0 and must neither
fold nor be crossed (the determinant of I − ∂G/∂x stays above 0), and iteration from nearly pure behaviour of every type
must end on it. The branch is followed in several times as many stages as are tried from all corners: these are the ones
in which the determinant came nearest to 0, next to which other answers are to be expected.
"""

# pyright: reportMissingParameterType=false
# ruff: noqa: ANN001, ANN202
# (the loops at the end are compiled for whatever array types they are called with)

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from openparley.game.dispute import WORLD
from openparley.solve.grid.behaviour import GridBehaviour
from openparley.solve.grid.newton import BASE, BELIEF, FRESH, GAIN, GOES_ON, OFF, X, evaluate, follow, jit, make_stage, newton
from openparley.solve.grid.splits import SplitGrid

MOST_ROUNDS = 8  # that stages are taken from, evenly spaced; neighbouring rounds are alike
CANDIDATES = 8  # whose branch is followed, for each stage that is tried from all corners
MOST_STARTS = 9
NEARLY_PURE = 0.98
PLAIN_PASSES = 25  # before Newton, which from far away may end anywhere
APART = 1e-4  # two answers further apart than this are different
EXACT = 1e-9
NO_FOLD = 2.0
CUBIC = 9.0 / 384.0  # of the fourth difference: the error of the cubic half way between its middle nodes
ROUGH = 0.5  # in log odds of a choice; errors of this size between nodes leave little of an answer
SAMPLED_BY = 20250529  # the sample is part of the answer and so the same each time


@dataclass(frozen=True)
class StageRoots:
    """What a sample of stages showed.

    Attributes
    ----------
    checked
        Stages looked at.
    several
        Those with more than one answer.
    folded
        Those whose branch folds before λ.
    smallest_fold
        Smallest factor of λ at which one folds; 2 if none does.
    spread
        Largest difference of a choice probability between two answers of a stage.
    where
        In words, positions and beliefs concerned.
    rough
        Stages at which values bend so sharply between nodes that log odds of choices may be off by `ROUGH` or more.
    roughest
        Largest such estimate.
    """

    checked: int
    several: int
    folded: int
    smallest_fold: float
    spread: float
    where: str
    rough: int
    roughest: float

    @property
    def unique(self) -> bool:
        """Whether no stage of the sample has several answers or a fold."""
        return not (self.several or self.folded)

    def __str__(self) -> str:
        fold = f", the first branch folds at {self.smallest_fold:.3g} times the precision" if self.folded else ""
        both = f"{self.several} of {self.checked} sampled stages have several answers, up to {self.spread:.2g} apart"
        return f"{both}{fold}: {self.where}" if self.where else f"{both}{fold}"


def check_roots(behaviour: GridBehaviour, most: int) -> StageRoots:
    """Look at up to ``most`` stages."""
    places, rng = behaviour.positions, np.random.default_rng(SAMPLED_BY)
    steps = [s for s, name in enumerate(places.steps) if name != WORLD and len(behaviour.parameters.motives[name].types) > 1]
    rounds = np.unique(np.linspace(behaviour.first_round, behaviour.rounds - 1, MOST_ROUNDS).round().astype(int)).tolist()
    groups = [(t, s) for t in rounds for s in steps] if most else []
    shares = [len(part) for part in np.array_split(np.arange(most), max(len(groups), 1))]
    found = [_Group(behaviour, t, s, share, rng) for (t, s), share in zip(groups, shares, strict=False) if share]
    folds = np.concatenate([group.folds for group in found]) if found else np.zeros(0)
    spreads = np.concatenate([group.spreads for group in found]) if found else np.zeros(0)
    return StageRoots(
        len(folds), int((spreads > APART).sum()), int((folds < 1.0).sum()), float(folds.min(initial=NO_FOLD)),
        float(spreads.max(initial=0.0)), "; ".join(text for text in (group.concerned() for group in found) if text),
        sum(int((group.rough > ROUGH).sum()) for group in found), max((float(group.rough.max()) for group in found), default=0.0),
    )  # fmt: skip


class _Group:
    """Sampled stages of one step in one round."""

    def __init__(self, behaviour: GridBehaviour, round_: int, step: int, share: int, rng: np.random.Generator) -> None:
        self.behaviour, self.round, self.step = behaviour, round_, step
        places, self.mover = behaviour.positions, behaviour.positions.steps[step]
        where = rng.integers(places.step_start[step], places.step_start[step + 1], CANDIDATES * share)
        beliefs = _beliefs(behaviour, len(where), rng)
        tables = behaviour.stage_tables(round_, step, where, beliefs)
        self.where, self.belief = where, np.ascontiguousarray(beliefs[self.mover])
        self.folds, self.spreads, least = np.full(len(where), NO_FOLD), np.zeros(len(where)), np.ones(len(where))
        motives, grid = behaviour.parameters.motives[self.mover], behaviour.grids[self.mover]
        self.rough = motives.precision * _roughness(tables, grid)
        common = (
            np.ascontiguousarray(tables), where, places.option_start, places.successor, behaviour.reward,
            behaviour.mover_extras(round_, step, where, beliefs), behaviour.log_base, motives.precision, behaviour.slot(self.mover),
            len(motives.types), self.belief, np.array(grid.sizes, np.int64), grid.nodes, grid.coefficients, grid.reach, self.folds,
            self.spreads, least,
        )  # fmt: skip
        _examine(*common, np.arange(len(where)), False)
        _examine(*common, np.argsort(least, kind="stable")[:share], True)

    def concerned(self) -> str:
        """Where, in words; empty if all is well."""
        bad = np.flatnonzero((self.folds < 1.0) | (self.spreads > APART))
        if not len(bad):
            return ""
        kinds = self.behaviour.parameters.motives[self.mover].types
        names = list(dict.fromkeys(str(self.behaviour.positions.places[v]) for v in self.where[bad]))
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        ranges = ", ".join(f"{kind} {b.min():.2g}–{b.max():.2g}" for kind, b in zip(kinds, self.belief[bad].T, strict=True))
        return f"“{self.mover}” in round {self.round}, {names[0]}{more}, beliefs {ranges}"


def _roughness(tables: Float[np.ndarray, "item option type own"], grid: SplitGrid) -> Float[np.ndarray, " item"]:
    """Size of what the interpolation leaves out, in utils: the last Chebyshev coefficient, or that of fourth differences."""
    split = tables.reshape(*tables.shape[:3], *grid.sizes)
    worst = np.zeros(len(tables))
    for m, size in enumerate(grid.sizes):
        along = np.moveaxis(split, 3 + m, -1)
        if grid.reach:
            inner = along[..., 1:-1]
            left = np.diff(inner, 4) * CUBIC if size > 6 else np.diff(inner, 3)
        else:
            left = (along @ grid.coefficients[m, :size])[..., None] / 2.0 ** (2 * size - 3)
        worst = np.maximum(worst, np.abs(left).reshape(len(tables), -1).max(1))
    return worst


def _beliefs(behaviour: GridBehaviour, items: int, rng: np.random.Generator) -> dict[str, Float[np.ndarray, "item _"]]:
    """A third at the priors, a third anywhere, a third half way between."""
    at_prior = (np.arange(items) % 3 / 2)[:, None]
    motives = behaviour.parameters.motives
    return {
        actor: at_prior * motives[actor].prior + (1 - at_prior) * rng.dirichlet(np.ones(len(motives[actor].types)), items)
        for actor in behaviour.positions.dispute.actors
    }


@jit
def _examine(
    tables, where, option_start, successor, reward, extra, log_base, precision,
    slot, types, beliefs, sizes, nodes, coef, reach, folds, spreads, least, chosen, corners,
):  # fmt: skip  # pragma: no cover - compiled
    """Follow the branch of the chosen stages, and if told start from corners too; fill folds, spreads and least (stage).

    tables (stage, option, type, own), extra (stage, option) comes on top of rewards.
    """
    most, widest = extra.shape[1], 4
    for m in range(types - 1):
        widest = max(widest, sizes[m])
    fields, places, weight, room = make_stage(most, types, widest)
    answer = np.empty((most, types))
    for i in chosen:
        opening, many = option_start[where[i]], option_start[where[i] + 1] - option_start[where[i]]
        for k in range(types):
            room[BELIEF, k] = beliefs[i, k]
        for a in range(many):
            places[GOES_ON, a, 0] = 1 if successor[opening + a] >= 0 else 0
            for k in range(types):
                fields[BASE, a, k] = log_base[opening + a]
                fields[GAIN, a, k] = reward[opening + a, slot + k] + extra[i, a]
        table = tables[i]
        reached, _, least[i] = follow(table, fields, places, weight, room, many, types, sizes, nodes, coef, reach, precision, EXACT)
        found = 0
        if reached < 1.0:
            folds[i] = reached
        else:
            found = 1
            for a in range(many):
                for k in range(types):
                    answer[a, k] = fields[FRESH, a, k]
        if not corners:
            continue
        starts = many**types
        stride = max(starts // MOST_STARTS, 1)
        for start in range(0, starts, stride):
            digits = start
            for k in range(types):
                pure = digits % many
                digits //= many
                for a in range(many):
                    fields[X, a, k] = math.log((NEARLY_PURE if a == pure else 0.0) + (1.0 - NEARLY_PURE) / many)
            for _ in range(PLAIN_PASSES):
                residual, _ = evaluate(table, fields, places, weight, room, many, types, sizes, nodes, coef, reach, precision)
                if residual < EXACT:
                    break
                for a in range(many):
                    for k in range(types):
                        fields[X, a, k] += 0.5 * fields[OFF, a, k]
            residual, _ = newton(table, fields, places, weight, room, many, types, sizes, nodes, coef, reach, precision, EXACT)
            if residual > EXACT:
                continue
            gap = 0.0
            for a in range(many):
                for k in range(types):
                    if found == 0:
                        answer[a, k] = fields[FRESH, a, k]
                    gap = max(gap, abs(fields[FRESH, a, k] - answer[a, k]))
            found += 1
            spreads[i] = max(spreads[i], gap)
