"""Compiled loops of the filter: branches over legal moves, and branches that merge. Arrays only."""

# pyright: reportMissingParameterType=false
# ruff: noqa: ANN001, ANN201
# (compiled for whatever array types they are called with; shapes are in the docstrings)

from __future__ import annotations

import numpy as np
from numba import njit

jit = njit(cache=True, nogil=True, error_model="numpy")


@jit
def expand(position, weight, chosen, kinds, option_start, label, base, counts, half, told):  # pragma: no cover - compiled
    """Every branch times every legal option.

    Parameters: position (branch); weight (branch, world); chosen (branch, option, type) choice probabilities; kinds
    (world) type of the mover, −1 for habit; option_start, label, base as in the positions; counts (label) of habit;
    half pseudo-count an option; told (label) likelihood of the report or silence.

    Returns parent, option, weight (child, world) and its sum (child) of the children that the record leaves, and mass
    (label, world): weight of each move before its likelihood.
    """
    branches, worlds = weight.shape
    total, most = 0, 1
    for b in range(branches):
        many = option_start[position[b] + 1] - option_start[position[b]]
        total += many
        most = max(most, many)
    parent, option = np.empty(total, np.int64), np.empty(total, np.int64)
    child, shares, habit = np.empty((total, worlds)), np.empty(total), np.empty(most)
    mass = np.zeros((told.shape[0], worlds))
    by_habit = False
    for w in range(worlds):
        by_habit = by_habit or kinds[w] < 0
    n = 0
    for b in range(branches):
        first = option_start[position[b]]
        many = option_start[position[b] + 1] - first
        if by_habit:
            spread, scores = 0.0, 0.0
            for a in range(many):
                spread += base[first + a]
            for a in range(many):
                habit[a] = counts[label[first + a]] + half * many * base[first + a] / spread
                scores += habit[a]
            for a in range(many):
                habit[a] /= scores
        for a in range(many):
            here = label[first + a]
            like, share = told[here], 0.0
            for w in range(worlds):
                prob = chosen[b, a, kinds[w]] if kinds[w] >= 0 else habit[a]
                moved = weight[b, w] * prob
                mass[here, w] += moved
                child[n, w] = moved * like
                share += child[n, w]
            if share > 0.0:
                parent[n], option[n], shares[n] = b, first + a, share
                n += 1
    return parent[:n], option[:n], child[:n], shares[:n], mass


@jit
def baselines(position, share, option_start, label, counts, half, wanted):  # pragma: no cover - compiled
    """Mass by label of uniform play and of play by frequency (counts), over branches with a share, and the share in which
    a wanted label (label) is legal.
    """
    even, frequent, open_ = np.zeros(counts.shape[0]), np.zeros(counts.shape[0]), 0.0
    for b in range(position.shape[0]):
        first, last = option_start[position[b]], option_start[position[b] + 1]
        scores, legal = 0.0, False
        for o in range(first, last):
            scores += counts[label[o]] + half
            legal = legal or wanted[label[o]]
        for o in range(first, last):
            even[label[o]] += share[b] / (last - first)
            frequent[label[o]] += share[b] * (counts[label[o]] + half) / scores
        if legal:
            open_ += share[b]
    return even, frequent, open_


@jit
def gather(group, count, weight, belief):  # pragma: no cover - compiled
    """Sum weight (branch, world) and average belief (branch, type) by weight within each group from 0 on."""
    branches, worlds = weight.shape
    types = belief.shape[1]
    total, mean, shares = np.zeros((count, worlds)), np.zeros((count, types)), np.zeros(count)
    for b in range(branches):
        g, share = group[b], 0.0
        if g < 0:
            continue
        for w in range(worlds):
            total[g, w] += weight[b, w]
            share += weight[b, w]
        shares[g] += share
        for k in range(types):
            mean[g, k] += share * belief[b, k]
    for g in range(count):
        for k in range(types):
            mean[g, k] /= shares[g]
    return total, mean
