"""The SQLite file: sound, complete, and served by Datasette as it is."""

import asyncio
import json
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from openparley.record.case import Case
from openparley.record.entry import KINDS, Entry
from openparley.record.export import export_case
from openparley.record.export._collect import PLURALS
from openparley.record.export.sqlite import build
from openparley.record.export.tables import Export, cell
from openparley.record.ledger import ledger, say_do, who_to_whom
from openparley.record.span import verify
from tests.record.export import cases


@pytest.fixture
def base(flat: Export) -> Iterator[sqlite3.Connection]:
    with closing(opened(flat)) as base:
        yield base


BUILT: dict[int, bytes] = {}


def built(flat: Export) -> bytes:
    """The bytes of the file, made once for each case; those are kept, so that their ids stay theirs."""
    if id(flat) not in BUILT:
        BUILT[id(flat)] = build(flat, "case")["case.sqlite"]
    return BUILT[id(flat)]


def opened(flat: Export) -> sqlite3.Connection:
    base = sqlite3.connect(":memory:")
    base.deserialize(built(flat))
    base.row_factory = sqlite3.Row
    return base


def test_keys_and_pages_are_sound(base: sqlite3.Connection) -> None:
    assert base.execute("PRAGMA foreign_key_check").fetchall() == []
    assert [tuple(row) for row in base.execute("PRAGMA integrity_check")] == [("ok",)]
    declared = sum(len(base.execute(f"PRAGMA foreign_key_list({row['name']})").fetchall()) for row in tables(base))
    assert declared > 50


def tables(base: sqlite3.Connection) -> list[sqlite3.Row]:
    return base.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%fts5%' AND name NOT LIKE '%_fts_%'"
    ).fetchall()


def test_every_entry_can_be_put_together_again(case: Case, base: sqlite3.Connection) -> None:
    assert {entry.id: entry for kind in KINDS for entry in entries(base, kind)} == without_odd_times(case)


def without_odd_times(case: Case) -> dict[str, Entry]:
    """The entries as they are, with the moment of review as the database keeps it."""
    kept = {"on a Tuesday": None, "2025-04-01T12:30:00.5+02:00": "2025-04-01T10:30:00Z"}
    return {
        key: entry.model_copy(update={"review": entry.review.model_copy(update={"at": kept.get(entry.review.at or "", entry.review.at)})})
        for key, entry in case.entries.items()
    }


def entries(base: sqlite3.Connection, kind: str) -> Iterator[Entry]:
    """Entries of a kind, from their table and the tables beside it."""
    model = KINDS[kind].model
    for row in base.execute(f"SELECT * FROM {PLURALS[kind][0]}"):
        fields: dict[str, Any] = {"kind": kind, "span": span(row), "links": links(base, row["id"])}
        for field in model.model_fields:
            if field in fields or field in ("review", "coder", "content"):
                continue
            if field in ("date", "made", "due"):
                fields[field] = period(row, field)
            elif many := child(base, kind, field):
                query = f"SELECT {many[1]} FROM {many[0]} WHERE {kind} = ? ORDER BY position"
                fields[field] = [value for (value,) in base.execute(query, (row["id"],))]
            else:
                value = row[field]
                fields[field] = bool(value) if field in ("hearsay", "historical") else value
        fields["review"] = {"state": row["review_state"], "by": row["review_by"], "at": row["review_at"]}
        coder = {"name": row["coder_name"], "version": row["coder_version"], "rule": row["coder_rule"], "confidence": row["confidence"]}
        fields["coder"] = coder if coder["name"] else None
        if kind == "statement":
            query = "SELECT * FROM spans WHERE entry = ? AND position > 0 ORDER BY position"
            fields["content"] = [
                {key: value for key, value in span(part).items() if key != "head"} for part in base.execute(query, (row["id"],))
            ]
        yield model.model_validate(fields)


def span(row: sqlite3.Row) -> dict[str, Any]:
    return {"start": row["span_start"], "end": row["span_end"], "sha256": row["span_sha256"], "head": row["span_head"] or ""}


def period(row: sqlite3.Row, field: str) -> dict[str, Any] | None:
    keys = ("start", "end", "basis") if field == "due" else ("start", "end", "granularity", "anchor", "phrase")
    values = {key: row[f"{field}_{key}"] for key in keys}
    return ({**values, "basis": values["basis"] or ""} if field == "due" else values) if values["start"] else None


def links(base: sqlite3.Connection, key: str) -> list[dict[str, str]]:
    return [
        {"rel": row["rel"], "to": row["target"]} for row in base.execute("SELECT * FROM links WHERE entry = ? ORDER BY position", (key,))
    ]


def child(base: sqlite3.Connection, kind: str, field: str) -> tuple[str, str] | None:
    """The table that holds a list, and its third column."""
    names = {row["name"] for row in tables(base)} - ({f"{kind}_attributions"} if field == "attribution" else set())
    known = [f"{kind}_{field}", f"{kind}_{field}s", *([f"{kind}_attributions"] if field == "attributed_to" else [])]
    table = next((name for name in known if name in names), None)
    return (table, base.execute(f"PRAGMA table_info({table})").fetchall()[2]["name"]) if table else None


def test_a_list_reads_well_in_one_cell() -> None:
    with closing(opened(cases.flat("nasty"))) as base:
        assert base.execute("SELECT recipient FROM events WHERE id = 'E002'").fetchone()[0] == "party_b; party_a"
        assert base.execute("SELECT count(*) FROM statement_attributions WHERE statement = 'T002'").fetchone()[0] == 3


def test_views_say_what_the_library_says(case: Case, base: sqlite3.Connection) -> None:
    for view, rows in (("who_to_whom", who_to_whom(case)), ("say_do", say_do(case)), ("ledger", ledger(case))):
        shown = [dict(row) for row in base.execute(f"SELECT * FROM {view}")]
        assert [{key: value for key, value in row.items() if key != "outlet"} for row in shown] == [
            {key: readable(getattr(row, key)) for key in shown[0] if key != "outlet"} for row in rows
        ]


def readable(value: Any) -> Any:
    """A value of the library as a cell of the database."""
    kind = "list" if isinstance(value, tuple) else "date" if isinstance(value, date) else "string"
    return value if isinstance(value, int | float | None) else cell(value, kind) or None


def test_views_are_tried_on_something() -> None:
    for name in ("strait-talks", "ukraine-2025"):
        assert len(who_to_whom(cases.case(name))) > 10
        assert any(row.median_response_days is not None for row in say_do(cases.case(name)))


def test_search_finds_word_forms() -> None:
    with closing(opened(cases.flat("strait-talks"))) as base:
        query = "SELECT e.paraphrase FROM entries_fts JOIN entries AS e ON e.rowid = entries_fts.rowid WHERE entries_fts MATCH ?"
        found = [row[0] for row in base.execute(query, ("threaten",))]
    assert any("threatens" in text for text in found)
    assert all("threat" in text.lower() for text in found)


def test_texts_give_the_words_of_the_evidence() -> None:
    case = cases.case("nasty")
    with closing(opened(cases.flat("nasty", texts=True))) as base:
        rows = base.execute("SELECT entry, words FROM evidence WHERE position = 0").fetchall()
        assert len(rows) == len(case.entries)
        for row in rows:
            assert row["words"].startswith(case.entries[row["entry"]].span.head[:5])
            assert verify(case.entries[row["entry"]].span.model_copy(update={"start": 0, "end": len(row["words"])}), row["words"])


def test_accepted_leaves_out_the_rest() -> None:
    case = cases.case("strait-talks")
    with closing(opened(cases.flat("strait-talks", accepted=True))) as base:
        assert {row[0] for row in base.execute("SELECT id FROM entries")} == set(case.accepted())
        assert base.execute("SELECT count(*) FROM reviews WHERE entry IS NULL").fetchone()[0] == 0
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []


def test_datasette_serves_every_table_with_facets_search_and_descriptions(name: str, tmp_path: Path) -> None:
    export_case(cases.case(name), "sqlite", tmp_path / "talks.sqlite")
    metadata = json.loads((tmp_path / "talks-metadata.json").read_text(encoding="utf-8"))
    asyncio.run(look(tmp_path / "talks.sqlite", metadata, cases.case(name)))


async def look(path: Path, metadata: dict[str, Any], case: Case) -> None:
    with warnings.catch_warnings():
        # Datasette and its plugins import parts of setuptools and of asyncio that are on their way out.
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        warnings.filterwarnings("ignore", category=UserWarning, message="pkg_resources is deprecated")
        from datasette.app import Datasette

        served = Datasette(files=[str(path)], metadata=metadata)
        await served.invoke_startup()
    get = served.client.get
    (base,) = [row for row in (await get("/-/databases.json")).json() if row["name"] != "_memory"]
    route = f"/{base['route']}"
    listed = (await get(f"{route}.json")).json()
    names = {row["name"] for row in [*listed["tables"], *listed["views"]] if not row["name"].startswith("entries_fts")}
    described = metadata["databases"]["talks"]["tables"]
    assert names == set(described)
    for shown in sorted(names):
        # The page, where labels, facets, views and search can go wrong; for the others their rows.
        page = "" if shown in ("entries", "events", "event_actors", "ledger", "sources") else ".json?_shape=array&_size=5"
        assert (await get(f"{route}/{shown}{page}")).status_code == 200, shown
    page = (await get(f"{route}/entries")).text
    assert "What it says, in the coder’s own words." in page
    facets = (await get(f"{route}/entries.json?_facet=kind")).json()["facet_results"]["kind"]["results"]
    assert sum(facet["count"] for facet in facets) == len(case.entries)
    if case.name == "strait-talks":
        found = (await get(f"{route}/entries.json?_search=ceasefire+OR+threaten&_searchmode=raw&_shape=array")).json()
        assert found
        assert (await get(f"{route}/events/E001")).status_code == 200
    for database in served.databases.values():
        database.close()
