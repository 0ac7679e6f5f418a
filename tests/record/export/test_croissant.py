"""The Croissant description, read by mlcroissant: it validates, and records come back with their values."""

import json
import logging
import warnings
from pathlib import Path
from typing import Any

import pytest

from openparley.record.export import export_case
from openparley.record.export.tables import JOIN, Column, relational
from tests.record.export import cases


def opened(path: Path) -> Any:
    with warnings.catch_warnings():
        # rdflib and others below mlcroissant announce names that they will drop.
        warnings.simplefilter("ignore", DeprecationWarning)
        import mlcroissant

        return mlcroissant.Dataset(path)


# Tables with every type of column between them; of the small case all are read, mlcroissant takes its time.
READ = ("about", "sources", "entries", "events", "event_actors", "commitments", "statement_attributions", "reviews")


@pytest.fixture
def folder(name: str, tmp_path: Path) -> Path:
    export_case(cases.case(name), "croissant", tmp_path / "out")
    return tmp_path / "out"


def test_it_validates_and_every_record_comes_back(name: str, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        dataset = opened(folder / "croissant.json")
    assert "@context" not in caplog.text
    # The day of publication is recommended; it is not ours to make up. A case of the user’s states no licence.
    recommended = {"datePublished"} if cases.case(name).bundled else {"datePublished", "license"}
    assert {warning.rsplit("/", 1)[1].split('"')[0] for warning in dataset.metadata.ctx.issues.warnings} == recommended
    assert not dataset.metadata.ctx.issues.errors
    for table in relational(cases.flat(name)):
        if name != "nasty" and table.name not in READ:
            continue
        records = list(dataset.records(table.name))
        assert len(records) == len(table.rows), table.name
        for record, expected in zip(records, table.rows, strict=True):
            for column in table.columns:
                found = record[f"{table.name}/{column.name}"]
                assert same(found, expected[column.name], column), (table.name, column.name, found)


def same(found: Any, expected: Any, column: Column) -> bool:
    """Whether mlcroissant read what was written; it gives text as bytes, days as time stamps, nothing as None."""
    if isinstance(found, list):
        return JOIN.join(value.decode() for value in found) == expected
    if expected in (None, ""):
        return found is None
    if isinstance(expected, dict):
        return json.loads(found) == expected
    if column.type == "date":
        return found.date() == expected
    return (found.decode() if isinstance(found, bytes) else found) == expected


def test_lists_of_ids_come_back_as_lists() -> None:
    from openparley.record.export.croissant import build

    document = json.loads(build(cases.flat("empty"), "")["croissant.json"])
    repeated = {field["@id"] for table in document["recordSet"] for field in table["field"] if field.get("repeated")}
    assert {"events/actor", "events/mode", "claims/supports"} <= repeated
    # Free text may hold the separator.
    assert not {"events/attributed_to", "actors/aliases"} & repeated
