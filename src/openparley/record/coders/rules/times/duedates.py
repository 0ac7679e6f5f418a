"""When something falls due: what “by Friday”, “within 30 days” or “a 14-day ultimatum” say of a promise, threat or demand."""

from __future__ import annotations

import re
from datetime import date

from openparley.record.coders.rules.times.dates import DatePhrase, nearest
from openparley.record.entry import Due

__all__ = ["counted", "due_phrase"]

_WAIT = re.compile(r"\b(?:wait|give|gives|gave|given|giving|deadline|ultimatum|within|know in|decide in|another)\b[^.]{0,40}$")
_LIMIT = re.compile(r"^[^.;,]{0,12}\b(?:deadline|ultimatum|notice|time limit|grace period|window)\b")
# “Ten days after signature”: nobody knows the day from which it counts.
_COUNTED = re.compile(r"\b(?:minute|hour|day|week|fortnight|month|year)s?(?: (?:after|of|from|following|before))?$", re.IGNORECASE)
_FROM_AN_ACT = re.compile(r"\b(?:after|of|from|following|before) (?!(?:now|today|this|that|tonight|then)\b)[a-z]", re.IGNORECASE)
_OPEN = re.compile(r" (?:after|of|from|following|before)$", re.IGNORECASE)
_TO_DO = re.compile(r"^ (?:to|in which to) [a-z]")


def due_phrase(plain: str, phrase: DatePhrase, anchor: date | None, *, inside: bool) -> Due | None:
    """What a phrase says of when something falls due; None if it says nothing of that.

    Parameters
    ----------
    anchor
        Day on which it was said: periods count from there.
    inside
        Whether the phrase stands in the very words of the promise.
    """
    at = max(phrase.start, plain.rfind(" ", phrase.start, phrase.end)) if _OPEN.search(phrase.phrase) else phrase.end
    if _COUNTED.search(phrase.phrase) and _FROM_AN_ACT.match(plain, at + (plain[at : at + 1] == " ")):
        return None
    if phrase.kind == "duration":
        waits = (
            _WAIT.search(plain, max(0, phrase.start - 60), phrase.start)
            or _LIMIT.search(plain[phrase.end : phrase.end + 40])
            or (_TO_DO.search(plain[phrase.end : phrase.end + 40]) and inside)
        )
        if not waits:
            return None
        phrase = phrase._replace(phrase=f"within {counted(phrase.phrase)}", kind="deadline")
    elif phrase.kind in ("since", "vague"):
        return None
    meaning = nearest(phrase, anchor, 1)
    if meaning is None or (anchor is not None and meaning.end < anchor):
        return None
    if meaning.told and (anchor is None or not inside or phrase.kind != "deadline"):
        return None
    if phrase.kind != "deadline" and not inside:
        return None
    if phrase.kind != "deadline" and anchor is not None and meaning.start <= anchor and meaning.end == meaning.start:
        return None
    return Due(start=meaning.start, end=meaning.end, basis=_basis(phrase))


def counted(words: str) -> str:
    """A duration without the preposition before it and with spaces for hyphens: “14-day” is “14 days”."""
    bare = re.sub(r"^(?:for|after) ", "", " ".join(words.split()), flags=re.IGNORECASE)
    return re.sub(r"^((?:\w+ )*?\w+)-(\w+)$", r"\1 \2", bare)


def _basis(phrase: DatePhrase) -> str:
    return {
        "absolute": "date named",
        "weekday": "weekday named",
        "relative": "period named, counted from the day it was said",
        "range": "period named",
    }.get(
        phrase.kind,
        "time limit, counted from the day it was said" if re.search(r"within|in |from now", phrase.phrase.lower()) else "time limit named",
    )
