"""Running the draws: processes, checkpoints, and what a stop leaves; on the smallest of the bundled games."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from openparley.errors import InferenceError
from openparley.infer import engine as engine_module
from openparley.infer.checkpoint import load_table
from openparley.infer.draw import Drawn, Table, work
from openparley.infer.engine import AdaptiveImportance, Run, finished_run, run_draws
from openparley.infer.model import Model, build_model
from openparley.record.case import open_case
from openparley.solve.belief_grid import BeliefGrid

DRAWS = 4
COARSE = BeliefGrid(nodes=3, tolerance=1e-3)
ENGINE = AdaptiveImportance(draws=DRAWS, grid=COARSE, fine=2, processes=1)


@dataclass(frozen=True)
class Fingerprint:
    """A task of a draw that shows which stream of random numbers it had."""

    def __call__(self, drawn: Drawn) -> Table:
        return {"index": np.array(drawn.index), "residue": np.random.default_rng([drawn.seed, drawn.index]).random(2)}


TASKS = {"print": Fingerprint()}


@pytest.fixture(scope="module")
def model() -> Model:
    return build_model(open_case("iran-2013"))


@pytest.fixture(scope="module")
def finished(model: Model, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    folder = tmp_path_factory.mktemp("draws")
    return run_draws(model, ENGINE, TASKS, checkpoint=folder), folder


def same(one: Run, two: Run) -> bool:
    tables = [*zip(one.tables, two.tables, strict=True), *zip(one.finer.values(), two.finer.values(), strict=True)]
    return list(one.finer) == list(two.finer) and all(
        a.keys() == b.keys() and all(np.array_equal(a[key], b[key], equal_nan=True) for key in a) for a, b in tables
    )


def never(*arguments: object) -> Table:
    raise AssertionError("a finished draw was computed again")


@pytest.mark.long
def test_two_processes_give_what_one_gives_bit_for_bit(model: Model, finished: tuple[Run, Path]) -> None:
    again = run_draws(model, replace(ENGINE, processes=2), TASKS)
    assert same(again, finished[0])
    assert all((again.values[key] == finished[0].values[key]).all() for key in again.values)


def test_another_seed_gives_other_numbers(model: Model, finished: tuple[Run, Path]) -> None:
    values = run_draws(model, replace(ENGINE, draws=1, seed=1, fine=0), {}).values
    assert any(values[key][0] != finished[0].values[key][0] for key in values)


def test_tasks_keep_their_arrays_under_their_name(finished: tuple[Run, Path]) -> None:
    for k, table in enumerate(finished[0].tables):
        assert int(table["print.index"]) == k
        assert table["print.residue"].shape == (2,)


def test_finished_draws_are_not_computed_again(model: Model, finished: tuple[Run, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    run, folder = finished
    fine = [f"finer-{k:05d}.npz" for k in run.finer]
    assert sorted(path.name for path in folder.iterdir()) == [*(f"draw-{k:05d}.npz" for k in range(DRAWS)), *fine, "proposal-00.json"]
    monkeypatch.setattr(engine_module, "work", never)
    shown: list[tuple[str, int, int]] = []
    again = run_draws(model, ENGINE, TASKS, checkpoint=folder, progress=lambda *what: shown.append(what))
    assert same(again, run)
    assert shown == [("solving draws", DRAWS, DRAWS), ("solving some again on a finer grid", len(run.finer), len(run.finer))]


def test_a_missing_draw_is_computed_and_a_torn_one_too(
    model: Model, finished: tuple[Run, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, folder = finished
    mine = tmp_path / "draws"
    shutil.copytree(folder, mine)
    torn = mine / "draw-00002.npz"
    torn.write_bytes(torn.read_bytes()[:700])
    asked: list[int] = []

    def counted(model: Model, values: Mapping[str, float], index: int, *rest: object) -> Table:
        asked.append(index)
        return work(model, values, index, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(engine_module, "work", counted)
    shown: list[int] = []
    again = run_draws(model, ENGINE, TASKS, checkpoint=mine, progress=lambda _, done, __: shown.append(done))
    assert asked == [2]
    assert shown == [DRAWS - 1, DRAWS, len(run.finer)]
    assert same(again, run)
    assert torn.read_bytes() == (folder / torn.name).read_bytes()


def test_no_cut_of_a_draws_file_is_taken_for_whole(finished: tuple[Run, Path], tmp_path: Path) -> None:
    whole = (finished[1] / "draw-00001.npz").read_bytes()
    path = tmp_path / "draw-00001.npz"
    for size in [0, 1, 2, 30, *range(100, len(whole), 997), len(whole) - 1]:
        path.write_bytes(whole[:size])
        assert load_table(tmp_path, "draw", 1) is None, size


def test_a_changed_byte_of_a_draws_file_is_noticed(finished: tuple[Run, Path], tmp_path: Path) -> None:
    whole = (finished[1] / "draw-00001.npz").read_bytes()
    path = tmp_path / "draw-00001.npz"
    original = load_table(finished[1], "draw", 1)
    assert original is not None
    for at in range(0, len(whole), 501):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
        found = load_table(tmp_path, "draw", 1)
        assert found is None or all(np.array_equal(found[key], original[key], equal_nan=True) for key in original), at


def test_progress_counts_every_draw(model: Model) -> None:
    shown: list[tuple[str, int, int]] = []
    run = run_draws(model, ENGINE, {}, progress=lambda *what: shown.append(what))
    stages = {"solving draws": DRAWS, "solving some again on a finer grid": len(run.finer)}
    assert shown == [(stage, k, total) for stage, total in stages.items() for k in range(total + 1)]


def test_an_interrupt_keeps_what_is_done(model: Model, finished: tuple[Run, Path], tmp_path: Path) -> None:
    def stop(stage: str, done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_draws(model, ENGINE, TASKS, checkpoint=tmp_path, progress=stop)
    kept = sorted(path.name for path in tmp_path.glob("draw-*.npz"))
    assert len(kept) == 2
    assert same(run_draws(model, ENGINE, TASKS, checkpoint=tmp_path), finished[0])


def test_a_finished_run_is_read_back_whole(model: Model, finished: tuple[Run, Path]) -> None:
    run, folder = finished
    again = finished_run(model, ENGINE, folder)
    assert same(replace(run, finer={}), again)
    assert again.free == run.free
    assert all(np.array_equal(again.values[name], column) for name, column in run.values.items())
    assert np.array_equal(again.z, run.z)
    assert np.array_equal(again.log_ratio, run.log_ratio)


@pytest.mark.parametrize("lost", ["draw-00002.npz", "proposal-00.json"])
def test_a_run_with_something_gone_is_not_read_back(model: Model, finished: tuple[Run, Path], tmp_path: Path, lost: str) -> None:
    folder = shutil.copytree(finished[1], tmp_path / "draws")
    (folder / lost).unlink()
    with pytest.raises(InferenceError, match="gone or not whole"):
        finished_run(model, ENGINE, folder)


@pytest.mark.long
def test_a_script_that_computes_while_it_is_read_is_told_so(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\nimport openparley\nfrom openparley.infer import AdaptiveImportance\n"
        "engine = AdaptiveImportance(draws=2, fine=0, processes=2)\n"
        f"openparley.fit(openparley.load('iran-2013'), Path({str(tmp_path)!r}), engine=engine, futures=8, lever_draws=0)\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode != 0
    assert "a worker process has to read it, too" in done.stderr
    assert 'Put what computes under `if __name__ == "__main__":`' in done.stderr
    assert "LockedError" not in done.stderr
