"""Every number of a brief can be followed: the walk over the data and the page, and what one click shows."""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest

from openparley.brief import Brief, make_brief
from openparley.brief.cite import Number, Ref, Sentence
from openparley.brief.lint import trace_faults, unrecoverable, untraced
from openparley.brief.lint.pages import PLACES
from openparley.record.case import Case
from tests.brief import synthetic

Content = dict[str, Any]


@pytest.fixture
def no_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing takes most of the time."""
    empty = SimpleNamespace(data=lambda context: [])
    monkeypatch.setattr("openparley.brief.figures.discover", lambda: defaultdict(lambda: empty))


def trace(brief: Brief, id: str) -> str:
    """The text of a trace, tags out."""
    found = re.search(rf'<article class="trace" id="{id}">.*?</article>', brief.html, re.DOTALL)
    assert found is not None
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).replace("\u00a0", " ").split())


def test_every_number_of_a_brief_can_be_followed(brief: Brief) -> None:
    assert brief.content["numbers"]
    assert trace_faults(brief.content) == []
    assert untraced(brief.html, brief.content["numbers"]) == []
    assert unrecoverable(brief.html, brief.content) == []


def test_the_data_have_what_a_trace_needs(brief: Brief) -> None:
    keys = {"value", "low", "high", "level", "of", "mcse", "evidence", "assumptions", "name", "printed", "range", "moved", "like", "why"}
    assert all(one.keys() == keys | {"breakdown"} for one in brief.content["numbers"].values())
    assert all(one.keys() == {"id", "section", "type", "text", "numbers", "links", "given"} for one in brief.content["sentences"])


def fresh(brief: Brief) -> Content:
    """The data of a brief, with those parts copied that a test plants something in."""
    numbers = {id: dict(one) for id, one in brief.content["numbers"].items()}
    return {**brief.content, "numbers": numbers, "sentences": list(brief.content["sentences"]), "run": dict(brief.content["run"])}


def number(content: Content, id: str, **changes: Any) -> None:
    content["numbers"][id] |= changes


def sentence(content: Content, section: str, text: str, **changes: Any) -> None:
    content["sentences"].append({"id": f"{section}.99", "section": section, "type": "computed", "text": text, "numbers": []})
    content["sentences"][-1] |= {"links": [], "given": []} | changes


P = "n-p-ceasefire"
PLANTED: dict[str, tuple[Callable[[Content], None], str]] = {
    "a sentence with a bare count": (lambda c: sentence(c, "ledger", "It holds 17 threats."), "no link to its trace"),
    "a sentence with a bare share": (lambda c: sentence(c, "ledger", "It is 31 % now."), "no link to its trace"),
    "a link to no number": (
        lambda c: sentence(c, "ledger", "It is 7.", numbers=["n-lost"], links=[[6, 7, "n-lost"]]),
        "no trace for n-lost",
    ),
    "a link that prints another number": (
        lambda c: sentence(c, "ledger", "It is 77 %.", numbers=[P], links=[[6, 10, P]]),
        "'77 %' is not what n-p-ceasefire is",
    ),
    "a word whose band does not hold the number": (
        lambda c: sentence(c, "ledger", "It is likely (55–80 %).", numbers=[P], links=[[6, 22, P]]),
        "is not what n-p-ceasefire is",
    ),
    "a number that the data do not list": (lambda c: sentence(c, "ledger", "It is so.", numbers=[P]), "not those that it links to"),
    "no value": (lambda c: number(c, P, value=None), "no value"),
    "a range of nothing": (lambda c: number(c, P, of=""), "of what it is a range"),
    "sampled without a range": (lambda c: number(c, P, low=None, high=None), "sampled, and without a range"),
    "sampled without a level": (lambda c: number(c, P, level=None), "sampled, and without a range"),
    "a range without an error": (lambda c: number(c, P, mcse=None), "a range without a Monte Carlo error"),
    "a range upside down": (lambda c: number(c, P, low=0.9, high=0.1), "ends before it starts"),
    "an entry that is not there": (lambda c: number(c, P, evidence=["E999"], moved=[0.1]), "the record has no E999"),
    "an assumption that is not there": (lambda c: number(c, P, assumptions=["A999"]), "the record has no A999"),
    "entries that do not all say what they did": (lambda c: number(c, P, moved=[0.1]), "not every entry says what it did"),
    "neither entries nor a reason": (lambda c: number(c, P, evidence=[], moved=[]), "rests on no entry and does not say why"),
    "a reference to nothing": (lambda c: number(c, P, like="n-lost"), "refers to n-lost"),
    "a run without a seed": (lambda c: c["run"].pop("seed"), "the run has no seed"),
    "a run without an id": (lambda c: c["run"].update(id=""), "the run has no id"),
}


@pytest.mark.parametrize("plant", PLANTED)
def test_a_planted_number_without_a_trace_is_found(brief: Brief, plant: str) -> None:
    content = fresh(brief)
    act, fault = PLANTED[plant]
    act(content)
    assert any(fault in found for found in trace_faults(content)), trace_faults(content)


@pytest.mark.parametrize(
    "text",
    [
        "It holds until 29 July 2026.",
        "It fell between 3–10 Mar 2026, as E017 and A03 say.",
        "Jan 2018 was the start.",
        "The 90 % range is wide.",
        "Nearer is better, that is nearer to 0.",
        "Nothing changed since run 7f3a21.",
        "A ceasefire – was 27 % in run 1234ab, now higher.",
    ],
)
def test_digits_that_are_no_result_pass(brief: Brief, text: str) -> None:
    content = fresh(brief)
    sentence(content, "ledger", text)
    assert trace_faults(content) == []


def test_links_and_words_of_the_case_are_told_apart_in_the_data(brief: Brief) -> None:
    for one in brief.content["sentences"]:
        assert {id for _, _, id in one["links"]} == set(one["numbers"])
        assert all(0 <= start < end <= len(one["text"]) for start, end in [*(link[:2] for link in one["links"]), *one["given"]])


def test_spans_are_code_points_of_the_sentence() -> None:
    ref = Ref(Number("n-x", "x", 3))
    said = Sentence("a.1", "a", "computed", ("Ištvo 🙂 has ", ref, " boats."))
    [[start, end, id]] = said.as_json()["links"]
    assert (said.text[start:end], id) == ("3", "n-x")


@pytest.mark.parametrize(
    ("planted", "honest"),
    [
        ("<section id='levers'><p>It is 31 % now.</p></section>", "<section id='levers'><p>It is <a href='#n'>31 %</a> now.</p></section>"),
        ("<table><tr><th>A<td>12 points<td>B</table>", "<table><tr><th>A<td><a href='#n'>12 points</a><td>B</table>"),
        ("<table><caption>All of 7 %</caption><tr><td>B</table>", "<table><caption>With the 90 % range</caption><tr><td>B</table>"),
        ("<div><h3>Now 40 %</h3></div>", "<div><h3>The 40 % range</h3></div>"),
        ("<figure><svg></svg></figure><p>31 %</p>", "<figure><svg><text>31 %</text></svg><table><tr><td>31 %</table></figure>"),
        ("<details><summary>Over 5 %</summary></details>", "<details><summary>What moved</summary></details>"),
        ("<section id='traces'></section><p>31 %</p>", "<section id='traces'><p>31 %</p></section>"),
    ],
    ids=["prose", "cell", "caption", "heading", "picture", "fold", "traces"],
)
def test_a_share_on_the_page_is_a_link_or_in_a_listed_place(planted: str, honest: str) -> None:
    assert any("no link" in found for found in untraced(planted.replace(" %", "\u00a0%"), ()))
    assert untraced(honest.replace(" %", "\u00a0%"), ()) == []


@pytest.mark.parametrize("place", PLACES)
def test_a_listed_place_is_left_alone_and_nothing_else(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, _, table = place.removeprefix("#").partition(" ")
    inside = "<table><tr><td>31 %</table>" if table else "31 %"
    page = f'<p class="s">{inside}</p>' if place == "p.s" else f"<{name}>{inside}</{name}>"
    page = f'<section id="{name}">{inside}</section>' if place.startswith("#") else page
    assert untraced(page, ()) == []
    assert untraced(f"{page}<p>31 %</p>", ())
    if place != "a":  # what a link is does not hang on the list
        monkeypatch.delitem(PLACES, place)
        assert untraced(page, ())


def test_a_number_without_a_place_on_the_page_is_found(brief: Brief) -> None:
    html = brief.html.replace(f'id="{P}"', 'id="n-other"')
    assert untraced(html, brief.content["numbers"]) == [f"the number {P} has no place on the page"]


def test_one_click_shows_all_that_is_asked_of_a_trace(brief: Brief) -> None:
    text = trace(brief, P)
    for needed in ("31 %", "90 % range 27–40 %", f"over {synthetic.OF}", "Monte Carlo error", "weight", "×", "under it"):
        assert needed in text
    assert re.search(r"Moved most by E009 −\d points: The mediator let the date pass", text)
    assert "(if wrong → " in text
    assert f"strait-test, run 7f3a21, {P}" in text


def test_the_headline_names_first_what_it_hinges_on_with_what_it_would_then_be(brief: Brief) -> None:
    tornado = synthetic.hinges().tornado
    named = re.findall(r"(A\d+) \(if wrong → (\d+)–(\d+) %; The forecast moves\)", trace(brief, P))
    assert [id for id, _, _ in named] == [row.assumption for row in tornado.rows][: len(named)]
    solved = sorted(tornado.rows[0].solved, key=lambda at: at.forecast)
    assert 0.01 < max(at.error for at in solved) < 0.05  # so that points come in fives
    assert named[0][1:] == tuple(str(5 * round(20 * at.forecast)) for at in solved)


def test_a_trace_is_cited_by_one_line_that_a_click_selects_whole(brief: Brief) -> None:
    for id in brief.content["numbers"]:
        assert f"<cite>strait-test, run 7f3a21, {id}</cite>" in brief.html
    style = brief.html.split("<style>")[1].split("</style>")[0]
    assert re.search(r"\.trace cite\s*\{[^}]*user-select:\s*all", style)


def test_the_entries_of_a_trace_are_those_that_moved_it_most(brief: Brief) -> None:
    for id, one in brief.content["numbers"].items():
        if id.startswith("n-p-"):
            assert one["moved"] == sorted(one["moved"], key=abs, reverse=True)
        assert len(one["moved"]) <= 5
    shares = {id: one for id, one in brief.content["numbers"].items() if id.startswith("n-share-")}
    assert any(one["evidence"] != shares["n-share-mediator-H1"]["evidence"] for one in shares.values())
    assert trace(brief, "n-share-mediator-H2").count("odds ×") == 5


def test_weight_and_forecast_of_every_account_stand_in_the_trace_of_every_outcome(brief: Brief, case: Case) -> None:
    labels = brief.content["outcomes"]["tariffs"]["by_account"]["mediator"]
    for id in brief.content["outcomes"]:
        text = trace(brief, f"n-p-{id}")
        assert text.count("×") == len(labels), id


def test_the_second_click_finds_who_said_it_where_when_and_how_it_was_checked(brief: Brief) -> None:
    found = re.search(r'<article id="E002">.*?</article>', brief.html, re.DOTALL)
    assert found is not None
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).replace("\u00a0", " ").split())
    for needed in (
        "Party A turned down the clause on monitoring.",  # what it says
        "“Party A rejected the monitoring clause”",  # in which words
        "Words verified",
        "Harbour Courier",  # the outlet
        "20 Jan 2026, news",  # when it was published
        "reliability B",
        "said by author",
        "sha256",
        "dated 20 Jan 2026",  # when it happened
    ):
        assert needed in text
    assert "no grade" in brief.html.split('id="E003"')[1].split("</article>")[0]  # a source without one
    assert any("without a word on its credibility has no grade" in one["text"] for one in brief.content["sentences"])


def test_the_trace_of_the_headline_says_as_which_move_each_entry_was_read(brief: Brief) -> None:
    full = trace(brief, "n-p-ceasefire")
    assert full.count("(read as ") == len(brief.content["numbers"]["n-p-ceasefire"]["evidence"]) > 0
    assert "E006 " in full
    assert "The mediator suspended patrol support for party B. (read as the mediator cuts support)" in full
    assert "read as" not in trace(brief, "n-moves")  # a short trace names its entries and no more


def test_what_a_number_rests_on_is_said_where_it_is_no_entry(brief: Brief) -> None:
    assert "Rests on no entry: the model by itself" in trace(brief, "n-before-ceasefire")


@pytest.mark.usefixtures("no_charts")
def test_a_brief_with_an_untraced_number_is_refused(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    from openparley.brief import BriefError, bottom_line

    plain = bottom_line.nothing_observed

    def counted(context: Any, section: str) -> Sentence:
        plain(context, section)
        return context.book.say(section, "computed", "No entry of 17 reports a move.")

    monkeypatch.setattr(bottom_line, "nothing_observed", counted)
    posterior = synthetic.unobserved(synthetic.posterior())
    with pytest.raises(BriefError, match="no link to its trace: No entry of 17"):
        make_brief(case, posterior, replace(synthetic.forecast(), levers={}), synthetic.run())
