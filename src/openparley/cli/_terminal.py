"""A table as a terminal of a certain width shows it: nothing is ever cut, and only long text is wrapped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

__all__ = ["terminal_lines"]

GAP = 2
# From this width on, a column of words is prose, and wraps before anything else does; it gets at least so many cells beside others.
PROSE, LEAST_PROSE = 40, 24
# Up to this width a cell stays in one line though it has blanks in it, as “+3.0 (2)”.
SHORT = 12
INDENT = 6
_RANGE = re.compile(r"(?<=\d)…(?=\d{4}-)")


def terminal_lines(headers: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> tuple[list[str], list[str]]:
    """The lines of the heading and those of the rows; a column without a value in any row is left out.

    Where the columns do not fit side by side, prose goes below its row, then whatever else takes the most room.
    """
    there = [column for column in range(len(headers)) if not rows or any(row[column] for row in rows)]
    names = [headers[column] for column in there]
    # Of two days the second may stand under the first.
    cells = [[_RANGE.sub("… ", row[column]) for column in there] for row in rows]
    below: list[int] = []
    sizes = [_Size(name, [row[index] for row in cells]) for index, name in enumerate(names)]
    while True:
        beside = [index for index in range(len(names)) if index not in below]
        widths = _widths({index: sizes[index] for index in beside}, width - GAP * (len(beside) - 1))
        if widths is not None:
            break
        if len(beside) == 1:
            widths = {beside[0]: width}
            break
        below.append(max(beside[1:], key=lambda index: (sizes[index].prose, sizes[index].least)))
    head = _beside([names[index] for index in beside], list(widths.values()), at_foot=True)
    lines: list[str] = []
    for row in cells:
        lines += _beside([row[index] for index in beside], list(widths.values()))
        lines += _below([(names[index], row[index], sizes[index].prose) for index in sorted(below)], width)
    return [*head, "─" * min(width, sum(widths.values()) + GAP * (len(beside) - 1))], lines


class _Size:
    """How wide a column would like to be and has to be, in cells of the terminal."""

    def __init__(self, name: str, cells: Sequence[str]) -> None:
        from rich.cells import cell_len

        widest = max((cell_len(cell) for cell in cells), default=0)
        word = max((cell_len(word) for cell in cells for word in cell.split()), default=0)
        heading = max((cell_len(word) for word in name.split()), default=0)
        self.bends = widest > max(SHORT, word)
        self.prose = self.bends and widest > PROSE
        self.natural = max(widest, heading)
        self.least = max(word, heading) if self.bends else self.natural
        if self.prose:
            self.least = min(max(self.least, LEAST_PROSE), self.natural)


def _widths(sizes: Mapping[int, _Size], room: int) -> dict[int, int] | None:
    """A width for each column, lists before prose; None when they do not fit."""
    widths = {index: size.least for index, size in sizes.items()}
    left = room - sum(widths.values())
    if left < 0:
        return None
    order = sorted(sizes, key=lambda index: (sizes[index].prose, sizes[index].natural - sizes[index].least))
    for place, index in enumerate(order):
        # What narrow columns do not need is shared among the wider ones.
        share = left if not sizes[index].prose else left // (len(order) - place)
        more = min(sizes[index].natural - widths[index], share)
        widths[index] += more
        left -= more
    return widths


def _wrapped(text: str, width: int) -> list[str]:
    from rich.console import Console
    from rich.text import Text

    lines = Text(text).wrap(Console(width=width), width, overflow="fold")
    return [line.plain.rstrip() for line in lines] or [""]


def _beside(cells: Sequence[str], widths: Sequence[int], *, at_foot: bool = False) -> list[str]:
    from rich.cells import set_cell_size

    columns = [_wrapped(cell, width) for cell, width in zip(cells, widths, strict=True)]
    height = max(len(column) for column in columns)
    filled = [[""] * (height - len(column)) + column if at_foot else column + [""] * (height - len(column)) for column in columns]
    gap = " " * GAP
    return [
        gap.join(set_cell_size(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in zip(*filled, strict=True)
    ]


def _below(fields: Sequence[tuple[str, str, bool]], width: int) -> list[str]:
    """What stands under a row: lists together, each piece of prose for itself."""
    lists = " · ".join(f"{name}: {cell}" for name, cell, prose in fields if cell and not prose)
    texts = [f"{name}: {cell}" for name, cell, prose in fields if cell and prose]
    indent = " " * INDENT
    return [indent + line for text in ([lists] if lists else []) + texts for line in _wrapped(text, max(1, width - INDENT))]
