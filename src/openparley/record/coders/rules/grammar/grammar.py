"""Layer 4, grammar: the clauses of a text, with who does what to whom; no model, no parser but this one.

Parts of speech (`tagging`) give noun and verb groups (`groups`), from which clauses are built (`clauses`); here they get the mentions of
actors, subjects that stand elsewhere, the clauses of event nouns, and their place in the text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from openparley.record.coders.rules.article import Article, Sentence
from openparley.record.coders.rules.grammar.clauses import Builder, Frame
from openparley.record.coders.rules.grammar.groups import of_chains, pieces
from openparley.record.coders.rules.grammar.parts import Noun, Verb, Words, make_words
from openparley.record.coders.rules.grammar.tagging import make_tagger
from openparley.record.coders.rules.lexicon import Lexicon

if TYPE_CHECKING:
    from openparley.record.coders.rules.actors.actors import Mention
    from openparley.record.coders.rules.speech.statements import Quotation

__all__ = ["Clause", "Group", "parse"]

# Longer “sentences” are lists and tables; they are cut so that no search runs over them.
_LONGEST = 400
_SHIPPED = Lexicon()


class Group(NamedTuple):
    """A noun group.

    Attributes
    ----------
    start, end
        Code points; the group with what “of” adds to it.
    first, last
        Tokens, half-open.
    head
        Token of its head noun.
    ids
        Who it stands for: its mention's ids; for a noun such as “forces” or “leader” else those of its owner.
    mention
        The mention that is its head.
    owner
        Ids of its possessor or of the name or “of” that stands beside its head.
    """

    start: int
    end: int
    first: int
    last: int
    head: int
    ids: tuple[str, ...]
    mention: Mention | None
    pronoun: bool
    owner: tuple[str, ...]


class Clause(NamedTuple):
    """One predicate with what belongs to it.

    Attributes
    ----------
    start, end
        Smallest stretch from the subject to the last complement; a purpose, reason, condition or relative clause at its end
        is no part of it.
    verb
        Token of the head verb, or of the event noun of a nominal clause.
    lemma
        Base form; of a nominal clause the noun in the singular (“talks” is ``talk``).
    form
        finite | infinitive | gerund | participle | nominal
    tense
        past | present | future | none
    modal
        "" | will | would | could | may | might | must | should | can
    subject_inherited
        Whether the subject stands with another clause.
    obliques
        Preposition and noun group; ``by`` and its group are the agent of a passive.
    parent
        Index of the clause that it depends on.
    relation
        root | that | to | ing | relative | if | unless | until | because | after | while | coordinate | quoted | wh | purpose;
        ``before`` counts as ``until``, ``since`` and ``once`` as ``after``, ``when``, ``as`` and ``although`` as ``while``;
        nominal clauses are ``root``.
    complements
        Indexes of the clauses that are its complements.
    quotation
        Index of the quotation that its verb stands in.
    """

    index: int  # pyright: ignore[reportIncompatibleMethodOverride]
    sentence: int
    first: int
    last: int
    start: int
    end: int
    verb: int
    verb_first: int
    verb_last: int
    lemma: str
    particle: str
    form: str
    tense: str
    modal: str
    passive: bool
    negated: bool
    perfect: bool
    subject: Group | None
    subject_inherited: bool
    subjects: tuple[Group, ...]
    objects: tuple[Group, ...]
    obliques: tuple[tuple[str, Group], ...]
    parent: int | None
    relation: str
    complements: tuple[int, ...]
    question: bool
    quotation: int | None


def parse(
    article: Article, quotations: Sequence[Quotation] = (), mentions: Sequence[Mention] = (), *, lexicon: Lexicon | None = None
) -> tuple[Clause, ...]:
    """The clauses of an article, sorted by place.

    Parameters
    ----------
    quotations, mentions
        Of the same article; without mentions no group has ids.
    lexicon
        Word lists, with the case's own; the program's if left out.

    Examples
    --------
    >>> from openparley.record.coders.rules.article import read_article
    >>> from openparley.record.coders.rules.grammar.grammar import parse
    >>> clause = parse(read_article("The envoy refused to meet the rebels."))[0]
    >>> clause.lemma, clause.form, clause.tense
    ('refuse', 'finite', 'past')
    """
    words = lexicon or _SHIPPED
    tagger = words.build(make_tagger)
    classes = words.build(make_words)
    reader = _Reader(article, quotations, mentions, classes)
    for number, sentence in enumerate(article.sentences):
        for first in range(sentence.first, sentence.last, _LONGEST):
            last = min(first + _LONGEST, sentence.last)
            reader.read(number, sentence, first, last, tagger.tags(article.tokens, first, last))
    return reader.clauses()


class _Roles(NamedTuple):
    """Who is what in a clause."""

    subjects: tuple[Group, ...]
    inherited: bool
    objects: tuple[Group, ...]
    obliques: tuple[tuple[str, Group], ...]


class _Draft:
    """A clause before it has its index."""

    __slots__ = ("clause", "complements", "frame", "parent")

    def __init__(self, clause: Clause, frame: Frame | None, parent: Frame | None, complements: list[Frame]) -> None:
        self.clause = clause
        self.frame = frame
        self.parent = parent
        self.complements = complements


class _Reader:
    """Reads sentence by sentence and keeps what it finds."""

    def __init__(self, article: Article, quotations: Sequence[Quotation], mentions: Sequence[Mention], words: Words) -> None:
        self.article = article
        self.tokens = article.tokens
        self.words = words
        self.drafts: list[_Draft] = []
        self.mentions = mentions
        self.mention_at: dict[int, Mention] = {}
        for mention in mentions:
            for token in range(mention.first, mention.last):
                self.mention_at.setdefault(token, mention)
        self.quotations = [(item.start, item.end) for item in quotations]
        self.quote_starts = [start for start, _ in self.quotations]
        self.groups: dict[int, Group] = {}
        self.nominal: dict[int, _Draft] = {}

    # -- one sentence ------------------------------------------------------------------------------------------------------------

    def read(self, number: int, sentence: Sentence, first: int, last: int, tags: Sequence[str]) -> None:
        """Find the clauses of one sentence."""
        tokens = self.tokens
        ending = next((tokens[k].text for k in range(last - 1, first - 1, -1) if tokens[k].text not in "\"')]"), "")
        parts = of_chains(tokens, pieces(tokens, tags, first, last, self.words), self.words)
        builder = Builder(tokens, parts, self.words, headline=ending not in (".", "!", "?", "…", ":"), question=ending == "?")
        frames = builder.build()
        self.groups = {}
        for frame in frames:
            self._clause(number, frame)
        seen: set[int] = set()
        for frame in builder.frames:
            for noun in (*frame.nouns, *frame.antecedent):
                self._nominals(number, noun, frame, seen)
        self._noun_complements(frames)

    def _noun_complements(self, frames: Sequence[Frame]) -> None:
        """Put infinitives and that-clauses of event nouns under the clauses of these: “the refusal | to meet”."""
        for frame in frames:
            draft = self.nominal.get(frame.noun.head) if frame.noun is not None else None
            if draft is not None:
                last = max(draft.clause.last, _last(frame, 0))
                draft.clause = draft.clause._replace(last=last, end=self.tokens[last - 1].end)
                draft.complements.append(frame)

    def _clause(self, number: int, frame: Frame) -> None:
        verb = frame.verb
        if verb is None:
            return
        own = bool(frame.subject)
        subjects = _subjects(frame, 0)
        first, last = verb.first, max(verb.last, 0)
        if own:
            first = min(first, frame.subject[0].first)
        elif frame.mark >= 0:
            first = frame.mark
        elif frame.form == "participle" and frame.antecedent and frame.relation == "relative":
            first = frame.antecedent[0].first
        last = _last(frame, 0)
        groups = tuple(self._group(noun) for noun in subjects if noun.lemma != "there")
        objects = [noun for noun in frame.objects if noun not in subjects]
        form = frame.form or ("infinitive" if verb.form in ("infinitive", "base") else verb.form)
        negated = verb.negated or any(noun.no for noun in (*frame.subject, *objects)) or (own and self.tokens[first - 1].lower == "neither")
        roles = _Roles(groups, not own, tuple(map(self._group, objects)), self._obliques(frame.obliques))
        clause = self._make(number, first, last, verb, form, roles)
        clause = clause._replace(relation=frame.relation, question=frame.question, negated=negated)
        parent = frame.parent
        while parent is not None and parent.verb is None:
            parent = parent.parent
        self.drafts.append(_Draft(clause, frame, parent, frame.complements))

    def _obliques(self, pairs: Sequence[tuple[str, Noun]]) -> tuple[tuple[str, Group], ...]:
        return tuple((word, self._group(noun)) for word, noun in pairs)

    def _make(self, number: int, first: int, last: int, verb: Verb, form: str, roles: _Roles) -> Clause:
        """A clause without its place among the others."""
        tokens = self.tokens
        subject = roles.subjects[0] if roles.subjects else None
        return Clause(
            index=0,
            sentence=number,
            first=first,
            last=last,
            start=tokens[first].start,
            end=tokens[last - 1].end,
            verb=verb.head,
            verb_first=verb.first,
            verb_last=verb.last,
            lemma=verb.lemma,
            particle=verb.particle,
            form=form,
            tense=verb.tense,
            modal=verb.modal,
            passive=verb.passive,
            negated=verb.negated,
            perfect=verb.perfect,
            subject=subject,
            subject_inherited=roles.inherited and subject is not None,
            subjects=roles.subjects,
            objects=roles.objects,
            obliques=roles.obliques,
            parent=None,
            relation="root",
            complements=(),
            question=False,
            quotation=self._quotation(tokens[verb.head].start),
        )

    def _quotation(self, offset: int) -> int | None:
        at = bisect_right(self.quote_starts, offset) - 1
        return at if at >= 0 and self.quotations[at][1] > offset else None

    # -- noun groups -------------------------------------------------------------------------------------------------------------

    def _group(self, noun: Noun) -> Group:
        known = self.groups.get(noun.head)
        if known is not None:
            return known
        tokens = self.tokens
        mention = self.mention_at.get(noun.head)
        if mention is not None and (mention.possessive or mention.attributive) and mention.last <= noun.head:
            mention = None
        owner: tuple[str, ...] = ()
        beside: list[Noun] = []
        for item in noun.owners:
            found = self.mention_at.get(item.head)
            owner += found.ids if found is not None else self._group(item).ids if item.head != noun.head else ()
        agent = noun.lemma in self.words.agents
        of = noun.of
        while of is not None:
            beside.append(of)
            beside.extend(of.extra)
            of = of.of if agent or noun.lemma in self.words.events else None
        if agent:
            beside.extend(item for word, item in noun.posts if word in ("from", "in") and not item.time)
        for item in beside:
            found = self._group(item)
            owner += found.ids
        owner = tuple(dict.fromkeys(owner))
        ids = mention.ids if mention is not None else ()
        if not ids and mention is None:
            for item in noun.extra:
                ids = ids or self._group(item).ids
            if agent:
                ids = ids or owner
        group = Group(
            tokens[noun.first].start, tokens[noun.last - 1].end, noun.first, noun.last, noun.head, ids, mention, noun.pronoun, owner
        )
        self.groups[noun.head] = group
        return group

    # -- event nouns -------------------------------------------------------------------------------------------------------------

    def _nominals(self, number: int, noun: Noun, frame: Frame, seen: set[int]) -> None:
        """The clauses of the event nouns in a noun group and in what hangs on it."""
        if noun.head in seen:
            return
        seen.add(noun.head)
        for item in (noun.of, *noun.extra, *noun.owners):
            if item is not None:
                self._nominals(number, item, frame, seen)
        kind = self.words.events.get(noun.lemma)
        if (
            kind is None
            or noun.pronoun
            or noun.time
            or (
                self.tokens[noun.head].text[0].isupper()
                and self.tokens[noun.head].start != self.article.sentences[number].start
                and noun.head == noun.first
            )
        ):
            return
        subjects: list[Noun] = []
        objects: list[Noun] = []
        obliques: list[tuple[str, Noun]] = []
        for item in noun.owners:
            (objects if kind.of == "victim" else subjects).append(item)
        if noun.of is not None:
            of = [noun.of, *noun.of.extra]
            (subjects if kind.of == "subject" and not subjects else objects).extend(of)
        for word, item in noun.posts:
            if item.time:
                continue
            if word in ("by", "from") and not subjects:
                subjects.append(item)
            else:
                obliques.append((word, item))
        inherited = False
        verb = frame.verb
        if (
            not subjects
            and verb is not None
            and not verb.passive
            and noun in frame.objects
            and (verb.lemma in self.words.verbs["light"] or f"{verb.lemma} {verb.particle}" in self.words.verbs["light"])
        ):
            subjects = [item for item in _subjects(frame, 0) if item is not noun]
            inherited = bool(subjects)
        last = max([noun.last, *(item.last for _, item in noun.posts)])
        roles = _Roles(tuple(map(self._group, subjects)), inherited, tuple(map(self._group, objects)), self._obliques(obliques))
        name = Verb(noun.head)
        name.lemma, name.negated = noun.lemma, noun.no
        clause = self._make(number, noun.first, last, name, "nominal", roles)
        parent: Frame | None = frame
        while parent is not None and parent.verb is None:
            parent = parent.parent
        draft = _Draft(clause, None, parent, [])
        self.nominal[noun.head] = draft
        self.drafts.append(draft)

    # -- the whole ---------------------------------------------------------------------------------------------------------------

    def clauses(self) -> tuple[Clause, ...]:
        """Everything found, in order of place, with indexes for references."""
        drafts = sorted(self.drafts, key=lambda draft: (draft.clause.start, -draft.clause.end, draft.clause.verb))
        place = {id(draft.frame): index for index, draft in enumerate(drafts) if draft.frame is not None}
        over = {id(item): index for index, draft in enumerate(drafts) if draft.frame is None for item in draft.complements}
        found: list[Clause] = []
        for index, draft in enumerate(drafts):
            parent = over.get(id(draft.frame)) if draft.frame is not None else None
            if parent is None and draft.parent is not None:
                parent = place.get(id(draft.parent))
            below = [place[id(item)] for item in draft.complements if id(item) in place and over.get(id(item), index) == index]
            found.append(draft.clause._replace(index=index, parent=parent, complements=tuple(sorted(below))))
        return tuple(found)


def _subjects(frame: Frame, depth: int) -> list[Noun]:
    """A clause's subject: its own, its antecedent, or that of the clause it inherits from."""
    if frame.subject:
        return frame.subject
    if frame.antecedent and not (frame.objects and frame.objects[-1] is frame.antecedent[-1]):
        return frame.antecedent
    if frame.inherits is not None and depth < 12:
        return _subjects(frame.inherits, depth + 1)
    return []


def _last(frame: Frame, depth: int) -> int:
    """The token after a clause's last complement."""
    last = frame.tail
    for noun in frame.objects:
        if not frame.antecedent or noun is not frame.antecedent[-1]:
            last = max(last, noun.last)
    if frame.inverted:
        last = max([last, *(noun.last for noun in frame.subject)])
    if depth < 12:
        for item in frame.complements:
            if item.verb is not None and item.verb.first >= (frame.verb.first if frame.verb else 0):
                last = max(last, _last(item, depth + 1))
    return last
