"""Events in POLECAT's columns, read by pandas as its users read them."""

import io
from typing import Any

import pandas as pd
import pytest

from openparley.record.case import Case
from openparley.record.entry import Event
from openparley.record.export.plover_csv import COLUMNS, EXTRA, build
from openparley.record.export.tables import Export
from openparley.record.ledger import who_to_whom
from openparley.record.plover import TYPES, score
from tests.record.export import cases

# The header of a POLECAT file, as published on Dataverse.
POLECAT = (
    "Event ID\tEvent Date\tEvent Type\tEvent Mode\tIntensity\tQuad Code\tContexts\tActor Name\tActor Country\tActor COW\t"
    "Primary Actor Sector\tActor Sectors\tActor Title\tActor Name Raw\tWikipedia Actor ID\tRecipient Name\tRecipient Country\t"
    "Recipient COW\tPrimary Recipient Sector\tRecipient Sectors\tRecipient Title\tRecipient Name Raw\tWikipedia Recipient ID\t"
    "Placename\tCity\tDistrict\tProvince\tCountry\tLatitude\tLongitude\tGeoNames ID\tRaw Placename\tFeature Type\tSource\t"
    "Publication Date\tStory People\tStory Organizations\tStory Locations\tLanguage\tVersion"
)


def read(flat: Export, name: str) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(build(flat, "events")[name]), keep_default_na=False, dtype=str)


def events(case: Case) -> list[Event]:
    return [entry for entry in case.entries.values() if entry.kind == "event"]


def test_columns_are_those_of_polecat_and_then_ours(flat: Export) -> None:
    assert tuple(POLECAT.split("\t")) == COLUMNS
    for name in ("events.csv", "dyads.csv"):
        assert tuple(read(flat, name).columns) == (*COLUMNS, *EXTRA)


def test_a_row_is_an_event_with_its_lists_in_order(case: Case, flat: Export) -> None:
    rows = read(flat, "events.csv").to_dict("records")
    assert len(rows) == len(events(case))
    for row, event in zip(rows, events(case), strict=True):
        assert row["Event ID"] == f"{case.name}-{event.id}"
        assert row["Event Date"] == (event.date.start.isoformat() if event.date else "")
        assert row["Event Type"] == event.event
        assert float(row["Intensity"]) == score(event.event)
        assert row["Quad Code"] == TYPES[event.event].quad.upper()
        assert row["Actor Name"] == "; ".join(case.file.actors[key].name for key in event.actor)
        assert row["Recipient ID"] == "; ".join(event.recipient)
        assert row["Realis"] == event.realis
        assert row["Review State"] == event.review.state
        assert row["Paraphrase"] == event.paraphrase
        assert row["Source"] == case.sources[event.source].outlet
        assert [row[name] for name in ("Actor Name Raw", "Placename", "Actor COW", "Story People")] == ["", "", "", ""]


def test_a_dyad_is_an_actor_and_a_recipient(case: Case, flat: Export) -> None:
    rows = [(row["Event ID"], row["Actor ID"], row["Recipient ID"]) for row in read(flat, "dyads.csv").to_dict("records")]
    assert rows == [
        (f"{case.name}-{event.id}", actor, recipient)
        for event in events(case)
        for actor in event.actor or ("",)
        for recipient in event.recipient or ("",)
    ]


@pytest.mark.parametrize("name", ["strait-talks", "ukraine-2025"])
def test_what_counts_as_fact_sums_to_the_matrix_of_the_library(name: str) -> None:
    frame = read(cases.flat(name), "dyads.csv")
    facts = frame[
        (frame["Counts As Fact"] == "true") & (frame["Event Date"] != "") & (frame["Actor ID"] != "") & (frame["Recipient ID"] != "")
    ]
    week = pd.to_datetime(facts["Event Date"]).dt.to_period("W-SUN").dt.start_time.dt.date
    mine: dict[Any, Any] = (
        facts.assign(week=week, score=facts["Intensity"].astype(float))
        .groupby(["week", "Actor ID", "Recipient ID"])["score"]
        .agg(["size", "sum"])
        .round(6)
        .T.to_dict("list")
    )
    assert mine == {(row.week, row.actor, row.recipient): [row.events, row.total_score] for row in who_to_whom(cases.case(name))}


def test_what_did_not_happen_never_counts(case: Case, flat: Export) -> None:
    for row in read(flat, "events.csv").to_dict("records"):
        if row["Counts As Fact"] == "true":
            assert row["Realis"] == "actual"
            assert row["Historical"] == "false"
            assert row["Review State"] in ("accepted", "edited")
            assert row["Same Event As"] == ""


def test_countries_keep_the_places_of_the_names() -> None:
    frame = read(cases.flat("ukraine-2025"), "events.csv")
    several = frame[frame["Recipient Country"].str.contains(";")]
    assert len(several)
    for row in several.to_dict("records"):
        assert row["Recipient Country"].count(";") == row["Recipient Name"].count(";") == row["Recipient Role"].count(";")
