"""Reading TOML so that every complaint has a line, also when part of the file cannot be read."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any

from openparley.errors import Complaint, quoted

__all__ = ["TomlText", "read_toml"]

Path = tuple[str | int, ...]
# More unreadable values than this and the file is something else than TOML.
MOST_REPAIRS = 25

_HEADER = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=(.*)$""")
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True)
class TomlText:
    """A TOML file's data and the line of each of its keys.

    Attributes
    ----------
    data
        The parsed file; unreadable values are left out. None when nothing could be read.
    lines
        Key path → line, from 1.
    complaints
        What could not be parsed.
    """

    data: dict[str, Any] | None
    lines: dict[Path, int]
    complaints: tuple[Complaint, ...]

    def line(self, path: Path) -> int | None:
        """The line of a key path, or of the nearest table around it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None


def read_toml(text: str, file: str) -> TomlText:
    """Parse a TOML text; a value that cannot be read is reported and left out, so that the rest is still checked."""
    complaints: list[Complaint] = []
    # TOML forbids a bare carriage return, and editors on Windows end lines with two characters.
    rows = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    lines = locate("\n".join(rows))
    while True:
        try:
            data = tomllib.loads("\n".join(rows))
        except tomllib.TOMLDecodeError as error:
            # What is never closed is only noticed at the end of the file; it was opened at the last key that was seen.
            opened = max(lines.values(), default=1)
            complaint, row = _complain(str(error), rows, file, opened)
            complaints.append(complaint)
            if row is None or len(complaints) > MOST_REPAIRS or not _KEY.match(rows[row]):
                return TomlText(None, lines, tuple(complaints))
            rows[row] = ""
        except RecursionError:
            complaints.append(Complaint(file, None, None, None, None, None, "Tables are nested too deeply to read.", rank=0))
            return TomlText(None, lines, tuple(complaints))
        else:
            return TomlText(data, lines, tuple(complaints))


def _complain(reason: str, rows: list[str], file: str, opened: int) -> tuple[Complaint, int | None]:
    """The complaint about a parse error and the row it is in, from 0."""
    place = _PLACE.search(reason)
    reason = _PLACE.sub("", reason)
    row = int(place[1]) - 1 if place and place[1] else None
    # tomllib stops behind the line break when a string is not closed; the mistake is on the line before.
    while row is not None and row > 0 and (row >= len(rows) or not rows[row].strip()):
        row -= 1
    at = opened - 1 if row is None else row
    source = rows[at] if at < len(rows) else ""
    key = _KEY.match(source)
    value = key[2].split("#")[0].strip() if key else source.strip()
    line = at + 1
    if key and re.match(r"\d{3,4}-\d", value):
        message = f"{key[1]}: {quoted(value)} is not a day in the calendar."
        return Complaint(file, line, None, value, "YYYY-MM-DD", "Write it as YYYY-MM-DD.", message, rank=1), row
    hint = None
    if key and re.match(r"[A-Za-z_]", value) and not re.match(r"(true|false|inf|nan)\b", value):
        hint = "Put text in quotation marks."
    elif reason.startswith("Cannot overwrite") or "twice" in reason:
        hint = "A key stands once in a table."
    message = f"this line cannot be read as TOML ({reason[:1].lower() + reason[1:]}): {quoted(source.strip())}."
    return Complaint(file, line, None, value or None, None, hint, message, rank=0), row


def locate(text: str) -> dict[Path, int]:
    """The line, from 1, of every table and key of a TOML text."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    open_until = ""
    depth = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if open_until:
            if open_until in line:
                open_until = ""
            continue
        if depth > 0:
            depth += _balance(line)
            continue
        if header := _HEADER.match(line):
            table = _enter(_split(header[2]), header[1] == "[[", counts)
            for length in range(1, len(table) + 1):
                found.setdefault(table[:length], number)
            continue
        if not (key := _KEY.match(line)):
            continue
        path = (*table, *_split(key[1]))
        found.setdefault(path, number)
        value = key[2]
        for quote in ('"""', "'''"):
            if value.count(quote) % 2 == 1:
                open_until = quote
        if not open_until:
            depth = max(_balance(value), 0)
            for part in _inline(value):
                found.setdefault((*path, part), number)
    return found


def _inline(value: str) -> list[str]:
    """Keys of an inline table that stands on the same line."""
    return re.findall(r"[{,]\s*([A-Za-z0-9_-]+)\s*=", value) if value.lstrip().startswith("{") else []


def _enter(parts: Path, array: bool, counts: dict[Path, int]) -> Path:
    """The path of a table header, with the position inside arrays of tables."""
    path: Path = ()
    for index, part in enumerate(parts):
        path = (*path, part)
        if array and index == len(parts) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _split(dotted: str) -> Path:
    """The parts of a dotted key."""
    parts = re.findall(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""", dotted)
    return tuple(part.strip("\"'") for part in parts)


def _balance(line: str) -> int:
    """Brackets opened minus closed, outside strings and comments."""
    bare = re.sub(r"""\"(?:\\.|[^"\\])*\"|'[^']*'""", "", line).split("#")[0]
    return bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
