"""Pages that the tests look at, each built once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from openparley.brief import BriefPaths, write_brief
from tests.brief import synthetic
from tests.brief.page import hard
from tests.brief.page.looking import DESK, show


@pytest.fixture(scope="session")
def pages(written: BriefPaths, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """``plain`` is the made-up case; in ``hard`` its names are long, Arabic, or one word without end."""
    out = tmp_path_factory.mktemp("hard")
    paths = write_brief(hard.case(out / "case"), synthetic.posterior(), hard.forecast(), synthetic.run(), out / "brief")
    return {"plain": written.html, "hard": paths.html}


@pytest.fixture
def screen(chromium: Chrome) -> Iterator[Chrome]:
    """The browser, left as a screen of the usual size."""
    yield chromium
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.fixture
def desk(screen: Chrome, written: BriefPaths) -> Chrome:
    """The plain page on a desk."""
    show(screen, written.html, DESK)
    return screen
