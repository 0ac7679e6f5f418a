"""The run: seed, version, inputs and settings, so that the document alone suffices to repeat it."""

from __future__ import annotations

from collections.abc import Mapping

from openparley.brief.blocks import Block, Fold, Prose, Section, Table, text_cells
from openparley.brief.context import Context


def run_section(context: Context) -> Section:
    """What a repetition needs."""
    run = context.run
    said = context.book.say(
        "run", "computed", f"Run {run.get('id')} of openparley {run.get('version')} with seed {run.get('seed')}, made {run.get('created')}."
    )
    inputs = {**context.facts.case.digest(), **dict(run.get("inputs", {}))}
    reviewers = sorted({review.by for review in context.facts.case.reviews})
    people = context.book.say("run", "computed", f"Reviewed by {', '.join(reviewers)}." if reviewers else "No review is on record.")
    blocks: list[Block] = [Prose((said, people))]
    blocks.append(Fold("Inputs with their hashes", (_pairs("Files that the run read", ("File", "SHA-256"), inputs),)))
    blocks.append(
        Fold(
            "Settings and software",
            (
                _pairs("Settings of the run", ("Setting", "Value"), {**run.get("settings", {}), **dict(context.posterior.settings)}),
                _pairs("Software", ("Package", "Version"), run.get("software", {})),
            ),
        )
    )
    return Section("run", "Run", tuple(blocks))


def _pairs(caption: str, columns: tuple[str, str], pairs: Mapping[str, object]) -> Table:
    return Table(caption, text_cells(*columns), tuple(text_cells(str(key), str(value)) for key, value in pairs.items()))
