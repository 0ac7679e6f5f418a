"""How a number is printed: no more digits than its error supports, never nothing and never certainty."""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date

from openparley.infer.posterior import Estimate

LEAST = 0.01
UNKNOWN = "not known"
YEAR = 366
# A digit is printed while the Monte Carlo error is at most this many times its place value.
STEPS = ((0.01, 1), (0.05, 5), (math.inf, 10))


def step(mcse: float) -> int:
    """Points to which a share with this Monte Carlo error is rounded.

    Examples
    --------
    >>> step(0.004), step(0.03), step(0.2)
    (1, 5, 10)
    """
    return next(points for limit, points in STEPS if not mcse > limit)


def coarsest(errors: Iterable[float]) -> float:
    """The error by which a whole series is rounded, so that rounding cannot reverse its order.

    Examples
    --------
    >>> error = coarsest([0.004, 0.02])
    >>> percent(0.424, error), percent(0.426, error)
    ('40 %', '45 %')
    """
    return max((error for error in errors if not math.isnan(error)), default=0.0)


def _points(share: float, mcse: float) -> int:
    unit = step(mcse)
    return min(99, max(1, round(100 * share / unit) * unit))


def percent(share: float, mcse: float = 0.0) -> str:
    """A probability in whole percent; the ends are words, because neither can be known.

    Examples
    --------
    >>> percent(0.314), percent(0.0), percent(1.0), percent(0.314, mcse=0.03)
    ('31 %', 'less than 1 %', 'more than 99 %', '30 %')
    """
    if math.isnan(share):
        return UNKNOWN
    if share < LEAST:
        return "less than 1 %"
    if share > 1 - LEAST:
        return "more than 99 %"
    return f"{_points(share, mcse)} %"


def percent_range(low: float, high: float, mcse: float = 0.0) -> str:
    """An interval of probabilities.

    Examples
    --------
    >>> percent_range(0.18, 0.468), percent_range(0.0, 0.3), percent_range(0.2, 1.0)
    ('18–47 %', 'less than 1 % to 30 %', '20 % to more than 99 %')
    """
    if low < LEAST or high > 1 - LEAST:
        ends = percent(low, mcse), percent(high, mcse)
        return ends[0] if ends[0] == ends[1] else " to ".join(ends)
    ends = _points(low, mcse), _points(high, mcse)
    return f"{ends[0]} %" if ends[0] == ends[1] else f"{ends[0]}–{ends[1]} %"


def points(change: float, mcse: float = 0.0) -> str:
    """A difference of probabilities in whole percentage points, signed.

    Examples
    --------
    >>> points(0.064), points(-0.2), points(0.001)
    ('+6 points', '−20 points', 'under 1 point')
    """
    unit = step(mcse)
    whole = round(100 * abs(change) / unit) * unit
    if whole == 0:
        return "under 1 point" if unit == 1 else f"under {unit} points"
    return f"{'−' if change < 0 else '+'}{whole} point{'s' if whole != 1 else ''}"


def points_range(low: float, high: float, mcse: float = 0.0) -> str:
    """An interval of a difference, in points.

    Examples
    --------
    >>> points_range(-0.021, 0.062)
    '−2 to +6 points'
    """
    unit = step(mcse)
    ends = [round(100 * end / unit) * unit for end in (low, high)]
    signed = [f"{'−' if end < 0 else '+' if end > 0 else ''}{abs(end)}" for end in ends]
    return f"{signed[0]} to {signed[1]} points"


def estimate_words(estimate: Estimate) -> tuple[str, str]:
    """A probability or share as printed in the brief: its value and its range, rounded by its Monte Carlo error.

    Examples
    --------
    >>> estimate_words(Estimate(0.314, 0.18, 0.468, 0.25, 0.38, 0.9, "90 % range over the assumptions", 0.03))
    ('30 %', '20–45 %')
    """
    return percent(estimate.value, estimate.mcse), percent_range(estimate.low, estimate.high, estimate.mcse)


def decimal(value: float, mcse: float = 0.0) -> str:
    """A score or a parameter, cut at the place of its Monte Carlo error and at two decimals.

    Examples
    --------
    >>> decimal(-1.2345), decimal(-1.2345, mcse=0.08), decimal(14.0), decimal(1234.6)
    ('−1.23', '−1.2', '14', '1235')
    """
    if not math.isfinite(value):
        return UNKNOWN if math.isnan(value) else "without limit"
    places = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    if mcse > 0 and math.isfinite(mcse):
        places = max(0, min(places, -math.floor(math.log10(mcse)) - 1))
    text = f"{abs(value):.{places}f}"
    if float(value).is_integer():
        text = f"{abs(value):.0f}"
    return f"−{text}" if value < 0 and float(text) != 0 else text


def significant(value: float) -> str:
    """A value that somebody put in: as `decimal`, but below a tenth with two significant digits, so that little is not none.

    Examples
    --------
    >>> significant(0.002), significant(0.05), significant(-0.0125), significant(0.4), significant(14.0)
    ('0.002', '0.05', '−0.013', '0.40', '14')
    """
    if not 0 < abs(value) < 0.1:
        return decimal(value)
    return small(value if abs(value) < 1e-3 else float(f"{value:.2g}"))


def alike(values: Sequence[float], mcse: float = 0.0) -> list[str]:
    """Values that are compared, all to one place: two decimals, more where all are small, fewer where the error says so.

    Examples
    --------
    >>> alike([0.6, 0.63, 0.5, 0.72], mcse=0.02), alike([0.01, 0.012, 0.003]), alike([-24.0, -23.46])
    (['0.6', '0.6', '0.5', '0.7'], ['0.010', '0.012', '0.003'], ['−24.0', '−23.5'])
    """
    most = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    places = 0 if most >= 100 else 1 if most >= 10 else 2 if most >= 0.1 or most == 0 else 1 - math.floor(math.log10(most))
    if mcse > 0 and math.isfinite(mcse):
        places = max(0, min(places, -math.floor(math.log10(mcse)) - 1))
    texts = [f"{abs(value):.{places}f}" if math.isfinite(value) else decimal(value) for value in values]
    return [f"−{text}" if value < 0 and math.isfinite(value) and float(text) else text for value, text in zip(values, texts, strict=True)]


def tenths(value: float) -> str:
    """A gain in units of its own, always with one decimal, so that the end of a range that touches 0 shows it.

    Examples
    --------
    >>> tenths(-0.83), tenths(0.04), tenths(-0.04), tenths(2.0)
    ('−0.8', '0.0', '0.0', '2.0')
    """
    if not math.isfinite(value):
        return decimal(value)
    whole = round(value, 1) + 0.0
    return f"{'−' if whole < 0 else ''}{abs(whole):.1f}"


def small(value: float) -> str:
    """A certificate value: plain when it is readable, a power of ten otherwise.

    Examples
    --------
    >>> small(0.25), small(3.1e-9), small(0.0), small(-0.0027)
    ('0.25', '3·10⁻⁹', '0', '−0.0027')
    """
    if value < 0 and math.isfinite(value):
        return f"−{small(-value)}"
    if not math.isfinite(value):
        return UNKNOWN
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e6:
        return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    mantissa, exponent = f"{value:.0e}".split("e")
    return f"{mantissa}·10{str(int(exponent)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def day(when: date) -> str:
    """A date for people.

    Examples
    --------
    >>> day(date(2025, 5, 9))
    '9 May 2025'
    """
    return f"{when.day} {when:%b %Y}" if len(f"{when:%B}") > 4 else f"{when.day} {when:%B %Y}"


def days(start: date, end: date) -> str:
    """A range of days for people: in months when it covers whole ones or more than a year.

    Examples
    --------
    >>> days(date(2025, 5, 9), date(2025, 5, 9)), days(date(2025, 3, 3), date(2025, 3, 9))
    ('9 May 2025', '3–9 Mar 2025')
    >>> days(date(2025, 2, 27), date(2025, 3, 5)), days(date(2024, 12, 30), date(2025, 1, 5))
    ('27 Feb – 5 Mar 2025', '30 Dec 2024 – 5 Jan 2025')
    >>> days(date(2018, 1, 20), date(2021, 1, 20)), days(date(2025, 3, 1), date(2025, 3, 31))
    ('Jan 2018 – Jan 2021', 'Mar 2025')
    """
    if start == end:
        return day(start)
    whole = start.day == 1 and end.day == monthrange(end.year, end.month)[1]
    if whole or (end - start).days > YEAR:
        ends = [day(one).split(" ", 1)[1] for one in (start, end)]
        return ends[0] if ends[0] == ends[1] else " – ".join(ends)
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{day(end)}"
    return f"{day(start).rsplit(' ', 1)[0] if start.year == end.year else day(start)} – {day(end)}"


def listed(items: list[str] | tuple[str, ...]) -> str:
    """Items as prose.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1] if items else ""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun.

    Examples
    --------
    >>> counted(1, "report"), counted(3, "entry", "entries")
    ('1 report', '3 entries')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def cut(text: str, width: int) -> str:
    """The text, shortened at a space and marked when it is longer than ``width``."""
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1].rsplit(" ", 1)[0].rstrip(",;:. ") + " …"


def capital(text: str) -> str:
    """The text with a capital at its start."""
    return text[:1].upper() + text[1:]
