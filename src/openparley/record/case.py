"""A case: a folder of plain files, opened only when all of it holds together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from openparley._display import Shown
from openparley.errors import CaseError, Complaint, ReadOnlyError, closest
from openparley.record.casefile import CaseFile
from openparley.record.casetoml import ExtraCheck
from openparley.record.chronology import Row
from openparley.record.entry import Entry
from openparley.record.load import Loaded, load
from openparley.record.review import Review
from openparley.record.sources import Source

__all__ = ["BUNDLED", "Case", "bundled_cases", "ensure_writable", "find_case", "is_bundled", "open_case", "runs_dir"]

BUNDLED = Path(__file__).resolve().parent.parent / "cases"
REVIEWED = ("accepted", "edited")


@dataclass(frozen=True)
class Case(Shown):
    """A case as it stands on disk, reviews applied.

    Attributes
    ----------
    root
        The folder.
    file
        ``case.toml``.
    sources
        Documents by id.
    entries
        All entries by id, edits applied, with ``review.state`` derived from the reviews.
    reviews
        Every act of review, oldest first.
    bundled
        Whether the case came with the program and is read-only.
    texts
        Texts of sources that are in the case, by source id; each has the hash that ``sources.csv`` gives.
    places
        File and line of each entry.
    notes, warnings
        What is worth knowing and does not stop anything.
    hashes
        SHA-256 of each file read, by its path in the case.
    course
        Rows of ``chronology.csv`` by id; none for a case that is a record of documents alone.
    credibility
        Grades 1–6 that people gave to what entries say, by entry id; those of sources are in ``sources``.
    """

    root: Path
    file: CaseFile
    sources: Mapping[str, Source]
    entries: Mapping[str, Entry]
    reviews: tuple[Review, ...]
    bundled: bool
    texts: Mapping[str, str]
    places: Mapping[str, tuple[str, int]]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    hashes: Mapping[str, str]
    course: Mapping[str, Row] = field(default_factory=dict)
    credibility: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The case's name from ``case.toml``."""
        return self.file.name

    def accepted(self) -> dict[str, Entry]:
        """Entries that a model may use: accepted or edited by a person, and not set aside."""
        aside = self._aside
        return {key: entry for key, entry in self.entries.items() if entry.review.state in REVIEWED and key not in aside}

    def set_aside(self) -> dict[str, str]:
        """Accepted entries that rest on something that is not there, with the reason."""
        return dict(self._aside)

    def states(self) -> dict[str, int]:
        """Number of entries in each state of review."""
        counts = Counter(entry.review.state for entry in self.entries.values())
        return {state: counts[state] for state in ("accepted", "edited", "proposed", "rejected")}

    def dangling(self) -> list[str]:
        """References to entries that are not in the record, naming both ends."""
        found = [
            f"{entry.id} {link.rel.replace('_', ' ')} {link.to}, which is not in the record.{self._guess(link.to)}"
            for entry in self.entries.values()
            for link in entry.links
            if link.to not in self.entries
        ]
        found += [
            f"status {entry.id} is of {entry.of}, which is not in the record.{self._guess(entry.of)}"
            for entry in self.entries.values()
            if entry.kind == "status" and entry.of not in self.entries
        ]
        for noun, items in (("account", self.file.accounts), ("assumption", self.file.assumptions)):
            for item in items:
                missing = [
                    key for key in item.basis if key not in ("analyst", "default") and key not in self.entries and key not in self.course
                ]
                found += [f"{noun} {item.id} rests on {key}, which is not in the record.{self._guess(key)}" for key in missing]
        for number, rule in enumerate(self.file.observations, start=1):
            missing = [key for key in rule.entries if key not in self.entries and key not in self.course]
            found += [f"observation number {number} ({rule.move}) names {key}, which is not in the record." for key in missing]
        return found

    def digest(self) -> dict[str, str]:
        """SHA-256 of each file as it was read, by its path in the case; what a run was computed from."""
        return dict(self.hashes)

    @cached_property
    def _aside(self) -> dict[str, str]:
        aside: dict[str, str] = {}
        usable = [entry for entry in self.entries.values() if entry.review.state in REVIEWED]
        for entry in usable:
            for link in entry.links:
                if link.rel in ("corrects", "retracts") and link.to in self.entries and link.to != entry.id:
                    verb = "corrected" if link.rel == "corrects" else "retracted"
                    aside[link.to] = f"{verb} by {entry.id} ({entry.source})"
        for entry in usable:
            if entry.kind == "status" and entry.id not in aside:
                reason = self._gone(entry.of, aside)
                if reason:
                    aside[entry.id] = f"its commitment {entry.of} {reason}"
        return {key: aside[key] for key in self.entries if key in aside and self.entries[key].review.state in REVIEWED}

    def _gone(self, key: str, aside: Mapping[str, str]) -> str | None:
        """Why an entry cannot be rested on."""
        entry = self.entries.get(key)
        if entry is None:
            return "is not in the record"
        if entry.review.state == "rejected":
            return "was rejected"
        if entry.review.state == "proposed":
            return "has not been reviewed"
        return f"is set aside: {aside[key]}" if key in aside else None

    def _guess(self, key: str) -> str:
        near = closest(key, self.entries)
        return f" Did you mean “{near}”?" if near and len(key) > 4 else ""


def bundled_cases() -> dict[str, Path]:
    """The cases that came with the program, by name."""
    return {path.parent.name: path.parent for path in sorted(BUNDLED.glob("*/case.toml"))}


def is_bundled(root: Path) -> bool:
    """Whether a folder is one of the program's own cases; those are read-only even where the disk would let us write."""
    return BUNDLED in root.resolve().parents


def find_case(name_or_path: str | Path) -> Path:
    """The folder of a case given by bundled name or by path.

    Raises
    ------
    CaseError
        If there is no such case, with a guess.
    """
    bundled = bundled_cases()
    if isinstance(name_or_path, str) and name_or_path in bundled:
        return bundled[name_or_path]
    path = Path(name_or_path)
    if (path / "case.toml").is_file():
        return path
    if path.name == "case.toml" and path.is_file():
        return path.parent
    names = list(bundled)
    here = [] if path.is_dir() else [str(found.parent) for found in sorted(path.parent.glob("*/case.toml"))]
    near = closest(str(name_or_path), [*names, *here])
    message = f"no case.toml in the folder “{path}”." if path.is_dir() else f"no case “{path}”: neither a bundled case nor a folder."
    hint = f"Did you mean “{near}”?" if near else f"Bundled cases: {', '.join(names) or 'none'}. `parley new DIR` starts one of your own."
    raise CaseError(Complaint(None, None, None, str(name_or_path), [*names, *here], hint, message, rank=0))


def open_case(name_or_path: str | Path, *, extra_checks: Sequence[ExtraCheck] = ()) -> Case:
    """Read and check a case.

    Parameters
    ----------
    name_or_path
        Name of a bundled case, or a folder.
    extra_checks
        Checks of ``case.toml`` that need more than the record layer knows.

    Raises
    ------
    CaseError
        If anything is wrong, with every complaint over all files, most likely cause first.
    """
    return case_of(load(find_case(name_or_path), extra_checks))


def case_of(loaded: Loaded) -> Case:
    """The case that was loaded, or every complaint about it."""
    if loaded.complaints:
        raise CaseError(loaded.sorted_complaints())
    if loaded.toml is None or loaded.toml.file is None or loaded.derived is None:
        raise AssertionError("a case without complaints has been read whole")
    course = loaded.chronology
    return Case(
        root=loaded.root,
        file=course.joined(loaded.toml.file) if course else loaded.toml.file,
        sources=MappingProxyType(loaded.sources),
        entries=MappingProxyType(loaded.derived.entries),
        reviews=tuple(review for _, review in loaded.reviews),
        bundled=is_bundled(loaded.root),
        texts=MappingProxyType(loaded.texts),
        places=MappingProxyType(loaded.places),
        notes=tuple(loaded.notes),
        warnings=tuple(loaded.warnings),
        hashes=MappingProxyType(loaded.digest),
        course=MappingProxyType(course.rows if course else {}),
        credibility=MappingProxyType(loaded.derived.credibility),
    )


def ensure_writable(root: Path) -> None:
    """Refuse to change a bundled case.

    Raises
    ------
    ReadOnlyError
        With the command that copies it.
    """
    if is_bundled(root):
        hint = f"Copy it first: parley new DIR --from {root.resolve().name}"
        raise ReadOnlyError(
            Complaint(None, None, None, root.resolve().name, None, hint, f"the bundled case {root.resolve().name} is read-only.")
        )


def runs_dir(case: Case) -> Path:
    """Where runs of a case go: into the case, or for a bundled one to ``./parley-out/<case>/runs``."""
    return Path("parley-out") / case.root.resolve().name / "runs" if case.bundled else case.root / "runs"
