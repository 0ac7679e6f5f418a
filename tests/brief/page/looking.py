"""Looks at a page in Chromium: what is clipped, covered, empty, too wide or too small to read."""

import base64
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from selenium.webdriver import Chrome

FAULTS = Path(__file__).with_name("faults.js").read_text(encoding="utf-8")
# A4 less the margins of the page's own `@page` rule, at 96 dots an inch.
PAPER = round((210 - 36) / 25.4 * 96)


@dataclass(frozen=True)
class View:
    """How a page is shown; ``media`` is empty for the screen."""

    name: str
    width: int
    media: str = ""


DESK, PHONE, PRINT = View("desk", 1440), View("phone", 390), View("paper", PAPER, "print")
VIEWS = (DESK, PHONE, PRINT)


def show(chromium: Chrome, page: Path, view: View) -> None:
    """Opens a page as one sees it in a view."""
    metrics = {"width": view.width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": view.media})
    chromium.get(page.as_uri())


def faults(chromium: Chrome) -> list[str]:
    """Everything wrong with the boxes of the page shown, each as kind and place."""
    found: list[str] = chromium.execute_script(FAULTS)
    return found


def run(chromium: Chrome, script: str) -> Any:
    """What a script of the test finds in the page; the page itself has none."""
    return chromium.execute_script(script)


def edge(chromium: Chrome, selector: str, *, end: bool) -> float:
    """Mean brightness, up to 255, at the right edge of a box that scrolls, as it opens or scrolled to its end."""
    script = (
        "const box = document.querySelector(arguments[0]); box.scrollLeft = arguments[1] ? 9999 : 0; box.scrollIntoView({block: 'start'});"
        "const b = box.getBoundingClientRect(); return [b.right - 3 + scrollX, b.top + scrollY, Math.min(b.height, 400)]"
    )
    x, y, height = chromium.execute_script(script, selector, end)
    clip = {"x": x, "y": y, "width": 2, "height": height, "scale": 1}
    png = chromium.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True, "clip": clip})["data"]
    return float(np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("L")).mean())
