"""Families are found by scanning the folder, and in installed packages; nothing else is ever loaded."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openparley.errors import GameError
from openparley.game.families import FAMILIES, Families, family
from openparley.game.families.sanctions_threat import SanctionsThreat

Install = Callable[[str, str], None]

MODULE = '''
from openparley.game import Dispute, End, Move, PublicState

class NoState(PublicState):
    pass

class Ultimatum(Dispute):
    """A last offer."""

    steps = ("proposer",)
    State = NoState
    interests = {"deal": "a deal"}

    def proposer(self, s):
        yield Move("offer", End("deal", deal=1))
        yield Move("wait", s)
'''


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """A function that puts a package with entry points among the installed ones, as an installer leaves it."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def run(package: str, points: str) -> None:
        module = package.replace("-", "_")
        (tmp_path / f"{module}.py").write_text(MODULE, encoding="utf-8")
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[openparley.families]\n{points}\n", encoding="utf-8")

    yield run
    for name in [name for name in sys.modules if name.startswith("brought_")]:
        del sys.modules[name]


def test_every_file_of_the_folder_is_a_family() -> None:
    folder = Path(sys.modules[SanctionsThreat.__module__].__file__ or "").parent
    assert {path.stem for path in folder.glob("[a-z]*.py")} <= set(FAMILIES)
    assert family("sanctions_threat") is SanctionsThreat


def test_none_of_them_lacks_words() -> None:
    for name, kind in FAMILIES.items():
        assert kind.__doc__, name
        assert set(kind.numeraire) == set(kind(dict.fromkeys(kind.chance, 0.5)).actors), name


def test_an_installed_package_brings_one(install: Install) -> None:
    install("brought-one", "ultimatum = brought_one:Ultimatum")
    found = Families()
    assert "ultimatum" in found
    assert set(found) == {*FAMILIES, "ultimatum"}
    assert len(found) == len(FAMILIES) + 1
    assert "brought_one" not in sys.modules, "it was loaded before it was asked for"
    assert found["ultimatum"].__name__ == "Ultimatum"


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ("bad = brought_two:Ultimatun", r"“bad” of the package “brought-two”, brought_two:Ultimatun, cannot be loaded.*has no attribute"),
        ("bad = brought_nowhere:Ultimatum", r"cannot be loaded: No module named"),
        ("bad = brought_two:NoState", r"is <class 'brought_two.NoState'>; a subclass of openparley.game.Dispute is wanted"),
    ],
    ids=["no such name", "no such module", "no dispute"],
)
def test_one_that_cannot_be_used_is_named_with_its_package(install: Install, points: str, message: str) -> None:
    install("brought-two", points)
    found = Families()
    assert found["sanctions_threat"] is SanctionsThreat
    with pytest.raises(GameError, match=message):
        found["bad"]


def test_no_package_takes_the_name_of_another(install: Install) -> None:
    install("brought-three", "sanctions_threat = brought_three:Ultimatum")
    with pytest.raises(GameError, match="several packages bring a dispute “sanctions_threat”: openparley, brought-three"):
        Families()["sanctions_threat"]


def test_an_unknown_one_is_guessed() -> None:
    with pytest.raises(GameError, match="Did you mean “crisis_signalling”"):
        family("crisis_signaling")
    with pytest.raises(KeyError):
        FAMILIES["crisis_signaling"]
