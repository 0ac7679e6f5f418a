"""The ledger says what sources said, and of silence that it is silence."""

from datetime import date
from pathlib import Path

import pytest

from openparley.record.acts import accept, reject
from openparley.record.case import open_case
from openparley.record.ledger import NO_REPORT, ledger, say_do, who_to_whom
from tests.record.small_case import change, small_case


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
    assert (row.outcome, row.slip_days) == ("kept", 5)
    assert say_do(open_case(folder))[0].median_slip_days == 5


def test_say_and_do_by_actor(folder: Path) -> None:
    accept(folder, ["C002"], by="ben")
    envoy, suderland = say_do(open_case(folder))
    assert (envoy.actor, envoy.made, envoy.lapsed, envoy.median_slip_days) == ("mediator", 1, 1, 18)
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
