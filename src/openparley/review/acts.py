"""Acts that the app adds to the verbs': with a check of what the page had seen, and those that make entries, grade and undo.

All of them go through `openparley.record.acts.write_acts`: the case is locked, read anew and checked, and the rows are on disk
when a function returns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from openparley.errors import CaseError, Complaint, ParleyError, did_you_mean, one_of, quoted
from openparley.record.acts import write_acts
from openparley.record.case import Case
from openparley.record.entry import KINDS, Entry
from openparley.record.load import Loaded, entry_complaints
from openparley.record.review import FIXED, Review, derive, edited, in_force, next_review_id, now
from openparley.record.span import make_span
from openparley.record.store import append_lines
from openparley.record.wording import complaints_from

__all__ = ["Hand", "MissingError", "StaleError", "last_act", "of_coder", "versions"]

UNNUMBERED = "V0000"


class StaleError(ParleyError):
    """Somebody, or another tab, has acted on the entry since the page was loaded; nothing was written."""


class MissingError(ParleyError):
    """There is no such thing in the case."""


@dataclass(frozen=True)
class _Desk:
    """The case under the lock, as the one who acts sees it."""

    loaded: Loaded
    case: Case
    entries: Mapping[str, Entry]
    acts: Sequence[Review]


@dataclass(frozen=True)
class Hand:
    """One person at one case.

    Attributes
    ----------
    by
        The name that stands in the acts.
    blind
        Whether the acts are a blind reading, seen by nobody else and deciding nothing.
    """

    root: Path
    by: str
    blind: bool = False

    def accept(self, entry: str, *, seen: str, reason: str | None = None) -> list[Review]:
        """Accept an entry as it stands."""
        return self._write(lambda desk: [self._act("accept", _current(desk, entry, seen).id, reason=reason)])

    def reject(self, entry: str, *, seen: str, reason: str) -> list[Review]:
        """Reject an entry."""
        return self._write(lambda desk: [self._act("reject", _current(desk, entry, seen).id, reason=reason)])

    def edit(self, entry: str, changes: Mapping[str, Any], *, seen: str, reason: str | None = None) -> list[Review]:
        """Give an entry new values; what is not allowed is refused with every complaint."""
        return self._write(lambda desk: [self._edit(desk, _current(desk, entry, seen), changes, reason)])

    def create(self, source: str, start: int, end: int, kind: str, values: Mapping[str, Any], *, reason: str | None = None) -> list[Review]:
        """A new entry on the words from ``start`` up to ``end``, in code points of the source's text."""

        def decide(desk: _Desk) -> list[Review]:
            made = _made(desk, kind, source, start, end, values, self.by)
            _keep(desk, [made])
            return [self._act("create", made.id, reason=reason)]

        return self._write(decide)

    def split(self, entry: str, parts: Sequence[Mapping[str, Any]], *, seen: str, reason: str | None = None) -> list[Review]:
        """Make an entry of each part, with the values of the whole unless the part has its own, and reject the whole for them."""

        def decide(desk: _Desk) -> list[Review]:
            whole = _current(desk, entry, seen)
            wrong = [part for part in parts if not whole.span.start <= part["start"] < part["end"] <= whole.span.end]
            if wrong:
                found = f"{wrong[0]['start']}–{wrong[0]['end']}"
                message = f"the part {found} is not within {entry}, which is {whole.span.start}–{whole.span.end}."
                raise CaseError(Complaint(None, None, entry, found, None, None, message))
            made: list[Entry] = []
            for part in parts:
                values = {**_values(whole), **dict(part.get("values") or {})}
                made.append(_made(desk, whole.kind, whole.source, part["start"], part["end"], values, self.by, whole, made))
            _keep(desk, made)
            return self._grouped(desk, [self._act("create", part.id) for part in made], [whole.id], "split", reason)

        return self._write(decide)

    def merge(
        self, entries: Sequence[str], *, seen: Mapping[str, str], values: Mapping[str, Any], reason: str | None = None
    ) -> list[Review]:
        """Make one entry that spans all of them, with the values of the first, and reject them for it.

        Reviewed entries that refer to one of them refer to the new one afterwards.
        """

        def decide(desk: _Desk) -> list[Review]:
            merged = [_current(desk, key, seen.get(key, "")) for key in dict.fromkeys(entries)]
            first = merged[0]
            other = next((one for one in merged if (one.kind, one.source) != (first.kind, first.source)), None)
            if other is not None or len(merged) < 2:
                message = "entries to merge are two or more of one kind and one source."
                raise CaseError(Complaint(None, None, other.id if other else first.id, None, None, None, message))
            start, end = min(one.span.start for one in merged), max(one.span.end for one in merged)
            made = _made(desk, first.kind, first.source, start, end, {**_values(first), **values}, self.by, first)
            _keep(desk, [made])
            acts = [self._act("create", made.id), *self._referring(desk, {one.id for one in merged}, made.id)]
            return self._grouped(desk, acts, [one.id for one in merged], "merge", reason)

        return self._write(decide)

    def undo(self, act: str | None = None, *, reason: str | None = None) -> list[Review]:
        """Undo an act with all that was done in the same move; one's own last act in force when none is named."""

        def decide(desk: _Desk) -> list[Review]:
            mine = [review for review in in_force(desk.acts) if review.by == self.by]
            if act is None and not mine:
                raise MissingError("there is nothing of yours left to undo.")
            found = mine[-1] if act is None else next((review for review in desk.acts if review.id == act), None)
            if found is None:
                raise MissingError(f"there is no act {quoted(act)} here.")
            group = _group(found, desk.acts)
            for one in group:
                _check_last(one, desk.acts)
            made = [self._act("undo", one.entry, undoes=one.id, reason=reason) for one in group]
            return _joined(desk, made)

        return self._write(decide)

    def grade_source(self, source: str, reliability: str | None, *, seen: str, reason: str | None = None) -> list[Review]:
        """How reliable the source is: A–F, or None for no grade."""

        def decide(desk: _Desk) -> list[Review]:
            if source not in desk.case.sources:
                raise MissingError(f"there is no source {quoted(source)} in sources.csv.")
            _check_seen(desk.acts, source, seen)
            was = desk.case.sources[source].reliability
            return [self._act("grade", source, reason=reason, before={"reliability": was}, after={"reliability": reliability})]

        return self._write(decide)

    def grade_entry(self, entry: str, credibility: str | None, *, seen: str, reason: str | None = None) -> list[Review]:
        """How credible what the entry says is: 1–6, or None for no grade."""

        def decide(desk: _Desk) -> list[Review]:
            _current(desk, entry, seen)
            was = desk.case.credibility.get(entry)
            return [self._act("grade", entry, reason=reason, before={"credibility": was}, after={"credibility": credibility})]

        return self._write(decide)

    def adopt(self, chosen: Mapping[str, str], *, seen: Mapping[str, str], reason: str) -> list[Review]:
        """Decide entries as a blind coder did.

        Parameters
        ----------
        chosen
            Entry id → the coder whose reading holds.
        """

        def decide(desk: _Desk) -> list[Review]:
            acts: list[Review] = []
            for key, coder in chosen.items():
                entry = _current(desk, key, seen[key]) if key in seen else desk.entries[key]
                read = of_coder(desk.loaded, coder).get(key)
                if read is None or read.review.state == "proposed":
                    raise MissingError(f"{coder} has not decided {key}.")
                acts.append(self._as_read(desk, entry, read, reason))
            return acts

        return self._write(decide)

    def _as_read(self, desk: _Desk, entry: Entry, read: Entry, reason: str) -> Review:
        """The act that leaves an entry as a coder has read it."""
        if read.review.state == "rejected":
            return self._act("reject", entry.id, reason=reason)
        now_, wanted = entry.model_dump(mode="json"), read.model_dump(mode="json")
        changes = {key: value for key, value in wanted.items() if key not in FIXED and now_[key] != value}
        return self._edit(desk, entry, changes, reason) if changes else self._act("accept", entry.id, reason=reason)

    def _write(self, decide: Callable[[_Desk], list[Review]]) -> list[Review]:
        def seen_from_here(loaded: Loaded, case: Case) -> list[Review]:
            entries = of_coder(loaded, self.by) if self.blind else dict(case.entries)
            return decide(_Desk(loaded, case, entries, self.acts_of(case)))

        return write_acts(self.root, seen_from_here)

    def acts_of(self, case: Case) -> list[Review]:
        """The acts that count here: everybody's that are not blind, or one's own blind ones."""
        return [review for review in case.reviews if review.blind == self.blind and (not self.blind or review.by == self.by)]

    def _act(self, act: Any, entry: str, **more: Any) -> Review:
        return Review(id=UNNUMBERED, entry=entry, act=act, by=self.by, at=now(), blind=self.blind, **more)

    def _edit(self, desk: _Desk, entry: Entry, changes: Mapping[str, Any], reason: str | None) -> Review:
        new, before, after = edited(entry, changes)
        complaints = entry_complaints(desk.loaded, new)
        if complaints:
            raise CaseError(complaints)
        return self._act("edit", entry.id, reason=reason, before=before, after=after)

    def _referring(self, desk: _Desk, gone: set[str], new: str) -> list[Review]:
        """Edits of reviewed entries that refer to entries that are going."""
        acts: list[Review] = []
        for entry in desk.entries.values():
            if entry.id in gone or entry.review.state not in ("accepted", "edited"):
                continue
            changes: dict[str, Any] = {}
            if any(link.to in gone for link in entry.links):
                changes["links"] = [{"rel": link.rel, "to": new if link.to in gone else link.to} for link in entry.links]
            if entry.kind == "status" and entry.of in gone:
                changes["of"] = new
            if changes:
                acts.append(self._edit(desk, entry, changes, f"refers to {new} since a merge"))
        return acts

    def _grouped(self, desk: _Desk, acts: list[Review], gone: Sequence[str], act: str, reason: str | None) -> list[Review]:
        """All acts of one move: what was made, then what was rejected for it."""
        into = [one.entry for one in acts if one.act == "create"]
        return _joined(desk, [*acts, *(self._act(act, key, reason=reason, after={"into": into}) for key in gone)])


def of_coder(loaded: Loaded, coder: str) -> dict[str, Entry]:
    """The record as one blind coder has read it: without anybody's decisions but theirs, nor entries that others made in theirs."""
    others = {review.entry for _, review in loaded.reviews if review.blind and review.act == "create" and review.by != coder}
    found = derive(loaded.entries, loaded.reviews, unreadable=loaded.places, coder=coder).entries
    return {key: entry for key, entry in found.items() if key not in others}


def last_act(acts: Sequence[Review], entry: str) -> str:
    """The last act about an entry or source, an undoing or not; empty if there is none."""
    return next((review.id for review in reversed(acts) if review.entry == entry), "")


def versions(acts: Sequence[Review]) -> dict[str, str]:
    """The last act about each entry or source that there is one about."""
    return {review.entry: review.id for review in acts}


def _current(desk: _Desk, key: str, seen: str) -> Entry:
    entry = desk.entries.get(key)
    if entry is None:
        hint = did_you_mean(key, desk.entries)
        raise MissingError(Complaint(None, None, None, key, None, hint, f"there is no entry {quoted(key)} in the record."))
    _check_seen(desk.acts, key, seen)
    return entry


def _check_seen(acts: Sequence[Review], key: str, seen: str) -> None:
    last = last_act(acts, key)
    if last != seen:
        found = next((review for review in acts if review.id == last), None)
        what = f"{found.by} did “{found.act}” at {found.at} ({found.id})" if found else "there is no act on it"
        message = f"{key} has changed since this page read it: {what}. Nothing was written."
        raise StaleError(Complaint("reviews.jsonl", None, key, seen, last, "Look at it as it is now and decide again.", message))


def _made(
    desk: _Desk,
    kind: str,
    source: str,
    start: int,
    end: int,
    values: Mapping[str, Any],
    by: str,
    like: Entry | None = None,
    made: Sequence[Entry] = (),
) -> Entry:
    """A new entry, checked against the case; links and the spans of quoted words are kept of the one that it is like."""
    if source not in desk.case.sources:
        raise MissingError(f"there is no source {quoted(source)} in sources.csv.")
    text = desk.case.texts.get(source)
    if text is None:
        raise MissingError(f"the text of {source} is not in the case, so nothing can be marked in it.")
    key = _next_id(desk.loaded, kind, made)
    fixed = sorted(set(values) & set(FIXED))
    if fixed:
        raise CaseError(Complaint(None, None, key, fixed[0], None, None, f"{one_of(fixed)} cannot be given."))
    try:
        span = make_span(text, start, end)
    except ValueError as error:
        raise CaseError(Complaint(None, None, key, [start, end], len(text), None, f"{error}.")) from None
    row: dict[str, Any] = {"id": key, "kind": kind, "source": source, "span": span.model_dump(mode="json"), **values}
    row["coder"] = {"name": by}
    if like is not None:
        row["links"] = [link.model_dump(mode="json") for link in like.links]
        if like.kind == "statement":
            row["content"] = [one.model_dump(mode="json") for one in like.content if start <= one.start and one.end <= end]
    model = KINDS[kind].model
    try:
        entry = model.model_validate(row)
    except ValidationError as error:
        raise CaseError(complaints_from(error, model, lambda path: (None, None, "", key))) from None
    desk.loaded.places[key] = (f"record/{KINDS[kind].file}", 0)
    complaints = entry_complaints(desk.loaded, entry)
    if complaints:
        raise CaseError(complaints)
    return entry


def _next_id(loaded: Loaded, kind: str, made: Sequence[Entry]) -> str:
    prefix = KINDS[kind].prefix
    used = [*loaded.places, *(entry.id for entry in made), *(review.entry for _, review in loaded.reviews)]
    numbers = [int(key[len(prefix) :]) for key in used if key.startswith(prefix) and key[len(prefix) :].isdigit()]
    return f"{prefix}{max(numbers, default=0) + 1:03d}"


def _keep(desk: _Desk, made: Sequence[Entry]) -> None:
    """Append new entries to the record; until the act stands in the reviews as well, they are proposals."""
    for entry in made:
        append_lines(desk.case.root / "record" / KINDS[entry.kind].file, [entry.model_dump(mode="json")])


def _values(entry: Entry) -> dict[str, Any]:
    return {key: value for key, value in entry.model_dump(mode="json").items() if key not in (*FIXED, "links")}


def _joined(desk: _Desk, acts: list[Review]) -> list[Review]:
    """Acts of one move, the last naming the others, so that they are undone together."""
    if len(acts) < 2:
        return acts
    first = next_review_id(desk.case.reviews)
    others = [f"V{first + offset:04d}" for offset in range(len(acts) - 1)]
    last = acts[-1]
    return [*acts[:-1], last.model_copy(update={"after": {**(last.after or {}), "with": others}})]


def _group(act: Review, acts: Sequence[Review]) -> list[Review]:
    """The acts that were done in one move with this one, itself among them."""
    head = next((one for one in acts if act.id in (one.after or {}).get("with", ())), act)
    names = [*(head.after or {}).get("with", ()), head.id]
    return [one for one in acts if one.id in names]


def _check_last(act: Review, acts: Sequence[Review]) -> None:
    """An act can be undone while it holds and nothing on the same entry has been built on it."""
    if act.act == "undo":
        later = [one for one in acts[[one.id for one in acts].index(act.id) + 1 :] if one.entry == act.entry]
        if later:
            raise StaleError(f"{act.entry} has changed since {act.id}, by {later[-1].id}; undo that first.")
        return
    holding = [one for one in in_force(acts) if one.entry == act.entry and (one.act == "grade") == (act.act == "grade")]
    if act.id not in {one.id for one in holding}:
        raise StaleError(f"{act.id} has been undone already.")
    if holding[-1].id != act.id:
        raise StaleError(f"{act.entry} was changed after {act.id}, by {holding[-1].id} ({holding[-1].act}); undo that first.")
