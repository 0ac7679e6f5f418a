import json
import re
from dataclasses import replace
from itertools import pairwise
from math import log
from pathlib import Path

import pytest

from openparley.brief import Brief, BriefPaths
from openparley.brief.charts import discover
from openparley.brief.charts._look import panels
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.svg import clean, svg
from openparley.forecast.indicators import Prob
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


def labelled(context: Context, probs: dict[str, float]) -> tuple[list[float], dict[str, float], int]:
    """Where the labels of an indicator with these probabilities stand, their dots, and how many have a line to their dot."""
    row = replace(synthetic.indicators()[0], probs={account: Prob(value, 0.001) for account, value in probs.items()})
    found = replace(context, forecast=replace(context.forecast, indicators=(row,)))
    specification = CHARTS["indicators"].chart(CHARTS["indicators"].data(found)).to_dict()
    rows = [one for rows in specification["datasets"].values() for one in rows]
    dots = {one["account"]: one for one in rows if "at" in one}
    led = [layer["data"]["name"] for layer in specification["layer"] if layer["encoding"].get("y2", {}).get("field") == "led"]
    return [dots[one]["at"] for one in probs], {one: dots[one]["prob"] for one in probs}, len(specification["datasets"][led[0]])


def test_labels_of_close_dots_stand_apart_in_the_order_of_the_dots_and_are_led_to(context: Context) -> None:
    at, dots, lines = labelled(context, {"none": 0.02, "H1": 0.03, "H2": 0.06, "H3": 0.17})
    assert min(two - one for one, two in pairwise(at)) > 0.099 * 0.2
    assert lines == sum(abs(one - dot) > 0.01 * 0.2 for one, dot in zip(at, dots.values(), strict=True)) >= 2
    at, dots, lines = labelled(context, {"none": 0.05, "H1": 0.3, "H2": 0.6})
    assert at == list(dots.values())
    assert lines == 0


def test_a_report_that_would_settle_next_to_nothing_is_not_shown(context: Context) -> None:
    chart, row = CHARTS["indicators"], synthetic.indicators()[0]
    at_limit = chart.WORTH * chart.unknown(context, row)
    gains = {"cut_support": 1.5 * at_limit, "threaten": 1.01 * at_limit, "extend": 0.99 * at_limit}
    rows = tuple(replace(row, move=move, gain=gain) for move, gain in gains.items())
    shown = chart.best(replace(context, forecast=replace(context.forecast, indicators=rows)))
    assert [one.move for one in shown["mediator"]] == ["cut_support", "threaten"]
    little = chart.best(replace(context, forecast=replace(context.forecast, indicators=rows[2:])))
    assert [one.move for one in little["mediator"]] == ["extend"]


def test_what_is_unknown_of_two_even_accounts_is_one_bit(context: Context) -> None:
    row = synthetic.indicators()[0]
    path = context.posterior.accounts["mediator"]
    even = replace(path, now={account: replace(share, value=0.3) for account, share in path.now.items()})
    found = replace(context, posterior=replace(context.posterior, accounts={"mediator": even}))
    assert CHARTS["indicators"].unknown(found, replace(row, probs={one: row.probs[one] for one in ("H1", "H2")})) == pytest.approx(log(2))


def test_the_cut_off_line_leaves_room_for_the_labels_that_it_would_run_through() -> None:
    around = CHARTS["timeline"]._around
    rows = [{"y": 0.0, "text": "C001: kept"}, {"y": 1.0, "text": "C002 demand: no report, 54 days overdue"}]
    assert around(rows, 300.0, -0.95, 1.55) == [(-0.95, 1.55)]
    (one, two), (three, four) = around(rows, 200.0, -0.95, 1.55)
    assert (one, four) == (-0.95, 1.55)
    assert 0 < two < 1 - 7 / 42 - 0.2  # above the label, which stands 7 pixels above its row
    assert two < three <= 1
    assert len(around(rows, 40.0, -0.95, 1.55)) == 3
