"""Write the gallery of charts, `docs/gallery.md`: every chart of the brief with its question, its data and its file.

`python -m scripts.gallery` makes the brief of the fictional case in a folder of its own, about two minutes on two cores;
`--from FOLDER` takes a finished one, the folder that holds `charts/`; `--page` writes the page anew from the pictures and tables in
the docs; `--check` says whether the page is stale.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from openparley.brief.charts import discover
from openparley.brief.charts._look import INK, SIZE, wrap
from openparley.brief.cite import Number
from openparley.brief.notebook.pictures import on_paper, unlinked
from openparley.brief.svg import pictured
from openparley.brief.words import percent

ROOT = Path(__file__).resolve().parent.parent
PAGE, IMAGES = ROOT / "docs" / "gallery.md", ROOT / "docs" / "img"
CASE = "strait-talks"
PANELS = 2  # of a chart with many, those with most in them
ROWS, COLUMNS, LETTERS = 4, 7, 40
TITLE_LETTERS = 62
# Charts in the order in which they stand on the page; a new one comes last until it has its place here.
ORDER = ("timeline", "rivals", "outcomes", "futures", "before_after", "tornado", "levers", "indicators")
SHARES = {"value", "low", "high", "low50", "high50", "low_end", "high_end", "base", "share", "prob"}
INWARD = {"x", "y", "dx", "href", "rank", "text", "first", "last", "at", "level", "drawn", "none"}  # where a mark stands, not what it says
LETTERED = {"name", "label", "pin"}  # parts of a picture that are words
NOTICE = "<!-- Written by `python -m scripts.gallery`; change the chart or that script, not this page. -->"
USAGE = "usage: python -m scripts.gallery [--from FOLDER | --page | --check]"


def main(arguments: Sequence[str]) -> int:
    """Write pictures, tables and page; with ``--check`` write nothing and return 1 if the page is stale."""
    match list(arguments):
        case []:
            with tempfile.TemporaryDirectory() as folder:
                parley = Path(sys.executable).parent / "parley"
                subprocess.run([parley, "brief", CASE, "--out", "brief"], cwd=folder, check=True)
                take(Path(folder, "brief"))
        case ["--from", folder]:
            take(Path(folder))
        case ["--page"]:
            pass
        case ["--check"]:
            stale = not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page()
            print("docs/gallery.md is stale; run `python -m scripts.gallery --page`." if stale else "docs/gallery.md is current.")
            return int(stale)
        case _:
            print(USAGE, file=sys.stderr)
            return 2
    PAGE.write_text(page(), encoding="utf-8")
    print(f"Wrote {PAGE.relative_to(ROOT)}.")
    return 0


def take(folder: Path) -> None:
    """Pictures and tables of the charts of a finished brief; a chart that it has not is said so."""
    for name, module in discover().items():
        specification, table = (folder / "charts" / f"{name}.{kind}" for kind in ("vl.json", "csv"))
        if not specification.is_file():
            print(f"The brief has no {name}; what the docs have of it stays.")
            continue
        rows = table.read_text(encoding="utf-8")
        picture = drawn(json.loads(specification.read_text(encoding="utf-8")), module, panel_names(rows))
        image(name, "svg").write_text(picture, encoding="utf-8")
        image(name, "csv").write_text(rows, encoding="utf-8")


def charts() -> dict[str, ModuleType]:
    """Chart modules in the order of the page."""
    found = discover()
    return {name: found[name] for name in sorted(found, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))}


def image(name: str, kind: str) -> Path:
    """Where the picture (``svg``) or the data (``csv``) of a chart is kept."""
    return IMAGES / f"gallery-{name.replace('_', '-')}.{kind}"


def panel_names(rows: str) -> Counter[str]:
    """Panels in the order of the data, with how many rows each has."""
    return Counter(row["panel"] for row in csv.DictReader(io.StringIO(rows)))


def drawn(specification: Mapping[str, Any], module: ModuleType, names: Counter[str]) -> str:
    """The fullest panels as a picture that stands alone: each under its name, without links, on paper."""
    shared = {key: specification[key] for key in ("$schema", "config", "datasets") if key in specification}
    panels = specification.get("vconcat") or [{key: value for key, value in specification.items() if key not in (*shared, "usermeta")}]
    fullest = {name for name, _ in names.most_common(PANELS)}
    titled = [titled_panel(panel, name) for panel, name in zip(panels, names, strict=True) if name in fullest]
    whole = shared | {"vconcat": titled, "padding": 12, "spacing": 24}
    said = f"{module.TITLE}: {'; '.join(name for name in names if name in fullest)}"
    svg = unlinked(pictured(whole, module.__name__.rpartition(".")[2], said, ""))
    return on_paper(svg).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) + "\n"


def titled_panel(panel: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A panel with its name above it."""
    title = {"text": wrap(name, TITLE_LETTERS), "anchor": "start", "color": INK, "fontSize": SIZE, "fontWeight": "normal", "offset": 8}
    return dict(panel) | {"title": title}


def page() -> str:
    """The gallery from the charts' own words and the stored tables."""
    parts = [NOTICE, "", "# Gallery", "", *INTRO, ""]
    for module in charts().values():
        parts += [f"- [{module.QUESTION}](#{anchor(module.TITLE)})"]
    parts.append("")
    for name, module in charts().items():
        parts += entry(name, module)
    return "\n".join(parts).rstrip() + "\n"


INTRO = (
    f"Every chart of a brief, drawn from the bundled case `{CASE}`, which is fiction. `parley brief {CASE}` draws them all into",
    "`brief.html`, with a table and the trace of every number, and writes the data of each as CSV and Vega-Lite beside the page. In a",
    "[notebook](how-to/use-in-a-notebook.md) a result shows the same charts. Of a chart with many panels two stand here.",
)


def anchor(title: str) -> str:
    """The address of a heading."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def entry(name: str, module: ModuleType) -> list[str]:
    """One chart: its question, the picture, how to read it, the data, the file."""
    lines = [f"## {module.TITLE}", "", f"**{module.QUESTION}**", ""]
    picture, table = image(name, "svg"), image(name, "csv")
    if picture.exists():
        lines += [f"![{module.TITLE}](img/{picture.name})", ""]
    lines += [f"How to read it: {module.READ}", ""]
    if table.exists():
        lines += ["The data, in its first rows, rounded:", "", *first_rows(table.read_text(encoding="utf-8")), ""]
        lines += [f"[All rows](img/{table.name}), as in `charts/{name}.csv` beside a brief. They are: {said(module.data)}", ""]
    return [*lines, f"To change it: `src/openparley/brief/charts/{name}.py` ([how](how-to/add-a-chart-or-verb.md#a-chart)).", ""]


def said(function: Any) -> str:
    """The first paragraph of a docstring as one line."""
    text = " ".join((function.__doc__ or "").split("\n\n")[0].split())
    return text[:1].lower() + text[1:]


def first_rows(text: str) -> list[str]:
    """The first rows that stand for a mark, without the columns that only place it and those that are empty in them."""
    shown = [row for row in csv.DictReader(io.StringIO(text)) if row.get("part") not in LETTERED][:ROWS]
    columns = [name for name in shown[0] if name not in INWARD and any(row[name] for row in shown)][:COLUMNS]
    lines = [columns, ["---"] * len(columns), *([cut(printed(row, name)) for name in columns] for row in shown)]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def printed(row: Mapping[str, str], name: str) -> str:
    """A cell as the page would print it: a share in whole percents, or in fives where the row's error says so."""
    if not row[name] or name not in SHARES | {"mcse"}:
        return row[name]
    error = float(row.get("mcse") or 0)
    return Number("", "", error, mcse=error, kind="share").error if name == "mcse" else percent(float(row[name]), error)


def cut(cell: str) -> str:
    """A cell short enough for a table."""
    text = cell.removesuffix("T00:00:00").replace("|", r"\|")
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
