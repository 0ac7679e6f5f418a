"""What is shown of a forecast: outcomes by week, levers, a finished run, two runs compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from openparley.brief.notebook._forecast_hinges import hinge_grids, indicator_grid
from openparley.brief.notebook._infer import posterior_tables, shares, trust
from openparley.brief.notebook.grids import Grid, flat, from_csv, of_rows
from openparley.brief.notebook.pictures import no_forecast, no_posterior, pictures
from openparley.brief.notebook.view import View
from openparley.brief.words import counted, day, estimate_words, points, points_range
from openparley.forecast.compare import Comparison
from openparley.forecast.fitting import Fitted
from openparley.forecast.forecast import Forecast, LeverEffect, LeverForecast, OutcomeForecast
from openparley.forecast.runs import FinishedRun
from openparley.forecast.tables import ESTIMATE, tables
from openparley.forecast.whatif import WhatIf
from openparley.infer.posterior import Round

CHARTS = ("outcomes", "before_after", "futures", "levers", "tornado", "indicators")
OUTCOMES = ("outcome", "before the record", "probability", "90 % range")
SHARES_AND_OUTCOMES = ("of", "account or outcome", "before the record", "now", "90 % range over assumptions")
EFFECTS = ("lever", "outcome", "without", "with", "difference", "its range")


def written(forecast: Forecast, name: str) -> Callable[[], Grid]:
    """A table of a forecast as a run writes it."""
    return lambda: from_csv(tables(no_posterior(), forecast)[f"{name}.csv"])


def forecast_tables(forecast: Forecast) -> dict[str, Callable[[], Grid]]:
    """Tables of a forecast, those that it has."""
    found = {"outcomes": written(forecast, "outcomes")}
    if forecast.levers:
        found["levers"] = written(forecast, "levers")
    if forecast.indicators:
        found["indicators"] = lambda: indicator_grid(forecast.indicators)
    return found | (hinge_grids(forecast.hinges) if forecast.hinges else {})


def outcome_rows(forecast: Forecast) -> list[tuple[str, ...]]:
    """Name, probability before the record and now, range of every outcome."""
    return [(one.name, estimate_words(one.prior)[0], *estimate_words(one.at_horizon)) for one in forecast.outcomes.values()]


def forecast_view(forecast: Forecast) -> View:
    """The outcomes by the last week, with every chart of a forecast that has data."""
    said = (f"By {day(forecast.weeks[-1].end)}; {counted(forecast.futures, 'simulated future')}.",) if forecast.weeks else ()
    return View(
        "What is likely", said, Grid(OUTCOMES, outcome_rows(forecast)), forecast_tables(forecast),
        lambda: pictures(CHARTS if forecast.outcomes else (), forecast=forecast),
    )  # fmt: skip


def outcome_view(outcome: OutcomeForecast) -> View:
    """One outcome week by week; which day a week ends on, only the forecast knows."""

    def by_week() -> Grid:
        rows = [(outcome.id, week, *asdict(one).values()) for week, one in enumerate(outcome.by_week, 1)]
        return Grid(("outcome", "week", *ESTIMATE), rows)

    accounts = [
        (actor, label, *estimate_words(one)) for actor, under in outcome.by_account.items() for label, one in under.items()
    ]  # fmt: skip
    now, ends = estimate_words(outcome.at_horizon)
    said = f"{now} ({ends}) by the last of {counted(len(outcome.by_week), 'week')}; before the record {estimate_words(outcome.prior)[0]}."
    return View(outcome.name, (said,), Grid(("actor", "under the account", "probability", "90 % range"), accounts), {"by_week": by_week})


def effect_row(lever: str, effect: LeverEffect) -> tuple[str, ...]:
    """An outcome without a lever, with it, and the difference with its range."""
    difference = effect.difference
    ends = points_range(difference.low, difference.high, difference.mcse)
    sides = (estimate_words(effect.without)[0], estimate_words(effect.with_lever)[0])
    return (lever, effect.outcome, *sides, points(difference.value, difference.mcse), ends)


def effect_view(effect: LeverEffect) -> View:
    """One outcome without and with a lever."""
    row = flat(effect)
    shown = Grid(EFFECTS[1:], [effect_row("", effect)[1:]])
    return View("Without a lever and with it", (), shown, {"effect": lambda: of_rows([row])})


def lever_view(lever: LeverForecast) -> View:
    """What a lever changes, outcome by outcome."""
    rows = [effect_row(lever.name, effect) for effect in lever.effects.values()]
    said = f"A {lever.pulls} of {lever.actor}. A statement about the model, not advice."
    alone = no_forecast(levers={lever.id: lever})
    return View(lever.name, (said,), Grid(EFFECTS, rows), {"levers": written(alone, "levers")})


def what_if_view(found: WhatIf) -> View:
    """Levers on a finished run."""
    rows = [effect_row(lever.name, effect) for lever in found.levers.values() for effect in lever.effects.values()]
    weeks = tuple(Round(n, start, end) for n, (start, end) in enumerate(found.run.weeks))
    without = {effect.outcome: effect.without for lever in found.levers.values() for effect in lever.effects.values()}
    outcomes = {id: OutcomeForecast(id, found.names.get(id, id), (one,), {}, (one,)) for id, one in without.items()}
    forecast = no_forecast(weeks=weeks, outcomes=outcomes, levers=found.levers)
    said = (
        f"On run {found.run.id}, in {found.draws[0]} of its {counted(found.draws[1], 'draw')}. Statements about the model, not advice.",
    )
    return View(
        "What if", (*said, *found.notes), Grid(EFFECTS, rows), {"whatif": lambda: of_rows(found.rows())},
        lambda: pictures(["levers"], forecast=forecast),
    )  # fmt: skip


def fitted_view(fitted: Fitted) -> View:
    """Accounts and outcomes of a run; named as in the case where the result still has it."""
    posterior, forecast, run, case = fitted.posterior, fitted.forecast, fitted.run, fitted.case
    said = (f"Run {run['id']} of {run['case']}, openparley {run['version']}, seed {run['seed']}.", *trust(posterior))
    as_range = posterior.diagnostics.odds_as_range
    rows = [row for path in posterior.accounts.values() for row in shares(path, as_range=as_range)]
    rows += [("outcome", *row) for row in outcome_rows(forecast)]
    return View(
        str(run.get("title") or run["case"]), said, Grid(SHARES_AND_OUTCOMES, rows),
        posterior_tables(posterior) | forecast_tables(forecast),
        lambda: pictures(["rivals", *CHARTS], posterior, forecast, case),
    )  # fmt: skip


def run_view(run: FinishedRun) -> View:
    """A run read back from its folder; every CSV in the folder is a table."""
    names = {id: row["name"] for id, row in run.record.get("outcomes", {}).items()}
    rows = [(names.get(id, id), *estimate_words(weeks[-1])) for id, weeks in run.outcomes.items() if weeks]
    files = {path.stem: path for path in sorted(run.folder.glob("*.csv"), key=lambda path: (path.stem != "outcomes", path.stem))}

    def read(stem: str) -> Callable[[], Grid]:
        return lambda: from_csv(files[stem].read_text(encoding="utf-8"))

    said = f"Of {run.case}, finished {run.created}; status: {run.record.get('status', 'not known')}."
    return View(f"Run {run.id}", (said,), Grid(("outcome", "probability", "90 % range"), rows), {stem: read(stem) for stem in files})


def comparison_view(found: Comparison) -> View:
    """What differs between two runs, and why that may be."""
    shown = [
        (
            number.kind, number.name,
            *(estimate_words(one)[0] if one else "not there" for one in (number.old, number.new)),
            "" if number.difference is None else points(number.difference, number.error or 0.0),
            {True: "yes", False: "no", None: "not known"}[number.beyond_error],
        )
        for number in found.numbers
    ]  # fmt: skip

    def numbers() -> Grid:
        return of_rows(
            flat(number) | {"difference": number.difference, "error": number.error, "beyond_error": number.beyond_error}
            for number in found.numbers
        )

    columns = ("of", "number", "old", "new", "difference", "beyond its error")
    return View(f"Run {found.old.id} beside run {found.new.id}", (found.verdict(),), Grid(columns, shown), {"numbers": numbers})


VIEWS: Mapping[str, Callable[[Any], View]] = {
    "Comparison": comparison_view,
    "FinishedRun": run_view,
    "Fitted": fitted_view,
    "Forecast": forecast_view,
    "LeverEffect": effect_view,
    "LeverForecast": lever_view,
    "OutcomeForecast": outcome_view,
    "WhatIf": what_if_view,
}
