"""Where a redacted copy may lie: never with an unredacted brief, nor beside a file that nobody has checked."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from openparley.errors import ParleyError

MARK = "redacted"  # key in brief.json of a copy


class RedactionError(ParleyError):
    """The copy would tell what it must not, or something that nobody has looked at."""


def is_redacted(folder: Path) -> bool:
    """Whether the brief in a folder is a redacted copy."""
    try:
        content = json.loads((folder / "brief.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and MARK in content


def refuse_folder(folder: Path, *, redact: bool) -> None:
    """Refuses to lay a redacted copy over a brief, and a brief over a redacted copy.

    Raises
    ------
    RedactionError
        Naming the folder.
    """
    if any((folder / name).exists() for name in ("brief.html", "brief.json")) and is_redacted(folder) != redact:
        wrong = "a brief that is not redacted" if redact else "a redacted copy, which may have been meant to leave the house"
        raise RedactionError(f"“{folder}” holds {wrong}.", hint="Choose another folder with --out.")


def refuse_others(folder: Path, own: Collection[str]) -> None:
    """Refuses a folder with a file that is not part of the copy.

    Raises
    ------
    RedactionError
        Naming the first such file.
    """
    others = sorted(path for path in folder.rglob("*") if path.is_file() and path.relative_to(folder).as_posix() not in own)
    if others:
        hint = "Move it away, or choose another folder with --out."
        raise RedactionError(f"“{others[0]}” would lie beside the redacted copy without having been checked.", hint=hint)
