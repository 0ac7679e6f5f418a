"""How far a figure of agreement would move with other texts: resampling whole sources, or paragraphs where there are few sources."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from openparley.record.case import Case
from openparley.record.entry import Entry

__all__ = ["Clusters", "Range"]

RESAMPLES = 2000
SEED = 4
LEVEL = 0.95
# With fewer clusters the bootstrap's range is itself a matter of luck, and with fewer things counted so is the figure.
FEWEST_CLUSTERS, FEWEST_COUNTED = 10, 20
# A range needs figures from nearly all resamples.
FEWEST_DEFINED = 0.95


class Range(NamedTuple):
    """The middle 95 of 100 resamples."""

    low: float
    high: float


@dataclass(frozen=True)
class Clusters:
    """What is drawn anew as a whole.

    Entries of one text depend on each other, so texts are drawn and not entries. Paragraphs of one text depend on each other too, if
    less: ranges over paragraphs are about these texts and too narrow for others.

    Attributes
    ----------
    over
        "sources", "paragraphs", or None when there are too few of both.
    number
        How many there are.
    place
        The cluster of an entry.
    """

    over: str | None
    number: int
    place: Callable[[Entry], int]

    @classmethod
    def of(cls, case: Case, sources: Iterable[str]) -> Clusters:
        """Sources where there are enough, else paragraphs where the texts are at hand."""
        names = sorted(sources)
        if len(names) >= FEWEST_CLUSTERS:
            index = {name: number for number, name in enumerate(names)}
            return cls("sources", len(names), lambda entry: index[entry.source])
        if names and all(name in case.texts for name in names):
            starts = {name: _lines(case.texts[name]) for name in names}
            first: dict[str, int] = {}
            total = 0
            for name in names:
                first[name] = total
                total += len(starts[name])
            if total >= FEWEST_CLUSTERS:
                return cls(
                    "paragraphs", total, lambda entry: first[entry.source] + bisect_right(starts[entry.source], entry.span.start) - 1
                )
        return cls(None, 0, lambda entry: 0)

    def shares(self, a: Sequence[Entry], b: Sequence[Entry], pairs: Sequence[tuple[Entry, Entry]]) -> Mapping[str, Range | None]:
        """Ranges of precision, recall and F1."""
        if self.over is None or len(a) < FEWEST_COUNTED or len(b) < FEWEST_COUNTED:
            return {"precision": None, "recall": None, "f1": None}
        import numpy as np

        counts = np.zeros((self.number, 3))
        partner = {id(second): first for first, second in pairs}
        for entry in a:
            counts[self.place(entry), 0] += 1
        for entry in b:
            # A pair is drawn together, also where the spans begin in different paragraphs.
            counts[self.place(partner.get(id(entry), entry)), 1] += 1
        for first, _ in pairs:
            counts[self.place(first), 2] += 1
        n_a, n_b, both = (self._draws() @ counts).T
        with np.errstate(invalid="ignore", divide="ignore"):
            return {"precision": _range(both / n_b), "recall": _range(both / n_a), "f1": _range(2 * both / (n_a + n_b))}

    def alpha(self, places: Sequence[Entry], values: Sequence[tuple[Any, Any]]) -> Range | None:
        """Range of Krippendorff's α of two coders; ``places`` are the entries that say in which cluster a pair is."""
        if self.over is None or len(values) < FEWEST_COUNTED:
            return None
        import numpy as np

        codes = {value: number for number, value in enumerate(dict.fromkeys(value for pair in values for value in pair))}
        counts = np.zeros((self.number, len(codes)))
        pairs, differ = np.zeros(self.number), np.zeros(self.number)
        for entry, (first, second) in zip(places, values, strict=True):
            at = self.place(entry)
            counts[at, codes[first]] += 1
            counts[at, codes[second]] += 1
            pairs[at] += 1
            differ[at] += first != second
        draws = self._draws()
        n, observed, by_value = draws @ pairs, draws @ differ, draws @ counts
        with np.errstate(invalid="ignore", divide="ignore"):
            expected = 1 - (by_value * (by_value - 1)).sum(axis=1) / (2 * n * (2 * n - 1))
            return _range(np.where(expected > 0, 1 - (observed / n) / expected, np.nan))

    def _draws(self) -> Any:
        """How often each cluster is drawn, for every resample."""
        import numpy as np

        return np.random.default_rng(SEED).multinomial(self.number, np.full(self.number, 1 / self.number), RESAMPLES).astype(np.float64)


def _lines(text: str) -> list[int]:
    """Where the lines with words begin."""
    starts, at = [], 0
    for line in text.split("\n"):
        if line.strip():
            starts.append(at)
        at += len(line) + 1
    return [0, *starts[1:]] if starts else [0]


def _range(figures: Any) -> Range | None:
    import numpy as np

    defined = figures[np.isfinite(figures)]
    if len(defined) < FEWEST_DEFINED * len(figures):
        return None
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Range(float(low), float(high))
