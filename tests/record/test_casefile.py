"""Levers in ``case.toml``: what one may hold, and what is said of one that holds something else."""

from pathlib import Path

import pytest

from openparley.errors import CaseError
from openparley.record.case import open_case
from openparley.record.casefile import Lever
from tests.record.small_case import replace, small_case

BEFORE = 'pulls = "commitment"\ngame = { deadline_binds = true }'


def with_lever(folder: Path, keys: str) -> Path:
    small_case(folder)
    replace(folder / "case.toml", BEFORE, keys)
    return folder


def lever(folder: Path, keys: str) -> Lever:
    return open_case(with_lever(folder, keys)).file.levers[0]


def test_a_lever_may_set_numbers_or_force_moves(tmp_path: Path) -> None:
    found = lever(tmp_path / "a", 'pulls = "motive"\nsets = { "weight.mediator.*.prestige" = -1, "chance.storm" = 0.5 }')
    assert (found.sets, found.game, found.force, found.believed) == (
        {"weight.mediator.*.prestige": -1.0, "chance.storm": 0.5}, {}, (), False,
    )  # fmt: skip
    found = lever(tmp_path / "b", 'pulls = "forced_move"\nforce = ["mediator.enforce"]\nbelieved = true')
    assert (found.force, found.believed) == (("mediator.enforce",), True)
    found = lever(tmp_path / "c", 'pulls = "motive"\ngame = { deadline_binds = true }\nsets = { "discount.mediator" = 0.9 }')
    assert (found.game, found.sets) == ({"deadline_binds": True}, {"discount.mediator": 0.9})


def test_what_chance_does_needs_no_actor(tmp_path: Path) -> None:
    folder = with_lever(tmp_path / "a", 'pulls = "circumstance"\nsets = { "chance.storm" = 0.5 }')
    replace(folder / "case.toml", 'statement = "The envoy must act."\nactor = "mediator"', 'statement = "It storms."')
    assert open_case(folder).file.levers[0].actor == ""
    assert lever(tmp_path / "b", 'pulls = "circumstance"\nforce = ["world.storm"]').force == ("world.storm",)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ('pulls = "commitment"', "a lever that changes nothing. Allowed: game, sets or force"),
        ('pulls = "commitment"\ngame = {}', "a lever that changes nothing"),
        ('pulls = "motive"\nsets = { weight.mediator.H1.prestige = 1 }', "an address needs quotation marks"),
        ('pulls = "motive"\nsets = { "weigth.mediator.H1.prestige" = 1 }', "Did you mean “weight”?"),
        ('pulls = "motive"\nsets = { "weight.mediator.prestige" = 1 }', "weight.ACTOR.TYPE|*.INTEREST"),
        ('pulls = "motive"\nsets = { "precision.mediator" = "high" }', "should be a number, not “high”"),
        ('pulls = "motive"\nsets = { "prior.mediator.H1" = 1 }', "“prior.mediator.H1” cannot be set from today on"),
        ('pulls = "motive"\nsets = { "detection.mediator.hold" = 1 }', "“detection.mediator.hold” cannot be set from today on"),
        ('pulls = "commitment"\nsets = { "precision.mediator" = 1 }', "pulls = “commitment”, but what it changes is “motive”"),
        ('pulls = "motive"\nsets = { "chance.storm" = 1 }', "but what it changes is “circumstance”"),
        ('pulls = "commitment"\nforce = ["mediator.enforce"]', "but what it changes is “forced_move”"),
        ('pulls = "forced_move"\nforce = ["world.storm"]', "but what it changes is “circumstance”"),
        ('pulls = "forced_move"\nforce = ["enforce"]', "Write it as ACTOR.MOVE"),
        ('pulls = "commitment"\ngame = { binds = true }\nbelieved = true', "“believed” is about forced moves"),
    ],
)
def test_a_faulty_lever_is_told_with_its_line(keys: str, words: str, tmp_path: Path) -> None:
    folder = with_lever(tmp_path / "small", keys)
    with pytest.raises(CaseError) as raised:
        open_case(folder)
    (complaint,) = raised.value.complaints
    assert words in str(complaint)
    lines = (folder / "case.toml").read_text(encoding="utf-8").splitlines()
    first = lines.index("[[levers]]") + 1
    assert complaint.line is not None
    assert first <= complaint.line <= first + 8
    assert complaint.id == "binding"


def test_only_chance_has_nobody_who_pulls_it(tmp_path: Path) -> None:
    folder = with_lever(tmp_path / "small", BEFORE)
    replace(folder / "case.toml", 'statement = "The envoy must act."\nactor = "mediator"', 'statement = "It binds."')
    with pytest.raises(CaseError, match="“actor” is missing"):
        open_case(folder)
