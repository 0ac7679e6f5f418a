"""Reported statements: somebody's words without marks, by verbs (``reported.py``), nouns, “according to”, the build of a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from openparley.record.coders.rules.actors.world import words
from openparley.record.coders.rules.lexicon import Lexicon
from openparley.record.coders.rules.speech.attribution import Attributor
from openparley.record.coders.rules.speech.reported import LEADING, Extents, Reported, VerbReports
from openparley.record.coders.rules.speech.speakers import Source, apposition, heads, mentions_between, source_of, source_of_groups
from openparley.record.coders.rules.speech.speechwords import SpeechVerb, forms_of

if TYPE_CHECKING:
    from openparley.record.coders.rules.reading import Reading

__all__ = ["Reported", "reported_statements"]

# What is said by holding it: "shared the view that", "issued a warning that".
_SHARED = frozenset(("view", "understanding", "consensus", "position", "hope", "belief", "conviction", "opinion"))
_HOLD = words("share reach express voice make issue give take hold reiterate state deliver send come")
_VIEWS = words(
    "words view opinion telling eyes assessment judgement judgment estimation estimate account reckoning version reading analysis"
)
# Adjectives that say a thing, and those that say it of institutions and of people who are asked for a view.
_SAYING = frozenset(["adamant", "insistent", "emphatic", "categorical", "explicit", "clear", "blunt", "firm", "dismissive"])
_FEELING = frozenset(
    [
        "concerned",
        "worried",
        "confident",
        "convinced",
        "hopeful",
        "optimistic",
        "pessimistic",
        "sceptical",
        "skeptical",
        "alarmed",
        "certain",
        "sure",
    ]
)
_BE = frozenset(["is", "are", "was", "were", "be", "been", "remains", "remained"])
# What stands behind a verb of an official text and not behind a noun in -s.
_BEHIND_VERB = words("that the its their his her all any a an both upon on to every")
_ACCORDING = ("according", "to")


def reported_statements(reading: Reading, attributor: Attributor) -> list[Reported]:
    """Everything that reads like reported speech, in order of place; whether it counts is for the caller to say."""
    others = _OtherReports(reading, attributor)
    found = [*VerbReports(reading, attributor).by_verbs(), *others.according_to(), *others.by_nouns()]
    found += [*others.to_somebody(), *others.operative(), *others.by_adjectives()]
    chained = list(others.in_chains(found))
    found = [_cut(item, chained) for item in found] + chained
    found += others.by_tokens(found)
    by_cue = {item.cue: item for item in found}
    return sorted(by_cue.values(), key=lambda item: (item.start, -item.end))


def _cut(item: Reported, chained: Sequence[Reported]) -> Reported:
    """A report without the words of a further verb that was taken for a part of it."""
    left, right = item.spoken[-1]
    at = min((other.start for other in chained if left < other.start < right), default=None)
    if at is None:
        return item
    return item._replace(end=min(item.end, at - 1), spoken=(*item.spoken[:-1], (left, at - 1)))


def _nouns(lexicon: Lexicon) -> frozenset[str]:
    found: set[str] = set()
    for row in lexicon.rows("speechnouns.csv", ("noun",)):
        found.update(form for form in forms_of(row.cells["noun"]) if not form.endswith(("ed", "ing")))
        found.add(row.cells["noun"])
    return frozenset(found)


class _OtherReports(Extents):
    """Reports that no verb of their own makes: by a phrase, by a noun, by the words at the end of a sentence, by paragraphs."""

    def according_to(self) -> Iterator[Reported]:
        """“According to NP”, “in the words of NP”, “in the view of NP” ahead of a sentence or behind it."""
        for index, token in enumerate(self.tokens[:-3]):
            if token.lower not in ("according", "in", "by"):
                continue
            length = self._names_source(index) or self._names_owner(index)
            if not length or self.attributor.is_quoted(self.tokens[index].start):
                continue
            sentence = self.sentence_of(index)
            end = self._end_of_name(index + length, sentence.last)
            owner = self.tokens[index].lower in ("in", "by") and length == 1
            named = list(mentions_between(self.reading, index + 1, end))[:1] if owner else heads(self.reading, index + length, end)
            source = source_of(self.reading, named)
            if (source is None or not source.ids) and not owner and end < sentence.last and self.tokens[end].text == ",":
                beside = apposition(self.reading, end)
                if beside is not None:
                    end, source = self._end_of_name(end + 1, sentence.last), source_of(self.reading, (beside,))
            if source is None:
                if end <= index + length:
                    continue
                source = Source((), "anonymous", self.tokens[index + length].start, self.tokens[end - 1].end, False)
            ahead = index - sentence.first
            if ahead >= 4:
                left = self._sentence_part(sentence.first, index)
                right = index - (self.tokens[index - 1].text in ",—-")
                spoken = (self.tokens[left].start, self.tokens[right - 1].end)
                yield Reported(
                    spoken[0], max(source.end, self.tokens[end - 1].end), (spoken,), "according_behind", source, "say", None, index, False
                )
            elif end < self.sentence_end(index):
                left = end + (self.tokens[end].text == ",")
                spoken = (self.tokens[left].start, self.tokens[self.sentence_end(index) - 1].end)
                if spoken[0] < spoken[1]:
                    yield Reported(self.tokens[index].start, spoken[1], (spoken,), "according_ahead", source, "say", None, index, False)

    def _names_source(self, index: int) -> int:
        """Number of tokens of a phrase that names a source; 0 where there is none."""
        words = [token.lower for token in self.tokens[index : index + 4]]
        if words[:2] == list(_ACCORDING):
            return 2
        if words[:2] == ["in", "the"] and words[2] in _VIEWS and words[3:] == ["of"]:
            return 4
        return 0

    def _names_owner(self, index: int) -> int:
        """1 before “his words” and the like at the beginning of a sentence: “In her view, …”."""
        if self.tokens[index].text not in ("In", "By"):
            return 0
        named = mentions_between(self.reading, index + 1, index + 2)
        at = named[0].last if named and named[0].possessive else -1
        at += 0 <= at < len(self.tokens) and self.tokens[at].lower in ("'s", "own")
        return int(0 < at < len(self.tokens) - 1 and self.tokens[at].lower in _VIEWS and self.tokens[at + 1].text == ",")

    def _end_of_name(self, index: int, stop: int) -> int:
        """Token behind the name of a source: at a comma or a relative clause, or at the end of the sentence."""
        for at in range(index, stop):
            word = self.tokens[at].lower
            if word in (",", "—", ";", ":", ".", "(", "who", "which", "that", "but", "while"):
                return at
        return stop

    def _sentence_part(self, first: int, index: int) -> int:
        """First token of the part of a sentence that a source behind it is for: after a semicolon, without a leading conjunction."""
        left = first
        for at in range(index - 1, first, -1):
            if self.tokens[at].text == ";":
                left = at + 1
                break
        return self.skip_leading(left, index)

    def by_adjectives(self) -> Iterator[Reported]:
        """“The Mission is concerned that …”, “she was adamant that …”."""
        for index in range(1, len(self.tokens) - 3):
            word = self.tokens[index].lower
            if not (word in _SAYING or word in _FEELING) or self.tokens[index + 1].lower != "that":
                continue
            at = index - 1
            while at > 0 and (self.tokens[at].lower.endswith("ly") or self.tokens[at].lower in ("also", "still")):
                at -= 1
            clause = self.attributor.clause_at.get(index) or self.attributor.clause_at.get(at)
            if clause is None or self.tokens[at].lower not in _BE or clause.negated or clause.modal or not clause.subjects:
                continue
            source = source_of_groups(self.reading, clause.subjects)
            if source is None or not source.ids:
                continue
            end = self.content_end(clause, self.tokens[index + 2].end)
            spoken = (self.tokens[index + 2].start, end)
            official = self.article.kind == "official" and source.attribution != "named"
            yield Reported(
                clause.start,
                end,
                (spoken,),
                "adjective",
                source,
                "say" if word in _SAYING or official else "mind",
                None,
                clause.verb,
                False,
            )

    def by_nouns(self) -> Iterator[Reported]:
        """“His claim that …”, “the minister's warning that …”."""
        nouns = self.reading.lexicon.build(_nouns)
        owners = {mention.last: mention for mention in self.reading.mentions if mention.possessive or mention.attributive}
        holders = {group.head: clause for clause in self.reading.clauses if clause.lemma in _HOLD for group in clause.objects}
        for index, token in enumerate(self.tokens[:-2]):
            spoken_of = token.lower in nouns
            verbal = self.attributor.clause_at.get(index)
            if (
                not (spoken_of or token.lower in _SHARED)
                or (verbal is not None and verbal.form != "nominal")
                or self.attributor.is_quoted(token.start)
            ):
                continue
            if self.tokens[index + 1].text == ":" and not self.attributor.is_quoted(self.tokens[index + 2].start):
                yield from self._noun_colon(index)
            that = next((at for at in range(index + 1, min(index + 4, len(self.tokens) - 1)) if self.tokens[at].lower == "that"), None)
            if that is None or (that > index + 1 and self.tokens[index + 1].lower != "of"):
                continue
            owner = next((owners[at] for at in range(index, max(-1, index - 4), -1) if at in owners), None) if spoken_of else None
            source = source_of(self.reading, (owner,)) if owner is not None and owner.ids else None
            if source is None and index in holders:
                source = source_of_groups(self.reading, holders[index].subjects)
            if source is None:
                continue
            end = next((at for at in range(that + 1, self.sentence_end(index)) if self.tokens[at].text in ",;"), self.sentence_end(index))
            if end > that + 1:
                spoken = (self.tokens[that + 1].start, self.tokens[end - 1].end)
                yield Reported(source.start, spoken[1], (spoken,), "noun_that", source, "say", None, index, False)

    def _noun_colon(self, index: int) -> Iterator[Reported]:
        """“Three inquiries came to the same conclusion: …”."""
        sentence = self.sentence_of(index)
        source = source_of(self.reading, heads(self.reading, sentence.first, index))
        end = self.sentence_end(index)
        if source is not None and end > index + 4:
            spoken = (self.tokens[index + 2].start, self.tokens[end - 1].end)
            yield Reported(
                self.tokens[self.skip_leading(sentence.first, index)].start,
                spoken[1],
                (spoken,),
                "noun_colon",
                source,
                "say",
                None,
                index,
                False,
            )

    def by_tokens(self, found: Sequence[Reported]) -> Iterator[Reported]:
        """“…, NP told us.” at the end of a sentence, from its words alone."""
        known = {item.cue for item in found}
        named = {self.article.sentence_at(item.start) for item in found if item.rule.startswith("according")}
        for number, sentence in enumerate(self.article.sentences):
            if number in named:
                continue
            cues = self.attributor.cues(sentence.first, sentence.last)
            if not cues or cues[-1].token in known or cues[-1].verb.kind != "say" or "that" not in cues[-1].verb.reports:
                continue
            at, end = cues[-1].token, self.sentence_end(cues[-1].token)
            comma = next((index for index in range(at - 1, max(sentence.first + 3, at - 16), -1) if self.tokens[index].text == ","), None)
            if (
                comma is None
                or self.attributor.is_quoted(self.tokens[comma].start)
                or end - at > 9
                or any(token.lower in ("that", "to", ",", ":") for token in self.tokens[at + 1 : end])
            ):
                continue
            if self.tokens[comma - 1].text == '"' or self.tokens[comma + 1].lower in (*LEADING, "who", "which", "as", "if", "when"):
                continue
            source = source_of(self.reading, heads(self.reading, comma + 1, at))
            if source is not None:
                left = self.skip_leading(sentence.first, comma)
                spoken = (self.tokens[left].start, self.tokens[comma - 1].end)
                yield Reported(
                    spoken[0], self.tokens[end - 1].end, (spoken,), "behind_words", source, "say", cues[-1].verb, at, cues[-1].hearsay
                )

    def in_chains(self, found: Sequence[Reported]) -> Iterator[Reported]:
        """“The Ministry regrets … and calls upon … to …”: further verbs of an official sentence, whether the grammar saw them or not."""
        if self.article.kind != "official":
            return
        heads_of = {self.article.sentence_at(item.start): item for item in sorted(found, key=lambda item: -item.start)}
        known = {item.cue for item in found}
        for item in heads_of.values():
            if item.rule.startswith(("according", "noun_", "operative")):
                continue
            stop = self.sentence_end(item.cue)
            starts = [at for at in range(item.cue + 2, stop - 2) if self.tokens[at - 1].lower in ("and", ",") and self._chained(at)]
            for at in starts:
                verb_at = at + self.tokens[at].lower.endswith("ly")
                if verb_at in known or self.attributor.is_quoted(self.tokens[at].start):
                    continue
                verb = self._verb_of(verb_at)
                if verb is None:
                    continue
                end = min([other for other in starts if other > at], default=stop)
                while end > verb_at + 2 and (self.tokens[end - 1].text == "," or self.tokens[end - 1].lower == "and"):
                    end -= 1
                inner = verb_at + 1 + bool(verb.particle)
                inner += self.tokens[inner].lower == "that"
                if inner < end:
                    spoken = (self.tokens[inner].start, self.tokens[end - 1].end)
                    yield Reported(self.tokens[at].start, spoken[1], (spoken,), "chain", item.source, verb.kind, verb, verb_at, False)

    def _chained(self, at: int) -> bool:
        """Whether a form in -s, its adverb before it, is a verb of speech with something to say behind it."""
        at += self.tokens[at].lower.endswith("ly")
        return self.tokens[at].lower.endswith("s") and self._verb_of(at) is not None

    def _verb_of(self, at: int) -> SpeechVerb | None:
        """The verb of speech at a token that has its particle, or the beginning of an object or a clause, behind it."""
        after = self.tokens[at + 1].lower
        for verb in self.attributor.words.by_form.get(self.tokens[at].lower, ()):
            if verb.kind in ("say", "act") and (after == verb.particle.split()[0] if verb.particle else after in _BEHIND_VERB):
                return verb
        return None

    def to_somebody(self) -> Iterator[Reported]:
        """“To the diplomat, …”: how somebody sees it, at the beginning of a sentence."""
        for sentence in self.article.sentences:
            first = sentence.first
            if sentence.last - first < 8 or self.tokens[first].lower != "to" or self.attributor.is_quoted(sentence.start):
                continue
            comma = next((at for at in range(first + 2, min(first + 9, sentence.last)) if self.tokens[at].text == ","), None)
            if comma is None or any(
                clause.first <= first + 1 < clause.last and clause.verb == first + 1 for clause in self.reading.clauses
            ):
                continue
            named = [
                mention
                for mention in heads(self.reading, first + 1, comma)
                if mention.kind in ("person", "office", "anonymous", "group", "pronoun")
            ]
            source = source_of(self.reading, named)
            end = self.sentence_end(first)
            if source is not None and named[0].first <= first + 3 and end > comma + 1:
                spoken = (self.tokens[comma + 1].start, self.tokens[end - 1].end)
                yield Reported(sentence.start, spoken[1], (spoken,), "to_somebody", source, "say", None, first, False)

    def operative(self) -> Iterator[Reported]:
        """Paragraphs of a resolution: “Calls upon …”, “Recalling …”, all with the body named ahead of them as their subject."""
        found: list[tuple[int, int, SpeechVerb]] = []
        for start, end in self.article.paragraphs:
            first, last = self.attributor.from_token(start), self.attributor.from_token(end)
            while first < last and (not self.tokens[first].text[0].isalpha() or len(self.tokens[first].text) == 1):
                first += 1
            verb = self._opens_operative(first, last)
            if verb is not None:
                found.append((first, last, verb))
        if len(found) < 3:
            return
        body = self.body(found[0][0])
        for first, last, verb in found:
            while last > first and not self.tokens[last - 1].text[-1].isalnum():
                last -= 1
            if last > first + 2:
                inner = first + 1 + bool(verb.particle) + self.tokens[first].lower.endswith("ly")
                inner += self.tokens[inner].lower == "that"
                if inner >= last:
                    continue
                spoken = (self.tokens[inner].start, self.tokens[last - 1].end)
                yield Reported(self.tokens[first].start, spoken[1], (spoken,), "operative", body, "act", verb, first, False)

    def _opens_operative(self, first: int, last: int) -> SpeechVerb | None:
        if last - first < 4 or not self.tokens[first].text[0].isupper():
            return None
        form = self.tokens[first].lower
        if form.endswith("ly"):
            first += 1
            form = self.tokens[first].lower
        if not form.endswith(("s", "ing")):
            return None
        for verb in self.attributor.words.by_form.get(form, ()):
            if not verb.particle or self.tokens[first + 1].lower == verb.particle:
                return verb
        return None
