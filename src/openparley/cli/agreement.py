"""How far two coding passes of a case agree, kind by kind, and where they do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openparley.cli._frame import finish, print_table, shown, verb

if TYPE_CHECKING:
    from openparley.record.agreement import Agreement

FILE = "agreement.json"


@verb("parley agreement ukraine-2025", "parley agreement ./my-case --write", "parley agreement ./my-case --passes rules anna")
@click.argument("case")
@click.option(
    "--passes", nargs=2, default=("pass1", "pass2"), metavar="A B", help="Folders in coding/ of the case; the first is the reference."
)
@click.option("--write", is_flag=True, help=f"Store the result as {FILE} in the case.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Store the result in this file.")
def command(case: str, passes: tuple[str, str], write: bool, out: Path | None, as_json: bool) -> None:
    """Print matches, F1 and Krippendorff's α, then every disagreement with its place."""
    from openparley.record.agreement import agreement, load_pass
    from openparley.record.case import ensure_writable, open_case
    from openparley.record.store import atomic_write, lock

    opened = open_case(case)
    if write:
        ensure_writable(opened.root)
    result = agreement(load_pass(opened, passes[0]), load_pass(opened, passes[1]))
    data = {"case": opened.name, "passes": list(passes), **result.as_json()}
    stored = (json.dumps(data, ensure_ascii=False, indent=1, default=str) + "\n").encode("utf-8")
    wrote: list[Path] = []
    if write:
        with lock(opened.root):
            atomic_write(opened.root / FILE, stored)
        wrote.append(opened.root / FILE)
    if out is not None:
        atomic_write(out.resolve(), stored)
        wrote.append(out)
    if not as_json:
        _print(result)
    then = f"parley check {shown(case)}" if wrote or opened.bundled else f"parley agreement {shown(case)} --write"
    finish(as_json, data, wrote=wrote, then=then)


def _print(result: Agreement) -> None:
    rows: list[tuple[object, ...]] = []
    for kind in result.kinds:
        if kind.n_a or kind.n_b:
            rows.append((kind.kind, "", kind.n_a, kind.n_b, kind.matched, _share(kind.precision), _share(kind.recall), _share(kind.f1), ""))
            rows += [
                ("", field.field, "", "", field.pairs, "", "", _share(field.agree / field.pairs), _share(field.alpha))
                for field in kind.fields
                if field.pairs
            ]
    print_table(("kind", "field", "n A", "n B", "pairs", "precision", "recall", "F1 or share", "α"), rows)
    if result.disagreements:
        number = len(result.disagreements)
        click.echo(f"{number} {'disagreement' if number == 1 else 'disagreements'}")
        table = []
        for found in result.disagreements:
            what = found.field or ("only in A" if found.b is None else "only in B")
            values = (_said(found.value_a), _said(found.value_b)) if found.field else ("", "")
            table.append((found.kind, f"{found.source} {found.start}–{found.end}", found.a, found.b, what, *values))
        print_table(("kind", "where", "A", "B", "what", "A says", "B says"), table)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _said(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, dict):
        return f"{value.get('start')}/{value.get('end')}"
    return "–" if value is None else str(value)
