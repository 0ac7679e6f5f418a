"""Setting an assumption: emulated beside solved; the flip test beside brute force on a game solved in milliseconds."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtri

from openparley.errors import ParameterError
from openparley.forecast import flip
from openparley.forecast.at_value import SolveAt, Solver, Standing, coordinate, emulated, standing
from openparley.forecast.flip import FLIP_COLUMNS, band_of, flip_rows, flip_test, positions_of
from openparley.forecast.futures import NEVER, Futures
from openparley.forecast.hinges import find_hinges, hinge_tables
from openparley.forecast.predicting import PREFIX
from openparley.forecast.tornado import TORNADO_COLUMNS, tornado, tornado_rows
from openparley.infer.engine import AdaptiveImportance, run_draws
from openparley.infer.model import Model
from openparley.infer.observe import Observed, Report
from openparley.infer.prior import quantile
from openparley.infer.weights import normalised, pareto_smoothed
from openparley.infer.workers import Workers
from tests.infer.calibrating import GRID, SHORT, sanctions_model

DRAWS, FUTURES, SEED = 16, 32, 11
ENGINE = AdaptiveImportance(draws=DRAWS, seed=SEED, grid=GRID, fine=0, processes=1)
OUTCOME = "concession"
FREE = ("propensity-target-concede", "weight-sender-concession")


def small() -> Model:
    """The threat of sanctions with two free assumptions and a record of three reports."""
    model = sanctions_model(SHORT, rounds=6, today=3)
    rows = tuple(row if row.id in FREE else row.model_copy(update={"distribution": "fixed"}) for row in model.assumptions)
    told = (
        Report(0, "sender", "threaten", ("E1",), ()),
        Report(1, "target", "resist", ("E2",), ()),
        Report(2, "sender", "hold", ("E3",), ()),
    )
    moves = model.layout.moves
    told = tuple(report for report in told if report.move in moves[report.actor])
    assert len(told) >= 2
    return replace(model, assumptions=rows, observed=Observed(told, {}, {}))


@pytest.fixture(scope="module")
def found() -> Standing:
    model = small()
    run = run_draws(model, ENGINE, {PREFIX: Futures(FUTURES)})
    weights = pareto_smoothed(normalised(run.log_evidence[:, -1] + run.log_ratio))[0]
    return standing(model, run, weights, OUTCOME, seed=SEED)


@pytest.fixture
def workers(found: Standing) -> Workers:
    return Workers(found.model, 1)


def brute(found: Standing, assumption: str, x: float) -> float:
    """Every draw solved with the assumption set, straight from the definition."""
    job, rates, evidence = SolveAt(SEED, GRID, FUTURES), [], []
    index = [row.id for row in found.model.outcomes].index(OUTCOME)
    for k in range(DRAWS):
        table = job(found.model, k, {**found.run.at(k), assumption: x})
        first = table["first"][:, index]
        rates.append(((first != NEVER) & (first < found.model.horizon)).mean())
        evidence.append(float(table["log_evidence"][0]))
    weights = pareto_smoothed(normalised(np.array(evidence) + found.run.log_ratio))[0]
    return float(weights @ np.array(rates))


def test_the_job_at_a_draws_own_values_is_the_draw(found: Standing) -> None:
    for k in (0, 5):
        table = SolveAt(SEED, GRID, FUTURES)(found.model, k, found.run.at(k))
        assert table["log_evidence"][0] == found.evidence[k]
        assert np.array_equal(table["first"], found.run.tables[k][f"{PREFIX}.first"])


def test_parts_add_up_and_all_draws_solved_are_brute_force(found: Standing, workers: Workers) -> None:
    solver = Solver(found, ENGINE, workers, DRAWS)
    row = found.assumption(FREE[0])
    at = solver.at(row.id, row.high)
    assert found.assumption(FREE[0]).high == at.x
    assert at.forecast == pytest.approx(brute(found, row.id, row.high), abs=1e-12)
    assert found.base + at.direct + at.via_weights == pytest.approx(at.forecast, abs=1e-12)
    assert at.draws == DRAWS == solver.solves
    assert at.error > 0


def test_a_sample_of_draws_is_near_all_of_them(found: Standing, workers: Workers) -> None:
    row = found.assumption(FREE[0])
    whole, part = (Solver(found, ENGINE, workers, most).at(row.id, row.high) for most in (DRAWS, 8))
    assert part.draws <= 8
    assert abs(part.forecast - whole.forecast) < 4 * np.hypot(part.error, whole.error)
    assert part.verdict == pytest.approx(whole.verdict, abs=0.3)


def test_without_skill_the_emulators_say_that_nothing_changes(found: Standing) -> None:
    none = replace(found, of_rate=None, of_evidence=None)
    at = emulated(none, FREE[1], found.assumption(FREE[1]).high)
    assert at.forecast == pytest.approx(found.base, abs=1e-12)
    assert at.verdict == pytest.approx(0.0, abs=1e-12)


def test_a_value_has_the_coordinate_that_the_draws_give_it(found: Standing) -> None:
    row = found.assumption(FREE[0])
    for share in (0.05, 0.5, 0.9):
        x = float(quantile(row, np.array([share]))[0])
        assert coordinate(row, x) == pytest.approx(float(ndtri(share)), abs=1e-3)
    assert coordinate(row, row.low) == -coordinate(row, row.high) == -2.5


@pytest.mark.parametrize("steps", [4, pytest.param(20, marks=pytest.mark.long)])
def test_flips_agree_with_brute_force(steps: int, found: Standing, workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every place of every assumption solved in all draws, and the nearest that leaves the band looked up."""
    monkeypatch.setattr(flip, "STEPS", steps)
    places = {name: positions_of(row.low, row.likely, row.high) for name in FREE for row in (found.assumption(name),)}
    solver = Solver(found, ENGINE, workers, DRAWS)
    every = {
        name: np.array([solver.at(name, value(found, name, place)).forecast for place in places[name]]) for name in FREE
    }  # fmt: skip
    for edges in edges_about(found.base, every):
        band = band_of(found.base, edges)
        tested = flip_test(found, edges, solver, confirm=len(FREE), most_values=12)
        assert tested.band == band
        assert all(row.past_edge is None or row.past_edge >= 0 for row in tested.rows)
        assert {row.assumption for row in tested.rows} == set(FREE)
        exact = {}
        for row in tested.rows:
            out = np.array([band_of(forecast, edges) != band for forecast in every[row.assumption]])
            exact[row.assumption] = float(np.abs(places[row.assumption])[out].min()) if out.any() else None
            assert row.status == "confirmed"
            assert row.distance == exact[row.assumption], (row.assumption, edges)
        distances = [distance for distance in exact.values() if distance is not None]
        assert (tested.smallest.distance if tested.smallest else None) == min(distances, default=None)


def value(found: Standing, name: str, place: float) -> float:
    row = found.assumption(name)
    return float(np.clip(row.likely + place * (row.high - row.low), row.low, row.high))


def edges_about(base: float, every: dict[str, np.ndarray]) -> list[tuple[float, ...]]:
    """Bands of which the headline leaves one soon, one late and one never."""
    reach = max(float(np.abs(curve - base).max()) for curve in every.values())
    assert reach > 0.02
    return [(base - share * reach, base + share * reach) for share in (0.2, 0.7)] + [(base - 1.01 * reach, base + 1.01 * reach)]


def test_flips_that_nothing_solved_are_told_as_emulated(found: Standing) -> None:
    tested = flip_test(found, (found.base - 0.01, found.base + 0.01))
    assert {row.status for row in tested.rows} <= {"emulated", "none"}
    assert tested.smallest is None
    assert tested.solves == 0
    assert {len(row) for row in flip_rows(tested)} == {len(FLIP_COLUMNS)}


def test_the_tornado_is_sorted_and_confirms_the_widest(found: Standing, workers: Workers, tmp_path: Path) -> None:
    solver = Solver(found, ENGINE, workers, 8, tmp_path)
    wind = tornado(found, solver, confirm=1)
    assert [row.width for row in wind.rows] == sorted((row.width for row in wind.rows), reverse=True)
    assert [len(row.solved) for row in wind.rows] == [2, 0]
    assert wind.solves == solver.solves == len(list(tmp_path.glob("at-*.npz")))
    for emulation, real in zip((wind.rows[0].emulated[0], wind.rows[0].emulated[2]), wind.rows[0].solved, strict=True):
        assert abs(emulation.forecast - real.forecast) < 4 * real.error
    assert {len(row) for row in tornado_rows(wind)} == {len(TORNADO_COLUMNS)}
    again = Solver(found, ENGINE, workers, 8, tmp_path)
    assert tornado(found, again, confirm=1) == wind  # from the checkpoint


def test_the_stage_gives_every_table(found: Standing, workers: Workers) -> None:
    stages: list[str] = []
    hinges = find_hinges(
        found.model, found.run, ENGINE, found.weights, workers, outcome=OUTCOME, edges=(0.2, 0.5), confirm=0, solved_draws=4,
        progress=lambda stage, done, total: stages.append(stage),
    )  # fmt: skip
    assert hinges.solves == 0
    assert set(hinge_tables(hinges)) == {"variance_shares.csv", "correlation_ratios.csv", "tornado.csv", "flips.csv"}
    assert all(text.count("\n") >= 1 for text in hinge_tables(hinges).values())
    assert [shares.quantity for shares in hinges.shares] == [OUTCOME, "log_evidence"]
    assert stages


@pytest.mark.parametrize(("low", "likely", "high"), [(0.0, 0.3, 1.0), (-2.0, -2.0, 4.0), (1.0, 1.02, 1.04)])
def test_places_hold_both_ends_and_the_likely_value(low: float, likely: float, high: float) -> None:
    places = positions_of(low, likely, high)
    assert (np.diff(places) > 1e-9).all()
    assert 0.0 in places
    assert likely + places[[0, -1]] * (high - low) == pytest.approx([low, high])


def test_what_cannot_be_asked_is_refused(found: Standing) -> None:
    with pytest.raises(ParameterError, match="nothing to flip between"):
        flip_test(found, ())
    with pytest.raises(ParameterError, match="must ascend"):
        flip_test(found, (0.5, 0.2))
    with pytest.raises(ParameterError, match="no assumption “nonsense”"):
        emulated(found, "nonsense", 1.0)
    with pytest.raises(ParameterError, match="no outcome “peace”"):
        standing(found.model, found.run, found.weights, "peace", seed=1)
