"""The list of rules in the documentation names tests that exist, and every test of a rule is one of a rule in the list."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/reference/rules.md").read_text(encoding="utf-8")
LISTED = {int(row[1]): re.findall(r"`(test_\w+)`", row[2]) for row in re.finditer(r"^\| (\d+) \|(.*)\|$", PAGE, re.MULTILINE)}
WRITTEN = {
    node.name
    for path in (ROOT / "tests/brief").rglob("test_*.py")
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef)
}


def test_all_fourteen_rules_are_listed() -> None:
    assert sorted(LISTED) == list(range(1, 15))


@pytest.mark.parametrize("rule", sorted(LISTED))
def test_a_rule_has_tests_and_they_exist(rule: int) -> None:
    assert LISTED[rule]
    assert set(LISTED[rule]) <= WRITTEN
    assert all(int(name.split("_")[2]) == rule for name in LISTED[rule] if re.match(r"test_rule_\d", name))
