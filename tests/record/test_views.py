"""Views say who answered whom and when, and set rival explanations side by side; what nobody reviewed stays out unless asked for."""

from dataclasses import replace
from pathlib import Path

import pytest

from openparley.record.acts import accept, reject
from openparley.record.case import open_case
from openparley.record.entry import Link
from openparley.record.ledger import ledger, say_do, who_to_whom
from openparley.record.views import entries_for, explanations, matrices, response_times, responses
from tests.record.small_case import change, small_case


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_case(tmp_path / "case")


def period(start: str, end: str | None = None) -> dict[str, str]:
    return {"start": start, "end": end or start}


def test_an_answer_and_its_days(folder: Path) -> None:
    change(folder, "commitments", "C001", lambda row: row.update(made=period("2025-03-03")))
    change(folder, "events", "E001", lambda row: row.update(date=period("2025-03-05", "2025-03-07"), recipient=["mediator"]))
    (row,) = responses(open_case(folder).accepted())
    assert (row.id, row.to, row.actor, row.other, row.answer) == ("E001", "C001", ("party_a",), ("mediator",), "responds")
    assert (row.days, row.days_low, row.days_high) == (2, 2, 4)
    (time,) = response_times([row])
    assert (time.actor, time.other, time.answers, time.dated, time.median_days) == ("party_a", "mediator", 1, 1, 2.0)


def test_acceptance_and_refusal_are_named(folder: Path) -> None:
    both = [{"rel": "responds_to", "to": "C001"}, {"rel": "rejects", "to": "C001"}]
    change(folder, "events", "E001", lambda row: row.update(links=both))
    assert [row.answer for row in responses(open_case(folder).accepted())] == ["rejects"]


def test_an_answer_without_a_day_counts_and_has_no_days(folder: Path) -> None:
    change(folder, "events", "E001", lambda row: row.update(date=None))
    (row,) = responses(open_case(folder).accepted())
    assert row.days is row.days_low is None
    (time,) = response_times([row])
    assert (time.answers, time.dated, time.median_days) == (1, 0, None)


def test_the_median_is_over_answers_with_days() -> None:
    rows = responses(open_case("strait-talks").accepted())
    first = rows[0]
    made = [replace(first, id=f"E{days}", days=days, actor=("a",), other=("b",)) for days in (1, 2, 9)]
    (time,) = response_times([*made, replace(made[0], days=None)])
    assert (time.answers, time.dated, time.median_days, time.fewest_days, time.most_days) == (4, 3, 2.0, 1, 9)


def test_who_comes_back_to_his_own_words_answers_nobody(folder: Path) -> None:
    change(folder, "events", "E001", lambda row: row.update(actor=["mediator"]))
    assert responses(open_case(folder).accepted()) == []


def test_an_answer_told_twice_counts_once() -> None:
    case = open_case("strait-talks")
    rows = responses(case.accepted())
    assert [row.id for row in rows if row.to == "C003"] == ["C004"], "the event at its place answers the same plan"
    assert not [row for row in rows if row.id == "E007"]
    pairs = {(time.actor, time.other): time for time in response_times(rows)}
    assert pairs["party_b", "mediator"].median_days == 1.0
    assert ("mediator", "mediator") not in pairs


def test_matrix_by_week() -> None:
    found = matrices(who_to_whom(open_case("strait-talks")))
    assert [matrix.week.weekday() for matrix in found] == [0] * len(found)
    assert [matrix.week for matrix in found] == sorted({matrix.week for matrix in found})
    first = found[0]
    assert first.cells["party_a", "party_b"] == (-7.2, 1)
    assert set(first.cells) <= {(actor, other) for actor in first.actors for other in first.recipients}


def test_rivals_stand_side_by_side() -> None:
    case = open_case("strait-talks")
    rows = explanations(case, case.accepted())
    mine = [row for row in rows if row.explains == "mediator" and row.account == "H1"]
    assert [row.side for row in mine] == sorted((row.side for row in mine), key=("for", "against", "").index)
    assert {row.side for row in mine} == {"for", "against"}
    assert all(row.contested for row in mine)
    assert {row.account for row in rows if not row.side} <= {""}
    echoed = next(row for row in mine if "K004" in row.reports)
    assert (echoed.reports, echoed.sources) == (("K004", "K011"), ("S01", "S02")), "two papers with one report hold it once"


def test_one_sided_accounts_are_not_contested(folder: Path) -> None:
    case = open_case(folder)
    accounts = {(row.account, row.side): row.contested for row in explanations(case, case.accepted())}
    assert accounts
    assert not any(accounts.values())


def test_a_conflict_is_seen_from_both_sides(folder: Path) -> None:
    case = open_case(folder)
    key = next(key for key, entry in case.accepted().items() if entry.kind == "claim")
    claim = case.entries[key]
    rival = claim.model_copy(update={"id": "K999", "links": (Link(rel="conflicts", to=key),)})
    rows = explanations(case, {**case.accepted(), "K999": rival})
    assert {row.reports[0]: row.conflicts for row in rows} == {key: ("K999",), "K999": (key,)}
    assert all(row.contested for row in rows)


def test_proposals_only_when_asked_for_and_marked(folder: Path) -> None:
    case = open_case(folder)
    waiting = {key for key, entry in case.entries.items() if entry.review.state == "proposed"}
    assert waiting, "the small case holds entries that nobody reviewed"
    assert not waiting & set(entries_for(case))
    assert waiting <= set(entries_for(case, proposed=True))
    assert [row.id for row in ledger(case)] == ["C001"]
    rows = {row.id: row.review for row in ledger(case, proposed=True)}
    assert rows == {"C001": "accepted", "C002": "proposed"}
    assert {row.actor: row.review for row in say_do(case, proposed=True)} == {"mediator": "accepted", "party_b": "proposed"}


def test_an_outcome_that_nobody_reviewed_marks_the_row(folder: Path) -> None:
    reject(folder, ["L001"], by="ben")
    lines = (folder / "record" / "statuses.jsonl").read_text(encoding="utf-8")
    (folder / "record" / "statuses.jsonl").write_text(lines + lines.replace('"L001"', '"L002"'), encoding="utf-8")
    case = open_case(folder)
    row = next(row for row in ledger(case, proposed=True) if row.id == "C001")
    assert (row.outcome, row.review, row.evidence) == ("lapsed", "proposed", ("C001", "L002"))
    assert ledger(case)[0].outcome != "lapsed"


def test_what_a_reviewed_correction_sets_aside_stays_out(folder: Path) -> None:
    change(folder, "events", "E002", lambda row: row.update(links=[{"rel": "corrects", "to": "C002"}]))
    assert "C002" not in entries_for(open_case(folder), proposed=True)
    accept(folder, ["C002"], by="ben")
    assert "C002" not in entries_for(open_case(folder), proposed=True)
