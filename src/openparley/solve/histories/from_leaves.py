"""Compiled loops of the exact solver for public histories. Arrays only; the meaning of each is in `public_tree` and `sweep`.

A node's values are (player, profile); what they depend on is the belief at the node, in log odds of each uncertain
player's types against its last. One pass from the leaves to the root computes values and choices at given beliefs and,
at the same time, eliminates the linearised system below each node, so that a node's values are known as

    dW = gain · dz + rest        z: the belief at the node, rest: columns for the residual and for ∂/∂λ.

One pass back to the leaves then gives the Newton step. Both are linear in the number of histories.
"""

# pyright: reportMissingParameterType=false
# ruff: noqa: ANN001, ANN201, ANN202, E741
# (compiled for whatever array types they are called with; shapes are in the docstrings)

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from openparley.solve.histories.from_root import COLUMNS, drift_belief, jit, shares_of

LANES = 64
FIXED = COLUMNS + 1  # channels of a block beside those of the belief: these columns and the value


@jit
def _round_end(below, z, kinds, offset, drift, mix, discount, share, moved, slope, out):  # pragma: no cover - compiled
    """A child's block seen from before the round's end: discounted, averaged over what types turn into; both (row, channel)."""
    profiles = mix.shape[0]
    m = moved.shape[0]
    drift_belief(z, kinds, offset, drift, share, moved, slope)
    for row in range(below.shape[0]):
        f = row % profiles
        for x in range(m + FIXED):
            out[row, x] = 0.0
        for g in range(profiles):
            w = discount[row // profiles] * mix[f, g]
            if w == 0.0:
                continue
            source = row - f + g
            for x in range(m, m + FIXED):
                out[row, x] += w * below[source, x]
            for x in range(m):
                for y in range(m):
                    out[row, x] += w * below[source, y] * slope[y, x]


@jit
def _solve(a, b, n, columns):  # pragma: no cover - compiled
    """Gaussian elimination with row pivoting in place; b becomes the answer. Returns the sign of the determinant."""
    sign = 1
    for k in range(n):
        pivot = k
        for i in range(k + 1, n):
            if abs(a[i, k]) > abs(a[pivot, k]):
                pivot = i
        if pivot != k:
            sign = -sign
            for j in range(n):
                a[k, j], a[pivot, j] = a[pivot, j], a[k, j]
            for j in range(columns):
                b[k, j], b[pivot, j] = b[pivot, j], b[k, j]
        if a[k, k] < 0.0:
            sign = -sign
        if a[k, k] == 0.0:
            return 0
        for i in range(k + 1, n):
            factor = a[i, k] / a[k, k]
            if factor != 0.0:
                for j in range(k + 1, n):
                    a[i, j] -= factor * a[k, j]
                for j in range(columns):
                    b[i, j] -= factor * b[k, j]
    for k in range(n - 1, -1, -1):
        for j in range(columns):
            total = b[k, j]
            for i in range(k + 1, n):
                total -= a[k, i] * b[i, j]
            b[k, j] = total / a[k, k]
    return sign


@jit
def _alike(v, u, mover, edge_start, child, ends_round, unknown_at):  # pragma: no cover - compiled
    """Whether two nodes have the same mover and, edge by edge, the same kind of child."""
    if mover[v] != mover[u] or edge_start[v + 1] - edge_start[v] != edge_start[u + 1] - edge_start[u]:
        return False
    for e in range(edge_start[v + 1] - edge_start[v]):
        one, two = edge_start[v] + e, edge_start[u] + e
        if (child[one] < 0) != (child[two] < 0) or ends_round[one] != ends_round[two]:
            return False
        if (unknown_at[one] < 0) != (unknown_at[two] < 0):
            return False
    return True


@jit
def _leads_before(v, high, edge_start, child):  # pragma: no cover - compiled
    """Whether a node leads to one before ``high``, which is yet to be worked on."""
    before = False
    for e in range(edge_start[v], edge_start[v + 1]):
        before = before or 0 <= child[e] < high
    return before


@jit
def _eliminate(a, b, count, columns, lanes, small, right):  # pragma: no cover - compiled
    """Solve a · x = b (row, column, lane) in place for every lane; returns the sign of the product of determinants."""
    sign = 1
    if count == 1:
        for l in range(lanes):
            if a[0, 0, l] < 0.0:
                sign = -sign
            elif a[0, 0, l] == 0.0:
                return 0
        for x in range(columns):
            for l in range(lanes):
                b[0, x, l] /= a[0, 0, l]
        return sign
    if count == 2:
        for l in range(lanes):
            det = a[0, 0, l] * a[1, 1, l] - a[0, 1, l] * a[1, 0, l]
            if det < 0.0:
                sign = -sign
            elif det == 0.0:
                return 0
            small[0, l] = 1.0 / det
        for x in range(columns):
            for l in range(lanes):
                one, two = b[0, x, l], b[1, x, l]
                b[0, x, l] = (a[1, 1, l] * one - a[0, 1, l] * two) * small[0, l]
                b[1, x, l] = (a[0, 0, l] * two - a[1, 0, l] * one) * small[0, l]
        return sign
    for l in range(lanes):
        for i in range(count):
            for j in range(count):
                small[i, j] = a[i, j, l]
            for j in range(columns):
                right[i, j] = b[i, j, l]
        sign *= _solve(small, right, count, columns)
        for i in range(count):
            for j in range(columns):
                b[i, j, l] = right[i, j]
    return sign


class Room(NamedTuple):
    """Working arrays of `backward`; the last axis of most is the lane."""

    after: np.ndarray
    """(edge, row, channel, lane): what an edge leads to, its reward included."""
    q: np.ndarray
    """(type, edge, channel, lane): the same as each type of the mover expects it."""
    prob: np.ndarray
    log_prob: np.ndarray
    change: np.ndarray
    """(type, edge, column, lane): answer of a log choice probability to the belief at the node and to the columns."""
    a: np.ndarray
    b: np.ndarray
    share: np.ndarray
    given: np.ndarray
    flow: np.ndarray
    top: np.ndarray
    total: np.ndarray
    small: np.ndarray
    right: np.ndarray
    at: np.ndarray
    """First unknown of an edge in the system of its node; −1 without."""


@jit
def _make_room(most, players, widest, rows, channels, profiles):  # pragma: no cover - compiled
    columns, big = channels - 1, most * max(widest - 1, 1)
    return Room(
        np.zeros((most, rows, channels, LANES)), np.zeros((widest, most, channels, LANES)), np.zeros((widest, most, LANES)),
        np.zeros((widest, most, LANES)), np.zeros((widest, most, columns, LANES)), np.zeros((big, big, LANES)),
        np.zeros((big, columns, LANES)), np.zeros((players, widest, LANES)), np.zeros((profiles, LANES)), np.zeros((channels, LANES)),
        np.zeros(LANES), np.zeros(LANES), np.zeros((big, max(big, LANES))), np.zeros((big, columns)), np.zeros(most, np.int64),
    )  # fmt: skip


@jit
def _gather(
    low, lanes, edge_start, option, child, ends_round, terminal, reward, horizon, start, own, kinds, offset, drift, mix, discount, z,
    unknown_at, unknown, block, room,
):  # fmt: skip  # pragma: no cover - compiled
    """Fill room.after and room.at for a batch of nodes; returns the size of the system of each."""
    rows, channels = block.shape[1], block.shape[2]
    worth = channels - 1
    after, at = room.after, room.at
    count = 0
    for e in range(edge_start[low + 1] - edge_start[low]):
        first = edge_start[low] + e
        at[e] = -1
        if child[first] < 0:
            for l in range(lanes):
                o = edge_start[low + l] + e
                for row in range(rows):
                    for x in range(worth):
                        after[e, row, x, l] = 0.0
                    after[e, row, worth, l] = reward[option[o], row]
                if terminal[o] >= 0:
                    for row in range(rows):
                        after[e, row, worth, l] += horizon[terminal[o], row]
            continue
        if unknown_at[first] >= 0:
            at[e] = count
            count += own
        if ends_round[first]:
            _gather_beyond(
                low, lanes, e, edge_start, child, start, own, kinds, offset, drift, mix, discount, z, unknown_at, unknown, block, room
            )  # fmt: skip
        else:
            for l in range(lanes):
                c = child[edge_start[low + l] + e]
                for row in range(rows):
                    for x in range(channels):
                        after[e, row, x, l] = block[c, row, x]
        for l in range(lanes):
            o = option[edge_start[low + l] + e]
            for row in range(rows):
                after[e, row, worth, l] += reward[o, row]
    return count


@jit
def _gather_beyond(
    low, lanes, e, edge_start, child, start, own, kinds, offset, drift, mix, discount, z, unknown_at, unknown, block, room
):  # fmt: skip  # pragma: no cover - compiled
    """The same for an edge that a round's end follows."""
    rows, channels = block.shape[1], block.shape[2]
    m = channels - FIXED
    share, ended = np.zeros((kinds.shape[0], drift.shape[1])), np.zeros((rows, channels))
    moved, slope, above = np.zeros(m), np.zeros((m, m)), np.zeros(m)
    for l in range(lanes):
        o = edge_start[low + l] + e
        for x in range(m):
            above[x] = z[low + l, x]
        if unknown_at[o] >= 0:
            for k in range(own):
                above[start + k] = unknown[unknown_at[o] + k]
        _round_end(block[child[o]], above, kinds, offset, drift, mix, discount, share, moved, slope, ended)
        for row in range(rows):
            for x in range(channels):
                room.after[e, row, x, l] = ended[row, x]


@jit
def _draw(low, lanes, many, edge_start, option, chance, block, room):  # pragma: no cover - compiled
    """A batch of nodes at which chance draws."""
    rows, channels = block.shape[1], block.shape[2]
    after, flow, top = room.after, room.flow, room.top
    for row in range(rows):
        flow[:, :lanes] = 0.0
        for e in range(many):
            for l in range(lanes):
                top[l] = chance[option[edge_start[low + l] + e]]
            for x in range(channels):
                for l in range(lanes):
                    flow[x, l] += top[l] * after[e, row, x, l]
        for l in range(lanes):
            for x in range(channels):
                block[low + l, row, x] = flow[x, l]


@jit
def _expect(i, k, lanes, many, kinds, offset, type_of, excess, alone, room):  # pragma: no cover - compiled
    """What type k of mover i expects behind every edge, and how that answers to the belief about the others."""
    players, profiles = type_of.shape
    channels = room.q.shape[2]
    worth = channels - 1
    after, q, share, given, total = room.after, room.q, room.share, room.given, room.total
    total[:lanes] = 0.0
    for f in range(profiles):
        if type_of[i, f] != k:
            continue
        for l in range(lanes):
            given[f, l] = excess[f]
        if not alone:
            for j in range(players):
                if j != i and kinds[j] > 1:
                    for l in range(lanes):
                        given[f, l] *= share[j, type_of[j, f], l]
        for l in range(lanes):
            total[l] += given[f, l]
    q[k, :many, :, :lanes] = 0.0
    for f in range(profiles):
        if type_of[i, f] != k:
            continue
        for l in range(lanes):
            given[f, l] /= total[l]
        for e in range(many):
            for x in range(channels):
                for l in range(lanes):
                    q[k, e, x, l] += given[f, l] * after[e, i * profiles + f, x, l]
    if alone:
        return
    for f in range(profiles):  # the belief about the others enters through the weights of the profiles
        if type_of[i, f] != k:
            continue
        for j in range(players):
            if j != i and type_of[j, f] < kinds[j] - 1:
                x = offset[j] + type_of[j, f]
                for e in range(many):
                    for l in range(lanes):
                        q[k, e, x, l] += given[f, l] * (after[e, i * profiles + f, worth, l] - q[k, e, worth, l])


@jit
def _choose(k, low, lanes, many, edge_start, option, log_base, slack, precision, start, own, room):  # pragma: no cover - compiled
    """Choice probabilities of type k, and their answer with the beliefs after the moves held fixed."""
    channels = room.q.shape[2]
    worth, m = channels - 1, channels - FIXED
    q, prob, log_prob, change, top, total = room.q, room.prob, room.log_prob, room.change, room.top, room.total
    top[:lanes] = -1e300
    total[:lanes] = 0.0
    for e in range(many):
        for l in range(lanes):
            log_prob[k, e, l] = log_base[option[edge_start[low + l] + e]] + slack * q[k, e, worth, l]
            top[l] = max(top[l], log_prob[k, e, l])
    for e in range(many):
        for l in range(lanes):
            prob[k, e, l] = math.exp(log_prob[k, e, l] - top[l])
            total[l] += prob[k, e, l]
    for l in range(lanes):
        top[l] += math.log(total[l])
        total[l] = 1.0 / total[l]
    for e in range(many):
        for l in range(lanes):
            log_prob[k, e, l] -= top[l]
            prob[k, e, l] *= total[l]
    for x in range(channels):
        total[:lanes] = 0.0
        for e in range(many):
            for l in range(lanes):
                total[l] += prob[k, e, l] * q[k, e, x, l]
        for e in range(many):
            if x == worth:
                for l in range(lanes):
                    change[k, e, m + 1, l] += precision * (q[k, e, x, l] - total[l])
            elif start <= x < start + own:
                change[k, e, x, :lanes] = 0.0
            else:
                for l in range(lanes):
                    change[k, e, x, l] = slack * (q[k, e, x, l] - total[l])


@jit
def _set_up(low, lanes, many, edge_start, slack, start, own, z, unknown_at, unknown, room):  # pragma: no cover - compiled
    """The linear system of a batch of nodes: its unknowns are the mover's log odds after each move."""
    columns = room.b.shape[1]
    m = columns - COLUMNS
    q, prob, log_prob, change, a, b, at = room.q, room.prob, room.log_prob, room.change, room.a, room.b, room.at
    for e in range(many):
        if at[e] < 0:
            continue
        for k in range(own):
            row = at[e] + k
            for d in range(many):
                if at[d] < 0:
                    continue
                same = 1.0 if d == e else 0.0
                for n in range(own):
                    unit = same if n == k else 0.0
                    for l in range(lanes):
                        mine = (same - prob[k, d, l]) * q[k, d, start + n, l]
                        theirs = (same - prob[own, d, l]) * q[own, d, start + n, l]
                        a[row, at[d] + n, l] = unit + slack * (theirs - mine)
            for x in range(columns):
                for l in range(lanes):
                    b[row, x, l] = change[k, e, x, l] - change[own, e, x, l]
            for l in range(lanes):
                b[row, start + k, l] = 1.0
                implied = z[low + l, start + k] + log_prob[k, e, l] - log_prob[own, e, l]
                b[row, m, l] -= unknown[unknown_at[edge_start[low + l] + e] + k] - implied


@jit
def _answer(low, lanes, many, edge_start, slack, start, own, unknown_at, react, even, room):  # pragma: no cover - compiled
    """Keep the solved system, and put it into the answers of the choices: these then depend on the belief at the node alone."""
    columns = room.b.shape[1]
    m = columns - COLUMNS
    q, prob, change, b, at, total = room.q, room.prob, room.change, room.b, room.at, room.total
    for e in range(many):
        if at[e] < 0:
            continue
        for k in range(own):
            for l in range(lanes):
                where = unknown_at[edge_start[low + l] + e] + k
                for x in range(m):
                    react[where, x] = b[at[e] + k, x, l]
                for r in range(COLUMNS):
                    even[where, r] = b[at[e] + k, m + r, l]
    for k in range(own + 1):
        for x in range(columns):
            total[:lanes] = 0.0
            for e in range(many):
                if at[e] < 0:
                    continue
                for n in range(own):
                    for l in range(lanes):
                        step = slack * q[k, e, start + n, l] * b[at[e] + n, x, l]
                        change[k, e, x, l] += step
                        total[l] += prob[k, e, l] * step
            for e in range(many):
                for l in range(lanes):
                    change[k, e, x, l] -= total[l]


@jit
def _value(i, low, lanes, many, start, own, type_of, block, room):  # pragma: no cover - compiled
    """What the nodes of a batch are worth to every player and profile, and how that answers to the belief there."""
    rows, channels = block.shape[1], block.shape[2]
    worth, profiles = channels - 1, type_of.shape[1]
    after, prob, change, b, at, flow, top = room.after, room.prob, room.change, room.b, room.at, room.flow, room.top
    for row in range(rows):
        k = type_of[i, row % profiles]
        flow[:, :lanes] = 0.0
        for e in range(many):
            for l in range(lanes):
                flow[worth, l] += prob[k, e, l] * after[e, row, worth, l]
            for x in range(worth):
                for l in range(lanes):
                    step = after[e, row, worth, l] * change[k, e, x, l] + after[e, row, x, l]
                    flow[x, l] += prob[k, e, l] * step
            if at[e] >= 0:
                for n in range(own):
                    # what a child answers to the mover's own belief goes through the unknowns instead
                    for l in range(lanes):
                        top[l] = prob[k, e, l] * after[e, row, start + n, l]
                        flow[start + n, l] -= top[l]
                    for x in range(worth):
                        for l in range(lanes):
                            flow[x, l] += top[l] * b[at[e] + n, x, l]
        for l in range(lanes):
            for x in range(channels):
                block[low + l, row, x] = flow[x, l]


@jit
def backward(
    first, last, mover, edge_start, option, child, ends_round, terminal, reward, horizon, chance, log_base, precision, scale,
    kinds, offset, type_of, excess, drift, mix, discount, z, unknown_at, unknown, block, react, even, record, sigma,
):  # fmt: skip  # pragma: no cover - compiled
    """From node ``last`` − 1 down to ``first``: values and choices at beliefs z, and the elimination below each node.

    Nodes that are alike and stand together are worked on as *lanes*, innermost in the working arrays, so that the
    compiler can use vector instructions.

    block (node, row, channel): a row is a (player, profile), the channels are ``gain``, the two columns of ``rest``, and
    the value. mover (node): −1 is chance. Edges of node v are edge_start[v]:edge_start[v + 1]; child (edge) is −1 at an
    end, where terminal (edge) is a row of horizon or −1. type_of (player, profile), excess (profile): share of a profile
    over the product of its types' shares. unknown_at (edge): where an edge's unknowns begin, −1 without. react (unknown,
    belief) and even (unknown, column) become the answer of each unknown to the belief at its node; sigma (edge, type) is
    written if ``record``. Returns the sign of the determinant.
    """
    players, profiles = type_of.shape
    m, columns = block.shape[2] - FIXED, block.shape[2] - 1
    widest, most = 1, 1
    for i in range(players):
        widest = max(widest, kinds[i])
    for v in range(first, last):
        most = max(most, edge_start[v + 1] - edge_start[v])
    room = _make_room(most, players, widest, block.shape[1], block.shape[2], profiles)
    one_share, odds = np.zeros(widest), z.reshape(-1)
    sign, high = 1, last
    while high > first:
        low = high - 1
        while low > first and high - low < LANES and _alike(low - 1, high - 1, mover, edge_start, child, ends_round, unknown_at):
            if _leads_before(low - 1, high, edge_start, child):
                break
            low -= 1
        lanes, many, i = high - low, edge_start[low + 1] - edge_start[low], mover[low]
        high = low
        own = kinds[i] - 1 if i >= 0 else 0
        start = offset[i] if i >= 0 else 0
        count = _gather(
            low, lanes, edge_start, option, child, ends_round, terminal, reward, horizon, start, own, kinds, offset, drift, mix, discount,
            z, unknown_at, unknown, block, room,
        )  # fmt: skip
        if i < 0:
            _draw(low, lanes, many, edge_start, option, chance, block, room)
            continue
        alone = m == own
        if not alone:
            for j in range(players):
                if j != i:
                    for l in range(lanes):
                        shares_of(odds, (low + l) * m + offset[j], kinds[j], one_share)
                        for k in range(kinds[j]):
                            room.share[j, k, l] = one_share[k]
        slack = precision[i] * scale
        for k in range(own + 1):
            _expect(i, k, lanes, many, kinds, offset, type_of, excess, alone, room)
            _choose(k, low, lanes, many, edge_start, option, log_base, slack, precision[i], start, own, room)
            if record:
                for l in range(lanes):
                    for e in range(many):
                        sigma[edge_start[low + l] + e, k] = room.prob[k, e, l]
        if count > 0:
            _set_up(low, lanes, many, edge_start, slack, start, own, z, unknown_at, unknown, room)
            sign *= _eliminate(room.a, room.b, count, columns, lanes, room.small, room.right)
            _answer(low, lanes, many, edge_start, slack, start, own, unknown_at, react, even, room)
        _value(i, low, lanes, many, start, own, type_of, block, room)
    return sign
