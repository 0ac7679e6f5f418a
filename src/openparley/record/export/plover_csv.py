"""Events in the columns of the POLECAT data, for whoever has code for those.

The forty columns and their order are those of the POLECAT files on Dataverse; some releases call “Intensity” “Event Intensity”.
There as in ``events.csv`` a row is an event and several actors stand in one cell, parted by “; ”; countries, roles and ids
stand in the order of the names. ``dyads.csv`` has the same columns with one row for each actor and recipient. What a record does not
know – places, sectors, codes of the Correlates of War, titles, people in the story – is empty, and so is the name as the
text has it, because the words belong to the publisher. The columns after “Version” are ours: without them nobody could tell what
happened from what was announced, doubted or never reviewed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

from openparley.record.export.tables import JOIN, Export, Row, cell
from openparley.record.plover import TYPES

__all__ = ["COLUMNS", "CONTENT", "EXTRA", "MAIN", "build", "then"]

CONTENT = "events as CSV in the columns of the POLECAT data"
MAIN = "events.csv"
DYADS = "dyads.csv"
_PARTY = "{0} Name|{0} Country|{0} COW|Primary {0} Sector|{0} Sectors|{0} Title|{0} Name Raw|Wikipedia {0} ID"
COLUMNS: tuple[str, ...] = (
    *["Event ID", "Event Date", "Event Type", "Event Mode", "Intensity", "Quad Code", "Contexts"],
    *_PARTY.format("Actor").split("|"),
    *_PARTY.format("Recipient").split("|"),
    *["Placename", "City", "District", "Province", "Country", "Latitude", "Longitude", "GeoNames ID", "Raw Placename", "Feature Type"],
    *["Source", "Publication Date", "Story People", "Story Organizations", "Story Locations", "Language", "Version"],
)
EXTRA: tuple[str, ...] = (
    *["Counts As Fact", "Realis", "Historical", "Hearsay", "Review State", "Same Event As", "Event Date End", "Date Granularity"],
    *["Actor ID", "Actor Role", "Recipient ID", "Recipient Role", "Attributed To", "Confidence", "Paraphrase"],
    *["Source ID", "Span Start", "Span End", "Span SHA256"],
)


class _Known(NamedTuple):
    """What rows look up."""

    case: str
    sources: Mapping[str, Row]
    actors: Mapping[str, Row]


def build(export: Export, stem: str) -> dict[str, bytes]:
    """Events as POLECAT has them, and one row a pair."""
    sources, actors = ({row["id"]: row for row in export.tables[name].rows} for name in ("sources", "actors"))
    known = _Known(export.name, sources, actors)
    events = list(export.tables["events"].rows)
    whole = [_row(known, event, event["actor"], event["recipient"]) for event in events]
    pairs = [_row(known, event, actor, recipient) for event in events for actor, recipient in _pairs(event)]
    return {MAIN: _csv(whole), DYADS: _csv(pairs)}


def then(paths: Mapping[str, str]) -> str:
    """Look at the pairs."""
    return f"head -n 3 {paths[DYADS]}"


def _pairs(event: Row) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Every actor with every recipient; nobody is a row of its own."""
    for actor, recipient in product(event["actor"] or (None,), event["recipient"] or (None,)):
        yield (actor,) if actor else (), (recipient,) if recipient else ()


def _row(known: _Known, event: Row, actors: tuple[str, ...], recipients: tuple[str, ...]) -> dict[str, Any]:
    source = known.sources[event["source"]]
    span = event["span"]
    return {
        "Event ID": f"{known.case}-{event['id']}",
        "Event Date": cell(event["date_start"], "date"),
        "Event Type": event["event"],
        "Event Mode": JOIN.join(event["mode"]),
        "Intensity": event["score"],
        "Quad Code": TYPES[event["event"]].quad.upper(),
        "Contexts": JOIN.join(event["context"]),
        **_party(known, "Actor", actors),
        **_party(known, "Recipient", recipients),
        "Source": source["outlet"],
        "Publication Date": cell(source["published"], "date"),
        "Language": event["language"] or source["language"],
        "Version": " ".join(part for part in (event["coder_name"], event["coder_version"]) if part),
        "Counts As Fact": cell(_counts(event), "boolean"),
        "Realis": event["realis"],
        "Historical": cell(event["historical"], "boolean"),
        "Hearsay": cell(event["hearsay"], "boolean"),
        "Review State": event["review_state"],
        "Same Event As": None if event["counted_as"] in (None, event["id"]) else f"{known.case}-{event['counted_as']}",
        "Event Date End": cell(event["date_end"], "date"),
        "Date Granularity": event["date_granularity"],
        "Attributed To": JOIN.join(event["attributed_to"]),
        "Confidence": event["confidence"],
        "Paraphrase": event["paraphrase"],
        "Source ID": event["source"],
        "Span Start": span["start"],
        "Span End": span["end"],
        "Span SHA256": span["sha256"],
    }


def _counts(event: Row) -> bool:
    """Whether the row may be counted: it happened, in this dispute, a person agrees, and no other report of it counts already."""
    return event["realis"] == "actual" and not event["historical"] and event["usable"] and event["counted_as"] == event["id"]


def _party(known: _Known, side: str, ids: tuple[str, ...]) -> dict[str, Any]:
    rows = [known.actors[key] for key in ids]
    # “None” keeps the places of the list, as in POLECAT; alone it would only hide that nothing is known.
    countries = [row["country"] or "None" for row in rows] if any(row["country"] for row in rows) else []
    return {
        f"{side} Name": JOIN.join(row["name"] for row in rows),
        f"{side} Country": JOIN.join(countries),
        f"{side} ID": JOIN.join(ids),
        f"{side} Role": JOIN.join(row["role"] for row in rows),
    }


def _csv(rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*COLUMNS, *EXTRA])
    writer.writerows([row.get(name) for name in (*COLUMNS, *EXTRA)] for row in rows)
    return out.getvalue().encode("utf-8")
