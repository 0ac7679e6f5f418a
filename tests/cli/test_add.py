"""`parley add`: what it prints, what it returns, how it ends when it is interrupted."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from openparley.cli import add as verb
from openparley.cli import main
from openparley.record.intake.metadata import KINDS
from tests.record.intake.reports import report, rows
from tests.record.small_case import small_case, snapshot

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small case in the working folder, and a folder with two reports and an empty file."""
    monkeypatch.chdir(tmp_path)
    small_case(tmp_path / "mine")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(report(1), encoding="utf-8")
    (tmp_path / "in" / "b.txt").write_text(report(1) + "More.", encoding="utf-8")
    return tmp_path


@pytest.fixture
def said(folder: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


def test_it_says_what_became_of_each_file_and_what_comes_next(said: Said, folder: Path) -> None:
    (folder / "in" / "c.txt").write_text(report(1), encoding="utf-8")
    code, out, err = said("add", "mine", "in", "--published", "2025-03-03", "--outlet", "The Halven Post")
    assert code == 0
    assert "S03  2025-03-03  given when added      The Halven Post" in out
    assert "S04: origin S03. 100 % of the runs of five words of S03 are in it" in out
    assert "in/c.txt: not added, the same bytes as S03." in out
    assert "Added 2, duplicates 1, refused 0." in out
    assert out.endswith("Next: parley read mine\n")
    assert "adding: 3 of 3" in err


def test_a_bad_file_makes_exit_code_1_and_the_good_ones_stay(said: Said, folder: Path) -> None:
    (folder / "in" / "c.txt").write_bytes(b"")
    code, out, err = said("add", "mine", "in")
    assert code == 1
    assert "in/c.txt: the file is empty. Save it again with its text." in err
    assert "Added 2, duplicates 0, refused 1." in out
    assert "No day of publication: S03, S04." in out
    assert (folder / "mine" / "texts" / "S04.txt").exists()


def test_json_holds_everything_and_nothing_else_is_printed(said: Said, folder: Path) -> None:
    (folder / "in" / "c.txt").write_bytes(b"")
    (folder / "in" / "d.jpg").write_bytes(b"x")
    code, out, err = said("add", "mine", "in", "--json")
    data = json.loads(out)
    assert code == 1
    assert [new["id"] for new in data["added"]] == ["S03", "S04"]
    assert data["added"][0]["missing"] == ["outlet", "author", "title", "published", "language"][:4] or data["added"][0]["language"] == ""
    assert data["echoes"][0]["of"] == "S03"
    assert data["left"] == ["in/d.jpg"]
    assert data["next"] == "parley read mine"
    assert [error["file"] for error in json.loads(err)["errors"]] == ["in/c.txt"]


def test_a_second_run_says_that_all_is_there(said: Said) -> None:
    said("add", "mine", "in")
    code, out, _ = said("add", "mine", "in")
    assert code == 0
    assert "2 files were added before and are in the case." in out
    assert "Wrote" not in out


def test_one_note_for_many_is_printed_once(said: Said) -> None:
    _, out, _ = said("add", "mine", "in", "--published", "2025-06-01")
    assert "S03, S04: It was published on 2025-06-01, after the cut-off of the case, 2025-03-31." in out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("mine",), 2, "at least one FILE or --url"),
        (("mine", "in", "--kind", "newz"), 2, "newz"),
        (("mine", "in", "--published", "2025-02-30"), 1, "there is no such day in the calendar"),
        (("nowhere", "in"), 1, "no case “nowhere”"),
        (("strait-talks", "in"), 1, "read-only"),
        (("mine", "nothing.txt"), 1, "nothing.txt: no file or folder matches this"),
        (("mine", "--url", "ftp://x.example/a"), 1, "not an address of the web"),
    ],
)
def test_mistakes_are_named_and_change_nothing(said: Said, folder: Path, arguments: tuple[str, ...], code: int, says: str) -> None:
    before = snapshot(folder / "mine")
    found, _, err = said("add", *arguments)
    assert found == code
    assert says in err
    assert {name: data for name, data in snapshot(folder / "mine").items() if not name.startswith(".")} == before


def test_the_kinds_are_those_of_the_table_of_sources() -> None:
    assert verb.KINDS == KINDS


INTERRUPTED = """
import importlib, os, signal
from openparley.cli import main
module = importlib.import_module("openparley.record.intake.add")
take, count = module._Work.take, 0
def interrupting(self, prepared):
    global count
    take(self, prepared)
    count += 1
    if count == 3:
        os.kill(os.getpid(), signal.SIGINT)
module._Work.take = interrupting
raise SystemExit(main(["add", "mine", "in"]))
"""


def test_ctrl_c_keeps_what_is_done_and_the_same_command_goes_on(said: Said, folder: Path) -> None:
    for number in range(10):
        (folder / "in" / f"n{number}.txt").write_text(report(number + 10), encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 128 + signal.SIGINT
    assert "Stopped; 9 not looked at." in done.stdout
    assert "Next: the same command again" in done.stdout
    assert said("check", "mine")[0] == 0
    code, out, _ = said("add", "mine", "in")
    assert code == 0
    assert "Added 9, duplicates 3, refused 0." in out


def test_what_was_missing_is_filled_in_later_and_what_is_there_is_not_changed(said: Said, folder: Path) -> None:
    (folder / "in" / "b.txt").unlink()
    said("add", "mine", "in/a.txt", "--author", "Ida Holm")
    code, out, err = said("add", "mine", "in/a.txt", "--published", "2025-03-03", "--outlet", "The Halven Post", "--author", "Jon Berg")
    assert code == 0
    assert "S03: published was missing and is now “2025-03-03”, as given" in out
    assert "S03: outlet was missing and is now “The Halven Post”, as given." in out
    assert "Wrote " in out
    assert "author is “Ida Holm” there, and “Jon Berg” as given now; nothing was changed. To change it, edit the row S03" in err
    row = rows(folder / "mine")["S03"]
    assert (row["published"], row["published_basis"]) == ("2025-03-03", "given when added")
    assert (row["outlet"], row["author"]) == ("The Halven Post", "Ida Holm")
    before = (folder / "mine" / "sources.csv").read_bytes()
    _, out, err = said("add", "mine", "in/a.txt", "--published", "2025-03-03")
    assert "missing and is now" not in out
    assert "nothing was changed" not in err
    assert (folder / "mine" / "sources.csv").read_bytes() == before
    assert said("check", "mine")[0] == 0
