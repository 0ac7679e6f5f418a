"""The page of figures: what the coder gets right, side by side on the texts it was developed with and on others."""

from __future__ import annotations

from benchmarks.coding.figures import AIMS, Share
from benchmarks.coding.reliability import Bin, bins

__all__ = ["report"]

HEAD = """# How well the embedded coder reads

Written by `python -m benchmarks.coding all --write`. *Developed with*: the three reports of `ukraine-2025` (where they are at
hand) and the four texts of `strait-talks`, which the authors of the rules saw with their codings. *Calibrated on*: texts
written and coded later, which they saw when the first version stood. *Held out*: eight texts of other conflicts, written and
coded before the first rule; nobody who wrote rules has read them. Each was coded by one reader, who had also written it; two
readers of the three reports agreed on events with an F1 of 0.82. Matching by the codebook; the number of entries or pairs
behind each figure stands in brackets.

"""


def report(columns: dict[str, dict[str, Share]], made: dict[str, list[Bin]], sure: dict[str, list[tuple[str, float, bool]]]) -> str:
    """The page as Markdown."""
    sums = [name for name in columns if name.startswith("ALL ")]
    parts = [HEAD, "## Side by side\n\n", _table(columns, sums), "\n## Text by text\n\n"]
    parts += [_by_text(columns, [name for name in columns if name not in sums])]
    parts += ["\n## Are proposals as sure as they say?\n\n![Reliability diagram](../../docs/img/coder-reliability.svg)\n\n"]
    parts += [_reliability(made), "\nThe same by kind of entry, on the held-out texts:\n\n"]
    parts += [_by_kind(sure.get("held out", []))]
    return "".join(parts)


def _table(columns: dict[str, dict[str, Share]], names: list[str]) -> str:
    head = ["figure", "aim", *(name.removeprefix("ALL ") for name in names)]
    lines = [_row(head), _row(["---", *["--:"] * (len(head) - 1)])]
    for figure, (meaning, aim) in AIMS.items():
        lines.append(
            _row([f"{figure}: {meaning}", "–" if aim is None else f"{aim:.2f}", *(_shown(columns[name].get(figure)) for name in names)])
        )
    return "\n".join(lines) + "\n"


def _by_text(columns: dict[str, dict[str, Share]], names: list[str]) -> str:
    lines = [_row(["text", *AIMS]), _row(["---", *["--:"] * len(AIMS)])]
    lines += [_row([name, *(_shown(columns[name].get(figure)) for figure in AIMS)]) for name in names]
    return "\n".join(lines) + "\n"


def _shown(share: Share | None) -> str:
    return "–" if share is None or share.value is None else f"{share.value:.2f} ({share.whole:.0f})"


def _reliability(made: dict[str, list[Bin]]) -> str:
    lines = [_row(["texts", "confidence", "entries", "mean confidence", "right", "95 % interval"]), _row(["---", *["--:"] * 5])]
    for name, items in made.items():
        for item in items:
            low, high = item.interval
            cells = [name, f"{item.low:.2f}–{item.high:.2f}", str(item.number), f"{item.mean:.2f}", f"{item.right / item.number:.2f}"]
            lines.append(_row([*cells, f"{low:.2f}–{high:.2f}"]))
    return "\n".join(lines) + "\n"


def _by_kind(items: list[tuple[str, float, bool]]) -> str:
    lines = [_row(["kind", "confidence", "entries", "mean confidence", "right"]), _row(["---", *["--:"] * 4])]
    for kind in sorted({item[0] for item in items}):
        for found in bins(item for item in items if item[0] == kind):
            cells = [kind, f"{found.low:.2f}–{found.high:.2f}", str(found.number), f"{found.mean:.2f}", f"{found.right / found.number:.2f}"]
            lines.append(_row(cells))
    return "\n".join(lines) + "\n"


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
