"""Cases given as a course of moves: what is read, what is wrong with a row, and which rows report a move."""

import csv
import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from openparley.cli._frame import case_checks
from openparley.errors import CaseError, Complaint
from openparley.infer.observe import Report, observe
from openparley.record.case import Case, bundled_cases, open_case
from openparley.record.check import check_case
from openparley.record.chronology import COLUMNS, FILE, read_chronology, share_checked
from openparley.record.new import new_case

HISTORICAL = ("dayton-1995", "falklands-1982", "iran-2013", "kosovo-1998")
ROWS = (
    "M001,2025-01-08,2025-01-08,sender,threaten,A threat is made.,A Book (2025),checked,yes,",
    "M002,2025-01-16,2025-01-17,target,resist,It is refused.,A Book (2025),checked,,",
    'M003,2025-01-23,2025-01-23,sender,back_down,"The threat is, in the end, let go.",A Book (2025),recalled,,The day is uncertain.',
    "M004,2025-01-25,2025-01-25,sender,impose,For the reader.,A Book (2025),recalled,no,",
)


def course(folder: Path, rows: tuple[str, ...] = ROWS, *, documents: bool = False) -> Path:
    """A case of the family of sanctions whose record is a course of moves."""
    case = new_case(folder, family="sanctions_threat")
    if not documents:
        for name in ("record", "texts"):
            shutil.rmtree(case / name)
        for name in ("sources.csv", "reviews.jsonl"):
            (case / name).unlink()
    (case / FILE).write_text("\n".join([",".join(COLUMNS), *rows]) + "\n", encoding="utf-8")
    return case


def opened(folder: Path, rows: tuple[str, ...] = ROWS, *, documents: bool = False) -> Case:
    return open_case(course(folder, rows, documents=documents), extra_checks=case_checks())


def test_rows_in_use_report_their_own_moves(tmp_path: Path) -> None:
    case = opened(tmp_path / "mine")
    assert list(case.course) == ["M001", "M002", "M003", "M004"]
    found = observe(case)
    assert found.reports == (
        Report(0, "sender", "threaten", ("M001",)),
        Report(0, "target", "resist", ("M002",)),
        Report(1, "sender", "back_down", ("M003",)),
    )
    assert share_checked(case.course) == 0.5
    assert FILE in case.digest()


def test_a_row_can_be_left_out_like_an_entry(tmp_path: Path) -> None:
    case = opened(tmp_path / "mine")
    assert [report.entries for report in observe(case, without=["M002"]).reports] == [("M001",), ("M003",)]


def test_of_two_moves_in_a_round_the_earlier_counts_and_one_after_the_cutoff_does_not(tmp_path: Path) -> None:
    second = "M003,2025-01-18,2025-01-18,target,concede,Later in the round.,A Book (2025),checked,,"
    late = "M004,2025-02-20,2025-02-20,target,resist,After the cut-off.,A Book (2025),checked,,"
    found = observe(opened(tmp_path / "mine", (*ROWS[:2], second, late)))
    assert [report.entries for report in found.reports] == [("M001",), ("M002",)]
    assert found.overruled == {"M003": "resist goes before concede in round 0"}
    assert "cut-off" in found.undated["M004"]


def test_a_case_may_have_both_documents_and_a_course(tmp_path: Path) -> None:
    case = opened(tmp_path / "mine", documents=True)
    assert len(case.entries) == 4
    assert [report.entries for report in observe(case).reports] == [("C001", "M001"), ("E001", "M002"), ("M003",)]


def test_without_a_course_documents_are_needed(tmp_path: Path) -> None:
    case = course(tmp_path / "mine")
    (case / FILE).unlink()
    assert {found.file for found in check_case(case)} >= {"sources.csv", "record/events.jsonl", "reviews.jsonl"}


def test_spreadsheets_may_write_semicolons_and_a_byte_order_mark(tmp_path: Path) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(csv.reader([",".join(COLUMNS), *ROWS]))
    found = read_chronology("\ufeff" + out.getvalue())
    assert not found.complaints
    assert found.rows == read_chronology("\n".join([",".join(COLUMNS), *ROWS])).rows


def cell(row: int, column: str, value: str) -> Callable[[list[list[str]]], None]:
    def change(table: list[list[str]]) -> None:
        table[row - 1][COLUMNS.index(column)] = value

    return change


def without_column(table: list[list[str]]) -> None:
    for row in table:
        del row[COLUMNS.index("reference")]


@dataclass(frozen=True)
class Bad:
    """One mistake, where it is told and how."""

    change: Callable[[list[list[str]]], None]
    row: int
    id: str | None
    says: str
    hint: str | None = None


BAD = {
    "id twice": Bad(cell(3, "id", "M001"), 3, "M001", "already used in row 2"),
    "no id": Bad(cell(3, "id", ""), 3, None, "“id” is missing"),
    "no such day": Bad(cell(2, "date", "2025-02-30"), 2, "M001", "is not a day in the calendar", "YYYY-MM-DD"),
    "not a date": Bad(cell(2, "date", "8 January"), 2, "M001", "is not a date", "YYYY-MM-DD"),
    "end before start": Bad(cell(3, "date_end", "2025-01-10"), 3, "M002", "is before “date”"),
    "out of order": Bad(cell(4, "date", "2025-01-07"), 4, "M003", "stand in order"),
    "too wide": Bad(cell(3, "date_end", "2025-03-16"), 3, "M002", "60 days wide; three rounds are 42"),
    "before the first round": Bad(cell(2, "date", "2025-01-05"), 2, "M001", "outside the rounds of the case, 2025-01-06 to 2025-08-03"),
    "unknown actor": Bad(cell(2, "actor", "sendr"), 2, "M001", "“sendr” does not move in this dispute", "Did you mean “sender”?"),
    "unknown move": Bad(cell(2, "move", "threatn"), 2, "M001", "sender has no move “threatn”", "Did you mean “threaten”?"),
    "nature is no actor here": Bad(cell(2, "actor", "world"), 2, "M001", "“world” does not move in this dispute"),
    "empty reference": Bad(cell(3, "reference", " "), 3, "M002", "“reference” is missing"),
    "empty sentence": Bad(cell(3, "what", ""), 3, "M002", "“what” is missing"),
    "unknown status": Bad(cell(3, "status", "check"), 3, "M002", "not one of: checked or recalled", "Did you mean “checked”?"),
    "unknown use": Bad(cell(3, "use", "maybe"), 3, "M002", "not one of: yes or no"),
    "unknown column": Bad(cell(1, "note", "notes"), 1, None, "“notes” is not a column here", "Did you mean “note”?"),
    "missing column": Bad(without_column, 1, None, "the column “reference” is missing"),
    "a cell too many": Bad(lambda table: table[2].append("x"), 3, "M002", "11 cells, but the header has 10"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_is_named(name: str, tmp_path: Path) -> None:
    bad, case = BAD[name], course(tmp_path / "mine")
    table = list(csv.reader((case / FILE).read_text(encoding="utf-8").splitlines()))
    bad.change(table)
    with (case / FILE).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table)
    with pytest.raises(CaseError) as caught:
        open_case(case, extra_checks=case_checks())
    found = [told for told in caught.value.complaints if bad.says in told.message]
    assert [(told.file, told.line, told.id) for told in found] == [(FILE, bad.row, bad.id)], [str(told) for told in caught.value.complaints]
    assert bad.hint is None or bad.hint in str(found[0])


def test_an_id_of_an_entry_is_taken(tmp_path: Path) -> None:
    rows = (ROWS[0].replace("M001", "E001"), *ROWS[1:])
    told: list[Complaint] = check_case(course(tmp_path / "mine", rows, documents=True), case_checks())
    assert [str(found) for found in told] == [
        "chronology.csv, row 2 (row E001): the id “E001” is already used in record/events.jsonl, line 1. Call the rows M001, M002, …"
    ]


@pytest.mark.parametrize("name", HISTORICAL)
def test_the_historical_cases_hold_together(name: str) -> None:
    """Without the game's own checks, which build thousands of positions; the long tests of the backtest make those."""
    case = open_case(name)
    assert bundled_cases()[name] == case.root
    assert not case.file.fictional
    assert case.file.model is not None
    assert not case.entries
    used = [row for row in case.course.values() if row.use == "yes"]
    assert len(used) >= 20
    assert len({(case.file.round_of(row.date), row.actor) for row in used}) == len(used)
    assert not observe(case).undated
    checked = sum(row.status == "checked" for row in case.course.values())
    assert f"{len(case.course)} rows" in case.file.notes
    assert f"{checked} " in case.file.notes
    assert all("Course only" not in row.note and "Not playable" not in row.note for row in case.course.values())
