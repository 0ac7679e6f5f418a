"""Correct an entry of the record; what it said before is kept."""

from __future__ import annotations

import click

from openparley.cli._frame import by_option, finish, reason_option, shown, verb


@verb(
    'parley edit ./my-case E017 --set event=REJECT --set mode=meet --reason "a refusal"',
    "parley edit ./my-case C002 --set due.end=2025-06-12",
    "parley edit ./my-case K011 --set supports=H1,H2 --set 'mechanism=null'",
)
@click.argument("case")
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@click.option(
    "--set", "settings", multiple=True, required=True, metavar="KEY=VALUE", help="A new value; lists with commas, tables as JSON."
)
@reason_option
@by_option
def command(case: str, ids: tuple[str, ...], settings: tuple[str, ...], reason: str | None, by: str, as_json: bool) -> None:
    """Append the change, before and after, to reviews.jsonl; an edited entry counts as accepted."""
    from openparley.record.acts import edit
    from openparley.record.case import find_case

    changes: dict[str, str] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise click.UsageError(f"“{setting}” is not KEY=VALUE.", click.get_current_context())
        changes[key.strip()] = value
    root = find_case(case)
    acts = edit(root, ids, changes, by=by, reason=reason)
    if not as_json:
        for act in acts:
            was, new = act.before or {}, act.after or {}
            said = "; ".join(f"{key}: {was[key]} → {new[key]}" for key in new) or "nothing changed"
            click.echo(f"Edited {act.entry}: {said}.")
    data = {"acts": [act.model_dump(mode="json") for act in acts]}
    finish(as_json, data, wrote=[root / "reviews.jsonl"], then=f"parley check {shown(case)}")
