"""List the bundled cases and the cases in this folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from openparley.cli._frame import finish, print_table, shown, verb


@verb("parley cases", "parley cases --json")
def command(as_json: bool) -> None:
    """Print names, titles and cut-off dates."""
    from openparley.record.case import bundled_cases

    bundled = bundled_cases()
    here = {str(path.parent): path.parent for path in sorted(Path().glob("*/case.toml"))}
    rows = [_row(name, path, True) for name, path in bundled.items()] + [_row(f"./{name}", path, False) for name, path in here.items()]
    if not as_json:
        if rows:
            print_table(
                ("case", "", "cut-off", "title"),
                [(row["case"], "bundled" if row["bundled"] else "", row["cutoff"], _title(row)) for row in rows],
            )
        else:
            click.echo("No cases here.")
    first = rows[0]["case"] if rows else None
    finish(as_json, {"cases": rows}, then=f"parley check {shown(first)}" if first else "parley new DIR")


def _row(name: str, path: Path, bundled: bool) -> dict[str, Any]:
    from openparley.record.chronology import FILE as CHRONOLOGY
    from openparley.record.toml import read_toml

    data = read_toml((path / "case.toml").read_bytes().decode("utf-8", errors="replace"), "case.toml").data or {}
    keys = ("title", "question", "cutoff", "fictional")
    historical = (path / CHRONOLOGY).is_file()
    return {"case": name, "bundled": bundled, "path": str(path), **{key: data.get(key) for key in keys}, "historical": historical}


def _title(row: dict[str, Any]) -> str:
    title = str(row["title"] or "(case.toml cannot be read; see parley check)")
    return f"{title} (fictional)" if row["fictional"] else f"{title} (historical)" if row["historical"] else title
