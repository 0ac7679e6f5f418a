"""``parley agreement``: passes as before, coders of a record, and what it prints, stores and refuses."""

import csv
import io
import json
from pathlib import Path

import pytest

from openparley.cli import main
from openparley.record.acts import accept
from openparley.record.case import bundled_cases
from tests.record.small_case import TEXTS
from tests.record.test_coder_agreement import three_coders


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    three_coders(tmp_path / "mine", llm_E002={"event": "COERCE", "mode": []})
    return Path("mine")


def test_coders_are_compared_and_every_disagreement_has_its_place(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    accept(case, ["Erules_E001"], by="anna")
    capsys.readouterr()
    assert main(["agreement", str(case), "--coders", "rules,llm,person", "--reference", "person"]) == 0
    out = capsys.readouterr().out
    assert "A = person, B = rules; sources read by both: S01, S02." in out
    assert "Note: " not in out, "the pair that counts is the hand-coded entry"
    words = "Norland shelled the harbour of Suderland on Tuesday"
    start = TEXTS["S01"].index(words)
    row = next(line for line in out.splitlines() if "Ellm_E002" in line)
    assert row.split() == ["event", "S01", f"{start}–{start + len(words)}", "E002", "Ellm_E002", "event", "ASSAULT", "COERCE"]
    assert "All coders at once" in out
    assert "Too few sources and paragraphs" in out
    assert out.splitlines()[-1] == "Next: parley agreement mine --coders rules,llm,person --write"


def test_json_and_csv_hold_every_disagreement(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["agreement", str(case), "--coders", "person,llm", "--json"]) == 0
    (pair,) = json.loads(capsys.readouterr().out)["pairs"]
    (found,) = pair["disagreements"]
    assert main(["agreement", str(case), "--coders", "person,llm", "--csv"]) == 0
    header, row = csv.reader(io.StringIO(capsys.readouterr().out))
    assert header == ["A", "B", "kind", "source", "start", "end", "id A", "id B", "what", "A says", "B says"]
    assert row[:6] == ["person", "llm", "event", "S01", str(found["start"]), str(found["end"])]
    assert row[6:] == ["E002", "Ellm_E002", "event", "ASSAULT", "COERCE"]


def test_the_result_is_stored_beside_that_of_the_passes(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["agreement", str(case), "--coders", "rules,llm", "--write", "--out", "too.json"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Wrote mine/agreement-coders.json, too.json. Next: parley check mine"
    assert json.loads((case / "agreement-coders.json").read_text())["coders"] == ["rules", "llm"]
    assert Path("too.json").read_bytes() == (case / "agreement-coders.json").read_bytes()
    assert main(["check", str(case)]) == 0


def test_passes_print_as_csv_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["agreement", "ukraine-2025", "--csv"]) == 0
    printed = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    stored = json.loads((bundled_cases()["ukraine-2025"] / "agreement.json").read_text())
    assert len(printed) - 1 == len(stored["disagreements"])


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--coders", "rules,nobody"], 1, "no coder “nobody”"),
        (["--coders", "rules"], 1, "cannot agree with itself"),
        (["--coders", ","], 1, "Name two"),
        (["--coders", "rules,llm", "--passes", "a", "b"], 2, "exclude each other"),
        (["--reference", "rules"], 2, "--reference needs --coders"),
        (["--coders", "rules,llm", "--csv", "--json"], 2, "exclude each other"),
    ],
)
def test_what_does_not_go(case: Path, arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["agreement", str(case), *arguments]) == code
    assert words in capsys.readouterr().err


def test_a_case_without_passes_is_told_of_its_coders(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["agreement", str(case)]) == 1
    assert "--coders rules,person" in capsys.readouterr().err
