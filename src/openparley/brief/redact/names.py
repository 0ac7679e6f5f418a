"""Which words name somebody or something, what is printed in their place, and how they are found in a text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path

from openparley.brief.facts import NONE_NAME, QUOTATION
from openparley.brief.redact.fold import fold, tokens
from openparley.errors import ParleyError

WITHHELD = "[words withheld]"
# An acronym of up to so many capitals is a common word when it is written small: US, us.
ACRONYM = 4
# Shorter words are not looked for with another ending: Russia, Russian.
STEM = 5
ENDINGS = 5
TITLES = (
    "president|prime minister|minister|chancellor|secretary|senator|deputy|ambassador|general|colonel|admiral|king|queen|sir|lady|lord"
    "|professor|mrs|mr|ms|dr"
)
BEFORE = re.compile(rf"(?<![^\W_])(?:(?:the|a|an)\s+)?(?:(?:{TITLES})\.?\s+)*$", re.IGNORECASE)
SENTENCE = re.compile(r"(?:^|[.?!:]\s|[.?!:][”’\"')\]]+\s|→\s)\s*[“‘\"'(\[]*$")


@dataclass(frozen=True)
class Name:
    """Words that identify.

    Attributes
    ----------
    text
        As the case writes it.
    role
        What is printed instead.
    kind
        What it names, for the message of the check.
    """

    text: str
    role: str
    kind: str

    @cached_property
    def key(self) -> str:
        """Its letters as they are compared."""
        return "".join(tokens(self.text))

    @cached_property
    def exact(self) -> bool:
        """Whether capitals tell it from common words: an acronym, or a name that is made of common words."""
        letters = re.sub(r"[\W_]", "", self.text)
        short = len(letters) <= ACRONYM and letters.isupper()
        return short or (all(word in plain_words() for word in tokens(self.text)) and self.text != self.text.lower())

    def is_written(self, found: str) -> bool:
        """Whether words with its letters are this name, where capitals decide; an id has none."""
        if "_" in found:
            return True
        return not self.exact or re.findall(r"\w+", found) == re.findall(r"\w+", self.text) or (found.isupper() and len(self.key) > ACRONYM)


def bare(text: str) -> str:
    """A name without the article before it, where its capitals tell it from common words.

    Examples
    --------
    >>> bare("the Chancery"), bare("the official")
    ('Chancery', 'the official')
    """
    rest = re.sub(r"^(?:the|a|an)\s+", "", text.strip(), flags=re.IGNORECASE)
    return text.strip() if rest == rest.lower() else rest


@lru_cache(maxsize=1)
def plain_words() -> frozenset[str]:
    """Common English words, as they are compared; a capital at the start of a sentence explains itself by them."""
    text = resources.files("openparley.brief.redact").joinpath("plain_words.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


def pattern(names: Iterable[str], *, bounded: bool = True) -> re.Pattern[str]:
    """Finds any of the names in a folded text, the longest first; spaces and hyphens in a name may be anything that is no word."""
    written = set()
    for name in names:
        words = tokens(name)
        if words:
            gap = r"[\W_]{0,4}" if len("".join(words)) > ACRONYM else r"[\W_]{1,3}"
            written.add((len("".join(words)), gap.join(map(re.escape, words))))
    choices = "|".join(choice for _, choice in sorted(written, key=lambda one: (-one[0], one[1]))) or r"(?!)"
    return re.compile(rf"(?<![^\W_])(?:{choices})(?![^\W_])" if bounded else f"(?:{choices})")


@dataclass(frozen=True)
class Names:
    """The table of names, and what may stand although the check does not know it.

    Attributes
    ----------
    names
        In the order in which they count; of two with the same letters the first.
    allowed
        Words that the owner lets stand, as they are compared.
    """

    names: tuple[Name, ...] = ()
    allowed: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def by_key(self) -> dict[str, list[Name]]:
        """Letters → names."""
        found: dict[str, list[Name]] = {}
        for name in self.names:
            found.setdefault(name.key, []).append(name)
        return found

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return pattern(name.text for name in self.names)

    @cached_property
    def stems(self) -> dict[str, Name]:
        """Beginnings of names of one word of actors and of the table, which another ending makes an adjective or a people."""
        found: dict[str, Name] = {}
        for name in self.names:
            words = tokens(name.text)
            if len(words) == 1 and len(words[0]) >= STEM and name.kind in ("actor", "table") and words[0] not in plain_words():
                found.setdefault(re.sub(r"[aeiouy]$", "", words[0]), name)
        return found

    @cached_property
    def _stemmed(self) -> re.Pattern[str]:
        choices = "|".join(map(re.escape, sorted(self.stems, key=len, reverse=True))) or r"(?!)"
        return re.compile(rf"(?<![^\W_])({choices})[^\W_]{{0,{ENDINGS}}}(?![^\W_])")

    def found(self, text: str) -> Iterator[tuple[int, int, Name]]:
        """Where names stand in a text, from left to right: start, end, name."""
        folded = fold(text)
        at = 0
        while match := self._pattern.search(folded.text, at):
            start, end = folded.place(*match.span())
            key = "".join(tokens(match[0]))
            name = next((name for name in self.by_key.get(key, ()) if name.is_written(text[start:end])), None)
            at = match.end() if name else match.start() + 1
            if name:
                yield start, end, name

    def replace(self, text: str) -> str:
        """The text with roles for names; quoted words go, because quoting leads to the text."""
        text = QUOTATION.sub(_unquoted, text)
        text = _put(text, [(start, end, name.role) for start, end, name in self.found(text)])
        folded = fold(text)
        places = []
        for match in self._stemmed.finditer(folded.text):
            start, end = folded.place(*match.span())
            if text[start].isupper():
                places.append((start, end, re.sub(r"^the ", "", self.stems[match[1]].role)))
        return _put(text, places, whole=False)


def _unquoted(match: re.Match[str]) -> str:
    inner = next((group for group in match.groups() if group is not None), "")
    return inner if inner.lower() == NONE_NAME.lower() else WITHHELD


def _put(text: str, places: list[tuple[int, int, str]], *, whole: bool = True) -> str:
    """The text with other words at these places; an article and a title before a whole name go, a sentence starts with a capital."""
    out, at = [], 0
    for start, end, role in places:
        before = text[at:start]
        if whole and (lead := BEFORE.search(before)) and not role.startswith("["):
            bare = lead[0].strip().lower() in ("a", "an") and not role.startswith("the ")
            before = before if bare else before[: lead.start()]
        out.append(before)
        starts = SENTENCE.search("".join(out)) is not None
        out.append(role[:1].upper() + role[1:] if starts else role)
        at = end
    return "".join(out) + text[at:]


def read_names(path: Path) -> dict[str, str]:
    """Name → role from a table with the columns ``name`` and ``role``.

    Raises
    ------
    ParleyError
        If the file is not such a table, naming the line.
    """
    hint = "Write a table with the columns name,role, one name a line."
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ParleyError(f"{path}: cannot be read as a table of names.", hint=hint) from error
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    if not {"name", "role"} <= set(rows.fieldnames or ()):
        raise ParleyError(f"{path}: the first line does not name the columns name and role.", hint=hint)
    found = {}
    for row in rows:
        name, role = (row["name"] or "").strip(), (row["role"] or "").strip()
        if not tokens(name) or not role:
            raise ParleyError(f"{path}, line {rows.line_num}: a name and a role are needed.", hint=hint)
        found[name] = role
    return found
