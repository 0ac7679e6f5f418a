"""The documents of a case on disk: which there are, and how new ones are put beside them so that a crash loses none.

A batch is first announced in ``.intake.tmp``, then its texts and originals are written, then ``intake.jsonl`` and last
``sources.csv``, with which it counts. Whatever a crash leaves of an announced batch that does not count is removed by the
next one; a file that nobody announced is never touched.
"""

from __future__ import annotations

import glob
import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from openparley.errors import CaseError, Complaint
from openparley.record.boilerplate import case_rules
from openparley.record.intake.echoes import Index, shingles
from openparley.record.load import decode
from openparley.record.sources import Source, read_sources, write_sources
from openparley.record.span import sha256
from openparley.record.store import append_lines, atomic_write, json_line, read_jsonl

__all__ = ["Shelf"]

JOURNAL = "intake.jsonl"
ANNOUNCED = ".intake.tmp"
_ID = re.compile(r"S(\d{1,9})")


class Shelf:
    """The documents of a case, as the last `refresh` found them.

    Attributes
    ----------
    sources
        By id, in the order of the table.
    by_text, by_original
        Ids by the hash of the text and of the file that it came from.
    files
        Names under which each source's file was given, by id.
    index
        The texts by their wording; filled by `refresh`.
    """

    def __init__(self, root: Path) -> None:
        self.root, self.rules = root, case_rules(root)
        self.texts = root / "texts"
        self.sources: dict[str, Source] = {}
        self.by_text: dict[str, str] = {}
        self.by_original: dict[str, str] = {}
        self.files: dict[str, str] = {}
        self.index = Index(self.text_of, self.rules)
        self._fresh: dict[str, str] = {}
        self._seen: tuple[bytes, int] | None = None

    def refresh(self, tick: Callable[[], None] | None = None) -> None:
        """Read what is on disk, clearing up after a crash; to be called with the case locked.

        Raises
        ------
        CaseError
            If ``sources.csv`` cannot be relied on.
        """
        self._clear_up()
        path = self.root / "sources.csv"
        data = path.read_bytes() if path.exists() else b""
        state = data, self._size(self.root / JOURNAL)
        if state == self._seen:
            return
        text, complaints = decode(data, "sources.csv")
        if text is not None and data:
            self.sources, _, complaints = read_sources(text)
        if complaints:
            raise CaseError(complaints)
        self.by_text = {source.text_sha256: source.id for source in reversed(self.sources.values())}
        for row in self._journal_rows():
            self._note(row)
        for name in self.sources:
            if name not in self.index:
                text = self.text_of(name)
                if text is not None:
                    self.index.add(name, shingles(text, self.rules))
                if tick:
                    tick()
        self._seen = state

    def next_id(self) -> str:
        """The next number that neither a row nor a file uses."""
        taken = [int(match[1]) for name in self.sources if (match := _ID.fullmatch(name))]
        if self.texts.is_dir():
            taken += [int(match[1]) for path in self.texts.iterdir() if (match := _ID.fullmatch(path.name.split(".")[0]))]
        return f"S{max(taken, default=0) + 1:02d}"

    def write(
        self, new: Mapping[str, tuple[bytes, bytes | None, str]], rows: Iterable[Source], journal: Iterable[Mapping[str, Any]]
    ) -> None:
        """Put a batch on disk; when this returns, it counts. To be called with the case locked.

        Parameters
        ----------
        new
            Text, original (None when it is the text itself) and the original's ending, by id.
        rows
            All rows of the table as they shall be.
        journal
            One row for each new document.
        """
        files = {
            name: (f"{name}.txt", *((f"{name}.original{ending}",) if original is not None else ()))
            for name, (_, original, ending) in new.items()
        }
        self.texts.mkdir(exist_ok=True)
        atomic_write(self.root / ANNOUNCED, json.dumps(files).encode("utf-8"))
        for name, (text, original, ending) in new.items():
            atomic_write(self.texts / f"{name}.txt", text)
            if original is not None:
                atomic_write(self.texts / f"{name}.original{ending}", original)
        written = list(journal)
        if written:
            append_lines(self.root / JOURNAL, written)
        table = {source.id: source for source in rows}
        data = write_sources(table.values())
        atomic_write(self.root / "sources.csv", data)
        (self.root / ANNOUNCED).unlink()
        self.sources = table
        for row in written:
            self._note(row)
        self._seen = data, self._size(self.root / JOURNAL)

    def keep(self, name: str, text: str) -> None:
        """Have a text at hand that is not on disk yet."""
        self._fresh[name] = text

    def forget(self) -> None:
        """The texts at hand are on disk now."""
        self._fresh.clear()

    def text_of(self, name: str) -> str | None:
        """A source's text; None when it is not in the case, or is not the text that was coded."""
        if name in self._fresh:
            return self._fresh[name]
        try:
            data = (self.texts / f"{name}.txt").read_bytes()
            text = data.decode("utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        return text if name not in self.sources or sha256(data) == self.sources[name].text_sha256 else None

    def _note(self, row: Mapping[str, Any]) -> None:
        name = str(row.get("id"))
        source = self.sources.get(name)
        if source is not None and source.text_sha256 == row.get("text_sha256"):
            self.by_original[str(row.get("original_sha256"))] = name
            self.files[name] = str(row.get("file"))

    def _clear_up(self) -> None:
        """Remove what a crash left of a batch that was announced and never counted."""
        for scrap in (*self.root.glob(f".{ANNOUNCED}.*.tmp"), *self.root.glob(".sources.csv.*.tmp"), *self.root.glob(f".{JOURNAL}.*.tmp")):
            scrap.unlink(missing_ok=True)
        announced = self._announced()
        if announced is None:
            return
        table = self.root / "sources.csv"
        text = table.read_bytes().decode("utf-8", errors="replace") if table.exists() else ""
        counted = set(read_sources(text)[1]) if text else set()
        lost = {name for name in announced if name not in counted}
        for file in (Path(file).name for name in announced for file in announced[name]):
            for scrap in self.texts.glob(f".{glob.escape(file)}.*.tmp"):
                scrap.unlink(missing_ok=True)
            if file.split(".")[0] in lost:
                (self.texts / file).unlink(missing_ok=True)
        if lost:
            rows = [row for row in self._journal_rows() if row.get("id") not in lost]
            atomic_write(self.root / JOURNAL, "".join(json_line(row) + "\n" for row in rows).encode("utf-8"))
        (self.root / ANNOUNCED).unlink()

    def _announced(self) -> dict[str, list[str]] | None:
        """Files of each id of a batch under way; None when there is no such batch."""
        try:
            announced = json.loads((self.root / ANNOUNCED).read_bytes())
        except FileNotFoundError:
            return None
        except ValueError:
            announced = None
        if not isinstance(announced, dict):
            hint = "Delete it; it only tells which files a crash may have left behind."
            raise CaseError(Complaint(ANNOUNCED, None, None, None, None, hint, "the file is damaged."))
        return announced

    def _journal_rows(self) -> list[dict[str, Any]]:
        path = self.root / JOURNAL
        if not path.exists():
            return []
        lines = read_jsonl(path, JOURNAL, append_only=True)
        if lines.complaints:
            raise CaseError(lines.complaints)
        return [row for _, row in lines.rows]

    @staticmethod
    def _size(path: Path) -> int:
        return path.stat().st_size if path.exists() else -1
