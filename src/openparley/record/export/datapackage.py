"""A Frictionless data package: CSV files and a descriptor with types, keys, licence and the hashes of the sources."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from openparley.record.export._csv import table_csv
from openparley.record.export.tables import Column, Export, Table, relational

__all__ = ["CONTENT", "STALE", "build", "then"]

CONTENT = "CSV files with a Frictionless descriptor: types, keys, licence, hashes"
STALE = ("texts.csv",)
DESCRIPTOR = "datapackage.json"
TYPES = {"json": "object"}
HASH = "^[0-9a-f]{64}$"


def build(export: Export, stem: str) -> dict[str, bytes]:
    """The descriptor and one CSV file a table."""
    tables = relational(export)
    files = {f"{table.name}.csv": table_csv(table) for table in tables}
    package = {
        "profile": "tabular-data-package",
        "name": export.name.lower(),
        "title": export.title,
        "description": export.description,
        **_licenses(export),
        "sources": [_source(row) for row in export.tables["sources"].rows],
        "case_sha256": export.sha256,
        "resources": [_resource(table, files[f"{table.name}.csv"]) for table in tables],
    }
    descriptor = (json.dumps({key: value for key, value in package.items() if value != []}, ensure_ascii=False, indent=1) + "\n").encode()
    return {DESCRIPTOR: descriptor, **files}


def then(paths: Mapping[str, str]) -> str:
    """Check it."""
    return f"frictionless validate {paths[DESCRIPTOR]}"


def _licenses(export: Export) -> dict[str, Any]:
    if not export.license:
        return {}
    name, title, path = export.license
    return {"licenses": [{"name": name, "title": title, "path": path}]}


def _source(row: Mapping[str, Any]) -> dict[str, Any]:
    title = ", ".join(str(row[name]) for name in ("title", "outlet", "published") if row[name])
    web = {"path": row["url"]} if str(row["url"] or "").startswith(("http://", "https://")) else {}
    return {"title": title, **web, "id": row["id"], "text_sha256": row["text_sha256"], "chars": row["chars"]}


def _resource(table: Table, data: bytes) -> dict[str, Any]:
    keys = [
        {"fields": [column.name], "reference": {"resource": column.references, "fields": ["id"]}}
        for column in table.columns
        if column.references
    ]
    schema = {
        "fields": [_field(column, sole_key=table.key == (column.name,)) for column in table.columns],
        "missingValues": [""],
        "primaryKey": list(table.key),
        **({"foreignKeys": keys} if keys else {}),
    }
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "title": table.title,
        "description": table.description,
        "path": f"{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "skipInitialSpace": False},
        "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "schema": schema,
    }


def _field(column: Column, *, sole_key: bool) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    constraints |= {"unique": True} if sole_key else {}
    constraints |= {"enum": list(column.allowed)} if column.allowed else {}
    constraints |= {"pattern": HASH} if column.name.endswith("sha256") else {}
    constraints |= {"minimum": 0} if column.unit == "Unicode code points" or column.name == "position" else {}
    constraints |= {"minimum": 0, "maximum": 1} if column.unit == "probability" else {}
    constraints |= {"minimum": -10, "maximum": 10} if column.unit.startswith("PLOVER") else {}
    return {
        "name": column.name,
        "type": TYPES.get(column.type, column.type),
        "description": column.meaning,
        **({"constraints": constraints} if constraints else {}),
    }
