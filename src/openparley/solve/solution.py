"""What every solver returns: behaviour, a status in words, how it was found, and a certificate that anybody can recompute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from jaxtyping import Float

from openparley._display import Shown

SOLVED = "solved"
"""How the status of a solution begins that met its tolerance everywhere and is the only one that was found."""
NOT_UNIQUE = "not unique"
"""How it begins when more than one equilibrium was found."""
NOT_SETTLED = "not settled"
"""How it begins when a tolerance was missed."""
STOPPED = "stopped"
"""How it begins when a limit of time or steps, or the user, ended the work early."""

Behaviour = TypeVar("Behaviour")
Progress = Callable[[float, float], None]
"""Called now and then with work done and work in all."""


@dataclass(frozen=True)
class Fold:
    """Where the branch of equilibria turns back in precision, or another branch crosses it.

    Attributes
    ----------
    precision
        λ there.
    kind
        ``"fold"`` or ``"crossing"`` (a pitchfork of a symmetric game, say).
    """

    precision: float
    kind: str


@dataclass(frozen=True)
class Branch(Shown):
    """The principal branch of logit equilibria as far as it was traced from λ = 0.

    Attributes
    ----------
    precisions
        λ at every accepted point, in the order along the branch; a fold is where it turns.
    shown
        Choice probabilities at those points that are kept for a picture; their names are ``labels``.
    traced_to
        Largest λ that was reached.
    complete
        Whether tracing went as far as was wanted.
    ended
        In words, why it stopped where it did.
    """

    precisions: Float[np.ndarray, " point"]
    shown: Float[np.ndarray, "point shown"]
    labels: tuple[str, ...]
    folds: tuple[Fold, ...]
    traced_to: float
    complete: bool
    ended: str


@dataclass(frozen=True)
class Solution(Shown, Generic[Behaviour]):
    """The answer of a solver; never a number without its status.

    Attributes
    ----------
    behaviour
        What actors do, and what it is worth to them.
    status
        A sentence that begins with `SOLVED`, `NOT_UNIQUE`, `NOT_SETTLED` or `STOPPED`.
    settings
        The concept, the solver and everything that it was told.
    stats
        Counts and the largest residual.
    equilibria
        Every equilibrium that was found at the wanted precision, the one in ``behaviour`` first.
    branch
        The branch it was found on; None where none was traced.
    certificate
        What code other than the solver recomputed; None where it has to be asked for.
    """

    behaviour: Behaviour
    status: str
    settings: Mapping[str, Any]
    stats: Mapping[str, float]
    equilibria: tuple[Behaviour, ...] = ()
    branch: Branch | None = None
    certificate: Mapping[str, float] | None = None

    @property
    def solved(self) -> bool:
        """Whether the status begins with `SOLVED`."""
        return self.status.startswith(SOLVED)
