"""Words of the case that break a rule are the author's to change: where they stand, what is wrong, the way out, exit code 1."""

import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from openparley.brief import BriefError, make_brief
from openparley.brief.blocks import Prose, Table
from openparley.brief.cite import Given, Sentence
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.lint import case_faults, complaints, prose_faults
from openparley.brief.lint.wording import whence
from openparley.brief.redact import redacted_brief
from openparley.brief.sections.left_out import left_out_blocks
from openparley.brief.sections.sources import sources_section
from openparley.errors import CaseError
from openparley.infer.leave_out import Variant
from openparley.infer.observe import Observed
from openparley.infer.posterior import WithoutIt
from openparley.record.case import Case, open_case
from tests.brief import synthetic

ARGUMENTS = (synthetic.posterior(), synthetic.forecast(), synthetic.run())


@pytest.fixture
def no_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing takes most of the time."""
    empty = SimpleNamespace(data=lambda context: [])
    monkeypatch.setattr("openparley.brief.figures.discover", lambda: defaultdict(lambda: empty))


def changed(tmp_path: Path, old: str, new: str) -> Case:
    folder = synthetic.write_case(tmp_path / "case")
    path = folder / "case.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return open_case(folder)


def line_of(case: Case, words: str) -> int:
    lines = (case.root / "case.toml").read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if words in line)


def test_an_intention_in_a_lever_is_a_fault_of_the_case_and_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = SimpleNamespace(data=lambda context: [])
    monkeypatch.setattr("openparley.brief.figures.discover", lambda: defaultdict(lambda: empty))  # drawing takes most of the time
    words = "The president wants the deadline not to lapse"
    case = changed(tmp_path, "The deadline cannot lapse from", f"{words} from")
    with pytest.raises(CaseError, match="an intention stated as fact") as raised:
        make_brief(case, synthetic.posterior(), synthetic.forecast(), synthetic.run())
    assert raised.value.exit_code == 1
    assert not isinstance(raised.value, BriefError)
    [found] = raised.value.complaints
    assert (found.file, found.line, found.noun, found.id) == ("case.toml", line_of(case, words), "lever", "deadline_binds")
    assert found.message.startswith("statement: ")
    assert "the president wants the deadline" in found.message.lower()
    assert "Under H1" in str(found.hint)
    assert case_faults(case) == [found]  # known before anything is computed


@pytest.mark.parametrize(
    ("old", "new", "noun", "id", "field"),
    [
        ("How much weight mediator H1 deal counts.", "The allies want a deal. Orsin Dale wants peace.", "assumption", "A01", "statement"),
        ("The forecast moves.", "Then Orsin Dale secretly hopes for war.", "assumption", "A01", "if_wrong"),
        ("Both sides confirm that fire has stopped", "Orsin Dale is afraid that fire has stopped", "outcome", "ceasefire", "what"),
        ("A made-up negotiation between two parties", "Orsin Dale is lying, as all know", "", None, "notes"),
    ],
)
def test_an_intention_of_a_named_actor_is_found_wherever_the_page_shows_it(
    tmp_path: Path, old: str, new: str, noun: str, id: str | None, field: str
) -> None:
    case = changed(tmp_path, old, new)
    assert case_faults(case) == []  # nobody of that name in the case
    path = case.root / "case.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('name = "The allies"', 'name = "Orsin Dale"'), encoding="utf-8")
    [found] = case_faults(open_case(case.root))
    assert (found.file, found.noun, found.id) == ("case.toml", noun, id)
    assert found.message.startswith(f"{field}: an intention stated as fact")


@pytest.mark.parametrize(
    "words",
    ["The mediator wants quiet.", "Party A intends to go on.", "Under H1 Orsin Dale wants peace.", "Orsin Dale signed it."],
    ids=["position", "party", "under an account", "an act"],
)
def test_positions_accounts_and_acts_pass(tmp_path: Path, words: str) -> None:
    case = changed(tmp_path, "How much weight mediator H1 deal counts.", words)
    path = case.root / "case.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('name = "The allies"', 'name = "Orsin Dale"'), encoding="utf-8")
    assert case_faults(open_case(case.root)) == []


@pytest.mark.parametrize("name", ["strait-talks", "ukraine-2025", "falklands-1982", "kosovo-1998", "iran-2013", "dayton-1995"])
def test_bundled_cases_state_no_intention_of_anybody(name: str) -> None:
    assert case_faults(open_case(name)) == []


def test_words_of_an_entry_are_found_in_its_file_and_line(tmp_path: Path) -> None:
    folder = synthetic.write_case(tmp_path / "case")
    path = folder / "record/commitments.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows[2]["paraphrase"] = "The allies secretly hope to replace it."
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    case = open_case(folder)
    said = Sentence("x.1", "x", "computed", (Given("the allies secretly hope to …"), "."))
    [found] = complaints(prose_faults([said], lexicon("icd203"), {}), case)
    assert (found.file, found.line, found.id) == ("record/commitments.jsonl", 3, "C003")
    assert found.message.startswith("paraphrase: an intention stated as fact")


def test_our_own_words_are_no_complaint_to_the_author(case: Case) -> None:
    said = Sentence("x.1", "x", "computed", ("The president wants war.",))
    faults = prose_faults([said], lexicon("icd203"), {})
    assert faults
    assert complaints(faults, case) == []


def test_words_of_nobody_have_a_file_all_the_same(case: Case) -> None:
    assert whence(case, "words that stand nowhere") == ("case.toml", None, "", None, "")


def header(html: str) -> str:
    return html.split('<header class="top">')[1].split("</header>")[0]


@pytest.fixture
def named(tmp_path: Path) -> Case:
    """The case with names for two of its positions."""
    folder = synthetic.write_case(tmp_path / "case")
    path = folder / "case.toml"
    text = path.read_text(encoding="utf-8")
    text = text.replace('name = "The mediator"', 'name = "Edda Quillon"').replace('name = "Party A"', 'name = "Veldrany"')
    path.write_text(text, encoding="utf-8")
    return open_case(folder)


@pytest.mark.usefixtures("no_charts")
def test_the_head_of_the_page_says_who_holds_which_position(named: Case) -> None:
    told = header(make_brief(named, *ARGUMENTS).html)
    assert "Positions: the mediator – Edda Quillon; party A – Veldrany.\n" in told
    assert "Party B" not in told  # goes by its position


@pytest.mark.usefixtures("no_charts")
def test_positions_that_all_go_by_that_name_need_no_line(case: Case) -> None:
    assert "Positions" not in header(make_brief(case, *ARGUMENTS).html)


@pytest.mark.usefixtures("no_charts")
def test_the_head_of_a_redacted_copy_names_nobody(named: Case) -> None:
    done = redacted_brief(named, *ARGUMENTS, names={"Edda Quillon": "the envoy"})
    told = header(done.brief.html)
    assert "Positions: the mediator – the envoy.\n" in told
    assert "Veldrany" not in done.brief.html
    # the check of the copy looks at that line too
    planted = done.brief.html.replace("the mediator – the envoy", "the mediator – Edda Quillon", 1)
    assert not done.checker.leaks({"brief.html": done.brief.html.encode()})
    assert done.checker.leaks({"brief.html": planted.encode()})


def context_of(case: Case, **changes: object) -> Context:
    return Context(Facts.of(case), replace(synthetic.posterior(), **changes), ARGUMENTS[1], ARGUMENTS[2], lexicon("icd203"))


def test_sources_are_counted_with_what_they_are_of(case: Case) -> None:
    made = context_of(case)
    assert made.book.sentences == []
    sources_section(made)
    told = [sentence.text for sentence in made.book.sentences]
    single, every = (made.book.numbers[id].value for id in ("n-single", "n-items"))
    assert f"Of its {every} events and commitments {single} are carried by one origin only." in told
    assert every == len(synthetic.EVENTS) + len(synthetic.COMMITMENTS)  # none repeats another
    assert f"All {len(case.entries)} were coded by hand." in told


def test_what_is_left_out_says_whose_account_moves_and_what_has_no_row(case: Case) -> None:
    now = synthetic.posterior().accounts["mediator"].now
    change = {"mediator": dict.fromkeys(now, 0.0) | {"H2": 0.2}}
    variant = Variant("outlet:Harbour Courier", "outlet Harbour Courier", ("E001",), Observed((), {}, {}), (), (), 1)
    without = WithoutIt(variant, {"mediator": now}, change, 80.0, 0.5, False, False, ())
    idle = replace(without, variant=replace(variant, label="origin Strait Wire", index=-1))
    made = context_of(case, left_out=(without, idle))
    prose, table = left_out_blocks(made)
    assert isinstance(prose, Prose)
    assert isinstance(table, Table)
    first, last = (sentence.text for sentence in prose.sentences)
    assert first.startswith("Without outlet Harbour Courier the share of the mediator’s account Favours party A would be ")
    assert last == "1 of the 2 outlets and origins left out in turn changes no reported move; it has no row below."
    assert len(table.rows) == 1
