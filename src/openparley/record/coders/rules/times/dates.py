"""Layer 5, dates: time phrases in a text, and the date that the words at a place give to what they tell."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from openparley.errors import CaseError, Complaint
from openparley.record.coders.rules.actors.world import words
from openparley.record.coders.rules.article import Article, Token
from openparley.record.coders.rules.lexicon import Lexicon, Row
from openparley.record.coders.rules.times.dategrammar import (
    CORES,
    Core,
    Meaning,
    interpret,
    is_full,
    kind_behind,
    lead_of,
    triggers,
    yearless,
)
from openparley.record.coders.rules.times.terms import TERM
from openparley.record.entry import Due, FuzzyDate

if TYPE_CHECKING:
    from openparley.record.coders.rules.reading import Reading

__all__ = ["DatePhrase", "date_of", "due_of", "find_dates", "holiday", "meaning_of", "nearest", "resolve"]

_LEFT, _RIGHT = 48, 40
# A date without a year so far off in one direction, and so near in the other, is meant in the other.
_FAR_DAYS, _CLOSE_DAYS = 250, 62
_YEAR = re.compile(r"(?:1[6-9]|20)\d\d")
_DECADE = re.compile(r"(?:(?:1[6-9]|20)\d0|\d0)s")
_ORDINAL = re.compile(r"[0-3]?\d(?:st|nd|rd|th)")
_NUMERIC = re.compile(r"[0-3]?\d[./][01]?\d[./](?:1[6-9]|20)\d\d")
_AFTER_ORDINAL = words(", . ; : of and but when that to at in with as for — ) on or")
# Words before a year that make it one; alone, after any other word, it may as well be a number.
_BEFORE_YEAR = words(
    "in since until till by before after from of during the a an to and between late early mid through around for his her its their ( "
    ", — - spring summer autumn fall winter"
)
_COUNTED = words(
    "people troops men women soldiers km kilometres kilometers miles metres meters tonnes tons percent dollars euros pounds civilians "
    "prisoners hostages refugees fighters years times feet acres hectares homes deaths dead others guests"
)  # fmt: skip
_MONTH_NAMES = frozenset({"May", "April", "June", "August", "March", "Jan", "Mar"})
_BEFORE_MONTH = words(
    "in since until till by last next this of from to through during before after early late mid and between for on early mid- ( - — ,"
)
_NAMED_DAYS = frozenset({"good", "black", "bloody", "holy", "palm", "easter", "ash"})
_BEFORE_SEASON = words("in since until by during last next this before after early late mid of every throughout") - {"of"}


class DatePhrase(NamedTuple):
    """Words that give a time.

    ``kind`` is absolute, weekday, relative, duration, deadline, since, range or vague; ``day`` month and day of a holiday.
    """

    start: int
    end: int
    phrase: str
    kind: str
    day: tuple[int, int] | None = None


def find_dates(article: Article, lexicon: Lexicon | None = None) -> tuple[DatePhrase, ...]:
    """Time phrases in order of place, none overlapping.

    Parameters
    ----------
    lexicon
        Word lists with the holidays of a case, ``dates.csv``; those of the program alone if None.
    """
    plain, tokens = article.plain, article.tokens
    groups = _triggers()
    found: list[DatePhrase] = []
    reached = 0
    for sentence in article.sentences:
        for index in range(sentence.first, sentence.last):
            token = tokens[index]
            group = groups.get(token.lower) or _odd_trigger(token)
            if group is None or token.start < reached:
                continue
            left = max(sentence.start, reached, token.start - _LEFT)
            place = _core_at(article, index, left, min(sentence.end, token.end + _RIGHT), group)
            if place is None or not _is_time(article, index, place[0], place[1], group):
                continue
            start, end, core = place
            length, before = lead_of(plain[left:start]) if core.kind != "duration" else (0, "")
            found.append(DatePhrase(start - length, end, article.text[start - length : end], kind_behind(before, core)))
            reached = end
    found += _holidays(article, lexicon or _shipped()) + _terms(article)
    return _disjoint(found)


def _disjoint(found: list[DatePhrase]) -> tuple[DatePhrase, ...]:
    kept: list[DatePhrase] = []
    for phrase in sorted(found, key=lambda item: (item.start, -item.end)):
        if not kept or phrase.start >= kept[-1].end:
            kept.append(phrase)
    return tuple(kept)


@cache
def _triggers() -> dict[str, str]:
    return triggers()


def _odd_trigger(token: Token) -> str | None:
    """Group of a token that is a trigger by its shape: a year, “12th”, “two-week”, “mid-June”."""
    text = token.lower
    if text[0].isdigit():
        if _YEAR.fullmatch(text) or _NUMERIC.fullmatch(text):
            return "year"
        if _DECADE.fullmatch(text):
            return "decade"
        return "ordinal" if _ORDINAL.fullmatch(text) else None
    if "-" in text:
        tail = text.rsplit("-", 1)[1]
        return "year" if _YEAR.fullmatch(tail) else _triggers().get(tail)
    return None


def _cores(group: str, word: str) -> tuple[Core, ...]:
    """Cores that a trigger may belong to: a weekday or “12th” may also begin a day of a month."""
    if group in ("weekday", "ordinal"):
        return (*CORES[group], *CORES["month"][:4])
    return (*CORES[group], CORES["word"][0]) if group == "unit" and word in ("morning", "afternoon", "evening", "night") else CORES[group]


def _core_at(article: Article, index: int, left: int, right: int, group: str) -> tuple[int, int, Core] | None:
    """The longest core of a group that covers a token."""
    best: tuple[int, int, Core] | None = None
    token, plain = article.tokens[index], article.plain
    near = {other.lower for other in article.tokens[max(0, index - 7) : index + 4]}
    for core in _cores(group, token.lower):
        if core.hints and not core.hints & near:
            continue
        for found in core.pattern.finditer(plain, left, right):
            start, end = found.span()
            if start > token.start:
                break
            if end >= token.end and (best is None or end - start > best[1] - best[0]):
                best = start, end, core
    return best


def _is_time(article: Article, index: int, start: int, end: int, group: str) -> bool:
    """Whether what looks like a time is one here: not “may”, not 2000 people, not the fall of a city."""
    tokens, plain = article.tokens, article.plain
    token = tokens[index]
    before = tokens[article.token_at(start) - 1].lower if article.token_at(start) > 0 else ""
    after_at = article.token_at(end - 1) + 1
    after = tokens[after_at].lower if after_at < len(tokens) else ""
    bare = plain[start:end] == token.text
    if group == "month":
        name = token.text.rsplit("-", 1)[-1]
        if not name[0].isupper():
            return False
        if bare and "-" not in token.text and (name in _MONTH_NAMES or len(name) <= 4):
            return before in _BEFORE_MONTH and not (
                after_at < len(tokens) and tokens[after_at].text[0].isupper() and after not in ("and", ",")
            )
        return True
    if group == "weekday":
        return token.text[0].isupper() and before not in _NAMED_DAYS
    if group == "season":
        alone = bare or plain[start:end].lower() == f"the {token.lower}"
        return not alone or (before in _BEFORE_SEASON and (not after.isalpha() or after in _AFTER_ORDINAL))
    if group == "ordinal":
        return after in _AFTER_ORDINAL or plain[start:end].lower() != f"the {token.lower}"
    if group == "year" and bare and _YEAR.fullmatch(token.text):
        if plain[max(0, start - 1) : start] in ("$", "£", "€", "#") or after in _COUNTED or after == "%":
            return False
        return (
            before in _BEFORE_YEAR
            or after in (",", ".", ")", ";", ":")
            or ((after.isalpha() and not after.endswith("s")) and before in _BEFORE_YEAR)
        )
    return True


@cache
def _shipped() -> Lexicon:
    return Lexicon()


class _Holidays(NamedTuple):
    pattern: re.Pattern[str]
    days: dict[str, tuple[int, int]]


_HOLIDAY_LEAD = r"(?P<lead>(?:(?:on|by|before|after|until|since|around|at|over) )?(?:(?:last|next|this) )?)"
_HOLIDAY = re.compile(rf"{_HOLIDAY_LEAD}(?P<name>.+?)(?: (?P<year>\d{{4}}))?", re.IGNORECASE)


def _holiday_table(lexicon: Lexicon) -> _Holidays:
    """Fixed holidays: a pattern for their names, and month and day of each.

    Raises
    ------
    CaseError
        If a row of the case names no day of the calendar.
    """
    rows = lexicon.rows("dates.csv", ("name", "month", "day"))
    days: dict[str, tuple[int, int]] = {}
    for row in rows:
        days.setdefault(row.cells["name"].lower(), _day_of(row))
    names = "|".join(re.escape(row.cells["name"]) for row in sorted(rows, key=lambda row: -len(row.cells["name"])))
    return _Holidays(re.compile(rf"(?<!\w){_HOLIDAY_LEAD}(?P<name>{names})(?: (?P<year>\d{{4}}))?(?!\w)"), days)


def _day_of(row: Row) -> tuple[int, int]:
    """Month and day of a row; 29 February is not every year's."""
    try:
        found = date(2001, int(row.cells["month"]), int(row.cells["day"]))
    except ValueError:
        value = f"{row.cells['month']},{row.cells['day']}"
        raise CaseError(
            Complaint(row.file, row.line, None, value, "month 1–12, day of that month", "Write month and day as numbers: 12,25.",
                      f"“{value}” is no month and day that every year has.")
        ) from None  # fmt: skip
    return found.month, found.day


def _holidays(article: Article, lexicon: Lexicon) -> list[DatePhrase]:
    table = lexicon.build(_holiday_table)
    found = []
    for match in table.pattern.finditer(article.plain):
        lead = match["lead"].lower()
        kind = "since" if "since" in lead else "deadline" if re.search(r"by|before|until", lead) else "absolute"
        words = article.text[match.start() : match.end()]
        found.append(DatePhrase(match.start(), match.end(), words, kind, table.days[match["name"].lower()]))
    return found


def _terms(article: Article) -> list[DatePhrase]:
    return [
        DatePhrase(match.start(), match.end(), article.text[match.start() : match.end()], "range") for match in TERM.finditer(article.plain)
    ]


def holiday(words: str, anchor: date, way: int, day: tuple[int, int]) -> Meaning | None:
    """The day of a holiday that is on the same day every year; None if the words are not of its form."""
    match = _HOLIDAY.fullmatch(words)
    if match is None:
        return None
    lead = match["lead"].lower()
    way = -2 if "last" in lead else 2 if "next" in lead else 1 if re.search(r"by|before|until", lead) else way
    years = [int(match["year"])] if match["year"] else [anchor.year + step for step in ((0, -1) if way < 0 else (0, 1))]
    for number in years:
        if not date.min.year <= number <= date.max.year:
            continue
        found = date(number, *day)
        if match["year"] or (found <= anchor if way < 0 else found >= anchor):
            return Meaning(found, max(found, anchor) if "since" in lead else found, "range" if "since" in lead else "day")
    return None


def meaning_of(phrase: DatePhrase, anchor: date | None, way: int | None = None) -> Meaning | None:
    """What a phrase means, seen from a day; None without a day unless it names its year."""
    words = " ".join(phrase.phrase.translate(_MARKS).split())
    if anchor is None:
        if not is_full(words):
            return None
        anchor = date(2000, 1, 1)
    if way is None:
        way = 1 if phrase.kind == "deadline" else -1
    return interpret(words, anchor, way) or (holiday(words, anchor, way, phrase.day) if phrase.day else None)


def nearest(phrase: DatePhrase, anchor: date | None, way: int) -> Meaning | None:
    """What a phrase means, seen from a day; a month or day without a year that is close on the other side is that one.

    “on 28 May” in a report of 22 May is next week, whatever the tense of the words around it.
    """
    meaning = meaning_of(phrase, anchor, way)
    if meaning is None or anchor is None or not yearless(phrase.phrase) or abs((meaning.start - anchor).days) < _FAR_DAYS:
        return meaning
    other = meaning_of(phrase, anchor, -1 if way > 0 else 1)
    return other if other is not None and abs((other.start - anchor).days) <= _CLOSE_DAYS else meaning


_MARKS = {ord("’"): "'", ord("–"): "-", ord("‑"): "-", ord("—"): "-", ord("\u00a0"): " ", ord("\u202f"): " "}


def resolve(phrase: DatePhrase, anchor: date | None, *, way: int | None = None, name: str = "publication") -> FuzzyDate | None:
    """The date of a phrase.

    Parameters
    ----------
    anchor
        Day from which the words are read; without one only phrases that name their year have a date.
    way
        −1 for what has happened, 1 for what is to come; told from the kind of phrase if None.
    name
        What the anchor is: publication, utterance or event.
    """
    meaning = meaning_of(phrase, anchor, way)
    return fuzzy(meaning, name, phrase.phrase) if meaning else None


def fuzzy(meaning: Meaning, anchor: str, phrase: str | None) -> FuzzyDate:
    """A meaning as a date of an entry."""
    return FuzzyDate(start=meaning.start, end=meaning.end, granularity=meaning.granularity, anchor=anchor, phrase=phrase)  # pyright: ignore[reportArgumentType]


def date_of(reading: Reading, start: int, end: int, *, spoken: bool = False) -> FuzzyDate | None:
    """The date that the text gives to what the words at a stretch tell; None when nothing tells.

    Parameters
    ----------
    spoken
        Whether the act is done by saying the words – a threat, a promise, a demand –, so that it is as old as they are, even where
        they speak of what is to come.
    """
    from openparley.record.coders.rules.times.timeline import timeline_of

    return timeline_of(reading).date(start, end, spoken=spoken)


def due_of(reading: Reading, start: int, end: int, made: FuzzyDate | None = None) -> Due | None:
    """When what is promised, threatened or demanded at a stretch falls due; None if no day is given.

    Parameters
    ----------
    made
        When it was said: periods count from there.
    """
    from openparley.record.coders.rules.times.timeline import timeline_of

    return timeline_of(reading).due(start, end, made)


def later(day: date, days: int) -> date:
    """A day moved on, kept inside the calendar."""
    try:
        return day + timedelta(days)
    except OverflowError:
        return date.max if days > 0 else date.min
