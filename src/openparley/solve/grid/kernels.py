"""Compiled loops of the belief grid. Arrays only; the meaning of each is in `openparley.solve.belief_grid`.

A value table of one position is (slot, own, lane), where ``own`` runs over the mover's belief nodes and ``lane`` over
the product of all other actors' nodes, which a move leaves unchanged; a *point* is one (own, lane). Innermost loops run
over points without branches, so that the compiler can use vector instructions; hence the exponential is a polynomial.
"""

# pyright: reportMissingParameterType=false
# ruff: noqa: ANN001, ANN201, ANN202
# (compiled for whatever array types they are called with; shapes are in the docstrings)

from __future__ import annotations

import math

import numpy as np
from numba import njit

from openparley.solve.grid.vector import read_nodes, row_places

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
def _exp(x):  # pragma: no cover - compiled
    """e^x for x ≤ 0."""
    y = max(x, EXP_FLOOR) * (1.0 / 512.0)
    p = 1.0 + y * (1.0 + y * (0.5 + y * (1.0 / 6 + y * (1.0 / 24 + y * (1.0 / 120 + y * (1.0 / 720 + y * (1.0 / 5040)))))))
    p = p * p
    p = p * p
    p = p * p
    p = p * p
    p = p * p
    p = p * p
    p = p * p
    p = p * p
    return p * p


@jit
def _node_weights(share, m, nodes, coef, n, weights, i, suffix):  # pragma: no cover - compiled
    """Lagrange weights[i] (node, point) at share[m] (point), for n nodes of split m."""
    points = share.shape[1]
    if n == 3:
        low, middle, high = nodes[m, 0], nodes[m, 1], nodes[m, 2]
        c0, c1, c2 = coef[m, 0], coef[m, 1], coef[m, 2]
        for x in range(points):
            from_low, from_middle, from_high = share[m, x] - low, share[m, x] - middle, share[m, x] - high
            weights[i, 0, x] = c0 * from_middle * from_high
            weights[i, 1, x] = c1 * from_low * from_high
            weights[i, 2, x] = c2 * from_low * from_middle
        return
    for x in range(points):
        weights[i, 0, x] = 1.0
        suffix[x] = 1.0
    for j in range(n - 1):
        node = nodes[m, j]
        for x in range(points):
            weights[i, j + 1, x] = weights[i, j, x] * (share[m, x] - node)
    for back in range(n):
        j = np.uint64(n - 1 - back)
        node, c = nodes[m, j], coef[m, j]
        for x in range(points):
            weights[i, j, x] *= c * suffix[x]
            suffix[x] *= share[m, x] - node


@jit
def _shares(policy, option, spread, share):  # pragma: no cover - compiled
    """Splits (split, point) of the belief that a move leaves: policy[option] (type, point) is its likelihood, spread the belief."""
    types, points = spread.shape
    if types == 2:
        for x in range(points):
            u = spread[0, x] * policy[option, 0, x]
            share[0, x] = u / (u + spread[1, x] * policy[option, 1, x] + TINY)
    elif types == 3:
        for x in range(points):
            u, w = spread[0, x] * policy[option, 0, x], spread[1, x] * policy[option, 1, x]
            tail = w + spread[2, x] * policy[option, 2, x]
            share[1, x] = w / (tail + TINY)
            share[0, x] = u / (u + tail + TINY)
    else:
        for x in range(points):
            u, w = spread[0, x] * policy[option, 0, x], spread[1, x] * policy[option, 1, x]
            z = spread[2, x] * policy[option, 2, x]
            tail = z + spread[3, x] * policy[option, 3, x]
            share[2, x] = z / (tail + TINY)
            share[1, x] = w / (w + tail + TINY)
            share[0, x] = u / (u + w + tail + TINY)


@jit
def _posterior_weights(policy, option, spread, sizes, nodes, coef, share, room, axes, weights, i):  # pragma: no cover - compiled
    """Read-off weights[i] (own node, point) at the belief that one move leaves, see `_shares`.

    The product grid has the last split fastest; share (split, point), room (point) and axes (split, node, point) are work
    arrays.
    """
    types, points = spread.shape
    _shares(policy, option, spread, share)
    if types == 2:
        _node_weights(share, 0, nodes, coef, sizes[0], weights, i, room)
        return
    for m in range(types - 1):
        _node_weights(share, m, nodes, coef, sizes[m], axes, m, room)
    if types == 3:
        for j in range(sizes[0]):
            for f in range(sizes[1]):
                at = np.uint64(j * sizes[1] + f)
                for x in range(points):
                    weights[i, at, x] = axes[0, j, x] * axes[1, f, x]
    else:
        for j in range(sizes[0]):
            for f in range(sizes[1]):
                for g in range(sizes[2]):
                    at = np.uint64((j * sizes[1] + f) * sizes[2] + g)
                    for x in range(points):
                        weights[i, at, x] = axes[0, j, x] * axes[1, f, x] * axes[2, g, x]


@jit
def _respond_to(value, k, many, log_base, first, precision, scores, top, fresh, total):  # pragma: no cover - compiled
    """Fresh (option, point) · total (point) ∝ base · exp(precision · value[k]): response of type k to what options are worth."""
    points = top.shape[0]
    for a in range(many):
        base = log_base[first + a]
        if a == 0:
            for x in range(points):
                scores[a, x] = base + precision * value[k, a, x]
                top[x] = scores[a, x]
                total[x] = 0.0
        else:
            for x in range(points):
                scores[a, x] = base + precision * value[k, a, x]
                top[x] = max(top[x], scores[a, x])
    for a in range(many):
        for x in range(points):
            one = _exp(scores[a, x] - top[x])
            fresh[a, x] = one
            total[x] += one
    for x in range(points):
        total[x] = 1.0 / total[x]


@jit
def _step(fresh, total, policy, option, k, many, step, before, largest, up, down, looks_back):  # pragma: no cover - compiled
    """Move type k's policy a step towards the response; keep the largest change and, if asked, what an Aitken step needs."""
    points = total.shape[0]
    for a in range(many):
        o = option + a
        if looks_back:
            for x in range(points):
                change = fresh[a, x] * total[x] - policy[o, k, x]
                largest[x] = max(largest[x], abs(change))
                up[x] += change * before[k, a, x]
                down[x] += before[k, a, x] * before[k, a, x]
                before[k, a, x] = step * change
                policy[o, k, x] += step * change
        else:
            for x in range(points):
                change = fresh[a, x] * total[x] - policy[o, k, x]
                largest[x] = max(largest[x], abs(change))
                policy[o, k, x] += step * change


@jit
def _store(out, slots, points, source, values, at):  # pragma: no cover - compiled
    """Write out (slot·point) to values[at], in the layout of whoever reads it: entry c comes from point source[c]."""
    for j in range(slots):
        for c in range(source.shape[0]):
            values[at, j, c] = out[j * points + source[c]]


@jit
def mover_step(
    later, first_later, values, source, start, stop, option_start, successor, reward, log_base, precision,
    slot, types, beliefs, sizes, nodes, coef, policy, first_option, tolerance, most_passes,
    me, actor_of, extra_row, lane_extra, own_extra, cancel,
):  # fmt: skip  # pragma: no cover - compiled
    """Solve the positions from start to stop of one actor's step, until ``cancel`` (1) is set.

    later (position, slot, own, lane); values (position from start on, slot, entry) are written in the layout of whoever
    reads them, entry c from point source[c]; policy (option from first_option on, type, own·lane) holds the start and the
    answer. What an option adds for an actor while others are of given types stands in row extra_row (option), −1 for
    none, of lane_extra (row, actor, lane) and own_extra (row, actor, type of the mover).
    Returns passes used in all, the largest residual left, and the number of positions that kept one above tolerance.
    """
    slots, own, lanes = later.shape[1], later.shape[2], later.shape[3]
    points = own * lanes
    most, widest = 0, 2
    for v in range(start, stop):
        most = max(most, option_start[v + 1] - option_start[v])
    for k in range(types - 1):
        widest = max(widest, sizes[k])
    table, per_option, places = later.reshape(-1), own * points, row_places(own, lanes)
    weights = np.ones((most, own, points))
    flat_weights = weights.reshape(-1)
    axes = np.empty((types, widest, points))
    share, top, total = np.empty((types, points)), np.empty(points), np.empty(points)
    largest, up, down = np.empty(points), np.empty(points), np.empty(points)
    base, value = np.empty((types, most, points)), np.empty((types, most, points))
    scores, fresh = np.empty((most, points)), np.empty((most, points))
    flat_base, flat_value = base.reshape(-1), value.reshape(-1)
    known, out = np.empty((slots, points)), np.empty((slots, points))
    flat_known, flat_out = known.reshape(-1), out.reshape(-1)
    spread, before = np.empty((types, points)), np.zeros((types, most, points))
    for k in range(types):
        for h in range(own):
            spread[k, h * lanes : (h + 1) * lanes] = beliefs[h, k]
    starts, going = np.empty(most, np.int64), np.empty(most, np.int64)
    passes, worst, unsettled = 0, 0.0, 0
    for v in range(start, stop):
        if cancel[0] != 0:
            break
        first = option_start[v]
        many, option, goes_on = option_start[v + 1] - first, first - first_option, 0
        for a in range(many):
            row, to = extra_row[first + a], successor[first + a]
            if to >= 0:
                starts[goes_on], going[goes_on] = (to - first_later) * slots * points, a
                goes_on += 1
            for k in range(types):
                gain = reward[first + a, slot + k]
                for x in range(points):
                    base[k, a, x] = gain
                if row >= 0:
                    for x in range(points):
                        base[k, a, x] += lane_extra[row, me, x % lanes]
                if to < 0:
                    for x in range(points):
                        value[k, a, x] = base[k, a, x]
        residual, done = 1.0, 0
        while residual > tolerance and done < most_passes:
            done += 1
            step, period, lowest = _pace(done)
            if types > 1:
                for i in range(goes_on):
                    _posterior_weights(policy, option + going[i], spread, sizes, nodes, coef, share, top, axes, weights, i)
            for x in range(points):
                largest[x], up[x], down[x] = 0.0, 0.0, TINY
            for k in range(types):
                for i in range(goes_on):
                    at = (k * most + going[i]) * points
                    read_nodes(
                        flat_value, at, flat_base, at, flat_weights, per_option, table, starts, (slot + k) * points, i, 1, own, lanes,
                        places,
                    )  # fmt: skip
                _respond_to(value, k, many, log_base, first, precision, scores, top, fresh, total)
                _step(fresh, total, policy, option, k, many, step, before, largest, up, down, done >= SETTLE - 1)
            if types > 1 and done >= SETTLE and done % period == 2:
                for x in range(points):
                    ratio = min(max(step * up[x] / down[x], lowest), HIGHEST_RATIO)
                    up[x] = ratio / (1.0 - ratio) if largest[x] > tolerance else 0.0
                for k in range(types):
                    for a in range(many):
                        for x in range(points):
                            policy[option + a, k, x] = max(policy[option + a, k, x] + up[x] * before[k, a, x], LEAST_PROB)
            residual = 0.0
            if types > 1:
                for x in range(points):
                    residual = max(residual, largest[x])
        passes += done
        worst = max(worst, residual)
        if residual > tolerance:
            unsettled += 1
        # the weights of the last pass stand: they belong to behaviour within the tolerance of the final one
        for j in range(slots):
            for x in range(points):
                known[j, x] = 0.0
        i = 0
        for a in range(many):
            row = extra_row[first + a]
            for x in range(points):
                total[x] = 0.0
            for k in range(types):
                for x in range(points):
                    total[x] += spread[k, x] * policy[option + a, k, x]
                    known[slot + k, x] += policy[option + a, k, x] * value[k, a, x]
            for j in range(slots):
                if slot <= j < slot + types:
                    continue
                gain = reward[first + a, j]
                for x in range(points):
                    known[j, x] += total[x] * gain
                if row >= 0:
                    _add_expected(lane_extra, own_extra, row, actor_of[j], policy, option + a, spread, total, lanes, known, j)
            if successor[first + a] >= 0:
                for h in range(own):
                    if types == 1:
                        for x in range(points):
                            weights[i, h, x] = total[x]
                    else:
                        for x in range(points):
                            weights[i, h, x] *= total[x]
                i += 1
        for j in range(slots):
            at = j * points
            if slot <= j < slot + types:
                for x in range(points):
                    out[j, x] = known[j, x]
            else:
                read_nodes(flat_out, at, flat_known, at, flat_weights, per_option, table, starts, at, 0, goes_on, own, lanes, places)
        if types == 1:
            weights[:] = 1.0
        _store(flat_out, slots, points, source, values, v - start)
    return passes, worst, unsettled


@jit
def _add_expected(lane_extra, own_extra, row, actor, policy, option, spread, total, lanes, known, j):  # pragma: no cover - compiled
    """Add to known[j] (own·lane) what an option adds by the types of others, times its probability."""
    types, points = spread.shape
    for x in range(points):
        known[j, x] += total[x] * lane_extra[row, actor, x % lanes]
    for k in range(types):
        more = own_extra[row, actor, k]
        for x in range(points):
            known[j, x] += spread[k, x] * policy[option, k, x] * more


@jit
def chance_step(
    later, first_later, values, source, start, stop, option_start, successor, reward, prob, actor_of, extra_row, point_extra, cancel
):  # pragma: no cover - compiled
    """Average over the draws of a world step; later (position, slot, point), values as in `mover_step`.

    point_extra (row, actor, point) is what a draw adds while others are of given types.
    """
    slots, points = later.shape[1], later.shape[2]
    out = np.empty(slots * points)
    for v in range(start, stop):
        if cancel[0] != 0:
            break
        out[:] = 0.0
        for o in range(option_start[v], option_start[v + 1]):
            p, to = prob[o], successor[o]
            for j in range(slots):
                gain = p * reward[o, j]
                if to >= 0:
                    for x in range(points):
                        out[j * points + x] += gain + p * later[to - first_later, j, x]
                else:
                    for x in range(points):
                        out[j * points + x] += gain
                if extra_row[o] >= 0:
                    for x in range(points):
                        out[j * points + x] += p * point_extra[extra_row[o], actor_of[j], x]
        _store(out, slots, points, source, values, v - start)


@jit
def carry_over(opening, matrix, mix, scale, slot, source, values):  # pragma: no cover - compiled
    """Round end for one actor: values = what opening (position, slot, own, lane) holds at the drifted beliefs, own slots mixed.

    matrix (own node, own point) reads at the drifted beliefs; mix (type, type) is discount times drift; scale (slot) comes
    on top, for the discount of actors without a turn; values (position, slot, entry) and source as in `mover_step`.
    """
    positions, slots, own, lanes = opening.shape
    types, points = mix.shape[0], own * lanes
    weights, nothing = np.empty((own, own, lanes)), np.zeros(points)
    for h in range(own):
        for g in range(own):
            weights[h, g, :] = matrix[h, g]
    table, flat_weights, places = opening.reshape(-1), weights.reshape(-1), row_places(own, lanes)
    start = np.zeros(1, np.int64)
    out, read = np.empty(slots * points), np.empty(types * points)
    for v in range(positions):
        for j in range(slots):
            start[0] = (v * slots + j) * points
            read_nodes(out, j * points, nothing, 0, flat_weights, own * points, table, start, 0, 0, 1, own, lanes, places)
        for x in range(types * points):
            read[x] = out[slot * points + x]
        for k in range(types):
            for x in range(points):
                out[(slot + k) * points + x] = 0.0
            for m in range(types):
                for x in range(points):
                    out[(slot + k) * points + x] += mix[k, m] * read[m * points + x]
        for j in range(slots):
            if scale[j] != 1.0:
                for x in range(points):
                    out[j * points + x] *= scale[j]
        _store(out, slots, points, source, values, v)


@jit
def respond(
    later, first_later, first, last, successor, reward, extra, log_base, precision,
    slot, types, belief, sizes, nodes, coef, lane_weights, sigma, tolerance, most_passes,
):  # fmt: skip  # pragma: no cover - compiled
    """Choice probabilities at one position and any belief; sigma (option, type) holds the start and the answer.

    later (position, slot, own, lane); belief (type) is the mover's, lane_weights (lane) reads at the others' beliefs;
    extra (option) is what the mover expects on top of its reward because of the others' types.
    Returns the residual max |σ − logit(Q(σ))|.
    """
    many = last - first
    own, lanes = later.shape[2], later.shape[3]
    table = np.zeros((many, types, own))
    for a in range(many):
        to = successor[first + a]
        if to >= 0:
            for k in range(types):
                for h in range(own):
                    read = 0.0
                    for x in range(lanes):
                        read += later[to - first_later, slot + k, h, x] * lane_weights[x]
                    table[a, k, h] = read
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
