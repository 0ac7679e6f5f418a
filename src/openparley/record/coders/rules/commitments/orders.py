"""What somebody's own words ask of others: “Norland must leave”, “stop the shelling”, “nobody goes back until the guns are gone”."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openparley.record.coders.rules.commitments.announcement import Announcement, announce
from openparley.record.coders.rules.commitments.contents import group_ids

if TYPE_CHECKING:
    from openparley.record.coders.rules.commitments.commitments import Commitments
    from openparley.record.coders.rules.grammar.grammar import Clause

__all__ = ["denies", "ought", "told_to", "until"]

_WILL = frozenset(("will", "would"))
_OUGHT = frozenset(("should", "must"))
_NEEDS = frozenset(("need", "have", "ought"))


def until(coder: Commitments, clause: Clause) -> Announcement | None:
    """“Nobody goes back until the guns are gone”, “first the guns go quiet, then we talk”: in somebody's words, a demand."""
    voice = coder.reading.voice(clause.start, clause.end)
    utterance = voice.utterance
    if utterance is None or not utterance.speaker or clause.tense == "past" or clause.relation in ("relative", "if", "because"):
        return None
    later = any(below.relation == "until" for below in coder.below.get(clause.index, ())) and (denies(coder, clause) or clause.negated)
    tokens = coder.article.tokens
    sentence = coder.article.sentences[clause.sentence]
    opens = next((at for at in range(sentence.first, sentence.last) if tokens[at].text.isalpha()), sentence.first)
    words = {tokens[at].lower for at in range(clause.verb, sentence.last)}
    first = voice.quoted and tokens[opens].lower == "first" and clause.verb <= opens + 6 and "then" in words
    if not (later or first):
        return None
    return announce(coder, clause, "demand", "until.told", 0.5, coder.acts.of(clause), actor=utterance.speaker, event="REQUEST")


def told_to(coder: Commitments, clause: Clause) -> Announcement | None:
    """“Withdraw first”, “stop the shelling”: an order in somebody's words."""
    if clause.form not in ("finite", "infinitive") or clause.subject is not None or clause.modal or clause.tense == "past":
        return None
    voice = coder.reading.voice(clause.start, clause.end)
    if not voice.quoted or voice.utterance is None or not voice.utterance.speaker:
        return None
    first = clause.verb_first
    word = coder.article.tokens[clause.verb].lower
    opens = any(not coder.article.plain[start : coder.article.tokens[first].start].strip(' "') for start, _ in voice.utterance.spoken)
    opens = opens or first == coder.article.sentences[clause.sentence].first
    content = coder.acts.of(clause)
    if not opens or word != clause.lemma or not content.event:
        return None
    return announce(coder, clause, "demand", "order.told", 0.45, content, actor=voice.utterance.speaker, event="REQUEST")


def ought(coder: Commitments, clause: Clause) -> Announcement | None:
    """“Norland must withdraw”, “they need to answer”: in somebody's mouth, about one who is party to the matter."""
    needs = clause.lemma in _NEEDS and any(below.form == "infinitive" for below in coder.matcher.complements(clause))
    if clause.modal not in _OUGHT and not needs:
        return None
    if clause.negated or clause.relation in ("if", "relative", "because") or (needs and clause.modal in _WILL):
        return None
    voice = coder.reading.voice(clause.start, clause.end)
    if voice.utterance is None or clause.subject is None:
        return None
    target = group_ids(clause.subjects)
    told = voice.quoted and coder.article.tokens[clause.subject.head].lower == "you"
    if told:
        target = tuple(voice.utterance.draft.fields.get("addressee") or ())
    if clause.passive:
        # “The prisoners must be freed”: of nobody in particular.
        freed = coder.acts.of(clause)
        if not freed.event or clause.modal != "must" or not voice.utterance.speaker:
            return None
        return announce(coder, clause, "demand", "ought.done", 0.45, freed, actor=voice.utterance.speaker, event="REQUEST")
    if not (target or told) or set(target) & set(voice.utterance.speaker):
        return None
    below = next((one for one in coder.matcher.complements(clause) if one.form == "infinitive"), clause) if needs else clause
    content = coder.acts.of(below)
    if not content.event and not voice.quoted and not needs:
        return None
    confidence = 0.55 if content.event else 0.42
    return announce(
        coder, clause, "demand", "ought.told", confidence, content, actor=voice.utterance.speaker, target=target, event="REQUEST"
    )


def denies(coder: Commitments, clause: Clause) -> bool:
    """“There will be no aid”, “nothing will move”."""
    tokens = coder.article.tokens
    return clause.negated or any(tokens[group.first].lower in ("no", "nothing", "nobody") for group in (*clause.subjects, *clause.objects))
