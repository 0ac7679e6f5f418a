"""Commitments that do not name themselves: acts announced under a condition, by the speaker of the words, or for a date that is set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from openparley.errors import CaseError, Complaint
from openparley.record.coders.rules.commitments.announcement import Announcement, announce
from openparley.record.coders.rules.commitments.contents import Content, group_ids
from openparley.record.coders.rules.commitments.orders import denies, ought, told_to, until
from openparley.record.coders.rules.commitments.schedules import deadline_nouns, scheduled, term
from openparley.record.coders.rules.events.matching import HARM
from openparley.record.coders.rules.lexicon import Lexicon

if TYPE_CHECKING:
    from openparley.record.coders.rules.commitments.commitments import Commitments
    from openparley.record.coders.rules.grammar.grammar import Clause

__all__ = ["intentions", "make_veiled"]

_WILL = frozenset(("will", "would"))
_POSSIBLE = frozenset(("may", "might", "could"))
# Conditions that are met by doing something rather than by not doing it.
_ONCE = frozenset(("after", "while", "until"))
_ONCE_WORDS = frozenset(("once", "until", "when", "as"))
# Who speaks for his chief.
_FOR_OTHERS = frozenset(("spokesperson", "official", "institution", "party", "mediator"))


def make_veiled(lexicon: Lexicon) -> re.Pattern[str]:
    """The patterns of ``veiled.csv`` as one.

    Raises
    ------
    CaseError
        If a pattern is none; the message names file and line.
    """
    patterns = []
    for row in lexicon.rows("veiled.csv", ("pattern",)):
        try:
            re.compile(row.cells["pattern"])
        except re.error as error:
            message = f"pattern: cannot be read: {error}."
            raise CaseError(Complaint(row.file, row.line, None, row.cells["pattern"], "a regular expression", None, message)) from None
        patterns.append(f"(?:{row.cells['pattern']})")
    return re.compile("|".join(patterns), re.IGNORECASE)


def intentions(coder: Commitments) -> Iterator[Announcement]:
    """What the clauses of an article announce."""
    veiled = [found.span() for found in coder.reading.lexicon.build(make_veiled).finditer(coder.article.plain)]
    if "deadline" in coder.article.plain or "ultimatum" in coder.article.plain:
        yield from deadline_nouns(coder)
    for clause in coder.clauses:
        if clause.form == "nominal" or clause.question:
            continue
        made = _veiled(coder, clause, veiled) if veiled else None
        if made is not None:
            yield made
            continue
        for way in (_conditional, until, told_to, _shall, _agreed, term, _own_words, _bill, scheduled, _planned, ought):
            made = way(coder, clause)
            if made is not None:
                yield made
                break


def _conditions(coder: Commitments, clause: Clause) -> list[Clause]:
    """The conditions of a clause; “should they”, “were he to” in front of it too."""
    found = [below for below in coder.below.get(clause.index, ()) if below.relation in ("if", "unless")]
    tokens = coder.article.tokens
    sentence = coder.article.sentences[clause.sentence]
    for other in coder.clauses_in(clause.sentence):
        opens = (
            tokens[other.verb_first].lower in ("should", "were") and other.subject is not None and other.subject.first > other.verb_first
        )
        first = other.verb_first == sentence.first or tokens[other.verb_first - 1].text in (",", '"')
        if opens and first and other.index != clause.index and not other.question:
            found.append(other)
    return found


def _speaks(coder: Commitments, clause: Clause) -> tuple[str, ...]:
    """Who commits himself in somebody's words: the speaker, or a person of his side for whom he speaks; else nobody.

    What a state will do its leader commits himself to; what his chief will do an official tells, but not a critic or a former adviser.
    """
    voice = coder.reading.voice(clause.start, clause.end)
    subject = clause.subject
    if voice.utterance is None or not voice.utterance.speaker or subject is None:
        return ()
    speaker = voice.utterance.speaker
    if coder.is_first(subject):
        return speaker
    ids = group_ids(clause.subjects or (subject,))
    if set(ids) & set(speaker):
        return speaker
    if not ids:
        # “Kolm said it was ready”: a pronoun in reported words is the speaker's, unless somebody else was found for it.
        return (
            speaker
            if set(subject.owner) & set(speaker) or (subject.pronoun and not voice.quoted and voice.attribution in ("named", "institution"))
            else ()
        )
    table = coder.reading.table
    sides = {table.country(name) for name in speaker} - {""}
    if not {table.country(name) for name in ids} & sides:
        return ()
    person = subject.pronoun or (subject.mention is not None and subject.mention.kind in ("person", "office"))
    if not person:
        return speaker
    roles = {actor.role for name in speaker if (actor := table.actors.get(name)) is not None}
    return ids if roles <= _FOR_OTHERS else ()


def _conditional(coder: Commitments, clause: Clause) -> Announcement | None:
    """“If the shelling goes on, we will close the ports”; “would shut unless the firing stopped”."""
    conditions = _conditions(coder, clause)
    lacking = _lacks(coder, clause)
    if not conditions and not lacking:
        return None
    first = conditions[0] if conditions else None
    voice = coder.reading.voice(clause.start, clause.end)
    told = voice.utterance is not None
    content = coder.acts.of(clause)
    harmful, helpful = coder.acts.harms(content) or coder.acts.foretells_harm(clause), coder.acts.helps(content)
    warned = _is_warned(coder, clause)
    if (clause.modal not in _WILL and clause.tense != "future" and not (warned and clause.modal in _POSSIBLE)) or clause.perfect:
        return None
    own = _speaks(coder, clause)
    if not told and not _is_reported(coder, clause) and not warned:
        return None
    speaker = voice.utterance.speaker if voice.utterance is not None else ()
    abstract = clause.subject is None or not (clause.subject.ids or clause.subject.owner)
    if harmful and (own or clause.passive or abstract):
        return announce(
            coder,
            clause,
            "threat",
            "condition.threat",
            0.68 if own else 0.45,
            content,
            actor=own or speaker,
            condition=first,
            event="THREATEN",
        )
    if not own and harmful and content.event in HARM and (voice.utterance is None or not voice.utterance.speaker) and clause.subject:
        # “Norland would expel the consul, an official said, if …”.
        acting = group_ids(clause.subjects)
        if acting:
            return announce(coder, clause, "threat", "condition.official", 0.45, content, actor=acting, condition=first, event="THREATEN")
    if first is not None and (warned or (own and _provoked(coder, first))) and (own or clause.passive or abstract):
        return announce(
            coder, clause, "threat", "condition.warned", 0.5, content, actor=own or speaker or warned, condition=first, event="THREATEN"
        )
    if own and _is_only(coder, clause, conditions):
        return announce(coder, clause, "demand", "condition.only", 0.5, content, actor=own, condition=first, event="REQUEST")
    if helpful and (own or abstract):
        return announce(coder, clause, "promise", "condition.promise", 0.6 if own else 0.45, content, actor=own or speaker, condition=first)
    if (own or abstract) and (any(condition.relation == "unless" for condition in conditions) or (lacking and denies(coder, clause))):
        return announce(
            coder,
            clause,
            "threat",
            "condition.unless",
            0.5 if own else 0.45,
            content,
            actor=own or speaker,
            condition=first,
            event="THREATEN",
        )
    if own and first is not None and not helpful and not clause.negated:
        return announce(coder, clause, "threat", "condition.own", 0.45, content, actor=own, condition=first, event="THREATEN")
    return None


def _is_warned(coder: Commitments, clause: Clause) -> tuple[str, ...]:
    """Who warns or hints, in the same sentence: “should he stay away, she hinted, the help might end”."""
    for other in coder.clauses_in(clause.sentence):
        if other.lemma in coder.words["warning"] and other.form != "nominal" and not other.passive and not other.negated:
            found = coder.actor_of(other)
            if found:
                return found
    return ()


def _provoked(coder: Commitments, condition: Clause) -> bool:
    """Whether a condition is harm done or something left undone: what is said to follow is meant as a threat."""
    return condition.negated or condition.relation == "unless" or coder.acts.harms(coder.acts.of(condition))


def _is_only(coder: Commitments, clause: Clause, conditions: Sequence[Clause]) -> bool:
    """“Will attend only if …”: what is offered on a condition is what is asked for."""
    tokens = coder.article.tokens
    return any("only" in {tokens[at].lower for at in range(max(0, condition.first - 2), condition.first + 1)} for condition in conditions)


def _lacks(coder: Commitments, clause: Clause) -> bool:
    """“Without a ceasefire there will be …”: a condition without a verb, in front of the clause."""
    if any(name == "without" for name, _ in clause.obliques):
        return True
    utterance = coder.reading.voice(clause.start, clause.end).utterance
    starts = (start for start, end in utterance.spoken if start <= clause.start < end) if utterance is not None else ()
    return any(coder.article.plain[start : start + 8].lower() == "without " for start in starts)


def _veiled(coder: Commitments, clause: Clause, places: Sequence[tuple[int, int]]) -> Announcement | None:
    """Words such as “this crosses a red line”: a threat that names no act."""
    verb = coder.article.tokens[clause.verb].start
    announces = clause.modal in _WILL | _POSSIBLE or clause.tense == "future"
    place = next(
        ((start, end) for start, end in places if (clause.start <= start and end <= clause.end) or (announces and start <= verb < end)),
        None,
    )
    if place is None:
        return None
    utterance = coder.reading.voice(clause.start, clause.end).utterance
    speaker = utterance.speaker if utterance is not None else _is_warned(coder, clause)
    if not speaker:
        return None
    made = announce(coder, clause, "threat", "veiled.words", 0.5, None, actor=_speaks(coder, clause) or speaker, event="THREATEN")
    made.start, made.end = min(made.start, place[0]), max(made.end, place[1])
    return made


def _is_reported(coder: Commitments, clause: Clause) -> bool:
    """Whether a clause is the complement of a verb of saying, though no statement was made of it."""
    parent = coder.clauses[clause.parent] if clause.parent is not None else None
    return parent is not None and clause.index in parent.complements and parent.lemma in coder.words["saying"]


def _own_words(coder: Commitments, clause: Clause) -> Announcement | None:
    """“We shall shut the pass”, “he was prepared to sign”, “she might leave the mission”: the speaker says what he himself will do."""
    ready = _ready(coder, clause)
    if (clause.modal not in _WILL | _POSSIBLE and clause.tense != "future" and ready is None) or (clause.modal and clause.perfect):
        return None
    own = _speaks(coder, clause)
    if not own:
        return _loss(coder, clause) or _restored(coder, clause)
    content = coder.acts.of(ready or clause)
    once = next((below for below in coder.below.get(clause.index, ()) if _is_once(coder, below)), None)
    possible = clause.modal in _POSSIBLE
    if clause.negated and helps_if_done(content):
        return announce(coder, clause, "threat", "own.withhold", 0.45, content, actor=own, event="REJECT")
    if clause.negated:
        return None
    if coder.acts.harms(content) or coder.acts.foretells_harm(clause):
        return announce(coder, clause, "threat", "own.threat", 0.5 if possible else 0.6, content, actor=own, event="THREATEN")
    if coder.acts.helps(content) and not possible:
        named = 0.5 if content.event else 0.4
        return announce(
            coder,
            clause,
            "promise",
            "own.promise",
            named + 0.1 * (once is not None),
            content,
            actor=own,
            condition=once,
        )
    if clause.lemma in coder.words["decide"]:
        return announce(coder, clause, "deadline", "own.decide", 0.6, content, actor=own, event="THREATEN", needs_due=True)
    if once is not None and not possible and not clause.passive:
        return announce(coder, clause, "promise", "own.once", 0.45, content, actor=own, condition=once)
    return None


def _is_once(coder: Commitments, clause: Clause) -> bool:
    """Whether a clause is what has to come first: once, as soon as, when."""
    if clause.relation not in _ONCE or clause.first == 0:
        return False
    tokens = coder.article.tokens
    return bool({tokens[at].lower for at in range(max(0, clause.first - 1), clause.first + 1)} & _ONCE_WORDS)


def helps_if_done(content: Content) -> bool:
    """Whether an act, were it not denied, would help."""
    return content.event in ("AID", "COOPERATE")


def _ready(coder: Commitments, clause: Clause) -> Clause | None:
    """The act of “be ready to …”, “be going to …”."""
    if clause.lemma != "be" and clause.lemma != "go":
        return None
    tokens = coder.article.tokens
    if not any(tokens[at].lower in coder.words["ready"] for at in range(clause.verb_first, min(len(tokens), clause.verb_last + 3))):
        return None
    return next((below for below in coder.matcher.complements(clause) if below.form == "infinitive"), None)


def _loss(coder: Commitments, clause: Clause) -> Announcement | None:
    """“They will suffer for it”, “they will pay a price”: harm foretold to others in the speaker's own words."""
    voice = coder.reading.voice(clause.start, clause.end)
    if not voice.quoted or voice.utterance is None or clause.modal != "will" or clause.negated:
        return None
    subject = clause.subject
    if subject is None or coder.is_first(subject):
        return None
    if clause.lemma in coder.words["losing"] or coder.acts.foretells_harm(clause):
        target = group_ids(clause.subjects)
        return announce(coder, clause, "threat", "veiled.loss", 0.5, None, actor=voice.utterance.speaker, target=target, event="THREATEN")
    return None


def _restored(coder: Commitments, clause: Clause) -> Announcement | None:
    """“The help would resume once they showed flexibility”: what will come, in the words of one who can bring it, on a condition."""
    voice = coder.reading.voice(clause.start, clause.end)
    subject = clause.subject
    if voice.utterance is None or subject is None or subject.ids or clause.negated or clause.modal not in _WILL:
        return None
    once = next((below for below in coder.below.get(clause.index, ()) if _is_once(coder, below)), None)
    content = coder.acts.of(clause)
    if once is None or not coder.acts.helps(content):
        return None
    return announce(coder, clause, "promise", "condition.once", 0.5, content, actor=voice.utterance.speaker, condition=once)


def _shall(coder: Commitments, clause: Clause) -> Announcement | None:
    """“The parties shall exchange lists”: what a treaty or resolution lays down for those whom it names."""
    tokens = coder.article.tokens
    if clause.negated or not any(tokens[at].lower == "shall" for at in range(clause.verb_first, clause.verb + 1)):
        return None
    content = coder.acts.of(clause)
    official = coder.article.kind == "official"
    if not official and not content.event:
        return None
    return announce(coder, clause, "promise", "official.shall", 0.55 if official else 0.42, content)


def _agreed(coder: Commitments, clause: Clause) -> Announcement | None:
    """“Under the deal, Norland will pull back its guns”: what an agreement lays on those who made it."""
    if clause.modal not in _WILL or clause.negated or not clause.subject or not clause.subject.ids:
        return None
    tokens, sentence = coder.article.tokens, coder.article.sentences[clause.sentence]
    if tokens[sentence.first].lower != "under" or not any(
        tokens[at].lower in coder.words["agreement"] for at in range(sentence.first, min(sentence.last, sentence.first + 8))
    ):
        return None
    content = coder.acts.of(clause)
    return announce(coder, clause, "promise", "official.under", 0.55 if content.event else 0.42, content)


def _bill(coder: Commitments, clause: Clause) -> Announcement | None:
    """“A bill that would impose …”: what a draft law announces, by those who brought it."""
    if clause.modal != "would" or clause.subject is None or clause.negated:
        return None
    if coder.matcher.lemma(clause.subject.head) not in coder.words["bill"] and not (
        clause.relation == "relative" and _after_bill(coder, clause)
    ):
        return None
    content = coder.acts.of(clause)
    if not coder.acts.harms(content):
        return None
    parent = coder.clauses[clause.parent] if clause.parent is not None else None
    brought = [
        group
        for other in coder.clauses_in(clause.sentence)
        for name, group in other.obliques
        if name == "by" and other.index < clause.index
    ]
    actor = group_ids(brought) or (group_ids(parent.subjects) if parent is not None else ())
    return announce(coder, clause, "threat", "bill.would", 0.55, content, actor=actor or clause.subject.owner, event="THREATEN")


def _after_bill(coder: Commitments, clause: Clause) -> bool:
    tokens = coder.article.tokens
    sentence = coder.article.sentences[clause.sentence]
    return any(tokens[at].lower in coder.words["bill"] for at in range(max(sentence.first, clause.first - 14), clause.first))


def _planned(coder: Commitments, clause: Clause) -> Announcement | None:
    """“The Council will send observers by 1 May”: in the report's own words, what somebody known does on a day to come."""
    if (clause.modal != "will" and clause.tense != "future") or clause.negated or clause.relation in ("relative", "if", "because"):
        return None
    official = coder.article.kind == "official"
    actor = coder.actor_of(clause)
    if not actor or (coder.reading.voice(clause.start, clause.end).utterance is not None and not official):
        return None
    content = coder.acts.of(clause)
    kind = "threat" if coder.acts.harms(content) else "promise"
    if not content.event and not official:
        return None
    return announce(coder, clause, kind, "planned.will", 0.45, content, actor=actor, needs_due=True)
