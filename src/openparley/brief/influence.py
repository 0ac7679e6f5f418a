"""How far each report moves a number, by way of the accounts: what the number would be without that report's evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

from openparley.infer.posterior import EvidenceRow, Posterior

# Log of a probability so small that smaller ones say no more.
NEVER_EXPECTED = log(1e-6)
SILENCE = ""
BEYOND = 1e-9  # shares are kept this far from 0 and 1, so that odds exist


@dataclass(frozen=True)
class Influence:
    """What one report did to a number.

    Attributes
    ----------
    entry
        The first entry that reports it; empty for all that was not reported, taken together.
    change
        The number less what it would be without the report; a share.
    """

    entry: str
    change: float


def rows(posterior: Posterior, actor: str) -> Sequence[EvidenceRow]:
    """The evidence on one actor's accounts: from the matrix, or where a run has none the moves of that actor.

    The matrix has the reports of everybody's moves, and a row a round for what was not reported.
    """
    if actor in posterior.evidence:
        return posterior.evidence[actor].rows
    moves = (move for move in posterior.moves if move.actor == actor)
    return [EvidenceRow(move.round, move.actor, move.move, move.entries, move.log_evidence, True) for move in moves]


def without(now: Mapping[str, float], row: EvidenceRow) -> dict[str, float]:
    """Shares of the accounts with the factor of one row taken out again; an account that the row has no view on keeps its own.

    Examples
    --------
    >>> row = EvidenceRow(0, "mediator", "wait", ("E1",), {"H1": log(0.8), "H2": log(0.2)}, True)
    >>> {label: round(share, 2) for label, share in without({"H1": 0.8, "H2": 0.2}, row).items()}
    {'H1': 0.5, 'H2': 0.5}
    """
    told = {label: max(row.log_evidence[label], NEVER_EXPECTED) for label in now if label in row.log_evidence}
    viewed = sum(now[label] for label in told)
    left = {label: now[label] * exp(-told[label]) for label in told}
    total = sum(left.values())
    return {label: left[label] / total * viewed if label in told else share for label, share in now.items()} if total else dict(now)


def odds_factor(share: float, change: float) -> float:
    """By how much a report multiplied the odds of an account that now has ``share``, when it changed the share by ``change``.

    Examples
    --------
    >>> round(odds_factor(0.8, 0.3), 6)
    4.0
    """
    ends = [min(1 - BEYOND, max(BEYOND, value)) for value in (share, share - change)]
    return ends[0] / (1 - ends[0]) * (1 - ends[1]) / ends[1]


def influences(posterior: Posterior, worth: Mapping[str, Mapping[str, float]]) -> list[Influence]:
    """What each report did to a number that averages over the accounts, the largest change first.

    Parameters
    ----------
    worth
        Actor → account → what the number is under that account: 1 and 0 for the share of an account, the forecast under each
        for an outcome.

    Returns
    -------
    A row a report, reports of one first entry taken together, and one for silence if it did anything.

    Notes
    -----
    One report at a time is taken out of the shares as they are now, averaged over the assumptions; the effects over several
    actors add up to first order. What a report says of the state of play, and not of the accounts, is not in it.
    """
    found: dict[str, float] = {}
    for actor, under in worth.items():
        path = posterior.accounts.get(actor)
        if path is None:
            continue
        now = {label: path.now[label].value for label in path.labels}
        for row in rows(posterior, actor):
            left = without(now, row)
            entry = row.entries[0] if row.entries else SILENCE
            change = sum((now[label] - left[label]) * under[label] for label in now if label in under)
            found[entry] = found.get(entry, 0.0) + change
    ordered = sorted(found.items(), key=lambda item: (-abs(item[1]), item[0]))
    return [Influence(entry, change) for entry, change in ordered if change]
