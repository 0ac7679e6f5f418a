"""The card as files: a page of Markdown with its pictures beside it, one HTML file, or JSON."""

from __future__ import annotations

import json
from pathlib import Path

from openparley.brief.card.card import Card, Picture
from openparley.brief.card.markdown import as_markdown
from openparley.brief.card.page import as_html
from openparley.brief.card.picture import alone
from openparley.record.store import atomic_write

FORMATS = ("md", "html", "json")
NAME = "model-card"


def write_card(card: Card, path: Path, form: str) -> tuple[Path, ...]:
    """Write the card in one of `FORMATS`; each file whole or not at all.

    Returns
    -------
    What was written, the card itself first; pictures of Markdown stand beside it under its name.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside: dict[Path, str] = {}
    if form == "html":
        text = as_html(card)
    elif form == "json":
        text = json.dumps(card.as_json(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    else:
        pictures = {picture: f"{path.stem}-{picture.id}.svg" for picture in _pictures(card)}
        beside = {path.with_name(name): alone(picture) for picture, name in pictures.items()}
        text = as_markdown(card, {picture.id: name for picture, name in pictures.items()})
    for file, drawn in beside.items():
        atomic_write(file, drawn.encode())
    atomic_write(path, text.encode())
    return (path, *beside)


def _pictures(card: Card) -> list[Picture]:
    return [picture for element in card.elements for picture in element.pictures]
