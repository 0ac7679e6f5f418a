"""Corrections: what stands in a correction says so, and what it restates only to put it right is not proposed as told.

The note that a proposal gets here is read again when documents are linked: what it puts right in other reports is then tied to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from openparley.errors import CaseError, Complaint
from openparley.record.coders.draft import Draft
from openparley.record.coders.rules.article import Article
from openparley.record.coders.rules.lexicon import Lexicon, bad_value
from openparley.record.coders.rules.links.linkitems import CORRECTION, RETRACTION

__all__ = ["Patterns", "make_patterns", "mark_corrections"]

TABLE = "corrections.csv"
WHAT = ("opens", "wrong", "right", "not", "retracts")
# What is restated to be put right falls under every threshold.
_RESTATED = 0.3
# Kinds that tell what happened; a statement is what was said, wrong or not.
_TELLING = frozenset(("event", "commitment", "status", "relation"))
_NEAR_SENTENCES = 4
_CLAUSE_END = re.compile(r"[.;:]|$")


class Patterns(NamedTuple):
    """The patterns of the table, by what they find."""

    opens: re.Pattern[str]
    wrong: re.Pattern[str]
    right: re.Pattern[str]
    negated: re.Pattern[str]
    retracts: re.Pattern[str]


def make_patterns(lexicon: Lexicon) -> Patterns:
    """The patterns of ``corrections.csv``.

    Raises
    ------
    CaseError
        If a pattern is none; the message names file and line.
    """
    found: dict[str, list[str]] = {what: [] for what in WHAT}
    for row in lexicon.rows(TABLE, ("what", "pattern")):
        what, pattern = row.cells["what"], row.cells["pattern"]
        if what not in WHAT:
            raise bad_value(row, "what", what, WHAT)
        try:
            re.compile(pattern)
        except re.error as error:
            raise CaseError(
                Complaint(row.file, row.line, None, pattern, "a regular expression", None, f"pattern: cannot be read: {error}.")
            ) from None
        found[what].append(pattern)
    compiled = {what: re.compile("|".join(f"(?:{one})" for one in patterns), re.IGNORECASE) for what, patterns in found.items()}
    return Patterns(compiled["opens"], compiled["wrong"], compiled["right"], compiled["not"], compiled["retracts"])


@cache
def _shipped() -> Patterns:
    return make_patterns(Lexicon())


def mark_corrections(article: Article, drafts: Sequence[Draft], lexicon: Lexicon | None = None) -> list[Draft]:
    """The drafts, with notes on those in corrections and on those that tell that somebody took back his words.

    What a correction restates as wrong keeps its place with a confidence below every threshold, but for statements.
    """
    patterns = lexicon.build(make_patterns) if lexicon is not None else _shipped()
    marked = list(drafts)
    for start, end in article.paragraphs:
        if patterns.opens.search(article.plain[start:end]):
            holds, wrong = _parts(article, patterns, start, end)
            for number, draft in enumerate(marked):
                if start <= draft.start < end:
                    marked[number] = _noted(draft, holds, wrong)
    marked = _retracted(article, patterns, marked)
    return _relinked(drafts, marked)


def _parts(article: Article, patterns: Patterns, start: int, end: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Stretches of a correction that hold, and those that are only restated."""
    holds: list[tuple[int, int]] = []
    wrong: list[tuple[int, int]] = []
    for sentence in article.sentences[article.sentence_at(start) :]:
        if sentence.start >= end:
            break
        if sentence.start < start:
            continue
        words = article.plain[sentence.start : sentence.end]
        right = patterns.right.search(words)
        mistake = patterns.wrong.search(words)
        if mistake and (right is None or mistake.start() < right.start()):
            stop = right.start() if right else len(words)
            wrong.append((sentence.start + mistake.start(), sentence.start + stop))
            if right:
                holds.append((sentence.start + stop, sentence.end))
        else:
            holds.append((sentence.start, sentence.end))
        for denied in patterns.negated.finditer(words, right.end() if right else 0):
            stop = _CLAUSE_END.search(words, denied.end())
            if not mistake or denied.start() > mistake.end():
                wrong.append((sentence.start + denied.end(), sentence.start + (stop.start() if stop else len(words))))
    return holds, wrong


def _noted(draft: Draft, holds: Sequence[tuple[int, int]], wrong: Sequence[tuple[int, int]]) -> Draft:
    middle = (draft.start + draft.end) // 2
    if draft.kind in _TELLING and any(start <= middle < end for start, end in wrong):
        return replace(draft, confidence=draft.confidence * _RESTATED, fields={**draft.fields, "note": "restated in a correction as wrong"})
    if any(start <= middle < end for start, end in holds):
        return replace(draft, fields={**draft.fields, "note": f"{CORRECTION} of an earlier report"})
    return draft


def _retracted(article: Article, patterns: Patterns, drafts: list[Draft]) -> list[Draft]:
    """Ties what tells of a retraction to the last statement of the same speaker shortly before it, if there is one."""
    for found in patterns.retracts.finditer(article.plain):
        index = article.sentence_at(found.start())
        if index < 0:
            continue
        sentence = article.sentences[index]
        first = article.sentences[max(0, index - _NEAR_SENTENCES)].start
        before = [one for one in drafts if one.kind == "statement" and first <= one.start and one.end <= sentence.start]
        for number, draft in enumerate(drafts):
            who = set(draft.fields.get("speaker") or draft.fields.get("actor") or ())
            if draft.kind not in ("event", "statement") or not who or not sentence.start <= draft.start < sentence.end:
                continue
            told = [one for one in before if who & set(one.fields.get("speaker") or ())]
            links = (("retracts", told[-1]),) if told else ()
            drafts[number] = replace(draft, fields={**draft.fields, "note": f"{RETRACTION} of earlier words"}, links=(*draft.links, *links))
            break
    return drafts


def _relinked(old: Sequence[Draft], new: Sequence[Draft]) -> list[Draft]:
    """The new drafts, pointing to each other where the old ones did; one that did not change stays the same object."""
    by_old = {id(draft): number for number, draft in enumerate(old)}
    by_new = {id(draft): number for number, draft in enumerate(new)}
    final = list(new)

    def current(target: Draft) -> Draft:
        number = by_old.get(id(target), by_new.get(id(target)))
        return target if number is None else final[number]

    # Statements point to nothing, commitments and events to statements, statuses to commitments: three rounds reach every one.
    for _ in range(3):
        for number, draft in enumerate(final):
            links = tuple((relation, current(target)) for relation, target in draft.links)
            of = draft.fields.get("of")
            fields = {**draft.fields, "of": current(of)} if isinstance(of, Draft) else draft.fields
            moved = any(a is not b for (_, a), (_, b) in zip(links, draft.links, strict=True)) or fields.get("of") is not of
            if moved:
                final[number] = replace(draft, links=links, fields=fields)
                by_new[id(final[number])] = number
                by_new.setdefault(id(draft), number)
    return final
