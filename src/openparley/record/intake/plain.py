"""Plain text: the bytes are the document."""

from __future__ import annotations

from openparley.record.intake.decode import decode_text
from openparley.record.intake.document import Document

__all__ = ["parse"]


def parse(data: bytes, declared: str = "", url: str = "") -> Document:
    """A plain text; nothing in it is taken for anything but its words.

    Raises
    ------
    NotReadable
        If the bytes are no text.
    """
    text, encoding, notes = decode_text(data, declared)
    return Document(text, url=url, encoding=encoding, notes=notes)
