"""Other solvers, each in an environment of its own under ``build/peers/``.

A folder here with a ``requirements.txt`` is a peer. Its ``run.py`` runs in the peer's environment and knows nothing of
this project; those that `ask` starts read a request in JSON from standard input and print the answer in JSON.
``python -m benchmarks.peers`` installs them; a benchmark asks `absent` first and goes on without those that are not there.

What is in ``requirements.txt`` is installed in the usual way. A package that builds only with others in place is named in
``no_isolation.txt`` beside it, and built after them without isolation.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ENVIRONMENTS = HERE.parent.parent / "build" / "peers"
FILES = ("requirements.txt", "no_isolation.txt")
PIP = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet"]


class PeerError(Exception):
    """A peer failed; the message holds the last of what it printed."""


def peers() -> list[str]:
    return sorted(path.parent.name for path in HERE.glob("*/requirements.txt"))


def interpreter(peer: str) -> Path:
    return ENVIRONMENTS / peer / "bin" / "python"


def wanted(peer: str) -> str:
    """What the environment has to hold; kept in it as a stamp, so that a change of version is noticed."""
    files = [HERE / peer / name for name in FILES]
    return "\n".join(path.read_text(encoding="utf-8") for path in files if path.exists())


def absent(peer: str) -> str:
    """One line to print where the peer is not installed at the wanted versions; empty where it is."""
    stamp = ENVIRONMENTS / peer / "installed.txt"
    if interpreter(peer).exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted(peer):
        return ""
    return f"{peer} is not installed; `python -m benchmarks.peers {peer}` does that. Its rows are left out."


def install(peer: str) -> None:
    """Make the environment, or bring it to the wanted versions."""
    folder, (first, then) = ENVIRONMENTS / peer, (HERE / peer / name for name in FILES)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(interpreter(peer)), *PIP]
    subprocess.run([*pip, "-r", str(first)], check=True)
    if then.exists():
        subprocess.run([*pip, "--no-build-isolation", "-c", str(first), "-r", str(then)], check=True)
    (folder / "installed.txt").write_text(wanted(peer), encoding="utf-8")


def ask(peer: str, request: dict[str, Any], *, seconds: float) -> dict[str, Any] | None:
    """The peer's answer from a fresh process; None where it took more than ``seconds`` of wall clock.

    Raises
    ------
    PeerError
        If the peer fails.
    """
    command = [str(interpreter(peer)), str(HERE / peer / "run.py")]
    try:
        done = subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        raise PeerError(f"{peer} failed on {request.get('task')}: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout.splitlines()[-1])
