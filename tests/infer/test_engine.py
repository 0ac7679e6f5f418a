"""Running the draws: processes, checkpoints, and what a stop leaves."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from openparley.infer import engine as engine_module
from openparley.infer.draw import Drawn, Table, work
from openparley.infer.engine import PriorSampling, Run, run_draws
from openparley.infer.model import Model, build_model
from openparley.infer.summary import summarise
from openparley.record.case import open_case
from openparley.solve.belief_grid import BeliefGrid

DRAWS = 4
COARSE = BeliefGrid(nodes=3, tolerance=1e-3)
ENGINE = PriorSampling(draws=DRAWS, grid=COARSE, processes=1)
EXACT = 1e-12


@dataclass(frozen=True)
class Fingerprint:
    """A task of a draw that shows which stream of random numbers it had."""

    def __call__(self, drawn: Drawn) -> Table:
        return {"index": np.array(drawn.index), "residue": np.random.default_rng([drawn.seed, drawn.index]).random(2)}


TASKS = {"print": Fingerprint()}


@pytest.fixture(scope="module")
def model() -> Model:
    whole = build_model(open_case("strait-talks"))
    return replace(whole, rounds=14, calendar=whole.calendar[:14])


@pytest.fixture(scope="module")
def finished(model: Model, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    folder = tmp_path_factory.mktemp("draws")
    return run_draws(model, ENGINE, TASKS, checkpoint=folder), folder


def same(one: Run, two: Run) -> bool:
    return all(
        a.keys() == b.keys() and all(np.array_equal(a[key], b[key], equal_nan=True) for key in a)
        for a, b in zip(one.tables, two.tables, strict=True)
    )


def never(*arguments: object) -> Table:
    raise AssertionError("a finished draw was computed again")


def test_two_processes_give_what_one_gives_bit_for_bit(model: Model, finished: tuple[Run, Path]) -> None:
    again = run_draws(model, replace(ENGINE, processes=2), TASKS)
    assert same(again, finished[0])
    assert all((again.values[key] == finished[0].values[key]).all() for key in again.values)


def test_another_seed_gives_other_numbers(model: Model, finished: tuple[Run, Path]) -> None:
    values = run_draws(model, replace(ENGINE, draws=1, seed=1), {}).values
    assert any(values[key][0] != finished[0].values[key][0] for key in values)


def test_tasks_keep_their_arrays_under_their_name(finished: tuple[Run, Path]) -> None:
    for k, table in enumerate(finished[0].tables):
        assert int(table["print.index"]) == k
        assert table["print.residue"].shape == (2,)


def test_finished_draws_are_not_computed_again(model: Model, finished: tuple[Run, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    run, folder = finished
    assert sorted(path.name for path in folder.iterdir()) == [f"draw-{k:05d}.npz" for k in range(DRAWS)]
    monkeypatch.setattr(engine_module, "work", never)
    shown: list[tuple[int, int]] = []
    again = run_draws(model, ENGINE, TASKS, checkpoint=folder, progress=lambda done, total: shown.append((done, total)))
    assert same(again, run)
    assert shown == [(DRAWS, DRAWS)]


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
    again = run_draws(model, ENGINE, TASKS, checkpoint=mine, progress=lambda done, _: shown.append(done))
    assert asked == [2]
    assert shown == [DRAWS - 1, DRAWS]
    assert same(again, run)
    assert torn.read_bytes() == (folder / torn.name).read_bytes()


def test_no_cut_of_a_draws_file_is_taken_for_whole(finished: tuple[Run, Path], tmp_path: Path) -> None:
    whole = (finished[1] / "draw-00001.npz").read_bytes()
    path = tmp_path / "draw-00001.npz"
    for size in [0, 1, 2, 30, *range(100, len(whole), 997), len(whole) - 1]:
        path.write_bytes(whole[:size])
        assert engine_module._load(tmp_path, 1) is None, size


def test_a_changed_byte_of_a_draws_file_is_noticed(finished: tuple[Run, Path], tmp_path: Path) -> None:
    whole = (finished[1] / "draw-00001.npz").read_bytes()
    path = tmp_path / "draw-00001.npz"
    original = engine_module._load(finished[1], 1)
    assert original is not None
    for at in range(0, len(whole), 501):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
        found = engine_module._load(tmp_path, 1)
        assert found is None or all(np.array_equal(found[key], original[key], equal_nan=True) for key in original), at


def test_progress_counts_every_draw(model: Model) -> None:
    shown: list[tuple[int, int]] = []
    run_draws(model, ENGINE, {}, progress=lambda done, total: shown.append((done, total)))
    assert shown == [(k, DRAWS) for k in range(1, DRAWS + 1)]


def test_an_interrupt_keeps_what_is_done(model: Model, finished: tuple[Run, Path], tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_draws(model, ENGINE, TASKS, checkpoint=tmp_path, progress=stop)
    kept = sorted(path.name for path in tmp_path.glob("draw-*.npz"))
    assert len(kept) == 2
    assert same(run_draws(model, ENGINE, TASKS, checkpoint=tmp_path), finished[0])


def test_summary_is_shares_and_weights_follow_the_evidence(model: Model, finished: tuple[Run, Path]) -> None:
    run = finished[0]
    found = summarise(model, run, ENGINE)
    evidence = np.array([table["log_evidence"][-1] for table in run.tables])
    assert np.log(found.weights) - np.log(found.weights[0]) == pytest.approx(evidence - evidence[0], abs=1e-9)
    for actor, path in found.accounts.items():
        assert path.labels == (*model.types[actor], "none")
        assert path.share.sum(1) == pytest.approx(1, abs=EXACT)
        assert sum(path.prior.values()) == pytest.approx(1, abs=EXACT)
        assert (path.low <= path.high).all()
        assert [path.now[label].value for label in path.labels] == pytest.approx(path.share[-1], abs=EXACT)


def test_summary_by_hand(model: Model, finished: tuple[Run, Path]) -> None:
    """The share of one account after one round, from the tables."""
    run = finished[0]
    found = summarise(model, run, ENGINE)
    t, k = 4, 1
    weights = np.exp([table["log_evidence"][t] for table in run.tables])
    kinds = run.tables[0]["world_types"][:, model.uncertain.index("mediator")]
    shares = [table["world_share"][t][kinds == k].sum() for table in run.tables]
    assert found.accounts["mediator"].share[t, k] == pytest.approx(np.average(shares, weights=weights), abs=EXACT)


def test_a_moves_odds_average_over_accounts_to_its_prediction(model: Model, finished: tuple[Run, Path]) -> None:
    run = finished[0]
    found = summarise(model, run, ENGINE)
    assert [move.entries for move in found.moves if move.actor == "mediator"] == [
        r.entries for r in model.observed.reports if r.actor == "mediator"
    ]
    evidence = np.array([table["log_evidence"] for table in run.tables])
    for i, move in enumerate(found.moves):
        assert 0 < move.predictive_prob < 1
        if not move.prob_by_account:
            continue
        weights = np.exp(evidence[:, move.round - 1] - evidence[:, move.round - 1].max())
        kinds = run.tables[0]["world_types"][:, model.uncertain.index(move.actor)]
        labels = [*enumerate(model.types[move.actor]), (-1, "none")]
        mass = [
            sum(w * table["sighting_reported"][i][kinds == k].sum() for w, table in zip(weights, run.tables, strict=True))
            for k, _ in labels
        ]
        average = np.average([move.prob_by_account[label] for _, label in labels], weights=mass)
        assert move.predictive_prob == pytest.approx(average, abs=1e-9)
        assert move.log_evidence == pytest.approx({label: np.log(p) for label, p in move.prob_by_account.items()})


def test_few_draws_are_read_as_ranges(model: Model, finished: tuple[Run, Path]) -> None:
    found = summarise(model, finished[0], ENGINE)
    assert found.diagnostics.odds_as_range
    assert "read account odds as ranges" in found.status
    assert found.diagnostics.draws == DRAWS
    assert 1 <= found.diagnostics.effective_draws <= DRAWS
