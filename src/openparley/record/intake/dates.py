"""Days as markup writes them: ISO 8601, the RFC 2822 of mail, the D: of PDF; never from prose."""

from __future__ import annotations

import re
from datetime import date
from email.utils import parsedate_to_datetime

__all__ = ["day_in", "pdf_day"]

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?\d{4,6})?(?:Z|[+-]\d\d:?\d\d)?")
_PDF = re.compile(r"(?:D:)?(\d{4})(\d{2})(\d{2})")


def day_in(value: str) -> str:
    """The day that a value of a markup names, as it reads there, or nothing.

    Examples
    --------
    >>> day_in("2025-03-03T23:30:00-05:00"), day_in("Mon, 03 Mar 2025 23:30:00 -0500"), day_in("2025-02-30"), day_in("last week")
    ('2025-03-03', '2025-03-03', '', '')
    """
    value = str(value).strip()
    match = _ISO.match(value) or _COMPACT.fullmatch(value)
    if match:
        return _day(*match.groups())
    try:
        return parsedate_to_datetime(value).date().isoformat() if len(value) < 80 and value[-1:].isalnum() else ""
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def pdf_day(value: str) -> str:
    """The day in a date of a PDF."""
    match = _PDF.match(str(value).strip())
    return _day(*match.groups()) if match else ""


def _day(year: str, month: str, day: str) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""
