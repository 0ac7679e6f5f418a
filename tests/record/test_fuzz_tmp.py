"""Whatever stands in the files, checking a case ends in complaints with a place, never in a crash, and writes nothing."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openparley.record.check import check_case
from tests.record.small_case import lines, small_case, snapshot, write_lines

FILES = ("case.toml", "sources.csv", "record/events.jsonl", "record/statements.jsonl", "reviews.jsonl", "texts/S01.txt")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 10**6) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["start", "end", "rel", "to", "x"]), inner, max_size=2),
    max_leaves=4,
)
ROWS = [(kind, index, key) for kind, rows in lines().items() for index, row in enumerate(rows) for key in row]


def _check(folder: Path) -> list[str]:
    before = snapshot(folder)
    found = check_case(folder)
    assert snapshot(folder) == before
    for complaint in found:
        json.dumps(complaint.as_json()).encode()
        assert complaint.file is not None
        assert complaint.message.endswith((".", "”.", "?"))
    return [str(complaint) for complaint in found]


@given(st.data())
@settings(max_examples=30000)
def test_damaged_bytes(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = small_case(Path(scratch) / "case")
        path = folder / data.draw(st.sampled_from(FILES))
        raw = path.read_bytes()
        start = data.draw(st.integers(0, len(raw) - 1))
        end = data.draw(st.integers(start, min(len(raw), start + 80)))
        path.write_bytes(
            raw[:start] + data.draw(st.binary(max_size=6) | st.sampled_from([b"\n", b'"', b"[[", b"=", b"{}", b","])) + raw[end:]
        )
        _check(folder)


@given(st.sampled_from(ROWS), VALUES)
@settings(max_examples=3000)
def test_any_value_under_any_key_of_an_entry(place: tuple[str, int, str], value: Any) -> None:
    kind, index, key = place
    with tempfile.TemporaryDirectory() as scratch:
        folder = small_case(Path(scratch) / "case")
        rows = lines()[kind]
        rows[index][key] = value
        write_lines(folder / "record" / f"{kind}.jsonl", rows)
        _check(folder)


@given(st.dictionaries(st.sampled_from(["id", "entry", "act", "by", "at", "reason", "before", "after"]), VALUES))
def test_any_row_in_the_reviews(row: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = small_case(Path(scratch) / "case")
        write_lines(folder / "reviews.jsonl", [row])
        _check(folder)


@given(st.dictionaries(st.sampled_from(["paraphrase", "due", "actor", "type", "links", "date", "x"]), VALUES, min_size=1))
def test_any_edit_in_the_reviews(after: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = small_case(Path(scratch) / "case")
        act = {"id": "V0001", "entry": "C001", "act": "edit", "by": "b", "at": "2025-04-01T00:00:00Z", "before": {}, "after": after}
        write_lines(folder / "reviews.jsonl", [act])
        _check(folder)


@pytest.mark.parametrize("file", FILES)
def test_empty_and_binary_files(file: str, tmp_path: Path) -> None:
    for number, content in enumerate((b"", b"\x00" * 50, bytes(range(256)), b"[" * 5000, b'{"a":' * 5000, b"\xef\xbb\xbf")):
        folder = small_case(tmp_path / str(number))
        (folder / file).write_bytes(content)
        found = _check(folder)
        assert found or (file.endswith(".jsonl") and not content.strip(b"\xef\xbb\xbf")) or file == "reviews.jsonl"


@pytest.mark.parametrize("file", [name for name in FILES if not name.startswith("texts")])
def test_a_folder_in_the_place_of_a_file(file: str, tmp_path: Path) -> None:
    folder = small_case(tmp_path / "case")
    (folder / file).unlink()
    (folder / file).mkdir()
    assert check_case(folder)
