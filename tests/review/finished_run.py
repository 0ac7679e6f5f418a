"""Files of a finished run, with numbers of our own."""

import csv
import json
from pathlib import Path

from openparley.review.desk import Desk

SHARES = {"H1": 0.4, "H2": 0.5, "none": 0.1}
TOLD = {"C001": {"H1": -0.2, "H2": -1.5, "none": -0.7}, "E001": {"H1": -0.5, "H2": -0.6, "none": -0.5}}
UNDER = {"H1": 0.7, "H2": 0.1, "none": 0.3}
STOPS = (
    ("5 %", "emulator", 0.3, 0.2, ""),
    ("50 %", "emulator", 0.5, 0.31, ""),
    ("95 %", "emulator", 0.9, 0.5, ""),
    ("95 %", "solves", 0.9, 0.47, 0.02),
)
ESTIMATE = {"low": 0.1, "high": 0.5, "low50": 0.2, "high50": 0.4, "level": 0.9, "of": "90 % range over the assumptions", "mcse": 0.01}


def finished(case: Path, run: str = "abcdef012345", *, brief: bool = True) -> Path:
    """Files of a run as `parley fit` writes them, with numbers of our own."""
    folder = case / "runs" / run
    folder.mkdir(parents=True)
    record = {
        "id": run, "case": "small", "created": "2025-04-02T09:30:00+00:00", "status": "computed", "seed": 1,
        "inputs": dict(Desk(case, "x").view().case.hashes),
        "settings": {"draws": 8}, "weeks": [{"start": "2025-04-01", "end": "2025-04-07"}],
        "shares": {"mediator": {label: {"value": share, **ESTIMATE} for label, share in SHARES.items()}},
    }  # fmt: skip
    table(folder / "outcomes.csv", [{"outcome": "truce", "week_start": "2025-04-01", "value": 0.31, **ESTIMATE}])
    table(
        folder / "evidence.csv",
        [
            {"about": "mediator", "round": 1, "actor": "mediator", "move": move, "entries": key, "account": account, "log_evidence": value}
            for (key, told), move in zip(TOLD.items(), ("threaten", "wait"), strict=True)
            for account, value in told.items()
        ],
    )  # fmt: skip
    table(
        folder / "tornado.csv",
        [
            {"outcome": "truce", "base": 0.31, "assumption": "A01", "at": at, "by": by, "x": x, "forecast": forecast, "error": error}
            for at, by, x, forecast, error in STOPS
        ],
    )  # fmt: skip
    table(
        folder / "levers.csv",
        [
            {"lever": "binding", "outcome": "truce", "column": column, "value": value, **ESTIMATE}
            for column, value in (("without", 0.31), ("with", 0.44), ("difference", 0.13))
        ],
    )
    if brief:
        (folder / "brief").mkdir()
        under = {"mediator": {label: {"value": value} for label, value in UNDER.items()}}
        content = {"run": {"id": run}, "outcomes": {"truce": {"headline": True, "by_account": under}}}
        (folder / "brief" / "brief.json").write_text(json.dumps(content), encoding="utf-8")
        (folder / "brief" / "brief.html").write_text("<!DOCTYPE html><style>p { color: red; }</style><p>A brief.</p>", encoding="utf-8")
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    return folder


def table(path: Path, lines: list[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
