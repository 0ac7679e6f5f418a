"""Where the next draws are looked for: the prior, and a Student t in the few directions that the record speaks to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy import linalg, special

from openparley.infer.emulator import FEWEST_DRAWS, SKILL, Emulator, fit_emulator, without_outliers

DEFENSIVE = 0.25  # share of every later batch that still comes from the prior
FREEDOM = 5.0  # degrees of freedom of the t: tails heavy enough to bound the weights of a normal target
INFLATED = 1.2  # variance of the t over that of the emulated posterior: too wide costs little, too narrow much
NARROWEST, WIDEST = 0.2, 2.0  # standard deviations that a fitted direction may have; the prior's is 1


@dataclass(frozen=True)
class Proposal:
    """A defensive mixture over standard normal coordinates: prior, and t in a subspace with the prior beside it.

    Attributes
    ----------
    prior_share
        Share of the batch that comes from the prior; 1 when it is the prior.
    directions
        Orthonormal columns: the subspace in which the t differs from the prior.
    mean, root
        Centre of the t and the lower triangular root of its scale matrix.
    r2
        Cross-validated skill of the emulator that it was fitted to; NaN without one.
    why
        What was decided, in words.
    """

    count: int
    prior_share: float
    directions: Float[np.ndarray, "assumption direction"]
    mean: Float[np.ndarray, " direction"]
    root: Float[np.ndarray, "direction direction"]
    r2: float
    why: str

    @property
    def adapted(self) -> bool:
        """Whether it differs from the prior."""
        return self.prior_share < 1

    def draw(self, normals: Float[np.ndarray, "draw assumption"], rng: np.random.Generator) -> Float[np.ndarray, "draw assumption"]:
        """Coordinates of a batch, from coordinates of the prior: rows of the t are moved within the subspace only."""
        if not self.adapted:
            return normals
        z = normals.copy()
        moved = rng.permutation(self.count)[round(self.prior_share * self.count) :]
        size = np.sqrt(FREEDOM / rng.chisquare(FREEDOM, len(moved)))
        s = self.mean + size[:, None] * (rng.standard_normal((len(moved), len(self.mean))) @ self.root.T)
        z[moved] += (s - z[moved] @ self.directions) @ self.directions.T
        return z

    def log_over_prior(self, z: Float[np.ndarray, "draw assumption"]) -> Float[np.ndarray, " draw"]:
        """Log density of the proposal over that of the prior: of the coordinates in the subspace alone."""
        if not self.adapted:
            return np.zeros(len(z))
        s = z @ self.directions
        normal = -0.5 * np.square(s).sum(1) - 0.5 * s.shape[1] * np.log(2 * np.pi)
        t = _log_t(s - self.mean, self.root)
        return np.logaddexp(np.log(self.prior_share), np.log1p(-self.prior_share) + t - normal)

    def to_json(self, names: Sequence[str]) -> str:
        """For the record, and to go on from: numbers keep every bit."""
        content = {
            "draws": self.count,
            "prior_share": self.prior_share,
            "why": self.why,
            "emulator_r2": None if np.isnan(self.r2) else self.r2,
            "freedom": FREEDOM,
            "mean": self.mean.tolist(),
            "root": self.root.tolist(),
            "directions": {name: row.tolist() for name, row in zip(names, self.directions, strict=True)},
        }
        return json.dumps(content, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str, names: Sequence[str]) -> Proposal:
        """The proposal that `to_json` wrote; any error of reading means that the file is not whole."""
        content = json.loads(text)
        width = len(content["mean"])
        directions = np.array([content["directions"][name] for name in names], float).reshape(len(names), width)
        r2 = float("nan") if content["emulator_r2"] is None else content["emulator_r2"]
        mean, root = np.array(content["mean"], float), np.array(content["root"], float).reshape(width, width)
        return cls(content["draws"], content["prior_share"], directions, mean, root, r2, content["why"])


def prior_proposal(count: int, assumptions: int, why: str, r2: float = float("nan")) -> Proposal:
    """The prior itself."""
    return Proposal(count, 1.0, np.zeros((assumptions, 0)), np.zeros(0), np.zeros((0, 0)), r2, why)


def fit_proposal(
    z: Float[np.ndarray, "draw assumption"],
    log_evidence: Float[np.ndarray, " draw"],
    names: tuple[str, ...],
    *,
    count: int,
    seed: int,
) -> Proposal:
    """A proposal for ``count`` draws from what earlier draws gave the record; the prior where no emulator has skill."""
    usable = np.isfinite(log_evidence)
    if usable.sum() < FEWEST_DRAWS:
        return prior_proposal(count, z.shape[1], f"the prior: {usable.sum()} earlier draws are too few for an emulator")
    emulator = fit_emulator(z[usable], without_outliers(log_evidence[usable]), names, seed=seed)
    if not emulator.r2 >= SKILL or not len(emulator.slope):
        return prior_proposal(count, z.shape[1], f"the prior: the emulator has no skill (R² {emulator.r2:.2f})", emulator.r2)
    # one draw at least of each kind, whatever the size of the batch
    share = min(max(round(DEFENSIVE * count), 1), count - 1) / count if count > 1 else 1.0
    if share == 1.0:
        return prior_proposal(count, z.shape[1], "the prior: a batch of one draw cannot be a mixture", emulator.r2)
    mean, root = _emulated_posterior(emulator, reach=float(np.linalg.norm(z @ emulator.directions, axis=1).max()))
    why = f"prior and a t in {len(mean)} direction{'s' if len(mean) > 1 else ''} (emulator R² {emulator.r2:.2f})"
    return Proposal(count, share, emulator.directions, mean, root, emulator.r2, why)


def _emulated_posterior(emulator: Emulator, *, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Centre and root of the scale of prior × exp(emulator): a normal, its spread kept within bounds.

    Where the emulator curves upward more than the prior curves down there is no such normal; it is then as wide as allowed,
    which covers modes on both sides. The centre goes no farther out than some draw has been.
    """
    precision = np.eye(len(emulator.slope)) - 2 * emulator.curvature
    values, vectors = np.linalg.eigh(precision)
    values = np.clip(values, WIDEST**-2, NARROWEST**-2)
    mean = vectors @ ((vectors.T @ emulator.slope) / values)
    mean *= min(1.0, reach / max(float(np.linalg.norm(mean)), 1e-300))
    return mean, np.linalg.cholesky(vectors @ np.diag(INFLATED / values) @ vectors.T)


def mixture_log_ratio(proposals: Sequence[Proposal], z: Float[np.ndarray, "draw assumption"]) -> Float[np.ndarray, " draw"]:
    """Log of prior over the mixture of all batches, each by its share of the draws (deterministic mixture weights)."""
    total = sum(proposal.count for proposal in proposals)
    parts = [np.log(proposal.count / total) + proposal.log_over_prior(z) for proposal in proposals]
    return -np.logaddexp.reduce(parts, axis=0)


def _log_t(offset: Float[np.ndarray, "draw direction"], root: Float[np.ndarray, "direction direction"]) -> Float[np.ndarray, " draw"]:
    """Log density of the multivariate t at an offset from its centre."""
    width = len(root)
    distance = np.square(linalg.solve_triangular(root, offset.T, lower=True)).sum(0)
    scale = special.gammaln((FREEDOM + width) / 2) - special.gammaln(FREEDOM / 2) - 0.5 * width * np.log(FREEDOM * np.pi)
    return scale - np.log(np.diag(root)).sum() - 0.5 * (FREEDOM + width) * np.log1p(distance / FREEDOM)
