"""Layer 1, text: paragraphs, sentences and tokens with their offsets in the text as ingested, which is never changed.

All offsets are code points of the original. `Article.plain` has one character for each of the original, so that patterns need to know
one kind of apostrophe, quotation mark, dash and space only, and what they find stands at the same place in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from openparley.record.boilerplate import Boilerplate, Rule, find_boilerplate

__all__ = ["Article", "Sentence", "Token", "read_article"]


class Token(NamedTuple):
    """A word, number or mark: place, normalised text, the same in lower case."""

    start: int
    end: int
    text: str
    lower: str


class Sentence(NamedTuple):
    """A sentence: place, half-open range of tokens, number of its paragraph."""

    start: int
    end: int
    first: int
    last: int
    paragraph: int


@dataclass(frozen=True)
class Article:
    """One document as the coder reads it.

    Attributes
    ----------
    source, published, kind, outlet, author
        As in ``sources.csv``.
    text
        The text as ingested.
    plain
        The same with marks, dashes and spaces made plain, character for character.
    paragraphs
        Start and end of each.
    boilerplate
        What is no part of the report and was left out, with the reason.
    """

    source: str
    published: date | None
    kind: str
    outlet: str
    author: str
    text: str
    plain: str
    paragraphs: tuple[tuple[int, int], ...]
    boilerplate: tuple[Boilerplate, ...]
    sentences: tuple[Sentence, ...]
    tokens: tuple[Token, ...]

    @cached_property
    def _token_starts(self) -> list[int]:
        return [token.start for token in self.tokens]

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [sentence.start for sentence in self.sentences]

    def token_at(self, offset: int) -> int:
        """Index of the last token that starts at or before an offset; −1 before the first."""
        return bisect_right(self._token_starts, offset) - 1

    def sentence_at(self, offset: int) -> int:
        """Index of the last sentence that starts at or before an offset; −1 before the first."""
        return bisect_right(self._sentence_starts, offset) - 1


# One character for one: typographic marks, dashes and spaces to their plain kin.
_PLAIN = {
    ord(a): b
    for b, kin in {
        "'": "‘’‚‛ʼ′´`",
        '"': "“”„‟«»″",
        "-": "‐‑‒−",
        "—": "–―",
        " ": "\u00a0\u2007\u202f\u2009\u200a\u2002\u2003\t\u000b\u000c",
    }.items()
    for a in kin
}
# Marks that combine with the letter before them (accents, vowel signs) and joiners belong to the word.
_W = (
    "[\\w\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0903\u093a-\u094f\u0981-\u0983"
    "\u09bc-\u09cd\u0b82\u0bbe-\u0bcd\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u200c\u200d]"
)
_TOKEN = re.compile(
    r"(?:[A-Z]\.){2,}"  # U.S., U.N.
    r"|[$£€¥]?\d+(?:[.,]\d+)*(?:%|[A-Za-z]+)?"  # 30, $400m, 1,000, 5th
    rf"|[^\W\d_]{_W}*(?:-{_W}+)*(?:n't|N'T)(?!\w)"  # didn't
    r"|'(?:s|S|re|ve|ll|d|m|RE|VE|LL|D|M)(?!\w)"  # Russia|'s
    rf"|\w{_W}*(?:-{_W}+)*"  # cease-fire
    r"|[^\w\s]"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'])(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Col|Maj|Lt|Capt|Sgt|Adm|Cmdr|Brig|St|Sts|Jr|Sr|Hon|Rev|Amb|Pres|Sec|No|Nos|vs|cf|approx|est|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Inc|Ltd|Co|Corp|Art|Arts|para|paras|ch|fig|pp|ed|eds|e\.g|i\.e|a\.m|p\.m|al|etc|[A-Z]|(?:[A-Z]\.)+[A-Z])$"
)
_END = re.compile(r"[.!?…]+[\"')\]]*(?=\s|$)|[.!?]\"(?=[A-Z—])")
_STARTS_LOWER = re.compile(r"\s*[a-z]")
_SPACE = re.compile(r"\s*")
# Words that are abbreviations before a number only: “No. 5”, but “No. We won't.”
_BEFORE_NUMBER = re.compile(r"(?:^|[\s(\"'])(?:No|Nos|Art|Arts|para|paras|ch|fig|pp|al|etc)$")
_NUMBER = re.compile(r"\s*\d")
_BREAK = re.compile(r"\r\n?|\n")


def read_article(
    text: str,
    *,
    source: str = "S01",
    published: date | None = None,
    kind: str = "news",
    outlet: str = "",
    author: str = "",
    extra: Sequence[Rule] = (),
) -> Article:
    """Split a text into paragraphs, sentences and tokens, leaving boilerplate out.

    Parameters
    ----------
    extra
        Further patterns of boilerplate, of the case.

    Examples
    --------
    >>> article = read_article("Talks failed. “We won’t yield,” the envoy said.")
    >>> [article.text[s.start : s.end] for s in article.sentences]
    ['Talks failed.', '“We won’t yield,” the envoy said.']
    """
    plain = text.translate(_PLAIN)
    if len(plain) != len(text):
        raise AssertionError("normalising must keep every offset")
    boilerplate = find_boilerplate(text, extra) if extra else find_boilerplate(text)
    paragraphs = _paragraphs(plain, boilerplate)
    sentences: list[Sentence] = []
    tokens: list[Token] = []
    for number, (start, end) in enumerate(paragraphs):
        for left, right in _sentences(plain, start, end):
            first = len(tokens)
            for found in _TOKEN.finditer(plain, left, right):
                word = found.group()
                tokens.append(Token(found.start(), found.end(), word, word.lower()))
            if len(tokens) > first:
                sentences.append(Sentence(left, right, first, len(tokens), number))
    return Article(source, published, kind, outlet, author, text, plain, tuple(paragraphs), boilerplate, tuple(sentences), tuple(tokens))


def _paragraphs(plain: str, boilerplate: tuple[Boilerplate, ...]) -> list[tuple[int, int]]:
    """Lines with words in them, without the boilerplate.

    A line is a paragraph, as in the plain text of news; where lines are wrapped (an empty line divides paragraphs and most lines
    end in the middle of a sentence) the lines up to an empty one are.
    """
    lines: list[tuple[int, int]] = []
    at = 0
    for found in _BREAK.finditer(plain):
        lines.append((at, found.start()))
        at = found.end()
    lines.append((at, len(plain)))
    if _is_wrapped(plain, lines):
        lines = _joined(plain, lines)
    cut = [(item.start, item.end) for item in boilerplate]
    pieces: list[tuple[int, int]] = []
    index = 0
    for start, end in lines:
        while index < len(cut) and cut[index][1] <= start:
            index += 1
        here, number = start, index
        while number < len(cut) and cut[number][0] < end:
            pieces.append((here, cut[number][0]))
            here = max(here, cut[number][1])
            number += 1
        pieces.append((here, end))
    return [piece for piece in (_trimmed(plain, *piece) for piece in pieces) if piece[0] < piece[1]]


def _is_wrapped(plain: str, lines: list[tuple[int, int]]) -> bool:
    """Whether most lines that another line follows break off in mid-sentence."""
    followed = [plain[first[1] - 1] for first, second in pairwise(lines) if first[0] < first[1] and second[0] < second[1]]
    return len(followed) > 3 and sum(mark.isalnum() or mark in ",-" for mark in followed) > len(followed) / 2


def _joined(plain: str, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    open_line = False
    for start, end in lines:
        empty = not plain[start:end].strip()
        if open_line and not empty:
            joined[-1] = (joined[-1][0], end)
        elif not empty:
            joined.append((start, end))
        open_line = not empty
    return joined


def _trimmed(plain: str, start: int, end: int) -> tuple[int, int]:
    words = plain[start:end]
    left = len(words) - len(words.lstrip())
    return start + left, start + left + len(words.strip())


def _sentences(plain: str, start: int, end: int) -> list[tuple[int, int]]:
    """Sentences of a paragraph: they end at a full stop that is not an abbreviation's and not followed by a small letter."""
    found: list[tuple[int, int]] = []
    at = start
    for mark in _END.finditer(plain, start, end):
        stop = mark.end()
        before = max(at - 1, mark.start() - 12, 0), mark.start()  # with the space before the sentence
        short = mark.group().startswith(".") and _ABBREVIATION.search(plain, *before)
        if short and (not _BEFORE_NUMBER.search(plain, *before) or _NUMBER.match(plain, stop, end)):
            continue
        if _STARTS_LOWER.match(plain, stop, end):
            continue
        found.append((at, stop))
        space = _SPACE.match(plain, stop, end)
        at = space.end() if space else stop
    if at < end:
        found.append((at, end))
    return found
