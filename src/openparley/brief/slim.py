"""A drawn tree of SVG made small without changing the picture: no nested moves, each attribute said once, marks joined."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from openparley.brief.paths import moved, number

TRANSLATE = re.compile(r"translate\(([-\d.e]+)[ ,]+([-\d.e]+)\)")
CIRCLE = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0Z?")
# Attributes that children take over from their parent; opacity is not among them.
INHERITED = (
    "fill", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "text-anchor", "font-size", "font-weight", "font-style",
)  # fmt: skip
# What holds anyway; a solid line is one without gaps.
DEFAULTS = {("opacity", "1"), ("stroke-width", "1"), ("text-anchor", "start"), ("font-size", "11px"), ("stroke-dasharray", "1,0")}
WRAPPING = len("<g></g>")


def placed(node: Element, across: float = 0.0, down: float = 0.0) -> None:
    """Moves every mark to where it stands, so that no group moves its children."""
    for key, value in list(node.attrib.items()):
        if (key, value) in DEFAULTS:
            del node.attrib[key]
    if place := TRANSLATE.fullmatch(node.get("transform", "")):
        del node.attrib["transform"]
        across, down = across + float(place[1]), down + float(place[2])
    if "transform" in node.attrib or "clip-path" in node.attrib or node.tag in ("defs", "clipPath"):
        # Turned, scaled or cut out: what is inside keeps its own places.
        if across or down:
            node.set("transform", f"translate({number(across)},{number(down)}) {node.get('transform', '')}".strip())
        across = down = 0.0
    else:
        _put(node, across, down)
    for child in node:
        placed(child, across, down)


def _put(node: Element, across: float, down: float) -> None:
    """One mark at its place."""
    if node.tag == "line":
        x1, y1, x2, y2 = (float(node.attrib.pop(key, 0)) for key in ("x1", "y1", "x2", "y2"))
        node.tag = "path"
        node.set("d", moved(f"M{x1},{y1}L{x2},{y2}", across, down))
    elif node.tag == "path":
        d = node.attrib.pop("d")
        if circle := CIRCLE.fullmatch(d):
            node.tag = "circle"
            node.attrib.update(cx=number(across), cy=number(down), r=number(float(circle[1])))
        else:
            # The edge of a faint band need not be finer than a point of the screen.
            node.set("d", moved(d, across, down, 0 if "opacity" in node.attrib and "stroke" not in node.attrib else 1))
    elif node.tag in ("text", "rect"):
        for key, by in (("x", across), ("y", down)):
            node.set(key, number(float(node.get(key, 0)) + by))
    elif node.tag == "tspan" and "x" in node.attrib:
        node.set("x", number(float(node.get("x", 0)) + across))


def flattened(node: Element) -> None:
    """Lifts the children of groups that say nothing, and drops what is empty."""
    for child in node:
        flattened(child)
    node[:] = [kept for child in node for kept in _lifted(child)]


def _lifted(child: Element) -> Iterator[Element]:
    if child.tag in ("g", "a") and not len(child):
        return
    if child.tag == "g" and not child.attrib:
        yield from child
    else:
        yield child


def joined(node: Element) -> None:
    """Makes one link of neighbours that lead to the same place under the same name, and one path of neighbours drawn alike."""
    kept: list[Element] = []
    for child in node:
        last = kept[-1] if kept else None
        if last is None or last.tag != child.tag or not _alike(last, child):
            kept.append(child)
        elif child.tag == "a":
            last.extend(child)
        else:
            last.set("d", last.get("d", "") + child.get("d", ""))
    node[:] = kept
    for child in kept:
        joined(child)


def _alike(one: Element, two: Element) -> bool:
    rest = [{key: value for key, value in node.attrib.items() if key != "d"} for node in (one, two)]
    if rest[0] != rest[1]:
        return False
    # Filled or see-through marks that lie on one another would look different as one.
    strokes = "fill" not in one.attrib and "opacity" not in one.attrib and "stroke-dasharray" not in one.attrib
    return one.tag == "a" or (one.tag == "path" and strokes)


def shared(node: Element) -> None:
    """Says once, on a group around them, what neighbours have in common."""
    for child in node:
        shared(child)
    if node.tag == "a" and len(node):
        for key in _common(list(node)):
            node.attrib.setdefault(key, node[0].attrib[key])
            for child in node:
                del child.attrib[key]
    elif node.tag in ("g", "svg"):
        node[:] = _grouped(list(node))


def _grouped(children: list[Element]) -> list[Element]:
    out, index = [], 0
    while index < len(children):
        end, gain = _run(children, index)
        run = children[index:end]
        index = end
        if gain <= 0:
            out += run
            continue
        group = Element("g", {key: run[0].attrib[key] for key in _common(run)})
        for child in run:
            for key in group.attrib:
                del child.attrib[key]
        group[:] = _grouped(run)
        out += _lifted(group)
    return out


def _run(children: list[Element], start: int) -> tuple[int, int]:
    """The neighbours from ``start`` on whose grouping saves most, as their end, and the characters saved."""
    best, common = (start + 1, 0), _attributes(children[start])
    for end in range(start + 1, len(children)):
        common = {key: value for key, value in common.items() if children[end].get(key) == value}
        gain = (end - start) * sum(len(key) + len(value) + 4 for key, value in common.items()) - WRAPPING
        if not common:
            break
        if gain >= best[1]:
            best = (end + 1, gain)
    return best


def _attributes(node: Element) -> dict[str, str]:
    return {key: node.attrib[key] for key in INHERITED if key in node.attrib}


def _common(nodes: list[Element]) -> list[str]:
    return [key for key, value in _attributes(nodes[0]).items() if all(node.get(key) == value for node in nodes)]
