"""Accept entries of the record, so that models may use them."""

from __future__ import annotations

import click

from openparley.cli._frame import by_option, finish, reason_option, shown, verb


@verb('parley accept ./my-case E001 E002 --reason "read in the report"', "parley accept ./my-case --all")
@click.argument("case")
@click.argument("ids", nargs=-1, metavar="ID…")
@click.option(
    "--all", "everything", is_flag=True, help="All entries that are only proposed so far, but for those that repeat an accepted one."
)
@reason_option
@by_option
def command(case: str, ids: tuple[str, ...], everything: bool, reason: str | None, by: str, as_json: bool) -> None:
    """Append one act a row to reviews.jsonl."""
    from openparley.record.acts import accept
    from openparley.record.case import find_case, open_case

    if everything == bool(ids):
        raise click.UsageError("name entries, or give --all and no entries.", click.get_current_context())
    root = find_case(case)
    chosen: list[str] = []
    left: list[str] = []
    if everything:
        opened = open_case(root)
        accepted = opened.accepted()
        for key, entry in opened.entries.items():
            if entry.review.state == "proposed":
                again = any(
                    link.rel == "same_event" and link.to in accepted and accepted[link.to].source == entry.source for link in entry.links
                )
                (left if again else chosen).append(key)
        ids = tuple(chosen)
    acts = accept(root, ids, by=by, reason=reason)
    if not as_json:
        entries = "entry" if len(acts) == 1 else "entries"
        click.echo(f"Accepted {len(acts)} {entries}: {', '.join(act.entry for act in acts)}." if acts else "Nothing to accept.")
        if left:
            click.echo(f"Left out, as an accepted entry of the same source says it already: {', '.join(left)}.")
    data = {"acts": [act.model_dump(mode="json") for act in acts]}
    finish(as_json, data, wrote=[root / "reviews.jsonl"] if acts else [], then=f"parley check {shown(case)}")
