"""One SQLite file that Datasette shows as it is, and the metadata beside it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from openparley.record.export._views import EVIDENCE, VIEWS
from openparley.record.export.tables import Column, Export, Table, relational, text_rows

__all__ = ["CONTENT", "ENDINGS", "MAIN", "build", "then"]

CONTENT = "one SQLite file with foreign keys, views and full-text search, for Datasette"
MAIN = "case.sqlite"
# What files of this kind are called, too.
ENDINGS = (".sqlite", ".sqlite3", ".db")
METADATA = "metadata.json"
TYPES = {"integer": "INTEGER", "number": "REAL", "boolean": "INTEGER"}
SEARCH = "entries_fts"


def build(export: Export, stem: str) -> dict[str, bytes]:
    """The database and its metadata."""
    tables = relational(export)
    return {MAIN: _database(export, tables), METADATA: _metadata(export, tables, stem)}


def then(paths: Mapping[str, str]) -> str:
    """Look at it."""
    return f"datasette {paths[MAIN]} --metadata {paths[METADATA]}"


def _database(export: Export, tables: list[Table]) -> bytes:
    """The database as the bytes of its file; built in memory, so that half of one never exists."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as base:
        base.execute("PRAGMA foreign_keys = ON")
        base.execute("BEGIN")
        for table in tables:
            base.execute(_create(table))
            places = ", ".join("?" * len(table.columns))
            base.executemany(f"INSERT INTO {_quoted(table.name)} VALUES ({places})", text_rows(table, {"boolean": int}))
            for column in table.columns:
                if column.references or column.name in table.facets:
                    index = _quoted(f"{table.name}_{column.name}")
                    base.execute(f"CREATE INDEX {index} ON {_quoted(table.name)} ({_quoted(column.name)})")
        _search(base)
        views = {**VIEWS, "evidence": EVIDENCE} if export.texts else VIEWS
        for name, (_, query) in views.items():
            base.execute(f"CREATE VIEW {_quoted(name)} AS {_dedented(query)}")
        base.execute("COMMIT")
        return base.serialize()


def _create(table: Table) -> str:
    columns = [_declared(column, sole_key=table.key == (column.name,)) for column in table.columns]
    if len(table.key) > 1:
        columns.append(f"PRIMARY KEY ({', '.join(map(_quoted, table.key))})")
    return f"CREATE TABLE {_quoted(table.name)} (\n  " + ",\n  ".join(columns) + "\n)"


def _declared(column: Column, *, sole_key: bool) -> str:
    name = _quoted(column.name)
    words = [name, TYPES.get(column.type, "TEXT")]
    words += ["PRIMARY KEY"] if sole_key else []
    words += ["NOT NULL"] if column.required else []
    if column.type == "boolean":
        words.append(f"CHECK ({name} IN (0, 1))")
    elif column.allowed:
        listed = ", ".join("'" + word.replace("'", "''") + "'" for word in column.allowed)
        words.append(f"CHECK ({name} IN ({listed}))")
    if column.references:
        words.append(f"REFERENCES {_quoted(column.references)} (id)")
    return " ".join(words)


def _search(base: sqlite3.Connection) -> None:
    """Full-text search over the paraphrases; English word forms and accents make no difference."""
    base.execute(
        f"CREATE VIRTUAL TABLE {SEARCH} USING fts5"
        """(paraphrase, content="entries", tokenize="porter unicode61 remove_diacritics 2")"""
    )
    base.execute(f"INSERT INTO {SEARCH} ({SEARCH}) VALUES ('rebuild')")


def _metadata(export: Export, tables: list[Table], stem: str) -> bytes:
    """Titles, descriptions of columns, units in them and facets, as Datasette reads them."""
    described: dict[str, Any] = {table.name: _described(table) for table in tables}
    described["entries"] |= {"fts_table": SEARCH, "fts_pk": "rowid"}
    views = {**VIEWS, "evidence": EVIDENCE} if export.texts else VIEWS
    described |= {name: {"title": name.replace("_", " ").capitalize(), "description": text} for name, (text, _) in views.items()}
    license = {"license": export.license[1], "license_url": export.license[2]} if export.license else {}
    top = {"title": export.title, "description": export.description, **license}
    metadata = {**top, "databases": {stem: {**top, "tables": described}}}
    return (json.dumps(metadata, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _described(table: Table) -> dict[str, Any]:
    label = {"label_column": table.label} if table.label else {}
    facets = {"facets": list(table.facets)} if table.facets else {}
    columns = {column.name: column.meaning for column in table.columns}
    return {"title": table.title, "description": table.description, "columns": columns, **facets, **label}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _dedented(query: str) -> str:
    return "\n".join(line.strip() for line in query.strip().splitlines())
