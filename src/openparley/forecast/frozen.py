"""A file of frozen lines: appended to, never edited, every line bound to the one before it by a hash.

Every field of a line has a digest of its own, so that a change can be laid at a field's door; the line's hash is over
all digests and the hash of the line before. A second file, the head, holds the number of lines and the last hash, so that
lines that were removed at the end are missed. Somebody who rewrites both files whole leaves no trace in them; a hash noted
elsewhere (a commit, a message) still tells.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openparley.errors import CaseError, Complaint, quoted
from openparley.record.store import append_lines, atomic_write, json_line, lock, read_jsonl

GENESIS = "0" * 64
DIGEST_LENGTH = 32
SEALS = ("previous", "digests", "hash")
RESTORE = "Restore the file from a copy; frozen lines are never edited."


def head_path(path: Path) -> Path:
    """Where the number of lines and the last hash of a file of frozen lines are kept."""
    return path.with_suffix(".head.json")


@dataclass(frozen=True)
class Chain:
    """What a file of frozen lines holds.

    Attributes
    ----------
    rows
        The lines, oldest first, with their seals.
    complaints
        Everything that no longer fits.
    """

    rows: tuple[dict[str, Any], ...]
    complaints: tuple[Complaint, ...]

    @property
    def hash(self) -> str:
        """Hash of the last line, which stands for all of them."""
        return str(self.rows[-1]["hash"]) if self.rows else GENESIS

    def sound(self) -> tuple[dict[str, Any], ...]:
        """The lines.

        Raises
        ------
        CaseError
            If any of them no longer fits.
        """
        if self.complaints:
            raise CaseError(self.complaints)
        return self.rows


def seal(content: Mapping[str, Any], previous: str) -> dict[str, Any]:
    """A line with its digests, the hash of the line before, and its own hash."""
    digests = {key: _digest(value) for key, value in content.items()}
    return {**content, "previous": previous, "digests": digests, "hash": _hash(previous, digests)}


def read_chain(path: Path) -> Chain:
    """Read and verify a file of frozen lines; a line torn by a crash while it was appended was never acknowledged and is left out."""
    head, complaints = _read_head(path)
    if not path.exists():
        if head is not None and head[0]:
            complaints.append(_complaint(path, None, f"the file with its {head[0]} frozen lines is gone."))
        return Chain((), tuple(complaints))
    try:
        lines = read_jsonl(path, path.name, append_only=True)
    except UnicodeDecodeError as error:
        return Chain((), (_complaint(path, None, f"not UTF-8 at byte {error.start}."),))
    complaints += lines.complaints
    before: tuple[str, ...] = (GENESIS,)
    ends: list[tuple[str, ...]] = []
    for number, row in lines.rows:
        found = list(_verified(path, number, row, before))
        complaints += found
        # a hash that was edited itself must not lay blame on the next line
        before = tuple({str(row.get("hash")), _hash(str(row.get("previous")), row.get("digests"))})
        ends.append(before)
    complaints += _against_head(path, head, ends)
    return Chain(tuple(row for _, row in lines.rows), tuple(complaints))


def append(path: Path, make: Callable[[tuple[dict[str, Any], ...]], Mapping[str, Any]]) -> dict[str, Any]:
    """Freeze one more line under the lock of the folder.

    Parameters
    ----------
    make
        Gets the lines so far and returns the content of the new one; what it raises leaves the file as it was.

    Raises
    ------
    CaseError
        If a line so far no longer fits.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with lock(path.parent):
        chain = read_chain(path)
        row = seal(make(chain.sound()), chain.hash)
        if not chain.rows:
            _write_head(path, 0, GENESIS)
        append_lines(path, [row])
        _write_head(path, len(chain.rows) + 1, row["hash"])
    return row


def _digest(value: Any) -> str:
    return hashlib.sha256(_canonical(value)).hexdigest()[:DIGEST_LENGTH]


def _hash(previous: str, digests: Any) -> str:
    return hashlib.sha256(_canonical({"previous": previous, "digests": digests})).hexdigest()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")


def _verified(path: Path, number: int, row: Mapping[str, Any], before: tuple[str, ...]) -> Iterator[Complaint]:
    """What no longer fits in one line."""
    digests, previous, stated = row.get("digests"), row.get("previous"), row.get("hash")
    if not (isinstance(digests, dict) and isinstance(previous, str) and isinstance(stated, str)):
        lost = [key for key, kind in (("digests", dict), ("previous", str), ("hash", str)) if not isinstance(row.get(key), kind)]
        yield _complaint(path, number, f"not a frozen line any more: {', '.join(lost)} missing or of another kind.", row)
        return
    now = {key: _digest(value) for key, value in row.items() if key not in SEALS}
    whole = _hash(previous, digests) == stated
    for key in [*now, *(key for key in digests if key not in now)]:
        if now.get(key) != digests.get(key):
            yield _complaint(path, number, _blame(key, now, digests, previous, stated, whole), row)
    if not whole and now == digests:
        edited = "previous" if any(_hash(one, digests) == stated for one in before) else "hash"
        yield _complaint(path, number, f"“{edited}” was changed after the line was frozen.", row)
    elif whole and previous not in before:
        yield _complaint(path, number, "this line does not follow the one before it: a line was removed, added or moved.", row)


def _blame(key: str, now: Mapping[str, str], digests: Mapping[str, Any], previous: str, stated: str, whole: bool) -> str:
    """Which part of a line was changed, as far as the rest of it tells."""
    if whole and key not in digests:
        return f"the field {quoted(key)} was added after the line was frozen."
    if whole and key not in now:
        return f"the field {quoted(key)} was removed after the line was frozen."
    if whole:
        return f"{quoted(key)} was changed after the line was frozen."
    if _hash(previous, now) == stated:
        return f"“digests” was changed after the line was frozen, for {quoted(key)}."
    return f"{quoted(key)} does not fit its digest, nor the line its hash: more than one of them was changed."


def _read_head(path: Path) -> tuple[tuple[int, str] | None, list[Complaint]]:
    file = head_path(path)
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return (int(found["lines"]), str(found["hash"])), []
    except FileNotFoundError:
        return None, []
    except (ValueError, KeyError, TypeError):
        return None, [_complaint(file, None, "it does not say how many lines were frozen, and the last hash.")]


def _write_head(path: Path, lines: int, hash: str) -> None:
    atomic_write(head_path(path), (json_line({"lines": lines, "hash": hash}) + "\n").encode())


def _against_head(path: Path, head: tuple[int, str] | None, ends: list[tuple[str, ...]]) -> Iterator[Complaint]:
    """Lines removed or added at the end; a crash between line and head leaves the head one line behind, and no more."""
    name = head_path(path).name
    if head is None:
        if ends and not head_path(path).exists():
            yield _complaint(path, None, f"{name} is gone, which says how many lines were frozen.")
        return
    count, last = head
    if count > len(ends):
        missing = count - len(ends)
        yield _complaint(path, None, f"{missing} frozen line{'s are' if missing > 1 else ' is'} missing: {name} counts {count}.")
    elif len(ends) > count + 1:
        yield _complaint(path, None, f"there are {len(ends)} lines, but {name} counts {count}: lines were added by hand.")
    elif count and last not in ends[count - 1]:
        yield _complaint(path, count, f"{name} holds another hash for this line.")


def _complaint(path: Path, line: int | None, message: str, row: Mapping[str, Any] | None = None) -> Complaint:
    item = str(row["id"]) if row is not None and isinstance(row.get("id"), str) else None
    return Complaint(path.name, line, item, None, None, RESTORE, message)
