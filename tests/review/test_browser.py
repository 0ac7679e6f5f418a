"""The app in headless Chromium, as a person meets it: by keyboard, with two tabs, with hostile and right-to-left text."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from openparley.record.case import open_case
from openparley.record.span import make_span, sha256
from tests.record.small_case import TEXTS, change, replace, small_case
from tests.review.desks import rows, running, until
from tests.review.finished_run import finished

Open = Callable[..., "Page"]


class Page:
    """The page in the browser, with what a person does there."""

    def __init__(self, browser: webdriver.Chrome, address: str) -> None:
        self.browser, self.address = browser, address
        browser.set_window_size(1280, 720)
        browser.get(address)
        self.ready()

    @property
    def home(self) -> str:
        return self.address.partition("/?")[0]

    def ready(self) -> None:
        until(lambda: self.run("return document.body.dataset.ready === 'yes'"), 20)

    def run(self, script: str, *arguments: Any) -> Any:
        return self.browser.execute_script(script, *arguments)

    def press(self, *keys: str) -> None:
        ActionChains(self.browser).send_keys(*keys).perform()

    def agree(self) -> None:
        """Ctrl+Enter, which agrees from a long text as well."""
        ActionChains(self.browser).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(Keys.CONTROL).perform()

    def text(self, id: str) -> str:
        return self.run("return document.getElementById(arguments[0]).textContent", id)

    @property
    def entry(self) -> str:
        return self.text("form-title").split()[0]

    def said(self, words: str) -> str:
        return until(lambda: found if words in (found := self.text("said")) else None, 10)

    def asked(self) -> None:
        until(lambda: self.run("return document.getElementById('dialog').open"), 10)

    def at(self, entry: str) -> None:
        until(lambda: self.entry == entry and self.run("return document.querySelector('#form textarea') !== null"), 10)

    def select(self, words: str) -> None:
        """Select words in the text as a drag does."""
        self.run(
            """
            const block = [...document.querySelectorAll("#text p")].find((one) => one.textContent.includes(arguments[0]));
            const node = block.firstChild, at = node.data.indexOf(arguments[0]);
            getSelection().setBaseAndExtent(node, at, node, at + arguments[0].length);
            """,
            words,
        )

    def put(self, label: str, value: str) -> None:
        """Fill in a field of the dialog by its label."""
        self.run(
            """
            const found = [...document.querySelectorAll("dialog label")].find((one) => one.firstChild.textContent.startsWith(arguments[0]));
            const box = found.querySelector("input, select, textarea");
            box.value = arguments[1];
            box.dispatchEvent(new Event(box.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
            """,
            label,
            value,
        )


@pytest.fixture
def opened(chromium: webdriver.Chrome) -> Iterator[Open]:
    """Start a server on a case and open its page."""
    servers: list[Any] = []

    def start(case: Path, *options: str) -> Page:
        server = running(case, *options)
        servers.append(server)
        return Page(chromium, server.__enter__()[1])

    yield start
    chromium.get("about:blank")
    for server in servers:
        server.__exit__(None, None, None)


def test_a_record_is_reviewed_by_keyboard_alone(tmp_path: Path, opened: Open) -> None:
    case = small_case(tmp_path / "mine", reviewed=False)
    finished(case)
    page = opened(case)
    until(lambda: "31 %" in page.text("headline"))
    assert "from before" not in page.text("headline")
    first = page.entry
    assert first == "C001"  # what moves the headline most
    page.press("a")
    page.said(f"{first} accepted")
    # the result stays, greyed and dated, now that the record has changed
    until(lambda: "from before the last changes" in page.text("headline"))
    assert "2025-04-02" in page.text("headline")
    assert page.run("return document.getElementById('headline').className") == "stale"
    second = until(lambda: page.entry if page.entry not in (first, "No") else None)
    page.at(second)
    page.press("r")
    page.asked()
    page.press("wrong date", Keys.ENTER)
    page.said(f"{second} rejected: wrong date")
    until(lambda: page.entry not in (first, second))
    page.press("u")
    page.said("Undone: V0002")
    page.at(second)
    page.press("e", Keys.END, " More.")
    assert page.text("accept").startswith("Save")
    page.agree()
    page.said(f"{second} edited and accepted")
    assert [(row["entry"], row["act"], row["reason"]) for row in rows(case)] == [
        (first, "accept", None),
        (second, "reject", "wrong date"),
        (second, "undo", None),
        (second, "edit", None),
    ]
    third = until(lambda: page.entry if page.entry not in (first, second) else None)
    page.at(third)
    page.press("3")
    page.said(f"{third}: credibility 3")
    page.press("j")
    fourth = until(lambda: page.entry if page.entry != third else None)
    page.press("k")
    page.at(third)
    assert fourth != third
    # words are typed where nothing is selected
    page.run("getSelection().removeAllRanges()")
    page.press("/", Keys.ESCAPE, "c")
    page.asked()
    text = page.run("return document.getElementById('text-title').textContent").split()[1]
    words = {"S01": "naïve theatre 🎭", "S02": "has followed"}[text]
    page.press(words)
    page.put("Kind", "status")
    for label, value in (
        ("In our words", "Nothing followed."),
        ("Attributed to", "author"),
        ("Attribution", "author"),
        ("Of comm", "C001"),
        ("Value", "lapsed"),
    ):
        page.put(label, value)
    page.agree()
    made = page.said("created").split()[0]
    entry = open_case(case).entries[made]
    assert TEXTS[text][entry.span.start : entry.span.end] == words
    page.press("h")
    page.asked()
    assert f"anna: create {made}" in page.text("dialog")
    page.run("document.querySelector('.history button').click()")
    page.said("Undone")
    until(lambda: open_case(case).entries[made].review.state == "rejected")
    page.press("?")
    page.asked()
    assert "undo the last act" in page.text("dialog")
    page.press(Keys.ESCAPE)


def test_an_entry_is_made_split_and_merged_by_selecting(tmp_path: Path, opened: Open) -> None:
    case = small_case(tmp_path / "mine", reviewed=False)
    page = opened(case)
    page.press("/", "E001", Keys.ESCAPE)
    page.run("document.querySelector('#list li:not([hidden]) button').click()")
    page.at("E001")
    page.select("naïve theatre 🎭, he said")
    page.press("c")
    page.asked()
    for label, value in (
        ("Kind", "statement"),
        ("In our words", "Theatre."),
        ("Attributed to", "an official"),
        ("Attribution", "anonymous"),
        ("Form", "mixed"),
    ):
        page.put(label, value)
    page.agree()
    made = page.said("created").split()[0]
    page.at(made)
    entry = open_case(case).entries[made]
    assert TEXTS["S01"][entry.span.start : entry.span.end] == "naïve theatre 🎭, he said"
    page.press("s")
    page.asked()
    page.press(Keys.HOME, Keys.ARROW_RIGHT)
    page.press(Keys.ENTER)
    page.said("split into")
    halves = [row["entry"] for row in rows(case) if row["act"] == "create"][1:]
    spans = [open_case(case).entries[key].span for key in halves]
    assert [TEXTS["S01"][span.start : span.end] for span in spans] == ["naïve theatre", "🎭, he said"]
    page.at(halves[0])
    page.press("m")
    page.asked()
    page.press(Keys.ARROW_DOWN)  # the statement that overlaps it is offered first
    assert halves[1] in page.run("return document.querySelector('dialog input:checked').parentElement.textContent")
    page.press(Keys.ENTER)
    page.said("merged into")
    new = rows(case)[-1]["after"]["into"][0]
    page.at(new)
    opened_case = open_case(case)
    span = opened_case.entries[new].span
    assert TEXTS["S01"][span.start : span.end] == "naïve theatre 🎭, he said"
    assert {opened_case.entries[key].review.state for key in (made, *halves)} == {"rejected"}
    for _ in range(3):
        page.press("u")
        page.said("Undone")
        page.run("document.getElementById('said').textContent = ''")
    assert open_case(case).entries[made].review.state == "rejected"
    assert {row["act"] for row in rows(case)} == {"create", "split", "merge", "undo"}


def test_two_tabs_and_a_reload_lose_nothing(tmp_path: Path, opened: Open) -> None:
    case = small_case(tmp_path / "mine", reviewed=False)
    page = opened(case)
    entry = page.entry
    first = page.browser.current_window_handle
    page.browser.switch_to.new_window("tab")
    try:
        page.browser.get(page.home)
        page.ready()
        page.at(entry)
        page.press("a")
        page.said(f"{entry} accepted")
        page.browser.close()
    finally:
        page.browser.switch_to.window(first)
    page.press("r")
    page.asked()
    page.press("late", Keys.ENTER)
    trouble = until(lambda: found if "changed since" in (found := page.text("trouble")) else None)
    assert "Nothing was written" in trouble
    assert [row["act"] for row in rows(case)] == ["accept"]
    until(lambda: "accepted" in page.text("state"))
    page.press("e", "half a thought ")
    page.browser.refresh()
    page.ready()
    page.run("document.getElementById('show').value = 'all'; document.getElementById('show').dispatchEvent(new Event('change'))")
    until(lambda: page.run("return document.querySelector(`[data-entry=${arguments[0]}]`) !== null", entry))
    page.run("document.querySelector(`[data-entry=${arguments[0]}]`).click()", entry)
    page.at(entry)
    # what was typed and not sent is still in the form, and nowhere else
    until(lambda: page.text("accept").startswith("Save"))
    assert "half a thought" in page.run("return document.querySelector('#form textarea').value")
    assert [row["act"] for row in rows(case)] == ["accept"]
    assert page.text("progress").startswith("1 of ")


def test_what_a_report_says_runs_nothing_and_asks_nothing_of_the_network(tmp_path: Path, opened: Open) -> None:
    case = small_case(tmp_path / "mine", reviewed=False)
    hostile = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script> https://evil.example/x.png"
    change(case, "events", "E001", lambda row: row.update(paraphrase=hostile, note=hostile))
    rewrite(case, "S02", hostile + "\n" + TEXTS["S02"])
    page = opened(case)
    page.press("/", "K001", Keys.ESCAPE)
    page.run("document.querySelector('#list li:not([hidden]) button').click()")
    page.at("K001")
    assert hostile in page.text("text")
    assert page.run("return document.querySelectorAll('#text img, #text script, #list img').length") == 0
    for path in ("/sources", "/assumptions", "/coders", "/runs"):
        page.browser.get(page.home + path)
        assert page.browser.title != "owned"
        seen = page.run("return performance.getEntriesByType('resource').map((one) => one.name)")
        assert [name for name in seen if not name.startswith((page.home, "data:"))] == []


def rewrite(case: Path, source: str, text: str) -> None:
    """Another text for a source, with the spans of its entries moved along."""
    shift = len(text) - len(TEXTS[source])
    (case / "texts" / f"{source}.txt").write_bytes(text.encode())
    table = case / "sources.csv"
    replace(table, f"{sha256(TEXTS[source])},{len(TEXTS[source])}", f"{sha256(text)},{len(text)}")
    for path in (case / "record").glob("*.jsonl"):
        found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for row in found:
            for span in [row["span"], *row.get("content", [])] if row["source"] == source else []:
                span["start"] += shift
                span["end"] += shift
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found), encoding="utf-8")


def test_right_to_left_text_keeps_its_direction_and_its_offsets(tmp_path: Path, opened: Open) -> None:
    case = small_case(tmp_path / "mine", reviewed=False)
    arabic = "قال الوسيط إن المهلة عشرة أيام 🕊 ولن تمدد."
    rewrite(case, "S02", f"{arabic}\n{TEXTS['S02']}")
    page = opened(case)
    page.press("/", "K001", Keys.ESCAPE)
    page.run("document.querySelector('#list li:not([hidden]) button').click()")
    page.at("K001")
    assert page.run("return getComputedStyle(document.querySelector('#text p')).direction") == "rtl"
    assert page.run("return getComputedStyle(document.querySelectorAll('#text p')[1]).direction") == "ltr"
    page.select("ولن تمدد")
    page.press("c")
    page.asked()
    for label, value in (
        ("Kind", "claim"),
        ("In our words", "لن تمدد"),
        ("Attributed to", "author"),
        ("Attribution", "author"),
        ("Behaviour", "x"),
        ("Explanation", "y"),
        ("Stance", "asserted"),
        ("Explains", "mediator"),
    ):
        page.put(label, value)
    page.agree()
    made = page.said("created").split()[0]
    span = open_case(case).entries[made].span
    assert f"{arabic}\n"[span.start : span.end] == "ولن تمدد"
    assert span == make_span(f"{arabic}\n{TEXTS['S02']}", span.start, span.end)


def test_offsets_agree_with_pythons_for_any_text(tmp_path: Path, opened: Open) -> None:
    page = opened(small_case(tmp_path / "mine", reviewed=False))
    texts = ["plain", "naïve 🎭 theatre 🕊🕊 end", "👩‍👩‍👧 family", "قال 🕊 الوسيط", "𝒳𝒴", "e\u0301 combining", ""]
    script = """
        const done = arguments[arguments.length - 1];
        import("/static/offsets.js").then(({ Offsets }) => done(arguments[0].map((text) => {
          const offsets = new Offsets(text);
          const all = [...text].length;
          return Array.from({ length: all + 1 }, (_, point) => {
            const unit = offsets.units(point);
            return [unit, offsets.points(unit), text.slice(0, unit)];
          });
        })));
    """
    for text, found in zip(texts, page.browser.execute_async_script(script, texts), strict=True):
        for point, (units, back, head) in enumerate(found):
            assert (head, back) == (text[:point], point)
            assert units == len(text[:point].encode("utf-16-le")) // 2


def test_where_highlights_are_missing_marks_stand_in(tmp_path: Path, opened: Open) -> None:
    page = opened(small_case(tmp_path / "mine", reviewed=False))
    spans = page.run("return [CSS.highlights.size, [...CSS.highlights.values()].reduce((sum, one) => sum + one.size, 0)]")
    assert spans[1] > 3
    before = page.text("text")
    page.browser.get(page.home + "/sources")
    page.browser.get(page.home + "/#marks")
    page.ready()
    page.at(page.entry)
    assert page.run("return document.querySelectorAll('#text mark').length") >= 3
    assert page.text("text") == before
    assert re.search(r"\S", page.run("return document.querySelector('#text mark.current').textContent"))
