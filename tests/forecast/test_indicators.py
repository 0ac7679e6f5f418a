"""Indicators: the expected gain equals that of all futures written out, nothing is printed below chance, states are told."""

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from benchmarks.indicators.experiment import compare, mean_interval
from openparley.forecast.following import NOT_YET, OVERDUE, SEEN, Followed, follow
from openparley.forecast.indicators import Indicator, Prob, Watch, find_indicators, gains, information, watched_moves
from openparley.infer.observe import Observed
from openparley.record.case import Case
from tests.forecast.assumed_model import DETECTION, ERROR, assumed_model, at, drawn, futures, whole_futures
from tests.infer.small_model import GRID, known_family, report

COUNT, WINDOW = 5000, 2
THREAT = (report(0, "mediator", "threaten"), report(0, "party_a", "stall"))
HABIT = -1


@pytest.fixture(autouse=True)
def _family(monkeypatch: pytest.MonkeyPatch) -> None:
    known_family(monkeypatch)


def entropy(probs: list[float]) -> float:
    return -sum(p * math.log(p) for p in probs if p > 0)


def exact(about: int) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], dict[int, float]]]:
    """Gain of each report about one actor's accounts, and its probability under each, from all futures."""
    one = drawn(assumed_model(THREAT, today=1))
    kinds = one.filtered.worlds.types[:, about]
    joint: dict[tuple[str, str], dict[int, list[float]]] = {}
    for path, _, prob in whole_futures(one):
        for actor, move in watched_moves(one.model):
            if actor == "world":
                continue  # no assumption says that anybody reports it
            others = len(one.model.layout.moves[actor]) - 1
            silent = 1.0
            for t, who, made in path:
                if who == actor and t < 1 + WINDOW:
                    silent *= 1 - DETECTION * ((1 - ERROR) if made == move else ERROR / others)
            cells = joint.setdefault((actor, move), {int(kind): [0.0, 0.0] for kind in np.unique(kinds)})
            for kind, mass in zip(kinds, prob, strict=True):
                cells[int(kind)][0] += float(mass) * (1 - silent)
                cells[int(kind)][1] += float(mass) * silent
    gain, said = {}, {}
    for name, cells in joint.items():
        yes = sum(cell[0] for cell in cells.values())
        given = sum(sum(cell) * entropy([cell[0] / sum(cell), cell[1] / sum(cell)]) for cell in cells.values())
        gain[name] = entropy([yes, 1 - yes]) - given
        said[name] = {kind: cell[0] / sum(cell) for kind, cell in cells.items()}
    return gain, said


def test_expected_gain_is_that_of_all_futures_written_out() -> None:
    one = drawn(assumed_model(THREAT, today=1))
    table = futures(one, COUNT)
    found = Watch(WINDOW, one.seed, GRID)(one.model, 0, at(one.model), table)
    types = one.filtered.worlds.types
    rows = find_indicators(one.model, [found], [table["world"]], np.ones(1), types, first=1, seed=3)
    for index, actor in enumerate(one.model.uncertain):
        gain, said = exact(index)
        best = {(row.actor, row.move): row for row in rows if row.about == actor and not row.between}
        assert max(best, key=lambda name: best[name].gain) == max(gain, key=lambda name: gain[name])
        labels = dict([*enumerate(one.model.types[actor]), (HABIT, "none")])
        for name, row in best.items():
            assert row.gain == pytest.approx(gain[name], abs=4 * math.sqrt(2 * gain[name] / COUNT) + 1e-4)
            for kind, label in labels.items():
                assert row.probs[label].value == pytest.approx(said[name][kind], abs=4 * row.probs[label].mcse + 1e-6)
        missed = set(gain) - set(best)
        assert max((gain[name] for name in missed), default=0.0) < 2e-3, {name: gain[name] for name in missed}  # not worth printing
    assert {row.between for row in rows if row.about == "mediator"} <= {(), ("peace", "image"), ("peace", "exit"), ("image", "exit")}
    assert all(len(row.probs) == 2 for row in rows if row.between)
    assert rows[0].by == one.model.calendar[2].end


def test_probabilities_by_round_grow_and_end_at_the_window() -> None:
    one = drawn(assumed_model(THREAT, today=1))
    table = futures(one, 500)
    found = Watch(WINDOW, one.seed, GRID)(one.model, 0, at(one.model), table)
    assert (np.diff(found["by_round"], axis=0) >= 0).all()
    for world in np.unique(table["world"]):
        inside = table["world"] == world
        assert found["by_round"][-1, world] == pytest.approx(found["said"][inside].sum(0), rel=1e-5)


def test_a_report_that_tells_everything_gains_the_whole_entropy_and_one_that_tells_nothing_gains_nothing() -> None:
    kinds = np.repeat([0, 1], 200)
    said = np.stack([kinds, np.full(400, 0.3)], 1).astype(float)
    assert information(kinds, said, np.ones(400)) == pytest.approx([math.log(2), 0], abs=1e-12)


def test_chance_alone_is_seldom_above_its_null_and_its_mean_is_taken_off() -> None:
    rng = np.random.default_rng(11)
    draw = np.repeat(np.arange(4), 60)
    kinds = rng.integers(3, size=240)
    said = rng.integers(2, size=(240, 200)).astype(float)  # reports that have nothing to do with the account
    raw = information(kinds, said, np.ones(240))
    gain, null, above = gains(kinds, said, np.ones(240), draw, rng=np.random.default_rng(1))
    assert raw.mean() == pytest.approx(2 / (2 * 240), rel=0.25)  # Miller and Madow: (3 − 1)(2 − 1) / 2N
    assert above.mean() == pytest.approx(0.05, abs=0.05)
    assert (gain <= raw).all()
    assert (null > raw.mean()).all()


def test_what_only_the_assumptions_have_to_do_with_a_report_is_no_gain() -> None:
    """The account is as likely as not in one draw and rare in the other, and so is the report; within a draw they are unrelated."""
    rng = np.random.default_rng(5)
    draw = np.repeat([0, 1], 2000)
    kinds = (rng.random(4000) < np.where(draw == 0, 0.9, 0.1)).astype(int)
    said = (rng.random((4000, 1)) < np.where(draw == 0, 0.8, 0.2)[:, None]).astype(float)
    assert information(kinds, said, np.ones(4000))[0] > 0.05
    assert gains(kinds, said, np.ones(4000), draw, rng=rng)[0][0] < 2e-3


@pytest.mark.parametrize(("report_in", "today", "state"), [(None, 1, NOT_YET), (2, 3, SEEN), (None, 4, OVERDUE), (0, 4, OVERDUE)])
def test_an_earlier_indicator_is_seen_not_yet_or_overdue(report_in: int | None, today: int, state: str, ready: Case) -> None:
    model = assumed_model(rounds=6)
    days = model.calendar
    reports = () if report_in is None else (report(report_in, "mediator", "enforce"),)
    model = replace(model, observed=Observed(reports, {}, {}))
    row = Indicator(
        "mediator", "enforce", "mediator", (), 0.1, 0.01, {"peace": Prob(0.2, 0.01), "image": Prob(0.75, 0.01)}, days[3].end, days[2].end
    )
    case = replace(ready, file=ready.file.model_copy(update={"cutoff": days[today].start + timedelta(days=2)}))
    found = follow(case, model, [("old", days[1].start, [row])])
    charged = {"peace": math.log(0.8), "image": math.log(0.25)} if state == OVERDUE else {}
    assert len(found) == 1
    assert replace(found[0], charged={}) == Followed("old", row, state, days[2].start if state == SEEN else None, {})
    assert found[0].charged == pytest.approx(charged)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Case:
    from tests.forecast.small_runs import a_case

    return a_case(tmp_path_factory.mktemp("case"))


def test_the_top_three_identify_an_account_sooner_than_three_at_random() -> None:
    """The short version of `benchmarks/indicators`, on the small dispute: a better log score on the same play."""
    one = drawn(assumed_model(rounds=5, addresses={"drift.mediator": 0.0, "drift.party_a": 0.0}))
    both = compare(one, "party_a", continuations=120, rounds=4, futures=2000, seed=12)
    difference, low, _ = mean_interval(both.top.log_score - both.at_random.log_score)
    assert set(both.names) <= set(watched_moves(one.model))
    assert difference > low > 0
    assert both.top.share[:, -1].mean() > both.at_random.share[:, -1].mean()
