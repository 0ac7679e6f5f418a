"""What changed between two runs, in plain sentences; the command line and the page say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openparley.brief.words import coarsest, cut, percent, percent_range, points
from openparley.forecast.compare import Changed, Comparison, Moved

LISTED = 12
SHORT = 60
UNCHANGED = "unchanged."
BEYOND = {
    True: "more than the Monte Carlo error of both",
    False: "within the Monte Carlo error of both",
    None: "the Monte Carlo error is not known",
}


@dataclass(frozen=True)
class Part:
    """What changed of one kind; no lines where nothing did."""

    title: str
    lines: tuple[str, ...]


def said(found: Comparison) -> tuple[Part, ...]:
    """What went into the runs differently, by kind."""
    changed = found.changed
    return (
        Part("Evidence", tuple(_evidence(changed))),
        Part("Assumptions", tuple(_assumptions(changed))),
        *(Part(kind.capitalize(), tuple(_pairs(getattr(changed, kind)))) for kind in ("structure", "settings", "software")),
    )


def run_line(found: Comparison, which: str) -> str:
    """One of the runs, ``old`` or ``new``."""
    run = getattr(found, which)
    return f"{which.capitalize()}: run {run.id} of {run.case}, {run.created}; {run.record.get('status', 'status unknown')}."


def _evidence(changed: Changed) -> Iterator[str]:
    if changed.cutoff is not None:
        yield f"cut-off: {changed.cutoff[0]} → {changed.cutoff[1]}"
    for (week, actor), (old, new) in changed.reports.items():
        yield f"week of {week}, {actor}: {old or 'nothing reported'} → {new or 'nothing reported'}"
    for word, ids in changed.entries.items():
        if ids:
            yield f"entries {word}: {', '.join(ids[:LISTED])}" + (f" and {len(ids) - LISTED} more" if len(ids) > LISTED else "")
    if any(changed.entries.values()) and not changed.reports and changed.cutoff is None:
        yield "No reported move changed by that, so no number did."


def _assumptions(changed: Changed) -> Iterator[str]:
    for id, fields in changed.assumptions.items():
        whole = fields.get("assumption")
        if whole is not None:
            yield f"{id}: added, {whole[1]}" if whole[0] is None else f"{id}: removed, {whole[0]}"
        else:
            yield from (f"{id}, {line}" for line in _pairs(fields))


def _pairs(pairs: Mapping[str, tuple[Any, Any]]) -> Iterator[str]:
    return (f"{key}: {short(old)} → {short(new)}" for key, (old, new) in pairs.items())


def short(value: Any) -> str:
    """An old or new value as it is printed."""
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else cut(str(value), SHORT)


def name_of(number: Moved) -> str:
    """What the number is of, with the day to which an outcome's goes."""
    return number.name if number.by is None else f"{number.name} by {number.by}"


def values_of(number: Moved) -> tuple[str, str, str, str]:
    """Old and new with their ranges, the difference, and whether that is more than dice; empty where a run has not got it."""
    error = coarsest(one.mcse for one in (number.old, number.new) if one is not None)
    old, new = (
        f"{percent(one.value, error)} ({percent_range(one.low, one.high, error)})" if one else "" for one in (number.old, number.new)
    )
    if number.old is None or number.new is None:
        missing = "both runs" if number.old is number.new else "the old run" if number.old is None else "the new run"
        return old, new, "", f"not in {missing}, so not compared"
    change = number.new.value - number.old.value
    if change == 0:
        return old, new, "", "the same in both"
    same = percent(number.old.value, error) == percent(number.new.value, error)
    return old, new, "the same at this precision" if same else points(change, error), BEYOND[number.beyond_error]


def moved_line(number: Moved) -> str:
    """A number of both runs as a sentence."""
    old, new, size, verdict = values_of(number)
    if number.old is None or number.new is None:
        return f"{name_of(number)}: {verdict}."
    return f"{name_of(number)}: {old} → {new}; {size}, {verdict}." if size else f"{name_of(number)}: {old}, {verdict}."
