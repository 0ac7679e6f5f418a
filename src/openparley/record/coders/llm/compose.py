"""From a model's answers to proposals: places found, names resolved, every entry built by our models or turned down and counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from openparley.record.coders.draft import Draft, rows
from openparley.record.coders.llm.anchor import Finder, Place, trimmed
from openparley.record.coders.llm.names import UnknownActorError, Who
from openparley.record.coders.llm.passages import Passage
from openparley.record.coders.llm.schema import LISTS, Answer
from openparley.record.coders.rules.article import Article
from openparley.record.entry import KINDS, actor_fields

__all__ = ["ABSTAIN_BELOW", "Composer", "confidence"]

# Models say 0.9 for nearly everything. Until a person's reviews have measured one, none of its proposals is as sure as a measured rule's.
HIGHEST_CONFIDENCE = 0.75
ABSTAIN_BELOW = 0.35
# A paragraph of news has one event in about fourteen words; an answer with one in less than four does not read, it fills.
WORDS_AN_ENTRY, ENTRIES_FREE = 4, 2
# So many words in a row that are the report's are a copy.
COPIED_WORDS = 7
ANONYMOUS_WORDS = 8
_FREE_TEXT = ("condition", "consequence", "behaviour", "explanation", "mechanism", "medium")
_NEEDED_TEXT = ("behaviour", "explanation")
_WORD = re.compile(r"\w+")


def confidence(said: float) -> float:
    """The confidence of a proposal from what the model said of itself.

    Examples
    --------
    >>> confidence(1.0), confidence(0.4)
    (0.75, 0.3)
    """
    return round(HIGHEST_CONFIDENCE * said, 3)


class _TurnedDownError(Exception):
    """Why an entry is not proposed."""


class Composer:
    """Makes the proposals for one document from the answers to its passages, in order.

    Attributes
    ----------
    drafts
        Proposals so far.
    rejected
        Number of entries turned down, by reason.
    abstained
        Number of entries that the model itself was not sure enough of.
    """

    def __init__(self, article: Article, who: Who, earlier: Sequence[Mapping[str, Any]]) -> None:
        self.article, self.who = article, who
        self.drafts: list[Draft] = []
        self.rejected: Counter[str] = Counter()
        self.abstained = 0
        self._earlier = {str(row["id"]) for row in earlier}
        self._seen: set[tuple[object, ...]] = set()

    def add(self, passage: Passage, answer: Answer) -> None:
        """Take in the answer to one passage."""
        finder = Finder(self.article.text, passage.start, passage.end, passage.hidden)
        words = passage.shown(self.article.text)
        most = ENTRIES_FREE + len(_WORD.findall(words)) // WORDS_AN_ENTRY
        made: list[Draft | None] = []
        # Commitments first: a status of the same answer may be of one of them.
        for name in sorted(LISTS, key=lambda item: item != "commitments"):
            entries = answer.entries.get(name, ())
            if len(entries) > most:
                self.rejected["more entries than the words can carry"] += len(entries)
                continue
            for item in entries:
                known = answer.new_actors, made
                draft = None if item is None else self._draft(LISTS[name], item, passage, words, finder, *known)
                if name == "commitments":
                    made.append(draft)
        self.rejected["not by the schema"] += sum(fault.place is not None for fault in answer.faults)

    def _draft(
        self,
        kind: str,
        item: Mapping[str, Any],
        passage: Passage,
        words: str,
        finder: Finder,
        roles: Mapping[str, str],
        commitments: Sequence[Draft | None],
    ) -> Draft | None:
        """One proposal, or None when it is turned down."""
        try:
            place = self._place(kind, item["place"], passage, finder)
            fields = self._fields(kind, item, place, words, finder, roles, commitments)
            draft = Draft(kind, place.start, place.end, f"{kind}.model", confidence(item["confidence"]), fields)
            self._check(draft)
        except _TurnedDownError as error:
            self.rejected[str(error)] += 1
            return None
        except UnknownActorError:
            self.rejected["an actor that neither the case nor the paragraph names"] += 1
            return None
        if draft.confidence < ABSTAIN_BELOW:
            self.abstained += 1
            return None
        of = fields.get("of")
        key = (kind, place, fields.get("event"), fields.get("type"), id(of) if isinstance(of, Draft) else of)
        if key in self._seen:
            self.rejected["given twice"] += 1
            return None
        self._seen.add(key)
        self.drafts.append(draft)
        return draft

    def _place(self, kind: str, quote: Mapping[str, str], passage: Passage, finder: Finder) -> Place:
        found = finder.find(quote["from"], quote["to"], kind)
        if found is None:
            raise _TurnedDownError("a quote that is not in the paragraph")
        place = trimmed(self.article.text, found, kind, passage.start, passage.end)
        if place is None or any(left < place.end and right > place.start for left, right in passage.hidden):
            raise _TurnedDownError("a quote that is not in the paragraph")
        return place

    def _fields(
        self,
        kind: str,
        item: Mapping[str, Any],
        place: Place,
        words: str,
        finder: Finder,
        roles: Mapping[str, str],
        commitments: Sequence[Draft | None],
    ) -> dict[str, Any]:
        """The keys of the entry."""
        left_to_us = {"place", "paraphrase", "attribution", "attributed_to", "confidence", "content", "date", "of"}
        fields: dict[str, Any] = {key: value for key, value in item.items() if key not in left_to_us}
        for key in actor_fields(kind):
            fields[key] = self.who.ids(item[key], roles, words)
        fields.update(self._attributed(item, fields, roles, words))
        date = self._date(item["date"], words)
        fields["made" if kind == "commitment" else "date"] = date
        if kind == "status":
            fields["of"] = self._of(item["of"], commitments)
        if kind == "statement":
            fields["content"] = self._content(item["content"], place, finder)
        for key in _FREE_TEXT:
            if fields.get(key) and _copies(fields[key], words):
                if key in _NEEDED_TEXT:
                    raise _TurnedDownError("words of the report in place of the coder's own")
                fields[key] = None
        if fields.get("due") and _copies(fields["due"]["basis"], words):
            fields["due"] = {**fields["due"], "basis": ""}
        return {"paraphrase": _paraphrase(kind, item, fields, words), **fields}

    def _attributed(self, item: Mapping[str, Any], fields: Mapping[str, Any], roles: Mapping[str, str], words: str) -> dict[str, Any]:
        """Who vouches for an entry; never nobody."""
        attribution = item["attribution"]
        if attribution == "author":
            return {"attribution": attribution, "attributed_to": (f"author_{self.article.source.lower()}",)}
        named: list[str] = []
        for name in item["attributed_to"]:
            try:
                named += self.who.ids([name], roles, words)
            except UnknownActorError:
                # People without a name are described, which only these two kinds of attribution allow.
                if attribution not in ("anonymous", "collective") or len(name.split()) > ANONYMOUS_WORDS or not name.strip():
                    raise
                named.append(" ".join(name.split()))
        named = named or list(fields.get("speaker", ()))
        if not named:
            raise _TurnedDownError("nobody it goes back to")
        return {"attribution": attribution, "attributed_to": tuple(dict.fromkeys(named))}

    def _date(self, date: Mapping[str, Any] | None, words: str) -> dict[str, Any] | None:
        """The date with its phrase only if that is four words of the passage at most."""
        if date is None:
            return None
        phrase = date["phrase"]
        stands = phrase is not None and phrase in words and 0 < len(phrase.split()) <= 4
        return {**date, "phrase": phrase if stands else None}

    def _of(self, named: str, commitments: Sequence[Draft | None]) -> Draft | str:
        if named in self._earlier:
            return named
        number = named.removeprefix("#")
        index = int(number) - 1 if number.isascii() and number.isdigit() and len(number) < 4 else -1
        target = commitments[index] if 0 <= index < len(commitments) else None
        if target is None:
            raise _TurnedDownError("the status of a commitment that is not there")
        return target

    def _content(self, quotes: Sequence[Mapping[str, str]], place: Place, finder: Finder) -> list[tuple[int, int]]:
        """The stretches inside quotation marks, in order; one that is not in the statement turns it down."""
        found: list[tuple[int, int]] = []
        for quote in quotes:
            inner = finder.within(quote["from"], quote["to"], place, found[-1][1] if found else place.start)
            inner = trimmed(self.article.text, inner, "content", place.start, place.end) if inner else None
            if inner is None:
                raise _TurnedDownError("a quote that is not in the paragraph")
            found.append((inner.start, inner.end))
        return found

    def _check(self, draft: Draft) -> None:
        """Build the entry as it would stand in the record."""
        fields = {**draft.fields, "of": "C000"} if isinstance(draft.fields.get("of"), Draft) else draft.fields
        trial = Draft(draft.kind, draft.start, draft.end, draft.rule, draft.confidence, fields)
        (row,) = rows([trial], ["X000"], self.article.text, self.article.source, {"name": "llm", "version": "0"})
        try:
            KINDS[draft.kind].model.model_validate(row)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise _TurnedDownError(f"a {draft.kind} that is not sound ({first['loc'][0] if first['loc'] else 'entry'})") from None


def _copies(text: str, words: str) -> bool:
    """Whether a text of the model's has many words in a row that are the report's."""
    own, theirs = _WORD.findall(text.casefold()), f" {' '.join(_WORD.findall(words.casefold()))} "
    return any(f" {' '.join(own[at : at + COPIED_WORDS])} " in theirs for at in range(len(own) - COPIED_WORDS + 1))


def _paraphrase(kind: str, item: Mapping[str, Any], fields: Mapping[str, Any], words: str) -> str:
    """The model's paraphrase, or a plain one from the fields where it copies the report."""
    said = " ".join(str(item["paraphrase"]).split())
    if said and not _copies(said, words):
        return said
    doers = ", ".join(next((fields[key] for key in actor_fields(kind) if fields.get(key)), ())) or "somebody"
    what = fields.get("event") or fields.get("type") or fields.get("relation") or fields.get("value") or fields.get("form") or ""
    return f"{doers}: {kind} ({what})." if what else f"{doers}: {kind}."
