"""Reports to watch for and what became of earlier ones: every sentence, beside the table and the picture that it must agree with."""

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import pytest

from openparley.brief import Brief
from openparley.brief.charts import indicators as chart
from openparley.brief.cite import plain
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.lint import sentence_faults
from openparley.brief.sections.indicators import _followed_table, _table, best_sentence, indicators_blocks
from openparley.forecast.following import NOT_YET, OVERDUE, SEEN
from openparley.record.case import Case
from tests.brief import synthetic


@pytest.fixture(autouse=True)
def no_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openparley.brief.figures.discover", lambda: defaultdict(lambda: SimpleNamespace(data=lambda context: [])))


def context(case: Case, **changes: object) -> Context:
    forecast = replace(synthetic.forecast(), **changes)  # type: ignore[arg-type]
    return Context(Facts.of(case), synthetic.posterior(), forecast, synthetic.run(), lexicon("icd203"))


def prose(found: Context) -> list[str]:
    indicators_blocks(found)
    assert sentence_faults(found.book.sentences, found.lexicon, found.facts.texts) == []
    return [sentence.text for sentence in found.book.sentences if sentence.section == "indicators"]


def test_the_best_of_each_actor_come_first_those_between_all_accounts_before_pairs(case: Case) -> None:
    found = chart.best(context(case))
    assert {about: [(row.move, row.between) for row in rows] for about, rows in found.items()} == {
        "mediator": [("cut_support", ()), ("threaten", ()), ("table_offer", ("H2", "H3"))],
        "party_a": [("stall", ()), ("counter", ("J1", "J2"))],
    }


def test_no_more_rows_than_the_page_has_room_for(case: Case) -> None:
    few = synthetic.indicators()
    many = tuple(replace(few[0], about=about, move=f"move_{n}") for about in ("mediator", "party_a") for n in range(9))
    assert [len(rows) for rows in chart.best(context(case, indicators=many)).values()] == [3, 3]


def test_the_sentence_names_the_two_accounts_that_expect_it_most_differently(case: Case) -> None:
    text = prose(context(case))[1]
    assert text == (
        "For the accounts of the mediator watch for a report that the mediator cuts support, by 27 May 2026; its probability is "
        "34 % under H2 (Favours party A) and 8 % under H1 (Wants a deal)."
    )


def test_none_of_these_is_named_only_against_a_single_account(case: Case) -> None:
    row = synthetic.indicators()[0]
    here = context(case)
    alone = replace(row, probs={"H1": row.probs["H1"], "none": row.probs["none"]})
    assert "15 % under none of these and 8 % under H1" in best_sentence(here, alone).text
    most = replace(row, probs={**row.probs, "none": replace(row.probs["none"], value=0.9)})
    assert "34 % under H2 (Favours party A) and 8 % under H1" in best_sentence(context(case), most).text


def test_every_probability_of_a_sentence_has_its_error_and_a_range(case: Case) -> None:
    here = context(case)
    prose(here)
    number = here.book.numbers["n-watch-mediator-mediator-cut-support-in-h2"]
    assert (number.value, number.mcse, number.text) == (0.34, 0.006, "34 %")
    assert number.low is not None
    assert number.high is not None
    assert number.low < 0.34 < number.high


def test_the_table_says_what_where_and_by_when(case: Case) -> None:
    here = context(case)
    table = _table(here, chart.best(here))
    rows = {plain(row[0]): [plain(cell) for cell in row[1:]] for row in table.rows}
    under, gain, where, dates, state = rows["The mediator: cut support"]
    assert under == "H1 8 %, H2 34 %, H3 28 %, none 15 %"
    assert gain == "4 %"
    assert where == "sanction (event) toward Party B"
    assert dates == "13 May 2026; 27 May 2026"
    assert state == "not yet; never reported so far"
    assert rows["The mediator: threaten"][-1] == "not yet; last reported 20 Apr 2026"
    assert "The mediator: Harbour Courier (3), Island Gazette (2)" in table.caption


def test_without_indicators_one_sentence_says_so_and_nothing_is_drawn(case: Case) -> None:
    here = context(case, indicators=(), followed=())
    assert prose(here) == ["This run lists no report that would tell the accounts apart better than chance would."]
    assert chart.data(here) == []


def test_what_became_of_earlier_ones_is_counted_and_an_overdue_silence_is_in_the_numbers_already(case: Case) -> None:
    *_, counts, overdue = prose(context(case))
    assert counts == "Of 4 indicators of earlier runs (6b1c09): seen 1, not yet 1, overdue 2."
    assert overdue == (
        "What is overdue is evidence by silence, and that silence is in the numbers already: the shares of the accounts bear it."
    )
    punctual = tuple(one for one in synthetic.followed() if one.state != OVERDUE)
    assert prose(context(case, followed=punctual))[-1] == "Of 2 indicators of earlier runs (6b1c09): seen 1, not yet 1, overdue 0."
    assert not any("earlier runs" in text for text in prose(context(case, followed=())))


def test_the_table_of_earlier_ones_agrees_with_their_count(case: Case) -> None:
    (fold,) = _followed_table(context(case))
    states = [plain(row[3]) for row in fold.blocks[0].rows]  # type: ignore[union-attr]
    assert [state.split(",")[0] for state in states] == [OVERDUE, OVERDUE, SEEN, NOT_YET]
    assert states[2] == "seen, 20 Apr 2026"
    # a silence counts with the probability of no report: 1 − 8 % and 1 − 34 %
    assert plain(fold.blocks[0].rows[0][4]).startswith("H1 ×0.92, H2 ×0.66")  # type: ignore[union-attr]
    pair = tuple(replace(one, indicator=replace(one.indicator, between=("H1", "H2"))) for one in synthetic.followed())
    assert _followed_table(context(case, followed=pair)) == []


def test_labels_of_the_picture_keep_off_one_another_and_stay_in_the_order_of_their_dots() -> None:
    places = chart._beside([0.49, 0.5, 0.51, 0.9], 1.0)
    assert all(b - a >= chart.LABEL - 1e-6 for a, b in pairwise(places))
    assert places[1] == pytest.approx(0.5, abs=0.005)
    assert chart._beside([0.0, 0.0], 0.5)[0] >= 0


def test_the_data_beside_the_page_have_every_indicator_and_its_id(brief: Brief) -> None:
    assert len(brief.content["indicators"]) == len(synthetic.INDICATORS)
    assert brief.content["indicators"]["n-watch-mediator-h1-h2-mediator-cut-support"]["gain"] == 0.066
    shown = {id for id in brief.content["numbers"] if id.startswith("n-watch") and not any(part in id for part in ("-in-", "-if-"))}
    assert len(shown) == 5
    assert shown <= brief.content["indicators"].keys()
    assert {one["state"] for one in brief.content["followed"]} == {SEEN, NOT_YET, OVERDUE}
    assert "n-hinge-A03" in brief.content["hinges"]["tornado"]["rows"]
    assert brief.content["hinges"]["flips"]["smallest"] == "A03"
    assert brief.content["hinges"]["tornado"]["rows"]["n-hinge-A05"]["solved"][1]["forecast"] is None
