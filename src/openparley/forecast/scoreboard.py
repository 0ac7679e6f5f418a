"""The score of the frozen questions of a case: model, analyst and baselines beside one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from openparley._display import Shown
from openparley.forecast.questions import Question
from openparley.forecast.scores import (
    FEWEST_FOR_INTERVAL,
    FEWEST_JUDGED,
    Bin,
    brier,
    calibration,
    log_score,
    mean_interval,
    skill,
    skill_interval,
)

MODEL, ANALYST, UNIFORM, BASE_RATE = "model", "analyst", "uniform", "base rate"
FORECASTERS = (MODEL, ANALYST, UNIFORM, BASE_RATE)
AGAINST = ((MODEL, UNIFORM), (MODEL, BASE_RATE), (MODEL, ANALYST), (ANALYST, UNIFORM), (ANALYST, BASE_RATE))
SEED = 20250529


@dataclass(frozen=True)
class Row(Shown):
    """One question with everybody's probability and, once resolved, scores.

    Attributes
    ----------
    state
        ``"resolved"``, ``"open"``, ``"overdue"``, ``"void"``, or ``"hindsight"``: resolved, but asked when its deadline had
        passed, and so left out of every mean.
    happened
        None unless it is resolved yes or no.
    probs, brier, log
        By forecaster; one who gave no number is not there.
    """

    id: str
    wording: str
    outcome: str
    deadline: date
    asked: str
    run: str
    state: str
    happened: bool | None
    probs: dict[str, float]
    brier: dict[str, float]
    log: dict[str, float]


@dataclass(frozen=True)
class Mean:
    """Mean scores of a forecaster over the questions that it answered; intervals are None where there are too few."""

    forecaster: str
    count: int
    brier: float
    brier_interval: tuple[float, float] | None
    log: float
    log_interval: tuple[float, float] | None


@dataclass(frozen=True)
class Skill:
    """Skill of a forecaster against another over the questions that both answered; above 0 it is better."""

    forecaster: str
    against: str
    count: int
    brier: float
    brier_interval: tuple[float, float] | None
    log: float
    log_interval: tuple[float, float] | None


@dataclass(frozen=True)
class Scoreboard(Shown):
    """All questions of a case, scored.

    Attributes
    ----------
    resolved
        Number of questions that count: resolved yes or no, and asked before their deadline.
    events
        Number of different events (outcome and deadline) among them; questions about one event are drawn together for an
        interval, because they come true together.
    calibration
        Of the model; empty under `FEWEST_JUDGED` resolved questions.
    """

    rows: tuple[Row, ...]
    resolved: int
    events: int
    fictional: bool
    means: tuple[Mean, ...]
    skills: tuple[Skill, ...]
    calibration: tuple[Bin, ...]

    @property
    def too_short(self) -> bool:
        """Whether there are too few resolved questions to judge anybody by."""
        return self.resolved < FEWEST_JUDGED

    @property
    def overdue(self) -> tuple[Row, ...]:
        """Questions whose deadline has passed unresolved."""
        return tuple(row for row in self.rows if row.state == "overdue")

    def notes(self) -> list[str]:
        """What a reader must know before the numbers, one sentence each."""
        said = []
        if self.fictional:
            said.append("The case is fiction: its scores are practice and no evidence of skill.")
        if self.too_short:
            said.append(f"Too short to judge: {self.resolved} resolved, {FEWEST_JUDGED} needed.")
        elif self.events < FEWEST_FOR_INTERVAL:
            said.append(f"No intervals: {self.events} different events resolved, {FEWEST_FOR_INTERVAL} needed.")
        else:
            said.append("Intervals are over the questions of this one dispute; they say nothing of other disputes.")
        late = [row.id for row in self.rows if row.state == "hindsight"]
        if late:
            said.append(f"Asked after the deadline and left out of all means: {', '.join(late)}.")
        void = [row.id for row in self.rows if row.state == "void"]
        if void:
            said.append(f"Void and not scored: {', '.join(void)}.")
        return said

    def as_json(self) -> dict[str, Any]:
        """Plain data; a score without limit and a mean of nothing are null."""
        plain = asdict(self) | {"too_short_to_judge": self.too_short, "notes": self.notes()}
        return _finite(plain)


def scoreboard(questions: Sequence[Question], today: date) -> Scoreboard:
    """Score the questions of a case as of a day."""
    rows = tuple(_row(question, today) for question in questions)
    counted = [row for row in rows if row.state == "resolved"]
    events = {event: number for number, event in enumerate(dict.fromkeys((row.outcome, row.deadline) for row in counted))}
    bins: tuple[Bin, ...] = ()
    if len(counted) >= FEWEST_JUDGED:
        bins = calibration(np.array([row.probs[MODEL] for row in counted]), np.array([bool(row.happened) for row in counted]))
    return Scoreboard(
        rows,
        len(counted),
        len(events),
        any(question.fictional for question in questions),
        tuple(_mean(counted, events, name) for name in FORECASTERS),
        tuple(_skill(counted, events, name, other) for name, other in AGAINST),
        bins,
    )


def _row(question: Question, today: date) -> Row:
    given = {MODEL: question.model.value, ANALYST: question.analyst, UNIFORM: question.uniform, BASE_RATE: question.base_rate}
    probs = {name: float(prob) for name, prob in given.items() if prob is not None}
    answer = question.answer
    happened = {"yes": True, "no": False}.get(answer or "")
    state = "overdue" if question.overdue(today) else "open" if answer is None else "void" if happened is None else "resolved"
    if state == "resolved" and question.hindsight:
        state = "hindsight"
    scores: list[dict[str, float]] = [{}, {}]
    if happened is not None:
        values, came = np.array(list(probs.values())), np.full(len(probs), happened)
        scores = [dict(zip(probs, rule(values, came).tolist(), strict=True)) for rule in (brier, log_score)]
    return Row(
        question.id, question.wording, question.outcome, question.deadline, question.at, str(question.run["id"]), state, happened, probs,
        *scores,
    )  # fmt: skip


def _mean(rows: Sequence[Row], events: dict[tuple[str, date], int], name: str) -> Mean:
    having = [row for row in rows if name in row.probs]
    units = _units(having, events)
    found = []
    for scores in (np.array([row.brier[name] for row in having]), np.array([row.log[name] for row in having])):
        found += [float(scores.mean()) if len(scores) else float("nan"), mean_interval(scores, SEED, units=units)]
    return Mean(name, len(having), *found)


def _skill(rows: Sequence[Row], events: dict[tuple[str, date], int], name: str, other: str) -> Skill:
    both = [row for row in rows if name in row.probs and other in row.probs]
    units = _units(both, events)
    found = []
    for table in ([row.brier for row in both], [row.log for row in both]):
        mine, theirs = (np.array([scores[who] for scores in table]) for who in (name, other))
        found += [skill(mine, theirs), skill_interval(mine, theirs, SEED, units=units)]
    return Skill(name, other, len(both), *found)


def _units(rows: Sequence[Row], events: dict[tuple[str, date], int]) -> np.ndarray:
    return np.array([events[row.outcome, row.deadline] for row in rows], dtype=np.int64)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
