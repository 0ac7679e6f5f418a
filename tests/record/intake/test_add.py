"""Adding documents to a case: what is kept, under which id, what is refused and why."""

import errno
import os
import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from openparley.errors import CaseError, ReadOnlyError
from openparley.record import case as case_module
from openparley.record.case import open_case
from openparley.record.check import check_case, check_texts
from openparley.record.intake.metadata import given
from openparley.record.span import sha256
from tests.record.intake.reports import Add, journal, report, rows, text_file
from tests.record.small_case import TEXTS, replace, snapshot

EXACT = {
    "crlf.txt": "The envoy left.\r\nNobody knew.\r\n",
    "mark.txt": "\ufeffThe envoy left the harbour.",
    "nul.txt": "The envoy left\0 the harbour on Monday.",
    "emoji.txt": "The threat was theatre 🎭, he said 👩‍👩‍👧.",
    "rtl.txt": "\u202eהשליח עזב את הנמל\u202c and nobody knew.",
    "marks.txt": "Cafe\u0301, not Café: ﬁve ½ Å\u2028\u2029end",
    "lines.txt": "one\rtwo\vthree\ffour\x85five",
}


def test_a_text_and_a_day_are_enough(add: Add, case: Path, inbox: Path) -> None:
    path = text_file(inbox, "a.txt", "The envoy said that the ships will not leave the harbour before the week is over.")
    result = add(case, [path], published="2025-03-03")
    [new] = result.added
    assert (new.id, new.published, new.published_basis, new.language) == ("S03", "2025-03-03", "given when added", "en")
    assert new.missing == ("outlet", "author", "title")
    source = open_case(case).sources["S03"]
    assert (source.outlet, source.kind, source.author, source.origin, source.reliability) == ("not stated", "news", "", "", None)
    assert source.text_sha256 == sha256(path.read_bytes())
    assert check_case(case) == []


@pytest.mark.parametrize("name", EXACT)
def test_a_text_is_kept_byte_for_byte_and_its_offsets_are_true(add: Add, case: Path, inbox: Path, name: str) -> None:
    path = text_file(inbox, name, EXACT[name])
    [new] = add(case, [path]).added
    assert (case / "texts" / f"{new.id}.txt").read_bytes() == path.read_bytes()
    assert not list((case / "texts").glob(f"{new.id}.original*"))
    opened = open_case(case)
    assert opened.texts[new.id] == EXACT[name]
    assert opened.sources[new.id].chars == len(EXACT[name]) == new.chars


def test_the_original_is_kept_beside_a_text_that_differs_from_it(add: Add, case: Path, inbox: Path) -> None:
    old = "Grüße aus Köln, der Gesandte räumte ein, daß die Gespräche über den Hafen gescheitert sind.".encode("cp1252")
    (inbox / "a.txt").write_bytes(old)
    (inbox / "b.md").write_text("---\ntitle: Ten days\ndate: 2025-03-04\n---\nThe *envoy* left.", encoding="utf-8")
    result = add(case, [inbox])
    assert [new.title for new in result.added] == ["", "Ten days"]
    assert (case / "texts" / "S03.original.txt").read_bytes() == old
    assert (case / "texts" / "S03.txt").read_text(encoding="utf-8") == old.decode("cp1252")
    assert (case / "texts" / "S04.original.md").read_bytes() == (inbox / "b.md").read_bytes()
    assert (rows(case)["S04"]["published"], rows(case)["S04"]["published_basis"]) == ("2025-03-04", "“date” in the front matter")
    opened = open_case(case)
    assert set(opened.texts) == {"S01", "S02", "S03", "S04"}
    assert check_texts(opened).failed == ()


def test_a_day_is_never_taken_from_the_file_itself(add: Add, case: Path, inbox: Path) -> None:
    path = text_file(inbox, "2025-03-03.txt", "On 4 March 2025 the envoy left the harbour.")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    [new] = add(case, [path]).added
    assert (new.published, new.published_basis) == ("", "")
    assert "published" in new.missing


def test_what_the_caller_says_goes_before_what_the_file_says_and_a_conflict_is_named(add: Add, case: Path, inbox: Path) -> None:
    path = text_file(inbox, "a.md", "---\ntitle: Ten days\nauthor: Ada Poe\ndate: 2025-03-04\n---\nThe envoy left.")
    says = {"outlet": "The Halven Post", "author": "Bo Vale", "kind": "analysis", "origin": "own:halven", "title": "Eleven days"}
    [new] = add(case, [path], published="2025-03-03", language="en", **says).added
    assert {key: rows(case)[new.id][key] for key in says} == says
    assert new.notes == ("The file says 2025-03-04 (“date” in the front matter); 2025-03-03 was taken, as given.",)
    assert "missing" not in new.missing


@pytest.mark.parametrize(
    ("day", "note"),
    [
        ((date.today() + timedelta(days=40)).isoformat(), "in the future"),
        ("2025-04-01", "after the cut-off of the case, 2025-03-31"),
        ("2025-03-31", ""),
    ],
)
def test_a_day_in_the_future_or_after_the_cutoff_is_warned_of_and_taken(add: Add, case: Path, inbox: Path, day: str, note: str) -> None:
    [new] = add(case, [text_file(inbox, "a.txt", report(1))], published=day).added
    assert new.published == day
    assert [note in found for found in new.notes] == ([True] if note else [])


@pytest.mark.parametrize(
    ("says", "message"),
    [
        ({"published": "2025-02-30"}, "no such day"),
        ({"published": "3 March 2025"}, "not a date"),
        ({"published": "20250303"}, "not a date"),
        ({"kind": "newz"}, "Did you mean “news”?"),
        ({"language": "English"}, "not a code of a language"),
    ],
)
def test_a_day_that_is_none_is_refused_before_anything_is_read(
    add: Add, case: Path, inbox: Path, says: dict[str, str], message: str
) -> None:
    before = snapshot(case)
    with pytest.raises(CaseError, match=message):
        add(case, [text_file(inbox, "a.txt", report(1))], **says)
    assert snapshot(case) == before


def test_all_that_is_wrong_with_what_the_caller_says_is_named_at_once() -> None:
    with pytest.raises(CaseError) as caught:
        given(published="soon", kind="newz", language="English")
    assert len(caught.value.complaints) == 3


def test_ids_go_on_from_the_highest_and_grow(add: Add, case: Path, inbox: Path) -> None:
    for number in range(3):
        text_file(inbox, f"{number}.txt", report(number))
    replace(case / "sources.csv", "S02,", "S98,")
    for file in (case / "record").glob("*.jsonl"):
        file.write_text(file.read_text(encoding="utf-8").replace('"S02"', '"S98"'), encoding="utf-8")
    assert [new.id for new in add(case, [inbox]).added] == ["S99", "S100", "S101"]
    assert list(rows(case)) == ["S01", "S98", "S99", "S100", "S101"]


def test_a_file_that_somebody_put_into_texts_is_not_overwritten(add: Add, case: Path, inbox: Path) -> None:
    mine = text_file(case / "texts", "S03.txt", "Mine, without a row yet.")
    [new] = add(case, [text_file(inbox, "a.txt", report(1))]).added
    assert new.id == "S04"
    assert mine.read_text(encoding="utf-8") == "Mine, without a row yet."


def test_folders_are_read_with_all_below_and_patterns_and_files_once(add: Add, case: Path, inbox: Path) -> None:
    (inbox / "sub" / "deep").mkdir(parents=True)
    for number, name in enumerate(("b.txt", "a.txt", "sub/c.txt", "sub/deep/d.TXT")):
        text_file(inbox, name, report(number))
    text_file(inbox, ".hidden.txt", report(9))
    text_file(inbox, "photo.jpg", "x")
    os.symlink("..", inbox / "sub" / "up")
    result = add(case, [inbox / "b.txt", inbox, str(inbox / "*.txt"), str(inbox / "**" / "*.txt")])
    assert [Path(new.file).relative_to(inbox).as_posix() for new in result.added] == ["b.txt", "a.txt", "sub/c.txt", "sub/deep/d.TXT"]
    assert [path.name for path in result.left] == ["photo.jpg"]
    assert result.refused == ()
    assert result.duplicates == ()


def test_a_folder_around_the_case_does_not_add_the_case_to_itself(add: Add, case: Path) -> None:
    text_file(case.parent, "a.txt", report(1))
    result = add(case, [case.parent])
    assert [Path(new.file).name for new in result.added] == ["a.txt"]
    assert result.left == ()


def test_the_same_document_is_added_once_by_bytes_and_by_text(add: Add, case: Path, inbox: Path) -> None:
    text_file(inbox, "a.txt", report(1))
    text_file(inbox, "b.txt", report(1))
    (inbox / "c.txt").write_bytes(report(1).encode("utf-16"))
    text_file(inbox, "d.txt", TEXTS["S02"])
    result = add(case, [inbox])
    assert [new.id for new in result.added] == ["S03"]
    found = [(Path(twin.file).name, twin.of, twin.same, twin.again) for twin in result.duplicates]
    assert sorted(found) == [("b.txt", "S03", "bytes", False), ("c.txt", "S03", "text", False), ("d.txt", "S02", "bytes", False)]
    again = add(case, [inbox])
    assert again.added == ()
    assert {(Path(twin.file).name, twin.again) for twin in again.duplicates} == {
        ("a.txt", True),
        ("b.txt", False),
        ("c.txt", False),
        ("d.txt", False),
    }


def test_an_echo_gets_the_origin_of_the_earliest_and_the_reason_is_kept(add: Add, case: Path, inbox: Path) -> None:
    text_file(inbox, "a.txt", report(1))
    add(case, [inbox / "a.txt"], published="2025-03-02")
    text_file(inbox, "b.txt", report(1) + report(2, 40))
    result = add(case, [inbox / "b.txt"], published="2025-03-03")
    [echo] = result.echoes
    assert (echo.id, echo.of, echo.origin, echo.share) == ("S04", "S03", "S03", 1.0)
    assert echo.reason == "100 % of the runs of five words of S03 are in it; S03 was published earlier (2025-03-02)."
    assert {key: row["origin"] for key, row in rows(case).items()} == {"S01": "", "S02": "", "S03": "S03", "S04": "S03"}
    assert journal(case)[-1]["reason"] == echo.reason


def test_an_echo_published_before_what_is_there_becomes_the_origin(add: Add, case: Path, inbox: Path) -> None:
    add(case, [text_file(inbox, "a.txt", report(1))], published="2025-03-03")
    [echo] = add(case, [text_file(inbox, "b.txt", report(1) + "More.")], published="2025-03-01").echoes
    assert "S03 was published later (2025-03-03)" in echo.reason
    assert [rows(case)[name]["origin"] for name in ("S03", "S04")] == ["S04", "S04"]


def test_a_group_has_one_origin_and_an_agency_names_it(add: Add, case: Path, inbox: Path) -> None:
    story = report(1)
    text_file(inbox, "a.txt", story)
    text_file(inbox, "b.txt", f"OSTRAVA, March 3 (Reuters) - {story}")
    text_file(inbox, "c.txt", story + report(2, 60))
    text_file(inbox, "d.txt", f"OSTRAVA (AP) — {report(4)}")
    text_file(inbox, "e.txt", report(5))
    add(case, [inbox], published="2025-03-03")
    assert [row["origin"] for row in rows(case).values()] == ["", "", "wire:reuters", "wire:reuters", "wire:reuters", "wire:ap", ""]


def test_an_origin_that_somebody_wrote_is_not_changed(add: Add, case: Path, inbox: Path) -> None:
    add(case, [text_file(inbox, "a.txt", report(1))], origin="own:gazette")
    add(case, [text_file(inbox, "b.txt", f"OSTRAVA, March 3 (Reuters) - {report(1)}")])
    assert [rows(case)[name]["origin"] for name in ("S03", "S04")] == ["own:gazette", "own:gazette"]


def test_a_collection_is_no_echo_of_what_is_in_it(add: Add, case: Path, inbox: Path) -> None:
    add(case, [text_file(inbox, "a.txt", report(1, 80))])
    result = add(case, [text_file(inbox, "b.txt", "\n".join(report(seed) for seed in range(2, 8)) + report(1, 80))])
    assert result.echoes == ()
    assert "much longer than S03" in result.added[0].notes[0]


def bad_ones(inbox: Path) -> dict[str, str]:
    """Files that cannot be added, with a part of the reason."""
    (inbox / "empty.txt").write_bytes(b"")
    (inbox / "binary.txt").write_bytes(random.Random(1).randbytes(5000))
    (inbox / "office.txt").write_bytes(b"PK\x03\x04" + b"\0" * 100)
    (inbox / "no.pdf").write_bytes(b"%PDF-1.4\nbroken")
    (inbox / "words.html").write_bytes(b"<html><body></body></html>")
    (inbox / "blank.md").write_bytes(b"---\ntitle: x\n---\n\n")
    (inbox / "list.eml").write_bytes(b"no headers at all")
    os.symlink("loop.txt", inbox / "loop.txt")
    os.symlink("nowhere.txt", inbox / "dangling.txt")
    os.mkfifo(inbox / "pipe.txt")
    return {
        "binary.txt": "binary",
        "blank.md": "no words are left",
        "dangling.txt": "no such file",
        "empty.txt": "empty",
        "list.eml": "no headers",
        "loop.txt": "in a circle",
        "no.pdf": "broken",
        "office.txt": "ZIP",
        "pipe.txt": "not a regular file",
        "words.html": "no running text",
    }


def test_every_bad_file_is_reported_once_and_every_good_one_added(add: Add, case: Path, inbox: Path) -> None:
    reasons = bad_ones(inbox)
    for number in range(5):
        text_file(inbox, f"good{number}.txt", report(number))
    result = add(case, [inbox, inbox / "loop.txt", inbox / "nothing.txt", inbox / "sheet.docx", str(inbox / "*.xyz")])
    assert len(result.added) == 5
    found = {Path(complaint.file or "").name: complaint for complaint in result.refused}
    assert len(found) == len(result.refused)
    wanted = {
        **reasons,
        "nothing.txt": "no file or folder matches",
        "sheet.docx": "no file or folder matches",
        "*.xyz": "no file or folder matches",
    }
    assert set(found) == set(wanted)
    for name, reason in wanted.items():
        assert reason in found[name].message
        assert found[name].hint
    assert check_case(case) == []


def test_an_ending_that_no_format_is_for_is_refused_when_named(add: Add, case: Path, inbox: Path) -> None:
    result = add(case, [text_file(inbox, "a.docx", "x"), text_file(inbox, "b", "x")])
    assert result.refused[0].hint == "Save the document as PDF or text."
    assert "call it .txt" in (result.refused[1].hint or "")


def test_a_file_without_permission_is_refused(add: Add, case: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = text_file(inbox, "a.txt", report(1))
    if os.geteuid():
        path.chmod(0)
    else:
        # root may read everything, so the system's answer to others stands in.
        opened = os.open

        def refuse(name: str | Path, *more: int) -> int:
            if Path(name) == path:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(name))
            return opened(name, *more)

        monkeypatch.setattr(os, "open", refuse)
    assert "no permission" in add(case, [path]).refused[0].message


def test_a_file_that_vanishes_meanwhile_is_refused(add: Add, case: Path, inbox: Path) -> None:
    paths = [text_file(inbox, f"{number}.txt", report(number)) for number in range(3)]

    def progress(done: int, total: int) -> None:
        if done == 1:
            paths[1].unlink()

    result = add(case, [inbox], progress=progress)
    assert len(result.added) == 2
    assert "any more" in result.refused[0].message


def test_a_large_text_is_added_and_a_huge_one_refused(add: Add, case: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from openparley.record.intake import gather

    monkeypatch.setattr(gather, "MOST_BYTES", 1_500_000)
    text_file(inbox, "large.txt", report(1) * 900)
    text_file(inbox, "huge.txt", report(2) * 1700)
    result = add(case, [inbox])
    assert [Path(new.file).name for new in result.added] == ["large.txt"]
    assert "larger than 2 MB" in result.refused[0].message


def test_a_bundled_case_is_read_only(add: Add, case: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_module, "BUNDLED", case.parent)
    before = snapshot(case)
    with pytest.raises(ReadOnlyError):
        add(case, [text_file(inbox, "a.txt", report(1))])
    assert snapshot(case) == before


def test_a_table_of_sources_with_a_mistake_is_not_written_over(add: Add, case: Path, inbox: Path) -> None:
    replace(case / "sources.csv", "news", "newz")
    before = snapshot(case)
    with pytest.raises(CaseError, match="Did you mean “news”"):
        add(case, [text_file(inbox, "a.txt", report(1))])
    assert {key: value for key, value in snapshot(case).items() if not key.startswith(".")} == before


def test_no_case_is_said_so(add: Add, tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"no case\.toml"):
        add(tmp_path, [])


def test_a_title_with_everything_in_it_makes_one_sound_row(add: Add, case: Path, inbox: Path) -> None:
    title = '=1+1, "quoted"\\\\\\u202e 🎭 \\x07\\0 ' + "long " * 200
    text_file(inbox, "a.md", f"+++\ntitle = '''{title}'''\n+++\nThe envoy left.")
    [new] = add(case, [inbox]).added
    assert open_case(case).sources[new.id].title == new.title
    assert len(new.title) <= 500


def test_a_damaged_announcement_is_named_and_not_guessed_at(add: Add, case: Path, inbox: Path) -> None:
    (case / ".intake.tmp").write_text("[1", encoding="utf-8")
    with pytest.raises(CaseError, match="damaged"):
        add(case, [text_file(inbox, "a.txt", report(1))])
