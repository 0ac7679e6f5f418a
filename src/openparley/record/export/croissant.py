"""MLCommons Croissant 1.0: a description of the CSV files that machine-learning tools read records by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from openparley import __version__
from openparley.record.export._csv import table_csv
from openparley.record.export.tables import JOIN, Column, Export, Table, relational

__all__ = ["CONTENT", "STALE", "build", "then"]

CONTENT = "CSV files with a Croissant 1.0 description"
STALE = ("texts.csv",)
DESCRIPTION = "croissant.json"
TYPES = {"integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean", "date": "sc:Date", "datetime": "sc:DateTime"}
# The context that the specification of Croissant 1.0 gives, word for word; readers warn of any other.
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def build(export: Export, stem: str) -> dict[str, bytes]:
    """The description and one CSV file a table."""
    tables = relational(export)
    files = {f"{table.name}.csv": table_csv(table) for table in tables}
    document = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": export.name,
        "alternateName": export.title,
        "description": export.description,
        "version": _version(),
        "citeAs": f"{export.title}. Coded record {export.name}, SHA-256 {export.sha256}.",
        "identifier": f"sha256:{export.sha256}",
        **({"license": export.license[2]} if export.license else {}),
        "isLiveDataset": False,
        "distribution": [_file(name, data) for name, data in files.items()],
        "recordSet": [_record_set(export, table) for table in tables],
    }
    return {DESCRIPTION: (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8"), **files}


def then(paths: Mapping[str, str]) -> str:
    """Check it."""
    return f"mlcroissant validate --jsonld {paths[DESCRIPTION]}"


def _version() -> str:
    """Croissant wants a semantic version; a case has none of its own, so it is the program's."""
    return ".".join(part for part in __version__.split(".")[:3] if part.isdigit())


def _file(name: str, data: bytes) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{len(data)} B",
        "encodingFormat": "text/csv",
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def _record_set(export: Export, table: Table) -> dict[str, Any]:
    lists = _lists(export, table)
    keys = [{"@id": f"{table.name}/{name}"} for name in table.key]
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": f"{table.title}. {table.description}",
        "key": keys[0] if len(keys) == 1 else keys,
        "field": [_field(table, column, lists) for column in table.columns],
    }


def _field(table: Table, column: Column, lists: set[str]) -> dict[str, Any]:
    source: dict[str, Any] = {"fileObject": {"@id": f"{table.name}.csv"}, "extract": {"column": column.name}}
    if column.name in lists:
        source["transform"] = {"separator": JOIN}
    # No `references`: the reference reader joins tables over them and fails on a record set with two. The data package has the
    # keys in a form for programs.
    id_of = f" An id of {column.references}." if column.references else ""
    return {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": column.name,
        "description": column.meaning + id_of,
        "dataType": TYPES.get(column.type, "sc:Text"),
        **({"repeated": True} if column.name in lists else {}),
        "source": source,
    }


def _lists(export: Export, table: Table) -> set[str]:
    """Columns whose cells can be taken apart without doubt: lists of ids or of fixed words."""
    wide = export.tables.get(table.name)
    columns = wide.columns if wide else ()
    return {column.name for column in columns if column.type == "list" and (column.references or column.allowed)}
