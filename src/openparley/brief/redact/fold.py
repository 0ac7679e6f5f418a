"""Text as it is compared: without case, accents, invisible signs and look-alike letters, each letter knowing where it stood."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Letters that Unicode does not take apart, and Greek and Cyrillic ones that look like Latin ones.
ALIKE = str.maketrans(
    "łøđħıþðŀ" + "аеорсхуікѕјһ" + "αερτυικονχ" + "’ʼ‘′`´ʹ" + "‐‑‒–—―−",
    "lodhitdl" + "aeopcxyiksjh" + "aeptuikovx" + "'" * 7 + "-" * 7,
)
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
# Words that say nothing about whose text they are from.
FUNCTION = frozenset(
    [
        "a",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "her",
        "him",
        "his",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "may",
        "more",
        "most",
        "no",
        "not",
        "of",
        "on",
        "one",
        "only",
        "or",
        "our",
        "over",
        "own",
        "she",
        "should",
        "so",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "under",
        "up",
        "upon",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "whom",
        "will",
        "with",
        "would",
        "you",
        "your",
    ]
)


@dataclass(frozen=True)
class Folded:
    """A text as it is compared.

    Attributes
    ----------
    text
        What is compared.
    at
        Index in the original of every character of ``text``, and one past the end.
    """

    text: str
    at: tuple[int, ...]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of ``text`` stands in the original."""
        return self.at[start], self.at[end - 1] + 1 if end > start else self.at[start]


@lru_cache(maxsize=4096)
def _letter(letter: str) -> str:
    """One character as it is compared; empty for accents and signs that nobody sees."""
    taken_apart = unicodedata.normalize("NFKD", letter).casefold().translate(ALIKE)
    return "".join(
        " " if one.isspace() else one for one in taken_apart if unicodedata.category(one) not in ("Mn", "Cf", "Cc") or one in "\n\t"
    )


@lru_cache(maxsize=20_000)
def fold(text: str) -> Folded:
    """The text as it is compared.

    Examples
    --------
    >>> fold("Mereškan’s  Łódź").text
    "mereskan's  lodz"
    """
    if text.isascii() and not any(sign in text for sign in "`\r\v\f"):
        return Folded(text.lower(), tuple(range(len(text) + 1)))
    letters, at = [], []
    for index, letter in enumerate(text):
        for one in _letter(letter):
            letters.append(one)
            at.append(index)
    return Folded("".join(letters), (*at, len(text)))


@lru_cache(maxsize=20_000)
def tokens(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared, without what follows an apostrophe.

    Examples
    --------
    >>> tokens("The Mediator’s word, or U.S. word")
    ('the', 'mediator', 'word', 'or', 'u', 's', 'word')
    """
    return tuple(word.partition("'")[0] for word in WORD.findall(fold(text).text))


@lru_cache(maxsize=20_000)
def windows(text: str, length: int) -> frozenset[tuple[str, ...]]:
    """Runs of so many words that hold at least two that are more than function words."""
    found = tokens(text)
    runs = (found[start : start + length] for start in range(len(found) - length + 1))
    return frozenset(run for run in runs if len(set(run) - FUNCTION) >= 2)
