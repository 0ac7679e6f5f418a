"""Parquet files, read back by Arrow: types, descriptions and every value."""

import io
import json
import sys
from functools import cache

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from openparley.errors import ParleyError
from openparley.record.case import Case
from openparley.record.entry import KINDS
from openparley.record.export._collect import PLURALS
from openparley.record.export.parquet import build
from openparley.record.export.tables import Export
from tests.record.export import cases


@cache
def read(name: str) -> dict[str, pa.Table]:
    return {file.removesuffix(".parquet"): pq.read_table(io.BytesIO(data)) for file, data in build(cases.flat(name), "").items()}


def test_every_value_comes_back(name: str, flat: Export) -> None:
    back = read(name)
    assert set(back) == set(flat.tables)
    for table in flat.tables.values():
        rows = back[table.name].to_pylist()
        assert len(rows) == len(table.rows)
        for row, expected in zip(rows, table.rows, strict=True):
            for column in table.columns:
                value = expected[column.name]
                if column.type == "json":
                    assert (json.loads(row[column.name]) if row[column.name] else None) == value
                else:
                    assert row[column.name] == (list(value) if column.type == "list" else value)


def test_entries_are_those_of_the_record(name: str, case: Case) -> None:
    for kind in KINDS:
        for row in read(name)[PLURALS[kind][0]].to_pylist():
            entry = case.entries[row["id"]]
            assert row["span"] == {**entry.span.model_dump(), "head": entry.span.head or None}
            assert tuple(row["attributed_to"]) == entry.attributed_to
            assert row["date_start"] == (entry.date.start if entry.date else None)


def test_types_are_real_and_described(name: str) -> None:
    schema = read(name)["events"].schema
    assert schema.field("date_start").type == pa.date32()
    assert schema.field("actor").type == pa.list_(pa.string())
    assert schema.field("review_at").type == pa.timestamp("ms", tz="UTC") or schema.field("review_at").type == pa.timestamp("s", tz="UTC")
    assert [field.name for field in schema.field("span").type] == ["start", "end", "sha256", "head"]
    assert not schema.field("id").nullable
    assert schema.field("score").metadata[b"unit"] == b"PLOVER cooperation\xe2\x80\x93conflict score"
    assert schema.metadata[b"case_sha256"].decode() == cases.flat(name).sha256
    for table in read(name).values():
        assert all(b"description" in field.metadata for field in table.schema)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ParleyError, match=r"pip install .openparley\[parquet\]"):
        build(cases.flat("empty"), "")
