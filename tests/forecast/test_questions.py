"""Frozen questions: what is frozen, that no change goes unnoticed, how they come out, and what they score."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from openparley.errors import CaseError
from openparley.forecast import frozen
from openparley.forecast.frozen import SEALS, append, head_path, read_chain, seal
from openparley.forecast.questions import (
    Asked,
    Question,
    check_questions,
    freeze,
    questions_path,
    read_questions,
    resolve,
    same_before,
)
from openparley.forecast.runs import FinishedRun, read_run
from openparley.forecast.scoreboard import Scoreboard, scoreboard
from openparley.forecast.scores import FEWEST_FOR_INTERVAL, FEWEST_JUDGED
from openparley.record.case import Case
from tests.forecast.small_runs import a_case, number, write_run

NOON = datetime(2025, 4, 2, 12, tzinfo=UTC)
LATER = datetime(2025, 6, 1, 12, tzinfo=UTC)
ASKED = Asked("Will a truce hold?", "truce", date(2025, 4, 14), does_not_count=("A lull.",), analyst=0.2, by="anna")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return a_case(tmp_path / "mine")


@pytest.fixture
def run(case: Case) -> FinishedRun:
    return read_run(write_run(case.root / "runs", case))


@pytest.fixture
def three(case: Case, run: FinishedRun) -> Path:
    """A file of two questions and a resolution."""
    freeze(case, ASKED, run, now=NOON)
    freeze(case, replace(ASKED, wording="Will they talk?", outcome="talks", analyst=None), run, now=NOON)
    resolve(case, "Q001", "yes", source="Gazette", on=date(2025, 4, 10), by="anna", now=LATER)
    return questions_path(case)


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def other(value: Any) -> Any:
    """A value of the same kind that differs."""
    match value:
        case bool():
            return not value
        case str():
            return value + "x"
        case float() | int():
            return value + 0.001
        case list():
            return [*value, "x"]
        case dict():
            return {key: other(item) for key, item in value.items()}
        case _:
            return "x"


# what is frozen


def test_a_question_holds_the_answers_of_all_and_what_resolves_it(case: Case, run: FinishedRun) -> None:
    question = freeze(case, ASKED, run, now=NOON)
    assert (question.id, question.at, question.analyst, question.analyst_by) == ("Q001", "2025-04-02T12:00:00+00:00", 0.2, "anna")
    assert question.model == number(0.1)
    assert question.week == (date(2025, 4, 8), date(2025, 4, 14))
    assert question.resolves == "No source reports fighting for two weeks."
    assert question.source == "public reports, as accepted into the record of small"
    assert question.does_not_count == ("A lull.",)
    assert question.uniform == 0.5
    assert question.base_rate is None, "the run says base rates for its last week only"
    assert question.run == {"id": run.id, "created": run.created, "cutoff": "2025-03-31", "futures": 200, "status": "computed"}
    assert read_questions(questions_path(case)) == [question]
    assert len(questions_path(case).read_text().splitlines()) == 1


def test_by_default_the_deadline_is_the_last_day_and_has_a_base_rate(case: Case, run: FinishedRun) -> None:
    question = freeze(case, replace(ASKED, deadline=None, resolves="Peace.", source="The UN"), run, now=NOON)
    assert question.deadline == question.week[1] == date(2025, 4, 28)
    assert question.base_rate == 0.5
    assert (question.resolves, question.source) == ("Peace.", "The UN")


def test_base_rates_by_week_are_used_where_the_run_has_them(case: Case) -> None:
    weekly = {"truce": [asdict(number(rate)) for rate in (0.1, 0.2, 0.3, 0.4)]}
    run = read_run(write_run(case.root / "runs", case, base_rates_by_week=weekly))
    assert freeze(case, ASKED, run, now=NOON).base_rate == 0.2


@pytest.mark.parametrize(("day", "week"), [(7, 0), (8, 0), (13, 0), (14, 1), (27, 2), (28, 3)])
def test_the_week_is_the_last_that_has_ended_by_the_deadline(case: Case, run: FinishedRun, day: int, week: int) -> None:
    question = freeze(case, replace(ASKED, deadline=date(2025, 4, day)), run, now=NOON)
    assert question.week == run.weeks[week]
    assert question.model == run.outcomes["truce"][week]


def test_no_probability_of_the_model_is_certain(case: Case) -> None:
    run = read_run(write_run(case.root / "runs", case, probs={"truce": (0.0,) * 4, "talks": (1.0,) * 4}))
    never = freeze(case, ASKED, run, now=NOON).model
    ever = freeze(case, replace(ASKED, outcome="talks"), run, now=NOON).model
    assert never.value == pytest.approx(0.5 / 201)
    assert ever.value == pytest.approx(1 - 0.5 / 201)
    assert never.low <= never.value <= never.high


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"outcome": "truc"}, "no outcome “truc”.*Did you mean “truce”"),
        ({"outcome": "zzz"}, "outcomes of small: truce or talks"),
        ({"deadline": date(2025, 4, 29)}, "2025-04-29 lies outside the forecast.*2025-04-07 to 2025-04-28"),
        ({"deadline": date(2025, 4, 6)}, "2025-04-06 lies outside"),
        ({"analyst": 20.0}, "between 0 and 1.*Did you mean 0.2"),
        ({"analyst": 1.0}, "Nobody is certain"),
        ({"wording": "  "}, "no wording"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_leaves_no_file(case: Case, run: FinishedRun, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(CaseError, match=words):
        freeze(case, replace(ASKED, **changes), run, now=NOON)
    assert not questions_path(case).exists()


def test_a_run_of_another_case_or_another_definition_does_not_answer(case: Case, run: FinishedRun) -> None:
    with pytest.raises(CaseError, match="is of the case “other”"):
        freeze(case, ASKED, replace(run, record={**run.record, "case": "other"}), now=NOON)
    defined = {**run.record["outcomes"], "truce": {"name": "A truce", "what": "So.", "when": {"end": "walk_away"}}}
    with pytest.raises(CaseError, match="defines “truce” otherwise"):
        freeze(case, ASKED, replace(run, record={**run.record, "outcomes": defined}), now=NOON)
    with pytest.raises(CaseError, match=r"older version .* does not say its weeks"):
        freeze(case, ASKED, replace(run, record={key: run.record[key] for key in run.record if key != "weeks"}), now=NOON)


def test_the_same_question_is_asked_once_of_a_run_and_again_of_another(case: Case, run: FinishedRun) -> None:
    first = freeze(case, ASKED, run, now=NOON)
    with pytest.raises(CaseError, match="Q001 has asked this of run a1b2c3d4e5f6 already, on 2025-04-02; nothing was written"):
        freeze(case, replace(ASKED, wording="In other words?"), run, now=NOON)
    second = freeze(case, ASKED, replace(run, record={**run.record, "id": "ffff"}), now=NOON)
    assert same_before([first], second) == [first]
    assert len(read_questions(questions_path(case))) == 2


# no change goes unnoticed


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_change_of_any_field_is_laid_at_its_door(three: Path, case: Case, line: int) -> None:
    rows = rows_of(three)
    assert check_questions(case) == ()
    for key in rows[line]:
        tampered = [dict(row) for row in rows]
        tampered[line][key] = other(rows[line][key])
        write_rows(three, tampered)
        found = check_questions(case)
        assert any(complaint.line == line + 1 and f"“{key}”" in complaint.message for complaint in found), (key, found)
        assert all(complaint.line == line + 1 for complaint in found if key != "previous"), "no other line is blamed"
        with pytest.raises(CaseError, match=r"questions\.jsonl, line"):
            read_questions(three)
    write_rows(three, rows)
    assert check_questions(case) == ()


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_change_inside_a_field_an_added_and_a_removed_field_are_noticed(three: Path, case: Case, line: int) -> None:
    rows = rows_of(three)
    for key in rows[line]:
        left = [{name: value for name, value in row.items() if (n, name) != (line, key)} for n, row in enumerate(rows)]
        write_rows(three, left)
        assert any(complaint.line == line + 1 and key in complaint.message for complaint in check_questions(case)), key
        if isinstance(rows[line][key], dict) and key not in SEALS:
            for inner in rows[line][key]:
                tampered = [dict(row) for row in rows]
                tampered[line][key] = {**rows[line][key], inner: other(rows[line][key][inner])}
                write_rows(three, tampered)
                assert any(f"“{key}” was changed" in complaint.message for complaint in check_questions(case)), inner
    write_rows(three, [{**row, "note": "x"} if n == line else row for n, row in enumerate(rows)])
    assert "“note” was added" in check_questions(case)[0].message


def test_a_field_changed_together_with_its_digest_is_noticed(three: Path, case: Case) -> None:
    rows = rows_of(three)
    rows[0]["analyst"] = 0.9
    rows[0]["digests"]["analyst"] = seal({"analyst": 0.9}, "")["digests"]["analyst"]
    write_rows(three, rows)
    assert [complaint.line for complaint in check_questions(case)] == [1]
    content = {key: value for key, value in rows[0].items() if key not in SEALS}
    rows[0] = seal(content, rows[0]["previous"])
    write_rows(three, rows)
    (found,) = check_questions(case)
    assert found.line == 2, "resealed whole, the line no longer has the hash that the next one holds"
    assert "does not follow the one before it" in found.message


def test_a_last_line_resealed_whole_is_noticed_by_the_head(three: Path, case: Case) -> None:
    rows = rows_of(three)
    rows[2] = seal({**{key: value for key, value in rows[2].items() if key not in SEALS}, "answer": "no"}, rows[2]["previous"])
    write_rows(three, rows)
    (found,) = check_questions(case)
    assert "another hash for this line" in found.message


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ((1, 0, 2), "does not follow"),
        ((0, 2, 1), "does not follow"),
        ((1, 2), "does not follow"),
        ((0, 2), "does not follow"),
        ((0, 1), "1 frozen line is missing: questions.head.json counts 3"),
        ((0,), "2 frozen lines are missing"),
        ((), "3 frozen lines are missing"),
        ((0, 1, 1, 2), "does not follow"),
    ],
)
def test_lines_moved_removed_or_doubled_are_noticed(three: Path, case: Case, order: tuple[int, ...], words: str) -> None:
    rows = rows_of(three)
    write_rows(three, [rows[index] for index in order])
    assert any(words in complaint.message for complaint in check_questions(case))


def test_a_lost_file_a_lost_head_and_a_torn_off_line_are_noticed(three: Path, case: Case) -> None:
    whole, head = three.read_bytes(), head_path(three).read_bytes()
    three.write_bytes(whole[:-30])
    assert any("1 frozen line is missing" in complaint.message for complaint in check_questions(case))
    three.unlink()
    assert "3 frozen lines is gone" in check_questions(case)[0].message
    three.write_bytes(whole)
    head_path(three).unlink()
    assert "questions.head.json is gone" in check_questions(case)[0].message
    head_path(three).write_text("{}")
    assert "does not say how many" in check_questions(case)[0].message
    three.write_bytes(b"\xff" + whole)
    assert any("not UTF-8" in complaint.message for complaint in check_questions(case))
    three.write_bytes(whole)
    head_path(three).write_bytes(head)
    assert check_questions(case) == ()


def test_lines_forged_onto_the_end_are_noticed(three: Path, case: Case) -> None:
    rows = rows_of(three)
    for _ in range(2):
        rows.append(seal({"kind": "question", "id": "Q009"}, rows[-1]["hash"]))
    write_rows(three, rows)
    assert any("lines were added by hand" in complaint.message for complaint in check_questions(case))


def test_nothing_is_appended_to_a_file_that_no_longer_fits(three: Path, case: Case, run: FinishedRun) -> None:
    rows = rows_of(three)
    rows[0]["model"]["value"] = 0.99
    write_rows(three, rows)
    before = three.read_bytes()
    with pytest.raises(CaseError, match=r"line 1 \(Q001\): “model” was changed"):
        freeze(case, replace(ASKED, outcome="talks", deadline=None), run, now=LATER)
    with pytest.raises(CaseError, match="“model” was changed"):
        resolve(case, "Q002", "no", source="Gazette", on=None, by="anna", now=LATER)
    assert three.read_bytes() == before


# crashes


def test_a_crash_at_any_byte_of_an_append_leaves_all_that_was_acknowledged(three: Path, case: Case, run: FinishedRun) -> None:
    asked = replace(ASKED, outcome="talks", deadline=None)
    before, head = three.read_bytes(), head_path(three).read_bytes()
    freeze(case, asked, run, now=LATER)
    after = three.read_bytes()
    for cut in [*range(len(before), len(after), 97), len(after) - 2, len(after) - 1, len(after)]:
        three.write_bytes(after[:cut])
        head_path(three).write_bytes(head)
        assert check_questions(case) == ()
        kept = len(read_questions(three))
        assert kept == (3 if cut >= len(after) - 1 else 2)
        if kept == 2:
            assert freeze(case, asked, run, now=LATER).id == "Q003"
            assert check_questions(case) == ()


def test_a_crash_of_the_first_append_leaves_a_file_to_go_on_with(case: Case, run: FinishedRun, monkeypatch: pytest.MonkeyPatch) -> None:
    def torn(path: Path, rows: list[dict[str, Any]]) -> None:
        path.write_text('{"kind":"ques')
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(frozen, "append_lines", torn)
        with pytest.raises(KeyboardInterrupt):
            freeze(case, ASKED, run, now=NOON)
    assert read_questions(questions_path(case)) == []
    assert freeze(case, ASKED, run, now=NOON).id == "Q001"
    assert check_questions(case) == ()


def test_a_killed_writer_leaves_a_file_to_go_on_with(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    code = (
        "import sys; from pathlib import Path; from openparley.forecast.frozen import append\n"
        "while True: append(Path(sys.argv[1]), lambda rows: {'id': str(len(rows)), 'text': 'x' * 4000})"
    )
    writer = subprocess.Popen([sys.executable, "-c", code, str(path)])
    try:
        deadline = time.monotonic() + 60
        while not (path.exists() and path.stat().st_size > 50_000):
            assert time.monotonic() < deadline
            assert writer.poll() is None
            time.sleep(0.01)
    finally:
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
    rows = read_chain(path).sound()
    assert len(rows) > 5
    append(path, lambda lines: {"id": str(len(lines))})
    assert [row["id"] for row in read_chain(path).sound()] == [str(number) for number in range(len(rows) + 1)]


# how they come out


def test_a_resolution_is_a_line_of_its_own_and_a_correction_keeps_both(three: Path, case: Case) -> None:
    questions = rows_of(three)[:2]
    with pytest.raises(CaseError, match="resolved already: yes on 2025-04-10, by anna"):
        resolve(case, "Q001", "no", source="Gazette", on=None, by="ben", now=LATER)
    with pytest.raises(CaseError, match="a correction needs a reason"):
        resolve(case, "Q001", "no", source="Gazette", on=None, by="ben", correct=True, now=LATER)
    resolve(case, "Q001", "no", source="Gazette", on=None, by="ben", correct=True, reason="Retracted.", now=LATER)
    first = read_questions(three)[0]
    assert [(found.id, found.answer, found.corrects) for found in first.resolutions] == [("R001", "yes", ""), ("R002", "no", "R001")]
    assert first.answer == "no"
    assert rows_of(three)[:2] == questions, "no question is touched"


@pytest.mark.parametrize(
    ("answer", "more", "words"),
    [
        ("maybe", {}, "“maybe” is no answer.*yes, no or void"),
        ("yes", {"on": None}, "the day on which it happened is missing"),
        ("yes", {"on": date(2025, 4, 15)}, "2025-04-15 is after the deadline"),
        ("yes", {"on": date(2025, 3, 31)}, "not after the cut-off"),
        ("no", {"on": date(2025, 4, 13)}, "on 2025-04-13 it could still happen"),
        ("void", {"on": None}, "takes the question out of the score"),
        ("no", {"source": " "}, "needs a source"),
        ("no", {"correct": True, "reason": "x"}, "no resolution to correct"),
    ],
)
def test_a_resolution_that_does_not_fit_is_refused(three: Path, case: Case, answer: str, more: dict[str, Any], words: str) -> None:
    with pytest.raises(CaseError, match=words):
        resolve(case, "Q002", answer, **{"source": "Gazette", "on": None, "by": "anna", "now": LATER, **more})


def test_an_unknown_question_is_guessed_and_an_early_no_takes_a_reason(three: Path, case: Case) -> None:
    with pytest.raises(CaseError, match=r"no such question.*Did you mean “Q002”"):
        resolve(case, "Q02", "no", source="Gazette", on=None, by="anna", now=LATER)
    found = resolve(case, "Q002", "no", source="Gazette", on=date(2025, 4, 5), by="anna", reason="Talks were ended for good.", now=LATER)
    assert found.on == date(2025, 4, 5)


def test_a_day_to_come_resolves_nothing_but_in_fiction(tmp_path: Path) -> None:
    for fictional in (True, False):
        case = a_case(tmp_path / str(fictional), fictional=fictional)
        freeze(case, ASKED, read_run(write_run(case.root / "runs", case)), now=NOON)
        if fictional:
            assert resolve(case, "Q001", "no", source="Gazette", on=None, by="anna", now=NOON).answer == "no"
        else:
            with pytest.raises(CaseError, match="2025-04-14 has not come yet"):
                resolve(case, "Q001", "no", source="Gazette", on=None, by="anna", now=NOON)


def test_dates_of_lines_never_run_backwards(case: Case, run: FinishedRun) -> None:
    freeze(case, ASKED, run, now=LATER)
    assert freeze(case, replace(ASKED, outcome="talks"), run, now=NOON).at == "2025-06-01T12:00:00+00:00"


# what they score


def many(question: Question, count: int, *, events: int | None = None, analyst: bool = True) -> list[Question]:
    """Resolved questions; every third came true, of which the model had said more than of the others."""
    found = []
    for index in range(count):
        came = index % 3 == 0
        act = question.resolutions[0]
        event = f"o{index % (events or count)}"
        model = number(0.6 if came else 0.2 + 0.001 * index)
        found.append(
            replace(
                question, id=f"Q{index}", outcome=event, model=model, analyst=0.4 if analyst else None, base_rate=1 / 3,
                resolutions=(replace(act, answer="yes" if came else "no"),),
            )
        )  # fmt: skip
    return found


@pytest.fixture
def resolved(three: Path) -> Question:
    return read_questions(three)[0]


def board(questions: list[Question], today: date = date(2025, 4, 30)) -> Scoreboard:
    return scoreboard(questions, today)


def test_rows_scores_and_states(three: Path) -> None:
    found = board(read_questions(three))
    first, second = found.rows
    assert (first.state, first.happened, second.state, second.happened) == ("resolved", True, "overdue", None)
    assert first.probs == {"model": 0.1, "analyst": 0.2, "uniform": 0.5}
    assert first.brier == pytest.approx({"model": 0.81, "analyst": 0.64, "uniform": 0.25})
    assert first.log == pytest.approx({name: math.log(prob) for name, prob in first.probs.items()})
    assert second.brier == {}
    assert found.overdue == (second,)
    assert board(read_questions(three), date(2025, 4, 14)).overdue == (), "the deadline's own day is not over"
    assert [(mean.forecaster, mean.count) for mean in found.means] == [("model", 1), ("analyst", 1), ("uniform", 1), ("base rate", 0)]
    json.dumps(found.as_json(), allow_nan=False, default=str)


@pytest.mark.parametrize(("count", "short", "interval"), [(19, True, False), (20, False, False), (29, False, False), (30, False, True)])
def test_too_few_are_not_judged(resolved: Question, count: int, short: bool, interval: bool) -> None:
    assert (FEWEST_JUDGED, FEWEST_FOR_INTERVAL) == (20, 30)
    found = board(many(resolved, count))
    assert found.too_short is short
    assert any("Too short to judge" in note for note in found.notes()) is short
    assert bool(found.calibration) is not short
    assert (found.means[0].brier_interval is not None) is interval
    assert (found.skills[0].brier_interval is not None) is interval
    if found.calibration:
        assert sum(one.count for one in found.calibration) == count


def test_questions_about_one_event_count_once_for_an_interval(resolved: Question) -> None:
    found = board(many(resolved, 60, events=15))
    assert (found.resolved, found.events) == (60, 15)
    assert found.means[0].brier_interval is None
    assert any("15 different events resolved, 30 needed" in note for note in found.notes())


def test_means_and_skill_in_closed_form(resolved: Question) -> None:
    questions = many(resolved, 30)
    found = board(questions)
    model = np.array([question.model.value for question in questions])
    came = np.array([question.answer == "yes" for question in questions])
    scores = np.square(model - came)
    assert found.means[0].brier == pytest.approx(scores.mean())
    skills = {(one.forecaster, one.against): one for one in found.skills}
    assert skills["model", "uniform"].brier == pytest.approx(1 - scores.mean() / 0.25)
    assert skills["model", "base rate"].brier == pytest.approx(1 - scores.mean() / (2 / 9))
    assert skills["analyst", "uniform"].brier == pytest.approx(1 - (0.36 / 3 + 0.16 * 2 / 3) / 0.25)
    interval = skills["model", "uniform"].brier_interval
    assert interval is not None
    assert interval[0] < skills["model", "uniform"].brier < interval[1]


def test_only_questions_that_both_answered_are_compared(resolved: Question) -> None:
    questions = many(resolved, 4) + [replace(one, analyst=None, id=f"X{one.id}", outcome=f"x{one.id}") for one in many(resolved, 3)]
    found = {(one.forecaster, one.against): one.count for one in board(questions).skills}
    assert found["model", "uniform"] == 7
    assert found["model", "analyst"] == found["analyst", "uniform"] == 4


def test_hindsight_and_void_are_shown_and_not_counted(resolved: Question) -> None:
    late = replace(resolved, id="Q9", fictional=False, at="2025-04-15T00:00:00+00:00")
    void = replace(resolved, id="Q8", resolutions=(replace(resolved.resolutions[0], answer="void"),))
    found = board([late, void])
    assert [row.state for row in found.rows] == ["hindsight", "void"]
    assert found.resolved == 0
    assert any("left out of all means: Q9" in note for note in found.notes())
    assert any("not scored: Q8" in note for note in found.notes())
    assert not replace(late, fictional=True).hindsight


def test_fiction_is_no_evidence_of_skill(resolved: Question) -> None:
    assert board([resolved]).notes()[0].startswith("The case is fiction")
    assert not any("fiction" in note for note in board([replace(resolved, fictional=False)]).notes())
