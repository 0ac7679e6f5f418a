"""What computes: versions of the package and its tools, and a hash of the code that decides the numbers."""

from __future__ import annotations

import hashlib
from importlib import metadata
from pathlib import Path

import openparley

COMPUTING = ("record", "game", "solve", "infer", "forecast")  # layers whose code decides the numbers
TOOLS = ("numpy", "numba", "scipy")
KEY_LENGTH = 12


def software() -> dict[str, str]:
    """Versions of what computes, and a hash of our own computing code."""
    package = Path(openparley.__file__).parent
    code = hashlib.sha256()
    for layer in COMPUTING:
        for path in sorted((package / layer).rglob("*.py")):
            code.update(path.read_bytes())
    return {"openparley": openparley.__version__, "code": code.hexdigest()[:KEY_LENGTH], **{name: metadata.version(name) for name in TOOLS}}
