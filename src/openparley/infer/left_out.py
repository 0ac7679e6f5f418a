"""What the accounts are worth without an entry, an outlet or an origin: run with every draw, then averaged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from openparley.infer.draw import Drawn, Table
from openparley.infer.filter import HABIT, Filter, Filtered
from openparley.infer.leave_out import KINDS, Variant, same_until
from openparley.infer.model import Model
from openparley.infer.observe import Observed, Report
from openparley.infer.posterior import NONE_OF_THESE, Doubtful, Estimate, WithoutIt
from openparley.infer.weights import FEWEST_EFFECTIVE, effective_draws, estimate, k_hat_limit, normalised, pareto_smoothed

TASK = "without"  # name under which the task is registered
REGISTERED = f"{TASK}.full.error_prob"  # there whenever the task ran, whatever the variants
Place = tuple[int, str, str]
IMPOSSIBLE = "what remains is impossible under every draw"
DOUBTFUL = 0.5  # probability of being an error above which a report does not fit the rest of the record


@dataclass(frozen=True)
class LeaveOut:
    """Task of a draw: the filter over every variant of the record, from the first round in which it differs.

    Register it as ``"without"``. It keeps, for the variants with index i, ``i.log_evidence`` and ``i.world_share`` by
    round and ``i.error_prob``, ``i.open_prob`` by report; for the full record ``full.error_prob``.

    Attributes
    ----------
    kinds
        Which variants to run: outlets, origins, entries, or combinations of them ("several").
    """

    kinds: tuple[str, ...] = (*KINDS, "several")

    def __call__(self, drawn: Drawn) -> Table:
        """Arrays to keep, by name."""
        table: Table = {"full.error_prob": np.array([sighting.error_prob for sighting in drawn.filtered.sightings])}
        for variant, found in self.filtered(drawn):
            table |= {
                f"{variant.index}.log_evidence": found.log_evidence,
                f"{variant.index}.world_share": found.world_share,
                f"{variant.index}.error_prob": np.array([sighting.error_prob for sighting in found.sightings]),
                f"{variant.index}.open_prob": np.array([sighting.open_prob for sighting in found.sightings]),
            }
        return table

    def filtered(self, drawn: Drawn) -> Iterator[tuple[Variant, Filtered]]:
        """One variant of each index with what the filter finds; a forecast may start from it."""
        model, full = drawn.model, drawn.filtered
        done: set[int] = set()
        for variant in model.variants:
            if not variant.changes or variant.index in done or variant.kind not in self.kinds:
                continue
            done.add(variant.index)
            first = same_until(model.observed.reports, variant.observed.reports, model.today)
            one = Filter(model, drawn.behaviour, drawn.reporting, observed=variant.observed)
            yield variant, one.run(full.snapshots[min(first, model.today)])


def summarise_left_out(model: Model, tables: Sequence[Table], log_ratio: Float[np.ndarray, " draw"] | None = None) -> tuple[WithoutIt, ...]:
    """Average every variant over the draws, each by its own weights; in the order of ``model.variants``.

    Parameters
    ----------
    tables
        What the draws kept, with `LeaveOut` registered as ``"without"``; variants that were not run are left out.
    log_ratio
        Log of prior over proposal of each draw; none for draws from the prior.
    """
    ratio = np.zeros(len(tables)) if log_ratio is None else np.asarray(log_ratio, float)
    evidence = np.array([table["log_evidence"][-1] for table in tables]) + ratio
    shares = np.array([table["world_share"][-1] for table in tables])
    full = _accounts(model, tables[0]["world_types"], shares, _weights(evidence)[0]) if np.isfinite(evidence).any() else {}
    known = _full_errors(model, tables, evidence)
    runs: dict[int, WithoutIt] = {}
    out = []
    for variant in model.variants:
        if variant.changes and f"{TASK}.{variant.index}.log_evidence" not in tables[0]:
            continue
        if variant.index not in runs:
            runs[variant.index] = _without(model, variant, tables, ratio, full, known)
        same = runs[variant.index]
        out.append(
            WithoutIt(
                variant, same.accounts, same.change, same.effective_draws, same.k_hat, same.odds_as_range, same.impossible,
                tuple(_doubt(found, variant, model) for found in same.doubtful),
            )
        )  # fmt: skip
    return tuple(out)


def left_out_rows(results: Sequence[WithoutIt]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Headers and rows for printing: one row an account, the variants that change most first; then those that change nothing."""
    headers = ("without", "entries", "actor", "account", "share", "90 % range", "change", "note")
    rows = []
    for result in sorted((r for r in results if r.variant.changes), key=lambda r: (not r.impossible, -r.largest_change)):
        start = (result.variant.label, str(len(result.variant.entries)))
        note = "; ".join(notes(result))
        if result.impossible:
            rows.append((*start, "", "", "", "", "", note))
        for actor, shares in result.accounts.items():
            for label, now in shares.items():
                change = f"{100 * result.change[actor][label]:+.0f} points".replace("-", "−")
                rows.append((*start, actor, label, f"{now.value:.0%}", f"{now.low:.0%} to {now.high:.0%}", change, note))
    rows += [
        (result.variant.label, str(len(result.variant.entries)), "", "", "", "", "", "changes no report")
        for result in results
        if not result.variant.changes
    ]
    return headers, rows


def grouped(results: Sequence[WithoutIt]) -> list[tuple[WithoutIt, ...]]:
    """Results that change some report, those with the same reports together; the impossible first, then the largest movers."""
    groups: dict[int, list[WithoutIt]] = {}
    for result in results:
        if result.variant.changes:
            groups.setdefault(result.variant.index, []).append(result)
    return sorted(map(tuple, groups.values()), key=lambda group: (not group[0].impossible, -group[0].largest_change))


def mover(result: WithoutIt) -> tuple[str, str]:
    """Actor and account whose share changes most."""
    changes = {(actor, label): abs(value) for actor, shares in result.change.items() for label, value in shares.items()}
    return max(changes, key=lambda key: changes[key])


def names_of(results: Sequence[WithoutIt]) -> str:
    """Their labels, kinds of one name drawn together: “outlet and origin X; entry E002”."""
    kinds: dict[str, list[str]] = {}
    for result in results:
        kind, _, name = result.variant.label.partition(" ")
        kinds.setdefault(name, []).append(kind)
    return "; ".join(f"{' and '.join(found)} {name}" for name, found in kinds.items())


def notes(result: WithoutIt) -> tuple[str, ...]:
    """What has to be said beside the shares, a sentence each."""
    if result.impossible:
        return (IMPOSSIBLE,)
    if not result.variant.changes:
        return ("changes no report",)
    return (*(found.why for found in result.doubtful), *(("read as ranges",) if result.odds_as_range else ()))


def _without(
    model: Model,
    variant: Variant,
    tables: Sequence[Table],
    ratio: np.ndarray,
    full: Mapping[str, Mapping[str, Estimate]],
    known: Mapping[Place, float],
) -> WithoutIt:
    if not variant.changes:
        still = {actor: dict.fromkeys(shares, 0.0) for actor, shares in full.items()}
        worth = _worth(np.array([table["log_evidence"][-1] for table in tables]) + ratio)
        return WithoutIt(variant, full, still, *worth, impossible=not full, doubtful=())
    name = f"{TASK}.{variant.index}"
    evidence = np.array([table[f"{name}.log_evidence"][-1] for table in tables]) + ratio
    if not np.isfinite(evidence).any():
        return WithoutIt(variant, {}, {}, np.nan, np.nan, odds_as_range=True, impossible=True, doubtful=())
    weights, _ = _weights(evidence)
    accounts = _accounts(model, tables[0]["world_types"], np.array([table[f"{name}.world_share"][-1] for table in tables]), weights)
    change = {a: {k: now.value - full[a][k].value for k, now in shares.items()} for a, shares in accounts.items() if a in full}
    errors, opened = (weights @ np.array([table[f"{name}.{key}"] for table in tables]) for key in ("error_prob", "open_prob"))
    doubtful = tuple(
        Doubtful(report, float(wrong), known.get(_place(report), np.nan), float(open_), "")
        for report, wrong, open_ in zip(sighted(model, variant.observed), errors, opened, strict=True)
        if wrong > DOUBTFUL and not known.get(_place(report), 0.0) > DOUBTFUL
    )
    return WithoutIt(variant, accounts, change, *_worth(evidence), impossible=False, doubtful=doubtful)


def _full_errors(model: Model, tables: Sequence[Table], evidence: np.ndarray) -> dict[Place, float]:
    """Probability of being an error, by report of the full record."""
    if REGISTERED not in tables[0] or not np.isfinite(evidence).any():
        return {}
    errors = _weights(evidence)[0] @ np.array([table[REGISTERED] for table in tables])
    return {_place(report): float(wrong) for report, wrong in zip(sighted(model, model.observed), errors, strict=True)}


def sighted(model: Model, observed: Observed) -> list[Report]:
    """Reports in the order in which the filter meets them."""
    steps = model.positions.steps
    upto = [report for report in observed.reports if report.round <= model.today]
    return sorted(upto, key=lambda report: (report.round, steps.index(report.actor)))


def _place(report: Report) -> Place:
    return report.round, report.actor, report.move


def _doubt(found: Doubtful, variant: Variant, model: Model) -> Doubtful:
    """The reason for this variant, which may share its run with others."""
    report = found.report
    start = f"“{report.actor}.{report.move}” in round {report.round} is an error with probability {found.error_prob:.0%}"
    before = [lost for lost in variant.lost if _order(model, lost) < _order(model, report)]
    if found.open_prob >= DOUBTFUL or not before:
        why = f"{start}: the accounts hardly expect it after what remains"
    else:
        gone = ", ".join(f"“{lost.actor}.{lost.move}” in round {lost.round}" for lost in before)
        why = f"{start}: it was open with probability {found.open_prob:.0%} only, as nothing reports {gone} any more"
    return Doubtful(report, found.error_prob, found.full_error_prob, found.open_prob, why)


def _order(model: Model, report: Report) -> tuple[int, int]:
    return report.round, model.positions.steps.index(report.actor)


def _accounts(
    model: Model, types: np.ndarray, shares: Float[np.ndarray, "draw world"], weights: Float[np.ndarray, " draw"]
) -> dict[str, dict[str, Estimate]]:
    """Share of every account of every uncertain actor, averaged over the draws that have weight."""

    def of(chosen: Bool[np.ndarray, " world"]) -> Estimate:
        return estimate(shares[:, chosen].sum(1), weights, bounds=(0.0, 1.0))

    return {
        actor: {label: of(types[:, i] == k) for k, label in [*enumerate(model.types[actor]), (HABIT, NONE_OF_THESE)]}
        for i, actor in enumerate(model.uncertain)
    }


def _weights(evidence: Float[np.ndarray, " draw"]) -> tuple[Float[np.ndarray, " draw"], float]:
    """Smoothed weights of the draws and k-hat of the raw ones."""
    return pareto_smoothed(normalised(evidence))


def _worth(evidence: Float[np.ndarray, " draw"]) -> tuple[float, float, bool]:
    """Effective draws, k-hat, and whether they call for ranges."""
    if not np.isfinite(evidence).any():
        return np.nan, np.nan, True
    weights, shape = _weights(evidence)
    worth = effective_draws(weights)
    return worth, shape, bool(worth < FEWEST_EFFECTIVE or not shape <= k_hat_limit(len(weights)))
