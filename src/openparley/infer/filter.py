"""The forward filter: from reports of moves to shares of the accounts, over histories the record leaves open.

An unseen or doubtful move branches into every legal move, each with its own state and its own public belief (the
actors saw it). A *branch* is a public history; a *world* is one account for every uncertain actor, where "none of
these" (play from habit) may stand for one actor's account at a time. The weight of a branch and a world is the joint
probability of both and of all reports so far.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from openparley.game.dispute import WORLD
from openparley.game.positions import ENDED, moves_by_actor
from openparley.infer.model import Model, Reporting
from openparley.infer.observe import Report
from openparley.infer.posterior import NONE_OF_THESE
from openparley.solve.grid.behaviour import GridBehaviour, drift_beliefs

HABIT = -1  # index of "none of these" among an actor's types
HABIT_WEIGHT = 0.5  # pseudo-count per option of the habit predictor: Krichevsky–Trofimov
MERGE = 25.0  # branches at one position merge when no belief differs by more than about 1/25


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


@dataclass(frozen=True)
class Branches:
    """Public histories with their weights.

    Attributes
    ----------
    position
        Where each stands: a position of the next step, or −1 where the dispute has ended.
    beliefs
        Actor → public belief in each.
    weight
        Joint probability of branch, world and reports so far, given that the total is one.
    """

    position: Int[np.ndarray, " branch"]
    beliefs: Mapping[str, Float[np.ndarray, "branch type"]]
    weight: Float[np.ndarray, "branch world"]


@dataclass(frozen=True)
class Sighting:
    """What one report did: the chance it had under each world, beside predictors that know no motives.

    Attributes
    ----------
    world_prob
        Probability of this report among all reports of a move by this actor, in each world.
    world_weight
        Weight of each world just before, over histories in which the dispute goes on.
    world_reported
        Of that weight the part in which a move is reported at all.
    label_prob
        Probability of each move of the actor, in order, to be the one that is named, given that one is.
    """

    round: int
    actor: str
    move: str
    entries: tuple[str, ...]
    world_prob: Float[np.ndarray, " world"]
    world_weight: Float[np.ndarray, " world"]
    world_reported: Float[np.ndarray, " world"]
    label_prob: Float[np.ndarray, " move"]
    uniform_prob: float
    frequency_prob: float


@dataclass(frozen=True)
class Filtered:
    """What the record leaves of histories and worlds at one draw of the assumptions.

    Attributes
    ----------
    log_evidence
        Log probability of all reports and silences up to the end of each round.
    world_share
        Share of each world at the end of each round.
    today, step
        Round and step at which the forecast starts.
    habit
        Actor → move → number of reports, for the habit predictor.
    coarse_share
        Largest share of histories, over the steps, that were merged by position without regard to their beliefs.
    """

    worlds: Worlds
    log_evidence: Float[np.ndarray, " round"]
    world_share: Float[np.ndarray, "round world"]
    sightings: tuple[Sighting, ...]
    branches: Branches
    today: int
    step: int
    habit: Mapping[str, Mapping[str, float]]
    coarse_share: float


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


class Filter:
    """One pass over the record; use `run`.

    Parameters
    ----------
    most_branches
        Branches kept apart; lighter ones merge by position, whatever their beliefs.
    merge
        Branches at one position merge when no belief differs by more than about ``1 / merge``; None keeps all apart.
    """

    def __init__(
        self, model: Model, behaviour: GridBehaviour, reporting: Reporting, *, most_branches: int = 256, merge: float | None = MERGE
    ) -> None:
        self.model, self.behaviour, self.reporting, self.most_branches, self.merge = model, behaviour, reporting, most_branches, merge
        self.worlds = weigh_worlds(model, behaviour, reporting)
        self.moves = moves_by_actor(model.positions)
        self.counts = {actor: np.zeros(len(self.moves[actor])) for actor in model.actors}
        self.drift = world_drift(self.worlds, behaviour)
        self.reports = {(report.round, report.actor): report for report in model.observed.reports}
        self.log_evidence, self.coarse = 0.0, 0.0
        self.sightings: list[Sighting] = []
        positions = model.positions
        endings = {
            (positions.mover(v), positions.labels[o]) for v in range(len(positions)) for o in positions.options(v) if positions.ends[o]
        }
        self.end_detection = max((reporting.detection[a][move] for a, move in endings if a != WORLD), default=0.0)
        self.end_told = min((r.round for r in model.observed.reports if (r.actor, r.move) in endings), default=model.rounds)
        self.label = np.full(len(positions.labels), -1)
        for v in range(len(positions)):
            mover = positions.mover(v)
            if mover != WORLD:
                for o in positions.options(v):
                    self.label[o] = self.moves[mover].index(positions.labels[o])

    def run(self) -> Filtered:
        """Filter every round up to the cut-off; the last round only up to the last step that a report speaks of."""
        model, steps = self.model, self.model.positions.steps
        beliefs = {actor: self.behaviour.parameters.motives[actor].prior[None, :].copy() for actor in model.uncertain}
        now = Branches(np.array([model.positions.opening(model.start)]), beliefs, self.worlds.prior[None, :].copy())
        log_evidence, shares = [], []
        step = 0
        for t in range(model.today + 1):
            seen = [s for s, actor in enumerate(steps) if (t, actor) in self.reports]
            stop = len(steps) if t < model.today else max(seen, default=-1) + 1
            for step in range(stop):
                now = self._after(now, t, step)
            step = stop
            if stop == len(steps):
                now = self._end_round(now)
            log_evidence.append(self.log_evidence)
            shares.append(now.weight.sum(0))
        today, step = (model.today + 1, 0) if step == len(steps) else (model.today, step)
        habit = {actor: dict(zip(self.moves[actor], map(float, counts), strict=True)) for actor, counts in self.counts.items()}
        return Filtered(self.worlds, np.array(log_evidence), np.array(shares), tuple(self.sightings), now, today, step, habit, self.coarse)

    def _after(self, now: Branches, t: int, step: int) -> Branches:
        """Branches after one step, weighted by what the record reports of it."""
        actor = self.model.positions.steps[step]
        alive = now.position != ENDED
        chosen = self.behaviour.choices(t, step, now.position[alive], {a: b[alive] for a, b in now.beliefs.items()})
        start = self.model.positions.option_start[now.position[alive]]
        many = self.model.positions.option_start[now.position[alive] + 1] - start
        options = start[:, None] + np.arange(chosen.shape[1])[None, :]
        legal = np.arange(chosen.shape[1])[None, :] < many[:, None]
        options = np.where(legal, options, 0)
        by_world = self._by_world(actor, chosen, options, legal)
        seen = self._likelihood(t, actor, options, legal) if actor != WORLD else np.ones(options.shape)
        if (report := self.reports.get((t, actor))) is not None:
            self._note(report, now.weight[alive], by_world, options, legal)
        weight = now.weight[alive][:, None, :] * by_world * seen[:, :, None]
        branch, option = np.nonzero(legal)
        after = {a: b[alive][branch] for a, b in now.beliefs.items()}
        if actor in after:
            updated = after[actor] * chosen[branch, option]
            after[actor] = updated / updated.sum(1, keepdims=True)
        position = self.model.positions.successor[options[branch, option]]
        ended = now.weight[~alive] * self._likelihood_when_over(t, step)
        everything = Branches(
            np.concatenate([position, now.position[~alive]]),
            {a: np.concatenate([after[a], b[~alive]]) for a, b in now.beliefs.items()},
            np.concatenate([weight[branch, option], ended]),
        )
        return self._normalised(self._thinned(everything if self.merge is None else _merged(everything, merge=self.merge)))

    def _by_world(self, actor: str, chosen: np.ndarray, options: np.ndarray, legal: np.ndarray) -> Float[np.ndarray, "branch option world"]:
        kinds = self.worlds.of(actor)
        probs = chosen[:, :, np.maximum(kinds, 0)]
        if (kinds == HABIT).any():
            probs[:, :, kinds == HABIT] = self._habit(actor, options, legal)[:, :, None]
        return probs

    def _habit(self, actor: str, options: np.ndarray, legal: np.ndarray, *, even: bool = False) -> Float[np.ndarray, "branch option"]:
        """Habit predictor over the reports so far; with equal base shares if ``even`` (observed frequency)."""
        base = np.ones(options.shape) if even else np.exp(self.behaviour.log_base[options])
        return habit_probs(base, self.counts[actor][self.label[options]], legal)

    def _likelihood(self, t: int, actor: str, options: np.ndarray, legal: np.ndarray) -> Float[np.ndarray, "branch option"]:
        """P(report or silence | true move)."""
        detection = np.array([self.reporting.detection[actor][move] for move in self.moves[actor]])[self.label[options]]
        report = self.reports.get((t, actor))
        likelihood = 1.0 - detection if report is None else detection * self._named(report.move, actor, options)
        return np.where(legal, likelihood, 0.0)

    def _named(self, move: str, actor: str, options: np.ndarray) -> Float[np.ndarray, "branch option"]:
        """P(the report names ``move`` | true move, it is reported)."""
        others = max(len(self.moves[actor]) - 1, 1)
        return np.where(self.label[options] == self.moves[actor].index(move), 1 - self.reporting.error, self.reporting.error / others)

    def _likelihood_when_over(self, t: int, step: int) -> float:
        """P(report or silence) once the dispute has ended: a report can only be an error, and the end itself would be told.

        In every round after an end somebody would say that it is over, with the probability that the ending move is
        reported; without this, silence would speak for an end that nobody mentioned. Once an ending move has been
        reported nobody needs to say it again.
        """
        actor = self.model.positions.steps[step]
        told = self.end_detection if step == 0 and t <= self.end_told else 0.0
        error = self.reporting.error / max(len(self.moves[actor]) - 1, 1)
        return (1.0 - told) * (error if (t, actor) in self.reports else 1.0)

    def _note(self, report: Report, weight: np.ndarray, by_world: np.ndarray, options: np.ndarray, legal: np.ndarray) -> None:
        """Keep what a report was worth, then count it for the habit predictor."""
        actor = report.actor
        detection = np.array([self.reporting.detection[actor][move] for move in self.moves[actor]])[self.label[options]]
        detection = np.where(legal, detection, 0.0)
        named = detection * self._named(report.move, actor, options)
        seen = np.einsum("bw,bow,bo->w", weight, by_world, named)
        reported = np.einsum("bw,bow,bo->w", weight, by_world, detection)
        prob = np.divide(seen, reported, out=np.zeros_like(seen), where=reported > 0)
        share = weight.sum(1)
        even = np.where(legal, 1.0 / legal.sum(1, keepdims=True), 0.0)
        uniform = float((share @ (even * named).sum(1)) / (share @ (even * detection).sum(1)))
        # frequencies of reports already hold how often each move is reported, so detection does not enter again
        frequency = self._habit(actor, options, legal, even=True) * np.where(legal, self._named(report.move, actor, options), 0.0)
        frequency = float((share @ frequency.sum(1)) / share.sum())
        labels = self._label_prob(weight, by_world, detection, options, actor)
        self.sightings.append(
            Sighting(
                report.round, actor, report.move, report.entries, prob, weight.sum(0), reported, labels, uniform, frequency
            )
        )  # fmt: skip
        self.counts[actor][self.moves[actor].index(report.move)] += 1

    def _label_prob(self, weight: np.ndarray, by_world: np.ndarray, detection: np.ndarray, options: np.ndarray, actor: str) -> np.ndarray:
        """Probability, before the report, that it would name each move, errors included."""
        seen = np.einsum("bw,bow->bo", weight, by_world) * detection
        true = np.bincount(self.label[options].ravel(), seen.ravel(), minlength=len(self.moves[actor]))
        true /= true.sum()
        others = max(len(true) - 1, 1)
        return true * (1 - self.reporting.error) + (1 - true) * self.reporting.error / others

    def _end_round(self, now: Branches) -> Branches:
        beliefs = drift_beliefs(self.behaviour.parameters, now.beliefs)
        return replace(now, beliefs=beliefs, weight=now.weight @ self.drift)

    def _thinned(self, branches: Branches) -> Branches:
        """Keep the heaviest branches apart and merge the rest by position, so that no history is dropped."""
        share = branches.weight.sum(1)
        if len(share) <= self.most_branches:
            return branches
        light = np.ones(len(share), bool)
        light[np.argsort(-share, kind="stable")[: self.most_branches]] = False
        self.coarse = max(self.coarse, float(share[light].sum() / share.sum()))
        return _merged(branches, apart=~light)

    def _normalised(self, branches: Branches) -> Branches:
        total = branches.weight.sum()
        self.log_evidence += float(np.log(total))
        return replace(branches, weight=branches.weight / total)


def world_drift(worlds: Worlds, behaviour: GridBehaviour) -> Float[np.ndarray, "world world"]:
    """Probability that each world is each other in the next round; habit stays habit."""
    drift = np.ones((len(worlds.types), len(worlds.types)))
    for i, actor in enumerate(worlds.actors):
        matrix = behaviour.parameters.motives[actor].drift
        leave, enter = worlds.types[:, i][:, None], worlds.types[:, i][None, :]
        stays = np.where(leave == HABIT, 1.0, matrix[np.maximum(leave, 0), np.maximum(enter, 0)])
        drift *= np.where((leave == HABIT) == (enter == HABIT), stays, 0.0)
    return drift


def _merged(branches: Branches, *, merge: float = MERGE, apart: np.ndarray | None = None) -> Branches:
    """Branches at one position with nearly the same beliefs become one, beliefs averaged by weight.

    With ``apart`` given, those branches stay as they are and all others merge by position alone.
    """
    beliefs = branches.beliefs
    if apart is None:
        # position and rounded beliefs as the digits of one number: sorting numbers is much faster than sorting rows
        key = branches.position.astype(np.float64)
        for column in (column for belief in beliefs.values() for column in belief[:, :-1].T):
            key = key * (np.ceil(merge) + 1) + np.round(column * merge)
    else:
        key = branches.position * (len(apart) + 1.0) + np.where(apart, np.arange(len(apart)) + 1, 0)
    _, group = np.unique(key, return_inverse=True)
    count = int(group.max()) + 1
    share = branches.weight.sum(1)
    total = np.maximum(np.bincount(group, share, count), 1e-300)
    weight = np.zeros((count, branches.weight.shape[1]))
    np.add.at(weight, group, branches.weight)
    position = np.zeros(count, np.int64)
    position[group] = branches.position
    averaged = {}
    for actor, belief in beliefs.items():
        mean = np.zeros((count, belief.shape[1]))
        np.add.at(mean, group, belief * share[:, None])
        mean /= total[:, None]
        averaged[actor] = mean / np.maximum(mean.sum(1, keepdims=True), 1e-300)
    return Branches(position, averaged, weight)


def habit_probs(
    base: Float[np.ndarray, "branch option"],
    counts: Float[np.ndarray, "branch option"],
    legal: Float[np.ndarray, "branch option"] | np.ndarray,
) -> Float[np.ndarray, "branch option"]:
    """Play from habit: earlier reports of each move, plus half a report per option spread by base propensity."""
    base = np.where(legal, base, 0.0)
    base = base * HABIT_WEIGHT * legal.sum(1, keepdims=True) / base.sum(1, keepdims=True)
    scores = np.where(legal, counts + base, 0.0)
    return scores / scores.sum(1, keepdims=True)


def account_share(
    worlds: Worlds, share: Float[np.ndarray, "*round world"], actor: str, labels: tuple[str, ...]
) -> Float[np.ndarray, "*round account"]:
    """Shares of one actor's accounts; ``labels`` ends with "none"."""
    kinds = worlds.of(actor)
    assert labels[-1] == NONE_OF_THESE
    return np.stack([share[..., kinds == (k if k < len(labels) - 1 else HABIT)].sum(-1) for k in range(len(labels))], -1)
