"""``parley read --coder llm`` against a real server."""

import json
from pathlib import Path

import pytest

from openparley.cli import main
from tests.record.coders.llm.server import code, completion, endpoint
from tests.record.small_case import small_case, snapshot


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    small_case(tmp_path / "mine")
    return Path("mine")


def test_reading_says_what_it_found_and_what_it_cost(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with endpoint() as running:
        llm = ["--coder", "llm", "--endpoint", running.url, "--model", "small", "--workers", "1"]
        assert main(["read", str(case), *llm]) == 0
        out = capsys.readouterr().out
        assert out.splitlines()[0].split() == ["source", "state", "event", "abstained"]
        assert "tokens in 7 questions (0 of them estimated)." in out
        assert out.splitlines()[-1] == "Wrote mine/record. Next: parley check mine"
        assert main(["check", str(case)]) == 0
        capsys.readouterr()
        assert main(["read", str(case), *llm, "--json"]) == 0
        data = json.loads(capsys.readouterr().out)
        assert [row["state"] for row in data["sources"]] == ["unchanged", "unchanged"]
        assert data["tokens"]["spent"] == 0
        assert main(["read", str(case), "S01", *llm, "--again", "--no-cache", "--seed", "3", "--temperature", "0.5"]) == 0
        assert (running.asked[-1]["seed"], running.asked[-1]["temperature"]) == (3, 0.5)


def test_the_permutation_test_is_printed_and_changes_nothing(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = snapshot(case)
    with endpoint() as running:
        llm = ["--coder", "llm", "--endpoint", running.url, "--model", "small"]
        assert main(["read", str(case), *llm, "--permute", "1"]) == 0
        out = capsys.readouterr().out
        assert main(["read", str(case), "S01", *llm, "--permute", "1", "--json"]) == 0
        data = json.loads(capsys.readouterr().out)
    assert "types under neutral labels" in out
    assert "1 round over 2 documents." in out
    assert [(row["variant"], row["changed"]) for row in data["permute"]] == [("same", 0.0), ("names", 0.0), ("order", 0.0)]
    assert {name: data for name, data in snapshot(case).items() if not name.startswith("cache/")} == before


def test_nobody_there_is_one_line(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with endpoint() as running:
        url = running.url
    assert main(["read", str(case), "--coder", "llm", "--endpoint", url, "--model", "small"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot be reached" in line
    assert "Is the server running" in line


def test_a_budget_that_is_used_up_ends_with_one_line(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with endpoint(lambda payload, number: completion(code(payload), usage=28_000)) as running:
        llm = ["--coder", "llm", "--endpoint", running.url, "--model", "small", "--workers", "1", "--budget", "60000"]
        assert main(["read", str(case), *llm]) == 1
    err = capsys.readouterr().err.splitlines()[-1]
    assert "the budget of 60000 tokens does not reach further; 56000 were spent." in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--coder", "llm"], "needs --endpoint and --model"),
        (["--coder", "llm", "--model", "x"], "needs --endpoint."),
        (["--budget", "5"], "--budget is for --coder llm"),
        (["--no-cache"], "--cache is for --coder llm"),
        (["--permute", "2"], "--permute is for --coder llm"),
        (["--coder", "gpt"], "gpt"),
    ],
)
def test_options_that_do_not_go_together(case: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(case), *arguments]) == 2
    assert words in capsys.readouterr().err


def test_a_document_with_no_usable_answer_is_not_marked_as_read(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with endpoint(lambda payload, number: completion("I would rather talk about the weather.")) as running:
        llm = ["--coder", "llm", "--endpoint", running.url, "--model", "small", "--workers", "1"]
        for _ in range(2):
            asked = len(running.asked)
            assert main(["read", str(case), *llm]) == 1
            said = capsys.readouterr()
            assert len(running.asked) > asked, "it asks again"
            (line,) = [line for line in said.err.splitlines() if "not marked as read" in line]
            assert line.startswith("S01, S02: not read and not marked as read; no answer about any of its ")
            assert "unchanged" not in said.out
            assert "paragraph" not in said.err
