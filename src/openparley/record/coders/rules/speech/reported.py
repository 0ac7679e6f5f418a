"""Reported speech by verbs: clauses whose verb is one of speech, with what they report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from openparley.record.coders.rules.actors.world import words
from openparley.record.coders.rules.article import Sentence
from openparley.record.coders.rules.speech.attribution import Attributor
from openparley.record.coders.rules.speech.speakers import Source, heads, source_of, source_of_groups
from openparley.record.coders.rules.speech.speechwords import SpeechVerb

if TYPE_CHECKING:
    from openparley.record.coders.rules.grammar.grammar import Clause
    from openparley.record.coders.rules.reading import Reading

__all__ = ["LEADING", "Extents", "Reported", "VerbReports"]

LEADING = frozenset(["and", "but", "yet", "so", "still", "however", "meanwhile", "although", "though", "while", "moreover", "instead"])
# Behind the last clause that hangs on a verb, reported words go on no further than to one of these.
_BREAKS = frozenset(
    [",", ";", ":", "—", "-", "(", ")", "and", "but", "or", "while", "although", "though", "as", "before", "after", "according"]
)
# Whether somebody said it is itself reported: "is said to have demanded".
_HEARD = frozenset(["report", "say", "believe", "understand", "think", "quote", "allege"])
# What is expressed in words; anger and joy may be without.
_EXPRESSED = words(
    "concern concerns regret regrets hope hopes readiness willingness support solidarity condolences confidence alarm outrage "
    "dismay disappointment satisfaction appreciation reservations doubt doubts gratitude thanks opposition interest commitment "
    "determination view views belief opinion sympathy indignation intention intent desire wish agreement disagreement scepticism "
    "skepticism optimism pessimism conviction expectation expectations surprise understanding preference fear fears worry worries "
    "objection objections remorse"
)
# Reported words are followed no further than so many tokens, so that a “sentence” without end takes no time without end.
_LONGEST = 300
_DATELINE = 10
_IF_WORDS = frozenset(["ask", "wonder", "question", "inquire", "enquire", "know", "doubt"])


class Reported(NamedTuple):
    """A reported statement: its span, the stretches that are the speaker's, the rule, the speaker, the verb and what it is read from."""

    start: int
    end: int
    spoken: tuple[tuple[int, int], ...]
    rule: str
    source: Source
    kind: str
    verb: SpeechVerb | None
    cue: int
    hearsay: bool


class Extents:
    """Where reported words begin and end, in one reading."""

    def __init__(self, reading: Reading, attributor: Attributor) -> None:
        self.reading, self.article, self.attributor = reading, reading.article, attributor
        self.tokens = reading.article.tokens
        self.children: dict[int, list[Clause]] = {}
        for clause in reading.clauses:
            if clause.parent is not None:
                self.children.setdefault(clause.parent, []).append(clause)
        self.by_index = {clause.index: clause for clause in reading.clauses}

    def sentence_of(self, token: int) -> Sentence:
        """The sentence of a token."""
        return self.article.sentences[self.article.sentence_at(self.tokens[token].start)]

    def sentence_end(self, token: int) -> int:
        """Token behind the last word of a sentence."""
        sentence = self.sentence_of(token)
        last = sentence.last
        while last > sentence.first and not self.tokens[last - 1].text[-1].isalnum():
            last -= 1
        return last

    def skip_leading(self, first: int, stop: int) -> int:
        """Token behind a dateline and conjunctions."""
        left = first
        if self.tokens[first].text.isupper() and len(self.tokens[first].text) > 2:
            dash = next((at for at in range(first, min(first + _DATELINE, stop)) if self.tokens[at].text in "-—"), None)
            left = dash + 1 if dash is not None else first
        while left < stop - 1 and (self.tokens[left].lower in LEADING or not self.tokens[left].text[0].isalnum()):
            left += 1
        return left

    def content_end(self, clause: Clause, at_least: int) -> int:
        """Where reported words end: with the last clause that hangs on the verb, or with the sentence."""
        end = max([at_least, *(below.end for below in self.below(clause.index))])
        limit = min(self.sentence_end(clause.verb), clause.verb_last + _LONGEST)
        index = self.article.token_at(end - 1) + 1
        while index < limit and self.tokens[index].lower not in _BREAKS:
            end = self.tokens[index].end
            index += 1
        source = next((at for at in range(clause.verb_last + 1, min(index, limit)) if self.tokens[at].lower == "according"), None)
        if source is None or source + 1 >= limit or self.tokens[source + 1].lower != "to":
            return end
        return self.tokens[source - 1 - (self.tokens[source - 1].text in ",—-")].end

    def below(self, index: int) -> Iterator[Clause]:
        """Clauses that hang on a clause, directly or not, but for those that only stand beside it."""
        pending = [(index, 0)]
        while pending:
            at, depth = pending.pop()
            for clause in self.children.get(at, ()):
                if (depth or clause.relation != "coordinate") and depth < 8:
                    yield clause
                    pending.append((clause.index, depth + 1))

    def body(self, before: int) -> Source:
        """The council or conference whose resolution it is: the last institution named ahead of the first operative paragraph."""
        named = [
            mention
            for mention in self.reading.mentions
            if mention.first < before and mention.kind in ("institution", "group", "state") and not mention.attributive
        ]
        own = [mention for mention in named if mention.kind == "institution"]
        return source_of(self.reading, (own or named)[-1:]) or Source((), "institution", 0, 0, False)


class VerbReports(Extents):
    """Clauses whose verb is one of speech."""

    def by_verbs(self) -> Iterator[Reported]:
        """Clauses whose verb is one of speech."""
        words = self.attributor.words
        for clause in self.reading.clauses:
            known = words.by_lemma.get(clause.lemma, ())
            denied = clause.negated and clause.lemma != "deny" and any(verb.kind == "say" for verb in known)
            if clause.form == "nominal" or denied:
                continue
            for verb in known:
                if verb.particle and not self._has_particle(clause, verb.particle):
                    continue
                found = self._by_verb(clause, verb)
                if found is not None:
                    yield found
                break

    def _has_particle(self, clause: Clause, particle: str) -> bool:
        if clause.particle == particle:
            return True
        after = [token.lower for token in self.tokens[clause.verb + 1 : clause.verb + 4]]
        return after[:1] == [particle] or (after[1:2] == [particle] and after[0].endswith("ly")) or after[1:2] == [particle] == ["on"]

    def _by_verb(self, clause: Clause, verb: SpeechVerb) -> Reported | None:
        if (
            clause.relation in ("if", "unless")
            or self._asks_for_anonymity(clause)
            or clause.modal in ("would", "could", "should", "may", "might", "must")
        ):
            return None
        speaker = self._speaker(clause)
        if speaker is None:
            return None
        source, start, hearsay = speaker
        if self.tokens[clause.verb_first].lower == "shall" or self.tokens[clause.verb - 1].lower == "shall":
            return None
        inner = self._content(clause, verb)
        if inner is not None:
            frame, left, right = inner
            if verb.kind == "mind" and (frame not in ("that", "noun") or clause.relation == "relative"):
                return None
            frame += ".relative" if clause.relation == "relative" else ""
            end = right if right > self.tokens[clause.verb].start else clause.end
            return Reported(min(start, clause.start), end, ((left, right),), frame, source, verb.kind, verb, clause.verb, hearsay)
        if ((verb.kind == "mind" and clause.form == "finite") or (verb.quotes == "yes" and verb.kind == "say")) and not clause.negated:
            return self._around(clause, verb, source, start, hearsay)
        return None

    def _asks_for_anonymity(self, clause: Clause) -> bool:
        words = {token.lower for token in self.tokens[clause.verb + 1 : clause.verb + 9]}
        return clause.lemma in ("ask", "request", "speak", "insist", "want") and bool(
            words & {"named", "identified", "anonymity", "anonymous", "quoted", "surname"}
        )

    def _speaker(self, clause: Clause) -> tuple[Source, int, bool] | None:
        """Who speaks, where the statement begins, and whether that he spoke is itself reported."""
        groups = clause.subjects or ((clause.subject,) if clause.subject else ())
        hearsay = False
        if clause.passive and clause.form == "participle" and self._is_active(clause):
            found = source_of(self.reading, heads(self.reading, self.sentence_of(clause.verb).first, clause.verb))
            return (found, found.start, False) if found is not None else None
        if clause.passive:
            groups = tuple(group for preposition, group in clause.obliques if preposition == "by")
            start = min([clause.start, *(group.start for group in clause.subjects)])
        else:
            inherited = clause.subject_inherited
            start = self.tokens[clause.verb_first].start if inherited else clause.start
            parent = self.by_index.get(clause.parent) if clause.parent is not None else None
            if clause.form == "infinitive":
                heard = parent is not None and parent.passive and parent.lemma in _HEARD
                if parent is None or not (heard or clause.relation == "purpose"):
                    return None
                hearsay, start = heard, parent.start
            if clause.form == "gerund" and parent is not None and parent.passive and parent.lemma in ("quote", "cite", "report"):
                hearsay, start = True, parent.start
        if groups and self.tokens[groups[0].first].lower in ("neither", "nobody", "none", "no"):
            return None
        source = source_of_groups(self.reading, groups)
        if (
            source is not None
            and not source.ids
            and groups
            and self.article.kind == "official"
            and self.tokens[groups[0].head].lower == "we"
        ):
            body = None if self.attributor.is_quoted(source.start) else self.body(groups[0].first)
            source = body._replace(start=source.start, end=source.end, pronoun=True) if body is not None else source
        return (source, start, hearsay) if source is not None else None

    def _is_active(self, clause: Clause) -> bool:
        """Whether what looks like “the man told …” is a verb of its own after all: somebody and a clause follow."""
        says = any(self.by_index[index].relation == "that" for index in clause.complements if index in self.by_index)
        return (
            says
            and bool(clause.objects)
            and self.tokens[clause.verb_first - 1].lower not in ("is", "are", "was", "were", "been", "be", "being")
        )

    def _content(self, clause: Clause, verb: SpeechVerb) -> tuple[str, int, int] | None:
        """Frame and stretch of what is said: a clause, or an object or preposition that the verb reports with."""
        complements = [self.by_index[index] for index in clause.complements if index in self.by_index]
        if "to" in verb.reports and verb.kind == "act":
            complements += [
                found for found in self.children.get(clause.index, ()) if found.form == "infinitive" and found.relation == "purpose"
            ]
        complements = [found for found in complements if found.start > self.tokens[clause.verb].start]
        best = min(complements, key=lambda found: found.start, default=None)
        if best is not None:
            frame = self._frame(best)
            if frame in verb.reports:
                left = self._content_start(clause, best)
                return frame, left, self.content_end(clause, best.end)
        if "wh" in verb.reports or "that" in verb.reports:
            limit = self.sentence_end(clause.verb)
            at = self._over_aside(clause.verb_last, limit)
            for index in range(at, min(at + 8, limit - 1)):
                word = self.tokens[index].lower
                asks = word in ("whether", "why", "how") or (word == "if" and verb.lemma in _IF_WORDS)
                if (
                    word == "that"
                    and "that" in verb.reports
                    and not self._is_determiner(clause, index)
                    and not self._is_relative(clause, index, verb)
                ) or (asks and "wh" in verb.reports):
                    inner = self.tokens[index + (word == "that")]
                    return ("that" if word == "that" else "wh"), inner.start, self.content_end(clause, inner.end)
                if word in ',:."' or word in ("and", "but", "or"):
                    break
            if verb.kind == "say" and self._goes_on(clause):
                return "that", self.tokens[clause.verb_last].start, self.content_end(clause, self.tokens[clause.verb_last].end)
        return self._about(clause, verb) or self._object(clause, verb)

    def _is_relative(self, clause: Clause, index: int, verb: SpeechVerb) -> bool:
        """Whether “that” belongs to the object before it: “proposed a truce that would begin today”."""
        return verb.kind == "act" and any(group.first <= index - 1 < group.last for group in clause.objects if group.mention is None)

    def _over_aside(self, at: int, limit: int) -> int:
        """Token behind words between two commas that follow a verb: “demanded, besides a share, that …”."""
        if at < limit and self.tokens[at].text == ",":
            close = next((index for index in range(at + 1, min(at + 14, limit)) if self.tokens[index].text == ","), None)
            return at if close is None else close + 1
        return at

    def _goes_on(self, clause: Clause) -> bool:
        """Whether a finite clause that the grammar has put elsewhere follows a verb without a mark between."""
        at = clause.verb_last
        reach = at + (12 if clause.lemma == "say" else 6)
        following = self.reading.clauses[clause.index + 1 : clause.index + 3]
        return any(
            found.form == "finite" and at < found.verb <= reach and found.sentence == clause.sentence and not self._parted(at, found.verb)
            for found in following
        )

    def _parted(self, first: int, last: int) -> bool:
        return any(
            token.text in ",.;:—()" or token.lower in ("and", "but", "or", "as", "after", "before", "when")
            for token in self.tokens[first:last]
        )

    def _is_determiner(self, clause: Clause, index: int) -> bool:
        """Whether no clause follows “that”: “repeated that threat”."""
        if index + 1 < len(self.tokens) and self.tokens[index + 1].text in ".,;":
            return True
        following = self.reading.clauses[clause.index + 1 : clause.index + 6]
        return not any(found.sentence == clause.sentence and found.verb > index and found.form != "nominal" for found in following)

    def _frame(self, complement: Clause) -> str:
        if complement.relation in ("that", "to", "ing", "wh"):
            return complement.relation
        if complement.relation == "purpose":
            return "to"
        if complement.relation == "if":
            return "wh"
        return "that" if complement.form == "finite" else "ing" if complement.form == "gerund" else "to"

    def _content_start(self, clause: Clause, complement: Clause) -> int:
        """The reported clause with its “whether”, without its “that”; of an infinitive, with the one who is to act."""
        if complement.form == "infinitive":
            between = [group for group in clause.objects if clause.verb < group.first]
            return min([complement.start, *(group.start for group in between)])
        index = self.article.token_at(complement.start)
        if complement.relation in ("wh", "if") and self.tokens[index - 1].lower in ("whether", "if", "how", "why", "what", "when", "where"):
            return self.tokens[index - 1].start
        return self.tokens[index + 1].start if self.tokens[index].lower == "that" and complement.relation == "that" else complement.start

    def _about(self, clause: Clause, verb: SpeechVerb) -> tuple[str, int, int] | None:
        """“about”, “of” and the like with a verb behind it: talked with somebody about leaving."""
        for index in range(clause.verb_last, min(clause.verb_last + 8, self.sentence_end(clause.verb) - 1)):
            word = self.tokens[index].lower
            if word in verb.reports and word in ("about", "of", "against", "on") and self.tokens[index + 1].lower.endswith("ing"):
                return "preposition", self.tokens[index + 1].start, self.content_end(clause, self.tokens[index + 1].end)
            if word in ",.;:":
                break
        return None

    def _object(self, clause: Clause, verb: SpeechVerb) -> tuple[str, int, int] | None:
        """An object or a preposition with which a verb alone reports: denied the charge, warned of war, blamed somebody for it."""
        for preposition, group in clause.obliques:
            if (
                preposition in verb.reports
                and group.start > self.tokens[clause.verb].start
                and (clause.objects or preposition not in ("for", "of", "with", "as") or verb.kind == "say")
            ):
                return (
                    "preposition",
                    min([group.start, *(found.start for found in clause.objects if found.start > self.tokens[clause.verb].start)]),
                    self.content_end(clause, group.end),
                )
        if verb.lemma == "express" and not any(self.tokens[group.head].lower in _EXPRESSED for group in clause.objects):
            return None
        if "noun" in verb.reports and verb.particle:
            for word, group in clause.obliques:
                if word == verb.particle:
                    return "noun", group.start, self.content_end(clause, group.end)
        if "noun" in verb.reports and not clause.passive:
            after = [group for group in clause.objects if group.start >= self.tokens[clause.verb].start]
            if after:
                return "noun", after[0].start, max(clause.end, after[-1].end)
        if "noun" in verb.reports and clause.passive and clause.subjects:
            return "noun", clause.subjects[0].start, clause.subjects[0].end
        return None

    def _around(self, clause: Clause, verb: SpeechVerb, source: Source, start: int, hearsay: bool) -> Reported | None:
        """The attribution behind or in the middle of what is reported: “…, NP said”, “…, NP said, …”."""
        sentence = self.sentence_of(clause.verb)
        subject_first = self.article.token_at(start)
        inverted = source.start > self.tokens[clause.verb].start
        begin = clause.verb_first if inverted else subject_first
        ahead = self.tokens[sentence.first : begin]
        if (
            "that" not in verb.reports
            or len(ahead) < 3 - (clause.verb_last < len(self.tokens) and self.tokens[clause.verb_last].text == ",")
            or ahead[-1].text not in (",", "—", "-")
            or any(self.attributor.is_quoted(token.start) for token in ahead[-2:-1])
        ):
            return None
        left = self.skip_leading(sentence.first, begin)
        spoken = [(self.tokens[left].start, self.tokens[begin - 2].end)]
        end = self._attribution_end(max(clause.verb_last, self.article.token_at(max(source.end, clause.end) - 1) + 1), sentence.last)
        if end is None:
            return None
        if (
            self.tokens[end - 1].text == ","
            and end < self.sentence_end(clause.verb)
            and self.tokens[end].lower not in (*LEADING, "who", "which", "whose")
        ):
            right = self.tokens[self.sentence_end(clause.verb) - 1].end
            spoken.append((self.tokens[end].start, right))
            return Reported(spoken[0][0], right, tuple(spoken), "between", source, verb.kind, verb, clause.verb, hearsay)
        end -= self.tokens[end - 1].text == ","
        return Reported(spoken[0][0], self.tokens[end - 1].end, tuple(spoken), "behind", source, verb.kind, verb, clause.verb, hearsay)

    def _attribution_end(self, at: int, stop: int) -> int | None:
        """Token behind an attribution, if only a listener, a place or a time follows the verb; up to and with the next comma."""
        index = at
        while index < stop:
            word = self.tokens[index].text
            if word == ",":
                return index + 1
            if word in ".;!?":
                return index
            if word == ":" or self.tokens[index].lower in ("that", "if"):
                return None
            index += 1
        return stop
