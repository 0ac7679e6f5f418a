"""Compiled loops of the stationary Markov logit solver. Arrays only; the derivation is in `openparley.solve.markov_logit`.

All work here is local to a state. The unknowns of a state are the action values Q, one a player and action, laid out
player by player in ``q[s, :n]``; ``first[s, i]`` is where those of player i begin and ``first[s, players]`` is n.
"""

# pyright: reportMissingParameterType=false
# ruff: noqa: ANN001, ANN201, ANN202
# (compiled for whatever array types they are called with; shapes are in the docstrings)

from __future__ import annotations

import math

import numpy as np
from numba import njit

jit = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "nsz", "arcp", "reassoc"})


@jit
def carry(transitions, values, out):  # pragma: no cover - compiled
    """Out (profile, player) = transitions (profile, state) @ values.T; values (player, state)."""
    rows, many = transitions.shape
    n = values.shape[0]
    for r in range(rows):
        row = transitions[r]
        i = 0
        while i + 1 < n:  # two players a pass, as reading the row is what takes the time
            one, two = values[i], values[i + 1]
            a, b = 0.0, 0.0
            for s in range(many):
                a += row[s] * one[s]
                b += row[s] * two[s]
            out[r, i], out[r, i + 1] = a, b
            i += 2
        if i < n:
            one, a = values[i], 0.0
            for s in range(many):
                a += row[s] * one[s]
            out[r, i] = a


@jit
def carry_sparse(start, state, prob, values, out):  # pragma: no cover - compiled
    """The same for sparse rows."""
    n = values.shape[0]
    for r in range(len(start) - 1):
        for i in range(n):
            out[r, i] = 0.0
        for e in range(start[r], start[r + 1]):
            for i in range(n):
                out[r, i] += prob[e] * values[i, state[e]]


@jit
def respond(q, log_base, precision, first, players, sigma):  # pragma: no cover - compiled
    """Sigma ∝ exp(log_base + precision · q) of one state."""
    for i in range(players):
        top = -math.inf
        for a in range(first[i], first[i + 1]):
            sigma[a] = log_base[a] + precision[i] * q[a]
            top = max(top, sigma[a])
        total = 0.0
        for a in range(first[i], first[i + 1]):
            sigma[a] = math.exp(sigma[a] - top)
            total += sigma[a]
        for a in range(first[i], first[i + 1]):
            sigma[a] /= total


@jit
def _digits(profile, first, players, digit):  # pragma: no cover - compiled
    """Action of every player in a profile, as places in q."""
    for i in range(players - 1, -1, -1):
        many = first[i + 1] - first[i]
        digit[i] = first[i] + profile % many
        profile //= many


@jit
def _expected(utility, sigma, first, players, digit, expected, pair):  # pragma: no cover - compiled
    """Expected utility of every action, and of every pair of actions of two players, over what the others do."""
    expected[:] = 0.0
    pair[:] = 0.0
    if players == 1:
        for p in range(utility.shape[0]):
            expected[p] = utility[p, 0]
        return
    for p in range(utility.shape[0]):
        _digits(p, first, players, digit)
        for i in range(players):
            for j in range(i):
                others = 1.0
                for k in range(players):
                    if k != i and k != j:
                        others *= sigma[digit[k]]
                pair[digit[i], digit[j]] += others * utility[p, i]
                pair[digit[j], digit[i]] += others * utility[p, j]
    for i in range(players):
        j = 1 if i == 0 else 0
        for a in range(first[i], first[i + 1]):
            for c in range(first[j], first[j + 1]):
                expected[a] += sigma[c] * pair[a, c]


@jit
def _factor(m, pivot, n):  # pragma: no cover - compiled
    """LU in place with row pivots; returns the sign of the determinant and the log of its size."""
    sign, log_size = 1.0, 0.0
    for c in range(n):
        best = c
        for r in range(c + 1, n):
            if abs(m[r, c]) > abs(m[best, c]):
                best = r
        pivot[c] = best
        if best != c:
            sign = -sign
            for k in range(n):
                m[c, k], m[best, k] = m[best, k], m[c, k]
        d = m[c, c]
        if d == 0.0:
            return 0.0, -math.inf
        if d < 0:
            sign = -sign
        log_size += math.log(abs(d))
        for r in range(c + 1, n):
            f = m[r, c] / d
            m[r, c] = f
            if f != 0.0:
                for k in range(c + 1, n):
                    m[r, k] -= f * m[c, k]
    return sign, log_size


@jit
def _solve(m, pivot, n, x):  # pragma: no cover - compiled
    """X ← m⁻¹ x."""
    for c in range(n):
        x[c], x[pivot[c]] = x[pivot[c]], x[c]
    for c in range(n):
        for r in range(c + 1, n):
            x[r] -= m[r, c] * x[c]
    for r in range(n - 1, -1, -1):
        for c in range(r + 1, n):
            x[r] -= m[r, c] * x[c]
        x[r] /= m[r, r]


@jit
def _solve_transposed(m, pivot, n, x):  # pragma: no cover - compiled
    """X ← m⁻ᵀ x."""
    for c in range(n):
        for r in range(c):
            x[c] -= m[r, c] * x[r]
        x[c] /= m[c, c]
    for c in range(n - 1, -1, -1):
        for r in range(c + 1, n):
            x[c] -= m[r, c] * x[r]
    for c in range(n - 1, -1, -1):
        x[c], x[pivot[c]] = x[pivot[c]], x[c]


@jit
def _state(q, utility, log_base, base, scale, first, players, sigma, value, residual, by_scale, m, digit, expected, pair):
    # pragma: no cover - compiled
    """Sigma, values, residual Q − E[u], its derivative by the scale of λ, and I − L of one state.

    L (n, n) is the derivative of E[u] by Q, through the other players' choices. Returns nothing; ``value[i]`` is Σ σ Q.
    """
    n = first[players]
    precision = np.empty(players)
    for i in range(players):
        precision[i] = scale * base[i]
    respond(q, log_base, precision, first, players, sigma)
    _expected(utility, sigma, first, players, digit, expected, pair)
    for i in range(players):
        value[i] = 0.0
        for a in range(first[i], first[i + 1]):
            value[i] += sigma[a] * q[a]
    for a in range(n):
        residual[a] = q[a] - expected[a]
        by_scale[a] = 0.0
        for c in range(n):
            m[a, c] = 0.0
        m[a, a] = 1.0
    for i in range(players):
        for j in range(players):
            if i == j:
                continue
            for a in range(first[i], first[i + 1]):
                mean = 0.0
                for c in range(first[j], first[j + 1]):
                    mean += sigma[c] * pair[a, c]
                for c in range(first[j], first[j + 1]):
                    slope = sigma[c] * (pair[a, c] - mean)
                    m[a, c] = -precision[j] * slope
                    by_scale[a] += base[j] * slope * q[c]


@jit
def linearise(
    q, payoff, ahead, discount, log_base, base, scale, first, profile_start, values, gap, weights, right_scale, right_gap, coefficient
):  # pragma: no cover - compiled
    """Eliminate every state's Q from the equations linearised at (q, values).

    Fills gap (state, player) = Σ σ Q − V; the reduced equation of state s and player k is

        dV[k] − Σ_i Σ_profile coefficient[profile, k, i] (P dV_i)[profile] = right_gap[k] + right_scale[k] ds.

    Returns the sign of the product of the states' determinants, its log size, and max |Q − E u|.
    """
    many, players = values.shape
    widest = q.shape[1]
    sigma, residual, by_scale = np.empty(widest), np.empty(widest), np.empty(widest)
    expected, pair, m = np.empty(widest), np.empty((widest, widest)), np.empty((widest, widest))
    digit, pivot = np.empty(players, np.int64), np.empty(widest, np.int64)
    value = np.empty(players)
    sign, log_size, worst = 1.0, 0.0, 0.0
    for s in range(many):
        begin, end = profile_start[s], profile_start[s + 1]
        n = first[s, players]
        utility = payoff[begin:end] + discount[s] * ahead[begin:end]
        _state(
            q[s], utility, log_base[s], base, scale, first[s], players, sigma, value, residual, by_scale, m, digit, expected, pair
        )  # fmt: skip
        this, size = _factor(m, pivot, n)
        sign *= this
        log_size += size
        for a in range(n):
            worst = max(worst, abs(residual[a]))
        for k in range(players):
            w = weights[k]
            for a in range(n):
                w[a] = 0.0
            spread = 0.0
            for a in range(first[s, k], first[s, k + 1]):
                away = q[s, a] - value[k]
                w[a] = sigma[a] * (1.0 + scale * base[k] * away)
                spread += sigma[a] * away * away
            gap[s, k] = value[k] - values[s, k]
            right_scale[s, k] = base[k] * spread
            right_gap[s, k] = gap[s, k]
            _solve_transposed(m, pivot, n, w)
            for a in range(n):
                right_scale[s, k] += w[a] * by_scale[a]
                right_gap[s, k] -= w[a] * residual[a]
        for p in range(end - begin):
            _digits(p, first[s], players, digit)
            for i in range(players):
                others = discount[s, i]
                for j in range(players):
                    if j != i:
                        others *= sigma[digit[j]]
                for k in range(players):
                    coefficient[begin + p, k, i] = weights[k, digit[i]] * others
    return sign, log_size, worst


@jit
def follow(q, payoff, ahead, discount, log_base, base, scale, first, profile_start, most, settled):
    # pragma: no cover - compiled
    """Newton steps on every state's Q while the values, and so ``ahead``, stay as they are; q is changed in place.

    Returns the largest last step of a state.
    """
    many, players = discount.shape
    widest = q.shape[1]
    sigma, residual, by_scale = np.empty(widest), np.empty(widest), np.empty(widest)
    expected, pair, m = np.empty(widest), np.empty((widest, widest)), np.empty((widest, widest))
    digit, pivot = np.empty(players, np.int64), np.empty(widest, np.int64)
    value = np.empty(players)
    worst = 0.0
    for s in range(many):
        begin, end = profile_start[s], profile_start[s + 1]
        n = first[s, players]
        utility = payoff[begin:end] + discount[s] * ahead[begin:end]
        moved = 0.0
        for _ in range(most):
            _state(
                q[s], utility, log_base[s], base, scale, first[s], players, sigma, value, residual, by_scale, m, digit, expected, pair
            )  # fmt: skip
            _factor(m, pivot, n)
            _solve(m, pivot, n, residual)
            moved = 0.0
            for a in range(n):
                q[s, a] -= residual[a]
                moved = max(moved, abs(residual[a]))
            if not moved > settled:
                break
        if not moved <= worst:
            worst = moved
    return worst


@jit
def direction(q, payoff, ahead, ahead_step, step, discount, log_base, base, scale, first, profile_start, out):
    # pragma: no cover - compiled
    """How every Q moves when ``ahead`` moves by ``ahead_step`` and the scale of λ by ``step``."""
    many, players = discount.shape
    widest = q.shape[1]
    sigma, residual, by_scale = np.empty(widest), np.empty(widest), np.empty(widest)
    expected, pair, m = np.empty(widest), np.empty((widest, widest)), np.empty((widest, widest))
    digit, pivot = np.empty(players, np.int64), np.empty(widest, np.int64)
    value = np.empty(players)
    for s in range(many):
        begin, end = profile_start[s], profile_start[s + 1]
        n = first[s, players]
        utility = payoff[begin:end] + discount[s] * ahead[begin:end]
        _state(
            q[s], utility, log_base[s], base, scale, first[s], players, sigma, value, residual, by_scale, m, digit, expected, pair
        )  # fmt: skip
        _factor(m, pivot, n)
        _expected(discount[s] * ahead_step[begin:end], sigma, first[s], players, digit, expected, pair)
        for a in range(n):
            residual[a] = expected[a] + step * by_scale[a]
        _solve(m, pivot, n, residual)
        for a in range(n):
            out[s, a] = residual[a]
