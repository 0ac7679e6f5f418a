"""The ledger of a brief: everybody who made a commitment, counts that agree with the rows, what is due first."""

import json
from pathlib import Path
from typing import Any

import pytest

from openparley.brief.blocks import Prose, Table
from openparley.brief.cite import plain
from openparley.brief.commitments import next_due_first, rows_by_actor, who_to_whom
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.sections.ledger import ledger_section
from openparley.record.case import open_case
from openparley.record.ledger import ledger, say_do
from tests.brief import synthetic

REPEAT = [{"rel": "same_event", "to": "C004"}]


@pytest.fixture(autouse=True)
def no_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openparley.brief.sections.ledger.draw", lambda *_: None)  # drawing takes most of the time


def context(tmp_path: Path, **changes: dict[str, Any]) -> Context:
    """The made-up case with some fields of its commitments changed, by id."""
    folder = synthetic.write_case(tmp_path / "case")
    path = folder / "record/commitments.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [row | changes.get(row["id"], {}) for row in rows]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    facts = Facts.of(open_case(folder))
    return Context(facts, synthetic.posterior(), synthetic.forecast(), synthetic.run(), lexicon("icd203"))


def parts(made: Context) -> tuple[list[str], Table, Table]:
    """The sentences, the table of what actors said and did, and the list."""
    prose, told, every = ledger_section(made)[0].blocks
    assert isinstance(prose, Prose)
    assert isinstance(told, Table)
    assert isinstance(every, Table)
    return [sentence.text for sentence in prose.sentences], told, every


def printed(table: Table) -> dict[str, list[str]]:
    """Rows by their first cell."""
    rows = [[plain(cell) for cell in row] for row in table.rows]
    return {row[0]: row[1:] for row in rows}


def test_all_who_made_a_commitment_are_named(tmp_path: Path) -> None:
    joint = {"actor": ["allies", "mediator"]}
    mutual = {"actor": ["party_a", "party_b"], "target": ["party_b", "party_a"]}
    made = context(tmp_path, C003=joint, C005=mutual)
    assert {row.id: who_to_whom(made, row) for rows in rows_by_actor(made).values() for row in rows} == {
        "C001": "The mediator to Party A",
        "C002": "The mediator to Party A",
        "C003": "The allies and The mediator to Party B",
        "C004": "The mediator to Party A",
        "C005": "Party A and Party B to each other",
    }
    assert list(rows_by_actor(made)) == ["The mediator", "The allies and The mediator", "Party A and Party B"]
    assert [row[0] for row in printed(parts(made)[2]).values()][-1] == "Party A and Party B to each other"


def test_the_count_agrees_with_the_rows_and_says_which_repeat_another(tmp_path: Path) -> None:
    made = context(tmp_path, C002={"links": REPEAT})
    sentences, told, every = parts(made)
    assert sentences[0].startswith(
        "The record holds 5 reports of threats, promises, demands, proposals and deadlines, 4 after merging repeats, "
    )
    assert len(every.rows) == 5
    assert printed(every)["C002"][1].endswith(" (repeats C004)")
    own = [row for row in ledger(made.facts.case) if row.own_act and row.same_as is None]
    assert sum(int(row[0]) for row in printed(told).values()) == len(own) == 3


def test_without_repeats_there_is_one_count(tmp_path: Path) -> None:
    sentences, _, every = parts(context(tmp_path))
    assert sentences[0].startswith("The record holds 5 threats, promises, demands, proposals and deadlines, of which ")
    assert "repeats" not in str(every.rows)


def test_what_actors_said_and_did_has_their_demands_in_columns_of_their_own(tmp_path: Path) -> None:
    made = context(tmp_path, C004={"type": "demand", "actor": ["party_b"]})
    _, told, _ = parts(made)
    columns = [plain(cell) for cell in told.columns[1:]]
    row = dict(zip(columns, printed(told)["Party B"], strict=True))
    assert (row["Made"], row["Demands made"], row["Demands met"]) == ("0", "1", "0")
    assert {row[name] for name in columns if not name.startswith(("Demands", "Made"))} == {"–"}
    mediator = dict(zip(columns, printed(told)["The mediator"], strict=True))
    assert (mediator["Made"], mediator["Demands made"], mediator["Demands met"]) == ("2", "0", "–")
    assert len(told.rows) == len(say_do(made.facts.case)) == 3
    assert "proposals none" in told.caption
    assert told.numeric == tuple(range(1, 10))


def test_what_is_next_due_is_told_first_then_what_is_open_then_the_rest(tmp_path: Path) -> None:
    early, late = ({"start": day, "end": day} for day in ("2026-01-06", "2026-03-30"))
    made = context(tmp_path, C001={"made": late}, C002={"due": None, "made": early}, C003={"due": None, "type": "demand"})
    cutoff = made.facts.case.file.cutoff
    rows = {row.id: row for row in ledger(made.facts.case)}
    assert rows["C001"].outcome == "lapsed"  # and made after both of those that are open without a day
    assert [row.id for row in next_due_first(list(rows.values()), cutoff)] == ["C005", "C004", "C002", "C003", "C001"]
    assert [text[-6:-2] for text in parts(made)[0][1:]] == ["C005", "C004", "C002"]


def test_what_a_report_has_at_second_hand_says_so(tmp_path: Path) -> None:
    sentences, *_ = parts(context(tmp_path, C004={"hearsay": True}))
    told = {text[-6:-2]: text for text in sentences[1:]}
    assert "(second-hand), per Harbour Courier" in told["C004"]
    assert "second-hand" not in told["C005"]
