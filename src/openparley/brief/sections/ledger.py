"""The commitment ledger: who promised, threatened or demanded what, by when, and what came of it."""

from __future__ import annotations

from datetime import date

from openparley.brief.blocks import Block, Prose, Section, Table
from openparley.brief.cite import Given, Link, Part, Sentence
from openparley.brief.commitments import due_words, made_words, outcome_words, rows_by_actor
from openparley.brief.context import Context
from openparley.brief.figures import Drawn, draw
from openparley.brief.words import counted, cut, day
from openparley.record.ledger import LedgerRow, say_do

REPORTED_IN_PROSE = 3


def ledger_section(context: Context) -> tuple[Section, list[Drawn]]:
    """Sentences, the timeline and the whole table."""
    by_actor = rows_by_actor(context)
    rows = [row for listed in by_actor.values() for row in listed]
    if not rows:
        said = context.book.say("ledger", "computed", "The record holds no accepted threat, promise, demand, proposal or deadline.")
        return Section("ledger", "What was promised and threatened", (Prose((said,)),)), []
    blocks: list[Block] = [Prose(tuple(_sentences(context, [row for row in rows if row.same_as is None])))]
    table = _table(context, by_actor)
    note = (
        "A dot is the day it was made, the mark at the end of the line the last day on which it fell due; the dashed line is "
        "the cut-off. Where the day is known only within a range, the dot is its middle and a thin line "
        "the range. Undated and much older ones are only in the table."
    )
    drawn = draw(context, "timeline", _dates(context, by_actor), note)
    blocks += [drawn.figure] if drawn else []
    blocks += [_say_do(context), table]
    return Section("ledger", "What was promised and threatened", tuple(blocks)), [drawn] if drawn else []


def _sentences(context: Context, rows: list[LedgerRow]) -> list[Sentence]:
    book = context.book
    ids = tuple(row.id for row in rows)
    total = book.count(
        "n-commitments",
        "Commitments in the record",
        len(rows),
        "accepted threats, promises, demands, proposals and deadlines",
        evidence=ids,
    )
    overdue = [row for row in rows if row.days_overdue]
    late = book.count(
        "n-overdue",
        "Commitments overdue",
        len(overdue),
        "due day before the cut-off and nothing reported that closes the matter",
        evidence=tuple(r.id for r in overdue),
    )
    said = [
        book.say(
            "ledger",
            "computed",
            "The record holds ",
            total,
            " threats, promises, demands, proposals and deadlines, of which ",
            late,
            f" fell due before {day(context.facts.case.file.cutoff)} with nothing reported that closes the matter.",
        )
    ]
    latest = sorted((row for row in rows if row.made), key=lambda row: (row.made or date.min, row.id), reverse=True)
    for row in latest[:REPORTED_IN_PROSE]:
        entry = context.facts.commitments.get(row.id)
        if entry is None:
            continue
        text = context.facts.unquoted(entry.paraphrase, entry.source).rstrip(". ")
        parts: list[Part] = [
            Given(text),
            ", per ",
            Link(entry.source, context.facts.outlet(entry.source)),
            " (",
            Link(row.id, row.id),
            ").",
        ]
        said.append(book.say("ledger", "reported", parts))
    return said


def _table(context: Context, by_actor: dict[str, list[LedgerRow]]) -> Table:
    columns = (("Id",), ("Who, to whom",), ("What",), ("Made",), ("Due",), ("Days overdue",), ("What came of it",), ("Source",))
    body = []
    for actor, rows in by_actor.items():
        for row in rows:
            to = context.facts.actors(row.target)
            entry = context.facts.commitments.get(row.id)
            what = context.facts.unquoted(entry.paraphrase, entry.source) if entry else ""
            late: Part = str(row.days_overdue) if row.days_overdue else "–"
            if row.days_overdue:
                late = context.book.count(
                    f"n-late-{row.id}",
                    f"Days by which {row.id} is overdue",
                    row.days_overdue,
                    "days from the end of its due range to the cut-off",
                    "days",
                    evidence=tuple(row.evidence),
                )
            came: list[Part] = [row.outcome]
            for id in [id for id in row.evidence if id != row.id][:3]:
                came += [" ", Link(id, id)]
            source = row.source
            body.append(
                (
                    (Link(row.id, row.id),),
                    (Given(f"{actor} to {to}" if to else actor),),
                    (f"{row.type}: ", Given(cut(what, 150))),
                    (made_words(context, row),),
                    (due_words(context, row),),
                    (late,),
                    tuple(came),
                    (Link(source, context.facts.outlet(source)),),
                )
            )
    return Table("Every accepted commitment, by actor", columns, tuple(body), numeric=(5,), style="ledger")


def _say_do(context: Context) -> Table:
    """What each actor announced and what came of it."""
    rows = []
    for row in say_do(context.facts.case):
        slip = "–" if row.median_slip_days is None else f"{row.median_slip_days:g}"
        counts = (row.made, row.kept, row.lapsed, row.superseded, row.pending, row.no_report)
        rows.append(((Given(context.facts.actor(row.actor)),), *((str(count),) for count in counts), (slip,)))
    columns = (
        "Actor",
        "Made",
        "Kept",
        "Lapsed or violated",
        "Superseded",
        "Pending",
        "Due passed, no report",
        "Median days late when kept",
    )
    return Table("What each actor said and did", tuple((name,) for name in columns), tuple(rows), numeric=tuple(range(1, 8)))


def _dates(context: Context, by_actor: dict[str, list[LedgerRow]]) -> Table:
    rows = tuple(
        ((row.id,), (made_words(context, row),), (due_words(context, row),), (outcome_words(row),))
        for listed in by_actor.values()
        for row in listed
    )
    return Table(
        f"{counted(len(rows), 'commitment')} as drawn and left out of the drawing", (("Id",), ("Made",), ("Due",), ("Outcome",)), rows
    )
