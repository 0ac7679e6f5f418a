"""Infinitives, -ing forms, participles and further predicates: clauses whose subject stands elsewhere."""

from __future__ import annotations

from openparley.record.coders.rules.grammar.parts import Noun, Verb
from openparley.record.coders.rules.grammar.stack import Frame
from openparley.record.coders.rules.grammar.subjects import Subjects

__all__ = ["Nonfinite"]

RELATIONS = {
    "if": "if", "unless": "unless", "until": "until", "till": "until", "before": "until", "after": "after", "once": "after",
    "since": "after", "because": "because", "while": "while", "whilst": "while", "as": "while", "when": "while", "whenever": "while",
    "wherever": "while", "although": "while", "though": "while", "whereas": "while", "whether": "wh", "provided": "if",
    "providing": "if", "whereupon": "after", "lest": "purpose", "than": "while", "where": "relative", "why": "wh", "how": "wh",
    "for": "ing", "by": "ing",
}  # fmt: skip
_ASKING = frozenset(
    [
        "demand",
        "order",
        "request",
        "call",
        "appeal",
        "invitation",
        "ultimatum",
        "warning",
        "pressure",
        "plea",
        "proposal",
        "instruction",
        "offer",
    ]
)
_OBJECT_PREPOSITIONS = frozenset(("from", "of", "for", "into", "against", "on"))


class Nonfinite(Subjects):
    """Places verb groups that have no subject of their own."""

    def _predicate(self, index: int, verb: Verb, frame: Frame) -> int:
        """A further predicate of the same subject."""
        host = self._peer(index, verb, frame)
        while len(self.stack) > 1 and self.stack[-1] is not host:
            self.stack.pop()
        new = self._push("coordinate", host)
        new.inherits = host
        prior = host.verb
        if prior is not None and (verb.form == "base" or verb.ambiguous or verb.form == "participle") and not verb.modal:
            verb.modal, verb.tense = (
                (prior.modal, prior.tense)
                if verb.form == "base"
                else (verb.modal, prior.tense if prior.perfect or prior.passive else verb.tense)
            )
            if verb.ambiguous or verb.form == "participle":
                verb.perfect = prior.perfect
                verb.passive = prior.passive and (self._kind(self._after(index)) != "N" or self._in("ditransitive", verb))
                verb.modal = prior.modal
            verb.form = prior.form if verb.form == "base" else "finite" if prior.form == "finite" else prior.form
            new.form = host.form
        verb.negated = verb.negated or self._word(self._before(index)) in ("than", "nor")
        self._take(new, verb, index)
        return index + 1

    def _peer(self, index: int, verb: Verb, frame: Frame) -> Frame:
        """The clause beside whose predicate another stands: of those open the nearest of the same tense, after a comma the outermost."""
        fitting = [item for item in reversed(self.stack) if item.verb is not None and self._parallel(item.verb, verb)]
        if (verb.form == "finite" and not verb.ambiguous) or len(fitting) > 1:
            same = [
                item
                for item in fitting
                if item.verb is not None and (item.verb.tense, bool(item.verb.modal)) == (verb.tense, bool(verb.modal))
            ]
            fitting = same or fitting
        if not fitting:
            return next((item for item in self.stack if item.verb is not None), frame)
        before = self._before(index)
        spaced = self._kind(before) == "CC" and self._comma(self._before(before))
        return fitting[-1] if spaced and verb.form == "finite" else fitting[0]

    def _participle(self, index: int, verb: Verb) -> int:
        """“soldiers killed by …”, “Exasperated by …”: passive participle without an auxiliary."""
        frame = self.stack[-1]
        before = self._before(index)
        previous = self._kind(before)
        if previous == "CC" and frame.verb is not None:
            return self._predicate(index, verb, frame)
        verb.form, verb.tense, verb.ambiguous = "participle", "none", False
        verb.passive = verb.lemma not in ("go", "come", "arrive", "become")
        noun = (frame.nouns or frame.subject)[-1:] if previous == "N" else []
        new = self._push("relative" if noun else "ing", frame)
        new.form = "participle"
        if noun:
            new.antecedent = noun
        else:
            new.inherits = self._host(frame)
            new.comma = True
        self._take(new, verb, index)
        return index + 1

    def _gerund(self, index: int, verb: Verb, preposition: str) -> int:
        frame = self.stack[-1]
        before = self._before(index)
        previous = self._kind(before)
        if previous == "CC" and frame.verb is not None:
            host = next((item for item in reversed(self.stack) if item.verb is not None and self._parallel(item.verb, verb)), None)
            if host is not None:
                return self._predicate(index, verb, frame)
        noun = frame.nouns[-1] if frame.nouns else None
        relation = RELATIONS.get(preposition, "ing") if preposition else "ing"
        if not preposition and previous == "N" and noun is not None and not self._comma(before) and not self._ours(noun, frame):
            new = self._push("relative", frame)
            new.antecedent = [noun]
        else:
            if self._comma(before) or relation != "ing":
                frame = self._host(frame)
            new = self._push(relation, frame)
            new.comma = self._comma(before)
            if frame.verb is not None and preposition == "into" and frame.objects:
                new.antecedent = [frame.objects[-1]]  # goaded the king into signing
            elif (
                frame.verb is not None
                and preposition in _OBJECT_PREPOSITIONS
                and self._in("object_gerund", frame.verb)
                and (frame.objects or frame.verb.passive)
            ):
                if frame.verb.passive:
                    new.inherits = frame
                else:
                    new.subject, new.antecedent = [], [frame.objects[-1]]
            else:
                new.inherits = frame
            if frame.verb is not None and not new.comma and relation == "ing":
                frame.complements.append(new)
        verb.form = "gerund"
        new.form = "gerund"
        self._take(new, verb, index)
        return index + 1

    def _ours(self, noun: Noun, frame: Frame) -> bool:
        """Whether an -ing form behind a prepositional group is the clause's own: “marched through the city | demanding …”."""
        if frame.verb is None or noun.lemma in self.words.agents or self._plural_noun(noun):
            return False
        return any(item is noun for _, item in frame.obliques)

    def _plural_noun(self, noun: Noun) -> bool:
        word = self.tokens[noun.head].lower
        return word != noun.lemma or word in ("police", "people")

    def _infinitive(self, index: int, verb: Verb) -> int:
        frame = self.stack[-1]
        before = self._before(index)
        previous = self._kind(before)
        if previous == "CC" and frame.verb is not None:
            host = next((item for item in reversed(self.stack) if item.verb is not None and item.verb.form == "infinitive"), None)
            if host is not None:
                return self._predicate(index, verb, frame)
        if frame.verb is None and not frame.subject and frame.relation == "wh":  # whether to leave
            frame.inherits = frame.parent
            self._take(frame, verb, index)
            return index + 1
        prior = frame.verb
        noun = innermost(frame.nouns[-1]) if frame.nouns and previous == "N" else None
        event = self.words.events.get(noun.lemma) if noun is not None else None
        control = prior is not None and self._in("object_control", prior) and (noun is not None or prior.passive)
        if prior is None and noun is not None and event is not None and event.infinitive:
            new = self._push("to", frame)
            new.noun = noun
            self._noun_subject(new, noun, None)
        elif prior is None or (self._comma(before) and previous == "PU"):
            new = self._push("purpose" if not noun else "to", frame)
            new.inherits = frame
        elif (
            noun is not None
            and event is not None
            and event.infinitive
            and not (control and noun in frame.objects and noun.lemma not in self.words.events)
        ):
            new = self._push("to", frame)
            frame.complements.append(new)
            new.noun = noun
            self._noun_subject(new, noun, frame)
        elif control and prior is not None and not prior.passive and noun is not None:
            new = self._push("to", frame)
            frame.complements.append(new)
            new.antecedent = [frame.objects[-1] if frame.objects else noun]
        elif noun is None and (previous in ("V", "JJ", "N") or prior.passive or self._in("infinitive", prior)):
            new = self._push("to", frame)
            frame.complements.append(new)
            new.inherits = frame
        elif (
            not frame.objects
            and frame.obliques
            and (prior.lemma in ("call", "appeal", "plead", "wait") or prior.particle in ("on", "upon"))
        ):
            new = self._push("to", frame)
            frame.complements.append(new)
            new.antecedent = [frame.obliques[-1][1]]
        else:
            new = self._push("purpose", frame)
            new.inherits = frame
        self._take(new, verb, index)
        return index + 1

    def _noun_subject(self, new: Frame, noun: Noun, frame: Frame | None) -> None:
        """Who does what the infinitive after an event noun says: to whom the demand is made, else its owner, else the subject."""
        asked = [item for word, item in noun.posts if word in ("on", "to", "for")] if noun.lemma in _ASKING else []
        whose = (
            noun.owners[-1:] or ([noun.of] if noun.of is not None else []) or [item for word, item in noun.posts if word in ("from", "by")]
        )
        if asked:
            new.antecedent = asked[-1:]
        elif whose:
            new.antecedent = whose[:1]
        else:
            new.inherits = frame

    def _purpose(self, index: int, verb: Verb) -> int:
        host = self.stack[-1]
        new = self._push("purpose", host)
        new.inherits = host
        self._take(new, verb, index)
        return index + 1


def innermost(noun: Noun) -> Noun:
    """The last noun of “the end of the talks”."""
    while noun.of is not None:
        noun = noun.of.extra[-1] if noun.of.extra and noun.of.of is None else noun.of
    return noun
