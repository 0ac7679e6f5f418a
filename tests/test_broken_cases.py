"""Broken cases: each mistake is named with file, line, item, value, what is allowed and a guess; all at once; nothing is written."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from openparley.cli import main
from openparley.record.check import check_case
from tests.record.small_case import TEXTS, change, line_of, replace, small_case, snapshot

SECOND_HEADLINE = """
[[outcomes]]
id = "b"
name = "B"
what = "b"
when = { end = "b" }
headline = true

[[levers]]"""


@dataclass(frozen=True)
class Broken:
    """How to break the case, and what must be said."""

    name: str
    break_it: Callable[[Path], Any]
    file: str
    line: int | str | None  # a pattern finds the line in the broken file
    id: str | None
    value: Any
    says: tuple[str, ...]
    hint: str | None = None


def _truncate(case: Path) -> None:
    path = case / "record" / "events.jsonl"
    path.write_bytes(path.read_bytes()[:-40])


def _latin1(case: Path) -> None:
    path = case / "record" / "statements.jsonl"
    path.write_bytes(path.read_bytes().replace("naïve".encode(), "naïve".encode("latin-1")).replace(b"T002 in our", b"T002 in \xe9 our"))


def _wrong_hash(case: Path) -> None:
    path = case / "texts" / "S02.txt"
    path.write_bytes(path.read_bytes().replace(b"cooled", b"boiled"))


TEN = [
    Broken(
        "bad date in case.toml",
        lambda case: replace(case / "case.toml", "cutoff = 2025-03-31", 'cutoff = "March 31"'),
        "case.toml",
        "^cutoff",
        None,
        "March 31",
        ("“March 31” is not a date",),
        "YYYY-MM-DD",
    ),
    Broken(
        "impossible day in case.toml",
        lambda case: replace(case / "case.toml", "cutoff = 2025-03-31", "cutoff = 2025-02-30"),
        "case.toml",
        "^cutoff",
        None,
        "2025-02-30",
        ("“2025-02-30” is not a day in the calendar",),
        "YYYY-MM-DD",
    ),
    Broken(
        "bad date in the record",
        lambda case: change(case, "events", "E002", lambda row: row["date"].update(start="4 March")),
        "record/events.jsonl",
        2,
        "E002",
        "4 March",
        ("date.start", "“4 March” is not a date"),
        "YYYY-MM-DD",
    ),
    Broken(
        "bad date in sources.csv",
        lambda case: replace(case / "sources.csv", "2025-03-05", "05.03.2025"),
        "sources.csv",
        2,
        "S01",
        "05.03.2025",
        ("row 2", "“05.03.2025” is not a date"),
        "YYYY-MM-DD",
    ),
    Broken(
        "unknown actor",
        lambda case: change(case, "events", "E001", lambda row: row.update(recipient=["mediater"])),
        "record/events.jsonl",
        1,
        "E001",
        "mediater",
        ("there is no actor “mediater”", "mediator, party_a or party_b"),
        "Did you mean “mediator”?",
    ),
    Broken(
        "unknown PLOVER type",
        lambda case: change(case, "events", "E003", lambda row: row.update(event="AGREED")),
        "record/events.jsonl",
        3,
        "E003",
        "AGREED",
        ("“AGREED” is not a PLOVER type", "CONSULT"),
        "Did you mean “AGREE”?",
    ),
    Broken(
        "wrong hash of a text", _wrong_hash, "texts/S02.txt", None, "S02", ..., ("has SHA-256", "sources.csv, row 3, says"), "never edited"
    ),
    Broken(
        "wrong hash of a span",
        lambda case: change(case, "claims", "K001", lambda row: row["span"].update(sha256="0" * 64)),
        "record/claims.jsonl",
        1,
        "K001",
        "0" * 64,
        ("have SHA-256", "not " + "0" * 64),
        "offsets",
    ),
    Broken(
        "duplicate id",
        lambda case: change(case, "relations", "R001", lambda row: row.update(id="E002")),
        "record/relations.jsonl",
        1,
        "E002",
        "E002",
        ("already used in record/events.jsonl, line 2",),
        "of its own",
    ),
    Broken(
        "missing sources",
        lambda case: (case / "sources.csv").unlink(),
        "sources.csv",
        None,
        None,
        None,
        ("the file is missing",),
        "one row a document",
    ),
    Broken(
        "missing record file",
        lambda case: (case / "record" / "claims.jsonl").unlink(),
        "record/claims.jsonl",
        None,
        None,
        None,
        ("missing",),
        "empty",
    ),
    Broken("missing reviews", lambda case: (case / "reviews.jsonl").unlink(), "reviews.jsonl", None, None, None, ("missing",), "empty"),
    Broken(
        "assumption with low above high",
        lambda case: replace(case / "case.toml", "low = 0.2", "low = 2.5"),
        "case.toml",
        r"^low = 2.5",
        "A01",
        [2.5, 0.5, 1.0],
        ("low is above high (low = 2.5, likely = 0.5, high = 1)",),
    ),
    Broken(
        "lever on an unknown actor",
        lambda case: replace(case / "case.toml", 'actor = "mediator"\npulls', 'actor = "party_c"\npulls'),
        "case.toml",
        "party_c",
        "binding",
        "party_c",
        ("(lever binding)", "there is no actor “party_c”"),
        "Did you mean “party_",
    ),
    Broken(
        "truncated JSON line", _truncate, "record/events.jsonl", 3, None, ..., ("not a JSON object", "cut off"), "One JSON object a line"
    ),
    Broken("not UTF-8", _latin1, "record/statements.jsonl", 2, None, "0xE9", ("not UTF-8", "0xE9"), "UTF-8"),
]

MORE = [
    Broken(
        "unknown role",
        lambda case: replace(case / "case.toml", 'role = "mediator"', 'role = "mediater"'),
        "case.toml", "mediater", "mediator", "mediater", ("(actor mediator)", "is not one of: mediator, party"), "Did you mean “mediator”?",
    ),
    Broken(
        "unknown key in case.toml",
        lambda case: replace(case / "case.toml", 'unit = "utils"', 'units = "utils"'),
        "case.toml", "^units", "A01", ..., ("“units” is not a key here",), "Did you mean “unit”?",
    ),
    Broken(
        "unknown key in an entry",
        lambda case: change(case, "events", "E001", lambda row: row.update(recipent=["party_b"])),
        "record/events.jsonl", 1, "E001", ..., ("“recipent” is not a key here",), "Did you mean “recipient”?",
    ),
    Broken(
        "schema of the future",
        lambda case: replace(case / "case.toml", "schema = 1", "schema = 2\nweather = true"),
        "case.toml", 1, None, 2, ("schema 2 is newer than this program",), "Update openparley",
    ),
    Broken(
        "type of another actor in an address",
        lambda case: replace(case / "case.toml", "weight.mediator.H1.prestige", "weight.party_a.H1.prestige"),
        "case.toml", "weight.party_a", "A01", "H1", ("“H1” is not an account of party_a",),
    ),
    Broken(
        "address that starts with nothing known",
        lambda case: replace(case / "case.toml", "precision.mediator", "precison.mediator"),
        "case.toml", "precison", "A02", "precison", ("not the start of an address",), "Did you mean “precision”?",
    ),
    Broken(
        "mode of another type",
        lambda case: change(case, "events", "E001", lambda row: row.update(mode=["phone"])),
        "record/events.jsonl", 1, "E001", "phone", ("“phone” is not a mode of REJECT", "assist, change, yield or meet"),
    ),
    Broken(
        "unknown account in a claim",
        lambda case: change(case, "claims", "K001", lambda row: row.update(supports=["H3"])),
        "record/claims.jsonl", 1, "K001", "H3", ("there is no account “H3”", "there are: H1 or H2"),
    ),
    Broken(
        "unknown source",
        lambda case: change(case, "claims", "K001", lambda row: row.update(source="S2")),
        "record/claims.jsonl", 1, "K001", "S2", ("there is no source “S2” in sources.csv",), "Did you mean “S02”?",
    ),
    Broken(
        "entry in the wrong file",
        lambda case: change(case, "claims", "K001", lambda row: row.update(kind="event")),
        "record/claims.jsonl", 1, "K001", "event", ("does not belong in this file",), "record/events.jsonl",
    ),
    Broken(
        "nobody it is attributed to",
        lambda case: change(case, "claims", "K001", lambda row: row.update(attributed_to=[])),
        "record/claims.jsonl", 1, "K001", ..., ("“attributed_to” is empty",),
    ),
    Broken(
        "no paraphrase",
        lambda case: change(case, "claims", "K001", lambda row: row.pop("paraphrase")),
        "record/claims.jsonl", 1, "K001", None, ("“paraphrase” is missing",),
    ),
    Broken(
        "too much of the text stored",
        lambda case: change(case, "claims", "K001", lambda row: row["span"].update(head="The envoy wants a prize")),
        "record/claims.jsonl", 1, "K001", ..., ("at most four words",),
    ),
    Broken(
        "span behind the text",
        lambda case: change(case, "claims", "K001", lambda row: row["span"].update(start=9000, end=9009)),
        "record/claims.jsonl", 1, "K001", 9009, (f"S02 has {len(TEXTS['S02'])} code points",),
    ),
    Broken(
        "status of what is no commitment",
        lambda case: change(case, "statuses", "L001", lambda row: row.update(of="E001")),
        "record/statuses.jsonl", 1, "L001", "E001", ("about a commitment", "E001 is of kind event"),
    ),
    Broken(
        "two headlines",
        lambda case: replace(case / "case.toml", "[[levers]]", SECOND_HEADLINE),
        "case.toml", ..., "b", 2, ("2 outcomes are marked as headline",),
    ),
    Broken(
        "text without quotation marks",
        lambda case: replace(case / "case.toml", 'lexicon = "icd203"', "lexicon = icd203"),
        "case.toml", "^lexicon", None, "icd203", ("cannot be read as TOML",), "quotation marks",
    ),
    Broken(
        "wrong column",
        lambda case: replace(case / "sources.csv", "outlet", "outlett"),
        "sources.csv", 1, None, None, ("the column “outlet” is missing",), "Did you mean “outlett”?",
    ),
    Broken(
        "wrong file name in record",
        lambda case: (case / "record" / "event.jsonl").write_text(""),
        "record/event.jsonl", None, None, "event.jsonl", ("no kind of entry",), "Did you mean “events.jsonl”?",
    ),
    Broken(
        "grade that is no letter of the code",
        lambda case: replace(case / "sources.csv", ",B,en", ",G7,en"),
        "sources.csv", 2, "S01", "G7", ("“G7” is not one of: A, B, C, D, E or F",),
    ),
    Broken(
        "number as text",
        lambda case: replace(case / "case.toml", "low = 0.2", 'low = "0.2"'),
        "case.toml", "^low", "A01", "0.2", ("“low” should be a number",),
    ),
    Broken(
        "key that stands twice in a line",
        lambda case: replace(case / "record" / "claims.jsonl", '"id"', '"id": "K009", "id"'),
        "record/claims.jsonl", 1, None, ..., ("the key “id” stands twice",),
    ),
]  # fmt: skip


@pytest.mark.parametrize("broken", TEN + MORE, ids=lambda broken: broken.name)
def test_broken_case(broken: Broken, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = small_case(tmp_path / "case")
    broken.break_it(case)
    before = snapshot(case)
    found = check_case(case)
    assert found, "the mistake went unnoticed"
    first = found[0]
    text = str(first)
    assert first.file == broken.file
    if isinstance(broken.line, str):
        assert first.line == line_of(case / broken.file, broken.line)
    elif broken.line is not ...:
        assert first.line == broken.line
    assert first.id == broken.id
    if broken.value is not ...:
        assert first.value == broken.value
    for phrase in broken.says:
        assert phrase in text
    if broken.hint:
        assert broken.hint in (first.hint or "")
    assert main(["check", str(case), "--json"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    errors = json.loads(shown.err)["errors"]
    assert len(errors) == len(found)
    assert set(errors[0]) == {"file", "line", "id", "value", "allowed", "hint", "message"}
    for act in (["accept", str(case), "C002"], ["remove", str(case), "S01"]):
        assert main(act) == 1
        said = capsys.readouterr().err
        assert "Traceback" not in said
        assert said.splitlines()[0] == text
    after = snapshot(case)
    after.pop(".parley.lock", None)
    assert after == before


@pytest.mark.parametrize("broken", TEN, ids=lambda broken: broken.name)
def test_one_mistake_is_one_complaint(broken: Broken, tmp_path: Path) -> None:
    case = small_case(tmp_path / "case")
    broken.break_it(case)
    assert len(check_case(case)) == 1


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    case = small_case(tmp_path / "case")
    chosen = {
        "impossible day in case.toml",
        "assumption with low above high",
        "lever on an unknown actor",
        "bad date in sources.csv",
        "unknown actor",
    }
    chosen |= {"unknown PLOVER type", "wrong hash of a span", "bad date in the record"}
    for broken in TEN:
        if broken.name in chosen:
            broken.break_it(case)
    _latin1(case)
    found = check_case(case)
    said = "\n".join(map(str, found))
    assert len(found) == len(chosen) + 1
    assert found[0].file == "record/statements.jsonl", "what cannot be read at all comes first"
    for broken in TEN:
        if broken.name in chosen:
            assert broken.says[-1] in said
    assert [complaint.file for complaint in found[1:4]] == ["case.toml"] * 3


def test_several_mistakes_in_one_item(tmp_path: Path) -> None:
    case = small_case(tmp_path / "case")
    replace(case / "case.toml", "low = 0.2", "low = 2.5")
    replace(case / "case.toml", "weight.mediator.H1.prestige", "weight.mediater.H1.prestige")
    replace(case / "case.toml", 'status = "caveated"', 'status = "sure"')
    change(case, "events", "E001", lambda row: row.update(actor=["party_c"], event="REFUSE", source="S3", date="today"))
    values = [complaint.value for complaint in check_case(case)]
    assert values[:3] == ["mediater", [2.5, 0.5, 1.0], "sure"]
    assert set(values[3:]) == {"party_c", "REFUSE", "S3", "today"}


def test_an_unreadable_line_hides_nothing_else(tmp_path: Path) -> None:
    case = small_case(tmp_path / "case")
    replace(case / "case.toml", "low = 0.2", "low = zero")
    replace(case / "case.toml", 'role = "party"', 'role = "partie"')
    found = check_case(case)
    assert [complaint.value for complaint in found] == ["zero", "partie"]


def test_missing_case(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    small_case(tmp_path / "harbour-talks")
    monkeypatch.chdir(tmp_path)
    assert main(["check", "harbor-talks"]) == 1
    assert "Did you mean “harbour-talks”?" in capsys.readouterr().err
    assert main(["check", str(tmp_path)]) == 1
    assert "no case.toml in the folder" in capsys.readouterr().err


def test_spreadsheet_csv_is_read(tmp_path: Path) -> None:
    case = small_case(tmp_path / "case")
    path = case / "sources.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b",", b";").replace(b"\n", b"\r\n"))
    assert check_case(case) == []


def test_windows_line_ends_and_mark_are_read(tmp_path: Path) -> None:
    case = small_case(tmp_path / "case")
    for name in ("case.toml", "record/events.jsonl", "reviews.jsonl"):
        path = case / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert check_case(case) == []


def test_no_traceback_from_the_command(tmp_path: Path) -> None:
    case = small_case(tmp_path / "case")
    _truncate(case)
    command = [sys.executable, "-c", "from openparley.cli import main; main()", "check", str(case)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("record/events.jsonl, line 3: not a JSON object")
    assert "Traceback" not in done.stderr
