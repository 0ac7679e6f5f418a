"""Reports to watch for, with dates and states, and what became of those of earlier runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import exp

from openparley.brief.blocks import Block, Cell, Fold, Prose, Table
from openparley.brief.charts.indicators import anchor, best, report, unknown
from openparley.brief.cite import Given, Number, Part, Ref, Sentence
from openparley.brief.context import Context, slug
from openparley.brief.figures import Drawn, draw
from openparley.brief.moves import plays
from openparley.brief.words import capital, cut, day, listed, percent, small
from openparley.forecast.following import NOT_YET, OVERDUE, SEEN, Followed
from openparley.forecast.indicators import Indicator
from openparley.infer.posterior import NONE_OF_THESE

FOLLOWED_SHOWN = 8
SEEN_IN = 70  # letters of a cell
WIDE = 1.645  # standard errors of a 90 % range
NO_ENTRY = "no entry: what the model expects"


def indicators_blocks(context: Context) -> tuple[list[Block], list[Drawn]]:
    """A sentence an actor, the chart with the table, what became of earlier ones."""
    shown = best(context)
    if not shown:
        said = "This run lists no report that would tell the accounts apart better than chance would."
        return [Prose((context.book.say("indicators", "computed", said), *_followed(context))), *_followed_table(context)], []
    opening = context.book.say(
        "indicators",
        "note",
        "Reports to watch for are those that the accounts expect most differently; what they tell is about the model.",
    )
    said = [opening, *(best_sentence(context, listed[0]) for listed in shown.values())]
    note = "Each dot is an account, at its probability of a report; hollow: none of these. The farther apart, the more the report tells."
    drawn = draw(context, "indicators", _table(context, shown), note, open=True)
    blocks: list[Block] = [Prose(tuple(said)), drawn.figure if drawn else _table(context, shown)]
    if past := _followed(context):
        blocks += [Prose(tuple(past)), *_followed_table(context)]
    return blocks, [drawn] if drawn else []


def best_sentence(context: Context, row: Indicator, section: str = "indicators") -> Sentence:
    """One indicator: what, by when, and how differently two accounts expect it."""
    named = [account for account in row.probs if account != NONE_OF_THESE]
    named = named if len(named) > 1 else list(row.probs)
    low, high = (pick(named, key=lambda account: row.probs[account].value) for pick in (min, max))
    begin = f"For the accounts of {context.facts.position(row.about)} watch for"
    parts: list[Part] = [f"{begin} a report that {plays(context.facts, row.actor, row.move)}, by {day(row.by)}; its probability is "]
    for index, account in enumerate((high, low)):
        prob = expected(context, row, account)
        label = f"{account} ({context.facts.account_name(account)})" if account in context.facts.accounts else "none of these"
        parts += [" and " if index else "", Ref(prob), " under ", Given(label, name=True)]
    return context.book.say(section, "computed", parts, ".")


def watch(context: Context, row: Indicator) -> Number:
    """The expected gain of an indicator; its trace has the probability under each account."""
    lines = [(context.facts.account_name(account), percent(prob.value, prob.mcse)) for account, prob in row.probs.items()]
    lines.append(("Of what is open between these accounts", percent(row.gain / unknown(context, row))))
    of = f"expected gain in nats about the account; chance alone stays below {small(row.null)} in 19 of 20 cases"
    name = f"Gain from a report: {report(context, row)}"
    number = Number(anchor(row), name, row.gain, of=of, kind="small", breakdown=tuple(lines))
    return context.book.number(number)


def expected(context: Context, row: Indicator, account: str) -> Number:
    """Probability of the report under one account."""
    prob = row.probs[account]
    low, high = (min(1.0, max(0.0, prob.value + side * WIDE * prob.mcse)) for side in (-1, 1))
    name = f"{report(context, row)}, by {day(row.by)}, under {context.facts.account_name(account)}"
    of = "90 % range over futures, averaged over the assumptions"
    number = Number(f"{anchor(row)}-in-{slug(account)}", name, prob.value, low, high, 0.9, of, prob.mcse, kind="share", why=NO_ENTRY)
    return context.book.number(number)


def _table(context: Context, shown: Mapping[str, list[Indicator]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for listed_ in shown.values():
        for row in listed_:
            number = watch(context, row)
            under = Ref(number, ", ".join(f"{account} {percent(prob.value, prob.mcse)}" for account, prob in row.probs.items()))
            state = NOT_YET + (f"; last reported {day(row.last_seen)}" if row.last_seen else "; never reported so far")
            gain = Ref(number, percent(row.gain / unknown(context, row)))
            dates = f"{day(row.half_by)}; {day(row.by)}"
            seen: Cell = (Given(cut(row.read_from, SEEN_IN)),)
            rows.append(((report(context, row),), (under,), (gain,), seen, (dates,), (state,)))
    columns = (
        "Report",
        "Probability under each account",
        "Expected gain",
        "Where it would be seen",
        "Half expected by; window ends",
        "State",
    )
    where = "; ".join(f"{capital(context.facts.position(actor))}: {found}" for actor, found in _outlets(shown).items())
    caption = (
        "The best few for each actor; the gain is the share of what is open between the accounts that the answer is expected to settle"
    )
    caption += f". Outlets that have reported these actors, and how often: {context.facts.unquoted(where)}" if where else ""
    return Table(caption, tuple((name,) for name in columns), tuple(rows), numeric=(2,))


def _outlets(shown: Mapping[str, list[Indicator]]) -> dict[str, str]:
    return {row.actor: row.outlets for rows in shown.values() for row in rows if row.outlets}


def _followed(context: Context) -> list[Sentence]:
    """How many earlier indicators were seen, are open or overdue, and that silence has been charged already."""
    found = context.forecast.followed
    if not found:
        return []
    book, counts = context.book, Counter(one.state for one in found)
    runs = Given(listed(list(dict.fromkeys(one.run for one in found))), name=True)
    total = book.count("n-followed", "Indicators of earlier runs", len(found), "reports to watch for that earlier runs of the case listed")
    parts: list[Part] = ["Of ", total, f" indicator{'s' * (len(found) != 1)} of earlier runs (", runs, "): "]
    meanings = {SEEN: "a report came in time", NOT_YET: "time is left", OVERDUE: "time passed without a report"}
    for index, (state, meaning) in enumerate(meanings.items()):
        ref = book.count(f"n-followed-{state.replace(' ', '-')}", f"Indicators {state}", counts[state], f"earlier indicators: {meaning}")
        parts += [", " if index else "", f"{state} ", ref]
    said = [book.say("indicators", "computed", parts, ".")]
    if counts[OVERDUE]:
        text = "What is overdue is evidence by silence, and that silence is in the numbers already: the shares of the accounts bear it."
        said.append(book.say("indicators", "computed", text))
    return said


def _followed_table(context: Context) -> list[Block]:
    """Those that tell all accounts of an actor apart, overdue ones first."""
    order = {OVERDUE: 0, SEEN: 1, NOT_YET: 2}
    found = sorted((one for one in context.forecast.followed if not one.indicator.between), key=lambda one: order[one.state])
    if not found:
        return []
    rows = tuple(_followed_row(context, one) for one in found[:FOLLOWED_SHOWN])
    columns = ("Report", "About the accounts of", "By", "State", "Its silence counts, already in the numbers")
    table = Table("Indicators of earlier runs; all of them are in brief.json", tuple((name,) for name in columns), rows)
    return [Fold("What became of earlier indicators", (table,))]


def _followed_row(context: Context, one: Followed) -> tuple[Cell, ...]:
    state = f"{one.state}, {day(one.on)}" if one.on else one.state
    charged = ", ".join(f"{account} ×{exp(charge):.2f}" for account, charge in one.charged.items()) or "–"
    about = context.facts.position(one.indicator.about)
    return ((report(context, one.indicator),), (about,), (day(one.indicator.by),), (state,), (charged,))
