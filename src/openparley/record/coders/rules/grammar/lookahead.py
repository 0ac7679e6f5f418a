"""What stands around a piece of a sentence: neighbours, and verbs to come.

Every search ends after a few pieces, so that the time is linear.
"""

from __future__ import annotations

from collections.abc import Sequence

from openparley.record.coders.rules.article import Token
from openparley.record.coders.rules.grammar.parts import Piece, Verb, Words

__all__ = ["Lookahead"]

AHEAD = 14
_LINKING = frozenset((",", "—", "–", "-"))


class Lookahead:
    """Pieces of one sentence, seen from any of them."""

    def __init__(self, tokens: Sequence[Token], pieces: list[Piece], words: Words, *, headline: bool, question: bool) -> None:
        self.tokens = tokens
        self.pieces = pieces
        self.words = words
        self.headline = headline
        self.question = question

    def _kind(self, index: int) -> str:
        return self.pieces[index].kind if 0 <= index < len(self.pieces) else ""

    def _word(self, index: int) -> str:
        return self.tokens[self.pieces[index].first].lower if 0 <= index < len(self.pieces) else ""

    def _before(self, index: int) -> int:
        """The piece before, adverbs and marks of quotation aside."""
        index -= 1
        while index >= 0 and (self.pieces[index].kind in ("RB", "UH") or self.pieces[index].word == '"'):
            index -= 1
        return index

    def _after(self, index: int) -> int:
        index += 1
        while index < len(self.pieces) and (self.pieces[index].kind in ("RB", "UH") or self.pieces[index].word == '"'):
            index += 1
        return index

    def _comma(self, index: int) -> bool:
        return 0 <= index < len(self.pieces) and self.pieces[index].kind == "PU" and self._word(index) in _LINKING

    def _in(self, name: str, verb: Verb) -> bool:
        table = self.words.verbs[name]
        return verb_name(verb) in table if verb.particle else verb.lemma in table

    def _finite_ahead(self, index: int, *, ambiguous: bool = True) -> bool:
        """Whether the noun group at a piece is followed by a verb of which it can be the subject."""
        pieces, at, end = self.pieces, index + 1, min(len(self.pieces), index + AHEAD)
        inside = False  # in an infinitive or relative clause that hangs on the noun
        while at < end:
            piece = pieces[at]
            verb = piece.verb
            if inside and (piece.kind in ("N", "JJ") or (verb is not None and verb.form not in ("finite", "base"))):
                at += 1
                continue
            if (
                verb is not None
                and verb.form == "infinitive"
                and at == index + 1
                and (noun := pieces[index].noun) is not None
                and (event := self.words.events.get(noun.lemma))
                and event.infinitive
            ):
                inside = True
                at += 1
                continue
            if (
                piece.kind in ("WP", "TH")
                and at == index + 1
                and self._kind(at + 1) == "V"
                and (inner := pieces[at + 1].verb) is not None
                and inner.form == "finite"
            ):
                inside = True
                at += 2
                continue
            if verb is not None:
                if verb.form == "finite" and not verb.ambiguous:
                    return not (verb.aux and self._kind(at + 1) == "N" and verb.lemma not in ("be", "have")) or True
                if verb.ambiguous:
                    return ambiguous and self._ed_is_finite(at)
                return (verb.form == "base" and at == index + 1 and self._plural(index)) or (
                    verb.form == "base" and self._kind(at - 1) in ("RB", "N")
                )
            if piece.kind == "IN" and self._kind(at + 1) == "N":
                at += 2
                continue
            if piece.kind == "RB" or piece.word == '"':
                at += 1
                continue
            if piece.kind == "CC" and self._kind(at + 1) == "N":
                at += 2
                continue
            if piece.kind == "PU" and piece.word in _LINKING:
                closing = self._closing(at)
                if closing < 0:
                    return False
                verb = pieces[closing].verb if closing < len(pieces) else None
                return verb is not None and (verb.form == "finite")
            return False
        return False

    def _plural(self, index: int) -> bool:
        noun = self.pieces[index].noun
        if noun is None:
            return False
        text = self.tokens[noun.head].lower
        return noun.pronoun or text.endswith("s") or text != noun.lemma or text in ("police", "people")

    def _closing(self, at: int) -> int:
        """The piece after the comma that closes an insertion opened by the comma at a piece; −1 if none comes near."""
        end = min(len(self.pieces), at + AHEAD + 10)
        opener = self._word(at)
        for index in range(at + 1, end):
            if self.pieces[index].kind == "PU":
                if self._word(index) == opener:
                    return self._after(index)
                if self._word(index) in ".;:?!()":
                    return -1
        return -1

    def _ed_is_finite(self, index: int) -> bool:
        """Whether a form in -ed (past or participle) after a noun group is a predicate rather than a participle that modifies the noun.

        It is none when “by” follows, or a preposition and then a verb that has no other subject.
        """
        verb = self.pieces[index].verb
        at = self._after(index)
        if at >= len(self.pieces):
            return True
        piece = self.pieces[at]
        if piece.kind == "N" or (verb is not None and verb.particle):
            return True
        if verb is not None and self._in("intransitive", verb):
            return True
        if piece.kind == "IN" and piece.word == "by" and self._kind(at + 1) == "N":
            noun = self.pieces[at + 1].noun
            return noun is not None and (noun.time or self.tokens[noun.first].text[0].isdigit())
        if piece.kind not in ("IN", "SI"):
            return True
        end = min(len(self.pieces), at + AHEAD)
        governed = False
        while at < end:
            piece = self.pieces[at]
            if piece.kind in ("IN", "SI"):
                governed = True
            elif piece.kind == "N":
                if not governed and not (piece.noun and piece.noun.time):
                    return True
                governed = False
            elif piece.verb is not None:
                return not (piece.verb.form == "finite" and (not piece.verb.ambiguous or self._closes(at)))
            elif piece.kind in ("CC", "TH", "WP", "WR", "SU") or (piece.kind == "PU" and not self._comma(at)) or piece.kind == "PU":
                return True
            at += 1
        return True

    def _closes(self, index: int) -> bool:
        """Whether a form in -ed must be the predicate: an object or an infinitive follows, or it takes none."""
        verb = self.pieces[index].verb
        at = self._after(index)
        if at >= len(self.pieces) or self._kind(at) == "N" or (verb is not None and self._in("intransitive", verb)):
            return True
        following = self.pieces[at].verb
        return following is not None and following.form == "infinitive"

    def _bare_verb(self, index: int) -> bool:
        at = self._after(index)
        verb = self.pieces[at].verb if at < len(self.pieces) else None
        return verb is not None and verb.form == "base"

    def _list_ahead(self, index: int) -> bool:
        """Whether a noun group after a comma is an item of a list, “a, b and c”."""
        at, end = index + 1, min(len(self.pieces), index + 10)
        while at < end:
            kind = self.pieces[at].kind
            if kind == "CC":
                return self._kind(self._after(at)) == "N"
            if kind not in ("N", "IN", "RB") and not self._comma(at):
                return False
            at += 1
        return False

    def _list_of_verbs(self, index: int) -> bool:
        """Whether “, and” with another verb follows, so that this is one predicate of several."""
        end = min(len(self.pieces), index + AHEAD)
        for at in range(index + 1, end):
            if self.pieces[at].kind == "CC":
                following = self._after(at)
                return self._kind(following) == "V"
            if self.pieces[at].kind in ("WP", "TH", "SU", "V"):
                return False
        return False

    def _more_verbs(self, index: int) -> bool:
        return any(piece.verb is not None and piece.verb.form == "finite" for piece in self.pieces[index + 1 : index + AHEAD])

    def _personal(self, index: int) -> bool:
        """Whether a piece is a pronoun that no participle can follow."""
        noun = self.pieces[index].noun
        return (
            noun is not None
            and noun.pronoun
            and self._word(index) not in ("those", "these", "some", "many", "all", "others", "more", "most")
        )

    def _phrase_after_and(self, index: int) -> bool:
        """Whether a noun group belongs to a phrase put between “and” and a verb: “and in the same breath | attacked …”."""
        at, steps = index, 0
        while at > 1 and steps < 3 and self.pieces[at].noun is not None:
            noun = self.pieces[at].noun
            if self._kind(at - 1) == "IN":
                at -= 2
            elif noun is not None and noun.time:
                at -= 1
            else:
                return False
            steps += 1
            while at > 0 and (self.pieces[at].kind == "RB" or self._comma(at)):
                at -= 1
            if self.pieces[at].kind == "CC":
                return True
        return False

    def _ends_speech(self, at: int) -> bool:
        at = self._after(at)
        return (
            at >= len(self.pieces)
            or self.pieces[at].kind not in ("TH", "N")
            or (self.pieces[at].kind == "N" and not self._finite_ahead(at))
        )

    def _fits(self, verb: Verb, main: Verb) -> bool:
        """Whether a verb can be that of an auxiliary that stands apart from it."""
        if verb.modal or verb.lemma == "do":
            return main.form == "base" or (main.ambiguous and self.tokens[main.head].lower == main.lemma)
        if verb.lemma == "have":
            return main.ambiguous or main.form == "participle" or (main.form == "base" and main.lemma in ("come", "become", "run"))
        return main.ambiguous or main.form in ("participle", "gerund")

    def _asks_for_object(self, index: int) -> bool:
        """Whether an auxiliary and its subject follow: “What does the king want?”."""
        at = self._after(index)
        verb = self.pieces[at].verb
        end = min(len(self.pieces), at + 6)
        return (
            verb is not None and verb.aux and self._kind(at + 1) == "N" and any(self.pieces[k].verb is not None for k in range(at + 2, end))
        )

    def _parallel(self, first: Verb, second: Verb) -> bool:
        """Whether two verbs can be coordinated."""
        if second.form == "base":
            return first.form in ("infinitive", "base") or bool(first.modal) or first.lemma == "do"
        if second.form == "gerund":
            return first.form == "gerund" or first.progressive
        if second.form == "participle":
            return first.perfect or first.passive or first.form == "participle"
        if second.ambiguous:
            return (first.form == "finite" and first.tense == "past" and not first.modal) or first.perfect or first.passive
        return first.form == "finite"


def verb_name(verb: Verb) -> str:
    return f"{verb.lemma} {verb.particle}" if verb.particle else verb.lemma
