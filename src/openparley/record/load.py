"""Reading a case folder whole: all files, every complaint, nothing written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from openparley.errors import Complaint, closest, did_you_mean, one_of, quoted
from openparley.record.actorfile import FILE as ACTOR_FILE
from openparley.record.actorfile import read_actors
from openparley.record.casetoml import CaseToml, ExtraCheck, read_case_toml, words
from openparley.record.chronology import FILE as CHRONOLOGY_FILE
from openparley.record.chronology import Chronology, read_chronology
from openparley.record.entry import KINDS, Entry, actor_fields, spans_of
from openparley.record.review import Derived, Review, derive
from openparley.record.sources import Source, read_sources
from openparley.record.span import sha256, verify
from openparley.record.store import JsonLines
from openparley.record.wording import complaints_from, not_one_of

__all__ = ["Loaded", "decode", "entry_complaints", "load", "read_entries"]

ATTRIBUTED_TO_AUTHOR = "author"


@dataclass
class Loaded:
    """Everything read from a case folder, sound or not.

    Attributes
    ----------
    places
        File and line of every entry by id, also of those that could not be read as entries.
    unsound
        File, line, id, kind and raw data of every row of the record that is not a sound entry.
    changed
        Text and hash of every text in the case that is not the text that was coded, by source id.
    chronology
        The course of moves, if the case has one.
    digest
        SHA-256 of every file that was read, by its path in the case.
    """

    root: Path
    toml: CaseToml | None = None
    sources: dict[str, Source] = field(default_factory=dict)
    source_rows: dict[str, int] | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    unsound: list[tuple[str, int, str | None, str, dict[str, Any]]] = field(default_factory=list)
    reviews: list[tuple[int, Review]] = field(default_factory=list)
    derived: Derived | None = None
    chronology: Chronology | None = None
    texts: dict[str, str] = field(default_factory=dict)
    changed: dict[str, tuple[str, str]] = field(default_factory=dict)
    digest: dict[str, str] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def sorted_complaints(self) -> list[Complaint]:
        """Most likely cause first, then in the order of the flow: case, sources, record, reviews."""
        order = ["case.toml", ACTOR_FILE, CHRONOLOGY_FILE, "sources.csv", *(f"texts/{name}.txt" for name in self.source_rows or ())]
        order += [f"record/{kind.file}" for kind in KINDS.values()] + ["reviews.jsonl"]
        places = {name: index for index, name in enumerate(order)}
        return sorted(self.complaints, key=lambda found: (found.rank, places.get(found.file or "", -1), found.line or 0))


def load(root: Path, extra_checks: Sequence[ExtraCheck] = ()) -> Loaded:
    """Read every file of a case and check all of them, whatever is wrong with the others."""
    loaded = Loaded(root)
    if (root / CHRONOLOGY_FILE).is_file() and (course := _read(loaded, CHRONOLOGY_FILE, "")) is not None:
        loaded.chronology = read_chronology(course)
        extra_checks = loaded.chronology.checks(extra_checks)
    text = _read(loaded, "case.toml", "Every case has one; `parley new DIR` writes a commented example.")
    if text is not None:
        loaded.toml = read_case_toml(text, extra_checks)
        loaded.complaints += loaded.toml.complaints
        _load_actors(loaded)
    text = _read(loaded, "sources.csv", "It holds one row a document; without documents, the header alone.")
    if text is not None:
        loaded.sources, rows, found = read_sources(text)
        loaded.complaints += found
        loaded.source_rows = None if any(complaint.rank == 0 for complaint in found) else rows
    elif loaded.chronology is not None:
        loaded.source_rows = {}
    _load_texts(loaded)
    _load_record(loaded)
    _load_reviews(loaded)
    if loaded.chronology is not None:
        toml = loaded.toml
        loaded.chronology.check_against(toml.file if toml else None, toml.actors if toml else None, loaded.places)
        loaded.complaints += loaded.chronology.complaints
    for entry in (loaded.derived.entries if loaded.derived else loaded.entries).values():
        loaded.complaints += entry_complaints(loaded, entry)
    for place in loaded.unsound:
        loaded.complaints += _names(loaded, *place)
    for name in loaded.changed:
        loaded.complaints.append(_changed_text(loaded, name))
    return loaded


def _load_actors(loaded: Loaded) -> None:
    """Actors that a coder proposed stand beside those of ``case.toml``."""
    if not (loaded.root / ACTOR_FILE).is_file() or loaded.toml is None:
        return
    text = _read(loaded, ACTOR_FILE, "")
    if text is None:
        return
    toml = loaded.toml
    actors, found = read_actors(text, toml.file.actors if toml.file else None)
    loaded.complaints += found
    if toml.actors is not None:
        toml.actors = (*toml.actors, *actors)
    if toml.file is not None:
        toml.file = toml.file.model_copy(update={"actors": {**toml.file.actors, **actors}})


def entry_complaints(loaded: Loaded, entry: Entry) -> list[Complaint]:
    """What is wrong with an entry in the light of the other files: names that lead nowhere, words that are not there."""
    return [*_references(loaded, entry), *_spans(loaded, entry)]


def decode(data: bytes, file: str) -> tuple[str | None, list[Complaint]]:
    """The bytes as UTF-8 text, or the complaint that says where they are not."""
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = f"0x{data[error.start]:02X}"
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        message = f"not UTF-8: the byte {byte} at position {column} of the line."
        hint = "Save the file as UTF-8 (in a spreadsheet: “CSV UTF-8”)."
        return None, [Complaint(file, line, None, byte, "UTF-8", hint, message, rank=0)]


def read_entries(text: str, kind: str, file: str) -> tuple[list[tuple[int, Entry]], list[tuple[int, dict[str, Any]]], list[Complaint]]:
    """Entries of one file with their lines, rows that are not sound, and every complaint."""
    lines = JsonLines(text, file)
    sound: list[tuple[int, Entry]] = []
    unsound: list[tuple[int, dict[str, Any]]] = []
    complaints = list(lines.complaints)
    model = KINDS[kind].model
    for number, row in lines.rows:
        item = row.get("id") if isinstance(row.get("id"), str) else None
        found = list(_wrong_kind(row, kind, number, item, file))
        if not found:
            try:
                sound.append((number, model.model_validate(row)))
            except ValidationError as error:
                found = list(complaints_from(error, model, lambda path, number=number, item=item: (file, number, "", item)))
        complaints += found
        if found:
            unsound.append((number, row))
    return sound, unsound, complaints


def _read(loaded: Loaded, name: str, hint: str) -> str | None:
    """One file as text; its absence or encoding becomes a complaint."""
    path = loaded.root / name
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        if loaded.chronology is not None and name != "case.toml":
            return None  # a case that is a course of moves needs no documents
        near = closest(path.name, [other.name for other in path.parent.iterdir()]) if path.parent.is_dir() else None
        guess = f"Is it “{near}”? " if near and not (path.parent / near).is_dir() and near not in _known_names() else ""
        loaded.complaints.append(Complaint(name, None, None, None, None, guess + hint, "the file is missing.", rank=0))
        return None
    except OSError as error:
        reason = f"the file cannot be read: {error.strerror}."
        loaded.complaints.append(Complaint(name, None, None, None, None, None, reason, rank=0))
        return None
    loaded.digest[name] = sha256(data)
    text, found = decode(data, name)
    loaded.complaints += found
    return text


def _known_names() -> set[str]:
    return {"case.toml", "sources.csv", "reviews.jsonl", *(kind.file for kind in KINDS.values())}


def _load_texts(loaded: Loaded) -> None:
    """Texts that are in the case must be the texts that were coded."""
    folder = loaded.root / "texts"
    for name, source in loaded.sources.items():
        path = folder / f"{name}.txt"
        if not path.is_file():
            continue
        file = f"texts/{name}.txt"
        data = path.read_bytes()
        text, found = decode(data, file)
        loaded.complaints += found
        if text is None:
            continue
        digest = sha256(data)
        if digest != source.text_sha256:
            loaded.changed[name] = text, digest
            continue
        if len(text) != source.chars:
            row = (loaded.source_rows or {}).get(name)
            message = f"“chars” is {source.chars}, but the text has {len(text)} code points."
            loaded.complaints.append(Complaint("sources.csv", row, name, source.chars, len(text), None, message, noun="source"))
        loaded.texts[name] = text


def _changed_text(loaded: Loaded, name: str) -> Complaint:
    """A text in the case is not the one that was coded: both hashes, and the entries whose words are not in it."""
    text, digest = loaded.changed[name]
    expected = loaded.sources[name].text_sha256
    entries = [entry for entry in (loaded.derived.entries if loaded.derived else {}).values() if entry.source == name]
    orphaned = [entry.id for entry in entries if not all(verify(span, text) for span in spans_of(entry))]
    lost = f" Entries orphaned in it: {', '.join(orphaned)}." if orphaned else ""
    row = (loaded.source_rows or {}).get(name)
    message = f"the text has SHA-256 {digest}, but sources.csv, row {row}, says {expected}.{lost}"
    hint = "Texts are never edited: restore the text, or code the new one as a source of its own."
    return Complaint(f"texts/{name}.txt", None, name, digest, expected, hint, message, noun="source", rank=2)


def _load_record(loaded: Loaded) -> None:
    folder = loaded.root / "record"
    files = {kind.file: name for name, kind in KINDS.items()}
    for file, kind in files.items():
        text = _read(loaded, f"record/{file}", f"A case without entries of this kind has it empty: touch record/{file}.")
        if text is None:
            continue
        sound, unsound, found = read_entries(text, kind, f"record/{file}")
        loaded.complaints += found
        for number, row in unsound:
            item = row.get("id") if isinstance(row.get("id"), str) else None
            if item:
                _register(loaded, item, f"record/{file}", number)
            loaded.unsound.append((f"record/{file}", number, item, kind, row))
        for number, entry in sound:
            if _register(loaded, entry.id, f"record/{file}", number):
                loaded.entries[entry.id] = entry
    if folder.is_dir():
        for path in sorted(folder.glob("*.jsonl")):
            if path.name not in files:
                hint = did_you_mean(path.name, files) or f"Files are: {one_of(list(files))}."
                message = "no kind of entry is kept in a file of this name."
                loaded.complaints.append(Complaint(f"record/{path.name}", None, None, path.name, list(files), hint, message, rank=1))


def _register(loaded: Loaded, item: str, file: str, number: int) -> bool:
    """Note where an id stands; complain when it stands twice."""
    if item in loaded.places:
        other, line = loaded.places[item]
        message = f"the id {quoted(item)} is already used in {other}, line {line}."
        loaded.complaints.append(Complaint(file, number, item, item, None, "Give every entry an id of its own.", message, rank=3))
        return False
    loaded.places[item] = (file, number)
    return True


def _wrong_kind(row: dict[str, Any], kind: str, number: int, item: str | None, file: str) -> Iterator[Complaint]:
    found = row.get("kind")
    if found == kind:
        return
    if found is None:
        yield Complaint(file, number, item, None, kind, f'Write "kind":"{kind}".', "“kind” is missing.")
    elif isinstance(found, str) and found in KINDS:
        yield Complaint(
            file,
            number,
            item,
            found,
            kind,
            f"Move the line to record/{KINDS[found].file}.",
            f"an entry of kind {found} does not belong in this file.",
        )
    else:
        message, hint = not_one_of(found, list(KINDS))
        yield Complaint(file, number, item, found if isinstance(found, str) else None, list(KINDS), hint, f"kind: {message}")


def _references(loaded: Loaded, entry: Entry) -> Iterator[Complaint]:
    """Names that an entry uses and the case does not know, and offsets behind the end of its source."""
    file, line = loaded.places[entry.id]
    yield from _names(loaded, file, line, entry.id, entry.kind, entry.model_dump(mode="json"))
    source = loaded.sources.get(entry.source)
    if source is not None:
        for end in (span.end for span in spans_of(entry) if span.end > source.chars):
            message = f"the span ends at {end}, but {source.id} has {source.chars} code points."
            yield Complaint(file, line, entry.id, end, f"at most {source.chars}", None, message)
    other = loaded.entries.get(entry.of) if entry.kind == "status" else None
    if other is not None and other.kind != "commitment":
        message = f"a status is about a commitment, but {other.id} is of kind {other.kind}."
        known = [key for key, found in loaded.entries.items() if found.kind == "commitment"]
        yield Complaint(file, line, entry.id, other.id, known, None, message)


def _names(loaded: Loaded, file: str, line: int, item: str | None, kind: str, row: Mapping[str, Any]) -> Iterator[Complaint]:
    """Sources, actors and accounts that a row names and the case does not know; the row may have other mistakes."""
    if loaded.source_rows is not None:
        known = list(loaded.source_rows)
        yield from _strangers(file, line, item, "source: there is no source {} in sources.csv", words(row.get("source")), known)
    toml = loaded.toml
    if toml is not None and toml.actors is not None:
        for key in actor_fields(kind):
            yield from _strangers(file, line, item, f"{key}: there is no actor {{}} in case.toml", words(row.get(key)), toml.actors)
        if row.get("attribution") in ("named", "institution"):
            allowed = (*toml.actors, ATTRIBUTED_TO_AUTHOR)
            named = words(row.get("attributed_to"))
            yield from _strangers(file, line, item, "attributed_to: there is no actor {} in case.toml", named, allowed)
    if kind == "claim" and toml is not None and toml.accounts is not None:
        for key in ("supports", "denies"):
            yield from _strangers(file, line, item, f"{key}: there is no account {{}} in case.toml", words(row.get(key)), toml.accounts)


def _strangers(file: str, line: int, item: str | None, says: str, named: Iterable[str], known: Sequence[str]) -> Iterator[Complaint]:
    for word in named:
        if word not in known:
            message = f"{says.format(quoted(word))}; there are: {one_of(known) if known else 'none'}."
            yield Complaint(file, line, item, word, list(known), did_you_mean(word, known), message)


def _spans(loaded: Loaded, entry: Entry) -> Iterator[Complaint]:
    """Spans whose words are not, in the text that was coded, the words that were hashed."""
    text = loaded.texts.get(entry.source)
    if text is None:
        return
    file, line = loaded.places[entry.id]
    for span in spans_of(entry):
        if not verify(span, text) and span.end <= len(text):
            found = sha256(text[span.start : span.end])
            message = f"the words at {span.start}–{span.end} of {entry.source} have SHA-256 {found}, not {span.sha256}."
            hint = "The offsets or the hash are wrong; offsets count code points of the raw text, the end is exclusive."
            yield Complaint(file, line, entry.id, span.sha256, found, hint, message)


def _load_reviews(loaded: Loaded) -> None:
    file = "reviews.jsonl"
    text = _read(loaded, file, "Nothing reviewed yet is an empty file: touch reviews.jsonl.")
    lines = JsonLines(text or "", file, append_only=True)
    loaded.complaints += lines.complaints
    if lines.torn:
        loaded.notes.append(
            f"{file}: the last line was cut off by a crash before it was acknowledged; it is ignored and goes with the next act."
        )
    seen: dict[str, int] = {}
    for number, row in lines.rows:
        item = str(row.get("id")) if row.get("id") else None
        try:
            review = Review.model_validate(row)
        except ValidationError as error:
            place = (file, number, "review", item)
            loaded.complaints += complaints_from(error, Review, lambda path, place=place: place)
            continue
        if review.id in seen:
            message = f"the id {quoted(review.id)} is already used on line {seen[review.id]}."
            loaded.complaints.append(Complaint(file, number, review.id, review.id, None, None, message, noun="review", rank=3))
        seen[review.id] = number
        loaded.reviews.append((number, review))
    loaded.derived = derive(loaded.entries, loaded.reviews, unreadable=loaded.places)
    for key, grade in loaded.derived.reliability.items():
        if key not in loaded.sources:
            continue
        try:
            loaded.sources[key] = Source.model_validate({**loaded.sources[key].model_dump(), "reliability": grade or None})
        except ValidationError as error:
            loaded.complaints += complaints_from(error, Source, lambda path, key=key: (file, None, "grade of", key))
    loaded.complaints += loaded.derived.complaints
    loaded.warnings += loaded.derived.warnings
