"""The embedded coder: its layers in order, from a text to proposals."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from openparley import __version__
from openparley.errors import CaseError
from openparley.record.boilerplate import Rule, case_rules
from openparley.record.case import Case
from openparley.record.casefile import Actor
from openparley.record.coders.coder import Coded, Document
from openparley.record.coders.draft import Draft
from openparley.record.coders.rules.actors.actors import ActorTable, find_mentions
from openparley.record.coders.rules.article import Article, read_article
from openparley.record.coders.rules.claims.claims import code_claims
from openparley.record.coders.rules.claims.relations import code_relations
from openparley.record.coders.rules.commitments.commitments import code_commitments
from openparley.record.coders.rules.commitments.statuses import code_statuses
from openparley.record.coders.rules.events.events import code_events
from openparley.record.coders.rules.grammar.grammar import parse
from openparley.record.coders.rules.lexicon import FOLDER, Lexicon
from openparley.record.coders.rules.links.corrections import mark_corrections
from openparley.record.coders.rules.reading import Reading
from openparley.record.coders.rules.speech.statements import find_quotations, find_statements
from openparley.record.coders.rules.times.dates import find_dates

__all__ = ["ABSTAIN_BELOW", "RulesCoder", "read_layers"]

NAME = "rules"
# A proposal that is more likely wrong than this costs a reviewer more than it saves.
ABSTAIN_BELOW = 0.35
# Longer texts are read in pieces, so that what the layers keep stays small.
PIECE = 60_000


class RulesCoder:
    """Rules and word lists; offline, deterministic, no model but a few hundred weights that rank events.

    Parameters
    ----------
    actors
        Actors of the case by id.
    extra
        The case's folder ``lexicon/`` with word lists of its own, or None.
    boilerplate
        Rules of the case for what is no part of a report.
    abstain_below
        Proposals less sure than this are counted and not made.
    """

    name = NAME
    version = __version__

    def __init__(
        self,
        actors: dict[str, Actor],
        extra: Path | None = None,
        *,
        boilerplate: tuple[Rule, ...] = (),
        abstain_below: float = ABSTAIN_BELOW,
    ) -> None:
        self.lexicon = Lexicon(extra)
        self.boilerplate = boilerplate
        self.abstain_below = abstain_below
        self._actors = dict(actors)
        self._table = ActorTable.build(self._actors, self.lexicon)

    @classmethod
    def of(cls, case: Case) -> RulesCoder:
        """The coder with a case's actors and word lists.

        Raises
        ------
        CaseError
            If a word list of the case cannot be read, or no table has its name.
        """
        made = cls(dict(case.file.actors), case.root / FOLDER, boilerplate=case_rules(case.root))
        if complaints := made.lexicon.unknown_files():
            raise CaseError(complaints)
        return made

    def digest(self) -> str:
        """Hash of the case's word lists, its actors and the threshold; new actors of the coder's own do not count."""
        own = [(key, actor.model_dump_json()) for key, actor in self._actors.items() if not actor.proposed]
        return hashlib.sha256(repr((self.lexicon.digest(), own, self.abstain_below)).encode()).hexdigest()

    def code(self, document: Document) -> Coded:
        """Read one document."""
        sure: list[Draft] = []
        abstained = 0
        for start, end in pieces(document.text):
            drafts = self._code(document, start, end)
            sure_enough = {id(draft) for draft in drafts if draft.confidence >= self.abstain_below}
            kept = [draft for draft in drafts if id(draft) in sure_enough and _rests_on(draft, sure_enough)]
            abstained += len(drafts) - len(kept)
            sure += kept
        named = {name for draft in sure for value in draft.fields.values() if isinstance(value, tuple | list) for name in value}
        fresh = {key: actor for key, actor in self._table.proposed().items() if key in named}
        return Coded(tuple(sure), fresh, abstained)

    def _code(self, document: Document, start: int, end: int) -> list[Draft]:
        source = document.source
        article = read_article(
            document.text[start:end],
            source=source.id,
            published=source.published,
            kind=source.kind,
            outlet=source.outlet,
            author=source.author,
            extra=self.boilerplate,
        )
        reading = read_layers(article, self._table, self.lexicon)
        events = code_events(reading)
        commitments = code_commitments(reading, events)
        drafts = [item.draft for item in reading.utterances]
        drafts += [*events, *commitments, *code_statuses(reading, events, commitments, document.earlier)]
        drafts += [*code_claims(reading), *code_relations(reading)]
        drafts = mark_corrections(article, drafts, self.lexicon)
        drafts.sort(key=lambda draft: (draft.start, draft.end, draft.kind))
        return _moved(drafts, start) if start else drafts


def _rests_on(draft: Draft, there: set[int]) -> bool:
    """Whether the commitment that a status is about is proposed too."""
    of = draft.fields.get("of")
    return not isinstance(of, Draft) or id(of) in there


def read_layers(article: Article, table: ActorTable, lexicon: Lexicon) -> Reading:
    """The article with quotations, mentions, clauses, dates and statements."""
    reading = Reading(article, table, lexicon)
    reading.quotations = find_quotations(article)
    reading.mentions = find_mentions(article, table)
    reading.clauses = parse(article, reading.quotations, reading.mentions, lexicon=lexicon)
    reading.dates = find_dates(article, lexicon)
    reading.utterances = find_statements(reading)
    return reading


def pieces(text: str, size: int = PIECE) -> list[tuple[int, int]]:
    r"""A text cut into stretches of about ``size`` code points, at the ends of lines where there are any.

    Examples
    --------
    >>> pieces("one\ntwo\nthree", 5)
    [(0, 4), (4, 8), (8, 13)]
    """
    found: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = min(len(text), start + size)
        if end < len(text):
            line = text.rfind("\n", start, end)
            space = text.rfind(" ", start, end)
            end = 1 + (line if line > start else space if space > start else end - 1)
        found.append((start, end))
        start = end
    return found


def _moved(drafts: Sequence[Draft], by: int) -> list[Draft]:
    """Drafts of a piece with the offsets of the whole text; drafts that they refer to move along."""
    moved: dict[int, Draft] = {}

    def move(draft: Draft) -> Draft:
        if id(draft) not in moved:
            fields = dict(draft.fields)
            if "content" in fields:
                fields["content"] = [(start + by, end + by) for start, end in fields["content"]]
            if isinstance(fields.get("of"), Draft):
                fields["of"] = move(fields["of"])
            links = tuple((relation, move(target)) for relation, target in draft.links)
            moved[id(draft)] = replace(draft, start=draft.start + by, end=draft.end + by, fields=fields, links=links)
        return moved[id(draft)]

    return [move(draft) for draft in drafts]
