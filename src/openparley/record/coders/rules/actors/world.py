"""What everybody knows: states, organisations, who held which office when, agent nouns, first names."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from openparley.errors import CaseError, Complaint
from openparley.record.coders.rules.lexicon import Lexicon, Row, bad_value

__all__ = ["ROLES", "Noun", "Organisation", "State", "Term", "World", "fold", "fold_word", "words"]

KINDS = ("organisation", "court", "alliance", "armed", "party", "people", "region", "media")
OFFICES = ("president", "prime_minister", "head", "foreign_minister", "defence_minister", "vice_president", "secretary_general", "chief")
ROLES = (
    "leader", "deputy", "secretary_general", "chief", "foreign_minister", "defence_minister", "deputy_minister", "minister", "adviser",
    "spokesperson", "official", "diplomat", "representative", "negotiator", "delegation", "team", "mediator", "counterpart", "state",
    "office",
    "ministry", "institution", "military", "weapons", "police", "intelligence", "officer", "legislature", "court", "governor", "opposition",
    "people",
    "civilians", "rebels", "allies", "supporters", "rival", "family", "press", "expert", "source", "company", "group", "politician",
    "party",
    "courtesy",
)  # fmt: skip
GENDERS = ("m", "f", "x", "")
# Where the family name comes first.
SURNAME_FIRST = frozenset({"CHN", "PRK", "KOR", "TWN", "VNM", "VDR"})
_EASTERN_LENGTH = 6
_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "t", "ı": "i", "ħ": "h", "ŋ": "n", "ŧ": "t", "æ": "a", "œ": "o", "ß": "s"}


def _plain_letters() -> dict[int, str]:
    import unicodedata

    table: dict[int, str] = {}
    for code in (*range(0x41, 0x5B), *range(0xC0, 0x250), *range(0x370, 0x530), *range(0x1E00, 0x1F00)):
        lower = chr(code).lower()[:1]
        base = unicodedata.normalize("NFD", lower)[0]
        table[code] = _LETTERS.get(base, base)
    return table


_FOLD = _plain_letters()


def fold(text: str) -> str:
    """Lower case without accents, one character for one.

    Examples
    --------
    >>> fold("İzmir, Ørsåla")
    'izmir, orsala'
    """
    return text.translate(_FOLD)


def words(text: str) -> frozenset[str]:
    """A set of words written as a text."""
    return frozenset(text.split())


@lru_cache(maxsize=16384)
def fold_word(word: str) -> str:
    """The same for a word or name, remembered."""
    return word.translate(_FOLD)


class State(NamedTuple):
    """A state: how it is named, and what stands for it."""

    code: str
    name: str
    names: tuple[str, ...]
    adjectives: tuple[str, ...]
    people: tuple[str, ...]
    capitals: tuple[str, ...]
    metonyms: tuple[str, ...]


class Organisation(NamedTuple):
    """An organisation, alliance, armed group, people or region."""

    name: str
    names: tuple[str, ...]
    adjectives: tuple[str, ...]
    people: tuple[str, ...]
    kind: str
    seats: tuple[str, ...]
    country: str


class Term(NamedTuple):
    """One person's term in an office; ``end`` is the first day no more in it."""

    office: str
    place: str
    person: tuple[str, ...]
    start: date
    end: date

    @property
    def surname(self) -> str:
        """The name by which the press calls the person."""
        words = self.person[0].split()
        # Few family names of those languages are longer; one that is stands last, as in “Syngman Rhee”.
        first = self.place in SURNAME_FIRST and len(words) > 1 and len(words[0]) <= _EASTERN_LENGTH
        return words[0] if first else _family(words)


class Noun(NamedTuple):
    """A noun for somebody who acts."""

    noun: str
    role: str
    offices: tuple[str, ...]
    collective: bool
    title: bool
    gender: str
    plural: bool


def _family(words: Sequence[str]) -> str:
    """Last word of a name with its particles: “al-Assad”, “von der Leyen”, “da Silva”."""
    words = [word for word in words if word.rstrip(".") not in ("Jr", "Sr", "II", "III")]
    at = len(words) - 1
    while at > 1 and words[at - 1].islower():
        at -= 1
    return " ".join(words[at:])


@dataclass(frozen=True)
class World:
    """The tables, indexed.

    Attributes
    ----------
    nouns
        Agent nouns, singular and plural in lower case; ``noun_tails`` has their word tuples by the last word, longest first.
    modifiers
        Words before an agent noun and what they do to it.
    genders
        First names, folded.
    """

    states: dict[str, State]
    organisations: dict[str, Organisation]
    terms: tuple[Term, ...]
    nouns: dict[str, Noun]
    modifiers: dict[str, str]
    genders: dict[str, str]
    noun_tails: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    _by_office: dict[tuple[str, str], list[Term]] = field(default_factory=dict)

    @staticmethod
    def of(lexicon: Lexicon) -> World:
        """The world of a lexicon.

        Raises
        ------
        CaseError
            If a value of a table is not allowed.
        """
        states = {row.cells["code"]: _state(row) for row in reversed(lexicon.rows("states.csv", _STATE))}
        groups = {row.cells["name"]: _organisation(row) for row in reversed(lexicon.rows("groups.csv", _GROUP))}
        known = {*states, *groups}
        terms = tuple(_term(row, known) for row in lexicon.rows("offices.csv", _OFFICE))
        nouns: dict[str, Noun] = {}
        for row in reversed(lexicon.rows("titles.csv", _TITLE)):
            nouns.update(_nouns(row))
        modifiers = {row.cells["word"].lower(): row.cells["kind"] for row in reversed(lexicon.rows("modifiers.csv", ("word", "kind")))}
        genders = {
            fold(row.cells["name"]): _one_of(row, "gender", GENDERS) for row in reversed(lexicon.rows("names.csv", ("name", "gender")))
        }
        tails: dict[str, list[tuple[str, ...]]] = {}
        for noun in nouns:
            words = tuple(noun.split())
            tails.setdefault(words[-1], []).append(words)
        offices: dict[tuple[str, str], list[Term]] = {}
        for term in sorted(terms, key=lambda term: term.start):
            offices.setdefault((term.office, term.place), []).append(term)
        ordered = {word: tuple(sorted(found, key=len, reverse=True)) for word, found in tails.items()}
        return World(states, groups, terms, nouns, modifiers, genders, ordered, offices)

    def holder(self, office: str, place: str, day: date | None) -> Term | None:
        """Who held an office of a state or organisation on a day."""
        terms = self._by_office.get((office, place), [])
        if day is None or not terms:
            return None
        at = bisect_right([term.start for term in terms], day) - 1
        return terms[at] if at >= 0 and day < terms[at].end else None

    def leader(self, place: str, day: date | None) -> Term | None:
        """Who led a state: the office that has the power there comes first in the table."""
        for office in ("head", "president", "prime_minister", "secretary_general", "chief"):
            term = self.holder(office, place, day)
            if term is not None:
                return term
        return None

    def terms_of(self, person: str) -> list[Term]:
        """All terms of a person, by any spelling of the name."""
        key = fold(person)
        return [term for term in self.terms if any(fold(name) == key for name in term.person)]


_STATE = ("code", "name", "names", "adjectives", "people", "capital", "metonyms")
_GROUP = ("name", "names", "adjectives", "people", "kind", "seat", "country")
_OFFICE = ("office", "state", "person", "from", "to")
_TITLE = ("noun", "plural", "role", "office", "collective", "title", "gender")


def _state(row: Row) -> State:
    cells = row.cells
    words = (row.words("names"), row.words("adjectives"), row.words("people"), row.words("capital"), row.words("metonyms"))
    return State(cells["code"], cells["name"], *words)


def _organisation(row: Row) -> Organisation:
    words = (row.words("names"), row.words("adjectives"), row.words("people"))
    return Organisation(row.cells["name"], *words, _one_of(row, "kind", KINDS), row.words("seat"), row.cells["country"])


def _term(row: Row, known: set[str]) -> Term:
    place = row.cells["state"]
    if place not in known:
        raise bad_value(row, "state", place, sorted(known))
    end = date.max if not row.cells["to"] else _day(row, "to")
    return Term(_one_of(row, "office", OFFICES), place, row.words("person"), _day(row, "from"), end)


def _day(row: Row, column: str) -> date:
    try:
        return date.fromisoformat(row.cells[column])
    except ValueError:
        value = row.cells[column]
        raise CaseError(
            Complaint(row.file, row.line, None, value, "YYYY-MM-DD", "Write it as 1994-05-10.", f"{column}: “{value}” is not a day.")
        ) from None


def _nouns(row: Row) -> dict[str, Noun]:
    cells = row.cells
    offices = row.words("office")
    role, gender = _one_of(row, "role", ROLES), _one_of(row, "gender", GENDERS)
    collective, title = cells["collective"] == "yes", cells["title"] == "yes"
    found = {cells["noun"].lower(): Noun(cells["noun"], role, offices, collective, title, gender, collective)}
    for plural in row.words("plural"):
        found[plural.lower()] = Noun(cells["noun"], role, offices, collective, False, gender, True)
    return found


def _one_of(row: Row, column: str, allowed: Sequence[str]) -> str:
    value = row.cells[column]
    if value not in allowed:
        raise bad_value(row, column, value, allowed)
    return value
