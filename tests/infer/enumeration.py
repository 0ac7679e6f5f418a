"""Second route to the filter and the futures: every public history times every path of accounts, written out.

Nothing is merged, nothing is carried along: the probability of a history and a path of accounts is one product, what
the record says of a history is another, and every answer is a sum over all of them.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from openparley.game.dispute import WORLD, End
from openparley.game.parameters import Motives
from openparley.infer.model import Model, Reporting
from openparley.infer.observe import Report
from openparley.solve.grid.behaviour import GridBehaviour
from tests.solve.reference import tabulated_behaviour

NONE = None  # an actor who plays from habit
Kinds = tuple[int | None, ...]


@dataclass(frozen=True)
class Taken:
    """One option taken, or a step after the end (label None)."""

    round: int
    step: int
    actor: str
    label: str | None
    by_kind: dict[int | None, float]
    legal: tuple[str, ...]
    history: tuple[str, ...]


@dataclass(frozen=True)
class Whole:
    """A complete public history up to the horizon."""

    taken: tuple[Taken, ...]
    ended: int | None
    end: str | None


class Enumeration:
    """All histories and paths of accounts of a model at given parameters."""

    def __init__(self, model: Model, behaviour: GridBehaviour, reporting: Reporting) -> None:
        self.model, self.behaviour, self.reporting = model, behaviour, reporting
        self.dispute, self.motives = model.positions.dispute, behaviour.parameters.motives
        self.sigma, self.beliefs = tabulated_behaviour(behaviour, self.dispute, model.start)
        self.place = {actor: i for i, actor in enumerate(model.uncertain)}
        self.reports = {(r.round, r.actor): r for r in model.observed.reports}
        self.moves = {a: self._labels(a) for a in self.dispute.steps}
        self.ending = {(t.actor, t.label) for t in self._ending_options()}
        self.histories = list(self._histories((), 0, 0, model.start))
        self.stop = self._stop()
        self.counted: dict[tuple[str, tuple[int, int]], dict[str, float]] = {}

    def _labels(self, actor: str) -> set[str]:
        places = self.model.positions
        return {label for v in range(len(places)) if places.mover(v) == actor for label in places.menu(v)}

    def _stop(self) -> tuple[int, int]:
        """First (round, step) that the record does not speak of."""
        steps = self.dispute.steps
        last = max((steps.index(r.actor) for r in self.reports.values() if r.round == self.model.today), default=-1)
        return (self.model.today, last + 1) if last + 1 < len(steps) else (self.model.today + 1, 0)

    def _ending_options(self) -> Iterator[Taken]:
        places = self.model.positions
        for v in range(len(places)):
            for o in places.options(v):
                if places.ends[o] is not None and places.mover(v) != WORLD:
                    yield Taken(0, 0, places.mover(v), places.labels[o], {}, (), ())

    def by_habit(self, taken: Taken) -> float:
        """Probability of an option to an actor who repeats what it has probably done."""
        base = np.array([self.motives[taken.actor].propensity.get(label, 1.0) for label in taken.legal])
        before = self.counts(taken.actor, (taken.round, taken.step))
        score = np.array([before[label] for label in taken.legal]) + 0.5 * len(base) * base / base.sum()
        return float(score[taken.legal.index(taken.label)] / score.sum())

    def counts(self, actor: str, at: tuple[int, int]) -> dict[str, float]:
        """How often an actor who plays from habit has probably made each move before a step, given all told by then.

        After the record nobody learns of further moves: the counts stay.
        """
        at = min(at, self.stop)
        if (actor, at) not in self.counted:
            found = dict.fromkeys(sorted(self.moves[actor]), 0.0)
            own = [(t, s) for t in range(at[0] + 1) for s, name in enumerate(self.dispute.steps) if name == actor and (t, s) < at]
            if own:
                found = dict(self.counts(actor, own[-1]))
                for label, prob in self._moved(actor, own[-1]).items():
                    found[label] += prob
            self.counted[actor, at] = found
        return self.counted[actor, at]

    def _moved(self, actor: str, at: tuple[int, int]) -> dict[str, float]:
        """Probability of each move at a step, given that the actor plays from habit and all told up to and of this step."""
        mass: dict[str | None, float] = {}
        parts = self._parts(lambda t: (t.round, t.step) <= at)
        for path, prior in self.paths(at[0] + 1):
            if actor in self.place and path[-1][self.place[actor]] is NONE:
                for whole, told in parts:
                    label = next(t.label for t in whole.taken if (t.round, t.step) == at)
                    play = self.play(whole, path, lambda t: (t.round, t.step) <= at)
                    mass[label] = mass.get(label, 0.0) + prior * told * play
        total = sum(mass.values())
        return {label: value / total for label, value in mass.items() if label is not None} if total else {}

    def _parts(self, upto: Callable[[Taken], bool]) -> list[tuple[Whole, float]]:
        """One history for each different beginning, with the probability of what is told of the beginning."""
        seen: dict[tuple, tuple[Whole, float]] = {}
        for whole in self.histories:
            begun = [t for t in whole.taken if upto(t)]
            part = tuple(t.label for t in begun)
            if part not in seen:
                seen[part] = whole, float(np.prod([self.told(t) for t in begun]))
        return list(seen.values())

    def _histories(self, labels: tuple[str, ...], t: int, step: int, state) -> Iterator[Whole]:
        steps = self.dispute.steps
        if step == len(steps):
            t, step, state = t + 1, 0, self.dispute.next_round(state)
        if t == self.behaviour.rounds:
            yield Whole((), None, None)
            return
        actor, options = steps[step], self.dispute.options(steps[step], state)
        names = [option.label for option in options]
        for a, option in enumerate(options):
            by_kind = {0: option.prob} if actor == WORLD else dict(enumerate(map(float, self.sigma[labels][a])))
            taken = Taken(t, step, actor, option.label, by_kind, tuple(names), labels)
            if isinstance(option.to, End):
                yield Whole((taken, *self._after_the_end(t, step, labels)), t, option.to.label)
            else:
                for rest in self._histories((*labels, option.label), t, step + 1, option.to):
                    yield Whole((taken, *rest.taken), rest.ended, rest.end)

    def _after_the_end(self, t: int, step: int, labels: tuple[str, ...]) -> list[Taken]:
        order = [(r, s) for r in range(self.behaviour.rounds) for s in range(len(self.dispute.steps))]
        return [Taken(r, s, self.dispute.steps[s], None, {}, (), labels) for r, s in order if (r, s) > (t, step)]

    # accounts

    def starts(self) -> dict[Kinds, float]:
        """Prior of every combination of accounts, one actor at most outside the list."""
        actors = tuple(self.place)
        none = self.reporting.none
        found: dict[Kinds, float] = {}
        for kinds in itertools.product(*[[*range(len(self.motives[a].types)), NONE] for a in actors]):
            outside = [a for a, k in zip(actors, kinds, strict=True) if k is NONE]
            named = float(np.prod([self.motives[a].prior[k] for a, k in zip(actors, kinds, strict=True) if k is not NONE]))
            if len(outside) < 2:
                found[kinds] = named * (none[outside[0]] if outside else 1 - sum(none[a] for a in actors))
        return found

    def change(self, old: Kinds, new: Kinds) -> float:
        prob = 1.0
        for actor, leave, enter in zip(self.place, old, new, strict=True):
            if (leave is NONE) != (enter is NONE):
                return 0.0
            if leave is not NONE:
                prob *= self.motives[actor].drift[leave, enter]
        return prob

    def paths(self, rounds: int) -> Iterator[tuple[tuple[Kinds, ...], float]]:
        """Every path of accounts over so many rounds with its prior probability."""
        starts = self.starts()
        for path in itertools.product(starts, repeat=rounds):
            prob = starts[path[0]]
            for old, new in itertools.pairwise(path):
                prob *= self.change(old, new) if prob else 0.0
            if prob:
                yield path, prob

    def kind(self, actor: str, kinds: Kinds) -> int | None:
        return kinds[self.place[actor]] if actor in self.place else 0

    def chosen(self, taken: Taken, kind: int | None) -> float:
        """Probability of an option taken, to one account of who takes it."""
        if kind is NONE and NONE not in taken.by_kind:
            taken.by_kind[NONE] = self.by_habit(taken)
        return taken.by_kind[kind]

    def play(self, whole: Whole, path: tuple[Kinds, ...], upto: Callable[[Taken], bool]) -> float:
        """Probability of a history given the accounts."""
        prob = 1.0
        for taken in whole.taken:
            if taken.label is not None and upto(taken):
                prob *= self.chosen(taken, self.kind(taken.actor, path[taken.round]))
        return prob

    # the record

    def told(self, taken: Taken) -> float:
        """What the record says of one step of a history: a report, or none."""
        report = self.reports.get((taken.round, taken.actor))
        if taken.label is None:
            return self._told_after_the_end(taken, report)
        seen = self.reporting.detection.get(taken.actor, {}).get(taken.label, 0.0)
        if report is None:
            return 1 - seen
        shares = dict(report.readings) if report.readings else {report.move: 1.0}
        as_a_move = sum(share * seen * self.names(taken.actor, taken.label, move) for move, share in shares.items())
        return as_a_move + (1 - sum(shares.values())) * (1 - seen)

    def named(self, report: Report, truth: str) -> float:
        return self.names(report.actor, truth, report.move)

    def names(self, actor: str, truth: str, named: str) -> float:
        """Probability that a report of the true move names this one."""
        wrong = self.reporting.errors.get(actor, {}).get(truth, self.reporting.error)
        if named == truth:
            return 1 - wrong
        stated = self.reporting.confusion.get(actor, {}).get(truth, {})
        unstated = self.moves[actor] - {truth} - stated.keys()
        return wrong * (stated[named] if named in stated else (1 - sum(stated.values())) / len(unstated))

    def _told_after_the_end(self, taken: Taken, report: Report | None) -> float:
        """An end that nobody has reported would be mentioned at the start of every later round."""
        known = any((r.actor, r.move) in self.ending and r.round < taken.round for r in self.reports.values())
        loudest = max(self.reporting.detection[actor][label] for actor, label in self.ending)
        silent = 1.0 if known or taken.step else 1 - loudest
        if report is None:
            return silent
        shares = [share for _, share in report.readings] or [1.0]
        errors = self.reporting.errors.get(taken.actor, {})
        wrong = np.mean([errors.get(label, self.reporting.error) for label in self.moves[taken.actor]])
        return silent * (sum(shares) * wrong / (len(self.moves[taken.actor]) - 1) + 1 - sum(shares))

    def evidence_until(self, stop: tuple[int, int]) -> dict[Kinds, float]:
        """Joint probability of the accounts in the round of ``stop`` and of all reports and silences before it."""
        found = dict.fromkeys(self.starts(), 0.0)
        parts = self._parts(lambda t: (t.round, t.step) < stop)
        for path, prior in self.paths(stop[0] + 1):
            for whole, told in parts:
                found[path[-1]] += prior * told * self.play(whole, path, lambda t: (t.round, t.step) < stop)
        return found

    def forecast(self, matches: Mapping[str, Callable[[Whole, Taken], bool]]) -> dict[str, np.ndarray]:
        """P(an option that matches is taken after the record and by the end of each round | the record)."""
        rounds = self.behaviour.rounds
        cases = []
        for whole in self.histories:
            told = float(np.prod([self.told(t) for t in whole.taken if (t.round, t.step) < self.stop]))
            ahead = [t for t in whole.taken if t.label and (t.round, t.step) >= self.stop]
            first = {key: min((t.round for t in ahead if match(whole, t)), default=rounds) for key, match in matches.items()}
            cases.append((whole, told, first))
        found = {key: np.zeros(rounds + 1) for key in matches}
        total = 0.0
        for path, prior in self.paths(rounds):
            for whole, told, first in cases:
                weight = prior * told * self.play(whole, path, lambda t: True)
                total += weight
                for key, t in first.items():
                    found[key][t] += weight
        return {key: np.cumsum(at)[:rounds] / total for key, at in found.items()}

    # utils

    def worth(self, actor: str, kind: int) -> float:
        """Expected utils of one type at the start, everybody else playing by the public belief."""
        return self._worth(actor, (), 0, 0, self.model.start)[kind]

    def _worth(self, actor: str, labels: tuple[str, ...], t: int, step: int, state) -> np.ndarray:
        mine = self.motives[actor]
        if step == len(self.dispute.steps):
            last = t + 1 == self.behaviour.rounds
            later = self._opening(actor, labels, t + 1, self.dispute.next_round(state))
            return later if last else mine.discount * mine.drift @ later
        mover = self.dispute.steps[step]
        total = np.zeros(len(mine.types))
        for a, option in enumerate(self.dispute.options(mover, state)):
            if mover == WORLD:
                prob = np.full(len(mine.types), option.prob)
            elif mover == actor:
                prob = self.sigma[labels][a]
            else:
                prob = np.full(len(mine.types), self.sigma[labels][a] @ self.beliefs[labels][mover])
            gain = utils(mine, option.interests)
            if isinstance(option.to, End):
                gain = gain + utils(mine, option.to.interests)
            else:
                gain = gain + self._worth(actor, (*labels, option.label), t, step + 1, option.to)
            total += prob * gain
        return total

    def _opening(self, actor: str, labels: tuple[str, ...], t: int, state) -> np.ndarray:
        if t == self.behaviour.rounds:
            return utils(self.motives[actor], self.dispute.horizon(state).interests)
        return self._worth(actor, labels, t, 0, state)


def utils(motives: Motives, touched) -> np.ndarray:
    return np.array([sum(motives.weights[kind].get(name, 0.0) * amount for name, amount in touched.items()) for kind in motives.types])
