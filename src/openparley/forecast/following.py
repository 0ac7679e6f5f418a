"""Where the indicators of a run would be seen, what became of those of earlier runs, and the files that hold them."""

from __future__ import annotations

import csv
import io
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from openparley._display import Shown
from openparley.errors import CaseError, Complaint
from openparley.forecast.indicators import MOST, Indicator, Prob, registered_indicators
from openparley.forecast.predicting import PREFIX
from openparley.forecast.runs import finished_runs
from openparley.infer.engine import Run
from openparley.infer.model import Model
from openparley.infer.observe import Report
from openparley.record.case import Case
from openparley.record.casefile import Observation
from openparley.record.store import atomic_write

FILE = "indicators.json"
INDICATOR_COLUMNS = (
    "about", "between", "actor", "move", "gain_nats", "null_nats", "account", "prob", "mcse", "half_by", "by", "read_from", "outlets",
)  # fmt: skip
NOT_YET, SEEN, OVERDUE = "not yet", "seen", "overdue"
REALIS = {"actual": "done", "future": "announced", "hypothetical": "hypothetical", "negated": "not done"}
LARGEST_PROB = 1 - 1e-6  # a silence is never charged with more than a million to one


@dataclass(frozen=True)
class Followed(Shown):
    """What became of an indicator of an earlier run.

    Attributes
    ----------
    state
        ``"not yet"``: its window is open. ``"seen"``: a report came in it. ``"overdue"``: it passed without one.
    on
        First day of the round of the report.
    charged
        Overdue only: account → log probability of the silence, which the model has charged it with already; an overdue
        indicator is therefore not to be counted against an account a second time.
    """

    run: str
    indicator: Indicator
    state: str
    on: date | None
    charged: Mapping[str, float]


@dataclass(frozen=True)
class Watched(Shown):
    """The indicators of a run, best first, and what became of earlier ones.

    Attributes
    ----------
    run
        Id of the run.
    folder
        Where it is kept.
    since
        First day of the window.
    draws
        In how many draws of the run futures were played, of how many.
    futures
        In each of them.
    """

    run: str
    folder: Path
    since: date
    indicators: tuple[Indicator, ...]
    followed: tuple[Followed, ...]
    draws: tuple[int, int]
    futures: int

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        found = {
            "run": self.run,
            "since": self.since,
            "indicators": [asdict(row) for row in self.indicators],
            "followed": [asdict(row) for row in self.followed],
            "draws": self.draws[0],
            "of_draws": self.draws[1],
            "futures": self.futures,
        }
        return json.loads(json.dumps(found, default=str))


def indicator_rows(found: Sequence[Indicator]) -> list[tuple[Any, ...]]:
    """One row an indicator and account, under `INDICATOR_COLUMNS`."""
    return [
        (
            row.about, " ".join(row.between), row.actor, row.move, row.gain, row.null, account, prob.value, prob.mcse, row.half_by, row.by,
            row.read_from, row.outlets,
        )
        for row in found
        for account, prob in row.probs.items()
    ]  # fmt: skip


def write_indicators(found: Watched) -> tuple[Path, Path]:
    """``indicators.csv`` and ``indicators.json`` in the run's folder."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([INDICATOR_COLUMNS, *indicator_rows(found.indicators)])
    paths = found.folder / "indicators.csv", found.folder / FILE
    atomic_write(paths[0], text.getvalue().encode())
    atomic_write(paths[1], (json.dumps(found.as_json(), ensure_ascii=False, indent=1) + "\n").encode())
    return paths


def watched(case: Case, model: Model, run: Run, weights: Float[np.ndarray, " draw"], folder: Path, *, seed: int) -> Watched:
    """The indicators that a run found by itself, and what became of those of earlier runs beside it."""
    return finish(case, model, run, registered_indicators(model, run, weights, seed=seed), folder, draws=min(len(weights), MOST))


def finish(case: Case, model: Model, run: Run, found: Sequence[Indicator], folder: Path, *, draws: int) -> Watched:
    """Indicators with where each would be seen, and what became of those of earlier runs.

    Parameters
    ----------
    draws
        In how many draws futures were played.
    """
    located = [replace(row, read_from=read_from(case, row.actor, row.move), outlets=outlets_of(case, model, row.actor)) for row in found]
    followed = follow(case, model, earlier(folder.parent, case.name, case.file.cutoff))
    table = run.tables[0]
    since = model.calendar[min(int(table[f"{PREFIX}.start.when"][0]), len(model.calendar) - 1)].start
    futures = len(table[f"{PREFIX}.world"])
    return Watched(folder.name, folder, since, tuple(located), followed, (draws, len(run.tables)), futures)


def read_from(case: Case, actor: str, move: str) -> str:
    """Kinds of report that a rule of the case reads as a move, for people; “by hand” for entries that a rule names one by one."""
    name = f"{actor}.{move}"
    said, named = [], []
    for rule in case.file.observations:
        if name == rule.move or name in rule.readings:
            named += rule.entries
            said += [] if rule.entries else [_kind(rule)]
    said += [f"so far read by hand ({', '.join(dict.fromkeys(named))})"] if named else []
    return "; ".join(dict.fromkeys(said)) or ("a row of the chronology" if case.course else "not reported so far, and to be read by hand")


def _kind(rule: Observation) -> str:
    """What a rule reads: a kind of report, toward whom, and how real."""
    types = " or ".join(one.lower().replace("_", " ") for one in rule.type)
    what = f"{types} ({rule.kind})" if types else f"any {rule.kind}"
    names = [to.replace("_", " ") for to in rule.recipient]
    toward = " or ".join(name.title() if name.startswith("party") else f"the {name}" for name in names)
    unreal = "" if rule.realis == ("actual",) else ", " + " or ".join(REALIS.get(one, one) for one in rule.realis)
    return f"{what}{f' toward {toward}' if toward else ''}{unreal}"


def outlets_of(case: Case, model: Model, actor: str) -> str:
    """Outlets that have reported moves of an actor, with how many of its reports."""
    found = Counter(
        outlet
        for report in model.observed.reports
        if report.actor == actor
        for outlet in {case.sources[case.entries[key].source].outlet for key in report.entries if key in case.entries}
    )
    return ", ".join(f"{outlet} ({count})" for outlet, count in sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def earlier(runs: Path, case: str, cutoff: date) -> list[tuple[str, date, list[Indicator]]]:
    """Indicators of finished runs of a case with an earlier cut-off, in a folder of runs: run, first day of the window, indicators."""
    found = []
    for other in finished_runs(runs):
        path = other.folder / FILE
        if path.is_file() and other.case == case and str(other.record.get("cutoff", "")) < cutoff.isoformat():
            found.append((other.id, *read_indicators(path)))
    return found


def read_indicators(path: Path) -> tuple[date, list[Indicator]]:
    """First day of the window and the indicators of a file that `write_indicators` wrote.

    Raises
    ------
    CaseError
        If it is not one.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return date.fromisoformat(data["since"]), [_indicator(row) for row in data["indicators"]]
    except (LookupError, TypeError, ValueError) as problem:
        message = f"not what `parley whatif --indicators` writes: {type(problem).__name__} {problem}."
        raise CaseError(Complaint(str(path), None, None, None, None, "Delete it, or make it again.", message)) from None


def _indicator(row: Mapping[str, Any]) -> Indicator:
    probs = {account: Prob(**prob) for account, prob in row["probs"].items()}
    days = {key: date.fromisoformat(row[key]) if row[key] else None for key in ("by", "half_by", "last_seen")}
    return Indicator(**{**row, **days, "between": tuple(row["between"]), "probs": probs})


def follow(case: Case, model: Model, issued: Sequence[tuple[str, date, Sequence[Indicator]]]) -> tuple[Followed, ...]:
    """What has become of earlier indicators by the case's cut-off."""
    return tuple(_followed(run, since, row, case.file.cutoff, model) for run, since, rows in issued for row in rows)


def _followed(run: str, since: date, row: Indicator, cutoff: date, model: Model) -> Followed:
    def names(report: Report) -> bool:
        return report.actor == row.actor and row.move in report.shares and since <= model.calendar[report.round].start <= row.by

    seen = [model.calendar[report.round].start for report in model.observed.reports if names(report)]
    if seen:
        return Followed(run, row, SEEN, min(seen), {})
    if cutoff <= row.by:
        return Followed(run, row, NOT_YET, None, {})
    silence = {account: math.log1p(-min(prob.value, LARGEST_PROB)) for account, prob in row.probs.items()}
    return Followed(run, row, OVERDUE, None, silence)
