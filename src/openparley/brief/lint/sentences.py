"""Rules of prose, one sentence at a time."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from openparley.brief.cite import SENTENCE_TYPES, Given, Part, Ref, Sentence
from openparley.brief.facts import QUOTATION
from openparley.brief.lexicon import Lexicon, likelihood_words
from openparley.infer.posterior import NONE_OF_THESE

GIVEN = "□"
NEVER = re.compile(r"(?<![\d.,–])(?:0|100)(?:[.,]0+)?\s?%")
DECIMALS = re.compile(r"\d[.,]\d+\s?%")
BARE = re.compile(r"\d\s?%(?! range)")
WINNER = re.compile(r"most weight|none stands clear|\bleads\b|\bwins\b|best account", re.IGNORECASE)
PLUSES = re.compile(r"\b(?:sum|total|net|balance) of (?:the )?(?:pluses|evidence)|\d+ (?:pluses|minuses)", re.IGNORECASE)
ADVICE = re.compile(
    r"\b(?:should|ought to|must|had better|we (?:advise|recommend|suggest)|it is advisable|the best (?:option|lever))\b", re.IGNORECASE
)
# What a person has in mind, and what a court would have to find. Acts that anybody can see (rejects, threatens, refuses) are not here.
INTENTION = re.compile(
    r"\b(?:wants?|wanted|wish(?:es|ed)?|intends?|intended to|intentions?|believes?|believed (?:that|in)|hopes?|hoped|aims? to|aimed to"
    r"|plans? to|planned to|is planning|seeks? to|sought to|tr(?:y|ies|ied) to|is trying|means? to|meant to|desires?|prefers?|preferred"
    r"|thinks?|thought that|knows? (?:that|it|full well)|fears?|feared|is afraid|dreads?|is (?:un)?willing|is (?:un)?prepared to"
    r"|is (?:determined|resolved|eager|reluctant|desperate) to|is out to|refuses? to (?:want|believe|see|admit|understand)"
    r"|admires?|hates?|despises?|resents?|deliberate(?:ly)?|on purpose|in bad faith|secretly|pretends?|pretended"
    r"|(?:is|was|are|were) (?:only |merely )?(?:stalling|bluffing|lying|pretending)|lie[sd] (?:to|about)"
    r"|(?:is|was|are) guilty of|committed (?:a |war )?crimes?|is a (?:war )?criminal)\b",
    re.IGNORECASE,
)
HOW_LIKELY = re.compile(r"\bhow (?:\w+ )?(?:un)?likely\b", re.IGNORECASE)
ACCOUNT = re.compile(r"Under ([A-Za-z]\w*)\b")


@dataclass(frozen=True)
class Fault:
    """A rule that a sentence breaks.

    Attributes
    ----------
    given
        The words of the case that break it, or nothing where the words are our own.
    """

    sentence: Sentence
    rule: str
    given: str = ""

    def __str__(self) -> str:
        """Sentence, rule, text."""
        return f"{self.sentence.id}: {self.rule}: {self.sentence.text}"


def sentence_faults(sentences: Iterable[Sentence], lexicon: Lexicon, texts: Mapping[str, str], accounts: Collection[str] = ()) -> list[str]:
    """Every rule of prose that a sentence breaks, with the sentence.

    Parameters
    ----------
    texts
        Stored texts; quotation marks may only stand around words found in one of them.
    accounts
        Ids of the accounts under which a motive may be told; any word with a digit if none are given.
    """
    return [str(fault) for fault in prose_faults(sentences, lexicon, texts, accounts)]


def prose_faults(sentences: Iterable[Sentence], lexicon: Lexicon, texts: Mapping[str, str], accounts: Collection[str] = ()) -> list[Fault]:
    """The same as data."""
    return [fault for sentence in sentences for fault in _faults(sentence, lexicon, texts, accounts)]


def _faults(sentence: Sentence, lexicon: Lexicon, texts: Mapping[str, str], accounts: Collection[str]) -> Iterator[Fault]:
    own = "".join(GIVEN if isinstance(part, Given) else _text(part) for part in sentence.parts)
    for rule in (*_form(sentence, own), *_likelihood(sentence, own, lexicon)):
        yield Fault(sentence, rule)
    yield from _quotations(sentence, texts)
    yield from _likelihood_of_the_case(sentence)
    if sentence.type != "reported" and not _is_under_account(sentence.text, accounts):
        yield from _intentions(sentence)


def _text(part: Part) -> str:
    return part if isinstance(part, str) else part.text


def _form(sentence: Sentence, own: str) -> Iterator[str]:
    if sentence.type not in SENTENCE_TYPES:
        yield f"no such type as {sentence.type!r}"
    if sentence.type == "note" and (sentence.numbers or re.search(r"\d", own)):
        yield "a number in a note"
    if sentence.type == "note" and likelihood_words().search(own):
        yield "a likelihood word in a note"
    if sentence.type == "reported" and ", per " not in own:
        yield "reported without saying by whom"
    if not sentence.text.rstrip().endswith((".", "?")):
        yield "no full stop"
    if WINNER.search(own) and not any(number.id.startswith("n-fit-") for number in sentence.numbers):
        yield "a winner without absolute fit"
    shares = [number.id for number in sentence.numbers if number.id.startswith("n-share-")]
    if WINNER.search(own) and shares and not any(id.endswith(f"-{NONE_OF_THESE}") for id in shares):
        yield "a winner without “none of these”"
    if PLUSES.search(own):
        yield "evidence summed"
    if ADVICE.search(own):
        yield "a what-if told as advice"


def _likelihood(sentence: Sentence, own: str, lexicon: Lexicon) -> Iterator[str]:
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
    bare = "".join(part if isinstance(part, str) else GIVEN for part in sentence.parts)
    if BARE.search(re.sub(r"was [^;,]*? in run", "", bare)):
        yield "a number that is no link to its trace"


def _likelihood_of_the_case(sentence: Sentence) -> Iterator[Fault]:
    """A likelihood in the words of the case; what somebody reports is theirs, and “how likely” claims nothing."""
    for part in sentence.parts if sentence.type != "reported" else ():
        if isinstance(part, Given) and not part.name and likelihood_words().search(HOW_LIKELY.sub("", part.text)):
            yield Fault(sentence, "a likelihood word without its range", part.text)


def _quotations(sentence: Sentence, texts: Mapping[str, str]) -> Iterator[Fault]:
    for match in QUOTATION.finditer(sentence.text):
        inner = next((group for group in match.groups() if group is not None), "")
        if not inner or not any(inner in text for text in texts.values()):
            by = next((part.text for part in sentence.parts if isinstance(part, Given) and match[0] in part.text), "")
            yield Fault(sentence, "quotation marks around words that no stored text has", by)


def _is_under_account(text: str, accounts: Collection[str]) -> bool:
    """Whether a sentence tells what a player of the model is like under one of the accounts."""
    match = ACCOUNT.match(text)
    return match is not None and (match[1] in accounts if accounts else any(letter.isdigit() for letter in match[1]))


def _intentions(sentence: Sentence) -> Iterator[Fault]:
    """An intention stated as fact, by us or by the case; the names of accounts are names."""
    rule = "an intention stated as fact"
    told = [part.text for part in sentence.parts if isinstance(part, Given) and not part.name and INTENTION.search(part.text)]
    if told:
        yield Fault(sentence, rule, told[0])
    elif INTENTION.search("".join(GIVEN if isinstance(part, Given) else _text(part) for part in sentence.parts)):
        yield Fault(sentence, rule)


def headline_faults(sentence: Sentence) -> list[str]:
    """The bottom line must end in its range."""
    last = next((part for part in reversed(sentence.parts) if not isinstance(part, str)), None)
    ends = isinstance(last, Ref) and sentence.text.rstrip(".").endswith(last.text) and "%" in last.text
    return [] if ends else [f"{sentence.id}: the bottom line does not end in its range: {sentence.text}"]
