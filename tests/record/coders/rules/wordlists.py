"""A case's own word lists, as its folder ``lexicon/`` holds them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from openparley.errors import CaseError, Complaint
from openparley.record.coders.rules.lexicon import Lexicon


def complaint(folder: Path, table: str, row: str, make: Callable[[Lexicon], object]) -> Complaint:
    """The one complaint about a table, given as its name and header, with this row."""
    name, header = table.split(": ")
    (folder / name).write_text(f"{header}\n{row}\n", encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        make(Lexicon(folder))
    (found,) = caught.value.complaints
    assert (found.file, found.line) == (f"lexicon/{name}", 2)
    return found
