"""Start a case: a commented skeleton, or a copy of another case."""

from __future__ import annotations

from pathlib import Path

import click

from openparley.cli._frame import finish, shown, verb


@verb("parley new strike-talks", "parley new my-copy --from ukraine-2025")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--from", "origin", metavar="NAME", help="A bundled case or the folder of a case to copy.")
def command(folder: Path, origin: str | None, as_json: bool) -> None:
    """Make the folder."""
    from openparley.record.case import bundled_cases
    from openparley.record.new import new_case

    made = new_case(folder, origin)
    # A bundled case goes before a folder of the same name, so the path has to look like one.
    name = f"./{made}" if str(made) in bundled_cases() else str(made)
    finish(as_json, {"case": str(made), "from": origin}, wrote=[made / "case.toml"], then=f"parley check {shown(name)}")
