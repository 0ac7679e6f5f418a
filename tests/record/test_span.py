"""Spans: exact or orphaned, in code points, of the bytes as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from openparley.record.span import Span, make_span, read_text, sha256, verify


@given(st.text(min_size=1).filter(lambda text: text.isprintable()), st.data())
def test_a_span_verifies_where_it_was_made(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    span = make_span(text, start, end)
    assert verify(span, text)
    assert len(span.head.split()) <= 4
    assert not verify(span, text[: end - 1])


def test_offsets_are_code_points_also_behind_an_emoji() -> None:
    text = "🎭 theatre"
    assert make_span(text, 2, 9).sha256 == sha256("theatre")


def test_bytes_are_decoded_without_change() -> None:
    raw = "\ufeffa\r\ne\u0301".encode()
    assert read_text(raw) == "\ufeffa\r\ne\u0301"
    with pytest.raises(UnicodeDecodeError):
        read_text(b"\xff")


@pytest.mark.parametrize(("start", "end"), [(3, 3), (4, 2), (0, 99), (-1, 2)])
def test_no_span_outside_the_text(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="no text at"):
        make_span("a text", start, end)


def test_a_span_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValidationError):
        Span(start=5, end=5, sha256="0" * 64)


def test_half_a_surrogate_pair_verifies_nothing() -> None:
    assert not verify(make_span("ab", 0, 1), "\ud800b")
