"""From a case to its flat tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from openparley import __version__
from openparley.record.case import Case
from openparley.record.entry import KINDS, Commitment, Due, Entry, Event, FuzzyDate, spans_of
from openparley.record.export import _columns
from openparley.record.export.tables import Export, Row, Table
from openparley.record.ledger import ledger
from openparley.record.plover import PLOVER_VERSION, TYPES
from openparley.record.span import ContentSpan, Span, sha256
from openparley.record.views import same_groups

__all__ = ["collect", "moment"]

# The bundled cases are part of the program and under its licence; other cases state none.
LICENSE = ("Apache-2.0", "Apache License 2.0", "https://www.apache.org/licenses/LICENSE-2.0")
PLURALS = {
    "event": ("events", "Events", "Who did what to whom; PLOVER events. Only realis “actual” happened."),
    "statement": ("statements", "Statements", "Who said something, in quotation marks or reported."),
    "commitment": ("commitments", "Commitments", "Threats, promises, demands, proposals and deadlines."),
    "status": ("statuses", "Statuses", "What a source says came of a commitment."),
    "claim": ("claims", "Claims", "Explanations of somebody’s behaviour, and the accounts that they support or deny."),
    "relation": ("relations", "Relations", "How one actor stands to another."),
}
FACETS = {
    "event": ("event", "realis"),
    "statement": ("form",),
    "commitment": ("type",),
    "status": ("value",),
    "claim": ("stance", "mechanism"),
    "relation": ("relation", "trend"),
}


def collect(case: Case, *, accepted: bool = False, texts: bool = False) -> Export:
    """Flatten a case.

    Parameters
    ----------
    accepted
        Leave out everything that a model may not use: proposals, rejected entries and those set aside.
    texts
        Put in the texts of the sources that are in the case.
    """
    entries = case.accepted() if accepted else dict(case.entries)
    words = dict(case.texts) if texts else {}
    whole = sha256("".join(f"{name}\t{digest}\n" for name, digest in sorted(case.digest().items())))
    tables = [
        _about(case, accepted, bool(words), whole),
        *_context(case),
        _entries(case, entries),
        *(_kind(case, entries, kind) for kind in KINDS),
        _links(entries),
        _spans(entries),
        _reviews(case, entries, accepted),
        _ledger(case),
    ]
    if words:
        rows = [{"id": name, "text": text} for name, text in words.items()]
        tables.append(_table("texts", "Texts", "Texts of the sources as ingested. They belong to their publishers.", _columns.TEXTS, rows))
    note = "The texts belong to their publishers." if words else "The texts of the sources belong to their publishers and are not in it."
    return Export(
        name=case.name,
        title=case.file.title,
        description=f"{case.file.question} A coded record of what reports say, every entry with its place in a source. {note}",
        tables={table.name: table for table in tables},
        texts=words,
        sha256=whole,
        license=LICENSE if case.bundled else (),
        accepted=accepted,
    )


def moment(text: str | None) -> datetime | None:
    """A time as written in a review, in UTC; None when it cannot be read. Without a zone it is taken for UTC."""
    try:
        read = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    if read is None:
        return None
    return (read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)).replace(microsecond=0)


def _table(name: str, title: str, description: str, columns: tuple[Any, ...], rows: Iterable[Row], **more: Any) -> Table:
    return Table(name, title, description, columns, tuple(rows), **more)


def _about(case: Case, accepted: bool, texts: bool, whole: str) -> Table:
    file = case.file
    row = {
        "id": case.name,
        "title": file.title,
        "question": file.question,
        "cutoff": file.cutoff,
        "fictional": file.fictional,
        "notes": file.notes or None,
        "accepted_only": accepted,
        "has_texts": texts,
        "case_sha256": whole,
        "plover_version": PLOVER_VERSION,
        "openparley_version": __version__,
    }
    return _table("about", "About", "The case, and what of it is here.", _columns.ABOUT, [row], label="title")


def _context(case: Case) -> Iterable[Table]:
    """What entries refer to: documents, actors, rival accounts, types of events."""
    file = case.file
    sources = [_blank(source.model_dump()) for source in case.sources.values()]
    yield _table(
        "sources", "Sources", "One row a document.", _columns.SOURCES, sources, facets=("kind", "origin"), label="outlet", one="source"
    )
    actors = [{**_blank(actor.model_dump()), "id": key, "aliases": actor.aliases} for key, actor in file.actors.items()]
    yield _table(
        "actors", "Actors", "Who acts, speaks or is acted upon.", _columns.ACTORS, actors, facets=("role",), label="name", one="actor"
    )
    accounts = [account.model_dump() for account in file.accounts]
    yield _table("accounts", "Accounts", "Rival accounts of a motive.", _columns.ACCOUNTS, accounts, label="name", one="account")
    plover = [
        {"id": name, "meaning": kind.meaning, "score": kind.score, "quad": kind.quad, "modes": kind.modes} for name, kind in TYPES.items()
    ]
    about = f"The event types of PLOVER {PLOVER_VERSION}."
    yield _table("plover_types", "PLOVER types", about, _columns.PLOVER_TYPES, plover, facets=("quad",), one="type")


def _entries(case: Case, entries: Mapping[str, Entry]) -> Table:
    usable = case.accepted()
    rows: list[Row] = []
    for entry in entries.values():
        made = entry.made if entry.kind == "commitment" else None
        when = made or entry.date
        rows.append(
            {
                "id": entry.id,
                "kind": entry.kind,
                "source": entry.source,
                "paraphrase": entry.paraphrase,
                "when_start": when.start if when else None,
                "when_end": when.end if when else None,
                "review_state": entry.review.state,
                "usable": entry.id in usable,
                "confidence": entry.coder.confidence if entry.coder else None,
            }
        )
    text = "Every entry of every kind; the table of its kind has the rest."
    facets = ("kind", "review_state", "source", "usable")
    return _table("entries", "Entries", text, _columns.ENTRIES, rows, facets=facets, label="paraphrase", one="entry")


def _kind(case: Case, entries: Mapping[str, Entry], kind: str) -> Table:
    name, title, text = PLURALS[kind]
    own = [entry for entry in entries.values() if entry.kind == kind]
    usable, aside = case.accepted(), case.set_aside()
    more = _of_events(usable) if kind == "event" else {}
    columns = _columns.KIND_COLUMNS[kind]
    rows: list[Row] = []
    for entry in own:
        known = {
            **_common(entry, entry.id in usable, aside.get(entry.id)),
            **(_of_commitment(entry) if entry.kind == "commitment" else {}),
            **({"commitment": _known(entry.of, entries)} if entry.kind == "status" else {}),
            **({"score": TYPES[entry.event].score, "counted_as": more.get(entry.id)} if entry.kind == "event" else {}),
        }
        rows.append({column.name: known[column.name] if column.name in known else getattr(entry, column.name) for column in columns})
    facets = (*FACETS[kind], "source", "review_state")
    return _table(name, title, text, columns, rows, facets=facets, label="paraphrase", one=kind)


def _common(entry: Entry, usable: bool, aside: str | None) -> dict[str, Any]:
    coder = entry.coder
    return {
        **_period("date", entry.date),
        "coder_name": coder.name if coder else None,
        "coder_version": coder.version if coder else None,
        "coder_rule": coder.rule if coder else None,
        "confidence": coder.confidence if coder else None,
        "review_state": entry.review.state,
        "review_by": entry.review.by,
        "review_at": moment(entry.review.at),
        "usable": usable,
        "set_aside": aside,
        "span": _span(entry.span),
    }


def _of_commitment(entry: Commitment) -> dict[str, Any]:
    due: Due | None = entry.due
    return {
        **_period("made", entry.made),
        "due_start": due.start if due else None,
        "due_end": due.end if due else None,
        "due_basis": (due.basis or None) if due else None,
    }


def _of_events(usable: Mapping[str, Entry]) -> dict[str, str]:
    """For each usable event the first of the reports of the same event."""
    events = [entry for entry in usable.values() if isinstance(entry, Event)]
    root = same_groups(events)
    first: dict[str, str] = {}
    return {event.id: first.setdefault(root[event.id], event.id) for event in events}


def _links(entries: Mapping[str, Entry]) -> Table:
    rows = [
        {"entry": entry.id, "position": position, "rel": link.rel, "target": link.to, "target_entry": _known(link.to, entries)}
        for entry in entries.values()
        for position, link in enumerate(entry.links)
    ]
    text = "How entries stand to one another; a target that is not in the export stands only in “target”."
    return _table("links", "Links", text, _columns.LINKS, rows, key=("entry", "position"), facets=("rel",))


def _spans(entries: Mapping[str, Entry]) -> Table:
    rows = [
        {
            "entry": entry.id,
            "position": position,
            "part": "content" if position else "span",
            "source": entry.source,
            "span": _span(span),
        }
        for entry in entries.values()
        for position, span in enumerate(spans_of(entry))
    ]
    text = "Where the evidence is: offsets into the raw text of a source and the hash of the words."
    return _table("spans", "Spans", text, _columns.SPANS, rows, key=("entry", "position"), facets=("part", "source"))


def _reviews(case: Case, entries: Mapping[str, Entry], accepted: bool) -> Table:
    rows = [
        {
            "id": review.id,
            "about": review.entry,
            "entry": _known(review.entry, entries),
            "act": review.act,
            "reviewer": review.by,
            "at": moment(review.at),
            "at_written": review.at,
            "reason": review.reason,
            "before": review.before,
            "after": review.after,
            "undoes": review.undoes,
            "blind": review.blind,
        }
        for review in case.reviews
        if not accepted or review.entry in entries
    ]
    return _table(
        "reviews", "Reviews", "Every act of review, oldest first.", _columns.REVIEWS, rows, facets=("act", "reviewer"), one="review"
    )


def _ledger(case: Case) -> Table:
    names = [column.name for column in _columns.LEDGER]
    rows = [{name: getattr(row, name) for name in names} for row in ledger(case)]
    text = "The accepted commitments and what came of them as of the cut-off."
    return _table("ledger_rows", "Ledger", text, _columns.LEDGER, rows, facets=("outcome", "own_act"), one="commitment")


def _period(name: str, period: FuzzyDate | None) -> dict[str, Any]:
    keys: Sequence[str] = ("start", "end", "granularity", "anchor", "phrase")
    return {f"{name}_{key}": getattr(period, key) if period else None for key in keys}


def _span(span: ContentSpan) -> dict[str, Any]:
    head = span.head if isinstance(span, Span) else ""
    return {"start": span.start, "end": span.end, "sha256": span.sha256, "head": head or None}


def _known(key: str, entries: Mapping[str, Entry]) -> str | None:
    return key if key in entries else None


def _blank(row: Mapping[str, Any]) -> dict[str, Any]:
    """Empty texts are missing values."""
    return {key: None if value == "" else value for key, value in row.items()}
