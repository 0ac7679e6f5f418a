"""``parley compare``: two runs by name, or the last two of a case, in plain sentences."""

import json
import re
from html import unescape
from pathlib import Path

import pytest

from openparley.brief.lint import page_faults
from openparley.cli import main
from openparley.record.case import Case
from tests.forecast.small_runs import a_case, record_of, report, write_run


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.chdir(tmp_path)
    found = a_case(tmp_path / "mine")
    runs = found.root / "runs"
    write_run(runs, found, "aaaa11", created="2025-03-01T00:00:00+00:00")
    write_run(runs, found, "bbbb22", created="2025-04-01T00:00:00+00:00")
    a01 = record_of(found, "", "")["assumptions"]["A01"] | {"likely": 1.5}
    write_run(
        runs,
        found,
        "cccc33",
        created="2025-05-01T00:00:00+00:00",
        reports=[report(0, "mediator", "threaten"), report(1, "party_a", "escalate")],
        assumptions={"A01": a01},
        probs={"truce": (0.1, 0.2, 0.3, 0.45), "talks": (0.05, 0.1, 0.2, 0.31)},
    )
    return found


def test_the_last_two_runs_of_a_case(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "mine"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[:2] == [
        "Old: run bbbb22 of small, 2025-04-01T00:00:00+00:00; computed.",
        "New: run cccc33 of small, 2025-05-01T00:00:00+00:00; computed.",
    ]
    assert "  week of 2025-03-10, party_a: hold → escalate" in out
    assert "  A01, likely: 1 → 1.5" in out
    assert "  A02: removed, weight.A02: 0 / 1 / 2 pert" in out
    assert "Structure: unchanged.\nSettings: unchanged.\nSoftware: unchanged." in out
    assert "Evidence and assumptions changed at once: how much of a difference is due to which cannot be told" in out
    assert "  A truce holds by 2025-04-28: 30 % (20–40 %) → 45 % (35–55 %); +15 points, more than the Monte Carlo error of both." in out
    assert "  Talks resume by 2025-04-28: 30 % (20–40 %) → 31 % (21–41 %); +1 point, within the Monte Carlo error of both." in out
    assert "  H1 (mediator): 60 % (50–70 %), the same in both." in out


@pytest.mark.parametrize(
    "names",
    [
        ["aaaa11", "cccc33", "--runs", "mine/runs"],
        ["aaaa", "cccc"],
        ["mine/runs/aaaa11", "mine/runs/cccc33/run.json"],
    ],
)
def test_two_runs_by_id_beginning_or_folder_in_the_order_given(case: Case, capsys: pytest.CaptureFixture[str], names: list[str]) -> None:
    assert main(["compare", *names, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["old"]["id"], data["new"]["id"]) == ("aaaa11", "cccc33")
    assert data["causes"] == ["evidence", "assumptions"]
    assert main(["compare", names[1], names[0], *names[2:], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["old"]["id"] == "cccc33"


def test_a_run_and_itself(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "aaaa11", "bbbb22"]) == 0
    assert "No input that a number depends on changed, and no number did." in capsys.readouterr().out


def test_values_that_read_alike_are_not_said_to_differ(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    probs = {"truce": (0.1, 0.2, 0.3, 0.32), "talks": (0.05, 0.1, 0.2, 0.301)}
    write_run(case.root / "runs", case, "eeee55", created="2025-06-01T00:00:00+00:00", mcse=0.04, probs=probs, status="computed; coarse")
    assert main(["compare", "bbbb22", "eeee55"]) == 0
    out = capsys.readouterr().out
    assert "30 % (20–40 %) → 30 % (20–40 %); the same at this precision, within the Monte Carlo error of both." in out
    assert "New: run eeee55 of small, 2025-06-01T00:00:00+00:00; computed; coarse." in out


@pytest.mark.parametrize(
    ("names", "code", "words"),
    [
        ([], 2, "Missing argument"),
        (["a", "b", "c"], 2, "found 3 names"),
        (["aaaa11", "zzzz99"], 1, "no finished run “zzzz99”"),
        (["mine", "--runs", "nowhere"], 1, "finished runs here: 0; two are compared."),
        (["nobody"], 1, "no case “nobody”"),
    ],
)
def test_refusals(case: Case, capsys: pytest.CaptureFixture[str], names: list[str], code: int, words: str) -> None:
    assert main(["compare", *names]) == code
    assert words in capsys.readouterr().err


def test_an_older_run_is_refused(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(case.root / "runs", case, "dddd44", created="2025-06-01T00:00:00+00:00", without=["assumptions"])
    assert main(["compare", "mine"]) == 1
    assert "made by an older version (0.5) and does not say its assumptions." in capsys.readouterr().err


def test_the_page_says_what_the_terminal_says(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "mine", "--out", "pages/what-changed.html"]) == 0
    out = capsys.readouterr().out
    assert "Wrote pages/what-changed.html. Next: open pages/what-changed.html" in out
    page = Path("pages/what-changed.html").read_text(encoding="utf-8")
    words = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))
    for line in out.splitlines():
        if line.startswith("  ") and " → " in line and not line.lstrip().startswith(("A truce", "Talks")):
            assert line.strip() in words
    assert "A truce holds by 2025-04-28 30 % (20–40 %) 45 % (35–55 %) +15 points more than the Monte Carlo error of both" in words
    assert "Unchanged: structure, settings and software." in words
    assert page.count('role="img"') == 2
    assert page_faults(page) == []


def test_a_file_in_the_way_of_the_page_is_told(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    Path("taken").write_text("x", encoding="utf-8")
    assert main(["compare", "mine", "--out", "taken/page.html"]) == 1
    assert "nothing can be written there" in capsys.readouterr().err
