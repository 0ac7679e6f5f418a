"""Layer 2a, quotations: which words stand between quotation marks, mended where a mark is missing.

Marks are paired paragraph by paragraph. A paragraph that opens a quotation and does not close it goes on in the next one if that one
opens with a mark again; otherwise the missing mark is put where the words of the speaker most likely end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from openparley.record.coders.rules.article import Article
from openparley.record.coders.rules.lexicon import Lexicon
from openparley.record.coders.rules.speech.speechwords import speech_words
from openparley.record.coders.rules.speech.turns import Turn, find_turns

__all__ = ["Quotation", "Turn", "find_quotations", "find_turns", "marked_quotations"]


class Quotation(NamedTuple):
    """A quoted stretch inside one paragraph.

    Attributes
    ----------
    start, end
        With the marks.
    inner_start, inner_end
        Without them.
    group
        The same for stretches that are one utterance: continued over paragraphs, or parted by the words that say whose it is.
    scare
        A few words that are no utterance of their own: a word taken up, a name, part of a sentence that is not quoted.
    """

    start: int
    end: int
    inner_start: int
    inner_end: int
    group: int
    scare: bool


class _Pair(NamedTuple):
    start: int
    end: int
    inner_start: int
    inner_end: int
    open_ended: bool  # goes on in the next paragraph
    resumed: bool  # goes on from the paragraph before
    single: bool
    paragraph: int


_OPENERS, _CLOSERS = "“„«‟", "”»"
_BEFORE_OPENING = " \t([{—–-/\u00a0\u2009\u202f\n\r"
_NO_QUOTE = re.compile(r"'(?:tis|twas|em|til|till|cause|bout|n'?|round|neath|\d0s|\d\d)(?!\w)", re.IGNORECASE)
_DOUBLE = re.compile('"')
_SENTENCE_END = re.compile(r"[.!?…]['\")\]]*(?=\s|$)")
# Parts of an utterance that its attribution divides stand no further apart than this.
_ATTRIBUTION_WORDS = 32
_SCARE_WORDS = 3
_TITLE_WORDS = 8


def find_quotations(article: Article) -> tuple[Quotation, ...]:
    """Quoted stretches of an article and the turns of a transcript, in order, none inside another.

    Examples
    --------
    >>> from openparley.record.coders.rules.article import read_article
    >>> article = read_article("“We said yes,” she said, “and they said ‘maybe’.”")
    >>> [(article.text[q.inner_start : q.inner_end], q.group) for q in find_quotations(article)]
    [('We said yes,', 0), ('and they said ‘maybe’.', 0)]
    """
    marked = marked_quotations(article)
    turns = find_turns(article)
    if not turns:
        return marked
    spoken = _of_turns(turns)
    before = [part for part in marked if not any(turn.start <= part.start < turn.end for turn in turns)]
    more = spoken[-1].group + 1
    return tuple(sorted([*spoken, *(part._replace(group=part.group + more) for part in before)]))


def marked_quotations(article: Article) -> tuple[Quotation, ...]:
    """Stretches between quotation marks, those inside the turns of a transcript as well."""
    pairs: list[_Pair] = []
    carried = False
    for number, (start, end) in enumerate(article.paragraphs):
        here = [pair._replace(paragraph=number) for pair in _pairs(article, start, end, carried, _opens(article, number + 1))]
        carried = bool(here) and here[-1].open_ended
        pairs += here
    return _grouped(article, pairs)


def _of_turns(turns: Sequence[Turn]) -> list[Quotation]:
    found: list[Quotation] = []
    group = -1
    for turn in turns:
        group += not turn.continued
        found.append(Quotation(turn.start, turn.end, turn.start, turn.end, max(group, 0), False))
    return found


# -- pairing the marks of a paragraph


def _opens(article: Article, number: int) -> str:
    """The mark that a paragraph begins with, if it does."""
    if number >= len(article.paragraphs):
        return ""
    start = article.paragraphs[number][0]
    mark = article.plain[start]
    if mark == '"' and article.text[start] not in "”":
        return mark
    return mark if mark == "'" and not _NO_QUOTE.match(article.plain, start) else ""


def _pairs(article: Article, start: int, end: int, carried: bool, next_opens: str) -> list[_Pair]:
    """Pairs of one paragraph: double marks, and single ones outside them or around them."""
    plain = article.plain
    doubles = _doubles(article, start, end, carried, next_opens == '"') if plain.find('"', start, end) >= 0 else []
    if not any(mark in article.text[start:end] for mark in "‘'‚‛"):
        return doubles
    singles = _singles(article, start, end, next_opens == "'")
    kept = [
        pair
        for pair in singles
        if all(
            pair.start <= other.start and other.end <= pair.end for other in doubles if other.start < pair.end and pair.start < other.end
        )
    ]
    outer = [pair for pair in doubles if not any(other.start < pair.end and pair.start < other.end for other in kept)]
    return sorted([*kept, *outer])


def _doubles(article: Article, start: int, end: int, carried: bool, goes_on: bool) -> list[_Pair]:
    marks = [found.start() for found in _DOUBLE.finditer(article.plain, start, end)]
    found: list[_Pair] = []
    opened: int | None = None
    index = 0
    while index < len(marks):
        at = marks[index]
        opens, closes = _direction(article, at, start, end, article.text[opened] if opened is not None else "")
        if opened is None:
            if opens and not (article.text[at] in '"″' and at > start and _is_inch(article, at)):
                opened = at
            elif closes and carried and not found and index == 0:
                found.append(_Pair(start, at + 1, start, at, False, True, False, 0))
        elif closes and not (opens and not _is_closed_by(article, at)):
            found.append(_Pair(opened, at + 1, opened + 1, at, False, carried and opened == start, False, 0))
            opened = None
        elif opens:
            inner = _nested(article, marks, index, start, end)
            if inner:
                index = inner
            else:
                stop = _likely_end(article, opened, at)
                found.append(_Pair(opened, stop, opened + 1, stop, False, carried and opened == start, False, 0))
                opened = at
        index += 1
    if opened is not None:
        resumed = carried and opened == start
        stop = end if goes_on else _likely_end(article, opened, end)
        if stop > opened + 1:
            found.append(_Pair(opened, stop, opened + 1, stop, goes_on, resumed, False, 0))
    return found


def _is_inch(article: Article, at: int) -> bool:
    """Whether a mark outside any quotation is a measure: behind a figure, before a space."""
    return article.plain[at - 1].isdigit() and article.plain[at + 1 : at + 2].isspace()


def _direction(article: Article, at: int, start: int, end: int, opened: str) -> tuple[bool, bool]:
    """Whether a mark can open, and whether it can close; the mark that is open decides for those with two uses."""
    mark = article.text[at]
    if opened == "„":
        return mark in "„«‟", mark not in "„«‟"
    if opened == "»":
        return False, mark == "«" or mark in '”"'
    if mark in _OPENERS:
        return True, False
    before = article.plain[at - 1] if at > start else " "
    after = article.plain[at + 1] if at + 1 < end else " "
    can_open = (before in _BEFORE_OPENING or before == "'") and not after.isspace()
    if mark in _CLOSERS:
        return (can_open and not opened), True
    can_close = at > start and not (before.isspace() and not after.isspace())
    if can_open and can_close and opened:
        return False, True
    return can_open, can_close


def _is_closed_by(article: Article, at: int) -> bool:
    """A mark that could do both closes what is open unless a space before it says otherwise."""
    return not article.plain[at - 1].isspace()


def _nested(article: Article, marks: Sequence[int], index: int, start: int, end: int) -> int | None:
    """Index of the mark that closes an inner quotation in the same marks, if the outer one is closed behind it as well."""
    if index + 2 >= len(marks):
        return None
    second = _direction(article, marks[index + 1], start, end, "“")
    third = _direction(article, marks[index + 2], start, end, "“")
    return index + 1 if second == (False, True) and third == (False, True) else None


def _likely_end(article: Article, opened: int, limit: int) -> int:
    """Where a quotation without its closing mark ends: before its attribution, or with the last whole sentence."""
    found = _attribution().search(article.plain, opened + 1, limit)
    if found:
        return found.start() + 1
    ends = [mark.end() for mark in _SENTENCE_END.finditer(article.plain, opened + 1, limit)]
    return ends[-1] if ends else opened + 1 + len(article.plain[opened + 1 : limit].rstrip())


@cache
def _attribution() -> re.Pattern[str]:
    """“, the minister said” and the like behind words whose closing mark is missing."""
    verbs = "|".join(sorted(map(re.escape, speech_words(Lexicon()).after_quotation), key=len, reverse=True))
    name = r"(?:[Tt]he |[Aa]n? )?(?:[\w'.-]+ ){0,5}?[\w'.-]+"
    return re.compile(
        rf"[,?!] (?:{name} (?:{verbs})|(?:{verbs}) {name})(?=[.,:;]| (?:on|in|at|to|late|early|yesterday|today|as|after|before)\b)"
    )


# -- single marks


def _singles(article: Article, start: int, end: int, goes_on: bool) -> list[_Pair]:
    """Pairs of single marks that are no apostrophes."""
    plain, text = article.plain, article.text
    found: list[_Pair] = []
    at = start
    while at < end:
        at = plain.find("'", at, end)
        if at < 0:
            break
        if not _opens_single(text, plain, at, start, end):
            at += 1
            continue
        stop = _closing_single(text, plain, at, end)
        if stop is not None:
            found.append(_Pair(at, stop + 1, at + 1, stop, False, at == start, True, 0))
            at = stop + 1
        else:
            if goes_on and not any(mark.isalpha() for mark in plain[start:at]):
                found.append(_Pair(at, end, at + 1, end, True, at == start, True, 0))
            at += 1
    return found


def _opens_single(text: str, plain: str, at: int, start: int, end: int) -> bool:
    if text[at] in "’′´" or at + 1 >= end or not (plain[at + 1].isalnum() or plain[at + 1] in "[($£€.…"):
        return False
    if at > start and plain[at - 1] not in _BEFORE_OPENING + '"':
        return False
    return not _NO_QUOTE.match(plain, at)


def _closing_single(text: str, plain: str, opened: int, end: int) -> int | None:
    """The mark that closes a single quotation: behind a stop for sure, behind a letter if it is no possessive of a plural."""
    doubtful: int | None = None
    at = opened + 2
    while at < end:
        at = plain.find("'", at, end)
        if at < 0:
            break
        before = plain[at - 1]
        after = plain[at + 1] if at + 1 < end else " "
        if text[at] != "‘" and not before.isspace() and not after.isalnum():
            if before in ".,?!…)-—" or after in '.,;:?!)-—"' or at + 1 >= end:
                return at
            if before not in "sS":
                return at
            if doubtful is None or not plain[opened:at].count(" "):
                doubtful = at
        elif at > opened + 2 and _opens_single(text, plain, at, opened, end):
            break
        at += 1
    return doubtful


# -- utterances


def _grouped(article: Article, pairs: Sequence[_Pair]) -> tuple[Quotation, ...]:
    found: list[Quotation] = []
    group = -1
    for index, pair in enumerate(pairs):
        before = pairs[index - 1] if index else None
        joined = before is not None and ((before.open_ended and pair.resumed) or (not pair.resumed and _divided(article, before, pair)))
        resumed = before is not None and before.open_ended and joined
        group += not joined
        scare = not resumed and not pair.open_ended and _is_scare(article, pair)
        inner = _inner(article.plain, pair)
        if inner[0] < inner[1]:
            found.append(Quotation(pair.start, pair.end, *inner, max(group, 0), scare))
    return tuple(found)


def _inner(plain: str, pair: _Pair) -> tuple[int, int]:
    words = plain[pair.inner_start : pair.inner_end]
    left = pair.inner_start + len(words) - len(words.lstrip())
    return left, left + len(words.strip())


def _divided(article: Article, first: _Pair, second: _Pair) -> bool:
    """Whether nothing but an attribution stands between two stretches of one paragraph."""
    gap = article.plain[first.end : second.start]
    if (
        first.paragraph != second.paragraph
        or first.single != second.single
        or not article.plain[first.inner_end - 1 : first.end + 1].strip("\"' ")
    ):
        return False
    lead_in = gap.strip()
    words = lead_in.lstrip(",—- ").split()
    ended = article.plain[first.inner_start : first.inner_end].rstrip()[-1:] in ",-—?!…." or lead_in[:1] in ",-—"
    goes_on = lead_in[-1:] == ":" and len(words) <= 4 and words[0].rstrip(":").endswith("ing")
    if (
        not ended
        or not 0 < len(words) <= _ATTRIBUTION_WORDS
        or (lead_in[-1:] in ":(" and not goes_on)
        or _SENTENCE_END.search(lead_in[:-1])
    ):
        return False
    known = speech_words(Lexicon())
    said = any(word.strip(",.:;—-").lower() in known.after_quotation for word in words)
    return said and (goes_on or lead_in[-1] in ",.;—-" or words[-1].lower() in {"and", "but", "that", "because", "or"})


def _is_scare(article: Article, pair: _Pair) -> bool:
    """A short stretch inside a sentence that is somebody else's, or a title."""
    left, right = _inner(article.plain, pair)
    words = article.plain[left:right].split()
    if not words:
        return True
    if len(words) > _TITLE_WORDS or (len(words) > _SCARE_WORDS and not _is_title(words)):
        return False
    ahead = article.plain[max(0, pair.start - 40) : pair.start].rstrip()
    sentence = article.sentence_at(pair.start)
    begins = sentence >= 0 and article.sentences[sentence].start >= pair.start - 1
    last = words[-1][-1]
    outside = article.plain[pair.end : pair.end + 1]
    if begins and (last in ",?!.…-" or outside == ","):
        return False
    capital = words[0][:1].isupper()
    return not (capital and last in ".?!,…" and (ahead[-1:] in ",:" or _says(ahead)))


def _is_title(words: Sequence[str]) -> bool:
    return (
        all(word[:1].isupper() or word.lower() in {"of", "the", "and", "in", "for", "to", "a", "on"} for word in words)
        and words[-1][-1].isalnum()
    )


def _says(ahead: str) -> bool:
    words = ahead.split()
    return bool(words) and words[-1].lower() in speech_words(Lexicon()).after_quotation
