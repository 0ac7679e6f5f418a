"""From an Altair chart to SVG that a strict page may hold: no styles, no address but in-page anchors, unique ids."""

from __future__ import annotations

import re
from html import escape
from typing import Any

import altair as alt
import vl_convert
from altair.utils.schemapi import debug_mode

# Vega marks every group and axis for screen readers; our picture has one name, and its table stands behind it.
NOISE = re.compile(r' (?:aria-roledescription|aria-hidden|role|pointer-events|xmlns:xlink|version|class|cursor)="[^"]*"')
EMPTY = re.compile(r'<path[^>]* d=""[^>]*/>|<path d="M0,0h\d+v\d+h-\d+Z"/>|<path class="background"[^>]* d="M0,0h0v0h0Z"[^>]*/>')
INVISIBLE = re.compile(r'<text(?: [a-z-]+="[^"]*")* opacity="0">[^<]*</text>')
DECIMALS = re.compile(r"(\d+\.\d)\d+")
PLACES = re.compile(r' (?:d|transform|x|y|x1|x2|y1|y2|dy)="[^"]*"')
CIRCLE = re.compile(r'<path((?: [a-z-]+="[^"]*")*) d="M([\d.]+),0A\2,\2,0,1,1,-\2,0A\2,\2,0,1,1,\2,0Z?"')
# Marks that lead to the same place, side by side, need one link.
REPEATED = re.compile(r'(<a href="(#[^"]+)" tabindex="-1">(?:(?!</a>).)*)</a><a href="\2" tabindex="-1">')
STYLE = re.compile(r' style="([^"]*)"')
# Values that SVG takes anyway, letters that the page sets once, and labels of what leads nowhere.
DEFAULTS = re.compile(r' (?:opacity="1"|stroke-width="1"|font-family="[^"]*"|font-size="11px"|transform="translate\(0,0\)")(?=[ />])')
UNLINKED = re.compile(r'(<g) aria-label="[^"]*"')
ADDRESS = re.compile(r' (?:xlink:)?href="([^"]*)"')
# What is 0, or at the start, anyway; a mark at a place needs no transformation to be there.
ZERO = re.compile(r' (?:[xy][12]="0"|text-anchor="start"|stroke-miterlimit="10")(?=[ />])')
WHOLE = re.compile(r"(?<=\d)\.0(?!\d)")
MOVED = re.compile(r'<(text|circle)((?: [a-z-]+="[^"]*")*?) transform="translate\(([-\d.]+),([-\d.]+)\)"(?![^>]*><tspan)')
GROUP = re.compile(r"<g>((?:(?!</?g\b).)*)</g>", re.DOTALL)


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
    spec = specification(chart)
    if margins := spec.get("usermeta", {}).get("margins"):
        spec["autosize"] = {"type": "none"}
        spec["padding"] = dict(zip(("left", "right", "top", "bottom"), margins, strict=True))
    return clean(vl_convert.vegalite_to_svg(spec), prefix, title, description)


def specification(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """The chart as Vega-Lite.

    Altair checks every part against the schema as it is built, which takes longer than drawing; the tests check the
    same charts with the schema.
    """
    with debug_mode(False):
        return chart.to_dict(validate=False)


def clean(drawn: str, prefix: str, title: str, description: str) -> str:
    """Strips what a strict page forbids and names the picture."""
    drawn = EMPTY.sub("", drawn)
    drawn = STYLE.sub(_as_attributes, drawn)
    drawn = NOISE.sub("", drawn)
    drawn = INVISIBLE.sub("", drawn)
    drawn = UNLINKED.sub(r"\1", DEFAULTS.sub("", drawn))
    drawn = PLACES.sub(lambda match: DECIMALS.sub(r"\1", match[0]), drawn)
    drawn = CIRCLE.sub(r'<circle\1 r="\2"', drawn)
    drawn = EMPTY.sub("", drawn)
    drawn = MOVED.sub(_at_place, ZERO.sub("", PLACES.sub(lambda match: WHOLE.sub("", match[0]), drawn)))
    drawn = ADDRESS.sub(_in_page, drawn).replace(' target="_blank"', "")
    drawn = re.sub(r'(?<= id=")[^"]+', lambda match: f"{prefix}-{match[0]}", drawn)
    drawn = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", drawn)
    while (slim := REPEATED.sub(r"\1", drawn)) != drawn:
        drawn = slim
    while (slim := GROUP.sub(r"\1", drawn)) != drawn:
        drawn = slim
    name = f'<title id="{prefix}-t">{escape(title)}</title>'
    name += f'<desc id="{prefix}-d">{escape(description)}</desc>' if description else ""
    labels = f"{prefix}-t {prefix}-d" if description else f"{prefix}-t"
    head = f'<svg role="img" aria-labelledby="{labels}" font-family="sans-serif" font-size="11" '
    drawn = re.sub(r"(<svg [^>]*>)", lambda match: re.sub(r' xmlns="[^"]*"', "", match[1]) + name, drawn, count=1)
    return drawn.replace("<svg ", head, 1).replace("\n", "")


def _as_attributes(match: re.Match[str]) -> str:
    """Declarations that are presentation attributes stay as such; the others go."""
    kept = []
    for declaration in match[1].split(";"):
        key, _, value = declaration.partition(":")
        if key.strip() in {"fill", "stroke", "opacity", "stroke-width", "mix-blend-mode"} and value.strip():
            kept.append(f' {key.strip()}="{value.strip()}"')
    return "".join(kept)


def _at_place(match: re.Match[str]) -> str:
    """A mark moved to a place is one at that place."""
    name, attributes, x, y = match.groups()
    centre = "c" if name == "circle" else ""
    return f'<{name}{attributes} {centre}x="{x}" {centre}y="{y}"'


def _in_page(match: re.Match[str]) -> str:
    """vl-convert resolves ``#x`` against an outside address; only the fragment is ours."""
    _, hash_, fragment = match[1].partition("#")
    return f' href="#{fragment}" tabindex="-1"' if hash_ else ""
