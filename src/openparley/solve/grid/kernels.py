"""Compiled loops of the belief grid. Arrays only; the meaning of each is in `openparley.solve.belief_grid`.

A value table of one position is (slot, lane, own), where ``own`` runs over the mover's belief nodes and ``lane`` over
the product of all other actors' nodes, which a move leaves unchanged; a *point* is one (lane, own). Innermost loops run
over points without branches, so that the compiler can use vector instructions; hence the exponential is a polynomial.
"""

# pyright: reportMissingParameterType=false
# ruff: noqa: ANN001, ANN201, ANN202
# (compiled for whatever array types they are called with; shapes are in the docstrings)

from __future__ import annotations

import math

import numpy as np
from numba import njit

# e^x = (e^(x/512))^512 with a Taylor polynomial of degree 7: relative error below 2e-11 for -40 <= x <= 0.
EXP_FLOOR = -40.0
TINY = 1e-300
# Iteration of a stage. First plain passes, every third one ending with an Aitken step along the last change: per point
# the ratio of successive changes tells where the iteration is heading, be it slow (near 1) or swinging (below 0). Where
# several modes swing at once that fails; from CALM_AFTER on, passes of a quarter step damp all swings down to ratios
# of −7, and an Aitken step every sixth pass hastens the slow mode that remains; beyond CRAWL_AFTER only small steps.
SETTLE, CALM_AFTER, CRAWL_AFTER = 5, 24, 200
CALM_STEP, CRAWL_STEP = 0.25, 0.1
NEVER = 1 << 30
LOWEST_RATIO, HIGHEST_RATIO = -20.0, 0.97
LEAST_PROB = 1e-15

jit = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "nsz", "arcp", "nnan", "reassoc"})


@jit
def _pace(done):  # pragma: no cover - compiled
    """Step length, passes between Aitken steps, and the lowest ratio that such a step believes."""
    if done <= CALM_AFTER:
        return 1.0, 3, LOWEST_RATIO
    if done <= CRAWL_AFTER:
        return CALM_STEP, 6, 0.0
    return CRAWL_STEP, NEVER, 0.0


@jit
def _exp_rows(x, out):  # pragma: no cover - compiled
    """Out = e^x over a row."""
    for i in range(out.shape[0]):
        y = max(x[i], EXP_FLOOR) * (1.0 / 512.0)
        p = 1.0 + y * (1.0 + y * (0.5 + y * (1.0 / 6 + y * (1.0 / 24 + y * (1.0 / 120 + y * (1.0 / 720 + y * (1.0 / 5040)))))))
        p = p * p
        p = p * p
        p = p * p
        p = p * p
        p = p * p
        p = p * p
        p = p * p
        p = p * p
        out[i] = p * p


@jit
def _node_weights(share, nodes, coef, n, weights, suffix):  # pragma: no cover - compiled
    """Lagrange weights (node, point) at a share (point)."""
    points = share.shape[0]
    for x in range(points):
        weights[0, x] = 1.0
        suffix[x] = 1.0
    for j in range(n - 1):
        node = nodes[j]
        for x in range(points):
            weights[j + 1, x] = weights[j, x] * (share[x] - node)
    for i in range(n):
        j = np.uint64(n - 1 - i)
        node, c = nodes[j], coef[j]
        for x in range(points):
            weights[j, x] *= c * suffix[x]
            suffix[x] *= share[x] - node


@jit
def _posterior_weights(sigma, spread, sizes, nodes, coef, share, tail, axes, weights):  # pragma: no cover - compiled
    """Read-off weights (own node, point) at the belief that one move leaves.

    sigma and spread are (type, point): likelihood of the move and belief before it. The product grid has the last
    split fastest; axes (split, node, point) is room for the weights of each split.
    """
    types, points = spread.shape
    for x in range(points):
        tail[x] = spread[types - 1, x] * sigma[types - 1, x]
    for i in range(types - 1):
        k = np.uint64(types - 2 - i)
        for x in range(points):
            u = spread[k, x] * sigma[k, x]
            tail[x] += u
            share[x] = u / (tail[x] + TINY)
        _node_weights(share, nodes[k], coef[k], sizes[k], axes[k], weights[0])
    if types == 2:
        for j in range(sizes[0]):
            for x in range(points):
                weights[j, x] = axes[0, j, x]
    elif types == 3:
        grid = weights.reshape(sizes[0], sizes[1], points)
        for j in range(sizes[0]):
            for f in range(sizes[1]):
                for x in range(points):
                    grid[j, f, x] = axes[0, j, x] * axes[1, f, x]
    else:
        cube = weights.reshape(sizes[0], sizes[1], sizes[2], points)
        for j in range(sizes[0]):
            for f in range(sizes[1]):
                for m in range(sizes[2]):
                    for x in range(points):
                        cube[j, f, m, x] = axes[0, j, x] * axes[1, f, x] * axes[2, m, x]


@jit
def _read(table, weights, out):  # pragma: no cover - compiled
    """Add to out (lane, own) the sum over own nodes h of weights (h, lane, own) · table (lane, h).

    Eight nodes at a time: the sum then stays in a register instead of going to memory and back for each.
    """
    nodes = weights.shape[0]
    whole = nodes - nodes % 8
    for lane in range(out.shape[0]):
        for block in range(nodes // 8):
            h = 8 * block
            t0, t1, t2, t3 = table[lane, h], table[lane, h + 1], table[lane, h + 2], table[lane, h + 3]
            t4, t5, t6, t7 = table[lane, h + 4], table[lane, h + 5], table[lane, h + 6], table[lane, h + 7]
            for g in range(out.shape[1]):
                low = weights[h, lane, g] * t0 + weights[h + 1, lane, g] * t1
                low += weights[h + 2, lane, g] * t2 + weights[h + 3, lane, g] * t3
                high = weights[h + 4, lane, g] * t4 + weights[h + 5, lane, g] * t5
                high += weights[h + 6, lane, g] * t6 + weights[h + 7, lane, g] * t7
                out[lane, g] += low + high
    for h in range(whole, nodes):
        for lane in range(out.shape[0]):
            value = table[lane, h]
            for g in range(out.shape[1]):
                out[lane, g] += weights[h, lane, g] * value


@jit
def _softmax(q, many, log_base, precision, sigma, top, total):  # pragma: no cover - compiled
    """Sigma (option, point) ∝ base · exp(precision · q)."""
    top[:] = -1e300
    total[:] = 0.0
    for a in range(many):
        row, base = q[a], log_base[a]
        for x in range(top.shape[0]):
            row[x] = base + precision * row[x]
            top[x] = max(top[x], row[x])
    for a in range(many):
        row, out = q[a], sigma[a]
        for x in range(top.shape[0]):
            row[x] -= top[x]
        _exp_rows(row, out)
        for x in range(top.shape[0]):
            total[x] += out[x]
    for x in range(top.shape[0]):
        total[x] = 1.0 / total[x]
    for a in range(many):
        out = sigma[a]
        for x in range(top.shape[0]):
            out[x] *= total[x]


@jit
def mover_step(
    later, first_later, values, start, stop, option_start, successor, reward, log_base, precision,
    slot, types, beliefs, sizes, nodes, coef, policy, first_option, tolerance, most_passes,
    me, actor_of, extra_row, lane_extra, own_extra, cancel,
):  # fmt: skip  # pragma: no cover - compiled
    """Solve the positions from start to stop of one actor's step, until ``cancel`` (1) is set.

    later (position, slot, lane, own), values alike from start on; policy (option from first_option on, type, lane·own)
    holds the start and the answer. What an option adds for an actor while others are of given types stands in row
    extra_row (option), −1 for none, of lane_extra (row, actor, lane) and own_extra (row, actor, type of the mover).
    Returns passes used in all, the largest residual left, and the number of positions that kept one above tolerance.
    """
    slots, lanes, own = values.shape[1], values.shape[2], values.shape[3]
    points = own * lanes
    most, widest = 0, 2
    for v in range(start, stop):
        most = max(most, option_start[v + 1] - option_start[v])
    for k in range(types - 1):
        widest = max(widest, sizes[k])
    weights = np.ones((most, own, points))
    wide = weights.reshape(most, own, lanes, own)
    axes = np.empty((types, widest, points))
    share, tail, top = np.empty(points), np.empty(points), np.empty(points)
    total, read, largest = np.empty(points), np.empty(points), np.empty(points)
    up, down = np.empty(points), np.empty(points)
    q, fresh = np.empty((most, points)), np.empty((most, points))
    spread, likely = np.empty((types, points)), np.empty((types, points))
    for k in range(types):
        for lane in range(lanes):
            spread[k, lane * own : (lane + 1) * own] = beliefs[:, k]
    sigma, before = np.empty((types, most, points)), np.zeros((types, most, points))
    passes, worst, unsettled = 0, 0.0, 0
    for v in range(start, stop):
        if cancel[0] != 0:
            break
        first, last = option_start[v], option_start[v + 1]
        many = last - first
        for a in range(many):
            for k in range(types):
                sigma[k, a, :] = policy[first + a - first_option, k]
        residual, done = 1.0, 0
        while residual > tolerance and done < most_passes:
            done += 1
            step, period, lowest = _pace(done)
            if types > 1:
                for a in range(many):
                    if successor[first + a] >= 0:
                        for k in range(types):
                            likely[k, :] = sigma[k, a]
                        _posterior_weights(likely, spread, sizes, nodes, coef, share, tail, axes, weights[a])
            largest[:] = 0.0
            up[:] = 0.0
            down[:] = TINY
            for k in range(types):
                for a in range(many):
                    q[a, :] = reward[first + a, slot + k]
                    to = successor[first + a]
                    if to >= 0:
                        _read(later[to - first_later, slot + k], wide[a], q[a].reshape(lanes, own))
                    if extra_row[first + a] >= 0:
                        _add_by_lane(lane_extra[extra_row[first + a], me], q[a].reshape(lanes, own))
                _softmax(q, many, log_base[first:last], precision, fresh, top, total)
                for a in range(many):
                    new, old, last_change = fresh[a], sigma[k, a], before[k, a]
                    for x in range(points):
                        change = new[x] - old[x]
                        largest[x] = max(largest[x], abs(change))
                        up[x] += change * last_change[x]
                        down[x] += last_change[x] * last_change[x]
                        last_change[x] = step * change
                        old[x] += step * change
            if types > 1 and done >= SETTLE and done % period == 2:
                for x in range(points):
                    ratio = min(max(step * up[x] / down[x], lowest), HIGHEST_RATIO)
                    up[x] = ratio / (1.0 - ratio) if largest[x] > tolerance else 0.0
                for k in range(types):
                    for a in range(many):
                        old, last_change = sigma[k, a], before[k, a]
                        for x in range(points):
                            old[x] = max(old[x] + up[x] * last_change[x], LEAST_PROB)
            residual = 0.0
            if types > 1:
                for x in range(points):
                    residual = max(residual, largest[x])
        passes += done
        worst = max(worst, residual)
        if residual > tolerance:
            unsettled += 1
        values[v - start] = 0.0
        # the weights of the last pass stand: they belong to behaviour within the tolerance of the final one
        for a in range(many):
            to = successor[first + a]
            for k in range(types):
                policy[first + a - first_option, k, :] = sigma[k, a]
                likely[k, :] = sigma[k, a]
            total[:] = 0.0
            for k in range(types):
                b, mine = spread[k], likely[k]
                for x in range(points):
                    total[x] += b[x] * mine[x]
            for j in range(slots):
                read[:] = reward[first + a, j]
                if to >= 0:
                    _read(later[to - first_later, j], wide[a], read.reshape(lanes, own))
                if extra_row[first + a] >= 0:
                    _add_by_lane(lane_extra[extra_row[first + a], actor_of[j]], read.reshape(lanes, own))
                prob = likely[j - slot] if slot <= j < slot + types else total
                out = values[v - start, j].reshape(points)
                for x in range(points):
                    out[x] += prob[x] * read[x]
                if extra_row[first + a] >= 0 and actor_of[j] != me:
                    extra = own_extra[extra_row[first + a], actor_of[j]]
                    for k in range(types):
                        b, mine, more = spread[k], likely[k], extra[k]
                        for x in range(points):
                            out[x] += b[x] * mine[x] * more
    return passes, worst, unsettled


@jit
def _add_by_lane(extra, out):  # pragma: no cover - compiled
    """Add what each lane has to out (lane, own)."""
    for lane in range(out.shape[0]):
        for g in range(out.shape[1]):
            out[lane, g] += extra[lane]


@jit
def chance_step(
    later, first_later, values, start, stop, option_start, successor, reward, prob, actor_of, extra_row, point_extra, cancel
):  # pragma: no cover - compiled
    """Average over the draws of a world step; later and values are (position, slot, point).

    point_extra (row, actor, point) is what a draw adds while others are of given types.
    """
    slots, points = values.shape[1], values.shape[2]
    for v in range(start, stop):
        if cancel[0] != 0:
            break
        for j in range(slots):
            out = values[v - start, j]
            out[:] = 0.0
            for o in range(option_start[v], option_start[v + 1]):
                p, to = prob[o], successor[o]
                if to >= 0:
                    table = later[to - first_later, j]
                    for x in range(points):
                        out[x] += p * (reward[o, j] + table[x])
                else:
                    for x in range(points):
                        out[x] += p * reward[o, j]
                if extra_row[o] >= 0:
                    extra = point_extra[extra_row[o], actor_of[j]]
                    for x in range(points):
                        out[x] += p * extra[x]


@jit
def carry_over(opening, matrix, mix, slot, out):  # pragma: no cover - compiled
    """Round end for one actor: out (position, slot, lane, own) = values at the drifted beliefs, own slots mixed.

    matrix (own node, own point) reads at the drifted beliefs; mix (type, type) is discount times drift.
    """
    positions, slots, lanes, own = opening.shape
    types = mix.shape[0]
    read = np.empty((types, lanes, own))
    for v in range(positions):
        for j in range(slots):
            target = out[v, j]
            target[:] = 0.0
            for h in range(own):
                for lane in range(lanes):
                    value = opening[v, j, lane, h]
                    for g in range(own):
                        target[lane, g] += matrix[h, g] * value
        read[:] = out[v, slot : slot + types]
        for k in range(types):
            target = out[v, slot + k]
            target[:] = 0.0
            for m in range(types):
                for lane in range(lanes):
                    for g in range(own):
                        target[lane, g] += mix[k, m] * read[m, lane, g]


@jit
def respond(
    later, first_later, first, last, successor, reward, extra, log_base, precision,
    slot, types, belief, sizes, nodes, coef, lane_weights, sigma, tolerance, most_passes,
):  # fmt: skip  # pragma: no cover - compiled
    """Choice probabilities at one position and any belief; sigma (option, type) holds the start and the answer.

    later (position, slot, lane, own); belief (type) is the mover's, lane_weights (lane) reads at the others' beliefs;
    extra (option) is what the mover expects on top of its reward because of the others' types.
    Returns the residual max |σ − logit(Q(σ))|.
    """
    many = last - first
    lanes, own = later.shape[2], later.shape[3]
    table = np.zeros((many, types, own))
    for a in range(many):
        to = successor[first + a]
        if to >= 0:
            for k in range(types):
                for x in range(lanes):
                    for h in range(own):
                        table[a, k, h] += later[to - first_later, slot + k, x, h] * lane_weights[x]
    weights, axis = np.empty(own), np.empty(own + 1)
    q = np.empty((many, types))
    before = np.zeros((many, types))
    residual, done = 1.0, 0
    while residual > tolerance and done < most_passes:
        done += 1
        step, period, lowest = _pace(done)
        for a in range(many):
            if successor[first + a] >= 0:
                point_weights(belief, sigma[a], sizes, nodes, coef, weights, axis)
            for k in range(types):
                q[a, k] = reward[first + a, slot + k] + extra[a]
                if successor[first + a] >= 0:
                    for h in range(own):
                        q[a, k] += weights[h] * table[a, k, h]
        residual, up, down = 0.0, 0.0, TINY
        for k in range(types):
            top = -1e300
            for a in range(many):
                q[a, k] = log_base[first + a] + precision * q[a, k]
                top = max(top, q[a, k])
            total = 0.0
            for a in range(many):
                q[a, k] = math.exp(q[a, k] - top)
                total += q[a, k]
            for a in range(many):
                change = q[a, k] / total - sigma[a, k]
                residual = max(residual, abs(change))
                up += change * before[a, k]
                down += before[a, k] * before[a, k]
                before[a, k] = step * change
                sigma[a, k] += step * change
        if types > 1 and residual > tolerance and done >= SETTLE and done % period == 2:
            ratio = min(max(step * up / down, lowest), HIGHEST_RATIO)
            for a in range(many):
                for k in range(types):
                    sigma[a, k] = max(sigma[a, k] + ratio / (1.0 - ratio) * before[a, k], LEAST_PROB)
    return residual


@jit
def point_weights(belief, likelihood, sizes, nodes, coef, weights, axis):  # pragma: no cover - compiled
    """Read-off weights (own node) at belief ∝ belief · likelihood."""
    types = belief.shape[0]
    tail = belief[types - 1] * likelihood[types - 1]
    weights[0] = 1.0
    filled = 1
    for k in range(types - 2, -1, -1):
        u = belief[k] * likelihood[k]
        tail += u
        share = u / (tail + TINY)
        n = sizes[k]
        for j in range(n):
            w = coef[k, j]
            for i in range(n):
                if i != j:
                    w *= share - nodes[k, i]
            axis[j] = w
        for j in range(n - 1, -1, -1):
            for f in range(filled):
                weights[j * filled + f] = axis[j] * weights[f]
        filled *= n


@jit
def respond_many(
    later, first_later, where, option_start, successor, reward, extra, log_base, precision,
    slot, types, beliefs, sizes, nodes, coef, lane_weights, sigma, tolerance, most_passes,
):  # fmt: skip  # pragma: no cover - compiled
    """`respond` for many positions of one step; sigma (item, option, type) starts uniform and holds the answers."""
    worst = 0.0
    for i in range(where.shape[0]):
        first, last = option_start[where[i]], option_start[where[i] + 1]
        start = sigma[i, : last - first]
        start[:] = 1.0 / (last - first)
        residual = respond(
            later, first_later, first, last, successor, reward, extra[i], log_base, precision,
            slot, types, beliefs[i], sizes, nodes, coef, lane_weights[i], start, tolerance, most_passes,
        )  # fmt: skip
        worst = max(worst, residual)
    return worst


@jit
def tensor_weights(left, right):  # pragma: no cover - compiled
    """Row-wise outer products (item, i·j) of read-off weights (item, i) and (item, j)."""
    items, m, n = left.shape[0], left.shape[1], right.shape[1]
    out = np.empty((items, m * n))
    for i in range(items):
        for j in range(m):
            for k in range(n):
                out[i, j * n + k] = left[i, j] * right[i, k]
    return out


@jit
def weights_at(beliefs, sizes, nodes, coef, own):  # pragma: no cover - compiled
    """Read-off weights (item, own node) at many beliefs (item, type) of one actor."""
    items, types = beliefs.shape
    out = np.empty((items, own))
    even, axis = np.ones(types), np.empty(own + 1)
    for i in range(items):
        point_weights(beliefs[i], even, sizes, nodes, coef, out[i], axis)
    return out
