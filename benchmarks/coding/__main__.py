"""Print the figures: ``python -m benchmarks.coding dev|calibration|heldout|all [--errors KIND] [--only NAME] [--write]``."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from benchmarks.coding.figures import AIMS, Share, figures, total
from benchmarks.coding.reliability import bins, draw, judged
from benchmarks.coding.report import report
from benchmarks.coding.texts import SETS, Coded
from openparley.record.agreement import match
from openparley.record.coders.draft import rows
from openparley.record.coders.rules import RulesCoder
from openparley.record.coders.rules.article import read_article
from openparley.record.entry import KINDS, Entry

CHOICES = {"dev": ["developed with"], "calibration": ["calibrated on"], "heldout": ["held out"], "all": list(SETS)}
DIAGRAM = Path(__file__).resolve().parents[2] / "docs" / "img" / "coder-reliability.svg"
PAGE = Path(__file__).resolve().parent / "FIGURES.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", choices=tuple(CHOICES))
    parser.add_argument("--errors", metavar="KIND", help="also list what was missed and what is too much, of one kind of entry")
    parser.add_argument("--only", metavar="NAME", help="texts whose name matches this pattern")
    parser.add_argument("--floor", type=float, default=0.0, help="leave out proposals below this confidence")
    parser.add_argument("--write", action="store_true", help="write FIGURES.md and the reliability diagram")
    options = parser.parse_args()
    columns: dict[str, dict[str, Share]] = {}
    sure: dict[str, list[tuple[str, float, bool]]] = {}
    for name in CHOICES[options.which]:
        each = []
        sure[name] = []
        for coded in SETS[name]():
            if options.only and not re.search(options.only, coded.name):
                continue
            found = [entry for entry in read(coded) if (entry.coder.confidence or 0) >= options.floor]
            each.append(figures(coded.entries, found, read_article(coded.document.text)))
            columns[coded.name] = each[-1]
            sure[name] += judged(coded.entries, found)
            if options.errors:
                show_errors(coded, found, options.errors)
        columns[f"ALL {name}"] = total(each)
    show(columns)
    if options.write:
        made = {name: bins(items) for name, items in sure.items()}
        draw(made, DIAGRAM)
        PAGE.write_text(report(columns, made, sure), encoding="utf-8")


def read(coded: Coded) -> list[Entry]:
    """What the embedded coder proposes for a text, with the actors of its case and no entry to lean on."""
    drafts = RulesCoder.of(coded.case).code(coded.document).drafts
    ids = [f"{KINDS[draft.kind].prefix}{number:03d}" for number, draft in enumerate(drafts, start=1)]
    made = rows(drafts, ids, coded.document.text, coded.document.source.id, {"name": "rules", "version": "0"})
    return [KINDS[row["kind"]].model.model_validate(row) for row in made]


def show(columns: dict[str, dict[str, Share]]) -> None:
    """A table: one row a text."""
    print("  ".join(["text".ljust(28), *(name[:12].ljust(12) for name in AIMS)]))
    for text, shares in columns.items():
        cells = [
            "–" if name not in shares or shares[name].value is None else f"{shares[name].value:.2f} ({shares[name].whole:.0f})"
            for name in AIMS
        ]
        print("  ".join([text.ljust(28), *(cell.ljust(12) for cell in cells)]))
    print("  ".join(["aim".ljust(28), *(("" if aim is None else f"{aim:.2f}").ljust(12) for _, aim in AIMS.values())]))


def show_errors(coded: Coded, found: list[Entry], kind: str) -> None:
    """Missed and surplus entries of one kind, with their words."""
    ref = [entry for entry in coded.entries if entry.kind == kind]
    got = [entry for entry in found if entry.kind == kind]
    pairs = match(ref, got)
    missed = {entry.id for entry in ref} - {a.id for a, _ in pairs}
    surplus = {entry.id for entry in got} - {b.id for _, b in pairs}
    lines = [(entry.span.start, "MISSED ", entry) for entry in ref if entry.id in missed]
    lines += [(entry.span.start, "SURPLUS", entry) for entry in got if entry.id in surplus]
    lines += [(a.span.start, "  ref  ", a) for a, b in pairs if _facts(a) != _facts(b)]
    lines += [(a.span.start, "  got  ", b) for a, b in pairs if _facts(a) != _facts(b)]
    print(f"== {coded.name}: {kind}")
    for _, label, entry in sorted(lines, key=lambda line: line[0]):
        words = " ".join(coded.document.text[entry.span.start : entry.span.end].split())
        rule = f"{entry.coder.rule} {entry.coder.confidence}" if entry.coder and entry.coder.rule else ""
        print(f"{label} {entry.span.start:5d} {_facts(entry)} {rule} | {words}")


def _facts(entry: Entry) -> str:
    """The values that matter, in short."""
    names = (
        "event",
        "type",
        "actor",
        "target",
        "recipient",
        "realis",
        "speaker",
        "form",
        "explains",
        "stance",
        "subject",
        "relation",
        "object",
        "value",
    )
    shown = []
    for name in names:
        value = getattr(entry, name, None)
        if value:
            shown.append("+".join(sorted(value)) if isinstance(value, tuple) else str(value))
    due = getattr(entry, "due", None)
    return " ".join([*shown, f"due {due.start}/{due.end}" if due else ""])


if __name__ == "__main__":
    main()
