"""Start a case: a commented skeleton of a game, or a copy of another case."""

from __future__ import annotations

from pathlib import Path

import click

from openparley.cli._frame import finish, shown, verb


class FamilyOption(click.Option):
    """An option whose help lists the families; they are imported only when that help is asked for."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The usual record with a line for every family."""
        record = super().get_help_record(ctx)
        return record and (record[0], "\n\n".join((record[1], *_listed())))


@verb("parley new strike-talks", "parley new fish-war --family sanctions_threat", "parley new my-copy --from ukraine-2025")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--from", "origin", metavar="NAME", help="A bundled case or the folder of a case to copy.")
@click.option("--family", cls=FamilyOption, metavar="NAME", help="The game that the skeleton is for; mediated_ceasefire unless given.")
def command(folder: Path, origin: str | None, family: str | None, as_json: bool) -> None:
    """Make the folder."""
    from openparley.game.families import FAMILIES
    from openparley.record.case import bundled_cases
    from openparley.record.new import DEFAULT_FAMILY, new_case

    made = new_case(folder, origin, family=family, families=FAMILIES)
    # A bundled case goes before a folder of the same name, so the path has to look like one.
    name = f"./{made}" if str(made) in bundled_cases() else str(made)
    data = {"case": str(made), "from": origin, "family": None if origin else family or DEFAULT_FAMILY}
    finish(as_json, data, wrote=[made / "case.toml"], then=f"parley check {shown(name)}")


def _listed() -> list[str]:
    """One line a family: its name, and the first sentence that it says of itself."""
    import inspect

    from openparley.errors import GameError
    from openparley.game.families import FAMILIES

    lines = []
    for name in FAMILIES:
        try:
            about = (inspect.getdoc(FAMILIES[name]) or "").split("\n\n")[0]
        except GameError as problem:
            about = str(problem)
        lines.append(f"{name}: {' '.join(about.split())}")
    return lines
