"""Simulated futures beside all histories written out; levers that differ by the lever and not by the dice."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
import pytest

from openparley.forecast.futures import NEVER, Futures
from openparley.forecast.levers import PullLevers, start_of
from openparley.game.parameters import Parameters
from openparley.infer.draw import Drawn, Table, work
from openparley.infer.filter import Filter
from openparley.infer.model import Model, build_model
from openparley.infer.observe import Observed, Report
from openparley.record.case import open_case
from openparley.solve.belief_grid import BeliefGrid
from tests.infer.enumeration import Enumeration
from tests.infer.small_model import GRID, OUTCOMES, known_family, report, reporting, small_model, solved
from tests.solve.small_dispute import small_parameters

PARAMETERS = small_parameters()
ROUNDS = 3
COUNT = 20_000
MOST_SIGMAS = 4.0
GRID_ERROR = 1e-4  # between values read from the grid and all histories written out, in utils
SAMPLED = 1e-3  # how far 20,000 evenly spread futures are from the prior over accounts
SEED = 7

RECORDS: dict[str, tuple[Report, ...]] = {
    "nothing yet": (),
    "a threat": (report(0, "mediator", "threaten"), report(0, "party_a", "stall")),
    "in mid-round": (report(0, "party_a", "stall"), report(1, "mediator", "enforce")),
}
MATCHES = {
    "ceasefire": lambda whole, taken: whole.end == "ceasefire" and taken.label == "settle",
    "sanctions": lambda whole, taken: taken.label == "enforce",
    "lapse": lambda whole, taken: taken.label == "let_lapse",
}


@pytest.fixture(autouse=True)
def _family(monkeypatch: pytest.MonkeyPatch) -> None:
    known_family(monkeypatch)


def drawn(reports: tuple[Report, ...] = (), *, today: int, levers: tuple[str, ...] = (), parameters: Parameters = PARAMETERS) -> Drawn:
    model = small_model(parameters, reports, rounds=ROUNDS, today=today, levers=levers)
    behaviour, told = solved(model, parameters), reporting(model)
    return Drawn(model, 0, SEED, parameters, told, behaviour, Filter(model, behaviour, told, merge=None).run(), GRID)


def with_levers(one: Drawn, count: int) -> Table:
    """Futures without and with each lever."""
    table = Futures(count)(one)
    worlds = one.filtered.worlds
    model = PlainModel(**{field.name: getattr(one.model, field.name) for field in fields(Model)}, known=one.parameters)
    job = PullLevers(one.seed, one.method)
    return table | job(model, one.index, {}, table | {"types": worlds.types, "prior": worlds.prior})


@dataclass(frozen=True)
class PlainModel(Model):
    """A model whose parameters are known, so that no assumption is needed to build them."""

    known: Parameters = PARAMETERS

    def parameters(self, draw: Mapping[str, float]) -> Parameters:
        return self.known


@pytest.mark.parametrize("record", RECORDS)
def test_frequencies_are_the_sums_over_all_histories(record: str) -> None:
    reports = RECORDS[record]
    one = drawn(reports, today=1 if reports else 0)
    first = Futures(COUNT)(one)["first"]
    exact = Enumeration(one.model, one.behaviour, one.reporting).forecast(MATCHES)
    for i, outcome in enumerate(OUTCOMES):
        for t, prob in enumerate(exact[outcome.id]):
            frequency = float(((first[:, i] != NEVER) & (first[:, i] <= t)).mean())
            sigma = np.sqrt(max(prob * (1 - prob), 1e-9) / COUNT)
            assert frequency == pytest.approx(prob, abs=MOST_SIGMAS * sigma), (outcome.id, t)


def test_futures_from_before_the_record_do_not_know_it() -> None:
    known, unknown = drawn(RECORDS["a threat"], today=1), drawn(today=0)
    exact = Enumeration(unknown.model, unknown.behaviour, unknown.reporting).forecast(MATCHES)
    told, untold = (Futures(COUNT)(one) for one in (known, unknown))
    assert untold["open_prior"].all()
    for i, outcome in enumerate(OUTCOMES):
        first = untold["first_prior"][:, i]
        assert (first != NEVER).mean() == pytest.approx(exact[outcome.id][-1], abs=MOST_SIGMAS * np.sqrt(0.25 / COUNT))
        later = told["first_prior"][:, i]  # the same futures, counted from today on
        assert np.array_equal(later[first >= 1], first[first >= 1])
        assert ((later == NEVER) | (later >= 1)).all()
    over = untold["first_prior"][:, 0] == 0  # ceasefire is the only end of this game
    assert np.array_equal(told["open_prior"], ~over)


def test_futures_are_reproducible_and_depend_on_seed_and_draw() -> None:
    one = drawn(RECORDS["a threat"], today=1, levers=("binds",))
    first, again = with_levers(one, 200), with_levers(one, 200)
    assert first.keys() == again.keys()
    assert all(np.array_equal(first[key], again[key]) for key in first)
    for other in (replace(one, seed=SEED + 1), replace(one, index=1)):
        assert not np.array_equal(Futures(200)(other)["first"], first["first"])


def test_a_lever_that_changes_nothing_changes_no_future() -> None:
    for today, reports in ((0, ()), (1, RECORDS["in mid-round"])):
        table = with_levers(drawn(reports, today=today, levers=("idle",)), 2000)
        assert np.array_equal(table["first.idle"], table["first"])
        assert table["gain.idle"] == pytest.approx(0, abs=GRID_ERROR * 1e-3)


def test_a_lever_does_not_touch_what_is_without_it() -> None:
    alone, beside = (with_levers(drawn(RECORDS["a threat"], today=1, levers=levers), 500) for levers in ((), ("binds",)))
    assert all(np.array_equal(alone[key], beside[key]) for key in alone)


def test_a_bound_threat_never_lapses() -> None:
    table = with_levers(drawn(RECORDS["a threat"], today=1, levers=("binds",)), 2000)
    lapse = [outcome.id for outcome in OUTCOMES].index("lapse")
    assert (table["first"][:, lapse] != NEVER).any()
    assert (table["first.binds"][:, lapse] == NEVER).all()


def test_frequencies_with_a_lever_are_the_sums_over_all_histories_of_its_game() -> None:
    """No record yet, so the game with the lever is played from its opening."""
    one = drawn(today=0, levers=("binds",))
    first = with_levers(one, COUNT)["first.binds"]
    pulled = replace(one.model, positions=one.model.lever_positions["binds"], lever_positions={}, levers={})
    exact = Enumeration(pulled, solved(pulled, PARAMETERS), one.reporting).forecast(MATCHES)
    for i, outcome in enumerate(OUTCOMES):
        prob = exact[outcome.id][-1]
        sigma = np.sqrt(max(prob * (1 - prob), 1e-9) / COUNT)
        assert (first[:, i] != NEVER).mean() == pytest.approx(prob, abs=MOST_SIGMAS * sigma)


def test_gains_are_differences_of_expected_utils_in_each_actors_numeraire() -> None:
    mediator = PARAMETERS.motives["mediator"]
    dear = {kind: {**row, "lapse": -2.0} for kind, row in mediator.weights.items()}
    parameters = replace(PARAMETERS, motives={**PARAMETERS.motives, "mediator": replace(mediator, weights=dear)})
    one = drawn(today=0, levers=("binds",), parameters=parameters)
    table = with_levers(one, COUNT)
    pulled = replace(one.model, positions=one.model.lever_positions["binds"], lever_positions={}, levers={})
    usual = Enumeration(one.model, one.behaviour, one.reporting)
    bound = Enumeration(pulled, solved(pulled, parameters), one.reporting)
    unit = {"mediator": 2.0, "party_a": 1.0}  # what a lapse is to the mediator, a week of war to party A
    for gain, actor in zip(table["gain.binds"], unit, strict=True):
        kinds = one.filtered.worlds.of(actor)[table["world"]]
        share = [float((kinds == k).sum() / (kinds >= 0).sum()) for k in range(len(parameters.motives[actor].types))]
        assert share == pytest.approx(parameters.motives[actor].prior, abs=SAMPLED)
        by_hand = sum(s * (bound.worth(actor, k) - usual.worth(actor, k)) for k, s in enumerate(share)) / unit[actor]
        assert gain == pytest.approx(by_hand, abs=GRID_ERROR)
        assert abs(gain) > 10 * GRID_ERROR


def test_after_the_end_nothing_more_happens() -> None:
    reports = (report(0, "party_a", "settle"),)
    one = drawn(reports, today=1)
    sure = replace(one.reporting, error=0.0)
    over = replace(one, filtered=Filter(one.model, one.behaviour, sure, merge=None).run())
    table = Futures(300)(over)
    assert (table["first"] == NEVER).all()


def fitted(model: Model, values: dict[str, float], *, count: int, grid: BeliefGrid) -> Table:
    table = work(model, values, 1, SEED, grid, {"futures": Futures(count)})
    return table | PullLevers(SEED, grid)(model, 1, values, start_of(table, "futures"))


def test_guaranteeing_what_is_never_cut_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bundled game with a mediator that cannot bring itself to cut support: the lever has nothing to do."""
    monkeypatch.undo()
    whole = build_model(open_case("strait-talks"))
    model = replace(
        whole, rounds=8, today=0, calendar=whole.calendar[:8], observed=Observed((), {}, {}),
        levers={"support_guaranteed": whole.levers["support_guaranteed"]},
        lever_positions={"support_guaranteed": whole.lever_positions["support_guaranteed"]},
    )  # fmt: skip
    values = {row.id: 1e-200 if row.sets == "propensity.mediator.cut_support" else row.likely for row in model.assumptions}
    table = fitted(model, values, count=400, grid=BeliefGrid(nodes=3, tolerance=1e-9))
    assert np.array_equal(table["first.support_guaranteed"], table["futures.first"])
    assert table["gain.support_guaranteed"] == pytest.approx(0, abs=1e-6)
