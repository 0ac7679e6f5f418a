"""The page “What changed”: two runs side by side in the brief's style, with strict policy, no script and no address."""

from __future__ import annotations

import re
from collections.abc import Iterable

from openparley.brief import words
from openparley.brief.charts._look import COLOURS, PAPER, SOFT, Row, drawn
from openparley.brief.charts._pairs import FIRST, SECOND, Bar, bars
from openparley.brief.compared.said import name_of, run_line, said, values_of
from openparley.brief.lint import page_faults
from openparley.brief.render import brief_markup, filled, style
from openparley.brief.svg import svg
from openparley.errors import ParleyError
from openparley.forecast.compare import Comparison, Moved

PER_PANEL, ROW, RIGHT = 4, 58, 52
KINDS = (("outcome", "Outcomes"), ("account", "Accounts now"))


class ComparisonError(ParleyError):
    """The page would break a rule of pages; the fault is ours."""

    exit_code = 3


def comparison_page(found: Comparison) -> str:
    """The whole file.

    Raises
    ------
    ComparisonError
        If the page breaks a rule of `openparley.brief.lint`.
    """
    fictional = bool(found.new.record.get("fictional") or found.old.record.get("fictional"))
    title = str(found.new.record.get("title", found.new.case))
    running = f"{'FICTIONAL · ' if fictional else ''}{title} · run {found.old.id} → {found.new.id}"
    parts = said(found)
    html = brief_markup(
        filled(
            "compared/compared.html.j2",
            style(running),
            title=title,
            fictional=fictional,
            runs=[run_line(found, which) for which in ("old", "new")],
            ids=(found.old.id, found.new.id),
            verdict=found.verdict(),
            parts=parts,
            unchanged=words.listed([part.title.lower() for part in parts if not part.lines]),
            kinds=[(name, _rows(found, kind), _pictures(found, kind, name)) for kind, name in KINDS],
            running=running,
            tidy=words_together,
        )
    )
    if faults := page_faults(html):
        raise ComparisonError("The page breaks the rules of pages:\n" + "\n".join(faults))
    return html


def words_together(text: str) -> str:
    """A number and its unit stay on one line."""
    return re.sub(r"(?<=\d) (?=%)", "\u00a0", text)


def _rows(found: Comparison, kind: str) -> list[tuple[str, ...]]:
    return [(name_of(number), *values_of(number)) for number in found.numbers if number.kind == kind]


def _pictures(found: Comparison, kind: str, name: str) -> list[tuple[str, str]]:
    """Panels with the numbers that both runs have."""
    there = [number for number in found.numbers if number.kind == kind and number.old is not None and number.new is not None]
    pictures = []
    for index, start in enumerate(range(0, len(there), PER_PANEL)):
        some, panel = there[start : start + PER_PANEL], name if not index else f"{name}, continued"
        means = "Hollow: the old run; filled: the new one; lines are 90 % ranges. The table below holds the data."
        drawing = drawn(list(_bars(some, panel)), lambda rows, sheet: bars(rows, sheet, KINDS_OF_BAR, row=ROW, right=RIGHT))
        pictures.append((panel, svg(drawing, f"fig-{kind}-{index}", f"Old and new: {panel}", "" if index else means)))
    return pictures


KINDS_OF_BAR = (Bar("old", SOFT, {"value": PAPER}, thick=True), Bar("new", COLOURS[0], {"value": COLOURS[0]}, thick=True))


def _bars(numbers: Iterable[Moved], panel: str) -> Iterable[Row]:
    for y, number in enumerate(numbers):
        common = {"panel": panel, "says": number.name, "href": ""}
        yield {**common, "part": "name", "y": float(y), "text": words.cut(number.name, 44)}
        for part, one, down in (("old", number.old, FIRST), ("new", number.new, SECOND)):
            if one is not None:
                ends = {key: round(float(getattr(one, key)), 4) for key in ("value", "low", "high", "low50", "high50")}
                yield {**common, "part": part, "y": y + down, **ends, "text": part}
