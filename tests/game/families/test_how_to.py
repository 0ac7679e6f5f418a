"""The page on writing a model, followed to the letter: its class in a package of its own, its case, the command line."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from openparley.record.new import new_case

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "write-a-model.md"
Parley = Callable[..., subprocess.CompletedProcess[str]]


def block(language: str, words: str) -> str:
    """The block of a language in the page that holds some words."""
    return next(body for body in re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL) if words in body)


@pytest.fixture
def parley(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parley:
    """The command, where the page's package is installed and its case lies in ``exchange``."""
    project = tomllib.loads(block("toml", "entry-points"))["project"]
    points = project["entry-points"]["openparley.families"]
    [module] = {point.partition(":")[0] for point in points.values()}
    code = [line[4:] for line in block("pycon", "class PrisonerExchange").splitlines() if line.startswith((">>> ", "..."))]
    site = tmp_path / "site"
    info = site / f"{module}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    (site / f"{module}.py").write_text("\n".join(code), encoding="utf-8")
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", encoding="utf-8")
    lines = [f"{name} = {point}" for name, point in points.items()]
    (info / "entry_points.txt").write_text("\n".join(["[openparley.families]", *lines]), encoding="utf-8")
    case = new_case(tmp_path / "exchange")
    (case / "case.toml").write_text(block("toml", "schema = 1"), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(site))
    start = [sys.executable, "-c", "from openparley.cli import main; import sys; sys.exit(main())"]
    return lambda *words: subprocess.run([*start, *words], cwd=tmp_path, capture_output=True, text=True, check=False)


def test_its_case_is_sound_and_its_family_is_listed(parley: Parley) -> None:
    done = parley("check", "exchange")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("exchange: An exchange of prisoners")
    assert "prisoner_exchange: Side A may offer" in " ".join(parley("new", "--help").stdout.split())


def test_without_the_package_its_case_is_refused(parley: Parley, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH")
    done = parley("check", "exchange")
    assert done.returncode == 1
    assert "“prisoner_exchange” is not a dispute; there is: crisis_signalling, mediated_ceasefire, sanctions_threat." in done.stderr


@pytest.mark.long
def test_its_case_runs_to_a_brief(parley: Parley) -> None:
    for verb in ("fit", "brief"):
        done = parley(verb, "exchange", "--quick")
        assert done.returncode == 0, done.stderr
