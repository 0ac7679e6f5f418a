"""What a text tells in order of time: its phrases resolved, each from its anchor, and the dates of what has none of its own."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from openparley.record.coders.rules.times.dategrammar import Meaning, is_full
from openparley.record.coders.rules.times.dates import DatePhrase, fuzzy, meaning_of, nearest
from openparley.record.coders.rules.times.duedates import counted, due_phrase
from openparley.record.coders.rules.times.narrative import Story, dateline_at, from_base, is_attributive
from openparley.record.coders.rules.times.terms import TERM, term_meaning
from openparley.record.coders.rules.times.timecues import (
    AHEAD,
    AT_ONCE,
    BELOW,
    DEPENDENT,
    DUE,
    LED,
    MODIFIER,
    OPENED,
    PAST_VERB,
    PERFECT,
    PLANNED,
    PLANNING,
    TO_VERB,
)
from openparley.record.entry import Due, FuzzyDate

if TYPE_CHECKING:
    from openparley.record.coders.rules.grammar.grammar import Clause
    from openparley.record.coders.rules.reading import Reading

__all__ = ["Timeline", "timeline_of"]

# A sentence goes on from the date of one so many sentences before; further on, time has likely moved.
_CARRY = 3
# “Scheduled the vote on Friday”: a day that is set.
_SETS = frozenset({"schedule", "set", "fix", "plan", "slate", "time", "date"})
_ACTS = frozenset({"official", "transcript"})
# Headline and first sentence tell what is new, with a perfect or without.
_LEAD = 1
# What has happened “now”, without a date: in the week up to the day of the report.
_RECENT_DAYS = 6
_FAR_OFFSET = 1 << 60
_LEAST = -1.5
# A clause that a phrase opens begins at most so many characters behind it.
_OPENING = 4
# A date wider than this does not carry over the end of a paragraph.
_FAR_DAYS = 100
_NARRATED = frozenset({"since", "deadline", "duration", "vague"})


class Timeline:
    """The dates of one reading."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.article = reading.article
        self.phrases = list(reading.dates)
        self.sentences = [self.article.sentence_at(phrase.start) for phrase in self.phrases]
        self._datelines: dict[int, int] = {}
        self._meanings: dict[int, tuple[Meaning, str] | None] = {}
        self._quotes = sorted((quote.inner_start, quote.inner_end) for quote in reading.quotations if not quote.scare)
        self._quoted = [self._in_quotation(phrase.start) for phrase in self.phrases]
        self._clauses = sorted(reading.clauses, key=lambda clause: clause.start)
        self._by_index = {clause.index: clause for clause in reading.clauses}
        self._clause_starts = [clause.start for clause in self._clauses]

    @cached_property
    def story(self) -> Story:
        """Where the story stands from sentence to sentence."""
        modifiers = [self._is_modifier(phrase) for phrase in self.phrases]
        return Story(self.article, self.phrases, self.sentences, self._quoted, modifiers, self.reading.clauses)

    def date(self, start: int, end: int, *, spoken: bool = False) -> FuzzyDate | None:
        """The date of what the words from start to end tell; ``spoken`` if it is done by saying them: a threat, a promise."""
        clause = self.clause(start, end)
        way = self._way(start, end, clause)
        said = self._anchor(start, end)[0]
        for number in self._ranked(start, end, clause):
            phrase = self.phrases[number]
            resolved = self._resolved(number, self._phrase_way(number, way, clause))
            if resolved is None:
                continue
            meaning, anchor = resolved
            if spoken and said is not None and meaning.start > said:
                continue
            if way < 0 and phrase.kind == "deadline" and clause is not None and clause.lemma in PLANNING:
                continue
            if way < 0 and said is not None and meaning.start > said and (phrase.kind == "deadline" or self._is_finite(clause)):
                # What has happened is not dated by what it is about: “gave them until Sunday”.
                continue
            if way < 0 and phrase.kind == "deadline" and phrase.phrase.lower().startswith("by "):
                meaning = self._up_to(number, meaning)
            return fuzzy(meaning, anchor, phrase.phrase)
        return self._carried(start, end, clause, spoken=spoken)

    def _up_to(self, number: int, meaning: Meaning) -> Meaning:
        """“by the 20th all were free”: from where the story stood up to that day."""
        base = self._told_before(number)
        if base is None or not timedelta(0) < meaning.end - base.start <= timedelta(_FAR_DAYS):
            return meaning
        return Meaning(base.start, meaning.end, "range")

    @staticmethod
    def _is_finite(clause: Clause | None) -> bool:
        return clause is not None and clause.form == "finite" and clause.tense == "past" and not clause.modal

    def due(self, start: int, end: int, made: FuzzyDate | None) -> Due | None:
        """When what is said from start to end falls due."""
        close = made is not None and (made.end - made.start).days <= _RECENT_DAYS
        anchor = made.end if made is not None and close else self._anchor(start, end)[0]
        best: tuple[float, Due] | None = None
        for number in self._near(start, end):
            phrase = self.phrases[number]
            inside = start <= phrase.start < end
            found = due_phrase(self.article.plain, phrase, anchor, inside=inside)
            if found is None and close and made is not None and made.start < made.end and phrase.kind == "absolute":
                # “Said last week that it would open on the 12th”: a day of that week or behind it.
                found = due_phrase(self.article.plain, phrase, made.start, inside=inside)
            if found is None or self._dates_the_act(phrase):
                continue
            score = 2.0 * inside + 1.0 * (phrase.kind == "deadline") - abs(phrase.start - start) / 1000
            if best is None or score > best[0]:
                best = score, found
        if best is None and anchor is not None and AT_ONCE.search(self.article.plain, start, end):
            return Due(start=anchor, end=anchor + timedelta(1), basis="at once")
        return best[1] if best else None

    def _dates_the_act(self, phrase: DatePhrase) -> bool:
        """Whether a day says when a past act was done, not what it set: “announced the truce early on Saturday”."""
        if not phrase.phrase.lower().startswith(("on ", "last ", "early on ", "late on ")):
            return False
        clause = self._innermost(phrase.start)
        return clause is not None and clause.tense == "past" and clause.form == "finite" and not clause.modal and clause.lemma not in _SETS

    def clause(self, start: int, end: int) -> Clause | None:
        """The clause that a stretch tells: its verb in the stretch, the outermost of several, not one quoted inside it."""
        best: tuple[float, Clause] | None = None
        tokens = self.article.tokens
        quoted = self._in_quotation((start + end) // 2) and self._in_quotation(start + 1)
        for clause in self._between(start, end):
            if clause.end <= start or clause.form == "nominal":
                continue
            verb = tokens[clause.verb].start
            shared = min(end, clause.end) - max(start, clause.start)
            rank = shared / max(1, clause.end - clause.start) - (clause.start - start) / 1000
            rank += 4.0 * (start <= verb < end) - 3.0 * (self._in_quotation(verb) and not quoted)
            rank += 1.0 * (clause.form == "finite") - 1.5 * (clause.relation in DEPENDENT and start < clause.start - 4)
            if shared > 0 and (best is None or rank > best[0]):
                best = rank, clause
        return best[1] if best else None

    def _between(self, start: int, end: int) -> list[Clause]:
        """Clauses of the sentences of a stretch that begin before its end."""
        at = self.article.sentence_at(start)
        begin = self.article.sentences[at].start if at >= 0 else 0
        return self._clauses[bisect_left(self._clause_starts, begin) : bisect_right(self._clause_starts, end)]

    def _innermost(self, offset: int) -> Clause | None:
        """The smallest clause around a place."""
        around = [clause for clause in self._between(offset, offset) if clause.end > offset and clause.form != "nominal"]
        return min(around, key=lambda clause: clause.end - clause.start) if around else None

    def _home(self, phrase: DatePhrase) -> Clause | None:
        """The clause that a phrase belongs to: the smallest around it, or the one that it opens: “On Sunday, she said”."""
        sentence = self.article.sentences[self.article.sentence_at(phrase.start)]
        for clause in self._clauses[bisect_left(self._clause_starts, phrase.end) :]:
            if clause.start >= sentence.end or clause.start - phrase.end > _OPENING:
                break
            if clause.form in OPENED and not self.article.plain[phrase.end : clause.start].strip(' ,"'):
                return clause
        return self._innermost(phrase.start)

    def _depth(self, upper: Clause, lower: Clause) -> str | None:
        """How one clause hangs on another above it: the relation next to the upper one; None if it does not."""
        relation = ""
        for _ in range(8):
            if lower.index == upper.index:
                return relation
            if lower.parent is None:
                return None
            relation = lower.relation
            lower = self._by_index.get(lower.parent, lower)
        return None

    # Which phrase

    def _near(self, start: int, end: int) -> list[int]:
        """Phrases of the sentences that a stretch touches."""
        first, last = self.article.sentence_at(start), self.article.sentence_at(max(start, end - 1))
        return list(range(bisect_left(self.sentences, first), bisect_right(self.sentences, last)))

    def _ranked(self, start: int, end: int, clause: Clause | None) -> list[int]:
        """The phrases that may date a stretch, the likeliest first."""
        scored = [(score, number) for number in self._near(start, end) if (score := self._score(number, start, end, clause)) is not None]
        return [number for score, number in sorted(scored, reverse=True) if score > _LEAST]

    def _score(self, number: int, start: int, end: int, clause: Clause | None) -> float | None:
        """How well a phrase dates a stretch; None if it cannot."""
        phrase = self.phrases[number]
        if phrase.kind == "duration" and not self._since_long(phrase, start, end, clause):
            return None
        if phrase.end <= self._dateline_end(self.sentences[number]):
            return None
        inside = start <= phrase.start < end
        score = (2.0 if inside else 0.0) - min(abs(phrase.start - end), abs(phrase.end - start), abs(phrase.start - start)) / 150
        score += {"deadline": -2.0, "duration": -1.0, "vague": -2.5, "since": -0.5}.get(phrase.kind, 0.0)
        told = self._in_quotation(self.article.tokens[clause.verb].start if clause is not None else (start + end) // 2)
        if self._quoted[number] != told and (self._quoted[number] or not inside):
            score -= 2.5
        plain = self.article.plain
        if is_attributive(plain, phrase) and not start <= phrase.start <= start + _OPENING:
            # “the 1988 line” dates nothing but, perhaps, “the 1988 invasion” itself.
            return None
        if not inside and self._is_modifier(phrase):
            score -= 2.5
        if not inside and ";" in plain[min(phrase.end, end) : max(phrase.start, start)]:
            score -= 2.0
        home = self._home(phrase)
        if clause is None or home is None:
            return score
        verb = self.article.tokens[clause.verb].start
        if home.index == clause.index:
            # Of two in one clause the one before the verb, and a day rather than a month: “on 25 February offered talks in May”.
            return (
                score
                + 1.5
                + 0.6 * (phrase.start < verb)
                + 0.5 * (phrase.kind == "weekday" or any(mark.isdigit() for mark in phrase.phrase))
            )
        below, above = self._depth(clause, home), self._depth(home, clause)
        if below is not None:
            return score + (0.0 if below == "to" and clause.lemma == "be" else BELOW.get(below, -0.5))
        return score + (0.5 if above is not None else -0.7)

    def _dateline_end(self, sentence: int) -> int:
        if sentence not in self._datelines:
            self._datelines[sentence] = dateline_at(self.article, sentence)
        return self._datelines[sentence]

    def _since_long(self, phrase: DatePhrase, start: int, end: int, clause: Clause | None) -> bool:
        """“For more than a year, … have assessed”: with a perfect the duration runs up to now."""
        return phrase.phrase.lower().startswith("for ") and self._perfect(start, end, clause)

    def _perfect(self, start: int, end: int, clause: Clause | None) -> bool:
        if clause is not None:
            return clause.perfect and clause.tense != "past" and not clause.modal
        return PERFECT.search(self.article.plain, start, end) is not None

    def _way(self, start: int, end: int, clause: Clause | None, *, due: bool = True) -> int:
        """Whether what is told lies ahead (1) or behind (−1); ``due`` counts what is only wanted or planned as ahead."""
        if clause is not None:
            if clause.tense == "future" or clause.modal in ("will", "shall", "must", "would"):
                return 1
            if clause.form == "finite" and not clause.modal:
                return 1 if due and clause.tense == "present" and DUE.search(self.article.plain[clause.start : clause.end]) else -1
        return 1 if AHEAD.search(self.article.plain[start:end]) else -1

    def _phrase_way(self, number: int, way: int, clause: Clause | None) -> int:
        """The same for one phrase: behind a past verb it may still stand with what was planned."""
        phrase = self.phrases[number]
        home = self._home(phrase)
        plain = self.article.plain
        if PAST_VERB.search(plain, max(0, phrase.start - 30), phrase.start):
            # “…, the envoy warned on Monday, …” whatever was warned of.
            return 1 if home is not None and home.lemma in PLANNING and home.passive else -1
        if home is not None and (clause is None or home.index != clause.index):
            way = self._way(phrase.start, phrase.end, home)
            if home.form == "infinitive":
                # “saw boats land on Friday” has no “to”.
                verb = self.article.tokens[home.verb_first].start
                way = 1 if plain.startswith("to ", verb) or TO_VERB.search(plain, max(0, verb - 20), verb) else way
        if way < 0 and home is not None and home.lemma in PLANNING and self.article.tokens[home.verb].start < phrase.start:
            return 1 if plain.startswith("for ", phrase.start) or PLANNED.search(plain, max(0, phrase.start - 80), phrase.start) else way
        return way

    # What a phrase means here

    def _anchor(self, start: int, end: int) -> tuple[date | None, str]:
        # While statements are still being looked for nothing is known of who said what when.
        return self.reading.anchor(start, end) if self.reading.utterances else (self.article.published, "publication")

    def _resolved(self, number: int, way: int) -> tuple[Meaning, str] | None:
        """Meaning of a phrase and the name of its anchor."""
        phrase = self.phrases[number]
        if number in self.story.meanings:
            return self.story.meanings[number], "event"
        anchor, name = self._anchor(phrase.start, phrase.end)
        stands = self.story.before.get(number) if not self._quoted[number] and not is_full(phrase.phrase) else None
        if stands is not None:
            anchor, name = stands.end, "event"
        if TERM.fullmatch(self.article.plain, phrase.start, phrase.end):
            meaning = term_meaning(self.reading, phrase.start, phrase.end, anchor)
            return (meaning, "event") if meaning else None
        if phrase.kind == "duration":
            back = meaning_of(
                phrase._replace(phrase=re.sub(r"^for ", "over the past ", counted(phrase.phrase), flags=re.IGNORECASE)), anchor, -1
            )
            return (back, name) if back else None
        meaning = nearest(phrase, anchor, way) if name != "event" else meaning_of(phrase, anchor, way)
        if meaning is None or not meaning.told:
            return (meaning, name) if meaning else None
        base = self._told_before(number)
        if base is None:
            return None
        return from_base(phrase, base, way), "event"

    def _told_before(self, number: int) -> Meaning | None:
        """The last date told before a phrase, outside of quotations."""
        if number in self.story.before:
            return self.story.before[number]
        for earlier in range(number - 1, -1, -1):
            if self._quoted[earlier] or self.phrases[earlier].kind in _NARRATED:
                continue
            if is_attributive(self.article.plain, self.phrases[earlier]):
                continue
            resolved = self._memo(earlier)
            if resolved is not None and not self._lies_ahead(resolved[0]):
                return resolved[0]
        return None

    def _memo(self, number: int) -> tuple[Meaning, str] | None:
        if number not in self._meanings:
            self._meanings[number] = None
            phrase = self.phrases[number]
            clause = self._home(phrase)
            self._meanings[number] = self._resolved(number, self._phrase_way(number, self._way(phrase.start, phrase.end, clause), clause))
        return self._meanings[number]

    # Without a phrase

    def _carried(self, start: int, end: int, clause: Clause | None, *, spoken: bool) -> FuzzyDate | None:
        """The date of what has no phrase of its own: of the speaker's day, of the sentences before, or of the report itself."""
        published = self.article.published
        said = self._said_on(start, end)
        if said is not None:
            return FuzzyDate(start=said.start, end=said.end, granularity=said.granularity, anchor="utterance", phrase=None)
        if clause is not None and not spoken:
            if clause.relation in ("if", "unless") or clause.modal or (clause.form == "infinitive" and start >= clause.start):
                return None
            if self._way(start, end, clause, due=False) > 0:
                return None
        if self._perfect(start, end, clause) and self.article.sentence_at(start) > _LEAD:
            return fuzzy(Meaning(published - timedelta(_RECENT_DAYS), published, "week"), "publication", None) if published else None
        present = clause is not None and clause.form == "finite" and clause.tense == "present"
        if not present:
            told = self._narrated(start, clause)
            if told is not None:
                return fuzzy(told, "event", None)
        # “had struck a depot, it said”: what is reported in the past is as new as the report, what is told of before is not.
        reported = clause is not None and clause.relation in ("that", "quoted")
        return None if _pluperfect(clause) and not reported and not spoken else self._of_report(spoken=spoken)

    def _said_on(self, start: int, end: int) -> FuzzyDate | None:
        if not self.reading.utterances:
            return None
        utterance = self.reading.voice(start, end).utterance
        return utterance.said_on if utterance is not None and utterance.quoted else None

    def _narrated(self, start: int, clause: Clause | None) -> Meaning | None:
        """The date of one of the sentences before, where the story stands."""
        published = self.article.published
        here = self.article.sentence_at(start)
        if any(
            self.sentences[number] == here and not self._quoted[number] and self.phrases[number].kind not in _NARRATED
            for number in self._near(start, start + 1)
        ):
            return None
        back = _pluperfect(clause)
        for number in range(bisect_right(self.sentences, here) - 1, -1, -1):
            distance = here - self.sentences[number]
            if distance > _CARRY or any(self._dateline_end(at) for at in range(self.sentences[number] + 1, here + 1)):
                return self.story.stands.get(here)
            phrase = self.phrases[number]
            if distance <= 0 or self._quoted[number] or phrase.kind in _NARRATED or self._is_modifier(phrase):
                continue
            if is_attributive(self.article.plain, phrase):
                continue
            home = self._home(phrase)
            # “Only the day before he had been warned”: the story goes on from where it stood.
            if home is not None and ((_pluperfect(home) and not back) or home.relation == "relative"):
                continue
            resolved = self._memo(number)
            if resolved is None or (self._lies_ahead(resolved[0]) and published is not None):
                continue
            paragraph = self.article.sentences[here].paragraph == self.article.sentences[self.sentences[number]].paragraph
            if not paragraph and (resolved[0].end - resolved[0].start).days > _FAR_DAYS:
                return self.story.stands.get(here)
            return resolved[0]
        return self.story.stands.get(here)

    def _of_report(self, *, spoken: bool) -> FuzzyDate | None:
        """What a report tells without any date is as new as the report; how new, tell its kind and its other dates."""
        published = self.article.published
        if published is None or self.story.history:
            return None
        if self.article.kind in ("news", "wire"):
            return fuzzy(Meaning(published - timedelta(1), published, "day"), "publication", None)
        if spoken and self.article.kind in _ACTS:
            # What a communiqué or a speaker demands, promises or rejects, it does on its own day.
            return fuzzy(Meaning(published, published, "day"), "publication", None)
        if self._speaks_of_this_week:
            return fuzzy(Meaning(published - timedelta(_RECENT_DAYS), published, "week"), "publication", None)
        return None

    @cached_property
    def _speaks_of_this_week(self) -> bool:
        """Whether a day of the week before the report is named: a comment that speaks of this week's days speaks of this week."""
        published = self.article.published
        for number, phrase in enumerate(self.phrases):
            resolved = self._memo(number) if phrase.kind in ("weekday", "relative") else None
            if resolved is None or published is None:
                continue
            near = published - timedelta(_RECENT_DAYS) <= resolved[0].end <= published
            if near and (resolved[0].end - resolved[0].start).days <= _RECENT_DAYS:
                return True
        return False

    def _lies_ahead(self, meaning: Meaning) -> bool:
        return self.article.published is not None and meaning.start > self.article.published

    def _is_modifier(self, phrase: DatePhrase) -> bool:
        if phrase.phrase.split(maxsplit=1)[0].lower() in LED:
            return False
        return MODIFIER.search(self.article.plain[max(0, phrase.start - 12) : phrase.start]) is not None

    def _in_quotation(self, offset: int) -> bool:
        at = bisect_right(self._quotes, (offset, _FAR_OFFSET)) - 1
        # A quotation inside another begins later and may end before.
        return any(offset < end for _, end in self._quotes[max(0, at - 2) : at + 1])


def _pluperfect(clause: Clause | None) -> bool:
    return clause is not None and clause.perfect and clause.tense == "past"


def timeline_of(reading: Reading) -> Timeline:
    """The timeline of a reading, built once and again when more of the reading is known."""
    key = (id(reading.dates), id(reading.clauses), id(reading.utterances), id(reading.quotations))
    known = reading.__dict__.get("_timeline")
    if known is None or known[0] != key:
        known = (key, Timeline(reading))
        reading.__dict__["_timeline"] = known
    return known[1]
