"""A status is what the text says came of a commitment that it can name; of silence there is none."""

from pathlib import Path
from typing import Any

import pytest

from openparley.record.coders.draft import Draft
from openparley.record.coders.rules.article import read_article
from openparley.record.coders.rules.commitments.statuscues import make_status_cues
from openparley.record.coders.rules.links.corrections import make_patterns, mark_corrections
from tests.record.coders.rules.dispute import read
from tests.record.coders.rules.wordlists import complaint

# Text, value, type of the commitment.
TOLD = [
    ("Norland threatened to expel the monitors by 1 March. The deadline passed and they are still there.", "lapsed", "threat"),
    ("The envoy set a deadline of 1 March for Norland. Norland let the deadline pass.", "lapsed", "deadline"),
    ("Ms Venn demanded that Norland withdraw its troops. Norland ignored the demand.", "violated", "demand"),
    ("Ms Venn demanded that Norland withdraw its troops. Last week she dropped the demand.", "superseded", "demand"),
    ("The envoy proposed a truce of ten days. Norland is still studying the proposal.", "pending", "proposal"),
    ("Mr Haldt promised to reopen the crossing. He has kept his promise.", "kept", "promise"),
    ("Mr Haldt promised to reopen the crossing. He broke his promise within a week.", "violated", "promise"),
    ("Norland threatened Suderland with sanctions. It later backed down.", "lapsed", "threat"),
    ("The rebels were given until Sunday to surrender. The deadline was extended on Tuesday.", "superseded", "deadline"),
    ("The Coast Council threatened to expel Norland. It has yet to act on the threat.", "pending", "threat"),
    ("The envoy urged Suderland to accept the plan. Suderland rejected the call.", "violated", "demand"),
]
# What stands right behind a commitment, without a word for it.
BEHIND = [
    ("The Council promised Suderland a vote. It was never held.", "violated"),
    ("Norland pledged to stop firing. It did not.", "violated"),
    ("Norland promised to free the prisoners. None has come home.", "violated"),
    ("Norland promised to free the four. The four have been released.", "kept"),
    ("Norland threatened to close the strait. It has not done so.", "lapsed"),
    ("The envoy announced a truce. It held for three weeks.", "kept"),
    ("The envoy announced a truce. Norland broke it on the 12th.", "violated"),
    ("The envoy gave Norland ten days to withdraw. The deadline came and went.", "lapsed"),
    ("The envoy set a deadline of 1 March. It was extended to 1 May.", "superseded"),
    ("The envoy proposed a truce. Haldt has yet to reply.", "pending"),
    ("The envoy proposed a truce. Haldt took less than a day to refuse.", "violated"),
    ("Haldt said he would talk to Ms Venn provided she came alone. She won’t.", "violated"),
]
SILENT = [
    # Of other things.
    "Norland promised to free the prisoners. The bakery was opened in May.",
    "The envoy proposed a truce. Eight men were waiting for a train.",
    "Norland promised to free the prisoners. If it did not, nobody would care.",
    # Due, and nothing more is said.
    "Norland threatened to close the strait by 1 March. The weather was fine.",
    # No commitment that could be meant.
    "The deadline passed without a word.",
    "He kept his promise.",
    "The school let the deadline for its prize pass.",
    # Only thought of.
    "Norland threatened Suderland with sanctions. If it fails to follow through on the threat, few will be surprised.",
    # What falls due after the report cannot have run out.
    "The envoy set a deadline of 1 June 2031 for Norland. An earlier deadline had lapsed.",
]


@pytest.mark.parametrize(("text", "value", "kind"), TOLD, ids=[row[0][:60] for row in TOLD])
def test_what_came_of_it(text: str, value: str, kind: str) -> None:
    found = read(text)
    told = [(draft.fields["value"], draft.fields["of"].fields["type"]) for draft in found.statuses]
    assert (value, kind) in told
    assert {status for status, of in told if of == kind} == {value}


@pytest.mark.parametrize(("text", "value"), BEHIND, ids=[row[0][:60] for row in BEHIND])
def test_what_is_told_right_behind_it(text: str, value: str) -> None:
    assert {draft.fields["value"] for draft in read(text).statuses} == {value}


@pytest.mark.parametrize("text", SILENT)
def test_silence_is_no_status(text: str) -> None:
    assert [(draft.fields["value"], draft.rule) for draft in read(text).statuses] == []


def row(key: str, **more: Any) -> dict[str, Any]:
    made = {"start": "2031-02-20", "end": "2031-02-20"}
    common = {"id": key, "kind": "commitment", "source": "S00", "type": "threat", "actor": ["party_a"], "target": ["party_b"], "made": made}
    return {**common, "due": None, "event": "THREATEN", "consequence": None, **more}


def test_a_commitment_of_an_earlier_report_is_named_by_its_id() -> None:
    earlier = [row("C007"), row("C008", type="promise", event="AID", actor=["mediator"])]
    (status,) = read("Norland has backed down from its threat to Suderland.", earlier=earlier).statuses
    assert (status.fields["of"], status.fields["value"]) == ("C007", "lapsed")


def test_several_that_fit_make_it_less_sure() -> None:
    text = "Norland broke its promise to Suderland."
    promise = {"type": "promise", "event": "AGREE"}
    (one,) = read(text, earlier=[row("C001", **promise)]).statuses
    (two,) = read(text, earlier=[row("C001", **promise), row("C002", **promise)]).statuses
    assert two.confidence < one.confidence - 0.05


def test_what_was_made_after_the_report_or_long_before_is_left_alone() -> None:
    text = "Norland broke its promise to Suderland."
    for day in ("2031-03-20", "2028-01-01"):
        made = {"start": day, "end": day}
        assert not read(text, earlier=[row("C001", type="promise", event="AGREE", made=made)]).statuses


def test_a_deed_that_was_announced_is_the_outcome() -> None:
    consequence = "restrictions or seizures follow"
    found = read("Norland blockaded the ports of Suderland on Monday.", earlier=[row("C001", consequence=consequence)])
    assert [(draft.fields["of"], draft.fields["value"]) for draft in found.statuses] == [("C001", "kept")]
    assert not read("Norland blockaded the ports of Suderland on Monday.", earlier=[row("C001", consequence="help is given")]).statuses


def test_as_of_is_the_day_that_is_told_else_that_of_the_report() -> None:
    text = "Mr Haldt promised to reopen the crossing. {}"
    (told,) = read(text.format("On Monday he broke his promise.")).statuses
    assert told.fields["as_of"] == "2031-03-10"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("shelve,obj,plan,dropped,any,0.5", "dropped"),
        ("shelve,under,plan,superseded,any,0.5", "under"),
        ("shelve,obj,plann,superseded,any,0.5", "plann"),
        ("shelve,obj,plan,superseded,both,0.5", "both"),
        ("shelve,obj,plan,superseded,any,much", "much"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, line: str, value: str) -> None:
    assert complaint(tmp_path, "statuses.csv: word,where,noun,value,side,prior", line, make_status_cues).value == value


# -- corrections ---------------------------------------------------------------------------------------------------------------------


def draft(text: str, words: str, kind: str = "event", **fields: Any) -> Draft:
    start = text.index(words)
    return Draft(kind, start, start + len(words), "test", 0.8, {"actor": ("party_a",), **fields})


@pytest.mark.parametrize(
    "text",
    [
        "Correction: An earlier report said that Norland seized five ships. In fact, it seized three ships.",
        "An earlier version of this article misstated that Norland seized five ships. Norland actually seized three ships, it says.",
        "We wrongly reported that Norland seized five ships; it has since emerged that Norland seized three ships.",
        "Clarification: the number was given too high. Norland seized three ships, not five ships.",
    ],
)
def test_what_a_correction_holds_and_what_it_restates(text: str) -> None:
    article = read_article(f"Talks go on.\n{text}\n")
    holds, wrong = draft(article.text, "three ships"), draft(article.text, "five ships")
    before = draft(article.text, "Talks")
    marked = mark_corrections(article, [before, holds, wrong])
    assert marked[0] is before
    assert (marked[1].confidence, marked[1].fields["note"].split()[0]) == (0.8, "correction")
    assert marked[2].confidence < 0.35


@pytest.mark.parametrize(
    "text", ["The correction of prices goes on: Norland seized three ships.", "He said that Norland seized three ships."]
)
def test_other_texts_are_no_corrections(text: str) -> None:
    article = read_article(text)
    made = draft(text, "three ships")
    assert mark_corrections(article, [made]) == [made]


def test_words_that_were_taken_back() -> None:
    text = "Haldt called the envoy a spy. On Friday he withdrew the remark. Venn said nothing."
    article = read_article(text)
    said = draft(text, "Haldt called the envoy a spy", "statement", speaker=("party_a_leader",))
    took = draft(text, "he withdrew the remark", actor=("party_a_leader",))
    marked = mark_corrections(article, [said, took])
    assert marked[1].links == (("retracts", said),)
    assert marked[0] is said


def test_drafts_keep_pointing_to_each_other() -> None:
    text = "Correction: the date was wrong. Norland promised to sign in May; Norland keeps its promise, says Haldt."
    article = read_article(text)
    said = draft(text, "says Haldt", "statement", speaker=("party_a_leader",))
    made = Draft("commitment", 32, 62, "test", 0.8, {"actor": ("party_a",)}, (("expressed_by", said),))
    status = draft(text, "keeps its promise", "status", of=made)
    marked = mark_corrections(article, [made, said, status])
    assert marked[0].links[0][1] is marked[1]
    assert marked[2].fields["of"] is marked[0]


def test_a_pattern_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    assert complaint(tmp_path, "corrections.csv: what,pattern", 'opens,"(unclosed"', make_patterns)
