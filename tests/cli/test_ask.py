"""``parley ask``: what it prints, freezes, asks on a terminal, and refuses."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from openparley.cli import ask, main
from openparley.forecast.questions import questions_path, read_questions
from openparley.record.case import Case
from tests.forecast.small_runs import a_case, write_run
from tests.record.small_case import replace

WORDS = ["Will a truce hold?", "--outcome", "truce"]


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    # the game of the small case is not one that the family knows; asking solves nothing
    monkeypatch.setattr(ask, "case_checks", lambda: ())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PARLEY_REVIEWER", "anna")
    found = a_case(tmp_path / "mine")
    write_run(found.root / "runs", found)
    return found


def test_it_prints_what_it_freezes(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["ask", "mine", *WORDS, "--deadline", "2025-04-16", "--mine", "0.2", "--not", "A lull.", "--by", "ben"]
    assert main(command) == 0
    out = capsys.readouterr().out
    (question,) = read_questions(questions_path(case))
    assert f"Q001, frozen {question.at}: Will a truce hold?" in out
    assert "Comes true if, by 2025-04-16: No source reports fighting for two weeks." in out
    assert "Does not count: A lull." in out
    you, model, uniform, base = out.split("\n\n")[1].splitlines()[1:]
    assert you.split() == ["you", "(ben)", "20", "%"]
    assert model.split()[3:] == ["10", "%", "less", "than", "1", "%", "to", "20", "%"]
    assert "50 %" in uniform
    assert "not known" in base
    assert "Note: The model’s number is for 2025-04-14" in out
    assert f"Hash {question.hash[:16]}" in out
    assert out.splitlines()[-1].endswith("questions.jsonl. Next: parley score mine")
    assert question.analyst_by == "ben"


def test_json_is_the_question(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "mine", *WORDS, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["question"]["id"] == "Q001"
    assert data["question"]["analyst"] is None
    assert data["question"]["base_rate"] == 0.5
    assert data["notes"] == []
    assert data["wrote"] == [str(Path("mine") / "questions.jsonl")]


def test_on_a_terminal_the_analyst_answers_before_the_model_does(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask, "on_terminal", lambda: True)
    done = CliRunner().invoke(ask.command, ["mine", *WORDS], input="2\nx\n20%\n", prog_name="ask")
    assert done.exit_code == 0, done.output
    assert done.output.count("Your own probability") == 3
    asked, _, shown = done.output.rpartition("Your own probability")
    assert "model, run" not in asked
    assert "model, run" in shown
    assert read_questions(questions_path(case))[0].analyst == 0.2


def test_on_a_terminal_an_empty_answer_is_none(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask, "on_terminal", lambda: True)
    done = CliRunner().invoke(ask.command, ["mine", *WORDS], input="\n")
    assert done.exit_code == 0, done.output
    assert read_questions(questions_path(case))[0].analyst is None


@pytest.mark.parametrize("more", [["--mine", "0.3"], ["--json"], []])
def test_nothing_is_asked_where_there_is_no_need_or_nobody(case: Case, monkeypatch: pytest.MonkeyPatch, more: list[str]) -> None:
    if more:
        monkeypatch.setattr(ask, "on_terminal", lambda: True)
    done = CliRunner().invoke(ask.command, ["mine", *WORDS, *more], input="0.9\n")
    assert done.exit_code == 0, done.output
    assert "Your own" not in done.output
    assert read_questions(questions_path(case))[0].analyst == (0.3 if "--mine" in more else None)


def test_the_latest_run_answers_unless_one_is_named(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    newer = {"truce": (0.1, 0.2, 0.3, 0.7), "talks": (0.0,) * 4}
    write_run(case.root / "runs", case, "beef00", created="2025-05-01T00:00:00+00:00", probs=newer)
    assert main(["ask", "mine", *WORDS]) == 0
    assert main(["ask", "mine", *WORDS, "--run", "a1b2"]) == 0
    assert "Note: Q001 asked the same of run beef00." in capsys.readouterr().out
    assert [question.model.value for question in read_questions(questions_path(case))] == [0.7, 0.3]


def test_what_the_run_says_against_itself_is_frozen_and_said(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(case.root / "runs", case, "beef00", created="2025-05-01T00:00:00+00:00", status="computed; a few draws dominate")
    assert main(["ask", "mine", *WORDS]) == 0
    assert "Note: The run says of itself: computed; a few draws dominate." in capsys.readouterr().out
    assert read_questions(questions_path(case))[0].run["status"] == "computed; a few draws dominate"


def test_a_case_changed_since_the_run_is_said(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    replace(case.root / "case.toml", "Will the truce hold?", "Will a truce hold?")
    assert main(["ask", "mine", *WORDS]) == 0
    assert "The case has changed since the run was made (case.toml)" in capsys.readouterr().out


def test_a_bundled_case_keeps_its_questions_beside_its_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from openparley.record.case import open_case

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ask, "case_checks", lambda: ())
    case = open_case("strait-talks")
    write_run(Path("parley-out/strait-talks/runs"), case)
    assert main(["ask", "strait-talks", "Will it?", "--outcome", "ceasefire"]) == 0
    assert Path("parley-out/strait-talks/questions.jsonl").exists()
    assert not (case.root / "questions.jsonl").exists()


def test_a_tampered_line_stops_it(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "mine", *WORDS]) == 0
    replace(questions_path(case), '"wording":"Will a', '"wording":"Will the')
    assert main(["ask", "mine", "Will they talk?", "--outcome", "talks"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("questions.jsonl, line 1 (Q001): “wording” was changed after the line was frozen.")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["mine", "Will it?", "--outcome", "truc"], 1, "Did you mean “truce”?"),
        (["mine", "Will it?"], 2, "--outcome"),
        (["mine", *WORDS, "--deadline", "2030-01-01"], 1, "It can be any day from 2025-04-07 to 2025-04-28."),
        (["mine", *WORDS, "--deadline", "soon"], 2, "soon"),
        (["mine", *WORDS, "--mine", "30"], 1, "Did you mean 0.3?"),
        (["mine", *WORDS, "--run", "zzzz"], 1, "no finished run “zzzz”"),
        (["mine", *WORDS, "--runs", "nowhere"], 1, "Make one: parley fit mine"),
    ],
)
def test_refusals(case: Case, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str) -> None:
    assert main(["ask", *arguments]) == code
    assert words in capsys.readouterr().err
    assert not questions_path(case).exists()


def test_asked_twice_of_one_run_says_so(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "mine", *WORDS]) == 0
    assert main(["ask", "mine", *WORDS]) == 1
    assert "Q001 has asked this of run a1b2c3d4e5f6 already" in capsys.readouterr().err
