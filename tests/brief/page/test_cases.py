"""The bundled cases' own pages, from a quick fit: boxes, paper, axe, greys, weight."""

from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from benchmarks.brief.prepared import prepared
from openparley.brief import write_brief
from openparley.brief.lint import page_faults
from openparley.record.case import open_case
from tests.brief.page.grey import alike, pictures
from tests.brief.page.looking import DESK, PHONE, VIEWS, faults, run, show
from tests.brief.page.test_axe import serious
from tests.brief.page.test_print import LEAST, printed, squeezed

pytestmark = pytest.mark.long


@pytest.fixture(scope="module", params=["ukraine-2025", "strait-talks"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    case = open_case(request.param)
    return write_brief(case, *prepared(case), tmp_path_factory.mktemp(request.param)).html


def test_nothing_is_clipped_covered_or_empty(screen: Chrome, page: Path) -> None:
    for view in VIEWS:
        show(screen, page, view)
        run(screen, "document.querySelectorAll('details').forEach(fold => fold.open = true)")
        assert faults(screen) == [], view.name


def test_axe_finds_nothing_serious(screen: Chrome, page: Path) -> None:
    for view in (DESK, PHONE):
        show(screen, page, view)
        assert serious(screen) == [], view.name


def test_paper(screen: Chrome, page: Path) -> None:
    letters = [len(squeezed(text)) for text in printed(screen, page)]
    assert min(letters[:-1]) >= LEAST, letters


def test_series_differ_without_colour(page: Path) -> None:
    found = {title: alike(picture) for title, picture in pictures(page.read_text(encoding="utf-8")).items()}
    assert {title: pairs for title, pairs in found.items() if pairs} == {}


def test_weight_and_rules(page: Path) -> None:
    assert page_faults(page.read_text(encoding="utf-8")) == []
