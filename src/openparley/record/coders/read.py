"""Reading a case's documents with a coder: what is new or changed is coded, what people have reviewed stays as it is."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from openparley.errors import CaseError, Complaint, did_you_mean, one_of, quoted
from openparley.record.actorfile import append_actors
from openparley.record.agreement import match
from openparley.record.case import Case, case_of, ensure_writable
from openparley.record.casefile import Actor
from openparley.record.check import match_texts
from openparley.record.coders.coder import Coded, Coder, Document, UnfinishedError
from openparley.record.coders.draft import Draft, rows
from openparley.record.coders.rules.links.link import link
from openparley.record.entry import KINDS
from openparley.record.load import load
from openparley.record.sources import Source
from openparley.record.store import lock, read_jsonl, write_jsonl

__all__ = ["READINGS", "Read", "SourceRead", "read_case"]

READINGS = "readings.jsonl"
# What was read is on disk after about so long, and a kill loses no more than this; longer where saving itself takes long.
BATCH_SECONDS = 3.0
SAVING_SHARE = 0.2
UNREAD = "no answer that can be used"
LISTED = 10
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class SourceRead:
    """What became of one source.

    Attributes
    ----------
    state
        "read", "unchanged" (read before by the same coder), or why it was not read.
    counts
        Number of proposals by kind.
    abstained
        Candidates that were not sure enough to be proposed.
    known
        Proposals that say again what an entry says that somebody has accepted; each is linked to it.
    """

    source: str
    state: str
    counts: Mapping[str, int] = field(default_factory=dict)
    abstained: int = 0
    known: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Read:
    """What a reading did: a row for each source, the actors it proposes, the links it drew, and why not all could be read."""

    coder: str
    version: str
    sources: tuple[SourceRead, ...]
    actors: tuple[str, ...]
    links: int
    stopped: Complaint | None = None


def read_case(
    root: Path,
    coder_for: Callable[[Case], Coder],
    *,
    only: Sequence[str] = (),
    texts: Path | None = None,
    again: bool = False,
    progress: Progress | None = None,
) -> Read:
    """Code the documents of a case that are new or changed, and store the proposals.

    Proposals of the same coder that nobody has reviewed are replaced; an entry keeps its id where the new reading proposes it again.

    Parameters
    ----------
    coder_for
        Makes the coder from the case, whose actors and word lists it needs.
    only
        Ids of the sources to read; all when empty.
    texts
        Folder with the texts, matched by hash, for a case that does not hold them.
    again
        Read also what has not changed.
    progress
        Called with code points read and to read.

    Raises
    ------
    CaseError
        If the case is not sound or a source is not in it.
    LockedError
        If another process writes to the case.
    """
    ensure_writable(root)
    with lock(root):
        case = _opened(root)
        coder = coder_for(case)
        _known(case, only)
        found = dict(case.texts)
        if texts is not None:
            found.update({name: text for name, text in match_texts(case, texts)[1].items() if name not in found})
        store = _Store(root, case, coder)
        reports: dict[str, SourceRead] = {}
        todo: list[Source] = []
        for source in case.sources.values():
            if only and source.id not in only:
                continue
            state = _state(source, found, store, again)
            if state is None:
                todo.append(source)
            else:
                reports[source.id] = SourceRead(source.id, state)
        # Oldest first: a later report may say what came of what an earlier one announced.
        todo.sort(key=lambda source: (source.published or date.max, source.id))
        stopped = _read_all(todo, found, coder, store, reports, progress)
        links = store.finish(bool(todo))
        ordered = tuple(reports[name] for name in case.sources if name in reports)
        return Read(coder.name, coder.version, ordered, tuple(store.new_actors), links, stopped)


def _opened(root: Path) -> Case:
    """The case; proposals that name an actor who is gone are forgotten, since the sources they are from are read again.

    That is what becomes of them when a person deletes or renames an actor in ``actors.toml``.
    """
    loaded = load(root)
    reviewed = {review.entry for _, review in loaded.reviews}
    orphans = {
        found.id
        for found in loaded.complaints
        if found.id in loaded.entries and found.id not in reviewed and ": there is no actor " in found.message
    }
    if not orphans:
        return case_of(loaded)
    if any(found.id not in orphans for found in loaded.complaints):
        raise CaseError(loaded.sorted_complaints())
    path = root / READINGS
    if path.is_file():
        again = {(entry.source, entry.coder.name) for key in orphans if (entry := loaded.entries[key]).coder}
        kept = [row for _, row in read_jsonl(path, READINGS).rows if (row["source"], row["coder"]) not in again]
        write_jsonl(path, kept)
    for found in KINDS.values():
        rows_there = [row for _, row in read_jsonl(root / "record" / found.file, found.file).rows]
        if any(row["id"] in orphans for row in rows_there):
            write_jsonl(root / "record" / found.file, (row for row in rows_there if row["id"] not in orphans))
    return case_of(load(root))


def _read_all(
    todo: Sequence[Source],
    texts: Mapping[str, str],
    coder: Coder,
    store: _Store,
    reports: dict[str, SourceRead],
    progress: Progress | None,
) -> Complaint | None:
    """Code the documents in order; why some were not read, or None."""
    total = sum(len(texts[source.id]) for source in todo)
    done = 0
    saved, cost = time.monotonic(), 0.0
    unread: dict[str, str] = {}
    try:
        for source in todo:
            document = Document(source, texts[source.id], store.commitments(source))
            try:
                coded = coder.code(document)
            except UnfinishedError as error:
                left = [other.id for other in todo if other.id not in reports]
                reports.update({name: SourceRead(name, "not read") for name in left})
                return error.complaints[0]
            if coded.unread:
                # What was proposed before stays, and the next reading asks again.
                unread[source.id] = coded.unread
                reports[source.id] = SourceRead(source.id, UNREAD)
                continue
            known = store.add(document, coded)
            counts = Counter(draft.kind for draft in coded.drafts)
            reports[source.id] = SourceRead(source.id, "read", dict(counts), coded.abstained, known, coded.notes)
            done += len(document.text)
            if progress is not None:
                progress(done, total)
            if time.monotonic() - saved > max(BATCH_SECONDS, cost / SAVING_SHARE):
                began = time.monotonic()
                store.save()
                saved = time.monotonic()
                cost = saved - began
    finally:
        # Also after Ctrl-C: whole documents that were read are kept, and the next reading goes on behind them.
        store.save()
    return _unread(unread) if unread else None


def _unread(reasons: Mapping[str, str]) -> Complaint:
    """One line for all the documents of which nothing could be read."""
    names = list(reasons)
    listed = ", ".join(names[:LISTED]) + (f" and {len(names) - LISTED} more" if len(names) > LISTED else "")
    message = f"{listed}: not read and not marked as read; {reasons[names[0]]}"
    return Complaint(None, None, None, names, None, "The same command asks again; another model may answer better.", message)


def _known(case: Case, only: Iterable[str]) -> None:
    known = list(case.sources)
    complaints = [
        Complaint(
            "sources.csv", None, None, name, known, did_you_mean(name, known) or f"Sources: {one_of(known)}.", f"no source {quoted(name)}."
        )
        for name in only
        if name not in case.sources
    ]
    if complaints:
        raise CaseError(complaints)


def _state(source: Source, texts: Mapping[str, str], store: _Store, again: bool) -> str | None:
    """Why a source is not read, or None when it is."""
    if source.id not in texts:
        return "no text at hand"
    if source.language and source.language.split("-")[0].lower() != "en":
        return f"not in English ({source.language})"
    if not again and store.is_read(source):
        return "unchanged"
    return None


class _Store:
    """The record on disk while it is being read: raw rows by kind, what reviews hold on to, and where ids go on."""

    def __init__(self, root: Path, case: Case, coder: Coder) -> None:
        self.root, self.case, self.coder = root, case, coder
        self.digest = coder.digest()
        self.rows = {kind: [row for _, row in read_jsonl(root / "record" / found.file, found.file).rows] for kind, found in KINDS.items()}
        path = root / READINGS
        self.readings = {(row["source"], row["coder"]): row for _, row in read_jsonl(path, READINGS).rows} if path.is_file() else {}
        self.reviewed = {review.entry for review in case.reviews}
        self.next = {kind: 1 + max([0, *map(_number, self._ids(kind))]) for kind in KINDS}
        self.new_actors: dict[str, Actor] = {}
        self.pending_actors: dict[str, Actor] = {}
        self.dirty = False

    def is_read(self, source: Source) -> bool:
        row = self.readings.get((source.id, self.coder.name))
        return row is not None and (row["version"], row["text_sha256"], row["digest"]) == (
            self.coder.version,
            source.text_sha256,
            self.digest,
        )

    def add(self, document: Document, coded: Coded) -> int:
        """Take in what a coder made of a document, in place of what the same coder proposed before and nobody reviewed.

        Returns
        -------
        Number of proposals that an accepted entry of somebody else says already.
        """
        source = document.source
        kept: dict[tuple[object, ...], str] = {}
        settled: set[tuple[object, ...]] = set()
        for kind, present in self.rows.items():
            stay = []
            for row in present:
                ours = row["source"] == source.id and (row.get("coder") or {}).get("name") == self.coder.name
                if ours and row["id"] in self.reviewed:
                    settled.add(_key(kind, row["span"]["start"], row["span"]["end"], row))
                elif ours:
                    kept[_key(kind, row["span"]["start"], row["span"]["end"], row)] = row["id"]
                    continue
                stay.append(row)
            self.rows[kind] = stay
        drafts = [draft for draft in coded.drafts if _key(draft.kind, draft.start, draft.end, draft.fields) not in settled]
        ids = [self._id(draft, kept) for draft in drafts]
        coder = {"name": self.coder.name, "version": self.coder.version}
        made = rows(drafts, ids, document.text, source.id, coder)
        known = self._link_known(made, source)
        for row in made:
            self.rows[row["kind"]].append(row)
        fresh = {key: actor for key, actor in coded.actors.items() if key not in self.case.file.actors and key not in self.new_actors}
        self.new_actors.update(fresh)
        self.pending_actors.update(fresh)
        self.readings[source.id, self.coder.name] = {
            "source": source.id,
            "coder": self.coder.name,
            "version": self.coder.version,
            "text_sha256": source.text_sha256,
            "digest": self.digest,
            "proposed": len(drafts),
            "abstained": coded.abstained,
        }
        self.dirty = True
        return known

    def _link_known(self, made: Sequence[dict[str, Any]], source: Source) -> int:
        """Link proposals to the entries of the same source that somebody has accepted and that say the same."""
        accepted = [
            entry
            for entry in self.case.entries.values()
            if entry.source == source.id
            and entry.review.state in ("accepted", "edited")
            and (entry.coder is None or entry.coder.name != self.coder.name)
        ]
        if not accepted:
            return 0
        by_id = {row["id"]: row for row in made}
        pairs = match(accepted, [KINDS[row["kind"]].model.model_validate(row) for row in made])
        for known, proposed in pairs:
            row = by_id[proposed.id]
            row["links"] = [*row.get("links", ()), {"rel": "same_event", "to": known.id}]
        return len(pairs)

    def commitments(self, source: Source) -> tuple[Mapping[str, Any], ...]:
        """Commitments from other sources, as they stand in the record."""
        return tuple(row for row in self.rows["commitment"] if row["source"] != source.id)

    def save(self) -> None:
        """Put everything on disk; that a source has been read is written last, so that a crash before means reading it again."""
        if not self.dirty:
            return
        append_actors(self.root, self.pending_actors)
        self.pending_actors = {}
        for kind, found in KINDS.items():
            write_jsonl(self.root / "record" / found.file, self.rows[kind])
        write_jsonl(self.root / READINGS, ({"id": f"{key[0]} {key[1]}", **row} for key, row in sorted(self.readings.items())))
        self.dirty = False

    def finish(self, changed: bool) -> int:
        """Draw the links across documents and store them. Returns their number."""
        if not changed:
            return 0
        every = {row["id"]: row for present in self.rows.values() for row in present}
        for row in every.values():
            if row["id"] not in self.reviewed and any(known["to"] not in every for known in row.get("links", ())):
                # What it pointed to was a proposal that the new reading does not make any more.
                row["links"] = [known for known in row["links"] if known["to"] in every]
                self.dirty = True
        drawn = 0
        for start, relation, to in link(every, self.case.sources):
            row = every[start]
            if start in self.reviewed or any(known["rel"] == relation and known["to"] == to for known in row.get("links", ())):
                continue
            row["links"] = [*row.get("links", ()), {"rel": relation, "to": to}]
            drawn += 1
            self.dirty = True
        self.save()
        return drawn

    def _id(self, draft: Draft, kept: dict[tuple[object, ...], str]) -> str:
        old = kept.pop(_key(draft.kind, draft.start, draft.end, draft.fields), None)
        if old is not None:
            return old
        number = self.next[draft.kind]
        self.next[draft.kind] = number + 1
        return f"{KINDS[draft.kind].prefix}{number:03d}"

    def _ids(self, kind: str) -> Iterable[str]:
        prefix = KINDS[kind].prefix
        yield from (row["id"] for row in self.rows[kind])
        yield from (name for name in self.reviewed if name.startswith(prefix))


def _key(kind: str, start: int, end: int, fields: Mapping[str, Any]) -> tuple[object, ...]:
    """What makes two proposals the same one: kind, place, and for events and commitments the type."""
    return kind, start, end, fields.get("event"), fields.get("type")


def _number(name: str) -> int:
    digits = name[1:]
    return int(digits) if digits.isdigit() else 0
