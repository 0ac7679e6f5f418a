"""When a difference is one that the model can tell: one rule for tables, charts and sentences."""

from __future__ import annotations

from openparley.infer.posterior import Estimate

NO_DIFFERENCE = "no difference that this model can tell"
STANDARD_ERRORS = 2.0


def tells(difference: Estimate) -> bool:
    """Whether a difference is one: it is above twice its Monte Carlo error, and its range over the assumptions leaves out 0.

    The end of the range that is nearer to 0 has to be beyond it by the Monte Carlo error, too: it is not known better than that.
    """
    beyond = max(difference.low, -difference.high)
    return beyond > difference.mcse and abs(difference.value) > STANDARD_ERRORS * difference.mcse
