"""The case, the posterior, the forecast and the run again, with roles for names; the page is built from these as from any other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from openparley.brief.facts import Facts
from openparley.brief.redact.fold import tokens, windows
from openparley.brief.redact.names import Names, plain_words
from openparley.brief.redact.roles import KINDS, actor_ids, actor_roles, coders, numbered, reviewers
from openparley.forecast.questions import Question
from openparley.record.case import Case
from openparley.record.casefile import Actor, CaseFile
from openparley.record.entry import Coder, Entry
from openparley.record.sources import Source
from openparley.record.span import Span, sha256

COPY = "redacted-copy"
TITLE = "A dispute"
BLANK = "x"
VERBATIM = 5  # words in a row that count as the words of a text
NOTHING = "0" * 64
SIGN = "·"
# Single words that a person wrote; what has several words is told by its spaces.
FREE = frozenset({"name", "title", "question", "notes", "statement", "what", "paraphrase", "if_wrong", "wording", "resolves", "unit"})
KEPT_OF_RUN = ("id", "seed", "version", "created", "status", "settings", "software", "cutoff", "fictional")
ADDRESS = re.compile(r"[\w*-]+(?:[.:][\w*-]+)+")


@dataclass(frozen=True)
class Duplicate:
    """Makes copies of what a page is built from.

    Attributes
    ----------
    case
        The original.
    names
        The table of names.
    more
        Names and roles that the case does not list, as in the table of names.
    texts
        Stored texts by source; a paraphrase with their words is left out.
    blank
        True leaves out every free text, for a page that holds the words of the program and nothing else.
    written, withheld
        Filled while copying: every text of the copy, and the entries whose paraphrase is left out.
    """

    case: Case
    names: Names
    more: Mapping[str, str]
    texts: Mapping[str, str]
    blank: bool = False
    written: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)

    @cached_property
    def facts(self) -> Facts:
        """The original with the texts at hand."""
        return Facts(self.case, dict(self.texts))

    @cached_property
    def file_names(self) -> tuple[str, ...]:
        """Names of the files with texts that lie in the case."""
        folder = self.case.root / "texts"
        return tuple(path.name for path in folder.iterdir()) if folder.is_dir() else ()

    @cached_property
    def ids(self) -> dict[str, str]:
        """Every id of the case → id in the copy; another one where the id itself holds a name."""
        file = self.case.file
        found = actor_ids(self.case, self.more)
        lists = (("account", file.accounts), ("assumption", file.assumptions), ("outcome", file.outcomes), ("lever", file.levers))
        for kind, rows in lists:
            found |= {row.id: self._id(row.id, f"{kind}_{number}") for number, row in enumerate(rows, start=1)}
        for kind, keys in (("entry", self.case.entries), ("source", self.case.sources), ("row", self.case.course)):
            found |= {key: self._id(key, f"{kind}_{number}") for number, key in enumerate(keys, start=1)}
        return found | {self.case.name: COPY}

    def _id(self, id: str, other: str) -> str:
        spaced = re.sub(r"[_-]+", " ", id)
        parts = set(tokens(spaced)) - plain_words() - {source.lower() for source in self.case.sources}
        return other if parts & self.telling or any(self.names.found(spaced)) else id

    @cached_property
    def telling(self) -> frozenset[str]:
        """Words of names that are no common words."""
        return frozenset(word for name in self.names.names for word in tokens(name.text) if len(word) > 2) - plain_words()

    @cached_property
    def roles(self) -> dict[str, str]:
        """Actor → what it is called."""
        return actor_roles(self.case, actor_ids(self.case, self.more), self.more)

    @cached_property
    def stored(self) -> set[tuple[str, ...]]:
        """Runs of words of the stored texts."""
        return set().union(*(windows(text, VERBATIM) for text in self.texts.values()))

    @cached_property
    def free(self) -> tuple[str, ...]:
        """What people wrote, the longest first; a page of blanks has none of it."""
        file = self.case.file
        rows = (*file.accounts, *file.outcomes, *file.levers, *file.assumptions)
        texts = {text for row in rows for key, text in row if key in FREE and isinstance(text, str)}
        return tuple(sorted((text for text in texts if len(text) > 2), key=len, reverse=True))

    def text(self, text: str) -> str:
        """A string that is no id."""
        if self.blank:
            for known in self.free:
                text = text.replace(known, BLANK)
        found = self.names.replace(text)
        found = re.sub(r"\b(outlet|origin)([ :])\1 ", r"\1\2", found)
        self.written.append(found)
        return found

    def value(self, value: Any) -> Any:
        """Anything, with the strings in it replaced and the ids renamed."""
        if isinstance(value, str):
            return self._string(value)
        if isinstance(value, Mapping):
            changed = {self.value(key): self.value(inner) for key, inner in value.items()}
            return MappingProxyType(changed) if isinstance(value, MappingProxyType) else changed
        if isinstance(value, tuple | list):
            return type(value)(self.value(inner) for inner in value) if type(value) in (tuple, list) else value
        if isinstance(value, BaseModel):
            return self.model(value)
        if is_dataclass(value) and not isinstance(value, type):
            changes = {one.name: self.value(old) for one in fields(value) if one.init and (old := getattr(value, one.name)) is not None}
            return replace(value, **changes)
        return value

    def model(self, row: BaseModel, **own: Any) -> Any:
        """A row of the case; ``own`` are values that replace its own."""
        changes = {}
        for key, info in type(row).model_fields.items():
            old = getattr(row, key)
            if key in own or old is None or _fixed(info.annotation):
                continue
            free = self.blank and isinstance(old, str) and bool(old) and old not in self.ids and (key in FREE or " " in old)
            changes[key] = BLANK if free else self.value(old)
        return row.model_copy(update=changes | own)

    def _string(self, text: str) -> str:
        if text in self.ids:
            return self.ids[text]
        if ADDRESS.fullmatch(text):
            text = re.sub(r"[\w*-]+", lambda part: self.ids.get(part[0], part[0]), text)
        return self.text(text)

    def file(self) -> CaseFile:
        """``case.toml``: actors are their roles; title and notes are left out, because they name the dispute."""
        file = self.case.file
        actors = {self.ids[id]: Actor(name=self.roles[id], role=actor.role) for id, actor in file.actors.items()}
        return self.model(file, actors=actors, notes="", name=COPY, title=TITLE)

    def copied(self) -> Case:
        """The case without texts, hashes and places. Where a text was at hand a sign stands for it, so that what is counted stays."""
        case = self.case
        origins = self._origins()
        sources = {self.ids[id]: self._source(id, row, origins[id]) for id, row in case.sources.items()}
        by = reviewers(case)
        acts = tuple(
            self.model(act, by=by[act.by], reason=None, before=None, after=None, id=act.id, act=act.act, at=act.at) for act in case.reviews
        )
        course = {self.ids[id]: self.model(row, reference="withheld", note="") for id, row in case.course.items()}
        return replace(
            case,
            root=Path(COPY),
            file=self.file(),
            sources=sources,
            entries={self.ids[id]: self._entry(entry) for id, entry in case.entries.items()},
            reviews=acts,
            texts=dict.fromkeys((self.ids[id] for id in self.texts if id in self.ids), SIGN),
            places={},
            notes=(),
            warnings=(),
            hashes={f"{len(case.hashes)} files": "withheld; the original has their hashes"},
            course=course,
            credibility={self.ids[id]: grade for id, grade in case.credibility.items() if id in self.ids},
        )

    def _origins(self) -> dict[str, str]:
        """Source → its origin by number; as many as the original has."""
        known = numbered(self.case, "origin")
        outlets = numbered(self.case, "outlet")
        found = {}
        for id, row in self.case.sources.items():
            origin = (row.origin or row.outlet).strip()
            found[id] = known.get(origin) or outlets.get(origin) or f"origin of {self.ids[id]}"
        return found

    def _source(self, id: str, row: Source, origin: str) -> Source:
        grade = f"grade {row.reliability}" if row.reliability else "not graded"
        outlet = numbered(self.case, "outlet").get(row.outlet.strip(), "outlet not stated")
        called = f"source {self.ids[id]} ({outlet}, {KINDS[row.kind]}, {grade})"
        return Source(
            id=self.ids[id], outlet=called, kind=row.kind, origin=origin, reliability=row.reliability, published=row.published,
            text_sha256=NOTHING, chars=1,
        )  # fmt: skip

    def _entry(self, entry: Entry) -> Entry:
        found = self.facts.quote(entry).state == "verified"
        own: dict[str, Any] = {"span": Span(start=0, end=1, sha256=sha256(SIGN) if found else NOTHING), "note": None, "language": None}
        own["coder"] = entry.coder and Coder(name=coders(self.case)[entry.coder.name], confidence=entry.coder.confidence)
        by = entry.review.by
        own["review"] = entry.review.model_copy(update={"by": by and reviewers(self.case)[by]})
        own["date"] = entry.date and entry.date.model_copy(update={"phrase": None})
        for key, value in (("content", ()), ("medium", None), ("made", None), ("due", None)):
            if key in type(entry).model_fields:
                own[key] = value
        if entry.kind == "commitment":
            own["made"] = entry.made and entry.made.model_copy(update={"phrase": None})
            own["due"] = entry.due and entry.due.model_copy(update={"basis": ""})
        own["paraphrase"] = self._paraphrase(entry)
        return self.model(entry, **own)

    def _paraphrase(self, entry: Entry) -> str:
        """The paraphrase with roles for names; none where it repeats the words of a text."""
        found = BLANK if self.blank else self.names.replace(entry.paraphrase)
        if (windows(found, VERBATIM) | windows(entry.paraphrase, VERBATIM)) & self.stored:
            self.withheld.append(entry.id)
            return TOO_CLOSE
        self.written.append(found)
        return found

    def question(self, question: Question, people: Mapping[str, str]) -> Question:
        """A frozen question without the hash of its line, and with roles for those who asked and answered."""
        told = self.value(question)
        known = zip(told.resolutions, question.resolutions, strict=True)
        done = tuple(replace(one, by=people.get(old.by, "")) for one, old in known)
        return replace(told, analyst_by=people.get(question.analyst_by, ""), hash="", resolutions=done)

    def run(self, run: Mapping[str, Any]) -> dict[str, Any]:
        """Of the run what repeats it, without the hashes of its files and without addresses."""
        kept: dict[str, Any] = {key: run[key] for key in KEPT_OF_RUN if key in run}
        settings = {key: value for key, value in dict(kept.get("settings", {})).items() if "/" not in str(value)}
        return kept | {"settings": self.value(settings), "inputs": {}}


TOO_CLOSE = "The paraphrase is withheld, because it repeats words of the text."


def _fixed(annotation: Any) -> bool:
    """Whether a field takes one of a few words, which name nobody."""
    return get_origin(annotation) is Literal or any(_fixed(one) for one in get_args(annotation))
