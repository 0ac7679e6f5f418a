"""From an Altair chart to SVG that a strict page may hold: no styles, no address but in-page anchors, unique ids."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree import ElementTree

import altair as alt
import vl_convert
from altair.utils.schemapi import debug_mode

from openparley.brief.slim import flattened, joined, placed, shared

# Vega marks every group and axis for screen readers; our picture has one name, and its table stands behind it.
NOISE = ("aria-roledescription", "aria-hidden", "role", "pointer-events", "version", "class", "cursor", "target", "stroke-miterlimit",
         "font-family", "display")  # fmt: skip
FRAME = re.compile(r"M0,0h[\d.]+v[\d.]+h-?[\d.]+Z")
PRESENTATION = ("fill", "stroke", "opacity", "stroke-width", "mix-blend-mode")


def svg(chart: alt.TopLevelMixin, prefix: str, title: str, description: str) -> str:
    """The chart as an element of the page.

    Parameters
    ----------
    chart
        One panel; ``usermeta.margins`` (left, right, top, bottom) fixes its frame.
    prefix
        Starts every id inside, so that several pictures share a page.
    title, description
        What the picture shows, for those who do not see it; the description may be empty.
    """
    return pictured(specification(chart), prefix, title, description)


def pictured(spec: dict[str, Any], prefix: str, title: str, description: str) -> str:
    """The same from a specification."""
    if margins := spec.get("usermeta", {}).get("margins"):
        spec = spec | {"autosize": {"type": "none"}, "padding": dict(zip(("left", "right", "top", "bottom"), margins, strict=True))}
    return clean(vl_convert.vegalite_to_svg(spec), prefix, title, description)


def stacked(panels: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Panels below one another as one specification; each is built once, because building takes longer than drawing."""
    first, *others = panels
    if not others:
        return first
    shared = {key: first[key] for key in ("config", "$schema")} | {"datasets": {k: v for one in panels for k, v in one["datasets"].items()}}
    return shared | {"vconcat": [{key: value for key, value in one.items() if key not in (*shared, "usermeta")} for one in panels]}


def specification(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """The chart as Vega-Lite.

    Altair checks every part against the schema as it is built, which takes longer than drawing; the tests check the
    same charts with the schema.
    """
    with debug_mode(False):
        return chart.to_dict(validate=False)


def clean(drawn: str, prefix: str, title: str, description: str) -> str:
    """Strips what a strict page forbids, makes the rest small and names the picture."""
    root = ElementTree.fromstring(drawn)
    _strict(root, prefix)
    placed(root)
    flattened(root)
    joined(root)
    shared(root)
    if len(root) == 1 and root[0].tag == "g":
        root.attrib |= root[0].attrib
        root[:] = list(root[0])
    # A picture must not hold links; a group may. Its first child names it.
    role = "group" if root.find(".//a") is not None else "img"
    root.attrib = {"role": role, "font-family": "sans-serif", "font-size": "11"} | root.attrib
    for index, (name, text) in enumerate((("title", title), ("desc", description))):
        if text:
            said = ElementTree.Element(name)
            said.text = text
            root.insert(index, said)
    return ElementTree.tostring(root, encoding="unicode").replace(" />", "/>")


def _strict(node: ElementTree.Element, prefix: str) -> None:
    """Bare names, no styles, links into the page only, ids of our own, nothing that cannot be seen."""
    node.tag = node.tag.rpartition("}")[2]
    node[:] = [child for child in node if not _unseen(child)]
    found = {key.rpartition("}")[2]: value for key, value in node.attrib.items()}
    href = found.pop("href", "").partition("#")[2]
    style = dict(_declarations(found.pop("style", "")))
    node.attrib = {key: value for key, value in found.items() if key not in NOISE} | style
    for key, value in node.attrib.items():
        node.set(key, f"{prefix}-{value}" if key == "id" else value.replace("url(#", f"url(#{prefix}-"))
    label = node.attrib.pop("aria-label", "")
    if node.tag == "a":
        # A link is named by its mark, or by its words.
        label = next((child.get("aria-label", "") for child in node if child.tag != "text"), "")
        node.tag, node.attrib = ("a", {"href": f"#{href}", "tabindex": "-1"}) if href else ("g", {})
        node.attrib |= {"aria-label": label} if label and href else {}
    for child in node:
        _strict(child, prefix)


def _unseen(node: ElementTree.Element) -> bool:
    name = node.tag.rpartition("}")[2]
    if name == "path":
        paint = node.get("fill") or node.get("stroke") or node.get("style")
        return not node.get("d") or (not paint and bool(FRAME.fullmatch(node.get("d", ""))))
    if name == "line":
        return not any(float(node.get(key, 0)) for key in ("x1", "y1", "x2", "y2"))
    return name == "text" and node.get("opacity") == "0"


def _declarations(style: str) -> Iterator[tuple[str, str]]:
    """Declarations that are presentation attributes stay as such; the others go."""
    for declaration in style.split(";"):
        key, _, value = declaration.partition(":")
        if key.strip() in PRESENTATION and value.strip():
            yield key.strip(), value.strip()
