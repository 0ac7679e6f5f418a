"""Remove a source from use: reject every entry that was read in it."""

from __future__ import annotations

import click

from openparley.cli._frame import by_option, finish, reason_option, shown, verb


@verb('parley remove ./my-case S03 --reason "withdrawn by the outlet"')
@click.argument("case")
@click.argument("source")
@reason_option
@by_option
def command(case: str, source: str, reason: str | None, by: str, as_json: bool) -> None:
    """Append one act a row to reviews.jsonl; the source and its entries stay in the files."""
    from openparley.record.acts import remove
    from openparley.record.case import find_case

    root = find_case(case)
    acts = remove(root, source, by=by, reason=reason)
    if not as_json:
        entries = "entry" if len(acts) == 1 else "entries"
        click.echo(f"Removed {source}: {len(acts)} {entries} rejected." if acts else f"Nothing of {source} is in use.")
    data = {"source": source, "acts": [act.model_dump(mode="json") for act in acts]}
    finish(as_json, data, wrote=[root / "reviews.jsonl"] if acts else [], then=f"parley check {shown(case)}")
