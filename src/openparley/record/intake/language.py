"""Which language a text is in, offline; a short text is English when its small words are, or nothing is said."""

from __future__ import annotations

import math
import re

__all__ = ["language_of"]

LONG = 200
SAMPLE = 6000
SURE_PROB = 0.9
NO_LANGUAGE = "zxx"
SMALL_SHARE, SMALL_WORDS = 0.25, 4
_WORD = re.compile(r"[^\W\d_]+")
# Not in it: what is as common in another language (in, an, a, me, so, was).
_SMALL = frozenset(
    _WORD.findall(
        "the of and to that with for from by on at is are were has have had been be will would not but which who their they this it its as "
        "he she his her said after"
    )
)


def language_of(text: str, stated: str = "") -> str:
    """The language's ISO 639-1 code, or "" when there is no telling.

    Parameters
    ----------
    stated
        What the markup says; taken where the text is too short to tell.

    Examples
    --------
    >>> language_of("The envoy said that they will not go to the harbour."), language_of("Talks fail")
    ('en', '')
    """
    sample = text[:SAMPLE]
    words = _WORD.findall(sample.casefold())
    small = sum(word in _SMALL for word in words)
    if small >= SMALL_WORDS and small >= SMALL_SHARE * len(words):
        return "en"
    if sum(char.isalpha() for char in sample) >= LONG:
        code, prob = _classified(sample)
        if prob >= SURE_PROB and code != NO_LANGUAGE:
            return code
    return stated if re.fullmatch(r"[a-z]{2}", stated) else ""


def _classified(sample: str) -> tuple[str, float]:
    """The likeliest language and its probability among all that are known."""
    from py3langid import rank

    scores = rank(sample)
    best = float(scores[0][1])
    return str(scores[0][0]), 1 / sum(math.exp(float(score) - best) for _, score in scores)
