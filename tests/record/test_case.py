"""Opening cases: what goes on to models, what is set aside, what dangles, what is read-only."""

import json
from datetime import date
from pathlib import Path

import pytest

from openparley.cli import main
from openparley.errors import CaseError, Complaint, ReadOnlyError
from openparley.record import case as case_module
from openparley.record.acts import accept, edit, reject, remove
from openparley.record.case import find_case, open_case, runs_dir
from openparley.record.casefile import CaseFile
from openparley.record.casetoml import Complain
from openparley.record.check import check_case
from openparley.record.entry import KINDS, actor_fields
from openparley.record.new import new_case
from tests.record.small_case import change, line_of, replace, small_case, write_lines


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_case(tmp_path / "case")


@pytest.fixture
def bundled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small case as if it had come with the program."""
    monkeypatch.setattr(case_module, "BUNDLED", folder.parent)
    return folder


def test_every_kind_is_read(folder: Path) -> None:
    case = open_case(folder)
    assert {entry.kind for entry in case.entries.values()} == set(KINDS)
    assert list(case.sources) == ["S01", "S02"]
    assert set(case.texts) == {"S01", "S02"}


def test_only_what_was_accepted_goes_on(folder: Path) -> None:
    case = open_case(folder)
    assert case.states() == {"accepted": 9, "edited": 0, "proposed": 1, "rejected": 0}
    assert set(case.entries) - set(case.accepted()) == {"C002"}


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda folder: reject(folder, ["C001"], by="ben"), "its commitment C001 was rejected"),
        (lambda folder: change(folder, "statuses", "L001", lambda row: row.update(of="C002")), "its commitment C002 has not been reviewed"),
        (lambda folder: write_lines(folder / "record" / "commitments.jsonl", []), "its commitment C001 is not in the record"),
    ],
    ids=["rejected", "proposed", "absent"],
)
def test_a_status_without_its_commitment_is_set_aside(folder: Path, act: object, reason: str) -> None:
    act(folder)  # type: ignore[operator]
    case = open_case(folder)
    assert case.set_aside() == {"L001": reason}
    assert "L001" not in case.accepted()


def test_what_was_retracted_or_corrected_is_set_aside(folder: Path) -> None:
    change(folder, "events", "E003", lambda row: row.update(links=[{"rel": "corrects", "to": "E002"}, {"rel": "retracts", "to": "C001"}]))
    case = open_case(folder)
    assert case.set_aside() == {
        "E002": "corrected by E003 (S02)",
        "C001": "retracted by E003 (S02)",
        "L001": "its commitment C001 is set aside: retracted by E003 (S02)",
    }
    reject(folder, ["E003"], by="ben")
    assert open_case(folder).set_aside() == {}


def test_a_dangling_link_is_a_warning_that_names_both_ends(folder: Path) -> None:
    write_lines(folder / "record" / "commitments.jsonl", [])
    write_lines(folder / "record" / "claims.jsonl", [])
    case = open_case(folder)
    found = case.dangling()
    assert "E001 responds to C001, which is not in the record." in found
    assert "status L001 is of C001, which is not in the record." in found
    assert "account H1 rests on K001, which is not in the record." in found
    assert "assumption A01 rests on K001, which is not in the record." in found
    assert any("is about K001, which is not in the record" in warning for warning in case.warnings)


@pytest.mark.parametrize("key", ["E001", "E002", "E003", "T001", "T002", "C001", "L001", "K001", "R001"])
def test_deleting_one_accepted_entry_changes_only_what_rests_on_it(folder: Path, key: str) -> None:
    before = open_case(folder).accepted()
    file = KINDS[before[key].kind].file
    rows = [json.loads(line) for line in (folder / "record" / file).read_text(encoding="utf-8").splitlines()]
    write_lines(folder / "record" / file, [row for row in rows if row["id"] != key])
    after = open_case(folder).accepted()
    lost = {key, "L001"} if key == "C001" else {key}
    assert set(before) - set(after) == lost
    assert all(after[other] == before[other] for other in after)


def test_an_edit_changes_the_entry_and_keeps_what_it_was(folder: Path) -> None:
    raw = (folder / "record" / "commitments.jsonl").read_bytes()
    changes = {"type": "demand", "target": "party_a, mediator", "due.end": "2025-03-20", "due.start": "2025-03-20", "condition": "null"}
    (act,) = edit(folder, ["C001"], changes, by="ben", reason="misread")
    case = open_case(folder)
    entry = case.entries["C001"]
    assert entry.kind == "commitment"
    assert (entry.type, entry.target, entry.condition, str(entry.due.end)) == ("demand", ("party_a", "mediator"), None, "2025-03-20")  # type: ignore[union-attr]
    assert entry.review.state == "edited"
    assert entry.review.by == "ben"
    assert act.before is not None
    assert act.before["type"] == "threat"
    assert (folder / "record" / "commitments.jsonl").read_bytes() == raw
    accept(folder, ["C001"], by="anna")
    assert open_case(folder).entries["C001"].review.state == "edited"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"type": "thraet"}, "Did you mean “threat”?"),
        ({"taget": "party_a"}, "Did you mean “target”?"),
        ({"id": "C009"}, "cannot be edited"),
        ({"span.start": "1"}, "cannot be edited"),
        ({"actor": "mediater"}, "there is no actor “mediater”"),
        ({"due.end": "soon"}, "“soon” is not a date"),
        ({"due.end": "2025-01-01"}, "before its start"),
        ({"made": "{not json"}, "is not JSON"),
    ],
)
def test_an_edit_that_is_not_allowed_writes_nothing(folder: Path, changes: dict[str, str], says: str) -> None:
    before = (folder / "reviews.jsonl").read_bytes()
    with pytest.raises(CaseError) as caught:
        edit(folder, ["C001"], changes, by="ben")
    assert says in str(caught.value)
    assert (folder / "reviews.jsonl").read_bytes() == before


def test_an_edit_overtaken_by_hand_is_a_warning(folder: Path) -> None:
    edit(folder, ["R001"], {"trend": "rising"}, by="ben")
    change(folder, "relations", "R001", lambda row: row.update(trend="stable"))
    case = open_case(folder)
    assert case.entries["R001"].trend == "rising"  # type: ignore[union-attr]
    assert any("R001" in warning and "by hand" in warning for warning in case.warnings)


def test_unknown_entries_are_all_named_and_nothing_is_written(folder: Path) -> None:
    before = (folder / "reviews.jsonl").read_bytes()
    with pytest.raises(CaseError) as caught:
        accept(folder, ["E001", "E099", "X1"], by="ben")
    assert [complaint.value for complaint in caught.value.complaints] == ["E099", "X1"]
    assert (folder / "reviews.jsonl").read_bytes() == before


def test_removing_a_source_rejects_its_entries(folder: Path) -> None:
    acts = remove(folder, "S02", by="ben", reason="withdrawn")
    case = open_case(folder)
    gone = {key for key, entry in case.entries.items() if entry.source == "S02"}
    assert {act.entry for act in acts} == gone
    assert all(case.entries[key].review.state == "rejected" for key in gone)
    assert remove(folder, "S02", by="ben") == []
    with pytest.raises(CaseError, match="S2"):
        remove(folder, "S2", by="ben")


def test_bundled_cases_are_read_only(bundled: Path) -> None:
    assert find_case("case") == bundled
    assert open_case("case").bundled
    for act in (lambda: accept(bundled, ["C002"], by="b"), lambda: remove(bundled, "S01", by="b")):
        with pytest.raises(ReadOnlyError, match=r"parley new DIR --from case"):
            act()
    assert not (bundled / ".parley.lock").exists()
    assert main(["accept", "case", "C002"]) == 1
    assert runs_dir(open_case("case")) == Path("parley-out/case/runs")


def test_runs_of_an_own_case_go_into_it(folder: Path) -> None:
    assert runs_dir(open_case(folder)) == folder / "runs"


def test_digest_is_of_the_bytes_on_disk(folder: Path) -> None:
    before = open_case(folder).digest()
    accept(folder, ["C002"], by="ben")
    after = open_case(folder).digest()
    assert {name for name in after if after[name] != before[name]} == {"reviews.jsonl"}
    assert {"case.toml", "sources.csv", "record/events.jsonl"} <= set(after)


def test_new_case_is_sound_and_named_after_its_folder(tmp_path: Path) -> None:
    made = new_case(tmp_path / "strike talks")
    assert check_case(made) == []
    assert open_case(made).name == "strike-talks"
    assert [path.name for path in tmp_path.iterdir()] == ["strike talks"]


def test_a_copy_has_the_record_and_not_the_runs(bundled: Path, tmp_path: Path) -> None:
    (bundled / "runs" / "r1").mkdir(parents=True)
    made = new_case(tmp_path / "elsewhere" / "copy", "case")
    case = open_case(made)
    assert case.name == "copy"
    assert case.entries == open_case(bundled).entries
    assert not (made / "runs").exists()


def test_a_new_case_does_not_overwrite(folder: Path) -> None:
    with pytest.raises(CaseError, match="something here already"):
        new_case(folder)
    empty = folder.parent / "empty"
    empty.mkdir()
    assert new_case(empty) == empty


def test_checks_of_the_game_see_a_sound_case_file_beside_a_broken_record(folder: Path) -> None:
    def interests(file: CaseFile, complain: Complain) -> list[Complaint]:
        return [complain(("assumptions", 0, "sets"), "there is no interest “prestige”.", value="prestige", hint="Did you mean “prize”?")]

    change(folder, "events", "E001", lambda row: row.update(event="X"))
    found = check_case(folder, [interests])
    line = line_of(folder / "case.toml", "^sets")
    assert str(found[0]) == f"case.toml, line {line} (assumption A01): there is no interest “prestige”. Did you mean “prize”?"
    assert found[1].value == "X"


def test_a_text_in_the_case_that_was_changed_names_what_it_orphans(folder: Path) -> None:
    replace(folder / "texts" / "S02.txt", "cooled", "boiled")
    (found,) = check_case(folder)
    assert "Entries orphaned in it: R001." in found.message


def test_days_fall_into_rounds(folder: Path) -> None:
    model = '[model]\nfamily = "any"\nstart = 2025-03-03\nround_days = 7\nrounds = 20\n[model.initial]\noffer = "none"\n[[levers]]'
    replace(folder / "case.toml", "[[levers]]", model)
    file = open_case(folder).file
    days = [date(2025, 3, 2), date(2025, 3, 3), date(2025, 3, 9), date(2025, 3, 10)]
    assert [file.round_of(day) for day in days] == [None, 0, 0, 1]


def test_actor_fields_of_every_kind() -> None:
    assert all(actor_fields(kind) for kind in KINDS if kind != "status")
