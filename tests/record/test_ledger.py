"""The ledger says what sources said, and of silence that it is silence."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from openparley.cli.ledger import command
from openparley.record.acts import accept, reject
from openparley.record.case import open_case
from openparley.record.ledger import NO_REPORT, ledger, say_do, who_to_whom
from tests.record.small_case import change, small_case


def period(start: str, end: str | None = None) -> dict[str, str]:
    return {"start": start, "end": end or start}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_case(tmp_path / "case")


def test_a_reported_lapse(folder: Path) -> None:
    (row,) = ledger(open_case(folder))
    assert (row.id, row.outcome, row.as_of, row.days_overdue) == ("C001", "lapsed", date(2025, 3, 14), None)
    assert row.evidence == ("C001", "L001")


def test_silence_past_the_due_date_is_called_that(folder: Path) -> None:
    reject(folder, ["L001"], by="ben")
    (row,) = ledger(open_case(folder))
    assert (row.outcome, row.days_overdue) == (NO_REPORT, 18)


@pytest.mark.parametrize(("as_of", "outcome"), [("2025-03-10", NO_REPORT), ("2025-03-20", "pending"), ("2025-04-02", NO_REPORT)])
def test_pending_counts_only_when_reported_after_the_due_date_and_before_the_cutoff(folder: Path, as_of: str, outcome: str) -> None:
    change(folder, "statuses", "L001", lambda row: row.update(value="pending", as_of=as_of))
    (row,) = ledger(open_case(folder))
    assert row.outcome == outcome
    assert row.days_overdue == 18


def test_not_yet_due_is_pending(folder: Path) -> None:
    reject(folder, ["L001"], by="ben")
    change(folder, "commitments", "C001", lambda row: row["due"].update(start="2025-05-01", end="2025-05-01"))
    (row,) = ledger(open_case(folder))
    assert (row.outcome, row.days_overdue) == ("pending", None)


def test_late_delivery_has_a_slip(folder: Path) -> None:
    change(folder, "statuses", "L001", lambda row: row.update(value="kept", as_of="2025-03-18"))
    (row,) = ledger(open_case(folder))
    assert (row.outcome, row.slip_days) == ("kept", None), "the day of the report is not the day of the act"
    change(folder, "events", "E003", lambda row: row.update(links=[{"rel": "fulfils", "to": "C001"}], date=period("2025-03-16")))
    (row,) = ledger(open_case(folder))
    assert (row.outcome, row.slip_days) == ("kept", 3)
    assert say_do(open_case(folder))[0].median_slip_days == 3
    change(folder, "events", "E003", lambda row: row.update(date=period("2025-03-14", "2025-03-20")))
    assert say_do(open_case(folder))[0].median_slip_days is None


@pytest.mark.parametrize("value", ["violated", "lapsed", "pending", "superseded"])
def test_only_what_was_kept_was_late(folder: Path, value: str) -> None:
    change(folder, "statuses", "L001", lambda row: row.update(value=value, as_of="2025-03-18"))
    change(folder, "events", "E003", lambda row: row.update(links=[{"rel": "fulfils", "to": "C001"}], date=period("2025-03-16")))
    assert say_do(open_case(folder))[0].median_slip_days is None


def test_what_is_asked_of_others_is_not_what_one_says_one_will_do(folder: Path) -> None:
    accept(folder, ["C002"], by="ben")
    change(folder, "commitments", "C001", lambda row: row.update(type="demand"))
    change(folder, "statuses", "L001", lambda row: row.update(value="violated"))
    envoy, _ = say_do(open_case(folder))
    assert (envoy.made, envoy.lapsed, envoy.demands_made, envoy.demands_met) == (0, 0, 1, 0)
    change(folder, "statuses", "L001", lambda row: row.update(value="kept"))
    envoy, _ = say_do(open_case(folder))
    assert (envoy.kept, envoy.demands_made, envoy.demands_met) == (0, 1, 1)
    change(folder, "commitments", "C001", lambda row: row.update(type="proposal"))
    assert [row.actor for row in say_do(open_case(folder))] == ["party_b"]
    assert [row.id for row in ledger(open_case(folder))] == ["C001", "C002"]


def test_a_deadline_counts_for_the_actor_unless_it_asks_others(folder: Path) -> None:
    change(folder, "commitments", "C001", lambda row: row.update(type="deadline"))
    assert say_do(open_case(folder))[0].made == 1
    change(folder, "commitments", "C001", lambda row: row.update(event="REQUEST"))
    assert (say_do(open_case(folder))[0].made, say_do(open_case(folder))[0].demands_made) == (0, 1)


@pytest.mark.parametrize("mutual", [False, True])
def test_an_echo_shares_the_outcome_and_counts_once(folder: Path, mutual: bool) -> None:
    accept(folder, ["C002"], by="ben")
    echo = {"type": "threat", "actor": ["mediator"], "links": [{"rel": "same_event", "to": "C001"}]}
    change(folder, "commitments", "C002", lambda row: row.update(echo))
    if mutual:
        change(folder, "commitments", "C001", lambda row: row.update(links=[{"rel": "same_event", "to": "C002"}]))
    for status_of in ("C001", "C002"):
        change(folder, "statuses", "L001", lambda row, of=status_of: row.update(of=of))
        first, second = ledger(open_case(folder))
        assert (first.outcome, first.same_as) == ("lapsed", None)
        assert (second.outcome, second.same_as, second.as_of, second.due) == ("lapsed", "C001", first.as_of, first.due)
        (envoy,) = say_do(open_case(folder))
        assert (envoy.made, envoy.lapsed) == (1, 1)
    reject(folder, ["L001"], by="ben")
    assert [row.outcome for row in ledger(open_case(folder))] == [NO_REPORT, NO_REPORT]
    assert say_do(open_case(folder))[0].no_report == 1
    assert f"{NO_REPORT}, same as C001" in CliRunner().invoke(command, [str(folder)]).output


def test_ranges_of_days_print_as_ranges(folder: Path) -> None:
    change(folder, "commitments", "C001", lambda row: row.update(made=period("2018-01-01", "2021-01-20")))
    change(folder, "commitments", "C001", lambda row: row["due"].update(start="2025-03-10"))
    for option in ([], ["--csv"]):
        out = CliRunner().invoke(command, [str(folder), *option]).output
        assert "2018-01-01…2021-01-20" in out
        assert "2025-03-10…2025-03-13" in out
    (row,) = json.loads(CliRunner().invoke(command, [str(folder), "--json"]).output)["ledger"]
    assert (row["made"], row["made_end"], row["due_start"], row["due"]) == ("2018-01-01", "2021-01-20", "2025-03-10", "2025-03-13")


def test_the_bundled_cases_count_own_words_once() -> None:
    strait = open_case("strait-talks")
    rows = {row.id: row for row in ledger(strait)}
    assert {row.id: row.same_as for row in rows.values() if row.same_as} == {"C010": "C002", "C011": "C001"}
    assert rows["C010"].outcome == rows["C011"].outcome == "lapsed"
    counts = {row.actor: row for row in say_do(open_case("ukraine-2025"))}
    assert "mediator_state" in counts
    assert (counts["mediator_state"].made, counts["mediator_state"].demands_made) == (0, 1)
    assert (counts["mediator"].demands_made, counts["mediator"].demands_met, counts["mediator"].median_slip_days) == (3, 1, None)


def test_say_and_do_by_actor(folder: Path) -> None:
    accept(folder, ["C002"], by="ben")
    envoy, suderland = say_do(open_case(folder))
    assert (envoy.actor, envoy.made, envoy.lapsed, envoy.median_slip_days) == ("mediator", 1, 1, None)
    assert (suderland.actor, suderland.pending, suderland.median_slip_days) == ("party_b", 1, None)


def test_events_by_week_and_pair(folder: Path) -> None:
    rows = who_to_whom(open_case(folder))
    found = {(row.week, row.actor, row.recipient): row.mean_score for row in rows}
    assert found == {
        (date(2025, 3, 3), "party_a", "mediator"): -4.2,
        (date(2025, 3, 3), "party_a", "party_b"): -9.3,
        (date(2025, 3, 10), "party_b", "mediator"): 4.2,
    }


def test_reports_of_the_same_event_count_once(folder: Path) -> None:
    change(folder, "events", "E002", lambda row: row.update(recipient=["mediator"], links=[{"rel": "same_event", "to": "E001"}]))
    rows = who_to_whom(open_case(folder))
    assert [(row.actor, row.events) for row in rows if row.actor == "party_a"] == [("party_a", 1)]
