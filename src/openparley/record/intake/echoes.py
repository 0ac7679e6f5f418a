"""Near-duplicates and echoes of a wire: which texts have most of their wording in common.

A text is the set of its runs of five words, each a 64-bit hash. The hashes that are divisible by four form its sketch, a
MinHash whose size grows with the text, so that it shows containment as well as likeness: a short item inside a long
article is found, which a sketch of fixed size would miss. Texts with common sketch hashes are then compared in full.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openparley.record.boilerplate import Rule, find_boilerplate

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Index", "Likeness", "shingles"]

RUN_WORDS = 5
SAMPLED = 4
# Most of the shorter text. Two reporters who quote the same speech at length share a third at the most.
ECHO_SHARE = 0.5
# Fewer runs than this are a headline and a sentence; anybody may have those in common.
FEWEST_RUNS = 20
# A text that much longer is a collection: what it contains does not make it an echo, nor its contents echoes of each other.
COLLECTION = 8
KEPT_BYTES = 40_000_000
_WORD = re.compile(r"\w+")
_BASE = 0x9E3779B97F4A7C15
_MIX = 0xBF58476D1CE4E5B9


@dataclass(frozen=True)
class Likeness:
    """What a text has in common with an earlier one.

    Attributes
    ----------
    source
        Id of the other.
    share
        Part of the runs of the shorter that the longer has too, 0 to 1.
    inside
        Whether it is the other that is the shorter.
    collection
        Whether one of them is so much longer that it may be a collection.
    """

    source: str
    share: float
    inside: bool
    collection: bool


def shingles(text: str, rules: tuple[Rule, ...] = ()) -> np.ndarray:
    """Hashes of a text's runs of five words, sorted, each once; boilerplate is left out."""
    import numpy as np

    kept: list[str] = []
    last = 0
    for start, end, _ in find_boilerplate(text, rules):
        kept.append(text[last:start])
        last = end
    kept.append(text[last:])
    words = _hashes(" ".join(kept))
    if words.size < RUN_WORDS:
        return np.empty(0, dtype=np.uint64)
    runs = np.zeros(words.size - RUN_WORDS + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for offset in range(RUN_WORDS):
            runs = runs * np.uint64(_BASE) + words[offset : offset + runs.size]
        runs ^= runs >> np.uint64(31)
        runs *= np.uint64(_MIX)
        runs ^= runs >> np.uint64(29)
    return np.unique(runs)


def _hashes(text: str) -> np.ndarray:
    """A hash for each word, whatever its case."""
    import numpy as np

    known: dict[str, int] = {}

    def hashed(word: str) -> int:
        value = known.get(word)
        if value is None:
            data = word.encode("utf-8", errors="surrogatepass")
            value = known[word] = zlib.crc32(data) << 32 | zlib.crc32(data, 0x5BD1E995)
        return value

    return np.fromiter((hashed(match.group()) for match in _WORD.finditer(text.casefold())), dtype=np.uint64)


def _sketch(runs: np.ndarray) -> list[int]:
    return runs[runs % SAMPLED == 0].tolist()


class Index:
    """The texts of a case by their sketches.

    Parameters
    ----------
    text_of
        Gives a text again by its source's id, for the comparison in full; None when it is not at hand any more.
    rules
        The case's own rules of what is boilerplate.
    """

    def __init__(self, text_of: Callable[[str], str | None], rules: tuple[Rule, ...] = ()) -> None:
        self._text_of, self._rules = text_of, rules
        self._by_hash: dict[int, list[int]] = {}
        self._names: dict[str, int] = {}
        self._ids: list[str] = []
        self._sizes: list[int] = []
        self._kept: dict[str, np.ndarray] = {}

    def __contains__(self, source: str) -> bool:
        return source in self._names

    def add(self, source: str, runs: np.ndarray) -> None:
        """Enter a text by its `shingles`."""
        number = self._names[source] = len(self._ids)
        self._ids.append(source)
        self._sizes.append(int(runs.size))
        if runs.size < FEWEST_RUNS:
            return
        for value in _sketch(runs):
            self._by_hash.setdefault(value, []).append(number)

    def like(self, runs: np.ndarray) -> list[Likeness]:
        """Texts with which one shares most of the wording of the shorter, the likest first, of equals the earliest."""
        if runs.size < FEWEST_RUNS:
            return []
        common: Counter[int] = Counter()
        for value in _sketch(runs):
            common.update(self._by_hash.get(value, ()))
        found: list[Likeness] = []
        for number, count in common.most_common():
            shorter = min(int(runs.size), self._sizes[number])
            # The sketch estimates the share; whatever may come near is counted in full.
            if count * SAMPLED < 0.5 * ECHO_SHARE * shorter:
                continue
            likeness = self._compared(number, runs)
            if likeness is not None and likeness.share >= ECHO_SHARE:
                found.append(likeness)
        return sorted(found, key=lambda like: (like.collection, -like.share))

    def _compared(self, number: int, runs: np.ndarray) -> Likeness | None:
        import numpy as np

        other = self._full(self._ids[number])
        if other.size < FEWEST_RUNS:
            return None
        shared = np.intersect1d(runs, other, assume_unique=True).size
        shorter, longer = sorted((int(runs.size), int(other.size)))
        return Likeness(self._ids[number], shared / shorter, bool(other.size < runs.size), longer > COLLECTION * shorter)

    def _full(self, source: str) -> np.ndarray:
        """All runs of an earlier text; those of the last few are kept, because a collection is compared again and again."""
        runs = self._kept.pop(source, None)
        if runs is None:
            text = self._text_of(source)
            runs = shingles(text or "", self._rules)
        self._kept[source] = runs
        while len(self._kept) > 1 and sum(kept.nbytes for kept in self._kept.values()) > KEPT_BYTES:
            del self._kept[next(iter(self._kept))]
        return runs
