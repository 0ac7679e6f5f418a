"""Public names: each resolves, is listed once and has a docstring."""

import importlib
import inspect
import subprocess
import sys

import pytest

from scripts.docs import LAYERS


@pytest.mark.parametrize("layer", LAYERS)
def test_every_public_name_is_there_and_explained(layer: str) -> None:
    module = importlib.import_module(f"openparley.{layer}")
    assert module.__doc__
    assert len(set(module.__all__)) == len(module.__all__)
    for name in module.__all__:
        thing = getattr(module, name)
        if inspect.isclass(thing) or inspect.isroutine(thing):
            assert thing.__doc__, name
            assert thing.__module__.startswith(f"openparley.{layer}"), name


def test_no_public_name_stands_for_two_things() -> None:
    names = [name for layer in LAYERS for name in importlib.import_module(f"openparley.{layer}").__all__]
    assert len(set(names)) == len(names)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute “Posteriors”"):
        importlib.import_module("openparley.infer").Posteriors  # noqa: B018


def test_checking_a_case_imports_no_engine() -> None:
    code = "import sys, openparley.infer.check; sys.exit(bool({'scipy', 'numba'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
