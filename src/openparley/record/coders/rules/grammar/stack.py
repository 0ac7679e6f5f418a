"""Clauses in the making and which of them are open; groups that are coordinated."""

from __future__ import annotations

from collections.abc import Sequence

from openparley.record.coders.rules.article import Token
from openparley.record.coders.rules.grammar.lookahead import AHEAD, Lookahead, verb_name
from openparley.record.coders.rules.grammar.parts import Noun, Piece, Verb, Words

__all__ = ["Frame", "Stack"]

_DEEPEST = 24


class Frame:
    """A clause in the making."""

    __slots__ = (
        "antecedent", "comma", "complements", "first", "form", "front", "gap", "inherits", "inverted", "mark", "noun", "nouns",
        "objects", "obliques", "parent", "question", "quoted", "relation", "subject", "tail", "verb"
    )  # fmt: skip

    def __init__(self, relation: str, parent: Frame | None, mark: int = -1) -> None:
        self.relation = relation
        self.parent = parent
        self.mark = mark  # token of the word that opens it, if that belongs to it
        self.subject: list[Noun] = []
        self.verb: Verb | None = None
        self.objects: list[Noun] = []
        self.obliques: list[tuple[str, Noun]] = []
        self.front: list[tuple[str, Noun]] = []  # what stands before the subject
        self.complements: list[Frame] = []
        self.antecedent: list[Noun] = []  # what a relative clause hangs on
        self.gap = False  # the antecedent is still to be placed
        self.inherits: Frame | None = None  # whose subject is its own
        self.nouns: list[Noun] = []  # every noun group met in it
        self.tail = 0  # token after its last word
        self.form = ""
        self.question = False
        self.quoted = False
        self.comma = False  # a comma stands before it
        self.noun: Noun | None = None  # the noun that it is the complement of
        self.inverted = False  # subject behind the verb


class Stack(Lookahead):
    """The clauses found and those still open."""

    def __init__(self, tokens: Sequence[Token], pieces: list[Piece], words: Words, *, headline: bool, question: bool) -> None:
        super().__init__(tokens, pieces, words, headline=headline, question=question)
        self.frames: list[Frame] = []
        self.roots: list[Frame] = []
        self.stack: list[Frame] = []
        self.parked: list[list[Frame]] = []
        self.quotes: list[int] = []
        self._root()

    def _root(self, relation: str = "root", parent: Frame | None = None) -> Frame:
        frame = Frame(relation, parent)
        self.frames.append(frame)
        self.roots.append(frame)
        self.stack = [frame]
        return frame

    def _push(self, relation: str, parent: Frame | None, mark: int = -1) -> Frame:
        frame = Frame(relation, parent, mark)
        self.frames.append(frame)
        if len(self.stack) >= _DEEPEST:
            del self.stack[1]
        self.stack.append(frame)
        return frame

    def _pop_to(self, frame: Frame) -> Frame:
        while self.stack[-1] is not frame:
            self.stack.pop()
        return frame

    def _is_report(self, frame: Frame) -> bool:
        return frame.verb is not None and (
            verb_name(frame.verb) in self.words.verbs["report"] or frame.verb.lemma in self.words.verbs["report"]
        )

    def _waiting(self) -> Frame | None:
        """The nearest clause around that has its subject but not its verb."""
        return next((item for item in reversed(self.stack[:-1]) if item.verb is None and item.subject), None)

    def _host(self, frame: Frame) -> Frame:
        """The clause that an adverbial clause belongs to: not a relative clause or participle unless its verb is the last word."""
        while frame.parent is not None and frame.verb is not None and frame.form in ("participle", "gerund") and frame.parent in self.stack:
            frame = frame.parent
        return frame

    def _cleft(self) -> Noun | None:
        """X in “It was X, …, that …”."""
        root = self.stack[0]
        if root.verb is not None and root.verb.lemma == "be" and root.subject and root.subject[0].lemma == "it" and root.objects:
            return root.objects[-1]
        return None

    def _take(self, frame: Frame, verb: Verb, index: int) -> None:
        """Give a clause its verb."""
        frame.verb = verb
        frame.tail = max(frame.tail, verb.last)
        frame.obliques.extend(frame.front)
        if frame.gap and not frame.subject:
            frame.subject = []
            frame.gap = False
            frame.inherits = None
        elif frame.gap and frame.antecedent:
            frame.objects.append(frame.antecedent[-1])
        frame.question = self.question and frame.relation in ("root", "quoted", "coordinate")
        _ = index

    def _joined(self, frame: Frame) -> Frame:
        """A new clause beside the one that it is coordinated with."""
        host = frame
        while host.verb is None or host.relation in ("relative", "ing", "to", "purpose") or host.verb.form not in ("finite", "base"):
            if host.parent is None or host not in self.stack:
                break
            host = host.parent
        while len(self.stack) > 1 and self.stack[-1] is not host:
            self.stack.pop()
        new = self._push("coordinate", host)
        return new

    def _explains(self, first: Noun, noun: Noun) -> bool:
        """Whether a name after a comma says who somebody is: “the minister, Ann Dalt, and her deputy”."""
        tokens = self.tokens
        title = first.lemma in self.words.agents and tokens[first.head].lower == first.lemma
        return (
            title
            and tokens[noun.head].text[0].isupper()
            and tokens[noun.first].lower not in ("the", "a", "an", "his", "her", "its", "their")
        )

    def _coordinated(self, index: int, *, subject: bool) -> tuple[list[Noun], int]:
        """The noun groups coordinated with one, and the piece after them."""
        first = self.pieces[index].noun
        if first is None:
            piece = self.pieces[index]
            return [Noun(piece.first, piece.last, piece.first, piece.word, True)], index + 1
        group, at = [first], index + 1
        while at < len(self.pieces):
            here = at
            if self._comma(here) and self._kind(here + 1) == "CC":
                here += 1
            if self._kind(here) == "CC" and self.pieces[here].word in ("and", "or", "nor"):
                here = self._after(here)
            elif self._comma(here) and self._kind(here + 1) == "N" and self._list_ahead(here + 1):
                here += 1
            else:
                break
            noun = self.pieces[here].noun if here < len(self.pieces) else None
            if noun is None or noun.time != group[-1].time:
                break
            if self._comma(at) and len(group) == 1 and self._explains(first, noun):
                first.extra.append(noun)
                at = here + 1
                continue
            if not subject and self._finite_ahead(here, ambiguous=self._comma(at)):
                break
            if not subject and self._finite_ahead(here) and noun.pronoun:
                break
            group.append(noun)
            at = here + 1
        return group, at

    def _said(self) -> bool:
        """Whether a verb of speech stands in the clauses open here, so that its words may follow."""
        return any(frame.verb is not None and self._in("speech", frame.verb) for frame in self.stack) or self.stack[0].verb is None

    def _alone(self, index: int) -> bool:
        """Whether a subject still waits for its verb and one verb only is to come: “a ship that enters after sunset | will be boarded”."""
        if self._waiting() is None and not (self.stack[-1].verb is None and self.stack[-1].subject):
            return False
        verbs = 0
        for piece in self.pieces[index : index + AHEAD]:
            if piece.kind == "PU":
                break
            verbs += piece.verb is not None and piece.verb.form == "finite"
        return verbs < 2
