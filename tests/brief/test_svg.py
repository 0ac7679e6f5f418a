"""Pictures are made small without changing what one sees."""

import io
import json
from xml.etree import ElementTree

import numpy as np
import pytest
import vl_convert
from PIL import Image

from openparley.brief import Brief
from openparley.brief.charts import discover
from openparley.brief.charts._look import breadth, panels, wrap
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.paths import moved
from openparley.brief.slim import flattened, joined, placed, shared
from openparley.brief.svg import clean, specification, stacked
from openparley.record.case import Case
from tests.brief import synthetic

CHARTS = discover()
SCALE = 3
# Half a tenth of a unit is what rounding may move a line, which shades the pixels at its edge.
SHADE, SHARE = 110, 0.0005


@pytest.fixture(scope="module")
def context(case: Case) -> Context:
    return Context(Facts.of(case), synthetic.posterior(), synthetic.forecast(), synthetic.run(), lexicon("icd203"))


def pixels(svg: str) -> np.ndarray:
    if "xmlns=" not in svg:
        svg = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    drawn = Image.open(io.BytesIO(vl_convert.svg_to_png(svg, scale=SCALE))).convert("RGBA")
    return np.asarray(Image.alpha_composite(Image.new("RGBA", drawn.size, "white"), drawn).convert("L"), dtype=int)


@pytest.mark.parametrize("name", CHARTS)
def test_a_small_picture_shows_the_same(name: str, context: Context) -> None:
    rows = next(iter(panels(CHARTS[name].data(context)).values()))
    drawn = vl_convert.vegalite_to_svg(specification(CHARTS[name].chart(rows)))
    small = clean(drawn, "p", "t", "")
    assert len(small) < 0.45 * len(drawn)
    one, two = pixels(drawn), pixels(small)
    assert one.shape == two.shape
    assert one.min() < 200 < one.max()
    assert (np.abs(one - two) > SHADE).mean() < SHARE


@pytest.mark.parametrize(
    "change",
    ['x="', 'd="M', "stroke-dasharray", 'r="'],
)
def test_another_picture_does_not(change: str, context: Context) -> None:
    rows = next(iter(panels(CHARTS["rivals" if change != 'r="' else "futures"].data(context)).values()))
    name = "rivals" if change != 'r="' else "futures"
    small = clean(vl_convert.vegalite_to_svg(specification(CHARTS[name].chart(rows))), "p", "t", "")
    assert change in small
    other = small.replace(change, {'x="': 'x="1', 'd="M': 'd="M1', "stroke-dasharray": "data-no", 'r="': 'r="1'}[change])
    assert (np.abs(pixels(small) - pixels(other)) > SHADE).mean() > SHARE


def test_panels_published_together_are_the_chart_of_all_rows(context: Context, brief: Brief) -> None:
    for name, chart in CHARTS.items():
        rows = chart.data(context)
        whole = specification(chart.chart(rows))
        parts = [specification(chart.chart(group)) for group in panels(rows).values()]
        together = stacked(parts)
        whole.pop("usermeta", None)
        together = {key: value for key, value in together.items() if key != "usermeta"}
        assert json.dumps(together, sort_keys=True) == json.dumps(whole, sort_keys=True), name
        assert json.loads(brief.charts[f"{name}.vl.json"]).keys() >= together.keys()


def tree(inside: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<svg>{inside}</svg>")


def text(root: ElementTree.Element) -> str:
    for work in (placed, flattened, joined, shared):
        work(root)
    return ElementTree.tostring(root, encoding="unicode").replace(" />", "/>")


def test_moves_of_groups_add_up() -> None:
    inside = (
        '<g transform="translate(10,20)"><g transform="translate(0.5,0.5)"><circle r="2" cx="0" cy="0"/><text x="1" y="2">a</text></g></g>'
    )
    assert '<text x="11.5" y="22.5">' in text(tree(inside))
    assert 'd="M12,24h3"' in text(tree('<g transform="translate(2,4)"><line transform="translate(10,20)" x2="3" y2="0"/></g>'))


def test_what_is_turned_or_cut_keeps_its_own_places() -> None:
    assert 'transform="translate(5,6) rotate(-90)"' in text(
        tree('<g transform="translate(5,6)"><text transform="rotate(-90)" x="1" y="2">a</text></g>')
    )
    cut = text(tree('<g transform="translate(5,6)"><g clip-path="url(#c)"><path d="M0,0h9" stroke="red"/></g></g>'))
    assert 'd="M0,0h9"' in cut
    assert 'transform="translate(5,6)"' in cut


def test_only_strokes_are_joined_and_only_neighbours() -> None:
    lines = '<path stroke="#000" d="M0,0h1"/><path stroke="#000" d="M0,5h1"/>'
    assert text(tree(lines)).count("<path") == 1
    assert text(tree(lines.replace('stroke="#000"', 'fill="#000" opacity="0.5"'))).count("<path") == 2
    assert text(tree(lines.replace("/><path", '/><circle r="1"/><path'))).count("<path") == 2
    links = '<a href="#x" aria-label="l"><circle r="1"/></a><a href="#x" aria-label="m"><circle r="1"/></a>'
    assert text(tree(links)).count("<a ") == 2
    assert text(tree(links.replace('"m"', '"l"'))).count("<a ") == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("M0,0L10,0L10,5Z", "M0,0h10v5z"),
        ("M0,0l1,1l1,-1", "M0,0l1,1 1-1"),
        ("M0,0h5v5h-5Z", "M0,0h5v5h-5z"),
        ("M1,1A2,2,0,1,1,3,3", "M1,1a2,2,0,1,1,2,2"),
        ("M0,0C1,1,2,2,3,3", "M0,0c1,1,2,2,3,3"),
        ("M0,0L0.04,0L0.08,0L0.12,0", "M0,0h.1"),
        ("M5,5L6,6M1,1L2,2", "M5,5l1,1M1,1l1,1"),
    ],
)
def test_paths_are_written_in_steps(before: str, after: str) -> None:
    assert moved(before) == after


def test_rounding_does_not_add_up() -> None:
    steps = moved("M0,0" + "".join(f"L{k * 0.14:.2f},{k}" for k in range(1, 101)))
    pairs = steps.removeprefix("M0,0l").split(" ")
    assert len(pairs) == 100
    assert sum(float(pair.split(",")[0]) for pair in pairs) == pytest.approx(14.0, abs=0.06)
    assert len({pair.split(",")[0] for pair in pairs}) == 2


def test_labels_are_cut_to_their_room() -> None:
    for name in (
        "Wants a deal",
        "W" * 60,
        "Acknowledges internationally supervised navigation",
        "i" * 60,
        "هيئة الوساطة بين الطرفين في المضيق",
    ):
        lines = wrap(name, 12)
        assert len(lines) <= 2
        assert all(breadth(line) <= 12 * 0.56 for line in lines), lines
    assert wrap("Wants a deal", 19) == ["Wants a deal"]
    assert wrap("one two three four five", 8)[-1].endswith("…")
