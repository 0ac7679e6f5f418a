"""Whose words a quotation is: ordered rules, each with a name, over the words behind, ahead of and before the marks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from openparley.record.coders.rules.actors.world import words
from openparley.record.coders.rules.speech.quotations import Quotation
from openparley.record.coders.rules.speech.speakers import Source, heads, mentions_between, source_of, source_of_groups
from openparley.record.coders.rules.speech.speechwords import SpeechVerb, speech_words

if TYPE_CHECKING:
    from openparley.record.coders.rules.grammar.grammar import Clause
    from openparley.record.coders.rules.reading import Reading

__all__ = ["Attribution", "Attributor", "Cue"]

_BE = frozenset(["is", "are", "was", "were", "be", "been", "being", "am", "'s", "'re"])
_HAVE = frozenset(["has", "have", "had", "having", "'ve"])
_ADVERBS = words("also then later again once further even only always never just already earlier still now reportedly repeatedly")
_NOUN_BEFORE = words("the a an this that these those his her its their our my 's of no any such to")
_HEARSAY = frozenset(("report", "say", "quote", "cite", "allege", "rumour", "rumor", "understand", "think", "believe"))
_CUT = frozenset(["as", "before", "after", "while", "when", "though", "although", "whereas", "because", "but", "since"])
_DETERMINERS = words("the a an one two three four five several some many another his her its their this that both")
_NO_SUBJECT = words(
    "and but or nor yet so who which whose that whom while although though because if when of in to for with on at by from as about"
)
_STOPS = frozenset(".!?;")
_TELL = frozenset(("told", "tells", "tell", "telling", "asked", "asking", "assured", "reminded", "warned"))
_PERSON = frozenset(("person", "office", "pronoun", "anonymous", "group", "institution", "unknown"))
# An attribution is not looked for further away from the marks, in tokens.
_REACH = 34


class Cue(NamedTuple):
    """A verb of speech in the text: token, the verb, and whether somebody else is said to have heard it."""

    token: int
    verb: SpeechVerb
    hearsay: bool


class Attribution(NamedTuple):
    """The words that say whose a quotation is."""

    rule: str
    start: int
    end: int
    source: Source
    cue: Cue | None


class Attributor:
    """The rules over one reading."""

    def __init__(self, reading: Reading, quotations: Sequence[Quotation]) -> None:
        self.reading = reading
        self.article = reading.article
        self.words = speech_words(reading.lexicon)
        self.quotations = quotations
        self.quoted = sorted((q.start, q.end) for q in quotations)

    @cached_property
    def clause_at(self) -> dict[int, Clause]:
        """Clauses by the token of their verb."""
        return {clause.verb: clause for clause in self.reading.clauses}

    def from_token(self, offset: int) -> int:
        """Index of the first token that starts at or behind an offset."""
        return self.article.token_at(offset - 1) + 1

    def _sentence(self, token: int) -> tuple[int, int]:
        sentence = self.article.sentences[self.article.sentence_at(self.article.tokens[token].start)]
        return sentence.first, sentence.last

    def _same_paragraph(self, left: int, right: int) -> bool:
        sentences, at = self.article.sentences, self.article.sentence_at
        return sentences[at(left)].paragraph == sentences[at(right)].paragraph

    # -- cues

    def cues(self, first: int, last: int, *, labels: bool = False) -> list[Cue]:
        """Verbs of speech with somebody as their subject in a range of tokens; quoted words are passed over."""
        found: list[Cue] = []
        tokens = self.article.tokens
        hearsay = False
        for index in range(first, last):
            verbs = self.words.by_form.get(tokens[index].lower)
            if verbs is None or self.is_quoted(tokens[index].start):
                continue
            verb = self._verb(verbs, index, labels)
            if verb is None or self._is_noun(index, hearsay):
                continue
            if self._is_passive(index, tokens[index].lower) or (verb.quotes == "label" and self._is_participle(index)):
                hearsay = hearsay or verb.lemma in _HEARSAY
                continue
            found.append(Cue(index, verb, hearsay))
            hearsay = False
        return found

    def _verb(self, verbs: Sequence[SpeechVerb], index: int, labels: bool) -> SpeechVerb | None:
        tokens = self.article.tokens
        for verb in verbs:
            if verb.particle and not (index + 1 < len(tokens) and tokens[index + 1].lower == verb.particle.split()[0]):
                continue
            if verb.quotes == "yes" or (labels and verb.quotes == "label"):
                return verb
        return None

    def is_quoted(self, offset: int) -> bool:
        """Whether an offset stands between quotation marks."""
        index = bisect_left(self.quoted, (offset + 1, 0)) - 1
        return index >= 0 and self.quoted[index][1] > offset

    def _is_noun(self, index: int, hearsay: bool) -> bool:
        """A determiner, preposition or “to” before the form: no verb with a subject of its own, unless “is said to have …”."""
        before = self.article.tokens[index - 1].lower if index else ""
        if before == "to":
            return not hearsay
        if before == "as":
            return not (hearsay and self.article.tokens[index].lower.endswith("ing"))
        clause = self.clause_at.get(index)
        if clause is not None and clause.form != "nominal":
            return False
        return before in _NOUN_BEFORE and not (
            before in ("this", "that", "'s") and self.article.tokens[index].lower.endswith(("ed", "id", "ld"))
        )

    def _is_passive(self, index: int, form: str) -> bool:
        clause = self.clause_at.get(index)
        if clause is not None and clause.form == "finite":
            return clause.passive
        at = index - 1
        while at >= 0 and (self.article.tokens[at].lower in _ADVERBS or self.article.tokens[at].lower.endswith("ly")):
            at -= 1
        return at >= 0 and self.article.tokens[at].lower in _BE and not form.endswith("ing")

    def _is_participle(self, index: int) -> bool:
        clause = self.clause_at.get(index)
        return clause is not None and clause.form == "participle" and clause.passive

    # -- rules

    def after(self, part: Quotation, before: int) -> Attribution | None:
        """Behind the marks: “…,” NP said, and “…,” said NP; nothing at or behind the offset ``before`` counts."""
        tokens = self.article.tokens
        first = self.from_token(part.end)
        if first >= len(tokens) or tokens[first].start >= before or not self._same_paragraph(part.start, tokens[first].start):
            return None
        begin, stop = self._sentence(first)
        stop = min(stop, self.from_token(before), first + _REACH)
        apart = begin == first
        last_mark = self.article.plain[part.inner_end - 1]
        divided = last_mark in ",?!…—-." or self.article.plain[part.end : part.end + 1] in (",", "—", "-")
        if apart and last_mark not in "?!…,-—":
            return None
        while first < stop and tokens[first].text in ",—-":
            first += 1
        return self._verb_first(first, stop) or self._name_first(first, stop, apart, divided)

    def _verb_first(self, first: int, stop: int) -> Attribution | None:
        tokens = self.article.tokens
        cues = self.cues(first, min(first + 3, stop))
        if not cues or cues[0].token > first + 1 or (cues[0].token == first + 1 and tokens[first].lower not in _ADVERBS):
            return None
        at = cues[0].token + 1
        if at >= stop or tokens[at].lower.endswith("self") or tokens[at].text in ".,:;":
            return None
        end = self._end(at, stop, cut_from=at + 1)
        source = source_of(self.reading, heads(self.reading, at, end))
        if source is None:
            if not self._may_be_name(at):
                return None
            source = Source((), "anonymous", tokens[at].start, tokens[min(at + 1, end - 1)].end, False)
        return Attribution("after.said_np", tokens[first].start, tokens[end - 1].end, source, cues[0])

    def _name_first(self, first: int, stop: int, apart: bool, divided: bool) -> Attribution | None:
        tokens = self.article.tokens
        if first < stop and tokens[first].lower == "as":
            found = self._name_first(first + 1, stop, apart, divided)
            return found and found._replace(start=tokens[first].start, rule="after.as_np_said")
        if first < stop and tokens[first].lower in _NO_SUBJECT:
            return None
        for cue in self.cues(first, stop):
            if cue.token == first or self._in_relative(first, cue.token):
                continue
            if tokens[cue.token].lower.endswith("ing") and tokens[cue.token - 1].lower not in (*_BE, "as"):
                continue
            if apart and not self._closes(cue.token + 1, stop):
                return None
            subject = source_of(self.reading, heads(self.reading, first, cue.token))
            if subject is None:
                if not self._may_be_name(first) or cue.token - first > (14 if tokens[first].text[0].isupper() else 8):
                    continue
                subject = Source((), "anonymous", tokens[first].start, tokens[cue.token - 1].end, False)
            elif not divided and cue.token > first + 6:
                return None
            rule = "after.pronoun_said" if subject.pronoun else "after.np_said" if subject.ids else "after.somebody_said"
            end = self._end(cue.token, stop, cut_from=cue.token + 1)
            return Attribution(rule, tokens[first].start, tokens[end - 1].end, subject, cue)
        return None

    def _may_be_name(self, index: int) -> bool:
        word = self.article.tokens[index]
        return word.lower in _DETERMINERS or word.text[:1].isupper() or (word.lower.endswith("s") and word.text.isalpha())

    def _in_relative(self, first: int, index: int) -> bool:
        """Whether a relative pronoun stands between the last comma and a verb."""
        for at in range(index - 1, first - 1, -1):
            word = self.article.tokens[at].lower
            if word in ",—":
                return False
            if word in ("who", "which", "whose", "that") and at > first:
                return True
        return False

    def _closes(self, index: int, stop: int) -> bool:
        """Whether a sentence of its own behind the marks does no more than say who spoke."""
        if index >= stop:
            return True
        word = self.article.tokens[index].lower
        return word in {
            ".",
            ",",
            "on",
            "in",
            "at",
            "during",
            "when",
            "as",
            "to",
            "after",
            "before",
            "reporters",
            "us",
            "me",
            "late",
            "early",
        }

    def _end(self, index: int, stop: int, *, cut_from: int) -> int:
        """Token behind the attribution: a stop, a clause that tells something else, or the words of somebody."""
        tokens = self.article.tokens
        for at in range(index, stop):
            word = tokens[at].lower
            if (
                word in _STOPS
                or word == ":"
                or (
                    at > cut_from
                    and (word in _CUT or (word in ("who", "which") and tokens[at - 1].text == ","))
                    and not tokens[at].text[0].isupper()
                )
            ):
                return at - (tokens[at - 1].text == ",") if at > index else at + 1
        end = stop
        while end > index + 1 and not tokens[end - 1].text[-1].isalnum():
            end -= 1
        return end

    def before(self, part: Quotation, *, colon_only: bool = False) -> Attribution | None:
        """Ahead of the marks: NP said: “…”, NP said, “…”, writing on X, “…”, and a colon without a verb."""
        tokens = self.article.tokens
        last = self.from_token(part.start)
        if last == 0:
            return None
        first, mark, apart = self._lead_in(part, last)
        if mark not in ((":",) if colon_only else (":", ",")):
            return None
        stop = last - 1
        while stop > first and tokens[stop - 1].text in "\"'":
            stop -= 1
        for cue in reversed(self.cues(max(first, stop - _REACH), stop, labels=mark == ":")):
            if mark == "," and not self._ends_in_cue(cue, stop):
                continue
            found = self._subject(first, cue)
            if found is None:
                continue
            rule, source, start = found
            if apart:
                rule += ".paragraph"
            return Attribution(f"before.{rule}{'.colon' if mark == ':' else '.comma'}", start, tokens[stop - 1].end, source, cue)
        return self._bare_colon(first, stop) if mark == ":" else None

    def _lead_in(self, part: Quotation, last: int) -> tuple[int, str, bool]:
        """First token of the sentence ahead of the marks, the mark that it ends with, and whether a paragraph ends between."""
        tokens = self.article.tokens
        first, _ = self._sentence(last - 1)
        at = last - 1
        while at > first and tokens[at].text in "\"'(":
            at -= 1
        apart = not self._same_paragraph(tokens[last - 1].start, part.start)
        mark = tokens[at].text
        return first, mark if mark == ":" or not apart else "", apart

    def _ends_in_cue(self, cue: Cue, stop: int) -> bool:
        """Before a comma a verb counts if only its listener, place or time stands behind it."""
        between = self.article.tokens[cue.token + 1 : stop]
        return len(between) <= 12 and not any(word.lower in ("that", "whether", "if") for word in between)

    def _subject(self, first: int, cue: Cue) -> tuple[str, Source, int] | None:
        """Name of the rule, the speaker and the offset at which the attribution begins."""
        tokens = self.article.tokens
        clause = self.clause_at.get(cue.token)
        if tokens[cue.token].lower.endswith("ing") and tokens[cue.token - 1].lower not in _BE:
            subject = clause.subject if clause is not None else None
            source = source_of_groups(self.reading, (subject,)) if subject is not None and subject.ids else None
            source = source or source_of(self.reading, heads(self.reading, first, cue.token)[:1])
            return ("participle", source, source.start if source.start >= tokens[first].start else tokens[first].start) if source else None
        source = None
        if clause is not None and clause.subjects and not clause.subject_inherited:
            source = source_of_groups(self.reading, clause.subjects)
        if source is None or not source.ids:
            source = self._nearest(first, cue.token) or source
        if source is None and clause is not None and clause.subject is not None:
            source = source_of_groups(self.reading, (clause.subject,))
        if source is None:
            return None
        start = source.start if tokens[first].start <= source.start < tokens[cue.token].start else tokens[first].start
        return "pronoun" if source.pronoun else "np" if source.ids else "somebody", source, start

    def _nearest(self, first: int, verb: int) -> Source | None:
        """The name right before a verb; over an apposition or relative clause between commas when one ends there."""
        tokens = self.article.tokens
        left = verb
        while left > first and tokens[left - 1].text not in ",—();:" and tokens[left - 1].lower not in _CUT:
            left -= 1
        found = source_of(self.reading, heads(self.reading, left, verb)) if left < verb else None
        return found or source_of(self.reading, heads(self.reading, first, verb))

    def _bare_colon(self, first: int, stop: int) -> Attribution | None:
        source = source_of(
            self.reading, [mention for mention in heads(self.reading, first, stop) if mention.kind in _PERSON or mention.ids]
        )
        if source is None:
            return None
        return Attribution(
            "before.colon" if source.ids else "before.colon.somebody",
            max(source.start, self.article.tokens[first].start),
            self.article.tokens[stop - 1].end,
            source,
            None,
        )

    def nearby(self, part: Quotation, reach: int) -> Attribution | None:
        """The last verb of speech or naming ahead of a few quoted words in their sentence: he called it “…”, what she said were “…”."""
        tokens = self.article.tokens
        last = self.from_token(part.start)
        if last == 0 or not self._same_paragraph(tokens[last - 1].start, part.start):
            return None
        first, _ = self._sentence(min(last, len(tokens) - 1))
        first = min(first, last)
        for cue in reversed(self.cues(max(first, last - reach), last, labels=True)):
            if cue.token + 2 < last and tokens[cue.token + 1].text in ",.":
                continue
            found = self._subject(first, cue)
            # A book called “…” has no speaker; what the minister called “…” has.
            names = cue.verb.quotes == "label" and cue.token + 1 >= last - 1
            if found is not None and not (names and not found[1].ids):
                return Attribution(f"near.{found[0]}", found[2], part.end, found[1], cue)
        return None

    def sentence_subject(self, part: Quotation) -> Attribution | None:
        """The subject of the sentence before a quotation that stands alone in the same paragraph or the one before."""
        tokens = self.article.tokens
        last = self.from_token(part.start)
        if last == 0:
            return None
        first, stop = self._sentence(last - 1)
        for clause in self.reading.clauses:
            if first <= clause.verb < stop and clause.relation == "root" and clause.subject is not None:
                source = source_of_groups(self.reading, clause.subjects or (clause.subject,))
                if source is not None and source.ids:
                    return Attribution("alone.sentence_before", part.start, part.end, source, None)
        found = [mention for mention in mentions_between(self.reading, first, stop) if not mention.attributive and not mention.possessive]
        source = source_of(self.reading, [mention for mention in found if mention.kind in ("person", "pronoun", "office")][:1])
        return Attribution("alone.sentence_before", part.start, part.end, source, None) if source and source.ids and tokens else None
