"""The whole of it on the bundled cases, in the browser: twenty proposals by keyboard alone, everything else once, and a real run."""

import json
import signal
import time
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.keys import Keys

from openparley.record.case import open_case
from openparley.record.new import new_case
from openparley.record.sources import read_sources
from openparley.record.span import sha256
from tests.review.desks import page_of, rows, running, until
from tests.review.test_browser import Page

ACCEPTED, REJECTED, EDITED = 12, 4, 4
RUN_SECONDS = 900.0
FOUR_WORDS = r"""
    const lines = [...document.querySelectorAll("#text p")].map((one) => one.textContent.match(/\S+ \S+ \S+ \S+/));
    return lines.find(Boolean)[0];
"""


def unreviewed(name: str, folder: Path) -> Path:
    """A copy of a bundled case in which nobody has decided anything."""
    new_case(folder, name)
    (folder / "reviews.jsonl").write_text("", encoding="utf-8")
    return folder


@pytest.fixture
def strait(tmp_path: Path) -> Path:
    return unreviewed("strait-talks", tmp_path / "strait")


@pytest.fixture
def ukraine(tmp_path: Path, shared: Path) -> Path:
    """With its texts, which are not in the package."""
    case = unreviewed("ukraine-2025", tmp_path / "ukraine")
    texts = {sha256(path.read_bytes()): path for path in (shared / "reports").glob("*.txt")}
    (case / "texts").mkdir(exist_ok=True)
    for key, source in read_sources((case / "sources.csv").read_text(encoding="utf-8"))[0].items():
        (case / "texts" / f"{key}.txt").write_bytes(texts[source.text_sha256].read_bytes())
    return case


def decide(page: Page, count: int, how: str) -> None:
    """Decide entries one after the other with the keys alone, each time the one that comes up next."""
    for _ in range(count):
        before = page.entry
        page.at(before)
        if how == "accept":
            page.press("a")
        elif how == "reject":
            page.press("r")
            page.asked()
            page.press("not about this dispute", Keys.ENTER)
        else:
            page.press("e", Keys.END, ".")
            page.agree()
        page.said(f"{before} {how}ed")
        until(lambda before=before: page.entry != before)


def worked(case: Path, page: Page) -> None:
    """All acts once: twenty proposals, then create, split, merge, undo."""
    decide(page, ACCEPTED, "accept")
    decide(page, REJECTED, "reject")
    decide(page, EDITED, "edit")
    acts = rows(case)
    assert [row["act"] for row in acts] == ["accept"] * ACCEPTED + ["reject"] * REJECTED + ["edit"] * EDITED
    assert len({row["entry"] for row in acts}) == len(acts)
    assert all(row["reason"] == "not about this dispute" for row in acts if row["act"] == "reject")
    page.run("document.querySelector('[data-entry^=T]').click()")
    until(lambda: page.entry.startswith("T"))
    page.at(page.entry)
    statement = page.entry
    words = page.run(FOUR_WORDS)
    page.select(words)
    page.press("c")
    page.asked()
    values = {"Kind": "relation", "In our words": "Relations.", "Relation": "strained", "Attributed": "author", "Attribution": "author"}
    for label, value in {**values, "Subject": "mediator", "Object": "party_a"}.items():
        page.put(label, value)
    page.agree()
    made = page.said("created").split()[0]
    page.at(made)
    source = open_case(case).entries[made].source
    span = open_case(case).entries[made].span
    assert open_case(case).texts[source][span.start : span.end] == words
    page.press("s")
    page.asked()
    page.agree()
    page.said("split into")
    half = rows(case)[-1]["after"]["into"][0]
    page.at(half)
    page.press("m")
    page.asked()
    page.agree()
    page.said("merged into")
    new = rows(case)[-1]["after"]["into"][0]
    page.at(new)
    page.press("u")
    page.said("Undone")
    until(lambda: open_case(case).entries[half].review.state == "accepted")
    assert open_case(case).entries[new].review.state == "rejected"
    assert open_case(case).entries[statement].review.state == "proposed"


@pytest.mark.long
@pytest.mark.parametrize("name", ["strait", "ukraine"])
def test_a_bundled_case_is_reviewed_end_to_end(name: str, request: pytest.FixtureRequest, chromium: webdriver.Chrome) -> None:
    case: Path = request.getfixturevalue(name)
    with running(case) as (process, address):
        page = Page(chromium, address)
        worked(case, page)
        chromium.find_element("id", "start").click()
        until(lambda: " of 40" in page.text("stage"), RUN_SECONDS)
        chromium.find_element("id", "stop").click()
        until(lambda: "Stopped" in page.text("stage"), 20)
        before = rows(case)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert rows(case) == before
        page.press("j", "a")
        until(lambda: "does not answer" in page.text("trouble"))
    with running(case) as (_, address):
        page = Page(chromium, address)
        assert page.text("progress").startswith(str(sum(entry.review.state != "proposed" for entry in open_case(case).entries.values())))
        chromium.get("about:blank")


@pytest.mark.long
@pytest.mark.parametrize("name", ["strait-talks", "ukraine-2025"])
def test_a_run_is_started_stopped_finished_and_compared(name: str, tmp_path: Path, chromium: webdriver.Chrome) -> None:
    case = tmp_path / "mine"
    new_case(case, name)
    with running(case) as (_, address):
        page = Page(chromium, address)
        chromium.get(page.home + "/runs")
        start_run(page)
        until(lambda: " of 8" in page.text("stage"), RUN_SECONDS)
        chromium.find_element("id", "stop").click()
        until(lambda: "Stopped" in page.text("stage"), 20)
        assert list((case / "runs").glob("*/run.json")) == []
        start_run(page)
        first = until(lambda: [path.parent.name for path in (case / "runs").glob("*/run.json")], RUN_SECONDS)[0]
        until(lambda: page.run("return document.querySelectorAll('input.pick').length") == 1, RUN_SECONDS)
        # the record changes: the result is of before, and says so
        person = page_of(address)
        key = json.loads((case / "runs" / first / "run.json").read_text(encoding="utf-8"))["reports"][0]["entries"][0]
        seen = person.get(f"/api/entry/{key}").json()["seen"]
        assert person.post("/api/reject", json={"entry": key, "seen": seen, "reason": "to see what it does"}).status_code == 200
        person.close()
        chromium.get(page.home + "/runs")
        until(lambda: "from before the last changes" in page.text("headline"))
        assert "stale" in page.run("return document.getElementById('headline').className")
        start_run(page)
        until(lambda: page.run("return document.querySelectorAll('input.pick').length") == 2, RUN_SECONDS)
        chromium.get(page.home + "/runs")
        page.run("window.same = true")
        until(lambda: "from before" not in page.text("headline") and page.text("headline"))
        time.sleep(1.0)
        assert page.run("return window.same"), "a run that was done long ago makes the page load itself again"
        for box in chromium.find_elements("css selector", "input.pick"):
            box.click()
        chromium.find_element("id", "compare").click()
        said = until(lambda: found if "Evidence" in (found := page.text("comparison")) else None)
        assert key in said
        chromium.save_screenshot(str(tmp_path / "compared.png"))
        chromium.get(page.home + "/assumptions")
        assert page.run("return document.querySelectorAll('.lever table').length") > 0
        chromium.save_screenshot(str(tmp_path / "assumptions.png"))
        chromium.get(page.home + f"/runs/{first}/brief")
        chromium.switch_to.frame(chromium.find_element("tag name", "iframe"))
        assert until(lambda: chromium.find_elements("css selector", "h1"))[0].text
        chromium.switch_to.default_content()
        chromium.save_screenshot(str(tmp_path / "brief.png"))
        chromium.get("about:blank")


def start_run(page: Page) -> None:
    until(lambda: page.run("return !document.getElementById('start').hidden && document.getElementById('headline').textContent !== ''"))
    page.run("document.getElementById('draws').value = 8; document.getElementById('start').click()")
    until(lambda: page.run("return !document.getElementById('stop').hidden"))
