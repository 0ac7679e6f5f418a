"""Which assumptions a result hangs on: shares of its variance under the prior, correlation ratios under the posterior.

Under the prior the assumptions are independent, so the variance of a quantity splits into shares of single assumptions and of
their combinations (Sobol shares). They are read from an emulator, which is fitted to all draws wherever these came from and
integrated under the prior in closed form. Under the posterior the assumptions depend on one another and no such split exists;
there a correlation ratio says how much of the quantity one assumption alone foretells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy import special

from openparley._display import Shown
from openparley.forecast.futures import NEVER
from openparley.infer.emulator import FOLDS, SKILL, without_outliers
from openparley.infer.engine import Run
from openparley.infer.evidence import account_worlds
from openparley.infer.model import Model
from openparley.infer.surrogate import Family, Surrogate, fit_surrogate, refit

BOOTSTRAPS = 40
SHUFFLES = 40
TRUSTED = 0.95  # quantile of the largest share of a shuffled assumption that a true one must exceed
ENDS = (0.05, 0.95)
RATIO_DEGREE = 3  # of the polynomial in one assumption; correlation ratios need no finer shape
LOG_EVIDENCE = "log_evidence"


@dataclass(frozen=True)
class Quantity:
    """A number of every draw.

    Attributes
    ----------
    noise
        Monte Carlo variance of each draw's own value (from a finite number of futures).
    """

    id: str
    name: str
    values: Float[np.ndarray, " draw"]
    noise: Float[np.ndarray, " draw"]


@dataclass(frozen=True)
class Share:
    """An assumption's shares of a variance with 90 % bootstrap intervals.

    Attributes
    ----------
    first
        What goes away on average when the assumption becomes known.
    total
        What stays when all others become known; more than ``first`` by what it does together with others.
    """

    assumption: str
    first: float
    first_low: float
    first_high: float
    total: float
    total_low: float
    total_high: float


@dataclass(frozen=True)
class VarianceShares(Shown):
    """Shares of a quantity's variance under the prior, the noise of finite futures taken out.

    Attributes
    ----------
    family, r2
        Which emulator, and its cross-validated skill, the same noise taken out; below 0.1 there are no shares.
    spread
        Standard deviation of the quantity under the prior.
    shares
        Assumptions above ``null``, the largest total first.
    unexplained
        Share of the variance that the emulator does not reach.
    null
        Total share that the luckiest of as many shuffled assumptions exceeds in one of twenty shuffles only.
    idle, idle_share
        Assumptions not above it, and what they share as a group, chance included.
    """

    quantity: str
    name: str
    family: Family
    r2: float
    spread: float
    shares: tuple[Share, ...]
    unexplained: float
    null: float
    idle: tuple[str, ...]
    idle_share: float


@dataclass(frozen=True)
class Ratio:
    """Weighted, cross-validated correlation ratio of a quantity on one assumption; ``above`` is what exceeds the null."""

    assumption: str
    ratio: float
    above: float


@dataclass(frozen=True)
class PosteriorRatios(Shown):
    """How much of a quantity single assumptions foretell under the posterior.

    Attributes
    ----------
    ratios
        Those above ``null``, the largest first; they do not add up.
    null
        Ratio that the luckiest of as many shuffled assumptions exceeds in one of twenty shuffles only.
    """

    quantity: str
    name: str
    ratios: tuple[Ratio, ...]
    null: float
    effective_draws: float


def quantities(model: Model, run: Run, *, prefix: str = "futures") -> tuple[Quantity, ...]:
    """What a run has of every draw: probability of each outcome by the horizon, share of each account, log evidence.

    Draws that the record excludes have a log evidence of minus infinity.
    """
    first = np.array([table[f"{prefix}.first"] for table in run.tables])
    rates = ((first != NEVER) & (first < model.horizon)).mean(1)
    found = [
        Quantity(o.id, o.name, rates[:, i], rates[:, i] * (1 - rates[:, i]) / max(first.shape[1] - 1, 1))
        for i, o in enumerate(model.outcomes)
    ]
    exact = np.zeros(len(run.tables))
    for actor in model.uncertain:
        for label, inside in account_worlds(model, run.tables[0]["world_types"], actor).items():
            now = np.array([table["world_share"][-1, inside].sum() for table in run.tables])
            found.append(Quantity(f"share.{actor}.{label}", f"share of {label} ({actor})", now, exact))
    return (*found, Quantity(LOG_EVIDENCE, "log probability of the record", run.log_evidence[:, -1], exact))


def variance_shares(
    quantity: Quantity,
    z: Float[np.ndarray, "draw assumption"],
    names: tuple[str, ...],
    prior_weights: Float[np.ndarray, " draw"],
    *,
    seed: int,
    bootstraps: int = BOOTSTRAPS,
    shuffles: int = SHUFFLES,
) -> VarianceShares:
    """Shares of the variance of a quantity under the prior.

    Parameters
    ----------
    z
        Standard normal coordinates of the assumptions, from any proposal.
    prior_weights
        Weights under which the draws stand for the prior.
    bootstraps, shuffles
        Refits for the intervals; refits beside as many shuffled assumptions for the null.

    Raises
    ------
    InferenceError
        If fewer than 16 draws have a finite value.
    """
    usable = np.isfinite(quantity.values)
    z, values, noise = z[usable], without_outliers(quantity.values[usable]), quantity.noise[usable]
    weights = prior_weights[usable] / prior_weights[usable].sum()
    family, found = fit_surrogate(z, values, names, seed=seed)
    dice = float(weights @ noise)
    spread = max(float(weights @ np.square(values - weights @ values)) - dice, 0.0)
    left = max(float(weights @ np.square(found.left_out)) - dice, 0.0)
    r2 = 1.0 - left / spread if spread > 0 else 0.0
    if not r2 >= SKILL:
        return VarianceShares(quantity.id, quantity.name, family, r2, float(np.sqrt(spread)), (), 1.0, np.nan, names, 0.0)
    first, total, whole = _split(found, left)
    null = _null(family, z, values, names, left, seed=seed, shuffles=shuffles)
    shown = np.flatnonzero(total > null)
    low, high = _bootstrap(family, z, values, names, left, seed=seed, bootstraps=bootstraps)
    low, high = np.minimum(low, [first, total]), np.maximum(high, [first, total])
    rows = tuple(
        Share(names[j], *map(float, (first[j], low[0, j], high[0, j], total[j], low[1, j], high[1, j])))
        for j in shown[np.argsort(-total[shown], kind="stable")]
    )
    idle = np.setdiff1d(np.arange(len(names)), shown)
    table = found.effects()
    kept = table[np.ix_(shown, shown)]
    together = max(_sum(table) - _sum(kept), 0.0) / whole
    return VarianceShares(
        quantity.id, quantity.name, family, r2, float(np.sqrt(spread)), rows, left / whole, null,
        tuple(names[j] for j in idle), together,
    )  # fmt: skip


def _sum(table: Float[np.ndarray, "assumption assumption"]) -> float:
    return float(np.triu(table).sum())


def _split(found: Surrogate, left: float) -> tuple[np.ndarray, np.ndarray, float]:
    """First-order and total shares, and the variance that they are shares of."""
    table = found.effects()
    whole = max(_sum(table) + left, 1e-300)
    return np.diag(table) / whole, table.sum(1) / whole, whole


def _bootstrap(
    family: Family, z: np.ndarray, values: np.ndarray, names: tuple[str, ...], left: float, *, seed: int, bootstraps: int
) -> tuple[Float[np.ndarray, "order assumption"], Float[np.ndarray, "order assumption"]]:
    """Ends of the intervals: draws sampled with replacement, the emulator chosen and fitted anew."""
    rng = np.random.default_rng([seed, 5])
    rows = []
    for _ in range(bootstraps):
        times = rng.multinomial(len(values), np.full(len(values), 1 / len(values)))
        drawn = times > 0
        again = refit(family, z[drawn], values[drawn], names, seed=seed, weights=times[drawn].astype(float))
        rows.append(_split(again, left)[:2])
    low, high = np.quantile(rows, ENDS, axis=0)
    return low, high


def _null(family: Family, z: np.ndarray, values: np.ndarray, names: tuple[str, ...], left: float, *, seed: int, shuffles: int) -> float:
    """What chance gives the luckiest assumption: refitted beside a copy of all assumptions with the draws shuffled."""
    rng = np.random.default_rng([seed, 6])
    both = (*names, *(f"{name}, shuffled" for name in names))
    luckiest = []
    for _ in range(shuffles):
        beside = np.column_stack([z, z[rng.permutation(len(z))]])
        luckiest.append(float(_split(refit(family, beside, values, both, seed=seed), left)[1][len(names) :].max()))
    return float(np.quantile(luckiest, TRUSTED))


def posterior_ratios(
    quantity: Quantity,
    z: Float[np.ndarray, "draw assumption"],
    names: tuple[str, ...],
    weights: Float[np.ndarray, " draw"],
    *,
    seed: int,
    shuffles: int = 100,
) -> PosteriorRatios:
    """Correlation ratios of a quantity on each assumption under the posterior, less what shuffled assumptions reach.

    Parameters
    ----------
    weights
        Posterior weights of the draws.
    """
    usable = np.isfinite(quantity.values) & (weights > 0)
    z, values, weights = z[usable], quantity.values[usable], weights[usable] / weights[usable].sum()
    dice = float(weights @ quantity.noise[usable])
    fold = np.random.default_rng([seed, 1]).permutation(len(values)) % FOLDS
    basis = _legendre(z)
    found = _ratios(basis, values, weights, fold, dice)
    rng = np.random.default_rng([seed, 7])
    luckiest = [_ratios(basis[rng.permutation(len(values))], values, weights, fold, dice).max() for _ in range(shuffles)]
    null = max(float(np.quantile(luckiest, TRUSTED)), 0.0)
    order = [j for j in np.argsort(-found, kind="stable") if found[j] > null]
    rows = tuple(Ratio(names[j], float(found[j]), float(found[j] - null)) for j in order)
    return PosteriorRatios(quantity.id, quantity.name, rows, null, float(1 / np.square(weights).sum()))


def _legendre(z: np.ndarray) -> Float[np.ndarray, "draw assumption degree"]:
    x = 2 * special.ndtr(z) - 1
    return np.stack([special.eval_legendre(n, x) for n in range(RATIO_DEGREE + 1)], -1)


def _ratios(basis: np.ndarray, values: np.ndarray, weights: np.ndarray, fold: np.ndarray, dice: float) -> Float[np.ndarray, " assumption"]:
    """Share of the weighted variance that a cubic in each assumption foretells for draws left out."""
    error = np.zeros(basis.shape[1])
    for k in range(FOLDS):
        inside, out = np.where(fold == k, 0.0, weights), fold == k
        mean = inside @ values / inside.sum()
        weighted = inside[:, None, None] * basis
        # a little ridge: few heavy draws do not determine a cubic
        normal = np.einsum("kji,kjl->jil", weighted, basis) + 1e-3 * inside.sum() * np.eye(basis.shape[2])
        slope = np.linalg.solve(normal, np.einsum("kji,k->ji", weighted, values - mean)[..., None])[..., 0]
        predicted = mean + np.einsum("kji,ji->kj", basis[out], slope)
        error += weights[out] @ np.square(values[out][:, None] - predicted)
    spread = float(weights @ np.square(values - weights @ values))
    return (spread - error) / max(spread - dice, 1e-300) if spread > 0 else np.zeros(basis.shape[1])


SHARE_COLUMNS = ("quantity", "assumption", *list(Share.__dataclass_fields__)[1:], "null", "emulator", "r2", "unexplained")


def share_rows(found: Sequence[VarianceShares]) -> list[tuple[object, ...]]:
    """Rows under `SHARE_COLUMNS`: one a share, and one named “idle” for the group of the rest."""
    rows: list[tuple[object, ...]] = []
    for one in found:
        end = (one.null, one.family, one.r2, one.unexplained)
        rows += [(one.quantity, *(getattr(share, field) for field in Share.__dataclass_fields__), *end) for share in one.shares]
        rows.append((one.quantity, f"idle ({len(one.idle)})", "", "", "", one.idle_share, "", "", *end))
    return rows


RATIO_COLUMNS = ("quantity", "assumption", "ratio", "above_null", "null", "effective_draws")


def ratio_rows(found: Sequence[PosteriorRatios]) -> list[tuple[object, ...]]:
    """Rows under `RATIO_COLUMNS`; a quantity that nothing foretells has none."""
    return [(one.quantity, row.assumption, row.ratio, row.above, one.null, one.effective_draws) for one in found for row in one.ratios]
