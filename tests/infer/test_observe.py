"""Which entries show which move of which round: precedence, dates, review, corrections."""

from dataclasses import replace
from typing import Any

import pytest

from openparley.infer.observe import Observed, Report, observe
from openparley.record.case import Case, open_case
from openparley.record.casefile import Observation
from openparley.record.entry import Commitment, Event, Link, ReviewNote, Status

START = "2026-02-02"  # the Monday on which round 0 of strait-talks begins; its cut-off, 29 April, is in round 12
ACCEPTED = ReviewNote(state="accepted")
COMMON = {
    "source": "S01",
    "span": {"start": 0, "end": 5, "sha256": "0" * 64, "head": "words"},
    "paraphrase": "In our words.",
    "attributed_to": ("author_s01",),
    "attribution": "author",
    "review": ACCEPTED,
}


@pytest.fixture(scope="module")
def strait() -> Case:
    return open_case("strait-talks")


def day(start: str, end: str | None = None) -> dict[str, Any]:
    return {"start": start, "end": end or start}


def event(key: str, type_: str = "SANCTION", when: dict[str, Any] | None = None, **more: Any) -> Event:
    usual = {"actor": ("mediator",), "recipient": ("party_a",), "date": when}
    return Event.model_validate({**COMMON, "id": key, "event": type_, **usual, **more})


def threat(key: str, when: dict[str, Any] | None = None, **more: Any) -> Commitment:
    return Commitment.model_validate(
        {**COMMON, "id": key, "type": "threat", "actor": ("mediator",), "target": ("party_a",), "made": when, **more}
    )


def rule(move: str, kind: str = "event", **more: Any) -> Observation:
    return Observation.model_validate({"move": move, "kind": kind, **more})


ENFORCE = rule("mediator.enforce", actor=["mediator"], type=["SANCTION"], precedence=9)
LAPSE = rule("mediator.let_lapse", actor=["mediator"], type=["SANCTION"], realis=["negated"], precedence=6)
THREATEN = rule("mediator.threaten", "commitment", type=["threat"], precedence=4)


def seen(strait: Case, entries: list, rules: list[Observation]) -> Observed:
    file = strait.file.model_copy(update={"observations": tuple(rules)})
    return observe(replace(strait, file=file, entries={entry.id: entry for entry in entries}))


def test_an_entry_is_a_report_of_its_move_in_its_round(strait: Case) -> None:
    found = seen(strait, [event("E1", when=day("2026-02-10")), threat("C1", day(START))], [ENFORCE, THREATEN])
    assert found.reports == (Report(0, "mediator", "threaten", ("C1",)), Report(1, "mediator", "enforce", ("E1",)))
    assert not found.undated
    assert not found.overruled


def test_a_round_begins_on_its_first_day(strait: Case) -> None:
    entries = [event("E1", when=day("2026-02-08")), event("E2", when=day("2026-02-09"))]
    assert [r.round for r in seen(strait, entries, [ENFORCE]).reports] == [0, 1]


def test_entries_of_one_move_are_one_report(strait: Case) -> None:
    entries = [event("E1", when=day("2026-02-03")), event("E2", when=day("2026-02-05"))]
    assert seen(strait, entries, [ENFORCE]).reports == (Report(0, "mediator", "enforce", ("E1", "E2")),)


def test_precedence_decides_within_a_round_and_names_who_lost(strait: Case) -> None:
    entries = [threat("C1", day(START)), threat("C2", day(START)), event("E1", when=day(START))]
    for order in (entries, entries[::-1]):
        found = seen(strait, order, [ENFORCE, THREATEN])
        assert found.reports == (Report(0, "mediator", "enforce", ("E1",)),)
        assert dict(found.overruled) == dict.fromkeys(("C1", "C2"), "enforce goes before threaten in round 0")


def test_of_equal_precedence_more_entries_go_first(strait: Case) -> None:
    weak = ENFORCE.model_copy(update={"precedence": 4})
    entries = [event("E1", when=day(START)), threat("C1", day(START)), threat("C2", day(START))]
    assert seen(strait, entries, [weak, THREATEN]).reports[0].move == "threaten"


def test_precedence_counts_within_one_actor_only(strait: Case) -> None:
    shelling = rule("party_a.escalate", actor=["party_a"], type=["ASSAULT"], precedence=1)
    entries = [event("E1", when=day(START)), event("E2", "ASSAULT", day(START), actor=("party_a",))]
    found = seen(strait, entries, [ENFORCE, shelling])
    assert {(r.actor, r.move) for r in found.reports} == {("mediator", "enforce"), ("party_a", "escalate")}


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        (None, "no date"),
        (day(START, "2026-02-28"), "2026-02-02 to 2026-02-28 is too wide to place a move"),
        (day("2026-01-30"), "2026-01-30 lies outside the rounds up to the cut-off"),
        (day("2026-04-30"), "2026-04-30 lies outside the rounds up to the cut-off"),
    ],
    ids=["none", "wide", "before the start", "after the cut-off"],
)
def test_an_entry_that_no_day_places_is_named(strait: Case, when: dict[str, Any] | None, problem: str) -> None:
    found = seen(strait, [event("E1", when=when)], [ENFORCE])
    assert found.reports == ()
    assert dict(found.undated) == {"E1": problem}


def test_a_date_of_three_weeks_is_narrow_enough(strait: Case) -> None:
    found = seen(strait, [event("E1", when=day(START, "2026-02-23"))], [ENFORCE])
    assert [r.round for r in found.reports] == [0]


def test_a_person_can_date_a_named_entry(strait: Case) -> None:
    named = rule("mediator.enforce", entries=["E1"], on="2026-02-17")
    wide, other = event("E1", when=day(START, "2026-03-28")), event("E2", when=day(START, "2026-03-28"))
    found = seen(strait, [wide, other], [named, ENFORCE])
    assert found.reports == (Report(2, "mediator", "enforce", ("E1",)),)
    assert list(found.undated) == ["E2"]


def test_a_rule_that_names_an_entry_goes_before_one_that_describes_it(strait: Case) -> None:
    named = rule("mediator.extend", "commitment", entries=["C2"], precedence=1)
    found = seen(strait, [threat("C1", day(START)), threat("C2", day("2026-02-12"))], [named, THREATEN])
    assert [(r.round, r.move) for r in found.reports] == [(0, "threaten"), (1, "extend")]


def test_what_did_not_happen_is_another_move_than_what_did(strait: Case) -> None:
    entries = [
        event("E1", when=day(START)),
        event("E2", when=day("2026-02-10"), realis="negated"),
        event("E3", when=day("2026-02-17"), realis="future"),
    ]
    assert [(r.round, r.move) for r in seen(strait, entries, [ENFORCE, LAPSE]).reports] == [(0, "enforce"), (1, "let_lapse")]


@pytest.mark.parametrize(
    "more",
    [{"historical": True}, {"review": ReviewNote(state="rejected")}, {"review": ReviewNote(state="proposed")}],
    ids=["historical", "rejected", "proposed"],
)
def test_entries_that_do_not_count_show_nothing(strait: Case, more: dict[str, Any]) -> None:
    found = seen(strait, [event("E1", when=day(START), **more)], [ENFORCE])
    assert found == Observed((), {}, {})


@pytest.mark.parametrize("rel", ["corrects", "retracts"])
def test_a_correction_sets_the_corrected_aside(strait: Case, rel: str) -> None:
    old = event("E1", when=day(START))
    new = event("E2", when=day("2026-02-10"), links=(Link(rel=rel, to="E1"),))  # type: ignore[arg-type]
    assert seen(strait, [old, new], [ENFORCE]).reports == (Report(1, "mediator", "enforce", ("E2",)),)
    unreviewed = new.model_copy(update={"review": ReviewNote(state="proposed")})
    assert seen(strait, [old, unreviewed], [ENFORCE]).reports == (Report(0, "mediator", "enforce", ("E1",)),)


def test_an_edited_entry_counts(strait: Case) -> None:
    assert seen(strait, [event("E1", when=day(START), review=ReviewNote(state="edited"))], [ENFORCE]).reports


def test_a_status_shows_a_move_on_the_day_it_speaks_of(strait: Case) -> None:
    lapsed = rule("mediator.let_lapse", "status", type=["lapsed"])
    status = Status.model_validate({**COMMON, "id": "L1", "of": "C1", "value": "lapsed", "as_of": "2026-02-12"})
    threat_ = threat("C1", day(START))
    assert seen(strait, [threat_, status], [lapsed]).reports == (Report(1, "mediator", "let_lapse", ("L1",)),)
    undated = status.model_copy(update={"as_of": None})
    assert dict(seen(strait, [threat_, undated], [lapsed]).undated) == {"L1": "no date"}
    assert seen(strait, [status], [lapsed]) == Observed((), {}, {})  # its commitment is not in the record


def test_filters_of_a_rule_all_have_to_fit(strait: Case) -> None:
    strict = rule("mediator.cut_support", actor=["mediator"], recipient=["party_b"], type=["SANCTION"], mode=["discontinue"])
    fits = {"recipient": ("party_b",), "mode": ("discontinue",)}
    assert seen(strait, [event("E1", when=day(START), **fits)], [strict]).reports
    for key, value in (("recipient", ("party_a",)), ("mode", ()), ("actor", ("party_a",))):
        assert not seen(strait, [event("E1", when=day(START), **{**fits, key: value})], [strict]).reports
    assert not seen(strait, [event("E1", "AID", day(START), recipient=("party_b",))], [strict]).reports


def test_reports_do_not_depend_on_the_order_of_entries(strait: Case) -> None:
    found = observe(strait)
    turned = observe(replace(strait, entries=dict(reversed(list(strait.entries.items())))))
    assert [(r.round, r.actor, r.move, sorted(r.entries)) for r in found.reports] == [
        (r.round, r.actor, r.move, sorted(r.entries)) for r in turned.reports
    ]
