"""``parley check``: the case's own word lists are looked at as well."""

from pathlib import Path

import pytest

from openparley.cli import main
from tests.record.small_case import small_case


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("speech_verb.csv", "verb\n", "lexicon/speech_verb.csv: there is no table of this name"),
        ("speech.csv", "nothing\nx\n", "lexicon/speech.csv"),
        ("boilerplate.toml", "[[rule]]\nreason = 3\n", "lexicon/boilerplate.toml"),
    ],
)
def test_a_bad_word_list_is_named(tmp_path: Path, name: str, content: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    case = small_case(tmp_path / "mine")
    assert main(["check", str(case)]) == 0
    (case / "lexicon").mkdir()
    assert main(["check", str(case)]) == 0
    (case / "lexicon" / name).write_text(content, encoding="utf-8")
    capsys.readouterr()
    assert main(["check", str(case)]) == 1
    assert says in capsys.readouterr().err


def test_wording_that_a_brief_would_refuse_is_named_before_anything_is_computed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "mine"
    assert main(["new", str(case), "--family", "sanctions_threat"]) == 0
    text = (case / "case.toml").read_text(encoding="utf-8")
    assert "Varenholt demands that" in text
    (case / "case.toml").write_text(text.replace("Varenholt demands that", "Varenholt secretly hopes that"), encoding="utf-8")
    capsys.readouterr()
    assert main(["check", str(case)]) == 1
    checked = capsys.readouterr()
    assert "case.toml, line 18: notes: an intention stated as fact" in checked.err
    assert "mend that, then parley check" in checked.out
    assert main(["brief", str(case)]) == 1
    assert "an intention stated as fact" in capsys.readouterr().err
    assert not (case / "runs").exists()
