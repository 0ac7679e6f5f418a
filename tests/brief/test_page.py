"""The page in a browser: offline, without script, on a telephone and on paper."""

import base64
import itertools
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from openparley.brief import BriefPaths


def size(chromium: Chrome, width: int, height: int = 900) -> None:
    chromium.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    )


@pytest.fixture
def no_script(chromium: Chrome) -> Chrome:
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    yield chromium  # type: ignore[misc]
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize("width", [1440, 390])
def test_only_tables_scroll_sideways(chromium: Chrome, written: BriefPaths, width: int) -> None:
    size(chromium, width)
    chromium.get(written.html.as_uri())
    assert chromium.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1440, 390])
def test_one_click_opens_the_trace_in_place_and_a_second_the_entry(no_script: Chrome, written: BriefPaths, width: int) -> None:
    size(no_script, width)
    no_script.get(written.html.as_uri())
    link = no_script.find_element(By.CSS_SELECTOR, ".lead a.n")
    target = str(link.get_attribute("href")).partition("#")[2]
    link.click()
    trace = no_script.find_element(By.ID, target)
    assert trace.value_of_css_property("position") == "fixed"
    box = trace.rect
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    trace.find_element(By.CSS_SELECTOR, "ul:not(.breakdown) a").click()
    assert no_script.current_url.partition("#")[2].startswith("E")
    assert trace.value_of_css_property("position") == "static"


def test_nothing_is_requested_and_the_policy_is_kept(chromium: Chrome, written: BriefPaths) -> None:
    chromium.get(written.html.as_uri())
    assert chromium.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert chromium.execute_script("return getComputedStyle(document.querySelector('h1')).letterSpacing") != "normal"
    assert [entry for entry in chromium.get_log("browser") if "Content Security" in entry["message"]] == []


def test_type_is_said_in_words(chromium: Chrome, written: BriefPaths) -> None:
    size(chromium, 1440)
    chromium.get(written.html.as_uri())
    marks = chromium.find_elements(By.CSS_SELECTOR, "main > section > .prose .s .type")
    assert marks
    assert all(mark.is_displayed() and mark.text in ("reported", "assumed", "computed", "judged") for mark in marks)


def test_paper_shows_what_the_screen_folds(chromium: Chrome, written: BriefPaths, tmp_path: Path) -> None:
    chromium.get(written.html.as_uri())
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        hidden = chromium.execute_script(
            "return [...document.querySelectorAll('details table, details .s')].filter(e => e.getBoundingClientRect().height === 0).length"
        )
        assert hidden == 0
        printed = chromium.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    finally:
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    (tmp_path / "brief.pdf").write_bytes(base64.b64decode(printed["data"]))
    assert (tmp_path / "brief.pdf").stat().st_size > 50_000


def test_headings_descend_one_step_at_a_time(chromium: Chrome, written: BriefPaths) -> None:
    chromium.get(written.html.as_uri())
    levels = [int(tag[1]) for tag in chromium.execute_script("return [...document.querySelectorAll('h1,h2,h3,h4')].map(h => h.tagName)")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(two <= one + 1 for one, two in itertools.pairwise(levels))
    assert chromium.execute_script(
        "return [...document.querySelectorAll('table')].every(t => t.caption && t.querySelector('thead "
        "th[scope=col]') && t.querySelector('tbody th[scope=row]'))"
    )
