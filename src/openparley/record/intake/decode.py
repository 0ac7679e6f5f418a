"""From bytes to characters: what is not text at all, which encoding it is, and nothing normalised."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from openparley.record.intake.document import NotReadable

__all__ = ["Decoded", "decode_text", "sniff"]

SNIFFED = 65536
# Of the bytes that belong to no writing system; a text may hold a stray one.
CONTROL_SHARE = 0.1
BROKEN_SHARE = 0.1
FEWEST_WIDE = 16
LOOKS = "It is not UTF-8; read as {}, by the look of its letters: check names with accents."
_CONTROLS = bytes([*range(0, 9), *range(14, 27), *range(28, 32)])
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"PK\x03\x04", "a ZIP archive or an office document", "Unpack it, or save the document as PDF or text."),
    (b"PK\x05\x06", "a ZIP archive", "Unpack it first."),
    (b"\x1f\x8b", "compressed with gzip", "Unpack it first."),
    (b"BZh", "compressed with bzip2", "Unpack it first."),
    (b"\xfd7zXZ", "compressed with xz", "Unpack it first."),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "Unpack it first."),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it first."),
    (b"Rar!", "a RAR archive", "Unpack it first."),
    (b"\xd0\xcf\x11\xe0", "an old office document", "Save it as PDF or text."),
    (b"{\\rtf", "a rich-text document", "Save it as PDF or text."),
    (b"\x89PNG", "a picture", "Read its text with an OCR program first."),
    (b"\xff\xd8\xff", "a picture", "Read its text with an OCR program first."),
    (b"GIF8", "a picture", "Read its text with an OCR program first."),
    (b"RIFF", "sound, video or a picture", "Add its transcript as text."),
    (b"ID3", "sound", "Add its transcript as text."),
    (b"OggS", "sound", "Add its transcript as text."),
    (b"\x00\x00\x00\x1cftyp", "video", "Add its transcript as text."),
    (b"\x00\x00\x00\x20ftyp", "video", "Add its transcript as text."),
    (b"\x7fELF", "a program", "Add reports only."),
    (b"MZ\x90", "a program", "Add reports only."),
    (b"SQLite format 3", "a database", "Add reports only."),
)
# Python knows them as codecs, but no text is written in them.
_NO_CHARSETS = frozenset({"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"})
_HIGH = re.compile(rb"[\x80-\xff]+")
# A text in a Western language has few bytes beyond ASCII; up to this share of them Windows-1252 is tried before anything is guessed.
WESTERN_SHARE = 0.25
_LETTER = "A-Za-zÀ-ÖØ-öø-ÿŒœŠšŽžŸ"
_SMALL = "a-zß-öø-üÿœšž"
# Letters that the languages written in Windows-1252 use, but for Icelandic: its own stand where other code pages have theirs.
_WESTERN = re.compile(r"[À-ÏÑ-ÖØ-Üß-ïñ-öø-üÿŒœŠšŽžŸ‘’“”–—…«»‹›„‚€£¥§°·•©®™¿¡ªº\u00a0]")
# Places where a sign would stand only if the bytes meant something else.
_MISPLACED = re.compile(
    rf"""[À-ÖØ-öø-ÿŒœŠšŽžŸ]{{3}}                                          # three letters with accents in a row
    | (?<![A-Za-z])[À-ÖØ-öø-ÿŒœŠšŽžŸ]{{2}}(?![A-Za-z])                   # a word of nothing else
    | [{_SMALL}][À-ÖØ-ÞŒŠŽŸ]                                             # a capital inside a word
    | [{_LETTER}][“„‚«‹¿¡€£¥§°·•©®][{_LETTER}]                        # a sign inside a word
    | [“„‚«‹¿¡](?=\s|$) | [“„‚‹¿¡§°•©®™€£¥]{2}       # nothing opened, and signs in a row
    | [€£¥§][{_LETTER}]                                                  # money that is no number""",
    re.VERBOSE,
)


class Decoded(NamedTuple):
    """Text, the encoding that gave it, and what somebody should know about the reading."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def sniff(data: bytes) -> str:
    """What the content is, whatever the file is called: ``pdf``, ``html``, or ``text``.

    Raises
    ------
    NotReadable
        If it is empty or of a kind that holds no text.
    """
    if not data.strip(b"\x00\t\n\v\f\r "):
        raise NotReadable("the file is empty." if not data else "the file holds nothing but blanks.", "Save it again with its text.")
    if b"%PDF-" in data[:1024]:
        return "pdf"
    for magic, what, hint in _MAGIC:
        if data.startswith(magic):
            raise NotReadable(f"not a text: it is {what}.", hint)
    head = data[:1024].lstrip(b"\xef\xbb\xbf\t\n\r ").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or (head.startswith(b"<?xml") and b"<html" in head):
        return "html"
    return "text"


def decode_text(data: bytes, declared: str = "") -> Decoded:
    """Decode a text; UTF-8 as it is, byte for byte, with its mark, line ends and everything.

    Parameters
    ----------
    declared
        The encoding that a header or the markup names; believed when the bytes fit it.

    Raises
    ------
    NotReadable
        If the bytes are no text in any encoding.
    """
    for mark, name in _BOMS[1:]:
        if data.startswith(mark):
            return _by_mark(data, name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _other(data, declared, error)
    if not _binary(data):
        return Decoded(text, "utf-8")
    wide = _wide(data)
    if wide:
        return wide
    raise NotReadable("not a text: binary content.", "Save the report as text, HTML or PDF.")


def _by_mark(data: bytes, name: str) -> Decoded:
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        raise NotReadable(f"it begins as {name.upper()} and does not go on so.", "Save it as UTF-8.") from None
    return Decoded(text, name, (f"It is {name.upper()}; the text is kept as UTF-8.",))


def _binary(data: bytes) -> bool:
    head = data[:SNIFFED]
    return len(head) - len(head.translate(None, _CONTROLS)) > CONTROL_SHARE * len(head)


def _other(data: bytes, declared: str, error: UnicodeDecodeError) -> Decoded:
    """A text that is not UTF-8: two bytes a character, as declared, damaged UTF-8, or as its letters look."""
    wide = _wide(data)
    if wide:
        return wide
    if b"\x00" in data or _binary(data):
        raise NotReadable("not a text: binary content.", "Save the report as text, HTML or PDF.")
    if declared:
        found = _declared(data, declared)
        if found is not None:
            return found
    damaged = _damaged(data)
    if damaged:
        line = data.count(b"\n", 0, error.start) + 1
        note = f"{damaged} of its bytes are not UTF-8 (the first in line {line}); U+FFFD stands in their place."
        return Decoded(data.decode("utf-8", errors="replace"), "utf-8, damaged", (note,))
    return _guessed(data)


def _declared(data: bytes, declared: str) -> Decoded | None:
    try:
        name = codecs.lookup(declared).name
        if name in _NO_CHARSETS:
            return None
        # What calls itself Latin-1 is Windows-1252 on the web, and a browser reads it so.
        name = "cp1252" if name in ("iso8859-1", "ascii") else name
        return Decoded(data.decode(name), name)
    except (LookupError, UnicodeError, ValueError):
        return None


def _wide(data: bytes) -> Decoded | None:
    """UTF-16 without its mark: every other byte is nearly always zero."""
    head = data[:4096]
    if len(data) % 2 or len(data) < 2 * FEWEST_WIDE or b"\x00" not in head:
        return None
    for name, offset in (("utf-16-le", 1), ("utf-16-be", 0)):
        zeros = head[offset::2].count(0)
        if zeros > 0.4 * (len(head) / 2) and head[1 - offset :: 2].count(0) < 0.05 * len(head):
            try:
                text = data.decode(name)
            except UnicodeDecodeError:
                continue
            return Decoded(text, name, (f"It is {name.upper()} without a mark; the text is kept as UTF-8.",))
    return None


def _damaged(data: bytes) -> int:
    """Number of bytes that are not UTF-8 where nearly all others beyond ASCII are; 0 otherwise."""
    high = sum(len(run) for run in _HIGH.findall(data))
    good = data.decode("utf-8", errors="ignore")
    broken = len(data) - len(good.encode("utf-8"))
    return broken if broken <= BROKEN_SHARE * high else 0


def _guessed(data: bytes) -> Decoded:
    """By what the letters look like."""
    western = _western(data)
    if western is not None:
        return Decoded(western, "cp1252", (LOOKS.format("cp1252"),))
    from charset_normalizer import from_bytes

    matches = from_bytes(data)
    best = matches.best()
    if best is None:
        raise NotReadable("no encoding makes a text of its bytes.", "Save it as UTF-8.")
    names = {name for match in matches if match.chaos <= best.chaos for name in (match.encoding, *match.could_be_from_charset)}
    # Encodings that make an equally good text of it differ in a letter or two; then the commonest one.
    name = "cp1252" if "cp1252" in names or (best.encoding == "cp1250" and "latin_1" in names) else best.encoding
    text = data.decode(name)
    if any(char < " " and char not in "\t\n\v\f\r\x1b" for char in text[:SNIFFED]):
        raise NotReadable("not a text: binary content.", "Save the report as text, HTML or PDF.")
    return Decoded(text, name, (LOOKS.format(name),))


def _western(data: bytes) -> str | None:
    """The text, if it is nearly all ASCII and the rest makes letters and signs where Windows-1252 would have them; else None.

    Guessing goes by how often letters follow each other, and a short text has too few: a letter with an accent and the
    ASCII letter behind it are then taken for one sign of an Asian encoding.
    """
    high = sum(len(run) for run in _HIGH.findall(data))
    if high > WESTERN_SHARE * len(data):
        return None
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    if any(char > "\x7f" and not _WESTERN.fullmatch(char) for char in text) or _MISPLACED.search(text):
        return None
    return None if any(char < " " and char not in "\t\n\v\f\r" for char in text[:SNIFFED]) else text
