"""The commitment ledger: who promised, threatened or demanded what, by when, and what came of it."""

from __future__ import annotations

from openparley.brief.blocks import Block, Prose, Section, Table
from openparley.brief.cite import Given, Link, Part, Sentence
from openparley.brief.commitments import due_words, made_words, next_due_first, outcome_words, rows_by_actor, who_to_whom
from openparley.brief.context import Context
from openparley.brief.figures import Drawn, draw
from openparley.brief.words import counted, cut, day
from openparley.record.ledger import LedgerRow, SayDo, say_do

REPORTED_IN_PROSE = 3
KINDS = "threats, promises, demands, proposals and deadlines"


def ledger_section(context: Context) -> tuple[Section, list[Drawn]]:
    """Sentences, the timeline and the whole table."""
    by_actor = rows_by_actor(context)
    rows = [row for listed in by_actor.values() for row in listed]
    if not rows:
        said = context.book.say("ledger", "computed", "The record holds no accepted threat, promise, demand, proposal or deadline.")
        return Section("ledger", "What was promised and threatened", (Prose((said,)),)), []
    blocks: list[Block] = [Prose(tuple(_sentences(context, rows)))]
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


def _sentences(context: Context, reports: list[LedgerRow]) -> list[Sentence]:
    """How many there are, how many are overdue, and those that a reader needs first."""
    book, cutoff = context.book, context.facts.case.file.cutoff
    rows = [row for row in reports if row.same_as is None]
    total = book.count("n-commitments", "Commitments in the record", len(rows), f"accepted {KINDS}", evidence=tuple(row.id for row in rows))
    held: list[Part] = ["The record holds ", total, f" {KINDS}"]
    if len(reports) > len(rows):
        ids = tuple(row.id for row in reports if row.same_as is not None)
        of = "accepted reports of commitments, those of one that another report has already told included"
        every = book.count("n-commitment-reports", "Reports of commitments", len(reports), of, evidence=ids)
        held = ["The record holds ", every, f" reports of {KINDS}, ", total, " after merging repeats"]
    overdue = [row for row in rows if row.days_overdue]
    late = book.count(
        "n-overdue",
        "Commitments overdue",
        len(overdue),
        "due day before the cut-off and nothing reported that closes the matter",
        evidence=tuple(r.id for r in overdue),
    )
    end = f" fell due before {day(cutoff)} with nothing reported that closes the matter."
    said = [book.say("ledger", "computed", held, ", of which ", late, end)]
    said += [_reported(context, row) for row in next_due_first(rows, cutoff)[:REPORTED_IN_PROSE]]
    return said


def _reported(context: Context, row: LedgerRow) -> Sentence:
    """One commitment as its report has it, marked when the report has it at second hand."""
    entry = context.facts.commitments[row.id]
    text = context.facts.unquoted(entry.paraphrase, entry.source).rstrip(". ")
    hearsay = " (second-hand)" if entry.hearsay else ""
    source = Link(entry.source, context.facts.outlet(entry.source))
    parts: list[Part] = [Given(text), f"{hearsay}, per ", source, " (", Link(row.id, row.id), ")."]
    return context.book.say("ledger", "reported", parts)


def _table(context: Context, by_actor: dict[str, list[LedgerRow]]) -> Table:
    columns = (("Id",), ("Who, to whom",), ("What",), ("Made",), ("Due",), ("Days overdue",), ("What came of it",), ("Source",))
    body = []
    for rows in by_actor.values():
        for row in rows:
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
            again: list[Part] = [" (repeats ", Link(row.same_as, row.same_as), ")"] if row.same_as else []
            body.append(
                (
                    (Link(row.id, row.id),),
                    (Given(who_to_whom(context, row)),),
                    (f"{row.type}: ", Given(cut(what, 150)), *again),
                    (made_words(context, row),),
                    (due_words(context, row),),
                    (late,),
                    tuple(came),
                    (Link(source, context.facts.outlet(source)),),
                )
            )
    return Table("Every accepted commitment, by actor", columns, tuple(body), numeric=(5,), style="ledger")


def _say_do(context: Context) -> Table:
    """What each actor said it would do itself, what came of it, and what it demanded of others."""
    rows = tuple((((Given(context.facts.actor(row.actor)),), *((cell,) for cell in _counts(row)))) for row in say_do(context.facts.case))
    columns = (
        "Actor",
        "Made",
        "Kept",
        "Lapsed or violated",
        "Superseded",
        "Pending",
        "Due passed, no report",
        "Median days late when kept",
        "Demands made",
        "Demands met",
    )
    caption = (
        "What each actor said and did: own threats, promises and deadlines, repeats merged, a joint one counted for each maker; "
        "demands have the last two columns, proposals none"
    )
    return Table(caption, tuple((name,) for name in columns), rows, numeric=tuple(range(1, len(columns))))


def _counts(row: SayDo) -> tuple[str, ...]:
    """The cells of an actor; a dash where there is nothing that could be counted."""
    slip = "–" if row.median_slip_days is None else f"{row.median_slip_days:g}"
    own = (row.kept, row.lapsed, row.superseded, row.pending, row.no_report)
    met = str(row.demands_met) if row.demands_made else "–"
    return str(row.made), *(str(count) if row.made else "–" for count in own), slip, str(row.demands_made), met


def _dates(context: Context, by_actor: dict[str, list[LedgerRow]]) -> Table:
    rows = tuple(
        ((row.id,), (made_words(context, row),), (due_words(context, row),), (outcome_words(row),))
        for listed in by_actor.values()
        for row in listed
    )
    return Table(
        f"{counted(len(rows), 'commitment')} as drawn and left out of the drawing", (("Id",), ("Made",), ("Due",), ("Outcome",)), rows
    )
