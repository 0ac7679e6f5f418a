"""Contexts of PLOVER: the matters that an event is about, from the words in and beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from openparley.record.coders.rules.events.frames import unknown_class
from openparley.record.coders.rules.lexicon import Lexicon, bad_value
from openparley.record.plover import CONTEXTS

if TYPE_CHECKING:
    from openparley.record.coders.rules.article import Article

__all__ = ["ContextReader", "ContextTable", "make_contexts"]

# More than three contexts say nothing any more.
_LIMIT = 3
_PLACE = {name: number for number, name in enumerate(CONTEXTS)}
_REACH = ("clause", "sentence")


@dataclass(frozen=True)
class ContextTable:
    """Which contexts a word speaks for: whole words, beginnings of words, and phrases; each with how far it reaches."""

    words: Mapping[str, tuple[tuple[str, str], ...]]
    prefixes: Mapping[str, tuple[tuple[str, str], ...]]
    phrases: tuple[tuple[str, str, str], ...]
    _known: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def of(self, word: str) -> tuple[tuple[str, str], ...]:
        """Pairs (context, reach) that a lower-case word speaks for."""
        known = self._known.get(word)
        if known is None:
            found = list(self.words.get(word, ()))
            for length in range(3, len(word) + 1):
                found += self.prefixes.get(word[:length], ())
            known = self._known[word] = tuple(dict.fromkeys(found))
        return known


def make_contexts(lexicon: Lexicon) -> ContextTable:
    """The table ``contexts.csv``."""
    words: dict[str, list[tuple[str, str]]] = {}
    prefixes: dict[str, list[tuple[str, str]]] = {}
    phrases: list[tuple[str, str, str]] = []
    for row in lexicon.rows("contexts.csv", ("context", "words", "reach", "types")):
        context, reach = row.cells["context"], row.cells["reach"]
        if unknown_class(context):
            raise bad_value(row, "context", context, CONTEXTS)
        if reach not in _REACH:
            raise bad_value(row, "reach", reach, _REACH)
        for word in row.words("words"):
            plain = word.rstrip("*").lower()
            if " " in plain:
                phrases.append((plain, context, reach))
            elif word.endswith("*"):
                prefixes.setdefault(plain, []).append((context, reach))
            else:
                words.setdefault(plain, []).append((context, reach))
    return ContextTable(
        {key: tuple(value) for key, value in words.items()}, {key: tuple(value) for key, value in prefixes.items()}, tuple(phrases)
    )


class ContextReader:
    """Contexts of stretches of one article; what a sentence speaks for is counted once."""

    def __init__(self, article: Article, table: ContextTable) -> None:
        self.article = article
        self.table = table
        self._sentences: dict[int, dict[str, int]] = {}

    def of(self, start: int, end: int) -> tuple[str, ...]:
        """Contexts of a stretch: those of its own words first, then those of its sentence, the oftener named before the rarer."""
        article = self.article
        near: dict[str, int] = {}
        for token in article.tokens[max(article.token_at(start), 0) : article.token_at(end - 1) + 1]:
            for context, _ in self.table.of(token.lower):
                near[context] = near.get(context, 0) + 1
        number = article.sentence_at(start)
        far = self._of_sentence(number) if number >= 0 else {}
        ranked = sorted(near, key=lambda name: (-near[name], _PLACE[name]))
        if len(ranked) < _LIMIT:
            ranked += sorted((name for name in far if name not in near), key=lambda name: (-far[name], _PLACE[name]))
        return tuple(ranked[:_LIMIT])

    def _of_sentence(self, number: int) -> dict[str, int]:
        known = self._sentences.get(number)
        if known is None:
            known = self._sentences[number] = {}
            sentence = self.article.sentences[number]
            for token in self.article.tokens[sentence.first : sentence.last]:
                for context, reach in self.table.of(token.lower):
                    if reach == "sentence":
                        known[context] = known.get(context, 0) + 1
            words = self.article.plain[sentence.start : sentence.end].lower()
            for phrase, context, reach in self.table.phrases:
                if reach == "sentence" and phrase in words:
                    known[context] = known.get(context, 0) + 1
        return known
