"""The table of assumptions: small values are not nothing, a comparison has one precision, and a unit is no finding."""

from dataclasses import replace
from itertools import pairwise

import pytest

from openparley.brief.cite import plain
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.sections.assumptions import UNIT, assumptions_section, sets_unit, verdict
from openparley.record.case import Case, open_case
from tests.brief import synthetic


@pytest.fixture(scope="module")
def real() -> Case:
    return open_case("strait-talks")


@pytest.fixture
def context(real: Case) -> Context:
    return Context(Facts.of(real), synthetic.posterior(), synthetic.forecast(), synthetic.run(), lexicon("icd203"))


def rows(context: Context) -> dict[str, list[str]]:
    table = assumptions_section(context).blocks[1]
    return {plain(row[0]): [plain(cell) for cell in row] for row in table.rows}  # type: ignore[union-attr]


def test_no_assumption_that_is_more_than_nothing_is_printed_as_nothing(context: Context) -> None:
    printed = rows(context)
    assert {row.low for row in context.facts.case.file.assumptions} & {0.002, 0.005}
    for row in context.facts.case.file.assumptions:
        for value, text in zip((row.low, row.likely, row.high), printed[row.id][2:5], strict=True):
            assert (float(text.split(" ")[0].replace("−", "-")) == 0) == (value == 0)
        numbers = [float(text.split(" ")[0].replace("−", "-")) for text in printed[row.id][2:5]]
        assert all(one <= two for one, two in pairwise(numbers))


def test_an_assumption_that_only_sets_a_unit_is_not_called_supported(context: Context) -> None:
    printed = rows(context)
    units = [row for row in context.facts.case.file.assumptions if "read against this" in row.statement]
    assert len(units) == 3
    assert all(printed[row.id][6] == UNIT and sets_unit(row) for row in units)
    others = [row for row in context.facts.case.file.assumptions if row not in units]
    assert all(printed[row.id][6] == row.status and not sets_unit(row) for row in others)
    (said, *_) = [sentence.text for sentence in context.book.sentences if sentence.section == "assumptions"]
    supported = sum(row.status == "supported" for row in others)
    assert f"{supported} supported," in said
    assert "; 3 only set a unit;" in said


@pytest.mark.parametrize(("error", "text"), [(0.002, "0.60 → 0.64 (0.50 to 0.79)"), (0.02, "0.60 → 0.64 (0.50 to 0.79)")])
def test_before_and_after_have_one_precision_and_a_move_shows(context: Context, error: float, text: str) -> None:
    id, found = next(iter(context.posterior.assumptions.items()))
    after = replace(found.posterior, value=0.64, low=0.5, high=0.79, mcse=error)
    moved = replace(found, prior=replace(found.prior, value=0.6), posterior=after, identified=True)
    shown = replace(context, posterior=replace(context.posterior, assumptions={id: moved}))
    assert verdict(shown, id) == text
    coarse = replace(moved, posterior=replace(after, value=0.76, mcse=0.02))
    assert verdict(replace(context, posterior=replace(context.posterior, assumptions={id: coarse})), id) == "0.6 → 0.8 (0.5 to 0.8)"
