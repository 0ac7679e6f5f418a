"""Two coders who read blind: neither sees the other, their difference is shown, and one reading is made to hold."""

from pathlib import Path

import pytest

from openparley.record.case import open_case
from tests.record.small_case import TEXTS, small_case
from tests.review.desks import Person, rows


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return small_case(tmp_path / "mine", reviewed=False)


@pytest.fixture
def anna(case: Path) -> Person:
    return Person(case, "anna", blind=True)


@pytest.fixture
def ben(case: Path) -> Person:
    return Person(case, "ben", blind=True)


@pytest.fixture
def read(anna: Person, ben: Person) -> None:
    """Both decide four entries; they differ over E001, by a value, and over C001."""
    anna.does("accept", "E001")
    ben.does("edit", "E001", changes={"event": "ACCUSE", "mode": []})
    anna.does("accept", "C001")
    ben.does("reject", "C001", reason="not about this dispute")
    for one in (anna, ben):
        one.does("accept", "K001")
        one.does("reject", "R001", reason="not in the text")


@pytest.mark.usefixtures("read")
def test_a_blind_reading_decides_nothing_and_shows_nothing(case: Path, anna: Person) -> None:
    opened = open_case(case)
    assert {entry.review.state for entry in opened.entries.values()} == {"proposed"}
    assert all(row["blind"] for row in rows(case))
    carla = Person(case, "carla", blind=True)
    assert carla.client.get("/api/state").json()["counts"]["proposed"] == len(opened.entries)
    assert carla.client.get("/api/entry/E001").json()["history"] == []
    assert anna.state("E001") == "accepted"
    assert Person(case, "dora").state("E001") == "proposed"


@pytest.mark.usefixtures("read")
@pytest.mark.parametrize("path", ["/coders", "/runs", "/assumptions", "/api/difference?first=anna&second=ben", "/api/compare?old=a&new=b"])
def test_a_blind_coder_gets_no_results_and_nobody_elses_reading(path: str, anna: Person) -> None:
    assert anna.client.get(path).status_code == 403
    assert anna.client.get("/api/coders").json() == []
    assert anna.client.get("/api/state").json()["headline"] is None
    assert anna.post("run", draws=8).status_code == 403
    assert anna.post("adopt", first="anna", second="ben").status_code == 403


def test_what_one_blind_coder_makes_the_other_does_not_see(case: Path, anna: Person, ben: Person) -> None:
    start = TEXTS["S02"].index("Ten days on")
    values = {"paraphrase": "Nothing came.", "attributed_to": ["author"], "attribution": "author", "of": "C001", "value": "lapsed"}
    key = anna.post("create", source="S02", start=start, end=start + 11, kind="status", values=values).json()["acts"][0]["entry"]
    assert anna.state(key) == "accepted"
    assert ben.client.get(f"/api/entry/{key}").status_code == 404
    assert key not in {row["entry"] for row in ben.client.get("/api/source/S02").json()["spans"]}
    assert open_case(case).entries[key].review.state == "proposed"


@pytest.mark.usefixtures("read")
def test_the_difference_has_both_readings_and_the_agreement(case: Path) -> None:
    dora = Person(case, "dora")
    assert dora.client.get("/api/coders").json() == ["anna", "ben"]
    found = dora.client.get("/api/difference", params={"first": "anna", "second": "ben"}).json()
    assert [(row["id"], row["first"]["state"], row["second"]["state"], row["fields"]) for row in found["rows"]] == [
        ("E001", "accepted", "edited", ["event"]),
        ("C001", "accepted", "rejected", []),
    ]
    assert found["rows"][0]["second"]["values"] == {"event": "ACCUSE"}
    figures = found["figures"]
    assert (figures["both"], figures["alike"], found["agreed"]) == (4, 3, 2)
    # five uses of one value and three of the other over four pairs, one pair apart: 1 − (1/4) / (1 − (5·4 + 3·2) / (8·7))
    assert figures["alpha"] == pytest.approx(1 - (1 / 4) / (1 - 26 / 56))
    page = dora.client.get("/coders").text
    assert "both decided 4 entries, 3 of them alike" in page
    assert "ACCUSE" in page


@pytest.mark.usefixtures("read")
def test_adjudication_makes_one_reading_hold(case: Path) -> None:
    dora = Person(case, "dora")
    dora.does("adjudicate", "E001", coder="ben")
    dora.does("adjudicate", "C001", coder="ben")
    opened = open_case(case)
    assert getattr(opened.entries["E001"], "event", None) == "ACCUSE"
    assert [opened.entries[key].review.state for key in ("E001", "C001", "K001")] == ["edited", "rejected", "proposed"]
    assert dora.post("adopt", first="anna", second="ben").status_code == 200
    opened = open_case(case)
    assert [opened.entries[key].review.state for key in ("K001", "R001")] == ["accepted", "rejected"]
    assert rows(case)[-1]["reason"] == "both anna and ben, blind"
    assert "blind" not in rows(case)[-1]
    assert dora.post("adjudicate", entry="E001", coder="ben", seen="").status_code == 409
    assert dora.post("adjudicate", entry="L001", coder="ben", seen="").status_code == 404


def test_an_undoing_of_one_blind_coder_is_theirs_alone(anna: Person, ben: Person) -> None:
    anna.does("accept", "E001")
    ben.does("accept", "E001")
    assert anna.post("undo").status_code == 200
    assert (anna.state("E001"), ben.state("E001")) == ("proposed", "accepted")
    assert anna.post("undo", act="V0002").status_code == 404
