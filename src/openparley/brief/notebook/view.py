"""What is shown of one result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from openparley.brief.notebook.grids import Grid

Pictures = list[tuple[str, str]]
"""Title and SVG of each."""


def no_pictures() -> Pictures:
    """Nothing to draw."""
    return []


@dataclass(frozen=True)
class View:
    """What is shown of one result; pictures and tables are made when asked for.

    Attributes
    ----------
    said
        Sentences: what it is, how far to trust it.
    summary
        A short table, its numbers as the brief prints them.
    tables
        Name → tidy table; the first is what ``to_frame()`` gives.
    """

    title: str
    said: tuple[str, ...]
    summary: Grid
    tables: Mapping[str, Callable[[], Grid]]
    pictures: Callable[[], Pictures] = no_pictures
