"""The rules that no page may break; each returns what is wrong, so that a test can plant it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from openparley.brief.cite import SENTENCE_TYPES, Given, Ref, Sentence
from openparley.brief.facts import QUOTATION
from openparley.brief.lexicon import Lexicon, likelihood_words

SIZE_LIMIT = 300_000
GIVEN = "□"
NEVER = re.compile(r"(?<![\d.,–])(?:0|100)(?:[.,]0+)?\s?%")
DECIMALS = re.compile(r"\d[.,]\d+\s?%")
BARE = re.compile(r"\d\s?%(?! range)")
WINNER = re.compile(r"most weight|none stands clear|\bleads\b|\bwins\b|best account", re.IGNORECASE)
PLUSES = re.compile(r"\b(?:sum|total|net|balance) of (?:the )?(?:pluses|evidence)|\d+ (?:pluses|minuses)", re.IGNORECASE)
INTENTION = re.compile(
    r"\b(?:wants?|wish(?:es)?|intends?|intention|believes?|hopes?|aims? to|plans? to|seeks? to|desires?|prefers?"
    r"|is (?:only )?stalling|is bluffing|secretly)\b",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"""\b(?:href|src|srcset|action|data|poster|xlink:href)\s*=\s*["'](?!#|data:image/)[^"']*""", re.IGNORECASE)
LOADS = re.compile(r"<script\b|@import|<link\b|<iframe\b|<object\b|url\((?!\s*['\"]?#)|\bstyle\s*=", re.IGNORECASE)


def sentence_faults(sentences: Iterable[Sentence], lexicon: Lexicon, texts: Mapping[str, str]) -> list[str]:
    """Every rule of prose that a sentence breaks, with the sentence.

    Parameters
    ----------
    texts
        Stored texts; quotation marks may only stand around words found in one of them.
    """
    return [f"{sentence.id}: {fault}: {sentence.text}" for sentence in sentences for fault in _faults(sentence, lexicon, texts)]


def _faults(sentence: Sentence, lexicon: Lexicon, texts: Mapping[str, str]) -> Iterator[str]:
    whole = sentence.text
    own = "".join(GIVEN if isinstance(part, Given) else part if isinstance(part, str) else part.text for part in sentence.parts)
    bare = "".join(part if isinstance(part, str) else GIVEN for part in sentence.parts)
    unnamed = "".join(
        GIVEN if isinstance(part, Given) and part.name else part if isinstance(part, str) else part.text for part in sentence.parts
    )

    if sentence.type not in SENTENCE_TYPES:
        yield f"no such type as {sentence.type!r}"
    word = likelihood_words()
    ranged = rf"{word.pattern}(?: to (?:{word.pattern}))?(?= \([^)]*%[^)]*\))|{word.pattern}(?= to (?:{word.pattern}) \([^)]*%)"
    if word.search(re.sub(ranged, "", own, flags=re.IGNORECASE)):
        yield "a likelihood word without its range"
    used = {match[0].lower() for match in word.finditer(own)}
    if foreign := used - {term.word for term in lexicon.terms}:
        yield f"a word of another list than {lexicon.name} ({', '.join(sorted(foreign))})"
    if "confidence" in own.lower() and (used or any(number.id.startswith(("n-p-", "n-before-")) for number in sentence.numbers)):
        yield "likelihood and confidence in one sentence"
    if NEVER.search(own):
        yield "certainty or impossibility printed"
    if DECIMALS.search(own):
        yield "more digits than the error supports"
    if BARE.search(re.sub(r"was [^;,]*? in run", "", bare)):
        yield "a number that is no link to its trace"
    for match in QUOTATION.finditer(whole):
        inner = next((group for group in match.groups() if group is not None), "")
        if not inner or not any(inner in text for text in texts.values()):
            yield "quotation marks around words that no stored text has"
    if WINNER.search(own) and not any(number.id.startswith("n-fit-") for number in sentence.numbers):
        yield "a winner without absolute fit"
    if PLUSES.search(own):
        yield "evidence summed"
    if sentence.type == "reported" and ", per " not in own:
        yield "reported without saying by whom"
    if sentence.type != "reported" and not unnamed.startswith("Under ") and INTENTION.search(unnamed.replace("stands", "")):
        yield "an intention stated as fact"
    if not sentence.text.rstrip().endswith((".", "?")):
        yield "no full stop"


def headline_faults(sentence: Sentence) -> list[str]:
    """The bottom line must end in its range."""
    last = next((part for part in reversed(sentence.parts) if not isinstance(part, str)), None)
    ends = isinstance(last, Ref) and sentence.text.rstrip(".").endswith(last.text) and "%" in last.text
    return [] if ends else [f"{sentence.id}: the bottom line does not end in its range: {sentence.text}"]


def page_faults(html: str) -> list[str]:
    """What the file itself breaks: outside addresses, styles, dead anchors, doubled ids, weight."""
    found = [f"an address outside the page: {match[0][:80]}" for match in ADDRESS.finditer(html)]
    found += [f"loads or styles in place: {match[0]}" for match in LOADS.finditer(re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))]
    ids = Counter(re.findall(r'\sid="([^"]+)"', html))
    found += [f"the id {id} stands {number} times" for id, number in ids.items() if number > 1]
    found += [f"no anchor for #{target}" for target in sorted(set(re.findall(r'href="#([^"]+)"', html)) - ids.keys())]
    size = len(html.encode())
    return found + ([f"{size:,} bytes; the limit is {SIZE_LIMIT:,}"] if size > SIZE_LIMIT else [])
