"""The one rule for a difference that the model can tell."""

import pytest

from openparley.forecast.telling import tells
from openparley.infer.posterior import Estimate


@pytest.mark.parametrize(
    ("value", "low", "high", "mcse", "told"),
    [
        (0.2, 0.1, 0.3, 0.01, True),
        (0.2, -0.01, 0.3, 0.01, False),
        (0.2, 0.1, 0.3, 0.11, False),
        (-0.2, -0.3, -0.1, 0.05, True),
        (0.1, 0.01, 0.2, 0.02, False),
        (-0.1, -0.2, -0.01, 0.02, False),
    ],
)
def test_a_difference_is_told_outside_its_range_and_its_error(value: float, low: float, high: float, mcse: float, told: bool) -> None:
    assert tells(Estimate(value, low, high, low, high, 0.9, "range", mcse)) is told
