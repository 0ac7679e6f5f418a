"""The test of labels tells a model that reads from one that leans on names, on order, or on chance."""

from pathlib import Path
from typing import Any

import pytest

from openparley.record.case import open_case
from openparley.record.coders.coder import Document, UnfinishedError
from openparley.record.coders.llm.labels import Labels
from openparley.record.coders.llm.permute import Permuted, permute
from openparley.record.plover import TYPES
from tests.record.coders.llm.coding import document, settings
from tests.record.coders.llm.server import Answer, by_keywords, code, completion, endpoint, labels
from tests.record.small_case import small_case

NAMES = {"refuses": "REJECT", "does violence": "ASSAULT", "agrees": "AGREE", "gives material help": "AID", "backs": "SUPPORT"}
TEXT = (
    "Norland refused to meet the envoy. Norland shelled the harbour of Suderland on Tuesday.\n"
    "Suderland accepted the truce of the envoy. Suderland sent grain to the islands. Norland praised Suderland for it.\n"
)


def by_meaning(payload: dict[str, Any], number: int) -> Answer:
    return completion(code(payload))


def by_name(payload: dict[str, Any], number: int) -> Answer:
    """Knows the types by name; without names it takes the first."""
    known = labels(payload)
    return completion(by_keywords(payload, lambda meaning: NAMES[meaning] if NAMES[meaning] in known else next(iter(known))))


def by_order(payload: dict[str, Any], number: int) -> Answer:
    """Always takes the type that is named first."""
    known = labels(payload)
    return completion(by_keywords(payload, lambda meaning: next(iter(known))))


def by_chance(payload: dict[str, Any], number: int) -> Answer:
    """Takes another type each time."""
    known = list(labels(payload))
    return completion(by_keywords(payload, lambda meaning: known[number % len(known)]))


def permuted(tmp_path: Path, behave: Any, rounds: int = 2, documents: tuple[Document, ...] = (), **more: Any) -> dict[str, Permuted]:
    case = open_case(small_case(tmp_path / "case"))
    with endpoint(behave) as running:
        found = permute(case, settings(running, **more), documents or [document(TEXT)], rounds)
    return {row.variant: row for row in found}


@pytest.mark.parametrize(
    ("behave", "leans_on"),
    [(by_meaning, set()), (by_name, {"names"}), (by_order, {"order"}), (by_chance, {"same", "names", "order"})],
)
def test_what_a_model_leans_on_shows(tmp_path: Path, behave: Any, leans_on: set[str]) -> None:
    found = permuted(tmp_path, behave)
    assert {variant for variant, row in found.items() if row.changed_share} == leans_on
    assert all((row.rounds, row.kept, row.added) == (2, row.events, 0) for row in found.values())
    assert found["same"].events == 10


def test_a_model_that_loses_entries_shows_too(tmp_path: Path) -> None:
    def behave(payload: dict[str, Any], number: int) -> Answer:
        answer = code(payload)
        if "T01" in labels(payload):
            answer["events"] = answer["events"][1:]
        return completion(answer)

    row = permuted(tmp_path, behave, 1)["names"]
    assert (row.events, row.kept, row.retyped) == (5, 3, 0)
    assert row.changed_share == pytest.approx(0.4)


def test_the_record_is_left_alone_and_the_budget_holds_for_all_rounds(tmp_path: Path) -> None:
    with pytest.raises(UnfinishedError, match="the budget of 30000 tokens"):
        permuted(tmp_path, lambda payload, number: completion(code(payload), usage=6000), budget=30_000)
    assert not (tmp_path / "case" / "readings.jsonl").exists()
    assert not [entry for entry in open_case(tmp_path / "case").entries.values() if entry.coder is not None]
    assert (tmp_path / "case" / "cache" / "llm").is_dir()


def test_no_events_no_share(tmp_path: Path) -> None:
    assert permuted(tmp_path, by_meaning, 1, (document("Nothing of note was said there."),))["same"].changed_share is None


@pytest.mark.parametrize("seed", range(5))
def test_labels_are_dealt_out_and_read_back(seed: int) -> None:
    neutral, shuffled = Labels.neutral(seed), Labels.shuffled(seed)
    assert {neutral.type[neutral.label[name]] for name in TYPES} == set(TYPES)
    assert set(neutral.type).isdisjoint(TYPES)
    assert [name for name, _ in neutral.pairs] == list(TYPES), "only the labels change, not the order"
    assert shuffled.label == {name: name for name in TYPES}
    assert [name for name, _ in shuffled.pairs] != list(TYPES)
    assert Labels.neutral(seed) == neutral != Labels.neutral(seed + 1)
