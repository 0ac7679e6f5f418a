"""Two runs side by side: what went into them differently, and what came out differently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from math import hypot, isfinite
from typing import Any

from openparley._display import Shown
from openparley.forecast.runs import ASSUMPTION_FIELDS, LEVER_FIELDS, FinishedRun
from openparley.infer.posterior import Estimate

NUMERIC = ("sets", "low", "likely", "high", "distribution")  # fields of an assumption that numbers depend on
STANDARD_ERRORS = 2.0
CAUSES = ("evidence", "assumptions", "structure", "settings", "software")

Pair = tuple[Any, Any]


@dataclass(frozen=True)
class Changed:
    """What went into two runs differently; every pair is (old, new), None for what was not there.

    Attributes
    ----------
    cutoff
        None when it is the same.
    entries
        ``added``, ``removed`` and ``changed`` ids of entries that a model may use.
    reports
        (week, actor) → the move that the record reports; the reading shares stand behind a doubtful one.
    assumptions
        Assumption id → field → pair; ``assumption`` where it is new or gone.
    structure
        Model section, accounts, definitions of outcomes, levers.
    settings
        Draws, seed, grid.
    software
        Packages, and ``code`` for our own.
    """

    cutoff: Pair | None = None
    entries: dict[str, list[str]] = field(default_factory=dict)
    reports: dict[tuple[str, str], Pair] = field(default_factory=dict)
    assumptions: dict[str, dict[str, Pair]] = field(default_factory=dict)
    structure: dict[str, Pair] = field(default_factory=dict)
    settings: dict[str, Pair] = field(default_factory=dict)
    software: dict[str, Pair] = field(default_factory=dict)

    @property
    def causes(self) -> tuple[str, ...]:
        """Kinds of change that numbers can depend on, in the order of `CAUSES`.

        Entries that change no reported move, and words of an assumption, change no number.
        """
        there = {
            "evidence": self.cutoff is not None or bool(self.reports),
            "assumptions": any(key in NUMERIC or key == "assumption" for fields in self.assumptions.values() for key in fields),
            "structure": any(key != "case" for key in self.structure),
            "settings": bool(self.settings),
            "software": bool(self.software),
        }
        return tuple(cause for cause in CAUSES if there[cause])


@dataclass(frozen=True)
class Moved:
    """One number of both runs.

    Attributes
    ----------
    kind
        ``"account"`` or ``"outcome"``.
    id
        Outcome id, or ``actor.account``.
    by
        Last day that an outcome's probability covers in both; None for an account.
    old, new
        None where one of the runs does not have it.
    """

    kind: str
    id: str
    name: str
    by: date | None
    old: Estimate | None
    new: Estimate | None

    @property
    def difference(self) -> float | None:
        """New less old."""
        return None if self.old is None or self.new is None else self.new.value - self.old.value

    @property
    def error(self) -> float | None:
        """Standard error of the difference from the Monte Carlo errors of both, as if the runs shared no random numbers."""
        return None if self.old is None or self.new is None else hypot(self.old.mcse, self.new.mcse)

    @property
    def beyond_error(self) -> bool | None:
        """Whether the difference is more than two of its standard errors; None where that cannot be told."""
        if self.difference is None or self.error is None or not isfinite(self.error):
            return None
        return abs(self.difference) > STANDARD_ERRORS * self.error


@dataclass(frozen=True)
class Comparison(Shown):
    """Two runs compared."""

    old: FinishedRun
    new: FinishedRun
    changed: Changed
    numbers: tuple[Moved, ...]

    @property
    def same_run(self) -> bool:
        """Whether both have one id, so that nothing that numbers depend on differs."""
        return self.old.id == self.new.id

    def verdict(self) -> str:
        """What these two runs alone can say of the cause of a difference."""
        causes = self.changed.causes
        moved = any(number.difference for number in self.numbers)
        if not causes:
            if moved:
                return "No input changed and yet the numbers differ. That should not be; please send us both runs."
            return "No input that a number depends on changed, and no number did."
        if causes == ("settings",) and self.changed.settings.keys() <= {"seed", "draws", "batch", "futures_per_draw"}:
            return "Only the random numbers or their amount changed: the differences show how exact the numbers are."
        if len(causes) == 1:
            return f"Only the {causes[0]} changed: what differs beyond the Monte Carlo error is due to that."
        what = f"{', '.join(causes[:-1])} and {causes[-1]}"
        return (
            f"{what.capitalize()} changed at once: how much of a difference is due to which cannot be told from these two runs alone. "
            "A third run with only one of the changes would tell."
        )

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        changed = asdict(self.changed)
        changed["reports"] = [
            {"week": week, "actor": actor, "old": old, "new": new} for (week, actor), (old, new) in self.changed.reports.items()
        ]
        numbers = [
            {**asdict(number), "difference": number.difference, "error": number.error, "beyond_error": number.beyond_error}
            for number in self.numbers
        ]
        runs = {
            key: {"id": run.id, "case": run.case, "created": run.created, "folder": str(run.folder)}
            for key, run in (("old", self.old), ("new", self.new))
        }
        return {**runs, "changed": changed, "causes": list(self.changed.causes), "verdict": self.verdict(), "numbers": numbers}


def compare(old: FinishedRun, new: FinishedRun) -> Comparison:
    """Compare two finished runs.

    Raises
    ------
    CaseError
        If one of them was made by a version that did not say what went into it.
    """
    return Comparison(old, new, _changed(old, new), (*_accounts(old, new), *_outcomes(old, new)))


def _changed(old: FinishedRun, new: FinishedRun) -> Changed:
    def both(key: str, what: str) -> Pair:
        return old.need(key, what), new.need(key, what)

    cutoff = both("cutoff", "its cut-off")
    entries = both("entries", "which entries it used")
    first, second = both("assumptions", "its assumptions")
    return Changed(
        cutoff=None if cutoff[0] == cutoff[1] else cutoff,
        entries=_sets(*entries),
        reports=_differ(*(_reports(rows) for rows in both("reports", "which moves were reported"))),
        assumptions={id: fields for id in _keys(first, second) if (fields := _assumption(first.get(id), second.get(id)))},
        structure={**_differ({"case": old.case}, {"case": new.case}), **_differ(_structure(old), _structure(new))},
        settings=_differ(*({"seed": run.need("seed", "its seed"), **_engine(run)} for run in (old, new))),
        software=_differ(*both("software", "its software")),
    )


def _engine(run: FinishedRun) -> dict[str, Any]:
    """Settings that outcomes and accounts depend on; in how many draws levers were pulled is none of them."""
    return {key: value for key, value in run.need("settings", "its settings").items() if key != "lever_draws"}


def _sets(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, list[str]]:
    """Ids added, removed and changed."""
    return {
        "added": sorted(new.keys() - old.keys()),
        "removed": sorted(old.keys() - new.keys()),
        "changed": sorted(key for key in old.keys() & new.keys() if old[key] != new[key]),
    }


def _reports(rows: list[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """(week, actor) → the reported move, with the shares of its readings where they are in doubt."""
    found = {}
    for row in rows:
        shares = ", ".join(f"{move} {share:g}" for move, share in sorted(row["readings"].items()))
        found[row["week"], row["actor"]] = f"{row['move']} ({shares})" if shares else str(row["move"])
    return found


def _assumption(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> dict[str, Pair]:
    if old is None or new is None:
        return {"assumption": (None if old is None else _range(old), None if new is None else _range(new))}
    return {key: (old.get(key), new.get(key)) for key in ASSUMPTION_FIELDS if old.get(key) != new.get(key)}


def _range(row: Mapping[str, Any]) -> str:
    return f"{row['sets']}: {row['low']:g} / {row['likely']:g} / {row['high']:g} {row['distribution']}"


def _structure(run: FinishedRun) -> dict[str, Any]:
    """Address → value of everything about the game that is no assumption."""
    parts = {
        "model": run.need("model", "its model section"),
        "accounts": {row["id"]: row["actor"] for row in run.need("accounts", "its accounts")},
        "outcome": {id: row["when"] for id, row in run.need("outcomes", "how its outcomes were defined").items()},
        "lever": {id: {key: row.get(key) for key in LEVER_FIELDS if row.get(key)} for id, row in run.need("levers", "its levers").items()},
    }
    return dict(_flat("", parts))


def _flat(address: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flat(f"{address}.{key}" if address else str(key), item)
    else:
        yield address, value


def _keys(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> list[Any]:
    return sorted(old.keys() | new.keys())


def _differ(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> dict[Any, Pair]:
    return {key: (old.get(key), new.get(key)) for key in _keys(old, new) if old.get(key) != new.get(key)}


def _accounts(old: FinishedRun, new: FinishedRun) -> Iterator[Moved]:
    first, second = old.shares, new.shares
    for actor in _keys(first, second):
        was, now = first.get(actor, {}), second.get(actor, {})
        for label in dict.fromkeys((*was, *now)):
            yield Moved("account", f"{actor}.{label}", f"{label} ({actor})", None, was.get(label), now.get(label))


def _outcomes(old: FinishedRun, new: FinishedRun) -> Iterator[Moved]:
    """Every outcome by the last day that both forecasts have."""
    ends = [{end: index for index, (_, end) in enumerate(run.weeks)} for run in (old, new)]
    common = max(ends[0].keys() & ends[1].keys(), default=None)
    names = {id: row["name"] for run in (old, new) for id, row in run.need("outcomes", "how its outcomes were defined").items()}
    for id in dict.fromkeys((*old.outcomes, *new.outcomes)):
        values = [
            run.outcomes[id][weeks[common]] if common is not None and id in run.outcomes else None
            for run, weeks in zip((old, new), ends, strict=True)
        ]
        yield Moved("outcome", id, names.get(id, id), common, values[0], values[1])
