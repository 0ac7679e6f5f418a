"""``parley whatif``: what it prints and writes, and what it says when it does not know a lever or a run."""

import json
from pathlib import Path

import pytest

from openparley.cli import main
from tests.forecast.test_backtest import sanctions

QUICKLY = ("--processes", "1", "--draws", "3")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli-whatif") / "mine"
    sanctions(folder)
    assert main(["fit", str(folder), "--draws", "8", "--processes", "1"]) == 0
    return folder


def run_of(case: Path) -> Path:
    return next((case / "runs").iterdir())


def test_a_lever_without_with_and_the_difference(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whatif", str(case), "--lever", "propensity.target.wait=3", "--lever", "sender.threaten", *QUICKLY]) == 0
    said = capsys.readouterr()
    assert "sender.threaten once (a lever: a move forced once, sender)" in said.out
    assert "propensity.target.wait = 3 (nobody's lever: a motive changes, target)" in said.out
    assert "no difference that this model can tell" in said.out
    assert "In 3 of 8 draws" in said.out
    assert "pulling sender.threaten: 3 of 3" in said.err
    assert f"Wrote {run_of(case)}/whatif.csv, {run_of(case)}/whatif.json." in said.out


def test_the_run_alone_is_enough_and_gives_the_same_numbers(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = []
    for names in ([str(case)], ["--run", str(run_of(case))]):
        assert main(["whatif", *names, "--lever", "weight.sender.*.backed_down=-3", "--json", *QUICKLY]) == 0
        found.append(json.loads(capsys.readouterr().out))
    assert found[0]["levers"] == found[1]["levers"]
    only = found[0]["levers"]["weight.sender.*.backed_down=-3"]
    assert only["pulls"] == "motive"
    assert set(only["gains"]) == {"target"}  # the sender's own payoffs are what changes


def test_without_a_lever_those_there_are(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whatif", str(case)]) == 0
    out = capsys.readouterr().out
    assert "sender.MOVE" in out
    assert "threat_binds" in out
    assert "ADDRESS=VALUE" in out


def test_indicators(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whatif", str(case), "--indicators", "--weeks", "3", *QUICKLY]) == 0
    said = capsys.readouterr()
    assert "expected gain, nats" in said.out or "more than chance would" in said.out
    assert "looking for indicators: 3 of 3" in said.err
    assert json.loads((run_of(case) / "indicators.json").read_text(encoding="utf-8"))["draws"] == 3


@pytest.mark.parametrize(
    ("names", "code", "words"),
    [
        ((), 2, "name a CASE"),
        (("CASE", "--lever", "threat_bind"), 1, "Did you mean “threat_binds”?"),
        (("CASE", "--lever", "sender.threten"), 1, "Did you mean “sender.threaten”?"),
        (("CASE", "--lever", "chance.nothing=1"), 1, "no lever “chance.nothing”"),
        (("CASE", "--run", "ffffffff", "--lever", "sender.hold"), 1, "no finished run “ffffffff”"),
        (("CASE", "--runs", "nowhere", "--lever", "sender.hold"), 1, "there is no finished run here"),
    ],
)
def test_what_is_wrong_is_said(case: Path, names: tuple[str, ...], code: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whatif", *(str(case) if name == "CASE" else name for name in names)]) == code
    assert words in capsys.readouterr().err


def test_ctrl_c_keeps_what_is_done(case: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("openparley.forecast.levers.run_jobs", stopped)
    assert main(["whatif", str(case), "--lever", "sender.hold", *QUICKLY]) == 130
    assert "finished draws are kept" in capsys.readouterr().err
