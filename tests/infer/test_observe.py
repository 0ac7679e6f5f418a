"""Which entries show which move of which round: precedence, dates, review, corrections."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from openparley.infer.observe import Observed, Report, observe, origin_of
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


WEAK = ENFORCE.model_copy(update={"precedence": 4})  # as THREATEN


def test_of_equal_precedence_more_origins_go_first_and_echoes_count_once(strait: Case) -> None:
    """S01 and S02 go back to one wire, S03 to none but itself."""
    enforced = [event("E1", when=day(START)), event("E2", when=day(START), source="S03")]
    echoes = [threat(f"C{i}", day(START), source=source) for i, source in enumerate(("S01", "S01", "S02", "S02"))]
    assert seen(strait, [*enforced, *echoes], [WEAK, THREATEN]).reports[0].move == "enforce"
    threats = [*echoes, threat("C7", day(START), source="S03"), threat("C8", day(START), source="S04")]
    assert seen(strait, [*enforced, *threats], [WEAK, THREATEN]).reports[0].move == "threaten"


def test_of_as_many_origins_the_earlier_goes_first_and_then_the_name(strait: Case) -> None:
    later, earlier = event("E1", when=day("2026-02-05")), threat("C1", day("2026-02-03"))
    for entries in ([later, earlier], [earlier, later]):
        assert seen(strait, entries, [WEAK, THREATEN]).reports[0].move == "threaten"
    same = threat("C1", day("2026-02-05"))
    for entries in ([later, same], [same, later]):
        assert seen(strait, entries, [WEAK, THREATEN]).reports[0].move == "enforce"


def test_the_origin_is_who_the_story_goes_back_to(strait: Case) -> None:
    assert origin_of(strait, event("E1")) == "wire:skarnhead"
    assert origin_of(strait, event("E1", source="S03")) == "own:skerry-review"
    assert origin_of(strait, event("E1", source="S03", via="wire_skarnhead")) == "wire:skarnhead"
    assert origin_of(strait, event("E1", source="S03", via="mediator_official")) == "own:skerry-review"
    plain = {
        key: row.model_copy(update={"origin": "", "outlet": "not stated" if key == "S01" else row.outlet})
        for key, row in strait.sources.items()
    }
    bare = replace(strait, sources=plain)
    assert origin_of(bare, event("E1")) == "S01"
    assert origin_of(bare, event("E1", source="S03")) == strait.sources["S03"].outlet
    assert origin_of(bare, event("E1", source="S03", via="wire_skarnhead")) == "wire_skarnhead"


DOUBTED = {"mediator.threaten": 0.6, "mediator.hold": 0.3}


def test_a_doubtful_reading_is_kept_with_its_shares(strait: Case) -> None:
    doubted = rule("mediator.threaten", "commitment", type=["threat"], readings=DOUBTED)
    (found,) = seen(strait, [threat("C1", day(START))], [doubted]).reports
    assert found == Report(0, "mediator", "threaten", ("C1",), (("hold", 0.3), ("threaten", 0.6)))
    likeliest = Observation.model_validate({"kind": "commitment", "type": ["threat"], "readings": DOUBTED})
    assert likeliest == doubted


def test_a_certain_entry_settles_the_reading_of_a_report(strait: Case) -> None:
    doubted = rule("mediator.threaten", "commitment", entries=["C1"], readings=DOUBTED)
    surer = rule("mediator.threaten", "commitment", entries=["C2"], readings={"mediator.threaten": 0.9})
    entries = [threat("C1", day(START)), threat("C2", day(START)), threat("C3", day(START))]
    assert seen(strait, entries[:2], [doubted, surer]).reports[0].readings == (("threaten", 0.9),)
    assert seen(strait, entries, [doubted, surer, THREATEN]).reports == (Report(0, "mediator", "threaten", ("C1", "C2", "C3")),)


@pytest.mark.parametrize(
    ("readings", "problem"),
    [
        ({"mediator.threaten": 0.6, "party_a.stall": 0.4}, "they are about mediator and party_a"),
        ({"mediator.threaten": 0.8, "mediator.hold": 0.4}, "the shares are 0.8, 0.4"),
        ({"mediator.threaten": 0.8, "mediator.hold": -0.1}, "the shares are 0.8, -0.1"),
        ({"mediator.threaten": 0.4, "mediator.hold": 0.6}, "“mediator.threaten” is not the likeliest"),
    ],
)
def test_readings_that_are_no_shares_are_refused(readings: dict[str, float], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        rule("mediator.threaten", "commitment", readings=readings)


def test_a_draw_of_the_world_can_be_reported(strait: Case) -> None:
    front = rule("world.front_moves", actor=["party_a"], type=["ASSAULT"])
    (found,) = seen(strait, [event("E1", "ASSAULT", day(START), actor=("party_a",))], [front]).reports
    assert (found.actor, found.move) == ("world", "front_moves")


def test_a_status_stays_when_its_commitment_is_left_out(strait: Case) -> None:
    """That a threat lapsed tells that it was made, whoever else reported the making."""
    lapsed = rule("mediator.let_lapse", "status", type=["lapsed"])
    status = Status.model_validate({**COMMON, "id": "L1", "of": "C1", "value": "lapsed", "as_of": "2026-02-12"})
    file = strait.file.model_copy(update={"observations": (lapsed, THREATEN)})
    case = replace(strait, file=file, entries={"C1": threat("C1", day(START)), "L1": status})
    assert [r.move for r in observe(case).reports] == ["threaten", "let_lapse"]
    assert [r.move for r in observe(case, without=("C1",)).reports] == ["let_lapse"]


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
