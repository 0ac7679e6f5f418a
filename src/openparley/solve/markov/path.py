"""The principal branch of stationary Markov logit equilibria, followed from λ = 0 by predictor and corrector.

A point of the branch is (Q, V, s): action values, values, and the share s of the wanted precision. Arc length is measured
in s and in values, in units of each player's range of payoffs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from openparley.game.markov_game import MarkovGame
from openparley.solve.markov import kernels
from openparley.solve.markov.linear import Factored, system_of
from openparley.solve.solution import Fold

# In log odds at the wanted precision: how far off a prediction may be, what step length aims at, and how well points on
# the way are settled.
MOST_OFF, AIMED_OFF, ON_THE_WAY = 0.5, 0.05, 1e-4
CONTRACTION = 0.5  # a corrector whose steps shrink less has no root nearby
LEAST_COSINE = 0.5  # of the angle between successive directions of the branch
GROWTH = 3.0
SHRINK = 0.25
SMALLEST_STEP = 1e-9
# A step after which the determinant has the other sign may have jumped; it is believed only this much shorter than usual.
FLIP_STEP = 1 / 64
MOST_CORRECTIONS = 12
FINAL_CORRECTIONS = 40
LOCAL_STEPS = 6
NEARLY = 1e-8  # log odds; from here on a step is measured by what it does to choice probabilities
VALUES_SETTLED = 1e-10  # log odds; where choices are all but pure they no longer show that values still move
# Of the length of a direction: what may be wrong with it, and after how many attempts the matrix is factored anew.
REFINED, MOST_REFINED = 1e-3, 4


@dataclass(frozen=True)
class Point:
    """A point of the branch, or near it.

    Attributes
    ----------
    ahead
        Expected values of the next state at every profile. Linear in the values, so a prediction of one is one of the other.
    forward
        Direction in which the branch goes on; None where that was not asked for.
    """

    values: Float[np.ndarray, "state player"]
    q: Float[np.ndarray, "state choice"]
    ahead: Float[np.ndarray, "profile player"]
    share: float
    forward: Direction | None = None


@dataclass(frozen=True)
class Direction:
    """A direction of unit length."""

    values: Float[np.ndarray, "state player"]
    q: Float[np.ndarray, "state choice"]
    ahead: Float[np.ndarray, "profile player"]
    share: float


@dataclass(frozen=True)
class Corrected:
    """What the corrector came to.

    Attributes
    ----------
    last_step
        Its last change: of a choice probability, or of a value in log odds where that is smaller or too large to tell.
    sign
        Of the determinant bordered by the direction before; it changes only where another branch crosses.
    """

    point: Point
    factored: Factored
    last_step: float
    right_scale: Float[np.ndarray, "state player"]
    coefficient: Float[np.ndarray, "profile player player"]
    sign: float


class Missed(Exception):
    """The corrector found no root near the prediction; not an error, as a shorter step is taken."""


class Equations:
    """The equilibrium equations of one game, and their linear algebra.

    Parameters
    ----------
    precision
        λ of every player where s = 1.
    pulse
        Called between pieces of work; it may raise to end it.
    """

    def __init__(self, game: MarkovGame, precision: Float[np.ndarray, " player"], pulse: Callable[[], None]) -> None:
        self.system, self.pulse, self.base = system_of(game), pulse, precision
        self.starts, self.payoffs, self.discounts = game.profile_start, np.ascontiguousarray(game.payoffs), game.discounts
        self.many, self.players = len(game.states), len(game.players)
        counts = game.counts
        self.first: Int[np.ndarray, "state players_plus_one"] = np.zeros((self.many, self.players + 1), np.int64)
        np.cumsum(counts, 1, out=self.first[:, 1:])
        self.widest = int(self.first[:, -1].max())
        self.used = np.arange(self.widest) < self.first[:, -1:]
        self.log_base = np.zeros((self.many, self.widest))
        self.owner = np.zeros((self.many, self.widest), np.int64)
        self.log_base[self.used] = np.log(game.propensities[game.propensities > 0])
        self.owner[self.used] = np.broadcast_to(np.arange(self.players)[:, None], game.propensities.shape[1:])[None].repeat(self.many, 0)[
            game.propensities > 0
        ]
        # Values of what never differs have no natural unit; 1 does for them.
        ranges = np.ptp(self.payoffs, axis=0)
        self.unit = np.where(ranges > 0, ranges, 1.0)
        self.lambda_of = np.where(self.used, precision[self.owner], 0.0)
        self.work = (np.empty((self.players, self.widest)), np.empty((self.many, self.players)))

    def product(self, a: Direction, values: np.ndarray, share: float) -> float:
        """Inner product of a direction with a change."""
        return float((a.values * values / self.unit**2).mean() + a.share * share)

    def carry(self, values: np.ndarray) -> np.ndarray:
        """Expected value of the next state at every profile."""
        self.pulse()
        return self.system.carry(values)

    def follow(self, q: np.ndarray, ahead: np.ndarray, share: float, settled: float = 1e-8) -> float:
        """Settle Q at given values, in place, and return its last step; after one of ``settled`` only round-off is left."""
        self.pulse()
        return kernels.follow(
            q, self.payoffs, ahead, self.discounts, self.log_base, self.base, share, self.first, self.starts, LOCAL_STEPS, settled
        )

    def linearise(
        self, values: np.ndarray, q: np.ndarray, ahead: np.ndarray, share: float
    ) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
        """Sign of the states' determinants, right-hand sides by s and by residual, and coefficients of the matrix."""
        self.pulse()
        weights, gap = self.work
        by_scale, right = np.empty_like(gap), np.empty_like(gap)
        coefficient = np.empty((len(self.payoffs), self.players, self.players))
        sign, _, _ = kernels.linearise(
            q, self.payoffs, ahead, self.discounts, self.log_base, self.base, share, self.first, self.starts, values, gap,
            weights, by_scale, right, coefficient,
        )  # fmt: skip
        return sign, by_scale, right, coefficient

    def across(
        self, factored: Factored, right: np.ndarray, by_scale: np.ndarray, border: Direction, along: float
    ) -> tuple[np.ndarray, float]:
        """The change (dV, ds) with A dV = right + by_scale · ds whose inner product with ``border`` is ``along``."""
        dv, slope = factored.solve(right), factored.solve(by_scale)
        ds = (along - self.product(border, dv, 0.0)) / self.product(border, slope, 1.0)
        return dv + ds * slope, ds

    def correct(self, guess: Point, border: Direction, *, pinned: bool, tolerance: float, most: int) -> Corrected:
        """The root near a guess: at its share of precision if ``pinned``, else in the plane through it across ``border``.

        Raises
        ------
        Missed
            If the steps do not shrink.
        """
        values, q, share, ahead = guess.values.copy(), guess.q.copy(), guess.share, guess.ahead
        self.follow(q, ahead, share)
        local, by_scale, right, coefficient = self.linearise(values, q, ahead, share)
        self.pulse()
        factored = self.system.factor(coefficient)
        sign = factored.sign * local * float(np.sign(self.product(border, factored.solve(by_scale), 1.0)))
        last, change = np.inf, np.inf
        for done in range(most):
            dv, ds = (factored.solve(right), 0.0) if pinned else self.across(factored, right, by_scale, border, 0.0)
            values, share = values + dv, share + ds
            step = float((np.abs(dv).max(0) * self.base).max())
            if not np.isfinite(step) or not -1 < share < 1e6:
                raise Missed
            ahead = self.carry(values)
            before = self.respond(q, share) if step < NEARLY else None
            if not self.follow(q, ahead, share) <= 1e-6 * self.unit.max():
                raise Missed
            _, by_scale, right, coefficient = self.linearise(values, q, ahead, share)
            if before is not None:
                change = float(np.abs(self.respond(q, share) - before).max())
            if step <= tolerance or (change <= tolerance and step <= VALUES_SETTLED):
                break
            if step > CONTRACTION * last:
                if last < NEARLY:  # round-off: as good as it gets
                    break
                raise Missed
            last = step
            if done == 3:  # slow: the matrix is out of date
                self.pulse()
                factored = self.system.factor(coefficient)
        else:
            raise Missed
        return Corrected(Point(values, q, ahead, share), factored, min(step, change), by_scale, coefficient, sign)

    def direct(self, found: Corrected, border: Direction) -> Point:
        """The point with its forward direction.

        Raises
        ------
        Missed
            If the direction cannot be told, as at the very point of a crossing.
        """
        point, factored = found.point, found.factored
        values, share = self.across(factored, np.zeros_like(point.values), found.right_scale, border, 1.0)
        for refined in range(2 * MOST_REFINED):
            ahead = self.carry(values)
            moved = np.add.reduceat(np.einsum("pki,pi->pk", found.coefficient, ahead), self.starts[:-1])
            left = share * found.right_scale - values + moved
            dv, ds = self.across(factored, left, found.right_scale, border, 1 - self.product(border, values, share))
            if self.length(dv, ds) <= REFINED * self.length(values, share):
                break
            values, share = values + dv, share + ds
            if refined == MOST_REFINED:
                self.pulse()
                factored = self.system.factor(found.coefficient)
        else:
            raise Missed
        size = self.length(values, share)
        values, ahead, share = values / size, np.asarray(ahead / size), share / size
        q = np.zeros_like(point.q)
        kernels.direction(
            point.q, self.payoffs, point.ahead, ahead, share, self.discounts, self.log_base, self.base, point.share, self.first,
            self.starts, q,
        )  # fmt: skip
        return replace(point, forward=Direction(values, q, ahead, share))

    def length(self, values: np.ndarray, share: float) -> float:
        """Arc length of a change."""
        return float(np.sqrt((values**2 / self.unit**2).mean() + share**2))

    def respond(self, q: np.ndarray, share: float) -> Float[np.ndarray, "state choice"]:
        """Logit choice probabilities."""
        logit = np.where(self.used, self.log_base + share * self.lambda_of * q, -np.inf)
        top = np.full((self.many, self.players), -np.inf)
        rows = np.arange(self.many)[:, None]
        np.maximum.at(top, (rows, self.owner), logit)
        odds = np.exp(logit - top[rows, self.owner])
        total = np.zeros_like(top)
        np.add.at(total, (rows, self.owner), odds)
        return odds / total[rows, self.owner]


@dataclass(frozen=True)
class Traced:
    """The branch, and the equilibria that it passes at the wanted precision."""

    shares: Float[np.ndarray, " point"]
    shown: Float[np.ndarray, "point choice"]
    found: tuple[Corrected, ...]
    folds: tuple[Fold, ...]
    ended: str
    complete: bool
    last: Point
    factored: int


class Curve:
    """The cubic through two points of the branch with their directions; ``length`` 0 is the second point."""

    def __init__(self, before: Point | None, here: Point, equations: Equations) -> None:
        assert here.forward is not None
        self.here, self.forward = here, here.forward
        self.between = 0.0
        if before is not None and before.forward is not None:
            dv, dq, ds = here.values - before.values, here.q - before.q, here.share - before.share
            self.between = h = float(np.sqrt((dv**2 / equations.unit**2).mean() + ds**2))
            t0, t1 = before.forward, here.forward
            pairs = (
                (dv, t0.values, t1.values),
                (dq, t0.q, t1.q),
                (here.ahead - before.ahead, t0.ahead, t1.ahead),
                (ds, t0.share, t1.share),
            )
            self.bent = [((b - d / h) / h, (a + b - 2 * d / h) / h**2) for d, a, b in pairs]

    def share(self, length: float) -> float:
        """Share of precision."""
        return float(self._along(self.here.share, self.forward.share, length, 3))

    def at(self, length: float) -> Point:
        """A point of the curve."""
        return Point(
            self._along(self.here.values, self.forward.values, length, 0),
            self._along(self.here.q, self.forward.q, length, 1),
            self._along(self.here.ahead, self.forward.ahead, length, 2),
            self.share(length),
        )

    def _along(self, x: Any, slope: Any, length: float, which: int) -> Any:
        if not self.between:
            return x + slope * length
        c2, c3 = self.bent[which]
        return x + length * (slope + length * (c2 + (length + self.between) * c3))

    def reach(self, share: float, length: float) -> float | None:
        """Where within ``length`` the curve comes to a share of precision, if it does."""
        if self.here.share == share or (self.share(length) - share) * (self.here.share - share) > 0:
            return None
        low, high = 0.0, length
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (low, middle) if (self.share(middle) - share) * (self.here.share - share) < 0 else (middle, high)
        return high


class Tracer:
    """Follows the branch of one game from λ = 0."""

    def __init__(self, equations: Equations, tolerance: float, until: float) -> None:
        self.equations, self.tolerance, self.until = equations, tolerance, until
        self.shares: list[float] = []
        self.shown: list[np.ndarray] = []
        self.found: list[Corrected] = []
        self.folds: list[Fold] = []
        self.factored = 0
        self.orientation = 1.0
        self.reached = 0.0
        nothing = np.zeros((equations.many, equations.widest))
        self.last = Point(np.zeros((equations.many, equations.players)), nothing, np.zeros_like(equations.payoffs), 0.0)

    def run(self) -> Traced:
        """Follow it until the share of precision is ``until``."""
        eq = self.equations
        onward = Direction(np.zeros((eq.many, eq.players)), np.zeros((eq.many, eq.widest)), np.zeros_like(eq.payoffs), 1.0)
        try:
            start = eq.correct(self.last, onward, pinned=True, tolerance=ON_THE_WAY, most=MOST_CORRECTIONS)
            here = eq.direct(start, onward)
        except Missed:
            return self.traced("the game has no finite values at λ = 0")
        self.orientation = start.sign
        self.last = here
        self.shares.append(here.share)
        self.shown.append(eq.respond(here.q, here.share)[0])
        if not (eq.base > 0).any():
            self.found.append(eq.correct(replace(here, share=1.0), onward, pinned=True, tolerance=self.tolerance, most=FINAL_CORRECTIONS))
            return self.traced("")
        before: Point | None = None
        length = usual = min(1.0, 0.5 / float((eq.base * eq.unit).max()))
        while True:
            curve = Curve(before, here, eq)
            landing = curve.reach(1.0, length)
            used = length if landing is None else landing
            step = self._step(curve, here, used, landing is not None, usual)
            if step is None:
                length = used * SHRINK
                if length < SMALLEST_STEP:
                    return self.traced(f"the branch could not be followed beyond {here.share:.4g} of the wanted λ")
                continue
            before, here, off = here, step[0], step[1]
            self.shares.append(here.share)
            self.shown.append(eq.respond(here.q, here.share)[0])
            self.last, self.reached = here, max(self.reached, here.share)
            if here.share >= self.until or (landing is not None and self.until <= 1):
                return self.traced("")
            usual = length = used * float(np.clip((AIMED_OFF / max(off, 1e-12)) ** 0.25, SHRINK, GROWTH))

    def _step(self, curve: Curve, here: Point, length: float, landing: bool, usual: float) -> tuple[Point, float] | None:
        """The next point and how far off the prediction was; None if the step is to be shorter."""
        eq = self.equations
        guess = curve.at(length)
        if guess.share < 0:
            return None
        assert here.forward is not None
        self.factored += 1
        try:
            found = eq.correct(
                replace(guess, share=1.0) if landing else guess, here.forward, pinned=landing,
                tolerance=self.tolerance if landing else ON_THE_WAY, most=FINAL_CORRECTIONS if landing else MOST_CORRECTIONS,
            )  # fmt: skip
        except Missed:
            return None
        off = float((np.abs(found.point.q - guess.q) * eq.lambda_of).max())
        overshot = not landing and here.share != 1 and (found.point.share - 1) * (here.share - 1) <= 0
        flipped = found.sign != self.orientation and length > max(FLIP_STEP * usual, 100 * SMALLEST_STEP)
        if off > MOST_OFF or overshot or flipped or found.sign == 0:
            return None
        try:
            point = eq.direct(found, here.forward)
        except Missed:
            return None
        assert point.forward is not None
        if eq.product(here.forward, point.forward.values, point.forward.share) < LEAST_COSINE:
            return None
        self._note(here, point, found.sign)
        if landing:
            self.found.append(found)
        return point, off

    def _note(self, here: Point, point: Point, orientation: float) -> None:
        """Folds and crossings between two points."""
        assert here.forward is not None
        assert point.forward is not None
        if here.forward.share * point.forward.share < 0:
            curve = Curve(here, point, self.equations)
            shares = [curve.share(-x) for x in np.linspace(0, curve.between, 200)]
            self.folds.append(Fold(max(shares) if here.forward.share > 0 else min(shares), "fold"))
        if orientation != self.orientation:
            self.orientation = orientation
            self.folds.append(Fold((here.share + point.share) / 2, "crossing"))

    def traced(self, ended: str) -> Traced:
        """What there is of the branch; ``ended`` says why it is not all, if it is not."""
        return Traced(
            np.array(self.shares),
            np.array(self.shown).reshape(len(self.shares), self.equations.widest),
            tuple(self.found),
            tuple(self.folds),
            ended,
            not ended,
            self.last,
            self.factored,
        )
