import itertools
from dataclasses import replace

import pytest

from openparley.brief.blocks import Fold, Table
from openparley.brief.bottom_line import likelihood_sentence
from openparley.brief.brief import _head
from openparley.brief.cite import plain
from openparley.brief.confidence import checklist
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon, lexicon_names
from openparley.brief.sections.how_to_read import how_to_read_section
from openparley.errors import ParameterError
from openparley.infer.posterior import Estimate
from openparley.record.case import Case
from tests.brief import synthetic


def estimate(low: float, high: float, value: float | None = None) -> Estimate:
    middle = (low + high) / 2 if value is None else value
    return Estimate(middle, low, high, middle, middle, 0.9, "draws", 0.005)


@pytest.mark.parametrize(
    ("name", "low", "high", "label"),
    [
        ("icd203", 0.27, 0.40, "unlikely (20–45 %; here 27–40 %)"),
        ("icd203", 0.18, 0.47, "very unlikely to roughly even chance (18–47 %)"),
        ("icd203", 0.0, 0.0, "almost no chance (less than 1 %)"),
        ("icd203", 1.0, 1.0, "almost certain (more than 99 %)"),
        ("icd203", 0.0, 0.03, "almost no chance (1–5 %; here less than 1 % to 3 %)"),
        ("phia", 0.12, 0.18, "highly unlikely (10–20 %; here 12–18 %)"),
        ("phia", 0.21, 0.22, "highly unlikely (nearest to 10–20 %; here 21–22 %)"),
        ("phia", 0.23, 0.24, "unlikely (nearest to 25–35 %; here 23–24 %)"),
        ("phia", 0.18, 0.30, "highly unlikely to unlikely (18–30 %)"),
        ("phia", 0.51, 0.52, "realistic possibility (nearest to 40–50 %; here 51–52 %)"),
        ("ipcc", 0.7, 0.8, "likely (66–90 %; here 70–80 %)"),
        ("ipcc", 0.67, 0.9, "likely (66–90 %; here 67–90 %)"),
        ("icd203", 0.45, 0.55, "roughly even chance (45–55 %)"),
        ("numeric", 0.27, 0.40, "34 %, range 27–40 %"),
    ],
)
def test_words_carry_their_range(name: str, low: float, high: float, label: str) -> None:
    assert lexicon(name).describe(estimate(low, high)).label == label


def test_two_bands_print_the_interval_and_are_counted() -> None:
    found = lexicon("icd203").describe(estimate(0.18, 0.47))
    assert found.crossed == 3
    assert found.range == "18–47 %"


@pytest.mark.parametrize(
    ("share", "word"),
    [
        (0.05, "very unlikely"),
        (0.2, "unlikely"),
        (0.45, "roughly even chance"),
        (0.55, "roughly even chance"),
        (0.8, "likely"),
        (0.95, "very likely"),
    ],
)
def test_a_boundary_takes_the_band_nearer_to_one_half(share: float, word: str) -> None:
    terms = lexicon("icd203")
    assert terms.terms[terms.band(share)].word == word


def test_a_gap_is_snapped_and_said() -> None:
    assert lexicon("phia").describe(estimate(0.21, 0.22)).snapped
    assert not lexicon("icd203").describe(estimate(0.21, 0.22)).snapped


@pytest.mark.parametrize("name", ["icd203", "phia", "ipcc"])
def test_every_whole_percent_has_a_word_and_says_when_none_is_its_own(name: str) -> None:
    terms = lexicon(name)
    for points in range(1, 100):
        share = points / 100
        found, term = terms.describe(estimate(share, share)), terms.terms[terms.band(share)]
        inside = term.low <= share <= term.high
        assert found.word == term.word
        assert found.snapped != inside
        assert found.range == f"{'' if inside else 'nearest to '}{term.range}; here {points} %"
        gaps = [max(other.low - share, share - other.high) for other in terms.terms]
        assert inside or max(term.low - share, share - term.high) == pytest.approx(min(gaps))


@pytest.mark.parametrize("name", ["icd203", "phia", "ipcc"])
def test_a_boundary_of_any_list_takes_the_band_nearer_to_one_half(name: str) -> None:
    terms = lexicon(name).terms
    shared = [(one, two) for one, two in itertools.pairwise(terms) if one.high == two.low]
    assert shared or name == "phia"  # the yardstick has gaps and no boundary
    for one, two in shared:
        nearer = min((one, two), key=lambda term: abs((term.low + term.high) / 2 - 0.5))
        assert terms[lexicon(name).band(one.high)] == nearer


@pytest.mark.parametrize(("name", "low", "high"), [("icd203", 0.18, 0.30), ("phia", 0.18, 0.30), ("ipcc", 0.08, 0.20)])
def test_an_interval_over_two_bands_prints_both_and_caps_confidence(case: Case, name: str, low: float, high: float) -> None:
    forecast = synthetic.forecast()
    outcome = forecast.outcomes["ceasefire"]
    last = replace(outcome.at_horizon, value=(low + high) / 2, low=low, high=high)
    outcomes = {**forecast.outcomes, "ceasefire": replace(outcome, by_week=(*outcome.by_week[:-1], last))}
    context = Context(Facts.of(case), synthetic.posterior(), replace(forecast, outcomes=outcomes), synthetic.run(), lexicon(name))
    sentence = likelihood_sentence(context, "ceasefire")
    terms = lexicon(name).terms
    ends = [terms[lexicon(name).band(end)].word for end in (low, high)]
    assert ends[0] != ends[1]
    assert f"{ends[0]} to {ends[1]} ({low:.0%}"[:-1] in sentence.text
    [check] = [check for check in checklist(context) if check.criterion == "Bands touched"]
    assert check.allows == "moderate"


@pytest.mark.parametrize("name", lexicon_names())
def test_a_document_uses_one_list_and_prints_its_legend(case: Case, name: str) -> None:
    terms = lexicon(name)
    context = Context(Facts.of(case), synthetic.posterior(), synthetic.forecast(), synthetic.run(), terms)
    said = " ".join(likelihood_sentence(context, id).text for id in context.outcomes)
    assert {match[0].lower() for match in terms.pattern.finditer(said)} <= {term.word for term in terms.terms}
    [fold] = how_to_read_section(context).blocks
    assert isinstance(fold, Fold)
    tables = [block for block in fold.blocks if isinstance(block, Table)]
    legend = [tuple(plain(cell) for cell in row) for table in tables for row in table.rows]
    assert legend == [(term.word, term.range) for term in terms.terms]
    assert all(terms.title in table.caption for table in tables)
    assert _head(context)["lexicon"] == terms.title


def test_lists_are_ordered_and_say_whether_they_were_checked() -> None:
    for name in lexicon_names():
        terms = lexicon(name).terms
        assert all(one.high <= two.low for one, two in itertools.pairwise(terms))
    assert not lexicon("phia").checked


def test_an_unknown_list_is_refused_with_a_guess() -> None:
    with pytest.raises(ParameterError, match="icd203"):
        lexicon("icd-203")
