"""The forward filter beside all histories written out, and what silence, error and an end mean to it."""

from dataclasses import replace

import numpy as np
import pytest

from openparley.game.positions import moves_by_actor
from openparley.infer.filter import HABIT, Filter, Filtered, account_share, habit_probs
from openparley.infer.model import Model, Reporting
from openparley.infer.observe import Report
from openparley.solve.grid.behaviour import GridBehaviour
from tests.infer.enumeration import NONE, Enumeration
from tests.infer.small_model import report, reporting, small_model, solved, with_propensity
from tests.solve.small_dispute import small_parameters

EXACT = 1e-10
MERGED = 0.01  # what reading beliefs to about 1/25 may cost a share on so short a record
UNTHINNED = 10_000

PARAMETERS = with_propensity(small_parameters(), "mediator", enforce=0.4, threaten=0.7)
RECORDS: dict[str, tuple[Report, ...]] = {
    "gaps": (report(0, "mediator", "threaten"), report(1, "party_a", "stall"), report(2, "mediator", "let_lapse")),
    "doubtful": (report(0, "mediator", "enforce"), report(0, "party_a", "stall"), report(2, "party_a", "stall")),
    "silence": (),
    "ended": (report(0, "mediator", "hold"), report(1, "party_a", "settle")),
    "after the end": (report(0, "party_a", "settle"), report(2, "mediator", "threaten")),
}
TODAY = 2


def filtered(record: str, *, merge: float | None = None) -> tuple[Filtered, Model, GridBehaviour, Reporting]:
    model = small_model(PARAMETERS, RECORDS[record], rounds=TODAY + 1, today=TODAY)
    behaviour, told = solved(model, PARAMETERS), reporting(model)
    return Filter(model, behaviour, told, most_branches=UNTHINNED, merge=merge).run(), model, behaviour, told


def by_kinds(found: Filtered, values: np.ndarray) -> dict[tuple, float]:
    kinds = [tuple(NONE if k == HABIT else int(k) for k in row) for row in found.worlds.types]
    return dict(zip(kinds, values.tolist(), strict=True))


@pytest.mark.parametrize("record", RECORDS)
def test_filter_is_the_sum_over_all_histories(record: str) -> None:
    found, model, behaviour, told = filtered(record)
    exact = Enumeration(model, behaviour, told)
    assert by_kinds(found, found.worlds.prior) == pytest.approx(exact.starts(), abs=EXACT)
    stops = [(t + 1, 0) for t in range(TODAY)] + [exact.stop]
    for t, stop in enumerate(stops):
        joint = exact.evidence_until(stop)
        total = sum(joint.values())
        assert found.log_evidence[t] == pytest.approx(np.log(total), abs=EXACT)
        shares = {kinds: value / total for kinds, value in joint.items()}
        assert by_kinds(found, found.world_share[t]) == pytest.approx(shares, abs=EXACT)


@pytest.mark.parametrize("record", ["gaps", "doubtful", "ended"])
def test_sightings_are_sums_over_all_histories(record: str) -> None:
    found, model, behaviour, told = filtered(record)
    exact = Enumeration(model, behaviour, told)
    steps = model.positions.steps
    reports = sorted(RECORDS[record], key=lambda r: (r.round, steps.index(r.actor)))
    assert [(s.round, s.actor, s.move, s.entries) for s in found.sightings] == [(r.round, r.actor, r.move, r.entries) for r in reports]
    for sighting in found.sightings:
        at = (sighting.round, steps.index(sighting.actor))
        named, any_, uniform, before = sighting_by_hand(exact, sighting, at)
        weights = by_kinds(found, sighting.world_weight)
        assert weights == pytest.approx(before, abs=EXACT)
        by_hand = {kinds: named[kinds] / any_[kinds] for kinds in named}
        assert by_kinds(found, sighting.world_prob) == pytest.approx(by_hand, abs=EXACT)
        reported = {kinds: any_[kinds] / sum(exact.evidence_until(at).values()) for kinds in any_}
        assert by_kinds(found, sighting.world_reported) == pytest.approx(reported, abs=EXACT)
        assert sighting.uniform_prob == pytest.approx(uniform, abs=EXACT)
        of_label = sighting.label_prob[moves_by_actor(model.positions)[sighting.actor].index(sighting.move)]
        assert of_label == pytest.approx(sum(named.values()) / sum(any_.values()), abs=EXACT)
        assert sighting.label_prob.sum() == pytest.approx(1, abs=EXACT)


def sighting_by_hand(exact: Enumeration, sighting, at: tuple[int, int]):
    """Per world P(report and past), P(any report and past), then the uniform predictor's odds and the worlds before."""
    seen = Report(sighting.round, sighting.actor, sighting.move, ())
    detection = exact.reporting.detection[sighting.actor]
    parts = {}
    for whole in exact.histories:
        key = tuple(t.label for t in whole.taken if (t.round, t.step) <= at)
        parts[key] = whole, float(np.prod([exact.told(t) for t in whole.taken if (t.round, t.step) < at]))
    starts = exact.starts()
    named, any_, before = (dict.fromkeys(starts, 0.0) for _ in range(3))
    even, total = [0.0, 0.0], 0.0
    for path, prior in exact.paths(at[0] + 1):
        for whole, told in parts.values():
            now = next(t for t in whole.taken if (t.round, t.step) == at)
            past = prior * told * exact.play(whole, path, lambda t: (t.round, t.step) < at)
            if now.label is None:
                total += past  # the dispute is over: nobody can be seen to move
                continue
            chosen = now.by_kind[exact.kind(now.actor, path[-1])]
            total += past * chosen
            before[path[-1]] += past * chosen
            any_[path[-1]] += past * chosen * detection[now.label]
            named[path[-1]] += past * chosen * detection[now.label] * exact.named(seen, now.label)
            even[0] += past / len(now.legal) * detection[now.label] * exact.named(seen, now.label)
            even[1] += past / len(now.legal) * detection[now.label]
    return named, any_, even[0] / even[1], {kinds: value / total for kinds, value in before.items()}


@pytest.mark.parametrize("record", RECORDS)
def test_merging_and_thinning_change_little(record: str) -> None:
    exact, model, behaviour, told = filtered(record)
    merged = filtered(record, merge=25.0)[0]
    thinned = Filter(model, behaviour, told, most_branches=4).run()
    for found in (merged, thinned):
        assert found.world_share == pytest.approx(exact.world_share, abs=MERGED)
        assert found.log_evidence == pytest.approx(exact.log_evidence, abs=MERGED)
    assert merged.coarse_share == 0
    assert 0 < thinned.coarse_share < 1
    assert len(merged.branches.weight) < len(exact.branches.weight)


@pytest.mark.parametrize("record", RECORDS)
def test_weights_and_beliefs_are_shares(record: str) -> None:
    found, model, _, _ = filtered(record)
    assert found.branches.weight.sum() == pytest.approx(1, abs=EXACT)
    assert found.world_share.sum(1) == pytest.approx(1, abs=EXACT)
    for actor in model.uncertain:
        assert found.branches.beliefs[actor].sum(1) == pytest.approx(1, abs=EXACT)
        labels = (*model.types[actor], "none")
        assert account_share(found.worlds, found.world_share, actor, labels).sum(1) == pytest.approx(1, abs=EXACT)


def test_without_doubt_the_actors_believe_what_the_analyst_does() -> None:
    """Every move seen, no error, no "none of these": in each history public belief and analyst's posterior are one."""
    reports = tuple(report(t, actor, move) for t in range(2) for actor, move in (("mediator", "hold"), ("party_a", "stall")))
    model = small_model(PARAMETERS, reports, rounds=3, today=1)
    told = Reporting(
        {a: dict.fromkeys(moves, 1.0) for a, moves in reporting(model).detection.items()}, 0.0, {"mediator": 0.0, "party_a": 0.0}
    )
    found = Filter(model, solved(model, PARAMETERS), told, merge=None).run()
    weight = found.branches.weight[found.branches.weight.sum(1) > 0]
    assert len(weight) > 1  # whether the front moved is not in the record
    for actor in model.uncertain:
        share = account_share(found.worlds, weight / weight.sum(1, keepdims=True), actor, (*model.types[actor], "none"))[:, :-1]
        assert found.branches.beliefs[actor][found.branches.weight.sum(1) > 0] == pytest.approx(share, abs=EXACT)


def test_silence_is_not_a_hold() -> None:
    """Silence speaks for the move that is seldom reported; where every move is reported alike it says nothing."""
    alike = shares_after_silence(dict.fromkeys(("threaten", "hold", "enforce", "let_lapse"), 0.5))
    loud_threats = shares_after_silence({"threaten": 0.95, "hold": 0.05, "enforce": 0.95, "let_lapse": 0.95})
    reported_hold = shares_after_silence(
        {"threaten": 0.95, "hold": 0.05, "enforce": 0.95, "let_lapse": 0.95}, (report(0, "mediator", "hold"),)
    )
    prior = PARAMETERS.motives["mediator"].prior
    assert alike == pytest.approx(prior, abs=EXACT)
    assert loud_threats != pytest.approx(prior, abs=1e-3)
    assert reported_hold != pytest.approx(loud_threats, abs=1e-3)


def shares_after_silence(detection: dict[str, float], reports: tuple[Report, ...] = ()) -> np.ndarray:
    """Shares of the mediator's accounts once its first move was, or was not, reported; the rest is never reported."""
    still = {actor: replace(motives, drift=np.eye(len(motives.types))) for actor, motives in PARAMETERS.motives.items()}
    parameters = replace(PARAMETERS, motives=still)
    model = small_model(parameters, reports, rounds=2, today=1)
    told = Reporting({"mediator": detection, "party_a": {"stall": 0.0, "settle": 0.0}}, 0.0, {"mediator": 0.0, "party_a": 0.0})
    found = Filter(model, solved(model, parameters), told, merge=None).run()
    return account_share(found.worlds, found.world_share[0], "mediator", (*model.types["mediator"], "none"))[:-1]


@pytest.mark.parametrize("error", [0.02, 0.1, 0.3])
def test_error_caps_what_one_entry_contributes(error: float) -> None:
    """No report can move the odds of two worlds by more than (1 − ε) / (ε / others), however sure the choice."""
    sharp = small_parameters(6.0)
    record = (report(0, "mediator", "threaten"),)
    model = small_model(sharp, record, rounds=1, today=0)
    told = reporting(model, detection=0.5, error=error)
    found = Filter(model, solved(model, sharp), told, merge=None).run()
    odds = np.log(found.world_share[-1] / found.worlds.prior)
    cap = np.log((1 - error) / (error / 3))  # the mediator has four moves
    assert np.ptp(odds) <= cap + EXACT
    certain = Filter(model, solved(model, sharp), replace(told, error=0.0), merge=None).run()
    assert np.ptp(np.log(certain.world_share[-1] / certain.worlds.prior)) > np.ptp(odds)


def test_a_reported_end_stays_an_end_while_nothing_more_is_heard() -> None:
    record = (report(0, "party_a", "settle"),)
    model = small_model(PARAMETERS, record, rounds=8, today=6)
    told = reporting(model, error=0.05)
    told = replace(told, detection={**told.detection, "party_a": {"stall": 0.1, "settle": 0.98}})
    found = Filter(model, solved(model, PARAMETERS), told).run()
    over = found.branches.weight[found.branches.position == -1].sum()
    assert over > 0.9


def test_an_end_that_nobody_mentions_is_unlikely() -> None:
    model = small_model(PARAMETERS, (report(5, "mediator", "threaten"),), rounds=8, today=5)
    told = reporting(model, error=0.05)
    told = replace(told, detection={**told.detection, "party_a": {"stall": 0.1, "settle": 0.98}})
    found = Filter(model, solved(model, PARAMETERS), told).run()
    assert found.branches.weight[found.branches.position == -1].sum() < 0.01


def test_forecast_starts_after_the_last_step_that_was_reported() -> None:
    silent, _, _, _ = filtered("silence")
    assert (silent.today, silent.step) == (TODAY, 0)
    gaps, _, _, _ = filtered("gaps")
    assert (gaps.today, gaps.step) == (TODAY, 1)


def test_habit_is_earlier_reports_and_half_a_report_per_option() -> None:
    base, counts = np.array([[1.0, 0.25, 0.75, 9.0]]), np.array([[3.0, 0.0, 1.0, 5.0]])
    legal = np.array([[True, True, True, False]])
    # half a report for each of three options, shared out 1 : 1/4 : 3/4, on top of 3, 0 and 1 reports
    by_hand = np.array([[3 + 0.75, 0.1875, 1 + 0.5625, 0.0]]) / 5.5
    assert habit_probs(base, counts, legal) == pytest.approx(by_hand, abs=EXACT)
    alone = np.array([[True, False, False, False]])
    assert habit_probs(base, counts, alone) == pytest.approx(np.array([[1.0, 0, 0, 0]]), abs=EXACT)
    even = habit_probs(np.ones((1, 4)), np.zeros((1, 4)), np.ones((1, 4), bool))
    assert even == pytest.approx(np.full((1, 4), 0.25), abs=EXACT)


def test_habit_counts_are_the_reports() -> None:
    found, _, _, _ = filtered("doubtful")
    assert found.habit == {"mediator": {"hold": 0, "threaten": 0, "enforce": 1, "let_lapse": 0}, "party_a": {"stall": 2, "settle": 0}}
