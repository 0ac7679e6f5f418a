"""``parley backtest``: what it prints, what it writes, and what it says when it is stopped or not told what to do."""

import csv
import json
from pathlib import Path

import pytest

from openparley.cli import main
from openparley.forecast import backtest as backtest_module
from tests.forecast.test_backtest import sanctions

QUICKLY = ("--draws", "8", "--processes", "1")


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two cases of one course, one of them invented."""
    monkeypatch.chdir(tmp_path)
    for name in ("invented", "real"):
        sanctions(tmp_path / name)
    toml = tmp_path / "real" / "case.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("fictional = true", "fictional = false"), encoding="utf-8")
    return ["invented", "real"]


def test_it_scores_every_case_and_keeps_the_invented_one_out_of_the_calibration(
    both: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backtest", *both, *QUICKLY, "--out", "out"]) == 0
    said = capsys.readouterr()
    assert "invented (not pooled)  10" in said.out
    assert "Every case: structure chosen with hindsight." in said.out
    assert "of 8" in said.err
    assert "Wrote out/moves.csv, out/scores.csv, out/losses.csv, out/calibration.csv, out/calibration.svg. Next: parley brief" in said.out
    moves = list(csv.DictReader(Path("out/moves.csv").read_text(encoding="utf-8").splitlines()))
    assert len(moves) == 20
    counts = [int(row["count"]) for row in csv.DictReader(Path("out/calibration.csv").read_text(encoding="utf-8").splitlines())]
    assert sum(counts) == 6 * 6 + 4 * 4  # ten moves of the real case: six of the sender's menu of six, four of the target's of four
    svg = Path("out/calibration.svg").read_text(encoding="utf-8")
    assert all(f">{count}</text>" in svg for count in counts if count)


def test_the_same_again_as_json_solves_nothing_anew(both: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backtest", "real", *QUICKLY, "--out", "out"]) == 0
    capsys.readouterr()
    first = {path.name: path.read_bytes() for path in Path("out").iterdir()}
    files = {path: path.stat().st_mtime_ns for path in Path("real/runs").rglob("*.npz")}
    assert len(files) == 8
    assert main(["backtest", "real", *QUICKLY, "--out", "out", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert {path: path.stat().st_mtime_ns for path in Path("real/runs").rglob("*.npz")} == files
    assert {path.name: path.read_bytes() for path in Path("out").iterdir()} == first
    assert len(data["cases"]["real"]["moves"]) == 10
    assert data["next"] == "parley brief real"
    model, best = ({row["score"]: row[name] for row in data["scores"]} for name in ("model", "frequency"))
    assert any("beaten" in remark for remark in data["remarks"]) or model["log_score"] >= best["log_score"]


def test_a_stop_says_that_draws_are_kept(both: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(backtest_module, "run_draws", stop)
    assert main(["backtest", "real", *QUICKLY]) == 130
    assert "finished draws are kept" in capsys.readouterr().err


def test_no_case_at_all_is_a_mistake_in_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backtest"]) == 2
    assert "name a case, or all bundled ones with --all" in capsys.readouterr().err
