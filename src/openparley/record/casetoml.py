"""Reading ``case.toml``: every mistake with its line, and the parts that are sound even when others are not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import ValidationError

from openparley.errors import Complaint, did_you_mean, one_of, quoted
from openparley.record.casefile import SCHEMA, Account, Assumption, CaseFile, Lever, Observation, Outcome
from openparley.record.fields import Model
from openparley.record.toml import TomlText, read_toml
from openparley.record.wording import complaints_from

__all__ = ["CaseToml", "Complain", "ExtraCheck", "read_case_toml"]

FILE = "case.toml"
Path = tuple[str | int, ...]

_LISTS: dict[str, tuple[str, type[Model]]] = {
    "accounts": ("account", Account),
    "assumptions": ("assumption", Assumption),
    "outcomes": ("outcome", Outcome),
    "levers": ("lever", Lever),
    "observations": ("observation", Observation),
}
# What an address may name as the type of an actor that has several accounts.
_TYPED = {"weight": 1, "prior": 1}


class Complain(Protocol):
    """Makes a complaint about a key path of ``case.toml``, with its line and item."""

    def __call__(self, path: Path, message: str, *, value: Any = None, allowed: Any = None, hint: str | None = None) -> Complaint:
        """The complaint about ``path``."""
        ...


# A check of the case file that needs to know more than the record does, such as the game family's own names.
ExtraCheck = Callable[[CaseFile, Complain], Iterable[Complaint]]


@dataclass
class CaseToml:
    """``case.toml`` as far as it could be read.

    Attributes
    ----------
    file
        The whole, when all of it is sound.
    actors, accounts
        Ids that are declared, also where the declaration has mistakes; None when that part could not be read.
    parts
        Sound items of each list with their position.
    """

    toml: TomlText
    file: CaseFile | None = None
    actors: tuple[str, ...] | None = None
    accounts: tuple[str, ...] | None = None
    parts: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)

    def place(self, path: Path) -> tuple[str, int | None, str, str | None]:
        """File, line, noun and item id of a key path."""
        noun, item = "", None
        if path and path[0] == "actors" and len(path) > 1:
            noun, item = "actor", str(path[1])
        elif path and path[0] in _LISTS and len(path) > 1:
            noun = _LISTS[str(path[0])][0]
            data = (self.toml.data or {}).get(str(path[0]))
            row = data[int(path[1])] if isinstance(data, list) and int(path[1]) < len(data) else None
            item = str(row.get("id") or f"number {int(path[1]) + 1}") if isinstance(row, dict) else None
        return FILE, self.toml.line(path), noun, item

    def complain(self, path: Path, message: str, *, value: Any = None, allowed: Any = None, hint: str | None = None) -> Complaint:
        """A complaint about a key path."""
        file, line, noun, item = self.place(path)
        return Complaint(file, line, item, value, allowed, hint, message, noun=noun)


def read_case_toml(text: str, extra_checks: Sequence[ExtraCheck] = ()) -> CaseToml:
    """Read and check ``case.toml``; complaints about keys that could not even be parsed are not repeated."""
    toml = read_toml(text, FILE)
    case = CaseToml(toml, complaints=list(toml.complaints))
    data = toml.data
    if data is None:
        return case
    schema = data.get("schema")
    if isinstance(schema, int) and not isinstance(schema, bool) and schema != SCHEMA:
        case.complaints.append(_schema(case, schema))
        if schema > SCHEMA:
            # Its keys mean something that this program does not know; judging them would mislead.
            return case
    try:
        case.file = CaseFile.model_validate(data)
    except ValidationError as error:
        broken = {complaint.line for complaint in toml.complaints}
        lost = _lost_keys(toml)
        for found in complaints_from(error, CaseFile, case.place):
            if found.line in broken or (found.message.endswith("is missing.") and (found.line, found.message) in lost):
                continue
            case.complaints.append(found)
    case.actors = tuple(data["actors"]) if isinstance(data.get("actors"), dict) else None
    for name, (_, model) in _LISTS.items():
        case.parts[name] = list(_sound(data.get(name), model))
    ids = (
        [row.get("id") for row in data.get("accounts", []) if isinstance(row, dict)] if isinstance(data.get("accounts", []), list) else None
    )
    case.accounts = None if ids is None else tuple(str(name) for name in ids)
    case.complaints += _references(case)
    if case.file is not None:
        for check in extra_checks:
            case.complaints += check(case.file, case.complain)
    return case


def _schema(case: CaseToml, schema: int) -> Complaint:
    if schema > SCHEMA:
        message = f"schema {schema} is newer than this program, which reads schema {SCHEMA}."
        return case.complain(("schema",), message, value=schema, allowed=SCHEMA, hint="Update openparley, then run the command again.")
    return case.complain(("schema",), f"there is no schema {schema}.", value=schema, allowed=SCHEMA, hint=f"Write schema = {SCHEMA}.")


def _lost_keys(toml: TomlText) -> set[tuple[int | None, str]]:
    """Complaints to expect because an unreadable line was left out: its key now seems to be missing from its table."""
    broken = {complaint.line for complaint in toml.complaints}
    return {(toml.line(path[:-1]), f"“{path[-1]}” is missing.") for path, line in toml.lines.items() if line in broken}


def _sound(rows: Any, model: type[Model]) -> Iterator[tuple[int, Model]]:
    """Items of a list that are sound by themselves."""
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        try:
            yield index, model.model_validate(row)
        except ValidationError:
            continue


def _references(case: CaseToml) -> Iterator[Complaint]:
    """Names that lead nowhere, ids used twice, and what must hold between items."""
    for name, rows in case.parts.items():
        yield from _twins(case, name, rows)
    actors = case.actors
    if actors is not None:
        for name in ("accounts", "levers"):
            for index, item in case.parts[name]:
                yield from _unknown(case, (name, index, "actor"), item.actor, actors)
        for index, outcome in case.parts["outcomes"]:
            if outcome.when.actor is not None:
                yield from _unknown(case, ("outcomes", index, "when", "actor"), outcome.when.actor, actors)
        for index, rule in case.parts["observations"]:
            yield from _unknown(case, ("observations", index, "move"), rule.move.split(".")[0], actors)
            for key in ("actor", "recipient"):
                for actor in getattr(rule, key):
                    yield from _unknown(case, ("observations", index, key), actor, actors)
    yield from _addresses(case)
    headlines = [index for index, outcome in case.parts["outcomes"] if outcome.headline]
    if case.file is not None and case.file.outcomes and len(headlines) != 1:
        path: Path = ("outcomes", headlines[1]) if headlines else ("outcomes", 0)
        message = f"{len(headlines)} outcomes are marked as headline; exactly one is."
        yield case.complain(path, message, value=len(headlines), allowed=1, hint="Set headline = true in one of them.")


def _addresses(case: CaseToml) -> Iterator[Complaint]:
    """Actors and types named in the addresses of assumptions, and addresses set twice."""
    seen: dict[str, str] = {}
    types: dict[str, list[str]] = {}
    for _, account in case.parts["accounts"]:
        types.setdefault(account.actor, []).append(account.id)
    for index, assumption in case.parts["assumptions"]:
        path: Path = ("assumptions", index, "sets")
        head, *rest = assumption.sets.split(".")
        if assumption.sets in seen:
            message = f"{quoted(assumption.sets)} is already set by assumption {seen[assumption.sets]}."
            yield case.complain(path, message, value=assumption.sets, hint="One parameter has one assumption.")
        seen.setdefault(assumption.sets, assumption.id)
        if head in ("chance", "error") or rest[0] == "default" or case.actors is None:
            continue
        if rest[0] not in case.actors:
            yield from _unknown(case, path, rest[0], case.actors)
            continue
        named = rest[1:2] if head in _TYPED else rest[1:] if head == "drift" else []
        known = types.get(rest[0], [])
        for word in named:
            if word not in known and not (word == "*" and head == "weight"):
                allowed = [*known, "*"] if head == "weight" else known
                words = one_of(allowed) if allowed else "none"
                message = f"{quoted(word)} is not an account of {rest[0]}; there are: {words}."
                yield case.complain(path, message, value=word, allowed=allowed, hint=did_you_mean(word, known))


def _twins(case: CaseToml, name: str, rows: list[tuple[int, Any]]) -> Iterator[Complaint]:
    first: dict[str, int] = {}
    for index, item in rows:
        key = getattr(item, "id", None)
        if key is None:
            continue
        if key in first:
            line = case.toml.line((name, first[key]))
            yield case.complain(
                (name, index, "id"), f"the id {quoted(key)} is already used on line {line}.", value=key, hint="Give it an id of its own."
            )
        first.setdefault(key, index)


def _unknown(case: CaseToml, path: Path, value: str, actors: tuple[str, ...]) -> Iterator[Complaint]:
    if value not in actors:
        message = f"there is no actor {quoted(value)}; actors are: {one_of(actors)}."
        yield case.complain(path, message, value=value, allowed=list(actors), hint=did_you_mean(value, actors))
