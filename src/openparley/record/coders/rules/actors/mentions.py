"""Who is named where: names of the case's actors and of the world, people and organisations that are new, and what stands for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from openparley.record.coders.rules.actors.actors import ActorTable
    from openparley.record.coders.rules.article import Article

__all__ = ["Found", "Mention", "Scan", "find_mentions"]


class Mention(NamedTuple):
    """A stretch of text that stands for somebody.

    Attributes
    ----------
    start, end, first, last
        Code points, and half-open range of tokens; a possessive's “'s” is not part of it.
    ids
        Actor ids; empty for somebody, but nobody in particular.
    kind
        person, office, state, group, anonymous, institution, pronoun or unknown.
    number
        singular or plural.
    new
        Display name of a proposed new actor; then ``ids`` is its proposed id.
    possessive, attributive
        Whether it modifies the noun that follows: “Russia's”, “his”; “Russian”, “US”. A place where something happens
        (“in Syria”) is attributive too.
    """

    start: int
    end: int
    first: int
    last: int
    ids: tuple[str, ...]
    kind: str
    number: str
    rule: str
    confidence: float
    new: str | None = None
    possessive: bool = False
    attributive: bool = False


@dataclass(slots=True)
class Found:
    """A mention while it is being worked out.

    Attributes
    ----------
    flavour
        How it names: name, state, demonym, people, capital, metonym, organisation, person, description, pronoun or place.
    place
        Code of the state, or name of the organisation, that it speaks of; empty if neither.
    noun
        The agent noun of a description or title.
    owner
        Token of a possessive pronoun that it begins with, or −1.
    """

    first: int
    last: int
    ids: tuple[str, ...]
    kind: str
    number: str
    rule: str
    confidence: float
    flavour: str
    place: str = ""
    new: str | None = None
    possessive: bool = False
    attributive: bool = False
    noun: str = ""
    role: str = ""
    owner: int = -1
    definite: bool = False
    gender: str = ""
    start: int = -1
    end: int = -1

    def mention(self, article: Article) -> Mention:
        """As others see it."""
        start = self.start if self.start >= 0 else article.tokens[self.first].start
        end = self.end if self.end >= 0 else article.tokens[self.last - 1].end
        return Mention(
            start, end, self.first, self.last, self.ids, self.kind, self.number, self.rule, self.confidence, self.new,
            self.possessive, self.attributive,
        )  # fmt: skip


class Scan:
    """The state of one article's search: what is found, and which tokens it covers.

    Attributes
    ----------
    at
        What covers each token, or None.
    places
        Capitals and states that are no mention, because something only happens there, by token.
    blocked
        Tokens of names that are nobody's.
    acronyms
        Letters that this article introduced for an organisation, and its id.
    persons
        Full names of the table of terms that this article spells out, by surname, folded.
    surnames
        Surnames of people whom this article introduced, folded, and their ids.
    """

    def __init__(self, article: Article, table: ActorTable) -> None:
        self.article, self.table = article, table
        self.tokens = article.tokens
        self.day: date | None = article.published or table.published
        self.at: list[Found | None] = [None] * len(self.tokens)
        self.extra: list[Found] = []
        self.places: dict[int, Found] = {}
        self.surnames: dict[str, str] = {}
        self.persons: dict[str, list[str]] = {}
        self.blocked: set[int] = set()
        self.acronyms: dict[str, str] = {}
        self.starts = {sentence.first for sentence in article.sentences}

    def put(self, found: Found) -> None:
        """Take a mention in; what it covers is part of it."""
        for index in range(found.first, found.last):
            self.at[index] = found

    def free(self, first: int, last: int) -> bool:
        """Whether no mention covers the tokens."""
        return all(item is None for item in self.at[first:last])

    def word(self, index: int) -> str:
        """Token in lower case, empty outside of the text."""
        return self.tokens[index].lower if 0 <= index < len(self.tokens) else ""

    def found(self) -> list[Found]:
        """Everything found so far in order of place."""
        unique: dict[int, Found] = {id(item): item for item in self.at if item is not None}
        unique.update((id(item), item) for item in self.extra)
        return sorted(unique.values(), key=lambda item: (item.first, item.start))


def find_mentions(article: Article, table: ActorTable) -> tuple[Mention, ...]:
    """Mentions in order of place, none overlapping.

    Parameters
    ----------
    table
        Who may be named; actors that the case does not know are added to its proposals.
    """
    from openparley.record.coders.rules.actors.coreference import resolve_references
    from openparley.record.coders.rules.actors.descriptions import find_descriptions
    from openparley.record.coders.rules.actors.naming import find_names
    from openparley.record.coders.rules.actors.newcomers import find_newcomers

    scan = Scan(article, table)
    find_names(scan)
    find_newcomers(scan)
    find_descriptions(scan)
    resolve_references(scan)
    return _disjoint([item.mention(article) for item in scan.found()])


def _disjoint(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """In order of place, without those that reach into one before."""
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda item: (item.start, -item.end)):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return tuple(kept)
