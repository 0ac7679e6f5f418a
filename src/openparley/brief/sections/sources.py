"""Sources: a summary of how good they are, then one row a document."""

from __future__ import annotations

from collections import Counter

from openparley.brief.blocks import Block, Fold, Prose, Section, Table
from openparley.brief.cite import Given, Link, Part, Ref, Sentence
from openparley.brief.context import Context, slug
from openparley.brief.sections.left_out import left_out_blocks
from openparley.brief.words import day
from openparley.record.entry import Commitment, Event
from openparley.record.views import same_groups

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
    origins, unknown = context.origin_counts()
    rests: list[Part] = [count, f" document{'s' * (len(sources) != 1)} with ", origins, f" known origin{'s' * (len(facts.origins) != 1)}"]
    if unknown is not None:
        rests += [" and ", unknown, " unknown"]
    said = [book.say("sources", "computed", "The record rests on ", rests, "; an echo of one origin counts once.")]
    single = facts.single_source
    alone = book.count(
        "n-single", "Single-source items", len(single), "events and commitments that only one origin carries", evidence=single[:5]
    )
    items = [entry for entry in facts.accepted.values() if isinstance(entry, Event | Commitment)]
    told = len(set(same_groups(items).values()))
    every = book.count("n-items", "Events and commitments", told, "events and commitments of the record; linked reports of one count once")
    said.append(book.say("sources", "computed", "Of its ", every, " events and commitments ", alone, " are carried by one origin only."))

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
    if len(coders) == 1:
        name, number = next(iter(coders.items()))
        whom: list[Part] = ["All ", _coded(context, name, number), " were coded by ", Given(name)]
    else:
        whom = ["They were coded by "]
        for index, (name, number) in enumerate(sorted(coders.items())):
            whom += [", " if index else "", Given(name), " (", _coded(context, name, number), ")"]
    said.append(book.say("sources", "computed", whom, "."))

    ungraded = [id for id, row in sources.items() if not row.reliability]
    undated = [id for id, row in sources.items() if row.published is None]
    absent = len(sources) - len(facts.texts.keys() & sources.keys())
    lacks = (("ungraded", len(ungraded), "without a reliability grade"), ("undated", len(undated), "without a date"))
    lacks += (("textless", absent, "whose text is not at hand"),)
    gaps: list[Part] = []
    for id, number, lack in lacks:
        if number:
            gaps += [", " if gaps else "", book.count(f"n-{id}", f"Documents {lack}", number, f"documents {lack}"), f" {lack}"]
    if gaps:
        said.append(
            book.say("sources", "computed", "Missing, of ", count, " documents: ", gaps, "; what is missing enters no calculation.")
        )
    for warning in facts.case.dangling()[:NAMED_AT_MOST]:
        said.append(book.say("sources", "computed", "Dangling: ", Given(facts.unquoted(warning).rstrip(".")), "."))
    return said


def _coded(context: Context, name: str, number: int) -> Ref:
    """How many entries a coder coded."""
    return context.book.count(f"n-coded-{slug(name)}", f"Entries coded by {name}", number, "entries in the record, whatever their state")


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
