"""Rules that the author of a case breaks: what is said to them, with the place of their words and the way out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from openparley.brief.lint.sentences import INTENTION, Fault
from openparley.errors import Complaint, quoted
from openparley.record.case import Case

FIXES = {
    "an intention stated as fact": (
        "Say what was done, or by whom it is said; what somebody wants is an account: “Under H1 the model’s mediator …”."
    ),
    "a likelihood word": "Leave the word out: how likely it is, is what the model is asked.",
    "quotation marks": "Take the marks away, or quote the stored text letter by letter.",
}
# Tables of case.toml whose words are shown, with what their rows are called.
TABLES = {"accounts": "account", "assumptions": "assumption", "outcomes": "outcome", "levers": "lever", "actors": "actor"}
# An actor called by what it is in the game may have a motive in the model; a named one may not.
POSITIONS = re.compile(r"(?:the )?(?:mediator|part(?:y|ies)|allies|ally|legislature|world|sides?)(?: [a-z0-9])?", re.IGNORECASE)
BETWEEN = r"(?:[\s,]+[\w’'-]+){0,2}?[\s,]+"


class Place(NamedTuple):
    """Where the case has some words."""

    file: str
    line: int | None
    noun: str
    id: str | None
    field: str


def case_faults(case: Case) -> list[Complaint]:
    """Words of ``case.toml`` on the page that state an intention; can be asked before anything is computed.

    Everywhere, one of an actor by name; in the statement of a lever, which stands in a sentence on the forecast, one of anybody.
    """
    names = sorted({name for actor in case.file.actors.values() for name in (actor.name, *actor.aliases)}, key=len, reverse=True)
    names = [re.escape(name) for name in names if len(name) > 2 and not POSITIONS.fullmatch(name)]
    named = re.compile(rf"\b(?:{'|'.join(names)})\b{BETWEEN}(?:{INTENTION.pattern})", re.IGNORECASE) if names else None
    found = []
    for noun, id, field, text in _prose(case):
        stated = INTENTION if (noun, field) == ("lever", "statement") else named
        if stated and not text.startswith("Under ") and noun != "actor" and stated.search(text):
            found.append(_complaint(case, Place("case.toml", _line(case, text), noun, id, field), "an intention stated as fact", text))
    return found


def complaints(faults: Iterable[Fault], case: Case) -> list[Complaint]:
    """What to say to the author about faults in the words of the case; nothing about our own."""
    return [_complaint(case, whence(case, fault.given), fault.rule, fault.given) for fault in faults if fault.given]


def whence(case: Case, words: str) -> Place:
    """Where words on the page come from: ``case.toml`` with its table, or an entry of the record."""
    wanted = _plain(words)
    for noun, id, field, text in _prose(case):
        if wanted in _plain(text) or (len(text) > len(wanted) / 2 and _plain(text) in wanted):
            return Place("case.toml", _line(case, text), noun, id, field)
    for id, entry in case.entries.items():
        for field, text in entry.model_dump(mode="json").items():
            if isinstance(text, str) and len(text) > 2 and wanted in _plain(text):
                file, line = case.places.get(id, ("record", None))
                return Place(file, line, "", id, field)
    return Place("case.toml", None, "", None, "")


def _complaint(case: Case, place: Place, rule: str, words: str) -> Complaint:
    hint = next((fix for start, fix in FIXES.items() if rule.startswith(start)), None)
    where = f"{place.field}: " if place.field else ""
    message = f"{where}{rule}: {quoted(words, width=120)}, and the brief would print it."
    if case.bundled:
        message += " The case came with the program."
    return Complaint(place.file, place.line, place.id, words, None, hint, message, place.noun)


def _prose(case: Case) -> Iterator[tuple[str, str | None, str, str]]:
    """Noun, id, field and text of everything that ``case.toml`` says in words."""
    content: dict[str, Any] = case.file.model_dump(mode="json")
    for field, value in content.items():
        if isinstance(value, str):
            yield "", None, field, value
    for table, noun in TABLES.items():
        rows = content.get(table) or {}
        for id, row in rows.items() if isinstance(rows, dict) else ((row["id"], row) for row in rows):
            for field, value in row.items():
                if isinstance(value, str) and " " in value:
                    yield noun, id, field, value


def _plain(text: str) -> str:
    """The text as far as the page keeps it: without marks, capitals, doubled spaces and what it cuts off."""
    return " ".join(re.sub(r"[“”„«»\"‘’']", "", text).lower().removesuffix("…").split()).strip(". ")


def _line(case: Case, text: str) -> int | None:
    """The line of ``case.toml`` on which the text starts."""
    path = case.root / "case.toml"
    start = text.strip().split("\n", 1)[0][:40]
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return next((number for number, line in enumerate(lines, 1) if start and start in line), None)
