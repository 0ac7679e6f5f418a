"""Install a lock file, then the package in editable mode, into the environment of the Python that runs this.

uv does the work because it is several times faster than pip, but it does not read pip's configuration, where
a machine says which index, mirror or certificate to use. The settings in force are handed on for this one run.
If uv is not to be had, or cannot resolve with them, pip installs the same hashes.
"""

import ast
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]


def main() -> int:
    """Install the lock named on the command line."""
    if len(sys.argv) != 2:
        print("usage: python scripts/install.py requirements/<lock>.txt", file=sys.stderr)
        return 2
    lock = ["--require-hashes", "-r", str(ROOT / sys.argv[1])]
    # No build isolation: the build backend is in the lock, so nothing unpinned is fetched to build the package.
    package = ["--no-deps", "--no-build-isolation", "-e", str(ROOT)]
    pip = pip_settings()
    if "cert" not in pip and "SSL_CERT_FILE" in os.environ:
        os.environ["PIP_CERT"] = os.environ["SSL_CERT_FILE"]  # older pips read only their own name for it
    uv = _uv()
    env = os.environ | uv_settings(pip, os.environ)
    for wanted in (lock, package):
        if uv and _run([*uv, "pip", "install", "--quiet", "--python", sys.executable, *wanted], env) == 0:
            continue
        if uv:
            print("uv could not install this; pip tries next.", file=sys.stderr)
        if status := _run([*PIP, "install", "--quiet", *wanted]):
            return status
    return 0


def pip_settings() -> dict[str, str]:
    """Pip's settings in force, by bare option name; the environment wins over files, as in pip."""
    listed = subprocess.run([*PIP, "config", "list"], capture_output=True, text=True, check=False).stdout
    found = [line.split("=", 1) for line in listed.splitlines() if "=" in line]
    ranked: dict[str, str] = {}
    for scope in ("global.", "install.", ":env:."):
        for key, value in found:
            if key.startswith(scope):
                ranked[key.removeprefix(scope)] = str(ast.literal_eval(value))
    return ranked


def uv_settings(pip: dict[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """The same settings under uv's names, except where the user has set uv's own."""
    names = {"index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX", "timeout": "UV_HTTP_TIMEOUT", "cert": "SSL_CERT_FILE"}
    names |= {"default-timeout": "UV_HTTP_TIMEOUT", "trusted-host": "UV_INSECURE_HOST", "proxy": "ALL_PROXY", "no-index": "UV_NO_INDEX"}
    settings = {uv: " ".join(pip[name].split()) for name, uv in names.items() if pip.get(name)}
    if pip.get("find-links"):
        settings["UV_FIND_LINKS"] = ",".join(pip["find-links"].split())
    # pip looks for a file on all indexes alike. uv stops at the first that knows the name, which guards against
    # an index that squats on it; the hashes do that here.
    settings["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {name: value for name, value in settings.items() if name not in environ}


def _uv() -> list[str] | None:
    """The command of the pinned uv, installed if need be; None where there is no build of it."""
    uv = [sys.executable, "-m", "uv"]
    if _run([*PIP, "install", "--quiet", "--require-hashes", "-r", str(ROOT / "requirements" / "uv.txt")]):
        print("The pinned uv could not be installed; pip alone goes on.", file=sys.stderr)
        return None
    return uv


def _run(command: list[str], env: dict[str, str] | None = None) -> int:
    return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
