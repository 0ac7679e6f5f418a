"""One article with what the layers have found in it so far; each layer reads what stands before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from openparley.record.coders.rules.article import Article
from openparley.record.coders.rules.times.dates import date_of
from openparley.record.entry import FuzzyDate

if TYPE_CHECKING:
    from openparley.record.coders.rules.actors.actors import ActorTable, Mention
    from openparley.record.coders.rules.grammar.grammar import Clause
    from openparley.record.coders.rules.lexicon import Lexicon
    from openparley.record.coders.rules.speech.statements import Quotation, Utterance
    from openparley.record.coders.rules.times.dates import DatePhrase

__all__ = ["Reading", "Voice"]


class Voice(NamedTuple):
    """Whose words stand at a place: keys of an entry, and whether they stand between quotation marks."""

    attributed_to: tuple[str, ...]
    attribution: str
    via: str | None
    quoted: bool
    utterance: Utterance | None


@dataclass
class Reading:
    """An article and its analysis; the fields are filled in the order in which they stand.

    Attributes
    ----------
    table
        The actors that may be named.
    lexicon
        Word lists and frames, with the case's own.
    """

    article: Article
    table: ActorTable
    lexicon: Lexicon
    quotations: Sequence[Quotation] = ()
    mentions: Sequence[Mention] = ()
    clauses: Sequence[Clause] = ()
    dates: Sequence[DatePhrase] = ()
    utterances: Sequence[Utterance] = field(default_factory=tuple)

    @property
    def author(self) -> str:
        """The author of the article, as ``attributed_to`` names him."""
        return f"author_{self.article.source.lower()}"

    def voice(self, start: int, end: int) -> Voice:
        """Whose words stand at a stretch: of the innermost utterance whose spoken part covers its middle, else the author's."""
        middle = (start + end) // 2
        best: tuple[int, Utterance] | None = None
        for left, right, utterance in self._spoken.get(self.article.sentence_at(middle), ()):
            if left <= middle < right and (best is None or right - left < best[0]):
                best = right - left, utterance
        if best is None:
            return Voice((self.author,), "author", None, False, None)
        found = best[1]
        return Voice(found.attributed_to, found.attribution, found.via, found.quoted, found)

    def anchor(self, start: int, end: int) -> tuple[date | None, str]:
        """The day from which dates at a stretch are read, and the name of that anchor.

        Inside somebody's words it is the day of the utterance where the text gives it to the day, else the publication.
        """
        utterance = self.voice(start, end).utterance
        said = utterance.said_on if utterance else None
        if said is not None and said.start == said.end:
            return said.start, "utterance"
        return self.article.published, "publication"

    @cached_property
    def _spoken(self) -> dict[int, list[tuple[int, int, Utterance]]]:
        """What is spoken, by the sentences that it touches, so that a long text costs no more a word than a short one."""
        found: dict[int, list[tuple[int, int, Utterance]]] = {}
        for item in self.utterances:
            for left, right in item.spoken:
                for sentence in range(self.article.sentence_at(left), self.article.sentence_at(max(left, right - 1)) + 1):
                    found.setdefault(sentence, []).append((left, right, item))
        return found

    def when(self, start: int, end: int, *, spoken: bool = False) -> FuzzyDate | None:
        """The date that the words at a stretch, or around it, give to what they tell.

        Parameters
        ----------
        spoken
            Whether what they tell is said, such as a threat: it then happened when it was said, not when it is to come true.
        """
        return date_of(self, start, end, spoken=spoken)
