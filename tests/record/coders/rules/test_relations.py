"""Relations: how one actor stands to another, and where nothing may be read from a cue."""

from __future__ import annotations

import pytest

from openparley.record.coders.draft import rows
from openparley.record.coders.rules.relations import code_relations
from openparley.record.entry import KINDS
from tests.record.coders.rules.speech_samples import read


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
    (found,) = code_relations(read(text))
    assert (found.fields["subject"], found.fields["relation"], found.fields["object"]) == ((subject,), relation, (other,))


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


def test_first_person_is_the_speaker() -> None:
    (found,) = code_relations(read("“I have always had a very good relationship with Orrin,” Veil said."))
    assert found.fields["subject"] == ("norland_leader",)
    assert found.fields["attributed_to"] == ("norland_leader",)


def test_valid_entries() -> None:
    text = "Veil admires Orrin. Norland is allied with Estavia."
    drafts = code_relations(read(text))
    for row in rows(drafts, ["R001", "R002"], text, "S01", {"name": "rules", "version": "0"}):
        assert KINDS["relation"].model.model_validate(row).paraphrase
