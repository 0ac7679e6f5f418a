"""``parley score``: resolving, the table, what is too short to judge, and that no frozen line was touched."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest

from openparley.cli import main, score
from openparley.forecast.questions import Asked, freeze, questions_path, read_questions
from openparley.forecast.runs import read_run
from openparley.record.case import Case
from tests.forecast.small_runs import a_case, write_run
from tests.record.small_case import replace

YES = ["--resolve", "Q001=yes", "--on", "2025-04-10", "--source", "Gazette", "--by", "anna"]


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setattr(score, "case_checks", lambda: ())
    monkeypatch.setattr(score, "_today", lambda: date(2025, 4, 20))
    monkeypatch.chdir(tmp_path)
    return a_case(tmp_path / "mine")


@pytest.fixture
def case(empty: Case) -> Case:
    run = read_run(write_run(empty.root / "runs", empty))
    freeze(empty, Asked("Will a truce hold?", "truce", date(2025, 4, 14), analyst=0.2, by="anna"), run)
    freeze(empty, Asked("Will they talk?", "talks", date(2025, 4, 14)), run)
    freeze(empty, Asked("Will they talk later?", "talks", date(2025, 4, 28)), run)
    return empty


def test_before_any_question(empty: Case, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "mine"]) == 0
    assert capsys.readouterr().out == 'No question has been asked yet.\nNext: parley ask mine "…" --outcome ID\n'


def test_resolve_and_print(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "mine", *YES]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Q001 resolved yes on 2025-04-10.\n")
    rows = {line.split()[0]: line for line in out.splitlines()[2:] if line.startswith("Q00")}
    row = rows["Q001"]
    assert row.split()[:4] == ["Q001", "2025-04-14", "resolved", "yes"]
    assert "0.81" in row
    assert "−2.30" in row
    assert "overdue" in rows["Q002"]
    assert "open" in rows["Q003"]
    assert "Too short to judge: 1 resolved, 20 needed." in out
    assert "The case is fiction" in out
    assert "Overdue: Q002, due 2025-04-14: Will they talk?" in out
    assert 'Next: parley score mine --resolve Q002=yes|no --source "…"' in out


def test_json_and_csv(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "mine", *YES, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["resolution"]["answer"] == "yes"
    assert data["rows"][0]["brier"] == pytest.approx({"model": 0.81, "analyst": 0.64, "uniform": 0.25})
    assert data["too_short_to_judge"] is True
    assert data["means"][0] == {
        "forecaster": "model", "count": 1, "brier": pytest.approx(0.81), "brier_interval": None, "log": pytest.approx(-2.302585),
        "log_interval": None,
    }  # fmt: skip
    assert main(["score", "mine", "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["id"] for row in rows] == ["Q001", "Q002", "Q003"]
    assert float(rows[0]["brier, model"]) == pytest.approx(0.81)
    assert rows[1]["brier, model"] == rows[1]["prob, analyst"] == ""


def test_a_second_resolution_needs_a_correction(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "mine", *YES]) == 0
    no = ["score", "mine", "--resolve", "Q001=no", "--source", "Lantern"]
    assert main(no) == 1
    assert "--correct with --reason replaces it" in capsys.readouterr().err
    assert main([*no, "--correct", "--reason", "the report was retracted"]) == 0
    assert "Q001 resolved no on 2025-04-14, in place of R001." in capsys.readouterr().out
    assert [found.answer for found in read_questions(questions_path(case))[0].resolutions] == ["yes", "no"]


def test_a_hash_noted_earlier_must_still_be_there(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    noted = read_questions(questions_path(case))[1].hash
    assert main(["score", "mine", "--noted", f"{noted[:16]}…"]) == 0
    assert main(["score", "mine", "--noted", "0123456789abcdef"]) == 1
    assert "no frozen line has the hash" in capsys.readouterr().err
    assert main(["score", "mine", "--noted", noted[:4]]) == 1
    assert "at least 8" in capsys.readouterr().err


def test_a_tampered_line_stops_it(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    replace(questions_path(case), '"analyst":0.2', '"analyst":0.1')
    for more in ([], YES, ["--csv"]):
        assert main(["score", "mine", *more]) == 1
        captured = capsys.readouterr()
        assert captured.out == ""
        assert "line 1 (Q001): “analyst” was changed after the line was frozen." in captured.err
    assert main(["score", "mine", "--json"]) == 1
    (error,) = json.loads(capsys.readouterr().err)["errors"]
    assert (error["file"], error["line"], error["id"]) == ("questions.jsonl", 1, "Q001")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--resolve", "Q001"], 2, "takes ID=ANSWER"),
        (["--source", "Gazette"], 2, "go with --resolve"),
        (["--resolve", "Q009=no", "--source", "Gazette"], 1, "Did you mean “Q00"),
        (["--resolve", "Q001=perhaps", "--source", "Gazette"], 1, "Write yes, no or void."),
        (["--resolve", "Q001=no"], 1, "Say with --source"),
        (["--resolve", "Q001=yes", "--source", "Gazette"], 1, "Give it with --on"),
    ],
)
def test_refusals(case: Case, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str) -> None:
    before = questions_path(case).read_bytes()
    assert main(["score", "mine", *arguments]) == code
    assert words in capsys.readouterr().err
    assert questions_path(case).read_bytes() == before
