"""The second click: every entry that the page cites, with its source, its offsets and what is known of the words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from openparley.brief.blocks import Cell, Evidence, EvidenceList, Prose, Section
from openparley.brief.cite import Given, Link, Part
from openparley.brief.context import Context
from openparley.brief.facts import when
from openparley.brief.readings import readings
from openparley.brief.words import cut, day, listed
from openparley.record.chronology import Row
from openparley.record.entry import Entry

STATES = {
    "verified": "Words verified",
    "no text": "Paraphrase",
    "orphan": "ORPHAN: the text at hand has other words here",
}
# What an event is that did not happen, or has not yet: a reader must not take its heading for a fact.
NOT_ACTUAL = {"negated": "not done", "hypothetical": "hypothetical", "future": "announced"}
PEOPLE = ("actor", "speaker", "explains", "subject")
TOWARDS = ("recipient", "target", "addressee", "object")


def evidence_section(context: Context, cited: set[str]) -> Section:
    """Every cited entry that the case has."""
    entries = [entry for id, entry in context.facts.case.entries.items() if id in cited]
    quotes = [context.facts.quote(entry).state for entry in entries]
    count = context.book.count("n-cited", "Entries cited", len(entries), "entries that this page links to")
    verified = context.book.count(
        "n-verified",
        "Entries with verified words",
        quotes.count("verified"),
        "entries whose words were found at their offsets with the stored hash",
    )
    rest = "" if quotes.count("verified") == len(entries) else "; the others are paraphrase and offsets only"
    found = f" the words were found in a text at hand, at these offsets and with this hash{rest}."
    said = context.book.say("evidence", "computed", "This page cites ", count, " entries; of ", verified, found)
    orphans = [entry.id for entry, state in zip(entries, quotes, strict=True) if state == "orphan"]
    warning = [context.book.say("evidence", "computed", f"The text at hand has changed under {listed(orphans)}.")] if orphans else []
    usual = Counter((_coded(entry), _review(context, entry)) for entry in entries).most_common(1)
    most = usual[0][0] if usual else ("", "")
    read = readings(context)
    items = tuple(_item(context, entry, most, read.get(entry.id, ())) for entry in entries)
    if usual:
        parts: list[Part] = ["Unless an entry says otherwise it was coded by ", Given(most[0]), ", and its review is: ", Given(most[1])]
        warning.append(context.book.say("evidence", "computed", parts, "."))
        grades = (
            "Sources are graded for reliability, entries for credibility, apart; an entry without a word on its credibility has no grade."
        )
        warning.append(context.book.say("evidence", "note", grades))
    rows = [row for id, row in context.facts.case.course.items() if id in cited]
    if rows:
        items += tuple(_row(context, row) for row in rows)
        number = context.book.count("n-rows", "Rows cited", len(rows), "rows of the chronology that this page links to")
        read = context.book.count(
            "n-rows-checked", "Rows checked", sum(row.status == "checked" for row in rows), "cited rows whose reference was read"
        )
        said = context.book.say(
            "evidence", "computed", "This page cites ", number, " rows of a chronology; ", read, " of them were checked."
        )
    return Section("evidence", "Evidence", (Prose((said, *warning)), EvidenceList(items)))


def label(context: Context, entry: Entry) -> str:
    """Kind, type and who to whom, and of an event whether it happened."""
    kind = (
        (entry.event.lower() if entry.kind == "event" else None)
        or getattr(entry, "type", None)
        or getattr(entry, "value", None)
        or getattr(entry, "relation", None)
        or getattr(entry, "stance", None)
        or getattr(entry, "form", "")
    )
    who, whom = (next((getattr(entry, name) for name in names if getattr(entry, name, None)), ()) for names in (PEOPLE, TOWARDS))
    mutual = len(who) > 1 and set(who) == set(whom)
    ends = [context.facts.actors(who)] if who else []
    ends += ["each other" if mutual else context.facts.actors(whom)] if whom else []
    unreal = f", {NOT_ACTUAL[entry.realis]}" if entry.kind == "event" and entry.realis in NOT_ACTUAL else ""
    return f"{entry.kind}, {kind}{': ' if ends else ''}{' to '.join(ends)}{unreal}"


def _row(context: Context, row: Row) -> Evidence:
    """A row of the chronology: what happened, and where to look it up."""
    dated = f"{row.date}" if row.date == row.date_end else f"{row.date} to {row.date_end}"
    known: list[tuple[str, Cell]] = [("reference:", (Given(row.reference),)), ("dated", (dated,))]
    known += [("note:", (Given(row.note),))] if row.note else []
    state = "Checked against the reference" if row.status == "checked" else "Recalled; the reference was not read"
    actor = context.facts.actors((row.actor,)) if row.actor in context.facts.case.file.actors else row.actor
    return Evidence(row.id, f"move, {row.move.replace('_', ' ')}: {actor}", row.what, "", state, tuple(known))


def _review(context: Context, entry: Entry) -> str:
    """Who decided what, and when."""
    review = entry.review.state + (f" by {entry.review.by}" if entry.review.by else "")
    review += f", {entry.review.at[:10]}" if entry.review.at else ""
    reason = context.facts.case.set_aside().get(entry.id)
    return f"{review}; set aside: {reason}" if reason else review


def _coded(entry: Entry) -> str:
    """Who coded it, and how sure of it."""
    if (coder := entry.coder) is None:
        return "not stated"
    coded = " ".join(part for part in (coder.name, coder.version or "", coder.rule or "") if part)
    return coded + (f", {round(min(99, max(1, 100 * coder.confidence)))} % sure" if coder.confidence is not None else "")


def _item(context: Context, entry: Entry, usual: tuple[str, str], read: Sequence[str]) -> Evidence:
    """An entry with everything known of it that is not as in most."""
    facts, quote = context.facts, context.facts.quote(entry)
    row = facts.case.sources.get(entry.source)
    source: list[Part] = [Link(entry.source, f"{entry.source} {facts.outlet(entry.source)}")]
    source += [f", {day(row.published) if row.published else 'not dated'}, {row.kind}"] if row else []
    source += [f", reliability {row.reliability}" if row.reliability else ", no grade"] if row else []
    credible = facts.case.credibility.get(entry.id)
    source += [f"; credibility of the entry {credible}"] if credible else []
    by = facts.actors(entry.attributed_to)
    said_by = f"{by if by == entry.attribution else f'{by} ({entry.attribution})'}{', hearsay' if entry.hearsay else ''}"
    said_by += f", via {facts.actor(entry.via)}" if entry.via else ""
    coded, review = _coded(entry), _review(context, entry)
    known: list[tuple[str, Cell]] = [
        ("source", tuple(source)),
        ("said by", (Given(said_by),)),
        ("at", (f"{entry.span.start}–{entry.span.end}, sha256 {entry.span.sha256[:12]}…",)),
    ]
    known += [("read as", ("; ".join(read),))] if read else []
    known += [("coded by", (Given(coded),))] if coded != usual[0] else []
    known += [("review:", (Given(review),))] if review != usual[1] else []
    dated = when(getattr(entry, "made", None)) or when(entry.date)
    known += [("dated", (dated,))] if dated else []
    links: list[Part] = []
    for link in entry.links:
        here = link.to in facts.case.entries
        links += [
            ", " if links else "",
            f"{link.rel.replace('_', ' ')} ",
            Link(link.to, link.to) if here else f"{link.to} (not in the record)",
        ]
    known += [("linked:", tuple(links))] if links else []
    text = cut(facts.unquoted(entry.paraphrase, entry.source), 300)
    return Evidence(entry.id, label(context, entry), text, quote.words, STATES[quote.state], tuple(known))
