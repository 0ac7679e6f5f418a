"""The texts with their codings: those the rules were developed with, and those held out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from openparley.record.case import Case, open_case
from openparley.record.check import match_texts
from openparley.record.coders.coder import Document
from openparley.record.entry import Entry

__all__ = ["SETS", "Coded", "calibration", "developed", "heldout"]

FOLDER = Path(__file__).resolve().parent
REPORTS = Path(os.environ.get("PARLEY_REPORTS", Path(__file__).resolve().parents[2].parent / "shared" / "reports"))


@dataclass(frozen=True)
class Coded:
    """One text, its coding by hand, and the case that it belongs to."""

    name: str
    case: Case
    document: Document
    entries: tuple[Entry, ...]


def developed() -> Iterator[Coded]:
    """The three reports, where they are at hand, and the texts of the fictional case."""
    if REPORTS.is_dir():
        yield from _of("ukraine-2025", REPORTS)
    yield from _of("strait-talks", None)


def heldout() -> Iterator[Coded]:
    """The texts that were written and coded before the first rule."""
    yield from _in("heldout")


def calibration() -> Iterator[Coded]:
    """Texts that were written and coded later, to see what does not carry over and to set the confidences."""
    yield from _in("calibration")


SETS: dict[str, Callable[[], Iterator[Coded]]] = {"developed with": developed, "calibrated on": calibration, "held out": heldout}


def _in(name: str) -> Iterator[Coded]:
    for path in sorted((FOLDER / name).glob("*/case.toml")):
        yield from _of(path.parent, None)


def _of(name: str | Path, folder: Path | None) -> Iterator[Coded]:
    case = open_case(name)
    texts = dict(case.texts) if folder is None else match_texts(case, folder)[1]
    for source in case.sources.values():
        if source.id in texts:
            entries = tuple(entry for entry in case.entries.values() if entry.source == source.id and entry.review.state != "rejected")
            several = len(case.sources) > 1
            yield Coded(f"{case.name} {source.id}" if several else case.name, case, Document(source, texts[source.id]), entries)
