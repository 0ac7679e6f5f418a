"""Parquet files, one a table, with dates, lists and spans as what they are."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from openparley.errors import ParleyError
from openparley.record.export.tables import Column, Export, Table, cell

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["CONTENT", "STALE", "build", "then"]

CONTENT = "Parquet files with real types: dates, lists, spans as structures"
STALE = ("texts.parquet",)


def build(export: Export, stem: str) -> dict[str, bytes]:
    """One file a table.

    Raises
    ------
    ParleyError
        If pyarrow is not installed.
    """
    try:
        import pyarrow.parquet as pq
    except ImportError as missing:
        message = "Parquet files need the package pyarrow, which is not installed."
        raise ParleyError(message, hint='Install it with pip install "openparley[parquet]".') from missing
    files: dict[str, bytes] = {}
    for table in export.tables.values():
        out = io.BytesIO()
        pq.write_table(_arrow(export, table), out, compression="zstd")
        files[f"{table.name}.parquet"] = out.getvalue()
    return files


def then(paths: Mapping[str, str]) -> str:
    """Look at the columns of one."""
    return f"python -c 'import sys, pyarrow.parquet as p; print(p.read_schema(sys.argv[1]))' {paths['events.parquet']}"


def _arrow(export: Export, table: Table) -> pa.Table:
    import pyarrow as pa

    fields = [_field(column) for column in table.columns]
    metadata = {
        "title": table.title,
        "description": table.description,
        "case": export.name,
        "case_title": export.title,
        "case_sha256": export.sha256,
    }
    schema = pa.schema(fields, metadata=metadata)
    columns = zip(*table.values(), strict=True) if table.rows else ([] for _ in fields)
    arrays = [
        pa.array([_plain(value, column) for value in values] if column.type in ("json", "list") else list(values), type=field.type)
        for column, field, values in zip(table.columns, fields, columns, strict=True)
    ]
    return pa.table(arrays, schema=schema)


def _field(column: Column) -> pa.Field:
    import pyarrow as pa

    span = pa.struct(
        [
            pa.field("start", pa.int32(), nullable=False, metadata={"description": "Unicode code points from 0."}),
            pa.field("end", pa.int32(), nullable=False, metadata={"description": "Exclusive."}),
            pa.field("sha256", pa.string(), nullable=False, metadata={"description": "Of the words as UTF-8."}),
            pa.field("head", pa.string(), metadata={"description": "The first words, four at most."}),
        ]
    )
    kinds: dict[str, pa.DataType] = {
        "string": pa.string(),
        "json": pa.string(),
        "integer": pa.int32(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "datetime": pa.timestamp("s", tz="UTC"),
        "list": pa.list_(pa.string()),
        "span": span,
    }
    never_null = column.required or column.type in ("list", "span")
    return pa.field(column.name, kinds[column.type], nullable=not never_null, metadata=_about(column))


def _about(column: Column) -> dict[str, str]:
    return {"description": column.description, **({"unit": column.unit} if column.unit else {})}


def _plain(value: Any, column: Column) -> Any:
    """JSON as text and tuples as lists; everything else Arrow knows by itself."""
    if column.type == "json":
        return None if value is None else cell(value, "json")
    return list(value)
