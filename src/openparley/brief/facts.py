"""What the brief asks of a case: names, attributions, digests, and words verified against the stored texts."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from openparley.brief import words
from openparley.record.case import Case
from openparley.record.casefile import Account
from openparley.record.entry import Commitment, Entry, Event, FuzzyDate
from openparley.record.sources import OUTLET_UNKNOWN

QUOTED_AT_MOST = 280
NONE_NAME = "None of these"
# What stands for the outlet of a text that names none.
UNNAMED = {"", OUTLET_UNKNOWN, "not named", "not named in the text", "unknown"}
# A pair of marks around words; apostrophes are left alone.
QUOTATION = re.compile(r"“([^“”]*)”|„([^„“”]*)[“”]|«([^«»]*)»|\"([^\"]*)\"|(?<![\w])‘([^‘’]*)’(?!\w)")


@dataclass(frozen=True)
class Quote:
    """The words of a span, when a text at hand still has them."""

    state: Literal["verified", "orphan", "no text"]
    words: str = ""


@dataclass(frozen=True)
class Facts:
    """A case with the texts at hand, if any.

    Attributes
    ----------
    texts
        Source id → text whose hash is the one in ``sources.csv``.
    """

    case: Case
    texts: dict[str, str]

    @classmethod
    def of(cls, case: Case, texts: Path | None = None) -> Facts:
        """The case with the texts in ``texts`` and in its own ``texts/``, matched by hash whatever their names."""
        known = dict(case.texts)
        by_hash = {row.text_sha256: id for id, row in case.sources.items()}
        for path in sorted(texts.iterdir()) if texts is not None and texts.is_dir() else ():
            if path.is_file():
                raw = path.read_bytes()
                if id := by_hash.get(hashlib.sha256(raw).hexdigest()):
                    known[id] = raw.decode("utf-8")
        return cls(case, known)

    @cached_property
    def accepted(self) -> dict[str, Entry]:
        """The entries that a person let in."""
        return dict(self.case.accepted())

    @cached_property
    def accounts(self) -> dict[str, Account]:
        """The rival accounts by id."""
        return {account.id: account for account in self.case.file.accounts}

    @cached_property
    def commitments(self) -> dict[str, Commitment]:
        """The accepted commitments by id."""
        return {id: entry for id, entry in self.accepted.items() if isinstance(entry, Commitment)}

    def actor(self, id: str) -> str:
        """Display name of an actor; ids of roles that the case does not name read as words."""
        known = self.case.file.actors.get(id)
        return known.name if known else id.replace("_", " ")

    def actors(self, ids: Iterable[str]) -> str:
        """Display names as prose."""
        return words.listed([self.actor(id) for id in ids])

    def position(self, id: str) -> str:
        """The position that a hypothesis is about: “the mediator”, not the person who holds it."""
        words_of_id = id.replace("_", " ")
        return words_of_id.title() if id.startswith("party") else f"the {words_of_id}"

    @cached_property
    def _proper(self) -> set[str]:
        """Words that the case writes with a capital inside a sentence: names."""
        file = self.case.file
        names = " ".join(word for actor in file.actors.values() for word in (actor.name, *actor.aliases))
        prose = [file.question, file.title, file.notes, *(row.what for row in file.outcomes), *(row.statement for row in file.levers)]
        prose += [row.statement for row in (*file.accounts, *file.assumptions)]
        inside = (word for text in prose for word in re.findall(r"(?<=[\w,;] )[A-Z][\w-]*", text))
        return (set(re.findall(r"[A-Z][\w-]*", names)) | set(inside)) - {"A", "An", "The"}

    def mid(self, clause: str) -> str:
        """A clause as it reads inside a sentence: its capital goes unless it starts with a name."""
        first = re.split(r"[\s’']", clause, maxsplit=1)[0]
        return clause if first in self._proper or first[1:] != first[1:].lower() else clause[:1].lower() + clause[1:]

    def account_name(self, id: str) -> str:
        """Short name of an account, “none” included."""
        return self.accounts[id].name if id in self.accounts else NONE_NAME

    def outlet(self, source: str) -> str:
        """Outlet of a source, or its id when the outlet is missing."""
        row = self.case.sources.get(source)
        return source if row is None or row.outlet == OUTLET_UNKNOWN else row.outlet

    def quote(self, entry: Entry) -> Quote:
        """The words of the entry's span, verified by hash; never searched for elsewhere in the text."""
        text = self.texts.get(entry.source)
        if text is None:
            return Quote("no text")
        found = text[entry.span.start : entry.span.end]
        if hashlib.sha256(found.encode()).hexdigest() != entry.span.sha256:
            return Quote("orphan")
        return Quote("verified", words.cut(found, QUOTED_AT_MOST))

    def unquoted(self, text: str, source: str | None = None) -> str:
        """The text without quotation marks, save around words that stand in a stored text.

        Parameters
        ----------
        text
            What a coder or the author of the case wrote.
        source
            Only this source's text counts, if given.
        """
        stored = [self.texts[source]] if source in self.texts else list(self.texts.values()) if source is None else []

        def judge(match: re.Match[str]) -> str:
            inner = next(group for group in match.groups() if group is not None)
            return match[0] if inner and any(inner in known for known in stored) else inner

        return QUOTATION.sub(judge, text)

    def origin(self, source: str) -> str:
        """Who a source goes back to; itself when nothing else is known."""
        row = self.case.sources.get(source)
        return ((row.origin if row else None) or self.outlet(source)).strip()

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """Distinct known origins of the accepted entries; an echo adds none."""
        unknown = set(self.unknown_origins)
        return tuple(sorted({self.origin(entry.source) for entry in self.accepted.values() if entry.source not in unknown}))

    @cached_property
    def unknown_origins(self) -> tuple[str, ...]:
        """Sources of accepted entries that name neither an outlet nor an origin."""
        cited = {entry.source for entry in self.accepted.values()}
        rows = {id: row for id, row in self.case.sources.items() if id in cited}
        return tuple(sorted(id for id, row in rows.items() if not row.origin and row.outlet.strip().lower() in UNNAMED))

    @cached_property
    def single_source(self) -> tuple[str, ...]:
        """Accepted events and commitments that only one origin carries, counting linked reports of one event together."""
        items = {id: entry for id, entry in self.accepted.items() if isinstance(entry, Event | Commitment)}
        root = {id: id for id in items}

        def find(id: str) -> str:
            while root[id] != id:
                id = root[id]
            return id

        for id, entry in items.items():
            for link in entry.links:
                if link.rel == "same_event" and link.to in items:
                    root[find(id)] = find(link.to)
        origins: dict[str, set[str]] = {}
        for id, entry in items.items():
            origins.setdefault(find(id), set()).add(self.origin(entry.source))
        return tuple(sorted(id for id in items if find(id) == id and len(origins[id]) == 1))

    @cached_property
    def review_states(self) -> Counter[str]:
        """Number of entries by state of review."""
        return Counter(entry.review.state for entry in self.case.entries.values())

    def digest(self, entry: Entry) -> str:
        """Hash of everything in an entry but its review."""
        content: dict[str, Any] = entry.model_dump(mode="json", exclude={"review"})
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def when(date: FuzzyDate | None) -> str:
    """A range of days for people; empty when unknown."""
    return "" if date is None else words.days(date.start, date.end)
