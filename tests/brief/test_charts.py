import json
import re
from pathlib import Path

import pytest

from openparley.brief import Brief, BriefPaths
from openparley.brief.charts import discover
from openparley.brief.charts._look import panels
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.svg import clean, svg
from openparley.record.case import Case
from tests.brief import synthetic

CHARTS = discover()


@pytest.fixture(scope="module")
def context(case: Case) -> Context:
    return Context(Facts.of(case), synthetic.posterior(), synthetic.forecast(), synthetic.run(), lexicon("icd203"))


@pytest.mark.parametrize("name", CHARTS)
def test_chart_keeps_the_schema_of_vega_lite(name: str, context: Context) -> None:
    rows = CHARTS[name].data(context)
    specification = CHARTS[name].chart(rows).to_dict()
    assert specification["$schema"].endswith(".json")
    assert not re.search(r'"url"', json.dumps(specification))


@pytest.mark.parametrize("name", CHARTS)
def test_every_panel_is_named_and_holds_only_anchors(name: str, context: Context) -> None:
    for panel, rows in panels(CHARTS[name].data(context)).items():
        drawn = svg(CHARTS[name].chart(rows), "p", f"{name}: {panel}", "what it shows")
        assert drawn.startswith('<svg role="group"')
        assert "<title>" in drawn
        assert "<desc>what it shows</desc>" in drawn
        assert " style=" not in drawn
        assert "http" not in drawn
        assert not re.search(r"\d\.\d{3}", re.sub(r"<text.*?</text>|aria-label=\"[^\"]*\"", "", drawn))
        assert all(target.startswith("#") for target in re.findall(r'href="([^"]*)"', drawn))
        assert all(id.startswith("p-") for id in re.findall(r' id="([^"]*)"', drawn))
        links = re.findall(r"<a [^>]*>.*?</a>", drawn)
        assert links
        assert all("aria-label=" in link or "<text" in link for link in links)


def test_cleaning_takes_styles_and_outside_addresses_away() -> None:
    drawn = (
        '<svg xmlns="http://x" xmlns:xlink="http://www.w3.org/1999/xlink" width="1" height="1" viewBox="0 0 1 1"><clipPath id="clip0"/>'
        '<a xlink:href="https://out.example/#n-x"><path clip-path="url(#clip0)" style="cursor:pointer;fill:red" d="M0.123456,1"/></a>'
        '<a href="https://out.example/"><b/></a></svg>'
    )
    cleaned = clean(drawn, "f", "t", "d")
    assert 'href="#n-x"' in cleaned
    assert "out.example" not in cleaned
    assert "style=" not in cleaned
    assert 'id="f-clip0"' in cleaned
    assert "url(#f-clip0)" in cleaned
    assert ' fill="red"' in cleaned


def test_lines_end_where_the_table_ends(context: Context) -> None:
    rows = CHARTS["rivals"].data(context)
    for actor, path in context.posterior.accounts.items():
        for k, label in enumerate(path.labels):
            last = [
                row for row in rows if row["part"] == "line" and row["account"] == label and row["href"] == f"#n-share-{actor}-{label}"
            ][-1]
            assert last["share"] == pytest.approx(path.share[-1][k], abs=1e-4)


def test_fifty_futures_are_fifty_dots(brief: Brief, context: Context) -> None:
    rows = CHARTS["futures"].data(context)
    assert len(rows) == 50
    assert sum(row["happens"] for row in rows) == brief.content["numbers"]["n-futures"]["value"]


def test_tables_lie_beside_the_page(written: BriefPaths) -> None:
    csv: Path = next(path for path in written.charts if path.name == "rivals.csv")
    assert csv.read_text(encoding="utf-8").splitlines()[0].startswith("panel,account")
