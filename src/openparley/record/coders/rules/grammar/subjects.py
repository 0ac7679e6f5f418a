"""Noun groups find their place: subject of the clause that is open or of a new one, object, apposition."""

from __future__ import annotations

from openparley.record.coders.rules.grammar.lookahead import AHEAD
from openparley.record.coders.rules.grammar.parts import Noun, Verb
from openparley.record.coders.rules.grammar.stack import Frame, Stack

__all__ = ["Subjects"]

_DETERMINERS = frozenset(["the", "this", "that", "his", "her", "its", "their", "our", "my", "your"])


class Subjects(Stack):
    """Places noun groups."""

    def _noun(self, index: int, noun: Noun) -> int:
        frame = self.stack[-1]
        before = self._before(index)
        previous = self._kind(before)
        if noun.time and not noun.pronoun and previous != "CC" and not self._subject_of(index, frame):
            if frame.verb is not None:
                frame.tail = noun.last
            return index + 1
        if self._comma(before) and (inserted := self._inserted(index, frame)):
            return inserted
        if previous == "V" and frame.verb is not None and frame.verb.lemma in ("want", "need", "get", "have", "keep", "leave", "find"):
            empty = False
        else:
            empty = any(item.verb is None and not item.subject for item in self.stack[:-1])
        ahead = self._finite_ahead(index, ambiguous=frame.verb is None or empty or self._is_report(frame) or previous in ("CC", "PU"))
        if ahead and frame.verb is not None and not self._is_report(frame) and previous == "V" and self._alone(index):
            ahead = False
        if ahead and frame.verb is not None and frame.verb.lemma in self.words.verbs["bare_object"] and self._bare_verb(index):
            ahead = False
        if frame.verb is None:
            return self._early(index, noun, frame, before, ahead)
        if ahead:
            return self._new_subject(index, noun, frame, before)
        if self._comma(before) and self._apposes(index, frame):
            return index + 1
        group, after = self._coordinated(index, subject=False)
        target = frame
        if previous == "IN":
            pass
        if previous == "CC" and not frame.objects and frame.obliques and not frame.complements:
            word = frame.obliques[-1][0]
            frame.obliques.extend((word, item) for item in group)
        elif previous == "PU" and self._word(before) in ":;":
            pass
        else:
            target.objects.extend(group)
        target.nouns.extend(group)
        target.tail = max(target.tail, group[-1].last)
        return after

    def _inserted(self, index: int, frame: Frame) -> int:
        """“…, aides said, …”: a clause of speech put in between; 0 if none stands here."""
        at = index + 1
        while self._kind(at) == "IN" and self._kind(at + 1) == "N":
            at += 2
        verb = self.pieces[at].verb if at < len(self.pieces) else None
        if verb is None or verb.form not in ("finite", "base") or verb.aux or not self._in("speech", verb) or not self._comma(at + 1):
            return 0
        if frame.verb is None and ((frame.subject and frame.relation != "root") or (not frame.subject and len(self.stack) == 1)):
            return 0  # “…,” he said, “…”: nothing is open that it could stand in
        if verb.form == "base":
            verb.form, verb.tense = "finite", "present"
        new = Frame("root", None)
        self.frames.append(new)
        new.subject = [noun] if (noun := self.pieces[index].noun) else []
        new.nouns.extend(new.subject)
        self._take(new, verb, at)
        root = self.roots[-1]
        if root.parent is None:
            root.relation, root.parent = "that", new
        return at + 2

    def _subject_of(self, index: int, frame: Frame) -> bool:
        """Whether a noun of time is the subject: “Friday brought …”."""
        if frame.verb is not None or frame.subject or self._kind(index + 1) != "V":
            return False
        return not frame.front or self.tokens[self.pieces[index].first].lower in _DETERMINERS

    def _early(self, index: int, noun: Noun, frame: Frame, before: int, ahead: bool) -> int:
        """A noun group in a clause that has no verb yet."""
        if frame.subject and self._comma(before):
            if self._kind(self._after(index)) in ("PU", "CC") or not ahead:
                frame.subject[-1].extra.append(noun)
                frame.nouns.append(noun)
                return index + 1
            if frame.gap or frame.relation != "root":
                frame.subject = []
        if (
            not frame.subject
            and frame.nouns
            and not frame.nouns[-1].time
            and before == index - 1
            and self._kind(before) == "N"
            and ahead
            and noun.pronoun
            and frame.relation == "root"
        ):
            inner = self._push("relative", frame)  # In a decree nobody had seen, the council …
            inner.antecedent, inner.gap = [frame.nouns[-1]], True
            frame = inner
        if frame.subject and before == index - 1 and self._kind(before) == "N" and ahead and not frame.subject[-1].time:
            inner = self._push("relative", frame)  # the war Russia started | ended
            inner.antecedent, inner.gap = [frame.subject[-1]], True
            frame = inner
        group, after = self._coordinated(index, subject=True)
        frame.subject = group
        frame.nouns.extend(group)
        return after

    def _new_subject(self, index: int, noun: Noun, frame: Frame, before: int) -> int:
        """A noun group after a verb that a further verb follows: the subject of a new clause."""
        previous = self._kind(before)
        group, after = self._coordinated(index, subject=True)
        waiting = next((item for item in reversed(self.stack[:-1]) if item.verb is None and not item.subject), None)
        if waiting is not None and previous != "CC" and (self._comma(before) or self._preposed(frame, noun, previous)):
            new = self._pop_to(waiting)
        elif previous == "CC" or (previous == "PU" and self._word(before) in ";:"):
            new = self._joined(frame)
        elif self._comma(before):
            new = self._speech_or_joined(index, frame)
        elif (previous == "V" and (self._is_report(frame) or self._in("bare_object", frame.verb or Verb(0)))) or (
            previous == "N" and frame.verb is not None and self._in("tell", frame.verb)
        ):
            new = self._push("that", frame)
            frame.complements.append(new)
        elif previous == "N" and not (frame.nouns and frame.nouns[-1].time):
            new = self._push("relative", frame)
            new.antecedent, new.gap = [frame.nouns[-1]] if frame.nouns else [], bool(frame.nouns)
        elif self._is_report(frame) or previous in ("JJ", "V", "IN"):
            new = self._push("that", frame)
            frame.complements.append(new)
        else:
            new = self._joined(frame)
        new.subject = group
        new.nouns.extend(group)
        return after

    def _preposed(self, frame: Frame, noun: Noun, previous: str) -> bool:
        """Whether a clause put first ends here though no comma says so: “If Russia attacks Nato | will respond”."""
        verb = frame.verb
        if verb is None or self._is_report(frame) or (noun.pronoun and previous == "N"):
            return False
        return (verb.form == "finite" and (previous != "V" or self._in("intransitive", verb))) or (
            verb.form in ("gerund", "participle") and previous != "V"
        )

    def _speech_or_joined(self, index: int, frame: Frame) -> Frame:
        """After a comma: “…, he said” takes what stands before as its complement; else a clause joined without a word."""
        at = self._after(index)
        while at < len(self.pieces) and at < index + AHEAD and self.pieces[at].verb is None:
            at += 1
        verb = self.pieces[at].verb if at < len(self.pieces) else None
        root = self.roots[-1]
        if verb is not None and self._in("speech", verb) and root.relation == "root" and root.verb is not None and self._ends_speech(at):
            root.relation = "that"
            new = self._root()
            root.parent = new
            return new
        return self._joined(frame)

    def _apposes(self, index: int, frame: Frame) -> bool:
        """Whether the noun group after a comma says who the one before is; it is then put there."""
        at = self._after(index)
        if at < len(self.pieces) and not (self.pieces[at].kind == "PU" or self.pieces[at].kind == "IN"):
            return False
        if self._list_ahead(index) or not frame.nouns:
            return False
        noun = self.pieces[index].noun
        if noun is not None:
            frame.nouns[-1].extra.append(noun)
            frame.nouns.append(noun)
        return True
