"""Reading the page: offline, without script, by keyboard, with a screen reader."""

import itertools
from collections import Counter
from pathlib import Path

import pytest
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By

from openparley.brief import Brief, BriefPaths
from tests.brief.page.looking import DESK, PHONE, View, run, show


@pytest.mark.parametrize("view", [DESK, PHONE], ids=lambda view: view.name)
def test_one_click_opens_the_trace_in_place_and_a_second_the_entry(screen: Chrome, written: BriefPaths, view: View) -> None:
    screen.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    show(screen, written.html, view)
    link = screen.find_element(By.CSS_SELECTOR, ".lead a[href^='#n-']")
    target = str(link.get_attribute("href")).partition("#")[2]
    link.click()
    trace = screen.find_element(By.ID, target)
    assert trace.value_of_css_property("position") == "fixed"
    box = trace.rect
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= view.width
    assert box["y"] + box["height"] <= 900
    trace.find_element(By.CSS_SELECTOR, "ul:not(.breakdown) a").click()
    assert screen.current_url.partition("#")[2].startswith("E")
    assert trace.value_of_css_property("position") == "static"


def test_a_trace_leads_back_to_its_number(desk: Chrome) -> None:
    links = run(
        desk,
        "return [...document.querySelectorAll('.trace')].map(trace => [trace.id, trace.querySelector('cite + a').getAttribute('href')])",
    )
    back = {href: run(desk, f"return document.querySelector('{href}')?.getAttribute('href')") for _, href in links if href != "#top"}
    assert len(back) > 20
    assert all(back[href] == f"#{id}" for id, href in links if href != "#top")


def test_notes_stand_in_the_order_of_their_first_use(desk: Chrome) -> None:
    order = run(desk, "return [...document.querySelectorAll('.trace cite + a')].map(back => back.getAttribute('href'))")
    numbers = [int(href[2:]) for href in order if href != "#top"]
    assert numbers == sorted(numbers)
    assert "#top" not in order[: len(numbers)]


def test_nothing_is_requested_and_the_policy_is_kept(screen: Chrome, written: BriefPaths) -> None:
    screen.get_log("browser")
    show(screen, written.html, DESK)
    assert run(screen, "return performance.getEntriesByType('resource').length") == 0
    assert run(screen, "return getComputedStyle(document.querySelector('h1')).letterSpacing") != "normal"
    assert [entry for entry in screen.get_log("browser") if "Content Security" in entry["message"]] == []


def test_type_is_said_in_words(desk: Chrome) -> None:
    marks = run(
        desk,
        "return [...document.querySelectorAll('main > section > .prose .s .type')].map(e => [e.checkVisibility(), e.innerText])",
    )
    assert marks
    assert all(shown and text in ("reported", "assumed", "computed", "judged", "note") for shown, text in marks)


def test_a_note_on_how_to_read_is_marked_as_one_and_not_as_an_assumption(desk: Chrome, brief: Brief) -> None:
    marks = dict(run(desk, "return [...document.querySelectorAll('.s')].map(e => [e.id, e.querySelector('.type').textContent])"))
    types = {f"s-{row['id'].replace('.', '-')}": row["type"] for row in brief.content["sentences"]}
    assert marks == {id: types[id] for id in marks}
    notes = [row for row in brief.content["sentences"] if row["type"] == "note"]
    assert {row["section"] for row in notes} >= {"how-to-read", "change", "levers", "indicators", "assumptions"}
    assert not any(row["numbers"] for row in notes)
    assert "assumed" not in {row["type"] for row in brief.content["sentences"] if row["section"] == "how-to-read"}


def test_headings_descend_one_step_at_a_time(desk: Chrome) -> None:
    levels = [int(tag[1]) for tag in run(desk, "return [...document.querySelectorAll('h1,h2,h3,h4')].map(h => h.tagName)")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(two <= one + 1 for one, two in itertools.pairwise(levels))


def test_a_screen_reader_hears_headers_and_the_names_of_pictures_and_marks(desk: Chrome) -> None:
    run(desk, "document.querySelectorAll('details').forEach(fold => fold.open = true)")
    tree = desk.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = Counter(node["role"]["value"] for node in tree if not node.get("ignored"))
    there = run(desk, "return ['thead th', 'tbody th', 'table'].map(s => document.querySelectorAll(s).length)")
    assert [roles["columnheader"], roles["rowheader"]] == there[:2]
    assert run(desk, "return [...document.querySelectorAll('table')].every(table => table.caption)")
    names = {node["name"]["value"] for node in tree if not node.get("ignored") and "name" in node}
    titles = run(desk, "return [...document.querySelectorAll('svg > title')].map(title => title.textContent)")
    assert titles
    assert set(titles) <= names
    assert all(node["name"]["value"] for node in tree if node["role"]["value"] == "link" and not node.get("ignored"))


def test_the_keyboard_reaches_links_and_tables_with_a_mark_that_shows(desk: Chrome) -> None:
    seen = []
    for _ in range(12):
        ActionChains(desk).send_keys(Keys.TAB).perform()
        seen.append(
            run(
                desk,
                "const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();"
                "return [e.className, e.getAttribute('href') ?? e.tagName, s.outlineStyle, parseFloat(s.outlineWidth), b.left >= 0]",
            )
        )
    assert seen[0][:2] == ["skip", "#bottom-line"]
    assert all(style == "solid" and width >= 2 and inside for _, _, style, width, inside in seen), seen
    assert len({href for _, href, *_ in seen}) > 8


def test_the_page_reads_in_order_without_its_style(screen: Chrome, written: BriefPaths, tmp_path: Path) -> None:
    html = written.html.read_text(encoding="utf-8")
    bare = tmp_path / "bare.html"
    bare.write_text(html[: html.index("<style>")] + html[html.index("</style>") + len("</style>") :], encoding="utf-8")
    show(screen, bare, DESK)
    words = run(screen, "return document.querySelector('main').innerText")
    order = [words.index(text) for text in ("Bottom line", "unlikely (20–45", "What was promised", "Rival accounts", "Every number")]
    assert order == sorted(order)
    assert run(screen, "return [...document.querySelectorAll('svg')].every(svg => svg.getBoundingClientRect().width < 500)")
