import itertools

import pytest

from openparley.brief.lexicon import lexicon, lexicon_names
from openparley.errors import ParameterError
from openparley.infer.posterior import Estimate


def estimate(low: float, high: float, value: float | None = None) -> Estimate:
    middle = (low + high) / 2 if value is None else value
    return Estimate(middle, low, high, middle, middle, 0.9, "draws", 0.005)


@pytest.mark.parametrize(
    ("name", "low", "high", "label"),
    [
        ("icd203", 0.27, 0.40, "unlikely (20–45 %)"),
        ("icd203", 0.18, 0.47, "very unlikely to roughly even chance (18–47 %)"),
        ("icd203", 0.0, 0.0, "almost no chance (less than 1 %)"),
        ("icd203", 1.0, 1.0, "almost certain (more than 99 %)"),
        ("icd203", 0.0, 0.03, "almost no chance (1–5 %)"),
        ("phia", 0.21, 0.22, "highly unlikely (10–20 %)"),
        ("ipcc", 0.7, 0.8, "likely (66–90 %)"),
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


def test_lists_are_ordered_and_say_whether_they_were_checked() -> None:
    for name in lexicon_names():
        terms = lexicon(name).terms
        assert all(one.high <= two.low for one, two in itertools.pairwise(terms))
    assert not lexicon("phia").checked


def test_an_unknown_list_is_refused_with_a_guess() -> None:
    with pytest.raises(ParameterError, match="icd203"):
        lexicon("icd-203")
