"""Reading ``case.toml``: every mistake with its line, and the parts that are sound even when others are not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from pydantic import ValidationError

from openparley.errors import Complaint, did_you_mean, one_of, quoted
from openparley.record.casefile import ADDRESSES, SCHEMA, CaseFile, out_of_order
from openparley.record.toml import TomlText, read_toml
from openparley.record.wording import complaints_from

__all__ = ["CaseToml", "Complain", "ExtraCheck", "read_case_toml", "words"]

FILE = "case.toml"
Path = tuple[str | int, ...]

_LISTS = {"accounts": "account", "assumptions": "assumption", "outcomes": "outcome", "levers": "lever", "observations": "observation"}
# What an address may name as the type of an actor that has several accounts.
_TYPED = {"weight": 1, "prior": 1}
CHANCE = "world"  # moves in the place of an actor, and is none


@runtime_checkable
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
    """

    toml: TomlText
    file: CaseFile | None = None
    actors: tuple[str, ...] | None = None
    accounts: tuple[str, ...] | None = None
    complaints: list[Complaint] = field(default_factory=list)

    def place(self, path: Path) -> tuple[str, int | None, str, str | None]:
        """File, line, noun and item id of a key path."""
        noun, item = "", None
        if path and path[0] == "actors" and len(path) > 1:
            noun, item = "actor", str(path[1])
        elif path and path[0] in _LISTS and len(path) > 1:
            noun = _LISTS[str(path[0])]
            data = (self.toml.data or {}).get(str(path[0]))
            row = data[int(path[1])] if isinstance(data, list) and int(path[1]) < len(data) else None
            item = str(row.get("id") or f"number {int(path[1]) + 1}") if isinstance(row, dict) else None
        return FILE, self.toml.line(path), noun, item

    def rows(self, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """Items of a list with their position, sound or not."""
        data = (self.toml.data or {}).get(name)
        for index, row in enumerate(data if isinstance(data, list) else ()):
            if isinstance(row, dict):
                yield index, row

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
            # Read from the raw rows instead, see `_ranges`.
            if isinstance(found.allowed, str) and found.allowed == "low ≤ likely ≤ high":
                continue
            if found.line in broken or (found.message.endswith("is missing.") and (found.line, found.message) in lost):
                continue
            case.complaints.append(found)
    case.actors = tuple(data["actors"]) if isinstance(data.get("actors"), dict) else None
    ids = (
        [row.get("id") for row in data.get("accounts", []) if isinstance(row, dict)] if isinstance(data.get("accounts", []), list) else None
    )
    case.accounts = None if ids is None else tuple(str(name) for name in ids)
    case.complaints += _references(case)
    if case.file is not None:
        for check in extra_checks:
            case.complaints += check(case.file, case.complain)
    return case


def words(value: Any) -> list[str]:
    """The words under a key that holds one or a list of them; what is neither is complained about elsewhere."""
    return [value] if isinstance(value, str) else [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def _schema(case: CaseToml, schema: int) -> Complaint:
    if schema > SCHEMA:
        message = f"schema {schema} is newer than this program, which reads schema {SCHEMA}."
        return case.complain(("schema",), message, value=schema, allowed=SCHEMA, hint="Update openparley, then run the command again.")
    return case.complain(("schema",), f"there is no schema {schema}.", value=schema, allowed=SCHEMA, hint=f"Write schema = {SCHEMA}.")


def _lost_keys(toml: TomlText) -> set[tuple[int | None, str]]:
    """Complaints to expect because an unreadable line was left out: its key now seems to be missing from its table."""
    broken = {complaint.line for complaint in toml.complaints}
    return {(toml.line(path[:-1]), f"“{path[-1]}” is missing.") for path, line in toml.lines.items() if line in broken}


def _references(case: CaseToml) -> Iterator[Complaint]:
    """Names that lead nowhere, ids used twice, and what must hold between items; also for items with other mistakes."""
    for name in _LISTS:
        yield from _twins(case, name)
    actors = case.actors
    if actors is not None:
        for name in ("accounts", "levers"):
            for index, row in case.rows(name):
                yield from _unknown(case, (name, index, "actor"), words(row.get("actor")), actors)
        for index, row in case.rows("outcomes"):
            when = row.get("when")
            yield from _unknown(
                case, ("outcomes", index, "when", "actor"), words(when.get("actor") if isinstance(when, dict) else None), actors
            )
        for index, row in case.rows("observations"):
            mover = [move.split(".")[0] for move in words(row.get("move")) if "." in move]
            yield from _unknown(case, ("observations", index, "move"), mover, (*actors, CHANCE))
            for key in ("actor", "recipient"):
                yield from _unknown(case, ("observations", index, key), words(row.get(key)), actors)
    yield from _addresses(case)
    yield from _ranges(case)
    outcomes = list(case.rows("outcomes"))
    headlines = [index for index, row in outcomes if row.get("headline") is True]
    if outcomes and len(headlines) != 1:
        path: Path = ("outcomes", headlines[1]) if headlines else ("outcomes", 0)
        message = f"{len(headlines)} outcomes are marked as headline; exactly one is."
        yield case.complain(path, message, value=len(headlines), allowed=1, hint="Set headline = true in one of them.")


def _addresses(case: CaseToml) -> Iterator[Complaint]:
    """Actors and types named in the addresses of assumptions, and addresses set twice."""
    seen: dict[str, str] = {}
    types: dict[str, list[str]] = {}
    for _, row in case.rows("accounts"):
        for actor in words(row.get("actor")):
            types.setdefault(actor, []).append(str(row.get("id")))
    for index, row in case.rows("assumptions"):
        path: Path = ("assumptions", index, "sets")
        address = row.get("sets")
        if not isinstance(address, str):
            continue
        head, *rest = address.split(".")
        if address in seen:
            message = f"{quoted(address)} is already set by assumption {seen[address]}."
            yield case.complain(path, message, value=address, hint="One parameter has one assumption.")
        seen.setdefault(address, str(row.get("id")))
        if head not in ADDRESSES or head in ("chance", "error") or not rest or rest[0] in ("default", CHANCE) or case.actors is None:
            continue
        if rest[0] not in case.actors:
            yield from _unknown(case, path, rest[:1], case.actors)
            continue
        named = rest[1:2] if head in _TYPED else rest[1:] if head == "drift" else []
        known = types.get(rest[0], [])
        for word in named:
            if word not in known and not (word == "*" and head == "weight"):
                allowed = [*known, "*"] if head == "weight" else known
                there = one_of(allowed) if allowed else "none"
                message = f"{quoted(word)} is not an account of {rest[0]}; there are: {there}."
                yield case.complain(path, message, value=word, allowed=allowed, hint=did_you_mean(word, known))


def _ranges(case: CaseToml) -> Iterator[Complaint]:
    """Assumptions out of order; here rather than in the model, which stops at a mistake in any other key."""
    for index, row in case.rows("assumptions"):
        numbers = [row.get(key) for key in ("low", "likely", "high")]
        if all(isinstance(number, int | float) and not isinstance(number, bool) for number in numbers):
            message = out_of_order(*numbers)  # type: ignore[arg-type]
            if message:
                yield case.complain(("assumptions", index, "low"), f"{message}.", value=numbers, allowed="low ≤ likely ≤ high")


def _twins(case: CaseToml, name: str) -> Iterator[Complaint]:
    first: dict[str, int] = {}
    for index, row in case.rows(name):
        key = row.get("id")
        if not isinstance(key, str):
            continue
        if key in first:
            line = case.toml.line((name, first[key]))
            message = f"the id {quoted(key)} is already used on line {line}."
            yield case.complain((name, index, "id"), message, value=key, hint="Give it an id of its own.")
        first.setdefault(key, index)


def _unknown(case: CaseToml, path: Path, named: Iterable[str], actors: tuple[str, ...]) -> Iterator[Complaint]:
    for value in named:
        if value not in actors:
            message = f"there is no actor {quoted(value)}; actors are: {one_of(actors)}."
            yield case.complain(path, message, value=value, allowed=list(actors), hint=did_you_mean(value, actors))
