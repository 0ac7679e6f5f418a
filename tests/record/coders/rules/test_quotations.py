"""Quotation marks: which stretches are found, how missing marks are mended, which stretches are one utterance."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openparley.record.coders.rules.article import read_article
from openparley.record.coders.rules.speech.quotations import find_quotations


def inner(text: str, kind: str = "news") -> list[str]:
    return [text[q.inner_start : q.inner_end] for q in find_quotations(read_article(text, kind=kind))]


def groups(text: str, kind: str = "news") -> list[int]:
    return [q.group for q in find_quotations(read_article(text, kind=kind))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We will not sign,” the envoy said.", ["We will not sign,"]),
        ('"We will not sign," the envoy said.', ["We will not sign,"]),
        ("«We will not sign», the envoy said.", ["We will not sign"]),
        ("« We will not sign », the envoy said.", ["We will not sign"]),
        ("„We will not sign“, the envoy said, „not now“.", ["We will not sign", "not now"]),
        ("„We will not sign”, the envoy said.", ["We will not sign"]),
        ("»We will not sign«, the envoy said.", ["We will not sign"]),
        ("‘We will not sign,’ the envoy said.", ["We will not sign,"]),
        ("'We will not sign,' the envoy said.", ["We will not sign,"]),
        ("'It's the ministers' turn,' she said, and the ministers' cars left.", ["It's the ministers' turn,"]),
        ("‘It’s the ministers’ turn,’ she said, and the ministers’ cars left.", ["It’s the ministers’ turn,"]),
        ("The ministers' talks and the rebels' answer came in the '90s; 'twas nobody's fault.", []),
        ("The ministers’ talks and the rebels’ answer came in the ’90s.", []),
        ("He didn‘t answer the envoy‘s letter, and the envoy‘s staff didn‘t write again.", []),
        ("“They told us ‘never’, and we heard it,” he said.", ["They told us ‘never’, and we heard it,"]),
        ("‘They told us “never”, and we heard it,’ he said.", ["They told us “never”, and we heard it,"]),
        ("“They told us “never” and we heard it,” he said.", ["They told us “never” and we heard it,"]),
        ('He measured a 6" gun and a 12" pipe.', []),
        ('He said: "They told us \'never\'." Then "we left".', ["They told us 'never'.", "we left"]),
        ('The paper ("a joke") and the so-called "plan"—he called it "thin"—were gone.', ["a joke", "plan", "thin"]),
        ("He spoke of a 'new order' in the 'near abroad'.", ["new order", "near abroad"]),
    ],
)
def test_marks_of_many_kinds(text: str, expected: list[str]) -> None:
    assert inner(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We are ready, the envoy said. “They are not.”", ["We are ready,", "They are not."]),
        ("“We are ready. We have been for weeks.\nThe envoy left.", ["We are ready. We have been for weeks."]),
        ("We are ready,” the envoy said.", []),
        ('"We are ready, the envoy said on Monday.', ["We are ready,"]),
    ],
)
def test_missing_marks_are_mended(text: str, expected: list[str]) -> None:
    assert inner(text) == expected


def test_quotation_over_three_paragraphs_is_one() -> None:
    text = "“One.\n“Two. And more.\n“Three,” he said.\n“Four,” she said."
    assert inner(text) == ["One.", "Two. And more.", "Three,", "Four,"]
    assert groups(text) == [0, 0, 0, 1]


def test_paragraph_that_goes_on_without_a_mark_of_its_own() -> None:
    text = "“We waited. \n“Then we left.\nNobody came back,” he said."
    assert inner(text)[:2] == ["We waited.", "Then we left."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We waited,” said the minister, “and then we left.”", [0, 0]),
        ("“We waited,” said Anna Ber, who had led the delegation. “Then we left.”", [0, 0]),
        ("“We waited.” The minister then left. “Nobody came.”", [0, 1]),
        ("He called it “a pause” and said it was “not a punishment”.", [0, 1]),
        ("“We waited,” she said. He answered: “So did we.”", [0, 1]),
        ("“We waited,” she said.\n“Then we left.”", [0, 1]),
    ],
)
def test_parts_of_one_utterance(text: str, expected: list[int]) -> None:
    assert groups(text) == expected


@pytest.mark.parametrize(
    ("text", "scare"),
    [
        ("She saw the “horrific” pictures.", True),
        ("The date was kept “in spirit”, she said.", True),
        ("The minister called it a “betrayal.”", True),
        ("She read “The War of the Two Rivers” again.", True),
        ("“Never,” she said.", False),
        ("“Never!” she said.", False),
        ("She said: “Never.”", False),
        ("“In two weeks,” she said.", False),
        ("They called it “a longer letter than the last one”.", False),
    ],
)
def test_scare_quotes(text: str, scare: bool) -> None:
    (found,) = find_quotations(read_article(text))
    assert found.scare is scare


def test_turns_of_a_transcript() -> None:
    text = (
        "Press briefing\nMS. BER: Good morning. We met them.\nThey left early.\nQ: Did they sign?\nMS. BER: No.\n"
        "(Laughter.)\nQ: Will they?\nMS. BER: Ask them."
    )
    assert inner(text) == ["Good morning. We met them.", "They left early.", "Did they sign?", "No.", "Will they?", "Ask them."]
    assert groups(text) == [0, 0, 1, 2, 3, 4]


def test_a_colon_is_no_transcript() -> None:
    text = "Analysis: talks fail\nThe envoy left.\nRead more: the road to war\nThe minister stayed.\nNobody spoke.\nThe end came soon."
    assert inner(text) == []


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="“”„‟«»‘’'\" ab.,\nsS:—🚢\u0301\r!", max_size=60))
def test_any_marks_give_stretches_that_lie_apart(text: str) -> None:
    found = find_quotations(read_article(text))
    for q in found:
        assert 0 <= q.start <= q.inner_start < q.inner_end <= q.end <= len(text)
    assert all(first.end <= second.start for first, second in pairwise(found))
    assert [q.group for q in found] == sorted(q.group for q in found)
