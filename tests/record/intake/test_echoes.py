"""Echoes: what shares most of its wording is one origin, what shares a speech or a footer is not."""

import random

import numpy as np
import pytest

from openparley.record.intake.echoes import ECHO_SHARE, Index, shingles
from openparley.record.intake.wires import wire_credit
from tests.record.intake.reports import report


def index(**texts: str) -> Index:
    made = Index(texts.get)
    for name, text in texts.items():
        made.add(name, shingles(text))
    return made


def exact(one: str, other: str) -> float:
    """The share counted word by word, without hashes."""
    runs = [{tuple(words[i : i + 5]) for i in range(len(words) - 4)} for words in (_words(one), _words(other))]
    return len(runs[0] & runs[1]) / min(map(len, runs))


def _words(text: str) -> list[str]:
    return [word.strip(".,“”") for word in text.casefold().split()]


def edited(text: str, every: int, seed: int = 0) -> str:
    """A text with one word in ``every`` replaced."""
    rng = random.Random(seed)
    return " ".join("changed" if rng.random() < 1 / every else word for word in text.split())


@pytest.mark.parametrize("every", [6, 10, 25, 100])
@pytest.mark.parametrize("seed", range(4))
def test_the_share_is_that_of_the_runs_counted_one_by_one(every: int, seed: int) -> None:
    one = report(seed)
    other = edited(one, every, seed)
    likes = index(S01=one, S02=report(99)).like(shingles(other))
    share = exact(one, other)
    assert [like.source for like in likes] == (["S01"] if share >= ECHO_SHARE else [])
    if likes:
        assert likes[0].share == pytest.approx(share)


def test_a_short_item_inside_a_long_article_is_found_either_way_round() -> None:
    item, article = report(1, 80), report(2, 200) + report(1, 80) + report(3, 200)
    likes = index(S01=article, S02=report(4)).like(shingles(item))
    assert [(like.source, like.inside, like.collection) for like in likes] == [("S01", False, False)]
    likes = index(S01=item, S02=report(4)).like(shingles(article))
    assert [(like.source, like.inside, like.collection) for like in likes] == [("S01", True, False)]


def test_a_collection_is_told_from_an_article() -> None:
    likes = index(S01=report(1, 80)).like(shingles("\n".join(report(seed, 200) for seed in range(2, 8)) + report(1, 80)))
    assert [(like.source, like.collection) for like in likes] == [("S01", True)]


def test_reports_that_quote_one_speech_are_not_echoes() -> None:
    speech = report(1, 80)
    assert index(S01=report(2, 160) + speech).like(shingles(report(3, 160) + speech)) == []


def test_what_an_outlet_prints_around_its_reports_makes_no_echo() -> None:
    footer = "\n".join(
        f"Sign up to our newsletter number {number} about ships and harbours and all that lies between them" for number in range(20)
    )
    assert index(S01=f"{report(1, 60)}\n{footer}").like(shingles(f"{report(2, 60)}\n{footer}")) == []


def test_a_headline_in_common_is_too_little() -> None:
    assert index(S01="Norland refuses to meet the envoy before the week is over").like(shingles("Norland refuses to meet the envoy")) == []


def test_case_and_punctuation_make_no_difference_and_order_does() -> None:
    text = report(5)
    assert np.array_equal(shingles(text), shingles(text.upper().replace(" ", "  ").replace(".", "!")))
    assert not np.intersect1d(shingles("one two three four five"), shingles("two one three four five")).size


def test_the_likest_comes_first() -> None:
    text = report(1)
    likes = index(S01=edited(text, 12), S02=text, S03=edited(text, 40)).like(shingles(text))
    assert [like.source for like in likes] == ["S02", "S03", "S01"][: len(likes)]
    assert len(likes) > 1


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        ("GENEVA, March 3 (Reuters) - The envoy left.", "wire:reuters"),
        ("Envoy leaves\n\nOSTRAVA (AP) — The envoy left.", "wire:ap"),
        ("KYIV, Ukraine (AP) — The envoy left.", "wire:ap"),
        ("BERLIN, dpa – The envoy left.", "wire:dpa"),
        ("New York [AFP] - The envoy left.", "wire:afp"),
        ("Envoy leaves\nBy The Associated Press\nHe left.", "wire:ap"),
        ("Envoy leaves\nBy Ada Poe, Reuters\nHe left.", "wire:reuters"),
        ("Ada Poe | AFP\nHe left.", "wire:afp"),
        ("The envoy left.\n\n(Xinhua)", "wire:xinhua"),
        ("The envoy left.\n— AFP", "wire:afp"),
        ("The envoy left.\n© 2025 AFP", "wire:afp"),
        ("The envoy told Reuters that he had left.", ""),
        ("The agency (AP) - founded long ago - said so.", ""),
        ("In an interview, Reuters said - without names - that he left.", ""),
        ("Photo: Reuters\nThe envoy left.", ""),
        ("The envoy left.\nAda Poe of The Associated Press contributed to this report.", ""),
        ("PA officials met the AA and the APP in the MENA region.", ""),
        ("The envoy left, Interfax reported.\nHe did not say more.", ""),
        ("", ""),
    ],
)
def test_an_agency_is_the_origin_where_it_is_credited_and_not_where_it_is_mentioned(text: str, wire: str) -> None:
    assert wire_credit(text) == wire
