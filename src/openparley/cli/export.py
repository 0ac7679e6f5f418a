"""Write a record in the formats that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from openparley.cli._frame import finish, verb

if TYPE_CHECKING:
    from openparley.record.case import Case

FOLDER = Path(__file__).resolve().parent.parent / "record" / "export"
# Found by looking, so that a new format is one file; the library has the same names.
FORMATS = sorted(path.stem.replace("_", "-") for path in FOLDER.glob("[a-z]*.py") if path.stem != "tables")


@verb(
    "parley export strait-talks --to sqlite",
    "parley export ./my-case --to plover-csv --accepted",
    "parley export ./my-case --to datapackage --out ./release --force",
)
@click.argument("case")
@click.option("--to", required=True, metavar="FORMAT", help=f"One of: {', '.join(FORMATS)}.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR|FILE",
    help="Where to; by default ./CASE-export/FORMAT. A file for sqlite, plover-csv and web-annotation, if it has their ending.",
)
@click.option("--accepted", is_flag=True, help="Leave out what nobody has accepted, and what was corrected or retracted.")
@click.option("--texts", is_flag=True, help="Put in the texts of the sources, too. They belong to their publishers.")
@click.option("--force", is_flag=True, help="Replace files of the same names.")
def command(case: str, to: str, out: Path | None, accepted: bool, texts: bool, force: bool, as_json: bool) -> None:
    """Write every entry with its state of review; the texts of the sources stay out unless asked for."""
    from openparley.record.case import open_case
    from openparley.record.export import export_case

    opened = open_case(case)
    written = export_case(opened, to, out, accepted=accepted, texts=texts, force=force)
    notes = _notes(opened, written.rows["entries"], accepted=accepted, texts=texts)
    if not as_json:
        rows = written.rows
        entries, sources = _counted(rows["entries"], "entry", "entries"), _counted(rows["sources"], "source", "sources")
        click.echo(f"{opened.name}: {entries} from {sources} as {to}.")
        for note in notes:
            click.echo(note)
    data = {
        "case": opened.name,
        "format": to,
        "accepted": accepted,
        "texts": texts,
        "sha256": written.sha256,
        "rows": dict(written.rows),
        "notes": notes,
    }
    finish(as_json, data, wrote=_shown(written.paths, as_json), then=written.next)


def _notes(case: Case, entries: int, *, accepted: bool, texts: bool) -> list[str]:
    """What whoever uses or passes on the files has to know."""
    notes: list[str] = []
    states = case.states()
    if accepted and entries < len(case.entries):
        left = len(case.entries) - entries
        notes.append(f"Left out: {_counted(left, 'entry', 'entries')} that nobody accepted, or that are set aside.")
    elif not accepted and states["proposed"] + states["rejected"]:
        unusable = f"Among them {states['proposed']} proposed and {states['rejected']} rejected"
        notes.append(f"{unusable}; the state of review stands with each, --accepted leaves them out.")
    absent = [name for name in case.sources if name not in case.texts]
    if not texts:
        notes.append("Without the texts of the sources, which belong to their publishers; --texts puts them in.")
    elif absent:
        notes.append(f"No text in the case for {', '.join(absent)}.")
    if texts and len(absent) < len(case.sources):
        notes.append("The texts are in it. They belong to their publishers: do not pass the files on without their leave.")
    return notes


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _shown(paths: tuple[Path, ...], as_json: bool) -> list[Path | str]:
    """All files for a program; for a person the first and how many more."""
    if as_json or len(paths) <= 2:
        return list(paths)
    return [f"{paths[0]} and {len(paths) - 1} more files beside it"]
