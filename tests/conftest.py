"""What every test can ask for.

Numba's cache is left where it is: kernels compiled by an earlier run, or by the program, are used again.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from selenium import webdriver
from threadpoolctl import threadpool_limits

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
# Keeps pytest from shortening a missing thing into a count among other skips.
MISSING = "MISSING: "
# Their tests wait for minutes of work by other processes; begun first, they leave no worker alone at the end of a run.
FIRST = ("test_end_to_end.py", "test_house.py")

settings.register_profile("parley", deadline=None, derandomize=True)
settings.load_profile("parley")


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """One thread for linear algebra: matrices are small, and threads that wait for each other burn thirty times the work."""
    with threadpool_limits(1):
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first; a test that asks for the browser or the shared folder carries the marker of the same name."""
    items.sort(key=lambda item: item.path.name not in FIRST)
    for item in items:
        for fixture, marker in (("chromium", "browser"), ("shared", "shared")):
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each missing thing, with the number of tests that it cost."""
    reasons = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", []) if isinstance(report.longrepr, tuple)]
    missing = [reason.partition(MISSING)[2] for reason in reasons if MISSING in reason]
    for thing in sorted(set(missing)):
        terminalreporter.write_line(f"NOT TESTED ({missing.count(thing)} skipped): {thing}", red=True, bold=True)


def _unavailable(thing: str) -> None:
    if os.environ.get("PARLEY_NO_SKIP") == "1":
        pytest.fail(f"{thing}, and PARLEY_NO_SKIP=1 forbids skipping", pytrace=False)
    pytest.skip(MISSING + thing)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder beside the checkout; the source reports are in its ``reports/``."""
    if not (SHARED / "reports").is_dir():
        _unavailable("no ../shared/reports beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A headless Chromium with no way to the network but this machine."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (browser and driver):
        _unavailable("no chromium and chromedriver on the PATH")
        return
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    arguments = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-device-scale-factor=1"]
    arguments += [f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"]
    arguments += ["--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # the sandbox refuses to start for root, which is who runs in most containers
    for argument in arguments:
        options.add_argument(argument)
    # With both paths given, Selenium has nothing to look for or download.
    page = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=driver))
    try:
        yield page
    finally:
        page.quit()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """``golden(name, text)`` compares with ``golden/<name>`` beside the test; ``PARLEY_GOLDEN=write`` stores it."""

    def compare(name: str, text: str) -> None:
        path = request.path.parent / "golden" / name
        if os.environ.get("PARLEY_GOLDEN") == "write":
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"no {path.relative_to(ROOT)}; `make golden` writes it"
        assert text == path.read_text(encoding="utf-8"), f"differs from {path.relative_to(ROOT)}; `make golden` rewrites it"

    return compare
