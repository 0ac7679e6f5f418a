"""The words of speech as look-ups: every form of the verbs in ``speech.csv``, and the nouns, media and phrases beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from openparley.record.coders.rules.lexicon import Lexicon, bad_value

__all__ = ["SpeechVerb", "SpeechWords", "forms_of", "speech_words"]

_QUOTES = ("yes", "label", "no")
_CLASSES = ("say", "act", "mind")
FRAMES = ("that", "wh", "to", "ing", "noun", "as", "about", "of", "on", "for", "against", "with", "at", "over", "from")
_VOWELS = "aeiou"


class SpeechVerb(NamedTuple):
    """A verb of speech: its lemma with particle, whether it stands beside quotations, what it reports, its class."""

    lemma: str
    particle: str
    quotes: str
    reports: frozenset[str]
    kind: str


@dataclass(frozen=True)
class SpeechWords:
    """Verbs by form, verbs by lemma and particle, and the forms that attribute a quotation."""

    by_form: Mapping[str, tuple[SpeechVerb, ...]]
    by_lemma: Mapping[str, tuple[SpeechVerb, ...]]
    after_quotation: frozenset[str]


def speech_words(lexicon: Lexicon) -> SpeechWords:
    """The verbs of speech of a lexicon, built once."""
    return _shipped() if lexicon.extra is None else lexicon.build(_make)


@cache
def _shipped() -> SpeechWords:
    return _make(Lexicon())


def _make(lexicon: Lexicon) -> SpeechWords:
    by_form: dict[str, list[SpeechVerb]] = {}
    by_lemma: dict[str, list[SpeechVerb]] = {}
    for row in lexicon.rows("speech.csv", ("verb", "forms", "quotes", "reports", "class")):
        head, _, particle = row.cells["verb"].partition(" ")
        if row.cells["quotes"] not in _QUOTES:
            raise bad_value(row, "quotes", row.cells["quotes"], _QUOTES)
        if row.cells["class"] not in _CLASSES:
            raise bad_value(row, "class", row.cells["class"], _CLASSES)
        reports = row.words("reports")
        for frame in reports:
            if frame not in FRAMES:
                raise bad_value(row, "reports", frame, FRAMES)
        verb = SpeechVerb(head, particle, row.cells["quotes"], frozenset(reports), row.cells["class"])
        by_lemma.setdefault(head, []).append(verb)
        for form in forms_of(head, [form.split()[0] for form in row.words("forms")]):
            by_form.setdefault(form, []).append(verb)
    return SpeechWords(
        {form: tuple(_longest_first(verbs)) for form, verbs in by_form.items()},
        {lemma: tuple(_longest_first(verbs)) for lemma, verbs in by_lemma.items()},
        frozenset(form for form, verbs in by_form.items() if any(verb.quotes == "yes" and not verb.particle for verb in verbs)),
    )


def _longest_first(verbs: Sequence[SpeechVerb]) -> list[SpeechVerb]:
    """Verbs with a particle first, so that “call on” wins over “call”."""
    return sorted(verbs, key=lambda verb: not verb.particle)


def forms_of(lemma: str, irregular: Sequence[str] = ()) -> Iterator[str]:
    """All forms of a verb, by the rules of spelling and the irregular ones given.

    Examples
    --------
    >>> sorted(forms_of("deny"))
    ['denied', 'denies', 'deny', 'denying']
    """
    yield lemma
    yield from irregular
    consonant_y = lemma.endswith("y") and lemma[-2:-1] not in _VOWELS
    if consonant_y:
        yield lemma[:-1] + "ies"
    else:
        yield lemma + ("es" if lemma.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")
    if not any(form.endswith("ing") for form in irregular):
        yield (lemma[:-1] if lemma.endswith("e") and not lemma.endswith("ee") else lemma) + "ing"
    if not any(not form.endswith(("ing", "s")) for form in irregular):
        yield lemma[:-1] + "ied" if consonant_y else lemma + ("d" if lemma.endswith("e") else "ed")
