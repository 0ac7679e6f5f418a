"""Relations: how one actor stands to another, and where nothing may be read from a cue."""

from __future__ import annotations

import pytest

from openparley.record.coders.draft import rows
from openparley.record.coders.rules.claims.relations import code_relations
from openparley.record.entry import KINDS
from tests.record.coders.rules.speech_samples import read


def coded(text: str) -> list[tuple[object, ...]]:
    """Subject, relation and object of everything found."""
    return [tuple(draft.fields[name] for name in ("subject", "relation", "object")) for draft in code_relations(read(text))]


@pytest.mark.parametrize(
    ("text", "subject", "relation", "other"),
    [
        ("Veil admires Orrin.", "norland_leader", "friendly", "estavia_negotiator"),
        ("Veil despises Orrin for his patience.", "norland_leader", "hostile", "estavia_negotiator"),
        ("Veil's hostility to Estavia is old.", "norland_leader", "hostile", "estavia"),
        ("Norland has fallen out with Estavia over the port.", "norland", "strained", "estavia"),
        ("The quarrel drove a wedge between Norland and Estavia.", "norland", "strained", "estavia"),
        ("Norland is allied with Estavia.", "norland", "allied", "estavia"),
        ("Norland is no longer allied with Estavia.", "norland", "strained", "estavia"),
        ("Norland's alliance with Estavia held for ten years.", "norland", "allied", "estavia"),
        ("Norland is beholden to Estavia.", "norland", "subordinate", "estavia"),
        ("Norland does business with Estavia.", "norland", "trade", "estavia"),
        ("Veil was late. Orrin, a Veil ally, arrived early.", "estavia_negotiator", "allied", "norland_leader"),
    ],
)
def test_cues(text: str, subject: str, relation: str, other: str) -> None:
    assert coded(text) == [((subject,), relation, (other,))]


@pytest.mark.parametrize(
    "text",
    [
        "Veil admires the sea.",
        "Veil backed Orrin's plan.",
        "Norland looks like Estavia from the air.",
        "The alliance met in Geneva.",
        "Norland never admired Estavia's port.",
    ],
)
def test_no_relation(text: str) -> None:
    assert code_relations(read(text)) == []


@pytest.mark.parametrize(
    ("text", "subject", "relation", "other"),
    [
        # the two in one subject
        ("Norland and Estavia are old allies.", "norland", "allied", "estavia"),
        ("Norland and Estavia were at war for ten years.", "norland", "hostile", "estavia"),
        ("Norland and Estavia have quarrelled about the port.", "norland", "strained", "estavia"),
        # a name, a comma, what he is to another
        ("Lind, an old friend of Norland, arrived late.", "envoy", "friendly", "norland"),
        ("Orrin, a fierce critic of Veil, stayed away.", "estavia_negotiator", "opposed", "norland_leader"),
        ("Orrin, the son-in-law of Veil, stayed away.", "estavia_negotiator", "family", "norland_leader"),
        ("Veil met Orrin. Lind, Veil's closest ally, stayed away.", "envoy", "allied", "norland_leader"),
        ("Norland shelled the port. Norland's ally Estavia kept silent.", "estavia", "allied", "norland"),
        # warmth and coldness of relations
        ("Relations between Norland and Estavia have soured.", "norland", "strained", "estavia"),
        ("Norland's ties with Estavia remain warm.", "norland", "friendly", "estavia"),
        ("Norland's relations with Estavia have deteriorated since May.", "norland", "strained", "estavia"),
        # money, goods, dependence
        ("Norland depends on Estavia's gas.", "norland", "subordinate", "estavia"),
        ("Norland is the largest buyer of Estavia's gas.", "norland", "trade", "estavia"),
        ("Trade between Norland and Estavia has doubled.", "norland", "trade", "estavia"),
        # feelings
        ("Veil is tired of Orrin.", "norland_leader", "strained", "estavia_negotiator"),
        ("Veil distrusts Orrin.", "norland_leader", "strained", "estavia_negotiator"),
        ("Lind met Orrin, whom Veil despises.", "norland_leader", "hostile", "estavia_negotiator"),
    ],
)
def test_builds(text: str, subject: str, relation: str, other: str) -> None:
    assert coded(text) == [((subject,), relation, (other,))]


@pytest.mark.parametrize(
    "text",
    [
        "Norland shelled Estavia. Marta Lind has mediated since May.",
        "Norland shelled Estavia. A truce brokered by Marta Lind held.",
        "Norland shelled Estavia. Lind, the chief mediator, left.",
    ],
)
def test_mediator_stands_between_the_parties_of_the_text(text: str) -> None:
    (found,) = code_relations(read(text))
    assert found.fields["relation"] == "mediator"
    assert (found.fields["subject"], set(found.fields["object"])) == (("envoy",), {"norland", "estavia"})


@pytest.mark.parametrize(
    "words", ["The two sides are at odds.", "Relations between the two countries have cooled.", "The neighbours fell out."]
)
def test_two_sides_are_the_parties_of_the_text(words: str) -> None:
    (found,) = code_relations(read(f"Norland met Estavia. {words}"))
    assert {*found.fields["subject"], *found.fields["object"]} == {"norland", "estavia"}


def test_first_person_is_the_speaker() -> None:
    (found,) = code_relations(read("“I have always had a very good relationship with Orrin,” Veil said."))
    assert found.fields["subject"] == ("norland_leader",)
    assert found.fields["attributed_to"] == ("norland_leader",)


def test_valid_entries() -> None:
    text = "Veil admires Orrin. Norland is allied with Estavia."
    drafts = code_relations(read(text))
    for row in rows(drafts, ["R001", "R002"], text, "S01", {"name": "rules", "version": "0"}):
        assert KINDS["relation"].model.model_validate(row).paraphrase
