"""A statement before it is written down, and the joining of two."""

from __future__ import annotations

from typing import NamedTuple

from openparley.record.coders.rules.speech.speakers import Source

__all__ = ["Found", "union"]


class Found(NamedTuple):
    """A statement before it is written down."""

    start: int
    end: int
    spoken: tuple[tuple[int, int], ...]
    content: tuple[tuple[int, int], ...]
    form: str
    rule: str
    source: Source
    cue: int | None
    lemma: str
    hearsay: bool


def union(home: Found, item: Found) -> Found:
    """One statement of two of one speaker."""
    content = tuple(sorted({*home.content, *item.content}))
    spoken: list[tuple[int, int]] = []
    for left, right in sorted({*home.spoken, *item.spoken}):
        if spoken and left < spoken[-1][1]:
            spoken[-1] = spoken[-1][0], max(right, spoken[-1][1])
        else:
            spoken.append((left, right))
    form = home.form if home.form == item.form or (home.form == "direct" and not item.content) else "mixed"
    return home._replace(start=min(home.start, item.start), end=max(home.end, item.end), spoken=tuple(spoken), content=content, form=form)
