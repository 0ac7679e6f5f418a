"""Where the story of a text stands in time: the year of “in November”, “the 5th” or “that winter” in what is told of years long past.

A date that names its year, long before the text was published, opens a story; dates without a year are read from there until the text
comes back to the present: by a weekday, “last month” or “now”, by a main clause in the present, or by a new dateline.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from openparley.record.coders.rules.times.dategrammar import Meaning, is_full, yearless
from openparley.record.coders.rules.times.dates import DatePhrase, meaning_of

if TYPE_CHECKING:
    from openparley.record.coders.rules.article import Article
    from openparley.record.coders.rules.grammar.grammar import Clause

__all__ = ["Story", "dateline_at", "from_base", "is_attributive"]

# A year before this many days before publication is told as history; nearer ones are read from publication.
_LONG_AGO = 150
# A date wider than this is no point to count days from.
_WIDE_DAYS = 10
# A story goes back less readily than it goes on.
_BACKWARDS = 2.5
# A text of which more is in the present comments on history and does not tell it.
_MOST_PRESENT = 0.3
# “PORT ALUNE, Quessa, 12 October (Wire) – ”: a place in capitals, or with a country, date or agency behind it, and a dash.
_DATELINE = re.compile(
    r"[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){0,3}(?P<more>(?:, [A-Z\d][\w.]*(?: [\w.]+){0,2}){0,3}(?: ?\([^)\n]{2,40}\))?)(?: ?— ?| - )(?=[\"A-Z])"
)
_ATTRIBUTIVE = re.compile(r"(?:the|a|an|its|their|his|her|that|this|of|under|since the|'s) $", re.IGNORECASE)
_NOUN = re.compile(
    r" (?!(?:and|or|but|to|in|on|at|by|when|while|after|before|until|as|with|from|for|the|a|was|were|had|has|is|it|he|she|they)\b)[a-z]"
)
_YEAR = re.compile(r"(?:the )?(?:1[6-9]|20)\d\d(?:-\d{2,4})?")
_HEADING = re.compile(r"\s*(?:[:—]|-(?= )|\.?\s*$|\.? ?\n)")
_PRESENT_WORDS = frozenset({"weekday", "relative", "vague"})


def dateline_at(article: Article, sentence: int) -> int:
    """End of the agency's dateline with which a sentence opens its paragraph: “PORT ALUNE, Quessa - …”; 0 if there is none."""
    begin = article.sentences[sentence].start
    if begin and article.plain[begin - 1] != "\n":
        return 0
    found = _DATELINE.match(article.plain, begin)
    return found.end() if found and (found["more"] or found.group().split(" ", 1)[0].isupper()) else 0


def is_attributive(plain: str, phrase: DatePhrase) -> bool:
    """Whether a bare year only tells which of several is meant: “the 1988 line”, “its 2015 promise”."""
    words = phrase.phrase.lower()
    if not _YEAR.fullmatch(words):
        return False
    led = words.startswith("the ") or _ATTRIBUTIVE.search(plain, max(0, phrase.start - 10), phrase.start) is not None
    return led and _NOUN.match(plain, phrase.end) is not None


class Story:
    """The running date of one text.

    Attributes
    ----------
    before
        Where the story stands before a phrase, by its number.
    meanings
        Meaning of the phrases, by number, that are read from the story and not from publication.
    stands
        Where the story stands behind a sentence, by number of the sentence; absent in the present.
    history
        Whether most of what the text dates is long past: then what has no date is not as new as the text.
    """

    def __init__(
        self,
        article: Article,
        phrases: Sequence[DatePhrase],
        sentences: Sequence[int],
        quoted: Sequence[bool],
        modifiers: Sequence[bool],
        clauses: Sequence[Clause],
    ) -> None:
        self.article, self.phrases, self.sentences = article, phrases, sentences
        self._present = _present_sentences(clauses)
        self._quoted, self._modifiers = quoted, modifiers
        # A text that never speaks of this week tells history throughout, whatever its author remarks in between.
        self.history = self._read(strict=False)
        if not self.history:
            self._read(strict=True)

    def _read(self, *, strict: bool) -> bool:
        """Go through the text; whether it is history. ``strict`` ends a story at every main clause in the present."""
        self.meanings: dict[int, Meaning] = {}
        self.stands: dict[int, Meaning] = {}
        self.before: dict[int, Meaning] = {}
        self._heading = False
        told = new = number = 0
        running: Meaning | None = None
        for at in range(len(self.article.sentences)):
            if dateline_at(self.article, at) or (strict and at in self._present and not self._heading):
                running = None
            while number < len(self.phrases) and self.sentences[number] <= at:
                if running is not None:
                    self.before[number] = running
                if not self._quoted[number] and not (strict and self._modifiers[number]):
                    was, running = running, self._step(number, running)
                    told += running is not None and running is not was and self._differs(number, running)
                    new += running is None and self.phrases[number].kind in _PRESENT_WORDS
                number += 1
            if running is not None:
                self.stands[at] = running
        return told > 2 and told > 2 * new and len(self._present) < _MOST_PRESENT * len(self.article.sentences)

    def _step(self, number: int, running: Meaning | None) -> Meaning | None:
        """Where the story stands behind a phrase."""
        phrase, published = self.phrases[number], self.article.published
        if is_attributive(self.article.plain, phrase):
            return running
        if is_full(phrase.phrase):
            meaning = meaning_of(phrase, published, -1)
            if meaning is None or phrase.kind == "since" or (published is not None and meaning.end > published - timedelta(_LONG_AGO)):
                return None if meaning is None or (published is not None and meaning.start <= published) else running
            self._heading = self._is_heading(phrase)
            return meaning
        if running is None:
            return None
        if yearless(phrase.phrase):
            meaning = self._in_story(phrase, running)
        elif phrase.kind == "vague":
            return None if "recent" in phrase.phrase.lower() or "late" in phrase.phrase.lower() else running
        elif phrase.kind in ("duration", "range", "deadline", "since"):
            return running
        elif phrase.kind == "weekday" and (published is None or self._heading):
            meaning = meaning_of(phrase, running.end, 1)
        else:
            meaning = meaning_of(phrase, running.end, -1)
            if meaning is not None and meaning.told:
                # Read by the timeline, from where the story stands.
                return _counted(phrase, running)
            return None if published is not None and not self._heading else running
        if meaning is None:
            return running
        self.meanings[number] = meaning
        return running if phrase.kind in ("since", "deadline") else meaning

    def _differs(self, number: int, running: Meaning) -> bool:
        """Whether the story gives a phrase another date than the day of publication would."""
        phrase, published = self.phrases[number], self.article.published
        if published is None or is_full(phrase.phrase):
            return True
        read = meaning_of(phrase, published, -1)
        return read is None or read.told or read.start != running.start

    def _is_heading(self, phrase: DatePhrase) -> bool:
        """Whether a date heads an entry of a chronicle: it opens its line and a colon, dash or nothing follows."""
        plain = self.article.plain
        line = plain.rfind("\n", 0, phrase.start) + 1
        return not plain[line : phrase.start].strip(" *#-•[(") and _HEADING.match(plain, phrase.end) is not None

    def _in_story(self, phrase: DatePhrase, running: Meaning) -> Meaning | None:
        """A date without a year, in the year that is nearest to where the story stands, later rather than earlier."""
        words = phrase.phrase.lower()
        if words.split()[-1][:-2].isdigit() and words.split()[-1][-2:] in ("st", "nd", "rd", "th"):
            return meaning_of(phrase, running.start, 1)
        best: tuple[float, Meaning] | None = None
        for year in range(max(2, running.start.year - 1), min(9998, running.end.year + 1) + 1):
            ahead = phrase.kind == "deadline"
            meaning = meaning_of(phrase, date(year, 1, 1) if ahead else date(year, 12, 31), 1 if ahead else -1)
            if meaning is None:
                continue
            gap = (meaning.start - running.start).days
            inside = running.start <= meaning.start <= running.end
            cost = 0.0 if inside else float(gap) if gap > 0 else -_BACKWARDS * gap
            if best is None or cost < best[0]:
                best = cost, meaning
        return best[1] if best else None


def _counted(phrase: DatePhrase, running: Meaning) -> Meaning:
    """Where the story stands behind “two days later”."""
    after = meaning_of(phrase, running.end, -1)
    before = meaning_of(phrase, running.start, -1)
    if after is None or before is None or after.start < after.end:
        # “in the following days” is where the story goes on for a while, not where it moves to.
        return running
    return Meaning(*(after if after.start >= running.end else before)[:3])


def _present_sentences(clauses: Sequence[Clause]) -> frozenset[int]:
    """Sentences whose main clause speaks of now: in the present, the perfect or the future, outside of quotations."""
    now: set[int] = set()
    past: set[int] = set()
    for clause in clauses:
        if clause.form != "finite" or clause.relation not in ("root", "coordinate") or clause.quotation is not None:
            continue
        if (clause.tense in ("present", "future") and not (clause.perfect and clause.modal)) or clause.modal == "will":
            now.add(clause.sentence)
        elif clause.tense == "past":
            past.add(clause.sentence)
    return frozenset(now - past)


def from_base(phrase: DatePhrase, base: Meaning, way: int) -> Meaning:
    """A phrase counted from a date told before it: from its last day on, or from its first day back; wide dates stay wide."""
    after = meaning_of(phrase, base.end, way)
    before = meaning_of(phrase, base.start, way)
    if after is None or before is None:
        return base
    if (base.end - base.start).days <= _WIDE_DAYS:
        later = after.start >= base.end
        return after if later else before
    low, high = min(before.start, base.start), max(after.end, base.end)
    small = (after.end - base.end).days < 31 and (base.start - before.start).days < 31
    return (
        Meaning(base.start, base.end, base.granularity)
        if small
        else Meaning(low if before.start < base.start else base.start, high, "range")
    )
