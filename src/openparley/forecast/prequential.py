"""What each draw gave to every next report, with only the reports known by then: one pass forward, replayed where news came late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from openparley.game.positions import ENDED
from openparley.infer import branching
from openparley.infer.draw import Drawn, Table
from openparley.infer.filter import HABIT_WEIGHT, Filter, Snapshot
from openparley.infer.observe import Observed, Report, observe
from openparley.record.case import Case

Told = tuple[Report, ...]


@dataclass(frozen=True)
class Plan:
    """What is to be predicted, and what is known when.

    Attributes
    ----------
    targets
        Reports of the full record in order of play.
    known
        For every round up to that of the last target: reports of that round and before that are known by its end.
    """

    targets: Told
    known: tuple[Told, ...]

    def before(self, number: int, steps: Sequence[str]) -> Told:
        """Reports that are known before one target is predicted, in order of play."""
        target = self.targets[number]
        place = target.round, steps.index(target.actor)
        return tuple(report for report in self.known[target.round] if (report.round, steps.index(report.actor)) < place)


def plan_of(case: Case, observed: Observed, *, steps: Sequence[str], today: int) -> Plan:
    """The plan of a case.

    A report counts as known in a round when what it rests on was there by the round's last day: the row of a chronology by its
    own day, an entry by the day on which its source was published. A source without that day is known from the cut-off on.
    Entries are coded as they stand today; who coded them may have known more.
    """

    def in_order(reports: Sequence[Report]) -> Told:
        return tuple(sorted(reports, key=lambda report: (report.round, steps.index(report.actor))))

    targets = in_order([report for report in observed.reports if report.round <= today])
    last = max((report.round for report in targets), default=-1)
    known = []
    for t in range(last + 1):
        late = _not_yet(case, t)
        reports = observe(case, without=late).reports if late else observed.reports
        known.append(in_order([report for report in reports if report.round <= t]))
    return Plan(targets, tuple(known))


def _not_yet(case: Case, t: int) -> frozenset[str]:
    """Ids of accepted entries whose source was published after a round."""
    late = set()
    for key, entry in case.accepted().items():
        source = case.sources.get(entry.source)
        day = source.published if source and source.published else case.file.cutoff
        number = case.file.round_of(day)
        if number is not None and number > t:
            late.add(key)
    return frozenset(late)


class _Looked(NamedTuple):
    """One row of the table."""

    log_weight: float
    reported: float
    model: np.ndarray
    uniform: np.ndarray
    frequency: np.ndarray


def _padded(rows: Sequence[np.ndarray], width: int) -> Float[np.ndarray, "target move"]:
    """Rows filled up with zeros."""
    return np.array([np.pad(row, (0, width - len(row))) for row in rows]).reshape(len(rows), width)


@dataclass(frozen=True)
class Prequential:
    """Predictions of every target from what was known before it; a task of a draw.

    The table holds, by target: the log probability of all that was known (``log_weight``), the probability that a move of the
    actor is reported at all (``reported``), and by move, filled up with zeros, the probability that it is named given that
    (``model``) and under uniform play and play by frequency over the menu (``uniform``, ``frequency``).
    """

    plan: Plan

    def __call__(self, drawn: Drawn) -> Table:
        """Go forward round by round."""
        going, steps = _Forward(drawn), drawn.model.positions.steps
        seen: list[_Looked] = []
        for t, known in enumerate(self.plan.known):
            wanted = [steps.index(target.actor) for target in self.plan.targets if target.round == t]
            if not wanted:
                continue
            filter_ = going.before_round(t, known)
            filter_.open_round()
            for step in range(max(wanted) + 1):
                if step in wanted:
                    seen.append(_look(filter_, t, step))
                filter_.take(t, step)
        width = max((len(moves) for moves in drawn.model.layout.moves.values()), default=0)
        return {
            "log_weight": np.array([row.log_weight for row in seen]),
            "reported": np.array([row.reported for row in seen]),
            "model": _padded([row.model for row in seen], width),
            "uniform": _padded([row.uniform for row in seen], width),
            "frequency": _padded([row.frequency for row in seen], width),
        }


class _Forward:
    """The filter before every round, kept as long as what was known of the rounds before stays the same."""

    def __init__(self, drawn: Drawn) -> None:
        self.drawn = drawn
        self.starts: list[Snapshot] = []
        self.told: list[Told] = []

    def before_round(self, t: int, known: Told) -> Filter:
        """The filter of a record, standing before a round of it."""
        drawn = self.drawn
        filter_ = Filter(drawn.model, drawn.behaviour, drawn.reporting, observed=Observed(known, {}, {}))
        by_round = [tuple(report for report in known if report.round == r) for r in range(t)]
        same = next((r for r, (now, then) in enumerate(zip(by_round, self.told, strict=False)) if now != then), min(t, len(self.told)))
        del self.told[same:], self.starts[same + 1 :]
        filter_.begin(self.starts[same] if self.starts else None)
        if not self.starts:
            self.starts.append(_snapshot(filter_))
        for r in range(same, t):
            filter_.open_round()
            for step in range(len(drawn.model.positions.steps)):
                filter_.take(r, step)
            filter_.end_round()
            filter_.shares.append(filter_.now.weight.sum(0))
            self.told.append(by_round[r])
            self.starts.append(_snapshot(filter_))
        return filter_


def _snapshot(filter_: Filter) -> Snapshot:
    return Snapshot(
        filter_.now, dict(filter_.habit), dict(filter_.reported), tuple(filter_.log_evidence), tuple(filter_.shares), (),
        filter_.coarse, filter_.lost,
    )  # fmt: skip


def _look(filter_: Filter, t: int, step: int) -> _Looked:
    """One row of the table, before the step is taken."""
    places = filter_.model.positions
    actor = places.steps[step]
    moves, counts = filter_.moves[actor], filter_.reported[actor]
    detection, named = filter_.reporting.detected(actor, moves), filter_.named[actor]
    alive = filter_.now.only(filter_.now.position != ENDED)
    evidence = float(filter_.log_evidence[-1])
    if not len(alive.position):
        nothing = np.zeros(len(moves))
        return _Looked(evidence, 0.0, nothing, nothing, nothing)
    chosen = filter_.behaviour.choices(t, step, alive.position, alive.beliefs)
    *_, mass = branching.expand(
        alive.position, alive.weight, chosen, filter_.worlds.of(actor), places.option_start, filter_.label, filter_.base,
        filter_.habit[actor], HABIT_WEIGHT, np.ones(len(moves)),
    )  # fmt: skip
    even, frequent, _ = branching.baselines(
        alive.position, alive.weight.sum(1), places.option_start, filter_.label, counts, HABIT_WEIGHT, np.zeros(len(moves), np.bool_)
    )
    told = mass.sum(1) * detection
    # frequencies are of reports, which already hold how often each move is reported
    return _Looked(evidence, float(told.sum()), _shares(told) @ named, _shares(even * detection) @ named, _shares(frequent) @ named)


def _shares(mass: Float[np.ndarray, " move"]) -> Float[np.ndarray, " move"]:
    total = float(mass.sum())
    return mass / total if total > 0 else np.zeros(len(mass))
