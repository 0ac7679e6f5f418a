"""Every key of a TOML file has its line, and one unreadable value does not hide the others."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openparley.record.toml import locate, read_toml

TEXT = '''\
# comment with key = 1
title = "x"
notes = """
inside = 1
[not.a.table]
"""
list = [
  "a = 1",   # ]
  "b",
]
[actors.mediator]
name = "m"
"quoted key" = 1
[[accounts]]
id = "H1"
[[accounts]]
id = "H2"
when = { end = "x", move = "y" }
[accounts.sub]
deep.er = 2
'''


def test_lines_of_keys() -> None:
    lines = locate(TEXT)
    expected = {
        ("title",): 2,
        ("notes",): 3,
        ("list",): 7,
        ("actors", "mediator"): 11,
        ("actors", "mediator", "name"): 12,
        ("actors", "mediator", "quoted key"): 13,
        ("accounts", 0): 14,
        ("accounts", 0, "id"): 15,
        ("accounts", 1, "id"): 17,
        ("accounts", 1, "when", "move"): 18,
        ("accounts", 1, "sub", "deep", "er"): 20,
    }
    assert {path: lines.get(path) for path in expected} == expected
    assert not any(part in ("inside", "not", "a") for path in lines for part in path)
    assert set(tomllib.loads(TEXT)) <= {path[0] for path in lines}


def test_an_unknown_path_gets_the_line_of_what_is_around_it() -> None:
    assert read_toml(TEXT, "f").line(("accounts", 1, "missing")) == 16


def test_two_bad_values_are_both_named_and_the_rest_is_read() -> None:
    found = read_toml("a = 2025-02-30\nb = naked\nc = 3\n", "f")
    assert [(complaint.line, complaint.value) for complaint in found.complaints] == [(1, "2025-02-30"), (2, "naked")]
    assert found.data == {"c": 3}


@pytest.mark.parametrize("text", ["a = [1,\nb = 2\n", "[x\ny = 1\n", 'a = """\nnever closed\n', "\x00", "= 1\n"])
def test_what_is_not_toml_is_said_with_a_line(text: str) -> None:
    found = read_toml(text, "f")
    assert found.complaints
    assert found.complaints[0].line is not None


@given(st.text(alphabet="a=[]{}\"'#.,\n 1-", max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    found = read_toml(text, "f")
    assert (found.data is None) <= bool(found.complaints)
