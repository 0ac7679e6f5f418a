"""The card as Markdown: tables of plain text, pictures as files beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from openparley.brief.card.card import Card, Element, Table

# Marks that would start something else than text; an underscore inside a word does not.
MARKS = re.compile(r"[\\|*<>`\[\]~#]|(?<!\w)_|_(?!\w)")


def as_markdown(card: Card, pictures: Mapping[str, str]) -> str:
    """The card as one page.

    Parameters
    ----------
    pictures
        Picture id → path of its file, relative to the page; a picture without one is left out.
    """
    kind = f"family `{card.family}`" if card.family else "no model"
    lines = [
        f"# Model card: {escaped(card.title)}",
        "",
        f"Case `{card.case}`, {kind}, cut-off {card.cutoff}{', fictional' if card.fictional else ''}; openparley {card.version}. "
        "In the order of ODD (Grimm and others 2020). Worked out from the case and the program by `parley describe`; nothing is written "
        "by hand.",
    ]
    for number, element in enumerate(card.elements, 1):
        lines += ["", f"## {number}. {element.title}", "", *_element(element, pictures)]
    return "\n".join(lines).rstrip() + "\n"


def _element(element: Element, pictures: Mapping[str, str]) -> Iterator[str]:
    yield f"From: {escaped(element.origin)}."
    for text in element.text:
        yield from ("", escaped(text))
    for picture in element.pictures:
        if picture.id in pictures:
            yield from ("", f"![{escaped(picture.title)}]({pictures[picture.id]})", "", escaped(picture.note))
    for table in element.tables:
        yield from ("", f"**{escaped(table.caption)}**", "", *_table(table))


def _table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(escaped(name) for name in table.columns)} |"
    yield f"|{'---|' * len(table.columns)}"
    for row in table.rows:
        yield f"| {' | '.join(escaped(cell) or ' ' for cell in row)} |"


def escaped(text: str) -> str:
    r"""Text that stays as it is when it is read as Markdown.

    Examples
    --------
    >>> escaped("weight.mediator.*.deal | table_offer")
    'weight.mediator.\\*.deal \\| table_offer'
    """
    return MARKS.sub(lambda match: f"\\{match[0]}", " ".join(text.split()))
