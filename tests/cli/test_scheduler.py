"""``--scheduler``: the verbs that go on from a run or score a course compute on a cluster what they compute here, bit for bit."""

import shutil
import socket
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from openparley.cli import main
from openparley.forecast.fitting import fit
from openparley.infer.engine import AdaptiveImportance
from openparley.infer.workers import LocalProcesses
from tests.forecast.test_backtest import sanctions
from tests.infer.test_cluster import address, cluster

__all__ = ["address", "cluster"]  # fixtures

WHATIF = ("whatif", "--lever", "sender.hold", "--indicators", "--weeks", "1", "--draws", "2")
SENSITIVITY = ("whatif", "--sensitivity", "--confirm", "1", "--draws", "2")


def fitted(folder: Path, draws: int) -> Path:
    """A case with a run of a few draws and futures."""
    case = sanctions(folder)
    fit(case, case.root / "runs", engine=AdaptiveImportance(draws=draws, fine=0, processes=1), futures=32, lever_draws=0)
    return folder


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fitted(tmp_path_factory.mktemp("scheduler") / "mine", 4)


def never(*_: object) -> None:
    raise AssertionError("a draw was computed here")


def tables(folder: Path, start: str) -> dict[str, dict[str, np.ndarray]]:
    found = {path.name: dict(np.load(path)) for path in sorted(folder.rglob("*.npz")) if path.name.startswith(start)}
    assert found
    return found


def same(one: dict[str, dict[str, np.ndarray]], two: dict[str, dict[str, np.ndarray]]) -> bool:
    return one.keys() == two.keys() and all(
        one[name].keys() == two[name].keys() and all(np.array_equal(one[name][key], two[name][key], equal_nan=True) for key in one[name])
        for name in one
    )


def twice(arguments: Sequence[str], folders: Sequence[Path], address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verb on one folder with a process of its own, on the other on the cluster alone."""
    here, there = folders
    assert main([arguments[0], str(here), *arguments[1:], "--processes", "1", "--json"]) == 0
    with monkeypatch.context() as patched:
        patched.setattr(LocalProcesses, "each", never)
        assert main([arguments[0], str(there), *arguments[1:], "--scheduler", address, "--json"]) == 0


def copies(case: Path, folder: Path) -> tuple[Path, Path]:
    return Path(shutil.copytree(case, folder / "here" / "mine")), Path(shutil.copytree(case, folder / "there" / "mine"))


def same_file(name: str, here: Path, there: Path) -> bool:
    run = next((here / "runs").iterdir()).relative_to(here)
    return (here / run / name).read_bytes() == (there / run / name).read_bytes()


def test_levers_and_indicators_on_a_cluster_are_those_here_bit_for_bit(
    case: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = copies(case, tmp_path)
    twice(WHATIF, folders, address, monkeypatch)
    assert all(same(tables(folders[0], start), tables(folders[1], start)) for start in ("whatif-", "watch-"))
    assert same_file("whatif.csv", *folders)
    assert same_file("indicators.json", *folders)


@pytest.mark.long
def test_sensitivity_on_a_cluster_is_that_here_bit_for_bit(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = copies(fitted(tmp_path / "mine", 16), tmp_path)
    twice(SENSITIVITY, folders, address, monkeypatch)
    assert same(tables(folders[0], "at-"), tables(folders[1], "at-"))
    assert same_file("hinges.json", *folders)


@pytest.mark.long
def test_backtest_on_a_cluster_is_backtest_here_bit_for_bit(
    case: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = copies(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    twice(("backtest", "--draws", "8", "--out", "out"), folders, address, monkeypatch)
    first, second = (tables(next((folder / "runs").glob("backtest-*")), "draw-") for folder in folders)
    assert len(first) == 8
    assert same(first, second)


@pytest.mark.parametrize("verb", [WHATIF[:3], ("whatif", *WHATIF[3:6]), ("backtest",)])
def test_an_address_where_nobody_answers_is_one_line(verb: tuple[str, ...], case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        nobody = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        assert main([verb[0], str(case), *verb[1:], "--draws", "8", "--scheduler", nobody, "--json"]) == 1
    said = capsys.readouterr().err
    assert f"no Dask scheduler answers at “{nobody}”" in said
    assert len(said.strip().splitlines()) == 1
