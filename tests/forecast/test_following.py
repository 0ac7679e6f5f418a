"""Where an indicator would be seen, in words."""

from dataclasses import replace

import pytest

from openparley.forecast.following import read_from
from openparley.record.case import Case, open_case
from openparley.record.casefile import Observation

MOVE = {"move": "party_a.accept", "kind": "event"}


@pytest.fixture(scope="module")
def bare() -> Case:
    """A case without rules."""
    case = open_case("strait-talks")
    return replace(case, file=case.file.model_copy(update={"observations": ()}))


def told(bare: Case, *rules: dict[str, object]) -> str:
    observations = tuple(Observation(**{**MOVE, **rule}) for rule in rules)
    return read_from(replace(bare, file=bare.file.model_copy(update={"observations": observations})), "party_a", "accept")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"type": ("AGREE",), "recipient": ("mediator",)}, "agree (event) toward the mediator"),
        ({"type": ("AGREE",), "recipient": ("party_b",), "realis": ("negated",)}, "agree (event) toward Party B, not done"),
        ({"kind": "commitment"}, "any commitment"),
        ({"entries": ("E047",)}, "so far read by hand (E047)"),
    ],
)
def test_a_rule_reads_as_words(bare: Case, rule: dict[str, object], expected: str) -> None:
    assert told(bare, rule) == expected


def test_entries_that_rules_name_are_listed_once_and_apart_from_kinds(bare: Case) -> None:
    rules = [{"entries": ("E089", "E094")}, {"type": ("AGREE",)}, {"entries": ("E094", "E098")}]
    assert told(bare, *rules) == "agree (event); so far read by hand (E089, E094, E098)"


def test_a_move_that_no_rule_reads_says_so(bare: Case) -> None:
    assert told(bare) == "not reported so far, and to be read by hand"
    assert told(bare, {"move": "party_a.stall"}) == told(bare)
