"""Sources: a summary of how good they are, then one row a document."""

from __future__ import annotations

from collections import Counter

from openparley.brief.blocks import Block, Fold, Prose, Section, Table
from openparley.brief.cite import Given, Link, Part, Sentence
from openparley.brief.context import Context
from openparley.brief.sections.left_out import left_out_blocks
from openparley.brief.words import counted, day, listed

NAMED_AT_MOST = 10


def sources_section(context: Context) -> Section:
    """The summary statement and the list."""
    blocks: list[Block] = [Prose(tuple(_summary(context))), *left_out_blocks(context), _table(context)]
    if aside := context.facts.case.set_aside():
        rows = tuple(((Link(id, id),), (Given(reason),)) for id, reason in aside.items())
        blocks.append(
            Fold("Entries set aside", (Table("Accepted, but resting on something that is not there", (("Entry",), ("Reason",)), rows),))
        )
    return Section("sources", "Sources", tuple(blocks))


def _summary(context: Context) -> list[Sentence]:
    facts, book = context.facts, context.book
    sources = facts.case.sources
    count = book.count("n-sources", "Sources", len(sources), "documents in the case")
    origins = book.count(
        "n-origins", "Independent origins", len(facts.origins), "distinct origins of the accepted entries; an echo adds none"
    )
    said = [
        book.say(
            "sources",
            "computed",
            "The record rests on ",
            count,
            f" document{'s' * (len(sources) != 1)} with ",
            origins,
            f" independent origin{'s' * (len(facts.origins) != 1)}; an echo of one origin counts once.",
        )
    ]
    single = facts.single_source
    alone = book.count(
        "n-single", "Single-source items", len(single), "events and commitments that only one origin carries", evidence=single[:5]
    )
    said.append(book.say("sources", "computed", "Of its events and commitments ", alone, " are carried by one origin only."))

    states = facts.review_states
    parts: list[Part] = [
        "Of ",
        book.count("n-entries", "Entries", len(facts.case.entries), "entries in the record, whatever their state"),
        " entries ",
    ]
    for index, state in enumerate(("accepted", "edited", "proposed", "rejected")):
        parts += [
            ", " if index else "",
            book.count(f"n-{state}", f"Entries {state}", states[state], f"entries in the state {state}"),
            f" are {state}" if not index else f" {state}",
        ]
    said.append(book.say("sources", "computed", parts, "; only accepted and edited ones reach the model."))

    coders = Counter(entry.coder.name if entry.coder else "not stated" for entry in facts.case.entries.values())
    said.append(
        book.say(
            "sources",
            "computed",
            "They were coded by ",
            Given(listed([f"{name} ({number})" for name, number in sorted(coders.items())])),
            ".",
        )
    )

    ungraded = [id for id, row in sources.items() if not row.reliability]
    undated = [id for id, row in sources.items() if row.published is None]
    gaps = [
        clause
        for clause, ids in ((f"{len(ungraded)} without a reliability grade", ungraded), (f"{len(undated)} without a date", undated))
        if ids
    ]
    absent = len(sources) - len(facts.texts.keys() & sources.keys())
    gaps += [f"{absent} whose text is not at hand"] if absent else []
    if gaps:
        said.append(
            book.say(
                "sources",
                "computed",
                f"Missing: {listed(gaps)} of {counted(len(sources), 'document')}; what is missing enters no calculation.",
            )
        )
    for warning in facts.case.dangling()[:NAMED_AT_MOST]:
        said.append(book.say("sources", "computed", "Dangling: ", Given(facts.unquoted(warning).rstrip(".")), "."))
    return said


def _table(context: Context) -> Table:
    rows = []
    used = Counter(entry.source for entry in context.facts.accepted.values())
    for id, row in context.facts.case.sources.items():
        who = ", ".join(part for part in (row.outlet, row.author) if part)
        published = (
            f"{day(row.published)}{' (' + row.published_basis + ')' if row.published_basis else ''}" if row.published else "not dated"
        )
        text = "at hand, hash agrees" if id in context.facts.texts else "not at hand"
        rows.append(
            (
                (id,),
                (Given(who),),
                (Given(row.title or "–"),),
                (row.kind,),
                (Given(published),),
                (Given(context.facts.origin(id)),),
                (row.reliability or "missing",),
                (str(used[id]),),
                (text,),
            )
        )
    columns = ("Id", "Outlet, author", "Title", "Kind", "Published", "Origin", "Reliability", "Accepted entries", "Text")
    return Table(
        "Every document of the case",
        tuple((name,) for name in columns),
        tuple(rows),
        anchors=tuple(context.facts.case.sources),
        numeric=(7,),
    )
