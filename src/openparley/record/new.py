"""Starting a case: a commented skeleton, or a copy of another case."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from openparley.errors import CaseError, Complaint, quoted
from openparley.record.case import find_case

__all__ = ["new_case"]

TEMPLATE = Path(__file__).resolve().parent / "template"
# What belongs to a case's past or to this machine and not to a copy of it.
_LEFT_BEHIND = shutil.ignore_patterns("runs", "brief", "cache", "__pycache__", ".parley.lock", ".*.tmp", ".DS_Store")


def new_case(folder: Path, from_name: str | Path | None = None) -> Path:
    """Make a case folder, all of it or none.

    Parameters
    ----------
    folder
        Must not exist or be empty.
    from_name
        A bundled case's name or a case's folder to copy; None for the commented skeleton.

    Raises
    ------
    CaseError
        If the folder holds something, or there is no case to copy.
    """
    origin = TEMPLATE if from_name is None else find_case(from_name)
    folder = Path(folder)
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", folder.resolve().name).strip("-_")
    if not re.match(r"[A-Za-z]", name) or len(name) > 40:
        message = f"{quoted(folder.name)} does not give a case a name."
        raise CaseError(
            Complaint(str(folder), None, None, folder.name, "a letter first, at most 40 characters", "Choose another folder.", message)
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = "there is something here already; a new case needs a folder that does not exist or is empty."
        raise CaseError(Complaint(str(folder), None, None, str(folder), None, "Choose another folder.", message))
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Built beside its place and moved there in one step, so that a crash leaves no half a case.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{name}.") as scratch:
        draft = Path(scratch) / name
        shutil.copytree(origin, draft, ignore=_LEFT_BEHIND, copy_function=shutil.copyfile)
        _rename(draft / "case.toml", name)
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
    return folder


def _rename(path: Path, name: str) -> None:
    """Give the copy its own name in ``case.toml``."""
    text = path.read_bytes().decode("utf-8")
    path.write_bytes(re.sub(r'(?m)^name\s*=\s*"[^"\n]*"', f'name = "{name}"', text, count=1).encode("utf-8"))
