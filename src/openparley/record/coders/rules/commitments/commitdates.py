"""When a commitment was made and when it falls due, beyond what its own phrase says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from openparley.record.coders.rules.times.dates import due_of, later, resolve
from openparley.record.entry import Due, FuzzyDate

if TYPE_CHECKING:
    from openparley.record.coders.draft import Draft
    from openparley.record.coders.rules.commitments.announcement import Announcement
    from openparley.record.coders.rules.commitments.commitments import Commitments
    from openparley.record.coders.rules.reading import Voice

__all__ = ["due_date", "inherit", "made_on"]

# Rules of commitments that do not name themselves: their own words tell what is to come, and when they were said the attribution does.
_UNNAMED = frozenset(("own", "condition", "veiled", "date", "term", "ought", "bill", "until", "order", "planned"))
# A day without a year that lies so far ahead was meant to be counted from a day so long before the report.
_FAR_AHEAD = 240
_BACK = 90
# Days that a made date may span for a period to be counted from it as from a day.
_NARROW = 7
# A commitment right behind one with a date, of the same actor and to the same side, is for that date too.
_BEHIND = 450
_LIMIT = re.compile(r"(?:within|by|until|till|before|in|no later than|not later than)\b", re.IGNORECASE)
_AT_ONCE = re.compile(r"\bimmediate(?:ly)?\b|\bat once\b|\bforthwith\b|\bwithout delay\b", re.IGNORECASE)
_HOURS = re.compile(
    r"\b(?:within|in) (?:the|an) hour\b|\b(?:within|in) (?:\w+ )?hours\b|\bby (?:nightfall|dusk|sunset|midnight|noon)\b|\btonight\b",
    re.IGNORECASE,
)
_THIS = re.compile(r"\bthis (?:week|month|year|summer|autumn|spring|winter)\b", re.IGNORECASE)
_TERM = re.compile(
    r"\b(?P<number>an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|fifteen|twenty|thirty|forty|sixty|ninety|\d+)"
    r"[\s-]+(?:more )?(?P<unit>hour|day|week|fortnight|month|year)s?\b",
    re.IGNORECASE,
)
_NUMBERS = {
    **{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10},
    **{"twelve": 12, "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "sixty": 60, "ninety": 90},
}
_DAYS = {"hour": 1 / 24, "day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}
_OF_ONE_DATE = frozenset(("threat", "deadline", "demand"))


def made_on(coder: Commitments, made: Announcement, voice: Voice) -> FuzzyDate | None:
    """When it was made: on the day of the utterance, else when what announces it happened; never a day that is still to come."""
    utterance = voice.utterance
    if utterance is not None and utterance.said_on is not None:
        return utterance.said_on
    spoken = voice.quoted or made.rule.split(".")[0] in _UNNAMED
    stretch = utterance.draft if utterance is not None and spoken else made.clause
    when = coder.reading.when(stretch.start, stretch.end)
    published = coder.article.published
    if (
        when is not None
        and when.phrase is not None
        and (
            _LIMIT.match(when.phrase)
            or (made.type == "deadline" and re.search(rf"\b(?:of|for) {re.escape(when.phrase)}", coder.article.text[made.start : made.end]))
        )
    ):
        # “Promised a referendum within five years”, “set a deadline of 1 March”: the term is no date of the promise.
        when = _told_before(coder, made.clause.start)
    return None if when is not None and published is not None and when.start > published else when


def _told_before(coder: Commitments, start: int) -> FuzzyDate | None:
    """The date where the story stands: of the last phrase with a date in the sentences before."""
    here = coder.article.sentence_at(start)
    floor = coder.article.sentences[max(0, here - 3)].start
    for phrase in reversed([one for one in coder.reading.dates if floor <= one.start < start]):
        if phrase.kind == "absolute":
            return resolve(phrase, coder.article.published, way=-1)
    return None


def due_date(coder: Commitments, made: Announcement, when: FuzzyDate | None) -> Due | None:
    """When it falls due, by the words from what is announced on; None where no day is given."""
    start, end = made.due_start if made.due_start is not None else made.start, _due_end(coder, made)
    published, plain = coder.article.published, coder.article.plain
    quoted = coder.reading.voice(made.clause.start, made.clause.end).quoted
    anchor = None if not quoted and _THIS.search(plain, start, end) else when
    wide = when is not None and (when.end - when.start).days > _NARROW
    if wide and when is not None and published is not None and when.end < published - timedelta(_NARROW):
        counted = _counted(plain, start, end, when)
        if counted is not None:
            return counted
    due = due_of(coder.reading, start, end, anchor)
    if due is None:
        found = _soon(plain, start, end, when, quoted, made.type) or _given(coder, made, when)
        if found is not None or published is None or when is not None or made.type != "deadline" or made.clause.tense != "past":
            return found
        then = later(published, -_BACK)
        return due_of(coder.reading, start, end, FuzzyDate(start=then, end=then))
    if published is None or made.clause.tense != "past" or (due.start - published).days <= _FAR_AHEAD:
        return due
    if any(character.isdigit() and len(word) == 4 for word in plain[start:end].split() for character in word[:1]):
        return due
    # “Had set a deadline of 1 March”, told two weeks later, is of this year.
    then = published - timedelta(_BACK)
    again = due_of(coder.reading, start, end, FuzzyDate(start=then, end=then))
    if made.retold and again is not None and when is not None and when.phrase is not None and again.end < when.start:
        return None
    return again or due


def _due_end(coder: Commitments, made: Announcement) -> int:
    """The end of the words that may give a date: a few that are left of the sentence belong to it (“…, at once”)."""
    sentence = coder.article.sentences[made.clause.sentence]
    return sentence.end if made.end < sentence.end <= made.end + 30 else made.end


def _counted(plain: str, start: int, end: int, when: FuzzyDate) -> Due | None:
    """A term counted from a range of days: “in June he gave them ten days”."""
    found = _TERM.search(plain, start, end)
    if found is None:
        return None
    days = _days(found)
    return Due(start=later(when.start, days), end=later(when.end, days), basis="term counted from the days in which it was said")


def _days(found: re.Match[str]) -> int:
    word = found["number"].lower()
    return round((_NUMBERS.get(word) or int(word)) * _DAYS[found["unit"].lower()])


def _soon(plain: str, start: int, end: int, when: FuzzyDate | None, quoted: bool, kind: str) -> Due | None:
    """“Within the hour”, “its immediate removal”: of the day on which it was said."""
    if when is None or (when.end - when.start).days > _NARROW:
        return None
    if _HOURS.search(plain, start, end):
        return Due(start=when.start, end=later(when.end, 1), basis="within hours of the day it was said")
    if kind in ("demand", "deadline") and not quoted and _AT_ONCE.search(plain, start, end):
        return Due(start=when.start, end=later(when.end, 1), basis="at once")
    return None


def _given(coder: Commitments, made: Announcement, when: FuzzyDate | None) -> Due | None:
    """“Giving them ten days”: a term without any word that says from when."""
    found = _TERM.search(coder.article.plain, made.start, made.end) if made.rule.startswith(("term.", "deadline.")) else None
    from_day = when.end if when is not None else coder.article.published
    if found is None or from_day is None:
        return None
    day = later(from_day, _days(found))
    return Due(start=day, end=day, basis="term counted from the day it was said")


def inherit(drafts: Sequence[Draft]) -> None:
    """Give a threat, demand or deadline the date of the one right before it, of the same actor to the same side."""
    last: Draft | None = None
    for draft in drafts:
        fields = draft.fields
        if fields["type"] not in _OF_ONE_DATE:
            continue
        if fields["due"] is not None:
            last = draft
        elif (
            last is not None
            and draft.start - last.end < _BEHIND
            and set(fields["actor"]) & set(last.fields["actor"])
            and set(fields["target"]) & set(last.fields["target"])
        ):
            fields["due"] = dict(last.fields["due"])  # pyright: ignore[reportIndexIssue]
