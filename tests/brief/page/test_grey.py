"""Print without colour tells every series apart, and letters stand out from the paper."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.brief.page.grey import Series, alike, pictures

LEGIBLE = 4.5  # contrast that WCAG 2 asks of small letters


def drawn(inside: str) -> ElementTree.Element:
    return ElementTree.fromstring(f'<svg fill="none">{inside}</svg>')


@pytest.mark.parametrize("name", ["plain", "hard"])
def test_series_differ_without_colour(pages: dict[str, Path], name: str) -> None:
    found = {title: alike(picture) for title, picture in pictures(pages[name].read_text(encoding="utf-8")).items()}
    assert len(found) > 10
    assert {title: pairs for title, pairs in found.items() if pairs} == {}


@pytest.mark.parametrize(
    ("inside", "count"),
    [
        ('<path stroke="#b5451b" d="M0,0h9"/><path stroke="#5b6470" d="M0,9h9"/>', 1),
        ('<path stroke="#b5451b" d="M0,0h9"/><path stroke="#5b6470" stroke-dasharray="2,2" d="M0,9h9"/>', 0),
        ('<path stroke="#000000" d="M0,0h9"/><path stroke="#999999" d="M0,9h9"/>', 0),
        ('<g fill="#b5451b" stroke="#b5451b"><circle r="3"/></g><circle fill="#5b6470" stroke="#5b6470" r="3"/>', 1),
        ('<g fill="#ffffff" stroke="#b5451b"><circle r="3"/></g><circle fill="#5b6470" stroke="#5b6470" r="3"/>', 0),
        ('<path opacity=".2" fill="#b5451b" d="M0,0h9v9z"/>', 1),
    ],
    ids=["two lines", "a dash", "two greys", "two dots", "a hollow dot", "a band alone"],
)
def test_looking_for_likeness_finds_it(inside: str, count: int) -> None:
    assert len(alike(drawn(inside))) == count


def test_letters_of_charts_stand_out(pages: dict[str, Path]) -> None:
    html = pages["plain"].read_text(encoding="utf-8")
    colours = {fill for picture in pictures(html).values() for fill in _texts(picture, "#000000")} - {"#ffffff"}
    paper = Series(str(re.search(r"--paper:(#\w{6})", html)[1]))  # type: ignore[index]
    assert len(colours) > 3
    for colour in colours:
        one, two = sorted((_luminance(Series(colour)), _luminance(paper)), reverse=True)
        assert (one + 0.05) / (two + 0.05) >= LEGIBLE, colour


def _luminance(series: Series) -> float:
    return ((series.lightness + 16) / 116) ** 3 if series.lightness > 8 else series.lightness / 903.3


def _texts(node: ElementTree.Element, fill: str) -> list[str]:
    fill = node.get("fill", fill)
    return [fill] * (node.tag == "text") + [found for child in node for found in _texts(child, fill)]
