"""The forward filter beside all histories written out, and what silence, error and an end mean to it."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from openparley.game.dispute import WORLD
from openparley.game.positions import moves_by_actor
from openparley.infer.filter import HABIT, Filter, Filtered, account_share, habit_probs
from openparley.infer.model import Model, Reporting
from openparley.infer.observe import Report
from openparley.solve.grid.behaviour import GridBehaviour
from tests.infer.enumeration import NONE, Enumeration
from tests.infer.small_model import (
    Tripartite,
    detailed_reporting,
    report,
    reporting,
    small_model,
    solved,
    tripartite_parameters,
    with_propensity,
)
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
DETAILED: dict[str, tuple[Report, ...]] = {
    "readings": (report(0, "mediator", "threaten", threaten=0.6, hold=0.4), report(1, "party_a", "stall", stall=0.7)),
    "world": (report(0, WORLD, "front_holds"), report(1, "mediator", "threaten"), report(2, WORLD, "front_moves", front_moves=0.8)),
    "after the end, told of the world": (report(0, "party_a", "settle"), report(1, WORLD, "front_moves")),
}
TODAY = 2


def filtered(record: str, *, merge: float | None = None) -> tuple[Filtered, Model, GridBehaviour, Reporting]:
    model = small_model(PARAMETERS, {**RECORDS, **DETAILED}[record], rounds=TODAY + 1, today=TODAY)
    behaviour, told = behaviour_of_the_small_model(), (reporting if record in RECORDS else detailed_reporting)(model)
    return Filter(model, behaviour, told, most_branches=UNTHINNED, merge=merge).run(), model, behaviour, told


@cache
def behaviour_of_the_small_model() -> GridBehaviour:
    """The record does not change how the game is played."""
    return solved(small_model(PARAMETERS, rounds=TODAY + 1, today=TODAY), PARAMETERS)


def by_kinds(found: Filtered, values: np.ndarray) -> dict[tuple, float]:
    kinds = [tuple(NONE if k == HABIT else int(k) for k in row) for row in found.worlds.types]
    return dict(zip(kinds, values.tolist(), strict=True))


@pytest.mark.parametrize("record", [*RECORDS, *DETAILED])
def test_filter_is_the_sum_over_all_histories(record: str) -> None:
    found, model, behaviour, told = filtered(record)
    check_against_enumeration(found, Enumeration(model, behaviour, told))


TRIPARTITE: dict[str, tuple[Report, ...]] = {
    "plain": (report(0, "party_a", "stall"), report(1, "ally", "refuse"), report(1, "mediator", "press")),
    "detailed": (report(0, "mediator", "wait", wait=0.5, press=0.3), report(0, WORLD, "front_moves"), report(1, "ally", "give")),
}


@pytest.mark.parametrize("record", TRIPARTITE)
def test_filter_is_the_sum_over_all_histories_with_three_uncertain_actors(record: str) -> None:
    parameters = tripartite_parameters()
    model = small_model(parameters, TRIPARTITE[record], rounds=2, today=1, dispute=Tripartite(parameters.chance))
    told = (reporting if record == "plain" else detailed_reporting)(model)
    behaviour = solved(model, parameters)
    found = Filter(model, behaviour, told, most_branches=UNTHINNED, merge=None).run()
    assert len(found.worlds.prior) == 8 + 3 * 4
    exact = Enumeration(model, behaviour, told)
    check_against_enumeration(found, exact)
    for actor in model.uncertain:
        assert found.habit[actor] == pytest.approx(exact.counts(actor, (2, 0)), abs=EXACT)


def check_against_enumeration(found: Filtered, exact: Enumeration) -> None:
    """Prior, evidence and shares of every round."""
    assert by_kinds(found, found.worlds.prior) == pytest.approx(exact.starts(), abs=EXACT)
    stops = [(t + 1, 0) for t in range(exact.model.today)] + [exact.stop]
    for t, stop in enumerate(stops):
        joint = exact.evidence_until(stop)
        total = sum(joint.values())
        assert found.log_evidence[t] == pytest.approx(np.log(total), abs=EXACT)
        shares = {kinds: value / total for kinds, value in joint.items()}
        assert by_kinds(found, found.world_share[t]) == pytest.approx(shares, abs=EXACT)


@pytest.mark.parametrize("record", ["gaps", "doubtful", "ended", "readings", "world"])
def test_sightings_are_sums_over_all_histories(record: str) -> None:
    found, model, behaviour, told = filtered(record)
    exact = Enumeration(model, behaviour, told)
    steps = model.positions.steps
    reports = sorted(model.observed.reports, key=lambda r: (r.round, steps.index(r.actor)))
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
        labels = moves_by_actor(model.positions)[sighting.actor]
        shares = exact.reports[sighting.round, sighting.actor].shares
        of_labels = sum(share * sighting.label_prob[labels.index(move)] for move, share in shares.items())
        assert of_labels == pytest.approx(sum(named.values()) / sum(any_.values()), abs=EXACT)
        assert sighting.label_prob.sum() == pytest.approx(1, abs=EXACT)
        wrong, open_ = doubt_by_hand(exact, sighting, at)
        assert sighting.error_prob == pytest.approx(wrong, abs=EXACT)
        assert sighting.open_prob == pytest.approx(open_, abs=EXACT)


def doubt_by_hand(exact: Enumeration, sighting, at: tuple[int, int]) -> tuple[float, float]:
    """P(no reading is true | record up to and with the report) and P(one of them was open | record before)."""
    shares = exact.reports[sighting.round, sighting.actor].shares
    wrong = total = open_ = before = 0.0
    parts = {}
    for whole in exact.histories:
        begun = [t for t in whole.taken if (t.round, t.step) <= at]
        parts[tuple(t.label for t in begun)] = whole, [exact.told(t) for t in begun]
    for path, prior in exact.paths(at[0] + 1):
        for whole, told in parts.values():
            now = next(t for t in whole.taken if (t.round, t.step) == at)
            joint = prior * exact.play(whole, path, lambda t: (t.round, t.step) <= at) * float(np.prod(told[:-1]))
            before += joint
            open_ += joint * bool(set(now.legal) & shares.keys())
            total += joint * told[-1]
            wrong += joint * told[-1] * (now.label not in shares)
    return wrong / total, open_ / before


def sighting_by_hand(exact: Enumeration, sighting, at: tuple[int, int]):
    """Per world P(report and past), P(any report and past), then the uniform predictor's odds and the worlds before."""
    seen = exact.reports[sighting.round, sighting.actor].shares
    detection = exact.reporting.detection[sighting.actor]

    def read(truth: str) -> float:
        return sum(share * exact.names(sighting.actor, truth, move) for move, share in seen.items())

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
            chosen = exact.chosen(now, exact.kind(now.actor, path[-1]))
            total += past * chosen
            before[path[-1]] += past * chosen
            any_[path[-1]] += past * chosen * detection[now.label]
            named[path[-1]] += past * chosen * detection[now.label] * read(now.label)
            even[0] += past / len(now.legal) * detection[now.label] * read(now.label)
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


@pytest.mark.parametrize("record", ["gaps", "doubtful", "silence", "readings"])
def test_habit_counts_are_expected_moves(record: str) -> None:
    found, model, behaviour, told = filtered(record)
    exact = Enumeration(model, behaviour, told)
    for actor in model.uncertain:
        assert found.habit[actor] == pytest.approx(exact.counts(actor, (found.today, found.step)), abs=EXACT)
    if record == "silence":
        assert sum(found.habit["mediator"].values()) > 1  # unreported moves were made all the same


def test_habit_counts_are_the_reports_when_every_move_is_seen() -> None:
    reports = (report(0, "mediator", "hold"), report(0, "party_a", "stall"), report(1, "mediator", "threaten"))
    model = small_model(PARAMETERS, reports, rounds=3, today=1)
    told = reporting(model, detection=1.0, error=0.0)
    found = Filter(model, solved(model, PARAMETERS), told, merge=None).run()
    assert found.habit["mediator"] == pytest.approx({"hold": 1, "threaten": 1, "enforce": 0, "let_lapse": 0}, abs=EXACT)
    assert found.habit["party_a"] == pytest.approx({"stall": 1, "settle": 0}, abs=EXACT)


def test_habit_does_not_take_what_is_seldom_reported_for_rare() -> None:
    """Holding is hardly ever reported: silence counts as a hold, and habit expects holds."""
    model = small_model(PARAMETERS, rounds=3, today=2)
    told = reporting(model)
    told = replace(told, detection={**told.detection, "mediator": {"hold": 0.02, "threaten": 0.98, "enforce": 0.98, "let_lapse": 0.98}})
    found = Filter(model, solved(model, PARAMETERS), told, merge=None).run()
    counts = found.habit["mediator"]
    assert counts["hold"] > 0.9 * sum(counts.values()) > 1


def test_a_record_that_cannot_be_has_no_evidence_and_shares_all_the_same() -> None:
    reports = (report(0, "mediator", "let_lapse"), report(1, "party_a", "stall"))  # there is nothing that could lapse
    model = small_model(PARAMETERS, reports, rounds=3, today=1)
    found = Filter(model, solved(model, PARAMETERS), reporting(model, error=0.0), merge=None).run()
    assert found.log_evidence.tolist() == [-np.inf, -np.inf]
    assert found.world_share.sum(1) == pytest.approx(1, abs=EXACT)
    assert found.sightings[0].open_prob == 0


@pytest.mark.parametrize("record", [*RECORDS, *DETAILED])
def test_a_pass_goes_on_from_any_snapshot_as_if_it_had_begun_there(record: str) -> None:
    found, model, behaviour, told = filtered(record, merge=12.0)
    for snapshot in found.snapshots:
        again = Filter(model, behaviour, told, most_branches=UNTHINNED, merge=12.0).run(snapshot)
        assert (again.world_share == found.world_share).all()
        assert (again.log_evidence == found.log_evidence).all()
        assert [s.error_prob for s in again.sightings] == [s.error_prob for s in found.sightings]
        assert again.habit == found.habit


def test_what_is_dropped_is_told() -> None:
    found = filtered("gaps", merge=12.0)[0]
    assert 0 <= found.lost_share < 1e-3
    assert filtered("gaps")[0].lost_share == 0
