"""Levers: nothing changes nothing, a forced move and a weight equal all futures written out, pairs have less noise."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from openparley.errors import CaseError
from openparley.forecast.futures import NEVER
from openparley.forecast.lever_names import parse_lever
from openparley.forecast.levers import Pull, PullLevers, changed_parameters, of_case, together
from openparley.game.dispute_game import DisputeGame
from openparley.infer.draw import Drawn
from openparley.infer.model import Model
from openparley.infer.observe import Report
from openparley.record.casefile import Lever
from openparley.solve.belief_grid import solve_belief_grid
from tests.forecast.assumed_model import ADDRESSES, assumed_model, at, drawn, futures, pulled, whole_futures
from tests.infer.enumeration import Enumeration
from tests.infer.small_model import GRID, OUTCOMES, known_family, report

COUNT = 4000
MOST_SIGMAS = 4.0
GRID_ERROR = 1e-4
THREAT = (report(0, "mediator", "threaten"), report(0, "party_a", "stall"))
NOTHING = Pull("nothing", "nothing", "commitment")


@pytest.fixture(autouse=True)
def _family(monkeypatch: pytest.MonkeyPatch) -> None:
    known_family(monkeypatch)


def on(reports: tuple[Report, ...] = ()) -> Drawn:
    return drawn(assumed_model(reports, today=1 if reports else 0))


def exact(paths: list[tuple[tuple[tuple[int, str, str], ...], str | None, np.ndarray]]) -> dict[str, float]:
    total = sum(float(prob.sum()) for _, _, prob in paths)
    assert total == pytest.approx(1, abs=1e-9)
    found = {}
    for outcome in OUTCOMES:
        when = outcome.when
        found[outcome.id] = sum(
            float(prob.sum())
            for path, end, prob in paths
            if (when.end is not None and end == when.end) or any((actor, move) == (when.actor, when.move) for _, actor, move in path)
        )
    return found


def near(first: np.ndarray, probs: dict[str, float]) -> None:
    for i, outcome in enumerate(OUTCOMES):
        sigma = np.sqrt(max(probs[outcome.id] * (1 - probs[outcome.id]), 1e-9) / len(first))
        assert (first[:, i] != NEVER).mean() == pytest.approx(probs[outcome.id], abs=MOST_SIGMAS * sigma), outcome.id


@pytest.mark.parametrize("reports", [(), THREAT], ids=["no record", "a threat"])
def test_a_lever_that_changes_nothing_changes_no_future_and_gains_nobody_anything(reports: tuple[Report, ...]) -> None:
    one = on(reports)
    table = futures(one, 500)
    same = Pull("same", "same", "motive", sets={"weight.mediator.peace.deal": ADDRESSES["weight.mediator.peace.deal"]})
    found = pulled(one, table, NOTHING, same)
    for key in ("nothing", "same"):
        assert np.array_equal(found[f"first.{key}"], table["first"])
    assert found["gain.nothing"] == pytest.approx(0, abs=1e-9)
    assert np.isnan(found["gain.same"][0])  # whose own payoffs a lever sets has no gain in one currency
    assert found["gain.same"][1] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("actor", "move", "believed"), [("mediator", "enforce", False), ("mediator", "threaten", True), ("party_a", "stall", False)]
)
def test_a_forced_move_is_the_sum_over_all_futures_with_it(actor: str, move: str, believed: bool) -> None:
    one = on(THREAT)
    first = pulled(one, futures(one, COUNT), Pull("do", "do", "forced_move", actor, force=((actor, move),), believed=believed))["first.do"]
    near(first, exact(list(whole_futures(one, force={actor: move}, believed=believed))))


def test_whether_a_forced_move_is_believed_matters_only_to_who_watches() -> None:
    one = on()
    table = futures(one, 2000)
    doubted, believed = (
        pulled(one, table, Pull("do", "do", "forced_move", force=(("mediator", "threaten"),), believed=flag)) for flag in (False, True)
    )
    assert not np.array_equal(doubted["first.do"], believed["first.do"])
    paths = [exact(list(whole_futures(one, force={"mediator": "threaten"}, believed=flag))) for flag in (False, True)]
    assert any(abs(paths[0][id] - paths[1][id]) > 1e-3 for id in paths[0])


def test_what_a_forced_move_gains_is_its_worth_less_that_of_own_play() -> None:
    """Forced at the opening and believed, so that all later beliefs are those of the histories written out."""
    one = on()
    table = futures(one, COUNT)
    gain = pulled(one, table, Pull("do", "do", "forced_move", force=(("mediator", "threaten"),), believed=True))["gain.do"]
    whole = Enumeration(one.model, one.behaviour, one.reporting)
    dispute = one.model.positions.dispute
    option = next(option for option in dispute.options("mediator", one.model.start) if option.label == "threaten")
    for j, actor in enumerate(one.model.actors):
        motives = one.parameters.motives[actor]
        kinds = one.filtered.worlds.of(actor)[table["world"]]
        unit = abs(motives.weights[motives.types[0]]["lapse" if actor == "mediator" else "war_week"])
        by_hand = 0.0
        for k, kind in enumerate(motives.types):
            touched = sum(motives.weights[kind].get(name, 0.0) * amount for name, amount in option.interests.items())
            forced = touched + whole._worth(actor, ("threaten",), 0, 1, option.to)[k]
            by_hand += float((kinds == k).sum() / (kinds >= 0).sum()) * (forced - whole.worth(actor, k)) / unit
        assert gain[j] == pytest.approx(by_hand, abs=10 * GRID_ERROR)
        assert abs(gain[j]) > 100 * GRID_ERROR or actor == "mediator"


def test_a_weight_from_today_on_is_the_rest_of_the_game_solved_with_it() -> None:
    """The second route builds another model with the weight as an assumption, solves what is left of it and writes it out."""
    one = on(THREAT)
    address = "weight.mediator.peace.lapse"
    pull = parse_lever(f"{address}=-4", one.model)
    found = pulled(one, futures(one, COUNT), pull)
    other = assumed_model(THREAT, today=1, addresses={address: -4.0})
    left = other.rounds - one.filtered.today
    fresh = solve_belief_grid(DisputeGame(other.positions, other.parameters(at(other)), left), GRID).behaviour
    changed = exact(list(whole_futures(one, fresh, shift=one.filtered.today)))
    near(found[f"first.{pull.id}"], changed)
    usual = exact(list(whole_futures(one)))
    assert abs(changed["lapse"] - usual["lapse"]) > 0.05


def test_futures_without_a_lever_are_all_futures_written_out() -> None:
    one = on(THREAT)
    near(futures(one, COUNT)["first"], exact(list(whole_futures(one))))


def test_common_random_numbers_take_noise_out_of_the_difference() -> None:
    one = on(THREAT)
    table = futures(one, 4000)
    pull = parse_lever("weight.mediator.peace.lapse=-1.3", one.model)
    i = [outcome.id for outcome in OUTCOMES].index("lapse")
    without, ahead = (first[:, i] != NEVER for first in (table["first"], pulled(one, table, pull)[f"first.{pull.id}"]))
    paired = np.var(ahead.astype(float) - without)
    unpaired = np.var(ahead.astype(float)) + np.var(without.astype(float))
    assert 0 < paired < 0.35 * unpaired


def test_values_at_an_address_replace_what_is_more_specific() -> None:
    model = assumed_model()
    found = changed_parameters(model, at(model), {"drift.mediator": 0.3, "chance.front_moves": 0.9})
    assert found.motives["mediator"].drift[0, 0] == pytest.approx(0.7)
    assert found.chance["front_moves"] == 0.9
    usual = model.parameters(at(model))
    assert found.motives["mediator"].weights == usual.motives["mediator"].weights
    every = parse_lever("weight.party_a.*.deal=9", model)
    changed = changed_parameters(model, at(model), every.sets)
    assert {row["deal"] for row in changed.motives["party_a"].weights.values()} == {9.0}


@pytest.mark.parametrize(
    ("text", "pulls", "actor"),
    [
        ("binds", "commitment", "mediator"),
        ("binds=true", "commitment", ""),
        ("weight.party_a.gain.deal = -2", "motive", "party_a"),
        ("A00=-2", "motive", "mediator"),
        ("chance.front_moves=0.5", "circumstance", ""),
        ("mediator.enforce", "forced_move", "mediator"),
        ("mediator.enforce=believed", "forced_move", "mediator"),
        ("world.front_moves", "circumstance", ""),
    ],
)
def test_every_kind_of_lever_has_a_name(text: str, pulls: str, actor: str) -> None:
    model = assumed_model()
    if text == "binds=true":
        model = Model(**{**vars(model), "levers": {}})
    found = parse_lever(text, model)
    assert (found.pulls, found.actor) == (pulls, actor)
    assert found.game or found.sets or found.force
    assert found.believed == text.endswith("believed")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bind", "Did you mean “binds”?"),
        ("mediator.enforc", "Did you mean “mediator.enforce”?"),
        ("weight.mediator.peace.laps=1", "Did you mean “weight.mediator.peace.lapse”?"),
        ("nonsense", "moves to force: mediator.threaten"),
        ("binds=3", "takes no value"),
        ("weight.mediator.peace.lapse", "needs a number"),
        ("weight.mediator.peace.lapse=much", "found “much”"),
        ("chance.front_moves=1.5", "from 0 to 1"),
        ("mediator.enforce=2", "takes no value “2”"),
        ("prior.mediator.peace=1", "today's shares of the accounts stay"),
        ("detection.mediator=0.5", "a lever changes what is done"),
    ],
)
def test_what_is_no_lever_is_told_what_is(text: str, words: str) -> None:
    with pytest.raises(CaseError) as problem:
        parse_lever(text, assumed_model())
    assert words in str(problem.value)


def test_several_levers_are_one_when_pulled_together() -> None:
    one = on(THREAT)
    table = futures(one, 1000)
    parts = [of_case(one.model.levers["binds"], one.model), parse_lever("party_a.settle", one.model)]
    whole = together(parts)
    found = pulled(one, table, *parts, whole)
    assert whole.pulls == "forced_move"
    assert not np.array_equal(found[f"first.{whole.id}"], found["first.binds"])
    lapse = [outcome.id for outcome in OUTCOMES].index("lapse")
    assert (found[f"first.{whole.id}"][:, lapse] == NEVER).all()
    with pytest.raises(CaseError, match="differently"):
        together([parse_lever(f"chance.front_moves={p}", one.model) for p in (0.1, 0.2)])


def case_lever(**keys: Any) -> Lever:
    return Lever(id="L", name="A lever", statement="Supposed.", actor="mediator", **keys)


def test_a_lever_of_a_case_sets_and_forces_what_a_typed_one_does() -> None:
    one = on(THREAT)
    table = futures(one, 500)
    for lever, text in (
        (case_lever(pulls="motive", sets={"weight.mediator.*.lapse": -4.0}), "weight.mediator.*.lapse=-4"),
        (case_lever(pulls="forced_move", force=("mediator.enforce",)), "mediator.enforce"),
        (case_lever(pulls="forced_move", force=("mediator.threaten",), believed=True), "mediator.threaten=believed"),
    ):
        typed = parse_lever(text, one.model)
        model = replace(one.model, levers={"L": lever}, lever_positions={})
        mine = PullLevers(one.seed, one.method)(model, one.index, at(model), table)
        theirs = pulled(one, table, typed)
        assert set(mine) == {"first.L", "gain.L"}
        assert np.array_equal(mine["first.L"], theirs[f"first.{typed.id}"])
        assert not np.array_equal(mine["first.L"], table["first"])
        assert np.array_equal(mine["gain.L"], theirs[f"gain.{typed.id}"], equal_nan=True)
        again = of_case(of_case(lever, model).as_lever(), model)
        assert again == of_case(lever, model)


def test_the_weight_of_one_account_counts_before_that_of_all() -> None:
    model = assumed_model()
    sets = {"weight.mediator.*.lapse": -4.0, "weight.mediator.peace.lapse": 1.0}
    for order in (sets, dict(reversed(sets.items()))):
        found = of_case(case_lever(pulls="motive", sets=order), model)
        assert found.sets == {f"weight.mediator.{kind}.lapse": 1.0 if kind == "peace" else -4.0 for kind in model.types["mediator"]}


def test_the_seed_alone_decides() -> None:
    one = on(THREAT)
    pull = Pull("do", "do", "forced_move", force=(("mediator", "enforce"),))
    tables = [pulled(one, futures(one, 300), pull) for _ in range(2)]
    assert all(np.array_equal(tables[0][key], tables[1][key]) for key in tables[0])
