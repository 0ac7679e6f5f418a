"""Times told by somebody's term of office: “during his first term”, “since she took office”, “in his early months in office”."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from openparley.record.coders.rules.times.dategrammar import Meaning

if TYPE_CHECKING:
    from openparley.record.coders.rules.reading import Reading

__all__ = ["TERM", "term_meaning"]

_END = r"(?= |,|\.|;|$)"
_LEADS = "president|prime minister|premier|chancellor"
TERM = re.compile(
    r"(?<!\w)(?:(?P<since>since|after|before|until) (?:(?:his|her|the|[A-Z][\w'-]+(?: [A-Z][\w'-]+)?|he|she) )?"
    r"(?P<took>took office|taking office|(?:re)?election|return(?:ed|ing)? to (?:the )?(?:presidency|office|power|White House|premiership)|"
    rf"came to power|coming to power|inauguration|was inaugurated|becoming (?:{_LEADS})|became (?:{_LEADS}))"
    rf"|(?P<which>first|second|third|previous|current|last) (?:presidential )?term(?: in office| as [a-z ]+?)?{_END}"
    r"|(?P<early>early|first|opening|final|last) (?P<unit>days|weeks|months|year|years) (?:in|of his|of her) "
    r"(?:office|power|presidency|term)"
    r"|(?P<out>(?:time|years) out of office)"
    rf"|(?P<reign>presidency|premiership|chancellorship|tenure|time in office|time in power|years in power){_END})"
)
_ORDER = {"first": 0, "second": 1, "third": 2}
_EARLY = {"days": 14, "weeks": 42, "months": 100, "year": 365, "years": 730}


def term_meaning(reading: Reading, start: int, end: int, published: date | None) -> Meaning | None:
    """What a phrase about a term means, by the table of terms of office and the person whom the words before it name."""
    found = TERM.fullmatch(reading.article.plain, start, end)
    if found is None:
        return None
    person = _person(reading, start, end)
    terms = [term for term in (reading.table.terms_of(person) if person else []) if published is None or term.start <= published]
    if not terms:
        return None
    # One office a person: of somebody who had several, the last one's.
    office, place = terms[-1].office, terms[-1].place
    terms = [term for term in terms if (term.office, term.place) == (office, place)]
    today = published or date.max
    term = terms[-1]
    if found["since"]:
        if found["since"] != "since":
            return None
        return Meaning(term.start, max(today, term.start), "range") if published else None
    if found["out"]:
        return Meaning(terms[-2].end, terms[-1].start, "range") if len(terms) > 1 else None
    if found["early"]:
        days = _EARLY[found["unit"]]
        if found["early"] in ("final", "last"):
            last = min(term.end, today)
            return Meaning(max(term.start, last - timedelta(days)), last, "range")
        return Meaning(term.start, min(term.start + timedelta(days), today), "range")
    if found["which"] in _ORDER:
        number = _ORDER[found["which"]]
        if number >= len(terms):
            return None
        term = terms[number]
    elif found["which"] in ("previous", "last") and term.end > today:
        if len(terms) < 2:
            return None
        term = terms[-2]
    return Meaning(term.start, min(term.end, today), "range") if min(term.end, today) != date.max else None


def _person(reading: Reading, start: int, end: int) -> str:
    """The person whose term it is: named right before or inside the phrase."""
    near = [item for item in reading.mentions if start - 40 <= item.start < end and item.ids and reading.table.terms_of(item.ids[0])]
    inside = [item for item in near if item.start >= start]
    chosen = inside or [item for item in near if item.possessive] or near
    return chosen[-1].ids[0] if chosen else ""
