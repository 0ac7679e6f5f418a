"""The command line: what it prints, what it returns, how fast it answers."""

import csv
import io
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

import openparley.cli as cli
from openparley import __version__
from openparley.cli import main, verbs
from openparley.record import acts
from openparley.record import case as case_module
from openparley.record.case import open_case
from tests.record.small_case import TEXTS, change, lines, replace, small_case, snapshot, write_lines

RUN = [sys.executable, "-c", "from openparley.cli import main; main()"]
HEAVY = ("numpy", "pydantic", "rich", "scipy", "numba", "jinja2", "altair")
# The design's limit, as processor time: the question is how much work is done, not how busy the machine is.
HELP_SECONDS, TRIES = 0.3, 3
RECORD_VERBS = ["cases", "new", "check", "accept", "reject", "edit", "remove", "ledger", "agreement"]


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small case in the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PARLEY_REVIEWER", "anna")
    small_case(tmp_path / "mine")
    return Path("mine")


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run a command line: exit code, standard output, standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


Said = Callable[..., tuple[int, str, str]]


def test_help_answers_at_once_and_imports_nothing_heavy() -> None:
    took: list[float] = []
    while len(took) < TRIES and min(took, default=HELP_SECONDS) >= HELP_SECONDS:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([*RUN, "--help"], capture_output=True, text=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(took) < HELP_SECONDS
    assert all(verb in done.stdout for verb in verbs())
    code = f"import sys\nfrom openparley.cli import main\nmain(['--help'])\nsys.exit(bool(set(sys.modules) & set({HEAVY!r})))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_verbs_come_in_the_order_of_work() -> None:
    found = [verb for verb in verbs() if verb in RECORD_VERBS]
    assert found == RECORD_VERBS
    positions = [cli.ORDER.index(verb) for verb in verbs()]
    assert positions == sorted(positions)


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_has_examples_json_and_a_first_line(verb: str, said: Said) -> None:
    code, out, _ = said(verb, "--help")
    assert code == 0
    assert f"parley {verb}" in out.partition("Examples:")[2]
    assert "--json" in out
    assert cli.first_line(verb)[0].isupper()


def test_version(said: Said) -> None:
    assert said("--version") == (0, f"parley {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["chek", "x"], "Did you mean “check”?"),
        (["check"], "Missing argument 'CASE'"),
        (["check", "x", "--text", "y"], "--texts"),
        (["edit", "x", "E001", "--set", "novalue"], "not KEY=VALUE"),
        (["accept", "x"], "--all"),
        (["ledger", "x", "--csv", "--json"], "exclude each other"),
    ],
)
def test_usage_errors_return_2(arguments: list[str], says: str, said: Said) -> None:
    code, out, err = said(*arguments)
    assert (code, out) == (2, "")
    assert says in err
    if "--csv" not in arguments:
        code, _, err = said(*arguments, "--json")
        assert code == 2
        assert says in json.loads(err)["errors"][0]["message"]


def test_our_own_fault_returns_3_and_says_where_the_details_are(
    case: Path, said: Said, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(acts, "accept", breaks)
    code, _, err = said("accept", case, "C002")
    assert code == 3
    assert "Traceback" not in err
    assert len(err.splitlines()) == 1
    (details,) = tmp_path.glob("parley-*.txt")
    assert str(details) in err
    assert "Traceback" in details.read_text()
    monkeypatch.setenv("PARLEY_DEBUG", "1")
    assert "Traceback" in said("accept", case, "C002")[2]


def test_interrupting_is_no_crash(case: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    def stops(*_: object, **__: object) -> None:
        raise click.Abort

    monkeypatch.setattr(acts, "accept", stops)
    code, _, err = said("accept", case, "C002")
    assert code == 130
    assert "Traceback" not in err


def test_a_folder_that_may_not_be_written_is_named(case: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "mine/reviews.jsonl")

    monkeypatch.setattr(acts, "accept", refuses)
    assert said("accept", case, "C002") == (1, "", "mine/reviews.jsonl: Permission denied.\n")


def test_a_closed_pipe_is_no_mistake(case: Path) -> None:
    command = " ".join(f"'{part}'" for part in [*RUN, "ledger", str(case), "--json"])
    done = subprocess.run(["bash", "-c", f"{command} | head -c 1; echo ${{PIPESTATUS[0]}}"], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.endswith("0\n")


def test_check_counts_and_names_what_is_next(case: Path, said: Said) -> None:
    code, out, err = said("check", case)
    assert (code, err) == (0, "")
    assert "Entries: 10 (3 events, 2 statements, 2 commitments, 1 status, 1 claim, 1 relation) from 2 sources." in out
    assert "9 accepted, 0 edited, 1 proposed, 0 rejected; 9 go on to models." in out
    assert "Spans: 11 verified in 2 of 2 texts." in out
    assert out.splitlines()[-1] == 'Next: parley accept mine C002 --reason "…"'


def test_check_names_what_is_set_aside_and_what_dangles(case: Path, said: Said) -> None:
    write_lines(case / "record" / "commitments.jsonl", [])
    code, out, _ = said("check", case)
    assert code == 0
    assert "Set aside:\n  L001: its commitment C001 is not in the record." in out
    assert "Warnings:" in out
    assert "  E001 responds to C001, which is not in the record." in out


def test_check_with_a_changed_text_returns_1(case: Path, said: Said, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "a.txt").write_bytes(TEXTS["S01"].replace("Tuesday", "Tuesdaz").encode())
    code, out, err = said("check", case, "--texts", "reports")
    assert code == 1
    assert "the text matches no source" in err
    assert "It comes nearest to S01" in err
    assert "Orphaned there: E002 (1 of its 5 entries)." in err
    assert out.splitlines()[-1].startswith("Next: ")
    code, out, err = said("check", case, "--texts", "reports", "--json")
    assert code == 1
    assert json.loads(out)["unknown_texts"][0]["orphaned"] == ["E002"]
    assert json.loads(err)["errors"][0]["file"] == "a.txt"


def test_check_notes_a_torn_line(case: Path, said: Said) -> None:
    with open(case / "reviews.jsonl", "a") as file:
        file.write('{"id":"V00')
    code, out, _ = said("check", case)
    assert code == 0
    assert "the last line was cut off by a crash" in out


def test_the_whole_path_from_a_copy_to_a_ledger(case: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said("new", "copy", "--from", case)[:2] == (0, "Wrote copy/case.toml. Next: parley check copy\n")
    assert (
        said("accept", "copy", "C002", "--reason", "read")[1]
        == "Accepted 1 entry: C002.\nWrote copy/reviews.jsonl. Next: parley check copy\n"
    )
    assert "Edited C002: type: promise → proposal." in said("edit", "copy", "C002", "--set", "type=proposal")[1]
    assert "Rejected 2 entries: E001, E002." in said("reject", "copy", "E001", "E002")[1]
    assert "Removed S01: 3 entries rejected." in said("remove", "copy", "S01", "--reason", "withdrawn")[1]
    opened = open_case("copy")
    assert {review.by for review in opened.reviews} == {"anna"}
    assert opened.reviews[-1].reason == "withdrawn"
    assert set(opened.set_aside()) == {"L001"}
    code, out, _ = said("ledger", "copy")
    assert code == 0
    assert "C002  proposal  party_b  mediator" in out
    assert set(opened.accepted()) == {"C002", "E003", "K001", "R001"}
    assert snapshot(case).keys() == snapshot(Path("copy")).keys() - {".parley.lock"}


def test_accept_all_takes_what_is_proposed(case: Path, said: Said) -> None:
    assert "Accepted 1 entry: C002." in said("accept", case, "--all")[1]
    assert said("accept", case, "--all")[1].startswith("Nothing to accept.")
    assert open_case(case).states()["proposed"] == 0


def test_acts_as_json(case: Path, said: Said) -> None:
    code, out, err = said("accept", case, "C002", "--by", "ben", "--json")
    data = json.loads(out)
    assert (code, err) == (0, "")
    assert data["acts"][0]["id"] == "V0010"
    assert data["acts"][0]["by"] == "ben"
    assert data["wrote"] == ["mine/reviews.jsonl"]
    code, out, err = said("accept", case, "C009", "--json")
    assert (code, out) == (1, "")
    assert json.loads(err)["errors"][0]["hint"] == "Did you mean “C002”?"


def test_writing_verbs_refuse_a_bundled_case(case: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_module, "BUNDLED", Path.cwd())
    before = snapshot(case)
    lists = [["accept", "mine", "C002"], ["reject", "mine", "C002"], ["edit", "mine", "C002", "--set", "condition=x"]]
    for arguments in [*lists, ["remove", "mine", "S01"], ["agreement", "mine", "--write"]]:
        code, _, err = said(*arguments)
        assert code == 1
        assert "read-only. Copy it first: parley new DIR --from mine" in err
    assert snapshot(case) == before
    assert "(bundled, read-only)" in said("check", "mine")[1]
    assert said("new", "mine2", "--from", "mine")[0] == 0


def test_cases_lists_bundled_and_own(case: Path, said: Said) -> None:
    data = json.loads(said("cases", "--json")[1])["cases"]
    assert {"case": "./mine", "bundled": False, "title": "A small invented case"}.items() <= data[-1].items()
    assert {row["case"] for row in data if row["bundled"]} == set(case_module.bundled_cases())
    assert "A small invented case (fictional)" in said("cases")[1]


def test_cases_survives_a_broken_case(case: Path, said: Said) -> None:
    (case / "case.toml").write_bytes(b"\xff = [")
    code, out, _ = said("cases")
    assert code == 0
    assert "cannot be read" in out


def test_ledger_as_csv_and_json(case: Path, said: Said) -> None:
    rows = list(csv.DictReader(io.StringIO(said("ledger", case, "--csv")[1])))
    assert [(row["id"], row["outcome"], row["evidence"]) for row in rows] == [("C001", "lapsed", "C001 L001")]
    data = json.loads(said("ledger", case, "--json")[1])
    assert data["ledger"][0]["due"] == "2025-03-13"
    assert data["say_do"][0]["lapsed"] == 1


def test_agreement_prints_stores_and_lists(case: Path, said: Said) -> None:
    for name in ("pass1", "pass2"):
        for kind, rows in lines().items():
            write_lines(case / "coding" / name / f"{kind}.jsonl", rows)
    path = case / "coding" / "pass2" / "events.jsonl"
    replace(path, '"REJECT"', '"ACCUSE"')
    replace(path, '["meet"]', "[]")
    code, out, _ = said("agreement", case)
    assert code == 0
    assert "1 disagreement\n" in out
    assert "REJECT" in out
    words = "Norland’s cabinet refused to meet"
    start = TEXTS["S01"].index(words)
    assert f"S01 {start}–{start + len(words)}" in out
    assert out.splitlines()[-1] == "Next: parley agreement mine --write"
    assert said("agreement", case, "--write")[1].splitlines()[-1] == "Wrote mine/agreement.json. Next: parley check mine"
    stored = json.loads((case / "agreement.json").read_text())
    assert stored["kinds"][0]["matched"] == 2
    assert said("check", case)[0] == 0


def test_several_mistakes_are_counted(case: Path, said: Said) -> None:
    change(case, "events", "E001", lambda row: row.update(event="X", actor=["nobody"]))
    change(case, "claims", "K001", lambda row: row.update(stance="sure"))
    code, _, err = said("check", case)
    assert code == 1
    assert err.splitlines()[-1] == "3 mistakes, the most likely cause first."


def test_messages_survive_a_narrow_terminal_encoding(case: Path) -> None:
    replace(case / "case.toml", 'role = "mediator"', 'role = "mediater"')
    done = subprocess.run([*RUN, "check", str(case)], capture_output=True, env={**os.environ, "PYTHONIOENCODING": "latin-1"}, check=False)
    assert done.returncode == 1
    assert b"?mediater? is not one of" in done.stderr
