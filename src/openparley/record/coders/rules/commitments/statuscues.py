"""The table of words that say what came of a commitment, and the nouns that stand for one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from openparley.record.coders.rules.lexicon import Lexicon, Row, bad_value, share_in

__all__ = ["NOUNS", "StatusCue", "make_status_cues"]

TABLE = "statuses.csv"
VALUES = ("kept", "violated", "lapsed", "pending", "superseded", "unknown")
SIDES = ("actor", "target", "any")
# Nouns for commitments, and the types that they may stand for.
NOUNS: dict[str, tuple[str, ...]] = {
    "threat": ("threat",),
    "ultimatum": ("demand", "threat", "deadline"),
    "warning": ("threat",),
    "promise": ("promise",),
    "pledge": ("promise",),
    "vow": ("promise", "threat"),
    "word": ("promise", "threat"),
    "commitment": ("promise",),
    "undertaking": ("promise",),
    "obligation": ("promise",),
    "assurance": ("promise",),
    "guarantee": ("promise",),
    "demand": ("demand",),
    "call": ("demand", "proposal"),
    "appeal": ("demand",),
    "order": ("demand",),
    "request": ("demand",),
    "condition": ("demand",),
    "precondition": ("demand",),
    "deadline": ("deadline", "threat", "demand", "promise"),
    "date": ("deadline", "threat", "promise"),
    "timetable": ("deadline", "promise"),
    "term": ("deadline", "demand"),
    "proposal": ("proposal",),
    "plan": ("proposal",),
    "offer": ("proposal", "promise"),
    "initiative": ("proposal",),
    "bill": ("proposal", "threat"),
    "text": ("proposal",),
    "draft": ("proposal",),
    "deal": ("proposal", "promise"),
    "agreement": ("proposal", "promise"),
    "accord": ("proposal", "promise"),
    "truce": ("proposal", "promise", "demand"),
    "ceasefire": ("proposal", "promise", "demand"),
    "cease-fire": ("proposal", "promise", "demand"),
    "stand-still": ("proposal", "promise", "demand"),
    "standstill": ("proposal", "promise", "demand"),
    "armistice": ("proposal", "promise", "demand"),
    "vote": ("deadline", "proposal"),
}


class StatusCue(NamedTuple):
    """One row of the table."""

    rest: tuple[str, ...]
    where: str
    prepositions: frozenset[str]
    nouns: frozenset[str]
    value: str
    side: str
    prior: float
    name: str


def make_status_cues(lexicon: Lexicon) -> Mapping[str, tuple[StatusCue, ...]]:
    """Cues by verb, in the order of the table.

    Raises
    ------
    CaseError
        If a cell holds what no cue can; the message names file, line and what is allowed.
    """
    found: dict[str, list[StatusCue]] = {}
    for row in lexicon.rows(TABLE, ("word", "where", "noun", "value", "side", "prior")):
        for phrase in row.words("word"):
            found.setdefault(phrase.split()[0], []).append(_cue(row, phrase))
    return {word: tuple(cues) for word, cues in found.items()}


def _cue(row: Row, phrase: str) -> StatusCue:
    cells = row.cells
    where, _, prepositions = cells["where"].partition(":")
    if where not in ("obj", "subj", "p", "none"):
        raise bad_value(row, "where", cells["where"], ("obj", "subj", "p:…", "none"))
    for column, allowed in (("value", VALUES), ("side", SIDES)):
        if cells[column] not in allowed:
            raise bad_value(row, column, cells[column], allowed)
    for noun in row.words("noun"):
        if noun not in NOUNS:
            raise bad_value(row, "noun", noun, tuple(NOUNS))
    prior = share_in(row, "prior")
    name = f"{cells['value']}.{phrase.replace(' ', '_')}"
    rest = tuple(phrase.split()[1:])
    nouns = frozenset(row.words("noun")) or frozenset(NOUNS)
    return StatusCue(rest, where, frozenset(prepositions.split("|")), nouns, cells["value"], cells["side"], prior, name)
