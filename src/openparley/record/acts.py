"""What a person decides: accept, reject, edit an entry, remove a source. Each act is one appended row."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from openparley.errors import CaseError, Complaint, did_you_mean, quoted
from openparley.record.case import Case, case_of, ensure_writable
from openparley.record.entry import KINDS, Entry
from openparley.record.load import Loaded, entry_complaints, load
from openparley.record.review import Review, edited, next_review_id, now
from openparley.record.store import append_lines, lock

__all__ = ["accept", "edit", "parse_changes", "reject", "remove", "write_acts"]

# For an entry: what changed, before and after; None when nothing but the state does.
_Change = Callable[[Loaded, Entry], tuple[dict[str, Any], dict[str, Any]] | None]


def accept(root: Path, ids: Sequence[str], *, by: str, reason: str | None = None) -> list[Review]:
    """Accept entries as they stand. Returns the acts once they are on disk.

    Raises
    ------
    CaseError
        If the case is not sound or an entry is not in it; nothing is written then.
    LockedError
        If another process holds the case.
    """
    return _act(root, "accept", ids, by, reason)


def reject(root: Path, ids: Sequence[str], *, by: str, reason: str | None = None) -> list[Review]:
    """Reject entries; they stay in the record and out of the models. Raises as `accept` does."""
    return _act(root, "reject", ids, by, reason)


def edit(root: Path, ids: Sequence[str], changes: Mapping[str, str], *, by: str, reason: str | None = None) -> list[Review]:
    """Give entries new values, which also accepts them.

    The files in ``record/`` keep what the coder proposed; the edit is kept in the review, before and after.
    Raises as `accept` does, also when a value is not allowed.
    """

    def change(loaded: Loaded, entry: Entry) -> tuple[dict[str, Any], dict[str, Any]]:
        new, before, after = edited(entry, parse_changes(entry, changes))
        # Spans are fixed, so only what the edit changed can be at fault.
        complaints = entry_complaints(loaded, new)
        if complaints:
            raise CaseError(complaints)
        return before, after

    return _act(root, "edit", ids, by, reason, change)


def remove(root: Path, source: str, *, by: str, reason: str | None = None) -> list[Review]:
    """Reject every entry of a source that is not rejected yet. Raises as `accept` does."""

    def decide(loaded: Loaded, case: Case) -> list[Review]:
        if source not in case.sources:
            known = list(case.sources)
            message = f"there is no source {quoted(source)} in sources.csv."
            raise CaseError(Complaint("sources.csv", None, None, source, known, did_you_mean(source, known), message))
        ids = [key for key, entry in case.entries.items() if entry.source == source and entry.review.state != "rejected"]
        return [Review(id="V0000", entry=key, act="remove", by=by, at=now(), reason=reason) for key in ids]

    return write_acts(root, decide)


def write_acts(root: Path, decide: Callable[[Loaded, Case], Sequence[Review]]) -> list[Review]:
    """Let ``decide`` say, of the case as it stands on disk while nobody else writes to it, what is done; then append all of it at once.

    What ``decide`` raises is raised, and nothing is written then. Raises as `accept` does.

    Returns
    -------
    The acts with their numbers, once they are on disk.
    """
    ensure_writable(root)
    with lock(root):
        loaded = load(root)
        case = case_of(loaded)
        return _append(root, decide(loaded, case), case.reviews)


def parse_changes(entry: Entry, changes: Mapping[str, str]) -> dict[str, Any]:
    """Values typed on a command line as values of an entry.

    Lists may be written with commas, tables and null as JSON; ``due.end=…`` changes one key of a table.
    """
    old = entry.model_dump(mode="json")
    fields = KINDS[entry.kind].model.model_fields
    parsed: dict[str, Any] = {}
    for key, text in changes.items():
        head, _, inner = key.partition(".")
        value: Any = text
        if re.match(r"\s*[\[{]", text) or text in ("null", "true", "false"):
            try:
                value = json.loads(text)
            except ValueError as error:
                message = f"{key}: {quoted(text)} is not JSON: {error}."
                raise CaseError(
                    Complaint(None, None, entry.id, text, "JSON", "Quote it for the shell: --set 'actor=[\"mediator\"]'.", message)
                ) from None
        elif head in fields and not inner and isinstance(old.get(head), list):
            value = [part.strip() for part in text.split(",") if part.strip()]
        if inner:
            table = parsed.get(head, old.get(head))
            parsed[head] = {**(table if isinstance(table, dict) else {}), inner: value}
        else:
            parsed[head] = value
    return parsed


def _act(root: Path, act: Any, ids: Sequence[str], by: str, reason: str | None, change: _Change | None = None) -> list[Review]:
    """Check everything, then append all acts at once."""

    def decide(loaded: Loaded, case: Case) -> list[Review]:
        complaints: list[Complaint] = []
        acts: list[Review] = []
        for key in dict.fromkeys(ids):
            entry = case.entries.get(key)
            if entry is None:
                message = f"there is no entry {quoted(key)} in the record."
                complaints.append(Complaint(None, None, None, key, None, did_you_mean(key, case.entries), message))
                continue
            try:
                before, after = (None, None) if change is None else change(loaded, entry) or (None, None)
            except CaseError as error:
                complaints += error.complaints
                continue
            acts.append(Review(id="V0000", entry=key, act=act, by=by, at=now(), reason=reason, before=before, after=after))
        if complaints:
            raise CaseError(complaints)
        return acts

    return write_acts(root, decide)


def _append(root: Path, acts: Sequence[Review], reviews: Sequence[Review]) -> list[Review]:
    """Number the acts and put them on disk."""
    first = next_review_id(reviews)
    numbered = [act.model_copy(update={"id": f"V{first + offset:04d}"}) for offset, act in enumerate(acts)]
    if numbered:
        append_lines(root / "reviews.jsonl", [_row(act) for act in numbered])
    return numbered


def _row(act: Review) -> dict[str, Any]:
    """An act as a line; what only undoings and blind acts have stands only there."""
    row = act.model_dump(mode="json")
    return {key: value for key, value in row.items() if value or key not in ("undoes", "blind")}
