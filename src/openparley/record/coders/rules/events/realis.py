"""How real an event is told to be: it happened, it is planned, it might, it did not; and whether it belongs to an earlier phase."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from openparley.record.coders.rules.events.frames import Frame
from openparley.record.coders.rules.events.matching import Matcher

if TYPE_CHECKING:
    from openparley.record.coders.rules.grammar.grammar import Clause
    from openparley.record.coders.rules.reading import Reading
    from openparley.record.entry import FuzzyDate

__all__ = ["governing", "is_historical", "realis_of"]

# The stronger holds where two apply: an event that is denied in a question is denied, one that may come is not yet to come.
_RANK = {"actual": 0, "future": 1, "hypothetical": 2, "negated": 3}
_POSSIBLE = frozenset(("would", "could", "may", "might", "should", "can", "must"))
_CONDITIONS = frozenset(("if", "unless"))
# What an event of a type makes of the clause that is its complement.
_BELOW = {
    "REJECT": "negated",
    "REQUEST": "hypothetical",
    "THREATEN": "hypothetical",
    "AGREE": "future",
    "CONCEDE": "future",
}
_COMPLEMENTS = frozenset(("to", "ing", "wh"))
_DEPTH = 6
# A frame that is seldom an event (“say”) does nothing to what stands below it.
_SURE = 0.35
# Words before a gerund that deny it; the first of two is looked for one token further on.
_DENIALS = frozenset((("without",), ("instead", "of"), ("rather", "than"), ("far", "from"), ("short", "of"), ("save", "for")))
# Events that ended this long before the report belong to an earlier phase.
_EARLIER = timedelta(days=365)
_BACK_THEN = (
    "back then",
    "at the time",
    "during his first term",
    "in those days",
    "decades ago",
    "years ago",
    "a decade ago",
    "a generation ago",
    "a century ago",
)


def realis_of(matcher: Matcher, clause: Clause, own: str = "actual", *, denial: bool = True) -> str:
    """How real the event of a clause is.

    Parameters
    ----------
    own
        What the words of the event itself say, such as a verb that only plans it.
    denial
        False where a negation belongs to the event: “not willing” is a refusal that took place.
    """
    found = _stronger(own, _of_clause(clause if denial else clause._replace(negated=False, modal="", tense="")))
    if clause.form != "nominal" and _denied(matcher, clause):
        return "negated"
    child = clause
    for _ in range(_DEPTH):
        if child.parent is None or not 0 <= child.parent < len(matcher.clauses):
            break
        parent = matcher.clauses[child.parent]
        if child.relation in _CONDITIONS:
            found = _stronger(found, "hypothetical")
        if matcher.is_complement(parent, child) or child.form == "nominal":
            found = _stronger(found, _from_above(matcher, parent, child))
        elif child.relation in ("purpose", "to") and child.form == "infinitive":
            found = _stronger(found, "hypothetical")
        elif child.relation not in ("coordinate",):
            break
        child = parent
    return found


def _denied(matcher: Matcher, clause: Clause) -> bool:
    """Whether a clause is denied by the words before it (“without agreeing”), or by its order (“had he accepted”)."""
    tokens = matcher.article.tokens
    before = [tokens[at].lower for at in range(max(0, clause.verb_first - 2), clause.verb_first)]
    if clause.form in ("gerund", "infinitive") and any(tuple(before[-len(words) :]) == words for words in _DENIALS):
        return True
    first = matcher.article.sentences[clause.sentence].first
    opens = clause.verb_first == first or tokens[clause.verb_first - 1].text in ',"—'
    return clause.perfect and opens and tokens[clause.verb_first].text == "Had" and clause.subject is not None


def _of_clause(clause: Clause) -> str:
    if clause.relation in _CONDITIONS or clause.question:
        return "hypothetical"
    if clause.negated:
        return "hypothetical" if clause.modal in ("might", "may", "could") else "negated"
    if clause.modal == "will" or clause.tense == "future":
        return "future"
    if clause.modal in _POSSIBLE:
        return "hypothetical"
    return "actual"


def _from_above(matcher: Matcher, parent: Clause, child: Clause) -> str:
    """What a clause makes of its complement."""
    frame = matcher.best(parent)
    if frame is None or (frame.event and frame.prior < _SURE):
        return _of_clause(parent) if child.relation in _COMPLEMENTS else "actual"
    if not frame.event:
        above = _of_clause(parent) if child.relation in _COMPLEMENTS or child.form == "nominal" else "actual"
        if frame.realis == "negated" and parent.negated:
            return "actual"
        return _stronger(frame.realis, above)
    if child.relation == "ing" and frame.event not in ("REJECT", "REQUEST", "THREATEN"):
        return "actual"
    if child.relation in _COMPLEMENTS or child.form == "infinitive":
        return _BELOW.get(frame.event, "actual")
    if frame.event == "THREATEN":
        return "hypothetical"
    return "actual"


def _stronger(first: str, second: str) -> str:
    return first if _RANK[first] >= _RANK[second] else second


def governing(matcher: Matcher, clause: Clause) -> tuple[Clause, Frame] | None:
    """The nearest clause above a complement whose frame is an event, over shifts between them."""
    child = clause
    for _ in range(_DEPTH):
        if child.parent is None or not 0 <= child.parent < len(matcher.clauses):
            return None
        parent = matcher.clauses[child.parent]
        if not matcher.is_complement(parent, child) and child.form != "nominal":
            return None
        frame = matcher.best(parent)
        if frame is not None and frame.event and frame.prior >= _SURE:
            return parent, frame
        child = parent
    return None


def is_historical(reading: Reading, start: int, end: int, when: FuzzyDate | None) -> bool:
    """Whether an event lies long before the report, by its date or by words that say so in its sentence."""
    published = reading.article.published
    if published is not None and when is not None:
        return when.end < published - _EARLIER
    sentence = reading.article.sentence_at(start)
    if sentence < 0:
        return False
    words: Sequence[str] = reading.article.plain[reading.article.sentences[sentence].start : end].lower()
    return any(phrase in words for phrase in _BACK_THEN)
