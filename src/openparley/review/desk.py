"""The case as the pages see it: read again whenever a file of it has changed, by whomever."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openparley.brief.words import points
from openparley.record.case import Case, case_of, is_bundled, runs_dir
from openparley.record.entry import KINDS, Entry, spans_of
from openparley.record.load import Loaded, load
from openparley.record.review import Review, in_force
from openparley.review.acts import Hand, MissingError, of_coder, versions
from openparley.review.effects import Effects, read_effects

__all__ = ["ORDERS", "SHOWS", "Desk", "View"]

ORDERS = ("effect", "confidence", "date")
SHOWS = ("open", "done", "rejected", "all")
LAST = "9999"


@dataclass(frozen=True)
class View:
    """One reading of the case.

    Attributes
    ----------
    entries
        As the reviewer sees them: decided by everybody, or in a blind reading by themselves alone.
    acts
        The acts that count for that, oldest first.
    versions
        The last act about each entry or source.
    """

    loaded: Loaded
    case: Case
    entries: Mapping[str, Entry]
    acts: Sequence[Review]
    versions: Mapping[str, str]
    effects: Effects


class Desk:
    """Keeps the last reading of a case for one reviewer.

    Parameters
    ----------
    runs
        Folder of runs; that of the case when None.
    """

    def __init__(self, root: Path, by: str, *, blind: bool = False, runs: Path | None = None) -> None:
        self.root = root
        self.hand = Hand(root, by, blind)
        self.given_runs = runs
        self._lock = threading.Lock()
        self._read: tuple[tuple[Any, ...], View] | None = None

    @property
    def by(self) -> str:
        """Who reviews."""
        return self.hand.by

    @property
    def blind(self) -> bool:
        """Whether this is a blind reading."""
        return self.hand.blind

    @property
    def read_only(self) -> bool:
        """Whether the case came with the program, so that nothing can be written."""
        return is_bundled(self.root)

    @property
    def runs(self) -> Path:
        """Folder of runs."""
        return self.given_runs or runs_dir(self.view().case)

    def view(self) -> View:
        """The case as it stands on disk.

        Raises
        ------
        CaseError
            If it is not sound; with every complaint.
        """
        with self._lock:
            mark = self._mark()
            if self._read is None or self._read[0] != mark:
                self._read = (mark, self._load())
            return self._read[1]

    def entry(self, key: str) -> Entry:
        """One entry.

        Raises
        ------
        MissingError
            If there is none of this id.
        """
        found = self.view().entries.get(key)
        if found is None:
            raise MissingError(f"there is no entry “{key}” in the record.")
        return found

    def _mark(self) -> tuple[Any, ...]:
        """Names, sizes and times of the files that a reading depends on."""
        folders = (self.root, self.root / "record", self.root / "texts")
        files = [
            path for folder in folders if folder.is_dir() for path in folder.iterdir() if path.suffix in (".toml", ".csv", ".jsonl", ".txt")
        ]
        runs = self.given_runs or (Path("parley-out") / self.root.resolve().name / "runs" if self.read_only else self.root / "runs")
        # a brief is written after the run that it is of, and says what the headline is under each account
        files += [*runs.glob("*/run.json"), *runs.glob("*/brief/brief.json"), *runs.parent.glob("brief/brief.json")]
        marks: list[Any] = []
        for path in sorted(files):
            # a file that went between being listed and being looked at is a change like any other
            with contextlib.suppress(FileNotFoundError):
                found = path.stat()
                marks.append((str(path), found.st_mtime_ns, found.st_size))
        return tuple(marks)

    def _load(self) -> View:
        loaded = load(self.root)
        case = case_of(loaded)
        acts = self.hand.acts_of(case)
        entries = of_coder(loaded, self.by) if self.blind else dict(case.entries)
        return View(loaded, case, entries, acts, versions(acts), self._effects(case))

    def _effects(self, case: Case) -> Effects:
        folder = newest(self.given_runs or runs_dir(case))
        return Effects() if folder is None else read_effects(folder)

    def queue(self, order: str, show: str) -> list[dict[str, Any]]:
        """Entries in the order in which they are worth looking at."""
        view = self.view()
        rows = [self.row(entry, view) for entry in view.entries.values() if _shown(entry.review.state, show)]
        keys = {
            # what moves nothing that is known comes last; among equals the least sure first
            "effect": lambda row: (-abs(row["size"] or 0.0), _sure(row), row["id"]),
            "confidence": lambda row: (_sure(row), row["id"]),
            "date": lambda row: (row["date"] or LAST, row["source"], row["start"], row["id"]),
        }
        return sorted(rows, key=keys[order])

    def row(self, entry: Entry, view: View) -> dict[str, Any]:
        """What the queue says of an entry."""
        size, own = view.effects.of_entry(entry, view.case)
        return {
            "id": entry.id,
            "kind": entry.kind,
            "label": label(entry),
            "paraphrase": entry.paraphrase,
            "source": entry.source,
            "start": entry.span.start,
            "end": entry.span.end,
            "state": entry.review.state,
            "confidence": entry.coder.confidence if entry.coder else None,
            "date": _date(entry),
            "credibility": view.case.credibility.get(entry.id) if not self.blind else None,
            "size": size,
            "effect": "" if size is None else _effect(size, own, view.effects),
            "seen": view.versions.get(entry.id, ""),
        }

    def full(self, entry: Entry) -> dict[str, Any]:
        """An entry with all its values and its history."""
        view = self.view()
        holding = {act.id for act in in_force(view.acts)}
        acts = [act for act in view.acts if act.entry == entry.id]
        # what was said of it in a blind reading, or before one began, would steer whoever reads it blind
        return {
            **self.row(entry, view),
            "values": entry.model_dump(mode="json"),
            "file": KINDS[entry.kind].file,
            "history": [act_row(act, holding) for act in acts],
        }

    def source(self, key: str) -> dict[str, Any]:
        """A source with its text, if that is here, and the spans of its entries."""
        view = self.view()
        found = view.case.sources.get(key)
        if found is None:
            raise MissingError(f"there is no source “{key}” in sources.csv.")
        spans = [
            {"entry": entry.id, "start": span.start, "end": span.end, "inner": number > 0, "kind": entry.kind, "state": entry.review.state}
            for entry in view.entries.values()
            if entry.source == key
            for number, span in enumerate(spans_of(entry))
        ]
        meta = found.model_dump(mode="json")
        return {**meta, "text": view.case.texts.get(key), "spans": spans, "seen": view.versions.get(key, "")}

    def counts(self) -> dict[str, int]:
        """Number of entries by state."""
        counts: dict[str, int] = {"proposed": 0, "accepted": 0, "edited": 0, "rejected": 0}
        for entry in self.view().entries.values():
            counts[entry.review.state] += 1
        return counts

    def history(self, most: int = 500) -> list[dict[str, Any]]:
        """The last acts, newest first."""
        acts = self.view().acts
        holding = {act.id for act in in_force(acts)}
        return [act_row(act, holding) for act in reversed(acts[-most:])]


def newest(runs: Path) -> Path | None:
    """Folder of the run finished last."""
    found = [(path.stat().st_mtime_ns, path.parent) for path in runs.glob("*/run.json")]
    return max(found)[1] if found else None


def act_row(act: Review, holding: set[str]) -> dict[str, Any]:
    """An act as the pages show it."""
    row = act.model_dump(mode="json")
    return {**row, "holds": act.id in holding}


def label(entry: Entry) -> str:
    """What an entry is, in a word or two."""
    match entry.kind:
        case "event":
            return entry.event + (f" · {', '.join(entry.mode)}" if entry.mode else "")
        case "commitment":
            return entry.type
        case "status":
            return f"{entry.of} {entry.value}"
        case "relation":
            return entry.relation
        case "claim":
            return entry.stance
        case _:
            return entry.form


def _effect(size: float, own: bool, effects: Effects) -> str:
    """How far, in whole points; a size without a sign where it is that of others."""
    what = "the headline" if effects.of == "headline" else "an account’s share"
    if own:
        return f"moved {what} by {points(size)} in run {effects.run}"
    return f"such reports moved {what} by about {points(size).lstrip('+')} each in run {effects.run}"


def _sure(row: Mapping[str, Any]) -> float:
    return 2.0 if row["confidence"] is None else float(row["confidence"])


def _date(entry: Entry) -> str | None:
    found = getattr(entry, "made", None) or entry.date
    if found is not None:
        return found.start.isoformat()
    as_of = getattr(entry, "as_of", None)
    return as_of.isoformat() if as_of else None


def _shown(state: str, show: str) -> bool:
    wanted = {"open": ("proposed",), "done": ("accepted", "edited", "rejected"), "rejected": ("rejected",)}
    return show == "all" or state in wanted[show]
