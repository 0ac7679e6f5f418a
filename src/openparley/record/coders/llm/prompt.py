"""What the model is told: the codebook as instruction, everything that other people wrote as data between lines with a random mark."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from string import Template
from typing import Any

from openparley.record.casefile import Actor
from openparley.record.coders.llm.labels import Labels
from openparley.record.coders.llm.passages import LEFT_OUT, Passage, is_addressed
from openparley.record.coders.llm.schema import Fault, reply_schema
from openparley.record.plover import CONTEXTS, TYPES
from openparley.record.sources import Source
from openparley.record.span import sha256

__all__ = ["Known", "Prompt"]

DATA = Path(__file__).resolve().parent / "data"
MARK_BYTES = 12
# More would be read past, and cost.
MOST_FAULTS, MOST_COMMITMENTS = 12, 40
SHOWN_AGAIN = 6000


@dataclass(frozen=True)
class Known:
    """What a report is read with: who is known, and what was announced before.

    Attributes
    ----------
    actors
        Actors by id, as many as may be meant.
    commitments
        Rows of earlier commitments.
    """

    source: Source
    actors: Mapping[str, Actor]
    commitments: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Prompt:
    """The texts and the schema, with types under given labels.

    Attributes
    ----------
    mark
        Makes the mark of a question; it must not be guessed by whoever wrote the report.
    """

    labels: Labels = field(default_factory=Labels)
    mark: Callable[[], str] = lambda: secrets.token_hex(MARK_BYTES)

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The schema of an answer."""
        return reply_schema(self.labels)

    @cached_property
    def system(self) -> str:
        """The codebook, which is the same for every question."""
        types = "\n".join(f"{label}: {TYPES[name].meaning}{_modes(name)}" for name, label in self.labels.pairs)
        schema = json.dumps(self.schema, separators=(",", ":"))
        words = {**self.labels.label, "types": types, "contexts": ", ".join(self.labels.mixed(CONTEXTS)), "schema": schema}
        return Template(_file("system.txt")).substitute(words)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all texts with the schema; changes when a model is told something else."""
        parts = [self.system, _file("user.txt"), _file("again.txt")]
        return sha256("\0".join(parts))

    def data(self, passage: Passage, text: str, known: Known) -> dict[str, str]:
        """The blocks of data of a question, without the mark."""
        source = known.source
        day = source.published
        report = {
            "id": source.id,
            "outlet": source.outlet,
            "author": source.author,
            "title": source.title,
            "kind": source.kind,
            "published": f"{day:%A} {day.isoformat()}" if day else "not known",
        }
        actors = [
            {"id": key, "name": actor.name, "aliases": list(actor.aliases), "role": actor.role, "country": actor.country}
            for key, actor in known.actors.items()
        ]
        return {
            "report": _json(report),
            "actors": "\n".join(map(_json, _shuffled(actors, self.labels))),
            "commitments": "\n".join(_commitment(row) for row in known.commitments[-MOST_COMMITMENTS:]) or "none",
            "before": passage.before or "nothing",
            "paragraph": passage.shown(text),
            "after": passage.after or "nothing",
        }

    def messages(self, data: Mapping[str, str]) -> list[dict[str, str]]:
        """A question under a new mark that stands nowhere in its data."""
        mark = self.mark()
        while any(mark in block for block in data.values()):
            mark = secrets.token_hex(MARK_BYTES)
        user = Template(_file("user.txt")).substitute(data, mark=mark)
        return [{"role": "system", "content": self.system}, {"role": "user", "content": user}]

    def again(self, messages: Sequence[Mapping[str, str]], answer: str, faults: Sequence[Fault]) -> list[dict[str, str]]:
        """The question once more, with the answer that could not be used and why."""
        shown = [f"- {fault.message}" for fault in faults[:MOST_FAULTS]]
        if len(faults) > MOST_FAULTS:
            shown.append(f"- and {len(faults) - MOST_FAULTS} more")
        words = Template(_file("again.txt")).substitute(faults="\n".join(shown))
        return [*map(dict, messages), {"role": "assistant", "content": answer[:SHOWN_AGAIN]}, {"role": "user", "content": words}]


def _file(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8")


def _modes(name: str) -> str:
    modes = TYPES[name].modes
    return f"; modes: {', '.join(modes)}" if modes else ""


def _shuffled(actors: list[dict[str, Any]], labels: Labels) -> list[dict[str, Any]]:
    order = labels.mixed([actor["id"] for actor in actors])
    by_id = {actor["id"]: actor for actor in actors}
    return [by_id[key] for key in order]


def _commitment(row: Mapping[str, Any]) -> str:
    keys = ("id", "type", "actor", "target", "paraphrase", "due")
    return _json({key: row.get(key) for key in keys})


def _json(row: Mapping[str, Any]) -> str:
    """A row of data; words in it that address a machine are left out, as in the text."""
    return json.dumps({key: _said(value) for key, value in row.items()}, ensure_ascii=False, default=str)


def _said(value: Any) -> Any:
    if isinstance(value, list):
        return [_said(part) for part in value]
    return LEFT_OUT if isinstance(value, str) and is_addressed(value) else value
