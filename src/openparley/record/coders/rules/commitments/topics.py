"""What a stretch is about: its telling words, without names, without verbs of saying and without words of every text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from openparley.record.coders.rules.actors.world import words
from openparley.record.coders.rules.commitments.statuscues import NOUNS
from openparley.record.coders.rules.grammar.tagging import noun_lemma
from openparley.record.coders.rules.speech.speakers import mentions_between

if TYPE_CHECKING:
    from openparley.record.coders.rules.reading import Reading

__all__ = ["NAMING", "topic_of", "words_of"]

_WORD = re.compile(r"[^\W\d_]{4,}")
_EMPTY = words(
    "that this these those with from into onto over under after before about against between among during until while when where which "
    "what whom whose their there they them then than have has had having been being were will would shall should could might must does "
    "done doing said says tell told asked asks demand demanded demands promise promised promises threaten threatened propose proposed "
    "offer offered offers urge urged urges agree agreed agrees accept accepted accepts refuse refused refuses reject rejected rejects "
    "announce announced also only even still just more most much many some such each every both either neither other another same "
    "very well early late last next first second monday tuesday wednesday thursday friday saturday sunday january february march april "
    "june july august september october november december today yesterday tomorrow week month year day days weeks months years hours "
    "give gave given giving take took taken taking make made making want wanted wants call called calls down back again once never "
    "quickly simply flatly outright party parties side sides government minister president leader official officials country state "
    "commit committed commitment reaffirm reaffirmed readiness ready willing concede conceded deal turn turned warn warned"
)  # fmt: skip
# Nouns that stand for a commitment whatever it is about.
_FOR_ANY = (*NOUNS, "call", "idea", "request", "appeal", "suggestion", "plan", "term", "condition", "move")
_ENDING = re.compile(r"(?:ations?|ments?|ings?|als?|ers?|ed|es|s|e)$")


def words_of(text: str) -> frozenset[str]:
    """Telling words of a text, each by its stem."""
    return frozenset(_stem(word) for word in _WORD.findall(text.lower()) if word not in _EMPTY)


def topic_of(reading: Reading, start: int, end: int) -> frozenset[str]:
    """Telling words of a stretch, each by its stem; names of actors are none."""
    tokens, article = reading.article.tokens, reading.article
    first, last = article.token_at(start), article.token_at(max(start, end - 1))
    if first < 0 or last < 0:
        return words_of(article.plain[start:end])
    named = {at for one in mentions_between(reading, max(0, first - 8), last + 1) if one.ids for at in range(one.first, one.last)}
    return words_of(" ".join(tokens[at].text for at in range(first, last + 1) if at not in named))


def _stem(word: str) -> str:
    """What forms of a word share: “withdraw”, “withdrawal”."""
    noun = noun_lemma(word)
    cut = _ENDING.sub("", noun)
    return cut if len(cut) >= 4 else noun


NAMING = frozenset(_stem(noun) for noun in _FOR_ANY)
