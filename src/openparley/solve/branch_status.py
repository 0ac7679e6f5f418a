"""What a traced branch says about the answer at one precision, in a sentence."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from openparley.solve.branch import Traced
from openparley.solve.solution import NOT_SETTLED, NOT_UNIQUE, SOLVED, STOPPED

SETTLED = 1e-9  # largest change of an unknown in the last correction of an answer
ENCLOSED = 1e-5  # relative width to which crossings are known
RESIDUAL = 1e-8  # largest deviation of a probability from logit choice, recomputed by the certificate


def lambda_in_words(precision: float) -> str:
    """How a precision reads in a sentence."""
    return f"λ = {precision:.6g}"


def status_of(
    traced: Traced, precision: float, residual: float, in_words: Callable[[float], str] = lambda_in_words, *, hidden: bool = False
) -> str:
    """The status of the answer at a precision.

    Parameters
    ----------
    residual
        Largest deviation of a probability from logit choice, as the certificate has it.
    in_words
        How a precision of the branch reads.
    hidden
        Whether eigenvalues say that branches crossed where the determinant did not change sign.
    """
    branch, met, here = traced.branch, traced.crossings[precision], in_words(precision)
    if not met:
        begin = NOT_SETTLED if "lost" in branch.ended else STOPPED
        return f"{begin}: {here} was not reached, because {_because(traced, in_words)}. Shown is {in_words(traced.last.precision)}."
    if (worst := max((crossing.correction for crossing in met), key=np.nan_to_num)) > SETTLED:
        return f"{NOT_SETTLED}: the answer at {here} still changes by {worst:.1e} in log odds from one correction to the next."
    if not residual <= RESIDUAL:
        return f"{NOT_SETTLED}: what is shown misses logit choice at {here} by {residual:.1e} in a probability."
    folds = [fold.precision for fold in branch.folds if fold.kind == "fold"]
    crossed = [fold.precision for fold in branch.folds if fold.kind != "fold" and fold.precision <= precision * (1 + ENCLOSED)]
    end = "" if branch.complete else f", where it ended because {_because(traced, in_words)}; further on it may turn back to {here}"
    how_far = f"The branch was followed from λ = 0 to {in_words(branch.traced_to)}"
    if len(met) > 1:
        first = f"Its first fold is at {in_words(folds[0])}." if folds else ""
        return f"{NOT_UNIQUE}: the branch meets {here} at {len(met)} equilibria; the first is shown. {first} {how_far}{end}."
    if crossed:
        return (
            f"{NOT_UNIQUE}: another branch crosses at {in_words(crossed[0])}, as in games with a symmetry; "
            f"shown is the one that goes straight on. {how_far}{end}."
        )
    if hidden:
        return (
            f"{NOT_UNIQUE}: two or more branches cross at one place before {here}, as in games with several symmetries; "
            f"shown is the one that goes straight on. {how_far}{end}."
        )
    fold = f"; it folds first at {in_words(folds[0])}" if folds else ""
    if beyond := [fold.precision for fold in branch.folds if fold.kind != "fold"]:
        fold += f"; another branch crosses it at {in_words(beyond[0])}"
    return f"{SOLVED}: the branch meets {here} once, with a residual of {residual:.0e}. {how_far}{fold}{end}."


def _because(traced: Traced, in_words: Callable[[float], str]) -> str:
    ended = traced.branch.ended
    if "lost" in ended:
        return f"the branch was lost at {in_words(traced.last.precision)}, where no step however small stays on it"
    return f"{ended} was reached" if ended.startswith(("the time limit", "the limit")) else ended
