"""Writing so that a crash at any moment loses nothing that was acknowledged, and two processes keep apart."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from openparley.errors import Complaint, LockedError

__all__ = ["JsonLines", "append_lines", "atomic_write", "json_line", "lock", "read_jsonl", "write_jsonl"]

LOCK_NAME = ".parley.lock"
LOCK_SECONDS = 10.0
# Short, so that a process that writes act after act leaves gaps for another.
POLL_SECONDS = 0.01


@contextlib.contextmanager
def lock(folder: Path, timeout: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold the case for writing; another process waits up to ``timeout`` seconds for it.

    Raises
    ------
    LockedError
        If the case is still held after that time.
    """
    guard = FileLock(folder / LOCK_NAME, timeout=timeout, poll_interval=POLL_SECONDS)
    try:
        guard.acquire()
    except Timeout:
        message = f"another parley process is writing to this case; waited {timeout:g} s."
        raise LockedError(Complaint(str(folder), None, None, None, None, "Try again when it has finished.", message)) from None
    try:
        yield
    finally:
        guard.release()


def atomic_write(path: Path, data: bytes) -> None:
    """Replace a file in one step: whoever reads sees the old content or the new, also after a crash."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        # mkstemp makes files private; a case is as readable as its folder's owner wants new files to be.
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_folder(path.parent)


def append_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Append rows to a JSON Lines file and return when they are on disk.

    A last line that is not a whole row is what a crash left of an act that nobody was told about; it is cut off first.
    The caller holds the lock.
    """
    data = "".join(json_line(row) + "\n" for row in rows).encode("utf-8")
    new = not path.exists()
    with open(path, "ab") as out:
        whole = _whole_lines(path)
        if whole != path.stat().st_size:
            if _is_row(path.read_bytes()[whole:]):
                data = b"\n" + data
            else:
                out.truncate(whole)
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    if new:
        _sync_folder(path.parent)


def write_jsonl(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a JSON Lines file in one step, sorted by id so that differences stay readable."""
    ordered = sorted(rows, key=lambda row: str(row.get("id", "")))
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, "".join(json_line(row) + "\n" for row in ordered).encode("utf-8"))


def json_line(row: Mapping[str, Any]) -> str:
    """One row as one line; keys keep their order."""
    return json.dumps(row, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str)


class JsonLines:
    """The rows of a JSON Lines text with their line numbers, and what could not be read.

    Attributes
    ----------
    rows
        Line number (from 1) and object of every readable line.
    complaints
        One for each line that is not a JSON object.
    torn
        Whether the last line lacks its line break and cannot be read: the trace of a crash during an append.
    """

    def __init__(self, text: str, file: str, *, append_only: bool = False) -> None:
        self.rows: list[tuple[int, dict[str, Any]]] = []
        self.complaints: list[Complaint] = []
        self.torn = False
        lines = text.removeprefix("\ufeff").split("\n")
        for number, line in enumerate(lines, start=1):
            unfinished = number == len(lines)
            if not line.strip():
                continue
            try:
                self.rows.append((number, _parse(line)))
            except (ValueError, RecursionError) as error:
                if append_only and unfinished:
                    self.torn = True
                else:
                    self.complaints.append(_unreadable(line, number, unfinished, error, file))


def read_jsonl(path: Path, file: str, *, append_only: bool = False) -> JsonLines:
    """Read a JSON Lines file; see `JsonLines`. The caller has made sure that it is UTF-8."""
    return JsonLines(path.read_bytes().decode("utf-8"), file, append_only=append_only)


def _parse(line: str) -> dict[str, Any]:
    value = json.loads(line, object_pairs_hook=_no_twins, parse_constant=_no_constant)
    if not isinstance(value, dict):
        raise ValueError("a line holds one JSON object in braces")
    if "\\ud" in line.lower():
        json_line(value).encode("utf-8")  # half of a surrogate pair cannot be written back
    return value


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key “{next(name for name in names if names.count(name) > 1)}” stands twice")
    return table


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _unreadable(line: str, number: int, unfinished: bool, error: Exception, file: str) -> Complaint:
    """The complaint about a line that is not JSON."""
    shown = line.strip()
    value = shown if len(shown) <= 60 else f"{shown[:24]}…{shown[-24:]}"
    if isinstance(error, json.JSONDecodeError):
        cut = unfinished or error.pos >= len(line.rstrip()) or error.msg.startswith("Unterminated string")
        reason = "the line is cut off" if cut else f"{error.msg[:1].lower()}{error.msg[1:]} at character {error.pos + 1}"
    elif isinstance(error, UnicodeEncodeError):
        reason = "half of a surrogate pair (\\ud…) is not a character"
    else:
        reason = str(error) or "nested too deeply"
    hint = "One JSON object a line, ending in “}”; restore the line from a copy or delete it."
    return Complaint(file, number, None, value, "one JSON object a line", hint, f"not a JSON object: {reason}: “{value}”.", rank=1)


def _is_row(tail: bytes) -> bool:
    """Whether the end of a file is a whole row that only lacks its line break."""
    try:
        return bool(_parse(tail.decode("utf-8")))
    except (ValueError, RecursionError):
        return False


def _whole_lines(path: Path) -> int:
    """Length of a file up to and including its last line break."""
    with open(path, "rb") as file:
        end = file.seek(0, os.SEEK_END)
        block = 65536
        while end > 0:
            start = max(0, end - block)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
    return 0


def _sync_folder(folder: Path) -> None:
    """Put a rename or a new name on disk, where the system allows folders to be opened."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    value = os.umask(0)
    os.umask(value)
    return value
