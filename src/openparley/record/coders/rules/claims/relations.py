"""Relations: how one actor stands to another, where the words say so.

A cue alone is not enough: both must be found where its order says – the one as subject, owner or name before it, the other behind it –
or, for words about “the two sides” and for mediation, be the parties that the text is about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from openparley.record.coders.draft import Draft
from openparley.record.coders.rules.article import Token
from openparley.record.coders.rules.claims.claimcues import IRREGULAR, CueHit, PhraseTable
from openparley.record.coders.rules.claims.sides import Sides, Standing
from openparley.record.coders.rules.lexicon import Lexicon, bad_value
from openparley.record.coders.rules.speech.rates import rate_of, speech_rates
from openparley.record.coders.rules.speech.speakers import name_of

if TYPE_CHECKING:
    from openparley.record.coders.rules.reading import Reading

__all__ = ["code_relations"]

_RELATIONS = ("friendly", "hostile", "strained", "aligned", "allied", "opposed", "lenient", "subordinate", "mediator", "trade", "family")
_TRENDS = ("", "rising", "stable", "falling")
_ORDERS = ("around", "own", "between", "ties", "kin", "agent", "pair", "tone", "third")
_SAYS = {
    "friendly": "{a} is on good terms with {b}",
    "hostile": "{a} is hostile to {b}",
    "strained": "Relations of {a} with {b} are strained",
    "aligned": "{a} is on the side of {b}",
    "allied": "{a} is allied with {b}",
    "opposed": "{a} is opposed to {b}",
    "lenient": "{a} is lenient with {b}",
    "subordinate": "{a} does the bidding of {b}",
    "mediator": "{a} mediates for {b}",
    "trade": "{a} does business with {b}",
    "family": "{a} is related to {b}",
}
_NEGATIONS = frozenset(["not", "n't", "never", "no", "hardly"])


class _Kind(NamedTuple):
    relation: str
    trend: str
    order: str
    negated: str


class _Table(NamedTuple):
    phrases: PhraseTable
    kinds: tuple[_Kind, ...]


def code_relations(reading: Reading) -> list[Draft]:
    """Friendship, hostility, alliance and the like between two actors, in order of place."""
    table = reading.lexicon.build(_make)
    tokens = reading.article.tokens
    verbs = {index for clause in reading.clauses if clause.form != "nominal" for index in range(clause.verb_first, clause.verb_last)}
    sides = Sides(reading)
    found: list[Draft] = []
    for number, sentence in enumerate(reading.article.sentences):
        taken: set[int] = set()
        told: set[tuple[str, frozenset[str]]] = set()
        for hit, kind in _hits(table, tokens, sentence.first, sentence.last, verbs):
            if taken & set(range(hit.first, hit.last)):
                continue
            standing = sides.of(kind.order, kind.relation, hit, number)
            relation = _relation(reading, kind, hit, sentence.first)
            if standing is None or relation is None:
                continue
            pair = relation, frozenset((*standing.subject, *standing.other))
            if pair not in told:
                told.add(pair)
                taken |= set(range(hit.first, hit.last))
                found.append(_draft(reading, kind, hit, relation, standing))
    return found


def _hits(table: _Table, tokens: Sequence[Token], first: int, last: int, verbs: set[int]) -> Iterator[tuple[CueHit, _Kind]]:
    for hit in table.phrases.find(tokens, first, last, verbs):
        yield hit, table.kinds[int(hit.name)]


def _make(lexicon: Lexicon) -> _Table:
    phrases, kinds = PhraseTable(), []
    for row in lexicon.rows("relations.csv", ("relation", "trend", "order", "negated", "cues")):
        for column, allowed in (("relation", _RELATIONS), ("trend", _TRENDS), ("order", _ORDERS), ("negated", ("", *_RELATIONS))):
            if row.cells[column] not in allowed:
                raise bad_value(row, column, row.cells[column], allowed)
        for phrase in row.words("cues"):
            phrases.add(phrase.lower(), str(len(kinds)), IRREGULAR)
        kinds.append(_Kind(row.cells["relation"], row.cells["trend"], row.cells["order"], row.cells["negated"]))
    return _Table(phrases, tuple(kinds))


def _relation(reading: Reading, kind: _Kind, hit: CueHit, first: int) -> str | None:
    """The relation, or what it is when the words are denied; None of a denial that says nothing."""
    tokens = reading.article.tokens
    denied = any(tokens[index].lower in _NEGATIONS for index in range(max(first, hit.first - 4), hit.first))
    if not denied or "never" in tokens[hit.first].lower:
        return kind.relation
    return kind.negated or None


def _draft(reading: Reading, kind: _Kind, hit: CueHit, relation: str, standing: Standing) -> Draft:
    tokens = reading.article.tokens
    voice = reading.voice(tokens[hit.first].start, tokens[hit.last - 1].end)
    rule = f"relation.{relation}.{kind.order}"
    fields = {
        "attributed_to": voice.attributed_to,
        "attribution": voice.attribution,
        "via": voice.via,
        "subject": standing.subject,
        "object": standing.other,
        "relation": relation,
        "trend": kind.trend or None,
        "paraphrase": _SAYS[relation].format(a=name_of(reading, standing.subject), b=name_of(reading, standing.other)) + ".",
    }
    return Draft("relation", standing.start, standing.end, rule, rate_of(speech_rates(reading.lexicon), rule), fields)
