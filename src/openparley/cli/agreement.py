"""How far two coding passes, or the coders of a case, agree, kind by kind, and where they do not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from openparley.cli._coders import as_csv, disagreement_rows, print_coders, share
from openparley.cli._frame import csv_text, finish, print_table, shown, verb

if TYPE_CHECKING:
    from openparley.record.agreement import Agreement

FILE = "agreement.json"
CODERS_FILE = "agreement-coders.json"


@verb(
    "parley agreement ukraine-2025",
    "parley agreement ./my-case --write",
    "parley agreement ./my-case --passes rules anna",
    "parley agreement ./my-case --coders rules,llm,person --reference person",
    "parley agreement ./my-case --coders rules,person --csv > disagreements.csv",
)
@click.argument("case")
@click.option(
    "--passes", nargs=2, default=("pass1", "pass2"), metavar="A B", help="Folders in coding/ of the case; the first is the reference."
)
@click.option("--coders", metavar="A,B…", help="Coders of the record instead of passes: rules, llm, person or any name in coder.name.")
@click.option("--reference", metavar="A", help="With --coders, whom the others are held against; the first named otherwise.")
@click.option("--csv", "csv", is_flag=True, help="Print every disagreement as CSV.")
@click.option("--write", is_flag=True, help=f"Store the result in the case, as {FILE}; with --coders as {CODERS_FILE}.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Store the result in this file.")
def command(
    case: str,
    passes: tuple[str, str],
    coders: str | None,
    reference: str | None,
    csv: bool,
    write: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Print matches, F1 and Krippendorff's α, then every disagreement with its place.

    “person” is the record as people left it: accepted and edited entries, and those coded by hand. Accepting a proposal is agreeing
    with it, so agreement between a person and the coder whose proposals were reviewed is high by construction; the output says how much.
    """
    from openparley.record.agreement import agreement, load_pass
    from openparley.record.case import ensure_writable, open_case

    _exclude(coders, reference, csv, as_json)
    opened = open_case(case)
    if write:
        ensure_writable(opened.root)
    if coders is None:
        result = agreement(load_pass(opened, passes[0]), load_pass(opened, passes[1]))
        data = {"case": opened.name, "passes": list(passes), **result.as_json()}
        show, table = lambda: _print(result), lambda: _csv(passes, result)
    else:
        from openparley.record.coder_agreement import agreement_of_coders

        several = agreement_of_coders(opened, [name.strip() for name in coders.split(",") if name.strip()], reference)
        data = {"case": opened.name, **several.as_json()}
        show, table = lambda: print_coders(several), lambda: as_csv(several)
    wrote = _store(data, opened.root / (FILE if coders is None else CODERS_FILE) if write else None, out)
    if csv:
        click.echo(table(), nl=False)
        return
    if not as_json:
        show()
    again = f"parley agreement {shown(case)}{'' if coders is None else f' --coders {shown(coders)}'} --write"
    finish(as_json, data, wrote=wrote, then=f"parley check {shown(case)}" if wrote or opened.bundled else again)


def _exclude(coders: str | None, reference: str | None, csv: bool, as_json: bool) -> None:
    """Options that contradict each other."""
    context = click.get_current_context()
    if csv and as_json:
        raise click.UsageError("--csv and --json exclude each other.", context)
    if coders is not None and context.get_parameter_source("passes") == ParameterSource.COMMANDLINE:
        raise click.UsageError("--passes and --coders exclude each other.", context)
    if reference is not None and coders is None:
        raise click.UsageError("--reference needs --coders.", context)


def _store(data: Mapping[str, Any], inside: Path | None, out: Path | None) -> list[Path]:
    """Put the result where it was asked for."""
    from openparley.record.store import atomic_write, lock

    stored = (json.dumps(data, ensure_ascii=False, indent=1, default=str) + "\n").encode("utf-8")
    wrote: list[Path] = []
    if inside is not None:
        with lock(inside.parent):
            atomic_write(inside, stored)
        wrote.append(inside)
    if out is not None:
        atomic_write(out.resolve(), stored)
        wrote.append(out)
    return wrote


def _print(result: Agreement) -> None:
    rows: list[tuple[object, ...]] = []
    for kind in result.kinds:
        if kind.n_a or kind.n_b:
            rows.append((kind.kind, "", kind.n_a, kind.n_b, kind.matched, share(kind.precision), share(kind.recall), share(kind.f1), ""))
            rows += [
                ("", field.field, "", "", field.pairs, "", "", share(field.agree / field.pairs), share(field.alpha))
                for field in kind.fields
                if field.pairs
            ]
    print_table(("kind", "field", "n A", "n B", "pairs", "precision", "recall", "F1 or share", "α"), rows)
    if result.disagreements:
        number = len(result.disagreements)
        click.echo(f"{number} {'disagreement' if number == 1 else 'disagreements'}")
        print_table(("kind", "where", "A", "B", "what", "A says", "B says"), disagreement_rows(result.disagreements))


def _csv(passes: tuple[str, str], result: Agreement) -> str:
    headers = ("A", "B", "kind", "where", "id A", "id B", "what", "A says", "B says")
    return csv_text(headers, [(*passes, *row) for row in disagreement_rows(result.disagreements)])
