"""What each table's columns are called and mean."""

from __future__ import annotations

import types
import typing
from typing import Any

from pydantic import BaseModel

from openparley.record.casefile import Actor
from openparley.record.entry import Claim, Commitment, Event, FuzzyDate, Link, Relation, ReviewNote, Statement, Status
from openparley.record.export.tables import Column
from openparley.record.plover import CONTEXTS, TYPES
from openparley.record.review import Review
from openparley.record.sources import Source

__all__ = [
    "ABOUT",
    "ACCOUNTS",
    "ACTORS",
    "COMMON",
    "ENTRIES",
    "KIND_COLUMNS",
    "LEDGER",
    "LINKS",
    "PLOVER_TYPES",
    "REVIEWS",
    "SOURCES",
    "SPANS",
    "TEXTS",
]


def _choices(model: type[BaseModel], name: str) -> tuple[str, ...]:
    """The words that a field of a model allows."""
    return tuple(_words(model.model_fields[name].annotation))


def _words(annotation: Any) -> list[str]:
    if typing.get_origin(annotation) is typing.Literal:
        return list(typing.get_args(annotation))
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return [word for part in typing.get_args(annotation) for word in _words(part)]
    return []


def _list(name: str, description: str, child: str, each: str, references: str = "", allowed: tuple[str, ...] = ()) -> Column:
    return Column(name, "list", description, allowed=allowed, references=references, child=child, each=each)


def _actors(name: str, description: str, owner: str, each: str) -> Column:
    return _list(name, description, f"{owner}_{name}s" if not name.endswith("s") else f"{owner}_{name}", each, "actors")


def _period(name: str, what: str) -> tuple[Column, ...]:
    return (
        Column(f"{name}_start", "date", f"First day on which {what}."),
        Column(f"{name}_end", "date", f"Last day on which {what}."),
        Column(f"{name}_granularity", "string", "How wide the words made it.", allowed=_choices(FuzzyDate, "granularity")),
        Column(f"{name}_anchor", "string", "The day from which the words were read.", allowed=_choices(FuzzyDate, "anchor")),
        Column(f"{name}_phrase", "string", "The words that date it, when noted."),
    )


MODE_WORDS = tuple(dict.fromkeys(mode for kind in TYPES.values() for mode in kind.modes))
ID = Column("id", "string", "Letter of the kind and a number.", True)
SOURCE = Column("source", "string", "The document it was read in.", True, references="sources")
PARAPHRASE = Column("paraphrase", "string", "What it says, in the coder’s own words.", True)
STATE = Column("review_state", "string", "Where it stands with the people who review it.", True, _choices(ReviewNote, "state"))
USABLE = Column("usable", "boolean", "Accepted or edited by a person, and not set aside: a model may use it.", True)
CONFIDENCE = Column("confidence", "number", "How sure the coder was, 0 to 1.", unit="probability")

ABOUT = (
    Column("id", "string", "Name of the case.", True),
    Column("title", "string", "Title.", True),
    Column("question", "string", "What the case asks.", True),
    Column("cutoff", "date", "What became known after this day does not count.", True),
    Column("fictional", "boolean", "Whether everything in it is invented.", True),
    Column("notes", "string", "What a reader has to know."),
    Column("accepted_only", "boolean", "Whether the export leaves out what nobody has accepted.", True),
    Column("has_texts", "boolean", "Whether the texts of the sources are in the export.", True),
    Column("case_sha256", "string", "SHA-256 over the files of the case and their hashes.", True),
    Column("plover_version", "string", "Version of the PLOVER manual that types, modes and scores follow.", True),
    Column("openparley_version", "string", "Version of the program that wrote this.", True),
)
SOURCES = (
    Column("id", "string", "Id of the document.", True),
    Column("outlet", "string", "Who published it.", True),
    Column("author", "string", "As printed."),
    Column("title", "string", "As printed."),
    Column("url", "string", "Where it was found."),
    Column("published", "date", "Day of publication."),
    Column("published_basis", "string", "How that is known: stated, or why the day is assumed."),
    Column("retrieved", "date", "Day on which it was taken."),
    Column("kind", "string", "Genre.", True, _choices(Source, "kind")),
    Column("origin", "string", "Who the story goes back to; sources of one origin are echoes and count once."),
    Column(
        "reliability",
        "string",
        "Grade A to F; empty when there is none, and never used in arithmetic.",
        allowed=("A", "B", "C", "D", "E", "F"),
    ),
    Column("language", "string", "ISO 639 code."),
    Column("text_sha256", "string", "SHA-256 of the raw bytes of the text.", True),
    Column("chars", "integer", "Length of the text.", True, unit="Unicode code points"),
)
ACTORS = (
    Column("id", "string", "Id, by role.", True),
    Column("name", "string", "Display name.", True),
    Column("role", "string", "Part in the dispute.", True, _choices(Actor, "role")),
    Column("country", "string", "ISO 3166 alpha-3; XAA to XZZ for invented ones."),
    Column("proposed", "boolean", "A coder met this actor in a report and nobody has checked it.", True),
    _list("aliases", "Other names in the reports.", "actor_aliases", "alias"),
)
ACCOUNTS = (
    Column("id", "string", "Id of the rival account.", True),
    Column("actor", "string", "Whose motive it is about.", True, references="actors"),
    Column("name", "string", "Short name.", True),
    Column("statement", "string", "What holds under it.", True),
    _list("basis", "What it rests on: ids of entries, analyst or default.", "account_basis", "basis"),
)
PLOVER_TYPES = (
    Column("id", "string", "PLOVER type.", True, tuple(TYPES)),
    Column("meaning", "string", "In a line.", True),
    Column("score", "number", "From −10, conflict, to +10, cooperation.", True, unit="PLOVER cooperation–conflict score"),
    Column("quad", "string", "Verbal or material, cooperation or conflict.", True),
    _list("modes", "Ways of doing it.", "plover_type_modes", "mode", allowed=MODE_WORDS),
)
ENTRIES = (
    ID,
    Column("kind", "string", "Which table has the rest.", True, ("event", "statement", "commitment", "status", "claim", "relation")),
    SOURCE,
    PARAPHRASE,
    Column("when_start", "date", "First day it is dated to; of a commitment, the day it was made."),
    Column("when_end", "date", "Last day it is dated to."),
    STATE,
    USABLE,
    CONFIDENCE,
)

# What follows the columns of its own in the table of every kind.
COMMON = (
    Column("attribution", "string", "How they are named who stand behind the words.", True, _choices(Event, "attribution")),
    Column("via", "string", "Who passed it on."),
    Column("hearsay", "boolean", "The source reports what another says happened.", True),
    Column("historical", "boolean", "Background from before the dispute.", True),
    Column("language", "string", "Language of the words where it is not that of the source."),
    *_period("date", "it happened"),
    Column("coder_name", "string", "Who or what proposed the entry."),
    Column("coder_version", "string", "Version of the coder."),
    Column("coder_rule", "string", "By which rule."),
    CONFIDENCE,
    STATE,
    Column("review_by", "string", "Who reviewed it last."),
    Column("review_at", "datetime", "When, in UTC."),
    USABLE,
    Column("set_aside", "string", "Why an accepted entry is not used, such as a correction."),
    Column("note", "string", "A remark of the coder."),
    Column("span", "span", "Where the words are."),
)


def _attributed(kind: str) -> Column:
    return _list("attributed_to", "Who is behind the words; never empty.", f"{kind}_attributions", "attributed_to")


_REALIS = Column("realis", "string", "Whether it happened: only “actual” events did.", True, _choices(Event, "realis"))
_OWN: dict[str, tuple[Column, ...]] = {
    "event": (
        Column("event", "string", "PLOVER type.", True, references="plover_types"),
        _actors("actor", "Who did it; empty when nobody is named.", "event", "actor"),
        _actors("recipient", "To whom.", "event", "recipient"),
        _list("mode", "PLOVER modes.", "event_modes", "mode", allowed=MODE_WORDS),
        _list("context", "PLOVER contexts.", "event_contexts", "context", allowed=CONTEXTS),
        _REALIS,
        Column("score", "number", "Of the type, from −10 to +10.", True, unit="PLOVER cooperation–conflict score"),
        Column("counted_as", "string", "The usable event that stands for this one in counts: reports of the same event count once."),
    ),
    "statement": (
        _actors("speaker", "Who said it.", "statement", "speaker"),
        _actors("addressee", "To whom.", "statement", "addressee"),
        Column("form", "string", "Direct speech, both, or reported.", True, _choices(Statement, "form")),
        Column("medium", "string", "Where it was said."),
    ),
    "commitment": (
        Column("type", "string", "What is announced.", True, _choices(Commitment, "type")),
        _actors("actor", "Who is bound, or asks.", "commitment", "actor"),
        _actors("target", "To whom.", "commitment", "target"),
        Column("condition", "string", "If or unless what."),
        Column("consequence", "string", "What follows."),
        *_period("made", "it was made"),
        Column("due_start", "date", "First day on which it falls due."),
        Column("due_end", "date", "Last day on which it falls due."),
        Column("due_basis", "string", "On what that is read."),
        Column("event", "string", "PLOVER type of the announcement.", references="plover_types"),
    ),
    "status": (
        Column("of", "string", "Id of the commitment as the record has it.", True),
        Column("commitment", "string", "The same, when that commitment is in the export.", references="commitments"),
        Column("value", "string", "What the source says came of it.", True, _choices(Status, "value")),
        Column("as_of", "date", "As of which day."),
    ),
    "claim": (
        _actors("explains", "Whose behaviour is explained.", "claim", "actor"),
        Column("behaviour", "string", "Which behaviour.", True),
        Column("explanation", "string", "The explanation, in the coder’s words.", True),
        Column("mechanism", "string", "The mechanism in a word or two."),
        Column("stance", "string", "How the source puts it.", True, _choices(Claim, "stance")),
        _list("supports", "Accounts that it speaks for.", "claim_supports", "account", "accounts"),
        _list("denies", "Accounts that it speaks against.", "claim_denies", "account", "accounts"),
    ),
    "relation": (
        _actors("subject", "Who stands.", "relation", "actor"),
        _actors("object", "To whom.", "relation", "actor"),
        Column("relation", "string", "How.", True, _choices(Relation, "relation")),
        Column("trend", "string", "Which way it moves.", allowed=_choices(Relation, "trend")),
    ),
}
KIND_COLUMNS: dict[str, tuple[Column, ...]] = {
    kind: (
        Column("id", "string", ID.description, True, references="entries"),
        SOURCE,
        PARAPHRASE,
        *own,
        _attributed(kind),
        *COMMON,
    )
    for kind, own in _OWN.items()
}
SPANS = (
    Column("entry", "string", "Whose evidence it is.", True, references="entries"),
    Column("position", "integer", "0 is the entry’s own span; from 1 the stretches inside the quotation marks of a statement.", True),
    Column("part", "string", "Which of the two.", True, ("span", "content")),
    SOURCE,
    Column("span", "span", "Where the words are."),
)
LINKS = (
    Column("entry", "string", "From which entry.", True, references="entries"),
    Column("position", "integer", "Place in the entry’s links, from 0.", True),
    Column("rel", "string", "How the two stand to each other.", True, _choices(Link, "rel")),
    Column("target", "string", "Id of the other entry as the record has it.", True),
    Column("target_entry", "string", "The same, when that entry is in the export.", references="entries"),
)
REVIEWS = (
    Column("id", "string", "Number of the act.", True),
    Column("about", "string", "Id of the entry, or of a graded source, as the review has it.", True),
    Column("entry", "string", "The same, when that entry is in the export.", references="entries"),
    Column("act", "string", "What was done.", True, _choices(Review, "act")),
    Column("reviewer", "string", "Who did it.", True),
    Column("at", "datetime", "When, in UTC; empty when what is written cannot be read as a moment."),
    Column("at_written", "string", "When, as written.", True),
    Column("reason", "string", "Why."),
    Column("before", "json", "Of an edit: the keys that changed, as they were."),
    Column("after", "json", "Of an edit: the keys that changed, as they became."),
    Column("undoes", "string", "Number of the act that this one takes back.", references="reviews"),
    Column("blind", "boolean", "Whether it is one coder's reading for comparison, which decides nothing.", True),
)
LEDGER = (
    Column("id", "string", "The commitment; only accepted ones are here.", True, references="commitments"),
    Column("same_as", "string", "The commitment that this is another report of; leave such rows out of counts.", references="commitments"),
    Column("own_act", "boolean", "Whether the actor says what it will do itself.", True),
    Column("made", "date", "First day on which it may have been made."),
    Column("due_start", "date", "First day on which it may fall due."),
    Column("due", "date", "Last day on which it may fall due."),
    Column("outcome", "string", "A status from a source, “pending”, or “due passed, no report”; never guessed from silence.", True),
    Column("as_of", "date", "As of which day the outcome was reported."),
    Column("days_overdue", "integer", "From the due date to the cut-off, when nothing closed the matter.", unit="days"),
    Column("slip_days", "integer", "When kept: from the due date to the event that fulfils it, negative when early.", unit="days"),
    _list("evidence", "Ids of the commitment and of the statuses behind the outcome.", "ledger_evidence", "evidence", "entries"),
)
TEXTS = (
    Column("id", "string", "The source.", True, references="sources"),
    Column("text", "string", "Its text as ingested. It belongs to its publisher.", True),
)
