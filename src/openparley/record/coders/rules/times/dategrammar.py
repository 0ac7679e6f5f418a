"""Grammar of time: what words such as “mid-June”, “two days later” or “by the end of the month” mean, seen from a day.

A phrase is a core with or without a word before it (“since”, “until”, “by”, “early”). Cores are found by a word that only they have – a
month, a weekday, a unit, a year – so that a text is searched around those words only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from openparley.record.coders.rules.actors.world import words
from openparley.record.coders.rules.times import datereadings as read
from openparley.record.coders.rules.times.calendar import MONTHS, NUMBERS, WEEKDAYS, Period

__all__ = ["CORES", "Core", "Meaning", "interpret", "is_full", "kind_behind", "kind_of", "lead_of", "triggers", "yearless"]

# A full stop belongs to a shortened month only.
_MON = (
    r"(?P<month>"
    + "|".join(sorted(MONTHS, key=len, reverse=True))
    + r")\b(?:(?<=jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)\.|(?<=sept)\.)?"
)
_WD = r"(?P<weekday>" + "|".join(sorted(WEEKDAYS, key=len, reverse=True)) + r")"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_DAY2 = r"(?P<day2>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:1[6-9]|20)\d\d)"
_NUM = r"(?P<number>\d{1,4}|half a|a couple of|a few|a dozen|" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + r")"
_UNIT = r"(?P<unit>minute|hour|day|night|week|fortnight|weekend|month|quarter|year|decade|century|centurie)(?P<many>s)?"
_NUMS = r"\d{1,4}|couple|few|" + "|".join(word for word in NUMBERS if " " not in word)
_ROUGHLY = "just|exactly|only|about|around|roughly|some|nearly|almost|barely|at least|at most|up to|more than|less than|over|under"
_ABOUT = rf"(?P<about>(?:(?:{_ROUGHLY}) )+)?"
_PART = r"(?P<part>early|mid|late|(?:the )?(?:beginning|start|middle|end) of)"
_SEASON = r"(?P<season>spring|summer|autumn|fall|winter)"
_TIME = r"(?: (?:morning|afternoon|evening|night|lunchtime))?"
_SIDE = r"(?P<side>past|last|previous|preceding|next|coming|following|recent)"


class Meaning(NamedTuple):
    """What a phrase means: its days, how wide the words are, and whether it was counted from something told and not from the anchor."""

    start: date
    end: date
    granularity: str
    told: bool = False


class Core(NamedTuple):
    """A pattern of time and what it means; ``hints`` are words of which one must be near, none if any text will do."""

    kind: str
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str], date, int], Period | None]
    told: bool
    hints: frozenset[str]


def _core(
    kind: str, pattern: str, read: Callable[[re.Match[str], date, int], Period | None], *, told: bool = False, hints: str = ""
) -> Core:
    return Core(kind, re.compile(rf"(?<![\w$£€])(?:{pattern})(?![\w%])", re.IGNORECASE), read, told, frozenset(hints.split()))


_TO = r" ?(?:-|—|to|and|until|through) ?"
_ON = r"(?:from |between )?"
_THEN = "the following|the next|the same|that same|that"
_OF_YEAR = rf"(?:,? (?:of )?{_YEAR})?"
_MONTH2 = rf"(?P<month2>{'|'.join(MONTHS)})\b"
_WEEKDAY2 = rf"(?P<weekday2>{'|'.join(WEEKDAYS)})"
_WHICH = r"(?P<which>the year|this year|last year|next year)"
_LONG = r"(?:day|morning|afternoon|evening|night|week|month|year)"
_DEICTIC = (
    "the day before yesterday|the day after tomorrow|yesterday|tomorrow|today|tonight|last night|overnight|"
    "this (?:morning|afternoon|evening)"
)
_WAY = r"(?P<way>later|earlier|previously|afterwards?|after that|(?:before|prior)(?=[.,;)]|$))"
_PARTS = "beginning start middle end"
_OVER = r"(?:(?:over|for|in|during|within|throughout) )?(?:much of |most of )?"
# In order of trust: where two match the same words the longer wins, then the earlier.
CORES: dict[str, tuple[Core, ...]] = {
    "month": (
        _core("absolute", rf"(?:{_WD},? )?(?:the )?{_DAY}(?: of)? {_MON}(?:,? {_YEAR})?", read.calendar_day),
        _core("absolute", rf"(?:{_WD},? )?{_MON} (?:the )?{_DAY}(?!\d)(?:,? {_YEAR})?", read.calendar_day),
        _core("range", rf"{_ON}(?:the )?{_DAY}{_TO}(?:the )?{_DAY2}(?: of)? {_MON}(?:,? {_YEAR})?", read.day_range),
        _core("range", rf"{_ON}{_MON} {_DAY}{_TO}{_DAY2}(?!\d)(?:,? {_YEAR})?", read.day_range),
        _core("absolute", rf"{_PART}[ -]{_MON}{_OF_YEAR}", read.by_month),
        _core("range", rf"{_ON}{_MON}{_TO}{_MONTH2}(?:,? {_YEAR})?", read.month_range),
        _core("absolute", rf"(?:(?P<side>last|next|this|the following|that same|that) )?{_MON}{_OF_YEAR}", read.by_month),
    ),
    "weekday": (
        _core("range", rf"(?:from )?{_WD}{_TO}{_WEEKDAY2}", read.weekday_range),
        _core(
            "weekday",
            r"(?:early |late )?(?:on )?(?:the )?(?P<night>night to )?(?:(?P<side>last|next|this|previous|following|coming) )?"
            + _WD
            + _TIME,
            read.by_weekday,
        ),
    ),
    "season": (
        _core(
            "absolute",
            rf"(?:{_PART}[ -])?(?:(?P<side>last|next|this|{_THEN}|the) )?{_SEASON}{_OF_YEAR}(?! of (?-i:[A-Z]))",
            read.by_season,
        ),
    ),
    "quarter": (
        _core(
            "absolute",
            rf"(?:the )?(?P<count>first|second|third|fourth|last|final) (?P<size>quarter|half)(?: of)? (?:{_YEAR}|{_WHICH})",
            read.by_quarter,
        ),
        _core("absolute", rf"(?P<size>Q|H)(?P<count>[1-4])(?P<which>)?(?: (?:of )?{_YEAR})?", read.by_quarter),
    ),
    "year": (
        _core("absolute", rf"{_YEAR}-(?P<monthno>[01]?\d)-(?P<day>[0-3]?\d)", read.iso_day),
        _core("range", rf"{_ON}{_YEAR}{_TO}(?P<year2>(?:1[6-9]|20)\d\d|\d\d)", read.year_range),
        _core("absolute", rf"{_PART}[ -]{_YEAR}", read.by_year),
        _core("absolute", rf"{_YEAR}", read.by_year),
        _core("absolute", r"(?P<day>[0-3]?\d)[./](?P<monthno>[01]?\d)[./](?P<year>(?:1[6-9]|20)\d\d)", read.numeric_day),
    ),
    "decade": (_core("range", rf"(?:the )?(?:{_PART}[ -])?'?(?P<decade>(?:1[6-9]|20)\d0|\d0)s", read.by_decade),),
    "ordinal": (_core("absolute", r"the (?P<day>[0-3]?\d)(?:st|nd|rd|th)", read.ordinal_day),),
    "word": (
        _core("relative", rf"(?:early |late |later |earlier )?(?:{_DEICTIC}){_TIME}", read.by_word),
        _core("vague", r"(?:more |most |only |very )?recently|lately|of late|now|currently|at present", read.by_word),
    ),
    "unit": (
        _core("relative", rf"{_ABOUT}(?:{_NUM} )?{_UNIT} ago", read.ago, hints="ago"),
        _core(
            "relative",
            rf"{_ABOUT}(?:{_NUM} )?{_UNIT} {_WAY}",
            read.later,
            told=True,
            hints="later earlier previously afterward afterwards after before prior",
        ),
        _core(
            "relative",
            rf"(?:the|that) (?:very )?(?:next|following|previous|preceding) {_LONG}|next (?:day|morning)"
            rf"|the (?:day|night|morning|evening) (?:before|after)(?! yesterday| tomorrow)",
            read.next_day,
            told=True,
            hints="next following previous preceding before after",
        ),
        _core("relative", rf"(?:the same|that(?: same| very)?) {_LONG}", read.same_day, told=True, hints="same that"),
        _core(
            "relative",
            rf"(?:(?P<when>earlier|later) )?(?:at )?(?:{_PART} )?(?P<which>this coming|this|last|next|previous) {_UNIT}",
            read.this_unit,
            hints="this last next previous coming",
        ),
        _core(
            "relative",
            r"(?:(?:over|for|in|during|within|throughout) )?the (?P<side>following|preceding|ensuing) "
            rf"(?:{_NUM} )?(?P<unit>day|week|month|year)(?P<many>s)",
            read.told_units,
            told=True,
            hints="following preceding ensuing",
        ),
        _core(
            "relative", rf"{_ABOUT}{_NUM} {_UNIT} (?P<way>after|before)(?! (?:that|then)\b)", read.later, told=True, hints="after before"
        ),
        _core(
            "relative",
            rf"{_OVER}(?:the |(?=recent )|(?=\w+ (?:{_NUMS}) )){_SIDE} (?:{_NUM} )?{_UNIT}",
            read.past_units,
            hints="past last previous preceding next coming following recent",
        ),
        _core(
            "relative",
            rf"(?P<part>(?:the )?(?:beginning|start|middle|end) of) the {_UNIT}",
            read.end_of_unit,
            hints="beginning start middle end",
        ),
        _core("relative", r"(?:the )?(?:year-end|year's end|end of year)", read.year_end, hints="year-end end"),
        _core("deadline", rf"within {_ABOUT}(?:the next )?{_NUM}[ -]{_UNIT}", read.within, hints="within"),
        _core("deadline", rf"in {_ABOUT}{_NUM} {_UNIT}(?:'s?)?(?: time)?", read.within, hints="in"),
        _core("deadline", rf"{_ABOUT}{_NUM} {_UNIT} (?:from now|from today|hence)", read.within, hints="now today hence"),
        _core("duration", rf"(?:for |after )?{_ABOUT}{_NUM}[ -]{_UNIT}", read.within),
    ),
}

_BEFORE = (
    r"(?P<before>(?:ever )?since|until|till|no later than|not before|as of|starting|beginning|effective|ahead of|leading up to|"
    r"up to|through|"
    r"by|before|after|from|on|in|at|during|around|about|over|for|between) "
)
_CLOCK = r"(?:(?:midnight|noon|midday|dawn|dusk|(?:[0-2]?\d)(?:[:.][0-5]\d)? ?(?:a\.?m\.?|p\.?m\.?|GMT)|[0-2]?\d[:.][0-5]\d)(?: on)? )?"
_WRAPPED = re.compile(rf"(?:{_BEFORE})?(?:the )?{_CLOCK}", re.IGNORECASE)
# Words that may stand right before a core, and the length of the longest lead.
_LEADING = words(
    "since until till than before of starting beginning effective to through by after from on in at during around about over for "
    "between the midnight noon midday dawn dusk am pm a.m. p.m. gmt"
)
_LEAD_LENGTH = 32
_DEADLINES = frozenset({"until", "till", "by", "before", "no later than", "ahead of", "up to", "through", "leading up to"})


def triggers() -> dict[str, str]:
    """Words that only cores have, and the group of cores in which they stand."""
    found = dict.fromkeys(MONTHS, "month") | dict.fromkeys(WEEKDAYS, "weekday")
    found |= dict.fromkeys(("spring", "summer", "autumn", "fall", "winter"), "season") | dict.fromkeys(("quarter", "half"), "quarter")
    found |= dict.fromkeys(
        ["yesterday", "tomorrow", "today", "tonight", "overnight", "recently", "lately", "now", "currently", "present"], "word"
    )
    for unit in words("minute hour day night week fortnight weekend month year decade century morning afternoon evening"):
        found[unit] = "unit"
        found[unit + "s"] = "unit"
    return (
        found
        | {"centuries": "unit", "quarters": "unit", "year-end": "unit", "late": "word"}
        | {f"{size}{n}": "quarter" for size in "qh" for n in "1234"}
    )


class _Parsed(NamedTuple):
    core: Core
    found: re.Match[str]
    before: str


@lru_cache(maxsize=4096)
def _parse(phrase: str) -> _Parsed | None:
    """The core that the whole phrase is, after the words before it."""
    options = [(0, "")]
    wrapped = _WRAPPED.match(phrase)
    if wrapped and wrapped.end():
        options.append((wrapped.end(), (wrapped["before"] or "").lower()))
        if wrapped["before"]:
            options.append((len(wrapped["before"]) + 1, wrapped["before"].lower()))
    for at, before in options:
        for cores in CORES.values():
            for core in cores:
                found = core.pattern.fullmatch(phrase, at)
                if found:
                    return _Parsed(core, found, before)
    return None


def kind_of(phrase: str) -> str | None:
    """Kind of a phrase: absolute, weekday, relative, duration, deadline, since, range or vague; None if it is none."""
    parsed = _parse(phrase)
    return None if parsed is None else kind_behind(parsed.before, parsed.core)


def kind_behind(before: str, core: Core) -> str:
    """Kind of a core behind “since”, “until” and their like."""
    before = before.lower().removeprefix("ever ")
    if before == "since":
        return "since"
    return "deadline" if before in _DEADLINES and core.kind != "duration" else core.kind


def is_full(phrase: str) -> bool:
    """Whether a phrase names its year, so that it needs no anchor."""
    parsed = _parse(phrase)
    if parsed is None or parsed.before == "since":
        return False
    groups = parsed.found.groupdict()
    return bool(groups.get("year") or groups.get("decade"))


_NO_YEAR = frozenset({"month", "season", "ordinal"})


def yearless(phrase: str) -> bool:
    """Whether a phrase names a month, day or season and leaves the year to the story: “in late May”, “the 5th”, “that winter”."""
    parsed = _parse(" ".join(phrase.split()))
    if parsed is None:
        return False
    groups = parsed.found.groupdict()
    if groups.get("year") or (groups.get("side") or "").lower() in ("last", "next", "this"):
        return False
    return any(parsed.core in CORES[group] for group in _NO_YEAR) and bool(groups.get("month") or groups.get("season") or groups.get("day"))


_LEAD = re.compile(rf"(?<!\w)(?:{_BEFORE})?(?:the )?{_CLOCK}$", re.IGNORECASE)


def lead_of(text: str) -> tuple[int, str]:
    """Length of the words at the end of a text that belong to a core behind it – “by midnight on ” –, and the first of them."""
    if text[-1:] != " " or text[:-1].rpartition(" ")[2].lower().lstrip("\"'([") not in _LEADING:
        return 0, ""
    text = text[-_LEAD_LENGTH:]
    found = _LEAD.search(text)
    return (len(text) - found.start(), found["before"] or "") if found and found.group() else (0, "")


def interpret(phrase: str, anchor: date, way: int = -1) -> Meaning | None:
    """What a phrase means, seen from a day.

    Parameters
    ----------
    way
        −1 for what has happened, 1 for what is to come, 0 if the words around do not tell.

    Returns
    -------
    None if the words give no date, such as a bare duration.
    """
    parsed = _parse(phrase)
    if parsed is None or (parsed.core.kind == "duration" and parsed.before not in ("after",)):
        return None
    kind = kind_of(phrase)
    if kind == "deadline" and way < 0 and parsed.core.kind == "weekday":
        way = 1
    if kind == "since":
        way = min(way, -1)
    period = parsed.core.read(parsed.found, anchor, way)
    if period is None:
        return None
    if kind == "since":
        end = max(anchor, period.start)
        return Meaning(period.start, end, "range", parsed.core.told)
    if kind == "deadline" and "end of" in phrase.lower():
        return Meaning(period.end, period.end, "day", parsed.core.told)
    return Meaning(*period, parsed.core.told)
