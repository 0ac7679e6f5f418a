"""What the pages show of runs: the headline, all finished runs, two compared, the stops of assumptions and levers."""

from __future__ import annotations

import base64
import csv
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openparley.brief.words import decimal, estimate_words, percent, percent_range, points, points_range
from openparley.errors import CaseError
from openparley.forecast.compare import compare
from openparley.forecast.runs import FinishedRun, finished_runs, read_run
from openparley.record.case import Case
from openparley.review.acts import MissingError
from openparley.review.desk import newest
from openparley.review.effects import RUN_ID, brief_of

__all__ = ["assumption_rows", "comparison", "headline", "lever_rows", "run_folder", "run_rows"]

STOPS = ("5 %", "50 %", "95 %")


def headline(case: Case, runs: Path, acts: int) -> dict[str, Any] | None:
    """The last finished run's headline with its range, and whether the record has changed since; None without a run.

    Parameters
    ----------
    acts
        Number of acts in ``reviews.jsonl`` now.
    """
    folder = newest(runs)
    if folder is None:
        return None
    try:
        run = read_run(folder)
        value, between = _headline(case, run)
    except CaseError as error:
        return {"run": folder.name, "problem": str(error), "stale": True}
    changed = sorted(name for name, was in run.record.get("inputs", {}).items() if case.hashes.get(name) != was)
    by = run.weeks[-1][1].isoformat()
    name = next((row.name for row in case.file.outcomes if row.headline), "")
    return {
        "run": run.id, "name": name, "by": by, "value": value, "range": between, "created": run.created,
        "status": str(run.record.get("status", "")), "stale": bool(changed), "changed": changed, "acts": acts,
        "brief": brief_of(folder) is not None,
    }  # fmt: skip


def run_rows(case: Case, runs: Path) -> list[dict[str, Any]]:
    """All finished runs, newest first; one that cannot be read says why."""
    try:
        found = finished_runs(runs)
    except CaseError as error:
        return [{"run": "", "problem": str(error)}]
    rows: list[dict[str, Any]] = []
    for run in reversed(found):
        value, between = _headline(case, run)
        settings = run.record.get("settings", {})
        rows.append(
            {
                "run": run.id,
                "created": run.created,
                "draws": settings.get("draws"),
                "seed": run.record.get("seed"),
                "value": value,
                "range": between,
                "status": str(run.record.get("status", "")),
                "brief": brief_of(run.folder) is not None,
            }
        )
    return rows


def run_folder(runs: Path, run: str) -> Path:
    """The folder of a run by its id, which is never used as a path before it is known to be one.

    Raises
    ------
    MissingError
        If there is no finished run of this id.
    """
    if RUN_ID.match(run) and (runs / run / "run.json").is_file():
        return runs / run
    raise MissingError("there is no such run.")


def comparison(case: Case, runs: Path, old: str, new: str) -> dict[str, Any]:
    """What went into two runs differently and which numbers moved, in words."""
    found = compare(read_run(run_folder(runs, old)), read_run(run_folder(runs, new)))
    changed = found.changed
    evidence = [
        f"week of {week}, {actor}: {was or 'nothing'} → {now or 'nothing'}" for (week, actor), (was, now) in changed.reports.items()
    ]
    evidence += [f"entries {word}: {', '.join(ids)}" for word, ids in changed.entries.items() if ids]
    assumptions = [f"{id}: {', '.join(fields)}" for id, fields in changed.assumptions.items()]
    other = [
        f"{key}: {was} → {now}" for part in (changed.structure, changed.settings, changed.software) for key, (was, now) in part.items()
    ]
    numbers = []
    for number in found.numbers:
        if number.old is None or number.new is None:
            continue
        change = number.difference or 0.0
        told = {True: "more than Monte Carlo error", False: "within Monte Carlo error", None: "error not known"}[number.beyond_error]
        was, is_now = (" ".join((words[0], f"({words[1]})")) for words in (estimate_words(number.old), estimate_words(number.new)))
        numbers.append(
            {
                "name": number.name,
                "old": was,
                "new": is_now,
                "change": points(change, number.error or 0.0) if change else "none",
                "told": told,
            }
        )
    return {
        "old": old, "new": new, "verdict": found.verdict(), "evidence": evidence, "assumptions": assumptions, "other": other,
        "numbers": numbers,
    }  # fmt: skip


def assumption_rows(case: Case, runs: Path) -> dict[str, Any]:
    """Assumptions with their basis and the values at which the headline was computed, those that move it most first."""
    folder = newest(runs)
    stops = _stops(folder) if folder else {}
    rows = []
    for row in case.file.assumptions:
        found = stops.get(row.id, [])
        width = max((one["share"] for one in found), default=0.0) - min((one["share"] for one in found), default=0.0)
        rows.append(
            {
                "id": row.id,
                "sets": row.sets,
                "statement": row.statement,
                "unit": row.unit,
                "low": _plain(row.low),
                "likely": _plain(row.likely),
                "high": _plain(row.high),
                "distribution": row.distribution,
                "basis": list(row.basis),
                "status": row.status,
                "if_wrong": row.if_wrong,
                "width": width,
                "stops": found,
            }
        )
    return {"run": folder.name if folder else None, "rows": sorted(rows, key=lambda row: -row["width"])}


def lever_rows(case: Case, runs: Path) -> dict[str, Any]:
    """Levers of the last run: every outcome without, with, and the difference with its own range."""
    folder = newest(runs)
    table = _table(folder / "levers.csv") if folder else []
    found: dict[tuple[str, str], dict[str, Mapping[str, str]]] = {}
    for row in table:
        found.setdefault((row["lever"], row["outcome"]), {})[row["column"]] = row
    outcomes = {row.id: row.name for row in case.file.outcomes}
    rows = []
    for lever in case.file.levers:
        effects = [
            {
                "outcome": outcomes.get(outcome, outcome),
                **{name: _in_words(name, columns[name]) for name in ("without", "with", "difference")},
            }
            for (id, outcome), columns in found.items()
            if id == lever.id and {"without", "with", "difference"} <= columns.keys()
        ]
        rows.append({"id": lever.id, "name": lever.name, "statement": lever.statement, "pulls": lever.pulls, "effects": effects})
    return {"run": folder.name if folder else None, "rows": rows}


def _headline(case: Case, run: FinishedRun) -> tuple[str, str]:
    """The headline by the last week, and its range."""
    name = next((row.id for row in case.file.outcomes if row.headline), next(iter(run.outcomes), ""))
    weeks = run.outcomes.get(name)
    return estimate_words(weeks[-1]) if weeks else ("not in this run", "")


def _stops(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Assumption → the values at which the headline was computed: really solved, or by the emulator where it was not."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in _table(folder / "tornado.csv"):
        stops = found.setdefault(row["assumption"], {})
        error = float(row["error"]) if row["error"] else 0.0
        solved = row["by"] == "solves"
        if solved or row["at"] not in stops:
            share = float(row["forecast"])
            stops[row["at"]] = {
                "at": row["at"], "x": decimal(float(row["x"])), "share": share, "value": percent(share, error),
                "by": "solved" if solved else "by the emulator, not solved",
            }  # fmt: skip
    return {key: [stops[at] for at in STOPS if at in stops] for key, stops in found.items()}


def _in_words(column: str, row: Mapping[str, str]) -> str:
    value, low, high, error = (float(row[key]) for key in ("value", "low", "high", "mcse"))
    if column == "difference":
        return f"{points(value, error)} ({points_range(low, high, error)})"
    return f"{percent(value, error)} ({percent_range(low, high, error)})"


def _plain(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _table(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sheet_digest(html: str) -> str:
    """SHA-256 of a page's style sheet as its policy names it; empty if it has none."""
    start, end = html.find("<style>"), html.find("</style>")
    if start < 0 or end < 0:
        return ""
    digest = hashlib.sha256(html[start + len("<style>") : end].encode("utf-8")).digest()
    return base64.b64encode(digest).decode("ascii")
