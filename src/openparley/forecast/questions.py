"""Frozen questions: what was asked, what was answered before anybody knew, and how it came out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from openparley._display import Shown
from openparley.errors import CaseError, Complaint, did_you_mean, one_of, quoted
from openparley.forecast.frozen import append, read_chain
from openparley.forecast.runs import FinishedRun
from openparley.infer.posterior import Estimate
from openparley.record.case import Case, runs_dir
from openparley.record.casefile import Outcome

FILE = "questions.jsonl"
ANSWERS = ("yes", "no", "void")
UNIFORM = 0.5  # over the outcome and its complement
QUESTION, RESOLUTION = "question", "resolution"


@dataclass(frozen=True)
class Resolution:
    """How a question came out, and who says so.

    Attributes
    ----------
    answer
        ``"yes"``, ``"no"``, or ``"void"`` where the question turned out to be unanswerable; void is not scored.
    on
        Day on which it happened, or on which it was sure that it would not.
    corrects
        Id of the resolution that this one replaces, with the reason; empty for the first.
    """

    id: str
    question: str
    answer: str
    source: str
    on: date
    at: str
    by: str
    corrects: str
    reason: str


@dataclass(frozen=True)
class Question(Shown):
    """One frozen question with all answers given to it in advance.

    Attributes
    ----------
    at
        When it was frozen, UTC.
    outcome
        Id in the case; its name and definition as they then were are in ``wording`` and ``resolves``.
    source
        What resolves it.
    does_not_count
        What might be taken for the outcome and is not.
    deadline
        Last day on which it can come true.
    week
        First and last day of the forecast week whose cumulative probability is the model's answer.
    analyst, analyst_by
        The analyst's own probability, or None, and who that is.
    model
        The model's probability with its interval. Never 0 or 1: a run of F futures cannot tell less than ½/(F + 1) from none.
    base_rate
        The model's probability without any record; None where the run does not say.
    run
        Id, date, cut-off, number of futures and status of the run: how far it says that it can be trusted.
    fictional
        Whether the case is fiction, whose scores are practice.
    hash
        Of the line, over all of the above and the hash of the line before.
    resolutions
        Oldest first; the last one counts.
    """

    id: str
    at: str
    case: str
    fictional: bool
    wording: str
    outcome: str
    outcome_name: str
    resolves: str
    source: str
    does_not_count: tuple[str, ...]
    deadline: date
    week: tuple[date, date]
    analyst: float | None
    analyst_by: str
    model: Estimate
    uniform: float
    base_rate: float | None
    run: Mapping[str, Any]
    hash: str = ""
    resolutions: tuple[Resolution, ...] = ()

    @property
    def answer(self) -> str | None:
        """How it came out; None while it is open."""
        return self.resolutions[-1].answer if self.resolutions else None

    @property
    def hindsight(self) -> bool:
        """Whether it was asked when the deadline had passed, so that the answer could be known; fiction has no such day."""
        return not self.fictional and date.fromisoformat(self.at[:10]) > self.deadline

    def overdue(self, today: date) -> bool:
        """Whether its deadline has passed and nobody has said how it came out."""
        return self.answer is None and today > self.deadline


@dataclass(frozen=True)
class Asked:
    """What an analyst asks, before the model's number is looked up.

    Attributes
    ----------
    deadline
        None for the last day of the forecast.
    resolves, source
        Empty for the outcome's own definition, and for the case's record.
    analyst
        The analyst's own probability, above 0 and below 1.
    """

    wording: str
    outcome: str
    deadline: date | None = None
    resolves: str = ""
    source: str = ""
    does_not_count: tuple[str, ...] = ()
    analyst: float | None = None
    by: str = ""


def questions_path(case: Case) -> Path:
    """Where the questions of a case are kept: beside its folder of runs."""
    return runs_dir(case).parent / FILE


def check_questions(case: Case) -> Sequence[Complaint]:
    """What no longer fits in the frozen questions of a case; empty when there are none."""
    return read_chain(questions_path(case)).complaints


def read_questions(path: Path) -> list[Question]:
    """All questions with their resolutions, oldest first.

    Raises
    ------
    CaseError
        If a line no longer fits what was frozen.
    """
    return questions_of(read_chain(path).sound())


def questions_of(rows: Sequence[Mapping[str, Any]]) -> list[Question]:
    """The questions that verified lines hold."""
    found = {str(row["id"]): _question(row) for row in rows if row["kind"] == QUESTION}
    for row in rows:
        if row["kind"] == RESOLUTION:
            asked = found[row["question"]]
            found[asked.id] = replace(asked, resolutions=(*asked.resolutions, _resolution(row)))
    return list(found.values())


def check_asked(case: Case, asked: Asked) -> Outcome:
    """The outcome that is asked about; refuses what can be refused before any number is looked up.

    Raises
    ------
    CaseError
        If the wording is empty, there is no such outcome, or the analyst is certain.
    """
    if not asked.wording.strip():
        raise _refused(
            "wording", asked.wording, "a sentence", "the question has no wording.", "Write the question between quotation marks."
        )
    known = {outcome.id: outcome for outcome in case.file.outcomes}
    if asked.outcome not in known:
        hint = did_you_mean(asked.outcome, known) or f"The outcomes of {case.name}: {one_of(list(known)) if known else 'none'}."
        raise CaseError(
            Complaint("case.toml", None, None, asked.outcome, list(known), hint, f"there is no outcome {quoted(asked.outcome)}.")
        )
    if asked.analyst is not None and not 0 < asked.analyst < 1:
        hint = f"Did you mean {asked.analyst / 100:g}?" if 1 < asked.analyst < 100 else "Nobody is certain; 0.01 and 0.99 are allowed."
        message = f"your own number is {asked.analyst:g}; a probability lies between 0 and 1, ends excluded."
        raise _refused("mine", asked.analyst, "above 0 and below 1", message, hint)
    return known[asked.outcome]


def freeze(case: Case, asked: Asked, run: FinishedRun, *, now: datetime | None = None) -> Question:
    """Freeze a question with everybody's answer to it.

    Raises
    ------
    CaseError
        If the run is of another case or has no answer, the deadline lies outside its weeks, the same was asked of the same run
        before, or a frozen line was tampered with.
    """
    outcome = check_asked(case, asked)
    content = _answered(case, asked, outcome, run)

    def make(rows: tuple[dict[str, Any], ...]) -> dict[str, Any]:
        for other in (row for row in rows if row["kind"] == QUESTION):
            if all(other[key] == content[key] for key in ("outcome", "deadline", "resolves")) and other["run"]["id"] == run.id:
                message = f"{other['id']} has asked this of run {run.id} already, on {other['at'][:10]}; nothing was written."
                hint = "Fit the case anew to ask again, or change the deadline."
                raise CaseError(Complaint(FILE, None, other["id"], asked.outcome, None, hint, message))
        return {"kind": QUESTION, "id": _next_id("Q", QUESTION, rows), "at": _at(rows, now), **content}

    return _question(append(questions_path(case), make))


def same_before(questions: Sequence[Question], asked: Question) -> list[Question]:
    """Earlier questions about the same outcome with the same deadline."""
    return [other for other in questions if (other.outcome, other.deadline) == (asked.outcome, asked.deadline) and other.id != asked.id]


def resolve(
    case: Case,
    question: str,
    answer: str,
    *,
    source: str,
    on: date | None,
    by: str,
    correct: bool = False,
    reason: str = "",
    now: datetime | None = None,
) -> Resolution:
    """Append how a question came out; the question itself is never touched.

    Parameters
    ----------
    on
        Day of the event; needed for yes, the deadline by default for no.
    correct
        Replaces an earlier resolution, which stays in the file; needs a reason.

    Raises
    ------
    CaseError
        If there is no such question, it is resolved already, or the day does not fit the answer.
    """
    now = now or datetime.now(UTC)

    def make(rows: tuple[dict[str, Any], ...]) -> dict[str, Any]:
        known = {found.id: found for found in questions_of(rows)}
        if question not in known:
            hint = did_you_mean(question, known) or (f"There are {one_of(list(known))}." if known else "None has been asked yet.")
            raise _refused(question, question, list(known), "there is no such question.", hint)
        found = known[question]
        day = _day(found, answer, on, reason, now.date())
        earlier = _replaced(found, correct, reason)
        if not source.strip():
            raise _refused(question, source, None, "a resolution needs a source.", "Say with --source where it can be read.")
        return {
            "kind": RESOLUTION,
            "id": _next_id("R", RESOLUTION, rows),
            "at": _at(rows, now),
            "question": question,
            "answer": answer,
            "source": source.strip(),
            "on": day.isoformat(),
            "by": by,
            "corrects": earlier,
            "reason": reason.strip(),
        }

    return _resolution(append(questions_path(case), make))


def _answered(case: Case, asked: Asked, outcome: Outcome, run: FinishedRun) -> dict[str, Any]:
    """Everything of a question but its number and its date."""
    if run.case != case.name:
        hint = f"Name a run of {case.name} with --run."
        raise _refused(str(run.folder), run.case, case.name, f"run {run.id} is of the case {quoted(run.case)}.", hint)
    if outcome.id not in run.outcomes:
        hint = f"The outcome is newer than the run: parley fit {case.root}"
        raise _refused(str(run.folder), outcome.id, list(run.outcomes), f"run {run.id} has no outcome {quoted(outcome.id)}.", hint)
    was = run.need("outcomes", "how its outcomes were defined").get(outcome.id, {})
    if was.get("when") != outcome.when.model_dump(mode="json"):
        message = f"the case now defines {quoted(outcome.id)} otherwise than run {run.id} did."
        raise _refused("case.toml", outcome.id, None, message, "Fit the case again, then ask.")
    deadline = asked.deadline or run.weeks[-1][1]
    week = _week(run, deadline)
    futures = _futures(run)
    model = _bounded(run.outcomes[outcome.id][week], futures)
    rate = run.base_rate(outcome.id, week)
    return {
        "case": case.name,
        "fictional": case.file.fictional,
        "wording": asked.wording.strip(),
        "outcome": outcome.id,
        "outcome_name": outcome.name,
        "resolves": asked.resolves.strip() or outcome.what,
        "source": asked.source.strip() or f"public reports, as accepted into the record of {case.name}",
        "does_not_count": list(asked.does_not_count),
        "deadline": deadline.isoformat(),
        "week": [day.isoformat() for day in run.weeks[week]],
        "analyst": asked.analyst,
        "analyst_by": asked.by if asked.analyst is not None else "",
        "model": asdict(model),
        "uniform": UNIFORM,
        "base_rate": None if rate is None else _bounded(rate, futures).value,
        "run": {
            "id": run.id,
            "created": run.created,
            "cutoff": run.need("cutoff", "its cut-off"),
            "futures": futures,
            "status": run.need("status", "how far to trust it"),
        },
    }


def _week(run: FinishedRun, deadline: date) -> int:
    """The last week that has ended by the deadline."""
    ends = [end for _, end in run.weeks]
    if not ends[0] <= deadline <= ends[-1]:
        message = f"the deadline {deadline} lies outside the forecast of run {run.id}."
        raise _refused("deadline", str(deadline), f"{ends[0]} to {ends[-1]}", message, f"It can be any day from {ends[0]} to {ends[-1]}.")
    return max(index for index, end in enumerate(ends) if end <= deadline)


def _futures(run: FinishedRun) -> int:
    settings = run.need("settings", "how many futures it played")
    return int(settings["draws"]) * int(settings["futures_per_draw"])


def _bounded(found: Estimate, futures: int) -> Estimate:
    """The estimate with its value kept off 0 and 1 by what so many futures cannot tell from them."""
    least = 0.5 / (futures + 1)
    value = min(max(found.value, least), 1 - least)
    return replace(found, value=value, low=min(found.low, value), high=max(found.high, value))


def _day(found: Question, answer: str, on: date | None, reason: str, today: date) -> date:
    """The day of a resolution, when it fits the answer."""
    if answer not in ANSWERS:
        raise _refused(found.id, answer, list(ANSWERS), f"{quoted(answer)} is no answer.", f"Write {one_of(ANSWERS)}.")
    if on is None and answer == "yes":
        raise _refused(found.id, None, "YYYY-MM-DD", "the day on which it happened is missing.", "Give it with --on YYYY-MM-DD.")
    day = on or found.deadline
    cutoff = date.fromisoformat(found.run["cutoff"])
    if day > today and not found.fictional:
        raise _refused(found.id, str(day), f"up to {today}", f"{day} has not come yet.", "Resolve the question when it has.")
    if answer == "yes" and not cutoff < day <= found.deadline:
        side = "after the deadline" if day > found.deadline else "not after the cut-off of its run"
        hint = "What happened then does not count; check the day, or resolve the question otherwise."
        raise _refused(found.id, str(day), f"after {cutoff}, up to {found.deadline}", f"{day} is {side}.", hint)
    if answer == "no" and day < found.deadline and not reason.strip():
        message = f"the deadline is {found.deadline}; on {day} it could still happen."
        raise _refused(found.id, str(day), f"from {found.deadline}", message, "If it no longer could, say why with --reason.")
    if answer == "void" and not reason.strip():
        raise _refused(found.id, answer, None, "void takes the question out of the score.", "Say why with --reason.")
    return day


def _replaced(found: Question, correct: bool, reason: str) -> str:
    """Id of the resolution that a new one replaces."""
    if not found.resolutions:
        if correct:
            raise _refused(found.id, None, None, "there is no resolution to correct.", "Leave --correct out.")
        return ""
    last = found.resolutions[-1]
    if not correct:
        message = f"it is resolved already: {last.answer} on {last.on}, by {last.by}."
        raise _refused(found.id, last.answer, None, message, "--correct with --reason replaces it; both stay in the file.")
    if not reason.strip():
        raise _refused(found.id, None, None, "a correction needs a reason.", "Give it with --reason.")
    return last.id


def _next_id(letter: str, kind: str, rows: Sequence[Mapping[str, Any]]) -> str:
    return f"{letter}{sum(row['kind'] == kind for row in rows) + 1:03d}"


def _at(rows: Sequence[Mapping[str, Any]], now: datetime | None) -> str:
    """Date of a new line; never before that of the last one, whatever the clock says."""
    stamp = (now or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")
    return max(stamp, str(rows[-1]["at"])) if rows else stamp


def _question(row: Mapping[str, Any]) -> Question:
    read: dict[str, Callable[[Any], Any]] = {
        "deadline": date.fromisoformat,
        "week": lambda ends: (date.fromisoformat(ends[0]), date.fromisoformat(ends[1])),
        "does_not_count": tuple,
        "model": lambda found: Estimate(**found),
    }
    names = [name for name in Question.__dataclass_fields__ if name != "resolutions"]
    return Question(**{name: read.get(name, lambda value: value)(row[name]) for name in names})


def _resolution(row: Mapping[str, Any]) -> Resolution:
    found: dict[str, Any] = {name: row[name] for name in Resolution.__dataclass_fields__}
    found["on"] = date.fromisoformat(row["on"])
    return Resolution(**found)


def _refused(item: str, value: Any, allowed: Any, message: str, hint: str) -> CaseError:
    return CaseError(Complaint(None, None, item, value, allowed, hint, message))
