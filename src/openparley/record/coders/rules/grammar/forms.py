"""What a form can be, whatever stands around it: parts of speech and lemmas by the dictionary, else by its ending."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["Options", "dictionary", "noun_lemma", "options_of", "verb_lemma"]

_PARTICLE_ENDS = frozenset(["out", "up", "off", "back", "down", "in", "over", "on", "away", "by", "through"])
_FALLBACK = ((("NN", 0.0),), (("NS", 0.0),))
Options = tuple[tuple[str, float], ...]


@lru_cache(maxsize=65536)
def dictionary(word: str) -> dict[str, tuple[str, ...]]:
    """Lemmas by part of speech, of the dictionary."""
    import lemminflect

    return lemminflect.getAllLemmas(word)


@lru_cache(maxsize=65536)
def verb_lemma(word: str) -> str:
    """Base form of a verb: by the dictionary, else by its ending.

    Examples
    --------
    >>> verb_lemma("withdrew"), verb_lemma("re-routed"), verb_lemma("'s")
    ('withdraw', 're-route', 'be')
    """
    if word in _AUXILIARIES:
        return _AUXILIARIES[word]
    found = dictionary(word).get("VERB")
    if found:
        return found[0]
    if "-" in word:
        return verb_lemma(word.replace("-", ""))
    for ending, base in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) > 2:
            return word[: len(word) - len(ending)] + base
    return word


@lru_cache(maxsize=65536)
def noun_lemma(word: str) -> str:
    """Singular of a noun."""
    found = dictionary(word).get("NOUN")
    if found:
        return found[0]
    if "-" in word:
        head, _, tail = word.rpartition("-")
        return f"{head}-{noun_lemma(tail)}"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


_AUXILIARIES = {
    **dict.fromkeys(("is", "are", "was", "were", "am", "been", "being", "isn't", "aren't", "wasn't", "weren't"), "be"),
    **dict.fromkeys(("'s", "'m", "'re", "ain't"), "be"),
    **dict.fromkeys(("has", "had", "having", "hasn't", "haven't", "hadn't", "'ve"), "have"),
    **dict.fromkeys(("does", "did", "don't", "doesn't", "didn't", "done", "doing"), "do"),
    "left": "leave", "found": "find", "lay": "lay", "laid": "lay", "wound": "wind", "bore": "bear", "fell": "fall", "saw": "see",
    "felt": "feel",
    "ground": "grind", "lent": "lend", "shot": "shoot", "bound": "bind", "leaves": "leave", "dove": "dive",
}  # fmt: skip
_ENDINGS = (
    ("ying", "y"), ("ied", "y"), ("ies", "y"), ("ating", "ate"), ("ated", "ate"), ("izing", "ize"), ("ized", "ize"), ("ising", "ise"),
    ("ised", "ise"), ("uted", "ute"), ("ing", ""), ("ed", ""), ("es", "e"), ("s", ""),
)  # fmt: skip


@lru_cache(maxsize=65536)
def _verb_tags(word: str, lemma: str) -> frozenset[str]:
    """Which forms of a verb a word is."""
    import lemminflect

    forms = lemminflect.getAllInflections(lemma, "VERB")
    past, done = word in forms.get("VBD", ()), word in forms.get("VBN", ())
    found = (
        {"VE"}
        if (past and (done or word.endswith("ed"))) or (done and word.endswith("ed"))
        else {"VD"}
        if past
        else {"VN"}
        if done
        else set[str]()
    )
    if word in forms.get("VBZ", ()):
        found.add("VZ")
    if word in forms.get("VBG", ()):
        found.add("VG")
    if word == lemma or word in forms.get("VB", ()):
        found.add("VB")
    if not found:
        found.add("VG" if word.endswith("ing") else "VE" if word.endswith("ed") else "VZ" if word.endswith("s") else "VB")
    return frozenset(found)


@lru_cache(maxsize=65536)
def options_of(word: str) -> Options:
    """What a word can be by the dictionary; the commoner part of speech is favoured a little."""
    kinds = dictionary(word)
    if not kinds:
        return _from_form(word)
    found: dict[str, float] = {}
    if "VERB" in kinds:
        for tag in _verb_tags(word, kinds["VERB"][0]):
            found[tag] = -0.3 if tag in ("VZ", "VB") and ("NOUN" in kinds or "ADJ" in kinds) else 0.0
    if "NOUN" in kinds and not (word.endswith("ly") and "ADV" in kinds):
        plural = kinds["NOUN"][0] != word
        rare = -2.0 if "VE" in found or "VD" in found or "VN" in found else -1.0 if "VG" in found else -0.1 if "ADJ" in kinds else 0.0
        found["NS" if plural else "NN"] = rare
    elif "VB" in found and len(word) <= 4:  # the dictionary lacks the nouns of some short verbs (bar, dam)
        found["NN"] = -0.8
    if "ADJ" in kinds:
        found["JJ"] = -0.8 if found.keys() & {"VE", "VN", "VG"} else -0.15 if "NN" in found else 0.0
        if "NN" in found and "VB" not in found and word.endswith(("al", "ic", "ive", "ous", "able", "ible", "ful", "ary", "an", "ern")):
            found["NN"], found["JJ"] = found["NN"] - 0.6, 0.0
    if "ADV" in kinds:
        found["RB"] = 0.0 if not found else -1.0
    return tuple(found.items()) or _FALLBACK[0]


_HYPHEN_JJ = (
    "led", "based", "backed", "made", "held", "controlled", "old", "long", "style", "range", "level", "wide", "torn", "scale", "day",
    "hour", "year", "week", "month", "point", "minute", "term", "run", "time",
)  # fmt: skip

_SUFFIXES: tuple[tuple[tuple[str, ...], Options], ...] = (
    (("ly",), (("RB", 0.0),)),
    (("tion", "sion", "ment", "ness", "ity", "ism", "ship", "ance", "ence", "er", "or", "ist", "hood", "dom"), (("NN", 0.0),)),
    (("ing",), (("VG", 0.0), ("NN", -0.6))),
    (("ed",), (("VE", 0.0), ("JJ", -0.6))),
    (("ous", "ful", "less", "able", "ible", "al", "ive", "ic", "ish", "most", "est"), (("JJ", 0.0), ("NN", -0.5))),
    (("y",), (("NN", 0.0), ("JJ", -0.2))),
    (("ss", "us", "is"), (("NN", 0.0),)),
    (("s",), (("NS", 0.0), ("VZ", -0.7))),
)


def _from_form(word: str) -> Options:
    """What an unknown word can be, by its ending."""
    if word[0].isdigit() or word[0] in "$£€¥":
        return (("JJ", 0.0),) if "-" in word else (("CD", 0.0),)
    if not word[0].isalpha():
        return (("PU", 0.0),)
    if "-" in word:
        tail = word.rpartition("-")[2]
        if tail in _HYPHEN_JJ:
            return (("JJ", 0.0), ("NN", -0.6))
        if tail in _PARTICLE_ENDS:
            return (("NN", 0.0), ("JJ", -0.1))
        options = options_of(tail) if tail else _FALLBACK[0]
        return (*((("JJ", 0.0) if tag in ("VN", "RB", "IN") else (tag, score)) for tag, score in options), ("JJ", -0.3))
    for endings, options in _SUFFIXES:
        if word.endswith(endings):
            return options
    return _FALLBACK[0]
