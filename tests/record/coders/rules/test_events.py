"""Events: who did what to whom, how real it is told to be, and what is one event."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openparley.record.casefile import Actor
from openparley.record.coders.draft import Draft, rows
from openparley.record.coders.rules.actors.actors import ActorTable
from openparley.record.coders.rules.article import read_article
from openparley.record.coders.rules.coder import ABSTAIN_BELOW, read_layers
from openparley.record.coders.rules.events.candidates import Candidate
from openparley.record.coders.rules.events.events import chosen, code_events
from openparley.record.coders.rules.lexicon import Lexicon
from openparley.record.coders.rules.reading import Reading
from openparley.record.entry import Event

ACTORS = {
    "mediator": Actor(name="President of Halden Mira Voss", aliases=("Voss", "Mira Voss"), country="XAA", role="mediator"),
    "party_a": Actor(name="Ruvia", aliases=("Ruvian", "Ruvians"), country="XAB", role="party"),
    "party_b": Actor(name="Torland", aliases=("Torlandish",), country="XAC", role="party"),
    "allies": Actor(name="the Coast League", aliases=("Coast League",), role="ally"),
}


@cache
def tables() -> tuple[ActorTable, Lexicon]:
    lexicon = Lexicon()
    return ActorTable.build(ACTORS, lexicon), lexicon


def read(text: str, published: date | None = date(2031, 5, 20)) -> Reading:
    table, lexicon = tables()
    return read_layers(read_article(text, published=published), table, lexicon)


def by_lexicon(text: str) -> list[Candidate]:
    return sorted(chosen(read(text), None), key=lambda made: made.clause.verb)


def coded(text: str) -> list[Draft]:
    return code_events(read(text))


@pytest.mark.parametrize(
    ("text", "event", "actor", "recipient", "realis"),
    [
        ("Ruvia condemned Torland on Monday.", "ACCUSE", "party_a", "party_b", "actual"),
        ("Torland was condemned by Ruvia.", "ACCUSE", "party_a", "party_b", "actual"),
        ("Voss urged Ruvia to lift the blockade.", "REQUEST", "mediator", "party_a", "actual"),
        ("Voss called on Torland to meet.", "REQUEST", "mediator", "party_b", "actual"),
        ("Ruvia refused to meet Torland.", "REJECT", "party_a", "party_b", "actual"),
        ("Ruvia rejected Torland's proposal.", "REJECT", "party_a", "party_b", "actual"),
        ("Ruvia will not negotiate with Torland.", "REJECT", "party_a", "party_b", "actual"),
        ("Ruvia is not willing to negotiate with Torland.", "REJECT", "party_a", "party_b", "actual"),
        ("Ruvia made a mockery of Torland.", "REJECT", "party_a", "party_b", "actual"),
        ("Ruvia threatened to shell Torland.", "THREATEN", "party_a", "party_b", "actual"),
        ("Torland agreed to meet Ruvia.", "AGREE", "party_b", "party_a", "actual"),
        ("Torland has not agreed to the plan.", "AGREE", "party_b", "", "negated"),
        ("Voss will meet Ruvia on Friday.", "AGREE", "mediator", "party_a", "future"),
        ("Voss met Ruvia in Geneva.", "CONSULT", "mediator", "party_a", "actual"),
        ("Voss praised Torland.", "SUPPORT", "mediator", "party_b", "actual"),
        ("Voss let Ruvia off the hook.", "CONCEDE", "mediator", "party_a", "actual"),
        ("The Coast League sent weapons to Torland.", "AID", "allies", "party_b", "actual"),
        ("Ruvia shared intelligence with Torland.", "COOPERATE", "party_a", "party_b", "actual"),
        ("Voss cut off aid to Torland.", "SANCTION", "mediator", "party_b", "actual"),
        ("Voss may impose sanctions on Ruvia.", "SANCTION", "mediator", "party_a", "hypothetical"),
        ("Voss imposed sanctions on Ruvia.", "SANCTION", "mediator", "party_a", "actual"),
        ("Voss is considering sanctions against Ruvia.", "SANCTION", "mediator", "party_a", "hypothetical"),
        ("Ruvia deployed troops along the border with Torland.", "MOBILIZE", "party_a", "party_b", "actual"),
        ("Ruvia blockaded Torland.", "COERCE", "party_a", "party_b", "actual"),
        ("Ruvia launched an attack on Torland.", "ASSAULT", "party_a", "party_b", "actual"),
        ("Ruvia began to shell Torland.", "ASSAULT", "party_a", "party_b", "actual"),
        ("Ruvia did not shell Torland.", "ASSAULT", "party_a", "party_b", "negated"),
        ("Ruvia released two hundred prisoners to Torland.", "RETREAT", "party_a", "party_b", "actual"),
        ("Ruvia lifted the sanctions on Torland.", "CONCEDE", "party_a", "party_b", "actual"),
    ],
)
def test_lexicon_gives_type_actor_recipient_and_realis(text: str, event: str, actor: str, recipient: str, realis: str) -> None:
    made = next((made for made in by_lexicon(text) if made.event == event), None)
    assert made is not None, [other.rule for other in by_lexicon(text)]
    assert made.realis == realis
    assert " ".join(made.arguments.actor) == actor
    if recipient:
        assert " ".join(made.arguments.recipient) == recipient


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("Ruvia refused to meet Torland.", "REJECT"),
        ("Voss imposed sanctions on Ruvia.", "SANCTION"),
        ("Voss held talks with Ruvia.", "CONSULT"),
        ("Voss urged Ruvia to withdraw its troops.", "REQUEST"),
        ("Torland accepted the proposal.", "AGREE"),
    ],
)
def test_act_and_its_complement_or_noun_are_one_event(text: str, only: str) -> None:
    assert [made.event for made in by_lexicon(text)] == [only]


@pytest.mark.parametrize(
    ("text", "realis"),
    [
        ("If Ruvia attacks Torland, the talks will fail.", "hypothetical"),
        ("Would Ruvia attack Torland?", "hypothetical"),
        ("Ruvia failed to attack Torland.", "negated"),
        ("Without attacking Torland, Ruvia moved its ships.", "negated"),
        ("Ruvia attacked Torland, officials said.", "actual"),
        ("Ruvia could attack Torland.", "hypothetical"),
    ],
)
def test_words_around_say_how_real_an_attack_is(text: str, realis: str) -> None:
    assert [made.realis for made in by_lexicon(text) if made.event == "ASSAULT"] == [realis]


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("Ruvia gave Torland until Friday to leave the hills.", "REQUEST"),
        ("Torland was told to pull back its guns.", "REQUEST"),
        ("Voss proposed to replace the treaty.", "REQUEST"),
        ("Torland called the raid “murder in daylight”.", "ACCUSE"),
        ("Ruvia described the decision as “a knife in the back”.", "ACCUSE"),
        ("The two presidents signed the treaty in Geneva.", "SUPPORT"),
        ("Torland ratified the accord.", "SUPPORT"),
        ("The assembly threw out the treaty.", "REJECT"),
        ("Ruvia denied the allegation.", "REJECT"),
        ("Ruvia did not attend the conference.", "REJECT"),
        ("Voss suspended some of the sanctions on Ruvia.", "CONCEDE"),
        ("Ruvia recalled most of its frigates from the gulf.", "RETREAT"),
        ("The shelling stopped at noon.", "RETREAT"),
        ("Ruvian soldiers took the hamlet of Brell.", "ASSAULT"),
        ("Shells fell on the town.", "ASSAULT"),
        ("Ruvian troops captured Andel after a siege.", "ASSAULT"),
        ("The rebels took forty people hostage.", "ASSAULT"),
        ("Talks resumed in Geneva.", "CONSULT"),
        ("Ruvia banned imports of Torlandish steel.", "SANCTION"),
        ("Ruvia keeps nine thousand soldiers on the island.", "MOBILIZE"),
        ("The families were displaced from the valley.", "COERCE"),
        ("Ruvia vowed never to meet Torland.", "REJECT"),
        ("Ruvia has twice this fall refused a truce.", "REJECT"),
        ("The Coast League evacuated the villagers from the shore.", "AID"),
    ],
)
def test_families_of_acts_are_known_by_verb_and_object(text: str, event: str) -> None:
    assert event in {made.event for made in by_lexicon(text)}


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("Voss criticised Torland on Monday. Ruvian troops shelled the harbour.", "ASSAULT"),
        ("Voss arrived on Monday. Ruvia deployed its fleet.", "MOBILIZE"),
        ("Voss left on Monday. Ruvia threatened war.", "THREATEN"),
    ],
)
def test_force_of_a_party_is_meant_for_the_other_party(text: str, event: str) -> None:
    made = next(made for made in by_lexicon(text) if made.event == event)
    assert made.arguments.recipient == ("party_b",)


def test_those_who_meet_nobody_in_particular_are_given_no_partner() -> None:
    made = next(
        made for made in by_lexicon("Ruvia shelled Torland. Ministers of the Coast League met on Monday.") if made.event == "CONSULT"
    )
    assert "party_b" not in made.arguments.recipient


def test_agentless_passive_has_no_actor() -> None:
    (made,) = [made for made in by_lexicon("Torland was attacked at dawn.") if made.event == "ASSAULT"]
    assert (made.arguments.actor, made.arguments.recipient) == ((), ("party_b",))


def test_those_who_meet_are_actor_and_recipient_alike() -> None:
    (made,) = by_lexicon("Ruvia and Torland met in Geneva.")
    assert set(made.arguments.actor) == set(made.arguments.recipient) == {"party_a", "party_b"}


@pytest.mark.parametrize(
    "text", ["The month of March was mild.", "Two rivers meet near the old mill.", "", "???", "Ruvia is a state of forty islands."]
)
def test_description_holds_no_event(text: str) -> None:
    assert [draft.rule for draft in coded(text) if draft.confidence >= ABSTAIN_BELOW] == []


def test_answer_goes_to_whoever_asked() -> None:
    drafts = coded("Voss proposed a truce to Ruvia and Torland on Monday. Torland accepted the proposal on Tuesday.")
    (answer,) = [draft for draft in drafts if draft.fields["event"] == "AGREE"]
    assert answer.fields["actor"] == ("party_b",)
    assert answer.fields["recipient"] == ("mediator",)


def test_drafts_become_events_of_the_record() -> None:
    text = "Voss condemned Ruvia on Monday. “Ruvia will pay for this,” she said. Ruvia launched an attack on Torland’s ports."
    drafts = coded(text)
    assert drafts
    ids = [f"E{number:03d}" for number in range(1, len(drafts) + 1)]
    for row in rows(drafts, ids, text, "S01", {"name": "rules", "version": "0"}):
        entry = Event.model_validate(row)
        assert entry.coder is not None
        assert (entry.coder.rule or "").startswith(f"{entry.event}.")
    assert [draft.start for draft in drafts] == sorted(draft.start for draft in drafts)


def test_event_long_before_the_report_is_historical() -> None:
    old, new = coded("Ruvia attacked Torland in March 2024."), coded("Ruvia attacked Torland on 12 May 2031.")
    assert [draft.fields["historical"] for draft in (*old, *new)] == [True, False]


def test_paraphrase_has_the_names_and_not_the_words() -> None:
    (draft,) = coded("Ruvia berated Torland.")
    assert "Ruvia" in draft.fields["paraphrase"]
    assert "Torland" in draft.fields["paraphrase"]
    assert "berate" not in draft.fields["paraphrase"]


def test_same_text_gives_the_same_drafts() -> None:
    text = "Voss urged Ruvia to lift the blockade, but Ruvia refused and shelled Torland."
    assert [(draft.rule, draft.confidence) for draft in coded(text)] == [(draft.rule, draft.confidence) for draft in coded(text)]


PHRASES = (
    "Ruvia|Torland|Voss|attacked|refused to meet|talks with|sanctions on|will not|if|said that|,|.|“|”|and|by the|of|was|impose|March|?|\n"
)
WORDS = st.sampled_from(PHRASES.split("|"))


@settings(max_examples=40, deadline=None)
@given(st.lists(WORDS, max_size=40).map(" ".join) | st.text(max_size=80))
def test_any_text_comes_through_with_offsets_inside_it(text: str) -> None:
    for draft in coded(text):
        assert 0 <= draft.start < draft.end <= len(text)
        assert 0 <= draft.confidence <= 1
        assert draft.fields["attributed_to"]


def test_sentence_of_thousands_of_words_comes_through() -> None:
    chain = "Ruvia said that Torland had agreed to try to refuse to " * 150 + "attack Ruvia."
    listed = ", ".join(["Ruvia attacked Torland", "Voss met Ruvia"] * 200) + "."
    for text in (chain, listed):
        assert all(0 <= draft.start < draft.end <= len(text) for draft in coded(text))
