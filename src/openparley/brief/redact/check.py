"""What still identifies in the finished files: looked for in everything that can be got out of them, nowhere else."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from openparley.brief.redact.fold import FUNCTION, fold, tokens, windows
from openparley.brief.redact.names import ACRONYM, ENDINGS, Name, Names, pattern, plain_words
from openparley.brief.redact.views import Segment, all_segments

VERBATIM = 5
SHORTEST_JOINED = 6
LEAST_HASH = 8
AROUND = 28
HEX = re.compile(rf"(?<![0-9a-zA-Z])[0-9a-f]{{{LEAST_HASH},64}}(?![0-9a-zA-Z])", re.IGNORECASE)
OUTSIDE = re.compile(r"\w+://[^\s\"'<>)]+|\bwww\.[\w.-]+|[\w.+-]+@[\w-]+\.\w+|(?:/home|/Users|[A-Za-z]:\\)[^\s\"'<>)]*")
SPELT = re.compile(r"[^\W_]+")
OWN_DIGEST = re.compile(r"'sha256-[\w+/=]+'")  # of the style sheet, in the policy of the page
CALENDAR = frozenset({*calendar.month_name, *calendar.day_name, *calendar.month_abbr, *calendar.day_abbr})
# How the program starts a sentence on what changed since an older copy, which a page of blanks is not compared with.
STARTS = frozenset({"Assumption", "Evidence", "No", "Nothing", "Settings", "Software"})
READ = ("text", "attribute")
START = re.compile(r"(?:^|[.?!:→;–]\s*)[“‘\"'(\[]*$")


@dataclass(frozen=True)
class Finding:
    """Something that may not leave the house, or that nobody has said may.

    Attributes
    ----------
    what
        The words as they stand in the file.
    why
        What they are: the name of an actor, words of a text, a capital that nothing explains.
    where
        File and place.
    context
        The words around.
    """

    what: str
    why: str
    where: str
    context: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.where}: “{self.what}” ({self.why}) in … {self.context} …"


@dataclass(frozen=True)
class Secrets:
    """Everything that is looked for.

    Attributes
    ----------
    names
        The table of names, with the words that may stand.
    runs
        Words in a row that are not to be repeated → whose they are.
    hashes
        Hashes by which a text or a file would be known → of what.
    files
        Stems of names of files that tell where the case is from.
    title
        Of the case.
    ids
        Words that stand in ids of sources and entries, or are common.
    """

    names: Names
    runs: Mapping[tuple[str, ...], str]
    hashes: Mapping[str, str]
    files: tuple[str, ...] = ()
    title: str = ""
    ids: frozenset[str] = frozenset()

    @cached_property
    def parts(self) -> dict[str, Name]:
        """Single words of names that are no common words."""
        found: dict[str, Name] = {}
        for name in (*self.names.names, Name(self.title, "", "title")):
            for word in tokens(name.text):
                if len(word) > 2 and word not in plain_words() | FUNCTION | self.ids:
                    found.setdefault(word, name)
        return found


@dataclass(frozen=True)
class Checker:
    """Compares files with the secrets, and with a page that holds the words of the program alone.

    Attributes
    ----------
    own
        Segments of a copy without free texts: what stands there is written by the program.
    written
        The free texts of the copy, with roles for names.
    roles
        What stands for names.
    printed
        Titles that the program prints, such as that of the list of terms: institutions in them are not those of the case.
    """

    secrets: Secrets
    own: Sequence[Segment]
    written: Sequence[str]
    roles: Sequence[str]
    printed: Sequence[str] = ()

    def leaks(self, files: Mapping[str, bytes]) -> list[Finding]:
        """Known secrets in the files; each place once."""
        found: dict[tuple[str, str], Finding] = {}
        seen: dict[tuple[str, str], list[Finding]] = {}
        for segment in without(all_segments(files), self.printed):
            same = (segment.text, segment.kind)
            if same not in seen:
                seen[same] = [*self._named(segment), *self._repeated(segment), *self._hashed(segment), *self._outside(segment)]
            for one in seen[same]:
                found.setdefault((one.what.lower(), segment.where), replace(one, where=segment.where))
        return list(found.values())

    def leftovers(self, files: Mapping[str, bytes]) -> list[Finding]:
        """Words with a capital, or in letters that are not Latin, of which nothing says that they are harmless."""
        found: dict[tuple[str, str], Finding] = {}
        for segment in without(all_segments(files), self.printed):
            if segment.kind not in READ:
                continue
            for match in SPELT.finditer(OWN_DIGEST.sub(lambda digest: " " * len(digest[0]), segment.text)):
                word = match[0]
                if _striking(word) and word not in self._harmless and fold(word).text not in self.secrets.names.allowed:
                    found.setdefault((word, segment.where), _finding(segment, match.span(), "may be a name"))
        return list(found.values())

    @cached_property
    def unlooked(self) -> tuple[str, ...]:
        """Names made of common words that the program itself writes, so that they cannot be looked for."""
        common = plain_words() | FUNCTION
        made = {name.text: name for name in self.secrets.names.names if all(len(word) == 1 or word in common for word in tokens(name.text))}
        pages = [(segment.text, fold(segment.text).text) for segment in self.own if segment.kind != "joined"]
        seen = []
        for text, name in made.items():
            finds = pattern([text])
            places = ((page, match) for page, folded in pages for match in finds.finditer(folded))
            if any(not name.exact or name.is_written(page[slice(*fold(page).place(*match.span()))]) for page, match in places):
                seen.append(text)
        return tuple(seen)

    @cached_property
    def _names(self) -> Names:
        """The names that are looked for."""
        return Names(tuple(name for name in self.secrets.names.names if name.text not in self.unlooked), self.secrets.names.allowed)

    @cached_property
    def _parts(self) -> re.Pattern[str]:
        return pattern(self.secrets.parts)

    @cached_property
    def _stems(self) -> re.Pattern[str]:
        choices = "|".join(map(re.escape, self._names.stems)) or r"(?!)"
        return re.compile(rf"(?<![^\W_])(?:{choices})[^\W_]{{1,{ENDINGS}}}(?![^\W_])")

    @cached_property
    def _unbounded(self) -> re.Pattern[str]:
        telling = (name.text for name in self._names.names if any(word in self.secrets.parts for word in tokens(name.text)))
        return pattern((text for text in (*telling, *self.secrets.parts) if len("".join(tokens(text))) >= SHORTEST_JOINED), bounded=False)

    def _named(self, segment: Segment) -> Iterator[Finding]:
        folded = fold(segment.text)
        if segment.kind == "joined":
            for match in self._unbounded.finditer(folded.text):
                if not self._lets_stand(match[0]):
                    yield _finding(segment, folded.place(*match.span()), "a name, split by markup or not")
            return
        for start, end, name in self._names.found(segment.text):
            if not self._lets_stand(segment.text[start:end]):
                yield _finding(
                    segment, (start, end), f"the name of an {name.kind}" if name.kind[0] in "ao" else f"the name of a {name.kind}"
                )
        for finds, why in ((self._parts, "part of a name"), (self._stems, "made from a name")):
            for match in finds.finditer(folded.text):
                place = folded.place(*match.span())
                found = segment.text[slice(*place)]
                small = len(found) <= ACRONYM and not found.isupper() and segment.kind != "address"
                common = why == "made from a name" and (match[0] in plain_words() or not found[:1].isupper())
                if not (small or common or self._lets_stand(found)):
                    yield _finding(segment, place, why)
        for stem in self.secrets.files:
            for match in re.finditer(rf"(?<![^\W_]){re.escape(stem)}(?![^\W_])", segment.text, re.IGNORECASE):
                yield _finding(segment, match.span(), "the name of a file")

    def _lets_stand(self, words: str) -> bool:
        found = tokens(words)
        return bool(found) and all(word in self.secrets.names.allowed for word in found)

    @cached_property
    def _runs(self) -> dict[tuple[str, ...], str]:
        """Runs of words that the program does not write by itself."""
        lengths = {len(run) for run in self.secrets.runs}
        own = set().union(*(windows(segment.text, length) for segment in self.own if segment.kind != "joined" for length in lengths))
        return {run: whose for run, whose in self.secrets.runs.items() if run not in own}

    @cached_property
    def _lengths(self) -> tuple[int, ...]:
        return tuple(sorted({len(run) for run in self._runs}))

    def _repeated(self, segment: Segment) -> Iterator[Finding]:
        found = tokens(segment.text) if segment.kind != "joined" else ()
        for length in self._lengths:
            for start in range(len(found) - length + 1):
                if whose := self._runs.get(found[start : start + length]):
                    yield Finding(
                        " ".join(found[start : start + length]), whose, segment.where, " ".join(found[max(0, start - 3) : start + 9])
                    )

    def _hashed(self, segment: Segment) -> Iterator[Finding]:
        for match in HEX.finditer(segment.text):
            whole = match[0].lower()
            for known, of in self.secrets.hashes.items():
                if known.startswith(whole) or whole.startswith(known):
                    yield _finding(segment, match.span(), f"the hash of {of}")

    @cached_property
    def _own_addresses(self) -> frozenset[str]:
        return frozenset(match for segment in self.own for match in OUTSIDE.findall(segment.text))

    def _outside(self, segment: Segment) -> Iterator[Finding]:
        if segment.kind != "joined":
            for match in OUTSIDE.finditer(segment.text):
                if match[0] not in self._own_addresses:
                    yield _finding(segment, match.span(), "an address")

    @cached_property
    def _harmless(self) -> frozenset[str]:
        """Words as they are written that need no explanation."""
        own = {word for segment in self.own if segment.kind in READ for word in SPELT.findall(segment.text)}
        for role in self.roles:
            own |= set(SPELT.findall(role)) | set(SPELT.findall(role[:1].upper() + role[1:]))
        return frozenset(own | CALENDAR | STARTS | self._explained(own))

    def _explained(self, own: set[str]) -> set[str]:
        """Common words whose capital comes from the start of a sentence, and that have none elsewhere."""
        starts, inside, small = set(), set(), {word for word in own if word.islower()}
        for text in self.written:
            for match in SPELT.finditer(text):
                if not _striking(match[0]):
                    small.add(match[0])
                else:
                    (starts if START.search(text[max(0, match.start() - 12) : match.start()] if match.start() else "") else inside).add(
                        match[0]
                    )
        common = plain_words() | {fold(word).text for word in small}
        return {word for word in starts - inside if _base(fold(word).text, common)}


@lru_cache(maxsize=8192)
def _striking(word: str) -> bool:
    """Whether a word has a capital or a letter that is not Latin."""
    return any(letter.isupper() or (letter.isalpha() and not unicodedata.name(letter, "LATIN").startswith("LATIN")) for letter in word)


def _base(word: str, common: Collection[str]) -> bool:
    """Whether a word, or the word of which it is a form, is among the common ones."""
    bases = {word, *(word.removesuffix(ending) for ending in ("s", "es", "d", "ed", "ing", "ly", "er", "ers"))}
    bases |= {f"{base}e" for base in bases if base != word} | {base[:-1] for base in bases if base[-2:-1] == base[-1:]}
    return any(base in common for base in bases)


def _finding(segment: Segment, place: tuple[int, int], why: str) -> Finding:
    start, end = place
    return Finding(segment.text[start:end], why, segment.where, segment.text[max(0, start - AROUND) : end + AROUND].replace("\n", " "))


def without(found: Iterable[Segment], printed: Sequence[str]) -> list[Segment]:
    """The segments less the titles that the program prints."""
    out = []
    for segment in found:
        text = segment.text
        for title in printed:
            text = text.replace(title, " ")
        out.append(segment if text == segment.text else replace(segment, text=text))
    return out


def runs_of(texts: Iterable[tuple[str, str]], length: int) -> dict[tuple[str, ...], str]:
    """Runs of so many words → whose they are."""
    return {run: whose for whose, text in texts for run in windows(text, length)}


def phrases(texts: Iterable[tuple[str, str]], least: int) -> dict[tuple[str, ...], str]:
    """Texts shorter than a run, whole, if they have so many words and two that are more than function words."""
    found = {}
    for whose, text in texts:
        words = tokens(text)
        if least <= len(words) < VERBATIM and len(set(words) - FUNCTION) >= 2:
            found[words] = whose
    return found
