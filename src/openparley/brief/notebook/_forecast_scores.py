"""What is shown of questions and scores: frozen questions, the scoreboard, a backtest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from openparley.brief.notebook.grids import Grid, flat, of_rows
from openparley.brief.notebook.view import View
from openparley.brief.words import counted, day, decimal, estimate_words, percent

if TYPE_CHECKING:
    from openparley.forecast.backtest import CaseScores, Pool, ScoredMove
    from openparley.forecast.questions import Question
    from openparley.forecast.scoreboard import Row, Scoreboard

SCORES = ("log_score", "brier")


def question_grid(questions: Sequence[Question]) -> Grid:
    """One row a question, its last resolution with it."""
    rows = []
    for question in questions:
        row = flat(question)
        row.pop("resolutions")
        first, last = question.week
        row |= {"week": first, "week_end": last, "run": str(question.run["id"]), "answer": question.answer}
        rows.append(row)
    return of_rows(rows)


def question_view(question: Question) -> View:
    """What was asked, what was answered, how it came out."""
    value, ends = estimate_words(question.model)
    rows = [
        ("model", f"{value} ({ends})"),
        ("analyst", "gave none" if question.analyst is None else percent(question.analyst)),
        ("base rate", "not known" if question.base_rate is None else percent(question.base_rate)),
        ("answer", question.answer or "open"),
    ]
    said = f"Frozen {question.at[:10]}, by {day(question.deadline)}; resolved by: {question.resolves}"
    return View(question.wording, (said,), Grid(("", ""), rows), {"questions": lambda: question_grid((question,))})


def scored_rows(rows: Sequence[Row]) -> Grid:
    """One row a question and forecaster."""
    return of_rows(
        {
            "id": row.id, "outcome": row.outcome, "deadline": row.deadline, "asked": row.asked, "run": row.run, "state": row.state,
            "happened": row.happened, "forecaster": name, "prob": prob, "brier": row.brier.get(name), "log": row.log.get(name),
        }
        for row in rows
        for name, prob in row.probs.items()
    )  # fmt: skip


def scored_view(row: Row) -> View:
    """One question of the scoreboard."""
    shown = [(name, percent(prob), decimal(row.brier[name]) if name in row.brier else "") for name, prob in row.probs.items()]
    said = f"{row.id}, by {day(row.deadline)}: {row.state}."
    return View(row.wording, (said,), Grid(("forecaster", "probability", "Brier score"), shown), {"rows": lambda: scored_rows((row,))})


def scoreboard_view(found: Scoreboard) -> View:
    """Mean scores, after what must be known before them."""
    means = [(mean.forecaster, mean.count, decimal(mean.brier), decimal(mean.log)) for mean in found.means if mean.count]
    said = (f"{counted(found.resolved, 'resolved question')}, {counted(found.events, 'event')}.", *found.notes())
    tables = {
        "rows": lambda: scored_rows(found.rows),
        "means": lambda: of_rows(map(flat, found.means)),
        "skills": lambda: of_rows(map(flat, found.skills)),
        "calibration": lambda: of_rows(map(flat, found.calibration)),
    }
    return View("Scoreboard", said, Grid(("forecaster", "questions", "mean Brier score", "mean log score"), means), tables)


def move_grid(moves: Sequence[ScoredMove]) -> Grid:
    """One row a move and predictor."""
    return of_rows(
        {
            "case": move.case, "round": move.round, "start": move.start, "actor": move.actor, "move": move.move, "rows": move.rows,
            "predictor": name, "prob": move.prob(name), "log_score": move.log_score[name], "brier": move.brier[name],
            "effective_draws": move.effective_draws,
        }
        for move in moves
        for name in move.log_score
    )  # fmt: skip


def scored_move_view(move: ScoredMove) -> View:
    """What every predictor gave a reported move."""
    shown = [(name, percent(move.prob(name)), decimal(score)) for name, score in move.log_score.items()]
    said = f"Round {move.round}, from {day(move.start)}; {move.effective_draws:.0f} effective draws."
    columns = ("predictor", "probability", "log score")
    return View(f"{move.actor}: {move.move}", (said,), Grid(columns, shown), {"moves": lambda: move_grid((move,))})


def case_scores_view(found: CaseScores) -> View:
    """Mean scores of a case beside the predictors that know no motives."""
    names = list(found.moves[0].log_score) if found.moves else []
    shown = [(name, *(decimal(found.mean(kind, name)) for kind in SCORES)) for name in names]
    said = f"{counted(len(found.moves), 'move')}, {counted(found.draws, 'draw')}; nearer to 0 is better."
    columns = ("predictor", "mean log score", "mean Brier score")
    return View(found.title, (said,), Grid(columns, shown), {"moves": lambda: move_grid(found.moves)})


def pool_view(found: Pool) -> View:
    """The cases together; each counts once."""
    names = list(found.moves[0].log_score) if found.moves else []
    shown = [(name, *(decimal(found.mean(kind, name)) for kind in SCORES)) for name in names]
    said = f"{counted(len(found.cases), 'case')} about the world, {counted(len(found.moves), 'move')}; each case counts once."
    columns = ("predictor", "mean log score", "mean Brier score")
    return View("Backtest", (said,), Grid(columns, shown), {"moves": lambda: move_grid(found.moves)})


VIEWS: Mapping[str, Callable[[Any], View]] = {
    "CaseScores": case_scores_view,
    "Pool": pool_view,
    "Question": question_view,
    "Row": scored_view,
    "ScoredMove": scored_move_view,
    "Scoreboard": scoreboard_view,
}
