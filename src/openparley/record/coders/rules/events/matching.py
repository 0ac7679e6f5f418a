"""Which frame of the lexicon holds of a clause: the conditions of the frames, tested on the clauses of one article."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from openparley.record.coders.rules.article import Article
from openparley.record.coders.rules.events.frames import CONFLICT, Frame, FrameTable, Test
from openparley.record.coders.rules.grammar.tagging import noun_lemma
from openparley.record.plover import TYPES

if TYPE_CHECKING:
    from openparley.record.coders.rules.grammar.grammar import Clause, Group

__all__ = ["COOPERATION", "HARM", "Matcher"]

# Words after the verb among which “near” looks, and before it where the clause is passive or a noun.
_AFTER, _BEFORE = 8, 4
# Words among which the first further word of a frame (“turn … down”) may stand.
_GAP = 5
COOPERATION = frozenset(name for name, kind in TYPES.items() if kind.quad.endswith("cooperation"))
HARM = CONFLICT | {"THREATEN"}
# Class of verbs of so many meanings that without the words a frame asks for they say nothing.
_COMMON = "common verb"
# Class of nouns of number and kind: what happens is named behind their “of”.
_TRANSPARENT = "number noun"
# Particles that are taken for one only where the grammar says so: “gave in”, but “gave them back in April”.
_ADVERBS = frozenset(("in", "out", "up", "down", "off", "back", "away", "over", "aside", "apart", "forth", "home"))
# A month that is spelt as an event.
_MONTHS = frozenset(("March",))
# “Some of X” is longer than this.
_OF_ONE = 2
# Relations that make a clause what is said, wherever it stands.
_CONTENT = frozenset(("that", "wh", "quoted"))
# A chain of complements that is longer than this is no sentence of a report.
_DEPTH = 40
_NO_FRAMES: tuple[Frame, ...] = ()
# No frame has more words behind its verb.
_LONGEST = 8
# A verb with a particle that no frame knows is rarely the plain verb.
_STRAY_PARTICLE = 2.0
_COPULAS = frozenset(["be", "become", "remain", "seem", "appear", "feel", "look", "stay", "sound", "grow", "prove", "get", "come", "stand"])
_SKIPPED = "skipped word"
_STOPS = frozenset((".", ";", "?", "!"))
_ENDS = _STOPS | {":"}
# Words that every list with the class “place”, or “person”, has: names are no words of the lists.
_PLACE, _PERSON = "town", "civilian"
_SOMEBODY = frozenset(("person", "office", "group", "anonymous"))


class Matcher:
    """Frames for the clauses of one article; every answer is kept."""

    def __init__(self, article: Article, clauses: Sequence[Clause], table: FrameTable) -> None:
        self.article = article
        self.clauses = clauses
        self.table = table
        self._frames: dict[int, tuple[Frame, ...]] = {}
        self._open: set[int] = set()
        self._leisure: dict[int, bool] = {}
        self._rests: dict[tuple[int, tuple[str, ...]], bool] = {}
        self._windows: dict[int, frozenset[str]] = {}
        self._near_words: dict[int, frozenset[str]] = {}
        self._object_keys: dict[int, frozenset[str]] = {}
        self._subject_keys: dict[int, frozenset[str]] = {}

    def frames(self, clause: Clause) -> tuple[Frame, ...]:
        """The frames that hold of a clause, the most specific first."""
        known = self._frames.get(clause.index)
        if known is None:
            if clause.index in self._open or len(self._open) > _DEPTH:
                return _NO_FRAMES
            self._open.add(clause.index)
            known = self._frames[clause.index] = self._match(clause)
            self._open.discard(clause.index)
        return known

    def best(self, clause: Clause) -> Frame | None:
        """The most specific frame that holds of a clause."""
        frames = self.frames(clause)
        return frames[0] if frames else None

    def noun_frame(self, group: Group) -> Frame | None:
        """The frame of an event noun that heads a noun group, by the noun and what stands beside it."""
        for head in reversed(self.heads(group)):
            clause = self.nominal_at.get(head)
            if clause is not None:
                return next((frame for frame in self.frames(clause) if frame.pos == "n"), None)
            frame = self.bare_noun(group, head)
            if frame is not None:
                return frame
        return None

    def bare_noun(self, group: Group, head: int) -> Frame | None:
        """The frame of a noun of a group that the grammar made no clause of."""
        if self.article.tokens[head].text in _MONTHS:
            return None
        best: Frame | None = None
        for frame in self.table.nouns.get(self.lemma(head), _NO_FRAMES):
            held = all(test.kind == "pre" and self._pre(head, test.words) for test in frame.tests)
            if held and self._rest_before(frame, head):
                best = frame if best is None or frame.weight > best.weight else best
        if best is None and (frames := self.table.nouns.get(self.lemma(head))):
            loose = [frame for frame in frames if not frame.rest and all(test.kind == "p" for test in frame.tests)]
            best = loose[-1] if loose else None
        return best

    def is_leisure(self, number: int) -> bool:
        """Whether a sentence has a word of sports, arts or the household, where attacks and talks are of another kind."""
        if number not in self._leisure:
            sentence = self.article.sentences[number]
            words = self.table.classes.get("leisure", frozenset())
            self._leisure[number] = any(
                token.lower in words or (token.lower.endswith("s") and noun_lemma(token.lower) in words)
                for token in self.article.tokens[sentence.first : sentence.last]
            )
        return self._leisure[number]

    @cached_property
    def _transparent(self) -> frozenset[str]:
        return self.table.classes.get(_TRANSPARENT, frozenset())

    @cached_property
    def nominal_at(self) -> dict[int, Clause]:
        """Nominal clauses by the token of their noun."""
        return {clause.verb: clause for clause in self.clauses if clause.form == "nominal"}

    @cached_property
    def _complements(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for clause in self.clauses:
            if clause.complements:
                found[clause.index] = [index for index in clause.complements if 0 <= index < len(self.clauses)]
        for clause in self.clauses:
            if clause.parent is not None and clause.relation in _CONTENT and clause.index not in found.get(clause.parent, ()):
                found.setdefault(clause.parent, []).append(clause.index)
        return found

    def is_complement(self, parent: Clause, child: Clause) -> bool:
        """Whether a clause is a complement of another."""
        return child.index in self._complements.get(parent.index, ())

    def lemma(self, token: int) -> str:
        """Singular of a noun token; the last part of a compound with hyphens too."""
        return noun_lemma(self.article.tokens[token].lower)

    def complements(self, clause: Clause) -> list[Clause]:
        """Clauses that are complements of a clause, also those that stand before it (“he would leave, he warned”)."""
        return [self.clauses[index] for index in self._complements.get(clause.index, ())]

    def objects(self, clause: Clause) -> tuple[Group, ...]:
        """What the act is done to: the objects, of a passive clause its subject."""
        if clause.passive:
            return (*clause.subjects, *clause.objects)
        return clause.objects

    def own_subject(self, clause: Clause, complement: Clause) -> bool:
        """Whether a complement has a subject other than its clause's."""
        if complement.subject is None:
            return False
        return clause.subject is None or complement.subject.head != clause.subject.head

    def _match(self, clause: Clause) -> tuple[Frame, ...]:
        if clause.form == "nominal":
            lemma = self.lemma(clause.verb)
            options = self.table.nouns.get(lemma) or self.table.nouns.get(clause.lemma, _NO_FRAMES)
            held = [frame for frame in options if self._rest_before(frame, clause.verb) and self._holds(frame, clause)]
            return tuple(held)
        held = [frame for frame in self.table.verbs.get(clause.lemma, _NO_FRAMES) if self._holds_verb(frame, clause)]
        if clause.lemma in _COPULAS:
            held = [*self._predicates(clause), *held]
        held.sort(key=lambda frame: -self._weight(frame, clause))
        if held and not held[0].event and not self._carries(held[0], clause):
            held.sort(key=lambda frame: not frame.event)
        return tuple(held)

    def loose(self, clause: Clause) -> Frame | None:
        """The likeliest frame of a verb none of whose conditions hold: a guess that the re-ranker may take up."""
        if clause.lemma in self.table.classes.get(_COMMON, ()):
            return None
        return max(self.loose_frames(clause), key=lambda frame: (len(frame.rest), frame.prior), default=None)

    def loose_frames(self, clause: Clause) -> list[Frame]:
        """The event frames of a verb whose conditions do not hold, though their words stand there; the likeliest first."""
        if clause.form == "nominal":
            return []
        held = self.frames(clause)
        found = [
            frame
            for frame in self.table.verbs.get(clause.lemma, _NO_FRAMES)
            if frame.event and frame not in held and (not frame.rest or self._rest_after(frame, clause))
        ]
        found.sort(key=lambda frame: -frame.prior)
        return found

    def _carries(self, frame: Frame, clause: Clause) -> bool:
        """Whether a shift has an event below it."""
        if any(self.frames(complement) for complement in self.complements(clause)):
            return True
        return frame.light and any((noun := self.noun_frame(group)) is not None and noun.event for group in self.objects(clause))

    def _weight(self, frame: Frame, clause: Clause) -> float:
        return frame.weight - _STRAY_PARTICLE * bool(clause.particle and not frame.rest and frame.pos == "v")

    def _holds_verb(self, frame: Frame, clause: Clause) -> bool:
        return (not frame.rest or self._rest_after(frame, clause)) and self._holds(frame, clause)

    def _predicates(self, clause: Clause) -> list[Frame]:
        """Frames of the words after “be”: not willing to, under attack."""
        tokens = self.article.tokens
        found: list[Frame] = []
        at, stop = clause.verb_last, min(len(tokens), clause.verb_last + _GAP)
        while at < stop:
            word = tokens[at].lower
            for frame in self.table.predicates.get(word, _NO_FRAMES):
                words = frame.rest
                if all(at + 1 + i < len(tokens) and tokens[at + 1 + i].lower == word for i, word in enumerate(words)) and self._holds(
                    frame, clause
                ):
                    found.append(frame)
            if found or (
                word not in self.table.classes.get(_SKIPPED, ())
                and self.table.predicates.get(word) is None
                and not word.endswith("ly")
                and not word.endswith("ed")
            ):
                break
            at += 1
        return found

    def _rest_after(self, frame: Frame, clause: Clause) -> bool:
        """Whether the further words of a frame stand behind the verb, in order."""
        key = clause.index, frame.rest
        known = self._rests.get(key)
        if known is None:
            known = self._rests[key] = self._window(clause).issuperset(frame.rest) and self._in_order(frame, clause)
        return known

    def _window(self, clause: Clause) -> frozenset[str]:
        """The words among which those of a frame can stand."""
        known = self._windows.get(clause.index)
        if known is None:
            words = [token.lower for token in self.article.tokens[clause.verb + 1 : clause.verb_last + _GAP + _LONGEST]]
            words += [clause.particle, *(name for name, _ in clause.obliques)]
            known = self._windows[clause.index] = frozenset(words)
        return known

    def _in_order(self, frame: Frame, clause: Clause) -> bool:
        tokens = self.article.tokens
        at = clause.verb
        last = min(len(tokens), clause.verb_last + _GAP + len(frame.rest))
        for number, word in enumerate(frame.rest):
            if number == 0 and (clause.particle == word or (word not in _ADVERBS and any(name == word for name, _ in clause.obliques))):
                continue
            if number == 0 and word in _ADVERBS and len(frame.rest) == 1:
                return False
            while at + 1 < last and tokens[at + 1].lower != word:
                at += 1
                if tokens[at].text in _ENDS:
                    return False
            if at + 1 >= last:
                return False
            at += 1
            if number == 0 and at > clause.verb_last + 1 and clause.particle == "":
                return False
        return True

    def _rest_before(self, frame: Frame, noun: int) -> bool:
        tokens = self.article.tokens
        start = noun - len(frame.rest)
        return start >= 0 and all(tokens[start + i].lower == word for i, word in enumerate(frame.rest))

    def _holds(self, frame: Frame, clause: Clause) -> bool:
        return all(self._test(test, clause) for test in frame.tests)

    def _test(self, test: Test, clause: Clause) -> bool:
        kind, words = test
        if kind == "obj":
            return not words.isdisjoint(self._keys(clause, self._object_keys, subject=False)) if words else bool(self.objects(clause))
        if kind == "subj":
            return not words.isdisjoint(self._keys(clause, self._subject_keys, subject=True))
        if kind == "p":
            return any(name in words or "" in words for name, _ in clause.obliques) or ("of" in words and self._has_of(clause))
        if kind == "near":
            return self._near(clause, words)
        if kind == "pre":
            return self._pre(clause.verb, words) or any(self._pre(group.head, words) for group in self.objects(clause))
        if kind == "c":
            return any(self._complement(word, clause) for word in words)
        return _FLAGS[kind](self, clause)

    def _keys(self, clause: Clause, known: dict[int, frozenset[str]], *, subject: bool) -> frozenset[str]:
        """The words that the lists of frames may name for the objects, or for the subject, of a clause."""
        found = known.get(clause.index)
        if found is None:
            if not subject:
                groups: Sequence[Group] = self.objects(clause)
            else:
                groups = [group for name, group in clause.obliques if name == "by"] if clause.passive else clause.subjects
            found = known[clause.index] = frozenset(key for group in groups for key in self._keys_of(group, acting=subject))
        return found

    def _keys_of(self, group: Group, *, acting: bool) -> Iterator[str]:
        tokens = self.article.tokens
        for head in self.heads(group):
            lemma = self.lemma(head)
            yield lemma
            yield tokens[head].lower
            if head > group.first:
                yield f"{tokens[head - 1].lower} {lemma}"
            if "-" in lemma:
                yield lemma.rpartition("-")[2]
            if self._is_name(group, head):
                yield _PLACE
        if group.mention is not None and (group.mention.kind in _SOMEBODY or (acting and group.mention.kind == "state")):
            yield _PERSON

    def _is_name(self, group: Group, head: int) -> bool:
        """Whether a noun is a name of which nobody knows that it is a person's: most such objects of deeds are places."""
        known = group.mention is None or group.mention.kind == "state"
        return known and self.article.tokens[head].text[0].isupper() and head > self.article.sentences[self._sentence(head)].first

    def _sentence(self, token: int) -> int:
        return self.article.sentence_at(self.article.tokens[token].start)

    def heads(self, group: Group) -> tuple[int, ...]:
        """The head of a noun group; of “a series of sanctions” the last noun too."""
        tokens = self.article.tokens
        if group.last - group.head > _OF_ONE and tokens[group.head + 1].lower == "of" and self.lemma(group.head) in self._transparent:
            return group.head, group.last - 1
        return (group.head,)

    def _near(self, clause: Clause, words: frozenset[str]) -> bool:
        known = self._near_words.get(clause.index)
        if known is None:
            known = self._near_words[clause.index] = frozenset(self._words_near(clause))
        return not words.isdisjoint(known)

    def _words_near(self, clause: Clause) -> Iterator[str]:
        tokens = self.article.tokens
        start = clause.verb + 1
        stop = min(len(tokens), max(clause.verb_last, start) + _AFTER)
        if clause.passive or clause.form == "nominal":
            start = max(0, clause.verb_first - _BEFORE)
        for at in range(start, stop):
            yield tokens[at].lower
            if at > clause.verb and tokens[at].text in _STOPS:
                return

    def _pre(self, noun: int, words: frozenset[str]) -> bool:
        tokens = self.article.tokens
        for at in range(noun - 1, max(-1, noun - 4), -1):
            word = tokens[at].lower
            if word in words or ("-" in word and not words.isdisjoint(word.split("-"))):
                return True
        return False

    def _complement(self, word: str, clause: Clause) -> bool:
        """Whether a clause has a complement of a form (to, that, ing), of any (empty), or one that harms or helps."""
        complements = self.complements(clause)
        if word == "":
            return bool(complements)
        if word in TYPES:
            return any(self._leads_to(complement, frozenset((word,)), 0) for complement in complements)
        if word == "harmed":
            return any(not _is_open(complement) and self._leads_to(complement, HARM, 0) for complement in complements)
        if word not in ("harm", "help"):
            return any(complement.relation == word or (word == "ing" and complement.form == "gerund") for complement in complements)
        wanted = HARM if word == "harm" else COOPERATION
        if any((word == "help" or _is_open(complement)) and self._leads_to(complement, wanted, 0) for complement in complements):
            return True
        groups = [*clause.objects, *(group for name, group in clause.obliques if name in ("of", "with", "to", "about", "for"))]
        return any((frame := self.noun_frame(group)) is not None and frame.event in wanted for group in groups)

    def _leads_to(self, clause: Clause, wanted: frozenset[str], depth: int) -> bool:
        frame = self.best(clause)
        if frame is None:
            return False
        if frame.event or depth > 3:
            return frame.event in wanted
        if any(self._leads_to(complement, wanted, depth + 1) for complement in self.complements(clause)):
            return True
        return frame.light and any((noun := self.noun_frame(group)) is not None and noun.event in wanted for group in self.objects(clause))

    def _has_of(self, clause: Clause) -> bool:
        """Whether an event noun has an “of”, which the grammar takes for its subject or object."""
        return clause.form == "nominal" and any(group.first > clause.verb for group in (*clause.objects, *clause.subjects))

    def _no_object(self, clause: Clause) -> bool:
        return not self.objects(clause)

    def _other_subject(self, clause: Clause) -> bool:
        return any(self.own_subject(clause, complement) for complement in self.complements(clause))

    def _no_complement(self, clause: Clause) -> bool:
        return not self.complements(clause)

    def _negated(self, clause: Clause) -> bool:
        if clause.negated:
            return True
        tokens = self.article.tokens
        return any(tokens[group.first].lower in ("no", "nothing", "neither") for group in clause.objects)

    def _plain(self, clause: Clause) -> bool:
        return not self._negated(clause)

    def _will(self, clause: Clause) -> bool:
        return clause.modal in ("will", "would")

    def _labelled(self, clause: Clause) -> bool:
        """Whether words in quotation marks stand soon behind the verb: what somebody calls something."""
        stop = min(len(self.article.tokens), clause.verb_last + _AFTER)
        return any(self.article.tokens[at].text == '"' for at in range(clause.verb_last, stop))

    def _passive(self, clause: Clause) -> bool:
        return clause.passive

    def _active(self, clause: Clause) -> bool:
        return not clause.passive


def _is_open(clause: Clause) -> bool:
    """Whether what a complement tells is yet to happen: no finite verb, or one with a modal."""
    return clause.form != "finite" or bool(clause.modal) or clause.tense == "future"


_FLAGS = {
    "noobj": Matcher._no_object,
    "csub": Matcher._other_subject,
    "noc": Matcher._no_complement,
    "neg": Matcher._negated,
    "plain": Matcher._plain,
    "will": Matcher._will,
    "passive": Matcher._passive,
    "active": Matcher._active,
    "label": Matcher._labelled,
}
