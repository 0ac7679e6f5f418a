"""Assumptions: what the numbers rest on, how far each may be wrong, and what the record says of it."""

from __future__ import annotations

from openparley.brief.blocks import Cell, Prose, Section, Table
from openparley.brief.cite import Given, Link, Part, Ref, Sentence
from openparley.brief.context import Context
from openparley.brief.words import alike, significant
from openparley.record.casefile import Assumption

NOT_IDENTIFIED = "not identified by this record"
UNIT = "sets the unit"


def assumptions_section(context: Context) -> Section:
    """How many of each status, then the table."""
    rows = context.facts.case.file.assumptions
    book = context.book
    statuses = [UNIT if sets_unit(row) else row.status for row in rows]
    counts = {status: statuses.count(status) for status in ("supported", "caveated", "unsupported")}
    parts: list[Part] = [
        "The model makes ",
        book.count("n-assumptions", "Assumptions", len(rows), "assumptions of the case, fixed ones included"),
        " assumptions: ",
    ]
    for index, (status, number) in enumerate(counts.items()):
        parts += [
            ", " if index else "",
            book.count(f"n-assumptions-{status}", f"Assumptions {status}", number, f"assumptions with the status {status}"),
            f" {status}",
        ]
    if UNIT in statuses:
        of = "weights that are fixed at one unit for every account, against which all others of that actor are read"
        parts += ["; ", book.count("n-assumptions-unit", "Assumptions that set a unit", statuses.count(UNIT), of), " only set a unit"]
    said = [book.say("assumptions", "computed", parts, "; default values are assumptions too.")]
    silent = [
        row.id
        for row in rows
        if not row.fixed and row.id in context.posterior.assumptions and not context.posterior.assumptions[row.id].identified
    ]
    number = book.count(
        "n-not-identified",
        "Assumptions not identified by this record",
        len(silent),
        "assumptions whose posterior the record did not move from the prior",
        assumptions=tuple(silent[:8]),
    )
    said.append(
        book.say("assumptions", "computed", number, " of them the record did not move: what is believed of these is what was put in.")
    )
    said.append(_again(context))
    return Section("assumptions", "Assumptions", (Prose(tuple(said)), _table(context)))


def _again(context: Context) -> Sentence:
    """How a reader who disagrees tries it."""
    name = Given(context.facts.case.name)
    start: list[Part] = ["To dispute one, change its range in case.toml and run parley brief ", name]
    rest: list[Part] = ["; parley fit ", name, " --without leaves out a source, parley whatif ", name, " --lever changes what is done."]
    return context.book.say("assumptions", "note", start, rest)


def _table(context: Context) -> Table:
    columns = ("Id", "Statement", "Low", "Likely", "High", "Rests on", "Status", "What the record made of it")
    body = []
    for row in context.facts.case.file.assumptions:
        statement: list[Part] = [Given(context.facts.unquoted(row.statement))]
        statement += [Given(f" If wrong → {context.facts.unquoted(row.if_wrong)}")] if row.if_wrong else []
        basis: list[Part] = []
        for id in row.basis:
            basis += [", " if basis else "", Link(id, id) if id in context.facts.case.entries else id]
        unit = f" {row.unit}" if row.unit else ""
        values: tuple[Cell, ...] = ((significant(row.low),), (significant(row.likely) + unit,), (significant(row.high),))
        made: Cell = ("fixed" if row.fixed else verdict(context, row.id), *_moves(context, row.id))
        body.append(((row.id,), tuple(statement), *values, tuple(basis), (UNIT if sets_unit(row) else row.status,), made))
    anchors = tuple(row.id for row in context.facts.case.file.assumptions)
    return Table(
        f"Every assumption; low and high are the 90 % range or the ends; not identified is short for {NOT_IDENTIFIED}",
        tuple((name,) for name in columns),
        tuple(body),
        anchors=anchors,
        numeric=(2, 3, 4),
    )


def _moves(context: Context, id: str) -> list[Part]:
    """The headline over the range of an assumption, for those that the page says it of."""
    number = context.book.numbers.get(f"n-hinge-{id}")
    return ["; headline over its range ", Ref(number, number.range)] if number else []


def verdict(context: Context, id: str) -> str:
    """Posterior against prior in words."""
    found = context.posterior.assumptions.get(id)
    if found is None:
        return "fixed"
    before, after = found.prior, found.posterior
    values = [before.value, after.value, after.low, after.high]
    was, now, low, high = alike(values, after.mcse)
    if was == now:  # what the record moved takes one place more than its error gives it
        was, now, low, high = alike(values, after.mcse / 10)
    return f"{was} → {now} ({low} to {high})" if found.identified else "not identified"


def sets_unit(row: Assumption) -> bool:
    """Whether an assumption claims nothing and only says in what the weights of an actor are counted."""
    return row.fixed and abs(row.likely) == 1 and row.sets.startswith("weight.") and ".*." in row.sets
