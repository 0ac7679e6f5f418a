"""The fields of a record form, read off the models of the record, so that form and record cannot disagree."""

from __future__ import annotations

import types
from typing import Any, Literal, Union, get_args, get_origin

from openparley.record.case import Case
from openparley.record.entry import KINDS, Due, FuzzyDate, actor_fields
from openparley.record.plover import CONTEXTS, TYPES
from openparley.record.review import FIXED

# Says most first; the rest follow in the order of the model.
FIRST = ("paraphrase", "event", "type", "value", "relation", "of", "actor", "speaker", "explains", "subject")
NOT_IN_FORMS = (*FIXED, "links", "language")
LABELS = {
    "paraphrase": "In our words",
    "attributed_to": "Attributed to",
    "attribution": "Attribution",
    "via": "Heard from",
    "hearsay": "Hearsay",
    "historical": "Historical",
    "actor": "Who",
    "event": "Event",
    "mode": "Mode",
    "recipient": "To whom",
    "context": "Context",
    "realis": "Happened?",
    "of": "Of commitment",
    "as_of": "As of",
    "supports": "Supports accounts",
    "denies": "Denies accounts",
}


def form_fields(case: Case) -> dict[str, list[dict[str, Any]]]:
    """Kind → its fields: name, label, what sort of input, whether it may be empty, and what may stand there."""
    return {kind: _fields(kind, case) for kind in KINDS}


def _fields(kind: str, case: Case) -> list[dict[str, Any]]:
    model = KINDS[kind].model
    names = [name for name in model.model_fields if name not in NOT_IN_FORMS]
    names.sort(key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
    return [_field(kind, name, model.model_fields[name].annotation, model.model_fields[name].is_required(), case) for name in names]


def _field(kind: str, name: str, annotation: Any, required: bool, case: Case) -> dict[str, Any]:
    inner, empty = _without_none(annotation)
    sort, options = _sort(inner)
    if name in actor_fields(kind) or name == "attributed_to":
        options = list(case.file.actors)
    elif name == "event":
        sort, options = "choice", list(TYPES)
    elif name == "context":
        options = list(CONTEXTS)
    elif name == "mode":
        options = sorted({mode for row in TYPES.values() for mode in row.modes})
    elif name in ("supports", "denies"):
        options = [account.id for account in case.file.accounts]
    label = LABELS.get(name, name.replace("_", " ").capitalize())
    return {"name": name, "label": label, "sort": sort, "options": options, "empty": empty, "required": required}


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [part for part in get_args(annotation) if part is not type(None)]
        return (rest[0], True) if len(rest) == 1 else (annotation, False)
    return annotation, False


def _sort(annotation: Any) -> tuple[str, list[str]]:
    """What sort of input a type asks for, and the words that may stand there."""
    if get_origin(annotation) is Literal:
        return "choice", list(get_args(annotation))
    if get_origin(annotation) is tuple:
        return "list", []
    if annotation is FuzzyDate:
        return "period", []
    if annotation is Due:
        return "due", []
    if annotation is bool:
        return "flag", []
    if getattr(annotation, "__origin__", None) is bool:
        return "flag", []
    if getattr(annotation, "__name__", "") == "date":
        return "day", []
    return "text", []
