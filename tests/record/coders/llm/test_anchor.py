"""Quotes are found exactly where they stand, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openparley.record.coders.llm.anchor import Finder, Place, trimmed

TEXT = "“We won’t yield,” she said.\nNorland refused to meet; Norland\u00a0refused to talk – it waits 🎭. In the inn they meet."


def words(place: Place | None) -> str | None:
    return None if place is None else TEXT[place.start : place.end]


def finder(start: int = 0, end: int = len(TEXT), *hidden: tuple[int, int]) -> Finder:
    return Finder(TEXT, start, end, hidden)


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("she said", "", "she said"),
        ('"We won\'t yield,"', "", "“We won’t yield,”"),
        ("she said. Norland", "", "she said.\nNorland"),
        ("it waits 🎭", "", "it waits 🎭"),
        ("to talk - it", "", "to talk – it"),
        ("refused to talk", "🎭.", "refused to talk – it waits 🎭."),
        ("In the inn", "inn they", "In the inn they"),
        ("Norland refused", "to talk", "Norland refused to meet; Norland\u00a0refused to talk"),
    ],
)
def test_found(first: str, last: str, found: str) -> None:
    assert words(finder().find(first, last, "event")) == found


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("she Said", ""),
        ("We will not yield", ""),
        ("orland", ""),
        ("n", ""),
        ("meet", "she said"),
        ("", ""),
        (" ", "she said"),
        ("she said", "never stood here"),
        (".*", ""),
        ("\0", ""),
    ],
)
def test_not_found(first: str, last: str) -> None:
    assert finder().find(first, last, "event") is None


def test_the_same_words_again_are_the_next_place() -> None:
    places = finder()
    first, second, third = (places.find("Norland refused", "", "event") for _ in range(3))
    assert first is not None
    assert second is not None
    assert first.start < second.start
    assert third == second, "no place is left, so the words are the same ones again"
    assert places.find("Norland refused", "", "statement") == first, "each list has an order of its own"


def test_order_decides_between_equal_words() -> None:
    places = finder()
    behind = places.find("refused to talk", "", "event")
    assert behind is not None
    second = places.find("Norland", "", "event")
    assert second is not None
    assert words(second) == "Norland"
    assert second.start < behind.start, "nothing stands further right, so the first free place counts"


def test_nothing_is_found_outside_the_stretch_or_in_what_was_hidden() -> None:
    start = TEXT.index("Norland")
    assert finder(start).find("she said", "", "event") is None
    hidden = (TEXT.index("it waits"), TEXT.index(" In the inn"))
    assert finder(0, len(TEXT), hidden).find("it waits", "", "event") is None
    assert finder(0, len(TEXT), hidden).find("In the inn", "", "event") is not None


@pytest.mark.parametrize(
    ("first", "last", "kind", "found"),
    [
        ("We won’t yield", "she said", "statement", "“We won’t yield,” she said"),
        ("“We won’t", "she said.", "statement", "“We won’t yield,” she said"),
        ("“We won’t", "yield", "statement", "“We won’t yield,”"),
        ("“We won’t", "yield,”", "content", "We won’t yield,"),
        ("refused to meet;", "", "event", "refused to meet"),
        ("they meet.", "", "claim", "they meet"),
    ],
)
def test_edges_by_the_codebook(first: str, last: str, kind: str, found: str) -> None:
    place = finder().find(first, last, kind)
    assert place is not None
    assert words(trimmed(TEXT, place, kind, 0, len(TEXT))) == found


@given(st.text(max_size=80), st.data())
def test_what_is_found_stands_there(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    quote = data.draw(st.one_of(st.just(text[start:end]), st.text(max_size=10)))
    found = Finder(text, start, end).find(quote, "", "event")
    if found is not None:
        assert start <= found.start < found.end <= end
        assert len(text[found.start : found.end].split()) == len(quote.split())
        place = trimmed(text, found, "event", start, end)
        assert place is None or (found.start <= place.start < place.end <= found.end)
