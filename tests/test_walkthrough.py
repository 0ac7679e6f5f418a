"""A reader gets from the page what the docs promise in ten seconds, one minute and ten minutes; a page that withholds it is found out."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from selenium.webdriver import Chrome

from openparley.brief import write_brief
from scripts import walkthrough
from scripts.walkthrough import STEPS, Reader, Step, Unreadable, walk
from tests.brief import notebook_samples, synthetic

GUIDE = walkthrough.ROOT / "docs" / "tutorial" / "reading-a-brief.md"
MOST_PICTURES = 8
FIRST_SCREENS = STEPS[:2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The brief of the made-up case, an outlet left out, as the first one and, in ``second``, after a change."""
    out = tmp_path_factory.mktemp("walk")
    posterior = replace(synthetic.posterior(), left_out=notebook_samples.posterior().left_out)
    case, forecast = synthetic.case(out / "case"), synthetic.forecast()
    first = write_brief(case, posterior, forecast, synthetic.run(), out)
    old = json.loads(first.json.read_text(encoding="utf-8"))
    old["inputs"]["outcomes"]["ceasefire"] = 0.44
    old["inputs"]["software"] = {f"package-{n}": "1.0" for n in range(12)}
    del old["inputs"]["entries"]["E005"]
    (out / "old.json").write_text(json.dumps(old), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:  # the first screen has no picture, and drawing takes most of the time
        patch.setattr("openparley.brief.figures.discover", lambda: defaultdict(lambda: SimpleNamespace(data=lambda context: [])))
        write_brief(case, posterior, forecast, synthetic.run(id="8c20d4"), out / "second", previous=out / "old.json")
    return out


@pytest.fixture
def reader(chromium: Chrome, folder: Path, tmp_path: Path) -> Iterator[Reader]:
    """In front of the first brief; pictures go to a folder of the test."""
    yield Reader(chromium, folder / "brief.html", tmp_path)
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def called(step: Step) -> str:
    return step.name.lower().replace(" ", "-")


@pytest.mark.parametrize("step", STEPS, ids=called)
def test_the_page_allows_every_step(reader: Reader, step: Step) -> None:
    ((_, said),) = walk(reader, [step])
    assert len(said) > 40
    pictures = [path.name for path in reader.images.iterdir()] if reader.images else []
    assert pictures == ([walkthrough.image(step.picture).name] if step.picture else [])


@pytest.mark.parametrize("step", FIRST_SCREENS, ids=called)
def test_what_changed_begins_with_the_answer_and_is_on_the_first_screen(chromium: Chrome, folder: Path, step: Step) -> None:
    ((_, said),) = walk(Reader(chromium, folder / "second" / "brief.html"), [step])
    assert "unlikely (20–45 %; here 27–40 %)" in said
    assert "What changed: computed A ceasefire takes hold – was 44 % in run 7f3a21, now 31 %." in said


@pytest.mark.parametrize("step", FIRST_SCREENS, ids=called)
def test_the_first_screen_holds_under_a_long_header(chromium: Chrome, folder: Path, tmp_path: Path, step: Step) -> None:
    question = "Will a ceasefire take hold by 29 July 2026, or will the mediator carry out its threat, let it lapse or walk away?"
    positions = "the mediator – Chancellor of the Free Republic of Halvenmark Edda Quillon; party A – Veldrany; party B – Tamorel."
    html = (folder / "brief.html").read_text(encoding="utf-8")
    longer, times = re.subn(r'(<p class="question">)[^<]*', rf'\g<1>{question}<p class="notes">Positions: {positions}', html)
    assert times == 1
    (tmp_path / "brief.html").write_text(longer, encoding="utf-8")
    assert "unlikely (20–45 %" in next(walk(Reader(chromium, tmp_path / "brief.html"), [step]))[1]


Spoil = Callable[[str], str]


def without(pattern: str, instead: str = "") -> Spoil:
    """Takes something off the page, which must have been there."""

    def spoil(html: str) -> str:
        spoilt, times = re.subn(pattern, instead, html)
        assert times
        return spoilt

    return spoil


SPOILT: dict[str, Spoil] = {
    "The first screen": without('<section id="bottom-line"', "<p>" + "Before we begin. " * 90 + r"<section id=\"bottom-line\""),
    "The first screen of a telephone": without('<div class="prose confidence">', "<p>" + "However. " * 90 + r"\g<0>"),
    "The rival accounts": without('(<nav.*\n(?:.*\n)*?.*)href="#accounts"', r'\1href="#ledger"'),
    "The entries that separate them": without('<table class="matrix[^"]*"', "<table"),
    "The trace of the answer": without('id="n-p-ceasefire"'),
    "The words of a report": without("<blockquote>[^<]*</blockquote>"),
    "An assumption, if wrong": without("if wrong → "),
    "A source left out": without("<th>outlet "),
    "What the answer hinges on": without('<figure id="figure-tornado">', "<figure>"),
    "The levers": without("supposing", "if"),
    "The baselines": without("uniform play"),
    "What was not done": without("(?i)not done", "done"),
    "Your own assumption": without("parley whatif"),
}


@pytest.mark.parametrize("step", STEPS, ids=called)
def test_a_page_that_withholds_a_step_is_found_out(chromium: Chrome, folder: Path, tmp_path: Path, step: Step) -> None:
    page = tmp_path / "brief.html"
    page.write_text(SPOILT[step.name]((folder / "brief.html").read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(Unreadable, match=re.escape(f"{step.reading}, “{step.name}”: ")):
        list(walk(Reader(chromium, page), [step]))


def test_what_is_covered_or_cut_off_is_not_seen(chromium: Chrome, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<p id=free>Seen</p><p id=under>Covered</p><div style='position:fixed;top:40px;left:0;right:0;height:60px'></div>"
        "<p id=hidden style='visibility:hidden'>Hidden</p><p id=low style='margin-top:9000px'>Below</p>",
        encoding="utf-8",
    )
    reader = Reader(chromium, page)
    reader.open()
    assert reader.see(reader.find("#free")) == "Seen"
    for id in ("under", "hidden", "low"):
        with pytest.raises(Unreadable, match="not in view"):
            reader.see(reader.find(f"#{id}"))
    assert reader.scroll(reader.find("#low")) == "Below"


def test_a_failing_walk_ends_with_one_and_names_the_step(
    chromium: Chrome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "brief.html").write_text("<p class=lead>Nothing here.", encoding="utf-8")
    monkeypatch.setattr(walkthrough, "browser", lambda: nullcontext(chromium))
    monkeypatch.setattr(walkthrough, "IMAGES", tmp_path)
    assert walkthrough.main(["--from", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("Ten seconds, “The first screen”: nothing on the page is “.lead .s”")
    assert walkthrough.main(["--form"]) == 2


def parts() -> dict[str, str]:
    """The guide by its headings."""
    _, *found = re.split(r"^## (.*)$", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(found[::2], found[1::2], strict=True))


def test_the_guide_has_the_three_readings_with_every_step_in_its_own() -> None:
    assert list(parts()) == list(dict.fromkeys(step.reading for step in STEPS))
    missing = [step.name for step in STEPS if f"**{step.name.lower()}" not in parts()[step.reading].lower()]
    assert missing == []


def test_the_guide_shows_every_picture_and_each_is_small() -> None:
    shown = {reading: re.findall(r"\(\.\./img/(reading-[^)]*)\)", text) for reading, text in parts().items()}
    taken = {reading: [walkthrough.image(s.picture).name for s in STEPS if s.picture and s.reading == reading] for reading in shown}
    assert shown == taken
    files = sorted(walkthrough.IMAGES.glob("reading-*"))
    assert [path.name for path in files] == sorted(name for names in shown.values() for name in names)
    assert len(files) <= MOST_PICTURES
    for path in files:
        data = path.read_bytes()
        assert data[:4] + data[8:12] == b"RIFFWEBP"
        assert 4_000 < len(data) <= walkthrough.LARGEST


def test_the_guide_leads_to_sections_that_a_brief_has(folder: Path) -> None:
    titles = set(re.findall(r'<h2 id="[^"]*">([^<]*)</h2>', (folder / "brief.html").read_text(encoding="utf-8")))
    rows = re.findall(r"^\|(?! -)(?!-)[^|]*\|([^|]*)\|[^|]*\|$", parts()[walkthrough.TEN_MINUTES], re.MULTILINE)[1:]
    named = [name for cell in rows for name in re.findall(r"\*\*([^*]*)\*\*", cell)]
    assert len(named) >= 8
    assert set(named) <= titles
