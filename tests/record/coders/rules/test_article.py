"""Layer 1: offsets hold in every script and line ending; sentences end where they end."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openparley.record.coders.rules.article import Article, read_article
from tests.record.steps import steps

ODD = st.text(alphabet=st.sampled_from(list("aB .,!?\"'“”‘’«»—–-()\r\n\t\u00a0\u202f\x00\u0301\u200f\u202e🚢أبمرחब्ि1$%é’U.S")), max_size=80)


def sentences(text: str) -> list[str]:
    article = read_article(text)
    return [text[item.start : item.end] for item in article.sentences]


def tokens(text: str) -> list[str]:
    return [token.text for token in read_article(text).tokens]


def assert_consistent(text: str, article: Article) -> None:
    assert len(article.plain) == len(text)
    at = 0
    for item in article.tokens:
        assert at <= item.start < item.end <= len(text)
        assert article.plain[item.start : item.end] == item.text
        assert item.lower == item.text.lower()
        at = item.end
    for number, item in enumerate(article.sentences):
        inside = article.tokens[item.first : item.last]
        assert inside
        assert item.start <= inside[0].start
        assert inside[-1].end <= item.end
        start, end = article.paragraphs[item.paragraph]
        assert start <= item.start < item.end <= end
        assert article.sentence_at(item.start) == number
    assert [token for item in article.sentences for token in article.tokens[item.first : item.last]] == list(article.tokens)


@given(st.one_of(ODD, st.text(max_size=60)))
def test_every_offset_is_a_code_point_of_the_text_as_ingested(text: str) -> None:
    assert_consistent(text, read_article(text))


@given(
    st.lists(
        st.sampled_from(["Talks failed.", "“We won’t,” he said.", "Dr. Ber left.", "Ørsåla sank 🚢!", "كتب الملك.", "Who?"]),
        min_size=1,
        max_size=8,
    )
)
def test_line_endings_change_no_sentence(parts: list[str]) -> None:
    found = [[text.strip() for text in sentences(end.join(parts))] for end in ("\n", "\r\n", "\r", "\n\n")]
    assert all(other == found[0] for other in found)
    assert found[0] == [sentence for part in parts for sentence in sentences(part)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It ended. Mr. Smith left.", ["It ended.", "Mr. Smith left."]),
        ("Gen. Ber met Dr. Oll at 5 p.m. on Jan. 3. They talked.", ["Gen. Ber met Dr. Oll at 5 p.m. on Jan. 3.", "They talked."]),
        ("The U.S. army left. The U.N. stayed.", ["The U.S. army left.", "The U.N. stayed."]),
        ("“No. We won’t.” He left.", ["“No.", "We won’t.”", "He left."]),
        ("Art. 5 applies. No. 7 does not.", ["Art. 5 applies.", "No. 7 does not."]),
        ('"Go," he said. "Now."', ['"Go," he said.', '"Now."']),
        ("“Stop!” she cried. They stopped.", ["“Stop!” she cried.", "They stopped."]),
        ("He said “It is over.” Then he left.", ["He said “It is over.”", "Then he left."]),
        ("Prices rose 3.5 per cent. Wages fell.", ["Prices rose 3.5 per cent.", "Wages fell."]),
        ("J. R. Ber spoke. Nobody listened…", ["J. R. Ber spoke.", "Nobody listened…"]),
        ("Ships, guns, etc. came. They left.", ["Ships, guns, etc. came.", "They left."]),
    ],
)
def test_sentences_end_where_they_end(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Russia’s cease-fire didn’t hold", ["Russia", "'s", "cease-fire", "didn't", "hold"]),
        ("Ørsa\u030ala’s crew", ["Ørsa\u030ala", "'s", "crew"]),
        ("$400m, 30% and 1,000", ["$400m", ",", "30%", "and", "1,000"]),
        ("the U.S. said", ["the", "U.S.", "said"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("a\x00b", ["a", "\x00", "b"]),
        ("🚢 sank", ["🚢", "sank"]),
    ],
)
def test_words_numbers_and_marks_are_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


def test_wrapped_lines_are_joined_into_paragraphs() -> None:
    first = "The envoy said on Monday that\nthe talks would be resumed in\nthe capital of the republic\nnext week, if both did\nagree."
    text = first + "\n\nNobody replied."
    article = read_article(text)
    assert len(article.paragraphs) == 2
    assert sentences(text)[1] == "Nobody replied."


def test_work_is_linear_in_one_endless_paragraph() -> None:
    assert len(read_article("He said no. " * 10_000).sentences) == 10_000
    few, many = (steps(partial(read_article, "He said no. " * times)) for times in (500, 2000))
    assert many < 5 * few
