"""Words that open a clause or a group: prepositions, “if” and its kin, question and relative words, “that”."""

from __future__ import annotations

from openparley.record.coders.rules.grammar.nonfinite import RELATIONS, innermost
from openparley.record.coders.rules.grammar.parts import Noun
from openparley.record.coders.rules.grammar.predicates import Predicates
from openparley.record.coders.rules.grammar.stack import Frame

__all__ = ["Openers"]

_COMPLEMENT_NOUNS = frozenset((
    "fact", "notion", "idea", "claim", "belief", "hope", "fear", "sign", "evidence", "allegation", "accusation", "news", "report",
    "suspicion", "concern", "assumption", "view", "doubt", "impression", "warning", "promise", "statement", "announcement",
    "argument", "possibility", "chance", "risk", "likelihood", "condition", "proof", "assurance", "insistence", "demand",
    "conclusion", "specter", "spectre", "prospect", "assertion", "suggestion", "word", "thought", "worry", "guarantee", "pledge",
    "threat", "message", "indication", "rumour", "rumor", "theory", "question", "certainty", "complaint", "understanding",
    "assessment", "proviso", "perception", "feeling", "sense", "confirmation"
))  # fmt: skip


class Openers(Predicates):
    """Places the words that open clauses and groups."""

    def _preposition(self, index: int, word: str) -> int:
        at = self._after(index)
        kind = self._kind(at)
        if kind in ("IN", "SI"):
            following = self._word(at)
            return self._preposition(
                at, f"{word} {following}" if word in ("because", "instead", "out", "ahead", "according") else following
            )
        if kind == "WP":
            return self._wh(at, word)
        if kind == "V":
            verb = self.pieces[at].verb
            if verb is not None and verb.form == "gerund":
                return self._gerund(at, verb, word)
            return index + 1
        if kind in ("WR", "SU"):
            return index + 1
        noun = self.pieces[at].noun if kind == "N" else None
        frame = self.stack[-1]
        if noun is None:
            if frame.gap and frame.verb is not None and not frame.inherits and frame.antecedent:
                frame.obliques.append((word, frame.antecedent[-1]))
                frame.gap = False
            return index + 1
        following = self.pieces[at + 1].verb if at + 1 < len(self.pieces) else None
        if word == "in" and noun.lemma == "order" and following is not None and following.form == "infinitive":
            return self._purpose(at + 1, following)
        if word == "for" and self._comma(self._before(index)) and frame.verb is not None and self._finite_ahead(at, ambiguous=False):
            self._push("because", self._host(frame))
            return at
        if word == "of" and index and self._word(index - 1) == "ahead":
            word = "ahead of"
        group, after = self._coordinated(at, subject=False)
        before = self._before(index)
        if self._kind(before) == "N":
            near = frame.nouns[-1:]
            for host in reversed(frame.nouns[-4:]):
                if host in near or any(item is last for _, item in host.posts for last in near):
                    host.posts.extend((word, item) for item in group)
                    near.append(host)
        if frame.verb is not None:
            if not all(item.time for item in group):
                frame.obliques.extend((word, item) for item in group)
            frame.tail = max(frame.tail, group[-1].last)
        elif not frame.subject:
            frame.front.extend((word, item) for item in group)
        frame.nouns.extend(group)
        return after

    def _either(self, index: int) -> int:
        """“before”, “after”, “until”, “since”, “as”, “than”: a preposition, or the beginning of a clause."""
        word = self._word(index)
        at = self._after(index)
        kind = self._kind(at)
        if word == "as" and index + 2 < len(self.pieces) and self._word(index + 1) in ("soon", "long") and self._word(index + 2) == "as":
            self._push("after" if self._word(index + 1) == "soon" else "if", self._host(self.stack[-1]))
            return index + 3
        if kind == "N" and self._alone(index):
            return self._preposition(index, word)
        if (kind == "N" and self._finite_ahead(at, ambiguous=word != "than")) or kind in ("EX", "TH"):
            return self._subordinator(index)
        if kind == "V":
            verb = self.pieces[at].verb
            if verb is not None and verb.form == "gerund":
                return self._gerund(at, verb, word)
            return at if word != "as" else at + 1
        return self._preposition(index, word)

    def _subordinator(self, index: int) -> int:
        word = self._word(index)
        after = self._after(index)
        if word == "because" and self._word(after) == "of":
            return self._preposition(after, "because of")
        if word == "though" and self._kind(after) not in ("N", "EX", "TH"):
            return index + 1
        relation = RELATIONS.get(word, "while")
        frame = self.stack[-1]
        verb = self.pieces[after].verb if after < len(self.pieces) else None
        if relation == "wh" or (
            word == "if" and frame.verb is not None and frame.verb.lemma in ("ask", "know", "wonder", "see", "doubt", "question")
        ):
            new = self._push("wh", frame)
            if frame.verb is not None:
                frame.complements.append(new)
            return index + 1
        host = self._host(frame)
        new = self._push(relation, host)
        new.comma = self._comma(self._before(index))
        if verb is not None and (verb.form in ("gerund", "participle") or verb.ambiguous):
            new.inherits = host
            self._take(new, verb, after)
            new.form = "gerund" if verb.form == "gerund" else "participle"
            verb.passive = verb.passive or verb.form != "gerund"
            return after + 1
        return index + 1

    def _wh(self, index: int, preposition: str = "") -> int:
        word = self._word(index)
        frame = self.stack[-1]
        piece = self.pieces[index]
        before = self._before(index) if not preposition else self._before(self._before(index))
        previous = self._kind(before)
        if self._comma(before):
            previous = self._kind(self._before(before))
        if word == "whose" and self._kind(index + 1) == "N":
            noun = self.pieces[index + 1].noun
            new = self._push("relative", frame, piece.first)
            if noun is not None:
                noun.owners.extend(frame.nouns[-1:])
            return index + 1
        if word in ("who", "whom", "which", "where") and previous == "N" and (frame.nouns or frame.subject):
            new = self._push("relative", frame, piece.first)
            new.comma = self._comma(before)
            if word != "where":
                antecedent = self._antecedent(frame, word)
                new.antecedent, new.gap = antecedent, True
                if preposition and antecedent:
                    new.front.append((preposition, antecedent[-1]))
                    new.gap = False
            return index + 1
        if word == "when" and (frame.verb is not None or frame.subject or index == 0) and not self._asks(frame, index):
            return self._subordinator(index)
        if word in ("which", "who") and self._comma(before) and frame.verb is not None:
            new = self._push("relative", frame, piece.first)
            new.inherits = None
            new.subject = []
            return index + 1
        if frame.verb is None and not frame.subject:
            if word in ("what", "who", "which") and self._kind(self._after(index)) == "V" and not self._asks_for_object(index):
                frame.subject = [Noun(piece.first, piece.last, piece.first, word, True)]
            if not (self.question and frame.relation in ("root", "quoted", "coordinate")) and frame.relation == "root" and word == "what":
                inner = self._push("wh", frame, piece.first)
                inner.subject, frame.subject = frame.subject, [Noun(piece.first, piece.last, piece.first, word, True)]
            return index + 1
        new = self._push("wh", frame)
        if frame.verb is not None:
            frame.complements.append(new)
        if word in ("what", "who", "which", "whoever", "whatever") and self._kind(self._after(index)) == "V":
            new.subject = [Noun(piece.first, piece.last, piece.first, word, True)]
        return index + 1

    def _asks(self, frame: Frame, index: int) -> bool:
        return (frame.verb is not None and self._kind(self._before(index)) == "V" and self._is_report(frame)) or (
            self.question and index == 0
        )

    def _antecedent(self, frame: Frame, word: str) -> list[Noun]:
        if frame.verb is None and len(frame.subject) > 1 and frame.nouns and frame.nouns[-1] is frame.subject[-1]:
            return frame.subject[-1:]
        nouns = frame.nouns or frame.subject
        last = nouns[-1]
        for noun in reversed(nouns[-3:]):  # an apposition stands for what it explains
            if last in noun.extra:
                return [noun]
        return [self._thing(frame, last)] if word == "which" else [last]

    def _thing(self, frame: Frame, last: Noun) -> Noun:
        """“that” and “which” mean a thing rather than a name, if one stands shortly before it."""
        if not self.tokens[last.head].text[0].isupper():
            return last
        for noun in reversed(frame.nouns[-3:-1]):
            if not self.tokens[noun.head].text[0].isupper() and not noun.pronoun and not noun.time and noun in frame.objects:
                return noun
        return last

    def _that(self, index: int) -> int:
        frame = self.stack[-1]
        if index and self.pieces[index - 1].kind == "SU":
            return index + 1
        before = self._before(index)
        previous = self._kind(before)
        following = self._kind(self._after(index))
        piece = self.pieces[index]
        if previous == "CC" or (self._comma(before) and frame.verb is not None and frame.relation == "that"):
            host = frame
            while host is not None and host.relation != "that" and host.parent is not None and host in self.stack:
                host = host.parent
            if host.relation == "that" and host.parent is not None:
                sibling = self._push("that", host.parent)
                host.parent.complements.append(sibling)
                return index + 1
        last = frame.nouns[-1] if frame.nouns else self._cleft()
        if (
            previous == "N"
            and last is not None
            and (noun := self.pieces[before].noun) is not None
            and noun.time
            and frame.verb is not None
            and not frame.verb.passive
            and self._is_report(frame)
        ):
            last = None
        if (previous == "N" and last is not None) or (self._comma(before) and following == "V" and last is not None):
            inner = innermost(last)
            last = inner if inner.lemma in _COMPLEMENT_NOUNS else last
            complement = last.lemma in _COMPLEMENT_NOUNS or (
                frame.verb is not None and (self._in("tell", frame.verb) or (frame.verb.passive and self._is_report(frame)))
            )
            if following == "V" or not complement:
                if self._comma(before) and (cleft := self._cleft()) is not None:
                    last = cleft
                new = self._push("relative", frame, piece.first)
                new.antecedent, new.gap = [self._thing(frame, last)], True
                return index + 1
        if frame.verb is None and not frame.subject and following == "V":
            frame.subject = [Noun(piece.first, piece.last, piece.first, "that", True)]
            return index + 1
        if index and self._word(index - 1) == "so":
            new = self._push("purpose", self._host(frame))
            return index + 1
        new = self._push("that", frame)
        if previous == "N":
            new.noun = last if last is not None and last.lemma in self.words.events else None
        if frame.verb is not None:
            frame.complements.append(new)
        return index + 1
