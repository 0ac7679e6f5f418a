"""Following a curve whose every fold and crossing is known in closed form, or is counted by other means."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

from openparley.solve.branch import REACHED, Newton, follow

FOUND = 1e-9  # accuracy of a polished crossing
LOCATED = 1e-5  # accuracy of the λ at which another branch crosses
SINGULAR = 1e-100  # stands for a slope that is zero to the last digit


@dataclass
class Curve:
    """The curve λ = ``height``(z) in one unknown, as F(z, λ) = sense · (height(z) − λ), with the sign of ∂F/∂z at the start positive."""

    height: Callable[[float], float]
    slope: Callable[[float], float]
    origin: float
    calls: int = 0

    def start(self) -> np.ndarray:
        return np.array([self.origin])

    def newton(self, unknowns: np.ndarray, precision: float) -> Newton:
        self.calls += 1
        z = float(unknowns[0])
        slope = self.slope(z) or SINGULAR
        return Newton(np.array([(precision - self.height(z)) / slope]), np.array([1 / slope]), int(np.sign(slope)))


def root(of: Callable[[float], float], low: float, high: float) -> float:
    found: Any = brentq(of, low, high)
    return float(found)


def cubic() -> Curve:
    """λ = z³ − 6 z² + 9 z + 1 from its root on: folds at z = 1 and 3, where λ is 5 and 1."""
    origin = root(lambda z: z**3 - 6 * z**2 + 9 * z + 1, -1.0, 0.0)
    return Curve(lambda z: z**3 - 6 * z**2 + 9 * z + 1, lambda z: 3 * z**2 - 12 * z + 9, origin)


def wiggle(height: float, width: float, middle: float = 5.0) -> Curve:
    """λ = z − h · tanh((z − c) / w), which has a pair of folds iff h > w; λ = 0 at the origin."""
    bump = lambda z: np.tanh((z - middle) / width)  # noqa: E731
    value = lambda z: z - height * bump(z) - height  # noqa: E731
    return Curve(value, lambda z: 1 - height / width * (1 - bump(z) ** 2), root(value, -1.0, 1.0))


def wiggle_folds(height: float, width: float, middle: float = 5.0) -> tuple[float, float]:
    """The folds of `wiggle`, first the one that comes first along the curve."""
    away = width * np.arccosh(np.sqrt(height / width))
    curve = wiggle(height, width, middle)
    return curve.height(middle - away), curve.height(middle + away)


@dataclass
class Pitchfork:
    """z₁ = λ − 2 along every branch; z₂ = 0 is crossed by z₂² = ``gain`` · z₁ at λ = 2."""

    bend: float = 1.0
    copies: int = 1

    def start(self) -> np.ndarray:
        return np.array([-2.0] + [0.0] * self.copies)

    def newton(self, unknowns: np.ndarray, precision: float) -> Newton:
        up, rest = unknowns[0], unknowns[1:]
        n = 1 + self.copies
        jacobian = np.zeros((n, n))
        jacobian[0, 0] = 1.0
        jacobian[1:, 0] = -rest * self.bend
        jacobian[range(1, n), range(1, n)] = 3 * rest**2 - self.bend * up
        value = np.concatenate([[up - precision + 2], rest**3 - self.bend * up * rest])
        by_precision = np.concatenate([[-1.0], 0 * rest])
        sign = np.linalg.slogdet(jacobian)[0]
        return Newton(np.linalg.solve(jacobian, -value), np.linalg.solve(jacobian, -by_precision), int(sign))


def test_folds_of_a_cubic_are_where_its_slope_is_zero() -> None:
    traced = follow(cubic(), to=9.0, wanted=(3.0, 7.0))
    assert [fold.kind for fold in traced.branch.folds] == ["fold", "fold"]
    assert [fold.precision for fold in traced.branch.folds] == pytest.approx([5.0, 1.0], abs=FOUND)
    assert traced.branch.complete
    assert traced.branch.ended == REACHED


@pytest.mark.parametrize("precision", [0.5, 1.001, 1.5, 3.0, 4.9, 4.999, 5 - 1e-6, 5.001, 8.0])
def test_every_crossing_of_a_cubic_is_found_in_order(precision: float) -> None:
    roots = np.roots([1, -6, 9, 1 - precision])
    expected = np.sort(roots[np.abs(roots.imag) < 1e-9].real)
    found = [float(crossing.unknowns[0]) for crossing in follow(cubic(), to=9.0, wanted=(precision,)).crossings[precision]]
    assert found == pytest.approx(expected, abs=1e-6 if precision == 5 - 1e-6 else FOUND)
    assert len(found) == len(expected)


def test_signs_of_the_crossings_alternate_between_folds() -> None:
    crossings = follow(cubic(), to=9.0, wanted=(3.0,)).crossings[3.0]
    assert [crossing.sign for crossing in crossings] == [1, -1, 1]
    assert max(crossing.correction for crossing in crossings) < 1e-12


def test_points_of_a_branch_lie_close_together_and_turn_at_its_folds() -> None:
    shown = follow(cubic(), to=9.0, watch=lambda z, _: z, labels=("z",)).branch
    z, curve = shown.shown[:, 0], cubic()
    np.testing.assert_allclose([curve.height(float(x)) for x in z], shown.precisions, atol=1e-8)
    assert (np.diff(z) > 0).all()
    turns = np.flatnonzero(np.diff(np.sign(np.diff(shown.precisions)))) + 1
    assert shown.precisions[turns] == pytest.approx([5.0, 1.0], abs=FOUND)


@pytest.mark.parametrize("bend", [0.3, 1.0, 5.0])
def test_another_branch_that_crosses_is_named_where_it_crosses(bend: float) -> None:
    traced = follow(Pitchfork(bend), to=7.3, wanted=(1.0, 2.1, 5.0))
    assert [fold.kind for fold in traced.branch.folds] == ["crossing"]
    assert traced.branch.folds[0].precision == pytest.approx(2.0, abs=LOCATED)
    assert [float(c.unknowns[0]) for at in (1.0, 2.1, 5.0) for c in traced.crossings[at]] == pytest.approx([-1.0, 0.1, 3.0])


@pytest.mark.parametrize("width", [1.5, 1.0, 0.5])
def test_a_pair_of_folds_is_not_stepped_over(width: float) -> None:
    height = 2 * width
    high, low = wiggle_folds(height, width)
    middle = 0.5 * (low + high)
    traced = follow(wiggle(height, width), to=10.0, wanted=(middle,))
    assert [fold.precision for fold in traced.branch.folds] == pytest.approx([high, low], abs=FOUND)
    z = [float(crossing.unknowns[0]) for crossing in traced.crossings[middle]]
    assert len(z) == 3
    assert z == sorted(z)


@dataclass
class Wall:
    """z = λ up to λ = 1; nothing beyond can be computed."""

    nothing: float = np.nan

    def start(self) -> np.ndarray:
        return np.zeros(1)

    def newton(self, unknowns: np.ndarray, precision: float) -> Newton:
        if precision > 1:
            return Newton(np.full(1, self.nothing), np.full(1, self.nothing), 1)
        return Newton(np.array([precision - unknowns[0]]), np.ones(1), 1)


@pytest.mark.parametrize("nothing", [np.nan, np.inf, -np.inf])
def test_a_system_that_breaks_down_is_lost_there(nothing: float) -> None:
    traced = follow(Wall(nothing), to=3.0, wanted=(0.5, 2.0))
    assert traced.branch.ended.startswith("the branch was lost at λ = 1")
    assert not traced.branch.complete
    assert traced.branch.traced_to == pytest.approx(1.0, abs=1e-6)
    assert len(traced.crossings[0.5]) == 1
    assert traced.crossings[2.0] == ()


class Nothing:
    def start(self) -> np.ndarray:
        return np.zeros(0)

    def newton(self, unknowns: np.ndarray, precision: float) -> Newton:
        return Newton(np.zeros(0), np.zeros(0), 1)


def test_without_unknowns_every_precision_is_met_once() -> None:
    traced = follow(Nothing(), to=8.0, wanted=(0.0, 1.0, 8.0))
    assert traced.branch.complete
    assert [len(traced.crossings[at]) for at in (0.0, 1.0, 8.0)] == [1, 1, 1]


def test_the_start_is_the_crossing_of_zero() -> None:
    traced = follow(cubic(), to=0.0, wanted=(0.0,))
    assert traced.crossings[0.0][0].unknowns == pytest.approx(cubic().start())
    assert traced.branch.complete


def test_stop_at_first_leaves_the_rest_of_the_branch() -> None:
    whole, first = (follow(cubic(), to=9.0, wanted=(3.0,), stop_at_first=stop) for stop in (False, True))
    assert len(whole.crossings[3.0]) == 3
    assert len(first.crossings[3.0]) == 1
    assert first.crossings[3.0][0].unknowns == whole.crossings[3.0][0].unknowns
    assert not first.branch.complete
    assert first.branch.ended == "the wanted precision was met"
    assert first.linearisations < whole.linearisations


def test_a_time_limit_ends_the_walk_and_says_so() -> None:
    traced = follow(cubic(), to=9.0, wanted=(3.0,), max_seconds=0.0)
    assert traced.steps == 1
    assert traced.branch.ended == "the time limit of 0 s"
    assert not traced.branch.complete
    assert traced.last.precision == traced.branch.precisions[-1]


def test_cancelling_ends_the_walk_after_the_step() -> None:
    asked = []
    traced = follow(cubic(), to=9.0, cancel=lambda: asked.append(1) is None and len(asked) == 3)
    assert traced.steps == 3
    assert traced.branch.ended == "it was interrupted"


def test_progress_never_falls_back_at_a_fold() -> None:
    told: list[tuple[float, float]] = []
    follow(cubic(), to=9.0, progress=lambda done, whole: told.append((done, whole)))
    assert {whole for _, whole in told} == {9.0}
    assert np.diff([done for done, _ in told]).min() >= 0
    assert told[-1] == (9.0, 9.0)


def test_linearisations_are_counted() -> None:
    curve = cubic()
    assert follow(curve, to=9.0, wanted=(3.0,)).linearisations == curve.calls


def test_a_branch_may_turn_back_to_where_it_began() -> None:
    """λ = z (2 − z): a fold at λ = 1, and λ = 0 again at z = 2."""
    traced = follow(Curve(lambda z: z * (2 - z), lambda z: 2 - 2 * z, 0.0), to=3.0, wanted=(0.5,))
    assert traced.branch.ended == "the branch turned back to λ = 0"
    assert [fold.precision for fold in traced.branch.folds] == pytest.approx([1.0], abs=FOUND)
    assert [float(c.unknowns[0]) for c in traced.crossings[0.5]] == pytest.approx([1 - 0.5**0.5, 1 + 0.5**0.5], abs=FOUND)
