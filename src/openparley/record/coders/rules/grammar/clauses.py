"""Clauses in the making: verb groups with their subjects, objects and complements, built from left to right in one pass."""

from __future__ import annotations

from openparley.record.coders.rules.grammar.openers import Openers
from openparley.record.coders.rules.grammar.parts import Noun
from openparley.record.coders.rules.grammar.stack import Frame

__all__ = ["Builder", "Frame"]


class Builder(Openers):
    """Builds the clauses of one sentence."""

    def build(self) -> list[Frame]:
        """All clauses with a verb, in the order in which they were met."""
        index = self._dateline()
        pieces = self.pieces
        while index < len(pieces):
            index = max(self._step(index), index + 1)
        self._attribute()
        return [frame for frame in self.frames if frame.verb is not None]

    def _attribute(self) -> None:
        """Put quoted clauses under the verb of speech beside them: “…”, he said."""
        speech = next(
            (frame for frame in self.roots if frame.verb is not None and not frame.quoted and self._in("speech", frame.verb)), None
        )
        for frame in self.roots if speech is not None else ():
            if frame.quoted and frame.parent is None and frame.relation == "root":
                frame.relation, frame.parent = "quoted", speech

    def _dateline(self) -> int:
        """The piece after “PARIS (Agency) —”."""
        if not self.pieces or not self.tokens[self.pieces[0].first].text.isupper() or len(self.tokens[self.pieces[0].first].text) < 3:
            return 0
        for at in range(1, min(7, len(self.pieces))):
            if self._word(at) in ("—", "–") or (
                self._word(at) == "-" and self.tokens[self.pieces[at].first - 1].end < self.tokens[self.pieces[at].first].start
            ):
                return at + 1
            if self.pieces[at].verb is not None:
                return 0
        return 0

    def _step(self, index: int) -> int:
        piece = self.pieces[index]
        kind = piece.kind
        if piece.noun is not None:
            return self._noun(index, piece.noun)
        if piece.verb is not None:
            return self._verb(index, piece.verb)
        if kind == "PU":
            return self._mark(index)
        if kind == "IN":
            return self._preposition(index, piece.word)
        if kind == "SI":
            return self._either(index)
        if kind == "SU":
            return self._subordinator(index)
        if kind in ("WP", "WR"):
            return self._wh(index)
        if kind == "TH":
            return self._that(index)
        if kind == "EX":
            noun = Noun(piece.first, piece.last, piece.first, "there", True)
            return self._noun(index, noun)
        if kind in ("JJ", "VN"):
            self.stack[-1].tail = piece.last
        elif kind == "PS" and self._kind(index + 1) != "N":  # “hers”
            return self._noun(index, Noun(piece.first, piece.last, piece.first, piece.word, True))
        return index + 1

    def _mark(self, index: int) -> int:
        word = self._word(index)
        if word == ";" or word == ":":
            frame = self.roots[-1]
            root = self._root("root" if word == ":" else "coordinate", frame if word == ";" else None)
            _ = root
        elif word in "([":
            self.parked.append(self.stack)
            self._root()
        elif word in ")]" and self.parked:
            self.stack = self.parked.pop()
        elif word == '"':
            self._quote(index)
        return index + 1

    def _quote(self, index: int) -> None:
        """A quotation mark: a boundary when a whole utterance begins or ends at it."""
        token = self.tokens[self.pieces[index].first]
        following = self.tokens[self.pieces[index].first + 1] if self.pieces[index].first + 1 < len(self.tokens) else None
        opening = (
            following is not None
            and following.start == token.end
            and (index == 0 or self.tokens[self.pieces[index].first - 1].end < token.start)
        )
        frame = self.stack[-1]
        if opening:
            boundary = (
                index > 0
                and (self._kind(index - 1) == "PU")
                and self._word(index - 1) != '"'
                and (self._word(index - 1) != "," or self._said())
            )
            self.quotes.append(len(self.roots) if boundary or index == 0 else -1)
            if boundary:
                root = self.roots[-1]
                new = self._root("quoted" if root.verb is not None else "root", root if root.verb is not None else None)
                new.quoted = True
            elif index == 0:
                frame.quoted = True
            return
        whole = (self.quotes.pop() if self.quotes else 0) >= 0
        ended = index > 0 and self._kind(index - 1) == "PU" and self._word(index - 1) in ",.?!…—"
        if whole and ended and index + 1 < len(self.pieces):
            root = self.roots[-1]
            new = self._root()
            if root.relation == "root":
                root.quoted = True
            _ = new
