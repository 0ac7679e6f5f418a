"""Exports of a record: one format a file, found by scanning.

A format's file has ``CONTENT``, a line that says what it writes; ``build(export, stem) -> dict[str, bytes]``, the files by
name, the one to open in front; and ``then(paths) -> str``, the command to go on with, from the paths by those names. If the
first file is the thing itself and may be called otherwise, ``MAIN`` is its name and ``stem`` what it will be called without
its ending; ``ENDINGS`` are the endings that such a name may have, that of ``MAIN`` alone unless given. A file that an earlier
export may have left and this one must not keep is in ``STALE``.
"""

from __future__ import annotations

import importlib
import pkgutil
import shlex
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from openparley.errors import CaseError, Complaint, did_you_mean, one_of
from openparley.record.case import Case, ensure_writable, is_bundled
from openparley.record.export._collect import collect
from openparley.record.export.tables import Export
from openparley.record.store import atomic_write

__all__ = ["Format", "Written", "collect", "export_case", "find_format", "formats"]

SHARED = ("tables",)


@dataclass(frozen=True, slots=True)
class Format:
    """A format that a record can be written in; see the package for what its file has to say."""

    name: str
    content: str
    build: Callable[[Export, str], dict[str, bytes]]
    then: Callable[[Mapping[str, str]], str]
    main: str | None
    endings: tuple[str, ...]
    stale: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Attributes
    ----------
    paths
        The files, the one to open first in front.
    rows
        Rows by table.
    next
        The command to go on with.
    sha256
        Hash of everything the case was read from.
    """

    paths: tuple[Path, ...]
    rows: Mapping[str, int]
    next: str
    sha256: str


def formats() -> list[str]:
    """The formats that exist, as they are named on the command line.

    Examples
    --------
    >>> "sqlite" in formats(), "plover-csv" in formats()
    (True, True)
    """
    names = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(name.replace("_", "-") for name in names if not name.startswith("_") and name not in SHARED)


def find_format(name: str) -> Format:
    """Import one format.

    Raises
    ------
    CaseError
        If there is none of this name.
    """
    if name not in formats():
        hint = did_you_mean(name, formats()) or f"Formats are: {one_of(formats())}."
        raise CaseError(Complaint(None, None, None, name, formats(), hint, f"there is no format “{name}”."))
    module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    main = getattr(module, "MAIN", None)
    endings = getattr(module, "ENDINGS", (Path(main).suffix,) if main else ())
    return Format(name, module.CONTENT, module.build, module.then, main, endings, getattr(module, "STALE", ()))


def export_case(
    case: Case, to: str, out: Path | None = None, *, accepted: bool = False, texts: bool = False, force: bool = False
) -> Written:
    """Write a record in another format; nothing that is there is touched unless asked.

    Parameters
    ----------
    to
        Name of the format.
    out
        Folder; for a format that is one file, also that file with its ending. By default ``./NAME-export/FORMAT``.
    accepted
        Leave out everything that a model may not use.
    texts
        Put in the texts of the sources. They belong to their publishers.
    force
        Replace files of the same names; everything else in the folder stays.

    Raises
    ------
    CaseError
        If a file is in the way, the format is unknown, or the folder belongs to a bundled case.
    """
    chosen = find_format(to)
    folder, rename = _place(case, chosen, out)
    _refuse_bundled(folder)
    flat = collect(case, accepted=accepted, texts=texts)
    if not force:
        # Before the work where the names are known, and again below for those that are not.
        _refuse_taken(folder, [rename(chosen.main)] if chosen.main else [])
    built = chosen.build(flat, Path(rename(chosen.main)).stem if chosen.main else "")
    files = {rename(name): data for name, data in built.items()}
    stale = [folder / name for name in map(rename, chosen.stale) if name not in files and (folder / name).is_file()]
    if not force:
        _refuse_taken(folder, [*files, *(path.name for path in stale)])
    _write(folder, files)
    for path in stale:
        path.unlink()
    shown = {name: shlex.quote(str(folder / rename(name))) for name in built}
    return Written(tuple(folder / name for name in files), flat.counts(), chosen.then(shown), flat.sha256)


def _place(case: Case, chosen: Format, out: Path | None) -> tuple[Path, Callable[[str], str]]:
    """The folder, and what each file is called there."""
    if out is None:
        return Path(f"{case.name}-export") / chosen.name, str
    main = chosen.main
    if main is None or out.suffix.lower() not in chosen.endings or out.is_dir():
        return out, str
    return out.parent, lambda name: out.name if name == main else f"{out.stem}-{name}"


def _refuse_bundled(folder: Path) -> None:
    """Bundled cases are read-only, whoever may write on this disk."""
    here = folder.resolve()
    for root in (*reversed(here.parents), here):
        if is_bundled(root):
            ensure_writable(root)


def _refuse_taken(folder: Path, names: list[str]) -> None:
    if folder.exists() and not folder.is_dir():
        raise CaseError(Complaint(str(folder), None, None, str(folder), None, "Choose another folder with --out.", "this is a file."))
    taken = [folder / name for name in names if (folder / name).exists()]
    if taken:
        hint = "Replace it with --force, or choose another place with --out."
        raise CaseError([Complaint(str(path), None, None, str(path), None, hint, "there is such a file already.") for path in taken])


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """All files or none where the folder is new; elsewhere each file whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        for name, data in files.items():
            atomic_write(folder / name, data)
        return
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as scratch:
        draft = Path(scratch) / folder.name
        draft.mkdir()
        for name, data in files.items():
            atomic_write(draft / name, data)
        draft.rename(folder)
