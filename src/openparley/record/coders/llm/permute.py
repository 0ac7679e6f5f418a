"""Whether a model reads or recognises: the same paragraphs under other names for the types, and with the options in another order.

Each round is held against the first reading. Asking the very same question again shows how much a model changes for no reason at all; only
what names or order change beyond that is their doing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from openparley.errors import CaseError, Complaint, did_you_mean, quoted
from openparley.record.agreement import match
from openparley.record.case import Case
from openparley.record.check import match_texts
from openparley.record.coders.coder import Document
from openparley.record.coders.draft import Draft, rows
from openparley.record.coders.llm.budget import Budget
from openparley.record.coders.llm.cache import FOLDER
from openparley.record.coders.llm.coder import LLMCoder, Settings
from openparley.record.coders.llm.labels import Labels
from openparley.record.entry import KINDS, Entry

__all__ = ["Permuted", "documents", "permute"]

VARIANTS: dict[str, str] = {
    "same": "the same question again",
    "names": "types under neutral labels",
    "order": "types, actors and options in another order",
}


@dataclass(frozen=True)
class Permuted:
    """How one way of asking changed the coding, over all rounds.

    Attributes
    ----------
    variant
        "same", "names" or "order".
    events
        Events of the first reading, counted once a round.
    kept
        Of these, those found again at the same place.
    retyped
        Of those found again, those of another type.
    added
        Events that only the permuted reading has.
    others, others_kept
        The same for all other kinds of entry.
    """

    variant: str
    rounds: int
    events: int
    kept: int
    retyped: int
    added: int
    others: int
    others_kept: int

    @property
    def says(self) -> str:
        """What was changed, in words."""
        return VARIANTS[self.variant]

    @property
    def changed_share(self) -> float | None:
        """Share of the first reading's events that are gone or of another type; None without events."""
        return None if self.events == 0 else (self.events - self.kept + self.retyped) / self.events


def documents(case: Case, only: Sequence[str] = (), texts: Path | None = None) -> list[Document]:
    """The case's documents whose texts are at hand, oldest first.

    Raises
    ------
    CaseError
        If a source is not in the case, or no text is there.
    """
    for name in only:
        if name not in case.sources:
            hint = did_you_mean(name, case.sources)
            raise CaseError(Complaint("sources.csv", None, None, name, list(case.sources), hint, f"no source {quoted(name)}."))
    found = {**(match_texts(case, texts)[1] if texts is not None else {}), **case.texts}
    sources = [source for source in case.sources.values() if source.id in found and (not only or source.id in only)]
    if not sources:
        message = f"no text of {case.name} is at hand."
        raise CaseError(Complaint(None, None, None, None, None, "Name the folder with the texts with --texts.", message))
    return [Document(source, found[source.id]) for source in sorted(sources, key=lambda item: (str(item.published or "9999"), item.id))]


def permute(
    case: Case,
    settings: Settings,
    documents: Sequence[Document],
    rounds: int,
    *,
    progress: Callable[[str], None] | None = None,
) -> list[Permuted]:
    """Read the documents once as they are and ``rounds`` times in each of three other ways; nothing is written but the cache.

    Raises
    ------
    UnfinishedError
        If the endpoint fails or the budget is spent; with the cache, the same call goes on from there.
    """
    # One budget for all of it, whatever the number of readings.
    budget = Budget(settings.budget)

    def read(labels: Labels, salt: str) -> dict[str, list[Entry]]:
        coder = LLMCoder(
            case.file.actors,
            replace(settings, budget=None),
            cache=None if case.bundled else case.root / FOLDER,
            labels=labels,
            salt=salt,
            budget=budget,
            progress=progress,
        )
        return {document.source.id: _entries(coder, document) for document in documents}

    first = read(Labels(), "")
    found: list[Permuted] = []
    for variant in VARIANTS:
        counts = [_compared(first, read(_labels(variant, number), _salt(variant, number))) for number in range(1, rounds + 1)]
        sums = {key: sum(count[key] for count in counts) for key in ("events", "kept", "retyped", "added", "others", "others_kept")}
        found.append(Permuted(variant, rounds, **sums))
    return found


def _labels(variant: str, number: int) -> Labels:
    return Labels.neutral(number) if variant == "names" else Labels.shuffled(number) if variant == "order" else Labels()


def _salt(variant: str, number: int) -> str:
    return f"again {number}" if variant == "same" else ""


def _entries(coder: LLMCoder, document: Document) -> list[Entry]:
    """The proposals as entries, so that the codebook's rule of matching applies."""
    drafts = [draft for draft in coder.code(document).drafts if not isinstance(draft.fields.get("of"), Draft)]
    drafts = [replace(draft, links=()) for draft in drafts]
    ids = [f"X{number:04d}" for number in range(len(drafts))]
    made = rows(drafts, ids, document.text, document.source.id, {"name": coder.name, "version": coder.version})
    return [KINDS[row["kind"]].model.model_validate(row) for row in made]


def _compared(first: Mapping[str, list[Entry]], other: Mapping[str, list[Entry]]) -> dict[str, int]:
    """Counts over all documents."""
    a, b = _all(first.values()), _all(other.values())
    pairs = match(a["event"], b["event"], same_type=False)
    others = match(a["other"], b["other"])
    return {
        "events": len(a["event"]),
        "kept": len(pairs),
        "retyped": sum(_type(left) != _type(right) for left, right in pairs),
        "added": len(b["event"]) - len(pairs),
        "others": len(a["other"]),
        "others_kept": len(others),
    }


def _all(lists: Iterable[list[Entry]]) -> dict[str, list[Entry]]:
    every = [entry for entries in lists for entry in entries]
    return {
        "event": [entry for entry in every if entry.kind == "event"],
        "other": [entry for entry in every if entry.kind != "event"],
    }


def _type(entry: Entry) -> Any:
    return entry.event if entry.kind == "event" else None
