"""Read a brief as its reader does, step by step and without JavaScript, in ten seconds, one minute and ten minutes; take the pictures.

`python -m scripts.walkthrough` makes the brief of the fictional case in a folder of its own, reads it and writes the pictures of
`docs/tutorial/reading-a-brief.md`; `--from FOLDER` reads a finished one, the folder that holds `brief.html`. Both print what was read,
and both end with 1 at the first step that the page does not allow.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import TimeoutException, WebDriverException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "img"
CASE = "strait-talks"
USAGE = "usage: python -m scripts.walkthrough [--from FOLDER]"
LARGEST, QUALITY = 150_000, 80  # bytes of a picture, and how closely it is kept, out of 100
PATIENCE = 1.0  # seconds until a turn of the wheel has come to rest
DESK, PHONE = (1280, 720), (390, 844)
TEN_SECONDS, ONE_MINUTE, TEN_MINUTES = "Ten seconds", "One minute", "Ten minutes"
# Whether every line of an element lies in the window, with nothing of another element upon its middle.
IN_VIEW = """
const e = arguments[0], lines = [...e.getClientRects()].filter(b => b.width && b.height);
return lines.length > 0 && e.checkVisibility({opacityProperty: true, visibilityProperty: true}) && lines.every(b => {
  const top = document.elementFromPoint(b.left + b.width / 2, b.top + b.height / 2);
  const inside = b.left > -1 && b.top > -1 && b.right < innerWidth + 1 && b.bottom < innerHeight + 1;
  return inside && top && (e.contains(top) || top.contains(e));
})"""
TEXTS = "return [...(arguments[0] ?? document).querySelectorAll(arguments[1])].map(e => [e, e.innerText || e.textContent])"
FROM_MIDDLE = "const b = arguments[0].getBoundingClientRect(); return Math.round((b.top + b.bottom - innerHeight) / 2)"


class Unreadable(Exception):
    """A step that the page does not allow, and why."""


@dataclass(frozen=True)
class Reader:
    """A browser in front of a page; ``images`` is where pictures go, None for none."""

    browser: webdriver.Chrome
    page: Path
    images: Path | None = None

    def open(self, size: tuple[int, int] = DESK) -> None:
        """The page from its top, in a window of this size, with scripts off."""
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        self.browser.get("about:blank")  # or else an address that differs in its anchor alone would only scroll
        self.browser.get(self.page.as_uri())

    def find(self, css: str, pattern: str = ".", within: WebElement | None = None) -> WebElement:
        """The first element that a selector finds and whose text matches a pattern."""
        for element, text in self.browser.execute_script(TEXTS, within, css):
            if re.search(pattern, " ".join(text.split())):
                return element
        raise Unreadable(f"nothing on the page is “{css}” with “{pattern}” in its text")

    def see(self, element: WebElement) -> str:
        """The words of an element that is in the window, whole, now."""
        if not self.browser.execute_script(IN_VIEW, element):
            raise Unreadable(f"not in view, or covered: “{words(element)[:80]}”")
        return words(element)

    def scroll(self, element: WebElement, inside: WebElement | None = None) -> str:
        """The words of an element, after turning the wheel, over the page or over something in it, until it is in the window."""
        origin = ScrollOrigin.from_element(inside) if inside else ScrollOrigin.from_viewport(8, 8)
        ActionChains(self.browser).scroll_from_origin(origin, 0, self.browser.execute_script(FROM_MIDDLE, element)).perform()
        with suppress(TimeoutException):  # what is wrong is said by the look that follows
            WebDriverWait(self.browser, PATIENCE, 0.02).until(lambda browser: browser.execute_script(IN_VIEW, element))
        return self.see(element)

    def click(self, element: WebElement, leads_to: str) -> WebElement:
        """Follow a link in the page; what it leads to, in the window."""
        href = element.get_attribute("href") or ""
        if not re.fullmatch(leads_to, href.partition("#")[2]):
            raise Unreadable(f"“{words(element)}” leads to “{href}”, not to {leads_to}")
        element.click()
        found = self.find(":target")
        if not self.browser.execute_script("return arguments[0].getBoundingClientRect().top < innerHeight", found):
            raise Unreadable(f"“{words(element)}” leads out of the window")
        return found

    def section(self, id: str) -> WebElement:
        """A section, by its link in the list of sections."""
        self.open()
        return self.click(self.find(f"nav a[href='#{id}']"), id)

    def unfold(self, summary: str, within: WebElement) -> None:
        """Open a fold."""
        self.find("summary", summary, within).click()


def words(element: WebElement) -> str:
    """The text of an element on one line, also where it is folded away."""
    return " ".join((element.text or element.get_attribute("textContent") or "").split())


def first_screen(reader: Reader) -> str:
    """The answer, its range, the confidence and what changed, all in the first screen."""
    answer, level = reader.find(".lead .s"), reader.find(".confidence .s", r"Our confidence is (low|moderate|high)\b")
    chance = reader.find(".lead a", r"\d.*%")
    changed = reader.find(".changed h3", "What changed"), reader.find(".changed .s")
    seen = [reader.see(element) for element in (answer, chance, level, *changed)]
    return f"{seen[0]} {seen[2]} {seen[3]}: {seen[4]}"


def on_a_desk(reader: Reader) -> str:
    """The first screen of a small laptop."""
    reader.open(DESK)
    return first_screen(reader)


def on_a_phone(reader: Reader) -> str:
    """The first screen of a telephone."""
    reader.open(PHONE)
    return first_screen(reader)


def accounts(reader: Reader) -> str:
    """Which account leads, in words, and the lines with the entries pinned to them."""
    section = reader.section("accounts")
    leads = reader.see(reader.find(".prose .s", r"(?i)account.*%", section))
    reader.scroll(reader.find("#figure-rivals .panel svg"))
    reader.see(reader.find("#figure-rivals .panel a[href^='#n-share-']"))
    reader.see(reader.find("#figure-rivals .panel a[href^='#E'], #figure-rivals .panel a[href^='#C']"))
    return leads


def matrix(reader: Reader) -> str:
    """How many times as much each account had expected the entries that separate them."""
    reader.section("accounts")
    table = reader.find("table.matrix")
    caption = reader.scroll(reader.find("caption", within=table))
    reader.find("tbody td", r"×\d", table)
    return caption.partition(";")[0].partition(" (")[0]


def headline_trace(reader: Reader) -> WebElement:
    """One click on the range of the answer."""
    reader.open()
    return reader.click(reader.find(".lead a", r"\d.*%"), "n-p-.+")


def trace(reader: Reader) -> str:
    """What the range is of, the accounts behind it and the entries that moved it most."""
    found = headline_trace(reader)
    for css, pattern in (
        (".interval", "range"),
        ("p", "Monte Carlo error"),
        (".breakdown li", r"weight .*%"),
        (".entries li", r"\d point"),
    ):
        reader.see(reader.find(css, pattern, found))
    return "moved most by " + reader.see(reader.find(".entries li", within=found))


def report(reader: Reader) -> str:
    """The second click: the words of the report, checked against the stored text, with outlet and speaker."""
    entry = reader.click(reader.find(".entries a", within=headline_trace(reader)), r"[A-Z]+\d+")
    said = reader.see(reader.find("blockquote", within=entry))
    state = reader.see(reader.find("p", r"Words verified.* source .* said by ", entry))
    return f"{said} – {state.partition(' · at ')[0]}"


def assumption(reader: Reader) -> str:
    """An assumption behind the number: its range, what it rests on, and what follows if it is wrong."""
    found = headline_trace(reader)
    wrong = words(reader.find("p", r"\(if wrong → ", found))
    ids = re.findall(r"([A-Z]\d+) \(if wrong → ([^)]*;[^)]*)\)", wrong) or re.findall(r"([A-Z]\d+) \(if wrong → ([^)]*)\)", wrong)
    reader.scroll(reader.find("a", f"^{ids[0][0]}$", found), inside=found)
    row = reader.click(reader.find("a", f"^{ids[0][0]}$", found), ids[0][0])
    statement = reader.see(reader.find("td", within=row))
    return f"{ids[0][0]}: {statement} On the answer: {ids[0][1].partition(';')[0]}"


def outlet(reader: Reader) -> str:
    """The accounts without an outlet."""
    section = reader.section("sources")
    table = reader.find("table", "^The accounts with an outlet or an origin left out", section)
    row = reader.scroll(reader.find("tbody tr", "^outlet ", table))
    return row


def hinges(reader: Reader) -> str:
    """Which assumptions the answer hinges on, and whether a single one flips it."""
    section = reader.section("change")
    flip = reader.scroll(reader.find(".s", "band|flip", section))
    reader.scroll(reader.find("#figure-tornado .panel svg"))
    reader.see(reader.find("#figure-tornado a[href^='#']"))
    return flip


def levers(reader: Reader) -> str:
    """What each lever would do to the answer, and who loses."""
    section = reader.section("change")
    reader.scroll(reader.find("#figure-levers .panel svg"))
    reader.scroll(reader.find(".s", "(?i)loses|gains|cannot be told", section))
    return reader.scroll(reader.find(".s", "supposing", section))


def baselines(reader: Reader) -> str:
    """Whether the model predicts the record better than predictors that know no motives."""
    section = reader.section("accounts")
    return reader.scroll(reader.find(".s", "uniform play .* observed frequencies", section))


def not_done(reader: Reader) -> str:
    """What nobody did for this run."""
    section = reader.section("methods")
    limits = reader.see(reader.find(".s", "The model is not for", section))
    reader.unfold("how far it was evaluated", section)
    row = reader.scroll(reader.find("tr", "(?i)not done", section))
    return f"{limits} {row}"


def again(reader: Reader) -> str:
    """The commands with which one's own assumption, source or lever is tried."""
    section = reader.section("assumptions")
    return reader.see(reader.find(".s", "case.toml.*parley brief .*parley fit .*--without.*parley whatif ", section))


@dataclass(frozen=True)
class Step:
    """One thing that a reader does: what the docs call it, what is done, and what the picture at its end is called, if there is one."""

    reading: str
    name: str
    do: Callable[[Reader], str]
    picture: str = ""


STEPS = (
    Step(TEN_SECONDS, "The first screen", on_a_desk, "ten-seconds"),
    Step(TEN_SECONDS, "The first screen of a telephone", on_a_phone, "ten-seconds-phone"),
    Step(ONE_MINUTE, "The rival accounts", accounts, "accounts"),
    Step(ONE_MINUTE, "The entries that separate them", matrix),
    Step(ONE_MINUTE, "The trace of the answer", trace, "trace"),
    Step(TEN_MINUTES, "The words of a report", report, "report"),
    Step(TEN_MINUTES, "An assumption, if wrong", assumption, "assumption"),
    Step(TEN_MINUTES, "A source left out", outlet, "left-out"),
    Step(TEN_MINUTES, "What the answer hinges on", hinges, "hinges"),
    Step(TEN_MINUTES, "The levers", levers),
    Step(TEN_MINUTES, "The baselines", baselines),
    Step(TEN_MINUTES, "What was not done", not_done),
    Step(TEN_MINUTES, "Your own assumption", again),
)


def walk(reader: Reader, steps: Sequence[Step] = STEPS) -> Iterator[tuple[Step, str]]:
    """Each step with what was read.

    Raises
    ------
    Unreadable
        If the page does not allow a step; names it.
    """
    for step in steps:
        try:
            said = step.do(reader)
            if step.picture and reader.images:
                take(reader, step.picture)
        except (Unreadable, WebDriverException) as error:
            wrong = error.msg if isinstance(error, WebDriverException) else error
            raise Unreadable(f"{step.reading}, “{step.name}”: {wrong}") from error
        yield step, said


def image(name: str, folder: Path = IMAGES) -> Path:
    """Where a picture is kept."""
    return folder / f"reading-{name}.webp"


def take(reader: Reader, name: str) -> None:
    """What is in the window, as a picture."""
    assert reader.images is not None
    path = image(name, reader.images)
    path.write_bytes(b64decode(reader.browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})["data"]))
    if path.stat().st_size > LARGEST:
        raise Unreadable(f"the picture {path.name} exceeds {LARGEST} bytes")


@contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    """A headless Chromium without a network."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-device-scale-factor=1"):
        options.add_argument(argument)
    options.add_argument("--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1")
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # the sandbox refuses to start for root
    with webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver"))) as found:
        yield found


def main(arguments: Sequence[str]) -> int:
    """Walk through a brief and write the pictures; 1 at the first step that the page does not allow."""
    match list(arguments):
        case []:
            with tempfile.TemporaryDirectory() as folder:
                parley = Path(sys.executable).parent / "parley"
                subprocess.run([parley, "brief", CASE, "--out", "brief"], cwd=folder, check=True)
                return read(Path(folder, "brief"))
        case ["--from", folder]:
            return read(Path(folder))
        case _:
            print(USAGE, file=sys.stderr)
            return 2


def read(folder: Path) -> int:
    """Walk through the brief in a folder, print what was read and write the pictures."""
    with browser() as chromium:
        reading = ""
        try:
            for step, said in walk(Reader(chromium, (folder / "brief.html").resolve(), IMAGES)):
                print(f"\n{step.reading}" if step.reading != reading else "", f"  {step.name}: {said}", sep="\n")
                reading = step.reading
        except Unreadable as error:
            print(error, file=sys.stderr)
            return 1
    print(f"\nWrote the pictures in {IMAGES.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
