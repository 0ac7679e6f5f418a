"""The prequential backtest: scores beside sums by hand and the filter's own, and nothing in them of what came later."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from openparley.forecast.backtest import BASELINES, PREDICTORS, CaseScores, ScoredMove, backtest, case_scores, losses, markov, pool, scored
from openparley.forecast.prequential import Plan, Prequential, plan_of
from openparley.game.dispute_game import DisputeGame
from openparley.infer.draw import Drawn, Table
from openparley.infer.engine import AdaptiveImportance, Run
from openparley.infer.filter import Filter
from openparley.infer.model import Model, build_model
from openparley.infer.observe import Report
from openparley.record.case import Case, open_case
from openparley.record.chronology import Row
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid
from tests.record.test_chronology import course

CLOSED_FORM = 1e-12
GRID = BeliefGrid(nodes=3, tolerance=1e-3)
DRAWS = 2
COURSE = (
    (0, "sender", "threaten"), (0, "target", "resist"), (1, "sender", "impose"), (2, "target", "endure"), (4, "sender", "lift"),
    (5, "sender", "threaten"), (5, "target", "resist"), (6, "sender", "back_down"), (8, "sender", "threaten"), (8, "target", "concede"),
)  # fmt: skip
LAST = max(t for t, _, _ in COURSE)


def rows_of(moves: tuple[tuple[int, str, str], ...]) -> tuple[str, ...]:
    """Rows on the Wednesday of each fortnight for the sender, the Friday after for the target."""
    days = [date.fromordinal(date(2025, 1, 8).toordinal() + 14 * t + 2 * (actor == "target")) for t, actor, _ in moves]
    return tuple(
        f"M{n:03d},{day},{day},{actor},{move},It happens.,A Book (2025),checked,yes,"
        for n, (day, (_, actor, move)) in enumerate(zip(days, moves, strict=True), start=1)
    )


def sanctions(folder: Path, moves: tuple[tuple[int, str, str], ...] = COURSE, *, documents: bool = False) -> Case:
    path = course(folder, rows_of(moves), documents=documents)
    toml = path / "case.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("cutoff = 2025-01-31", "cutoff = 2025-05-15"), encoding="utf-8")
    return open_case(path)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return sanctions(tmp_path_factory.mktemp("backtest") / "mine")


@pytest.fixture(scope="module")
def model(case: Case) -> Model:
    return build_model(case)


@pytest.fixture(scope="module")
def solved(model: Model) -> list[Drawn]:
    """A few draws with their tables, which do not depend on the record."""
    rng = np.random.default_rng(5)
    found = []
    for k in range(DRAWS):
        draw = {row.id: float(row.low + rng.random() * (row.high - row.low)) for row in model.assumptions}
        parameters, told = model.parameters(draw), model.reporting(draw)
        behaviour = solve_belief_grid(DisputeGame(model.positions, parameters, model.rounds, model.dispute(parameters)), GRID).behaviour
        found.append(Drawn(model, k, 1, parameters, told, behaviour, Filter(model, behaviour, told).run(), GRID))
    return found


def with_course(case: Case, rows: dict[str, Row]) -> Case:
    return replace(case, course=rows)


def scores_of(case: Case, solved: list[Drawn]) -> tuple[ScoredMove, ...]:
    """Scores of a case that differs from the usual one in its record alone."""
    model = build_model(case)
    plan = plan_of(case, model.observed, steps=model.positions.steps, today=model.today)
    tables: list[Table] = [
        {f"backtest.{key}": value for key, value in Prequential(plan)(replace(drawn, model=model)).items()} for drawn in solved
    ]
    return scored(model, plan, Run({}, tuple(tables), np.zeros(len(tables))))


# scores


def two_draws(log_weight: list[list[float]], reported: list[list[float]], rows: list[list[list[float]]]) -> Run:
    """A run of two draws whose predictions of two moves are written out; the baselines are alike in both."""
    even = np.full((len(rows[0]), 6), 1 / 6)
    tables = [
        {
            "backtest.log_weight": np.array(log_weight[k]),
            "backtest.reported": np.array(reported[k]),
            "backtest.model": np.array(rows[k]),
            "backtest.uniform": even,
            "backtest.frequency": even,
        }
        for k in range(2)
    ]
    return Run({}, tuple(tables), np.zeros(2))


def test_scores_are_those_worked_out_by_hand(model: Model) -> None:
    targets = (Report(0, "sender", "threaten", ("M001",)), Report(1, "sender", "impose", ("M002",)))
    plan = Plan(targets, (targets[:1], targets))
    moves = model.layout.moves["sender"]
    first, second = moves.index("threaten"), moves.index("impose")

    def row(at: int, prob: float) -> list[float]:
        return [prob if i == at else (1 - prob) / 5 for i in range(6)]

    rows = [[row(first, 0.9), row(second, 0.5)], [row(first, 0.3), row(second, 0.2)]]
    run = two_draws([[0.0, np.log(0.3)], [0.0, np.log(0.1)]], [[0.5, 0.4], [0.25, 0.8]], rows)
    one, two = scored(model, plan, run)
    # even weights, then 3 to 1; each times the chance that anything is reported: 2 to 1, then 3 to 2
    p_one, p_two = (2 * 0.9 + 0.3) / 3, (3 * 0.5 + 2 * 0.2) / 5
    assert one.prob("model") == pytest.approx(p_one, abs=CLOSED_FORM)
    assert two.log_score["model"] == pytest.approx(np.log(p_two), abs=CLOSED_FORM)
    assert two.brier["model"] == pytest.approx((1 - p_two) ** 2 + (1 - p_two) ** 2 / 5, abs=CLOSED_FORM)
    assert two.effective_draws == pytest.approx(1 / (0.75**2 + 0.25**2))
    # half a report an option, and nothing has followed a threat before
    assert two.prob("markov") == pytest.approx(1 / 6)


def test_the_markov_chain_counts_what_followed_the_last_move() -> None:
    said = [Report(t, "a", move, ()) for t, move in enumerate("xyxyxx")]
    found = markov([*said, Report(6, "b", "y", ())], "a", ("x", "y", "z"), np.array([0.5, 0.3, 0.2]))
    # after x came y, y, x; half a report for each of three moves is spread by frequency
    np.testing.assert_allclose(found, [(1 + 0.75) / 4.5, (2 + 0.45) / 4.5, 0.3 / 4.5], rtol=0, atol=CLOSED_FORM)


def test_a_draw_by_itself_predicts_as_the_filter_does(case: Case, solved: list[Drawn]) -> None:
    """With one draw there are no weights, and the filter's own sightings are a second route to every number."""
    for drawn in solved:
        for move, sighting in zip(scores_of(case, [drawn]), drawn.filtered.sightings, strict=True):
            assert (move.round, move.actor, move.move) == (sighting.round, sighting.actor, sighting.move)
            weight = sighting.world_reported
            assert move.prob("model") == pytest.approx(float(weight @ sighting.world_prob / weight.sum()), abs=CLOSED_FORM)
            assert move.prob("uniform") == pytest.approx(sighting.uniform_prob, abs=CLOSED_FORM)
            assert move.prob("frequency") == pytest.approx(sighting.frequency_prob, abs=CLOSED_FORM)
            for predictor in PREDICTORS:
                assert sum(move.probs[predictor].values()) == pytest.approx(1.0, abs=CLOSED_FORM)


def test_the_monte_carlo_error_is_that_of_a_jackknife(case: Case, model: Model) -> None:
    """Two draws of even weight, of which the jackknife leaves out each in turn."""
    target = Report(0, "sender", "threaten", ("M001",))
    at = model.layout.moves["sender"].index("threaten")
    rows = [[[0.9 if i == at else 0.02 for i in range(6)]], [[0.3 if i == at else 0.14 for i in range(6)]]]
    found = case_scores(case, model, Plan((target,), ((target,),)), two_draws([[0.0], [0.0]], [[1.0], [1.0]], rows))
    assert found.moves[0].prob("model") == pytest.approx(0.6)
    # (groups − 1) / groups Σ (value − mean)² with two groups is half the square of half the difference, twice
    assert found.error("log_score") == pytest.approx(abs(np.log(0.9) - np.log(0.3)) / 2)
    assert pool([replace(found, pooled=True)] * 2).error("log_score") == pytest.approx(found.error("log_score") / np.sqrt(2))


# nothing of what came later


def later_changed(case: Case, t: int) -> Iterator[Case]:
    """The record with everything after a round gone, and with everything after it another move."""
    kept = {key: row for key, row in case.course.items() if (case.file.round_of(row.date) or 0) <= t}
    yield with_course(case, kept)
    other = {"sender": "hold", "target": "wait"}
    changed = {key: row if key in kept else row.model_copy(update={"move": other[row.actor]}) for key, row in case.course.items()}
    yield with_course(case, changed)


@pytest.mark.parametrize("t", range(LAST + 1))
def test_later_rows_leave_every_score_up_to_then_as_it_was(case: Case, solved: list[Drawn], t: int) -> None:
    whole = [move for move in scores_of(case, solved) if move.round <= t]
    for changed in later_changed(case, t):
        assert [move for move in scores_of(changed, solved) if move.round <= t] == whole


def test_an_earlier_row_does_change_later_scores(case: Case, solved: list[Drawn]) -> None:
    """Or the property above would hold of a predictor that reads nothing."""
    without = with_course(case, {key: row for key, row in case.course.items() if key != "M001"})
    before, after = ({move.rows: move for move in scores_of(one, solved)} for one in (case, without))
    assert all(before[rows].probs["model"] != after[rows].probs["model"] for rows in after if after[rows].actor == "sender")


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Two entries about round 0 from a source of round 4, and a course of moves from round 1 on."""
    case = sanctions(tmp_path_factory.mktemp("late") / "mine", COURSE[2:], documents=True)
    source = case.sources["S01"].model_copy(update={"published": date(2025, 3, 10)})
    return replace(case, sources={"S01": source})


def test_a_source_published_later_changes_no_earlier_score(late: Case, solved: list[Drawn]) -> None:
    assert late.file.round_of(date(2025, 3, 10)) == 4
    unread = replace(late, entries={}, sources={})
    without = {move.rows: move for move in scores_of(unread, solved)}
    for move in scores_of(late, solved):
        if move.round == 0:
            assert move.rows in (("C001",), ("E001",))  # foreseen, or not, from nothing
        elif move.round < 4:
            assert move == without[move.rows]
        else:
            assert move.probs["model"] != without[move.rows].probs["model"]


def test_a_replay_is_a_pass_over_the_record_as_it_was_known(late: Case, solved: list[Drawn]) -> None:
    """From the round in which the source is out, every score is that of the record in which it was never late."""
    never_late = replace(late, sources={"S01": late.sources["S01"].model_copy(update={"published": date(2025, 1, 17)})})
    prompt = {move.rows: move for move in scores_of(never_late, solved)}
    assert [move for move in scores_of(late, solved) if move.round >= 4] == [move for move in prompt.values() if move.round >= 4]


def test_a_source_without_a_day_is_known_from_the_cutoff_on(late: Case) -> None:
    undated = replace(late, sources={"S01": late.sources["S01"].model_copy(update={"published": None})})
    model = build_model(undated)
    plan = plan_of(undated, model.observed, steps=model.positions.steps, today=model.today)
    assert all(report.round > 0 for known in plan.known for report in known)


def test_a_course_and_entries_that_report_the_same_moves_are_one_record(tmp_path: Path, solved: list[Drawn]) -> None:
    as_course = sanctions(tmp_path / "course", COURSE[:2])
    as_entries = replace(sanctions(tmp_path / "entries", COURSE[:2], documents=True), course={})
    one, two = build_model(as_course), build_model(as_entries)
    assert [(r.round, r.actor, r.move) for r in one.observed.reports] == [(r.round, r.actor, r.move) for r in two.observed.reports]
    assert [r.entries for r in two.observed.reports] == [("C001",), ("E001",)]
    for drawn in solved:
        a, b = (Filter(model, drawn.behaviour, drawn.reporting).run() for model in (one, two))
        np.testing.assert_array_equal(a.log_evidence, b.log_evidence)
        np.testing.assert_array_equal(a.world_share, b.world_share)


# the pool


def made(name: str, count: int, *, pooled: bool = True) -> CaseScores:
    """A case in which the model gives every move 0.5 and the baselines 0.25 of four."""
    good, bad = {"a": 0.5, "b": 0.5, "c": 0.0, "d": 0.0}, dict.fromkeys("abcd", 0.25)
    moves = tuple(
        ScoredMove(
            name, t, date(2025, 1, 6), "sender", "a", (f"M{t:03d}",), {"model": good, **dict.fromkeys(BASELINES, bad)},
            {"model": np.log(0.5), **dict.fromkeys(BASELINES, np.log(0.25))}, {"model": 0.5, **dict.fromkeys(BASELINES, 0.75)}, 2.0,
        )
        for t in range(count)
    )  # fmt: skip
    return CaseScores(name, name, pooled, 8, moves)


def test_invented_cases_and_cases_without_moves_never_enter_the_pool() -> None:
    found = pool([made("real", 3), made("invented", 50, pooled=False), made("empty", 0)])
    assert [case.case for case in found.cases] == ["real"]
    assert sum(bin_.count for bin_ in found.calibration()) == 3 * 4


def test_in_the_pool_each_case_counts_once() -> None:
    worse = made("worse", 1)
    worse = replace(worse, moves=(replace(worse.moves[0], log_score={**worse.moves[0].log_score, "model": np.log(0.1)}),))
    found = pool([made("better", 39), worse])
    assert found.mean("log_score", "model") == pytest.approx((np.log(0.5) + np.log(0.1)) / 2)
    assert found.interval("log_score", "uniform", 1) is None
    assert len(found.moves) == 40


def test_there_is_no_interval_under_thirty_moves() -> None:
    assert made("short", 29).interval("brier", "uniform", 1) is None
    low, high = made("long", 30).interval("brier", "uniform", 1) or (0.0, 0.0)
    assert low == pytest.approx(1 / 3) == high  # every move alike


def test_calibration_counts_every_move_of_every_menu() -> None:
    bins = pool([made("real", 10)]).calibration()
    assert [(bin_.count, bin_.share_happened) for bin_ in bins if bin_.count] == [(20, 0.0), (20, 0.5)]


def test_losses_add_up_to_what_the_best_baseline_is_ahead(case: Case, solved: list[Drawn]) -> None:
    moves = scores_of(case, solved)
    best = max(BASELINES, key=lambda name: sum(move.log_score[name] for move in moves))
    ahead = sum(move.log_score[best] - move.log_score["model"] for move in moves)
    for by_move in (False, True):
        rows = losses(moves, by_move=by_move)
        assert sum(float(row["lost"]) for row in rows) == pytest.approx(ahead)
        assert sum(int(row["moves"]) for row in rows) == len(moves)
        assert [row["lost"] for row in rows] == sorted((row["lost"] for row in rows), reverse=True)


# runs


def test_a_stopped_backtest_goes_on_from_its_draws_and_gives_the_same(case: Case, tmp_path: Path) -> None:
    engine = AdaptiveImportance(draws=3, processes=1, grid=GRID)
    whole = backtest(case, tmp_path / "whole", engine=engine)
    backtest(case, tmp_path / "stopped", engine=engine)
    folder = next((tmp_path / "stopped").iterdir())
    (folder / "draw-00001.npz").unlink()
    (folder / "draw-00002.npz").write_bytes(b"torn")
    said: list[int] = []
    again = backtest(case, tmp_path / "stopped", engine=engine, progress=lambda stage, done, total: said.append(done))
    assert said[0] == 1
    assert again == whole


@pytest.mark.long
def test_the_historical_cases_are_scored_to_their_end(tmp_path: Path) -> None:
    for name in ("dayton-1995", "falklands-1982", "iran-2013", "kosovo-1998"):
        case = open_case(name)
        found = backtest(case, tmp_path, engine=AdaptiveImportance(draws=8, grid=GRID))
        assert len(found.moves) == sum(row.use == "yes" for row in case.course.values())
        assert all(np.isfinite(move.log_score["model"]) for move in found.moves)
        assert found.pooled
