"""What the pages are told: the queue and its order, a source with its spans, results with their dates."""

import html
import json
import re
from pathlib import Path

import pytest

from openparley.brief.influence import without
from openparley.infer.posterior import EvidenceRow
from openparley.record.case import find_case
from openparley.review.effects import read_effects
from tests.record.small_case import TEXTS, change, small_case
from tests.review.desks import Person, client_of, server_of
from tests.review.finished_run import SHARES, TOLD, UNDER, finished


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return small_case(tmp_path / "mine", reviewed=False)


def test_effects_are_the_headline_less_what_it_would_be_without_the_report(case: Path) -> None:
    found = read_effects(finished(case))
    row = EvidenceRow(1, "mediator", "threaten", ("C001",), TOLD["C001"], True)
    left = without(SHARES, row)
    assert found.of == "headline"
    assert found.by_entry["C001"] == pytest.approx(sum((SHARES[label] - left[label]) * UNDER[label] for label in SHARES))
    assert abs(found.by_entry["C001"]) > abs(found.by_entry["E001"])
    assert found.by_move == pytest.approx({"mediator.threaten": abs(found.by_entry["C001"]), "mediator.wait": abs(found.by_entry["E001"])})


def test_without_a_brief_the_largest_change_of_an_account_orders(case: Path) -> None:
    found = read_effects(finished(case, brief=False))
    left = without(SHARES, EvidenceRow(1, "mediator", "threaten", ("C001",), TOLD["C001"], True))
    assert found.of == "accounts"
    assert abs(found.by_entry["C001"]) == pytest.approx(max(abs(SHARES[label] - left[label]) for label in SHARES))


def test_the_queue_is_ordered_by_effect_confidence_and_date(case: Path) -> None:
    finished(case)
    change(case, "commitments", "C002", lambda row: row.update(type="threat", actor=["mediator"]))
    change(case, "relations", "R001", lambda row: row.update(coder={"name": "rules", "confidence": 0.2}))
    change(case, "claims", "K001", lambda row: row.update(coder={"name": "rules", "confidence": 0.9}))
    page, _ = client_of(server_of(case))

    def order(name: str) -> list[str]:
        return [row["id"] for row in page.get("/api/queue", params={"order": name}).json()]

    # C002 is not in the run, but is a threat of the mediator's, and such reports moved it most
    assert order("effect")[:3] == ["C001", "C002", "E001"]
    assert order("confidence")[:2] == ["R001", "K001"]
    dates = [row["date"] or "9999" for row in page.get("/api/queue", params={"order": "date"}).json()]
    assert dates == sorted(dates)
    effects = {row["id"]: row["effect"] for row in page.get("/api/queue").json()}
    assert effects["C001"].startswith("moved the headline by ")
    assert effects["C002"].startswith("such reports moved the headline by about ")
    assert effects["R001"] == ""


def test_a_brief_that_comes_after_its_run_is_noticed(case: Path) -> None:
    folder = finished(case)
    (folder / "brief").rename(folder / "later")
    anna = Person(case)
    effect = anna.client.get("/api/entry/C001").json()["effect"]
    assert effect.startswith("moved an account’s share by ")
    (folder / "later").rename(folder / "brief")
    assert anna.client.get("/api/entry/C001").json()["effect"].startswith("moved the headline by ")


def test_the_queue_shows_what_is_asked_for(case: Path) -> None:
    anna = Person(case)
    anna.does("accept", "E001")
    anna.does("reject", "C001", reason="wrong kind")
    shown = {
        show: {row["id"] for row in anna.client.get("/api/queue", params={"show": show}).json()}
        for show in ("open", "done", "rejected", "all")
    }
    assert shown["done"] == {"E001", "C001"}
    assert shown["rejected"] == {"C001"}
    assert shown["open"] | shown["done"] == shown["all"]
    assert not shown["open"] & shown["done"]
    assert anna.client.get("/api/queue", params={"order": "luck"}).status_code == 422


def test_a_source_has_its_text_and_spans_in_code_points(case: Path) -> None:
    found = Person(case).client.get("/api/source/S01").json()
    assert found["text"] == TEXTS["S01"]
    span = next(one for one in found["spans"] if one["entry"] == "E001" and not one["inner"])
    assert TEXTS["S01"][span["start"] : span["end"]] == "Norland’s cabinet refused to meet"


def test_a_source_without_its_text_says_so(case: Path) -> None:
    (case / "texts" / "S01.txt").unlink()
    anna = Person(case)
    assert anna.client.get("/api/source/S01").json()["text"] is None
    answer = anna.post("create", source="S01", start=0, end=3, kind="event", values={})
    assert answer.status_code == 404
    assert "not in the case" in answer.json()["errors"][0]["message"]


def test_what_is_changed_on_disk_is_read_again(case: Path) -> None:
    anna = Person(case)
    assert anna.state("E001") == "proposed"
    Person(case, "ben").does("accept", "E001")
    assert anna.state("E001") == "accepted"


def test_the_headline_is_dated_and_says_when_the_record_has_changed(case: Path) -> None:
    anna = Person(case)
    assert anna.client.get("/api/state").json()["headline"] is None
    finished(case)
    now = anna.client.get("/api/state").json()["headline"]
    assert (now["value"], now["range"], now["stale"], now["run"]) == ("31 %", "10–50 %", False, "abcdef012345")
    anna.does("accept", "E001")
    assert anna.client.get("/api/state").json()["headline"]["changed"] == ["reviews.jsonl"]


def test_assumptions_and_levers_show_computed_stops_alone(case: Path) -> None:
    finished(case)
    page = Person(case).client.get("/assumptions").text
    assert "by the emulator, not solved" in page
    stops = json.loads(html.unescape(re.findall(r'data-stops="([^"]*)"', page)[0]))
    assert [(stop["at"], stop["x"], stop["value"], stop["by"]) for stop in stops] == [
        ("5 %", "0.30", "20 %", "by the emulator, not solved"),
        ("50 %", "0.50", "31 %", "by the emulator, not solved"),
        ("95 %", "0.90", "45 %", "solved"),  # no finer than its Monte Carlo error allows
    ]
    assert all(words in page for words in ("44 %", "+13 points"))


def test_runs_and_brief_pages(case: Path) -> None:
    finished(case)
    client = Person(case).client
    page = client.get("/runs").text
    assert "abcdef012345" in page
    assert "/runs/abcdef012345/brief" in page
    assert "<iframe" in client.get("/runs/abcdef012345/brief").text
    brief = client.get("/runs/abcdef012345/brief.html")
    policy = brief.headers["content-security-policy"]
    assert "A brief." in brief.text
    assert "sandbox" in policy
    assert "unsafe" not in policy
    assert "style-src 'sha256-" in policy
    assert client.get("/runs/012345abcdef/brief").status_code == 404


def test_a_bundled_case_is_shown_and_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bundled = find_case("strait-talks")
    before = (bundled / "reviews.jsonl").read_bytes()
    anna = Person(bundled)
    assert "read-only" in anna.client.get("/").text
    answer = anna.post("reject", entry="E001", seen=anna.seen("E001"), reason="x")
    assert answer.status_code == 403
    assert "parley new DIR --from strait-talks" in answer.json()["errors"][0]["hint"]
    assert (bundled / "reviews.jsonl").read_bytes() == before


@pytest.mark.parametrize("name", ["strait-talks", "dayton-1995"])
def test_a_case_of_ours_can_be_looked_at(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    client, _ = client_of(server_of(find_case(name)))
    for path in ("/", "/sources", "/coders", "/assumptions", "/runs", "/api/queue", "/api/fields", "/api/history"):
        assert client.get(path).status_code == 200, path
