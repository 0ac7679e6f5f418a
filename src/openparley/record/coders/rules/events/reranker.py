"""A small linear model that decides which candidates are events, and of which type; weights learnt by ``benchmarks/coding/train.py``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from math import exp
from pathlib import Path
from typing import NamedTuple

from openparley.errors import CaseError, Complaint
from openparley.record.coders.rules.events.signs import Signs
from openparley.record.coders.rules.lexicon import DATA
from openparley.record.plover import TYPES

__all__ = ["NONE", "Ranking", "Reranker", "load_reranker"]

WEIGHTS = "reranker.json"
NONE = "NONE"


class Ranking(NamedTuple):
    """What the model makes of a candidate: the likeliest type of event, its probability, and that of any event at all."""

    event: str
    probability: float
    any_event: float


class Reranker:
    """Logistic regression over “no event” and the types.

    Parameters
    ----------
    classes
        The types, in the order of the columns.
    shared
        Weight of each feature that speaks for an event of any type; “no event” has score 0.
    typed
        Weights by type: of each feature those that are not zero, with the numbers of their types.
    options
        Weight of each feature of a type that the lexicon gives; ``missing`` for a type that it does not give.
    floor
        Below this probability a candidate is left out.
    """

    def __init__(
        self,
        classes: Sequence[str],
        *,
        shared: Mapping[str, float],
        typed: Mapping[str, Sequence[tuple[int, float]]],
        options: Mapping[str, float],
        missing: float,
        bias: Sequence[float],
        floor: float = 0.35,
    ) -> None:
        self.classes = tuple(classes)
        self.floor = floor
        self._shared = shared
        self._typed = typed
        self._options = options
        self._missing = missing
        self._bias = tuple(bias)
        self._place = {name: number for number, name in enumerate(self.classes)}

    def probabilities(self, signs: Signs) -> list[float]:
        """Probability of no event, then of each type in the order of ``classes``."""
        shared, typed, options = self._shared, self._typed, self._options
        base = self._missing
        for name, value in signs.shared.items():
            base += shared.get(name, 0.0) * value
        scores = [base + value for value in self._bias]
        for name in signs.typed:
            for column, value in typed.get(name, ()):
                scores[column] += value
        for event, found in signs.options.items():
            scores[self._place[event]] += sum(options.get(name, 0.0) * value for name, value in found.items()) - self._missing
        top = max(0.0, *scores)
        grown = [exp(-top), *(exp(score - top) for score in scores)]
        whole = sum(grown)
        return [value / whole for value in grown]

    def rank(self, signs: Signs) -> Ranking:
        """The likeliest type, and how likely it is."""
        share = self.probabilities(signs)
        best = max(range(1, len(share)), key=share.__getitem__)
        return Ranking(self.classes[best - 1], share[best], 1 - share[0])


@cache
def load_reranker(path: Path = DATA / WEIGHTS) -> Reranker:
    """The model that came with the program.

    Raises
    ------
    CaseError
        If the file is no model of this version.
    """
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        classes = [str(name) for name in held["classes"]]
        typed = {name: tuple((int(column), float(value)) for column, value in cells) for name, cells in held["typed"].items()}
        bias = [float(value) for value in held["bias"]]
        shared = {name: float(value) for name, value in held["shared"].items()}
        options = {name: float(value) for name, value in held["options"].items()}
        missing, floor = float(held["missing"]), float(held["floor"])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        hint = "Train it anew: python -m benchmarks.coding.train"
        raise CaseError(Complaint(path.name, None, None, None, None, hint, f"not a model of the re-ranker: {error}.")) from None
    if set(classes) != set(TYPES) or len(bias) != len(classes):
        raise CaseError(Complaint(path.name, None, None, None, sorted(TYPES), None, "the classes are not PLOVER's types."))
    return Reranker(classes, shared=shared, typed=typed, options=options, missing=missing, bias=bias, floor=floor)
