"""A small linear model that decides which candidates are events, and of which type; weights learnt by ``benchmarks/coding/train.py``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from openparley.errors import CaseError, Complaint
from openparley.record.coders.rules.lexicon import DATA
from openparley.record.coders.rules.signs import Signs
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
    typed, rows
        Weights by type, one row a feature; the number of each feature's row.
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
        rows: Mapping[str, int],
        typed: np.ndarray,
        options: Mapping[str, float],
        missing: float,
        bias: np.ndarray,
        floor: float = 0.35,
    ) -> None:
        self.classes = tuple(classes)
        self.floor = floor
        self._shared = shared
        self._rows = rows
        self._typed = typed
        self._options = options
        self._missing = missing
        self._bias = bias
        self._place = {name: number for number, name in enumerate(self.classes)}

    def probabilities(self, signs: Signs) -> np.ndarray:
        """Probability of no event, then of each type in the order of ``classes``."""
        shared = self._shared
        base = sum(shared[name] * value for name, value in signs.shared.items() if name in shared)
        scores = self._bias + (base + self._missing)
        rows = [self._rows[name] for name in signs.typed if name in self._rows]
        if rows:
            scores += self._typed[rows].sum(axis=0)
        for event, found in signs.options.items():
            scores[self._place[event]] += sum(self._options.get(name, 0.0) * value for name, value in found.items()) - self._missing
        grown = np.exp(np.concatenate(([0.0], scores)) - max(0.0, float(scores.max())))
        return grown / grown.sum()

    def rank(self, signs: Signs) -> Ranking:
        """The likeliest type, and how likely it is."""
        share = self.probabilities(signs)
        best = int(share[1:].argmax())
        return Ranking(self.classes[best], float(share[1 + best]), float(1 - share[0]))


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
        rows = {name: number for number, name in enumerate(held["typed"])}
        typed = np.zeros((len(rows), len(classes)))
        for number, cells in enumerate(held["typed"].values()):
            for column, value in cells:
                typed[number, column] = value
        bias = np.asarray(held["bias"], dtype=float)
        shared = {name: float(value) for name, value in held["shared"].items()}
        options = {name: float(value) for name, value in held["options"].items()}
        missing, floor = float(held["missing"]), float(held["floor"])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        hint = "Train it anew: python -m benchmarks.coding.train"
        raise CaseError(Complaint(path.name, None, None, None, None, hint, f"not a model of the re-ranker: {error}.")) from None
    if set(classes) != set(TYPES) or bias.shape != (len(classes),):
        raise CaseError(Complaint(path.name, None, None, None, sorted(TYPES), None, "the classes are not PLOVER's types."))
    return Reranker(classes, shared=shared, rows=rows, typed=typed, options=options, missing=missing, bias=bias, floor=floor)
