"""The rules of the house: tools, locks, versions, and what goes into the wheel."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest
from beartype.roar import BeartypeCallHintParamViolation
from jaxtyping import TypeCheckError

import openparley
from openparley.record.case import find_case
from openparley.solve.grid.splits import beliefs_from_splits
from scripts.install import uv_settings

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))

TOOLS = {
    "format": ["ruff", "format", "--check"],
    "lint": ["ruff", "check"],
    "types": ["basedpyright", "--pythonpath", sys.executable],
    "imports": ["lint-imports", "--no-cache"],
}


@pytest.mark.parametrize("tool", TOOLS)
def test_tool(tool: str) -> None:
    command, *arguments = TOOLS[tool]
    done = subprocess.run([BIN / command, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_types_and_shapes_of_every_call_are_checked_while_tests_run() -> None:
    with pytest.raises(BeartypeCallHintParamViolation):
        find_case(3)  # type: ignore[arg-type]
    with pytest.raises(TypeCheckError):
        beliefs_from_splits(np.zeros(3))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_lock_names_no_index_and_no_path(lock: Path) -> None:
    requirements = re.sub(r"--hash=sha256:[0-9a-f]{64}", "", lock.read_text(encoding="utf-8"))
    assert not re.search(r"^\s*-|://|@ |(^|\s)[./~]", requirements, re.MULTILINE)


def test_locks_cover_the_declared_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    run = project["project"]["dependencies"] + groups["build"]
    wanted = {"run.txt": run, "dev.txt": run + groups["dev"], "uv.txt": groups["uv"]}
    assert {lock.name for lock in LOCKS} == set(wanted)
    for lock, dependencies in wanted.items():
        assert {_name(dependency) for dependency in dependencies} <= _pinned(lock).keys(), f"{lock} is stale: run `make lock`"


def test_dev_lock_is_the_run_lock_and_more() -> None:
    run, dev = _pinned("run.txt"), _pinned("dev.txt")
    for name, pins in run.items():
        # a development package may want on every Python what a run wants on some
        everywhere = [pin.partition(" ;")[0] for pin in pins]
        assert dev.get(name) in (pins, everywhere), name


def test_changelog_follows_the_version() -> None:
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    in_development = ".dev" in openparley.__version__
    assert in_development or headings[1:2] == [openparley.__version__]


def test_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        packed = {name for name in wheel.namelist() if name.startswith("openparley/")}
    source = ROOT / "src"
    files = {path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert packed == files


def test_package_page_shows_the_readme() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project.get("readme") == "README.md"


def test_pip_settings_reach_uv_unless_the_user_set_uvs_own() -> None:
    pip = {"extra-index-url": "https://a.example/simple\nhttps://b.example/simple", "find-links": "one two", "cert": "ca.pem", "quiet": "1"}
    assert uv_settings(pip, {"SSL_CERT_FILE": "mine.pem"}) == {
        "UV_INDEX": "https://a.example/simple https://b.example/simple",
        "UV_FIND_LINKS": "one,two",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9_.-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def _pinned(lock: str) -> dict[str, list[str]]:
    """Versions and markers by package; a package can be pinned once per range of Python versions."""
    pins: dict[str, list[str]] = {}
    for line in (ROOT / "requirements" / lock).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([a-z0-9][a-z0-9._-]*)==(.*?)\s*\\?$", line):
            pins.setdefault(match[1], []).append(match[2])
    return pins
