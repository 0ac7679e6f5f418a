"""What an answer must look like: one JSON schema, sent to the endpoint and held against what comes back."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, NamedTuple, get_args, get_origin

from openparley.errors import quoted
from openparley.record.casefile import Actor
from openparley.record.coders.llm.labels import Labels
from openparley.record.entry import KINDS, PARAPHRASE_LIMIT, FuzzyDate
from openparley.record.plover import CONTEXTS, MODES
from openparley.record.store import json_line

__all__ = ["LISTS", "QUOTED_WORDS", "Answer", "Fault", "read_answer", "reply_schema"]

# List in the answer → kind of entry.
LISTS: dict[str, str] = {found.file.removesuffix(".jsonl"): kind for kind, found in KINDS.items()}
QUOTED_WORDS = 12
# More than any paragraph holds; keeps an answer without end out of memory.
LONGEST_LIST = 60
TEXT_LIMIT = 200


class Fault(NamedTuple):
    """What is wrong with an answer; ``place`` is its list and number, or None when the answer as a whole cannot be used."""

    place: tuple[str, int] | None
    message: str


@dataclass(frozen=True)
class Answer:
    """An answer as far as it can be used.

    Attributes
    ----------
    entries
        Entries by list, types as PLOVER types; None in the place of one that cannot be used, because entries refer to others by number.
    new_actors
        Role by name, for actors that the case does not know.
    faults
        Why the others cannot be used.
    """

    entries: Mapping[str, Sequence[Mapping[str, Any] | None]]
    new_actors: Mapping[str, str]
    faults: tuple[Fault, ...] = field(default=())

    @property
    def whole(self) -> bool:
        """Whether the answer can be used at all."""
        return all(fault.place is not None for fault in self.faults)


def reply_schema(labels: Labels) -> dict[str, Any]:
    """The JSON schema of an answer: every key required and none beside, as strict servers want it."""
    lists = {name: _list_of(item, LONGEST_LIST) for name, item in _items(labels).items()}
    actor = _object({"name": _text(80), "role": {"enum": list(_words(Actor, "role"))}})
    return {**_object({"new_actors": _list_of(actor, LONGEST_LIST), **lists}), "$defs": _parts(labels)}


def read_answer(text: str, labels: Labels) -> Answer:
    """Read an answer strictly: nothing is repaired, and what cannot be used is a fault.

    Examples
    --------
    >>> read_answer("Here you are: {}", Labels()).faults[0].message
    'The answer is not JSON: Expecting value at character 1.'
    """
    try:
        value = json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_constant)
        json_line({"": value}).encode("utf-8")  # half of a surrogate pair could not be stored
    except json.JSONDecodeError as error:
        return _useless(f"The answer is not JSON: {error.msg} at character {error.pos + 1}.")
    except UnicodeEncodeError:
        return _useless("The answer holds half of a surrogate pair.")
    except (ValueError, RecursionError) as error:
        return _useless(f"The answer is not JSON: {error or 'nested too deeply'}.")
    faults = list(_schema_faults(value, labels))
    if any(fault.place is None for fault in faults):
        return Answer({}, {}, tuple(faults))
    bad = {fault.place for fault in faults}
    entries: dict[str, list[Mapping[str, Any] | None]] = {}
    for name in LISTS:
        entries[name] = []
        for index, item in enumerate(value[name]):
            found = [] if (name, index) in bad else list(_entry_faults(name, index, item, labels))
            faults += found
            entries[name].append(None if found or (name, index) in bad else _with_types(item, labels))
    actors = {item["name"]: item["role"] for index, item in enumerate(value["new_actors"]) if ("new_actors", index) not in bad}
    return Answer(entries, actors, tuple(faults))


def _useless(message: str) -> Answer:
    return Answer({}, {}, (Fault(None, message),))


def _parts(labels: Labels) -> dict[str, Any]:
    """What stands in several kinds of entry, said once: the schema goes out with every question."""
    day = {"type": "string"}
    date = {
        "start": day,
        "end": day,
        "granularity": {"enum": list(_words(FuzzyDate, "granularity"))},
        "anchor": {"enum": list(_words(FuzzyDate, "anchor"))},
        "phrase": _or_null({"type": "string", "maxLength": 60}),
    }
    return {
        "actors": _list_of(_text(80), 12),
        "place": _object({"from": _text(TEXT_LIMIT), "to": {"type": "string", "maxLength": TEXT_LIMIT}}),
        "date": _or_null(_object(date)),
        "due": _or_null(_object({"start": day, "end": day, "basis": _text(TEXT_LIMIT)})),
        "type": {"enum": labels.mixed([label for _, label in labels.pairs])},
        "attribution": {"enum": list(_words(KINDS["event"].model, "attribution"))},
        "words": _or_null(_text(TEXT_LIMIT)),
    }


def _items(labels: Labels) -> dict[str, dict[str, Any]]:
    """The schema of each list's entries."""
    event, statement, commitment, status, claim, relation = (found.model for found in KINDS.values())
    actors, place, date, due, types, attribution, maybe = (
        {"$ref": f"#/$defs/{name}"} for name in ("actors", "place", "date", "due", "type", "attribution", "words")
    )
    common = {
        "place": place,
        "paraphrase": _text(PARAPHRASE_LIMIT),
        "attribution": attribution,
        "attributed_to": actors,
        "hearsay": {"type": "boolean"},
        "historical": {"type": "boolean"},
        "date": date,
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
    }
    own: dict[str, dict[str, Any]] = {
        "events": {
            "actor": actors,
            "event": types,
            "mode": _list_of({"enum": labels.mixed(sorted({mode for modes in MODES.values() for mode in modes}))}, 4),
            "recipient": actors,
            "context": _list_of({"enum": labels.mixed(CONTEXTS)}, 6),
            "realis": {"enum": labels.mixed(_words(event, "realis"))},
        },
        "statements": {
            "speaker": actors,
            "addressee": actors,
            "form": {"enum": labels.mixed(_words(statement, "form"))},
            "medium": _or_null(_text(40)),
            "content": _list_of(place, 8),
        },
        "commitments": {
            "type": {"enum": labels.mixed(_words(commitment, "type"))},
            "actor": actors,
            "target": actors,
            "condition": maybe,
            "consequence": maybe,
            "due": due,
            "event": _or_null(types),
        },
        "statuses": {"of": _text(40), "value": {"enum": labels.mixed(_words(status, "value"))}, "as_of": _or_null({"type": "string"})},
        "claims": {
            "explains": actors,
            "behaviour": _text(TEXT_LIMIT),
            "explanation": _text(TEXT_LIMIT),
            "mechanism": _or_null(_text(80)),
            "stance": {"enum": labels.mixed(_words(claim, "stance"))},
        },
        "relations": {
            "subject": actors,
            "object": actors,
            "relation": {"enum": labels.mixed(_words(relation, "relation"))},
            "trend": _or_null({"enum": list(_words(relation, "trend"))}),
        },
    }
    return {name: _object({**common, **own[name]}) for name in LISTS}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": list(properties), "additionalProperties": False}


def _text(limit: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": limit}


def _list_of(item: Mapping[str, Any], most: int) -> dict[str, Any]:
    return {"type": "array", "items": dict(item), "maxItems": most}


def _or_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": [dict(schema), {"type": "null"}]}


def _words(model: type[Any], key: str) -> tuple[str, ...]:
    """The words that a field of an entry allows."""
    annotation = model.model_fields[key].annotation
    options = [annotation] if get_origin(annotation) is Literal else [part for part in get_args(annotation) if get_origin(part) is Literal]
    return tuple(word for option in options for word in get_args(option))


@lru_cache(maxsize=32)
def _validator(labels: Labels) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(reply_schema(labels))


def _schema_faults(value: Any, labels: Labels) -> Iterator[Fault]:
    for error in _validator(labels).iter_errors(value):
        path = list(error.absolute_path)
        place = (str(path[0]), int(path[1])) if len(path) > 1 else None
        where = ".".join(map(str, path)) or "The answer"
        # The library's own sentence repeats the whole value, which may be long.
        yield Fault(place, f"{where}: {_said(error)}")


def _said(error: Any) -> str:
    shown = quoted(error.instance)
    if error.validator == "enum":
        return f"{shown} is not one of {', '.join(map(str, error.validator_value))}."
    if error.validator in ("maxLength", "maxItems"):
        return f"longer than {error.validator_value}."
    if error.validator in ("required", "additionalProperties"):
        return f"{error.message[:120]}."
    return f"{shown} does not fit “{error.validator}: {str(error.validator_value)[:60]}”."


def _entry_faults(name: str, index: int, item: Mapping[str, Any], labels: Labels) -> Iterator[Fault]:
    """What the schema cannot say."""
    where = f"{name}.{index}"
    for place in (item["place"], *item.get("content", ())):
        words = len(place["from"].split()) + len(place["to"].split())
        if words > QUOTED_WORDS:
            yield Fault((name, index), f"{where}: a place quotes {words} words; at most {QUOTED_WORDS}, so give first and last words.")
    for text in _texts_in(item):
        if any(unicodedata.category(character) in ("Cc", "Cf", "Co", "Cn") for character in text):
            yield Fault((name, index), f"{where}: control characters in {quoted(ascii(text))}.")
    if name == "events":
        allowed = MODES[labels.type[item["event"]]]
        for mode in item["mode"]:
            if mode not in allowed:
                yield Fault((name, index), f"{where}: {mode} is no mode of {item['event']}; it has {', '.join(allowed) or 'none'}.")


def _texts_in(item: Mapping[str, Any]) -> Iterator[str]:
    """Words of the model's own; those it quotes are found in the text or not."""
    for key, value in item.items():
        if key in ("place", "content"):
            continue
        for part in value if isinstance(value, list) else value.values() if isinstance(value, dict) else [value]:
            if isinstance(part, str):
                yield part


def _with_types(item: Mapping[str, Any], labels: Labels) -> Mapping[str, Any]:
    return {**item, "event": labels.type[item["event"]]} if item.get("event") else item


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    twins = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    if twins:
        raise ValueError(f"the key {quoted(twins[0])} stands twice")
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
