"""Write the model card of a case: who can do what when, wanting what, on which assumptions, in the order of ODD."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openparley.cli._frame import case_checks, finish, shown, verb

if TYPE_CHECKING:
    from openparley.brief.card.card import Card
    from openparley.record.case import Case

FORMATS = ("md", "html", "json")


@verb(
    "parley describe strait-talks",
    "parley describe ./my-case --format html --out ./my-case/card.html",
    "parley describe strait-talks --json",
)
@click.argument("case")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="md unless --out ends in .html or .json. With html one page without script."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to; by default model-card.md (or .html, .json) beside the brief: `brief` in the case, or in parley-out/CASE.",
)
def command(case: str, form: str | None, out: Path | None, as_json: bool) -> None:
    """Work the card out from the case, its family and the model built from both; nothing is solved."""
    from openparley.brief.card.describe import describe
    from openparley.brief.card.write import NAME, write_card
    from openparley.record.case import open_case, runs_dir

    opened = open_case(case, extra_checks=case_checks())
    chosen = form or _ending(out)
    path = out or runs_dir(opened).parent / "brief" / f"{NAME}.{chosen}"
    _writable(path, opened)
    card = describe(opened)
    wrote = write_card(card, path, chosen)
    if not as_json:
        for line in _lines(card):
            click.echo(line)
    then = f"open {shown(path)}" if chosen == "html" else f"parley {'fit' if card.family else 'ledger'} {shown(case)}"
    finish(as_json, card.as_json(), wrote=wrote, then=then)


def _ending(out: Path | None) -> str:
    """The format that the name of the file asks for."""
    ending = out.suffix.lstrip(".").lower() if out else ""
    return ending if ending in FORMATS else "md"


def _writable(path: Path, case: Case) -> None:
    """Refuse to write into a bundled case, or over a folder."""
    from openparley.errors import Complaint, ParleyError
    from openparley.record.case import ensure_writable

    if path.is_dir():
        message = f"“{path}” is a folder; a card is one file."
        raise ParleyError(
            Complaint(str(path), None, None, str(path), "the name of a file", f"Write --out {path / 'model-card.md'}", message)
        )
    if case.bundled and path.resolve().is_relative_to(case.root.resolve()):
        ensure_writable(case.root)


def _lines(card: Card) -> Iterator[str]:
    """The card in a few lines, for a screen."""
    from openparley.brief.card.card import NOT_FOR
    from openparley.brief.words import counted

    number = card.numbers
    yield f"{card.title}{' (fictional)' if card.fictional else ''}, cut-off {card.cutoff}"
    yield card.question
    if card.family is None:
        yield "No [model] section: the card describes the record, and marks what is not there."
        accepted = counted(number["accepted_entries"], "accepted entry", "accepted entries")
        yield f"Record: {counted(number['sources'], 'source')}, {accepted}."
        return
    steps = " → ".join(f"{row[1]} ({row[3]})" for row in card.table("steps").rows)
    yield f"Game: {card.family}. A round, with the number of moves: {steps}"
    yield (
        f"Size: {counted(number['positions'], 'position')} × {counted(number['rounds'], 'round')} × "
        f"{counted(number['belief_points'], 'belief')}; {counted(number['worlds'], 'combination')} of accounts."
    )
    yield (
        f"Rests on {counted(number['assumptions'], 'assumption')} and {counted(number['reports'], 'report')} of moves; "
        f"{counted(number['outcomes'], 'outcome')}, {counted(number['levers'], 'lever')}."
    )
    yield f"Not for: {', '.join(NOT_FOR)}."
