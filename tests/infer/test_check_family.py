"""What is said of a family that somebody else wrote and that does not work."""

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from openparley.errors import Complaint
from openparley.game.dispute import Move
from openparley.infer import check
from openparley.record.case import open_case
from tests.solve.small_dispute import SmallCeasefire, TalksState


class Slip(SmallCeasefire):
    """A family with a slip in one of its moves."""

    def mediator(self, s: TalksState) -> Iterator[Move]:
        yield Move("hold", s.offers)  # type: ignore[attr-defined]


class Twice(SmallCeasefire):
    """A family in which an actor moves twice a round."""

    steps: ClassVar = ("mediator", "party_a", "mediator", "world")


def messages(monkeypatch: pytest.MonkeyPatch, kind: type[SmallCeasefire]) -> list[tuple[tuple[Any, ...], str]]:
    monkeypatch.setattr(check, "FAMILIES", {"theirs": kind})
    file = open_case("strait-talks").file
    assert file.model is not None
    settings = file.model.model_copy(update={"family": "theirs", "initial": {}, "options": {}})
    found: list[tuple[tuple[Any, ...], str]] = []

    def keep(path: tuple[Any, ...], message: str, **_: Any) -> Complaint:
        found.append((path, message))
        return Complaint(None, None, None, None, None, None, message)

    list(check._check(file.model_copy(update={"model": settings}), keep))
    return found


def test_a_slip_is_blamed_on_its_author_with_file_and_line(monkeypatch: pytest.MonkeyPatch) -> None:
    (path, message), *_ = messages(monkeypatch, Slip)
    assert path == ("model", "family")
    assert "Slip fails: AttributeError" in message
    assert __file__ in message


def test_an_actor_moves_once_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    assert any("“mediator” moves 2 times a round" in message for _, message in messages(monkeypatch, Twice))


def test_an_unknown_lever_is_told_which_there_are() -> None:
    file = open_case("strait-talks").file
    wrong = file.levers[0].model_copy(update={"game": {"deadline_bind": True}})
    found: list[tuple[str, Any]] = []

    def keep(path: tuple[Any, ...], message: str, *, hint: Any = None, **_: Any) -> Complaint:
        found.append((message, hint))
        return Complaint(None, None, None, None, None, None, message)

    list(check._check(file.model_copy(update={"levers": (wrong,)}), keep))
    assert any("no such lever" in message and "deadline_binds" in str(hint) for message, hint in found)
