"""The second click: what an entry is headed as, and what it was read as."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from openparley.brief.blocks import Evidence, EvidenceList
from openparley.brief.cite import Book, plain
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.moves import plays
from openparley.brief.readings import readings
from openparley.brief.sections.evidence import evidence_section
from openparley.record.case import open_case
from tests.brief import synthetic


def context(tmp_path: Path, **changes: dict[str, Any]) -> Context:
    """The made-up case with some fields of its events changed, by id."""
    folder = synthetic.write_case(tmp_path / "case")
    path = folder / "record/events.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [row | changes.get(row["id"], {}) for row in rows]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    facts = Facts.of(open_case(folder))
    return Context(facts, synthetic.posterior(), synthetic.forecast(), synthetic.run(), lexicon("icd203"))


def items(made: Context) -> dict[str, Evidence]:
    """The entries as printed, by id."""
    listed = evidence_section(made, set(made.facts.case.entries)).blocks[-1]
    assert isinstance(listed, EvidenceList)
    return {item.id: item for item in listed.items}


def facts_of(item: Evidence) -> dict[str, str]:
    return {name: plain(cell) for name, cell in item.facts}


def test_an_event_that_did_not_happen_is_not_headed_as_one(tmp_path: Path) -> None:
    unreal = {"E003": {"realis": "negated"}, "E005": {"realis": "hypothetical"}, "E006": {"realis": "future"}}
    found = items(context(tmp_path, **unreal))
    assert found["E003"].label == "event, assault: Party A to Party B, not done"
    assert found["E005"].label.endswith("to Party A, hypothetical")
    assert found["E006"].label.endswith("to Party B, announced")
    assert found["E002"].label == "event, reject: Party A to The mediator"


def test_those_who_act_on_one_another_are_named_once(tmp_path: Path) -> None:
    both = {"actor": ["party_a", "party_b"], "recipient": ["party_b", "party_a"]}
    assert items(context(tmp_path, E005=both))["E005"].label == "event, assault: Party A and Party B to each other"


def test_an_entry_says_as_which_move_it_was_read(tmp_path: Path) -> None:
    made = context(tmp_path)
    found = items(made)
    assert facts_of(found["E008"])["read as"] == facts_of(found["C005"])["read as"] == "Party A counters"
    assert facts_of(found["E006"])["read as"] == plays(made.facts, "mediator", "cut_support")
    reported = {id for move in made.posterior.moves for id in move.entries}
    assert {id for id, item in found.items() if "read as" in facts_of(item)} == reported == readings(made).keys()
    assert "E004" not in reported


def test_by_way_of_whom_is_told_by_name(tmp_path: Path) -> None:
    found = items(context(tmp_path, E001={"via": "party_a"}, E002={"via": "harbour_watch"}))
    assert facts_of(found["E001"])["said by"].endswith(", via Party A")
    assert facts_of(found["E002"])["said by"].endswith(", via harbour watch")


def test_both_grades_are_printed_each_where_it_was_given(tmp_path: Path) -> None:
    made = context(tmp_path)
    case = replace(made.facts.case, credibility={"E003": "2"})
    found = items(replace(made, facts=Facts.of(case), book=Book()))
    assert facts_of(found["E003"])["source"].endswith("no grade; credibility of the entry 2")
    assert "credibility" not in facts_of(found["E002"])["source"]
    assert facts_of(found["E002"])["source"].endswith("reliability B")
