"""What if, on a finished run of a small case: read back as it was, refused where the case differs, the same numbers again."""

import csv
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from openparley.errors import CaseError
from openparley.forecast.fitting import Fitted, fit
from openparley.forecast.following import OVERDUE, follow, read_indicators, write_indicators
from openparley.forecast.hinges import hinge_tables, read_hinges
from openparley.forecast.indicators import LOOKOUT, WINDOW
from openparley.forecast.runs import read_run
from openparley.forecast.telling import tells
from openparley.forecast.watching import watch_run
from openparley.forecast.whatif import Resumption, WhatIf, resume, what_if, write_whatif
from openparley.infer.engine import AdaptiveImportance
from openparley.record.case import Case, open_case
from tests.forecast.test_backtest import sanctions

DRAWS, FUTURES = 10, 64
Ready = tuple[Case, Fitted, Resumption]


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    case = sanctions(tmp_path_factory.mktemp("whatif") / "mine")
    engine = AdaptiveImportance(draws=DRAWS, fine=0, processes=1)
    fitted = fit(case, case.root / "runs", engine=engine, futures=FUTURES, lever_draws=0)
    return case, fitted, resume(case, read_run(fitted.folder))


def pulled(resumed: Resumption, *levers: str, most: int = 4, as_one: bool = False) -> WhatIf:
    return what_if(resumed, levers, as_one=as_one, most=most, processes=1)


def test_a_run_is_read_back_as_it_was(ready: Ready) -> None:
    _, fitted, resumed = ready
    assert np.array_equal(resumed.weights, fitted.posterior.weights)
    for key, column in fitted.posterior.draws.items():
        assert np.array_equal(resumed.run.values[key], column)
    assert resumed.engine.seed == fitted.posterior.settings["seed"]
    assert not resumed.notes
    found = pulled(resumed, "sender.hold")
    for lever in found.levers.values():
        for key, effect in lever.effects.items():
            assert effect.without == fitted.forecast.outcomes[key].at_horizon


def test_what_changes_nothing_is_no_difference_and_what_changes_much_is_one(ready: Ready) -> None:
    resumed = ready[2]
    idle = "propensity.target.wait=3"  # where it waits there is nothing else to do
    found = pulled(resumed, idle, "target.concede", most=DRAWS)
    for effect in found.levers[idle].effects.values():
        zero = effect.difference
        assert (zero.value, zero.low, zero.high, zero.mcse) == (0, 0, 0, 0)
        assert not tells(zero)
    assert not any(tells(gain) for gain in found.levers[idle].gains.values())
    assert any(tells(effect.difference) for effect in found.levers["target.concede"].effects.values())
    assert (found.levers[idle].pulls, found.levers["target.concede"].pulls) == ("motive", "forced_move")


def test_the_same_again_from_the_files_alone_and_finished_draws_are_kept(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    case, fitted, resumed = ready
    first = pulled(resumed, "sender.impose", "threat_binds", as_one=True)
    paths = write_whatif(first)
    data = json.loads(paths[1].read_text(encoding="utf-8"))
    assert list(data["levers"]) == ["sender.impose+threat_binds"]
    assert data["run"] == fitted.folder.name
    rows = list(csv.DictReader(paths[0].read_text(encoding="utf-8").splitlines()))
    assert {row["column"] for row in rows} >= {"without", "with_lever", "difference"}

    def never(*_: object) -> None:
        raise AssertionError("solved again")

    monkeypatch.setattr("openparley.forecast.levers.solve_belief_grid", never)
    again = pulled(resume(open_case(case.root), read_run(fitted.folder)), "sender.impose", "threat_binds", as_one=True)
    assert again.levers == first.levers


def test_a_case_that_changed_in_what_matters_is_refused_and_named(ready: Ready) -> None:
    case, fitted, _ = ready
    toml = case.root / "case.toml"
    text = toml.read_text(encoding="utf-8")
    assumption = case.file.assumptions[0]
    finished = read_run(fitted.folder)
    try:
        toml.write_text(text.replace(f'title = "{case.file.title}"', 'title = "Another title"'), encoding="utf-8")
        assert resume(open_case(case.root), finished).notes == ("Changed since the run, in nothing that its numbers depend on: case.toml.",)
        rows = (assumption.model_copy(update={"high": assumption.high + 1}), *case.file.assumptions[1:])
        changed = case.file.model_copy(update={"assumptions": rows})
        with pytest.raises(CaseError, match=f"the assumption {assumption.id}"):
            resume(replace(case, file=changed), finished)
    finally:
        toml.write_text(text, encoding="utf-8")


def test_other_software_must_play_the_same_futures(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    resumed = ready[2]
    monkeypatch.setattr("openparley.forecast.whatif.software", lambda: {"code": "another"})
    notes = pulled(resumed, "sender.hold").notes
    assert "came out the same" in notes[0]
    for table in resumed.run.tables:
        monkeypatch.setitem(table, "futures.first", table["futures.first"] + 1)
    with pytest.raises(CaseError, match="plays the same futures differently"):
        pulled(resumed, "sender.keep")


def test_lost_draws_and_another_case_are_told(ready: Ready, tmp_path: Path) -> None:
    case, fitted, _ = ready
    finished = read_run(fitted.folder)
    other = case.file.model_copy(update={"name": "other"})
    with pytest.raises(CaseError, match="is of the case"):
        resume(replace(case, file=other), finished)
    lost = fitted.folder / "draws" / "draw-00003.npz"
    lost.rename(tmp_path / "kept.npz")
    try:
        with pytest.raises(CaseError, match="1 of 10 draws"):
            resume(case, finished)
    finally:
        (tmp_path / "kept.npz").rename(lost)


def test_indicators_of_a_run_are_written_and_read_back(ready: Ready) -> None:
    case, _, resumed = ready
    found = watch_run(resumed, 3, most=4, processes=1)
    assert found.indicators
    assert all(row.gain > 0 and row.null > 0 for row in found.indicators)
    assert {row.by for row in found.indicators} == {found.indicators[0].by}
    paths = write_indicators(found)
    assert len(list(csv.DictReader(paths[0].read_text(encoding="utf-8").splitlines()))) >= len(found.indicators)
    since, rows = read_indicators(paths[1])
    assert (since, tuple(rows)) == (found.since, found.indicators)
    late = replace(case, file=case.file.model_copy(update={"cutoff": rows[0].by + timedelta(days=1)}))
    silent = follow(late, resumed.model, [("old", since, rows)])
    assert {old.state for old in silent} == {OVERDUE}
    assert all(value <= 0 for old in silent for value in old.charged.values())


def test_what_a_run_watches_by_itself_is_what_solving_again_finds(ready: Ready) -> None:
    _, fitted, resumed = ready
    kept = watch_run(resumed, WINDOW, most=4, processes=1)
    assert kept.indicators == fitted.forecast.indicators
    assert read_indicators(fitted.folder / "indicators.json")[1] == list(kept.indicators)
    without = [{key: array for key, array in table.items() if not key.startswith(LOOKOUT)} for table in resumed.run.tables]
    again = watch_run(replace(resumed, run=replace(resumed.run, tables=tuple(without))), WINDOW, most=DRAWS, processes=1)
    for one, other in zip(again.indicators, kept.indicators, strict=True):
        assert (one.actor, one.move, one.between) == (other.actor, other.move, other.between)
        assert one.gain == pytest.approx(other.gain, abs=1e-3)


def test_a_run_says_what_its_headline_hinges_on_when_asked_for_a_brief(ready: Ready, tmp_path: Path) -> None:
    case, fitted, _ = ready
    engine = AdaptiveImportance(draws=20, fine=0, processes=1)
    whole = fit(case, tmp_path, engine=engine, futures=FUTURES, lever_draws=0, edges=(0.2, 0.5))
    assert fitted.forecast.hinges is None
    assert whole.forecast.hinges is not None
    assert whole.forecast.hinges.solves == 0
    assert hinge_tables(read_hinges(whole.folder / "hinges.json")) == hinge_tables(whole.forecast.hinges)
    again = fit(case, tmp_path, engine=engine, futures=FUTURES, lever_draws=0, edges=(0.2, 0.5))
    assert again.forecast.hinges is not None
    assert hinge_tables(again.forecast.hinges) == hinge_tables(whole.forecast.hinges)
    few = fit(case, tmp_path, engine=replace(engine, draws=DRAWS), futures=FUTURES, lever_draws=0, edges=())
    assert few.forecast.hinges is None
