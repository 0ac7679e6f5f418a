"""Reject entries of the record; they are kept and no model uses them."""

from __future__ import annotations

import click

from openparley.cli._frame import by_option, finish, reason_option, shown, verb


@verb('parley reject ./my-case E017 --reason "said by another speaker"')
@click.argument("case")
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@reason_option
@by_option
def command(case: str, ids: tuple[str, ...], reason: str | None, by: str, as_json: bool) -> None:
    """Append one act a row to reviews.jsonl."""
    from openparley.record.acts import reject
    from openparley.record.case import find_case

    root = find_case(case)

    acts = reject(root, ids, by=by, reason=reason)
    if not as_json:
        entries = "entry" if len(acts) == 1 else "entries"
        click.echo(f"Rejected {len(acts)} {entries}: {', '.join(act.entry for act in acts)}." if acts else "Nothing to reject.")
    data = {"acts": [act.model_dump(mode="json") for act in acts]}
    finish(as_json, data, wrote=[root / "reviews.jsonl"] if acts else [], then=f"parley check {shown(case)}")
