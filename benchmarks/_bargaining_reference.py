"""The bargaining game over any number of rounds, by a recursion over the belief that shares no code with the package.

The belief that party A is sincere is tabulated in log odds on a fine, even line, read by cubic splines. It reaches so far
that beyond its ends a belief is a certainty to double precision. Newton's method settles every stage. Against Gambit at
three rounds it is exact to 1e-10 with `POINTS` points at λ ≤ 2; it is a reference for longer games below the first fold.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.special import expit, logit, logsumexp

from benchmarks.games.bargaining import INTERESTS, PARTY_A, PARTY_B, SINCERE_PROB

REACH = 40.0
POINTS = 3201
SETTLED = 1e-13
MOST_STEPS = 60


@dataclass(frozen=True)
class Stage:
    """Play at given log odds: B's choices (item, move), A's (item, move, answer, type), and what the round is worth.

    Attributes
    ----------
    shift
        What an answer adds to the log odds, (item, move, answer).
    value
        (item, (A's of both types, B's against both types)).
    """

    press: np.ndarray
    answers: np.ndarray
    shift: np.ndarray
    value: np.ndarray


@dataclass(frozen=True)
class LongGame:
    """What is worth continuing at the end of each round, as splines over log odds."""

    variant: str
    rounds: int
    precision: float
    points: int = POINTS
    after: list[CubicSpline] = field(default_factory=list)

    def __post_init__(self) -> None:
        line = np.linspace(-REACH, REACH, self.points)
        weights = np.concatenate([_weights(PARTY_A[self.variant], "breakdown"), _weights(PARTY_B[self.variant], "breakdown")])
        value = np.broadcast_to(weights, (self.points, 4))
        for _ in range(self.rounds):
            self.after.insert(0, CubicSpline(line, value))
            value = self.stage(0, line, self.after[0]).value

    def stage(self, round_: int, odds: np.ndarray, after: CubicSpline | None = None) -> Stage:
        """Play in a round, counted from 0, at log odds of the sincere type."""
        return _play(self.variant, self.precision, odds, after or self.after[round_])

    def reached(self, rng: np.random.Generator, paths: int) -> dict[int, np.ndarray]:
        """Log odds at the start of every round along random moves that do not end the game."""
        odds = np.full(paths, logit(SINCERE_PROB[self.variant]))
        found = {0: odds}
        for t in range(self.rounds - 1):
            shift = self.stage(t, odds).shift
            move, answer = rng.integers(2, size=paths), rng.integers(1, 3, size=paths)
            odds = np.clip(odds + shift[np.arange(paths), move, answer], -REACH, REACH)
            found[t + 1] = odds
        return found


def _weights(table: dict[str, tuple[float, ...]], interest: str) -> np.ndarray:
    return np.array([table[kind][INTERESTS.index(interest)] for kind in ("sincere", "maximalist")])


def _play(variant: str, precision: float, odds: np.ndarray, after: CubicSpline) -> Stage:
    own, other = ({name: _weights(table[variant], name) for name in INTERESTS} for table in (PARTY_A, PARTY_B))
    answers, shifts, value_a, value_b = [], [], [], []
    for settled in ("settled_under_pressure", "settled_by_concession"):
        flow = np.stack([own[settled], own["stall"], own["escalate"]])
        shift, gain = _settle(precision, odds, after, flow)
        sigma = np.exp(precision * gain - logsumexp(precision * gain, axis=1, keepdims=True))
        worth = np.empty_like(gain)
        worth[:, 0] = other[settled]
        for a, name in ((1, "stall"), (2, "escalate")):
            worth[:, a] = other[name] + _read(after, odds + shift[:, a])[:, 2:]
        answers.append(sigma)
        shifts.append(shift)
        value_a.append((sigma * gain).sum(1))
        value_b.append((sigma * worth).sum(1))
    pressed_a = np.stack(value_a, 1) + np.stack([own["press"], own["concede"]])
    pressed_b = np.stack(value_b, 1) + np.stack([other["press"], other["concede"]])
    belief = np.stack([expit(odds), expit(-odds)], -1)
    expected = precision * (pressed_b * belief[:, None]).sum(-1)
    choice = np.exp(expected - logsumexp(expected, axis=1, keepdims=True))
    value = np.concatenate([(choice[..., None] * worth).sum(1) for worth in (pressed_a, pressed_b)], 1)
    return Stage(choice, np.stack(answers, 1), np.stack(shifts, 1), value)


def _read(after: CubicSpline, odds: np.ndarray, order: int = 0) -> np.ndarray:
    inside = np.clip(odds, -REACH, REACH)
    return after(inside, order) * ((inside == odds)[:, None] if order else 1.0)


def _settle(precision: float, odds: np.ndarray, after: CubicSpline, flow: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The shift of log odds by every answer that its own choice probabilities imply, and A's gains there."""
    shift, residual = np.zeros((len(odds), 3)), np.array(np.inf)
    for _ in range(MOST_STEPS):
        gain = np.broadcast_to(flow, (len(odds), 3, 2)).copy()
        slope = np.zeros_like(gain)
        for a in (1, 2):
            gain[:, a] += _read(after, odds + shift[:, a])[:, :2]
            slope[:, a] = precision * _read(after, odds + shift[:, a], 1)[:, :2]
        log_sigma = precision * gain - np.asarray(logsumexp(precision * gain, axis=1, keepdims=True))
        residual = shift - (log_sigma[..., 0] - log_sigma[..., 1])
        if np.abs(residual).max() < SETTLED * max(1.0, np.abs(shift).max()):
            return shift, gain
        # ∂ log σ(a) / ∂ shift(b) = λ W′(b) (δ_ab − σ(b)), type by type
        change = slope[:, None] * (np.eye(3)[None, :, :, None] - np.exp(log_sigma)[:, None])
        jacobian = np.eye(3) - change[..., 0] + change[..., 1]
        shift = shift - np.linalg.solve(jacobian, residual[..., None])[..., 0]
    raise ArithmeticError(f"a stage of the reference kept a residual of {np.abs(residual).max():.1e}")
