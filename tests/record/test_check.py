"""Texts are matched by hash; spans are exact or orphaned; a changed text is recognised by what is left of it."""

import shutil
from pathlib import Path

import pytest

from openparley.errors import CaseError
from openparley.record.case import open_case
from openparley.record.check import check_texts
from tests.record.small_case import TEXTS, small_case

# Spans of the small case: one an entry, and one more inside the quotation marks of T001.
SPANS = {"S01": 6, "S02": 5}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The case without its texts, as it would be published."""
    case = small_case(tmp_path / "case")
    shutil.rmtree(case / "texts")
    return case


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    here = tmp_path / "reports"
    here.mkdir()
    for key, text in TEXTS.items():
        (here / f"any name {key} at all.txt").write_bytes(text.encode())
    return here


def test_texts_are_matched_by_hash_whatever_they_are_called(folder: Path, texts: Path) -> None:
    report = check_texts(open_case(folder), texts)
    assert {name: path.name for name, path in report.matched.items()} == {key: f"any name {key} at all.txt" for key in TEXTS}
    assert report.verified == sum(SPANS.values())
    assert not report.complaints(open_case(folder))


def test_an_absent_text_is_no_mistake(folder: Path, texts: Path) -> None:
    (texts / "any name S02 at all.txt").unlink()
    report = check_texts(open_case(folder), texts)
    assert report.absent == ("S02",)
    assert report.verified == SPANS["S01"]
    assert not report.complaints(open_case(folder))


@pytest.mark.parametrize("position", range(0, len(TEXTS["S02"].encode()), 7))
def test_one_changed_byte(folder: Path, texts: Path, position: int) -> None:
    path = texts / "any name S02 at all.txt"
    data = bytearray(path.read_bytes())
    data[position] ^= 0x01
    path.write_bytes(bytes(data))
    case = open_case(folder)
    report = check_texts(case, texts)
    (unknown,) = report.unknown
    assert unknown.nearest is not None
    assert unknown.nearest.source == "S02"
    # Bytes before the change are characters before the change, so a span is hit when it covers the character changed.
    characters = len(TEXTS["S02"].encode()[:position].decode(errors="ignore"))
    hit = {e.id for e in case.entries.values() if e.source == "S02" and e.span.start <= characters < e.span.end}
    assert hit <= set(unknown.orphaned)
    (complaint,) = report.complaints(case)
    assert complaint.value == unknown.sha256
    assert complaint.allowed == case.sources["S02"].text_sha256
    for key in unknown.orphaned:
        assert key in complaint.message


@pytest.mark.parametrize("position", [0, 40, 150])
def test_an_inserted_character_orphans_what_is_behind_it(folder: Path, texts: Path, position: int) -> None:
    path = texts / "any name S02 at all.txt"
    text = TEXTS["S02"]
    path.write_bytes((text[:position] + "x" + text[position:]).encode())
    case = open_case(folder)
    (unknown,) = check_texts(case, texts).unknown
    assert unknown.nearest is not None
    assert unknown.nearest.source == "S02"
    assert set(unknown.orphaned) == {e.id for e in case.entries.values() if e.source == "S02" and e.span.end > position}


def test_a_rewritten_text_is_recognised_by_its_words(folder: Path, texts: Path) -> None:
    path = texts / "any name S02 at all.txt"
    path.write_bytes(("Ten days on, indeed. " + "The envoy wants a little. Suderland accepted the truce. " * 3).encode())
    (unknown,) = check_texts(open_case(folder), texts).unknown
    assert unknown.nearest is not None
    assert unknown.nearest.source == "S02"
    assert "first words" in unknown.nearest.how


def test_a_file_like_no_source_is_left_alone(folder: Path, texts: Path) -> None:
    (texts / "README.md").write_text("Some notes about where these came from.")
    (texts / "picture.png").write_bytes(bytes(range(256)))
    case = open_case(folder)
    report = check_texts(case, texts)
    assert [found.nearest for found in report.unknown] == [None, None]
    assert not report.complaints(case)


def test_a_changed_copy_beside_the_original_is_reported(folder: Path, texts: Path) -> None:
    (texts / "copy.txt").write_bytes(TEXTS["S01"].replace("Tuesday", "Friday").encode())
    case = open_case(folder)
    report = check_texts(case, texts)
    assert report.verified == sum(SPANS.values())
    (complaint,) = report.complaints(case)
    assert "Orphaned there: E002 (1 of its 5 entries)." in complaint.message


def test_texts_of_the_case_are_used_when_none_are_given(tmp_path: Path) -> None:
    report = check_texts(open_case(small_case(tmp_path / "case")))
    assert report.verified == sum(SPANS.values())


def test_a_folder_that_is_not_there(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="no such folder"):
        check_texts(open_case(folder), tmp_path / "nowhere")
