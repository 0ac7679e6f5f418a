"""Rules, language model and person held against each other: what counts for whom, and how sure a figure is."""

import copy
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from openparley.errors import CaseError
from openparley.record.acts import accept, edit, reject
from openparley.record.agreement import alpha, nominal
from openparley.record.case import Case, open_case
from openparley.record.coder_agreement import PERSON, CoderAgreement, Pair, agreement_of_coders, coders_of
from openparley.record.coders.read import READINGS
from openparley.record.entry import Entry, Event
from openparley.record.intervals import Clusters
from openparley.record.span import make_span
from tests.record.small_case import TEXTS, lines, small_case, write_lines

RULES = {"name": "rules", "version": "1", "rule": "R", "confidence": 0.8}
LLM = {"name": "llm", "version": "small at h", "rule": "event.model", "confidence": 0.6}


def three_coders(folder: Path, **changes: dict[str, Any]) -> Path:
    """The small case, hand-coded and reviewed, with the same entries proposed by rules and a model; changes by id, such as ``llm_E001``."""
    root = small_case(folder, reviewed=False)
    for name, rows in lines().items():
        every = copy.deepcopy(rows)
        for prefix, coder in (("rules", RULES), ("llm", LLM)):
            for row in rows:
                key = f"{row['id'][0]}{prefix}_{row['id']}"
                own = {**copy.deepcopy(row), "id": key, "coder": coder, "links": []}
                if own.get("of"):
                    own["of"] = "C001"
                change = changes.get(f"{prefix}_{row['id']}", {})
                if change is not None and change.get("gone") is None:
                    every.append({**own, **change})
        write_lines(root / "record" / f"{name}.jsonl", every)
    return root


def compared(root: Path, *coders: str, reference: str | None = None) -> CoderAgreement:
    return agreement_of_coders(open_case(root), coders or ("rules", "llm", PERSON), reference)


def pair(root: Path, a: str, b: str) -> Pair:
    return compared(root, a, b).pairs[0]


def figures(found: Pair, kind: str) -> Any:
    return next(row for row in found.kinds if row.kind == kind)


def test_three_that_say_the_same_agree(tmp_path: Path) -> None:
    found = compared(three_coders(tmp_path))
    assert [(row.a, row.b) for row in found.pairs] == [("rules", "llm"), ("rules", PERSON), ("llm", PERSON)]
    assert all(row.disagreements == () and row.warnings == () for row in found.pairs)
    assert all(kind.f1 == 1 and kind.same_entry == 0 for row in found.pairs for kind in row.kinds)
    assert {row.alpha for row in found.together} <= {1.0, None}
    assert [(row.units, row.values) for row in found.together if row.kind == "event"] == [(3, 9)] * 4


def test_the_reference_comes_first_and_precision_is_the_others(tmp_path: Path) -> None:
    root = three_coders(tmp_path, rules_E003={"gone": True})
    found = compared(root, "rules", "llm", PERSON, reference=PERSON)
    assert [(row.a, row.b) for row in found.pairs] == [(PERSON, "rules"), (PERSON, "llm"), ("rules", "llm")]
    events = figures(found.pairs[0], "event")
    assert (events.n_a, events.n_b, events.precision, events.recall) == (3, 2, 1.0, pytest.approx(2 / 3))
    (missing,) = found.pairs[0].disagreements
    assert (missing.a, missing.b, missing.source) == ("E003", None, "S02")


def test_a_disagreement_names_both_entries_field_and_place(tmp_path: Path) -> None:
    root = three_coders(tmp_path, llm_E002={"event": "COERCE", "mode": []}, llm_T001={"speaker": ["party_b"]})
    found = {(row.field, row.a, row.b): row for row in pair(root, PERSON, "llm").disagreements}
    assert set(found) == {("event", "E002", "Ellm_E002"), ("speaker", "T001", "Tllm_T001")}
    row = found["event", "E002", "Ellm_E002"]
    assert (row.value_a, row.value_b) == ("ASSAULT", "COERCE")
    assert TEXTS["S01"][row.start : row.end] == "Norland shelled the harbour of Suderland on Tuesday"


def test_what_a_person_is(tmp_path: Path) -> None:
    root = three_coders(tmp_path)
    assert coders_of(open_case(root)) == {"llm": 10, "rules": 10, PERSON: 10}
    accept(root, ["Erules_E001"], by="anna")
    edit(root, ["Ellm_E002"], {"recipient": "mediator"}, by="anna")
    reject(root, ["E003", "Erules_E003"], by="anna")
    case = open_case(root)
    assert coders_of(case)[PERSON] == 11, "two proposals came in, one entry coded by hand went out"
    rows = {row.coder: row for row in compared(root).reviewed}
    assert (rows["rules"].accepted, rows["rules"].edited, rows["rules"].rejected, rows["rules"].proposed) == (1, 0, 1, 8)
    assert (rows["llm"].accepted, rows["llm"].edited) == (0, 1)


def test_accepting_ones_own_proposals_is_no_evidence_and_is_said(tmp_path: Path) -> None:
    root = three_coders(tmp_path)
    by_hand = [row["id"] for rows in lines().values() for row in rows]
    reject(root, by_hand, by="anna")
    events = ["Erules_E001", "Erules_E002", "Erules_E003"]
    accept(root, events[:2], by="anna")
    edit(root, events[2:], {"recipient": "party_a"}, by="anna")
    found = pair(root, PERSON, "rules")
    assert found.warnings
    assert found.warnings[0].startswith("3 of 3 pairs are rules's own proposals")
    kind = figures(found, "event")
    assert (kind.matched, kind.same_entry) == (3, 3)
    actor = next(row for row in kind.fields if row.field == "actor")
    assert (actor.pairs, actor.alpha, actor.others, actor.alpha_others) == (3, 1.0, 0, None)
    recipient = next(row for row in kind.fields if row.field == "recipient")
    assert recipient.agree == 2, "the edit is held against what the coder proposed, not against itself"
    assert "rules" not in "".join(pair(root, PERSON, "llm").warnings), "the model's entries are another matter"
    assert figures(pair(root, PERSON, "llm"), "event").same_entry == 0


def test_proposals_nobody_has_looked_at_say_nothing_where_others_were_reviewed(tmp_path: Path) -> None:
    root = three_coders(tmp_path)
    reject(root, [row["id"] for rows in lines().values() for row in rows], by="anna")
    accept(root, ["Erules_E001"], by="anna")
    reject(root, ["Erules_E002"], by="anna")
    found = pair(root, PERSON, "rules")
    assert found.left_out == 3, "the other three of S01; in S02 nothing of the coder's was reviewed, so all of it counts"
    kind = figures(found, "event")
    assert (kind.n_a, kind.n_b, kind.matched) == (1, 3, 1)
    assert found.kinds[0].precision == pytest.approx(1 / 3)


def test_only_sources_that_both_have_read_are_compared(tmp_path: Path) -> None:
    root = three_coders(tmp_path, **{f"llm_{key}": {"gone": True} for key in ("E003", "C002", "L001", "K001", "R001")})
    assert pair(root, "rules", "llm").sources == ("S01",)
    assert pair(root, "rules", "llm").disagreements == ()
    reading = {"id": "S02 llm", "source": "S02", "coder": "llm", "version": "x", "text_sha256": "0", "digest": "0", "proposed": 0}
    write_lines(root / READINGS, [reading])
    found = pair(root, "rules", "llm")
    assert found.sources == ("S01", "S02"), "a source that was read and held nothing was read"
    assert len(found.disagreements) == 5


def test_no_source_in_common_is_said(tmp_path: Path) -> None:
    gone = {"gone": True}
    first = {f"llm_{key}": gone for key in ("E001", "E002", "T001", "T002", "C001")}
    second = {f"rules_{key}": gone for key in ("E003", "C002", "L001", "K001", "R001")}
    found = pair(three_coders(tmp_path, **first, **second), "rules", "llm")
    assert found.sources == ()
    assert found.warnings == ("rules and llm have read no source in common.",)


@pytest.mark.parametrize(
    ("coders", "reference", "words"),
    [
        (("rules", "lmm"), None, "no coder “lmm”. Did you mean “llm”?"),
        (("rules", "llm"), "anna", "no coder “anna”. Coders of this record: llm, rules, person."),
        (("rules",), None, "one coder cannot agree with itself"),
        (("rules", "rules"), "rules", "one coder cannot agree with itself"),
    ],
)
def test_who_is_not_there(tmp_path: Path, coders: tuple[str, ...], reference: str | None, words: str) -> None:
    with pytest.raises(CaseError) as caught:
        compared(three_coders(tmp_path), *coders, reference=reference)
    assert words in str(caught.value)


def test_alpha_of_three_with_gaps_is_krippendorffs(tmp_path: Path) -> None:
    changes = {"llm_E001": {"realis": "negated"}, "rules_E002": {"gone": True}, "llm_E003": {"realis": "future"}}
    found = compared(three_coders(tmp_path, **changes), PERSON, "rules", "llm")
    row = next(row for row in found.together if (row.kind, row.field) == ("event", "realis"))
    # Units aan, aa, aaf: by hand from the coincidences of pairable values (Krippendorff 2011, section C).
    units = [["a", "a", "n"], ["a", "a"], ["a", "a", "f"]]
    values = [value for unit in units for value in unit]
    n = len(values)
    observed = sum(sum(x != y for i, x in enumerate(unit) for j, y in enumerate(unit) if i != j) / (len(unit) - 1) for unit in units) / n
    expected = sum(x != y for i, x in enumerate(values) for j, y in enumerate(values) if i != j) / (n * (n - 1))
    assert (row.units, row.values) == (3, 8)
    assert row.alpha == pytest.approx(1 - observed / expected, abs=1e-12)


def test_an_accepted_proposal_is_one_reading_among_all(tmp_path: Path) -> None:
    root = three_coders(tmp_path, llm_E001={"realis": "negated"})
    reject(root, ["E001", "E002"], by="anna")
    accept(root, ["Erules_E001", "Ellm_E002"], by="anna")
    for names in ((PERSON, "rules", "llm"), ("rules", "llm", PERSON)):
        row = next(row for row in compared(root, *names).together if (row.kind, row.field) == ("event", "realis"))
        assert (row.units, row.values) == (3, 7), "three places, two readings each where the person took over one of them, three at E003"


def _events(case_texts: dict[str, str], kinds: list[str]) -> list[Entry]:
    """One event at the beginning of each line of the texts."""
    found: list[Entry] = []
    for source, text in case_texts.items():
        at = 0
        for number, line in enumerate(text.split("\n")):
            if line:
                row = {"id": f"E{source}{number}", "source": source, "span": make_span(text, at, at + len(line)), "paraphrase": "x"}
                coded = {"attributed_to": ("author",), "attribution": "author", "actor": (), "event": kinds[len(found) % len(kinds)]}
                found.append(Event.model_validate({**row, **coded}))
            at += len(line) + 1
    return found


def long_case(folder: Path, paragraphs: int) -> Case:
    """The small case with a first text of so many lines."""
    text = "\n".join(f"Line number {number} of the report." for number in range(paragraphs)) + "\n"
    return replace(open_case(small_case(folder)), texts={"S01": text})


def test_ranges_are_drawn_over_paragraphs_and_hold_the_figure(tmp_path: Path) -> None:
    case = long_case(tmp_path, 60)
    a = _events(dict(case.texts), ["AGREE", "REJECT", "ACCUSE"])
    b = _events(dict(case.texts), ["AGREE", "REJECT", "ACCUSE", "AGREE", "REJECT"])
    clusters = Clusters.of(case, {"S01"})
    assert (clusters.over, clusters.number) == ("paragraphs", 60)
    pairs = list(zip(a, b, strict=True))[:40]
    found = clusters.shares(a, b, pairs)
    assert found["recall"] is not None
    low, high = found["recall"]
    assert low < 40 / 60 < high
    assert found["precision"] == found["f1"] == found["recall"], "both coders have one entry in each paragraph"
    # Each paragraph holds one entry, so the share is a binomial one.
    spread = 1.96 * math.sqrt((2 / 3) * (1 / 3) / 60)
    assert (low, high) == (pytest.approx(2 / 3 - spread, abs=0.02), pytest.approx(2 / 3 + spread, abs=0.02))
    values = [(nominal(first, "event"), nominal(second, "event")) for first, second in zip(a, b, strict=True)]
    around = clusters.alpha(a, values)
    middle = alpha(values)
    assert around is not None
    assert middle is not None
    assert around.low < middle < around.high
    assert clusters.alpha(a, values) == around, "the seed is fixed"


@pytest.mark.parametrize(("paragraphs", "entries"), [(9, 9), (60, 19)])
def test_too_few_to_judge(tmp_path: Path, paragraphs: int, entries: int) -> None:
    case = long_case(tmp_path, paragraphs)
    found = _events(dict(case.texts), ["AGREE"])[:entries]
    clusters = Clusters.of(case, {"S01"})
    assert set(clusters.shares(found, found, list(zip(found, found, strict=True))).values()) == {None}
    assert clusters.alpha(found, [("a", "b")] * len(found)) is None


def test_without_texts_and_with_few_sources_there_is_no_range(tmp_path: Path) -> None:
    root = three_coders(tmp_path)
    for path in (root / "texts").glob("*.txt"):
        path.unlink()
    found = pair(root, "rules", "llm")
    assert found.over is None
    assert all(kind.f1_range is None for kind in found.kinds)
    json.dumps(compared(root).as_json(), default=str)
