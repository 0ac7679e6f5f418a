"""A certificate for a belief-grid solution, recomputed from the definitions by code other than the solver's.

Nothing here calls the compiled kernels, except that behaviour is asked of `GridBehaviour.choices`, which is what is
being checked. Tables are read by other formulas, payoffs and continuation values are computed anew, and the stage
after each move is solved at the exact belief that the move leads to instead of being read from the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from openparley._display import Shown
from openparley.game.dispute import WORLD, PublicState
from openparley.game.positions import ENDED, Position, rewards, rewards_given
from openparley.solve.grid.behaviour import GridBehaviour
from openparley.solve.grid.error_bound import bound_errors, coarser, differ
from openparley.solve.grid.splits import interpolation_weights
from openparley.solve.solution import Solution

SETTLED = 1e-10  # three digits below the tightest tolerance in use for solving
MOST_PASSES = 300
DAMP_AFTER = 40  # a stage whose plain iteration has not settled by then swings; half steps stop that
APART = 1e-4  # two ends of the iteration further apart than this are different answers
NEARLY_PURE = 0.98  # a start at a pure move exactly would leave Bayes' rule undefined at the others


@dataclass(frozen=True)
class Certificate(Shown):
    """What code other than the solver recomputed; maxima over the sample.

    Attributes
    ----------
    logit_residual
        max |σ − logit(Q(σ))|, with Q recomputed from the definition, at sampled grid points and in between.
    interpolation_error
        max change in a choice probability when the values after each move, read from a table by the solution, are
        recomputed by one step of the exact recursion. One stage's error; it is made anew at every stage.
    value_error
        max difference in utils between these values.
    best_response_gap
        Actor → largest gain in utils from its best option over its logit choice (noise, not error).
    other_roots
        Sampled stages at which iteration from opposite starts ended elsewhere, or did not end.
    interpolation_error_on_path, value_error_on_path, other_roots_on_path
        The same over the part of the sample that simulated play from the priors meets.
    error_bound, error_bound_on_path
        Bound on the error of choice probabilities that the whole solve makes, anywhere and where simulated play goes, see
        `openparley.solve.grid.error_bound`; None unless it was asked for.
    """

    logit_residual: float
    interpolation_error: float
    value_error: float
    best_response_gap: Mapping[str, float]
    other_roots: int
    sampled: int
    interpolation_error_on_path: float
    value_error_on_path: float
    other_roots_on_path: int
    error_bound: float | None = None
    error_bound_on_path: float | None = None


def certify(
    solution: Solution[GridBehaviour], *, samples: int = 64, rng: np.random.Generator, start: PublicState | None = None,
    bound: bool = False,
) -> Certificate:  # fmt: skip
    """Recompute what a solution claims at a sample of rounds, positions and beliefs.

    Half of the sample is met in play simulated from the priors, half is drawn evenly from all positions and from the
    simplex of beliefs.

    Parameters
    ----------
    start
        State in which the simulated play opens. Unless given, the state of defaults, or where that is no opening of
        the solution, openings drawn evenly.
    bound
        Also bound the error of the whole solve, which costs another one on a coarser grid.

    Returns
    -------
    The certificate; fields that end in ``_on_path`` are maxima over the simulated half alone.

    Notes
    -----
    `interpolation_error` is what the solution's own behaviour is off by because the values after a move are read from
    a table: they are replaced by one step of the exact recursion and the stage is solved again. That error is made
    anew at every stage and carried back in time, discounted; the whole solve was found off by 2 to 10 times as much
    (`benchmarks/RESULTS.md`). Errors have a long tail, which a small sample misses: 512 cost about 0.2 s.
    """
    behaviour = solution.behaviour
    recomputed = _Recomputed(behaviour)
    half = max(samples // 2, 1)
    on_path = _play(behaviour, start, half, rng)
    anywhere = _anywhere(behaviour, samples - half, rng)
    played = [_examine(recomputed, behaviour, group) for group in on_path]
    uniform = [_examine(recomputed, behaviour, group) for group in anywhere]
    steps = behaviour.positions.steps
    gridded = [_residual(recomputed, behaviour, _on_grid(behaviour, group, rng)) for group in anywhere if steps[group.step] != WORLD]
    found = played + uniform
    coarse = coarser(behaviour) if bound else None
    gaps = {
        actor: max((one.best_response_gap for one in found if one.mover == actor), default=0.0)
        for actor in behaviour.positions.dispute.actors
    }
    return Certificate(
        logit_residual=max([one.residual for one in found] + gridded, default=0.0),
        interpolation_error=max((one.choice_error for one in found), default=0.0),
        value_error=max((one.value_error for one in found), default=0.0),
        best_response_gap=gaps,
        other_roots=sum(one.other_roots for one in found),
        sampled=sum(one.items for one in found),
        interpolation_error_on_path=max((one.choice_error for one in played), default=0.0),
        value_error_on_path=max((one.value_error for one in played), default=0.0),
        other_roots_on_path=sum(one.other_roots for one in played),
        error_bound=None if coarse is None else bound_errors(behaviour, rng, coarse=coarse).largest,
        error_bound_on_path=None if coarse is None else _bound_on_path(behaviour, coarse, on_path),
    )


def _bound_on_path(behaviour: GridBehaviour, coarse: GridBehaviour, groups: list[_Group]) -> float:
    worst = 0.0
    for group in groups:
        for t in np.unique(group.rounds) if behaviour.positions.steps[group.step] != WORLD else ():
            here = group.take(group.rounds == t)
            worst = max(worst, differ(behaviour, coarse, int(t) - behaviour.first_round, group.step, here.where, here.beliefs))
    return worst


@dataclass(frozen=True)
class _Group:
    """Sampled places at one step: round, position and public beliefs of each."""

    step: int
    rounds: Int[np.ndarray, " item"]
    where: Int[np.ndarray, " item"]
    beliefs: dict[str, Float[np.ndarray, "item _"]]

    def take(self, rows: np.ndarray) -> _Group:
        """The places at these rows (indices or a mask)."""
        return _Group(self.step, self.rounds[rows], self.where[rows], {actor: b[rows] for actor, b in self.beliefs.items()})


@dataclass(frozen=True)
class _Stage:
    """What the mover faces at each place of a group; options beyond a menu are not ``inside``.

    What depends on types of actors other than the mover is expected in ``reward`` and ``tables``; what depends on the
    mover's is in ``by_mover`` and, for what comes at the horizon, ``later_by_mover``.
    At a world step ``mover`` is the actor in whose layout the table is stored.
    """

    group: _Group
    mover: str
    own: slice
    inside: Bool[np.ndarray, "item option"]
    option: Int[np.ndarray, "item option"]
    reward: Float[np.ndarray, "item option slot"]
    log_base: Float[np.ndarray, "item option"]
    tables: Float[np.ndarray, "item option slot node"]
    by_mover: Float[np.ndarray, "item option slot type"]
    later_by_mover: Float[np.ndarray, "item option slot type"]
    precision: float

    @property
    def belief(self) -> Float[np.ndarray, "item type"]:
        """Public belief about the mover."""
        return self.group.beliefs[self.mover]

    def take(self, rows: np.ndarray) -> _Stage:
        """The stage at these rows."""
        return replace(
            self, group=self.group.take(rows), inside=self.inside[rows], option=self.option[rows], reward=self.reward[rows],
            log_base=self.log_base[rows], tables=self.tables[rows], by_mover=self.by_mover[rows],
            later_by_mover=self.later_by_mover[rows],
        )  # fmt: skip


@dataclass(frozen=True)
class _Findings:
    """What one group of samples showed."""

    mover: str
    items: int
    value_error: float
    residual: float = 0.0
    choice_error: float = 0.0
    best_response_gap: float = 0.0
    other_roots: int = 0


class _Recomputed:
    """The recursion of the game page, for any places at once, on the tables of a solution."""

    def __init__(self, behaviour: GridBehaviour) -> None:
        self.behaviour, self.positions = behaviour, behaviour.positions
        self.actors = self.positions.dispute.actors
        self.motives = behaviour.parameters.motives
        self.reward, self.horizon = rewards(self.positions, behaviour.parameters)
        self.given, self.given_at_horizon = rewards_given(self.positions, behaviour.parameters)
        ends = np.cumsum([len(self.motives[actor].types) for actor in self.actors])
        self.slots = {
            actor: slice(int(end) - len(self.motives[actor].types), int(end)) for actor, end in zip(self.actors, ends, strict=True)
        }

    def reading(self, actor: str, belief: Float[np.ndarray, "*case type"]) -> Float[np.ndarray, "*case node"]:
        """Weights that read a table along one actor's belief: the barycentric formula in each split, or the cubic."""
        grid = self.behaviour.grids[actor]
        if grid.reach:
            return interpolation_weights(grid, belief.reshape(-1, belief.shape[-1])).reshape(*belief.shape[:-1], -1)
        weights = np.ones((*belief.shape[:-1], 1))
        for k in range(belief.shape[-1] - 1):
            tail = belief[..., k:].sum(-1)
            share = np.divide(belief[..., k], tail, out=np.zeros_like(tail), where=tail > 0)
            along = _barycentric(grid.nodes[k][: grid.sizes[k]], share)
            weights = (weights[..., :, None] * along[..., None, :]).reshape(*weights.shape[:-1], -1)
        return weights

    def stage(self, group: _Group) -> _Stage:
        """Everything that the mover at the group's step faces, with tables already read at the others' beliefs."""
        places, mover = self.positions, self.positions.steps[group.step]
        mover = self.actors[0] if mover == WORLD else mover
        first = places.option_start[group.where]
        many = places.option_start[group.where + 1] - first
        inside = np.arange(many.max())[None, :] < many[:, None]
        option = np.where(inside, first[:, None] + np.arange(many.max())[None, :], first[:, None])
        base = self.motives[mover].propensity
        log_base = np.array([[np.log(base.get(places.labels[o], 1.0)) for o in row] for row in option])
        given = self.given[option]
        at_end = self._at_horizon(group, option)
        others = {actor: b[:, None, :] for actor, b in group.beliefs.items() if actor != mover}
        tables = self._tables(group, mover, option) + self.expected(at_end, others)[..., None]
        own = self.slots[mover]
        return _Stage(
            group, mover, own, inside, option, self.reward[option] + self.expected(given, others), log_base, tables,
            self.by_slot(given[..., own], 2), self.by_slot(at_end[..., own], 2), self.motives[mover].precision,
        )  # fmt: skip

    def expected(self, given: Float[np.ndarray, "*case actor slot"], beliefs: Mapping[str, np.ndarray]) -> Float[np.ndarray, "*case slot"]:
        """What is added for every slot while others are of given types, expected over the beliefs about these."""
        total = np.zeros(given.shape[:-1])
        for actor, belief in beliefs.items():
            total += (given[..., self.slots[actor]] * belief[..., None, :]).sum(-1)
        return self.by_slot(total, total.ndim - 1)

    def by_slot(self, by_actor: np.ndarray, axis: int) -> np.ndarray:
        """An axis over actors written out over their (actor, type) slots."""
        return np.repeat(by_actor, [len(self.motives[actor].types) for actor in self.actors], axis=axis)

    def _at_horizon(self, group: _Group, option: np.ndarray) -> Float[np.ndarray, "item option actor slot"]:
        """What the horizon adds by others' types, where an option leads there."""
        to = self.positions.successor[option]
        ends = (group.rounds[:, None] + 1 == self.behaviour.rounds) & (to != ENDED) & (group.step + 1 == len(self.positions.steps))
        openings = np.where(ends, to, 0)
        return np.where(ends[:, :, None, None], self.given_at_horizon[openings], 0.0)

    def _tables(self, group: _Group, mover: str, option: np.ndarray) -> np.ndarray:
        lanes = np.ones((len(group.where), 1))
        for actor in self.actors:
            if actor != mover:
                lanes = (lanes[:, :, None] * self.reading(actor, group.beliefs[actor])[:, None, :]).reshape(len(lanes), -1)
        opening = int(self.positions.step_start[(group.step + 1) % len(self.positions.steps)])
        after = self.positions.successor[option]
        rows = []
        for t, to, weights in zip(group.rounds, after, lanes, strict=True):
            table = self.behaviour.tables(int(t), group.step)[np.maximum(to - opening, 0)]
            rows.append(np.matmul(weights, table))
        tables = np.stack(rows)
        tables[after == ENDED] = 0.0
        return tables

    def after_moves(self, stage: _Stage, sigma: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The belief about the mover after each move, and every slot's value there as the tables have it."""
        belief = _bayes(stage.belief, sigma)
        read = np.einsum("iag,iajg->iaj", self.reading(stage.mover, belief), stage.tables)
        return belief, read + np.einsum("iak,iajk->iaj", belief, stage.later_by_mover)

    def respond(self, stage: _Stage, sigma: np.ndarray, shift: np.ndarray | float = 0.0) -> tuple[np.ndarray, np.ndarray]:
        """Logit choice against Q at the beliefs that ``sigma`` leads to, and Q; ``shift`` is added to the values."""
        belief = _bayes(stage.belief, sigma)
        read = np.einsum("iag,iakg->iak", self.reading(stage.mover, belief), stage.tables[:, :, stage.own])
        q = stage.reward[:, :, stage.own] + read + shift
        score = np.where(stage.inside[:, :, None], stage.log_base[:, :, None] + stage.precision * q, -np.inf)
        weight = np.exp(score - score.max(1, keepdims=True))
        return weight / weight.sum(1, keepdims=True), q

    def settle(self, stage: _Stage, start: np.ndarray, shift: np.ndarray | None = None) -> np.ndarray:
        """The end of iterating the response from a start; swinging items keep their last value."""
        sigma = start.copy()
        moving = np.arange(len(start))
        for done in range(MOST_PASSES):
            fresh, _ = self.respond(stage.take(moving), sigma[moving], 0.0 if shift is None else shift[moving])
            change = fresh - sigma[moving]
            sigma[moving] += change if done < DAMP_AFTER else 0.5 * change
            moving = moving[np.abs(change).max((1, 2)) > SETTLED]
            if not len(moving):
                break
        return sigma

    def values(self, group: _Group) -> Float[np.ndarray, "item slot"]:
        """Expected utils of every slot from these places on, by one step of the recursion at the exact beliefs.

        World steps and round ends are passed through, so that the step is always one actor's stage.
        """
        if not len(group.where):
            return np.zeros((0, self.reward.shape[1]))
        if group.step == len(self.positions.steps):
            return self._round_end(group)
        if self.positions.steps[group.step] == WORLD:
            return self._drawn(group)
        stage = self.stage(group)
        sigma = self.settle(stage, _uniform(stage))
        belief, later = self.after_moves(stage, sigma)
        worth = stage.reward + later + np.einsum("iak,iajk->iaj", belief, stage.by_mover)
        total = np.einsum("iak,ik->ia", sigma, stage.belief)
        value = np.einsum("ia,iaj->ij", total, worth)
        value[:, stage.own] = np.einsum("iak,iak->ik", sigma, worth[:, :, stage.own])
        return value

    def _drawn(self, group: _Group) -> np.ndarray:
        places = self.positions
        many = places.option_start[group.where + 1] - places.option_start[group.where]
        item = np.repeat(np.arange(len(many)), many)
        option = np.concatenate([np.array(places.options(int(v))) for v in group.where])
        beliefs = {actor: b[item] for actor, b in group.beliefs.items()}
        worth = self.reward[option] + self.expected(self.given[option], beliefs) + self.after(group.take(item), places.successor[option])
        value = np.zeros((len(many), worth.shape[1]))
        np.add.at(value, item, self.behaviour.chance[option][:, None] * worth)
        return value

    def _round_end(self, group: _Group) -> np.ndarray:
        value = self.horizon[group.where] + self.expected(self.given_at_horizon[group.where], group.beliefs)
        goes_on = group.rounds + 1 < self.behaviour.rounds
        drifted = {actor: b @ self.motives[actor].drift for actor, b in group.beliefs.items()}
        later = self.values(_Group(0, group.rounds + 1, group.where, drifted).take(goes_on))
        for actor, at in self.slots.items():
            later[:, at] = self.motives[actor].discount * later[:, at] @ self.motives[actor].drift.T
        value[goes_on] = later
        return value

    def after(self, group: _Group, successor: np.ndarray) -> np.ndarray:
        """`values` at the places that the group's step leads to; 0 where the dispute has ended."""
        value = np.zeros((len(successor), self.reward.shape[1]))
        goes_on = successor != ENDED
        value[goes_on] = self.values(replace(group, step=group.step + 1, where=successor).take(goes_on))
        return value


def _examine(recomputed: _Recomputed, behaviour: GridBehaviour, group: _Group) -> _Findings:
    """Everything about one group of samples; at a world step only the values are in question."""
    stage = recomputed.stage(group)
    if recomputed.positions.steps[group.step] == WORLD:
        alike = np.ones((*stage.inside.shape, stage.belief.shape[1]))
        return _Findings(WORLD, len(group.where), value_error=float(np.abs(_off(recomputed, stage, alike)).max()))
    sigma = _choices(behaviour, group, stage)
    response, q = recomputed.respond(stage, sigma)
    off = _off(recomputed, stage, sigma)
    corrected = recomputed.settle(stage, sigma, off[:, :, stage.own])
    best = np.where(stage.inside[:, :, None], q, -np.inf).max(1)
    return _Findings(
        stage.mover, len(group.where), residual=float(np.abs(response - sigma).max()), choice_error=float(np.abs(corrected - sigma).max()),
        value_error=float(np.abs(off).max()), best_response_gap=float((best - np.einsum("iak,iak->ik", sigma, q)).max()),
        other_roots=_other_roots(recomputed, stage),
    )  # fmt: skip


def _off(recomputed: _Recomputed, stage: _Stage, sigma: np.ndarray) -> np.ndarray:
    """Exact less tabulated value of every slot after each option, at the belief that ``sigma`` leaves."""
    belief, read = recomputed.after_moves(stage, sigma)
    exact = read.copy()
    item, column = np.nonzero(stage.inside)
    beyond = stage.group.take(item)
    beyond = replace(beyond, beliefs=beyond.beliefs | {stage.mover: belief[item, column]})
    exact[item, column] = recomputed.after(beyond, recomputed.positions.successor[stage.option[item, column]])
    return exact - read


def _residual(recomputed: _Recomputed, behaviour: GridBehaviour, group: _Group) -> float:
    stage = recomputed.stage(group)
    sigma = _choices(behaviour, group, stage)
    return float(np.abs(recomputed.respond(stage, sigma)[0] - sigma).max())


def _other_roots(recomputed: _Recomputed, stage: _Stage) -> int:
    types = stage.belief.shape[1]
    if types == 1:
        return 0
    even = _uniform(stage)
    answer = recomputed.settle(stage, even)
    differs = np.zeros(len(even), bool)
    many = stage.inside.sum(1)
    for turn in (np.arange(types), -1 - np.arange(types)):
        start = (1 - NEARLY_PURE) * even
        for k in range(types):
            start[np.arange(len(even)), turn[k] % many, k] += NEARLY_PURE
        differs |= np.abs(recomputed.settle(stage, start) - answer).max((1, 2)) > APART
    return int(differs.sum())


def _choices(behaviour: GridBehaviour, group: _Group, stage: _Stage) -> np.ndarray:
    """The solution's own answer at every place of a group."""
    sigma = np.zeros((*stage.inside.shape, stage.belief.shape[1]))
    for t in np.unique(group.rounds):
        rows = np.flatnonzero(group.rounds == t)
        here = group.take(rows)
        answer = behaviour.choices(int(t), group.step, here.where, here.beliefs)
        sigma[rows, : answer.shape[1]] = answer
    return sigma


def _anywhere(behaviour: GridBehaviour, samples: int, rng: np.random.Generator) -> list[_Group]:
    places, motives = behaviour.positions, behaviour.parameters.motives
    groups = []
    for s, share in enumerate(np.array_split(np.arange(samples), len(places.steps))):
        if n := len(share):
            where = rng.integers(places.step_start[s], places.step_start[s + 1], n)
            beliefs = {actor: rng.dirichlet(np.ones(len(motives[actor].types)), n) for actor in places.dispute.actors}
            groups.append(_Group(s, rng.integers(behaviour.first_round, behaviour.rounds, n), where, beliefs))
    return groups


def _on_grid(behaviour: GridBehaviour, group: _Group, rng: np.random.Generator) -> _Group:
    """The same rounds and positions with beliefs at nodes of the grid."""
    n = len(group.where)
    return replace(group, beliefs={actor: grid.beliefs[rng.integers(0, grid.points, n)] for actor, grid in behaviour.grids.items()})


def _play(behaviour: GridBehaviour, start: PublicState | None, samples: int, rng: np.random.Generator) -> list[_Group]:
    """Places met when play is simulated from the priors, a sample of them by step."""
    places, motives = behaviour.positions, behaviour.parameters.motives
    actors = places.dispute.actors
    beliefs = {actor: np.tile(motives[actor].prior, (samples, 1)) for actor in actors}
    kinds = {actor: _draw(beliefs[actor], rng) for actor in actors}
    group = _Group(0, np.full(samples, behaviour.first_round), _openings(behaviour, start, samples, rng), beliefs)
    met: dict[int, list[_Group]] = {s: [] for s in range(len(places.steps))}
    for t in range(behaviour.first_round, behaviour.rounds):
        for s, name in enumerate(places.steps):
            group = replace(group, step=s, rounds=np.full(len(group.where), t))
            if not len(group.where):
                return _sampled(met, samples, rng)
            probs = behaviour.choices(t, s, group.where, group.beliefs)
            items = np.arange(len(group.where))
            kind = kinds[name] if name != WORLD else np.zeros(len(items), np.int64)
            chosen = _draw(probs[items, :, kind], rng)
            met[s].append(group)
            if name != WORLD:
                after = _bayes(group.beliefs[name], probs)[items, chosen]
                group = replace(group, beliefs=group.beliefs | {name: after})
            to = places.successor[places.option_start[group.where] + chosen]
            alive = to != ENDED
            group = replace(group, where=to).take(alive)
            kinds = {actor: kind[alive] for actor, kind in kinds.items()}
        group = replace(group, beliefs={actor: b @ motives[actor].drift for actor, b in group.beliefs.items()})
        kinds = {actor: _draw(motives[actor].drift[kind], rng) for actor, kind in kinds.items()}
    return _sampled(met, samples, rng)


def _openings(behaviour: GridBehaviour, start: PublicState | None, samples: int, rng: np.random.Generator) -> Int[np.ndarray, " item"]:
    places = behaviour.positions
    wanted = places.dispute.State() if start is None else start
    if start is None and Position(0, wanted) not in places.index:
        return rng.integers(0, places.step_start[1], samples)
    return np.full(samples, places.opening(wanted))


def _sampled(met: dict[int, list[_Group]], samples: int, rng: np.random.Generator) -> list[_Group]:
    groups = []
    for share, (s, pieces) in zip(np.array_split(np.arange(samples), len(met)), met.items(), strict=True):
        if not pieces or not len(share):
            continue
        whole = _Group(
            s, np.concatenate([g.rounds for g in pieces]), np.concatenate([g.where for g in pieces]),
            {actor: np.concatenate([g.beliefs[actor] for g in pieces]) for actor in pieces[0].beliefs},
        )  # fmt: skip
        n = len(whole.where)
        groups.append(whole.take(rng.choice(n, min(len(share), n), replace=False)))
    return groups


def _bayes(belief: Float[np.ndarray, "item type"], sigma: Float[np.ndarray, "item option type"]) -> Float[np.ndarray, "item option type"]:
    """Belief after each option; unchanged where no type with weight would choose it."""
    joint = belief[:, None, :] * sigma
    total = joint.sum(2, keepdims=True)
    return np.where(total > 0, joint / np.where(total > 0, total, 1.0), belief[:, None, :])


def _uniform(stage: _Stage) -> Float[np.ndarray, "item option type"]:
    even = stage.inside / stage.inside.sum(1, keepdims=True)
    return np.repeat(even[:, :, None], stage.belief.shape[1], axis=2)


def _barycentric(nodes: Float[np.ndarray, " node"], at: Float[np.ndarray, "*case"]) -> Float[np.ndarray, "*case node"]:
    apart = nodes[:, None] - nodes[None, :]
    np.fill_diagonal(apart, 1.0)
    gap = at[..., None] - nodes
    hit = gap == 0
    terms = 1.0 / (apart.prod(1) * np.where(hit, 1.0, gap))
    at_node = hit.any(-1, keepdims=True)
    return np.where(at_node, hit, terms / np.where(at_node, 1.0, terms.sum(-1, keepdims=True)))


def _draw(probs: Float[np.ndarray, "item option"], rng: np.random.Generator) -> Int[np.ndarray, " item"]:
    """One option a row."""
    below = probs.cumsum(1) / probs.sum(1, keepdims=True)
    return (rng.random((len(probs), 1)) >= below[:, :-1]).sum(1)
