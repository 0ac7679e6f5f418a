"""Relations: how one actor stands to another, where the words say so.

A cue alone is not enough: the one must stand before it, as the subject of its clause or as an owner, and the other close behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from openparley.record.coders.draft import Draft
from openparley.record.coders.rules.claimcues import IRREGULAR, CueHit, PhraseTable
from openparley.record.coders.rules.lexicon import Lexicon, bad_value
from openparley.record.coders.rules.rates import rate_of, speech_rates
from openparley.record.coders.rules.speakers import mentions_between, name_of

if TYPE_CHECKING:
    from openparley.record.coders.rules.actors import Mention
    from openparley.record.coders.rules.grammar import Clause
    from openparley.record.coders.rules.reading import Reading

__all__ = ["code_relations"]

_RELATIONS = ("friendly", "hostile", "strained", "aligned", "allied", "opposed", "lenient", "subordinate", "mediator", "trade", "family")
_TRENDS = ("", "rising", "stable", "falling")
_ORDERS = ("around", "own", "between", "ties", "kin")
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
# Behind these the name is somebody else's business.
_APART = frozenset(["for", "and", "but", "or", "that", "which", "who", "because", "when", "if", "after", "before", "by"])
_NEGATIONS = frozenset(["not", "n't", "never", "no", "hardly"])
_QUALITIES = frozenset(("a", "an", "the", "close", "longtime", "staunch", "key", "old", "one", "former", "fierce", "bitter"))
# The other one stands no further behind a cue, the owner no further ahead of it, in tokens.
_REACH, _OWNER_REACH = 7, 5


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
    by_sentence: dict[int, list[Clause]] = {}
    for clause in reading.clauses:
        if clause.form != "nominal":
            by_sentence.setdefault(clause.sentence, []).append(clause)
    found: list[Draft] = []
    for number, sentence in enumerate(reading.article.sentences):
        taken: set[int] = set()
        for hit in table.phrases.find(tokens, sentence.first, sentence.last, verbs):
            if taken & set(range(hit.first, hit.last)):
                continue
            kind = table.kinds[int(hit.name)]
            draft = _relation(reading, kind, hit, by_sentence.get(number, ()), sentence.first, sentence.last)
            if draft is not None:
                taken |= set(range(hit.first, hit.last))
                found.append(draft)
    return found


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


def _relation(reading: Reading, kind: _Kind, hit: CueHit, clauses: Sequence[Clause], first: int, last: int) -> Draft | None:
    tokens = reading.article.tokens
    if kind.order == "kin":
        return _kin(reading, kind, hit, clauses, first)
    behind = _behind(reading, hit.last, min(last, hit.last + _REACH))
    if not behind:
        return None
    if kind.order == "between":
        if len(behind) < 2:
            return None
        subject, other, start = behind[0].ids, behind[1].ids, tokens[hit.first].start
        end = behind[1].end
    else:
        owner = _owner(reading, hit.first, first) if kind.order != "around" else None
        if owner is not None:
            subject, start = owner.ids, owner.start
        else:
            holder = _subject(reading, hit, clauses)
            if holder is None:
                return None
            subject, start = holder
        other = tuple(dict.fromkeys(name for mention in behind for name in mention.ids))
        end = behind[-1].end
    other = tuple(name for name in other if name not in subject)
    if not subject or not other or start >= end:
        return None
    relation = kind.relation
    if (
        any(tokens[index].lower in _NEGATIONS for index in range(max(first, hit.first - 4), hit.first))
        and "never" not in tokens[hit.first].lower
    ):
        if not kind.negated:
            return None
        relation = kind.negated
    return _draft(reading, kind, hit, relation, subject, other, min(start, tokens[hit.first].start), max(end, tokens[hit.last - 1].end))


def _kin(reading: Reading, kind: _Kind, hit: CueHit, clauses: Sequence[Clause], first: int) -> Draft | None:
    """“a B ally”: the one is named right behind, before a comma ahead, or is the subject of “is”."""
    tokens = reading.article.tokens
    owner = _named_before(reading, hit, first)
    if owner is None or not owner.ids:
        return None
    named = next((mention for mention in mentions_between(reading, hit.last, hit.last + 1) if mention.ids), None)
    if named is not None:
        return _draft(reading, kind, hit, kind.relation, named.ids, owner.ids, owner.start, named.end) if named.ids != owner.ids else None
    at = owner.first - 1
    while at > first and tokens[at].lower in _QUALITIES:
        at -= 1
    if tokens[at].text == ",":
        ahead = [
            mention
            for mention in mentions_between(reading, max(first, at - 12), at)
            if mention.ids and not mention.attributive and not mention.possessive
        ]
        if not ahead or ahead[0].ids == owner.ids:
            return None
        return _draft(reading, kind, hit, kind.relation, ahead[0].ids, owner.ids, ahead[0].start, tokens[hit.last - 1].end)
    clause = next((found for found in clauses if found.lemma in ("be", "become", "remain") and found.first <= hit.first < found.last), None)
    ids = clause.subject.ids if clause is not None and clause.subject is not None else ()
    if clause is None or not ids or ids == owner.ids or clause.negated:
        return None
    return _draft(reading, kind, hit, kind.relation, ids, owner.ids, clause.start, tokens[hit.last - 1].end)


def _named_before(reading: Reading, hit: CueHit, first: int) -> Mention | None:
    """The name right before a cue; where the whole apposition is one mention, the name as it stands elsewhere in the text."""
    for mention in mentions_between(reading, max(first, hit.first - 4), hit.first):
        if mention.last in (hit.first, hit.first - 1):
            return mention if mention.attributive or mention.possessive or mention.last == hit.first else None
        if mention.first < hit.first < mention.last:
            token = reading.article.tokens[hit.first - 1]
            alike = (other for other in reading.mentions if other.last == other.first + 1 and other.kind != "pronoun")
            found = next((other for other in alike if reading.article.tokens[other.first].text == token.text), None)
            return found and found._replace(start=token.start, end=token.end, first=hit.first - 1, last=hit.first)
    return None


def _behind(reading: Reading, first: int, last: int) -> list[Mention]:
    """The first name behind a cue and those that “and” joins to it, if no stop stands between."""
    tokens = reading.article.tokens
    found: list[Mention] = []
    for mention in mentions_between(reading, first, last):
        gap = tokens[(found[-1].last if found else first) : mention.first]
        if any(token.text in ",.;:!?—()" for token in gap):
            break
        if found and [token.lower for token in gap] not in (
            ["and"],
            ["and", "the"],
            ["and", "its"],
            ["and", "his"],
            ["and", "her"],
            ["and", "their"],
        ):
            break
        if not found and any(token.lower in _APART for token in gap):
            break
        if mention.possessive:
            break
        if mention.ids:
            found.append(mention)
    return found


def _owner(reading: Reading, at: int, first: int) -> Mention | None:
    """The name that owns the noun of a cue: “A's support”, “his alliance”."""
    for mention in reversed(mentions_between(reading, max(first, at - _OWNER_REACH), at)):
        if (mention.possessive or mention.attributive) and mention.ids:
            return mention
    return None


def _subject(reading: Reading, hit: CueHit, clauses: Sequence[Clause]) -> tuple[tuple[str, ...], int] | None:
    """Ids and place of the subject of the smallest clause around a cue; “I” and “we” are the speaker."""
    around = [clause for clause in clauses if clause.first <= hit.first < clause.last and clause.subject is not None]
    for clause in sorted(around, key=lambda found: found.last - found.first):
        groups = [group for group in clause.subjects or (clause.subject,) if group is not None]
        ids = tuple(dict.fromkeys(name for group in groups for name in group.ids))
        if not ids and groups[0].pronoun and reading.article.tokens[groups[0].head].lower in ("i", "we"):
            voice = reading.voice(groups[0].start, groups[0].end)
            ids = voice.utterance.speaker if voice.utterance is not None else ()
        if ids:
            return ids, clause.start if clause.subject_inherited else groups[0].start
    return None


def _draft(
    reading: Reading, kind: _Kind, hit: CueHit, relation: str, subject: tuple[str, ...], other: tuple[str, ...], start: int, end: int
) -> Draft:
    tokens = reading.article.tokens
    voice = reading.voice(tokens[hit.first].start, tokens[hit.last - 1].end)
    rule = f"relation.{relation}.{kind.order}"
    fields = {
        "attributed_to": voice.attributed_to,
        "attribution": voice.attribution,
        "via": voice.via,
        "subject": subject,
        "object": other,
        "relation": relation,
        "trend": kind.trend or None,
        "paraphrase": _SAYS[relation].format(a=name_of(reading, subject), b=name_of(reading, other)) + ".",
    }
    return Draft("relation", start, end, rule, rate_of(speech_rates(reading.lexicon), rule), fields)
