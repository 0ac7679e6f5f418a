"""`parley export`: what it writes, says and refuses."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from openparley.cli import main
from openparley.record.export import formats
from openparley.record.new import new_case
from tests.record.small_case import small_case, snapshot

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    """Run a command line in a folder of its own: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


@pytest.mark.parametrize("to", formats())
def test_every_format_goes_beside_the_current_folder(to: str, said: Said) -> None:
    code, out, err = said("export", "strait-talks", "--to", to)
    assert (code, err) == (0, "")
    assert out.startswith(f"strait-talks: 207 entries from 4 sources as {to}.\n")
    assert "belong to their publishers; --texts puts them in" in out
    assert "Among them 4 proposed and 1 rejected" in out
    last = out.splitlines()[-1]
    assert last.startswith(f"Wrote strait-talks-export/{to}/")
    named = [word for word in shlex.split(last.partition("Next: ")[2]) if word.startswith("strait-talks-export/")]
    assert named
    assert all(Path(word).is_file() for word in named)


def test_a_second_time_needs_force(said: Said) -> None:
    small_case(Path("mine"))
    assert said("export", "mine", "--to", "sqlite")[0] == 0
    before = snapshot(Path("small-export"))
    code, out, err = said("export", "mine", "--to", "sqlite", "--accepted")
    assert (code, out) == (1, "")
    assert err.startswith("small-export/sqlite/case.sqlite: there is such a file already. Replace it with --force")
    assert snapshot(Path("small-export")) == before
    assert said("export", "mine", "--to", "sqlite", "--force")[0] == 0
    assert snapshot(Path("small-export")) == before
    code, out, _ = said("export", "mine", "--to", "sqlite", "--accepted", "--force")
    assert code == 0
    assert "Left out: 1 entry that nobody accepted, or that are set aside." in out
    assert snapshot(Path("small-export")) != before


def test_json_names_everything(said: Said) -> None:
    small_case(Path("mine"))
    code, out, err = said("export", "mine", "--to", "plover-csv", "--out", "a b/x.csv", "--texts", "--json")
    assert (code, err) == (0, "")
    data = json.loads(out)
    assert data["wrote"] == ["a b/x.csv", "a b/x-dyads.csv"]
    assert data["rows"]["events"] == 3
    assert data["texts"] is True
    assert any("do not pass the files on" in note for note in data["notes"])
    assert data["next"] == "head -n 3 'a b/x-dyads.csv'"
    code, out, err = said("export", "mine", "--to", "plover-csv", "--out", "a b/x.csv", "--json")
    assert (code, out) == (1, "")
    assert [found["file"] for found in json.loads(err)["errors"]] == ["a b/x.csv"]


def test_an_unknown_format_is_guessed(said: Said) -> None:
    code, _, err = said("export", "strait-talks", "--to", "parqet")
    assert code == 1
    assert err == "there is no format “parqet”. Did you mean “parquet”?\n"
    assert said("export", "strait-talks")[0] == 2


def test_texts_that_are_not_there_are_named(said: Said) -> None:
    out = said("export", "ukraine-2025", "--to", "web-annotation", "--texts")[1]
    assert "No text in the case for S01, S02, S03." in out
    assert "do not pass" not in out


@pytest.mark.parametrize("to", formats())
def test_an_empty_case_goes_too(to: str, said: Said) -> None:
    new_case(Path("empty"))
    code, out, _ = said("export", "empty", "--to", to)
    assert code == 0
    assert out.startswith(f"empty: 0 entries from 1 source as {to}.\n")


def test_a_case_that_nobody_reviewed_goes_too(said: Said) -> None:
    small_case(Path("fresh"), reviewed=False)
    assert "Among them 10 proposed and 0 rejected" in said("export", "fresh", "--to", "plover-csv")[1]
    assert "Left out: 10 entries" in said("export", "fresh", "--to", "plover-csv", "--accepted", "--out", "other")[1]


@pytest.mark.parametrize("name", ["my.db", "my.sqlite", "my.sqlite3"])
def test_a_database_may_have_any_of_the_usual_endings(name: str, said: Said) -> None:
    assert said("export", "strait-talks", "--to", "sqlite", "--out", name)[0] == 0
    assert Path(name).read_bytes().startswith(b"SQLite format 3")
    assert Path("my-metadata.json").is_file()
