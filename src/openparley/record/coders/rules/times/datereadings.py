"""What the patterns of time mean: from what a pattern found, the day it is seen from and the side looked to, to days.

Every function takes the match, the anchor and the way to look: −1 for what has happened, 1 for what is to come.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from openparley.record.coders.rules.times.calendar import (
    MONTHS,
    NUMBERS,
    WEEKDAYS,
    Period,
    day_near,
    day_of,
    month,
    month_near,
    part_of,
    quarter,
    season,
    shift,
    unit_around,
    weekday_near,
    year,
)

__all__ = [
    "ago",
    "by_decade",
    "by_month",
    "by_quarter",
    "by_season",
    "by_weekday",
    "by_word",
    "by_year",
    "calendar_day",
    "day_range",
    "end_of_unit",
    "iso_day",
    "later",
    "month_range",
    "next_day",
    "numeric_day",
    "ordinal_day",
    "past_units",
    "same_day",
    "this_unit",
    "told_units",
    "weekday_range",
    "within",
    "year_end",
    "year_range",
]


_SIDES = {"last": -2, "next": 2, "the following": 2, "the next": 2}


def _number(words: str) -> int:
    word = words.lower()
    return int(word) if word.isdigit() else NUMBERS[word]


def _year_of(found: re.Match[str]) -> int | None:
    return int(found["year"]) if "year" in found.re.groupindex and found["year"] else None


def calendar_day(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """A day of a month."""
    number = MONTHS[found["month"].lower()]
    years = _year_of(found)
    if years is not None:
        return day_of(years, number, int(found["day"]))
    wanted = found["weekday"] if "weekday" in found.re.groupindex else None
    return day_near(number, int(found["day"]), anchor, way, WEEKDAYS[wanted.lower()] if wanted else None)


def day_range(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """Days of one month."""
    number, years = MONTHS[found["month"].lower()], _year_of(found)
    first = day_of(years, number, int(found["day"])) if years else day_near(number, int(found["day"]), anchor, way)
    if first is None:
        return None
    last = day_of(first.start.year, number, int(found["day2"]))
    return Period(first.start, last.end, "range") if last and last.end >= first.start else None


def by_month(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """A month, or a part of one."""
    number, years = MONTHS[found["month"].lower()], _year_of(found)
    side = (found["side"] or "").lower() if "side" in found.re.groupindex else ""
    whole = month(years, number) if years else month_near(number, anchor, _SIDES.get(side, way))
    part = found["part"] if "part" in found.re.groupindex else None
    return part_of(whole, part) if part and whole else whole


def month_range(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """From one month to another."""
    years = _year_of(found)
    last = month(years, MONTHS[found["month2"].lower()]) if years else month_near(MONTHS[found["month2"].lower()], anchor, way)
    if last is None:
        return None
    first = month(last.start.year, MONTHS[found["month"].lower()])
    if first and first.start > last.start:
        first = month(last.start.year - 1, MONTHS[found["month"].lower()])
    return Period(first.start, last.end, "range") if first else None


def by_year(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """A year, or a part of one."""
    whole = year(int(found["year"]))
    part = found["part"] if "part" in found.re.groupindex else None
    return part_of(whole, part) if part and whole else whole


def year_range(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """From one year to another."""
    first = int(found["year"])
    words = found["year2"]
    last = int(words) if len(words) == 4 else first // 100 * 100 + int(words)
    one, two = year(first), year(last)
    return Period(one.start, two.end, "range") if one and two and last >= first else None


def by_decade(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """A decade, or a part of one."""
    digits = found["decade"]
    first = int(digits) if len(digits) == 4 else 1900 + int(digits)
    one, two = year(first), year(first + 9)
    if one is None or two is None:
        return None
    whole = Period(one.start, two.end, "range")
    return part_of(whole, found["part"]) if found["part"] else whole


def by_season(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """A season, or a part of one."""
    side = (found["side"] or "").lower()
    name = found["season"].lower()
    years = _year_of(found)
    whole = season(name, anchor, _SIDES.get(side, way)) if years is None else season(name, date(years, 12, 31), -3)
    return part_of(whole, found["part"]) if found["part"] and whole else whole


def by_quarter(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """A quarter or a half of a year."""
    words = found["count"].lower()
    number = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4, "final": 4}.get(words) or int(words[-1])
    which = (found["which"] or "").lower()
    base = _year_of(found) or anchor.year + {"last year": -1, "next year": 1}.get(which, 0)
    half = (found["size"] or "").lower() in ("half", "h")
    return quarter(base, 2 if number == 4 and half else number, half)


def by_weekday(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """A weekday, or the night before it."""
    side = (found["side"] or "").lower()
    near = weekday_near(
        WEEKDAYS[found["weekday"].lower()], anchor, {"last": -2, "previous": -2, "next": 2, "following": 2, "coming": 2}.get(side, way)
    )
    if near is not None and (found["night"] or ""):
        return Period(near.start - timedelta(1), near.end, "day")
    return near


def weekday_range(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """From one weekday to another."""
    first = weekday_near(WEEKDAYS[found["weekday"].lower()], anchor, way)
    if first is None:
        return None
    last = weekday_near(WEEKDAYS[found["weekday2"].lower()], first.start, 1)
    return Period(first.start, last.end, "range") if last else None


def by_word(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """“yesterday”, “overnight”, “recently”."""
    words = " ".join(found.group().lower().split())
    days = {"yesterday": -1, "last night": -1, "tomorrow": 1, "the day before yesterday": -2, "the day after tomorrow": 2}
    for name, offset in sorted(days.items(), key=lambda pair: -len(pair[0])):
        if name in words:
            return Period.day(anchor, offset)
    if "overnight" in words:
        return Period.of(anchor, -1, 0, "day")
    if re.search(r"recently|lately|of late", words):
        return Period.of(anchor, -42, 0, "month")
    return Period.day(anchor, 0)


def this_unit(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """Such as “earlier this month”, “next week”, “the end of last year”."""
    unit, which = found["unit"].lower(), found["which"].lower()
    step = {"last": -1, "next": 1, "previous": -1, "coming": 1, "past": -1}.get(which, 0)
    whole = unit_around(unit, anchor, step)
    if whole is None:
        return None
    part = found["part"]
    if part:
        return part_of(whole, part)
    when = (found["when"] or "").lower()
    if when == "earlier" or (not when and step == 0 and way < 0 and which == "this"):
        return Period(whole.start, max(whole.start, min(anchor, whole.end)) if step == 0 else whole.end, whole.granularity)
    if when == "later" and step == 0:
        return Period(min(anchor, whole.end), whole.end, whole.granularity)
    return whole


def end_of_unit(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """“the end of the month”: its last day; “the start of the year”: its first part."""
    whole = unit_around(found["unit"].lower(), anchor, 0)
    if whole is None:
        return None
    return Period(whole.end, whole.end, "day") if found["part"].lower().endswith("end of") else part_of(whole, found["part"])


def year_end(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """The last day of the year."""
    return Period(date(anchor.year, 12, 31), date(anchor.year, 12, 31), "day")


def ago(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """“two weeks ago”."""
    count, unit = _counted(found)
    return shift(anchor, -count, unit, vague=_is_vague(found), rough=True, open_end=not found["number"])


def later(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """“two days later”, “hours earlier”."""
    count, unit = _counted(found)
    back = found["way"].lower() in ("earlier", "before", "previously", "prior")
    return shift(anchor, -count if back else count, unit, vague=_is_vague(found), rough=True, open_end=not found["number"])


def within(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """The last day of a time limit."""
    count, unit = _counted(found)
    return shift(anchor, count, unit, vague=False)


def past_units(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """“over the past month”, “in the coming days”, “recent weeks”."""
    count = _number(found["number"]) if found["number"] else 1
    unit = found["unit"].lower()
    if found["side"].lower() == "recent":
        days = {"hour": 1, "day": 7, "night": 7, "week": 28, "month": 182, "year": 1826, "decade": 7305}.get(unit, 28)
        return Period.of(anchor, -days, 0, {"day": "week", "week": "month"}.get(unit, "range"))
    forward = found["side"].lower() in ("next", "coming", "following")
    if not found["number"] and found["many"]:
        count = {"hour": 24, "day": 7, "week": 4, "month": 6, "year": 5}.get(unit, 1)
    moved = shift(anchor, count if forward else -count, unit, vague=False)
    if moved is None:
        return None
    return Period(anchor, moved.end, "range") if forward else Period(moved.start, anchor, "range")


def told_units(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """“in the following days”, counted from what was told."""
    count = _number(found["number"]) if found["number"] else {"day": 7, "week": 4, "month": 6, "year": 5}.get(found["unit"].lower(), 1)
    back = found["side"].lower() == "preceding"
    moved = shift(anchor, -count if back else count, found["unit"].lower(), vague=False)
    if moved is None:
        return None
    return Period(moved.start, anchor, "range") if back else Period(anchor, moved.end, "range")


def next_day(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """“the next day”, “the following week”, “the night before”."""
    words = found.group().lower()
    back = bool(re.search(r"before|previous|earlier|preceding|eve\b", words))
    unit = next((name for name in ("week", "month", "year") if name in words), "day")
    if unit == "day":
        return Period.day(anchor, -1 if back else 1)
    return unit_around(unit, anchor, -1 if back else 1)


def same_day(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """“the same day”, “that week”."""
    words = found.group().lower()
    unit = next((name for name in ("week", "month", "year") if name in words), "day")
    return unit_around(unit, anchor, 0) if unit != "day" else Period.day(anchor, 0)


def iso_day(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """2025-03-12."""
    return day_of(int(found["year"]), int(found["monthno"]), int(found["day"]))


def numeric_day(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """12.3.2025; month first where only that is a day."""
    years = int(found["year"])
    if years < 100:
        years += 2000 if years < 70 else 1900
    return day_of(years, int(found["monthno"]), int(found["day"])) or day_of(years, int(found["day"]), int(found["monthno"]))


def ordinal_day(found: re.Match[str], anchor: date, way: int) -> Period | None:
    """“the 12th”, of this month or the one before or after."""
    number = int(found["day"])
    for step in range(12):
        moved = shift(anchor.replace(day=1), step if way > 0 else -step, "month", vague=False)
        day = day_of(moved.start.year, moved.start.month, number) if moved else None
        if day and (day.start >= anchor if way > 0 else day.start <= anchor):
            return day
    return None


def _counted(found: re.Match[str]) -> tuple[int, str]:
    unit = found["unit"].lower()
    if not found["number"]:
        return {"minute": 5, "hour": 5, "day": 5, "night": 5, "week": 4, "month": 6, "year": 4, "decade": 2}.get(unit, 2), unit
    words = found["number"].lower()
    if words == "half a":
        return {"year": 6, "month": 15, "decade": 5}.get(unit, 1), {"year": "month", "month": "day", "decade": "year"}.get(unit, unit)
    return _number(words), unit


def _is_vague(found: re.Match[str]) -> bool:
    number = (found["number"] or "").lower()
    return not number or number in ("several", "a few", "few", "many", "dozens", "a couple of") or bool(found["about"])
