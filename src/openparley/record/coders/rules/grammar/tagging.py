"""Parts of speech: of what a form can be, what it is between its neighbours."""

from __future__ import annotations

from collections.abc import Sequence

from openparley.errors import CaseError, Complaint
from openparley.record.coders.rules.article import Token
from openparley.record.coders.rules.grammar.forms import Options, dictionary, noun_lemma, options_of, verb_lemma
from openparley.record.coders.rules.lexicon import Lexicon, Row, bad_value

__all__ = ["NOUNS", "TAGS", "Tagger", "make_tagger", "noun_lemma", "verb_lemma"]

TAGS = frozenset((
    "^", "DT", "PS", "PR", "OB", "CD", "JJ", "NN", "NS", "NP", "VB", "VZ", "VD", "VN", "VE", "VG", "MD", "BE", "HV", "DO", "RB", "IN",
    "TO", "CC", "SU", "SI", "WP", "WR", "TH", "EX", "PO", "UH", "NO", "PU"
))  # fmt: skip
NOUNS = frozenset(("NN", "NS", "NP"))
_NATIONS = (
    "ish", "ian", "ean", "ese", "can", "man", "raeli", "raqi", "stani", "french", "dutch", "swiss", "greek", "thai", "kurdish",
    "emeni", "udi", "welsh", "uban", "western", "eastern", "northern", "southern"
)  # fmt: skip
_NOMINAL = frozenset(("DT", "PS", "JJ", "NN", "NS", "NP", "PO", "CD", "RB"))
_OPERATORS = frozenset(("MD", "DO"))
_CLAUSE_OPENERS = frozenset(("PU", "CC", "WP", "WR", "RB"))
_OPEN = frozenset(("RB", "UH", "NO"))
# Share of capitalised words from which capitals say nothing (headlines in title case or capitals).
_TITLE_SHARE = 0.6
_TITLE_WORDS = 4
# Words remembered before the memory is cleared, so that texts without end do not fill it.
_CACHED = 100_000


_BY_NEXT = frozenset(("at", "about", "around", "over", "that", "no", "provided", "providing"))
_INDEFINITE = frozenset((
    "everyone", "everybody", "everything", "someone", "somebody", "something", "anyone", "anybody", "anything", "nobody", "nothing"
))  # fmt: skip
_PERIODS = frozenset((
    "summer", "winter", "autumn", "spring", "week", "weekend", "month", "year", "day", "night", "morning", "evening", "afternoon",
    "time", "moment", "decade", "century"
))  # fmt: skip
_NUMBERS = frozenset((
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "twenty", "thirty", "forty", "fifty",
    "several", "many", "most"
))  # fmt: skip
_PARTICLES = frozenset(["over", "up", "out", "back", "down", "off", "away", "apart", "aside"])
_AFTER_PRONOUN = frozenset(["down", "off", "back", "up", "over", "out", "away", "is's", "to", "and", "or", "as"])
_AFTER_IS = frozenset(["a", "an", "the", "not", "been", "going", "no", "in", "on", "at", "just", "still", "always", "very", "so", "too"])


class Tagger:
    """Tags for the tokens of a sentence, the best chain under the scores of the tables (a Viterbi search)."""

    def __init__(self, words: dict[str, Options], into: dict[str, dict[str, float]]) -> None:
        self._words = words
        self._into = into
        self._cache: dict[str, Options] = {}
        self._plain: dict[str, Options] = {}

    def tags(self, tokens: Sequence[Token], first: int, last: int) -> list[str]:
        """One tag for each token of ``[first, last)``; linear in their number."""
        initials = [token.text[0] for token in tokens[first:last]]
        letters = sum(map(str.isalpha, initials))
        titled = letters >= _TITLE_WORDS and sum(map(str.isupper, initials)) > _TITLE_SHARE * letters
        into, plain = self._into, self._plain
        if len(plain) > _CACHED:
            plain.clear()
            self._cache.clear()
        # Each beam entry: score, tag that the next one sees, chain of (tag, rest).
        beam: list[tuple[float, str, tuple[str, object] | None]] = [(0.0, "^", None)]
        opening, adverb, open_quote = True, False, False
        for index in range(first, last):
            token = tokens[index]
            text = token.text
            options = plain.get(text)
            if options is None:
                options = self._options(token, opening, titled, tokens[index + 1] if index + 1 < last else None)
                if not text[0].isupper() and text not in _BY_NEXT and all(tag != "VZ" for tag, _ in options):
                    plain[text] = options  # whatever stands around it
            if text == "'":
                spaced = index == first or tokens[index - 1].end < token.start
                if spaced and index + 1 < last:
                    open_quote = True
                elif not open_quote and index + 1 < last and tokens[index - 1].lower.endswith("s") and tokens[index + 1].text[0].isalnum():
                    beam = [(0.0, "PO", ("PO", max(beam, key=lambda entry: entry[0] + into["PO"].get(entry[1], 0.0))[2]))]
                    continue
                else:
                    open_quote = False
            if index > first and text in ("'s", "than"):
                before = tokens[index - 1].lower
                if before in _INDEFINITE and text == "'s":
                    options = (("BE", 0.0),) if index + 1 < last and tokens[index + 1].lower in _AFTER_IS else (("PO", 0.0),)
                elif before == "rather" and text == "than":
                    options = (("CC", 0.0),)
            if text not in ('"', "'", "(", "-", "—", ":"):
                opening = False
            elif text != "-":
                opening = True
            if len(options) == 1:
                tag = options[0][0]
                if tag in _OPEN or text in "\"'":
                    adverb = tag == "RB"
                    beam = [(score, seen, (tag, chain)) for score, seen, chain in beam]
                elif len(beam) == 1:
                    beam = [(0.0, tag, (tag, beam[0][2]))]
                else:
                    row = into[tag]
                    best = max(beam, key=lambda entry: entry[0] + row.get(entry[1], 0.0))
                    beam = [(0.0, tag, (tag, best[2]))]
                if tag not in _OPEN:
                    adverb = False
                continue
            grown = []
            for tag, weight in options:
                row = into[tag]
                top, chosen = -1e9, beam[0]
                for entry in beam:
                    score = entry[0] + row.get(entry[1], 0.0)
                    if adverb and tag in NOUNS and entry[1] in NOUNS:
                        score -= 1.0  # no adverb stands inside a compound
                    if score > top:
                        top, chosen = score, entry
                grown.append((top + weight, tag if tag not in _OPEN else chosen[1], (tag, chosen[2])))
            beam = grown
            adverb = False
        chain: tuple[str, object] | None = max(beam, key=lambda entry: entry[0])[2]
        found: list[str] = []
        while chain is not None:
            found.append("PR" if chain[0] == "OB" else chain[0])
            chain = chain[1]  # pyright: ignore[reportAssignmentType]
        found.reverse()
        for place, tag in enumerate(found):
            if tag in _OPERATORS and (place == 0 or found[place - 1] in _CLAUSE_OPENERS):
                self._inverted(tokens, first, place, found)
            elif tag in ("SU", "WR", "TH"):
                self._verbless(tokens, first, place, found)
        return found

    def _verbless(self, tokens: Sequence[Token], first: int, place: int, tags: list[str]) -> None:
        """“Once the snow melts, …”: a clause needs a verb, so its last word is one if it can."""
        end = place + 1
        while end < len(tags) and tags[end] in _NOMINAL:
            end += 1
        if end - place < 3 or end >= len(tags) or tokens[first + end].text not in ",;.":
            return
        if tags[place] == "TH":
            if tags[end - 1] == "NN" and place and tags[place - 1] in ("VB", "VE", "VD", "VZ", "VG"):  # they demand that he resign
                options = self._cache.get(tokens[first + end - 1].lower, ())
                tags[end - 1] = "VB" if any(tag == "VB" for tag, _ in options) else "NN"
        elif tags[end - 1] == "NS" and any(tag == "VZ" for tag, _ in self._cache.get(tokens[first + end - 1].lower, ())):
            tags[end - 1] = "VZ"

    def _inverted(self, tokens: Sequence[Token], first: int, place: int, tags: list[str]) -> None:
        """After “Will the president …” the last word of the noun group that can be one is the verb."""
        word = tokens[first + place].lower
        if tags[place] != "MD" and word not in ("do", "does", "did", "don't", "doesn't", "didn't"):
            return
        end = place + 1
        while end < len(tags) and tags[end] in ("DT", "PS", "JJ", "NN", "NS", "NP", "PO", "CC", "CD", "RB", "IN"):
            end += 1
        if end < len(tags) and tags[end] in ("VB", "BE", "HV", "DO"):
            return
        for at in range(place + 2, end):
            if (
                tags[at] in ("NN", "JJ")
                and tags[at - 1] in ("NN", "NS", "NP", "JJ")
                and any(tag == "VB" and score > -2 for tag, score in self._cache.get(tokens[first + at].lower, ()))
            ):
                tags[at] = "VB"
                return

    def _options(self, token: Token, opening: bool, titled: bool, after: Token | None) -> Options:
        lower = token.lower
        known = self._cache.get(lower)
        if known is None:
            known = self._cache[lower] = self._words.get(lower) or options_of(lower)
        text = token.text
        if text == "May" and not opening:
            return (("NP", 0.0),)
        if after is not None and lower in _BY_NEXT:
            following = after.lower
            if lower == "that" and (following in ".;:?!)" or following in _AFTER_PRONOUN):
                return (("PR", 0.0),)
            if lower == "that" and (following in _INDEFINITE or following in _NUMBERS or following[0].isdigit()):
                return (("TH", 0.0),)
            if lower == "that" and following in _PERIODS:
                return (("DT", 0.0),)
            if lower == "at" and following in ("least", "most"):
                return (("RB", 0.0),)
            if lower in ("about", "around", "over") and (following[0].isdigit() or following in _NUMBERS):
                return (("RB", 0.0),)
            if lower == "no" and following == "longer":
                return (("NO", 0.0),)
            if lower in ("provided", "providing") and following == "that":
                return (("SU", 0.0),)
        elif after is not None and after.lower in _PARTICLES and any(tag == "VZ" for tag, _ in known):
            return tuple((tag, score + 1.5 if tag == "VZ" else score) for tag, score in known)
        if not text[0].isupper() or (titled and lower in self._words):
            return known
        if lower in self._words:
            if opening or (
                known[0][0] in ("PR", "DT", "IN", "PS", "MD", "BE", "HV", "DO", "TO", "CC", "SU", "WP", "WR", "TH", "SI") and text != "US"
            ):
                return known
            return (("NP", 0.0),)
        if opening or titled:
            if not dictionary(lower):
                return (("NP", 0.0),) if known[0][0] not in ("RB", "VG", "VE", "CD") or not opening else (*known, ("NP", -0.3))
            following = after is not None and after.text[0].isupper() and not titled
            return (*known, ("NP", 0.0 if following else -1.8))
        if lower.endswith(_NATIONS):
            return (("NP", 0.0), ("JJ", 0.0))
        return (("NP", 0.0),) if not lower.endswith("ly") else (("NP", 0.0), *known)


def _parse(row: Row) -> Options:
    found: list[tuple[str, float]] = []
    for part in row.cells["tags"].split():
        tag, _, score = part.partition(":")
        if tag not in TAGS:
            raise bad_value(row, "tags", tag, sorted(TAGS))
        try:
            found.append((tag, float(score or 0)))
        except ValueError:
            raise CaseError(
                Complaint(row.file, row.line, None, score, "a number", None, f"tags: the score of {tag} is not a number.")
            ) from None
    return tuple(found)


def make_tagger(lexicon: Lexicon) -> Tagger:
    """The tagger for the tables ``tags.csv`` and ``transitions.csv``."""
    words: dict[str, Options] = {}
    for row in lexicon.rows("tags.csv", ("words", "tags")):
        options = _parse(row)
        for word in row.words("words"):
            words.setdefault(word.lower(), options)
    into: dict[str, dict[str, float]] = {tag: {} for tag in TAGS}
    for row in lexicon.rows("transitions.csv", ("after", "tags", "score")):
        score = float(row.cells["score"])
        for tag in row.words("tags"):
            if tag not in TAGS:
                raise bad_value(row, "tags", tag, sorted(TAGS))
            for before in row.words("after"):
                into[tag].setdefault(before, score)
    return Tagger(words, into)
