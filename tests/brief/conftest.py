"""One made-up case and its brief for all tests of the layer."""

from pathlib import Path

import pytest

from openparley.brief import Brief, BriefPaths, make_brief, write_brief
from openparley.record.case import Case
from tests.brief import synthetic


@pytest.fixture(scope="session")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return synthetic.case(tmp_path_factory.mktemp("strait") / "case")


@pytest.fixture(scope="session")
def brief(case: Case) -> Brief:
    return make_brief(case, synthetic.posterior(), synthetic.forecast(), synthetic.run(), questions=synthetic.questions())


@pytest.fixture(scope="session")
def written(case: Case, tmp_path_factory: pytest.TempPathFactory) -> BriefPaths:
    out: Path = tmp_path_factory.mktemp("written")
    return write_brief(case, synthetic.posterior(), synthetic.forecast(), synthetic.run(), out, questions=synthetic.questions())
