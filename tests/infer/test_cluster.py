"""Draws on a real Dask cluster of two worker processes, on the smallest of the bundled games."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from openparley.errors import InferenceError, SolveError
from openparley.infer import cluster as cluster_module
from openparley.infer import engine as engine_module
from openparley.infer.cluster import Cluster
from openparley.infer.draw import Drawn, Table
from openparley.infer.engine import AdaptiveImportance, Run, run_draws
from openparley.infer.model import Model, build_model
from openparley.infer.workers import Workers
from openparley.record.case import open_case
from openparley.solve.belief_grid import BeliefGrid
from openparley.solve.crew import usual_threads

distributed = pytest.importorskip("distributed")

DRAWS = 6
ENGINE = AdaptiveImportance(draws=DRAWS, grid=BeliefGrid(nodes=3, tolerance=1e-3), fine=2, processes=1)
DONE = 2  # draws when a worker is killed
LONG = 60.0  # a worker that is to be killed will not wait for that


@dataclass(frozen=True)
class Fingerprint:
    """A task of a draw that shows its stream of random numbers and the process that it ran in."""

    def __call__(self, drawn: Drawn) -> Table:
        residue = np.random.default_rng([drawn.seed, drawn.index]).random(2)
        return {"residue": residue, "threads": np.array(usual_threads()), "pid": np.array(os.getpid())}


@dataclass(frozen=True)
class WaitsOnce:
    """A task that hangs the first time it meets a draw; the file says so, and in which process."""

    folder: Path
    index: int

    def __call__(self, drawn: Drawn) -> Table:
        mark = self.folder / "pid"
        if drawn.index == self.index and not mark.exists():
            part = self.folder / "part"
            part.write_text(str(os.getpid()))
            part.rename(mark)
            time.sleep(LONG)
        return {}


@dataclass(frozen=True)
class Slow:
    """A job that takes its time and leaves a file."""

    folder: Path

    def __call__(self, model: Model, index: int) -> Table:
        (self.folder / f"{index}").touch()
        time.sleep(0.3)
        return {"index": np.array(index)}


@dataclass(frozen=True)
class Fatal:
    """A job that takes its process down."""

    def __call__(self, model: Model, index: int) -> Table:
        os._exit(1)


@dataclass(frozen=True)
class Failing:
    """A job that Parley says no to."""

    def __call__(self, model: Model, index: int) -> Table:
        raise SolveError(f"draw {index} cannot be solved.", hint="Widen it.")


@pytest.fixture(scope="module")
def model() -> Model:
    return build_model(open_case("iran-2013"))


@pytest.fixture(scope="module")
def cluster() -> Iterator[object]:
    # losing a worker twice is enough for Dask to give up, so that our own second attempts are seen
    with cluster_module._distributed().LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1", silence_logs=50
    ) as found:
        found.scheduler.allowed_failures = 0
        yield found


@pytest.fixture
def address(cluster) -> str:
    wait_for(lambda: len(cluster.scheduler.workers) == 2)  # one that a test has killed is replaced
    return cluster.scheduler_address


@pytest.fixture(scope="module")
def finished(model: Model, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    folder = tmp_path_factory.mktemp("draws")
    return run_draws(model, ENGINE, {"print": Fingerprint()}, checkpoint=folder), folder


@pytest.fixture
def local(finished: tuple[Run, Path]) -> Run:
    return finished[0]


def same(one: Run, two: Run) -> bool:
    """All numbers alike, but for the process and its threads."""
    pairs = [*zip(one.tables, two.tables, strict=True), *zip(one.finer.values(), two.finer.values(), strict=True)]
    ours = {"print.pid", "print.threads"}
    return (
        list(one.finer) == list(two.finer)
        and (one.log_ratio == two.log_ratio).all()
        and all(
            a.keys() - ours == b.keys() - ours and all(np.array_equal(a[key], b[key], equal_nan=True) for key in a.keys() - ours)
            for a, b in pairs
        )
    )


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def never(*arguments: object) -> Table:
    raise AssertionError("a draw was computed here")


def test_a_cluster_gives_what_one_process_gives_bit_for_bit(
    model: Model, cluster, address: str, local: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "work", never)
    shown: list[tuple[str, int, int]] = []
    with Workers(model, scheduler=address) as workers:
        run = run_draws(model, ENGINE, {"print": Fingerprint()}, workers=workers, progress=lambda *what: shown.append(what))
    assert same(run, local)
    stages = {"solving draws": DRAWS, "solving some again on a finer grid": len(run.finer)}
    assert shown == [(stage, k, total) for stage, total in stages.items() for k in range(total + 1)]
    assert {int(table["print.threads"]) for table in run.tables} == {1}
    assert {int(table["print.pid"]) for table in run.tables} == {nanny.pid for nanny in cluster.workers.values()}
    assert all(value.flags.writeable for table in run.tables for value in table.values())


def test_a_worker_killed_in_mid_run_loses_no_draw_and_changes_no_number(model: Model, address: str, local: Run, tmp_path: Path) -> None:
    draws, marks = tmp_path / "draws", tmp_path / "marks"
    draws.mkdir()
    marks.mkdir()
    killed: list[int] = []
    kept: dict[str, bytes] = {}

    def kill(stage: str, done: int, total: int) -> None:
        if done == DONE and stage == "solving draws":
            wait_for((marks / "pid").exists)
            killed.append(int((marks / "pid").read_text()))
            kept.update({path.name: path.read_bytes() for path in draws.glob("draw-*.npz")})
            os.kill(killed[0], signal.SIGKILL)

    tasks = {"print": Fingerprint(), "wait": WaitsOnce(marks, 1)}
    with Workers(model, scheduler=address) as workers:
        run = run_draws(model, ENGINE, tasks, workers=workers, checkpoint=draws, progress=kill)
    assert same(run, local)
    assert len(kept) == DONE
    assert all((draws / name).read_bytes() == content for name, content in kept.items())
    assert int(run.tables[1]["print.pid"]) not in killed


def test_a_run_begun_on_a_cluster_is_finished_here_and_the_other_way_round(
    model: Model, address: str, local: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(stage: str, done: int, total: int) -> None:
        if done == DONE:
            raise KeyboardInterrupt

    tasks = {"print": Fingerprint()}
    for first, then in ((address, None), (None, address)):
        folder = tmp_path / str(first is None)
        folder.mkdir()
        with pytest.raises(KeyboardInterrupt), Workers(model, 1, first) as workers:
            run_draws(model, ENGINE, tasks, workers=workers, checkpoint=folder, progress=stop)
        begun = {path: path.stat().st_mtime_ns for path in folder.glob("draw-*.npz")}
        assert len(begun) == DONE
        with Workers(model, 1, then) as workers:
            assert same(run_draws(model, ENGINE, tasks, workers=workers, checkpoint=folder), local)
        assert all(path.stat().st_mtime_ns == when for path, when in begun.items())


def test_an_interrupt_leaves_at_once_and_drops_what_has_not_begun(model: Model, cluster, address: str, tmp_path: Path) -> None:
    def interrupted() -> None:
        with Workers(model, scheduler=address) as workers:
            for _ in workers.each(Slow(tmp_path), [(k, ()) for k in range(40)]):
                when.append(time.monotonic())
                raise KeyboardInterrupt

    when: list[float] = []
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert time.monotonic() - when[0] < 3.0
    wait_for(lambda: not cluster.scheduler.tasks)
    begun = len(list(tmp_path.iterdir()))
    assert begun < 20
    time.sleep(0.7)
    assert len(list(tmp_path.iterdir())) == begun


def test_what_parley_says_no_to_arrives_as_it_was_said(model: Model, address: str) -> None:
    with pytest.raises(SolveError, match=r"^draw 3 cannot be solved. Widen it.$") as raised, Workers(model, 1, address) as w:
        list(w.each(Failing(), [(3, ())]))
    assert raised.value.complaints[0].hint == "Widen it."


def test_a_draw_that_takes_down_every_worker_is_named(model: Model, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "TAKEN_BACK", 1)
    with pytest.raises(InferenceError, match=r"draw 7 was lost, 2 times over .out of memory"), Workers(model, 1, address) as w:
        list(w.each(Fatal(), [(7, ())]))


def test_a_model_that_all_workers_lost_is_sent_again(model: Model, cluster, address: str, tmp_path: Path) -> None:
    found = {}
    with Workers(model, 1, address) as workers:
        for index, table in workers.each(Slow(tmp_path), [(k, ()) for k in range(8)]):
            if not found:
                for nanny in cluster.workers.values():
                    os.kill(nanny.pid, signal.SIGKILL)
            found[index] = int(table["index"])
    assert found == {k: k for k in range(8)}


def test_other_software_is_refused_in_one_line(model: Model, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "_ours", lambda: {"openparley": "0.0", "numpy": np.__version__})
    with (
        pytest.raises(InferenceError, match=r"does not run what runs here: .* has openparley \S+ \(here 0.0\)") as raised,
        Workers(model, 1, address) as w,
    ):
        list(w.each(Failing(), [(0, ())]))
    assert len(str(raised.value).splitlines()) == 1
    assert "numpy" not in str(raised.value)


def test_an_address_where_nobody_answers_is_one_line(model: Model, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        with (
            pytest.raises(InferenceError, match=r"^no Dask scheduler answers at “tcp://127") as raised,
            Workers(model, 1, address) as workers,
        ):
            list(workers.each(Failing(), [(0, ())]))
    assert time.monotonic() - began < 2 * cluster_module.ANSWER_SECONDS
    assert len(str(raised.value).splitlines()) == 1
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


def test_finished_draws_need_no_cluster(model: Model, finished: tuple[Run, Path]) -> None:
    with Workers(model, scheduler="tcp://127.0.0.1:1") as workers:
        assert same(run_draws(model, ENGINE, {"print": Fingerprint()}, checkpoint=finished[1], workers=workers), finished[0])


def test_without_dask_the_extra_is_named(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InferenceError, match=r'pip install "openparley\[cluster\]"'):
        list(Cluster(model, "tcp://127.0.0.1:1").each(Failing(), [(0, ())]))
