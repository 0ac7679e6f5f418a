"""Whatever the text, the grammar neither fails nor takes more than linear time, and its spans stay inside the text."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openparley.record.coders.rules.article import read_article
from openparley.record.coders.rules.grammar.grammar import Clause, parse
from tests.record.steps import steps

WORDS = [
    "the",
    "a",
    "king",
    "rebels",
    "Norland",
    "Norland's",
    "who",
    "that",
    "which",
    "to",
    "not",
    "will",
    "has",
    "been",
    "said",
    "says",
    "attacked",
    "attack",
    "killed",
    "killing",
    "by",
    "of",
    "and",
    ",",
    "or",
    ";",
    ":",
    "—",
    "if",
    "unless",
    "because",
    "as",
    "than",
    '"',
    "“",
    "”",
    "(",
    ")",
    ".",
    "?",
    "!",
    "'",
    "no",
    "never",
    "there",
    "it",
    "its",
    "her",
    "refused",
    "refuse",
    "meet",
    "talks",
    "what",
    "when",
    "had",
    "were",
    "let",
    "make",
    "one",
    "5",
    "2024",
    "Friday",
    "May",
    "30",
    "-",
    "day",
    "’s",
]


def check(text: str) -> tuple[Clause, ...]:
    article = read_article(text)
    clauses = parse(article)
    for item in clauses:
        assert 0 <= item.start < item.end <= len(text)
        assert item.first <= item.verb_first <= item.verb < item.verb_last <= item.last or item.form == "nominal"
        assert item.parent is None or clauses[item.parent].index == item.parent
        for group in (*item.subjects, *item.objects, *(group for _, group in item.obliques)):
            assert group.first <= group.head < group.last
            assert article.tokens[group.first].start == group.start
            assert article.tokens[group.last - 1].end == group.end
    assert list(clauses) == sorted(clauses, key=lambda item: (item.start, -item.end, item.verb))
    return clauses


@settings(max_examples=60)
@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_any_order_of_words_is_read(words: list[str]) -> None:
    check(" ".join(words))


@settings(max_examples=40)
@given(st.text(max_size=120))
def test_any_text_is_read(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "12 34.5 78% 2024 | 9,000 | 11\n1 2 3",
        "• bread\n• salt\n• fish",
        "Der König schickte Truppen über die Grenze, weil die Rebellen nicht verhandeln wollten.",
        "国王派兵越过边境。 Le roi a refusé de négocier.",
        "🚢🚢🚢 !!! ???",
        "said said said said",
        "that that that that that",
        "( ( ( ( “ “ ” ” ) ) ) )",
    ],
)
def test_what_is_no_english_prose_comes_through(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    "unit",
    ["the king who ", "said that ", "if ", "and fired ", "of the ", ", the king ", "( ", "“ ", "1 "],
)
def test_work_is_linear_in_one_endless_sentence(unit: str) -> None:
    few, many = (steps(partial(parse, read_article(unit * times))) for times in (100, 400))
    assert many < 5 * few


def test_work_is_linear_in_the_number_of_sentences() -> None:
    sentence = "The envoy, who had come on Monday, said that Norland would not withdraw its troops unless the rebels freed the prisoners. "
    few, many = (steps(partial(parse, read_article(sentence * times))) for times in (4, 12))
    assert many < 3.2 * few
