"""Compiled loops from the opening to the ends: beliefs, and the second half of Newton's step. Arrays are those of `sweep`."""

# pyright: reportMissingParameterType=false
# ruff: noqa: ANN001, ANN201
# (compiled for whatever array types they are called with; shapes are in the docstrings)

from __future__ import annotations

import math

import numpy as np
from numba import njit

COLUMNS = 2  # right-hand sides: the residual, and the derivative in λ

jit = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "nsz", "arcp"})


@jit
def shares_of(odds, at, kinds, share):  # pragma: no cover - compiled
    """Belief over one player's types from their log odds against its last, which begin at ``at`` of a row of them."""
    last = kinds - 1
    top = 0.0
    for k in range(last):
        top = max(top, odds[at + k])
    total = math.exp(-top)
    share[last] = total
    for k in range(last):
        share[k] = math.exp(odds[at + k] - top)
        total += share[k]
    for k in range(last + 1):
        share[k] /= total


@jit
def drift_belief(z, kinds, offset, drift, share, out, slope):  # pragma: no cover - compiled
    """Log odds after a round's end, and their derivative (after, before) in blocks of one player."""
    slope[:] = 0.0
    for i in range(kinds.shape[0]):
        last = kinds[i] - 1
        if last == 0:
            continue
        shares_of(z, offset[i], kinds[i], share[i])
        base = 0.0
        for m in range(last + 1):
            base += share[i, m] * drift[i, m, last]
        for k in range(last):
            here = 0.0
            for m in range(last + 1):
                here += share[i, m] * drift[i, m, k]
            out[offset[i] + k] = math.log(here / base)
            for n in range(last):
                up, low = drift[i, n, k] - here, drift[i, n, last] - base
                slope[offset[i] + k, offset[i] + n] = share[i, n] * (up / here - low / base)


@jit
def beliefs(
    first, last, mover, edge_start, child, ends_round, kinds, offset, drift, unknown_at, unknown, z
):  # fmt: skip  # pragma: no cover - compiled
    """From node ``first`` on: the belief at every child, from the belief at its parent and the unknowns on the edge."""
    m = z.shape[1]
    share, slope = np.zeros((kinds.shape[0], drift.shape[1])), np.zeros((m, m))
    above = np.zeros(m)
    for v in range(first, last):
        i = mover[v]
        for e in range(edge_start[v], edge_start[v + 1]):
            c = child[e]
            if c < 0:
                continue
            for x in range(m):
                z[c, x] = z[v, x]
            if unknown_at[e] >= 0:
                for k in range(kinds[i] - 1):
                    z[c, offset[i] + k] = unknown[unknown_at[e] + k]
            if ends_round[e]:
                for x in range(m):
                    above[x] = z[c, x]
                drift_belief(above, kinds, offset, drift, share, z[c], slope)


@jit
def forward(
    first, last, mover, edge_start, child, ends_round, kinds, offset, drift, unknown_at, unknown, z, react, even, dz, step
):  # fmt: skip  # pragma: no cover - compiled
    """From node ``first`` on: the Newton step and ∂/∂λ of every unknown; dz (node, belief, column), step (column, unknown)."""
    m = z.shape[1]
    share, slope = np.zeros((kinds.shape[0], drift.shape[1])), np.zeros((m, m))
    above, moved = np.zeros(m), np.zeros(m)
    change = np.zeros((m, COLUMNS))
    for v in range(first, last):
        i = mover[v]
        for e in range(edge_start[v], edge_start[v + 1]):
            c = child[e]
            if c < 0:
                continue
            for x in range(m):
                for r in range(COLUMNS):
                    dz[c, x, r] = dz[v, x, r]
            if unknown_at[e] >= 0:
                for k in range(kinds[i] - 1):
                    where = unknown_at[e] + k
                    for r in range(COLUMNS):
                        total = even[where, r]
                        for x in range(m):
                            total += react[where, x] * dz[v, x, r]
                        step[r, where] = total
                        dz[c, offset[i] + k, r] = total
            if ends_round[e]:
                for x in range(m):
                    above[x] = z[v, x]
                    for r in range(COLUMNS):
                        change[x, r] = dz[c, x, r]
                if unknown_at[e] >= 0:
                    for k in range(kinds[i] - 1):
                        above[offset[i] + k] = unknown[unknown_at[e] + k]
                drift_belief(above, kinds, offset, drift, share, moved, slope)
                for x in range(m):
                    for r in range(COLUMNS):
                        dz[c, x, r] = 0.0
                        for y in range(m):
                            dz[c, x, r] += slope[x, y] * change[y, r]
