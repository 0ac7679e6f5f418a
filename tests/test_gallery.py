"""The gallery shows every chart, with its question, its picture and its data, and says what the program says."""

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from openparley.brief import Brief, make_brief
from openparley.brief.charts import discover
from openparley.brief.lint import page_faults
from scripts import gallery
from tests.brief import synthetic

CHARTS = discover()
LARGEST = 40_000
FEWEST_MARKS = 8
SVG = "{http://www.w3.org/2000/svg}"


def test_the_page_is_current() -> None:
    assert gallery.PAGE.read_text(encoding="utf-8") == gallery.page(), "run `python -m scripts.gallery --page`"


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Brief:
    case = synthetic.case(tmp_path_factory.mktemp("strait") / "case")
    return make_brief(case, synthetic.posterior(), synthetic.forecast(), synthetic.run())


def test_charts_stand_in_the_order_of_the_page(brief: Brief) -> None:
    order = [id.replace("-", "_") for id in re.findall(r'<figure id="figure-([^"]+)"', brief.html)]
    assert list(gallery.charts()) == list(gallery.ORDER) == order
    titles = re.findall(r"^## (.+)$", gallery.PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert titles == [CHARTS[name].TITLE for name in order]


def test_samples_are_rounded_as_on_the_page() -> None:
    table = "panel,part,prob,mcse,week\nOne,dot,0.3432,0.0318,3\nOne,dot,0.0576,0.0057,3\nOne,dot,0.001,0.0004,3\n"
    assert gallery.first_rows(table)[2:] == [
        "| One | dot | 35 % | ±3 points | 3 |",
        "| One | dot | 6 % | ±1 point | 3 |",
        "| One | dot | less than 1 % | under 1 point | 3 |",
    ]
    cells = [line for line in gallery.PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert not [line for line in cells if re.search(r"\b0\.\d", line)]


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_asks_a_question_and_says_how_to_read_it(name: str) -> None:
    module = CHARTS[name]
    assert module.QUESTION.endswith("?")
    assert len(module.READ) > 40
    assert module.READ.endswith(".")


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_has_an_entry_with_its_data_and_its_file(name: str) -> None:
    entry = gallery.PAGE.read_text(encoding="utf-8").partition(f"\n## {CHARTS[name].TITLE}\n")[2].partition("\n## ")[0]
    assert CHARTS[name].QUESTION in entry
    assert f"(img/{gallery.image(name, 'svg').name})" in entry
    assert f"(img/{gallery.image(name, 'csv').name})" in entry
    assert f"src/openparley/brief/charts/{name}.py" in entry
    assert len(re.findall(r"^\| ", entry, re.MULTILINE)) >= 4
    rows = list(csv.DictReader(io.StringIO(gallery.image(name, "csv").read_text(encoding="utf-8"))))
    assert len(rows) > 1


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_has_a_picture_that_is_not_empty(name: str) -> None:
    text = gallery.image(name, "svg").read_text(encoding="utf-8")
    assert len(text.encode()) < LARGEST
    assert page_faults(text.replace('xmlns="http://www.w3.org/2000/svg"', "")) == []
    root = ElementTree.fromstring(text)
    marks = [node for node in root.iter() if node.tag in (f"{SVG}path", f"{SVG}circle")]
    assert len(marks) >= FEWEST_MARKS
    words = " ".join("".join(node.itertext()) for node in root.iter(f"{SVG}text"))
    panels = gallery.panel_names(gallery.image(name, "csv").read_text(encoding="utf-8"))
    shown = [panel for panel in panels if panel.split()[0] in words]
    assert shown
    assert any(len(node.get("d", "")) > 10 or node.get("r") for node in marks)


def test_a_picture_is_made_anew_from_what_a_brief_writes(brief: Brief, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, images = tmp_path / "charts", tmp_path / "img"
    folder.mkdir()
    images.mkdir()
    for name, text in brief.charts.items():
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(gallery, "IMAGES", images)
    monkeypatch.setattr(gallery, "PAGE", tmp_path / "gallery.md")
    monkeypatch.setattr(gallery, "ROOT", tmp_path)
    assert gallery.main(["--from", str(tmp_path)]) == 0
    assert {path.stem.removeprefix("gallery-").replace("-", "_") for path in images.glob("*.svg")} == set(CHARTS)
    drawn = gallery.image("rivals", "svg").read_text(encoding="utf-8")
    assert "H1" in drawn
    assert gallery.main(["--check"]) == 0
    gallery.PAGE.write_text("old", encoding="utf-8")
    assert gallery.main(["--check"]) == 1
    assert gallery.PAGE.read_text(encoding="utf-8") == "old"
    assert gallery.main(["--form"]) == 2


def test_of_many_panels_those_with_most_in_them_are_shown() -> None:
    table = gallery.image("timeline", "csv").read_text(encoding="utf-8")
    names = gallery.panel_names(table)
    assert len(names) > gallery.PANELS
    drawn = gallery.image("timeline", "svg").read_text(encoding="utf-8")
    (fullest, _), *_, (emptiest, _) = names.most_common()
    assert fullest in drawn
    assert emptiest not in drawn


def test_specifications_are_not_changed(tmp_path: Path) -> None:
    specification = {"vconcat": [{"mark": "point", "data": {"values": []}}], "$schema": "https://vega.github.io/schema/vega-lite/v6.json"}
    before = json.dumps(specification)
    gallery.drawn(specification, CHARTS["rivals"], gallery.panel_names("panel,x\nOne,1\n"))
    assert json.dumps(specification) == before
