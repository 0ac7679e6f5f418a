"""What is shown of a result that needs no words of its own: its fields."""

from __future__ import annotations

import inspect
import re
from typing import Any

from openparley.brief.notebook.grids import Grid, flat, of_rows
from openparley.brief.notebook.view import View

LONGEST = 120


def fields_view(result: Any, *said: str) -> View:
    """The first sentence of what the type is, and one line a field; as a data frame, one row."""
    row = flat(result)
    return View(
        title=spaced(type(result).__name__),
        said=(meaning(type(result)), *said),
        summary=Grid(("field", "value"), [(name, _cut(value)) for name, value in row.items()]),
        tables={"fields": lambda: of_rows([row])},
    )


def spaced(name: str) -> str:
    """The name of a type as words.

    Examples
    --------
    >>> spaced("AccountPath")
    'Account path'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()


def meaning(kind: type) -> str:
    """The first paragraph of a docstring as one line."""
    return " ".join((inspect.getdoc(kind) or "").split("\n\n")[0].replace("``", "`").split())


def _cut(value: Any) -> Any:
    return value if not isinstance(value, str) or len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"
