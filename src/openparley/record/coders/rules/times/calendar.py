"""Arithmetic of days, weeks, months and seasons, with the words for them."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

__all__ = [
    "MONTHS", "NUMBERS", "WEEKDAYS", "Period", "day_near", "day_of", "month", "month_near", "part_of", "quarter", "season", "shift",
    "unit_around", "weekday_near", "year",
]  # fmt: skip

_FULL = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
MONTHS = (
    {name: number for number, name in enumerate(_FULL, start=1)}
    | {name[:3]: number for number, name in enumerate(_FULL, start=1)}
    | {"sept": 9}
)
WEEKDAYS = {name: number for number, name in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])}
_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
NUMBERS = {word: number for number, word in enumerate(_SMALL)} | {
    "a": 1, "an": 1, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "a hundred": 100, "one hundred": 100,
    "several": 4, "few": 3,
    "a few": 3, "a couple of": 2, "a dozen": 12, "many": 5, "dozens of": 24,
}  # fmt: skip
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_PARTS = {
    "early": (0, 10),
    "beginning of": (0, 10),
    "start of": (0, 10),
    "mid": (10, 20),
    "middle of": (10, 20),
    "late": (20, 31),
    "end of": (20, 31),
}
_DECADE = 10
# Ways to look from a day: strictly before, on or before, nearest, on or after, strictly after.
LAST, PAST, NEAR, AHEAD, NEXT = -2, -1, 0, 1, 2


class Period(NamedTuple):
    """First day, last day, and how wide the words are."""

    start: date
    end: date
    granularity: str

    @staticmethod
    def of(anchor: date, first: int, last: int, granularity: str) -> Period | None:
        """Days counted from an anchor."""
        try:
            return Period(anchor + timedelta(first), anchor + timedelta(last), granularity)
        except OverflowError:
            return None

    @staticmethod
    def day(anchor: date, offset: int) -> Period | None:
        """One day, counted from an anchor."""
        return Period.of(anchor, offset, offset, "day")


def day_of(years: int, months: int, days: int) -> Period | None:
    """A day of the calendar; None if there is none such."""
    try:
        found = date(years, months, days)
    except ValueError:
        return None
    return Period(found, found, "day")


def month(years: int, number: int) -> Period | None:
    """A month."""
    if not 1 <= years <= 9999:
        return None
    return Period(date(years, number, 1), date(years, number, monthrange(years, number)[1]), "month")


def year(number: int) -> Period | None:
    """A year."""
    return Period(date(number, 1, 1), date(number, 12, 31), "year") if 1 <= number <= 9999 else None


def quarter(years: int, number: int, half: bool) -> Period | None:
    """A quarter or half of a year; None for a third half."""
    size = 6 if half else 3
    first = (number - 1) * size + 1
    if not 1 <= first <= 12:
        return None
    one, two = month(years, first), month(years, first + size - 1)
    return Period(one.start, two.end, "range" if half else "quarter") if one and two else None


def _pick(candidates: list[Period], anchor: date, way: int) -> Period | None:
    """The candidate that lies nearest the anchor on the side looked to."""
    if way == LAST:
        candidates = [item for item in candidates if item.end < anchor]
    elif way == PAST:
        candidates = [item for item in candidates if item.start <= anchor]
    elif way == AHEAD:
        candidates = [item for item in candidates if item.end >= anchor]
    elif way == NEXT:
        candidates = [item for item in candidates if item.start > anchor]
    if not candidates:
        return None
    return min(
        candidates,
        key=lambda item: (
            abs((item.start - anchor).days) if item.start > anchor else abs((anchor - min(item.end, anchor)).days),
            item.start,
        ),
    )


def day_near(number: int, days: int, anchor: date, way: int, weekday: int | None = None) -> Period | None:
    """A day of a month without its year, on the side looked to; a weekday given with it must fit, if it fits any year near."""
    found = [item for step in (-2, -1, 0, 1, 2) if (item := day_of(anchor.year + step, number, days))] if 3 < anchor.year < 9990 else []
    if weekday is not None:
        found = [item for item in found if item.start.weekday() == weekday] or found
        return _pick(found, anchor, NEAR)
    return _pick(found, anchor, way)


def month_near(number: int, anchor: date, way: int) -> Period | None:
    """A month without its year, on the side looked to."""
    if not 3 < anchor.year < 9990:
        return None
    return _pick([item for step in (-1, 0, 1) if (item := month(anchor.year + step, number))], anchor, way)


def weekday_near(number: int, anchor: date, way: int) -> Period | None:
    """The weekday nearest the anchor on the side looked to."""
    back = (anchor.weekday() - number) % 7
    offset = -back if way <= PAST else (7 - back) % 7
    if way == LAST and back == 0:
        offset = -7
    if way == NEXT and back == 0:
        offset = 7
    if way == NEAR:
        offset = -back if back <= 3 else 7 - back
    return Period.day(anchor, offset)


def season(name: str, anchor: date, way: int) -> Period | None:
    """A season of the northern half of the world; ``way`` −3 asks for the season that begins in the anchor's year."""
    first = _SEASONS[name]
    if not 3 < anchor.year < 9990:
        return None

    def of(years: int) -> Period:
        last = month(years + (first == 12), (first + 1) % 12 + 1)
        return Period(date(years, first, 1), last.end if last else date(years, 12, 31), "season")

    if way == -3:
        return of(anchor.year)
    return _pick([of(anchor.year + step) for step in (-2, -1, 0, 1)], anchor, way)


def part_of(whole: Period, words: str) -> Period | None:
    """The early, middle or late part of a period: of a month ten days, of longer ones a third."""
    key = words.lower().removeprefix("the ").strip()
    first, last = _PARTS[key]
    length = (whole.end - whole.start).days + 1
    if length <= 31:
        start = whole.start + timedelta(min(first, length - 1) if length > 7 else first * length // 31)
        end = (
            min(whole.end, whole.start + timedelta(last - 1))
            if length > 7
            else whole.start + timedelta(min(length - 1, max(0, last * length // 31 - 1)))
        )
        return Period(start, max(start, end), "week" if length > 7 else "day")
    third = first // 10
    if whole.granularity == "year":
        one, two = month(whole.start.year, 4 * third + 1), month(whole.start.year, 4 * third + 4)
        return Period(one.start, two.end, "season") if one and two else None
    years = (whole.end.year - whole.start.year + 1) if (whole.start.month, whole.start.day) == (1, 1) else 0
    if years == _DECADE:
        bounds = ((0, 3), (4, 6), (7, 9))[third]
        return Period(date(whole.start.year + bounds[0], 1, 1), date(whole.start.year + bounds[1], 12, 31), "range")
    start = whole.start + timedelta(length * third // 3)
    return Period(start, whole.start + timedelta(length * (third + 1) // 3 - 1), "range" if length > 400 else "month")


def _months_on(day: date, count: int) -> date | None:
    total = day.year * 12 + day.month - 1 + count
    years, number = divmod(total, 12)
    if not 1 <= years <= 9999:
        return None
    return date(years, number + 1, min(day.day, monthrange(years, number + 1)[1]))


def _days_on(day: date, count: int) -> date | None:
    try:
        return day + timedelta(count)
    except OverflowError:
        return None


def shift(anchor: date, count: int, unit: str, *, vague: bool, rough: bool = False, open_end: bool = False) -> Period | None:
    """So many units from the anchor: to the day for days, else as wide as people mean it.

    Parameters
    ----------
    vague
        Whether the number is a rough one (“about two weeks”, “a few days”).
    rough
        Whether months and years are as rough as people mean them, and not to the day as in a time limit.
    open_end
        Whether there was no number at all (“months later”): anywhere up to so many units.
    """
    days = {"minute": 0, "hour": 0, "day": 1, "night": 1, "week": 7, "fortnight": 14, "weekend": 7}.get(unit)
    if days is not None:
        target = _days_on(anchor, days * count)
        slack = 0 if not vague else 1 if days <= 1 else 2
        if unit == "hour" and abs(count) >= 24:
            target, slack = _days_on(anchor, round(count / 24)), int(vague)
        grain = "day" if days <= 1 and not slack else "week"
    elif unit in ("century", "centurie", "decade"):
        target, slack, grain = _months_on(anchor, count * (120 if unit == "decade" else 1200)), 1826 if vague else 366, "range"
    else:
        target = _months_on(anchor, count * {"month": 1, "quarter": 3}.get(unit, 12))
        slack = (15 if vague else 7 if rough else 0) if unit in ("month", "quarter") else (183 if vague else 0)
        grain = "month" if unit in ("month", "quarter") else "year"
        if rough and unit == "year" and not vague and target is not None and not open_end:
            return year(target.year)
    if target is None:
        return None
    if open_end:
        low, high = sorted((anchor, target))
        return Period(low, high, "range")
    start, end = _days_on(target, -slack), _days_on(target, slack)
    return Period(start, end, grain if slack else "day") if start and end else None


def unit_around(unit: str, anchor: date, step: int) -> Period | None:
    """The week, month, … around the anchor, or so many before or after it; weeks begin on Monday."""
    if unit in ("week", "fortnight"):
        monday = _days_on(anchor, -anchor.weekday() + 7 * step)
        last = _days_on(monday, 6) if monday else None
        return Period(monday, last, "week") if monday and last else None
    if unit == "weekend":
        saturday = _days_on(
            anchor, 5 - anchor.weekday() + 7 * step if step >= 0 or anchor.weekday() >= 5 else -2 - anchor.weekday() + 7 * (step + 1)
        )
        last = _days_on(saturday, 1) if saturday else None
        return Period(saturday, last, "week") if saturday and last else None
    if unit == "month":
        moved = _months_on(anchor.replace(day=1), step)
        return month(moved.year, moved.month) if moved else None
    if unit == "quarter":
        moved = _months_on(anchor.replace(day=1), 3 * step)
        return quarter(moved.year, (moved.month - 1) // 3 + 1, False) if moved else None
    if unit == "year":
        return year(anchor.year + step)
    if unit == "decade":
        first = year(anchor.year // 10 * 10 + 10 * step)
        last = year(anchor.year // 10 * 10 + 10 * step + 9)
        return Period(first.start, last.end, "range") if first and last else None
    if unit in ("century", "centurie"):
        first, last = year(anchor.year // 100 * 100 + 100 * step), year(anchor.year // 100 * 100 + 100 * step + 99)
        return Period(first.start, last.end, "range") if first and last else None
    return Period.day(anchor, step)
