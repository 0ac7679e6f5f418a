"""`parley describe`: what it writes, says and refuses."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from openparley.cli import main
from openparley.record.case import bundled_cases, open_case
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


def test_it_ends_by_naming_what_it_wrote_and_the_next_command(said: Said) -> None:
    code, out, err = said("describe", "iran-2013")
    assert (code, err) == (0, "")
    folder = Path("parley-out/iran-2013/brief")
    assert out.splitlines()[-1] == (
        f"Wrote {folder}/model-card.md, {folder}/model-card-state.svg, {folder}/model-card-round.svg. Next: parley fit iran-2013"
    )
    assert "sender (6) → target (4)" in out
    assert "Not for: tactical timing" in out
    assert {path.name for path in folder.iterdir()} == {"model-card.md", "model-card-state.svg", "model-card-round.svg"}


def test_the_card_of_ones_own_case_stays_out_of_a_copy_of_it(said: Said) -> None:
    new_case(Path("mine"), family="crisis_signalling")
    assert said("describe", "mine", "--format", "html")[0] == 0
    assert Path("mine/brief/model-card.html").is_file()
    open_case("mine")
    new_case(Path("copy"), Path("mine"))
    assert not list(Path("copy").rglob("model-card*"))


def test_the_ending_of_the_file_is_its_format_unless_one_is_asked_for(said: Said) -> None:
    assert said("describe", "iran-2013", "--out", "a.html")[1].splitlines()[-1] == "Wrote a.html. Next: open a.html"
    assert Path("a.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert said("describe", "iran-2013", "--out", "b.json")[0] == 0
    assert json.loads(Path("b.json").read_text(encoding="utf-8"))["case"] == "iran-2013"
    assert said("describe", "iran-2013", "--out", "c.html", "--format", "md")[0] == 0
    assert Path("c.html").read_text(encoding="utf-8").startswith("# Model card")


def test_json_prints_the_card_itself(said: Said) -> None:
    code, out, err = said("describe", "iran-2013", "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["family"] == "sanctions_threat"
    assert [element["id"] for element in found["elements"]][:2] == ["purpose", "entities"]
    assert found["next"] == "parley fit iran-2013"
    assert all(Path(path).is_file() for path in found["wrote"])


def test_a_record_without_a_model_is_described_as_such(said: Said) -> None:
    small_case(Path("small"))
    code, out, _ = said("describe", "small")
    assert code == 0
    assert "No [model] section" in out
    assert out.splitlines()[-1] == "Wrote small/brief/model-card.md. Next: parley ledger small"


def test_what_is_wrong_is_said_before_anything_is_written(said: Said) -> None:
    code, _, err = said("describe", "strait-tlks")
    assert code == 1
    assert "Did you mean “strait-talks”?" in err
    assert said("describe", "strait-talks", "--format", "pdf")[0] == 2
    Path("here").mkdir()
    code, _, err = said("describe", "strait-talks", "--out", "here")
    assert code == 1
    assert "“here” is a folder; a card is one file. Write --out here/model-card.md" in err
    new_case(Path("mine"), family="sanctions_threat")
    path = Path("mine/case.toml")
    path.write_text(path.read_text(encoding="utf-8").replace('family = "sanctions_threat"', 'family = "sanction_threat"'), encoding="utf-8")
    before = snapshot(Path("mine"))
    code, _, err = said("describe", "mine")
    assert code == 1
    assert "sanctions_threat" in err
    assert snapshot(Path("mine")) == before


def test_a_bundled_case_is_never_written_to(said: Said) -> None:
    root = bundled_cases()["iran-2013"]
    code, _, err = said("describe", "iran-2013", "--out", root / "card.md")
    assert code == 1
    assert "read-only" in err
    assert not (root / "card.md").exists()
