"""``parley ledger``: each view as a table, as CSV and as JSON, its filters, and what it says when there is nothing to show."""

import contextlib
import csv
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from openparley.cli import main
from openparley.record.acts import reject
from tests.record.small_case import change, small_case

VIEWS = ("commitments", "say-do", "responses", "who-to-whom", "explanations")
KEYS = {"commitments": "ledger", "say-do": "say_do", "responses": "responses", "who-to-whom": "who_to_whom", "explanations": "explanations"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_case(tmp_path / "case")


class Said(NamedTuple):
    stdout: str
    stderr: str


def run(*arguments: str, code: int = 0) -> Said:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        done = main(["ledger", *arguments])
    assert done == code, out.getvalue() + err.getvalue()
    return Said(out.getvalue(), err.getvalue())


def data(*arguments: str) -> dict[str, Any]:
    return json.loads(run(*arguments, "--json").stdout)


def table(*arguments: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(run(*arguments, "--csv").stdout)))


@pytest.mark.parametrize("case", ["ukraine-2025", "strait-talks"])
@pytest.mark.parametrize("view", VIEWS)
def test_each_view_in_three_forms(case: str, view: str) -> None:
    rows = data(case, "--view", view)[KEYS[view]]
    assert rows
    assert len(table(case, "--view", view)) == len(rows)
    assert all(row["review"] in ("accepted", "edited") for row in rows)
    shown = run(case, "--view", view).stdout
    assert f": {view} as of " in shown.splitlines()[0]
    assert "Next: parley" in shown


def test_commitments_and_say_do_stand_together_unless_a_view_is_named(folder: Path) -> None:
    both = data(str(folder))
    assert (len(both["ledger"]), len(both["say_do"])) == (1, 1)
    assert "Say and do" in run(str(folder)).stdout
    assert "say_do" not in data(str(folder), "--view", "commitments")


def test_proposals_are_marked_in_every_row(folder: Path) -> None:
    rows = table(str(folder), "--proposed")
    assert {row["id"]: row["review"] for row in rows} == {"C001": "accepted", "C002": "proposed"}
    shown = run(str(folder), "--proposed").stdout
    assert "nobody has reviewed" in shown
    assert "proposed" in next(line for line in shown.splitlines() if line.startswith("C002"))
    assert data(str(folder))["unreviewed"] == 1


def test_when_nothing_is_accepted_it_says_what_is_proposed_and_how_to_accept_it(tmp_path: Path) -> None:
    folder = small_case(tmp_path / "new", reviewed=False)
    shown = run(str(folder)).stdout
    assert "No accepted commitments." in shown
    assert "2 are proposed" in shown
    assert f"parley accept {folder} C001" in shown
    assert f"parley accept {folder} --all" in shown
    assert f"parley ledger {folder} --view explanations --proposed" in run(str(folder), "--view", "explanations").stdout


def test_an_empty_view_of_a_reviewed_case_is_just_empty(folder: Path) -> None:
    reject(folder, ["C001", "C002"], by="ben")
    shown = run(str(folder), "--view", "commitments").stdout
    assert "No accepted commitments." in shown
    assert "parley accept" not in shown


@pytest.mark.parametrize("actor", ["mediator", "Edda Quillon", "ms quillon"])
def test_an_actor_by_id_name_or_alias(actor: str) -> None:
    rows = data("strait-talks", "--actor", actor, "--view", "commitments")["ledger"]
    assert rows
    assert {tuple(row["actor"]) for row in rows} == {("mediator",)}


@pytest.mark.parametrize("view", VIEWS)
def test_the_actor_filters_every_view(view: str) -> None:
    fields = {"commitments": ("actor",), "say-do": ("actor",), "explanations": ("explains",), "who-to-whom": ("actor", "recipient")}
    for row in data("strait-talks", "--view", view, "--actor", "party_a_leader")[KEYS[view]]:
        assert any("party_a_leader" in row[field] for field in fields.get(view, ("actor", "other")))


def test_an_unknown_actor_gets_a_guess() -> None:
    result = run("strait-talks", "--actor", "Quilon", code=1)
    assert "Did you mean “quillon”?" in result.stderr


def test_what_is_overdue_or_due_before_a_day() -> None:
    assert {row["id"] for row in data("strait-talks", "--overdue")["ledger"]} == {"C008", "C012"}
    before = data("strait-talks", "--due-before", "2026-03-07", "--view", "commitments")["ledger"]
    assert {row["id"] for row in before} == {"C001", "C008", "C011"}
    assert all(row["due"] < "2026-03-07" for row in before)


def test_one_week_of_the_matrix() -> None:
    rows = table("strait-talks", "--view", "who-to-whom", "--week", "2026-03-05")
    assert {row["week"] for row in rows} == {"2026-03-02"}
    shown = run("strait-talks", "--view", "who-to-whom", "--week", "2026-03-05").stdout
    assert shown.count("Week of ") == 1
    line = next(line for line in shown.splitlines() if line.startswith("party_a "))
    assert "-7.3 (2)" in line
    assert "No accepted events that fit." in run("strait-talks", "--view", "who-to-whom", "--week", "1999-01-01").stdout


def test_proposed_events_carry_a_star(folder: Path) -> None:
    reviews = folder / "reviews.jsonl"
    lines = [line for line in reviews.read_text(encoding="utf-8").splitlines() if '"E002"' not in line]
    reviews.write_text("\n".join(lines) + "\n", encoding="utf-8")
    shown = run(str(folder), "--view", "who-to-whom", "--proposed").stdout
    assert "-9.3 (1)*" in shown
    assert "* nobody has reviewed" in shown


def test_answers_by_pair(folder: Path) -> None:
    change(folder, "commitments", "C001", lambda row: row.update(made={"start": "2025-03-01", "end": "2025-03-01"}))
    (pair,) = data(str(folder), "--view", "responses")["times"]
    assert (pair["actor"], pair["other"], pair["dated"], pair["median_days"]) == ("party_a", "mediator", 1, 2.0)
    assert "median days" in run(str(folder), "--view", "responses").stdout


def test_rivals_are_counted() -> None:
    shown = run("strait-talks", "--view", "explanations", "--actor", "mediator").stdout
    heading = next(line for line in shown.splitlines() if " – H1 " in line)
    assert heading.endswith(": 3 for, 5 against, contested")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--csv", "--json"], "exclude each other"),
        (["--week", "2026-03-05"], "--view who-to-whom"),
        (["--overdue", "--view", "responses"], "go with commitments"),
        (["--due-before", "soon"], "YYYY-MM-DD"),
        (["--view", "gossip"], "gossip"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_options_that_do_not_go_together(arguments: list[str], words: str) -> None:
    assert words in run("strait-talks", *arguments, code=2).stderr


def test_help_has_an_example_of_every_view() -> None:
    shown = run("--help").stdout
    assert "Examples:" in shown
    for view in ("who-to-whom", "responses", "explanations"):
        assert f"--view {view}" in shown.split("Examples:")[1]
