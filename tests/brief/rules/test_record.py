"""Rules 5 and 6 and what must be recoverable: what the record may and may not do to the numbers."""

import ast
import csv
import json
import re
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import openparley
from openparley.brief import Brief, make_brief
from openparley.brief.blocks import EvidenceList
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.lint import unrecoverable
from openparley.brief.sections.evidence import evidence_section
from openparley.record.case import open_case
from openparley.record.span import make_span, sha256
from tests.brief import synthetic

# Counts of documents and entries follow the record; every other number must not.
COUNTS = re.compile(r"n-(?:sources|entries|accepted|cited|verified|texts|coded-.*|ungraded|undated|age)")
ECHO = "Morning Sheet, 25 February 2026. Party A shelled the northern port, agencies report."


def make(folder: Path) -> Brief:
    with pytest.MonkeyPatch.context() as patch:
        empty = SimpleNamespace(data=lambda context: [])
        patch.setattr("openparley.brief.figures.discover", lambda: defaultdict(lambda: empty))  # drawing takes most of the time
        return make_brief(open_case(folder), synthetic.posterior(), synthetic.forecast(), synthetic.run())


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Brief:
    """The brief of the case as it is."""
    return make(synthetic.write_case(tmp_path_factory.mktemp("plain") / "case"))


def results(brief: Brief) -> dict[str, Any]:
    return {id: one for id, one in brief.content["numbers"].items() if not COUNTS.fullmatch(id)}


def edit_sources(folder: Path, change: dict[str, str], ids: tuple[str, ...]) -> None:
    path = folder / "sources.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | (change if row["id"] in ids else {}) for row in rows)


def plant_report(folder: Path, origin: str) -> None:
    """A fifth document that tells of the shelling, from an origin, linked to the first report of it and accepted."""
    (folder / "texts" / "S05.txt").write_text(ECHO, encoding="utf-8")
    line = f"S05,Morning Sheet,,Port shelled,,2026-02-25,date line,,news,{origin},,en,{sha256(ECHO)},{len(ECHO)}\n"
    (folder / "sources.csv").write_text((folder / "sources.csv").read_text(encoding="utf-8") + line, encoding="utf-8")
    path = folder / "record/events.jsonl"
    rows = [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines()]
    shelling = next(row for row in rows if row["id"] == "E003")
    start = ECHO.index("Party A")
    rows.append(shelling | {"id": "E010", "source": "S05", "span": make_span(ECHO, start, len(ECHO) - 1).model_dump()})
    rows[-1]["links"] = [{"rel": "same_event", "to": "E003"}]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    act = {"id": "V0099", "entry": "E010", "act": "accept", "by": "coder one", "at": "2026-04-28T10:00:00Z", "reason": None}
    with (folder / "reviews.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(act) + "\n")


def test_rule_05_an_echo_corroborates_nothing(tmp_path: Path, plain: Brief) -> None:
    folder = synthetic.write_case(tmp_path / "echoed")
    plant_report(folder, "Strait Wire")  # the origin of the report that it echoes
    after = make(folder)
    assert after.content["numbers"]["n-sources"]["value"] == plain.content["numbers"]["n-sources"]["value"] + 1
    assert results(after) == results(plain)


def test_rule_05_another_origin_does_corroborate(tmp_path: Path, plain: Brief) -> None:
    folder = synthetic.write_case(tmp_path / "told")
    plant_report(folder, "Morning Sheet")
    before, after = plain.content["numbers"], make(folder).content["numbers"]
    assert after["n-origins"]["value"] == before["n-origins"]["value"] + 1
    assert after["n-single"]["value"] == before["n-single"]["value"] - 1


@pytest.mark.parametrize(("grade", "missing"), [("", 4), ("F", None)])
def test_rule_06_a_grade_given_or_missing_changes_no_number(tmp_path: Path, plain: Brief, grade: str, missing: int | None) -> None:
    folder = synthetic.write_case(tmp_path / "case")
    edit_sources(folder, {"reliability": grade}, ("S01", "S02", "S03", "S04"))
    made = make(folder)
    assert results(made) == results(plain)
    said = [one["text"] for one in made.content["sentences"] if "without a reliability grade" in one["text"]]
    assert bool(said) == bool(missing)
    assert made.content["numbers"].get("n-ungraded", {"value": None})["value"] == missing
    assert all("what is missing enters no calculation" in text for text in said)


def test_rule_06_a_missing_date_is_no_day(tmp_path: Path, plain: Brief) -> None:
    folder = synthetic.write_case(tmp_path / "case")
    edit_sources(folder, {"published": "", "published_basis": ""}, ("S01", "S02", "S03", "S04"))
    made = make(folder)
    assert "n-age" not in made.content["numbers"]
    assert "no source is dated" in made.html
    assert results(made) == results(plain)


@pytest.mark.parametrize("layer", ["game", "solve", "infer", "forecast"])
def test_rule_06_no_grade_is_read_where_numbers_are_made(layer: str) -> None:
    read = []
    for path in sorted((Path(openparley.__file__).parent / layer).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            read += [path.name] if isinstance(node, ast.Attribute) and node.attr in ("reliability", "credibility") else []
    assert read == []


def test_rule_04_marks_around_words_that_no_text_has_do_not_reach_the_page(tmp_path: Path) -> None:
    folder = synthetic.write_case(tmp_path / "case")
    path = folder / "record/commitments.jsonl"
    text = path.read_text(encoding="utf-8")
    said = "The mediator set 15 May as the new date."
    assert said in text
    path.write_text(text.replace(said, "The mediator set “a last chance” and “a new deadline”."), encoding="utf-8")
    made = Context(Facts.of(open_case(folder)), synthetic.posterior(), synthetic.forecast(), synthetic.run(), lexicon("icd203"))
    [_, listed] = evidence_section(made, {"C004"}).blocks
    assert isinstance(listed, EvidenceList)
    [shown] = listed.items
    assert shown.paraphrase == "The mediator set a last chance and “a new deadline”."  # the stored text has the last words


@pytest.mark.parametrize("what", ["id", "seed", "version"])
def test_rule_14_a_run_that_the_page_does_not_name_is_found(plain: Brief, what: str) -> None:
    assert unrecoverable(plain.html, plain.content) == []
    html = plain.html.replace(str(plain.content["run"][what]), "…")
    assert unrecoverable(html, plain.content) == [f"the page does not have the {what} of the run"]


def test_rule_14_inputs_and_reviewers_are_on_the_page(plain: Brief) -> None:
    file, digest = next(iter(plain.content["inputs"]["files"].items()))
    assert unrecoverable(plain.html.replace(digest, "…"), plain.content) == [f"the page does not have the hash of {file}"]
    assert unrecoverable(plain.html.replace("coder one", "…"), plain.content) == ["the page does not have the reviewer coder one"]


def test_an_echo_adds_no_origin_to_the_facts(tmp_path: Path) -> None:
    folder = synthetic.write_case(tmp_path / "case")
    plant_report(folder, "Strait Wire")
    facts = Facts.of(open_case(folder))
    assert "E010" in facts.accepted
    assert facts.origins == ("Harbour Courier", "Island Gazette", "Strait Wire")
