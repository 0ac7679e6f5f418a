"""Following a branch of equilibria from λ = 0 by prediction and correction.

The branch is a curve in (unknowns, λ). It is followed in arc length, so that it may turn back in λ; where it turns, and
where another branch crosses it, is read from the sign of the determinant of the system along it, never from an
iteration that failed. Allgower and Georg 1990 (not checked); Turocy 2005 for logit equilibria (not checked).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from openparley.solve.solution import Branch, Fold, Progress

CORRECTED = 1e-5  # largest correction after which a point on the way counts as on the branch: the next is its square
SENSITIVE = 0.1  # per unit of λ: choices answer to a belief with λ, so that where λ is large beliefs must be nearer
POLISHED_FOLD = 1e-8  # the same where a fold is looked for
POLISHED = 1e-13  # the same where the branch is read
MOST_CORRECTIONS = 7
MOST_POLISHING = 30
LONGEST = 1.0  # largest predicted change of an unknown in one step: log odds, so a factor of 4.5 in odds
EXTREME = 0.1  # per unit of log odds: how much longer a step may be where odds are extreme
FIRST = 0.5  # arc length of the first step
SHORTEST = 1e-9
DEVIATION = 0.08  # correction that a step aims at, as a share of its length
STEEPEST = 0.4  # largest ratio of successive corrections that is trusted
MOST_OFF = 0.1  # largest first correction, as a share of what changes most in the step
TURN = 0.85  # least cosine between tangents at the ends of a step
CROSSED = 1e-6  # length of a step, relative to λ, that may hold a crossing
MOST_HALVINGS = 60
GROWN = 1.5
MOST_STEPS = 200_000
STEEP = 0.05  # least rise of the branch in λ at which its slope in λ says where it goes
NEAR_FOLD = 1e-10  # relative length in arc length to which a fold is enclosed


@dataclass(frozen=True)
class Newton:
    """One linearisation: ``step`` = −J⁻¹F and ``slope`` = −J⁻¹ ∂F/∂λ, with the sign of det J; not finite where J is singular."""

    step: Float[np.ndarray, " unknown"]
    slope: Float[np.ndarray, " unknown"]
    sign: int


@runtime_checkable
class System(Protocol):
    """A system F(z, λ) = 0 whose solution at λ = 0 is known and unique."""

    def start(self) -> Float[np.ndarray, " unknown"]:
        """The solution at λ = 0."""
        ...

    def newton(self, unknowns: Float[np.ndarray, " unknown"], precision: float) -> Newton:
        """Linearise at a point."""
        ...


@dataclass(frozen=True)
class Crossing:
    """An equilibrium at a wanted precision, with the largest correction left when it was polished; not a number at a crossing."""

    precision: float
    unknowns: Float[np.ndarray, " unknown"] = field(repr=False)
    correction: float
    sign: int


@dataclass(frozen=True)
class Traced:
    """A branch as far as it was followed, with the unknowns wherever it met a wanted precision."""

    branch: Branch
    crossings: Mapping[float, tuple[Crossing, ...]]
    last: Crossing
    steps: int
    linearisations: int


@dataclass(frozen=True)
class _Point:
    """A point on the branch; ``along`` and ``up`` are the tangent in the unknowns and in λ."""

    z: np.ndarray
    precision: float
    along: np.ndarray
    up: float
    sign: int

    @property
    def widest(self) -> float:
        """How fast what changes most changes along the tangent."""
        return max(float(np.abs(self.along).max(initial=0.0)), abs(self.up))


Enough = Callable[[np.ndarray, float], bool]
Watch = Callable[[np.ndarray, float], Float[np.ndarray, " shown"]]


def follow(
    system: System,
    *,
    to: float,
    wanted: Sequence[float] = (),
    max_seconds: float | None = None,
    watch: Watch | None = None,
    labels: tuple[str, ...] = (),
    progress: Progress | None = None,
    stop_at_first: bool = False,
    enough: Enough | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Traced:
    """Follow the branch from λ = 0 until it first reaches ``to``.

    Parameters
    ----------
    wanted
        Precisions at which every crossing of the branch is kept, polished.
    max_seconds
        Wall-clock budget; what was followed by then is the answer, and says so.
    watch
        Gives the probabilities that are kept for a picture.
    stop_at_first
        Stop as soon as every wanted precision has been met once.
    enough
        Asked at a point whenever λ has grown by half; True ends the walk there.
    cancel
        Asked after every step; True ends the walk there, and what was followed by then is the answer.

    Returns
    -------
    The branch; ``branch.ended`` says in words why it stopped where it did.
    """
    walk = _Walk(system, to, tuple(sorted(set(wanted))), watch)
    asked = 0.0
    deadline = None if max_seconds is None else time.monotonic() + max_seconds
    ended = ""
    while not ended:
        ended = walk.advance()
        if not ended and stop_at_first and all(walk.crossings[at] for at in walk.wanted):
            ended = "the wanted precision was met"
        if not ended and enough is not None and walk.here.precision > GROWN * asked:
            asked = walk.here.precision
            ended = ENOUGH if enough(walk.here.z, asked) else ""
        if not ended and deadline is not None and time.monotonic() > deadline:
            ended = f"the time limit of {max_seconds:g} s"
        if not ended and walk.steps >= MOST_STEPS:
            ended = f"the limit of {MOST_STEPS:,} steps"
        if not ended and cancel is not None and cancel():
            ended = "it was interrupted"
        if progress and to > 0:
            progress(min(walk.highest, to), to)
    return walk.result(ended, labels)


ENOUGH = "it was near enough to its limit"
REACHED = "the branch was followed as far as was wanted"


class _Walk:
    def __init__(self, system: System, to: float, wanted: tuple[float, ...], watch: Watch | None) -> None:
        self.system, self.to, self.wanted, self.watch = system, to, wanted, watch
        self.linearisations = self.steps = 0
        z = system.start()
        at_zero = self._newton(z, 0.0)
        self.here = _tangent(z, 0.0, at_zero, None)
        self.before: tuple[_Point, float] | None = None
        self.length = FIRST
        self.highest = 0.0
        self.crossings: dict[float, list[Crossing]] = {at: [] for at in wanted}
        self.folds: list[Fold] = []
        self.precisions, self.shown = [0.0], [self._look(self.here)]
        if 0.0 in self.crossings:
            self.crossings[0.0].append(Crossing(0.0, z, 0.0, at_zero.sign))

    def advance(self) -> str:
        """One accepted step, or the reason why there is none."""
        if self.highest >= self.to:
            return REACHED
        while True:
            length = min(self.length, LONGEST / max(float(_moved(self.here).max(initial=0.0)), 1e-300))
            there, first = self._step(self.here, length)
            if there is not None and self._joined(self.here, there, length):
                break
            self.length = 0.5 * length
            if self.length < SHORTEST:
                return f"the branch was lost at λ = {self.here.precision:.6g}, where no step however small stays on it"
        self.steps += 1
        self._record(self.here, there, length)
        self.before, self.here = (self.here, length), there
        aim = DEVIATION * length * self.before[0].widest
        self.length = length * min(max((aim / max(first, 1e-300)) ** 0.5, 0.5), 2.0)
        if there.precision < 0:
            return "the branch turned back to λ = 0"
        return ""

    def _joined(self, here: _Point, there: _Point, length: float) -> bool:
        """Whether two points may be taken for neighbours on one branch.

        Where the determinant changes sign and the branch does not turn back, another one crosses or comes very near; the
        step is then cut until it holds nothing but the crossing, so that it cannot have led from one to the other.
        """
        crosses = here.sign * here.up * there.sign * there.up <= 0
        return _cosine(here, there) >= TURN and (not crosses or length <= CROSSED * max(1.0, here.precision))

    def _step(self, start: _Point, length: float, corrected: float = CORRECTED) -> tuple[_Point | None, float]:
        """The point a length further, and the size of the first correction; None where correction failed."""
        z, precision = start.z + length * start.along, start.precision + length * start.up
        if self.before is not None:
            old, back = self.before
            bend = 0.5 * length * length / back
            z += bend * (start.along - old.along)
            precision += bend * (start.up - old.up)
        first, last = 0.0, np.inf
        for done in range(MOST_CORRECTIONS):
            at = self._newton(z, precision)
            across = _dot(start.along, at.slope) + start.up
            if not np.isfinite(across) or across == 0:
                return None, np.inf
            rise = -_dot(start.along, at.step) / across
            move = at.step + rise * at.slope
            change = max(float(np.abs(move).max(initial=0.0)), abs(rise) / max(1.0, abs(precision)))
            near = corrected / max(1.0, SENSITIVE * abs(precision))
            if not np.isfinite(change) or (done and change > max(STEEPEST * last, near)):
                return None, np.inf
            first = first or change
            if done == 0 and change > MOST_OFF * length * start.widest:
                return None, np.inf
            z, precision, last = z + move, precision + rise, change
            if change <= near:
                return _tangent(z, precision, at, start), first
        return None, np.inf

    def _record(self, here: _Point, there: _Point, length: float) -> None:
        """Folds and crossings between two points, then the point itself."""
        stops = [here, there]
        if here.up * there.up < 0:
            fold = self._fold(here, there, length)
            self.folds.append(Fold(fold.precision, "fold"))
            stops = [here, fold, there]
            self._keep(fold)
        if here.sign * here.up * there.sign * there.up < 0:
            self.folds.append(Fold(0.5 * (here.precision + there.precision), "crossing"))
        for one, two in pairwise(stops):
            between = [at for at in self.wanted if min(one.precision, two.precision) < at <= max(one.precision, two.precision)]
            if one is not here:
                between = [at for at in between if at != one.precision]
            for at in sorted(between, reverse=two.precision < one.precision):
                self.crossings[at].append(self._polish(one, two, at))
        self._keep(there)

    def _fold(self, low: _Point, high: _Point, length: float) -> _Point:
        """The point between two at which the branch turns back, by halving the step between them."""
        short, long, best = 0.0, length, low if abs(low.up) < abs(high.up) else high
        rising = low.up
        slope_short, slope_long = low.up, high.up
        for _ in range(MOST_HALVINGS):
            middle = short + (long - short) * min(max(slope_short / (slope_short - slope_long), 0.1), 0.9)
            there, _ = self._step(low, middle, POLISHED_FOLD)
            if there is None:
                break
            if abs(there.up) < abs(best.up):
                best = there
            if there.up * rising > 0:
                short, slope_short = middle, there.up
            else:
                long, slope_long = middle, there.up
            if abs(best.up) < NEAR_FOLD or long - short < NEAR_FOLD * length:
                break
        return best

    def _polish(self, one: _Point, two: _Point, at: float) -> Crossing:
        """The branch where it meets λ = ``at`` between two points, by Newton's method at that λ."""
        z = _between(one, two, at)
        change, sign = np.inf, one.sign
        for done in range(MOST_POLISHING):
            newton = self._newton(z, at)
            if not np.isfinite(newton.step).all():  # at a crossing itself; the certificate tells what z is worth
                return Crossing(at, z, np.nan, 0)
            last, change, sign = change, float(np.abs(newton.step).max(initial=0.0)), newton.sign
            z = z + newton.step
            if change <= POLISHED or (done and change < CORRECTED and change >= 0.5 * last):
                break
        return Crossing(at, z, change, sign)

    def _newton(self, z: np.ndarray, precision: float) -> Newton:
        self.linearisations += 1
        return self.system.newton(z, precision)

    def _look(self, point: _Point) -> np.ndarray:
        return self.watch(point.z, point.precision) if self.watch else np.zeros(0)

    def _keep(self, point: _Point) -> None:
        self.precisions.append(point.precision)
        self.shown.append(self._look(point))
        self.highest = max(self.highest, point.precision)

    def _last(self) -> Crossing:
        """The last point, polished at its λ where that is well away from a fold."""
        here = self.here
        polished = self._polish(here, here, here.precision)
        stays = polished.correction <= CORRECTED and np.abs(polished.unknowns - here.z).max(initial=0.0) < LONGEST
        return polished if stays else Crossing(here.precision, here.z, CORRECTED, here.sign)

    def result(self, ended: str, labels: tuple[str, ...]) -> Traced:
        branch = Branch(
            np.array(self.precisions), np.array(self.shown), labels, tuple(self.folds), self.highest, ended == REACHED, ended
        )  # fmt: skip
        everything_met = bool(self.crossings) and all(self.crossings.values())
        last = Crossing(self.here.precision, self.here.z, CORRECTED, self.here.sign) if everything_met else self._last()
        return Traced(branch, {at: tuple(found) for at, found in self.crossings.items()}, last, self.steps, self.linearisations)


def _dot(one: np.ndarray, two: np.ndarray) -> float:
    return float(one @ two) / len(one) if len(one) else 0.0


def _moved(point: _Point) -> np.ndarray:
    """Change of each unknown along the tangent; where odds are extreme already, more is allowed."""
    return np.abs(point.along) / (1.0 + EXTREME * np.abs(point.z))


def _tangent(z: np.ndarray, precision: float, at: Newton, before: _Point | None) -> _Point:
    """A point with its unit tangent, turned to go on in the direction of the point before."""
    size = (_dot(at.slope, at.slope) + 1.0) ** 0.5
    along, up = at.slope / size, 1.0 / size
    if before is not None and _dot(along, before.along) + up * before.up < 0:
        along, up = -along, -up
    return _Point(z, precision, along, up, at.sign)


def _between(one: _Point, two: _Point, at: float) -> np.ndarray:
    """Where the branch should be at a λ between two points: on the cubic through both with their slopes in λ, or the line."""
    gap = two.precision - one.precision
    if gap == 0:
        return one.z
    share = (at - one.precision) / gap
    line = one.z + share * (two.z - one.z)
    if min(abs(one.up), abs(two.up)) < STEEP:
        return line
    start, end = gap * one.along / one.up - (two.z - one.z), gap * two.along / two.up - (two.z - one.z)
    return line + share * (1 - share) * ((1 - share) * start - share * end)


def _cosine(one: _Point, two: _Point) -> float:
    return _dot(one.along, two.along) + one.up * two.up
