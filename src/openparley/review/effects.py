"""How far each entry moves the headline, by the last finished run: what the queue is ordered by."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openparley.brief.influence import without
from openparley.infer.observe import rule_for
from openparley.infer.posterior import EvidenceRow
from openparley.record.case import Case
from openparley.record.entry import Entry

__all__ = ["Effects", "brief_of", "read_effects"]

RUN_ID = re.compile(r"^[0-9a-f]{6,64}$")


@dataclass(frozen=True)
class Effects:
    """Effects of reports in one run.

    Attributes
    ----------
    of
        ``"headline"``, or ``"accounts"`` where the run has no brief that says what the headline is under each account: then the
        largest change of the share of an account.
    by_entry
        Entry id → the number less what it would be without the report that the entry is behind; a share.
    by_move
        actor.move → mean size of the effect of such reports, for entries that are not in the run.
    """

    run: str = ""
    of: str = "headline"
    by_entry: Mapping[str, float] = field(default_factory=dict)
    by_move: Mapping[str, float] = field(default_factory=dict)

    def of_entry(self, entry: Entry, case: Case) -> tuple[float | None, bool]:
        """The effect and whether it is that of this very entry; else the size that reports of the same move have, if it shows one."""
        if entry.id in self.by_entry:
            return self.by_entry[entry.id], True
        rule = rule_for(entry, case.file.observations)
        return (None if rule is None else self.by_move.get(rule.move)), False


def brief_of(folder: Path) -> Path | None:
    """The brief of a run, without its ending: in the run's folder, or where ``parley brief`` puts the last one."""
    for place in (folder / "brief", folder.parent.parent / "brief"):
        try:
            content = json.loads((place / "brief.json").read_text(encoding="utf-8"))
            if content["run"]["id"] == folder.name and (place / "brief.html").is_file():
                return place / "brief"
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None


def read_effects(folder: Path) -> Effects:
    """Effects from the tables of a run; none where they are not there."""
    try:
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        now = {actor: {label: float(row["value"]) for label, row in rows.items()} for actor, rows in run["shares"].items()}
        rows = _evidence(folder / "evidence.csv")
    except (OSError, ValueError, KeyError, TypeError):
        return Effects()
    worth = _worth(folder)
    by_entry: dict[str, float] = {}
    sizes: dict[str, list[float]] = {}
    for about, found in rows.items():
        for row in found if about in now else ():
            left = without(now[about], row)
            changes = {label: now[about][label] - left[label] for label in now[about]}
            change = _change(changes, worth.get(about)) if worth else max(changes.values(), key=abs)
            if row.entries:
                sizes.setdefault(f"{row.actor}.{row.move}", []).append(abs(change))
            for key in row.entries:
                by_entry[key] = by_entry.get(key, 0.0) + change
    by_move = {move: sum(found) / len(found) for move, found in sizes.items()}
    return Effects(str(run.get("id", "")), "headline" if worth else "accounts", by_entry, by_move)


def _change(changes: Mapping[str, float], under: Mapping[str, float] | None) -> float:
    """What a change of shares does to the number that averages over them."""
    return sum(change * under[label] for label, change in changes.items() if label in under) if under else 0.0


def _worth(folder: Path) -> dict[str, dict[str, float]]:
    """Actor → account → the headline's probability under it."""
    place = brief_of(folder)
    if place is None:
        return {}
    outcomes: dict[str, Any] = json.loads(place.with_suffix(".json").read_text(encoding="utf-8")).get("outcomes", {})
    headline = next((row for row in outcomes.values() if row.get("headline")), {})
    return {actor: {label: float(one["value"]) for label, one in under.items()} for actor, under in headline.get("by_account", {}).items()}


def _evidence(path: Path) -> dict[str, list[EvidenceRow]]:
    """Rows of the evidence × accounts matrix by the actor that they are about."""
    found: dict[tuple[str, ...], dict[str, float]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = (row["about"], row["round"], row["actor"], row["move"], row["entries"])
            found.setdefault(key, {})[row["account"]] = float(row["log_evidence"])
    rows: dict[str, list[EvidenceRow]] = {}
    for (about, number, actor, move, entries), log_evidence in found.items():
        ids = tuple(re.findall(r"[A-Za-z][A-Za-z0-9_-]*", entries))
        rows.setdefault(about, []).append(EvidenceRow(int(number), actor, move, ids, log_evidence, True))
    return rows
