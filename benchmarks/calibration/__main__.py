"""Check the inference on simulated cases: ``python -m benchmarks.calibration [--cases N] [--only PART …] [--write]``.

Figures of each part are kept in ``figures.json`` as soon as it is done; ``--write`` makes the page and the charts of all that are there.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.calibration.page import page
from benchmarks.calibration.parts import PARTS
from benchmarks.calibration.pictures import draw

HERE = Path(__file__).resolve().parent
KEPT, PAGE = HERE / "figures.json", HERE / "FIGURES.md"
CASES = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=CASES, help="simulated cases of a part; the engine and the long records take fewer")
    parser.add_argument("--only", nargs="*", choices=tuple(PARTS), help="parts to run; none with no name, all without this option")
    parser.add_argument("--write", action="store_true", help="write FIGURES.md and docs/img/calibration-*.svg from figures.json")
    options = parser.parse_args()
    for name in PARTS if options.only is None else options.only:
        figures = PARTS[name](options.cases)
        print(f"{name}: {figures['cases']} cases, {figures['cpu_seconds']:.0f} CPU seconds", flush=True)
        known = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
        KEPT.write_text(json.dumps(known | {name: figures}, separators=(",", ":")) + "\n", encoding="utf-8")
    if options.write:
        known = json.loads(KEPT.read_text(encoding="utf-8"))
        PAGE.write_text(page(known), encoding="utf-8")
        draw(known)


if __name__ == "__main__":
    main()
