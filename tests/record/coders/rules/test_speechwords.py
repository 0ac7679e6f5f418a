"""Verbs of speech: their forms, what a case may add, and what it is told when a row is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from openparley.errors import CaseError
from openparley.record.coders.rules.claims.claimcues import claim_cues
from openparley.record.coders.rules.lexicon import Lexicon
from openparley.record.coders.rules.speech.rates import confidence, rate_of, speech_rates
from openparley.record.coders.rules.speech.speechwords import forms_of, speech_words


@pytest.mark.parametrize(
    ("lemma", "irregular", "expected"),
    [
        ("claim", (), {"claim", "claims", "claiming", "claimed"}),
        ("deny", (), {"deny", "denies", "denying", "denied"}),
        ("announce", (), {"announce", "announces", "announcing", "announced"}),
        ("stress", (), {"stress", "stresses", "stressing", "stressed"}),
        ("say", ("said",), {"say", "says", "saying", "said"}),
        ("quip", ("quipped", "quipping"), {"quip", "quips", "quipping", "quipped"}),
    ],
)
def test_forms(lemma: str, irregular: tuple[str, ...], expected: set[str]) -> None:
    assert set(forms_of(lemma, irregular)) == expected


def test_verb_with_a_particle_comes_first() -> None:
    assert [verb.particle for verb in speech_words(Lexicon()).by_form["called"]][:2] == ["on", "upon"]


def test_case_adds_a_verb(tmp_path: Path) -> None:
    (tmp_path / "speech.csv").write_text("verb,forms,quotes,reports,class\nchirp,,yes,that,say\n", encoding="utf-8")
    words = speech_words(Lexicon(tmp_path))
    assert "chirped" in words.after_quotation
    assert "said" in words.after_quotation


@pytest.mark.parametrize(
    ("row", "value"), [("chirp,,yes,that,song", "song"), ("chirp,,maybe,that,say", "maybe"), ("chirp,,yes,whistling,say", "whistling")]
)
def test_wrong_row_of_a_case_is_named(tmp_path: Path, row: str, value: str) -> None:
    (tmp_path / "speech.csv").write_text(f"verb,forms,quotes,reports,class\n{row}\n", encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        speech_words(Lexicon(tmp_path))
    assert value in str(caught.value)


def test_wrong_class_of_a_claim_cue_is_named(tmp_path: Path) -> None:
    (tmp_path / "claims.csv").write_text("class,cues\n7,hum\n", encoding="utf-8")
    with pytest.raises(CaseError):
        claim_cues(Lexicon(tmp_path))


def test_rule_without_a_record_has_that_of_its_family() -> None:
    rates = speech_rates(Lexicon())
    assert rate_of(rates, "after.said_np.other") == rates["after"]
    assert rate_of(rates, "unheard.of") == confidence(0, 0)


def test_confidence_grows_with_the_record_and_stays_below_one() -> None:
    assert confidence(0, 3) < confidence(0, 0) < confidence(3, 3) < confidence(300, 300) < 1
