"""Two runs: every kind of change is found and named, and a difference is held against the Monte Carlo error of both."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from openparley.errors import CaseError
from openparley.forecast.compare import CAUSES, Comparison, compare
from openparley.forecast.runs import read_run
from openparley.record.case import Case
from tests.forecast.small_runs import a_case, number, record_of, report, weeks_after, write_run


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return a_case(tmp_path / "mine")


def compared(case: Case, *, old: dict[str, Any] | None = None, **new: Any) -> Comparison:
    runs = case.root / "runs"
    first = write_run(runs, case, "0ld0ld", **(old or {}))
    return compare(read_run(first), read_run(write_run(runs, case, "1ew1ew", created="2025-04-02T10:00:00+00:00", **new)))


def base(case: Case) -> dict[str, Any]:
    return record_of(case, "", "")


def edited(case: Case, key: str, **more: Any) -> dict[str, Any]:
    """A part of ``run.json`` with some of its keys changed, or gone where the value is None."""
    return {name: value for name, value in {**base(case)[key], **more}.items() if value is not None}


def test_a_run_and_its_twin_differ_in_nothing(case: Case) -> None:
    found = compared(case)
    assert found.changed.causes == ()
    assert found.verdict() == "No input that a number depends on changed, and no number did."
    assert all(moved.difference == 0 and moved.beyond_error is False for moved in found.numbers)


def changes(case: Case) -> dict[str, dict[str, Any]]:
    """One change of each kind."""
    a01 = {**base(case)["assumptions"]["A01"], "likely": 1.5}
    return {
        "evidence": {"reports": [report(0, "mediator", "threaten")]},
        "assumptions": {"assumptions": edited(case, "assumptions", A01=a01)},
        "structure": {"model": edited(case, "model", rounds=9)},
        "settings": {"settings": edited(case, "settings", **{"nodes.mediator": 16})},
        "software": {"software": edited(case, "software", code="beef")},
    }


@pytest.mark.parametrize("cause", CAUSES)
def test_one_cause_alone_is_named_and_no_other(case: Case, cause: str) -> None:
    found = compared(case, **changes(case)[cause], probs={"truce": (0.1, 0.2, 0.3, 0.4), "talks": (0.1,) * 4})
    assert found.changed.causes == (cause,)
    assert found.verdict().startswith(f"Only the {cause} changed")


def test_several_causes_at_once_cannot_be_told_apart(case: Case) -> None:
    several = changes(case)
    found = compared(case, **several["evidence"], **several["software"], **several["assumptions"])
    assert found.changed.causes == ("evidence", "assumptions", "software")
    verdict = found.verdict()
    assert verdict.startswith("Evidence, assumptions and software changed at once")
    assert "cannot be told from these two runs alone" in verdict


def test_reports_added_removed_and_changed(case: Case) -> None:
    rows = [report(0, "mediator", "threaten", threaten=0.7, hold=0.3), report(2, "party_a", "hold")]
    found = compared(case, reports=rows, entries={"E001": "aa", "E002": "cc", "E003": "dd"}, cutoff="2025-04-07")
    assert found.changed.cutoff == ("2025-03-31", "2025-04-07")
    assert found.changed.entries == {"added": ["E003"], "removed": [], "changed": ["E002"]}
    assert found.changed.reports == {
        ("2025-03-03", "mediator"): ("threaten", "threaten (hold 0.3, threaten 0.7)"),
        ("2025-03-10", "party_a"): ("hold", None),
        ("2025-03-17", "party_a"): (None, "hold"),
    }


def test_entries_and_words_that_change_no_number_are_listed_and_no_cause(case: Case) -> None:
    a01 = {**base(case)["assumptions"]["A01"], "statement": "Otherwise stated.", "status": "supported"}
    settings = edited(case, "settings", lever_draws=64)
    found = compared(case, entries={"E001": "aa"}, assumptions=edited(case, "assumptions", A01=a01), settings=settings)
    assert found.changed.entries["removed"] == ["E002"]
    assert found.changed.assumptions["A01"].keys() == {"statement", "status"}
    assert found.changed.causes == ()


def test_assumptions_old_to_new_added_and_removed(case: Case) -> None:
    a01 = {**base(case)["assumptions"]["A01"], "low": -1.0, "likely": 1.5}
    a03 = {**a01, "sets": "precision.party_a"}
    found = compared(case, assumptions=edited(case, "assumptions", A01=a01, A02=None, A03=a03)).changed.assumptions
    assert found["A01"] == {"low": (0.0, -1.0), "likely": (1.0, 1.5)}
    assert found["A02"] == {"assumption": ("weight.A02: 0 / 1 / 2 pert", None)}
    assert found["A03"] == {"assumption": (None, "precision.party_a: -1 / 1.5 / 2 pert")}


def test_structure_is_compared_address_by_address(case: Case) -> None:
    model = {"family": "mediated_ceasefire", "rounds": 9, "options": {"allies": True}}
    outcomes = edited(case, "outcomes", talks={"name": "Talks", "what": "So.", "when": {"end": "talks", "actor": None, "move": None}})
    found = compared(case, model=model, outcomes=outcomes, accounts=base(case)["accounts"][:1], levers={})
    assert found.changed.structure == {
        "accounts.H2": ("mediator", None),
        "lever.binding.game.deadline_binds": (True, None),
        "model.options.allies": (False, True),
        "model.rounds": (8, 9),
        "outcome.talks.actor": ("party_a", None),
        "outcome.talks.end": (None, "talks"),
        "outcome.talks.move": ("talk", None),
    }


def test_another_seed_alone_is_a_question_of_exactness(case: Case) -> None:
    assert "show how exact the numbers are" in compared(case, seed=2).verdict()


def test_numbers_that_move_with_no_cause_are_our_fault(case: Case) -> None:
    found = compared(case, probs={"truce": (0.05, 0.1, 0.2, 0.31), "talks": (0.05, 0.1, 0.2, 0.3)})
    assert "should not be" in found.verdict()


@pytest.mark.parametrize(("change", "mcse", "beyond"), [(0.05, 0.01, True), (0.05, 0.03, False), (-0.05, 0.01, True), (0.0, 0.0, False)])
def test_a_difference_is_held_against_both_errors(case: Case, change: float, mcse: float, beyond: bool) -> None:
    found = compared(case, mcse=mcse, probs={"truce": (0.0, 0.0, 0.0, 0.3 + change)}, old={"mcse": mcse})
    moved = next(number for number in found.numbers if number.id == "truce")
    assert moved.difference == pytest.approx(change)
    assert moved.error == pytest.approx(mcse * 2**0.5)
    assert moved.beyond_error is beyond
    gone = next(number for number in found.numbers if number.id == "talks")
    assert (gone.new, gone.difference, gone.beyond_error) == (None, None, None)


def test_accounts_are_compared_by_actor_and_label(case: Case) -> None:
    shares = {"mediator": {"H1": asdict(number(0.7)), "H2": asdict(number(0.3))}}
    found = {moved.id: moved for moved in compared(case, shares=shares).numbers if moved.kind == "account"}
    assert found["mediator.H1"].difference == pytest.approx(0.1)
    assert found["mediator.H1"].beyond_error is True
    assert found["mediator.none"].new is None
    assert found["mediator.H2"].old is None


def test_outcomes_are_compared_on_a_day_that_both_forecasts_have(case: Case) -> None:
    later = weeks_after(date(2025, 4, 14))
    found = compared(case, cutoff="2025-04-14", weeks=later, probs={"truce": (0.11, 0.12, 0.13, 0.14), "talks": (0.0,) * 4})
    moved = next(number for number in found.numbers if number.id == "truce")
    assert moved.by == date(2025, 4, 28)
    assert (moved.old, moved.new) == (number(0.3), number(0.12))
    apart = compare(found.old, read_run(write_run(case.root / "runs", case, "2ew2ew", weeks=weeks_after(date(2026, 4, 14)))))
    assert next(number for number in apart.numbers if number.id == "truce").old is None


def test_an_older_run_is_refused_with_what_it_does_not_say(case: Case) -> None:
    with pytest.raises(CaseError, match=r"older version .* does not say which moves were reported"):
        compared(case, old={"without": ["reports"]})


def test_the_comparison_is_plain_data(case: Case) -> None:
    several = changes(case)
    data = json.loads(json.dumps(compared(case, **several["evidence"], **several["settings"]).as_json(), default=str, allow_nan=False))
    assert data["causes"] == ["evidence", "settings"]
    assert data["changed"]["reports"] == [{"week": "2025-03-10", "actor": "party_a", "old": "hold", "new": None}]
    assert data["changed"]["settings"] == {"nodes.mediator": [8, 16]}
    assert data["old"]["id"] == "0ld0ld"
