"""Who speaks: the heads among the mentions beside a verb of speech, and what sort of source they are."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from openparley.record.coders.rules.article import Article
from openparley.record.coders.rules.lexicon import Lexicon

if TYPE_CHECKING:
    from openparley.record.coders.rules.actors.actors import Mention
    from openparley.record.coders.rules.grammar.grammar import Group
    from openparley.record.coders.rules.reading import Reading

__all__ = ["NOBODY", "Source", "apposition", "heads", "medium_of", "mentions_between", "name_of", "source_of", "source_of_groups"]

# Whom a statement goes back to when the text does not say.
NOBODY = "unnamed"
_PREPOSITIONS = frozenset(
    [
        "of",
        "to",
        "with",
        "for",
        "in",
        "on",
        "at",
        "by",
        "from",
        "about",
        "against",
        "between",
        "among",
        "under",
        "over",
        "through",
        "during",
        "after",
        "before",
        "near",
        "inside",
        "outside",
        "into",
        "than",
        "as",
        "like",
    ]
)
_LINKS = frozenset(
    [
        "the",
        "a",
        "an",
        "this",
        "that",
        "these",
        "those",
        "its",
        "his",
        "her",
        "their",
        "our",
        "my",
        "one",
        "two",
        "three",
        "several",
        "some",
        "many",
        "other",
        "senior",
        "former",
        "other’s",
    ]
)
# Somebody counted or single who stays without a name; officials at large are a collective.
_ANONYMOUS = re.compile(
    r"\b(?:officials?|diplomats?|advis[eo]rs?|aides?|sources?|persons?|insiders?|negotiators?|observers?|analysts?|experts?|witness(?:es)?|residents?|"
    r"soldiers?|commanders?|lawmakers?|ministers?|envoys?|spokes(?:man|woman|person|people))\b"
)
_COUNTED = re.compile(r"\b(?:an?|one|two|three|four|five|six|several|another|a few|some)\b")
# What speaks for its owner: “the ministry's statement said”.
_DOCUMENTS = frozenset(
    [
        "statement",
        "communiqué",
        "communique",
        "letter",
        "message",
        "post",
        "report",
        "declaration",
        "spokesman",
        "spokeswoman",
        "spokesperson",
        "memo",
        "note",
        "tweet",
    ]
)
_SOURCE_KINDS = {
    "person": "named",
    "office": "named",
    "state": "institution",
    "institution": "institution",
    "group": "collective",
    "anonymous": "anonymous",
    "unknown": "anonymous",
}


class Source(NamedTuple):
    """Whose words they are: ids, the keys of an entry, where the name stands, and whether it is a pronoun."""

    ids: tuple[str, ...]
    attribution: str
    start: int
    end: int
    pronoun: bool

    @property
    def attributed_to(self) -> tuple[str, ...]:
        """The ids, or the word for nobody in particular."""
        return self.ids or (NOBODY,)


def mentions_between(reading: Reading, first: int, last: int) -> Sequence[Mention]:
    """Mentions that begin in a range of tokens."""
    mentions = reading.mentions
    left = bisect_left(mentions, first, key=lambda mention: mention.first)
    right = bisect_left(mentions, last, lo=left, key=lambda mention: mention.first)
    return mentions[left:right]


def heads(reading: Reading, first: int, last: int) -> list[Mention]:
    """Mentions in a range of tokens that a noun group there has as heads: the first, and those that “and” joins to it.

    A range with commas is read piece by piece (a name and its apposition); a piece that begins with a preposition or a participle is none.
    """
    tokens = reading.article.tokens
    found: list[Mention] = []
    fallback: list[Mention] = []
    for left, right in _pieces(reading.article, first, last):
        opening = tokens[left].lower
        aside = opening in _PREPOSITIONS or (opening.endswith("ing") and opening == tokens[left].text)
        for mention in mentions_between(reading, left, right):
            if mention.attributive or mention.possessive:
                continue
            link = _link(reading.article, left, mention.first)
            if aside or link in _PREPOSITIONS:
                fallback.append(mention)
            elif not found or link == "and":
                found.append(mention)
        if any(mention.ids for mention in found):
            return found
    return found or fallback[:1]


def _pieces(article: Article, first: int, last: int) -> Iterator[tuple[int, int]]:
    left = first
    for index in range(first, last):
        if article.tokens[index].text in ",-—():;":
            if left < index:
                yield left, index
            left = index + 1
    if left < last:
        yield left, last


def _link(article: Article, left: int, first: int) -> str:
    """The word that ties a mention to what stands before it: “and”, a preposition, or nothing."""
    for index in range(first - 1, max(left, first - 6) - 1, -1):
        word = article.tokens[index].lower
        if word == "and" or word in _PREPOSITIONS:
            return word
    return ""


def source_of(reading: Reading, mentions: Sequence[Mention]) -> Source | None:
    """The source that mentions stand for; None of none."""
    if not mentions:
        return None
    ids = tuple(dict.fromkeys(name for mention in mentions for name in mention.ids))
    words = _with_determiner(reading.article, mentions[0].first, mentions[-1].last)
    kinds = {_kind(reading, mention) for mention in mentions}
    several = "anonymous" if "anonymous" in kinds and "named" not in kinds else "collective"
    attribution = several if len(kinds) > 1 else kinds.pop()
    if attribution == "collective" and _ANONYMOUS.search(words) and (not ids or _COUNTED.search(words)):
        attribution = "anonymous"
    if attribution in ("named", "institution") and not ids:
        attribution = "anonymous"
    if attribution == "institution" and len(ids) > 1:
        attribution = "collective"
    pronoun = all(mention.kind == "pronoun" for mention in mentions)
    return Source(ids, attribution, mentions[0].start, mentions[-1].end, pronoun)


def _with_determiner(article: Article, first: int, last: int) -> str:
    """The words of a mention and the three before it: “one of the …”."""
    words = [token.lower for token in article.tokens[max(0, first - 3) : last]]
    return " ".join(words)


def source_of_groups(reading: Reading, groups: Sequence[Group]) -> Source | None:
    """The source that noun groups stand for."""
    mentions = [group.mention for group in groups if group.mention is not None]
    if len(groups) == 1 and not groups[0].ids and not groups[0].pronoun:
        beside = apposition(reading, _over_complement(reading.article, groups[0].last))
        found = source_of(reading, (beside,)) if beside is not None else None
        if found is not None:
            return found._replace(start=groups[0].start)
    if mentions:
        found = source_of(reading, mentions)
        if found is not None and not found.ids:
            ids = tuple(dict.fromkeys(name for group in groups for name in group.ids))
            found = found._replace(ids=ids) if ids else found
        return found and found._replace(start=min(group.start for group in groups), end=max(group.end for group in groups))
    if not groups:
        return None
    document = reading.article.tokens[groups[0].head].lower in _DOCUMENTS
    ids = tuple(dict.fromkeys(name for group in groups for name in (group.ids or (group.owner if document else ()))))
    start, end = min(group.start for group in groups), max(group.end for group in groups)
    words = reading.article.plain[start:end].lower()
    if groups[0].pronoun and not ids:
        return Source((), "anonymous", start, end, True)
    return Source(ids, "anonymous" if not ids or _ANONYMOUS.search(words) else "institution", start, end, groups[0].pronoun)


def _over_complement(article: Article, index: int) -> int:
    """The comma behind “for the ministry” and the like, if one is near; else the token itself."""
    tokens = article.tokens
    if index < len(tokens) and tokens[index].lower in ("for", "of", "at", "to"):
        return next((at for at in range(index + 1, min(index + 8, len(tokens))) if tokens[at].text == ","), index)
    return index


def apposition(reading: Reading, comma: int) -> Mention | None:
    """The person named right behind a comma: “a spokesman for the junta, Colonel Rafe”."""
    if comma >= len(reading.article.tokens) or reading.article.tokens[comma].text != ",":
        return None
    return next((mention for mention in mentions_between(reading, comma + 1, comma + 3) if mention.kind == "person" and mention.ids), None)


def _kind(reading: Reading, mention: Mention) -> str:
    """Sort of source that a mention is; a pronoun is what it stands for."""
    if mention.kind != "pronoun":
        return _SOURCE_KINDS.get(mention.kind, "named")
    if not mention.ids:
        return "anonymous"
    index = bisect_left(reading.mentions, mention.start, key=lambda other: other.start)
    for other in reversed(reading.mentions[max(0, index - 60) : index]):
        if other.kind != "pronoun" and other.ids == mention.ids:
            return _SOURCE_KINDS.get(other.kind, "named")
    return "named"


def name_of(reading: Reading, ids: Sequence[str]) -> str:
    """Display names of actors."""
    table = reading.table
    proposed = table.proposed()
    names = []
    for name in ids:
        actor = table.actors.get(name) or proposed.get(name)
        names.append(actor.name if actor is not None else name)
    if not names:
        return "Somebody"
    joined = names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
    return joined if len(joined) <= 120 else f"{names[0]} and others"


def medium_of(reading: Reading, words: str) -> str | None:
    """By what way something was said, as far as the words of its attribution tell."""
    for pattern, medium in reading.lexicon.build(_media):
        if pattern.search(words):
            return medium
    return None


def _media(lexicon: Lexicon) -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(row.cells["pattern"], re.IGNORECASE), row.cells["medium"]) for row in lexicon.rows("media.csv", ("pattern", "medium"))
    ]
