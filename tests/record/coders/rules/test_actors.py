"""Layer 3, actors: who is named, in any spelling, by office and date, by description; what is a place only; who is new."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openparley.errors import CaseError
from openparley.record.casefile import Actor
from openparley.record.coders.rules.actors.actors import ActorTable, Mention, find_mentions
from openparley.record.coders.rules.actors.surfaces import spelling_key
from openparley.record.coders.rules.actors.world import World, fold
from openparley.record.coders.rules.article import read_article
from openparley.record.coders.rules.lexicon import Lexicon

LEXICON = Lexicon()
WORLD = LEXICON.build(World.of)
DAY = date(2025, 5, 29)

# An invented quarrel, and two of the world's states with invented people.
CASE = {
    "mediator": Actor(
        name="Chancellor Edda Marnquist", aliases=("Edda Marnquist", "Ms Marnquist", "the Chancellor"), country="XHA", role="mediator"
    ),
    "mediator_state": Actor(name="Halvora", aliases=("Holmgard",), country="XHA", role="mediator"),
    "mediator_office": Actor(name="the Chancery of Halvora", aliases=("the Chancery",), country="XHA", role="institution"),
    "mediator_spokesperson": Actor(name="Chancery spokesman Piet Lanrow", aliases=("Piet Lanrow",), country="XHA", role="spokesperson"),
    "mediator_advisers": Actor(name="Outside advisers to the Chancellor", aliases=("outside advisers",), country="XHA", role="adviser"),
    "mediator_official": Actor(name="a senior official of Halvora (unnamed)", country="XHA", role="official"),
    "legislature": Actor(name="Assembly of Halvora", aliases=("the Assembly", "deputies"), country="XHA", role="institution"),
    "party_a": Actor(name="Tamurel", aliases=("Ysmar",), country="XTA", role="party"),
    "party_a_leader": Actor(name="President of Tamurel Vasko Dragunovich", aliases=("Vasko Dragunovich",), country="XTA", role="party"),
    "party_a_delegation": Actor(name="Delegation of Tamurel", country="XTA", role="official"),
    "party_a_negotiator": Actor(name="Lead negotiator Oren Velikovsky", aliases=("Oren Velikovsky",), country="XTA", role="official"),
    "party_b": Actor(name="Egypt", aliases=("Cairo",), country="EGY", role="party"),
    "party_b_civilians": Actor(name="Egyptian civilians", country="EGY", role="group"),
    "allies": Actor(name="European allies", aliases=("Europe", "Europeans"), role="ally"),
    "alliance": Actor(name="NATO", aliases=("Nato",), role="institution"),
}


def table(actors: Mapping[str, Actor] = CASE) -> ActorTable:
    return ActorTable.build(actors, LEXICON, DAY)


def mentions(text: str, actors: Mapping[str, Actor] = CASE, published: date | None = DAY) -> list[Mention]:
    return list(find_mentions(read_article(text, published=published), table(actors)))


def named(text: str, words: str, actors: Mapping[str, Actor] = CASE, published: date | None = DAY) -> Mention | None:
    """The mention that begins or lies at some words of a text."""
    at = text.index(words)
    return next((item for item in mentions(text, actors, published) if item.start < at + len(words) and item.end > at), None)


def ids(text: str, words: str, actors: Mapping[str, Actor] = CASE, published: date | None = DAY) -> tuple[str, ...] | None:
    found = named(text, words, actors, published)
    return found.ids if found else None


# The world


def test_no_office_is_held_by_two_at_once() -> None:
    offices: dict[tuple[str, str], list[tuple[date, date]]] = {}
    for term in WORLD.terms:
        offices.setdefault((term.office, term.place), []).append((term.start, term.end))
    for terms in offices.values():
        terms.sort()
        assert all(start < end for start, end in terms)
        assert all(first[1] <= second[0] for first, second in pairwise(terms))


def test_states_have_codes_and_no_adjective_is_shared() -> None:
    adjectives: dict[str, str] = {}
    for state in WORLD.states.values():
        assert len(state.code) == 3
        assert state.code.isupper()
        for word in state.adjectives:
            assert adjectives.setdefault(word, state.code) == state.code, word
    assert len(WORLD.states) > 190


def test_a_case_may_add_a_state_and_a_wrong_row_is_named(tmp_path: Path) -> None:
    header = "code,name,names,adjectives,people,capital,metonyms\n"
    (tmp_path / "states.csv").write_text(header + "XRU,Ruritania,,Ruritanian,Ruritanians,Strelsau,Elphberg Castle\n", encoding="utf-8")
    lexicon = Lexicon(tmp_path)
    found = find_mentions(read_article("Elphberg Castle warned Ruritanian officials."), ActorTable.build({}, lexicon))
    assert [item.ids for item in found] == [("ruritania",), ("ruritania",)]
    (tmp_path / "offices.csv").write_text("office,state,person,from,to\nking,USA,Rudolf,2001-01-01,\n", encoding="utf-8")
    with pytest.raises(CaseError, match=r"offices\.csv.*office"):
        Lexicon(tmp_path).build(World.of)


@pytest.mark.parametrize(
    ("office", "noun", "state"),
    [
        ("president", "US president", "USA"),
        ("prime_minister", "British prime minister", "GBR"),
        ("foreign_minister", "Russian foreign minister", "RUS"),
    ],
)
def test_an_office_is_held_by_whoever_held_it_on_the_day(office: str, noun: str, state: str) -> None:
    for day in (date(1995, 6, 1), date(2010, 3, 1), date(2022, 3, 1)):
        term = WORLD.holder(office, state, day)
        assert term is not None
        found = named(f"The {noun} spoke.", noun, published=day)
        assert found is not None
        assert found.new == term.person[0]


def test_an_office_maps_to_the_case_s_actor_of_the_same_person() -> None:
    term = WORLD.holder("president", "FRA", DAY)
    assert term is not None
    actors = {"x": Actor(name=f"President {term.person[0]}", country="FRA", role="official")}
    for words in ("French president", "Élysée", term.surname):
        expected = ("france",) if words == "Élysée" else ("x",)
        assert ids(f"The {words} said no.", words, actors) == expected


def test_nobody_holds_an_office_when_the_table_does_not_say_or_there_is_no_day() -> None:
    lexicon_day = WORLD.holder("president", "USA", None)
    assert lexicon_day is None
    assert WORLD.holder("president", "USA", date(1900, 1, 1)) is None


# Names


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Edda Marnquist said no.", "Edda Marnquist", "mediator"),
        ("Marnquist said no.", "Marnquist", "mediator"),
        ("Ms Marnquist said no.", "Ms Marnquist", "mediator"),
        ("Chancellor Marnquist’s plan failed.", "Marnquist", "mediator"),
        ("Vasko Dragunovič spoke.", "Dragunovič", "party_a_leader"),
        ("Vasko Dragunowitsch spoke.", "Dragunowitsch", "party_a_leader"),
        ("Dragunovitch spoke.", "Dragunovitch", "party_a_leader"),
        ("Velikovski walked out.", "Velikovski", "party_a_negotiator"),
        ("Veilkovsky walked out.", "Veilkovsky", "party_a_negotiator"),
        ("Ysmar refused.", "Ysmar", "party_a"),
        ("Cairo refused.", "Cairo", "party_b"),
        ("Egypt's army left.", "Egypt", "party_b"),
        ("Egyptian forces left.", "Egyptian", "party_b"),
        ("The Egyptians left.", "Egyptians", "party_b"),
        ("Tamurelian forces left.", "Tamurelian", "party_a"),
        ("nato said no. NATO said no.", "NATO", "alliance"),
        ("Nato said no.", "Nato", "alliance"),
        ("European leaders met.", "European", "allies"),
        ("The Chancery was silent.", "Chancery", "mediator_office"),
    ],
)
def test_the_case_s_actors_are_known_in_any_spelling(text: str, words: str, expected: str) -> None:
    assert ids(text, words) == (expected,)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Boris Marnquist sang.", "Marnquist"),
        ("It was us who lost.", "us"),
        ("They who may turn left.", "who"),
        ("The chancellor’s dog", "dog"),
        ("Cold turkey was served.", "turkey"),
        ("The West Bank was closed.", "West"),
        ("He left on Friday in March.", "Friday"),
        ("Deputies Street was empty.", "Street"),
    ],
)
def test_words_that_only_look_like_a_name_are_nobody_s(text: str, words: str) -> None:
    found = ids(text, words)
    assert found is None or not set(found) & set(CASE)


def test_a_letter_in_a_combining_form_is_the_same_letter() -> None:
    actors = {"x": Actor(name="Ana Mereškan", aliases=("Mereškan",), role="official")}
    text = "Then Meres\u030ckan left."
    found = named(text, "Meres", actors)
    assert found is not None
    assert found.ids == ("x",)
    assert text[found.start : found.end] == "Meres\u030ckan"


def test_case_ids_win_over_the_world_s() -> None:
    assert ids("Egypt protested.", "Egypt") == ("party_b",)
    assert ids("Egypt protested.", "Egypt", {}) == ("egypt",)


def test_a_state_is_never_one_of_its_officials() -> None:
    actors = {"boss": Actor(name="President Karel Vondra", country="CZE", role="party")}
    found = named("Prague and the Czech Republic protested.", "Czech Republic", actors)
    assert found is not None
    assert found.ids == ("czech-republic",)
    assert found.new == "Czech Republic"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("They met in Cairo.", "Cairo"),
        ("He flew to Cairo.", "Cairo"),
        ("A flat in Ysmar burned.", "Ysmar"),
        ("They fought near Kabul.", "Kabul"),
    ],
)
def test_a_capital_where_something_happens_is_no_actor(text: str, words: str) -> None:
    assert named(text, words) is None


def test_a_state_where_something_happens_only_modifies() -> None:
    found = named("The war in Egypt goes on.", "Egypt")
    assert found is not None
    assert found.attributive


def test_officials_in_a_capital_are_the_state_s() -> None:
    assert ids("Officials in Cairo shrugged.", "Officials") == ("party_b",)


def test_modifiers_are_marked() -> None:
    for text, words, possessive, attributive in (
        ("Egyptian demands grew.", "Egyptian", False, True),
        ("Egypt's demands grew.", "Egypt", True, False),
        ("Egypt protested.", "Egypt", False, False),
        ("US sanctions bite.", "US", False, True),
        ("The US said no.", "US", False, False),
        ("The Egypt-NATO pact failed.", "Egypt", False, True),
    ):
        found = named(text, words)
        assert found is not None, text
        assert (found.possessive, found.attributive) == (possessive, attributive), text


# Descriptions


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("The Tamurel president refused.", "president", ("party_a_leader",)),
        ("Tamurel's president refused.", "president", ("party_a_leader",)),
        ("The president of Tamurel refused.", "president", ("party_a_leader",)),
        ("Tamurel's troops advanced.", "troops", ("party_a",)),
        ("Egyptian warships fired.", "warships", ("party_b",)),
        ("The Egyptian government fell.", "government", ("party_b",)),
        ("Tamurel's delegation left.", "delegation", ("party_a_delegation",)),
        ("Tamurel's lead negotiator left.", "negotiator", ("party_a_negotiator",)),
        ("Halvora's parliament voted.", "parliament", ("legislature",)),
        ("The Assembly voted.", "Assembly", ("legislature",)),
        ("Two Egyptian civilians died.", "civilians", ("party_b_civilians",)),
        ("European allies waited.", "allies", ("allies",)),
        ("A senior Halvora official spoke.", "official", ("mediator_official",)),
        ("A senior Egyptian official spoke.", "official", ()),
        ("A diplomat spoke.", "diplomat", ()),
        ("Two outside advisers spoke.", "outside advisers", ("mediator_advisers",)),
    ],
)
def test_descriptions_stand_for_the_closest_actor(text: str, words: str, expected: tuple[str, ...]) -> None:
    assert ids(text, words) == expected


def test_a_description_beside_a_name_is_that_person() -> None:
    text = "Tamurel's lead negotiator, Oren Velikovsky, left. Piet Lanrow, a spokesman for Halvora, stayed."
    assert ids(text, "lead negotiator") == ("party_a_negotiator",)
    assert ids(text, "spokesman") == ("mediator_spokesperson",)


def test_a_former_holder_is_not_the_holder() -> None:
    assert ids("A former president of Tamurel wept.", "president") != ("party_a_leader",)


def test_the_leaders_of_two_states_are_both() -> None:
    held = WORLD.holder("president", "EGY", DAY)
    assert held is not None
    found = ids("He called on the leaders of Tamurel and Egypt to meet.", "leaders")
    assert found is not None
    assert found[0] == "party_a_leader"
    assert len(found) == 2


def test_anonymous_sources_have_no_id_but_the_case_s() -> None:
    found = named("A person familiar with the talks said no.", "person")
    assert found is not None
    assert (found.kind, found.ids) == ("anonymous", ())
    actors = {"insider": Actor(name="Person familiar with the talks", role="observer")}
    assert ids("A person familiar with the talks said no.", "person", actors) == ("insider",)


# New actors


@pytest.mark.parametrize(
    ("text", "words", "expected", "role", "country"),
    [
        ("Foreign minister Jarmila Osterwind said no.", "Osterwind", "osterwind", "official", ""),
        ("Egyptian general Tariq Wenzeslav fell back.", "Wenzeslav", "wenzeslav", "official", "EGY"),
        ("A spokeswoman, Petra Undell, said no.", "Undell", "undell", "spokesperson", ""),
        ("Mr Quaverley said no.", "Quaverley", "quaverley", "observer", ""),
        ("Anders Blixtrand, a former envoy, agreed.", "Blixtrand", "blixtrand", "official", ""),
    ],
)
def test_people_with_a_title_or_apposition_are_proposed(text: str, words: str, expected: str, role: str, country: str) -> None:
    actors = table()
    found = [item for item in find_mentions(read_article(text, published=DAY), actors) if item.new]
    person = next(item for item in found if words in text[item.start : item.end])
    assert person.ids == (expected,)
    proposed = actors.proposed()[expected]
    assert (proposed.role, proposed.country, proposed.proposed) == (role, country, True)


def test_a_surname_later_on_is_the_same_new_person() -> None:
    text = "Foreign minister Jarmila Osterwind said no. Osterwind left."
    found = [item for item in mentions(text) if item.ids == ("osterwind",)]
    assert len(found) == 2


def test_two_new_people_of_one_surname_have_two_ids() -> None:
    actors = table()
    text = "Minister Jarmila Osterwind met General Tariq Osterwind."
    keys = {item.ids for item in find_mentions(read_article(text), actors) if item.new}
    assert len(keys) == 2
    assert {actor.name for actor in actors.proposed().values()} == {"Jarmila Osterwind", "Tariq Osterwind"}


def test_organisations_are_known_by_their_head_word() -> None:
    found = named("The Coastal Fishers Union called a strike.", "Coastal Fishers Union")
    assert found is not None
    assert (found.kind, found.new) == ("institution", "Coastal Fishers Union")


def test_an_organisation_keeps_the_state_in_its_name_and_its_letters() -> None:
    text = "The Egypt Reform Movement (ERM) refused. The ERM left."
    found = [item for item in mentions(text) if item.ids == ("egypt-reform-movement",)]
    assert [text[item.start : item.end] for item in found] == ["Egypt Reform Movement", "ERM", "ERM"]


def test_initials_and_first_names_belong_to_the_name() -> None:
    text = "Envoy Oren K. Velikovsky left. Chancellor Edda Marnquist stayed."
    found = mentions(text)
    assert [(text[item.start : item.end], item.ids) for item in found] == [
        ("Envoy Oren K. Velikovsky", ("party_a_negotiator",)),
        ("Chancellor Edda Marnquist", ("mediator",)),
    ]


def test_a_world_leader_s_name_inside_another_name_is_not_the_leader() -> None:
    plain = (term for term in WORLD.terms if len(term.surname) >= 6 and " " not in term.surname and fold(term.surname) not in WORLD.genders)
    term = next(plain)
    text = f"Yesterday {term.surname} Osterwind sang."
    assert all(item.new != term.person[0] for item in mentions(text, {}))


def test_a_government_named_by_its_leader_is_the_state_s() -> None:
    assert ids("The Dragunovich government fell.", "government") == ("party_a",)


def test_capitals_of_a_transcript_are_a_name() -> None:
    found = named("FOREIGN MINISTER OSTERWIND: We agree.", "OSTERWIND")
    assert found is not None
    assert found.new == "Osterwind"


@pytest.mark.parametrize(
    "text", ["On Monday Morning Rain fell.", "Dravel Point was shelled.", "They used the Arrow Missile.", "Green Tea is good in April."]
)
def test_days_places_and_things_are_no_people(text: str) -> None:
    assert [item for item in mentions(text, {}) if item.new] == []


def test_ids_are_slugs() -> None:
    actors = table({})
    text = "Minister Żółć Øresund-Ñandú of the Very Long Winded Name And Even Longer Winded Party Of Great Ambitions Council met Mr X."
    for item in find_mentions(read_article(text), actors):
        for key in item.ids:
            assert key.isascii()
            assert len(key) <= 40
    for key, actor in actors.proposed().items():
        Actor.model_validate(actor.model_dump())
        assert key[0].isalpha()


# Properties


WORDS_TEXT = (
    "the a an of in to and said told he she they it his her their its who Egypt Egypt's Egyptian Egyptians Cairo Tamurel "
    "Halvora Nato NATO US us president prime minister official officials spokesman, troops both sides two leaders Edda "
    "Marnquist Mr Ms Mr. Anders Union of , . “ ” ’s - – deputy former former, foreign Meres\u030ckan İ ß \u202e Egypt-Halvora "
    "anti-EU U.S. May March General I we you Council 12 \n"
)
WORDS = st.sampled_from(WORDS_TEXT.split(" "))


@settings(max_examples=120, deadline=None)
@given(st.lists(WORDS, max_size=40))
def test_any_words_give_disjoint_mentions_in_order_that_fit_their_tokens(pieces: list[str]) -> None:
    text = " ".join(pieces)
    article = read_article(text, published=DAY)
    actors = table()
    at = 0
    for item in find_mentions(article, actors):
        assert at <= item.start < item.end <= len(text)
        at = item.end
        assert 0 <= item.first < item.last <= len(article.tokens)
        assert article.tokens[item.first].start <= item.start
        assert item.end <= article.tokens[item.last - 1].end
        assert 0 < item.confidence <= 1
        assert item.rule
        for key in item.ids:
            assert key in actors.actors or key in actors.proposed()
        if item.new:
            assert actors.proposed()[item.ids[0]].name == item.new


@given(st.text(max_size=30))
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_the_same_text_gives_the_same_mentions_again() -> None:
    text = "Minister Jarmila Osterwind met Edda Marnquist in Cairo. She told him that Egypt's army would leave."
    actors = table()
    article = read_article(text, published=DAY)
    assert find_mentions(article, actors) == find_mentions(article, actors)


@pytest.mark.parametrize("name", ["Kuznetsov", "Petrenko", "Nikolayevich", "Müller", "Gonçalves"])
def test_spelling_keys_tell_different_names_apart(name: str) -> None:
    others = {"Kuznetsov", "Petrenko", "Nikolayevich", "Müller", "Gonçalves"} - {name}
    assert spelling_key(name) not in {spelling_key(other) for other in others}
