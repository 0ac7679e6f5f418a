"""What is shown of a finished brief: its first sentences, and every number that it prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from openparley.brief.notebook.grids import Grid, of_rows
from openparley.brief.notebook.view import View

if TYPE_CHECKING:
    from openparley.brief.brief import Brief

SAID = 4


def brief_view(brief: Brief) -> View:
    """The bottom line; the page itself is ``brief.html``."""
    content = brief.content
    first = [sentence["text"] for sentence in content["sentences"] if sentence["section"] == "bottom-line"][:SAID]
    numbers = content["numbers"]
    shown = [(row["name"], row["printed"]) for row in numbers.values()]
    tables = {
        "numbers": lambda: of_rows({"id": id, **row} for id, row in numbers.items()),
        "sentences": lambda: of_rows(content["sentences"]),
    }
    return View(f"Brief of {content['case']}, run {content['run'].get('id')}", tuple(first), Grid(("number", "printed"), shown), tables)


VIEWS: Mapping[str, Callable[[Any], View]] = {"Brief": brief_view}
