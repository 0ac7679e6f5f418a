"""Markdown: the words without the markup, and what stands in the front matter."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from openparley.record.intake.dates import day_in
from openparley.record.intake.decode import decode_text
from openparley.record.intake.document import Document

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["parse"]

_FRONT = re.compile(r"\A\ufeff?(---|\+\+\+)[ \t]*\r?\n(.*?)^\1[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)
_PAIR = re.compile(r"([A-Za-z_][\w-]*)[ \t]*:(?:[ \t]+(.*))?$")
_TAG = re.compile(r"<[^<>]{0,1000}>")
_FIELDS = {
    "title": ("title", "headline"),
    "author": ("author", "authors", "byline", "by"),
    "outlet": ("outlet", "publisher", "publication", "source", "site", "site_name"),
    "url": ("url", "canonical", "canonical_url", "link", "source_url"),
    "language": ("language", "lang"),
}
_DAYS = ("published", "date", "pubdate", "publish_date", "published_at", "date_published", "publication_date", "created")


def parse(data: bytes, declared: str = "", url: str = "") -> Document:
    """A Markdown file as running text, one paragraph a block.

    Raises
    ------
    NotReadable
        If the bytes are no text.
    """
    decoded = decode_text(data, declared)
    front, body = _front_matter(decoded.text)
    found = {field: next((front[key] for key in keys if front.get(key)), "") for field, keys in _FIELDS.items()}
    key = next((key for key in _DAYS if day_in(front.get(key, ""))), "")
    return Document(
        _words(body),
        title=found["title"],
        author=found["author"],
        outlet=found["outlet"],
        url=url or found["url"],
        published=day_in(front.get(key, "")),
        published_basis=f"“{key}” in the front matter" if key else "",
        language=found["language"][:2].lower(),
        encoding=decoded.encoding,
        notes=decoded.notes,
    )


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """Keys and values at the top of the file, and what follows."""
    match = _FRONT.match(text)
    if match is None:
        return {}, text.removeprefix("\ufeff")
    body = text[match.end() :]
    if match[1] == "+++":
        try:
            return {key.lower(): _flat(value) for key, value in tomllib.loads(match[2].replace("\r\n", "\n")).items()}, body
        except tomllib.TOMLDecodeError:
            return {}, text
    return _pairs(match[2].splitlines()), body


def _pairs(lines: Sequence[str]) -> dict[str, str]:
    """The plain part of YAML: ``key: value``, and lists of words."""
    found: dict[str, str] = {}
    key = ""
    for line in lines:
        match = _PAIR.match(line)
        if match:
            key = match[1].lower()
            found[key] = _scalar(match[2] or "")
        elif key and re.match(r"[ \t]*-[ \t]", line):
            item = _scalar(line.strip()[1:])
            found[key] = f"{found[key]}, {item}" if found[key] else item
    return found


def _scalar(value: str) -> str:
    value = value.strip()
    if value.startswith("[") and value.endswith("]"):
        return ", ".join(filter(None, (_scalar(item) for item in value[1:-1].split(","))))
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return re.sub(r"[ \t]#.*$", "", value).strip().lstrip(">|").strip()


def _flat(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return ", ".join(_flat(item) for item in value) if isinstance(value, list) else "" if isinstance(value, dict) else str(value)


def _words(body: str) -> str:
    """Blocks of running text, a blank line between them."""
    from markdown_it import MarkdownIt

    blocks = list(_blocks(MarkdownIt("commonmark").enable("table").parse(body)))
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            text = "".join(_inline(token.children or ())).strip()
        elif token.type in ("fence", "code_block"):
            text = token.content.strip("\n")
        elif token.type == "html_block":
            text = _TAG.sub("", token.content).strip()
        else:
            continue
        if text:
            yield text


def _inline(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in ("text", "code_inline", "text_special"):
            yield token.content
        elif token.type in ("softbreak", "hardbreak"):
            yield "\n"
