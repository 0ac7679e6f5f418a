"""From pydantic's errors to sentences a person can act on: what was found, what is allowed, a guess."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from openparley.errors import Complaint, closest, did_you_mean, one_of, quoted

__all__ = ["Locate", "complaints_from", "not_one_of"]

Path = tuple[str | int, ...]
# Where a key path stands: file name, line, noun, id.
Locate = Callable[[Path], tuple[str | None, int | None, str, str | None]]

_DATE_HINT = "Write it as YYYY-MM-DD."
_NOUNS = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "text in quotation marks",
    "tuple_type": 'a list, such as ["mediator"]',
    "list_type": 'a list, such as ["mediator"]',
    "dict_type": "a table of keys and values",
    "model_type": "a table of keys and values",
    "model_attributes_type": "a table of keys and values",
}


def not_one_of(value: Any, allowed: Sequence[str], *, what: str | None = None) -> tuple[str, str | None]:
    """Sentence and guess for a word that is not in a closed list.

    Examples
    --------
    >>> not_one_of("mediater", ["party", "mediator"])
    ('“mediater” is not one of: party or mediator.', 'Did you mean “mediator”?')
    """
    if not allowed:
        return f"{quoted(value)} is not {what}: there are none.", None
    kind = f"not {what}; allowed are" if what else "not one of"
    return f"{quoted(value)} is {kind}: {one_of(allowed)}.", did_you_mean(value, allowed)


def complaints_from(error: ValidationError, model: type[BaseModel], locate: Locate) -> Iterator[Complaint]:
    """One complaint for each thing pydantic found.

    Parameters
    ----------
    error
        What pydantic raised.
    model
        The model that was being filled; its keys are what an unknown key is compared with.
    locate
        Finds file, line and item of a key path.
    """
    for found in error.errors(include_url=False):
        path: Path = tuple(found["loc"])
        file, line, noun, item = locate(path)
        message, allowed, hint = _sentence(found, path, model)
        value = None if found["type"] == "missing" else found.get("input")
        context: Mapping[str, Any] = found.get("ctx") or {}
        value = context.get("value", value)
        yield Complaint(file, line, item, _plain(value), allowed, hint, message, noun=noun)


def _sentence(found: Any, path: Path, model: type[BaseModel]) -> tuple[str, Any, str | None]:
    """Message, allowed values and hint of one pydantic error."""
    kind, value, context = found["type"], found.get("input"), found.get("ctx") or {}
    key = _key(path)
    if kind == "missing":
        return f"“{key}” is missing.", None, None
    if kind == "extra_forbidden":
        allowed = _keys_at(model, path[:-1])
        guess = closest(path[-1], allowed)
        return f"{quoted(path[-1])} is not a key here.", allowed, f"Did you mean “{guess}”?" if guess else f"Known keys: {one_of(allowed)}."
    if kind == "literal_error":
        words = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        message, hint = not_one_of(value, words)
        return _about(key, message), words, hint
    if kind == "not_among":
        message, hint = not_one_of(context["value"], context["allowed"], what=context["what"])
        return message, context["allowed"], hint
    if kind in ("bad_date", "no_such_day"):
        reason = "is not a date" if kind == "bad_date" else "is not a day in the calendar"
        return _about(key, f"{quoted(value)} {reason}."), "YYYY-MM-DD", _DATE_HINT
    if kind in _NOUNS:
        return f"“{key}” should be {_NOUNS[kind]}, not {quoted(value)}.", _NOUNS[kind], None
    if kind in ("string_too_short", "string_pattern_mismatch", "string_too_long"):
        return _text_sentence(kind, key, value, context)
    if kind in ("too_short", "too_long"):
        return f"“{key}” is empty; at least one is needed.", "at least one", None
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        sign = {"greater_than_equal": "≥", "less_than_equal": "≤", "greater_than": ">", "less_than": "<"}[kind]
        bound = next(iter(context.values()))
        return f"“{key}” is {quoted(value)}; it must be {sign} {bound}.", f"{sign} {bound}", None
    text = found["msg"]
    allowed = context.get("allowed")
    about = f"“{key}”: " if key else ""
    shown = f" ({quoted(value)})" if isinstance(value, str | int | float) else ""
    hint = f"Allowed: {allowed if isinstance(allowed, str) else one_of(allowed)}." if allowed else None
    return f"{about}{text}{shown}.", allowed, hint


def _text_sentence(kind: str, key: str, value: Any, context: Mapping[str, Any]) -> tuple[str, Any, str | None]:
    if kind == "string_too_long":
        limit = context["max_length"]
        return f"“{key}” has {len(value)} characters, more than {limit}: {quoted(value, width=40)}.", f"at most {limit} characters", None
    if not str(value).strip():
        return f"“{key}” is empty.", "some text", None
    pattern = str(context.get("pattern", ""))
    if "0-9a-f" in pattern:
        return f"“{key}” is not a SHA-256: {quoted(value)}.", "64 digits 0–9, a–f", None
    if r"\." in pattern:
        return f"“{key}” is {quoted(value)}, not an actor and a move.", "ACTOR.MOVE", "Write it as ACTOR.MOVE, such as mediator.threaten."
    return (
        f"“{key}” is {quoted(value)}, not an id.",
        "a letter, then letters, digits, _ or -",
        "Ids start with a letter and hold no spaces.",
    )


def _about(key: str, message: str) -> str:
    """Dates and word lists of nested keys name the key, since the value alone may not tell."""
    return f"{key}: {message}" if key else message


def _key(path: Path) -> str:
    """The key as a person would name it: without list positions and without pydantic's own labels."""
    names = [str(part) for part in path if isinstance(part, str) and part != "[key]" and not part.startswith("function-")]
    return ".".join(names[-2:]) if len(names) > 1 and names[-1] in ("start", "end", "to", "rel", "sha256") else (names[-1] if names else "")


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that the model knows at a path inside it."""
    here: Any = model
    for part in path:
        if isinstance(here, type) and issubclass(here, BaseModel):
            names = {field.alias or name: field.annotation for name, field in here.model_fields.items()}
            here = names.get(str(part))
        else:
            here = _inside(here)
    here = _model_in(here)
    return [] if here is None else [field.alias or name for name, field in here.model_fields.items()]


def _inside(annotation: Any) -> Any:
    """What a container holds."""
    arguments = [argument for argument in typing.get_args(annotation) if argument is not Ellipsis]
    return arguments[-1] if arguments else None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model behind optional and annotated types."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) in (typing.Union, types.UnionType, typing.Annotated):
        for argument in typing.get_args(annotation):
            found = _model_in(argument)
            if found is not None:
                return found
    return None


def _plain(value: Any) -> Any:
    """A value that JSON can carry; whole tables are left out, their key says enough."""
    if isinstance(value, str | int | float | bool | type(None)):
        return value
    if isinstance(value, list | tuple) and all(isinstance(item, str | int | float) for item in value):
        return list(value)
    return None if isinstance(value, dict | list | tuple) else str(value)
