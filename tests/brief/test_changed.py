import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from openparley.brief import Brief, make_brief
from openparley.brief.changed import Changes
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.errors import ParleyError
from openparley.record.case import Case, open_case
from tests.brief import synthetic


@pytest.fixture(autouse=True)
def no_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing takes most of the time; a test of words does without."""
    monkeypatch.setattr("openparley.brief.figures.discover", lambda: defaultdict(lambda: SimpleNamespace(data=lambda context: [])))


@pytest.fixture
def previous(brief: Brief, tmp_path: Path) -> Path:
    path = tmp_path / "brief.json"
    path.write_text(json.dumps(brief.content), encoding="utf-8")
    return path


def said(case: Case, previous: Path, **changes: object) -> list[str]:
    again = make_brief(case, synthetic.posterior(), synthetic.forecast(), synthetic.run(**{"id": "8c20d4", **changes}), previous=previous)
    return [one["text"] for one in again.content["sentences"] if one["section"] == "what-changed"]


def edited(folder: Path, file: str, old: str, new: str) -> Case:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return open_case(folder)


@pytest.fixture
def context(case: Case) -> Context:
    return Context(Facts.of(case), synthetic.posterior(), synthetic.forecast(), synthetic.run(id="8c20d4"), lexicon("icd203"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return synthetic.write_case(tmp_path / "case")


def test_nothing_changed(folder: Path, previous: Path) -> None:
    assert said(open_case(folder), previous, id="other", created="later") == ["Nothing changed since run 7f3a21."]


def test_an_added_and_a_redecided_entry(folder: Path, previous: Path) -> None:
    with (folder / "reviews.jsonl").open("a", encoding="utf-8") as out:
        out.write(
            json.dumps({"id": "V0099", "entry": "E005", "act": "reject", "by": "x", "at": "2026-04-28T10:00:00Z", "reason": "not there"})
            + "\n"
        )
    assert said(open_case(folder), previous)[0] == "Evidence since run 7f3a21: re-decided E005."


def test_a_removed_entry_names_its_dependents(folder: Path, previous: Path) -> None:
    lines = (folder / "record/commitments.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "record/commitments.jsonl").write_text("".join(lines[1:]), encoding="utf-8")
    found = said(open_case(folder), previous)[0]
    assert "removed C001" in found
    assert "set aside L001" in found


def test_a_recoded_entry(folder: Path, previous: Path) -> None:
    case = edited(folder, "record/events.jsonl", "Party B hit a depot.", "Party B destroyed a depot.")
    assert said(case, previous)[0] == "Evidence since run 7f3a21: recoded E005."


def test_a_changed_assumption_shows_old_and_new(folder: Path, previous: Path) -> None:
    case = edited(folder, "case.toml", "likely = 0.5", "likely = 0.6")
    assert said(case, previous)[0] == "Assumption since run 7f3a21: A01 – central value 0.5 → 0.6."


def test_new_software(folder: Path, previous: Path) -> None:
    assert said(open_case(folder), previous, version="0.2.0")[0] == "Software since run 7f3a21: openparley 0.1.0.dev0 → 0.2.0."


def test_a_new_seed_is_a_setting(folder: Path, previous: Path) -> None:
    assert said(open_case(folder), previous, seed=1)[0] == "Software since run 7f3a21, in its settings: seed 20260429 → 1."


def test_an_old_number_stands_beside_a_new_one_only_marked(folder: Path, brief: Brief, tmp_path: Path) -> None:
    old = json.loads(json.dumps(brief.content))
    old["inputs"]["outcomes"]["ceasefire"] = 0.44
    path = tmp_path / "old.json"
    path.write_text(json.dumps(old), encoding="utf-8")
    assert said(open_case(folder), path)[0] == "A ceasefire takes hold – was 44 % in run 7f3a21, now 31 %."


def test_a_move_under_the_printed_precision_is_called_unchanged(folder: Path, brief: Brief, tmp_path: Path) -> None:
    old = json.loads(json.dumps(brief.content))
    old["inputs"]["outcomes"]["ceasefire"] = brief.content["inputs"]["outcomes"]["ceasefire"] - 0.01
    path = tmp_path / "old.json"
    path.write_text(json.dumps(old), encoding="utf-8")
    forecast = synthetic.forecast()
    outcome = forecast.outcomes["ceasefire"]
    noisy = replace(outcome, by_week=(*outcome.by_week[:-1], replace(outcome.at_horizon, mcse=0.03)))
    forecast = replace(forecast, outcomes={**forecast.outcomes, "ceasefire": noisy})
    again = make_brief(open_case(folder), synthetic.posterior(), forecast, synthetic.run(id="8c20d4"), previous=path)
    found = [one["text"] for one in again.content["sentences"] if one["section"] == "what-changed"]
    assert found[0] == "A ceasefire takes hold – 30 %, unchanged at this precision since run 7f3a21."


def test_what_is_no_brief_is_refused(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(ParleyError, match=r"not a brief\.json"):
        said(open_case(folder), path)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"evidence": {"recoded": ["E005"]}}, "Why: evidence."),
        ({"assumptions": {"A01": {"low": (0.2, 0.1)}}}, "Why: assumption."),
        ({"settings": {"model": ("a1", "b2")}}, "Why: assumption."),
        ({"software": {"openparley": ("0.1.0", "0.2.0")}}, "Why: software."),
        ({"settings": {"seed": (1, 2)}}, "Why: software."),
        (
            {
                "evidence": {"added": ["E005"]},
                "assumptions": {"A01": {"low": (0.2, 0.1)}},
                "settings": {"seed": (1, 2), "model": ("a", "b")},
            },
            "Why: evidence, assumption and software together; what each did by itself was not computed.",
        ),
        ({"evidence": {"added": []}}, "Why: none of evidence, assumption and software is known to have changed."),
    ],
)
def test_why_numbers_moved_is_said_in_three_words(context: Context, found: dict[str, dict], expected: str) -> None:
    first, why, *_ = [one.text for one in Changes("7f3a21", **found, moved={"ceasefire": (0.44, 0.31)}).sentences(context)]
    assert why == expected
    assert first == "A ceasefire takes hold – was 44 % in run 7f3a21, now 31 %."
    still = [one.text for one in Changes("7f3a21", **found).sentences(context)]
    assert not any(text.startswith("Why") for text in still)


def test_a_changed_model_is_an_assumption_and_a_changed_seed_is_software(context: Context) -> None:
    found = Changes("7f3a21", settings={"seed": (1, 2), "model": ("a1", "b2")}).sentences(context)
    assert [one.text for one in found[:2]] == [
        "Assumption since run 7f3a21, in its settings: model a1 → b2.",
        "Software since run 7f3a21, in its settings: seed 1 → 2.",
    ]
