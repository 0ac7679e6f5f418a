"""Read the documents of a case and propose entries for what is new or changed in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from openparley.cli._frame import finish, print_table, rows_as_json, shown, verb, warn
from openparley.cli._llm import coder_maker, llm_options, permuted, tokens
from openparley.cli._progress import progress


@verb(
    "parley read ./my-case",
    "parley read ./my-case S04 S05 --again",
    "parley read ./my-case --texts ~/reports",
    "parley read ./my-case --coder llm --endpoint http://127.0.0.1:8080/v1 --model NAME --budget 200000",
)
@click.argument("case")
@click.argument("sources", nargs=-1, metavar="[SOURCE]…")
@click.option("--again", is_flag=True, help="Read also what has not changed since the last reading.")
@click.option("--texts", type=click.Path(path_type=Path), metavar="DIR", help="Folder with the texts, for a case that does not hold them.")
@llm_options
def command(
    case: str, sources: tuple[str, ...], again: bool, texts: Path | None, coder: str, permute: int | None, as_json: bool, **options: Any
) -> int | None:
    """Propose events, statements, commitments, statuses, claims and relations, each with its place, rule and confidence.

    Nothing that is proposed enters a model before a person has accepted it. What was reviewed stays as it is.
    """
    from openparley.record.case import find_case
    from openparley.record.coders.read import read_case

    root = find_case(case)
    if permute is not None and coder == "llm":
        permuted(root, sources, texts, permute, options, as_json)
        return None
    make, made = coder_maker(coder, {**options, "permute": permute}, as_json)
    with progress("Reading, code points", quiet=as_json) as show:
        done = read_case(root, make, only=sources, texts=texts, again=again, progress=show)
    spent = tokens(made)
    if not as_json:
        kinds = sorted({kind for source in done.sources for kind in source.counts})
        table = [(row.source, row.state, *(row.counts.get(kind, 0) for kind in kinds), row.abstained) for row in done.sources]
        print_table(("source", "state", *kinds, "abstained"), table)
        known = sum(row.known for row in done.sources)
        if known:
            click.echo(
                f"{known} of these say what an accepted entry says already; they are linked to it, and `accept --all` leaves them out."
            )
        for row in done.sources:
            for note in row.notes:
                click.echo(f"{row.source}: {note}", err=True)
        if done.actors:
            click.echo(f"New actors, to be checked in actors.toml: {', '.join(done.actors)}.")
        if done.links:
            click.echo(f"{done.links} links drawn between entries.")
        if spent is not None:
            click.echo(f"{spent['spent']} tokens in {spent['questions']} questions ({spent['estimated']} of them estimated).")
    read = [row for row in done.sources if row.state == "read"]
    data = {
        "coder": done.coder,
        "version": done.version,
        "sources": rows_as_json(done.sources),
        "actors": done.actors,
        "links": done.links,
        "tokens": spent,
    }
    if done.stopped is not None:
        warn([done.stopped], as_json)
    finish(as_json, data, wrote=[root / "record"] if read else [], then=f"parley check {shown(case)}")
    return 0 if done.stopped is None else 1
