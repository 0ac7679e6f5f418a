"""Time charts and page and write FIGURES.md: ``python -m benchmarks.brief [--fits FOLDER]``."""

from __future__ import annotations

import argparse
from importlib import metadata
from pathlib import Path

from benchmarks._calibration import calibrate
from benchmarks._measure import against, fresh, repeated, table
from benchmarks.brief.prepared import DRAWS, prepared
from benchmarks.brief.timing import charts_of, context, page_of
from openparley.record.case import open_case

CASES = ("ukraine-2025", "strait-talks")
CHARTS, PAGE, WEIGHT = 3.0, 5.0, 300.0
REPEATS, STARTS = 5, 3
OUT = Path(__file__).with_name("FIGURES.md")


def measured(name: str, folder: str | None) -> list[list[str]]:
    """Rows of the table for one case."""
    case, made = open_case(name), context(name, folder)
    fitted = prepared(case, folder and Path(folder))
    drawn, written = repeated(lambda: charts_of(made), REPEATS), repeated(lambda: page_of(case, *fitted), REPEATS)
    rows = []
    for what, taken, aim in (("charts", drawn, CHARTS), ("page with its charts", written, PAGE)):
        rows.append([name, what, "again", taken.cpu.text(), taken.wall.text(), against(taken.cpu.median, aim, "s")])
    for what, function, aim in (("charts", "charts", CHARTS), ("page with its charts", "page", PAGE)):
        starts = [one for _ in range(STARTS) if (one := fresh("benchmarks.brief.timing", function, name, folder))]
        cpu, wall = (sorted(getattr(one, key) for one in starts) for key in ("cpu_seconds", "wall_seconds"))
        middle = cpu[len(cpu) // 2]
        rows.append([name, what, "first", _spread(cpu), _spread(wall), against(middle, aim, "s")])
    rows.append([name, "weight of the page", "", "", "", against(written.answer["bytes"] / 1000, WEIGHT, "kB")])
    print(*map(" | ".join, rows), f"{name}: {drawn.answer}", sep="\n", flush=True)
    return rows


def _spread(values: list[float]) -> str:
    return f"{values[0]:.3g} / {values[len(values) // 2]:.3g} / {values[-1]:.3g}"


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.brief", description=__doc__)
    parser.add_argument("--fits", help="folder with <case>.pkl; without it, each case is fitted first, which takes minutes")
    folder = parser.parse_args().fits
    rows = [row for name in CASES for row in measured(name, folder)]
    versions = ", ".join(f"{package} {metadata.version(package)}" for package in ("altair", "vl-convert-python", "jinja2"))
    head = ["case", "work", "in the process", "CPU s (min / median / max)", "wall s (min / median / max)", "median CPU / aim"]
    OUT.write_text(
        f"""# Charts and page after a fit

Charts: every chart of the case from posterior and forecast to markup, specification and CSV. Page: `write_brief`, charts
included, with the files beside it. “Again” is in a process that has drawn before, {REPEATS} times; “first” is in a new process,
{STARTS} times, which also opens the case, reads the fit, imports Altair and starts the drawing engine. A fit on
{DRAWS} draws stands for any: a page shows summaries of the draws. `python -m benchmarks.brief` makes this page.

{table(head, rows)}

{calibrate().text()} {versions}.
""",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
