"""Large sources and rough ends: half a megabyte with two thousand spans, a server that is killed, accessibility."""

import json
import random
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_core_python.base import AXE_FILE_PATH
from selenium import webdriver

from openparley.record.case import open_case
from openparley.record.span import make_span, sha256
from tests.record.small_case import small_case, write_lines
from tests.review.desks import page_of, rows, running, until
from tests.review.finished_run import finished
from tests.review.test_browser import Page

MOST_MEGABYTES = 150
LONGEST_PAUSE = 100.0  # milliseconds
SPANS, CHARACTERS = 2000, 500_000
ACTS = 6


@pytest.mark.parametrize("pause", range(2))
def test_a_killed_server_has_lost_nothing_that_it_acknowledged(pause: int, tmp_path: Path) -> None:
    case = small_case(tmp_path / "mine", reviewed=False)
    known: list[str] = []
    ids = [row["id"] for path in sorted((case / "record").glob("*.jsonl")) for row in map(json.loads, path.read_text("utf-8").splitlines())]
    for key in ids[: ACTS // 2]:
        with running(case) as (process, address):
            page = page_of(address)
            done = page.post("/api/accept", json={"entry": key, "seen": ""})
            known.append(done.json()["acts"][0]["id"])
            if pause:  # another act is under way when the end comes
                with pytest.raises(httpx.HTTPError):
                    page.post("/api/reject", json={"entry": ids[-1], "seen": "", "reason": "x" * 1900}, timeout=0.001)
            process.send_signal(signal.SIGKILL)
            process.wait()
            page.close()
        assert {*known} <= {row["id"] for row in rows(case)}
        assert open_case(case).entries[key].review.state == "accepted"
        if any(row["act"] == "reject" for row in rows(case)):
            ids.pop()


def large_case(folder: Path) -> Path:
    """The small case with a source of half a megabyte, and two thousand spans in it that overlap."""
    case = small_case(folder, reviewed=False)
    rng = random.Random(7)
    words = ["harbour", "talks", "délai", "🎭", "مهلة", "the", "envoy", "answered", "that", "nothing", "followed"]
    lines: list[str] = []
    while sum(map(len, lines)) + len(lines) < CHARACTERS:
        lines.append(" ".join(rng.choice(words) for _ in range(rng.randrange(20, 160))) + ".")
    text = "\n".join(lines)
    (case / "texts" / "S03.txt").write_bytes(text.encode())
    with (case / "sources.csv").open("a", encoding="utf-8") as file:
        file.write(f"S03,Gazette,,Long,,2025-03-05,assumed,,news,,B,en,{sha256(text)},{len(text)}\n")
    found = [json.loads(line) for line in (case / "record" / "events.jsonl").read_text("utf-8").splitlines()]
    model = next(row for row in found if row["id"] == "E001")
    for number in range(SPANS):
        start = rng.randrange(len(text) - 400)
        span = make_span(text, start, start + rng.randrange(20, 300)).model_dump()
        found.append({**model, "id": f"E{number + 1000}", "source": "S03", "span": span, "links": []})
    write_lines(case / "record" / "events.jsonl", found)
    return case


@pytest.fixture(scope="module")
def long_page(chromium: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, int]]:
    case = large_case(tmp_path_factory.mktemp("large") / "mine")
    with running(case) as (process, address):
        yield Page(chromium, address), process.pid
        chromium.get("about:blank")


PAUSES = """
    const done = arguments[arguments.length - 1], box = document.getElementById("text");
    let last = performance.now(), longest = 0, steps = 0;
    function frame(now) {
      longest = Math.max(longest, now - last);
      last = now;
      if (steps++ >= 60) return done(longest);
      box.scrollTop = steps % 10 === 0 ? Math.random() * box.scrollHeight : box.scrollTop + 400;
      requestAnimationFrame(frame);
    }
    requestAnimationFrame((now) => { last = now; requestAnimationFrame(frame); });
"""


@pytest.mark.long
def test_half_a_megabyte_with_two_thousand_spans_scrolls_without_a_pause(long_page: tuple[Page, int]) -> None:
    page, pid = long_page
    page.press("/", "E1500")
    page.run("document.querySelector('#list li:not([hidden]) button').click()")
    until(lambda: page.entry == "E1500" and page.run("return document.querySelectorAll('#text p').length > 100"))
    assert page.run("return [...CSS.highlights.values()].reduce((sum, one) => sum + one.size, 0)") > SPANS
    tries = [page.browser.execute_async_script(PAUSES) for _ in range(3)]
    assert min(tries) < LONGEST_PAUSE, tries
    # marking another entry: the time of our own code and of the layout that it causes
    script = """
        const long = [];
        new PerformanceObserver((list) => long.push(...list.getEntries().map((one) => one.duration))).observe({ entryTypes: ["longtask"] });
        window.longest = () => Math.max(0, ...long);
    """
    page.run(script)
    for key in ("E1010", "E1999", "E1234", "E2500", "E2999"):
        page.run("document.getElementById('text').dispatchEvent(new CustomEvent('choose', { detail: arguments[0] }))", key)
        until(lambda key=key: page.entry == key)
    assert page.run("return window.longest()") < LONGEST_PAUSE
    resident = int(Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
    assert resident < MOST_MEGABYTES


def violations(page: Page) -> list[str]:
    """Serious and critical findings of axe-core on the page as it is."""
    page.run(Path(AXE_FILE_PATH).read_text(encoding="utf-8"))
    found: dict[str, Any] = page.browser.execute_async_script(
        "const done = arguments[arguments.length - 1]; axe.run(document, { resultTypes: ['violations'] }).then(done);"
    )
    serious = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in serious]


@pytest.mark.long
def test_axe_finds_nothing_serious(tmp_path: Path, chromium: webdriver.Chrome, finished_case: Callable[[Path], Path]) -> None:
    case = finished_case(tmp_path)
    with running(case) as (_, address):
        page = Page(chromium, address)
        page.run("document.querySelector('[data-entry=E001]').click()")
        page.at("E001")
        assert violations(page) == []
        for key in ("r", "s", "m", "c", "h", "?"):
            page.press(key)
            page.asked()
            assert violations(page) == [], key
            page.run("document.getElementById('dialog').close()")
        for path in ("/sources", "/coders", "/assumptions", "/runs", "/runs/abcdef012345/brief"):
            chromium.get(page.home + path)
            assert violations(page) == [], path
        chromium.get("about:blank")


@pytest.fixture
def finished_case() -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        case = small_case(folder / "mine", reviewed=False)
        finished(case)
        return case

    return make
