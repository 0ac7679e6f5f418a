"""``python -m benchmarks.peers [name …]``: install every peer, or those named, under ``build/peers/``."""

import subprocess
import sys

from benchmarks.peers import absent, install, peers


def main() -> None:
    names = sys.argv[1:] or peers()
    unknown = sorted(set(names) - set(peers()))
    if unknown:
        raise SystemExit(f"no peer “{unknown[0]}”; there are: {', '.join(peers())}.")
    failed = [name for name in names if absent(name) and not _installed(name)]
    if failed:
        raise SystemExit(f"not installed: {', '.join(failed)}.")


def _installed(name: str) -> bool:
    print(f"{name}: installing …", flush=True)
    try:
        install(name)
    except subprocess.CalledProcessError as error:
        print(f"{name}: {' '.join(map(str, error.cmd))} ended with status {error.returncode}", file=sys.stderr)
        return False
    return True


if __name__ == "__main__":
    main()
