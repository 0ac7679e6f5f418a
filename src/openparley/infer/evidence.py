"""The evidence × accounts matrix: what each report does to each account, adding up to what the whole record does.

For the account θ of one actor and a report a in round t the entry is log Σ_k w_k,t−1(θ) σ_k(a | θ), with w_k,t−1(θ) the weight
of draw k by the prior ratio, the record of the rounds before, and θ. One further line a round holds the rest: whether anything
was reported at all, and how the motives drift. Its entries are what remains of

    log P(record up to t | θ in t) − log P(record up to t − 1 | θ in t − 1),

so the lines add up exactly, and nothing is scored by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from openparley.infer.engine import Run
from openparley.infer.filter import HABIT
from openparley.infer.model import Model
from openparley.infer.observe import Report
from openparley.infer.posterior import NONE_OF_THESE, UNDIAGNOSTIC, EvidenceMatrix, EvidenceRow
from openparley.infer.weights import normalised


def account_worlds(model: Model, types: np.ndarray, actor: str) -> dict[str, np.ndarray]:
    """Account → which worlds have it, “none of these” last."""
    kinds = types[:, model.uncertain.index(actor)]
    return {label: kinds == k for k, label in [*enumerate(model.types[actor]), (HABIT, NONE_OF_THESE)]}


def log_record_by_account(run: Run, inside: np.ndarray) -> Float[np.ndarray, " round"]:
    """Log P(record up to the end of each round | account then), averaged over the assumptions; −∞ where it is excluded."""
    ratio = run.prior_weights
    evidence = run.log_evidence
    shift = evidence.max(0)
    share = np.array([table["world_share"][:, inside].sum(1) for table in run.tables])
    prior = np.array([table["world_prior_path"][:, inside].sum(1) for table in run.tables])
    with np.errstate(divide="ignore"):
        return shift + np.log(ratio @ (np.exp(evidence - shift) * share)) - np.log(ratio @ prior)


def report_probs(run: Run, number: int, before: Float[np.ndarray, " draw"], worlds: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Account → probability of one report, given that some move is reported; accounts without weight are left out.

    Parameters
    ----------
    before
        Weights of the draws on the rounds before.
    """
    prob = np.array([table["sighting_prob"][number] for table in run.tables])
    reported = np.array([table["sighting_reported"][number] for table in run.tables])
    found = {}
    for label, inside in worlds.items():
        mass = float((before @ reported[:, inside]).sum())
        if mass > 0:
            found[label] = float((before @ (reported * prob)[:, inside]).sum()) / mass
    return found


def evidence_matrix(model: Model, run: Run, reports: Sequence[Report], actor: str) -> EvidenceMatrix:
    """The matrix for the accounts of one actor, reports in the order in which the filter met them."""
    worlds = account_worlds(model, run.tables[0]["world_types"], actor)
    path = {label: log_record_by_account(run, inside) for label, inside in worlds.items()}
    known = {label: row for label, row in path.items() if np.isfinite(row).all()}
    worlds = {label: worlds[label] for label in known}
    raw = np.column_stack([run.log_ratio, run.log_ratio[:, None] + run.log_evidence])
    rows = []
    for t in range(model.today + 1):
        before = normalised(raw[:, t])
        left = {label: float(row[t] - (row[t - 1] if t else 0.0)) for label, row in known.items()}
        for number, report in enumerate(reports):
            if report.round == t:
                probs = report_probs(run, number, before, worlds)
                # where an account leaves nothing to be reported, what the report says is all in the line of the round
                found = {label: float(np.log(probs.get(label, 1.0))) for label in worlds}
                left = {label: value - found[label] for label, value in left.items()}
                rows.append(_row(report.round, report.actor, report.move, report.entries, found))
        rows.append(_row(t, "", "", (), left))
    return EvidenceMatrix(actor, tuple(known), tuple(rows), {label: float(row[-1]) for label, row in known.items()})


def _row(round_: int, actor: str, move: str, entries: tuple[str, ...], found: Mapping[str, float]) -> EvidenceRow:
    values = list(found.values())
    return EvidenceRow(round_, actor, move, entries, found, max(values) - min(values) >= UNDIAGNOSTIC if values else False)


def markov_probs(
    reports: Sequence[Report], frequency: Float[np.ndarray, " report"], moves: Mapping[str, int]
) -> Float[np.ndarray, " report"]:
    """Probability of each report under a first-order Markov chain of its actor's reported moves.

    Earlier successors of the actor's previous move count one each; half a report for each of its moves is spread by the
    observed frequencies (Krichevsky–Trofimov, shrunk), which know the legal moves and the errors of reports.

    Parameters
    ----------
    frequency
        Probability of each report under the observed frequencies.
    moves
        Actor → number of its moves.
    """
    last: dict[str, str] = {}
    seen: dict[tuple[str, str], list[str]] = {}
    probs = []
    for report, base in zip(reports, frequency, strict=True):
        after = seen.setdefault((report.actor, last.get(report.actor, "")), [])
        weight = 0.5 * moves[report.actor]
        probs.append((after.count(report.move) + weight * float(base)) / (len(after) + weight))
        after.append(report.move)
        last[report.actor] = report.move
    return np.array(probs)


def sighted(model: Model) -> list[Report]:
    """Reports in the order in which the filter met them."""
    steps = model.positions.steps
    upto = [report for report in model.observed.reports if report.round <= model.today]
    return sorted(upto, key=lambda report: (report.round, steps.index(report.actor)))
