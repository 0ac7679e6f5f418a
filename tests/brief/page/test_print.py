"""The page on A4: everything unfolded, nothing lost, no page nearly empty."""

import base64
import io
import re
from pathlib import Path

import pytest
from pypdf import PdfReader
from selenium.webdriver import Chrome

from tests.brief.page.looking import DESK, run, show

A4 = (595, 842)  # points
LEAST = 250  # letters below the running head; a page of charts and their labels has as many


def printed(chromium: Chrome, page: Path) -> list[str]:
    """Text of every page, as a reader of the PDF finds it."""
    show(chromium, page, DESK)
    made = chromium.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    reader = PdfReader(io.BytesIO(base64.b64decode(made["data"])))
    assert {tuple(round(float(side)) for side in page.mediabox[2:]) for page in reader.pages} == {A4}
    return [page.extract_text() for page in reader.pages]


@pytest.fixture(scope="module")
def paper(chromium: Chrome, pages: dict[str, Path]) -> list[str]:
    return printed(chromium, pages["plain"])


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_every_page_says_what_it_is(paper: list[str]) -> None:
    for number, text in enumerate(paper, start=1):
        for needed in ("FICTIONAL", "cut-off29Apr2026", "run7f3a21", f"{number}/{len(paper)}"):
            assert needed in squeezed(text), (number, needed)


def test_no_page_is_nearly_empty(paper: list[str]) -> None:
    letters = [len(squeezed(text)) for text in paper]
    assert len(letters) > 5
    assert min(letters[:-1]) >= LEAST, letters


# Text of every block, with what paper adds to links: the number of a note, the id that a trace refers to.
BLOCKS = """
const kinds = 'main td, main th, main caption, main li, .s, .trace h3, .trace p, .evidence h3, .evidence p';
return [...document.querySelectorAll(kinds)].map(e => {
  const copy = e.cloneNode(true), notes = e.closest('.trace') !== null;
  copy.querySelector('.type')?.remove();
  copy.querySelectorAll('cite + a').forEach(back => back.textContent = back.getAttribute('href').replace('#top', ''));
  copy.querySelectorAll('a[id]').forEach(link => link.append(link.id));
  if (notes) copy.querySelectorAll('a[href^="#n-"]').forEach(link => link.append('(' + link.getAttribute('href') + ')'));
  return copy.textContent;
});
"""


def test_paper_shows_what_the_screen_folds_and_all_notes(screen: Chrome, pages: dict[str, Path], paper: list[str]) -> None:
    whole = squeezed("".join(re.sub(r"^.*\n", "", text, count=1) for text in paper))
    show(screen, pages["plain"], DESK)
    blocks = run(screen, BLOCKS)
    assert len(blocks) > 500
    missing = [text for text in blocks if squeezed(text) not in whole]
    # what the end of a page or of a column divides is found in parts only
    assert len(missing) <= 0.02 * len(blocks), missing


def test_notes_and_entries_can_be_found_on_paper(paper: list[str], screen: Chrome, pages: dict[str, Path]) -> None:
    whole = squeezed("".join(paper))
    show(screen, pages["plain"], DESK)
    for target in run(screen, "return [...document.querySelectorAll('cite + a')].map(e => e.getAttribute('href'))"):
        assert target == "#top" or target in whole
    for id in run(screen, "return [...document.querySelectorAll('.evidence article, #assumptions tr[id]')].map(e => e.id)"):
        assert id in whole


def test_nothing_is_folded_or_fixed_on_paper(screen: Chrome, pages: dict[str, Path]) -> None:
    show(screen, pages["plain"], DESK)
    screen.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    hidden = run(
        screen,
        "return [...document.querySelectorAll('details table, details .s')].filter(e => e.getBoundingClientRect().height === 0).length",
    )
    assert hidden == 0
    assert run(screen, "return [...document.querySelectorAll('*')].filter(e => getComputedStyle(e).position === 'fixed').length") == 0
