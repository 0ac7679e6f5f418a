"""The cues of claims: words and phrases by class, looked up token by token."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

from openparley.record.coders.rules.article import Token
from openparley.record.coders.rules.lexicon import Lexicon, bad_value
from openparley.record.coders.rules.speech.speechwords import forms_of

__all__ = ["IRREGULAR", "CueHit", "PhraseTable", "claim_cues"]

_VERB, _GAP, _STEM = "v:", "~", "*"
# A gap "~" inside a phrase spans at most so many tokens.
_LONGEST_GAP = 5


class CueHit(NamedTuple):
    """A cue in a text: class, half-open range of tokens."""

    name: str
    first: int
    last: int


class PhraseTable:
    """Phrases by their first word, the longest first."""

    def __init__(self) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str, bool]]] = {}
        self._stems: list[tuple[str, str]] = []

    def add(self, phrase: str, name: str, irregular: Mapping[str, Sequence[str]]) -> None:
        """Add a phrase of a class; ``v:`` ahead of it stands for all forms of its first word."""
        words = phrase.split()
        if phrase.endswith(_STEM) and len(words) == 1:
            self._stems.append((phrase[:-1], name))
            return
        head = words[0].removeprefix(_VERB)
        verb = head != words[0]
        for first in dict.fromkeys(forms_of(head, irregular.get(head, ())) if verb else [head]):
            # The base form and the one in -s may be a noun or a preposition: they count where the grammar sees a verb.
            doubtful = verb and (first == head or first.endswith("s"))
            self._by_first.setdefault(first, []).append((_split(words[1:]), name, doubtful))
            self._by_first[first].sort(key=lambda item: -len(item[0]))

    def find(self, tokens: Sequence[Token], first: int, last: int, verbs: Container[int]) -> list[CueHit]:
        """Hits in a range of tokens; ``verbs`` holds the tokens that are verbs."""
        found: list[CueHit] = []
        by_first, stems = self._by_first, tuple(stem for stem, _ in self._stems)
        for index in range(first, last):
            word = tokens[index].lower
            phrases = by_first.get(word)
            if phrases is not None:
                following = tokens[index + 1].lower if index + 1 < last else ""
                for rest, name, doubtful in phrases:
                    if rest and rest[0] not in (following, _GAP):
                        continue
                    end = _matches(tokens, index + 1, last, rest)
                    if end is not None and not (doubtful and index not in verbs):
                        found.append(CueHit(name, index, end))
            if stems and word.startswith(stems):
                found += [CueHit(name, index, index + 1) for stem, name in self._stems if word.startswith(stem)]
        return found


def _split(words: Sequence[str]) -> tuple[str, ...]:
    """Words as the text's tokens have them: the endings 's and 're apart."""
    found: list[str] = []
    for word in words:
        for ending in ("'s", "'re"):
            if word.endswith(ending) and word != ending:
                found += [word.removesuffix(ending), ending]
                break
        else:
            found.append(word)
    return tuple(found)


def _matches(tokens: Sequence[Token], at: int, last: int, rest: tuple[str, ...]) -> int | None:
    """Token behind a phrase whose first word has been found, or None."""
    for number, word in enumerate(rest):
        if word == _GAP:
            after = rest[number + 1 :]
            for skip in range(1, _LONGEST_GAP + 1):
                end = _matches(tokens, at + skip, last, after)
                if end is not None:
                    return end
            return None
        if at >= last or tokens[at].lower != word:
            return None
        at += 1
    return at


# Irregular forms of verbs that are no verbs of speech.
IRREGULAR: dict[str, tuple[str, ...]] = {
    "see": ("saw", "seen", "seeing"),
    "think": ("thought",),
    "know": ("knew", "known"),
    "forgive": ("forgave", "forgiven"),
    "seek": ("sought",),
    "let": ("let", "letting"),
    "bet": ("bet", "betting"),
    "mistake": ("mistook", "mistaken"),
    "stand": ("stood",),
    "pay": ("paid",),
    "give": ("gave", "given"),
    "shrink": ("shrank", "shrunk"),
    "hold": ("held",),
    "drag": ("dragged", "dragging"),
    "spur": ("spurred", "spurring"),
    "stem": ("stemmed", "stemming"),
    "deter": ("deterred", "deterring"),
    "underlie": ("underlay", "underlying"),
    "try": ("tried",),
    "regret": ("regretted", "regretting"),
    "infer": ("inferred", "inferring"),
    "teach": ("taught",),
    "get": ("got", "gotten", "getting"),
    "strive": ("strove", "striven"),
    "mean": ("meant",),
    "shy": ("shied",),
    "fall": ("fell", "fallen"),
    "break": ("broke", "broken"),
    "buy": ("bought",),
    "sell": ("sold",),
    "do": ("did", "done", "does"),
    "dig": ("dug", "digging"),
    "cave": ("caved", "caving"),
    "lean": ("leaned", "leant"),
    "take": ("took", "taken"),
    "bring": ("brought",),
    "fight": ("fought",),
    "come": ("came", "coming"),
    "go": ("went", "gone", "goes"),
    "lose": ("lost", "losing"),
    "make": ("made",),
    "rely": ("relied",),
    "cut": ("cut", "cutting"),
    "throw": ("threw", "thrown"),
    "speak": ("spoke", "spoken"),
    "lend": ("lent",),
    "quarrel": ("quarrelled", "quarreled", "quarrelling", "quarreling"),
    "unravel": ("unravelled", "unraveled", "unravelling", "unraveling"),
    "prefer": ("preferred", "preferring"),
    "understand": ("understood",),
    "rebel": ("rebelled", "rebelling"),
    "snub": ("snubbed", "snubbing"),
}


def claim_cues(lexicon: Lexicon) -> PhraseTable:
    """The cues of a lexicon, built once."""
    return lexicon.build(_make)


def _make(lexicon: Lexicon) -> PhraseTable:
    table = PhraseTable()
    for row in lexicon.rows("claims.csv", ("class", "cues")):
        name = row.cells["class"]
        if not name.replace("_", "").isalpha():
            raise bad_value(row, "class", name, ["a word, such as want"])
        for phrase in row.words("cues"):
            table.add(phrase.lower(), name, IRREGULAR)
    return table
