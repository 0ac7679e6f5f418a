"""Finite verbs find their clause."""

from __future__ import annotations

from openparley.record.coders.rules.grammar.nonfinite import Nonfinite
from openparley.record.coders.rules.grammar.parts import Verb
from openparley.record.coders.rules.grammar.stack import Frame

__all__ = ["Predicates"]

_HEADLINE = frozenset(["in", "by", "at", "near", "after", "during", "as", "over", "for"])


class Predicates(Nonfinite):
    """Places verb groups."""

    def _verb(self, index: int, verb: Verb) -> int:
        if verb.form == "infinitive":
            return self._infinitive(index, verb)
        if verb.form == "gerund":
            return self._gerund(index, verb, "")
        if verb.form == "participle":
            return self._participle(index, verb)
        if verb.form == "base":
            return self._base(index, verb)
        return self._finite(index, verb)

    def _finite(self, index: int, verb: Verb) -> int:
        frame = self.stack[-1]
        before = self._before(index)
        previous = self._kind(before)
        if verb.aux and not (frame.subject and frame.verb is None) and not (frame.gap and frame.verb is None):
            merged = self._inversion(index, verb, frame)
            if merged:
                return merged
        if frame.verb is None:
            return self._interrupted(index, verb, frame) or self._first_verb(index, verb, frame, before)
        if verb.ambiguous and previous == "V" and frame.verb is not None and frame.verb.lemma != "be" and self._in("copula", frame.verb):
            frame.tail = verb.last
            return index + 1
        waiting = self._waiting()
        if waiting is not None and self._comma(before) and not (self._list_of_verbs(index) and not frame.comma):
            self._pop_to(waiting)
            self._take(waiting, verb, index)
            return index + 1
        if previous == "N" and (joined := self._phrase_after_and(before)):
            _ = joined
            return self._predicate(index, verb, frame)
        if (
            verb.ambiguous
            and previous == "N"
            and not waiting
            and not self._personal(before)
            and (not self._is_report(frame) or frame.complements)
        ):
            return self._participle(index, verb)
        if (
            verb.ambiguous
            and previous not in ("CC", "N")
            and self._kind(self._after(index)) in ("IN", "PU", "")
            and not self._list_of_verbs(index)
        ):
            return self._participle(index, verb)
        if waiting is not None and previous != "CC":
            if verb.ambiguous and previous == "N" and not self._personal(before) and not self._ed_is_finite(index):
                return self._participle(index, verb)
            self._pop_to(waiting)
            self._take(waiting, verb, index)
            return index + 1
        speech = self._inverted_speech(index, verb, before)
        if speech:
            return speech
        root = self.stack[0]
        if (
            root.verb is None
            and not root.subject
            and frame.verb is not None
            and frame.verb.form in ("infinitive", "gerund")
            and previous != "CC"
        ):
            self._pop_to(root)  # “To leave now would …”: the clause is the subject
            self._take(root, verb, index)
            return index + 1
        if previous == "N" and frame.nouns:
            return self._steal(index, verb, frame)
        return self._predicate(index, verb, frame)

    def _first_verb(self, index: int, verb: Verb, frame: Frame, before: int) -> int:
        if (
            verb.ambiguous
            and frame.subject
            and self._comma(before)
            and 0 <= (closing := self._closing(before)) < len(self.pieces)
            and closing > index
        ):
            following = self.pieces[closing].verb
            if following is not None and following.form == "finite" and not self._list_of_verbs(index):
                return self._participle(index, verb)  # The talks, held in May, were …
        if verb.ambiguous and frame.subject and self._waiting() is None and not self._ed_is_finite(index):
            if not (self.headline and not self._more_verbs(index)):
                return self._participle(index, verb)
            verb.passive, verb.tense = True, "past"
        elif verb.ambiguous and frame.relation == "coordinate" and self._gapped(index, verb, frame):
            verb.passive = True  # nine were killed and dozens wounded
        elif (
            verb.ambiguous
            and self.headline
            and self._word(index + 1) in _HEADLINE
            and not self._in("intransitive", verb)
            and not self._more_verbs(index)
        ):
            verb.passive = True  # “Nine killed in attack”
        if not frame.subject and not frame.gap:
            if verb.ambiguous and self._kind(self._after(index)) != "N":
                return self._participle(index, verb)
            speech = self._inverted_speech(index, verb, before)
            if speech:
                return speech
        self._take(frame, verb, index)
        return index + 1

    def _gapped(self, index: int, verb: Verb, frame: Frame) -> bool:
        """Whether a form in -ed shares the auxiliary of the passive that it is coordinated with."""
        host = frame.parent.verb if frame.parent is not None else None
        return host is not None and host.passive and self._kind(index + 1) != "N" and not self._in("intransitive", verb)

    def _interrupted(self, index: int, verb: Verb, frame: Frame) -> int:
        """“has in recent days talked”: a phrase between an auxiliary and its verb; 0 if there is none."""
        if not verb.aux or (verb.lemma == "be" and not self._comma(index + 1)) or not frame.subject:
            return 0
        at = index + 1
        while at < min(len(self.pieces), index + 6):
            piece = self.pieces[at]
            if piece.verb is not None:
                main = piece.verb
                fits = self._fits(verb, main)
                if at == index + 1 or not fits or (verb.lemma == "be" and not self._comma(at - 1)):
                    return 0
                main.passive = main.passive or (verb.lemma == "be" and main.form != "gerund")
                verb.head, verb.lemma, verb.particle, verb.last, verb.aux = main.head, main.lemma, main.particle, main.last, main.aux
                verb.passive, verb.perfect, verb.ambiguous = main.passive and main.lemma != "go", verb.perfect or not verb.modal, False
                self._take(frame, verb, index)
                return at + 1
            if piece.kind == "IN" and self._kind(at + 1) == "N":
                at += 2
            elif piece.kind == "RB" or (piece.noun is not None and piece.noun.time) or self._comma(at):
                at += 1
            else:
                return 0
        return 0

    def _inversion(self, index: int, verb: Verb, frame: Frame) -> int:
        """“Will the president walk away”, “Had he agreed”: an auxiliary, its subject, its verb; 0 if it is none."""
        at = self._after(index)
        if self._kind(at) not in ("N", "EX"):
            return 0
        group, after = self._coordinated(at, subject=True)
        while after < len(self.pieces) and (self._kind(after) in ("IN", "RB") or self._comma(after)):
            after += 2 if self._kind(after) == "IN" and self._kind(after + 1) == "N" else 1
        main = self.pieces[after].verb if after < len(self.pieces) else None
        if main is None:
            if verb.lemma != "be" or not (frame.verb is None and (self.question or self._kind(after) == "JJ")):
                return 0
        else:
            if not self._fits(verb, main) and not (main.form == "infinitive" and self._word(index) == "were"):
                return 0
        if frame.verb is not None or frame.subject:
            frame = self._joined(frame)
            if not self.question and self._word(index) in ("had", "were", "should"):
                frame.relation = "if"
        frame.subject, frame.inverted = group, True
        frame.nouns.extend(group)
        if frame.relation == "root" and not self.question and self._word(index) in ("had", "were", "should"):
            frame.relation = "if"
            root = self._root()
            frame.parent = root
            self.stack.append(frame)
        if main is not None:
            verb.head, verb.lemma, verb.particle, verb.last, verb.aux = main.head, main.lemma, main.particle, main.last, main.aux
            verb.negated = verb.negated or main.negated
            verb.passive = (
                verb.lemma != "be"
                and self.tokens[self.pieces[index].first].lower in ("is", "are", "was", "were", "am")
                and main.form != "gerund"
            ) or (main.passive and main.form == "base")
            verb.perfect = self._word(index) in ("has", "have", "had")
            after += 1
        verb.ambiguous = False
        self._take(frame, verb, index)
        return after

    def _inverted_speech(self, index: int, verb: Verb, before: int) -> int:
        """“…, said the minister”: 0 if it is none."""
        at = self._after(index)
        closed = index > 1 and self._word(index - 1) == '"' and self._kind(index - 2) == "PU"
        if (not (closed and not verb.aux) and not self._in("speech", verb)) or self._kind(at) != "N" or verb.modal or verb.negated:
            return 0
        if index and not (self._comma(before) or self._word(index - 1) == '"' or self._kind(before) == "PU"):
            return 0
        group, after = self._coordinated(at, subject=True)
        frame = self.stack[-1]
        if frame.verb is not None or frame.subject:
            root = self.roots[-1]
            new = self._root()
            if root.verb is not None and root.relation == "root":
                root.relation, root.parent = "that", new
                new.complements.append(root)
            frame = new
        frame.subject, frame.inverted = group, True
        frame.nouns.extend(group)
        verb.ambiguous = False
        self._take(frame, verb, index)
        return after

    def _steal(self, index: int, verb: Verb, frame: Frame) -> int:
        """A noun group taken for an object turns out to be the subject of the verb behind it."""
        noun = frame.nouns[-1]
        governed = any(item is noun for _, item in frame.obliques)
        if governed or noun not in frame.objects:
            return self._predicate(index, verb, frame)
        frame.objects.remove(noun)
        new = self._push("that", frame)
        frame.complements.append(new)
        new.subject = [noun]
        new.nouns.append(noun)
        self._take(new, verb, index)
        return index + 1

    def _base(self, index: int, verb: Verb) -> int:
        frame = self.stack[-1]
        before = self._before(index)
        previous = self._kind(before)
        if self._comma(before) and frame.verb is not None and self._kind(self._after(index)) == "N" and self._in("speech", verb):
            verb.form, verb.tense = "finite", "present"
            if speech := self._inverted_speech(index, verb, before):
                return speech
            verb.form, verb.tense = "base", "none"
        if frame.verb is None and (frame.subject or frame.gap):
            verb.form, verb.tense = "finite", "present"
            self._take(frame, verb, index)
            return index + 1
        if frame.verb is None:
            verb.form, verb.tense = "finite", "present"
            self._take(frame, verb, index)
            return index + 1
        if self._in("bare_object", frame.verb) and (frame.objects or frame.verb.lemma == "help") and previous in ("N", "V"):
            new = self._push("to", frame)
            frame.complements.append(new)
            new.antecedent = [frame.objects[-1]] if frame.objects and previous == "N" else []
            new.inherits = None if new.antecedent else frame
            verb.form = "infinitive"
            self._take(new, verb, index)
            return index + 1
        waiting = self._waiting()
        if waiting is not None and previous != "CC":
            self._pop_to(waiting)
            verb.form, verb.tense = "finite", "present"
            self._take(waiting, verb, index)
            return index + 1
        if previous == "N" and frame.nouns and not self._comma(before):
            verb.form, verb.tense = "finite", "present"
            return self._steal(index, verb, frame)
        return self._predicate(index, verb, frame)
