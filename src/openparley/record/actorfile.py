"""``actors.toml``: actors that a coder met in the reports and the case file does not name; a person checks and edits them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from openparley.errors import Complaint, quoted
from openparley.record.casefile import Actor
from openparley.record.fields import Ident, Model
from openparley.record.store import atomic_write
from openparley.record.toml import read_toml
from openparley.record.wording import complaints_from

__all__ = ["FILE", "append_actors", "read_actors"]

FILE = "actors.toml"
HEADING = (
    "# Actors that a coder met in the texts and case.toml does not name. Check them: correct names and roles, give aliases, delete\n"
    "# `proposed` when done. If one is an actor of case.toml under another name, give that actor the name as an alias, delete the\n"
    "# table here, and run `parley read` again: proposals that nobody has reviewed then get the actor's own id.\n"
)


class _ActorFile(Model):
    actors: Annotated[dict[Ident, Actor], Field(default_factory=dict)]


def read_actors(text: str, taken: Mapping[str, Actor] | None) -> tuple[dict[str, Actor], list[Complaint]]:
    """The actors of the file and every complaint.

    Parameters
    ----------
    taken
        Actors of ``case.toml``, whose ids are not free; None when they could not be read.
    """
    toml = read_toml(text, FILE)
    if toml.data is None or toml.complaints:
        return {}, list(toml.complaints)
    try:
        actors = _ActorFile.model_validate(toml.data).actors
    except ValidationError as error:
        return {}, list(complaints_from(error, _ActorFile, lambda path: (FILE, toml.line(path), "actor", _item(path))))
    complaints = [
        Complaint(
            FILE,
            toml.line(("actors", key)),
            key,
            key,
            None,
            f"Delete it here or give it another id; `grep -rn {key} record` shows the entries.",
            f"the id {quoted(key)} is an actor in case.toml already.",
            noun="actor",
        )
        for key in actors
        if taken is not None and key in taken
    ]
    return actors, complaints


def append_actors(root: Path, actors: Mapping[str, Actor]) -> None:
    """Add actors to the file, all or none; what stands in it is kept as it is. The caller holds the lock."""
    if not actors:
        return
    path = root / FILE
    before = path.read_bytes().decode("utf-8") if path.is_file() else HEADING
    tables = "".join(f"\n{_table(key, actor)}" for key, actor in actors.items())
    atomic_write(path, (before.rstrip("\n") + "\n" + tables).encode("utf-8"))


def _table(key: str, actor: Actor) -> str:
    aliases = ", ".join(_string(alias) for alias in actor.aliases)
    return (
        f"[actors.{key}]\nname = {_string(actor.name)}\naliases = [{aliases}]\n"
        f"country = {_string(actor.country)}\nrole = {_string(actor.role)}\nproposed = true\n"
    )


def _string(value: str) -> str:
    """A basic string of TOML: JSON's escapes are among TOML's, which wants DEL escaped too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def _item(path: tuple[str | int, ...]) -> str | None:
    return str(path[1]) if len(path) > 1 else None
