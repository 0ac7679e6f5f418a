"""Run folders as a fit leaves them, written by hand so that nothing is solved."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from openparley.forecast.runs import LEVER_FIELDS
from openparley.infer.posterior import Estimate
from openparley.record.case import Case, open_case
from tests.record.small_case import replace, small_case

WEEKS = 4
MORE = """\
[[outcomes]]
id = "talks"
name = "Talks resume"
what = "Both sides sit down."
when = { actor = "party_a", move = "talk" }

[[levers]]"""


def a_case(folder: Path, *, fictional: bool = True) -> Case:
    """The small case with a second outcome."""
    small_case(folder)
    text = (folder / "case.toml").read_text(encoding="utf-8")
    (folder / "case.toml").write_text(text.replace("[[levers]]", MORE, 1), encoding="utf-8")
    if not fictional:
        replace(folder / "case.toml", "fictional = true", "fictional = false")
    return open_case(folder)


def number(value: float, mcse: float = 0.01, half: float = 0.1) -> Estimate:
    low, high = max(0.0, value - half), min(1.0, value + half)
    return Estimate(value, low, high, max(0.0, value - half / 2), min(1.0, value + half / 2), 0.9, "90 % range over the assumptions", mcse)


def weeks_after(cutoff: date, count: int = WEEKS) -> list[dict[str, str]]:
    starts = [cutoff + timedelta(days=1 + 7 * week) for week in range(count)]
    return [{"start": start.isoformat(), "end": (start + timedelta(days=6)).isoformat()} for start in starts]


def report(week: int, actor: str, move: str, **readings: float) -> dict[str, Any]:
    start = (date(2025, 3, 3) + timedelta(days=7 * week)).isoformat()
    return {"round": week, "week": start, "actor": actor, "move": move, "entries": ["E001"], "readings": readings}


def record_of(case: Case, id: str, created: str) -> dict[str, Any]:
    """A whole ``run.json``."""
    file = case.file
    return {
        "id": id,
        "case": case.name,
        "seed": 1,
        "version": "0.5",
        "created": created,
        "status": "computed",
        "inputs": case.digest(),
        "settings": {"draws": 10, "batch": 5, "futures_per_draw": 20, "lever_draws": 0, "nodes.mediator": 8},
        "software": {"openparley": "0.5", "code": "c0de", "numpy": "2.0"},
        "title": file.title,
        "fictional": file.fictional,
        "cutoff": file.cutoff.isoformat(),
        "weeks": weeks_after(file.cutoff),
        "model": {"family": "mediated_ceasefire", "rounds": 8, "options": {"allies": False}},
        "accounts": [{"id": row.id, "actor": row.actor} for row in file.accounts],
        "outcomes": {row.id: row.model_dump(mode="json", include={"name", "what", "when"}) for row in file.outcomes},
        "levers": {row.id: row.model_dump(mode="json", include={"name", *LEVER_FIELDS}) for row in file.levers},
        "assumptions": {
            id: {
                "sets": f"weight.{id}", "statement": "Stated.", "low": 0.0, "likely": 1.0, "high": 2.0, "distribution": "pert",
                "status": "caveated",
            }
            for id in ("A01", "A02")
        },
        "reports": [report(0, "mediator", "threaten"), report(1, "party_a", "hold")],
        "entries": {"E001": "aa", "E002": "bb"},
        "shares": {"mediator": {"H1": asdict(number(0.6)), "none": asdict(number(0.4))}},
        "base_rates": {row.id: asdict(number(0.5)) for row in file.outcomes},
    }  # fmt: skip


def write_run(
    runs: Path,
    case: Case,
    id: str = "a1b2c3d4e5f6",
    *,
    created: str = "2025-04-01T10:00:00+00:00",
    probs: Mapping[str, Sequence[float]] | None = None,
    mcse: float = 0.01,
    without: Sequence[str] = (),
    **changes: Any,
) -> Path:
    """A finished run; ``changes`` replace parts of its ``run.json``, ``without`` leaves parts out."""
    folder = runs / id
    folder.mkdir(parents=True)
    record = record_of(case, id, created) | changes
    (folder / "run.json").write_text(json.dumps({key: value for key, value in record.items() if key not in without}), encoding="utf-8")
    probs = probs or {row.id: (0.05, 0.1, 0.2, 0.3) for row in case.file.outcomes}
    with (folder / "outcomes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["outcome", "week_start", *Estimate.__dataclass_fields__])
        for outcome, values in probs.items():
            for week, value in zip(record["weeks"], values, strict=True):
                writer.writerow([outcome, week["start"], *asdict(number(value, mcse)).values()])
    return folder
