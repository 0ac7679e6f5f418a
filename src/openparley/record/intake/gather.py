"""Which files are meant: files as given, folders with all that is in them, patterns; and their bytes, with care."""

from __future__ import annotations

import errno
import glob
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from openparley.record.intake.document import NotReadable

__all__ = ["FORMATS", "Gathered", "form_of", "gather", "read_bytes"]

FORMATS = {
    ".txt": "plain",
    ".text": "plain",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".eml": "mail",
}
MOST_BYTES = 64_000_000
_HINTS = {
    ".doc": "Save the document as PDF or text.",
    ".docx": "Save the document as PDF or text.",
    ".odt": "Save the document as PDF or text.",
    ".rtf": "Save the document as PDF or text.",
    ".msg": "Save the mail as .eml.",
    ".mbox": "Save its mails as .eml, one each.",
    ".zip": "Unpack it and add the folder.",
}


class Gathered(NamedTuple):
    """Files to be added in their order, what was named and is not there, and files of a folder that no format is for."""

    files: tuple[Path, ...]
    missing: tuple[tuple[str, str, str], ...]
    left: tuple[Path, ...]


def gather(names: Iterable[str | Path], beside: Path | None = None) -> Gathered:
    """Find the files that were named; each once, those of a folder in the order of their names.

    Parameters
    ----------
    beside
        The case's own folder, which is left out where a folder around it is named.
    """
    files: dict[str, Path] = {}  # by their real paths: a link to a file is the file
    left: dict[str, Path] = {}
    missing: dict[str, tuple[str, str]] = {}
    for name in names:
        for path in _meant(str(name)):
            if path is None:
                missing[str(name)] = ("no file or folder matches this.", "Check the name; a pattern goes in quotation marks.")
            elif path.is_dir():
                for found in _walk(path, missing, beside):
                    (files if found.suffix.lower() in FORMATS else left).setdefault(os.path.realpath(found), found)
            else:
                files.setdefault(os.path.realpath(path), path)
    rest = tuple(path for real, path in left.items() if real not in files)
    return Gathered(tuple(files.values()), tuple((name, *why) for name, why in missing.items()), rest)


def form_of(path: Path) -> str:
    """The format that a file's name stands for.

    Raises
    ------
    NotReadable
        If it stands for none.
    """
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        allowed = " ".join(FORMATS)
        hint = _HINTS.get(path.suffix.lower(), f"Endings are: {allowed}; if it is plain text, call it .txt.")
        raise NotReadable(f"no format is known by the ending “{path.suffix}”.", hint)
    return form


def read_bytes(path: Path) -> bytes:
    """The content of a regular file of bounded size.

    Raises
    ------
    NotReadable
        If it cannot be read, is no regular file, or is too large.
    """
    try:
        # Without O_NONBLOCK opening a named pipe would wait for ever.
        with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise NotReadable("not a regular file.", "Add files and folders only.")
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise _unreadable(error) from None
    if len(data) > MOST_BYTES:
        raise NotReadable(f"the file is larger than {MOST_BYTES / 1e6:.0f} MB.", "Split it.")
    return data


def _unreadable(error: OSError) -> NotReadable:
    known = {
        errno.ENOENT: ("there is no such file (any more).", "Was it moved or deleted meanwhile?"),
        errno.EACCES: ("no permission to read it.", "Change its permissions, or copy it as a user who may read it."),
        errno.ELOOP: ("the link goes round in a circle.", "Remove the link."),
        errno.EISDIR: ("it is a folder.", "Name the folder itself."),
        errno.ENXIO: ("not a regular file.", "Add files and folders only."),
    }
    reason, hint = known.get(error.errno or 0, (f"the file cannot be read: {error.strerror}.", "Copy it to another disk and try again."))
    return NotReadable(reason, hint)


def _meant(name: str) -> Iterator[Path | None]:
    """The paths that a name stands for; None when there are none."""
    path = Path(name)
    if os.path.lexists(path):
        yield path
    elif glob.has_magic(name):
        yield from [Path(found) for found in sorted(glob.glob(name, recursive=True))] or [None]
    else:
        yield None


def _same(folder: Path, other: Path | None) -> bool:
    return other is not None and folder.name == other.resolve().name and folder.resolve() == other.resolve()


def _walk(folder: Path, missing: dict[str, tuple[str, str]], beside: Path | None) -> Iterator[Path]:
    """All files below a folder; what is hidden is left, and a link back up is followed once at most."""
    seen: set[tuple[int, int]] = set()

    def unreadable(error: OSError) -> None:
        found = _unreadable(error)
        missing[str(error.filename)] = (found.reason, found.hint)

    for root, folders, files in os.walk(folder, followlinks=True, onerror=unreadable):
        about = os.stat(root)
        if (about.st_dev, about.st_ino) in seen:
            folders.clear()
            continue
        seen.add((about.st_dev, about.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith(".") and not _same(Path(root, name), beside))
        yield from (Path(root, name) for name in sorted(files) if not name.startswith("."))
