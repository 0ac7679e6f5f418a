"""Moves in words, and which of them end the dispute."""

from dataclasses import replace

import pytest

from openparley.brief.bottom_line import further_outcomes
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.moves import HAPPENS, PHRASES, endings, plays, within
from openparley.game.families import FAMILIES
from openparley.game.positions import enumerate_positions, moves_by_actor
from openparley.record.case import Case
from openparley.record.casefile import When
from tests.brief import synthetic


@pytest.mark.parametrize(
    ("actor", "move", "expected"),
    [
        ("party_a", "accept", "Party A accepts"),
        ("mediator", "let_lapse", "the mediator lets a deadline lapse"),
        ("allies", "sanction", "the allies sanction"),
        ("party_a", "comply", "Party A complies"),
        ("legislature", "pass_bill", "the legislature passes the bill"),
        ("mediator", "walk_away", "the mediator walks away"),
        ("world", "front_moves", "the front moves"),
        ("world", "other_thing", "other thing"),
    ],
)
def test_a_move_reads_as_a_clause(case: Case, actor: str, move: str, expected: str) -> None:
    assert plays(Facts.of(case), actor, move) == expected


def test_every_phrase_is_of_a_move_that_some_family_has() -> None:
    moves: set[str] = set()
    for kind in FAMILIES.values():
        found = moves_by_actor(enumerate_positions(kind(dict.fromkeys(kind.chance, 0.5)), kind.State()))
        moves |= {move for labels in found.values() for move in labels}
        assert set(found.get("world", ())) <= HAPPENS.keys()
    assert moves >= PHRASES.keys() | HAPPENS.keys()


def test_the_moves_that_end_the_dispute_are_those_of_the_family(case: Case) -> None:
    ends = {move: found for move, found in endings(case.file).items() if any(found)}
    assert ends == {
        ("party_a", "accept"): {"ceasefire"},
        ("party_b", "concede"): {"ceasefire"},
        ("mediator", "walk_away"): {"walk_away"},
    }
    assert endings(case.file.model_copy(update={"model": None})) == {}


def test_further_judgements_leave_out_ways_in_which_the_headline_comes_about(case: Case) -> None:
    def further(one: Case) -> list[str]:
        return further_outcomes(Context(Facts.of(one), synthetic.posterior(), synthetic.forecast(), synthetic.run(), lexicon("icd203")))

    assert further(case) == ["tariffs", "walk_away"]
    concede = When(actor="party_b", move="concede")
    outcomes = tuple(row.model_copy(update={"when": concede}) if row.id == "tariffs" else row for row in case.file.outcomes)
    assert within(case.file, outcomes[1], outcomes[0])
    assert not within(case.file, outcomes[0], outcomes[1])
    assert further(replace(case, file=case.file.model_copy(update={"outcomes": outcomes}))) == ["walk_away", "escalation"]
