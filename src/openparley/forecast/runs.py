"""Finished runs read back from their folders, and what a run says of its own inputs."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from openparley._display import Shown
from openparley.errors import CaseError, Complaint, did_you_mean, one_of, quoted
from openparley.forecast.forecast import Forecast
from openparley.infer.model import Model
from openparley.infer.posterior import Estimate, Posterior
from openparley.record.case import Case

ASSUMPTION_FIELDS = ("sets", "statement", "low", "likely", "high", "distribution", "status")
LEVER_FIELDS = ("game", "sets", "force", "believed")  # of a lever, what its numbers depend on
DIGEST_LENGTH = 16
SHORTEST_ID = 4
_ESTIMATE = tuple(Estimate.__dataclass_fields__)


def described(case: Case, model: Model, posterior: Posterior, forecast: Forecast) -> dict[str, Any]:
    """What ``run.json`` holds so that a later reader can tell why two runs differ: inputs in words, results with errors."""
    file = case.file
    return {
        "title": file.title,
        "fictional": file.fictional,
        "cutoff": file.cutoff.isoformat(),
        "weeks": [{"start": week.start.isoformat(), "end": week.end.isoformat()} for week in forecast.weeks],
        "model": file.model.model_dump(mode="json") if file.model else None,
        "accounts": [{"id": row.id, "actor": row.actor} for row in file.accounts],
        "outcomes": {row.id: row.model_dump(mode="json", include={"name", "what", "when"}) for row in file.outcomes},
        "levers": {row.id: row.model_dump(mode="json", include={"name", *LEVER_FIELDS}) for row in file.levers},
        "assumptions": {row.id: row.model_dump(mode="json", include=set(ASSUMPTION_FIELDS)) for row in file.assumptions},
        "reports": [
            {
                "round": report.round,
                "week": model.calendar[report.round].start.isoformat(),
                "actor": report.actor,
                "move": report.move,
                "entries": list(report.entries),
                "readings": dict(report.readings),
            }
            for report in model.observed.reports
        ],
        "entries": {key: _digest(entry.model_dump(mode="json", exclude={"review"})) for key, entry in case.accepted().items()},
        "shares": {actor: {label: asdict(now) for label, now in path.now.items()} for actor, path in posterior.accounts.items()},
        "base_rates": {id: asdict(outcome.prior) for id, outcome in forecast.outcomes.items()},
        "base_rates_by_week": {id: [asdict(week) for week in outcome.prior_by_week] for id, outcome in forecast.outcomes.items()},
    }


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:DIGEST_LENGTH]


@dataclass(frozen=True)
class FinishedRun(Shown):
    """A run that has been computed to its end.

    Attributes
    ----------
    record
        ``run.json``.
    outcomes
        Outcome id → probability by the end of each forecast week, cumulative.
    """

    folder: Path
    record: Mapping[str, Any]
    outcomes: Mapping[str, tuple[Estimate, ...]]

    @property
    def id(self) -> str:
        """Hash of what its numbers depend on; also its folder's name."""
        return str(self.record["id"])

    @property
    def case(self) -> str:
        """Name of the case."""
        return str(self.record["case"])

    @property
    def created(self) -> str:
        """When it was finished, UTC."""
        return str(self.record["created"])

    @property
    def weeks(self) -> tuple[tuple[date, date], ...]:
        """First and last day of every forecast week."""
        return tuple((date.fromisoformat(week["start"]), date.fromisoformat(week["end"])) for week in self.need("weeks", "its weeks"))

    @property
    def shares(self) -> dict[str, dict[str, Estimate]]:
        """Actor → account → its share after the last week of the record."""
        found = self.need("shares", "the shares of its accounts with their errors")
        return {actor: {label: _estimate(row) for label, row in rows.items()} for actor, rows in found.items()}

    def base_rate(self, outcome: str, week: int) -> Estimate | None:
        """Probability of an outcome by the end of a week without any record (prior predictive); None where the run does not say."""
        weekly = self.record.get("base_rates_by_week", {}).get(outcome)
        if weekly is not None:
            return _estimate(weekly[week])
        last = self.need("base_rates", "the probabilities before the record").get(outcome)
        return _estimate(last) if last is not None and week == len(self.weeks) - 1 else None

    def need(self, key: str, what: str) -> Any:
        """A part of ``run.json`` that older versions did not write.

        Raises
        ------
        CaseError
            If it is missing.
        """
        if key not in self.record:
            message = f"this run was made by an older version ({self.record.get('version', 'unknown')}) and does not say {what}."
            hint = "Run the same `parley fit` again; finished draws are reused where the code is the same."
            raise CaseError(Complaint(str(self.folder / "run.json"), None, None, None, key, hint, message))
        return self.record[key]


def read_run(folder: Path) -> FinishedRun:
    """The finished run in a folder.

    Raises
    ------
    CaseError
        If the folder holds none, or its files are not what a run writes.
    """
    path = folder / "run.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        hint = "A run that was stopped has no run.json; `parley fit` goes on with it."
        raise CaseError(Complaint(str(folder), None, None, None, None, hint, "there is no finished run here.")) from None
    except ValueError as error:
        raise _broken(path, f"not JSON: {error}") from None
    if not isinstance(record, dict) or not {"id", "case", "created"} <= record.keys():
        raise _broken(path, "no id, case and date of a run in it")
    return FinishedRun(folder, record, _read_outcomes(folder / "outcomes.csv"))


def finished_runs(runs: Path) -> list[FinishedRun]:
    """All finished runs in a folder of runs, oldest first."""
    paths = sorted(runs.glob("*/run.json"))
    found = [(read_run(path.parent), path.stat().st_mtime_ns) for path in paths]
    return [run for run, _ in sorted(found, key=lambda pair: (pair[0].created, pair[1]))]


def latest_run(runs: Path, case: str) -> FinishedRun:
    """The run finished last.

    Raises
    ------
    CaseError
        If there is none.
    """
    found = finished_runs(runs)
    if not found:
        raise CaseError(Complaint(str(runs), None, None, None, None, f"Make one: parley fit {case}", "there is no finished run here."))
    return found[-1]


def find_run(name: str, places: Sequence[Path]) -> FinishedRun:
    """A run by its folder, its ``run.json``, its id, or the beginning of its id.

    Parameters
    ----------
    places
        Folders of runs in which an id is looked for.

    Raises
    ------
    CaseError
        If there is no such run, or several.
    """
    path = Path(name)
    if path.name == "run.json" and path.is_file():
        return read_run(path.parent)
    if (path / "run.json").is_file():
        return read_run(path)
    known = {found.parent.name: found.parent for place in places for found in sorted(place.glob("*/run.json"))}
    matches = [id for id in known if id == name] or [id for id in known if len(name) >= SHORTEST_ID and id.startswith(name)]
    if len(matches) == 1:
        return read_run(known[matches[0]])
    if matches:
        message = f"{quoted(name)} is the beginning of {len(matches)} runs: {one_of(matches)}."
        raise CaseError(Complaint(None, None, None, name, matches, "Write more of the id.", message))
    where = ", ".join(str(place) for place in places) or "no folder of runs"
    there = one_of(sorted(known)) if known else "none"
    hint = did_you_mean(name, known) or f"Finished runs in {where}: {there}."
    raise CaseError(Complaint(None, None, None, name, sorted(known), hint, f"no finished run {quoted(name)}."))


def _read_outcomes(path: Path) -> dict[str, tuple[Estimate, ...]]:
    found: dict[str, list[Estimate]] = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), start=2):
                try:
                    found.setdefault(row["outcome"], []).append(_estimate(row))
                except (KeyError, TypeError, ValueError) as error:
                    raise _broken(path, f"{type(error).__name__} {error}", number) from None
    except FileNotFoundError:
        raise _broken(path, "the file is missing") from None
    return {id: tuple(weeks) for id, weeks in found.items()}


def _estimate(row: Mapping[str, Any]) -> Estimate:
    found: dict[str, Any] = {key: str(row[key]) if key == "of" else float(row[key]) for key in _ESTIMATE}
    return Estimate(**found)


def _broken(path: Path, reason: str, line: int | None = None) -> CaseError:
    hint = "Run `parley fit` again; finished draws are reused."
    return CaseError(Complaint(str(path), line, None, None, None, hint, f"not what a run writes: {reason}."))
