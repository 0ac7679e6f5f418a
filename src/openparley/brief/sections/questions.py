"""Frozen questions: those still open, with the frozen answer beside today's, and the track record of those resolved."""

from __future__ import annotations

import re
from datetime import date

from openparley.brief.blocks import Block, Cell, Fold, Prose, Section, Table, text_cells
from openparley.brief.cite import Given, Number, Part, Ref, Sentence
from openparley.brief.context import Context
from openparley.brief.words import counted, cut, day, decimal, small
from openparley.forecast.questions import Question
from openparley.forecast.scoreboard import FORECASTERS, MODEL, Mean, Row, Scoreboard, Skill, scoreboard

SHOWN = 8
DAY = r"\d{4}-\d\d-\d\d"
LETTERS = 110


def today(context: Context) -> date:
    """The day as of which questions are open or overdue: that of the run, or of what was last written about a question.

    Not the day by the clock, so that the same inputs give the same page.
    """
    stamps = [str(context.run.get("created", ""))[:10]]
    stamps += [asked.at[:10] for asked in context.questions]
    stamps += [told.at[:10] for asked in context.questions for told in asked.resolutions]
    days = [date.fromisoformat(stamp) for stamp in stamps if re.fullmatch(DAY, stamp)]
    return max(days, default=context.facts.case.file.cutoff)


def board(context: Context) -> Scoreboard:
    """All questions, scored as of `today`."""
    return scoreboard(context.questions, today(context))


def open_questions(context: Context) -> list[Block]:
    """Questions that wait for their answer, the nearest deadline first."""
    states = {row.id: row.state for row in board(context).rows}
    waiting = sorted((asked for asked in context.questions if asked.answer is None), key=lambda asked: asked.deadline)
    if not waiting:
        return []
    book = context.book
    number = book.count("n-questions-open", "Questions open", len(waiting), "frozen questions without an answer")
    late = sum(states[asked.id] == "overdue" for asked in waiting)
    over: list[Part] = []
    if late:
        of = "open questions whose deadline has passed"
        over = ["; past their deadline: ", book.count("n-questions-overdue", "Questions overdue", late, of)]
    start = "Frozen questions that wait for an answer: "
    said = book.say("questions", "computed", start, number, f", as of {day(today(context))}", over, ".")
    rows = tuple(_open_row(context, asked, states[asked.id]) for asked in waiting[:SHOWN])
    columns = ("Question", "Deadline", "Model as frozen", "Model in this run", "Analyst")
    more = f"; {len(waiting) - SHOWN} with a later deadline in brief.json" if len(waiting) > SHOWN else ""
    caption = f"Frozen questions still open; an answer frozen earlier is never changed, that of this run stands beside it{more}"
    return [Prose((said,)), Table(caption, tuple((name,) for name in columns), rows, numeric=(2, 3, 4))]


def _open_row(context: Context, asked: Question, state: str) -> tuple[Cell, ...]:
    was, now = frozen(context, asked), current(context, asked)
    made = f", {day(date.fromisoformat(asked.at[:10]))}"
    same = str(asked.run["id"]) == str(context.run.get("id"))
    today_cell: Cell = ("the same run",) if same else (Ref(now),) if now else ("not forecast",)
    deadline = day(asked.deadline) + (", overdue" if state == "overdue" else "")
    wording: Cell = (f"{asked.id} ", Given(cut(context.facts.unquoted(asked.wording), LETTERS)))
    return (wording, (deadline,), (Ref(was), made), today_cell, (_analyst(context, asked),))


def _analyst(context: Context, asked: Question) -> Part:
    """The analyst's own number, frozen before the model's was shown."""
    if asked.analyst is None:
        return "–"
    of = f"the own probability of {asked.analyst_by or 'the analyst'}, frozen with the question"
    return context.book.count(f"n-question-{asked.id}-analyst", f"{asked.id}, the analyst’s answer", asked.analyst, of, "share")


def frozen(context: Context, asked: Question) -> Number:
    """The model's answer as frozen."""
    name = f"{asked.id}, frozen {day(date.fromisoformat(asked.at[:10]))}: {asked.outcome_name} by {day(asked.week[1])}"
    lines = (("Run", str(asked.run["id"])), ("Comes true if", context.facts.unquoted(asked.resolves)), ("Resolved by", asked.source))
    hashed = (("Hash", f"{asked.hash[:16]}…"),) if asked.hash else ()
    why = "the record as it was at the cut-off of that run"
    return context.book.estimate(f"n-question-{asked.id}", name, asked.model, breakdown=(*lines, *hashed), why=why)


def current(context: Context, asked: Question) -> Number | None:
    """What this run gives for the last week that has ended by the deadline; None where it has no such week or outcome."""
    outcome = context.forecast.outcomes.get(asked.outcome)
    ended = [index for index, week in enumerate(context.forecast.weeks) if week.end <= asked.deadline]
    if outcome is None or not ended:
        return None
    if ended[-1] == len(context.forecast.weeks) - 1:
        return context.probability(asked.outcome)
    week = context.forecast.weeks[ended[-1]]
    name = f"{context.outcome_name(asked.outcome)}, by {day(week.end)}"
    like = context.probability(asked.outcome)
    return context.book.estimate(
        f"n-p-{asked.outcome}-{week.end.isoformat()}", name, outcome.by_week[ended[-1]], assumptions=like.assumptions,
        evidence=like.evidence, like=like.id,
    )  # fmt: skip


def track_record_section(context: Context) -> Section:
    """What the scoreboard says, the questions that count, and – where there are enough – means and skill."""
    book = context.book
    if not context.questions:
        said = book.say("track-record", "computed", "No question has been frozen in this case, so there is no track record.")
        return Section("track-record", "Track record", (Prose((said,)),))
    found = board(context)
    resolved = [row for row in found.rows if row.state in ("resolved", "hindsight")]
    number = book.count("n-questions-resolved", "Questions resolved", found.resolved, "frozen questions answered yes or no that count")
    total = book.count("n-questions", "Questions frozen", len(found.rows), "frozen questions of the case")
    parts: list[Part] = ["Of ", total, f" frozen question{'s' * (len(found.rows) != 1)} ", number]
    parts += [f" {'is' if found.resolved == 1 else 'are'} resolved"]
    if found.resolved:
        of = "different outcomes and deadlines; questions about one come true together"
        parts += ["; different events among them: ", book.count("n-events", "Events asked about", found.events, of)]
    sentences: list[Sentence] = [book.say("track-record", "computed", parts, ".")]
    sentences += [book.say("track-record", "computed", Given(note, name=True)) for note in found.notes()]
    blocks: list[Block] = [Prose(tuple(sentences))]
    if resolved:
        blocks.append(_scores(context, resolved))
    if found.resolved and not found.too_short:
        blocks += [_means(context, found), Fold("How often it came true, and skill", (_bins(found), _skills(found)))]
    return Section("track-record", "Track record", tuple(blocks))


def _scores(context: Context, rows: list[Row]) -> Table:
    """The last resolved questions, everybody's probability and scores beside one another."""
    body: list[tuple[Cell, ...]] = []
    for row in rows[-SHOWN:]:
        came = "yes" if row.happened else "no"
        cells = [(_scored(row, who),) for who in FORECASTERS]
        late = ", asked too late to count" if row.state == "hindsight" else ""
        wording: Cell = (f"{row.id} ", Given(cut(context.facts.unquoted(row.wording), LETTERS)), f" by {day(row.deadline)}")
        body.append((wording, (came + late,), *cells))
    more = f"the last {SHOWN}, all in brief.json; " if len(rows) > SHOWN else ""
    caption = f"Questions resolved: {more}probability; Brier score, 0 is best and always one half scores 0.25; log score, 0 is best"
    return Table(caption, text_cells("Question", "Came true", *FORECASTERS), tuple(body), numeric=tuple(range(2, 2 + len(FORECASTERS))))


def _scored(row: Row, who: str) -> str:
    return f"{small(row.probs[who])}; {decimal(row.brier[who])}; {decimal(row.log[who])}" if who in row.probs else "–"


def _means(context: Context, found: Scoreboard) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for mean in found.means:
        if not mean.count:
            continue
        cells: list[Cell] = [(mean.forecaster,), (str(mean.count),)]
        if mean.forecaster == MODEL:
            of = f"mean over {counted(mean.count, 'resolved question')}"
            for rule, value in (("Brier", mean.brier), ("log", mean.log)):
                ref = context.book.count(f"n-score-{rule.lower()}", f"Mean {rule} score of the model", value, of, "decimal")
                cells.append((ref, _interval(mean, rule)))
        else:
            cells += [(f"{decimal(value)}{_interval(mean, rule)}",) for rule, value in (("Brier", mean.brier), ("log", mean.log))]
        rows.append(tuple(cells))
    caption = "Mean scores, each over the questions that the forecaster answered; the lower Brier score and the log score nearer to 0 win"
    return Table(caption, text_cells("Forecaster", "Questions", "Brier", "log"), tuple(rows), numeric=(1, 2, 3))


def _interval(found: Mean | Skill, rule: str) -> str:
    ends = found.brier_interval if rule == "Brier" else found.log_interval
    return f" ({decimal(ends[0])} to {decimal(ends[1])})" if ends else ""


def _skills(found: Scoreboard) -> Table:
    rows = tuple(
        text_cells(
            f"{skill.forecaster} against {skill.against}",
            str(skill.count),
            *(f"{decimal(value)}{_interval(skill, rule)}" for rule, value in (("Brier", skill.brier), ("log", skill.log))),
        )
        for skill in found.skills
        if skill.count
    )
    columns = text_cells("Skill of", "Questions", "Brier", "log")
    return Table("Skill: 1 is perfect, 0 as good as the other, below 0 worse", columns, rows, numeric=(1, 2, 3))


def _bins(found: Scoreboard) -> Table:
    rows = tuple(
        text_cells(f"{one.low:g} to {one.high:g}", str(one.count), small(one.mean_prob), small(one.share_happened))
        for one in found.calibration
        if one.count
    )
    columns = text_cells("Given", "Questions", "On average", "Came true")
    return Table("What the model gave and how often it came true", columns, rows, numeric=(1, 2, 3))
