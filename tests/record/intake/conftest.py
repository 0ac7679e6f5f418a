"""What every test of the intake can ask for."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from openparley.record.intake import Intake
from openparley.record.intake import add as add_once
from openparley.record.intake.sandbox import Sandbox
from tests.record.small_case import small_case


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return small_case(tmp_path / "case")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One for all tests: starting it takes longer than most of them."""
    with Sandbox() as made:
        yield made


@pytest.fixture
def add(sandbox: Sandbox) -> Callable[..., Intake]:
    return partial(add_once, sandbox=sandbox)
