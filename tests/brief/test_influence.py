"""What a report did to a number: in closed form, and against the posterior worked out without it."""

import math

import numpy as np
import pytest

from openparley.brief.influence import SILENCE, influences, odds_factor, without
from openparley.infer.posterior import AccountPath, Estimate, EvidenceMatrix, EvidenceRow, Posterior
from tests.brief import synthetic

PRIOR = {"H1": 0.5, "H2": 0.3, "none": 0.2}
REPORTS = [
    ("E001", (0.8, 0.4, 0.5)),
    ("E002", (0.1, 0.3, 0.2)),
    ("", (0.9, 0.6, 0.7)),
    ("E003", (0.5, 0.5, 0.5)),
    ("E001", (0.6, 0.7, 0.5)),
]


def row(index: int, entry: str, probs: tuple[float, ...]) -> EvidenceRow:
    told = {label: math.log(prob) for label, prob in zip(PRIOR, probs, strict=True)}
    return EvidenceRow(index, "a" if entry else "", "move" if entry else "", (entry, "E900") if entry else (), told, True)


def posterior(reports: list[tuple[str, tuple[float, ...]]]) -> Posterior:
    """One actor, no drift: the shares are prior times the product of the rows."""
    rows = tuple(row(index, *report) for index, report in enumerate(reports))
    raw = {label: prior * math.exp(sum(one.log_evidence[label] for one in rows)) for label, prior in PRIOR.items()}
    now = {label: value / sum(raw.values()) for label, value in raw.items()}
    total = {label: sum(one.log_evidence[label] for one in rows) for label in PRIOR}
    one = {label: Estimate(share, 0.0, 1.0, share, share, 0.9, "draws", 0.01) for label, share in now.items()}
    shares = np.array([list(now.values())])
    path = AccountPath("a", tuple(PRIOR), PRIOR, shares, shares, shares, one)
    base = synthetic.posterior()
    fields = {key: getattr(base, key) for key in base.__dataclass_fields__}
    return Posterior(**(fields | {"accounts": {"a": path}, "evidence": {"a": EvidenceMatrix("a", tuple(PRIOR), rows, total)}}))


def shares(found: Posterior) -> dict[str, float]:
    return {label: one.value for label, one in found.accounts["a"].now.items()}


@pytest.mark.parametrize("dropped", range(len(REPORTS)))
def test_a_row_taken_out_leaves_the_posterior_without_it(dropped: int) -> None:
    rest = [report for index, report in enumerate(REPORTS) if index != dropped]
    left = without(shares(posterior(REPORTS)), row(dropped, *REPORTS[dropped]))
    assert left == pytest.approx(shares(posterior(rest)))


def test_the_entries_are_ordered_by_what_they_did_and_not_by_their_place() -> None:
    worth = {"a": {"H1": 1.0, "H2": 0.0, "none": 0.0}}
    found = influences(posterior(REPORTS), worth)
    assert [one.entry for one in found] == ["E002", "E001", SILENCE]  # E003 does nothing
    turned = influences(posterior(REPORTS[::-1]), worth)
    assert [one.entry for one in turned] == [one.entry for one in found]
    assert [one.change for one in turned] == pytest.approx([one.change for one in found])


def test_rows_of_one_entry_count_together_and_further_entries_of_a_report_do_not() -> None:
    full = posterior(REPORTS)
    worth = {"a": {"H1": 1.0, "H2": 0.0, "none": 0.0}}
    alone = [full.accounts["a"].now["H1"].value - without(shares(full), row(k, *REPORTS[k]))["H1"] for k in (0, 4)]
    found = {one.entry: one.change for one in influences(full, worth)}
    assert found["E001"] == pytest.approx(sum(alone))
    assert "E900" not in found


def test_an_outcome_moves_by_its_forecast_under_each_account() -> None:
    full, under = posterior(REPORTS), {"H1": 0.6, "H2": 0.1, "none": 0.3}
    left = without(shares(full), row(1, *REPORTS[1]))
    expected = sum((shares(full)[label] - left[label]) * under[label] for label in under)
    assert {one.entry: one.change for one in influences(full, {"a": under})}["E002"] == pytest.approx(expected)


def test_odds_multiply_by_the_ratio_of_the_evidence() -> None:
    two = {"H1": 0.9, "H2": 0.1}
    left = without(two, EvidenceRow(0, "a", "m", ("E1",), {"H1": math.log(0.6), "H2": math.log(0.2)}, True))
    assert odds_factor(two["H1"], two["H1"] - left["H1"]) == pytest.approx(3.0)


def test_an_account_that_had_ruled_a_report_out_gives_no_number_that_is_none() -> None:
    left = without({"H1": 1.0, "H2": 0.0}, EvidenceRow(0, "a", "m", ("E1",), {"H1": -0.1, "H2": -math.inf}, True))
    assert all(math.isfinite(value) for value in left.values())
    assert sum(left.values()) == pytest.approx(1.0)


def test_an_account_without_a_view_keeps_its_share() -> None:
    row = EvidenceRow(0, "a", "m", ("E1",), {"H1": math.log(0.8), "H2": math.log(0.2)}, True)
    left = without({"H1": 0.4, "H2": 0.4, "none": 0.2}, row)
    assert left["none"] == 0.2
    assert left["H2"] == pytest.approx(0.64)
    assert sum(left.values()) == pytest.approx(1.0)


def test_a_run_without_a_matrix_falls_back_on_the_moves_of_the_actor() -> None:
    base = synthetic.posterior()
    found = influences(base, {"mediator": {"H1": 1.0, "H2": 0.0, "H3": 0.0, "none": 0.0}})
    ids = {one.entry for one in found} - {SILENCE}
    assert ids == {move.entries[0] for move in base.moves if move.actor == "mediator" and move.entries}
