"""The data package, validated by frictionless: types, constraints, keys, hashes; and every value read back."""

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from openparley.record.export import export_case
from openparley.record.export.tables import relational
from tests.record.export import cases

with warnings.catch_warnings():
    # Frictionless imports names that its own dependencies have put on the way out.
    warnings.simplefilter("ignore", DeprecationWarning)
    import frictionless


# Tables with every type of column between them; frictionless takes its time to open one.
READ = ("about", "sources", "entries", "events", "commitments", "statement_attributions", "reviews")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("packages")


@pytest.fixture
def package(name: str, folder: Path) -> Path:
    """The descriptor of a package, written once."""
    if not (folder / name).exists():
        export_case(cases.case(name), "datapackage", folder / name)
    return folder / name / "datapackage.json"


def test_frictionless_finds_it_valid(package: Path) -> None:
    report = frictionless.validate(str(package))
    assert report.valid, report.flatten(["title", "message"])
    assert report.stats["tasks"] == len(json.loads(package.read_text(encoding="utf-8"))["resources"])


def test_every_value_comes_back(name: str, package: Path) -> None:
    read = frictionless.Package(str(package))
    for table in relational(cases.flat(name)):
        if table.name not in READ:
            continue
        rows = read.get_table_resource(table.name).read_rows()
        assert len(rows) == len(table.rows), table.name
        for row, expected in zip(rows, table.rows, strict=True):
            for column in table.columns:
                assert same(row[column.name], expected[column.name]), (table.name, column.name)


def same(found: Any, expected: Any) -> bool:
    """Whether a cell holds a value; empty is missing."""
    if isinstance(expected, float):
        return float(found) == expected
    return found == (None if expected == "" else expected)


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    export_case(cases.case("nasty"), "datapackage", tmp_path / "out")
    path = tmp_path / "out" / "events.csv"
    path.write_bytes(path.read_bytes().replace(b"heavy", b"light"))
    (resource,) = [row for row in json.loads((tmp_path / "out" / "datapackage.json").read_bytes())["resources"] if row["name"] == "events"]
    resource["schema"].pop("foreignKeys")
    report = frictionless.Resource(resource, basepath=str(tmp_path / "out")).validate()
    assert "hash-count" in {kind for (kind,) in report.flatten(["type"])}


def test_the_schema_notices_what_does_not_fit(tmp_path: Path) -> None:
    export_case(cases.case("nasty"), "datapackage", tmp_path / "out")
    for file, old, new in (
        ("events.csv", b"actual", b"perhaps"),
        ("events.csv", b"2025-03-04", b"the 4th"),
        ("event_actors.csv", b"party_a", b"nobody"),
        ("statuses.csv", b"L001", b"L009"),
        ("reviews.csv", b"V0002", b"V0001"),
    ):
        path = tmp_path / "out" / file
        assert old in path.read_bytes()
        path.write_bytes(path.read_bytes().replace(old, new))
    path = tmp_path / "out" / "datapackage.json"
    descriptor = json.loads(path.read_bytes())
    # Without the hashes, so that it is the schema that notices; and without the tables that nothing here refers to.
    kept = ("sources", "actors", "plover_types", "entries", "events", "event_actors", "commitments", "statuses", "reviews")
    descriptor["resources"] = [row for row in descriptor["resources"] if row["name"] in kept]
    for resource in descriptor["resources"]:
        del resource["hash"], resource["bytes"]
    path.write_text(json.dumps(descriptor), encoding="utf-8")
    found = {(task.name, error.type) for task in frictionless.validate(str(path)).tasks for error in task.errors}
    assert found == {
        ("events", "constraint-error"),
        ("events", "type-error"),
        ("event_actors", "foreign-key"),
        ("statuses", "foreign-key"),
        ("reviews", "primary-key"),
        ("reviews", "unique-error"),
    }


def test_licence_and_sources_are_said() -> None:
    from openparley.record.export.datapackage import build

    descriptor = json.loads(build(cases.flat("strait-talks"), "")["datapackage.json"])
    assert descriptor["licenses"][0]["name"] == "Apache-2.0"
    assert {row["text_sha256"] for row in descriptor["sources"]} == {row.text_sha256 for row in cases.case("strait-talks").sources.values()}
    assert "licenses" not in json.loads(build(cases.flat("nasty"), "")["datapackage.json"])
