"""What axe-core finds that would keep people out."""

from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome

from tests.brief.page.looking import DESK, PHONE, View, run, show

AXE = resources.files("axe_core_python").joinpath("axe.min.js")
RUN = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ['violations']}).then(found => done(found.violations
  .filter(rule => rule.impact === 'serious' || rule.impact === 'critical')
  .map(rule => `${rule.id}, ${rule.nodes.length} times: ${rule.nodes[0].html.slice(0, 150)}`)), wrong => done([`${wrong}`]));
"""


def serious(chromium: Chrome) -> Any:
    """Rules that the page shown breaks seriously; DevTools puts the script in, past the policy of the page."""
    chromium.set_script_timeout(90)
    chromium.execute_script(AXE.read_text(encoding="utf-8"))
    return chromium.execute_async_script(RUN)


@pytest.mark.parametrize("view", [DESK, PHONE], ids=lambda view: view.name)
def test_axe_finds_nothing_serious(screen: Chrome, pages: dict[str, Path], view: View) -> None:
    show(screen, pages["plain"], view)
    assert serious(screen) == []


@pytest.mark.parametrize(
    ("rule", "plant"),
    [
        ("color-contrast", "document.querySelector('.type').style.color = '#aab'"),
        ("nested-interactive", "document.querySelector('figure svg').setAttribute('role', 'img')"),
        ("link-name", "document.querySelector('nav a').textContent = ''"),
        ("list", "document.querySelector('nav ol').append(document.createElement('p'))"),
    ],
    ids=lambda text: text if len(text) < 20 else "",
)
def test_axe_finds_what_is_planted(screen: Chrome, pages: dict[str, Path], rule: str, plant: str) -> None:
    show(screen, pages["plain"], PHONE)
    # A small part of the page, for its time.
    run(screen, "document.querySelectorAll('main > section').forEach(e => ['bottom-line', 'ledger'].includes(e.id) || e.remove())")
    run(screen, plant)
    assert any(found.startswith(rule) for found in serious(screen))
