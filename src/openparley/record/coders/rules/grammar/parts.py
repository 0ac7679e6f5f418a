"""The pieces of a sentence in the making, and the word classes that the grammar asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from openparley.record.coders.rules.lexicon import Lexicon

if TYPE_CHECKING:
    from openparley.record.coders.rules.actors.actors import Mention

__all__ = ["EventNoun", "Noun", "Piece", "Verb", "Words", "make_words"]


class EventNoun(NamedTuple):
    """How an event noun takes what stands beside it."""

    of: str
    infinitive: bool


@dataclass(frozen=True)
class Words:
    """The word classes that the grammar asks for, of the tables."""

    events: dict[str, EventNoun]
    agents: frozenset[str]
    verbs: dict[str, frozenset[str]]
    particles: dict[str, dict[str, str]]


def make_words(lexicon: Lexicon) -> Words:
    """The word classes of ``event_nouns.csv``, ``agent_nouns.csv``, ``verbs.csv`` and ``particles.csv``."""
    events: dict[str, EventNoun] = {}
    for row in lexicon.rows("event_nouns.csv", ("nouns", "of", "infinitive")):
        for noun in row.words("nouns"):
            events.setdefault(noun, EventNoun(row.cells["of"], row.cells["infinitive"] == "yes"))
    agents = frozenset(noun for row in lexicon.rows("agent_nouns.csv", ("nouns",)) for noun in row.words("nouns"))
    verbs: dict[str, set[str]] = {}
    for row in lexicon.rows("verbs.csv", ("class", "verbs")):
        verbs.setdefault(row.cells["class"], set()).update(row.words("verbs"))
    particles: dict[str, dict[str, str]] = {}
    for row in lexicon.rows("particles.csv", ("particle", "verbs", "kind")):
        for particle in row.words("particle"):
            table = particles.setdefault(particle, {})
            for verb in row.words("verbs"):
                table.setdefault(verb, row.cells["kind"])
    return Words(events, agents, {name: frozenset(found) for name, found in verbs.items()}, particles)


class Noun:
    """A noun group in the making."""

    __slots__ = (
        "bare", "extra", "first", "head", "ids", "last", "lemma", "mention", "no", "of", "owner", "owners", "posts", "pronoun", "time"
    )  # fmt: skip

    def __init__(self, first: int, last: int, head: int, lemma: str, pronoun: bool) -> None:
        self.first = first
        self.last = last
        self.head = head
        self.lemma = lemma
        self.pronoun = pronoun
        self.time = False
        self.no = False
        self.bare = True
        self.of: Noun | None = None
        self.owners: list[Noun] = []  # possessors and names that stand before the head
        self.posts: list[tuple[str, Noun]] = []  # prepositional groups right behind it
        self.extra: list[Noun] = []  # appositions
        self.mention: Mention | None = None
        self.ids: tuple[str, ...] = ()
        self.owner: tuple[str, ...] = ()


class Verb:
    """A verb group in the making: from its first auxiliary to its particle."""

    __slots__ = (
        "ambiguous", "aux", "first", "form", "head", "last", "lemma", "modal", "negated", "particle", "passive", "perfect",
        "progressive", "tense"
    )  # fmt: skip

    def __init__(self, first: int) -> None:
        self.first = first
        self.last = first + 1
        self.head = first
        self.lemma = ""
        self.particle = ""
        self.form = ""  # finite | base | infinitive | gerund | participle
        self.tense = "none"
        self.modal = ""
        self.passive = False
        self.perfect = False
        self.progressive = False
        self.negated = False
        self.ambiguous = False  # past or participle
        self.aux = False  # auxiliary only: waits for its verb ("Will the president | walk away")


class Piece(NamedTuple):
    """One piece of a sentence: kind (N noun group, V verb group, I preposition, or the tag of a single word), tokens, content."""

    kind: str
    first: int
    last: int
    word: str
    noun: Noun | None = None
    verb: Verb | None = None
