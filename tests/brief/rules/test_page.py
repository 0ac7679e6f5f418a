"""Rules 1, 7, 8, 9, 10, 11 and 13: what a finished brief says and draws against the results that it is made from."""

import copy
import json
import re
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from openparley.brief import Brief, make_brief
from openparley.brief.bottom_line import leading_account
from openparley.brief.charts import discover
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.lint import trace_faults
from openparley.brief.lint.sentences import WINNER
from openparley.brief.sections.hinges import hinges_blocks
from openparley.brief.words import step
from openparley.errors import CaseError
from openparley.forecast.questions import Asked, freeze, questions_path, read_questions
from openparley.forecast.runs import read_run
from openparley.forecast.scoreboard import FORECASTERS
from openparley.infer.posterior import Posterior
from openparley.record.case import Case
from tests.brief import synthetic
from tests.forecast.small_runs import a_case, write_run

PIXEL = 0.006  # share that a tenth of a point of the picture is worth, twice over, with the rounding of the data


@pytest.fixture
def no_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing takes most of the time."""
    empty = SimpleNamespace(data=lambda context: [])
    monkeypatch.setattr("openparley.brief.figures.discover", lambda: defaultdict(lambda: empty))


def context(case: Case, **changes: Any) -> Context:
    forecast = changes.get("forecast", synthetic.forecast())
    return Context(Facts.of(case), changes.get("posterior", synthetic.posterior()), forecast, synthetic.run(), lexicon("icd203"))


# 1: digits


def test_rule_01_no_share_has_more_digits_than_its_error_supports(brief: Brief) -> None:
    seen = 0
    for one in brief.content["numbers"].values():
        for text in (one["printed"], one["range"]):
            whole = re.fullmatch(r"(\d+)(?:–(\d+))? %", text)
            for end in (end for end in whole.groups() if end) if whole else ():
                seen += 1
                assert int(end) % step(one["mcse"] or 0.0) == 0 or int(end) in (1, 99)
                assert 0 < int(end) < 100
    assert seen > 10


def test_rule_01_a_coarser_estimate_loses_its_last_digit(case: Case) -> None:
    forecast = synthetic.forecast()
    outcome = forecast.outcomes["tariffs"]
    last = replace(outcome.at_horizon, mcse=0.03)
    forecast = replace(forecast, outcomes={**forecast.outcomes, "tariffs": replace(outcome, by_week=(*outcome.by_week[:-1], last))})
    made = context(case, forecast=forecast)
    assert (made.probability("tariffs").text, made.probability("tariffs").range) == ("15 %", "5–25 %")
    assert made.probability("ceasefire").text == "31 %"


# 7: what a chart draws


def misdrawn(html: str, figure: str, numbers: dict[str, Any]) -> list[str]:
    """Marks that lead to a number and do not stand where the axis of their picture puts it."""
    found = []
    part = html.split(f'<figure id="{figure}"')[1].split("</figure>")[0]
    for picture in re.findall(r"<svg.*?</svg>", part, re.DOTALL):
        ticks = [(float(x), int(at) / 100) for x, at in re.findall(r'<text[^>]*? x="([\d.]+)"[^>]*>(\d+) %</text>', picture)]
        assert len(ticks) >= 3
        slope, start = np.polyfit(*zip(*ticks, strict=True), 1)
        marks = re.findall(r'<a href="#([^"]+)"[^>]*>((?:(?!</a>).)*)</a>', picture)
        drawn = [(id, float(x)) for id, inside in marks for x in re.findall(r'<circle[^>]*? cx="([\d.]+)"', inside)]
        assert drawn
        found += [id for id, x in drawn if abs(start + slope * x - numbers[id]["value"]) > PIXEL]
    return found


@pytest.mark.parametrize("figure", ["figure-before-after", "figure-levers"])
def test_rule_07_a_mark_stands_where_its_number_puts_it(brief: Brief, figure: str) -> None:
    numbers = brief.content["numbers"]
    assert misdrawn(brief.html, figure, numbers) == []
    mark = re.search(rf'<figure id="{figure}".*?<a href="#([^"]+)"[^>]*><circle cx="([\d.]+)"', brief.html, re.DOTALL)
    assert mark is not None
    moved = mark[0].removesuffix(f'"{mark[2]}"') + f'"{float(mark[2]) + 6}"'
    assert misdrawn(brief.html.replace(mark[0], moved), figure, numbers) == [mark[1]]


def test_rule_07_the_countable_futures_are_as_many_as_the_sentence_says(brief: Brief, case: Case) -> None:
    rows = discover()["futures"].data(context(case))
    filled = [row for row in rows if row.get("week") or row.get("happens")]
    assert len(filled) == brief.content["numbers"]["n-futures"]["value"]


# 8: prose and table


def standings() -> dict[str, Posterior]:
    """Posteriors for every branch of the sentence on the leading account."""
    base = synthetic.posterior()
    path = base.accounts["mediator"]

    def with_shares(**shares: tuple[float, float, float]) -> Posterior:
        now = {label: replace(path.now[label], value=value, low=low, high=high) for label, (value, low, high) in shares.items()}
        return replace(base, accounts={**base.accounts, "mediator": replace(path, now=now)})

    close = with_shares(H1=(0.4, 0.3, 0.5), H2=(0.35, 0.25, 0.45), H3=(0.15, 0.1, 0.2), none=(0.1, 0.05, 0.2))
    clear = with_shares(H1=(0.1, 0.05, 0.2), H2=(0.2, 0.15, 0.25), H3=(0.65, 0.6, 0.7), none=(0.05, 0.01, 0.1))
    habit = with_shares(H1=(0.1, 0.05, 0.2), H2=(0.15, 0.1, 0.3), H3=(0.05, 0.01, 0.1), none=(0.7, 0.6, 0.8))
    return {"close": close, "clear": clear, "none of these": habit, "as it is": base}


@pytest.mark.parametrize("branch", standings())
def test_rule_08_who_leads_in_prose_leads_in_the_table(case: Case, branch: str) -> None:
    posterior = standings()[branch]
    now = posterior.accounts["mediator"].now
    named = sorted((label for label in now if label != "none"), key=lambda label: -now[label].value)
    said = leading_account(context(case, posterior=posterior), "mediator").text
    if now[named[0]].low <= now[named[1]].high:
        assert f"none stands clear: {named[0]} (" in said
        assert f"and {named[1]} (" in said
    else:
        assert f"accounts {named[0]} (" in said.split(" has the most weight")[0]
    assert ("more than any of them" in said) == (now["none"].value > now[named[0]].value)


@pytest.mark.parametrize(("score", "verdict"), [(-1.18, "better"), (-1.31, "no better"), (-1.4, "no better")])
def test_rule_08_the_fit_in_prose_is_that_of_the_scores(case: Case, score: float, verdict: str) -> None:
    base = synthetic.posterior()  # its best baseline scores −1.31
    said = leading_account(context(case, posterior=replace(base, fit=replace(base.fit, log_score=score))), "mediator").text
    assert f"the model predicts {verdict} than its best baseline" in said


def test_rule_08_a_sentence_that_prints_another_number_is_refused(brief: Brief) -> None:
    content = copy.deepcopy(brief.content)
    content["numbers"]["n-p-ceasefire"] |= {"printed": "62 %", "range": "50–70 %", "value": 0.62}
    assert any("is not what n-p-ceasefire is" in fault for fault in trace_faults(content))


# 9: a winner and its absolute fit


def test_rule_09_whoever_leads_stands_beside_the_fit_and_none_of_these(brief: Brief) -> None:
    leaders = [one for one in brief.content["sentences"] if WINNER.search(one["text"])]
    assert leaders
    for one in leaders:
        assert "n-fit-model" in one["numbers"]
        assert any(id.endswith("-none") for id in one["numbers"])
    assert {f"n-share-{actor}-none" for actor in brief.content["accounts"]} <= brief.content["numbers"].keys()


# hypotheses in rows, evidence in columns


def test_rule_09_hypotheses_are_rows_and_evidence_is_columns(brief: Brief) -> None:
    matrix = brief.html.split('<table class="matrix')[1].split("</table>")[0]
    head, *body = re.split(r"<tr[^>]*>", matrix.split("<tr", 1)[1].join(("<tr", "")))[1:]
    heads = re.findall(r"<th[^>]*>([^<]+)", "".join(body))
    assert [text.strip() for text in heads] == ["Wants a deal", "Favours party A", "Ready to walk away", "None of these"]
    assert len(re.findall(r'href="#[EC]\d+"', head)) > 3
    assert not re.search(r'href="#[EC]\d+"', "".join(body))


# 10: no advice, and nothing between computed values


@pytest.mark.usefixtures("no_charts")
@pytest.mark.parametrize(("solved", "says"), [(True, "by solving the game anew"), (False, "as emulated")])
def test_rule_10_what_was_emulated_is_not_told_as_computed(case: Case, solved: bool, says: str) -> None:
    made = context(case, forecast=replace(synthetic.forecast(), hinges=synthetic.hinges(solved=solved)))
    hinges_blocks(made)
    first = next(one.text for one in made.book.sentences if "moves the headline most" in one.text)
    assert {one for one in ("by solving the game anew", "as emulated") if one in first} == {says}


def test_rule_10_the_tornado_draws_computed_values_and_none_between_them(case: Case) -> None:
    hinges = synthetic.hinges()
    computed = {round(float(at.forecast), 4) for row in hinges.tornado.rows for at in (*row.emulated, *row.solved)}
    rows = discover()["tornado"].data(context(case, forecast=replace(synthetic.forecast(), hinges=hinges)))
    drawn = [row[end] for row in rows for end in ("low_end", "high_end") if row.get(end) is not None]
    assert len(drawn) > 6
    assert set(drawn) <= computed


def test_rule_10_a_lever_is_told_as_a_statement_about_the_model(brief: Brief) -> None:
    assert any("about the model" in one["text"] and "advice" in one["text"] for one in brief.content["sentences"])


# 11: a forecast after its date, a score without a baseline


def test_rule_11_a_frozen_answer_that_was_edited_is_refused(tmp_path: Path) -> None:
    case = a_case(tmp_path / "mine")
    run = read_run(write_run(case.root / "runs", case))
    asked = Asked("Will a truce hold?", "truce", date(2025, 4, 14), analyst=0.2, by="anna")
    freeze(case, asked, run, now=datetime(2025, 4, 2, 12, tzinfo=UTC))
    path = questions_path(case)
    assert read_questions(path)[0].analyst == 0.2
    row = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(row | {"analyst": 0.9}, ensure_ascii=False) + "\n", encoding="utf-8")
    with pytest.raises(CaseError):
        read_questions(path)


def test_rule_11_a_score_stands_beside_its_baselines_and_a_count(brief: Brief) -> None:
    part = brief.html.split('<section id="track-record"')[1].split("</section>")[0].replace("\u00a0", " ")
    heads = re.findall(r"<th[^>]*>([^<]+)", part)
    assert "Came true" in heads
    assert set(FORECASTERS) <= {text.strip() for text in heads}
    assert len(FORECASTERS) > 2  # the model, and what it is measured by
    said = " ".join(one["text"] for one in brief.content["sentences"] if one["section"] == "track-record")
    assert re.search(r"Of \d+ frozen questions \d+ (?:is|are) resolved", said)
    assert "Too short to judge" in said


# 13: an old number beside a new one


@pytest.fixture(scope="module")
def later(case: Case, brief: Brief, tmp_path_factory: pytest.TempPathFactory) -> Brief:
    """A brief that is compared with an older one, whose headline was another."""
    before = copy.deepcopy(brief.content)
    before["run"]["id"], before["inputs"]["outcomes"]["ceasefire"] = "0ld1d5", 0.5
    path = tmp_path_factory.mktemp("old") / "brief.json"
    path.write_text(json.dumps(before), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        empty = SimpleNamespace(data=lambda context: [])
        patch.setattr("openparley.brief.figures.discover", lambda: defaultdict(lambda: empty))
        return make_brief(case, synthetic.posterior(), synthetic.forecast(), synthetic.run(), previous=path)


def test_rule_13_an_old_value_is_dated_by_its_run(later: Brief) -> None:
    said = [one["text"] for one in later.content["sentences"] if one["section"] == "what-changed"]
    assert any("was 50 % in run 0ld1d5, now 31 %" in text for text in said)


def test_rule_13_a_comparison_with_a_stale_number_is_refused(later: Brief) -> None:
    assert trace_faults(later.content) == []
    content = copy.deepcopy(later.content)
    content["what_changed"]["moved"]["ceasefire"][1] = 0.44
    assert any("is not that of this run" in fault for fault in trace_faults(content))


def test_rule_13_a_run_is_not_compared_with_itself(later: Brief) -> None:
    content = copy.deepcopy(later.content)
    content["what_changed"]["previous"] = content["run"]["id"]
    assert any("compared with itself" in fault for fault in trace_faults(content))


def test_rule_13_an_old_value_without_its_run_is_refused(later: Brief) -> None:
    content = copy.deepcopy(later.content)
    for one in content["sentences"]:
        if one["section"] == "what-changed":
            one["text"] = one["text"].replace("run 0ld1d5", "earlier run")
    assert any("the older run is not named" in fault for fault in trace_faults(content))
    assert any("no link to its trace" in fault for fault in trace_faults(content))
