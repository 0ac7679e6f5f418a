"""What the game says against the levers of a case, with file and line, before any is pulled."""

import shutil
from pathlib import Path

import pytest

from openparley.cli._frame import case_checks
from openparley.errors import CaseError, Complaint
from openparley.infer.model import build_model
from openparley.record.case import open_case

SOUND = (
    ("motive", 'sets = { "weight.mediator.*.lapse" = -2.0, "weight.mediator.H2.lapse" = -3 }'),
    ("circumstance", 'sets = { "chance.halt" = 0.4 }'),
    ("forced_move", 'force = ["mediator.enforce", "party_a.accept"]\nbelieved = true'),
    ("circumstance", 'force = ["world.front_moves"]'),
    ("motive", 'game = { deadline_binds = true }\nsets = { "drift.mediator.H1.H2" = 0.1 }'),
)
FAULTY = (
    ("motive", 'sets = { "weight.mediator.H9.lapse" = -2.0 }', "mediator has no account “H9”"),
    ("motive", 'sets = { "weight.mediator.H1.lapsse" = -2.0 }', "Did you mean “lapse”?"),
    ("motive", 'sets = { "precision.mediater" = 2.0 }', "Did you mean “mediator”?"),
    ("motive", 'sets = { "precision.mediator" = -2.0 }', "-2 is not what precision.mediator can be: 0 or more."),
    ("motive", 'sets = { "propensity.mediator.enforc" = 2.0 }', "Did you mean “enforce”?"),
    ("circumstance", 'sets = { "chance.halt" = 1.4 }', "1.4 is not what chance.halt can be: from 0 to 1."),
    ("circumstance", 'sets = { "chance.hlt" = 0.4 }', "Did you mean “halt”?"),
    ("forced_move", 'force = ["mediator.enforce", "mediator.enforc"]', "mediator has no move “enforc”"),
    ("forced_move", 'force = ["mediater.enforce"]', "“mediater” does not move in this dispute"),
    ("commitment", "game = { deadline_bind = true }", "Did you mean “deadline_binds”?"),
    ("commitment", 'game = { deadline_binds = "yes" }', "“deadline_binds” is true or false; found 'yes'."),
    ("commitment", "game = { allies = true }", "the lever changes who moves (mediator, allies, party_b, party_a, world)"),
)


def with_levers(folder: Path, levers: list[tuple[str, str]]) -> Path:
    """A copy of the bundled case with these levers in the place of its own."""
    shutil.copytree(open_case("strait-talks").root, folder)
    toml = folder / "case.toml"
    text = toml.read_text(encoding="utf-8")
    start, end = text.index("[[levers]]"), text.index("[[observations]]")
    rows = [
        f'[[levers]]\nid = "L{n}"\nname = "A lever"\nstatement = "Supposed."\nactor = "mediator"\npulls = "{pulls}"\n{keys}\n\n'
        for n, (pulls, keys) in enumerate(levers)
    ]
    toml.write_text(text[:start] + "".join(rows) + text[end:], encoding="utf-8")
    return folder


def test_sound_levers_pass_and_are_in_the_model(tmp_path: Path) -> None:
    case = open_case(with_levers(tmp_path / "strait-talks", list(SOUND)), extra_checks=case_checks())
    assert [lever.pulls for lever in build_model(case).levers.values()] == [pulls for pulls, _ in SOUND]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Complaint], list[str]]:
    """What is said of each faulty lever, all in one file, and the file's lines."""
    folder = with_levers(tmp_path_factory.mktemp("levers") / "strait-talks", [row[:2] for row in FAULTY])
    with pytest.raises(CaseError) as raised:
        open_case(folder, extra_checks=case_checks())
    assert len(raised.value.complaints) == len(FAULTY)
    lines = (folder / "case.toml").read_text(encoding="utf-8").splitlines()
    return {complaint.id or "": complaint for complaint in raised.value.complaints}, lines


@pytest.mark.parametrize("number", range(len(FAULTY)), ids=[words[:40] for *_, words in FAULTY])
def test_a_faulty_lever_is_told_with_file_and_line(number: int, found: tuple[dict[str, Complaint], list[str]]) -> None:
    complaint, (_, keys, words) = found[0][f"L{number}"], FAULTY[number]
    assert words in str(complaint)
    assert complaint.file == "case.toml"
    assert complaint.line is not None
    assert keys.startswith(found[1][complaint.line - 1])
