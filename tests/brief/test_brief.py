import hashlib
import json
import re
from base64 import b64decode
from collections import defaultdict
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest

from openparley.brief import Brief, BriefPaths, make_brief
from openparley.brief.charts import discover, timeline
from openparley.brief.cite import SENTENCE_TYPES
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.lint import SIZE_LIMIT, page_faults, sentence_faults
from openparley.brief.sections.outcomes import _by_week, _record
from openparley.brief.words import estimate_words
from openparley.errors import CaseError
from openparley.record.case import Case
from tests.brief import synthetic

CHARTS = discover()


class Text(HTMLParser):
    """The text of every element with an id that starts with ``s-``."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.open: str | None = None
        self.skip = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.open = None if tag not in ("a", "span") else self.open
        if tag == "p" and (known.get("id") or "").startswith("s-"):
            self.open = str(known["id"])
            self.found[self.open] = ""
        self.skip = self.open is not None and known.get("class") == "type"

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self.open = None
        self.skip = False if tag == "span" else self.skip

    def handle_data(self, data: str) -> None:
        if self.open and not self.skip:
            self.found[self.open] += data


def sentences(brief: Brief, section: str) -> list[str]:
    return [one["text"] for one in brief.content["sentences"] if one["section"] == section]


@pytest.fixture
def no_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing takes most of the time; a test of words does without."""
    empty = SimpleNamespace(data=lambda context: [])
    monkeypatch.setattr("openparley.brief.figures.discover", lambda: defaultdict(lambda: empty))


def make(case: Case, **changes: object) -> Brief:
    posterior = changes.pop("posterior", None) or synthetic.posterior()
    forecast = changes.pop("forecast", None) or synthetic.forecast()
    questions = changes.pop("questions", synthetic.questions())
    return make_brief(case, posterior, forecast, synthetic.run(), questions=questions, **changes)  # type: ignore[arg-type]


def test_json_keeps_the_codebook(brief: Brief) -> None:
    content = brief.content
    assert {"schema", "case", "run", "sentences", "numbers", "accounts", "outcomes", "levers", "fit", "certificate"} <= content.keys()
    for sentence in content["sentences"]:
        assert {"id", "section", "type", "text", "numbers"} <= sentence.keys()
        assert sentence["type"] in SENTENCE_TYPES
        assert set(sentence["numbers"]) <= content["numbers"].keys()
    for number in content["numbers"].values():
        assert {"value", "low", "high", "level", "of", "mcse", "evidence", "assumptions"} <= number.keys()
    assert len({sentence["id"] for sentence in content["sentences"]}) == len(content["sentences"])
    json.dumps(content, allow_nan=False)


def test_ids_in_numbers_exist_in_the_case(brief: Brief, case: Case) -> None:
    assumptions = {row.id for row in case.file.assumptions}
    for number in brief.content["numbers"].values():
        assert set(number["evidence"]) <= case.entries.keys()
        assert set(number["assumptions"]) <= assumptions


def test_the_page_says_exactly_what_the_data_say(brief: Brief) -> None:
    parser = Text()
    parser.feed(brief.html)
    for sentence in brief.content["sentences"]:
        shown = parser.found["s-" + sentence["id"].replace(".", "-")]
        assert " ".join(shown.replace("\u00a0", " ").split()) == sentence["text"]


def test_sections_stand_in_the_order_of_the_design(brief: Brief) -> None:
    order = re.findall(r'<section id="([^"]+)"', brief.html)
    assert order == [
        "bottom-line",
        "ledger",
        "accounts",
        "outcomes",
        "change",
        "sources",
        "assumptions",
        "methods",
        "certificate",
        "track-record",
        "evidence",
        "run",
        "how-to-read",
        "traces",
    ]


def test_bottom_line(brief: Brief) -> None:
    lead, confidence, soonest, *further = sentences(brief, "bottom-line")
    assert lead == "A ceasefire takes hold by 29 July 2026: unlikely (20–45 %; here 27–40 %)."
    assert confidence.startswith("Our confidence is moderate, because ")
    assert soonest.startswith(
        "What would change this soonest: a report that the mediator threatens, by 27 May 2026, would move the headline by +2 points; "
        "silence until then, by −2"
    )
    assert len(further) == 3
    assert sentences(brief, "what-changed") == ["This is the first brief of this case; there is no earlier one to compare with."]


def test_every_number_leads_to_a_trace_that_leads_on(brief: Brief) -> None:
    ids = set(re.findall(r'\sid="([^"]+)"', brief.html))
    assert set(re.findall(r'href="#([^"]+)"', brief.html)) <= ids
    assert brief.content["numbers"].keys() <= ids
    assert "strait-test, run 7f3a21, n-p-ceasefire" in brief.html
    trace = re.search(r'<article class="trace" id="n-p-ceasefire">.*?</article>', brief.html, re.DOTALL)
    assert trace is not None
    for needed in ("90\u00a0% range 27–40\u00a0%", "Monte Carlo error", "#E009", "#A01", "n-p-ceasefire", "under it"):
        assert needed in trace[0]


def test_strict_policy_and_weight(written: BriefPaths) -> None:
    html = written.html.read_text(encoding="utf-8")
    assert page_faults(html) == []
    assert len(html.encode()) < SIZE_LIMIT
    policy = re.search(r'content="(default-src[^"]+)"', html)
    sheet = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert policy
    assert sheet
    assert policy[1].startswith("default-src 'none'; style-src 'sha256-")
    digest = re.search(r"sha256-([^']+)'", policy[1])
    assert digest
    assert b64decode(digest[1]) == hashlib.sha256(sheet[1].encode()).digest()
    assert "<script" not in html
    assert "style=" not in html


@pytest.mark.usefixtures("no_charts")
def test_a_stray_price_in_a_title_cannot_break_the_style_sheet(tmp_path: Path) -> None:
    folder = synthetic.write_case(tmp_path / "case")
    text = (folder / "case.toml").read_text(encoding="utf-8")
    (folder / "case.toml").write_text(
        text.replace("Strait talks: will", 'Talks </style><script>alert(1)</script> \\"x\\" will'), encoding="utf-8"
    )
    brief = make(synthetic.open_case(folder))
    assert "<script>" not in brief.html
    assert page_faults(brief.html) == []


def test_written_files(written: BriefPaths) -> None:
    assert json.loads(written.json.read_text(encoding="utf-8"))["schema"] == 1
    names = {path.name for path in written.charts}
    assert names == {f"{name}.{kind}" for name in CHARTS for kind in ("vl.json", "csv")}
    assert all(path.stat().st_size > 50 for path in written.charts)


@pytest.mark.usefixtures("no_charts")
def test_words_are_quoted_only_when_verified(tmp_path: Path, brief: Brief) -> None:
    assert "<blockquote>“The mediator tabled a ceasefire text on Monday”</blockquote>" in brief.html
    bare = make(synthetic.case(tmp_path / "bare", texts=False))
    assert "<blockquote>" not in bare.html
    assert "“" not in bare.html
    assert "<b>Paraphrase</b>" in bare.html
    texts = tmp_path / "texts"
    texts.mkdir()
    for id, text in synthetic.TEXTS.items():
        (texts / f"other-name-{id}").write_bytes(text.encode())
    found = make(synthetic.case(tmp_path / "found", texts=False), texts=texts)
    assert "<blockquote>“The mediator tabled a ceasefire text on Monday”</blockquote>" in found.html


@pytest.mark.usefixtures("no_charts")
def test_a_changed_text_is_no_source_of_words(tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    for id, text in synthetic.TEXTS.items():
        (texts / id).write_bytes(text.replace("Monday", "Tuesday").encode())
    brief = make(synthetic.case(tmp_path / "case", texts=False), texts=texts)
    assert "Tuesday" not in brief.html


@pytest.mark.usefixtures("no_charts")
def test_fictional_is_marked_and_real_is_not(tmp_path: Path, brief: Brief) -> None:
    assert '<strong class="fictional">FICTIONAL</strong>' in brief.html
    assert "FICTIONAL" not in make(synthetic.case(tmp_path / "real", fictional=False)).html


@pytest.mark.parametrize("name", ["phia", "ipcc", "numeric"])
@pytest.mark.usefixtures("no_charts")
def test_other_lists_of_words(tmp_path: Path, name: str) -> None:
    brief = make(synthetic.case(tmp_path / "case", lexicon=name))
    assert sentences(brief, "bottom-line")[0].endswith("%).") or name == "numeric"
    assert any("not been compared" in text for text in sentences(brief, "how-to-read")) == (name == "phia")


@pytest.mark.usefixtures("no_charts")
def test_untrustworthy_draws_give_odds_as_ranges_and_low_confidence(case: Case) -> None:
    assert re.search(r"<th>Now\s*<", make(case).html.split('id="accounts"')[1].split('id="outcomes"')[0])
    brief = make(case, posterior=synthetic.odd(synthetic.posterior()))
    assert any("given as ranges only" in text for text in sentences(brief, "accounts"))
    assert any("predicts the record worse than" in text for text in sentences(brief, "accounts"))
    assert sentences(brief, "bottom-line")[1].startswith("Our confidence is low")
    assert not re.search(r"<th>Now\s*<", brief.html.split('id="accounts"')[1].split('id="outcomes"')[0])
    trace = re.search(r'<article class="trace" id="n-share-mediator-H2">.*?</article>', brief.html, re.DOTALL)
    assert trace
    assert 'class="value"' not in trace[0]
    assert 'class="interval"' in trace[0]


def test_no_difference_that_the_model_can_tell(brief: Brief) -> None:
    tells, _, silent, _ = sentences(brief, "levers")[1:]
    assert "a difference of +12 points (+4 to +20 points)" in tells
    assert "; the mean differs by under 1 point, but the range, −1 to +2 points, includes zero." in silent


@pytest.mark.usefixtures("no_charts")
def test_a_difference_under_its_error_is_none(case: Case) -> None:
    forecast = synthetic.forecast()
    lever = forecast.levers["deadline_binds"]
    effect = lever.effects["ceasefire"]
    noisy = replace(effect, difference=replace(effect.difference, mcse=0.2))
    forecast = replace(forecast, levers={"deadline_binds": replace(lever, effects={"ceasefire": noisy})})
    said = sentences(make(case, forecast=forecast), "levers")[1]
    assert "; the mean differs by +10 points, but the range, 0 to +20 points, " in said


@pytest.mark.usefixtures("no_charts")
def test_never_is_printed_as_less_than_one_percent(case: Case) -> None:
    forecast = synthetic.forecast()
    never = tuple(replace(one, value=0.0, low=0.0, high=0.0) for one in forecast.outcomes["tariffs"].by_week)
    forecast = replace(forecast, outcomes={**forecast.outcomes, "tariffs": replace(forecast.outcomes["tariffs"], by_week=never)})
    brief = make(case, forecast=forecast)
    assert "almost no chance (less than 1 %)" in sentences(brief, "bottom-line")[3]
    prose = " ".join(one["text"] for one in brief.content["sentences"])
    assert not re.search(r"(?<!\d)(?:0|100) %", prose)


@pytest.mark.usefixtures("no_charts")
def test_a_broken_rule_stops_the_brief(tmp_path: Path) -> None:
    folder = synthetic.write_case(tmp_path / "case")
    text = (folder / "case.toml").read_text(encoding="utf-8")
    broken = text.replace("The deadline cannot lapse from", "The president wants the deadline not to lapse from")
    (folder / "case.toml").write_text(broken, encoding="utf-8")
    with pytest.raises(CaseError, match="an intention stated as fact") as raised:
        make(synthetic.open_case(folder))
    assert raised.value.exit_code == 1


def test_the_same_inputs_give_the_same_bytes(case: Case, brief: Brief) -> None:
    again = make(case)
    assert again.html == brief.html
    assert again.content == brief.content


def test_everything_needed_to_repeat_the_run_is_on_the_page(brief: Brief, case: Case) -> None:
    for needed in ("7f3a21", "20260429", "0.1.0.dev0", "coder one", *case.digest().values()):
        assert needed in brief.html


@pytest.mark.usefixtures("no_charts")
def test_a_record_without_a_move_of_the_game_tells_no_accounts_apart(case: Case) -> None:
    brief = make(case, posterior=synthetic.unobserved(synthetic.posterior()))
    known = "No accepted entry reports a move of the game, so the record cannot tell the accounts apart"
    assert sum(text.startswith(known) for text in sentences(brief, "bottom-line")) == 1
    assert sum(text.startswith(known) for text in sentences(brief, "accounts")) == 1
    assert sentences(brief, "bottom-line")[1].startswith("Our confidence is low")
    html = brief.html.replace("\u00a0", " ")
    for wrong in (
        "most weight",
        "none stands clear",
        "not known against not known",
        "scores not known",
        "its best baseline",
        "than both baselines",
        "All 0 moves",
        "nothing was fitted",
        "the shares are what was put in",
    ):
        assert wrong not in html


@pytest.mark.usefixtures("no_charts")
def test_an_actor_without_a_move_has_no_leading_account(case: Case) -> None:
    posterior = synthetic.posterior()
    brief = make(case, posterior=replace(posterior, moves=tuple(move for move in posterior.moves if move.actor == "mediator")))
    mediator, party = sentences(brief, "accounts")[:2]
    assert mediator.startswith("Of the mediator’s accounts ")
    assert party.startswith("No accepted entry reports a move of Party A")
    assert "All 0 moves" not in brief.html


def text_of(html: str, start: str, end: str) -> str:
    part = html.split(start, 1)[1].split(end, 1)[0].replace("\u00a0", " ")
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


@pytest.mark.usefixtures("no_charts")
def test_a_trace_says_once_that_it_is_a_range(case: Case) -> None:
    forecast = synthetic.forecast()
    outcome = forecast.outcomes["ceasefire"]
    last = replace(outcome.at_horizon, of="90 % range over the assumptions")
    forecast = replace(
        forecast, outcomes={**forecast.outcomes, "ceasefire": replace(outcome, by_week=(*outcome.by_week[:-1], last))}, levers={}
    )
    html = make(case, forecast=forecast).html
    assert text_of(html, 'id="n-p-ceasefire"', "</article>").count("a 90 % range over the assumptions; Monte Carlo") == 1
    assert "a range over 90" not in html.replace("\u00a0", " ")


def test_captions_explain_further_entries_and_before(brief: Brief) -> None:
    html = brief.html.replace("\u00a0", " ")
    assert "+n after an id: that many further entries report the same move" in html
    assert html.count("given that the dispute is still open at the cut-off") >= 2


def test_a_cumulative_column_never_falls_by_rounding(case: Case) -> None:
    forecast = synthetic.forecast()
    outcome = forecast.outcomes["ceasefire"]
    rising = ((0.424, 0.009), (0.426, 0.03), (0.427, 0.009), (0.428, 0.06))
    weeks = tuple(replace(outcome.at_horizon, value=value, low=value - 0.1, high=value + 0.1, mcse=mcse) for value, mcse in rising)
    forecast = replace(
        forecast, weeks=forecast.weeks[: len(weeks)], outcomes={"ceasefire": replace(outcome, by_week=weeks)}, futures_sample={}
    )
    table = _by_week(Context(Facts.of(case), synthetic.posterior(), forecast, synthetic.run(), lexicon("icd203")))
    printed = [int(str(row[1][0]).split(" %")[0]) for row in table.rows]
    assert printed == sorted(printed) == [40] * 4


def vague(tmp_path: Path) -> Case:
    folder = synthetic.write_case(tmp_path / "case")
    path = folder / "record/commitments.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for row in rows:
        if row["id"] == "C002":
            row["made"] |= {"start": "2026-02-16", "end": "2026-02-24"}
            row["due"] |= {"start": "2026-03-03", "end": "2026-03-10"}
        if row["id"] == "C003":
            row["made"] |= {"start": "2018-01-20", "end": "2021-01-20"}
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return synthetic.open_case(folder)


@pytest.mark.usefixtures("no_charts")
def test_a_vague_date_of_a_commitment_is_printed_as_its_range(tmp_path: Path) -> None:
    ledger = text_of(make(vague(tmp_path)).html, '<section id="ledger"', "</section>")
    for needed in ("16–24 Feb 2026", "3–10 Mar 2026", "Jan 2018 – Jan 2021"):
        assert needed in ledger


def test_the_timeline_draws_a_vague_date_as_a_thin_line_round_its_middle(tmp_path: Path) -> None:
    context = Context(Facts.of(vague(tmp_path)), synthetic.posterior(), synthetic.forecast(), synthetic.run(), lexicon("icd203"))
    rows = {row["says"].split()[0]: row for row in timeline.data(context)}
    assert "C003" not in rows
    assert [rows["C002"][key][:10] for key in ("from", "day", "until")] == ["2026-02-16", "2026-02-20", "2026-02-24"]
    assert rows["C001"]["from"] is None
    assert timeline.chart([row for row in rows.values() if row["panel"] == rows["C002"]["panel"]]).to_dict()


def test_an_estimate_in_the_rounding_of_the_brief() -> None:
    estimate = synthetic.forecast().outcomes["ceasefire"].at_horizon
    assert estimate_words(estimate) == ("31 %", "27–40 %")
    assert estimate_words(replace(estimate, mcse=0.03)) == ("30 %", "25–40 %")


@pytest.mark.parametrize(
    ("prior", "error", "start"),
    [
        (0.42, 0.005, "The record lowered the headline: for the same weeks the model gives it 42 % (21–67 %) without it, "),
        (0.20, 0.005, "The record raised the headline: "),
        (0.42, 0.08, "The record moved the headline by less than twice the Monte Carlo error: "),
        (0.312, 0.0, "The record raised the headline, but by less than is printed: "),
    ],
)
def test_one_sentence_says_what_the_record_did_to_the_headline(case: Case, prior: float, error: float, start: str) -> None:
    forecast = synthetic.forecast()
    outcome = forecast.outcomes["ceasefire"]
    after = replace(outcome.at_horizon, value=0.314, mcse=error)
    before = replace(outcome.prior, value=prior, low=prior / 2, high=prior * 1.6, mcse=error)
    changed = replace(outcome, by_week=(*outcome.by_week[:-1], after), prior_by_week=(*outcome.prior_by_week[:-1], before))
    forecast = replace(forecast, outcomes={**forecast.outcomes, "ceasefire": changed})
    here = Context(Facts.of(case), synthetic.posterior(), forecast, synthetic.run(), lexicon("icd203"))
    [sentence] = _record(here)
    assert sentence.text.startswith(start)
    assert sentence.text.endswith(f"cut-off, and {here.probability('ceasefire').text} (27–40 %) with it." if error < 0.01 else "with it.")
    assert sentence_faults([sentence], here.lexicon, here.facts.texts) == []
