"""From sections to one file: HTML with a strict policy, readable without style, script or network."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from openparley.brief import words
from openparley.brief.blocks import Section
from openparley.brief.cite import Link, Number, Part, Ref
from openparley.brief.context import Context

# A trace of a headline number shows all of its entries and most of its assumptions; one of a detail the first few.
ASSUMPTIONS_SHOWN, FEW = 8, 3
PARAPHRASE_SHOWN = 90
NO_BREAK = "\u00a0"


class Inline:
    """Turns parts into markup; the first use of a number carries the anchor that its trace leads back to."""

    def __init__(self, anchors: set[str]) -> None:
        self.used: set[str] = set()
        self.anchors = anchors

    def __call__(self, parts: Sequence[Part]) -> Markup:
        """The parts of a sentence or a cell."""
        return Markup("").join(self._one(part) for part in parts)

    def _one(self, part: Part) -> Markup:
        if isinstance(part, Ref):
            id = part.number.id
            anchor = "" if id in self.used else Markup(' id="ref-{}"').format(id)
            self.used.add(id)
            return Markup('<a class="n" href="#{}"{}>{}</a>').format(id, anchor, tidy(part.text))
        if isinstance(part, Link):
            return Markup('<a href="#{}">{}</a>').format(part.target, part.text) if part.target in self.anchors else escape(part.text)
        return escape(tidy(part if isinstance(part, str) else part.text))


UNBROKEN = re.compile(
    r"(?<=\d) (?=%)|(?<=less than) (?=1)|(?<=more than) (?=99)"
    r"|(?<=\b\d) (?=[A-Z][a-z]{2})|(?<=\b\d\d) (?=[A-Z][a-z]{2})|(?<=[a-z]{2}) (?=\d{4}\b)"
)


def tidy(text: str) -> str:
    """A number and its unit, and the parts of a date, stay on one line."""
    return UNBROKEN.sub(NO_BREAK, text)


def style(header: str) -> str:
    """The style sheet, with the running head of printed pages."""
    sheet = resources.files("openparley.brief").joinpath("page.css").read_text(encoding="utf-8")
    quoted = re.sub(r'["\\<>\n]', " ", header)
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    sheet = re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s*\n\s*", "\n", sheet))
    return sheet.replace("RUNNING HEAD", quoted).strip()


def page(
    context: Context, sections: Sequence[Section], traces: Sequence[Number], head: dict[str, Any], cited: set[str] | None = None
) -> str:
    """The whole file.

    Parameters
    ----------
    sections
        In the order of the page.
    traces
        Every number of the document.
    head
        What the header prints: title, marks, facts, lexicon.
    cited
        Ids of the entries that have a place on the page; a link to another one is printed as text. None for all.
    """
    environment = Environment(
        loader=PackageLoader("openparley", "brief"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    facts = context.facts
    shown = set((*facts.case.entries, *facts.case.course) if cited is None else cited)
    anchors = shown | set(facts.case.sources) | {row.id for row in facts.case.file.assumptions}
    inline = Inline(anchors)
    sheet = style(head["running"])
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    environment.globals.update(inline=inline, trace=lambda number: _trace(context, number), tidy=tidy)
    template = environment.get_template("page.html.j2")
    head = {**head, "cite": f"{facts.case.file.name}, run {context.run.get('id')}"}
    values = {"sheet": Markup(sheet), "digest": digest, "sections": sections, "traces": traces, "head": head, "used": inline.used}
    text = template.render(**values, markup=Markup)
    return re.sub(r"\n\s*\n+", "\n", text)


def _over(number: Number) -> str:
    """What the interval is a range over, or what an exact number counts."""
    if not number.range or number.of.startswith(("a ", "the range")):
        return number.of
    return f"a {number.of}" if re.match(r"\d+ % range over ", number.of) else f"a range over {number.of}"


def _trace(context: Context, number: Number) -> dict[str, Any]:
    """What one click on a number shows."""
    facts = context.facts
    full = number.id.startswith(("n-p-", "n-share-"))
    shown = ASSUMPTIONS_SHOWN if full else FEW
    entries = [
        (id, words.cut(facts.unquoted(facts.case.entries[id].paraphrase, facts.case.entries[id].source), PARAPHRASE_SHOWN))
        for id in number.evidence
        if id in facts.case.entries
    ]
    rows = facts.case.course
    entries += [(id, words.cut(rows[id].what, PARAPHRASE_SHOWN)) for id in number.evidence if id in rows]
    level = f"{round(100 * number.level)} % range" if number.level else "range"
    return {
        "value": "" if number.range_only else tidy(number.text),
        "interval": tidy(f"{level} {number.range}") if number.range else "",
        "of": _over(number),
        "error": number.error,
        "breakdown": [(label, tidy(text)) for label, text in number.breakdown],
        "entries": entries,
        "assumptions": number.assumptions[:shown],
        "more": max(0, len(number.assumptions) - shown),
        "full": full,
        "cite": number.id,
    }
