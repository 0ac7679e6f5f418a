"""The one entrance for documents: files, folders, patterns and addresses in; rows, texts and originals out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from openparley import __version__
from openparley.errors import CaseError, Complaint
from openparley.record.case import ensure_writable
from openparley.record.casetoml import read_case_toml
from openparley.record.intake.amend import amended
from openparley.record.intake.document import Document, NotReadable
from openparley.record.intake.echoes import Likeness, shingles
from openparley.record.intake.fetch import Fetcher
from openparley.record.intake.gather import form_of, gather, read_bytes
from openparley.record.intake.metadata import Given, Metadata, given, metadata
from openparley.record.intake.result import Added, Cell, Duplicate, Echo, Intake
from openparley.record.intake.sandbox import Sandbox
from openparley.record.intake.shelf import Shelf
from openparley.record.intake.wires import wire_credit
from openparley.record.sources import Source
from openparley.record.span import sha256
from openparley.record.store import lock

__all__ = ["add"]

BATCH_DOCUMENTS = 50
BATCH_BYTES = 16_000_000
BATCH_SECONDS = 2.0


@dataclass(frozen=True)
class _Prepared:
    """A document that was parsed and is not in the case yet."""

    name: str
    ending: str
    data: bytes
    text: bytes
    document: Document
    metadata: Metadata


def add(
    root: str | Path,
    files: Iterable[str | Path] = (),
    *,
    urls: Iterable[str] = (),
    outlet: str = "",
    author: str = "",
    published: str | date | None = None,
    kind: str = "news",
    origin: str = "",
    title: str = "",
    language: str = "",
    progress: Callable[[int, int], None] | None = None,
    stop: Callable[[], bool] | None = None,
    sandbox: Sandbox | None = None,
    fetcher: Fetcher | None = None,
) -> Intake:
    """Take documents into a case: every good one, whatever is wrong with the others.

    For a file that is in the case already, what is known of it fills what its row lacks; what stands there is not changed.
    What is acknowledged is on disk. After a crash or a stop, the same call goes on where it ended.

    Parameters
    ----------
    root
        The case's folder.
    files
        Files, folders (with all below) and patterns: ``.txt .md .html .pdf .eml``.
    urls
        Addresses to fetch; the network is used for these alone.
    outlet, author, published, kind, origin, title, language
        What is known of all of them; it goes before what the files say. ``published`` is ``YYYY-MM-DD``.
    progress
        Called with (done, all).
    stop
        Asked after every document; True ends the work after what has been parsed is on disk.
    sandbox, fetcher
        How documents are parsed and addresses fetched; with the usual limits unless given. The caller closes a given sandbox.

    Raises
    ------
    CaseError
        If the case cannot be written to, or a day, kind or language is none.
    """
    says = given(outlet=outlet, author=author, published=published, kind=kind, origin=origin, title=title, language=language)
    root = Path(root)
    ensure_writable(root)
    found = gather(files, beside=root)
    work = _Work(root, says)
    work.refused += [Complaint(name, None, None, None, None, hint, reason) for name, reason, hint in found.missing]
    jobs: list[Path | str] = [*found.files, *dict.fromkeys(urls)]
    done = 0
    work.load()
    with Sandbox() if sandbox is None else nullcontext(sandbox) as parser:
        try:
            for done, prepared in enumerate(_prepared(work, jobs, parser, fetcher or Fetcher()), start=1):
                if prepared is not None:
                    work.take(prepared)
                if progress:
                    progress(done, len(jobs))
                if stop and stop():
                    break
        finally:
            work.commit()
            work.amend()
    return Intake(
        root,
        tuple(work.added),
        tuple(work.duplicates),
        tuple(work.echoes),
        tuple(work.refused),
        found.left,
        remaining=len(jobs) - done,
        cells=tuple(work.cells),
    )


def _prepared(work: _Work, jobs: Iterable[Path | str], sandbox: Sandbox, fetcher: Fetcher) -> Iterator[_Prepared | None]:
    """Each document parsed; None for one that is refused or known already."""
    for job in jobs:
        try:
            yield _from_file(work, job, sandbox) if isinstance(job, Path) else _from_url(work, job, sandbox, fetcher)
        except NotReadable as error:
            work.refused.append(Complaint(str(job), None, None, None, None, error.hint, error.reason))
            yield None


def _from_file(work: _Work, path: Path, sandbox: Sandbox) -> _Prepared | None:
    form = form_of(path)
    data = read_bytes(path)
    if work.known(str(path), data):
        return None
    document = sandbox.parse(data, form)
    return _ready(str(path), path.suffix.lower(), data, document, work.metadata(document))


def _from_url(work: _Work, url: str, sandbox: Sandbox, fetcher: Fetcher) -> _Prepared | None:
    page = fetcher.fetch(url)
    if work.known(url, page.data):
        return None
    document = sandbox.parse(page.data, page.form, declared=page.charset, url=page.url)
    return _ready(url, page.ending, page.data, document, work.metadata(document, retrieved=work.today))


def _ready(name: str, ending: str, data: bytes, document: Document, about: Metadata) -> _Prepared:
    # Half of a surrogate pair is no character and cannot be written; some parsers let one through.
    text = document.text.encode("utf-8", errors="surrogatepass").decode("utf-8", errors="replace")
    if not text.strip():
        raise NotReadable("no words are left when the markup is taken away.", "Save the report’s text as .txt.")
    return _Prepared(name, ending, data, text.encode("utf-8"), replace(document, text=text), about)


class _Work:
    """What has been taken in so far, and the batch that is not on disk yet."""

    def __init__(self, root: Path, says: Given) -> None:
        self.root, self.says = root, says
        self.today = datetime.now(UTC).date()
        self.shelf = Shelf(root)
        self.added: list[Added] = []
        self.duplicates: list[Duplicate] = []
        self.echoes: list[Echo] = []
        self.refused: list[Complaint] = []
        self.cells: list[Cell] = []
        self._pending: list[_Prepared] = []
        self._since = time.monotonic()
        self._cutoff = _cutoff(root)

    def load(self) -> None:
        """Read what the case has."""
        with lock(self.root):
            self.shelf.refresh()

    def metadata(self, document: Document, retrieved: date | None = None) -> Metadata:
        """What is known of a document."""
        return metadata(document, self.says, today=self.today, cutoff=self._cutoff, retrieved=retrieved)

    def known(self, name: str, data: bytes) -> bool:
        """Whether these bytes are in the case, so that they need no parsing; if so it is noted."""
        digest = sha256(data)
        of = self.shelf.by_original.get(digest) or self.shelf.by_text.get(digest)
        if of is not None:
            self._repeats(name, of, "bytes")
        return of is not None

    def take(self, prepared: _Prepared) -> None:
        """Put a document into the batch, and the batch on disk when it is due."""
        if not self._pending:
            self._since = time.monotonic()
        self._pending.append(prepared)
        size = sum(len(item.data) + len(item.text) for item in self._pending)
        if len(self._pending) >= BATCH_DOCUMENTS or size >= BATCH_BYTES or time.monotonic() - self._since >= BATCH_SECONDS:
            self.commit()

    def commit(self) -> None:
        """Give the documents of the batch their ids and put them on disk, all of them or none."""
        pending, self._pending = self._pending, []
        if not pending:
            return
        with lock(self.root):
            self.shelf.refresh()
            batch = _Batch(self.shelf, self.today)
            for prepared in pending:
                of, same = batch.twin(prepared)
                if of:
                    self._repeats(prepared.name, of, same)
                else:
                    batch.enter(prepared)
            if batch.new:
                self.shelf.write(batch.new, batch.rows.values(), batch.journal)
            self.shelf.forget()
        self.added += batch.added
        self.echoes += batch.echoes

    def amend(self) -> None:
        """Fill in what the rows of files that are in the case already lack, where the caller says it."""
        # The same words in another file may have come out elsewhere on another day.
        names = [twin.of for twin in self.duplicates if twin.same == "bytes"]
        if not amended(self.shelf.sources, names, self.says)[1]:
            return
        with lock(self.root):
            self.shelf.refresh()
            rows, self.cells = amended(self.shelf.sources, names, self.says)
            if rows:
                self.shelf.write({}, {**self.shelf.sources, **rows}.values(), [])

    def _repeats(self, name: str, of: str, same: str) -> None:
        again = self.shelf.files.get(of) == _called(name) and of not in {item.id for item in self.added}
        self.duplicates.append(Duplicate(name, of, same, again))


class _Batch:
    """Documents on their way into the case, which is locked meanwhile."""

    def __init__(self, shelf: Shelf, today: date) -> None:
        self.rows = dict(shelf.sources)
        self.new: dict[str, tuple[bytes, bytes | None, str]] = {}
        self.journal: list[dict[str, Any]] = []
        self.added: list[Added] = []
        self.echoes: list[Echo] = []
        self._shelf = shelf
        self._next = int(shelf.next_id()[1:])
        self._originals: dict[str, str] = {}
        self._texts: dict[str, str] = {}

    def twin(self, prepared: _Prepared) -> tuple[str, str]:
        """The source that a document repeats, and in what; empty when it is new."""
        for digest, same in ((sha256(prepared.data), "bytes"), (sha256(prepared.text), "text")):
            tables = (self._shelf.by_original, self._originals) if same == "bytes" else (self._shelf.by_text, self._texts)
            for table in tables:
                if digest in table:
                    return table[digest], same
        return "", ""

    def enter(self, prepared: _Prepared) -> None:
        """Give a document its id, its row and its origin."""
        name = f"S{self._next:02d}"
        self._next += 1
        text = prepared.document.text
        about = prepared.metadata
        source = Source(id=name, text_sha256=sha256(prepared.text), chars=len(text), **about.cells)
        runs = shingles(text, self._shelf.rules)
        likes = self._shelf.index.like(runs)
        source, echo = self._origin(source, text, likes)
        notes = (*about.notes, *(_part(like) for like in likes if like.collection))
        self._shelf.keep(name, text)
        self._shelf.index.add(name, runs)
        self.rows[name] = source
        original = None if prepared.data == prepared.text else prepared.data
        self.new[name] = prepared.text, original, prepared.ending
        self._originals[sha256(prepared.data)] = name
        self._texts[source.text_sha256] = name
        self.journal.append(_line(prepared, source, echo, notes))
        self.added.append(
            Added(
                name,
                prepared.name,
                source.outlet,
                source.title,
                str(source.published or ""),
                source.published_basis,
                source.language,
                source.chars,
                prepared.document.encoding,
                about.missing,
                notes,
            )
        )
        if echo:
            self.echoes.append(echo)

    def _origin(self, source: Source, text: str, likes: list[Likeness]) -> tuple[Source, Echo | None]:
        """The source with its origin, and why: what the caller says, the group it belongs to, or the agency it credits."""
        wire = wire_credit(text)
        like = next((like for like in likes if not like.collection), None)
        if like is None:
            if source.origin or not wire:
                return source, None
            return source.model_copy(update={"origin": wire}), Echo(source.id, "", wire, None, "Its own words credit the agency.")
        other = self.rows[like.source]
        group = (
            source.origin or other.origin or wire or wire_credit(self._shelf.text_of(other.id) or "") or min((other, source), key=_age).id
        )
        if not other.origin:
            self.rows[other.id] = other.model_copy(update={"origin": group})
        echo = Echo(source.id, other.id, group, round(like.share, 4), _reason(source, other, like))
        return source.model_copy(update={"origin": group}), echo


def _age(source: Source) -> tuple[str, int]:
    """What orders sources from the earliest on; one without a day comes after those with one."""
    digits = "".join(char for char in source.id if char.isdigit())
    return str(source.published or "9999"), int(digits or 0)


def _reason(source: Source, other: Source, like: Likeness) -> str:
    share = f"{100 * like.share:.0f} % of"
    if like.inside:
        text = f"{share} the runs of five words of {other.id} are in it"
    else:
        text = f"{share} its runs of five words are also in {other.id}"
    if source.published and other.published:
        when = "on the same day" if source.published == other.published else "earlier" if other.published < source.published else "later"
        return f"{text}; {other.id} was published {when} ({other.published})."
    return f"{text}; {other.id} was added earlier."


def _part(like: Likeness) -> str:
    """The note on a collection: having an item in it makes no common origin."""
    if like.inside:
        return f"It is much longer than {like.source} and contains {100 * like.share:.0f} % of it; they were not taken for one origin."
    return f"{100 * like.share:.0f} % of it is in {like.source}, which is much longer; they were not taken for one origin."


def _line(prepared: _Prepared, source: Source, echo: Echo | None, notes: tuple[str, ...]) -> dict[str, Any]:
    """The row of ``intake.jsonl``: where a source came from and why its origin is what it is."""
    return {
        "id": source.id,
        "file": _called(prepared.name),
        "original": None if prepared.data == prepared.text else f"texts/{source.id}.original{prepared.ending}",
        "original_sha256": sha256(prepared.data),
        "text_sha256": source.text_sha256,
        "encoding": prepared.document.encoding,
        "origin": source.origin,
        "echo_of": (echo.of or None) if echo else None,
        "share": echo.share if echo else None,
        "reason": echo.reason if echo else None,
        "notes": list(notes),
        "added": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": __version__,
    }


def _called(name: str) -> str:
    """What a file is called, without its folders: a case gets published, and they tell of somebody's machine."""
    return name if "://" in name else Path(name).name


def _cutoff(root: Path) -> date | None:
    """The case's cut-off day, if its file tells; a case whose file has mistakes can still take documents."""
    try:
        text = (root / "case.toml").read_bytes().decode("utf-8")
    except FileNotFoundError:
        hint = "`parley new DIR` starts a case."
        raise CaseError(Complaint(str(root), None, None, str(root), None, hint, "there is no case here: no case.toml.")) from None
    except UnicodeDecodeError:
        return None
    file = read_case_toml(text).file
    return file.cutoff if file else None
