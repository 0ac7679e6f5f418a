"""What a reader or a machine can get out of a file: its text with and without the breaks of its markup, attributes, keys, cells."""

from __future__ import annotations

import base64
import binascii
import csv
import html
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Literal
from urllib.parse import unquote

Kind = Literal["text", "attribute", "address", "hidden", "joined"]
# Tags inside a word or a sentence; any other one ends a line.
INLINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
    ]
)
# Attributes that hold places, colours and names of our own style sheet, and never words.
DRAWN = frozenset(
    [
        "class",
        "colspan",
        "cx",
        "cy",
        "d",
        "dx",
        "dy",
        "fill",
        "fill-opacity",
        "font-family",
        "font-size",
        "font-weight",
        "height",
        "lang",
        "mix-blend-mode",
        "opacity",
        "points",
        "r",
        "role",
        "rowspan",
        "rx",
        "ry",
        "scope",
        "stroke",
        "stroke-dasharray",
        "stroke-dashoffset",
        "stroke-linecap",
        "stroke-opacity",
        "stroke-width",
        "tabindex",
        "text-anchor",
        "transform",
        "viewbox",
        "width",
        "x",
        "x1",
        "x2",
        "xmlns",
        "y",
        "y1",
        "y2",
        "charset",
        "http-equiv",
        "name",
        "dir",
        "dominant-baseline",
        "open",
    ]
)
ADDRESSES = frozenset({"id", "href", "xlink:href", "src", "aria-labelledby", "aria-describedby", "for", "headers"})
ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)")
DATA = re.compile(r"data:[\w/+.-]*((?:;[\w=-]+)*),([^\"')\s]*)")


@dataclass(frozen=True)
class Segment:
    """A stretch of a file.

    Attributes
    ----------
    where
        File and place, for people.
    kind
        ``text`` is read, ``attribute`` spoken or shown, ``address`` an id or a link, ``hidden`` neither; ``joined`` is the
        whole file with its tags taken out, so that a word may end anywhere.
    """

    where: str
    text: str
    kind: Kind = "text"


def segments(name: str, data: bytes) -> Iterator[Segment]:
    """Everything in a file, its name first.

    Raises
    ------
    UnicodeDecodeError, ValueError, csv.Error
        If the file is not what its name says.
    """
    yield Segment("the name of a file", name, "address")
    text = data.decode("utf-8")
    if name.endswith(".json"):
        yield from _json(name, text)
    elif name.endswith(".csv"):
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            yield from (Segment(f"{name}, line {number}", cell) for cell in row)
    elif name.endswith((".html", ".svg")):
        yield from _html(name, text)
    else:
        yield Segment(name, text)


def _json(name: str, text: str) -> Iterator[Segment]:
    found: list[Segment] = []

    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        found.extend(Segment(f"{name}, a key", key) for key, _ in items)
        found.extend(Segment(f"{name}, {key}", value) for key, value in items if isinstance(value, str))
        for key, value in items:
            found.extend(Segment(f"{name}, {key}", one) for one in _strings(value))
        return dict(items)

    top = json.loads(text, object_pairs_hook=pairs)
    found.extend(Segment(name, one) for one in _strings(top))
    found.extend(Segment(name, top) for _ in range(isinstance(top, str)))
    yield from found


def _strings(value: object) -> Iterator[str]:
    """Strings in lists; those in objects are found with their keys."""
    for one in value if isinstance(value, list) else ():
        if isinstance(one, str):
            yield one
        yield from _strings(one)


def _html(name: str, text: str) -> Iterator[Segment]:
    reader = _Reader(name)
    reader.feed(text)
    reader.close()
    yield from reader.found
    yield from (Segment(f"{name}, near {near}", line) for near, line in reader.lines())
    # lines of a picture are broken into pieces, and so may a word be
    yield from (Segment(f"{name}, near {near}", line, "hidden") for near, line in reader.lines(whole=True))
    spaced = " ".join(said for _, said, _ in reader.said)
    yield Segment(f"{name}, words in a row", re.sub(r"\s+", " ", spaced), "hidden")
    yield Segment(f"{name}, text without its markup", "".join(said for _, said, _ in reader.said), "joined")
    for segment in (*reader.found,):
        yield from _inside(segment)


def _inside(segment: Segment) -> Iterator[Segment]:
    """What is written in an address, an escape or an embedded file."""
    for again in {html.unescape(html.unescape(segment.text)), unquote(segment.text), ESCAPE.sub(_escaped, segment.text)} - {segment.text}:
        yield Segment(segment.where, again, "hidden")
    for match in DATA.finditer(segment.text):
        try:
            raw = base64.b64decode(unquote(match[2]), validate=True) if "base64" in match[1] else unquote(match[2]).encode()
            yield Segment(f"{segment.where}, inside data:", raw.decode("utf-8", errors="replace"), "hidden")
        except (binascii.Error, ValueError):
            yield Segment(f"{segment.where}, inside data:", match[2], "hidden")


def _escaped(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else 0
    return chr(code) if match[1] and code < 0x110000 and not 0xD800 <= code < 0xE000 else match[2] or ""


class _Reader(HTMLParser):
    """Collects text with the tags between, and everything else as segments."""

    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self.name = name
        self.near = "the top"
        self.found: list[Segment] = []
        self.said: list[tuple[str, str, str]] = []  # near, text, or the tag between two texts
        self.raw = ""

    def lines(self, *, whole: bool = False) -> Iterator[tuple[str, str]]:
        """Text between tags that end a line, with the id that it is near; ``whole`` keeps together what a ``tspan`` breaks."""
        near, line = "the top", ""
        for place, said, tag in (*self.said, ("", "", "p")):
            if tag and tag not in INLINE and not (whole and tag == "tspan"):
                if line.strip():
                    yield near, re.sub(r"\s+", " ", line).strip()
                near, line = place, ""
            near = near if line else place
            line += said

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for key, value in attrs:
            self.near = f"#{value}" if key == "id" else self.near
        for key, value in attrs:
            kind: Kind = "address" if key in ADDRESSES else "hidden" if key in DRAWN else "attribute"
            self.found.append(Segment(f"{self.name}, attribute {key} near {self.near}", value or "", kind))
            if key not in DRAWN | ADDRESSES and not re.fullmatch(r"[a-z-]+", key):
                self.found.append(Segment(f"{self.name}, the name of an attribute near {self.near}", key))
        self._breaks(tag)
        self.raw = tag if tag in ("style", "script") else ""

    def handle_endtag(self, tag: str) -> None:
        self.raw = ""
        self._breaks(tag)

    def _breaks(self, tag: str) -> None:
        self.said.append((self.near, "", tag))

    def handle_data(self, data: str) -> None:
        if self.raw:
            self.found.append(Segment(f"{self.name}, {self.raw}", data, "hidden"))
        else:
            self.said.append((self.near, data, ""))

    def handle_comment(self, data: str) -> None:
        self.found.append(Segment(f"{self.name}, a comment near {self.near}", data))

    def handle_decl(self, decl: str) -> None:
        self.found.append(Segment(f"{self.name}, a declaration", decl))

    def handle_pi(self, data: str) -> None:
        self.found.append(Segment(f"{self.name}, an instruction", data))

    def unknown_decl(self, data: str) -> None:
        self.found.append(Segment(f"{self.name}, a declaration", data))


def all_segments(files: Mapping[str, bytes]) -> list[Segment]:
    """The segments of all files that hold something."""
    return [segment for name, data in files.items() for segment in segments(name, data) if segment.text.strip()]
