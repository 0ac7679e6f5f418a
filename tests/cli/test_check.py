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
