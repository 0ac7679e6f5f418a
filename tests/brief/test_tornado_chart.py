"""The chart of the tornado: its rows say what the table says, and it draws."""

import re

from openparley.brief.charts import _tornado
from openparley.brief.svg import svg
from openparley.forecast.at_value import AtValue
from openparley.forecast.tornado import Tornado, TornadoRow


def at(name: str, forecast: float, draws: int = 0) -> AtValue:
    return AtValue(name, 1.0, forecast, forecast - 0.3, 0.0, 0.1, 0.01 if draws else float("nan"), draws)


def wind(count: int) -> Tornado:
    rows = [TornadoRow(f"A{i}", (at(f"A{i}", 0.2), at(f"A{i}", 0.3), at(f"A{i}", 0.4))) for i in range(count)]
    rows[0] = TornadoRow("A0", rows[0].emulated, (at("A0", 0.1, 12), at("A0", 0.5, 12)))
    return Tornado("deal", 0.3, 0.6, 0.5, tuple(rows), 24)


def rows(count: int) -> list[dict[str, object]]:
    return _tornado.rows_of(wind(count), "Deal", lambda id: f"what {id} says", lambda id: f"#n-{id}")


def test_rows_hold_both_ends_and_solves_where_there_are_some() -> None:
    found = rows(3)
    assert [row["part"] for row in found] == ["name", "emulated", "solved", "name", "emulated", "name", "emulated"]
    assert (found[2]["low"], found[2]["high"]) == (0.1, 0.5)
    assert found[0]["verdict"] == "10–50 %"
    assert found[3]["verdict"] == "20–40 %"


def test_no_more_than_eight_are_drawn() -> None:
    assert sum(row["part"] == "name" for row in rows(30)) == _tornado.SHOWN


def test_it_draws_and_every_mark_leads_to_its_trace() -> None:
    drawn = svg(_tornado.chart(rows(3)), "p", "What it hinges on", "what it shows")
    assert set(re.findall(r'href="([^"]*)"', drawn)) == {"#n-A0", "#n-A1", "#n-A2"}
    assert "what A0 says" in drawn
