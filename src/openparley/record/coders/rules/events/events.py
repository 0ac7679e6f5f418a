"""Layer 4, events: who did what to whom, as PLOVER's types, each with the clause that says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from openparley.record.coders.draft import Draft
from openparley.record.coders.rules.events.arguments import side_of
from openparley.record.coders.rules.events.candidates import Candidate, find_candidates, retype
from openparley.record.coders.rules.events.contexts import ContextReader, make_contexts
from openparley.record.coders.rules.events.frames import make_frames
from openparley.record.coders.rules.events.matching import Matcher
from openparley.record.coders.rules.events.paraphrase import event_paraphrase
from openparley.record.coders.rules.events.realis import is_historical
from openparley.record.coders.rules.events.reranker import NONE, Ranking, Reranker, load_reranker
from openparley.record.coders.rules.events.signs import Signs, signs_of

if TYPE_CHECKING:
    from openparley.record.coders.rules.reading import Reading

__all__ = ["baseline_type", "chosen", "code_events", "swallowed", "with_signs"]

# So many sentences after a demand its answer is still taken for one.
_ANSWERED_WITHIN = 4
# What the lexicon alone needs to believe of a frame.
_LEXICON_FLOOR = 0.35
# What happens when it is said, not when it comes true.
_SPOKEN = frozenset(("THREATEN", "AGREE", "REQUEST", "ACCUSE", "REJECT", "SUPPORT", "CONCEDE"))
_VERBAL = frozenset(("AGREE", "CONSULT", "SUPPORT", "CONCEDE", "REQUEST", "ACCUSE", "REJECT", "THREATEN"))


def code_events(reading: Reading) -> list[Draft]:
    """The events of an article, in the order of their place.

    Notes
    -----
    Frames of the lexicon propose (``frames.py``, ``candidates.py``), a linear model decides whether a candidate is an event and
    of which type (``reranker.py``), and of what overlaps the surest is kept. Its probability is the confidence.
    """
    drafts = [_draft(reading, made) for made in chosen(reading, load_reranker())]
    drafts.sort(key=lambda draft: (draft.start, draft.end))
    return drafts


def chosen(reading: Reading, reranker: Reranker | None) -> list[Candidate]:
    """The candidates that are events, with their confidence; without a re-ranker, by the lexicon alone."""
    table = reading.lexicon.build(make_frames)
    contexts = ContextReader(reading.article, reading.lexicon.build(make_contexts))
    matcher = Matcher(reading.article, reading.clauses, table)
    candidates = find_candidates(reading, matcher)
    if reranker is None:
        kept = [made for made in candidates if baseline_type(made) != NONE]
        for made in kept:
            made.confidence = made.frame.prior
        return _without_doubles(kept)
    kept = [
        made
        for made, signs in with_signs(matcher, candidates, contexts)
        if _decide(reading, matcher, made, reranker.rank(signs), reranker.floor)
    ]
    chosen_ones = _without_doubles(kept)
    _answers(reading, chosen_ones)
    return chosen_ones


def with_signs(matcher: Matcher, candidates: Sequence[Candidate], contexts: ContextReader) -> list[tuple[Candidate, Signs]]:
    """The candidates of an article with what the model looks at."""
    by_sentence: dict[int, list[Candidate]] = {}
    for made in candidates:
        by_sentence.setdefault(made.clause.sentence, []).append(made)
        made.contexts = contexts.of(made.start, made.end)
    return [(made, signs_of(matcher, made, by_sentence[made.clause.sentence], made.contexts)) for made in candidates]


def _decide(reading: Reading, matcher: Matcher, made: Candidate, ranking: Ranking, floor: float) -> bool:
    """Give a candidate the type and confidence of its ranking; whether it is likely enough."""
    if ranking.probability < floor:
        return False
    retype(reading, matcher, made, ranking.event)
    made.confidence = ranking.probability
    return True


def _answers(reading: Reading, kept: Sequence[Candidate]) -> None:
    """An acceptance or refusal that names nobody answers whoever asked last."""
    asked: Candidate | None = None
    for made in sorted(kept, key=lambda made: made.clause.verb):
        arguments = made.arguments
        if made.event == "REQUEST":
            asked = made if arguments.actor else asked
        elif made.event in ("AGREE", "REJECT") and arguments.recipient_place in ("", "before") and asked is not None and arguments.actor:
            near = made.clause.sentence - asked.clause.sentence <= _ANSWERED_WITHIN
            own = {side_of(reading, name) for name in arguments.actor}
            if near and own.isdisjoint(side_of(reading, name) for name in asked.arguments.actor):
                made.arguments = arguments._replace(recipient=asked.arguments.actor, recipient_place="asked")


def baseline_type(made: Candidate) -> str:
    """What the lexicon alone makes of a candidate: its type, or none."""
    return NONE if made.consumed or made.loose or swallowed(made) or made.frame.prior < _LEXICON_FLOOR else made.event


def swallowed(made: Candidate) -> bool:
    """Whether a candidate is only what another event is about: the meeting in a refusal to meet."""
    return made.absorbed and (made.clause.form == "nominal" or made.clause.relation in ("to", "ing", "that", "wh"))


def _without_doubles(candidates: Sequence[Candidate]) -> list[Candidate]:
    """One event of a type for words that overlap: the surest."""
    kept: list[Candidate] = []
    for made in sorted(candidates, key=lambda made: (-made.confidence, made.start)):
        if not any(_same(made, other) for other in kept):
            kept.append(made)
    return kept


def _same(first: Candidate, second: Candidate) -> bool:
    if first.event != second.event:
        return False
    overlap = min(first.end, second.end) - max(first.start, second.start)
    shorter = min(first.end - first.start, second.end - second.start)
    if overlap < shorter / 2:
        return False
    nested = first.governor_clause == second.clause.index or second.governor_clause == first.clause.index
    return (
        nested
        or "nominal" in (first.clause.form, second.clause.form)
        or (first.arguments.actor == second.arguments.actor and overlap == shorter)
    )


def _draft(reading: Reading, made: Candidate) -> Draft:
    voice = reading.voice(made.start, made.end)
    when = reading.when(made.start, made.end, spoken=made.realis == "actual" and made.event in _SPOKEN)
    actor, recipient = made.arguments.actor, made.arguments.recipient
    contexts = made.contexts
    if not contexts and made.event in _VERBAL:
        contexts = ("diplomatic",)
    fields = {
        "actor": actor,
        "event": made.event,
        "mode": (made.mode,) if made.mode else (),
        "recipient": recipient,
        "context": contexts,
        "realis": made.realis,
        "historical": is_historical(reading, made.start, made.end, when),
        "date": when.model_dump(mode="json") if when is not None else None,
        "attributed_to": voice.attributed_to,
        "attribution": voice.attribution,
        "via": voice.via,
        "paraphrase": event_paraphrase(reading, made.event, made.mode, actor, recipient, made.realis),
    }
    return Draft("event", made.start, made.end, made.rule, made.confidence, fields)
