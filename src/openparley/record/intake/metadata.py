"""Who published a document when: what the caller says, else what the file says, else missing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, get_args

from openparley.errors import CaseError, Complaint, did_you_mean, one_of, quoted
from openparley.record.intake.dates import day_in
from openparley.record.intake.document import Document
from openparley.record.intake.language import language_of
from openparley.record.sources import OUTLET_UNKNOWN, Source

__all__ = ["Given", "Metadata", "given", "metadata"]

GIVEN_BASIS = "given when added"
KINDS: tuple[str, ...] = get_args(Source.model_fields["kind"].annotation)
LONGEST_CELL = 500
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Given:
    """What the caller says about all the files; empty where nothing is said."""

    outlet: str = ""
    author: str = ""
    published: date | None = None
    kind: str = "news"
    origin: str = ""
    title: str = ""
    language: str = ""


class Metadata(NamedTuple):
    """The cells of a row of ``sources.csv`` but id, hash and length, which of them are missing, and what to look at."""

    cells: dict[str, Any]
    missing: tuple[str, ...]
    notes: tuple[str, ...]


def given(
    *,
    outlet: str = "",
    author: str = "",
    published: str | date | None = None,
    kind: str = "news",
    origin: str = "",
    title: str = "",
    language: str = "",
) -> Given:
    """Check what the caller says.

    Raises
    ------
    CaseError
        If the day is none, the kind is not one, or the language is not a code of two or three letters; all at once.
    """
    complaints: list[Complaint] = []
    day = published if isinstance(published, date) else None
    if isinstance(published, str) and published:
        try:
            day = date.fromisoformat(published) if _DAY.fullmatch(published) else None
            message = "" if day else f"{quoted(published)} is not a date."
        except ValueError:
            message = f"{quoted(published)}: there is no such day in the calendar."
        if message:
            complaints.append(Complaint(None, None, None, published, "YYYY-MM-DD", "Write it as YYYY-MM-DD.", f"published: {message}"))
    if kind not in KINDS:
        message = f"kind: {quoted(kind)} is not one of: {one_of(KINDS)}."
        complaints.append(Complaint(None, None, None, kind, list(KINDS), did_you_mean(kind, KINDS), message))
    if language and not re.fullmatch(r"[a-z]{2,3}", language):
        message = f"language: {quoted(language)} is not a code of a language."
        complaints.append(Complaint(None, None, None, language, "ISO 639, such as en", "Write two small letters.", message))
    if complaints:
        raise CaseError(complaints)
    return Given(_cell(outlet), _cell(author), day, kind, _cell(origin), _cell(title), language)


def metadata(document: Document, says: Given, *, today: date, cutoff: date | None, retrieved: date | None = None) -> Metadata:
    """The row of a document. A day is never guessed: not from the file's own date, nor from prose."""
    notes = list(document.notes)
    stated = date.fromisoformat(document.published) if day_in(document.published) else None
    published, basis = (says.published, GIVEN_BASIS) if says.published else (stated, document.published_basis if stated else "")
    if says.published and stated and says.published != stated:
        notes.append(f"The file says {stated} ({document.published_basis}); {says.published} was taken, as given.")
    if published and published > today:
        notes.append(f"The day of publication, {published}, is in the future.")
    elif published and cutoff and published > cutoff:
        notes.append(f"It was published on {published}, after the cut-off of the case, {cutoff}.")
    if says.published:
        notes = [note for note in notes if not note.startswith("The date is that of the PDF file")]
    cells: dict[str, Any] = {
        "outlet": says.outlet or _cell(document.outlet),
        "author": says.author or _cell(document.author),
        "title": says.title or _cell(document.title),
        "url": _cell(document.url),
        "published": published,
        "published_basis": _cell(basis),
        "retrieved": retrieved,
        "kind": says.kind,
        "origin": says.origin,
        "language": says.language or language_of(document.text, document.language),
    }
    missing = tuple(name for name in ("outlet", "author", "title", "published", "language") if not cells[name])
    if "outlet" in missing:
        cells["outlet"] = OUTLET_UNKNOWN
    return Metadata(cells, missing, tuple(notes))


def _cell(value: str) -> str:
    """A value as one line of a table: no line ends, no control characters, no half of a surrogate pair, not endless."""
    clean = value.encode("utf-8", errors="replace").decode("utf-8")
    return "".join(char for char in " ".join(clean.split()) if char.isprintable() or char == "\u200d")[:LONGEST_CELL].strip()
