"""Whether the series of a picture can be told apart without colour."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from xml.etree import ElementTree

# CIE lightness, 0 to 100; neighbouring greys of a picture in print differ by about this much when one can name them.
APART = 12.0
# What is drawn in these is the frame: grid, ticks, pins, paper.
FRAME = {"#ece9e2", "#d9d5cc", "none"}
INHERITED = ("fill", "stroke", "stroke-dasharray")


@dataclass
class Series:
    """All marks of one colour: how they are dashed, filled and shaped."""

    colour: str
    dashes: set[str] = field(default_factory=set)
    shapes: set[tuple[str, bool]] = field(default_factory=set)

    @property
    def lightness(self) -> float:
        """CIE L* of the colour on paper."""
        red, green, blue = (_linear(int(self.colour[k : k + 2], 16) / 255) for k in (1, 3, 5))
        luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def pictures(html: str) -> dict[str, ElementTree.Element]:
    """Title → picture, of every one in a page."""
    found = [ElementTree.fromstring(one) for one in re.findall(r"<svg.*?</svg>", html, re.DOTALL)]
    return {str(one.findtext("title")): one for one in found}


def alike(picture: ElementTree.Element) -> list[str]:
    """Pairs of series that have neither dash, fill nor shape of their own and about the same lightness; empty when all is well.

    A band belongs to the line of its colour, so a colour of bands only is a fault.
    """
    series = {}
    bands = set()
    for mark, look in _marks(picture):
        hollow = look["fill"] in ("none", "#ffffff")
        colour = look["stroke"] if look["stroke"] != "none" else look["fill"]
        if colour in FRAME or colour == "#ffffff":
            continue
        if mark.get("opacity") and look["stroke"] == "none":
            bands.add(colour)
            continue
        one = series.setdefault(colour, Series(colour))
        if mark.tag == "circle" or mark.get("d", "").endswith("z"):
            one.shapes.add((_outline(mark), hollow))
        else:
            one.dashes.add(look["stroke-dasharray"])
    found = [f"{colour}: bands without a line" for colour in bands - series.keys()]
    for one, two in combinations(series.values(), 2):
        told = one.dashes != two.dashes or one.shapes != two.shapes or abs(one.lightness - two.lightness) >= APART
        found += [] if told else [f"{one.colour} and {two.colour} look alike"]
    return found


def _outline(mark: ElementTree.Element) -> str:
    """The form of a mark whatever its place."""
    return mark.tag if mark.tag == "circle" else re.sub(r"^M[-.\d]+[, ]?[-.\d]+", "", mark.get("d", ""))


def _marks(node: ElementTree.Element, above: dict[str, str] | None = None) -> Iterator[tuple[ElementTree.Element, dict[str, str]]]:
    look = (above or dict.fromkeys(INHERITED, "none")) | {key: node.attrib[key] for key in INHERITED if key in node.attrib}
    if node.tag in ("path", "circle", "rect"):
        yield node, look
    for child in node:
        yield from _marks(child, look)
