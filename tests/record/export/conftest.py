"""Every format is tried on every case."""

import pytest

from openparley.record.case import Case
from openparley.record.export.tables import Export
from tests.record.export import cases


@pytest.fixture(params=cases.NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def case(name: str) -> Case:
    return cases.case(name)


@pytest.fixture
def flat(name: str) -> Export:
    return cases.flat(name)
