"""Starting a case of any family: the skeleton is whole, sound and runs as it is, without a line of Python."""

import json
from inspect import signature
from pathlib import Path

import pytest

from openparley.cli import main
from openparley.cli._frame import case_checks
from openparley.errors import CaseError
from openparley.game.families import FAMILIES
from openparley.infer.model import build_model
from openparley.record.case import open_case
from openparley.record.casefile import account_types
from openparley.record.check import check_case
from openparley.record.new import DEFAULT_FAMILY, TEMPLATES, new_case, skeletons

OTHERS = sorted(set(skeletons()) - {DEFAULT_FAMILY})


def test_every_family_has_a_skeleton_and_nothing_else_lies_about() -> None:
    assert set(skeletons()) == set(FAMILIES)
    assert {path.name for path in TEMPLATES.iterdir()} == set(FAMILIES)


@pytest.mark.parametrize("family", skeletons())
def test_a_skeleton_is_sound_and_plays_its_family(family: str, tmp_path: Path) -> None:
    made = new_case(tmp_path / "mine", family=family)
    assert check_case(made, extra_checks=case_checks()) == []
    case = open_case(made)
    assert case.name == "mine"
    assert case.file.fictional
    assert build_model(case).family == family


@pytest.mark.parametrize("family", OTHERS)
def test_every_entry_of_a_skeleton_is_used(family: str, tmp_path: Path) -> None:
    case = open_case(new_case(tmp_path / "mine", family=family))
    observed = build_model(case).observed
    claims = {entry.id for entry in case.entries.values() if entry.kind == "claim"}
    assert {name for report in observed.reports for name in report.entries} | set(observed.overruled) | claims == set(case.entries)
    assert not observed.undated
    assert {name for account in case.file.accounts for name in account.basis} == claims


@pytest.mark.parametrize("family", OTHERS)
def test_a_skeleton_leaves_no_number_of_the_game_unsaid(family: str, tmp_path: Path) -> None:
    """Every interest is weighed by somebody, every lever can be pulled, every account is told apart from its rivals."""
    case = open_case(new_case(tmp_path / "mine", family=family))
    kind, sets = FAMILIES[family], [a.sets for a in case.file.assumptions]
    assert {address.split(".")[3] for address in sets if address.startswith("weight.")} == set(kind.interests)
    levers = {name for name, parameter in signature(kind).parameters.items() if parameter.kind is parameter.KEYWORD_ONLY}
    assert {key for lever in case.file.levers for key in lever.game} == {name for name in levers if not name.startswith("_")}
    accounts = [(actor, account) for actor, ids in account_types(case.file).items() for account in ids]
    assert {f"prior.{actor}.{account}" for actor, account in accounts} <= set(sets)


@pytest.mark.parametrize("family", OTHERS)
def test_every_assumption_rests_on_a_default_and_says_so_in_a_sentence(family: str, tmp_path: Path) -> None:
    for assumption in open_case(new_case(tmp_path / "mine", family=family)).file.assumptions:
        assert assumption.basis == ("default",)
        assert assumption.statement.endswith(".")
        assert len(assumption.statement.split()) >= 6, assumption.id


def test_a_family_that_is_not_there_is_guessed(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"there is no family “sanction_threat”.*Did you mean “sanctions_threat”"):
        new_case(tmp_path / "mine", family="sanction_threat", families=FAMILIES)
    with pytest.raises(CaseError, match=r"the family “ultimatum” has no skeleton.*--from"):
        new_case(tmp_path / "mine", family="ultimatum", families=(*FAMILIES, "ultimatum"))
    with pytest.raises(CaseError, match="a copy is of the family of the case"):
        new_case(tmp_path / "mine", "strait-talks", family="sanctions_threat")
    assert not (tmp_path / "mine").exists()


def test_the_command_starts_one_and_lists_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "fish", "--family", "sanctions_threat"]) == 0
    assert capsys.readouterr().out == "Wrote fish/case.toml. Next: parley check fish\n"
    assert main(["new", "other", "--family", "crisis", "--json"]) == 1
    assert "there is no family “crisis”" in json.loads(capsys.readouterr().err)["errors"][0]["message"]
    assert main(["new", "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for name, kind in FAMILIES.items():
        about = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
        assert f"{name}: {about}" in shown


@pytest.mark.long
@pytest.mark.parametrize("family", OTHERS)
def test_from_a_skeleton_to_a_brief(family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "mine", "--family", family]) == 0
    assert main(["check", "mine"]) == 0
    assert main(["fit", "mine", "--quick"]) == 0
    assert main(["brief", "mine", "--quick"]) == 0
    assert (tmp_path / "mine" / "brief" / "brief.html").stat().st_size > 10_000
