"""Commitments by their dates: meetings and decisions for which a day is set, and terms given to others or to oneself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from openparley.record.coders.rules.commitments.announcement import Announcement, announce
from openparley.record.coders.rules.commitments.contents import group_ids

if TYPE_CHECKING:
    from openparley.record.coders.rules.commitments.commitments import Commitments
    from openparley.record.coders.rules.grammar.grammar import Clause, Group

__all__ = ["deadline_nouns", "scheduled", "term"]

_WILL = frozenset(("will", "would"))
_DURATION = re.compile(
    r"\b(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|fourteen|thirty|sixty|ninety|\d+|several|a few|a couple of)"
    r"[\s-]+(?:more )?(?:hour|day|week|fortnight|month|year)s?\b|\bfortnight\b",
    re.IGNORECASE,
)
_MONTH = "january|february|march|april|may|june|july|august|september|october|november|december"
_NOUN = re.compile(
    rf"\b(?:\w+day|midnight|noon|dusk|dawn|\d{{1,2}} (?:{_MONTH})|(?:{_MONTH}) \d{{1,2}}|(?:\d+|\w+)[- ](?:hour|day|week|month)|end-of-\w+)"
    r"(?: \w+)? (?:deadline|ultimatum|cut-off|cutoff)\b",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:until|till|by|before|no later than|not later than|no more than)\s+(?:the\s+)?"
    rf"(?:end|close|noon|midnight|\w+day|tomorrow|next|this|\d|{_MONTH})",
    re.IGNORECASE,
)

# “Cancelled a visit planned for Thursday” announces none.
_CALLED_OFF = frozenset(
    ("cancel", "call", "scrap", "scuttle", "abandon", "postpone", "shelve", "axe", "boycott", "skip", "suspend", "miss")
)


def scheduled(coder: Commitments, clause: Clause) -> Announcement | None:
    """“Talks are set for Tuesday”, “envoys are due to meet next week”, “is to vote on 5 May”."""
    tokens = coder.article.tokens
    words = {tokens[at].lower for at in range(clause.verb_first, min(len(tokens), clause.verb_last + 3))}
    fixed = clause.lemma in coder.words["fix"] or bool(words & {"due", "scheduled", "slated", "set", "expected"})
    to_come = clause.modal == "will" or clause.tense == "future" or fixed or _is_to(coder, clause)
    above = coder.clauses[clause.parent] if clause.parent is not None else None
    if not to_come or clause.negated or (above is not None and above.negated):
        return None
    below = next(iter(coder.matcher.complements(clause)), None) or clause
    host = coder.clauses[clause.parent] if clause.form == "participle" and clause.parent is not None else None
    if host is not None and host.lemma in _CALLED_OFF:
        return None
    if host is not None and fixed:
        # “Envoys confer again in a session scheduled for Tuesday”.
        below = host
    around = (*coder.below.get(clause.index, ()), *(coder.below.get(host.index, ()) if host is not None else ()))
    nouns = [one for one in around if one.form == "nominal" and coder.matcher.lemma(one.verb) in coder.words["meeting"]]
    subjects = clause.subjects or below.subjects
    meeting = bool(nouns) or any(coder.matcher.lemma(group.head) in coder.words["meeting"] for group in (*subjects, *below.objects))
    content = coder.acts.of(below)
    if below.lemma in ("meet", "convene", "reconvene", "gather", "confer") or (meeting and (fixed or below.lemma in coder.words["meet"])):
        between = [group for noun in nouns for name, group in noun.obliques if name in ("between", "with", "of")]
        actor = _first_of(group_ids([*between, *below.subjects]), () if clause.passive else coder.actor_of(clause), _owners(subjects))
        target = group_ids([group for name, group in below.obliques if name in ("with", "between")]) or (actor if len(actor) > 1 else ())
        made = announce(coder, clause, "promise", "date.meeting", 0.55, content, actor=actor, target=target, event="AGREE", needs_due=True)
        made.start = min(made.start, below.start)
        return made
    if below.lemma in coder.words["decide"]:
        actor = group_ids(below.subjects) or coder.actor_of(clause)
        return announce(coder, clause, "deadline", "date.decision", 0.5, content, actor=actor, event="THREATEN", needs_due=True)
    return None


def deadline_nouns(coder: Commitments) -> Iterator[Announcement]:
    """“A midnight deadline”, “the ten-day ultimatum”: a term that stands in the noun, where nobody is said to set it."""
    for found in _NOUN.finditer(coder.article.plain):
        sentence = coder.article.sentence_at(found.start())
        clauses = [
            one for one in coder.clauses_in(sentence) if one.start <= found.end() and one.end >= found.start() and one.form != "nominal"
        ]
        if not clauses:
            continue
        clause = min(clauses, key=lambda one: one.end - one.start)
        group = next(
            (one for one in (*clause.subjects, *clause.objects, *(g for _, g in clause.obliques)) if one.start <= found.start() < one.end),
            None,
        )
        behind = [mention for mention in coder.reading.mentions if found.end() <= mention.start <= found.end() + 6]
        for_whom = coder.article.plain[found.end() : found.end() + 5].lower() in (" for ", " to ")
        target = behind[0].ids if behind and for_whom else ()
        actor = group.owner if group is not None else ()
        made = announce(coder, clause, "deadline", "deadline.noun", 0.5, None, actor=actor, target=target, event="REQUEST", needs_due=True)
        made.start, made.end = min(made.start, found.start()), max(made.end, found.end())
        made.due_start, made.retold = found.start(), True
        yield made


def _first_of(*options: tuple[str, ...]) -> tuple[str, ...]:
    """The first that holds anybody."""
    return next((ids for ids in options if ids), ())


def _is_to(coder: Commitments, clause: Clause) -> bool:
    """“Is to vote”: a form of be with an infinitive right behind it."""
    if clause.lemma != "be" or clause.tense != "present":
        return False
    tokens = coder.article.tokens
    return clause.verb_last < len(tokens) and tokens[clause.verb_last].lower == "to"


def _owners(groups: Sequence[Group]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for group in groups for name in group.owner))


def term(coder: Commitments, clause: Clause) -> Announcement | None:
    """“Gave them ten days”, “has until Friday”, “will wait a month”: a term set to others or to oneself."""
    if clause.lemma not in coder.words["term"] or clause.negated:
        return None
    words = coder.article.plain[clause.start : _sentence_end(coder, clause)]
    near = words[: 1 + max(60, clause.end - clause.start)]
    if clause.lemma in ("have", "get", "leave"):
        told = clause.subject is not None and coder.article.tokens[clause.subject.head].lower == "you"
        counted = _DURATION.search(near)
        has_days = counted is not None and near[counted.end() : counted.end() + 4] == " to "
        if not ((_UNTIL.search(near) or has_days) and clause.subject is not None and (clause.subject.ids or told)):
            return None
        target = group_ids(clause.subjects)
        if coder.article.tokens[clause.subject.head].lower == "you":
            utterance = coder.reading.voice(clause.start, clause.end).utterance
            target = tuple(utterance.draft.fields.get("addressee") or ()) if utterance is not None else ()
        return announce(
            coder,
            clause,
            "deadline",
            "term.has_until",
            0.55,
            None,
            actor=coder.speaker(clause),
            target=target,
            event="REQUEST",
            needs_due=True,
        )
    if not (_DURATION.search(near) or (_UNTIL.search(near) and clause.lemma in ("give", "allow", "grant"))):
        return None
    if clause.lemma in ("wait", "hold", "take"):
        if clause.lemma != "wait" or clause.modal not in _WILL:
            return None
        return announce(coder, clause, "deadline", "term.wait", 0.65, None, event="THREATEN", target=_after(coder, clause))
    target = group_ids(coder.matcher.objects(clause))
    if not target and not coder.actor_of(clause):
        return None
    return announce(coder, clause, "deadline", "term.given", 0.6 if target else 0.4, None, target=target, event="REQUEST", needs_due=True)


def _after(coder: Commitments, clause: Clause) -> tuple[str, ...]:
    """Whom a decision that is waited for is about: somebody named behind it."""
    actor = set(coder.actor_of(clause))
    groups = [group for below in coder.clauses_in(clause.sentence) if below.start >= clause.start for _, group in below.obliques]
    return tuple(dict.fromkeys(name for group in groups for name in group.ids if name not in actor))[:1]


def _sentence_end(coder: Commitments, clause: Clause) -> int:
    return coder.article.sentences[clause.sentence].end
