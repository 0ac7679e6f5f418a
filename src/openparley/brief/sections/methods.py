"""Methods: the model under the headings of ODD, and under those of TRACE what was done for this run – or that it was not."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from math import isfinite, isnan
from pathlib import Path

from openparley.brief.blocks import Cell, Fold, Prose, Section, Table, text_cells
from openparley.brief.card.card import ABOUT_THE_MODEL, NOT_FOR
from openparley.brief.card.subject import family_page
from openparley.brief.cite import Given, Part
from openparley.brief.context import BASELINES, Context
from openparley.brief.words import UNKNOWN, capital, counted, day, decimal, listed, small
from openparley.record.case import runs_dir
from openparley.record.casefile import ModelSettings

NOT_DONE = "Not done."
BACKTEST = "scores.csv"
# Where `parley backtest` writes unless it is told otherwise.
USUAL_BACKTEST = Path("parley-out") / "backtest"
STATUSES = ("supported", "caveated", "unsupported")


def methods_section(context: Context, backtest: Path | None = None) -> Section:
    """Two short tables: what the model is, and how far it was evaluated.

    Parameters
    ----------
    backtest
        Folder of a backtest; looked for beside the runs of the case and where `parley backtest` writes unless given.
    """
    case = context.facts.case
    said = [
        context.book.say("methods", "assumed", f"The model is not for {listed(NOT_FOR)}. {ABOUT_THE_MODEL}"),
        context.book.say(
            "methods", "computed", "The whole model card, with every move and assumption: parley describe ", Given(case.name), "."
        ),
    ]
    tables = (
        _table("The model, under the headings of ODD (Grimm and others 2020)", _odd(context)),
        _table("What was done for this run, under the headings of TRACE (Grimm and others 2014)", _trace(context, backtest)),
    )
    return Section("methods", "Methods", (Prose(tuple(said)), Fold("The model in short, and how far it was evaluated", tables)))


def _table(caption: str, rows: Mapping[str, Cell]) -> Table:
    return Table(caption, text_cells("Heading", "Here"), tuple(((name,), cell) for name, cell in rows.items()))


def _odd(context: Context) -> dict[str, Cell]:
    """The seven elements in a line each."""
    facts, certificate = context.facts, context.posterior.certificate
    settings = facts.case.file.model
    if settings is None:
        return {"Purpose and patterns": ("The case has no model section.",)}
    course = f", {counted(len(facts.case.course), 'row')} of a chronology" if facts.case.course else ""
    told = {
        "Purpose and patterns": f"To weigh rival accounts and forecast {counted(len(context.outcomes), 'outcome')}. "
        f"Patterns: {counted(len(context.posterior.moves), 'reported move')} in their order.",
        "Entities, state variables, scales": f"Actors: {listed([facts.position(actor) for actor in _actors(context)])}. "
        f"{_number(certificate.get('positions'))} public positions; {_number(certificate.get('rounds', settings.rounds))} rounds of "
        f"{counted(settings.round_days, 'day')} from {day(settings.start)}.",
        "Process, scheduling": f"Family {settings.family}: one move at a step, seen by all; beliefs follow each move.",
        "Design concepts": f"{capital(str(certificate.get('concept', 'quantal response equilibrium')))}; motives private, moves public; "
        "objectives are weights on interests; a report reaches the record or not, rightly or not.",
        "Initialisation": _start(settings),
        "Input data": f"{counted(len(facts.case.sources), 'source')}, {counted(len(facts.accepted), 'accepted entry', 'accepted entries')}"
        f"{course}. Nothing steers the game from outside but chance.",
        "Submodels": "Behaviour, reports, inference, forecast: each has a page in the documentation, with what of its sources was read.",
    }
    return {name: (text,) for name, text in told.items()}


def _actors(context: Context) -> list[str]:
    """Actors with assumptions of their own, in the order of the file."""
    heads = ("weight", "precision", "discount", "prior", "propensity")
    named = [row.sets.split(".") for row in context.facts.case.file.assumptions]
    return list(dict.fromkeys(parts[1] for parts in named if parts[0] in heads))


def _start(settings: ModelSettings) -> str:
    chosen = {**settings.initial, **settings.options}
    told = ", ".join(f"{name} = {str(value).lower() if isinstance(value, bool) else value}" for name, value in chosen.items())
    return f"The family’s defaults{f', but {told}' if told else ''}; the same in every draw."


def _trace(context: Context, backtest: Path | None) -> dict[str, Cell]:
    """The eight headings; what was not done says so."""
    outcomes = counted(len(context.outcomes), "outcome")
    return {
        "Problem formulation": (f"The question, {outcomes} with what resolves each, and the domain, as stated.",),
        "Model description": ("The model card, worked out from the case and the code, so that they cannot drift apart.",),
        "Data evaluation": _data(context),
        "Conceptual model evaluation": (_concepts(context),),
        "Implementation verification": _verified(context),
        "Model output verification": (_fit(context),),
        "Model analysis": (_analysis(context),),
        "Model output corroboration": (_corroborated(context, backtest),),
    }


def _data(context: Context) -> Cell:
    facts = context.facts
    parts: list[Cell] = []
    if facts.accepted:
        reviewers = {review.by for review in facts.case.reviews}
        verified = sum(facts.quote(entry).state == "verified" for entry in facts.accepted.values())
        parts += [
            (f"{counted(len(facts.accepted), 'entry', 'entries')} accepted; {counted(len(reviewers), 'reviewer')}",),
            (f"the words of {verified} compared with a stored text",),
            (f"{len(facts.single_source)} of one origin only",),
        ]
    if rows := facts.case.course:
        checked = sum(row.status == "checked" for row in rows.values())
        parts.append((f"{checked} of {counted(len(rows), 'row')} of the chronology checked against the reference",))
    return _sentence([*parts, _left_out(context)])


def _left_out(context: Context) -> Cell:
    """How many parts of the record were left out in turn, and the most that a share moved."""
    found = context.posterior.left_out
    if not found:
        return ("parts of the record left out in turn: not done",)
    changes = [(value, result.variant.label) for result in found for shares in result.change.values() for value in shares.values()]
    value, label = max(changes, key=lambda change: abs(change[0]), default=(0.0, "any of them"))
    of = f"largest change of the share of an account, without {label}"
    most = context.book.count("n-methods-left-out", "Most that a part of the record changes a share", value, of, "points")
    return (f"{counted(len(found), 'part')} of the record left out in turn, largest change of a share ", most)


def _concepts(context: Context) -> str:
    rows, verdicts = context.facts.case.file.assumptions, context.posterior.assumptions
    if not rows:
        return NOT_DONE
    states = listed([f"{sum(row.status == state for row in rows)} {state}" for state in STATUSES])
    ranged = [verdicts[row.id] for row in rows if not row.fixed and row.id in verdicts]
    settings = context.facts.case.file.model
    page = f" What is merged and what theory predicts: {family_page(settings.family)}." if settings else ""
    return (
        f"{counted(len(rows), 'assumption')}: {states}; the record moved {sum(found.identified for found in ranged)} of {len(ranged)} with "
        f"a range. Habit, as none of these, competes with the accounts.{page} Review by outsiders: not done."
    )


def _verified(context: Context) -> Cell:
    """How exactly the game was solved, and how far the averages over draws can be trusted."""
    found, certificate = context.posterior.diagnostics, context.posterior.certificate
    proven = {"logit_residual": "residual of play", "best_response_gap": "gain from deviating at most"}
    parts: list[Cell] = [(f"{name} {_number(certificate[key])}",) for key, name in proven.items() if key in certificate]
    parts = parts or [("certificate of the solution: not done",)]
    parts.append(_finer(context))
    parts.append((f"{counted(found.draws, 'draw')} worth {decimal(round(found.effective_draws))}, k-hat {decimal(found.k_hat)}",))
    several = found.multiple_equilibria_share
    if isnan(several):
        parts.append(("search for other equilibria: not done",))
    else:
        of = "share of the checked draws, by posterior weight, in which some decision has another solution"
        share = context.book.count("n-methods-several", "Draws with several equilibria", several, of, "share") if several else "none"
        parts.append(("other equilibria in ", share, " of the checked draws"))
    return (*_sentence(parts), " Calibration is checked for the program, not for this run: docs/theory/calibration.md.")


def _finer(context: Context) -> Cell:
    error = context.posterior.solver_error
    if error is None:
        return ("finer grid: not done",)
    of = f"largest shift of an account’s share, from {counted(error.draws, 'draw')} solved again on {error.grid}"
    shift = context.book.count("n-methods-grid", "Shift of a share on a finer grid", error.worst.shift, of, "points")
    return ("largest shift of a share on a finer grid ", shift)


def _fit(context: Context) -> str:
    fit = context.posterior.fit
    if not fit.moves:
        return f"{NOT_DONE} No move was observed."
    rivals = ", ".join(f"{BASELINES[which]} {decimal(score)}" for which, score in context.baselines.items())
    verdict = f" Beaten by {listed(context.better_baselines)}." if context.better_baselines else ""
    return (
        f"Mean log score of {counted(fit.moves, 'move')}, each foreseen from what came before: {decimal(fit.log_score)}; {rivals}.{verdict}"
        f" Surprises: {fit.surprises_seen}, {decimal(fit.surprises_expected)} expected. The same record weights the draws."
    )


def _analysis(context: Context) -> str:
    hinges, levers = context.forecast.hinges, context.forecast.levers
    if hinges is None:
        told = "Sensitivity to the assumptions: not done"
    else:
        ways = ["variance shares", "tornado", *(["flip test"] if hinges.flips is not None else [])]
        skill = hinges.tornado.r2_forecast
        told = f"{capital(listed(ways))} over the assumptions, {_solved(hinges.solves)}, "
        told += f"emulator R² {decimal(skill) if isfinite(skill) else UNKNOWN}"
    pulled = counted(len(levers), "lever") + " pulled" if levers else "levers: not done"
    return f"{told}; {pulled}."


def _solved(solves: int) -> str:
    return f"with {counted(solves, 'further solve')}" if solves else "by the emulator alone"


def _corroborated(context: Context, backtest: Path | None) -> str:
    """What was held against the model that it was not fitted to."""
    case, questions = context.facts.case, context.questions
    resolved = sum(question.answer in ("yes", "no") and not question.hindsight for question in questions)
    asked = f"{counted(len(questions), 'frozen question')}, {resolved} resolved" if questions else "frozen questions: not done"
    places = [backtest] if backtest else [runs_dir(case).parent / "backtest", USUAL_BACKTEST]
    found = next((line for place in places if (line := _backtest(place / BACKTEST, case.name))), "")
    told = f"{found or 'backtest: not done'}; {asked}."
    return capital(told) if found or resolved else f"{NOT_DONE} {capital(told)}"


def _backtest(path: Path, name: str) -> str:
    """A backtest of the case as a clause; empty where there is none."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row.get("case") == name and row.get("score") == "log_score"]
        if not rows:
            return ""
        model, best = float(rows[0]["model"]), max(float(rows[0][which]) for which in BASELINES)
        moves = counted(int(rows[0]["moves"]), "move")
    except FileNotFoundError:
        return ""
    except (KeyError, ValueError, OSError) as problem:
        return f"backtest: {path.name} cannot be read ({type(problem).__name__})"
    return f"backtest, a run of its own: log score {decimal(model)}, best baseline {decimal(best)}, {moves}"


def _sentence(parts: Iterable[Cell]) -> Cell:
    """Clauses with semicolons between them, the first one with a capital."""
    found: list[Part] = []
    for clause in parts:
        found += ["; ", *clause] if found else [capital(clause[0]) if isinstance(clause[0], str) else clause[0], *clause[1:]]
    return (*found, ".")


def _number(value: float | int | str | None) -> str:
    if value is None:
        return UNKNOWN
    return value if isinstance(value, str) else f"{value:,}" if isinstance(value, int) else small(value)
