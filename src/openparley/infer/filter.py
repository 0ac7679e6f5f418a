"""The forward filter: from reports of moves to shares of the accounts, over histories the record leaves open.

An unseen or doubtful move branches into every legal move, each with its own state and its own public belief (the
actors saw it). A *branch* is a public history; a *world* is one account for every uncertain actor, where "none of
these" (play from habit) may stand for one actor's account at a time. The weight of a branch and a world is the joint
probability of both and of all reports so far.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from openparley.game.dispute import WORLD
from openparley.game.positions import ENDED
from openparley.infer import branching
from openparley.infer.model import Model
from openparley.infer.observe import Observed, Report
from openparley.infer.reporting import Reporting
from openparley.infer.worlds import HABIT, Worlds, account_share, weigh_worlds, world_drift
from openparley.solve.grid.behaviour import GridBehaviour, drift_beliefs

__all__ = [
    "HABIT", "Branches", "Filter", "Filtered", "Sighting", "Snapshot", "Worlds", "account_share", "habit_probs", "weigh_worlds",
    "world_drift",
]  # fmt: skip

HABIT_WEIGHT = 0.5  # pseudo-count per option of the habit predictor: Krichevsky–Trofimov
MERGE = 12.0  # branches at one position merge when no belief differs by more than about 1/12
# Lightest branches that are dropped, in sum of a step. A report can lift them by a few hundred at most (detection and
# error rates), so that what is lost stays far below what merging costs.
DROP = 1e-5


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

    def only(self, kept: Bool[np.ndarray, " branch"]) -> Branches:
        """Some of the branches."""
        return Branches(self.position[kept], {a: b[kept] for a, b in self.beliefs.items()}, self.weight[kept])


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
    error_prob
        Probability, the report known, that the true move is none of those it may be read as.
    open_prob
        Probability, just before, that one of these moves was open to the actor.
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
    error_prob: float
    open_prob: float


@dataclass(frozen=True)
class Snapshot:
    """The filter before a round: from here a record goes on that has been the same so far.

    Attributes
    ----------
    habit
        Actor → expected number of each move so far, in worlds in which it plays from habit.
    reported
        Actor → number of reports of each move so far.
    log_evidence, world_share
        Results of the rounds before.
    """

    branches: Branches
    habit: Mapping[str, Float[np.ndarray, " move"]]
    reported: Mapping[str, Float[np.ndarray, " move"]]
    log_evidence: tuple[float, ...]
    world_share: tuple[Float[np.ndarray, " world"], ...]
    sightings: tuple[Sighting, ...]
    coarse_share: float
    lost_share: float


@dataclass(frozen=True)
class Filtered:
    """What the record leaves of histories and worlds at one draw of the assumptions.

    Attributes
    ----------
    log_evidence
        Log probability of all reports and silences up to the end of each round; −∞ once one of them is impossible,
        from where on the shares leave it out.
    world_share
        Share of each world at the end of each round.
    today, step
        Round and step at which the forecast starts.
    habit
        Actor → move → expected number so far, for the habit predictor; nothing for actors without rival accounts.
    coarse_share
        Largest share of histories, over the steps, that were merged by position without regard to their beliefs.
    lost_share
        Share of histories that was dropped, the sum over the steps.
    snapshots
        The filter before each round.
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
    lost_share: float = 0.0
    snapshots: tuple[Snapshot, ...] = field(default=(), repr=False)


class Filter:
    """One pass over the record: `run`; or step by step with `begin`, `open_round`, `take` and `end_round`, as a simulator needs.

    Parameters
    ----------
    observed
        Reports to filter in the place of the model's.
    most_branches
        Branches kept apart; lighter ones merge by position, whatever their beliefs.
    merge
        Branches at one position merge when no belief differs by more than about ``1 / merge``; None keeps all apart and
        drops none.

    Notes
    -----
    **Habit.** In a world in which an actor plays from habit it repeats itself: an option's score is how often the actor
    has taken the move, plus half a time an option, shared out by base propensity (Krichevsky–Trofimov, shrunk to base
    rates). Which moves it has taken is known only in part, so the filter counts their expectation: after every step of
    the actor each move's count grows by its probability, given the report or silence of that step and all before, in
    the worlds in which this actor plays from habit, and over all branches; a branch that has ended adds nothing. One
    set of counts serves all branches, as in a mean-field approximation. It is fixed by the record alone, so that the
    predictor is a proper one: its probabilities of what is reported next sum to one.
    """

    def __init__(
        self,
        model: Model,
        behaviour: GridBehaviour,
        reporting: Reporting,
        *,
        observed: Observed | None = None,
        most_branches: int = 128,
        merge: float | None = MERGE,
    ) -> None:
        self.model, self.behaviour, self.reporting, self.most_branches, self.merge = model, behaviour, reporting, most_branches, merge
        self.worlds = weigh_worlds(model, behaviour, reporting)
        self.moves, self.label = model.layout.moves, model.layout.label
        self.drift = world_drift(self.worlds, behaviour)
        self.base = np.exp(behaviour.log_base)
        reports = (model.observed if observed is None else observed).reports
        self.reports = {(report.round, report.actor): report for report in reports}
        self.named = {a: reporting.named(a, moves) for a, moves in self.moves.items()}
        endings = model.layout.endings
        told = [float(reporting.detected(a, self.moves[a])[self.moves[a].index(move)]) for a, move in endings if a != WORLD]
        self.end_detection = max(told, default=0.0)
        self.end_told = min((r.round for r in reports if (r.actor, r.move) in endings), default=model.rounds)

    def run(self, start: Snapshot | None = None) -> Filtered:
        """Filter every round up to the cut-off; the last round only up to the last step that a report speaks of.

        Parameters
        ----------
        start
            Where to begin: a snapshot of a pass over a record that is the same up to there.
        """
        self.begin(start)
        model, steps = self.model, self.model.positions.steps
        step, snapshots = 0, []
        for t in range(len(self.log_evidence), model.today + 1):
            snapshots.append(self._snapshot())
            self.open_round()
            seen = [s for s, actor in enumerate(steps) if (t, actor) in self.reports]
            stop = len(steps) if t < model.today else max(seen, default=-1) + 1
            for step in range(stop):
                self.take(t, step)
            step = stop
            if stop == len(steps):
                self.end_round()
            self.shares.append(self.now.weight.sum(0))
        today, step = (model.today + 1, 0) if step == len(steps) else (model.today, step)
        habit = {a: dict(zip(self.moves[a], map(float, self.habit[a]), strict=True)) for a in model.actors}
        return Filtered(
            self.worlds, np.array(self.log_evidence), np.array(self.shares), tuple(self.sightings), self.now, today, step, habit,
            self.coarse, self.lost, tuple(snapshots),
        )  # fmt: skip

    def begin(self, start: Snapshot | None = None) -> None:
        """Stand before the first round, or where a snapshot was taken."""
        model = self.model
        if start is None:
            beliefs = {actor: self.behaviour.parameters.motives[actor].prior[None, :].copy() for actor in model.uncertain}
            opening = np.array([model.positions.opening(model.start)])
            none = {actor: np.zeros(len(moves)) for actor, moves in self.moves.items()}
            start = Snapshot(Branches(opening, beliefs, self.worlds.prior[None, :].copy()), none, none, (), (), (), 0.0, 0.0)
        self.now, self.habit, self.reported = start.branches, dict(start.habit), dict(start.reported)
        self.log_evidence, self.shares = list(start.log_evidence), list(start.world_share)
        self.sightings, self.coarse, self.lost = list(start.sightings), start.coarse_share, start.lost_share

    def open_round(self) -> None:
        """Begin to count the evidence of one more round."""
        self.log_evidence.append(self.log_evidence[-1] if self.log_evidence else 0.0)

    def _snapshot(self) -> Snapshot:
        return Snapshot(
            self.now, dict(self.habit), dict(self.reported), tuple(self.log_evidence), tuple(self.shares), tuple(self.sightings),
            self.coarse, self.lost,
        )  # fmt: skip

    def take(self, t: int, step: int, *, blind: bool = False) -> None:
        """Go on by one step, weighted by what the record reports of it; or, if ``blind``, by nothing."""
        actor, places = self.model.positions.steps[step], self.model.positions
        over = self.now.position == ENDED
        alive, ended = self.now.only(~over), self.now.only(over)
        report = self.reports.get((t, actor))
        told = np.ones(len(self.moves[actor])) if blind else self.reporting.likelihood(actor, self.moves[actor], report)
        kinds = self.worlds.of(actor)
        chosen = self.behaviour.choices(t, step, alive.position, alive.beliefs)
        parent, option, weight, share, mass = branching.expand(
            alive.position, alive.weight, chosen, kinds, places.option_start, self.label, self.base, self.habit[actor], HABIT_WEIGHT, told
        )  # fmt: skip
        left = ended.weight if blind else ended.weight * self._likelihood_when_over(t, step, report)
        if report is not None and not blind:
            self._note(report, alive, mass, mass.sum(1) * told, float(ended.weight.sum()), float(left.sum()))
        left_share = left.sum(1)
        total = float(share.sum() + left_share.sum())
        if total == 0.0:
            self.log_evidence[-1] = -np.inf
            self.take(t, step, blind=True)
            return
        self.log_evidence[-1] += float(np.log(total))
        self._count(actor, mass * told[:, None], left, kinds)
        after = {a: b[parent] for a, b in alive.beliefs.items()}
        if actor in after:
            updated = after[actor] * chosen[parent, option - places.option_start[alive.position[parent]]]
            likely = updated.sum(1, keepdims=True)
            # a move that every account rules out can only be habit; it teaches nobody anything about the accounts
            after[actor] = np.divide(updated, likely, out=after[actor], where=likely > 0)
        self.now = self._thinned(
            Branches(
                np.concatenate([places.successor[option], ended.position]),
                {a: np.concatenate([after[a], b]) for a, b in ended.beliefs.items()},
                np.concatenate([weight, left]),
            ),
            np.concatenate([share, left_share]) / total,
        )

    def _likelihood_when_over(self, t: int, step: int, report: Report | None) -> float:
        """P(report or silence) once the dispute has ended: a report can only be an error, and the end itself would be told.

        In every round after an end somebody would say that it is over, with the probability that the ending move is
        reported; without this, silence would speak for an end that nobody mentioned. Once an ending move has been
        reported nobody needs to say it again.
        """
        actor = self.model.positions.steps[step]
        told = self.end_detection if step == 0 and t <= self.end_told else 0.0
        return (1.0 - told) * self.reporting.after_the_end(actor, self.moves[actor], report)

    def _count(
        self, actor: str, mass: Float[np.ndarray, "move world"], ended: Float[np.ndarray, "branch world"], kinds: np.ndarray
    ) -> None:
        """Let the counts of habit grow by the probability of each move in the worlds in which the actor plays from habit."""
        by_habit = kinds == HABIT
        moved = mass[:, by_habit].sum(1)
        if (total := float(moved.sum() + ended[:, by_habit].sum())) > 0:
            self.habit[actor] = self.habit[actor] + moved / total

    def _note(self, report: Report, alive: Branches, mass: np.ndarray, left: np.ndarray, ended: float, ended_left: float) -> None:
        """Keep what a report was worth, then count it for the predictor by frequency.

        ``mass`` (move, world) is before the report, ``left`` (move) after it; both leave out what has ended.
        """
        actor, moves = report.actor, self.moves[report.actor]
        detection, read = self.reporting.detected(actor, moves), self.reporting.as_read(actor, moves, report)
        reported = detection @ mass
        prob = _ratio((detection * read) @ mass, reported)
        wanted = np.isin(moves, list(report.shares))
        even, frequent, open_ = branching.baselines(
            alive.position, alive.weight.sum(1), self.model.positions.option_start, self.label, self.reported[actor], HABIT_WEIGHT, wanted
        )  # fmt: skip
        true = mass.sum(1) * detection
        self.sightings.append(
            Sighting(
                report.round, actor, report.move, report.entries, prob, alive.weight.sum(0), reported,
                label_prob=_ratio(true @ self.named[actor], true.sum()),
                uniform_prob=float(_ratio(even @ (detection * read), even @ detection)),
                # frequencies of reports already hold how often each move is reported, so detection does not enter again
                frequency_prob=float(_ratio(frequent @ read, frequent.sum())),
                error_prob=float(_ratio(left[~wanted].sum() + ended_left, left.sum() + ended_left)),
                open_prob=float(_ratio(open_, alive.weight.sum() + ended)),
            )
        )  # fmt: skip
        self.reported[actor] = self.reported[actor] + np.array([report.shares.get(move, 0.0) for move in moves])

    def end_round(self) -> None:
        """Let beliefs and motives drift."""
        beliefs = drift_beliefs(self.behaviour.parameters, self.now.beliefs)
        self.now = replace(self.now, beliefs=beliefs, weight=self.now.weight @ self.drift)

    def _thinned(self, branches: Branches, share: Float[np.ndarray, " branch"]) -> Branches:
        """Like branches become one, the lightest are dropped, and of the rest the lighter merge by position.

        Weights sum to one again; ``share`` is that of each branch.
        """
        if self.merge is None:
            group, count = np.arange(len(share)), len(share)
        else:
            _, group = np.unique(_like(branches, self.merge), return_inverse=True)
            share = np.bincount(group, share)
            count = len(share)
        order = np.argsort(share, kind="stable")
        lost = np.cumsum(share[order]) < (DROP if self.merge is not None else 0.0)
        apart = np.zeros(count, bool)
        apart[order[-self.most_branches :]] = True
        light = ~apart[group]
        if light.any():
            self.coarse = max(self.coarse, float(share[~apart].sum()))
        elif self.merge is None:
            return replace(branches, weight=branches.weight / branches.weight.sum())
        # branches that stay apart keep the number of their group; all others at one position share a number above those
        number = np.where(light, count + 1 + branches.position, group)
        gone = np.zeros(count, bool)
        gone[order[lost]] = True
        number[gone[group]] = -1
        self.lost += float(share[order[lost]].sum())
        return _merged(branches, number)


def _like(branches: Branches, merge: float) -> Int[np.ndarray, " branch"]:
    """Number of the bin of position and beliefs that each branch lies in: its digits are the position and rounded beliefs."""
    key = branches.position.copy()
    for column in (column for belief in branches.beliefs.values() for column in belief[:, :-1].T):
        key = key * (int(np.ceil(merge)) + 1) + np.round(column * merge).astype(np.int64)
    return key


def _merged(branches: Branches, number: Int[np.ndarray, " branch"]) -> Branches:
    """Branches with one number become one, beliefs averaged by weight; those numbered below 0 go, weights sum to one again."""
    numbers, first, group = np.unique(number, return_index=True, return_inverse=True)
    gone = int(np.searchsorted(numbers, 0))
    beliefs = branches.beliefs
    stacked = np.concatenate([*beliefs.values(), np.zeros((len(number), 0))], axis=1)
    weight, mean = branching.gather(group - gone, len(first) - gone, branches.weight, stacked)
    ends = np.cumsum([belief.shape[1] for belief in beliefs.values()])
    averaged = dict(zip(beliefs, np.split(mean, ends[:-1], axis=1), strict=True)) if beliefs else {}
    return Branches(branches.position[first[gone:]], averaged, weight / weight.sum())


def _ratio(above: np.ndarray | float, below: np.ndarray | float) -> np.ndarray:
    """Above over below, 0 where there is nothing below."""
    above, below = np.asarray(above, float), np.asarray(below, float)
    return np.divide(above, below, out=np.zeros(np.broadcast(above, below).shape), where=below > 0)


def habit_probs(
    base: Float[np.ndarray, "branch option"],
    counts: Float[np.ndarray, "branch option"],
    legal: Float[np.ndarray, "branch option"] | np.ndarray,
) -> Float[np.ndarray, "branch option"]:
    """Play from habit: earlier moves of each kind, plus half a move per option spread by base propensity."""
    base = np.where(legal, base, 0.0)
    base = base * HABIT_WEIGHT * legal.sum(1, keepdims=True) / base.sum(1, keepdims=True)
    scores = np.where(legal, counts + base, 0.0)
    return scores / scores.sum(1, keepdims=True)
