"""From sections to one file: HTML with a strict policy, readable without style, script or network."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from openparley.brief.blocks import Block, Figure, Fold, Section, Table
from openparley.brief.cite import Link, Number, Part, Ref
from openparley.brief.context import Context
from openparley.brief.trace import trace

NO_BREAK = "\u00a0"
# A number with its range stays on one line; likelihood words with theirs are too long for that on a telephone.
LONGEST_UNBROKEN = 24
# What belongs to a column that holds numbers, in a table that says so by its class.
NUMERIC = (
    ".rN tr>:nth-child(N){text-align:right}",
    "@media screen{.rN td:nth-child(N){white-space:nowrap}.rN tr>:nth-child(N):not(:last-child){padding-right:1.6rem}}",
)


class Inline:
    """Turns parts into markup; the first use of a number carries the anchor that its trace leads back to."""

    def __init__(self, anchors: set[str]) -> None:
        self.used: dict[str, str] = {}
        self.anchors = anchors

    def in_order(self, numbers: Sequence[Number]) -> list[Number]:
        """The numbers in the order of their first use, those that no text uses last."""
        order = {id: index for index, id in enumerate(self.used)}
        return sorted(numbers, key=lambda number: order.get(number.id, len(order)))

    def __call__(self, parts: Sequence[Part]) -> Markup:
        """The parts of a sentence or a cell."""
        return Markup("").join(self._one(part) for part in parts)

    def _one(self, part: Part) -> Markup:
        if isinstance(part, Ref):
            id = part.number.id
            anchor = ""
            if id not in self.used:
                self.used[id] = f"r{len(self.used) + 1}"
                anchor = Markup(' id="{}"').format(self.used[id])
            if len(part.text) <= LONGEST_UNBROKEN:
                return Markup('<a href="#{}"{}>{}</a>').format(id, anchor, tidy(part.text))
            word, bracket, range = tidy(part.text).partition("(")
            return Markup('<a class="l" href="#{}"{}>{}<span>{}{}</span></a>').format(id, anchor, word, bracket, range)
        if isinstance(part, Link):
            return Markup('<a href="#{}">{}</a>').format(part.target, part.text) if part.target in self.anchors else escape(part.text)
        return breakable(tidy(part if isinstance(part, str) else part.text))


# A word that no line holds may be broken, without a mark of its own; a hash is not for reading.
ENDLESS = re.compile(r"(?![0-9a-f]+\b)[^\s]{33,}")
PIECE = 16
# Names in these scripts would turn round the numbers that stand beside them.
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
LATIN = re.compile("[A-Za-z]")


def breakable(text: str) -> Markup:
    """The text as markup, with places at which an endless word may be broken."""

    def pieces(match: re.Match[str]) -> str:
        return "\0".join(match[0][start : start + PIECE] for start in range(0, len(match[0]), PIECE))

    markup = str(escape(ENDLESS.sub(pieces, text))).replace("\0", "<wbr>")
    return Markup(f"<bdi>{markup}</bdi>" if RIGHT_TO_LEFT.search(text) and not LATIN.search(text) else markup)


UNBROKEN = re.compile(
    r"(?<=\d) (?=%)|(?<=less than) (?=1)|(?<=more than) (?=99)"
    r"|(?<=\b\d) (?=[A-Z][a-z]{2})|(?<=\b\d\d) (?=[A-Z][a-z]{2})|(?<=[a-z]{2}) (?=\d{4}\b)"
)


def tidy(text: str) -> str:
    """A number and its unit, and the parts of a date, stay on one line."""
    return UNBROKEN.sub(NO_BREAK, text)


def style(header: str, numeric: Iterable[int] = ()) -> str:
    """The style sheet, with the running head of printed pages and the columns of numbers, the first being 1."""
    sheet = resources.files("openparley.brief").joinpath("page.css").read_text(encoding="utf-8")
    quoted = re.sub(r'["\\<>\n]', " ", header)
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    sheet = re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s*\n\s*", "\n", sheet))
    sheet = re.sub(r"(?<=[{;])([a-z-]+): ", r"\1:", sheet).replace(";}", "}")
    columns = "".join(rule.replace("N", str(column)) for rule in NUMERIC for column in sorted(numeric))
    return sheet.replace("RUNNING HEAD", quoted).strip() + columns


def filled(template: str, sheet: str, **values: Any) -> str:
    """A template of this folder with its style sheet and the digest under which its policy allows that.

    Parameters
    ----------
    template
        Path below this folder.
    values
        What the template names besides ``sheet``, ``digest`` and ``markup``; its macros may use them, too.
    """
    environment = Environment(
        loader=PackageLoader("openparley", "brief"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    environment.globals.update(values)
    return environment.get_template(template).render(sheet=Markup(sheet), digest=digest, markup=Markup)


def _numeric(blocks: Iterable[Block]) -> set[int]:
    """Columns of numbers of all tables in the blocks, the first being 1."""
    found: set[int] = set()
    for block in blocks:
        match block:
            case Table():
                found |= {column + 1 for column in block.numeric}
            case Figure():
                found |= _numeric([block.table])
            case Fold():
                found |= _numeric(block.blocks)
            case _:
                pass
    return found


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
    facts = context.facts
    shown = set((*facts.case.entries, *facts.case.course) if cited is None else cited)
    anchors = shown | set(facts.case.sources) | {row.id for row in facts.case.file.assumptions}
    inline = Inline(anchors)
    sheet = style(head["running"], _numeric(block for section in sections for block in section.blocks))
    tools = {"inline": inline, "trace": lambda number: trace(context, number), "tidy": tidy, "in_order": inline.in_order}
    values = {"sections": sections, "traces": traces, "head": head, "used": inline.used}
    return brief_markup(filled("page.html.j2", sheet, **tools, **values))


# End tags that HTML lets one leave out (WHATWG, 13.1.2.4), and space between blocks that nobody sees.
IMPLIED = re.compile(
    r"</(?:td|th|tr|thead|tbody|li)>|</p>(?=\s*(?:<(?:p|ul|div|table|blockquote|details|figure|article|section|h[1-6])\b"
    r"|</(?:div|article|section|details|figcaption|header|footer)>))"
)
BETWEEN = re.compile(r"\s*\n\s*")


def brief_markup(html: str) -> str:
    """The same document in fewer characters; one line a block, so that two versions can be compared."""
    return BETWEEN.sub("\n", IMPLIED.sub("", html))
