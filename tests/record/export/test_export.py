"""What all formats share: found by looking, complete, the same bytes twice, and nothing overwritten unasked."""

from functools import cache
from pathlib import Path

import pytest

from openparley.cli.export import FORMATS
from openparley.errors import CaseError, ReadOnlyError
from openparley.record.case import BUNDLED, Case
from openparley.record.casefile import Account, Actor
from openparley.record.entry import KINDS
from openparley.record.export import export_case, find_format, formats
from openparley.record.export._collect import PLURALS, collect, moment
from openparley.record.export.tables import Export, relational
from openparley.record.review import Review
from openparley.record.sources import Source
from tests.record.export import cases
from tests.record.small_case import snapshot

SPREAD = {"date", "made", "due", "coder", "review", "links", "content", "kind"}


@cache
def built(to: str, name: str) -> dict[str, bytes]:
    return find_format(to).build(cases.flat(name), "case")


def test_formats_are_found_by_looking() -> None:
    assert formats() == ["croissant", "datapackage", "parquet", "plover-csv", "sqlite", "web-annotation"]
    assert formats() == FORMATS
    with pytest.raises(CaseError, match="Did you mean “sqlite”"):
        find_format("sqlit")


def test_every_field_of_every_kind_has_a_place(flat: Export) -> None:
    for kind, (table, *_) in PLURALS.items():
        columns = {column.name for column in flat.tables[table].columns}
        fields = set(KINDS[kind].model.model_fields)
        assert fields - SPREAD <= columns
        assert {f"{name}_start" for name in fields & {"date", "made", "due"}} <= columns
    for table, model, elsewhere in (
        ("sources", Source, set()),
        ("actors", Actor, set()),
        ("accounts", Account, set()),
        ("reviews", Review, {"by"}),
    ):
        assert set(model.model_fields) - elsewhere <= {column.name for column in flat.tables[table].columns}


def test_every_table_follows_those_it_refers_to(flat: Export) -> None:
    seen: set[str] = set()
    for table in relational(flat):
        assert {column.references for column in table.columns if column.references} <= seen | {table.name}
        seen.add(table.name)


def test_rows_are_as_many_as_the_record_has(case: Case, flat: Export) -> None:
    counts = flat.counts()
    assert counts["entries"] == len(case.entries) == sum(counts[name] for name, *_ in PLURALS.values())
    assert counts["sources"] == len(case.sources)
    assert counts["actors"] == len(case.file.actors)
    assert counts["reviews"] == len(case.reviews)
    assert counts["links"] == sum(len(entry.links) for entry in case.entries.values())


@pytest.mark.parametrize("name", ["strait-talks", "empty", "nasty"])
def test_the_same_case_gives_the_same_bytes(name: str) -> None:
    again = collect(cases.case(name))
    assert again == cases.flat(name)
    for to in formats():
        chosen = find_format(to)
        assert chosen.build(again, "case") == built(to, name), to


@pytest.mark.parametrize("to", formats())
def test_texts_stay_out_unless_asked_for(to: str) -> None:
    case = cases.case("strait-talks")
    words = [text[2000:2060].encode("utf-8") for text in case.texts.values()]
    if to in ("parquet", "plover-csv"):
        # Parquet is compressed; PLOVER’s columns never hold text.
        assert "texts" not in cases.flat("strait-talks").tables
        return
    plain = b"".join(built(to, "strait-talks").values())
    assert not any(part in plain for part in words)
    if to != "web-annotation":
        full = b"".join(find_format(to).build(cases.flat("strait-talks", texts=True), "case").values())
        assert all(part.replace(b'"', b'""') in full or part in full for part in words)


@pytest.mark.parametrize("to", formats())
def test_nothing_is_overwritten_unasked_and_nothing_else_is_touched(to: str, tmp_path: Path) -> None:
    case = cases.case("nasty")
    out = tmp_path / "out"
    written = export_case(case, to, out, texts=True)
    assert {path.name for path in written.paths} == set(snapshot(out))
    before = snapshot(out)
    with pytest.raises(CaseError, match="--force"):
        export_case(case, to, out)
    assert snapshot(out) == before
    (out / "mine.txt").write_text("keep")
    export_case(case, to, out, force=True)
    after = snapshot(out)
    assert after.pop("mine.txt") == b"keep"
    # A table of texts from the earlier export does not stay behind.
    assert not [name for name in after if name.startswith("texts")]
    assert {path.name for path in tmp_path.iterdir()} == {"out"}


def test_a_crash_leaves_no_half_an_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from openparley.record import export

    real, calls = export.atomic_write, []

    def fails(path: Path, data: bytes) -> None:
        calls.append(path)
        if len(calls) == 5:
            raise OSError(28, "No space left on device", str(path))
        real(path, data)

    monkeypatch.setattr(export, "atomic_write", fails)
    with pytest.raises(OSError, match="No space"):
        export_case(cases.case("nasty"), "datapackage", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_file_may_be_named_where_there_is_one(tmp_path: Path) -> None:
    case = cases.case("nasty")
    assert [path.name for path in export_case(case, "web-annotation", tmp_path / "a.jsonld").paths] == ["a.jsonld"]
    assert [path.name for path in export_case(case, "plover-csv", tmp_path / "b.csv").paths] == ["b.csv", "b-dyads.csv"]
    assert [path.name for path in export_case(case, "sqlite", tmp_path / "c.sqlite").paths] == ["c.sqlite", "c-metadata.json"]
    with pytest.raises(CaseError, match="this is a file"):
        export_case(case, "parquet", tmp_path / "c.sqlite")


def test_a_bundled_case_is_never_written_into() -> None:
    with pytest.raises(ReadOnlyError, match="strait-talks is read-only"):
        export_case(cases.case("nasty"), "sqlite", BUNDLED / "strait-talks" / "record" / "x")


def test_times_that_cannot_be_read_are_missing() -> None:
    assert moment("on a Tuesday") is None
    assert moment(None) is None
    assert str(moment("2025-04-01T12:30:00.5+02:00")) == "2025-04-01 10:30:00+00:00"
    assert str(moment("2025-04-01")) == "2025-04-01 00:00:00+00:00"
