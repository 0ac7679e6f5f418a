"""Compiled Newton iteration for one stage at one belief, whatever the spacing of the grid. Arrays only.

A stage asks for behaviour that is the logit response to the values at the beliefs it leads to. In logs, x(a, k) of
type k's probability of option a, the response to x is

    G(a, k) = base(a) + λ Q_k(a, x(a)) − log Σ_c exp(base(c) + λ Q_k(c, x(c))):

an option's value depends on that option's own probabilities alone. Hence I − ∂G/∂x is one small block an option plus a
term of rank K, and a Newton step over M options costs M inversions of K × K instead of one of M·K. Its determinant is 1
at λ = 0 and changes its sign at a fold.

A stage lives in four arrays made by `make_stage`, addressed by the constants below: passing few whole arrays costs far
less than many, or than rows of them, each of which is a counted reference.
"""

# pyright: reportMissingParameterType=false
# ruff: noqa: ANN001, ANN201, ANN202
# (compiled for whatever array types they are called with; shapes are in the docstrings)

from __future__ import annotations

import math

import numpy as np
from numba import njit

# fields (field, option, type): logs of probabilities; these; the response to them; its log less theirs; expected
# payoffs; a Newton step; what is added to the tables; logs of base propensities; then λ ∂Q_k/∂x_j, one field a type j
X, SIGMA, FRESH, OFF, VALUE, STEP, GAIN, BASE, BEND = range(9)
# places (place, option, split): first node read; how many; whether the dispute goes on after the option (split 0)
FIRST, WIDTH, GOES_ON = range(3)
# room (row, type): the public belief; weight of the later types in a split; a value and its slopes; a mean; then, a row
# a type each, λ times slopes, a block, an inverse, the term of rank K
BELIEF, LATER, OUT, MEAN, TILT = range(5)

LEAST = 1e-290
BOUND = 600.0  # as `grid.CERTAIN`
LONGEST = 3.0  # a step in the log of a probability; longer ones are cut, as the cubic says nothing that far away
LEAST_SCALE = 0.1  # of a Newton step that is halved because it did not help; a smaller one is taken as it is
NEWTON_PASSES = 30
FIRST_STRIDE, LEAST_STRIDE = 0.25, 1e-3  # of the factor of λ when a branch is followed; beyond the latter it folds
ON_BRANCH = 1e-8  # residual at which a point counts as on the branch
LARGEST_JUMP = 0.3  # of a probability between neighbouring points of a branch; a larger one may have changed branches
SMALL_STEP = 0.2  # of plain steps where neither Newton nor the branch settled

# No "nnan" here: a stage far from its root may divide by a vanishing pivot, and that must show.
jit = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "nsz", "arcp"})


@jit
def make_stage(most, types, widest):  # pragma: no cover - compiled
    """Fields, places, weights (option, split, node; the row after the last option holds slopes) and room of a stage."""
    splits = max(types - 1, 1)
    return (
        np.zeros((BEND + types, most, types)), np.zeros((3, most, splits), np.int64), np.zeros((most + 1, splits, widest)),
        np.zeros((TILT + 4 * types, types + 1)),
    )  # fmt: skip


@jit
def axis_weights(odds, size, nodes, coef, reach, a, m, slope, weight):  # pragma: no cover - compiled
    """Weights of option a that read split m at log odds, and their slopes in row ``slope``; returns first node and count."""
    if reach <= 0.0:
        near = math.exp(-abs(odds))
        share = 1.0 / (1.0 + near) if odds > 0 else near / (1.0 + near)
        inside = near / ((1.0 + near) * (1.0 + near))
        for j in range(size):
            p, d = coef[m, j], 0.0
            for i in range(size):
                if i != j:
                    gap = share - nodes[m, i]
                    d = d * gap + p
                    p *= gap
            weight[a, m, j], weight[slope, m, j] = p, d * inside
        return 0, size
    if abs(odds) >= reach:
        near, edge = math.exp(-abs(odds)), math.exp(-reach)
        ratio = near / (1.0 + near) * (1.0 + edge) / edge
        d = ratio / (1.0 + near)
        for j in range(4):
            weight[a, m, j], weight[slope, m, j] = 0.0, 0.0
        if odds < 0:
            weight[a, m, 0], weight[a, m, 1], weight[slope, m, 0], weight[slope, m, 1] = 1.0 - ratio, ratio, -d, d
            return 0, 4
        weight[a, m, 2], weight[a, m, 3], weight[slope, m, 2], weight[slope, m, 3] = ratio, 1.0 - ratio, -d, d
        return size - 4, 4
    inner = size - 2
    per_gap = (inner - 1) / (2.0 * reach)
    place = (odds + reach) * per_gap
    first = min(max(int(place) - 1, 0), inner - 4)
    t = place - first
    u, v, w = t - 1.0, t - 2.0, t - 3.0
    uv, vw, tw = u * v, v * w, t * w
    weight[a, m, 0], weight[a, m, 1] = u * vw * (-1.0 / 6.0), t * vw * 0.5
    weight[a, m, 2], weight[a, m, 3] = tw * u * -0.5, t * uv * (1.0 / 6.0)
    weight[slope, m, 0] = (vw + u * w + uv) * (per_gap * (-1.0 / 6.0))
    weight[slope, m, 1] = (vw + tw + t * v) * (per_gap * 0.5)
    weight[slope, m, 2] = (u * w + tw + t * u) * (per_gap * -0.5)
    weight[slope, m, 3] = (uv + t * v + t * u) * (per_gap * (1.0 / 6.0))
    return first + 1, 4


@jit
def read_value(table, p, j, lane, sizes, a, places, weight):  # pragma: no cover - compiled
    """Table (position, slot, lane, own) of position p, slot j and a lane, read where option a leads."""
    splits = sizes.shape[0]
    total = 0.0
    if splits == 1:
        f = places[FIRST, a, 0]
        for i in range(places[WIDTH, a, 0]):
            total += weight[a, 0, i] * table[p, j, lane, f + i]
        return total
    for i in range(places[WIDTH, a, 0]):
        if splits == 2:
            row, part = (places[FIRST, a, 0] + i) * sizes[1] + places[FIRST, a, 1], 0.0
            for n in range(places[WIDTH, a, 1]):
                part += weight[a, 1, n] * table[p, j, lane, row + n]
            total += weight[a, 0, i] * part
            continue
        for n in range(places[WIDTH, a, 1]):
            row, part = ((places[FIRST, a, 0] + i) * sizes[1] + places[FIRST, a, 1] + n) * sizes[2] + places[FIRST, a, 2], 0.0
            for m in range(places[WIDTH, a, 2]):
                part += weight[a, 2, m] * table[p, j, lane, row + m]
            total += weight[a, 0, i] * weight[a, 1, n] * part
    return total


@jit
def _read_slopes(table, a, k, many, sizes, places, weight, room):  # pragma: no cover - compiled
    """Row OUT = value of option a for type k in table (option, type, own), and its slope in the log odds of every split."""
    splits = sizes.shape[0]
    value, in_0, in_1, in_2 = 0.0, 0.0, 0.0, 0.0
    if splits == 1:
        f = places[FIRST, a, 0]
        for i in range(places[WIDTH, a, 0]):
            read = table[a, k, f + i]
            value += weight[a, 0, i] * read
            in_0 += weight[many, 0, i] * read
        room[OUT, 0], room[OUT, 1] = value, in_0
        return
    for i in range(places[WIDTH, a, 0]):
        if splits == 2:
            row, part, tilt = (places[FIRST, a, 0] + i) * sizes[1] + places[FIRST, a, 1], 0.0, 0.0
            for n in range(places[WIDTH, a, 1]):
                part += weight[a, 1, n] * table[a, k, row + n]
                tilt += weight[many, 1, n] * table[a, k, row + n]
            value += weight[a, 0, i] * part
            in_0 += weight[many, 0, i] * part
            in_1 += weight[a, 0, i] * tilt
            continue
        for n in range(places[WIDTH, a, 1]):
            row = ((places[FIRST, a, 0] + i) * sizes[1] + places[FIRST, a, 1] + n) * sizes[2] + places[FIRST, a, 2]
            part, tilt = 0.0, 0.0
            for m in range(places[WIDTH, a, 2]):
                part += weight[a, 2, m] * table[a, k, row + m]
                tilt += weight[many, 2, m] * table[a, k, row + m]
            value += weight[a, 0, i] * weight[a, 1, n] * part
            in_0 += weight[many, 0, i] * weight[a, 1, n] * part
            in_1 += weight[a, 0, i] * weight[many, 1, n] * part
            in_2 += weight[a, 0, i] * weight[a, 1, n] * tilt
    room[OUT, 0], room[OUT, 1], room[OUT, 2] = value, in_0, in_1
    if splits == 3:
        room[OUT, 3] = in_2


@jit
def _newton_step_of_two(fields, many):  # pragma: no cover - compiled
    """`newton_step` for two types, written out: it is met most and takes a third of the time."""
    w00, w01, w10, w11, m0, m1, det = 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0
    for a in range(many):
        b00, b01 = 1.0 - fields[BEND, a, 0], -fields[BEND + 1, a, 0]
        b10, b11 = -fields[BEND, a, 1], 1.0 - fields[BEND + 1, a, 1]
        d = b00 * b11 - b01 * b10
        det *= d
        scale = 1.0 / d if d != 0.0 else 0.0
        i00, i01, i10, i11 = b11 * scale, -b01 * scale, -b10 * scale, b00 * scale
        fields[BEND, a, 0], fields[BEND + 1, a, 0], fields[BEND, a, 1], fields[BEND + 1, a, 1] = i00, i01, i10, i11
        f0, f1, o0, o1 = fields[FRESH, a, 0], fields[FRESH, a, 1], fields[OFF, a, 0], fields[OFF, a, 1]
        w00 += f0 * (i00 - 1.0)
        w01 += f0 * i01
        w10 += f1 * i10
        w11 += f1 * (i11 - 1.0)
        m0 += f0 * ((i00 - 1.0) * o0 + i01 * o1)
        m1 += f1 * (i10 * o0 + (i11 - 1.0) * o1)
    d = w00 * w11 - w01 * w10
    scale = 1.0 / d if d != 0.0 else 0.0
    s0, s1 = (w11 * m0 - w01 * m1) * scale, (w00 * m1 - w10 * m0) * scale
    for a in range(many):
        o0, o1 = fields[OFF, a, 0] - s0, fields[OFF, a, 1] - s1
        fields[STEP, a, 0] = fields[BEND, a, 0] * o0 + fields[BEND + 1, a, 0] * o1
        fields[STEP, a, 1] = fields[BEND, a, 1] * o0 + fields[BEND + 1, a, 1] * o1
    return det * d


@jit
def _invert(room, at, inverse, n):  # pragma: no cover - compiled
    """Gauss–Jordan with row exchanges on n rows from ``at`` on, which are used up; returns the determinant."""
    for i in range(n):
        for j in range(n):
            room[inverse + i, j] = 1.0 if i == j else 0.0
    det = 1.0
    for c in range(n):
        best = c
        for i in range(c + 1, n):
            if abs(room[at + i, c]) > abs(room[at + best, c]):
                best = i
        if room[at + best, c] == 0.0:
            return 0.0
        if best != c:
            det = -det
            for j in range(n):
                room[at + c, j], room[at + best, j] = room[at + best, j], room[at + c, j]
                room[inverse + c, j], room[inverse + best, j] = room[inverse + best, j], room[inverse + c, j]
        pivot = room[at + c, c]
        det *= pivot
        for j in range(n):
            room[at + c, j] /= pivot
            room[inverse + c, j] /= pivot
        for i in range(n):
            if i != c and room[at + i, c] != 0.0:
                factor = room[at + i, c]
                for j in range(n):
                    room[at + i, j] -= factor * room[at + c, j]
                    room[inverse + i, j] -= factor * room[inverse + c, j]
    return det


@jit
def newton_step(fields, room, many, types):  # pragma: no cover - compiled
    """Field STEP solves (I − ∂G/∂x) step = OFF; uses up the fields from BEND on. Returns the determinant."""
    if types == 2:
        return _newton_step_of_two(fields, many)
    block, inverse, whole = TILT + types, TILT + 2 * types, TILT + 3 * types
    det = 1.0
    for k in range(types):
        room[MEAN, k] = 0.0
        for j in range(types):
            room[whole + k, j] = 1.0 if j == k else 0.0
    for a in range(many):
        for k in range(types):
            for j in range(types):
                room[block + k, j] = (1.0 if j == k else 0.0) - fields[BEND + j, a, k]
        det *= _invert(room, block, inverse, types)
        for k in range(types):
            for j in range(types):
                fields[BEND + j, a, k] = room[inverse + k, j]
                carried = fields[FRESH, a, k] * (room[inverse + k, j] - (1.0 if j == k else 0.0))
                room[whole + k, j] += carried
                room[MEAN, k] += carried * fields[OFF, a, j]
    det *= _invert(room, whole, inverse, types)
    for a in range(many):
        for k in range(types):
            total = 0.0
            for j in range(types):
                shift = fields[OFF, a, j]
                for i in range(types):
                    shift -= room[inverse + j, i] * room[MEAN, i]
                total += fields[BEND + j, a, k] * shift
            fields[STEP, a, k] = total
    return det


@jit
def _look_ahead(table, fields, places, weight, room, a, many, types, sizes, nodes, coef, reach, precision):  # pragma: no cover - compiled
    """Where option a leads at the probabilities in SIGMA: its value for every type, and how that bends."""
    splits = types - 1
    tail = room[BELIEF, splits] * fields[SIGMA, a, splits]
    for i in range(splits):
        m = splits - 1 - i
        u = room[BELIEF, m] * fields[SIGMA, a, m]
        odds = min(max(math.log(max(u, LEAST) / max(tail, LEAST)), -BOUND), BOUND)
        room[LATER, m] = max(tail, LEAST)
        tail += u
        first, width = axis_weights(odds, sizes[m], nodes, coef, reach, a, m, many, weight)
        places[FIRST, a, m], places[WIDTH, a, m] = first, width
    for k in range(types):
        _read_slopes(table, a, k, many, sizes, places, weight, room)
        fields[VALUE, a, k] = fields[GAIN, a, k] + room[OUT, 0]
        for m in range(splits):
            room[TILT + k, m] = precision * room[OUT, 1 + m]
    for j in range(types):
        u = room[BELIEF, j] * fields[SIGMA, a, j]
        for k in range(types):
            total = room[TILT + k, j] if j < splits else 0.0
            for m in range(min(j, splits)):
                total -= room[TILT + k, m] * u / room[LATER, m]
            fields[BEND + j, a, k] = total


@jit
def evaluate(table, fields, places, weight, room, many, types, sizes, nodes, coef, reach, precision):  # pragma: no cover - compiled
    """Response to field X and all that belongs to it.

    Returns max |σ − logit(Q(σ))| and the same of the logs.
    """
    for a in range(many):
        for k in range(types):
            fields[SIGMA, a, k] = math.exp(fields[X, a, k])
        if places[GOES_ON, a, 0] != 0:
            _look_ahead(table, fields, places, weight, room, a, many, types, sizes, nodes, coef, reach, precision)
        else:
            for k in range(types):
                fields[VALUE, a, k] = fields[GAIN, a, k]
                for j in range(types):
                    fields[BEND + j, a, k] = 0.0
    residual, in_logs = 0.0, 0.0
    for k in range(types):
        top, total = -1e300, 0.0
        for a in range(many):
            score = fields[BASE, a, k] + precision * fields[VALUE, a, k]
            fields[OFF, a, k] = score
            top = max(top, score)
        for a in range(many):
            fields[FRESH, a, k] = math.exp(fields[OFF, a, k] - top)
            total += fields[FRESH, a, k]
        shift, scale = top + math.log(total), 1.0 / total
        for a in range(many):
            fields[FRESH, a, k] *= scale
            fields[OFF, a, k] -= shift + fields[X, a, k]
            residual = max(residual, abs(fields[FRESH, a, k] - fields[SIGMA, a, k]))
            in_logs = max(in_logs, abs(fields[OFF, a, k]))
    return residual, in_logs


@jit
def newton(
    table, fields, places, weight, room, many, types, sizes, nodes, coef, reach, precision, tolerance
):  # pragma: no cover - compiled
    """Newton steps from field X, halved while they do not help; at most NEWTON_PASSES. Returns residual and passes."""
    best, scale, residual = 1e300, 1.0, 1.0
    for done in range(1, NEWTON_PASSES + 1):
        residual, in_logs = evaluate(table, fields, places, weight, room, many, types, sizes, nodes, coef, reach, precision)
        if residual <= tolerance:
            return residual, done
        if in_logs > best and scale > LEAST_SCALE:
            scale *= 0.5
            for a in range(many):
                for k in range(types):
                    fields[X, a, k] -= scale * fields[STEP, a, k]
            continue
        best, scale = in_logs, 1.0
        det = newton_step(fields, room, many, types)
        if not det * det > 0.0:
            break
        for a in range(many):
            for k in range(types):
                fields[STEP, a, k] = min(max(fields[STEP, a, k], -LONGEST), LONGEST)
                fields[X, a, k] += fields[STEP, a, k]
    return residual, NEWTON_PASSES


@jit
def follow(
    table, fields, places, weight, room, many, types, sizes, nodes, coef, reach, precision, tolerance
):  # pragma: no cover - compiled
    """Follow the stage's own branch from λ = 0, with the values of what comes later held fixed; field X holds its end.

    Returns the factor of λ that was reached: 1, or where the branch folds, the passes, and the smallest determinant of
    I − ∂G/∂x that was met: near 0, a fold is near.
    """
    total = 0.0
    for a in range(many):
        total += math.exp(fields[BASE, a, 0])
    for a in range(many):
        for k in range(types):
            fields[X, a, k] = fields[BASE, a, k] - math.log(total)
    at, stride, passes, least = 0.0, FIRST_STRIDE, 0, 1.0
    before = np.empty((many, types))
    exact = max(tolerance, ON_BRANCH)
    while at < 1.0:
        to = min(at + stride, 1.0)
        before[:] = fields[X, :many]
        residual, done = newton(table, fields, places, weight, room, many, types, sizes, nodes, coef, reach, to * precision, exact)
        passes += done
        jump = 0.0
        for a in range(many):
            for k in range(types):
                jump = max(jump, abs(fields[SIGMA, a, k] - math.exp(before[a, k])))
        det = newton_step(fields, room, many, types) if residual <= exact and jump < LARGEST_JUMP else 0.0
        if det > 0.0:
            at, stride, least = to, 2.0 * stride, min(least, det)
            continue
        fields[X, :many] = before
        stride *= 0.5
        if stride < LEAST_STRIDE:
            return at, passes, 0.0
    return 1.0, passes, least


@jit
def stage_root(
    table, fields, places, weight, room, many, types, sizes, nodes, coef, reach, precision, tolerance, most_passes
):  # fmt: skip  # pragma: no cover - compiled
    """Solve one stage from field X, with tables (option, type, own) of what comes after options that go on.

    Newton begins at X; where it does not settle, the stage's branch is followed from λ = 0, and where that folds, small
    plain steps are left. The answer is field FRESH, its expected payoffs VALUE; ``places`` and ``weight`` read tables
    at the beliefs that the options lead to. Returns the residual max |σ − logit(Q(σ))| and the passes.
    """
    residual, passes = newton(table, fields, places, weight, room, many, types, sizes, nodes, coef, reach, precision, tolerance)
    if residual <= tolerance:
        return residual, passes
    reached, more, _ = follow(table, fields, places, weight, room, many, types, sizes, nodes, coef, reach, precision, tolerance)
    passes += more
    if reached == 1.0:
        residual, more = newton(table, fields, places, weight, room, many, types, sizes, nodes, coef, reach, precision, tolerance)
        passes += more
    while residual > tolerance and passes < most_passes:
        passes += 1
        residual, _ = evaluate(table, fields, places, weight, room, many, types, sizes, nodes, coef, reach, precision)
        if residual > tolerance:
            for a in range(many):
                for k in range(types):
                    fields[X, a, k] += SMALL_STEP * fields[OFF, a, k]
    return residual, passes


@jit
def log_odds_step(
    later, first_later, values, start, stop, option_start, successor, reward, log_base, precision,
    slot, types, beliefs, sizes, nodes, coef, reach, policy, first_option, tolerance, most_passes,
    me, actor_of, extra_row, lane_extra, own_extra, cancel,
):  # fmt: skip  # pragma: no cover - compiled
    """`kernels.mover_step` for a grid in log odds; policy (option, type, lane·own) holds logs of probabilities."""
    slots, lanes, own = values.shape[1], values.shape[2], values.shape[3]
    most = 1
    for v in range(start, stop):
        most = max(most, option_start[v + 1] - option_start[v])
    table = np.empty((most, types, own))
    fields, places, weight, room = make_stage(most, types, 4)
    passes, worst, unsettled = 0, 0.0, 0
    for v in range(start, stop):
        if cancel[0] != 0:
            break
        opening, many = option_start[v], option_start[v + 1] - option_start[v]
        missed = 0
        for a in range(many):
            places[GOES_ON, a, 0] = 1 if successor[opening + a] >= 0 else 0
            for k in range(types):
                fields[BASE, a, k] = log_base[opening + a]
        for lane in range(lanes):
            for a in range(many):
                to, row = successor[opening + a] - first_later, extra_row[opening + a]
                for k in range(types):
                    fields[GAIN, a, k] = reward[opening + a, slot + k] + (lane_extra[row, me, lane] if row >= 0 else 0.0)
                    if places[GOES_ON, a, 0] != 0:
                        for h in range(own):
                            table[a, k, h] = later[to, slot + k, lane, h]
            for h in range(own):
                point = lane * own + h
                for k in range(types):
                    room[BELIEF, k] = beliefs[h, k]
                    for a in range(many):
                        fields[X, a, k] = policy[opening + a - first_option, k, point]
                residual, done = stage_root(
                    table, fields, places, weight, room, many, types, sizes, nodes, coef, reach, precision, tolerance, most_passes
                )
                passes += done
                worst = max(worst, residual)
                if residual > tolerance:
                    missed = 1
                for j in range(slots):
                    values[v - start, j, lane, h] = 0.0
                for a in range(many):
                    prob, row = 0.0, extra_row[opening + a]
                    for k in range(types):
                        fresh = fields[FRESH, a, k]
                        # the log of the answer, without computing one: what the response is off by is at hand
                        policy[opening + a - first_option, k, point] = fields[X, a, k] + fields[OFF, a, k]
                        prob += beliefs[h, k] * fresh
                        values[v - start, slot + k, lane, h] += fresh * fields[VALUE, a, k]
                    for j in range(slots):
                        if slot <= j < slot + types:
                            continue
                        read = reward[opening + a, j]
                        if places[GOES_ON, a, 0] != 0:
                            read += read_value(later, successor[opening + a] - first_later, j, lane, sizes, a, places, weight)
                        if row >= 0:
                            read += lane_extra[row, actor_of[j], lane]
                        total = prob * read
                        if row >= 0:
                            for k in range(types):
                                total += beliefs[h, k] * fields[FRESH, a, k] * own_extra[row, actor_of[j], k]
                        values[v - start, j, lane, h] += total
        unsettled += missed
    return passes, worst, unsettled


@jit
def respond_log_odds(
    later, first_later, where, option_start, successor, reward, extra, log_base, precision,
    slot, types, beliefs, sizes, nodes, coef, reach, lane_weights, sigma, tolerance, most_passes,
):  # fmt: skip  # pragma: no cover - compiled
    """`kernels.respond_many` for a grid in log odds."""
    lanes, own, most = later.shape[2], later.shape[3], sigma.shape[1]
    table = np.empty((most, types, own))
    fields, places, weight, room = make_stage(most, types, 4)
    worst = 0.0
    for i in range(where.shape[0]):
        opening, many = option_start[where[i]], option_start[where[i] + 1] - option_start[where[i]]
        table[:] = 0.0
        for k in range(types):
            room[BELIEF, k] = beliefs[i, k]
        for a in range(many):
            places[GOES_ON, a, 0] = 1 if successor[opening + a] >= 0 else 0
            for k in range(types):
                fields[X, a, k] = -math.log(many)
                fields[BASE, a, k] = log_base[opening + a]
                fields[GAIN, a, k] = reward[opening + a, slot + k] + extra[i, a]
                if places[GOES_ON, a, 0] != 0:
                    for lane in range(lanes):
                        share = lane_weights[i, lane]
                        if share != 0.0:
                            for h in range(own):
                                table[a, k, h] += share * later[successor[opening + a] - first_later, slot + k, lane, h]
        residual, _ = stage_root(
            table, fields, places, weight, room, many, types, sizes, nodes, coef, reach, precision, tolerance, most_passes
        )
        worst = max(worst, residual)
        for a in range(many):
            for k in range(types):
                sigma[i, a, k] = fields[FRESH, a, k]
    return worst


@jit
def weights_at(beliefs, sizes, reach, own):  # pragma: no cover - compiled
    """Read-off weights (item, own node) at many beliefs (item, type) of one actor, on a grid in log odds."""
    items, types = beliefs.shape
    splits = types - 1
    out = np.zeros((items, own))
    none = np.zeros((1, 1))
    weight, first = np.zeros((2, splits, 4)), np.zeros(splits, np.int64)
    for i in range(items):
        tail = beliefs[i, types - 1]
        for back in range(splits):
            m = splits - 1 - back
            u = beliefs[i, m]
            odds = min(max(math.log(max(u, LEAST) / max(tail, LEAST)), -BOUND), BOUND)
            tail += u
            first[m], _ = axis_weights(odds, sizes[m], none, none, reach, 0, m, 1, weight)
        for a in range(4):
            if splits == 1:
                out[i, first[0] + a] = weight[0, 0, a]
                continue
            for b in range(4):
                node, share = (first[0] + a) * sizes[1] + first[1] + b, weight[0, 0, a] * weight[0, 1, b]
                if splits == 2:
                    out[i, node] = share
                    continue
                for c in range(4):
                    out[i, node * sizes[2] + first[2] + c] = share * weight[0, 2, c]
    return out
