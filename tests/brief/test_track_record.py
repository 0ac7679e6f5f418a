"""Frozen questions on the page: the frozen answer beside today's, and a track record that is judged only when it is long enough."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from openparley.brief import Brief
from openparley.brief.blocks import Fold, Section, Table
from openparley.brief.cite import plain
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.lint import sentence_faults
from openparley.brief.sections.questions import board, current, open_questions, today, track_record_section
from openparley.forecast.questions import Question
from openparley.forecast.scoreboard import scoreboard
from openparley.forecast.scores import FEWEST_JUDGED
from openparley.record.case import Case
from tests.brief import synthetic


@pytest.fixture(autouse=True)
def no_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openparley.brief.figures.discover", lambda: defaultdict(lambda: SimpleNamespace(data=lambda context: [])))


def context(case: Case, questions: tuple[Question, ...], **run: object) -> Context:
    return Context(Facts.of(case), synthetic.posterior(), synthetic.forecast(), synthetic.run(**run), lexicon("icd203"), questions)


def texts(found: Context, section: str) -> list[str]:
    assert sentence_faults(found.book.sentences, found.lexicon, found.facts.texts) == []
    return [sentence.text for sentence in found.book.sentences if sentence.section == section]


def tables(section: Section) -> list[Table]:
    found = [block for block in section.blocks if isinstance(block, Table)]
    return found + [inner for block in section.blocks if isinstance(block, Fold) for inner in block.blocks if isinstance(inner, Table)]


def open_rows(found: Context) -> dict[str, list[str]]:
    table = open_questions(found)[1]
    assert isinstance(table, Table)
    return {plain(row[0]).split()[0]: [plain(cell) for cell in row[1:]] for row in table.rows}


def test_the_frozen_answer_stands_beside_that_of_this_run_for_the_same_day(case: Case) -> None:
    here = context(case, synthetic.questions())
    rows = open_rows(here)
    assert list(rows) == ["Q002", "Q001"]
    headline = here.forecast.outcomes["ceasefire"].at_horizon
    assert rows["Q001"] == ["29 July 2026", "42 %, 2 Mar 2026", f"{100 * headline.value:.0f} %", "35 %"]
    earlier = here.forecast.outcomes["tariffs"].by_week[5]
    assert rows["Q002"] == ["10 June 2026", "9 %, 2 Mar 2026", f"{100 * earlier.value:.0f} %", "–"]
    assert here.book.numbers["n-question-Q001"].value == 0.42
    assert texts(here, "questions") == ["Frozen questions that wait for an answer: 2, as of 29 Apr 2026."]


def test_an_answer_of_the_same_run_or_of_no_week_is_not_made_up(case: Case) -> None:
    first, second, *_ = synthetic.questions()
    past = replace(second, deadline=date(2026, 4, 20))
    rows = open_rows(context(case, (first, past), id="6b1c09"))
    assert rows["Q001"][2] == "the same run"
    here = context(case, (first, past))
    assert open_rows(here)["Q002"][2] == "not forecast"
    assert current(here, replace(first, outcome="gone")) is None


def test_a_deadline_that_has_passed_is_marked(case: Case) -> None:
    _, second, *_ = synthetic.questions()
    here = context(case, (replace(second, deadline=date(2026, 4, 20)),))
    assert open_rows(here)["Q002"][0] == "20 Apr 2026, overdue"
    assert texts(here, "questions")[0].endswith("as of 29 Apr 2026; past their deadline: 1.")


def test_the_day_is_that_of_the_inputs_and_not_of_the_clock(case: Case) -> None:
    asked = synthetic.questions()
    assert today(context(case, asked)) == date(2026, 4, 29)
    later = replace(asked[0], at="2026-05-02T09:00:00+00:00")
    assert today(context(case, (later, *asked[1:]))) == date(2026, 5, 2)


def test_resolved_questions_do_not_wait(case: Case) -> None:
    assert open_questions(context(case, synthetic.questions()[2:])) == []


def test_without_questions_there_is_no_track_record(case: Case) -> None:
    here = context(case, ())
    section = track_record_section(here)
    assert texts(here, "track-record") == ["No question has been frozen in this case, so there is no track record."]
    assert tables(section) == []


def test_a_short_record_is_not_judged_and_shows_scores_beside_the_baselines(case: Case) -> None:
    here = context(case, synthetic.questions())
    section = track_record_section(here)
    said = texts(here, "track-record")
    assert said[0] == "Of 4 frozen questions 2 are resolved; different events among them: 2."
    assert said[1:] == board(here).notes()
    assert "Too short to judge: 2 resolved, 20 needed." in said
    (scores,) = tables(section)
    first = [plain(cell) for cell in scores.rows[0]]
    assert first[1:4] == ["yes", "0.7; 0.09; −0.36", "0.5; 0.25; −0.69"]
    assert not any(word in table.caption for table in tables(section) for word in ("Mean scores", "Skill"))


def test_a_long_record_has_means_skill_and_calibration_as_the_scoreboard_has_them(case: Case) -> None:
    asked = synthetic.questions(resolved=FEWEST_JUDGED)
    here = context(case, asked)
    section = track_record_section(here)
    found = scoreboard(asked, today(here))
    scores, means, bins, skills = tables(section)
    assert len(scores.rows) == 8
    assert "the last 8, all in brief.json" in scores.caption
    row = next(row for row in means.rows if plain(row[0]) == "model")
    model = next(mean for mean in found.means if mean.forecaster == "model")
    assert plain(row[1]) == str(model.count) == str(FEWEST_JUDGED)
    assert plain(row[2]).startswith(f"{model.brier:.2f}")
    assert len(skills.rows) == sum(bool(skill.count) for skill in found.skills)
    assert sum(int(plain(row[1])) for row in bins.rows) == FEWEST_JUDGED
    assert not any("Too short" in text for text in texts(here, "track-record"))


def test_a_question_asked_after_its_deadline_is_shown_and_not_counted(case: Case) -> None:
    *_, asked = synthetic.questions(resolved=1)
    late = replace(asked, fictional=False, at="2026-04-28T09:00:00+00:00")
    here = context(case, (late,))
    (scores,) = tables(track_record_section(here))
    assert plain(scores.rows[0][1]) == "yes, asked too late to count"
    assert texts(here, "track-record")[0] == "Of 1 frozen question 0 are resolved."


def test_the_sections_hold_what_the_data_hold(brief: Brief) -> None:
    assert brief.content["questions"].keys() == {"Q001", "Q002", "Q003", "Q004"}
    assert brief.content["questions"]["Q001"]["model"]["value"] == brief.content["numbers"]["n-question-Q001"]["value"] == 0.42
    assert brief.content["scoreboard"]["too_short_to_judge"]
