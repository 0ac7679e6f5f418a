"""Boxes of the whole page on a desk, on a telephone and on paper; and that the looking finds what is wrong."""

from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.brief.page.looking import DESK, PHONE, PRINT, VIEWS, View, edge, faults, run, show


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
@pytest.mark.parametrize("name", ["plain", "hard"])
def test_nothing_is_clipped_covered_or_empty(screen: Chrome, pages: dict[str, Path], name: str, view: View) -> None:
    show(screen, pages[name], view)
    run(screen, "document.querySelectorAll('details').forEach(fold => fold.open = true)")
    assert run(screen, "return [...document.querySelectorAll('svg')].every(svg => svg.checkVisibility())")
    assert faults(screen) == []


PLANTED = {
    "a label moved out of its frame": ("label outside its frame", "document.querySelector('#figure-rivals a text').setAttribute('x', 400)"),
    "two labels in one place": (
        "label covered by",
        "const [one, two] = document.querySelectorAll('#figure-rivals a text');"
        "['x', 'y'].forEach(key => two.setAttribute(key, one.getAttribute(key)));"
        "two.querySelectorAll('[x]').forEach(line => line.setAttribute('x', one.getAttribute('x')))",
    ),
    "a label that the cut-off runs through": (
        "line through a label",
        "document.querySelector('#figure-timeline a text').textContent += ' and goes on and on and on and on and on'",
    ),
    "letters for nobody": ("letters too small", "document.querySelector('figure svg text').style.fontSize = '4px'"),
    "a picture without marks": ("empty picture", "document.querySelectorAll('figure svg')[1].replaceChildren()"),
    "a figure without pictures": ("empty: #figure-rivals", "document.querySelector('#figure-rivals .panels').remove()"),
    "a panel without a picture": ("empty", "document.querySelector('.panel svg').remove()"),
    "a table without rows": ("empty", "document.querySelector('tbody').replaceChildren()"),
    "a section of a heading only": ("empty: #outcomes", "document.querySelectorAll('#outcomes > :not(h2)').forEach(e => e.remove())"),
    "a sentence of nothing": ("empty", "document.querySelector('.s').textContent = ''"),
    "a picture wider than the page": ("wider than the page", "document.querySelector('figure svg').style.minWidth = '2000px'"),
    "a text cut off": ("cut off", "Object.assign(document.querySelector('.prose').style, {height: '30px', overflow: 'hidden'})"),
    "a word that leaves its column": (
        "leaves its box",
        "const one = document.querySelector('.s'); one.style.overflowWrap = 'normal'; one.append('endless'.repeat(60))",
    ),
    "a text upon another": ("text upon", "document.querySelectorAll('.s')[2].style.marginTop = '-2rem'"),
    "a list upon the text": ("text upon the list of sections", "document.querySelector('nav').style.width = '40rem'"),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_fault_is_found(desk: Chrome, kind: str) -> None:
    wanted, plant = PLANTED[kind]
    run(desk, f"{{ {plant} }}")
    assert any(fault.startswith(wanted) for fault in faults(desk)), faults(desk)


def test_a_long_value_leaves_room_for_the_words_of_the_certificate(desk: Chrome) -> None:
    run(desk, "document.querySelector('#certificate td:last-child').textContent = '3 nodes a split (one) × '.repeat(6)")
    assert run(desk, "return document.querySelector('#certificate tbody td').offsetWidth") > 220
    assert run(desk, "const box = document.querySelector('#certificate .scroll'); return box.scrollWidth <= box.clientWidth")


def test_a_shadow_says_that_a_table_goes_on(screen: Chrome, pages: dict[str, Path]) -> None:
    show(screen, pages["plain"], PHONE)
    edges = [edge(screen, "#certificate .scroll", end=end) for end in (False, True)]
    assert edges[0] < 0.9 * 255 < 0.95 * 255 < edges[1]


def test_a_table_wider_than_the_paper_is_found(screen: Chrome, pages: dict[str, Path]) -> None:
    show(screen, pages["plain"], PRINT)
    run(screen, "document.querySelectorAll('#assumptions td').forEach(cell => cell.style.whiteSpace = 'nowrap')")
    assert any(fault.startswith("wider than the page") for fault in faults(screen))


def test_looking_unfolds_nothing_by_itself(desk: Chrome) -> None:
    assert DESK.media == ""
    assert run(desk, "return document.querySelectorAll('details:not([open])').length") > 0
