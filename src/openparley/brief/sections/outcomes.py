"""What is likely: outcomes by week, fifty countable futures, what the record did, what is kept in view, open questions."""

from __future__ import annotations

from math import hypot, isnan

from openparley.brief.blocks import Block, Prose, Section, Table
from openparley.brief.bottom_line import likelihood_sentence
from openparley.brief.cite import Given, Number, Part, Ref, Sentence
from openparley.brief.context import Context
from openparley.brief.figures import Drawn, draw
from openparley.brief.sections.questions import open_questions
from openparley.brief.sections.remote import remote_blocks
from openparley.brief.words import capital, coarsest, day, percent, percent_range

TELLS = 2.0  # Monte Carlo errors that a change must exceed


def outcomes_section(context: Context) -> tuple[Section, list[Drawn]]:
    """Sentences, small multiples, futures, before and after, improbable outcomes, open questions."""
    said = [likelihood_sentence(context, id, "outcomes") for id in context.outcomes]
    by_week = draw(
        context,
        "outcomes",
        _by_week(context),
        "The line is the mean, the dark band the 50 % range and the light band the 90 % range over the draws of the assumptions.",
    )
    futures = draw(
        context,
        "futures",
        _futures(context),
        "A filled dot is a future in which it happens, with the number of the week; a hollow one is a future in which it does not.",
    )
    note = (
        "Hollow: what the model gives for the same weeks without the record, given that the dispute is still open at the cut-off; "
        "filled: after the record. Thick lines are 50 % ranges, thin ones 90 % ranges."
    )
    before = draw(context, "before_after", _table(context), note, open=True)
    found = [one for one in (by_week, futures, before) if one is not None]
    blocks: list[Block] = [Prose(tuple(said)), *([by_week.figure] if by_week else [])]
    blocks += [Prose((_count(context),)), futures.figure] if futures else []
    blocks += [Prose(tuple(_record(context))), before.figure if before else _table(context)]
    blocks += [*remote_blocks(context), *open_questions(context)]
    return Section("outcomes", "What is likely", tuple(blocks)), found


def _count(context: Context) -> Sentence:
    sample = context.forecast.futures_sample[context.headline]
    happens = sum(week >= 0 for week in sample)
    of = f"futures of {len(sample)} picked by weight from {context.forecast.futures:,}; a picture of the forecast, not a further estimate"
    count = context.book.number(Number("n-futures", "Futures in which it happens", happens, of=of))
    name = Given(capital(context.outcome_name(context.headline)), name=True)
    parts = [name, f" by {context.horizon} in ", Ref(count, f"{happens} of {len(sample)}"), " futures drawn from the model."]
    return context.book.say("outcomes", "computed", parts)


def _record(context: Context) -> list[Sentence]:
    """What the record did to the headline: the same weeks without it and with it."""
    before, after = context.prior_probability(context.headline), context.probability(context.headline)
    if isnan(before.value):
        return []
    change = after.value - before.value
    did = "raised the headline" if change > 0 else "lowered the headline"
    if abs(change) < TELLS * hypot(before.mcse or 0.0, after.mcse or 0.0):
        did = "moved the headline by less than twice the Monte Carlo error"
    elif before.text == after.text:
        did += ", but by less than is printed"
    of: list[Part] = [Ref(before, f"{before.text} ({before.range})"), " without it, given that the dispute is still open at the cut-off"]
    now = [", and ", Ref(after, f"{after.text} ({after.range})"), " with it."]
    return [context.book.say("outcomes", "computed", f"The record {did}: for the same weeks the model gives it ", of, now)]


def _by_week(context: Context) -> Table:
    columns = (("Week ends",), *((Given(context.outcome_name(id), name=True),) for id in context.outcomes))
    errors = {id: coarsest(one.mcse for one in context.forecast.outcomes[id].by_week) for id in context.outcomes}
    rows = []
    for t, week in enumerate(context.forecast.weeks):
        row = [(day(week.end),)]
        for id in context.outcomes:
            estimate = context.forecast.outcomes[id].by_week[t]
            value, interval = percent(estimate.value, errors[id]), percent_range(estimate.low, estimate.high, errors[id])
            row.append((f"{value}, {interval}",))
        rows.append(tuple(row))
    return Table(
        "Probability by the end of each week, with the 90 % range; each column is rounded alike",
        columns,
        tuple(rows),
        numeric=tuple(range(1, len(columns))),
        style="dates",
    )


def _futures(context: Context) -> Table:
    weeks: dict[int, int] = {}
    for week in context.forecast.futures_sample.get(context.headline, ()):
        weeks[week] = weeks.get(week, 0) + 1
    rows = tuple(
        ((day(context.forecast.weeks[week].end) if week >= 0 else "not by then",), (str(number),))
        for week, number in sorted(weeks.items(), key=lambda item: (item[0] < 0, item))
    )
    return Table("Futures by the week in which it first happens", (("By",), ("Futures",)), rows, numeric=(1,))


def _table(context: Context) -> Table:
    rows = []
    for id, outcome in context.outcomes.items():
        after, before = context.probability(id), context.prior_probability(id)
        rows.append(
            (
                (Given(outcome.name, name=True),),
                (Given(context.facts.unquoted(outcome.what)),),
                (Ref(before),),
                (Ref(before, before.range),),
                (Ref(after),),
                (Ref(after, after.range),),
            )
        )
    columns = (("Outcome",), ("What counts",), ("Before",), ("90 % range",), ("Now",), ("90 % range",))
    caption = (
        f"Outcomes by {context.horizon}; the column Before is the model without the record for the same weeks, "
        "given that the dispute is still open at the cut-off"
    )
    return Table(caption, columns, tuple(rows), numeric=(2, 3, 4, 5))
