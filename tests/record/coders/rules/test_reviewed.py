"""Faults that a reader of the coder's proposals found: who is named, who explains, what is due, what came of it, who stands between."""

from __future__ import annotations

from datetime import date

import pytest

from openparley.record.casefile import Actor
from openparley.record.coders.rules.actors.actors import ActorTable
from openparley.record.coders.rules.article import read_article
from openparley.record.coders.rules.claims.claims import code_claims
from openparley.record.coders.rules.claims.relations import code_relations
from openparley.record.coders.rules.coder import read_layers
from openparley.record.coders.rules.reading import Reading
from tests.record.coders.rules.dispute import ACTORS, LEXICON, read


def _layers(text: str, *, kind: str = "news", **more: Actor) -> Reading:
    table = ActorTable.build({**ACTORS, **more}, LEXICON)
    return read_layers(read_article(text, source="S01", published=date(2031, 3, 12), kind=kind), table, LEXICON)


def _ids(reading: Reading) -> set[str]:
    return {name for mention in reading.mentions for name in mention.ids}


@pytest.mark.parametrize(
    "text",
    [
        "The UN envoy, Geir Osterwind, begged for calm.",
        "The envoy, Geir Osterwind, begged for calm.",
        "The envoy Geir Osterwind begged for calm.",
        "Geir Osterwind, the envoy, begged for calm.",
    ],
)
def test_a_common_phrase_with_another_name_is_not_the_actor_it_stands_for(text: str) -> None:
    found = _ids(_layers(text))
    assert "mediator" not in found
    assert "osterwind" in found


@pytest.mark.parametrize(
    "text", ["The envoy begged for calm.", "The envoy, Lena Marsk, begged for calm.", "Norland, the envoy said, fired."]
)
def test_a_common_phrase_stands_for_its_actor_otherwise(text: str) -> None:
    assert "mediator" in _ids(_layers(text))


def test_a_surname_is_whoever_the_text_spells_out_not_a_later_office_holder() -> None:
    assert _ids(_layers("Jimmy Carter spoke. Mr Carter said the plan was ready.")) == {"carter"}


def test_a_courtesy_tells_office_holders_of_one_surname_apart() -> None:
    named = _layers("Mr Gandhi said the plan was ready.").table.proposed()
    assert [actor.name for actor in named.values()] == ["Rajiv Gandhi"]


@pytest.mark.parametrize(
    "text",
    [
        "Franjo Tudjman spoke. Later Tuđman left.",
        "Franjo Tuđman spoke. Later Tudjman left.",
        "Zoran Đerić, the mayor, spoke. Later Djeric left.",
        "Zoran Djeric, the mayor, spoke. Later Zoran Đerić left.",
    ],
)
def test_spellings_with_and_without_marks_are_one_actor(text: str) -> None:
    reading = _layers(text)
    (only,) = reading.table.proposed()
    assert _ids(reading) == {only}
    assert len([mention for mention in reading.mentions if mention.ids]) >= 2


def test_a_full_name_that_speaks_is_a_new_actor() -> None:
    reading = _layers("“We will not sign,” said Olan Dresk.")
    assert [item.speaker for item in reading.utterances] == [("dresk",)]


def test_a_label_in_capitals_and_a_courtesy_are_the_actor_with_that_surname() -> None:
    dresk = Actor(name="Minister Olan Dresk", country="XAA", role="official")
    reading = _layers("MR DRESK: We shall not sign.\n\nMS VENN: Mr Dresk is wrong.", kind="transcript", chief=dresk)
    assert reading.utterances[0].speaker == ("chief",)
    assert _ids(reading) == {"chief", "party_b_leader"}


def test_a_claim_explains_the_subject_of_its_own_clause() -> None:
    text = "Norland and Suderland met. Analysts believe that Mr Osterwind wants the sanctions lifted."
    assert [draft.fields["explains"] for draft in code_claims(_layers(text))] in ([("osterwind",)], [])


@pytest.mark.parametrize("text", ["Norland accused the mediator of siding with Suderland.", "Present: the mediator, Norland, Suderland."])
def test_a_party_is_no_mediator_and_who_accuses_is_not_who_sides(text: str) -> None:
    assert code_relations(_layers(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Norland demanded support from Suderland for the dam. Suderland has agreed to the stand-still.",
        "Norland demanded an apology from Suderland. Suderland offered a text on fishing.",
        "Norland called on Suderland not to supply arms. Suderland reaffirmed its commitment to convene a panel.",
    ],
)
def test_a_deed_on_another_matter_is_no_outcome(text: str) -> None:
    assert read(text).statuses == []


def test_a_bare_answer_right_behind_is_an_outcome() -> None:
    assert {draft.fields["value"] for draft in read("The envoy urged Suderland to withdraw. Suderland refused.").statuses} == {"violated"}


@pytest.mark.parametrize(
    "text",
    [
        "Norland promised to withdraw its troops no later than ten days after signature.",
        "Norland announced the truce early on Saturday.",
        "Norland cancelled a visit planned for Thursday.",
    ],
)
def test_no_day_is_due_where_none_is_given(text: str) -> None:
    assert [draft.fields["due"] for draft in read(text).commitments if draft.fields["due"]] == []


def test_a_day_of_the_week_in_which_it_was_said_is_of_this_year() -> None:
    (found,) = read("Norland promised last week that it would open the border from 5 March.").commitments
    assert found.fields["due"]["start"] == "2031-03-05"


def test_a_time_limit_from_now_is_due() -> None:
    (found,) = [one for one in read("Norland promised to withdraw its troops within ten days.").commitments if one.fields["due"]]
    assert found.fields["due"]["end"] == "2031-03-22"
