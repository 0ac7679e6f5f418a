"""Pronouns and definite descriptions: whom they take up in short texts about invented people."""

from __future__ import annotations

from datetime import date

import pytest

from openparley.record.casefile import Actor
from openparley.record.coders.rules.actors.actors import ActorTable, Mention, find_mentions
from openparley.record.coders.rules.article import read_article
from openparley.record.coders.rules.lexicon import Lexicon

LEXICON = Lexicon()
ACTORS = {
    "he": Actor(name="President Bruno Castellane", aliases=("Bruno Castellane",), country="XRU", role="party"),
    "she": Actor(name="Prime Minister Helena Voskuijlen", aliases=("Helena Voskuijlen",), country="XFR", role="party"),
    "envoy": Actor(name="Mediator Anders Blixtrand", aliases=("Anders Blixtrand",), role="mediator"),
    "ruritania": Actor(name="Ruritania", country="XRU", role="party"),
    "freedonia": Actor(name="Freedonia", country="XFR", role="party"),
    "rebels": Actor(name="Northern rebels", aliases=("the rebels",), role="group"),
    "diplomats": Actor(name="Ruritanian diplomats", country="XRU", role="official"),
}


def mentions(text: str) -> list[Mention]:
    return list(find_mentions(read_article(text, published=date(2025, 5, 29)), ActorTable.build(ACTORS, LEXICON)))


def of(text: str, words: str, occurrence: int = 1) -> Mention | None:
    at = -1
    for _ in range(occurrence):
        at = text.index(words, at + 1)
    return next((item for item in mentions(text) if item.start <= at < item.end), None)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Castellane met Voskuijlen. He left early.", "He", ("he",)),
        ("Castellane met Voskuijlen. She left early.", "She", ("she",)),
        ("Castellane said that he would wait.", "he", ("he",)),
        ("Castellane blamed Blixtrand. He said the plan was dead.", "He", ("he",)),
        ("Castellane praised his diplomats.", "his", ("diplomats",)),
        ("Ruritania said its ports would close.", "its", ("ruritania",)),
        ("Freedonia refused. It wants more time.", "It", ("freedonia",)),
        ("The rebels left. They took the guns.", "They", ("rebels",)),
        ("Castellane and Voskuijlen met. They agreed.", "They", ("he", "she")),
        ("In his first speech, Castellane vowed revenge.", "his", ("he",)),
        ("Blixtrand asked Castellane whether he would come.", "he", ("he",)),
    ],
)
def test_pronouns(text: str, words: str, expected: tuple[str, ...]) -> None:
    at = text.index(f" {words} ") + 1 if f" {words} " in text else text.index(words)
    found = next((item for item in mentions(text) if item.start <= at < item.end), None)
    assert found is not None
    assert found.ids == expected


def test_a_pronoun_in_a_quotation_is_not_its_speaker() -> None:
    text = "Castellane met Blixtrand. “He is late,” Castellane said."
    found = of(text, "He")
    assert found is not None
    assert found.ids == ("envoy",)


def test_i_and_we_in_a_quotation_are_left_to_the_speaker() -> None:
    text = "“We will never yield, and I mean it,” Castellane said."
    for words in ("We", "I mean"):
        found = of(text, words)
        assert found is not None
        assert (found.ids, found.kind, found.rule) == ((), "pronoun", "speaker")


def test_us_outside_of_quotations_is_the_author_and_no_state() -> None:
    found = of("An aide told us so.", "us")
    assert found is not None
    assert (found.ids, found.rule) == ((), "author")


@pytest.mark.parametrize(
    "text", ["It is raining in Ruritania.", "Freedonia waits. It seems that all is lost.", "Ruritania fell because of it."]
)
def test_it_without_anybody_behind_it_is_nobody(text: str) -> None:
    at = text.lower().rindex(" it") + 1 if " it" in text.lower() else 0
    assert all(not item.start <= at < item.end for item in mentions(text))


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Bruno Castellane spoke. The president was angry.", "The president", ("he",)),
        ("Helena Voskuijlen spoke. The prime minister was angry.", "The prime minister", ("she",)),
        ("Ruritania closed its ports, and its leader went on air.", "its leader", ("he",)),
        ("Castellane saw Voskuijlen on Friday. The two leaders shook hands.", "The two leaders", ("he", "she")),
        ("Castellane saw Voskuijlen on Friday. The pair shook hands.", "The pair", ("he", "she")),
        ("Blixtrand called on both sides to stop.", "both sides", ("ruritania", "freedonia")),
        ("Freedonia and Ruritania signed. The two countries will trade.", "The two countries", ("freedonia", "ruritania")),
    ],
)
def test_definite_descriptions(text: str, words: str, expected: tuple[str, ...]) -> None:
    found = of(text, words)
    assert found is not None
    assert set(found.ids) == set(expected)


def test_an_unnamed_speaker_is_taken_up_by_the_same_noun() -> None:
    text = "A Ruritanian diplomat in the room disagreed. “Nothing is settled,” the diplomat said."
    first, second = of(text, "diplomat"), of(text, "the diplomat")
    assert first is not None
    assert second is not None
    assert first.ids == second.ids
    assert second.kind == "anonymous"


def test_nobody_is_made_up_for_a_pronoun_without_antecedent() -> None:
    assert [item.ids for item in mentions("They came at dawn, and nothing was left of them.")] in ([], [()], [(), ()])


def test_the_nearer_and_surer_antecedent_has_more_confidence() -> None:
    near = of("Castellane said that he would wait.", "he would")
    far = of("Castellane met Blixtrand. Rain fell. The road was long. He would wait.", "He would")
    assert near is not None
    assert far is not None
    assert near.confidence > far.confidence


CIVIL = {
    "party_a": Actor(name="the Government of Sylvania", aliases=("the Government",), country="XSY", role="party"),
    "party_a_army": Actor(name="the army of Sylvania", country="XSY", role="institution"),
    "party_b": Actor(name="Highland Movement", aliases=("the Movement",), country="XSY", role="party"),
    "party_b_commander": Actor(name="Commander Ilva Destrand", aliases=("Ilva Destrand",), country="XSY", role="official"),
    "party_b_army": Actor(name="the army of the Highland Movement", country="XSY", role="group"),
    "mayor": Actor(name="the mayor of Osk", aliases=("the city's mayor",), country="XSY", role="official"),
}


def civil(text: str, words: str) -> Mention | None:
    at = text.index(words)
    found = find_mentions(read_article(text, published=date(2025, 5, 29)), ActorTable.build(CIVIL, LEXICON))
    return next((item for item in found if item.start <= at < item.end), None)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Commander Ilva Destrand said that her forces had left.", "her forces", ("party_b_army",)),
        ("The Highland Movement's troops took the bridge.", "troops", ("party_b_army",)),
        ("The Government's army stayed away.", "army", ("party_a_army",)),
        ("The city's mayor spoke first. He wept.", "He", ("mayor",)),
    ],
)
def test_of_two_parties_in_one_country_each_has_its_own_people(text: str, words: str, expected: tuple[str, ...]) -> None:
    found = civil(text, words)
    assert found is not None
    assert found.ids == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Ruritanian and Freedonian troops crossed the line.", "troops", {"ruritania", "freedonia"}),
        ("The foreign ministers of Ruritania and Freedonia met.", "foreign ministers", {"ruritania", "freedonia"}),
        ("Ruritania and Freedonia held talks. Both armies stayed.", "Both armies", {"ruritania", "freedonia"}),
        ("Ruritanian drones hit a depot.", "drones", {"ruritania"}),
        ("Ruritania accused its neighbour of spying.", "neighbour", {"freedonia"}),
        ("Freedonia said its rival had moved guns.", "rival", {"ruritania"}),
    ],
)
def test_many_together_stand_for_each(text: str, words: str, expected: set[str]) -> None:
    found = of(text, words)
    assert found is not None
    assert set(found.ids) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The Government said that rebel forces had left.",
        "It is true that enemy drones came.",
        "She warned that hostile troops were near.",
    ],
)
def test_a_conjunction_is_no_part_of_a_mention(text: str) -> None:
    found = find_mentions(read_article(text), ActorTable.build(CIVIL, LEXICON))
    assert not [item for item in found if text[item.start : item.end].startswith("that ")]
