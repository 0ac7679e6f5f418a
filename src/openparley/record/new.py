"""Starting a case: a commented skeleton of a family of disputes, or a copy of another case."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from openparley.errors import CaseError, Complaint, did_you_mean, quoted
from openparley.record.case import find_case

__all__ = ["DEFAULT_FAMILY", "new_case", "skeletons"]

TEMPLATES = Path(__file__).resolve().parent / "template"
DEFAULT_FAMILY = "mediated_ceasefire"
# What belongs to a case's past or to this machine and not to a copy of it.
_LEFT_BEHIND = shutil.ignore_patterns("runs", "brief", "cache", "__pycache__", ".parley.lock", ".*.tmp", ".DS_Store", "questions*.json*")


def skeletons() -> dict[str, Path]:
    """Family of disputes → the folder of its skeleton."""
    return {path.parent.name: path.parent for path in sorted(TEMPLATES.glob("*/case.toml"))}


def new_case(folder: Path, from_name: str | Path | None = None, *, family: str | None = None, families: Iterable[str] = ()) -> Path:
    """Make a case folder, all of it or none.

    Parameters
    ----------
    folder
        Must not exist or be empty.
    from_name
        A bundled case's name or a case's folder to copy; None for a commented skeleton.
    family
        The dispute that the skeleton is for; `DEFAULT_FAMILY` unless given. Not together with ``from_name``.
    families
        All disputes that there are, so that one without a skeleton can be told from none.

    Raises
    ------
    CaseError
        If the folder holds something, there is no case to copy, or no skeleton of that family.
    """
    if family is not None and from_name is not None:
        hint = "Leave one of them out."
        raise CaseError("a copy is of the family of the case that is copied; a family is for a skeleton.", hint=hint)
    origin = _skeleton(family or DEFAULT_FAMILY, families) if from_name is None else find_case(from_name)
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


def _skeleton(family: str, families: Iterable[str]) -> Path:
    """The folder of a family's skeleton."""
    known = skeletons()
    if family in known:
        return known[family]
    if family in families:
        message = f"the family {quoted(family)} has no skeleton."
        hint = "Copy the case that is nearest to it with --from, and change its [model] and assumptions."
        raise CaseError(Complaint(None, None, None, family, list(known), hint, message))
    everything = list(dict.fromkeys((*known, *families)))
    message = f"there is no family {quoted(family)}; there is: {', '.join(everything)}."
    raise CaseError(Complaint(None, None, None, family, everything, did_you_mean(family, everything), message))


def _rename(path: Path, name: str) -> None:
    """Give the copy its own name in ``case.toml``."""
    text = path.read_bytes().decode("utf-8")
    path.write_bytes(re.sub(r'(?m)^name\s*=\s*"[^"\n]*"', f'name = "{name}"', text, count=1).encode("utf-8"))
