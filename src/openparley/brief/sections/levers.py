"""Levers: outcomes without, with and the difference, and who gains and who loses."""

from __future__ import annotations

from openparley.brief.blocks import Block, Prose, Table
from openparley.brief.charts.levers import gains, printed_gain, shows, told
from openparley.brief.cite import Given, Number, Part, Ref, Sentence
from openparley.brief.context import Context
from openparley.brief.figures import Drawn, draw
from openparley.brief.words import capital, listed, step, tenths
from openparley.forecast.forecast import LeverForecast
from openparley.forecast.telling import NO_DIFFERENCE
from openparley.infer.posterior import Estimate

UNTOLD = "cannot be told"


def levers_blocks(context: Context) -> tuple[list[Block], list[Drawn]]:
    """Two sentences a lever, the chart, both tables."""
    levers = context.forecast.levers
    if not levers:
        said = "No lever was pulled in this run." if context.facts.case.file.levers else "The case names no lever."
        return [Prose((context.book.say("levers", "computed", said),))], []
    opening = context.book.say(
        "levers",
        "note",
        "Each lever starts at the cut-off, unforeseen until then, on the same random numbers as the forecast without it.",
    )
    said = [opening]
    for id, lever in levers.items():
        said += [_sentence(context, id, lever), *_losers(context, lever)]
    note = "Hollow without the lever, filled with it; lines are 90 % ranges; at the right the difference, where the model can tell one."
    drawn = draw(context, "levers", _effects(context), note, open=True)
    return [Prose(tuple(said)), drawn.figure if drawn else _effects(context), _gains(context)], [drawn] if drawn else []


def _sentence(context: Context, id: str, lever: LeverForecast) -> Sentence:
    outcome = context.headline if context.headline in lever.effects else next(iter(lever.effects))
    effect = lever.effects[outcome]
    without, with_lever, difference = (context.lever(id, outcome, part) for part in ("without", "with", "difference"))
    statement = context.facts.unquoted(_statement(context, id)).rstrip(". ")
    name = Given(capital(context.outcome_name(outcome)), name=True)
    start: list[Part] = [
        name,
        f" by {context.horizon}, supposing that ",
        Given(context.facts.mid(statement)),
        f" ({_pulled(context, lever)}): ",
    ]
    start += [Ref(with_lever), " instead of ", Ref(without)]
    if shows(effect.difference):
        end: list[Part] = [", a difference of ", Ref(difference), " (", Ref(difference, difference.range), ")."]
    else:
        end = _untold(difference, effect.difference)
    return context.book.say("levers", "computed", start, end)


def _untold(difference: Number, estimate: Estimate) -> list[Part]:
    """Why a difference is none that can be told: what the mean does, and that its range does not leave out none."""
    unit = step(estimate.mcse)
    low, high = (round(100 * end / unit) for end in (estimate.low, estimate.high))
    why = ", includes zero." if low <= 0 <= high else ", is no farther from zero than its error."
    return ["; the mean differs by ", Ref(difference), ", but the range, ", Ref(difference, difference.range), why]


def _pulled(context: Context, lever: LeverForecast) -> str:
    """What kind of change it is: one that somebody can make is marked apart from one that nobody can order."""
    actor = context.facts.position(lever.actor) if lever.actor else "somebody"
    kinds = {
        "commitment": f"a commitment of {actor}",
        "motive": f"a change in the motive of {actor}, which nobody can order",
        "circumstance": "a change of circumstance, which nobody can order",
        "forced_move": f"one forced move of {actor}",
    }
    return kinds.get(lever.pulls, lever.pulls)


def _verdict(gain: Estimate) -> str:
    """Whether a position gains or loses, in the words of the table."""
    return UNTOLD if not gains(gain) else "gains" if gain.value > 0 else "loses"


def _by(gain: Estimate, number: Number) -> tuple[Part, ...]:
    """The gain with the error that its verdict is judged by, where that is large enough to be printed."""
    error = printed_gain(gain)[3]
    return (Ref(number, f"{number.text} ±{tenths(error)}" if error else number.text),)


def _losers(context: Context, lever: LeverForecast) -> list[Sentence]:
    """Who loses by a lever, who gains, and of whom it cannot be told."""
    if not lever.gains:
        return []
    by: dict[str, list[str]] = {"loses": [], "gains": [], UNTOLD: []}
    for actor, gain in lever.gains.items():
        by[_verdict(gain)].append(context.facts.position(actor))
    lose, gain, rest = by.values()
    clauses = [f"{listed(lose)} {'loses' if len(lose) == 1 else 'lose'}" if lose else "nobody can be told to lose"]
    clauses += [f"{listed(gain)} {'gains' if len(gain) == 1 else 'gain'}"] if gain else []
    clauses += [f"of {listed(rest)} it cannot be told"] if rest else []
    return [context.book.say("levers", "computed", "With the lever ", Given(lever.name, name=True), f": {'; '.join(clauses)}.")]


def _statement(context: Context, id: str) -> str:
    return next((lever.statement for lever in context.facts.case.file.levers if lever.id == id), context.forecast.levers[id].name)


def _effects(context: Context) -> Table:
    rows = []
    for id, lever in context.forecast.levers.items():
        shown = told(context, lever)
        for outcome in shown:
            without, with_lever, difference = (context.lever(id, outcome, part) for part in ("without", "with", "difference"))
            verdict: tuple[Part, ...] = (Ref(difference),) if shows(lever.effects[outcome].difference) else (NO_DIFFERENCE,)
            name = Given(lever.name, name=True)
            rows.append(
                (
                    (name,),
                    (Given(context.outcome_name(outcome), name=True),),
                    (Ref(without),),
                    (Ref(with_lever),),
                    verdict,
                    (Ref(difference, difference.range),),
                )
            )
        if rest := [Given(context.outcome_name(id), name=True) for id in context.outcomes if id in lever.effects and id not in shown]:
            names = [part for name in rest for part in (", ", name)][1:]
            rows.append(((Given(lever.name, name=True),), names, ("–",), ("–",), (NO_DIFFERENCE,), ("–",)))
    columns = (("Lever",), ("Outcome",), ("Without",), ("With",), ("Difference",), ("90 % range of the difference",))
    caption = (
        f"Outcomes by {context.horizon} without and with each lever, paired draws; figures whose error exceeds a point are rounded "
        "to five or ten points, so that a difference need not be that of the two beside it"
    )
    return Table(caption, columns, tuple(rows), numeric=(2, 3, 5))


def _gains(context: Context) -> Table:
    rows = []
    first = next(iter(context.forecast.levers))
    for id, lever in context.forecast.levers.items():
        for actor, estimate in lever.gains.items():
            number = context.book.estimate(
                f"n-gain-{id}-{actor}",
                f"Gain of {context.facts.position(actor)} from the lever {lever.name}",
                estimate,
                "tenths",
                assumptions=context.assumptions_about(actor),
                why="no single entry: a difference of two solved games, averaged over the draws",
                like="" if id == first else f"n-gain-{first}-{actor}",
            )
            rows.append(
                (
                    (Given(lever.name, name=True),),
                    (capital(context.facts.position(actor)),),
                    (_verdict(estimate),),
                    _by(estimate, number),
                    (Ref(number, number.range),),
                    (Given(lever.units.get(actor, "util").replace("_", " "), name=True),),
                )
            )
    columns = (("Lever",), ("Position",), ("Gains or loses",), ("By",), ("90 % range",), ("In units of one",))
    return Table(
        "Who gains and who loses, each in its own numeraire; the figures of two positions cannot be added or compared. Told where the "
        "range leaves out 0 by more than the error (±, where it is half a tenth or more), and the gain is above twice that",
        columns,
        tuple(rows),
        numeric=(3, 4),
    )
