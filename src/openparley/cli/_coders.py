"""What ``parley agreement --coders`` prints: figures for each pair of coders, for all at once, and every disagreement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from openparley.cli._frame import csv_text, print_table

if TYPE_CHECKING:
    from openparley.record.agreement import Disagreement
    from openparley.record.coder_agreement import CoderAgreement, Pair
    from openparley.record.intervals import Range

__all__ = ["as_csv", "disagreement_rows", "print_coders", "said", "share"]

CSV_COLUMNS = ("A", "B", "kind", "source", "start", "end", "id A", "id B", "what", "A says", "B says")
LISTED = ("kind", "where", "A", "B", "what", "A says", "B says")


def print_coders(result: CoderAgreement) -> None:
    """Tables for people."""
    print_table(
        ("coder", "accepted", "edited", "rejected", "not reviewed"),
        [(row.coder, row.accepted, row.edited, row.rejected, row.proposed) for row in result.reviewed],
    )
    for pair in result.pairs:
        click.echo(f"\nA = {pair.a}, B = {pair.b}; sources read by both: {', '.join(pair.sources) or 'none'}.")
        for warning in pair.warnings:
            click.echo(f"Note: {warning}")
        if pair.left_out:
            click.echo(f"{pair.left_out} proposals that nobody has reviewed yet are left out.")
        print_table(
            ("kind", "field", "n A", "n B", "pairs", "precision", "recall", "F1 or share", "α", "α of others"), list(_figures(pair))
        )
        if pair.over is None:
            click.echo("Too few sources and paragraphs to say how far these figures would move with other texts.")
        else:
            click.echo(f"In brackets: the middle 95 of 100 resamples over {pair.over}; none where there is too little to judge.")
        print_table(LISTED, disagreement_rows(pair.disagreements))
    if result.together:
        click.echo("\nAll coders at once, places that at least two of them have coded:")
        rows = [(row.kind, row.field, row.units, row.values, share(row.alpha)) for row in result.together]
        print_table(("kind", "field", "places", "values", "α"), rows)


def as_csv(result: CoderAgreement) -> str:
    """Every disagreement as CSV."""
    rows = [
        (pair.a, pair.b, found.kind, found.source, found.start, found.end, found.a, found.b, _what(found), *_says(found))
        for pair in result.pairs
        for found in pair.disagreements
    ]
    return csv_text(CSV_COLUMNS, rows)


def disagreement_rows(found: Sequence[Disagreement]) -> list[tuple[object, ...]]:
    """Rows of the table of disagreements."""
    return [(row.kind, f"{row.source} {row.start}–{row.end}", row.a, row.b, _what(row), *_says(row)) for row in found]


def share(value: float | None, low_high: Range | None = None) -> str:
    """A figure, with its range if there is one."""
    if value is None:
        return "–"
    return f"{value:.2f}" if low_high is None else f"{value:.2f} [{low_high.low:.2f}–{low_high.high:.2f}]"


def said(value: object) -> str:
    """A value of a field in a cell."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, dict):
        return f"{value.get('start')}/{value.get('end')}"
    return "–" if value is None else str(value)


def _figures(pair: Pair) -> Iterator[tuple[object, ...]]:
    for kind in pair.kinds:
        if not kind.n_a and not kind.n_b:
            continue
        shares = (
            share(kind.precision, kind.precision_range),
            share(kind.recall, kind.recall_range),
            share(kind.f1, kind.f1_range),
        )
        yield (kind.kind, "", kind.n_a, kind.n_b, kind.matched, *shares, "", "")
        for field in kind.fields:
            if field.pairs:
                others = "" if field.others == field.pairs else f"{share(field.alpha_others)} ({field.others})"
                figures = share(field.agree / field.pairs), share(field.alpha, field.alpha_range), others
                yield ("", field.field, "", "", field.pairs, "", "", *figures)


def _what(found: Disagreement) -> str:
    return found.field or ("only in A" if found.b is None else "only in B")


def _says(found: Disagreement) -> tuple[str, str]:
    return (said(found.value_a), said(found.value_b)) if found.field else ("", "")
