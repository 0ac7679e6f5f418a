"""Reading a text with invented actors, for the tests of statements, claims and relations."""

from __future__ import annotations

from datetime import date
from functools import cache

from openparley.record.casefile import Actor
from openparley.record.coders.rules.actors.actors import ActorTable
from openparley.record.coders.rules.article import read_article
from openparley.record.coders.rules.coder import read_layers
from openparley.record.coders.rules.lexicon import Lexicon
from openparley.record.coders.rules.reading import Reading

ACTORS = {
    "norland": Actor(name="Norland", aliases=("Kelmstad",), country="XAA", role="party"),
    "norland_leader": Actor(name="President Tomas Veil", aliases=("Tomas Veil", "Veil"), country="XAA", role="official"),
    "norland_minister": Actor(name="Foreign Minister Ada Brenn", aliases=("Ada Brenn", "Brenn"), country="XAA", role="official"),
    "norland_officials": Actor(
        name="officials of Norland (unnamed)", aliases=("a senior Norland official",), country="XAA", role="official"
    ),
    "estavia": Actor(name="Estavia", country="XAB", role="party"),
    "estavia_negotiator": Actor(name="Pavel Orrin", aliases=("Orrin",), country="XAB", role="official"),
    "envoy": Actor(name="Marta Lind", aliases=("Lind",), role="mediator"),
    "author_s01": Actor(name="Author of S01", role="press"),
}
PUBLISHED = date(2026, 3, 4)


LEXICON = Lexicon()


@cache
def table() -> ActorTable:
    """The table of the invented actors, built once."""
    return ActorTable.build(ACTORS, LEXICON)


def read(text: str, kind: str = "news") -> Reading:
    """All layers up to the statements."""
    return read_layers(read_article(text, published=PUBLISHED, kind=kind), table(), LEXICON)
