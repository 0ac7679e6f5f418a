"""Clauses: who does what to whom, across the constructions that news is written in."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from openparley.record.coders.rules.article import Article, read_article
from openparley.record.coders.rules.grammar.grammar import Clause, parse


class Mentioned(NamedTuple):
    """A mention as the grammar needs it."""

    start: int
    end: int
    first: int
    last: int
    ids: tuple[str, ...]
    kind: str
    number: str
    rule: str
    confidence: float
    new: str | None = None
    possessive: bool = False
    attributive: bool = False


def read(text: str) -> tuple[Article, tuple[Clause, ...]]:
    article = read_article(text)
    return article, parse(article)


def clause(text: str, lemma: str) -> tuple[Article, Clause]:
    article, clauses = read(text)
    found = [item for item in clauses if item.lemma == lemma]
    assert found, [item.lemma for item in clauses]
    return article, found[0]


def words(article: Article, item: Clause) -> tuple[str, str]:
    """Head words of subject and first object."""
    subject = article.tokens[item.subject.head].text if item.subject else ""
    return subject, article.tokens[item.objects[0].head].text if item.objects else ""


@pytest.mark.parametrize(
    ("text", "lemma", "subject", "object_"),
    [
        ("Norland attacked the port.", "attack", "Norland", "port"),
        ("The king of Norland, who hates war, has signed the treaty.", "sign", "king", "treaty"),
        ("The rebels seized the town and burned the mill.", "burn", "rebels", "mill"),
        ("Norland ordered its generals to leave the valley.", "leave", "generals", "valley"),
        ("The king promised the rebels to free the hostages.", "free", "king", "hostages"),
        ("The envoy called on the rebels to free the hostages.", "free", "rebels", "hostages"),
        ("The envoy refused to meet the rebels.", "meet", "envoy", "rebels"),
        ("The rebels kept shelling the port.", "shell", "rebels", "port"),
        ("The army shelled the port, killing nine people.", "kill", "army", "people"),
        ("Exhausted by war, the kingdom sought peace.", "seek", "kingdom", "peace"),
        ("The soldiers guarding the bridge saw nothing.", "guard", "soldiers", "bridge"),
        ("The war that Norland started ruined the coast.", "ruin", "war", "coast"),
        ("The war Norland started ruined the coast.", "start", "Norland", "war"),
        ("Let the inspectors see the files.", "see", "inspectors", "files"),
        ("“We want peace,” said the envoy.", "say", "envoy", ""),
        ("Will the council lift the ban?", "lift", "council", "ban"),
        ("What does Norland want?", "want", "Norland", ""),
        ("After losing the vote, the premier attacked the press.", "lose", "premier", "vote"),
        ("Norland blamed the rebels for breaking the truce.", "break", "rebels", "truce"),
        ("It was Norland, which had said yes, that lost the harbour.", "lose", "Norland", "harbour"),
        ("Norland has in recent days shelled the port.", "shell", "Norland", "port"),
        ("The officials say the king has left the city.", "leave", "king", "city"),
    ],
)
def test_subject_and_object_are_found(text: str, lemma: str, subject: str, object_: str) -> None:
    article, item = clause(text, lemma)
    assert words(article, item) == (subject, object_)


@pytest.mark.parametrize(
    ("text", "lemma", "particle"),
    [
        ("Norland walked away from the talks.", "walk", "away"),
        ("The army pulled out of the town.", "pull", "out"),
        ("The king backed down.", "back", "down"),
        ("The premier ruled out a deal.", "rule", "out"),
        ("The premier turned the offer down.", "turn", "down"),
        ("The union called on the minister to resign.", "call", "on"),
        ("The rebels gave in.", "give", "in"),
    ],
)
def test_particles_belong_to_the_verb(text: str, lemma: str, particle: str) -> None:
    _, item = clause(text, lemma)
    assert item.particle == particle


@pytest.mark.parametrize(
    ("text", "lemma", "tense", "modal", "passive", "negated", "perfect"),
    [
        ("Norland will not sign the treaty.", "sign", "future", "will", False, True, False),
        ("The treaty has never been signed.", "sign", "present", "", True, True, True),
        ("Norland could have signed it.", "sign", "present", "could", False, False, True),
        ("The king didn't sign it.", "sign", "past", "", False, True, False),
        ("No treaty was signed.", "sign", "past", "", True, True, False),
        ("The king no longer signs treaties.", "sign", "present", "", False, True, False),
        ("The king may sign it.", "sign", "present", "may", False, False, False),
        ("The king has signed it.", "sign", "present", "", False, False, True),
    ],
)
def test_tense_modality_voice_and_negation(
    text: str, lemma: str, tense: str, modal: str, passive: bool, negated: bool, perfect: bool
) -> None:
    _, item = clause(text, lemma)
    assert (item.tense, item.modal, item.passive, item.negated, item.perfect) == (tense, modal, passive, negated, perfect)


@pytest.mark.parametrize(
    ("text", "lemma", "relation"),
    [
        ("If Norland attacks, the allies will respond.", "attack", "if"),
        ("Had Norland attacked, the allies would have responded.", "attack", "if"),
        ("The ports will close unless the rebels disarm.", "disarm", "unless"),
        ("The ports stay closed until the rebels disarm.", "disarm", "until"),
        ("The king left because the army rebelled.", "rebel", "because"),
        ("The king left after the army rebelled.", "rebel", "after"),
        ("The king said that the army would rebel.", "rebel", "that"),
        ("The king asked whether the army would rebel.", "rebel", "wh"),
        ("The king, who fears the army, left.", "fear", "relative"),
        ("The king left and the army rebelled.", "rebel", "coordinate"),
        ("The king raised an army to crush the revolt.", "crush", "purpose"),
        ("The king wants to crush the revolt.", "crush", "to"),
        ("The king denied crushing the revolt.", "crush", "ing"),
    ],
)
def test_how_a_clause_hangs_on_its_parent(text: str, lemma: str, relation: str) -> None:
    _, clauses = read(text)
    item = next(item for item in clauses if item.lemma == lemma)
    assert item.relation == relation
    assert item.parent is not None


def test_a_passive_has_its_agent_as_by_oblique() -> None:
    article, item = clause("The bridge was blown up by retreating soldiers.", "blow")
    assert item.passive
    assert [(word, article.tokens[group.head].text) for word, group in item.obliques] == [("by", "soldiers")]


def test_an_event_noun_is_a_clause_with_owner_as_subject_and_the_rest_as_obliques() -> None:
    article, item = clause("Norland's attacks on Sudland's ports have stopped.", "attack")
    assert item.form == "nominal"
    assert article.tokens[item.subject.head].text == "Norland" if item.subject else False
    assert [(word, article.tokens[group.head].text) for word, group in item.obliques] == [("on", "ports")]


def test_of_after_an_event_noun_is_who_suffers_it_or_who_does_it() -> None:
    article, item = clause("The invasion of Sudland by Norland failed.", "invasion")
    assert words(article, item) == ("Norland", "Sudland")
    article, item = clause("The refusal of the rebels to talk angered the king.", "refusal")
    assert words(article, item)[0] == "rebels"


def test_an_infinitive_is_the_complement_of_its_noun_and_has_the_subject_of_that() -> None:
    article, clauses = read("The king criticised Norland's refusal to meet the rebels.")
    refusal = next(item for item in clauses if item.lemma == "refusal")
    meeting = next(item for item in clauses if item.lemma == "meet")
    assert refusal.complements == (meeting.index,)
    assert meeting.parent == refusal.index
    assert words(article, meeting) == ("Norland", "rebels")
    assert article.text[refusal.start : refusal.end] == "Norland's refusal to meet the rebels"


def test_a_light_verb_lends_its_subject_to_its_noun() -> None:
    article, item = clause("Norland launched an attack on the port.", "attack")
    assert item.subject_inherited
    assert words(article, item)[0] == "Norland"


@pytest.mark.parametrize(
    ("text", "lemma", "span"),
    [
        ("On Monday, Norland attacked the port because it was weak.", "attack", "Norland attacked the port"),
        ("But the envoy refused to meet the rebels, who had lied.", "refuse", "the envoy refused to meet the rebels"),
        ("If Norland attacks, the allies will close the strait.", "close", "the allies will close the strait"),
        ("He berated the envoy and abruptly cut off the aid.", "cut", "cut off the aid"),
        ("The army, the largest in the region, was disbanded.", "disband", "The army, the largest in the region, was disbanded"),
    ],
)
def test_the_span_is_the_smallest_clause(text: str, lemma: str, span: str) -> None:
    article, item = clause(text, lemma)
    assert article.text[item.start : item.end] == span


def test_mentions_give_groups_their_ids_and_owners() -> None:
    text = "Norland's forces attacked the army of Sudland."
    article = read_article(text)
    norland = Mentioned(0, 9, 0, 2, ("party_a",), "state", "singular", "name", 1.0, possessive=True)
    at = text.index("Sudland")
    token = article.token_at(at)
    sudland = Mentioned(at, at + 7, token, token + 1, ("party_b",), "state", "singular", "name", 1.0)
    found = next(item for item in parse(article, (), (norland, sudland)) if item.lemma == "attack")  # pyright: ignore[reportArgumentType]
    assert found.subject is not None
    assert found.subject.ids == ("party_a",)
    assert found.subject.owner == ("party_a",)
    assert found.objects[0].ids == ("party_b",)


def test_existential_and_headline_and_imperative_have_no_invented_subject() -> None:
    article, item = clause("There was no answer from the palace.", "be")
    assert item.subject is None
    assert item.negated
    assert words(article, clause("There was no answer from the palace.", "answer")[1])[0] == "palace"
    assert clause("Stop the shelling.", "stop")[1].subject is None
    assert clause("Nine killed in market bombing", "kill")[1].passive


@pytest.mark.parametrize(
    "text", ["“We will leave,” the envoy said.", "The envoy said: “We will leave.”", "“It is late,” the envoy said, “and we will leave.”"]
)
def test_quoted_words_hang_on_the_verb_of_speech(text: str) -> None:
    _, clauses = read(text)
    leaving = next(item for item in clauses if item.lemma == "leave")
    saying = next(item for item in clauses if item.lemma == "say")
    assert (leaving.relation, leaving.parent) == ("quoted", saying.index)


def test_indexes_point_at_the_clauses_themselves() -> None:
    _, clauses = read("The envoy said that Norland would, if the rebels agreed, withdraw its troops and pay for the damage.")
    assert [item.index for item in clauses] == list(range(len(clauses)))
    for item in clauses:
        assert all(clauses[below].parent == item.index for below in item.complements)
        assert item.parent != item.index


@pytest.mark.parametrize(
    ("text", "lemma", "subject"),
    [
        ("Ruvia has twice this fall refused a truce.", "refuse", "Ruvia"),
        ("The ministry had last fall rejected the plan.", "reject", "ministry"),
        ("The army that in February had vowed revenge withdrew.", "vow", "army"),
        ("The council that on Monday had met twice fell silent.", "meet", "council"),
    ],
)
def test_a_time_between_does_not_part_a_verb_from_its_subject(text: str, lemma: str, subject: str) -> None:
    article, item = clause(text, lemma)
    assert words(article, item)[0] == subject


@pytest.mark.parametrize("quantity", ["some", "most", "all", "half"])
def test_a_quantity_with_of_is_one_noun_group(quantity: str) -> None:
    article, item = clause(f"The ministry lifted {quantity} of the sanctions.", "lift")
    group = item.objects[0]
    assert article.text[group.start : group.end] == f"{quantity} of the sanctions"
