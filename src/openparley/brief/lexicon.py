"""Words for likelihoods: a word never stands without its range."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

from openparley.brief.words import percent, percent_range, step
from openparley.errors import ParameterError, did_you_mean
from openparley.infer.posterior import Estimate


@dataclass(frozen=True)
class Term:
    """One word of a list and the band of probability that it stands for."""

    word: str
    low: float
    high: float

    @property
    def range(self) -> str:
        """The band as printed."""
        low, high = self.low, self.high
        if low < 0.01:
            return "less than 1 %" if high <= 0.01 else f"up to {percent(high)}"
        return f"{percent(low)} or more" if high > 0.99 else percent_range(low, high)


@dataclass(frozen=True)
class Likelihood:
    """An estimate in words.

    Attributes
    ----------
    word, range
        The word or words, empty in a list without words, and the range that goes with them.
    crossed
        Number of bands that the interval touches.
    snapped
        True when the value fell into a gap between bands, so that the nearest word was taken.
    """

    word: str
    range: str
    crossed: int
    snapped: bool

    @property
    def label(self) -> str:
        """Word and range."""
        return f"{self.word} ({self.range})" if self.word else self.range


@dataclass(frozen=True)
class Lexicon:
    """One list of words; a document uses one."""

    name: str
    title: str
    source: str
    checked: bool
    terms: tuple[Term, ...]

    @property
    def edges(self) -> tuple[float, ...]:
        """Where one word ends and the next begins; the middle where the list leaves a gap, none without words."""
        return tuple((below.high + above.low) / 2 for below, above in pairwise(self.terms))

    def band(self, share: float) -> int:
        """Index of the band of a probability; a boundary value takes the band nearer to one half.

        A value between two bands takes the nearer one.
        """
        inside = [i for i, term in enumerate(self.terms) if term.low <= share <= term.high]
        if inside:
            return min(inside, key=lambda i: abs((self.terms[i].low + self.terms[i].high) / 2 - 0.5))
        gap = [max(term.low - share, share - term.high) for term in self.terms]
        nearest = [i for i, distance in enumerate(gap) if abs(distance - min(gap)) < 1e-12]
        return min(nearest, key=lambda i: abs((self.terms[i].low + self.terms[i].high) / 2 - 0.5))

    def snaps(self, share: float) -> bool:
        """True when the list has no term for this value, between its first and its last."""
        outside = share < self.terms[0].low or share > self.terms[-1].high
        return not outside and not any(term.low <= share <= term.high for term in self.terms)

    def describe(self, estimate: Estimate) -> Likelihood:
        """The estimate in words: one band with the band's range and the interval, several with the interval alone.

        Notes
        -----
        One word prints the range of the word, because that is what a reader takes it for (Wintle et al. 2019), and behind
        “here” the interval, so that nobody takes the band for the number. Where the interval touches several bands, the first
        and the last are printed with the interval alone. In a list with gaps a value between two bands takes the nearer one,
        and the band is marked as the nearest.
        """
        interval = percent_range(estimate.low, estimate.high, estimate.mcse)
        if not self.terms:
            value = percent(estimate.value, estimate.mcse)
            text = value if value == interval else f"{value}, range {interval}"
            return Likelihood("", text, 1, False)
        # The bands of what is printed, not of hidden digits.
        unit = step(estimate.mcse) / 100
        ends = [round(round(end / unit) * unit, 2) for end in (estimate.low, estimate.high)]
        low, high = (self.band(end) for end in ends)
        if low == high:
            term = self.terms[low]
            beyond = estimate.value < self.terms[0].low or estimate.value > self.terms[-1].high
            snapped = any(self.snaps(value) for value in (*ends, round(estimate.value, 2)))
            band = f"nearest to {term.range}" if snapped else term.range
            shown = interval if beyond or band == interval else f"{band}; here {interval}"
            return Likelihood(term.word, shown, 1, snapped)
        snapped = any(self.snaps(end) for end in ends)
        words = f"{self.terms[low].word} to {self.terms[high].word}"
        return Likelihood(words, interval, high - low + 1, snapped)

    @property
    def pattern(self) -> re.Pattern[str]:
        """Matches any likelihood word of any list, so that a mixture or a bare word is found."""
        return likelihood_words()


@cache
def _lists() -> dict[str, Any]:
    return tomllib.loads(resources.files("openparley.brief").joinpath("lexicons.toml").read_text(encoding="utf-8"))


def lexicon_names() -> tuple[str, ...]:
    """Names that ``lexicon`` in ``case.toml`` may take."""
    return tuple(_lists())


@cache
def lexicon(name: str) -> Lexicon:
    """The word list of this name.

    Raises
    ------
    ParameterError
        If there is no such list.

    Examples
    --------
    >>> terms = lexicon("icd203")
    >>> [terms.terms[terms.band(share)].word for share in (0.0, 0.20, 0.45, 0.80)]
    ['almost no chance', 'unlikely', 'roughly even chance', 'likely']
    """
    lists = _lists()
    if name not in lists:
        raise ParameterError(f"There is no word list {name!r}; use one of {', '.join(lists)}.", hint=did_you_mean(name, lists))
    entry = lists[name]
    return Lexicon(name, entry["title"], entry["source"], entry["checked"], tuple(Term(**term) for term in entry["terms"]))


@cache
def likelihood_words() -> re.Pattern[str]:
    """A pattern of every likelihood word of every list, longest first."""
    words = {term["word"] for entry in _lists().values() for term in entry["terms"]}
    words |= {"improbable", "probable", "probably", "improbably", "remote", "nearly certain", "certainly", "even odds", "even chance"}
    return re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + r")\b", re.IGNORECASE)
