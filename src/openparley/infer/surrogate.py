"""Stand-ins for what a solve would say: of two families, the one that predicts draws left out better."""

from __future__ import annotations

from typing import Literal, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from openparley.infer.chaos import fit_chaos
from openparley.infer.emulator import fit_emulator

Family = Literal["linear", "polynomial"]


@runtime_checkable
class Surrogate(Protocol):
    """An emulator of a quantity of a draw."""

    @property
    def names(self) -> tuple[str, ...]:
        """Assumption ids, in the order of the coordinates."""
        ...

    @property
    def r2(self) -> float:
        """Cross-validated share of the variance that is explained."""
        ...

    @property
    def residual(self) -> float:
        """Cross-validated standard deviation of what is left."""
        ...

    @property
    def left_out(self) -> Float[np.ndarray, " draw"]:
        """Residual of each draw, predicted from the folds without it."""
        ...

    def predict(self, z: Float[np.ndarray, "draw assumption"]) -> Float[np.ndarray, " draw"]:
        """Emulated value at coordinates."""
        ...

    def effects(self) -> Float[np.ndarray, "assumption assumption"]:
        """Variance under the prior by assumption, on the diagonal, and by pair, off it."""
        ...


def fit_surrogate(
    z: Float[np.ndarray, "draw assumption"], values: Float[np.ndarray, " draw"], names: tuple[str, ...], *, seed: int
) -> tuple[Family, Surrogate]:
    """The better of a linear and a polynomial family, and which it is.

    The linear one carries every assumption a little and bends in a few directions; it needs fewer draws than there are
    assumptions. The polynomial one follows any smooth shape of a few assumptions, and their products.

    Raises
    ------
    InferenceError
        If there are fewer than 16 draws, or a value is not finite.
    """
    linear = fit_emulator(z, values, names, seed=seed)
    polynomial = fit_chaos(z, values, names, seed=seed)
    return ("polynomial", polynomial) if polynomial.r2 > linear.r2 else ("linear", linear)


def refit(
    family: Family,
    z: Float[np.ndarray, "draw assumption"],
    values: Float[np.ndarray, " draw"],
    names: tuple[str, ...],
    *,
    seed: int,
    weights: Float[np.ndarray, " draw"] | None = None,
) -> Surrogate:
    """A member of the same family fitted to other draws, or to each as often as its weight says; its skill is not judged."""
    fit = fit_emulator if family == "linear" else fit_chaos
    return fit(z, values, names, seed=seed, weights=weights, judged=False)
