"""Fit the weights of the re-ranker: penalised logistic regression over “no event” and the types, with features shared by the types."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from benchmarks.coding.items import Item
from openparley.record.coders.rules.events.reranker import Reranker
from openparley.record.coders.rules.events.signs import Signs
from openparley.record.plover import TYPES

__all__ = ["CLASSES", "Fitted", "fit"]

CLASSES = tuple(TYPES)
# A feature seen in fewer candidates than this is noise.
SEEN_SHARED, SEEN_TYPED = 3, 2
# Features of single words and forms are seen too seldom to be trusted like the rest, so the penalty weighs more on them.
TYPED_SIZE = 0.5
MOST_STEPS = 300
# Weights smaller than this change no decision and only make the file longer.
SMALL = 0.02


@dataclass(frozen=True)
class Fitted:
    """Weights by name; the same as ``Reranker`` takes."""

    shared: dict[str, float]
    bias: np.ndarray
    rows: dict[str, int]
    typed: np.ndarray
    options: dict[str, float]
    missing: float

    def reranker(self, floor: float) -> Reranker:
        """The model, ready to rank."""
        return Reranker(
            CLASSES,
            shared=self.shared,
            typed={name: [(column, float(value)) for column, value in enumerate(self.typed[number])] for name, number in self.rows.items()},
            options=self.options,
            missing=self.missing,
            bias=self.bias.tolist(),
            floor=floor,
        )

    def as_json(self, floor: float) -> str:
        """The weights as a file: a line for each feature that tells types apart."""
        lines: list[str] = []
        for name, number in self.rows.items():
            cells = [[column, round(float(value), 3)] for column, value in enumerate(self.typed[number]) if abs(value) >= SMALL]
            if cells:
                lines.append(f"{json.dumps(name)}:{json.dumps(cells, separators=(',', ':'))}")
        rest = {
            "classes": CLASSES,
            "floor": floor,
            "bias": [round(float(value), 3) for value in self.bias],
            "missing": round(self.missing, 3),
            "options": {name: round(value, 3) for name, value in self.options.items()},
            "shared": {name: round(value, 3) for name, value in self.shared.items()},
        }
        return json.dumps(rest)[:-1] + ', "typed": {\n' + ",\n".join(lines) + "\n}}\n"


@dataclass(frozen=True)
class _Tables:
    """Candidates as tables: features of each candidate, and of each of its types; and how many features there are of each kind."""

    shared: csr_matrix
    typed: csr_matrix
    options: csr_matrix
    sizes: tuple[int, int, int]


def fit(items: Sequence[Item], penalty: float) -> Fitted:
    """Weights that make the labels of the items likeliest, under a penalty on their squares of 1 / (2 ``penalty``)."""
    signs = [item.signs for item in items if item.signs is not None]
    names = _names(signs)
    tables = _tables(signs, *names)
    gold = np.array([CLASSES.index(item.gold) if item.gold in CLASSES else -1 for item in items if item.signs is not None])
    weights = _solve(tables, gold, penalty)
    shared, typed, options = names
    a, b, w, o, bias = _parts(weights, tables)
    return Fitted(
        shared={name: float(a[number]) for name, number in shared.items()},
        bias=bias + b,
        rows=typed,
        typed=w * TYPED_SIZE,
        options={name: float(o[number]) for name, number in options.items()},
        missing=float(o[-1]),
    )


def _names(signs: Sequence[Signs]) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    shared, typed, options = Counter[str](), Counter[str](), Counter[str]()
    for each in signs:
        shared.update(each.shared.keys())
        typed.update(each.typed)
        options.update(name for found in each.options.values() for name in found)
    kept = (
        [name for name, count in shared.items() if count >= SEEN_SHARED],
        [name for name, count in typed.items() if count >= SEEN_TYPED],
        list(options),
    )
    first, second, third = ({name: number for number, name in enumerate(sorted(names))} for names in kept)
    return first, second, third


def _tables(signs: Sequence[Signs], shared: dict[str, int], typed: dict[str, int], options: dict[str, int]) -> _Tables:
    """Sparse tables; the last column of the third says that the lexicon does not give the type."""
    count = len(signs)
    cells = [(row, shared[name], value) for row, each in enumerate(signs) for name, value in each.shared.items() if name in shared]
    words = [(row, typed[name], TYPED_SIZE) for row, each in enumerate(signs) for name in each.typed if name in typed]
    given: list[tuple[int, int, float]] = []
    for row, each in enumerate(signs):
        for column, name in enumerate(CLASSES):
            place = row * len(CLASSES) + column
            found = each.options.get(name)
            if found is None:
                given.append((place, len(options), 1.0))
            else:
                given += [(place, options[key], value) for key, value in found.items()]
    return _Tables(
        _sparse(cells, (count, len(shared))),
        _sparse(words, (count, len(typed))),
        _sparse(given, (count * len(CLASSES), len(options) + 1)),
        (len(shared), len(typed), len(options) + 1),
    )


def _sparse(cells: Sequence[tuple[int, int, float]], shape: tuple[int, int]) -> csr_matrix:
    rows, columns, values = zip(*cells, strict=True)
    return csr_matrix((values, (rows, columns)), shape)


def _parts(weights: np.ndarray, tables: _Tables) -> tuple[np.ndarray, float, np.ndarray, np.ndarray, np.ndarray]:
    """Weights of shared features, the common bias, those by type, those of options, and the biases of the types."""
    first, second, third = tables.sizes
    many = len(CLASSES)
    ends = np.cumsum([first, 1, second * many, third])
    a, b, w, o, bias = np.split(weights, ends)
    return a, float(b[0]), w.reshape(second, many), o, bias


def _solve(tables: _Tables, gold: np.ndarray, penalty: float) -> np.ndarray:
    count, many = gold.size, len(CLASSES)
    first, second, third = tables.sizes
    size = first + 1 + second * many + third + many
    held = np.ones(size)
    held[first] = 0.0
    rows = np.arange(count)
    events = gold >= 0

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        a, b, w, o, bias = _parts(weights, tables)
        scores = np.zeros((count, many + 1))
        scores[:, 1:] = (tables.shared @ a + b)[:, None] + tables.typed @ w + (tables.options @ o).reshape(count, many) + bias
        scores -= scores.max(axis=1, keepdims=True)
        share = np.exp(scores)
        share /= share.sum(axis=1, keepdims=True)
        value = -np.log(share[rows, gold + 1] + 1e-300).sum() + 0.5 / penalty * (held * weights**2).sum()
        slope = share[:, 1:].copy()
        slope[events, gold[events]] -= 1
        whole = slope.sum(axis=1)
        parts = (
            tables.shared.T @ whole,
            [whole.sum()],
            (tables.typed.T @ slope).ravel(),
            tables.options.T @ slope.ravel(),
            slope.sum(axis=0),
        )
        return float(value), np.concatenate(parts) + held * weights / penalty

    return minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": MOST_STEPS, "maxcor": 20}).x
