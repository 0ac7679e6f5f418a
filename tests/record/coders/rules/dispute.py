"""An invented dispute whose actors the sentences of these tests name."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from openparley.record.casefile import Actor
from openparley.record.coders.draft import Draft
from openparley.record.coders.rules.actors.actors import ActorTable
from openparley.record.coders.rules.article import read_article
from openparley.record.coders.rules.coder import read_layers
from openparley.record.coders.rules.commitments.commitments import code_commitments
from openparley.record.coders.rules.commitments.statuses import code_statuses
from openparley.record.coders.rules.events.events import code_events
from openparley.record.coders.rules.lexicon import Lexicon
from openparley.record.coders.rules.reading import Reading

ACTORS = {
    "mediator": Actor(name="Envoy Lena Marsk", aliases=("Marsk", "Ms Marsk", "the envoy"), country="XAC", role="mediator"),
    "mediator_state": Actor(name="Ostrava", aliases=("Ostravan",), country="XAC", role="institution"),
    "party_a": Actor(name="Norland", aliases=("Norlander", "Norlanders", "Kolm"), country="XAA", role="party"),
    "party_a_leader": Actor(name="President Juro Haldt", aliases=("Haldt", "Mr Haldt"), country="XAA", role="party"),
    "party_b": Actor(name="Suderland", aliases=("Suderlander", "Suderlanders", "Tavik"), country="XAB", role="party"),
    "party_b_leader": Actor(name="Prime Minister Oda Venn", aliases=("Venn", "Ms Venn"), country="XAB", role="party"),
    "rebels": Actor(name="the Hill Front", aliases=("Hill Front", "the rebels", "the Front"), country="XAB", role="group"),
    "council": Actor(name="the Coast Council", aliases=("Coast Council", "the Council"), role="institution"),
}
# A Wednesday.
PUBLISHED = date(2031, 3, 12)
FLOOR = 0.35
LEXICON = Lexicon()
TABLE = ActorTable.build(ACTORS, LEXICON)


class Read(NamedTuple):
    text: str
    reading: Reading
    events: list[Draft]
    commitments: list[Draft]
    statuses: list[Draft]

    def words(self, draft: Draft) -> str:
        return self.text[draft.start : draft.end]


def read(
    text: str, *, published: date = PUBLISHED, kind: str = "news", earlier: Sequence[Mapping[str, Any]] = (), lexicon: Lexicon = LEXICON
) -> Read:
    """Code a text; only what is sure enough to be proposed counts."""
    table = TABLE if lexicon is LEXICON else ActorTable.build(ACTORS, lexicon)
    reading = read_layers(read_article(text, source="S01", published=published, kind=kind), table, lexicon)
    events = code_events(reading)
    commitments = [draft for draft in code_commitments(reading, events) if draft.confidence >= FLOOR]
    statuses = [draft for draft in code_statuses(reading, events, commitments, earlier) if draft.confidence >= FLOOR]
    return Read(text, reading, events, commitments, statuses)
