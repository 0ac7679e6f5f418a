"""Matching by the codebook's rule, and Krippendorff's α against published numbers."""

import copy
import json
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openparley.errors import CaseError
from openparley.record.agreement import agreement, alpha, load_pass, match
from openparley.record.case import open_case
from openparley.record.entry import KINDS, Entry
from tests.record.small_case import lines, small_case, write_lines


def _pass(**changes: dict[str, Any]) -> dict[str, Entry]:
    """The small case's entries, with changes to some of them."""
    found: dict[str, Entry] = {}
    for rows in lines().values():
        for row in copy.deepcopy(rows):
            row.update(changes.get(row["id"], {}))
            found[row["id"]] = KINDS[row["kind"]].model.model_validate(row)
    return found


def _moved(entry: Entry, start: int, end: int) -> dict[str, Any]:
    return {"span": {**entry.span.model_dump(), "start": start, "end": end}}


def test_a_pass_agrees_with_itself() -> None:
    result = agreement(_pass(), _pass())
    assert result.disagreements == ()
    assert all(kind.f1 == 1 for kind in result.kinds)


@pytest.mark.parametrize(("keep", "matched"), [(0.5, True), (0.45, False)])
def test_half_of_the_shorter_span_must_overlap(keep: float, matched: bool) -> None:
    a = _pass()
    span = a["E002"].span
    length = span.end - span.start
    shift = length - round(length * keep + 0.4999)
    b = _pass(E002=_moved(a["E002"], span.start + shift, span.end + shift))
    assert bool(match([a["E002"]], [b["E002"]])) is matched


def test_events_of_different_types_are_not_matched_but_compared() -> None:
    result = agreement(_pass(), _pass(E002={"event": "COERCE", "mode": []}))
    events = result.kinds[0]
    assert (events.n_a, events.n_b, events.matched) == (3, 3, 2)
    assert events.fields[0].pairs == 3
    assert events.fields[0].agree == 2
    (found,) = result.disagreements
    assert (found.field, found.value_a, found.value_b, found.source) == ("event", "ASSAULT", "COERCE", "S01")
    assert (found.start, found.end) == (_pass()["E002"].span.start, _pass()["E002"].span.end)


def test_one_to_one_and_as_many_as_possible() -> None:
    a = _pass()
    wide, narrow = a["E002"], _pass(E002=_moved(a["E002"], a["E002"].span.start, a["E002"].span.start + 10))["E002"]
    other = _pass(E002=_moved(a["E002"], a["E002"].span.start + 20, a["E002"].span.end))["E002"]
    # The wide entry fits both others, the narrow one only one: taking the first at hand would leave one unpaired.
    assert len(match([wide, narrow], [narrow, other])) == 2


def test_what_only_one_pass_has_is_listed_with_its_place() -> None:
    a, b = _pass(), _pass()
    del b["K001"]
    (found,) = agreement(a, b).disagreements
    assert (found.a, found.b, found.field) == ("K001", None, None)


def test_dates_agree_when_they_overlap_and_are_not_much_wider() -> None:
    day = {"start": "2025-03-03", "end": "2025-03-03"}
    a = _pass(E001={"date": day})
    assert agreement(a, _pass(E001={"date": {**day, "end": "2025-03-04"}})).disagreements == ()
    assert len(agreement(a, _pass(E001={"date": {**day, "end": "2025-03-05"}})).disagreements) == 1
    assert len(agreement(a, _pass(E001={"date": None})).disagreements) == 1


def test_alpha_of_krippendorffs_example() -> None:
    # Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section B: nominal data, two observers, 0.692.
    assert alpha(list(zip("aabbdcccedda", "babbbccceddd", strict=True))) == pytest.approx(0.692, abs=5e-4)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1))
def test_alpha_does_not_care_for_names_or_order(pairs: list[tuple[int, int]]) -> None:
    value = alpha(pairs)
    renamed = alpha([(-b, -a) for a, b in reversed(pairs)])
    assert (value is None and renamed is None) or value == pytest.approx(renamed)
    assert value is None or value <= 1


def test_alpha_is_not_defined_where_nothing_varies() -> None:
    assert alpha([("x", "x")] * 5) is None
    assert alpha([]) is None


def test_passes_are_read_from_the_case(tmp_path: Path) -> None:
    folder = small_case(tmp_path / "case")
    case = open_case(folder)
    with pytest.raises(CaseError, match="keeps no coding pass “pass1”"):
        load_pass(case, "pass1")
    for name in ("pass1", "pass2"):
        for kind, rows in lines().items():
            write_lines(folder / "coding" / name / f"{kind}.jsonl", rows)
    assert load_pass(case, "pass1") == load_pass(case, "pass2") == _pass()
    (folder / "coding" / "pass1" / "events.jsonl").write_text("{}\n")
    with pytest.raises(CaseError, match=r"coding/pass1/events.jsonl, line 1"):
        load_pass(case, "pass1")


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1))
def test_alpha_is_that_of_the_library(pairs: list[tuple[int, int]]) -> None:
    ours = alpha(pairs)
    if ours is None:
        return
    theirs = krippendorff.alpha(reliability_data=np.array(pairs, dtype=float).T, level_of_measurement="nominal")
    assert ours == pytest.approx(theirs, abs=1e-12)


def test_figures_that_a_bundled_case_keeps_are_what_its_passes_give() -> None:
    case = open_case("ukraine-2025")
    stored = json.loads((case.root / "agreement.json").read_text(encoding="utf-8"))
    found = agreement(load_pass(case, "pass1"), load_pass(case, "pass2"))
    assert json.loads(json.dumps({"case": case.name, "passes": ["pass1", "pass2"], **found.as_json()}, default=str)) == stored


def test_figures_in_the_readme_of_the_passes_are_those() -> None:
    case = open_case("ukraine-2025")
    readme = (case.root / "coding" / "README.md").read_text(encoding="utf-8")
    for kind in agreement(load_pass(case, "pass1"), load_pass(case, "pass2")).kinds:
        shown = f"| {kind.kind} | {kind.n_a} | {kind.n_b} | {kind.matched} | {kind.precision:.2f} | {kind.recall:.2f} | {kind.f1:.2f} |"
        assert shown in readme
        for field in kind.fields:
            alpha_shown = "–" if field.alpha is None else f"{field.alpha:.2f}"
            assert f"| {kind.kind} | {field.field} | {field.pairs} | {field.agree / field.pairs:.2f} | {alpha_shown} |" in readme
