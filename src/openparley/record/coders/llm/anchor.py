"""Finding in the text what the model quotes: exactly, or not at all.

Typographic marks, dashes and spaces count as their plain kin, one character for one, and a line break as a space; beyond that every
character must be the same. Offsets and hashes are ours, never the model's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Finder", "Place", "trimmed"]

OPENING, CLOSING = "“‘«„\"'", "”’»\"'"
# What may stand between the last word of a quotation and its closing mark.
_BEFORE_CLOSING = ",.!?…"
# One character for one, so that what is found stands at the same place in the text.
_KIN = {"'": "‘’‚‛ʼ′´`", '"': "“”„‟«»″", "-": "‐‑‒–—―−", " ": "\u00a0\u2007\u202f\u2009\u200a\u2002\u2003"}
_PLAIN = {ord(mark): plain for plain, kin in _KIN.items() for mark in kin}
_EDGE = " \t\r\n\u00a0,;:–—-"


class Place(NamedTuple):
    """A stretch of the text, in code points of the whole."""

    start: int
    end: int


class Finder:
    """Finds quotes within one stretch of a text.

    Parameters
    ----------
    text
        The text as ingested.
    start, end
        The stretch.
    hidden
        Stretches in it that the model was not shown; no quote is found there.

    Notes
    -----
    Where a quote stands several times, quotes are taken in order: each stands no further left than the one of the same list before it, and
    not where the same quote was found before.
    """

    def __init__(self, text: str, start: int, end: int, hidden: Sequence[tuple[int, int]] = ()) -> None:
        self.start, self.end = start, end
        words = list(text[start:end].translate(_PLAIN))
        for left, right in hidden:
            words[left - start : right - start] = "\0" * (right - left)
        self._words = "".join(words)
        self._last: dict[str, int] = {}
        self._used: dict[str, set[tuple[int, int]]] = {}

    def find(self, first: str, last: str, group: str) -> Place | None:
        """Where the stretch from ``first`` to ``last`` stands, or None; ``group`` is the list whose order counts."""
        spans = self._spans(first, last, 0, len(self._words))
        if not spans:
            return None
        used = self._used.setdefault(group, set())
        free = [span for span in spans if span not in used] or spans
        behind = [span for span in free if span[0] >= self._last.get(group, 0)]
        found = (behind or free)[0]
        used.add(found)
        self._last[group] = found[0]
        return Place(found[0] + self.start, found[1] + self.start)

    def within(self, first: str, last: str, place: Place, after: int) -> Place | None:
        """The same inside a stretch found before, at or behind the offset ``after``."""
        spans = self._spans(first, last, max(place.start, after) - self.start, place.end - self.start)
        return Place(spans[0][0] + self.start, spans[0][1] + self.start) if spans else None

    def _spans(self, first: str, last: str, left: int, right: int) -> list[tuple[int, int]]:
        starts = self._occurrences(first, left, right)
        if not last.strip():
            return starts
        ends = self._occurrences(last, left, right)
        # The nearest end that does not begin before the start and leaves the first words inside.
        found = [(start, next((end for begin, end in ends if begin >= start and end >= stop), None)) for start, stop in starts]
        return [(start, end) for start, end in found if end is not None]

    def _occurrences(self, quote: str, left: int, right: int) -> list[tuple[int, int]]:
        words = quote.translate(_PLAIN).split()
        if not words or "\0" in quote:
            return []
        pattern = r"\s+".join(map(re.escape, words))
        before = r"(?<!\w)" if words[0][0].isalnum() else ""
        behind = r"(?!\w)" if words[-1][-1].isalnum() else ""
        return [found.span() for found in re.compile(before + pattern + behind).finditer(self._words, left, right)]


def trimmed(text: str, place: Place, kind: str, low: int, high: int) -> Place | None:
    """The stretch as the codebook wants it: a statement with its quotation marks, anything else without commas and stops at the edges.

    Parameters
    ----------
    kind
        A kind of entry, or "content" for the words inside quotation marks.
    low, high
        The stretch of the text that may be used.

    Examples
    --------
    >>> text = "“We will act,” she said. They left."
    >>> trimmed(text, Place(1, 23), "statement", 0, len(text))
    Place(start=0, end=23)
    >>> trimmed(text, Place(25, 35), "event", 0, len(text))
    Place(start=25, end=34)
    """
    start, end = place
    if kind == "statement":
        start, end = _with_marks(text, start, end, low, high)
        ends_quoted = text[end - 1] in CLOSING
        while not ends_quoted and end > start and text[end - 1] in _EDGE + ".":
            end -= 1
        return Place(start, end) if start < end else None
    left, right = _EDGE, _EDGE + ("" if kind == "content" else ".")
    if kind == "content":
        left, right = left + OPENING, right.replace(",", "") + CLOSING
    while start < end and text[start] in left:
        start += 1
    while start < end and text[end - 1] in right:
        end -= 1
    return Place(start, end) if start < end else None


def _with_marks(text: str, start: int, end: int, low: int, high: int) -> tuple[int, int]:
    """The stretch with the quotation marks that touch it, where it holds only the other of the pair or neither."""
    if start > low and text[start - 1] in OPENING and (start - 1 == low or not text[start - 2].isalnum()):
        start -= 1
    behind = end + 1 if end < high and text[end] in _BEFORE_CLOSING else end
    if behind < high and text[behind] in CLOSING and (behind + 1 == high or not text[behind + 1].isalnum()):
        inside = text[start:end]
        # Without an opening mark inside, the closing one belongs to something else.
        if any(mark in inside for mark in OPENING):
            end = behind + 1
    return start, end
