"""Acts through the interface: what each leaves in `reviews.jsonl`, what undoing does, and that no tab overwrites another."""

import json
from pathlib import Path

import pytest

from openparley.record.acts import accept
from openparley.record.case import open_case
from openparley.record.span import verify
from tests.record.small_case import TEXTS, small_case
from tests.review.desks import Person, rows


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return small_case(tmp_path / "mine", reviewed=False)


@pytest.fixture
def anna(case: Path) -> Person:
    return Person(case)


def test_an_act_is_the_row_that_the_verb_writes(case: Path, anna: Person) -> None:
    anna.does("accept", "E001", reason="read it")
    anna.does("reject", "C001", reason="not in the text")
    anna.does("edit", "E001", changes={"event": "ACCUSE", "mode": []})
    found = rows(case)
    assert [(row["id"], row["entry"], row["act"], row["by"], row["reason"]) for row in found] == [
        ("V0001", "E001", "accept", "anna", "read it"),
        ("V0002", "C001", "reject", "anna", "not in the text"),
        ("V0003", "E001", "edit", "anna", None),
    ]
    accept(case, ["K001"], by="anna")
    assert list(rows(case)[-1]) == list(found[0])
    assert found[2]["before"] == {"event": "REJECT", "mode": ["meet"]}
    opened = open_case(case)
    assert opened.entries["E001"].review.state == "edited"
    assert opened.entries["C001"].review.state == "rejected"


def test_a_second_tab_does_not_overwrite_the_first(case: Path, anna: Person) -> None:
    other = Person(case, "ben")
    seen = anna.seen("E001")
    anna.does("accept", "E001")
    answer = other.post("reject", entry="E001", seen=seen, reason="late")
    assert answer.status_code == 409
    assert "anna did “accept”" in answer.json()["errors"][0]["message"]
    assert [row["act"] for row in rows(case)] == ["accept"]
    assert other.post("reject", entry="E001", seen="V0001", reason="now knowing").status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("accept", {"entry": "E999"}, 404, "no entry “E999”"),
        ("reject", {"entry": "E001", "reason": "  "}, 422, "reason"),
        ("reject", {"entry": "E001"}, 422, "reason"),
        ("edit", {"entry": "E001", "changes": {"event": "SHOUT"}}, 422, "SHOUT"),
        ("edit", {"entry": "E001", "changes": {"actor": ["nobody"]}}, 422, "there is no actor “nobody”"),
        ("edit", {"entry": "E001", "changes": {"span": {}}}, 422, "cannot be edited"),
        ("create", {"source": "S09", "start": 0, "end": 3, "kind": "event", "values": {}}, 404, "no source “S09”"),
        ("create", {"source": "S01", "start": 9, "end": 3, "kind": "event", "values": {}}, 422, "no text at 9–3"),
        ("create", {"source": "S01", "start": 0, "end": 10**6, "kind": "event", "values": {}}, 422, "no text at"),
        ("create", {"source": "S01", "start": 0, "end": 3, "kind": "event", "values": {"id": "E9"}}, 422, "cannot be given"),
        ("create", {"source": "S01", "start": 0, "end": 3, "kind": "event", "values": {}}, 422, "missing"),
        ("merge", {"entries": ["E001", "C001"]}, 422, "one kind and one source"),
        ("merge", {"entries": ["E001", "E001"]}, 422, "two or more"),
        ("split", {"entry": "E001", "parts": [{"start": 0, "end": 5}, {"start": 5, "end": 9}]}, 422, "not within E001"),
        ("undo", {}, 404, "nothing of yours"),
        ("undo", {"act": "V0099"}, 404, "no act “V0099”"),
        ("grade/source", {"source": "S01", "reliability": "G"}, 422, "reliability"),
        ("grade/source", {"source": "S09", "reliability": "A"}, 404, "no source"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_and_leaves_no_trace(
    path: str, body: dict[str, object], status: int, says: str, case: Path, anna: Person
) -> None:
    before = {file.name: file.read_bytes() for file in case.rglob("*.jsonl")}
    answer = anna.post(path, **body)
    assert answer.status_code == status, answer.text
    assert says in json.dumps(answer.json(), ensure_ascii=False)
    assert {file.name: file.read_bytes() for file in case.rglob("*.jsonl")} == before


def made(case: Path, anna: Person, words: str = "naïve theatre 🎭, he said", kind: str = "statement") -> str:
    start = TEXTS["S01"].index(words)
    values = {
        "paraphrase": "He called it theatre.",
        "attributed_to": ["an official"],
        "attribution": "anonymous",
        "speaker": [],
        "form": "mixed",
    }
    answer = anna.post("create", source="S01", start=start, end=start + len(words), kind=kind, values=values)
    assert answer.status_code == 200, answer.text
    return answer.json()["acts"][0]["entry"]


def commitment(anna: Person) -> str:
    words = "We will act if they do not"
    start = TEXTS["S01"].index(words)
    values = {"paraphrase": "It will act.", "attributed_to": ["mediator"], "attribution": "named", "type": "threat", "actor": ["mediator"]}
    answer = anna.post("create", source="S01", start=start, end=start + len(words), kind="commitment", values=values)
    assert answer.status_code == 200, answer.text
    return answer.json()["acts"][0]["entry"]


def test_a_created_entry_is_accepted_and_its_words_are_the_words(case: Path, anna: Person) -> None:
    key = made(case, anna)
    entry = open_case(case).entries[key]
    assert (entry.review.state, entry.coder and entry.coder.name) == ("accepted", "anna")
    assert TEXTS["S01"][entry.span.start : entry.span.end] == "naïve theatre 🎭, he said"
    assert verify(entry.span, TEXTS["S01"])
    assert rows(case)[-1]["act"] == "create"


def test_undoing_goes_back_act_by_act_and_can_be_undone(case: Path, anna: Person) -> None:
    key = made(case, anna)
    anna.does("accept", "E001")
    anna.does("edit", "E001", changes={"note": "doubtful"})
    for state in ("accepted", "proposed"):
        assert anna.post("undo").status_code == 200
        assert anna.state("E001") == state
    assert anna.client.get("/api/entry/E001").json()["values"]["note"] is None
    undone = anna.post("undo").json()["acts"][0]
    assert anna.state(key) == "rejected"
    assert anna.post("undo").status_code == 404
    assert anna.post("undo", act=undone["id"]).status_code == 200
    assert anna.state(key) == "accepted"
    assert [row["act"] for row in rows(case)] == ["create", "accept", "edit", "undo", "undo", "undo", "undo"]


def test_only_the_last_act_on_an_entry_can_be_undone(case: Path, anna: Person) -> None:
    anna.does("accept", "E001")
    anna.does("reject", "E001", reason="wrong kind")
    answer = anna.post("undo", act="V0001")
    assert answer.status_code == 409
    assert "undo that first" in answer.json()["errors"][0]["message"]
    assert Person(case, "ben").post("undo").status_code == 404
    assert anna.post("undo", act="V0002").status_code == 200
    assert anna.post("undo", act="V0002").status_code == 409


def test_a_split_makes_two_of_one_and_is_undone_as_one(case: Path, anna: Person) -> None:
    span = anna.client.get("/api/entry/E001").json()
    middle = span["start"] + len("Norland’s cabinet")
    parts = [
        {"start": span["start"], "end": middle, "values": {"paraphrase": "One half."}},
        {"start": middle + 1, "end": span["end"], "values": {"paraphrase": "Other half."}},
    ]
    done = anna.does("split", "E001", parts=parts)
    halves = [act["entry"] for act in done["acts"] if act["act"] == "create"]
    opened = open_case(case)
    assert [opened.entries[key].paraphrase for key in halves] == ["One half.", "Other half."]
    assert [TEXTS["S01"][opened.entries[key].span.start : opened.entries[key].span.end] for key in halves] == [
        "Norland’s cabinet",
        "refused to meet",
    ]
    assert opened.entries["E001"].review.state == "rejected"
    assert opened.entries[halves[0]].links == opened.entries["E001"].links
    undone = anna.post("undo", act=done["acts"][0]["id"]).json()["acts"]
    assert [anna.state(key) for key in ("E001", *halves)] == ["proposed", "rejected", "rejected"]
    anna.post("undo", act=undone[1]["id"])
    assert [anna.state(key) for key in ("E001", *halves)] == ["rejected", "accepted", "accepted"]


def test_a_merge_takes_what_refers_to_the_merged_along(case: Path, anna: Person) -> None:
    anna.does("accept", "L001")
    anna.does("accept", "C001")
    other = commitment(anna)
    first, second = (anna.client.get(f"/api/entry/{key}").json() for key in ("C001", other))
    answer = anna.post(
        "merge",
        entries=["C001", other],
        seen={"C001": first["seen"], other: second["seen"]},
        values={"paraphrase": "Both."},
        reason="one threat",
    )
    assert answer.status_code == 200, answer.text
    new = answer.json()["acts"][0]["entry"]
    opened = open_case(case)
    assert (opened.entries[new].span.start, opened.entries[new].span.end) == (
        min(first["start"], second["start"]),
        max(first["end"], second["end"]),
    )
    assert opened.entries["L001"].of == new
    assert "L001" in opened.accepted()
    anna.post("undo")
    opened = open_case(case)
    assert opened.entries["L001"].of == "C001"
    assert opened.entries["L001"].review.state == "accepted"
    assert opened.entries[new].review.state == "rejected"


def test_grades_of_source_and_entry_are_apart_and_decide_nothing(case: Path, anna: Person) -> None:
    assert anna.post("grade/source", source="S01", seen="", reliability="D").status_code == 200
    assert anna.post("grade/source", source="S01", seen="", reliability="E").status_code == 409
    anna.does("grade/entry", "E001", credibility="4")
    opened = open_case(case)
    assert (opened.sources["S01"].reliability, opened.sources["S02"].reliability) == ("D", "B")
    assert dict(opened.credibility) == {"E001": "4"}
    assert opened.entries["E001"].review.state == "proposed"
    assert "D" not in (case / "sources.csv").read_text(encoding="utf-8").splitlines()[1].split(",")
    anna.post("undo")
    anna.does("accept", "E001")
    anna.post("undo", act="V0001")
    opened = open_case(case)
    assert (opened.sources["S01"].reliability, dict(opened.credibility)) == ("B", {})
    assert opened.warnings == ()


def test_a_grade_taken_away_is_no_grade(case: Path, anna: Person) -> None:
    anna.post("grade/source", source="S01", seen="", reliability=None)
    assert rows(case)[-1]["after"] == {"reliability": None}
    assert open_case(case).sources["S01"].reliability is None
